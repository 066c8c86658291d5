"""Reads every input from the disk into plain values that remember where they stand, and writes outputs whole.

The only module that opens input files. It never interprets what it reads, and never executes anything.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, field

from llmrules.errors import FileError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KeyPath: TypeAlias = tuple[str | int, ...]

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes. A larger input is refused before it is read."""

STANDARD_INPUT = "<stdin>"
"""The name of what was read from standard input, in messages and in traces."""


@define(frozen=True, eq=False, slots=False)
class Source:
    """One file as read: its name, its text and its plain values.

    ``elsewhere`` names where those values came from that do not stand in the file, by their key path.
    """

    name: str
    text: str = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    is_toml: bool = True
    layer: int = 0
    """Later layers may not undo what an earlier one locks: ours is 0, each path given on top is one more."""
    elsewhere: Mapping[KeyPath, str] = field(factory=dict, repr=False)

    def place(self, path: KeyPath) -> Place:
        """Return where a key stands; the nearest enclosing key that has a position stands in for one that has none."""
        key, entry = format_path(path), self._entry(path)
        for end in range(len(path), 0, -1):
            if path[:end] in self.elsewhere:
                return Place(self.elsewhere[path[:end]], key=key)
            position = self._positions.get(path[:end])
            if position is not None:
                return Place(self.name, *position, key=key, entry=entry, text=_line(self.text, position[0]))
        return Place(self.name, 1 if self.is_toml else None, 1 if self.is_toml else None, key=key, entry=entry)

    def _entry(self, path: KeyPath) -> str:
        """Return the id of the element of an array of tables, such as ``[[rule]]``, that a key stands in."""
        elements = self.data.get(str(path[0])) if len(path) > 1 else None
        place = path[1] if len(path) > 1 else None
        if not isinstance(elements, list) or not isinstance(place, int) or place >= len(elements):
            return ""
        name = elements[place].get("id") if isinstance(elements[place], dict) else None
        return name if isinstance(name, str) else ""

    @cached_property
    def _positions(self) -> dict[KeyPath, tuple[int, int]]:
        """Map each key path to its line and column, parsed only when a place is asked for."""
        from llmrules.positions import key_positions  # its parser is loaded only when a place is asked for

        return key_positions(self.text) if self.is_toml else {}


def _line(text: str, number: int) -> str:
    """Return one line of a text, counted from 1."""
    lines = text.split("\n", number)
    return lines[number - 1].rstrip("\r") if number <= len(lines) else ""


def format_path(path: KeyPath) -> str:
    """Return a key path as people write it: ``rule[2].when.budget``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(part, ensure_ascii=False)
            text += f".{name}" if text else name
    return text


def toml_files(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Yield the files that the paths name: a folder stands for its ``*.toml`` files in the order of their names.

    A folder without any is yielded itself, so that reading it fails: no rule is ever left out in silence.
    """
    for given in paths:
        path = Path(given)
        yield from (sorted(path.glob("*.toml")) if path.is_dir() else ()) or [path]


def read_toml(path: Path, name: str | None = None, *, layer: int = 0) -> Source:
    """Read one TOML file; ``name`` is what messages call it. Raises FileError."""
    shown = name if name is not None else path.as_posix()
    return parse_toml(_decode(_read_bytes(path, shown), shown), shown, layer=layer)


def parse_toml(text: str, name: str, *, layer: int = 0) -> Source:
    """Parse TOML text; fractions become decimals, never binary floats. Raises FileError."""
    try:
        data = tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(error, text, name) from None
    except RecursionError:
        message = "is nested too deeply to be read"
        raise FileError(message, code="too-deep", place=Place(name)) from None
    except ValueError:  # an integer with more digits than Python converts
        raise _too_many_digits(text, name) from None
    return Source(name, text, data, layer=layer)


def read_json(path: Path, name: str | None = None) -> Source:
    """Read one JSON file whose top is an object. Raises FileError."""
    shown = name if name is not None else path.as_posix()
    return parse_json(_decode(_read_bytes(path, shown), shown), shown)


def parse_json(text: str, name: str = STANDARD_INPUT) -> Source:
    """Parse JSON text strictly: no repeated key, no NaN, fractions as decimals. Raises FileError."""
    try:
        data = json.loads(text, parse_float=_decimal, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except json.JSONDecodeError as error:
        place = Place(name, error.lineno, error.colno, text=_line(text, error.lineno))
        raise FileError(f"is not JSON: {error.msg}", code="syntax", place=place) from None
    except RecursionError:
        message = "is nested too deeply to be read"
        raise FileError(message, code="too-deep", place=Place(name)) from None
    except _NotStrictError as error:
        raise FileError(f"is not JSON: {error}", code="syntax", place=Place(name)) from None
    except ValueError:
        raise _too_many_digits(text, name) from None
    if not isinstance(data, dict):
        message = "must hold a JSON object"
        raise FileError(message, code="wrong-shape", place=Place(name), found="null" if data is None else data)
    return Source(name, text, data, is_toml=False)


def read_standard_input() -> str:
    """Return what stands on standard input, as UTF-8. Raises FileError."""
    raw = sys.stdin.buffer.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise _too_large(STANDARD_INPUT)
    return _decode(raw, STANDARD_INPUT)


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: beside it first, then renamed over it. Raises FileError."""
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as beside:
            beside.write(text)
        try:
            Path(beside.name).chmod(0o666 & ~_umask())
            Path(beside.name).replace(path)
        except OSError:
            Path(beside.name).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise FileError(message, code="unwritable", place=Place(path.as_posix())) from None


def _umask() -> int:
    """Return the file mode mask of the process, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _read_bytes(path: Path, name: str) -> bytes:
    place = Place(name)
    try:
        if path.is_dir():
            hint = None if any(path.glob("*.toml")) else "no .toml file stands in it"
            raise FileError("is a folder, not a file", code="is-folder", place=place, hint=hint)
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise FileError("there is no such file", code="no-file", place=place) from None
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", code="unreadable", place=place) from None
    except ValueError as error:  # a NUL in the name
        raise FileError(f"cannot be read: {error}", code="unreadable", place=place) from None
    if len(raw) > LARGEST_FILE:
        raise _too_large(name)
    return raw


def _too_large(name: str) -> FileError:
    return FileError(f"is larger than {LARGEST_FILE // 2**20} MiB", code="too-large", place=Place(name))


def _decode(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8").removeprefix("\ufeff")
        place = Place(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        message = "is not UTF-8"
        found, hint = f"byte 0x{raw[error.start]:02x}", "save the file as UTF-8"
        raise FileError(message, code="not-utf-8", place=place, found=found, hint=hint) from None
    return text.removeprefix("\ufeff")


def _syntax_error(error: tomllib.TOMLDecodeError, text: str, name: str) -> FileError:
    message = str(error)
    match = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if match:
        place = Place(name, int(match[1]), int(match[2]), text=_line(text, int(match[1])))
        message = message[: match.start()]
    else:
        place = Place(name, text.count("\n") + 1, len(text) - text.rfind("\n"))
        message = message.removesuffix(" (at end of document)")
    hint = next((hint for part, hint in SYNTAX_HINTS.items() if part in message.lower()), None)
    message = message.replace("mutate immutable namespace", "add to the closed table")
    message = re.sub(r"\(('[^()]*',?)\)", lambda keys: ".".join(re.findall(r"'([^']*)'", keys[1])), message)
    return FileError(f"is not TOML: {message}", code="syntax", place=place, hint=hint)


BARE_KEY = "a key is letters a to z, digits, - and _; any other one stands in quotes"

SYNTAX_HINTS = {
    "immutable": "a table written in braces is closed: write its further keys inside the braces, not as dotted keys",
    "inline table": "a table written in braces stands on one line, its keys separated by commas, none after the last",
    "overwrite a value": "the key has a value already: join both into one, or put conditions into all = [{…}, {…}]",
    "twice": "the table stands twice, or dotted keys have begun it above: write its keys in one place",
    "character '\\n'": 'a text ends on the line where it began, with the quote that began it; a longer one has """',
    "unterminated string": "a text ends with the quotes that began it",
    "unclosed array": "a list ends with ]",
    "invalid value": "a text stands in straight double quotes; true, false and numbers stand without",
    "invalid statement": BARE_KEY,
    "for a key part": BARE_KEY,
    "after a key": f"write key = value; {BARE_KEY}",
    "after a statement": "one key = value stands on a line; a text stands in quotes",
    "unescaped '\\'": "in a text a backslash is written twice, or the text in single quotes",
    "invalid date": "there is no such day or time",
}
"""What to type instead, by what the message of a TOML syntax error contains."""


def _too_many_digits(text: str, name: str) -> FileError:
    match = re.search(r"\d[\d_]{4000,}", text)
    place = Place(name)
    if match:
        place = Place(name, text.count("\n", 0, match.start()) + 1, match.start() - text.rfind("\n", 0, match.start()))
    return FileError("holds a number with thousands of digits", code="syntax", place=place)


def _decimal(text: str) -> Decimal:
    """Return an exact decimal; one whose exponent nothing can hold is no finite number, and is refused as such."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


class _NotStrictError(ValueError):
    """JSON that Python would read although it is none, or is not clear."""


def _refuse_constant(constant: str) -> None:
    message = f"{constant} is not a number"
    raise _NotStrictError(message)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                message = f"the key {json.dumps(key, ensure_ascii=False)} stands twice"
                raise _NotStrictError(message)
            seen.add(key)
    return table
