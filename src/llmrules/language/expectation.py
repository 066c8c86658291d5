"""What a test case expects of the decision on it: which keys it may have, and whether it names only what is loaded."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.errors import InputError, LoadError, ProfileError
from llmrules.language.values import number
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.language.vocabulary import Vocabulary
    from llmrules.reading.cursor import Readers
    from llmrules.reading.files import Source

Names: TypeAlias = tuple[str, ...]

_OF_A_TIER = "-?[0-9]+(/[1-9][0-9]*)?"
POINTS = f"{_OF_A_TIER}(, {_OF_A_TIER})*"
"""Points in quotes: of the first tier, then those of each higher one."""


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
    and attributes by which a model is out. ``refused`` that is empty expects that the case is not refused.
    """

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


_OUT: Readers = {"model": Cursor.name, "by": Cursor.names, "on": Cursor.names}
_EXPECTED: Readers = {
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
    loaded: dict[str, Collection[str]] = {
        "model": models,
        "rule": rules,
        "requirement": vocabulary.names("requirement"),
        "attribute": vocabulary.names("model", "offer"),
    }

    check = partial(_check_loaded, loaded)
    for key, what in _NAMED.items():
        check(keys.get(key), getattr(expect, key) or (), what)
    for out, element in zip(expect.excluded, keys["excluded"].elements() if expect.excluded else (), strict=True):
        fields = element.table()
        check(fields["model"], (out.model,), "model")
        check(fields.get("by"), out.by, "rule")
        check(fields.get("on"), out.on, "attribute")
    for key, what in (("points", "model"), ("offers", "model"), ("exempted", "rule")):
        for name, _ in getattr(expect, key):
            check(keys[key].child(name, name), (name,), what)
    for rule, exempted in expect.exempted:
        check(keys["exempted"].table()[rule], exempted, "model")
    for rule, cautioned in expect.cautioned:
        named = keys["cautioned"].table()[rule]
        if rule not in cautions:
            known = rule in rules
            code, message = ("no-caution", "does not caution") if known else ("unknown-rule", "names no loaded rule")
            named.problem(code, message, found=rule, allowed=cautions)
        check(named, cautioned, "model")
    if problems:
        raise LoadError(problems)


def _check_loaded(
    loaded: Mapping[str, Collection[str]], cursor: Cursor | None, names: Iterable[str], what: str
) -> None:
    for name in names:
        if cursor is not None and name not in loaded[what]:
            place, message = cursor.element(name), f"names no loaded {what}"
            place.problem(f"unknown-{what}", message, found=name, allowed=loaded[what])


_NAMED = {
    **dict.fromkeys(("best", "order", "eligible", "pending", "unverified"), "model"),
    **dict.fromkeys(("fired", "silent", "refused"), "rule"),
    "conflicts": "requirement",
}
"""What each list of names holds."""
