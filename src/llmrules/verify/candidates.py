"""The candidates, derived again: who is judged, every check, point and note, verdicts, places, and what stays open.

A candidate is a model with one of its offers: all that is asked of it must hold of the same offer.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.verify.criteria import Conditions, Criterion
from llmrules.verify.given import HARD, ON_MODELS, SOFT, Given
from llmrules.verify.questions import Wanted, stale, unknowns
from llmrules.verify.report import Record, sparse
from llmrules.verify.rows import names_of
from llmrules.verify.standing import carried, contenders, result
from llmrules.verify.trials import derive_trials
from llmrules.verify.truth import Truth
from llmrules.verify.worlds import Known, know

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.verify.criteria import World
    from llmrules.verify.rows import Row
    from llmrules.verify.truth import Facts


def derive_candidates(given: Given, facts: Facts, rules_found: list[Record]) -> Record:
    """Return what is found of the models by the rules that fired, and what those on trial would do."""
    fired = [one["id"] for one in rules_found if one["status"] == "fired"]
    rules = [given.rules[name] for name in sorted(fired) if given.rules[name]["effect"] in ON_MODELS]
    criteria = {rule["id"]: Criterion(rule, given, facts) for rule in rules}
    known = list(know(given, facts))
    judged, left_out = _judged(given, facts, known)
    wanted = Wanted(given, facts, criteria)
    candidates = [Candidate.of(given, one, criteria, wanted) for one in judged]
    records = [one.record() for one in candidates]
    ranked = contenders(records, given.over)
    for record, place in carried(ranked, given.over):
        record["place"] = place
    standing = [(one, record) for one, record in zip(judged, records, strict=True) if record["verdict"] != "excluded"]
    refused, advice = (_with_effect(given, fired, effect) for effect in ("refuse", "advise"))
    return {
        "criteria": [one.record() for one in criteria.values()],
        "contradictions": [*_contradictions(known)],
        **({} if left_out is None else {"left_out": left_out}),
        "candidates": records,
        "trials": derive_trials(given, facts, candidates, rules_found),
        "result": result(ranked, given.over, refused=refused, advice=advice),
        **sparse(
            unknowns=unknowns(standing, wanted),
            stale=stale(given, [one for one, _ in standing], criteria.values()),
        ),
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
    return [one for one in known if truths.get(one.row) is True], sparse(
        among=names_of([row for row in rows if row.model not in among], rows),
        only=names_of([row for row, truth in truths.items() if truth is False], rows),
        undecided=names_of([row for row, truth in truths.items() if truth is None], rows),
        unmatched=sorted(among - listed),
        disputed=names_of([one.row for one in known if one.row in truths and _is_disputed(one, only)], rows),
    )


def _is_disputed(known: Known, only: Conditions) -> bool:
    """Return whether a candidate is judged, or is not, because of a value that sources dispute."""
    judged = only.on(known.world) is True
    return any((only.on(world) is True) is not judged for worlds in known.others.values() for world in worlds)


def _contradictions(known: list[Known]) -> Iterator[Record]:
    """Yield what rules conclude of a model against the catalogue, once for all its offers."""
    for one in known:
        if one.row.place == 0:
            for attribute, rule in sorted(one.contradictions):
                yield {"model": one.row.model, "attribute": attribute, "rule": rule}


def _with_effect(given: Given, fired: Iterable[str], effect: str) -> list[str]:
    return sorted(name for name in fired if given.rules[name]["effect"] == effect)


@frozen(eq=False)
class Candidate:
    """One model with one of its offers, under all criteria."""

    given: Given
    known: Known
    criteria: Mapping[str, Criterion]
    truths: Mapping[str, Truth]
    wanted: Wanted

    @classmethod
    def of(cls, given: Given, known: Known, criteria: Mapping[str, Criterion], wanted: Wanted) -> Candidate:
        """Apply all criteria."""
        return cls(given, known, criteria, {name: one.truth(known.world) for name, one in criteria.items()}, wanted)

    def record(self) -> Record:
        """Record every check, point and note, in the order of causes.

        An excluded one has no points, and its notes are not recorded.
        """
        row, known = self.known.row, self.known
        checks = [self.check(one) for one in self.criteria.values() if one.effect in HARD]
        outcomes = {one["outcome"] for one in checks}
        verdict = "excluded" if "failed" in outcomes else "unverified" if "unknown" in outcomes else "eligible"
        ranked = verdict != "excluded"
        scores = [self.score(one) for one in self.criteria.values() if one.effect in SOFT] if ranked else []
        points = sum((Fraction(score.get("points", 0)) for score in scores), Fraction())
        exemptions = [one.applied(known.world, "attached") for one in self.criteria.values() if self.exempts(one)]
        return {"model": row.model} | sparse(
            offer=row.offer,
            concluded=known.concluded,
            computed=known.computed,
            exemptions=exemptions,
            checks=checks,
            verdict=verdict,
            scores=scores,
            points=str(points) if ranked else None,
            notes=[*self.notes()] if ranked else None,
            disputes=[*self.disputes()],
            missing=sorted(self.wanted.by(checks, known.world, ("unknown",))) if verdict == "unverified" else None,
        )

    def check(self, criterion: Criterion) -> Record:
        """Record a hard rule: exempted, passed, failed, or unknown with what the rule (or else the case) says of it."""
        rule, truth = criterion.rule, self.truths[criterion.rule["id"]]
        by = self.exempted(rule["id"])
        policy = rule.get("unknown", self.given.unknown)
        unknown = {"apart": "unknown", "exclude": "failed", "accept": "accepted"}[policy]
        outcome = "exempted" if by else {True: "passed", False: "failed", None: unknown}[truth]
        return criterion.applied(self.known.world, outcome) | sparse(exempted_by=by)

    def exempted(self, rule: str) -> list[str]:
        """Return the exemptions that reach this candidate and let it off a rule."""
        return [name for name, one in self.criteria.items() if self.exempts(one) and rule in one.rule["body"]]

    def exempts(self, criterion: Criterion) -> bool:
        """Return whether an exemption reaches this candidate."""
        return criterion.effect == "exempt" and self.truths[criterion.rule["id"]] is True

    def score(self, criterion: Criterion) -> Record:
        """Record a soft rule: points only when it is true."""
        truth = self.truths[criterion.rule["id"]]
        points = str(criterion.points(self.known.world)) if truth else None
        outcome = {True: "points", False: "none", None: "unknown"}[truth]
        return criterion.applied(self.known.world, outcome) | sparse(points=points)

    def notes(self) -> Iterator[Record]:
        """Record the cautions that are true; one that asks for approval also where it is unknown."""
        for name, one in self.criteria.items():
            truth = self.truths[name]
            if one.effect == "caution" and (truth or (truth is None and one.rule.get("level") == "approval")):
                by = self.given.approved_by(name, self.known.row.model)
                outcome = "approved" if by else "attached"
                yield one.applied(self.known.world, outcome) | sparse(approved_by=by)

    def disputes(self) -> Iterator[Record]:
        """Record each disputed value under which a rule would say something else."""
        for attribute, worlds in sorted(self.known.others.items()):
            others = [(self.changed(world), world) for world in worlds]
            rules = [
                name
                for name, one in self.criteria.items()
                if any(one.reads & names and one.said(world) != one.said(self.known.world) for names, world in others)
            ]
            if rules:
                yield {"attribute": attribute, "values": self.known.disputed(attribute), "rules": rules}

    def changed(self, other: World) -> set[str]:
        """Return the attributes whose values, or whether they are known, differ in another world."""
        world = self.known.world
        return {name for name in world.keys() | other.keys() if world.get(name) != other.get(name)}
