"""Requirements stated as plain values, checked in one pass; what is wrong in any way is read again with care."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.language.profile import Profile, Requirement, state
from llmrules.language.values import Number, Period, Value, day, number
from llmrules.language.vocabulary import AS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from llmrules.language.vocabulary import Attribute, Vocabulary

    Reader: TypeAlias = Callable[[Any], Value | None]


class CaseReader:
    """Reads the cases of one vocabulary: how the value of each requirement is checked is worked out once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        requirements = [attribute for attribute in vocabulary if attribute.scope == "requirement"]
        defaults = ((attribute.name, attribute.default) for attribute in requirements)
        self._vocabulary = vocabulary
        self._readers = {attribute.name: _reader(attribute) for attribute in requirements}
        self._assumed = {name: Requirement(name, value, "assumed") for name, value in defaults if value is not None}

    def read(self, requirements: Mapping[str, object]) -> Profile:
        """Return the profile of requirements by name. Raises LoadError with everything that is wrong."""
        found = self._assumed.copy()
        for name, stated in requirements.items():
            reader = self._readers.get(name) if type(name) is str else None
            value = None if reader is None else reader(stated)
            if value is None:
                return state(requirements, self._vocabulary)
            found[name] = Requirement(name, value, "stated")
        if AS_OF.name not in found:
            today = datetime.now(UTC).date()
            found[AS_OF.name] = Requirement(AS_OF.name, Period(today, today, today.isoformat()), "assumed")
        return Profile(tuple([found[name] for name in sorted(found)]))


def _reader(attribute: Attribute) -> Reader:
    """Return what takes a right value of an attribute, and gives None for every other."""
    if attribute.many:
        return partial(_members, frozenset(attribute.choice_ids))
    if attribute.choices:
        return partial(_choice, frozenset(attribute.choice_ids))
    if attribute.type == "number":
        return partial(_number, attribute.minimum, attribute.maximum)
    return {"flag": _flag, "date": day}.get(attribute.type, _text)


def _flag(stated: object) -> bool | None:
    return stated if isinstance(stated, bool) else None


def _choice(choices: frozenset[str], stated: object) -> str | None:
    return stated if type(stated) is str and stated in choices else None


def _members(choices: frozenset[str], stated: object) -> frozenset[str] | None:
    if not isinstance(stated, list | tuple | set | frozenset) or not all(type(one) is str for one in stated):
        return None
    members = frozenset(stated)
    return members if members <= choices else None


def _number(low: Number | None, high: Number | None, stated: object) -> Number | None:
    exact = number(stated)
    if exact is None or (low is not None and exact < low) or (high is not None and exact > high):
        return None
    return exact


def _text(stated: object) -> str | None:
    return stated if type(stated) is str and stated.isascii() and stated.strip() else None
