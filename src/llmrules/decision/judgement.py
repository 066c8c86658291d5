"""Applies the effects of the rules that fired to every candidate: verdicts, points, notes.

Masks of candidates in, masks of candidates out; explanations are built from them later, on demand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.decision.criteria import Criterion, Outcome, Points
from llmrules.language.rules.effects import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.decision.criteria import Criteria
    from llmrules.language.conditions import Facts

Verdict: TypeAlias = Literal["eligible", "unverified", "excluded"]


@frozen(eq=False)
class Check:
    """A hard rule that fired, applied: who fails, who is unknown, and who is not held to it."""

    criterion: Criterion
    outcome: Outcome
    exempted: int
    unknown: int
    policy: Policy

    @property
    def excluding(self) -> int:
        """The candidates that this check excludes."""
        failing = self.outcome.false | (self.unknown if self.policy == "exclude" else 0)
        return failing & ~self.exempted

    @property
    def unverifying(self) -> int:
        """The candidates that this check leaves unverified."""
        return self.unknown & ~self.exempted if self.policy == "apart" else 0

    @property
    def accepting(self) -> int:
        """The candidates that pass although their check is unknown."""
        return self.unknown & ~self.exempted if self.policy == "accept" else 0


@frozen(eq=False)
class Score:
    """A soft rule that fired, applied: who gets points, and for whom it is unknown."""

    criterion: Criterion
    outcome: Outcome
    unknown: int

    def points(self, index: int) -> int:
        """Return the points of a candidate that the rule reaches, in the units of the criteria."""
        return self.criterion.points(index)


@frozen(eq=False)
class Note:
    """A caution that fired, applied: the candidates it is attached to, and those of them that someone approved."""

    criterion: Criterion
    outcome: Outcome
    attached: int
    approved: int


@frozen(eq=False)
class Judgement:
    """Everything that the fired rules say of the candidates."""

    checks: tuple[Check, ...]
    scores: tuple[Score, ...]
    notes: tuple[Note, ...]
    exemptions: tuple[tuple[Criterion, Outcome], ...]
    excluded: int
    unverified: int
    eligible: int
    points: Points

    def verdict(self, index: int) -> Verdict:
        """Return the verdict on a candidate that was judged."""
        if self.excluded >> index & 1:
            return "excluded"
        return "unverified" if self.unverified >> index & 1 else "eligible"


NOBODY: Mapping[str, int] = {}
"""Approved: no model, of any rule."""


def judge(
    criteria: Criteria,
    fired: Iterable[str],
    facts: Facts,
    unknown: Policy,
    approved: Mapping[str, int] = NOBODY,
    *,
    kept: int | None = None,
) -> Judgement:
    """Judge every candidate by the rules that fired, given by id in order.

    ``unknown`` is the decision's policy; ``approved`` has the candidates that are approved, for each rule; ``kept``
    those that are judged at all.
    """
    applied = [
        (criterion, criteria.outcome(criterion, facts)) for criterion in map(criteria.by_rule.get, fired) if criterion
    ]
    everyone = criteria.everyone
    if kept is not None and kept != everyone:
        applied = [(criterion, outcome.within(kept)) for criterion, outcome in applied]
        everyone = kept
    exempted: dict[str, int] = {}
    exemptions = [(criterion, outcome) for criterion, outcome in applied if criterion.rule.effect.exempts]
    for criterion, outcome in exemptions:
        for target in criterion.rule.effect.exempts:
            exempted[target] = exempted.get(target, 0) | outcome.true
    checks, scores, notes = [], [], []
    excluded = unverified = 0
    lanes = less = 0
    for criterion, outcome in applied:
        rule = criterion.rule
        open_question = everyone & ~(outcome.true | outcome.false)
        if rule.effect.hard:
            check = Check(criterion, outcome, exempted.get(rule.id, 0), open_question, rule.unknown or unknown)
            checks.append(check)
            excluded |= check.excluding
            unverified |= check.unverifying
        elif rule.effect.sign:
            scores.append(Score(criterion, outcome, open_question))
            lanes += criterion.lanes(outcome, criteria.lanes)
            less += criterion.less
        elif rule.effect.note:
            attached = outcome.true | (open_question if rule.level == "approval" else 0)
            notes.append(Note(criterion, outcome, attached, attached & approved.get(rule.id, 0)))
    return Judgement(
        checks=tuple(checks),
        scores=tuple(scores),
        notes=tuple(notes),
        exemptions=tuple(exemptions),
        excluded=excluded,
        unverified=unverified & ~excluded,
        eligible=everyone & ~(excluded | unverified),
        points=Points(criteria.lanes.unpacked(lanes), less),
    )
