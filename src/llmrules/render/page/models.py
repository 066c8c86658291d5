"""The table of models: every model with its verdict, its points and each rule as it was applied to it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.render.page.links import Anchor, Item, Linker, address
from llmrules.why import DECISIVE, VERDICTS
from llmrules.words import points_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.trace.record import Applied, CandidateRecord

Tone: TypeAlias = Literal["good", "bad", "open", "calm"]

MARKS: dict[Literal["eligible", "unverified", "excluded"], str] = {"eligible": "✓", "unverified": "?", "excluded": "✗"}
TONES: dict[str, Tone] = {
    "passed": "calm", "failed": "bad", "unknown": "open", "accepted": "open", "exempted": "open",
    "none": "calm", "attached": "open", "approved": "calm",
}  # fmt: skip
NONE = "\N{EN DASH}"


@frozen
class Reason:
    """One rule as it was applied to one model."""

    outcome: str
    tone: Tone
    sentence: str
    rule: Anchor
    sources: tuple[Anchor, ...]
    leaves: tuple[Item, ...]


@frozen
class Row:
    """One model of the table."""

    anchor: str
    name: str
    id: str
    verdict: str
    said: str
    mark: str
    place: str
    points: str
    missing: str
    summary: str
    reasons: tuple[Reason, ...]
    disputes: tuple[Item, ...]


def verdict_counts(linker: Linker) -> tuple[tuple[int, str], ...]:
    """Return how many models each verdict has."""
    verdicts = [candidate.verdict for candidate in linker.trace.found.candidates]
    return tuple((verdicts.count(verdict), VERDICTS[verdict].read(linker.language)) for verdict in MARKS)


def model_rows(linker: Linker) -> Iterator[Row]:
    """Yield every model: by place, then those unverified, then those excluded."""
    result = linker.trace.found.result
    places = (*result.ranking, *result.unverified)
    for model in (*(model for place in places for model in place.models), *result.excluded):
        yield _row(linker, linker.candidates[model])


def _row(linker: Linker, candidate: CandidateRecord) -> Row:
    """Return one model with all its reasons, those that decided first."""
    applied = (*candidate.checks, *candidate.exemptions, *candidate.scores, *candidate.notes)
    ordered = sorted(applied, key=lambda one: _weight(one, soft=one in candidate.scores))
    reasons = tuple(_reason(linker, one, candidate) for one in ordered)
    disputes = tuple(map(linker.dispute, linker.disputes(candidate)))
    count = len(reasons) + len(disputes)
    return Row(
        anchor=address("model", candidate.model),
        name=linker.name(candidate.model),
        id=candidate.model,
        verdict=candidate.verdict,
        said=VERDICTS[candidate.verdict].read(linker.language),
        mark=MARKS[candidate.verdict],
        place=str(candidate.place) if candidate.place is not None and candidate.verdict == "eligible" else NONE,
        points=points_words(candidate.points) if candidate.points is not None else NONE,
        missing=", ".join(map(linker.label, candidate.missing)),
        summary=linker.say(f"{count} reason{'' if count == 1 else 's'}", f"근거 {count}개"),
        reasons=reasons,
        disputes=disputes,
    )


def _weight(applied: Applied, *, soft: bool) -> tuple[int, Fraction, str]:
    """Order the rules on a model: what decided the verdict, then points, the most first, then what came to nothing."""
    points = -abs(Fraction(applied.points)) if applied.points is not None else Fraction(0)
    last = soft and applied.outcome == "unknown"
    return len(DECISIVE) if last else DECISIVE.index(applied.outcome), points, applied.rule


def _reason(linker: Linker, applied: Applied, candidate: CandidateRecord) -> Reason:
    """Return one rule as it was applied to a model, with each test of the model."""
    rule = linker.rules[applied.rule]
    tone: Tone = TONES.get(applied.outcome, "calm")
    if applied.points is not None:
        tone = "bad" if applied.points.startswith("-") else "good"
    leaves = (node for node in linker.applied(applied, candidate).children if node.kind != "firing")
    return Reason(
        outcome=linker.outcome(applied),
        tone=tone,
        sentence=linker.sentence(rule, applied, candidate),
        rule=linker.rule_anchor(rule.id),
        sources=linker.cite(rule.sources),
        leaves=tuple(map(linker.step, leaves)),
    )
