"""The schema of ``[requirement.name]``, ``[model.name]`` and ``[offer.name]``: how attributes are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.rules.effects import RESERVED
from llmrules.schemas.asking import declarable
from llmrules.schemas.values import (
    DAY,
    FLAG,
    TEXT,
    Schema,
    among,
    described,
    either,
    never,
    partial,
    ref,
    table,
    tables,
    text,
)
from llmrules.vocabulary import ATTRIBUTE_KEYS, CHOICE_KEYS, CHOSEN, TYPES

if TYPE_CHECKING:
    from llmrules.vocabulary import Scope, Type, Vocabulary

KINDS: dict[Type, str] = {
    "flag": "true or false",
    "choice": "one of some choices",
    "scale": "one of some choices that have an order, low to high",
    "set": "several of some choices",
    "number": "a number, with its unit",
    "text": "a text",
    "date": "a date",
}
"""The types, in words."""

_VALUES: dict[Type, Schema] = {
    "flag": FLAG,
    "choice": TEXT,
    "scale": TEXT,
    "set": tables(TEXT),
    "number": {"type": "number"},
    "text": TEXT,
    "date": DAY,
}
"""What a default may be, by type."""


def declarations(vocabulary: Vocabulary, scope: Scope) -> Schema:
    """Return the schema of the attributes of a scope; those that are loaded need no type, for choices are added."""
    known = {
        name: {**_declaration(vocabulary, scope, new=False), "description": described(vocabulary[name])}
        for name in vocabulary.names(scope)
        if vocabulary[name].place is not None
    }
    names = {"pattern": "^[a-z][a-z0-9_]*$", "not": {"enum": sorted(RESERVED)}}
    return {
        "type": "object",
        "properties": known,
        "additionalProperties": _declaration(vocabulary, scope, new=True),
        "propertyNames": names,
        "description": f"Attributes that a {scope} may have.",
    }


def _declaration(vocabulary: Vocabulary, scope: Scope, *, new: bool) -> Schema:
    shapes = _shapes(vocabulary)
    by_type = []
    for kind in TYPES:
        fitting, needs = declarable(scope, kind)
        then = never(key for key in ATTRIBUTE_KEYS if key not in fitting)
        if "default" in fitting:
            then["properties"]["default"] = _VALUES[kind]
        of_kind = partial({"type": {"const": kind}}, needs=["type"])
        by_type.append({"if": of_kind, "then": {**then, "required": list(needs) if new else []}})
    needs = ["type"] if new else []
    return table({key: shapes[key] for key in ATTRIBUTE_KEYS}, needs=needs, minProperties=1, allOf=by_type)


def _shapes(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Return what may follow each key of a declaration."""
    bound = {"type": "number"}
    lenders = {attribute.name: described(attribute) for attribute in vocabulary if attribute.type in CHOSEN}
    words = {"source": ref("sources")}
    choice = either(TEXT, table({key: words.get(key, TEXT) for key in CHOICE_KEYS}))
    choices = {"type": "object", "additionalProperties": choice, "minProperties": 1}
    shapes: dict[str, tuple[Schema, str]] = {
        "type": (among({kind: KINDS[kind] for kind in TYPES}), "What its values are."),
        "label": (text(), "A short noun phrase; every sentence about it uses it."),
        "about": (text(), "What it means, in a sentence or two."),
        "ask": (text(), "The question that states it."),
        "topic": (TEXT, "What the question belongs to."),
        "source": (ref("sources"), "The claim or document that it rests on."),
        "choices": (either(among(lenders), choices), "The choices with their words, or the attribute that has the same."),
        "partial": (FLAG, "What a catalogue does not list is unknown, not absent."),
        "inherited": (FLAG, "A variant has it from the model that it extends."),
        "unit": (text(plain=True), "What the number counts."),
        "minimum": (bound, "The least valid value."),
        "maximum": (bound, "The greatest valid value."),
        "marks": (tables(bound, minItems=2), "Ascending; they make it gradable with toward."),
        "default": ({}, "What holds, as assumed, when nothing is stated."),
    }
    return {key: {**shape, "description": said} for key, (shape, said) in shapes.items()}
