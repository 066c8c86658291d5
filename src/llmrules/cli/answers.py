"""Answers in an interview: typed one by one or given beforehand, and what is meant by one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from attrs import define

from llmrules.cli.options import meant
from llmrules.cli.terminal import asked_line, for_a_person, print_plain
from llmrules.errors import Place
from llmrules.language.values import day
from llmrules.reading.cursor import FLAG_WORDS
from llmrules.reading.files import STANDARD_INPUT, read_standard_input, read_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from llmrules.language.vocabulary import Attribute

PROMPT = "> "

BACK = frozenset({"b", "back", "뒤로"})
FINISH = frozenset({"q", "quit", "finish", "끝", "마침"})
HELP = frozenset({"?", "help", "도움말"})
UNKNOWN = frozenset({"", "-", "don't know", "dont know", "unknown", "모름"})
"""What is typed instead of an answer, in either language."""


@define
class Answers:
    """Answers that a person types, or that were given beforehand, one a line; those behind ``#`` are remarks."""

    name: str = STANDARD_INPUT
    lines: list[str] | None = None
    number: int = 0

    @classmethod
    def of(cls, path: Path | None) -> Answers:
        """Read answers, ``-`` for those on standard input, unless somebody types them there. Raises FileError."""
        if path is None and for_a_person(sys.stdin):
            return cls()
        if path is None or str(path) == "-":
            return cls(lines=read_standard_input().splitlines())
        return cls(path.as_posix(), read_text(path).splitlines())

    @property
    def place(self) -> Place:
        """Where the answer stands that was read last."""
        return Place(self.name, self.number)

    def next(self) -> str | None:
        """Return the next answer, one given beforehand printed as if it had been typed; None at the end."""
        if self.lines is None:
            line = asked_line(PROMPT)
            return None if line is None else line.strip()
        while self.number < len(self.lines):
            self.number += 1
            line = self.lines[self.number - 1].strip()
            if not line.startswith("#"):
                print_plain(f"{PROMPT}{line}")
                return line
        return None


def understood(attribute: Attribute, typed: str, choices: Sequence[str]) -> Any:  # noqa: ANN401 - what a file may hold
    """Return the answer that is meant, as a profile has it; None where it is none.

    Choices are meant by their number, their name, or their words as they were shown.
    """
    if attribute.many:
        parts = typed.split(",") if "," in typed else [typed]
        if not any(one for one in parts if not one.strip().isdigit()) or all(one.isdigit() for one in typed.split()):
            parts = typed.replace(",", " ").split()
        members = [_choice(attribute.choice_ids, choices, one) for one in parts if one.strip()]
        return members if members and None not in members else None
    if attribute.type == "flag":
        word = FLAG_WORDS.get(typed.casefold()) or _choice(("true", "false"), choices, typed)
        return None if word is None else word == "true"
    if attribute.choices:
        return _choice(attribute.choice_ids, choices, typed)
    if attribute.type == "date":
        return typed if day(typed) is not None else None
    value = meant(attribute, typed)
    return value if attribute.allows(value) else None


def _choice(ids: Sequence[str], choices: Sequence[str], typed: str) -> str | None:
    """Return the one choice that is meant."""
    said = typed.strip().casefold()
    if said.isdigit() and 1 <= int(said) <= len(ids):
        return ids[int(said) - 1]
    ways = [{name, name.replace("-", " "), words.casefold(), words.casefold().split(":")[0]}
            for name, words in zip(ids, choices, strict=True)]  # fmt: skip
    exact = [name for name, its in zip(ids, ways, strict=True) if said in its]
    begun = [name for name, its in zip(ids, ways, strict=True) if said and any(one.startswith(said) for one in its)]
    found = exact or begun
    return found[0] if len(found) == 1 else None
