"""``given`` by name: what a decision rests on, what a rule says of itself, and who the candidates are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from .refusal import Plain, expect
from .truth import Facts, leaves, sides
from .values import Attribute, days, read_at

HARD, SOFT = ("require", "exclude"), ("prefer", "avoid")
TESTED = ("every", "best", "some")  # of which models a promise says what
CANDIDATE = ("model", "offer")  # whose attributes those of a candidate are
ON_MODELS = (*HARD, *SOFT, "caution", "exempt")
"""The effects that are applied to models; the others are conclude, advise and refuse."""


class Rule:
    """What a rule says: its tables, what they test and refer to, and what it does; also of one that means nothing."""

    def __init__(self, record: Plain) -> None:
        """Take it as it is recorded."""
        self.record, self.id, self.effect, self.body = record, record["id"], record["effect"], record["body"]
        self.when, self.unless, self.where = (record.get(key, {}) for key in ("when", "unless", "where"))
        self.overrides: list[str] = record.get("overrides", [])
        table = self.body if isinstance(self.body, dict) else {}
        self.concludes = str(next(iter(table), "")) if self.effect == "conclude" else ""
        graded = [(name, leaf) for name, leaf in table.items() if isinstance(leaf, dict) and "toward" in leaf]
        self.grade = graded[0] if graded and self.effect == "prefer" else None  # an attribute, and which direction
        self.predicate = table if self.effect in ON_MODELS and not self.grade else {}
        self.tests = names_in(self.where, self.predicate).union({self.grade[0]} if self.grade else ())
        self.references, self.compared = referred(self.where, self.predicate), referred(self.when, self.unless)
        self.on_models = self.effect in ON_MODELS and (self.effect != "exempt" or "where" in record)
        """An exemption without ``where`` lets the case off refusals."""


class Given:
    """What a decision rests on, by name: all rules, disabled ones too, and each requirement stated or assumed."""

    def __init__(
        self,
        plain: Plain,
        attributes: dict[str, Attribute],
        resting: dict[str, set[str]],
        off: set[str],
        dates: dict[str, str],
    ) -> None:
        """Take what was read; ``dates`` says when each source was last seen, by its document."""
        self.attributes, self.resting, self.disabled, self.dates = attributes, resting, off, dates
        summed = [attributes[name] for name in resting]
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
        in_force = {name: rule for name, rule in self.rules.items() if name not in off}
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
        """Return who approved a model where a rule asks for it, as far as that is in force on the day decided for.

        Where the rule says so, nobody counts unless it is known that another one asks.
        """
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
