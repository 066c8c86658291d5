"""Every shipped rule matters: without it some example would say something else, and some other would not.

A decision *says*: each check that is not true, each point, note, advice, refusal and exemption, and which rules fire. A
rule makes a difference in an example when the decision without it says something else, its own firing apart. So a
conclusion counts only where another rule uses it and nothing else concludes it, a defeat only where the other rule
would have fired, and a rule that fires for nothing counts nowhere.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest

from llmrules import shipped
from llmrules.advisor import Advisor
from llmrules.candidates import bits
from llmrules.decision.decision import Decision
from llmrules.files import parse_toml, read_toml, toml_files
from llmrules.knowledge import load_knowledge
from llmrules.profile import Profile

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))
RULES = tuple(read_toml(path, path.name) for path in toml_files([shipped.rules_folder()]))
CATALOG = read_toml(shipped.catalog_file(), "catalog.toml")

Saying: TypeAlias = tuple[str, ...]


def advisor_without(rule: str | None) -> Advisor:
    """Return an advisor with the shipped knowledge but one rule, switched off as any user would."""
    off = f'language = 1\npack = "off"\n[[disable]]\nrule = "{rule}"\nreason.en = "leave one out"\n'
    files = RULES if rule is None else (*RULES, parse_toml(off, "off.toml"))
    return Advisor(load_knowledge(files, [CATALOG]), engine="plain")


def says(decision: Decision) -> Iterator[Saying]:
    """Yield everything that the rules say in a decision."""
    models, judgement, scale = decision.knowledge.models, decision.judgement, decision.knowledge.criteria.scale
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
def told() -> tuple[tuple[Profile, frozenset[Saying]], ...]:
    """Return every example with what its decision says by all rules."""
    advisor = advisor_without(None)
    profiles = [advisor.profile(path) for path in EXAMPLES]
    return tuple((profile, frozenset(says(advisor.decide(profile)))) for profile in profiles)


@pytest.mark.parametrize("rule", sorted(advisor_without(None).knowledge.ruleset.rules))
def test_a_rule_makes_a_difference(rule: str) -> None:
    """Without the rule at least one example would say something else, and at least one would say the same."""
    advisor = advisor_without(rule)
    own = frozenset({("fires", rule)})
    differs = [frozenset(says(advisor.decide(profile))) != everything - own for profile, everything in told()]
    assert any(differs), f"{rule} changes no example: write one in which it matters"
    assert not all(differs), f"{rule} changes every example: write one in which it does not matter"


def test_every_rule_is_in_force() -> None:
    """No shipped file switches a shipped rule off."""
    assert not advisor_without(None).knowledge.ruleset.disabled
