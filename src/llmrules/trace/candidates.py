"""The part of ``found`` that speaks of models: criteria, said once, and each model's checks, points and notes."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import truth_of
from llmrules.language.conditions import Leaf, json_operand
from llmrules.language.values import encode_fraction, encode_number
from llmrules.trace.codec import json_value
from llmrules.trace.record import (
    Applied,
    CandidateRecord,
    ChangeRecord,
    ComputedRecord,
    ConcludedRecord,
    CriterionLeaf,
    CriterionRecord,
    DisputeRecord,
    LeafOutcome,
    TermRecord,
    TestRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.decision import Decision
    from llmrules.decision.judgement import Check
    from llmrules.language.conditions import Facts, Operand, Test
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.trace.record import Holds, Json, Outcome, Threshold

HOLDS: dict[bool | None, Holds] = {True: "true", False: "false", None: "unknown"}


def record_criteria(decision: Decision) -> tuple[CriterionRecord, ...]:
    """Record every fired rule that touches models, its thresholds resolved, in the order of ids."""
    rules = decision.knowledge.ruleset.rules
    fired = [rules[name] for name in decision.fired if rules[name].effect.touches_models]
    return tuple(CriterionRecord(rule.id, tuple(_criterion_leaves(rule, decision.derivation.facts))) for rule in fired)


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


def record_candidates(decision: Decision) -> tuple[CandidateRecord, ...]:
    """Record every candidate that was judged, in their order."""
    recorder = _Recorder(decision)
    out = decision.unjudged.everyone
    return tuple(recorder.candidate(index) for index in range(decision.candidates.count) if not out >> index & 1)


class _Recorder:
    """Records the candidates of one decision; each leaf is evaluated once for each distinct value."""

    def __init__(self, decision: Decision) -> None:
        judgement = decision.judgement
        self.decision = decision
        self.candidates: Candidates = decision.candidates
        self.carriers = decision.standing.carriers
        facts = decision.derivation.facts
        self.checks = [(check, _Leaves(check.criterion.rule, self.candidates, facts)) for check in judgement.checks]
        self.scores = [(score, _Leaves(score.criterion.rule, self.candidates, facts)) for score in judgement.scores]
        self.notes = [(note, _Leaves(note.criterion.rule, self.candidates, facts)) for note in judgement.notes]
        self.exemptions = [
            (criterion, outcome, _Leaves(criterion.rule, self.candidates, facts))
            for criterion, outcome in judgement.exemptions
        ]
        self.disputes: defaultdict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for (index, attribute), rules in decision.disputes.items():
            self.disputes[index].append((attribute, rules))

    def candidate(self, index: int) -> CandidateRecord:
        row, judgement = self.candidates.rows[index], self.decision.judgement
        verdict = judgement.verdict(index)
        ranked = verdict != "excluded"
        checks = tuple(self._check(check, leaves, index) for check, leaves in self.checks)
        outlook = self.decision.outlooks.of(index)
        earned, scale = judgement.points.by_tier(index), self.decision.criteria.scale
        points, *then = (encode_fraction(Fraction(earned[tier], scale)) for tier in (1, *judgement.then))
        return CandidateRecord(
            model=row.model.id,
            verdict=verdict,
            offer=row.offer_id,
            place=self.carriers.get(index),
            points=points if ranked else None,
            then=tuple(then) if ranked else (),
            computed=dict(self._computed(index)),
            concluded=dict(self._concluded(index)),
            checks=checks,
            scores=tuple(self._scores(index)) if ranked else (),
            notes=tuple(self._notes(index)) if ranked else (),
            exemptions=tuple(self._exemptions(index)),
            disputes=tuple(self._dispute(index, attribute, rules) for attribute, rules in self.disputes[index]),
            begun={name: since.text for name, since in sorted(outlook.begun.items())},
            coming=tuple(
                ChangeRecord(
                    since=change.since.text,
                    attributes=change.attributes,
                    costs={name: encode_number(cost) for name, cost in sorted(change.costs.items())},
                )
                for change in outlook.coming
            ),
            missing=self.decision.open_questions.missing_of(index) if verdict == "unverified" else (),
        )

    def _check(self, check: Check, leaves: _Leaves, index: int) -> Applied:
        bit = 1 << index
        outcome: Outcome = "passed"
        if check.exempted & bit:
            outcome = "exempted"
        elif check.excluding & bit:
            outcome = "failed"
        elif check.unverifying & bit:
            outcome = "unknown"
        elif check.accepting & bit:
            outcome = "accepted"
        exempted_by: tuple[str, ...] = ()
        if outcome == "exempted":
            rule = check.criterion.rule.id
            exempted_by = tuple(
                c.rule.id
                for c, reached in self.decision.judgement.exemptions
                if reached.true & bit and rule in c.rule.effect.exempts
            )
        return Applied(check.criterion.rule.id, outcome, leaves.at(index), exempted_by=exempted_by)

    def _scores(self, index: int) -> Iterator[Applied]:
        scale = self.decision.criteria.scale
        for score, leaves in self.scores:
            reached, unknown = score.outcome.true >> index & 1, score.unknown >> index & 1
            outcome: Outcome = "points" if reached else "unknown" if unknown else "none"
            points = encode_fraction(Fraction(score.earned(index), scale)) if reached else None
            yield Applied(score.criterion.rule.id, outcome, leaves.at(index), points=points)

    def _notes(self, index: int) -> Iterator[Applied]:
        for note, leaves in self.notes:
            rule = note.criterion.rule.id
            if note.approved >> index & 1:
                model = self.candidates.rows[index].model.id
                names = {one.by for one in self.decision.approvals if one.rule == rule and one.model == model}
                yield Applied(rule, "approved", leaves.at(index), approved_by=tuple(sorted(names)))
            elif note.attached >> index & 1:
                yield Applied(rule, "attached", leaves.at(index))

    def _exemptions(self, index: int) -> Iterator[Applied]:
        for criterion, outcome, leaves in self.exemptions:
            if outcome.true >> index & 1:
                yield Applied(criterion.rule.id, "attached", leaves.at(index))

    def _computed(self, index: int) -> Iterator[tuple[str, ComputedRecord]]:
        for name, costs in sorted(self.candidates.costs.items()):
            cost = costs[index]
            if cost is not None:
                terms = tuple(
                    TermRecord(
                        term.attribute,
                        encode_number(term.price),
                        encode_number(term.tokens),
                        encode_fraction(term.cost),
                    )
                    for term in cost.terms
                )
                yield name, ComputedRecord(encode_number(cost.value), terms)

    def _concluded(self, index: int) -> Iterator[tuple[str, ConcludedRecord]]:
        vocabulary = self.decision.knowledge.ruleset.vocabulary
        row = self.candidates.rows[index]
        for name, masks in sorted(self.candidates.concluded.items()):
            value = self.candidates.columns[name][index]
            if value is None or (row.entry(name) is not None and not vocabulary[name].many):
                continue
            by = tuple(sorted(rule for rule, (true, _) in masks.items() if true >> index & 1))
            if by or not vocabulary[name].many:
                yield name, ConcludedRecord(json_value(vocabulary[name], value), by)

    def _dispute(self, index: int, attribute: str, rules: tuple[str, ...]) -> DisputeRecord:
        declared = self.decision.knowledge.ruleset.vocabulary[attribute]
        values = [
            json_value(declared, dispute.stated.value)
            for dispute in self.candidates.disputes
            if dispute.index == index and dispute.attribute == attribute
        ]
        return DisputeRecord(attribute, tuple(values), rules)


class _Leaves:
    """The leaves of one criterion, evaluated on demand and once for each distinct value."""

    def __init__(self, rule: Rule, candidates: Candidates, facts: Facts) -> None:
        self._columns = []
        for leaf in (*rule.where.all_leaves(), *rule.effect.predicate.all_leaves()):
            values = candidates.columns[leaf.attribute.name]
            self._columns.append((values, _remember(lambda value, leaf=leaf: leaf_outcome(leaf, value, facts))))  # type: ignore[misc]
        if rule.effect.grade is not None:
            attribute = rule.effect.grade.attribute
            self._columns.append(
                (candidates.columns[attribute.name], _remember(lambda value: _graded(attribute, value)))
            )

    def at(self, index: int) -> tuple[LeafOutcome, ...]:
        return tuple(outcome(values[index]) for values, outcome in self._columns)


def _remember(evaluate: Callable[[Value | None], LeafOutcome]) -> Callable[[Value | None], LeafOutcome]:
    seen: dict[Value | None, LeafOutcome] = {}

    def outcome(value: Value | None) -> LeafOutcome:
        if value not in seen:
            seen[value] = evaluate(value)
        return seen[value]

    return outcome


def leaf_outcome(leaf: Leaf, value: Value | None, facts: Facts) -> LeafOutcome:
    """Return a leaf's truth on a model's value, with the gap of each test."""
    holds = HOLDS[truth_of(leaf, value, facts)]
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
