"""The derivation as it is drawn: its boxes with their lines of text, and the curves that lead from one to another.

Where a box stands is the layout's business, what it says is said by the steps; here both become shapes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.say.page.measure import wrapped
from llmrules.say.report.graph import derivation_graph, join_conclusions
from llmrules.say.report.layout import Box, Size, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.say.page.links import Linker
    from llmrules.say.report.graph import Vertex

WIDTHS = {"requirement": 148, "conclusion": 160, "rule": 168, "gate": 104, "refusal": 140, "model": 132}
PADDING = 10
HEADING = 26
FONTS = {"small": 11.0, "plain": 12.5, "value": 13.75, "id": 10.0}
"""Pixels of an em; a bold one counts for more."""
LINES = {"small": 15, "plain": 16, "value": 17, "id": 14}


@frozen
class Line:
    """One line of text in a vertex."""

    text: str
    style: str
    y: int


@frozen
class Shape:
    """A vertex as it is drawn."""

    id: str
    box: Box
    style: str
    kind: str
    words: str
    href: str
    first: bool
    lines: tuple[Line, ...]


@frozen
class Curve:
    """An edge as it is drawn."""

    source: str
    target: str
    link: str
    path: str
    title: str


@frozen
class Picture:
    """The derivation as it is drawn."""

    shapes: tuple[Shape, ...]
    curves: tuple[Curve, ...]
    headings: tuple[tuple[int, str], ...]
    links: tuple[tuple[str, str], ...]
    width: int
    height: int
    columns: int
    omitted: str


def draw_picture(linker: Linker) -> Picture:
    """Return the derivation as it is drawn."""
    graph = join_conclusions(derivation_graph(linker.index.trace))
    layout = lay_out(graph, lambda vertex: _size(linker, vertex))
    names = {box.vertex.id: f"v{number}" for number, box in enumerate(layout.boxes, 1)}
    best = next((box for box in layout.boxes if box.vertex.kind in {"model", "refusal"}), None)
    links = {edge.link for edge in graph.edges}
    return Picture(
        shapes=tuple(_shape(linker, box, names[box.vertex.id], first=box is best) for box in layout.boxes),
        curves=tuple(
            Curve(names[edge.source], names[edge.target], edge.link, _curve(points), linker.steps.link(edge))
            for edge, points in layout.paths
        ),
        headings=tuple((left, linker.say(f"page.{key}")) for left, key in _columns(layout.boxes)),
        links=tuple(
            (group[0], linker.say(f"page.{key}")) for key, group in _LINKS.items() if links.intersection(group)
        ),
        width=layout.width,
        height=layout.height + HEADING,
        columns=max((box.column for box in layout.boxes), default=0),
        omitted=linker.steps.omitted(graph.omitted) if graph.omitted else "",
    )


_LINKS = {
    "edge_gains": ("gains",),
    "edge_loses": ("loses",),
    "edge_fails": ("fails", "refuses"),
    "edge_unknown": ("unknown", "accepted"),
    "edge_exempts": ("exempted", "exempts"),
}
"""The edges that the key below the picture tells apart; the first of a group is drawn there."""

_COLUMNS = {"requirement": "said", "conclusion": "follows", "rule": "rules", "model": "verdicts"}


def _columns(boxes: tuple[Box, ...]) -> Iterator[tuple[int, str]]:
    """Yield where the columns of a kind begin, and the key of what they are called; no column has two names."""
    named: set[int] = set()
    for kind, key in _COLUMNS.items():
        lefts = {box.x for box in boxes if box.vertex.kind == kind} - named
        if lefts:
            named.add(min(lefts))
            yield min(lefts), key


def _size(linker: Linker, vertex: Vertex) -> Size:
    """Return how much room a vertex needs."""
    lines = _lines(linker, vertex)
    return Size(WIDTHS[vertex.kind], lines[-1].y + 9 if lines else 24)


def _shape(linker: Linker, box: Box, name: str, *, first: bool) -> Shape:
    """Return a vertex as it is drawn."""
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
    kind = linker.say(f"kind.{vertex.kind}")
    return Shape(name, box, linker.steps.style(vertex), kind, words, href, first, _lines(linker, vertex))


def _lines(linker: Linker, vertex: Vertex) -> tuple[Line, ...]:
    """Return the lines of a vertex, broken to its width."""
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
            found.append(Line(line, kind, y))
    return tuple(found)


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
