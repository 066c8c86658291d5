"""How firm a first place is, and what is worth finding out: as deciding again says, beside each end."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import offer_worlds
from tests.shipped_cases import EXAMPLES
from tests.test_advice import TRIED, nothing_fits, random_world, seen
from tests.worlds import DAY, VALUES, VOCABULARY, decide, model, rule, world

from llmrules.advisor import Advisor
from llmrules.catalog import Entry
from llmrules.catalog.entries import Stated as Said
from llmrules.check.diff import compare_decisions
from llmrules.errors import LoadError
from llmrules.language.values import Period, day
from llmrules.say.advice import Adviser
from llmrules.worlds.advice.bands import order
from llmrules.worlds.advice.document import plain
from llmrules.worlds.advice.finding_out import worth_finding_out
from llmrules.worlds.advice.firmness import firmness, shelf_life
from llmrules.worlds.changes import RuleAs, Stated, ValueAs
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from llmrules.language.values import Value
    from llmrules.worlds.advice.firmness import Stays


def sometimes_tiered(seed: int) -> World | None:
    """Return a random case; of every second one the points stand in tiers."""
    here, chance = random_world(seed), Random(seed)  # noqa: S311 - no secret
    if here is None or seed % 2:
        return here
    scoring = [one for one in here.knowledge.ruleset.rules.values() if one.weight is not None]
    return here.changed(*(RuleAs(evolve(one, tier=chance.choice((None, 2, 3)))) for one in scoring))


def inside(here: World, stays: Stays, value: Value) -> bool:
    """Whether a value is among those with which the first place is said to stay."""
    attribute = here.knowledge.ruleset.vocabulary[stays.attribute]
    stated = next(one.value for one in here.profile.requirements if one.attribute == stays.attribute)
    if attribute.type not in {"number", "scale", "date"}:
        return value == stated or value in stays.others
    at = order(attribute, value)
    low = None if stays.low is None else order(attribute, stays.low)
    high = None if stays.high is None else order(attribute, stays.high)
    above = low is None or at > low or (at == low and stays.low_included)
    return above and (high is None or at < high or (at == high and stays.high_included))


def beside(here: World, stays: Stays) -> list[Value]:
    """Return the values just beyond the ends between which the first place is said to stay."""
    attribute, tiny = here.knowledge.ruleset.vocabulary[stays.attribute], Decimal("0.001")
    found: list[Value] = []
    for end, included, step in ((stays.low, stays.low_included, -1), (stays.high, stays.high_included, 1)):
        if isinstance(end, str):
            found.append(attribute.choice_ids[attribute.choice_ids.index(end) + step])
        elif isinstance(end, int | Decimal):
            found.append(end + step * tiny if included else end)
    return found


@given(st.integers(0, 2**32))
def test_the_first_place_stays_inside_and_turns_just_outside(seed: int) -> None:
    """Of each stated requirement the ends are those at which another decision turns."""
    here = sometimes_tiered(seed)
    found = None if here is None else firmness(here)
    if here is None or found is None:
        return
    first = seen(here).first
    for stays in found.requirements:
        for value in TRIED[stays.attribute]:
            if inside(here, stays, value):
                assert seen(here, Stated(stays.attribute, value)).first == first, (stays, value)
            elif not isinstance(value, int):
                assert seen(here, Stated(stays.attribute, value)).first != first or stays.low or stays.high
        for value in beside(here, stays):
            assert seen(here, Stated(stays.attribute, value)).first != first, (stays, value)


@given(st.data())
@settings(max_examples=12)
def test_a_choice_stays_until_the_day_that_is_named(data: st.DataObject) -> None:
    """Day by day, the first place is the same before that day and another one on it, with what brings it about."""
    text, _ = data.draw(offer_worlds.catalogues())
    advisor = offer_worlds.sellers(data.draw(offer_worlds.rules()), text)
    stated = {**data.draw(offer_worlds.requirements()), "as_of": date(2026, 2, 20)}
    here = World.under(advisor.knowledge, advisor.profile(stated))
    found, first = shelf_life(here), seen(here).first
    for days in range(1, 320):
        when = date(2026, 2, 20) + timedelta(days=days)
        there = seen(here, Stated("as_of", Period(when, when, when.isoformat())))
        if there.first != first:
            assert found is not None
            assert (found.day, found.first) == (when, there.first)
            return
    assert found is None or found.day > date(2026, 12, 31)


def test_what_ends_a_choice_is_named() -> None:
    """An exemption that ends, a rule that begins, and who is excluded from then on by what."""
    rules = (
        rule("needs", "require.weights = true")
        + rule("spares", "where.open = 'closed'\nexempt = ['needs']\napprover = 'me'\neffective_to = 2026-04-30")
        + rule("likes", "prefer.open = 'closed'\nweight = 3")
        + rule("later", "when.as_of.at_least = 2026-06-01\nprefer.open = 'free'\nweight = 1")
    )
    advisor = world(rules, model("lark", weights=False, open="closed") + model("wren", weights=True, open="free"))
    decision = advisor.decide({"as_of": DAY})
    assert decision.best == ("lark",)
    firm = decision.firmness
    assert firm is not None
    assert plain(firm.until) == {
        "day": "2026-05-01",
        "first": ["wren"],
        "begin": [],
        "end": ["spares"],
        "excluded": [["lark", ["needs"]]],
        "values": [],
    }


def test_a_price_that_takes_force_is_named() -> None:
    """What ends the choice is a value that begins on that day."""
    dearer = '[[model.offer.dated]]\nattribute = "price"\nsince = 2026-06-01\nvalue = 9\nsource = "d"\n'
    models = model("lark", price=1) + dearer + model("wren", price=3)
    decision = world(rule("cheap", "prefer.price.toward = 'lowest'\nweight = 3"), models).decide({"as_of": DAY})
    firm = decision.firmness
    assert firm is not None
    assert firm.until is not None
    assert (firm.until.day, firm.until.first) == (date(2026, 6, 1), ("wren",))
    assert firm.until.values == (("lark", None, "price"),)
    told = [str(line) for line in Adviser(decision, "en").firmness(firm)]
    assert any("from 2026-06-01 on wren would be first" in line and "lark, price" in line for line in told)


def test_who_is_left_out_by_what_was_asked_for_alone_is_not_said_to_be_excluded_from_then_on() -> None:
    """From the day on which its price is too high for ``only``, the first is not judged; no rule excludes it."""
    dearer = '[[model.offer.dated]]\nattribute = "price"\nsince = 2026-06-01\nvalue = 9\nsource = "d"\n'
    rules = rule("likes", "prefer.weights = true\nweight = 3") + rule("asks", "exclude.price.above = 5")
    advisor = world(rules, model("lark", weights=True, price=1) + dearer + model("wren", price=3))
    for only, excluded in (({"price": {"at_most": 3}}, ()), (None, (("lark", ("asks",)),))):
        until = shelf_life(World.of(advisor.decide({"as_of": DAY}, only=only)))
        assert until is not None
        assert (until.day, until.first, until.excluded) == (date(2026, 6, 1), ("wren",), excluded)


@given(st.integers(0, 2**32))
def test_what_is_worth_finding_out_would_change_who_is_first(seed: int) -> None:
    """Every unknown value of every model is tried; those that are listed, and no others, change the first place."""
    here = sometimes_tiered(seed)
    if here is None:
        return
    first = tuple(sorted(seen(here).first))
    listed = {(one.model, one.attribute): one for one in worth_finding_out(here).values}
    for entry in here.knowledge.catalog:
        known = {**entry.entries, **entry.offers[0].entries}
        for name in sorted(VALUES):
            attribute = here.knowledge.ruleset.vocabulary[name]
            there: dict[Value, tuple[str, ...]] = {}
            mine = listed.get((entry.id, name))
            values = list(map(day, VALUES[name])) if attribute.type == "date" else list(VALUES[name])
            if attribute.many:
                before = known[name].value if name in known else frozenset()
                assert isinstance(before, frozenset)
                members = (frozenset({one}) for one in attribute.choice_ids)
                values = (
                    [before | one for one in members if not one <= before]
                    if attribute.partial
                    else [*map(frozenset, VALUES[name])]
                )
            concluded = (
                here.knowledge.candidates.knowing(name) >> here.knowledge.candidates.masks[entry.id].bit_length() - 1
            )
            if (name in known or concluded & 1) and not attribute.partial:
                assert mine is None
                continue
            told = () if mine is None else tuple(_with(known.get(name), one) for one in mine.values)
            for value in (*(one for one in values if one is not None), *told):
                changed = here.changed(ValueAs(entry.id, name, Entry(Said(value, ()))))
                assert changed is not None
                there[value] = tuple(sorted(seen(changed).first))
            assert mine is not None or all(its == first for its in there.values()), (entry.id, name, there)
            if mine is not None:
                assert mine.first == tuple(there[value] for value in told)
                assert first not in mine.first


def test_what_rules_conclude_of_a_model_is_not_worth_finding_out() -> None:
    """Nobody states whether the one is capable, but a rule concludes it; of the other, both are to be found out."""
    rules = rule("small", "where.window.at_most = 5_000\nconclude.capable = true") + rule(
        "good", "prefer.capable = true\nweight = 2"
    )
    models = model("lark", window=3_000) + model("wren")
    found = world(rules, models).decide({"as_of": DAY}).worth_finding_out
    assert [(one.model, one.attribute) for one in found.values] == [("wren", "capable"), ("wren", "window")]


def test_a_number_is_worth_finding_out_by_the_marks_of_a_rule_itself() -> None:
    """Only a rule grades by ranks, which it tells apart from 1 to 5; the best overtakes who has the third."""
    ranks = rule("ranks", "prefer.rank.toward = 'lowest'\nprefer.rank.marks = [1, 5]\nweight = 8")
    vocabulary = VOCABULARY.replace('licence = { type = "text" }', 'rank = { type = "number", unit = "places" }')
    found = world(ranks, model("lark", rank=3) + model("wren"), vocabulary=vocabulary).decide({"as_of": DAY})
    (one,) = found.worth_finding_out.values
    assert (one.model, one.attribute) == ("wren", "rank")
    told = dict(zip(one.values, one.first, strict=True))
    assert (told[1], told[3], told.get(5)) == (("wren",), ("lark", "wren"), None)


def test_what_rules_say_of_a_model_by_name_holds_of_it_with_another_value() -> None:
    """A rule that names a model reaches it whatever would be found out of it, and who it is is no question."""
    rules = (
        rule("named", "prefer.model = 'lark'\nweight = 2")
        + rule("open", "prefer.weights = true\nweight = 3")
        + rule("not", "where.model = 'jay'\nexclude.open = 'free'")
    )
    models = model("lark") + model("wren") + model("jay", open="free")
    advisor = world(rules, models)
    found = advisor.decide({"as_of": DAY}).worth_finding_out
    assert [(one.model, one.attribute, one.values, one.first) for one in found.values] == [
        ("wren", "weights", (True,), (("wren",),))
    ]


def _with(known: Entry | None, told: Value) -> Value:
    """Return a set with a member besides what is known of it; any other value as it is."""
    if known is None or not isinstance(told, frozenset):
        return told
    assert isinstance(known.value, frozenset)
    return known.value | told


# Through the door


def test_a_decision_gives_advice() -> None:
    """What a decision knows of other cases is asked of it, and is plain JSON on request."""
    here = nothing_fits()
    advisor = Advisor(here.knowledge, engine="plain")
    decision = advisor.decide(here.profile)
    assert decision.best == ()
    assert decision.firmness is None
    assert plain(decision.conflict_sets) == {"ways": [["offline", "tokens"]], "complete": True, "up_to": 4}
    assert plain(decision.relaxations)["ways"][3] == {
        "changes": [{"attribute": "tokens", "value": 50_000}],
        "brings": {"lark": "13/9"},
        "first": ["lark"],
    }
    assert [one.model for one in decision.near_misses(1).ways] == ["lark"]
    eligible, first = decision.what_would_it_take("wren")
    assert eligible.ways[0].changes == (Stated("offline", None),)
    assert first.ways[0].first == ("wren",)
    with pytest.raises(KeyError):
        decision.what_would_it_take("nobody")


def test_what_if_is_another_decision() -> None:
    """Requirements are stated otherwise or not at all, as strictly as in any case; the decision itself stays."""
    advisor = Advisor.load(catalog=["article"], engine="plain")
    decision = advisor.decide(EXAMPLES / "hospital-records.toml")
    before = json.loads(decision.trace.to_json())
    other = decision.what_if(context_tokens=500_000, fine_tuning=None)
    stated = {one.attribute: one.value for one in other.profile.requirements}
    assert stated["context_tokens"] == 500_000
    assert "fine_tuning" not in stated
    assert other.trace.found != decision.trace.found
    found = compare_decisions(decision, other)
    assert [one.kind for one in found.changes][:1] == ["choice"]
    assert {one.id for one in found.differences} == {"requirement:context_tokens"}
    assert decision.what_if().trace.found == decision.trace.found
    assert json.loads(decision.trace.to_json()) == before
    for wrong in ({"context_tokens": "many"}, {"nothing_of_the_kind": None}, {"openness": "closed"}):
        with pytest.raises(LoadError):
            decision.what_if(wrong)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml"))[:4], ids=lambda path: path.stem)
def test_advice_on_an_example_can_be_written(path: Any) -> None:  # noqa: ANN401
    """Everything that is advised on an example is plain JSON, and the same each time."""
    decisions = [Advisor.load(catalog=["article"], engine="plain").decide(path) for _ in range(2)]
    written = [
        json.dumps([plain(part) for part in (one.relaxations, one.next_questions, one.firmness, one.worth_finding_out)])
        for one in decisions
    ]
    assert written[0] == written[1]


def test_an_end_is_said_in_few_digits_at_which_the_first_place_stays() -> None:
    """Where it turns at no decimal number, or at one of many digits, what is said is rounded towards what is stated."""
    declared = """
[requirement.asked]
type = "number"
unit = "tokens"
[model.rate]
type = "number"
unit = "GB per token"
[model.taken]
type = "number"
unit = "GB"
computed = [["asked", "rate"]]
"""
    rules = rule("fits", "require.taken.at_most = 25_000") + rule("likes", "prefer.weights = true\nweight = 1")
    for rate, high, said in (
        (6, 4_166, "passes 4,166 tokens"),
        (1.024, Decimal("24414.0625"), "passes 24,414 tokens"),
    ):
        models = model("a", weights=True, rate=rate) + model("b", rate=0.5)
        decision = decide(world(rules, models, vocabulary=f"{VOCABULARY}{declared}"), asked=4_000)
        assert decision.firmness is not None
        (stays,) = (one for one in decision.firmness.requirements if one.attribute == "asked")
        assert (stays.high, stays.high_included) == (high, True)
        assert f"stays first unless asked {said}" in str(decision)


def test_of_many_sums_those_of_the_first_place_are_followed() -> None:
    """Where many costs meet the budget, each elsewhere, the end is where that of the first does, and is no proof."""
    advisor = Advisor.load(engine="plain", catalog=["2026-11"])
    decision = advisor.decide(EXAMPLES / "month-on-a-budget.toml")
    assert decision.firmness is not None
    (stays,) = (one for one in decision.firmness.requirements if one.attribute == "monthly_input_tokens")
    assert not stays.exact
    assert isinstance(stays.high, int)
    assert decision.what_if(monthly_input_tokens=stays.high).best == decision.best
    assert decision.what_if(monthly_input_tokens=stays.high + 1).best != decision.best
