"""Fires the rules with durable-rules, by a recipe that was measured to be safe.

The only module that knows durable-rules. It calls six functions of its C module and nothing else of it: no Host, no
negation, no retraction, no timers. What the C module gets wrong is named where it is avoided: here, in ``network``
(its limits) and in ``encoding`` (all that concerns values and many conditions).
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from contextlib import suppress
from threading import Condition
from typing import TYPE_CHECKING, Any
from weakref import finalize

from attrs import define, field

from llmrules.engine.codes import KNOWN
from llmrules.engine.compared import known_of
from llmrules.engine.encoding import encode
from llmrules.engine.network import SID, Network, divide
from llmrules.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.engine.encoding import Learned
    from llmrules.engine.program import Program
    from llmrules.language.conditions import Facts

MOST_RULES = 2_000
"""Rules above which DurableEngine refuses: opening a state takes 10 KB for each condition, and then dominates."""

KEPT = 24 * 2**20
"""Bytes of a block that is freed once: of what is freed later, the C library of Linux keeps twice as much."""


def available() -> bool:
    """Say whether durable-rules is here and can be imported: on 3.13 a build without its flag installs, and cannot."""
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
        """Compile the program into rulesets of the C module, which are freed together with this engine."""
        if len(program.rules) > MOST_RULES:
            message = f"durable-rules is given {MOST_RULES:,} rules at most, here are {len(program.rules):,}"
            raise EngineError(message)
        self._program = program
        self._encoding = encode(program)
        self._module = _module()
        try:
            _keep_memory()
            self._parts = tuple(_Part(self._module, network) for network in divide(self._encoding))
        except (self._module.error, MemoryError) as error:
            raise _failure(error) from None
        self._locks: dict[int, Condition] = {}
        self._testing: defaultdict[int, list[_Part]] = defaultdict(list)
        for part in self._parts:
            for slot in part.network.tested:
                self._testing[slot].append(part)

    def __reduce__(self) -> tuple[type[DurableEngine], tuple[Program]]:
        """Copy and pickle by compiling again: what the C module holds is of this process."""
        return DurableEngine, (self._program,)

    def fire(self, facts: Facts) -> frozenset[int]:
        """Return the places of the rules that fire on the stated and assumed facts.

        Raises EngineError, and so it does when it is called within a call of the same thread, by a signal handler.
        """
        learned = self._encoding.read(facts)
        lock = self._lock()
        if _is_ours(lock):
            message = 'durable-rules is deciding in this very thread; engine="plain" may be called within a call'
            raise EngineError(message)
        with lock:
            try:
                known = self._decide(learned, facts)
            except (self._module.error, MemoryError) as error:
                raise _failure(error) from None
            finally:
                self._close()
        return frozenset(place for place in range(len(self._program.rules)) if known[place])

    def _lock(self) -> Condition:
        """Return the lock of this process: a fork copies a lock as it stands, held by a thread that is not there."""
        process = os.getpid()
        return self._locks.get(process) or self._locks.setdefault(process, Condition())

    def _decide(self, learned: Iterable[Learned], facts: Facts) -> list[int]:
        """Return what is known of each slot at the end, in states of the C module that live for this decision."""
        self._close()
        known = [0] * self._encoding.slots
        known[self._encoding.always] = KNOWN
        for slot, bits in learned:
            known[slot] |= bits
        parts = [part for part in self._parts if part.network.opens(known)]
        for part in parts:
            part.begin(known)
        for compared, absences in self._encoding.settled:
            its = known_of(self._program, facts, self._encoding.compared, known) if compared else {}
            for one in compared:
                if one.holds(its):
                    self._learn(known, one.slot, KNOWN)
            if compared:
                self._exhaust(parts, known)
            for absence in absences:
                if absence.holds(known):
                    self._learn(known, absence.slot, KNOWN)
            self._exhaust(parts, known)
        for part in parts:
            part.end()
        return known

    def _exhaust(self, parts: Iterable[_Part], known: list[int]) -> None:
        """Assert in waves, until nothing new is concluded. Facts only grow, so it ends."""
        while waiting := [part for part in parts if part.waiting]:
            for part in waiting:
                for slot in part.wave():
                    self._learn(known, slot, KNOWN)

    def _learn(self, known: list[int], slot: int, bits: int) -> None:
        """Note bits of a slot, with what is concluded; a part is told what it tests, and nothing twice."""
        new = bits & ~known[slot]
        if not new:
            return
        known[slot] |= new
        for part in self._testing.get(slot, ()):
            if part.is_open:
                part.waiting += part.network.facts(slot, new)
        if slot < len(self._encoding.conclusions):
            for concluded, value in self._encoding.conclusions[slot]:
                self._learn(known, concluded, value)

    def _close(self) -> None:
        """Close what a decision that was interrupted left open."""
        for part in self._parts:
            if part.is_open:
                part.close()


def _keep_memory() -> None:
    """Have the memory of deleted states kept: else it may be given back each time, and fetched again page by page.

    That takes ten times as long as firing. The block itself costs nothing, as nobody writes into it.
    """
    block = bytes(KEPT)
    del block


def _is_ours(lock: Condition) -> bool:
    """Whether this thread holds a lock: only who does may notify those that wait for it, of whom there is none."""
    try:
        lock.notify()
    except RuntimeError:
        return False
    return True


def _message(number: int, fact: str) -> str:
    """Return a fact as JSON. Its ids are 1, 2, 3, …: the C module knows ids by a hash, and these never collide."""
    return f'{{"sid":{SID},"id":{number},{fact}'


@define(eq=False)
class _Part:
    """A network that the C module has compiled, and its state in a decision: the facts that are still to be told."""

    module: Any
    network: Network
    handle: int = field(init=False)
    is_open: bool = field(default=False, init=False)
    waiting: list[str] = field(factory=list, init=False)
    _asserted: int = field(default=0, init=False)
    _offset: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.handle = self.module.create_ruleset("llmrules", self.network.text)
        finalize(self, self.module.delete_ruleset, self.handle)
        # The first state is opened and deleted here, where nothing can be wrong with it: see close.
        self.close()

    def begin(self, known: Sequence[int]) -> None:
        """Open the state: an action must have started in it before it may be deleted."""
        self.is_open, self._asserted = True, 0
        self.waiting = [self.network.begin]
        if self._fired() != {self.network.sentinel}:
            message = "durable-rules did not begin the decision"
            raise EngineError(message)
        for slot in self.network.tested:
            self.waiting += self.network.facts(slot, known[slot])

    def wave(self) -> list[int]:
        """Assert what is waiting, and return the slots that are known then."""
        return [slot for row in sorted(self._fired()) for slot in self.network.slots[row]]

    def end(self) -> None:
        """Delete the state."""
        self.module.delete_state(self.handle, SID)
        self.is_open = False

    def close(self) -> None:
        """Delete the state of a decision that was interrupted anywhere; what is wrong with it no longer matters.

        delete_state frees what only a started action sets, so one is started first: else it crashes in the first
        state of a ruleset (the others are made in the same place, which it leaves clean). The begin fact, asserted
        once more, says where the state is, and makes it where it is not.
        """
        with suppress(self.module.error, MemoryError):
            _, offset = self.module.assert_fact(self.handle, _message(1, self.network.begin))
            self.module.start_action_for_state(self.handle, offset)
            self.module.delete_state(self.handle, SID)
            self.is_open = False

    def _fired(self) -> set[int]:
        """Assert what is waiting, fact by fact, then complete every action, and return the rows that fired."""
        for fact in self.waiting:
            self._asserted += 1
            code, self._offset = self.module.assert_fact(self.handle, _message(self._asserted, fact))
            if code:
                message = f"durable-rules did not take a fact that it tests: {ERRORS.get(code, code)}"
                raise EngineError(message)
        self.waiting.clear()
        return set(self._actions())

    def _actions(self) -> Iterator[int]:
        """Yield the row of each action; one that is not completed would hide all others for a minute."""
        started = self.module.start_action_for_state(self.handle, self._offset)
        text: str | None = started[1] if started is not None else None
        while text is not None:
            yield int(text[3 : text.index('"', 3)])  # {"r7":{"m0":{…}}}
            text = self.module.complete_and_start_action(self.handle, self._offset)


def _module() -> Any:  # noqa: ANN401 - the C module has no types
    """Import the C module, which `import llmrules` does not."""
    try:
        import durable_rules_engine
    except ImportError as error:
        message = f'durable-rules cannot be imported ({error}): see docs/install.md; engine = "plain" does without it'
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
