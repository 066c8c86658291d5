"""Profiles: the requirements of a case as the user states them, what was approved, and what a test case expects."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import frozen

from llmrules.errors import InputError, LoadError, ProfileError
from llmrules.language.approvals import Approval, read_approvals
from llmrules.language.expectation import Expectation, read_expectation
from llmrules.language.texts import Text, read_text
from llmrules.language.values import Period, Value, day, number
from llmrules.language.vocabulary import AS_OF, Vocabulary
from llmrules.reading.cursor import Cursor, read_fields
from llmrules.reading.files import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.language.conditions import Facts
    from llmrules.language.vocabulary import Attribute

Origin: TypeAlias = Literal["stated", "assumed", "computed", "concluded"]

FILE_KEYS = ("language", "title", "story", "requirements", "approval", "expect")


@frozen
class Requirement:
    """One attribute with the whole value that is stated, or assumed because the vocabulary gives a default."""

    attribute: str
    value: Value
    origin: Origin


@frozen
class Profile:
    """A case: its requirements in the order of attribute names, and what its file says beside them."""

    requirements: tuple[Requirement, ...]
    title: Text | None = None
    story: Text | None = None
    expect: Expectation | None = None
    approvals: tuple[Approval, ...] = ()

    @property
    def as_of(self) -> Period:
        """The date of the decision."""
        return next(
            one.value for one in self.requirements if isinstance(one.value, Period) and one.attribute == AS_OF.name
        )

    def facts(self) -> Facts:
        """Return what is known before any rule fires."""
        return {
            requirement.attribute: requirement.value
            if isinstance(requirement.value, frozenset)
            else frozenset({requirement.value})
            for requirement in self.requirements
        }


def read_profile(source: Source, vocabulary: Vocabulary) -> Profile:
    """Read a profile file strictly. Raises LoadError with everything that is wrong."""
    problems: list[InputError] = []
    top = Cursor.top(source, ProfileError, problems)
    stray = [name for name in source.data if name in vocabulary.names("requirement")]
    hints = dict.fromkeys(stray, "it is a requirement: write it under [requirements]")
    hints[CASES] = "llmrules test and llmrules diff read a file of several cases; here one stands alone"
    keys = top.keys(FILE_KEYS, what="a profile", hints=hints)
    requirements = _read_requirements(keys.get("requirements", top.child("requirements", {})), vocabulary)
    plain = partial(read_text, plain=True)
    told = read_fields(keys, {"title": plain, "story": plain, "expect": read_expectation})
    profile = Profile(requirements, approvals=read_approvals(top), **told)
    if problems:
        raise LoadError(problems)
    return profile


CASES = "case"
"""The array of tables by which a file holds several cases."""


def cases_in(source: Source, problems: list[InputError]) -> tuple[Source, ...]:
    """Return each case of a file that holds several, or the file as the one that it is; what is wrong is noted."""
    if CASES not in source.data:
        return (source,)
    keys = Cursor.top(source, ProfileError, problems).keys(("language", CASES), what="a file of cases")
    found: list[Source] = []
    for element in keys[CASES].elements():
        if isinstance(element.value, dict):
            found.append(source.within(element.path, element.value))
        else:
            element.wrong_type("a table that states a case")
    return tuple(found)


def state(requirements: Mapping[str, object], vocabulary: Vocabulary, *, name: str = "requirements") -> Profile:
    """Return the profile of requirements given as a mapping. Raises LoadError with everything that is wrong."""
    data: dict[str, Any] = {str(key): _plain(value) for key, value in requirements.items()}
    problems: list[InputError] = []
    top = Cursor.top(Source(name, "", data, is_toml=False), ProfileError, problems)
    profile = Profile(_read_requirements(top, vocabulary))
    if problems:
        raise LoadError(problems)
    return profile


def _plain(value: object) -> object:
    """Return what a file would hold: a list for any collection of members, a date for a day."""
    if isinstance(value, Period):
        return value.first
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return list(value) if isinstance(value, tuple) else value


class CaseReader:
    """Reads the cases of one vocabulary in one pass; one that is wrong in any way is read again with care."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Work out once what may be stated, and what is assumed."""
        self._vocabulary = vocabulary
        self._attributes = {name: vocabulary[name] for name in vocabulary.names("requirement")}
        self._assumed = _assumed(vocabulary)

    def read(self, requirements: Mapping[str, object]) -> Profile:
        """Return the profile of requirements by name. Raises LoadError with everything that is wrong."""
        found = self._assumed.copy()
        for name, stated in requirements.items():
            attribute = self._attributes.get(name) if type(name) is str else None
            value = None if attribute is None else _value(attribute, stated)
            if value is None:
                return state(requirements, self._vocabulary)
            found[name] = Requirement(name, value, "stated")
        return Profile(_completed(found))


def _value(attribute: Attribute, stated: object) -> Value | None:
    """Return a right value of an attribute as it is kept, and None for every other."""
    value: Any = stated
    if attribute.many:
        plain = isinstance(stated, list | tuple | set | frozenset) and all(type(one) is str for one in stated)
        value = frozenset(stated) if plain else None  # type: ignore[call-overload]
    elif attribute.type in {"number", "date"}:
        value = number(stated) if attribute.type == "number" else day(stated)
    elif attribute.type == "text" and not (type(stated) is str and stated.isascii() and stated.strip()):
        return None
    return value if attribute.allows(value) else None


def _assumed(vocabulary: Vocabulary) -> dict[str, Requirement]:
    """Return what holds of the case where nothing else is stated."""
    defaults = ((one.name, one.default) for one in vocabulary if one.default is not None)
    return {name: Requirement(name, value, "assumed") for name, value in defaults}


def _completed(found: dict[str, Requirement]) -> tuple[Requirement, ...]:
    """Return requirements in the order of their names; where no date is stated, it is that of today."""
    if AS_OF.name not in found:
        today = datetime.now(UTC).date()
        found[AS_OF.name] = Requirement(AS_OF.name, Period(today, today, today.isoformat()), "assumed")
    return tuple([found[name] for name in sorted(found)])


def _read_requirements(cursor: Cursor, vocabulary: Vocabulary) -> tuple[Requirement, ...]:
    names = vocabulary.names("requirement")
    found = _assumed(vocabulary)
    for name, child in cursor.table().items():
        if name not in names:
            hint = _meaning(name, vocabulary)
            if name in vocabulary:
                hint = f"{name} is an attribute of the {vocabulary[name].scope}; rules speak of it, profiles do not"
            child.problem("unknown-requirement", "is not a declared requirement", found=name, allowed=names, hint=hint)
            continue
        value = vocabulary[name].read(child)
        if value is not None:
            found[name] = Requirement(name, value, "stated")
    return _completed(found)


SHORTEST_STEM = 4
"""Letters with which two words begin alike that have to do with each other."""


def _meaning(name: str, vocabulary: Vocabulary) -> str | None:
    """Return which requirement may be meant by a name that is none: the one whose question has most of its words."""
    stems = {part[:6] for part in re.split(r"[^a-z]+", name.casefold()) if len(part) >= SHORTEST_STEM}
    best, most = None, 0
    for one in vocabulary.names("requirement"):
        attribute = vocabulary[one]
        told = [text.read("en") for text in (attribute.label, attribute.ask, attribute.about) if text is not None]
        said = " ".join([one.replace("_", " "), *told, *attribute.choice_ids]).casefold()
        shared = sum(re.search(rf"\b{re.escape(stem)}", said) is not None for stem in stems)
        if shared > most and attribute.ask is not None:
            best, most = attribute, shared
    return None if best is None or best.ask is None else f'"{best.ask.read("en")}" is {best.name}'
