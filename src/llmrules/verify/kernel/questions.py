"""What is open about those who are not excluded: facts that nobody states, and what the values in use rest on."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from .computed import factors, lacking, numbers
from .criteria import Criterion, World
from .given import HARD, SOFT, Given
from .refusal import Record, sparse
from .truth import Facts
from .values import days
from .worlds import Classes, Known

MODELS = ("model", "offer")
Found: TypeAlias = Sequence[tuple[Criterion, Record]]  # each criterion with how it comes out on a candidate
Standing: TypeAlias = Sequence[tuple[int, Known, Found, Record]]  # who is not excluded, with places and records


class Wanted(NamedTuple):
    """The attributes that somebody would have to state so that rules can decide on candidates."""

    given: Given
    facts: Facts
    criteria: Mapping[str, Criterion]
    classes: Classes

    def by(self, found: Found, world: World, effects: tuple[str, ...], outcomes: tuple[str, ...]) -> set[str]:
        """Return what rules with one of some effects and outcomes lack to be decided on a candidate."""
        unknown = {
            leaf.name
            for criterion, its in found
            if criterion.effect in effects and its["outcome"] in outcomes
            for leaf, one in zip(criterion.leaves, its["leaves"], strict=True)
            if one["holds"] == "unknown"
        }
        return {lower for name in unknown for lower in self.below(name, world)}

    def below(self, name: str, world: World) -> set[str]:
        """Return what an attribute that leaves a test unknown rests on and lacks itself, else the attribute."""
        attribute, below = self.given.attributes[name], set[str]()
        if name not in world and attribute.computed:
            missing = lacking(attribute, numbers(attribute, world, self.facts))
            scopes = {self.given.attributes[one].scope if one in self.given.attributes else None for one in missing}
            below = {lower for one in missing for lower in self.below(one, world)} if scopes <= {*MODELS} else set()
        elif name not in world and attribute.type == "flag":
            undecided = [where for _, where in self.classes.rules[name] if where.on(world) is None]
            unknown = {leaf.name for where in undecided for leaf in where.leaves if leaf.on(world)[0] is None}
            below = {lower for one in unknown for lower in self.below(one, world)}
        return below or {name}


def unknowns(standing: Standing, wanted: Wanted) -> list[Record]:
    """Count the candidates whose checks or points each attribute leaves open, and those that it alone would settle."""
    undecided, unscored, settles = Counter[str](), Counter[str](), Counter[str]()
    for _, known, found, record in standing:
        undecided.update(wanted.by(found, known.world, HARD, ("unknown", "accepted")))
        unscored.update(wanted.by(found, known.world, SOFT, ("unknown",)))
        settles.update(missing if len(missing := record.get("missing", ())) == 1 else ())
    counts = [
        {"attribute": name, "undecided": undecided[name], "unscored": unscored[name], "settles": settles[name]}
        for name in {*undecided, *unscored}
    ]
    return sorted(counts, key=lambda one: (-one["settles"], -one["undecided"], -one["unscored"], one["attribute"]))


def resting(standing: Standing, wanted: Wanted) -> list[Record]:
    """Return the newest source, if all are dated, of the values in use; a model's counts at its first candidate."""
    given, seen = wanted.given, set[str]()
    used = _used(given, {leaf.name for one in wanted.criteria.values() for leaf in one.leaves}, wanted.classes)
    found = defaultdict[str, defaultdict[str, list[int]]](lambda: defaultdict(list))
    for place, known, _, _ in standing:
        for name in used:
            if name in known.entries and (known.row.model not in seen or given.attributes[name].scope == "offer"):
                sources = known.entries[name].get("sources", ())
                dated = sorted((-days(given.dates[source])[0], source) for source in sources if source in given.dates)
                if dated and len(dated) == len(sources):
                    found[dated[0][1]][name].append(place)
        seen.add(known.row.model)
    records = []
    for source, values in found.items():
        age = days(given.day)[0] - days(given.dates[source])[0]
        record = {"source": source, "date": given.dates[source], "days": age, "values": dict(values)}
        records.append(record | sparse(old=age > given.stale_after or None))
    return sorted(records, key=lambda one: (one["date"], one["source"]))


def _used(given: Given, read: set[str], classes: Classes) -> list[str]:
    """Return the attributes that are read, and those from which such ones are concluded or computed."""
    waiting = [*read]
    for name in waiting:
        below = classes.tested.get(name, set()) | factors(given.attributes[name])
        below = {one for one in below & given.attributes.keys() if given.attributes[one].scope in MODELS}
        waiting += sorted(below.difference(waiting))
    return sorted(waiting)
