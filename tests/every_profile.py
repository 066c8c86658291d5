"""The model of every profile, held to the engine: of one profile both say the same."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from benchmarks.random_cases import random_case

from llmrules.advisor import Advisor
from llmrules.prove.circuit import Circuit, holds
from llmrules.prove.decisions import Decisions
from llmrules.prove.profiles import Profiles

if TYPE_CHECKING:
    from random import Random

    from llmrules.advisor import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.rules.effects import Policy

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
    advisor = Advisor.load(engine="plain")
    return advisor, every_profile(advisor.knowledge, DAY)


def compare(decisions: Decisions, decision: Decision) -> None:
    """Insist that the model says of a profile what the engine decided of it."""
    opened, numbers = decisions.opened(decision)
    inputs = decisions.profiles.inputs(decision.profile) | opened
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
