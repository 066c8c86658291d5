"""``llmrules import``: public catalogue files become one overlay, with a report of what was left out and why."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from llmrules.advisor import Advisor
from llmrules.cli import options
from llmrules.cli.outputs import refuse_overwriting, refuse_replacing
from llmrules.cli.progress import part, progress
from llmrules.cli.terminal import print_plain
from llmrules.errors import FileError, Place
from llmrules.importers.boards import Measuring, Names
from llmrules.importers.kinds import KINDS, Input, Kind, read_file
from llmrules.importers.merging import merge
from llmrules.importers.reading import Reading, Remark
from llmrules.importers.report import report_data, report_text
from llmrules.importers.writing import FORMATS, Format, catalogue_text
from llmrules.language.values import day
from llmrules.reading.files import read_json_data, read_text, write_whole, writing_whole
from llmrules.reading.shipped import catalog_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from llmrules.catalog import Catalog
    from llmrules.importers.merging import Overlay
    from llmrules.importers.reading import Progress


RESOLD = "the seller is not the developer (--only-first-party)"


@click.command("import", short_help="Turn public catalogue files into a catalogue of yours.")
@click.argument("inputs", nargs=-1, required=True, metavar="KIND FILE [KIND FILE]...")
@click.option("-o", "--output", "target", type=options.PATH, required=True, metavar="OUT",
              help="The catalogue file to write, TOML or JSON.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to write it.  [default: by the suffix of OUT]")
@click.option("--date", "dates", multiple=True, metavar="KIND=YYYY-MM-DD", help="The day that a file is of.")
@click.option("--source-version", "versions", multiple=True, metavar="KIND=VERSION", help="The version of a file.")
@click.option("--report", type=options.PATH, metavar="FILE", help="Write the whole report to this file, as JSON.")
@click.option("--only-first-party", is_flag=True, help="Keep only what the developers of models sell themselves.")
@click.option("--catalog", "catalog_paths", multiple=True, type=options.PATH, metavar="FILE",
              help="Whose models a board may name.  [default: our catalogues]")  # fmt: skip
@click.option("--board", metavar="NAME", help="What scores measure: the end of rank_NAME and measured_NAME.")
@click.option("--title", metavar="TEXT", help="What scores are cited as.")
def import_(inputs: tuple[str, ...], target: Path, **given: Any) -> None:  # noqa: ANN401 - click passes the options
    """Turn public catalogue files, which you have downloaded, into one catalogue file to lay on top of ours.

    KIND is models-dev (api.json), litellm (model_prices_and_context_window.json) or genai-prices (data.json), or what
    was measured: arena (its boards as JSON) or scores (a CSV file of yours with model,score,low,high,n). A JSON file
    may be compressed with gzip. Each value cites the file that states it, and where files disagree all values are kept.
    What no file states stays unknown; the report says what was left out and why.

    \b
      llmrules import models-dev api.json -o models.json
      llmrules import models-dev api.json litellm prices.json -o models.json --report report.json
      llmrules decide profile.toml --catalog models.json
      llmrules import arena boards.json -o measured.toml
      llmrules import scores korean.csv --board korean --title "Our test" --date scores=2026-10-01 -o korean.toml

    Nothing is downloaded. Exit status: 0 the file is written, 2 something is wrong with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    files = _pairs(inputs)
    kinds = [kind for kind, _ in files]
    _check_board(given["board"], kinds)
    written_as = form_of(target, given["form"])
    days = {kind: _day(kind, text) for kind, text in _settings("--date", given["dates"], kinds).items()}
    named = _settings("--source-version", given["versions"], kinds)
    refuse_overwriting([path for _, path in files], [target, given["report"]])
    refuse_replacing(target)
    with progress("Importing") as advance:
        read = [_input(kind, path, days.get(kind), named.get(kind)) for kind, path in files]
        keep = _first_party if given["only_first_party"] else None
        readings, overlay = joined(read, partial(_measuring, given), advance, keep=keep)
        data = report_data(readings, overlay)
        told = json.dumps(data, indent=1) + "\n"
        with nullcontext() if given["report"] is None else writing_whole(given["report"], told):  # both or none
            write_whole(target, catalogue_text(overlay, written_as))
    print_plain(report_text(data))


def joined(
    inputs: Sequence[Input],
    measuring: Callable[[Kind, list[Reading]], Measuring],
    advance: Progress,
    *,
    keep: Callable[[Reading], Reading] | None = None,
) -> tuple[list[Reading], Overlay]:
    """Read files and make one overlay of what is kept of them; what was measured is read last. Raises FileError.

    ``measuring`` says, for a board, which models there are: those of catalogues and of the files read before it.
    """
    parts = len(inputs) + 2  # merging is one part, and writing is one
    readings: list[Reading] = []
    for number, one in enumerate(sorted(inputs, key=lambda one: KINDS[one.kind].board)):
        known = KINDS[one.kind]
        reading = read_file(
            one.kind,
            one.name,
            one.read(),
            date=one.date,
            version=one.version,
            today=datetime.now(UTC).date(),
            measuring=measuring(known, readings) if known.board else None,
            progress=part(advance, number, parts),
        )
        readings.append(reading)
    readings = readings if keep is None else [keep(reading) for reading in readings]
    return readings, merge(readings, progress=part(advance, len(inputs), parts))


def _input(kind: str, path: Path, day: date | None, version: str | None) -> Input:
    read = read_text if KINDS[kind].is_text else read_json_data
    return Input(kind, path.as_posix(), partial(read, path), day, version)


def _pairs(inputs: Sequence[str]) -> list[tuple[str, Path]]:
    """Return each file with its kind, as far as they are pairs of a known kind and a file."""
    for kind in inputs[::2]:
        if kind not in KINDS:
            message = "is no kind of file that can be imported"
            raise FileError(message, code="unknown-kind", place=Place("import"), found=kind, allowed=KINDS)
    if len(inputs) % 2:
        message = f"{inputs[-1]} needs a file: write KIND FILE [KIND FILE]…"
        raise click.UsageError(message, click.get_current_context())
    return [(kind, Path(name)) for kind, name in zip(inputs[::2], inputs[1::2], strict=True)]


def _check_board(board: str | None, kinds: Sequence[str]) -> None:
    """Refuse scores that do not say what they measure, or by a name that no attribute can end with."""
    if "scores" in kinds and (board is None or not re.fullmatch(r"[a-z0-9]+(?:_[a-z0-9]+)*", board)):
        message = "must say what the scores measure, in small letters, digits and _"
        hint = "--board coding gives rank_coding, which our rules read; declare attributes of your own in a rule file"
        raise FileError(message, code="bad-setting", place=Place("--board"), found=board, hint=hint)


def _settings(option: str, given: Iterable[str], kinds: Sequence[str]) -> dict[str, str]:
    """Return what an option gives for each kind: one of the kinds that are imported, once."""
    found: dict[str, str] = {}
    for setting in given:
        kind, equals, value = setting.partition("=")
        if not equals or not value.strip():
            message = f"takes KIND=VALUE, as in {option} {kinds[0]}=…"
            raise FileError(message, code="bad-setting", place=Place(option), found=setting)
        if kind not in kinds:
            message = "is not the kind of a file that is imported"
            raise FileError(message, code="unknown-kind", place=Place(option), found=kind, allowed=sorted({*kinds}))
        if kind in found or kinds.count(kind) > 1:
            message = "is said twice, or of two files" if kind in found else "is said of two files of one kind"
            hint = "import them one by one, or put dates and versions into their names"
            raise FileError(message, code="bad-setting", place=Place(option), found=setting, hint=hint)
        found[kind] = value.strip()
    return found


def _day(kind: str, text: str) -> date:
    days = day(text)
    if days is None:
        message = "must be a day such as 2026-05-21"
        raise FileError(message, code="bad-setting", place=Place("--date"), found=f"{kind}={text}")
    return days.first


def form_of(target: Path, form: str | None) -> Format:
    """Return how the file is written; it must be what a catalogue file of that name is read as."""
    suffix = target.suffix.lower().removeprefix(".")
    meant = form or suffix
    if meant not in FORMATS:
        message = f"{target.name} ends neither in .toml nor in .json: say --format"
        raise click.UsageError(message, click.get_current_context())
    read_as = suffix if suffix in FORMATS else "toml"
    if meant != read_as:
        message = f"{target.name} would be read as {read_as.upper()}, not as {meant.upper()}: end its name in .{meant}"
        raise click.UsageError(message, click.get_current_context())
    return meant


def _measuring(given: dict[str, Any], kind: Kind, readings: Iterable[Reading]) -> Measuring:
    """Return what reading a board takes beside its file."""
    catalog = Advisor.load(catalog=given["catalog_paths"] or catalog_names(), engine="plain").knowledge.catalog
    names = names_of(catalog, readings)
    return Measuring(names, given["board"] or "", given["title"]) if kind.is_text else Measuring(names, "", None)


def names_of(catalog: Catalog, readings: Iterable[Reading]) -> Names:
    """Return what the models of a catalogue, and of files that were read, are called."""
    releases = {
        model.id: [str(model.entries["release"].value)] for model in catalog.listed if "release" in model.entries
    }
    called = [(model.id, (model.name, *releases.get(model.id, ()))) for model in catalog.listed]
    return Names.of([*called, *((row.id, ()) for reading in readings for row in reading.rows)])


def _first_party(reading: Reading) -> Reading:
    """Skip the rows of those who sell the models of others."""
    kept = tuple(row for row in reading.rows if row.first_party or not row.seller)
    others = (row for row in reading.rows if row.seller and not row.first_party)
    resold = tuple(Remark(row.key, RESOLD, found=row.provider) for row in others)
    return evolve(reading, rows=kept, skipped=(*reading.skipped, *resold))
