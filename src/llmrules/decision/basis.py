"""What an attribute that nobody states rests on: the attributes that someone can look up, for each candidate.

A flag that rules conclude is unknown because something is that those rules test, and a cost because a price is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits
from llmrules.catalog.costs import PRICES, lacking, usage_of
from llmrules.language.rules.rule import by_conclusion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.catalog.candidates import Candidates
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute


class Basis:
    """The facts for want of which attributes are unknown in one case; what each rests on is worked out once."""

    def __init__(self, candidates: Candidates, ruleset: RuleSet, facts: Facts) -> None:
        self._candidates, self._vocabulary = candidates, ruleset.vocabulary
        self._usage = usage_of(facts)
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
            yield from self._prices(absent)
        elif not attribute.many:
            for rule in self._classifying.get(attribute.name, ()):
                true, false = self._candidates.concluded[attribute.name][rule.id]
                yield from self._tested(rule, absent & ~(true | false))

    def _tested(self, rule: Rule, undecided: int) -> Iterator[tuple[str, int]]:
        """Yield what a classifying rule lacks of the candidates on whom it is undecided."""
        for leaf in rule.where.all_leaves():
            true, false = self._candidates.leaf(leaf, {})
            yield from self.lacking(leaf.attribute.name, undecided & ~(true | false))

    def _prices(self, absent: int) -> Iterator[tuple[str, int]]:
        """Yield the prices that a cost lacks; none where the case does not say of how many tokens, or none can be."""
        if self._usage is None:
            return
        columns = [self._candidates.columns.get(name) for name in PRICES]
        seen: dict[tuple[Value | None, ...], tuple[str, ...]] = {}
        for index in bits(absent):
            key = tuple(None if column is None else column.first[index] for column in columns)
            if key not in seen:
                found = lacking(self._usage, dict(zip(PRICES, key, strict=True)))
                seen[key] = found if all(name in self._vocabulary for name in found) else ()
            yield from ((name, 1 << index) for name in seen[key])
