"""An explanation as a tree of steps, and as lines of text. It is data: it looks nothing up and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.errors import printable
from llmrules.language.texts import Language
from llmrules.say.lines import Line, Tone
from llmrules.say.teller import Sentences
from llmrules.trace.record import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal[
    "verdict",
    "rule",
    "aside",
    "group",
    "leaf",
    "value",
    "term",
    "classification",
    "fact",
    "firing",
    "dispute",
    "change",
    "offer",
]

BULLETS = ("", "-", "·")
TONES: dict[str, Tone] = {
    "failed": "bad", "excluded": "bad", "unknown": "open", "accepted": "open", "exempted": "open", "attached": "open",
    "points": "good", "passed": "good", "approved": "good",
}  # fmt: skip
"""How a rule that was applied, or an offer, is coloured by what came of it."""


@frozen
class Node:
    """One step of an explanation: what it says, how it came out, what it rests on, and the steps beneath it.

    ``id`` names the model, rule, attribute or fact; ``outcome`` is the verdict, the outcome of a rule, or the truth
    of a leaf. A leaf also keeps its parts: ``actual``, ``wanted`` (operator and threshold in words) and ``gap``.
    """

    kind: Kind
    id: str
    text: str
    outcome: str = ""
    sources: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()
    actual: Json | None = None
    wanted: str = ""
    gap: str = ""

    def walk(self) -> Iterator[Node]:
        """Yield this node and all beneath it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


@frozen
class Explanation:
    """Why one model stands where it stands, in one language."""

    language: Language
    root: Node

    def __str__(self) -> str:
        """Return the tree as indented lines."""
        return "\n".join(map(str, self.lines()))

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the tree, each under what it explains; a fact's chain is said once."""
        yield from _lines(self.root, 0, set(), Sentences(self.language)("as-above"))


def _lines(node: Node, depth: int, said: set[str], again: str) -> Iterator[Line]:
    repeated = node.kind == "fact" and bool(node.children) and node.id in said
    origin = " ".join(
        [*([f"({', '.join(node.sources)})"] if node.sources else []), *([f"({again})"] if repeated else [])]
    )
    yield Line(
        style="line" if depth else "answer",
        text=printable(node.text),
        indent=2 * depth,
        mark=BULLETS[min(depth, 2)],
        origin=printable(origin),
        tone=TONES.get(node.outcome, "") if node.kind in {"rule", "offer"} else "",
    )
    if repeated:
        return
    if node.kind == "fact":
        said.add(node.id)
    for child in node.children:
        yield from _lines(child, depth + 1, said, again)
