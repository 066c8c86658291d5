"""What rules on trial would do, recorded beside the decision and no part of it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from llmrules.candidates import bits
from llmrules.engine.program import full_condition
from llmrules.rules.rule import Conclusion
from llmrules.trace.case import fact_id, members_of
from llmrules.trace.record import TrialPoints, TrialRecord
from llmrules.values import encode_fraction

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision
    from llmrules.rules.rule import Rule


def record_trials(decision: Decision) -> tuple[TrialRecord, ...]:
    """Record every rule on trial, in the order of ids, on the facts that are known at the end."""
    return tuple(_trial(rule, decision) for rule in decision.knowledge.ruleset.on_trial())


def _trial(rule: Rule, decision: Decision) -> TrialRecord:
    if not _fires(rule, decision):
        return TrialRecord(rule.id, fires=False)
    if isinstance(rule.body, Conclusion):
        attribute = rule.body.attribute
        concludes = tuple(fact_id(attribute, value) for value in members_of(attribute, rule.body.values))
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
    knowledge, judgement = decision.knowledge, decision.judgement
    criteria = knowledge.criteria
    criterion = criteria.by_rule[rule.id]
    outcome = criteria.outcome(criterion, decision.derivation.facts)
    unknown = criteria.everyone & ~(outcome.true | outcome.false)

    def names(mask: int) -> tuple[str, ...]:
        return tuple(knowledge.models[index] for index in bits(mask))

    if rule.effect.hard:
        held = criteria.everyone
        for exemption, reached in judgement.exemptions:
            if isinstance(exemption.rule.body, tuple) and rule.id in exemption.rule.body:
                held &= ~reached.true
        policy = rule.unknown or decision.policy
        return TrialRecord(
            rule=rule.id,
            fires=True,
            excludes=names((outcome.false | (unknown if policy == "exclude" else 0)) & held),
            unverifies=names(unknown & held if policy == "apart" else 0),
        )
    if rule.weight is not None:
        points = tuple(
            TrialPoints(knowledge.models[index], encode_fraction(Fraction(criterion.points(index), criteria.scale)))
            for index in bits(outcome.true)
        )
        return TrialRecord(rule.id, fires=True, points=points)
    attached = outcome.true | (unknown if rule.level == "approval" else 0)
    return TrialRecord(rule.id, fires=True, attaches=names(attached))
