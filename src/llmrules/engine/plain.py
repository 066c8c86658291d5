"""The plain evaluator: the meaning of rules, written down once more and nothing else.

It certifies every decision that durable-rules made, is the oracle of the tests, and answers alone where
durable-rules is not installed or where bulk speed counts. It shares no code with the durable engine.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.engine.program import FiringRule, Program
    from llmrules.language.conditions import Facts
    from llmrules.language.values import Value


class PlainEngine:
    """Finds the least fixpoint, stratum by stratum, looking only at rules that a new fact can concern."""

    name = "plain"

    def __init__(self, program: Program) -> None:
        """Index the rules of each stratum by the attributes that they test."""
        self._strata = [_Stratum(program, number) for number in range(program.strata)]

    def fire(self, facts: Facts, already: Iterable[int] = ()) -> frozenset[int]:
        """Return the places of the rules that fire on facts, with those that fired already."""
        known = dict(facts)
        fired: set[int] = {*already}
        for stratum in self._strata:
            agenda = stratum.triggered(known)
            while agenda:
                gained: dict[str, set[Value]] = {}
                for rule in agenda:
                    if rule.place in fired or not fired.isdisjoint(rule.overriders) or not rule.holds(known):
                        continue
                    fired.add(rule.place)
                    if rule.conclusion is not None:
                        gained.setdefault(rule.conclusion.attribute.name, set()).update(rule.conclusion.values)
                agenda = []
                for name, values in gained.items():
                    before = known.get(name)
                    if before is None or not values <= before:
                        known[name] = frozenset(values) if before is None else before | values
                        agenda += stratum.readers.get(name, ())
        return frozenset(fired)


class _Stratum:
    """The rules of one stratum, by what they cannot fire without and by every attribute they test.

    That is one of some values of an attribute, where there are few such; else that the attribute has any value.
    """

    def __init__(self, program: Program, number: int) -> None:
        self.free: list[FiringRule] = []
        self.by_value: defaultdict[str, defaultdict[Value, list[FiringRule]]] = defaultdict(lambda: defaultdict(list))
        self.by_trigger: defaultdict[str, list[FiringRule]] = defaultdict(list)
        self.readers: defaultdict[str, list[FiringRule]] = defaultdict(list)
        for rule in program.rules:
            if rule.stratum != number:
                continue
            needed = [leaf.attribute.name for leaf in rule.when.leaves if not leaf.asks_absence]
            if rule.holds.quick:
                name, values = min(rule.holds.quick, key=lambda one: len(one[1]))
                for value in values:
                    self.by_value[name][value].append(rule)
            elif needed:
                self.by_trigger[needed[0]].append(rule)
            else:
                self.free.append(rule)
            for name in rule.tests:
                self.readers[name].append(rule)

    def triggered(self, known: Facts) -> list[FiringRule]:
        """Return the rules that can fire on what is known when the stratum begins."""
        rules = list(self.free)
        for name, values in known.items():
            if name in self.by_trigger:
                rules += self.by_trigger[name]
            if name in self.by_value:
                waiting = self.by_value[name]
                for value in values:
                    rules += waiting.get(value, ())
        return rules
