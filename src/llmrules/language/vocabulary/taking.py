"""Takes right values of attributes at once, without a cursor; of all else the careful reading says what is wrong.

Nearly all values of large files are right, and a cursor for each costs more than looking at the value.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from llmrules.language.values import day, number, period
from llmrules.language.vocabulary.attribute import CHOSEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.language.values import Number, Value
    from llmrules.language.vocabulary.attribute import Attribute


def taking(attribute: Attribute, *, periods: bool = False) -> Callable[[Any], Value | None]:
    """Return what takes a right value of an attribute as it is kept, and gives None for every other.

    It gives None for some right ones, too; ``periods`` takes months and years where a date is asked for.
    """
    if attribute.type in CHOSEN:
        return partial(_members if attribute.many else _choice, frozenset(attribute.choice_ids))
    if attribute.type == "number":
        return partial(_number, attribute.minimum, attribute.maximum)
    if attribute.type == "date":
        return period if periods else day
    return _flag if attribute.type == "flag" else _text


def _members(choices: frozenset[str], stated: object) -> frozenset[str] | None:
    if not isinstance(stated, list | tuple | set | frozenset) or not all(type(one) is str for one in stated):
        return None
    members = frozenset(stated)
    return members if members <= choices else None


def _choice(choices: frozenset[str], stated: object) -> str | None:
    return stated if type(stated) is str and stated in choices else None


def _number(low: Number | None, high: Number | None, stated: object) -> Number | None:
    exact = number(stated)
    return None if exact is None or (low is not None and exact < low) or (high is not None and exact > high) else exact


def _flag(stated: object) -> bool | None:
    return stated if isinstance(stated, bool) else None


def _text(stated: object) -> str | None:
    # One that is not ASCII may hold half a character, which the careful reading looks for.
    return stated if type(stated) is str and stated.isascii() and stated.strip() else None
