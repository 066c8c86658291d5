"""The one door for all that the command line says: whole, harmless, and quiet where nobody listens.

Whatever goes to standard output or standard error passes here, so nothing that a terminal would obey leaves, whatever
stands in names, texts or values. A report is coloured and wrapped for a person, plain for a pipe or where NO_COLOR is
set. Where the reader has gone or the stream was closed, the rest is dropped and the exit status is the usual one.
"""

from __future__ import annotations

import json
import os
import re
import sys
from itertools import pairwise
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from llmrules.errors import FileError, Place, printable
from llmrules.language.texts import LANGUAGES, Language
from llmrules.say.columns import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.say.teller import Line

STYLES = {"answer": "bold green", "heading": "bold cyan", "line": "", "blank": ""}
MARKS = {"✗": "red", "!": "yellow", "?": "yellow", "-": "red", "≈": "yellow"}
TONES = {"good": "green", "bad": "red", "open": "yellow"}

LANGUAGE = "llmrules.language"
"""Under which name a command keeps the language in which it was asked."""

STANDARD_OUTPUT = "<stdout>"
"""What messages call standard output."""


class Status:
    """How a command ends."""

    FINE, FAILED, WRONG_INPUT, NOTHING_ELIGIBLE, UNVERIFIED = range(5)


def print_lines(lines: Iterable[Line]) -> None:
    """Print the lines of a report."""
    if not for_a_person(sys.stdout):
        print_plain("\n".join(map(str, lines)))
        return
    console = Console(highlight=False, color_system=None if _plain_wanted() else "auto")
    for line in lines:
        if line.style == "blank":
            console.print()  # a padding around nothing prints nothing
            continue
        text = Text()
        if line.mark:
            style = MARKS.get(line.mark, "green" if line.mark.startswith("+") else "bold")
            text.append(f"{printable(line.mark)} ", TONES.get(line.tone, style))
        text.append(printable(line.text), STYLES[line.style] or TONES.get(line.tone, ""))
        if line.origin:
            text.append(f"{'  ' if line.text else ''}{printable(line.origin)}", "dim")
        console.print(Padding(text, (0, 0, 0, line.indent), expand=False))


def asked_line(prompt: str) -> str | None:
    """Return the line that somebody types behind a prompt; None where nothing more will be typed."""
    try:
        return input(prompt)
    except EOFError:
        _put("", sys.stdout)
        return None


def clear() -> bool:
    """Empty the screen of a terminal that can do that, and tell whether it could: nothing else is ever sent to one."""
    if not for_a_person(sys.stdout) or os.environ.get("TERM", "dumb") == "dumb":
        return False
    Console().clear()
    return True


def page_width() -> int:
    """Return how wide what is laid out may be: what fits a page, or the terminal where it is narrower."""
    return min(WIDTH, get_terminal_size().columns) if for_a_person(sys.stdout) else WIDTH


def print_plain(text: str) -> None:
    """Print lines that are no report, or a whole document."""
    _put("\n".join(_harmless(line) for line in text.rstrip("\n").split("\n")), sys.stdout)


def asked_in(arguments: Iterable[str] = ()) -> Language:
    """Return the language that arguments ask for, else that of the environment, as far as we speak it, else English."""
    words = [part for word in arguments for part in word.split("=", 1)]
    names = [after for word, after in pairwise(words) if word == "--lang"]
    names += [os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)][:1]
    codes = [re.split("[_.]", name)[0] for name in names]
    return next((one for code in codes for one in LANGUAGES if one == code), "en")


def print_error(text: str) -> None:
    """Print an error to standard error."""
    for index, line in enumerate(text.split("\n")):
        shown = printable(line)
        _put(shown if index or _plain_wanted() else click.style(shown, fg="red"), sys.stderr)


def print_note(text: str) -> None:
    """Print one line that is no error to standard error."""
    shown = printable(text)
    _put(shown if _plain_wanted() else click.style(shown, fg="yellow"), sys.stderr)


def print_json(text: str) -> None:
    """Print JSON; what a terminal would obey is escaped as JSON does, so that it means the same."""
    lines = text.split("\n")
    _put("\n".join(line if line.isprintable() else _escaped_as_json(line) for line in lines), sys.stdout)


def _harmless(line: str) -> str:
    """Return a line without anything that a terminal would obey; a tab only moves on."""
    return "\t".join(map(printable, line.split("\t")))


def _escaped_as_json(line: str) -> str:
    return "".join(mark if mark.isprintable() else json.dumps(mark)[1:-1] for mark in line)


def for_a_person(stream: TextIO | None) -> bool:
    """Whether a stream is there, and leads to a terminal."""
    return stream is not None and not stream.closed and stream.isatty()


def _put(line: str, stream: TextIO | None) -> None:
    """Write one line that is harmless. Raises FileError where standard output has no room for it."""
    if stream is None or stream.closed:  # as `>&-` leaves it
        return
    try:
        click.echo(line, file=stream)
    except UnicodeEncodeError:  # the terminal has no such letters
        known = stream.encoding
        click.echo(line.encode(known, "backslashreplace").decode(known), file=stream)
    except OSError as error:
        drop(stream)
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            message = f"cannot be written: {error.strerror}"
            raise FileError(message, code="unwritable", place=Place(STANDARD_OUTPUT)) from None


def drop(stream: TextIO) -> None:
    """Let everything that is written to a stream from now on go nowhere, also what it still holds."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _plain_wanted() -> bool:
    """Whether NO_COLOR is set to anything: then there is neither colour nor weight."""
    return bool(os.environ.get("NO_COLOR"))
