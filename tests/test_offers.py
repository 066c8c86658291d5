"""A model and its offers: what must hold at once holds at one seller, and the decision says at which."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.worlds import VOCABULARY, candidate, decide, priced, rule, world

from llmrules.advisor import Advisor
from llmrules.catalog.restriction import LeftOut
from llmrules.errors import LoadError, RestrictionError
from llmrules.language.values import as_text
from llmrules.language.vocabulary.computed import Sum
from llmrules.verify import verify

if TYPE_CHECKING:
    from llmrules.advisor import Decision

OFFERS = f"""{VOCABULARY}
[offer.output]
type = "number"
unit = "USD"
[offer.retires_on]
type = "date"
"""

CHEAP_TO_READ_AND_WRITE = rule("reading", "require.price.at_most = 2") + rule("writing", "require.output.at_most = 2")


def offer(name: str, **values: object) -> str:
    """Return one offer of the model above it."""
    lines = [f'[[model.offer]]\nid = "{name}"']
    lines += [f'{key} = {value}\nsources.{key} = "d"' for key, value in values.items()]
    return "\n".join(lines) + "\n"


def model(name: str, *offers: str, extends: str | None = None) -> str:
    """Return a model with its offers."""
    return f'[[model]]\nid = "{name}"\n' + (f'extends = "{extends}"\n' if extends else "") + "".join(offers)


def sellers(rules: str, *models: str, overlays: tuple[str, ...] = ()) -> Advisor:
    """Return an advisor over models with offers."""
    return world(rules, "".join(models), vocabulary=OFFERS, overlays=overlays)


def rows(decision: Decision) -> dict[str, str]:
    """Return the verdict on each candidate."""
    return {row.name: decision.verdict(row.name) for row in decision.candidates.rows}


# The same offer


def test_what_is_required_must_hold_at_one_offer() -> None:
    """An offer that is cheap to read and another that is cheap to write do not make a cheap model."""
    split = model("split", offer("a", price=1, output=9), offer("b", price=9, output=1))
    whole = model("whole", offer("a", price=9, output=9), offer("b", price=1, output=1))
    decision = decide(sellers(CHEAP_TO_READ_AND_WRITE, split, whole))
    assert decision.best == ("whole",)
    assert decision.ranking[0].offers == ("b",)
    assert rows(decision) == {
        "split @ a": "excluded",
        "split @ b": "excluded",
        "whole @ a": "excluded",
        "whole @ b": "eligible",
    }
    assert [(one.model, one.by) for one in decision.excluded] == [("split", ("reading", "writing"))]


def test_a_model_has_the_verdict_of_its_best_offer() -> None:
    """One offer that passes makes a model eligible; else one that is open makes it unverified; else it is excluded."""
    advisor = sellers(
        CHEAP_TO_READ_AND_WRITE,
        model("eligible", offer("a", price=1, output=1), offer("b", price=1), offer("c", price=9)),
        model("unverified", offer("b", price=1), offer("c", price=9)),
        model("excluded", offer("c", price=9), offer("d", output=9)),
    )
    decision = decide(advisor)
    assert {name: decision.verdict(name) for name in advisor.knowledge.models} == {
        "eligible": "eligible",
        "unverified": "unverified",
        "excluded": "excluded",
    }
    assert [placed.offers for placed in decision.unverified] == [("b",)]


def test_points_are_those_of_the_best_offer_that_passes() -> None:
    """An offer that is out gives no points; of those that pass, the one with the most names the place first."""
    graded = rule("cheap", "prefer.price.toward = 'lowest'\nweight = 3") + rule("writing", "require.output.at_most = 2")
    decision = decide(
        sellers(
            graded,
            model("m", offer("a", price=3, output=1), offer("b", price=1, output=9), offer("c", price=2, output=1)),
        )
    )
    (placed,) = decision.ranking
    assert (str(placed.points), placed.offers) == ("9/4", ("c", "a"))
    found = {one.offer: (one.place, one.points) for one in decision.trace.found.candidates}
    assert found == {"a": (None, "3/2"), "b": (None, None), "c": (1, "9/4")}


def test_a_decision_can_be_over_offers() -> None:
    """Over offers each has a place of its own, under the name of its model and its own."""
    graded = rule("cheap", "prefer.price.toward = 'lowest'\nweight = 2")
    advisor = sellers(graded, model("m", offer("a", price=1), offer("b", price=4)), model("one", offer("x", price=1)))
    decision = advisor.decide({"as_of": date(2026, 3, 1)}, over="offers")
    assert [(one.place, one.model, one.offers) for one in decision.ranking] == [
        (1, "m @ a", ()),
        (1, "one", ()),
        (3, "m @ b", ()),
    ]
    assert decision.best == ("m @ a", "one")


def test_a_caution_names_the_offers_that_it_is_about() -> None:
    """A note on some offers of a model names them; a note on all of them names none."""
    noted = rule("dear", "caution.price.above = 2") + rule("any", "caution.price.above = 0")
    decision = decide(sellers(noted, model("m", offer("a", price=1), offer("b", price=4))))
    assert [(one.rule, one.model, one.offers) for one in decision.cautions] == [("any", "m", ()), ("dear", "m", ("b",))]


@given(st.lists(st.tuples(st.sampled_from([None, 1, 9]), st.sampled_from([None, 1, 9])), min_size=1, max_size=4))
def test_the_order_of_offers_finds_the_same(prices: list[tuple[int | None, int | None]]) -> None:
    """Whatever the order in which offers stand in a file, the trace is the same."""
    written = [
        offer(f"o{n}", **{key: value for key, value in (("price", read), ("output", write)) if value is not None})
        for n, (read, write) in enumerate(prices)
    ]
    first, *others = [
        decide(sellers(CHEAP_TO_READ_AND_WRITE, model("m", *order))).trace for order in list(permutations(written))[:6]
    ]
    assert all((other.given, other.found) == (first.given, first.found) for other in others)


def test_nothing_of_an_offer_is_inherited() -> None:
    """A variant inherits from its family, and says from whom; its offers are its own."""
    family = '[[model]]\nid = "family"\nlisted = false\nopen = "free"\nsources.open = "c"\n' + offer("a", price=1)
    advisor = sellers(rule("open", "require.open = 'free'"), family, model("variant", extends="family"))
    decision = decide(advisor)
    variant = advisor.knowledge.catalog.models["variant"]
    assert (variant.entries["open"].inherited_from, variant.entries["open"].stated.sources) == ("family", ("c",))
    assert [dict(offer.entries) for offer in variant.offers] == [{}]
    assert decision.best == ("variant",)
    assert [row.name for row in decision.candidates.rows] == ["variant"]


# Overlays


def test_an_overlay_meets_an_offer_by_its_name() -> None:
    """A later file's offer replaces values of the one of its name, and adds one where there is none of that name."""
    base = model("m", offer("a", price=1), offer("b", price=2))
    later = model("m", offer("b", price=3), offer("c", price=4))
    advisor = sellers("", base, overlays=(later,))
    offers = {str(one.id): one.entries["price"] for one in advisor.knowledge.catalog.models["m"].offers}
    assert {name: as_text(entry.value) for name, entry in offers.items()} == {"a": "1", "b": "3", "c": "4"}
    assert [as_text(one.value) for one in offers["b"].replaced] == ["2"]


def test_an_offer_goes_by_its_provider_and_region() -> None:
    """Without an id, the provider and the region name an offer; without either, it is the only one there is."""
    named = '[[model]]\nid = "m"\n[[model.offer]]\nprovider = "The  Seller"\nsources.provider = "d"\n'
    plain = '[[model]]\nid = "m"\n[[model.offer]]\nprice = 5\nsources.price = "d"\n'
    advisor = sellers("", named, overlays=(plain,))
    (only,) = advisor.knowledge.catalog.models["m"].offers
    assert (only.id, as_text(only.entries["price"].value)) == ("the-seller", "5")


@pytest.mark.parametrize(
    ("models", "overlay", "code"),
    [
        (model("m", offer("a"), offer("a")), "", "duplicate-offer"),
        (model("m", offer("a"), "[[model.offer]]\nprice = 1\nsources.price = 'd'\n"), "", "offer-without-id"),
        (model("m", offer("a"), offer("b")), model("m", "[[model.offer]]\n"), "which-offer"),
        (model("m", "[[model.offer]]\nid = 'no blank'\n"), "", "bad-name"),
    ],
)
def test_an_offer_that_cannot_be_told_from_another_is_an_error(models: str, overlay: str, code: str) -> None:
    """No offer is dropped or mixed up in silence."""
    with pytest.raises(LoadError) as caught:
        sellers("", models, overlays=(overlay,) if overlay else ())
    assert [one.code for one in caught.value.errors] == [code]


# Dated values


DATED = (
    offer("a", price=1) + "[[model.offer.dated]]\nattribute = 'price'\nsince = 2026-06-01\nvalue = 4\nsource = 'd2'\n"
)


@pytest.mark.parametrize(("day", "verdict"), [(date(2026, 5, 31), "eligible"), (date(2026, 6, 1), "excluded")])
def test_a_dated_value_takes_force_on_its_day(day: date, verdict: str) -> None:
    """The day of the decision says which of the values of an offer is in force."""
    advisor = sellers(rule("cheap", "require.price.at_most = 2"), model("m", DATED))
    decision = advisor.decide({"as_of": day})
    assert decision.verdict("m") == verdict
    assert str(decision.trace.given.catalogue[0].offers[0].entries["price"].dated[0].since) == "2026-06-01"


def test_a_dated_value_has_no_part_in_the_disputes_of_the_one_before() -> None:
    """What disputes the value of today says nothing of the one that follows it."""
    disputed = DATED + "[[model.offer.disputed]]\nattribute = 'price'\nvalue = 9\nsource = 'd2'\n"
    advisor = sellers(rule("cheap", "require.price.at_most = 5"), model("m", disputed))
    assert [one.level for one in advisor.decide({"as_of": date(2026, 5, 1)}).cautions] == ["disputed"]
    assert advisor.decide({"as_of": date(2026, 7, 1)}).cautions == ()


# Restriction


def test_only_those_of_whom_it_is_true_are_judged() -> None:
    """A condition leaves out those for whom it is false and, apart, those for whom it is unknown."""
    advisor = sellers("", model("m", offer("a", price=1), offer("b", price=9)), model("n", offer("x")), model("z"))
    decision = advisor.decide({}, only={"price": {"at_most": 2}})
    assert [placed.model for placed in decision.ranking] == ["m"]
    assert decision.ranking[0].offers == ("a",)
    left = decision.trace.found.left_out
    assert left is not None
    assert (left.only, left.undecided) == (("m @ b",), ("n", "z"))
    assert not decision.judged("n")
    assert [one.model for one in decision.trace.found.candidates] == ["m"]


def test_a_list_names_who_is_judged_and_what_it_names_in_vain() -> None:
    """Ids of the list that no model has are kept in the trace; a list of which none is there is an error."""
    advisor = sellers("", model("m"), model("n"))
    decision = advisor.decide({}, among=["n", "gone", "n"])
    assert decision.best == ("n",)
    left = decision.trace.found.left_out
    assert left is not None
    assert (left.among, left.unmatched) == (("m",), ("gone",))
    with pytest.raises(RestrictionError, match="names no model of the catalogue"):
        advisor.decide({}, among=["gone"])
    with pytest.raises(RestrictionError, match="names no model at all"):
        advisor.decide({}, among=[])


def test_a_condition_that_is_wrong_is_no_condition() -> None:
    """A misspelt attribute raises, with the nearest name."""
    with pytest.raises(LoadError, match="did you mean: price"):
        sellers("", model("m")).decide({}, only={"prise": 1})


@pytest.mark.parametrize(
    "only", ["price<=2", ["price<=2"], ("price<5", "price<=2"), {"price": {"at_most": 2}}, iter(["price<=2"])]
)
def test_a_condition_is_written_as_on_the_command_line_or_as_in_a_rule(only: Any) -> None:  # noqa: ANN401
    """One text, several that must all hold, or a table say the same."""
    advisor = sellers("", model("m", offer("a", price=1), offer("b", price=9)))
    assert advisor.decide({}, only=only).left_out.only == ("m @ b",)


def test_no_condition_at_all_restricts_nothing() -> None:
    """An empty list of conditions is none, as on the command line."""
    decision = sellers("", model("m")).decide({}, only=[])
    assert decision.trace.given.only is None
    assert decision.best == ("m",)


@pytest.mark.parametrize(
    ("restriction", "said"),
    [
        ({"among": "claude"}, "list of model ids"),
        ({"among": b"claude"}, "list of model ids"),
        ({"among": 3}, "list of model ids"),
        ({"among": ["claude", 3]}, "as texts, not 3"),
        ({"only": 3}, "only must be conditions"),
        ({"only": b"price<=2"}, "only must be conditions"),
        ({"only": ["price<=2", {"price": 2}]}, "only must be conditions"),
    ],
)
def test_what_is_no_condition_or_list_is_a_type_error(restriction: dict[str, Any], said: str) -> None:
    """A text is not taken for the list of its letters, and nothing fails by accident."""
    with pytest.raises(TypeError, match=said):
        sellers("", model("m")).decide({}, **restriction)


def test_a_text_that_is_no_condition_is_a_load_error() -> None:
    """A mistake in a text names the text."""
    with pytest.raises(LoadError, match="only prise<=2: ") as caught:
        sellers("", model("m")).decide({}, only="prise<=2")
    assert caught.value.errors[0].nearest == "price"


def test_a_restriction_that_rests_on_a_disputed_value_says_so() -> None:
    """Those that another of their values would leave out, or in, are named; one that stays either way is not."""
    other = "[[model.offer.disputed]]\nattribute = 'price'\nvalue = {}\nsource = 'd2'\n"
    models = [
        model(name, offer("x", price=price) + other.format(disputed))
        for name, price, disputed in (("in", 1, 9), ("out", 9, 1), ("stays", 1, 2), ("outside", 1, 9))
    ]
    decision = sellers("", *models).decide({}, only="price<=2", among=["in", "out", "stays"])
    assert decision.left_out.only == ("out",)
    assert decision.left_out.disputed == ("in", "out")
    assert verify(decision.trace).ok
    assert "sources disagree whether it is so: 2 (in, out)" in decision.report()


def test_who_is_left_out_has_names() -> None:
    """The decision names who was not judged, each by why, and shows no masks."""
    advisor = sellers("", model("m", offer("a", price=1), offer("b", price=9)), model("n", offer("x")), model("z"))
    decision = advisor.decide({}, only="price<=2", among=["m", "n", "gone"])
    assert decision.left_out == LeftOut(("z",), ("m @ b",), ("n",), ("gone",))
    assert repr(decision.unjudged) not in repr(decision)
    assert decide(advisor).left_out == LeftOut()


def test_a_list_of_nobody_names_the_nearest_of_all() -> None:
    """Each id that no model has is found in the error, with the one that may be meant."""
    with pytest.raises(RestrictionError) as caught:
        sellers("", model("lark"), model("astra-2")).decide({}, among=["larc", "astra", "quite-another"])
    assert caught.value.found == ["astra", "larc", "quite-another"]
    assert caught.value.hint == "did you mean astra-2 for astra, lark for larc"


TEXTS = OFFERS + '[offer.zone]\ntype = "text"\n'


def in_zones(*zones: str) -> Advisor:
    """Return an advisor over one model with an offer in each zone, and one without any zone."""
    offers = [offer(f"in-{zone}", zone=f'"{zone}"') for zone in zones]
    return world("", model("m", *offers, offer("x")) + model("n"), vocabulary=TEXTS)


@pytest.mark.parametrize("only", ["zone=eu", "zone=eu,mars", {"zone": {"any_of": ["eu"]}}])
def test_a_condition_that_leaves_nobody_says_what_is_stated(only: Any) -> None:  # noqa: ANN401
    """Where nothing satisfies a condition the error counts why, and lists the texts that are stated, nearest first."""
    advisor = in_zones("us", "global", "eu-west")
    with pytest.raises(RestrictionError) as caught:
        advisor.decide({}, only=only)
    error = caught.value
    assert (error.code, error.place.key) == ("nobody-left", "only.zone")
    assert "not true of 3 models or offers, and unknown of 2" in str(error)
    assert error.allowed == ("eu-west", "us", "global")
    assert "--where zone" in str(error.hint)


def test_a_condition_that_leaves_nobody_for_another_reason_only_counts() -> None:
    """Nothing is listed where nothing is stated, where each part is true of somebody, or for a number."""
    with pytest.raises(RestrictionError, match="unknown of 2") as unknown:
        in_zones().decide({}, only="zone=eu")
    assert (unknown.value.allowed, unknown.value.hint) == ((), "no source states zone")
    apart = sellers("", model("m", offer("a", price=1), offer("b", output=1)))
    for only in ("price>5", ["price", "output"]):
        with pytest.raises(RestrictionError, match="leaves nobody") as caught:
            apart.decide({}, only=only)
        assert (caught.value.allowed, caught.value.hint) == ((), None)


def test_a_catalogue_without_models_is_no_fault_of_a_condition() -> None:
    """Where nobody could be asked to begin with, nobody is left out."""
    assert world("", "").decide({}, only="price<=2").best == ()


# Open questions


def test_what_is_unknown_is_counted_and_what_settles_most_comes_first() -> None:
    """Each attribute says how many checks it leaves open, and of how many candidates nothing else is missing."""
    advisor = sellers(
        CHEAP_TO_READ_AND_WRITE + rule("soft", "prefer.released.at_least = 2026-01-01\nweight = 1"),
        model("a", offer("x", price=1)),
        model("b", offer("x", price=1)),
        model("c", offer("x", output=1)),
        model("d"),
        model("out", offer("x", price=9)),
    )
    found = [(one.attribute, one.undecided, one.unscored, one.settles) for one in decide(advisor).unknowns]
    assert found == [("output", 3, 0, 2), ("price", 2, 0, 1), ("released", 0, 4, 0)]


def test_what_only_an_old_source_states_is_counted() -> None:
    """A value counts as old by its newest source; one that no rule reads does not count."""
    advisor = sellers(
        rule("cheap", "require.price.at_most = 5"), model("m", offer("a", price=1, output=1), offer("b", price=2))
    )
    later = {"as_of": date(2027, 1, 1)}
    assert [(one.source, one.date, one.count) for one in advisor.decide(later, stale_after=364).resting if one.old] == [
        ("d", "2026-01-01", 2)
    ]
    assert not any(one.old for one in advisor.decide(later, stale_after=365).resting)
    with pytest.raises(ValueError, match="whole number of days"):
        advisor.decide(later, stale_after=0)


# Cost

MONTHLY = """
monthly_input_tokens = { type = "number", unit = "tokens per month" }
monthly_output_tokens = { type = "number", unit = "tokens per month" }
long_request_share = { type = "number" }
long_request_tokens = { type = "number", unit = "tokens" }
monthly_budget = { type = "number", unit = "USD per month" }
"""
PRICED = """
input_price = { type = "number" }
output_price = { type = "number" }
tier_above = { type = "number", unit = "tokens" }
tier_input_price = { type = "number" }
tier_output_price = { type = "number" }
monthly_cost = { type = "number", unit = "USD per month", marks = [1, 100], computed = COMPUTED }
""".replace("COMPUTED", priced("input_price", "output_price", "tier_input_price", "tier_output_price"))
MONEY = VOCABULARY.replace("[requirement]\n", f"[requirement]{MONTHLY}") + PRICED


def costs(*models: str, rules: str = "", **case: Any) -> Decision:  # noqa: ANN401 - requirements
    """Decide a case over offers with prices."""
    return decide(world(rules, "".join(models), vocabulary=MONEY), **case)


PRICES = {"input_price": 2, "output_price": "10.5"}
TIER_PRICES = {"tier_input_price": 4, "tier_output_price": 20}
TIER = {"tier_above": 200_000, **TIER_PRICES}
MONTH = {"monthly_input_tokens": 3_000_000, "monthly_output_tokens": 100_001}


@pytest.mark.parametrize(
    ("prices", "case", "cost"),
    [
        (PRICES, MONTH, "7.0500105"),
        (PRICES, {**MONTH, "long_request_share": 1}, "7.0500105"),
        (PRICES | TIER, {**MONTH, "long_request_share": Decimal("0.5")}, "10.52501525"),
        (PRICES | TIER, {**MONTH, "long_request_share": 1}, "14.00002"),
        (PRICES | TIER, {**MONTH, "long_request_share": 1, "long_request_tokens": 200_000}, "7.0500105"),
        (PRICES | TIER, {**MONTH, "long_request_share": 1, "long_request_tokens": 200_001}, "14.00002"),
        (PRICES, {"monthly_input_tokens": 0, "monthly_output_tokens": 0}, "0"),
        ({"input_price": 2}, {"monthly_input_tokens": 500_000, "monthly_output_tokens": 0}, "1"),
        ({"input_price": 2}, MONTH, None),
        (PRICES | {"tier_above": 9}, {**MONTH, "long_request_share": Decimal("0.1")}, None),
        (PRICES | TIER_PRICES, {**MONTH, "long_request_share": 1, "long_request_tokens": 1}, "14.00002"),
        (PRICES | {"tier_input_price": 4}, {**MONTH, "long_request_share": Decimal("0.1")}, None),
        (PRICES | {"tier_input_price": 4}, MONTH, "7.0500105"),
        (PRICES, {"monthly_input_tokens": 5}, None),
        (PRICES | {"monthly_cost": 99}, MONTH, "99"),
    ],
)
def test_a_month_costs_its_tokens_at_their_prices(
    prices: dict[str, Any], case: dict[str, Any], cost: str | None
) -> None:
    """The cost is exact, tiers included; where a price that is needed is unknown, so is the cost.

    An offer that states nothing of a tier has none; where one states prices and no limit, every long request has them.
    """
    decision = costs(model("m", offer("a", **prices)), **case)
    column = decision.candidates.columns["monthly_cost"]
    assert (None if column[0] is None else as_text(column[0])) == cost


def test_a_cost_can_be_tested_and_graded() -> None:
    """A rule may hold the cost against a budget and prefer the cheaper offer; the trace has the terms of the sum."""
    rules = rule("budget", "require.monthly_cost.at_most.requirement = 'monthly_budget'")
    rules += rule("cheap", "prefer.monthly_cost.toward = 'lowest'\nweight = 9")
    dear, fair = offer("dear", input_price=90, output_price=1), offer("fair", input_price=2, output_price=1)
    decision = costs(model("m", dear, fair), rules=rules, **MONTH, monthly_budget=50)
    assert rows(decision) == {"m @ dear": "excluded", "m @ fair": "eligible"}
    assert str(decision.ranking[0].points) == "93899999/11000000"
    fair_found = next(one for one in decision.trace.found.candidates if one.offer == "fair")
    cost = decision.trace.computed(fair_found)["monthly_cost"]
    assert (cost.value, [(term.of, term.value) for term in cost.terms]) == (
        "6.100001",
        [
            ({"tokens at input_price": 3_000_000, "input_price": 2}, "6"),
            ({"tokens at output_price": 100_001, "output_price": 1}, "100001/1000000"),
        ],
    )


def test_a_condition_may_speak_of_what_a_month_costs() -> None:
    """The costs of the case decide who is judged, and the checker finds the same; without tokens there are none."""
    offers = (offer("dear", input_price=90, output_price=1), offer("fair", input_price=2, output_price=1), offer("x"))
    decision = costs(model("m", *offers), rules="", **MONTH)
    advisor = Advisor(decision.knowledge, engine="plain")
    restricted = advisor.decide(MONTH, only="monthly_cost<=100")
    assert restricted.left_out == LeftOut(only=("m @ dear",), undecided=("m @ x",))
    assert verify(restricted.trace).ok
    with pytest.raises(RestrictionError, match="leaves nobody") as caught:
        advisor.decide({}, only="monthly_cost<=100")
    assert caught.value.hint == (
        "monthly_cost is computed for a case that states monthly_input_tokens, monthly_output_tokens"
    )


def test_what_a_month_costs_is_told() -> None:
    """The cost of an offer, or of a model at the cheapest offer that earns it its place; None where it is unknown."""
    dear, fair = offer("dear", input_price=90, output_price=1), offer("fair", input_price=2, output_price=1)
    rules = rule("quick", "prefer.price.at_most = 5\nweight = 1")
    quick = offer("quick", input_price=3, output_price=1, price=1)
    stated = offer("x", monthly_cost=7)
    models = (model("m", dear, fair), model("n", fair, quick), model("s", stated), model("z"))
    decision = costs(*models, rules=rules, **MONTH)
    cost = decision.computed("monthly_cost", "m @ dear")
    assert cost is not None
    assert [dict(one.of).popitem() for one in cost.terms] == [("input_price", 90), ("output_price", 1)]
    worth = {
        name: decision.computed("monthly_cost", name)
        for name in ("m @ dear", "m @ fair", "m", "n", "n @ fair", "s", "z")
    }
    assert {name: None if one is None else str(one.value) for name, one in worth.items()} == {
        "m @ dear": "270.100001",
        "m @ fair": "6.100001",
        "m": "6.100001",
        "n": "9.100001",
        "n @ fair": "6.100001",
        "s": "7",
        "z": None,
    }
    assert worth["s"] == Sum(7, ())
    assert costs(*models, rules=rules).computed("monthly_cost", "m") is None
    for nobody in ("gone", "m @ gone"):
        with pytest.raises(KeyError, match=nobody):
            decision.computed("monthly_cost", nobody)
    with pytest.raises(KeyError, match="input_price"):
        decision.computed("input_price", "m")


def test_what_a_month_costs_at_one_that_is_out() -> None:
    """Of an excluded model it is the cheapest of its offers; who was not judged has no cost."""
    dear, fair = offer("dear", input_price=90, output_price=1), offer("fair", input_price=2, output_price=1)
    rules = rule("budget", "require.monthly_cost.at_most.requirement = 'monthly_budget'")
    advisor = Advisor(costs(model("m", dear, fair), model("n", fair), rules=rules).knowledge, engine="plain")
    decision = advisor.decide({**MONTH, "monthly_budget": 5}, only="input_price>5", unknown="apart")
    assert decision.verdict("m") == "excluded"
    cost = decision.computed("monthly_cost", "m")
    assert cost is not None
    assert str(cost.value) == "270.100001"
    with pytest.raises(KeyError, match="n"):
        decision.computed("monthly_cost", "n")


def test_a_disputed_price_disputes_the_cost() -> None:
    """Where another price would put a month above the budget, the decision says that it rests on a disputed value."""
    disputed = offer("a", input_price=2, output_price=1)
    disputed += "[[model.offer.disputed]]\nattribute = 'input_price'\nvalue = 90\nsource = 'd2'\n"
    rules = rule("budget", "require.monthly_cost.at_most.requirement = 'monthly_budget'")
    decision = costs(model("m", disputed), rules=rules, **MONTH, monthly_budget=50)
    assert [(one.level, one.attribute, one.rule) for one in decision.cautions] == [
        ("disputed", "input_price", "budget")
    ]
    assert candidate(decision, "m").verdict == "eligible"
