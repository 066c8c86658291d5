"""The models, derived again: what rules conclude of them, every check, point and note, verdicts and places.

Models are three-valued: what the catalogue does not say is unknown, which is not no and not yes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import groupby, pairwise
from typing import Any, TypeAlias

from llmrules.verify.case import Record, fact_id, in_order, sparse
from llmrules.verify.given import HARD, ON_MODELS, SOFT, Given, grade, predicate
from llmrules.verify.report import Plain, Refusal
from llmrules.verify.truth import (
    OPERATORS,
    Facts,
    Truth,
    asks_absence,
    both,
    either,
    leaves,
    opposite,
    table_truth,
    tests,
    thresholds,
)

World: TypeAlias = Mapping[str, Plain]
"""The values of one model, by attribute; what is unknown has none."""

HOLDS = {True: "true", False: "false", None: "unknown"}


def derive_candidates(given: Given, facts: Facts, rules_found: list[Record]) -> Record:
    """Return what is found of the models by the rules that fired, and what those on trial would do."""
    fired = [one["id"] for one in rules_found if one["status"] == "fired"]
    classes = _Classes(given)
    rules = [given.rules[name] for name in sorted(fired) if given.rules[name]["effect"] in ON_MODELS]
    criteria = [_Criterion(rule, given, facts) for rule in rules]
    candidates = [_Candidate(given, classes, criteria, model) for model in given.models.values()]
    records = [one.record() for one in candidates]
    for one in records:
        if one["verdict"] != "excluded":
            one["points"] = str(sum((Fraction(score.get("points", 0)) for score in one.get("scores", ())), Fraction()))
    ranked = {verdict: places(records, verdict) for verdict in ("eligible", "unverified")}
    first = {model: place for part in ranked.values() for place in part for model in place["models"]}
    for one in records:
        if one["model"] in first:
            one["place"] = first[one["model"]]["place"]
    refused = _with_effect(given, fired, "refuse")
    return {
        "criteria": [{"rule": one.rule["id"], "leaves": [leaf.record() for leaf in one.leaves]} for one in criteria],
        "contradictions": [
            {"model": one.id, "attribute": attribute, "rule": rule}
            for one in candidates
            for attribute, rule in sorted(one.contradictions)
        ],
        "candidates": records,
        "trials": [_trial(given, facts, candidates, one) for one in rules_found if one["status"] == "trial"],
        "result": result(records, refused=refused, advice=_with_effect(given, fired, "advise")),
    }


def _trial(given: Given, facts: Facts, candidates: list[_Candidate], found: Record) -> Record:
    """Return what a rule on trial would do, on the facts known at the end; nothing of it counts."""
    rule = given.rules[found["id"]]
    blocked = found.get("unless", {}).get("holds") or "defeated_by" in found
    record = {"rule": rule["id"], "fires": bool(found["when"]["holds"] and not blocked)}
    if not record["fires"]:
        return record
    if rule["effect"] == "conclude":
        ((name, value),) = rule["body"].items()
        values = in_order(given.attributes[name], value if isinstance(value, list) else [value])
        return record | {"concludes": [fact_id(name, one) for one in values]}
    if rule["effect"] not in ON_MODELS:
        return record
    criterion = _Criterion(rule, given, facts)
    truths = {one: criterion.truth(one.world) for one in candidates}
    if rule["effect"] in HARD:
        held = {one: truth for one, truth in truths.items() if not one.exempted(rule["id"])}
        policy = rule.get("unknown", given.unknown)
        out = [one.id for one, truth in held.items() if truth is False or (truth is None and policy == "exclude")]
        open_ = [one.id for one, truth in held.items() if truth is None and policy == "apart"]
        return record | sparse(excludes=out, unverifies=open_)
    if rule["effect"] in SOFT:
        points = [
            {"model": one.id, "points": str(criterion.points(one.world))} for one, truth in truths.items() if truth
        ]
        return record | sparse(points=points)
    approval = rule.get("level") == "approval"
    return record | sparse(attaches=[o.id for o, truth in truths.items() if truth or (truth is None and approval)])


def _with_effect(given: Given, fired: Iterable[str], effect: str) -> list[str]:
    return sorted(name for name in fired if given.rules[name]["effect"] == effect)


def result(records: list[Record], *, refused: list[str], advice: list[str]) -> Record:
    """Return the outcome that the verdicts and points of all candidates imply."""
    ranking = places(records, "eligible")
    return {
        "best": ranking[0]["models"] if ranking and not refused else [],
        "refused": refused,
        "ranking": ranking,
        "unverified": places(records, "unverified"),
        "excluded": [one["model"] for one in records if one["verdict"] == "excluded"],
        "advice": advice,
    }


def places(records: list[Record], verdict: str) -> list[Record]:
    """Rank the candidates of one verdict: equal points are one place, shared (1, 1, 3), in the order of ids."""
    points = {one["model"]: Fraction(one["points"]) for one in records if one["verdict"] == verdict}
    ordered = sorted(points, key=lambda model: (-points[model], model))
    found: list[Record] = []
    place = 1
    for its, tied in groupby(ordered, key=lambda model: points[model]):
        models = list(tied)
        found.append({"place": place, "points": str(its), "models": models})
        place += len(models)
    for one, after in pairwise(found):
        one["margin"] = str(Fraction(one["points"]) - Fraction(after["points"]))
    return found


# What rules conclude of a model


class _Classes:
    """The rules that classify models, by the attribute they conclude, in the order of their dependencies."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.rules: defaultdict[str, list[Plain]] = defaultdict(list)
        for name, rule in given.rules.items():
            if given.classifies(rule) and name not in given.disabled:
                self.rules[next(iter(rule["body"]))].append(rule)
        tested = {
            name: {tested for rule in rules for tested, _ in leaves(rule.get("where", {}))}
            for name, rules in self.rules.items()
        }
        try:
            order = TopologicalSorter({name: its & tested.keys() for name, its in tested.items()}).static_order()
            self.order = list(order)
        except CycleError:
            raise Refusal("/given/rules", "classify models in a circle") from None
        self.where = {
            rule["id"]: _Table("where", rule.get("where", {}), given, {})
            for rules in self.rules.values()
            for rule in rules
        }

    def world(self, stated: World) -> tuple[World, dict[str, Record], list[tuple[str, str]]]:
        """Return all values of a model, what was concluded with the rules that do, and what the entry contradicts."""
        world, concluded, contradictions = dict(stated), {}, []
        for name in self.order:
            attribute, rules = self.given.attributes[name], self.rules[name]
            truths = {rule["id"]: self.where[rule["id"]].on(world) for rule in rules}
            by = [rule for rule, truth in truths.items() if truth]
            if attribute.type == "set":
                if by:
                    members = [member for rule in by for member in self.given.rules[rule]["body"][name]]
                    world[name] = attribute.listed([*stated.get(name, ()), *members])
                    concluded[name] = {"value": world[name], "by": by}
            elif name in stated:
                contradictions += [(name, rule) for rule in by if stated[name] is False]
            elif either(truths.values()) is not None:
                world[name] = bool(by)
                concluded[name] = {"value": world[name]} | sparse(by=by)
        return world, concluded, contradictions


# Criteria


class _Leaf:
    """One leaf of a criterion with the thresholds in force; each distinct value is tested once."""

    def __init__(self, side: str, name: str, leaf: Plain, given: Given, facts: Facts) -> None:
        self.side, self.name, self.leaf = side, name, leaf
        self.attribute = given.attributes[name]
        self.tests = [
            (operator, thresholds(self.attribute, operator, raw, facts, given.attributes))
            for operator, raw in tests(leaf)
        ]
        self.seen: dict[Plain, tuple[Truth, Record]] = {}

    def record(self) -> Record:
        """Record the leaf itself, said once for all models."""
        tests = [{"operator": operator, "thresholds": [raw for raw, _ in sides]} for operator, sides in self.tests]
        return {"side": self.side, "attribute": self.name, "tests": tests}

    def on(self, world: World) -> tuple[Truth, Record]:
        """Return the truth on a model, and its record with the actual value and how far off each test is."""
        value = world.get(self.name)
        key = tuple(value) if isinstance(value, list) else value
        if key not in self.seen:
            self.seen[key] = self._outcome(value)
        return self.seen[key]

    def _outcome(self, raw: Plain) -> tuple[Truth, Record]:
        if raw is None:
            truth = asks_absence(self.leaf) or (False if "known" in self.leaf else None)
            return truth, {"holds": HOLDS[truth]}
        actual = self.attribute.value(raw)
        sides = [(OPERATORS[operator], wanted) for operator, found in self.tests for _, wanted in found]
        truth = both(operator.truth(self.attribute, actual, wanted) for operator, wanted in sides)
        gaps = [operator.gap(self.attribute, actual, wanted) for operator, wanted in sides]
        shown = gaps if any(gap is not None for gap in gaps) else None
        return truth, {"holds": HOLDS[truth], "actual": raw} | sparse(gaps=shown)


class _Grade(_Leaf):
    """What a graded preference looks at: a value that is known, the better the more points."""

    def __init__(self, name: str, toward: str, given: Given) -> None:
        super().__init__("grade", name, {}, given, {})
        self.toward = toward
        self.places: dict[Plain, Fraction] = {}

    def place(self, world: World) -> Fraction:
        """Return how good a known value is, from 0 to 1."""
        raw = world[self.name]
        if raw not in self.places:
            self.places[raw] = self.attribute.place(raw, self.toward)
        return self.places[raw]

    def record(self) -> Record:
        """Record it as a test of its own."""
        return {
            "side": "grade",
            "attribute": self.name,
            "tests": [{"operator": "toward", "thresholds": [self.toward]}],
        }

    def _outcome(self, raw: Plain) -> tuple[Truth, Record]:
        return (None, {"holds": "unknown"}) if raw is None else (True, {"holds": "true", "actual": raw})


class _Table:
    """A condition table on models; each combination of truths of its leaves is worked out once."""

    def __init__(self, side: str, table: Plain, given: Given, facts: Facts) -> None:
        self.table = table
        self.leaves = [_Leaf(side, name, leaf, given, facts) for name, leaf in leaves(table)]
        self.seen: dict[tuple[Truth, ...], Truth] = {}

    def on(self, world: World) -> Truth:
        """Return the truth on a model."""
        truths = tuple(leaf.on(world)[0] for leaf in self.leaves)
        if truths not in self.seen:
            each = iter(truths)
            self.seen[truths] = table_truth(self.table, lambda _name, _leaf: next(each))
        return self.seen[truths]


class _Criterion:
    """A rule that fired and touches models."""

    def __init__(self, rule: Plain, given: Given, facts: Facts) -> None:
        self.rule, self.effect = rule, rule["effect"]
        graded = grade(rule)
        self.where = _Table("where", rule.get("where", {}), given, facts)
        self.predicate = _Table("predicate", predicate(rule), given, facts)
        self.grade = _Grade(*graded, given) if graded else None
        self.leaves = [*self.where.leaves, *self.predicate.leaves, *([self.grade] if self.grade else [])]

    def truth(self, world: World) -> Truth:
        """Return what it says of a model: of a hard rule, whether it passes; of all others, whether it is reached."""
        reached = self.where.on(world)
        passes = self.grade.on(world)[0] if self.grade else self.predicate.on(world)
        if self.effect in HARD:
            return either([opposite(reached), opposite(passes) if self.effect == "exclude" else passes])
        return both([reached, passes])

    def points(self, world: World) -> Fraction:
        """Return the points of a model that it reaches."""
        weight = Fraction(self.rule["weight"])
        if self.grade is not None:
            return weight * self.grade.place(world)
        return -weight if self.effect == "avoid" else weight

    def said(self, world: World) -> tuple[Any, ...]:
        """Return all that a disputed value might change: the truth, and the points where they are graded."""
        truth = self.truth(world)
        return truth, self.points(world) if truth and self.grade else None


# Candidates


class _Candidate:
    """One model with its offer, under all criteria."""

    def __init__(self, given: Given, classes: _Classes, criteria: list[_Criterion], model: Plain) -> None:
        self.id, self.given, self.criteria = model["id"], given, criteria
        entries = {**model["attributes"], **model["offers"][0]["attributes"]}
        stated = {name: entry["value"] for name, entry in entries.items()}
        self.world, self.concluded, self.contradictions = classes.world(stated)
        self.truths = {one.rule["id"]: one.truth(self.world) for one in criteria}
        self.disputed = {
            name: [other["value"] for other in entry["disputed"]]
            for name, entry in entries.items()
            if "disputed" in entry
        }
        self.others = {
            name: [classes.world({**stated, name: value})[0] for value in values]
            for name, values in self.disputed.items()
        }

    def record(self) -> Record:
        """Record every check, point and note. An excluded model has no points, and its notes are not recorded."""
        checks = [self.check(one) for one in self.criteria if one.effect in HARD]
        outcomes = {one["outcome"] for one in checks}
        verdict = "excluded" if "failed" in outcomes else "unverified" if "unknown" in outcomes else "eligible"
        ranked = verdict != "excluded"
        return {"model": self.id, "verdict": verdict} | sparse(
            concluded=self.concluded,
            checks=checks,
            scores=[self.score(one) for one in self.criteria if one.effect in SOFT] if ranked else None,
            notes=[*self.notes()] if ranked else None,
            exemptions=[self.applied(one, "attached") for one in self.criteria if self.exempts(one)],
            disputes=[*self.disputes()],
            missing=sorted(self.missing(checks)) if verdict == "unverified" else None,
        )

    def applied(self, criterion: _Criterion, outcome: str) -> Record:
        """Record a criterion applied to this model."""
        found = [leaf.on(self.world)[1] for leaf in criterion.leaves]
        return {"rule": criterion.rule["id"], "outcome": outcome, "leaves": found}

    def check(self, criterion: _Criterion) -> Record:
        """Record a hard rule: exempted, passed, failed, or unknown with what the rule (or else the case) says of it."""
        rule, truth = criterion.rule, self.truths[criterion.rule["id"]]
        by = self.exempted(rule["id"])
        policy = rule.get("unknown", self.given.unknown)
        unknown = {"apart": "unknown", "exclude": "failed", "accept": "accepted"}[policy]
        outcome = "exempted" if by else {True: "passed", False: "failed", None: unknown}[truth]
        return self.applied(criterion, outcome) | sparse(exempted_by=by)

    def exempted(self, rule: str) -> list[str]:
        """Return the exemptions that reach this model and let it off a rule."""
        return [one.rule["id"] for one in self.criteria if self.exempts(one) and rule in one.rule["body"]]

    def exempts(self, criterion: _Criterion) -> bool:
        """Return whether an exemption reaches this model."""
        return criterion.effect == "exempt" and self.truths[criterion.rule["id"]] is True

    def score(self, criterion: _Criterion) -> Record:
        """Record a soft rule: points only when it is true."""
        truth = self.truths[criterion.rule["id"]]
        points = str(criterion.points(self.world)) if truth else None
        outcome = {True: "points", False: "none", None: "unknown"}[truth]
        return self.applied(criterion, outcome) | sparse(points=points)

    def notes(self) -> Iterator[Record]:
        """Record the cautions that are true; one that asks for approval also where it is unknown."""
        for one in self.criteria:
            truth = self.truths[one.rule["id"]]
            if one.effect == "caution" and (truth or (truth is None and one.rule.get("level") == "approval")):
                by = self.given.approved_by(one.rule["id"], self.id)
                yield self.applied(one, "approved" if by else "attached") | sparse(approved_by=by)

    def disputes(self) -> Iterator[Record]:
        """Record each disputed value under which a rule would say something else."""
        for name, worlds in sorted(self.others.items()):
            rules = [
                one.rule["id"]
                for one in self.criteria
                if any(one.said(world) != one.said(self.world) for world in worlds)
            ]
            if rules:
                yield {"attribute": name, "values": self.disputed[name], "rules": rules}

    def missing(self, checks: list[Record]) -> set[str]:
        """Return the attributes whose values would settle the checks that are unknown."""
        criteria = {one.rule["id"]: one for one in self.criteria}
        return {
            leaf.name
            for check in checks
            if check["outcome"] == "unknown"
            for leaf, found in zip(criteria[check["rule"]].leaves, check["leaves"], strict=True)
            if found["holds"] == "unknown"
        }
