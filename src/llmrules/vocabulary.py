"""The typed attributes that requirements, models and offers may have, and how their values are read.

Everything that depends on what an attribute is (validation, nearest names, questions, schemas, texts) reads it
from here. A vocabulary knows nothing of rules, models or decisions.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import evolve, field, frozen

from llmrules.cursor import Cursor
from llmrules.errors import Place, VocabularyError
from llmrules.sources import check_sources
from llmrules.texts import Text, read_text
from llmrules.values import MOST_DIGITS, PERIODS, Number, Value, day, encode, number, period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

Scope: TypeAlias = Literal["requirement", "model", "offer"]
Type: TypeAlias = Literal["flag", "choice", "scale", "set", "number", "text", "date"]

SCOPES: tuple[Scope, ...] = ("requirement", "model", "offer")
TYPES: tuple[Type, ...] = ("flag", "choice", "scale", "set", "number", "text", "date")
CHOSEN: tuple[Type, ...] = ("choice", "scale", "set")
"""The types whose values are among declared choices."""
ORDERED: tuple[Type, ...] = ("number", "scale", "date")
"""The types whose values have an order."""

ATTRIBUTE_KEYS = (
    *("type", "label", "about", "ask", "topic", "source", "choices", "partial", "inherited"),
    *("unit", "minimum", "maximum", "marks", "default"),
)
CHOICE_KEYS = ("en", "ko", "source")


@frozen(cache_hash=True)
class Choice:
    """One allowed value of a choice, scale or set, with what it means."""

    id: str
    means: Text
    sources: tuple[str, ...] = ()


@frozen(cache_hash=True)
class Attribute:
    """One typed attribute of one scope.

    ``partial`` (a set of a model or offer): what is not listed is unknown, not absent. ``marks`` make a number
    gradable. ``default`` holds with origin *assumed* when nothing is stated.
    """

    name: str
    scope: Scope
    type: Type
    label: Text
    sources: tuple[str, ...] = ()
    about: Text | None = None
    ask: Text | None = None
    topic: str | None = None
    choices: tuple[Choice, ...] = ()
    unit: Text | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    marks: tuple[Number, ...] = ()
    partial: bool = False
    inherited: bool = False
    default: Value | None = None
    place: Cursor | None = field(default=None, eq=False, repr=False)

    @property
    def many(self) -> bool:
        """Whether the attribute has several values at once."""
        return self.type == "set"

    @property
    def choice_ids(self) -> tuple[str, ...]:
        """The ids of the choices, in their order."""
        return tuple(choice.id for choice in self.choices)

    @property
    def gradable(self) -> bool:
        """Whether ``toward`` can grade it: a scale, or a number with marks."""
        return self.type == "scale" or bool(self.marks)

    def grade(self, value: Value) -> Fraction:
        """Return a value's place between the lowest mark (0) and the highest (1), piecewise linear and clamped."""
        if self.type == "scale":
            return Fraction(self.choice_ids.index(str(value)), max(len(self.choices) - 1, 1))
        assert isinstance(value, int | Decimal)  # noqa: S101 - gradable attributes are scales and numbers
        exact = Fraction(value)
        marks = [Fraction(mark) for mark in self.marks]
        for index, (low, high) in enumerate(itertools.pairwise(marks)):
            if exact <= high:
                inside = max(Fraction(0), (exact - low) / (high - low))
                return (index + inside) / (len(marks) - 1)
        return Fraction(1)

    def read(self, cursor: Cursor, *, periods: bool = False) -> Value | None:
        """Read one whole value strictly, or note what is wrong; ``periods`` also takes months and years."""
        if self.many:
            return self._read_members(cursor)
        return self.read_scalar(cursor, periods=periods)

    def read_scalar(self, cursor: Cursor, *, periods: bool = False) -> Value | None:
        """Read one single value: of a set, one member."""
        value = cursor.value
        if self.type in CHOSEN:
            return self._read_choice(cursor)
        if self.type == "flag":
            return cursor.flag()
        if self.type == "number":
            return self._read_number(cursor)
        if self.type == "date":
            when = period(value) if periods else day(value)
            if when is None:
                cursor.wrong_type(PERIODS if periods else "a date such as 2026-03-01")
            return when
        return cursor.text()

    def _read_choice(self, cursor: Cursor) -> str | None:
        if isinstance(cursor.value, str) and cursor.value in self.choice_ids:
            return cursor.value
        if not isinstance(cursor.value, str):
            several = isinstance(cursor.value, list)
            hint = "one of them stands here, without brackets" if several else None
            cursor.wrong_type(f"one of the choices of {self.name}: {', '.join(self.choice_ids)}", hint=hint)
            return None
        message = f"is not a declared choice of {self.name}"
        cursor.problem("unknown-choice", message, found=cursor.value, allowed=self.choice_ids)
        return None

    def _read_members(self, cursor: Cursor) -> frozenset[str] | None:
        if not isinstance(cursor.value, list):
            hint = "write the members in brackets" if isinstance(cursor.value, str) else None
            cursor.wrong_type(f"a list of choices of {self.name}", hint=hint)
            return None
        members = [self._read_choice(element) for element in cursor.elements()]
        return frozenset(member for member in members if member is not None)

    def _read_number(self, cursor: Cursor) -> Number | None:
        exact = number(cursor.value)
        if exact is None:
            hint = "write the number without quotes" if _is_quoted_number(cursor.value) else None
            unit = f" of {self.unit.read('en')}" if self.unit else ""
            cursor.wrong_type(f"a finite number{unit} with at most {MOST_DIGITS} digits", hint=hint)
            return None
        low, high = self.minimum, self.maximum
        if (low is not None and exact < low) or (high is not None and exact > high):
            bounds = [f"at least {low}"] if low is not None else []
            bounds += [f"at most {high}"] if high is not None else []
            cursor.problem("out-of-bounds", f"{self.name} must be {' and '.join(bounds)}", found=cursor.value)
            return None
        return exact

    def encode(self, value: Value) -> bool | str | int | list[str]:
        """Return a value as JSON holds it."""
        return encode(value, self.choice_ids)

    def same_kind(self, other: Attribute) -> bool:
        """Whether values of both can be compared: the same unit and the same choices (the types are checked apart)."""
        if self.type == "number":
            return _unit(self) == _unit(other)
        return self.choice_ids == other.choice_ids


def _is_quoted_number(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\s*[+-]?[\d_,. ]*\d\s*", value) is not None


def _unit(attribute: Attribute) -> str | None:
    return attribute.unit.read("en") if attribute.unit else None


AS_OF = Attribute(
    name="as_of",
    scope="requirement",
    type="date",
    label=Text("date of the decision", "결정 기준일"),
    about=Text("Stated, or today (UTC).", "명시한 날짜이며, 없으면 오늘(UTC)입니다."),
)
"""Always there: stated, or today with origin *assumed*."""


@frozen
class Vocabulary:
    """All attributes by name, in the order of their names.

    ``broken`` are names that files declare wrongly: that is noted, so that using them is no second mistake.
    """

    attributes: Mapping[str, Attribute]
    broken: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Attribute:
        """Return the attribute with a name."""
        return self.attributes[name]

    def __contains__(self, name: object) -> bool:
        """Whether an attribute has the name."""
        return name in self.attributes

    def __iter__(self) -> Iterator[Attribute]:
        """Yield every attribute in the order of names."""
        return iter(self.attributes.values())

    def names(self, *scopes: Scope) -> tuple[str, ...]:
        """Return the names of the attributes of some scopes, sorted."""
        return tuple(name for name, attribute in self.attributes.items() if attribute.scope in scopes)


def read_vocabulary(files: Iterable[Cursor], citable: Collection[str], *, reserved: Collection[str] = ()) -> Vocabulary:
    """Read the attributes that all rule files declare; a later file may add choices, never change a type.

    ``citable`` are the claims and documents that may be a source; ``reserved`` are the names that mean something in
    rules, catalogues or profiles, so no attribute may have them.
    """
    drafts = {AS_OF.name: _Draft(AS_OF, None, [])}
    declared: dict[str, list[tuple[Scope, Cursor]]] = {}
    for file in files:
        for scope in SCOPES:
            tables = file.table()
            if scope not in tables:
                continue
            scoped = tables[scope].staged(VocabularyError)
            if isinstance(scoped.value, list):
                hint = f"here attributes are declared, each as [{scope}.name]; models stand in a catalogue file"
                scoped.wrong_type("a table", hint=hint)
                continue
            for name, entry in scoped.table().items():
                declared.setdefault(name, []).append((scope, entry))
    for name, entries in declared.items():
        sound = [(scope, entry) for scope, entry in entries if _may_declare(name, entry, reserved)]
        for scope, entry in sorted(sound, key=_completeness):
            _declare(drafts, scope, name, entry)
    for draft in drafts.values():
        _check_cited(draft, citable)
    attributes = {name: _with_choices(draft, drafts, declared) for name, draft in sorted(drafts.items())}
    finished = {name: _with_default(attribute, drafts[name]) for name, attribute in attributes.items()}
    return Vocabulary(finished, frozenset(declared.keys() - finished.keys()))


@frozen
class _Draft:
    """An attribute whose choices are not yet complete."""

    attribute: Attribute
    entry: Cursor | None
    choices: list[Cursor]

    @property
    def place(self) -> Place:
        return self.entry.place if self.entry is not None else Place("built in", key=self.attribute.name)


def _may_declare(name: str, entry: Cursor, reserved: Collection[str]) -> bool:
    """Whether an entry has the name and the shape of a declaration; note one that has not."""
    if name in reserved or not _is_identifier(name):
        why = "is reserved" if name in reserved else "must be small letters, digits and _"
        entry.problem("bad-name", f"cannot name an attribute: it {why}", found=name)
        return False
    if not isinstance(entry.value, dict):
        entry.wrong_type("a table that declares an attribute")
    return isinstance(entry.value, dict)


def _completeness(declaration: tuple[Scope, Cursor]) -> tuple[int, int, str]:
    """Order the declarations of one name, the one that says most first, so that the order of files is no matter.

    Two that say more than a type and choices contradict each other; that of the earlier file is held against the other.
    """
    entry = declaration[1]
    keys = entry.table()
    if "type" in keys and keys.keys() - {"type", "choices"}:
        return (0, 0, "")
    choices = keys["choices"].value if "choices" in keys else None
    return (1 if "type" in keys else 2, -len(choices) if isinstance(choices, dict) else 0, entry.source.name)


def _declare(drafts: dict[str, _Draft], scope: Scope, name: str, entry: Cursor) -> None:
    """Keep the first declaration of an attribute, and what the further ones add."""
    known = drafts.get(name)
    if known is None:
        attribute = _read_attribute(scope, name, entry)
        if attribute is not None:
            drafts[name] = _Draft(attribute, entry, [])
            if "choices" in entry.table():
                drafts[name].choices.append(entry.table()["choices"])
        return
    _extend(known, scope, entry)


def _check_cited(draft: _Draft, citable: Collection[str]) -> None:
    """Note each source of the attribute and of its choices that no loaded file has."""
    if draft.entry is not None:
        _check_source(draft.entry, citable)
    for choices in draft.choices:
        for choice in choices.table().values() if isinstance(choices.value, dict) else ():
            _check_source(choice, citable)


def _check_source(entry: Cursor, citable: Collection[str]) -> None:
    if isinstance(entry.value, dict) and "source" in entry.value:
        source = entry.child("source", entry.value["source"])
        check_sources(source, evolve(source, problems=[]).names(), citable)


def _is_identifier(name: str) -> bool:
    return name.isascii() and name.isidentifier() and name == name.lower() and not name.startswith("_")


def _extend(known: _Draft, scope: Scope, entry: Cursor) -> None:
    """Add the choices of a later declaration; everything else of it must be what already stands."""
    attribute = known.attribute
    if scope != attribute.scope:
        message = f"is declared already as an attribute of the {attribute.scope}"
        entry.problem("duplicate-attribute", message, found=attribute.name, other=known.place)
        return
    keys = entry.keys(ATTRIBUTE_KEYS, what="an attribute")
    if "type" in keys and keys["type"].value != attribute.type:
        message = f"is declared already with type {attribute.type}"
        keys["type"].problem("type-changed", message, found=keys["type"].value, other=known.place)
    for name in keys.keys() - {"type", "choices"}:
        keys[name].problem(
            "duplicate-attribute", f"{attribute.name} is declared already; only choices can be added", other=known.place
        )
    if "choices" in keys:
        if attribute.type == "scale" or attribute.type not in CHOSEN:
            message = f"no choices can be added to a {attribute.type}"
            keys["choices"].problem("choices-not-allowed", message, other=known.place)
        else:
            known.choices.append(keys["choices"])


def _read_attribute(scope: Scope, name: str, entry: Cursor) -> Attribute | None:
    keys = entry.keys(ATTRIBUTE_KEYS, what="an attribute")
    if "type" not in keys:
        entry.missing("type", "an attribute needs type", code="missing-type", allowed=TYPES)
    kind = keys["type"].one_of(TYPES) if "type" in keys else None
    texts = {key: read_text(keys[key], plain=key == "unit") for key in ("label", "about", "ask", "unit") if key in keys}
    sources = keys["source"].names() if "source" in keys else ()
    if kind is None:
        return None
    words = name.replace("_", " ")
    draft = Attribute(
        name=name,
        scope=scope,
        type=next(known for known in TYPES if known == kind),
        label=texts.get("label") or Text(words, words),
        sources=sources,
        about=texts.get("about"),
        ask=texts.get("ask"),
        topic=keys["topic"].text() if "topic" in keys else None,
        unit=texts.get("unit"),
        partial=bool(keys["partial"].flag()) if "partial" in keys else False,
        inherited=bool(keys["inherited"].flag()) if "inherited" in keys else False,
        place=entry,
    )
    _check_keys(draft, keys)
    return _with_bounds(draft, keys)


def _check_keys(attribute: Attribute, keys: Mapping[str, Cursor]) -> None:
    """Note each key that the type or the scope does not take."""
    kind, scope = attribute.type, attribute.scope
    fits = {
        "choices": kind in CHOSEN,
        "unit": kind == "number",
        "minimum": kind == "number",
        "maximum": kind == "number",
        "marks": kind == "number" and scope != "requirement",
        "partial": kind == "set" and scope != "requirement",
        "inherited": scope == "model",
        "default": scope == "requirement",
        "ask": scope == "requirement",
    }
    for key, fit in fits.items():
        if key in keys and not fit:
            message = f"does not belong to a {kind} of the {scope}"
            keys[key].problem("key-not-allowed", message, found=key)
    if kind in CHOSEN and "choices" not in keys and attribute.place is not None:
        attribute.place.missing("choices", f"a {kind} needs choices")


def _with_bounds(attribute: Attribute, keys: Mapping[str, Cursor]) -> Attribute:
    bounds: dict[str, Number | None] = {"minimum": None, "maximum": None}
    for key in bounds.keys() & keys.keys():
        bounds[key] = number(keys[key].value)
        if bounds[key] is None:
            keys[key].wrong_type("a finite number")
    low, high = bounds["minimum"], bounds["maximum"]
    if low is not None and high is not None and low > high:
        keys["maximum"].problem("bad-bounds", f"is less than the minimum, {low}", found=high)
        bounds = dict.fromkeys(bounds)
    marks: tuple[Number, ...] = ()
    if "marks" in keys:
        read = [number(element.value) for element in keys["marks"].elements()]
        marks = tuple(mark for mark in read if mark is not None)
        ascending = all(low < high for low, high in itertools.pairwise(marks))
        if None in read or len(marks) < 2 or not ascending:  # noqa: PLR2004 - two marks make an interval
            message = "must be two or more numbers, each greater than the one before"
            keys["marks"].problem("bad-marks", message, found=keys["marks"].value)
            marks = ()
    return evolve(attribute, marks=marks, minimum=bounds["minimum"], maximum=bounds["maximum"])


def _with_choices(draft: _Draft, drafts: Mapping[str, _Draft], declared: Collection[str]) -> Attribute:
    """Complete an attribute with the choices of all its declarations, or those of the attribute it names.

    The choices of the first declaration keep their order; those that others add follow by their ids, so that the
    order of files changes nothing.
    """
    choices: dict[str, tuple[Choice, Cursor]] = {}
    own = 0
    for cursor in draft.choices:
        if isinstance(cursor.value, str):
            lender = drafts.get(cursor.value)
            lending = [c for c in lender.choices if isinstance(c.value, dict)] if lender else []
            broken = lender is None and cursor.value in declared
            if not lending and not broken:
                names = sorted(name for name, other in drafts.items() if other.attribute.type in CHOSEN)
                message = "names no attribute that declares choices"
                cursor.problem("unknown-attribute", message, found=cursor.value, allowed=names)
            tables = [evolve(lent, problems=[]) for lent in lending]
        else:
            tables = [cursor]
        for table in tables:
            _add_choices(choices, table)
            own = own or len(choices)
    found = [choice for choice, _ in choices.values()]
    added = sorted(found[own:], key=lambda choice: choice.id)
    return evolve(draft.attribute, choices=(*found[:own], *added))


def _add_choices(choices: dict[str, tuple[Choice, Cursor]], cursor: Cursor) -> None:
    """Add the choices of one table; one whose words are wrong counts, so that using it is no second mistake."""
    if isinstance(cursor.value, list):
        hint = 'a choice stands with its words: choices = { small = "small, up to 8 billion" }'
        cursor.wrong_type("a table of choices", hint=hint)
        names = [(name, cursor.child(index, name)) for index, name in enumerate(cursor.value) if isinstance(name, str)]
        choices.update({name: (Choice(name, Text(name, name)), entry) for name, entry in names})
        return
    table = cursor.table()
    if isinstance(cursor.value, dict) and not table:
        cursor.problem("empty-list", "must declare at least one choice")
    for name, entry in table.items():
        if name in choices:
            entry.problem("duplicate-id", "is declared twice", found=name, other=choices[name][1].place)
            continue
        evolve(entry, value=name).name()
        sources: tuple[str, ...] = ()
        text = entry
        if isinstance(entry.value, dict):
            inner = entry.keys(CHOICE_KEYS, what="a choice", hints=_split(entry))
            sources = inner["source"].names() if "source" in inner else ()
            text = evolve(entry, value={key: child.value for key, child in inner.items() if key != "source"})
        means = read_text(text, plain=True) if text.value or text.value == entry.value else None
        choices[name] = (Choice(name, means or Text(name, name), sources), entry)
        for rest in _split(entry):
            whole = f"{name}.{rest}"
            choices[whole] = (Choice(whole, Text(whole, whole)), entry)


def _split(entry: Cursor) -> dict[str, str]:
    """Return the rest of each id that TOML split at its dot, with what to write instead."""
    rest = [key for key in entry.value if key not in CHOICE_KEYS] if isinstance(entry.value, dict) else []
    return {key: f'an id with a dot stands in quotes: "{entry.key}.{key}"' for key in rest}


def _with_default(attribute: Attribute, draft: _Draft) -> Attribute:
    entry = draft.entry
    if entry is None or not isinstance(entry.value, dict) or "default" not in entry.value:
        return attribute
    if attribute.scope != "requirement":
        return attribute
    return evolve(attribute, default=attribute.read(entry.child("default", entry.value["default"])))
