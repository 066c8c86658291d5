"""What the shipped knowledge says over random cases: it decides, by what is known, and no topic drowns the others."""

from collections import defaultdict
from datetime import date
from random import Random

import pytest
from benchmarks.outcomes import KINDS, NOVEMBER, TWELVE, Outcomes, measure, outcomes_of
from benchmarks.random_cases import random_case

from llmrules.advisor import Advisor

CASES = 300
ASKED = {"twelve": ([], TWELVE), "november": (["2026-11"], NOVEMBER)}


@pytest.fixture(scope="module", params=ASKED)
def asked(request: pytest.FixtureRequest) -> tuple[Advisor, date]:
    """The shipped knowledge over each catalogue, with the day on which it is asked."""
    catalog, as_of = ASKED[request.param]
    return Advisor.load(catalog=catalog, engine="plain"), as_of


@pytest.fixture(scope="module")
def outcomes(asked: tuple[Advisor, date]) -> Outcomes:
    """The same random cases each time, decided."""
    advisor, as_of = asked
    return outcomes_of(advisor, CASES, 1, as_of)


def test_the_first_place_is_seldom_shared(outcomes: Outcomes) -> None:
    """On average at most one and a half models stand at the first place."""
    assert 1 <= outcomes.mean_tie <= 1.5


def test_few_models_are_unverified(outcomes: Outcomes) -> None:
    """On average at most one model in twenty is unverified."""
    assert 0 <= outcomes.unverified_share <= 0.05


def test_nobody_wins_by_what_is_missing_elsewhere(outcomes: Outcomes) -> None:
    """No model is first alone because the next one's value is not stated; half at least lead by what is known."""
    assert outcomes.leads[KINDS["value"]] == 0
    assert sum(outcomes.leads.values()) <= 2 * outcomes.leads["by what is known of both"]


def test_nobody_wins_everything(outcomes: Outcomes) -> None:
    """None is first alone in two of five cases, and at least eight models are now and then."""
    alone = [counts["first alone"] for counts in outcomes.models.values()]
    assert max(alone) < outcomes.cases["all"] * 2 / 5
    assert sum(number > 0 for number in alone) >= 8


def test_no_topic_drowns_the_others(outcomes: Outcomes) -> None:
    """No pack gives half of the winners' points and no rule a quarter; what was measured decides beside the article."""
    packs: defaultdict[str, float] = defaultdict(float)
    for rule, points in outcomes.points.items():
        packs[outcomes.rules[rule].pack] += points
    whole = sum(packs.values())
    assert {"use-case", "data", "deployment", "ethics", "licence", "evidence"} <= set(packs)
    assert max(packs.values()) < whole / 2
    assert max(outcomes.points.values()) < whole / 4
    assert all(
        outcomes.decides[pack] > 0 for pack in ("use-case", "data", "deployment", "ethics", "licence", "evidence")
    )


def test_a_case_is_one_that_people_have(asked: tuple[Advisor, date]) -> None:
    """Each case is a valid profile of its day that says what the model is to do; two seeds are two cases."""
    advisor, as_of = asked
    vocabulary = advisor.knowledge.ruleset.vocabulary
    drawn = [random_case(Random(seed), vocabulary, as_of) for seed in range(50)]  # noqa: S311 - no cryptography
    assert all(case["tasks"] and case["as_of"] == as_of for case in drawn)
    assert len({str(case) for case in drawn}) == len(drawn)
    for case in drawn:
        advisor.decide(case)


def test_a_report_is_the_same_for_the_same_seed(asked: tuple[Advisor, date]) -> None:
    """The benchmark prints one line for each model and the same lines for the same seed."""
    advisor, as_of = asked
    first: list[str] = []
    second: list[str] = []
    measure(advisor, 20, 1, as_of, first.append)
    measure(advisor, 20, 1, as_of, second.append)
    assert first == second
    listed = [model.id for model in advisor.knowledge.catalog.listed]
    assert all(sum(line.split()[:1] == [model] for line in first) == 1 for model in listed)
