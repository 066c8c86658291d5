"""A rule set compiled for firing: what each rule tests of the requirements and what it concludes.

Both engines run the same program and report the same thing: the set of rules that fire. Models are not seen here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from llmrules.language.conditions import Facts, Leaf, Table
from llmrules.language.rules.effects import Conclude

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute

Check: TypeAlias = Callable[[Facts], bool]

FINITE = ("flag", "choice", "scale")
"""The single-valued types with few values: their leaves become sets of accepted values."""


@frozen(eq=False)
class FiringRule:
    """One rule as the engines see it.

    It fires when ``when`` holds, none of ``exceptions`` holds and none of ``overriders`` (places in the program)
    has fired. ``holds`` is the first two, compiled.
    """

    place: int
    id: str
    stratum: int
    when: Table
    exceptions: tuple[Table, ...]
    overriders: tuple[int, ...]
    conclusion: Conclude | None
    holds: Check = field(repr=False)


@frozen(eq=False)
class Program:
    """All rules that fire on requirements, in the order of strata and ids."""

    rules: tuple[FiringRule, ...]
    strata: int


def compile_program(ruleset: RuleSet) -> Program:
    """Compile the rules of a rule set that fire on requirements."""
    attributes = ruleset.vocabulary.attributes
    ordered = sorted(ruleset.firing(), key=lambda rule: (ruleset.strata[rule.id], rule.id))
    place = {rule.id: index for index, rule in enumerate(ordered)}
    overriders: dict[str, list[int]] = {}
    for rule in ordered:
        for target in rule.overrides:
            overriders.setdefault(target, []).append(place[rule.id])
    return Program(
        rules=tuple(
            _firing_rule(rule, place[rule.id], ruleset.strata[rule.id], overriders.get(rule.id, ()), attributes)
            for rule in ordered
        ),
        strata=max((ruleset.strata[rule.id] for rule in ordered), default=0) + 1,
    )


def _firing_rule(
    rule: Rule, place: int, stratum: int, overriders: Iterable[int], attributes: Mapping[str, Attribute]
) -> FiringRule:
    when = full_condition(rule, attributes)
    exceptions = rule.unless.exceptions()
    return FiringRule(
        place=place,
        id=rule.id,
        stratum=stratum,
        when=when,
        exceptions=exceptions,
        overriders=tuple(sorted(overriders)),
        conclusion=rule.effect.conclusion,
        holds=_compile(when, exceptions),
    )


def full_condition(rule: Rule, attributes: Mapping[str, Attribute]) -> Table:
    """Return ``when`` with what it implies: referred requirements are known, and the rule is still in force."""
    implied = rule.implied(attributes)
    return Table((*rule.when.leaves, *implied.leaves), rule.when.every, rule.when.either)


def _compile(when: Table, exceptions: tuple[Table, ...]) -> Check:
    """Return one function for a rule's conditions; the common shape, a few finite leaves, runs in one loop."""
    quick = [(leaf.attribute.name, accepted(leaf)) for leaf in when.leaves if _is_finite(leaf)]
    rest = Table(tuple(leaf for leaf in when.leaves if not _is_finite(leaf)), when.every, when.either)
    simple = not (rest.leaves or rest.every or rest.either or exceptions)

    def holds(facts: Facts) -> bool:
        for name, values in quick:
            known = facts.get(name)
            if known is None or values.isdisjoint(known):
                return False
        return simple or (rest.holds(facts) and not any(table.holds(facts) for table in exceptions))

    return holds


def _is_finite(leaf: Leaf) -> bool:
    return leaf.attribute.type in FINITE and not leaf.asks_absence


def accepted(leaf: Leaf) -> frozenset[Value]:
    """Return the values of a finite attribute that satisfy every test of a leaf."""
    attribute = leaf.attribute
    domain: tuple[Value, ...] = (False, True) if attribute.type == "flag" else attribute.choice_ids
    return frozenset(value for value in domain if leaf.holds({attribute.name: frozenset({value})}))
