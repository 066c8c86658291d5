"""Remembers on the disk what large catalogues were read as, so that they are parsed and checked only once.

What is remembered belongs to one version of this package with its modules as they lie on the disk, and to the very
bytes of all the rule and catalogue files that were checked together. It is plain JSON. What cannot be read or written,
is torn, was edited or belongs to someone else is as good as not there: nothing here ever fails, and nothing here says
so. What can be read is as foreign as any file: whoever takes it checks that it could have been read from a catalogue.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog import Catalog
from llmrules.catalog.packed import pack, unpack
from llmrules.errors import FileError
from llmrules.reading.files import LARGEST_FILE, Source, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llmrules.reading.files import Raw

FORMAT = 1
"""Grows whenever what is written changes, or what it means."""

SMALLEST = 256 * 1024
"""Bytes. Catalogues that are smaller together are read faster than they are looked up."""

MOST_FILES = 16
"""How many catalogues are remembered; then the one that was used longest ago is forgotten."""

FOLDER = "LLMRULES_CACHE"
"""The environment variable that names the folder of the cache; where it is empty, nothing is remembered."""

FILE_NAME = re.compile(r"\.?catalogue-[0-9a-f]{64}\.json(\.\w+)?")
"""The files of the cache, and what a writer that was killed has left beside them."""


@frozen(eq=False)
class Remembered:
    """What catalogue files were read as, and the files themselves, without their models."""

    catalog: Catalog
    sources: tuple[Source, ...]


@frozen
class Slot:
    """The place of what some files were read as."""

    path: Path

    def recall(self) -> Remembered | None:
        """Return what is remembered there, or None."""
        try:
            seal, _, body = _read(self.path).partition(b"\n")
            if seal != self._seal(body):
                return None
            known = json.loads(body)
            sources = tuple(Source(name, "", data, is_toml=False, layer=layer) for name, layer, data in known["files"])
            remembered = Remembered(unpack(known), sources)
        except (OSError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError):
            return None
        with contextlib.suppress(OSError):
            os.utime(self.path)  # it was used now
        return remembered

    def remember(self, catalog: Catalog, sources: Iterable[Source]) -> None:
        """Keep what the sources were read as; catalogues with approvals are left alone."""
        if catalog.approvals:
            return
        files = [[source.name, source.layer, _without_models(source)] for source in sources]
        body = json.dumps({"files": files, **pack(catalog)}, separators=(",", ":"), default=str)  # dates are texts
        seal = self._seal(body.encode()).decode()
        folder = self.path.parent
        with contextlib.suppress(OSError, FileError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path, f"{seal}\n{body}", private=True)
            _forget(folder)

    def _seal(self, body: bytes) -> bytes:
        """Return the first line of the file: a digest that holds for no other file, even if it is moved here."""
        return hashlib.sha256(self.path.name.encode() + b"\n" + body).hexdigest().encode()


def slot_for(rules: Sequence[Raw], catalogues: Sequence[Raw]) -> Slot | None:
    """Return where it is remembered what these files are read as; None where they are small, or nothing is to be."""
    if sum(file.size for file in catalogues) <= SMALLEST:
        return None
    from importlib.metadata import PackageNotFoundError  # takes a while to load, and small catalogues do without

    folder = _folder()
    try:
        return None if folder is None else Slot(folder / f"catalogue-{_key(rules, catalogues)}.json")
    except (PackageNotFoundError, OSError):  # a copy that nobody installed may be any version, or one being replaced
        return None


def _folder() -> Path | None:
    """Return the folder of the cache, absolute, or None where there is to be none."""
    try:
        named = os.environ.get(FOLDER)
        if named is not None:
            return Path(named).absolute() if named else None
        own = Path(os.environ.get("XDG_CACHE_HOME", ""))
        if own.is_absolute():
            return own / "llmrules"
        home = Path.home()
    except (OSError, RuntimeError):  # no working folder, or nobody knows where the home is
        return None
    return home / ".cache" / "llmrules" if home.is_dir() else None


def _key(rules: Sequence[Raw], catalogues: Sequence[Raw]) -> str:
    """Return the SHA-256 over all that the result depends on. Raises PackageNotFoundError or OSError."""
    from importlib.metadata import version

    files = [[[file.name, file.layer, file.is_json, file.digest] for file in kind] for kind in (rules, catalogues)]
    return hashlib.sha256(json.dumps([FORMAT, version("llmrules"), own_code(), *files]).encode()).hexdigest()


@functools.cache
def own_code() -> str:
    """Return the digest of the modules of this package, as this process finds them first. Raises OSError."""
    return code_in(Path(__file__).parent.parent)


def code_in(folder: Path) -> str:
    """Return a digest of the place, size and time of every module below a folder. Raises OSError.

    Code that is edited keeps its version. Contents are not read: that would take longer than it saves.
    """
    found = []
    for inner, _, names in os.walk(folder):
        for path in (os.path.join(inner, name) for name in names if name.endswith(".py")):  # noqa: PTH118 - much faster
            written = os.stat(path)  # noqa: PTH116
            found.append([path, written.st_size, written.st_mtime_ns])
    return hashlib.sha256(json.dumps(sorted(found)).encode()).hexdigest()


def _read(path: Path) -> bytes:
    """Return the bytes of a file that belongs to this user and that no other one may write. Raises OSError."""
    with open(path, "rb", opener=_open_at_once) as stream:
        found = os.fstat(stream.fileno())
        shared = stat.S_IWGRP | stat.S_IWOTH
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & shared:
            raise PermissionError
        return stream.read(LARGEST_FILE)


def _open_at_once(path: str, flags: int) -> int:
    """Open a file without waiting: a pipe in its place would never answer."""
    return os.open(path, flags | os.O_NONBLOCK)


def _without_models(source: Source) -> dict[str, object]:
    return {key: value for key, value in source.data.items() if key != "model"}


def _forget(folder: Path) -> None:
    """Remove the files that were used longest ago."""
    with os.scandir(folder) as entries:
        files = [(entry.stat(follow_symlinks=False).st_mtime_ns, entry.path) for entry in entries if _is_ours(entry)]
    for _, path in sorted(files, reverse=True)[MOST_FILES:]:
        Path(path).unlink(missing_ok=True)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    return FILE_NAME.fullmatch(entry.name) is not None and entry.is_file(follow_symlinks=False)
