"""Condition tables: how they are read, what they depend on, and when they hold.

A table is a conjunction: all its leaves, every table of ``all`` and one table of ``any``. A leaf is one attribute
with all its tests. Requirements are two-valued (what is not known makes every leaf false except ``known = false``);
models are three-valued and are evaluated, from the same leaves, by ``candidates``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.operators import OPERATORS, Operator, Truth, conjunction, operators_for
from llmrules.values import EXACT, Json, Number, Period, Value, encode_number, number
from llmrules.vocabulary import SCOPES, Attribute, Scope, Vocabulary

if TYPE_CHECKING:
    from llmrules.cursor import Cursor

DEEPEST = 32
"""How deep condition tables may nest."""

Operand: TypeAlias = Value | tuple[Value, ...]

Facts: TypeAlias = Mapping[str, frozenset[Value]]
"""What is known: each attribute's values; of a set, its members. An attribute that is not known has no entry."""


@frozen
class Reference:
    """The right side of a test that is what a requirement says, and a number or days more."""

    requirement: str
    plus: Number = 0


@frozen(cache_hash=True)
class Test:
    """One operator and its right side."""

    operator: Operator
    operand: Operand | Reference

    def truth(self, attribute: Attribute, actual: Value, facts: Facts) -> Truth:
        """Return the truth on a known value; a reference whose requirement is in conflict must hold for each value."""
        if not isinstance(self.operand, Reference):
            return self.operator.truth(attribute, actual, self.operand)
        return conjunction(
            [self.operator.truth(attribute, actual, operand) for operand in self.thresholds(attribute, facts)]
        )

    def thresholds(self, attribute: Attribute, facts: Facts) -> tuple[Operand, ...]:
        """Return the right sides in force: one, or the values of the requirement it refers to, in their order."""
        if not isinstance(self.operand, Reference):
            return (self.operand,)
        values = facts[self.operand.requirement]
        members = frozenset(map(str, values))
        if self.operator.operand in {"list", "members"}:
            return (tuple(sorted(members)),)
        if attribute.many and self.operator.operand == "same":
            return (members,)
        return tuple(sorted((_plus(value, self.operand.plus) for value in values), key=str))


def _plus(value: Value, plus: Number) -> Value:
    """Return a number or a date so much later; beyond the last day of the calendar there is only that day."""
    if isinstance(value, Period) and plus:
        try:
            later = value.first + timedelta(days=int(plus))
        except OverflowError:
            later = date.max if plus > 0 else date.min
        return Period(later, later, later.isoformat())
    if isinstance(value, int | Decimal) and plus:
        exact = number(EXACT.add(Decimal(value), Decimal(plus)))
        return value if exact is None else exact
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

    def cited(self, facts: Facts) -> tuple[Value | None, ...]:
        """Return every value that makes a true leaf true, in order; None is the fact that a set is known and empty."""
        values = facts.get(self.attribute.name)
        if values is None:
            return ()
        if not self.attribute.many:
            accepted: list[Value] = [value for value in values if self._accepts(value, facts)]
            return tuple(sorted(accepted, key=_order))
        wanted: set[Value] = set()
        for test in self.tests:
            chosen = test.operator.operand in {"member", "members"} and not test.operator.negative_on_sets
            operands: tuple[object, ...] = test.operand if isinstance(test.operand, tuple) else (test.operand,)
            wanted |= values.intersection(operands) if chosen else values
        return (*sorted(wanted, key=_order),) if values else (None,)

    def _accepts(self, value: Value | frozenset[Value], facts: Facts) -> bool:
        return all(test.truth(self.attribute, value, facts) for test in self.tests)  # type: ignore[arg-type]


def _order(value: Value) -> tuple[int, Number, str]:
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

    def references(self) -> tuple[str, ...]:
        """Return the names of the requirements that its tests refer to, sorted."""
        names = {
            test.operand.requirement
            for leaf in self.all_leaves()
            for test in leaf.tests
            if isinstance(test.operand, Reference)
        }
        return tuple(sorted(names))

    def exceptions(self) -> tuple[Table, ...]:
        """Return the entries of an ``unless`` table, any one of which blocks: each leaf, the whole ``all``, ``any``."""
        entries = [Table(leaves=(leaf,)) for leaf in self.leaves]
        entries += [Table(every=self.every)] if self.every else []
        entries += [Table(either=self.either)] if self.either else []
        return tuple(entries)


ALWAYS = Table()


def read_table(
    cursor: Cursor, vocabulary: Vocabulary, *, scopes: tuple[Scope, ...], references: bool = False, unless: bool = False
) -> Table:
    """Read a condition table strictly; what is wrong is noted and left out.

    ``scopes`` are those whose attributes may stand here; ``references`` says whether a right side may be a
    requirement; ``unless`` forbids negative tests.
    """
    return _Reader(vocabulary, scopes, references, unless).table(cursor, 0)


@frozen
class _Reader:
    vocabulary: Vocabulary
    scopes: tuple[Scope, ...]
    references: bool
    unless: bool

    def table(self, cursor: Cursor, depth: int) -> Table:
        children = cursor.table()
        if isinstance(cursor.value, dict) and not children:
            cursor.problem("no-condition", "holds no condition", hint="leave the key out: no condition means always")
        if depth > DEEPEST:
            cursor.problem("too-deep", f"is nested more than {DEEPEST} deep")
            return ALWAYS
        groups = {name: self._tables(children[name], depth) for name in ("all", "any") if name in children}
        leaves = [self.leaf(child) for name, child in sorted(children.items()) if name not in {"all", "any"}]
        return Table(tuple(leaf for leaf in leaves if leaf), groups.get("all", ()), groups.get("any", ()))

    def _tables(self, cursor: Cursor, depth: int) -> tuple[Table, ...]:
        elements = cursor.elements()
        if isinstance(cursor.value, list) and not elements:
            cursor.problem("empty-list", "must hold at least one table of conditions")
        return tuple(self.table(element, depth + 1) for element in elements)

    def leaf(self, cursor: Cursor) -> Leaf | None:
        attribute = self._attribute(cursor)
        if attribute is None:
            return None
        tests = self._tests(attribute, cursor)
        if not tests:
            return None
        leaf = Leaf(attribute, tests)
        absence = any(test.operator.name == "known" and test.operand is False for test in tests)
        if absence and len(tests) > 1:
            cursor.problem("contradiction", "known = false stands alone: what is not known passes no other test")
        if self.unless and leaf.negative:
            negative = [t.operator.name for t in tests if leaf.asks_absence or t.operator.negative_on_sets]
            names = " and ".join(sorted(negative))
            cursor.problem(
                "negative-in-unless",
                "cannot stand in unless: it can turn false when a fact is added",
                found=names,
                hint="state the positive test under when",
            )
        return leaf

    def _attribute(self, cursor: Cursor) -> Attribute | None:
        name = str(cursor.key)
        if name in self.vocabulary.broken:
            return None
        if name in self.vocabulary:
            attribute = self.vocabulary[name]
            if attribute.scope in self.scopes:
                return attribute
            side = "when or unless" if attribute.scope == "requirement" else "where or the effect"
            message = f"{name} is an attribute of the {attribute.scope}; it can stand in {side} alone"
            if attribute.scope == "offer" and self.scopes == ("model",):
                message = f"{name} is an attribute of the offer; a classifying rule looks at the model alone"
            cursor.problem("wrong-scope", message, found=name)
            return None
        message = f"is not a declared attribute of the {' or '.join(self.scopes)}"
        cursor.problem("unknown-attribute", message, found=name, allowed=self.vocabulary.names(*self.scopes))
        return None

    def _tests(self, attribute: Attribute, cursor: Cursor) -> tuple[Test, ...]:
        if isinstance(cursor.value, dict):
            read = [self._test(attribute, name, child) for name, child in cursor.table().items()]
            if not read:
                cursor.problem("no-condition", "holds no test", allowed=operators_for(attribute))
            order = tuple(OPERATORS)
            tests = [test for test in read if test is not None]
            return tuple(sorted(tests, key=lambda test: order.index(test.operator.name)))
        if attribute.many:
            cursor.problem(
                *("bare-value-on-set", f"{attribute.name} is a set: say how its members are meant"),
                found=cursor.value,
                allowed=operators_for(attribute),
                hint=f"for example {attribute.name}.{'has_any' if isinstance(cursor.value, list) else 'has'} = …",
            )
            return ()
        name = "any_of" if isinstance(cursor.value, list) else "is"
        test = self._test(attribute, name, cursor)
        return (test,) if test is not None else ()

    def _test(self, attribute: Attribute, name: str, cursor: Cursor) -> Test | None:
        allowed = operators_for(attribute)
        if name not in OPERATORS:
            cursor.problem("unknown-operator", "is not an operator", found=name, allowed=allowed)
            return None
        if name not in allowed:
            instead = next((other for other in _COUNTERPARTS.get(name, ()) if other in allowed), None)
            hint = f"for a {attribute.type} write {instead}" if instead else None
            message = f"does not go with {attribute.name}, which is a {attribute.type}"
            cursor.problem("operator-not-for-type", message, found=name, allowed=allowed, hint=hint)
            return None
        operator = OPERATORS[name]
        if isinstance(cursor.value, dict):
            reference = self._reference(attribute, operator, cursor)
            return Test(operator, reference) if reference is not None else None
        operand = _read_operand(attribute, operator, cursor)
        return Test(operator, operand) if operand is not None else None

    def _reference(self, attribute: Attribute, operator: Operator, cursor: Cursor) -> Reference | None:
        if not self.references or operator.operand in {"flag", "glob"}:
            if "requirement" in cursor.value:  # type: ignore[operator]
                hint = "references stand in where and in effects on models, not with known and like"
                cursor.problem("reference-not-allowed", "cannot refer to a requirement here", hint=hint)
            else:
                cursor.wrong_type("a value")
            return None
        keys = cursor.keys(("requirement", "plus"), what="a reference")
        if "requirement" not in keys:
            cursor.missing("requirement", "a reference needs requirement")
            return None
        name, names = keys["requirement"].value, self.vocabulary.names("requirement")
        if not isinstance(name, str) or name not in names:
            if not isinstance(name, str) or name not in self.vocabulary.broken:
                message = "is not a declared attribute of the requirement"
                keys["requirement"].problem("unknown-attribute", message, found=name, allowed=names)
            return None
        self._check_same_kind(attribute, operator, self.vocabulary[name], keys["requirement"])
        plus: Number | None = 0
        if "plus" in keys:
            plus = number(keys["plus"].value)
            days = attribute.type == "date"
            if operator.operand != "same" or attribute.type not in {"number", "date"}:
                keys["plus"].problem("key-not-allowed", "goes with numbers and dates alone", found="plus")
            elif plus is None or (days and not (isinstance(plus, int) and abs(plus) <= _MOST_DAYS)):
                keys["plus"].wrong_type("a whole number of days" if days else "a finite number")
        return Reference(name, plus or 0)

    def _check_same_kind(self, attribute: Attribute, operator: Operator, other: Attribute, cursor: Cursor) -> None:
        wanted = {
            "same": (attribute.type,),
            "list": ("set",),
            "member": ("choice", "scale"),
            "members": ("set",),
        }[operator.operand]
        comparable = attribute.same_kind(other) and not (operator.operand == "list" and not attribute.choices)
        if other.type not in wanted or not comparable:
            message = (
                f"{other.name} ({_kind(other)}) cannot be compared with {attribute.name} ({_kind(attribute)}) "
                f"by {operator.name}: it needs a {' or '.join(wanted)} with the same unit and choices"
            )
            cursor.problem("reference-of-another-type", message, found=other.name)


_MOST_DAYS = 36_500

_COUNTERPARTS: Mapping[str, tuple[str, ...]] = {
    "any_of": ("has_any", "is"),
    "none_of": ("is",),
    "has": ("is",),
    "has_any": ("any_of", "is"),
    "has_all": ("is",),
    "only": ("any_of", "is"),
}
"""What an operator may have been meant as, on a type that does not take it."""


def _kind(attribute: Attribute) -> str:
    unit = f" of {attribute.unit.read('en')}" if attribute.unit else ""
    return f"{attribute.type}{unit}"


def _read_operand(attribute: Attribute, operator: Operator, cursor: Cursor) -> Operand | None:
    """Read a right side that is written out."""
    if operator.operand == "flag":
        return cursor.flag()
    if operator.operand == "glob":
        return cursor.text()
    if operator.operand == "same":
        return attribute.read(cursor)
    if operator.operand == "member":
        return attribute.read_scalar(cursor)
    elements = cursor.elements()
    if isinstance(cursor.value, list) and not elements:
        cursor.problem("empty-list", "an empty list matches nothing, or everything: leave the test out")
        return None
    values = {value for value in map(attribute.read_scalar, elements) if value is not None}
    return tuple(sorted(values, key=_order)) if values else None


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
            return attribute.encode(frozenset(map(str, operand)))
        return [attribute.encode(value) for value in operand]  # type: ignore[misc]
    return attribute.encode(operand)


MODEL_SIDE: tuple[Scope, ...] = tuple(scope for scope in SCOPES if scope != "requirement")
