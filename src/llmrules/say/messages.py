"""What was refused, in a language: errors and reasons word themselves in English, and each text has its translation.

A translation is found by the English text, in which ``{}`` stands for any value, so that whoever refuses something
knows no language. What has no translation is said as it is.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.language.texts import Language

SLOT = re.compile(r"\{(\d)(!?)(?::([^{}|]*)\|([^{}|]*))?\}")


class Messages:
    """Says in one language what is written in English."""

    def __init__(self, language: Language) -> None:
        self.table: Mapping[str, str] = {}
        if language != "en":
            self.table = import_module(f"llmrules.say.languages.{language}_errors").ERRORS
            self.chosen = import_module(f"llmrules.say.languages.{language}").chosen

    def __call__(self, text: str) -> str:
        """Return the translation of a text: its own, or else that of the template with most of its letters."""
        if not self.table or text in self.table:
            return self.table.get(text, text)
        matches = [(template, found) for template in self.table if (found := _match(template, text)) is not None]
        if not matches:
            return text
        template, values = max(matches, key=lambda match: len(match[0]) - 2 * len(match[1]))
        said = self.table[template]
        values = [self(one) if f"{{{place}!}}" in said else one for place, one in enumerate(values)]

        def filled(slot: re.Match[str]) -> str:
            value = values[int(slot[1])]
            return value if slot[3] is None else str(self.chosen(value, slot[3], slot[4]))

        return SLOT.sub(filled, said)


def _match(template: str, text: str) -> list[str] | None:
    """Return what stands in a text where a template has its slots, or None where it is another text."""
    parts = template.split("{}")
    if len(parts) == 1 or not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return None
    found = re.fullmatch("(.*?)".join(map(re.escape, parts)), text, re.DOTALL)
    return None if found is None else list(found.groups())
