"""Conditions on models as people type them on one line: ``context_window>=200k``, ``openness=open-weight,open-source``.

Each is turned into the table that a rule file would hold and read by the same reader, so that every mistake is worded
alike. What people read both ways is refused with what to write instead; nothing is guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.errors import CatalogError, FileError, LoadError
from llmrules.language.conditions.reading import MODEL_SIDE, read_table
from llmrules.language.conditions.table import ALWAYS, Table
from llmrules.language.values import EXACT, number, period
from llmrules.language.vocabulary import Attribute
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import KeyPath, Source, parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from llmrules.errors import InputError
    from llmrules.language.vocabulary import Vocabulary

Tests: TypeAlias = dict[str, object]
"""The right side of each operator."""

SIGNS: Mapping[str, str] = {"=": "is", "!=": "none_of", ">=": "at_least", "<=": "at_most", ">": "above", "<": "below",
                            "~=": "like"}  # fmt: skip
"""The signs, and the operators that they stand for where the value is one word."""

MEANT: Mapping[str, str] = {"==": "=", "=>": ">=", "=<": "<=", "=~": "~=", "<>": "!=", "=!": "!="}
"""What signs of other languages mean here."""

SIZES: Mapping[str, int] = {"": 1, "k": 1_000, "m": 1_000_000}
"""What may stand behind a number: thousands and millions."""

MULTIPLES = ("thousand", "million", "billion")
"""How units begin that hold a size themselves, so that another one behind the number could be meant for it."""

_SHAPE = re.compile(r"\s*(!?)\s*([^\s!<>=~.]+)(?:\.([^\s!<>=~.]+))?\s*([!<>=~]*)\s*(.*)", re.DOTALL)
_NUMBER = re.compile(r"([+-]?\d+(?:_\d+)*(?:\.\d+)?)([km]?)", re.ASCII | re.IGNORECASE)


def written_condition(texts: Sequence[str], vocabulary: Vocabulary, *, option: str) -> Table:
    """Return conditions on models and offers, all of which must hold, as ``read_written`` does.

    Raises LoadError with everything that is wrong.
    """
    problems: list[InputError] = []
    table = read_written(texts, vocabulary, option=option, problems=problems)
    if problems:
        raise LoadError(problems)
    return table


def read_written(texts: Sequence[str], vocabulary: Vocabulary, *, option: str, problems: list[InputError]) -> Table:
    """Read conditions on models and offers, all of which must hold; what is wrong is noted and left out.

    ``option`` is what messages call the place where the texts stand.
    """
    read = []
    for text in texts:
        name = f"{option} {text}"
        top = Cursor.top(Source(name, "", {}, is_toml=False), CatalogError, problems)
        typed = _typed(text, vocabulary)
        refused = next((one for one in _refusals(typed) if one.applies), None)
        if refused is not None:
            top.problem("bad-condition", refused.message, found=text, hint=refused.hint)
        else:
            read.append((typed.name, _tests(typed), name))
    if not read:
        return ALWAYS
    return read_table(Cursor.top(_joined(read, option), CatalogError, problems), vocabulary, scopes=MODEL_SIDE)


@frozen
class _Typed:
    """A text in its parts: ``!`` before it, the name and its attribute, an operator after a dot, a sign, a value."""

    absent: bool = False
    name: str = ""
    attribute: Attribute | None = None
    operator: str | None = None
    sign: str = ""
    value: str = ""

    @property
    def type(self) -> str:
        """The type of the attribute, where there is one."""
        return self.attribute.type if self.attribute is not None else ""

    @property
    def as_toml(self) -> bool:
        """Whether the value stands in quotes or brackets."""
        return self.value.startswith(('"', "'", "["))


def _typed(text: str, vocabulary: Vocabulary) -> _Typed:
    match = _SHAPE.fullmatch(text)
    if match is None:
        return _Typed()
    absent, name, operator, sign, value = match.groups()
    return _Typed(bool(absent), name, vocabulary.attributes.get(name), operator, sign, value.rstrip())


@frozen
class _Refusal:
    applies: bool
    message: str
    hint: str


def _refusals(typed: _Typed) -> Iterator[_Refusal]:
    """Yield what a text may be refused for, the first one that applies counts: each would have a second meaning."""
    name, sign, value, kind = typed.name, typed.sign, typed.value, typed.type
    signs = " ".join(SIGNS)
    bare = typed.operator is None
    yield _Refusal(not name, "is no condition", "for example context_window>=200k; or retires_on for: it is known")
    yield _Refusal(name in {"all", "any"}, "joins no conditions here", "give the option several times: all must hold")
    hint = "llmrules models WORD finds models by words of their ids and names"
    yield _Refusal(name in {"id", "name"}, f"tests no attribute: {name} is none", hint)
    hint = f"write {MEANT[sign]}" if sign in MEANT else f"the comparisons are {signs}"
    yield _Refusal(sign not in {*SIGNS, ""}, f"{sign} is no comparison", hint)
    yield _Refusal(not sign and bool(value), "has no comparison", f"write {name}, one of {signs}, and a value")
    yield _Refusal(bool(sign) and not value, "has no value", f"{name} alone is: known; !{name} is: not known")
    yield _Refusal(typed.absent and bool(sign), "has ! before a comparison", f"write {name}!=…, or !{name} alone")
    yield _Refusal(not bare and sign != "=", "has no = after its operator", f"write {name}.{typed.operator}=…")
    written = "false" if typed.absent or (sign and value == "true") else "true"
    hint = f"write {name}={written}, or {name}.known={written}"
    yield _Refusal(
        not sign and kind == "flag", "can be read both ways: whether it is true, or whether it is known", hint
    )
    unequal = bare and sign == "!="
    yield _Refusal(unequal and kind == "flag", "compares a flag, which may be unknown", f"write {name}={written}")
    hint = f"write {name}.none_of=[{value}], or < or >"
    yield _Refusal(unequal and kind in {"number", "date"}, f"compares a {kind}, which differs from nearly all", hint)
    comma = kind == "number" and "," in value and not typed.as_toml
    hint = f"write thousands as 200_000 or 200k; one of several is {name}.any_of=[1, 2]"
    yield _Refusal(comma, "has a comma in a number", hint)
    hint = 'write "one text", or ["one", "another"]'
    yield _Refusal(typed.as_toml and _toml(value) is None, "has a value in quotes or brackets that is not TOML", hint)


def _toml(value: str) -> object | None:
    try:
        data = parse_toml(f"value = {value}", "").data
    except FileError:
        return None
    return data["value"] if data.keys() == {"value"} else None


def _tests(typed: _Typed) -> Tests:
    """Return the tests that a text means; of an attribute that is not declared, anything will do."""
    attribute, sign, value = typed.attribute, typed.sign, typed.value
    if not sign:
        return {"known": not typed.absent}
    if typed.operator is None and typed.type == "date" and not typed.as_toml:
        return _days(sign, value)
    operator = typed.operator or SIGNS[sign]
    given = _toml(value) if typed.as_toml else _bare(attribute, operator, value)
    if typed.operator is not None:
        return {operator: given}
    many = attribute is not None and attribute.many
    if sign == "!=":
        return {operator: given if isinstance(given, list) else [given]}
    if sign == "=" and isinstance(given, list):
        return {"has_any" if many else "any_of": given}
    return {"has" if many and sign == "=" else operator: given}


def _days(sign: str, value: str) -> Tests:
    """Return tests against days: a month or a year is meant whole, so that ``<=2026-06`` includes the last of June."""
    whole = period(value)
    if whole is None or whole.first == whole.last or sign == "~=":
        return {SIGNS[sign]: value}
    first, last = whole.first.isoformat(), whole.last.isoformat()
    if sign == "=":
        return {"at_least": first, "at_most": last}
    return {SIGNS[sign]: first if sign in {">=", "<"} else last}


LISTED = ("any_of", "none_of", "has_any", "has_all", "only")
"""The operators that take a list, even of one."""


def _bare(attribute: Attribute | None, operator: str, value: str) -> object:
    """Return a value that stands bare: a word, words with commas between, a number, or true or false."""
    if attribute is None or operator == "known" or attribute.type == "flag":
        return {"true": True, "false": False}.get(value, value)
    if operator not in {"is", *LISTED}:
        return _word(attribute, value)
    parts = [_word(attribute, part.strip()) for part in value.split(",")]
    return parts if len(parts) > 1 or operator in LISTED else parts[0]


def _word(attribute: Attribute, word: str) -> object:
    """Return a number where one is wanted and the word is one; everything else is the reader's to judge."""
    match = _NUMBER.fullmatch(word) if attribute.type == "number" else None
    if match is None:
        return word
    size = match[2].lower()
    unit = attribute.unit.read("en").lower() if attribute.unit else ""
    if size and unit.startswith(MULTIPLES):
        return word
    exact = number(EXACT.multiply(Decimal(match[1]), SIZES[size]))
    return word if exact is None else exact


def _joined(read: Sequence[tuple[str, Tests, str]], option: str) -> Source:
    """Return one table of all tests, by attribute; an operator that an attribute has already goes under ``all``."""
    data: dict[str, Tests] = {}
    again: dict[str, tuple[dict[str, Tests], str]] = {}
    elsewhere: dict[KeyPath, str] = {}
    for attribute, tests, name in sorted(read, key=lambda one: (one[0], str(one[1]))):
        here = data.setdefault(attribute, {})
        elsewhere.setdefault((attribute,), name)
        for operator, value in tests.items():
            if here.setdefault(operator, value) == value:
                elsewhere.setdefault((attribute, operator), name)
            else:
                further = {attribute: {operator: value}}
                again.setdefault(str(further), (further, name))
    ordered = [again[key] for key in sorted(again)]
    elsewhere |= {("all", place): name for place, (_, name) in enumerate(ordered)}
    every = {"all": [further for further, _ in ordered]} if ordered else {}
    return Source(option, "", {**data, **every}, is_toml=False, elsewhere=elsewhere)
