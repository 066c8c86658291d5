"""The region of all profiles of which something is so, as a list of cubes: of some requirements what they may be.

A cube is found around one profile: requirements that play no part are left out, and the others take whatever they can
without leaving the region. So each cube lies in the region whole, and where the list is complete they cover it.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from functools import partial
from math import prod
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.language.values import Value
from llmrules.prove.circuit import Literal, holds
from llmrules.prove.profiles import Asked
from llmrules.prove.prover import smallest_of
from llmrules.prove.solver import Found, Never, Undecided

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.prove.circuit import Circuit
    from llmrules.prove.profiles import Profiles
    from llmrules.prove.solver import Solver


ENOUGH = 10
"""Seconds for what needs none, since all inputs are given."""

PATIENCE = 0.3
"""Seconds for each attempt to make a profile smaller or a cube larger."""


@frozen(eq=False)
class Choice:
    """What one requirement, or one member of a set, may be: of all options the places of those that it takes.

    An option is a value, or None: not stated. Of a set there are two, for each member and for the set itself.
    """

    asked: Asked
    member: Value | None
    options: tuple[tuple[Value | None, Literal], ...]
    taken: frozenset[int]

    @property
    def values(self) -> tuple[Value | None, ...]:
        """What it may be."""
        return tuple(value for place, (value, _) in enumerate(self.options) if place in self.taken)

    def literal(self, circuit: Circuit) -> Literal:
        """Return that it is one of these."""
        return circuit.either(*(self.options[place][1] for place in sorted(self.taken)))


@frozen(eq=False)
class Cube:
    """What some requirements may be at once, and a profile that is so."""

    choices: tuple[Choice, ...]
    found: Found

    @property
    def share(self) -> Fraction:
        """How many of all profiles it holds, each band and member counting alike."""
        return prod((Fraction(len(one.taken), len(one.options)) for one in self.choices), start=Fraction(1))


@frozen(eq=False)
class Region:
    """Cubes, the largest first; ``complete`` if no profile outside of them is in the region."""

    cubes: tuple[Cube, ...]
    complete: bool


def region(
    solver: Solver,
    profiles: Profiles,
    literal: Literal,
    fixed: Iterable[Literal],
    most: int,
    likely: Iterable[Mapping[str, bool]] = (),
) -> Region:
    """Return the region of which a literal holds, as so many cubes at most, or as many as there is time for.

    Each is around a profile that states little, at first around those that are ``likely`` to be in the region.

    ``fixed`` is what holds of all profiles that are looked at; with them the literal must depend on what is stated
    alone. The last cubes may lie in part in those before them.
    """
    within, cubes = tuple(fixed), list[Cube]()
    outside: list[Literal] = []

    def take(found: Found) -> None:
        cube = _Around(solver, profiles, (*within, -literal), found).cube()
        cubes.append(cube)
        outside.append(-profiles.circuit.both(*(one.literal(profiles.circuit) for one in cube.choices)))

    try:
        for inputs in likely:
            if solver.left <= 0 or len(cubes) >= most:
                break
            truth = profiles.circuit.evaluate(inputs, {})
            if all(holds(one, truth) for one in (*within, *outside, literal)):
                take(Found(partial(_read, inputs)))
        while len(cubes) < most:
            found, _ = smallest_of(solver, profiles, *within, *outside, literal, patience=PATIENCE)
            if isinstance(found, Never):
                return Region(_largest_first(cubes), complete=True)
            take(found)
    except Undecided:
        pass
    return Region(_largest_first(cubes), complete=False)


def _read(inputs: Mapping[str, bool]) -> tuple[Mapping[str, bool], Mapping[str, Fraction]]:
    return inputs, {}


def _largest_first(cubes: list[Cube]) -> tuple[Cube, ...]:
    return tuple(sorted(cubes, key=lambda cube: -cube.share))


class _Around:
    """Widens a profile to a cube, outside of which ``against`` may hold."""

    def __init__(self, solver: Solver, profiles: Profiles, against: tuple[Literal, ...], found: Found) -> None:
        self._solver, self._circuit, self._against, self._found = solver, profiles.circuit, against, found
        self._truth = profiles.circuit.evaluate(found.inputs, {})
        self._all = [choice for asked in profiles.asked.values() for choice in self._choices(asked)]

    def cube(self) -> Cube:
        """Leave out what plays no part, and let all else be whatever it can."""
        literals = {choice.literal(self._circuit): choice for choice in self._all}
        core = self._solver.ask(*self._against, *literals, seconds=ENOUGH)
        assert isinstance(core, Never)  # noqa: S101 - it depends on what is stated alone
        choices = [literals[one] for one in core.because if one in literals]
        for choice in tuple(choices):
            rest = [one for one in choices if one is not choice]
            if self._inside(rest):
                choices = rest
        for place, choice in enumerate(choices):
            before, after = choices[:place], choices[place + 1 :]
            choices[place] = self._widened(choice, [*before, *after])
        return Cube(tuple(choices), self._found)

    def _choices(self, asked: Asked) -> Iterator[Choice]:
        """Yield what a requirement, and each member of a set, is in the profile."""
        has, known = asked.stated.has, asked.stated.known
        if asked.attribute.many:
            for member, literal in has.items():
                yield self._choice(asked, member, ((False, -literal), (True, literal)))
            if asked.attribute.default is None:
                yield self._choice(asked, None, ((None, -known), (True, known)))
            return
        options: list[tuple[Value | None, Literal]] = list(has.items())
        if asked.attribute.default is None:
            options.append((None, -known))
        yield self._choice(asked, None, tuple(options))

    def _choice(self, asked: Asked, member: Value | None, options: tuple[tuple[Value | None, Literal], ...]) -> Choice:
        taken = frozenset(place for place, (_, literal) in enumerate(options) if holds(literal, self._truth))
        return Choice(asked, member, options, taken)

    def _inside(self, choices: Iterable[Choice]) -> bool:
        """Say whether a cube is known to lie in the region; what takes long to find out is taken for no."""
        literals = (one.literal(self._circuit) for one in choices)
        try:
            left = min(PATIENCE, self._solver.left)
            return isinstance(self._solver.ask(*self._against, *literals, seconds=left), Never)
        except Undecided:
            return False

    def _widened(self, choice: Choice, others: list[Choice]) -> Choice:
        """Return a choice that takes whatever it can beside the others; numbers and days stay one range."""

        def taking(places: Iterable[int]) -> Choice | None:
            wider = evolve(choice, taken=choice.taken | {*places})
            return wider if self._inside([*others, wider]) else None

        ranged = choice.asked.attribute.type in {"number", "date"}
        values = [place for place, (value, _) in enumerate(choice.options) if value is not None]
        if ranged and choice.taken <= {*values}:
            here = min(choice.taken)
            for side in (values[here + 1 :], values[:here][::-1]):
                reach = bisect_left(range(1, len(side) + 1), True, key=lambda count: taking(side[:count]) is None)  # noqa: FBT003 - called at once
                choice = evolve(choice, taken=choice.taken | {*side[:reach]})
            values = []
        for place in range(len(choice.options)):
            if place not in choice.taken and (place in values or choice.options[place][0] is None):
                choice = taking([place]) or choice
        return choice
