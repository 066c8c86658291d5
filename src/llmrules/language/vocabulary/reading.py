"""How the attributes that rule files declare become one vocabulary.

Several files may declare one attribute: the first declaration stands, the others may only add choices. The order of
files changes nothing, and what is wrong is noted and left out.
"""

from __future__ import annotations

import itertools
from functools import partial
from graphlib import CycleError
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.errors import Place, VocabularyError, nearest
from llmrules.language.sources import check_sources
from llmrules.language.texts import Text, read_text
from llmrules.language.values import Number, number
from llmrules.language.vocabulary.attribute import (
    AS_OF,
    CHOSEN,
    MODEL,
    SCOPES,
    SIX,
    TYPES,
    Attribute,
    Choice,
    Scope,
    Vocabulary,
)
from llmrules.language.vocabulary.computed import computed_from, read_computed
from llmrules.reading.cursor import Cursor, read_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.reading.cursor import Readers

ATTRIBUTE_KEYS = (
    *("type", "label", "about", "ask", "topic", "source", "choices", "partial", "inherited", "locked"),
    *("unit", "minimum", "maximum", "marks", "computed", "default"),
)
CHOICE_KEYS = ("en", "ko", "source")


@frozen
class Draft:
    """An attribute whose choices are not yet complete."""

    attribute: Attribute
    entry: Cursor | None
    choices: list[Cursor]

    @property
    def place(self) -> Place:
        """Where the attribute is declared."""
        return self.entry.place if self.entry is not None else Place("built in", key=self.attribute.name)


def read_vocabulary(files: Iterable[Cursor], citable: Collection[str], *, reserved: Collection[str] = ()) -> Vocabulary:
    """Read the attributes that all rule files declare; a later file may add choices, never change a type.

    ``citable`` are the claims and documents that may be a source; ``reserved`` are the names that mean something in
    rules, catalogues or profiles, so no attribute may have them.
    """
    drafts = {one.name: Draft(one, None, []) for one in (AS_OF, MODEL)}
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
        _check_locks(name, [entry for _, entry in sound])
        for scope, entry in sorted(sound, key=_completeness):
            _declare(drafts, scope, name, entry)
    for draft in drafts.values():
        _check_cited(draft, citable)
    attributes = {name: _with_choices(draft, drafts, declared) for name, draft in sorted(drafts.items())}
    finished = {name: _with_default(attribute, drafts[name]) for name, attribute in attributes.items()}
    broken = frozenset(declared.keys() - finished.keys())
    return Vocabulary(_with_computed(finished, drafts), broken)


def _check_locks(name: str, entries: list[Cursor]) -> None:
    """Note each declaration of a later layer than one that locks the attribute."""
    for locked in entries:
        if not isinstance(locked.value, dict) or locked.value.get("locked") is not True:
            continue
        for entry in entries:
            if entry.source.layer > locked.source.layer:
                message = "is locked by an earlier layer, so no later one may declare it again"
                entry.problem("locked", message, found=name, other=locked.table()["locked"].place)


def _may_declare(name: str, entry: Cursor, reserved: Collection[str]) -> bool:
    """Whether an entry has the name and the shape of a declaration; note one that has not."""
    if name in reserved or not _is_identifier(name):
        why = "is reserved" if name in reserved else "must be small letters, digits and _"
        entry.problem("bad-name", f"cannot name an attribute: it {why}", found=name)
        return False
    if not isinstance(entry.value, dict):
        entry.wrong_type("a table that declares an attribute")
    return isinstance(entry.value, dict)


def _is_identifier(name: str) -> bool:
    return name.isascii() and name.isidentifier() and name == name.lower() and not name.startswith("_")


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


def _declare(drafts: dict[str, Draft], scope: Scope, name: str, entry: Cursor) -> None:
    """Keep the first declaration of an attribute, and what the further ones add."""
    if name in drafts:
        _extend(drafts[name], scope, entry)
        return
    attribute = _read_attribute(scope, name, entry)
    if attribute is not None:
        keys = entry.table()
        drafts[name] = Draft(attribute, entry, [keys["choices"]] if "choices" in keys else [])


def _extend(known: Draft, scope: Scope, entry: Cursor) -> None:
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
    """Read all of a declaration but its choices and its default; None where its type is not known."""
    keys = entry.keys(ATTRIBUTE_KEYS, what="an attribute")
    if "type" not in keys:
        entry.missing("type", "an attribute needs type", code="missing-type", allowed=TYPES)
    kind = keys["type"].one_of(TYPES) if "type" in keys else None
    told = {"label": Text(*[name.replace("_", " ")] * 2), **read_fields(keys, _TOLD)}
    if kind is None:
        return None
    sources = told.pop("source", ())
    draft = Attribute(name=name, scope=scope, type=kind, sources=sources, place=entry, **told)
    check_keys(draft, keys)
    return _with_bounds(draft, keys)


MISSPELT = 0.75
"""How alike a topic and one of the six are where it is taken for a misspelling of that."""


def _topic(cursor: Cursor) -> str | None:
    """Return the topic: one of the six, or another that is near to none of them."""
    topic = cursor.text()
    if topic is not None and topic not in SIX and nearest(topic, SIX, MISSPELT) is not None:
        cursor.problem(
            "unknown-topic", "is near to the topic of a question, but not its name", found=topic, allowed=SIX
        )
    return topic


_TOLD: Readers = {
    **dict.fromkeys(("label", "about", "ask"), read_text),
    "unit": partial(read_text, plain=True),
    "topic": _topic,
    "source": Cursor.names,
    **dict.fromkeys(("partial", "inherited", "locked"), Cursor.flag),
}


def check_keys(attribute: Attribute, keys: Mapping[str, Cursor]) -> None:
    """Note each key that the type or the scope does not take."""
    kind, scope = attribute.type, attribute.scope
    fits = {
        "choices": kind in CHOSEN,
        "unit": kind == "number",
        "minimum": kind == "number",
        "maximum": kind == "number",
        "marks": kind == "number" and scope != "requirement",
        "partial": kind == "set" and scope != "requirement",
        "computed": kind == "number" and "default" not in keys,
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
        marks = read_marks(keys["marks"])
    return evolve(attribute, marks=marks, minimum=bounds["minimum"], maximum=bounds["maximum"])


def read_marks(cursor: Cursor) -> tuple[Number, ...]:
    """Return marks, or nothing after noting what is wrong with them."""
    read = [number(element.value) for element in cursor.elements()]
    marks = tuple(mark for mark in read if mark is not None)
    ascending = all(low < high for low, high in itertools.pairwise(marks))
    if None in read or len(marks) < 2 or not ascending:  # noqa: PLR2004 - two marks make an interval
        message = "must be two or more numbers, each greater than the one before"
        cursor.problem("bad-marks", message, found=cursor.value)
        return ()
    return marks


def _check_cited(draft: Draft, citable: Collection[str]) -> None:
    """Note each source of the attribute and of its choices that no loaded file has."""
    entries = [draft.entry] if draft.entry is not None else []
    for choices in draft.choices:
        entries += choices.table().values() if isinstance(choices.value, dict) else ()
    for entry in entries:
        if isinstance(entry.value, dict) and "source" in entry.value:
            source = entry.child("source", entry.value["source"])
            check_sources(source, evolve(source, problems=[]).names(), citable)


def _with_choices(draft: Draft, drafts: Mapping[str, Draft], declared: Collection[str]) -> Attribute:
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


def _with_default(attribute: Attribute, draft: Draft) -> Attribute:
    keys = draft.entry.table() if draft.entry is not None else {}
    if "default" not in keys or attribute.scope != "requirement":
        return attribute
    return evolve(attribute, default=attribute.read(keys["default"]))


def _with_computed(attributes: Mapping[str, Attribute], drafts: Mapping[str, Draft]) -> dict[str, Attribute]:
    """Return attributes with the products that they are computed from; those that are so from themselves have none."""
    found, places = dict(attributes), {}
    for name, attribute in attributes.items():
        entry = drafts[name].entry
        if entry is not None and attribute.type == "number" and "computed" in entry.table():
            places[name] = entry.table()["computed"]
            found[name] = evolve(attribute, computed=read_computed(places[name], attribute, attributes))
    try:
        computed_from(found)
    except CycleError as error:
        circle = error.args[1][::-1]
        message = f"is computed from itself: {' → '.join(circle)}"
        places[min(circle)].problem("computed-cycle", message, found=min(circle))
        return dict(attributes)
    return found
