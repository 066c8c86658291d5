"""Promises at run time: which of them a decision falls under, and what of them it does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

from llmrules.catalog.candidates import bits, mask_of
from llmrules.language.rules.promises import Event, Promise, Tested

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.decision.decision import Decision


@frozen
class Breach:
    """What of a promise a decision does not keep, and of which candidates, requirements or rules."""

    kind: Tested | Event | Literal["always"]
    names: tuple[str, ...]

    def __str__(self) -> str:
        """Return both."""
        return f"{self.kind}: {', '.join(self.names) or '-'}"


@frozen
class Promised:
    """A promise that a decision falls under; ``breaches`` is empty where it is kept."""

    promise: Promise
    breaches: tuple[Breach, ...]


def promised(decision: Decision) -> tuple[Promised, ...]:
    """Return the promises that a decision falls under, by id."""
    promises, facts = decision.knowledge.ruleset.promises.values(), decision.derivation.facts
    met = [one for one in promises if one.needed <= facts.keys() and one.when.holds(facts)]  # of nearly all, a glance
    return tuple(Promised(one, tuple(_breaches(one, decision))) for one in met)


def broken_promises(decision: Decision) -> dict[str, str]:
    """Return the promises that a decision does not keep, by id, each with what of it."""
    broken = {one.promise.id: one.breaches for one in promised(decision) if one.breaches}
    return {name: f"{name} ({'; '.join(map(str, its))})" for name, its in broken.items()}


def meets(promise: Promise, decision: Decision) -> bool:
    """Return whether a decision meets the conditions of a promise; what the promise refers to is known then."""
    facts = decision.derivation.facts
    return promise.needed <= facts.keys() and promise.when.holds(facts)


def breaches(promise: Promise, decision: Decision) -> tuple[Breach, ...]:
    """Return what of a promise a decision does not keep; nothing where it does not meet its conditions."""
    return tuple(_breaches(promise, decision)) if meets(promise, decision) else ()


def _breaches(promise: Promise, decision: Decision) -> Iterator[Breach]:
    facts, candidates = decision.derivation.facts, decision.candidates
    if promise.always is not None and not promise.always.holds(facts):
        yield Breach("always", tuple(sorted({leaf.attribute.name for leaf in promise.always.all_leaves()})))
    eligible = decision.judgement.eligible
    for kind, table in promise.tested.items():
        true, _ = candidates.settled(table) if kind in promise.settled else candidates.table(table, facts)
        if kind == "some":
            if not eligible & true:
                yield Breach(kind, ())
        elif failing := (eligible if kind == "every" else _first(decision)) & ~true:
            yield Breach(kind, tuple(candidates.rows[index].name for index in bits(failing)))
    if "refused" in promise.never and decision.refused:
        yield Breach("refused", decision.refused)
    if "conflict" in promise.never and decision.conflicts:
        yield Breach("conflict", tuple(one.attribute for one in decision.conflicts))


def _first(decision: Decision) -> int:
    """Return the candidates that earn the first place; none where the case is refused."""
    places = {} if decision.refused else decision.ranking.carriers
    return mask_of([index for index, place in places.items() if place == 1])
