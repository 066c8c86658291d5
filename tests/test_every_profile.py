"""The model of every profile says what the engine says; ``make fuzz`` tries as many profiles as one likes."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests import offer_worlds
from tests.every_profile import DAY, compare, compare_random_case, every_profile
from tests.wide_worlds import WideWorld
from tests.worlds import VOCABULARY, model, rule, world

from llmrules.errors import LoadError
from llmrules.prove.circuit import FALSE, TRUE, Circuit, holds


def test_it_agrees_on_worlds_that_use_everything() -> None:
    """Firings, conflicts, refusals, verdicts and first places, with each type, operator, effect and key."""
    compared = 0
    for seed in range(36):
        world = WideWorld(seed)
        try:
            decision = world.decide()
        except LoadError:
            continue  # no strata
        compare(every_profile(decision.knowledge, decision.profile.as_of.first, world.unknown), decision)
        compared += 1
    assert compared > 20


def test_it_agrees_on_the_shipped_rules() -> None:
    """What a month costs is worked out; only what it earns of a grade is taken from the decision."""
    random = Random(3)  # noqa: S311 - tests need no cryptography
    for _ in range(24):
        compare_random_case(random)


@settings(max_examples=20, phases=(Phase.generate,))
@given(data=st.data())
def test_it_agrees_on_what_is_computed_for_a_case(data: st.DataObject) -> None:
    """What a month costs at any prices, of any amounts and shares, also where rules conclude some of them."""
    text, _ = data.draw(offer_worlds.catalogues())
    advisor = offer_worlds.sellers(data.draw(offer_worlds.rules()), text)
    stated = data.draw(offer_worlds.requirements())
    decisions = every_profile(advisor.knowledge, stated["as_of"])
    compare(decisions, advisor.decide(stated))
    assert {*decisions.left_open(*decisions.eligible)} <= {"long_request_share"}


def test_a_product_of_two_numbers_of_the_case_is_between_its_bounds() -> None:
    """It is exact where one of them is a single value, and known where one is 0 or both are."""
    declared = (
        "[requirement.heads]\ntype = 'number'\nminimum = 0\n[requirement.each]\ntype = 'number'\n"
        "[offer.memory]\ntype = 'number'\nunit = 'USD'\n"
        "computed = [['heads', 'each', 'window', '1 USD per token'], ['price']]\n"
    )
    texts = rule("fits", "require.memory.at_most = 40") + rule("two", "when.heads.is = 2\nadvise = true")
    models = model("a", window=3, price=1) + model("b", window=0, price=50) + model("c", price=1)
    advisor = world(texts, models, vocabulary=f"{VOCABULARY}{declared}")
    decisions = every_profile(advisor.knowledge, DAY)
    for heads, each in product((None, 0, 1.5, 2, 300), (None, -3, 0, 6, 6.5, 7)):
        stated = {name: its for name, its in (("heads", heads), ("each", each)) if its is not None}
        compare(decisions, advisor.decide({"as_of": DAY, **stated}))
    assert decisions.left_open(*decisions.eligible) == ("each", "heads")


def test_a_formula_is_what_it_says() -> None:
    """Conjunctions and sums are simplified where nothing is open, and evaluated where something is."""
    circuit = Circuit()
    one, other = circuit.input("one"), circuit.input("other")
    assert circuit.both(one, -one) == FALSE
    assert circuit.either(one, TRUE) == TRUE
    assert circuit.both(one, TRUE, one) == one
    assert circuit.at_least([(one, 2), (TRUE, 3)], 3) == TRUE
    assert circuit.at_least([(one, 2), (-other, -1)], 3) == FALSE
    assert circuit.at_least([(one, 1)], 1, strictly=True) == FALSE
    sums = circuit.at_least([(one, 2), (-other, 1)], 3)
    money = circuit.at_least([(one, 2)], 3, [(circuit.number("money"), Fraction(1, 2))], strictly=True)
    for inputs, numbers, expected in (
        ({"one": True}, {"money": Fraction(2)}, (True, False)),
        ({"one": True, "other": True}, {"money": Fraction(3)}, (False, True)),
    ):
        truth = circuit.evaluate(inputs, numbers)
        assert (holds(sums, truth), holds(money, truth)) == expected


def test_a_digest_is_of_the_formula_alone() -> None:
    """What else stands in a circuit, and in which order, changes nothing; another formula has another digest."""
    first, second = Circuit(), Circuit()
    second.input("something else")
    formula, same = (circuit.both(circuit.input("one"), -circuit.input("other")) for circuit in (first, second))
    assert first.digest([formula]) == second.digest([same])
    assert first.digest([formula]) != first.digest([-formula])
