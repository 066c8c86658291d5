"""An explanation as a tree of steps, and the trace that it is read from: its records by their names, in one language.

Nothing is decided here and nothing put in order; whatever explains or reports a trace is built on it. What was judged
is found by the names of the decision: each model, and each model with one of its offers where it has several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.catalog import Dated, Entry
from llmrules.decision.judgement import OnDemand
from llmrules.errors import check_judged, printable
from llmrules.language.texts import Language
from llmrules.language.values import Period
from llmrules.language.vocabulary import AS_OF
from llmrules.say.teller import Line, Sentences, Teller, Tone, printable_lines
from llmrules.trace.codec import Json, json_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from llmrules.catalog import Stated
    from llmrules.language.profile import Approval
    from llmrules.language.sources import Document
    from llmrules.trace.found import CandidateRecord, FactRecord, FiringRecord
    from llmrules.trace.given import Given
    from llmrules.trace.record import Trace


Kind: TypeAlias = Literal[
    "verdict", "rule", "aside", "forgone", "group", "leaf", "value", "term", "classification", "fact", "firing",
    "dispute", "change", "offer",
]  # fmt: skip

BULLETS = ("", "-", "·")
TONES: dict[str, Tone] = {
    "failed": "bad", "excluded": "bad", "unknown": "open", "accepted": "open", "exempted": "open", "attached": "open",
    "points": "good", "passed": "good", "approved": "good",
}  # fmt: skip
"""How a rule that was applied, or an offer, is coloured by what came of it."""


class Beneath(OnDemand["Node"]):
    """Steps, each of which is made when it is first looked at; how many there are is found out when it is asked."""

    def __init__(self, make: Callable[[], Iterable[Node | Callable[[], Node]]]) -> None:
        """``make`` yields steps, or what makes them."""
        self._make = make

    @cached_property
    def _steps(self) -> list[Node | Callable[[], Node]]:
        return [*self._make()]

    def __reduce__(self) -> tuple[type[tuple[Node, ...]], tuple[tuple[Node, ...]]]:
        """Copy and pickle as the steps themselves."""
        return tuple, (tuple(self),)

    def __iter__(self) -> Iterator[Node]:
        """Yield the steps."""
        return map(self._at, range(len(self)))

    def __len__(self) -> int:
        """Count the steps."""
        return len(self._steps)

    def _at(self, number: int) -> Node:
        step = self._steps[number]
        if not isinstance(step, Node):
            self._steps[number] = step = step()
        return step


@frozen
class Node:
    """One step of an explanation: what it says, how it came out, what it rests on, and the steps beneath it.

    ``id`` names the model, rule, attribute or fact; ``outcome`` is the verdict, the outcome of a rule, or the truth
    of a leaf. A leaf also keeps its parts: ``actual``, ``wanted`` (operator and threshold in words) and ``gap``.
    """

    kind: Kind
    id: str
    text: str
    outcome: str = ""
    sources: tuple[str, ...] = ()
    children: Sequence[Node] = ()
    actual: Json | None = None
    wanted: str = ""
    gap: str = ""

    def walk(self) -> Iterator[Node]:
        """Yield this node and all beneath it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


@frozen
class Explanation:
    """Why one model stands where it stands, in one language."""

    language: Language
    root: Node

    def __str__(self) -> str:
        """Return the tree as indented lines."""
        return "\n".join(map(str, self.lines()))

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the tree, each under what it explains; a fact's chain is said once."""
        return _lines(self.root, 0, set(), f"({Sentences(self.language)('as-above')})")


def _lines(node: Node, depth: int, said: set[str], again: str) -> Iterator[Line]:
    repeated = node.kind == "fact" and node.id in said and bool(node.children)
    sources = f"({', '.join(node.sources)})" if node.sources else ""
    yield Line(
        style="line" if depth else "answer",
        text=printable(node.text),
        indent=2 * depth,
        mark=BULLETS[min(depth, 2)],
        origin=printable(" ".join(filter(None, [sources, again if repeated else ""]))),
        tone=TONES.get(node.outcome, "") if node.kind in {"rule", "offer"} else "",
    )
    if node.kind == "fact":
        said.add(node.id)
    for child in () if repeated else node.children:
        yield from _lines(child, depth + 1, said, again)


@frozen
class InForce:
    """The value of an attribute on the day of the decision, and since when, where it took the place of another one.

    ``coming`` are those that are to take its place while the model is needed.
    """

    value: Json
    sources: tuple[str, ...]
    record: Entry
    since: Dated | None = None
    coming: tuple[Dated, ...] = ()

    @property
    def disputed(self) -> tuple[Stated, ...]:
        """The other values that sources state; none of them speaks of one that took force later."""
        return () if self.since is not None else self.record.disputed


class Known:
    """What the traces of one knowledge share, by its names and in one language."""

    def __init__(self, given: Given, language: Language) -> None:
        self.teller = Teller(language, given.vocabulary, given.catalogue)
        self.rules = {rule.id: rule for rule in given.rules}
        self.models = {model.id: model for model in given.catalogue}
        self.documents = {document.id: document for document in given.documents}
        self.claims = {claim.id: claim for claim in given.claims}


class Index:
    """Reads one trace in one language."""

    def __init__(self, trace: Trace, known: Known) -> None:
        self.teller, self.say, self.attributes = known.teller, known.teller.say, known.teller.attributes
        self.rules, self.models, self.documents, self.claims = known.rules, known.models, known.documents, known.claims
        self.trace, self.judged = trace, Judged(trace)
        self.criteria = {criterion.rule: criterion for criterion in trace.found.criteria}
        self._entries: dict[str, tuple[Mapping[str, Entry], ...]] = {}

    @cached_property
    def facts(self) -> dict[str, FactRecord]:
        """The facts by their ids."""
        return {fact.id: fact for fact in self.trace.case.facts}

    @cached_property
    def firings(self) -> dict[str, FiringRecord]:
        """The firing of each rule that fired."""
        return {firing.rule: firing for firing in self.trace.case.firings}

    @cached_property
    def requirements(self) -> dict[str, Json | None]:
        """What is known: of a set all its members, of all else what is said first."""
        found: dict[str, Json | None] = {}
        for fact in self.trace.case.facts:
            before = found.get(fact.attribute)
            if self.attributes[fact.attribute].type == "set":
                members = () if fact.value == () else (str(fact.value),)
                found[fact.attribute] = (*(before if isinstance(before, tuple) else ()), *members)
            elif before is None:
                found[fact.attribute] = fact.value
        return found

    @cached_property
    def as_of(self) -> date | None:
        """The day of the decision."""
        stated = (one.value for one in self.trace.given.requirements if one.attribute == AS_OF.name)
        return next((when.first for when in stated if isinstance(when, Period)), None)

    def pending(self, name: str) -> bool:
        """Whether somebody has to approve an eligible one first, with every offer that earns it its place."""
        rows = self.judged.sharing(name)
        return rows[0].verdict == "eligible" and all(map(self.awaits, rows))

    def awaited(self, name: str) -> list[str]:
        """Name whose approval one waits for, as far as rules say it."""
        notes = (note for row in self.judged.sharing(name) for note in self.trace.notes(row))
        asking = (self.rules[note.rule] for note in notes if note.outcome != "approved")
        named = (rule.approver for rule in asking if rule.level == "approval" and rule.approver is not None)
        return [*dict.fromkeys(map(printable_lines, named))]

    def awaits(self, row: CandidateRecord) -> bool:
        """Whether somebody has to approve a candidate."""
        return any(
            self.rules[one.rule].level == "approval" and one.outcome != "approved" for one in self.trace.notes(row)
        )

    def approvals(self, name: str, *, counted: bool = True) -> list[Approval]:
        """Return the approvals that one has on the day of the decision, where rules ask for them and they count."""
        if not self.trace.given.approvals:
            return []
        asking: defaultdict[str, set[str]] = defaultdict(set)
        for note in (note for row in self.judged.sharing(name) for note in self.trace.notes(row)):
            asking[note.rule].update(note.approved_by)
        model, day = name.partition(" @ ")[0], self.as_of
        its = (one for one in self.trace.given.approvals if one.rule in asking and one.model == model)
        in_force = (one for one in its if day is None or one.holds(Period(day, day, day.isoformat())))
        return [one for one in in_force if (one.by in asking[one.rule]) is counted]

    def offers(self, rows: Sequence[CandidateRecord]) -> str:
        """Name the offers of some candidates of one model."""
        return self.teller.several([printable_lines(row.offer or "") for row in rows])

    def whose(self, rows: Iterable[CandidateRecord]) -> list[str]:
        """Name the models of candidates, each with those of its offers that are meant, if that is not all that stand.

        Offers that are excluded do not stand, unless all that are meant are.
        """
        found = []
        for model, its in grouped(rows).items():
            out = all(row.verdict == "excluded" for row in its)
            standing = [row for row in self.judged.of_model[model] if out or row.verdict != "excluded"]
            name = self.teller.name(model)
            if len(its) < len(standing):
                offers = self.offers(its)
                name += f" @ {offers}" if len(its) == 1 else f" ({offers})"
            found.append(name)
        return found

    def because(self, rule: str) -> str:
        """Return the reason of a rule, with what is known of the case filled in."""
        return self.teller.filled(self.rules[rule].because, self.requirements)

    def actual(self, name: str, candidate: CandidateRecord) -> Json | None:
        """Return a value of a candidate: what rules conclude or the case makes of it, else what its entry states."""
        made = self.trace.concluded(candidate).get(name) or self.trace.computed(candidate).get(name)
        if made is not None:
            return made.value
        found = self.in_force(name, candidate)
        return found.value if found is not None else None

    def entries(self, candidate: CandidateRecord) -> tuple[Mapping[str, Entry], ...]:
        """Return the entries of a candidate: of its model, and of its offer."""
        name = row_name(candidate)
        if name not in self._entries:
            record = self.models[candidate.model]
            offers = (offer for offer in record.offers if candidate.offer is None or offer.id == candidate.offer)
            self._entries[name] = (record.entries, *(offer.entries for offer in offers))
        return self._entries[name]

    def in_force(self, name: str, candidate: CandidateRecord) -> InForce | None:
        """Return the value that an entry of a candidate has on the day of the decision, if it has one."""
        record = next((one for entries in self.entries(candidate) if (one := entries.get(name)) is not None), None)
        if record is None:
            return None
        attribute, since = self.attributes[name], candidate.begun.get(name)
        if not record.dated:
            return InForce(json_value(attribute, record.value), record.sources, record)
        dated = {str(one.since): one for one in record.dated}
        coming = tuple(dated[change.since] for change in candidate.coming if name in change.attributes)
        found = None if since is None else dated[since]
        stated = record if found is None else found
        return InForce(json_value(attribute, stated.value), stated.sources, record, found, coming)

    def value_sources(self, name: str, candidate: CandidateRecord) -> tuple[str, ...]:
        """Return the claims and documents that state a value of a candidate."""
        found = self.in_force(name, candidate)
        return found.sources if found is not None else ()

    def document(self, source: str) -> Document | None:
        """Return the document that a source is, or that the claim is from."""
        claim = self.claims.get(source)
        return self.documents.get((claim.document or "") if claim is not None else source)

    def dates(self, sources: Iterable[str]) -> str:
        """Return the dates of the documents that sources are, or are from, each once."""
        documents = (self.document(source) for source in sources)
        return ", ".join(sorted({printable_lines(str(one.date)) for one in documents if one is not None}))


_VERDICTS = ("eligible", "unverified", "excluded")


def row_name(candidate: CandidateRecord) -> str:
    """Return what a decision calls a candidate: its model's id, and ``model @ offer`` where the model has several."""
    return candidate.model if candidate.offer is None else f"{candidate.model} @ {candidate.offer}"


class Judged:
    """The candidates of one trace by name."""

    def __init__(self, trace: Trace) -> None:
        self.candidates: dict[str, CandidateRecord] = {}
        self.of_model: dict[str, tuple[CandidateRecord, ...]] = {}
        self.add(trace.found.candidates)

    def add(self, rows: Sequence[CandidateRecord]) -> None:
        """Add all candidates of some models."""
        self.candidates.update({row_name(row): row for row in rows})
        self.of_model.update({name: tuple(its) for name, its in grouped(rows).items()})

    @cached_property
    def several(self) -> bool:
        """Whether some model has several offers, so that models and candidates are not the same thing."""
        return any(candidate.offer is not None for candidate in self.candidates.values())

    def known(self, name: str) -> None:
        """Raise UnknownModelError, with the nearest name, for a name of nothing that was judged."""
        if name not in self.candidates and name not in self.of_model:
            check_judged(name, self.names())

    def names(self) -> tuple[str, ...]:
        """Return every name: of models, and of each offer of those that have several."""
        return tuple(dict.fromkeys((*self.of_model, *self.candidates)))

    def standing(self, name: str) -> CandidateRecord:
        """Return the candidate that a name means: of a model, the best of its offers. Raises KeyError."""
        self.known(name)
        return self.candidates.get(name) or min(self.of_model[name], key=by_standing)

    def sharing(self, name: str) -> tuple[CandidateRecord, ...]:
        """Return all that earn a name its verdict and points, the same one first. Raises KeyError."""
        best = self.standing(name)
        if name in self.candidates:
            return (best,)
        standing = (best.verdict, best.points, best.then)
        return tuple([row for row in self.of_model[name] if (row.verdict, row.points, row.then) == standing])

    def meant(self, name: str) -> tuple[CandidateRecord, ...]:
        """Return the candidates that a name means: all offers of a model, or the one that is named."""
        self.known(name)
        return (self.candidates[name],) if name in self.candidates else self.of_model[name]


def grouped(rows: Iterable[CandidateRecord]) -> dict[str, list[CandidateRecord]]:
    """Return candidates by their models, in their order."""
    found: dict[str, list[CandidateRecord]] = {}
    for row in rows:
        found.setdefault(row.model, []).append(row)
    return found


def by_standing(candidate: CandidateRecord) -> tuple[int, Fraction]:
    """Order candidates: by verdict, then the most points."""
    return _VERDICTS.index(candidate.verdict), -Fraction(candidate.points or 0)
