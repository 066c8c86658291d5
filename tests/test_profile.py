"""A profile states requirements; what it leaves out is assumed where the vocabulary says so, else not stated."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmrules.errors import LoadError
from llmrules.language.profile import CaseReader, Expectation, ExpectedOut, Profile, Requirement, read_profile, state
from llmrules.language.rules.ruleset import read_ruleset
from llmrules.language.texts import Text
from llmrules.language.values import Period
from llmrules.reading.files import parse_json, parse_toml, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = read_toml(Path(__file__).parent / "data" / "base" / "rules.toml", "base")
VOCABULARY = read_ruleset([BASE], [], []).vocabulary

DAY = Period(date(2026, 3, 1), date(2026, 3, 1), "2026-03-01")

WHOLE = """
title = "A case"
story = { en = "Long ago", ko = "옛날" }
[requirements]
as_of = 2026-03-01
fine_tuning = true
budget = "tight"
modalities = ["video", "text"]
context_tokens = 60_000
pages = 0.5
region = "EU"
[expect]
best = ["alpha"]
eligible = "alpha"
unverified = []
excluded = [{ model = "beta", by = "weights" }, { model = "gamma" }]
cautioned = { size = ["alpha"], terms = [], "ours/age" = "beta" }
fired = ["weights"]
refused = []
"""


def test_a_profile_is_read_whole() -> None:
    """Requirements stand in the order of names, with their origin; what is expected is kept apart."""
    profile = read_profile(parse_toml(WHOLE, "x"), VOCABULARY)
    assert profile.requirements == (
        Requirement("as_of", DAY, "stated"),
        Requirement("budget", "tight", "stated"),
        Requirement("context_tokens", 60_000, "stated"),
        Requirement("fine_tuning", value=True, origin="stated"),
        Requirement("modalities", frozenset({"text", "video"}), "stated"),
        Requirement("offline", value=False, origin="assumed"),
        Requirement("pages", Decimal("0.5"), "stated"),
        Requirement("region", "EU", "stated"),
    )
    assert (profile.title, profile.story) == (Text("A case", "A case"), Text("Long ago", "옛날"))
    assert profile.expect == Expectation(
        best=("alpha",),
        eligible=("alpha",),
        unverified=(),
        excluded=(ExpectedOut("beta", ("weights",)), ExpectedOut("gamma")),
        cautioned=(("size", ("alpha",)), ("terms", ()), ("ours/age", ("beta",))),
        fired=("weights",),
        refused=(),
    )
    assert profile.facts()["modalities"] == {"text", "video"}
    assert profile.facts()["pages"] == {Decimal("0.5")}


def test_a_stated_empty_set_is_known() -> None:
    """Nothing of a set is something said; a set that is left out is not stated."""
    assert state({"modalities": []}, VOCABULARY).facts()["modalities"] == frozenset()
    assert "modalities" not in state({}, VOCABULARY).facts()


def test_today_is_assumed() -> None:
    """Without a date the decision is of today (UTC), and says that nobody stated it."""
    before = datetime.now(UTC).date()
    found = next(one for one in state({}, VOCABULARY).requirements if one.attribute == "as_of")
    assert isinstance(found.value, Period)
    assert before <= found.value.first <= datetime.now(UTC).date()
    assert found.origin == "assumed"


def test_a_default_gives_way_to_what_is_stated() -> None:
    """A stated value is stated, even where it is the default."""
    for value in (True, False):
        found = next(one for one in state({"offline": value}, VOCABULARY).requirements if one.attribute == "offline")
        assert (found.value, found.origin) == (value, "stated")


@given(st.permutations(["fine_tuning", "budget", "modalities", "as_of"]), st.permutations(["text", "audio", "video"]))
def test_the_order_of_what_is_stated_changes_nothing(names: list[str], members: list[str]) -> None:
    """Neither the order of requirements nor that of the members of a set."""
    values = {"fine_tuning": True, "budget": "tight", "modalities": members, "as_of": "2026-03-01"}
    assert state({name: values[name] for name in names}, VOCABULARY) == state(
        {"as_of": date(2026, 3, 1), "budget": "tight", "fine_tuning": True, "modalities": {"video", "audio", "text"}},
        VOCABULARY,
    )


@pytest.mark.parametrize("members", [["text"], ("text",), {"text"}, frozenset({"text"})])
def test_a_program_may_give_any_collection_of_members(members: object) -> None:
    """Python's collections are lists of members; one text is none."""
    assert state({"modalities": members}, VOCABULARY).facts()["modalities"] == {"text"}
    with pytest.raises(LoadError):
        state({"modalities": "text"}, VOCABULARY)


def test_json_and_toml_say_the_same() -> None:
    """A profile in JSON is the profile in TOML, dates as texts."""
    text = '{"requirements": {"as_of": "2026-03-01", "pages": 0.5, "modalities": ["video"]}, "title": {"en": "A"}}'
    toml = '[requirements]\nas_of = 2026-03-01\npages = 0.50\nmodalities = ["video"]\n[title]\nen = "A"\n'
    assert read_profile(parse_json(text), VOCABULARY) == read_profile(parse_toml(toml, "x"), VOCABULARY)


class Missing:
    """A value as tables of data have it where there is none: it is neither equal to another nor not."""

    def __eq__(self, other: object) -> bool:
        """Raise TypeError."""
        raise TypeError

    __hash__ = object.__hash__


ANYTHING = st.one_of(
    st.sampled_from(["tight", "video", "text", "EU", " ", "\ud800", "", "2026-03-01", "2026-13-01", "60", "é"]),
    st.sampled_from([True, False, 0, 1, 60_000, -1, 10**30, 0.5, float("nan"), Decimal("1.50"), Decimal("NaN"), None]),
    st.sampled_from([date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), DAY]),
    st.lists(st.sampled_from(["text", "video", "smell", 1]), max_size=3),
    st.sets(st.sampled_from(["text", "video"])).map(frozenset),
    st.sampled_from([("text",), {"text"}, {"text": True}, [["text"]], Missing()]),
)


@given(st.dictionaries(st.sampled_from([*VOCABULARY.names("requirement"), "weights", "nothing", 3]), ANYTHING))
@example({"budget": Missing()})
def test_the_quick_way_to_read_a_case_is_the_careful_one(stated: dict[Any, object]) -> None:
    """Whatever a program states, the compiled readers give the same requirements, or the same errors."""

    def read(how: Callable[[dict[Any, object]], Profile]) -> object:
        try:
            return how({"as_of": "2026-03-01", **stated}).requirements
        except LoadError as error:
            return str(error)

    assert read(CaseReader(VOCABULARY).read) == read(lambda case: state(case, VOCABULARY))
