"""Profiles: the requirements of a case as the user states them, what was approved, and what a test case expects."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from attrs import evolve, field, frozen

from llmrules.errors import InputError, LoadError, ProfileError
from llmrules.language.texts import Text, read_text
from llmrules.language.values import Period, Value, day, number
from llmrules.language.vocabulary import AS_OF, Vocabulary
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule


Origin: TypeAlias = Literal["stated", "assumed", "computed", "concluded"]

FILE_KEYS = ("language", "title", "story", "requirements", "approval", "expect")
ExpectKey: TypeAlias = Literal[
    "best",
    "order",
    "eligible",
    "pending",
    "unverified",
    "points",
    "offers",
    "conflicts",
    "excluded",
    "exempted",
    "cautioned",
    "fired",
    "silent",
    "refused",
]

EXPECT_KEYS: tuple[ExpectKey, ...] = get_args(ExpectKey)

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
    by: tuple[str, ...] = ()
    on: tuple[str, ...] = ()


@frozen
class Expectation:
    """What must be true of a decision. None means that nothing is expected of it.

    ``best``, ``eligible``, ``pending``, ``unverified`` and ``conflicts`` are exact, and so are the models of each rule
    in ``cautioned`` and ``exempted``, the points and offers of each model in ``points`` and ``offers``; of the rest at
    least these must hold. Those of ``order`` stand each on a place below the one before. ``excluded`` names rules
    and attributes by which a model is out. ``refused`` that is empty expects that the case is not refused.
    """

    best: tuple[str, ...] | None = None
    eligible: tuple[str, ...] | None = None
    pending: tuple[str, ...] | None = None
    unverified: tuple[str, ...] | None = None
    order: tuple[str, ...] = ()
    points: tuple[tuple[str, tuple[Fraction, ...]], ...] = ()
    offers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    conflicts: tuple[str, ...] | None = None
    excluded: tuple[ExpectedOut, ...] = ()
    exempted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    cautioned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fired: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    refused: tuple[str, ...] | None = None


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
    profile = Profile(
        requirements=requirements,
        title=read_text(keys["title"], plain=True) if "title" in keys else None,
        story=read_text(keys["story"], plain=True) if "story" in keys else None,
        expect=_read_expectation(keys["expect"]) if "expect" in keys else None,
        approvals=read_approvals(keys),
    )
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


def _read_requirements(cursor: Cursor, vocabulary: Vocabulary) -> tuple[Requirement, ...]:
    names = vocabulary.names("requirement")
    found: dict[str, Requirement] = {}
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
    for attribute in vocabulary:
        if attribute.default is not None and attribute.name not in found:
            found[attribute.name] = Requirement(attribute.name, attribute.default, "assumed")
    if AS_OF.name not in found:
        today = datetime.now(UTC).date()
        found[AS_OF.name] = Requirement(AS_OF.name, Period(today, today, today.isoformat()), "assumed")
    return tuple(found[name] for name in sorted(found))


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


def _read_expectation(cursor: Cursor) -> Expectation:
    keys = cursor.keys(EXPECT_KEYS, what="an expectation")

    def names(key: str) -> tuple[str, ...] | None:
        return _any_names(keys[key]) if key in keys else None

    excluded = []
    for element in keys["excluded"].elements() if "excluded" in keys else ():
        fields = element.keys(("model", "by", "on"), what="an expected exclusion")
        model = fields["model"].name() if "model" in fields else None
        if "model" not in fields:
            element.missing("model", "an expected exclusion needs model")
        if model is not None:
            by, on = (fields[key].names() if key in fields else () for key in ("by", "on"))
            excluded.append(ExpectedOut(model, by, on))

    def table(key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        its = keys[key].table() if key in keys else {}
        return tuple((name, _any_names(names)) for name, names in its.items())

    points = {name: _points(child) for name, child in (keys["points"].table() if "points" in keys else {}).items()}
    return Expectation(
        best=names("best"),
        eligible=names("eligible"),
        pending=names("pending"),
        unverified=names("unverified"),
        conflicts=names("conflicts"),
        excluded=tuple(excluded),
        order=names("order") or (),
        points=tuple((name, exact) for name, exact in points.items() if exact is not None),
        offers=table("offers"),
        exempted=table("exempted"),
        cautioned=table("cautioned"),
        fired=names("fired") or (),
        silent=names("silent") or (),
        refused=names("refused"),
    )


def _points(cursor: Cursor) -> tuple[Fraction, ...] | None:
    """Return the points of each tier: a number, or in quotes a fraction, or several with commas between them."""
    if isinstance(cursor.value, str) and re.fullmatch(POINTS, cursor.value):
        return tuple(map(Fraction, cursor.value.split(", ")))
    exact = number(cursor.value)
    if exact is None:
        cursor.wrong_type('points, such as 3, "7/2" or, in two tiers, "7/2, 1"')
    return None if exact is None else (Fraction(exact),)


def _any_names(cursor: Cursor) -> tuple[str, ...]:
    """Return names, be they none at all: an empty list."""
    return () if cursor.value == [] else cursor.names()


def check_expectation(
    source: Source,
    expect: Expectation,
    *,
    models: Collection[str],
    rules: Collection[str],
    cautions: Collection[str],
    vocabulary: Vocabulary,
) -> None:
    """Raise LoadError where an expectation names a model, rule or requirement that is not loaded.

    ``cautions`` are the rules that caution.
    """
    problems: list[InputError] = []
    keys = Cursor.top(source, ProfileError, problems).table()["expect"].table()
    names = _Names(models, rules, vocabulary.names("requirement"), vocabulary.names("model", "offer"))
    for key in ("best", "order", "eligible", "pending", "unverified"):
        names.check(keys.get(key), getattr(expect, key) or (), "model")
    for key in ("fired", "silent", "refused"):
        names.check(keys.get(key), getattr(expect, key) or (), "rule")
    names.check(keys.get("conflicts"), expect.conflicts or (), "requirement")
    for out, element in zip(expect.excluded, keys["excluded"].elements() if expect.excluded else (), strict=True):
        fields = element.table()
        names.check(fields["model"], (out.model,), "model")
        names.check(fields.get("by"), out.by, "rule")
        names.check(fields.get("on"), out.on, "attribute")
    for key, what in (("points", "model"), ("offers", "model"), ("exempted", "rule")):
        for name, _ in getattr(expect, key):
            names.check(keys[key].child(name, name), (name,), what)
    for rule, exempted in expect.exempted:
        names.check(keys["exempted"].table()[rule], exempted, "model")
    for rule, cautioned in expect.cautioned:
        named = keys["cautioned"].table()[rule]
        if rule not in cautions:
            known = rule in rules
            code, message = ("no-caution", "does not caution") if known else ("unknown-rule", "names no loaded rule")
            named.problem(code, message, found=rule, allowed=cautions)
        names.check(named, cautioned, "model")
    if problems:
        raise LoadError(problems)


@frozen
class _Names:
    """What expectations may name."""

    model: Collection[str]
    rule: Collection[str]
    requirement: Collection[str]
    attribute: Collection[str]

    def check(self, cursor: Cursor | None, names: Iterable[str], what: str) -> None:
        """Note each name that is not loaded."""
        allowed: Collection[str] = getattr(self, what)
        for name in names:
            if cursor is not None and name not in allowed:
                place = cursor.element(name)
                place.problem(f"unknown-{what}", f"names no loaded {what}", found=name, allowed=allowed)


APPROVAL_KEYS = ("rule", "model", "by", "role", "on", "until")


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


def read_approvals(keys: Mapping[str, Cursor]) -> tuple[Approval, ...]:
    """Read the ``[[approval]]`` entries of a file; what is wrong is noted."""
    entries = keys["approval"].elements() if "approval" in keys else ()
    read = [_read(entry) for entry in entries]
    return in_order(one for one in read if one is not None)


def in_order(approvals: Iterable[Approval]) -> tuple[Approval, ...]:
    """Return approvals in their order, each once."""
    return tuple(sorted(set(approvals), key=lambda one: one.order))


def _read(entry: Cursor) -> Approval | None:
    fields = entry.keys(APPROVAL_KEYS, what="an approval")
    for required in ("rule", "model", "by", "on"):
        if required not in fields:
            entry.missing(required, f"an approval needs {required}")
    texts = [fields[name].text() if name in fields else None for name in ("rule", "model", "by")]
    days = {name: day(fields[name].value) for name in ("on", "until") if name in fields}
    for name, when in days.items():
        if when is None:
            fields[name].wrong_type("a date such as 2026-12-31")
    if "role" in fields:
        fields["role"].text()
    rule, model, by = texts
    on, until = days.get("on"), days.get("until")
    if rule is None or model is None or by is None or on is None:
        return None
    return Approval(rule, model, by, on, until, cursor=entry)


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
