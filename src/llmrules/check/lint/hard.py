"""Checks of hard rules: against each other, whatever models there are, and against the loaded catalogue."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from llmrules.check.lint.algebra import FALSE, TRUE, Allowed
from llmrules.check.lint.finding import Finding, found
from llmrules.check.lint.survey import pairs
from llmrules.check.lint.witness import Witnesses
from llmrules.language.conditions import ALWAYS
from llmrules.language.texts import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from llmrules.check.lint.survey import Survey
    from llmrules.decision.criteria import Criterion, Outcome
    from llmrules.language.rules.rule import Rule

MOST_TRIED = 500
"""Pairs of rules for which a case is looked for in which both fire."""

_REFUSE = Text(
    "write a rule that refuses the case and says why, or soften one of the two",
    "그 경우를 거부하고 이유를 밝히는 규칙을 작성하거나, 둘 중 하나를 완화하세요",
)


def check_hard_rules(survey: Survey) -> Iterator[Finding]:
    """Yield hard rules that no model can pass together, and those that the catalogue makes pointless."""
    witnesses = Witnesses(survey)
    contradicting = set()
    for one, other in islice(_contradicting(survey), MOST_TRIED):
        case = next(witnesses.cases(one, other), None)
        if case is None or _exempted(survey, one, other, case.decision.fired):
            continue
        contradicting.add((one.id, other.id))
        yield found(
            "contradicting-hard-rules",
            survey.place(other, other.effect.name),
            Text(
                f"no model can satisfy {one.id} and {other.id}, which fire together for {case.words()}",
                f"{case.words()}일 때 함께 발동하는 {one.id}과(와) {other.id}을(를) "
                "모두 충족하는 모델은 있을 수 없습니다",
            ),
            hint=_REFUSE,
            rules=(other.id, one.id),
            others=(survey.place(one, one.effect.name),),
        )
    if survey.knowledge.models:
        yield from _against_the_catalogue(survey, witnesses, contradicting)


def _hard(survey: Survey) -> list[Rule]:
    return [rule for rule in survey.firing if rule.effect.hard]


def passes(rule: Rule) -> Allowed:
    """Return the truths of the predicate with which a model passes a hard rule that reaches it."""
    return TRUE if rule.effect.wanted else FALSE


def _contradicting(survey: Survey) -> Iterator[tuple[Rule, Rule]]:
    """Yield pairs that reach the same models and that no values could satisfy, although each alone can be."""
    able = [
        rule for rule in _hard(survey) if not survey.algebra.impossible(ALWAYS, (rule.effect.predicate, passes(rule)))
    ]
    names = {rule.id: {leaf.attribute.name for leaf in rule.effect.predicate.all_leaves()} for rule in able}
    for one, other in pairs(able):
        if names[one.id].isdisjoint(names[other.id]) or not _reach_the_same(survey, one, other):
            continue
        both = ((one.effect.predicate, passes(one)), (other.effect.predicate, passes(other)))
        if survey.algebra.impossible(one.where, *both) and not survey.algebra.impossible(one.where):
            yield one, other


def _reach_the_same(survey: Survey, one: Rule, other: Rule) -> bool:
    algebra = survey.algebra
    if one.where == other.where:
        return True
    return ALWAYS not in (one.where, other.where) and (
        algebra.at_most(one.where, other.where) and algebra.at_most(other.where, one.where)
    )


def _exempted(survey: Survey, one: Rule, other: Rule, fired: Collection[str]) -> bool:
    return any(not survey.exempters.get(rule.id, frozenset()).isdisjoint(fired) for rule in (one, other))


def _against_the_catalogue(
    survey: Survey, witnesses: Witnesses, contradicting: set[tuple[str, str]]
) -> Iterator[Finding]:
    criteria = survey.knowledge.criteria
    everyone = criteria.everyone
    some: dict[str, int] = {}
    able: list[Rule] = []
    for rule in _hard(survey):
        criterion = criteria.by_rule[rule.id]
        excluded = excluding(criterion, everyone)
        if criterion.fixed is None or survey.algebra.impossible(rule.effect.predicate):
            continue
        yield from _alone(survey, rule, excluded, criterion.fixed, everyone)
        if excluded != everyone and criterion.fixed.true:
            able.append(rule)
            some[rule.id] = excluded
    together = (
        (one, other)
        for one, other in pairs(able)
        if some[one.id] | some[other.id] == everyone and (one.id, other.id) not in contradicting
    )
    for one, other in islice(together, MOST_TRIED):
        case = next(
            (case for case in witnesses.cases(one, other) if case.decision.judgement.excluded == everyone), None
        )
        if case is None:
            continue
        yield found(
            "excludes-together",
            survey.place(other),
            Text(
                f"{one.id} and {other.id} leave no model of this catalogue; both fire for {case.words()}",
                f"{one.id}과(와) {other.id}은(는) 이 카탈로그의 모델을 하나도 남기지 않습니다. "
                f"{case.words()}일 때 둘 다 발동합니다",
            ),
            hint=_REFUSE,
            rules=(other.id, one.id),
            others=(survey.place(one),),
        )


def excluding(criterion: Criterion, everyone: int) -> int:
    """Return the candidates that a hard rule excludes wherever it fires and exempts nobody."""
    if criterion.fixed is None:
        return 0
    true, false = criterion.fixed.true, criterion.fixed.false
    return false | (everyone & ~(true | false) if criterion.rule.unknown == "exclude" else 0)


def _alone(survey: Survey, rule: Rule, excluded: int, outcome: Outcome, everyone: int) -> Iterator[Finding]:
    passing = outcome.true.bit_count()
    unknown = (everyone & ~(outcome.true | outcome.false)).bit_count()
    spared = rule.id in survey.exempters or (unknown and rule.unknown == "accept")
    if excluded and not passing and not spared:
        yield found(
            "excludes-every-model",
            survey.place(rule, rule.effect.name),
            Text(
                f"{rule.id} leaves no model of this catalogue: {excluded.bit_count()} excluded, none passes",
                f"{rule.id}을(를) 통과하는 모델이 이 카탈로그에 없습니다(제외 {excluded.bit_count()})",
            ),
            hint=Text(
                "look at the values; a case that no model may serve is refused by refuse = true",
                "값을 확인하세요. 어떤 모델도 맡을 수 없는 경우는 refuse = true로 거부합니다",
            ),
            rules=(rule.id,),
        )
    elif not excluded and not passing and not spared:
        yield found(
            "decides-no-model",
            survey.place(rule, rule.effect.name),
            Text(
                f"{rule.id} is unknown for every model of this catalogue: where it fires, nothing is eligible",
                f"{rule.id}은(는) 이 카탈로그의 모든 모델에 대해 알 수 없으므로, 발동하면 적격한 모델이 없습니다",
            ),
            hint=Text(
                'state the attribute in a catalogue, or say unknown = "exclude" or "accept"',
                '카탈로그에 속성 값을 적거나 unknown = "exclude" 또는 "accept"로 정하세요',
            ),
            rules=(rule.id,),
        )
    elif not excluded and passing and not outcome.changes:
        yield found(
            "excludes-no-model",
            survey.place(rule, rule.effect.name),
            Text(
                f"{rule.id} excludes no model of this catalogue: {passing} pass, {unknown} are unknown",
                f"{rule.id}은(는) 이 카탈로그의 어떤 모델도 제외하지 않습니다(통과 {passing}, 알 수 없음 {unknown})",
            ),
            hint=Text(
                "look at the values; a guard for models to come may ignore this finding, with its reason",
                "값을 확인하세요. 앞으로 추가될 모델에 대비한 규칙이라면 이유를 밝히고 이 항목을 무시할 수 있습니다",
            ),
            rules=(rule.id,),
            severity="note" if unknown else None,  # it leaves those unverified, which may be all that it is for
        )
