"""Every shipped rule matters: without it some example would say something else, and some other would not.

What the values of the twelve do not show, such as the retirement of an offer, the cases over dated offers and over the
releases of November show.

A decision *says*: each check that is not true, each point, note, advice, refusal and exemption, and which rules fire. A
rule makes a difference in an example when the decision without it says something else, its own firing apart. So a
conclusion counts only where another rule uses it and nothing else concludes it, a defeat only where the other rule
would have fired, and a rule that fires for nothing counts nowhere.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import TypeAlias

import pytest
from attrs import evolve
from tests.shipped_cases import DATED, EXAMPLES, NOVEMBER, OFFERS, RELEASES

from llmrules.advisor import Advisor
from llmrules.catalog.candidates import bits
from llmrules.decision.decision import Decision
from llmrules.language.profile import Profile
from llmrules.reading.files import toml_files
from llmrules.worlds.changes import RuleOut
from llmrules.worlds.world import World

GROUPS = (
    (("article",), tuple(toml_files([EXAMPLES]))),
    (("article", OFFERS), tuple(path for path in toml_files([DATED]) if path != OFFERS)),
    ((RELEASES,), tuple(toml_files([NOVEMBER]))),
)
"""The catalogues that lie on ours, and the cases that are decided over them."""

RULES = sorted(Advisor.load(catalog=["article"], engine="plain").knowledge.ruleset.rules)

Saying: TypeAlias = tuple[str, ...]


def says(decision: Decision) -> Iterator[Saying]:
    """Yield everything that the rules say in a decision."""
    models = [row.name for row in decision.candidates.rows]
    judgement, scale = decision.judgement, decision.criteria.scale
    for check in judgement.checks:
        name = check.criterion.rule.id
        parts = {"failed": check.outcome.false, "unknown": check.unknown, "exempted": check.exempted}
        for found, mask in parts.items():
            yield from (("check", name, found, models[index]) for index in bits(mask))
    for score in judgement.scores:
        name = score.criterion.rule.id
        for index in bits(score.outcome.true & ~judgement.excluded):
            if score.points(index):
                yield "points", name, models[index], str(Fraction(score.points(index), scale))
    for note in judgement.notes:
        attached = note.attached & ~judgement.excluded
        yield from (("note", note.criterion.rule.id, models[index]) for index in bits(attached))
    for criterion, outcome in judgement.exemptions:
        yield from (("exempts", criterion.rule.id, models[index]) for index in bits(outcome.true))
    yield from (("advises", rule) for rule in decision.advice)
    yield from (("refuses", rule) for rule in decision.refused)
    yield from (("fires", rule) for rule in decision.fired)


@cache
def told() -> tuple[tuple[World, tuple[tuple[Profile, frozenset[Saying]], ...]], ...]:
    """Return a world of each group, and its examples with what their decisions say by all rules."""
    found = []
    for catalogues, paths in GROUPS:
        advisor = Advisor.load(catalog=catalogues, engine="plain")
        profiles = [advisor.profile(path) for path in paths]
        world = World.under(advisor.knowledge, profiles[0])
        sayings = [frozenset(says(evolve(world, profile=profile).decide())) for profile in profiles]
        found.append((world, tuple(zip(profiles, sayings, strict=True))))
    return tuple(found)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_makes_a_difference(rule: str) -> None:
    """Without the rule at least one example would say something else, and at least one would say the same."""
    own = frozenset({("fires", rule)})
    tried = [(world, *example) for world, examples in told() for example in examples]
    tried.sort(key=lambda one: not own <= one[2])  # where it fires is where it is most likely to matter

    @cache
    def without(world: World) -> World:
        found = world.changed(RuleOut(rule))
        assert found is not None
        return found

    def differs(world: World, profile: Profile, everything: frozenset[Saying]) -> bool:
        return frozenset(says(evolve(without(world), profile=profile).decide())) != everything - own

    assert any(differs(*one) for one in tried), f"{rule} changes no example: write one in which it matters"
    assert not all(differs(*one) for one in reversed(tried)), f"{rule} changes every example: write one without it"


def test_every_rule_is_in_force() -> None:
    """No shipped file switches a shipped rule off."""
    assert not told()[0][0].knowledge.ruleset.disabled
