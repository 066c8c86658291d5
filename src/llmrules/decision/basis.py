"""What values rest on: what nobody states on what someone can look up, and what is in use on its sources.

A flag that rules conclude is unknown because something is that those rules test, and a sum because a factor is. Of each
value in use the newest source counts, with its age on the day of the decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog.candidates import bits
from llmrules.language.rules.rule import by_conclusion
from llmrules.language.sources import Claim, Document
from llmrules.language.values import number
from llmrules.language.vocabulary.computed import counted, factors_of, idle, known_numbers, lacking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.sources import Citable
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute


class Basis:
    """The facts for want of which attributes are unknown in one case; what each rests on is worked out once."""

    def __init__(self, candidates: Candidates, ruleset: RuleSet, facts: Facts) -> None:
        self._candidates, self._vocabulary = candidates, ruleset.vocabulary
        self._facts = facts
        self._classifying = by_conclusion(ruleset.classifying())
        self._resting: dict[str, Mapping[str, int]] = {}

    def lacking(self, name: str, mask: int) -> Iterator[tuple[str, int]]:
        """Yield what is to be looked up of the candidates of a mask, on whom an attribute leaves a test unknown.

        It is the attribute itself where it rests on nothing that is unknown, or where it is known and does not say
        enough: a set of which not all is listed, or a period.
        """
        itself = mask
        for basis, its in self._rests_on(name).items():
            if its & mask:
                yield basis, its & mask
                itself &= ~its
        if itself:
            yield name, itself

    def _rests_on(self, name: str) -> Mapping[str, int]:
        """Return the attributes for want of which this one has no value, with the candidates of whom that is so."""
        if name not in self._resting:
            attribute = self._vocabulary[name]
            absent = ((1 << self._candidates.count) - 1) & ~self._candidates.known.get(name, 0)
            found: defaultdict[str, int] = defaultdict(int)
            for basis, mask in self._unknown_below(attribute, absent):
                found[basis] |= mask
            self._resting[name] = found
        return self._resting[name]

    def _unknown_below(self, attribute: Attribute, absent: int) -> Iterator[tuple[str, int]]:
        if attribute.computed is not None:
            yield from self._factors(attribute, absent)
        elif not attribute.many:
            for rule in self._classifying.get(attribute.name, ()):
                true, false = self._candidates.concluded[attribute.name][rule.id]
                yield from self._tested(rule, absent & ~(true | false))

    def _tested(self, rule: Rule, undecided: int) -> Iterator[tuple[str, int]]:
        """Yield what a classifying rule lacks of the candidates on whom it is undecided."""
        for leaf in rule.where.all_leaves():
            true, false = self._candidates.leaf(leaf, {})
            yield from self.lacking(leaf.attribute.name, undecided & ~(true | false))

    def _factors(self, attribute: Attribute, absent: int) -> Iterator[tuple[str, int]]:
        """Yield what a sum lacks of the candidates for whom it is unknown; nothing where the case leaves it open."""
        names = sorted(factors_of(attribute) & self._candidates.columns.keys())
        columns = [self._candidates.columns[name].first for name in names]
        case = known_numbers(self._facts, factors_of(attribute))
        seen: dict[tuple[Value | None, ...], tuple[str, ...]] = {}
        found: defaultdict[str, int] = defaultdict(int)
        for index in bits(absent):
            key = tuple(column[index] for column in columns)
            if key not in seen:
                values = dict(zip(names, key, strict=True))
                numbers = {name: number(value) for name, value in values.items()}
                factors = {**case, **numbers, **counted(attribute, self._facts, values)}
                missing = lacking(attribute.computed or (), factors)
                seen[key] = missing if self._candidates.columns.keys() >= {*missing} else ()
            for name in seen[key]:
                found[name] |= 1 << index
        for name, mask in found.items():
            yield from self.lacking(name, mask)


@frozen
class Resting:
    """The values in use that have nothing newer to rest on than a source.

    ``date`` is the day on which its document was checked last, else its own, and ``days`` its age, from the first day
    that this may mean. ``values`` has the candidates by attribute; what is of a model counts at its first one.
    """

    source: str
    date: str
    days: int
    old: bool
    values: Mapping[str, tuple[int, ...]]

    @property
    def count(self) -> int:
        """How many values that are."""
        return sum(map(len, self.values.values()))


def resting(decision: Decision, within: int = -1) -> tuple[Resting, ...]:
    """Return the dated sources that values of candidates which are not excluded rest on, the oldest first.

    Of those of a mask, if it is given.
    """
    ruleset, as_of = decision.knowledge.ruleset, decision.profile.as_of.first
    rules = (ruleset.rules[name] for name in decision.fired)
    reading = decision.knowledge.read_by
    read = sorted({name for rule in rules if rule.effect.touches_models for name in reading[rule.id]})
    days: dict[str, date] = {}

    def day(source: str) -> date:
        if source not in days:
            one = ruleset.citable.get(source)
            days[source] = date.max if one is None else _day(one, ruleset.citable)
        return days[source]

    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    standing = (decision.judgement.eligible | decision.judgement.unverified) & within
    firsts = _firsts(decision.candidates, standing)
    for name in read:
        counted = standing if ruleset.vocabulary[name].scope == "offer" else firsts
        for sources, mask in decision.candidates.cited(name).items():
            first = min(sources, key=lambda one: (-day(one).toordinal(), one), default="") if mask & counted else ""
            if day(first) < date.max:  # nothing is counted where a source is of no day
                found[first][name] = found[first].get(name, 0) | mask & counted
    told = [
        Resting(
            source=source,
            date=_date_text(ruleset.citable[source], ruleset.citable),
            days=(as_of - day(source)).days,
            old=(as_of - day(source)).days > decision.stale_after,
            values={name: bits(mask) for name, mask in sorted(values.items())},
        )
        for source, values in found.items()
    ]
    return tuple(sorted(told, key=lambda one: (one.date, one.source)))


def _firsts(candidates: Candidates, mask: int) -> int:
    """Return the first candidate of each model that has any in a mask."""
    if len(candidates.models) == candidates.count:
        return mask
    its = (mask & of_model for _, of_model in candidates.models)
    return reduce(or_, (one & -one for one in its), 0)


def resting_on(ruleset: RuleSet) -> dict[str, set[str]]:
    """Return what each attribute that rules conclude of models, or that is computed, rests on."""
    resting = {
        name: {leaf.attribute.name for rule in concluding for leaf in rule.where.all_leaves()}
        for name, concluding in by_conclusion(ruleset.classifying()).items()
    }
    of_models = {one.name for one in ruleset.vocabulary if one.scope != "requirement"}
    return resting | {one.name: factors_of(one) & of_models for one in ruleset.vocabulary.computed("model", "offer")}


def resting_in(knowledge: Knowledge, facts: Facts) -> Mapping[str, set[str]]:
    """Return the same in a case, where sums do not depend on prices that no tokens have."""
    counting = (one for one in knowledge.ruleset.vocabulary.computed("model", "offer") if one.counts_tokens)
    return knowledge.resting | {
        one.name: knowledge.resting[one.name] - idle(one.computed or (), facts) for one in counting
    }


def read_with(names: Iterable[str], resting: Mapping[str, set[str]]) -> set[str]:
    """Return attributes, and all that they rest on."""
    read: set[str] = set()
    waiting = {*names}
    while waiting:
        name = waiting.pop()
        read.add(name)
        waiting |= resting.get(name, set()) - read
    return read


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
