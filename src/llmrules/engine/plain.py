"""The plain evaluator: the meaning of rules, written down once more and nothing else.

It certifies every decision that durable-rules made, is the oracle of the tests, and answers alone where
durable-rules is not installed or where bulk speed counts. It shares no code with the durable engine.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.engine.program import Program
    from llmrules.language.conditions import Facts
    from llmrules.language.values import Value


FEW = 32
"""Rules that are checked one by one sooner than all of them at once."""


class PlainEngine:
    """Finds the least fixpoint, stratum by stratum, looking only at rules that pass the sieve of the program."""

    name = "plain"

    def __init__(self, program: Program) -> None:
        """Index the rules by their strata and by every attribute that they test."""
        self._sieve, self._rules = program.sieve, {rule.place: rule for rule in program.rules}
        self._strata = [0] * program.strata
        self._readers: defaultdict[str, int] = defaultdict(int)
        self._at_once = 0
        """Rules that fire where they pass, and by which no other one of their stratum does."""
        for rule in program.rules:
            bit = 1 << rule.place
            self._strata[rule.stratum] |= bit
            for name in rule.tests:
                self._readers[name] |= bit
            if rule.conclusion is None and not rule.overriders:
                self._at_once |= bit & self._sieve.sure

    def fire(self, facts: Facts, already: Iterable[int] = ()) -> frozenset[int]:
        """Return the places of the rules that fire on facts, with those that fired already."""
        known = dict(facts)
        fired: set[int] = {*already}
        masks = self._sieve.masks(known)
        passing, sieved = self._sieve.passing(masks), True
        for stratum in self._strata:
            if not sieved:
                passing, sieved = self._sieve.passing(masks), True
            agenda = stratum & passing
            while agenda:
                at_once = agenda & self._at_once if sieved else 0
                fired.update(bits(at_once))
                gained: dict[str, set[Value]] = {}
                for place in bits(agenda & ~at_once):
                    rule = self._rules[place]
                    if place in fired or not fired.isdisjoint(rule.overriders) or not rule.holds(known):
                        continue
                    fired.add(place)
                    if rule.conclusion is not None:
                        gained.setdefault(rule.conclusion.attribute.name, set()).update(rule.conclusion.values)
                reading = self._learn(gained, known, masks)
                agenda, sieved = reading & stratum, sieved and not reading
                if agenda.bit_count() > FEW:
                    passing, sieved = self._sieve.passing(masks), True
                    agenda &= passing
        return frozenset(fired)

    def _learn(self, gained: dict[str, set[Value]], known: dict[str, frozenset[Value]], masks: dict[str, int]) -> int:
        """Add what was concluded to what is known, and return the rules that read what is new of it."""
        reading = 0
        for name, values in gained.items():
            before = known.get(name)
            if before is None or not values <= before:
                known[name] = frozenset(values) if before is None else before | values
                if name in masks:
                    masks[name] = self._sieve.columns[name].passing(known[name])
                reading |= self._readers.get(name, 0)
        return reading
