"""What reports and explanations say of offers, costs, inherited values and retirement."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from tests.commands import run
from tests.offer_worlds import sellers
from tests.worlds import rule

from llmrules.say.report.entry import render_text
from llmrules.say.report.report import build_report
from llmrules.say.why import why
from llmrules.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.advisor import Decision
    from llmrules.language.texts import Language

FITS = rule(
    "fits",
    "require.monthly_cost.at_most.requirement = 'monthly_budget'\n"
    "otherwise.en = '{model} costs {monthly_cost}.'\notherwise.ko = '{model}: {monthly_cost}'",
)
MONTH = {"monthly_input_tokens": 1_000_000, "monthly_output_tokens": 1_000_000}


def entry(name: str, *offers: dict[str, Any], **values: object) -> dict[str, Any]:
    """Return a model with offers as a catalogue has it; a claim from the old list states every value."""
    return {"id": name, "name": name.title(), **_stated(values), "offer": [*map(_stated, offers)]}


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "sources": {name: "c" for name in values if name not in {"extends", "listed", "id"}}}


def decide(rules: str, *models: dict[str, Any], **requirements: object) -> Decision:
    """Decide a case on a day of March."""
    advisor = sellers(rules, tomli_w.dumps({"language": 1, "model": models}))
    return advisor.decide({"as_of": date(2026, 3, 1), **requirements})


def text(decision: Decision, language: Language = "en") -> str:
    """Return the report as text."""
    return render_text(build_report(decision.trace, language))


def test_an_excluded_model_says_which_offer_fails_at_what() -> None:
    """One offer is cheap to read, the other to write; each fails at the other's strength, and the report says so."""
    rules = rule("reading", "require.input_price.at_most = 2") + rule("writing", "require.output_price.at_most = 2")
    split = entry(
        "split", {"id": "a", "input_price": 1, "output_price": 9}, {"id": "b", "input_price": 9, "output_price": 1}
    )
    said = text(decide(rules, split))
    assert "- a: Because of writing.  [writing]" in said
    assert "- b: Because of reading.  [reading]" in said


def test_the_other_offers_of_the_best_are_told_beside_it() -> None:
    """The ranking says of the best model how its other offers stand, without those that earn it its place as well."""
    offers = [{"id": one, "input_price": price} for one, price in (("a", 1), ("b", 1), ("c", 9))]
    decision = decide(rule("cheap", "require.input_price.at_most = 2"), entry("m", *offers))
    ranking = text(decision).partition("Ranking\n")[2].partition("\n\n")[0]
    assert ranking.splitlines() == [
        "  1. M, 0 points; 2 of 3 offers pass: a, b",
        "     - c: excluded; fails: Because of cheap. [cheap]",
    ]


def test_what_ties_for_the_same_reasons_is_told_once() -> None:
    """Models with the same points for the same reasons share a line; one with other offers has a line of its own."""
    cheap = rule("cheap", "prefer.input_price.at_most = 2\nweight = 1")
    models = [entry(name, {"id": "x", "input_price": 1}) for name in ("ash", "beech", "elm")]
    partly = entry("fir", {"id": "x", "input_price": 1}, {"id": "y", "input_price": 3})
    said = text(decide(cheap, *models, partly))
    assert "  1. Ash, Beech, Elm, 1 point\n     +1 Because of cheap." in said
    assert "  1. Fir, 1 point; all offers pass: x; with fewer points: y\n" in said


def test_a_ranking_says_what_a_month_costs() -> None:
    """Behind each name stands its cost; of several offers that earn the place the lowest; nothing if it is unknown."""
    one = entry("one", {"id": "x", "input_price": 1, "output_price": 1})
    two = entry(
        "two", {"id": "x", "input_price": 3, "output_price": 1}, {"id": "y", "input_price": 1, "output_price": 2}
    )
    rules = rule("any", "require.input_price.known = true")
    said = text(decide(rules, one, two, **MONTH))
    assert "  1. One ($2.00 a month), 0 points\n" in said
    assert "  1. Two (from $3.00 a month), 0 points; all offers pass: x, y\n" in said
    assert "  1. One, 0 points\n" in text(decide(rules, one, two))


def test_an_announced_price_is_a_caution_while_the_model_is_needed() -> None:
    """It says from which day which price changes and what a month costs then; not of the excluded, or after the end."""
    dated = {"attribute": "input_price", "since": date(2026, 9, 1), "value": 5, "source": "d"}
    offers = {"id": "x", "input_price": 1, "output_price": 1}, {"id": "y", "input_price": 1, "output_price": 99}
    one = entry("one", *offers)
    for offer in one["offer"]:
        offer["dated"] = [dated]
    stated = {**MONTH, "monthly_budget": 9}
    said = "! One: from 2026-09-01 on: input price 5 instead of 1, monthly cost $6.00 a month  (d)\n"
    report = text(decide(FITS, one, **stated))
    assert said in report
    assert report.count("from 2026-09-01 on") == 1
    assert "from 2026-09-01 on" not in text(decide(FITS, one, **stated, ends_on=date(2026, 8, 31)))


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"ends_on": date(2026, 9, 1)}, True),
        ({"ends_on": date(2026, 8, 31)}, False),
        ({"as_of": date(2025, 9, 1)}, True),
        ({"as_of": date(2025, 8, 31)}, False),
    ],
)
def test_what_takes_force_on_the_last_day_is_told(stated: dict[str, date], told: bool) -> None:  # noqa: FBT001
    """A model is needed on the day until which it is needed, too; where no end is stated, that is 365 days later."""
    dated = [{"attribute": "input_price", "since": date(2026, 9, 1), "value": 5, "source": "d"}]
    one = entry("one", {"id": "x", "input_price": 1, "output_price": 1})
    one["offer"][0]["dated"] = dated
    assert ("from 2026-09-01 on" in text(decide(FITS, one, **MONTH, monthly_budget=9, **stated))) is told


def test_a_ranking_of_many_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models are told until there are too many reasons to tell; names that tie are bounded as well."""
    cheap = rule("cheap", "prefer.input_price.at_most = 2\nweight = 1")
    models = [entry(f"m{at:02}", {"id": "x", "input_price": 1 if at < 50 else 3}) for at in range(90)]
    monkeypatch.setattr("llmrules.say.report.report.MOST_SHOWN", 1)
    ranking = text(decide(cheap, *models)).partition("Ranking\n")[2].partition("\n\n")[0]
    assert " M38, M39 and 10 more, 1 point\n" in ranking
    assert ranking.endswith("  and 40 more from place 51 on, with 0 points or fewer: M50, M51, M52 and 37 more")


def test_a_cost_says_where_no_higher_price_is_stated() -> None:
    """Long requests may cost more than anyone states: that nothing is stated is said, unless a price of theirs is."""
    stated = {**MONTH, "monthly_budget": 9, "long_request_share": 0.5}
    plain = {"id": "x", "input_price": 1, "output_price": 1}
    tier = {"tier_above": 5, "tier_input_price": 2, "tier_output_price": 2}
    said = "no higher price for long requests is stated"
    assert said in text(decide(FITS, entry("one", plain), **stated))
    assert said not in text(decide(FITS, entry("one", {**plain, **tier}), **stated))
    assert said not in text(decide(FITS, entry("one", plain), **{**stated, "long_request_share": 0}))


def test_models_of_one_name_are_told_apart() -> None:
    """Where several models have one name, their ids stand behind it; an entry that only lends values does not count."""
    known = rule("known", "require.input_price.known = true")
    offer = {"id": "x", "input_price": 1}
    same = [{**entry(one, offer), "name": "Twin"} for one in ("a", "b")]
    lender = {**entry("c"), "name": "Alone", "listed": False}
    said = text(decide(known, *same, lender, {**entry("d", offer), "name": "Alone"}))
    assert "  1. Twin (a), Twin (b), Alone, 0 points\n" in said


def test_old_sources_of_one_document_are_told_together() -> None:
    """Claims of one document are one line, with the values of all of them."""
    known = rule("known", "require.input_price.known = true\nwhere.window.known = true")
    one = entry("one", {"id": "x", "input_price": 1, "window": 5})
    one["offer"][0]["sources"] = {"input_price": "c", "window": "old"}
    said = text(decide(known, one))
    assert "  ! 2 of the values used rest on nothing newer than this (2024, " in said
    assert said.count("An old list") == len(["caution", "source"])


def test_what_a_cost_is_computed_from_is_not_said_to_be_unread() -> None:
    """Tokens and the share of long requests are of use where a rule asks for the cost, and only there."""
    stated = {**MONTH, "long_request_share": 0.5}
    one = entry("one", {"id": "x", "input_price": 1, "output_price": 1})
    known = rule("known", "require.input_price.known = true")
    for rules, unread in ((rule("asks", "prefer.monthly_cost.at_most = 9\nweight = 1"), ()), (known, tuple(stated))):
        trace = decide(rules, one, **stated).trace
        assert sorted(trace.found.unread) == sorted(unread)
        assert verify(trace).level == "re-derived"


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ({}, ["monthly input tokens: not stated", "monthly output tokens: not stated"]),
        ({"monthly_input_tokens": 0}, ["monthly output tokens: not stated"]),
        (MONTH, ["output price: unknown"]),
        ({**MONTH, "long_request_share": 1}, ["tier input price: unknown", "tier output price: unknown"]),
        ({**MONTH, "long_request_share": 1, "long_request_tokens": 4}, ["output price: unknown"]),
    ],
)
def test_a_cost_that_is_unknown_says_what_it_wants(stated: dict[str, object], missing: list[str]) -> None:
    """Under a cost that cannot be computed stand the prices that nobody states, and the tokens that were not stated."""
    decision = decide(FITS, entry("m", {"id": "x", "input_price": 1, "tier_above": 5}), monthly_budget=9, **stated)
    unverified = text(decision).partition("Unverified")[2].partition("\n\n")[0]
    assert [line.strip() for line in unverified.splitlines()[4:]] == missing


def test_a_price_of_long_requests_is_wanted_only_where_one_may_count() -> None:
    """An offer without any tier lacks its plain price alone, however long the requests are."""
    stated = {**MONTH, "long_request_share": 0.5, "monthly_budget": 9}
    unverified = text(decide(FITS, entry("m", {"id": "x", "input_price": 1}), **stated)).partition("Unverified")[2]
    assert "output price: unknown" in unverified
    assert "tier" not in unverified.partition("\n\n")[0]


def test_what_a_cost_is_computed_from_is_not_said_in_vain() -> None:
    """The tokens of a month are read by no rule, but by the cost that one asks for; without it nothing reads them."""
    priced = entry("m", {"id": "x", "input_price": 1, "output_price": 1})
    assert "no rule reads" not in text(decide(FITS, priced, monthly_budget=9, **MONTH))
    assert "no rule reads" in text(decide(rule("r", "advise = true"), priced, **MONTH))


def test_an_inherited_value_says_from_whom_and_as_of_when() -> None:
    """The date is that of the document behind the source, since what is said of a family is as old as that."""
    oak, twig = entry("oak", {}, listed=False, family="lark"), entry("twig", {}, extends="oak")
    decision = decide(rule("r", "require.family = 'lark'"), oak, twig)
    assert "inherited from Oak, as of 2024" in str(why(decision.trace, "twig"))
    assert "Oak에서 상속 (2024 기준)" in str(why(decision.trace, "twig", "ko"))


def test_a_caution_about_a_day_says_which() -> None:
    """Beside each name stands the day that the caution is about, so that one need not look for it."""
    rules = rule("ends", "caution.retires_on.at_most = 2026-12-31\nlevel = 'warning'")
    offers = [{"id": "x", "retires_on": date(2026, 5, 1)}, {"id": "y", "retires_on": date(2027, 5, 1)}]
    said = text(decide(rules, entry("m", *offers)))
    assert "! warning (M @ x: 2026-05-01): Because of ends." in said


def test_a_cost_with_a_tier_says_its_prices_and_where_they_begin() -> None:
    """Each part is tokens times a price and what they come to; the tier says from which length on it counts."""
    prices = {"input_price": 1, "output_price": 2, "tier_above": 200, "tier_input_price": 3, "tier_output_price": 4}
    decision = decide(FITS, entry("m", {"id": "x", **prices}), monthly_budget=4, long_request_share=0.5, **MONTH)
    said = text(decision).partition("Excluded")[2]
    assert "M costs 5.00." in said
    assert "monthly cost: $5.00 a month (asked: at most $4.00 a month; $1.00 a month above)" in said
    lines = [line.strip() for line in said.splitlines()]
    by = "\N{MULTIPLICATION SIGN}"
    assert f"+ 500,000 tokens {by} 4 (tier output price) {by} 0.000001 = $2.00 a month  (c)" in lines
    assert "tier above: 200  (c)" in lines


def test_why_explains_a_single_offer(tmp_path: Path) -> None:
    """The command takes the name of a model with one of its offers, and names the nearest one for a slip."""
    offers = [{"id": "near", "input_price": 1}, {"id": "far", "input_price": 9}]
    decide(rule("cheap", "require.input_price.at_most = 2"), entry("m", *offers)).trace.save(tmp_path / "t.json")
    assert run("why", tmp_path / "t.json", "m @ far").output.startswith("M @ far: excluded\n  - fails: ")
    assert "did you mean: m @ far" in run("why", tmp_path / "t.json", "m @ fra").output
