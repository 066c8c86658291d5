"""Profiles: the requirements of a case as the user states them, who approved what, and what a test case expects."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from llmrules.errors import InputError, LoadError, ProfileError
from llmrules.language.texts import Text, read_text
from llmrules.language.values import Period, Value, number, read_day
from llmrules.language.vocabulary import AS_OF, Vocabulary
from llmrules.language.vocabulary.taking import taking
from llmrules.reading.cursor import Cursor, read_fields
from llmrules.reading.files import Source
from llmrules.reading.shipped import catalog_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule
    from llmrules.reading.cursor import Readers

Origin: TypeAlias = Literal["stated", "assumed", "computed", "concluded"]

FILE_KEYS = ("language", "title", "story", "requirements", "approval", "expect")


Names: TypeAlias = tuple[str, ...]

_OF_A_TIER = "-?[0-9]+(/[1-9][0-9]*)?"
POINTS = f"{_OF_A_TIER}(, {_OF_A_TIER})*"
"""Points in quotes: of the first tier, then those of each higher one."""


@frozen
class Requirement:
    """One attribute with the whole value that is stated, or assumed because the vocabulary gives a default."""

    attribute: str
    value: Value
    origin: Origin


@frozen
class ExpectedOut:
    """A model that must be out, by at least these rules, whose checks fail because of at least these attributes."""

    model: str
    by: Names = ()
    on: Names = ()


@frozen
class Expectation:
    """What must be true of a decision. None means that nothing is expected of it.

    ``best``, ``eligible``, ``pending``, ``unverified`` and ``conflicts`` are exact, and so are the models of each rule
    in ``cautioned`` and ``exempted``, the points and offers of each model in ``points`` and ``offers``; of the rest at
    least these must hold. Those of ``order`` stand each on a place below the one before. ``excluded`` names rules
    and attributes by which a model is out. ``refused`` that is empty expects that the case is not refused. All this
    must be true on the day ``as_of``, of the shipped ``catalog`` of that name, where the case names them.
    """

    catalog: str | None = None
    as_of: Period | None = None
    best: Names | None = None
    eligible: Names | None = None
    pending: Names | None = None
    unverified: Names | None = None
    order: Names = ()
    points: tuple[tuple[str, tuple[Fraction, ...]], ...] = ()
    offers: tuple[tuple[str, Names], ...] = ()
    conflicts: Names | None = None
    excluded: tuple[ExpectedOut, ...] = ()
    exempted: tuple[tuple[str, Names], ...] = ()
    cautioned: tuple[tuple[str, Names], ...] = ()
    fired: Names = ()
    silent: Names = ()
    refused: Names | None = None


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

    def on(self, day: Period, *, stated: bool = False) -> Profile:
        """Return the same case on a day. Where its own day is stated, only one that is ``stated`` takes its place."""
        origin: Origin = "stated" if stated else "assumed"

        def dated(one: Requirement) -> Requirement:
            ours = one.attribute == AS_OF.name and (stated or one.origin == "assumed")
            return Requirement(AS_OF.name, day, origin) if ours else one

        return evolve(self, requirements=tuple(map(dated, self.requirements)))

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
        """Work out once how the value of each requirement is checked, and what is assumed."""
        self._vocabulary = vocabulary
        self._readers = {name: taking(vocabulary[name]) for name in vocabulary.names("requirement")}
        self._assumed = _assumed(vocabulary)

    def read(self, requirements: Mapping[str, object]) -> Profile:
        """Return the profile of requirements by name. Raises LoadError with everything that is wrong."""
        found = self._assumed.copy()
        for name, stated in requirements.items():
            reader = self._readers.get(name) if type(name) is str else None
            value = None if reader is None else reader(stated)
            if value is None:
                return state(requirements, self._vocabulary)
            found[name] = Requirement(name, value, "stated")
        return Profile(_completed(found))


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


# What is expected


def read_expectation(cursor: Cursor) -> Expectation:
    """Read an ``[expect]`` table; what is wrong is noted."""
    return Expectation(**cursor.fields(_EXPECTED, what="an expectation"))


def _any_names(cursor: Cursor) -> Names:
    """Return names, be they none at all: an empty list."""
    return () if cursor.value == [] else cursor.names()


def _names_of(cursor: Cursor) -> tuple[tuple[str, Names], ...]:
    return tuple((name, _any_names(names)) for name, names in cursor.table().items())


def _points_of(cursor: Cursor) -> tuple[tuple[str, tuple[Fraction, ...]], ...]:
    read = {name: _points(child) for name, child in cursor.table().items()}
    return tuple((name, exact) for name, exact in read.items() if exact is not None)


def _points(cursor: Cursor) -> tuple[Fraction, ...] | None:
    """Return the points of each tier: a number, or in quotes a fraction, or several with commas between them."""
    if isinstance(cursor.value, str) and re.fullmatch(POINTS, cursor.value):
        return tuple(map(Fraction, cursor.value.split(", ")))
    exact = number(cursor.value)
    if exact is None:
        cursor.wrong_type('points, such as 3, "7/2" or, in two tiers, "7/2, 1"')
    return None if exact is None else (Fraction(exact),)


def _excluded(cursor: Cursor) -> tuple[ExpectedOut, ...]:
    read = [one.fields(_OUT, what="an expected exclusion", needs=("model",)) for one in cursor.elements()]
    return tuple(ExpectedOut(**one) for one in read if "model" in one)


def _shipped_catalog(cursor: Cursor) -> str | None:
    """Return the name of a catalogue that comes with the package."""
    name, names = cursor.name(), catalog_names()
    if name is not None and name not in names:
        cursor.problem("unknown-catalogue", "names no catalogue of ours", found=name, allowed=names)
    return name


_OUT: Readers = {"model": Cursor.name, "by": Cursor.names, "on": Cursor.names}
_EXPECTED: Readers = {
    "catalog": _shipped_catalog,
    "as_of": read_day,
    **dict.fromkeys(("best", "order", "eligible", "pending", "unverified"), _any_names),
    "points": _points_of,
    "offers": _names_of,
    "conflicts": _any_names,
    "excluded": _excluded,
    "exempted": _names_of,
    "cautioned": _names_of,
    **dict.fromkeys(("fired", "silent", "refused"), _any_names),
}
EXPECT_KEYS = tuple(_EXPECTED)


# Approvals


@frozen(order=False)
class Approval:
    """One approval: of a rule's caution, for a model, by someone, from a day on and perhaps until another."""

    rule: str
    model: str
    by: str
    on: Period
    until: Period | None = None
    cursor: Cursor | None = field(default=None, eq=False, repr=False)

    def holds(self, as_of: Period) -> bool:
        """Whether the approval is in force on a day."""
        return self.on.first <= as_of.first and (self.until is None or as_of.first <= self.until.first)

    @property
    def order(self) -> tuple[str, ...]:
        """What approvals are sorted by."""
        return (self.rule, self.model, self.on.text, self.by, self.until.text if self.until else "")


_APPROVAL: Readers = {
    **dict.fromkeys(("rule", "model", "by", "role"), Cursor.text),
    **dict.fromkeys(("on", "until"), read_day),
}
APPROVAL_KEYS = tuple(_APPROVAL)
_NEEDED = ("rule", "model", "by", "on")


def read_approvals(top: Cursor) -> tuple[Approval, ...]:
    """Read the ``[[approval]]`` entries of a file; what is wrong is noted."""
    read = [(entry, entry.fields(_APPROVAL, what="an approval", needs=_NEEDED)) for entry in top.entries("approval")]
    for _, its in read:
        its.pop("role", None)
    return in_order(Approval(**its, cursor=entry) for entry, its in read if its.keys() >= {*_NEEDED})


def in_order(approvals: Iterable[Approval]) -> tuple[Approval, ...]:
    """Return approvals in their order, each once."""
    return tuple(sorted(set(approvals), key=lambda one: one.order))


def check_approvals(
    approvals: Iterable[Approval], rules: Mapping[str, Rule], models: Collection[str], problems: list[InputError]
) -> None:
    """Note approvals of what is not loaded, of a rule that asks for none, or in a role that it does not ask."""
    asking = [name for name, rule in rules.items() if rule.level == "approval"]
    for approval in approvals:
        if approval.cursor is None:
            continue
        cursor = evolve(approval.cursor, problems=problems)
        if approval.rule not in rules:
            message = "names no loaded rule"
            cursor.child("rule", None).problem("unknown-rule", message, found=approval.rule, allowed=asking)
        elif approval.rule not in asking:
            message = "asks for no approval: it is no caution of level approval"
            cursor.child("rule", None).problem("no-approval-asked", message, found=approval.rule, allowed=asking)
        elif "role" in (given := cursor.table()) and given["role"].value != (who := rules[approval.rule].approver):
            message = f"{approval.rule} asks {who}" if who else f"{approval.rule} names no approver"
            hint = "who agrees does so in the role that the rule names as approver" if who else "leave out role"
            given["role"].problem("wrong-approver", message, found=given["role"].value, hint=hint)
        if approval.model not in models:
            message = "names no model of any loaded catalogue"
            cursor.child("model", None).problem("unknown-model", message, found=approval.model, allowed=models)
