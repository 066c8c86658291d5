"""The choices of an attribute: its own, those that other declarations add, or those of the attribute it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.language.texts import Text, read_text
from llmrules.language.vocabulary.attribute import CHOSEN, Attribute, Choice

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from llmrules.language.vocabulary.declaration import Draft
    from llmrules.reading.cursor import Cursor

CHOICE_KEYS = ("en", "ko", "source")


def with_choices(draft: Draft, drafts: Mapping[str, Draft], declared: Collection[str]) -> Attribute:
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
