"""Asks a solver whether something can be. The only module that knows z3, which ``llmrules[prove]`` brings along.

Whatever it finds is an assignment of a circuit, and whoever asked has it decided by the engine; only that nothing can
be is taken on its word.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from llmrules.errors import SolverError
from llmrules.prove.circuit import TRUE, Both, Circuit, Input, Literal, holds

if TYPE_CHECKING:
    from collections.abc import Iterable


AT_ONCE = 4
"""Of a conjunction with more parts that weigh things the solver is told so many at once, then twice as many."""

LARGEST = 2**31 - 1
"""The largest weight that the solver counts with by itself; larger ones are numbers to it."""


@frozen(eq=False, slots=False)
class Found:
    """Inputs and numbers of a circuit of which something holds, read when somebody looks at them."""

    read: Callable[[], tuple[Mapping[str, bool], Mapping[str, Fraction]]]

    @cached_property
    def _values(self) -> tuple[Mapping[str, bool], Mapping[str, Fraction]]:
        return self.read()

    @property
    def inputs(self) -> Mapping[str, bool]:
        """What is so, by name."""
        return self._values[0]

    @property
    def numbers(self) -> Mapping[str, Fraction]:
        """The numbers, by name."""
        return self._values[1]


@frozen(eq=False)
class Never:
    """Nothing is so."""


class Undecided(Exception):  # noqa: N818 - it is an answer, which ends whatever was asked
    """There was not enough time."""


class LeftOpen(Undecided):
    """Only what formulas leave open could make it so; more time does not help."""


class Solver:
    """Answers about one circuit, each as soon as it can, all of them until time is up."""

    def __init__(self, circuit: Circuit, seconds: float) -> None:
        """Begin with what the circuit holds. Raises SolverError where there is no solver."""
        try:
            import z3
        except ImportError:
            message = "to prove something a solver is needed: pip install 'llmrules[prove]'"
            raise SolverError(message) from None
        self._z3: Any = z3
        self._solver = z3.SolverFor("QF_LRA") if circuit.ranges else z3.Solver()
        self._circuit, self._until = circuit, time.monotonic() + seconds
        self._made: dict[int, Any] = {TRUE: z3.And([])}
        self._inputs: list[tuple[str, Any]] = []
        self._numbers: dict[str, Any] = {}
        self._held = 0

    @property
    def name(self) -> str:
        """The solver with its version."""
        return f"z3 {self._z3.get_version_string()}"

    def give(self, seconds: float) -> None:
        """Give so much time from now on, whatever is left."""
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self._until - time.monotonic()

    def ask(self, *assumed: Literal, seconds: float | None = None) -> Found | Never:
        """Find inputs of which all these literals hold. Raises Undecided when so many seconds, or all, are up.

        Of a conjunction in which much is weighed, such as that somebody has as many points as each rival, the solver is
        told only those parts that do not hold of what it found without them, until all hold: most never matter.
        """
        until = self._until if seconds is None else time.monotonic() + seconds
        told, later = self._parted(assumed)
        count = AT_ONCE
        while True:
            answer = self._check(told, until)
            if isinstance(answer, Never):
                return answer
            truth = self._circuit.evaluate(answer.inputs, answer.numbers, self._circuit.cone(later))
            lacking = [one for one in later if not holds(one, truth)]
            if not lacking:
                return answer
            told += lacking[:count]
            later = [one for one in later if one not in lacking[:count]]
            count *= 2

    def _parted(self, assumed: Iterable[Literal]) -> tuple[list[Literal], list[Literal]]:
        """Return what the solver is told at first, and what only when it matters."""
        told, later = list[Literal](), list[Literal]()
        for literal in assumed:
            parts = [*self._circuit.conjuncts(literal)]
            heavy = [one for one in parts if self._circuit.weighs(one) and abs(one) not in self._made]
            if len(heavy) <= AT_ONCE:
                told.append(literal)
            else:
                later += heavy
                told += [one for one in parts if one not in heavy]
        return told, [*dict.fromkeys(later)]

    def _check(self, assumed: Iterable[Literal], until: float) -> Found | Never:
        for literal in self._circuit.held[self._held :]:
            self._solver.add(self._literal(literal))
        self._held = len(self._circuit.held)
        made = [*map(self._literal, assumed)]
        left = until - time.monotonic()
        if left <= 0:
            raise Undecided
        self._solver.set("timeout", max(1, int(left * 1000)))
        answer = self._solver.check(*made)
        if answer == self._z3.unknown:
            raise Undecided
        if answer == self._z3.unsat:
            return Never()
        return Found(partial(self._values, self._solver.model(), tuple(self._inputs), tuple(self._numbers.items())))

    def _values(
        self,
        model: Any,  # noqa: ANN401 - of z3
        inputs: Iterable[tuple[str, Any]],
        numbers: Iterable[tuple[str, Any]],
    ) -> tuple[Mapping[str, bool], Mapping[str, Fraction]]:
        values = ((name, model.eval(its, model_completion=True)) for name, its in numbers)
        exact = {name: Fraction(value.numerator_as_long(), value.denominator_as_long()) for name, value in values}
        return {name: self._z3.is_true(model.eval(its)) for name, its in inputs}, exact

    def _literal(self, literal: Literal) -> Any:  # noqa: ANN401 - an expression of z3
        if abs(literal) not in self._made:
            self._make(self._circuit.cone([literal]))
        made = self._made[abs(literal)]
        return made if literal > 0 else self._z3.Not(made)

    def _make(self, places: Iterable[int]) -> None:
        """Give each node a name, and say what it stands for."""
        z3 = self._z3
        for place in places:
            if place in self._made:
                continue
            node = self._circuit.nodes[place]
            here = self._made[place] = z3.Bool(f"n{place}")
            if isinstance(node, Input):
                self._inputs.append((node.name, here))
                continue
            if isinstance(node, Both):
                self._solver.add(here == z3.And(*map(self._literal, node.parts)))
                continue
            weights = [weight for _, weight in node.terms]
            if not node.numbers and all(isinstance(one, int) and abs(one) <= LARGEST for one in (*weights, node.bound)):
                counted = [(self._literal(one), weight) for one, weight in node.terms]
                self._solver.add(here == z3.PbGe(counted, node.bound + node.strictly))
                continue
            total = z3.Sum(
                *(z3.If(self._literal(one), _exact(z3, weight), z3.RealVal(0)) for one, weight in node.terms),
                *(self._number(name) * _exact(z3, factor) for name, factor in node.numbers),
            )
            bound = _exact(z3, node.bound)
            self._solver.add(here == (total > bound if node.strictly else total >= bound))

    def _number(self, name: str) -> Any:  # noqa: ANN401 - an expression of z3
        if name not in self._numbers:
            number = self._numbers[name] = self._z3.Real(name)
            low, high = self._circuit.ranges[name]
            if low is not None:
                self._solver.add(number >= _exact(self._z3, low))
            if high is not None:
                self._solver.add(number <= _exact(self._z3, high))
        return self._numbers[name]


def _exact(z3: Any, number: int | Fraction) -> Any:  # noqa: ANN401 - the module, and an expression of it
    return z3.RealVal(str(number))
