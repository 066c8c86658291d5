"""Whether ``given`` means something: names that resolve, values of their types, rules that the language allows.

The other modules rely on it and look at nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import define, field

from llmrules.verify.report import NOTHING, Plain, Refusal, step
from llmrules.verify.truth import OPERATORS, Attribute, asks_absence, leaves, negative, number, own, right_side

HARD = ("require", "exclude")
SOFT = ("prefer", "avoid")
ON_MODELS = (*HARD, *SOFT, "caution", "exempt")
"""The effects that are applied to models; the others are conclude, advise and refuse."""


@define
class Given:
    """``given`` with its lists by name. ``rules`` are all rules, ``active`` those that are not disabled."""

    attributes: dict[str, Attribute]
    rules: dict[str, Plain]
    disabled: frozenset[str]
    models: dict[str, Plain]
    requirements: dict[str, Plain]
    unknown: str
    citable: frozenset[str] = field(repr=False)

    def fires(self, rule: Plain) -> bool:
        """Return whether a rule takes part in firing: it is not disabled and does not classify models."""
        return rule["id"] not in self.disabled and not self.classifies(rule)

    def classifies(self, rule: Plain) -> bool:
        """Return whether a rule concludes an attribute of the model."""
        return rule["effect"] == "conclude" and self.attributes[next(iter(rule["body"]))].scope == "model"


def predicate(rule: Plain) -> Plain:
    """Return what a rule tests of models after its effect; an empty table where it tests nothing."""
    return rule["body"] if isinstance(rule["body"], dict) and grade(rule) is None else {}


def grade(rule: Plain) -> tuple[str, str] | None:
    """Return the attribute and the direction of a graded preference, or None."""
    if rule["effect"] == "prefer" and len(rule["body"]) == 1:
        ((name, inner),) = rule["body"].items()
        if isinstance(inner, dict) and "toward" in inner:
            return name, inner["toward"]
    return None


def references(rule: Plain) -> list[str]:
    """Return the requirements that a rule's tests on models refer to, sorted."""
    if rule["effect"] not in ON_MODELS:
        return []
    tables = (rule.get("where", {}), predicate(rule))
    sides = (side for table in tables for _, leaf in leaves(table) for side in leaf.values())
    return sorted({side["requirement"] for side in sides if isinstance(side, dict)})


def read_given(given: Plain) -> Given:
    """Check ``given`` and return it by name. Raises Refusal."""
    at = "/given"
    attributes = {name: _attribute(one, at) for name, one, at in _by(given["vocabulary"], "name", f"{at}/vocabulary")}
    citable = _citable(given)
    rules = {name: one for name, one, _ in _by(given["rules"], "id", f"{at}/rules")}
    models = {name: one for name, one, _ in _by(given["catalogue"], "id", f"{at}/catalogue")}
    disabled: set[str] = set()
    for index, one in enumerate(given["disabled"]):
        named = [name for name, rule in rules.items() if one.get("rule") == name or one.get("pack") == rule["pack"]]
        if ("rule" in one) == ("pack" in one) or ("rule" in one and not named):
            raise Refusal(f"{at}/disabled/{index}", "must name one rule that is given, or a pack", found=one)
        disabled.update(named)
    found = Given(attributes, rules, frozenset(disabled), models, {}, given["unknown"], citable)
    _check_sources(found, given)
    for index, rule in enumerate(rules.values()):
        _Rule(found, rule, f"{at}/rules/{index}").check()
    for index, model in enumerate(models.values()):
        _check_model(found, model, f"{at}/catalogue/{index}")
    _read_requirements(found, given)
    return found


def _by(items: list[Plain], key: str, at: str) -> Iterator[tuple[str, Plain, str]]:
    """Yield each item with its name and pointer; every name once, in order."""
    before = ""
    for index, item in enumerate(items):
        name = item[key]
        if name <= before:
            raise Refusal(f"{at}/{index}/{key}", "stands twice or out of order", found=name)
        before = name
        yield name, item, f"{at}/{index}"


def _try(at: str, read: Callable[[], Plain], found: Plain) -> Plain:
    try:
        return read()
    except ValueError as error:
        raise Refusal(at, str(error), found=found) from None


def _attribute(record: Plain, at: str) -> Attribute:
    attribute: Attribute = _try(at, lambda: Attribute.of(record), record)
    if len(set(attribute.choices)) != len(attribute.choices):
        raise Refusal(f"{at}/choices", "holds a choice twice", found=list(attribute.choices))
    if bool(attribute.choices) != (attribute.type in {"choice", "scale", "set"}):
        raise Refusal(at, f"a {attribute.type} must {'not ' if attribute.choices else ''}have choices")
    if any(low >= high for low, high in zip(attribute.marks, attribute.marks[1:], strict=False)):
        raise Refusal(f"{at}/marks", "must ascend", found=record["marks"])
    if attribute.partial and (attribute.type != "set" or attribute.scope == "requirement"):
        raise Refusal(f"{at}/partial", "only a set of a model or offer is partial")
    if len(attribute.marks) == 1 or (attribute.marks and attribute.type != "number"):
        raise Refusal(f"{at}/marks", "are two or more, of a number")
    for name in ("minimum", "maximum"):
        _try(f"{at}/{name}", lambda name=name: number(record.get(name, 0)), record.get(name))  # type: ignore[misc]
    if "default" in record:
        _try(f"{at}/default", lambda: attribute.value(record["default"], periods=False), record["default"])
    return attribute


def _citable(given: Plain) -> frozenset[str]:
    documents = {name for name, _, _ in _by(given["documents"], "id", "/given/documents")}
    for name, claim, at in _by(given["claims"], "id", "/given/claims"):
        if name in documents or claim.get("document", name) not in {name, *documents}:
            raise Refusal(at, "is a claim of no document that is given, or has the id of one", found=claim)
    return frozenset(documents.union(claim["id"] for claim in given["claims"]))


def _check_sources(given: Given, plain: Plain) -> None:
    """Refuse what names a source that is not given, anywhere."""
    pending = [(f"/given/{part}", plain[part]) for part in ("catalogue", "rules", "vocabulary")]
    while pending:
        at, value = pending.pop()
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            if key == "sources":
                for index, name in enumerate(one):
                    if name not in given.citable:
                        raise Refusal(f"{at}/sources/{index}", "names no claim and no document", found=name)
            elif isinstance(one, dict | list) and key not in {"when", "unless", "where", "body", "value"}:
                pending.append((step(at, key), one))


@define
class _Rule:
    """One rule being checked."""

    given: Given
    rule: Plain
    at: str

    def check(self) -> None:
        rule, effect = self.rule, self.rule["effect"]
        classifies = self._body(effect)
        allowed = {
            "when": not classifies,
            "unless": not classifies,
            "overrides": not classifies,
            "where": classifies or effect in ON_MODELS,
            "weight": effect in SOFT,
            "level": effect == "caution",
            "unknown": effect in HARD,
            "otherwise": effect in HARD,
            "approver": effect == "exempt",
            "effective_to": effect == "exempt",
        }
        for key, fits in allowed.items():
            if key in rule and not fits:
                raise Refusal(f"{self.at}/{key}", f"does not go with {effect}", found=rule[key])
            if key not in rule and fits and key in {"weight", "level"}:
                raise Refusal(self.at, f"{effect} needs {key}")
        self._table("when", ("requirement",), refers=False)
        self._table("unless", ("requirement",), refers=False)
        self._table("where", ("model",) if classifies else ("model", "offer"), refers=not classifies)
        for index, name in enumerate(rule.get("overrides", ())):
            other = self.given.rules.get(name)
            if other is None or name == rule["id"] or self.given.classifies(other):
                raise Refusal(f"{self.at}/overrides/{index}", "names no other rule that fires", found=name)
        if "effective_to" in rule:
            day = self.given.attributes["as_of"]
            _try(f"{self.at}/effective_to", lambda: day.value(rule["effective_to"], periods=False), rule)

    def _body(self, effect: str) -> bool:
        """Check what stands after the effect; return whether the rule classifies models."""
        body, at = self.rule["body"], f"{self.at}/body"
        kind = {"conclude": dict, "exempt": list, "advise": bool, "refuse": bool}.get(effect, dict)
        if type(body) is not kind or body == {}:
            raise Refusal(at, f"is not what {effect} takes", found=body)
        if effect == "conclude":
            return self._conclusion(body, at)
        if effect == "exempt":
            for index, name in enumerate(body):
                if self.given.rules.get(name, {}).get("effect") not in HARD:
                    raise Refusal(f"{at}/{index}", "names no hard rule", found=name)
            return False
        graded = grade(self.rule)
        if graded is not None:
            attribute = self._named(graded[0], ("model", "offer"), at)
            if attribute.type != "scale" and not attribute.marks:
                raise Refusal(at, "is neither a scale nor a number with marks", found=body)
        elif isinstance(body, dict):
            self._table("body", ("model", "offer"), refers=True)
        return False

    def _conclusion(self, body: Plain, at: str) -> bool:
        for name, value in body.items():
            attribute = self._named(name, ("requirement", "model"), at)
            _try(f"{at}/{name}", lambda: attribute.value(value, periods=False), value)  # noqa: B023 - called here
            fits = len(body) == 1 and value != [] and name != "as_of"
            if attribute.scope == "model":
                fits = fits and (attribute.partial or (attribute.type == "flag" and value is True))
            if not fits:
                raise Refusal(at, "is nothing that a rule may conclude", found=body)
        return attribute.scope == "model"

    def _named(self, name: str, scopes: tuple[str, ...], at: str) -> Attribute:
        attribute = self.given.attributes.get(name)
        if attribute is None or attribute.scope not in scopes:
            raise Refusal(at, f"{name} is no attribute of the {' or '.join(scopes)}", found=name)
        return attribute

    def _table(self, key: str, scopes: tuple[str, ...], *, refers: bool) -> None:
        pending = [(f"{self.at}/{key}", self.rule[key])] if key in self.rule else []
        while pending:
            at, table = pending.pop()
            for name, leaf in own(table):
                attribute = self._named(name, scopes, at)
                self._leaf(attribute, leaf, f"{at}/{name}", refers=refers)
                if asks_absence(leaf) and len(leaf) > 1:
                    raise Refusal(f"{at}/{name}", "known = false stands alone", found=leaf)
                if key == "unless" and negative(attribute, leaf):
                    raise Refusal(f"{at}/{name}", "can turn false when a fact is added", found=leaf)
            for group in ("all", "any"):
                pending += [(f"{at}/{group}/{index}", inner) for index, inner in enumerate(table.get(group, ()))]

    def _leaf(self, attribute: Attribute, leaf: Plain, at: str, *, refers: bool) -> None:
        for operator, side in leaf.items():
            if isinstance(side, dict):
                self._reference(attribute, operator, side, f"{at}/{operator}", allowed=refers)
            elif side == []:
                empty_set = operator == "is" and attribute.type == "set"
                if not empty_set:
                    raise Refusal(f"{at}/{operator}", "is an empty list", found=side)
            else:
                _try(f"{at}/{operator}", lambda: right_side(attribute, operator, side), side)  # noqa: B023

    def _reference(self, attribute: Attribute, operator: str, side: Plain, at: str, *, allowed: bool) -> None:
        """Refuse a reference to what cannot be compared: another type, unit or choices."""
        other = self._named(side["requirement"], ("requirement",), at)
        right = OPERATORS[operator].right
        types = {"value": (attribute.type,), "values": ("set",), "members": ("set",), "member": ("choice", "scale")}
        fits = allowed and other.type in types.get(right, ()) and attribute.type in OPERATORS[operator].types
        fits = fits and (other.unit, other.choices) == (attribute.unit, attribute.choices)
        if right == "values":
            fits = fits and bool(attribute.choices)
        if "plus" in side:
            plus = _try(f"{at}/plus", lambda: number(side["plus"]), side["plus"])
            fits = fits and right == "value" and attribute.type in {"number", "date"}
            fits = fits and (attribute.type == "number" or plus.denominator == 1)
        if not fits:
            raise Refusal(at, f"cannot be compared with {attribute.name} by {operator}", found=side)


def _check_model(given: Given, model: Plain, at: str) -> None:
    if len(model["offers"]) != 1:
        raise Refusal(f"{at}/offers", "a model has one offer in this format", found=len(model["offers"]))
    entries = [("model", f"{at}/attributes", model["attributes"])]
    entries += [("offer", f"{at}/offers/0/attributes", model["offers"][0]["attributes"])]
    for scope, where, values in entries:
        for name, entry in values.items():
            attribute = given.attributes.get(name)
            if attribute is None or attribute.scope != scope:
                raise Refusal(step(where, name), f"is no attribute of the {scope}", found=name)
            _check_value(attribute, entry, step(where, name))
            if entry.get("inherited_from", model["id"]) not in given.models:
                raise Refusal(f"{step(where, name)}/inherited_from", "names no model", found=entry["inherited_from"])
    if model.get("extends", model["id"]) not in given.models:
        raise Refusal(f"{at}/extends", "names no model", found=model["extends"])


def _check_value(attribute: Attribute, entry: Plain, at: str) -> None:
    others = [*entry.get("disputed", ()), *entry.get("replaced", ())]
    for stated in (entry, *others):
        _try(at, lambda: attribute.value(stated["value"]), stated["value"])  # noqa: B023 - called here


def _read_requirements(given: Given, plain: Plain) -> None:
    """Read the requirements: of their types, and each default where nothing else is stated."""
    defaults: Mapping[str, Plain] = {one["name"]: one["default"] for one in plain["vocabulary"] if "default" in one}
    for name, one, at in _by(plain["requirements"], "attribute", "/given/requirements"):
        attribute = given.attributes.get(name)
        if attribute is None or attribute.scope != "requirement":
            raise Refusal(f"{at}/attribute", "is no attribute of the requirement", found=name)
        _try(f"{at}/value", lambda: attribute.value(one["value"], periods=False), one["value"])  # noqa: B023
        if one["origin"] == "assumed" and name != "as_of" and one["value"] != defaults.get(name, NOTHING):
            raise Refusal(f"{at}/value", "is assumed, but is not the default", found=one["value"])
        given.requirements[name] = one
    _need(given.requirements, [*defaults, "as_of"])


def _need(requirements: Mapping[str, Plain], names: Iterable[str]) -> None:
    for name in names:
        if name not in requirements:
            raise Refusal("/given/requirements", f"lack {name}, which always has a value")
