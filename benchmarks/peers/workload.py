"""A neutral workload: seeded rules, models and profiles as plain values, which each contestant says in its own words.

A rule looks at requirements and, where it fires, concludes a flag, demands something of models, or gives points to
those that have something. Nothing here is of llmrules: no unknown value, no offer, no graded preference.
"""

from __future__ import annotations

from random import Random
from typing import Literal, TypeAlias

from attrs import frozen

Value: TypeAlias = bool | int | str
Case: TypeAlias = dict[str, Value]

FLAGS = tuple(f"need_{number}" for number in range(8))
CONCLUDED = tuple(f"then_{number}" for number in range(4))
CHOICES = {f"sort_{number}": tuple(f"c{choice}" for choice in range(5)) for number in range(5)}
NUMBERS = ("users", "tokens")

MODEL_FLAGS = tuple(f"has_{number}" for number in range(8))
MODEL_CHOICES = {f"kind_{number}": tuple(f"k{choice}" for choice in range(6)) for number in range(4)}
MODEL_NUMBERS = ("window", "price", "speed")


@frozen
class Test:
    """An attribute is a value, is one of some, or is a number of at least or at most so much."""

    attribute: str
    operator: Literal["is", "any_of", "at_least", "at_most"]
    value: Value | tuple[str, ...]

    def holds(self, value: Value) -> bool:
        """Whether a value satisfies the test."""
        if self.operator == "is":
            return value == self.value
        if self.operator == "any_of":
            return isinstance(self.value, tuple) and value in self.value
        assert isinstance(value, int)  # noqa: S101 - only numbers are compared
        assert isinstance(self.value, int)  # noqa: S101
        return value >= self.value if self.operator == "at_least" else value <= self.value


@frozen
class Rule:
    """Where all of ``when`` hold of a case: it concludes a flag, or tests models: hard, or for points."""

    id: str
    when: tuple[Test, ...]
    concludes: str | None = None
    test: Test | None = None
    points: int = 0


@frozen
class Workload:
    """Rules, models by id in the order of ids, and cases."""

    rules: tuple[Rule, ...]
    models: dict[str, Case]
    cases: tuple[Case, ...]


@frozen
class Answer:
    """Who is out, and the others with their points and places, the best first and equal ones in the order of ids."""

    excluded: tuple[str, ...]
    ranking: tuple[tuple[int, str, int], ...]


def workload(rules: int, models: int, cases: int, seed: int = 11) -> Workload:
    """Make a workload; the same numbers make the same one."""
    random = Random(seed * 1_000_003 + rules * 1_009 + models)
    return Workload(
        rules=tuple(_rule(f"r{number:04}", random, rules) for number in range(rules)),
        models={f"m{number:05}": _model(random) for number in range(models)},
        cases=tuple(_case(random) for _ in range(cases)),
    )


def _rule(name: str, random: Random, rules: int) -> Rule:
    """Make a rule: one in ten concludes, some ten in all are hard, so that models are left to rank."""
    sort = random.random()
    names = [*FLAGS, *CHOICES, *NUMBERS] + ([*CONCLUDED] if sort >= 0.1 else [])
    when = tuple(_test_of_case(attribute, random) for attribute in random.sample(names, random.choice((1, 2, 2, 3))))
    if sort < 0.1:
        return Rule(name, when, concludes=random.choice(CONCLUDED))
    hard = sort < 0.1 + min(0.25, 20 / rules)
    return Rule(name, when, test=_test_of_model(random, lenient=hard), points=0 if hard else random.randint(1, 4))


def _test_of_case(attribute: str, random: Random) -> Test:
    if attribute in CHOICES:
        return Test(attribute, "any_of", tuple(sorted(random.sample(CHOICES[attribute], 2))))
    if attribute in NUMBERS:
        return Test(attribute, "at_least", random.randrange(0, 1_000, 50))
    return Test(attribute, "is", attribute in CONCLUDED or random.random() < 0.6)


def _test_of_model(random: Random, *, lenient: bool) -> Test:
    attribute = random.choice([*MODEL_FLAGS, *MODEL_CHOICES, *MODEL_NUMBERS])
    if attribute in MODEL_CHOICES:
        return Test(attribute, "any_of", tuple(sorted(random.sample(MODEL_CHOICES[attribute], 5 if lenient else 2))))
    if attribute in MODEL_NUMBERS:
        share = random.uniform(0.05, 0.2) if lenient else random.random()
        if attribute == "price":
            return Test(attribute, "at_most", int(1_000 * (1 - share)))
        return Test(attribute, "at_least", int(1_000 * share))
    return Test(attribute, "is", value=True)


def _model(random: Random) -> Case:
    found: Case = {name: random.random() < 0.85 for name in MODEL_FLAGS}
    found |= {name: random.choice(choices) for name, choices in MODEL_CHOICES.items()}
    return found | {name: random.randrange(1_000) for name in MODEL_NUMBERS}


def _case(random: Random) -> Case:
    found: Case = {name: random.random() < 0.5 for name in FLAGS if random.random() < 0.8}
    found |= {name: random.choice(choices) for name, choices in CHOICES.items() if random.random() < 0.8}
    return found | {name: random.randrange(1_000) for name in NUMBERS if random.random() < 0.8}


def fired(rules: tuple[Rule, ...], case: Case) -> list[Rule]:
    """Return the rules that fire, in their order: again and again, until nothing more is concluded."""
    known = dict(case)
    while True:
        found = [
            rule
            for rule in rules
            if all(one.attribute in known and one.holds(known[one.attribute]) for one in rule.when)
        ]
        new = {rule.concludes for rule in found if rule.concludes is not None} - known.keys()
        if not new:
            return found
        known.update(dict.fromkeys(sorted(new), True))


def _holds(test: Test, known: Case) -> bool:
    return test.attribute in known and test.holds(known[test.attribute])


def placed(points: dict[str, int]) -> tuple[tuple[int, str, int], ...]:
    """Return place, model and points of each, the best first; equal points share a place."""
    ordered = sorted(points.items(), key=lambda one: (-one[1], one[0]))
    found: list[tuple[int, str, int]] = []
    for place, (model, its) in enumerate(ordered, start=1):
        found.append((found[-1][0] if found and found[-1][2] == its else place, model, its))
    return tuple(found)


def oracle(work: Workload, case: Case) -> Answer:
    """Answer a case by a plain loop that explains nothing: what all others are measured against."""
    applied = [rule for rule in fired(work.rules, case) if rule.test is not None]
    hard = [rule.test for rule in applied if rule.test is not None and not rule.points]
    soft = [(rule.test, rule.points) for rule in applied if rule.test is not None and rule.points]
    excluded, points = [], {}
    for name, model in work.models.items():
        if all(test.holds(model[test.attribute]) for test in hard):
            points[name] = sum(its for test, its in soft if test.holds(model[test.attribute]))
        else:
            excluded.append(name)
    return Answer(tuple(excluded), placed(points))
