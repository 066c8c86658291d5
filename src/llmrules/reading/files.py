"""Reads every input from the disk into plain values that remember where they stand, and writes outputs whole.

The only module that opens input files. It never interprets what it reads, and never executes anything.
"""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import sys
import zlib
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, evolve, field

from llmrules.errors import FileError, Place
from llmrules.reading.syntax import Positions, json_data, toml_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


KeyPath: TypeAlias = tuple[str | int, ...]

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes. A larger input is refused before it is read, and one that unpacks to more while it is unpacked."""

GZIP = b"\x1f\x8b"
"""The bytes that every gzip file begins with."""

STANDARD_INPUT = "<stdin>"
"""The name of what was read from standard input, in messages and in traces."""


@define(frozen=True, eq=False, slots=False)
class Source:
    """One file as read: its name, its text and its plain values.

    ``elsewhere`` names where those values came from that do not stand in the file, by their key path. ``at`` is the
    key path of ``data`` in the file, where that is a table of it.
    """

    name: str
    text: str = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    is_toml: bool = True
    layer: int = 0
    """Later layers may not undo what an earlier one locks: ours is 0, each path given on top is one more."""
    elsewhere: Mapping[KeyPath, str] = field(factory=dict, repr=False)
    at: KeyPath = ()

    def within(self, path: KeyPath, data: dict[str, Any]) -> Source:
        """Return a table of the file as a source of its own, whose keys stand where they stand."""
        return evolve(self, data=data, at=path)

    @property
    def called(self) -> str:
        """The name of the file; of a table of several its number stands behind it."""
        return f"{self.name}#{int(self.at[-1]) + 1}" if self.at else self.name

    def place(self, path: KeyPath) -> Place:
        """Return where a key stands; the nearest enclosing key that has a position stands in for one that has none."""
        path = (*self.at, *path)
        key, entry = format_path(path), self._entry(path)
        for end in range(len(path), 0, -1):
            if path[:end] in self.elsewhere:
                return Place(self.elsewhere[path[:end]], key=key)
            position = self._positions.get(path[:end])
            if position is not None:
                return Place(self.name, *position, key=key, entry=entry, text=self._lines[position[0] - 1].rstrip("\r"))
        return Place(self.name, 1 if self.is_toml else None, 1 if self.is_toml else None, key=key, entry=entry)

    def _entry(self, path: KeyPath) -> str:
        """Return the id of the element of an array of tables, such as ``[[rule]]``, that a key stands in."""
        elements = self.data.get(str(path[0])) if len(path) > 1 and not self.at else None
        place = path[1] if len(path) > 1 else None
        if not isinstance(elements, list) or not isinstance(place, int) or place >= len(elements):
            return ""
        name = elements[place].get("id") if isinstance(elements[place], dict) else None
        return name if isinstance(name, str) else ""

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def _positions(self) -> Positions:
        """Where the keys stand; parsed only when a place is asked for."""
        return Positions(self.text if self.is_toml else "")


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


def leads_to(path: Path) -> Path:
    """Return the file that a path leads to, by which two names of one file are known to be that.

    A link that leads to itself leads nowhere else, and without a working folder every path is as it stands.
    """
    try:
        return Path(os.path.realpath(path))
    except OSError:
        return path


def files_in(folder: Path, *endings: str) -> list[Path]:
    """Return what stands in a folder under names that end so, sorted. Raises FileError.

    A pipe or a device is refused: whoever names a folder does not wait for one.
    """
    try:
        found = sorted(path for path in folder.iterdir() if path.name.endswith(endings))
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise FileError(message, code="unreadable", place=Place(folder.as_posix())) from None
    for path in found:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise FileError("is no file: a pipe or a device", code="no-file", place=Place(path.as_posix()))
    return found


def toml_files(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Yield the files that the paths name: a folder stands for its ``*.toml`` files in the order of their names.

    A folder without any is yielded itself, so that reading it fails: no rule is ever left out in silence. Raises
    FileError for a folder that cannot be looked into.
    """
    for given in paths:
        path = Path(given)
        yield from (files_in(path, ".toml") if path.is_dir() else ()) or [path]


def read_text(path: Path, name: str | None = None) -> str:
    """Read the text of one file; ``name`` is what messages call it. Raises FileError."""
    shown = path.as_posix() if name is None else name
    return _decode(_read_bytes(path, shown), shown)


def read_toml(path: Path, name: str | None = None, *, layer: int = 0) -> Source:
    """Read one TOML file; ``name`` is what messages call it. Raises FileError."""
    shown = path.as_posix() if name is None else name
    return parse_toml(read_text(path, shown), shown, layer=layer)


def parse_toml(text: str, name: str, *, layer: int = 0) -> Source:
    """Parse TOML text; fractions become decimals, never binary floats. Raises FileError."""
    return Source(name, text, toml_data(text, name), layer=layer)


def read_json(path: Path) -> Source:
    """Read one JSON file whose top is an object; it may be packed by gzip. Raises FileError."""
    name = path.as_posix()
    return parse_json(_json_text(path, name, toml=False), name)


def read_json_data(path: Path) -> Any:  # noqa: ANN401 - plain JSON
    """Read the plain values of one JSON file, whatever its top is; it may be packed by gzip. Raises FileError."""
    name = path.as_posix()
    return json_data(_json_text(path, name, toml=False), name)


def read_catalog_file(path: Path, name: str | None = None, *, layer: int = 0) -> Source:
    """Read one catalogue file: JSON where its name ends in .json or .json.gz, else TOML. Raises FileError."""
    if not path.name.endswith(JSON_SUFFIXES):
        return read_toml(path, name, layer=layer)
    shown = path.as_posix() if name is None else name
    return parse_json(_json_text(path, shown, toml=True), shown, layer=layer)


JSON_SUFFIXES = (".json", ".json.gz")


def _json_text(path: Path, name: str, *, toml: bool) -> str:
    """Return the text of a JSON file, unpacked; ``toml`` says whether a file of that kind would do as well."""
    return unpacked_text(_read_bytes(path, name, toml=toml), name)


def parse_json(text: str, name: str = STANDARD_INPUT, *, layer: int = 0) -> Source:
    """Parse JSON text whose top is an object strictly: no repeated key, no NaN, decimals. Raises FileError."""
    data = json_data(text, name)
    if not isinstance(data, dict):
        found = "null" if data is None else _excerpt(data)
        raise FileError("must hold a JSON object", code="wrong-shape", place=Place(name), found=found)
    return Source(name, text, data, is_toml=False, layer=layer)


SHOWN_INSIDE = 3
"""How many elements of a list or table an excerpt keeps, and how many of them inside each other."""


def _excerpt(value: object, depth: int = 0) -> object:
    """Return the beginning of a value, so that an error never holds a whole file."""
    if isinstance(value, str):
        return value[:LONGEST_SHOWN]
    if isinstance(value, list):
        return [_excerpt(one, depth + 1) for one in value[:SHOWN_INSIDE]] if depth < SHOWN_INSIDE else []
    if isinstance(value, dict):
        inside = list(value.items())[:SHOWN_INSIDE] if depth < SHOWN_INSIDE else []
        return {key[:LONGEST_SHOWN]: _excerpt(one, depth + 1) for key, one in inside}
    return value


LONGEST_SHOWN = 200
"""Characters of a text that an excerpt keeps: more than any message shows."""


def read_standard_input() -> str:
    """Return what stands on standard input, as UTF-8. Raises FileError."""
    if sys.stdin is None:
        raise FileError("is closed", code="unreadable", place=Place(STANDARD_INPUT))
    try:
        raw = sys.stdin.buffer.read(LARGEST_FILE + 1)
    except OSError as error:  # it is a folder, or another one's
        message = f"cannot be read: {error.strerror}"
        raise FileError(message, code="unreadable", place=Place(STANDARD_INPUT)) from None
    if len(raw) > LARGEST_FILE:
        raise _too_large(STANDARD_INPUT)
    return _decode(raw, STANDARD_INPUT)


def write_whole(path: Path, *text: str) -> None:
    """Write a text, or its pieces, whole or not at all: beside the file first, then renamed over it. Raises FileError.

    A link stays one: what it points to is written. A pipe or a device is written to, since no file can take its place.
    """
    with writing_whole(path, *text):
        pass


@contextmanager
def writing_whole(path: Path, *text: str) -> Iterator[None]:
    """Prepare a file, and put it in place once the block has ended well: so two files are written, or none.

    It is written as by ``write_whole``. Raises FileError.
    """
    with _unwritable(path):
        target = path.resolve()
        if target.is_symlink():  # it leads to itself, which Python 3.13 no longer says
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        direct = target.exists() and not target.is_file()
        beside = None if direct else _written_beside(target, text)
    try:
        yield
        with _unwritable(path):
            if beside is None:
                target.write_text("".join(text), encoding="utf-8", newline="\n")
            else:
                beside.replace(target)
    except BaseException:  # an interrupt leaves nothing behind either
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise


@contextmanager
def _unwritable(path: Path) -> Iterator[None]:
    """Say of which file it is that it cannot be written."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        message = f"cannot be written: {getattr(error, 'strerror', None) or error}"
        raise FileError(message, code="unwritable", place=Place(path.as_posix())) from None


def _written_beside(path: Path, text: Iterable[str]) -> Path:
    stream = NamedTemporaryFile(  # noqa: SIM115 - it is closed before it is renamed
        "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
    )
    beside = Path(stream.name)
    try:
        with stream:
            stream.writelines(text)
        beside.chmod(0o666 & ~_umask())  # a temporary file is its owner's alone
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return beside


def _umask() -> int:
    """Return the file mode mask of the process, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _read_bytes(path: Path, name: str, *, toml: bool = True) -> bytes:
    place = Place(name)
    try:
        if path.is_dir():
            without = None if any(path.glob("*.toml")) else "no .toml file stands in it"
            hint = without if toml else "name a file in it"
            raise FileError("is a folder, not a file", code="is-folder", place=place, hint=hint)
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > LARGEST_FILE:
                raise _too_large(name)
            raw = stream.read() if size else stream.read(LARGEST_FILE + 1)  # a pipe has no size
    except FileNotFoundError:
        raise FileError("there is no such file", code="no-file", place=place) from None
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", code="unreadable", place=place) from None
    except ValueError as error:  # a NUL in the name
        raise FileError(f"cannot be read: {error}", code="unreadable", place=place) from None
    if len(raw) > LARGEST_FILE:
        raise _too_large(name)
    return raw


def _too_large(name: str, when: str = "") -> FileError:
    return FileError(f"is larger than {LARGEST_FILE // 2**20} MiB{when}", code="too-large", place=Place(name))


def unpacked_text(raw: bytes, name: str) -> str:
    """Return the text in bytes, which may be packed by gzip. Raises FileError."""
    return _decode(_unpack(raw, name), name)


def _unpack(raw: bytes, name: str) -> bytes:
    """Return what a gzip file holds, and any other bytes as they are."""
    if not raw.startswith(GZIP):
        return raw
    try:
        with gzip.GzipFile(fileobj=BytesIO(raw)) as packed:
            unpacked = packed.read(LARGEST_FILE + 1)
    except EOFError:
        message = "is cut off: its gzip data end too early"
        raise FileError(message, code="bad-gzip", place=Place(name), hint="fetch the file again") from None
    except (OSError, zlib.error):
        message = "is damaged: its gzip data cannot be unpacked"
        raise FileError(message, code="bad-gzip", place=Place(name), hint="fetch the file again") from None
    if len(unpacked) > LARGEST_FILE:
        raise _too_large(name, " when unpacked")
    return unpacked


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
