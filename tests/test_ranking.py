"""Points and places: exact, independent of other models, and ties shown as ties."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.worlds import candidate, decide, model, points, rule, verdicts, world

from llmrules import LoadError
from llmrules.say.interview import Interviewer
from llmrules.verify import verify

WEIGHTED = rule("w3", "prefer.weights = true\nweight = 3") + rule("w2", "prefer.family = 'lark'\nweight = 2")


def test_equal_points_share_a_place() -> None:
    """Two on the first place are 1, 1 and the next is 3; within a place ids are in order."""
    advisor = world(
        WEIGHTED,
        model("d", family="lark")
        + model("c", weights=True)
        + model("a")
        + model("b", weights=True)
        + model("e", family="lark"),
    )
    decision = decide(advisor)
    assert [(one.place, one.model, int(one.points)) for one in decision.ranking] == [
        (1, "b", 3),
        (1, "c", 3),
        (3, "d", 2),
        (3, "e", 2),
        (5, "a", 0),
    ]
    assert decision.best == ("b", "c")


def test_a_model_that_is_asked_about_alone_has_the_place_that_the_ranking_gives_it() -> None:
    """Why says 1, 1 and 3, as the ranking does: who is behind two is third, though nobody is second."""
    decision = decide(world(WEIGHTED, model("a", weights=True) + model("b", weights=True) + model("c", family="lark")))
    said = [decision.why(name).root.text.partition(" with")[0] for name in ("a", "b", "c")]
    assert said == ["a: eligible, place 1", "b: eligible, place 1", "c: eligible, place 3"]
    assert [one.place for one in decision.ranking] == [1, 1, 3]


def test_places_say_their_margin() -> None:
    """The trace groups a ranking by places, with the points by which each leads the next."""
    advisor = world(
        WEIGHTED, model("a", weights=True) + model("b", weights=True) + model("c", family="lark") + model("d")
    )
    ranking = decide(advisor).trace.found.result.ranking
    assert [(one.place, one.points, one.models, one.margin) for one in ranking] == [
        (1, "3", ("a", "b"), "1"),
        (3, "2", ("c",), "2"),
        (4, "0", ("d",), None),
    ]


TIERED = rule("first", "prefer.weights = true\nweight = 1") + "".join(
    rule(f"then{number}", text)
    for number, text in enumerate(
        (
            "prefer.price.toward = 'lowest'\nweight = 4\ntier = 2",
            "avoid.family = 'wren'\nweight = 2\ntier = 2",
            "prefer.family = 'lark'\nweight = 9\ntier = 4",
        )
    )
)


def test_a_higher_tier_counts_where_all_lower_ones_are_equal() -> None:
    """No points of a higher tier make up for one of a lower tier; each tier is summed and told for itself."""
    models = (
        model("best", weights=True, price=4, family="wren")
        + model("cheap", weights=False, price=1, family="lark")
        + model("alike", weights=False, price=1, family="lark")
        + model("dear", weights=False, price=3, family="lark")
        + model("unknown", weights=False)
    )
    decision = decide(world(TIERED, models))
    assert [(one.place, one.model, *map(int, (one.points, *one.then))) for one in decision.ranking] == [
        (1, "best", 1, -2, 0),
        (2, "alike", 0, 4, 9),
        (2, "cheap", 0, 4, 9),
        (4, "dear", 0, 2, 9),
        (5, "unknown", 0, 0, 0),
    ]
    found = decision.trace.found.result.ranking
    assert [(one.points, one.then, one.margin) for one in found[:3]] == [
        ("1", ("-2", "0"), "1"),
        ("0", ("4", "9"), "2"),
        ("0", ("2", "9"), "2"),
    ]
    assert "1 point, then -2 in the next tier, then 0 in the next tier" in decision.report()
    asked = "\n".join(map(str, Interviewer(decision, "en").standing(decision, None, 120)))
    told = "1, then -2 in the next tier, then 0 in the next tier"
    assert told in asked
    page = decision.html()
    assert f'<span class="points">{told}</span>' in page
    assert f'<td class="total">{told}</td>' in page
    assert verify(decision.trace).ok
    assert decide(world(TIERED.replace("tier = 2", "tier = 1"), models)).best == ("alike", "cheap")


def test_values_that_a_higher_tier_weighs_are_worth_finding_out() -> None:
    """Where points stand in tiers, what another value would change is told as exactly as elsewhere."""
    decision = decide(world(TIERED, model("a", weights=True, price=1) + model("b", weights=True)))
    assert decision.best == ("a",)
    worth = decision.worth_finding_out
    assert worth.complete
    assert [(one.model, one.attribute, {*one.first}) for one in worth.values] == [("b", "price", {("a", "b")})]


def test_a_rule_may_have_marks_of_its_own() -> None:
    """They take the place of those of the attribute in this rule alone, and make any number gradable."""
    models = model("a", price=1) + model("b", price=3) + model("c", price=0.25) + model("d", price=9)
    own = rule("own", "prefer.price = { toward = 'lowest', marks = [0, 0.5, 4.5] }\nweight = 4")
    decision = decide(world(own, models))
    assert points(decision) == {"a": "7/4", "b": "3/4", "c": "3", "d": "0"}
    assert verify(decision.trace).ok
    assert points(decide(world(own.replace(", marks = [0, 0.5, 4.5]", ""), models))) == {
        **dict.fromkeys("ac", "4"),
        "b": "2",
        "d": "0",
    }
    with pytest.raises(LoadError):
        world(own.replace("[0, 0.5, 4.5]", "[1]"), models)


def test_the_unverified_are_ranked_among_themselves() -> None:
    """Models with an open check have places of their own, apart from the ranking, and say what to find out."""
    advisor = world(
        WEIGHTED + rule("need", "require = { open = 'free', window.above = 5 }"),
        model("sure", open="free", window=9)
        + model("maybe-good", weights=True, open="free")
        + model("maybe", window=9)
        + model("out", open="closed"),
    )
    decision = decide(advisor)
    assert [(one.place, one.model) for one in decision.ranking] == [(1, "sure")]
    assert [(one.place, one.model, int(one.points)) for one in decision.unverified] == [
        (1, "maybe-good", 3),
        (2, "maybe", 0),
    ]
    assert candidate(decision, "maybe-good").missing == ("window",)
    assert candidate(decision, "maybe").missing == ("open",)
    assert decision.best == ("sure",)


def test_the_excluded_have_no_place() -> None:
    """A model that is out is not ranked, however many points it would have had."""
    decision = decide(world(WEIGHTED + rule("out", "exclude.weights = true"), model("a", weights=True) + model("b")))
    assert points(decision) == {"b": "0"}
    assert (candidate(decision, "a").place, candidate(decision, "a").points) == (None, None)
    assert decision.trace.found.result.excluded == ("a",)


def test_fractions_add_exactly() -> None:
    """Thirds and sevenths add to exact points: equal sums are a tie, unequal ones are none."""
    values: dict[str, Any] = {"price": 2, "window": 4_000}
    advisor = world(
        rule("thirds", "prefer.window.toward = 'highest'\nweight = 1")
        + rule("halves", "prefer.price.toward = 'lowest'\nweight = 1"),
        model("m", **values) + model("same", **values) + model("less", price=2, window=3_999),
    )
    decision = decide(advisor)
    # 4,000 lies a third of the way from 1,000 to 10,000, the first of two intervals; 2 lies half way from 1 to 3.
    assert decision.ranking[0].points == Fraction(1, 6) + Fraction(3, 4)
    assert decision.best == ("m", "same")
    assert decision.ranking[2].points == Fraction(1, 6) + Fraction(3, 4) - Fraction(1, 18_000)


def test_nothing_eligible_leaves_no_best() -> None:
    """Where every model is out or unverified, or there is none, ``best`` is empty and nothing is dropped to fill it."""
    hard = rule("hard", "require.weights = true")
    decision = decide(world(hard, model("a", weights=False) + model("b")))
    assert (decision.best, tuple(decision.ranking)) == ((), ())
    assert [one.model for one in decision.unverified] == ["b"]
    empty = decide(world(hard))
    assert not (empty.best)
    assert not (empty.ranking)
    assert not (empty.unverified)
    assert not (empty.excluded)


def entry(openness: str | None) -> dict[str, Any]:
    """Return the values of a model."""
    return {} if openness is None else {"open": openness}


@given(st.lists(st.sampled_from(["closed", "shown", "free", None]), min_size=1, max_size=8), st.integers(1, 9))
def test_places_count_those_who_are_better(opens: list[str | None], weight: int) -> None:
    """A place is one more than the number of models with more points."""
    models = "".join(model(f"m{n}", **entry(one)) for n, one in enumerate(opens))
    decision = decide(world(rule("graded", f"prefer.open.toward = 'highest'\nweight = {weight}"), models))
    for one in decision.ranking:
        assert one.place == 1 + sum(other.points > one.points for other in decision.ranking)
    assert [one.place for one in decision.ranking] == sorted(one.place for one in decision.ranking)
    assert set(verdicts(decision).values()) == {"eligible"}
