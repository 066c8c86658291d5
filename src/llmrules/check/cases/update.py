"""Rewrites what cases expect to what is found. Comments, order and layout of the file stay; nothing else changes.

The only module that knows tomlkit. What a rewritten file says is read again before it is handed back.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Any

import tomlkit
from attrs import frozen
from tomlkit.items import Array

from llmrules.check.cases.check import Mismatch, check, read_case
from llmrules.errors import FileError, Place
from llmrules.reading.files import Source, parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.check.cases.run import Result


@frozen
class Update:
    """One file as it stands, and as it would stand with expectations that are met."""

    name: str
    before: str
    after: str

    def diff(self) -> tuple[str, ...]:
        """Return the lines that change, as ``diff -u`` shows them."""
        lines = (self.before.splitlines(), self.after.splitlines())
        return tuple(unified_diff(*lines, self.name, self.name, lineterm="", n=2))


def update(result: Result) -> Update:
    """Return the file of a case with every expectation that is not met replaced by what is found. Raises FileError."""
    source = result.case.source
    document = tomlkit.parse(source.text)
    expect: Any = document
    for key in (*source.at, "expect"):
        expect = expect[key]
    for mismatch in result.mismatches:
        if mismatch.key != "promises":  # no case can expect that one is broken
            _apply(expect, mismatch)
    after = tomlkit.dumps(document)
    _check(result, after)
    return Update(source.name, source.text, after)


def _check(result: Result, after: str) -> None:
    """Raise unless the new text says the same as the old one but for expectations, and these are met."""
    at, whole = result.case.source.at, parse_toml(after, result.case.source.name)
    data: Any = whole.data
    for key in at:
        data = data[key]
    source = whole.within(at, data)
    kept = [_without_expect(source), _without_expect(result.case.source)]
    profile = read_case(source, result.decision.knowledge)
    if kept[0] != kept[1] or profile.expect is None or check(result.decision, profile.expect):
        message = "cannot be rewritten without changing more than its expectations; edit it by hand"
        raise FileError(message, code="cannot-update", place=Place(result.case.name))


def _without_expect(source: Source) -> dict[str, Any]:
    return {key: value for key, value in source.data.items() if key != "expect"}


def _apply(expect: Any, mismatch: Mismatch) -> None:  # noqa: ANN401 - tomlkit's tables are typed loosely
    key = mismatch.key
    if key == "excluded":
        _exclude(expect, mismatch)
    elif key == "failing":
        entry = next(one for one in expect["excluded"] if one["model"] == mismatch.model)
        _set(entry, "on", mismatch.found)
    elif key == "order":
        expect[key] = [name.partition(". ")[2] for name in mismatch.found]
    elif key == "points":
        found = next(iter(mismatch.found), "0")
        expect[key][mismatch.model] = int(found) if found.removeprefix("-").isdigit() else found
    elif mismatch.rule is not None or mismatch.model is not None:
        _set(expect[key], mismatch.rule or mismatch.model or "", mismatch.found)
    elif key in {"fired", "silent"}:
        wrong = mismatch.expected if key == "fired" else mismatch.found
        kept = [name for name in _names(expect[key]) if name not in wrong]
        if kept:
            _set(expect, key, kept)
        else:
            del expect[key]
    else:
        _set(expect, key, mismatch.found)


def _exclude(expect: Any, mismatch: Mismatch) -> None:  # noqa: ANN401 - as above
    """Take an expected exclusion out, or name the rules that exclude the model."""
    entries = expect["excluded"]
    for index in reversed(range(len(entries))):
        entry = entries[index]
        if entry["model"] != mismatch.model or set(_names(entry.get("by", []))) != set(mismatch.expected):
            continue
        if mismatch.verdict != "excluded":
            del entries[index]
        else:
            kept = [rule for rule in _names(entry["by"]) if rule in mismatch.found]
            _set(entry, "by", kept or mismatch.found)
    if not entries:
        del expect["excluded"]


def _set(table: Any, key: str, names: Iterable[str]) -> None:  # noqa: ANN401 - as above
    """Make a list hold these names: what stays keeps its place and its comment."""
    wanted = list(names)
    array = table[key]
    if not isinstance(array, Array):  # one name alone, without brackets
        table[key] = wanted
        return
    for name in _names(array):
        if name not in wanted:
            array.remove(name)
    for name in wanted:
        if name not in array:
            array.append(name)


def _names(value: Any) -> list[str]:  # noqa: ANN401 - as above
    return [str(value)] if isinstance(value, str) else [str(name) for name in value]
