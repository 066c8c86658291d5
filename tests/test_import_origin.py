"""Which file was read: its id, its version, its date and where the date is from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.import_files import FILES, TODAY, data_of

from llmrules.errors import FileError
from llmrules.importers.kinds import KINDS, origin_of, read_file
from llmrules.importers.reading import GIVEN, NAMED, NOT_BEFORE

if TYPE_CHECKING:
    from llmrules.importers.reading import Origin


def origin(kind: str, name: str | None = None, **given: Any) -> Origin:  # noqa: ANN401 - passed on
    """Return the origin of an extract under some name."""
    return origin_of(kind, name or FILES[kind], data_of(kind), **({"today": TODAY} | given))


def test_the_name_says_it() -> None:
    """A day and a version in the name of the file are taken from it."""
    models_dev, litellm, genai = (origin(kind) for kind in FILES)
    assert (models_dev.id, models_dev.date, models_dev.dated_by) == ("models-dev-2026-05-21", date(2026, 5, 21), NAMED)
    assert models_dev.title == "models.dev api.json, 2026-05-21"
    assert (litellm.id, litellm.version) == ("litellm-1.109.1", "1.109.1")
    assert (genai.id, genai.version) == ("genai-prices-47df840", "47df840")
    assert {one.licence for one in (models_dev, litellm, genai)} == {"MIT"}


def test_not_before() -> None:
    """Without a day in its name, a file is not before the newest day on which it says that something happened."""
    litellm, genai, models_dev = origin("litellm"), origin("genai-prices"), origin("models-dev", "api.json.gz")
    assert (litellm.date, litellm.dated_by) == (date(2026, 9, 29), NOT_BEFORE)
    assert litellm.title == "LiteLLM model_prices_and_context_window.json 1.109.1, not before 2026-09-29"
    assert (genai.date, genai.dated_by) == (date(2025, 10, 1), NOT_BEFORE)
    assert models_dev.id == f"models-dev-{models_dev.date}"
    assert models_dev.dated_by == NOT_BEFORE


def test_announced_days_are_no_dates_of_the_file() -> None:
    """Retirements and prices that start later are announced before they come, so they do not date a file."""
    text = str(data_of("litellm"))
    assert "2026-10" in text or "2027-" in text
    assert "2026-09-01" in str(data_of("genai-prices"))
    assert origin("genai-prices").date < date(2026, 9, 1)


def test_nothing_is_after_today() -> None:
    """A day after today, a mistake, does not date a file."""
    assert origin("litellm", today=date(2026, 9, 28)).date < date(2026, 9, 28)


def test_what_is_given_holds() -> None:
    """A given date and a given version win over the name and the data."""
    given = origin("models-dev", date=date(2026, 6, 1), version="4f2a")
    assert (given.id, given.date, given.dated_by, given.version) == (
        "models-dev-4f2a",
        date(2026, 6, 1),
        GIVEN,
        "4f2a",
    )
    assert given.title == "models.dev api.json 4f2a, 2026-06-01"


def test_a_folder_says_nothing() -> None:
    """Only the name of the file counts, not that of its folder."""
    assert origin("models-dev", "2020-01-01/api.json").dated_by == NOT_BEFORE


@pytest.mark.parametrize("version", ["", "a b", "-1", "v/2", "é"])
def test_bad_version(version: str) -> None:
    """A version that cannot stand in an id is refused."""
    with pytest.raises(FileError, match="version") as caught:
        origin("litellm", version=version)
    assert caught.value.code == "bad-version"
    assert caught.value.found == version


def test_no_date() -> None:
    """A file that says no day on which anything happened needs a date."""
    data: object = {"openai": {"models": {}}}
    with pytest.raises(FileError, match="says no day") as caught:
        origin_of("models-dev", "api.json", data, today=TODAY)
    assert caught.value.code == "no-date"
    assert "--date models-dev=" in str(caught.value)
    assert origin_of("models-dev", "api.json", data, date=TODAY, today=TODAY).date == TODAY


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_shape(kind: str) -> None:
    """The shape is checked before anything else is asked of a file."""
    with pytest.raises(FileError, match="must be") as caught:
        read_file(kind, "page.json", ["no"], version="no id!", today=TODAY)
    assert caught.value.code == "wrong-shape"
    assert caught.value.place.file == "page.json"


def test_days_of_odd_rows() -> None:
    """Rows of an odd shape date nothing and break nothing."""
    odd: object = {
        "a": None,
        "b": {"models": []},
        "c": {"models": {"x": 7, "y": {"release_date": 7, "last_updated": "2026-01"}}},
    }
    with pytest.raises(FileError, match="says no day"):
        origin_of("models-dev", "api.json", odd, today=TODAY)
    providers = [None, {"models": [None, {"id": 7}, {"id": "gpt-4o-2024-11-20"}]}, {"models": 7}]
    assert origin_of("genai-prices", "data.json", providers, today=TODAY).date == date(2024, 11, 20)
