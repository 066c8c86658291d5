"""What a rule means, as a value: two rules with equal meanings decide the same in every case.

The converse does not hold: a meaning may differ where the rules do not. Tests on attributes with few values are
replaced by the values that they accept, conjunctions are flattened, all else stands as it is written.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress, product
from typing import TYPE_CHECKING, TypeAlias

from llmrules.language.conditions import Leaf, Reference, Table
from llmrules.language.operators import conjunction

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from llmrules.language.operators import Truth
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value

MOST_CHOICES = 10
"""Sets of so many choices at most are gone through member by member."""

Meaning: TypeAlias = "Hashable"


def meaning(rule: Rule) -> Meaning:
    """Return what a rule means, its texts, its sources and its place apart."""
    effect = rule.effect
    does = (effect.name, table_meaning(effect.predicate), effect.grade, effect.conclusion, effect.exempts)
    exceptions = frozenset(table_meaning(table) for table in rule.unless.exceptions())
    bounds = (rule.effective_from, rule.effective_to)
    terms = (rule.weight, rule.tier, rule.level, rule.not_by, rule.unknown, bounds, frozenset(rule.overrides))
    return does, table_meaning(rule.when), exceptions, table_meaning(rule.where), terms


def table_meaning(table: Table) -> frozenset[Meaning]:
    """Return the meanings that a condition table joins; none is always true."""
    return frozenset(_joined(table))


def _joined(table: Table) -> Iterator[Meaning]:
    for leaf in table.leaves:
        yield leaf_meaning(leaf)
    for inner in table.every:
        yield from _joined(inner)
    branches = frozenset(table_meaning(inner) for inner in table.either)
    if len(branches) == 1:
        yield from next(iter(branches))
    elif branches and frozenset() not in branches:
        yield "any", branches


@lru_cache(maxsize=4_096)
def leaf_meaning(leaf: Leaf) -> Meaning:
    """Return the truth of a leaf on every value that its attribute can have, or the leaf where those are too many.

    ``known`` is left as it is: on a model it says something of values that are not there.
    """
    if any(isinstance(test.operand, Reference) or test.operator.name == "known" for test in leaf.tests):
        return leaf
    domain = _domain(leaf)
    if not domain:
        return leaf
    return leaf.attribute.name, tuple(_truth(leaf, value) for value in domain)


def _domain(leaf: Leaf) -> list[Value]:
    attribute = leaf.attribute
    choices = attribute.choice_ids
    if attribute.type == "flag":
        return [False, True]
    if not attribute.many:
        return list(choices)
    if len(choices) > MOST_CHOICES:
        return []
    return [frozenset(compress(choices, chosen)) for chosen in product((False, True), repeat=len(choices))]


def _truth(leaf: Leaf, value: Value) -> Truth:
    return conjunction([test.truth(leaf.attribute, value, {}) for test in leaf.tests])
