"""The trace of a decision: ``given`` once for all cases of the same knowledge, ``found`` for each."""

from __future__ import annotations

import platform
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve, field, frozen

from llmrules.catalog.candidates import bits
from llmrules.catalog.restriction import Restriction
from llmrules.decision.procedure import promised
from llmrules.engine.program import full_condition
from llmrules.language.profile import in_order
from llmrules.language.values import encode_fraction
from llmrules.trace.candidates import NONE, DecisionModels, ModelsRecorder, computed_record
from llmrules.trace.case import CaseRecord, CaseRecorder, fact_id, members_of
from llmrules.trace.codec import canonical
from llmrules.trace.found import (
    BreachRecord,
    CandidateRecord,
    Found,
    OffersRecord,
    PlaceRecord,
    PromiseFound,
    RelaxationRecord,
    RestingRecord,
    Result,
    TrialPoints,
    TrialRecord,
)
from llmrules.trace.given import Given, Spelling
from llmrules.trace.record import FORMAT, KINDS, Digests, MadeBy, RulePlace, Trace, Written, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.decision.criteria import Criteria, Criterion
    from llmrules.decision.decision import Decision, Made
    from llmrules.decision.judgement import Placed, Ranking
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.profile import Profile
    from llmrules.language.rules.rule import Rule
    from llmrules.trace.candidates import OfModels
    from llmrules.trace.found import ComputedRecord, ConcludedRecord
    from llmrules.trace.record import Applied, Kind


class Recorder:
    """Records decisions that rest on one knowledge, and keeps what their records share: make one, use it often."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._cases, self._models = CaseRecorder(knowledge.ruleset), ModelsRecorder()

    def __reduce__(self) -> tuple[type[Recorder], tuple[Knowledge]]:
        """Copy and pickle without what is kept."""
        return type(self), (self.knowledge,)

    def trace(
        self,
        decision: Decision,
        conflict_sets: tuple[tuple[str, ...], ...] = (),
        relaxations: tuple[RelaxationRecord, ...] = (),
    ) -> Trace:
        """Return the complete record of a decision, with what stands in the way where nobody is eligible."""
        given, known = self._given_to(decision), {one.name: one.part for one in self._texts}
        texts = [self._text(name, part) for name, part in parts_of(given) if known.get(name) is not part]
        made_by, models = self._made_by(decision.made, decision.profile), self._models.of(decision).record()
        found = evolve(self._found(decision, models), conflict_sets=conflict_sets, relaxations=relaxations)
        candidates = Written("candidates", found.candidates, models.text)
        return Trace.sealed(given, found, made_by, (*self._texts, *texts, candidates))

    def excerpt(self, decision: Decision) -> Excerpt:
        """Return what the record says of the case and of single models: to be told, not sealed.

        It does not say who is first.
        """
        models, case = self._models.of(decision), self._cases.record(decision)
        found = Found(**NOTHING_FOUND, criteria=tuple([leaves.criterion for leaves, _, _ in models.applied]))
        return Excerpt(FORMAT, self._given_to(decision), found, NOBODY, UNSEALED, case=case, models=models)

    def _given_to(self, decision: Decision) -> Given:
        return evolve(
            self.given,
            approvals=in_order((*self.knowledge.catalog.approvals, *decision.profile.approvals)),
            requirements=decision.profile.requirements,
            unknown=decision.policy,
            over=decision.over,
            only=decision.restriction.only,
            among=decision.restriction.among,
            stale_after=decision.stale_after,
        )

    @cached_property
    def given(self) -> Given:
        """What stays the same from case to case."""
        return Given.of(self.knowledge.ruleset, self.knowledge.catalog)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling.of(self.given.vocabulary)

    def _text(self, name: str, part: object) -> Written:
        return Written(name, part, canonical(self._spelling.part(name, part)))

    @cached_property
    def _texts(self) -> tuple[Written, ...]:
        """The canonical texts of these parts."""
        return tuple(self._text(name, part) for name, part in parts_of(self.given))

    @cached_property
    def _rule_places(self) -> tuple[RulePlace, ...]:
        ruleset = self.knowledge.ruleset
        places = [(name, ruleset.places[name].place) for name in ruleset.rules if name in ruleset.places]
        return tuple(RulePlace(name, place.file, place.line or 0) for name, place in places)

    @cached_property
    def _durable_rules(self) -> str | None:
        return _version("durable-rules")

    @cached_property
    def _llmrules(self) -> str:
        return _version("llmrules") or "unknown"

    def _found(self, decision: Decision, models: OfModels) -> Found:
        case = self._cases.record(decision)
        return Found(
            facts=case.facts,
            rules=case.rules,
            firings=case.firings,
            conflicts=case.conflicts,
            unread=case.unread,
            waits=case.waits,
            criteria=models.criteria,
            contradictions=case.contradictions,
            candidates=cast("tuple[CandidateRecord, ...]", models.candidates),  # as good as one
            trials=record_trials(decision),
            result=Result(
                best=decision.best,
                refused=decision.refused,
                ranking=_places(decision.ranking),
                unverified=_places(decision.unverified),
                excluded=decision.standing.excluded,
                advice=decision.advice,
            ),
            concluded=models.concluded,
            computed=models.computed,
            left_out=None if decision.restriction == Restriction() else decision.left_out,
            unknowns=decision.unknowns,
            resting=_resting(decision),
            promises=_promises(decision),
        )

    def _made_by(self, made: Made, profile: Profile) -> MadeBy:
        return MadeBy(
            llmrules=self._llmrules,
            python=platform.python_version(),
            engine=made.engine,
            certified=made.certified,
            decided_at=made.decided_at,
            nanoseconds=made.nanoseconds,
            places=self._rule_places,
            settings=made.settings,
            catalogues=self.knowledge.catalogues,
            title=profile.title,
            story=profile.story,
            durable_rules=self._durable_rules if made.engine == "durable" else None,
        )


@frozen(slots=False)
class Excerpt(Trace):
    """What a record says of a case and of single models; of both only what is asked for is made."""

    case: CaseRecord = field(kw_only=True, repr=False)
    models: DecisionModels = field(kw_only=True, repr=False)
    told: dict[tuple[str, str | None], CandidateTold] = field(factory=dict, init=False, repr=False)
    """What was asked for of candidates, by model and offer."""

    def of(self, name: str) -> list[CandidateRecord]:
        """Return the records of the candidates of a model, or of the model of a ``model @ offer``."""
        told = [CandidateTold(self.models, index) for index in self.models.of_model(name)]
        self.told.update({(one.record.model, one.record.offer): one for one in told})
        return [one.record for one in told]

    def concluded(self, candidate: CandidateRecord) -> Mapping[str, ConcludedRecord]:
        """Return what rules conclude of a candidate, by attribute."""
        return self.told[candidate.model, candidate.offer].concluded

    def computed(self, candidate: CandidateRecord) -> Mapping[str, ComputedRecord]:
        """Return what is computed of a candidate, by attribute."""
        return self.told[candidate.model, candidate.offer].computed

    def _applied(self, candidate: CandidateRecord) -> Mapping[Kind, Sequence[Applied]]:
        return self.told[candidate.model, candidate.offer].applied


class CandidateTold:
    """What is found of one candidate, to be told.

    ``applied`` has how each rule that touches models comes out on it, which its record does not.
    """

    def __init__(self, models: DecisionModels, index: int) -> None:
        self._models, self._index = models, index
        row, excluded = models.candidates.rows[index], models.judgement.excluded >> index & 1
        said = models.candidate(index, None if excluded else models.decision.standing.place(index))
        self.record = CandidateRecord(model=row.model.id, offer=row.offer_id, **said)
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
        return {name: computed_record(found) for name, its in sums if (found := its[self._index]) is not None}


NOBODY = MadeBy("", "", "", certified=False, decided_at="", nanoseconds={}, places=())
UNSEALED = Digests({}, "", "", "")
NOTHING_FOUND: dict[str, Any] = {
    **dict.fromkeys(("facts", "rules", "firings", "conflicts", "unread", "waits"), ()),
    **dict.fromkeys(("contradictions", "candidates", "trials"), ()),
    "result": Result((), (), (), (), (), ()),
}


def _places(ranking: Ranking) -> tuple[PlaceRecord, ...]:
    """Group a ranking by places, each with its margin to the next one."""
    groups = [[*its] for _, its in groupby(range(len(ranking)), key=ranking.places.__getitem__)]
    firsts = [ranking[its[0]] for its in groups]
    return tuple(
        PlaceRecord(
            place=first.place,
            points=encode_fraction(first.points),
            models=ranking.names[its[0] : its[-1] + 1],
            margin=None if after is None else encode_fraction(_margin(first, after)),
            then=tuple(map(encode_fraction, first.then)),
            offers=() if ranking.alone else tuple(_offers(ranking[number] for number in its)),
        )
        for its, first, after in zip(groups, firsts, [*firsts[1:], None], strict=False)
    )


def _offers(its: Iterable[Placed]) -> Iterator[OffersRecord]:
    yield from (OffersRecord(placed.model, placed.offers) for placed in its if placed.offers)


def _margin(one: Placed, other: Placed) -> Fraction:
    """Return by how much one place is above another, in the first tier in which they differ."""
    pairs = zip((one.points, *one.then), (other.points, *other.then), strict=True)
    return next((its - theirs for its, theirs in pairs if its != theirs), Fraction(0))


def _resting(decision: Decision) -> tuple[RestingRecord, ...]:
    """Record what values rest on; candidates are counted as they are recorded, those alone that were judged."""
    judged = decision.criteria.everyone & ~decision.unjudged.everyone
    all_of_them = judged == decision.criteria.everyone
    place = {index: number for number, index in enumerate(bits(judged))}
    return tuple(
        RestingRecord(
            source=one.source,
            date=one.date,
            days=one.days,
            values={
                name: indices if all_of_them else tuple(place[index] for index in indices)
                for name, indices in one.values.items()
            },
            old=one.old,
        )
        for one in decision.resting
    )


def _promises(decision: Decision) -> tuple[PromiseFound, ...]:
    return tuple(
        PromiseFound(one.promise.id, tuple(BreachRecord(its.kind, its.names) for its in one.breaches))
        for one in promised(decision)
    )


def _version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version  # takes a while to load, and not all write traces

    try:
        return version(package)
    except PackageNotFoundError:
        return None


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
        points = criterion.earned(index)
        masks[points] = masks.get(points, 0) | 1 << index
    named = [(points, name) for points, mask in masks.items() for name in criteria.candidates.names(mask, kept)]
    for points, name in sorted(named, key=lambda one: one[1]):
        yield TrialPoints(name, encode_fraction(Fraction(points, criteria.scale)))
