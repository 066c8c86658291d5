"""What is true: operators and condition tables, on plain JSON. Truth is three-valued: None is *unknown*."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from fractions import Fraction
from operator import ge, gt
from typing import Literal, NamedTuple, TypeAlias

from .refusal import Plain
from .values import Attribute, Value, is_short, number, text, written

Truth: TypeAlias = bool | None
Facts: TypeAlias = Mapping[str, set[Plain]]  # what is known of the case: an attribute's values, of a set its members


def both(truths: Iterable[Truth]) -> Truth:
    """Return whether all are true: false if one is false, else unknown if one is."""
    seen = set(truths)
    return False if False in seen else None if None in seen else True


def either(truths: Iterable[Truth]) -> Truth:
    """Return whether one is true: true if one is, else unknown if one is."""
    return opposite(both(opposite(truth) for truth in truths))


def opposite(truth: Truth) -> Truth:
    """Return the opposite; that of unknown is unknown."""
    return None if truth is None else not truth


def _is(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    if isinstance(actual, tuple):
        (low, high), point = actual, wanted[0]
        return bool(low == point) if low == high else None if low <= point <= high else False
    if attribute.type == "set":
        return bool(actual == wanted) if _whole(attribute, actual) or not actual <= wanted else None
    return bool(actual == wanted)


def _whole(attribute: Attribute, actual: Value) -> bool:
    """Return whether a set is known to have no other members: it is not partial, or lists every choice."""
    return not attribute.partial or len(actual) == len(attribute.choices)


def _listed(attribute: Attribute, actual: Value, found: object) -> Truth:
    """Return what it means whether a set lists something: one that may have more members leaves it unknown."""
    return True if found else False if _whole(attribute, actual) else None


def _overlap(attribute: Attribute, actual: Value, wanted: Value) -> Truth:
    if attribute.type == "set" and wanted:
        return _listed(attribute, actual, actual & wanted)
    return either(_is(attribute, actual, one) for one in wanted)


def _ordered(beyond: Callable[[Value, Value], bool]) -> Callable[[Attribute, Value, Value], Truth]:
    """Return how a period compares: unknown where one of its ends is beyond what is wanted and the other is not."""
    return lambda _, has, wanted: True if beyond(has[0], wanted[0]) else None if beyond(has[1], wanted[0]) else False


ABOVE, AT_LEAST = _ordered(gt), _ordered(ge)


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


class Operator(NamedTuple):
    """One operator; a ``negative`` one can turn false on a set when a member is added."""

    right: Literal["value", "values", "member", "members", "flag", "glob"]
    types: tuple[str, ...]
    truth: Callable[[Attribute, Value, Value], Truth]
    gap: Callable[[Attribute, Value, Value], Plain] = lambda _attribute, _actual, _wanted: None
    negative: bool = False


SET, ORDERED = ("set",), ("number", "scale", "date")
SINGLE = (*ORDERED, "choice", "text")
OPERATORS = {
    "is": Operator("value", (*SINGLE, "flag", "set"), _is, _is_gap, negative=True),
    "any_of": Operator("values", SINGLE, _overlap),
    "none_of": Operator(
        *("values", (*SINGLE, "set")),
        lambda one, actual, wanted: opposite(_overlap(one, actual, wanted)),
        lambda one, actual, wanted: one.listed(actual & wanted) if one.type == "set" else None,
        negative=True,
    ),
    "has": Operator("member", SET, lambda one, actual, wanted: _listed(one, actual, wanted in actual), _missing),
    "has_any": Operator(
        *("members", SET, _overlap),
        lambda one, actual, wanted: _missing(one, actual, wanted) if actual.isdisjoint(wanted) else [],
    ),
    "has_all": Operator("members", SET, lambda one, actual, wanted: _listed(one, actual, actual >= wanted), _missing),
    "only": Operator(
        *("members", SET),
        lambda one, actual, wanted: False if actual - wanted else True if _whole(one, actual) else None,
        lambda one, actual, wanted: one.listed(actual - wanted),
        negative=True,
    ),
    "like": Operator("glob", ("text",), lambda _, actual, wanted: fnmatchcase(actual, wanted.replace("[", "[[]"))),
    "at_least": Operator("value", ORDERED, AT_LEAST, _distance),
    "at_most": Operator("value", ORDERED, lambda *compared: opposite(ABOVE(*compared)), _distance),
    "above": Operator("value", ORDERED, ABOVE, _distance),
    "below": Operator("value", ORDERED, lambda *compared: opposite(AT_LEAST(*compared)), _distance),
    "known": Operator("flag", (*SINGLE, "flag", "set"), lambda _one, _actual, wanted: bool(wanted)),
}
"""In this order the tests of one leaf are recorded."""
ASKING = {name for name, one in OPERATORS.items() if one.right in {"member", "members"} and not one.negative}
OF_NOTHING = {"any_of": False, "none_of": True, "has_any": False, "has_all": True}  # needs no value to be decided


def right_side(attribute: Attribute, operator: str, raw: Plain) -> Value:
    """Return a written right side ready for comparing. Raises ValueError for what cannot stand there."""
    kind = OPERATORS[operator].right
    if attribute.type not in OPERATORS[operator].types:
        raise ValueError(f"{operator} does not go with {attribute.name}, a {attribute.type}")
    if kind == "value":
        return attribute.whole(raw)
    if kind in {"values", "members"} and type(raw) is list:
        return attribute.value(raw) if attribute.type == "set" else tuple(attribute.whole(one) for one in raw)
    if type(raw) is {"flag": bool, "glob": str}.get(kind) or (kind == "member" and raw in attribute.choices):
        return raw
    raise ValueError(f"cannot stand on the right of {operator}")


def thresholds(
    attribute: Attribute, operator: str, raw: Plain, facts: Facts, attributes: Mapping[str, Attribute]
) -> list[tuple[Plain, Value]]:
    """Return the right sides in force, as JSON and ready for comparing: one, or one for each value referred to."""
    if not isinstance(raw, dict):
        return [(raw, right_side(attribute, operator, raw))]
    requirement, values = attributes[raw["requirement"]], facts[raw["requirement"]]
    if "plus" in raw:
        later = [_later(requirement, one, number(raw["plus"])) for one in values]
        return [(one, (point, point)) for one, point in sorted(later, key=lambda pair: text(pair[0]))]
    right = [requirement.listed(values)] if requirement.type == "set" else sorted(values, key=text)
    return [(one, right_side(attribute, operator, one)) for one in right]


def _later(requirement: Attribute, raw: Plain, plus: Fraction | int) -> tuple[Plain, Fraction | int]:
    """Return a number or a date so much later; the calendar ends in 9999 and begins in 1."""
    point = requirement.value(raw)[0] + plus
    if requirement.type != "date":
        return written(point), point
    point = min(max(point, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(int(point)).isoformat(), point


def leaves(table: Plain) -> Iterator[tuple[str, Plain]]:
    """Yield every leaf, depth first: a table's own by name, then those of ``all`` and of ``any``."""
    yield from own(table)
    for inner in (*table.get("all", ()), *table.get("any", ())):
        yield from leaves(inner)


def sides(leaf: Plain) -> list[str]:
    """Return the requirements that the tests of a leaf refer to."""
    its = leaf.values() if isinstance(leaf, dict) else ()
    return [side["requirement"] for side in its if isinstance(side, dict)]


def own(table: Plain) -> list[tuple[str, Plain]]:
    """Return the leaves of the table itself: an attribute and its tests, by name."""
    return [(name, table[name]) for name in sorted(table) if name not in {"all", "any"}]


def table_truth(table: Plain, truths: Iterator[Truth]) -> Truth:
    """Return the truth of a table by those of its leaves, depth first: all its own, all of ``all``, one of ``any``."""
    parts = [next(truths) for _ in own(table)] + [table_truth(inner, truths) for inner in table.get("all", ())]
    return both([*parts, either([table_truth(inner, truths) for inner in table["any"]])] if "any" in table else parts)


def negative(attribute: Attribute, leaf: dict[str, Plain]) -> bool:
    """Return whether a leaf can turn false when a fact is added: ``known = false``, and some tests of sets."""
    turning = attribute.type == "set" and any(OPERATORS[operator].negative for operator in leaf)
    return leaf.get("known") is False or turning
