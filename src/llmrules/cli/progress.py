"""Shows how far long work has come: one bar on standard error, only for a person who has waited for a while.

On a terminal alone, from one second on, gone when the work is done. The work is given a plain function to call and
knows nothing of bars.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING

from llmrules.cli.terminal import for_a_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

PATIENCE = 1.0
"""Seconds before anything is shown."""


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told how much of how much is done; a bar with the label shows it."""
    bar = _Bar(label)
    wanted = for_a_person(sys.stderr) and os.environ.get("TERM") != "dumb"  # which can take back what was written
    timer = Timer(PATIENCE, bar.show) if wanted else None
    if timer is not None:
        timer.daemon = True  # who ends the program does not wait for the bar
        timer.start()
    try:
        yield bar.advance
    finally:
        if timer is not None:
            timer.cancel()
        bar.close()


def part(advance: Callable[[int, int], None], number: int, parts: int) -> Callable[[int, int], None]:
    """Return what is told how much of one of several equal parts is done; the first one has the number 0."""
    return lambda done, total: advance(number * total + done, parts * total)


class _Bar:
    """A bar that is shown late, from another thread than the one that works, and never after it was closed."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._done: tuple[int, int] | None = None
        self._shown: tuple[Progress, TaskID] | None = None
        self._closed = False
        self._lock = Lock()

    def advance(self, done: int, total: int) -> None:
        """Note how much of how much is done."""
        self._done = (done, total)
        if self._shown is not None:
            self._update(*self._shown)

    def show(self) -> None:
        """Show the bar, unless the work is done."""
        from rich.console import Console  # what is done in a moment never loads it
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._closed:
                return
            plain = bool(os.environ.get("NO_COLOR"))
            bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True, color_system=None if plain else "auto"),
                transient=True,
                redirect_stdout=False,  # what goes to a file stays out of the terminal
                redirect_stderr=False,
            )
            self._shown = (bar, bar.add_task(self._label, total=None))
            self._update(*self._shown)
            bar.start()

    def _update(self, bar: Progress, task: TaskID) -> None:
        if self._done is not None:
            done, total = self._done
            bar.update(task, completed=done, total=total)

    def close(self) -> None:
        """Remove the bar, or see to it that it is never shown."""
        with self._lock:
            self._closed = True
            if self._shown is not None:
                self._shown[0].stop()
