"""The one table of operators: which types each takes, when it is true, how far off it is, and its words.

Adding an operator is one entry here; the loader, the evaluators, the trace and the texts read it from this table.
Truth is three-valued where a value is not exact (a partial set, a month for a date): None means unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fnmatch import translate
from functools import lru_cache, partial
from operator import ge, gt, le, lt
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from llmrules.language.values import EXACT, Period, encode_number, number
from llmrules.language.vocabulary import ORDERED, TYPES, Attribute, Type

Truth: TypeAlias = bool | None

OperandKind: TypeAlias = Literal["same", "list", "member", "members", "flag", "glob"]
"""What stands on the right: one value of the same kind, a list of them, a member of a set, members, a flag, a glob."""


@frozen
class Operator:
    """One operator: its operand, the types it takes, its truth on a value, its gap, its words."""

    name: str
    operand: OperandKind
    types: tuple[Type, ...]
    truth: Callable[[Attribute, Any, Any], Truth] = field(eq=False)
    gap: Callable[[Attribute, Any, Any], int | str | list[str] | None]
    en: str
    ko: str
    gap_en: str = ""
    gap_ko: str = ""
    negative_on_sets: bool = False
    """On a set it can turn false when a member is added."""
    of_nothing: Truth = None
    """Its truth against a list of nothing, which needs no value; None where it takes no list, or needs one."""


def negation(truth: Truth) -> Truth:
    """Return the strong Kleene negation."""
    return None if truth is None else not truth


def conjunction(truths: list[Truth]) -> Truth:
    """Return the strong Kleene conjunction: false if one is, else unknown if one is."""
    if False in truths:
        return False
    return None if None in truths else True


def disjunction(truths: list[Truth]) -> Truth:
    """Return the strong Kleene disjunction: true if one is, else unknown if one is."""
    if True in truths:
        return True
    return None if None in truths else False


def _rank(attribute: Attribute, value: Any) -> Any:
    """Return what orders a value: a scale by the place of its choice, a period by its first and last day."""
    return attribute.choice_ids.index(value) if attribute.type == "scale" else value


def _is(attribute: Attribute, actual: Any, wanted: Any) -> Truth:
    if attribute.many:
        return None if actual <= wanted and not _is_whole(attribute, actual) else bool(actual == wanted)
    if isinstance(actual, Period):
        if actual.first == actual.last == wanted.first:
            return True
        return None if actual.first <= wanted.first <= actual.last else False
    return bool(actual == wanted)


def _any_of(attribute: Attribute, actual: Any, wanted: Any) -> Truth:
    return disjunction([_is(attribute, actual, value) for value in wanted])


def _none_of(attribute: Attribute, actual: Any, wanted: Any) -> Truth:
    if attribute.many:
        return negation(_has_any(attribute, actual, wanted))
    return negation(_any_of(attribute, actual, wanted))


def _is_whole(attribute: Attribute, actual: Any) -> bool:
    """Whether a set is known to have no other members: it is not partial, or it lists every choice."""
    return not attribute.partial or len(actual) == len(attribute.choices)


def _listed(attribute: Attribute, actual: Any, *, found: bool) -> Truth:
    """Return what it means whether a set lists something: one that may have more members leaves it unknown."""
    return True if found else False if _is_whole(attribute, actual) else None


def _has(attribute: Attribute, actual: Any, wanted: Any) -> Truth:
    return _listed(attribute, actual, found=wanted in actual)


def _has_any(attribute: Attribute, actual: Any, wanted: Any) -> Truth:
    return _listed(attribute, actual, found=not actual.isdisjoint(wanted)) if wanted else False


def _has_all(attribute: Attribute, actual: Any, wanted: Any) -> Truth:
    return _listed(attribute, actual, found=actual >= frozenset(wanted))


def _only(attribute: Attribute, actual: Any, wanted: Any) -> Truth:
    if not actual <= frozenset(wanted):
        return False
    return True if _is_whole(attribute, actual) else None


@lru_cache(maxsize=256)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))


def _like(_attribute: Attribute, actual: Any, wanted: Any) -> Truth:
    return _glob(wanted).match(actual) is not None


def _ordered(attribute: Attribute, actual: Any, wanted: Any, *, holds: Callable[[Any, Any], bool]) -> Truth:
    """Return whether a comparison holds: of a period, that of all of its days, or of none."""
    if isinstance(actual, Period):
        first = holds(actual.first, wanted.first)
        return first if first == holds(actual.last, wanted.first) else None
    return bool(holds(_rank(attribute, actual), _rank(attribute, wanted)))


def _known(_attribute: Attribute, _actual: Any, wanted: Any) -> Truth:
    """Say whether a value is there; that none is there never reaches a truth function."""
    return bool(wanted)


def _no_gap(_attribute: Attribute, _actual: Any, _wanted: Any) -> None:
    return None


def _distance(attribute: Attribute, actual: Any, wanted: Any) -> int | str | None:
    """Return actual minus threshold: in the unit of a number, in days, in steps of a scale."""
    if isinstance(actual, Period):
        nearest = actual.last if actual.last < wanted.first else actual.first
        return int((nearest - wanted.first).days)
    if attribute.type == "scale":
        return int(_rank(attribute, actual) - _rank(attribute, wanted))
    exact = number(EXACT.subtract(Decimal(actual), Decimal(wanted)))
    return None if exact is None else encode_number(exact)


def _is_gap(attribute: Attribute, actual: Any, wanted: Any) -> int | str | list[str] | None:
    if attribute.many:
        return attribute.encode(actual ^ wanted)
    return _distance(attribute, actual, wanted) if attribute.type in ORDERED else None


def _missing(attribute: Attribute, actual: Any, wanted: Any) -> list[str]:
    members = frozenset({wanted}) if isinstance(wanted, str) else frozenset(wanted)
    return attribute.encode(members - actual)  # type: ignore[return-value]


def _missing_all(attribute: Attribute, actual: Any, wanted: Any) -> list[str]:
    """Return what of ``has_any`` is missing: nothing as soon as one is there."""
    return _missing(attribute, actual, wanted) if actual.isdisjoint(wanted) else []


def _surplus(attribute: Attribute, actual: Any, wanted: Any) -> list[str]:
    return attribute.encode(actual - frozenset(wanted))  # type: ignore[return-value]


def _shared(attribute: Attribute, actual: Any, wanted: Any) -> list[str] | None:
    if not attribute.many:
        return None
    return attribute.encode(actual & frozenset(wanted))  # type: ignore[return-value]


_SINGLE: tuple[Type, ...] = ("choice", "scale", "number", "text", "date")

_TABLE = (
    Operator("is", "same", TYPES, _is, _is_gap, "{}", "{}", "differs by {}", "차이: {}", negative_on_sets=True),
    Operator("any_of", "list", _SINGLE, _any_of, _no_gap, "one of {}", "{} 중 하나", of_nothing=False),
    Operator(
        name="none_of",
        operand="list",
        types=(*_SINGLE, "set"),
        truth=_none_of,
        gap=_shared,
        en="none of {}",
        ko="{} 제외",
        gap_en="has {}",
        gap_ko="{} 있음",
        negative_on_sets=True,
        of_nothing=True,
    ),
    Operator("has", "member", ("set",), _has, _missing, "including {}", "{} 포함", "lacks {}", "{} 없음"),
    Operator(
        *("has_any", "members", ("set",), _has_any, _missing_all, "including one of {}", "{} 중 하나 이상 포함"),
        *("lacks {}", "{} 없음"),
        of_nothing=False,
    ),
    Operator(
        *("has_all", "members", ("set",), _has_all, _missing, "including all of {}", "{} 모두 포함"),
        *("lacks {}", "{} 없음"),
        of_nothing=True,
    ),
    Operator(
        *("only", "members", ("set",), _only, _surplus, "nothing but {}", "{}만"),
        *("also has {}", "{}도 있음"),
        negative_on_sets=True,
    ),
    Operator("like", "glob", ("text",), _like, _no_gap, "matching {}", "{} 형식"),
    Operator("at_least", "same", ORDERED, partial(_ordered, holds=ge), _distance, "at least {}", "{} 이상"),
    Operator("at_most", "same", ORDERED, partial(_ordered, holds=le), _distance, "at most {}", "{} 이하"),
    Operator("above", "same", ORDERED, partial(_ordered, holds=gt), _distance, "above {}", "{} 초과"),
    Operator("below", "same", ORDERED, partial(_ordered, holds=lt), _distance, "below {}", "{} 미만"),
    Operator("known", "flag", TYPES, _known, _no_gap, "known", "값을 아는 경우"),
)

OPERATORS: dict[str, Operator] = {operator.name: operator for operator in _TABLE}


_BY_TYPE: dict[str, tuple[str, ...]] = {
    one: tuple(name for name, operator in OPERATORS.items() if one in operator.types) for one in TYPES
}


def operators_for(attribute: Attribute) -> tuple[str, ...]:
    """Return the names of the operators that an attribute takes."""
    return _BY_TYPE[attribute.type]
