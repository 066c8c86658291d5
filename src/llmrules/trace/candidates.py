"""The part of ``found`` that speaks of models: what is said once for all of them, and each candidate by its places."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from attrs import evolve

from llmrules.catalog.candidates import bits, kept
from llmrules.decision.criteria import flags, lanes_for, places
from llmrules.language.values import encode_fraction, encode_number
from llmrules.trace.codec import canonical, json_value, plain
from llmrules.trace.found import (
    CandidateRecord,
    ChangeRecord,
    ComputedRecord,
    ConcludedRecord,
    CriterionRecord,
    DisputeRecord,
    OutcomeRecord,
    TermRecord,
)
from llmrules.trace.leaves import MOST_KEPT, How, Leaves
from llmrules.trace.record import Alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.catalog.entries import Candidate
    from llmrules.decision.criteria import Score
    from llmrules.decision.decision import Decision
    from llmrules.decision.judgement import Check, Note
    from llmrules.decision.outlook import Change
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value
    from llmrules.language.vocabulary.computed import Sum

T = TypeVar("T")


class OfModels(NamedTuple):
    """What is found of the models; ``text`` is the canonical text of the candidates."""

    criteria: tuple[CriterionRecord, ...]
    concluded: tuple[dict[str, ConcludedRecord], ...]
    computed: tuple[dict[str, ComputedRecord], ...]
    candidates: Alike
    text: str


class ModelsRecorder:
    """Records what is found of models under one rule set; most rules ask the same of them in case after case."""

    def __init__(self) -> None:
        self._references: dict[str, tuple[str, ...]] = {}
        self._leaves: dict[tuple[object, ...], Leaves] = {}
        self._rows: tuple[Candidate, ...] = ()
        self._names: list[tuple[str, str | None, str]] = []
        self.points = lru_cache(MOST_KEPT)(lambda units, scale: encode_fraction(Fraction(units, scale)))

    def of(self, decision: Decision) -> DecisionModels:
        """Return what records the models of one decision."""
        return DecisionModels(decision, self)

    def names(self, rows: tuple[Candidate, ...]) -> list[tuple[str, str | None, str]]:
        """Return the model and the offer of candidates, and how a record begins to say both; the last ones are kept."""
        if self._rows is not rows:
            its = [(row.model.id, row.offer_id) for row in rows]
            said = [f'"model":{canonical(model)}' for model, _ in its]
            self._names = [
                (model, offer, name if offer is None else f'{name},"offer":{canonical(offer)}')
                for (model, offer), name in zip(its, said, strict=True)
            ]
            self._rows = rows
        return self._names

    def leaves(self, rule: Rule, facts: Facts) -> Leaves:
        """Return the leaves of a rule on models, kept for what it refers to of the case."""
        if rule.id not in self._references:
            self._references[rule.id] = rule.references()
        key = (rule.id, *map(facts.get, self._references[rule.id]))
        return kept(self._leaves, key, lambda: Leaves(rule, {name: facts[name] for name in self._references[rule.id]}))


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

    def of_model(self, name: str) -> tuple[int, ...]:
        """Return the candidates of a model, or of the model of a ``model @ offer``, that were judged."""
        mask = self.candidates.masks[name]
        number = self.candidates.model_of[mask.bit_length() - 1]
        return bits(self.candidates.models[number][1] & self.judged)

    def candidate(
        self,
        index: int,
        place: int | None,
        outcomes: tuple[int, ...] = (),
        concluded: int | None = None,
        computed: int | None = None,
    ) -> dict[str, Any]:
        """Return the record of a candidate, without its name."""
        verdict, outlook, points = (
            self.judgement.verdict(index),
            self.decision.outlooks.of(index),
            self._earned_by(index),
        )
        return {
            "verdict": verdict,
            "outcomes": outcomes,
            "place": place,
            "points": None if verdict == "excluded" else points[0],
            "then": () if verdict == "excluded" else points[1:],
            "would_earn": points if verdict == "excluded" else (),
            "concluded": concluded,
            "computed": computed,
            "disputes": tuple([self._dispute(index, *one) for one in self.disputes.get(index, ())]),
            "begun": {name: since.text for name, since in sorted(outlook.begun.items())} if outlook.begun else {},
            "coming": tuple(map(_change, outlook.coming)) if outlook.coming else (),
            "missing": self.decision.open_questions.missing_of(index) if verdict == "unverified" else (),
        }

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


class _Recorder:
    """Records the candidates of a decision: once all of those that are alike in whatever is said of them."""

    def __init__(self, of: DecisionModels) -> None:
        self.of, self.candidates, self.decision = of, of.candidates, of.decision
        self.carriers = self.decision.standing.carriers
        self.hows = [self._codes([mask for mask, _ in parts]) for _, parts, _ in of.applied]
        self.values = [self.candidates.numbers(leaves.names) for leaves, _, _ in of.applied]
        self.said = [[*of.concluded(name, of.judged)] for name in sorted(self.candidates.concluded)]
        self.concluding = [self._codes([mask for mask, _ in parts]) for parts in self.said]
        self.sums = sorted(self.candidates.computed.items())
        self.indices = places(of.judged, self.candidates.count)
        self.firsts, self.numbers = self._once(self.indices, self._columns())

    def record(self) -> OfModels:
        rows, criteria = [], []
        for (leaves, parts, score), codes, numbers in zip(self.of.applied, self.hows, self.values, strict=True):
            firsts, its = self._once(self.firsts, [codes, numbers])
            rows.append(its)
            hows = [NONE, *(how for _, how in parts)]
            outcomes = [self._outcome(leaves, hows[codes[at]], score, at) for at in firsts]
            criteria.append(evolve(leaves.criterion, outcomes=tuple(outcomes)))
        outcomes_of = [*zip(*rows, strict=True)] if rows else [()] * len(self.firsts)
        concluded, of_concluded = self._concluded()
        computed, of_computed = self._computed()
        standing = map(self.carriers.get, self.firsts)
        alike = [*map(self.of.candidate, self.firsts, standing, outcomes_of, of_concluded, of_computed)]
        candidates, text = self._candidates(alike)
        return OfModels(tuple(criteria), concluded, computed, candidates, text)

    def _columns(self) -> Iterator[Sequence[object]]:
        """Yield, of everybody, what a record says, or something that is the same only where that is."""
        judgement, every = self.of.judgement, range(self.candidates.count)
        yield judgement.points.lanes
        yield self._codes([judgement.excluded, judgement.unverified])
        yield [self.carriers.get(index) for index in every]
        yield from (flags(mask, len(every)) for mask in self.decision.open_questions.missing.values())
        alone = {*self.of.disputes, *filter(self.decision.outlooks.changing, every)}
        yield [index if index in alone else None for index in every]
        waived = [any(approved_by for _, (_, _, approved_by) in parts) for _, parts, _ in self.of.applied]
        yield from compress(self.hows, waived)  # all else follows from the values
        yield from {id(numbers): numbers for numbers in self.values}.values()
        yield from self.concluding
        yield from ([*map(id, its)] for _, its in self.sums)

    def _candidates(self, alike: list[dict[str, Any]]) -> tuple[Alike, str]:
        """Return the record of everybody, by what those that are alike share, and the canonical text of all."""
        texts = [canonical(plain(CandidateRecord(model="", **one))).split('"model":""', 1) for one in alike]
        names = self.of.kept.names(self.candidates.rows)
        its = zip(self.indices, self.numbers, strict=True)
        written = [f"{texts[number][0]}{names[index][2]}{texts[number][1]}" for index, number in its]
        return Alike(alike, names, self.indices, self.numbers), f"[{','.join(written)}]"

    def _outcome(self, leaves: Leaves, how: How, score: Score | None, index: int) -> OutcomeRecord:
        (outcome, exempted_by, approved_by), points = how, self.of.gained(how, score, index)
        return OutcomeRecord(outcome, leaves.outcomes(self.of.values(leaves, index)), points, exempted_by, approved_by)

    def _codes(self, masks: Sequence[int]) -> Sequence[int]:
        """Return of everybody the number, from 1, of the mask that one is in, 0 for none; no two overlap."""
        lanes = lanes_for(self.candidates.count, len(masks))
        return lanes.unpacked(sum(lanes.ones(mask & self.of.judged) * number for number, mask in enumerate(masks, 1)))

    def _concluded(self) -> tuple[tuple[dict[str, ConcludedRecord], ...], list[int | None]]:
        """Return what rules conclude, each combination once, and which it is of those that are alike."""
        names = sorted(self.candidates.concluded)
        firsts, its = self._once(self.firsts, self.concluding)
        records = [
            {
                name: parts[codes[at] - 1][1]
                for name, parts, codes in zip(names, self.said, self.concluding, strict=True)
                if codes[at]
            }
            for at in firsts
        ]
        return _without_empty(records, its)

    def _computed(self) -> tuple[tuple[dict[str, ComputedRecord], ...], list[int | None]]:
        """Return what is computed, each combination once, and which it is of those that are alike."""
        firsts, its = self._once(self.firsts, [sums for _, sums in self.sums])
        records = [
            {name: computed_record(one) for name, sums in self.sums if (one := sums[at]) is not None} for at in firsts
        ]
        return _without_empty(records, its)

    @staticmethod
    def _once(indices: Sequence[int], columns: Iterable[Sequence[object]]) -> tuple[list[int], list[int]]:
        """Return the first candidate with each combination in columns, and the place among them of everybody's."""
        same = [column if len(column) == len(indices) else [column[at] for at in indices] for column in columns]
        keys = zip(*same, strict=True) if same else [()] * len(indices)
        seen, firsts, its = dict[tuple[object, ...], int](), list[int](), list[int]()
        for index, key in zip(indices, keys, strict=True):
            its.append(seen.setdefault(key, len(seen)))
            if len(seen) > len(firsts):
                firsts.append(index)
        return firsts, its


def _change(change: Change) -> ChangeRecord:
    computed = {name: encode_number(value) for name, value in change.computed.items()}
    return ChangeRecord(change.since.text, change.attributes, computed)


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


def computed_record(found: Sum) -> ComputedRecord:
    """Return the record of a sum."""
    said = ((one.value, {name: encode_number(its) for name, its in one.of}) for one in found.terms)
    return ComputedRecord(encode_number(found.value), tuple(TermRecord(encode_fraction(its), of) for its, of in said))
