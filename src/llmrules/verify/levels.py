"""The door: verifies one trace, level by level, up to the first thing that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from llmrules.verify.consistent import check_consistent
from llmrules.verify.rederive import check_rederived
from llmrules.verify.report import LEVELS, Level, Plain, Refusal, Report
from llmrules.verify.shape import read_bytes, read_shape

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
    reached = _Reached(asked)
    try:
        reached.climb(trace, files)
    except Refusal as refusal:
        return reached.report(refusal)
    return reached.report()


class _Reached:
    """How far a trace has come."""

    def __init__(self, asked: Level) -> None:
        self.asked = asked
        self.level: Level | None = None
        self.made_by: dict[str, Plain] | None = None
        self.matched: tuple[str, ...] = ()
        self.remarks: tuple[str, ...] = ()

    def climb(self, trace: Trace | bytes | str | Path, files: Files | None) -> None:
        """Check one level after the other, up to the one asked for. Raises Refusal."""
        raw = read_bytes(Path(trace)) if isinstance(trace, str | Path) else trace
        document = read_shape(raw if isinstance(raw, bytes) else raw.to_json().encode())
        self.level, self.made_by = "shape", document["made_by"]
        if self.level == self.asked:
            return
        given = check_consistent(document)
        self.level = "consistent"
        if self.level == self.asked:
            return
        check_rederived(given, document)
        self.level = "re-derived"
        if files is not None and self.level != self.asked:
            from llmrules.verify.matched import check_matched

            self.matched, self.remarks = check_matched(document, files)
            self.level = "matched"

    def report(self, refusal: Refusal | None = None) -> Report:
        """Return what is to be said."""
        return Report(
            level=self.level,
            asked=self.asked,
            wrong=refusal.wrong if refusal else None,
            matched=self.matched,
            remarks=self.remarks,
            made_by=self.made_by,
        )
