"""The door: verifies one trace, level by level, up to the first thing that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.verify.consistent import check_consistent
from llmrules.verify.rederive import check_rederived
from llmrules.verify.report import LEVELS, Level, Refusal, Report
from llmrules.verify.shape import read_bytes, read_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    report = Report(level=None, asked=asked)
    climb = _levels(report, trace, files)
    try:
        while report.level != asked:
            report = next(climb)
    except Refusal as refusal:
        return evolve(report, wrong=refusal.wrong)
    return report


def _levels(report: Report, trace: Trace | bytes | str | Path, files: Files | None) -> Iterator[Report]:
    """Climb: yield what is to be said at each level that is reached. Raises Refusal."""
    raw = read_bytes(Path(trace)) if isinstance(trace, str | Path) else trace
    document = read_shape(raw if isinstance(raw, bytes) else raw.to_json().encode())
    yield (report := evolve(report, level="shape", made_by=document["made_by"]))
    given = check_consistent(document)
    yield (report := evolve(report, level="consistent"))
    check_rederived(given, document)
    yield (report := evolve(report, level="re-derived"))
    if files is not None:
        from llmrules.verify.matched import CHOICES, check_matched

        matched, remarks = check_matched(document, files)
        rest = tuple(part for part in document["digests"]["parts"] if part not in (*matched, *CHOICES))
        yield evolve(report, level="matched", matched=matched, unmatched=rest, remarks=remarks)
