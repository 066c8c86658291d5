"""The derivation as it is drawn: its boxes with their lines of text, and the curves that lead from one to another.

Where a box stands is the layout's business, what it says is said by the steps; here both become shapes. How wide a text
is drawn nobody knows without the reader's fonts: it is given rather too much room.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from llmrules.say.report.graph import derivation_graph, join_conclusions
from llmrules.say.report.layout import Box, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.say.page.links import Linker
    from llmrules.say.report.graph import Vertex

WIDTHS = {"requirement": 148, "conclusion": 160, "rule": 168, "gate": 104, "refusal": 140, "model": 132}
PADDING = 10
HEADING = 26
FONTS = {"small": 11.0, "plain": 12.5, "value": 13.75, "id": 10.0}
"""Pixels of an em; a bold one counts for more."""
MOST_LINES = 3
"""Of one text in a vertex."""
LINES = {"small": 15, "plain": 16, "value": 17, "id": 14}


def draw_picture(linker: Linker) -> dict[str, object]:
    """Return the derivation as it is drawn: shapes, curves between them, headings of the columns, and a key."""
    graph = join_conclusions(derivation_graph(linker.index.trace))
    layout = lay_out(graph, lambda vertex: _size(linker, vertex))
    names = {box.vertex.id: f"v{number}" for number, box in enumerate(layout.boxes, 1)}
    best = next((box for box in layout.boxes if box.vertex.kind in {"model", "refusal"}), None)
    links = {edge.link for edge in graph.edges}
    return {
        "shapes": [_shape(linker, box, names[box.vertex.id]) | {"first": box is best} for box in layout.boxes],
        "curves": [
            {
                "source": names[edge.source],
                "target": names[edge.target],
                "link": edge.link,
                "path": _curve(points),
                "title": linker.steps.link(edge),
            }
            for edge, points in layout.paths
        ],
        "headings": [(left, linker.say(key)) for left, key in _columns(layout.boxes)],
        "links": [(group[0], linker.say(f"page.{key}")) for key, group in _LINKS.items() if links.intersection(group)],
        "width": layout.width,
        "height": layout.height + HEADING,
        "columns": max((box.column for box in layout.boxes), default=0),
        "omitted": linker.steps.omitted(graph.omitted) if graph.omitted else "",
    }


_LINKS = {
    "edge_gains": ("gains",),
    "edge_loses": ("loses",),
    "edge_fails": ("fails", "refuses"),
    "edge_unknown": ("unknown", "accepted"),
    "edge_exempts": ("exempted", "exempts"),
}
"""The edges that the key below the picture tells apart; the first of a group is drawn there."""

_COLUMNS = {
    "requirement": "kind.requirement",
    "conclusion": "kind.conclusion",
    "rule": "page.rules",
    "model": "page.verdicts",
}


def _columns(boxes: tuple[Box, ...]) -> Iterator[tuple[int, str]]:
    """Yield where the columns of a kind begin, and the key of what they are called; no column has two names."""
    named: set[int] = set()
    for kind, key in _COLUMNS.items():
        lefts = {box.x for box in boxes if box.vertex.kind == kind} - named
        if lefts:
            named.add(min(lefts))
            yield min(lefts), key


def _size(linker: Linker, vertex: Vertex) -> tuple[int, int]:
    """Return how much room a vertex needs."""
    lines = _lines(linker, vertex)
    return WIDTHS[vertex.kind], lines[-1][2] + 9 if lines else 24


def _shape(linker: Linker, box: Box, name: str) -> dict[str, object]:
    """Return a vertex as it is drawn, with what it says in full and where it leads."""
    vertex = box.vertex
    href = ""
    if vertex.kind == "model":
        href = linker.model_anchor(vertex.key).href
    elif vertex.kind == "rule":
        href = linker.rule_anchor(vertex.key).href
    elif vertex.rules:
        href = linker.rule_anchor(vertex.rules[0]).href
    words = ": ".join(part for part in linker.steps.lines(vertex) if part)
    if vertex.kind == "rule":
        words = f"{linker.index.because(vertex.key)} [{vertex.key}]"
    elif vertex.rules:
        words += f" [{', '.join(vertex.rules)}]"
    style, kind = linker.steps.style(vertex), linker.say(f"kind.{vertex.kind}")
    lines = _lines(linker, vertex)
    return {"id": name, "box": box, "style": style, "kind": kind, "words": words, "href": href, "lines": lines}


def _lines(linker: Linker, vertex: Vertex) -> list[tuple[str, str, int]]:
    """Return the lines of a vertex, broken to its width, each with its style and how far down it stands."""
    room = WIDTHS[vertex.kind] - 2 * PADDING
    name, value = linker.steps.lines(vertex)
    style = {"rule": "id", "model": "value"}.get(vertex.kind, "small")
    parts = [(name, style if value or vertex.kind == "rule" else "plain")]
    parts.append((value, "value" if style == "small" else "small"))
    parts += [(rule, "id") for rule in vertex.rules]
    found = []
    y = 4
    for text, kind in parts:
        for line in wrapped(text, room, FONTS[kind], mono=kind == "id"):
            y += LINES[kind]
            found.append((line, kind, y))
    return found


def _curve(points: tuple[tuple[int, int], ...]) -> str:
    """Return a smooth path through points, level where it passes through a column."""
    path = f"M{points[0][0]} {points[0][1]}"
    for index, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        if index % 2:
            path += f"H{to_x}"
        else:
            bend = (to_x - x) // 2
            path += f"C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"
    return path


def wrapped(text: str, room: float, font: float, *, mono: bool) -> list[str]:
    """Break a text at spaces and hyphens into lines that fit; what is beyond the last line is left out, with a sign."""
    lines = [""] if text else []
    for part in re.findall(r"[^\s-]+-*\s*|\S+\s*", text):
        for piece in _pieces(part, room, font, mono=mono):
            if _width((lines[-1] + piece).rstrip(), font, mono=mono) > room and lines[-1]:
                lines.append("")
            lines[-1] += piece
    if len(lines) > MOST_LINES:
        last = lines[MOST_LINES - 1].rstrip()
        lines = [*lines[: MOST_LINES - 1], f"{last[:-1] if _width(last + '…', font, mono=mono) > room else last}…"]
    return [line.rstrip() for line in lines]


def _pieces(part: str, room: float, font: float, *, mono: bool) -> list[str]:
    """Cut a word that is wider than a line."""
    pieces = [""]
    for mark in part:
        if _width((pieces[-1] + mark).rstrip(), font, mono=mono) > room:
            pieces.append("")
        pieces[-1] += mark
    return pieces


def _width(text: str, font: float, *, mono: bool) -> float:
    """Return about how wide a text is."""
    return font * sum(_em(mark, mono=mono) for mark in text)


@lru_cache(maxsize=4096)
def _em(mark: str, *, mono: bool) -> float:
    """Return about how wide a character is, in widths of an M."""
    if east_asian_width(mark) in "WF" or (not mono and mark in "MW%@mw…"):
        return 1.0
    if mono:
        return 0.61
    if mark in "iIjlft.,:;'|!()[] ":
        return 0.41
    return 0.76 if mark.isupper() else 0.63
