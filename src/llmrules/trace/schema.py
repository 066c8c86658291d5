"""The JSON Schema (2020-12) of ``llmrules.trace/1``, generated from the records, so that a field is defined once.

The published copy, ``verify/kernel/llmrules.trace.1.schema.json``, is what others validate against and what the checker
reads; a test holds it equal to what is generated here.
"""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from llmrules.catalog.entries import Entry, Model, Offer, Stated
from llmrules.decision.criteria import MOST_POINTS_DIGITS
from llmrules.language.conditions import Table
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.effects import EFFECTS, MOST_TIERS, Effect
from llmrules.language.rules.rule import EVENTS
from llmrules.language.values import LARGEST_INTEGER, Number, Period, Value
from llmrules.reading.cursor import Cursor
from llmrules.trace.given import Given
from llmrules.trace.record import FORMAT, Trace

NAME = "^[a-z][a-z0-9_]*$"
"""Of attributes, and so of every key of a trace: sorting keys by code point is then what RFC 8785 asks."""

_INTEGER = {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER}
_PLACE = {"type": "integer", "minimum": 0, "maximum": LARGEST_INTEGER}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_SCORE, _POINTS = (
    {"type": "string", "pattern": f"^(0|-?[1-9][0-9]{{0,{most + more}}}(/[1-9][0-9]{{0,{most}}})?)$"}
    for most, more in ((140, 20), (MOST_POINTS_DIGITS - 1, 40))
)
"""What one rule gives, by numbers of at most 40 digits, and what all of them give: no decision writes more digits."""
_SCALAR: list[dict[str, Any]] = [{"type": "boolean"}, _INTEGER, {"type": "string"}]
_SEVERAL = {"type": "array", "items": {"anyOf": [_INTEGER, {"type": "string"}]}}
_CONDITIONS = {"$ref": "#/$defs/Conditions"}

_NUMBER = {"anyOf": [_INTEGER, {"type": "string"}]}
_REASONS = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "reason": {"type": "string"}},
    "required": ["code", "reason"],
    "additionalProperties": False,
}

_SPELT: dict[Any, dict[str, Any]] = {
    Effect: {"enum": list(EFFECTS)},
    "body": {"$ref": "#/$defs/Body"},
    Table: _CONDITIONS,
    Table | None: _CONDITIONS,
    Period: {"type": "string"},
    Period | None: {"type": "string"},
    Value: {"anyOf": [*_SCALAR, _TEXTS]},
    Value | None: {"anyOf": [*_SCALAR, _TEXTS]},
    Number: _NUMBER,
    Number | None: _NUMBER,
    tuple[Number, ...]: {"type": "array", "items": _NUMBER},
    Mapping[str, str]: {"type": "array", "items": _REASONS},
    Mapping[str, Entry]: {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": _PLACE},
    tuple[Model, ...]: {"$ref": "#/$defs/Catalogue"},
}
"""How values of the language stand in JSON: as ``codec`` and ``given`` write them."""

_NARROWER: dict[str, dict[str, Any]] = {
    "Trace.format": {"const": FORMAT},
    "Attribute.name": {"type": "string", "pattern": NAME},
    "Rule.weight": {"type": "integer", "minimum": 1, "maximum": LARGEST_INTEGER},
    "Promise.some": {"anyOf": [_CONDITIONS, {"const": {}}]},
    "Promise.never": {"enum": [list(some) for count in range(len(EVENTS)) for some in combinations(EVENTS, count + 1)]},
    "Rule.tier": {"type": "integer", "minimum": 2, "maximum": MOST_TIERS},
    "Given.only": {"anyOf": [_CONDITIONS, {"type": "null"}]},
    "Given.among": {"anyOf": [_TEXTS, {"type": "null"}]},
    "Given.stale_after": {"type": "integer", "minimum": 1, "maximum": LARGEST_INTEGER},
    "Requirement.origin": {"enum": ["stated", "assumed"]},
    "TestRecord.thresholds": {"type": "array", "items": {"anyOf": [*_SCALAR, _SEVERAL]}},
    "Digests.parts": {
        "type": "object",
        "properties": {field.name: _DIGEST for field in attrs.fields(Given)},
        "required": [field.name for field in attrs.fields(Given) if field.default is attrs.NOTHING],
        "additionalProperties": False,
    },
    "Digests.given": _DIGEST,
    "Digests.found": _DIGEST,
    "Digests.made_by": _DIGEST,
    "OutcomeRecord.points": _SCORE,
    "CandidateRecord.points": _POINTS,
    "CandidateRecord.then": {"type": "array", "items": _POINTS},
    "CandidateRecord.would_earn": {"type": "array", "items": _POINTS},
    "CandidateRecord.outcomes": {"type": "array", "items": _PLACE},
    "CandidateRecord.concluded": _PLACE,
    "CandidateRecord.computed": _PLACE,
    "TermRecord.of": {
        "type": "object",
        "propertyNames": {"pattern": "^(tokens at )?[a-z][a-z0-9_]*$"},
        "additionalProperties": _NUMBER,
    },
    "PlaceRecord.points": _POINTS,
    "PlaceRecord.then": {"type": "array", "items": _POINTS},
    "TrialPoints.points": _SCORE,
    "PlaceRecord.margin": _POINTS,
}
"""What a field may hold, where its type alone says less."""


def trace_schema() -> dict[str, Any]:
    """Return the schema as plain JSON values."""
    definitions: dict[str, Any] = _conditions()
    definitions["Catalogue"] = _catalogue(definitions)
    _define(Trace, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{FORMAT.replace('/', ':')}",
        "title": f"A decision of llmrules and everything that it follows from, {FORMAT}",
        "$ref": "#/$defs/Trace",
        "$defs": dict(sorted(definitions.items())),
    }


def published() -> str:
    """Return the text of the published schema."""
    return json.dumps(trace_schema(), ensure_ascii=False, indent=1) + "\n"


def _define(record: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """Add the definition of a record, and of all that it holds, once; return a reference to it."""
    name = record.__name__
    if name not in definitions:
        definitions[name] = {}
        found = list(_keys(record))
        definitions[name] = {
            "description": inspect.cleandoc(record.__doc__ or ""),
            "type": "object",
            "properties": {
                key: _NARROWER.get(f"{name}.{key}") or _SPELT.get(kind) or _schema(kind, definitions)
                for key, kind, _ in found
            },
            "required": [key for key, _, needed in found if needed],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _keys(record: type) -> Iterator[tuple[str, Any, bool]]:
    """Yield the keys of a record in JSON with their types, and whether they must be there."""
    hints = get_type_hints(record)
    for field in attrs.fields(record):
        kind, needed = hints[field.name], field.default is attrs.NOTHING
        if kind is Effect:
            yield from (("effect", Effect, True), ("body", "body", True))
        elif kind is Stated:  # what it says stands beside what is said of it
            yield from _keys(Stated)
        elif kind == Mapping[str, Entry]:
            yield "attributes", kind, True
        elif kind != Cursor | None and field.init:
            yield field.name, kind, needed or kind == tuple[Offer, ...]


def _catalogue(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the definition of a catalogue, whose models and offers have the places of their values."""
    values = {"type": "array", "items": _define(Entry, definitions), "minItems": 1}
    return {
        "description": "The models, and by attribute every value that they and their offers have, each said once.",
        "type": "object",
        "properties": {
            "models": {"type": "array", "items": _define(Model, definitions)},
            "values": {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": values},
        },
        "required": ["models", "values"],
        "additionalProperties": False,
    }


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a type. A field that may be None has None as its default, and is then left out."""
    if attrs.has(kind):
        return _define(kind, definitions)
    simple: dict[Any, dict[str, Any]] = {
        bool: {"type": "boolean"},
        int: _INTEGER,
        str: {"type": "string"},
        type(None): {"type": "null"},
    }
    if kind in simple:
        return simple[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is tuple:
        return {"type": "array", "items": _schema_or_null(inner[0], definitions)}
    if origin in (dict, Mapping):
        values = _schema(inner[1], definitions)
        return {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": values}
    if origin in (Union, types.UnionType):
        return _one_of([one for one in inner if one is not type(None)], definitions)
    message = f"a record holds {kind}, which has no schema"
    raise TypeError(message)


def _schema_or_null(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an element, which may be null where its type says so."""
    if type(None) in get_args(kind):
        return _one_of(list(get_args(kind)), definitions)
    return _schema(kind, definitions)


def _one_of(kinds: list[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    schemas = [_schema(one, definitions) for one in kinds]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _conditions() -> dict[str, Any]:
    """Return the definitions of what the records keep as plain JSON: conditions and the bodies of rules."""
    reference = {
        "type": "object",
        "properties": {"requirement": {"type": "string"}, "plus": {"anyOf": [_INTEGER, {"type": "string"}]}},
        "required": ["requirement"],
        "additionalProperties": False,
    }
    tables = {"type": "array", "items": _CONDITIONS, "minItems": 1}
    grade = {
        "type": "object",
        "properties": {
            "toward": {"enum": ["lowest", "highest"]},
            "marks": {"type": "array", "items": _NUMBER, "minItems": 2},
        },
        "required": ["toward"],
        "additionalProperties": False,
    }
    return {
        "Conditions": {
            "description": "All of: each attribute's tests, every table of `all`, and one table of `any`.",
            "type": "object",
            "properties": {"all": tables, "any": tables},
            "propertyNames": {"pattern": NAME},
            "additionalProperties": {"$ref": "#/$defs/Tests"},
            "minProperties": 1,
        },
        "Tests": {
            "description": "The tests of one attribute: operator and right side, or the requirement that gives it.",
            "type": "object",
            "properties": {name: {"anyOf": [*_SCALAR, _SEVERAL, reference]} for name in OPERATORS},
            "additionalProperties": False,
            "minProperties": 1,
        },
        "Body": {
            "description": "What stands after the effect: `true`, rule ids, a predicate, a grade or a conclusion.",
            "anyOf": [
                {"const": True},
                _TEXTS,
                _CONDITIONS,
                {
                    "type": "object",
                    "properties": {"all": tables, "any": tables},
                    "propertyNames": {"pattern": NAME},
                    "additionalProperties": {"anyOf": [*_SCALAR, _TEXTS, grade]},
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ],
        },
    }
