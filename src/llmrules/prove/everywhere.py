"""Two sets of rules over two catalogues on two days, everywhere: alike for every profile, or where they differ.

They are compared in which rules fire, in every verdict, and in who is on the first place. Where they differ, the
smallest profiles are shown in which they do, as both sides decide them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.advisor import Advisor, Decision
from llmrules.prove.circuit import FALSE, TRUE, Circuit, holds
from llmrules.prove.decisions import Decisions
from llmrules.prove.profiles import Profiles
from llmrules.prove.prover import smallest_of
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


PATIENCE = 1
"""Seconds for each attempt to make a profile smaller."""


@frozen
class Side:
    """Rules over a catalogue, asked on a day."""

    advisor: Advisor
    when: date


@frozen(eq=False)
class Part:
    """A profile in which both sides differ, as each decides it."""

    old: Decision
    new: Decision


@frozen(eq=False)
class Difference:
    """What came of one level; where they differ, profiles that show it, each of something that none before it shows.

    They are ``complete`` if nothing else differs: no other rule, no verdict on another model, or who is first.
    """

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
    """Compare two sides over every profile, within some seconds; of each level so many profiles at most."""
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

    def difference(self, level: Level, most: int) -> Difference:
        """Return whether both sides are alike, and profiles that show what differs."""
        differing = self._differing(level)
        fixed = [*self._without_costs(), *self._without_texts()]
        self.solver.give(self._seconds * SHARES[level])
        parts: list[Part] = []
        try:
            while len(parts) < most:
                left = self.circuit.either(*differing)
                found, _ = smallest_of(self.solver, self.profiles, left, *fixed, patience=PATIENCE)
                if isinstance(found, Never):
                    anyway = parts or isinstance(self.solver.ask(left), Never)
                    alike: Alike = "differ" if parts else "alike" if anyway else "by-costs"
                    return Difference(level, alike, tuple(parts))
                truth = self.circuit.evaluate(found.inputs, {})
                differing = [one for one in differing if not holds(one, truth)]
                parts.append(self._part(found.inputs))
        except Undecided:
            pass
        return Difference(level, "differ" if parts else "undecided", tuple(parts), complete=False)

    def left_open(self) -> tuple[str, ...]:
        """Return what no profile is shown of: costs of a month and texts, where they can make a difference."""
        literals = [self.circuit.either(*self._differing(level)) for level in LEVELS]
        return tuple(sorted({*self._old.left_open(*literals), *self._new.left_open(*literals)}))

    def _differing(self, level: Level) -> list[circuit.Literal]:
        """Return of each rule, verdict or first place that both sides differ in it."""
        made = self.circuit
        if level == "firings":
            pairs = _both(self._old.fired, self._new.fired, FALSE)
        elif level == "first":
            pairs = _both(self._old.first, self._new.first, FALSE)
        else:
            old, new = (dict(zip(one.names, one.eligible, strict=True)) for one in (self._old, self._new))
            out, now = (dict(zip(one.names, one.excluded, strict=True)) for one in (self._old, self._new))
            pairs = [*_both(old, new, FALSE), *_both(out, now, TRUE)]
        return [-made.same(one, other) for one, other in pairs]

    def _without_costs(self) -> Iterator[circuit.Literal]:
        yield from {-one.usage for one in (self._old, self._new)}

    def _without_texts(self) -> Iterator[circuit.Literal]:
        for name in self.profiles.inexact:
            asked = self.profiles.asked[name]
            yield -asked.stated.has[asked.answers.values[-1]]

    def _part(self, inputs: Mapping[str, bool]) -> Part:
        """Return a profile, decided by both sides."""
        old, new = (
            side.advisor.decide(self.profiles.profile(inputs, side.when), unknown=self._unknown, keep_promises=False)
            for side in self._sides
        )
        return Part(old, new)


def _both(
    old: dict[str, circuit.Literal], new: dict[str, circuit.Literal], absent: circuit.Literal
) -> list[tuple[circuit.Literal, circuit.Literal]]:
    """Return of each name what both sides say; one that a side does not know is ``absent`` there."""
    return [(old.get(name, absent), new.get(name, absent)) for name in sorted({*old, *new})]
