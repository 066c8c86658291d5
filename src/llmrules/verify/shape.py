"""Shape: whether some bytes are a trace at all. Bytes, JSON, the published schema, limits; in bounded time and memory.

Nothing here knows what a trace means.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

from llmrules.errors import FileError, Place
from llmrules.verify.report import NOTHING, Plain, Refusal, step

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "llmrules.trace/1"

LARGEST_TRACE = 64 * 1024 * 1024
"""Bytes. A larger file is refused before it is read."""

MOST_PARTS = 2_000_000
"""Brackets, braces and commas: what a parser makes of a file can be many times its size."""

MOST_INTEGER = 2**53 - 1

HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""Escapes that are half a character each; a pair of them is a whole one, and canonical JSON has none."""

Check: TypeAlias = Callable[[Plain], None]


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file. Raises FileError where there is none, Refusal where it is too large."""
    place = Place(path.as_posix())
    try:
        if path.is_dir():
            raise FileError("is a folder, not a file", code="is-folder", place=place)
        with path.open("rb") as stream:
            if path.stat().st_size > LARGEST_TRACE or len(raw := stream.read(LARGEST_TRACE + 1)) > LARGEST_TRACE:
                raise Refusal("", f"is larger than {LARGEST_TRACE // 2**20} MiB, more than a trace may have")
    except FileNotFoundError:
        raise FileError("there is no such file", code="no-file", place=place) from None
    except (OSError, ValueError) as error:
        raise FileError(f"cannot be read: {error}", code="unreadable", place=place) from None
    return raw


def read_shape(raw: bytes) -> dict[str, Plain]:
    """Return the plain JSON of a trace. Raises Refusal for whatever is none."""
    try:
        document = _parse(raw)
        if not isinstance(document, dict):
            raise Refusal("", "a trace is a JSON object", found=type(document).__name__)
        _check_format(document.get("format", NOTHING))
        _schema()(document)
        if HALF_CHARACTER.search(raw):
            canonical(document).encode()
    except UnicodeEncodeError:
        raise Refusal("", "a text holds half a character (a lone surrogate), which no file can hold") from None
    except RecursionError:
        raise Refusal("", "is nested more deeply than any trace") from None
    except _Mismatch as mismatch:
        at = ""
        for key in reversed(mismatch.path):
            at = step(at, key)
        raise Refusal(at, mismatch.sentence, found=mismatch.found) from None
    return document


def canonical(value: Plain) -> str:
    """Return the canonical JSON (RFC 8785) of values that have the shape of a trace."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def digest(value: Plain) -> str:
    """Return the SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _parse(raw: bytes) -> Plain:
    if len(raw) > LARGEST_TRACE or sum(raw.count(mark) for mark in (b"[", b"{", b",")) > MOST_PARTS:
        raise Refusal("", "has more parts than a trace may have")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Refusal("", f"is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}") from None
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_no_number, parse_constant=_no_number
        )
    except json.JSONDecodeError as error:
        raise Refusal("", f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None


def _object(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refusal("", "an object has a key twice, so that readers may disagree about it", found=twice)
    return table


def _integer(digits: str) -> int:
    if len(digits) > len(str(-MOST_INTEGER)) or abs(int(digits)) > MOST_INTEGER:
        raise Refusal("", "an integer is beyond ±(2**53 - 1), where readers may disagree on it", found=digits[:40])
    return int(digits)


def _no_number(digits: str) -> Plain:
    raise Refusal("", "every number in a trace is an integer; all others are texts", found=digits[:40])


def _check_format(found: Plain) -> None:
    if found == FORMAT:
        return
    match = re.fullmatch(r"llmrules\.trace/([0-9]{1,9})", found) if isinstance(found, str) else None
    if match and int(match[1]) > 1:
        raise Refusal("/format", f"is a trace of version {match[1]}; this checker knows version 1", found=found)
    raise Refusal("/format", "is not a trace of llmrules", found=found, expected=FORMAT)


# The published schema, compiled to functions: the few keywords that it uses, and no others.


class _Mismatch(Exception):  # noqa: N818 - never leaves this module
    """Something is not as the schema says; ``path`` is collected on the way up."""

    def __init__(self, sentence: str, found: Plain) -> None:
        self.sentence = sentence
        self.found = found
        self.path: list[str | int] = []


KEYWORDS = frozenset(
    {"$ref", "description", "type", "const", "enum", "anyOf", "properties", "required", "additionalProperties"}
    | {"propertyNames", "items", "minItems", "minProperties", "maxProperties", "pattern", "minimum", "maximum"}
)

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}


@lru_cache(maxsize=1)
def _schema() -> Check:
    text = files("llmrules.trace").joinpath("llmrules.trace.1.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    named: dict[str, Check] = {}
    for name, definition in schema["$defs"].items():
        named[f"#/$defs/{name}"] = _compile(definition, named)
    return named[schema["$ref"]]


def _compile(schema: dict[str, Plain], named: dict[str, Check]) -> Check:
    """Return a function that raises _Mismatch for what the schema forbids."""
    unknown = schema.keys() - KEYWORDS
    if unknown:
        message = f"the published schema uses {', '.join(sorted(unknown))}, which this checker does not know"
        raise ValueError(message)
    if "$ref" in schema:
        name = schema["$ref"]
        return lambda value: named[name](value)  # noqa: PLW0108 - a definition may refer to one that comes later
    if "anyOf" in schema:
        return _any_of([(TYPES.get(one.get("type")), _compile(one, named)) for one in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return _among(schema.get("enum") or [schema["const"]])
    make: dict[str, Callable[[], Check]] = {
        "object": lambda: _object_of(schema, named),
        "array": lambda: _array_of(schema, named),
        "string": lambda: _string(schema),
        "integer": lambda: _between(schema["minimum"], schema["maximum"]),
    }
    kind = schema["type"]
    return make[kind]() if kind in make else _of_type(kind)


def _of_type(kind: str) -> Check:
    wanted = TYPES[kind]

    def check(value: Plain) -> None:
        if type(value) is not wanted:
            raise _Mismatch(f"must be of type {kind}", value)

    return check


def _any_of(branches: list[tuple[type | None, Check]]) -> Check:
    def check(value: Plain) -> None:
        nearest = _Mismatch("is of none of the kinds that may stand here", value)
        for wanted, branch in branches:
            if wanted is type(value) or wanted is None:
                try:
                    return branch(value)
                except _Mismatch as mismatch:
                    nearest = mismatch
        raise nearest

    return check


def _among(allowed: list[Plain]) -> Check:
    names, kinds = ", ".join(json.dumps(one) for one in allowed), {type(one) for one in allowed}

    def check(value: Plain) -> None:
        if type(value) not in kinds or value not in allowed:
            raise _Mismatch(f"must be {'one of ' if len(allowed) > 1 else ''}{names}", value)

    return check


def _object_of(schema: dict[str, Plain], named: dict[str, Check]) -> Check:
    properties = {key: _compile(one, named) for key, one in schema.get("properties", {}).items()}
    others = _compile(schema["additionalProperties"], named) if schema["additionalProperties"] else None
    required = frozenset(schema.get("required", ()))
    names = _pattern(schema["propertyNames"]["pattern"]) if "propertyNames" in schema else None
    least, most = schema.get("minProperties", 0), schema.get("maxProperties", MOST_PARTS)

    def check(value: Plain) -> None:
        if type(value) is not dict:
            raise _Mismatch("must be an object", value)
        if not value.keys() >= required:
            raise _Mismatch(f"lacks {', '.join(sorted(required - value.keys()))}", sorted(value))
        if not least <= len(value) <= most:
            raise _Mismatch("has too few or too many members", sorted(value))
        for key, one in value.items():
            inner = properties.get(key, others)
            if inner is None or (names is not None and not names.search(key)):
                raise _Mismatch("has a key that does not belong here", key)
            try:
                inner(one)
            except _Mismatch as mismatch:
                mismatch.path.append(key)
                raise

    return check


def _array_of(schema: dict[str, Plain], named: dict[str, Check]) -> Check:
    inner, least = _compile(schema["items"], named), schema.get("minItems", 0)

    def check(value: Plain) -> None:
        if type(value) is not list or len(value) < least:
            raise _Mismatch("must be a list" if least == 0 else "must be a list that is not empty", value)
        for index, one in enumerate(value):
            try:
                inner(one)
            except _Mismatch as mismatch:
                mismatch.path.append(index)
                raise

    return check


def _string(schema: dict[str, Plain]) -> Check:
    if "pattern" not in schema:
        return _of_type("string")
    pattern = _pattern(schema["pattern"])

    def check(value: Plain) -> None:
        if type(value) is not str or not pattern.search(value):
            raise _Mismatch(f"must be a text that matches {schema['pattern']}", value)

    return check


def _pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of a schema, whose ``$`` is the end: no line break may stand before it, as in Python."""
    return re.compile(re.sub(r"\$\Z", r"\\Z", pattern))


def _between(least: int, most: int) -> Check:
    def check(value: Plain) -> None:
        if type(value) is not int or not least <= value <= most:
            raise _Mismatch(f"must be an integer from {least} to {most}", value)

    return check
