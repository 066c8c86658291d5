"""The vocabulary says what an attribute is, once; its values are read strictly and written as they were read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrules.errors import VocabularyError
from llmrules.language.operators import operators_for
from llmrules.language.rules.effects import RESERVED, RULE_KEYS
from llmrules.language.rules.ruleset import read_ruleset
from llmrules.language.texts import Text
from llmrules.language.values import MOST_DIGITS, Period
from llmrules.language.vocabulary import AS_OF, CHOSEN, SCOPES, TYPES
from llmrules.language.vocabulary.taking import taking
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source, parse_toml, read_toml

if TYPE_CHECKING:
    from llmrules.errors import InputError
    from llmrules.language.vocabulary import Attribute, Vocabulary

BASE = read_toml(Path(__file__).parent / "data" / "base" / "rules.toml", "base")


def vocabulary(*texts: str) -> Vocabulary:
    """Read declarations on top of the base."""
    problems: list[InputError] = []
    sources = [
        parse_toml(f'language = 1\npack = "p{number}"\n{text}', f"{number}") for number, text in enumerate(texts)
    ]
    read = read_ruleset([BASE, *sources], [], problems).vocabulary
    assert problems == []
    return read


BASIC = vocabulary()


def read(attribute: Attribute, value: object, *, periods: bool = False) -> tuple[object, list[str]]:
    """Read one value; return it with the codes of what is wrong."""
    problems: list[InputError] = []
    source = Source("x", "", {"value": value}, is_toml=False)
    cursor = Cursor.top(source, VocabularyError, problems).child("value", value)
    return attribute.read(cursor, periods=periods), [problem.code for problem in problems]


def test_every_type_is_declared_in_the_base() -> None:
    """The tests here speak of all types and scopes."""
    assert {attribute.type for attribute in BASIC} == set(TYPES)
    assert {attribute.scope for attribute in BASIC} == set(SCOPES)
    assert [attribute.name for attribute in BASIC] == sorted(BASIC.names(*SCOPES))
    assert BASIC["as_of"] == AS_OF
    assert "as_of" in BASIC
    assert "nothing" not in BASIC


VALUES: dict[str, tuple[Any, ...]] = {
    "fine_tuning": (True, False),
    "budget": ("tight",),
    "accuracy": ("best",),
    "modalities": ([], ["text"], ["text", "video"]),
    "pages": (0, -7, Decimal("0.5"), 10**MOST_DIGITS - 1),
    "region": ("EU", "여러\n줄", "x" * 1000),
    "launch": (date(2026, 3, 1), "2026-03-01"),
}
WRONG: tuple[object, ...] = (
    "no",
    "200",
    1,
    1.5,
    True,
    None,
    [],
    ["text"],
    {},
    {"is": "tight"},
    "tihgt",
    date(2026, 3, 1),
    float("nan"),
    "2026",
)


@pytest.mark.parametrize("name", VALUES)
def test_values_are_read_strictly_and_written_as_they_were(name: str) -> None:
    """What belongs to the type is read and written back; everything else is refused, once for each that is wrong."""
    attribute = BASIC[name]
    for value in VALUES[name]:
        found, problems = read(attribute, value)
        assert problems == []
        written = attribute.encode(found)  # type: ignore[arg-type]
        again = Decimal(written) if attribute.type == "number" and isinstance(written, str) else written
        assert read(attribute, again) == (found, [])
    fitting: dict[str, tuple[object, ...]] = {
        "region": ("no", "200", "tihgt", "2026"),
        "pages": (1, 1.5),
        "launch": (date(2026, 3, 1),),
        "modalities": ([], ["text"]),
        "fine_tuning": (True,),
    }
    fits = [repr(value) for value in fitting.get(name, ())]
    for value in WRONG:
        found, problems = read(attribute, value)
        assert bool(problems) is (repr(value) not in fits), value
        assert found is None or not problems or attribute.many


STATED = st.one_of(
    st.sampled_from(["text", "video", "own", "free", " ", "\ud800", "", "2026-03-01", "2026-13", "2026", "60", "é"]),
    st.sampled_from([True, False, 0, 1, 60_000, -1, 10**30, 0.5, float("nan"), Decimal("1.50"), Decimal("NaN"), None]),
    st.sampled_from([date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)]),
    st.lists(st.sampled_from(["text", "video", "smell", 1]), max_size=3),
    st.sampled_from([{"text": True}, [["text"]]]),
)


@given(st.sampled_from([*BASIC]), STATED, st.booleans())
def test_what_is_taken_at_once_is_what_is_read_with_care(attribute: Attribute, stated: object, periods: bool) -> None:  # noqa: FBT001
    """The quick reading takes nothing that the careful one refuses, and makes the same of it."""
    taken = taking(attribute, periods=periods)(stated)
    if taken is not None:
        assert (taken, []) == read(attribute, stated, periods=periods)


def test_periods_are_read_where_they_are_allowed() -> None:
    """A catalogue knows a month; a requirement is a day."""
    assert read(BASIC["released"], "2025-08", periods=True) == (
        Period(date(2025, 8, 1), date(2025, 8, 31), "2025-08"),
        [],
    )
    assert read(BASIC["released"], "2025-08") == (None, ["wrong-type"])


def test_any_file_adds_choices_to_choices_and_sets() -> None:
    """Added choices follow by their ids, whatever the order of files; who borrows choices has the new ones, too."""
    more = '[requirement.modalities]\ntype = "set"\nchoices = { "3d" = "shapes" }\n'
    again = '[requirement.budget.choices]\nnone = "none"\n[requirement.modalities.choices]\n"2d" = "drawings"\n'
    for texts in ((more, again), (again, more)):
        read = vocabulary(*texts)
        assert read["modalities"].choice_ids == ("text", "image", "audio", "video", "2d", "3d")
        assert read["input_modalities"].choice_ids == read["modalities"].choice_ids
        assert read["budget"].choice_ids == ("tight", "moderate", "generous", "none")
        assert read["budget"].choices[-1].means == Text("none", "none")


def test_choices_may_be_added_before_the_attribute_is_read() -> None:
    """A file that adds a choice may come before the file that declares the attribute."""
    declares = '[model.shape]\ntype = "choice"\nlabel.en = "shape"\nchoices = { z = "z", a = "a" }\n'
    adds = ('[model.shape.choices]\nc = "c"\n', '[model.shape]\ntype = "choice"\nchoices = { b = "b" }\n')
    for texts in permutations((declares, *adds)):
        shape = vocabulary(*texts)["shape"]
        assert (shape.choice_ids, shape.label) == (("z", "a", "b", "c"), Text("shape"))


def test_what_is_declared_is_kept() -> None:
    """Labels, questions, units, bounds, marks, sources and defaults stand in the attribute; a label may be derived."""
    read = vocabulary("""
[requirement.gpu_memory]
type = "number"
unit = { en = "GB", ko = "GB" }
minimum = 1
maximum = 1_000
default = 24
label = { en = "memory", ko = "메모리" }
ask = { en = "How much?", ko = "얼마나?" }
about.en = "Of one device."
topic = "deployment"
source = ["handbook", "handbook.weights"]
""")
    found = read["gpu_memory"]
    assert (found.minimum, found.maximum, found.default, found.unit) == (1, 1000, 24, Text("GB", "GB"))
    assert (found.label, found.ask) == (Text("memory", "메모리"), Text("How much?", "얼마나?"))
    assert (found.about, found.topic, found.sources) == (
        Text("Of one device."),
        "deployment",
        ("handbook", "handbook.weights"),
    )
    assert read["fine_tuning"].label == Text("fine tuning", "fine tuning")
    assert read["budget"].default is None


def test_what_is_gradable() -> None:
    """Scales and numbers with marks are; a number without marks is not."""
    assert {attribute.name for attribute in BASIC if attribute.gradable} == {
        "accuracy",
        "openness",
        "parameters",
        "output_price",
    }


def test_no_attribute_is_named_as_a_key_or_an_operator() -> None:
    """Whatever a rule, a catalogue or a profile says with a word of its own is no name of an attribute, but tier."""
    assert (
        set(RULE_KEYS) - {"tier"} | {"model", "offer", "toward", "requirement", "plus", "sources", "disputed"}
        <= RESERVED
    )
    assert set(operators_for(BASIC["modalities"])) <= RESERVED
    for name in sorted(RESERVED):
        problems: list[InputError] = []
        text = f'language = 1\npack = "p"\n[requirement.{name}]\ntype = "flag"\n'
        read_ruleset([parse_toml(text, "x")], [], problems)
        assert [problem.code for problem in problems] == ["bad-name"], name


@given(st.text(min_size=1, max_size=8))
def test_names_are_small_ascii_letters_digits_and_underscores(name: str) -> None:
    """Any other name is refused, so that a slot, a key and an option of the command line can spell it."""
    problems: list[InputError] = []
    data = {"language": 1, "pack": "p", "requirement": {name: {"type": "flag"}}}
    found = read_ruleset([Source("x", "", data, is_toml=False)], [], problems).vocabulary
    sound = name.isascii() and name.isidentifier() and name.islower() and name[0] != "_" and name not in RESERVED
    assert (name in found) is (sound or name == "as_of")
    assert bool(problems) is not sound


def test_the_order_of_files_changes_no_vocabulary_without_shared_choices() -> None:
    """Attributes of several files are the same whichever is read first."""
    texts = [f'language = 1\npack = "p{n}"\n[offer.x{n}]\ntype = "flag"\n' for n in range(4)]
    sources = [parse_toml(text, f"{number}") for number, text in enumerate(texts)]
    problems: list[InputError] = []
    one, other = (read_ruleset(order, [], problems).vocabulary for order in (sources, sources[::-1]))
    assert one == other
    assert not problems


def test_choices_are_for_some_types_alone() -> None:
    """Choices, scales and sets have them; each of the base has at least one."""
    for attribute in BASIC:
        assert bool(attribute.choices) is (attribute.type in CHOSEN)
