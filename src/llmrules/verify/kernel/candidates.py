"""The candidates, derived again: who is judged, every check, point and note, verdicts, places, and what stays open."""

from collections.abc import Iterable, Iterator, Mapping

from .case import concludes
from .criteria import Conditions, Criterion
from .given import HARD, ON_MODELS, SOFT, Given, Row, grouped, names_of
from .questions import Wanted, resting, unknowns
from .refusal import Record, sparse
from .standing import carried, contenders, result, totals
from .truth import Facts, Truth
from .worlds import Classes, Known, know, outlook


def derive_candidates(given: Given, facts: Facts, rules_found: list[Record]) -> Record:
    """Return what is found of the models by the rules that fired, and what those on trial would do."""
    fired = [one["id"] for one in rules_found if one["status"] == "fired"]
    rules = [given.rules[name] for name in sorted(fired) if given.rules[name]["effect"] in ON_MODELS]
    criteria = {rule["id"]: Criterion(rule, given, facts) for rule in rules}
    classes = Classes(given)
    known = list(know(given, facts, classes))
    judged, left_out = _judged(given, facts, known)
    wanted = Wanted(given, facts, criteria, classes)
    candidates = [Candidate(given, one, criteria) for one in judged]
    records = [one.record(wanted) for one in candidates]
    ranked = contenders(records, given.over)
    for record, place in carried(ranked, given.over):
        record["place"] = place
    standing = [(place, judged[place], one) for place, one in enumerate(records) if one["verdict"] != "excluded"]
    return {
        "criteria": [one.record() for one in criteria.values()],
        "contradictions": [
            {"model": one.row.model, "attribute": attribute, "rule": rule}
            for one in known
            for attribute, rule in sorted(one.contradictions if one.row.place == 0 else ())  # once for all its offers
        ],
        **({} if left_out is None else {"left_out": left_out}),
        "candidates": records,
        "trials": [_trial(given, facts, candidates, one) for one in rules_found if one["status"] == "trial"],
        "result": result(given, ranked, fired),
        **sparse(unknowns=unknowns(standing, wanted), resting=resting(standing, wanted)),
    }


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

    def __init__(self, given: Given, known: Known, criteria: Mapping[str, Criterion]) -> None:
        """Apply all criteria."""
        self.given, self.known, self.criteria = given, known, criteria
        self.truths = {name: one.truth(known.world) for name, one in criteria.items()}
        self.exempting = [one for name, one in criteria.items() if one.effect == "exempt" and self.truths[name]]

    def record(self, wanted: Wanted) -> Record:
        """Record every check, point and note, in the order of causes; an excluded one has no points and no notes."""
        row, world, criteria = self.known.row, self.known.world, self.criteria.values()
        checks = [self.check(one) for one in criteria if one.effect in HARD]
        verdict = verdict_of(checks)
        ranked = verdict != "excluded"
        scores = [self.score(one) for one in criteria if one.effect in SOFT] if ranked else []
        points = totals(self.given, self.criteria, scores, "/given/rules")
        return {"model": row.model} | sparse(
            **outlook(self.given, wanted.facts, self.known),
            offer=row.offer,
            concluded=self.known.concluded,
            computed=self.known.computed,
            exemptions=[one.applied(world, "attached") for one in self.exempting],
            checks=checks,
            verdict=verdict,
            scores=scores,
            points=points[0] if ranked else None,
            then=points[1:] if ranked else None,
            notes=[*self.notes()] if ranked else None,
            disputes=[*self.disputes()],
            missing=sorted(wanted.by(checks, world, ("unknown",))) if verdict == "unverified" else None,
        )

    def check(self, criterion: Criterion) -> Record:
        """Record a hard rule: exempted, passed, failed, or unknown with what the rule (or else the case) says of it."""
        rule, truth = criterion.rule, self.truths[criterion.rule["id"]]
        by = self.exempted(rule["id"])
        unknown = {"apart": "unknown", "exclude": "failed", "accept": "accepted"}[
            rule.get("unknown", self.given.unknown)
        ]
        outcome = "exempted" if by else {True: "passed", False: "failed", None: unknown}[truth]
        return criterion.applied(self.known.world, outcome) | sparse(exempted_by=by)

    def exempted(self, rule: str) -> list[str]:
        """Return the exemptions that reach this candidate and let it off a rule."""
        return [one.rule["id"] for one in self.exempting if rule in one.rule["body"]]

    def score(self, criterion: Criterion) -> Record:
        """Record a soft rule: points only when it is true."""
        truth = self.truths[criterion.rule["id"]]
        outcome = {True: "points", False: "none", None: "unknown"}[truth]
        points = str(criterion.points(self.known.world)) if truth else None
        return criterion.applied(self.known.world, outcome) | sparse(points=points)

    def notes(self) -> Iterator[Record]:
        """Record the cautions that are true; one that asks for approval also where it is unknown."""
        for name, one in self.criteria.items():
            if one.effect == "caution" and attaches(one, self.truths[name]):
                by = self.given.approved_by(name, self.known.row.model)
                yield one.applied(self.known.world, "approved" if by else "attached") | sparse(approved_by=by)

    def disputes(self) -> Iterator[Record]:
        """Record each disputed value under which a rule would say something else."""
        for attribute, worlds in sorted(self.known.others.items()):
            its, known = self.criteria.items(), self.known.world
            rules = [name for name, one in its if any(one.differs(world, known) for world in worlds)]
            if rules:
                values = [one["value"] for one in self.known.entries[attribute]["disputed"]]
                yield {"attribute": attribute, "values": values, "rules": rules}


def verdict_of(checks: Iterable[Record]) -> str:
    """Return the verdict that checks give."""
    outcomes = {one["outcome"] for one in checks}
    return "excluded" if "failed" in outcomes else "unverified" if "unknown" in outcomes else "eligible"


def attaches(criterion: Criterion, truth: Truth) -> bool:
    """Return whether a caution is attached: where it is true, and, if it asks for approval, where it is unknown."""
    return truth is True or (truth is None and criterion.rule.get("level") == "approval")


def _trial(given: Given, facts: Facts, candidates: list[Candidate], found: Record) -> Record:
    rule = given.rules[found["id"]]
    blocked = found.get("unless", {}).get("holds") or "defeated_by" in found
    record = {"rule": rule["id"], "fires": bool(found["when"]["holds"] and not blocked)}
    if record["fires"] and rule["effect"] == "conclude":
        return record | {"concludes": concludes(given, rule)}
    if record["fires"] and rule["effect"] in ON_MODELS:
        return record | _on_models(given, Criterion(rule, given, facts), candidates)
    return record


def _on_models(given: Given, criterion: Criterion, candidates: list[Candidate]) -> Record:
    """Return what it would do of whom: of a model, where it would do so with all its candidates."""
    rule, rows = criterion.rule, [one.known.row for one in candidates]
    truths: dict[Row, Truth] = {one.known.row: criterion.truth(one.known.world) for one in candidates}
    if rule["effect"] in HARD:
        held = {one.known.row for one in candidates if not one.exempted(rule["id"])}
        means = {False: "out", None: {"exclude": "out", "apart": "open"}.get(rule.get("unknown", given.unknown))}
        out, open_ = ([row for row in rows if row in held and means.get(truths[row]) == one] for one in ("out", "open"))
        return sparse(excludes=names_of(out, rows), unverifies=names_of(open_, rows))
    if rule["effect"] in SOFT:
        points = {one.known.row: str(criterion.points(one.known.world)) for one in candidates if truths[one.known.row]}
        return sparse(points=sorted(_points(points, rows), key=lambda one: str(one["model"])))
    return sparse(attaches=names_of([row for row in rows if attaches(criterion, truths[row])], rows))


def _points(points: dict[Row, str], rows: list[Row]) -> Iterator[Record]:
    """Yield the points of each model whose candidates all get the same, else of each candidate."""
    for name, its in grouped(points, rows):
        alike = len({points[row] for row in its}) == 1
        each = its[:1] if alike else its
        yield from ({"model": name if alike else row.name, "points": points[row]} for row in each)
