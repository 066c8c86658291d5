"""The kinds of files that can be imported, and what is known of one file of a kind: its version, its date, its licence.

The date is the one that is given, else the one in the name of the file, else the newest day on which the file says that
something happened: it cannot be from before that day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import PurePath
from typing import Protocol

from attrs import frozen

from llmrules.errors import FileError, Place
from llmrules.importers import genai_prices, litellm, models_dev
from llmrules.importers.dates import calendar_day, day_in
from llmrules.importers.reading import Origin, Reading


class Reader(Protocol):
    """What reads a file of a kind."""

    def __call__(self, data: object, origin: Origin, *, progress: Callable[[int, int], None] | None = None) -> Reading:
        """Return every row of the file as kept or skipped."""


@frozen
class Kind:
    """A kind of files: its name, what publishes it, and the functions that read it.

    ``version`` finds a version in the name of a file; ``check`` raises FileError unless the data have the shape of the
    kind, and ``days`` yields the days on which something happened.
    """

    name: str
    title: str
    licence: str
    url: str
    version: re.Pattern[str] | None
    read: Reader
    check: Callable[[object, str], object]
    days: Callable[[object], Iterator[object]]


_KINDS = (
    Kind(
        "models-dev",
        "models.dev api.json",
        "MIT",
        "https://models.dev/api.json",
        None,
        models_dev.read,
        models_dev.check,
        models_dev.days,
    ),
    Kind(
        "litellm",
        "LiteLLM model_prices_and_context_window.json",
        "MIT",
        "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
        re.compile(r"litellm-v?(\d+(?:\.\d+)+)"),
        litellm.read,
        litellm.check,
        litellm.days,
    ),
    Kind(
        "genai-prices",
        "genai-prices data.json",
        "MIT",
        "https://github.com/pydantic/genai-prices",
        re.compile(r"data-([0-9a-f]{7,40})(?![0-9a-z])"),
        genai_prices.read,
        genai_prices.check,
        genai_prices.days,
    ),
)

KINDS = {kind.name: kind for kind in _KINDS}
"""The table, by name."""

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def origin_of(
    kind: str,
    name: str,
    data: object,
    *,
    date: date | None = None,
    version: str | None = None,
    today: date,
) -> Origin:
    """Return what is known of a file. Raises FileError where it has another shape or says no day, and none is given."""
    known = KINDS[kind]
    known.check(data, name)
    file = PurePath(name).name
    if version is None and known.version is not None and (match := known.version.search(file)):
        version = match[1]
    if version is not None and not _VERSION.fullmatch(version):
        message = "has a version that no id can hold"
        raise FileError(
            message, code="bad-version", place=Place(name), found=version, hint="use letters, digits, . + -"
        )
    day, dated_by = _dated(known, file, data, date, today)
    if day is None:
        message = "says no day on which anything happened, so that its date is not known"
        raise FileError(message, code="no-date", place=Place(name), hint=f"state it: --date {kind}=YYYY-MM-DD")
    shown = day.isoformat()
    return Origin(
        kind=kind,
        id=f"{kind}-{version or shown}",
        title=" ".join(filter(None, (known.title, version)))
        + (", not before " if dated_by == NOT_BEFORE else ", ")
        + shown,
        date=day,
        dated_by=dated_by,
        version=version,
        licence=known.licence,
        url=known.url,
    )


GIVEN = "given"
NAMED = "in the name of the file"
NOT_BEFORE = "the newest day that the file mentions"


def _dated(kind: Kind, file: str, data: object, given: date | None, today: date) -> tuple[date | None, str]:
    if given is not None:
        return given, GIVEN
    named = day_in(file)
    if named is not None:
        return named, NAMED
    mentioned = [day for value in kind.days(data) if isinstance(day := calendar_day(value), date) and day <= today]
    return max(mentioned, default=None), NOT_BEFORE
