"""What follows from what is given, as records: facts, firings, every candidate check by check, and the result."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from llmrules.catalog.entries import Contradiction
from llmrules.catalog.restriction import LeftOut
from llmrules.decision.outlook import Unknown
from llmrules.trace.codec import Holds, Json, Number, Origin, Outcome, Scalar, Status, Threshold


@frozen
class FactRecord:
    """One fact of the case. A set that is stated empty is one fact whose value is the empty list.

    ``by`` lists every rule that concludes it, so more than one support is seen.
    """

    id: str
    attribute: str
    value: Json
    origin: tuple[Origin, ...]
    by: tuple[str, ...] = ()


@frozen
class LeafRecord:
    """A leaf on requirements: whether it holds, the actual values (none: not stated), and the facts it cites."""

    holds: bool
    actual: tuple[Scalar, ...] | None = None
    cites: tuple[str, ...] = ()


@frozen
class TableRecord:
    """A condition table on requirements with its truth, in the shape of the conditions in ``given``.

    ``implied`` are the leaves that no table writes: requirements that the rule refers to must be known, and a
    rule that ends must still be in force.
    """

    holds: bool
    leaves: dict[str, LeafRecord]
    implied: dict[str, LeafRecord]
    all: tuple[TableRecord, ...] = ()
    any: tuple[TableRecord, ...] = ()


@frozen
class RuleFound:
    """What became of one rule. A silent rule's false leaves say why; ``waits_for`` are those not stated."""

    id: str
    status: Status
    stratum: int | None = None
    when: TableRecord | None = None
    unless: TableRecord | None = None
    waits_for: tuple[str, ...] = ()
    defeated_by: tuple[str, ...] = ()


@frozen
class FiringRecord:
    """One firing, in canonical order: stratum, round (from 0 in each stratum), id."""

    rule: str
    stratum: int
    round: int
    uses: tuple[str, ...]
    concludes: tuple[str, ...]


@frozen
class ConflictRecord:
    """Values that cannot both be meant (``conflict``), or members that rules added to a stated set (``widened``)."""

    attribute: str
    kind: Literal["conflict", "widened"]
    facts: tuple[str, ...]


@frozen
class WaitRecord:
    """A requirement that is not stated, and the rules that waited for it."""

    requirement: str
    rules: tuple[str, ...]


@frozen
class TestRecord:
    """One test of a criterion with the right sides in force (several where the requirement is in conflict)."""

    operator: str
    thresholds: tuple[Threshold, ...]


@frozen
class CriterionLeaf:
    """One leaf of a criterion, said once for all models."""

    side: Literal["where", "predicate", "grade"]
    attribute: str
    tests: tuple[TestRecord, ...]


@frozen
class LeafOutcome:
    """A leaf of a criterion on candidates: its truth, the actual value (none: unknown) and the gap of each test."""

    holds: Holds
    actual: Json | None = None
    gaps: tuple[Json | None, ...] = ()


@frozen
class OutcomeRecord:
    """One way in which a criterion comes out; its leaves are those of the criterion, in the same order."""

    outcome: Outcome
    leaves: tuple[LeafOutcome, ...]
    points: str | None = None
    exempted_by: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()


@frozen
class CriterionRecord:
    """A fired rule that touches models; its leaves in depth-first order, ``where`` first.

    ``outcomes`` has each way in which it comes out, said once for all candidates of which it is so, in the order of the
    first of them.
    """

    rule: str
    leaves: tuple[CriterionLeaf, ...]
    outcomes: tuple[OutcomeRecord, ...]


@frozen
class ConcludedRecord:
    """An attribute of a model that rules conclude, with the rules that do (none where all of them are false)."""

    value: Json
    by: tuple[str, ...] = ()


@frozen
class TermRecord:
    """A product that is not 0: the numbers of its attributes in ``of``, and what it comes to, as a fraction."""

    value: str
    of: dict[str, Number] = field(factory=dict)


@frozen
class ComputedRecord:
    """A number that nobody states, and the products that it is the sum of."""

    value: Number
    terms: tuple[TermRecord, ...] = ()


@frozen
class DisputeRecord:
    """A disputed value under which the fired rules named would say something else of this model."""

    attribute: str
    values: tuple[Json, ...]
    rules: tuple[str, ...]


@frozen
class ChangeRecord:
    """Attributes of a candidate with another value from a day on, and what is computed from them, as it is then."""

    since: str
    attributes: tuple[str, ...]
    computed: dict[str, Number] = field(factory=dict)


@frozen
class CandidateRecord:
    """One model with one of its offers: every check, point and note.

    ``outcomes`` has for each of the criteria, in their order, the place (from 0) in its ``outcomes``; ``concluded`` and
    ``computed`` are places in those of ``found``. An excluded one has no place and no points.
    ``missing`` has the attributes that someone would have to state to settle an unverified one. ``begun`` has the
    attributes whose value in force took the place of another one, each with the day since when; ``coming`` what changes
    while the model is needed: until the end that the case states, else within a year.
    ``offer`` is left out where the model has but one. Where models are ranked, the offers that earn a model its place
    have one; in a ranking of offers each has its own. ``points`` are those of the first tier, ``then`` those of each
    higher tier of which a rule fired, ascending; ``would_earn`` has both for one that is excluded.
    """

    model: str
    verdict: Literal["eligible", "unverified", "excluded"]
    outcomes: tuple[int, ...]
    offer: str | None = None
    place: int | None = None
    points: str | None = None
    then: tuple[str, ...] = ()
    would_earn: tuple[str, ...] = ()
    concluded: int | None = None
    computed: int | None = None
    disputes: tuple[DisputeRecord, ...] = ()
    missing: tuple[str, ...] = ()
    begun: dict[str, str] = field(factory=dict)
    coming: tuple[ChangeRecord, ...] = ()


@frozen
class TrialPoints:
    """The points that a model would get."""

    model: str
    points: str


@frozen
class TrialRecord:
    """What a rule on trial would do: whether it would fire, what it would conclude, and what of which models.

    ``excludes``, ``unverifies`` and ``attaches`` name models, or single offers as ``model @ offer`` where not all of a
    model's are meant; ``points`` has the points of those that would get any. Nothing of this is in any verdict, point
    or fact.
    """

    rule: str
    fires: bool
    concludes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    unverifies: tuple[str, ...] = ()
    attaches: tuple[str, ...] = ()
    points: tuple[TrialPoints, ...] = ()


@frozen
class OffersRecord:
    """The offers of a model that share its verdict, the one with the most points first."""

    model: str
    offers: tuple[str, ...]


@frozen
class PlaceRecord:
    """One place of a ranking: its models (several are a tie) and the margin to the next place.

    ``points`` are those of the first tier, ``then`` those of each higher one of which a rule fired; the margin is in
    the first tier in which the two places differ.

    ``offers`` has those of the models that have several. In a ranking of offers the names of ``models`` are those of
    candidates: ``model @ offer`` where the model has several.
    """

    place: int
    points: str
    models: tuple[str, ...]
    margin: str | None = None
    then: tuple[str, ...] = ()
    offers: tuple[OffersRecord, ...] = ()


@frozen
class RestingRecord:
    """The values in use that have nothing newer to rest on than this source.

    ``date`` is when its document was checked last, else its own date; ``days`` its age on the day of the decision, from
    the first day that this may mean; ``old`` whether these are more than ``given.stale_after``. ``values`` has by
    attribute the places, from 0, in ``found.candidates`` of those whose value it is, what is of a model at its first.
    """

    source: str
    date: str
    days: int
    values: dict[str, tuple[int, ...]]
    old: bool = False


@frozen
class RestatedRecord:
    """A stated requirement with another value."""

    attribute: str
    value: Json


@frozen
class RelaxationRecord:
    """What is stated otherwise so that somebody is eligible, of which no part is enough, and who that is.

    ``drops`` are not stated, and what ``states`` names has that value instead.
    """

    drops: tuple[str, ...]
    brings: tuple[str, ...]
    states: tuple[RestatedRecord, ...] = ()


@frozen
class BreachRecord:
    """What of a promise is not kept, and by which requirements, candidates or rules: all that are concerned."""

    kind: Literal["always", "every", "best", "some", "refused", "conflict"]
    names: tuple[str, ...] = ()


@frozen
class PromiseFound:
    """A promise that the case falls under; without breaches it is kept."""

    promise: str
    breaches: tuple[BreachRecord, ...] = ()


@frozen
class Result:
    """The outcome: what is best, and everything else in its order."""

    best: tuple[str, ...]
    refused: tuple[str, ...]
    ranking: tuple[PlaceRecord, ...]
    unverified: tuple[PlaceRecord, ...]
    excluded: tuple[str, ...]
    advice: tuple[str, ...]


@frozen
class Found:
    """Everything that follows from ``given``.

    ``concluded`` and ``computed`` say once what rules conclude of candidates and what is computed of them, each in the
    order of the first candidate of which it is so.
    """

    facts: tuple[FactRecord, ...]
    rules: tuple[RuleFound, ...]
    firings: tuple[FiringRecord, ...]
    conflicts: tuple[ConflictRecord, ...]
    unread: tuple[str, ...]
    waits: tuple[WaitRecord, ...]
    criteria: tuple[CriterionRecord, ...]
    contradictions: tuple[Contradiction, ...]
    candidates: tuple[CandidateRecord, ...]
    trials: tuple[TrialRecord, ...]
    result: Result
    concluded: tuple[dict[str, ConcludedRecord], ...] = ()
    computed: tuple[dict[str, ComputedRecord], ...] = ()
    left_out: LeftOut | None = None
    unknowns: tuple[Unknown, ...] = ()
    resting: tuple[RestingRecord, ...] = ()
    conflict_sets: tuple[tuple[str, ...], ...] = ()
    relaxations: tuple[RelaxationRecord, ...] = ()
    promises: tuple[PromiseFound, ...] = ()

    @property
    def defeated(self) -> tuple[RuleFound, ...]:
        """The rules that would have fired, but for others that override them."""
        return tuple(one for one in self.rules if one.status == "defeated")
