"""Reads ``given``: names resolve, values are ones of their attributes, and what no loader accepts is refused."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from .given import CANDIDATE, HARD, SOFT, TESTED, Given, Rule
from .refusal import NOTHING, Plain, Record, Refusal, expect, step
from .shape import canonical
from .truth import OPERATORS, leaves, negative, own, right_side
from .values import Attribute, marks_of, number, read_at

EFFECT_KEYS = dict.fromkeys(HARD, "where otherwise unknown") | dict.fromkeys(SOFT, "where weight tier")
EFFECT_KEYS |= {"conclude": "where", "exempt": "where approver", "caution": "where level approver not_by"}
NEEDED = {**dict.fromkeys(SOFT, "weight"), "caution": "level"}
NOT_CLASSIFYING = {"when", "unless", "overrides", "effective_from", "effective_to", "trial"}
"""Of a rule: the keys that go with some effects alone, those that these need, and what none has that classifies."""
DEEPEST, MOST_DAYS = 32, 36_500  # tables of conditions in each other, and how far a date may be moved
Scopes: TypeAlias = tuple[str, ...]
REQUIREMENT, MODEL = ("requirement",), ("model",)
PLAIN = {"when", "unless", "where", "body", "value", "default", "attributes", "always", *TESTED}  # cites nothing
BUILT_IN = {"as_of": ("requirement", "date"), "model": ("model", "text")}  # the day decided for; the id of each model
BY_ID = ("documents", "claims", "rules", "promises", "catalogue/models")
NAMED = {"vocabulary": "name", "requirements": "attribute", **dict.fromkeys(BY_ID, "id")}
CITING = ("vocabulary", "claims", "rules", "promises", "catalogue/")
CATALOGUE, INHERITED = "/given/catalogue", "inherited_from"


def read_given(plain: Plain) -> Given:
    """Return ``given`` by name. Raises Refusal."""
    values = {f"catalogue/values/{name}": its for name, its in plain["catalogue"]["values"].items()}
    plain = {**plain, "catalogue/models": plain["catalogue"]["models"], **values}
    names = {part: {one[key] for one in plain[part]} for part, key in NAMED.items()}
    for part, key in NAMED.items():
        _check_ascending(f"/given/{part}", (one[key] for one in plain[part]), f"/{key}")
    words = enumerate(plain["vocabulary"])
    read = {one["name"]: read_at("declaration", f"/given/vocabulary/{at}", one, Attribute) for at, one in words}
    for name, kind in BUILT_IN.items():
        right = name in read and (read[name].scope, read[name].type) == kind
        expect(right, "declaration", "/given/vocabulary", f"has no {name}, a {kind[1]} of the {kind[0]}")
    expect(names["documents"].isdisjoint(names["claims"]), "order", "/given/claims", "have the id of a document")
    for part in (one for one in plain if one.startswith(CITING)):
        _check_sources(f"/given/{part}", plain[part], names["documents"] | names["claims"])
    given = Given(plain, read)
    _check_places(given)
    checks = {
        "disabled": _check_disabled,
        "rules": _check_rule,
        "promises": _check_promise,
        "catalogue/models": _check_model,
    }
    checks |= {f"catalogue/values/{name}": partial(_check_entry, name) for name in given.values}
    for part, check in (checks | {"requirements": _check_requirement, "approvals": _check_approval}).items():
        for index, one in enumerate(plain[part]):
            check(given, one, f"/given/{part}/{index}")
    keys = ("rule", "model", "on", "by", "until")
    _check_ascending("/given/approvals", [tuple(one.get(key, "") for key in keys) for one in plain["approvals"]])
    _check_inherited(given)
    _check_table(given, given.only or {}, CANDIDATE, "/given/only", refers=False)
    _check_ascending("/given/among", given.among or ())
    for name in ("as_of", *(name for name, one in read.items() if one.default is not None)):
        expect(name in given.requirements, "missing", "/given/requirements", f"lack {name}, which always has a value")
    return given


def _check_ascending(at: str, names: Iterable[Plain], key: str = "") -> None:
    before: Plain = None
    for index, name in enumerate(names):
        right = name not in {None, ""} and (before is None or before < name)
        expect(right, "order", f"{at}/{index}{key}", "stands twice or out of order", name)
        before = name


def _check_sources(at: str, value: Plain, sources: set[str]) -> None:
    """Refuse what cites no claim or document that is given, or one twice, anywhere."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if key in {"sources", "document"}:
            names = Counter(one if key == "sources" else [one]).items()
            wrong, what = [name for name, count in names if name not in sources or count > 1], f"{at}/{key}"
            expect(not wrong, "reference", what, "names no claim or document that is given, or one twice", wrong)
        if key not in PLAIN:
            if one is (key == "listed") or one in ([], {}):
                raise Refusal("schema", step(at, key), "says what is left out where there is nothing")
            if isinstance(one, dict | list) and key != "sources":
                _check_sources(step(at, key), one, sources)


def _check_disabled(given: Given, one: Plain, at: str) -> None:
    """Refuse what switches off neither a rule nor a pack, or more than one."""
    known = one.get("rule") in given.rules
    expect(len(one.keys() - {"reason"}) == 1, "reference", at, "switches off not exactly one thing")
    expect(known or "rule" not in one, "reference", f"{at}/rule", "names no rule that is given", one.get("rule"))


def _check_requirement(given: Given, one: Plain, at: str) -> None:
    """Refuse what is no value of the attribute, and what is assumed although the vocabulary does not."""
    attribute = given.attribute(one["attribute"], REQUIREMENT, at)
    read_at("value", f"{at}/value", one["value"], attribute.whole, attribute.within)
    right = one["origin"] != "assumed" or attribute.name == "as_of" or one["value"] == attribute.default
    expect(right, "value", f"{at}/value", "is not the default, which alone is assumed", one["value"])


def _check_approval(given: Given, one: Plain, at: str) -> None:
    """Refuse an approval with no day, or of what does not ask for one."""
    for key in one.keys() & {"on", "until"}:
        read_at("value", f"{at}/{key}", one[key], given.attributes["as_of"].whole)
    asks = one["rule"] in given.rules and given.rules[one["rule"]].record.get("level") == "approval"
    expect(asks, "reference", f"{at}/rule", "names no rule that asks for approval", one["rule"])
    expect(one["model"] in given.models, "reference", f"{at}/model", "names no model that is given", one["model"])


def _check_rule(given: Given, record: Plain, at: str) -> None:
    rule, body, effect = given.rules[record["id"]], record["body"], record["effect"]
    kind = {"exempt": list, "advise": bool, "refuse": bool}.get(effect, dict)
    expect(isinstance(body, kind) and body not in ({}, []), "rule", f"{at}/body", f"is not what {effect} takes", body)
    others = {*" ".join(EFFECT_KEYS.values()).split()}.difference(EFFECT_KEYS.get(effect, "").split())
    wrong = sorted(record.keys() & others | ({NEEDED[effect]} if effect in NEEDED else set()) - record.keys())
    expect(not wrong, "rule", at, f"has a key that does not go with {effect}, or lacks one that does", wrong)
    if effect == "conclude":
        _check_conclusion(given, body, f"{at}/body")
    _check_targets(given, rule, at)
    if "not_by" in record:
        fits = given.attribute(record["not_by"], REQUIREMENT, f"{at}/not_by").type in {"text", "choice"}
        expect(fits and record["level"] == "approval", "rule", f"{at}/not_by", "says of no approval who asks")
    if rule.grade:
        attribute = given.attribute(rule.grade[0], CANDIDATE, f"{at}/body")
        own = read_at("rule", f"{at}/body", rule.grade[1].get("marks", []), marks_of)
        right = (attribute.type == "scale" and not own) or (attribute.type == "number" and (own or attribute.marks))
        expect(right, "rule", f"{at}/body", "is neither a scale nor a number with marks", body)
    for key in record.keys() & {"effective_from", "effective_to", "review_by"}:
        read_at("value", f"{at}/{key}", record[key], given.attributes["as_of"].whole)
    classifies = given.classifies(rule)
    wrong = sorted(record.keys() & (NOT_CLASSIFYING if classifies else {"where"} if effect == "conclude" else set()))
    expect(not wrong, "rule", at, f"concludes what does not go with {', '.join(wrong)}")
    _check_table(given, rule.when, REQUIREMENT, f"{at}/when")
    _check_table(given, rule.unless, REQUIREMENT, f"{at}/unless")
    wrong = [name for name, leaf in leaves(rule.unless) if negative(given.attributes[name], leaf)]
    expect(not wrong, "condition", f"{at}/unless", "can turn false when a fact is added", wrong)
    _check_table(given, rule.where, MODEL if classifies else CANDIDATE, f"{at}/where", refers=not classifies)
    _check_table(given, rule.predicate, CANDIDATE, f"{at}/body")


def _check_promise(given: Given, one: Plain, at: str) -> None:
    expect(one.keys() & {"always", "never", *TESTED}, "rule", at, "promises nothing")
    for key in ("when", "always", *TESTED):
        of_models = key in TESTED
        _check_table(given, one.get(key, {}), CANDIDATE if of_models else REQUIREMENT, f"{at}/{key}", refers=of_models)


def _check_targets(given: Given, rule: Rule, at: str) -> None:
    """Refuse overrides and exemptions of rules that are not there, are named twice, or cannot be reached."""
    for key, names in (("overrides", rule.overrides), ("body", rule.body if rule.effect == "exempt" else ())):
        for name, count in Counter(names).items():
            there = name in given.rules and count == 1
            expect(there, "reference", f"{at}/{key}", "names a rule that is not given, or one twice", name)
            its = given.rules[name]
            lifted = its.effect == "refuse" and name in rule.overrides
            let_off = its.effect in HARD if rule.on_models else lifted
            reached = let_off if key == "body" else its is not rule and not given.classifies(its)
            expect(reached, "rule", f"{at}/{key}", "names a rule that cannot be reached so", name)


def _check_conclusion(given: Given, body: Plain, at: str) -> None:
    for name, value in body.items():
        attribute = given.attribute(name, ("requirement", "model"), at)
        read_at("value", f"{at}/{name}", value, attribute.whole, attribute.within)
        of_model = attribute.partial if attribute.type == "set" else attribute.type == "flag" and value is True
        summed = [one.name for one in given.of_case if name in {one.name, *given.resting[one.name]}]
        free = not summed and name != "as_of" and attribute.default is None and (attribute.scope != "model" or of_model)
        expect(free and len(body) == 1 and value != [], "rule", at, "is nothing that a rule may conclude", body)


def _check_table(given: Given, table: Plain, scopes: Scopes, at: str, *, refers: bool = True, depth: int = 0) -> None:
    expect(depth <= DEEPEST, "condition", at, "is nested more deeply than any rule")
    for name, leaf in own(table):
        attribute = given.attribute(name, scopes, at)
        alone = not isinstance(leaf, dict) or leaf.get("known") is not False or len(leaf) == 1
        right = isinstance(leaf, dict) and leaf.keys() <= OPERATORS.keys() and alone
        expect(right, "condition", f"{at}/{name}", "are no tests", leaf)
        for operator, side in leaf.items():
            _check_test(given, attribute, operator, side, f"{at}/{name}/{operator}", refers=refers)
    for group in ("all", "any"):
        for index, inner in enumerate(table.get(group, [])):
            expect(isinstance(inner, dict), "condition", f"{at}/{group}/{index}", "is no table of conditions", inner)
            _check_table(given, inner, scopes, f"{at}/{group}/{index}", refers=refers, depth=depth + 1)


def _check_test(given: Given, attribute: Attribute, operator: str, side: Plain, at: str, *, refers: bool) -> None:
    """Refuse what cannot stand on the right, and a list that is empty or not in its order."""
    if isinstance(side, dict):
        right = refers and _comparable(given, attribute, operator, side, at)
        expect(right, "condition", at, f"cannot be compared with {attribute.name} by {operator}", side)
        return
    read_at("condition", at, side, lambda raw: right_side(attribute, operator, raw), attribute.within)
    expect(side != [] or operator == "is", "condition", at, "is an empty list, which matches nothing or everything")
    if isinstance(side, list) and attribute.choices:
        expect(side == attribute.listed(side), "order", at, "names a choice twice or out of order", side)
    elif isinstance(side, list):
        _check_ascending(at, map(number, side) if attribute.type == "number" else side)


def _comparable(given: Given, attribute: Attribute, operator: str, side: Plain, at: str) -> bool:
    """Return whether a right side may be this requirement: the type, unit and choices of the operand."""
    other = given.attribute(side["requirement"], REQUIREMENT, at)
    types = {"value": (attribute.type,), "values": ("set",), "members": ("set",), "member": ("choice", "scale")}
    right = OPERATORS[operator].right
    fits = other.type in types.get(right, ()) and attribute.type in OPERATORS[operator].types
    fits = fits and (other.unit, other.choices) == (attribute.unit, attribute.choices)
    if "plus" not in side:
        return fits and (right != "values" or bool(attribute.choices))
    plus = read_at("condition", f"{at}/plus", side["plus"], number)
    whole_days = attribute.type == "date" and type(side["plus"]) is int and abs(plus) <= MOST_DAYS
    return fits and right == "value" and plus != 0 and (attribute.type == "number" or whole_days)


def _check_model(given: Given, model: Plain, at: str) -> None:
    offers, base = model["offers"], model.get("extends", model["id"])
    expect(offers, "missing", f"{at}/offers", "a model has an offer, even if nothing is known of it")
    expect(base in given.models, "reference", f"{at}/extends", "names no model that is given", base)
    if len(offers) > 1 or "id" in offers[0]:  # their ids give their order
        _check_ascending(f"{at}/offers", (offer.get("id") for offer in offers), "/id")


def _check_places(given: Given) -> None:
    """Refuse places of values, and values, that are not in the order of their first use, each once."""
    first: dict[str, defaultdict[str, dict[int, str]]] = {scope: defaultdict(dict) for scope in CANDIDATE}
    for index, model in enumerate(given.models.values()):
        at, offers = f"{CATALOGUE}/models/{index}", enumerate(model["offers"])
        for scope, where, one in (("model", at, model), *(("offer", f"{at}/offers/{its}", one) for its, one in offers)):
            for name, place in one["attributes"].items():
                first[scope][name].setdefault(place, where)
    for scope, names in first.items():
        for name, its in names.items():
            known = name in given.attributes and name not in BUILT_IN and given.attributes[name].scope == scope
            most = len(given.values.get(name, ())) if known else 0
            for turn, (place, where) in enumerate(its.items()):
                right, sentence = place == turn < most, "names no value, or one before its turn"
                expect(right, "reference", f"{where}/attributes/{name}", sentence, place)
    for name, values in given.values.items():
        right = max(len(its[name]) for its in first.values()) == len(values) == len({*map(canonical, values)})
        expect(right, "order", f"{CATALOGUE}/values/{name}", "are of nobody, or stand twice")


def _check_entry(name: str, given: Given, entry: Plain, at: str) -> None:
    """Refuse values that are none of their attribute, and disputed and dated ones that are no others."""
    attribute, disputed, dated = given.attributes[name], entry.get("disputed", ()), entry.get("dated", ())
    for stated in (entry, *disputed, *entry.get("replaced", ()), *dated):
        read_at("value", at, stated["value"], attribute.value, attribute.within)
    for index, one in enumerate(disputed):
        where, sentence = f"{at}/disputed/{index}/value", "is the value in force, not another one"
        expect(one["value"] != entry["value"], "value", where, sentence)
    for index, one in enumerate(dated):
        read_at("value", f"{at}/dated/{index}/since", one["since"], given.attributes["as_of"].whole)
    _check_ascending(f"{at}/dated", (one["since"] for one in dated), "/since")


def _check_inherited(given: Given) -> None:
    """Refuse what a model inherits unless it is all that the nearest one along ``extends`` lends, and no less."""
    at = {name: f"{CATALOGUE}/models/{index}" for index, name in enumerate(given.models)}
    marked = {(name, place) for name, its in given.values.items() for place, one in enumerate(its) if INHERITED in one}
    extends = {name: one["extends"] for name, one in given.models.items() if "extends" in one}
    inheriting = {name for name, one in given.models.items() if not marked.isdisjoint(one["attributes"].items())}
    try:
        TopologicalSorter({name: {base} for name, base in extends.items()}).prepare()
    except CycleError as error:
        first = min(error.args[1], key=list(at).index)
        raise Refusal("circle", f"{at[first]}/extends", "makes the model extend itself") from None

    def entries(name: str | None) -> Record:
        places = given.models[name]["attributes"] if name else {}
        return {key: given.values[key][place] for key, place in places.items()}

    for name in sorted(inheriting | extends.keys()):
        its, base = entries(name), extends.get(name)
        lent = {key: {INHERITED: base} | one for key, one in entries(base).items() if given.attributes[key].inherited}
        for key in sorted(key for key in lent | its if INHERITED in its.get(key, [INHERITED])):
            right, where = its.get(key) == lent.get(key), f"{at[name]}/attributes/{key}"
            expect(right, "inherited", where, "is not what the model inherits", its.get(key, NOTHING))
