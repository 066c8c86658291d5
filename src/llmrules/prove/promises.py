"""Promises, proved: each holds for every profile, or is broken by a smallest one, or was not decided in time."""

from __future__ import annotations

from datetime import date
from time import monotonic
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.catalog.candidates import bits
from llmrules.language.rules.promises import Promise
from llmrules.prove.profiles import NOTHING
from llmrules.prove.prover import Prover, Witness
from llmrules.prove.questions import Answer, ask_everything
from llmrules.prove.solver import Undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.advisor import Advisor, Decision
    from llmrules.language.conditions import Table
    from llmrules.language.rules.effects import Policy
    from llmrules.prove import circuit
    from llmrules.prove.decisions import Decisions

Outcome: TypeAlias = Literal["holds", "empty", "broken", "undecided"]
"""``empty``: it holds, because no profile meets its conditions."""


@frozen
class Breach:
    """What of a promise a decision does not keep, and of which candidates, requirements or rules."""

    kind: str
    names: tuple[str, ...]


@frozen(eq=False)
class Proof:
    """What came of one promise.

    ``formula`` is the digest of what has no solution if it holds; ``left_open`` are the computed attributes and the
    texts of which that formula knows nothing.
    """

    promise: Promise
    outcome: Outcome
    seconds: float
    formula: str
    left_open: tuple[str, ...]
    witness: Witness | None = None
    breaches: tuple[Breach, ...] = ()


@frozen(eq=False)
class Proofs:
    """The proofs of some promises on one day, by which solver, and what the questions of lint found."""

    proofs: tuple[Proof, ...]
    when: date
    solver: str
    answers: tuple[Answer, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether all promises hold."""
        return all(proof.outcome in {"holds", "empty"} for proof in self.proofs)


def prove(
    advisor: Advisor,
    when: date,
    promises: tuple[Promise, ...],
    *,
    unknown: Policy = "apart",
    seconds: float,
    lint: bool = False,
) -> Proofs:
    """Prove promises about every profile that is decided on a day, all of them within some seconds.

    ``lint`` asks the questions about rules and models as well, in the time that is left.
    """
    tables = [table for promise in promises for table in promise.asked()]
    prover = Prover(advisor, when, unknown=unknown, seconds=seconds, tables=tables)
    proofs = tuple(_prove(prover, promise) for promise in promises)
    return Proofs(proofs, when, prover.solver.name, ask_everything(prover) if lint else ())


def _prove(prover: Prover, promise: Promise) -> Proof:
    begun = monotonic()
    meets, broken = _formulas(prover.decisions, promise)
    circuit = prover.circuit
    against = circuit.both(meets, broken)

    def told(outcome: Outcome, witness: Witness | None = None) -> Proof:
        found = () if witness is None else breaches(promise, witness.decision)
        formula = circuit.digest([against, *circuit.held])
        left_open = prover.decisions.left_open(against)
        return Proof(promise, outcome, monotonic() - begun, formula, left_open, witness, found)

    try:
        witness = prover.witness(against, shows=lambda decision: bool(breaches(promise, decision)))
        if witness is not None:
            return told("broken", witness)
        return told("holds" if prover.can_be(meets) else "empty")
    except Undecided:
        return told("undecided")


def _formulas(decisions: Decisions, promise: Promise) -> tuple[circuit.Literal, circuit.Literal]:
    """Return that a profile meets the conditions of a promise, and that it is not kept."""
    made = decisions.circuit
    references = {name for table in _tested(promise).values() for name in table.references()}
    known = [decisions.known.get(name, NOTHING).known for name in sorted(references)]
    meets = made.both(decisions.asked(promise.when), *known)
    broken = [] if promise.always is None else [-decisions.asked(promise.always)]
    for kind, table in _tested(promise).items():
        passed = [true for true, _ in decisions.tested(table)]
        if kind == "some":
            asked = zip(decisions.eligible, passed, strict=True)
            broken.append(-made.either(*(made.both(*both) for both in asked)))
        else:
            reached = decisions.eligible if kind == "every" else decisions.tops
            failing = made.either(*(made.both(one, -true) for one, true in zip(reached, passed, strict=True)))
            broken.append(failing if kind == "every" else made.both(failing, -decisions.refused))
    if "refused" in promise.never:
        broken.append(decisions.refused)
    if "conflict" in promise.never:
        broken.append(made.either(*decisions.conflicts.values()))
    return meets, made.either(*broken)


def breaches(promise: Promise, decision: Decision) -> tuple[Breach, ...]:
    """Return what of a promise a decision does not keep; nothing where it does not meet its conditions."""
    facts = decision.derivation.facts
    references = {name for table in _tested(promise).values() for name in table.references()}
    if not promise.when.holds(facts) or not references <= facts.keys():
        return ()
    return tuple(_breaches(promise, decision))


def _breaches(promise: Promise, decision: Decision) -> Iterator[Breach]:
    facts, candidates = decision.derivation.facts, decision.candidates
    if promise.always is not None and not promise.always.holds(facts):
        yield Breach("always", tuple(sorted({leaf.attribute.name for leaf in promise.always.all_leaves()})))
    eligible = decision.judgement.eligible
    first = sum(1 << index for index, place in decision.ranking.carriers.items() if place == 1)
    reached = {"every": eligible, "best": 0 if decision.refused else first}
    for kind, table in _tested(promise).items():
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


def _tested(promise: Promise) -> dict[str, Table]:
    """Return the tests on models of a promise, by whom they are about."""
    tables = {"every": promise.every, "best": promise.best, "some": promise.some}
    return {kind: table for kind, table in tables.items() if table is not None}
