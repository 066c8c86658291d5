"""How values stand in a trace: as JSON holds them, and the few words that a field may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute

Scalar: TypeAlias = bool | int | str
Json: TypeAlias = bool | int | str | tuple[str, ...]
Threshold: TypeAlias = bool | int | str | tuple[int | str, ...]
Number: TypeAlias = int | str
Conditions: TypeAlias = dict[str, Any]
"""A condition table in its normal form: attribute → operator → right side, and ``all`` and ``any`` lists of tables."""

Holds: TypeAlias = Literal["true", "false", "unknown"]
Origin: TypeAlias = Literal["stated", "assumed", "concluded"]
Status: TypeAlias = Literal["fired", "silent", "defeated", "disabled", "classifying", "trial"]
Over: TypeAlias = Literal["models", "offers"]
Outcome: TypeAlias = Literal[
    "passed", "failed", "unknown", "accepted", "exempted", "points", "none", "attached", "approved"
]


def json_value(attribute: Attribute, value: Value) -> Json:
    """Return a value as a record holds it: lists are tuples."""
    encoded = attribute.encode(value)
    return tuple(encoded) if isinstance(encoded, list) else encoded
