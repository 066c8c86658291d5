"""Checks of what people read: texts in one language only, and names that are not what they look like."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.check.lint.finding import Finding, found
from llmrules.errors import printable
from llmrules.language.texts import LANGUAGES, Language
from llmrules.language.vocabulary import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.check.lint.survey import Survey
    from llmrules.reading.files import KeyPath, Source

SENTENCES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(SCOPES, ("label", "about", "ask", "unit")),
    "rule": ("because", "otherwise"),
    "promise": ("because",),
    "disable": ("reason",),
    "claim": ("says",),
}
"""Where texts stand in two languages, by the table of a file that holds them."""

NAMES = {"rule": ("id",), "promise": ("id",), "document": ("id",), "claim": ("id",), "model": ("id", "name")}
"""Where names stand that people compare by eye, by the array of tables that holds them."""

LOOK_ALIKES = dict(
    zip(
        "АВЕЅІЈКМНОРСТХаеорсухіјѕԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧον",  # noqa: RUF001 - these are the letters in question
        "ABESIJKMHOPCTXaeopcyxijsdqwhlABEZHIKMNOPTYXov",
        strict=True,
    )
)
"""Letters of other scripts that look like one of ASCII."""

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
"""What looks like the hyphen that people type, inside a word."""

FORMS = ("<wide>", "<narrow>", "<font>")
"""How the decomposition of a letter begins that is a plain letter in another dress."""

INVISIBLE = frozenset({"Cc", "Cf", "Co", "Zl", "Zp"})
"""The categories of characters that nobody sees, those that turn the direction of a text among them."""

Deceit: TypeAlias = tuple[str, dict[str, Any]]
"""A way to deceive the eye, and what fills the sentence that tells it."""

TOGETHER = frozenset({"LATIN", "HANGUL", "CJK", "HIRAGANA", "KATAKANA", "DIGIT"})
"""Scripts that stand together in one word without deceiving anybody."""


def check_texts(survey: Survey) -> Iterator[Finding]:
    """Yield texts that lack a language, and names with characters that deceive."""
    for source in survey.sources:
        for path, text in _texts(source):
            yield from _missing_language(source, path, text, survey.languages)
        for path, name in _names(source):
            if (why := deceives(name)) is not None:
                place, (kind, slots) = source.place(path), why
                rules = (place.entry,) if place.key.startswith("rule[") and place.entry else ()
                yield found(f"confusable-id.{kind}", place, *rules, name=printable(name), **slots)


def _texts(source: Source) -> Iterator[tuple[KeyPath, object]]:
    for table, keys in SENTENCES.items():
        for path, entry in _entries(source, table):
            yield from (((*path, key), entry[key]) for key in keys if key in entry)
            yield from _choices(table, path, entry)


def _names(source: Source) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(source.data.get("pack"), str):
        yield ("pack",), source.data["pack"]
    for table in dict.fromkeys((*SCOPES, *NAMES)):
        for path, entry in _entries(source, table):
            if isinstance(path[-1], str):
                yield path, path[-1]
            else:
                named = ((key, entry.get(key)) for key in NAMES.get(table, ()))
                yield from (((*path, key), name) for key, name in named if isinstance(name, str))
            yield from ((choice, str(choice[-1])) for choice, _ in _choices(table, path, entry))


def _choices(table: str, path: KeyPath, entry: Mapping[str, object]) -> Iterator[tuple[KeyPath, object]]:
    """Yield the choices that the declaration of an attribute has, with their key paths."""
    choices = entry.get("choices")
    if table in SCOPES and isinstance(path[-1], str) and isinstance(choices, dict):
        yield from (((*path, "choices", name), means) for name, means in choices.items())


def _entries(source: Source, table: str) -> Iterator[tuple[KeyPath, dict[str, object]]]:
    """Yield the entries of a table, or of an array of tables, with their key paths."""
    value = source.data.get(table)
    if isinstance(value, dict):
        yield from (((table, name), entry) for name, entry in value.items() if isinstance(entry, dict))
    elif isinstance(value, list):
        yield from (((table, index), entry) for index, entry in enumerate(value) if isinstance(entry, dict))


def _missing_language(source: Source, path: KeyPath, text: object, languages: Iterable[Language]) -> Iterator[Finding]:
    """Yield the languages that a text in a table of languages lacks; a plain text stands for both."""
    if not isinstance(text, dict):
        return
    for language in languages:
        has = next((other for other in LANGUAGES if other in text), None)
        if language in text or has is None:
            continue
        place = source.place(path)
        of = place.entry or (str(path[1]) if path[0] in SCOPES else "")
        rules = (place.entry,) if path[0] == "rule" and place.entry else ()
        kind = f"missing-language.{language}"
        yield found(kind, place, *rules, key=str(path[-1]), of=of, language=language, has=has)


def deceives(name: str) -> Deceit | None:
    """Return how a name deceives the eye, and by what, or None."""
    return next((why for mark in name if (why := _deceiving(mark)) is not None), None) or next(
        (why for word in re.split(r"[\s_./:@+-]+", name) if (why := _mixed(word)) is not None), None
    )


def _deceiving(mark: str) -> Deceit | None:
    """Return what is wrong with a character wherever it stands."""
    if unicodedata.category(mark) in INVISIBLE:
        return "invisible", {"called": _called(mark)}
    if unicodedata.decomposition(mark).startswith(FORMS):
        return "form", {"called": _called(mark), "plain": unicodedata.normalize("NFKC", mark)}
    return None


def _mixed(word: str) -> Deceit | None:
    """Return what is wrong with a word: letters of other scripts that look like ours, or scripts that do not mix."""
    dash = next((mark for mark in word if mark in DASHES and len(word) > 1), None)
    if dash is not None:
        return "alike", {"called": _called(dash), "plain": "-"}
    letters = [mark for mark in word if mark.isalpha()]
    foreign = [mark for mark in letters if not mark.isascii()]
    scripts = {re.split("[ -]", unicodedata.name(mark, "UNKNOWN"))[0] for mark in letters}  # as their names begin
    mixed = len(scripts) > 1 and not scripts <= TOGETHER
    alike = next((mark for mark in foreign if mark in LOOK_ALIKES), None)
    if alike is not None and (mixed or all(mark in LOOK_ALIKES for mark in foreign)):
        return "alike", {"called": _called(alike), "plain": LOOK_ALIKES[alike]}
    return ("mixed", {"scripts": ", ".join(sorted(script.capitalize() for script in scripts))}) if mixed else None


def _called(mark: str) -> str:
    """Return a character by its number and its name, which show it without writing it."""
    return f"U+{ord(mark):04X} {unicodedata.name(mark, 'unnamed').lower()}"
