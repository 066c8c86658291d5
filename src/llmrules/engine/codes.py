"""The values of an attribute as small integers, and the tests on them as sets of these.

This is one of the two ways in which the truth of a test is written down; it shares no function with the other,
the table of operators. Sets of codes are the bits of an integer: bit 0, that the attribute is known at all; bit
*c* + 1, that it has the value of code *c*.
"""

from __future__ import annotations

from bisect import bisect_left
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from attrs import field, frozen

from llmrules.errors import EngineError
from llmrules.language.conditions import Reference
from llmrules.language.values import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.conditions import Leaf, Test
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute

KNOWN = 1
"""The bit that says that an attribute is known at all."""

Key: TypeAlias = Any
"""What stands for a value: itself, or of a date the number of its day. Keys of one attribute have one order."""


@frozen(eq=False)
class Codes:
    """The codes of one attribute. A listed value has its place; nothing tells the others apart, so they share codes.

    Between *ranked* values (numbers, dates) stand codes of their own, so a comparison of codes is exact for any
    number of digits: the value at place *i* has code 2*i* + 1, all values between it and the one before have 2*i*.
    """

    listed: tuple[Key, ...]
    ranked: bool
    open: bool
    """Whether values that are not ranked may be others than the listed ones; these share the last code."""
    _places: dict[Key, int] = field(init=False)

    @_places.default
    def _index(self) -> dict[Key, int]:
        return {key: place for place, key in enumerate(self.listed)}

    @property
    def size(self) -> int:
        """The number of codes."""
        return 2 * len(self.listed) + 1 if self.ranked else len(self.listed) + self.open

    @property
    def every(self) -> int:
        """The bits of all codes."""
        return ((1 << self.size) - 1) << 1

    def bits(self, values: Iterable[Value]) -> int:
        """Return what is known when an attribute has these values."""
        bits = KNOWN
        for value in values:
            bits |= 2 << self._code(value)
        return bits

    def named(self, test: Test) -> int:
        """Return the bits of the values on the right side of a test."""
        operand: Key = test.operand
        return self.bits(operand if isinstance(operand, tuple | frozenset) else (operand,)) & ~KNOWN

    def accepted(self, test: Test) -> int:
        """Return the bits of the codes that satisfy a test on a single value. Raises EngineError."""
        name = test.operator.name
        if name == "known":
            return self.every
        here = self.named(test)
        below = (here & -here) - 2
        accepted = {
            "is": here,
            "any_of": here,
            "none_of": self.every & ~here,
            "below": below,
            "at_most": below | here,
            "above": self.every & ~(below | here),
            "at_least": self.every & ~below,
        }
        return accepted[name] if name in accepted else refuse(test)

    def _code(self, value: Value) -> int:
        key = _key(value)
        if not self.ranked:
            return self._places.get(key, len(self.listed))
        place = bisect_left(self.listed, key)
        return 2 * place + (place < len(self.listed) and self.listed[place] == key)


def codes_for(attribute: Attribute, leaves: Iterable[Leaf]) -> Codes:
    """Return the codes of an attribute that is tested by these leaves and no others."""
    if attribute.type == "flag":
        return Codes((False, True), ranked=False, open=False)
    if attribute.choices:
        return Codes(attribute.choice_ids, ranked=False, open=attribute.type != "scale")
    named: set[Key] = set()
    for leaf in leaves:
        for test in leaf.tests:
            if test.operator.operand in {"same", "list"} and not isinstance(test.operand, Reference):
                named.update(map(_key, test.operand if isinstance(test.operand, tuple) else (test.operand,)))
    return Codes(tuple(sorted(named)), ranked=attribute.type != "text", open=True)


def matches(codes: Codes, tests: Iterable[Test], value: Value) -> bool:
    """Say whether a single value satisfies tests, of which some may be of the form of a text."""
    code = codes.bits((value,)) & ~KNOWN
    return all(
        fnmatchcase(str(value), str(test.operand).replace("[", "[[]"))
        if test.operator.name == "like"
        else codes.accepted(test) & code
        for test in tests
    )


def _key(value: Key) -> Key:
    """Return what is listed and ranked: of a date, which in a requirement is always one day, the number of the day."""
    return value.first.toordinal() if isinstance(value, Period) else value


def refuse(test: Test) -> NoReturn:
    """Refuse an operator of which nothing is said here: it is never silently taken for another."""
    message = f"durable-rules cannot be given the operator {test.operator.name}"
    raise EngineError(message)


def single(bits: int) -> Iterator[int]:
    """Yield each bit by itself, from the lowest."""
    while bits:
        low = bits & -bits
        yield low
        bits ^= low


def comparable(accepted: int, every: int) -> Iterator[int]:
    """Split a set of codes into sets that one comparison of integers tests: all codes but one, or a range of them."""
    missing = every & ~accepted
    if accepted != KNOWN and not several(missing):
        yield accepted
        return
    while accepted:
        low = accepted & -accepted
        run = accepted & ~(accepted + low)
        yield run
        accepted &= ~run


def several(bits: int) -> bool:
    """Say whether there is more than one bit."""
    return bool(bits & (bits - 1))
