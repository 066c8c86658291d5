"""Puts lines on the terminal: coloured and wrapped for a person, plain for a pipe or where NO_COLOR is set."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from llmrules.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.say.report.text import Line

STYLES = {"answer": "bold green", "heading": "bold cyan", "line": "", "blank": ""}
MARKS = {"✗": "red", "!": "yellow", "?": "yellow", "-": "red", "≈": "yellow"}


def print_lines(lines: Iterable[Line]) -> None:
    """Print the lines of a report."""
    if not sys.stdout.isatty():
        for line in lines:
            click.echo(str(line))
        return
    console = Console(highlight=False, color_system=None if _plain_wanted() else "auto")
    for line in lines:
        if line.style == "blank":
            console.print()  # a padding around nothing prints nothing
            continue
        text = Text()
        if line.mark:
            text.append(f"{line.mark} ", MARKS.get(line.mark, "green" if line.mark.startswith("+") else "bold"))
        text.append(line.text, STYLES[line.style])
        if line.origin:
            text.append(f"  {line.origin}", "dim")
        console.print(Padding(text, (0, 0, 0, line.indent), expand=False))


def print_plain(text: str) -> None:
    """Print lines that are no report."""
    for line in text.splitlines():
        click.echo(printable(line))


def print_error(text: str) -> None:
    """Print an error to standard error, without anything that a terminal would obey."""
    for index, line in enumerate(text.splitlines()):
        shown = printable(line)
        click.echo(shown if index or _plain_wanted() else click.style(shown, fg="red"), err=True)


def print_note(text: str) -> None:
    """Print one line that is no error to standard error, without anything that a terminal would obey."""
    shown = printable(text)
    click.echo(shown if _plain_wanted() else click.style(shown, fg="yellow"), err=True)


def print_json(text: str) -> None:
    """Print JSON as it is, but on a terminal with everything escaped that it would obey."""
    if sys.stdout.isatty():
        text = "".join(mark if mark.isprintable() else json.dumps(mark)[1:-1] for mark in text)
    click.echo(text)


def _plain_wanted() -> bool:
    """Whether NO_COLOR is set to anything: then there is neither colour nor weight."""
    return bool(os.environ.get("NO_COLOR"))
