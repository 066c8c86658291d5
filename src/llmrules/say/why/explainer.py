"""The tree that explains a standing: the same shape for success and failure.

Its root is the verdict; under it stands every rule that was applied, with what it tested of the model (actual, wanted,
gap) and with the chain by which it fired, down to what the user stated. Of a model with several offers it is the best
one that is explained; each other offer then has one line. It is read from a trace alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.say.why.applied import Applications
from llmrules.say.why.chain import Chain
from llmrules.say.why.changes import Changes
from llmrules.say.why.explanation import Explanation, Node
from llmrules.say.why.index import Index
from llmrules.say.why.offers import Offers
from llmrules.say.why.origins import Origins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.language.texts import Language
    from llmrules.trace.record import Applied, CandidateRecord, Trace

DECISIVE = ("failed", "unknown", "accepted", "exempted", "points", "attached", "approved", "passed", "none")
"""The outcomes of a rule on a model, what decides its verdict first."""


def why(trace: Trace, name: str, language: Language = "en") -> Explanation:
    """Explain the standing of a model, or of one ``model @ offer``, from a trace alone.

    Raises KeyError, with the nearest name, for what was not judged.
    """
    return Explanation(language, Explainer(trace, language).verdict(name))


class Explainer:
    """Explains what one trace holds, in one language; reports and pages hold one and ask its parts."""

    def __init__(self, trace: Trace, language: Language) -> None:
        self.index = Index(trace, language)
        self.teller, self.say = self.index.teller, self.index.say
        self.chain, self.origins = Chain(self.index), Origins(self.index)
        self.changes = Changes(self.index)
        self.applications = Applications(self.index, self.chain, self.origins)
        self.offers = Offers(self.index, self.applications)

    def verdict(self, name: str) -> Node:
        """Return the whole tree of a model, or of one of its offers. Raises KeyError."""
        candidate = self.index.judged.standing(name)
        text = f"{self.teller.name(name)}: {self.stands(candidate)}"
        offers = self.offers.passing(name)
        if offers:
            text += f"; {offers}"
        if candidate.missing:
            names = ", ".join(map(self.teller.label, candidate.missing))
            text += self.say("to-find-out", names=names)
        children = [
            *(self.applications.applied(one, candidate) for one in _by_weight(candidate.checks)),
            *(self.applications.applied(one, candidate) for one in candidate.exemptions),
            *(self.applications.applied(one, candidate) for one in _by_weight(candidate.scores)),
            *(self.applications.applied(one, candidate) for one in candidate.notes),
            *self.origins.disputes(candidate),
            *self.offers.others(name),
            *self.set_aside(),
        ]
        return Node("verdict", name, text, candidate.verdict, children=tuple(children))

    def set_aside(self) -> Iterator[Node]:
        """Yield the rules over models that others override in this case: what they would have said."""
        for found in self.index.trace.found.rules:
            rule = self.index.rules[found.id]
            if found.status == "defeated" and rule.effect.touches_models:
                aside = self.say("set-aside", by=", ".join(found.defeated_by))
                text = f"{aside}: {self.index.because(rule.id)} [{rule.id}]"
                yield Node("aside", rule.id, text, "defeated", rule.sources)

    def stands(self, candidate: CandidateRecord) -> str:
        """Return the verdict on a candidate with its place and points, as far as it has them."""
        said = self.say(f"verdict.{candidate.verdict}")
        if candidate.points is None:
            return said
        points = self.teller.points(candidate.points)
        if candidate.place is None:
            return f"{said}, {points}"
        name = "stands-unverified" if candidate.verdict == "unverified" else "stands"
        return self.say(name, verdict=said, place=candidate.place, points=points)


def _by_weight(applied: tuple[Applied, ...]) -> list[Applied]:
    """Return what decided the verdict first."""
    return sorted(applied, key=lambda one: (DECISIVE.index(one.outcome), one.rule))
