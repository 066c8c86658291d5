"""Checks of what people read: texts in one language only, and names that are not what they look like."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from llmrules.check.lint.finding import Finding, found
from llmrules.errors import Place, printable
from llmrules.language.texts import LANGUAGES, Text
from llmrules.language.vocabulary import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.check.lint.survey import Survey
    from llmrules.language.texts import Language
    from llmrules.reading.files import KeyPath, Source

_LANGUAGE = {"en": Text("English", "영어"), "ko": Text("Korean", "한국어")}

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

TOGETHER = frozenset({"LATIN", "HANGUL", "CJK", "HIRAGANA", "KATAKANA", "DIGIT"})
"""Scripts that stand together in one word without deceiving anybody."""


def check_texts(survey: Survey) -> Iterator[Finding]:
    """Yield texts that lack a language, and names with characters that deceive."""
    for source in survey.sources:
        for path, text in _texts(source):
            yield from _missing_language(source, path, text, survey.languages)
        for path, name in _names(source):
            why = deceives(name)
            if why is not None:
                yield _confusable(source.place(path), name, why)


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
        place, name = source.place(path), _LANGUAGE[language]
        of = place.entry or (str(path[1]) if path[0] in SCOPES else "")
        yield found(
            "missing-language",
            place,
            Text(f"{path[-1]} of {of} has no {name.en} text", f"{of}의 {path[-1]}에 {name.ko} 문구가 없습니다"),
            hint=Text(
                f'add {language} = "…", or say in llmrules.toml that one is enough: languages = ["{has}"]',
                f'{language} = "…"를 추가하거나, 한 언어로 충분하면 llmrules.toml에 languages = ["{has}"]를 쓰세요',
            ),
            rules=(place.entry,) if path[0] == "rule" and place.entry else (),
        )


def deceives(name: str) -> Text | None:
    """Return how a name deceives the eye, or None."""
    return next((why for mark in name if (why := _deceiving(mark)) is not None), None) or next(
        (why for word in re.split(r"[\s_./:@+-]+", name) if (why := _mixed(word)) is not None), None
    )


def _deceiving(mark: str) -> Text | None:
    """Return what is wrong with a character wherever it stands."""
    called = _called(mark)
    if unicodedata.category(mark) in INVISIBLE:
        return Text(
            f"{called} is invisible or turns the text around",
            f"{called}은(는) 보이지 않거나 글의 방향을 바꾸는 문자입니다",
        )
    if unicodedata.decomposition(mark).startswith(FORMS):
        plain = unicodedata.normalize("NFKC", mark)
        return Text(f'{called} is another form of "{plain}"', f'{called}은(는) "{plain}"의 다른 형태입니다')
    return None


def _mixed(word: str) -> Text | None:
    """Return what is wrong with a word: letters of other scripts that look like ours, or scripts that do not mix."""
    dash = next((mark for mark in word if mark in DASHES and len(word) > 1), None)
    if dash is not None:
        return Text(f'{_called(dash)} looks like "-"', f'{_called(dash)}은(는) "-"처럼 보입니다')
    letters = [mark for mark in word if mark.isalpha()]
    foreign = [mark for mark in letters if not mark.isascii()]
    scripts = {_script(mark) for mark in letters}
    mixed = len(scripts) > 1 and not scripts <= TOGETHER
    alike = next((mark for mark in foreign if mark in LOOK_ALIKES), None)
    if alike is not None and (mixed or all(mark in LOOK_ALIKES for mark in foreign)):
        called, plain = _called(alike), LOOK_ALIKES[alike]
        return Text(f'{called} looks like "{plain}"', f'{called}은(는) "{plain}"처럼 보입니다')
    if mixed:
        shown = ", ".join(sorted(script.capitalize() for script in scripts))
        return Text(f"one word mixes the scripts {shown}", f"한 단어에 여러 문자 체계가 섞여 있습니다: {shown}")
    return None


def _script(letter: str) -> str:
    """Return the script of a letter: the first word of its name."""
    return unicodedata.name(letter, "UNKNOWN").split(" ")[0].split("-")[0]


def _called(mark: str) -> str:
    """Return a character by its number and its name, which show it without writing it."""
    return f"U+{ord(mark):04X} {unicodedata.name(mark, 'unnamed').lower()}"


def _confusable(place: Place, name: str, why: Text) -> Finding:
    shown = printable(name)
    return found(
        "confusable-id",
        place,
        Text(
            f'the name "{shown}" is not what it looks like: {why.en}',
            f'"{shown}"은(는) 보이는 것과 다른 이름입니다. {why.ko}',
        ),
        hint=Text("write it with plain letters", "일반 문자로 쓰세요"),
        rules=(place.entry,) if place.key.startswith("rule[") and place.entry else (),
    )
