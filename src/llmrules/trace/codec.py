"""The one converter between values and plain JSON: exact types, no unknown key, defaults left out, one canonical text.

How values stand in a trace is said here, with the few words that a field may have. What needs a vocabulary to be
written or read is for ``given``.
"""

from __future__ import annotations

import hashlib
import json
import re
import types
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import evolve
from cattrs import Converter, override
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from llmrules.errors import TraceError, show
from llmrules.language.conditions import DEEPEST, Table, json_table
from llmrules.language.rules.rule import Rule
from llmrules.language.sources import Document
from llmrules.language.values import Period, day, encode_number, number, period
from llmrules.language.vocabulary import Attribute
from llmrules.language.vocabulary.computed import Product
from llmrules.language.vocabulary.reading import check_keys
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from llmrules.errors import InputError
    from llmrules.language.values import Number as Exact
    from llmrules.language.values import Value


Scalar: TypeAlias = bool | int | str
Json: TypeAlias = bool | int | str | tuple[str, ...]
Threshold: TypeAlias = bool | int | str | tuple[int | str, ...]
Number: TypeAlias = int | str
Conditions: TypeAlias = dict[str, Any]
"""A condition table in its normal form: attribute → operator → right side, and ``all`` and ``any`` lists of tables."""

Holds: TypeAlias = Literal["true", "false", "unknown"]
Origin: TypeAlias = Literal["stated", "assumed", "computed", "concluded"]
Status: TypeAlias = Literal["fired", "silent", "defeated", "disabled", "classifying", "trial"]
Over: TypeAlias = Literal["models", "offers"]
Outcome: TypeAlias = Literal[
    "passed", "failed", "unknown", "accepted", "exempted", "points", "none", "attached", "approved"
]


def json_value(attribute: Attribute, value: Value) -> Json:
    """Return a value as a record holds it: lists are tuples."""
    encoded = attribute.encode(value)
    return tuple(encoded) if isinstance(encoded, list) else encoded


T = TypeVar("T")
Plain: TypeAlias = Any
"""Plain JSON."""

_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?", re.ASCII)


def canonical(value: object) -> str:
    """Return the canonical JSON (RFC 8785) of plain values; all numbers in a trace are integers of I-JSON's range.

    The keys of a trace are letters, digits and ``_``, so sorting them by code point is what the standard asks.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain(record: object) -> Plain:
    """Return a record as plain JSON values; what has its default is left out."""
    return converter().unstructure(record)


def exact(value: Plain, kind: str | None) -> Any:
    """Return the exact number that a text of a trace stands for, where the attribute is a number."""
    if kind != "number":
        return value
    if isinstance(value, list):
        return [exact(one, kind) for one in value]
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def loaded(read: Callable[[Cursor], T], data: Plain, key: str) -> T:
    """Read plain values as the loader reads those of a file. Raises ValueError with everything that is wrong."""
    problems: list[InputError] = []
    found = read(Cursor(data, _SOURCE, (key,), TraceError, problems))
    if problems:
        raise ValueError("; ".join(map(_worded, problems[:MOST_SAID])))
    return found


MOST_SAID = 5
"""How many mistakes of a trace are told."""

_SOURCE = Source("", "", {}, is_toml=False)


def _worded(problem: InputError) -> str:
    """Return what is wrong on one line."""
    found = "" if problem.found is None else f", found {show(problem.found)}"
    nearest = "" if problem.nearest is None else f" (did you mean {problem.nearest}?)"
    return f"{problem.place.key}: {problem.message}{found}{nearest}"


def read_value(attribute: Attribute, cursor: Cursor, *, periods: bool = False) -> Value | None:
    """Read one value as a file would state it, or note what is wrong; ``periods`` also takes months and years."""
    if attribute.type == "number":
        cursor = evolve(cursor, value=exact(cursor.value, "number"))
    return attribute.read(cursor, periods=periods)


@lru_cache(maxsize=1)
def converter() -> Converter:
    """Return the converter of all that needs no vocabulary; what needs one is added to a copy."""
    made = Converter(forbid_extra_keys=True, unstruct_collection_overrides={tuple: list})
    for kind in (bool, int, str):
        made.register_structure_hook(kind, _exactly(kind))
    made.register_structure_hook_func(lambda kind: kind in (Json, Scalar, Number, Threshold), _scalar_or_list)
    made.register_structure_hook_func(
        _is_optional_scalar, lambda value, kind: None if value is None else _scalar_or_list(value, kind)
    )
    made.register_structure_hook_factory(attrs.has, reader)
    made.register_unstructure_hook_factory(attrs.has, writer)
    made.register_unstructure_hook_func(
        lambda kind: kind in (Json, Scalar, Number, Threshold) or _is_optional_scalar(kind), _plain_scalar
    )
    made.register_structure_hook(Period, _dated(day))
    made.register_unstructure_hook(Period, str)
    made.register_unstructure_hook(Table, json_table)
    made.register_structure_hook(Document, reader(Document, made, date=override(struct_hook=_dated(period))))
    times = override(unstruct_hook=encode_number, struct_hook=_exact_number)
    made.register_unstructure_hook(Product, writer(Product, made, times=times))
    made.register_structure_hook(Product, reader(Product, made, times=times))
    made.register_unstructure_hook(Attribute, _attribute_writer(made))
    made.register_structure_hook(Attribute, _attribute_reader(made))
    made.register_unstructure_hook(Rule, _rule_writer(made))
    return made


def reader(kind: type, made: Converter, **how: Any) -> Callable[[Plain, Any], Any]:
    """Return what reads a class: every key known; where it was read is no part of it."""
    return make_dict_structure_fn(kind, made, _cattrs_forbid_extra_keys=True, **_places(kind), **how)


def writer(kind: type, made: Converter, **how: Any) -> Callable[[Any], Plain]:
    """Return what writes a class: defaults left out; where it was read is no part of it."""
    return make_dict_unstructure_fn(kind, made, _cattrs_omit_if_default=True, **_places(kind), **how)


def _places(kind: type) -> dict[str, Any]:
    """Return the fields of a class that say where it was read, to be left out."""
    hints = get_type_hints(kind)
    return {one.name: override(omit=True) for one in attrs.fields(kind) if hints.get(one.name) == Cursor | None}


def _attribute_writer(made: Converter) -> Callable[[Attribute], Plain]:
    write = writer(Attribute, made, **_NUMBERS)

    def written(attribute: Attribute) -> Plain:
        found = write(attribute)
        if attribute.default is not None:
            found["default"] = attribute.encode(attribute.default)
        return found

    return written


def _attribute_reader(made: Converter) -> Callable[[Plain, Any], Attribute]:
    read = reader(Attribute, made, **_NUMBERS)

    def structure(data: Plain, kind: type[Attribute]) -> Attribute:
        attribute: Attribute = read(data, kind)
        loaded(lambda cursor: check_keys(attribute, cursor.table()), data, attribute.name)
        marks, bounds = attribute.marks, [one for one in (attribute.minimum, attribute.maximum) if one is not None]
        if len(marks) == 1 or any(low >= high for low, high in pairwise(marks)) or bounds != sorted(bounds):
            message = f"{attribute.name} has marks or bounds that do not ascend"
            raise ValueError(message)
        default: Any = attribute.default  # as JSON has it
        if default is None:
            return attribute
        return evolve(attribute, default=loaded(lambda cursor: read_value(attribute, cursor), default, "default"))

    return structure


def _rule_writer(made: Converter) -> Callable[[Rule], Plain]:
    reasons = override(unstruct_hook=lambda found: [{"code": code, "reason": why} for code, why in found.items()])
    write = writer(Rule, made, effect=override(omit=True), ignore=reasons)
    return lambda rule: {**write(rule), "effect": rule.effect.name, "body": rule.effect.body()}


def _dated(read: Callable[[object], Period | None]) -> Callable[[object, object], Period]:
    def structure(value: object, _: object) -> Period:
        found = read(value) if isinstance(value, str) else None
        if found is None:
            message = f"must be a date such as 2026-12-31, not {value!r}"
            raise ValueError(message)
        return found

    return structure


def _exact_number(value: Plain, _: object) -> Exact | None:
    found = number(exact(value, "number"))
    if found is None and value is not None:
        message = f"must be a finite number, not {value!r}"
        raise ValueError(message)
    return found


def _as_it_is(value: Plain, _: object = None) -> Plain:
    return value


_NUMBERS = {
    "minimum": override(unstruct_hook=encode_number, struct_hook=_exact_number),
    "maximum": override(unstruct_hook=encode_number, struct_hook=_exact_number),
    "marks": override(
        unstruct_hook=lambda marks: [encode_number(one) for one in marks],
        struct_hook=lambda marks, kind: tuple(_exact_number(one, kind) for one in marks),
    ),
    "default": override(unstruct_hook=_as_it_is, struct_hook=_as_it_is),
}
"""The values of an attribute; its default is read by the attribute itself."""


def _exactly(kind: type) -> Any:
    def structure(value: object, _: object) -> object:
        if type(value) is not kind:
            message = f"must be {kind.__name__}, not {type(value).__name__}"
            raise TypeError(message)
        return value

    return structure


def _is_optional_scalar(kind: object) -> bool:
    """Whether a type is one of the scalar unions, or None."""
    if get_origin(kind) not in (Union, types.UnionType):
        return False
    return set(get_args(kind)) in ({*get_args(Json), type(None)}, {*get_args(Number), type(None)})


def _scalar_or_list(value: object, kind: object) -> object:
    wanted = get_args(kind)
    if type(value) in wanted:
        return value
    members = next((get_args(get_args(one)[0]) or (str,) for one in wanted if get_origin(one) is tuple), ())
    if members and isinstance(value, list) and all(type(member) in members for member in value):
        return tuple(value)
    message = f"must be {' or '.join(getattr(one, '__name__', str(one)) for one in wanted)}, not {type(value).__name__}"
    raise TypeError(message)


def _plain_scalar(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def conditions(table: Plain, types: Mapping[str, str], depth: int = 0) -> Plain:
    """Return a condition table with its numbers read from their texts; the loader refuses what is nested too deep."""
    if not isinstance(table, dict) or depth > DEEPEST:
        return table
    return {
        name: [conditions(inner, types, depth + 1) for inner in tests]
        if name in {"all", "any"} and isinstance(tests, list)
        else _tests(tests, types.get(name))
        for name, tests in table.items()
    }


def _tests(tests: Plain, kind: str | None) -> Plain:
    if not isinstance(tests, dict):
        return tests
    return {
        operator: {**right, "plus": exact(right["plus"], "number")}
        if isinstance(right, dict) and "plus" in right
        else exact(right, kind)
        for operator, right in tests.items()
    }
