"""What a run of cases says at its end, in English and Korean: the count, the coverage, the mutants that survived."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from llmrules.language.texts import Text
from llmrules.say.report.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules.check.cases.coverage import Coverage, RuleCoverage
    from llmrules.check.cases.mutate import Mutation, Trial
    from llmrules.check.cases.run import Result
    from llmrules.language.texts import Language

COVERAGE = Text("Coverage", "커버리지")
RULES = Text("rules that fire in one case and stay silent in another", "사례에 따라 발동하기도 하고 않기도 하는 규칙")
LEAVES = Text("conditions that come out both ways", "참일 때도 아닐 때도 있는 조건")
EFFECTS = Text("effects without which a decision would differ", "없으면 결정이 달라지는 효과")
ALL = Text("in all", "전체")
GAPS: dict[str, Text] = {
    "fired": Text("never fires", "한 번도 발동하지 않음"),
    "silent": Text("never stays silent", "항상 발동함"),
    "true": Text("never true", "참인 경우 없음"),
    "not_true": Text("always true", "항상 참"),
    "decisive": Text("changes no decision", "어떤 결정도 바꾸지 않음"),
}

MUTANTS = Text("Mutants", "변이")
CAUGHT = Text("caught by some case", "사례가 잡아낸 변이")
EQUIVALENT = Text("{} more can change no decision", "그 밖의 {}개는 어떤 결정도 바꿀 수 없음")
GONE = Text("left out", "삭제")
OFF = Text("the rule switched off", "규칙 해제")
UNSEEN = Text("no case comes out differently", "결과가 달라지는 사례 없음")
UNSAID = Text("comes out differently without being noticed: {}", "결과가 달라지나 기대값에 드러나지 않는 사례: {}")

MOST_NAMED = 3
"""How many cases a surviving mutant names."""


def percent(part: int, whole: int) -> Decimal:
    """Return a percentage with one decimal, rounded down, so that 100 means all; of nothing everything is reached."""
    share = Decimal(100) * part / whole if whole else Decimal(100)
    return share.quantize(Decimal("0.1"), ROUND_DOWN)


def summary(results: Sequence[Result], language: Language = "en") -> str:
    """Return how many cases are as expected, on one line."""
    total, failed = len(results), sum(not result.passed for result in results)
    cases = "case" if total == 1 else "cases"
    if not failed:
        said = Text(f"{total} {cases}, all as expected", f"사례 {total}개, 모두 기대한 대로입니다")
    else:
        said = Text(f"{total} {cases}, {failed} not as expected", f"사례 {total}개 중 {failed}개가 기대와 다릅니다")
    return said.read(language)


def coverage_lines(coverage: Coverage, language: Language = "en") -> Iterator[Line]:
    """Yield the figures, then everything that no case reaches."""
    yield Line("heading", COVERAGE.read(language))
    figures = (
        (coverage.both_ways, len(coverage.rules), RULES),
        (coverage.leaves_both_ways, len(coverage.leaves), LEAVES),
        (coverage.decisive, len(coverage.rules), EFFECTS),
        (coverage.reached, coverage.reachable, ALL),
    )
    for part, whole, said in figures:
        yield Line("line", _figure(part, whole, said, language), 2)
    for rule in coverage.rules:
        for gap in _gaps(rule, language):
            yield Line("line", f"{rule.rule}: {gap}", 2, "-")


def _figure(part: int, whole: int, said: Text, language: Language) -> str:
    return f"{percent(part, whole)}% ({part}/{whole}) {said.read(language)}"


def _gaps(rule: RuleCoverage, language: Language) -> Iterator[str]:
    if not rule.fired:
        yield GAPS["fired"].read(language)
        return
    if not rule.silent:
        yield GAPS["silent"].read(language)
    for leaf in rule.leaves:
        if not leaf.true or not leaf.not_true:
            yield f"{leaf.side}.{leaf.text}: {GAPS['not_true' if leaf.true else 'true'].read(language)}"
    if not rule.decisive:
        yield GAPS["decisive"].read(language)


def mutation_lines(mutation: Mutation, language: Language = "en") -> Iterator[Line]:
    """Yield the figure, then every mutant that no case notices, with what might notice it."""
    yield Line("heading", MUTANTS.read(language))
    yield Line("line", _figure(len(mutation.having("caught")), mutation.counted, CAUGHT, language), 2)
    equivalent = len(mutation.having("equivalent"))
    if equivalent:
        yield Line("line", EQUIVALENT.read(language).format(equivalent), 2)
    for trial in mutation.having("survived"):
        yield from _survivor(trial, language)


def _survivor(trial: Trial, language: Language) -> Iterator[Line]:
    mutant = trial.mutant
    now = mutant.now if mutant.now is not None else (OFF if mutant.changed is None else GONE).read(language)
    place = f"({mutant.place})" if mutant.place is not None else ""
    yield Line("line", f"{mutant.rule}: {mutant.path[0]}: {mutant.was} → {now}", 2, "-", place)
    if not trial.differs_in:
        yield Line("line", UNSEEN.read(language), 4)
        return
    named = ", ".join(trial.differs_in[:MOST_NAMED])
    more = len(trial.differs_in) - MOST_NAMED
    yield Line("line", UNSAID.read(language).format(f"{named}{f' (+{more})' if more > 0 else ''}"), 4)
