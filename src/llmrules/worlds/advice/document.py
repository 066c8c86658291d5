"""Advice as plain JSON: records by the names of their fields, numbers and points exact, what is nothing left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from llmrules.language.values import Period, encode_fraction, encode_number


def plain(found: object) -> Any:  # noqa: ANN401 - plain JSON
    """Return what advice found as plain JSON; sets are sorted, and a change to nothing is one of ``null``."""
    if isinstance(found, Mapping):
        return {str(name): plain(value) for name, value in found.items()}
    if isinstance(found, frozenset):
        return sorted(map(plain, found))
    if isinstance(found, tuple):
        return [plain(one) for one in found]
    kind: Any = type(found)
    if attrs.has(kind) and not isinstance(found, Period):
        return {one.name: plain(getattr(found, one.name)) for one in attrs.fields(kind)}
    return _scalar(found)


def _scalar(found: object) -> bool | int | str | None:
    if isinstance(found, Fraction):
        return encode_fraction(found)
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        return encode_number(found)
    return str(found) if isinstance(found, Period | date) else found  # type: ignore[return-value]
