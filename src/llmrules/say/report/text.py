"""A report as plain text: one line for each entry, indented under what it belongs to.

Nothing that a terminal would obey is in it, whatever stands in names, reasons or values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.errors import printable
from llmrules.say.lines import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.say.report.entry import Entry, Report


def text_lines(report: Report) -> Iterator[Line]:
    """Yield the lines of a report."""
    if report.title:
        yield Line("heading", printable(report.title))
    yield Line("answer", printable(report.answer))
    for section in report.sections:
        yield Line("blank")
        yield Line("heading", printable(section.heading))
        for entry in section.entries:
            yield from _entry(entry, 2)


def render_text(report: Report) -> str:
    """Return a report as plain text."""
    return "\n".join(str(line) for line in text_lines(report))


def _entry(entry: Entry, indent: int) -> Iterator[Line]:
    rule = f"[{entry.rule}]" if entry.rule else ""
    sources = f"({', '.join(entry.sources)})" if entry.sources else ""
    yield Line("line", printable(entry.text), indent, entry.mark, " ".join(part for part in (rule, sources) if part))
    for child in entry.children:
        yield from _entry(child, indent + (len(entry.mark) + 1 if entry.mark else 2))
