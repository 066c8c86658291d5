"""Promises, proved: each holds for every profile, or is broken by a smallest one, or was not decided in time."""

from __future__ import annotations

from datetime import date
from time import monotonic
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.decision.procedure import Breach, breaches
from llmrules.language.rules.rule import Promise
from llmrules.prove import circuit
from llmrules.prove.profiles import NOTHING
from llmrules.prove.prover import Prover, Witness
from llmrules.prove.questions import Answer, ask_everything
from llmrules.prove.solver import LeftOpen, Undecided

if TYPE_CHECKING:
    from llmrules.advisor import Advisor
    from llmrules.language.rules.effects import Policy
    from llmrules.prove.decisions import Decisions

Outcome: TypeAlias = Literal["holds", "empty", "broken", "undecided"]
"""``empty``: it holds, because no profile meets its conditions."""


@frozen(eq=False)
class Proof:
    """What came of one promise.

    ``formula`` is the digest of what has no solution if it holds, which is that all ``roots`` hold; ``left_open`` are
    the computed attributes and the texts of which that formula knows nothing.
    """

    promise: Promise
    outcome: Outcome
    seconds: float
    formula: str
    roots: tuple[circuit.Literal, ...]
    left_open: tuple[str, ...]
    witness: Witness | None = None
    breaches: tuple[Breach, ...] = ()
    rests_on_open: bool = False
    """Whether it is not decided since only what is left open could break it, however much time there is."""


@frozen(eq=False)
class Proofs:
    """The proofs of some promises on one day, by which solver, and what the questions of lint found."""

    proofs: tuple[Proof, ...]
    when: date
    solver: str
    circuit: circuit.Circuit
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
    return Proofs(proofs, when, prover.solver.name, prover.circuit, ask_everything(prover) if lint else ())


def _prove(prover: Prover, promise: Promise) -> Proof:
    begun = monotonic()
    meets, broken = _formulas(prover.decisions, promise)
    circuit = prover.circuit
    against = circuit.both(meets, broken)

    def told(outcome: Outcome, witness: Witness | None = None, *, rests_on_open: bool = False) -> Proof:
        found = () if witness is None else breaches(promise, witness.decision)
        roots = (against, *circuit.held)
        formula = circuit.digest(roots)
        left_open = prover.decisions.left_open(against)
        return Proof(promise, outcome, monotonic() - begun, formula, roots, left_open, witness, found, rests_on_open)

    try:
        witness = prover.witness(against, shows=lambda decision: bool(breaches(promise, decision)))
        if witness is not None:
            return told("broken", witness)
        return told("holds" if prover.can_be(meets) else "empty")
    except Undecided as undecided:
        return told("undecided", rests_on_open=isinstance(undecided, LeftOpen))


def _formulas(decisions: Decisions, promise: Promise) -> tuple[circuit.Literal, circuit.Literal]:
    """Return that a profile meets the conditions of a promise, and that it is not kept."""
    made = decisions.circuit
    known = [decisions.known.get(name, NOTHING).known for name in sorted(promise.references)]
    meets = made.both(decisions.asked(promise.when), *known)
    broken = [] if promise.always is None else [-decisions.asked(promise.always)]
    for kind, table in promise.tested.items():
        passed = [true for true, _ in decisions.tested(table)]
        if kind == "some":
            asked = zip(decisions.eligible, passed, strict=True)
            broken.append(-made.either(*(made.both(*both) for both in asked)))
        elif kind == "best":
            broken.append(decisions.first_among({index: -true for index, true in enumerate(passed)}))
        else:
            failing = zip(decisions.eligible, passed, strict=True)
            broken.append(made.either(*(made.both(one, -true) for one, true in failing)))
    if "refused" in promise.never:
        broken.append(decisions.refused)
    if "conflict" in promise.never:
        broken.append(made.either(*decisions.conflicts.values()))
    return meets, made.either(*broken)
