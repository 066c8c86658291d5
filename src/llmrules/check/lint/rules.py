"""Checks of rules, whatever models there are: what can never hold or fire, says the same twice, or is in vain."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from llmrules.check.lint.algebra import join
from llmrules.check.lint.finding import Finding, found
from llmrules.check.lint.survey import Survey, concluded, inner_tables, near, pairs
from llmrules.language.conditions import ALWAYS, Leaf, Table
from llmrules.language.vocabulary import AS_OF, Attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.errors import Place
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value


def check_conditions(survey: Survey) -> Iterator[Finding]:
    """Yield conditions that can never hold, and rules that nothing can trigger."""
    impossible = {rule.id: tuple(_never_holds(survey, rule)) for rule in survey.active}
    for findings in impossible.values():
        yield from findings
    dead = {name for name, findings in impossible.items() if findings}
    yield from _untriggerable(survey, dead)


def _never_holds(survey: Survey, rule: Rule) -> Iterator[Finding]:
    tables = {"when": rule.when, "where": rule.where, rule.effect.name: rule.effect.predicate}
    for key, table in tables.items():
        yield from _dead(survey, rule, table, (key,))
    yield from (finding for table, path in _exceptions(rule) for finding in _dead(survey, rule, table, path))
    if not rule.classifies and not survey.algebra.impossible(rule.when):
        yield from _never_fires(survey, rule)
    reached = join(rule.where, rule.effect.predicate)
    separately = any(map(survey.algebra.impossible, (rule.where, rule.effect.predicate)))
    if rule.where != ALWAYS and not separately and survey.algebra.impossible(reached):
        place = survey.place(rule, "where")
        yield found("condition-never-holds.models", place, rule.id, effect=rule.effect.name)


def _exceptions(rule: Rule) -> Iterator[tuple[Table, tuple[str | int, ...]]]:
    """Yield the exceptions of a rule with their key paths."""
    for leaf in rule.unless.leaves:
        yield Table(leaves=(leaf,)), ("unless", leaf.attribute.name)
    if rule.unless.every:
        yield Table(every=rule.unless.every), ("unless",)
    for index, table in enumerate(rule.unless.either):
        yield table, ("unless", "any", index)


def _dead(survey: Survey, rule: Rule, table: Table, path: tuple[str | int, ...]) -> Iterator[Finding]:
    """Yield the smallest parts of a table that can never hold: a leaf, a table of ``all``, a branch of ``any``."""
    dead = survey.algebra.impossible(table)
    inner = [
        (part, inside)
        for part, inside in inner_tables(table, path)
        if not dead or (inside[-2] == "all" and survey.algebra.impossible(part))
    ]
    leaf = next((leaf for leaf in table.leaves if survey.algebra.impossible(Table(leaves=(leaf,)))), None)
    if dead and leaf is not None:
        name = leaf.attribute.name
        place = survey.place(rule, *(path if path[-1] == name else (*path, name)))
        yield found("condition-never-holds.value", place, rule.id, name=name)
    elif dead and not inner:
        yield found("condition-never-holds.together", survey.place(rule, *path), rule.id, key=str(path[0]))
    else:
        for part, inside in inner:
            yield from _dead(survey, rule, part, inside)


def _never_fires(survey: Survey, rule: Rule) -> Iterator[Finding]:
    """Yield a rule that what it refers to, or one of its exceptions, always keeps from firing."""
    condition = survey.conditions[rule.id]
    in_force = Table(leaves=tuple(leaf for leaf in condition.leaves if leaf.attribute.name == AS_OF.name))
    if survey.algebra.impossible(in_force):
        yield found("condition-never-holds.day", survey.place(rule, "effective_to"), rule.id)
    elif survey.algebra.impossible(condition):
        yield found("condition-never-holds.reference", survey.place(rule, "when"), rule.id)
    elif any(survey.algebra.implies(condition, exception) for exception in rule.unless.exceptions()):
        yield found("condition-never-holds.unless", survey.place(rule, "unless"), rule.id)


def _untriggerable(survey: Survey, dead: set[str]) -> Iterator[Finding]:
    triggerable = triggerable_rules(survey)
    for rule in survey.firing:
        if rule.id in triggerable or rule.id in dead:
            continue
        tested = [leaf.attribute for leaf in survey.conditions[rule.id].all_leaves()]
        missing = sorted({attribute.name for attribute in tested if not can_be_stated(attribute)})
        yield found("untriggerable-rule", survey.place(rule, "when"), rule.id, names=", ".join(missing))


def can_be_stated(attribute: Attribute) -> bool:
    """Whether a user is asked for a requirement, or it is there without being asked for."""
    there = attribute.default is not None or attribute.computed is not None or attribute.name == AS_OF.name
    return attribute.ask is not None or there


def triggerable_rules(survey: Survey) -> frozenset[str]:
    """Return the rules to which what can be stated leads, over the rules that conclude what they test."""
    reached: set[str] = set()
    values: dict[str, frozenset[Value]] = {}
    testers: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in survey.firing:
        for name in {leaf.attribute.name for leaf in survey.conditions[rule.id].all_leaves()}:
            testers[name].append(rule)
    agenda: Iterable[Rule] = survey.firing
    while agenda:
        gained: dict[str, frozenset[Value]] = {}
        for rule in agenda:
            if rule.id in reached or not _reachable(survey, survey.conditions[rule.id], values):
                continue
            reached.add(rule.id)
            conclusion = rule.effect.conclusion
            if conclusion is not None:
                name = conclusion.attribute.name
                gained[name] = gained.get(name, frozenset()) | conclusion.values
        grown = [name for name in sorted(gained) if name not in values or not gained[name] <= values[name]]
        values |= {name: values.get(name, frozenset()) | gained[name] for name in grown}
        agenda = [rule for name in grown for rule in testers[name]]
    return frozenset(reached)


def _reachable(survey: Survey, table: Table, values: Mapping[str, frozenset[Value]]) -> bool:
    return (
        all(_leaf_reachable(survey, leaf, values) for leaf in table.leaves)
        and all(_reachable(survey, inner, values) for inner in table.every)
        and (not table.either or any(_reachable(survey, inner, values) for inner in table.either))
    )


def _leaf_reachable(survey: Survey, leaf: Leaf, values: Mapping[str, frozenset[Value]]) -> bool:
    if leaf.asks_absence or can_be_stated(leaf.attribute):
        return not survey.algebra.impossible(Table(leaves=(leaf,)))
    known = values.get(leaf.attribute.name)
    if known is None:
        return False
    return leaf.negative or bool(leaf.references) or leaf.holds({leaf.attribute.name: known})


def check_overlap(survey: Survey) -> Iterator[Finding]:
    """Yield duplicate and shadowed rules, and overrides that do not do what they seem to."""
    duplicates = set()
    for one, other in _duplicates(survey):
        duplicates |= {one.id, other.id}
        yield found("duplicate-rule", survey.place(other), other.id, one.id, others=(survey.place(one),))
    for rule in _living(survey):
        if rule.id not in duplicates:
            yield from _shadowed(survey, rule)
    yield from _overrides(survey)
    yield from _conflicts(survey)


def _duplicates(survey: Survey) -> Iterator[tuple[Rule, Rule]]:
    """Yield pairs that fire in the same cases and say the same of the same models."""
    buckets: defaultdict[object, list[Rule]] = defaultdict(list)
    for rule in _living(survey):
        buckets[_what_it_says(rule)].append(rule)
    for rules in buckets.values():
        for one, other in pairs(rules):
            said = ((one.where, other.where), (one.effect.predicate, other.effect.predicate))
            if all(survey.algebra.same(*tables) for tables in said) and _same_cases(survey, one, other):
                yield one, other


def _living(survey: Survey) -> list[Rule]:
    """Return the rules that can fire: of what never happens, anything is true."""
    return [rule for rule in survey.effective if not survey.algebra.impossible(survey.conditions.get(rule.id, ALWAYS))]


def _what_it_says(rule: Rule) -> object:
    """Return what duplicates have in common: the effect, what they look at; a note is what its reason says."""
    effect = rule.effect
    about = (effect.grade, effect.conclusion, effect.exempts)
    tables = (rule.when, rule.unless, rule.where, effect.predicate)
    names = tuple(frozenset(leaf.attribute.name for leaf in table.all_leaves()) for table in tables)
    says = rule.because if effect.note else None
    return effect.name, rule.unknown, rule.level, about, names, says


def _same_cases(survey: Survey, one: Rule, other: Rule) -> bool:
    if one.classifies or other.classifies:
        return one.classifies and other.classifies
    both_ways = ((one, other), (other, one))
    return set(one.overrides) == set(other.overrides) and all(
        survey.must_fire(first, second, survey.conditions[first.id]) for first, second in both_ways
    )


def _shadowed(survey: Survey, rule: Rule) -> Iterator[Finding]:
    if rule.classifies:
        others = near(rule, survey.concluders[rule.effect.conclusion.attribute.name] if rule.effect.conclusion else ())
        by = next((other for other in others if _classifies_more(survey, other, rule)), None)
    elif rule.overrides:
        return  # it defeats other rules, which is something that it adds
    else:
        conclusion = rule.effect.conclusion
        if conclusion is not None and survey.algebra.implies(
            survey.conditions[rule.id], Table(leaves=(concluded(conclusion),))
        ):
            place = survey.place(rule, rule.effect.name)
            yield found("shadowed-rule.own", place, rule.id, name=conclusion.attribute.name)
            return
        known = survey.companions(rule, concluding=False) if rule.effect.followed_by != "true" else {}
        by = next((other for _, other in sorted(known.items()) if _says_as_much(survey, other, rule)), None)
    if by is not None:
        yield found("shadowed-rule.other", survey.place(rule), rule.id, by.id, others=(survey.place(by),))


def _classifies_more(survey: Survey, other: Rule, rule: Rule) -> bool:
    """Whether another classifying rule concludes as much of at least the same models."""
    less, more = rule.effect.conclusion, other.effect.conclusion
    if other.id == rule.id or less is None or more is None:
        return False
    return less.values <= more.values and survey.algebra.at_most(rule.where, other.where)


def _says_as_much(survey: Survey, other: Rule, rule: Rule) -> bool:
    """Whether what another rule says covers what a rule says, where both fire."""
    algebra, less, more = survey.algebra, rule.effect, other.effect
    if less.name != more.name:
        return False
    if less.conclusion is not None and more.conclusion is not None:
        return (
            less.conclusion.attribute == more.conclusion.attribute and less.conclusion.values <= more.conclusion.values
        )
    if less.exempts:
        return set(less.exempts) <= set(more.exempts) and algebra.at_most(rule.where, other.where)
    if not less.hard or rule.unknown != other.unknown or other.id in survey.exempters:
        return False
    wider, narrower = (less.predicate, more.predicate) if less.wanted else (more.predicate, less.predicate)
    return algebra.at_most(narrower, wider) and algebra.at_most(rule.where, other.where)


def _overrides(survey: Survey) -> Iterator[Finding]:
    rules, active = survey.knowledge.ruleset.rules, {rule.id for rule in survey.firing}
    for rule in survey.firing:
        for target in rule.overrides:
            other = rules[target]
            if (rule.id, target) in survey.knowledge.ruleset.first_of:
                continue
            place = survey.place(rule, "overrides", rule.overrides.index(target))
            if target in active and survey.together(rule, other):
                yield from _chain(survey, rule, other, place)
                continue
            why = "apart" if target in active else "disabled"
            yield found(f"override-never-matters.{why}", place, rule.id, other.id, others=(survey.place(other),))


def _chain(survey: Survey, rule: Rule, other: Rule, place: Place) -> Iterator[Finding]:
    """Yield the overrides of a rule that is itself overridden: where it is defeated, it defeats nobody."""
    for last in other.overrides:
        if last == rule.id or last not in survey.conditions or last in rule.overrides:
            continue
        target = survey.knowledge.ruleset.rules[last]
        if survey.together(other, target) and survey.together(rule, target):
            others = (survey.place(other), survey.place(target))
            yield found("override-chain", place, rule.id, other.id, last, others=others)


def _conflicts(survey: Survey) -> Iterator[Finding]:
    """Yield pairs of rules without any condition that conclude different values of an attribute that has one."""
    for name, rules in sorted(survey.concluders.items()):
        free = [rule for rule in rules if not rule.classifies and rule.id not in survey.overriders]
        always = [rule for rule in free if survey.conditions[rule.id] == ALWAYS == rule.unless]
        for one, other in pairwise(always):
            first, second = one.effect.conclusion, other.effect.conclusion
            if first is None or second is None or first.attribute.many or first.values == second.values:
                continue
            place, others = survey.place(other, "conclude"), (survey.place(one, "conclude"),)
            yield found("always-in-conflict", place, other.id, one.id, others=others, name=name)
