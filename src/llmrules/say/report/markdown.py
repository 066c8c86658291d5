"""A report as Markdown (CommonMark): headings and nested lists, with nothing in the texts that Markdown obeys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from llmrules.say.teller import printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.say.report.entry import Entry, Report

_ACTIVE = re.compile(r"[\\`*_\[\]<>&|~#$]")
_RUNS = re.compile(r"`+")


def render_markdown(report: Report) -> str:
    """Return a report as Markdown: its title and answer, then a section for each of its parts."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    if report.title:
        yield f"# {_escaped(report.title)}"
        yield ""
    yield f"**{_escaped(report.answer)}**"
    for section in report.sections:
        yield ""
        yield f"## {_escaped(section.heading)}"
        yield ""
        for entry in section.entries:
            yield from _entry(entry, 0)


def _entry(entry: Entry, depth: int) -> Iterator[str]:
    marked = entry.mark and entry.mark != "-"  # the list has its own bullet
    mark = f"**{_escaped(entry.mark, first=False)}** " if marked else ""
    rule = f" {_code(entry.rule)}" if entry.rule else ""
    sources = f" ({', '.join(map(_escaped, entry.sources))})" if entry.sources else ""
    said = f"{_escaped(entry.text, first=not mark)}{rule}{sources}"
    yield f"{'  ' * depth}- {mark}{said.lstrip()}"
    for child in entry.children:
        yield from _entry(child, depth + 1)


def _escaped(text: str, *, first: bool = True) -> str:
    r"""Return a text in which every character means itself; ``first`` says that it may begin a block.

    >>> print(_escaped("<b> & [x](y)"))
    \<b\> \& \[x\](y)
    >>> print(_escaped("1. + one"), _escaped("+ one"))
    1\. + one \+ one
    """
    escaped = _ACTIVE.sub(lambda match: f"\\{match[0]}", printable_lines(text))
    return re.sub(r"^(\d{1,9})?([-+=.)])", r"\1\\\2", escaped) if first else escaped


def _code(text: str) -> str:
    """Return a text as code, between more backticks than it has in a row."""
    text = printable_lines(text)
    fence = "`" * (1 + max((len(run) for run in _RUNS.findall(text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"
