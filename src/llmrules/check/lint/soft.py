"""Checks of soft rules against the loaded catalogue: weights that change no place, grades that most lack or tie in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits
from llmrules.check.lint.finding import Finding, found
from llmrules.check.lint.hard import excluding
from llmrules.errors import show
from llmrules.language.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.check.lint.survey import Survey
    from llmrules.decision.criteria import Criterion
    from llmrules.language.rules.effects import Grade
    from llmrules.language.rules.rule import Rule


def check_soft_rules(survey: Survey) -> Iterator[Finding]:
    """Yield soft rules that change no place, and graded preferences that know few models or tell some not apart."""
    criteria = survey.knowledge.criteria
    for rule in survey.firing:
        if rule.weight is None or criteria.by_rule[rule.id].fixed is None:
            continue
        companions = survey.companions(rule)
        if any(other.effect.refuses for other in companions.values()):
            continue
        left = criteria.everyone & ~_excluded_with(survey, companions)
        if left.bit_count() <= 1:
            continue
        same = _all_alike(criteria.by_rule[rule.id], left)
        if same is not None:
            yield _weightless(survey, rule, left, reached=same)
        elif rule.effect.grade is not None:
            yield from _sparse(survey, rule, rule.effect.grade, left)
            yield from _beyond(survey, rule, rule.effect.grade, left)


def _excluded_with(survey: Survey, companions: dict[str, Rule]) -> int:
    """Return the candidates that are excluded wherever these rules fire."""
    criteria = survey.knowledge.criteria
    excluded = 0
    for other in companions.values():
        if other.effect.hard and other.id not in survey.exempters:
            excluded |= excluding(criteria.by_rule[other.id], criteria.everyone)
    return excluded


def _all_alike(criterion: Criterion, left: int) -> bool | None:
    """Whether a rule reaches all that are left with the same points, or (False) none of them; else None."""
    true = criterion.fixed.true & left if criterion.fixed is not None else 0
    if not true:
        return False
    points = {criterion.points(index) for index in bits(true)}
    if len(points) == 1 and (true == left or points == {0}):
        return True
    return None


def _weightless(survey: Survey, rule: Rule, left: int, *, reached: bool) -> Finding:
    every = left == survey.knowledge.criteria.everyone
    whom = "of this catalogue" if every else "of this catalogue that is left where it fires"
    ko = "이 카탈로그" if every else "발동할 때 남는 이 카탈로그"
    how = "gives every model {} the same points" if reached else "gives no model {} any points"
    same = f"{ko}의 모든 모델에 같은 점수를 줍니다" if reached else f"{ko}의 어떤 모델에도 점수를 주지 않습니다"
    return found(
        "weightless",
        survey.place(rule, rule.effect.name),
        Text(f"{rule.id} changes no place: it {how.format(whom)}", f"{rule.id}은(는) 순위를 바꾸지 않습니다. {same}"),
        hint=Text(
            "look at the values; a preference that awaits models may ignore this finding, with its reason",
            "값을 확인하세요. 앞으로 추가될 모델을 위한 선호라면 이유를 밝히고 이 항목을 무시할 수 있습니다",
        ),
        rules=(rule.id,),
    )


def _sparse(survey: Survey, rule: Rule, grade: Grade, left: int) -> Iterator[Finding]:
    candidates = survey.knowledge.candidates
    has = candidates.known.get(grade.attribute.name, 0) & left
    known, models = (sum(1 for _, its in candidates.models if its & mask) for mask in (has, left))
    if 2 * known < models:
        yield found(
            "sparse-grade",
            survey.place(rule, rule.effect.name),
            Text(
                f"{rule.id} grades {grade.attribute.name}, which is known of {known} of {models} models; "
                "the others get no points for it, however good they are",
                f"{rule.id}은(는) {models}개 모델 중 {known}개만 값이 알려진 "
                f"{grade.attribute.name}에 등급을 매깁니다. "
                "나머지는 아무리 좋아도 점수를 얻지 못합니다",
            ),
            hint=Text(
                "avoid what is known to be bad, rather than grade what is mostly unknown",
                "대부분 알려지지 않은 값에 등급을 매기기보다, 나쁘다고 알려진 것을 avoid로 피하세요",
            ),
            rules=(rule.id,),
        )


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
    for beyond, side, ko in (
        ([value for value in values if value <= low], f"at or below its first mark, {show(low)}", "첫 기준점 이하인"),
        (
            [value for value in values if value >= high],
            f"at or above its last mark, {show(high)}",
            "마지막 기준점 이상인",
        ),
    ):
        if len(beyond) > 1:
            best = (beyond[0] <= low) == (grade.toward == "lowest")
            how, how_ko = ("best", "가장 좋은") if best else ("worst", "가장 나쁜")
            shown = f"{show(beyond[0])} to {show(beyond[-1])}"
            yield found(
                "beyond-marks",
                survey.place(rule, rule.effect.name),
                Text(
                    f"{rule.id} grades {grade.attribute.name}, of which {len(beyond)} values lie {side} ({shown}): "
                    f"all of them tie as {how}",
                    f"{rule.id}은(는) {grade.attribute.name}에 등급을 매기는데, {ko} 값이 {len(beyond)}개 있습니다"
                    f"({show(beyond[0])}~{show(beyond[-1])}). 모두 {how_ko} 값으로 동점이 됩니다",
                ),
                hint=Text(
                    "give the rule marks of its own that reach as far as the values do, or ignore this with the reason",
                    "값의 범위까지 닿는 기준점(marks)을 규칙에 따로 두거나, 이유를 밝히고 이 항목을 무시하세요",
                ),
                rules=(rule.id,),
            )
