"""What differs between a decision and what a case expects of it."""

import pytest

from llmrules.advisor import Advisor
from llmrules.check.cases import Mismatch, check, read_case
from llmrules.errors import LoadError
from llmrules.language.profile import Expectation, ExpectedOut
from llmrules.reading.files import parse_toml


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    """The shipped knowledge."""
    return Advisor.load(catalog=["article"], engine="plain")


LIVE = {"live_social_data": True, "deployment": "cloud-api"}
OFFLINE = {"live_social_data": True, "offline": True}
BOTH = {"deployment": "cloud-api", "data_sovereignty": True}


def test_nothing_expected_nothing_differs(advisor: Advisor) -> None:
    """An expectation that says nothing fits every decision."""
    for requirements in ({}, LIVE, OFFLINE, BOTH):
        assert check(advisor.decide(requirements), Expectation()) == ()


def test_models_are_expected_exactly(advisor: Advisor) -> None:
    """Of best, eligible, unverified and conflicts one too many differs as one too few does; their order does not."""
    decision = advisor.decide(BOTH)
    open_models = tuple(placed.model for placed in decision.ranking)
    assert check(decision, Expectation(eligible=tuple(reversed(open_models)), conflicts=("hosting",))) == ()
    assert check(decision, Expectation(eligible=open_models[1:])) == (
        Mismatch("eligible", tuple(sorted(open_models[1:])), tuple(sorted(open_models))),
    )
    assert str(*check(decision, Expectation(conflicts=()))) == "conflicts is hosting, expected nothing"
    assert (
        str(*check(advisor.decide(LIVE), Expectation(best=("grok", "claude")))) == "best is grok, expected claude, grok"
    )
    assert (
        str(*check(advisor.decide(LIVE), Expectation(unverified=("grok",)))) == "unverified is nothing, expected grok"
    )


def test_an_exclusion_is_expected_by_the_rules_it_names(advisor: Advisor) -> None:
    """A model is to be excluded by at least the named rules; by none named, by any."""
    decision = advisor.decide({"data_sovereignty": True, "modalities": ["audio"]})
    both = ("model-takes-the-input", "weights-must-be-available")
    assert (
        check(
            decision,
            Expectation(excluded=(ExpectedOut("claude", both), ExpectedOut("claude", both[:1]), ExpectedOut("claude"))),
        )
        == ()
    )
    assert str(*check(decision, Expectation(excluded=(ExpectedOut("mistral", both),)))) == (
        "mistral is excluded by model-takes-the-input, "
        "expected by model-takes-the-input, weights-must-be-available as well"
    )
    kept = advisor.decide(LIVE)
    assert str(*check(kept, Expectation(excluded=(ExpectedOut("grok", both[:1]),)))) == (
        "grok is eligible, expected to be excluded by model-takes-the-input"
    )
    assert (
        str(*check(kept, Expectation(excluded=(ExpectedOut("grok"),)))) == "grok is eligible, expected to be excluded"
    )


def test_a_caution_is_expected_of_exactly_its_models(advisor: Advisor) -> None:
    """A rule that cautions of one model too many or too few differs; of a disputed value it is no caution."""
    rule = "commercial-use-of-open-weights"
    decision = advisor.decide({"commercial_use": True, "deployment": "on-premise"})
    of = ("llama-2", "llama-4", "llama-4-scout")
    assert "disputed" in {one.level for one in decision.cautions if one.rule == rule and one.model not in of}
    assert check(decision, Expectation(cautioned=((rule, tuple(reversed(of))), ("a-router-may-vary", ())))) == ()
    assert check(decision, Expectation(cautioned=((rule, of[:-1]),))) == (
        Mismatch("cautioned", of[:-1], of, rule=rule),
    )
    assert str(*check(decision, Expectation(cautioned=(("a-router-may-vary", ("gpt-5",)),)))) == (
        "cautioned by a-router-may-vary is nothing, expected gpt-5"
    )


def test_only_what_cautions_is_expected_to(advisor: Advisor) -> None:
    """Rules that are not there or do not caution, and models that are not there, are errors."""
    text = "[requirements]\n[expect.cautioned]\nnobody = []\nbias-advice = ['claude']\na-router-may-vary = ['gpt-6']\n"
    with pytest.raises(LoadError) as raised:
        read_case(parse_toml(text, "case.toml"), advisor.knowledge)
    found = [(error.code, error.place.line) for error in raised.value.errors]
    assert found == [("unknown-rule", 3), ("no-caution", 4), ("unknown-model", 5)]


def test_rules_are_expected_to_fire_or_to_be_silent(advisor: Advisor) -> None:
    """At least the named rules fire, and none of those named as silent does."""
    decision = advisor.decide(LIVE)
    fired, silent = "cloud-api-is-rented", "bias-advice"
    assert check(decision, Expectation(fired=(fired,), silent=(silent,))) == ()
    assert [str(one) for one in check(decision, Expectation(fired=(silent,), silent=(fired,)))] == [
        "did not fire, expected to: bias-advice",
        "fired, expected not to: cloud-api-is-rented",
    ]


def test_a_refusal_is_expected_or_ruled_out(advisor: Advisor) -> None:
    """A named refusal must be there, and an empty list says that the case is not refused."""
    rule = "no-live-data-without-a-network"
    refused, answered = advisor.decide(OFFLINE), advisor.decide(LIVE)
    assert check(refused, Expectation(refused=(rule,))) == ()
    assert check(answered, Expectation(refused=())) == ()
    assert (
        str(*check(answered, Expectation(refused=(rule,))))
        == f"the case is not refused, expected to be refused by {rule}"
    )
    assert str(*check(refused, Expectation(refused=()))) == f"the case is refused by {rule}, expected not to be refused"


def test_a_profile_that_expects_nothing_is_read_all_the_same(advisor: Advisor) -> None:
    """A profile without [expect] is read; it is no test case."""
    profile = read_case(parse_toml("[requirements]\noffline = true\n", "profile.toml"), advisor.knowledge)
    assert profile.expect is None
    assert ("offline", True) in [(one.attribute, one.value) for one in profile.requirements]
