"""The rows of an encoding as JSON of durable-rules' C module, within the limits that it does not keep itself.

A fact is ``{"sid":0,"id":7,"h":1,"k":5,"n":20}``: the group of its key, its place in the group, and a code;
``"p":1`` instead of ``n`` says that the slot is known. A key belongs to one slot, so what is compared is always of
one kind, and a slot with more tests than a key has room for has several keys.

Opening a state costs time and memory for each condition of a network, whatever is stated. So many rows are divided:
those that need the same of what is stated are a network of their own, which a case opens that states it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from math import isqrt
from typing import TYPE_CHECKING

from attrs import define, field

from llmrules.engine.codes import KNOWN, several
from llmrules.engine.encoding import Condition, Encoding, Row
from llmrules.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SID = "0"
"""The state of every decision: its name never varies, so no two names can have the same hash."""

MOST_ROWS = 4_000
"""Rows that the C module takes: error 106 comes at 4,097."""

MOST_TOGETHER = 150
"""Rows that stay in one network."""

LEAST_USERS = 12
"""Rows that need one condition, for which a network of their own is worth the facts that it must be told, too."""

MOST_USERS = 200
"""Conditions that share one test. At 256 the C module crashes, at 257 it reports error 108."""

MOST_TESTS = 400
"""Tests under one key. With 512 the C module looks for a free place for ever."""

MOST_UNEQUAL = 60
"""Tests under one key that are no equalities. When more than 64 tests of one fact hold, error 303 comes too late."""

LEAST_WIDTH = 24
"""Keys in a group. The C module walks its list of siblings, so a key is found in two short lists, not in a long one."""


@define(eq=False)
class _Key:
    """One key of the C module: the tests under it, each with the number of its users."""

    number: int
    users: dict[int, int] = field(factory=dict)
    accepted: int = 0
    unequal: int = 0

    def takes(self, test: int) -> bool:
        """Say whether the key has room for one more user of a test."""
        if test in self.users:
            return self.users[test] < MOST_USERS
        return len(self.users) < MOST_TESTS and (not several(test) or self.unequal < MOST_UNEQUAL)

    def add(self, test: int) -> None:
        """Count one more user of a test."""
        if test not in self.users:
            self.users[test] = 0
            self.accepted |= test
            self.unequal += several(test)
        self.users[test] += 1


def divide(encoding: Encoding) -> tuple[Network, ...]:
    """Return the rows of an encoding as networks. Raises EngineError when there are too many of them."""
    if len(encoding.rows) <= MOST_TOGETHER:
        return (Network(encoding, encoding.rows),)
    users = Counter(one for row in encoding.rows for one in row.conditions if one.slot in encoding.stated)
    divided: defaultdict[Condition | None, list[Row]] = defaultdict(list)
    for row in encoding.rows:
        gates = [(users[one], one) for one in row.conditions if users[one] >= LEAST_USERS]
        divided[min(gates)[1] if gates else None].append(row)
    return tuple(Network(encoding, its, gate) for gate, its in divided.items())


class Network:
    """Rows as one JSON text, and the facts that they test.

    ``gate`` is a condition that all of them need, if there is one; ``slots`` says what each row makes known; ``begin``
    is the fact that every state is opened with, ``sentinel`` the row that fires on it.
    """

    def __init__(self, encoding: Encoding, its: Sequence[Row], gate: Condition | None = None) -> None:
        """Write the rows of an encoding that belong together. Raises EngineError when there are too many."""
        self.gate = gate
        self._keys: defaultdict[int, list[_Key]] = defaultdict(list)
        self._open: dict[Condition, _Key] = {}
        self._count = 0
        self._tops = encoding.tops
        self.slots = [row.slots for row in its]
        self.sentinel = len(its)
        # The begin fact is a key of its own, which every state is opened with.
        begin = Row((Condition(encoding.slots, KNOWN),), ())
        rows = [(row, [self._key(condition) for condition in row.conditions]) for row in (*its, begin)]
        if len(rows) > MOST_ROWS:
            message = f"durable-rules is given {MOST_ROWS:,} rows at most, these rules are {len(rows):,}"
            raise EngineError(message)
        self._width = max(LEAST_WIDTH, isqrt(self._count) + 1)
        named = (f'"r{number}":{self._row(row, keys)}' for number, (row, keys) in enumerate(rows))
        self.text = f"{{{','.join(named)}}}"
        self._prefixes = {
            slot: [(self._prefix(key.number), key.accepted) for key in keys] for slot, keys in self._keys.items()
        }
        (self.begin,) = self.facts(encoding.slots, KNOWN)
        del self._prefixes[encoding.slots]

    @property
    def tested(self) -> Iterable[int]:
        """The slots that its rows test."""
        return self._prefixes.keys()

    def opens(self, known: Sequence[int]) -> bool:
        """Whether any row can fire where the case says so much of each slot."""
        return self.gate is None or bool(known[self.gate.slot] & self.gate.accepted)

    def facts(self, slot: int, bits: int) -> list[str]:
        """Return the facts that say bits of a slot, one for each key that tests them; the id is still to come."""
        found = []
        for prefix, accepted in self._prefixes.get(slot, ()):
            left = bits & accepted
            while left:
                code = left.bit_length() - 2
                left ^= 2 << code if code >= 0 else KNOWN
                found.append(f'{prefix}"n":{code}}}' if code >= 0 else f'{prefix}"p":1}}')
        return found

    def _key(self, condition: Condition) -> _Key:
        """Return the key under which a condition is tested, counted as one more user of its test."""
        key = self._open.get(condition)
        if key is None or not key.takes(condition.accepted):
            keys = self._keys[condition.slot]
            key = next((key for key in keys if key.takes(condition.accepted)), None)
            if key is None:
                key = _Key(self._count)
                self._count += 1
                keys.append(key)
            self._open[condition] = key
        key.add(condition.accepted)
        return key

    def _prefix(self, number: int) -> str:
        return f'"h":{number // self._width},"k":{number % self._width},'

    def _row(self, row: Row, keys: Iterable[_Key]) -> str:
        conditions = (
            f'{{"m{place}":{{"$and":[{self._tests(condition, key)}]}}}}'
            for place, (condition, key) in enumerate(zip(row.conditions, keys, strict=True))
        )
        # dist 0 lets one fact satisfy two conditions; a condition that looked at the fact of another would crash.
        return f'{{"all":[{",".join(conditions)}],"dist":0}}'

    def _tests(self, condition: Condition, key: _Key) -> str:
        """Return the tests of one condition: its key, then one comparison of the code."""
        slot, accepted = condition
        tests = [f'{{"h":{key.number // self._width}}}', f'{{"k":{key.number % self._width}}}']
        top = self._tops.get(slot, 0)
        missing = (2 << (top + 1)) - 2 & ~accepted
        low, high = (accepted & -accepted).bit_length() - 2, accepted.bit_length() - 2
        if accepted == KNOWN:
            tests.append('{"p":1}')
        elif low == high:
            tests.append(f'{{"n":{low}}}')
        elif not several(missing):
            tests.append(f'{{"$neq":{{"n":{missing.bit_length() - 2}}}}}')
        else:
            tests += [f'{{"$gte":{{"n":{low}}}}}'] if low else []
            tests += [f'{{"$lte":{{"n":{high}}}}}'] if high < top else []
        return ",".join(tests)
