"""Reads ``given``: every name in it resolves, every value is one of its attribute, every right side fits.

So much must be true of it that it means something. Whether rules and values are the right ones, only files can tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.verify.catalogue import check_catalogue
from llmrules.verify.cost import check_prices
from llmrules.verify.given import SOFT, Given, grade, predicate
from llmrules.verify.report import Plain, Refusal, step
from llmrules.verify.truth import OPERATORS, own, right_side
from llmrules.verify.values import Attribute, days, number, read_at

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_CLASSIFYING = ("when", "unless", "overrides", "effective_from", "effective_to", "trial")
"""What a rule that classifies models cannot have."""

REQUIREMENT, MODEL, CANDIDATE = ("requirement",), ("model",), ("model", "offer")


def read_given(plain: Plain) -> Given:
    """Return ``given`` by name. Raises Refusal."""
    attributes = {}
    for name, one, at in _named(plain, "vocabulary", "name"):
        attributes[name] = read_at(at, one, Attribute.of)
    if "as_of" not in attributes or (attributes["as_of"].scope, attributes["as_of"].type) != ("requirement", "date"):
        raise Refusal("/given/vocabulary", "has no as_of, the date of the decision")
    documents = {name for name, _, _ in _named(plain, "documents", "id")}
    claims = {name for name, _, _ in _named(plain, "claims", "id")}
    if documents & claims:
        raise Refusal("/given/claims", "have the id of a document", found=min(documents & claims))
    cite = ("vocabulary", "claims", "rules", "catalogue")
    _check_sources("/given", {part: plain[part] for part in cite}, documents | claims)
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
        over=plain.get("over", "models"),
        only=plain.get("only"),
        among=plain.get("among"),
        stale_after=plain.get("stale_after"),
        dates=_dates(plain),
    )
    check_prices(attributes)
    for _, rule, at in _named(plain, "rules", "id"):
        _check_rule(given, rule, at)
    check_catalogue(given)
    for _, one, at in _named(plain, "requirements", "attribute"):
        _check_requirement(given, one, at)
    _check_approvals(given, plain["approvals"])
    _check_restriction(given)
    for name in ("as_of", *(one["name"] for one in plain["vocabulary"] if "default" in one)):
        if name not in given.requirements:
            raise Refusal("/given/requirements", f"lack {name}, which always has a value")
    return given


def _dates(plain: Plain) -> dict[str, str]:
    """Return the date of each source: of a document when it was last checked, of a claim that of its document."""
    found = {}
    for index, one in enumerate(plain["documents"]):
        for key in ("review_by", "date", "checked"):
            if key in one:
                found[one["id"]] = one[key]
                read_at(f"/given/documents/{index}/{key}", one[key], days)
    return found | {one["id"]: found[one["document"]] for one in plain["claims"] if one.get("document") in found}


def _named(plain: Plain, part: str, key: str) -> Iterator[tuple[str, Plain, str]]:
    """Yield the items of a part with name and pointer; every name stands once, and in order."""
    before = ""
    for index, item in enumerate(plain[part]):
        at = f"/given/{part}/{index}"
        if item[key] <= before:
            raise Refusal(f"{at}/{key}", "stands twice or out of order", found=item[key])
        before = item[key]
        yield before, item, at


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


def _check_requirement(given: Given, one: Plain, at: str) -> None:
    """Refuse what is no value of the attribute, and what is assumed although the vocabulary does not."""
    attribute = given.attribute(one["attribute"], REQUIREMENT, at)
    for read in (attribute.whole, attribute.within):
        read_at(f"{at}/value", one["value"], read)
    if one["origin"] == "assumed" and attribute.name != "as_of" and one["value"] != attribute.default:
        raise Refusal(f"{at}/value", "is not the default, which alone is assumed", found=one["value"])


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
                read_at(f"{at}/{key}", one[key], given.attributes["as_of"].whole)
        if given.rules.get(one["rule"], {}).get("level") != "approval":
            raise Refusal(f"{at}/rule", "names no rule that asks for approval", found=one["rule"])
        if one["model"] not in given.models:
            raise Refusal(f"{at}/model", "names no model that is given", found=one["model"])


def _check_restriction(given: Given) -> None:
    """Refuse a restriction to models or offers that means nothing."""
    if given.only is not None:
        _check_table(given, given.only, CANDIDATE, "/given/only", refers=False)
    before = ""
    for index, name in enumerate(given.among or ()):
        if name <= before:
            raise Refusal(f"/given/among/{index}", "stands twice or out of order", found=name)
        before = name


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
        attribute = given.attribute(graded[0], CANDIDATE, f"{at}/body")
        if attribute.type != "scale" and not attribute.marks:
            raise Refusal(f"{at}/body", "is neither a scale nor a number with marks", found=body)
    for key in ("effective_from", "effective_to", "review_by"):
        if key in rule:
            read_at(f"{at}/{key}", rule[key], given.attributes["as_of"].whole)
    classifies = given.classifies(rule)
    if classifies and not rule.keys().isdisjoint(NOT_CLASSIFYING):
        raise Refusal(at, "classifies models, so it knows no case and no date, and cannot be on trial")
    _check_table(given, rule.get("when", {}), REQUIREMENT, f"{at}/when")
    _check_table(given, rule.get("unless", {}), REQUIREMENT, f"{at}/unless")
    _check_table(given, rule.get("where", {}), MODEL if classifies else CANDIDATE, f"{at}/where")
    _check_table(given, predicate(rule), CANDIDATE, f"{at}/body")


def _check_conclusion(given: Given, body: Plain, at: str) -> None:
    for name, value in body.items():
        attribute = given.attribute(name, ("requirement", "model"), at)
        for read in (attribute.whole, attribute.within):
            read_at(f"{at}/{name}", value, read)
        of_model = attribute.type == "flag" or (attribute.type == "set" and attribute.partial)
        if len(body) > 1 or value == [] or (attribute.scope == "model" and (value is False or not of_model)):
            raise Refusal(at, "is nothing that a rule may conclude", found=body)


def _check_table(given: Given, table: Plain, scopes: tuple[str, ...], at: str, *, refers: bool = True) -> None:
    refers = refers and scopes == CANDIDATE
    for name, leaf in own(table):
        attribute = given.attribute(name, scopes, at)
        if not isinstance(leaf, dict) or not leaf.keys() <= OPERATORS.keys():
            raise Refusal(f"{at}/{name}", "are no tests", found=leaf)
        for operator, side in leaf.items():
            where = f"{at}/{name}/{operator}"
            if not isinstance(side, dict):
                read_at(where, side, right_side, attribute, operator, side)
                read_at(where, side, attribute.within)
            elif not refers or not _comparable(given, attribute, operator, side, where):
                raise Refusal(where, f"cannot be compared with {name} by {operator}", found=side)
    for group in ("all", "any"):
        for index, inner in enumerate(table.get(group, [])):
            if not isinstance(inner, dict):
                raise Refusal(f"{at}/{group}/{index}", "is no table of conditions", found=inner)
            _check_table(given, inner, scopes, f"{at}/{group}/{index}", refers=refers)


def _comparable(given: Given, attribute: Attribute, operator: str, side: Plain, at: str) -> bool:
    """Return whether a right side may be this requirement: the type, unit and choices of the operand."""
    other = given.attribute(side["requirement"], REQUIREMENT, at)
    types = {"value": (attribute.type,), "values": ("set",), "members": ("set",), "member": ("choice", "scale")}
    right = OPERATORS[operator].right
    fits = other.type in types.get(right, ()) and attribute.type in OPERATORS[operator].types
    fits = fits and (other.unit, other.choices) == (attribute.unit, attribute.choices)
    if "plus" not in side:
        return fits and (right != "values" or bool(attribute.choices))
    plus = read_at(f"{at}/plus", side["plus"], number)
    return (
        fits and right == "value" and (attribute.type == "number" or (attribute.type == "date" and plus == int(plus)))
    )
