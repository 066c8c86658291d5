"""The formats of a decision on the command line: one trace in, one text out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.cli.terminal import page_width, print_json, print_lines, print_plain
from llmrules.language.texts import Language
from llmrules.reading.files import write_whole
from llmrules.say.advice import Adviser
from llmrules.say.report.entry import text_lines
from llmrules.say.report.report import build_report
from llmrules.say.report.screen import screen_lines
from llmrules.say.why import why
from llmrules.trace.record import Trace
from llmrules.worlds.advice.advice import Advice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from llmrules.say.teller import Line

FORMATS = ("text", "markdown", "html", "json")

SUFFIXES = {".md": "markdown", ".html": "html", ".htm": "html", ".json": "json"}
"""The format that the name of a file means, where none is said."""


@frozen
class Shown:
    """What is shown of a decision: all of it, or what concerns one ``model``; as text one screen, or ``full``.

    ``advice`` is what was found on it already, for who decided it; else it is found from the trace.
    """

    trace: Trace
    language: Language
    model: str | None = None
    full: bool = False
    advice: Advice | None = None


def print_decision(shown: Shown, output: str, target: Path | None) -> None:
    """Print a decision in one of the formats, or write to a file what would be printed. Raises FileError."""
    if output == "json":
        print_json(shown.trace.to_json()) if target is None else shown.trace.save(target)
    elif output == "text" and target is None:
        print_lines(_lines(shown))
    else:
        told = "".join(f"{line}\n" for line in _lines(shown)) if output == "text" else _document(shown, output)
        print_plain(told) if target is None else write_whole(target, told)


def format_of(output: str | None, target: Path | None) -> str:
    """Return the format that is asked for, else the one that the name of a file means, else text."""
    return output or ("text" if target is None else SUFFIXES.get(target.suffix.lower(), "text"))


def _lines(shown: Shown) -> Iterable[Line]:
    if shown.model is not None:
        lines, advice = [*why(shown.trace, shown.model, shown.language).lines()], shown.advice
        if advice is not None and shown.model in advice.decision.knowledge.models:  # only who decided is told
            lines += Adviser(advice.decision, shown.language).toward(shown.model, advice.toward(shown.model))
        return lines
    if shown.full:
        return text_lines(build_report(shown.trace, shown.language))
    return screen_lines(shown.trace, shown.language, width=page_width(), advice=shown.advice)


def _document(shown: Shown, output: str) -> str:
    """Return a page or Markdown. Libraries that only one of them needs are loaded for it alone."""
    if output == "html":
        from llmrules.say.page import render_page

        return render_page(shown.trace, shown.language, shown.advice)
    from llmrules.say.report.entry import render_markdown

    return render_markdown(build_report(shown.trace, shown.language))
