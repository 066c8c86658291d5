"""The derivation as a graph: requirements, conclusions, rules and verdicts, what leads to what, and what each says.

It is read from a trace alone. It has no places on a plane, and draws nothing; as Mermaid it is a text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import evolve, frozen

from llmrules.say.teller import printable_lines, signed
from llmrules.say.why import Explainer, Judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.language.texts import Language
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


def derivation_graph(trace: Trace, model: str | None = None) -> Graph:
    """Return all that leads to a verdict, or to that on one model. Raises KeyError for one that the trace has not.

    An eligible model rests on the gate, which every hard rule leads to; every other verdict, and every point, rests on
    the rules that gave it. A rule that concludes what it rests on itself adds nothing, and that edge is left out.
    """
    names, omitted = _shown_models(trace, model)
    judged = Judged(trace)
    shown = {name: _telling(judged, name) for name in names}
    edges = [*_case_edges(trace), *_verdict_edges(trace, shown)]
    vertices = [
        *(Vertex(_fact(one.id), "conclusion" if one.origin == ("concluded",) else "requirement", one.id)
          for one in trace.found.facts),
        *(Vertex(_rule(firing.rule), "rule", firing.rule) for firing in trace.found.firings),
        Vertex(GATE, "gate"),
        Vertex(REFUSAL, "refusal"),
        *(Vertex(_model(name), "model", name) for name in shown),
    ]  # fmt: skip
    backward = neighbours((edge.target, edge.source) for edge in edges)
    ends = [*map(_model, shown), *([REFUSAL] if trace.found.result.refused and model is None else [])]
    told = frozenset[str]().union(*(_reach(end, backward) for end in ends))
    return Graph(
        tuple(vertex for vertex in vertices if vertex.id in told),
        tuple(edge for edge in edges if edge.source in told and edge.target in told),
        omitted,
    )


def _shown_models(trace: Trace, model: str | None) -> tuple[list[str], int]:
    if model is not None:
        return [model], 0
    result = trace.found.result
    ranked = (name for place in (*result.ranking, *result.unverified) for name in place.models)
    order = [*ranked, *result.excluded]
    return order[:MOST_MODELS], max(0, len(order) - MOST_MODELS)


def _telling(rows: Judged, name: str) -> tuple[CandidateRecord, ...]:
    """Return the candidates that give a name its verdict: the best of its offers, or all where all of them are out."""
    best = rows.standing(name)
    return rows.meant(name) if best.verdict == "excluded" else (best,)


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


TELLING = {
    "fails": "outcome.failed",
    "unknown": "outcome.unknown",
    "accepted": "outcome.accepted",
    "exempted": "outcome.exempted",
    "exempts": "link.exempts",
}
"""The edges that say how a check came out, with the sentences for it; what the others mean their ends say."""


class Steps:
    """Words the vertices and edges of one trace's derivation."""

    def __init__(self, why: Explainer) -> None:
        self.index, self.teller, self.say, self.why = why.index, why.teller, why.say, why

    def lines(self, vertex: Vertex) -> tuple[str, str]:
        """Return what a vertex says in two lines: a name and a value, either of which may be empty."""
        if vertex.kind in {"requirement", "conclusion"}:
            return self.fact_lines(vertex.key)
        if vertex.kind == "rule":
            return printable_lines(vertex.key), ""
        if vertex.kind == "model":
            return self.teller.name(vertex.key), self.standing(vertex.key)
        return self.say(f"step.{vertex.kind}"), ""

    def fact_lines(self, fact: str) -> tuple[str, str]:
        """Return the label of a fact's attribute, and its value."""
        record = self.index.facts[fact]
        words = self.teller.fact(self.index.attributes[record.attribute], record.value)
        assumed = self.say("assumed-aside") if "assumed" in record.origin else ""
        return self.teller.label(record.attribute), f"{words}{assumed}"

    def standing(self, model: str) -> str:
        """Return a model's verdict with its place and points, and the offers that earn them if not all do."""
        candidate = self.index.judged.standing(model)
        said = self.say(f"verdict.{candidate.verdict}")
        if candidate.points is None:
            return said
        points, place = self.teller.points(candidate.points, candidate.then), candidate.place
        by = self.why.offers.earning(model)
        if candidate.verdict == "eligible" and place is not None:
            return self.say("placed", place=place, points=points, by=by)
        return f"{said}, {points}{by}"

    def style(self, vertex: Vertex) -> str:
        """Return the kind of a vertex, or the verdict on its model."""
        if vertex.kind == "model":
            return self.index.judged.standing(vertex.key).verdict
        return "excluded" if vertex.kind == "refusal" else vertex.kind

    def link(self, edge: Edge) -> str:
        """Return what an edge says, if anything: points, or how a check came out."""
        if edge.points is not None:
            return signed(edge.points)
        return self.say(TELLING[edge.link]) if edge.link in TELLING else ""

    def omitted(self, count: int) -> str:
        """Say how many models are not drawn."""
        return self.say("not-drawn", count=count)


SHAPES = {
    "requirement": ("([", "])"),
    "conclusion": ("(", ")"),
    "rule": ("[[", "]]"),
    "gate": ("{{", "}}"),
    "refusal": ("[", "]"),
    "model": ("[", "]"),
}
ARROWS = {"fails": "-.->", "unknown": "-.->", "accepted": "-.->", "exempted": "-.->"}
STYLES = {
    "requirement": "fill:#e8f0fa,stroke:#2b6cb0,color:#1d2126",
    "conclusion": "fill:#f3f4f6,stroke:#5b6470,color:#1d2126",
    "rule": "fill:#ffffff,stroke:#5b6470,color:#1d2126",
    "gate": "fill:#ffffff,stroke:#5b6470,color:#1d2126",
    "eligible": "fill:#e4f3ea,stroke:#2f7d5b,color:#1d2126",
    "unverified": "fill:#fbf1d9,stroke:#8a6100,color:#1d2126",
    "excluded": "fill:#fae6e5,stroke:#b0413e,color:#1d2126",
}
# What Mermaid, or the HTML that it makes of a label, may take for more than a character
_ACTIVE = re.compile(r"""["#&<>`\\|{}\[\]();$%*_~]""")


def render_mermaid(trace: Trace, language: Language = "en", model: str | None = None) -> str:
    """Return the derivation as a Mermaid flowchart: of all verdicts, or of that on one model.

    Raises KeyError for a model that the trace does not have.
    """
    return "\n".join(_mermaid_lines(trace, Steps(Explainer(trace, language)), model)) + "\n"


def _mermaid_lines(trace: Trace, steps: Steps, model: str | None) -> Iterator[str]:
    graph = derivation_graph(trace, model)
    yield "flowchart LR"
    names = {vertex.id: f"n{number}" for number, vertex in enumerate(graph.vertices, 1)}
    for vertex in graph.vertices:
        opening, closing = SHAPES[vertex.kind]
        label = "<br>".join(_escaped(line) for line in steps.lines(vertex) if line)
        yield f'  {names[vertex.id]}{opening}"{label}"{closing}:::{steps.style(vertex)}'
    for edge in graph.edges:
        said = steps.link(edge)
        arrow = ARROWS.get(edge.link, "-->") + (f'|"{_escaped(said)}"|' if said else "")
        yield f"  {names[edge.source]} {arrow} {names[edge.target]}"
    used = {steps.style(vertex) for vertex in graph.vertices}
    yield from (f"  classDef {name} {style}" for name, style in STYLES.items() if name in used)
    if graph.omitted:
        yield f"%% {_escaped(steps.omitted(graph.omitted))}"


def _escaped(text: str) -> str:
    """Return a text in which every character means itself, by Mermaid's own codes."""
    return _ACTIVE.sub(lambda match: f"#{ord(match[0])};", printable_lines(text))
