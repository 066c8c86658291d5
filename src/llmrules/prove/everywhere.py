"""Two sets of rules over two catalogues on two days, everywhere: alike for every profile, or where they differ.

They are compared in which rules fire, in every verdict, and in who is on the first place.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.advisor import Advisor, Decision
from llmrules.prove.circuit import FALSE, TRUE, Circuit, holds
from llmrules.prove.decisions import Decisions
from llmrules.prove.profiles import Profiles
from llmrules.prove.regions import Cube, region
from llmrules.prove.solver import Never, Solver, Undecided

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.language.rules.effects import Policy
    from llmrules.prove import circuit

Level: TypeAlias = Literal["firings", "verdicts", "first"]

LEVELS: tuple[Level, ...] = ("firings", "verdicts", "first")

SHARES = {"firings": 0.2, "verdicts": 0.3, "first": 0.5}
"""How the time is divided."""

Alike: TypeAlias = Literal["alike", "by-costs", "differ", "undecided"]
"""``by-costs``: alike but for profiles in which a number that is left open, or a text that no rule names, counts."""


MOST_SEEN = 3
"""Profiles of earlier levels to which something is added."""


@frozen
class Side:
    """Rules over a catalogue, asked on a day."""

    advisor: Advisor
    when: date


@frozen(eq=False)
class Part:
    """A cube of the region, with its profile as each side decides it."""

    cube: Cube
    old: Decision
    new: Decision


@frozen(eq=False)
class Difference:
    """What came of one level; where they differ, the region, ``complete`` or as far as there was time."""

    level: Level
    alike: Alike
    parts: tuple[Part, ...] = ()
    complete: bool = True


@frozen(eq=False)
class Everywhere:
    """Two sides compared over every profile that both can be asked; ``unshared`` requirements only one side knows."""

    old: Side
    new: Side
    differences: tuple[Difference, ...]
    unshared: tuple[str, ...]
    left_open: tuple[str, ...]
    solver: str

    @property
    def same(self) -> bool:
        """Whether both are alike in everything."""
        return all(one.alike == "alike" for one in self.differences)


def compare_everywhere(old: Side, new: Side, *, unknown: Policy = "apart", seconds: float, most: int) -> Everywhere:
    """Compare two sides over every profile, within some seconds; of each level so many cubes at most."""
    pair = _Pair(old, new, unknown, seconds)
    differences = tuple(pair.difference(level, most) for level in LEVELS)
    vocabularies = [side.advisor.knowledge.ruleset.vocabulary for side in (old, new)]
    names = [{*vocabulary.names("requirement")} for vocabulary in vocabularies]
    return Everywhere(
        old=old,
        new=new,
        differences=differences,
        unshared=tuple(sorted(names[0] ^ names[1])),
        left_open=pair.left_open(),
        solver=pair.solver.name,
    )


class _Pair:
    """What two sides say of every profile, in one circuit."""

    def __init__(self, old: Side, new: Side, unknown: Policy, seconds: float) -> None:
        self._sides, self._unknown, self._seconds = (old, new), unknown, seconds
        self.circuit = Circuit()
        knowledge = [(side.advisor.knowledge, side.when) for side in self._sides]
        self.profiles = Profiles.of(self.circuit, knowledge)
        self._old, self._new = (Decisions(self.profiles, one, when, unknown) for one, when in knowledge)
        self.solver = Solver(self.circuit, seconds)
        self._seen: list[Mapping[str, bool]] = []

    def difference(self, level: Level, most: int) -> Difference:
        """Return whether both sides are alike, and where they are not."""
        differing = self._differing(level)
        fixed = [*self._without_costs(), *self._without_texts()]
        self.solver.give(self._seconds * SHARES[level])
        try:
            if not self._shown(differing, fixed) and isinstance(self.solver.ask(differing, *fixed), Never):
                anyway = isinstance(self.solver.ask(differing), Never)
                return Difference(level, "alike" if anyway else "by-costs")
        except Undecided:
            return Difference(level, "undecided", complete=False)
        found = region(self.solver, self.profiles, differing, fixed, most, self._likely())
        self._seen += [cube.found.inputs for cube in found.cubes]
        parts = tuple(map(self._part, found.cubes))
        return Difference(level, "differ", parts, found.complete)

    def _likely(self) -> Iterator[Mapping[str, bool]]:
        """Yield the profiles that were found at earlier levels, and each with one requirement more."""
        seen = tuple(self._seen)
        yield from seen
        for inputs in seen[:MOST_SEEN]:
            yield from self.profiles.with_one_more(inputs)

    def left_open(self) -> tuple[str, ...]:
        """Return what no region is about: costs of a month and texts, where they can make a difference."""
        literals = [self._differing(level) for level in LEVELS]
        return tuple(sorted({*self._old.left_open(*literals), *self._new.left_open(*literals)}))

    def _shown(self, differing: circuit.Literal, fixed: list[circuit.Literal]) -> bool:
        """Say whether a profile that was found already differs here, too."""
        for inputs in self._seen:
            truth = self.circuit.evaluate(inputs, {})
            if all(holds(one, truth) for one in (differing, *fixed)):
                return True
        return False

    def _differing(self, level: Level) -> circuit.Literal:
        made = self.circuit
        if level == "firings":
            pairs = _both(self._old.fired, self._new.fired, FALSE)
        elif level == "first":
            pairs = _both(self._old.first, self._new.first, FALSE)
        else:
            old, new = (dict(zip(one.names, one.eligible, strict=True)) for one in (self._old, self._new))
            out, now = (dict(zip(one.names, one.excluded, strict=True)) for one in (self._old, self._new))
            pairs = [*_both(old, new, FALSE), *_both(out, now, TRUE)]
        return made.either(*(-made.same(one, other) for one, other in pairs))

    def _without_costs(self) -> Iterator[circuit.Literal]:
        yield from {-one.usage for one in (self._old, self._new)}

    def _without_texts(self) -> Iterator[circuit.Literal]:
        for name in self.profiles.inexact:
            asked = self.profiles.asked[name]
            yield -asked.stated.has[asked.answers.values[-1]]

    def _part(self, cube: Cube) -> Part:
        """Return a cube with its profile, decided by both sides."""
        inputs = cube.found.inputs
        old, new = (
            side.advisor.decide(self.profiles.profile(inputs, side.when), unknown=self._unknown, keep_promises=False)
            for side in self._sides
        )
        return Part(cube, old, new)


def _both(
    old: dict[str, circuit.Literal], new: dict[str, circuit.Literal], absent: circuit.Literal
) -> list[tuple[circuit.Literal, circuit.Literal]]:
    """Return of each name what both sides say; one that a side does not know is ``absent`` there."""
    return [(old.get(name, absent), new.get(name, absent)) for name in sorted({*old, *new})]
