"""A value inside an input file, with the place it stands at and the list that collects what is wrong with it.

Readers of the later stages walk a file with cursors, take what is right and note everything that is not, so that
one load reports all mistakes of all files together. A cursor never raises and never guesses a type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.errors import InputError, Place
from llmrules.files import KeyPath, Source

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen(eq=False)
class Cursor:
    """One value of a source, its path, and the problems found so far."""

    value: object
    source: Source
    path: KeyPath
    stage: type[InputError]
    problems: list[InputError]

    @classmethod
    def top(cls, source: Source, stage: type[InputError], problems: list[InputError]) -> Cursor:
        """Return the cursor of a whole file."""
        return cls(source.data, source, (), stage, problems)

    @property
    def place(self) -> Place:
        """Where the value stands."""
        return self.source.place(self.path)

    @property
    def key(self) -> str | int:
        """The last segment of the path."""
        return self.path[-1] if self.path else ""

    def child(self, key: str | int, value: object) -> Cursor:
        """Return the cursor of a value inside this one."""
        return evolve(self, value=value, path=(*self.path, key))

    def staged(self, stage: type[InputError]) -> Cursor:
        """Return the same cursor, whose problems belong to another stage."""
        return evolve(self, stage=stage)

    def problem(
        self,
        code: str,
        message: str,
        *,
        found: object = None,
        allowed: Iterable[str] = (),
        other: Place | None = None,
        hint: str | None = None,
    ) -> None:
        """Note what is wrong here."""
        self.problems.append(
            self.stage(message, code=code, place=self.place, found=found, allowed=allowed, other=other, hint=hint)
        )

    def wrong_type(self, wanted: str, hint: str | None = None) -> None:
        """Note that the value is not of the kind that belongs here."""
        self.problem("wrong-type", f"must be {wanted}", found=self.value, hint=hint)

    def table(self) -> dict[str, Cursor]:
        """Return the children of a table; note a value that is none."""
        if isinstance(self.value, dict):
            return {key: self.child(key, value) for key, value in self.value.items()}
        self.wrong_type("a table")
        return {}

    def keys(self, allowed: Iterable[str], *, what: str) -> dict[str, Cursor]:
        """Return the known children of a table; note every other key."""
        names = tuple(allowed)
        children = self.table()
        for name, child in children.items():
            if name not in names:
                child.problem("unknown-key", f"is not a key of {what}", found=name, allowed=names)
        return {name: child for name, child in children.items() if name in names}

    def elements(self) -> list[Cursor]:
        """Return the elements of an array; note a value that is none."""
        if isinstance(self.value, list):
            return [self.child(index, value) for index, value in enumerate(self.value)]
        self.wrong_type("a list")
        return []

    def text(self) -> str | None:
        """Return a text that is not blank, or None after noting what is wrong."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value
        self.wrong_type("a text that is not empty")
        return None

    def flag(self) -> bool | None:
        """Return true or false, or None after noting what is wrong."""
        if isinstance(self.value, bool):
            return self.value
        self.wrong_type("true or false")
        return None

    def positive(self) -> int | None:
        """Return a positive integer, or None after noting what is wrong."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and self.value > 0:
            return self.value
        self.wrong_type("a positive integer")
        return None

    def one_of(self, allowed: Iterable[str]) -> str | None:
        """Return one of the allowed names, or None after noting what is wrong."""
        names = tuple(allowed)
        if isinstance(self.value, str) and self.value in names:
            return self.value
        self.problem("unknown-name", "is not one of the names that may stand here", found=self.value, allowed=names)
        return None

    def names(self) -> tuple[str, ...]:
        """Return a name, or a list of names that is not empty and repeats none."""
        if isinstance(self.value, str):
            text = self.text()
            return (text,) if text is not None else ()
        found = [(element, element.text()) for element in self.elements()]
        seen: set[str] = set()
        for element, name in found:
            if name is not None and name in seen:
                element.problem("repeated", "stands in this list twice", found=name)
            elif name is not None:
                seen.add(name)
        if isinstance(self.value, list) and not self.value:
            self.problem("empty-list", "must name at least one")
        return tuple(name for _, name in found if name is not None)
