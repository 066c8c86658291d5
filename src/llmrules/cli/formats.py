"""The formats of a decision on the command line: one trace in, one text out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from llmrules.cli.terminal import page_width, print_json, print_lines, print_plain
from llmrules.reading.files import write_whole
from llmrules.say.report.entry import text_lines
from llmrules.say.report.report import build_report
from llmrules.say.report.screen import screen_lines
from llmrules.say.why import why

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from llmrules.language.texts import Language
    from llmrules.say.teller import Line
    from llmrules.trace.record import Trace

FORMATS = ("text", "markdown", "html", "mermaid", "json")

SUFFIXES = {".md": "markdown", ".html": "html", ".htm": "html", ".mmd": "mermaid", ".json": "json"}
"""The format that the name of a file means, where none is said."""


def print_decision(
    trace: Trace, output: str, language: Language, *, model: str | None = None, full: bool = False
) -> None:
    """Print a decision in one of the formats, or as text and graph what concerns one model alone.

    As text it is one screen, or the ``full`` report.
    """
    if output == "json":
        print_json(trace.to_json())
    elif output == "text":
        print_lines(_lines(trace, language, model=model, full=full))
    else:
        print_plain(_document(trace, output, language, model))


def write_decision(
    target: Path, trace: Trace, output: str, language: Language, *, model: str | None = None, full: bool = False
) -> None:
    """Write to a file what would be printed. Raises FileError."""
    if output == "json":
        trace.save(target)
    elif output == "text":
        lines = _lines(trace, language, model=model, full=full)
        write_whole(target, "".join(f"{line}\n" for line in lines))
    else:
        write_whole(target, _document(trace, output, language, model))


def format_of(output: str | None, target: Path | None) -> str:
    """Return the format that is asked for, else the one that the name of a file means, else text."""
    return output or ("text" if target is None else SUFFIXES.get(target.suffix.lower(), "text"))


def show_page(target: Path) -> None:
    """Open a file in the browser."""
    click.launch(target.resolve().as_uri())


def _lines(trace: Trace, language: Language, *, model: str | None, full: bool) -> Iterable[Line]:
    if model is not None:
        return why(trace, model, language).lines()
    return text_lines(build_report(trace, language)) if full else screen_lines(trace, language, width=page_width())


def _document(trace: Trace, output: str, language: Language, model: str | None) -> str:
    """Return a page, a graph or Markdown. Libraries that only one of them needs are loaded for it alone."""
    if output == "html":
        from llmrules.say.page import render_page

        return render_page(trace, language)
    if output == "mermaid":
        from llmrules.say.report.mermaid import render_mermaid

        return render_mermaid(trace, language, model)
    from llmrules.say.report.markdown import render_markdown

    return render_markdown(build_report(trace, language))
