"""The derivation as a Mermaid flowchart, from the stated requirements to the verdicts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from llmrules.say.report.graph import Edge, Steps, Vertex, derivation_graph
from llmrules.say.teller import printable_lines
from llmrules.say.why import Explainer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.language.texts import Language
    from llmrules.trace.record import Trace

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
    return "\n".join(_lines(trace, Steps(Explainer(trace, language)), model)) + "\n"


def _lines(trace: Trace, steps: Steps, model: str | None) -> Iterator[str]:
    graph = derivation_graph(trace, model)
    yield "flowchart LR"
    names = {vertex.id: f"n{number}" for number, vertex in enumerate(graph.vertices, 1)}
    for vertex in graph.vertices:
        opening, closing = SHAPES[vertex.kind]
        yield f'  {names[vertex.id]}{opening}"{_label(steps, vertex)}"{closing}:::{steps.style(vertex)}'
    for edge in graph.edges:
        yield f"  {names[edge.source]} {_arrow(steps, edge)} {names[edge.target]}"
    used = {steps.style(vertex) for vertex in graph.vertices}
    yield from (f"  classDef {name} {style}" for name, style in STYLES.items() if name in used)
    if graph.omitted:
        yield f"%% {_escaped(steps.omitted(graph.omitted))}"


def _label(steps: Steps, vertex: Vertex) -> str:
    return "<br>".join(_escaped(line) for line in steps.lines(vertex) if line)


def _arrow(steps: Steps, edge: Edge) -> str:
    arrow = ARROWS.get(edge.link, "-->")
    said = steps.link(edge)
    return f'{arrow}|"{_escaped(said)}"|' if said else arrow


def _escaped(text: str) -> str:
    """Return a text in which every character means itself, by Mermaid's own codes."""
    return _ACTIVE.sub(lambda match: f"#{ord(match[0])};", printable_lines(text))
