"""What can go wrong, one class for each stage of the line.

An error keeps its parts (where, what was found, what is allowed, the nearest name) as attributes and words
itself. Broken input raises; it never becomes a verdict.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from unicodedata import east_asian_width

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SHOWN = 12
"""How many allowed names a message lists before it says how many more there are."""

MOST_SHOWN = 20
"""How many errors are worded before it is said how many more there are; all of them are kept."""

MOST_ERRORS = 10_000
"""At so many errors reading stops: they are one mistake, or none that anybody will read."""

LONGEST_NAME = 200
"""Characters. What is longer is no name that somebody misspelt."""

DEEPEST_SHOWN = 3
"""How many lists and tables inside each other a message shows."""

UNKNOWN = "unknown-"
"""How the codes begin of mistakes that may be misspelt names."""


EXCERPT = 100
"""Characters of a line that are shown."""

_TOKEN = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'|\S""")
"""What is marked: a name, a quoted text, or one sign."""


class LlmrulesError(Exception):
    """The root of every error that this package raises."""

    def worded(self, tell: Callable[[str], str]) -> str:
        """Return what ``str`` does, in the language into which a function translates each text of it."""
        return tell(str(self))


@frozen
class Place:
    """Where something stands: a file, a line and column (both from 1), the path of its key, and the id of its entry.

    ``entry`` is the id of the rule, model, claim or document that holds it, where it has one; ``text`` is the whole
    line, which is shown and says nothing more about where it is.
    """

    file: str
    line: int | None = None
    column: int | None = None
    key: str = ""
    entry: str = ""
    text: str = field(default="", eq=False, repr=False)

    def excerpt(self) -> list[str]:
        """Return the line with its number, and a mark under what stands at the column, as compilers do."""
        if self.line is None or self.column is None or not self.text.strip():
            return []
        start = max(0, self.column - 1 - EXCERPT // 2)
        shown = self.text[start : start + EXCERPT].rstrip()
        before = shown[: self.column - 1 - start]
        marked = _TOKEN.match(shown, self.column - 1 - start)
        gutter = f"{self.line:>5} | "
        under = " " * (len(gutter) - 2) + "| " + " " * _columns(printable(before.replace("\t", " ")))
        width = _columns(printable(marked[0])) if marked else 1
        return [gutter + shown.replace("\t", " "), under + "^" * max(width, 1)]

    def __str__(self) -> str:
        """Return ``file:line:column`` as compilers do, without what is not known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class InputError(LlmrulesError):
    """One thing wrong with one place of an input.

    ``code`` is stable and names the kind of mistake; ``found`` is the offending text, ``allowed`` what would
    have been right, ``nearest`` the allowed name closest to it, ``other`` a second place that matters, and
    ``hint`` what to do.
    """

    stage: ClassVar[str] = "input"
    page: str = ""
    """Where the docs explain what would have been right, if they do."""
    pages: ClassVar[Mapping[str, str]] = {}
    """The page of what stands at some keys, by the first key, or the first two."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        place: Place,
        found: object = None,
        allowed: Iterable[str] = (),
        other: Place | None = None,
        hint: str | None = None,
    ) -> None:
        """Keep the parts."""
        self.message = message
        self.code = code
        self.place = place
        self.found = found
        self.allowed = tuple(allowed)
        self.other = other
        self.hint = hint
        keys = _KEY.findall(place.key)[:2] if self.pages else []
        self.page = self.pages.get(".".join(keys)) or self.pages.get(".".join(keys[:1]), self.page)
        super().__init__(message)

    @cached_property
    def nearest(self) -> str | None:
        """The allowed name closest to what was found, where a name may be misspelt; looked up when it is asked for."""
        return nearest(self.found, self.allowed) if self.code.startswith(UNKNOWN) else None

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive pickling with all parts."""
        parts = {
            "code": self.code,
            "place": self.place,
            "found": self.found,
            "allowed": self.allowed,
            "other": self.other,
            "hint": self.hint,
        }
        return _rebuild, (type(self), self.message, parts)

    def __str__(self) -> str:
        """Word the error: the place, the message, one line for each further part, and where to read more."""
        return self.worded(str)

    def worded(self, tell: Callable[[str], str]) -> str:
        """Word the error as ``str`` does, each text of it as a function says it."""
        said = self.said(tell)
        return f"{said}\n    {tell('read')}: {self.page}" if self.page else said

    def said(self, tell: Callable[[str], str]) -> str:
        """Word the error without its page, which those that are reported together name once."""
        lines = [f"{self.place}: {tell(self.message)} [{self.code}]", *self.place.excerpt()]
        entry = f' in "{self.place.entry}"' if self.place.entry else ""
        parts = {
            "at": f"{self.place.key}{entry}" if self.place.key else None,
            "found": None if self.found is None else show(self.found),
            "did you mean": self.nearest,
            "allowed": self.choices(tell) or None,
            "see also": self.other,
            "hint": None if self.hint is None else tell(self.hint),
        }
        lines += [f"    {tell(name)}: {part}" for name, part in parts.items() if part is not None]
        return "\n".join(map(printable, lines))

    def choices(self, tell: Callable[[str], str]) -> str:
        """Return the first of what would have been right, and how many more there are."""
        more = len(self.allowed) - SHOWN
        return ", ".join(self.allowed[:SHOWN]) + (f" {tell(f'and {more} more')}" if more > 0 else "")


_KEY = re.compile(r"(?:^|(?<=\.))\w+")


def _rebuild(kind: type[InputError], message: str, parts: dict[str, Any]) -> InputError:
    return kind(message, **parts)


def nearest(found: object, allowed: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the allowed name closest to what was found, small and capital letters alike, or None.

    ``cutoff`` is how alike they must be: 1 is the same.
    """
    if not isinstance(found, str) or len(found) > LONGEST_NAME:
        return None
    from difflib import get_close_matches  # only mistakes need it

    names = {name.casefold(): name for name in allowed if name != found}
    close = get_close_matches(found.casefold(), names, n=1, cutoff=cutoff)
    return names[close[0]] if close else None


def show(value: object, limit: int = 120) -> str:
    """Return a value as one short printable line, as TOML writes it, without control characters."""
    text = printable(_as_written(value, limit))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _as_written(value: object, limit: int, depth: int = 0) -> str:
    if isinstance(value, list | dict):
        if depth > DEEPEST_SHOWN:
            return "…"
        keys = [f"{key} = " for key in value] if isinstance(value, dict) else [""] * len(value)
        inside = value.values() if isinstance(value, dict) else value
        parts = [f"{key}{_as_written(one, limit, depth + 1)}" for key, one in zip(keys[:limit], inside, strict=False)]
        return f"{{ {', '.join(parts)} }}" if isinstance(value, dict) else f"[{', '.join(parts)}]"
    if isinstance(value, str):
        return f'"{value[:limit]}"'
    try:
        return str(value).lower() if isinstance(value, bool) else str(value)
    except ValueError:  # an integer with more digits than Python writes
        return "a number with thousands of digits"


def printable(text: str) -> str:
    """Replace what a terminal would obey (control, bidirectional and unpaired characters) by its escape."""
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in text)


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: Korean letters take two."""
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


class FileError(InputError):
    """A file cannot be read or is not what its kind must be."""

    stage = "file"


class TomlError(FileError):
    """The text of a file is no TOML."""

    page = "docs/rules.md#traps-of-toml"


class VocabularyError(InputError):
    """An attribute, choice, claim or document is declared wrongly."""

    stage = "vocabulary"
    page = "docs/rules.md#attributes"


class RuleError(InputError):
    """A rule or a disable entry is wrong."""

    stage = "rules"
    page = "docs/rules.md#effects"
    pages: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("rule.when", "rule.unless", "rule.where"), "docs/rules.md#conditions"),
        **dict.fromkeys(("rule.overrides", "disable", "first_of"), "docs/rules.md#changing-rules-of-others"),
        "promise": "docs/rules.md#promises",
    }


class ProfileError(InputError):
    """A requirement or an expectation is wrong."""

    stage = "profile"
    page = "docs/rules.md#cases"


class CatalogError(InputError):
    """A model, an offer or a catalogue value is wrong."""

    stage = "catalogue"
    page = "docs/rules.md#models-of-your-own"


class UnknownModelError(CatalogError, KeyError):
    """A name is that of no model that was judged."""

    def __init__(self, message: str, **parts: Any) -> None:  # noqa: ANN401 - those of InputError
        """Keep the parts."""
        InputError.__init__(self, message, **parts)


def check_judged(name: str, judged: Iterable[str]) -> None:
    """Raise UnknownModelError, with the nearest name, for a name of nothing that was judged."""
    names = tuple(judged)
    if name not in names:
        message = "names no model that was judged"
        raise UnknownModelError(message, code="unknown-model", place=Place("model"), found=name, allowed=names)


class UnknownLanguageError(LlmrulesError, ValueError):
    """A language in which nothing is said."""


class RestrictionError(InputError):
    """A condition or a list that says which models a decision is about is wrong."""

    stage = "restriction"
    page = "docs/catalogs.md#restricting-who-is-judged"


class SettingsError(InputError):
    """A setting of the project is wrong."""

    stage = "settings"
    page = "docs/rules.md#changing-rules-of-others"


class TraceError(InputError):
    """A trace cannot be read."""

    stage = "trace"
    page = "docs/trace.md"


class LoadError(LlmrulesError):
    """Everything that is wrong with the inputs of one load, together, in the order of files and lines."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        """Sort the errors by place and drop exact repetitions."""
        kept = {_identity(error): error for error in errors}
        self.errors: tuple[InputError, ...] = tuple(sorted(kept.values(), key=_order))
        super().__init__(self.errors)

    def __str__(self) -> str:
        """Word the first errors, then how many more there are, the pages of the docs about them, and their number."""
        return self.worded(str)

    def worded(self, tell: Callable[[str], str]) -> str:
        """Word the errors as ``str`` does, each text of them as a function says it."""
        count = len(self.errors)
        more = [tell(f"and {count - MOST_SHOWN:,} more")] if count > MOST_SHOWN else []
        pages = sorted({error.page for error in self.errors if error.page})
        read = [f"{tell('read')}: {', '.join(pages)}"] if pages else []
        stopped = "; reading stopped there" if count >= MOST_ERRORS else ""
        said = tell(f"{count:,} error{'s' if count != 1 else ''}{stopped}")
        return "\n".join([*(error.said(tell) for error in self.errors[:MOST_SHOWN]), *more, *read, said])


@contextmanager
def noting(problems: list[InputError]) -> Iterator[None]:
    """Note what is wrong with an input, so that all else that is wrong is found, too."""
    try:
        yield
    except LoadError as error:
        problems += error.errors
    except InputError as error:
        problems.append(error)


def _identity(error: InputError) -> tuple[object, ...]:
    """Return what two errors that are one have in common."""
    return type(error), error.place, error.code, error.message, show(error.found), error.other, error.hint


def _order(error: InputError) -> tuple[str, int, int, str, str]:
    place = error.place
    return place.file, place.line or 0, place.column or 0, place.key, error.message


class EngineError(LlmrulesError):
    """The firing engine could not be used or reported a failure."""


class PromiseError(LlmrulesError):
    """A decision does not keep what the rules promise of every case; ``promises`` has the ids of those broken."""

    def __init__(self, message: str, promises: tuple[str, ...] = ()) -> None:
        """Keep the ids."""
        super().__init__(message)
        self.promises = promises


class SolverError(LlmrulesError):
    """What is to prove something is not installed."""


class CertificationError(EngineError):
    """The engine and the plain evaluator disagree about which rules fire, so there is no decision."""

    def __init__(self, *, only_engine: Iterable[str], only_plain: Iterable[str]) -> None:
        """Keep both differences, sorted."""
        self.only_engine = tuple(sorted(only_engine))
        self.only_plain = tuple(sorted(only_plain))
        super().__init__(self.only_engine, self.only_plain)

    def __str__(self) -> str:
        """Name the rules that only one side fired."""
        return (
            "the decision could not be certified: "
            f"fired only by the engine: {', '.join(self.only_engine) or 'none'}; "
            f"fired only by the plain evaluator: {', '.join(self.only_plain) or 'none'}"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive pickling."""
        return _rebuild_certification, (self.only_engine, self.only_plain)


def _rebuild_certification(only_engine: tuple[str, ...], only_plain: tuple[str, ...]) -> CertificationError:
    return CertificationError(only_engine=only_engine, only_plain=only_plain)
