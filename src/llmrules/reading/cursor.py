"""A value inside an input file, with the place it stands at and the list that collects what is wrong with it.

Readers of the later stages walk a file with cursors, take what is right and note everything that is not, so that
one load reports all mistakes of all files together. A cursor never guesses a type, and raises nothing until there are
thousands of mistakes.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from attrs import evolve, frozen

from llmrules.errors import MOST_ERRORS, UNKNOWN, InputError, LoadError, Place
from llmrules.reading.files import KeyPath, Source, format_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Readers: TypeAlias = Mapping[str, Callable[["Cursor"], object]]
    """What reads the value of each key of a table: it returns None after noting what is wrong."""

Name = TypeVar("Name", bound=str)

LARGEST = 2**53 - 1
"""The largest positive integer: up to it, every reader of JSON is exact."""

HALF_CHARACTER = re.compile("[\ud800-\udfff]")

FLAG_WORDS = {"yes": "true", "true": "true", "on": "true", "예": "true"}
FLAG_WORDS |= {"no": "false", "false": "false", "off": "false", "아니요": "false"}
"""What people write for a flag."""


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
        return Cursor(value, self.source, (*self.path, key), self.stage, self.problems)

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
        """Note what is wrong here. Raises LoadError where there is too much of it for anybody to read."""
        if len(self.problems) >= MOST_ERRORS:
            raise LoadError(self.problems)
        self.problems.append(
            self.stage(message, code=code, place=self.place, found=found, allowed=allowed, other=other, hint=hint)
        )

    def missing(
        self, key: str, message: str, *, code: str = "missing-key", allowed: Iterable[str] = (), hint: str | None = None
    ) -> None:
        """Note that this table lacks a key, unless one of its unknown keys is probably that key, misspelt."""
        if isinstance(self.value, dict) and not self.misspells(key):
            self.problem(code, message, allowed=allowed, hint=hint)

    def misspells(self, *keys: str) -> bool:
        """Whether one of the keys was noted as unknown here, and is closest to one of the given ones."""
        file, inside = self.source.name, format_path(self.path)
        mine = takewhile(
            lambda note: note.place.file == file and note.place.key.startswith(inside), self.problems[::-1]
        )
        return any(
            note.place.key == format_path((*self.path, str(note.found))) and note.nearest in keys
            for note in mine
            if note.code.startswith(UNKNOWN)
        )

    def wrong_type(self, wanted: str, hint: str | None = None) -> None:
        """Note that the value is not of the kind that belongs here."""
        if self.value is None:
            self.problem("wrong-type", f"must be {wanted}, not null", hint="leave the key out where nothing is known")
            return
        self.problem("wrong-type", f"must be {wanted}", found=self.value, hint=hint)

    def table(self) -> dict[str, Cursor]:
        """Return the children of a table; note a value that is none."""
        if isinstance(self.value, dict):
            source, path, stage, problems = self.source, self.path, self.stage, self.problems
            return {key: Cursor(value, source, (*path, key), stage, problems) for key, value in self.value.items()}
        doubled = isinstance(self.value, list) and any(isinstance(element, dict) for element in self.value)
        self.wrong_type("a table", hint=f"write [{self._header}], in single brackets" if doubled else None)
        return {}

    def keys(
        self,
        allowed: Iterable[str],
        *,
        what: str,
        needs: Iterable[str] = (),
        code: str = "unknown-key",
        hints: Mapping[str, str] | None = None,
    ) -> dict[str, Cursor]:
        """Return the known children of a table; note every other key, with its hint if any, and what it lacks."""
        names = tuple(allowed)
        children = self.table()
        for name, child in children.items():
            if name not in names:
                hint = (hints or {}).get(name)
                child.problem(code, f"is not a key of {what}", found=name, allowed=names, hint=hint)
        for name in needs:
            if name not in children:
                self.missing(name, f"{what} needs {name}")
        return {name: child for name, child in children.items() if name in names}

    def some(self, names: Iterable[str]) -> dict[str, Cursor]:
        """Return those children of a table that have one of the names; of the others nothing is said."""
        table = self.value if isinstance(self.value, dict) else {}
        return {name: self.child(name, table[name]) for name in names if name in table}

    def fields(self, readers: Readers, *, what: str, needs: Iterable[str] = ()) -> dict[str, Any]:
        """Return what a table holds, under each known key what its reader makes of it; what is wrong is left out."""
        return read_fields(self.keys(readers, what=what, needs=needs), readers)

    def entries(self, key: str) -> list[Cursor]:
        """Return the elements of an array under a key of this table, which may lack it."""
        has = isinstance(self.value, dict) and key in self.value
        return self.child(key, self.value[key]).elements() if has else []  # type: ignore[index]

    def elements(self) -> list[Cursor]:
        """Return the elements of an array; note a value that is none."""
        if isinstance(self.value, list):
            return [self.child(index, value) for index, value in enumerate(self.value)]
        single = isinstance(self.value, dict)
        self.wrong_type("a list", f"write [[{self._header}]], in double brackets" if single else "write it in brackets")
        return []

    def element(self, name: str) -> Cursor:
        """Return the element of an array that is this name, or the cursor itself where the name stands alone."""
        if isinstance(self.value, list) and name in self.value:
            return self.child(self.value.index(name), name)
        return self

    @property
    def _header(self) -> str:
        """The key as it stands in the brackets of a table."""
        return format_path(tuple(part for part in self.path if isinstance(part, str)))

    def text(self) -> str | None:
        """Return a text that is not blank and can be written as UTF-8, or None after noting what is wrong."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.wrong_type("a text that is not empty")
        elif HALF_CHARACTER.search(self.value):
            self.problem("bad-text", "holds half a character, an unpaired surrogate", found=self.value)
        else:
            return self.value
        return None

    def name(self) -> str | None:
        """Return a text that can name something: one line, nothing invisible in it, no space around it."""
        text = self.text()
        if text is None or (text.isprintable() and text == text.strip()):
            return text
        message = "cannot be a name: it must stand on one line, without invisible characters and spaces around it"
        self.problem("bad-name", message, found=text)
        return None

    def flag(self) -> bool | None:
        """Return true or false, or None after noting what is wrong."""
        if isinstance(self.value, bool):
            return self.value
        meant = FLAG_WORDS.get(self.value.strip().casefold()) if isinstance(self.value, str) else None
        self.wrong_type("true or false", hint=f"write {meant}, without quotes" if meant else None)
        return None

    def positive(self, *, negative: str | None = None) -> int | None:
        """Return a positive integer, or None after noting what is wrong, with a hint for who wrote a negative one."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST:
            return value
        quoted = isinstance(value, str) and value.strip().isdecimal()
        below = isinstance(value, int) and not isinstance(value, bool) and value < 0
        hint = "write the number without quotes" if quoted else negative if below else None
        self.wrong_type("a positive integer", hint=hint)
        return None

    def one_of(self, allowed: Iterable[Name]) -> Name | None:
        """Return one of the allowed names, or None after noting what is wrong."""
        names = tuple(allowed)
        for name in names:
            if self.value == name:
                return name
        self.problem("unknown-name", "is not one of the names that may stand here", found=self.value, allowed=names)
        return None

    def names(self) -> tuple[str, ...]:
        """Return a name, or a list of names that is not empty and repeats none."""
        if isinstance(self.value, str):
            alone = self.name()
            return (alone,) if alone is not None else ()
        found = [(element, element.name()) for element in self.elements()]
        seen: set[str] = set()
        for element, name in found:
            if name is not None and name in seen:
                element.problem("repeated", "stands in this list twice", found=name)
            elif name is not None:
                seen.add(name)
        if isinstance(self.value, list) and not self.value:
            self.problem("empty-list", "must name at least one")
        return tuple(name for _, name in found if name is not None)


def read_fields(keys: Mapping[str, Cursor], readers: Readers) -> dict[str, Any]:
    """Return what stands under each key that has a reader, as that reads it; what is wrong (None) is left out."""
    read = {key: readers[key](cursor) for key, cursor in keys.items() if key in readers}
    return {key: value for key, value in read.items() if value is not None}
