"""The formats of a decision on the command line: one trace in, one text out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.cli.terminal import print_json, print_lines, print_plain
from llmrules.say.report.report import build_report
from llmrules.say.report.text import Line, text_lines
from llmrules.say.why import why

if TYPE_CHECKING:
    from llmrules.language.texts import Language
    from llmrules.trace.record import Trace

FORMATS = ("text", "markdown", "html", "mermaid", "json")


def print_decision(trace: Trace, output: str, language: Language, *, title: str = "", model: str | None = None) -> None:
    """Print a decision in one of the formats, or as text and graph what concerns one model alone.

    Libraries that only one format needs are loaded for it alone.
    """
    if output == "json":
        print_json(trace.to_json())
    elif output == "html":
        from llmrules.say.page import render_page

        print_plain(render_page(trace, language, title=title))
    elif output == "mermaid":
        from llmrules.say.report.mermaid import render_mermaid

        print_plain(render_mermaid(trace, language, model))
    elif output == "markdown":
        from llmrules.say.report.markdown import render_markdown

        print_plain(render_markdown(build_report(trace, language, title=title)))
    elif model is not None:
        print_lines(Line("line", line) for line in why(trace, model, language).lines())
    else:
        print_lines(text_lines(build_report(trace, language, title=title)))
