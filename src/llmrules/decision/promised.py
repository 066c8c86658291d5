"""Promises at run time: which of them a decision falls under, and what of them it does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

from llmrules.catalog.candidates import bits
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
    promises = decision.knowledge.ruleset.promises.values()
    return tuple(Promised(one, tuple(_breaches(one, decision))) for one in promises if meets(one, decision))


def meets(promise: Promise, decision: Decision) -> bool:
    """Return whether a decision meets the conditions of a promise; what the promise refers to is known then."""
    facts = decision.derivation.facts
    references = {name for table in promise.tested().values() for name in table.references()}
    return promise.when.holds(facts) and references <= facts.keys()


def breaches(promise: Promise, decision: Decision) -> tuple[Breach, ...]:
    """Return what of a promise a decision does not keep; nothing where it does not meet its conditions."""
    return tuple(_breaches(promise, decision)) if meets(promise, decision) else ()


def _breaches(promise: Promise, decision: Decision) -> Iterator[Breach]:
    facts, candidates = decision.derivation.facts, decision.candidates
    if promise.always is not None and not promise.always.holds(facts):
        yield Breach("always", tuple(sorted({leaf.attribute.name for leaf in promise.always.all_leaves()})))
    eligible = decision.judgement.eligible
    first = sum(1 << index for index, place in decision.ranking.carriers.items() if place == 1)
    reached = {"every": eligible, "best": 0 if decision.refused else first}
    for kind, table in promise.tested().items():
        true, _ = candidates.table(table, facts)
        if kind == "some":
            if not eligible & true:
                yield Breach(kind, ())
        elif reached[kind] & ~true:
            yield Breach(kind, tuple(candidates.rows[index].name for index in bits(reached[kind] & ~true)))
    if "refused" in promise.never and decision.refused:
        yield Breach("refused", decision.refused)
    if "conflict" in promise.never and decision.conflicts:
        yield Breach("conflict", tuple(one.attribute for one in decision.conflicts))
