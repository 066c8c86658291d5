"""Lays a catalogue out in columns and applies the rules that classify models, once, when it is loaded."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.candidates.candidates import Candidate, Candidates, Contradiction, Dispute
from llmrules.candidates.columns import Column, mask_of, union
from llmrules.rules.rule import Conclusion
from llmrules.rules.strata import Cycle, classification_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.candidates.candidates import Masks
    from llmrules.catalog import Catalog
    from llmrules.rules.rule import Rule
    from llmrules.values import Value
    from llmrules.vocabulary import Attribute, Vocabulary


def arrange(catalog: Catalog, vocabulary: Vocabulary, classifying: Iterable[Rule]) -> Candidates:
    """Lay a catalogue out in columns and apply the classifying rules, in the order of their dependencies."""
    rows = tuple(Candidate(model, offer) for model in catalog.listed for offer in model.offers)
    disputes = tuple(_disputes(rows))
    layers = max((dispute.layer for dispute in disputes), default=0)
    columns = {
        attribute.name: _column(attribute, rows, disputes)
        for attribute in vocabulary
        if attribute.scope != "requirement"
    }
    present = [0] * (layers + 1)
    for dispute in disputes:
        present[dispute.layer] |= 1 << dispute.index
    groups = {name: column.groups(layers) for name, column in columns.items()}
    state = Candidates(
        rows=rows,
        models=tuple(_models(rows)),
        layers=layers,
        columns=columns,
        groups=groups,
        known={name: union(found) for name, found in groups.items()},
        disputes=disputes,
        present=tuple(present),
        computing=tuple(attribute for attribute in vocabulary if attribute.computed is not None),
    )
    return _classify(state, tuple(classifying))


def _models(rows: tuple[Candidate, ...]) -> Iterator[tuple[str, int]]:
    for model, its in groupby(range(len(rows)), key=lambda index: rows[index].model.id):
        yield model, mask_of(list(its))


def _disputes(rows: tuple[Candidate, ...]) -> Iterable[Dispute]:
    for index, row in enumerate(rows):
        layer = 0
        for entries in (row.model.entries, row.offer.entries):
            for name, entry in sorted(entries.items()):
                for stated in entry.disputed:
                    layer += 1
                    yield Dispute(index, layer, name, stated)


def _column(attribute: Attribute, rows: tuple[Candidate, ...], disputes: Iterable[Dispute]) -> Column:
    entries = [row.entry(attribute.name) for row in rows]
    others = {
        dispute.layer * len(rows) + dispute.index: dispute.stated.value
        for dispute in disputes
        if dispute.attribute == attribute.name
    }
    return Column([None if entry is None else entry.value for entry in entries], dict(others))


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
        state.groups[name] = state.columns[name].groups(state.layers)
        state.known[name] = union(state.groups[name])
    return evolve(state, concluded=concluded, contradictions=tuple(dict.fromkeys(contradictions)))


def _conclude(state: Candidates, name: str, rules: list[Rule], masks: Mapping[str, Masks]) -> list[Contradiction]:
    """Write what rules conclude of one attribute into its column; return what the catalogue says otherwise."""
    column = state.columns[name]
    concluding = _Concluding(rules, masks, state.count * (state.layers + 1))
    stated = Column(list(column.first), dict(column.others))
    column.first[:] = [concluding.value(one, index) for index, one in enumerate(stated.first)]
    for dispute in state.disputes:
        bit = dispute.layer * state.count + dispute.index
        value = concluding.value(stated[bit], bit)
        if value != column.first[dispute.index]:
            column.others[bit] = value
        else:
            column.others.pop(bit, None)
    return [
        Contradiction(state.rows[index].model.id, name, rule)
        for index, one in enumerate(stated.first)
        if one is False
        for rule in concluding.firing(index)
    ]


class _Concluding:
    """The rules that conclude one attribute, with whom each is true and false of."""

    def __init__(self, rules: list[Rule], masks: Mapping[str, Masks], width: int) -> None:
        size = width // 8 + 1
        body = rules[0].body
        self._many = isinstance(body, Conclusion) and body.attribute.many
        self._values = {rule.id: rule.body.values for rule in rules if isinstance(rule.body, Conclusion)}
        # One bit of a long integer is slow to look at: a shift copies all of it.
        self._true = {name: masks[name][0].to_bytes(size, "little") for name in self._values}
        self._false = {name: masks[name][1].to_bytes(size, "little") for name in self._values}

    def firing(self, bit: int) -> list[str]:
        """Return the rules that are true of a candidate in a layer."""
        return [name for name, flags in self._true.items() if flags[bit >> 3] >> (bit & 7) & 1]

    def value(self, stated: Value | None, bit: int) -> Value | None:
        """Return the value of a candidate in a layer: a stated one holds, members are added to a set."""
        if not self._many and stated is not None:
            return stated
        firing = self.firing(bit)
        if self._many:
            members = [self._values[name] for name in firing]
            if not members:
                return stated
            return frozenset[str]().union(*(() if stated is None else (stated,)), *members)
        if firing:
            return True
        return False if all(flags[bit >> 3] >> (bit & 7) & 1 for flags in self._false.values()) else None
