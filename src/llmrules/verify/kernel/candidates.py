"""The candidates, derived again: who is judged, checks, points, notes, verdicts, places, promises, what is open."""

from collections.abc import Iterator, Mapping

from .case import concludes, derive_case
from .criteria import Conditions, Criterion, World
from .given import HARD, SOFT, TESTED, Given, Row, name_of, names_of, on_them
from .questions import Wanted, resting, unknowns
from .refusal import Plain, Record, sparse
from .standing import carried, contenders, result, sums
from .truth import Facts, Truth
from .worlds import Classes, Known, know, outlook


def derive_candidates(given: Given, facts: Facts, case: Record) -> Record:
    """Return what is found of the models by the rules that fired, and what those on trial would do."""
    fired = [one["id"] for one in case["rules"] if one["status"] == "fired"]
    rules = [given.rules[name] for name in sorted(fired) if on_them(given.rules[name])]
    criteria = {rule["id"]: Criterion(rule, given, facts) for rule in rules}
    classes = Classes(given)
    known = list(know(given, facts, classes))
    judged, left_out = _judged(given, facts, known)
    wanted = Wanted(given, facts, criteria, classes)
    candidates = [Candidate(given, facts, one, criteria) for one in judged]
    said: dict[str, dict[str, tuple[int, Record]]] = {"concluded": {}, "computed": {}}
    records = [one.record(wanted, said) for one in candidates]
    ranked = contenders(records, given.over)
    for record, place in carried(ranked, given.over):
        record["place"] = place
    rows = enumerate(zip(candidates, records, strict=True))
    standing = [(place, one.known, one.found, its) for place, (one, its) in rows if its["verdict"] != "excluded"]
    outcome = result(given, ranked, fired)
    return {
        "criteria": [one.record() for one in criteria.values()],
        "contradictions": [
            {"model": one.row.model, "attribute": attribute, "rule": rule}
            for one in known
            for attribute, rule in sorted(one.contradictions if one.row.place == 0 else ())  # once for all its offers
        ],
        **({} if left_out is None else {"left_out": left_out}),
        "candidates": records,
        "trials": [_trial(given, facts, candidates, one) for one in case["rules"] if one["status"] == "trial"],
        "result": outcome,
        **{part: [one for _, one in its.values()] for part, its in said.items() if its},
        **sparse(unknowns=unknowns(standing, wanted), resting=resting(standing, wanted)),
        **sparse(promises=_promised(given, facts, case, [(one.world, its) for _, one, _, its in standing], outcome)),
    }


def eligible(given: Given) -> list[str]:
    """Return who is eligible, as far as it is ranked; nobody where a rule refuses the case."""
    case, facts = derive_case(given)
    fired = [given.rules[one["id"]] for one in case["rules"] if one["status"] == "fired"]
    if any(rule["effect"] == "refuse" for rule in fired):
        return []
    criteria = {rule["id"]: Criterion(rule, given, facts) for rule in fired if rule["effect"] in (*HARD, "exempt")}
    judged, _ = _judged(given, facts, list(know(given, facts, Classes(given))))
    rows = [one.row for one in judged if Candidate(given, facts, one, criteria).earned["verdict"] == "eligible"]
    return sorted({row.name if given.over == "offers" else row.model for row in rows})


def _judged(given: Given, facts: Facts, known: list[Known]) -> tuple[list[Known], Record | None]:
    """Return who is judged, and the names of those who are not; None where nothing restricts the decision."""
    if given.among is None and given.only is None:
        return known, None
    rows = [one.row for one in known]
    listed = {row.model for row in rows}
    among = listed if given.among is None else set(given.among)
    only = Conditions("only", given.only or {}, given, facts)
    truths: dict[Row, Truth] = {one.row: only.on(one.world) for one in known if one.row.model in among}

    def is_disputed(one: Known) -> bool:
        worlds = (world for worlds in one.others.values() for world in worlds)
        return any((only.on(world) is True) is not (truths[one.row] is True) for world in worlds)

    return [one for one in known if truths.get(one.row) is True], sparse(
        among=names_of([row for row in rows if row.model not in among], rows),
        only=names_of([row for row, truth in truths.items() if truth is False], rows),
        undecided=names_of([row for row, truth in truths.items() if truth is None], rows),
        unmatched=sorted(among - listed),
        disputed=names_of([one.row for one in known if one.row in truths and is_disputed(one)], rows),
    )


class Candidate:
    """One model with one of its offers, under all criteria."""

    def __init__(self, given: Given, facts: Facts, known: Known, criteria: Mapping[str, Criterion]) -> None:
        """Take all criteria, with the exemptions that reach it."""
        self.given, self.facts, self.known, self.criteria = given, facts, known, criteria
        self.exempting = [one for one in criteria.values() if one.effect == "exempt" and one.truth(known.world)]
        applied = [(one, *self.applied(one)) for one in criteria.values()]
        self.found, self.places = [(one, its) for one, _, its in applied], [place for _, place, _ in applied]
        self.earned = sums(((one.rule, its) for one, its in self.found), "/given/rules")

    def record(self, wanted: Wanted, said: dict[str, dict[str, tuple[int, Record]]]) -> Record:
        """Record how every rule comes out; one that is excluded has no points, but what it would earn."""
        known, earned = self.known, self.earned
        is_open = earned["verdict"] == "unverified"
        missing = wanted.by(self.found, known.world, HARD, ("unknown",)) if is_open else ()
        shared = {part: its for part, its in (("concluded", known.concluded), ("computed", known.computed)) if its}
        places = {part: said[part].setdefault(str(its), (len(said[part]), its))[0] for part, its in shared.items()}
        return {"model": known.row.model, "outcomes": self.places, **earned, **places} | sparse(
            **outlook(self.given, wanted.facts, known),
            offer=known.row.offer,
            disputes=[*self.disputes()],
            missing=sorted(missing),
        )

    def applied(self, criterion: Criterion) -> tuple[int, Record]:
        """Return how a rule comes out, by which exemptions or whose approval, with the place of that."""
        name, key, by = criterion.rule["id"], str([*map(self.known.world.get, criterion.names)]), Record()
        usual = criterion.usual if criterion.effect != "caution" and not self.exempting else {}
        if key in usual:
            return usual[key]
        truth = criterion.truth(self.known.world)
        outcomes: dict[Truth, str] = {True: "points", False: "none", None: "unknown"}
        if criterion.effect in HARD:
            policy = criterion.rule.get("unknown", self.given.unknown)
            unknown = {"apart": "unknown", "exclude": "failed", "accept": "accepted"}[policy]
            exempting = [] if truth else [one.rule["id"] for one in self.exempting if name in one.rule["body"]]
            by = sparse(exempted_by=exempting)
            outcomes = dict.fromkeys(outcomes, "exempted") if by else {True: "passed", False: "failed", None: unknown}
        elif criterion.effect not in SOFT:  # one that asks for approval is attached where it is unknown, too
            attached = truth or (truth is None and criterion.rule.get("level") == "approval")
            people = (
                self.given.approved_by(name, self.known.row.model, self.facts) if criterion.effect == "caution" else []
            )
            by = sparse(approved_by=people) if attached else {}
            outcomes = dict.fromkeys(outcomes, "approved" if by else "attached" if attached else "none")
        return usual.setdefault(key, criterion.applied(self.known.world, outcomes[truth], by, key))

    def disputes(self) -> Iterator[Record]:
        """Record each disputed value under which a rule would say something else."""
        for attribute, worlds in sorted(self.known.others.items()):
            known, its = self.known.world, self.criteria.items()
            others = [(one, {of for of in {*one, *known} if one.get(of) != known.get(of)}) for one in worlds]
            rules = [name for name, one in its if any(of & one.names and one.differs(at, known) for at, of in others)]
            if rules:
                values = [one["value"] for one in self.known.entries[attribute]["disputed"]]
                yield {"attribute": attribute, "values": values, "rules": rules}


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


def _trial(given: Given, facts: Facts, candidates: list[Candidate], found: Record) -> Record:
    rule = given.rules[found["id"]]
    blocked = found.get("unless", {}).get("holds") or "defeated_by" in found
    record = {"rule": rule["id"], "fires": bool(found["when"]["holds"] and not blocked)}
    if record["fires"] and rule["effect"] == "conclude":
        return record | {"concludes": concludes(given, rule)}
    if not record["fires"] or not on_them(rule):
        return record
    criterion = Criterion(rule, given, facts)
    applied = [(one.known.row, one.applied(criterion)[1]) for one in candidates]

    def named(key: str, *said: str) -> list[str]:
        return names_of([row for row, its in applied if its.get(key) in said], [row for row, _ in applied])

    if criterion.effect in SOFT:
        points = {its["points"] for _, its in applied if "points" in its}
        pairs = sorted((name, one) for one in points for name in named("points", one))
        return record | sparse(points=[{"model": name, "points": one} for name, one in pairs])
    if criterion.effect in HARD:
        return record | sparse(excludes=named("outcome", "failed"), unverifies=named("outcome", "unknown"))
    return record | sparse(attaches=named("outcome", "attached", "approved"))
