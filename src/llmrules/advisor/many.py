"""Many cases, one after another or in several processes: their order is kept, and a bad one stops nobody.

No more cases are in memory than the workers have at hand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from llmrules.advisor.decision import Decision
from llmrules.errors import EngineError, LlmrulesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


CHUNK = 64
"""Cases that a process is given at a time."""


@frozen
class Brief:
    """A decision in brief: who is first, why nobody may be, what is in conflict, and how many have which verdict.

    ``pending`` are those on the first place that somebody has to approve first.
    """

    best: tuple[str, ...]
    pending: tuple[str, ...]
    refused: tuple[str, ...]
    conflicts: tuple[str, ...]
    eligible: int
    unverified: int
    excluded: int

    @classmethod
    def of(cls, decision: Decision) -> Brief:
        """Return a decision in brief."""
        return cls(
            best=decision.best,
            pending=tuple(name for name in decision.best if name in decision.pending),
            refused=decision.refused,
            conflicts=tuple(one.attribute for one in decision.conflicts),
            eligible=len(decision.ranking),
            unverified=len(decision.unverified),
            excluded=len(decision.excluded),
        )

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@frozen
class Job:
    """What is done with each case: it is decided, as the options say, and summed up."""

    decide: Callable[..., Decision]
    summary: Callable[[Decision], Any]
    options: Mapping[str, Any]

    def done(self, case: Any) -> Any:  # noqa: ANN401 - whatever somebody takes for a case
        """Return the summary of a decision, or what is wrong with the case."""
        if isinstance(case, LlmrulesError):  # it could not even be read
            return case
        try:
            return self.summary(self.decide(case, **self.options))
        except EngineError:
            raise  # it is no mistake of the case
        except (LlmrulesError, TypeError) as error:
            return error


def each(job: Job, cases: Iterable[object], workers: int) -> Iterator[Any]:
    """Yield what comes of each case, in their order."""
    if workers < 1:
        message = f"workers must be 1 or more, not {workers!r}"
        raise ValueError(message)
    return map(job.done, cases) if workers == 1 else _shared(job, iter(cases), workers)


def _shared(job: Job, cases: Iterator[object], workers: int) -> Iterator[Any]:
    """Hand cases to processes in turn, and take what comes back in the same turn."""
    context = get_context()
    processes, idle, busy = [], deque[Connection](), deque[Connection]()
    try:
        for _ in range(workers):
            ours, theirs = context.Pipe()
            processes.append(context.Process(target=_work, args=(job, theirs), daemon=True))
            processes[-1].start()
            theirs.close()
            idle.append(ours)
        while True:
            while idle and (chunk := list(islice(cases, CHUNK))):
                idle[0].send(chunk)
                busy.append(idle.popleft())
            if not busy:
                return
            found = busy[0].recv()
            idle.append(busy.popleft())
            if isinstance(found, BaseException):
                raise found
            yield from found
    finally:
        for process in processes:
            process.terminate()
            process.join()
        for connection in (*idle, *busy):
            connection.close()


def _work(job: Job, connection: Connection) -> None:
    """Do what comes in until nothing more does; what ends the work is sent back, too."""
    while True:
        try:
            chunk = connection.recv()
        except EOFError:
            return
        try:
            found: object = [job.done(case) for case in chunk]
        except Exception as error:  # noqa: BLE001 - it is raised where the cases come from
            found = error
        connection.send(found)
