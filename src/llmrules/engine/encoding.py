"""A program as rows of conditions on small integers: what durable-rules is given to see.

Everything that can become known in a decision has a *slot*: an attribute, a text that matches patterns, a rule (that
it fired), an auxiliary fact, an absence. What is known of a slot is a set of codes, and a condition is a slot with
the codes of which it needs one. So no name and no value ever reaches the C module, however long or precise it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from attrs import define, frozen

from llmrules.engine.codes import KNOWN, Codes, codes_for, comparable, matches, refuse, several, single
from llmrules.engine.compared import Compared
from llmrules.language.conditions import Leaf, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llmrules.engine.program import FiringRule, Program
    from llmrules.language.conditions import Facts, Table, Test
    from llmrules.language.values import Value

MOST_CONDITIONS = 4
"""Conditions that a row may have. From 17 on the C module fails, when a fact is asserted and not when it compiles."""

MOST_BRANCHES = 4
"""Branches up to which a choice is written as several rows rather than as an auxiliary fact."""


class Condition(NamedTuple):
    """One of the accepted codes of a slot is known; KNOWN alone, that the slot is known at all."""

    slot: int
    accepted: int


Conjunction: TypeAlias = frozenset[Condition]


class Row(NamedTuple):
    """One rule of durable-rules: the conditions that must all hold, and the slots that are known then."""

    conditions: tuple[Condition, ...]
    slots: tuple[int, ...]


class Absence(NamedTuple):
    """A slot that becomes known when none of the conditions holds once they are settled."""

    slot: int
    conditions: tuple[Condition, ...]

    def holds(self, known: Sequence[int]) -> bool:
        """Say whether none of the conditions holds on what is known of each slot."""
        return not any(known[slot] & accepted for slot, accepted in self.conditions)


class Learned(NamedTuple):
    """Codes of a slot that become known."""

    slot: int
    bits: int


@frozen(eq=False)
class Encoding:
    """A whole program. The slots below the number of its rules say that the rule of that place fired.

    ``always`` is the slot that is known from the start, ``stated`` are those of which no rule concludes anything.
    ``tops`` are the highest codes of the slots that have codes.
    ``settled`` stand in the order in which they are decided: the first ones before anything has fired, the others
    each when nothing more fires after those before; of each what is ``compared`` comes before what is absent.
    ``conclusions`` are what becomes known when a rule has fired.
    """

    slots: int
    rows: tuple[Row, ...]
    always: int
    stated: frozenset[int]
    tops: Mapping[int, int]
    settled: tuple[tuple[tuple[Compared, ...], tuple[Absence, ...]], ...]
    compared: frozenset[str]
    """The requirements that are compared with each other."""
    conclusions: tuple[tuple[Learned, ...], ...]
    _readers: Mapping[str, tuple[_Reader, ...]]

    def read(self, facts: Facts) -> list[Learned]:
        """Return facts as codes of slots; an attribute that no rule tests is left out."""
        return _read(self._readers, facts)


def encode(program: Program) -> Encoding:
    """Return a program as rows. Raises EngineError for an operator that cannot be encoded."""
    encoder = _Encoder(program)
    for rule in program.rules:
        encoder.rule(rule)
    compared: defaultdict[int, list[Compared]] = defaultdict(list)
    absences: defaultdict[int, list[Absence]] = defaultdict(list)
    for one in encoder.compared.values():
        compared[encoder.levels[one.slot] + 1].append(one)
    for absence in encoder.absences.values():
        absences[encoder.levels[absence.slot]].append(absence)
    levels = range(max((*compared, *absences), default=0) + 1)
    readers = encoder.readers()
    concluded = (rule.conclusion for rule in program.rules)
    return Encoding(
        slots=len(encoder.levels),
        rows=tuple(Row(conditions, tuple(slots)) for conditions, slots in encoder.rows.items()),
        always=encoder.always,
        stated=frozenset(slot for slot, level in enumerate(encoder.levels) if level < 0)
        - {one.slot for one in encoder.compared.values()},
        tops={slot: codes.size - 1 for slot, codes in encoder.attributes.values()},
        settled=tuple((tuple(compared[level]), tuple(absences[level])) for level in levels),
        compared=frozenset(name for leaf in encoder.compared for name in (leaf.attribute.name, *leaf.references)),
        conclusions=tuple(
            tuple(_read(readers, {done.attribute.name: done.values}) if done else ()) for done in concluded
        ),
        readers=readers,
    )


@frozen(eq=False)
class _Reader:
    """Reads the values of one attribute as codes of one slot.

    With a leaf that has patterns, the slot is known when one value satisfies that whole leaf: texts are matched
    here, the C module never sees one.
    """

    slot: int
    codes: Codes
    leaf: Leaf | None = None

    def bits(self, values: frozenset[Value]) -> int:
        if self.leaf is None:
            return self.codes.bits(values)
        return KNOWN if any(matches(self.codes, self.leaf.tests, value) for value in values) else 0


def _read(readers: Mapping[str, tuple[_Reader, ...]], facts: Facts) -> list[Learned]:
    return [
        Learned(reader.slot, reader.bits(values)) for name, values in facts.items() for reader in readers.get(name, ())
    ]


@define(eq=False, init=False)
class _Encoder:
    """Collects slots, absences and, by their conditions, the slots of rows; whatever is equal is made once.

    ``levels`` says of each slot in which stratum the last of it becomes known, -1 for what rules never conclude.
    """

    levels: list[int]
    rows: dict[tuple[Condition, ...], list[int]]
    absences: dict[Conjunction, Absence]
    compared: dict[Leaf, Compared]
    attributes: dict[str, tuple[int, Codes]]
    always: int
    _settled: Mapping[str, int]
    _every: dict[int, int]
    _patterns: dict[Leaf, int]
    _auxiliaries: dict[frozenset[Conjunction], int]

    def __init__(self, program: Program) -> None:
        self.levels = [rule.stratum for rule in program.rules]
        self.rows, self.absences, self.compared, self._patterns, self._auxiliaries = {}, {}, {}, {}, {}
        self.always = self._slot(-1)
        leaves: defaultdict[str, dict[Leaf, None]] = defaultdict(dict)
        settled: defaultdict[str, int] = defaultdict(lambda: -1)
        for rule in program.rules:
            for leaf in (leaf for table in (rule.when, *rule.exceptions) for leaf in table.all_leaves()):
                leaves[leaf.attribute.name][leaf] = None
            if rule.conclusion is not None:
                name = rule.conclusion.attribute.name
                settled[name] = max(settled[name], rule.stratum)
        self.attributes = {
            name: (self._slot(settled[name]), codes_for(next(iter(found)).attribute, found))
            for name, found in sorted(leaves.items())
        }
        self._settled = settled
        self._every = {slot: codes.every for slot, codes in self.attributes.values()}

    def readers(self) -> dict[str, tuple[_Reader, ...]]:
        """Return how the values of each attribute are read."""
        readers = {name: [_Reader(slot, codes)] for name, (slot, codes) in self.attributes.items()}
        for leaf, slot in self._patterns.items():
            name = leaf.attribute.name
            readers[name].append(_Reader(slot, self.attributes[name][1], leaf))
        return {name: tuple(found) for name, found in readers.items()}

    def rule(self, rule: FiringRule) -> None:
        """Add the rows of one rule. Whatever blocks it is one absence: no exception holds, no overrider has fired."""
        blocking = {Condition(place, KNOWN) for place in rule.overriders}
        for exception in rule.exceptions:
            blocking.update(map(self._joined, self._alternatives(exception)))
        for conjunction in self._alternatives(rule.when, blocking):
            self._add(conjunction, rule.place)

    def _slot(self, level: int) -> int:
        self.levels.append(level)
        return len(self.levels) - 1

    def _alternatives(self, table: Table, blocking: Iterable[Condition] = ()) -> list[Conjunction]:
        """Return a table as alternatives: it holds when all conditions of one of them hold."""
        holding: set[Condition] = set()
        absent = set(blocking)
        choices: list[list[Conjunction]] = []
        self._flatten(table, holding, absent, choices)
        for condition in sorted(holding):
            parts = [Condition(condition.slot, part) for part in self._parts(condition)]
            if len(parts) != 1:
                holding.discard(condition)
                choices.append([frozenset({part}) for part in parts])
        if not all(choices):  # a choice without a branch: tests that contradict each other
            return []
        if absent:
            holding.add(self._absence(frozenset(absent)))
        choices.sort(key=len)
        while choices and len(choices[0]) == 1:
            holding |= choices.pop(0)[0]
        spread = choices.pop(0) if choices and len(choices[0]) <= MOST_BRANCHES else [frozenset()]
        holding.update(self._auxiliary(choice) for choice in choices)
        return [_lean(holding | branch) for branch in spread]

    def _flatten(
        self, table: Table, holding: set[Condition], absent: set[Condition], choices: list[list[Conjunction]]
    ) -> None:
        """Sort what a table asks into what must hold, what must be absent, and choices."""
        for leaf in table.leaves:
            self._leaf(leaf, holding, absent)
        for inner in table.every:
            self._flatten(inner, holding, absent, choices)
        if table.either:
            choices.append([found for inner in table.either for found in self._alternatives(inner)])

    def _leaf(self, leaf: Leaf, holding: set[Condition], absent: set[Condition]) -> None:
        slot, codes = self.attributes[leaf.attribute.name]
        if leaf.references:
            holding.add(self._comparison(leaf, codes))
        if leaf.asks_absence:
            absent.add(Condition(slot, KNOWN))
        elif leaf.attribute.many:
            for test in leaf.tests:
                if not isinstance(test.operand, Reference):
                    self._set_test(Condition(slot, codes.every), codes, test, holding, absent)
        elif leaf.references:
            return
        elif any(test.operator.name == "like" for test in leaf.tests):
            if leaf not in self._patterns:
                self._patterns[leaf] = self._slot(self.levels[slot])
            holding.add(Condition(self._patterns[leaf], KNOWN))
        else:
            accepted = codes.every
            for test in leaf.tests:
                accepted &= codes.accepted(test)
            holding.add(Condition(slot, KNOWN if accepted == codes.every else accepted))

    def _comparison(self, leaf: Leaf, codes: Codes) -> Condition:
        """Return the condition that two requirements compare as a leaf says, once both are settled."""
        if leaf not in self.compared:
            level = max(self._settled[name] for name in (leaf.attribute.name, *leaf.references))
            self.compared[leaf] = Compared(self._slot(level), leaf, codes)
        return Condition(self.compared[leaf].slot, KNOWN)

    def _set_test(
        self, anything: Condition, codes: Codes, test: Test, holding: set[Condition], absent: set[Condition]
    ) -> None:
        """Add one test on a set: members that must be there are facts, those that must not are absences."""
        name, slot = test.operator.name, anything.slot
        if name == "known":
            holding.add(Condition(slot, KNOWN))
            return
        members = codes.named(test)
        others = Condition(slot, anything.accepted & ~members)
        if name in {"has", "has_any"}:
            holding.add(Condition(slot, members))
        elif name == "has_all":
            holding.update(Condition(slot, member) for member in single(members))
        elif name == "is":
            holding.update(Condition(slot, member) for member in (KNOWN, *single(members)))
            absent.add(others)
        elif name in {"none_of", "only"}:
            holding.add(Condition(slot, KNOWN))
            absent.add(Condition(slot, members) if name == "none_of" else others)
        else:
            refuse(test)

    def _absence(self, absent: Conjunction) -> Condition:
        """Return the condition that none of these holds."""
        if absent not in self.absences:
            settled = max(self.levels[condition.slot] for condition in absent)
            self.absences[absent] = Absence(self._slot(settled + 1), tuple(sorted(absent)))
        return Condition(self.absences[absent].slot, KNOWN)

    def _auxiliary(self, choice: Iterable[Conjunction]) -> Condition:
        """Return the condition that one of these conjunctions holds, which is an auxiliary fact."""
        alternatives = frozenset(choice)
        if alternatives not in self._auxiliaries:
            levels = [self.levels[condition.slot] for conjunction in alternatives for condition in conjunction]
            # It is found by firing, so it is not settled before the first stratum is.
            slot = self._auxiliaries[alternatives] = self._slot(max([0, *levels]))
            for conjunction in sorted(alternatives, key=sorted):
                self._add(conjunction, slot)
        return Condition(self._auxiliaries[alternatives], KNOWN)

    def _joined(self, conjunction: Conjunction) -> Condition:
        """Return one condition that stands for several."""
        return next(iter(conjunction)) if len(conjunction) == 1 else self._auxiliary([conjunction])

    def _add(self, conjunction: Conjunction, slot: int) -> None:
        """Add one row. Each combination of facts is a firing of its own, so several may meet one condition at most."""
        conditions = set(conjunction)
        for condition in [each for each in sorted(conjunction) if several(each.accepted)][1:]:
            conditions.remove(condition)
            conditions.add(self._auxiliary([frozenset({condition})]))
        while len(conditions) > MOST_CONDITIONS:
            first = sorted(conditions)[: min(MOST_CONDITIONS, len(conditions) - MOST_CONDITIONS + 1)]
            conditions.difference_update(first)
            conditions.add(self._auxiliary([frozenset(first)]))
        its = tuple(sorted(conditions)) or (Condition(self.always, KNOWN),)
        self.rows.setdefault(its, []).append(slot)

    def _parts(self, condition: Condition) -> Iterable[int]:
        return comparable(condition.accepted, self._every.get(condition.slot, 0))


def _lean(conditions: set[Condition]) -> Conjunction:
    """Leave out that a slot is known where another condition needs more of it."""
    more = {condition.slot for condition in conditions if condition.accepted != KNOWN}
    return frozenset(condition for condition in conditions if condition.accepted != KNOWN or condition.slot not in more)
