"""Test cases: a profile with ``[expect]``, and every difference between a decision and what the profile expects.

It decides nothing itself: it reads a case strictly and compares a decision with what the case expects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.language.profile import Expectation, Profile, check_expectation, read_profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.reading.files import Source

Key: TypeAlias = Literal[
    "best", "eligible", "unverified", "conflicts", "excluded", "cautioned", "fired", "silent", "refused"
]


@frozen
class Mismatch:
    """One way in which a decision is not as expected.

    ``expected`` and ``found`` are models (best, eligible, unverified, cautioned), requirements (conflicts) or rules
    (all others), sorted. ``model`` is the one that was to be excluded, and ``verdict`` what it is instead; ``rule``
    is the one that was to caution.
    """

    key: Key
    expected: tuple[str, ...]
    found: tuple[str, ...]
    model: str | None = None
    verdict: str | None = None
    rule: str | None = None

    def __str__(self) -> str:
        """Word the difference on one line."""
        expected, found = _listed(self.expected), _listed(self.found)
        if self.key == "excluded":
            if self.verdict != "excluded":
                by = f" by {expected}" if self.expected else ""
                return f"{self.model} is {self.verdict}, expected to be excluded{by}"
            return f"{self.model} is excluded by {found}, expected by {expected} as well"
        if self.key == "fired":
            return f"did not fire, expected to: {expected}"
        if self.key == "silent":
            return f"fired, expected not to: {found}"
        if self.key == "refused":
            wanted = f"to be refused by {expected}" if self.expected else "not to be refused"
            return f"the case is {f'refused by {found}' if self.found else 'not refused'}, expected {wanted}"
        subject = self.key if self.rule is None else f"cautioned by {self.rule}"
        return f"{subject} is {found}, expected {expected}"


def read_case(source: Source, knowledge: Knowledge) -> Profile:
    """Read a profile whose expectation, if it has one, names only what is loaded. Raises LoadError."""
    profile = read_profile(source, knowledge.ruleset.vocabulary)
    if profile.expect is not None:
        check_expectation(
            source,
            profile.expect,
            models=knowledge.models,
            rules=tuple(knowledge.ruleset.rules),
            cautions=tuple(rule.id for rule in knowledge.ruleset.rules.values() if rule.effect.cautions),
            vocabulary=knowledge.ruleset.vocabulary,
        )
    return profile


def check(decision: Decision, expect: Expectation) -> tuple[Mismatch, ...]:
    """Return every difference; none means that the decision is as expected."""
    return (
        *_exact(decision, expect),
        *_exclusions(decision, expect),
        *_cautions(decision, expect),
        *_rules(decision, expect),
    )


def _exact(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    found: dict[Key, Iterable[str]] = {
        "best": decision.best,
        "eligible": [placed.model for placed in decision.ranking],
        "unverified": [placed.model for placed in decision.unverified],
        "conflicts": [conflict.attribute for conflict in decision.conflicts],
    }
    for key, names in found.items():
        expected: tuple[str, ...] | None = getattr(expect, key)
        if expected is not None and set(expected) != set(names):
            yield _mismatch(key, expected, names)


def _exclusions(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    excluded = {one.model: one.by for one in decision.excluded}
    for model, rules in expect.excluded:
        if model not in excluded or not set(rules) <= set(excluded[model]):
            yield _mismatch("excluded", rules, excluded.get(model, ()), model, decision.verdict(model))


def _cautions(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    """Yield each rule that cautions of other models than expected; that a value is disputed is no caution of a rule."""
    for rule, models in expect.cautioned:
        found = {one.model for one in decision.cautions if one.rule == rule and one.attribute is None}
        if found != set(models):
            yield Mismatch("cautioned", tuple(sorted(models)), tuple(sorted(found)), rule=rule)


def _rules(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    fired = set(decision.fired)
    if missing := set(expect.fired) - fired:
        yield _mismatch("fired", missing, ())
    if loud := set(expect.silent) & fired:
        yield _mismatch("silent", (), loud)
    if expect.refused is not None:
        refused = set(decision.refused)
        if not set(expect.refused) <= refused or (refused and not expect.refused):
            yield _mismatch("refused", expect.refused, refused)


def _mismatch(
    key: Key, expected: Iterable[str], found: Iterable[str], model: str | None = None, verdict: str | None = None
) -> Mismatch:
    return Mismatch(key, tuple(sorted(expected)), tuple(sorted(found)), model, verdict)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
