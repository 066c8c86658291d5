"""A graph on a plane: columns from what was stated on the left to the verdicts on the right, and few crossings.

It knows sizes and places, whole pixels; it draws nothing, and what a vertex says is no concern of it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.say.report.graph import Edge, Vertex, neighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from llmrules.say.report.graph import Graph


@frozen
class Box:
    """Where a vertex stands: its column, its top left corner and its size."""

    vertex: Vertex
    column: int
    x: int
    y: int
    width: int
    height: int


@frozen
class Layout:
    """Boxes in reading order (column by column, top down), a path of points for each edge, and the whole size."""

    boxes: tuple[Box, ...]
    paths: tuple[tuple[Edge, tuple[tuple[int, int], ...]], ...]
    width: int
    height: int


COLUMN_GAP = 38
ROW_GAP = 10
LANE = 6
"""How high the way of an edge through a column is that it only crosses."""
SWEEPS = 8
MARGIN = 4


def lay_out(graph: Graph, size: Callable[[Vertex], tuple[int, int]]) -> Layout:
    """Place a graph in columns: requirements first, then what follows, rules over models, the gate, verdicts last.

    ``size`` says how wide and how high a vertex is drawn. Conclusions are joined to their rules. Models keep their
    order; elsewhere it is chosen so that few edges cross.
    """
    columns = _columns(graph)
    sizes = {vertex.id: size(vertex) for vertex in graph.vertices}
    lanes, routes = _routes(graph, columns)
    heights = {name: height for name, (_, height) in sizes.items()} | dict.fromkeys(lanes, LANE)
    rows: list[list[str]] = [[] for _ in range(max(columns.values(), default=0) + 1)]
    for name, column in (*columns.items(), *lanes.items()):
        rows[column].append(name)
    fixed = {vertex.id: place for place, vertex in enumerate(graph.vertices) if vertex.kind in {"refusal", "model"}}
    steps = {step for route in routes.values() for step in pairwise(route)}
    before, after = neighbours((b, a) for a, b in sorted(steps)), neighbours(sorted(steps))
    rows = _untangle(rows, before, after, fixed)
    middles = _middles(rows, before, after, heights)
    top = min((middles[name] - heights[name] / 2 for name in middles), default=0)
    widths = [max((sizes[name][0] for name in row if name in sizes), default=0) for row in rows]
    lefts = [MARGIN + sum(widths[:column]) + COLUMN_GAP * column for column in range(len(rows))]
    vertices = {vertex.id: vertex for vertex in graph.vertices}
    boxes = tuple(
        Box(
            vertex=vertices[name],
            column=column,
            x=lefts[column],
            y=round(middles[name] - heights[name] / 2 - top) + MARGIN,
            width=sizes[name][0],
            height=sizes[name][1],
        )
        for column, row in enumerate(rows)
        for name in row
        if name in vertices
    )
    placed = {box.vertex.id: box for box in boxes}
    paths = []
    for edge in graph.edges:
        source, target = placed[edge.source], placed[edge.target]
        points = [(source.x + source.width, source.y + source.height // 2)]
        for lane in routes[edge.source, edge.target][1:-1]:
            column, y = lanes[lane], round(middles[lane] - top) + MARGIN
            points += [(lefts[column], y), (lefts[column] + widths[column], y)]
        points.append((target.x, target.y + target.height // 2))
        paths.append((edge, tuple(points)))
    right = max((box.x + box.width for box in boxes), default=0)
    bottom = max((middles[name] + heights[name] / 2 for name in middles), default=0) - top
    return Layout(boxes, tuple(paths), right + MARGIN, round(bottom) + 2 * MARGIN)


def _columns(graph: Graph) -> dict[str, int]:
    """Put each vertex one column after the last that leads to it; rules, the gate and verdicts have their own."""
    kinds = {vertex.id: vertex.kind for vertex in graph.vertices}
    before = neighbours((edge.target, edge.source) for edge in graph.edges)
    found: dict[str, int] = {}

    def depth(vertex: str) -> int:
        if vertex not in found:
            found[vertex] = 1 + max((depth(one) for one in before.get(vertex, ())), default=-1)
        return found[vertex]

    inner = {name: depth(name) for name, kind in kinds.items() if kind in {"requirement", "conclusion"}}
    rules = 1 + max(inner.values(), default=-1)
    gate = rules + any(kind == "rule" for kind in kinds.values())
    verdicts = gate + any(kind == "gate" for kind in kinds.values())
    place = {"rule": rules, "gate": gate, "refusal": verdicts, "model": verdicts}
    return {name: inner[name] if name in inner else place[kind] for name, kind in kinds.items()}


def _routes(graph: Graph, columns: Mapping[str, int]) -> tuple[dict[str, int], dict[tuple[str, str], tuple[str, ...]]]:
    """Lead each edge through the columns between its ends; edges from one vertex share their lanes."""
    lanes: dict[str, int] = {}
    routes = {}
    for edge in graph.edges:
        crossed = range(columns[edge.source] + 1, columns[edge.target])
        between = tuple(f"lane:{column}:{edge.source}" for column in crossed)
        lanes.update(zip(between, crossed, strict=True))
        routes[edge.source, edge.target] = (edge.source, *between, edge.target)
    return lanes, routes


def _untangle(
    rows: list[list[str]],
    before: Mapping[str, Sequence[str]],
    after: Mapping[str, Sequence[str]],
    fixed: Mapping[str, int],
) -> list[list[str]]:
    """Order each column by where its neighbours stand, from right to left and back, and keep the best order found."""
    rows = [sorted(row, key=lambda name: fixed.get(name, len(fixed))) for row in rows]
    best, fewest = rows, _crossings(rows, after)
    for sweep in range(SWEEPS):
        leftward = sweep % 2 == 0
        rows = [*rows]
        for column in range(len(rows) - 2, -1, -1) if leftward else range(1, len(rows)):
            beside, towards = (rows[column + 1], after) if leftward else (rows[column - 1], before)
            rows[column] = _pulled(rows[column], beside, towards, fixed)
        crossings = _crossings(rows, after)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _pulled(
    row: Sequence[str], beside: Sequence[str], towards: Mapping[str, Sequence[str]], fixed: Mapping[str, int]
) -> list[str]:
    """Order a column by where its neighbours stand in the one beside it; what is fixed keeps its order."""
    place = {name: index for index, name in enumerate(beside)}
    now = {name: index for index, name in enumerate(row)}

    def pull(name: str) -> tuple[float, int]:
        found = [place[one] for one in towards.get(name, ())]
        return sum(found) / len(found) if found else now[name], now[name]

    loose = iter(sorted((name for name in row if name not in fixed), key=pull))
    held = iter(sorted((name for name in row if name in fixed), key=fixed.__getitem__))
    return [next(held) if name in fixed else next(loose) for name in row]


def _crossings(rows: Sequence[Sequence[str]], after: Mapping[str, Sequence[str]]) -> int:
    crossings = 0
    for left, right in pairwise(rows):
        place = {name: index for index, name in enumerate(right)}
        ends = [sorted(place[one] for one in after.get(name, ())) for name in left]
        for index, upper in enumerate(ends):
            for lower in ends[index + 1 :]:
                crossings += sum(one > other for one in upper for other in lower)
    return crossings


def _middles(
    rows: Sequence[Sequence[str]],
    before: Mapping[str, Sequence[str]],
    after: Mapping[str, Sequence[str]],
    heights: Mapping[str, int],
) -> dict[str, float]:
    """Return the middle of each vertex and lane: near those of its neighbours, in its order, none over another."""
    middles: dict[str, float] = {}
    for row in rows:
        y = -sum(heights[name] + ROW_GAP for name in row) / 2
        for name in row:
            middles[name] = y + heights[name] / 2
            y += heights[name] + ROW_GAP
    last = len(rows) - 1
    for sweep in range(2 * SWEEPS):
        order = range(last - 1, -1, -1) if sweep % 2 == 0 else range(1, last)
        for column in order:
            row = rows[column]
            wanted = []
            for name in row:
                near = [*before.get(name, ()), *after.get(name, ())]
                wanted.append(sum(middles[one] for one in near) / len(near) if near else middles[name])
            middles.update(zip(row, _apart(wanted, [heights[name] for name in row]), strict=True))
    return middles


def _apart(wanted: Sequence[float], heights: Sequence[int]) -> list[float]:
    """Return middles as near to those wanted as can be (least squares) that keep the order and the gaps."""
    offsets = [0.0]
    for upper, lower in pairwise(heights):
        offsets.append(offsets[-1] + (upper + lower) / 2 + ROW_GAP)
    blocks: list[tuple[float, int]] = []  # mean and number of what moves together
    for want, offset in zip(wanted, offsets, strict=True):
        mean, count = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, size = blocks.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        blocks.append((mean, count))
    means = [mean for mean, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
