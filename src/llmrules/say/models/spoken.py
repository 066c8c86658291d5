"""Attributes and their values in words, straight from the vocabulary and the catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from llmrules.say.teller import Teller, printable_lines
from llmrules.trace.codec import json_value

if TYPE_CHECKING:
    from llmrules.language.texts import Language
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.trace.record import Json

THOUSAND = 1_000
MILLION = 1_000_000
ROUND = 10_000
"""A number of millions is short enough when it has two places behind the point."""


class Spoken:
    """Says attributes and their values in one language."""

    def __init__(self, language: Language) -> None:
        self.teller = Teller(language)
        self.say = self.teller.say

    def label(self, attribute: Attribute) -> str:
        """Return what an attribute is called, and in parentheses its name, where that is another one."""
        called = printable_lines(self.say.read(attribute.label))
        return called if called == attribute.name else f"{called} ({attribute.name})"

    def value(self, attribute: Attribute, value: Value | None, *, unit: bool = True) -> str:
        """Return a value of a model or an offer in words; None is what nobody states."""
        return self.json(attribute, None if value is None else json_value(attribute, value), unit=unit)

    def json(self, attribute: Attribute, value: Json | None, *, unit: bool = True) -> str:
        """Return a value in words that is written as a trace has it."""
        return printable_lines(self.teller.value(attribute, value, unit=unit))


def short(number: int | str) -> str:
    """Return an exact number as it may be typed in a condition, as short as possible: 200k, 1.05m, 262,144."""
    exact = Decimal(number)
    if exact >= MILLION and exact % ROUND == 0:
        return f"{(exact / MILLION).normalize():f}m"
    if exact >= THOUSAND and exact % THOUSAND == 0:
        return f"{exact / THOUSAND:f}k"
    return f"{exact:,f}"
