"""Condition tables as values: what they test, what they depend on, when they hold, and their normal form.

A table is a conjunction: all its leaves, every table of ``all`` and one table of ``any``. A leaf is one attribute
with all its tests. Requirements are two-valued (what is not known makes every leaf false except ``known = false``);
models are three-valued and are evaluated, from the same leaves, by ``candidates``. The normal form is JSON: what the
digests cover and a trace records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from attrs import frozen

from llmrules.language.operators import Operator, Truth, conjunction
from llmrules.language.values import EXACT, Json, Number, Period, Value, as_text, encode, encode_number, number
from llmrules.language.vocabulary import Attribute

Operand: TypeAlias = Value | tuple[Value, ...]

Facts: TypeAlias = Mapping[str, frozenset[Value]]
"""What is known: each attribute's values; of a set, its members. An attribute that is not known has no entry."""


@frozen
class Reference:
    """The right side of a test that is what a requirement says, and a number or days more."""

    requirement: str
    plus: Number = 0

    def later(self, value: Value) -> Value:
        """Return so much more than a value of the requirement."""
        return _plus(value, self.plus)

    def earlier(self, value: Value) -> Value:
        """Return the value of the requirement that so much more makes this value."""
        return _plus(value, -self.plus)


@frozen(cache_hash=True)
class Test:
    """One operator and its right side."""

    operator: Operator
    operand: Operand | Reference

    def truth(self, attribute: Attribute, actual: Value, facts: Facts) -> Truth:
        """Return the truth on a known value; a reference whose requirement is in conflict must hold for each value."""
        if not isinstance(self.operand, Reference):
            return self.operator.truth(attribute, actual, self.operand)
        if self.operand.requirement not in facts:
            return None
        return conjunction(
            [self.operator.truth(attribute, actual, operand) for operand in self.thresholds(attribute, facts)]
        )

    def truth_of_absence(self, attribute: Attribute, facts: Facts) -> Truth:
        """Return the truth where a model or offer has no value; against a list of nothing none is needed."""
        if self.operator.name == "known":
            return self.operand is False
        if not isinstance(self.operand, Reference) or self.operand.requirement not in facts:
            return None
        return self.operator.of_nothing if self.thresholds(attribute, facts) == ((),) else None

    def thresholds(self, attribute: Attribute, facts: Facts) -> tuple[Operand, ...]:
        """Return the right sides in force: one, or the values of the requirement it refers to, in their order."""
        if not isinstance(self.operand, Reference):
            return (self.operand,)
        values = facts[self.operand.requirement]
        if self.operator.operand == "same" and len(values) == 1 and not attribute.many:
            return (self.operand.later(next(iter(values))),)
        members = frozenset(map(str, values))
        if self.operator.operand in {"list", "members"}:
            return (tuple(sorted(members)),)
        if attribute.many and self.operator.operand == "same":
            return (members,)
        return tuple(sorted(map(self.operand.later, values), key=as_text))


def _plus(value: Value, plus: Number) -> Value:
    """Return a number or a date so much later; beyond the last day of the calendar there is only that day."""
    if isinstance(value, Period) and plus:
        try:
            later = value.first + timedelta(days=int(plus))
        except OverflowError:
            later = date.max if plus > 0 else date.min
        return Period(later, later, later.isoformat())
    if isinstance(value, int | Decimal) and plus:
        total = EXACT.add(Decimal(value), Decimal(plus))
        exact = number(total)
        return total if exact is None else exact
    return value


@frozen(cache_hash=True)
class Leaf:
    """One attribute with all its tests."""

    attribute: Attribute
    tests: tuple[Test, ...]

    @property
    def asks_absence(self) -> bool:
        """Whether the leaf is ``known = false``."""
        return self.tests[0].operator.name == "known" and self.tests[0].operand is False

    @property
    def references(self) -> tuple[str, ...]:
        """The requirements that its tests refer to, sorted."""
        found = [test.operand.requirement for test in self.tests if isinstance(test.operand, Reference)]
        return tuple(sorted({*found})) if found else ()

    @property
    def negative(self) -> bool:
        """Whether the leaf can turn false when a fact is added."""
        return self.asks_absence or (self.attribute.many and any(test.operator.negative_on_sets for test in self.tests))

    def holds(self, facts: Facts) -> bool:
        """Return the two-valued truth on requirements: one of the values satisfies every test."""
        values = facts.get(self.attribute.name)
        if values is None:
            return self.asks_absence
        if self.attribute.many:
            return self._accepts(values, facts)
        return any(self._accepts(value, facts) for value in values)

    def truth(self, value: Value | None, facts: Facts) -> Truth:
        """Return the three-valued truth on one value of a model or offer; None is an absent value."""
        if value is None:
            return conjunction([test.truth_of_absence(self.attribute, facts) for test in self.tests])
        return conjunction([test.truth(self.attribute, value, facts) for test in self.tests])

    def cited(self, facts: Facts) -> tuple[Value | None, ...]:
        """Return every value that makes a true leaf true, in order; None is the fact that a set is known and empty."""
        values = facts.get(self.attribute.name)
        if values is None:
            return ()
        if not self.attribute.many:
            accepted: list[Value] = [value for value in values if self._accepts(value, facts)]
            return tuple(sorted(accepted, key=value_order))
        wanted: set[Value] = set()
        for test in self.tests:
            chosen = test.operator.operand in {"member", "members"} and not test.operator.negative_on_sets
            for operand in test.thresholds(self.attribute, facts) if chosen else ():
                wanted |= values.intersection(operand if isinstance(operand, tuple) else (operand,))
            wanted |= values if not chosen else frozenset()
        return (*sorted(wanted, key=value_order),) if values else (None,)

    def _accepts(self, value: Value | frozenset[Value], facts: Facts) -> bool:
        return all(test.truth(self.attribute, value, facts) for test in self.tests)  # type: ignore[arg-type]


def value_order(value: Value) -> tuple[int, Number, str]:
    """Order the values of one attribute: numbers by size, all else by its text."""
    exact = number(value)
    return (1, 0, str(value)) if exact is None else (0, exact, "")


@frozen(cache_hash=True)
class Table:
    """A conjunction of leaves, of every table of ``all``, and of one table of ``any`` if there are any."""

    leaves: tuple[Leaf, ...] = ()
    every: tuple[Table, ...] = ()
    either: tuple[Table, ...] = ()

    def holds(self, facts: Facts) -> bool:
        """Return the two-valued truth on requirements."""
        return (
            all(leaf.holds(facts) for leaf in self.leaves)
            and all(table.holds(facts) for table in self.every)
            and (not self.either or any(table.holds(facts) for table in self.either))
        )

    def all_leaves(self) -> Iterator[Leaf]:
        """Yield every leaf, depth first."""
        yield from self.leaves
        for table in (*self.every, *self.either):
            yield from table.all_leaves()

    def reads(self) -> frozenset[str]:
        """Return the names of all that its tests are about or refer to."""
        return frozenset({leaf.attribute.name for leaf in self.all_leaves()}.union(self.references()))

    def references(self) -> tuple[str, ...]:
        """Return the names of the requirements that its tests refer to, sorted."""
        return tuple(sorted({name for leaf in self.all_leaves() for name in leaf.references}))

    def compared(self) -> frozenset[str]:
        """Return the names of the requirements that its own leaves refer to, those of inner tables apart."""
        return frozenset(name for leaf in self.leaves for name in leaf.references)

    def exceptions(self) -> tuple[Table, ...]:
        """Return the entries of an ``unless`` table, any one of which blocks: each leaf, the whole ``all``, ``any``."""
        entries = [Table(leaves=(leaf,)) for leaf in self.leaves]
        entries += [Table(every=self.every)] if self.every else []
        entries += [Table(either=self.either)] if self.either else []
        return tuple(entries)


ALWAYS = Table()


def json_table(table: Table) -> dict[str, object]:
    """Return a condition table in its normal form: every operator written out, choices in their order."""
    record: dict[str, object] = {
        leaf.attribute.name: {test.operator.name: _json_operand(leaf.attribute, test.operand) for test in leaf.tests}
        for leaf in table.leaves
    }
    if table.every:
        record["all"] = [json_table(inner) for inner in table.every]
    if table.either:
        record["any"] = [json_table(inner) for inner in table.either]
    return record


def _json_operand(attribute: Attribute, operand: Operand | Reference) -> Json | dict[str, object]:
    if isinstance(operand, Reference):
        record: dict[str, object] = {"requirement": operand.requirement}
        if operand.plus:
            record["plus"] = encode_number(operand.plus)
        return record
    return json_operand(attribute, operand)


def json_operand(attribute: Attribute, operand: Operand) -> Json:
    """Return a right side as JSON."""
    if isinstance(operand, tuple):
        if attribute.choices:
            return encode(frozenset(map(str, operand)), attribute.choice_ids)
        return [attribute.encode(value) for value in operand]  # type: ignore[misc]
    return attribute.encode(operand)
