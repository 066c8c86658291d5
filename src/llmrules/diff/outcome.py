"""The outcome of a decision, flat: what may change from one decision to another, each under what it is said of."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, get_args

from llmrules.candidates import bits
from llmrules.diff.record import ChangeKind
from llmrules.trace.case import fact_id
from llmrules.trace.trials import record_trials
from llmrules.values import encode_fraction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.decision.decision import Decision
    from llmrules.trace.record import Json, TrialRecord

Aspect: TypeAlias = tuple[ChangeKind, str, str]
"""The kind, the subject (a model, rule or requirement; of the whole decision none), and the rule or attribute."""

Outcome: TypeAlias = "dict[Aspect, Json]"

_ORDER: dict[str, int] = {kind: place for place, kind in enumerate(get_args(ChangeKind))}


def outcome(decision: Decision) -> Outcome:
    """Return everything of a decision that a comparison tells; what is empty is left out."""
    return {aspect: value for aspect, value in _outcome(decision) if value != ()}


def _outcome(decision: Decision) -> Iterator[tuple[Aspect, Json]]:
    vocabulary = decision.knowledge.ruleset.vocabulary
    yield ("choice", "", ""), decision.best
    yield ("refused", "", ""), decision.refused
    for conflict in decision.conflicts:
        attribute = vocabulary[conflict.attribute]
        yield ("conflict", conflict.attribute, ""), tuple(fact_id(attribute, value) for value in conflict.values)
    yield from _of_models(decision)
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


def _of_models(decision: Decision) -> Iterator[tuple[Aspect, Json]]:
    models = decision.knowledge.models
    for index, model in enumerate(models):
        yield ("verdict", model, ""), decision.judgement.verdict(index)
    for placed in (*decision.ranking, *decision.unverified):
        yield ("place", placed.model, ""), placed.place
        yield ("points", placed.model, ""), encode_fraction(placed.points)
    for check in decision.judgement.checks:
        masks = (("failed", check.excluding), ("unknown", check.unverifying), ("accepted", check.accepting))
        for said, mask in (*masks, ("exempted", check.exempted)):
            for index in bits(mask):
                yield ("check", models[index], check.criterion.rule.id), said
    for note in decision.judgement.notes:
        rule = note.criterion.rule
        for index in bits(note.attached & ~decision.judgement.excluded):
            level = "approved" if note.approved >> index & 1 else rule.level or "note"
            yield ("caution", models[index], rule.id), level
    for (index, name), rules in decision.disputes.items():
        yield ("dispute", models[index], name), rules


def changed(old: Outcome, new: Outcome) -> tuple[Aspect, ...]:
    """Return what is not the same, the choice first."""
    aspects = (aspect for aspect in old.keys() | new.keys() if old.get(aspect) != new.get(aspect))
    return tuple(sorted(aspects, key=lambda aspect: (_ORDER[aspect[0]], *aspect[1:])))
