"""How values, tests and facts are said in English and Korean, from the records of a trace alone.

The sentences that explain a rule stand in the rule; here are only the words that join them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from llmrules.errors import printable
from llmrules.language.operators import OPERATORS
from llmrules.language.texts import Language, Text, fill
from llmrules.trace.record import TestRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules.trace.record import AttributeRecord, Conditions, Json, LeafOutcome, ModelRecord, Threshold

Attributes: TypeAlias = Mapping[str, "AttributeRecord"]

FLAGS: dict[bool, Text] = {True: Text("yes", "예"), False: Text("no", "아니요")}
NOT_STATED = Text("not stated", "명시되지 않음")
UNKNOWN = Text("unknown", "알 수 없음")
NOTHING = Text("nothing", "없음")
OR = Text(" or ", " 또는 ")

MOST_NAMES = 3
"""How many names a line gives before it says how many more there are."""

MOST_BEST = 12
"""How many of those that share the first place an answer names."""

_AMOUNT = re.compile(r"USD( per (day|month|year))?")
"""The units of sums of money; a price, which is per something bought, may need more than cents."""


def value_words(attribute: AttributeRecord, value: Json | None, language: Language, *, unit: bool = True) -> str:
    """Return a value in words: choices by their names, numbers with thousands separated and with their unit."""
    if value is None:
        absent = NOT_STATED if attribute.scope == "requirement" else UNKNOWN
        return absent.read(language)
    if isinstance(value, tuple):
        return ", ".join(choice_words(attribute, one, language) for one in value) or NOTHING.read(language)
    if isinstance(value, bool):
        return FLAGS[value].read(language)
    if attribute.type == "number":
        return _amount_words(attribute, value, language, unit=unit)
    if attribute.choices:
        return choice_words(attribute, str(value), language)
    return printable(str(value))


def number_words(value: int | str, unit: str = "") -> str:
    """Return a number with its thousands separated, and its unit."""
    return _measured(f"{Decimal(value):,f}", unit)


def money_words(value: int | str) -> str:
    """Return US dollars without their sign, with thousands separated and with cents; more digits where there are more.

    >>> print(money_words(1234), money_words("0.075"), money_words("-2.5"))
    1,234.00 0.075 -2.50
    """
    whole, _, cents = f"{Decimal(value):,f}".partition(".")
    return f"{whole}.{cents:0<2}"


def _amount_words(attribute: AttributeRecord, value: int | str, language: Language, *, unit: bool = True) -> str:
    """Return a number of an attribute's unit: sums of money with their sign, all else with the unit behind it."""
    if attribute.unit is None or not _AMOUNT.fullmatch(attribute.unit.read("en")):
        return number_words(value, attribute.unit.read(language) if attribute.unit and unit else "")
    if not unit:
        return money_words(value)
    per = attribute.unit.read(language).removeprefix("USD").removeprefix("달러")
    return f"${money_words(value)}{printable(per)}"


def _measured(amount: str, unit: str) -> str:
    """Join an amount and its unit; in Korean a unit stands close to its number."""
    close = any("가" <= mark <= "힣" for mark in unit)
    return f"{amount}{'' if close else ' '}{unit}" if unit else amount


def choice_words(attribute: AttributeRecord, choice: str, language: Language) -> str:
    """Return the name of a choice: its words up to a colon, after which they explain."""
    for declared in attribute.choices:
        if declared.id == choice:
            return declared.means.read(language).split(":")[0].strip()
    return printable(choice)


def tests_words(attribute: AttributeRecord, tests: tuple[TestRecord, ...], language: Language) -> str:
    """Return what a leaf asks for: ``at least 60,000 tokens``."""
    joined = Text(" and ", ", ").read(language)
    return joined.join(
        _test_words(attribute, test, threshold, language) for test in tests for threshold in test.thresholds
    )


def _test_words(attribute: AttributeRecord, test: TestRecord, threshold: Threshold, language: Language) -> str:
    if test.operator == "toward":
        low = Text("the lower the better", "낮을수록 유리")
        high = Text("the higher the better", "높을수록 유리")
        return (low if threshold == "lowest" else high).read(language)
    if test.operator == "known" and threshold is False:
        return Text("not known", "알려지지 않음").read(language)
    operator = OPERATORS[test.operator]
    if isinstance(threshold, tuple) and len(threshold) == 1:
        operator = OPERATORS[_OF_ONE.get(test.operator, test.operator)]
    template = operator.ko if language == "ko" else operator.en
    if isinstance(threshold, tuple):
        words = [value_words(attribute, _member(attribute, one), language) for one in threshold]
        return template.format(OR.read(language).join(words) if operator.operand == "list" else ", ".join(words))
    return template.format(value_words(attribute, threshold, language))


def condition_words(attributes: Attributes, conditions: Conditions, language: Language) -> str:
    """Return a condition table in words: ``context window: at least 200,000 tokens; openness: open-weight``."""
    said = [
        f"{attributes[name].label.read(language)}: {tests_words(attributes[name], tests, language)}"
        for name, tests in condition_tests(conditions)
    ]
    said += [condition_words(attributes, inner, language) for inner in conditions.get("all", ())]
    either = [condition_words(attributes, inner, language) for inner in conditions.get("any", ())]
    if either:
        said.append(OR.read(language).join(f"({one})" if "; " in one else one for one in either))
    return printable_lines("; ".join(said))


def condition_tests(conditions: Conditions) -> Iterator[tuple[str, tuple[TestRecord, ...]]]:
    """Yield each attribute of a condition table with its tests, those of nested tables aside."""
    for name, tests in sorted(conditions.items()):
        if name not in {"all", "any"}:
            sides = {key: tuple(side) if isinstance(side, list) else side for key, side in tests.items()}
            yield name, tuple(TestRecord(operator, (side,)) for operator, side in sides.items())


_OF_ONE = {"any_of": "is", "has_any": "has", "has_all": "has"}
"""What an operator on a list means when the list has one member."""


def _member(attribute: AttributeRecord, value: int | str) -> Json:
    """Return one value of a list on a right side, as the attribute has it alone."""
    return (str(value),) if attribute.type == "set" else value


def gap_words(
    attribute: AttributeRecord, tests: tuple[TestRecord, ...], outcome: LeafOutcome, language: Language
) -> str:
    """Return how far off a leaf is, or nothing where it has no measure; gaps stand in the order of thresholds."""
    said = []
    asked = [test.operator for test in tests for _ in test.thresholds]
    for name, gap in zip(asked, outcome.gaps, strict=False):
        if isinstance(gap, tuple):
            if gap:
                operator = OPERATORS[name]
                template = operator.gap_ko if language == "ko" else operator.gap_en
                said.append(template.format(", ".join(choice_words(attribute, one, language) for one in gap)))
        elif gap is not None and not isinstance(gap, bool):
            said.append(_distance_words(attribute, name, gap, language))
    return ", ".join(filter(None, said))


def _distance_words(attribute: AttributeRecord, operator: str, gap: int | str, language: Language) -> str:
    amount = abs(Decimal(gap))
    if attribute.type == "date":
        unit = Text("day" if amount == 1 else "days", "일").read(language)
    elif attribute.type == "scale":
        unit = Text("step" if amount == 1 else "steps", "단계").read(language)
    else:
        unit = ""
    size = _measured(f"{amount:,f}", unit)
    if attribute.type == "number":
        size = _amount_words(attribute, str(amount), language)
    if amount == 0:
        return ""
    if Decimal(gap) > 0:
        return Text(f"{size} above", f"{size} 초과").read(language)
    short = "여유" if operator in {"at_most", "below"} else "부족"  # Korean tells what is left from what is lacking
    return Text(f"{size} below", f"{size} {short}").read(language)


def names_words(names: Sequence[str], language: Language, most: int = MOST_NAMES) -> str:
    """Return the first of some names, and how many more there are.

    >>> print(names_words(["a", "b"], "en"), "|", names_words(["a", "b", "c", "d", "e"], "en"))
    a, b | a, b, c and 2 more
    """
    said = ", ".join(names[:most])
    more = len(names) - most
    return said if more <= 0 else said + Text(f" and {more:,} more", f" 외 {more:,}개").read(language)


def telling_names(models: Sequence[ModelRecord]) -> dict[str, str]:
    """Return what people call each model, by id; where several of them have one name, the id stands behind it."""
    names = {one.id: one.name for one in models}
    shared = Counter(names[one] for one in {one.id for one in models if one.listed})
    return {one: f"{name} ({one})" if shared[name] > 1 else name for one, name in names.items()}


def points_words(points: str) -> str:
    """Return points for people: an integer, or two decimals; the trace has them exactly."""
    exact = Fraction(points)
    return str(exact) if exact.denominator == 1 else f"{float(exact):.2f}"


def points_phrase(points: str, language: Language) -> str:
    """Return points with their noun: 1 point, 2.50 points."""
    said = points_words(points)
    return f"{said}점" if language == "ko" else f"{said} point{'' if said in {'1', '-1'} else 's'}"


def fill_slots(
    text: Text | None, attributes: Attributes, values: Mapping[str, Json | None], language: Language, model: str = ""
) -> str:
    """Return a rule's sentence with its slots filled; what is not known is said to be so."""

    def word(name: str) -> str:
        if name == "model":
            return printable(model)
        attribute = attributes.get(name)
        return value_words(attribute, values.get(name), language, unit=False) if attribute else f"{{{name}}}"

    return fill(printable_lines(text.read(language)), word) if text is not None else ""


def printable_lines(text: str) -> str:
    """Return a text on one line without what a terminal would obey."""
    return printable(" ".join(text.split()))
