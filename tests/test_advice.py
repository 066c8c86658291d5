"""What advice says is so: it is what deciding every other case that it speaks of would say."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.test_lint import ASKED
from tests.worlds import DAY, RandomCase, model, rule, world

from llmrules import Advisor
from llmrules.catalog import Entry
from llmrules.catalog.entries import Stated as Said
from llmrules.errors import LoadError
from llmrules.language.values import day
from llmrules.language.vocabulary import SIX
from llmrules.trace.codec import json_value
from llmrules.verify.kernel import climb
from llmrules.worlds.advice.asking import next_questions
from llmrules.worlds.advice.bands import Bands
from llmrules.worlds.advice.outlook import Outlook, Outlooks
from llmrules.worlds.advice.relaxing import MOST_CASES, Found, Gap, Relaxation, Relaxing
from llmrules.worlds.changes import Stated, ValueAs
from llmrules.worlds.world import World

TRIED: dict[str, tuple[Any, ...]] = {
    "offline": (True, False),
    "tuning": (True, False),
    "weights_wanted": (True, False),
    "hosting": ("own", "vendor"),
    "budget": ("tight", "normal", "ample"),
    "tier": ("basic", "gold"),
    "inputs": tuple(frozenset({one}) for one in ("text", "image", "audio")),
    "kept": tuple(frozenset({one}) for one in ("text", "image", "audio")),
    "tokens": (0, 9, 10, 11, 50, 99, 100, 101, 2_000, 3_999, 4_000, 4_001, 4_999, 5_000, 49_999, 50_000, 50_001, 10**9),
    "spend": (0, 1),
    "since": (day("2020-01-01"), day("2026-01-01")),
    "region": ("eu-west", "-", "x"),
}
"""Answers to every question, those beside every threshold of random worlds among them."""


def random_world(seed: int) -> World | None:
    """Return a random case in which everything may be asked."""
    made = RandomCase(seed)
    entries = "".join(model(name, **entry) for name, entry in made.models.items())
    try:
        advisor = world("".join(made.rules.values()), entries, vocabulary=ASKED)
    except LoadError:
        return None
    return World.under(advisor.knowledge, advisor.profile({"as_of": DAY, **made.requirements}))


@frozen
class Decided:
    """What a decision says of what an outlook tells."""

    first: tuple[str, ...]
    points: dict[str, Fraction]
    conflicts: tuple[str, ...]

    @property
    def eligible(self) -> frozenset[str]:
        """Who is eligible."""
        return frozenset(self.points)


def seen(here: World, *changes: Stated) -> Decided:
    """Return the outlook of a world that is decided as any other is."""
    changed = here.changed(*changes)
    assert changed is not None
    decision = changed.decide()
    points = {} if decision.refused else {one.model: one.points for one in decision.ranking}
    return Decided(decision.best, points, tuple(one.attribute for one in decision.conflicts))


def told(found: Outlook | Decided) -> tuple[tuple[str, ...], frozenset[str], tuple[str, ...]]:
    """Return what a question may change."""
    return found.first, found.eligible, found.conflicts


@given(st.integers(0, 2**32), st.data())
def test_an_outlook_is_what_is_decided(seed: int, data: st.DataObject) -> None:
    """Whatever is stated otherwise, the outlook is that of the decision, however many were looked at before."""
    here = random_world(seed)
    if here is None:
        return
    outlooks = Outlooks(here)
    for _ in range(6):
        names = data.draw(st.lists(st.sampled_from(sorted(TRIED)), unique=True, max_size=3))
        changes = [Stated(name, data.draw(st.none() | st.sampled_from(TRIED[name]))) for name in names]
        found = outlooks.of(*changes)
        assert Decided(found.first, {**found.points}, found.conflicts) == seen(here, *changes)


@given(st.integers(0, 2**32))
def test_a_question_is_listed_if_and_only_if_some_answer_changes_the_outcome(seed: int) -> None:
    """Every answer that there is comes out as one of those that are listed, and does what is said of that one."""
    here = random_world(seed)
    if here is None:
        return
    now, asked = seen(here), next_questions(here)
    listed = {question.attribute: question for question in asked.questions}
    stated = {one.attribute for one in here.profile.requirements if one.origin == "stated"}
    bands = Bands(here.knowledge, DAY, stated=here.profile.facts())
    for name in sorted(TRIED.keys() - stated):
        answers = bands.answers(here.knowledge.ruleset.vocabulary[name]).values
        brute = {value: told(seen(here, Stated(name, value))) for value in (*TRIED[name], *answers)}
        assert {brute[value] for value in answers} == {*brute.values()}, name
        assert (name in listed) == any(found != told(now) for found in brute.values()), name
        for answer in listed[name].answers if name in listed else ():
            first, eligible, conflicts = brute[answer.value]
            assert (answer.first, answer.conflicts) == (first, conflicts)
            assert now.eligible | {*answer.gains} == eligible | {*answer.loses}
    assert not stated & listed.keys()


@given(st.integers(0, 2**32))
@settings(max_examples=15)
def test_a_pair_is_listed_if_and_only_if_it_matters_together(seed: int) -> None:
    """Of the requirements that do not matter alone, each two are tried; those of a pair do matter together."""
    here = random_world(seed)
    if here is None:
        return
    now, asked = told(seen(here)), next_questions(here, most=100_000)
    stated = {one.attribute for one in here.profile.requirements if one.origin == "stated"}
    bands, vocabulary = Bands(here.knowledge, DAY), here.knowledge.ruleset.vocabulary
    rest = sorted(TRIED.keys() - stated - {question.attribute for question in asked.questions})
    pairs = {pair.attributes: pair for pair in asked.pairs}
    outlooks = Outlooks(here)
    for names in combinations(rest, 2):
        one, other = (bands.answers(vocabulary[name]).values for name in names)
        matters = any(told(outlooks.of(Stated(names[0], a), Stated(names[1], b))) != now for a in one for b in other)
        assert asked.complete
        assert matters == (names in pairs), names
        if matters:
            pair = pairs[names]
            changes = [Stated(name, value) for name, value in zip(names, pair.values, strict=True)]
            assert told(seen(here, *changes)) != now


def test_the_question_that_parts_a_tie_comes_first() -> None:
    """Where two are first, what leaves one of them alone is asked before what changes more answers."""
    rules = (
        rule("a", "when.tuning = true\nprefer.open = 'free'\nweight = 1")
        + rule("b", "when.budget.at_least = 'tight'\nrequire.open = 'closed'")
        + rule("c", "when.hosting = 'own'\nwhen.tokens.above = 10\nprefer.open = 'free'\nweight = 1")
    )
    models = model("lark", open="free") + model("wren", open="free", licence="MIT") + model("jay", open="closed")
    alone = rule("d", "when.offline = true\nprefer.licence = 'MIT'\nweight = 1")
    advisor = world(rules + alone, models, vocabulary=ASKED)
    here = World.under(advisor.knowledge, advisor.profile({"as_of": DAY, "tuning": True}))
    asked = next_questions(here)
    assert [question.attribute for question in asked.questions] == ["offline", "budget"]
    assert asked.questions[0].parts
    assert [answer.first for answer in asked.questions[0].answers] == [("wren",), ("lark", "wren")]
    assert [answer.first for answer in asked.questions[1].answers] == [("jay",)] * 3
    assert asked.questions[1].changes_first == 1


def test_questions_whose_answers_change_the_most_come_first_about_equal_ones_in_the_order_of_the_six() -> None:
    """An empty case is asked first what the model is to do; where all answers but one leave nobody, it can wait."""
    advisor = Advisor.load(catalog=["article"], engine="plain")

    def asked(**stated: object) -> list[str]:
        here = World.under(advisor.knowledge, advisor.profile({"as_of": DAY, **stated}))
        return [one.attribute for one in next_questions(here, most=0).questions]

    strong = asked()[:6]
    topics = [SIX.index(advisor.knowledge.ruleset.vocabulary[name].topic or "") for name in strong]
    assert strong[0] == "tasks"
    assert topics == sorted(topics)
    assert strong.index("deployment") < strong.index("input_price_ceiling")
    later = asked(tasks=["coding"])
    assert later.index("context_tokens") < later.index("deployment") < later.index("outputs")


def test_no_question_matters_where_no_rule_waits_for_an_answer() -> None:
    """That nothing more matters is an answer, too; and two requirements may matter only together."""
    advisor = world(rule("a", "when.tuning = true\nadvise = true"), model("lark"), vocabulary=ASKED)
    asked = next_questions(World.under(advisor.knowledge, advisor.profile({"as_of": DAY})))
    assert (asked.questions, asked.pairs, asked.complete) == ((), (), True)
    both = rule("a", "when.tuning = true\nwhen.offline = true\nrequire.weights = true")
    advisor = world(both, model("lark", weights=False), vocabulary=ASKED)
    asked = next_questions(World.under(advisor.knowledge, advisor.profile({"as_of": DAY})))
    assert asked.questions == ()
    assert [(pair.attributes, pair.values, pair.first) for pair in asked.pairs] == [
        (("offline", "tuning"), (True, True), ())
    ]


# What stands in the way


@given(st.integers(0, 2**32))
def test_a_conflict_set_fails_and_no_part_of_it_does(seed: int) -> None:
    """Of all sets of what is stated, those are found that leave nobody although each part leaves somebody."""
    here = random_world(seed)
    if here is None:
        return
    names = [one.attribute for one in here.profile.requirements if one.origin == "stated" and one.attribute != "as_of"]
    sets = [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]
    failing = {
        some: not seen(here, *(Stated(name, None) for name in names if name not in some)).points for some in sets
    }
    expected = {some for some in sets if failing[some] and not any(failing[part] for part in sets if part < some)}
    found = Relaxing(here).conflict_sets()
    assert found.complete
    if seen(here).points:
        expected = set()
    assert {frozenset(one) for one in found.ways} == expected


@given(st.integers(0, 2**32))
def test_a_relaxation_works_and_no_part_of_it_does(seed: int) -> None:
    """Every change works with all of its parts alone; and where one change is enough, it is found, or a smaller one."""
    here = random_world(seed)
    if here is None:
        return
    found = Relaxing(here).relaxations()
    for way in found.ways:
        there = seen(here, *way.changes)
        assert (dict(way.brings), way.first) == (dict(there.points), there.first)
        assert there.points
        for size in range(len(way.changes)):
            for part in combinations(way.changes, size):
                assert not seen(here, *part).points
    single = {way.changes[0] for way in found.ways if len(way.changes) == 1}
    if seen(here).points:
        assert [way.changes for way in found.ways] == [()]
        return
    stated = [one for one in here.profile.requirements if one.origin == "stated" and one.attribute != "as_of"]
    for one in stated:
        for value in (None, *TRIED[one.attribute]):
            if value != one.value and seen(here, Stated(one.attribute, value)).points:
                assert any(change.attribute == one.attribute for change in single)


@given(st.integers(0, 2**32))
def test_a_trace_has_the_relaxations_and_the_checker_agrees(seed: int) -> None:
    """Where nobody is eligible all of them stand in it, as far as checking them is bounded, and each holds."""
    here = random_world(seed)
    if here is None or seen(here).points:
        return
    decision = Advisor(here.knowledge, engine="plain").decide(here.profile)
    ways = decision.relaxations.ways
    recorded = {
        frozenset([*dict.fromkeys(one.drops).items(), *((its.attribute, its.value) for its in one.states)])
        for one in decision.trace.found.relaxations
    }
    vocabulary = here.knowledge.ruleset.vocabulary
    found = {
        frozenset(
            (one.attribute, None if one.value is None else json_value(vocabulary[one.attribute], one.value))
            for one in way.changes
        )
        for way in ways
    }
    assert recorded <= found | {one for one in recorded if all(value is None for _, value in one)}
    assert found <= recorded or sum(2 ** len(way.changes) for way in ways) > MOST_CASES
    *_, last = climb(decision.trace.to_json().encode())
    assert last["found"]["result"]["best"] == []


@given(st.integers(0, 2**32))
def test_what_is_not_looked_at_is_no_relaxation(seed: int) -> None:
    """Where a change is not tried since rules that it does not touch keep everybody out, trying it finds nothing."""
    here = random_world(seed)
    if here is None:
        return
    names = [model.id for model in here.knowledge.catalog]

    def searched() -> list[Found[Relaxation]]:
        ways = Relaxing(here)
        return [ways.relaxations(), *(found for name in names for found in ways.toward(name))]

    found = searched()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Outlooks, "hopeful", lambda *_: -1)
        for one, other in zip(found, searched(), strict=True):
            assert set(one.ways) == set(other.ways) or not other.complete


def nothing_fits() -> World:
    """Return a case in which two requirements leave nobody, and a third is in the way of one model."""
    rules = (
        rule("open", "when.offline = true\nrequire.weights = true")
        + rule("long", "require.window.at_least.requirement = 'tokens'")
        + rule("near", "when.hosting = 'own'\nexclude.licence = 'MIT'")
        + rule("dear", "when.offline = true\nprefer.window.toward = 'highest'\nweight = 2")
    )
    models = model("lark", weights=True, licence="no", window=50_000)
    models += model("wren", weights=False, licence="no", window=100_000)
    advisor = world(rules, models + model("jay", weights=True, licence="MIT", window=90_000), vocabulary=ASKED)
    stated = {"as_of": DAY, "offline": True, "tokens": 95_000, "hosting": "own", "budget": "tight"}
    return World.under(advisor.knowledge, advisor.profile(stated))


def test_what_is_in_the_way_is_named() -> None:
    """Requirements that exclude everybody, the least changes that bring someone back, and who is nearly there."""
    ways = Relaxing(nothing_fits())
    assert ways.conflict_sets().ways == (("offline", "tokens"),)
    found = [(way.changes, sorted(way.brings)) for way in ways.relaxations().ways]
    assert found == [
        ((Stated("offline", None),), ["wren"]),
        ((Stated("offline", value=False),), ["wren"]),
        ((Stated("tokens", None),), ["lark"]),
        ((Stated("tokens", 50_000),), ["lark"]),
        ((Stated("hosting", None), Stated("tokens", 90_000)), ["jay"]),
        ((Stated("hosting", "vendor"), Stated("tokens", 90_000)), ["jay"]),
    ]
    near = ways.near_misses(5)
    assert [(one.model, one.requirements) for one in near.ways] == [
        ("lark", ("tokens",)),
        ("wren", ("offline",)),
        ("jay", ("hosting", "tokens")),
    ]
    eligible, first = ways.toward("jay")
    assert ((Stated("hosting", None), Stated("tokens", None)), 2) in [
        (way.changes, len(way.brings)) for way in eligible.ways
    ]
    assert all("jay" in way.first for way in first.ways)


def test_what_a_near_miss_lacks_is_told() -> None:
    """Each test that a model fails, with how far off it is: numbers in their unit, sets by their members."""
    gaps = {one.model: one.gaps for one in Relaxing(nothing_fits()).near_misses(5).ways}
    assert gaps["lark"] == (Gap("long", "window", "at_least", -45_000),)
    assert gaps["wren"] == ()
    assert gaps["jay"] == (Gap("long", "window", "at_least", -5_000),)
    takes = rule("takes", "require.takes.has_all.requirement = 'inputs'")
    advisor = world(takes, model("lark", takes=["text"]), vocabulary=ASKED)
    decision = advisor.decide({"as_of": DAY, "inputs": ["text", "audio", "image"]})
    assert decision.near_misses().ways[0].gaps == (Gap("takes", "takes", "has_all", ("image", "audio")),)


@given(st.integers(0, 2**32))
def test_a_model_that_had_its_gap_less_would_pass(seed: int) -> None:
    """With a number that is better by the gap the rule excludes the model no longer, with any less it does."""
    here = random_world(seed)
    if here is None:
        return
    for near in Relaxing(here).near_misses(10).ways:
        model = here.knowledge.catalog.models[near.model]
        for gap in near.gaps:
            entry = {**model.entries, **model.offers[0].entries}.get(gap.attribute)
            if entry is None or not isinstance(entry.value, int) or isinstance(entry.value, bool):
                continue
            assert isinstance(gap.gap, int)
            for short in (0, -1 if gap.gap < 0 else 1):
                value = entry.value - gap.gap + short
                there = here.changed(ValueAs(near.model, gap.attribute, Entry(Said(value, ()))))
                assert there is not None
                checks = [one for one in there.decide().judgement.checks if one.criterion.rule.id == gap.rule]
                tests = list(checks[0].criterion.rule.effect.predicate.all_leaves())
                if len(tests) == 1 and len(tests[0].tests) == 1 and gap.operator in {"at_least", "at_most", "is"}:
                    assert bool(checks[0].outcome.false & there.decide().candidates.masks[near.model]) == bool(short)


def test_a_search_is_complete_where_it_may_change_all_that_is_stated() -> None:
    """Three requirements can be changed at once; of four, ways that change all of them are not looked for."""
    advisor = world(rule("never", "require.weights = true"), model("lark", weights=False), vocabulary=ASKED)
    stated = {"as_of": DAY, "offline": True, "tuning": True, "hosting": "own", "budget": "tight"}
    for count in (3, 4):
        profile = advisor.profile(dict([*stated.items()][: 1 + count]))
        ways = Relaxing(World.under(advisor.knowledge, profile))
        assert ways.relaxations() == Found((), complete=count == 3, up_to=3)
        assert ways.near_misses(1) == Found((), complete=True, up_to=count)
        assert ways.conflict_sets() == Found(((),), complete=True, up_to=count)


def test_what_is_cut_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there would be too many worlds to look at, the search ends and says up to which size it is complete."""
    from llmrules.worlds.advice import relaxing

    monkeypatch.setattr(relaxing, "MOST_WORLDS", 6)
    ways = Relaxing(nothing_fits())
    assert (ways.conflict_sets().complete, ways.conflict_sets().up_to) == (False, 1)
    assert (ways.relaxations().complete, ways.relaxations().up_to) == (False, 0)
    assert [ways.near_misses(count).complete for count in (1, 2, 9)] == [True, True, False]
    assert ways.near_misses(9).up_to == 1
