"""What the shipped rules say over random cases: nobody wins everything, and no topic drowns the others."""

from collections import defaultdict
from random import Random

import pytest
from benchmarks.outcomes import Outcomes, measure, random_profile

from llmrules.advisor import Advisor

CASES = 600


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    """The shipped knowledge."""
    return Advisor.load(engine="plain")


@pytest.fixture(scope="module")
def outcomes(advisor: Advisor) -> Outcomes:
    """The same random cases each time, decided."""
    random = Random(7)  # noqa: S311 - no cryptography
    counted = Outcomes(advisor)
    for _ in range(CASES):
        counted.add(advisor.decide(random_profile(random, advisor.knowledge.ruleset.vocabulary)))
    return counted


def test_every_model_has_its_chance(outcomes: Outcomes) -> None:
    """Each of the twelve is first now and then, and none has the first place alone in a third of the cases."""
    for counts in outcomes.models.values():
        assert counts["first alone"] + counts["first shared"] > 0
        assert counts["first alone"] < outcomes.cases["all"] / 3


def test_no_topic_drowns_the_others(outcomes: Outcomes) -> None:
    """No pack gives half of the winners' points and no rule a quarter; each pack that can decides some cases."""
    packs: defaultdict[str, float] = defaultdict(float)
    for rule, points in outcomes.points.items():
        packs[outcomes.rules[rule].pack] += points
    whole = sum(packs.values())
    assert set(packs) == {"use-case", "data", "deployment", "ethics", "licence"}
    assert max(packs.values()) < whole / 2
    assert max(outcomes.points.values()) < whole / 4
    assert all(outcomes.decides[pack] > 0 for pack in packs)


def test_a_report_is_the_same_for_the_same_seed(advisor: Advisor) -> None:
    """The benchmark prints one line for each model and the same lines for the same seed."""
    first: list[str] = []
    second: list[str] = []
    measure(advisor, 50, 1, first.append)
    measure(advisor, 50, 1, second.append)
    assert first == second
    assert all(sum(line.split()[:1] == [model] for line in first) == 1 for model in advisor.knowledge.models)
