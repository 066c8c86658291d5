"""Parses TOML and JSON texts into plain values, strictly and exactly, says where and why one is neither, writes TOML.

It knows texts, not files: nothing here touches a disk. tomllib keeps no positions, so where each key of a TOML text
stands is found in the tree of tree-sitter, walked in step with the rules of TOML.
"""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from llmrules.errors import FileError, Place, TomlError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from llmrules.reading.files import KeyPath


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


def toml_text(data: Mapping[str, Any], *, several_lines: bool = False) -> str:
    """Return values as a TOML text; with ``several_lines`` a text keeps its lines."""
    import tomli_w  # only few commands write it

    return tomli_w.dumps(data, indent=2, multiline_strings=several_lines)


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


class Positions:
    """The line and column (both from 1, in characters) at which each key path of a TOML text stands first.

    Lists and tables written in braces are looked into only where something inside is asked for.
    """

    def __init__(self, text: str) -> None:
        """Parse the text."""
        import tree_sitter  # loaded only when a place is asked for
        import tree_sitter_toml

        language = tree_sitter.Language(tree_sitter_toml.language())
        self._walk = _Walk(text)
        for node in tree_sitter.Parser(language).parse(text.encode()).root_node.named_children:
            self._walk.statement(node)

    def get(self, path: KeyPath) -> tuple[int, int] | None:
        """Return where a key path stands, or None."""
        for end in range(1, len(path)):
            self._walk.look_into(path[:end])
        return self._walk.found.get(path)


class _Walk:
    """Follows tables and arrays of tables, and notes each key on the way."""

    def __init__(self, text: str) -> None:
        self.found: dict[KeyPath, tuple[int, int]] = {}
        self._closed: dict[KeyPath, list[Node]] = {}
        """Values that were not looked into yet."""
        self._lines = text.encode().split(b"\n")
        self._last: dict[KeyPath, int] = {}
        """The index of the last element of each array of tables."""
        self._column = (-1, 0, 0)
        """The row, the byte and the column that were asked for last."""

    def statement(self, node: Node) -> None:
        """Note a pair, a table or an element of an array of tables, each with all that it holds."""
        children = _children(node)
        if node.type == "pair":
            self._pair((), node)
        elif node.type in {"table", "table_array_element"} and children:
            header, *pairs = children
            path = self._table(header) if node.type == "table" else self._element(header)
            for pair in pairs:
                self._pair(path, pair)

    def _table(self, header: Node) -> KeyPath:
        return self._enter((), _segments(header))

    def _element(self, header: Node) -> KeyPath:
        *front, last = _segments(header)
        path: KeyPath = (*self._enter((), front), _key_name(last))
        self._last[path] = self._last.get(path, -1) + 1
        self._note(path, last)
        path = (*path, self._last[path])
        self._note(path, last)
        return path

    def _enter(self, path: KeyPath, segments: list[Node]) -> KeyPath:
        """Follow the segments of a key; an array of tables on the way means its last element."""
        for segment in segments:
            path = (*path, _key_name(segment))
            self._note(path, segment)
            if path in self._last:
                path = (*path, self._last[path])
        return path

    def _pair(self, base: KeyPath, pair: Node) -> None:
        if pair.type != "pair":  # the rest of a text with a syntax error
            return
        key, *values = _children(pair)
        path = self._enter(base, _segments(key))
        for value in values:
            self._keep(path, value)

    def _keep(self, path: KeyPath, node: Node) -> None:
        if node.type in {"inline_table", "array"}:
            self._closed.setdefault(path, []).append(node)

    def look_into(self, path: KeyPath) -> None:
        """Note what stands directly in a value."""
        for node in self._closed.pop(path, ()):
            for index, child in enumerate(_children(node)):
                if node.type == "inline_table":
                    self._pair(path, child)
                else:
                    self._note((*path, index), child)
                    self._keep((*path, index), child)

    def _note(self, path: KeyPath, node: Node) -> None:
        if path not in self.found:
            row, byte = node.start_point
            self.found[path] = (row + 1, self._counted(row, byte) + 1)

    def _counted(self, row: int, byte: int) -> int:
        """Return how many characters of a row stand before a byte, counted from the last place that was asked for."""
        line = self._lines[row]
        known, start, column = self._column
        if known != row or start > byte:
            start, column = 0, 0
        column += len(line[start:byte].decode("utf-8", errors="replace"))
        self._column = row, byte, column
        return column


def _children(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _segments(key: Node) -> list[Node]:
    """Return the parts of a key in their order; a dotted key holds all but its last part in another one."""
    found, open_keys = [], [key]
    while open_keys:
        node = open_keys.pop()
        if node.type == "dotted_key":
            open_keys += node.named_children
        else:
            found.append(node)
    return found[::-1]


def _key_name(node: Node) -> str:
    text = (node.text or b"").decode("utf-8", errors="replace")
    return next(iter(tomllib.loads(f"{text}=0"))) if node.type == "quoted_key" else text
