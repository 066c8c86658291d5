"""Checks of what rules do to models: hard ones against each other and on the loaded catalogue, soft ones on it."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits
from llmrules.check.lint.algebra import FALSE, TRUE, Allowed
from llmrules.check.lint.finding import Finding, Severity, found
from llmrules.check.lint.survey import Survey, pairs
from llmrules.check.lint.witness import Witnesses
from llmrules.errors import show
from llmrules.language.conditions import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from llmrules.decision.criteria import Criterion, Outcome
    from llmrules.language.rules.effects import Grade
    from llmrules.language.rules.rule import Rule

MOST_TRIED = 500
"""Pairs of rules for which a case is looked for in which both fire."""


def check_hard_rules(survey: Survey) -> Iterator[Finding]:
    """Yield hard rules that no model can pass together, and those that the catalogue makes pointless."""
    witnesses = Witnesses(survey)
    contradicting = set()
    for one, other in islice(_contradicting(survey), MOST_TRIED):
        case = next(witnesses.cases(one, other), None)
        if case is None or _exempted(survey, one, other, case.decision.fired):
            continue
        contradicting.add((one.id, other.id))
        place, others = survey.place(other, other.effect.name), (survey.place(one, one.effect.name),)
        yield found("contradicting-hard-rules", place, other.id, one.id, others=others, case=case.words())
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
        if names[one.id].isdisjoint(names[other.id]) or not survey.algebra.same(one.where, other.where):
            continue
        both = ((one.effect.predicate, passes(one)), (other.effect.predicate, passes(other)))
        if survey.algebra.impossible(one.where, *both) and not survey.algebra.impossible(one.where):
            yield one, other


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
        excluding_all = (case for case in witnesses.cases(one, other) if case.decision.judgement.excluded == everyone)
        for case in islice(excluding_all, 1):
            others = (survey.place(one),)
            yield found("excludes-together", survey.place(other), other.id, one.id, others=others, case=case.words())


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
    place = survey.place(rule, rule.effect.name)
    if excluded and not passing and not spared:
        yield found("excludes-every-model", place, rule.id, excluded=excluded.bit_count())
    elif not excluded and not passing and not spared:
        yield found("decides-no-model", place, rule.id)
    elif not excluded and passing and not outcome.changes:
        severity: Severity | None = "note" if unknown else None  # to leave those unverified may be all it is for
        yield found("excludes-no-model", place, rule.id, severity=severity, passing=passing, unknown=unknown)


def check_soft_rules(survey: Survey) -> Iterator[Finding]:
    """Yield soft rules that change no place, and graded preferences that know few models or tell some not apart."""
    criteria = survey.knowledge.criteria
    for rule in survey.firing:
        if rule.weight is None or criteria.by_rule[rule.id].fixed is None:
            continue
        companions = survey.companions(rule)
        if any(other.effect.refuses for other in companions.values()):
            continue
        hard = (one.id for one in companions.values() if one.effect.hard and one.id not in survey.exempters)
        left = criteria.everyone
        for name in hard:
            left &= ~excluding(criteria.by_rule[name], criteria.everyone)
        if left.bit_count() <= 1:
            continue
        same = _all_alike(criteria.by_rule[rule.id], left)
        if same is not None:
            kind = f"{'same' if same else 'none'}{'' if left == criteria.everyone else '-of-left'}"
            yield found(f"weightless.{kind}", survey.place(rule, rule.effect.name), rule.id)
        elif rule.effect.grade is not None:
            yield from _sparse(survey, rule, rule.effect.grade, left)
            yield from _beyond(survey, rule, rule.effect.grade, left)


def _all_alike(criterion: Criterion, left: int) -> bool | None:
    """Whether a rule reaches all that are left with the same points, or (False) none of them; else None."""
    true = criterion.fixed.true & left if criterion.fixed is not None else 0
    if not true:
        return False
    points = {criterion.points(index) for index in bits(true)}
    if len(points) == 1 and (true == left or points == {0}):
        return True
    return None


def _sparse(survey: Survey, rule: Rule, grade: Grade, left: int) -> Iterator[Finding]:
    candidates = survey.knowledge.candidates
    has = candidates.known.get(grade.attribute.name, 0) & left
    known, models = (sum(1 for _, its in candidates.models if its & mask) for mask in (has, left))
    if 2 * known < models:
        place = survey.place(rule, rule.effect.name)
        yield found("sparse-grade", place, rule.id, name=grade.attribute.name, known=known, models=models)


def _beyond(survey: Survey, rule: Rule, grade: Grade, left: int) -> Iterator[Finding]:
    """Yield one finding for each end of the marks at or beyond which different values lie, which all tie there."""
    column = survey.knowledge.candidates.columns.get(grade.attribute.name)
    marks = grade.attribute.marks
    if column is None or not marks:
        return
    reached = survey.knowledge.criteria.by_rule[rule.id].fixed
    known = {column.first[index] for index in bits(left & (left if reached is None else reached.true))}
    values = sorted(value for value in known if isinstance(value, int | Decimal))
    low, high = marks[0], marks[-1]
    sides = {"low": [value for value in values if value <= low], "high": [value for value in values if value >= high]}
    for side, beyond in sides.items():
        if len(beyond) > 1:
            tie = "best" if (beyond[0] <= low) == (grade.toward == "lowest") else "worst"
            yield found(
                f"beyond-marks.{side}-{tie}",
                survey.place(rule, rule.effect.name),
                rule.id,
                name=grade.attribute.name,
                values=len(beyond),
                mark=show(low if side == "low" else high),
                first=show(beyond[0]),
                end=show(beyond[-1]),
            )
