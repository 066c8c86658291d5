"""How the attributes that rule files declare become one vocabulary.

Several files may declare one attribute: the first declaration stands, the others may only add choices. The order of
files changes nothing, and what is wrong is noted and left out.
"""

from __future__ import annotations

from graphlib import CycleError
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.errors import VocabularyError
from llmrules.language.sources import check_sources
from llmrules.language.vocabulary.attribute import AS_OF, CHOSEN, MODEL, SCOPES, Attribute, Scope, Vocabulary
from llmrules.language.vocabulary.choices import with_choices
from llmrules.language.vocabulary.computed import computed_from, read_computed
from llmrules.language.vocabulary.declaration import ATTRIBUTE_KEYS, Draft, read_attribute

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.reading.cursor import Cursor


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
    attributes = {name: with_choices(draft, drafts, declared) for name, draft in sorted(drafts.items())}
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
    known = drafts.get(name)
    if known is None:
        attribute = read_attribute(scope, name, entry)
        if attribute is not None:
            drafts[name] = Draft(attribute, entry, [])
            if "choices" in entry.table():
                drafts[name].choices.append(entry.table()["choices"])
        return
    _extend(known, scope, entry)


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


def _check_cited(draft: Draft, citable: Collection[str]) -> None:
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


def _with_default(attribute: Attribute, draft: Draft) -> Attribute:
    entry = draft.entry
    if entry is None or not isinstance(entry.value, dict) or "default" not in entry.value:
        return attribute
    if attribute.scope != "requirement":
        return attribute
    return evolve(attribute, default=attribute.read(entry.child("default", entry.value["default"])))


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
