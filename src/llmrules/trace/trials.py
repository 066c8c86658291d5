"""What rules on trial would do, recorded beside the decision and no part of it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits
from llmrules.engine.program import full_condition
from llmrules.language.values import encode_fraction
from llmrules.trace.case import fact_id, members_of
from llmrules.trace.record import TrialPoints, TrialRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.decision.criteria import Criteria, Criterion
    from llmrules.decision.decision import Decision
    from llmrules.language.rules.rule import Rule


def record_trials(decision: Decision) -> tuple[TrialRecord, ...]:
    """Record every rule on trial, in the order of ids, on the facts that are known at the end."""
    return tuple(_trial(rule, decision) for rule in decision.knowledge.ruleset.on_trial())


def _trial(rule: Rule, decision: Decision) -> TrialRecord:
    if not _fires(rule, decision):
        return TrialRecord(rule.id, fires=False)
    conclusion = rule.effect.conclusion
    if conclusion is not None:
        attribute = conclusion.attribute
        concludes = tuple(fact_id(attribute, value) for value in members_of(attribute, conclusion.values))
        return TrialRecord(rule.id, fires=True, concludes=concludes)
    if not rule.effect.touches_models:
        return TrialRecord(rule.id, fires=True)
    return _on_models(rule, decision)


def _fires(rule: Rule, decision: Decision) -> bool:
    """Whether it would fire on the facts known at the end, unless a rule that fired overrides it."""
    ruleset = decision.knowledge.ruleset
    facts = decision.derivation.facts
    overridden = any(rule.id in ruleset.rules[other].overrides for other in decision.fired)
    blocked = any(exception.holds(facts) for exception in rule.unless.exceptions())
    return full_condition(rule, ruleset.vocabulary.attributes).holds(facts) and not blocked and not overridden


def _on_models(rule: Rule, decision: Decision) -> TrialRecord:
    judgement, criteria = decision.judgement, decision.criteria
    criterion = criteria.by_rule[rule.id]
    kept = criteria.everyone & ~decision.unjudged.everyone
    outcome = criteria.outcome(criterion, decision.derivation.facts).within(kept)
    unknown = kept & ~(outcome.true | outcome.false)

    def names(mask: int) -> tuple[str, ...]:
        return criteria.candidates.names(mask, kept)

    if rule.effect.hard:
        held = kept
        for exemption, reached in judgement.exemptions:
            if rule.id in exemption.rule.effect.exempts:
                held &= ~reached.true
        policy = rule.unknown or decision.policy
        return TrialRecord(
            rule=rule.id,
            fires=True,
            excludes=names((outcome.false | (unknown if policy == "exclude" else 0)) & held),
            unverifies=names(unknown & held if policy == "apart" else 0),
        )
    if rule.weight is not None:
        points = tuple(_points(criterion, outcome.true, kept, criteria))
        return TrialRecord(rule.id, fires=True, points=points)
    attached = outcome.true | (unknown if rule.level == "approval" else 0)
    return TrialRecord(rule.id, fires=True, attaches=names(attached))


def _points(criterion: Criterion, reached: int, kept: int, criteria: Criteria) -> Iterator[TrialPoints]:
    """Yield the points of a model at once where all its candidates would get the same, else those of each."""
    masks: dict[int, int] = {}
    for index in bits(reached):
        points = criterion.points(index)
        masks[points] = masks.get(points, 0) | 1 << index
    named = [(points, name) for points, mask in masks.items() for name in criteria.candidates.names(mask, kept)]
    for points, name in sorted(named, key=lambda one: one[1]):
        yield TrialPoints(name, encode_fraction(Fraction(points, criteria.scale)))
