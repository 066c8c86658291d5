"""What each vertex and edge of a derivation says, in one language, for every format that draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.language.texts import Text
from llmrules.say.why import OUTCOMES, VERDICTS, Explainer
from llmrules.say.words import points_phrase, points_words, printable_lines, value_words

if TYPE_CHECKING:
    from llmrules.say.report.graph import Edge, Kind, Link, Vertex

KINDS: dict[Kind, Text] = {
    "requirement": Text("You said", "입력"),
    "conclusion": Text("It follows", "도출"),
    "rule": Text("Rule", "규칙"),
    "gate": Text("Hard rules", "필수 규칙"),
    "refusal": Text("Verdict", "판정"),
    "model": Text("Verdict", "판정"),
}

LINKS: dict[Link, Text] = {
    "fails": OUTCOMES["failed"],
    "unknown": OUTCOMES["unknown"],
    "accepted": OUTCOMES["accepted"],
    "exempted": OUTCOMES["exempted"],
    "exempts": Text("exempts", "면제함"),
}

GATE = Text("no hard rule stands against it", "걸리는 필수 규칙 없음")
REFUSED = Text("refused: no model may do this", "거부: 어떤 모델도 사용할 수 없음")


class Steps(Explainer):
    """Words the vertices and edges of one trace's derivation."""

    def lines(self, vertex: Vertex) -> tuple[str, str]:
        """Return what a vertex says in two lines: a name and a value, either of which may be empty."""
        if vertex.kind in {"requirement", "conclusion"}:
            return self.fact_lines(vertex.key)
        if vertex.kind == "rule":
            return printable_lines(vertex.key), ""
        if vertex.kind == "model":
            return self.name(vertex.key), self.standing(vertex.key)
        return (GATE if vertex.kind == "gate" else REFUSED).read(self.language), ""

    def fact_lines(self, fact: str) -> tuple[str, str]:
        """Return the label of a fact's attribute, and its value."""
        record = self.facts[fact]
        attribute = self.attributes[record.attribute]
        value = (str(record.value),) if attribute.type == "set" and record.value != () else record.value
        words = value_words(attribute, value, self.language)
        assumed = self.say(" (assumed)", " (가정)") if "assumed" in record.origin else ""
        return printable_lines(attribute.label.read(self.language)), f"{words}{assumed}"

    def standing(self, model: str) -> str:
        """Return a model's verdict with its place and points, and the offers that earn them if not all do."""
        candidate = self.rows.standing(model)
        said = VERDICTS[candidate.verdict].read(self.language)
        if candidate.points is None:
            return said
        points, place = points_phrase(candidate.points, self.language), candidate.place
        by = self.earning(model)
        if candidate.verdict == "eligible" and place is not None:
            return self.say(f"place {place}, {points}{by}", f"{place}위, {points}{by}")
        return f"{said}, {points}{by}"

    def style(self, vertex: Vertex) -> str:
        """Return the kind of a vertex, or the verdict on its model."""
        if vertex.kind == "model":
            return self.rows.standing(vertex.key).verdict
        return "excluded" if vertex.kind == "refusal" else vertex.kind

    def link(self, edge: Edge) -> str:
        """Return what an edge says, if anything: points, or how a check came out."""
        if edge.points is not None:
            return f"{'' if edge.points.startswith('-') else '+'}{points_words(edge.points)}"
        said = LINKS.get(edge.link)
        return said.read(self.language) if said is not None else ""

    def omitted(self, count: int) -> str:
        """Say how many models are not drawn."""
        return self.say(f"{count} more models are not drawn", f"모델 {count}개는 그림에서 생략")
