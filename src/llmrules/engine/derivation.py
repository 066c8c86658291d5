"""The one function that says in which order the rules fired: strata, rounds and ids.

An engine reports only which rules fire. Each round of a stratum fires every rule whose tests hold on the facts
known when it began; so neither the engine nor any order of files, rules or facts can change what is found.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.engine.program import FiringRule
from llmrules.errors import EngineError
from llmrules.language.conditions import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.engine.program import Program
    from llmrules.language.values import Value


@frozen(eq=False)
class Step:
    """One rule fired in one round of one stratum (both from 0)."""

    rule: FiringRule
    stratum: int
    round: int


@frozen(eq=False)
class Derivation:
    """The firings in canonical order, and all that is known at the end."""

    steps: tuple[Step, ...]
    facts: Facts


def derive(program: Program, facts: Facts, fired: frozenset[int]) -> Derivation:
    """Order the fired rules. Raises EngineError if one of them has no support, which no sound engine reports."""
    strata: defaultdict[int, list[FiringRule]] = defaultdict(list)
    for place in sorted(fired):
        strata[program.rules[place].stratum].append(program.rules[place])
    known = dict(facts)
    steps: list[Step] = []
    for stratum, rules in sorted(strata.items()):
        waiting, count = {rule.place: rule for rule in rules}, 0
        readers: Mapping[str, list[int]] | None = None
        agenda: Iterable[int] = list(waiting)
        while waiting:
            ready = [waiting[place] for place in agenda if waiting[place].holds(known)]
            if not ready:
                names = ", ".join(rule.id for rule in waiting.values())
                message = f"these rules were reported as fired but nothing supports them: {names}"
                raise EngineError(message)
            steps += [Step(rule, stratum, count) for rule in ready]
            gained: defaultdict[str, set[Value]] = defaultdict(set)
            for rule in ready:
                del waiting[rule.place]
                if rule.conclusion is not None:
                    gained[rule.conclusion.attribute.name] |= rule.conclusion.values
            for name, values in gained.items():
                known[name] = known.get(name, frozenset()) | values
            if waiting and readers is None:
                readers = _readers(waiting.values())
            agenda = sorted({place for name in gained for place in (readers or {}).get(name, ()) if place in waiting})
            count += 1
    return Derivation(tuple(steps), known)


def _readers(rules: Iterable[FiringRule]) -> Mapping[str, list[int]]:
    """Return the places of the rules that test each requirement: no other fact can make one fire."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for rule in rules:
        for name in rule.tests:
            found[name].append(rule.place)
    return found
