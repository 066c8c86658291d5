"""The catalogue as columns: every test is evaluated over all candidates at once, three-valued, as bit masks.

A candidate is one model with one of its offers; candidate *i* is bit *i* of a mask. Where values are disputed,
further *layers* of bits hold the same candidates with one disputed value each in place of the one in force:
layer *k* (from 1) of candidate *i* is bit ``k * count + i``. So what a disputed value would change is seen by
comparing layers, at no extra evaluation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, field, frozen

from llmrules.catalog import Catalog, Entry, Model, Offer, Stated
from llmrules.conditions import Leaf, Reference
from llmrules.operators import Truth, conjunction
from llmrules.rules.rule import Conclusion, Grade, Rule
from llmrules.rules.strata import Cycle, classification_order
from llmrules.values import Value

if TYPE_CHECKING:
    from fractions import Fraction

    from llmrules.conditions import Facts, Table
    from llmrules.vocabulary import Attribute, Vocabulary

Masks: TypeAlias = tuple[int, int]
"""Candidates for which something is true, and for which it is false; all others are unknown."""

Column: TypeAlias = list["Value | None"]


@frozen(eq=False)
class Candidate:
    """One model with one of its offers."""

    model: Model
    offer: Offer

    def entry(self, name: str) -> Entry | None:
        """Return the entry of an attribute of the model or the offer."""
        return self.model.entries.get(name) or self.offer.entries.get(name)


@frozen
class Dispute:
    """One value that disputes the one in force, for the candidate whose bit is ``index``."""

    index: int
    layer: int
    attribute: str
    stated: Stated


@frozen
class Contradiction:
    """A value of the catalogue that stands against what a rule concludes of the model."""

    model: str
    attribute: str
    rule: str


@frozen(eq=False)
class Candidates:
    """All candidates, their columns, and what rules concluded of them."""

    rows: tuple[Candidate, ...]
    layers: int
    columns: dict[str, Column]
    groups: dict[str, tuple[tuple[Value, int], ...]]
    known: dict[str, int]
    disputes: tuple[Dispute, ...]
    present: tuple[int, ...]
    concluded: Mapping[str, Mapping[str, Masks]] = field(factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    _cache: dict[tuple[Leaf, tuple[object, ...]], Masks] = field(factory=dict, repr=False)

    @property
    def count(self) -> int:
        """How many candidates there are; a mask of the first layer has this many bits."""
        return len(self.rows)

    @property
    def everyone(self) -> int:
        """The mask of all candidates of all layers."""
        return (1 << (self.count * (self.layers + 1))) - 1

    def table(self, table: Table, facts: Facts) -> Masks:
        """Return where a condition table is true and where false."""
        true, false = self.everyone, 0
        for leaf in table.leaves:
            leaf_true, leaf_false = self.leaf(leaf, facts)
            true, false = true & leaf_true, false | leaf_false
        for inner in table.every:
            inner_true, inner_false = self.table(inner, facts)
            true, false = true & inner_true, false | inner_false
        if table.either:
            any_true, any_false = 0, self.everyone
            for inner in table.either:
                inner_true, inner_false = self.table(inner, facts)
                any_true, any_false = any_true | inner_true, any_false & inner_false
            true, false = true & any_true, false | any_false
        return true, false

    def leaf(self, leaf: Leaf, facts: Facts) -> Masks:
        """Return where a leaf is true and where false; leaves that refer to requirements keep few results."""
        references = tuple(t.thresholds(leaf.attribute, facts) for t in leaf.tests if isinstance(t.operand, Reference))
        key = (leaf, references)
        found = self._cache.get(key)
        if found is None:
            found = self._evaluate(leaf, facts)
            if len(self._cache) >= MOST_CACHED:
                self._cache.clear()
            self._cache[key] = found
        return found

    def _evaluate(self, leaf: Leaf, facts: Facts) -> Masks:
        known = self.known.get(leaf.attribute.name, 0)
        if leaf.asks_absence:
            return self.everyone & ~known, known
        true = false = 0
        for value, mask in self.groups.get(leaf.attribute.name, ()):
            truth = truth_of(leaf, value, facts)
            if truth is True:
                true |= mask
            elif truth is False:
                false |= mask
        if any(test.operator.name == "known" for test in leaf.tests):
            false |= self.everyone & ~known
        return true, false

    def grades(self, grade: Grade) -> list[Fraction | None]:
        """Return each candidate's place between the marks, in all layers; None where the value is unknown."""
        column = self.columns.get(grade.attribute.name)
        if column is None:
            return [None] * (self.count * (self.layers + 1))
        places: dict[Value | None, Fraction | None] = {None: None}
        for value in column:
            if value is not None and value not in places:
                places[value] = place_of(grade, value)
        return [places[value] for value in column]


MOST_CACHED = 4_096
"""Results kept for one catalogue; then the cache is emptied, so that long use needs no more memory."""


def truth_of(leaf: Leaf, value: Value | None, facts: Facts) -> Truth:
    """Return the three-valued truth of a leaf on one value of a model or offer; None is an absent value."""
    if value is None:
        if leaf.asks_absence:
            return True
        return False if any(test.operator.name == "known" for test in leaf.tests) else None
    return conjunction([test.truth(leaf.attribute, value, facts) for test in leaf.tests])


def place_of(grade: Grade, value: Value) -> Fraction:
    """Return a value's place from 0 (worst) to 1 (best) for a graded preference."""
    place = grade.attribute.grade(value)
    return 1 - place if grade.toward == "lowest" else place


def arrange(catalog: Catalog, vocabulary: Vocabulary, classifying: Iterable[Rule]) -> Candidates:
    """Lay a catalogue out in columns and apply the classifying rules, in the order of their dependencies."""
    rows = tuple(Candidate(model, offer) for model in catalog for offer in model.offers)
    disputes = tuple(_disputes(rows))
    layers = max((dispute.layer for dispute in disputes), default=0)
    columns = {
        attribute.name: _column(attribute, rows, layers, disputes)
        for attribute in vocabulary
        if attribute.scope != "requirement"
    }
    present = [0] * (layers + 1)
    for dispute in disputes:
        present[dispute.layer] |= 1 << dispute.index
    groups = {name: _group(column) for name, column in columns.items()}
    state = Candidates(
        rows=rows,
        layers=layers,
        columns=columns,
        groups=groups,
        known={name: _union(found) for name, found in groups.items()},
        disputes=disputes,
        present=tuple(present),
    )
    return _classify(state, tuple(classifying))


def _disputes(rows: tuple[Candidate, ...]) -> Iterable[Dispute]:
    for index, row in enumerate(rows):
        layer = 0
        for entries in (row.model.entries, row.offer.entries):
            for name, entry in sorted(entries.items()):
                for stated in entry.disputed:
                    layer += 1
                    yield Dispute(index, layer, name, stated)


def _column(attribute: Attribute, rows: tuple[Candidate, ...], layers: int, disputes: Iterable[Dispute]) -> Column:
    entries = [row.entry(attribute.name) for row in rows]
    column: Column = [None if entry is None else entry.value for entry in entries] * (layers + 1)
    for dispute in disputes:
        if dispute.attribute == attribute.name:
            column[dispute.layer * len(rows) + dispute.index] = dispute.stated.value
    return column


def _group(column: Column) -> tuple[tuple[Value, int], ...]:
    """Return each distinct value with the mask of the candidates that have it."""
    indices: defaultdict[Value, list[int]] = defaultdict(list)
    for index, value in enumerate(column):
        if value is not None:
            indices[value].append(index)
    return tuple((value, _mask(bits)) for value, bits in indices.items())


def _mask(bits: Iterable[int]) -> int:
    text = bytearray((max(bits, default=0) >> 3) + 1)
    for bit in bits:
        text[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(text, "little")


def _classify(state: Candidates, rules: tuple[Rule, ...]) -> Candidates:
    """Apply classifying rules: a stated value holds; else true if one rule's ``where`` is, false if all are false."""
    by_attribute: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        if isinstance(rule.body, Conclusion):
            by_attribute[rule.body.attribute.name].append(rule)
    concluded: dict[str, dict[str, Masks]] = {}
    contradictions: list[Contradiction] = []
    order = classification_order(rules)
    assert not isinstance(order, Cycle)  # noqa: S101 - such rules are refused when they are read
    for name in order:
        concluded[name] = {rule.id: state.table(rule.where, {}) for rule in by_attribute[name]}
        contradictions += _conclude(state, name, by_attribute[name], concluded[name])
        state.groups[name] = _group(state.columns[name])
        state.known[name] = _union(state.groups[name])
    return evolve(state, concluded=concluded, contradictions=tuple(contradictions))


def _union(groups: Iterable[tuple[Value, int]]) -> int:
    union = 0
    for _, mask in groups:
        union |= mask
    return union


def _conclude(state: Candidates, name: str, rules: list[Rule], masks: Mapping[str, Masks]) -> list[Contradiction]:
    """Write what rules conclude of one attribute into its column; return what the catalogue says otherwise."""
    column = state.columns[name]
    contradictions = []
    many = rules[0].body.attribute.many if isinstance(rules[0].body, Conclusion) else False
    for index, stated in enumerate(column):
        bit = 1 << index
        firing = [rule for rule in rules if masks[rule.id][0] & bit]
        if many:
            members = [rule.body.values for rule in firing if isinstance(rule.body, Conclusion)]
            if members:
                column[index] = frozenset[str]().union(*(() if stated is None else (stated,)), *members)  # type: ignore[arg-type]
        elif stated is None:
            settled = all(masks[rule.id][1] & bit for rule in rules)
            column[index] = True if firing else False if settled else None
        elif stated is False and index < state.count:
            contradictions += [Contradiction(state.rows[index].model.id, name, rule.id) for rule in firing]
    return contradictions


@lru_cache(maxsize=1_024)
def bits(mask: int) -> tuple[int, ...]:
    """Return the numbers of the bits that are set, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return tuple(found)
