"""The tree that explains a standing: the same shape for success and failure.

Its root is the verdict; under it stands every rule that was applied, with what it tested of the model (actual, wanted,
gap) and with the chain by which it fired, down to what the user stated. Of a model with several offers it is the best
one that is explained; each other offer then has one line. It is read from a trace alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.say.why.explanation import Explanation, Node
from llmrules.say.why.offers import Offers
from llmrules.say.why.outcomes import DECISIVE, VERDICTS
from llmrules.say.words import points_phrase

if TYPE_CHECKING:
    from llmrules.language.texts import Language
    from llmrules.trace.record import Applied, CandidateRecord, Trace


def why(trace: Trace, name: str, language: Language = "en") -> Explanation:
    """Explain the standing of a model, or of one ``model @ offer``, from a trace alone.

    Raises KeyError, with the nearest name, for what was not judged.
    """
    return Explanation(language, Explainer(trace, language).verdict(name))


class Explainer(Offers):
    """Explains what one trace holds, in one language."""

    def verdict(self, name: str) -> Node:
        """Return the whole tree of a model, or of one of its offers. Raises KeyError."""
        candidate = self.rows.standing(name)
        text = f"{self.name(name)}: {self.stands(candidate)}"
        offers = self.passing(name)
        if offers:
            text += f"; {offers}"
        if candidate.missing:
            names = ", ".join(map(self.label, candidate.missing))
            text += self.say(f"; to find out: {names}", f"; 확인할 항목: {names}")
        children = [
            *(self.applied(one, candidate) for one in _by_weight(candidate.checks)),
            *(self.applied(one, candidate) for one in candidate.exemptions),
            *(self.applied(one, candidate) for one in _by_weight(candidate.scores)),
            *(self.applied(one, candidate) for one in candidate.notes),
            *self.disputes(candidate),
            *self.others(name),
        ]
        return Node("verdict", name, text, candidate.verdict, children=tuple(children))

    def stands(self, candidate: CandidateRecord) -> str:
        """Return the verdict on a candidate with its place and points, as far as it has them."""
        said = VERDICTS[candidate.verdict].read(self.language)
        if candidate.points is None:
            return said
        points = points_phrase(candidate.points, self.language)
        if candidate.place is None:
            return f"{said}, {points}"
        among = self.say(" among the unverified", "(미확인 중)") if candidate.verdict == "unverified" else ""
        return self.say(
            f"{said}, place {candidate.place}{among} with {points}",
            f"{said}, {candidate.place}위{among}, {points}",
        )


def _by_weight(applied: tuple[Applied, ...]) -> list[Applied]:
    """Return what decided the verdict first."""
    return sorted(applied, key=lambda one: (DECISIVE.index(one.outcome), one.rule))
