"""A folder of saved traces at a glance: which are verified, which rules decide, and what rests on something old.

Traces are read one at a time and nothing of a document is kept but counts and small rows. Only a trace that reaches
the level asked for is counted: what the others say of rules and values, nobody has checked.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import asdict, evolve, field, frozen

from llmrules.errors import FileError, Place, printable
from llmrules.language.values import period
from llmrules.say.messages import Messages
from llmrules.say.teller import Line, Sentences
from llmrules.verify import Level, examine

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from llmrules.language.texts import Language

Plain: TypeAlias = Any
"""Plain JSON, as it was parsed."""

DECISIVE = frozenset({"failed", "unknown", "points"})
"""The outcomes that make a difference to a model."""

MOST_VALUES = 12
"""Old values that a line of the printed audit names; JSON and CSV have all."""

MOST_LINES = 60
"""Old values that the printed audit has a line of, the oldest first."""

LONGEST_REASON = 300
"""Characters of what is said of a file that could not be examined."""

FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would compute."""


@frozen
class OldValue:
    """A value of the catalogue and the newest document that states it; of one of several offers, ``model @ offer``.

    ``date`` is when that document was checked last, else its own.
    """

    model: str
    attribute: str
    document: str
    date: str

    def __str__(self) -> str:
        """Return ``model.attribute``."""
        return f"{self.model}.{self.attribute}"


@frozen
class Row:
    """One file: the level reached (None: it is no trace), what is wrong, and what the decision rests on.

    ``fired`` and ``decisive`` count rules; ``overdue`` are the rules used after the day they were to be reviewed by.
    """

    file: str
    ok: bool
    level: Level | None = None
    at: str = ""
    reason: str = ""
    as_of: str = ""
    best: tuple[str, ...] = ()
    fired: int = 0
    decisive: int = 0
    old: tuple[OldValue, ...] = ()
    overdue: tuple[str, ...] = ()


@frozen
class RuleCount:
    """In how many traces a rule stands, fired, and decided something."""

    rule: str
    traces: int
    fired: int
    decisive: int


@frozen
class Audit:
    """What a folder of traces says as a whole."""

    asked: Level
    older_than: int | None
    rows: tuple[Row, ...]
    rules: tuple[RuleCount, ...]

    @property
    def ok(self) -> bool:
        """Whether every file is a trace that reached the level."""
        return all(row.ok for row in self.rows)

    @property
    def never(self) -> tuple[str, ...]:
        """The rules that never fired, by name."""
        return tuple(sorted(one.rule for one in self.rules if not one.fired))


@frozen
class _Counts:
    """Grows while traces are read. ``shared`` has each set of old values once: most traces have the same."""

    stand: Counter[str] = field(factory=Counter)
    fired: Counter[str] = field(factory=Counter)
    decisive: Counter[str] = field(factory=Counter)
    shared: dict[Any, Any] = field(factory=dict)

    def rules(self) -> tuple[RuleCount, ...]:
        counted = [RuleCount(rule, n, self.fired[rule], self.decisive[rule]) for rule, n in self.stand.items()]
        return tuple(sorted(counted, key=lambda one: (-one.decisive, -one.fired, one.rule)))


def audit(folder: str | Path, *, level: Level = "re-derived", older_than: int | None = None) -> Audit:
    """Read every ``*.json`` of a folder as a trace and sum up. Raises FileError where there is none.

    ``older_than`` is an age in days: a value in use counts as old where the newest source that states it is older on
    the day of the decision, as ``found.resting`` says. Without it no value does.
    """
    counts = _Counts()
    rows = tuple(_row(path, level, older_than, counts) for path in _files(Path(folder)))
    return Audit(level, older_than, rows, counts.rules())


def _files(folder: Path) -> list[Path]:
    place = Place(folder.as_posix())
    if not folder.is_dir():
        raise FileError("there is no such folder", code="no-file", place=place)
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", code="unreadable", place=place) from None
    if not found:
        raise FileError("there is no trace (*.json) in this folder", code="no-file", place=place)
    return found


def _row(path: Path, level: Level, older_than: int | None, counts: _Counts) -> Row:
    """Return the row of one file; whatever goes wrong with it is said there, and the others are read all the same."""
    try:
        return _examined(path, level, older_than, counts)
    except FileError as error:
        return Row(path.name, ok=False, reason=error.message)
    except Exception as error:  # noqa: BLE001 - an auditor is told of this file, and learns of all the others
        reason = f"could not be examined: {type(error).__name__}: {error}"
        return Row(path.name, ok=False, reason=reason[:LONGEST_REASON])


def _examined(path: Path, level: Level, older_than: int | None, counts: _Counts) -> Row:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise FileError("is no file: a pipe or a device", code="no-file", place=Place(path.as_posix()))
    report = examine(path, None, level)
    row = Row(path.name, report.ok, report.level)
    if report.wrong is not None:
        return evolve(row, at=report.wrong.at, reason=report.wrong.sentence)
    return _counted(row, report.document, older_than, counts)


def _counted(row: Row, document: Plain, older_than: int | None, counts: _Counts) -> Row:
    """Count what one trace says, and return its row in full. It may have no more than the shape of a trace."""
    given, found = document["given"], document["found"]
    as_of = next((str(one["value"]) for one in given["requirements"] if one["attribute"] == "as_of"), "")
    soft = [rule["id"] for rule in given["rules"] if "weight" in rule]
    decisive = _decisive(found, soft)
    fired = {rule["id"] for rule in found["rules"] if rule["status"] == "fired"}
    for its in found.get("concluded", ()):  # a rule that classifies models fired where it concludes something of one
        fired = fired.union(*(one.get("by", ()) for one in its.values()))
    day = period(as_of)
    dues = {rule["id"]: period(rule.get("review_by")) for rule in given["rules"] if rule["id"] in fired}
    overdue = {name for name, due in dues.items() if due is not None and day is not None and due.last < day.last}
    old = () if older_than is None else tuple(_old(document, older_than, counts.shared))
    counts.stand.update({rule["id"] for rule in given["rules"]})
    counts.fired.update(fired)
    counts.decisive.update(decisive)
    return evolve(
        row,
        as_of=as_of,
        best=tuple(found["result"].get("best", ())),
        fired=len(fired),
        decisive=len(decisive),
        old=counts.shared.setdefault(old, old),
        overdue=tuple(sorted(overdue)),
    )


def _decisive(found: Plain, soft: Collection[str]) -> set[str]:
    """Return the rules that refuse, or come out decisively; no matter what an excluded candidate would have earned."""
    decisive = set(found["result"].get("refused", ()))
    for candidate in found["candidates"]:
        for criterion, place in zip(found["criteria"], candidate["outcomes"], strict=False):
            said = {one["outcome"] for one in criterion["outcomes"][place : place + 1]}
            if said & DECISIVE and not (candidate["verdict"] == "excluded" and criterion["rule"] in soft):
                decisive.add(criterion["rule"])
    return decisive


def _old(document: Plain, older_than: int, shared: dict[Any, Any]) -> Iterator[OldValue]:
    """Yield the values in use that rest on nothing newer than so many days, as the trace says it."""
    given, rows = document["given"], document["found"]["candidates"]
    of_model = {one["name"] for one in given["vocabulary"] if one["scope"] == "model"}
    cited = {one["id"]: one.get("document", "") for one in given["claims"]}
    found = [
        (place, name, one)
        for one in document["found"].get("resting", ())
        if one["days"] > older_than
        for name, places in one["values"].items()
        for place in places
    ]
    for place, name, one in sorted(found, key=lambda value: value[:2]):
        row, document_id = rows[place], cited.get(one["source"], one["source"])
        who = row["model"] if name in of_model or "offer" not in row else f"{row['model']} @ {row['offer']}"
        old = OldValue(who, name, document_id, one["date"])
        yield shared.setdefault(old, old)


# What is printed


def text_lines(found: Audit, language: Language = "en") -> Iterator[Line]:
    """Yield the lines of an audit; a section that has nothing to say is left out."""
    say = Sentences(language)
    ok = sum(row.ok for row in found.rows)
    yield Line("answer", say("traces-reached", ok=ok, all=len(found.rows), level=found.asked))
    tell = Messages(language)
    yield from _section(say("audit.traces"), [_trace_line(row, say, tell) for row in found.rows])
    rules = [
        Line("line", f"{printable(one.rule)}: {say('traces-decided', **asdict(one))}", 2)
        for one in found.rules
        if one.fired
    ]
    yield from _section(say("audit.rules"), rules)
    yield from _section(say("audit.never"), [Line("line", printable(rule), 2) for rule in found.never])
    old, tally = [], _tally(found)
    for value, traces in tally[:MOST_LINES]:
        said = say("traces-using", date=value.date, traces=traces)
        old.append(Line("line", printable(f"{value}: {said}"), 2, "!", printable(f"({value.document})")))
    if tally[MOST_LINES:]:
        old.append(Line("line", say("more-values", more=len(tally) - MOST_LINES), 2))
    yield from _section(say("audit.old", days=found.older_than or 0), old)
    overdue = [Line("line", printable(f"{row.file}: {', '.join(row.overdue)}"), 2, "!")
               for row in found.rows if row.overdue]  # fmt: skip
    yield from _section(say("audit.overdue"), overdue)


def _section(heading: str, lines: Sequence[Line]) -> Iterator[Line]:
    if lines:
        yield Line("blank")
        yield Line("heading", heading)
        yield from lines


def _trace_line(row: Row, say: Sentences, tell: Messages) -> Line:
    said = f"{row.file}: {row.level or say('no-trace')}"
    if row.old:
        more = len(row.old) - MOST_VALUES
        rest = f" {say('more-values', more=more)}" if more > 0 else ""
        said += f"; {', '.join(map(str, row.old[:MOST_VALUES]))}{rest}"
    if row.reason:
        said += f"; {row.at + ' ' if row.at else ''}{tell(row.reason)}"
    return Line("line", printable(said), 2, "✓" if row.ok else "✗")


def _tally(found: Audit) -> list[tuple[OldValue, int]]:
    """Return each old value and how many traces used it, the oldest first."""
    tally = Counter(value for row in found.rows for value in row.old)
    return sorted(tally.items(), key=lambda one: (one[0].date, str(one[0])))


def _plain_row(row: Row) -> dict[str, Plain]:
    return {
        "trace": row.file,
        "ok": row.ok,
        "level": row.level,
        "at": row.at,
        "reason": row.reason,
        "as_of": row.as_of,
        "best": list(row.best),
        "fired": row.fired,
        "decisive": row.decisive,
        "old_values": [str(value) for value in row.old],
        "overdue_rules": list(row.overdue),
    }


def as_json(found: Audit) -> str:
    """Return an audit as JSON."""
    document = {
        "asked": found.asked,
        "ok": found.ok,
        "older_than": found.older_than,
        "traces": [_plain_row(row) for row in found.rows],
        "rules": [asdict(one) for one in found.rules],
        "never_fired": list(found.never),
        "old_values": [asdict(one) | {"traces": traces} for one, traces in _tally(found)],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode()  # a file may have a name that is no text


def as_csv(found: Audit) -> str:
    """Return an audit as CSV, one row for each trace, several names in a cell with spaces between them."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_plain_row(Row("", ok=False)))
    for row in found.rows:
        writer.writerow([_cell(value) for value in _plain_row(row).values()])
    return stream.getvalue()


def _cell(value: Plain) -> str:
    """Return the text of a cell; what a spreadsheet would compute gets an apostrophe before it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = printable(" ".join(value) if isinstance(value, list) else "" if value is None else str(value))
    return f"'{text}" if text.startswith(FORMULA) else text
