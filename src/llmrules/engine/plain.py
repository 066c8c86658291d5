"""The plain evaluator: the meaning of rules, written down once more and nothing else.

It certifies every decision that durable-rules made, is the oracle of the tests, and answers alone where
durable-rules is not installed or where bulk speed counts. It shares no code with the durable engine.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmrules.engine.program import FiringRule, Program
    from llmrules.language.conditions import Facts
    from llmrules.language.values import Value


class PlainEngine:
    """Finds the least fixpoint, stratum by stratum, looking only at rules that a new fact can concern."""

    name = "plain"

    def __init__(self, program: Program) -> None:
        """Index the rules of each stratum by the attributes that they test."""
        self._strata = [_Stratum(program, number) for number in range(program.strata)]

    def fire(self, facts: Facts) -> frozenset[int]:
        """Return the places of the rules that fire on the stated and assumed facts."""
        known = dict(facts)
        fired: set[int] = set()
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
    """The rules of one stratum, by the attribute without which they cannot fire and by every attribute they test."""

    def __init__(self, program: Program, number: int) -> None:
        self.free: list[FiringRule] = []
        self.by_trigger: defaultdict[str, list[FiringRule]] = defaultdict(list)
        self.readers: defaultdict[str, list[FiringRule]] = defaultdict(list)
        for rule in program.rules:
            if rule.stratum != number:
                continue
            needed = [leaf.attribute.name for leaf in rule.when.leaves if not leaf.asks_absence]
            if needed:
                self.by_trigger[needed[0]].append(rule)
            else:
                self.free.append(rule)
            for name in {leaf.attribute.name for leaf in rule.when.all_leaves()}:
                self.readers[name].append(rule)

    def triggered(self, known: Facts) -> list[FiringRule]:
        """Return the rules that can fire on what is known when the stratum begins."""
        rules = list(self.free)
        if len(known) < len(self.by_trigger):
            for name in known:
                rules += self.by_trigger.get(name, ())
        else:
            for name, waiting in self.by_trigger.items():
                if name in known:
                    rules += waiting
        return rules
