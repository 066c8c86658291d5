"""``llmrules audit``: a folder of saved traces at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.check.audit import as_csv, as_json, text_lines
from llmrules.check.audit import audit as sum_up
from llmrules.cli import options
from llmrules.cli.terminal import Status, print_json, print_lines, print_plain
from llmrules.verify import LEVELS

if TYPE_CHECKING:
    from pathlib import Path

ALONE = LEVELS[:3]
"""The levels that a trace can reach without files to compare it with."""


@click.command(short_help="Sum up a folder of saved traces: verified, decisive rules, old values.")
@click.argument("folder", type=options.PATH)
@click.option("--level", type=click.Choice(ALONE), default=ALONE[-1], show_default=True,
              help="The level that each trace is to reach.")  # fmt: skip
@click.option("--older-than", type=click.IntRange(0), metavar="DAYS",
              help="Report values used whose newest document was older on the day of the decision.")  # fmt: skip
@options.language
@options.printed("text", "json", "csv", said="What to print; csv has one row for each trace.")
@click.pass_context
def audit(ctx: click.Context, /, folder: Path, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Verify every trace (*.json) of FOLDER, and say what they rest on.

    Reported are the level that each trace reached; which rules fired and decided something, in how many traces, and
    which never fired; the old values that were used; and the rules that were used past their review_by. Rules and
    values are counted in traces that reached the level.

    \b
      llmrules audit decisions/ --older-than 180
      llmrules audit decisions/ --format csv > decisions.csv

    Exit status: 0 every trace reached the level, 1 one did not, 2 there is no such folder or no trace in it.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    found = sum_up(folder, level=given["level"], older_than=given["older_than"])
    if given["output"] == "json":
        print_json(as_json(found))
    elif given["output"] == "csv":
        print_plain(as_csv(found))
    else:
        print_lines(text_lines(found, given["lang"]))
    ctx.exit(Status.FINE if found.ok else Status.FAILED)
