"""Fires the rules with durable-rules, by a recipe that was measured to be safe.

The only module that knows durable-rules. It calls six functions of its C module and nothing else of it: no Host, no
negation, no retraction, no timers. Each thing that the C module gets wrong is named where it is avoided.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from contextlib import suppress
from math import isqrt
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import finalize

from attrs import define, field

from llmrules.engine.encoding import KNOWN, Condition, Encoding, Row, encode
from llmrules.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.conditions import Facts
    from llmrules.engine.encoding import Learned
    from llmrules.engine.program import Program

MOST_RULES = 2_000
"""Rules above which DurableEngine refuses: opening a state takes 10 KB for each condition, and then dominates."""

MOST_ROWS = 4_000
"""Rows that the C module takes: error 106 comes at 4,097."""

MOST_USERS = 200
"""Conditions that share one test. At 256 the C module crashes, at 257 it reports error 108."""

MOST_TESTS = 400
"""Tests under one key. With 512 the C module looks for a free place for ever."""

MOST_UNEQUAL = 60
"""Tests under one key that are no equalities. When more than 64 tests of one fact hold, error 303 comes too late."""

LEAST_WIDTH = 24
"""Keys in a group. The C module walks its list of siblings, so a key is found in two short lists, not in a long one."""


def available() -> bool:
    """Say whether durable-rules is here and can be imported: on Python 3.13 a plain build installs, and cannot."""
    try:
        _module()
    except EngineError:
        return False
    return True


class DurableEngine:
    """Fires one program; threads may share it, one at a time decides.

    Raises EngineError when durable-rules is not there, cannot be given the program, or reports a failure.
    """

    name = "durable"

    def __init__(self, program: Program) -> None:
        """Compile the program into a ruleset of the C module, which is freed together with this engine."""
        if len(program.rules) > MOST_RULES:
            message = f"durable-rules is given {MOST_RULES:,} rules at most, here are {len(program.rules):,}"
            raise EngineError(message)
        self._places = len(program.rules)
        self._encoding = encode(program)
        self._network = _Network(self._encoding)
        self._module = _module()
        self._locks: dict[int, Lock] = {}
        self._dirty = False
        try:
            self._handle: int = self._module.create_ruleset("llmrules", self._network.text)
        except (self._module.error, MemoryError) as error:
            raise _failure(error) from None
        finalize(self, self._module.delete_ruleset, self._handle)

    def fire(self, facts: Facts) -> frozenset[int]:
        """Return the places of the rules that fire on the stated and assumed facts. Raises EngineError."""
        learned = self._encoding.read(facts)
        with self._lock():
            try:
                known = self._decide(learned)
            except (self._module.error, MemoryError) as error:
                raise _failure(error) from None
            finally:
                if self._dirty:
                    self._close()
        return frozenset(place for place in range(self._places) if known[place])

    def _lock(self) -> Lock:
        """Return the lock of this process: a fork copies a lock as it stands, held by a thread that is not there."""
        process = os.getpid()
        return self._locks.get(process) or self._locks.setdefault(process, Lock())

    def _decide(self, learned: Iterable[Learned]) -> list[int]:
        """Return what is known of each slot at the end, in a state of the C module that lives for this decision."""
        if self._dirty:
            self._close()
        self._dirty = True
        decision = _Decision(self._module, self._handle, self._encoding, self._network)
        decision.begin()
        decision.learn(self._encoding.always, KNOWN)
        for slot, bits in learned:
            decision.learn(slot, bits)
        for absences in self._encoding.absences:
            for absence in absences:
                if absence.holds(decision.known):
                    decision.learn(absence.slot, KNOWN)
            decision.exhaust()
        self._module.delete_state(self._handle, SID)
        self._dirty = False
        return decision.known

    def _close(self) -> None:
        """Delete the state of a decision that was interrupted anywhere; what is wrong with it no longer matters.

        delete_state frees what only a started action sets, so one is started first (else it crashes). The begin
        fact, asserted once more, says where the state is, and makes it where it is not.
        """
        with suppress(self._module.error, MemoryError):
            _, offset = self._module.assert_fact(self._handle, _message(1, self._network.begin))
            self._module.start_action_for_state(self._handle, offset)
            self._module.delete_state(self._handle, SID)
            self._dirty = False


SID = "0"
"""The state of every decision: its name never varies, so no two names can have the same hash."""


def _message(number: int, fact: str) -> str:
    """Return a fact as JSON. Its ids are 1, 2, 3, …: the C module knows ids by a hash, and these never collide."""
    return f'{{"sid":{SID},"id":{number},{fact}'


@define(eq=False)
class _Decision:
    """One decision: what is known of each slot, and the facts that the C module has still to be told."""

    module: Any
    handle: int
    encoding: Encoding
    network: _Network
    known: list[int] = field(init=False)
    waiting: list[str] = field(factory=list, init=False)
    asserted: int = 0
    offset: int = 0

    def __attrs_post_init__(self) -> None:
        self.known = [0] * self.encoding.slots

    def begin(self) -> None:
        """Open the state: an action must have started in it before it may be deleted."""
        self.waiting.append(self.network.begin)
        if self._wave() != {self.network.sentinel}:
            message = "durable-rules did not begin the decision"
            raise EngineError(message)

    def learn(self, slot: int, bits: int) -> None:
        """Note bits of a slot; a fact that no test accepts is not asserted, and none is asserted twice."""
        new = bits & ~self.known[slot]
        if not new:
            return
        self.known[slot] |= new
        self.waiting += self.network.facts(slot, new)
        if slot < len(self.encoding.conclusions):
            for concluded, value in self.encoding.conclusions[slot]:
                self.learn(concluded, value)

    def exhaust(self) -> None:
        """Assert in waves, until nothing new is concluded. Facts only grow, so it ends."""
        while self.waiting:
            for row in sorted(self._wave()):
                self.learn(self.network.slots[row], KNOWN)

    def _wave(self) -> set[int]:
        """Assert what is waiting, fact by fact, then complete every action, and return the rows that fired."""
        for fact in self.waiting:
            self.asserted += 1
            code, self.offset = self.module.assert_fact(self.handle, _message(self.asserted, fact))
            if code:
                message = f"durable-rules did not take a fact that it tests: {ERRORS.get(code, code)}"
                raise EngineError(message)
        self.waiting.clear()
        return set(self._actions())

    def _actions(self) -> Iterator[int]:
        """Yield the row of each action; one that is not completed would hide all others for a minute."""
        started = self.module.start_action_for_state(self.handle, self.offset)
        text: str | None = started[1] if started is not None else None
        while text is not None:
            yield int(text[3 : text.index('"', 3)])  # {"r7":{"m0":{…}}}
            text = self.module.complete_and_start_action(self.handle, self.offset)


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
        equal = not test & (test - 1)
        return len(self.users) < MOST_TESTS and (equal or self.unequal < MOST_UNEQUAL)

    def add(self, test: int) -> None:
        """Count one more user of a test."""
        if test not in self.users:
            self.users[test] = 0
            self.accepted |= test
            self.unequal += bool(test & (test - 1))
        self.users[test] += 1


class _Network:
    """The rows as JSON of the C module. A slot with more tests than a key has room for has several keys.

    A fact is ``{"sid":0,"id":7,"h":1,"k":5,"n":20}``: the group of its key, its place in the group, and a code;
    ``"p":1`` instead of ``n`` says that the slot is known. ``dist`` 0 lets one fact satisfy two conditions, and no
    condition looks at the fact of another, which would crash.
    """

    def __init__(self, encoding: Encoding) -> None:
        self._keys: defaultdict[int, list[_Key]] = defaultdict(list)
        self._open: dict[Condition, _Key] = {}
        self._count = 0
        self._tops = encoding.tops
        self.slots = [row.slot for row in encoding.rows]
        self.sentinel = len(encoding.rows)
        # The begin fact is a key of its own, which every state is opened with.
        begin = Row((Condition(encoding.slots, KNOWN),), encoding.slots)
        rows = [(row, [self._key(condition) for condition in row.conditions]) for row in (*encoding.rows, begin)]
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
        return f'{{"all":[{",".join(conditions)}],"dist":0}}'

    def _tests(self, condition: Condition, key: _Key) -> str:
        """Return the tests of one condition: its key, then one comparison of the code."""
        slot, accepted = condition
        tests = [f'{{"h":{key.number // self._width}}}', f'{{"k":{key.number % self._width}}}']
        low, high = (accepted & -accepted).bit_length() - 2, accepted.bit_length() - 2
        if accepted == KNOWN:
            tests.append('{"p":1}')
        elif low == high:
            tests.append(f'{{"n":{low}}}')
        elif accepted + (2 << low) & accepted:
            missing = (accepted + (2 << low) & ~accepted).bit_length() - 2
            tests.append(f'{{"$neq":{{"n":{missing}}}}}')
        else:
            tests += [f'{{"$gte":{{"n":{low}}}}}'] if low else []
            tests += [f'{{"$lte":{{"n":{high}}}}}'] if high < self._tops[slot] else []
        return ",".join(tests)


def _module() -> Any:  # noqa: ANN401 - the C module has no types
    """Import the C module, which `import llmrules` does not."""
    try:
        import durable_rules_engine
    except ImportError as error:
        message = f'durable-rules cannot be imported ({error}); engine = "plain" does without it'
        raise EngineError(message) from None
    return durable_rules_engine


ERRORS = {
    1: "no test holds",
    2: "the id is in use",
    3: "deferred",
    101: "out of memory, or too many states",
    102: "unexpected type",
    103: "identifier too long",
    104: "unexpected value",
    105: "unexpected name",
    106: "too many rules or tests",
    107: "too many tests of existence",
    108: "too many conditions with one test",
    109: "rule without a qualifier",
    110: "setting not found",
    111: "invalid handle",
    112: "too many rulesets",
    113: "expression too long",
    201: "value cannot be parsed",
    202: "string cannot be parsed",
    203: "number cannot be parsed",
    204: "object cannot be parsed",
    205: "array cannot be parsed",
    302: "too many properties",
    303: "too many tests of one fact hold",
    304: "too many facts in one firing",
    305: "fact not found",
    306: "location not found",
    307: "node deleted",
    308: "node dispatching",
    309: "state not found",
    310: "no action available",
    311: "property not found",
    312: "operation not supported",
    313: "object too large",
    314: "property too large",
}
"""What the C module's error numbers mean."""


def _failure(error: BaseException) -> EngineError:
    """Return a failure of the C module in words."""
    match = re.search(r"error code: (\d+)", str(error))
    code = 101 if isinstance(error, MemoryError) else int(match[1]) if match else None
    words = f"error {code}: {ERRORS.get(code, 'unknown')}" if code is not None else str(error)
    return EngineError(f"durable-rules failed ({words})")
