"""What a verification says: the level that the trace reached, and the first thing that is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from llmrules.errors import LlmrulesError, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Plain: TypeAlias = Any
"""Plain JSON: the trace as it was parsed, with nothing made of it."""

Record: TypeAlias = "dict[str, Plain]"
"""A record that is derived, to be compared with the one in the trace."""

Level: TypeAlias = Literal["shape", "consistent", "re-derived", "matched"]

LEVELS: tuple[Level, ...] = ("shape", "consistent", "re-derived", "matched")
"""From the least to the most; each needs no more than it says, and each one includes those before it."""

MEANS: Mapping[Level, str] = {
    "shape": "it is a trace of this format, whole and within its limits",
    "consistent": "its digests, references, sums and ranks agree with each other",
    "re-derived": "all that it found follows from the requirements, rules and values that it records",
    "matched": "and what it records is what stands in the files handed over",
}


@frozen
class Wrong:
    """The first thing wrong: a JSON pointer, what is wrong with it, what stands there and what should, as JSON."""

    pointer: str
    sentence: str
    found: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        """Word it on a few lines."""
        lines = [f"    at: {self.pointer or 'the whole file'}", f"    {self.sentence}"]
        if self.found is not None:
            lines.append(f"    found: {self.found}")
        if self.expected is not None:
            lines.append(f"    expected: {self.expected}")
        return "\n".join(lines)


@frozen
class Report:
    """The level reached (None: not even the shape of a trace), the level asked for, and the first thing wrong.

    ``matched`` names the parts of ``given`` that were compared with files, ``unmatched`` those that no file handed
    over speaks of. ``made_by`` is what the trace claims of its making: it is sealed, and nobody can check it.
    """

    level: Level | None
    asked: Level
    wrong: Wrong | None = None
    matched: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    made_by: dict[str, Plain] | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the level asked for is reached."""
        return self.wrong is None and self.level == self.asked

    def __str__(self) -> str:
        """Say the level, then what is wrong or what was compared, then who claims to have made the trace."""
        lines = [f"{self.level}: {MEANS[self.level]}" if self.level else "not a trace"]
        if self.wrong is not None:
            lines += [f"not {self.asked}:", str(self.wrong)]
        if self.matched:
            lines.append(f"compared with files: {', '.join(self.matched)}")
        if self.unmatched:
            lines.append(f"not compared, since no file for it was handed over: {', '.join(self.unmatched)}")
        lines += self.remarks
        if self.made_by is not None:
            made = {name: printable(str(self.made_by[name])) for name in ("llmrules", "engine", "decided_at")}
            lines.append(
                f"made by llmrules {made['llmrules']}, engine {made['engine']}, at {made['decided_at']} (claimed)"
            )
        return "\n".join(lines)


NOTHING = object()
"""Stands for what is not there at all."""

UNSAID = object()
"""Stands for what a sentence says well enough."""


class Refusal(LlmrulesError):  # noqa: N818 - it is no error of ours, and never leaves the checker
    """Ends a verification at the first thing that is wrong."""

    def __init__(self, at: str, sentence: str, *, found: Plain = UNSAID, expected: Plain = UNSAID) -> None:
        """Keep what is wrong; ``at`` is a JSON pointer."""
        self.wrong = Wrong(at, sentence, shown(found), shown(expected))
        super().__init__(self.wrong)


def sparse(**fields: Plain) -> Record:
    """Return the fields of a record that a trace writes only when there is something in them."""
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def step(at: str, key: str | int) -> str:
    """Return the pointer to a part of what a pointer names."""
    return f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"


def compare(at: str, found: Plain, expected: Plain, sentence: str) -> None:
    """Refuse at the first part that differs; ``true`` is not ``1``, and the order of keys is no difference."""
    for where, one, other in _differences(at, found, expected):
        raise Refusal(where, sentence, found=one, expected=other)


def _differences(at: str, found: Plain, expected: Plain) -> Iterator[tuple[str, Plain, Plain]]:
    if type(found) is not type(expected):
        yield at, found, expected
    elif isinstance(found, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            yield from _differences(step(at, key), found.get(key, NOTHING), expected.get(key, NOTHING))
    elif isinstance(found, list):
        for index in range(max(len(found), len(expected))):
            pair = (one[index] if index < len(one) else NOTHING for one in (found, expected))
            yield from _differences(step(at, index), *pair)
    elif found != expected:
        yield at, found, expected


def shown(value: Plain, longest: int = 200) -> str | None:
    """Return a value as JSON on one short line without what a terminal would obey; None where nothing need be shown."""
    if value is UNSAID:
        return None
    try:
        text = "nothing" if value is NOTHING else json.dumps(value, ensure_ascii=False, sort_keys=True)
    except RecursionError:
        text = "something deeply nested"
    return printable(text if len(text) <= longest else f"{text[: longest - 1]}…")
