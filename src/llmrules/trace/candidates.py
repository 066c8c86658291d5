"""The part of ``found`` that speaks of models: what is said once for all of them, and each candidate by its places."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from attrs import evolve

from llmrules.catalog.candidates import bits
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
from llmrules.trace.record import KINDS, Applied, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.decision.criteria import Score
    from llmrules.decision.decision import Decision
    from llmrules.decision.judgement import Check, Note
    from llmrules.decision.outlook import Change
    from llmrules.language.conditions import Facts, Leaf, Operand, Test
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.language.vocabulary.computed import Sum
    from llmrules.trace.codec import Holds, Json, Outcome, Threshold
    from llmrules.trace.record import Kind

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
        self.kind = kind_of(rule.effect)
        self.criterion = CriterionRecord(rule.id, tuple(_criterion_leaves(rule, facts)), ())
        self.names = tuple(one.attribute for one in self.criterion.leaves)
        leaves = (*rule.where.all_leaves(), *rule.effect.predicate.all_leaves())
        says = [partial(leaf_outcome, leaf, facts) for leaf in leaves]
        says += [] if rule.effect.grade is None else [partial(_graded, rule.effect.grade.attribute)]
        self._says = [lru_cache(MOST_KEPT)(one) for one in says]
        self.applied = lru_cache(MOST_KEPT)(self._applied)

    def outcomes(self, values: Iterable[Value | None]) -> tuple[LeafOutcome, ...]:
        """Return what each leaf says of its value."""
        return tuple([say(value) for say, value in zip(self._says, values, strict=True)])

    def _applied(self, how: How, points: str | None, *values: Value | None) -> Applied:
        """Return the rule as it comes out on one candidate."""
        return Applied(self.criterion.rule, *how, points, self.outcomes(values))


How: TypeAlias = "tuple[Outcome, tuple[str, ...], tuple[str, ...]]"
"""How a criterion comes out, by which exemptions, and by whose approval."""

NONE, PASSED, FAILED, UNKNOWN, ACCEPTED, POINTS, ATTACHED = tuple[How, ...](
    (outcome, (), ()) for outcome in ("none", "passed", "failed", "unknown", "accepted", "points", "attached")
)


class DecisionModels:
    """Records the candidates of one decision; what several share is made once."""

    def __init__(self, decision: Decision, kept: ModelsRecorder) -> None:
        self.decision, self.candidates, self.judgement = decision, decision.candidates, decision.judgement
        self.kept, self.points = kept, kept.points
        self.then, self.scale = self.judgement.then, decision.criteria.scale
        self.earned: dict[int, tuple[str, ...]] = {}
        self.judged = decision.criteria.everyone & ~decision.unjudged.everyone

    @cached_property
    def applied(self) -> list[tuple[Leaves, list[tuple[int, How]], Score | None]]:
        """The rules that touch models, by id: their leaves, and who comes out on them how."""
        judgement, facts = self.judgement, self.decision.derivation.facts
        found: list[tuple[Rule, Iterable[tuple[int, How]], Score | None]] = [
            *((one.criterion.rule, self._checked(one), None) for one in judgement.checks),
            *((one.criterion.rule, self._scored(one), one) for one in judgement.scores),
            *((one.criterion.rule, self._noted(one), None) for one in judgement.notes),
            *((one.rule, [(reached.true, ATTACHED)], None) for one, reached in judgement.exemptions),
        ]
        found.sort(key=lambda one: one[0].id)
        return [(self.kept.leaves(rule, facts), [*parts], score) for rule, parts, score in found]

    @cached_property
    def disputes(self) -> Mapping[int, list[tuple[str, tuple[str, ...]]]]:
        """The attributes of each candidate on whose disputed values rules depend, with those rules."""
        found: defaultdict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for (index, attribute), rules in self.decision.disputes.items():
            found[index].append((attribute, rules))
        return found

    def record(self) -> OfModels:
        """Record every candidate that was judged, in their order."""
        return _Recorder(self).record()

    def told(self, name: str) -> list[CandidateTold]:
        """Return what is told of the candidates of a model, or of the model of a ``model @ offer``."""
        mask = self.candidates.masks[name]
        number = self.candidates.model_of[mask.bit_length() - 1]
        return [CandidateTold(self, index) for index in bits(self.candidates.models[number][1] & self.judged)]

    def candidate(
        self,
        index: int,
        place: int | None,
        outcomes: tuple[int, ...] = (),
        concluded: int | None = None,
        computed: int | None = None,
    ) -> CandidateRecord:
        """Record one candidate."""
        row, verdict = self.candidates.rows[index], self.judgement.verdict(index)
        outlook = self.decision.outlooks.of(index)
        points = self._earned_by(index)
        return CandidateRecord(
            model=row.model.id,
            verdict=verdict,
            outcomes=outcomes,
            offer=row.offer_id,
            place=place,
            points=None if verdict == "excluded" else points[0],
            then=() if verdict == "excluded" else points[1:],
            would_earn=points if verdict == "excluded" else (),
            concluded=concluded,
            computed=computed,
            disputes=tuple([self._dispute(index, *one) for one in self.disputes.get(index, ())]),
            begun={name: since.text for name, since in sorted(outlook.begun.items())} if outlook.begun else {},
            coming=tuple(map(_change, outlook.coming)) if outlook.coming else (),
            missing=self.decision.open_questions.missing_of(index) if verdict == "unverified" else (),
        )

    def values(self, leaves: Leaves, index: int) -> list[Value | None]:
        """Return the values of a candidate that the leaves of a rule look at."""
        columns = self.candidates.columns
        return [columns[name].first[index] for name in leaves.names]

    def gained(self, how: How, score: Score | None, index: int) -> str | None:
        """Return the points that a candidate has from a rule."""
        return self.points(score.earned(index), self.scale) if score and how[0] == "points" else None

    def concluded(self, name: str, within: int) -> Iterator[tuple[int, ConcludedRecord]]:
        """Yield the candidates of which rules conclude the same of an attribute, with what it is."""
        attribute = self.decision.knowledge.ruleset.vocabulary[name]
        rules = {rule: true for rule, (true, _) in sorted(self.candidates.concluded[name].items())}
        open_ones = within if attribute.many else within & ~self.candidates.stating(name)
        for value, mask, _ in self.candidates.groups[name].values:
            for its, by in _split(mask & open_ones, rules):
                if by or not attribute.many:
                    yield its, ConcludedRecord(json_value(attribute, value), by)

    def _earned_by(self, index: int) -> tuple[str, ...]:
        """Return the points of a candidate by tier; the same ones are written once."""
        lane = self.judgement.points.lanes[index]
        if lane not in self.earned:
            by_tier = self.judgement.points.by_tier(index)
            self.earned[lane] = tuple([self.points(by_tier[tier], self.scale) for tier in (1, *self.then)])
        return self.earned[lane]

    def _dispute(self, index: int, attribute: str, rules: tuple[str, ...]) -> DisputeRecord:
        declared = self.decision.knowledge.ruleset.vocabulary[attribute]
        values = [
            json_value(declared, dispute.stated.value)
            for dispute in self.candidates.disputes
            if dispute.index == index and dispute.attribute == attribute
        ]
        return DisputeRecord(attribute, tuple(values), rules)

    def _checked(self, check: Check) -> Iterator[tuple[int, How]]:
        yield check.outcome.true, PASSED  # whatever exemption reaches it
        if check.exempted:
            rule, exemptions = check.criterion.rule.id, self.judgement.exemptions
            exempting = {one.rule.id: its.true for one, its in exemptions if rule in one.rule.effect.exempts}
            yield from ((mask, ("exempted", by, ())) for mask, by in _split(check.exempted, exempting))
        yield check.excluding, FAILED
        yield check.unverifying, UNKNOWN
        yield check.accepting, ACCEPTED

    @staticmethod
    def _scored(score: Score) -> list[tuple[int, How]]:
        return [(score.outcome.true, POINTS), (score.unknown, UNKNOWN)]

    def _noted(self, note: Note) -> Iterator[tuple[int, How]]:
        if note.approved:
            approving: defaultdict[str, int] = defaultdict(int)
            for one in self.decision.approvals:
                if one.rule == note.criterion.rule.id:
                    approving[one.by] |= self.candidates.masks.get(one.model, 0)
            found = _split(note.approved, dict(sorted(approving.items())))
            yield from ((mask, ("approved", (), by)) for mask, by in found)
        yield note.attached & ~note.approved, ATTACHED


class CandidateTold:
    """What is found of one candidate, to be told.

    ``applied`` has how each rule that touches models comes out on it, which its record does not.
    """

    def __init__(self, models: DecisionModels, index: int) -> None:
        self._models, self._index = models, index
        excluded = models.judgement.excluded >> index & 1
        self.record = models.candidate(index, None if excluded else models.decision.standing.place(index))
        self.applied: Mapping[Kind, list[Applied]] = {kind: [] for kind in KINDS}
        for leaves, parts, score in models.applied:
            how = NONE
            for mask, its in parts:
                if mask >> index & 1:
                    how = its
            applied = leaves.applied(how, models.gained(how, score, index), *models.values(leaves, index))
            self.applied[leaves.kind].append(applied)

    @cached_property
    def concluded(self) -> Mapping[str, ConcludedRecord]:
        """What rules conclude of it, by attribute."""
        found = {name: [*self._models.concluded(name, 1 << self._index)] for name in self._models.candidates.concluded}
        return {name: record for name, its in sorted(found.items()) for _, record in its}

    @cached_property
    def computed(self) -> Mapping[str, ComputedRecord]:
        """What is computed of it, by attribute."""
        sums = sorted(self._models.candidates.computed.items())
        return {name: _computed(found) for name, its in sums if (found := its[self._index]) is not None}


class _Recorder:
    """Records the candidates of a decision."""

    def __init__(self, of: DecisionModels) -> None:
        self.of, self.candidates, self.kept, self.indices = of, of.candidates, of.judged, bits(of.judged)

    def record(self) -> OfModels:
        criteria, places = [], []
        for leaves, parts, score in self.of.applied:
            record, its = self._criterion(leaves, parts, score)
            criteria.append(record)
            places.append(its)
        rows = [*zip(*places, strict=True)] if places else [()] * len(self.indices)
        concluded, of_concluded = self._concluded()
        computed, of_computed = self._computed()
        standing = map(self.of.decision.standing.carriers.get, self.indices)
        candidates = map(self.of.candidate, self.indices, standing, rows, of_concluded, of_computed)
        return OfModels(tuple(criteria), concluded, computed, tuple(candidates))

    def _criterion(
        self, leaves: Leaves, parts: list[tuple[int, How]], score: Score | None
    ) -> tuple[CriterionRecord, Sequence[int]]:
        """Return a criterion with each way in which it comes out, and by candidate in which it does."""
        hows, codes = [NONE, *(how for _, how in parts)], self._codes([mask for mask, _ in parts])
        firsts, places = self._once(codes, self._recorded(self.candidates.numbers(leaves.names)))
        outcomes = [self._outcome(leaves, hows[code], score, at) for (code, _), at in firsts.items()]
        return evolve(leaves.criterion, outcomes=tuple(outcomes)), places

    def _outcome(self, leaves: Leaves, how: How, score: Score | None, index: int) -> OutcomeRecord:
        (outcome, exempted_by, approved_by), points = how, self.of.gained(how, score, index)
        return OutcomeRecord(outcome, leaves.outcomes(self.of.values(leaves, index)), points, exempted_by, approved_by)

    def _codes(self, masks: Sequence[int]) -> Sequence[int]:
        """Return of everybody the number, from 1, of the mask that one is in, 0 for none; no two overlap."""
        lanes = lanes_for(self.candidates.count, len(masks))
        codes = sum(lanes.ones(mask & self.kept) * number for number, mask in enumerate(masks, 1))
        return self._recorded(lanes.unpacked(codes))

    def _recorded(self, column: Sequence[T]) -> Sequence[T]:
        """Return what a column of all candidates says of those that are recorded."""
        return [column[index] for index in self.indices] if len(self.indices) < len(column) else column

    def _concluded(self) -> tuple[tuple[dict[str, ConcludedRecord], ...], list[int | None]]:
        """Return what rules conclude, each combination once, and by candidate which it is."""
        names = sorted(self.candidates.concluded)
        if not names:
            return (), [None] * len(self.indices)
        said = [[*self.of.concluded(name, self.kept)] for name in names]
        codes = [self._codes([mask for mask, _ in parts]) for parts in said]
        firsts, places = self._once(*codes)
        records = [
            {name: parts[code - 1][1] for name, parts, code in zip(names, said, key, strict=True) if code}
            for key in firsts
        ]
        return _without_empty(records, places)

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


def _change(change: Change) -> ChangeRecord:
    computed = {name: encode_number(value) for name, value in change.computed.items()}
    return ChangeRecord(change.since.text, change.attributes, computed)


def _points(units: int, scale: int) -> str:
    return encode_fraction(Fraction(units, scale))


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
