"""A program as small integers: what durable-rules is given to see, and what the fired rules mean in return.

Everything that can become known in a decision has a *slot*: an attribute, one way to read a text, a rule (that it
fired), an auxiliary fact, an absence. What is known of a slot is the bits of an integer: bit 0, that it is known
at all; bit *c* + 1, that it has the value of code *c*. A condition is a slot and the bits of which it needs one.
So no value itself ever reaches the C module, however long, large or precise it is.

This is one of the two ways in which the meaning of a rule is written down; it shares no truth function with the
other, the plain evaluator.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeAlias

from attrs import define, field, frozen

from llmrules.conditions import Leaf
from llmrules.errors import EngineError
from llmrules.values import Period, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.conditions import Facts, Table, Test
    from llmrules.engine.program import FiringRule, Program
    from llmrules.vocabulary import Attribute

KNOWN = 1
"""The bit that says that a slot is known at all."""

MOST_CONDITIONS = 4
"""Conditions that a row may have. durable-rules fails from 17 on, when a fact is asserted and not when it compiles."""

MOST_BRANCHES = 4
"""Branches up to which a disjunction is written as several rows rather than as an auxiliary fact."""


class Condition(NamedTuple):
    """One of the accepted bits of a slot is known."""

    slot: int
    accepted: int


Conjunction: TypeAlias = frozenset[Condition]


class Row(NamedTuple):
    """One rule of durable-rules: the conditions that must all hold, and the slot that is known then."""

    conditions: tuple[Condition, ...]
    slot: int


class Absence(NamedTuple):
    """A slot that is known when none of the conditions holds at the end of the stratum before."""

    slot: int
    conditions: tuple[Condition, ...]

    def holds(self, known: list[int]) -> bool:
        """Say whether none of the conditions holds on what is known of each slot."""
        return not any(known[slot] & accepted for slot, accepted in self.conditions)


class Learned(NamedTuple):
    """Bits of a slot that become known."""

    slot: int
    bits: int


@frozen(eq=False)
class Codes:
    """The values of one attribute as codes: a listed value has its place, every other value is told by none of them.

    Between *ranked* values (numbers, dates) stand codes of their own, so a comparison of codes is exact for any
    number of digits: the value at place *i* has code 2*i* + 1, all values between it and the one before have 2*i*.
    """

    listed: tuple[Value | int, ...]
    ranked: bool
    open: bool
    """Whether there are values beside the listed ones that are not ranked; they share the last code."""

    _places: dict[Value | int, int] = field(init=False)

    @_places.default
    def _index(self) -> dict[Value | int, int]:
        return {value: place for place, value in enumerate(self.listed)}

    @property
    def size(self) -> int:
        """The number of codes."""
        return 2 * len(self.listed) + 1 if self.ranked else len(self.listed) + self.open

    @property
    def every(self) -> int:
        """The bits of all codes."""
        return (1 << self.size) - 1 << 1

    def bits(self, values: Iterable[Value]) -> int:
        """Return what is known when an attribute has these values."""
        bits = KNOWN
        for value in values:
            bits |= 2 << self._code(value)
        return bits

    def named(self, test: Test) -> int:
        """Return the bits of the values on the right side of a test."""
        operand = test.operand
        values = operand if isinstance(operand, tuple | frozenset) else (operand,)
        return self.bits(values) & ~KNOWN  # type: ignore[arg-type] - a requirement is compared with no reference

    def accepted(self, test: Test) -> int:
        """Return the bits of the codes that satisfy a test on a single value. Raises EngineError."""
        name = test.operator.name
        if name == "known":
            return self.every
        here = self.named(test)
        below = (here & -here) - 2
        accepted = {
            "is": here,
            "any_of": here,
            "none_of": self.every & ~here,
            "below": below,
            "at_most": below | here,
            "above": self.every & ~(below | here),
            "at_least": self.every & ~below,
        }
        return accepted[name] if name in accepted else _refuse(test)

    def _code(self, value: Value) -> int:
        key = _key(value)
        if not self.ranked:
            return self._places.get(key, len(self.listed))
        place = bisect_left(self.listed, key)  # type: ignore[type-var] - numbers with numbers, days with days
        return 2 * place + (place < len(self.listed) and self.listed[place] == key)


def _key(value: Value) -> Value | int:
    """Return what is listed and ranked: of a date of a requirement, which is always a whole day, its number."""
    return value.first.toordinal() if isinstance(value, Period) else value


def _codes(attribute: Attribute, leaves: Iterable[Leaf]) -> Codes:
    if attribute.type == "flag":
        return Codes((False, True), ranked=False, open=False)
    if attribute.choices:
        return Codes(attribute.choice_ids, ranked=False, open=attribute.type != "scale")
    named: set[Value | int] = set()
    for leaf in leaves:
        for test in leaf.tests:
            if test.operator.operand in {"same", "list"}:
                operands = test.operand if isinstance(test.operand, tuple) else (test.operand,)
                named.update(map(_key, operands))  # type: ignore[arg-type] - no references here
    return Codes(tuple(sorted(named)), ranked=attribute.type != "text", open=True)  # type: ignore[type-var]


@frozen(eq=False)
class _Reader:
    """Reads the values of one attribute into the bits of one slot."""

    slot: int
    codes: Codes
    leaf: Leaf | None = None
    """A leaf with patterns: the slot is known when one value satisfies the whole leaf."""

    def bits(self, values: frozenset[Value]) -> int:
        if self.leaf is None:
            return self.codes.bits(values)
        return int(any(self._matches(str(value), self.leaf) for value in values))

    def _matches(self, value: str, leaf: Leaf) -> bool:
        """Say whether a text satisfies a leaf: patterns are matched here, the C module never sees a text."""
        code = self.codes.bits((value,)) & ~KNOWN
        return all(
            fnmatchcase(value, str(test.operand)) if test.operator.name == "like" else self.codes.accepted(test) & code
            for test in leaf.tests
        )


@frozen(eq=False)
class Encoding:
    """A whole program as integers. Slots below the number of its rules say that the rule of that place fired."""

    slots: int
    rows: tuple[Row, ...]
    tops: Mapping[int, int]
    """The highest code of each slot that has codes."""
    absences: tuple[tuple[Absence, ...], ...]
    """In the order in which they are decided: the first before anything fired, each other when the last is exhausted."""
    always: int
    """The slot that is known from the start."""
    conclusions: tuple[tuple[Learned, ...], ...]
    """What becomes known when the rule of a place has fired."""
    _readers: Mapping[str, tuple[_Reader, ...]]

    def read(self, facts: Facts) -> list[Learned]:
        """Return facts as bits of slots; what no rule tests is left out."""
        return _read(self._readers, facts)


def _read(readers: Mapping[str, tuple[_Reader, ...]], facts: Facts) -> list[Learned]:
    return [
        Learned(reader.slot, reader.bits(values)) for name, values in facts.items() for reader in readers.get(name, ())
    ]


def encode(program: Program) -> Encoding:
    """Return a program as integers. Raises EngineError where durable-rules cannot be given it."""
    encoder = _Encoder(program)
    for rule in program.rules:
        encoder.rule(rule)
    levels: defaultdict[int, list[Absence]] = defaultdict(list)
    for absence in encoder.absences.values():
        levels[encoder.levels[absence.slot]].append(absence)
    readers = encoder.readers()
    return Encoding(
        slots=len(encoder.levels),
        rows=tuple(encoder.rows),
        tops={slot: codes.size - 1 for slot, codes in encoder.attributes.values()},
        absences=tuple(tuple(levels[level]) for level in range(max(levels, default=0) + 1)),
        always=encoder.always,
        conclusions=tuple(
            tuple(_read(readers, {rule.conclusion.attribute.name: rule.conclusion.values})) if rule.conclusion else ()
            for rule in program.rules
        ),
        readers=readers,
    )


@define(eq=False, init=False)
class _Encoder:
    """Collects slots, rows and absences; whatever is equal is made once."""

    levels: list[int]
    """Of each slot, the stratum after which nothing more of it can become known; -1 for what rules never conclude."""
    rows: list[Row]
    absences: dict[Conjunction, Absence]
    attributes: dict[str, tuple[int, Codes]]
    always: int
    _every: dict[int, int]
    _patterns: dict[Leaf, int]
    _auxiliaries: dict[frozenset[Conjunction], int]

    def __init__(self, program: Program) -> None:
        self.levels = [rule.stratum for rule in program.rules]
        self.rows, self.absences, self._patterns, self._auxiliaries = [], {}, {}, {}
        self.always = self._slot(-1)
        leaves: defaultdict[str, dict[Leaf, None]] = defaultdict(dict)
        concluded: defaultdict[str, int] = defaultdict(lambda: -1)
        for rule in program.rules:
            for table in (rule.when, *rule.exceptions):
                for leaf in table.all_leaves():
                    leaves[leaf.attribute.name][leaf] = None
            if rule.conclusion is not None:
                name = rule.conclusion.attribute.name
                concluded[name] = max(concluded[name], rule.stratum)
        self.attributes = {
            name: (self._slot(concluded[name]), _codes(next(iter(found)).attribute, found))
            for name, found in sorted(leaves.items())
        }
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
            blocking.update(map(self._joined, self._conjunctions(exception)))
        for conjunction in self._conjunctions(rule.when, blocking):
            self._add(conjunction, rule.place)

    def _slot(self, level: int) -> int:
        self.levels.append(level)
        return len(self.levels) - 1

    def _conjunctions(self, table: Table, blocking: Iterable[Condition] = ()) -> list[Conjunction]:
        """Return a table as alternatives: it holds when all conditions of one of them hold."""
        holding: set[Condition] = set()
        absent = set(blocking)
        choices: list[list[Conjunction]] = []
        self._flatten(table, holding, absent, choices)
        for condition in sorted(holding):
            parts = [frozenset({Condition(condition.slot, part)}) for part in self._parts(condition)]
            if len(parts) != 1:
                holding.discard(condition)
                choices.append(parts)
        if not all(choices):  # a choice without a branch: tests that contradict each other, or an empty range
            return []
        if absent:
            holding.add(self._absence(frozenset(absent)))
        choices.sort(key=len)
        while choices and len(choices[0]) == 1:
            holding |= choices.pop(0)[0]
        spread = choices.pop(0) if choices and len(choices[0]) <= MOST_BRANCHES else [frozenset()]
        holding.update(Condition(self._auxiliary(choice), KNOWN) for choice in choices)
        return [_lean(holding | branch) for branch in spread]

    def _flatten(
        self, table: Table, holding: set[Condition], absent: set[Condition], choices: list[list[Conjunction]]
    ) -> None:
        """Sort what a table asks into what must hold, what must be absent, and what is a choice."""
        for leaf in table.leaves:
            self._leaf(leaf, holding, absent)
        for inner in table.every:
            self._flatten(inner, holding, absent, choices)
        if table.either:
            choices.append([found for inner in table.either for found in self._conjunctions(inner)])

    def _leaf(self, leaf: Leaf, holding: set[Condition], absent: set[Condition]) -> None:
        slot, codes = self.attributes[leaf.attribute.name]
        if leaf.asks_absence:
            absent.add(Condition(slot, KNOWN))
        elif leaf.attribute.many:
            for test in leaf.tests:
                self._set_test(slot, codes, test, holding, absent)
        elif any(test.operator.name == "like" for test in leaf.tests):
            if leaf not in self._patterns:
                self._patterns[leaf] = self._slot(self.levels[slot])
            holding.add(Condition(self._patterns[leaf], KNOWN))
        else:
            accepted = codes.every
            for test in leaf.tests:
                accepted &= codes.accepted(test)
            holding.add(Condition(slot, KNOWN if accepted == codes.every else accepted))

    def _set_test(self, slot: int, codes: Codes, test: Test, holding: set[Condition], absent: set[Condition]) -> None:
        """Add one test on a set: members that must be there are facts, those that must not are absences."""
        name = test.operator.name
        if name == "known":
            holding.add(Condition(slot, KNOWN))
            return
        members = codes.named(test)
        if name in {"has", "has_any"}:
            holding.add(Condition(slot, members))
        elif name == "has_all":
            holding.update(Condition(slot, bit) for bit in _single(members))
        elif name == "is":
            holding.update(Condition(slot, bit) for bit in (KNOWN, *_single(members)))
            absent.add(Condition(slot, codes.every & ~members))
        elif name in {"none_of", "only"}:
            holding.add(Condition(slot, KNOWN))
            absent.add(Condition(slot, members if name == "none_of" else codes.every & ~members))
        else:
            _refuse(test)

    def _parts(self, condition: Condition) -> Iterator[int]:
        """Split accepted bits into those that one comparison of integers tests: equal, unequal, or a range."""
        slot, accepted = condition
        rest = self._every.get(slot, 0) & ~accepted
        if accepted & ~KNOWN and rest and not rest & (rest - 1):
            yield accepted
            return
        while accepted:
            low = accepted & -accepted
            run = accepted & ~(accepted + low)
            yield run
            accepted &= ~run

    def _absence(self, absent: Conjunction) -> Condition:
        """Return the condition that none of these holds."""
        if absent not in self.absences:
            slot = self._slot(max(self.levels[condition.slot] for condition in absent) + 1)
            self.absences[absent] = Absence(slot, tuple(sorted(absent)))
        return Condition(self.absences[absent].slot, KNOWN)

    def _joined(self, conjunction: Conjunction) -> Condition:
        """Return one condition that stands for several."""
        if len(conjunction) == 1:
            return next(iter(conjunction))
        return Condition(self._auxiliary([conjunction]), KNOWN)

    def _auxiliary(self, choices: Iterable[Conjunction]) -> int:
        """Return the slot of an auxiliary fact: one of these conjunctions holds."""
        alternatives = frozenset(choices)
        if alternatives not in self._auxiliaries:
            levels = [self.levels[condition.slot] for conjunction in alternatives for condition in conjunction]
            # It is found by firing, so it is decided no earlier than at the end of the first stratum.
            slot = self._auxiliaries[alternatives] = self._slot(max([0, *levels]))
            for conjunction in sorted(alternatives, key=sorted):
                self._add(conjunction, slot)
        return self._auxiliaries[alternatives]

    def _add(self, conjunction: Conjunction, slot: int) -> None:
        """Add one row, of which every combination of facts is a firing: so many facts may meet one condition at most."""
        several = [condition for condition in sorted(conjunction) if condition.accepted & (condition.accepted - 1)]
        conditions = set(conjunction)
        for condition in several[1:]:
            conditions.remove(condition)
            conditions.add(self._joined_alone(condition))
        while len(conditions) > MOST_CONDITIONS:
            first = sorted(conditions)[: min(MOST_CONDITIONS, len(conditions) - MOST_CONDITIONS + 1)]
            conditions.difference_update(first)
            conditions.add(Condition(self._auxiliary([frozenset(first)]), KNOWN))
        self.rows.append(Row(tuple(sorted(conditions)) or (Condition(self.always, KNOWN),), slot))

    def _joined_alone(self, condition: Condition) -> Condition:
        return Condition(self._auxiliary([frozenset({condition})]), KNOWN)


def _lean(conditions: set[Condition]) -> Conjunction:
    """Leave out that a slot is known where another condition needs more of it."""
    more = {condition.slot for condition in conditions if condition.accepted != KNOWN}
    return frozenset(condition for condition in conditions if condition.accepted != KNOWN or condition.slot not in more)


def _refuse(test: Test) -> NoReturn:
    message = f"durable-rules cannot be given the operator {test.operator.name}"
    raise EngineError(message)


def _single(bits: int) -> Iterator[int]:
    """Yield each bit by itself, from the lowest."""
    while bits:
        low = bits & -bits
        yield low
        bits ^= low
