"""The derivation as a graph: requirements, conclusions, rules and verdicts, and what leads to what.

The graph is read from a trace alone and holds no words; :func:`lay_out` puts one on a plane in columns, from what was
stated on the left to the verdicts on the right. It draws nothing.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from llmrules.trace.record import CandidateRecord, Trace

Kind: TypeAlias = Literal["requirement", "conclusion", "rule", "gate", "refusal", "model"]
Link: TypeAlias = Literal[
    "uses", "concludes", "passes", "fails", "unknown", "accepted", "exempted", "exempts", "gains", "loses", "refuses"
]

MOST_MODELS = 40
"""More are left out, the last of the ranking first, and counted: a picture of thousands shows nothing."""

GATE = "gate"
REFUSAL = "refusal"


@frozen
class Vertex:
    """One thing in the graph: ``key`` names its fact, rule or model; ``rules`` are joined to it and conclude it."""

    id: str
    kind: Kind
    key: str = ""
    rules: tuple[str, ...] = ()


@frozen
class Edge:
    """``source`` leads to ``target``; points where the rule at the source gives some."""

    source: str
    target: str
    link: Link
    points: str | None = None


@frozen
class Graph:
    """Vertices and edges without a cycle; ``omitted`` models have no vertex."""

    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]
    omitted: int = 0

    def above(self, vertex: str) -> frozenset[str]:
        """Return the vertex and all that it rests on."""
        return _reach(vertex, _neighbours((edge.target, edge.source) for edge in self.edges))

    def only(self, kept: frozenset[str]) -> Graph:
        """Return the graph of these vertices alone."""
        vertices = tuple(vertex for vertex in self.vertices if vertex.id in kept)
        edges = tuple(edge for edge in self.edges if edge.source in kept and edge.target in kept)
        return Graph(vertices, edges, self.omitted)


def derivation_graph(trace: Trace, model: str | None = None) -> Graph:
    """Return all that leads to a verdict, or to that on one model. Raises KeyError for one that the trace has not.

    An eligible model rests on the gate, which every hard rule leads to; every other verdict, and every point, rests on
    the rules that gave it. A rule that concludes what it rests on itself adds nothing, and that edge is left out.
    """
    shown, omitted = _shown_models(trace, model)
    edges = [*_case_edges(trace), *_verdict_edges(trace, shown)]
    facts = {fact.id: fact for fact in trace.found.facts}
    vertices = [
        *(Vertex(_fact(fact.id), _fact_kind(fact.origin), fact.id) for fact in facts.values()),
        *(Vertex(_rule(firing.rule), "rule", firing.rule) for firing in trace.found.firings),
        Vertex(GATE, "gate"),
        Vertex(REFUSAL, "refusal"),
        *(Vertex(_model(candidate.model), "model", candidate.model) for candidate in shown),
    ]
    ends = [vertex.id for vertex in vertices if vertex.kind == "model"]
    backward = _neighbours((edge.target, edge.source) for edge in edges)
    told = frozenset(ends).union(*(_reach(end, backward) for end in ends))
    if trace.found.result.refused and model is None:
        told |= _reach(REFUSAL, backward)
    return Graph(tuple(vertices), tuple(edges), omitted).only(told)


def _shown_models(trace: Trace, model: str | None) -> tuple[list[CandidateRecord], int]:
    result = trace.found.result
    places = (*result.ranking, *result.unverified)
    order = [*(model for place in places for model in place.models), *result.excluded]
    candidates = {candidate.model: candidate for candidate in trace.found.candidates}
    if model is not None:
        return [candidates[model]], 0
    return [candidates[model] for model in order[:MOST_MODELS]], max(0, len(order) - MOST_MODELS)


def _fact_kind(origin: Sequence[str]) -> Kind:
    return "conclusion" if tuple(origin) == ("concluded",) else "requirement"


def _case_edges(trace: Trace) -> Iterator[Edge]:
    """Yield what led to what in the case, in the order of the firings, without closing a circle."""
    forward: defaultdict[str, list[str]] = defaultdict(list)
    for firing in trace.found.firings:
        rule = _rule(firing.rule)
        for fact in firing.uses:
            forward[_fact(fact)].append(rule)
            yield Edge(_fact(fact), rule, "uses")
        for fact in firing.concludes:
            if rule not in _reach(_fact(fact), forward):
                forward[rule].append(_fact(fact))
                yield Edge(rule, _fact(fact), "concludes")
    for name in trace.found.result.refused:
        yield Edge(_rule(name), REFUSAL, "refuses")


def _verdict_edges(trace: Trace, shown: Iterable[CandidateRecord]) -> Iterator[Edge]:
    effects = {rule.id: rule.effect for rule in trace.given.rules}
    hard = [one.rule for one in trace.found.criteria if effects[one.rule] in {"require", "exclude"}]
    yield from (Edge(_rule(rule), GATE, "passes") for rule in hard)
    links: dict[str, Link] = {
        "failed": "fails", "unknown": "unknown", "accepted": "accepted", "exempted": "exempted",
    }  # fmt: skip
    for candidate in shown:
        model = _model(candidate.model)
        if candidate.verdict == "eligible" and hard:
            yield Edge(GATE, model, "passes")
        for check in candidate.checks:
            decides = check.outcome == "failed" if candidate.verdict == "excluded" else check.outcome in links
            if decides:
                yield Edge(_rule(check.rule), model, links[check.outcome])
        exempting = {rule for check in candidate.checks for rule in check.exempted_by}
        yield from (Edge(_rule(rule), model, "exempts") for rule in sorted(exempting))
        for score in candidate.scores:
            if score.points is not None and score.points != "0":
                link: Link = "loses" if score.points.startswith("-") else "gains"
                yield Edge(_rule(score.rule), model, link, score.points)


def join_conclusions(graph: Graph) -> Graph:
    """Return the graph with each concluding rule joined to what it concludes: half as deep, and no path is lost."""
    concludes: defaultdict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        if edge.link == "concludes":
            concludes[edge.source].append(edge.target)
    rules: defaultdict[str, list[str]] = defaultdict(list)
    edges: dict[tuple[str, str], Edge] = {}
    for edge in graph.edges:
        if edge.link == "concludes":
            rules[edge.target].append(edge.source)
            continue
        for target in concludes.get(edge.target, [edge.target]):
            edges.setdefault((edge.source, target), evolve(edge, target=target))
    keys = {vertex.id: vertex.key for vertex in graph.vertices}
    vertices = tuple(
        evolve(vertex, rules=tuple(sorted(keys[rule] for rule in rules[vertex.id])))
        for vertex in graph.vertices
        if vertex.id not in concludes
    )
    return Graph(vertices, tuple(edges.values()), graph.omitted)


# On a plane


@frozen
class Size:
    """How large a vertex is drawn."""

    width: int
    height: int


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


def lay_out(graph: Graph, size: Callable[[Vertex], Size]) -> Layout:
    """Place a graph in columns: requirements first, then what follows, rules over models, the gate, verdicts last.

    The graph is one whose conclusions are joined to their rules. Models keep its order; elsewhere the order is chosen
    so that few edges cross.
    """
    columns = _columns(graph)
    sizes = {vertex.id: size(vertex) for vertex in graph.vertices}
    lanes, routes = _routes(graph, columns)
    heights = {**{one: sizes[one].height for one in sizes}, **dict.fromkeys(lanes, LANE)}
    rows: list[list[str]] = [[] for _ in range(max(columns.values(), default=0) + 1)]
    for name, column in (*columns.items(), *lanes.items()):
        rows[column].append(name)
    fixed = {vertex.id: place for place, vertex in enumerate(graph.vertices) if vertex.kind in {"refusal", "model"}}
    steps = {step for route in routes.values() for step in pairwise(route)}
    before, after = _neighbours((b, a) for a, b in sorted(steps)), _neighbours(sorted(steps))
    rows = _untangle(rows, before, after, fixed)
    middles = _middles(rows, before, after, heights)
    top = min((middles[name] - heights[name] / 2 for name in middles), default=0)
    widths = [max((sizes[name].width for name in row if name in sizes), default=0) for row in rows]
    lefts = [MARGIN + sum(widths[:column]) + COLUMN_GAP * column for column in range(len(rows))]
    vertices = {vertex.id: vertex for vertex in graph.vertices}
    boxes = tuple(
        Box(
            vertex=vertices[name],
            column=column,
            x=lefts[column],
            y=round(middles[name] - heights[name] / 2 - top) + MARGIN,
            width=sizes[name].width,
            height=sizes[name].height,
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
    before = _neighbours((edge.target, edge.source) for edge in graph.edges)
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
        rows = [list(row) for row in rows]
        order = range(len(rows) - 2, -1, -1) if leftward else range(1, len(rows))
        for column in order:
            towards = after if leftward else before
            neighbour = rows[column + 1 if leftward else column - 1]
            place = {name: index for index, name in enumerate(neighbour)}
            now = {name: index for index, name in enumerate(rows[column])}

            def pull(
                name: str, towards: Mapping[str, Sequence[str]] = towards, place: Mapping[str, int] = place,
                now: Mapping[str, int] = now,
            ) -> tuple[float, int]:  # fmt: skip
                found = [place[one] for one in towards.get(name, ())]
                return (sum(found) / len(found) if found else now[name], now[name])

            loose = iter(sorted((name for name in rows[column] if name not in fixed), key=pull))
            held = iter(sorted((name for name in rows[column] if name in fixed), key=lambda name: fixed[name]))
            rows[column] = [next(held) if name in fixed else next(loose) for name in rows[column]]
        crossings = _crossings(rows, after)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


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


def _fact(fact: str) -> str:
    return f"fact:{fact}"


def _rule(rule: str) -> str:
    return f"rule:{rule}"


def _model(model: str) -> str:
    return f"model:{model}"


def _neighbours(steps: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for here, there in steps:
        found[here].append(there)
    return found


def _reach(start: str, steps: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return a vertex and all that the steps lead to from it."""
    seen = {start}
    waiting = [start]
    while waiting:
        for one in steps.get(waiting.pop(), ()):
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    return frozenset(seen)
