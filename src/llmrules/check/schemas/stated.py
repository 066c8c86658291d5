"""The schemas of catalogue files and of profiles, and of the sources and approvals that other files hold, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmrules.catalog.reading import DATED_KEYS, DISPUTE_KEYS, MODEL_ID, MODEL_KEYS, OFFER_KEYS
from llmrules.catalog.reading import FILE_KEYS as CATALOG_KEYS
from llmrules.check.schemas.asking import needed
from llmrules.check.schemas.values import (
    DAY,
    NAME,
    PERIOD,
    TEXT,
    Schema,
    among,
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
from llmrules.language.conditions import MODEL_SIDE
from llmrules.language.profile import APPROVAL_KEYS, EXPECT_KEYS, FILE_KEYS, POINTS
from llmrules.language.rules.ruleset import LANGUAGE, RuleSet
from llmrules.language.sources import CLAIM_KEYS, DOCUMENT_KEYS, KINDS, Document
from llmrules.language.values import PERIODS, TODAY
from llmrules.reading.shipped import catalog_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.language.vocabulary import Scope, Vocabulary


IDENTIFIER: Schema = {"type": "string", "pattern": f"^(?:{MODEL_ID.pattern})$"}
"""What a model or an offer is called by."""

OFFERED: Schema = {"type": "string", "pattern": " @ "}
"""One offer of a model, which stands for itself where offers are ranked."""

SOURCE = {**ref("sources"), "description": "What every value below it rests on that names no source of its own."}


def catalog_schema(ruleset: RuleSet) -> Schema:
    """Return the schema of catalogue files whose values the vocabulary of a rule set declares."""
    vocabulary = ruleset.vocabulary
    asking = {name: rule.because.read("en") for name, rule in ruleset.rules.items() if rule.level == "approval"}
    shapes = {
        "language": {"const": LANGUAGE, "description": "The language that the file is written in."},
        "title": text(plain=True),
        "as_of": either(DAY, {"const": TODAY}, description="The day on which a case is decided that states none."),
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
    properties = {key: shapes[key] for key in CATALOG_KEYS}
    offers = _sourced(vocabulary, "offer")
    unsourced = _unsourced({"model": tables(_sourced(vocabulary, "model", {"offer": tables(offers)}))})
    return whole("A catalogue of llmrules", properties, definitions, needs=["language"], allOf=[unsourced])


def _model(vocabulary: Vocabulary) -> Schema:
    shapes = {
        "id": {**IDENTIFIER, "description": "What rules and decisions call it."},
        "name": {**NAME, "description": "What people call it."},
        "extends": {**NAME, "description": "The model of which it is a variant."},
        "listed": {"type": "boolean", "description": "false: others may extend it, but it is no candidate itself."},
        **_beside(vocabulary, "model"),
        "offer": tables(_offer(vocabulary), description="How a seller serves the model."),
    }
    return _entry(vocabulary, "model", {key: shapes[key] for key in MODEL_KEYS}, needed("model"))


def _offer(vocabulary: Vocabulary) -> Schema:
    named = {
        "id": {**IDENTIFIER, "description": "What decisions call it, where its provider and region do not name it."}
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


def profile_schema(ruleset: RuleSet, models: Iterable[str]) -> Schema:
    """Return the schema of profiles over a rule set and the ids of the catalogue's models."""
    vocabulary = ruleset.vocabulary
    stated = [attribute for attribute in vocabulary if attribute.scope == "requirement"]
    asking = {name: rule.because.read("en") for name, rule in ruleset.rules.items() if rule.level == "approval"}
    definitions = choices(stated) | {
        "model": either(one_of(models), OFFERED),
        "attribute": one_of(vocabulary.names(*MODEL_SIDE)),
        "rule": one_of(ruleset.rules),
        "requirement": one_of(attribute.name for attribute in stated),
        "asking-rule": among(asking),
    }
    requirements = {attribute.name: either(value(attribute), description=described(attribute)) for attribute in stated}
    shapes = {
        "language": {"const": LANGUAGE},
        "title": {**text(plain=True), "description": "What the case is called."},
        "story": {**text(plain=True), "description": "The case in a few sentences."},
        "requirements": table(requirements, description="What is known of the case. What is left out is not stated."),
        "approval": approvals(ref("asking-rule"), ref("model")),
        "expect": _expected(ruleset),
    }
    properties = {key: shapes[key] for key in FILE_KEYS}
    definitions["case"] = table({key: shapes[key] for key in FILE_KEYS if key != "language"}, needs=["requirements"])
    cases = {"case": tables(ref("case"), description="One of several cases that stand in this file.")}
    either_way = [{"required": ["requirements"]}, {"required": ["case"]}]
    return whole("A profile of llmrules", properties | cases, definitions, anyOf=either_way)


def _expected(ruleset: RuleSet) -> Schema:
    cautions = (rule.id for rule in ruleset.rules.values() if rule.effect.cautions)
    hard = (rule.id for rule in ruleset.rules.values() if rule.effect.hard)
    parts = {"model": ref("model"), "by": several(ref("rule")), "on": several(ref("attribute"))}
    excluded = table(parts, needs=["model"])
    points = either({"type": "number"}, {"type": "string", "pattern": f"^{POINTS}$"})
    models, rules, requirements = (several(ref(kind), least=0) for kind in ("model", "rule", "requirement"))
    shapes: dict[str, tuple[Schema, str]] = {
        "catalog": ({"enum": list(catalog_names())}, "The shipped catalogue of which all this is expected."),
        "as_of": (DAY, "The day on which all this is expected."),
        "best": (models, "Exactly these share the first place."),
        "eligible": (models, "Exactly these are eligible."),
        "pending": (models, "Exactly these are eligible once somebody approves."),
        "unverified": (models, "Exactly these cannot be judged."),
        "order": (models, "These are eligible, each on a place below the one before."),
        "points": ({"type": "object", "additionalProperties": points}, "The points of each of these models."),
        "offers": (
            {"type": "object", "additionalProperties": several(NAME, least=0)},
            "The offers by which each of these models earns its place.",
        ),
        "exempted": (table(dict.fromkeys(sorted(hard), models)), "Exactly these are exempted from each rule."),
        "conflicts": (requirements, "Exactly these requirements are in conflict."),
        "excluded": (tables(excluded), "At least these are excluded, by at least these rules, on these attributes."),
        "cautioned": (table(dict.fromkeys(sorted(cautions), models)), "Each rule cautions of exactly these."),
        "fired": (rules, "At least these rules fire."),
        "silent": (rules, "At least these rules do not fire."),
        "refused": (rules, "At least these rules refuse the case; [] when none may."),
    }
    expected = {key: {**shape, "description": said} for key, (shape, said) in shapes.items()}
    about = "What must come out: a profile with it is a test case."
    return table({key: expected[key] for key in EXPECT_KEYS}, description=about)
