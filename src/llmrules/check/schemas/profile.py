"""The schema of profiles: the requirements of a case, and what is expected of its decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.check.schemas.catalog import approvals
from llmrules.check.schemas.values import (
    NAME,
    Schema,
    among,
    choices,
    described,
    either,
    one_of,
    ref,
    several,
    table,
    tables,
    text,
    value,
    whole,
)
from llmrules.language.conditions import MODEL_SIDE
from llmrules.language.profile import EXPECT_KEYS, FILE_KEYS, POINTS
from llmrules.language.rules.ruleset import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.language.rules.ruleset import RuleSet


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


OFFERED: Schema = {"type": "string", "pattern": " @ "}
"""One offer of a model, which stands for itself where offers are ranked."""


def _expected(ruleset: RuleSet) -> Schema:
    cautions = (rule.id for rule in ruleset.rules.values() if rule.effect.cautions)
    hard = (rule.id for rule in ruleset.rules.values() if rule.effect.hard)
    parts = {"model": ref("model"), "by": several(ref("rule")), "on": several(ref("attribute"))}
    excluded = table(parts, needs=["model"])
    points = either({"type": "number"}, {"type": "string", "pattern": f"^{POINTS}$"})
    models, rules, requirements = (several(ref(kind), least=0) for kind in ("model", "rule", "requirement"))
    shapes: dict[str, tuple[Schema, str]] = {
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
