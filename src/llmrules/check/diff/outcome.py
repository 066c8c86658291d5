"""The outcome of a decision, flat: what may change from one decision to another, each under what it is said of.

Models have a verdict and points; where a model has several offers each of them has its own. What is ranked, models or
offers, has a place. Who was left out has nothing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, get_args

from llmrules.catalog.candidates import bits
from llmrules.check.diff.differences import NAMELESS, offer_name
from llmrules.check.diff.record import ChangeKind
from llmrules.decision.judgement import Placed, Standing
from llmrules.decision.procedure import promised
from llmrules.language.values import encode_fraction
from llmrules.trace.case import fact_id
from llmrules.trace.recorder import record_trials

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from llmrules.decision.decision import Decision
    from llmrules.trace.codec import Json
    from llmrules.trace.found import TrialRecord

Aspect: TypeAlias = tuple[ChangeKind, str, str]
"""The kind, the subject (a model, rule or requirement; of the whole decision none), and the rule or attribute."""

Outcome: TypeAlias = "dict[Aspect, Json]"

_ORDER: dict[str, int] = {kind: place for place, kind in enumerate(get_args(ChangeKind))}


def outcome(decision: Decision, several: Collection[str] | None = None) -> Outcome:
    """Return everything of a decision that a comparison tells; what is empty is left out.

    ``several`` are the models whose offers go by names of their own: those that have more than one, unless both sides
    of a comparison say otherwise.
    """
    return {aspect: value for aspect, value in _outcome(decision, _Names(decision, several)) if value != ()}


class _Names:
    """Names candidates alike on both sides of a comparison, whether or not a model has other offers here."""

    def __init__(self, decision: Decision, several: Collection[str] | None) -> None:
        rows = decision.candidates.rows
        if several is None:
            several = {row.model.id for row in rows if row.offer_id is not None}
        self.several = frozenset(several)
        self.rows = [
            offer_name(row.model.id, row.offer.id or NAMELESS) if row.model.id in several else row.model.id
            for row in rows
        ]
        self._ranked = {}
        if decision.over == "offers":
            self._ranked = {row.name: name for row, name in zip(rows, self.rows, strict=True)}

    def ranked(self, name: str) -> str:
        """Return the name of what is ranked."""
        return self._ranked.get(name, name)


def _outcome(decision: Decision, names: _Names) -> Iterator[tuple[Aspect, Json]]:
    vocabulary = decision.knowledge.ruleset.vocabulary
    yield ("choice", "", ""), tuple(sorted(map(names.ranked, decision.best)))
    yield ("refused", "", ""), decision.refused
    for conflict in decision.conflicts:
        attribute = vocabulary[conflict.attribute]
        yield ("conflict", conflict.attribute, ""), tuple(fact_id(attribute, value) for value in conflict.values)
    for one in promised(decision):
        yield ("promise", one.promise.id, ""), tuple(map(str, one.breaches))
    yield from _ranked(decision, names)
    yield from _of_candidates(decision, names)
    for rule in decision.fired:
        yield ("firing", rule, ""), True
    for trial in record_trials(decision):
        yield ("trial", trial.rule, ""), tuple(_would(trial))


def _would(trial: TrialRecord) -> Iterator[str]:
    """Yield what a rule on trial would do, a sentence's worth each; nothing where it would not fire."""
    if trial.fires:
        yield "fires"
    yield from (f"concludes {fact}" for fact in trial.concludes)
    for verb, models in (
        ("excludes", trial.excludes),
        ("unverifies", trial.unverifies),
        ("attaches to", trial.attaches),
    ):
        yield from (f"{verb} {model}" for model in models)
    yield from (f"gives {one.model} {one.points}" for one in trial.points)


def _points(placed: Placed) -> str:
    """Return the points of every tier."""
    return ", ".join(map(encode_fraction, (placed.points, *placed.then)))


def _ranked(decision: Decision, names: _Names) -> Iterator[tuple[Aspect, Json]]:
    """Yield the verdict, place and points of each model, or of each offer where these are ranked."""
    for verdict, ranking in (("eligible", decision.ranking), ("unverified", decision.unverified)):
        for placed in ranking:
            name = names.ranked(placed.model)
            yield ("verdict", name, ""), verdict
            yield ("place", name, ""), placed.place
            yield ("points", name, ""), _points(placed)
    for model in decision.standing.excluded:
        yield ("verdict", names.ranked(model), ""), "excluded"
    if decision.over == "offers":
        yield from _unranked(decision, names)


def _unranked(decision: Decision, names: _Names) -> Iterator[tuple[Aspect, Json]]:
    """Yield the verdict and points of each model whose offers are ranked in its stead."""
    models = Standing(decision.criteria, decision.judgement, "models")
    for verdict, placed in (("eligible", models.ranking), ("unverified", models.unverified)):
        for one in placed:
            if one.model in names.several:
                yield ("verdict", one.model, ""), verdict
                yield ("points", one.model, ""), _points(one)
    for model in names.several.intersection(models.excluded):
        yield ("verdict", model, ""), "excluded"


def _of_candidates(decision: Decision, names: _Names) -> Iterator[tuple[Aspect, Json]]:
    """Yield what was said of each candidate: of a model, or of each offer where it may have several."""
    judgement, rows = decision.judgement, names.rows
    judged = decision.criteria.everyone & ~decision.unjudged.everyone
    for index in bits(judged):
        if decision.candidates.rows[index].model.id in names.several:
            verdict = judgement.verdict(index)
            yield ("verdict", rows[index], ""), verdict
            if verdict != "excluded":
                earned, scale = judgement.points.by_tier(index), decision.criteria.scale
                points = (Fraction(earned[tier], scale) for tier in (1, *judgement.then))
                yield ("points", rows[index], ""), ", ".join(map(encode_fraction, points))
    for check in judgement.checks:
        masks = (("failed", check.excluding), ("unknown", check.unverifying), ("accepted", check.accepting))
        for said, mask in (*masks, ("exempted", check.exempted)):
            for index in bits(mask & judged):
                yield ("check", rows[index], check.criterion.rule.id), said
    for note in judgement.notes:
        rule = note.criterion.rule
        for index in bits(note.attached & judged & ~judgement.excluded):
            level = "approved" if note.approved >> index & 1 else rule.level or "note"
            yield ("caution", rows[index], rule.id), level
    for (index, name), rules in decision.disputes.items():
        yield ("dispute", rows[index], name), rules


def changed(old: Outcome, new: Outcome) -> tuple[Aspect, ...]:
    """Return what is not the same, the choice first."""
    aspects = (aspect for aspect in old.keys() | new.keys() if old.get(aspect) != new.get(aspect))
    return tuple(sorted(aspects, key=lambda aspect: (_ORDER[aspect[0]], *aspect[1:])))
