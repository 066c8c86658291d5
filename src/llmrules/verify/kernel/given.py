"""``given`` by name: what a decision rests on, what a rule says of itself, who the candidates are, what is computed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from math import prod
from typing import NamedTuple

from .refusal import Plain, Record, Refusal, expect, sparse
from .truth import Facts, leaves, sides
from .values import Attribute, days, is_short, number, read_at, written

HARD, SOFT = ("require", "exclude"), ("prefer", "avoid")
TESTED = ("every", "best", "some")  # of which models a promise says what
CANDIDATE = ("model", "offer")  # whose attributes those of a candidate are
ON_MODELS = (*HARD, *SOFT, "caution", "exempt")
"""The effects that are applied to models; the others are conclude, advise and refuse."""


TOKENS = ("monthly_input_tokens", "monthly_output_tokens")
LONG_SHARE, LONG_TOKENS = "long_request_share", "long_request_tokens"
CACHED_SHARE, BATCH_SHARE = "cached_input_share", "batch_share"
TIER_ABOVE, TIER_PRICES = "tier_above", ("tier_input_price", "tier_output_price")
CACHED_PRICE, BATCH_PRICES = "cached_input_price", ("batch_input_price", "batch_output_price")
CHARGED = ("input_price", "output_price", CACHED_PRICE, *TIER_PRICES, *BATCH_PRICES)
ON_CASE = (*TOKENS, LONG_SHARE, LONG_TOKENS, CACHED_SHARE, BATCH_SHARE)
TOKENS_AT = {f"tokens at {price}": {*ON_CASE, *CHARGED, TIER_ABOVE} for price in CHARGED}
"""What of a case and of an offer it depends on how many tokens have a price."""
SCOPES = ("requirement", "model", "offer")


class Rule:
    """What a rule says: its tables, what they test and refer to, and what it does; also of one that means nothing."""

    def __init__(self, record: Plain) -> None:
        self.record, self.id, self.effect, self.body = record, record["id"], record["effect"], record["body"]
        self.when, self.unless, self.where = (record.get(key, {}) for key in ("when", "unless", "where"))
        self.overrides: list[str] = record.get("overrides", [])
        table = self.body if isinstance(self.body, dict) else {}
        self.concludes = str(next(iter(table), "")) if self.effect == "conclude" else ""
        graded = [(name, leaf) for name, leaf in table.items() if isinstance(leaf, dict) and "toward" in leaf]
        self.grade = graded[0] if graded and self.effect == "prefer" else None  # an attribute, and which direction
        self.predicate = table if self.effect in ON_MODELS and not self.grade else {}
        self.tests = sorted(names_in(self.where, self.predicate).union({self.grade[0]} if self.grade else ()))
        self.references, self.compared = referred(self.where, self.predicate), referred(self.when, self.unless)
        self.on_models = self.effect in ON_MODELS and (self.effect != "exempt" or "where" in record)
        """An exemption without ``where`` lets the case off refusals."""


class Given:
    """What a decision rests on, by name: all rules, disabled ones too, and each requirement stated or assumed."""

    def __init__(self, plain: Plain, attributes: dict[str, Attribute]) -> None:
        self.attributes, self.resting, self.dates = attributes, resting(attributes), dates_of(plain)
        summed = [attributes[name] for name in self.resting]
        self.summing = [one for one in summed if one.scope != "requirement"]
        self.of_case = [one for one in summed if one.scope == "requirement"]
        self.rules = {one.id: one for one in map(Rule, plain["rules"])}
        self.models: dict[str, Plain] = {one["id"]: one for one in plain["catalogue"]["models"]}
        self.values: dict[str, list[Plain]] = plain["catalogue"]["values"]  # of which models have the places
        self.requirements: dict[str, Plain] = {one["attribute"]: one for one in plain["requirements"]}
        self.promises: dict[str, Plain] = {one["id"]: one for one in plain["promises"]}
        self.unknown, self.over = str(plain["unknown"]), str(plain["over"])
        self.day = str(self.requirements.get("as_of", {}).get("value"))  # the day decided for
        self.only, self.among, self.stale_after = plain["only"], plain["among"], plain["stale_after"]
        off = {(key, one[key]) for one in plain["disabled"] for key in ("rule", "pack") if key in one}
        its = {name: {("rule", name), ("pack", rule.record["pack"])} for name, rule in self.rules.items()}
        self.disabled = {name for name in self.rules if its[name] & off}
        in_force = {name: rule for name, rule in self.rules.items() if name not in self.disabled}
        self.classifying = [rule for rule in in_force.values() if self.classifies(rule)]
        self.trials = {name for name, rule in in_force.items() if rule.record.get("trial")}
        apart = self.trials.union(rule.id for rule in self.classifying)
        self.firing = {name: rule for name, rule in in_force.items() if name not in apart}
        self.approvals: defaultdict[tuple[str, str], list[Plain]] = defaultdict(list)
        for one in plain["approvals"]:
            self.approvals[one["rule"], one["model"]].append(one)

    def attribute(self, name: str, scopes: tuple[str, ...], at: str) -> Attribute:
        """Return the attribute of one of some scopes that stands at a pointer. Refuses any other name."""
        known = name in self.attributes and self.attributes[name].scope in scopes
        expect(known, "reference", at, f"{name} is no attribute of the {' or '.join(scopes)}", name)
        return self.attributes[name]

    def classifies(self, rule: Rule) -> bool:
        """Return whether a rule concludes an attribute of the model."""
        return rule.concludes in self.attributes and self.attributes[rule.concludes].scope == "model"

    def approved_by(self, rule: Rule, model: str, facts: Facts) -> list[str]:
        """Return whose approvals of a model are in force; where the rule says so, none counts unless another asks."""
        asks, asked = facts.get(rule.record.get("not_by"), set()), rule.record.get("approver", "")
        its = self.approvals.get((rule.id, model), ()) if asks or "not_by" not in rule.record else ()
        its = [one for one in its if {*map(str.casefold, asks)}.isdisjoint((one["by"].casefold(), asked.casefold()))]
        return sorted({one["by"] for one in its if one["on"] <= self.day <= one.get("until", self.day)})


def names_in(*tables: Plain) -> set[str]:
    """Return the attributes that tables test."""
    return {name for table in tables for name, _ in leaves(table)}


def referred(*tables: Plain) -> list[str]:
    """Return the requirements that tables refer to, sorted."""
    return sorted({name for table in tables for _, leaf in leaves(table) for name in sides(leaf)})


def dates_of(plain: Plain) -> dict[str, str]:
    """Return the date of each source: of a document when it was last checked, of a claim that of its document."""
    found = {}
    for index, one in enumerate(plain["documents"]):
        for key in [key for key in ("review_by", "date", "checked") if key in one]:
            found[one["id"]] = one[key]
            read_at("value", f"/given/documents/{index}/{key}", one[key], days)
    return found | {one["id"]: found[one["document"]] for one in plain["claims"] if one.get("document") in found}


class Row(NamedTuple):
    """A candidate: a model with one of its offers, which has a name only where the model has several; and its place."""

    name: str
    model: str
    offer: str | None
    place: int


def rows_of(given: Given) -> list[Row]:
    """Return every candidate, of the listed models in their order. Refuses names that could mean two of them."""
    rows = []
    for name, model in given.models.items():
        offers = [offer.get("id") if len(model["offers"]) > 1 else None for offer in model["offers"]]
        named = enumerate((offer, name if offer is None else f"{name} @ {offer}") for offer in offers)
        rows += [Row(its, name, offer, place) for place, (offer, its) in named if model.get("listed", True)]
    names = Counter(row.name for row in rows) + Counter({row.model for row in rows if row.offer is not None})
    twice = [name for name, count in names.items() if count > 1]
    expect(not twice, "order", "/given/catalogue", "has two candidates of one name", twice)
    return rows


def name_of(record: Plain) -> str:
    """Return the name of the candidate that a record speaks of."""
    return f"{record['model']} @ {record['offer']}" if "offer" in record else str(record["model"])


def names_of(some: Sequence[Row], of: Sequence[Row]) -> list[str]:
    """Return the names that rows go by: a model whose rows in ``of`` are all among them by its own, else each row."""
    every, its = Counter(row.model for row in of), Counter(row.model for row in some)
    return list(dict.fromkeys(row.model if every[row.model] == its[row.model] else row.name for row in some))


def resting(attributes: Mapping[str, Attribute]) -> dict[str, set[str]]:
    """Return what each computed attribute rests on, in order. Refuses circles, and what is no number."""
    direct = {name: factors(one) & attributes.keys() for name, one in attributes.items() if one.computed}
    for name, one in ((name, attributes[name]) for name in direct):
        for factor in {factor for of, _ in one.computed for factor in of}:
            its, counting = attributes.get(factor), TOKENS_AT.get(factor, set())
            right = its and its.type == "number" and SCOPES.index(its.scope) <= SCOPES.index(one.scope)
            right = right or bool(counting and one.scope == "offer")
            expect(right, "declaration", "/given/vocabulary", f"makes {name} of {factor}, no number that it can be of")
            kinds = [(its, attributes[its].scope, attributes[its].type) for its in counting & attributes.keys()]
            wrong = [part for part, *kind in kinds if kind != ["requirement" if part in ON_CASE else "offer", "number"]]
            message = f"makes {wrong}, by which tokens are counted, no number of the case or the offer"
            expect(not wrong, "declaration", "/given/vocabulary", message)
    found: dict[str, set[str]] = {}
    needed = {name: sorted(its & direct.keys()) for name, its in direct.items()}
    try:
        for name in TopologicalSorter(needed).static_order():
            found[name] = direct[name].union(*(found.get(factor, set()) for factor in direct[name]))
    except CycleError:
        raise Refusal("circle", "/given/vocabulary", "computes attributes in a circle") from None
    return found


def factors(attribute: Attribute) -> set[str]:
    """Return the attributes that one is computed from directly."""
    return {part for of, _ in attribute.computed for name in of for part in TOKENS_AT.get(name, {name})}


def sums(some: Iterable[Attribute], stated: Mapping[str, Plain], facts: Facts) -> Record:
    """Return what attributes, each after those it needs, come to where they are not stated, with their products."""
    found: Record = {}
    for one in some:
        known = numbers(one, stated, facts) | {name: number(its["value"]) for name, its in found.items()}
        products = [(of, times) for of, times in one.computed if all(known.get(name) != 0 for name in of)]
        if one.name in stated or any(name not in known for of, _ in products for name in of):
            continue
        values = [Fraction(prod((known[name] for name in of), start=times)) for of, times in products]
        total = sum(values, Fraction(0))
        if is_short(total) and Fraction(written(total)) == total:
            each = zip(({name: written(known[name]) for name in of} for of, _ in products), values, strict=True)
            terms = [{"value": str(its)} | sparse(of=of) for of, its in each]
            found[one.name] = {"value": written(total)} | sparse(terms=terms)
    return found


def numbers(one: Attribute, stated: Mapping[str, Plain], facts: Facts) -> dict[str, Fraction | int]:
    """Return the factors of a sum that are known: of the case, where it is in no conflict, and of a candidate."""
    names = [name for of, _ in one.computed for name in of]
    case = {name: number(next(iter(facts[name]))) for name in names if len(facts.get(name, ())) == 1}
    counted = tokens_at(stated, facts) if not TOKENS_AT.keys().isdisjoint(names) else {}
    return case | {name: number(stated[name]) for name in names if name in stated} | counted


def tokens_at(offer: Mapping[str, Plain], facts: Facts) -> dict[str, Fraction | int]:
    """Return how many tokens have each price; nothing where the case does not say how many there are."""
    case = {name: [number(raw) for raw in facts[name]] for name in ON_CASE if facts.get(name)}
    if any(name not in case for name in TOKENS) or any(len(values) > 1 for values in case.values()):
        return {}
    tiered = not offer.keys().isdisjoint(TIER_PRICES)
    if TIER_ABOVE in offer:  # long requests cost the tier's prices if they are not known to be below it
        tiered = LONG_TOKENS not in case or case[LONG_TOKENS][0] > number(offer[TIER_ABOVE])
    charged = {LONG_SHARE: tiered, CACHED_SHARE: CACHED_PRICE in offer, BATCH_SHARE: offer.keys() >= {*BATCH_PRICES}}
    long, cached, batch = (case[name][0] if name in case and given else 0 for name, given in charged.items())
    tokens = [case[name][0] for name in TOKENS]
    short = [each * (1 - batch) * (1 - long) for each in tokens]
    others = [*(each * (1 - batch) * long for each in tokens), *(each * batch for each in tokens)]
    counts = (short[0] * (1 - cached), short[1], short[0] * cached, *others)
    return {name: its for name, its in zip(TOKENS_AT, counts, strict=True) if is_short(its)}
