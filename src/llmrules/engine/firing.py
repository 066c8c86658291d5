"""Which rules fire on a case and in which order: an engine finds the set, the plain evaluator certifies it.

The order, by strata, rounds and ids, is assigned here alone. Each round of a stratum fires every rule whose tests hold
on the facts known when it began; so neither the engine nor any order of files, rules or facts can change what is found.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from time import perf_counter_ns
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import field, frozen

from llmrules.engine.plain import PlainEngine
from llmrules.engine.program import FiringRule, Program
from llmrules.errors import CertificationError, EngineError
from llmrules.language.conditions import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.engine.durable import DurableEngine
    from llmrules.language.values import Value


EngineName: TypeAlias = Literal["auto", "durable", "plain"]


@frozen
class Fired:
    """The places of the rules that fired, and how long it took to find and to certify them."""

    places: frozenset[int]
    firing: int
    certifying: int


class Engines:
    """The engines of one program: ``auto`` takes durable-rules where it can be imported, else the plain evaluator.

    Raises EngineError where durable-rules is asked for and cannot be had. Each is made when it is first needed.
    """

    def __init__(self, program: Program, engine: EngineName = "auto") -> None:
        if engine not in {"auto", "durable", "plain"}:
            message = f"engine must be auto, durable or plain, not {engine!r}"
            raise ValueError(message)
        if engine == "durable":
            _check_available()
        self.program, self._asked = program, engine

    def __reduce__(self) -> tuple[type[Engines], tuple[Program, EngineName]]:
        """Copy and pickle by compiling again: what the C module holds is of this process."""
        return Engines, (self.program, self._asked)

    @cached_property
    def _durable(self) -> DurableEngine | None:
        return None if self._asked == "plain" else _durable_engine(self.program, self._asked)

    @cached_property
    def _plain(self) -> PlainEngine:
        return PlainEngine(self.program)

    @property
    def name(self) -> str:
        """The name of the engine that fires the rules."""
        return PlainEngine.name if self._durable is None else self._durable.name

    @property
    def certified(self) -> bool:
        """Whether another engine than the plain evaluator fires, and this one certifies it."""
        return self._durable is not None

    def fire(self, facts: Facts) -> Fired:
        """Return which rules fire. Raises CertificationError if the engines disagree, EngineError if one fails."""
        begun = perf_counter_ns()
        fired = (self._durable or self._plain).fire(facts)
        found = perf_counter_ns()
        if self._durable is not None:
            self._certify(fired, self._plain.fire(facts))
        return Fired(fired, found - begun, perf_counter_ns() - found)

    def _certify(self, durable: frozenset[int], plain: frozenset[int]) -> None:
        """Raise unless both engines fired the same rules."""
        if durable != plain:
            rules = self.program.rules
            raise CertificationError(
                only_engine=(rules[place].id for place in durable - plain),
                only_plain=(rules[place].id for place in plain - durable),
            )


def _check_available() -> None:
    from llmrules.engine import durable

    if not durable.available():
        message = 'durable-rules cannot be imported here; use engine="auto" or engine="plain"'
        raise EngineError(message)


def _durable_engine(program: Program, engine: EngineName) -> DurableEngine | None:
    from llmrules.engine import durable

    try:
        return durable.DurableEngine(program)
    except EngineError:  # it is not here, or these are too many rules for it
        if engine == "auto":
            return None
        raise


@frozen(eq=False)
class Step:
    """One rule fired in one round of one stratum (both from 0)."""

    rule: FiringRule
    stratum: int
    round: int


@frozen(eq=False, slots=False)
class Derivation:
    """The rules that fired and all that is known at the end; firings are put in order when they are asked for."""

    program: Program = field(repr=False)
    stated: Facts
    places: frozenset[int]
    facts: Facts

    @cached_property
    def fired(self) -> tuple[str, ...]:
        """The ids of the rules that fired, sorted."""
        return tuple(sorted([self.program.rules[place].id for place in self.places]))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The firings in canonical order. Raises EngineError if one has no support, which no sound engine reports."""
        return tuple(_steps(self.program, self.stated, self.places))


def derive(program: Program, facts: Facts, fired: frozenset[int]) -> Derivation:
    """Return what follows where some rules fire on facts."""
    known = dict(facts)
    for name, values in program.concluded(fired):
        known[name] = known[name] | values if name in known else values
    return Derivation(program, facts, fired, known)


def _steps(program: Program, facts: Facts, fired: frozenset[int]) -> Iterator[Step]:
    strata: defaultdict[int, list[FiringRule]] = defaultdict(list)
    for place in sorted(fired):
        strata[program.rules[place].stratum].append(program.rules[place])
    known = dict(facts)
    for stratum, rules in sorted(strata.items()):
        waiting, readers, count = {rule.place: rule for rule in rules}, _readers(rules), 0
        agenda: Iterable[int] = list(waiting)
        while waiting:
            ready = [waiting[place] for place in agenda if waiting[place].holds(known)]
            if not ready:
                names = ", ".join(rule.id for rule in waiting.values())
                message = f"these rules were reported as fired but nothing supports them: {names}"
                raise EngineError(message)
            yield from (Step(rule, stratum, count) for rule in ready)
            gained: defaultdict[str, set[Value]] = defaultdict(set)
            for rule in ready:
                del waiting[rule.place]
                if rule.conclusion is not None:
                    gained[rule.conclusion.attribute.name] |= rule.conclusion.values
            for name, values in gained.items():
                known[name] = known.get(name, frozenset()) | values
            agenda = sorted({place for name in gained for place in readers.get(name, ()) if place in waiting})
            count += 1


def _readers(rules: Iterable[FiringRule]) -> Mapping[str, list[int]]:
    """Return the places of the rules that test each requirement: no other fact can make one fire."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for rule in rules:
        for name in rule.tests:
            found[name].append(rule.place)
    return found
