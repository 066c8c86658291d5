"""Asks one set of rules over one catalogue about every profile, and has whatever is found decided by the engine."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.advisor import Decision
from llmrules.prove.circuit import Circuit, Literal
from llmrules.prove.decisions import Decisions
from llmrules.prove.profiles import Profiles
from llmrules.prove.solver import Found, LeftOpen, Never, Solver, Undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from llmrules.advisor import Advisor
    from llmrules.language.conditions import Table
    from llmrules.language.rules.effects import Policy

MOST_TRIES = 20
"""Profiles of one question that the engine decides otherwise than an open cost or text would have it, at most."""


DIGITS = (0, 1, 2, 5)
"""Digits behind the first one to which a number that is shown may be rounded, if it does as well."""


@frozen(eq=False)
class Witness:
    """A profile of which something is so, as the engine decided it; ``smallest`` unless time was up before."""

    decision: Decision
    smallest: bool


class Prover:
    """Answers about every profile of one advisor on one day."""

    def __init__(
        self, advisor: Advisor, when: date, *, unknown: Policy = "apart", seconds: float, tables: Iterable[Table] = ()
    ) -> None:
        """Write down what is decided of every profile. Raises SolverError where there is no solver."""
        self._advisor, self._when, self._unknown = advisor, when, unknown
        self.circuit = Circuit()
        self.profiles = Profiles.of(self.circuit, [(advisor.knowledge, when)], tables)
        self.decisions = Decisions(self.profiles, advisor.knowledge, when, unknown)
        self.solver = Solver(self.circuit, seconds)
        self._can_be: dict[tuple[Literal, ...], bool] = {}

    def can_be(self, *literals: Literal) -> bool:
        """Say whether there is a profile of which these hold; one whose costs are open counts. Raises Undecided."""
        if literals not in self._can_be:
            self._can_be[literals] = isinstance(self.solver.ask(*literals), Found)
        return self._can_be[literals]

    def witness(self, *literals: Literal, shows: Callable[[Decision], bool]) -> Witness | None:
        """Return the smallest profile of which these hold, decided; None where there is none. Raises Undecided.

        ``shows`` says of the engine's decision that it is one. Where nothing but open numbers and texts would make
        one, that is LeftOpen.
        """
        tried: list[Literal] = []
        while True:
            found, smallest = smallest_of(self.solver, self.profiles, *literals, *tried)
            if isinstance(found, Never):
                if tried:
                    raise LeftOpen
                return None
            profile = self.profiles.profile(found.inputs, self._when, self._rounded(found, literals).numbers)
            decision = self._advisor.decide(profile, unknown=self._unknown, keep_promises=False)
            if shows(decision):
                return Witness(decision, smallest)
            if len(tried) == MOST_TRIES:
                raise LeftOpen
            stated = self.profiles.inputs(profile)
            tried.append(-self.circuit.both(*(self.circuit.input(name) for name in stated)))

    def _rounded(self, found: Found, literals: Iterable[Literal]) -> Found:
        """Return the same profile with numbers of few digits where some are so; factors of sums first."""
        made = self.circuit
        so = [made.input(name) if its else -made.input(name) for name, its in found.inputs.items()]
        factors = {name for its in self._advisor.knowledge.ruleset.vocabulary.resting.values() for name in its}
        stated = [asked for asked in self.profiles.asked.values() if asked.number in found.numbers]
        for asked in sorted(stated, key=lambda one: one.attribute.name not in factors):
            for digits in DIGITS if found.numbers[asked.number] else ():
                near = Fraction(f"{Decimal(float(found.numbers[asked.number])):.{digits}e}")
                it_is = made.both(*(made.at_least((), sign * near, [(asked.number, sign)]) for sign in (1, -1)))
                try:
                    other = self.solver.ask(*literals, *so, it_is, seconds=min(1, self.solver.left))
                except Undecided:
                    return found
                if isinstance(other, Found):
                    found, so = other, [*so, it_is]
                    break
        return found


def smallest_of(
    solver: Solver, profiles: Profiles, *literals: Literal, patience: float | None = None
) -> tuple[Found | Never, bool]:
    """Return the profile that states least of those of which some literals hold, and whether it is known to be that.

    ``patience`` is how long to look for one of each size.
    """
    found, size = solver.ask(*literals), tuple(profiles.size())
    if isinstance(found, Never):
        return found, True
    low, high, sure = 0, _counted(profiles, found, size), True
    while low < high:
        most = (low + high) // 2
        try:
            seconds = solver.left if patience is None else min(patience, solver.left)
            fewer = solver.ask(*literals, -profiles.circuit.at_least(size, most + 1), seconds=seconds)
        except Undecided:
            low, sure = most + 1, False
            continue
        if isinstance(fewer, Found):
            found, high = fewer, _counted(profiles, fewer, size)
        else:
            low = most + 1
    return found, sure


def _counted(profiles: Profiles, found: Found, size: Iterable[tuple[Literal, int]]) -> int:
    """Return how large a profile is."""
    truth = profiles.circuit.evaluate(found.inputs, {})
    return sum(weight for literal, weight in size if truth[abs(literal)] == (literal > 0))
