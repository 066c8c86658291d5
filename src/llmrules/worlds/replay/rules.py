"""Rules of a trace as a rule file states them: their texts that stand for numbers are numbers again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.language.conditions import DEEPEST
from llmrules.trace.codec import plain

if TYPE_CHECKING:
    from llmrules.trace.record import RuleRecord

    Data = dict[str, Any]

Types: TypeAlias = Mapping[str, str]
"""The type of each attribute, by name."""

_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?", re.ASCII)


def rule_data(rule: RuleRecord, types: Types) -> Data:
    """Return a rule as a rule file states it; ``types`` are those of all attributes, by name."""
    data = plain(rule)
    del data["pack"]
    effect, body = data.pop("effect"), data.pop("body")
    data["source"] = data.pop("sources")
    for key in ("when", "unless", "where"):
        if key in data:
            data[key] = conditions_data(data[key], types)
    if "ignore" in data:
        data["ignore"] = {one["code"]: one["reason"] for one in data["ignore"]}
    if effect == "conclude" and isinstance(body, dict):
        return {**data, effect: {name: exact(value, types.get(name)) for name, value in body.items()}}
    return {**data, effect: conditions_data(body, types)}


def conditions_data(table: Any, types: Types, depth: int = 0) -> Any:  # noqa: ANN401 - plain JSON
    """Return a condition table with its numbers read from their texts; the loader refuses what is nested too deep."""
    if not isinstance(table, dict) or depth > DEEPEST:
        return table
    return {
        name: [conditions_data(inner, types, depth + 1) for inner in tests]
        if name in {"all", "any"} and isinstance(tests, list)
        else _tests(tests, types.get(name))
        for name, tests in table.items()
    }


def _tests(tests: Any, kind: str | None) -> Any:  # noqa: ANN401 - plain JSON
    if not isinstance(tests, dict):
        return tests
    return {
        operator: {**right, "plus": exact(right["plus"], "number")}
        if isinstance(right, dict) and "plus" in right
        else exact(right, kind)
        for operator, right in tests.items()
    }


def exact(value: Any, kind: str | None) -> Any:  # noqa: ANN401 - plain JSON
    """Return the exact number that a text of a trace stands for, where the attribute is a number."""
    if kind != "number":
        return value
    if isinstance(value, list):
        return [exact(one, kind) for one in value]
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
