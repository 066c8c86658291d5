"""What is true: operators and condition tables, on plain JSON, written from the meaning of the language.

Truth is three-valued: None is *unknown*. This is the checker's own copy, on purpose: what it says is compared with
what the program found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.verify.report import Plain
from llmrules.verify.values import Attribute, Value, is_short, number, text, written

if TYPE_CHECKING:
    from fractions import Fraction

Truth: TypeAlias = bool | None

Facts: TypeAlias = Mapping[str, "set[Plain]"]
"""What is known of the case: each attribute's values as JSON; of a set, its members."""


def both(truths: Iterable[Truth]) -> Truth:
    """Return whether all are true: false if one is false, else unknown if one is."""
    seen = set(truths)
    return False if False in seen else None if None in seen else True


def either(truths: Iterable[Truth]) -> Truth:
    """Return whether one is true: true if one is, else unknown if one is."""
    seen = set(truths)
    return True if True in seen else None if None in seen else False


def opposite(truth: Truth) -> Truth:
    """Return the opposite; that of unknown is unknown."""
    return None if truth is None else not truth


# Operators: (attribute, actual, wanted) → truth, and how far off


def _is(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    if isinstance(actual, tuple):
        (low, high), point = actual, wanted[0]
        if low == high:
            return bool(low == point)
        return None if low <= point <= high else False
    if attribute.partial:
        return None if actual <= wanted else False
    return bool(actual == wanted)


def _any_of(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    return either(_is(attribute, actual, one) for one in wanted)


def _none_of(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    return opposite((_has_any if attribute.type == "set" else _any_of)(attribute, actual, wanted))


def _found(attribute: Attribute, found: object) -> Truth:
    """Return what it means whether a set lists a member: a partial one that does not leaves it unknown."""
    return True if found else None if attribute.partial else False


def _has(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    return _found(attribute, wanted in actual)


def _has_any(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    return _found(attribute, actual & wanted)


def _has_all(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    return _found(attribute, actual >= wanted)


def _only(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    return False if actual - wanted else None if attribute.partial else True


def _like(_: Attribute, actual: Value, wanted: Value) -> Truth:
    return fnmatchcase(actual, wanted)


def _above(_: Attribute, actual: Value, wanted: Value) -> Truth:
    return True if actual[0] > wanted[0] else None if actual[1] > wanted[0] else False


def _at_least(_: Attribute, actual: Value, wanted: Value) -> Truth:
    return True if actual[0] >= wanted[0] else None if actual[1] >= wanted[0] else False


def _at_most(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    return opposite(_above(attribute, actual, wanted))


def _below(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    return opposite(_at_least(attribute, actual, wanted))


def _known(_attribute: Attribute, _actual: Value, wanted: Value) -> Truth:
    return bool(wanted)


def _no_gap(_attribute: Attribute, _actual: Value, _wanted: Value) -> Plain:
    return None


def _distance(_: Attribute, actual: Value, wanted: Value) -> Plain:
    """Return actual minus wanted, from the nearest end: in the unit of a number, days, or steps of a scale."""
    (low, high), point = actual, wanted[0]
    off = (high if high < point else low) - point
    return written(off) if is_short(off) else None


def _is_gap(attribute: Attribute, actual: Value, wanted: Value) -> Plain:
    if attribute.type == "set":
        return attribute.listed(actual ^ wanted)
    return _distance(attribute, actual, wanted) if isinstance(actual, tuple) else None


def _missing(attribute: Attribute, actual: Value, wanted: Value) -> Plain:
    return attribute.listed(({wanted} if isinstance(wanted, str) else wanted) - actual)


def _missing_all(attribute: Attribute, actual: Value, wanted: Value) -> Plain:
    """Return what of ``has_any`` is missing: nothing as soon as one is there."""
    return _missing(attribute, actual, wanted) if actual.isdisjoint(wanted) else []


def _surplus(attribute: Attribute, actual: Value, wanted: Value) -> Plain:
    return attribute.listed(actual - wanted)


def _shared(attribute: Attribute, actual: Value, wanted: Value) -> Plain:
    return attribute.listed(actual & wanted) if attribute.type == "set" else None


@frozen
class Operator:
    """One operator: what stands on its right, the types of attributes it takes, its truth, its gap.

    On the right stands a ``value``, a list of ``values``, a ``member`` or ``members`` of a set, a ``flag`` or a
    ``glob``. A ``negative`` one can turn false on a set when a member is added.
    """

    right: str
    types: tuple[str, ...]
    truth: Callable[[Attribute, Value, Value], Truth]
    gap: Callable[[Attribute, Value, Value], Plain]
    negative: bool = False


ORDERED = ("number", "scale", "date")
SINGLE = (*ORDERED, "choice", "text")

OPERATORS = {
    "is": Operator("value", (*SINGLE, "flag", "set"), _is, _is_gap, negative=True),
    "any_of": Operator("values", SINGLE, _any_of, _no_gap),
    "none_of": Operator("values", (*SINGLE, "set"), _none_of, _shared, negative=True),
    "has": Operator("member", ("set",), _has, _missing),
    "has_any": Operator("members", ("set",), _has_any, _missing_all),
    "has_all": Operator("members", ("set",), _has_all, _missing),
    "only": Operator("members", ("set",), _only, _surplus, negative=True),
    "like": Operator("glob", ("text",), _like, _no_gap),
    "at_least": Operator("value", ORDERED, _at_least, _distance),
    "at_most": Operator("value", ORDERED, _at_most, _distance),
    "above": Operator("value", ORDERED, _above, _distance),
    "below": Operator("value", ORDERED, _below, _distance),
    "known": Operator("flag", (*SINGLE, "flag", "set"), _known, _no_gap),
}
"""In this order the tests of one leaf are recorded."""


def right_side(attribute: Attribute, operator: str, raw: Plain) -> Value:
    """Return a written right side ready for comparing. Raises ValueError for what cannot stand there."""
    kind = OPERATORS[operator].right
    if attribute.type not in OPERATORS[operator].types:
        message = f"{operator} does not go with {attribute.name}, a {attribute.type}"
        raise ValueError(message)
    if kind == "value":
        return attribute.whole(raw)
    if kind in {"values", "members"} and type(raw) is list:
        if attribute.type == "set":
            return attribute.value(raw)
        return tuple(attribute.whole(one) for one in raw)
    if type(raw) is {"flag": bool, "glob": str}.get(kind) or (kind == "member" and raw in attribute.choices):
        return raw
    message = f"cannot stand on the right of {operator}"
    raise ValueError(message)


def thresholds(
    attribute: Attribute, operator: str, raw: Plain, facts: Facts, attributes: Mapping[str, Attribute]
) -> list[tuple[Plain, Value]]:
    """Return the right sides in force, as JSON and ready for comparing: one, or one for each value referred to."""
    if not isinstance(raw, dict):
        return [(raw, right_side(attribute, operator, raw))]
    requirement, values = attributes[raw["requirement"]], facts[raw["requirement"]]
    if requirement.type == "set":
        one = attribute.listed(values)
        return [(one, right_side(attribute, operator, one))]
    if "plus" not in raw:
        return [(one, right_side(attribute, operator, one)) for one in sorted(values, key=text)]
    later = [_later(requirement, one, number(raw["plus"])) for one in values]
    return [(one, (point, point)) for one, point in sorted(later, key=lambda pair: text(pair[0]))]


def _later(requirement: Attribute, raw: Plain, plus: Fraction | int) -> tuple[Plain, Fraction | int]:
    """Return a number or a date so much later; the calendar ends in 9999 and begins in 1."""
    point = requirement.value(raw)[0] + plus
    if requirement.type != "date":
        return written(point), point
    point = min(max(point, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(int(point)).isoformat(), point


# Condition tables


def leaves(table: Plain) -> Iterator[tuple[str, Plain]]:
    """Yield every leaf, depth first: a table's own by name, then those of ``all`` and of ``any``."""
    yield from own(table)
    for inner in (*table.get("all", ()), *table.get("any", ())):
        yield from leaves(inner)


def own(table: Plain) -> list[tuple[str, Plain]]:
    """Return the leaves of the table itself: an attribute and its tests, by name."""
    return [(name, table[name]) for name in sorted(table) if name not in {"all", "any"}]


def tests(leaf: dict[str, Plain]) -> list[tuple[str, Plain]]:
    """Return the tests of a leaf in the order of the operators."""
    return [(operator, leaf[operator]) for operator in OPERATORS if operator in leaf]


def table_truth(table: Plain, leaf_truth: Callable[[str, dict[str, Plain]], Truth]) -> Truth:
    """Return the truth of a table: all its leaves, all of ``all``, one of ``any``. It asks every leaf, depth first."""
    parts = [leaf_truth(name, leaf) for name, leaf in own(table)]
    parts += [table_truth(inner, leaf_truth) for inner in table.get("all", ())]
    if "any" in table:
        parts.append(either([table_truth(inner, leaf_truth) for inner in table["any"]]))
    return both(parts)


def asks_absence(leaf: dict[str, Plain]) -> bool:
    """Return whether a leaf is ``known = false``."""
    return leaf.get("known") is False


def negative(attribute: Attribute, leaf: dict[str, Plain]) -> bool:
    """Return whether a leaf can turn false when a fact is added."""
    return asks_absence(leaf) or (attribute.type == "set" and any(OPERATORS[operator].negative for operator in leaf))
