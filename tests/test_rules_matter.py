"""Every shipped rule matters: without it some example would say something else, and some other would not.

What no shipped value shows, such as the retirement of an offer, the cases over dated offers show.

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
from tests.shipped_cases import DATED, EXAMPLES, OFFERS

from llmrules.advisor import Advisor, Decision
from llmrules.catalog.candidates import bits
from llmrules.decision.knowledge import load_knowledge
from llmrules.language.profile import Profile
from llmrules.reading import shipped
from llmrules.reading.files import parse_toml, read_toml, toml_files

RULES = tuple(read_toml(path, path.name) for path in toml_files([shipped.rules_folder()]))
CATALOG = read_toml(shipped.catalog_file(), "catalog.toml")
GROUPS = (
    ((CATALOG,), tuple(toml_files([EXAMPLES]))),
    ((CATALOG, read_toml(OFFERS)), tuple(path for path in toml_files([DATED]) if path != OFFERS)),
)
"""The catalogues that lie upon each other, and the cases that are decided over them."""

Saying: TypeAlias = tuple[str, ...]


def advisors_without(rule: str | None) -> tuple[Advisor, ...]:
    """Return an advisor for each group with all shipped rules but one, switched off as any user would."""
    off = f'language = 1\npack = "off"\n[[disable]]\nrule = "{rule}"\nreason.en = "leave one out"\n'
    files = RULES if rule is None else (*RULES, parse_toml(off, "off.toml"))
    return tuple(Advisor(load_knowledge(files, catalogues), engine="plain") for catalogues, _ in GROUPS)


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
def told() -> tuple[tuple[int, Profile, frozenset[Saying]], ...]:
    """Return every example with the number of its group and what its decision says by all rules."""
    found = []
    for number, (advisor, (_, paths)) in enumerate(zip(advisors_without(None), GROUPS, strict=True)):
        profiles = [advisor.profile(path) for path in paths]
        found += [(number, profile, frozenset(says(advisor.decide(profile)))) for profile in profiles]
    return tuple(found)


@pytest.mark.parametrize("rule", sorted(advisors_without(None)[0].knowledge.ruleset.rules))
def test_a_rule_makes_a_difference(rule: str) -> None:
    """Without the rule at least one example would say something else, and at least one would say the same."""
    advisors = advisors_without(rule)
    own = frozenset({("fires", rule)})
    differs = [
        frozenset(says(advisors[group].decide(profile))) != everything - own for group, profile, everything in told()
    ]
    assert any(differs), f"{rule} changes no example: write one in which it matters"
    assert not all(differs), f"{rule} changes every example: write one in which it does not matter"


def test_every_rule_is_in_force() -> None:
    """No shipped file switches a shipped rule off."""
    assert not advisors_without(None)[0].knowledge.ruleset.disabled
