"""The model of every profile says what the engine says; ``make fuzz`` tries as many profiles as one likes."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.every_profile import compare, compare_random_case, every_profile
from tests.wide_worlds import WideWorld

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
    """Costs of a month are taken from the decision, since the model leaves them open."""
    random = Random(3)  # noqa: S311 - tests need no cryptography
    for _ in range(24):
        compare_random_case(random)


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
