"""Values are read strictly and exactly, ordered exactly, and written so that reading gives them back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmrules.language.texts import Text
from llmrules.language.values import (
    EXACT,
    LARGEST_INTEGER,
    MOST_DIGITS,
    Period,
    day,
    encode,
    encode_fraction,
    encode_number,
    number,
    period,
)
from llmrules.language.vocabulary import Attribute, Choice

integers = st.integers(-(10**MOST_DIGITS) + 1, 10**MOST_DIGITS - 1)
decimals = st.builds(
    lambda digits, shift: Decimal(digits).scaleb(-shift),
    st.integers(-(10**25), 10**25),
    st.integers(0, 20),
)


@given(integers)
def test_integers_are_kept_as_they_are(value: int) -> None:
    """Every integer that fits is its own value, and what is written is read again as the same one."""
    assert number(value) == value
    written = encode_number(value)
    assert isinstance(written, int) is (abs(value) <= LARGEST_INTEGER)
    assert int(written) == value


@given(decimals)
@example(Decimal("0.1"))
@example(Decimal("-0"))
@example(Decimal("1e39"))
@example(Decimal("1e-40"))
@example(Decimal("12345678901234567890.1234567890123456789"))
def test_fractions_are_exact_and_have_one_form(value: Decimal) -> None:
    """A decimal keeps its exact size; trailing zeros, exponents and a point that says nothing make no difference."""
    read = number(value)
    assert read is not None
    assert Fraction(read) == Fraction(value)
    assert isinstance(read, int) is (value == value.to_integral_value())
    assert number(value.normalize(EXACT)) == number(Decimal(f"{value:f}")) == read
    assert str(number(Decimal(str(encode_number(read))))) == str(read)
    assert "E" not in str(encode_number(read))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30))
@example(0.1)
@example(1e22)
def test_a_binary_fraction_is_what_python_writes(value: float) -> None:
    """0.1 given by a program is one tenth, not the binary fraction beside it; what is too small is refused."""
    read = number(value)
    assert read is None or Fraction(read) == Fraction(Decimal(repr(value)))
    assert read is not None or 0 < abs(value) < 1e-23


@pytest.mark.parametrize(
    "value",
    [
        *(True, False, "200", "", None, [1], {}, float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")),
        *(10**40, -(10**40), Decimal("1e40"), Decimal("1e-41"), Decimal("1e999999"), Decimal("1" * 41 + ".5")),
        *(date(2026, 1, 1), 1j, Decimal("sNaN")),
    ],
)
def test_what_is_no_number_is_none(value: object) -> None:
    """Flags, texts, NaN, infinities and what has too many digits are no numbers."""
    assert number(value) is None


@given(st.dates())
def test_a_day_is_read_from_a_date_or_its_text(when: date) -> None:
    """Both forms of a day are the same value, for the strict reader and for the one of periods."""
    exact = Period(when, when, when.isoformat())
    assert day(when) == day(when.isoformat()) == period(when) == period(when.isoformat()) == exact
    assert encode(exact) == str(exact) == when.isoformat()


@given(st.dates())
def test_a_month_and_a_year_hold_each_of_their_days(when: date) -> None:
    """A month or a year is an interval that begins and ends with its own first and last day."""
    month, year = period(f"{when:%Y-%m}".zfill(7)), period(f"{when.year:04}")
    assert month is not None
    assert year is not None
    assert year.first <= month.first <= when <= month.last <= year.last
    assert (month.first.day, year.first.month, year.first.day, year.last.month, year.last.day) == (1, 1, 1, 12, 31)
    following = month.last.toordinal() + 1
    assert month.last == date.max or date.fromordinal(following).day == 1
    assert period(str(encode(month))) == month
    assert day(str(month)) is None


@pytest.mark.parametrize(
    "value",
    [
        *("2026-13", "2026-00", "2026-02-29", "0000", "0000-01", "26-01-01", "2026-1", "2026/01/01", "20260101"),
        *("2026-03-01T00:00:00", " 2026", "2026 ", "\uff12\uff10\uff12\uff16", "2026\n", "", 2026, 2026.0, True, None),
        *(datetime(2026, 1, 1, tzinfo=UTC), time(12)),
    ],
)
def test_what_is_no_date_is_none(value: object) -> None:
    """Numbers, times of day and days that no calendar has are no dates."""
    assert period(value) is None
    assert day(value) is None


@given(st.sets(st.sampled_from("abcdefg")), st.permutations("abcde"))
def test_a_set_is_written_in_the_order_of_its_choices(members: set[str], order: list[str]) -> None:
    """Members stand in the order of the choices, whatever the set's own; unknown ones follow by name."""
    written = encode(frozenset(members), tuple(order))
    assert isinstance(written, list)
    assert set(written) == members
    assert len(written) == len(members)
    assert written == [*(one for one in order if one in members), *sorted(members - set(order))]


def test_points_are_written_in_lowest_terms() -> None:
    """A fraction is written exactly, an integer plainly."""
    assert [encode_fraction(Fraction(22, 8)), encode_fraction(Fraction(-6, 3))] == ["11/4", "-2"]


# ── Grades ────────────────────────────────────────────────────────────────────────────────────────────────────────────

marks_of = st.lists(
    st.one_of(st.integers(-50, 50), st.decimals(-50, 50, places=2)), min_size=2, max_size=6, unique=True
)
points = st.one_of(st.integers(-80, 80), st.decimals(-80, 80, places=3))


def graded(marks: list[Any]) -> Attribute:
    """Return a number with these marks, ascending."""
    return Attribute("price", "offer", "number", Text("price"), marks=tuple(sorted(marks)))


@given(marks_of, points, points)
def test_a_greater_value_never_has_a_lower_grade(marks: list[Any], one: Any, other: Any) -> None:  # noqa: ANN401
    """Grades ascend with the value, and lie between 0 and 1."""
    attribute = graded(marks)
    low, high = sorted([one, other])
    assert 0 <= attribute.grade(low) <= attribute.grade(high) <= 1


@given(marks_of)
def test_each_mark_has_its_place(marks: list[Any]) -> None:
    """Mark i of n has the place i/(n-1), exactly; beyond the ends the grade stays."""
    attribute = graded(marks)
    places = [attribute.grade(mark) for mark in attribute.marks]
    assert places == [Fraction(index, len(marks) - 1) for index in range(len(marks))]
    assert attribute.grade(-1000) == 0
    assert attribute.grade(1000) == 1


@given(marks_of, st.data())
def test_between_two_marks_the_grade_is_linear(marks: list[Any], data: st.DataObject) -> None:
    """The middle of two values between neighbouring marks has the middle of their grades."""
    attribute = graded(marks)
    index = data.draw(st.integers(0, len(marks) - 2))
    low, high = Fraction(attribute.marks[index]), Fraction(attribute.marks[index + 1])
    parts = data.draw(st.tuples(st.integers(0, 64), st.integers(0, 64)))
    # A sixty-fourth of a difference of hundredths is a decimal, so nothing is rounded here.
    one, other, middle = (_decimal(low + (high - low) * part / 64) for part in (*parts, Fraction(sum(parts), 2)))
    assert attribute.grade(middle) == (attribute.grade(one) + attribute.grade(other)) / 2


def _decimal(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(exact) == value
    return exact


@pytest.mark.parametrize(
    ("price", "place"),
    [
        ("0", "0"),
        ("0.1", "0"),
        ("0.55", "1/6"),
        ("1", "1/3"),
        ("4", "4/9"),
        ("10", "2/3"),
        ("55", "5/6"),
        ("99999", "1"),
    ],
)
def test_prices_are_graded_between_their_marks(price: str, place: str) -> None:
    """The marks 0.1, 1, 10 and 100 make a scale of powers of ten."""
    attribute = graded([Decimal("0.1"), 1, 10, 100])
    assert attribute.grade(Decimal(price)) == Fraction(place)


@given(st.integers(1, 9))
def test_a_scale_is_graded_by_its_steps(size: int) -> None:
    """The lowest choice has 0, the highest 1, and each step is as long as the others; one choice alone has 0."""
    choices = tuple(Choice(f"c{index}", Text(f"c{index}")) for index in range(size))
    attribute = Attribute("openness", "model", "scale", Text("openness"), choices=choices)
    places = [attribute.grade(choice.id) for choice in choices]
    assert places == [Fraction(index, max(size - 1, 1)) for index in range(size)]
