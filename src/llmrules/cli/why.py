"""``llmrules why``: the chain for one model, from a saved trace alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from llmrules.cli import options
from llmrules.cli.terminal import print_lines
from llmrules.errors import Place, TraceError
from llmrules.render.text import Line
from llmrules.trace.record import Trace
from llmrules.why import why as explain

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.texts import Language


@click.command(short_help="Say why a model stands where it stands.")
@click.argument("trace", type=options.PATH)
@click.argument("model", shell_complete=options.complete_models)
@options.language
def why(trace: Path, model: str, lang: Language) -> None:
    """Say why MODEL stands where it stands, from the saved TRACE alone.

    The trace is what `llmrules decide --trace FILE` wrote. Neither rules nor catalogue are needed.
    """
    record = Trace.load(trace)
    models = tuple(candidate.model for candidate in record.found.candidates)
    if model not in models:
        message = "names no model of the trace"
        raise TraceError(message, code="unknown-model", place=Place(str(trace)), found=model, allowed=models)
    print_lines(Line("line", line) for line in explain(record, model, lang).lines())
