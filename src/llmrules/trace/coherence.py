"""What must hold of ``given`` beyond each of its values: nothing twice or out of order, only defaults assumed.

A file cannot say otherwise, so a trace may not: whoever decides again reads the same as whoever checks it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.language.values import LARGEST_INTEGER
from llmrules.language.vocabulary import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

Plain: TypeAlias = Any
"""Plain JSON, of which each value has been read."""

KEYS: dict[str, tuple[str, ...]] = {
    "vocabulary": ("name",),
    "documents": ("id",),
    "claims": ("id",),
    "rules": ("id",),
    "promises": ("id",),
    "catalogue": ("id",),
    "requirements": ("attribute",),
    "approvals": ("rule", "model", "on", "by", "until"),
}
"""By what each part is in order."""


def check_coherent(given: Plain) -> None:
    """Refuse what no file could have said. Raises ValueError."""
    for wrong in _wrongs(given):
        raise ValueError(wrong)


def _wrongs(given: Plain) -> Iterator[str]:
    for part, keys in KEYS.items():
        named = given["catalogue"]["models"] if part == "catalogue" else given[part]
        names = [tuple(one.get(key, "") for key in keys) for one in named]
        if any(one >= other for one, other in pairwise(names)):
            yield f"{part} stand twice or out of order"
    for one in given["vocabulary"]:
        choices = [choice["id"] for choice in one.get("choices", ())]
        if len(set(choices)) < len(choices):
            yield f"{one['name']} has a choice twice"
    if any(len(set(names)) < len(names) for part in given.values() for names in _cited(part)):
        yield "a source is named twice"
    documents = {one["id"] for one in given["documents"]} | {None}
    yield from (f"{one['id']} names no document" for one in given["claims"] if one.get("document") not in documents)
    yield from _of_the_case(given)


def _of_the_case(given: Plain) -> Iterator[str]:
    if not 1 <= given["stale_after"] <= LARGEST_INTEGER:
        yield f"stale_after must be a number of days from 1 to {LARGEST_INTEGER}"
    defaults = {one["name"]: one.get("default") for one in given["vocabulary"]}
    for one in given["requirements"]:
        if one["origin"] == "assumed" and one["attribute"] != AS_OF.name and one["value"] != defaults[one["attribute"]]:
            yield f"{one['attribute']} is assumed to be what is not its default"


def _cited(value: Plain) -> Iterator[list[str]]:
    """Yield every list of sources."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key == "sources":
            yield one
        elif isinstance(one, dict | list) and key not in {"when", "unless", "where", "body", "value"}:
            yield from _cited(one)
