"""What an import kept and what it left out, and why: plain data, and the same in sentences. The numbers add up."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.errors import printable
from llmrules.importers.reading import NOT_BEFORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.importers.merging import Overlay
    from llmrules.importers.reading import Expected, Reading, Remark

Plain: TypeAlias = dict[str, Any]
"""Plain JSON."""

EXAMPLES = 3
"""How many rows of a reason the text names."""

KEYS = 8
"""How many keys a line of the text names."""

LONGEST = 32
"""Characters of a row's place that the text shows."""

WIDTH = 80

HANGING = 11
"""The column under a number's words."""

REMARKS = {"skipped": "Rows skipped", "unknown": "Values left unknown", "doubtful": "Values kept, but in doubt"}
"""The kinds of remarks on a file, and the headings over them."""

VALUES = {
    "in_force": "in force",
    "agree": "say the same as the one in force",
    "coarser": "are a month or a year with the date in force in it",
    "against": "dispute the one in force",
    "later": "take force on a later day",
    "left_out": "left out",
}
"""What becomes of the values that the rows state, and its words: each value is counted once."""


def report_data(readings: Iterable[Reading], overlay: Overlay) -> Plain:
    """Return the whole report as plain JSON, the files in the order of the overlay."""
    by_document = {reading.origin.id: reading for reading in readings}
    unmatched = overlay.unmatched
    files = [_file(by_document[origin.id]) for origin in overlay.origins]
    for file in files:
        if file["document"] in unmatched:
            file["unmatched"] = list(unmatched[file["document"]])
    return {"files": files, "overlay": _overlay(overlay)}


def _file(reading: Reading) -> Plain:
    origin = reading.origin
    remarks = {"skipped": reading.skipped, "unknown": reading.unknown, "doubtful": reading.doubtful}
    return {
        "kind": origin.kind,
        "document": origin.id,
        "title": origin.title,
        "date": origin.date.isoformat(),
        "dated_by": origin.dated_by,
        "rows": {"read": reading.read, "kept": len(reading.rows), "skipped": len(reading.skipped)},
        **{kind: _reasons(found) for kind, found in remarks.items()},
        "missing": _missing(reading.expected),
        "ignored": dict(sorted(reading.ignored.items(), key=lambda pair: (-pair[1], pair[0]))),
    }


def _missing(expected: Mapping[str, Expected]) -> list[Plain]:
    """Return the expected keys that rows are without, those first that no row has."""
    lacking = [(key, count) for key, count in expected.items() if count.without]
    ranked = sorted(lacking, key=lambda pair: (pair[1].without < pair[1].rows, -pair[1].without, pair[0]))
    return [{"key": key, "rows": count.rows, "without": count.without} for key, count in ranked]


def _reasons(remarks: Iterable[Remark]) -> list[Plain]:
    """Return each reason with the number of remarks that give it and their rows, the frequent ones first."""
    grouped: dict[tuple[str, str], list[Remark]] = defaultdict(list)
    for remark in remarks:
        grouped[remark.attribute or "", remark.reason].append(remark)
    ranked = sorted(grouped.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        ({"attribute": attribute} if attribute else {}) | {"reason": reason, "count": len(found), "rows": _rows(found)}
        for (attribute, reason), found in ranked
    ]


def _rows(remarks: Iterable[Remark]) -> list[Plain]:
    ordered = sorted(remarks, key=lambda remark: (remark.key, remark.found or ""))
    return [{"row": one.key} | ({} if one.found is None else {"found": one.found}) for one in ordered]


def _overlay(overlay: Overlay) -> Plain:
    count: Counter[str] = Counter(in_force=0)
    by_attribute: dict[str, Counter[str]] = defaultdict(Counter)
    for attribute, entry in overlay.entries:
        count.update(
            in_force=entry.agree > 0,  # not what only reaches an offer: no row of it says so
            agree=max(entry.agree - 1, 0),
            coarser=entry.coarser,
            against=entry.against,
            later=sum(dated.agree for dated in entry.dated),
        )
        here = by_attribute[attribute]
        here.update(values=entry.agree > 0, disputed=bool(entry.disputed), dated=bool(entry.dated), open=entry.open)
    count["left_out"] = sum(loss.count for loss in overlay.lost)
    return {
        "models": len(overlay.models),
        "offers": sum(len(model.offers) for model in overlay.models),
        "values": {"stated": sum(count.values()), **{name: count[name] for name in VALUES}},
        "attributes": {name: dict(by_attribute[name]) for name in sorted(by_attribute)},
        "left_out": [
            {"attribute": loss.attribute, "reason": loss.reason, "count": loss.count} for loss in overlay.lost
        ],
    }


def report_text(data: Plain) -> str:
    """Return the report for a terminal of 80 columns."""
    parts = [*map(_file_lines, data["files"]), _overlay_lines(data["overlay"], data["files"])]
    return "\n\n".join("\n".join(part) for part in parts)


def _file_lines(file: Plain) -> Iterator[str]:
    rows = file["rows"]
    yield from _wrapped(f"{file['document']}: {file['title']}")
    yield from _wrapped(f"date: {file['date']}, {file['dated_by']}", 2)
    if file["dated_by"] == NOT_BEFORE:
        yield from _wrapped(f"state it if you know it: --date {file['kind']}=YYYY-MM-DD", 4)
    yield f"  {rows['read']:,} rows read = {rows['kept']:,} kept + {rows['skipped']:,} skipped"
    for one in file["missing"]:
        if one["without"] == one["rows"]:
            yield from _wrapped(f"no row has `{one['key']}`: the file's format may have changed", 2)
    for kind, heading in REMARKS.items():
        if file[kind]:
            yield f"  {heading}: {sum(reason['count'] for reason in file[kind]):,}"
            yield from chain.from_iterable(map(_reason_lines, file[kind]))
    lacking = [(one["key"], one["without"]) for one in file["missing"] if one["without"] < one["rows"]]
    if lacking:
        yield from _wrapped(f"Expected keys that rows are without: {_first(lacking)}", 2)
    if file["ignored"]:
        yield from _wrapped(f"Keys ignored: {_first(file['ignored'].items())}", 2)


def _reason_lines(reason: Plain) -> Iterator[str]:
    subject = f"{reason['attribute']} " if "attribute" in reason else ""
    yield from _counted(reason["count"], f"{subject}{reason['reason']}")
    places = [_place(one, reason["reason"]) for one in reason["rows"][:EXAMPLES]]
    yield f"{' ' * HANGING}{_fitting(places, reason['count'])}"


def _place(found_in: Plain, reason: str) -> str:
    """Return the place of a row and what was found there, unless the place or the reason says it."""
    row, found = found_in["row"], found_in.get("found", "")
    said = found.strip('"') in f"{row} {reason}"
    return _shortened(row) + ("" if said else f" ({_shortened(found)})")


def _fitting(places: Sequence[str], count: int) -> str:
    """Return as many places as stand on one line, at least one, and that there are more if that stands there, too."""
    for shown in range(len(places), 0, -1):
        line = ", ".join(places[:shown]) + (", …" if count > shown else "")
        if len(line) <= WIDTH - HANGING:
            return line
    return places[0]


def _overlay_lines(overlay: Plain, files: Sequence[Plain]) -> Iterator[str]:
    yield f"Overlay: {overlay['models']:,} models, {overlay['offers']:,} offers"
    values = overlay["values"]
    yield f"  Values stated in the rows kept: {values['stated']:,}"
    for name, words in VALUES.items():
        if values[name]:
            yield from _counted(values[name], words)
    if overlay["left_out"]:
        yield "  Left out"
        for loss in overlay["left_out"]:
            yield from _counted(loss["count"], f"{loss['attribute']} {loss['reason']}")
    disputed = {name: count["disputed"] for name, count in overlay["attributes"].items() if count["disputed"]}
    if disputed:
        yield "  Values in force that others dispute"
        for name, count in sorted(disputed.items(), key=lambda pair: (-pair[1], pair[0])):
            yield from _counted(count, f"of {overlay['attributes'][name]['values']:,} {name}")
    unsure = sum(count["open"] for count in overlay["attributes"].values())
    if unsure:
        yield "  Decided by the date of a file that may be younger than that"
        yield from _counted(unsure, "values in force that another file disputes")
    alone = {file["document"]: len(file["unmatched"]) for file in files if "unmatched" in file}
    if alone:
        yield "  Models that no other file knows"
        for document, count in alone.items():
            yield from _counted(count, document)


def _first(counted: Iterable[tuple[str, int]]) -> str:
    """Return the first keys with their numbers, and how many more there are."""
    named = [f"{_shortened(key)} {count:,}" for key, count in counted]
    more = len(named) - KEYS
    return ", ".join(named[:KEYS]) + (f" and {more:,} more" if more > 0 else "")


def _shortened(text: str) -> str:
    """Return the two ends of a long text, without what a terminal would obey."""
    shown = printable(text)
    half = LONGEST // 2
    return shown if len(shown) <= LONGEST else f"{shown[:half]}…{shown[1 - half :]}"


def _counted(count: int, text: str) -> list[str]:
    return _wrapped(f"{count:>7,}  {text}", 2, HANGING)


def _wrapped(text: str, indent: int = 0, hanging: int | None = None) -> list[str]:
    """Return a text in lines of 80 columns, the further ones indented by two more or as far as is said."""
    further = indent + 2 if hanging is None else hanging
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * further,
        break_on_hyphens=False,
    )
