"""What each vertex and edge of a derivation says, in one language, for every format that draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.say.teller import points_words, printable_lines

if TYPE_CHECKING:
    from llmrules.say.report.graph import Edge, Vertex
    from llmrules.say.why import Explainer

TELLING = frozenset({"fails", "unknown", "accepted", "exempted", "exempts"})
"""The edges that say how a check came out; what the others mean their ends say."""


class Steps:
    """Words the vertices and edges of one trace's derivation."""

    def __init__(self, why: Explainer) -> None:
        self.index, self.teller, self.say = why.index, why.teller, why.say
        self.why = why

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
        record = self.index.case.facts[fact]
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
            return f"{'' if edge.points.startswith('-') else '+'}{points_words(edge.points)}"
        return self.say(f"link.{edge.link}") if edge.link in TELLING else ""

    def omitted(self, count: int) -> str:
        """Say how many models are not drawn."""
        return self.say("not-drawn", count=count)
