"""Shape: whether some bytes are a trace at all. Bytes, JSON, the published schema; in bounded time and memory."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from itertools import repeat
from pkgutil import get_data
from typing import TypeAlias

from .refusal import NOTHING, UNSAID, Plain, Record, Refusal, Wrong, expect, step

FORMAT, SCHEMA = "llmrules.trace/1", "llmrules.trace.1.schema.json"
LARGEST_TRACE = 64 * 1024 * 1024  # bytes; a larger file is refused before it is read
MOST_PARTS = 2_000_000  # brackets, braces and commas: what a parser makes of a file can be many times its size
MOST_INTEGER = 2**53 - 1
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")  # two of them are one character, of which canonical JSON has none


def read_shape(raw: bytes) -> Record:
    """Return the plain JSON of a trace. Raises Refusal for whatever is none."""
    try:
        document = _parse(raw)
        expect(isinstance(document, dict | Wrong), "schema", "", "a trace is a JSON object", type(document).__name__)
        _check_format(document)
        _check(_definitions()["#/$defs/Trace"], document)
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


def _parse(raw: bytes) -> Plain:
    """Parse JSON; what readers may disagree about becomes what is wrong with it, which is refused in its place."""
    if len(raw) > LARGEST_TRACE or sum(raw.count(mark) for mark in (b"[", b"{", b",")) > MOST_PARTS:
        raise Refusal("too-large", "", "has more parts than a trace may have")
    numbers: Record = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), _number)
    try:
        return json.loads(raw.decode("utf-8").removeprefix("\ufeff"), object_pairs_hook=_table, **numbers)
    except UnicodeDecodeError as error:
        raise Refusal("encoding", "", f"is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}") from None
    except json.JSONDecodeError as error:
        raise Refusal("json", "", f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None


def _table(pairs: list[tuple[str, Plain]]) -> Plain:
    table = dict(pairs)
    if len(table) == len(pairs):
        return table
    twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
    return Wrong("duplicate-key", "", "an object has a key twice, so that readers may disagree about it", twice)


@lru_cache(4_096)
def _number(digits: str) -> Plain:
    if not digits.removeprefix("-").isdecimal():
        return Wrong("number", "", "every number in a trace is an integer; all others are texts", digits)
    if digits == "-0":
        return Wrong("number", "", "is a zero below zero, of which canonical JSON makes 0", digits)
    if len(digits) > len(str(-MOST_INTEGER)) or abs(int(digits)) > MOST_INTEGER:
        return Wrong("number", "", "an integer is beyond ±(2**53 - 1), where readers may disagree on it", digits)
    return int(digits)


def _check_format(document: Plain) -> None:
    found = document.get("format", NOTHING) if isinstance(document, dict) else FORMAT
    match = re.fullmatch(r"llmrules\.trace/([0-9]{1,9})", found) if isinstance(found, str) else None
    sentence = f"is a trace of version {match[1]}; this checker reads 1" if match else "is not a trace of llmrules"
    if found != FORMAT:
        raise Refusal("format", "/format", sentence, found, UNSAID if match else FORMAT)


@lru_cache(maxsize=1)
def _definitions() -> Record:
    return {f"#/$defs/{name}": one for name, one in json.loads(get_data(__package__, SCHEMA) or b"")["$defs"].items()}


_matches = lru_cache(4_096)(re.fullmatch)
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
NAMES = {"object": "an object", "array": "a list", "string": "a text", "integer": "an integer"}
Way: TypeAlias = "tuple[Way, str | int] | None"  # to a value: the way to what holds it, and its key there


def _check(rule: Record, value: Plain, way: Way = None) -> None:
    """Refuse the first thing that a part of the schema forbids."""
    rule = _definitions()[rule["$ref"]] if "$ref" in rule else rule
    kind = rule.get("type")
    fits = kind is None or type(value) is TYPES[kind]
    if isinstance(value, Wrong):
        raise _refusal(way, value.sentence, value.found, value.code)
    if "anyOf" in rule:
        _check_branches(rule["anyOf"], value, way)
    elif kind is None:
        allowed = rule.get("enum") or [rule["const"]]
        if not any(type(one) is type(value) and one == value for one in allowed):
            raise _refusal(way, f"must be one of {', '.join(map(canonical, allowed))}", value)
    elif not fits:
        raise _refusal(way, f"must be {NAMES.get(kind, kind)}", value)
    elif kind == "object":
        _check_members(rule, value, way)
    elif kind == "array":
        _check_items(rule, value, way)
    elif kind == "integer" and not rule["minimum"] <= value <= rule["maximum"]:
        raise _refusal(way, f"must be an integer from {rule['minimum']} to {rule['maximum']}", value)
    elif "pattern" in rule and not _matches(rule["pattern"], value):
        raise _refusal(way, f"must be a text that matches {rule['pattern']}", value)


def _check_branches(branches: list[Record], value: Plain, way: Way) -> None:
    """Refuse what none of several parts allows, with what the last one of its type says."""
    nearest = None
    for branch in branches:
        rule = _definitions()[branch["$ref"]] if "$ref" in branch else branch
        if "type" not in rule or TYPES[rule["type"]] is type(value):
            try:
                return _check(rule, value, way)
            except Refusal as refusal:
                nearest = refusal
    raise nearest or _refusal(way, "is of none of the kinds that may stand here", value)


def _check_members(rule: Record, value: Record, way: Way) -> None:
    if lacking := ", ".join(key for key in rule.get("required", ()) if key not in value):
        raise _refusal(way, f"lacks {lacking}", value)
    if not rule.get("minProperties", 0) <= len(value) <= rule.get("maxProperties", MOST_PARTS):
        raise _refusal(way, "has too few or too many members", value)
    properties, more = rule.get("properties", {}), rule["additionalProperties"]
    pattern = rule.get("propertyNames", {}).get("pattern", "")
    if not properties and _are_integers(more, value.values()) and all(map(_matches, repeat(pattern), value)):
        return
    for key, one in value.items():
        inner = properties.get(key, more)
        if not inner or (pattern and not _matches(pattern, key)):
            raise _refusal((way, key), "has a key that does not belong here", key)
        _check(inner, one, (way, key))


def _check_items(rule: Record, value: list[Plain], way: Way) -> None:
    if len(value) < rule.get("minItems", 0):
        raise _refusal(way, "must be a list that is not empty", value)
    for index, one in enumerate(() if _are_integers(rule["items"], value) else value):
        _check(rule["items"], one, (way, index))


def _are_integers(rule: Plain, values: Collection[Plain]) -> bool:
    """Return whether all values are integers that a part of the schema allows: places, of which there are thousands."""
    are = isinstance(rule, dict) and rule.get("type") == "integer" and {*map(type, values)} == {int}
    return bool(are and rule["minimum"] <= min(values) and max(values) <= rule["maximum"])


def _refusal(way: Way, sentence: str, found: Plain, code: str = "schema") -> Refusal:
    at = ""
    while way is not None:
        way, at = way[0], step("", way[1]) + at  # type: ignore[index]
    return Refusal(code, at, sentence, found)
