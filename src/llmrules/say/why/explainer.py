"""The tree that explains a standing: the same shape for success and failure.

Its root is the verdict; under it stands every rule that was applied, with what it tested of the model (actual, wanted,
gap) and with the chain by which it fired, down to what the user stated. Of a model with several offers it is the best
one that is explained; each other offer then has one line. It is read from a trace alone.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING

from llmrules.say.teller import points_words, printable_lines
from llmrules.say.why.applied import Applications
from llmrules.say.why.explanation import Beneath, Explanation, Index, Known, Node, row_name
from llmrules.say.why.origins import Chain, Origins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from llmrules.decision.decision import Decision
    from llmrules.language.texts import Language
    from llmrules.trace.found import CandidateRecord
    from llmrules.trace.record import Applied, Trace
    from llmrules.trace.recorder import Excerpt, Recorder


DECISIVE = ("failed", "unknown", "accepted", "exempted", "points", "attached", "approved", "passed", "none")
"""The outcomes of a rule on a model, what decides its verdict first."""

WEIGHTS = {outcome: weight for weight, outcome in enumerate(DECISIVE)}


def why(trace: Trace, name: str, language: Language = "en") -> Explanation:
    """Explain the standing of a model, or of one ``model @ offer``, from a trace alone.

    Raises KeyError, with the nearest name, for what was not judged.
    """
    return Explanation(language, Explainer(trace, language).verdict(name))


class Reasons:
    """Explains models of one decision, each from what its record says of it alone; what they share is made once."""

    def __init__(self, recorder: Recorder, decision: Decision) -> None:
        self._recorder, self._decision = recorder, decision
        self._explainers: dict[Language, Explainer] = {}

    def __reduce__(self) -> tuple[type[Reasons], tuple[Recorder, Decision]]:
        """Copy and pickle without what is kept."""
        return Reasons, (self._recorder, self._decision)

    @cached_property
    def _excerpt(self) -> Excerpt:
        return self._recorder.excerpt(self._decision)

    def why(self, name: str, known: Known) -> Explanation:
        """Explain the standing of a model, or of one ``model @ offer``. Raises KeyError."""
        language, excerpt = known.teller.language, self._excerpt
        if language not in self._explainers:
            self._explainers[language] = Explainer(excerpt, language, known)
        explainer = self._explainers[language]
        explainer.index.judged.add(excerpt.of(name))
        return Explanation(language, explainer.verdict(name))


class Explainer:
    """Explains what one trace holds, in one language; reports and pages hold one and ask its parts."""

    def __init__(self, trace: Trace, language: Language, known: Known | None = None) -> None:
        """``known`` is what is kept of the trace's knowledge, in the same language, where somebody keeps it."""
        self.index = index = Index(trace, Known(trace.given, language) if known is None else known)
        self.teller, self.say = index.teller, index.say
        self.chain, self.origins = Chain(index), Origins(index)
        self.applications = Applications(index, self.chain, self.origins)
        self.offers = Offers(index, self.applications)

    def verdict(self, name: str) -> Node:
        """Return the whole tree of a model, or of one of its offers. Raises KeyError."""
        candidate = self.index.judged.standing(name)
        said = [f"{self.teller.name(name)}: {self.stands(candidate)}", self.offers.passing(name), *self.approval(name)]
        text = "; ".join(filter(None, said))
        if candidate.missing:
            names = ", ".join(map(self.teller.label, candidate.missing))
            text += self.say("to-find-out", names=names)
        return Node("verdict", name, text, candidate.verdict, children=Beneath(lambda: self.reasons(name, candidate)))

    def approval(self, name: str) -> Iterator[str]:
        """Yield who must still approve a name, as far as rules say it, who did, and why an approval does not count."""
        awaited = self.index.awaited(name) if self.index.pending(name) else ()
        if awaited:
            yield self.say("pending-by", names=", ".join(awaited))
        said: dict[str, None] = {}
        for one in self.index.approvals(name):
            until = "" if one.until is None else self.say("approved-until", day=one.until.text)
            said[self.say("approved-by", approver=printable_lines(one.by)) + until] = None
        for one in self.index.approvals(name, counted=False):
            asks = self.index.rules[one.rule].not_by or ""
            known = "own-approval" if asks in self.index.requirements else "unasked-approval"
            said[self.say(known, approver=printable_lines(one.by), label=self.teller.label(asks))] = None
        yield from said

    def reasons(self, name: str, candidate: CandidateRecord) -> list[Node | Callable[[], Node]]:
        """Return what the verdict on a candidate rests on, or what makes it; what decided it comes first."""
        trace = self.index.trace
        applied = (
            *_by_weight(trace.checks(candidate)),
            *trace.exemptions(candidate),
            *_by_weight(trace.scores(candidate)),
            *trace.notes(candidate),
        )
        return [
            *[partial(self.applications.applied, one, candidate) for one in applied],
            *self.forgone(candidate),
            *self.origins.disputes(candidate),
            *self.offers.others(name),
            *self.set_aside(),
        ]

    def forgone(self, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield what an excluded candidate would have earned, with the rules that would give it."""
        scores = self.index.trace.forgone(candidate)
        if scores:
            first, *then = candidate.would_earn
            text = self.say("would-have-earned", points=self.teller.points(first, then))
            children = [partial(self.applications.applied, one, candidate) for one in scores]
            yield Node("forgone", candidate.model, text, candidate.verdict, children=Beneath(lambda: children))

    def set_aside(self) -> Iterator[Node]:
        """Yield the rules over models that others override in this case: what they would have said."""
        for found in self.index.trace.case.defeated:
            rule = self.index.rules[found.id]
            if rule.effect.touches_models:
                aside = self.say("set-aside", by=", ".join(found.defeated_by))
                text = f"{aside}: {self.index.because(rule.id)} [{rule.id}]"
                yield Node("aside", rule.id, text, "defeated", rule.sources)

    def stands(self, candidate: CandidateRecord) -> str:
        """Return the verdict on a candidate with its place and points, as far as it has them."""
        awaits = candidate.verdict == "eligible" and self.index.awaits(candidate)
        said = self.say("verdict.pending" if awaits else f"verdict.{candidate.verdict}")
        if candidate.points is None:
            return said
        points = self.teller.points(candidate.points, candidate.then)
        if candidate.place is None:
            return f"{said}, {points}"
        name = "stands-unverified" if candidate.verdict == "unverified" else "stands"
        return self.say(name, verdict=said, place=candidate.place, points=points)


def _by_weight(applied: tuple[Applied, ...]) -> list[Applied]:
    """Return what decided the verdict first, and by the ids of rules, as a record has them."""
    return sorted(applied, key=lambda one: WEIGHTS[one.outcome])


MOST_LINES = 12
"""How many kinds of other offers are told apart; the others are counted."""

MOST_DIFFERENCES = 3
"""How many differences one offer has told; the others are counted."""


class Offers:
    """Explains the offers of a model."""

    def __init__(self, index: Index, applications: Applications) -> None:
        self.index, self.teller, self.say = index, index.teller, index.say
        self.applications = applications

    def passing(self, name: str, *, alike: bool = False) -> str:
        """Say which offers of a model share its verdict, the best first; only if ``alike`` where all stand alike."""
        best = self.index.judged.standing(name)
        total = len(self.index.models[best.model].offers)
        if name in self.index.judged.candidates or total == 1:
            return ""
        sharing = [row for row in self.index.judged.meant(name) if row.verdict == best.verdict]
        most = self.index.judged.sharing(name)
        if len(most) == total and not alike:
            return ""
        count, verdict = len(sharing), self.say(f"verdict.{best.verdict}")
        how = self.say("passing" if best.verdict == "eligible" else "being", count=count, verdict=verdict)
        said = self.say("all-offers" if count == total else "some-offers", count=count, total=total, how=how)
        fewer = sorted((row for row in sharing if row not in most), key=lambda row: -Fraction(row.points or 0))
        beside = self.say("fewer-points", names=self.index.offers(fewer)) if fewer else ""
        return f"{said}: {self.index.offers(most)}{beside}"

    def by_offers(self, name: str) -> str:
        """Name a model with those of its offers that earn it its place, where not all of them do."""
        said, best = self.teller.name(name), self._best(name)
        return self.say("by-offers", name=said, offers=self.index.offers(best), count=len(best)) if best else said

    def earning(self, name: str) -> str:
        """Return the offers that earn a model its place, to stand behind its points; nothing where all of them do."""
        best = self._best(name)
        return f" ({self.index.offers(best)})" if best else ""

    def costs(self, name: str) -> dict[str, str]:
        """Return what a model's offer comes to in the case, by attribute: the least of those that earn it its place."""
        sharing, found = self.index.judged.sharing(name), {}
        made = [self.index.trace.computed(row) for row in sharing]
        names = dict.fromkeys(attribute for one in made for attribute in one)
        for attribute in (self.index.attributes[one] for one in names):
            if attribute.scope != "offer" or attribute.sides:  # what was made to compare two numbers is no cost
                continue
            values = [one[attribute.name].value for one in made if attribute.name in one]
            words = self.teller.value(attribute, min(values, key=lambda value: Decimal(str(value))))
            found[attribute.name] = words if len(set(values)) == 1 else self.say("price-from", words=words)
        return found

    def _best(self, name: str) -> tuple[CandidateRecord, ...]:
        best = self.index.judged.sharing(name)
        alike = name in self.index.judged.candidates or len(best) == len(self.index.models[best[0].model].offers)
        return () if alike else best

    def others(self, name: str, *, alike: bool = True) -> Iterator[Node]:
        """Yield one line for each other offer of a model: how it stands, and what is different with it.

        Without ``alike`` those are left out that earn the model its place as well.
        """
        best = self.index.judged.standing(name)
        told = (best,) if alike else self.index.judged.sharing(name)
        rows = [row for row in self.index.judged.meant(name) if row not in told]
        lines: dict[str, list[CandidateRecord]] = {}
        for row in sorted(rows, key=lambda row: -Fraction(row.points or 0)):
            lines.setdefault(self.unlike(row, best), []).append(row)
        for text, its in list(lines.items())[:MOST_LINES]:
            yield Node("offer", row_name(its[0]), f"{self.index.offers(its)}: {text}", its[0].verdict)
        more = sum(map(len, list(lines.values())[MOST_LINES:]))
        if more:
            yield Node("offer", "", self.say("more-offers", more=more))

    def unlike(self, row: CandidateRecord, best: CandidateRecord) -> str:
        """Say how an offer stands, and in what it differs from another one."""
        said = [self.standing_beside(row, best)]
        checks = {check.rule: check.outcome for check in self.index.trace.checks(best)}
        for check in self.index.trace.checks(row):
            if check.outcome != checks[check.rule]:
                sentence = self.applications.sentence(check, row)
                said.append(f"{self.applications.outcome(check)}: {sentence} [{check.rule}]")
        scores = {score.rule: score.points for score in self.index.trace.scores(best)}
        for score in self.index.trace.scores(row):
            if best.points is not None and (score.points or "0") != (scores[score.rule] or "0"):
                here, there = self.applications.outcome(score), points_words(scores[score.rule] or "0")
                said.append(self.say("points-instead", here=here, there=there, rule=score.rule))
        if len(said) == 1:
            said.append(self.say("otherwise-as-above"))
        more = len(said) - 1 - MOST_DIFFERENCES
        if more > 0:
            said[1 + MOST_DIFFERENCES :] = [self.say("more-differences", more=more)]
        return "; ".join(said)

    def standing_beside(self, row: CandidateRecord, best: CandidateRecord) -> str:
        """Return the verdict on an offer, and its points where they are not those of the other."""
        said = self.say(f"verdict.{row.verdict}")
        if row.points is None or (row.points, row.then) == (best.points, best.then):
            return said
        return f"{said}, {self.teller.points(row.points, row.then)}"
