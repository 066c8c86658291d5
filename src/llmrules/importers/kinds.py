"""The kinds of files that can be imported, and what is known of one file of a kind: its version, its date, its licence.

The date is the one that is given, else the one in the name of the file, else the newest day on which the file says that
something happened: it cannot be from before that day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Protocol

from attrs import evolve, frozen

from llmrules.errors import FileError, Place
from llmrules.importers import arena, genai_prices, litellm, llmfit, models_dev, scores
from llmrules.importers.boards import Measuring, Names
from llmrules.importers.reading import GIVEN, NAMED, NOT_BEFORE, Origin, Progress, Reading
from llmrules.importers.written import calendar_day, day_in
from llmrules.language.settings import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterator


class Reader(Protocol):
    """A module that reads a kind of files.

    ``check`` returns what a file holds where it has the shape of the kind, and raises FileError where it has not; of
    that, ``days`` yields the days on which something happened, and ``read`` returns every row as kept or skipped.
    """

    read: Callable[..., Reading]

    def check(self, data: Any, name: str, /) -> Any: ...  # noqa: ANN401, D102 - plain JSON
    def days(self, rows: Any, /) -> Iterator[object]: ...  # noqa: ANN401, D102 - plain JSON


@frozen
class Kind:
    """A kind of files: its name, what publishes it, and the module that reads it.

    ``version`` finds a version in the name of a file. ``board``: the file measures or describes models and sells none.
    ``is_text``: it is no JSON.
    """

    name: str
    title: str
    reader: Reader
    version: str | None = None
    board: bool = False
    is_text: bool = False


@frozen(eq=False)
class Input:
    """A file to import: its kind, what messages call it, what reads it, and its day and version as far as known."""

    kind: str
    name: str
    read: Callable[[], object]
    date: date | None = None
    version: str | None = None


_ARENA = "Arena (arena.ai), dataset leaderboard-dataset, used under CC BY 4.0"
_COMMIT = r"data-([0-9a-f]{7,40})(?![0-9a-z])"
_NUMBERS = r"v?(\d+(?:\.\d+)+)"
_KINDS = (
    Kind("models-dev", "models.dev api.json", models_dev),
    Kind("litellm", "LiteLLM model_prices_and_context_window.json", litellm, f"litellm-{_NUMBERS}"),
    Kind("genai-prices", "genai-prices data.json", genai_prices, _COMMIT),
    Kind("arena", _ARENA, arena, board=True),
    Kind("llmfit", "llmfit, records of open weights", llmfit, f"llmfit-{_NUMBERS}", board=True),
    Kind("scores", "Scores", scores, board=True, is_text=True),
)

KINDS = {kind.name: kind for kind in _KINDS}
"""The table, by name."""

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def read_file(
    kind: str,
    name: str,
    data: object,
    *,
    date: date | None = None,
    version: str | None = None,
    today: date,
    measuring: Measuring | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Read the data of one file, of which only the day and the version may be known. Raises FileError.

    ``measuring`` is for a board, which without it names no model.
    """
    known = KINDS[kind]
    rows = known.reader.check(data, name)
    origin = origin_of(kind, name, rows, date=date, version=version, today=today)
    if measuring is not None and measuring.title is not None:
        origin = evolve(origin, title=measuring.title)
    if known.board:
        return known.reader.read(rows, origin, measuring or Measuring(Names({})))
    return known.reader.read(rows, origin, progress=progress)


def origin_of(
    kind: str,
    name: str,
    rows: Any,  # noqa: ANN401 - plain JSON of the kind's shape
    *,
    date: date | None = None,
    version: str | None = None,
    today: date,
) -> Origin:
    """Return what is known of a file, checked before.

    Raises FileError where it says no day and none is given, and for a day to come.
    """
    known = KINDS[kind]
    file = PurePath(name).name
    if version is None and known.version is not None and (match := re.search(known.version, file)):
        version = match[1]
    if version is not None and not _VERSION.fullmatch(version):
        message = "has a version that no id can hold"
        raise FileError(
            message, code="bad-version", place=Place(name), found=version, hint="use letters, digits, . + -"
        )
    day, dated_by = _dated(known, file, rows, date, today)
    if day is None:
        message = "says no day on which anything happened, so that its date is not known"
        raise FileError(message, code="no-date", place=Place(name), hint=f"state it: --date {kind}=YYYY-MM-DD")
    if day > today + timedelta(days=1):  # where the sun rises first it is tomorrow already
        message = f"is dated {day.isoformat()}, which is yet to come"
        raise FileError(message, code="future-date", place=Place(name), hint=f"state its day: --date {kind}=YYYY-MM-DD")
    shown, published = day.isoformat(), PUBLISHED.get(kind)
    return Origin(
        kind=kind,
        id=f"{kind}-{version or shown}",
        title=" ".join(filter(None, (known.title, version)))
        + (", not before " if dated_by == NOT_BEFORE else ", ")
        + shown,
        date=day,
        dated_by=dated_by,
        version=version,
        licence=None if published is None else published.licence,
        url=None if published is None else published.source,
    )


def _dated(
    kind: Kind,
    file: str,
    rows: Any,  # noqa: ANN401 - plain JSON of the kind's shape
    given: date | None,
    today: date,
) -> tuple[date | None, str]:
    if given is not None:
        return given, GIVEN
    named = day_in(file)
    if named is not None:
        return named, NAMED
    mentioned = [
        day for value in kind.reader.days(rows) if isinstance(day := calendar_day(value), date) and day <= today
    ]
    return max(mentioned, default=None), NOT_BEFORE
