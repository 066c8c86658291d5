"""The schema of ``[requirement.name]``, ``[model.name]`` and ``[offer.name]``: how attributes are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.check.schemas.asking import declarable
from llmrules.check.schemas.values import (
    DAY,
    FLAG,
    NAME,
    TEXT,
    Schema,
    among,
    described,
    either,
    known_or_new,
    never,
    partial,
    ref,
    table,
    tables,
    text,
)
from llmrules.language.rules.effects import RESERVED
from llmrules.language.vocabulary import ATTRIBUTE_KEYS, CHOICE_KEYS, CHOSEN, SCOPES, TOKENS_AT, TYPES

if TYPE_CHECKING:
    from llmrules.language.vocabulary import Scope, Type, Vocabulary

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
    """Return the schema of the attributes of a scope; to those that are loaded a file may add choices alone."""
    known = {
        name: either(ref(f"declared.{scope}"), description=described(vocabulary[name]))
        for name in vocabulary.names(scope)
        if vocabulary[name].place is not None
    }
    return {
        "type": "object",
        "properties": known,
        "additionalProperties": ref(f"new.{scope}"),
        "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$", "not": {"enum": sorted(RESERVED)}},
        "description": f"Attributes of the {scope}.",
    }


def declaration_parts(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Return the definitions of a declaration of each scope, of one that is new, and of what may follow its keys."""
    found = {f"key.{key}": shape for key, shape in _shapes(vocabulary).items()}
    for scope in SCOPES:
        found[f"declared.{scope}"] = _declaration(scope, new=False)
        found[f"new.{scope}"] = _declaration(scope, new=True)
    return found


def _declaration(scope: Scope, *, new: bool) -> Schema:
    by_type = []
    for kind in TYPES:
        fitting, needs = declarable(scope, kind)
        then = never(key for key in ATTRIBUTE_KEYS if key not in fitting)
        if "default" in fitting:
            then["properties"]["default"] = _VALUES[kind]
        of_kind = partial({"type": {"const": kind}}, needs=["type"])
        by_type.append({"if": of_kind, "then": {**then, "required": list(needs) if new else []}})
    return table(
        {key: ref(f"key.{key}") for key in ATTRIBUTE_KEYS},
        needs=["type"] if new else [],
        minProperties=1,
        allOf=by_type,
    )


def _shapes(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Return what may follow each key of a declaration."""
    bound = {"type": "number"}
    lending = {attribute.name: described(attribute) for attribute in vocabulary if attribute.type in CHOSEN}
    factors = {one.name: described(one) for one in vocabulary if one.type == "number"}
    factors |= {name: f"How many tokens of the case have the price {price}." for name, price in TOKENS_AT.items()}
    lenders = [among(lending), NAME] if lending else [NAME]
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
        "choices": (either(*lenders, choices), "The choices with their words, or the attribute that has them."),
        "partial": (FLAG, "What a catalogue does not list is unknown, not absent."),
        "inherited": (FLAG, "A variant has it from the model that it extends."),
        "unit": (text(plain=True), "What the number counts."),
        "minimum": (bound, "The least valid value."),
        "maximum": (bound, "The greatest valid value."),
        "marks": (tables(bound, minItems=2), "Ascending; they make it gradable with toward."),
        "computed": (
            tables(tables(either(known_or_new(factors), bound), minItems=1), minItems=1),
            "The products that it is the sum of where nobody states it; a constant may have a unit: '0.001 GB per MB'.",
        ),
        "locked": (FLAG, "No later file may add choices to it."),
        "default": ({}, "What holds, as assumed, when nothing is stated."),
    }
    return {key: {**shape, "description": said} for key, (shape, said) in shapes.items()}
