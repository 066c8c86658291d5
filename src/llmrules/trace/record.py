"""A trace, ``llmrules.trace/1``, as one document: its parts, their digests, and who made it.

``given`` is what the decision rests on, ``found`` is a pure function of ``given``, and ``made_by`` is claimed: sealed,
reported, never compared. Every value is as JSON holds it: integers within ±(2**53 - 1) are numbers, all other numbers
and all points are texts, choices of a set are lists in their declared order.

Reading checks shape and types alone; whether a trace is true is for the checker to say.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import attrs
from attrs import field, frozen

from llmrules.decision.judgement import OnDemand
from llmrules.errors import Place, TraceError
from llmrules.language.texts import Text
from llmrules.reading.files import read_json, write_whole
from llmrules.trace.codec import Outcome, canonical, digest, plain
from llmrules.trace.found import CandidateRecord, Found, LeafOutcome
from llmrules.trace.given import Given, Spelling, structure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from llmrules.language.rules.effects import Effect
    from llmrules.trace.found import (
        ComputedRecord,
        ConcludedRecord,
        ConflictRecord,
        FactRecord,
        FiringRecord,
        RuleFound,
    )

FORMAT = "llmrules.trace/1"


@frozen(eq=False)
class Written:
    """A part by its name, with its canonical text."""

    name: str
    part: object
    text: str

    @cached_property
    def digest(self) -> str:
        """The digest of the text."""
        return digest(self.text)


@frozen
class RulePlace:
    """Where a rule stood when it was loaded."""

    rule: str
    file: str
    line: int


@frozen
class MadeBy:
    """Who made the decision, when and how: claimed, sealed by a digest of its own, never compared."""

    llmrules: str
    python: str
    engine: str
    certified: bool
    decided_at: str
    nanoseconds: dict[str, int]
    places: tuple[RulePlace, ...]
    durable_rules: str | None = None
    settings: str | None = None
    catalogues: tuple[str, ...] = ()
    title: Text | None = None
    story: Text | None = None


@frozen
class Digests:
    """SHA-256 over canonical JSON (RFC 8785), in hexadecimal.

    ``parts`` has one digest for each part of ``given``; ``given`` is the digest of ``parts``.
    """

    parts: dict[str, str]
    given: str
    found: str
    made_by: str


@frozen
class Applied:
    """A rule as it came out on a candidate; its leaves are those of its criterion, in the same order."""

    rule: str
    outcome: Outcome
    exempted_by: tuple[str, ...]
    approved_by: tuple[str, ...]
    points: str | None
    leaves: tuple[LeafOutcome, ...]


Kind: TypeAlias = Literal["hard", "sign", "note", "exempts"]
"""What a rule does with candidates: it checks them, gives or takes points, is attached to them, lets them off."""

KINDS: tuple[Kind, ...] = ("hard", "sign", "note", "exempts")


def kind_of(effect: Effect) -> Kind:
    """Return what an effect on models does with them."""
    return next(kind for kind in KINDS if getattr(effect, kind))


class Alike(OnDemand[CandidateRecord]):
    """The records of candidates, each made when it is looked at, of what it shares with those that are alike."""

    def __init__(
        self,
        shared: Sequence[Mapping[str, Any]],
        names: Sequence[tuple[str, str | None, str]],
        indices: Sequence[int],
        numbers: Sequence[int],
    ) -> None:
        """Take, of each, its place in ``names``, which begin with model and offer, and that of what it shares."""
        self._shared, self._names, self._indices, self._numbers = shared, names, indices, numbers

    def __reduce__(self) -> tuple[type[tuple[CandidateRecord, ...]], tuple[tuple[CandidateRecord, ...]]]:
        """Copy and pickle as the records themselves."""
        return tuple, (tuple(self),)

    def __len__(self) -> int:
        """Count the candidates."""
        return len(self._indices)

    def __iter__(self) -> Iterator[CandidateRecord]:
        """Yield the records."""
        return map(self._at, range(len(self)))

    def _at(self, number: int) -> CandidateRecord:
        model, offer, _ = self._names[self._indices[number]]
        return CandidateRecord(model=model, offer=offer, **self._shared[self._numbers[number]])


class OfCase(Protocol):
    """What is found of a case itself, as far as the standing of a model is explained by it."""

    @property
    def facts(self) -> tuple[FactRecord, ...]:
        """The facts of the case."""

    @property
    def firings(self) -> tuple[FiringRecord, ...]:
        """The firings in their order."""

    @property
    def defeated(self) -> tuple[RuleFound, ...]:
        """The rules that would have fired, but for others that override them."""

    @property
    def conflicts(self) -> tuple[ConflictRecord, ...]:
        """The conflicts between facts."""


@frozen(slots=False)
class Trace:
    """The complete record of one decision."""

    format: str
    given: Given
    found: Found
    made_by: MadeBy
    digests: Digests
    texts: tuple[Written, ...] = field(default=(), init=False, eq=False, repr=False)
    """Parts as they were sealed, by name, each with its canonical text; a copy with other parts has none of them."""

    @classmethod
    def sealed(cls, given: Given, found: Found, made_by: MadeBy, texts: Sequence[Written] = ()) -> Trace:
        """Return the trace of these parts with their digests."""
        said, told = _written(given, texts), Written("found", found, _text(found, texts))
        parts = {one.name: one.digest for one in said}
        digests = Digests(parts, digest(canonical(parts)), told.digest, digest(canonical(plain(made_by))))
        trace = cls(FORMAT, given, found, made_by, digests)
        object.__setattr__(trace, "texts", (*said, told))
        return trace

    @cached_property
    def case(self) -> OfCase:
        """What is found of the case itself."""
        return self.found

    @cached_property
    def effects(self) -> Mapping[str, Effect]:
        """The effect of each rule."""
        return {rule.id: rule.effect for rule in self.given.rules}

    def checks(self, candidate: CandidateRecord) -> tuple[Applied, ...]:
        """Return how each hard rule comes out on a candidate."""
        return tuple(self._applied(candidate)["hard"])

    def failed(self, candidate: CandidateRecord) -> dict[str, Applied]:
        """Return the hard rules that a candidate fails, by rule."""
        return {one.rule: one for one in self.checks(candidate) if one.outcome == "failed"}

    def scores(self, candidate: CandidateRecord) -> tuple[Applied, ...]:
        """Return how each rule that gives points comes out on a candidate; none where it is excluded."""
        return () if candidate.verdict == "excluded" else tuple(self._applied(candidate)["sign"])

    def forgone(self, candidate: CandidateRecord) -> tuple[Applied, ...]:
        """Return what would give an excluded candidate points."""
        scores = self._applied(candidate)["sign"] if candidate.verdict == "excluded" else ()
        return tuple(one for one in scores if one.points not in {None, "0"})

    def notes(self, candidate: CandidateRecord) -> tuple[Applied, ...]:
        """Return the cautions that are attached to a candidate; none where it is excluded."""
        applied = () if candidate.verdict == "excluded" else self._applied(candidate)["note"]
        return tuple([one for one in applied if one.outcome != "none"])

    def exemptions(self, candidate: CandidateRecord) -> tuple[Applied, ...]:
        """Return the exemptions that reach a candidate."""
        return tuple([one for one in self._applied(candidate)["exempts"] if one.outcome != "none"])

    def applied(self, candidate: CandidateRecord) -> dict[str, Applied]:
        """Return every rule that says something of a candidate: hard ones, exemptions, points, cautions."""
        hard, exempting = self.checks(candidate), self.exemptions(candidate)
        return {one.rule: one for one in (*hard, *exempting, *self.scores(candidate), *self.notes(candidate))}

    def concluded(self, candidate: CandidateRecord) -> Mapping[str, ConcludedRecord]:
        """Return what rules conclude of a candidate, by attribute."""
        return {} if candidate.concluded is None else self.found.concluded[candidate.concluded]

    def computed(self, candidate: CandidateRecord) -> Mapping[str, ComputedRecord]:
        """Return what is computed of a candidate, by attribute."""
        return {} if candidate.computed is None else self.found.computed[candidate.computed]

    def _applied(self, candidate: CandidateRecord) -> Mapping[Kind, Sequence[Applied]]:
        """Return how each criterion comes out on a candidate, in their order."""
        places = candidate.outcomes
        return {kind: [outcomes[places[at]] for at, outcomes in its] for kind, its in self._criteria.items()}

    @cached_property
    def _criteria(self) -> Mapping[Kind, Sequence[tuple[int, Sequence[Applied]]]]:
        """Of each kind of effect the criteria, each by its place and with each way in which it comes out."""
        found: dict[Kind, list[tuple[int, list[Applied]]]] = {kind: [] for kind in KINDS}
        for at, criterion in enumerate(self.found.criteria):
            outcomes = [
                Applied(criterion.rule, one.outcome, one.exempted_by, one.approved_by, one.points, one.leaves)
                for one in criterion.outcomes
            ]
            found[kind_of(self.effects[criterion.rule])].append((at, outcomes))
        return found

    def to_json(self) -> str:
        """Return the trace as canonical JSON on one line."""
        return "".join(self._pieces())

    def save(self, path: str | Path) -> None:
        """Write the trace to a file, whole or not at all."""
        write_whole(Path(path), *self._pieces(), "\n")

    def _pieces(self) -> list[str]:
        return _object(
            digests=[canonical(plain(self.digests))],
            format=[canonical(self.format)],
            found=[_text(self.found, self.texts)],
            given=_object(**{one.name: [one.text] for one in _written(self.given, self.texts)}),
            made_by=[canonical(plain(self.made_by))],
        )

    @classmethod
    def load(cls, path: str | Path) -> Trace:
        """Read a trace from a file strictly: every key known, every type exact. Raises FileError or TraceError."""
        source = read_json(Path(path))
        return cls.parse(source.data, source.name)

    @classmethod
    def parse(cls, data: dict[str, Any], name: str) -> Trace:
        """Return the trace that plain values describe; ``name`` is what messages call it. Raises TraceError."""
        if data.get("format") != FORMAT:
            message = "is not a trace of a format that this version reads"
            raise TraceError(
                message, code="format", place=Place(name, key="format"), found=data.get("format"), allowed=[FORMAT]
            )
        return structure(data, cls, name)


def parts_of(record: Given | Found) -> list[tuple[str, object]]:
    """Return the parts of ``given`` or ``found`` by name; what has its default is left out, as everywhere."""
    parts = [(one, getattr(record, one.name)) for one in attrs.fields(type(record))]
    return [(one.name, part) for one, part in parts if part != one.default]


def _written(given: Given, known: Sequence[Written]) -> list[Written]:
    """Return the parts of ``given``, each with its canonical text: the known one, or one that is made."""
    found = [(name, part, _known(name, part, known)) for name, part in parts_of(given)]
    if all(one is not None for _, _, one in found):
        return [one for _, _, one in found if one is not None]
    spelling = Spelling.of(given.vocabulary)
    return [one or Written(name, part, canonical(spelling.part(name, part))) for name, part, one in found]


def _text(found: Found, known: Sequence[Written]) -> str:
    """Return the canonical text of what is found: the known one, or one that is made."""
    whole = _known("found", found, known)
    if whole is not None:
        return whole.text
    parts = [
        _known(name, part, known)
        or Written(name, part, canonical(plain(tuple(part) if isinstance(part, Alike) else part)))
        for name, part in parts_of(found)
    ]
    return "".join(_object(**{one.name: [one.text] for one in parts}))


def _known(name: str, part: object, known: Sequence[Written]) -> Written | None:
    return next((one for one in known if one.name == name and one.part is part), None)


def _object(**members: list[str]) -> list[str]:
    """Join canonical texts, each in pieces, into one canonical object, in pieces: long ones are not copied."""
    pieces: list[str] = []
    for name, its in sorted(members.items()):
        pieces += [f'{"," if pieces else "{"}"{name}":', *its]
    return [*pieces, "}"]
