"""The table of models: every model with its verdict, its points and each rule as it was applied to it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.say.page.links import address
from llmrules.say.report.entry import Entry, alike, entry_of
from llmrules.say.why import DECISIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.say.page.links import Linker
    from llmrules.trace.found import CandidateRecord, PlaceRecord
    from llmrules.trace.record import Applied

MARKS = {"eligible": "✓", "unverified": "?", "excluded": "✗"}
TONES = {
    "passed": "calm", "failed": "bad", "unknown": "open", "accepted": "open", "exempted": "open",
    "none": "calm", "attached": "open", "approved": "calm",
}  # fmt: skip
NONE = "\N{EN DASH}"

MOST_REASONED = 120
"""How many models of each verdict have their reasons on the page; the others have their line, and the command."""

MOST_FAILING = 2
"""How many failing sentences stand under the badge of an excluded model; all are among its reasons."""

MOST_FAILURES = 24
"""How many reasons of an excluded model with several offers are listed, those of the most offers first."""


def verdict_counts(linker: Linker) -> tuple[tuple[int, str], ...]:
    """Return how many models each verdict has, or offers where those are ranked."""
    result = linker.index.trace.found.result
    counts = {
        "eligible": sum(len(place.models) for place in result.ranking),
        "unverified": sum(len(place.models) for place in result.unverified),
        "excluded": len(result.excluded),
    }
    return tuple((counts[verdict], linker.say(f"verdict.{verdict}")) for verdict in MARKS)


def model_rows(linker: Linker) -> Iterator[dict[str, object]]:
    """Yield everything that was judged: by place, then those unverified, then those excluded."""
    result = linker.index.trace.found.result
    for names in (_names(result.ranking), _names(result.unverified), result.excluded):
        for number, name in enumerate(names):
            yield _row(linker, name) | (_beneath(linker, name) if number < MOST_REASONED else {"summary": ""})


def _names(places: tuple[PlaceRecord, ...]) -> list[str]:
    return [name for place in places for name in place.models]


def _row(linker: Linker, name: str) -> dict[str, object]:
    """Return how something stands, without its reasons.

    Of a model with several offers ``sellers`` are their ids, and ``passing`` says how they differ; ``costs`` is what it
    costs in the case, and ``failing`` has the first sentences of the rules that exclude it.
    """
    candidate, why = linker.index.judged.standing(name), linker.why
    costs, failing = why.offers.costs(name).items(), [*linker.index.trace.failed(candidate).values()]
    return {
        "anchor": address("model", name),
        "name": linker.teller.name(name),
        "id": name,
        "verdict": candidate.verdict,
        "said": linker.say(f"verdict.{candidate.verdict}"),
        "shown": linker.say("verdict.pending" if linker.index.pending(name) else f"verdict.{candidate.verdict}"),
        "mark": MARKS[candidate.verdict],
        "place": str(candidate.place) if candidate.place is not None and candidate.verdict == "eligible" else NONE,
        "points": NONE if candidate.points is None else linker.teller.tiers(candidate.points, *candidate.then),
        "sellers": " ".join(row.offer for row in linker.index.judged.meant(name) if row.offer is not None),
        "passing": why.offers.passing(name),
        "costs": "; ".join(f"{linker.teller.label(one)}: {words}" for one, words in costs),
        "missing": ", ".join(map(linker.teller.label, candidate.missing)),
        "failing": [why.applications.sentence(one, candidate) for one in failing[:MOST_FAILING]],
    }


def _beneath(linker: Linker, name: str) -> dict[str, object]:
    """Return all reasons of a model, those that decided first, what is disputed of it, and its other offers."""
    candidate, rows = linker.index.judged.standing(name), linker.index.judged.meant(name)
    out = candidate.verdict == "excluded" and len(rows) > 1
    reasons = [*(_failures(linker, rows) if out else _reasons(linker, candidate))]
    disputes = [*map(linker.dispute, linker.why.origins.disputes(candidate))]
    return {
        "summary": linker.say("reasons", count=len(reasons) + len(disputes)),
        "reasons": reasons,
        "disputes": disputes,
        "offers": [] if out else [linker.item(entry_of(node)) for node in linker.why.offers.others(name)],
    }


def _reasons(linker: Linker, candidate: CandidateRecord) -> Iterator[dict[str, object]]:
    scores = linker.index.trace.scores(candidate)
    for one in sorted(linker.index.trace.applied(candidate).values(), key=lambda one: _weight(one, soft=one in scores)):
        yield _reason(linker, one, _told(linker, one, candidate))


def _failures(linker: Linker, rows: tuple[CandidateRecord, ...]) -> Iterator[dict[str, object]]:
    """Yield why all offers of a model are out: first what is so of every one of them, then what is so of some."""
    failed = [(row, check) for row in rows for check in linker.index.trace.failed(row).values()]
    told = alike(((row, check), _told(linker, check, row)) for row, check in failed)
    for its, entry in sorted(told, key=lambda one: -len(one[0]))[:MOST_FAILURES]:
        offers = "" if len(its) == len(rows) else f"{linker.index.offers([row for row, _ in its])}: "
        yield _reason(linker, its[0][1], evolve(entry, text=f"{offers}{entry.text}"))


def _weight(applied: Applied, *, soft: bool) -> tuple[int, Fraction, str]:
    """Order the rules on a model: what decided the verdict, then points, the most first, then what came to nothing."""
    points = -abs(Fraction(applied.points)) if applied.points is not None else Fraction(0)
    last = soft and applied.outcome == "unknown"
    return len(DECISIVE) if last else DECISIVE.index(applied.outcome), points, applied.rule


def _told(linker: Linker, applied: Applied, candidate: CandidateRecord) -> Entry:
    """Return what a rule says of a model, above each test of the model."""
    tested = (node for node in linker.why.applications.applied(applied, candidate).children if node.kind != "firing")
    sentence = linker.why.applications.sentence(applied, candidate)
    sources = linker.index.rules[applied.rule].sources
    return Entry(sentence, rule=applied.rule, sources=sources, children=tuple(map(entry_of, tested)))


def _reason(linker: Linker, applied: Applied, told: Entry) -> dict[str, object]:
    """Return a rule as it was applied to a model, with what it says of it."""
    tone = TONES.get(applied.outcome, "calm")
    if applied.points is not None:
        tone = "bad" if applied.points.startswith("-") else "good"
    return {
        "outcome": linker.why.applications.outcome(applied),
        "tone": tone,
        "sentence": told.text,
        "rule": linker.rule_anchor(told.rule),
        "sources": linker.cite(told.sources),
        "leaves": [*map(linker.item, told.children)],
    }
