"""``given`` by name: what a decision rests on, and what a rule says of itself."""

from __future__ import annotations

from attrs import frozen

from llmrules.verify.report import Plain, Refusal
from llmrules.verify.truth import leaves
from llmrules.verify.values import Attribute

HARD = ("require", "exclude")
SOFT = ("prefer", "avoid")
ON_MODELS = (*HARD, *SOFT, "caution", "exempt")
"""The effects that are applied to models; the others are conclude, advise and refuse."""


@frozen(eq=False)
class Given:
    """What a decision rests on, by name: all rules, disabled ones too, and each requirement stated or assumed."""

    attributes: dict[str, Attribute]
    rules: dict[str, Plain]
    disabled: frozenset[str]
    models: dict[str, Plain]
    requirements: dict[str, Plain]
    approvals: dict[tuple[str, str], list[Plain]]
    unknown: str
    over: str
    only: Plain | None
    among: list[str] | None
    stale_after: int | None
    dates: dict[str, str]
    """When each document, and each claim by its document, was last looked at; a claim without one has none."""

    @property
    def day(self) -> str:
        """The day decided for."""
        return str(self.requirements["as_of"]["value"])

    def attribute(self, name: str, scopes: tuple[str, ...], at: str) -> Attribute:
        """Return the attribute of one of some scopes that stands at a pointer. Refuses any other name."""
        attribute = self.attributes.get(name)
        if attribute is None or attribute.scope not in scopes:
            raise Refusal(at, f"{name} is no attribute of the {' or '.join(scopes)}", found=name)
        return attribute

    def classifies(self, rule: Plain) -> bool:
        """Return whether a rule concludes an attribute of the model."""
        return rule["effect"] == "conclude" and self.attributes[concluded(rule)].scope == "model"

    def fires(self, rule: Plain) -> bool:
        """Return whether a rule takes part in firing: not disabled, not on trial, and it does not classify models."""
        return rule["id"] not in self.disabled and not self.classifies(rule) and not rule.get("trial")

    def on_trial(self, rule: Plain) -> bool:
        """Return whether only what a rule would do is recorded."""
        return rule.get("trial", False) and rule["id"] not in self.disabled

    def approved_by(self, rule: str, model: str) -> list[str]:
        """Return who approved a model where a rule asks for it, as far as that is in force on the day decided for."""
        its = self.approvals.get((rule, model), ())
        return sorted({one["by"] for one in its if one["on"] <= self.day <= one.get("until", self.day)})


def concluded(rule: Plain) -> str:
    """Return the attribute that a rule concludes."""
    return str(next(iter(rule["body"])))


def grade(rule: Plain) -> tuple[str, str] | None:
    """Return the attribute and the direction of a graded preference, or None."""
    if rule["effect"] == "prefer" and len(rule["body"]) == 1:
        ((name, leaf),) = rule["body"].items()
        if isinstance(leaf, dict) and "toward" in leaf:
            return name, leaf["toward"]
    return None


def predicate(rule: Plain) -> Plain:
    """Return what a rule tests of models after its effect; an empty table where it tests nothing."""
    tests = rule["effect"] in ON_MODELS and rule["effect"] != "exempt" and grade(rule) is None
    return rule["body"] if tests else {}


def on_models(rule: Plain) -> set[str]:
    """Return the attributes of models and offers that a rule tests or grades."""
    graded, tables = grade(rule), (rule.get("where", {}), predicate(rule))
    tested = {name for table in tables for name, _ in leaves(table)}
    return tested | {graded[0]} if graded else tested


def references(rule: Plain) -> list[str]:
    """Return the requirements that a rule's tests on models refer to, sorted."""
    tables = (rule.get("where", {}), predicate(rule))
    sides = (side for table in tables for _, leaf in leaves(table) for side in leaf.values())
    return sorted({side["requirement"] for side in sides if isinstance(side, dict)})
