"""What is said of models: three-valued truth, partial sets, periods, classification, variants, overlays, disputes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds import RandomCase, candidate, decide, model, outcomes, points, rule, verdicts, world

from llmrules.errors import LoadError

if TYPE_CHECKING:
    from llmrules.advisor import Decision

Truth = bool | None
PAIRS = tuple(product((True, False, None), repeat=2))
VERDICT = {True: "eligible", False: "excluded", None: "unverified"}


def truth(condition: str, **values: Any) -> Truth:  # noqa: ANN401 - as TOML has them
    """Return the truth of a condition on a model with some values."""
    decision = decide(world(rule("r", f"require.{condition}"), model("m", **values)))
    return {verdict: known for known, verdict in VERDICT.items()}[decision.verdict("m")]


# three-valued truth


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("weights = true", {"weights": True}, True),
        ("weights = true", {"weights": False}, False),
        ("open = 'free'", {"open": "free"}, True),
        ("open = ['free', 'shown']", {"open": "closed"}, False),
        ("open.none_of = ['closed']", {"open": "shown"}, True),
        ("open.at_least = 'shown'", {"open": "closed"}, False),
        ("open.above = 'shown'", {"open": "free"}, True),
        ("takes.has = 'text'", {"takes": ["image"]}, False),
        ("takes.has_any = ['text', 'audio']", {"takes": ["audio"]}, True),
        ("takes.has_all = ['text', 'audio']", {"takes": ["audio"]}, False),
        ("takes.none_of = ['text']", {"takes": ["image"]}, True),
        ("takes.only = ['text']", {"takes": ["text", "image"]}, False),
        ("takes.only = ['text']", {"takes": []}, True),
        ("takes.is = ['text']", {"takes": ["text"]}, True),
        ("window = { at_least = 10, below = 20 }", {"window": 20}, False),
        ("window = [10, 20]", {"window": 20}, True),
        ("licence.like = 'apache-*'", {"licence": "apache-2.0"}, True),
        ("licence.like = 'apache-*'", {"licence": "the apache-2.0"}, False),
        ("price.at_most = 0.1", {"price": 0.1}, True),
        ("family.none_of = ['wren']", {"family": "wren"}, False),
    ],
)
def test_a_test_on_a_known_value_is_true_or_false(condition: str, values: dict[str, Any], expected: Truth) -> None:
    """On a value that the catalogue states an operator says yes or no; where it states none, neither."""
    assert truth(condition, **values) is expected
    assert truth(condition) is None


def test_known_is_true_or_false_of_every_model() -> None:
    """Whether a value is known is never unknown."""
    assert truth("window.known = true", window=1) is True
    assert truth("window.known = true") is False
    assert truth("window.known = false") is True
    assert truth("window.known = false", window=1) is False
    assert truth("window = { known = true, above = 5 }") is False


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_connectives_are_strong_kleene(one: Truth, other: Truth) -> None:
    """``all`` is false if one is, ``any`` true if one is, else unknown if one is."""
    values: dict[str, Any] = {key: value for key, value in (("weights", one), ("capable", other)) if value is not None}
    everything = False if False in (one, other) else None if None in (one, other) else True
    anything = True if True in (one, other) else None if None in (one, other) else False
    assert truth("all = [{ weights = true }, { capable = true }]", **values) is everything
    assert truth("any = [{ weights = true }, { capable = true }]", **values) is anything
    decision = decide(world(rule("r", "require = { weights = true, capable = true }"), model("m", **values)))
    assert decision.verdict("m") == VERDICT[everything]
    decision = decide(world(rule("r", "where.weights = true\nrequire.capable = true"), model("m", **values)))
    implication = True if one is False or other is True else None if None in (one, other) else False
    assert decision.verdict("m") == VERDICT[implication]
    decision = decide(world(rule("r", "where.weights = true\nprefer.capable = true\nweight = 1"), model("m", **values)))
    assert outcomes(decision, "m") == {"r": {True: "points", False: "none", None: "unknown"}[everything]}


def test_unknown_is_not_no_and_not_yes() -> None:
    """What is unknown neither excludes nor lets pass, nor does it give points in either direction."""
    advisor = world(
        rule("like", "prefer.weights = true\nweight = 1")
        + rule("dislike", "avoid.weights = false\nweight = 1")
        + rule("hard", "require.open = 'free'"),
        model("m"),
    )
    decision = decide(advisor)
    assert (decision.verdict("m"), points(decision)) == ("unverified", {"m": "0"})
    assert candidate(decision, "m").missing == ("open",)


# partial sets


@pytest.mark.parametrize(
    ("condition", "listed", "expected"),
    [
        ("has = 'code'", ["code"], True),
        ("has = 'code'", ["maths"], None),
        ("has = 'code'", [], None),
        ("has_any = ['code', 'maths']", ["maths"], True),
        ("has_any = ['code', 'maths']", ["prose"], None),
        ("has_all = ['code', 'maths']", ["maths", "code"], True),
        ("has_all = ['code', 'maths']", ["maths"], None),
        ("none_of = ['code']", ["code"], False),
        ("none_of = ['code']", ["maths"], None),
        ("only = ['code']", ["maths"], False),
        ("only = ['code']", ["code"], None),
        ("is = ['code', 'maths']", ["code"], None),
        ("is = ['code', 'maths']", ["code", "maths"], None),
        ("is = ['code']", ["maths"], False),
        ("known = true", [], True),
    ],
)
def test_a_partial_set_says_what_is_in_it_and_never_what_is_not(
    condition: str, listed: list[str], expected: Truth
) -> None:
    """What a partial set does not list is unknown: only members that are there settle a test."""
    assert truth(f"strengths.{condition}", strengths=listed) is expected


# periods


@pytest.mark.parametrize(
    ("condition", "released", "expected"),
    [
        ("at_least = 2025-06-01", "2025", None),
        ("at_least = 2025-01-01", "2025", True),
        ("at_least = 2026-01-01", "2025", False),
        ("at_most = 2025-12-31", "2025", True),
        ("at_most = 2025-06-30", "2025-06", True),
        ("at_most = 2025-06-29", "2025-06", None),
        ("above = 2025-05-31", "2025-06", True),
        ("above = 2025-06-30", "2025-06", False),
        ("below = 2025-06-01", "2025-06", False),
        ("below = 2025-06-02", "2025-06", None),
        ("is = 2025-06-01", "2025-06", None),
        ("is = 2025-07-01", "2025-06", False),
        ("none_of = [2025-07-01]", "2025-06", True),
        ("any_of = [2025-06-05, 2025-07-01]", "2025-06", None),
        ("is = 2025-06-01", date(2025, 6, 1), True),
        ("at_least = 2024-02-29", "2024-02", None),
        ("at_most = 2024-02-29", "2024-02", True),
    ],
)
def test_a_month_or_a_year_is_a_period(condition: str, released: object, expected: Truth) -> None:
    """A comparison that some days of the period satisfy and others do not is unknown."""
    assert truth(f"released.{condition}", released=released) is expected


@given(st.dates(date(2023, 1, 1), date(2026, 12, 31)), st.integers(2023, 2026), st.none() | st.integers(1, 12))
def test_a_period_is_as_every_day_of_it(threshold: date, year: int, month: int | None) -> None:
    """A test on a period is true if it is for each of its days, false if it is for none, else unknown."""
    text = str(year) if month is None else f"{year}-{month:02}"
    months = range(1, 13) if month is None else (month,)
    days = [date.fromordinal(date(year, 1, 1).toordinal() + number) for number in range(366)]
    days = [day for day in days if day.year == year and day.month in months]
    holds = {
        "at_least": [day >= threshold for day in days],
        "at_most": [day <= threshold for day in days],
        "above": [day > threshold for day in days],
        "below": [day < threshold for day in days],
        "is": [day == threshold for day in days],
    }
    rules = [rule(name.replace("_", "-"), f"require.released.{name} = {threshold}") for name in holds]
    said = outcomes(decide(world("".join(rules), model("m", released=text))), "m")
    for name, each in holds.items():
        expected = "unknown" if len(set(each)) > 1 else "passed" if each[0] else "failed"
        assert said[name.replace("_", "-")] == expected


# classification


def test_classifying_rules_build_on_each_other() -> None:
    """A rule may look at what another concluded, in whatever order they are written; the catalogue stays as it is."""
    advisor = world(
        rule("b-first", "where.capable = true\nconclude.splendid = true")
        + rule("c-second", "where.open = 'free'\nconclude.capable = true")
        + rule("need", "require.splendid = true"),
        model("free", open="free") + model("closed", open="closed") + model("vague") + model("said", capable=True),
    )
    decision = decide(advisor)
    expected = {"free": "eligible", "closed": "excluded", "vague": "unverified", "said": "eligible"}
    assert verdicts(decision) == expected
    assert {name: one.by for name, one in decision.trace.concluded(candidate(decision, "free")).items()} == {
        "capable": ("c-second",),
        "splendid": ("b-first",),
    }
    assert decision.trace.concluded(candidate(decision, "closed"))["splendid"].value is False
    assert decision.trace.concluded(candidate(decision, "closed"))["splendid"].by == ()
    assert decision.trace.concluded(candidate(decision, "vague")) == {}


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_flag_is_true_if_one_rule_says_so(one: Truth, other: Truth) -> None:
    """True if some rule's ``where`` is true, false if all are false, else unknown."""
    values: dict[str, Any] = {key: value for key, value in (("weights", one), ("splendid", other)) if value is not None}
    advisor = world(
        rule("one", "where.weights = true\nconclude.capable = true")
        + rule("other", "where.splendid = true\nconclude.capable = true")
        + rule("need", "require.capable = true"),
        model("m", **values),
    )
    anything = True if True in (one, other) else None if None in (one, other) else False
    assert decide(advisor).verdict("m") == VERDICT[anything]


def test_the_catalogue_holds_against_a_rule() -> None:
    """A stated value stands where a rule concludes the contrary, and the decision reports the contradiction."""
    advisor = world(
        rule("free-is-capable", "where.open = 'free'\nconclude.capable = true")
        + rule("need", "require.capable = true"),
        model("m", open="free", capable=False) + model("agrees", open="free", capable=True),
    )
    decision = decide(advisor)
    assert verdicts(decision) == {"m": "excluded", "agrees": "eligible"}
    (one,) = decision.trace.found.contradictions
    assert (one.model, one.attribute, one.rule) == ("m", "capable", "free-is-capable")
    assert "free-is-capable" in decision.report()


def test_classifying_rules_in_a_circle_cannot_be_loaded() -> None:
    """Two classifications that each wait for the other are a load error that names both."""
    with pytest.raises(LoadError) as caught:
        world(
            rule("a", "where.capable = true\nconclude.splendid = true")
            + rule("b", "where.splendid = true\nconclude.capable = true")
        )
    assert "capable" in str(caught.value)
    assert "splendid" in str(caught.value)


# variants and overlays


def test_a_variant_inherits_what_may_be_inherited() -> None:
    """Only attributes that say so pass on to a variant, along the whole line, and its own values go before."""
    advisor = world(
        rule("need", "require = { open = 'free', strengths.has = 'code' }")
        + rule("window", "prefer.window.above = 1\nweight = 1"),
        model("root", open="free", strengths=["code"], window=5000)
        + model("child", extends="root", strengths=["maths"])
        + model("grandchild", extends="child", strengths=["code"]),
    )
    decision = decide(advisor)
    assert verdicts(decision) == {"root": "eligible", "grandchild": "eligible", "child": "unverified"}
    assert points(decision) == {"root": "1", "child": "0", "grandchild": "0"}
    given_ = {one.id: one for one in decision.trace.given.catalogue}
    assert given_["grandchild"].entries["open"].inherited_from == "root"
    assert "window" not in given_["child"].entries


def test_a_later_catalogue_replaces_value_by_value() -> None:
    """A later file's value is in force, the earlier one stays in the trace, and what it leaves out stands."""
    advisor = world(
        rule("need", "require.window.at_least = 100") + rule("also", "require.weights = true"),
        model("m", called="Em", weights=True, window=10),
        overlays=(model("m", window=200, source="d2") + model("n", weights=False),),
    )
    decision = decide(advisor)
    assert verdicts(decision) == {"m": "eligible", "n": "excluded"}
    record = next(one for one in decision.trace.given.catalogue if one.id == "m")
    window = record.entries["window"]
    assert (record.name, window.value, window.sources) == ("Em", 200, ("d2",))
    assert [(one.value, one.sources) for one in window.replaced] == [(10, ("d",))]


# disputes


def test_a_dispute_that_decides_is_a_caution() -> None:
    """A disputed value under which a rule would say something else is a caution that names attribute and rule."""
    advisor = world(
        rule("hard", "require.window.at_least.requirement = 'tokens'")
        + rule("soft", "prefer.weights = true\nweight = 1"),
        model("m", window=200, weights=True, disputed={"window": 1000}),
    )
    (caution,) = decide(advisor, tokens=500).cautions
    assert (caution.model, caution.rule, caution.level, caution.attribute) == ("m", "hard", "disputed", "window")
    assert decide(advisor, tokens=100).cautions == ()
    assert decide(advisor, tokens=2000).cautions == ()
    assert decide(advisor).cautions == ()


def test_a_dispute_can_decide_through_a_classification() -> None:
    """A disputed value that a classifying rule reads reaches the rules that read the classification."""
    advisor = world(
        rule("class", "where.open = 'free'\nconclude.capable = true") + rule("need", "require.capable = true"),
        model("m", open="closed", disputed={"open": "free"}),
    )
    (caution,) = decide(advisor).cautions
    assert (caution.rule, caution.attribute) == ("need", "open")


def test_a_dispute_about_points_counts_too() -> None:
    """A graded preference that would give other points depends on the value as a check does."""
    advisor = world(
        rule("cheap", "prefer.price.toward = 'lowest'\nweight = 2"),
        model("other", price=3, disputed={"price": 1}) + model("same", price=9, disputed={"price": 8}),
    )
    assert [(one.model, one.attribute) for one in decide(advisor).cautions] == [("other", "price")]


@settings(max_examples=50)
@given(st.integers(0, 2**32))
def test_a_dispute_is_a_caution_exactly_when_it_matters(seed: int) -> None:
    """A caution names exactly the rules that another value would change: the catalogue loaded with it says so."""
    case = RandomCase(seed)
    decision = case.decide()
    if decision is None:
        return
    expected = set()
    for name, entry in case.models.items():
        for attribute, value in entry["disputed"].items():
            other = case.decide(models={**case.models, name: {**entry, attribute: value, "disputed": {}}})
            assert other is not None
            before, after = _said(decision, name), _said(other, name)
            assert before.keys() == after.keys()
            expected |= {(name, attribute, key) for key in before if before[key] != after[key]}
    assert {(one.model, one.attribute, one.rule) for one in decision.cautions if one.level == "disputed"} == expected


def _said(decision: Decision, name: str) -> dict[str, object]:
    """Return what each fired rule says of one model: true, false or unknown, and with which points."""
    bit, scale = decision.knowledge.models.index(name), decision.criteria.scale
    said: dict[str, object] = {}
    judgement = decision.judgement
    applied = [(check.criterion, check.outcome) for check in judgement.checks]
    applied += [(note.criterion, note.outcome) for note in judgement.notes]
    applied += [(score.criterion, score.outcome) for score in judgement.scores]
    for criterion, outcome in applied:
        said[criterion.rule.id] = (outcome.true >> bit & 1, outcome.false >> bit & 1)
    for score in decision.judgement.scores:
        if score.outcome.true >> bit & 1:
            said[score.criterion.rule.id] = Fraction(score.points(bit), scale)
    return said
