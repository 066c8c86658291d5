"""The door: verifies one trace, level by level, up to the first thing that is wrong.

All but ``matched`` is the kernel's, which stands alone; here its words meet our files.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from llmrules.errors import FileError, Place
from llmrules.verify import alone
from llmrules.verify.kernel.refusal import Refusal
from llmrules.verify.report import LEVELS, Level, Report, check, named

if TYPE_CHECKING:
    from llmrules.trace.record import Trace
    from llmrules.verify.matched import Case, Files, Paths


def verify(
    trace: Trace | bytes | str | Path,
    *,
    rules: Paths | None = None,
    catalog: Paths | None = None,
    profile: Case | None = None,
    unknown: str = "apart",
    shipped_rules: bool = True,
    shipped_catalog: bool = True,
    level: Level | None = None,
) -> Report:
    """Verify a trace: a file, its bytes, or a trace as a value.

    ``rules``, ``catalog`` and ``profile`` are what to compare it with, each optional. Rules and catalogues are read
    as for deciding, on top of the shipped ones, so ``rules=[]`` compares with the shipped rules alone; ``unknown`` is
    the policy that went with the profile. ``level`` is the level asked for; without it, it is *matched* where
    anything is handed over, else *re-derived*. Raises FileError or LoadError where a file cannot be read.
    """
    files = None
    if rules is not None or catalog is not None or profile is not None:
        from llmrules.verify.matched import read_files

        files = read_files(
            rules,
            catalog,
            profile,
            unknown=unknown,
            shipped_rules=shipped_rules,
            shipped_catalog=shipped_catalog,
        )
    return examine(trace, files, level)


def examine(trace: Trace | bytes | str | Path, files: Files | None = None, level: Level | None = None) -> Report:
    """Verify a trace against files that are read already: what one uses for many traces."""
    asked: Level = level or ("matched" if files is not None else "re-derived")
    if asked not in LEVELS or (asked == "matched" and files is None):
        message = f"{asked} is no level" if asked not in LEVELS else "matched needs rules, a catalogue or a profile"
        raise ValueError(message)
    try:
        raw = read_bytes(Path(trace)) if isinstance(trace, str | Path) else trace
    except Refusal as refusal:
        return Report(level=None, asked=asked, wrong=named(refusal.wrong, {}))
    report = check(raw if isinstance(raw, bytes) else raw.to_json().encode(), asked)
    if files is None or report.document is None or not (report.level == LEVELS[-2] and asked == LEVELS[-1]):
        return report
    from llmrules.verify.matched import check_matched

    try:
        matched, remarks = check_matched(report.document, files)
    except Refusal as refusal:
        return replace(report, wrong=named(refusal.wrong, report.document))
    return replace(report, level=asked, matched=matched, remarks=remarks)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file. Raises FileError where there is none, Refusal where it is too large."""
    place = Place(path.as_posix())
    try:
        return alone.read_bytes(path)
    except FileNotFoundError:
        raise FileError("there is no such file", code="no-file", place=place) from None
    except IsADirectoryError:
        raise FileError("is a folder, not a file", code="is-folder", place=place) from None
    except (OSError, ValueError) as error:
        raise FileError(f"cannot be read: {error}", code="unreadable", place=place) from None
