"""``given`` by name: every name in it resolves, every value is one of its attribute, every right side fits.

So much must be true of it that it means something. Whether rules and values are the right ones, only files can tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.verify.report import Plain, Refusal, step
from llmrules.verify.truth import OPERATORS, Attribute, leaves, number, own, right_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HARD = ("require", "exclude")
SOFT = ("prefer", "avoid")
ON_MODELS = (*HARD, *SOFT, "caution", "exempt")
"""The effects that are applied to models; the others are conclude, advise and refuse."""

REQUIREMENT, MODEL, CANDIDATE = ("requirement",), ("model",), ("model", "offer")


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
        day = self.requirements["as_of"]["value"]
        its = self.approvals.get((rule, model), ())
        return sorted({one["by"] for one in its if one["on"] <= day <= one.get("until", day)})


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


def references(rule: Plain) -> list[str]:
    """Return the requirements that a rule's tests on models refer to, sorted."""
    tables = (rule.get("where", {}), predicate(rule))
    sides = (side for table in tables for _, leaf in leaves(table) for side in leaf.values())
    return sorted({side["requirement"] for side in sides if isinstance(side, dict)})


def read_given(plain: Plain) -> Given:
    """Return ``given`` by name. Raises Refusal."""
    attributes = {}
    for name, one, at in _named(plain, "vocabulary", "name"):
        attributes[name] = _read(at, one, Attribute.of)
    if "as_of" not in attributes or (attributes["as_of"].scope, attributes["as_of"].type) != ("requirement", "date"):
        raise Refusal("/given/vocabulary", "has no as_of, the date of the decision")
    sources = {name for part in ("documents", "claims") for name, _, _ in _named(plain, part, "id")}
    cite = ("vocabulary", "claims", "rules", "catalogue")
    _check_sources("/given", {part: plain[part] for part in cite}, sources)
    rules = {name: one for name, one, _ in _named(plain, "rules", "id")}
    approvals: dict[tuple[str, str], list[Plain]] = {}
    for one in plain["approvals"]:
        approvals.setdefault((one["rule"], one["model"]), []).append(one)
    given = Given(
        attributes=attributes,
        rules=rules,
        disabled=frozenset(_disabled(plain, rules)),
        models={name: one for name, one, _ in _named(plain, "catalogue", "id")},
        requirements={name: one for name, one, _ in _named(plain, "requirements", "attribute")},
        approvals=approvals,
        unknown=plain["unknown"],
    )
    for _, rule, at in _named(plain, "rules", "id"):
        _check_rule(given, rule, at)
    for _, model, at in _named(plain, "catalogue", "id"):
        _check_model(given, model, at)
    for name, one, at in _named(plain, "requirements", "attribute"):
        attribute = _attribute(given, name, REQUIREMENT, at)
        _read(f"{at}/value", one["value"], attribute.whole)
    _check_approvals(given, plain["approvals"])
    for name in ("as_of", *(one["name"] for one in plain["vocabulary"] if "default" in one)):
        if name not in given.requirements:
            raise Refusal("/given/requirements", f"lack {name}, which always has a value")
    return given


def _named(plain: Plain, part: str, key: str) -> Iterator[tuple[str, Plain, str]]:
    """Yield the items of a part with name and pointer; every name stands once, and in order."""
    before = ""
    for index, item in enumerate(plain[part]):
        at = f"/given/{part}/{index}"
        if item[key] <= before:
            raise Refusal(f"{at}/{key}", "stands twice or out of order", found=item[key])
        before = item[key]
        yield before, item, at


def _read(at: str, found: Plain, read: Callable[..., Plain], *given: Plain) -> Plain:
    """Read something. Refuses what cannot be read."""
    try:
        return read(*given or (found,))
    except ValueError as error:
        raise Refusal(at, str(error), found=found) from None


def _attribute(given: Given, name: str, scopes: tuple[str, ...], at: str) -> Attribute:
    attribute = given.attributes.get(name)
    if attribute is None or attribute.scope not in scopes:
        raise Refusal(at, f"{name} is no attribute of the {' or '.join(scopes)}", found=name)
    return attribute


def _check_sources(at: str, value: Plain, sources: set[str]) -> None:
    """Refuse what cites no claim or document that is given, anywhere."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        for name in one if key == "sources" else [one] if key == "document" else ():
            if name not in sources:
                raise Refusal(f"{at}/{key}", "names no claim and no document that is given", found=name)
        if isinstance(one, dict | list) and key not in {"when", "unless", "where", "body", "value", "sources"}:
            _check_sources(step(at, key), one, sources)


def _disabled(plain: Plain, rules: dict[str, Plain]) -> Iterator[str]:
    packs = {one["pack"] for one in plain["disabled"] if "pack" in one}
    yield from (name for name, rule in rules.items() if rule["pack"] in packs)
    for index, one in enumerate(plain["disabled"]):
        if "rule" in one and one["rule"] not in rules:
            raise Refusal(f"/given/disabled/{index}/rule", "names no rule that is given", found=one["rule"])
        yield from ([one["rule"]] if "rule" in one else [])


def _check_approvals(given: Given, approvals: list[Plain]) -> None:
    """Refuse approvals out of order, twice, with no day, or of what does not ask for one."""
    before: tuple[str, ...] = ()
    for index, one in enumerate(approvals):
        at = f"/given/approvals/{index}"
        order = (one["rule"], one["model"], one["on"], one["by"], one.get("until", ""))
        if order <= before:
            raise Refusal(at, "stands twice or out of order")
        before = order
        for key in ("on", "until"):
            if key in one:
                _read(f"{at}/{key}", one[key], given.attributes["as_of"].whole)
        if given.rules.get(one["rule"], {}).get("level") != "approval":
            raise Refusal(f"{at}/rule", "names no rule that asks for approval", found=one["rule"])
        if one["model"] not in given.models:
            raise Refusal(f"{at}/model", "names no model that is given", found=one["model"])


# Rules


def _check_rule(given: Given, rule: Plain, at: str) -> None:
    effect, body = rule["effect"], rule["body"]
    kind = {"exempt": list, "advise": bool, "refuse": bool}.get(effect, dict)
    if not isinstance(body, kind) or body == {} or (effect in SOFT and "weight" not in rule):
        raise Refusal(f"{at}/body", f"is not what {effect} takes", found=body)
    if effect == "conclude":
        _check_conclusion(given, body, f"{at}/body")
    exempted = rule["body"] if effect == "exempt" else []
    for name in (*rule.get("overrides", []), *exempted):
        if name not in given.rules:
            raise Refusal(at, "names a rule that is not given", found=name)
    graded = grade(rule)
    if graded is not None:
        attribute = _attribute(given, graded[0], CANDIDATE, f"{at}/body")
        if attribute.type != "scale" and not attribute.marks:
            raise Refusal(f"{at}/body", "is neither a scale nor a number with marks", found=body)
    for key in ("effective_from", "effective_to", "review_by"):
        if key in rule:
            _read(f"{at}/{key}", rule[key], given.attributes["as_of"].whole)
    classifies = given.classifies(rule)
    if classifies and ("trial" in rule or "effective_from" in rule or "effective_to" in rule):
        raise Refusal(at, "classifies models, so it knows no date and cannot be on trial")
    _check_table(given, rule.get("when", {}), REQUIREMENT, f"{at}/when")
    _check_table(given, rule.get("unless", {}), REQUIREMENT, f"{at}/unless")
    _check_table(given, rule.get("where", {}), MODEL if classifies else CANDIDATE, f"{at}/where")
    _check_table(given, predicate(rule), CANDIDATE, f"{at}/body")


def _check_conclusion(given: Given, body: Plain, at: str) -> None:
    for name, value in body.items():
        attribute = _attribute(given, name, ("requirement", "model"), at)
        _read(f"{at}/{name}", value, attribute.whole)
        if len(body) > 1 or value == [] or (attribute.scope == "model" and value is False):
            raise Refusal(at, "is nothing that a rule may conclude", found=body)


def _check_table(given: Given, table: Plain, scopes: tuple[str, ...], at: str) -> None:
    for name, leaf in own(table):
        attribute = _attribute(given, name, scopes, at)
        if not isinstance(leaf, dict) or not leaf.keys() <= OPERATORS.keys():
            raise Refusal(f"{at}/{name}", "are no tests", found=leaf)
        for operator, side in leaf.items():
            where = f"{at}/{name}/{operator}"
            if not isinstance(side, dict):
                _read(where, side, right_side, attribute, operator, side)
            elif scopes != CANDIDATE or not _comparable(given, attribute, operator, side, where):
                raise Refusal(where, f"cannot be compared with {name} by {operator}", found=side)
    for group in ("all", "any"):
        for index, inner in enumerate(table.get(group, [])):
            if not isinstance(inner, dict):
                raise Refusal(f"{at}/{group}/{index}", "is no table of conditions", found=inner)
            _check_table(given, inner, scopes, f"{at}/{group}/{index}")


def _comparable(given: Given, attribute: Attribute, operator: str, side: Plain, at: str) -> bool:
    """Return whether a right side may be this requirement: the type, unit and choices of the operand."""
    other = _attribute(given, side["requirement"], REQUIREMENT, at)
    types = {"value": (attribute.type,), "values": ("set",), "members": ("set",), "member": ("choice", "scale")}
    right = OPERATORS[operator].right
    fits = other.type in types.get(right, ()) and attribute.type in OPERATORS[operator].types
    fits = fits and (other.unit, other.choices) == (attribute.unit, attribute.choices)
    if "plus" not in side:
        return fits and (right != "values" or bool(attribute.choices))
    plus = _read(f"{at}/plus", side["plus"], number)
    return (
        fits and right == "value" and (attribute.type == "number" or (attribute.type == "date" and plus == int(plus)))
    )


# Models


def _check_model(given: Given, model: Plain, at: str) -> None:
    if len(model["offers"]) != 1:
        raise Refusal(f"{at}/offers", "a model has exactly one offer in this format", found=len(model["offers"]))
    offer = model["offers"][0]
    named = [(f"{at}/extends", model["extends"])] if "extends" in model else []
    parts: list[tuple[str, str, Plain]] = [("model", at, model), ("offer", f"{at}/offers/0", offer)]
    for scope, where, holder in parts:
        for name, entry in holder["attributes"].items():
            pointer = f"{where}/attributes/{name}"
            attribute = _attribute(given, name, (scope,), pointer)
            for stated in (entry, *entry.get("disputed", ()), *entry.get("replaced", ())):
                _read(pointer, stated["value"], attribute.value)
            if "inherited_from" in entry:
                named.append((f"{pointer}/inherited_from", entry["inherited_from"]))
    for pointer, name in named:
        if name not in given.models:
            raise Refusal(pointer, "names no model that is given", found=name)
