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


def _is(has: Value, wanted: Value) -> Truth:
    if isinstance(has, tuple):
        (low, high), point = has, wanted[0]
        return bool(low == point) if low == high else None if low <= point <= high else False
    return bool(has == wanted)


def _any_of(has: Value, wanted: Value) -> Truth:
    return either(_is(has, one) for one in wanted)


def _ordered(beyond: Callable[[Value, Value], bool]) -> Callable[[Value, Value], Truth]:
    """Return how a period compares: unknown where one of its ends is beyond what is wanted and the other is not."""
    return lambda has, wanted: True if beyond(has[0], wanted[0]) else None if beyond(has[1], wanted[0]) else False


ABOVE, AT_LEAST, NONE = _ordered(gt), _ordered(ge), frozenset[str]()


class Operator(NamedTuple):
    """One operator: what stands on its right, what it says of a value, which members a set lacks or must not have."""

    right: Literal["value", "values", "member", "members", "flag", "glob"]
    types: tuple[str, ...]
    truth: Callable[[Value, Value], Truth] = _is
    wrong: Callable[[Value, Value], tuple[Value, Value]] | None = None


SET, ORDERED = ("set",), ("number", "scale", "date")
SINGLE = (*ORDERED, "choice", "text")
OPERATORS = {
    "is": Operator("value", (*SINGLE, "flag", "set"), _is, lambda has, wanted: (wanted - has, has - wanted)),
    "any_of": Operator("values", SINGLE, _any_of),
    "none_of": Operator(
        *("values", (*SINGLE, "set"), lambda has, wanted: opposite(_any_of(has, wanted))),
        wrong=lambda has, wanted: (NONE, has & wanted),
    ),
    "has": Operator("member", SET, wrong=lambda has, wanted: ({wanted} - has, NONE)),
    "has_any": Operator("members", SET, wrong=lambda has, wanted: (NONE if has & wanted else wanted, NONE)),
    "has_all": Operator("members", SET, wrong=lambda has, wanted: (wanted - has, NONE)),
    "only": Operator("members", SET, wrong=lambda has, wanted: (NONE, has - wanted)),
    "like": Operator("glob", ("text",), lambda has, wanted: fnmatchcase(has, wanted.replace("[", "[[]"))),
    "at_least": Operator("value", ORDERED, AT_LEAST),
    "at_most": Operator("value", ORDERED, lambda has, wanted: opposite(ABOVE(has, wanted))),
    "above": Operator("value", ORDERED, ABOVE),
    "below": Operator("value", ORDERED, lambda has, wanted: opposite(AT_LEAST(has, wanted))),
    "known": Operator("flag", (*SINGLE, "flag", "set"), lambda _has, wanted: bool(wanted)),
}
"""In this order the tests of one leaf are recorded."""
ASKING, NEGATIVE = {"has", "has_any", "has_all"}, {"is", "none_of", "only"}
"""On sets: those that ask for members, and those that can turn false when one is added."""
OF_NOTHING = {"any_of": False, "none_of": True, "has_any": False, "has_all": True}  # needs no value to be decided


class Test(NamedTuple):
    """A test with a right side that is in force, as JSON and ready for comparing."""

    operator: str
    raw: Plain
    wanted: Value

    def truth(self, attribute: Attribute, has: Value) -> Truth:
        """Return what it says of a value; None has none, and against a list of nothing none is needed."""
        if self.wanted in ((), NONE) and self.operator in OF_NOTHING:
            return OF_NOTHING[self.operator]
        if has is None:
            return self.wanted is False if self.operator == "known" else None
        operator = OPERATORS[self.operator]
        if attribute.type != "set" or not operator.wrong:
            return operator.truth(has, self.wanted)
        lacks, more = operator.wrong(has, self.wanted)
        whole = not attribute.partial or len(has) == len(attribute.choices)  # it is known to have no other members
        if more or (lacks and whole):
            return False
        return None if lacks or (self.operator in NEGATIVE and not whole) else True

    def gap(self, attribute: Attribute, has: Value) -> Plain:
        """Return a set's wrong members, else actual minus wanted, from the nearest end: in its unit, days or steps."""
        operator = OPERATORS[self.operator]
        if attribute.type == "set":
            return attribute.listed(frozenset().union(*operator.wrong(has, self.wanted))) if operator.wrong else None
        if operator.right != "value" or not isinstance(has, tuple):
            return None
        (low, high), point = has, self.wanted[0]
        off = (high if high < point else low) - point
        return written(off) if is_short(off) else None


def tests(attribute: Attribute, leaf: Plain, facts: Facts, attributes: Mapping[str, Attribute]) -> list[Test]:
    """Return the tests of a leaf with each right side in force: one, or one for each value referred to."""
    found: list[Test] = []
    for operator, raw in [(one, leaf[one]) for one in OPERATORS if one in leaf]:
        requirement = attributes[raw["requirement"]] if isinstance(raw, dict) else None
        values = facts[requirement.name] if requirement else ()
        if requirement and "plus" in raw:
            later = [_later(requirement, one, number(raw["plus"])) for one in values]
            found += [Test(operator, one, (at, at)) for one, at in sorted(later, key=lambda pair: text(pair[0]))]
        else:
            several = requirement is not None and requirement.type != "set"
            sides = sorted(values, key=text) if several else [requirement.listed(values) if requirement else raw]
            found += [Test(operator, one, right_side(attribute, operator, one)) for one in sides]
    return found


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
    turning = attribute.type == "set" and not NEGATIVE.isdisjoint(leaf)
    return leaf.get("known") is False or turning
