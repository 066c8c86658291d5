"""What rules mean: when they fire, on what, in which order, and what cannot change that."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds import (
    VOCABULARY,
    RandomCase,
    candidate,
    decide,
    facts,
    fired,
    found_rule,
    model,
    points,
    random_model,
    rule,
    verdicts,
    world,
)

from llmrules.errors import LoadError
from llmrules.trace.codec import canonical, plain

if TYPE_CHECKING:
    from llmrules.advisor import Decision


def fires(conditions: str, **requirements: object) -> bool:
    """Say whether one rule with these conditions fires."""
    return fired(world(rule("r", f"{conditions}\nadvise = true")), **requirements) == ("r",)


# conditions on requirements


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ("offline = true", {"offline": True}, {"offline": False}),
        ("offline.is = false", {"offline": False}, {"offline": True}),
        ("hosting = 'own'", {"hosting": "own"}, {"hosting": "vendor"}),
        ("hosting = ['own', 'vendor']", {"hosting": "vendor"}, {}),
        ("hosting.none_of = ['own']", {"hosting": "vendor"}, {"hosting": "own"}),
        ("budget.at_least = 'normal'", {"budget": "ample"}, {"budget": "tight"}),
        ("budget.at_most = 'normal'", {"budget": "normal"}, {"budget": "ample"}),
        ("budget.above = 'normal'", {"budget": "ample"}, {"budget": "normal"}),
        ("budget.below = 'normal'", {"budget": "tight"}, {"budget": "normal"}),
        ("inputs.has = 'text'", {"inputs": ["text", "image"]}, {"inputs": ["image"]}),
        ("inputs.has_any = ['text', 'audio']", {"inputs": ["audio"]}, {"inputs": ["image"]}),
        ("inputs.has_all = ['text', 'audio']", {"inputs": ["audio", "text"]}, {"inputs": ["audio"]}),
        ("inputs.none_of = ['text', 'audio']", {"inputs": ["image"]}, {"inputs": ["image", "text"]}),
        ("inputs.only = ['text', 'audio']", {"inputs": ["text"]}, {"inputs": ["text", "image"]}),
        ("inputs.is = ['text', 'audio']", {"inputs": ["audio", "text"]}, {"inputs": ["text"]}),
        ("tokens.at_least = 10", {"tokens": 10}, {"tokens": 9}),
        ("tokens.at_most = 0.3", {"tokens": 0.3}, {"tokens": 0.30000000000000004}),
        ("tokens.above = 10", {"tokens": 10.5}, {"tokens": 10}),
        ("tokens.below = 10", {"tokens": -3}, {"tokens": 10}),
        ("tokens = [1, 2.5]", {"tokens": 2.5}, {"tokens": 3}),
        ("tokens = { above = 1, at_most = 5 }", {"tokens": 5}, {"tokens": 1}),
        ("since.at_least = 2026-01-31", {"since": date(2026, 1, 31)}, {"since": date(2026, 1, 30)}),
        ("since = 2026-01-31", {"since": "2026-01-31"}, {"since": "2026-02-01"}),
        ("region.like = 'eu-*'", {"region": "eu-west"}, {"region": "us-eu-1"}),
        ("region = 'eu'", {"region": "eu"}, {"region": "EU"}),
        ("region.none_of = ['eu']", {"region": "us"}, {"region": "eu"}),
        ("tokens.known = true", {"tokens": 1}, {}),
        ("tokens.known = false", {}, {"tokens": 1}),
        ("inputs.known = true", {"inputs": []}, {}),
        ("inputs.none_of = ['text']", {"inputs": []}, {}),
        ("as_of.below = 2026-03-02", {"as_of": date(2026, 3, 1)}, {"as_of": date(2026, 3, 2)}),
    ],
)
def test_an_operator_holds_and_fails(condition: str, holds: dict[str, object], fails: dict[str, object]) -> None:
    """Each operator on each type of requirement, on a value that satisfies it and on one that does not."""
    assert fires(f"when.{condition}", **holds)
    assert not fires(f"when.{condition}", **fails)


def test_what_is_not_stated_satisfies_nothing() -> None:
    """A negative test on a requirement that is not stated does not hold: not stated is not no."""
    for condition in (
        "offline = false",
        "hosting.none_of = ['own']",
        "inputs.none_of = ['text']",
        "inputs.only = ['text']",
    ):
        assert not fires(f"when.{condition}")


def test_several_attributes_are_all_asked() -> None:
    """Several entries of one table are a conjunction, ``all`` and ``any`` nest in it."""
    conditions = """
    when.offline = true
    when.any = [{ hosting = 'own' }, { budget = 'tight', all = [{ tokens.above = 1 }, { tokens.below = 9 }] }]
    """
    assert fires(conditions, offline=True, hosting="own")
    assert fires(conditions, offline=True, budget="tight", tokens=5)
    assert not fires(conditions, offline=True, budget="tight", tokens=9)
    assert not fires(conditions, offline=False, hosting="own")
    assert not fires(conditions, offline=True)


def test_a_rule_without_conditions_always_fires() -> None:
    """No ``when`` means always."""
    assert fires("")


# unless


def test_each_entry_of_unless_blocks_alone() -> None:
    """Every attribute under ``unless`` is an exception of its own."""
    conditions = "unless.offline = true\nunless.tuning = true"
    assert fires(conditions)
    assert not fires(conditions, offline=True)
    assert not fires(conditions, tuning=True)
    assert fires(conditions, offline=False, tuning=False)


def test_all_in_unless_joins_several_tests_to_one_exception() -> None:
    """The tables of ``all`` block together only."""
    conditions = "unless.all = [{ offline = true }, { tuning = true }]"
    assert fires(conditions, offline=True)
    assert not fires(conditions, offline=True, tuning=True)


def test_each_table_of_any_in_unless_is_a_conjunction() -> None:
    """One whole table of ``any`` blocks, half of one does not."""
    conditions = "unless.any = [{ offline = true, tuning = true }, { hosting = 'own' }]"
    assert fires(conditions, offline=True)
    assert not fires(conditions, offline=True, tuning=True)
    assert not fires(conditions, hosting="own")


def test_an_exception_may_be_concluded() -> None:
    """An exception waits for every rule that could conclude it, however the rules are written."""
    advisor = world(
        rule("a-guarded", "unless.hosting = 'own'\nadvise = true")
        + rule("b-concludes", "when.weights_wanted = true\nconclude.hosting = 'own'")
        + rule("c-starts", "when.offline = true\nconclude.weights_wanted = true")
    )
    assert fired(advisor) == ("a-guarded",)
    assert fired(advisor, offline=True) == ("b-concludes", "c-starts")


# references


def test_a_reference_waits_until_the_requirement_is_known() -> None:
    """A rule whose right side is a requirement fires as soon as that is known, concluded or stated, and not before."""
    advisor = world(
        rule("fits", "require.window.at_least.requirement = 'tokens'")
        + rule("needs-room", "when.offline = true\nconclude.tokens = 500"),
        model("small", window=100) + model("big", window=1000),
    )
    decision = decide(advisor)
    assert decision.fired == ()
    assert found_rule(decision, "fits").waits_for == ("tokens",)
    assert decide(advisor, tokens=101).best == ("big",)
    assert decide(advisor, offline=True).best == ("big",)


def test_a_reference_to_a_conflict_must_hold_for_both() -> None:
    """With two values in conflict a model must pass for each of them, and the trace shows both thresholds."""
    advisor = world(
        rule("fits", "require.window.at_least.requirement = 'tokens'")
        + rule("needs-room", "when.offline = true\nconclude.tokens = 500"),
        model("small", window=100) + model("big", window=1000),
    )
    decision = decide(advisor, offline=True, tokens=50)
    assert decision.best == ("big",)
    assert {test.thresholds for leaf in decision.trace.found.criteria[0].leaves for test in leaf.tests} == {(50, 500)}


@pytest.mark.parametrize(("window", "verdict"), [(110, "eligible"), (109, "excluded")])
def test_plus_adds_to_a_number(window: int, verdict: str) -> None:
    """``plus`` asks for so much more than the requirement says."""
    advisor = world(
        rule("fits", "require.window.at_least = { requirement = 'tokens', plus = 10 }"), model("m", window=window)
    )
    assert decide(advisor, tokens=100).verdict("m") == verdict


@pytest.mark.parametrize(("plus", "verdict"), [(-30, "excluded"), (-60, "eligible")])
def test_plus_adds_days_to_a_date(plus: int, verdict: str) -> None:
    """On dates ``plus`` counts days, backwards where it is negative, and the date of the decision is a requirement."""
    advisor = world(
        rule("new", f"require.released.at_least = {{ requirement = 'as_of', plus = {plus} }}"),
        model("m", released=date(2026, 1, 10)),
    )
    assert decide(advisor).verdict("m") == verdict


def test_a_reference_compares_sets_and_choices() -> None:
    """The right side of a set operator may be a set that the user states, of ``any_of`` too."""
    advisor = world(
        rule("takes", "require.takes.has_all.requirement = 'inputs'")
        + rule("same", "require.hosted.is.requirement = 'hosting'"),
        model("text", takes=["text"], hosted="own") + model("both", takes=["text", "image"], hosted="vendor"),
    )
    assert [one.model for one in decide(advisor, inputs=["text", "image"]).excluded] == ["text"]
    assert decide(advisor, hosting="own").best == ("text",)
    assert decide(advisor, inputs=[]).best == ("both", "text")


def test_where_may_refer_too() -> None:
    """A reference in ``where`` makes the rule wait as one in the predicate does."""
    advisor = world(
        rule("soft", "where.takes.has_any.requirement = 'inputs'\nprefer.weights = true\nweight = 1"),
        model("m", takes=["text"], weights=True),
    )
    assert fired(advisor) == ()
    assert points(decide(advisor, inputs=["text"])) == {"m": "1"}
    assert points(decide(advisor, inputs=["audio"])) == {"m": "0"}


# defaults and the date


def test_a_default_is_assumed_until_something_is_stated() -> None:
    """A default is a fact of origin assumed, and what is stated stands in its place."""
    advisor = world(rule("basic", "when.tier = 'basic'\nadvise = true"))
    decision = decide(advisor)
    assert decision.fired == ("basic",)
    assert facts(decision)["tier=basic"].origin == ("assumed",)
    decision = decide(advisor, tier="gold")
    assert decision.fired == ()
    assert facts(decision)["tier=gold"].origin == ("stated",)
    assert "tier=basic" not in facts(decision)


def test_a_stated_set_replaces_its_default() -> None:
    """What is stated of a set, even that it is empty, replaces the default as a whole."""
    advisor = world(rule("text", "when.kept.has = 'text'\nadvise = true"))
    assert fired(advisor) == ("text",)
    assert fired(advisor, kept=["image"]) == ()
    assert fired(advisor, kept=[]) == ()


def test_the_date_of_the_decision_is_always_known() -> None:
    """``as_of`` is what is stated, else today in UTC with origin assumed."""
    advisor = world(rule("dated", "when.as_of.known = true\nadvise = true"))
    before = datetime.now(UTC).date()
    decision = advisor.decide({})
    record = next(one for one in decision.trace.given.requirements if one.attribute == "as_of")
    assert record.origin == "assumed"
    assert before.isoformat() <= str(record.value) <= datetime.now(UTC).date().isoformat()
    assert decision.fired == ("dated",)
    assert facts(decide(advisor))["as_of=2026-03-01"].origin == ("stated",)


# conflicts and sets


def test_both_values_of_a_conflict_stand() -> None:
    """Two values for one attribute both stand, rules fire on either, and the conflict names both derivations."""
    advisor = world(
        rule("says-own", "when.offline = true\nconclude.hosting = 'own'")
        + rule("on-own", "when.hosting = 'own'\nadvise = true")
        + rule("on-vendor", "when.hosting = 'vendor'\nadvise = true")
    )
    decision = decide(advisor, offline=True, hosting="vendor")
    assert decision.advice == ("on-own", "on-vendor")
    (conflict,) = decision.conflicts
    assert (conflict.attribute, conflict.values, conflict.by) == ("hosting", ("own", "vendor"), (("says-own",), ()))
    assert {(fact.value, fact.origin) for fact in facts(decision).values() if fact.attribute == "hosting"} == {
        ("own", ("concluded",)),
        ("vendor", ("stated",)),
    }


def test_two_conclusions_can_conflict() -> None:
    """Nothing needs to be stated for a conflict."""
    advisor = world(
        rule("one", "when.offline = true\nconclude.hosting = 'own'")
        + rule("two", "when.tuning = true\nconclude.hosting = 'vendor'")
    )
    (conflict,) = decide(advisor, offline=True, tuning=True).conflicts
    assert conflict.by == (("one",), ("two",))
    assert decide(advisor, offline=True).conflicts == ()


def test_a_leaf_is_satisfied_by_one_value_of_a_conflict_as_a_whole() -> None:
    """Two values do not satisfy between them what neither satisfies alone, and only the one that does is cited."""
    advisor = world(
        rule("says", "when.offline = true\nconclude.tokens = 10")
        + rule("between", "when.tokens = { above = 3, below = 8 }\nadvise = true")
        + rule("low", "when.tokens.below = 8\nadvise = true")
    )
    decision = decide(advisor, offline=True, tokens=2)
    assert decision.advice == ("low",)
    record = found_rule(decision, "low")
    assert record.when is not None
    assert record.when.leaves["tokens"].cites == ("tokens=2",)
    between = found_rule(decision, "between")
    assert between.when is not None
    assert (between.when.leaves["tokens"].holds, between.when.leaves["tokens"].actual) == (False, (10, 2))


def test_saying_what_is_concluded_is_no_conflict() -> None:
    """A fact that is stated and concluded has both origins."""
    advisor = world(rule("says", "when.offline = true\nconclude.hosting = 'own'"))
    decision = decide(advisor, offline=True, hosting="own")
    assert decision.conflicts == ()
    assert facts(decision)["hosting=own"].origin == ("stated", "concluded")


def test_widening_a_stated_set_is_reported() -> None:
    """A conclusion that adds to a set that the user stated is reported with its rule, one that repeats it is not."""
    advisor = world(rule("adds", "when.offline = true\nconclude.inputs = ['text', 'audio']"))
    (conflict,) = decide(advisor, offline=True, inputs=["text"]).conflicts
    assert (conflict.widened, conflict.values, conflict.by) == (True, ("audio",), (("adds",),))
    assert decide(advisor, offline=True, inputs=["audio", "text"]).conflicts == ()
    assert decide(advisor, offline=True).conflicts == ()


def test_a_stated_empty_set_is_known() -> None:
    """``[]`` is an answer: the set is known and has nothing in it, and a conclusion widens it."""
    advisor = world(
        rule("nothing", "when.inputs.none_of = ['text']\nadvise = true")
        + rule("nothing-at-all", "when.inputs.is = []\nadvise = true")
        + rule("silent", "when.inputs.known = false\nadvise = true"),
    )
    decision = decide(advisor, inputs=[])
    assert decision.advice == ("nothing", "nothing-at-all")
    assert facts(decision)["inputs="].value == ()
    assert fired(advisor) == ("silent",)
    adds = world(rule("adds", "when.offline = true\nconclude.inputs = ['text']"))
    (conflict,) = decide(adds, offline=True, inputs=[]).conflicts
    assert (conflict.widened, conflict.values) == (True, ("text",))


# strata, rounds, citing


def test_a_chain_of_ten_rules_fires_to_its_end() -> None:
    """Conclusions chain to any depth, one round for each."""
    attributes = "\n".join(f'step_{n} = {{ type = "flag" }}' for n in range(11))
    rules = "".join(rule(f"rule-{9 - n}", f"when.step_{n} = true\nconclude.step_{n + 1} = true") for n in range(10))
    for engine in ("plain", "auto"):
        advisor = world(
            rules + rule("end", "when.step_10 = true\nadvise = true"),
            vocabulary=VOCABULARY.replace("[requirement]", f"[requirement]\n{attributes}"),
            engine=engine,
        )
        decision = decide(advisor, step_0=True)
        assert decision.advice == ("end",)
        assert [(one.rule, one.stratum, one.round) for one in decision.trace.found.firings] == [
            *((f"rule-{9 - n}", 0, n) for n in range(10)),
            ("end", 0, 10),
        ]


def test_rules_fire_by_stratum_round_and_id() -> None:
    """A negative test opens a new stratum, whose rounds start anew; within a round ids are in order."""
    advisor = world(
        rule("z-first", "when.offline = true\nconclude.weights_wanted = true")
        + rule("b-second", "when.weights_wanted = true\nconclude.hosting = 'own'")
        + rule("a-second", "when.weights_wanted = true\nadvise = true")
        + rule("c-not", "unless.hosting = 'vendor'\nadvise = true")
        + rule("d-after", "when.tuning.known = false\nadvise = true")
    )
    decision = decide(advisor, offline=True)
    assert [(one.rule, one.stratum, one.round) for one in decision.trace.found.firings] == [
        ("z-first", 0, 0),
        ("a-second", 0, 1),
        ("b-second", 0, 1),
        ("c-not", 1, 0),
        ("d-after", 1, 0),
    ]


def test_the_strata_are_those_of_the_definition() -> None:
    """Positive tests keep the stratum, negative ones and overriding raise it, conclusions pass it on."""
    advisor = world(
        rule("base", "when.offline = true\nconclude.tuning = true")
        + rule("positive", "when.tuning = true\nadvise = true")
        + rule("negative", "when.tuning.known = false\nconclude.hosting = 'own'")
        + rule("passes-on", "when.hosting = 'own'\nadvise = true")
        + rule("refers", "when.hosting.known = true\nrequire.window.at_least.requirement = 'tokens'")
        + rule("twice", "unless.hosting = 'own'\nadvise = true")
        + rule("beaten", "advise = true")
        + rule("beats", "when.hosting = 'own'\nadvise = true\noverrides = ['beaten']")
        + rule("set", "when.inputs.only = ['text']\nadvise = true")
    )
    strata = {one.id: one.stratum for one in decide(advisor).trace.found.rules}
    assert strata == {
        "base": 0,
        "positive": 0,
        "negative": 1,
        "passes-on": 1,
        "refers": 1,
        "twice": 2,
        "beaten": 2,
        "beats": 1,
        "set": 1,
    }


def test_a_cycle_through_a_negative_test_cannot_be_loaded() -> None:
    """What would depend on its own absence is a load error that prints the cycle."""
    with pytest.raises(LoadError) as caught:
        world(rule("odd", "unless.hosting = 'own'\nconclude.hosting = 'own'"))
    (error,) = caught.value.errors
    assert error.code == "negative-cycle"
    assert "hosting → rule odd → hosting" in error.message


def test_a_firing_cites_every_value_that_satisfies_it() -> None:
    """Of a set each member that was asked for is cited, of ``any`` every branch that holds, each once."""
    advisor = world(
        rule(
            "r",
            "when.inputs.has_any = ['text', 'image']\nwhen.any = [{ offline = true }, { tuning = true }]"
            "\nadvise = true",
        )
    )
    (firing,) = decide(advisor, inputs=["text", "image", "audio"], offline=True, tuning=False).trace.found.firings
    assert firing.uses == ("inputs=image", "inputs=text", "offline=true")


def test_a_rule_cites_what_was_known_when_its_round_began() -> None:
    """A fact that a later round adds is not cited by a rule that had fired before."""
    advisor = world(
        rule("later", "when.offline = true\nconclude.inputs = ['image']")
        + rule("now", "when.inputs.has_any = ['text', 'image']\nadvise = true")
    )
    firings = {one.rule: one.uses for one in decide(advisor, offline=True, inputs=["text"]).trace.found.firings}
    assert firings["now"] == ("inputs=text",)


# laws

seeds = st.integers(0, 2**32)
few = settings(max_examples=30)


def found(decision: Decision) -> str:
    """Return the bytes of what was found."""
    return canonical(plain(decision.trace.found))


@few
@given(seeds)
def test_the_same_input_gives_the_same_bytes(seed: int) -> None:
    """Loaded and decided anew, the same input finds the same, byte for byte."""
    case = RandomCase(seed)
    first, second = case.decide(), case.decide()
    if first is not None and second is not None:
        assert found(first) == found(second)
        assert first.trace.digests.given == second.trace.digests.given
        assert first.trace.digests.found == second.trace.digests.found


@few
@given(seeds)
def test_no_order_changes_what_is_found(seed: int) -> None:
    """Rules, files, models and requirements in another order find the same, byte for byte."""
    case, random = RandomCase(seed), Random(seed)  # noqa: S311 - a test, no secret
    first = case.decide()
    rules = random.sample(list(case.rules.values()), len(case.rules))
    models = [model(name, **entry) for name, entry in random.sample(list(case.models.items()), len(case.models))]
    stated = random.sample(list(case.requirements.items()), len(case.requirements))
    cut, half = random.randrange(len(rules) + 1), random.randrange(len(models) + 1)
    if first is not None:
        advisor = world(
            "".join(rules[:cut]),
            "".join(models[:half]),
            more=("".join(rules[cut:]),),
            overlays=("".join(models[half:]),),
        )
        assert found(decide(advisor, **dict(stated))) == found(first)


@few
@given(seeds, st.integers(0, 60_000), st.integers(0, 60_000))
def test_raising_a_hard_threshold_never_adds_a_model(seed: int, one: int, other: int) -> None:
    """Whoever is eligible at a higher threshold is eligible at every lower one."""
    case = RandomCase(seed)
    low, high = sorted((one, other))
    decisions = [
        case.decide(rules={**case.rules, "floor": rule("floor", f"require.window.at_least = {threshold}")})
        for threshold in (low, high)
    ]
    if decisions[0] is not None and decisions[1] is not None:
        eligible = [{placed.model for placed in decision.ranking} for decision in decisions if decision]
        assert eligible[1] <= eligible[0]
        excluded = [{one.model for one in decision.excluded} for decision in decisions if decision]
        assert excluded[0] <= excluded[1]


@few
@given(seeds)
def test_a_rule_that_did_not_fire_can_be_deleted(seed: int) -> None:
    """Without the silent rules all verdicts, points and places are the same: a rule acts by firing alone."""
    case = RandomCase(seed)
    decision = case.decide()
    if decision is None:
        return
    classifying = {one.id for one in decision.trace.found.rules if one.status == "classifying"}
    named = {name for name in case.rules for text in case.rules.values() if f"overrides = ['{name}']" in text}
    kept = {key: text for key, text in case.rules.items() if key in {*decision.fired, *classifying, *named}}
    without = case.decide(rules=kept)
    assert without is not None
    assert verdicts(without) == verdicts(decision)
    assert (without.ranking, without.unverified) == (decision.ranking, decision.unverified)
    assert (without.excluded, without.cautions) == (decision.excluded, decision.cautions)


@few
@given(seeds)
def test_another_model_changes_nothing_for_the_others(seed: int) -> None:
    """One more model leaves verdict, points and order of all others as they were."""
    case = RandomCase(seed)
    decision = case.decide()
    another = random_model(Random(seed + 1))  # noqa: S311 - a test, no secret
    more = case.decide(models={**case.models, "another": another})
    if decision is None or more is None:
        return
    assert verdicts(decision).items() <= verdicts(more).items()
    assert points(decision).items() <= points(more).items()
    for before, after in ((decision.ranking, more.ranking), (decision.unverified, more.unverified)):
        assert [one.model for one in before] == [one.model for one in after if one.model != "another"]


@few
@given(seeds)
def test_every_verdict_has_its_reason(seed: int) -> None:
    """Who is excluded fails a check that is listed, who is unverified has something to find out, no other has."""
    decision = RandomCase(seed).decide()
    if decision is None:
        return
    by = {one.model: one.by for one in decision.excluded}
    for name, verdict in verdicts(decision).items():
        checks = {applied.rule: applied.outcome for applied in decision.trace.checks(candidate(decision, name))}
        failed = {key for key, outcome in checks.items() if outcome == "failed"}
        assert failed == set(by.get(name, ()))
        assert (verdict == "excluded") == bool(failed)
        assert (verdict == "unverified") == (not failed and "unknown" in checks.values())
        assert bool(candidate(decision, name).missing) == (verdict == "unverified")


@few
@given(seeds)
def test_every_point_is_accounted_for(seed: int) -> None:
    """The points of a model are the sum of what single rules gave, and places follow points."""
    decision = RandomCase(seed).decide()
    if decision is None:
        return
    for placed in (*decision.ranking, *decision.unverified):
        scores = decision.trace.scores(candidate(decision, placed.model))
        assert sum((Fraction(one.points) for one in scores if one.points is not None), Fraction(0)) == placed.points
    for ranking in (decision.ranking, decision.unverified):
        for one in ranking:
            assert one.place == 1 + sum(other.points > one.points for other in ranking)


@few
@given(seeds)
def test_every_fact_is_given_or_concluded_by_an_earlier_firing(seed: int) -> None:
    """A firing uses only facts that were given or that a firing before it concluded."""
    decision = RandomCase(seed).decide()
    if decision is None:
        return
    trace = decision.trace
    known = {fact.id for fact in trace.found.facts if {"stated", "assumed"} & set(fact.origin)}
    waiting: set[str] = set()
    now = (-1, -1)
    for firing in trace.found.firings:
        if (firing.stratum, firing.round) != now:
            now = (firing.stratum, firing.round)
            known |= waiting
        assert set(firing.uses) <= known
        waiting |= set(firing.concludes)
    assert known | waiting == {fact.id for fact in trace.found.facts}
