"""The derivation as a graph: requirements, conclusions, rules and verdicts, and what leads to what.

It is read from a trace alone. It holds no words, has no places on a plane, and draws nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import evolve, frozen

from llmrules.say.why import Judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.trace.found import CandidateRecord
    from llmrules.trace.record import Trace

Kind: TypeAlias = Literal["requirement", "conclusion", "rule", "gate", "refusal", "model"]
Link: TypeAlias = Literal[
    "uses", "concludes", "passes", "fails", "unknown", "accepted", "exempted", "exempts", "gains", "loses", "refuses"
]

MOST_MODELS = 24
"""More are left out, the last of the ranking first, and counted: a picture of thousands shows nothing."""

GATE = "gate"
REFUSAL = "refusal"


@frozen
class Vertex:
    """One thing in the graph.

    ``key`` names its fact, its rule, or what was judged; ``rules`` are joined to it and conclude it.
    """

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
        return _reach(vertex, neighbours((edge.target, edge.source) for edge in self.edges))

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
    names, omitted = _shown_models(trace, model)
    rows = Judged(trace)
    shown = {name: _telling(rows, name) for name in names}
    edges = [*_case_edges(trace), *_verdict_edges(trace, shown)]
    facts = {fact.id: fact for fact in trace.found.facts}
    vertices = [
        *(Vertex(_fact(fact.id), _fact_kind(fact.origin), fact.id) for fact in facts.values()),
        *(Vertex(_rule(firing.rule), "rule", firing.rule) for firing in trace.found.firings),
        Vertex(GATE, "gate"),
        Vertex(REFUSAL, "refusal"),
        *(Vertex(_model(name), "model", name) for name in shown),
    ]
    ends = [vertex.id for vertex in vertices if vertex.kind == "model"]
    backward = neighbours((edge.target, edge.source) for edge in edges)
    told = frozenset(ends).union(*(_reach(end, backward) for end in ends))
    if trace.found.result.refused and model is None:
        told |= _reach(REFUSAL, backward)
    return Graph(tuple(vertices), tuple(edges), omitted).only(told)


def _shown_models(trace: Trace, model: str | None) -> tuple[list[str], int]:
    result = trace.found.result
    places = (*result.ranking, *result.unverified)
    order = [*(model for place in places for model in place.models), *result.excluded]
    if model is not None:
        return [model], 0
    return order[:MOST_MODELS], max(0, len(order) - MOST_MODELS)


def _telling(rows: Judged, name: str) -> tuple[CandidateRecord, ...]:
    """Return the candidates that give a name its verdict: the best of its offers, or all where all of them are out."""
    best = rows.standing(name)
    return rows.meant(name) if best.verdict == "excluded" else (best,)


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


def _verdict_edges(trace: Trace, shown: Mapping[str, Sequence[CandidateRecord]]) -> Iterator[Edge]:
    effects = {rule.id: rule.effect for rule in trace.given.rules}
    hard = [one.rule for one in trace.found.criteria if effects[one.rule].hard]
    yield from (Edge(_rule(rule), GATE, "passes") for rule in hard)
    links: dict[str, Link] = {
        "failed": "fails", "unknown": "unknown", "accepted": "accepted", "exempted": "exempted",
    }  # fmt: skip
    for name, rows in shown.items():
        if rows[0].verdict == "eligible" and hard:
            yield Edge(GATE, _model(name), "passes")
        edges = (edge for candidate in rows for edge in _edges_of(trace, candidate, _model(name), links))
        yield from dict.fromkeys(edges)


def _edges_of(trace: Trace, candidate: CandidateRecord, model: str, links: Mapping[str, Link]) -> Iterator[Edge]:
    """Yield what leads to a candidate: the checks that decide its verdict, exemptions, and what gave it points."""
    for check in trace.checks(candidate):
        decides = check.outcome == "failed" if candidate.verdict == "excluded" else check.outcome in links
        if decides:
            yield Edge(_rule(check.rule), model, links[check.outcome])
    exempting = {rule for check in trace.checks(candidate) for rule in check.exempted_by}
    yield from (Edge(_rule(rule), model, "exempts") for rule in sorted(exempting))
    for score in trace.scores(candidate):
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


def _fact(fact: str) -> str:
    return f"fact:{fact}"


def _rule(rule: str) -> str:
    return f"rule:{rule}"


def _model(model: str) -> str:
    return f"model:{model}"


def neighbours(steps: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return where the steps lead from each vertex, in their order."""
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
