"""``llmrules why``: the chain for one model, or the whole report, from a saved trace alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules import __version__
from llmrules.cli import completion, options
from llmrules.cli.formats import FORMATS, Shown, format_of, print_decision
from llmrules.cli.outputs import refuse_overwriting
from llmrules.cli.terminal import print_note
from llmrules.errors import Place, TraceError
from llmrules.say.teller import Sentences
from llmrules.say.why import Judged
from llmrules.trace.record import Trace
from llmrules.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.verify import Wrong

CONTRADICTING = (LookupError, ValueError, TypeError, ArithmeticError, RuntimeError)
"""What telling of a trace can end in that names what it does not hold, or holds what is no number."""


@click.command(short_help="Say why a model stands where it stands.")
@click.argument("trace", type=options.PATH)
@click.argument("model", required=False, shell_complete=completion.complete_judged)
@click.option("--fast", is_flag=True, help="Do not derive the trace again before explaining it, and say so.")
@options.isolated
@options.language
@click.option("--format", "output", type=click.Choice(FORMATS),
              help="What to print: a report, a page, or the trace as JSON.  [default: by the suffix of -o, else "
              "text]")  # fmt: skip
@click.option("-o", "--output", "target", type=options.PATH, metavar="FILE", help="Write it to this file.")
def why(trace: Path, model: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes the options
    """Say why MODEL stands where it stands, from the saved TRACE alone; without MODEL, report the whole decision.

    Of a model with several offers the best one is explained, the others beside it; 'MODEL @ OFFER' names one of them.
    The trace is what `llmrules decide --trace FILE` wrote. Neither rules nor catalogue are needed. It is derived again
    first; where it was altered, does not follow or is another version's, that is said on standard error, and --fast
    says that it was not asked.
    """
    record = Trace.load(trace)
    report = None if given["fast"] else verify(trace, level="re-derived")
    sound = report is not None and report.ok
    if not sound:
        doubt, at = ("unchecked", "") if report is None or report.wrong is None else _doubt(report.wrong, record)
        said = {"file": str(trace), "at": at, "made": str(record.made_by.llmrules), "here": __version__}
        print_note(Sentences(given["lang"])(f"trace-{doubt}", **said))
    try:
        _tell(record, trace, model, given)
    except CONTRADICTING as error:
        if sound:
            raise
        message, hint = "contradicts itself, so that it cannot be explained", "llmrules verify says what is wrong"
        raise TraceError(message, code="contradiction", place=Place(str(trace)), hint=hint) from error


def _doubt(wrong: Wrong, record: Trace) -> tuple[str, str]:
    """Return what is to be said of a trace in which something is wrong, and where: none is altered without a digest."""
    if wrong.code == "digest":
        return "altered", wrong.at
    return "of-another-version" if record.made_by.llmrules != __version__ else "does-not-follow", wrong.at


def _tell(record: Trace, trace: Path, model: str | None, given: dict[str, Any]) -> None:
    judged = Judged(record).names()
    if model is not None and model not in judged:
        message = "names no model of the trace"
        raise TraceError(message, code="unknown-model", place=Place(str(trace)), found=model, allowed=judged)
    target, shown = given["target"], Shown(record, given["lang"], model, full=True)
    output = format_of(given["output"], target)
    if target is not None:
        refuse_overwriting([trace], [target])
    print_decision(shown, output, target)
