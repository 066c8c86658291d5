"""The meaning of rules once more, as naively as it can be written: the judge between the two evaluators.

It shares no code with them: it reads the loaded rules, finds strata by growing them, and tries every rule until
nothing changes.
"""

from __future__ import annotations

from datetime import timedelta
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from llmrules.language.conditions import Reference
from llmrules.language.rules.effects import Conclude
from llmrules.language.values import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from llmrules.language.conditions import Facts, Leaf, Table, Test
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet

    Known = dict[str, set[Any]]


LISTS = ("any_of", "none_of", "has_any", "has_all", "only")


def naive_strata(ruleset: RuleSet) -> dict[str, int]:
    """Return the stratum of each rule, grown from nothing until no rule asks for more."""
    rules = _firing(ruleset)
    of_rule = {rule.id: 0 for rule in rules}
    of_attribute: dict[str, int] = {}
    changed = True
    while changed:
        changed = False
        for rule in rules:
            wanted = [0]
            wanted += [of_attribute.get(leaf.attribute.name, 0) + _is_negative(leaf) for leaf in _leaves(rule.when)]
            wanted += [of_attribute.get(leaf.attribute.name, 0) + 1 for leaf in _leaves(rule.unless)]
            wanted += [of_attribute.get(name, 0) for name in rule.references()]
            wanted += [of_attribute.get(name, 0) + 1 for table in (rule.when, rule.unless) for name in _compared(table)]
            wanted += [of_rule[other.id] + 1 for other in rules if rule.id in other.overrides]
            if max(wanted) > of_rule[rule.id]:
                of_rule[rule.id] = max(wanted)
                changed = True
            if isinstance(rule.effect, Conclude):
                name = rule.effect.attribute.name
                if of_rule[rule.id] > of_attribute.get(name, 0):
                    of_attribute[name] = of_rule[rule.id]
                    changed = True
    return of_rule


def naive_fire(ruleset: RuleSet, facts: Facts) -> frozenset[str]:
    """Return the ids of the rules that fire."""
    strata = naive_strata(ruleset)
    known: Known = {name: set(values) for name, values in facts.items()}
    fired: set[str] = set()
    for stratum in range(max(strata.values(), default=0) + 1):
        changed = True
        while changed:
            changed = False
            for rule in _firing(ruleset):
                if strata[rule.id] == stratum and rule.id not in fired and _fires(ruleset, rule, known, fired):
                    fired.add(rule.id)
                    changed = True
                    if isinstance(rule.effect, Conclude):
                        known.setdefault(rule.effect.attribute.name, set()).update(rule.effect.values)
    return frozenset(fired)


def _firing(ruleset: RuleSet) -> list[Rule]:
    return [
        rule
        for rule in ruleset.rules.values()
        if rule.id not in ruleset.disabled
        and not (isinstance(rule.effect, Conclude) and rule.effect.attribute.scope == "model")
    ]


def _leaves(table: Table) -> Iterator[Leaf]:
    yield from table.leaves
    for inner in (*table.every, *table.either):
        yield from _leaves(inner)


def _compared(table: Table) -> Iterator[str]:
    """Yield both sides of every comparison of two requirements."""
    for leaf in _leaves(table):
        for test in leaf.tests:
            if isinstance(test.operand, Reference):
                yield from (leaf.attribute.name, test.operand.requirement)


def _is_negative(leaf: Leaf) -> bool:
    names = {test.operator.name for test in leaf.tests}
    absent = any(test.operator.name == "known" and not test.operand for test in leaf.tests)
    return absent or (leaf.attribute.type == "set" and bool(names & {"is", "only", "none_of"}))


def _fires(ruleset: RuleSet, rule: Rule, known: Known, fired: set[str]) -> bool:
    overridden = any(other.id in fired and rule.id in other.overrides for other in _firing(ruleset))
    in_force = rule.effective_to is None or any(day.first <= rule.effective_to.first for day in known.get("as_of", ()))
    blocked = (
        any(_holds(leaf, known) for leaf in rule.unless.leaves)
        or (bool(rule.unless.every) and all(_is_true(table, known) for table in rule.unless.every))
        or any(_is_true(table, known) for table in rule.unless.either)
    )
    waits = any(name not in known for name in rule.references())
    return not overridden and in_force and not blocked and not waits and _is_true(rule.when, known)


def _is_true(table: Table, known: Known) -> bool:
    for leaf in table.leaves:
        if not _holds(leaf, known):
            return False
    for inner in table.every:
        if not _is_true(inner, known):
            return False
    return not table.either or any(_is_true(inner, known) for inner in table.either)


def _holds(leaf: Leaf, known: Known) -> bool:
    name = leaf.attribute.name
    if name not in known:
        return [(test.operator.name, test.operand) for test in leaf.tests] == [("known", False)]
    sides = [(test.operator.name, list(_right_sides(leaf, test, known))) for test in leaf.tests]
    if not all(right for _, right in sides):
        return False
    if leaf.attribute.type == "set":
        return all(_set_truth(operator, known[name], one) for operator, right in sides for one in right)
    order = list(leaf.attribute.choice_ids)
    for value in known[name]:
        if all(_truth(operator, value, one, order) for operator, right in sides for one in right):
            return True
    return False


def _right_sides(leaf: Leaf, test: Test, known: Known) -> Iterator[Any]:
    """Yield all that must be compared with: what is written, or each value of a requirement; of a list or set all."""
    if not isinstance(test.operand, Reference):
        yield test.operand
    elif test.operand.requirement in known:
        values, name = known[test.operand.requirement], test.operator.name
        if name in LISTS or (name == "is" and leaf.attribute.type == "set"):
            yield values
        else:
            yield from (_later(value, test.operand.plus) for value in values)


def _later(value: Any, plus: Any) -> Any:  # noqa: ANN401 - values are of any type
    if plus and isinstance(value, Period):
        return value.first + timedelta(days=plus)
    return Fraction(value) + Fraction(plus) if plus else value


def _set_truth(name: str, members: set[Any], operand: Any) -> bool:  # noqa: ANN401 - right sides are of any type
    truths: dict[str, Callable[[], bool]] = {
        "known": lambda: operand is True,
        "has": lambda: operand in members,
        "has_any": lambda: any(member in members for member in operand),
        "has_all": lambda: all(member in members for member in operand),
        "none_of": lambda: not any(member in members for member in operand),
        "only": lambda: all(member in operand for member in members),
        "is": lambda: members == set(operand),
    }
    return truths[name]()


def _truth(name: str, value: Any, operand: Any, order: list[str]) -> bool:  # noqa: ANN401 - values are of any type
    def place(given: Any) -> Any:  # noqa: ANN401
        return order.index(given) if order else getattr(given, "first", given)

    truths: dict[str, Callable[[], bool]] = {
        "known": lambda: operand is True,
        "is": lambda: bool(place(value) == place(operand)),
        "any_of": lambda: place(value) in [place(one) for one in operand],
        "none_of": lambda: place(value) not in [place(one) for one in operand],
        "like": lambda: fnmatchcase(value, operand.replace("[", "[[]")),
        "at_least": lambda: bool(place(value) >= place(operand)),
        "at_most": lambda: bool(place(value) <= place(operand)),
        "above": lambda: bool(place(value) > place(operand)),
        "below": lambda: bool(place(value) < place(operand)),
    }
    return truths[name]()
