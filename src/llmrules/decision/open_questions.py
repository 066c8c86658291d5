"""What a decision leaves open: facts that rules lack and someone can look up, values that only old sources state."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog.candidates import bits
from llmrules.catalog.costs import PRICES
from llmrules.language.rules.rule import by_conclusion
from llmrules.language.sources import Claim, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.catalog import Entry
    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.basis import Basis
    from llmrules.decision.judgement import Judgement
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.sources import Citable

STALE_AFTER = 365
"""Days after which a source counts as old, unless the decision says otherwise."""


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


@frozen
class Stale:
    """How many of the values that a decision uses have nothing newer to rest on than this source, and its date."""

    source: str
    date: str
    values: int


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


def stale(
    judgement: Judgement, candidates: Candidates, ruleset: RuleSet, fired: Iterable[str], oldest: date
) -> tuple[Stale, ...]:
    """Return the sources from before a day that values in use have nothing newer than, the oldest first."""
    read = _read(ruleset, (ruleset.rules[name] for name in fired if ruleset.rules[name].effect.touches_models))
    newest = {name: _day(one, ruleset.citable) for name, one in ruleset.citable.items()}
    counts: Counter[str] = Counter()
    for entry in _standing_entries(judgement, candidates, read):
        source = min(entry.stated.sources, key=lambda name: (-newest[name].toordinal(), name), default=None)
        if source is not None and newest[source] < oldest:
            counts[source] += 1
    found = [Stale(name, _date_text(ruleset.citable[name], ruleset.citable), count) for name, count in counts.items()]
    return tuple(sorted(found, key=lambda one: (one.date, one.source)))


def _standing_entries(judgement: Judgement, candidates: Candidates, read: set[str]) -> Iterator[Entry]:
    """Yield each value that was read of a model that is not excluded, and of each such offer, once."""
    seen: set[str] = set()
    for index in bits(judgement.eligible | judgement.unverified):
        row = candidates.rows[index]
        tables: list[Mapping[str, Entry]] = [row.offer.entries]
        if row.model.id not in seen:
            seen.add(row.model.id)
            tables.append(row.model.entries)
        for table in tables:
            yield from (table[name] for name in sorted(read & table.keys()))


def _read(ruleset: RuleSet, rules: Iterable[Rule]) -> set[str]:
    """Return all attributes that the rules read, and those that the concluded and the computed ones rest on."""
    resting = {
        name: {leaf.attribute.name for rule in concluding for leaf in rule.where.all_leaves()}
        for name, concluding in by_conclusion(ruleset.classifying()).items()
    }
    resting |= {attribute.name: set(PRICES) for attribute in ruleset.vocabulary if attribute.computed is not None}
    read: set[str] = set()
    waiting = set().union(*(rule.reads() for rule in rules))
    while waiting:
        name = waiting.pop()
        read.add(name)
        waiting |= resting.get(name, set()) - read
    return read


def oldest_day(as_of: date, stale_after: int) -> date:
    """Return the first day whose sources do not count as old."""
    return as_of - timedelta(days=min(stale_after, (as_of - date.min).days))


def _document(one: Citable, citable: Mapping[str, Citable]) -> Document | None:
    """Return the document that a source is, or that a claim is from."""
    if isinstance(one, Claim):
        found = citable.get(one.document) if one.document is not None else None
        return found if isinstance(found, Document) else None
    return one


def _day(one: Citable, citable: Mapping[str, Citable]) -> date:
    """Return the first day that a source may be of; a claim without a document is of no day, and so never old."""
    document = _document(one, citable)
    return date.max if document is None else (document.checked or document.date).first


def _date_text(one: Citable, citable: Mapping[str, Citable]) -> str:
    document = _document(one, citable)
    return "" if document is None else (document.checked or document.date).text
