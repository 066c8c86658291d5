"""Texts in English and Korean, with slots that are filled from facts.

A slot is ``{attribute}`` and nothing else: no format language, no attribute access, nothing that executes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.reading.cursor import Cursor

Language: TypeAlias = Literal["en", "ko"]

LANGUAGES: tuple[Language, ...] = ("en", "ko")

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SLOT_LIKE = re.compile(r"\{(\s*[\w.\-\[\]]+\s*)\}")
"""What an author may have meant as a slot; ``fill`` leaves it alone unless it is one."""


@frozen
class Text:
    """One text in one or both languages; a missing language falls back to the other."""

    en: str | None = None
    ko: str | None = None

    def read(self, language: Language) -> str:
        """Return the text in a language, else in the other."""
        first, second = (self.ko, self.en) if language == "ko" else (self.en, self.ko)
        return first if first is not None else second or ""

    def has(self, language: Language) -> bool:
        """Whether it is written in a language, so that no other one stands in for it."""
        return bool(self.ko if language == "ko" else self.en)

    def slots(self) -> tuple[str, ...]:
        """Return the names of all slots, sorted."""
        return _slots(self.en, self.ko)

    def misshapen_slots(self) -> tuple[str, ...]:
        """Return what stands in braces like a slot but is none, such as ``Budget`` or ``model.name``, sorted."""
        found = {inside for text in (self.en, self.ko) if text for inside in _SLOT_LIKE.findall(text)}
        return tuple(sorted(found - set(self.slots())))


@lru_cache(maxsize=4_096)
def _slots(*texts: str | None) -> tuple[str, ...]:
    return tuple(sorted({name for text in texts if text for name in _SLOT.findall(text)}))


def fill(text: str, value_of: Callable[[str], str]) -> str:
    """Replace each slot by the words of its value."""
    return _SLOT.sub(lambda match: value_of(match[1]), text)


def read_text(cursor: Cursor, *, plain: bool = False) -> Text | None:
    """Read ``{ en = "…", ko = "…" }``; ``plain`` also takes one string for both languages."""
    if plain and isinstance(cursor.value, str):
        text = cursor.text()
        return Text(text, text) if text is not None else None
    if isinstance(cursor.value, str):
        cursor.wrong_type("a table of languages", hint=f"write {cursor.key}.en = … and {cursor.key}.ko = …")
        return None
    children = cursor.keys(LANGUAGES, what="a text")
    texts = {name: child.text() for name, child in children.items()}
    if isinstance(cursor.value, dict) and not cursor.value:
        cursor.problem("missing-text", "has no text in any language", allowed=LANGUAGES)
    return Text(**texts) if any(texts.values()) else None
