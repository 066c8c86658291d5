"""The model of every profile, held to the engine: of one profile both say the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from benchmarks.random_cases import random_case

from llmrules.advisor import Advisor
from llmrules.language.conditions import Reference, Table
from llmrules.language.vocabulary.computed import USAGE, USED, known_numbers
from llmrules.prove.circuit import Circuit, holds
from llmrules.prove.decisions import Decisions
from llmrules.prove.profiles import Profiles
from llmrules.prove.sums import SHARES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from llmrules.advisor import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.effects import Policy
    from llmrules.language.values import Value
    from llmrules.prove.sums import Sums

DAY = date(2026, 5, 1)


def every_profile(knowledge: Knowledge, when: date, unknown: Policy = "apart") -> Decisions:
    """Return what some rules say of every profile, all of it worked out."""
    decisions = Decisions(Profiles.of(Circuit(), [(knowledge, when)]), knowledge, when, unknown)
    assert decisions.first.keys() == {*knowledge.models}
    assert decisions.conflicts.keys() <= {*knowledge.ruleset.vocabulary.names("requirement")}
    return decisions


@lru_cache(maxsize=1)
def shipped() -> tuple[Advisor, Decisions]:
    """Return the shipped rules over the twelve models, and what they say of every profile."""
    advisor = Advisor.load(catalog=["article"], engine="plain")
    return advisor, every_profile(advisor.knowledge, DAY)


def compare(decisions: Decisions, decision: Decision) -> None:
    """Insist that the model says of a profile what the engine decided of it."""
    inputs = decisions.profiles.inputs(decision.profile) | opened(decisions, decision)
    numbers = numbers_of(decisions, decision)
    truth = decisions.circuit.evaluate(inputs, numbers)
    assert all(holds(one, truth) for one in decisions.circuit.held)
    assert {name for name, one in decisions.fired.items() if holds(one, truth)} == {*decision.fired}
    conflicts = {name for name, one in decisions.conflicts.items() if holds(one, truth)}
    assert conflicts == {one.attribute for one in decision.conflicts}
    assert holds(decisions.refused, truth) == bool(decision.refused)
    for mask, literals in (
        (decision.judgement.eligible, decisions.eligible),
        (decision.judgement.excluded, decisions.excluded),
    ):
        assert sum(holds(one, truth) << index for index, one in enumerate(literals)) == mask
    assert {name for name, one in decisions.first.items() if holds(one, truth)} == {*decision.best}
    again = decisions.profiles.profile(inputs, decision.profile.as_of.first)
    assert decisions.profiles.inputs(again) == decisions.profiles.inputs(decision.profile)


def compare_random_case(random: Random) -> None:
    """Compare a random case under the shipped rules."""
    advisor, decisions = shipped()
    compare(decisions, advisor.decide(random_case(random, advisor.knowledge.ruleset.vocabulary, DAY)))


def opened(decisions: Decisions, decision: Decision) -> dict[str, bool]:
    """Return what is left open as it is in one decision: what is computed there, and the form of its texts."""
    facts, candidates = decision.derivation.facts, decision.candidates
    inputs = dict[str, bool]()
    for told, (leaf, test) in decisions.forms.items():
        values = decision.profile.facts().get(leaf.attribute.name, ())
        inputs[told] = any(test.truth(leaf.attribute, value, facts) is True for value in values)
    for told, (leaf, test, left, right) in decisions.between.items():
        assert isinstance(test.operand, Reference)
        other = test.operand.requirement
        inputs[told] = any(
            test.truth(leaf.attribute, one, {other: frozenset({two})}) is True
            for one in _meant(decisions, facts, leaf.attribute.name, left)
            for two in _meant(decisions, facts, other, right)
        )
    for told, (leaf, index) in decisions.computed.items():
        if facts.keys() >= {*Table((leaf,)).references()}:
            truth = leaf.truth(candidates.columns[leaf.attribute.name].first[index], facts)
            inputs |= {f"{told}: {one}": truth is one for one in (True, False)}
    return inputs


def _meant(decisions: Decisions, facts: Facts, name: str, band: Value) -> Iterator[Value]:
    """Yield the values of a requirement in a decision that one of its bands stands for."""
    asked = decisions.profiles.asked.get(name)
    yield from (one for one in facts.get(name, ()) if band == (one if asked is None else asked.band(one)))


def numbers_of(decisions: Decisions, decision: Decision) -> dict[str, Fraction]:
    """Return the numbers of formulas as they are in one decision; one that it does not state is 0."""
    facts, candidates, ranges = decision.derivation.facts, decision.candidates, decisions.circuit.ranges
    exact = {one.attribute: one.value for one in decision.profile.requirements}
    stated = {name: Fraction(value) for name, value in exact.items() if isinstance(value, int | Decimal)}
    asked = decisions.profiles.asked
    numbers = {one.number: stated.get(name, Fraction(0)) for name, one in asked.items() if one.number in ranges}
    numbers |= computed_numbers(decisions.sums, facts)
    for told, (rule, index) in decisions.grades.items():
        assert rule.effect.grade is not None
        counts = rule.id in decision.fired and candidates.table(rule.where, facts)[0] >> index & 1
        place = candidates.grades(rule.effect.grade).first[index] or Fraction(0)
        numbers[told] = place if counts or " where " not in told else Fraction(0)
    return numbers


def computed_numbers(sums: Sums, facts: Facts) -> dict[str, Fraction]:
    """Return what the numbers of sums are where this is known at the end."""
    known = known_numbers(facts, facts)
    found = {its: Fraction(known.get(name, 0)) for name, its in sums.numbers.items()}
    for its, names in sums.products.items():
        told, value = sums.numbers[names[0]], found[sums.numbers[names[0]]]
        for name in names[1:]:
            told, value = f"{told} * {sums.numbers[name]}", value * found[sums.numbers[name]]
            found[told] = value
        assert told == its
    if "classes" in sums.__dict__:
        used = known.keys() >= {*USED} and all(len(facts.get(name, ())) <= 1 for name in USAGE)
        shares = [Fraction(known.get(name, 0)) for name in SHARES]
        for name, classes in zip(USED, sums.classes, strict=True):
            for one, its in classes.items():
                found[its] = Fraction(known[name]) if used else Fraction(0)
                for so, share in zip(one, shares, strict=False):
                    found[its] *= share if so else 1 - share
    return found
