"""Shape: whether some bytes are a trace at all. Bytes, JSON, the published schema; in bounded time and memory."""

import hashlib
import json
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from pkgutil import get_data
from typing import TypeAlias

from .refusal import NOTHING, Plain, Record, Refusal, expect, step

FORMAT = "llmrules.trace/1"
SCHEMA = "llmrules.trace.1.schema.json"

LARGEST_TRACE = 64 * 1024 * 1024
"""Bytes. A larger file is refused before it is read."""

MOST_PARTS = 2_000_000
"""Brackets, braces and commas: what a parser makes of a file can be many times its size."""

MOST_INTEGER = 2**53 - 1

HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""Escapes that are half a character each; a pair of them is a whole one, and canonical JSON has none."""


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file. Raises OSError or ValueError where there is none, Refusal where it is too large."""
    with path.open("rb") as stream:
        if path.stat().st_size > LARGEST_TRACE or len(raw := stream.read(LARGEST_TRACE + 1)) > LARGEST_TRACE:
            raise Refusal("too-large", "", f"is larger than {LARGEST_TRACE // 2**20} MiB, more than a trace may have")
    return raw


def read_shape(raw: bytes) -> Record:
    """Return the plain JSON of a trace. Raises Refusal for whatever is none."""
    try:
        document = _parse(raw)
        expect(isinstance(document, dict | _Doubt), "schema", "", "a trace is a JSON object", type(document).__name__)
        _check_format({} if isinstance(document, _Doubt) else document.get("format", NOTHING))
        _schema().check({"$ref": "Trace"}, document)
        if HALF_CHARACTER.search(raw):
            canonical(document).encode()
    except UnicodeEncodeError:
        sentence = "a text holds half a character (a lone surrogate), which no file can hold"
        raise Refusal("encoding", "", sentence) from None
    except RecursionError:
        raise Refusal("depth", "", "is nested more deeply than any trace") from None
    return dict(document)


def canonical(value: Plain) -> str:
    """Return the canonical JSON (RFC 8785) of values that have the shape of a trace."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def digest(value: Plain) -> str:
    """Return the SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class _Doubt:
    """What readers of JSON may disagree about, in the place of what it would be; the schema refuses it there."""

    def __init__(self, code: str, sentence: str, found: str) -> None:
        self.code, self.sentence, self.found = code, sentence, found[:40]


def _table(pairs: list[tuple[str, Plain]]) -> Plain:
    table = dict(pairs)
    if len(table) == len(pairs):
        return table
    twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
    return _Doubt("duplicate-key", "an object has a key twice, so that readers may disagree about it", twice)


def _integer(digits: str) -> Plain:
    if digits == "-0":
        return _Doubt("number", "is a zero below zero, of which canonical JSON makes 0", digits)
    if len(digits) > len(str(-MOST_INTEGER)) or abs(int(digits)) > MOST_INTEGER:
        return _Doubt("number", "an integer is beyond ±(2**53 - 1), where readers may disagree on it", digits)
    return int(digits)


def _fraction(digits: str) -> Plain:
    return _Doubt("number", "every number in a trace is an integer; all others are texts", digits)


def _parse(raw: bytes) -> Plain:
    if len(raw) > LARGEST_TRACE or sum(raw.count(mark) for mark in (b"[", b"{", b",")) > MOST_PARTS:
        raise Refusal("too-large", "", "has more parts than a trace may have")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
        return json.loads(
            text, object_pairs_hook=_table, parse_int=_integer, parse_float=_fraction, parse_constant=_fraction
        )
    except UnicodeDecodeError as error:
        raise Refusal("encoding", "", f"is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}") from None
    except json.JSONDecodeError as error:
        raise Refusal("json", "", f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None


def _check_format(found: Plain) -> None:
    match = re.fullmatch(r"llmrules\.trace/([0-9]{1,9})", found) if isinstance(found, str) else None
    if match and found != FORMAT:
        raise Refusal(
            "format", "/format", f"is a trace of version {match[1]}; this checker knows version 1", found=found
        )
    if found != FORMAT and not isinstance(found, dict):
        raise Refusal("format", "/format", "is not a trace of llmrules", found=found, expected=FORMAT)


# The published schema: the few keywords that it uses, and no others.

KEYWORDS = frozenset(
    {"$ref", "description", "type", "const", "enum", "anyOf", "properties", "required", "additionalProperties"}
    | {"propertyNames", "items", "minItems", "minProperties", "maxProperties", "pattern", "minimum", "maximum"}
)

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}

Way: TypeAlias = "tuple[Way, str | int] | None"
"""The way to a value: the way to what holds it, and its key there."""


class Schema:
    """The definitions of the published schema, by name."""

    def __init__(self, definitions: dict[str, Record]) -> None:
        """Take them. Raises ValueError for a keyword that this checker does not know."""
        self.definitions, pending = definitions, list(definitions.values())
        for rule in pending:
            if unknown := rule.keys() - KEYWORDS:
                raise ValueError(
                    f"the published schema uses {', '.join(sorted(unknown))}, which this checker does not know"
                )
            pending += [*rule.get("properties", {}).values(), *rule.get("anyOf", ())]
            pending += [rule[key] for key in ("items", "additionalProperties") if rule.get(key)]

    def check(self, rule: Record, value: Plain, way: Way = None) -> None:
        """Refuse the first thing that a part of the schema forbids."""
        if "$ref" in rule:
            rule = self.definitions[rule["$ref"].removeprefix("#/$defs/")]
        if isinstance(value, _Doubt):
            raise Refusal(value.code, _pointer(way), value.sentence, found=value.found)
        if "anyOf" in rule:
            return self.check_branches(rule["anyOf"], value, way)
        if "type" not in rule:
            allowed = rule.get("enum") or [rule["const"]]
            right = any(type(one) is type(value) and one == value for one in allowed)
            return _expect(right, way, f"must be {' or '.join(map(canonical, allowed))}", value)
        _expect(type(value) is TYPES[rule["type"]], way, f"must be of type {rule['type']}", value)
        if rule["type"] == "object":
            self.check_object(rule, value, way)
        elif rule["type"] == "array":
            _expect(len(value) >= rule.get("minItems", 0), way, "must be a list that is not empty", value)
            for index, one in enumerate(value):
                self.check(rule["items"], one, (way, index))
        elif rule["type"] == "integer":
            least, most = rule["minimum"], rule["maximum"]
            _expect(least <= value <= most, way, f"must be an integer from {least} to {most}", value)
        elif "pattern" in rule:
            _expect(re.fullmatch(rule["pattern"], value), way, f"must be a text that matches {rule['pattern']}", value)
        return None

    def check_branches(self, branches: list[Record], value: Plain, way: Way) -> None:
        """Refuse what none of several parts allows, with what the last one of its type says."""
        nearest = Refusal("schema", _pointer(way), "is of none of the kinds that may stand here", found=value)
        for branch in branches:
            rule = self.definitions[branch["$ref"].removeprefix("#/$defs/")] if "$ref" in branch else branch
            if "type" not in rule or TYPES[rule["type"]] is type(value):
                try:
                    return self.check(rule, value, way)
                except Refusal as refusal:
                    nearest = refusal
        raise nearest

    def check_object(self, rule: Record, value: Record, way: Way) -> None:
        """Refuse an object with too few members, or with one that does not belong to it."""
        lacking = [key for key in rule.get("required", ()) if key not in value]
        _expect(not lacking, way, f"lacks {', '.join(lacking)}", value)
        right = rule.get("minProperties", 0) <= len(value) <= rule.get("maxProperties", MOST_PARTS)
        _expect(right, way, "has too few or too many members", value)
        properties, pattern = rule.get("properties", {}), rule.get("propertyNames", {}).get("pattern")
        for key, one in value.items():
            inner = properties.get(key) or rule["additionalProperties"]
            right = inner and (pattern is None or re.fullmatch(pattern, key))
            _expect(right, (way, key), "has a key that does not belong here", key)
            self.check(inner, one, (way, key))


def _expect(right: object, way: Way, sentence: str, found: Plain) -> None:
    if not right:
        raise Refusal("schema", _pointer(way), sentence, found=found)


def _pointer(way: Way) -> str:
    at = ""
    while way is not None:
        way, key = way
        at = step("", key) + at
    return at


@lru_cache(maxsize=1)
def _schema() -> Schema:
    return Schema(json.loads(get_data(__package__, SCHEMA) or b"")["$defs"])
