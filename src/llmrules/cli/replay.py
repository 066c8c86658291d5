"""``llmrules replay``: decides a saved trace again and says whether the outcome is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.check.diff import decide_again
from llmrules.check.diff.telling import replay_report
from llmrules.cli import options
from llmrules.cli.diff import print_comparison
from llmrules.cli.outputs import refuse_overwriting
from llmrules.cli.terminal import Status, print_note
from llmrules.say.messages import Messages
from llmrules.trace.record import Trace
from llmrules.verify.matched import not_handed_over

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Decide a saved trace again: is the outcome the same?")
@click.argument("trace", type=options.PATH)
@options.knowledge
@click.option("--now", is_flag=True, help="Decide under our rules and catalogue as they are now.")
@options.language
@options.printed("text", "markdown", "json")
@click.option("--trace", "trace_file", type=options.PATH, help="Write the new trace to this file.")
@click.pass_context
def replay(ctx: click.Context, /, trace: Path, **given: Any) -> None:  # noqa: ANN401 - click passes the options
    """Decide TRACE again, as of its date, and say whether the outcome is the same.

    Without options, everything comes from the trace itself: neither the rule files nor the catalogue need be at hand.
    With --rules, --catalog or --now, its requirements meet those rules and that catalogue (on top of ours), and what
    comes out otherwise is told with its causes, as `llmrules diff` does.

    \b
      llmrules replay decision.json
      llmrules replay decision.json --now
      llmrules replay decision.json --rules policy/

    Exit status: 0 the outcome is the same, 1 it is another one, 2 something is wrong with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    refuse_overwriting([trace, *options.files_read(given)], [given["trace_file"]])
    record = Trace.load(trace)
    asked = ("now", "rule_paths", "catalog_paths", "no_shipped_rules", "no_shipped_catalog")
    advisor = options.load(given) if any(given[key] for key in asked) else None
    if advisor is not None:
        made_with, citable = {one.id for one in record.given.documents}, advisor.knowledge.ruleset.citable
        if (missing := not_handed_over(made_with, citable.keys())) is not None:
            print_note(f"{trace}: {Messages(given['lang'])(missing)}")
    found, decision = decide_again(record, advisor, name=str(trace))
    if given["trace_file"] is not None:
        decision.trace.save(given["trace_file"])
    report = replay_report(found, (record.given, decision.trace.given), given["lang"])
    print_comparison(found, report, given["output"])
    ctx.exit(Status.FINE if found.same else Status.FAILED)
