"""The schema of catalogue files: models, their offers, and what other files hold, too: sources and approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmrules.catalog.reading import DATED_KEYS, DISPUTE_KEYS, FILE_KEYS, MODEL_ID, MODEL_KEYS, OFFER_KEYS
from llmrules.check.schemas.asking import needed
from llmrules.check.schemas.values import (
    DAY,
    NAME,
    PERIOD,
    TEXT,
    Schema,
    choices,
    described,
    either,
    known_or_new,
    one_of,
    partial,
    ref,
    several,
    table,
    tables,
    text,
    value,
    whole,
)
from llmrules.language.profile import APPROVAL_KEYS
from llmrules.language.rules.ruleset import LANGUAGE, RuleSet
from llmrules.language.sources import CLAIM_KEYS, DOCUMENT_KEYS, KINDS, Document
from llmrules.language.values import PERIODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.language.vocabulary import Scope, Vocabulary


SOURCE = {**ref("sources"), "description": "What every value below it rests on that names no source of its own."}


def catalog_schema(ruleset: RuleSet) -> Schema:
    """Return the schema of catalogue files whose values the vocabulary of a rule set declares."""
    vocabulary = ruleset.vocabulary
    asking = {name: rule.because.read("en") for name, rule in ruleset.rules.items() if rule.level == "approval"}
    shapes = {
        "language": {"const": LANGUAGE, "description": "The language that the file is written in."},
        "title": text(plain=True),
        "source": SOURCE,
        "document": documents(),
        "claim": claims(),
        "model": tables(_model(vocabulary), description="A model, or what this file adds to one."),
        "approval": approvals(known_or_new(asking), NAME),
    }
    definitions = choices(vocabulary) | known_sources(ruleset)
    for attribute in vocabulary:
        if attribute.scope != "requirement":
            said = described(attribute)
            definitions[f"value.{attribute.name}"] = either(value(attribute, periods=True), description=said)
    properties = {key: shapes[key] for key in FILE_KEYS}
    offers = _sourced(vocabulary, "offer")
    unsourced = _unsourced({"model": tables(_sourced(vocabulary, "model", {"offer": tables(offers)}))})
    return whole("A catalogue of llmrules", properties, definitions, needs=["language"], allOf=[unsourced])


def _model(vocabulary: Vocabulary) -> Schema:
    identifier = {"type": "string", "pattern": f"^(?:{MODEL_ID.pattern})$"}
    shapes = {
        "id": {**identifier, "description": "What rules and decisions call it."},
        "name": {**NAME, "description": "What people call it."},
        "extends": {**NAME, "description": "The model of which it is a variant."},
        "listed": {"type": "boolean", "description": "false: others may extend it, but it is no candidate itself."},
        **_beside(vocabulary, "model"),
        "offer": tables(_offer(vocabulary), description="How a seller serves the model."),
    }
    return _entry(vocabulary, "model", {key: shapes[key] for key in MODEL_KEYS}, needed("model"))


def _offer(vocabulary: Vocabulary) -> Schema:
    identifier = {"type": "string", "pattern": f"^(?:{MODEL_ID.pattern})$"}
    named = {
        "id": {**identifier, "description": "What decisions call it, where its provider and region do not name it."}
    }
    shapes = named | _beside(vocabulary, "offer")
    return _entry(vocabulary, "offer", {key: shapes[key] for key in OFFER_KEYS})


def _entry(vocabulary: Vocabulary, scope: Scope, fixed: dict[str, Schema], needs: Iterable[str] = ()) -> Schema:
    """Return the schema of a model or an offer."""
    values = {name: ref(f"value.{name}") for name in vocabulary.stated(scope)}
    return table(values | fixed, needs=needs)


def _sourced(vocabulary: Vocabulary, scope: Scope, inside: dict[str, Schema] | None = None) -> Schema:
    """Return what a model or an offer must have where what holds it names no source: one for each value, or for all."""
    own = {name: partial({"sources": partial(needs=[name])}, needs=["sources"]) for name in vocabulary.stated(scope)}
    return _unsourced(inside or {}, dependencies=own)


def _unsourced(properties: dict[str, Schema], **more: Any) -> Schema:  # noqa: ANN401 - plain JSON
    """Return what must hold of a table that names no source for all that is in it."""
    return {"if": {"not": {"required": ["source"]}}, "then": partial(properties, **more)}


def _sources(vocabulary: Vocabulary, scope: Scope) -> Schema:
    about = "The claim or document that each value is from, or several."
    return table(dict.fromkeys(vocabulary.stated(scope), ref("sources")), description=about)


def _beside(vocabulary: Vocabulary, scope: Scope) -> dict[str, Schema]:
    """Return the shapes of what stands beside the values: their sources, other values, and later ones."""
    return {
        "source": SOURCE,
        "sources": _sources(vocabulary, scope),
        "disputed": _other_values(
            *(vocabulary, scope, DISPUTE_KEYS), "A value that another source states; the plain one is in force."
        ),
        "dated": _other_values(*(vocabulary, scope, DATED_KEYS), "A value that takes the plain one's place on a day."),
    }


def _other_values(vocabulary: Vocabulary, scope: Scope, keys: tuple[str, ...], about: str) -> Schema:
    names = vocabulary.stated(scope)
    shapes: dict[str, Schema] = {
        "attribute": one_of(names),
        "since": {**DAY, "description": "The first day on which it is in force."},
        "value": {"description": "What the source states."},
        "source": ref("sources"),
    }
    valued = [
        {"if": partial({"attribute": {"const": name}}), "then": partial({"value": ref(f"value.{name}")})}
        for name in names
    ]
    entry = table({key: shapes[key] for key in keys}, needs=keys, allOf=valued)
    return tables(entry, description=about)


# What other files hold, too


def documents() -> Schema:
    """Return the schema of ``[[document]]``."""
    shapes = {
        "id": {**NAME, "description": "What rules and values cite it by."},
        "title": {**TEXT, "description": "What it is called."},
        "date": {**PERIOD, "description": f"When it was published: {PERIODS}."},
        "url": TEXT,
        "licence": TEXT,
        "checked": {**DAY, "description": "The day on which someone last looked whether it still says so."},
        "review_by": {**DAY, "description": "The day by which someone must look again."},
    }
    entry = table({key: shapes[key] for key in DOCUMENT_KEYS}, needs=needed("document"))
    return tables(entry, description="Something dated that states what rules and values rest on.")


def claims() -> Schema:
    """Return the schema of ``[[claim]]``."""
    shapes = {
        "id": {**NAME, "description": "What rules and values cite it by."},
        "document": {**NAME, "description": "The id of the document that says it."},
        "section": TEXT,
        "kind": {**several(one_of(KINDS)), "description": "What it becomes."},
        "says": {**text(), "description": "One sentence of the document, paraphrased."},
    }
    entry = table({key: shapes[key] for key in CLAIM_KEYS}, needs=needed("claim"))
    return tables(entry, description="One sentence of a document, paraphrased.")


def approvals(rules: Schema, models: Schema) -> Schema:
    """Return the schema of ``[[approval]]``: of one of the rules, for one of the models."""
    shapes = {
        "rule": {**rules, "description": "The caution of level approval that is agreed to."},
        "model": {**models, "description": "The model that it is agreed for."},
        "by": {**TEXT, "description": "Who agreed."},
        "role": {**TEXT, "description": "As whom: the approver that the rule names."},
        "on": {**DAY, "description": "The first day on which it holds."},
        "until": {**DAY, "description": "The last day on which it holds."},
    }
    entry = table({key: shapes[key] for key in APPROVAL_KEYS}, needs=needed("approval"))
    return tables(entry, description="Who agreed where a caution of level approval asks for it.")


def known_sources(ruleset: RuleSet) -> dict[str, Schema]:
    """Return the definitions of one and of several ids of claims and documents, those loaded with what they say."""
    said = {
        name: entry.title if isinstance(entry, Document) else entry.says.read("en")
        for name, entry in ruleset.citable.items()
    }
    return {"source": known_or_new(said), "sources": several(ref("source"))}
