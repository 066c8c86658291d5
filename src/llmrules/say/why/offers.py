"""The offers of one model beside each other: which of them pass, and what is different with each."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from llmrules.say.why.applied import Applications
from llmrules.say.why.explanation import Node
from llmrules.say.why.outcomes import VERDICTS
from llmrules.say.why.rows import row_name
from llmrules.say.words import points_phrase, points_words, value_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.trace.record import CandidateRecord

MOST_LINES = 12
"""How many kinds of other offers are told apart; the others are counted."""

MOST_DIFFERENCES = 3
"""How many differences one offer has told; the others are counted."""


class Offers(Applications):
    """Explains the offers of a model."""

    def passing(self, name: str, *, alike: bool = False) -> str:
        """Say which offers of a model share its verdict, the best first; only if ``alike`` where all stand alike."""
        best = self.rows.standing(name)
        total = len(self.models[best.model].offers)
        if name in self.rows.candidates or total == 1:
            return ""
        sharing = [row for row in self.rows.meant(name) if row.verdict == best.verdict]
        most = [row for row in sharing if row.points == best.points]
        if len(most) == total and not alike:
            return ""
        said = f"{self._count(len(sharing), total, best.verdict)}: {self.offers(most)}"
        fewer = sorted((row for row in sharing if row not in most), key=lambda row: -Fraction(row.points or 0))
        if fewer:
            names = self.offers(fewer)
            said += self.say(f"; with fewer points: {names}", f", 점수가 더 낮은 오퍼: {names}")
        return said

    def _count(self, count: int, total: int, verdict: str) -> str:
        verb = "passes" if count == 1 else "pass"
        if verdict != "eligible":
            verb = f"{'is' if count == 1 else 'are'} {VERDICTS[verdict].read('en')}"
        how = self.say(verb, "통과" if verdict == "eligible" else VERDICTS[verdict].read("ko"))
        if count == total:
            return self.say(f"all offers {how}", f"모든 오퍼 {how}")
        return self.say(f"{count} of {total} offers {how}", f"오퍼 {total}개 중 {count}개 {how}")

    def by_offers(self, name: str) -> str:
        """Name a model with those of its offers that earn it its place, where not all of them do."""
        said, best = self.name(name), self._best(name)
        if not best:
            return said
        offers, noun = self.offers(best), "offers" if len(best) > 1 else "offer"
        return self.say(f"{said} ({noun} {offers})", f"{said}({offers})")

    def earning(self, name: str) -> str:
        """Return the offers that earn a model its place, to stand behind its points; nothing where all of them do."""
        best = self._best(name)
        return f" ({self.offers(best)})" if best else ""

    def costs(self, name: str) -> dict[str, str]:
        """Return what a model costs in the case, by attribute: at the cheapest of the offers that earn it its place."""
        sharing, found = self.rows.sharing(name), {}
        for attribute in dict.fromkeys(attribute for row in sharing for attribute in row.computed):
            values = [row.computed[attribute].value for row in sharing if attribute in row.computed]
            words = value_words(self.attributes[attribute], min(values, key=_amount), self.language)
            found[attribute] = words if len(set(values)) == 1 else self.say(f"from {words}", f"{words}부터")
        return found

    def _best(self, name: str) -> tuple[CandidateRecord, ...]:
        best = self.rows.sharing(name)
        alike = name in self.rows.candidates or len(best) == len(self.models[best[0].model].offers)
        return () if alike else best

    def others(self, name: str, *, alike: bool = True) -> Iterator[Node]:
        """Yield one line for each other offer of a model: how it stands, and what is different with it.

        Without ``alike`` those are left out that earn the model its place as well.
        """
        best = self.rows.standing(name)
        told = (best,) if alike else self.rows.sharing(name)
        rows = [row for row in self.rows.meant(name) if row not in told]
        lines: dict[str, list[CandidateRecord]] = {}
        for row in sorted(rows, key=lambda row: -Fraction(row.points or 0)):
            lines.setdefault(self.unlike(row, best), []).append(row)
        for text, its in list(lines.items())[:MOST_LINES]:
            yield Node("offer", row_name(its[0]), f"{self.offers(its)}: {text}", its[0].verdict)
        more = sum(map(len, list(lines.values())[MOST_LINES:]))
        if more:
            yield Node("offer", "", self.say(f"and {more} more offers", f"그 밖에 오퍼 {more}개"))

    def unlike(self, row: CandidateRecord, best: CandidateRecord) -> str:
        """Say how an offer stands, and in what it differs from another one."""
        said = [self.standing_beside(row, best)]
        checks = {check.rule: check.outcome for check in best.checks}
        for check in row.checks:
            if check.outcome != checks[check.rule]:
                sentence = self.sentence(self.rules[check.rule], check, row)
                said.append(f"{self.outcome(check)}: {sentence} [{check.rule}]")
        scores = {score.rule: score.points for score in best.scores}
        for score in row.scores:
            if best.points is not None and (score.points or "0") != (scores[score.rule] or "0"):
                here, there = self.outcome(score), points_words(scores[score.rule] or "0")
                said.append(
                    self.say(f"{here} instead of {there} [{score.rule}]", f"{here}({there}점 대신) [{score.rule}]")
                )
        if len(said) == 1:
            said.append(self.say("otherwise as above", "나머지는 위와 같음"))
        more = len(said) - 1 - MOST_DIFFERENCES
        if more > 0:
            said[1 + MOST_DIFFERENCES :] = [self.say(f"and {more} more differences", f"그 밖의 차이 {more}건")]
        return "; ".join(said)

    def standing_beside(self, row: CandidateRecord, best: CandidateRecord) -> str:
        """Return the verdict on an offer, and its points where they are not those of the other."""
        said = VERDICTS[row.verdict].read(self.language)
        if row.points is None or row.points == best.points:
            return said
        return f"{said}, {points_phrase(row.points, self.language)}"


def _amount(value: object) -> Decimal:
    """Return a number as a trace has it."""
    return Decimal(str(value))
