"""The sentences of one language, by name, with slots that what is told fills.

``{count}`` is a slot; ``{count:model|models}`` is one of two forms, chosen by what the slot holds: in English by
number, in Korean by the final sound. A language is one module of ``languages``.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from llmrules.errors import UnknownLanguageError
from llmrules.language.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from llmrules.language.texts import Language, Text

SLOT = re.compile(r"\{([a-z]+)(?::([^{}|]*)\|([^{}|]*))?\}")


class Sentences:
    """Says the sentences of one language."""

    def __init__(self, language: Language) -> None:
        if language not in LANGUAGES:
            message = f"nothing is said in {language!r}; there are {' and '.join(LANGUAGES)}"
            raise UnknownLanguageError(message)
        module = import_module(f"llmrules.say.languages.{language}")
        self.language = language
        self.sentences: Mapping[str, str] = module.SENTENCES
        self.chosen: Callable[[int | str, str, str], str] = module.chosen

    def __call__(self, name: str, /, **slots: int | str) -> str:
        """Return a sentence with its slots filled; counts have their thousands separated. Raises KeyError."""

        def filled(match: re.Match[str]) -> str:
            slot, one, other = match.groups()
            value = slots[slot]
            if one is not None:
                return self.chosen(value, one, other)
            return f"{value:,}" if isinstance(value, int) else value

        return SLOT.sub(filled, self.sentences[name])

    def family(self, name: str) -> dict[str, str]:
        """Return the sentences whose names begin with ``name.``, by what follows, their slots still open."""
        begin = f"{name}."
        return {key.removeprefix(begin): said for key, said in self.sentences.items() if key.startswith(begin)}

    def read(self, text: Text) -> str:
        """Return a text of a rule, of the vocabulary or of a catalogue in this language."""
        return text.read(self.language)
