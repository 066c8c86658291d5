"""Parses TOML and JSON texts into plain values, strictly and exactly, and says where and why one is neither.

It knows texts, not files: nothing here touches a disk.
"""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal, InvalidOperation
from typing import Any

from llmrules.errors import FileError, Place, TomlError


def toml_data(text: str, name: str) -> dict[str, Any]:
    """Return what a TOML text holds; fractions become decimals, never binary floats. Raises FileError."""
    _check_size(text, name, "[{=,")
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(error, text, name) from None
    except RecursionError:
        message = "is nested too deeply to be read"
        raise FileError(message, code="too-deep", place=Place(name)) from None
    except ValueError:  # an integer with more digits than Python converts
        raise _too_many_digits(text, name) from None


def json_data(text: str, name: str) -> Any:  # noqa: ANN401 - plain JSON
    """Return what a JSON text holds: no repeated key, no NaN, fractions as decimals. Raises FileError."""
    _check_size(text, name, "[{,")
    try:
        return json.loads(text, parse_float=_decimal, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except json.JSONDecodeError as error:
        place = Place(name, error.lineno, error.colno, text=line_of(text, error.lineno))
        hint = WEB_PAGE if text.lstrip().startswith("<") else None
        raise FileError(f"is not JSON: {error.msg}", code="syntax", place=place, hint=hint) from None
    except RecursionError:
        message = "is nested too deeply to be read"
        raise FileError(message, code="too-deep", place=Place(name)) from None
    except _NotStrictError as error:
        raise FileError(f"is not JSON: {error}", code="syntax", place=Place(name)) from None
    except ValueError:
        raise _too_many_digits(text, name) from None


MOST_PARTS = 2_000_000
"""Brackets, braces, commas, and signs between a key and its value: a parser can make many times its size of a file."""


def _check_size(text: str, name: str, marks: str) -> None:
    if sum(map(text.count, marks)) > MOST_PARTS:
        message = f"has more than {MOST_PARTS:,} keys, values and lists"
        raise FileError(message, code="too-many-parts", place=Place(name), hint="split it into several files")


WEB_PAGE = "this is a web page; save the raw file"
"""What to do where a link to a file led to a page about it."""


def line_of(text: str, number: int) -> str:
    """Return one line of a text, counted from 1."""
    lines = text.split("\n", number)
    return lines[number - 1].rstrip("\r") if number <= len(lines) else ""


def _syntax_error(error: tomllib.TOMLDecodeError, text: str, name: str) -> FileError:
    message = str(error)
    match = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if match:
        place = Place(name, int(match[1]), int(match[2]), text=line_of(text, int(match[1])))
        message = message[: match.start()]
    else:
        place = Place(name, text.count("\n") + 1, len(text) - text.rfind("\n"))
        message = message.removesuffix(" (at end of document)")
    hint = next((hint for part, hint in SYNTAX_HINTS.items() if part in message.lower()), None)
    hint = WEB_PAGE if text.lstrip().startswith("<") else hint
    message = message.replace("mutate immutable namespace", "add to the closed table")
    message = re.sub(r"\(('[^()]*',?)\)", lambda keys: ".".join(re.findall(r"'([^']*)'", keys[1])), message)
    return TomlError(f"is not TOML: {message}", code="syntax", place=place, hint=hint)


BARE_KEY = "a key is letters a to z, digits, - and _; any other one stands in quotes"

SYNTAX_HINTS = {
    "immutable": "a table written in braces is closed: write its further keys inside the braces, not as dotted keys",
    "inline table": "a table written in braces stands on one line, its keys separated by commas, none after the last",
    "overwrite a value": "the key has a value already: join both into one, or put conditions into all = [{…}, {…}]",
    "twice": "the table stands twice, or dotted keys have begun it above: write its keys in one place",
    "character '\\n'": 'a text ends on the line where it began, with the quote that began it; a longer one has """',
    "unterminated string": "a text ends with the quotes that began it",
    "unclosed array": "a list ends with ]",
    "invalid value": "a text stands in straight double quotes; true, false and numbers stand without",
    "invalid statement": BARE_KEY,
    "for a key part": BARE_KEY,
    "after a key": f"write key = value; {BARE_KEY}",
    "after a statement": "one key = value stands on a line; a text stands in quotes",
    "unescaped '\\'": "in a text a backslash is written twice, or the text in single quotes",
    "invalid date": "there is no such day or time",
}
"""What to type instead, by what the message of a TOML syntax error contains."""


def _too_many_digits(text: str, name: str) -> FileError:
    match = re.search(r"\d[\d_]{4000,}", text)
    place = Place(name)
    if match:
        place = Place(name, text.count("\n", 0, match.start()) + 1, match.start() - text.rfind("\n", 0, match.start()))
    return FileError("holds a number with thousands of digits", code="syntax", place=place)


def _decimal(text: str) -> Decimal:
    """Return an exact decimal; one whose exponent nothing can hold is no finite number, and is refused as such."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


class _NotStrictError(ValueError):
    """JSON that Python would read although it is none, or is not clear."""


def _refuse_constant(constant: str) -> None:
    message = f"{constant} is not a number"
    raise _NotStrictError(message)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                message = f"the key {json.dumps(key, ensure_ascii=False)} stands twice"
                raise _NotStrictError(message)
            seen.add(key)
    return table
