"""What rules ask of models in a case, as a trace records it, and what each of their leaves says of a value."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeAlias

from llmrules.language.conditions import json_operand
from llmrules.trace.codec import json_value
from llmrules.trace.found import CriterionLeaf, CriterionRecord, LeafOutcome, TestRecord
from llmrules.trace.record import Applied, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.conditions import Facts, Leaf, Operand, Test
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.trace.codec import Holds, Json, Outcome, Threshold

HOLDS: dict[bool | None, Holds] = {True: "true", False: "false", None: "unknown"}

MOST_KEPT = 4_096
"""Values of one leaf, and points, that are kept; then older ones are dropped, so that long use needs no more memory."""

How: TypeAlias = "tuple[Outcome, tuple[str, ...], tuple[str, ...]]"
"""How a criterion comes out, by which exemptions, and by whose approval."""


class Leaves:
    """What the leaves of a rule ask of models in a case, and what they say of values; of each value once."""

    def __init__(self, rule: Rule, facts: Facts) -> None:
        self.kind = kind_of(rule.effect)
        self.criterion = CriterionRecord(rule.id, tuple(_criterion_leaves(rule, facts)), ())
        self.names = tuple(one.attribute for one in self.criterion.leaves)
        leaves = (*rule.where.all_leaves(), *rule.effect.predicate.all_leaves())
        says = [partial(_leaf_outcome, leaf, facts) for leaf in leaves]
        says += [] if rule.effect.grade is None else [partial(_graded, rule.effect.grade.attribute)]
        self._says = [lru_cache(MOST_KEPT)(one) for one in says]
        self.applied = lru_cache(MOST_KEPT)(self._applied)

    def outcomes(self, values: Iterable[Value | None]) -> tuple[LeafOutcome, ...]:
        """Return what each leaf says of its value."""
        return tuple([say(value) for say, value in zip(self._says, values, strict=True)])

    def _applied(self, how: How, points: str | None, *values: Value | None) -> Applied:
        """Return the rule as it comes out on one candidate."""
        return Applied(self.criterion.rule, *how, points, self.outcomes(values))


def _criterion_leaves(rule: Rule, facts: Facts) -> Iterator[CriterionLeaf]:
    for leaf in rule.where.all_leaves():
        yield CriterionLeaf("where", leaf.attribute.name, _tests(leaf, facts))
    for leaf in rule.effect.predicate.all_leaves():
        yield CriterionLeaf("predicate", leaf.attribute.name, _tests(leaf, facts))
    grade = rule.effect.grade
    if grade is not None:
        yield CriterionLeaf("grade", grade.attribute.name, (TestRecord("toward", (grade.toward,)),))


def _tests(leaf: Leaf, facts: Facts) -> tuple[TestRecord, ...]:
    return tuple(
        TestRecord(
            test.operator.name,
            tuple(_json_operand(leaf.attribute, operand) for operand in test.thresholds(leaf.attribute, facts)),
        )
        for test in leaf.tests
    )


def _json_operand(attribute: Attribute, operand: Operand) -> Threshold:
    encoded = json_operand(attribute, operand)
    return tuple(encoded) if isinstance(encoded, list) else encoded


def _leaf_outcome(leaf: Leaf, facts: Facts, value: Value | None) -> LeafOutcome:
    """Return a leaf's truth on a model's value, with the gap of each test."""
    holds = HOLDS[leaf.truth(value, facts)]
    if value is None:
        return LeafOutcome(holds)
    gaps = tuple(gap for test in leaf.tests for gap in _gaps(test, leaf.attribute, value, facts))
    return LeafOutcome(holds, json_value(leaf.attribute, value), gaps if any(gap is not None for gap in gaps) else ())


def _gaps(test: Test, attribute: Attribute, value: Value, facts: Facts) -> Iterator[Json | None]:
    for operand in test.thresholds(attribute, facts):
        gap = test.operator.gap(attribute, value, operand)
        yield tuple(gap) if isinstance(gap, list) else gap


def _graded(attribute: Attribute, value: Value | None) -> LeafOutcome:
    return LeafOutcome("unknown") if value is None else LeafOutcome("true", json_value(attribute, value))
