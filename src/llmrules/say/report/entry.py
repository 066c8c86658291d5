"""What a report is made of, before any format, and it as plain text and as Markdown.

A report is sections of entries, each naming its rule and its sources; as text it is one line for each entry, indented
under what it belongs to. Nothing that a terminal would obey is in that, whatever stands in names, reasons or values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from llmrules.errors import printable
from llmrules.language.texts import Language
from llmrules.say.teller import Line, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.say.why import Node


T = TypeVar("T")


@frozen
class Entry:
    """One line of a report: a mark before it, the rule and the sources it rests on, and the lines beneath it."""

    text: str
    mark: str = ""
    rule: str = ""
    sources: tuple[str, ...] = ()
    children: tuple[Entry, ...] = ()
    model: str = ""


@frozen
class Section:
    """One part of a report; ``key`` names it in every language."""

    key: str
    heading: str
    entries: tuple[Entry, ...]


@frozen
class Report:
    """A decision in one language: the answer, then everything that it rests on."""

    language: Language
    answer: str
    title: str
    sections: tuple[Section, ...]


def entry_of(node: Node) -> Entry:
    """Return a step of an explanation, and all beneath it, as lines of a report."""
    text = node.text.removesuffix(f" [{node.id}]")
    rule = node.id if text != node.text else ""
    return Entry(text, rule=rule, sources=node.sources, children=tuple(entry_of(child) for child in node.children))


def sources_of(entry: Entry) -> Iterator[str]:
    """Yield every source that an entry and those beneath it rest on."""
    yield from entry.sources
    for child in entry.children:
        yield from sources_of(child)


def said_by(entry: Entry) -> object:
    """Return what an entry says, whoever its sources are: two entries that say the same are told as one."""
    return entry.text, entry.mark, entry.rule, tuple(map(said_by, entry.children))


def together(entries: Sequence[Entry]) -> Entry:
    """Return entries that say the same as one, with the sources of all."""
    sources = tuple(dict.fromkeys(source for entry in entries for source in entry.sources))
    children = zip(*(entry.children for entry in entries), strict=True)
    return evolve(entries[0], sources=sources, children=tuple(map(together, children)))


def alike(told: Iterable[tuple[T, Entry]]) -> Iterator[tuple[list[T], Entry]]:
    """Yield what is said of some things, the same of several of them once, in the order in which it is said first."""
    found: dict[object, list[tuple[T, Entry]]] = {}
    for one, entry in told:
        found.setdefault(said_by(entry), []).append((one, entry))
    for its in found.values():
        yield [one for one, _ in its], together([entry for _, entry in its])


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


_ACTIVE = re.compile(r"[\\`*_\[\]<>&|~#$]")
_RUNS = re.compile(r"`+")


def render_markdown(report: Report) -> str:
    """Return a report as Markdown (CommonMark): its title and answer, then a section of nested lists for each part.

    Nothing in the texts is obeyed as Markdown.
    """
    return "\n".join(_markdown_lines(report)) + "\n"


def _markdown_lines(report: Report) -> Iterator[str]:
    if report.title:
        yield f"# {_escaped(report.title)}"
        yield ""
    yield f"**{_escaped(report.answer)}**"
    for section in report.sections:
        yield ""
        yield f"## {_escaped(section.heading)}"
        yield ""
        for entry in section.entries:
            yield from _item(entry, 0)


def _item(entry: Entry, depth: int) -> Iterator[str]:
    marked = entry.mark and entry.mark != "-"  # the list has its own bullet
    mark = f"**{_escaped(entry.mark, first=False)}** " if marked else ""
    rule = f" {_code(entry.rule)}" if entry.rule else ""
    sources = f" ({', '.join(map(_escaped, entry.sources))})" if entry.sources else ""
    said = f"{_escaped(entry.text, first=not mark)}{rule}{sources}"
    yield f"{'  ' * depth}- {mark}{said.lstrip()}"
    for child in entry.children:
        yield from _item(child, depth + 1)


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
