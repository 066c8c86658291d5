"""Where each key of a TOML text stands: tree-sitter's tree, walked in step with TOML's own rules.

tomllib keeps no positions. The only module that knows tree-sitter; it is loaded when a place is asked for.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_toml

if TYPE_CHECKING:
    from tree_sitter import Node

    from llmrules.reading.files import KeyPath


class Positions:
    """The line and column (both from 1, in characters) at which each key path of a TOML text stands first.

    Lists and tables written in braces are looked into only where something inside is asked for.
    """

    def __init__(self, text: str) -> None:
        """Parse the text."""
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
