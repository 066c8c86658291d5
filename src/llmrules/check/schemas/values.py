"""The schemas of values, texts and names: what stands to the right of a key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.language.texts import LANGUAGES
from llmrules.language.values import Number, encode_number
from llmrules.language.vocabulary import CHOSEN, Attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Schema: TypeAlias = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"

TEXT: Schema = {"type": "string", "pattern": r"\S"}
NAME: Schema = {"type": "string", "pattern": r"^\S(.*\S)?$"}
FLAG: Schema = {"type": "boolean"}
POSITIVE: Schema = {"type": "integer", "minimum": 1}
DAY: Schema = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}]
}
PERIOD: Schema = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}){0,2}$"}]
}
NOTHING: Schema = {"not": {}}


def written(schema: Schema) -> str:
    """Return the text of a schema file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def whole(title: str, properties: Mapping[str, Schema], definitions: Mapping[str, Schema], **more: Any) -> Schema:  # noqa: ANN401 - plain JSON
    """Return the schema of a file."""
    used = dict(sorted(definitions.items()))
    return {"$schema": DRAFT, "title": title, **table(properties, **more), "definitions": used}


def table(properties: Mapping[str, Schema], *, needs: Iterable[str] = (), **more: Any) -> Schema:  # noqa: ANN401 - plain JSON
    """Return the schema of a table with these keys and no others."""
    required = sorted(needs)
    said = {key: what for key, what in more.items() if what != []}  # a keyword may not have an empty list
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False, **said}
    return schema | ({"required": required} if required else {})


def partial(properties: Mapping[str, Schema | bool] | None = None, *, needs: Iterable[str] = (), **more: Any) -> Schema:  # noqa: ANN401 - plain JSON
    """Return the schema that says something of a table whose other keys another schema knows."""
    schema: Schema = {"type": "object", "additionalProperties": True, **more}
    schema |= {"properties": dict(properties)} if properties else {}
    return schema | ({"required": sorted(needs)} if needs else {})


def never(keys: Iterable[str]) -> Schema:
    """Return what says that none of the keys may stand in a table."""
    return partial(dict.fromkeys(sorted(keys), False))


def tables(element: Schema, **more: Any) -> Schema:  # noqa: ANN401 - plain JSON
    """Return the schema of an array of tables."""
    return {"type": "array", "items": element, **more}


def either(*schemas: Schema, **more: Any) -> Schema:  # noqa: ANN401 - plain JSON
    """Return a schema that takes what one of several takes."""
    return {"anyOf": list(schemas), **more} if len(schemas) > 1 else {**schemas[0], **more}


def ref(name: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def among(means: Mapping[str, str]) -> Schema:
    """Return the schema of one of these texts, each with what it means."""
    each = [{"const": name, "description": words} for name, words in means.items()]
    return {"type": "string", "oneOf": each} if each else dict(NOTHING)


def one_of(names: Iterable[str]) -> Schema:
    """Return the schema of one of these names."""
    known = list(names)
    return {"type": "string", "enum": known} if known else dict(NOTHING)


def known_or_new(means: Mapping[str, str]) -> Schema:
    """Return the schema of a name, for which these are suggested: the file itself may declare another."""
    return either(among(means), NAME) if means else NAME


def several(one: Schema, *, least: int = 1) -> Schema:
    """Return the schema of a name, or of a list that repeats none."""
    return either(one, tables(one, minItems=least, uniqueItems=True))


def text(*, plain: bool = False) -> Schema:
    """Return the schema of a text in English and Korean; ``plain`` also takes one string for both."""
    languages = table(dict.fromkeys(LANGUAGES, TEXT), minProperties=1)
    return either(TEXT, languages) if plain else languages


def described(attribute: Attribute) -> str:
    """Return what an attribute is, in words."""
    about = [attribute.label, attribute.about, attribute.ask]
    said = [one.read("en") for one in about if one is not None]
    said += [f"In {attribute.unit.read('en')}."] if attribute.unit is not None else []
    said += ["What is not listed is unknown, not absent."] if attribute.partial else []
    return "\n\n".join(said)


def choices(attributes: Iterable[Attribute]) -> dict[str, Schema]:
    """Return the definitions of the choices that attributes have, each with its meaning."""
    return {
        f"choices.{attribute.name}": among({choice.id: choice.means.read("en") for choice in attribute.choices})
        for attribute in attributes
        if attribute.type in CHOSEN
    }


def scalar(attribute: Attribute, *, periods: bool = False) -> Schema:
    """Return the schema of one single value: of a set, one member."""
    if attribute.type in CHOSEN:
        return ref(f"choices.{attribute.name}")
    if attribute.type == "number":
        bounds = {"minimum": attribute.minimum, "maximum": attribute.maximum}
        exact = {name: json_number(bound) for name, bound in bounds.items() if bound is not None}
        return {"type": "number", **{name: bound for name, bound in exact.items() if bound is not None}}
    simple = {"flag": FLAG, "text": TEXT, "date": PERIOD if periods else DAY}
    return dict(simple[attribute.type])


def value(attribute: Attribute, *, periods: bool = False) -> Schema:
    """Return the schema of a whole value; ``periods`` also takes months and years."""
    one = scalar(attribute, periods=periods)
    return tables(one) if attribute.many else one


def json_number(exact: Number) -> int | float | None:
    """Return a number as JSON writes it, or None for one that JSON's readers would round."""
    written_out = encode_number(exact)
    if isinstance(written_out, int):
        return written_out
    return float(exact) if str(exact) == repr(float(exact)) else None
