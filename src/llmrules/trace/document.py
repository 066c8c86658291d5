"""A trace as one JSON document: canonical form, digests, and strict reading.

Reading checks shape and types alone; whether a trace is true is for the checker to say.
"""

from __future__ import annotations

import hashlib
import json
import types
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import attrs
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from llmrules.errors import Place, TraceError
from llmrules.reading.files import read_json
from llmrules.trace.record import FORMAT, Digests, Json, Number, Scalar, Threshold, Trace

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.trace.record import Found, Given, MadeBy


def canonical(value: object) -> str:
    """Return the canonical JSON (RFC 8785) of plain values; all numbers in a trace are integers of I-JSON's range.

    The keys of a trace are letters, digits and ``_``, so sorting them by code point is what the standard asks.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain(record: object) -> Any:
    """Return a record as plain JSON values; what has its default is left out."""
    return _converter().unstructure(record)


def seal(given: Given, found: Found, made_by: MadeBy) -> Digests:
    """Return the digests of all parts."""
    parts = {name: digest(_text(part)) for name, part in _parts(given)}
    return Digests(parts, digest(canonical(parts)), digest(_text(found)), digest(_text(made_by)))


def write_trace(trace: Trace) -> str:
    """Return a trace as canonical JSON."""
    return _object(
        digests=_text(trace.digests),
        format=canonical(trace.format),
        found=_text(trace.found),
        given=_object(**{name: _text(part) for name, part in _parts(trace.given)}),
        made_by=_text(trace.made_by),
    )


def _parts(given: Given) -> list[tuple[str, object]]:
    """Return the parts of ``given`` by name; what has its default is left out, as everywhere."""
    parts = [(field, getattr(given, field.name)) for field in attrs.fields(type(given))]
    return [(field.name, part) for field, part in parts if part != field.default]


def _object(**members: str) -> str:
    """Join canonical texts into one canonical object."""
    return "{" + ",".join(f'"{name}":{text}' for name, text in sorted(members.items())) + "}"


class _Kept:
    """The canonical texts of the last records written: most of ``given`` is the same from case to case."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._texts: dict[int, tuple[object, str]] = {}

    def text(self, record: object) -> str:
        found = self._texts.get(id(record))
        if found is not None and found[0] is record:
            return found[1]
        text = canonical(plain(record))
        if len(self._texts) >= self._most:
            self._texts.pop(next(iter(tuple(self._texts)), 0), None)
        self._texts[id(record)] = (record, text)
        return text


_KEPT = _Kept(most=32)


def _text(record: object) -> str:
    return _KEPT.text(record)


def read_trace(path: Path) -> Trace:
    """Read a trace from a file strictly: every key known, every type exact. Raises FileError or TraceError."""
    source = read_json(path)
    return parse_trace(source.data, source.name)


def parse_trace(data: dict[str, Any], name: str) -> Trace:
    """Return the trace that plain values describe. Raises TraceError."""
    if data.get("format") != FORMAT:
        message = "is not a trace of a format that this version reads"
        raise TraceError(
            message, code="format", place=Place(name, key="format"), found=data.get("format"), allowed=[FORMAT]
        )
    try:
        return _converter().structure(data, Trace)
    except BaseValidationError as error:
        message = "; ".join(transform_error(error)[:5])
        raise TraceError(f"is not a well-formed trace: {message}", code="shape", place=Place(name)) from None


@lru_cache(maxsize=1)
def _converter() -> Converter:
    """Return the one converter of traces: exact types, no unknown key, defaults left out."""
    converter = Converter(forbid_extra_keys=True, unstruct_collection_overrides={tuple: list})
    for kind in (bool, int, str):
        converter.register_structure_hook(kind, _exactly(kind))
    converter.register_structure_hook_func(lambda kind: kind in (Json, Scalar, Number, Threshold), _scalar_or_list)
    converter.register_structure_hook_func(
        _is_optional_scalar, lambda value, kind: None if value is None else _scalar_or_list(value, kind)
    )
    converter.register_structure_hook_factory(
        attrs.has, lambda kind: make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)
    )
    converter.register_unstructure_hook_factory(
        attrs.has, lambda kind: make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True)
    )
    converter.register_unstructure_hook_func(
        lambda kind: kind in (Json, Scalar, Number, Threshold) or _is_optional_scalar(kind), _plain_scalar
    )
    return converter


def _exactly(kind: type) -> Any:
    def structure(value: object, _: object) -> object:
        if type(value) is not kind:
            message = f"must be {kind.__name__}, not {type(value).__name__}"
            raise TypeError(message)
        return value

    return structure


def _is_optional_scalar(kind: object) -> bool:
    """Whether a type is one of the scalar unions, or None."""
    if get_origin(kind) not in (Union, types.UnionType):
        return False
    return set(get_args(kind)) in ({*get_args(Json), type(None)}, {*get_args(Number), type(None)})


def _scalar_or_list(value: object, kind: object) -> object:
    wanted = get_args(kind)
    if type(value) in wanted:
        return value
    members = next((get_args(get_args(one)[0]) or (str,) for one in wanted if get_origin(one) is tuple), ())
    if members and isinstance(value, list) and all(type(member) in members for member in value):
        return tuple(value)
    message = f"must be {' or '.join(getattr(one, '__name__', str(one)) for one in wanted)}, not {type(value).__name__}"
    raise TypeError(message)


def _plain_scalar(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
