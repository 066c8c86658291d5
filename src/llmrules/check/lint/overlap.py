"""Checks of rules against each other: what says the same twice, adds nothing, or is overridden in vain."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from llmrules.check.lint.finding import Finding, found
from llmrules.check.lint.survey import Survey, concluded, near, pairs
from llmrules.language.conditions import ALWAYS, Table
from llmrules.language.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.language.rules.rule import Rule


def check_overlap(survey: Survey) -> Iterator[Finding]:
    """Yield duplicate and shadowed rules, and overrides that do not do what they seem to."""
    duplicates = set()
    for one, other in _duplicates(survey):
        duplicates |= {one.id, other.id}
        yield found(
            "duplicate-rule",
            survey.place(other),
            Text(
                f"{other.id} always says the same as {one.id}", f"{other.id}은(는) 항상 {one.id}과(와) 같은 말을 합니다"
            ),
            hint=Text(
                "keep one of them; if each has a reason of its own, let both conclude a need on which one rule acts",
                "하나만 남기세요. 이유가 서로 다르다면 둘 다 하나의 필요를 도출하게 하고 "
                "규칙 하나가 그 필요에 작용하게 하세요",
            ),
            rules=(other.id, one.id),
            others=(survey.place(one),),
        )
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
            if _same_models(survey, one, other) and _same_cases(survey, one, other):
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


def _same_models(survey: Survey, one: Rule, other: Rule) -> bool:
    pairs = ((one.where, other.where), (one.effect.predicate, other.effect.predicate))
    return all(survey.algebra.at_most(a, b) and survey.algebra.at_most(b, a) for a, b in pairs)


def _same_cases(survey: Survey, one: Rule, other: Rule) -> bool:
    if one.classifies or other.classifies:
        return one.classifies and other.classifies
    same_defeats = set(one.overrides) == set(other.overrides)
    return same_defeats and _fires_with(survey, one, other) and _fires_with(survey, other, one)


def _fires_with(survey: Survey, one: Rule, other: Rule) -> bool:
    """Whether the second rule fires wherever the first does."""
    return survey.must_fire(one, other, survey.conditions[one.id])


def _shadowed(survey: Survey, rule: Rule) -> Iterator[Finding]:
    if rule.classifies:
        by = next(
            (
                other
                for other in near(rule, survey.concluders[_concludes(rule)])
                if _classifies_more(survey, other, rule)
            ),
            None,
        )
    elif rule.overrides:
        return  # it defeats other rules, which is something that it adds
    else:
        conclusion = rule.effect.conclusion
        if conclusion is not None and survey.algebra.implies(
            survey.conditions[rule.id], Table(leaves=(concluded(conclusion),))
        ):
            name = conclusion.attribute.name
            yield found(
                "shadowed-rule",
                survey.place(rule, rule.effect.name),
                Text(
                    f"{rule.id} concludes what it tests: {name}",
                    f"{rule.id}은(는) 자신이 검사하는 것을 도출합니다: {name}",
                ),
                rules=(rule.id,),
            )
            return
        others = survey.companions(rule, concluding=False) if rule.effect.followed_by != "true" else {}
        by = next((other for _, other in sorted(others.items()) if _says_as_much(survey, other, rule)), None)
    if by is not None:
        yield found(
            "shadowed-rule",
            survey.place(rule),
            Text(
                f"{rule.id} adds nothing: wherever it applies, {by.id} does too, and says as much",
                f"{rule.id}은(는) 아무것도 더하지 않습니다. "
                f"이 규칙이 적용되는 곳에는 {by.id}도 항상 적용되어 그만큼을 말합니다",
            ),
            hint=Text("leave it out, or narrow the wider rule", "이 규칙을 빼거나 더 넓은 규칙을 좁히세요"),
            rules=(rule.id, by.id),
            others=(survey.place(by),),
        )


def _concludes(rule: Rule) -> str:
    return "" if rule.effect.conclusion is None else rule.effect.conclusion.attribute.name


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
            index = rule.overrides.index(target)
            if (rule.id, target) in survey.knowledge.ruleset.first_of:
                continue
            if target not in active:
                yield _in_vain(survey, rule, other, index, "it is disabled", "비활성화되어 있습니다")
            elif not survey.together(rule, other):
                yield _in_vain(survey, rule, other, index, "the two never fire together", "둘은 함께 발동하지 않습니다")
            else:
                yield from _chain(survey, rule, other, index)


def _in_vain(survey: Survey, rule: Rule, other: Rule, index: int, en: str, ko: str) -> Finding:
    return found(
        "override-never-matters",
        survey.place(rule, "overrides", index),
        Text(
            f"{rule.id} overrides {other.id} in vain: {en}",
            f"{rule.id}이(가) {other.id}을(를) 재정의해도 소용이 없습니다: {ko}",
        ),
        hint=Text("leave the override out", "재정의를 빼세요"),
        rules=(rule.id, other.id),
        others=(survey.place(other),),
    )


def _chain(survey: Survey, rule: Rule, other: Rule, index: int) -> Iterator[Finding]:
    """Yield the overrides of a rule that is itself overridden: where it is defeated, it defeats nobody."""
    for last in other.overrides:
        if last == rule.id or last not in survey.conditions or last in rule.overrides:
            continue
        target = survey.knowledge.ruleset.rules[last]
        if survey.together(other, target) and survey.together(rule, target):
            yield found(
                "override-chain",
                survey.place(rule, "overrides", index),
                Text(
                    f"{rule.id} overrides {other.id}, which overrides {last}: a defeated rule defeats nobody, "
                    f"so {last} stands where {rule.id} fires",
                    f"{rule.id}은(는) {other.id}을(를), {other.id}은(는) {last}을(를) 재정의합니다. "
                    "무효화된 규칙은 아무것도 무효화하지 못하므로 "
                    f"{rule.id}이(가) 발동하면 {last}이(가) 그대로 적용됩니다",
                ),
                hint=Text(
                    f"if that is not meant, let {rule.id} override {last} as well",
                    f"의도한 것이 아니라면 {rule.id}이(가) {last}도 재정의하게 하세요",
                ),
                rules=(rule.id, other.id, last),
                others=(survey.place(other), survey.place(target)),
            )


def _conflicts(survey: Survey) -> Iterator[Finding]:
    """Yield pairs of rules without any condition that conclude different values of an attribute that has one."""
    for name, rules in sorted(survey.concluders.items()):
        free = [rule for rule in rules if not rule.classifies and rule.id not in survey.overriders]
        always = [rule for rule in free if survey.conditions[rule.id] == ALWAYS == rule.unless]
        for one, other in pairwise(always):
            first, second = one.effect.conclusion, other.effect.conclusion
            if first is None or second is None or first.attribute.many or first.values == second.values:
                continue
            yield found(
                "always-in-conflict",
                survey.place(other, "conclude"),
                Text(
                    f"{one.id} and {other.id} fire in every case and conclude different values of {name}",
                    f"{one.id}과(와) {other.id}은(는) 모든 경우에 발동하여 {name}의 서로 다른 값을 도출합니다",
                ),
                hint=Text(
                    "say in when where each of them holds, or leave one out",
                    "각 규칙이 적용되는 경우를 when에 밝히거나 하나를 빼세요",
                ),
                rules=(other.id, one.id),
                others=(survey.place(one, "conclude"),),
            )
