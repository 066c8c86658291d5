"""What a decision leaves open, and what is to come: facts that rules lack, and values that take force on a day.

Facts that rules lack are those that someone can look up. Of values it is said which took force, which are to, and what
is computed of them then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.language.values import Number, Period
from llmrules.language.vocabulary.computed import factors_of, sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from llmrules.catalog import Entry
    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.basis import Basis
    from llmrules.decision.judgement import Judgement
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule
    from llmrules.language.vocabulary import Attribute


@frozen
class Unknown:
    """How often fired rules lack an attribute that someone can state, over the candidates that are not excluded.

    What is concluded or computed counts as the attributes that it rests on. ``undecided`` counts those with a hard
    check that it leaves undecided, ``unscored`` those with points that it leaves open, and ``settles`` the unverified
    ones of which nothing else is missing.
    """

    attribute: str
    undecided: int
    unscored: int
    settles: int


@frozen(eq=False)
class OpenQuestions:
    """Of each attribute that rules lack, the candidates whose checks or points it leaves open.

    ``missing`` has the unverified ones, with the checks alone for which they are.
    """

    undecided: Mapping[str, int]
    unscored: Mapping[str, int]
    missing: Mapping[str, int]

    @classmethod
    def of(cls, judgement: Judgement, basis: Basis, candidates: Candidates, facts: Facts) -> OpenQuestions:
        """Ask every check and score that is unknown on a candidate that is not excluded."""
        undecided: defaultdict[str, int] = defaultdict(int)
        unscored: defaultdict[str, int] = defaultdict(int)
        missing: defaultdict[str, int] = defaultdict(int)
        standing = judgement.eligible | judgement.unverified
        for check in judgement.checks:
            open_ones = (check.unverifying | check.accepting) & standing
            for leaf, mask in _unknown_leaves(check.criterion.rule, open_ones, candidates, facts):
                for name, its in basis.lacking(leaf, mask):
                    undecided[name] |= its
                    missing[name] |= its & check.unverifying
        for score in judgement.scores:
            for leaf, mask in _unknown_leaves(score.criterion.rule, score.unknown & standing, candidates, facts):
                for name, its in basis.lacking(leaf, mask):
                    unscored[name] |= its
        return cls(undecided, unscored, missing)

    def unknowns(self) -> tuple[Unknown, ...]:
        """Count the candidates of each attribute, what would settle most first."""
        alone = _alone(self.missing.values())
        found = [
            Unknown(
                name,
                self.undecided.get(name, 0).bit_count(),
                self.unscored.get(name, 0).bit_count(),
                (self.missing.get(name, 0) & alone).bit_count(),
            )
            for name in {*self.undecided, *self.unscored}
        ]
        return tuple(sorted(found, key=lambda one: (-one.settles, -one.undecided, -one.unscored, one.attribute)))

    def missing_of(self, index: int) -> tuple[str, ...]:
        """Return what is missing of an unverified candidate."""
        return tuple(sorted(name for name, mask in self.missing.items() if mask >> index & 1))


def _unknown_leaves(rule: Rule, mask: int, candidates: Candidates, facts: Facts) -> Iterator[tuple[str, int]]:
    """Yield each leaf's attribute with the candidates of a mask on which the leaf is unknown."""
    for leaf in (*rule.where.all_leaves(), *rule.effect.predicate.all_leaves()):
        true, false = candidates.leaf(leaf, facts)
        yield leaf.attribute.name, mask & ~(true | false)
    if rule.effect.grade is not None:
        name = rule.effect.grade.attribute.name
        yield name, mask & ~candidates.known.get(name, 0)


def _alone(masks: Iterable[int]) -> int:
    """Return the bits that are set in exactly one of the masks."""
    once = twice = 0
    for mask in masks:
        twice |= once & mask
        once |= mask
    return once & ~twice


ENDS_ON = "ends_on"
"""The requirement that says until when the model is needed."""

REACH = timedelta(days=365)
"""Where no end is stated, a value that takes force later than this after the decision is of no concern to it."""


@frozen
class Change:
    """What takes force on a day: attributes of a candidate, and what is computed from them, as it is then."""

    since: Period
    attributes: tuple[str, ...]
    computed: Mapping[str, Number]


@frozen
class Outlook:
    """What became of the values of a candidate until a day, by attribute, and what is to become of them, day by day."""

    begun: Mapping[str, Period]
    coming: tuple[Change, ...]


NOTHING_CHANGES = Outlook({}, ())


class Outlooks:
    """The outlooks of the candidates of one case."""

    def __init__(self, knowledge: Knowledge, candidates: Candidates, facts: Facts, day: date) -> None:
        self._catalog, self._candidates, self._day = knowledge.catalog, candidates, day
        self._nothing = not knowledge.turning_days
        self._facts, self._vocabulary = facts, candidates.vocabulary

    @cached_property
    def _until(self) -> date:
        ends = [one.last for one in self._facts.get(ENDS_ON, ()) if isinstance(one, Period)]
        return max(ends) if ends else self._day + min(REACH, self._day.max - self._day)

    @cached_property
    def _computed(self) -> tuple[Attribute, ...]:
        return self._vocabulary.computed("model", "offer")

    @cached_property
    def _factors(self) -> set[str]:
        return {name for one in self._computed for name in (one.name, *factors_of(one))}

    def changing(self, index: int) -> bool:
        """Whether the catalogue announces anything of a candidate."""
        return not self._nothing and bool(self._entries(index))

    def of(self, index: int) -> Outlook:
        """Return the outlook of a candidate, from all that the catalogue announces of it."""
        if self._nothing:
            return NOTHING_CHANGES
        entries = self._entries(index)
        begun = {name: one.since for name, entry in entries.items() if (one := entry.begun(self._day)) is not None}
        days: dict[Period, list[str]] = {}
        for name, entry in entries.items():
            for one in entry.dated:
                if self._day < one.since.first <= self._until:
                    days.setdefault(one.since, []).append(name)
        coming = []
        for since, names in sorted(days.items(), key=lambda one: one[0].first):
            coming.append(Change(since, tuple(sorted(names)), self._then(index, entries, since, names)))
        return Outlook(begun, tuple(coming))

    def _entries(self, index: int) -> Mapping[str, Entry]:
        """Return the entries of a candidate as the catalogue states them, those that change and all factors alone."""
        row = self._candidates.rows[index]
        model = self._catalog.models[row.model.id]
        offer = next(offer for offer in model.offers if offer.id == row.offer.id)
        tables = (offer.entries, model.entries)
        if not any(entry.dated for table in tables for entry in table.values()):
            return {}
        return {
            name: entry for table in tables for name, entry in table.items() if entry.dated or name in self._factors
        }

    def _then(
        self, index: int, entries: Mapping[str, Entry], since: Period, changed: Iterable[str]
    ) -> dict[str, Number]:
        """Return what is computed on a day from what changes, of all that is computed now and can be then."""
        resting = {name for name, below in self._vocabulary.resting.items() if not below.isdisjoint(changed)}
        now = {name for name, its in self._candidates.computed.items() if name in resting and its[index] is not None}
        if not now:
            return {}
        values = {name: entries[name].on(since.first).value for name in self._factors & entries.keys()}
        then = sums(self._computed, values, self._facts)
        return {name: then[name].value for name in sorted(now & then.keys())}
