"""The formats of a decision on the command line: one trace in, one text out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.cli.terminal import page_width, print_json, print_lines, print_plain
from llmrules.say.report.report import build_report
from llmrules.say.report.screen import screen_lines
from llmrules.say.report.text import text_lines
from llmrules.say.why import why

if TYPE_CHECKING:
    from llmrules.language.texts import Language
    from llmrules.trace.record import Trace

FORMATS = ("text", "markdown", "html", "mermaid", "json")


def print_decision(
    trace: Trace, output: str, language: Language, *, model: str | None = None, full: bool = False
) -> None:
    """Print a decision in one of the formats, or as text and graph what concerns one model alone.

    As text it is one screen, or the ``full`` report.

    Libraries that only one format needs are loaded for it alone.
    """
    if output == "json":
        print_json(trace.to_json())
    elif output == "html":
        from llmrules.say.page import render_page

        print_plain(render_page(trace, language))
    elif output == "mermaid":
        from llmrules.say.report.mermaid import render_mermaid

        print_plain(render_mermaid(trace, language, model))
    elif output == "markdown":
        from llmrules.say.report.markdown import render_markdown

        print_plain(render_markdown(build_report(trace, language)))
    elif model is not None:
        print_lines(why(trace, model, language).lines())
    elif full:
        print_lines(text_lines(build_report(trace, language)))
    else:
        print_lines(screen_lines(trace, language, width=page_width()))
