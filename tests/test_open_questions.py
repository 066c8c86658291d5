"""What a decision leaves open: the facts that would settle most can be looked up, and settle what they are said to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.offer_worlds import advisors, requirements
from tests.test_offers import MONTH, PRICES, costs, model, offer, sellers
from tests.worlds import decide, rule

from llmrules.advisor import Advisor
from llmrules.catalog import Entry, Stated
from llmrules.language.values import period
from llmrules.language.vocabulary.computed import tokens_at
from llmrules.verify import verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.advisor import Decision
    from llmrules.catalog import Model
    from llmrules.language.values import Value
    from llmrules.trace.found import CandidateRecord


def counted(decision: Decision) -> list[tuple[str, int, int, int]]:
    """Return what is counted as unknown, in its order; the checker finds the same."""
    assert verify(decision.trace).ok
    return [(one.attribute, one.undecided, one.unscored, one.settles) for one in decision.unknowns]


def missing(decision: Decision) -> dict[str, tuple[str, ...]]:
    """Return what is missing of each unverified model."""
    found = decision.trace.found.candidates
    return {one.model: one.missing for one in found if one.verdict == "unverified"}


# Concluded

CLASSES = (
    rule("shown", "where.open.at_least = 'shown'\nconclude.capable = true")
    + rule("wide", "where.window.at_least = 1_000\nconclude.capable = true")
    + rule("prose", "where.family = 'lark'\nconclude.strengths = ['prose']")
    + rule("great", "where.capable = true\nwhere.strengths.has = 'maths'\nconclude.splendid = true")
)


def knowing(name: str, **values: str) -> str:
    """Return a model with values as TOML."""
    return model(name) + "".join(f"{key} = {value}\nsources.{key} = 'd'\n" for key, value in values.items())


def test_a_concluded_flag_is_the_facts_that_it_rests_on() -> None:
    """Of what rules conclude, that counts which they test and nobody states; one fact is never counted as two."""
    rules = CLASSES + rule("open", "require.open = ['shown', 'free']") + rule("able", "require.capable = true")
    rules += rule("soft", "prefer.capable = true\nweight = 1")
    decision = decide(sellers(rules, knowing("narrow", window="10"), knowing("free", open="'free'"), model("none")))
    assert missing(decision) == {"narrow": ("open",), "none": ("open", "window")}
    assert counted(decision) == [("open", 2, 2, 1), ("window", 1, 1, 0)]


def test_what_a_flag_rests_on_is_followed_down() -> None:
    """A flag that rests on a flag is what that one rests on; a set is itself, whatever rules would add to it."""
    rules = CLASSES + rule("splendour", "require.splendid = true")
    rules += rule("style", "prefer.strengths.has = 'prose'\nweight = 1")
    strong = knowing("strong", strengths="['maths']")
    plain = knowing("plain", open="'free'", family="'wren'")
    stated = knowing("stated", splendid="true", capable="false")
    decision = decide(sellers(rules, strong, plain, stated))
    assert missing(decision) == {"plain": ("strengths",), "strong": ("open", "window")}
    assert counted(decision) == [("strengths", 1, 3, 1), ("open", 1, 0, 0), ("window", 1, 0, 0)]


def test_a_value_that_does_not_say_enough_is_missing_itself() -> None:
    """A year in which a day falls leaves a test undecided that a day would decide."""
    advisor = sellers(rule("new", "require.released.at_least = 2025-06-01"), knowing("m", released="'2025'"))
    assert counted(decide(advisor)) == [("released", 1, 0, 1)]


# Computed

BUDGET = rule("budget", "require.monthly_cost.at_most.requirement = 'monthly_budget'")


@pytest.mark.parametrize(
    ("prices", "case", "lacking"),
    [
        ({"input_price": 2}, MONTH, ("output_price",)),
        ({}, MONTH, ("input_price", "output_price")),
        ({}, {**MONTH, "monthly_output_tokens": 0}, ("input_price",)),
        (PRICES | {"tier_above": 9}, {**MONTH, "long_request_share": 1}, ("tier_input_price", "tier_output_price")),
        ({"tier_input_price": 4}, {**MONTH, "long_request_share": 1}, ("tier_output_price",)),
        (PRICES, {"monthly_input_tokens": 5}, ("monthly_cost",)),
    ],
)
def test_an_unknown_cost_is_the_prices_that_it_needs(
    prices: dict[str, Any], case: dict[str, Any], lacking: tuple[str, ...]
) -> None:
    """Nobody can look up a cost that is computed; only where the case states no tokens is it the cost itself."""
    rules = BUDGET + rule("cheap", "prefer.monthly_cost.toward = 'lowest'\nweight = 1")
    decision = costs(model("m", offer("a", **prices)), rules=rules, **case, monthly_budget=50)
    assert missing(decision) == {"m": lacking}
    assert counted(decision) == [(name, 1, 1, len(lacking) == 1) for name in lacking]


def test_a_price_that_is_asked_for_twice_is_one_fact() -> None:
    """The cost and the price that it lacks are settled by the same look-up."""
    rules = BUDGET + rule("writing", "require.output_price.at_most = 9")
    case: dict[str, Any] = {**MONTH, "monthly_budget": 50}
    assert counted(costs(model("m", offer("a", input_price=2)), rules=rules, **case)) == [("output_price", 1, 0, 1)]


# Old


@pytest.mark.parametrize(("day", "old"), [(date(2026, 3, 3), []), (date(2026, 3, 4), [("d2", "2026-02", 1)])])
def test_a_month_is_as_old_as_its_first_day(day: date, old: list[tuple[str, str, int]]) -> None:
    """Of a source that names no day the earliest counts, so that none looks younger than it may be."""
    dated = model("m", "[[model.offer]]\nprice = 1\nsources.price = 'd2'\n")
    decision = sellers(rule("cheap", "require.price.at_most = 5"), dated).decide({"as_of": day}, stale_after=30)
    assert [(one.source, one.date, one.count) for one in decision.resting if one.old] == old
    assert verify(decision.trace).ok


# Laws


@given(drawn=advisors(), case=requirements(), unknown=st.sampled_from(["apart", "accept"]))
def test_what_is_missing_can_be_looked_up(
    drawn: tuple[Advisor, tuple[str, ...]], case: dict[str, Any], unknown: Literal["apart", "accept"]
) -> None:
    """No flag that rules conclude is named, and no cost while the case says of how many tokens."""
    decision = drawn[0].decide(case, unknown=unknown)
    named = {one.attribute for one in decision.unknowns}
    named.update(name for one in decision.trace.found.candidates for name in one.missing)
    if any(rule.id in {"class-0", "class-1"} for rule in decision.knowledge.ruleset.classifying()):
        assert "capable" not in named
    if tokens_at(decision.derivation.facts, {}):
        assert "monthly_cost" not in named


VALUES: dict[str, tuple[Value | None, ...]] = {
    "family": ("lark", "wren"),
    "open": ("closed", "free"),
    "size": (1, 70),
    "skills": (frozenset({"code", "maths"}),),
    "capable": (True, False),
    "provider": ("Cloud", "Maker"),
    "window": (1, 20_000),
    "input_price": (0, 1_000_000),
    "output_price": (0, 1_000_000),
    "tier_input_price": (0, 1_000_000),
    "tier_output_price": (0, 1_000_000),
    "monthly_cost": (0, 1_000_000),
    "retires_on": (period("2000-01-01"), period("2100-01-01")),
}
"""Values of each attribute that somebody might find out."""


@given(drawn=advisors(), case=requirements())
def test_what_settles_a_candidate_settles_it(drawn: tuple[Advisor, tuple[str, ...]], case: dict[str, Any]) -> None:
    """Of a candidate of which one thing alone is missing, there is a value that makes it eligible or excluded.

    Unless a rule asks what nobody knows: then knowing it may be what makes another one ask for more.
    """
    advisor, _ = drawn
    decision = advisor.decide(case)
    rules = [rule for name in decision.fired if (rule := decision.knowledge.ruleset.rules[name]).effect.touches_models]
    leaves = [leaf for rule in rules for table in (rule.where, rule.effect.predicate) for leaf in table.all_leaves()]
    assume(not any(leaf.asks_absence for leaf in leaves))
    alone = [one for one in decision.trace.found.candidates if len(one.missing) == 1]
    assert sum(one.settles for one in decision.unknowns) == len(alone)
    for one in alone:
        (name,) = one.missing
        called = one.model if one.offer is None else f"{one.model} @ {one.offer}"
        verdicts = {_stating(advisor, one, name, value).decide(case).verdict(called) for value in VALUES[name]}
        assert verdicts - {"unverified"}, f"{called}: {name}"


def _stating(advisor: Advisor, of: CandidateRecord, name: str, value: Value | None) -> Advisor:
    """Return the advisor that knows one thing more of a candidate."""
    assert value is not None
    entry = Entry(Stated(value, ("d",)))

    def more(entries: Mapping[str, Entry]) -> dict[str, Entry]:
        return {**entries, name: entry}

    def changed(its: Model) -> Model:
        if advisor.knowledge.ruleset.vocabulary[name].scope == "model":
            return evolve(its, entries=more(its.entries))
        offers = [
            evolve(one, entries=more(one.entries)) if of.offer in (None, one.id) else one  # None: there is no other
            for one in its.offers
        ]
        return evolve(its, offers=tuple(offers))

    catalog = advisor.knowledge.catalog
    models = {**catalog.models, of.model: changed(catalog.models[of.model])}
    knowledge = evolve(advisor.knowledge, catalog=evolve(catalog, models=models))
    return Advisor(knowledge, engine="plain")
