"""Checks of conditions: what can never hold, and what no requirement leads to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from llmrules.check.lint.algebra import join
from llmrules.check.lint.finding import Finding, found
from llmrules.check.lint.survey import Survey, inner_tables
from llmrules.language.conditions import ALWAYS, Leaf, Table
from llmrules.language.texts import Text
from llmrules.language.vocabulary import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute

_HINT = Text(
    "look at the values, the operators and the bounds of the attribute",
    "값과 연산자, 속성의 범위를 확인하세요",
)


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
        yield found(
            "condition-never-holds",
            survey.place(rule, "where"),
            Text(
                f"no model can satisfy both where and {rule.effect.name} of {rule.id}",
                f"어떤 모델도 {rule.id}의 where와 {rule.effect.name}을(를) 함께 충족할 수 없습니다",
            ),
            hint=_HINT,
            rules=(rule.id,),
        )


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
    leaf = _dead_leaf(survey, table)
    if dead and leaf is not None:
        path = path if path[-1] == leaf.attribute.name else (*path, leaf.attribute.name)
        sentence = Text(
            f"no value of {leaf.attribute.name} can satisfy this condition of {rule.id}",
            f"{leaf.attribute.name}의 어떤 값도 {rule.id}의 이 조건을 충족할 수 없습니다",
        )
    elif dead and not inner:
        sentence = Text(
            f"the conditions under {path[0]} of {rule.id} cannot hold together",
            f"{rule.id}의 {path[0]} 조건은 함께 성립할 수 없습니다",
        )
    else:
        for part, inside in inner:
            yield from _dead(survey, rule, part, inside)
        return
    yield found("condition-never-holds", survey.place(rule, *path), sentence, hint=_HINT, rules=(rule.id,))


def _dead_leaf(survey: Survey, table: Table) -> Leaf | None:
    return next((leaf for leaf in table.leaves if survey.algebra.impossible(Table(leaves=(leaf,)))), None)


def _never_fires(survey: Survey, rule: Rule) -> Iterator[Finding]:
    """Yield a rule that what it refers to, or one of its exceptions, always keeps from firing."""
    condition = survey.conditions[rule.id]
    in_force = Table(leaves=tuple(leaf for leaf in condition.leaves if leaf.attribute.name == AS_OF.name))
    if survey.algebra.impossible(in_force):
        yield found(
            "condition-never-holds",
            survey.place(rule, "effective_to"),
            Text(f"{rule.id} is in force on no day", f"{rule.id}은(는) 효력이 있는 날이 없습니다"),
            hint=Text("effective_from stands before effective_to", "effective_from은 effective_to보다 앞서야 합니다"),
            rules=(rule.id,),
        )
        return
    if survey.algebra.impossible(condition):
        yield found(
            "condition-never-holds",
            survey.place(rule, "when"),
            Text(
                f"{rule.id} refers to a requirement that cannot be known where its conditions hold",
                f"{rule.id}의 조건이 성립하면 참조하는 요구사항을 알 수 없습니다",
            ),
            rules=(rule.id,),
        )
        return
    for exception in rule.unless.exceptions():
        if survey.algebra.implies(condition, exception):
            yield found(
                "condition-never-holds",
                survey.place(rule, "unless"),
                Text(
                    f"unless holds wherever when does, so {rule.id} never fires",
                    f"when이 성립하면 unless도 항상 성립하므로 {rule.id}은(는) 발동하지 않습니다",
                ),
                hint=Text("an exception must be narrower than the rule", "예외는 규칙보다 좁아야 합니다"),
                rules=(rule.id,),
            )
            return


def _untriggerable(survey: Survey, dead: set[str]) -> Iterator[Finding]:
    triggerable = triggerable_rules(survey)
    for rule in survey.firing:
        if rule.id in triggerable or rule.id in dead:
            continue
        missing = sorted(
            {
                leaf.attribute.name
                for leaf in survey.conditions[rule.id].all_leaves()
                if not can_be_stated(leaf.attribute)
            }
        )
        names = ", ".join(missing)
        yield found(
            "untriggerable-rule",
            survey.place(rule, "when"),
            Text(
                f"nothing that a user can state leads to {rule.id}: it needs {names}, which has no ask, "
                "and no rule that can fire concludes it so",
                f"사용자가 명시할 수 있는 어떤 것도 {rule.id}에 이르지 않습니다. {names}에는 ask가 없고, "
                "발동할 수 있는 어떤 규칙도 그렇게 도출하지 않습니다",
            ),
            hint=Text(
                "give the attribute an ask, or write a rule that concludes it",
                "속성에 ask를 추가하거나, 그 속성을 도출하는 규칙을 작성하세요",
            ),
            rules=(rule.id,),
        )


def can_be_stated(attribute: Attribute) -> bool:
    """Whether a user is asked for a requirement, or it is there without being asked for."""
    there = attribute.default is not None or attribute.computed is not None or attribute.name == AS_OF.name
    return attribute.ask is not None or there


def triggerable_rules(survey: Survey) -> frozenset[str]:
    """Return the rules to which what can be stated leads, over the rules that conclude what they test."""
    reached: set[str] = set()
    values: dict[str, frozenset[Value]] = {}
    readers = _by_attribute(survey)
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
        agenda = [rule for name in grown for rule in readers.get(name, ())]
    return frozenset(reached)


def _by_attribute(survey: Survey) -> Mapping[str, Sequence[Rule]]:
    """Return the rules that test each requirement before they fire."""
    found: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in survey.firing:
        for name in {leaf.attribute.name for leaf in survey.conditions[rule.id].all_leaves()}:
            found[name].append(rule)
    return found


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
