"""How condition tables are read: strictly, every mistake with its place and what may have been meant.

A table that is read is sound: each attribute is declared and may stand here, and each operator takes its right side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.language.conditions.table import ALWAYS, Leaf, Operand, Reference, Table, Test, value_order
from llmrules.language.operators import OPERATORS, Operator, operators_for
from llmrules.language.values import Number, number
from llmrules.language.vocabulary import SCOPES, Attribute, Scope, Vocabulary
from llmrules.language.vocabulary.attribute import difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.reading.cursor import Cursor

DEEPEST = 32
"""How deep condition tables may nest."""

MODEL_SIDE: tuple[Scope, ...] = tuple(scope for scope in SCOPES if scope != "requirement")
"""The scopes of what a rule tests of a model, beside and in its effect."""


def read_table(
    cursor: Cursor,
    vocabulary: Vocabulary,
    *,
    scopes: tuple[Scope, ...],
    references: bool = False,
    unless: bool = False,
    peers: bool = False,
) -> Table:
    """Read a condition table strictly; what is wrong is noted and left out.

    ``scopes`` are those whose attributes may stand here; ``references`` says whether a right side may be a
    requirement; ``unless`` forbids negative tests; ``peers`` allows another number of the same model or offer there.
    Then the vocabulary lacks what compares the two (``Vocabulary.with_differences``).
    """
    return _Reader(vocabulary, scopes, references, unless, peers).table(cursor, 0)


COMPARING = ("is", "at_least", "at_most", "above", "below")
"""The operators that compare two numbers of one model."""

_SIDES = ("when or unless", "where or the effect")
"""Where a rule tests requirements, and where models and offers."""


@frozen
class _Reader:
    vocabulary: Vocabulary
    scopes: tuple[Scope, ...]
    references: bool
    unless: bool
    peers: bool

    def table(self, cursor: Cursor, depth: int) -> Table:
        children = cursor.table()
        if isinstance(cursor.value, dict) and not children:
            cursor.problem("no-condition", "holds no condition", hint="leave the key out: no condition means always")
        if depth > DEEPEST:
            cursor.problem("too-deep", f"is nested more than {DEEPEST} deep")
            return ALWAYS
        groups = {name: self._tables(children[name], depth) for name in ("all", "any") if name in children}
        leaves = [one for name, child in children.items() if name not in {"all", "any"} for one in self.leaves(child)]
        in_order = tuple(sorted(leaves, key=lambda leaf: leaf.attribute.name))
        return Table(in_order, groups.get("all", ()), groups.get("any", ()))

    def _tables(self, cursor: Cursor, depth: int) -> tuple[Table, ...]:
        elements = cursor.elements()
        if isinstance(cursor.value, list) and not elements:
            cursor.problem("empty-list", "must hold at least one table of conditions")
        return tuple(self.table(element, depth + 1) for element in elements)

    def leaves(self, cursor: Cursor) -> Iterator[Leaf]:
        """Yield what stands under one attribute: its own leaf, and one for each other that it is compared with."""
        attribute = self._attribute(cursor)
        if attribute is None:
            return
        plain = cursor
        if isinstance(cursor.value, dict) and self.peers:
            against = {name: one for name, one in cursor.table().items() if _names_attribute(one)}
            plain = evolve(cursor, value={name: one for name, one in cursor.value.items() if name not in against})
            found: dict[Attribute, list[Test]] = {}
            for name, one in against.items():
                for more, test in self._peer(attribute, name, one):
                    found.setdefault(more, []).append(test)
            yield from (Leaf(one, _in_order(tests)) for one, tests in found.items())
            if against and not plain.value:
                return
        tests = self._tests(attribute, plain)
        if tests:
            yield self._leaf(attribute, tests, cursor)

    def _peer(self, attribute: Attribute, name: str, cursor: Cursor) -> Iterator[tuple[Attribute, Test]]:
        """Yield a comparison with another number of the same model or offer: a test of how much the first is more."""
        keys = cursor.keys(("attribute", "plus"), what="a comparison")
        other = self._attribute(keys["attribute"].child(str(keys["attribute"].value), None))
        if other is None:
            return
        if other == attribute:
            keys["attribute"].problem("compared-with-itself", "is compared with itself", found=other.name)
        elif name not in COMPARING or {attribute.type, other.type} != {"number"} or not attribute.same_kind(other):
            message = f"{other.name} ({_kind(other)}) cannot be compared with {attribute.name} ({_kind(attribute)})"
            hint = f"two numbers of one unit compare, by {', '.join(COMPARING)}"
            keys["attribute"].problem("reference-of-another-type", message, found=other.name, hint=hint)
        else:
            plus = number(keys["plus"].value) if "plus" in keys else 0
            if plus is None:
                keys["plus"].wrong_type("a finite number")
            yield difference(attribute, other), Test(OPERATORS[name], plus or 0)

    def _leaf(self, attribute: Attribute, tests: tuple[Test, ...], cursor: Cursor) -> Leaf:
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
            sides = ("when or always", "every, best or some") if cursor.path[:1] == ("promise",) else _SIDES
            side = sides[attribute.scope != "requirement"]
            message = f"{name} is an attribute of the {attribute.scope}; it can stand in {side} alone"
            if attribute.scope == "offer" and self.scopes == ("model",):
                message = f"{name} is an attribute of the offer; a classifying rule looks at the model alone"
            cursor.problem("wrong-scope", message, found=name)
            return None
        message = f"is not a declared attribute of the {' or '.join(self.scopes)}"
        hint = (
            "the id of a model is model: write model = …" if name in {"id", "name"} and "model" in self.scopes else None
        )
        allowed = self.vocabulary.names(*self.scopes)
        cursor.problem("unknown-attribute", message, found=name, allowed=allowed, hint=hint)
        return None

    def _tests(self, attribute: Attribute, cursor: Cursor) -> tuple[Test, ...]:
        if isinstance(cursor.value, dict):
            read = [self._test(attribute, name, child) for name, child in cursor.table().items()]
            if not read:
                cursor.problem("no-condition", "holds no test", allowed=operators_for(attribute))
            return _in_order(test for test in read if test is not None)
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
            graded = ("toward", "marks") if "prefer" in cursor.path and attribute.type in {"number", "scale"} else ()
            cursor.problem("unknown-operator", "is not an operator", found=name, allowed=(*allowed, *graded))
            return None
        if name not in allowed:
            instead = next((other for other in _COUNTERPARTS.get(name, ()) if other in allowed), None)
            hint = f"for a {attribute.type} write {instead}" if instead else None
            message = f"does not go with {attribute.name}, which is a {attribute.type}"
            cursor.problem("operator-not-for-type", message, found=name, allowed=allowed, hint=hint)
            return None
        operator = OPERATORS[name]
        if operator.operand == "glob" and isinstance(cursor.value, list):
            hint = f"write one test for each: any = [{{ {attribute.name}.like = … }}, …]"
            cursor.problem("wrong-type", "takes one pattern", found=cursor.value, hint=hint)
            return None
        if isinstance(cursor.value, dict):
            reference = self._reference(attribute, operator, cursor)
            return Test(operator, reference) if reference is not None else None
        operand = _read_operand(attribute, operator, cursor)
        return Test(operator, operand) if operand is not None else None

    def _reference(self, attribute: Attribute, operator: Operator, cursor: Cursor) -> Reference | None:
        if not self.references or operator.operand in {"flag", "glob"}:
            if "requirement" in cursor.value:  # type: ignore[operator]
                hint = "references stand in rules, and in every, best and some, not with known and like"
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
            self._note_unknown(attribute, operator, keys["requirement"])
            return None
        if name == attribute.name:
            keys["requirement"].problem("compared-with-itself", "is compared with itself", found=name)
        self._check_same_kind(attribute, operator, self.vocabulary[name], keys["requirement"])
        plus: Number | None = 0
        if "plus" in keys:
            plus = number(keys["plus"].value)
            days = attribute.type == "date"
            if not extensible(attribute, operator):
                keys["plus"].problem("key-not-allowed", "goes with numbers and dates alone", found="plus")
            elif plus is None or (days and not (isinstance(plus, int) and abs(plus) <= _MOST_DAYS)):
                keys["plus"].wrong_type("a whole number of days" if days else "a finite number")
        return Reference(name, plus or 0)

    def _note_unknown(self, attribute: Attribute, operator: Operator, cursor: Cursor) -> None:
        """Note a reference to what is no requirement; one to an attribute of models may compare two of a model."""
        name, side = cursor.value, "requirement"
        if not isinstance(name, str) or name not in self.vocabulary:
            if not isinstance(name, str) or name not in self.vocabulary.broken:
                message, allowed = (
                    "is not a declared attribute of the requirement",
                    self.vocabulary.names("requirement"),
                )
                cursor.problem("unknown-attribute", message, found=name, allowed=allowed)
            return
        scope, written = self.vocabulary[name].scope, f'{attribute.name}.{operator.name}.attribute = "{name}"'
        message = f"{name} is an attribute of the {scope}; here stands one of the {side}"
        peers = self.peers and attribute.type == self.vocabulary[name].type == "number"
        hint = f"{written} compares two numbers of a model or offer" if peers else None
        cursor.problem("wrong-scope", message, found=name, hint=hint)

    def _check_same_kind(self, attribute: Attribute, operator: Operator, other: Attribute, cursor: Cursor) -> None:
        if not comparable(attribute, operator, other):
            message = (
                f"{other.name} ({_kind(other)}) cannot be compared with {attribute.name} ({_kind(attribute)}) "
                f"by {operator.name}: it needs a {' or '.join(_compared(attribute, operator))} "
                "with the same unit and choices"
            )
            cursor.problem("reference-of-another-type", message, found=other.name)


def comparable(attribute: Attribute, operator: Operator, other: Attribute) -> bool:
    """Whether the right side of a test may be what a requirement says."""
    listed = operator.operand == "list" and not attribute.choices
    return other.type in _compared(attribute, operator) and attribute.same_kind(other) and not listed


def extensible(attribute: Attribute, operator: Operator) -> bool:
    """Whether that may be a number or days more."""
    return operator.operand == "same" and attribute.type in {"number", "date"}


def _compared(attribute: Attribute, operator: Operator) -> tuple[str, ...]:
    if operator.operand == "same":
        return (attribute.type,)
    return {"list": ("set",), "member": ("choice", "scale"), "members": ("set",)}.get(operator.operand, ())


_MOST_DAYS = 36_500


def _names_attribute(cursor: Cursor) -> bool:
    return isinstance(cursor.value, dict) and "attribute" in cursor.value


def _in_order(tests: Iterable[Test]) -> tuple[Test, ...]:
    order = tuple(OPERATORS)
    return tuple(sorted(tests, key=lambda test: order.index(test.operator.name)))


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
    return tuple(sorted(values, key=value_order)) if values else None
