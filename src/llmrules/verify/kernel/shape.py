"""Shape: whether some bytes are a trace at all. Bytes, JSON, the published schema; in bounded time and memory."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from pkgutil import get_data
from typing import NamedTuple, TypeAlias

from .refusal import NOTHING, Plain, Record, Refusal, expect, step

FORMAT, SCHEMA = "llmrules.trace/1", "llmrules.trace.1.schema.json"
LARGEST_TRACE = 64 * 1024 * 1024  # bytes; a larger file is refused before it is read
MOST_PARTS = 2_000_000  # brackets, braces and commas: what a parser makes of a file can be many times its size
MOST_INTEGER = 2**53 - 1
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")  # two of them are one character, of which canonical JSON has none


def read_shape(raw: bytes) -> Record:
    """Return the plain JSON of a trace. Raises Refusal for whatever is none."""
    try:
        document = _parse(raw)
        expect(isinstance(document, dict | _Doubt), "schema", "", "a trace is a JSON object", type(document).__name__)
        _check_format({} if isinstance(document, _Doubt) else document.get("format", NOTHING))
        _check({"$ref": "Trace"}, document)
        if HALF_CHARACTER.search(raw):
            canonical(document).encode()
    except UnicodeEncodeError:
        raise Refusal("encoding", "", "a text holds half a character (a lone surrogate), as no file can") from None
    except RecursionError:
        raise Refusal("depth", "", "is nested more deeply than any trace") from None
    return dict(document)


def canonical(value: Plain) -> str:
    """Return the canonical JSON (RFC 8785) of values that have the shape of a trace."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def digest(value: Plain) -> str:
    """Return the SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class _Doubt(NamedTuple):
    """What readers of JSON may disagree about, in the place of what it would be; the schema refuses it there."""

    code: str
    sentence: str
    found: str


def _table(pairs: list[tuple[str, Plain]]) -> Plain:
    table = dict(pairs)
    if len(table) == len(pairs):
        return table
    twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
    return _Doubt("duplicate-key", "an object has a key twice, so that readers may disagree about it", twice)


@lru_cache(4_096)
def _number(digits: str) -> Plain:
    if not digits.removeprefix("-").isdecimal():
        return _Doubt("number", "every number in a trace is an integer; all others are texts", digits)
    if digits == "-0":
        return _Doubt("number", "is a zero below zero, of which canonical JSON makes 0", digits)
    if len(digits) > len(str(-MOST_INTEGER)) or abs(int(digits)) > MOST_INTEGER:
        return _Doubt("number", "an integer is beyond ±(2**53 - 1), where readers may disagree on it", digits)
    return int(digits)


def _parse(raw: bytes) -> Plain:
    if len(raw) > LARGEST_TRACE or sum(raw.count(mark) for mark in (b"[", b"{", b",")) > MOST_PARTS:
        raise Refusal("too-large", "", "has more parts than a trace may have")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
        return json.loads(
            text, object_pairs_hook=_table, parse_int=_number, parse_float=_number, parse_constant=_number
        )
    except UnicodeDecodeError as error:
        raise Refusal("encoding", "", f"is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}") from None
    except json.JSONDecodeError as error:
        raise Refusal("json", "", f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None


def _check_format(found: Plain) -> None:
    match = re.fullmatch(r"llmrules\.trace/([0-9]{1,9})", found) if isinstance(found, str) else None
    if match and found != FORMAT:
        raise Refusal("format", "/format", f"is a trace of version {match[1]}; this checker reads 1", found=found)
    if found != FORMAT and not isinstance(found, dict):
        raise Refusal("format", "/format", "is not a trace of llmrules", found=found, expected=FORMAT)


_matches = lru_cache(4_096)(re.fullmatch)
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
NAMES = {"object": "an object", "array": "a list", "string": "a text", "integer": "an integer"}
Way: TypeAlias = "tuple[Way, str | int] | None"  # to a value: the way to what holds it, and its key there


@lru_cache(maxsize=1)
def _definitions() -> Record:
    return dict(json.loads(get_data(__package__, SCHEMA) or b"")["$defs"])


def _check(rule: Record, value: Plain, way: Way = None) -> None:
    """Refuse the first thing that a part of the schema forbids."""
    if isinstance(value, _Doubt):
        raise Refusal(value.code, _pointer(way), value.sentence, found=value.found)
    if "$ref" in rule:
        rule = _definitions()[rule["$ref"].removeprefix("#/$defs/")]
    if "anyOf" in rule:
        _check_branches(rule["anyOf"], value, way)
    elif "type" not in rule:
        allowed = rule.get("enum") or [rule["const"]]
        if not any(type(one) is type(value) and one == value for one in allowed):
            raise _refusal(way, f"must be one of {', '.join(map(canonical, allowed))}", value)
    elif type(value) is not TYPES[rule["type"]]:
        raise _refusal(way, f"must be {NAMES.get(rule['type'], rule['type'])}", value)
    else:
        _check_parts(rule, value, way)


def _check_branches(branches: list[Record], value: Plain, way: Way) -> None:
    """Refuse what none of several parts allows, with what the last one of its type says."""
    nearest = None
    for branch in branches:
        rule = _definitions()[branch["$ref"].removeprefix("#/$defs/")] if "$ref" in branch else branch
        if "type" not in rule or TYPES[rule["type"]] is type(value):
            try:
                return _check(rule, value, way)
            except Refusal as refusal:
                nearest = refusal
    raise nearest or _refusal(way, "is of none of the kinds that may stand here", value)


def _check_parts(rule: Record, value: Plain, way: Way) -> None:
    """Refuse a value of the right type that is too small, too large, or holds what does not belong there."""
    if rule["type"] == "object":
        _check_members(rule, value, way)
    elif rule["type"] == "array":
        if len(value) < rule.get("minItems", 0):
            raise _refusal(way, "must be a list that is not empty", value)
        for index, one in enumerate(() if _are_integers(rule["items"], value) else value):
            _check(rule["items"], one, (way, index))
    elif rule["type"] == "integer" and not rule["minimum"] <= value <= rule["maximum"]:
        raise _refusal(way, f"must be an integer from {rule['minimum']} to {rule['maximum']}", value)
    elif "pattern" in rule and not _matches(rule["pattern"], value):
        raise _refusal(way, f"must be a text that matches {rule['pattern']}", value)


def _are_integers(rule: Record, values: Collection[Plain]) -> bool:
    """Return whether all values are integers that a part of the schema allows: places, of which there are thousands."""
    all_are = rule.get("type") == "integer" and {*map(type, values)} == {int}
    return bool(all_are and rule["minimum"] <= min(values) <= max(values) <= rule["maximum"])


def _check_members(rule: Record, value: Record, way: Way) -> None:
    if lacking := ", ".join(key for key in rule.get("required", ()) if key not in value):
        raise _refusal(way, f"lacks {lacking}", value)
    if not rule.get("minProperties", 0) <= len(value) <= rule.get("maxProperties", MOST_PARTS):
        raise _refusal(way, "has too few or too many members", value)
    properties, pattern = rule.get("properties", {}), rule.get("propertyNames", {}).get("pattern", "")
    for key, one in value.items():
        inner = properties.get(key) or rule["additionalProperties"]
        if not inner or (pattern and not _matches(pattern, key)):
            raise _refusal((way, key), "has a key that does not belong here", key)
        _check(inner, one, (way, key))


def _refusal(way: Way, sentence: str, found: Plain) -> Refusal:
    return Refusal("schema", _pointer(way), sentence, found=found)


def _pointer(way: Way) -> str:
    at = ""
    while way is not None:
        way, at = way[0], step("", way[1]) + at  # type: ignore[index]
    return at
