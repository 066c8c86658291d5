"""What a command may write over: never a file that it reads, and no file that importing did not write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.errors import FileError, Place
from llmrules.reading import shipped
from llmrules.reading.files import leads_to, read_catalog_file, read_text, toml_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def refuse_overwriting(read: Iterable[Path | None], written: Iterable[Path | None]) -> None:
    """Refuse to write over a file that is read, or to write two files into one. Raises FileError.

    A folder that is read stands for the files in it that are; our own rules and catalogues are never written over.
    """
    ours = (*shipped.rule_files(), *map(shipped.catalog_path, shipped.catalog_names()))
    given = toml_files(path for path in read if path is not None)
    taken = {leads_to(path) for path in (*ours, *given)}
    for path in written:
        if path is None:
            continue
        if leads_to(path) in taken:
            message = "is read, or written already: nothing was written"
            raise FileError(message, code="overwrites", place=Place(path.as_posix()), hint="name another file")
        taken.add(leads_to(path))


KINDS = {
    "format": "a trace",
    "requirements": "a profile",
    "expect": "a profile",
    "rule": "a rule file",
    "requirement": "a rule file",
    "claim": "a rule file",
    "model": "a catalogue that importing did not write",
    "approval": "a catalogue that importing did not write",
}
"""What a file is that has one of these keys at its top; the first key counts."""


def refuse_replacing(target: Path) -> None:
    """Refuse to write a catalogue over a file that is there, unless importing wrote it. Raises FileError."""
    if not target.is_file():
        return
    kind = _kind(target)
    if kind is not None:
        message = f"is there already, and is {kind}: nothing was written"
        raise FileError(message, code="overwrites", place=Place(target.as_posix()), hint="name another file")


def _kind(path: Path) -> str | None:
    """Return what a file is; None for one that importing wrote, and for one that holds nothing."""
    from llmrules.importers.writing import is_imported  # only a file that is there needs it

    try:
        text = read_text(path)
        if is_imported(text) or not text.strip():
            return None
        data = read_catalog_file(path).data
    except FileError:
        return "no catalogue"
    return next((kind for key, kind in KINDS.items() if key in data), "no catalogue")
