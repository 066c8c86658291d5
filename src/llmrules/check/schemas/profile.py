"""The schema of profiles: the requirements of a case, and what is expected of its decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.check.schemas.sources import approvals
from llmrules.check.schemas.values import (
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
from llmrules.language.profile import EXPECT_KEYS, FILE_KEYS
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
        "model": one_of(models),
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
        "expect": _expected(rule.id for rule in ruleset.rules.values() if rule.effect.cautions),
    }
    properties = {key: shapes[key] for key in FILE_KEYS}
    return whole("A profile of llmrules", properties, definitions, needs=["requirements"])


def _expected(cautions: Iterable[str]) -> Schema:
    excluded = table({"model": ref("model"), "by": several(ref("rule"))}, needs=["model"])
    models, rules, requirements = (several(ref(kind), least=0) for kind in ("model", "rule", "requirement"))
    shapes: dict[str, tuple[Schema, str]] = {
        "best": (models, "Exactly these share the first place."),
        "eligible": (models, "Exactly these are eligible."),
        "unverified": (models, "Exactly these cannot be judged."),
        "conflicts": (requirements, "Exactly these requirements are in conflict."),
        "excluded": (tables(excluded), "At least these are excluded, by at least these rules."),
        "cautioned": (table(dict.fromkeys(sorted(cautions), models)), "Each rule cautions of exactly these."),
        "fired": (rules, "At least these rules fire."),
        "silent": (rules, "At least these rules do not fire."),
        "refused": (rules, "At least these rules refuse the case; [] when none may."),
    }
    expected = {key: {**shape, "description": said} for key, (shape, said) in shapes.items()}
    about = "What must come out: a profile with it is a test case."
    return table({key: expected[key] for key in EXPECT_KEYS}, description=about)
