"""Records as plain JSON values and back: exact types, no unknown key, one canonical text, one digest."""

from __future__ import annotations

import hashlib
import json
import types
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from llmrules.errors import Place, TraceError
from llmrules.trace.plain import Json, Number, Scalar, Threshold

T = TypeVar("T")


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


def structure(data: object, kind: type[T], name: str) -> T:
    """Return the record that plain values describe: every key known, every type exact. Raises TraceError."""
    try:
        return _converter().structure(data, kind)
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
