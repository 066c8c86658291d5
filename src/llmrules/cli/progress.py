"""Shows how far long work has come: one bar on standard error, only for a person who has waited for a while.

On a terminal alone, once something is told after the first second, gone when the work is done. The work is given a
plain function to call and knows nothing of bars.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.progress import Progress, TaskID

from llmrules.cli.terminal import for_a_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


PATIENCE = 1.0
"""Seconds before anything is shown."""


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told how much of how much is done; a bar with the label shows it."""
    wanted = for_a_person(sys.stderr) and os.environ.get("TERM") != "dumb"  # which can take back what was written
    begun, shown = monotonic(), list[tuple[Progress, TaskID]]()

    def advance(done: int, total: int) -> None:
        if wanted and not shown and monotonic() - begun >= PATIENCE:
            bar = _bar()
            shown.append((bar, bar.add_task(label, total=total)))
            bar.start()
        for bar, task in shown:
            bar.update(task, completed=done, total=total)

    try:
        yield advance
    finally:
        for bar, _ in shown:
            bar.stop()


def _bar() -> Progress:
    from rich.console import Console  # what is done in a moment never loads it
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True, color_system=None if os.environ.get("NO_COLOR") else "auto"),
        transient=True,
        redirect_stdout=False,  # what goes to a file stays out of the terminal
        redirect_stderr=False,
    )


def part(advance: Callable[[int, int], None], number: int, parts: int) -> Callable[[int, int], None]:
    """Return what is told how much of one of several equal parts is done; the first one has the number 0."""
    return lambda done, total: advance(number * total + done, parts * total)
