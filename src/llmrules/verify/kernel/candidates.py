"""The candidates, derived again: checks, points, verdicts, places, promises, what is open, what is in the way."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from itertools import combinations
from math import comb
from typing import TypeAlias

from .case import concludes, derive_case
from .consistent import earned, result
from .given import HARD, SOFT, TESTED, Given, Row, Rule, name_of, names_of, rows_of
from .refusal import Plain, Record, sparse
from .truth import Facts, Truth
from .values import days, read_at
from .worlds import Conditions, Criterion, Known, World, Worlds

Said: TypeAlias = dict[str, dict[str, tuple[int, Record]]]  # what candidates share, with the places of it
Rows: TypeAlias = list[tuple[Row, Known]]
MOST_CASES, MOST_JUDGED = 100, 20_000  # that one search decides, and candidates that it judges in all of them


def derive_candidates(given: Given, facts: Facts, case: Record) -> Record:
    """Return what is found of the models by the rules that fired, and what those on trial would do."""
    fired, trials = ([one for one in case["rules"] if one["status"] == status] for status in ("fired", "trial"))
    rules = [given.rules[one["id"]] for one in fired]
    criteria = [Criterion(rule, given, facts) for rule in rules if rule.on_models]
    worlds = Worlds(given, facts, [*rules, *(given.rules[one["id"]] for one in trials)])
    known = list(worlds.known())
    judged, left_out = _judged(given, facts, known)
    alike = {one: Candidate(worlds, one, criteria) for one in dict.fromkeys(dict(judged).values())}
    said: Said = {"concluded": {}, "computed": {}}
    shared = {one: one.record(said) for one in alike.values()}
    candidates = [(row, alike[one]) for row, one in judged]
    records = [{"model": row.model} | sparse(offer=row.offer) | shared[one] for row, one in candidates]
    outcome, places = result(given, records, [rule.id for rule in rules])
    records = [one | sparse(place=places.get(name_of(one))) for one in records]
    standing = [(place, *one) for place, one in enumerate(candidates) if one[1].earned["verdict"] != "excluded"]
    promised = _promised(worlds, case, [(one.known.world, records[place]) for place, _, one in standing], outcome)
    return {
        "criteria": [one.record() for one in criteria],
        "contradictions": [
            {"model": row.model, "attribute": attribute, "rule": rule}
            for row, one in known
            for attribute, rule in sorted(one.contradictions if row.place == 0 else ())  # once for all its offers
        ],
        **({} if left_out is None else {"left_out": left_out}),
        "candidates": records,
        "trials": [_trial(given, facts, candidates, one) for one in trials],
        "result": outcome,
        **{part: [one for _, one in its.values()] for part, its in said.items() if its},
        **sparse(unknowns=_unknowns([one for _, _, one in standing]), resting=_resting(worlds, rules, standing)),
        **sparse(promises=promised),
    }


def _judged(given: Given, facts: Facts, known: Rows) -> tuple[Rows, Record | None]:
    """Return who is judged, and the names of those who are not; None where nothing restricts the decision."""
    if given.among is None and given.only is None:
        return known, None
    rows, only = [row for row, _ in known], Conditions("only", given.only or {}, given, facts)
    listed = {row.model for row in rows}
    among = listed if given.among is None else set(given.among)
    truths: dict[Row, Truth] = {row: only.on(one.world) for row, one in known if row.model in among}
    disputed = {row: {only.on(world) for its in one.others.values() for world in its} for row, one in known}
    left_out = {
        "among": [row for row in rows if row.model not in among],
        "only": [row for row in truths if truths[row] is False],
        "undecided": [row for row in truths if truths[row] is None],
        "disputed": [row for row in truths if {its is True for its in disputed[row]} - {truths[row] is True}],
    }
    names = {part: names_of(some, rows) for part, some in left_out.items()}
    return [(row, one) for row, one in known if truths.get(row)], sparse(unmatched=sorted(among - listed), **names)


class Candidate:
    """Those who are alike in all that is read of them, under all criteria."""

    def __init__(self, worlds: Worlds, known: Known, criteria: list[Criterion]) -> None:
        self.worlds, self.known, self.criteria = worlds, known, criteria
        self.exempting = [one.rule for one in criteria if one.effect == "exempt" and one.truth(known.world)]
        applied = [(one, *self.applied(one)) for one in criteria]
        self.found, self.places = [(one, its) for one, _, its in applied], [place for _, place, _ in applied]
        self.earned = earned(((one.rule, its) for one, its in self.found), "/given/rules")

    def record(self, said: Said) -> Record:
        """Record how every rule comes out; one that is excluded has no points, but what it would earn."""
        shared = (("concluded", self.known.concluded), ("computed", self.known.computed))
        places = {part: said[part].setdefault(str(its), (len(said[part]), its))[0] for part, its in shared if its}
        missing = self.lacks(HARD, "unknown") if self.earned["verdict"] == "unverified" else ()
        more = sparse(**self.known.outlook, disputes=[*self.disputes()], missing=sorted(missing))
        return {"outcomes": self.places} | self.earned | places | more

    def applied(self, criterion: Criterion) -> tuple[int, Record]:
        """Return how a rule comes out, by which exemptions or whose approval, with the place of that."""
        rule, world, by = criterion.rule, self.known.world, Record()
        key = str([*map(world.get, rule.tests)])
        usual = criterion.usual if criterion.effect != "caution" and not self.exempting else {}
        if key in usual:
            return usual[key]
        truth = criterion.truth(world)
        outcomes: dict[Truth, str] = {True: "points", False: "none", None: "unknown"}
        if criterion.effect in HARD:
            policy = rule.record.get("unknown", self.worlds.given.unknown)
            unknown = {"apart": "unknown", "exclude": "failed", "accept": "accepted"}[policy]
            exempting = [] if truth else [one.id for one in self.exempting if rule.id in one.body]
            by = sparse(exempted_by=exempting)
            outcomes = dict.fromkeys(outcomes, "exempted") if by else {True: "passed", False: "failed", None: unknown}
        elif criterion.effect not in SOFT:  # one that asks for approval is attached where it is unknown, too
            attached = truth or (truth is None and rule.record.get("level") == "approval")
            people = self.worlds.given.approved_by(rule, world["model"], self.worlds.facts) if attached else []
            by = sparse(approved_by=people)
            outcomes = dict.fromkeys(outcomes, "approved" if by else "attached" if attached else "none")
        return usual.setdefault(key, criterion.applied(world, outcomes[truth], by, key))

    def disputes(self) -> Iterator[Record]:
        """Record each disputed value under which a rule would say something else."""
        for attribute, worlds in sorted(self.known.others.items()):
            differing = [one for one in self.criteria if any(one.differs(at, self.known.world) for at in worlds)]
            if differing:
                values = [one["value"] for one in self.known.entries[attribute]["disputed"]]
                yield {"attribute": attribute, "values": values, "rules": [one.rule.id for one in differing]}

    def lacks(self, effects: tuple[str, ...], *outcomes: str) -> set[str]:
        """Return what rules with one of some effects and outcomes lack to be decided, that somebody could state."""
        return {
            lower
            for criterion, its in self.found
            if criterion.effect in effects and its["outcome"] in outcomes
            for leaf, one in zip(criterion.leaves, its["leaves"], strict=True)
            if one["holds"] == "unknown"
            for lower in self.worlds.lacked(leaf.name, self.known.world)
        }


def _unknowns(standing: list[Candidate]) -> list[Record]:
    """Count the candidates whose checks or points each attribute leaves open, and those that it alone would settle."""
    undecided, unscored, settles = Counter[str](), Counter[str](), Counter[str]()
    for one, count in Counter(standing).items():
        checks, missing = one.lacks(HARD, "unknown", "accepted"), one.lacks(HARD, "unknown")
        undecided.update(dict.fromkeys(checks, count))
        unscored.update(dict.fromkeys(one.lacks(SOFT, "unknown"), count))
        settles.update(dict.fromkeys(missing if len(missing) == 1 else (), count))
    kinds = {"undecided": undecided, "unscored": unscored, "settles": settles}
    counts = [{"attribute": name} | {kind: its[name] for kind, its in kinds.items()} for name in undecided | unscored]
    return sorted(counts, key=lambda one: (-one["settles"], -one["undecided"], -one["unscored"], one["attribute"]))


def _resting(worlds: Worlds, rules: list[Rule], standing: list[tuple[int, Row, Candidate]]) -> list[Record]:
    """Return the newest source, if all are dated, of the values in use; a model's counts at its first candidate."""
    given, seen = worlds.given, set[str]()
    used = worlds.rested_on({name for rule in rules for name in rule.tests})
    found = defaultdict[str, defaultdict[str, list[int]]](lambda: defaultdict(list))
    for place, row, one in standing:
        for name in used:
            if name in one.known.newest and (row.model not in seen or given.attributes[name].scope == "offer"):
                found[one.known.newest[name]][name].append(place)
        seen.add(row.model)
    records = []
    for source, values in found.items():
        age = days(given.day)[0] - days(given.dates[source])[0]
        record = {"source": source, "date": given.dates[source], "days": age, "values": dict(values)}
        records.append(record | sparse(old=age > given.stale_after or None))
    return sorted(records, key=lambda one: (one["date"], one["source"]))


def _promised(worlds: Worlds, case: Record, rows: list[tuple[World, Record]], result: Record) -> list[Record]:
    """Record the promises that the case falls under; ``rows`` are candidates with their records, places and all."""
    eligible = [(world, one) for world, one in rows if one["verdict"] == "eligible"]
    first = [(world, one) for world, one in eligible if one.get("place") == 1 and not result["refused"]]
    events = {"refused": result["refused"], "conflict": [one["attribute"] for one in case["conflicts"]]}

    def breaches(promise: Plain) -> Iterator[Record]:
        for kind in [kind for kind in TESTED if kind in promise]:
            table = Conditions(kind, promise[kind], worlds.given, worlds.facts)
            reached = first if kind == "best" else eligible
            failing = [name_of(one) for world, one in reached if not table.on(world)]
            if kind == "some" and len(failing) == len(eligible):
                yield {"kind": kind}
            elif kind != "some" and failing:
                yield {"kind": kind, "names": failing}
        yield from ({"kind": one, "names": events[one]} for one in promise.get("never", ()) if events[one])

    met = [(one, worlds.given.promises[one["promise"]]) for one in case.get("promises", ())]
    return [one | sparse(breaches=[*one.get("breaches", ()), *breaches(promise)]) for one, promise in met]


def _trial(given: Given, facts: Facts, candidates: list[tuple[Row, Candidate]], found: Record) -> Record:
    rule = given.rules[found["id"]]
    blocked = found.get("unless", {}).get("holds") or "defeated_by" in found
    record = {"rule": rule.id, "fires": bool(found["when"]["holds"] and not blocked)}
    if record["fires"] and rule.effect == "conclude":
        return record | {"concludes": concludes(given, rule)}
    if not record["fires"] or not rule.on_models:
        return record
    criterion = Criterion(rule, given, facts)
    applied = [(row, one.applied(criterion)[1]) for row, one in candidates]

    def named(key: str, *said: str) -> list[str]:
        return names_of([row for row, its in applied if its.get(key) in said], [row for row, _ in applied])

    if criterion.effect in SOFT:
        points = {its["points"] for _, its in applied if "points" in its}
        pairs = sorted((name, one) for one in points for name in named("points", one))
        return record | sparse(points=[{"model": name, "points": one} for name, one in pairs])
    if criterion.effect in HARD:
        return record | sparse(excludes=named("outcome", "failed"), unverifies=named("outcome", "unknown"))
    return record | sparse(attaches=named("outcome", "attached", "approved"))


def derive_ways(given: Given, result: Record, claimed: list[Record]) -> Record:
    """Return all smallest sets that leave nobody, and that have to go, if not too many; what else helps is checked."""
    if result["ranking"] and not result["refused"]:
        return {}
    stated = sorted(one for one, its in given.requirements.items() if its["origin"] == "stated" and one != "as_of")
    most = min(MOST_CASES, MOST_JUDGED // max(1, len(rows_of(given))))

    @cache
    def left(dropped: frozenset[str]) -> list[str]:
        return _eligible(_stating(given, dict.fromkeys(dropped)))

    conflicts = _smallest(stated, most, lambda kept: not left(frozenset(stated).difference(kept)))
    drops = _smallest(stated, most, lambda dropped: bool(left(frozenset(dropped))))
    found = [{"drops": list(one), "brings": left(frozenset(one))} for one in drops]
    found += _helping(given, {*stated}, found, claimed[len(drops) :], most)
    return sparse(conflict_sets=[list(one) for one in conflicts], relaxations=found)


def _helping(given: Given, stated: set[str], found: list[Record], claimed: list[Record], most: int) -> Iterator[Record]:
    """Yield what is claimed beyond what was found, with whom it brings, unless a part of it brings somebody, too."""
    seen = [dict.fromkeys(one["drops"]) for one in found]
    for one in claimed:
        restated = [(its["attribute"], its["value"]) for its in one.get("states", ())]
        changes, size = dict.fromkeys(one["drops"]) | dict(restated), len(one["drops"]) + len(restated)
        most -= 2**size
        if most < 0 or size != len(changes) or changes in seen or not stated >= changes.keys():
            continue
        for name, value in restated:
            read_at("value", "/found/relaxations", value, given.attributes[name].whole, given.attributes[name].within)
        seen.append(changes)
        parts = (dict(part) for less in range(size) for part in combinations(changes.items(), less))
        alone = not any(_eligible(_stating(given, part)) for part in parts)
        if brings := _eligible(_stating(given, changes)) if alone else []:
            yield one | {"brings": brings}


def _smallest(names: list[str], most: int, works: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, ...]]:
    """Return all of the smallest sets that work; none where there are too many to try."""
    for size in range(len(names) + 1):
        if sum(comb(len(names), smaller) for smaller in range(size + 1)) > most:
            break
        if found := [one for one in combinations(names, size) if works(one)]:
            return found
    return []


def _stating(given: Given, changes: Record) -> Given:
    """Return what is given with requirements stated otherwise, or not (None), so that what is assumed holds."""
    other, found = copy(given), dict(given.requirements)
    for name, value in changes.items():
        known, origin = (given.attributes[name].default, "assumed") if value is None else (value, "stated")
        found[name] = {"attribute": name, "value": known, "origin": origin}
    other.requirements = {name: one for name, one in found.items() if one["value"] is not None}
    return other


def _eligible(given: Given) -> list[str]:
    """Return who is eligible, as far as it is ranked; nobody where a rule refuses the case."""
    case, facts = derive_case(given)
    fired = [given.rules[one["id"]] for one in case["rules"] if one["status"] == "fired"]
    if any(rule.effect == "refuse" for rule in fired):
        return []
    criteria = [Criterion(rule, given, facts) for rule in fired if rule.on_models and rule.effect in (*HARD, "exempt")]
    worlds = Worlds(given, facts, [one.rule for one in criteria])
    judged, _ = _judged(given, facts, list(worlds.known()))
    verdicts = {one: Candidate(worlds, one, criteria).earned["verdict"] for one in dict.fromkeys(dict(judged).values())}
    rows = [row for row, one in judged if verdicts[one] == "eligible"]
    return sorted({row.name if given.over == "offers" else row.model for row in rows})
