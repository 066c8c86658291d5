"""``llmrules verify``: checks a trace without trusting the program that wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.cli import options
from llmrules.cli.terminal import print_json, print_plain
from llmrules.say.messages import Messages
from llmrules.trace.codec import canonical
from llmrules.verify import LEVELS
from llmrules.verify import verify as examine

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Check a trace without trusting the program that wrote it.")
@click.argument("trace", type=options.PATH)
@options.knowledge
@click.option("--profile", type=options.PROFILE, help="The profile that was decided.")
@options.policy
@options.language
@click.option("--shipped", is_flag=True, help="Compare with our own rules and catalogue, though no file is named.")
@click.option("--level", type=click.Choice(LEVELS), help="The level to reach; default: the highest that is possible.")
@options.printed("text", "json")
@click.pass_context
def verify(ctx: click.Context, /, trace: Path, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Check TRACE, level by level, up to the first thing that is wrong.

    \b
      shape       it is a trace of this format, whole and within its limits
      consistent  its digests, references, sums and ranks agree with each other
      re-derived  all that it found follows from what it records; the trace alone is enough
      matched     what it records is what stands in the files handed over

    No engine takes part. Without files the level asked for is re-derived; --rules, --catalog, --profile or --shipped
    ask for matched (files named are laid on top of ours, as in decide).

    Exit status: 0 the level asked for is reached, 1 it is not, 2 the file is no trace, or one cannot be read.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    shipped = given["shipped"] or given["no_shipped_rules"] or given["no_shipped_catalog"]
    project = options.project_settings(given)
    report = examine(
        trace,
        rules=options.on_top(project.rules, given["rule_paths"]) if given["rule_paths"] or shipped else None,
        catalog=options.on_top(project.catalog, given["catalog_paths"]) if given["catalog_paths"] or shipped else None,
        profile=given["profile"],
        unknown=given["unknown"],
        shipped_rules=not given["no_shipped_rules"],
        shipped_catalog=not given["no_shipped_catalog"],
        level=given["level"],
    )
    if given["output"] == "json":
        print_json(canonical(report.plain()))
    else:
        print_plain(report.worded(Messages(given["lang"])))
    ctx.exit(report.status)
