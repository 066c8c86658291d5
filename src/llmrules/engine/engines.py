"""Which rules fire on a case: found by the engine that was asked for, and certified by the plain evaluator."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.engine.plain import PlainEngine
from llmrules.errors import CertificationError, EngineError

if TYPE_CHECKING:
    from llmrules.engine.durable import DurableEngine
    from llmrules.engine.program import Program
    from llmrules.language.conditions import Facts

EngineName: TypeAlias = Literal["auto", "durable", "plain"]


@frozen
class Fired:
    """The places of the rules that fired, and how long it took to find and to certify them."""

    places: frozenset[int]
    firing: int
    certifying: int


class Engines:
    """The engines of one program: ``auto`` takes durable-rules where it can be imported, else the plain evaluator.

    Raises EngineError where durable-rules is asked for and cannot be had.
    """

    def __init__(self, program: Program, engine: EngineName = "auto") -> None:
        self.program, self._asked = program, engine
        self._plain = PlainEngine(program)
        self._durable = _durable_engine(program, engine)

    def __reduce__(self) -> tuple[type[Engines], tuple[Program, EngineName]]:
        """Copy and pickle by compiling again: what the C module holds is of this process."""
        return Engines, (self.program, self._asked)

    @property
    def name(self) -> str:
        """The name of the engine that fires the rules."""
        return self._plain.name if self._durable is None else self._durable.name

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


def _durable_engine(program: Program, engine: EngineName) -> DurableEngine | None:
    if engine not in {"auto", "durable", "plain"}:
        message = f"engine must be auto, durable or plain, not {engine!r}"
        raise ValueError(message)
    if engine == "plain":
        return None
    from llmrules.engine import durable

    if not durable.available():
        if engine == "auto":
            return None
        message = 'durable-rules cannot be imported here; use engine="auto" or engine="plain"'
        raise EngineError(message)
    try:
        return durable.DurableEngine(program)
    except EngineError:  # too many rules for it
        if engine == "auto":
            return None
        raise
