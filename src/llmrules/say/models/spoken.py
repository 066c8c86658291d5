"""Attributes and their values in words, straight from the vocabulary and the catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from llmrules.say.words import printable_lines, value_words
from llmrules.trace.given import json_value, record_attribute

if TYPE_CHECKING:
    from llmrules.language.texts import Language
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.trace.record import Json

THOUSAND = 1_000
MILLION = 1_000_000
ROUND = 10_000
"""A number of millions is short enough when it has two places behind the point."""


def label(attribute: Attribute, language: Language) -> str:
    """Return what an attribute is called, and in parentheses its name, where that is another one."""
    called = printable_lines(attribute.label.read(language))
    return called if called == attribute.name else f"{called} ({attribute.name})"


def spoken(attribute: Attribute, value: Value | None, language: Language, *, unit: bool = True) -> str:
    """Return a value of a model or an offer in words; None is what nobody states."""
    return spoken_json(attribute, None if value is None else json_value(attribute, value), language, unit=unit)


def spoken_json(attribute: Attribute, value: Json | None, language: Language, *, unit: bool = True) -> str:
    """Return a value in words that is written as a trace has it."""
    return printable_lines(value_words(record_attribute(attribute), value, language, unit=unit))


def short(number: int | str) -> str:
    """Return an exact number as it may be typed in a condition, as short as possible: 200k, 1.05m, 262,144."""
    exact = Decimal(number)
    if exact >= MILLION and exact % ROUND == 0:
        return f"{(exact / MILLION).normalize():f}m"
    if exact >= THOUSAND and exact % THOUSAND == 0:
        return f"{exact / THOUSAND:f}k"
    return f"{exact:,f}"
