"""Two models side by side: all that parts them and nothing else, each point with its rule."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations

import pytest
from tests.commands import run
from tests.documents import ROOT

from llmrules import Advisor, Decision
from llmrules.say.columns import width_of

REVIEW = "example:contract-review"


@pytest.fixture(scope="module", params=["hospital-records", "contract-review", "month-on-a-budget"])
def decision(request: pytest.FixtureRequest) -> Decision:
    """A decided example."""
    return Advisor.load(catalog=["article"], engine="plain").decide(ROOT / f"examples/{request.param}.toml")


def test_the_rules_told_are_the_whole_difference(decision: Decision) -> None:
    """Of two that stand, the points by which the told rules part them are all by which they are parted."""
    for one, other in combinations([placed.model for placed in decision.ranking][:4], 2):
        found = decision.compare(one, other)
        told = [[Fraction((its and its.points) or 0) for its in apart.applied] for apart in found.rules]
        points = [Fraction(side.candidate.points or 0) for side in found.sides]
        assert points[0] - points[1] == sum(here - there for here, there in told)


def test_what_excludes_one_alone_comes_first(decision: Decision) -> None:
    """Each hard rule that one of them fails and the other does not is told, before all points."""
    best, out = decision.best[0], decision.excluded[0]
    found = decision.compare(out.model, best)
    assert {one.rule for one in found.rules[: len(out.by)]} == {*found.sides[0].failing} == {*out.by}


def test_nothing_parts_a_model_from_itself(decision: Decision) -> None:
    """What is alike is counted, not told."""
    found = decision.compare(decision.best[0], decision.best[0])
    assert (found.rules, found.values) == ((), ())
    assert found.alike > 0


def test_it_is_told_in_both_languages_within_the_page() -> None:
    """Both columns fit 100 columns; a model is meant by its name, too."""
    told = run("compare", "Claude", "gemini", REVIEW).output
    assert told.splitlines()[0].split() == ["Claude", "Gemini"]
    assert "[complex-instructions-prefer-followers]" in told
    assert "\nWhat rules say differently\n" in told
    korean = run("compare", "claude", "gemini", REVIEW, "--lang", "ko").output
    assert "\n규칙이 다르게 판단한 것\n" in korean
    assert max(map(width_of, (told + korean).splitlines())) <= 100


def test_json_has_the_same(decision: Decision) -> None:
    """What comes in twos stands in the order of the models."""
    one, other = decision.best[0], decision.excluded[0].model
    found = decision.compare(one, other)
    document = json.loads(found.to_json())
    assert [side["model"] for side in document["models"]] == [one, other]
    assert list(document["rules"]) == [apart.rule for apart in found.rules]
    assert document["models"][1]["fails"] == list(found.sides[1].failing)


@pytest.mark.parametrize("arguments", [("claude", "gemini"), ("claude", "gemmini", REVIEW), ("claude", REVIEW)])
def test_what_cannot_be_compared_is_bad_input(arguments: tuple[str, ...]) -> None:
    """Without a case, without two models, or with a model that nobody knows there is nothing to compare."""
    assert run("compare", *arguments).exit_code == 2
