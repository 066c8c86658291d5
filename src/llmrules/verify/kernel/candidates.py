"""The candidates, derived again: who is judged, checks, points, notes, verdicts, places, promises, what is open."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from .case import concludes, derive_case
from .criteria import Conditions, Criterion, World
from .given import HARD, SOFT, TESTED, Given, Row, name_of, names_of
from .refusal import Plain, Record, sparse
from .standing import carried, contenders, result, sums
from .truth import Facts, Truth
from .values import days
from .worlds import Known, Worlds

Said: TypeAlias = dict[str, dict[str, tuple[int, Record]]]  # what candidates share, with the places of it


def derive_candidates(given: Given, facts: Facts, case: Record) -> Record:
    """Return what is found of the models by the rules that fired, and what those on trial would do."""
    fired = [one["id"] for one in case["rules"] if one["status"] == "fired"]
    trials = [one for one in case["rules"] if one["status"] == "trial"]
    criteria = {name: Criterion(given.rules[name], given, facts) for name in fired if given.rules[name].on_models}
    worlds = Worlds(given, facts, [given.rules[name] for name in (*criteria, *(one["id"] for one in trials))])
    known = list(worlds.known())
    judged, left_out = _judged(given, facts, known)
    candidates = _candidates(worlds, judged, criteria)
    said: Said = {"concluded": {}, "computed": {}}
    shared = {one: one.record(said) for one in dict.fromkeys(one for _, one in candidates)}
    records = [{"model": row.model} | sparse(offer=row.offer) | shared[one] for row, one in candidates]
    ranked = contenders(records, given.over)
    for record, place in carried(ranked, given.over):
        record["place"] = place
    outcome = result(given, ranked, sorted(fired))
    pairs = enumerate(zip(candidates, records, strict=True))
    standing = [(place, row, one) for place, ((row, one), its) in pairs if its["verdict"] != "excluded"]
    rows = [(one.known.world, records[place]) for place, _, one in standing]
    return {
        "criteria": [one.record() for one in criteria.values()],
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
        **sparse(unknowns=_unknowns([one for _, _, one in standing]), resting=_resting(worlds, criteria, standing)),
        **sparse(promises=_promised(given, facts, case, rows, outcome)),
    }


def eligible(given: Given) -> list[str]:
    """Return who is eligible, as far as it is ranked; nobody where a rule refuses the case."""
    case, facts = derive_case(given)
    fired = [given.rules[one["id"]] for one in case["rules"] if one["status"] == "fired"]
    if any(rule.effect == "refuse" for rule in fired):
        return []
    criteria = {rule.id: Criterion(rule, given, facts) for rule in fired if rule.effect in (*HARD, "exempt")}
    worlds = Worlds(given, facts, [one.rule for one in criteria.values()])
    judged, _ = _judged(given, facts, list(worlds.known()))
    rows = [row for row, one in _candidates(worlds, judged, criteria) if one.earned["verdict"] == "eligible"]
    return sorted({row.name if given.over == "offers" else row.model for row in rows})


def _judged(
    given: Given, facts: Facts, known: list[tuple[Row, Known]]
) -> tuple[list[tuple[Row, Known]], Record | None]:
    """Return who is judged, and the names of those who are not; None where nothing restricts the decision."""
    if given.among is None and given.only is None:
        return known, None
    rows, only = [row for row, _ in known], Conditions("only", given.only or {}, given, facts)
    listed = {row.model for row in rows}
    among = listed if given.among is None else set(given.among)
    truths: dict[Row, Truth] = {row: only.on(one.world) for row, one in known if row.model in among}

    def is_disputed(row: Row, one: Known) -> bool:
        worlds = (world for worlds in one.others.values() for world in worlds)
        return any((only.on(world) is True) is not (truths[row] is True) for world in worlds)

    return [(row, one) for row, one in known if truths.get(row) is True], sparse(
        among=names_of([row for row in rows if row.model not in among], rows),
        only=names_of([row for row, truth in truths.items() if truth is False], rows),
        undecided=names_of([row for row, truth in truths.items() if truth is None], rows),
        unmatched=sorted(among - listed),
        disputed=names_of([row for row, one in known if row in truths and is_disputed(row, one)], rows),
    )


def _candidates(
    worlds: Worlds, judged: list[tuple[Row, Known]], criteria: Mapping[str, Criterion]
) -> list[tuple[Row, "Candidate"]]:
    alike = {one: Candidate(worlds, one, criteria) for one in dict.fromkeys(one for _, one in judged)}
    return [(row, alike[one]) for row, one in judged]


class Candidate:
    """Those who are alike in all that is read of them, under all criteria."""

    def __init__(self, worlds: Worlds, known: Known, criteria: Mapping[str, Criterion]) -> None:
        """Take all criteria, with the exemptions that reach it."""
        self.given, self.worlds, self.known, self.criteria = worlds.given, worlds, known, criteria
        self.exempting = [one for one in criteria.values() if one.effect == "exempt" and one.truth(known.world)]
        applied = [(one, *self.applied(one)) for one in criteria.values()]
        self.found, self.places = [(one, its) for one, _, its in applied], [place for _, place, _ in applied]
        self.earned = sums(((one.rule, its) for one, its in self.found), "/given/rules")

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
        key = str([*map(world.get, sorted(rule.tests))])
        usual = criterion.usual if criterion.effect != "caution" and not self.exempting else {}
        if key in usual:
            return usual[key]
        truth = criterion.truth(world)
        outcomes: dict[Truth, str] = {True: "points", False: "none", None: "unknown"}
        if criterion.effect in HARD:
            policy = rule.record.get("unknown", self.given.unknown)
            unknown = {"apart": "unknown", "exclude": "failed", "accept": "accepted"}[policy]
            exempting = [] if truth else [one.rule.id for one in self.exempting if rule.id in one.rule.body]
            by = sparse(exempted_by=exempting)
            outcomes = dict.fromkeys(outcomes, "exempted") if by else {True: "passed", False: "failed", None: unknown}
        elif criterion.effect not in SOFT:  # one that asks for approval is attached where it is unknown, too
            attached = truth or (truth is None and rule.record.get("level") == "approval")
            people = self.given.approved_by(rule, world["model"], self.worlds.facts) if attached else []
            by = sparse(approved_by=people)
            outcomes = dict.fromkeys(outcomes, "approved" if by else "attached" if attached else "none")
        return usual.setdefault(key, criterion.applied(world, outcomes[truth], by, key))

    def disputes(self) -> Iterator[Record]:
        """Record each disputed value under which a rule would say something else."""
        for attribute, worlds in sorted(self.known.others.items()):
            known, its = self.known.world, self.criteria.items()
            others = [(one, {of for of in {*one, *known} if one.get(of) != known.get(of)}) for one in worlds]
            rules = [
                name for name, one in its if any(of & one.rule.tests and one.differs(at, known) for at, of in others)
            ]
            if rules:
                values = [one["value"] for one in self.known.entries[attribute]["disputed"]]
                yield {"attribute": attribute, "values": values, "rules": rules}

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
    counts = [
        {"attribute": name, "undecided": undecided[name], "unscored": unscored[name], "settles": settles[name]}
        for name in undecided | unscored
    ]
    return sorted(counts, key=lambda one: (-one["settles"], -one["undecided"], -one["unscored"], one["attribute"]))


def _resting(
    worlds: Worlds, criteria: Mapping[str, Criterion], standing: list[tuple[int, Row, Candidate]]
) -> list[Record]:
    """Return the newest source, if all are dated, of the values in use; a model's counts at its first candidate."""
    given, seen = worlds.given, set[str]()
    used = worlds.rested_on({name for one in criteria.values() for name in one.rule.tests})
    newest: dict[Candidate, list[tuple[str, str]]] = {}
    found = defaultdict[str, defaultdict[str, list[int]]](lambda: defaultdict(list))
    for place, row, one in standing:
        if one not in newest:
            newest[one] = [
                *_newest(given, [(name, one.known.entries[name]) for name in used if name in one.known.entries])
            ]
        for name, source in newest[one]:
            if row.model not in seen or given.attributes[name].scope == "offer":
                found[source][name].append(place)
        seen.add(row.model)
    records = []
    for source, values in found.items():
        age = days(given.day)[0] - days(given.dates[source])[0]
        record = {"source": source, "date": given.dates[source], "days": age, "values": dict(values)}
        records.append(record | sparse(old=age > given.stale_after or None))
    return sorted(records, key=lambda one: (one["date"], one["source"]))


def _newest(given: Given, entries: Iterable[tuple[str, Record]]) -> Iterator[tuple[str, str]]:
    """Yield the attributes of entries whose sources are all dated, with the newest of these."""
    for name, entry in entries:
        sources = entry.get("sources", ())
        if sources and given.dates.keys() >= {*sources}:
            yield name, min(sources, key=lambda one: (-days(given.dates[one])[0], one))


def _promised(
    given: Given, facts: Facts, case: Record, rows: list[tuple[World, Record]], result: Record
) -> list[Record]:
    """Record the promises that the case falls under; ``rows`` are candidates with their records, places and all."""
    eligible = [(world, one) for world, one in rows if one["verdict"] == "eligible"]
    first = [(world, one) for world, one in eligible if one.get("place") == 1 and not result["refused"]]
    events = {"refused": result["refused"], "conflict": [one["attribute"] for one in case["conflicts"]]}

    def breaches(promise: Plain) -> Iterator[Record]:
        for kind in [kind for kind in TESTED if kind in promise]:
            table, reached = Conditions(kind, promise[kind], given, facts), first if kind == "best" else eligible
            failing = [name_of(one) for world, one in reached if not table.on(world)]
            if kind == "some" and len(failing) == len(eligible):
                yield {"kind": kind}
            elif kind != "some" and failing:
                yield {"kind": kind, "names": failing}
        yield from ({"kind": one, "names": events[one]} for one in promise.get("never", ()) if events[one])

    met = [(one, given.promises[one["promise"]]) for one in case.get("promises", ())]
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
