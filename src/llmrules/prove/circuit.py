"""Formulas over what a case may state, as one circuit: each subformula stands once, and none knows a solver.

A literal is an integer: the number of a node, or its negative. Besides conjunctions there are sums of literals and of
numbers, compared with a bound. A circuit can be evaluated by itself, so that it is held to the engine without any
solver, and digested, so that a proof says of which formula it is one.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Literal: TypeAlias = int

TRUE: Literal = 1
FALSE: Literal = -1

LONG = 8
"""Terms of which a sum may have more than that are taken for heavy work."""


@frozen
class Input:
    """Something that is so or not, by name."""

    name: str


@frozen
class Both:
    """All of these hold."""

    parts: tuple[Literal, ...]


@frozen
class Sum:
    """The weights of the literals that hold, and the numbers with their factors, are at least the bound together.

    ``strictly``: they are above it.
    """

    terms: tuple[tuple[Literal, int | Fraction], ...]
    numbers: tuple[tuple[str, int | Fraction], ...]
    bound: int | Fraction
    strictly: bool = False


Node: TypeAlias = Input | Both | Sum


class Circuit:
    """The nodes of formulas, each after those that it is made of. Node 1 is true."""

    def __init__(self) -> None:
        """Begin with nothing but what is true."""
        self.nodes: list[Node] = [Input("nothing"), Both(())]
        self._places: dict[Node, int] = {self.nodes[TRUE]: TRUE}
        self._weighs = bytearray(len(self.nodes))
        self.ranges: dict[str, tuple[Fraction | None, Fraction | None]] = {}
        self.held: list[Literal] = []

    def input(self, name: str) -> Literal:
        """Return the literal of something that is so or not."""
        return self._place(Input(name))

    def number(self, name: str, low: int | None = 0, high: int | None = None) -> str:
        """Declare a number between two bounds, each perhaps missing."""
        bounds = tuple(None if one is None else Fraction(one) for one in (low, high))
        self.ranges.setdefault(name, (bounds[0], bounds[1]))
        return name

    def hold(self, literal: Literal) -> None:
        """Say that something holds whatever is stated: only that is a profile of which it does."""
        if literal != TRUE:
            self.held.append(literal)

    def both(self, *parts: Literal) -> Literal:
        """Return that all of some literals hold."""
        found = dict.fromkeys(parts)
        found.pop(TRUE, None)
        if FALSE in found or any(-one in found for one in found):
            return FALSE
        if len(found) <= 1:
            return next(iter(found), TRUE)
        return self._place(Both(tuple(sorted(found))))

    def either(self, *parts: Literal) -> Literal:
        """Return that one of some literals holds."""
        return -self.both(*(-one for one in parts))

    def same(self, one: Literal, other: Literal) -> Literal:
        """Return that two literals are both so or both not."""
        return self.both(self.either(-one, other), self.either(one, -other))

    def at_least(
        self,
        terms: Iterable[tuple[Literal, int | Fraction]],
        bound: int | Fraction,
        numbers: Iterable[tuple[str, int | Fraction]] = (),
        *,
        strictly: bool = False,
    ) -> Literal:
        """Return that weighted literals and numbers are at least a bound, or above it."""
        weights: dict[Literal, int | Fraction] = {}
        for literal, weight in terms:
            if literal < 0 and literal != FALSE:
                bound -= weight
                weights[-literal] = weights.get(-literal, 0) - weight
            elif literal == TRUE:
                bound -= weight
            elif literal != FALSE:
                weights[literal] = weights.get(literal, 0) + weight
        factors: dict[str, int | Fraction] = {}
        for name, factor in numbers:
            factors[name] = factors.get(name, 0) + factor
        kept = tuple(sorted((literal, weight) for literal, weight in weights.items() if weight))
        real = tuple(sorted((name, factor) for name, factor in factors.items() if factor))
        if not real:
            least = sum(weight for _, weight in kept if weight < 0)
            most = sum(weight for _, weight in kept if weight > 0)
            if least > bound or (least == bound and not strictly):
                return TRUE
            if most < bound or (most == bound and strictly):
                return FALSE
        return self._place(Sum(kept, real, bound, strictly))

    def cone(self, roots: Iterable[Literal]) -> list[int]:
        """Return all nodes that some literals are made of, each after its own parts."""
        wanted, waiting = {TRUE}, [abs(one) for one in roots]
        while waiting:
            place = waiting.pop()
            if place not in wanted:
                wanted.add(place)
                waiting += [abs(one) for one in parts_of(self.nodes[place])]
        return sorted(wanted)

    def weighs(self, literal: Literal) -> bool:
        """Return whether a long sum is a part of it."""
        return bool(self._weighs[abs(literal)])

    def conjuncts(self, literal: Literal) -> Iterator[Literal]:
        """Yield what all must hold for a literal to hold; only what weighs something is taken apart."""
        node = self.nodes[literal] if literal > 0 else None
        if isinstance(node, Both) and self.weighs(literal):
            for part in node.parts:
                yield from self.conjuncts(part)
        else:
            yield literal

    def evaluate(
        self, inputs: Mapping[str, bool], numbers: Mapping[str, Fraction], places: Iterable[int] | None = None
    ) -> Sequence[bool]:
        """Return the truth of every node, or of those of a cone alone.

        Inputs that are not named are not so, numbers are 0.
        """
        truth = [False] * len(self.nodes)
        for place in range(len(self.nodes)) if places is None else places:
            node = self.nodes[place]
            if isinstance(node, Input):
                truth[place] = inputs.get(node.name, False)
            elif isinstance(node, Both):
                truth[place] = all(truth[one] if one > 0 else not truth[-one] for one in node.parts)
            else:
                total = sum(weight for one, weight in node.terms if truth[one])
                total += sum(factor * numbers.get(name, 0) for name, factor in node.numbers)
                truth[place] = total > node.bound if node.strictly else total >= node.bound
        return truth

    def digest(self, roots: Iterable[Literal]) -> str:
        """Return the SHA-256 of what some literals say, one line a node."""
        wanted = tuple(roots)
        places = {place: number for number, place in enumerate(self.cone(wanted))}
        told = hashlib.sha256()
        for place in places:
            told.update(json.dumps(_plain(self.nodes[place], places)).encode())
        told.update(json.dumps([_renumbered(one, places) for one in wanted]).encode())
        return f"sha256:{told.hexdigest()}"

    def smtlib(self, roots: Iterable[Literal]) -> Iterator[str]:
        """Yield the lines of an SMT-LIB file that asks any solver whether some literals can hold at once."""
        wanted = tuple(roots)
        cone = self.cone(wanted)
        sums = [node for node in map(self.nodes.__getitem__, cone) if isinstance(node, Sum)]
        numbers = {
            name: f"x{place}" for place, name in enumerate(sorted({name for one in sums for name, _ in one.numbers}))
        }
        yield "(set-logic QF_LRA)"
        for name, symbol in numbers.items():
            yield f"(declare-const {symbol} Real) ; {json.dumps(name)}"
            for bound, sign in zip(self.ranges[name], (">=", "<="), strict=True):
                if bound is not None:
                    yield f"(assert ({sign} {symbol} {_decimal(bound)}))"
        for place in cone:
            node = self.nodes[place]
            if isinstance(node, Input):
                yield f"(declare-const n{place} Bool) ; {json.dumps(node.name)}"
            elif isinstance(node, Both):
                yield f"(define-fun n{place} () Bool (and true {' '.join(map(_symbol, node.parts))}))"
            else:
                terms = [f"(ite {_symbol(one)} {_decimal(weight)} 0.0)" for one, weight in node.terms]
                terms += [f"(* {_decimal(factor)} {numbers[name]})" for name, factor in node.numbers]
                sign = ">" if node.strictly else ">="
                yield f"(define-fun n{place} () Bool ({sign} (+ 0.0 {' '.join(terms)}) {_decimal(node.bound)}))"
        yield from (f"(assert {_symbol(one)})" for one in wanted)
        yield "(check-sat)"

    def _place(self, node: Node) -> int:
        place = self._places.get(node)
        if place is None:
            place = self._places[node] = len(self.nodes)
            self.nodes.append(node)
            long = isinstance(node, Sum) and len(node.terms) > LONG
            self._weighs.append(long or any(map(self.weighs, parts_of(node))))
        return place


def holds(literal: Literal, truth: Sequence[bool]) -> bool:
    """Return whether a literal holds, of the truth of every node."""
    return truth[literal] if literal > 0 else not truth[-literal]


def parts_of(node: Node) -> tuple[Literal, ...]:
    """Return the literals that a node is made of."""
    if isinstance(node, Both):
        return node.parts
    return () if isinstance(node, Input) else tuple(one for one, _ in node.terms)


def _symbol(literal: Literal) -> str:
    return f"n{literal}" if literal > 0 else f"(not n{-literal})"


def _decimal(value: int | Fraction) -> str:
    exact = Fraction(value)
    said = (
        f"(/ {abs(exact.numerator)}.0 {exact.denominator}.0)" if exact.denominator > 1 else f"{abs(exact.numerator)}.0"
    )
    return f"(- {said})" if exact < 0 else said


def _plain(node: Node, places: Mapping[int, int]) -> list[object]:
    if isinstance(node, Input):
        return ["input", node.name]
    if isinstance(node, Both):
        return ["both", [_renumbered(one, places) for one in node.parts]]
    terms = [[_renumbered(one, places), str(weight)] for one, weight in node.terms]
    numbers = [[name, str(factor)] for name, factor in node.numbers]
    return ["sum", terms, numbers, str(node.bound), node.strictly]


def _renumbered(literal: Literal, places: Mapping[int, int]) -> int:
    """Return a literal over the numbers that the nodes of a digest have, from 1."""
    return (places[abs(literal)] + 1) * (1 if literal > 0 else -1)
