"""Lays a catalogue out in columns, computes what is computed, and applies the rules that classify models.

That is done once for each time between two turns, and in each case what is computed for it.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, frozen

from llmrules.catalog.candidates.candidates import Candidates, Column, Groups, bits, mask_of
from llmrules.catalog.entries import Candidate, Contradiction, Dispute
from llmrules.language.rules.rule import Cycle, by_conclusion, classification_order
from llmrules.language.values import number
from llmrules.language.vocabulary import MODEL
from llmrules.language.vocabulary.computed import PRICES, Sum, added, charged, known_numbers, tokens_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence

    from llmrules.catalog import Catalog
    from llmrules.catalog.candidates.candidates import Masks
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Number, Value
    from llmrules.language.vocabulary import Attribute, Vocabulary

    Conclusions: TypeAlias = Sequence[tuple[frozenset[Any], Masks]]


def arrange(catalog: Catalog, vocabulary: Vocabulary, classifying: Iterable[Rule]) -> Candidates:
    """Lay a catalogue out in columns and apply the classifying rules, in the order of their dependencies."""
    rows = tuple(Candidate(model, offer) for model in catalog.listed for offer in model.offers)
    disputes = tuple(_disputes(rows))
    layers = max((dispute.layer for dispute in disputes), default=0)
    columns = _columns((attribute.name for attribute in vocabulary if attribute.scope != "requirement"), rows, disputes)
    present = [0] * (layers + 1)
    for dispute in disputes:
        present[dispute.layer] |= 1 << dispute.index
    groups = {name: column.groups(layers) for name, column in columns.items()}
    computed = vocabulary.computed("model", "offer")
    state = Candidates(
        rows=rows,
        models=tuple(_models(rows)),
        vocabulary=vocabulary,
        layers=layers,
        columns=columns,
        groups=groups,
        known={name: found.known() for name, found in groups.items()},
        disputes=disputes,
        present=tuple(present),
        moving=tuple(one for one in computed if vocabulary.rests_on(one.name, "requirement")),
    )
    fixed = with_computed(state, {}, (one for one in computed if one not in state.moving))
    return _classify(fixed, tuple(classifying))


def _models(rows: tuple[Candidate, ...]) -> Iterator[tuple[str, int]]:
    for model, its in groupby(range(len(rows)), key=lambda index: rows[index].model.id):
        yield model, mask_of(list(its))


def _disputes(rows: tuple[Candidate, ...]) -> Iterable[Dispute]:
    for index, row in enumerate(rows):
        layer = 0
        for entries in (row.model.entries, row.offer.entries):
            for name in sorted(name for name, entry in entries.items() if entry.disputed):
                for stated in entries[name].disputed:
                    layer += 1
                    yield Dispute(index, layer, name, stated)


def _columns(names: Iterable[str], rows: tuple[Candidate, ...], disputes: Iterable[Dispute]) -> dict[str, Column]:
    columns = {name: Column([None] * len(rows)) for name in names}
    for index, row in enumerate(rows):
        for entries in (row.offer.entries, row.model.entries):
            for name, entry in entries.items():
                columns[name].first[index] = entry.value
    columns[MODEL.name] = Column([row.model.id for row in rows])
    for dispute in disputes:
        columns[dispute.attribute].others[dispute.layer * len(rows) + dispute.index] = dispute.stated.value
    return columns


def _classify(state: Candidates, rules: tuple[Rule, ...]) -> Candidates:
    """Apply classifying rules: a stated value holds; else true if one rule's ``where`` is, false if all are false."""
    by_attribute = by_conclusion(rules)
    concluded: dict[str, dict[str, Masks]] = {}
    contradictions: list[Contradiction] = []
    for name in _order(rules):
        concluded[name] = {rule.id: state.table(rule.where, {}) for rule in by_attribute[name]}
        contradictions += _contradictions(state, name, concluded[name])
        _conclude(state, name, by_attribute[name], concluded[name])
    return evolve(state, concluded=concluded, contradictions=tuple(contradictions))


def _order(rules: Iterable[Rule]) -> Sequence[str]:
    """Return the attributes that rules conclude, each after all that its rules read."""
    order = classification_order(rules)
    assert not isinstance(order, Cycle)  # noqa: S101 - such rules are refused when they are read
    return order


def reclassify(
    before: Candidates, classifying: Iterable[Rule], changed: Collection[str]
) -> tuple[Candidates, set[str]]:
    """Classify anew by other rules, of which those that conclude the changed attributes are not as before.

    Return the candidates and the attributes that are not as before of some of them; what these do not reach is shared.
    """
    rules = tuple(classifying)
    by_attribute, order = by_conclusion(rules), _order(rules)
    state = evolve(before, columns={**before.columns}, groups={**before.groups}, known={**before.known}, fixed=None)
    concluded = {name: before.concluded.get(name, {}) for name in order}
    contradictions = {name: [one for one in before.contradictions if one.attribute == name] for name in order}
    others: set[str] = set()
    for name in (*(one for one in changed if one not in by_attribute), *order):
        its = by_attribute.get(name, [])
        if name not in changed and others.isdisjoint(name for rule in its for name in rule.reads()):
            continue
        state.columns[name] = _stated(name, state)
        state.groups[name] = state.columns[name].groups(state.layers)
        state.known[name] = state.groups[name].known()
        if its:
            concluded[name] = {rule.id: state.table(rule.where, {}) for rule in its}
            contradictions[name] = [*_contradictions(state, name, concluded[name])]
            _conclude(state, name, its, concluded[name])
        if state.columns[name] != before.columns[name]:
            others.add(name)
    found = tuple(one for name in order for one in contradictions[name])
    return evolve(state, concluded=concluded, contradictions=found), others


def _stated(name: str, state: Candidates) -> Column:
    """Return the values of an attribute that are stated."""
    entries = (row.entry(name) for row in state.rows)
    disputes = (one for one in state.disputes if one.attribute == name)
    return Column(
        [None if entry is None else entry.value for entry in entries],
        {one.layer * state.count + one.index: one.stated.value for one in disputes},
    )


def _contradictions(state: Candidates, name: str, masks: Mapping[str, Masks]) -> Iterator[Contradiction]:
    """Yield each rule with the models of which the catalogue denies what it concludes."""
    denied = state.groups[name].masks().get(False, 0) & ((1 << state.count) - 1)
    for rule, (true, _) in masks.items():
        for model in dict.fromkeys(state.rows[index].model.id for index in bits(true & denied)):
            yield Contradiction(model, name, rule)


def _conclude(state: Candidates, name: str, rules: list[Rule], masks: Mapping[str, Masks]) -> None:
    """Write what rules conclude of one attribute into its column."""
    before = state.groups[name].masks()
    after = conclusions_over(before, state.everyone & ~state.known[name], rules, masks)
    state.columns[name].take(before, after, state.layers)
    state.groups[name] = state.columns[name].groups(state.layers)
    state.known[name] = state.groups[name].known()


def conclusions_over(
    stated: Mapping[Value, int], blank: int, rules: Iterable[Rule], masks: Mapping[str, Masks]
) -> dict[Value, int]:
    """Return who has which value where rules conclude of whom each is true beside what is stated."""
    conclusions = [(one.values, masks[rule.id]) for rule in rules if (one := rule.effect.conclusion) is not None]
    flag = conclusions[0][0] == {True}  # of models, a rule concludes a flag, or members of a set
    return (_with_flags if flag else _with_members)(stated, blank, conclusions)


def _with_flags(stated: Mapping[Value, int], blank: int, conclusions: Conclusions) -> dict[Value, int]:
    """Return who has which flag: a stated one holds; else true if one rule is true, false if all rules are false."""
    true, false = 0, blank
    for _, (rule_true, rule_false) in conclusions:
        true, false = true | rule_true & blank, false & rule_false
    return {True: stated.get(True, 0) | true, False: stated.get(False, 0) | false}


def _with_members(stated: Mapping[Value, int], blank: int, conclusions: Conclusions) -> dict[Value, int]:
    """Return who has which set: a rule that is true adds its members to what is stated, or to nothing."""
    found: dict[Value | None, int] = {None: blank}
    found.update(stated.items())
    for members, (true, _) in conclusions:
        grown: defaultdict[Value | None, int] = defaultdict(int)
        for value, mask in found.items():
            grown[value] |= mask & ~true
            grown[value | members if isinstance(value, frozenset) else members] |= mask & true
        found = grown
    return {value: mask for value, mask in found.items() if value is not None and mask}


# What is computed


@frozen
class Reckoned:
    """What one attribute comes to: the sum at each candidate, the column with them, its groups, and who is known."""

    sums: tuple[Sum | None, ...]
    column: Column
    groups: Groups
    known: int


def with_computed(
    candidates: Candidates,
    facts: Facts,
    attributes: Iterable[Attribute],
    kept: MutableMapping[tuple[object, ...], Reckoned] | None = None,
) -> Candidates:
    """Return the candidates with attributes that are computed on the facts of a case, each after those it needs.

    In ``kept`` is what the same attributes of the same candidates came to in other cases, and what is new is added.
    """
    columns, groups, known = dict(candidates.columns), dict(candidates.groups), dict(candidates.known)
    computed, vocabulary = dict(candidates.computed), candidates.vocabulary
    kept = {} if kept is None else kept
    for attribute in attributes:
        name = attribute.name
        case = (name, *(facts.get(one) for one in vocabulary.rests_on(name, "requirement")))
        found = kept.get(case)
        if found is None:  # what is kept may be dropped by another thread
            found = kept[case] = _reckoned(candidates, columns, facts, attribute)
        computed[name], columns[name], groups[name], known[name] = found.sums, found.column, found.groups, found.known
    return evolve(candidates, columns=columns, groups=groups, known=known, computed=computed)


def _reckoned(candidates: Candidates, columns: Mapping[str, Column], facts: Facts, attribute: Attribute) -> Reckoned:
    stated = candidates.columns[attribute.name]
    sums = _Sums(candidates, columns, facts, attribute)
    found = tuple(sums.at(index) if value is None else None for index, value in enumerate(stated.first))
    column = sums.column(stated, found)
    groups = column.groups(candidates.layers)
    return Reckoned(found, column, groups, groups.known())


class _Sums:
    """What an attribute comes to at each candidate, in all layers; each combination of values is worked out once."""

    def __init__(
        self, candidates: Candidates, columns: Mapping[str, Column], facts: Facts, attribute: Attribute
    ) -> None:
        self._candidates, self._facts, self._products = candidates, facts, attribute.computed or ()
        factors = {name for product in self._products for name in product.of}
        self._case = known_numbers(facts, factors)
        self._counts = attribute.counts_tokens
        names = sorted(factors.union(PRICES if self._counts else ()) & columns.keys())
        self._columns = [(name, columns[name]) for name in names]
        self._below = candidates.vocabulary.resting[attribute.name]
        self._seen: dict[tuple[Value | None, ...], Sum | None] = {}
        self._counted: dict[tuple[bool, bool, bool], dict[str, Number | None]] = {}

    def at(self, bit: int) -> Sum | None:
        """Return what it comes to at a candidate in a layer."""
        key = tuple(column[bit] for _, column in self._columns)
        if key not in self._seen:
            values = {name: value for (name, _), value in zip(self._columns, key, strict=True)}
            counted = self._tokens(values) if self._counts else {}
            numbers = {name: number(value) for name, value in values.items()}
            self._seen[key] = added(self._products, {**self._case, **numbers, **counted})
        return self._seen[key]

    def _tokens(self, values: Mapping[str, Value | None]) -> dict[str, Number | None]:
        own_prices = charged(self._facts, values)
        if own_prices not in self._counted:
            self._counted[own_prices] = tokens_of(self._facts, own_prices)
        return self._counted[own_prices]

    def column(self, stated: Column, sums: tuple[Sum | None, ...]) -> Column:
        """Return the column of the stated values with the sums where there is none."""
        pairs = zip(stated.first, sums, strict=True)
        first = [_worth(found) if value is None else value for value, found in pairs]
        others = dict(stated.others)
        for dispute in self._candidates.disputes:
            bit = dispute.layer * self._candidates.count + dispute.index
            if dispute.attribute in self._below and stated[bit] is None:
                others[bit] = _worth(self.at(bit))
        return Column(first, others)


def _worth(found: Sum | None) -> Value | None:
    return None if found is None else found.value
