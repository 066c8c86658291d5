"""Asks a solver whether something can be. The only module that knows z3, which ``llmrules[prove]`` brings along.

Whatever it finds is an assignment of a circuit, and whoever asked has it decided by the engine; only that nothing can
be is taken on its word.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from llmrules.errors import SolverError
from llmrules.prove.circuit import TRUE, Both, Circuit, Input, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction


LARGEST = 2**31 - 1
"""The largest weight that the solver counts with by itself; larger ones are numbers to it."""


@frozen(eq=False, slots=False)
class Found:
    """Inputs of a circuit of which something holds, read when somebody looks at them."""

    read: Callable[[], Mapping[str, bool]]

    @cached_property
    def inputs(self) -> Mapping[str, bool]:
        """What is so, by name."""
        return self.read()


@frozen(eq=False)
class Never:
    """Nothing is so; ``because`` are those of the assumed literals that exclude it."""

    because: tuple[Literal, ...]


class Undecided(Exception):  # noqa: N818 - it is an answer, which ends whatever was asked
    """There was not enough time."""


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
        """Find inputs of which all these literals hold. Raises Undecided when so many seconds, or all, are up."""
        for literal in self._circuit.held[self._held :]:
            self._solver.add(self._literal(literal))
        self._held = len(self._circuit.held)
        made = [self._literal(one) for one in assumed]
        left = self.left if seconds is None else seconds
        if left <= 0:
            raise Undecided
        self._solver.set("timeout", max(1, int(left * 1000)))
        answer = self._solver.check(*made)
        if answer == self._z3.unknown:
            raise Undecided
        if answer == self._z3.unsat:
            core = {one.get_id() for one in self._solver.unsat_core()}
            return Never(tuple(one for one, its in zip(assumed, made, strict=True) if its.get_id() in core))
        return Found(partial(self._inputs, self._solver.model(), tuple(self._made.items())))

    def _inputs(self, model: Any, made: Iterable[tuple[int, Any]]) -> Mapping[str, bool]:  # noqa: ANN401 - those of z3
        nodes = ((self._circuit.nodes[place], its) for place, its in made)
        return {node.name: self._z3.is_true(model.eval(its)) for node, its in nodes if isinstance(node, Input)}

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
            self._solver.add(number >= _exact(self._z3, low))
            if high is not None:
                self._solver.add(number <= _exact(self._z3, high))
        return self._numbers[name]


def _exact(z3: Any, number: int | Fraction) -> Any:  # noqa: ANN401 - the module, and an expression of it
    return z3.RealVal(str(number))
