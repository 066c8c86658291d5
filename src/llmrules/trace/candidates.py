"""The part of ``found`` that speaks of models: what is said once for all of them, and each candidate by its places."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from llmrules.catalog.candidates import bits, truth_of
from llmrules.decision.criteria import lanes_for
from llmrules.language.conditions import json_operand
from llmrules.language.values import encode_fraction, encode_number
from llmrules.trace.codec import json_value
from llmrules.trace.found import (
    CandidateRecord,
    ChangeRecord,
    ComputedRecord,
    ConcludedRecord,
    CriterionLeaf,
    CriterionRecord,
    DisputeRecord,
    LeafOutcome,
    OutcomeRecord,
    TermRecord,
    TestRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from llmrules.decision.criteria import Outcome as Reached
    from llmrules.decision.criteria import Score
    from llmrules.decision.decision import Decision
    from llmrules.decision.judgement import Check, Note
    from llmrules.decision.outlook import Change
    from llmrules.language.conditions import Facts, Leaf, Operand, Test
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute, Sum
    from llmrules.trace.codec import Holds, Json, Outcome, Threshold

T = TypeVar("T")
HOLDS: dict[bool | None, Holds] = {True: "true", False: "false", None: "unknown"}


class OfModels(NamedTuple):
    """What is found of the models."""

    criteria: tuple[CriterionRecord, ...]
    concluded: tuple[dict[str, ConcludedRecord], ...]
    computed: tuple[dict[str, ComputedRecord], ...]
    candidates: tuple[CandidateRecord, ...]


MOST_KEPT = 4_096
"""Values of one leaf, and points, that are kept; then older ones are dropped, so that long use needs no more memory."""


class ModelsRecorder:
    """Records what is found of models under one rule set; most rules ask the same of them in case after case."""

    def __init__(self) -> None:
        self._references: dict[str, tuple[str, ...]] = {}
        self._leaves: dict[tuple[object, ...], Leaves] = {}
        self.points = lru_cache(MOST_KEPT)(_points)

    def of(self, decision: Decision) -> DecisionModels:
        """Return what records the models of one decision."""
        return DecisionModels(decision, self)

    def leaves(self, rule: Rule, facts: Facts) -> Leaves:
        """Return the leaves of a rule on models, kept for what it refers to of the case."""
        if rule.id not in self._references:
            self._references[rule.id] = rule.references()
        key = (rule.id, *map(facts.get, self._references[rule.id]))
        if key not in self._leaves:
            if len(self._leaves) >= MOST_KEPT:
                self._leaves.clear()
            self._leaves[key] = Leaves(rule, {name: facts[name] for name in self._references[rule.id]})
        return self._leaves[key]


class Leaves:
    """What the leaves of a rule ask of models in a case, and what they say of values; of each value once."""

    def __init__(self, rule: Rule, facts: Facts) -> None:
        self._rule = rule.id
        self.asked = tuple(_criterion_leaves(rule, facts))
        self.names = tuple(one.attribute for one in self.asked)
        leaves = (*rule.where.all_leaves(), *rule.effect.predicate.all_leaves())
        says = [partial(leaf_outcome, leaf, facts) for leaf in leaves]
        says += [] if rule.effect.grade is None else [partial(_graded, rule.effect.grade.attribute)]
        self._says = [lru_cache(MOST_KEPT)(one) for one in says]
        self.alone = lru_cache(MOST_KEPT)(self._alone)

    def outcomes(self, values: Iterable[Value | None]) -> tuple[LeafOutcome, ...]:
        """Return what each leaf says of its value."""
        return tuple([say(value) for say, value in zip(self._says, values, strict=True)])

    def _alone(self, outcome: Outcome, points: str | None, *values: Value | None) -> CriterionRecord:
        """Return what is said of one candidate, where nobody exempts it or approves."""
        return self.record(OutcomeRecord(outcome, self.outcomes(values), points))

    def record(self, *outcomes: OutcomeRecord) -> CriterionRecord:
        """Return what is said of all candidates, each way in which it comes out once."""
        return CriterionRecord(self._rule, self.asked, outcomes)


class _Part(NamedTuple):
    """The candidates of a mask, and how a criterion comes out on them."""

    mask: int
    outcome: Outcome
    exempted_by: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()


NONE = _Part(0, "none")
FIRST = (0,)


class DecisionModels:
    """Records the candidates of one decision; what several share is made once."""

    def __init__(self, decision: Decision, kept: ModelsRecorder) -> None:
        self.decision, self.candidates, self.judgement = decision, decision.candidates, decision.judgement
        self.kept, self.points = kept, kept.points
        self.then, self.scale = self.judgement.then, decision.criteria.scale
        self.earned: dict[int, tuple[str, ...]] = {}
        self.judged = decision.criteria.everyone & ~decision.unjudged.everyone

    @cached_property
    def applied(self) -> list[tuple[Leaves, Callable[[], Iterable[_Part]], Score | None]]:
        """The rules that touch models, by id: their leaves, and who comes out on them how."""
        judgement, facts = self.judgement, self.decision.derivation.facts
        found: list[tuple[Rule, Callable[[], Iterable[_Part]], Score | None]] = [
            *((one.criterion.rule, partial(self._checked, one), None) for one in judgement.checks),
            *((one.criterion.rule, partial(self._scored, one), one) for one in judgement.scores),
            *((one.criterion.rule, partial(self._noted, one), None) for one in judgement.notes),
            *((one.rule, partial(self._exempted, reached), None) for one, reached in judgement.exemptions),
        ]
        found.sort(key=lambda one: one[0].id)
        return [(self.kept.leaves(rule, facts), parts, score) for rule, parts, score in found]

    @cached_property
    def disputes(self) -> Mapping[int, list[tuple[str, tuple[str, ...]]]]:
        """The attributes of each candidate on whose disputed values rules depend, with those rules."""
        found: defaultdict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for (index, attribute), rules in self.decision.disputes.items():
            found[index].append((attribute, rules))
        return found

    def record(self, *only: str) -> OfModels:
        """Record every candidate that was judged, in their order; where models are named, theirs alone."""
        return _Recorder(self, only).record()

    def earned_by(self, index: int) -> tuple[str, ...]:
        """Return the points of a candidate by tier; the same ones are written once."""
        lane = self.judgement.points.lanes[index]
        if lane not in self.earned:
            by_tier = self.judgement.points.by_tier(index)
            self.earned[lane] = tuple([self.points(by_tier[tier], self.scale) for tier in (1, *self.then)])
        return self.earned[lane]

    def _checked(self, check: Check) -> Iterator[_Part]:
        yield _Part(check.outcome.true, "passed")  # whatever exemption reaches it
        rule = check.criterion.rule.id
        exempting = {one.rule.id: its.true for one, its in self.judgement.exemptions if rule in one.rule.effect.exempts}
        for mask, by in _split(check.exempted, exempting):
            yield _Part(mask, "exempted", exempted_by=by)
        yield _Part(check.excluding, "failed")
        yield _Part(check.unverifying, "unknown")
        yield _Part(check.accepting, "accepted")

    @staticmethod
    def _scored(score: Score) -> Iterator[_Part]:
        yield _Part(score.outcome.true, "points")
        yield _Part(score.unknown, "unknown")

    def _noted(self, note: Note) -> Iterator[_Part]:
        approving: defaultdict[str, int] = defaultdict(int)
        for one in self.decision.approvals:
            if one.rule == note.criterion.rule.id:
                approving[one.by] |= self.candidates.masks.get(one.model, 0)
        for mask, by in _split(note.approved, dict(sorted(approving.items()))):
            yield _Part(mask, "approved", approved_by=by)
        yield _Part(note.attached & ~note.approved, "attached")

    @staticmethod
    def _exempted(reached: Reached) -> Iterator[_Part]:
        yield _Part(reached.true, "attached")


class _Recorder:
    """Records some candidates of a decision."""

    def __init__(self, of: DecisionModels, only: Iterable[str]) -> None:
        self.of, self.decision, self.candidates = of, of.decision, of.candidates
        self.points, self.scale, self.kept = of.points, of.scale, of.judged
        models = {self.candidates.model_of[bits(self.candidates.masks[name])[0]] for name in only}
        self.few = bool(models)
        if models:
            self.kept &= _union(self.candidates.models[number][1] for number in models)
        self.indices = bits(self.kept)

    def record(self) -> OfModels:
        criteria, places = [], []
        for leaves, parts, score in self.of.applied:
            record, its = self._criterion(leaves, parts(), score)
            criteria.append(record)
            places.append(its)
        rows = [*zip(*places, strict=True)] if places else [()] * len(self.indices)
        concluded, of_concluded = self._concluded()
        computed, of_computed = self._computed()
        candidates = map(self._candidate, self.indices, rows, of_concluded, of_computed)
        return OfModels(tuple(criteria), concluded, computed, tuple(candidates))

    def _candidate(
        self, index: int, outcomes: tuple[int, ...], concluded: int | None, computed: int | None
    ) -> CandidateRecord:
        row, verdict = self.candidates.rows[index], self.decision.judgement.verdict(index)
        outlook = self.decision.outlooks.of(index)
        points = self.of.earned_by(index)
        return CandidateRecord(
            model=row.model.id,
            verdict=verdict,
            outcomes=outcomes,
            offer=row.offer_id,
            place=self._place(index),
            points=None if verdict == "excluded" else points[0],
            then=() if verdict == "excluded" else points[1:],
            would_earn=points if verdict == "excluded" else (),
            concluded=concluded,
            computed=computed,
            disputes=tuple([self._dispute(index, *one) for one in self.of.disputes.get(index, ())]),
            begun={name: since.text for name, since in sorted(outlook.begun.items())} if outlook.begun else {},
            coming=tuple(map(_change, outlook.coming)) if outlook.coming else (),
            missing=self.decision.open_questions.missing_of(index) if verdict == "unverified" else (),
        )

    def _place(self, index: int) -> int | None:
        standing = self.decision.standing
        return standing.place(index) if self.few else standing.carriers.get(index)

    def _criterion(
        self, leaves: Leaves, parts: Iterable[_Part], score: Score | None
    ) -> tuple[CriterionRecord, Sequence[int]]:
        """Return a criterion with each way in which it comes out, and by candidate in which it does."""
        if len(self.indices) == 1:
            index = self.indices[0]
            part = next((one for one in parts if one.mask >> index & 1), NONE)
            if part.exempted_by or part.approved_by:
                return leaves.record(self._outcome(leaves, part, score, index)), FIRST
            return leaves.alone(part.outcome, self._gained(part, score, index), *self._values(leaves, index)), FIRST
        said = [NONE, *parts]
        codes = self._codes(part.mask for part in said[1:])
        firsts, places = self._once(codes, self._numbers(leaves.names))
        return leaves.record(
            *(self._outcome(leaves, said[code], score, at) for (code, _), at in firsts.items())
        ), places

    def _outcome(self, leaves: Leaves, part: _Part, score: Score | None, index: int) -> OutcomeRecord:
        found, points = leaves.outcomes(self._values(leaves, index)), self._gained(part, score, index)
        return OutcomeRecord(part.outcome, found, points, part.exempted_by, part.approved_by)

    def _values(self, leaves: Leaves, index: int) -> list[Value | None]:
        columns = self.candidates.columns
        return [columns[name].first[index] for name in leaves.names]

    def _gained(self, part: _Part, score: Score | None, index: int) -> str | None:
        return self.points(score.earned(index), self.scale) if score and part.outcome == "points" else None

    def _codes(self, masks: Iterable[int]) -> Sequence[int]:
        """Return of everybody the number, from 1, of the mask that one is in, 0 for none; no two overlap."""
        if self.few:
            numbered = [*enumerate(masks, 1)]
            return [next((number for number, mask in numbered if mask >> index & 1), 0) for index in self.indices]
        count = self.candidates.count
        kept = [mask & self.kept for mask in masks]
        lanes = lanes_for(count, len(kept))
        codes = sum(lanes.ones(mask) * number for number, mask in enumerate(kept, 1) if mask)
        return self._recorded(lanes.unpacked(codes))

    def _numbers(self, names: tuple[str, ...]) -> Sequence[int]:
        """Return of everybody a number, the same for those with the same values of some attributes."""
        if not self.few:
            return self._recorded(self.candidates.numbers(names))
        columns = [self.candidates.columns[name].first for name in names if name in self.candidates.columns]
        seen: dict[tuple[Value | None, ...], int] = {}
        keys = (tuple([column[index] for column in columns]) for index in self.indices)
        return [seen.setdefault(key, len(seen)) for key in keys]

    def _recorded(self, column: Sequence[T]) -> Sequence[T]:
        """Return what a column of all candidates says of those that are recorded."""
        return [column[index] for index in self.indices] if len(self.indices) < len(column) else column

    def _concluded(self) -> tuple[tuple[dict[str, ConcludedRecord], ...], list[int | None]]:
        """Return what rules conclude, each combination once, and by candidate which it is."""
        names = sorted(self.candidates.concluded)
        if not names:
            return (), [None] * len(self.indices)
        said = [[*self._concluded_of(name)] for name in names]
        codes = [self._codes(mask for mask, _ in parts) for parts in said]
        firsts, places = self._once(*codes)
        records = [
            {name: parts[code - 1][1] for name, parts, code in zip(names, said, key, strict=True) if code}
            for key in firsts
        ]
        return _without_empty(records, places)

    def _concluded_of(self, name: str) -> Iterator[tuple[int, ConcludedRecord]]:
        """Yield the candidates of which rules conclude the same of an attribute, with what it is."""
        attribute = self.decision.knowledge.ruleset.vocabulary[name]
        rules = {rule: true for rule, (true, _) in sorted(self.candidates.concluded[name].items())}
        open_ones = self.kept if attribute.many else self.kept & ~self.candidates.stating(name)
        for value, mask, _ in self.candidates.groups[name].values:
            for its, by in _split(mask & open_ones, rules):
                if by or not attribute.many:
                    yield its, ConcludedRecord(json_value(attribute, value), by)

    def _computed(self) -> tuple[tuple[dict[str, ComputedRecord], ...], list[int | None]]:
        """Return what is computed, each combination once, and by candidate which it is."""
        sums = sorted(self.candidates.computed.items())
        if not sums:
            return (), [None] * len(self.indices)
        firsts, places = self._once(*(self._recorded(its) for _, its in sums))
        records = [
            {name: _computed(found) for (name, _), found in zip(sums, key, strict=True) if found is not None}
            for key in firsts
        ]
        return _without_empty(records, places)

    def _once(self, *columns: Sequence[T]) -> tuple[dict[tuple[T, ...], int], list[int]]:
        """Return the first candidate with each combination in columns, and the place among them of everybody's."""
        keys: list[tuple[T, ...]] = [*zip(*columns, strict=True)] if columns else [()] * len(self.indices)
        found = dict(zip(reversed(keys), reversed(self.indices), strict=True))  # the first one is told last
        numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        return {key: found[key] for key in numbers}, [*map(numbers.__getitem__, keys)]

    def _dispute(self, index: int, attribute: str, rules: tuple[str, ...]) -> DisputeRecord:
        declared = self.decision.knowledge.ruleset.vocabulary[attribute]
        values = [
            json_value(declared, dispute.stated.value)
            for dispute in self.candidates.disputes
            if dispute.index == index and dispute.attribute == attribute
        ]
        return DisputeRecord(attribute, tuple(values), rules)


def _change(change: Change) -> ChangeRecord:
    computed = {name: encode_number(value) for name, value in change.computed.items()}
    return ChangeRecord(change.since.text, change.attributes, computed)


def _points(units: int, scale: int) -> str:
    return encode_fraction(Fraction(units, scale))


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _split(mask: int, by: dict[str, int]) -> Iterable[tuple[int, tuple[str, ...]]]:
    """Split the candidates of a mask by which of others they are in as well."""
    parts: list[tuple[int, tuple[str, ...]]] = [(mask, ())] if mask else []
    for name, its in by.items():
        halves = [half for part, names in parts for half in ((part & its, (*names, name)), (part & ~its, names))]
        parts = [half for half in halves if half[0]]
    return parts


def _without_empty(records: list[dict[str, T]], places: list[int]) -> tuple[tuple[dict[str, T], ...], list[int | None]]:
    """Leave out the record in which there is nothing; whoever has it has none."""
    if {} not in records:
        return tuple(records), [*places]
    empty = records.index({})
    numbers = [*range(empty), None, *range(empty, len(records))]
    return (*records[:empty], *records[empty + 1 :]), [numbers[place] for place in places]


def _computed(found: Sum) -> ComputedRecord:
    terms = (
        TermRecord(encode_fraction(term.value), {name: encode_number(value) for name, value in term.of})
        for term in found.terms
    )
    return ComputedRecord(encode_number(found.value), tuple(terms))


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


def leaf_outcome(leaf: Leaf, facts: Facts, value: Value | None) -> LeafOutcome:
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
