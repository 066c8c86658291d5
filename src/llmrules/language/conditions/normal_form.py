"""Condition tables as JSON, in their normal form: what the digests cover and a trace records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.language.conditions.table import Reference
from llmrules.language.values import Json, encode_number

if TYPE_CHECKING:
    from llmrules.language.conditions.table import Operand, Table
    from llmrules.language.vocabulary import Attribute


def json_table(table: Table) -> dict[str, object]:
    """Return a condition table in its normal form: every operator written out, choices in their order."""
    record: dict[str, object] = {
        leaf.attribute.name: {test.operator.name: _json_operand(leaf.attribute, test.operand) for test in leaf.tests}
        for leaf in table.leaves
    }
    if table.every:
        record["all"] = [json_table(inner) for inner in table.every]
    if table.either:
        record["any"] = [json_table(inner) for inner in table.either]
    return record


def _json_operand(attribute: Attribute, operand: Operand | Reference) -> Json | dict[str, object]:
    if isinstance(operand, Reference):
        record: dict[str, object] = {"requirement": operand.requirement}
        if operand.plus:
            record["plus"] = encode_number(operand.plus)
        return record
    return json_operand(attribute, operand)


def json_operand(attribute: Attribute, operand: Operand) -> Json:
    """Return a right side as JSON."""
    if isinstance(operand, tuple):
        if attribute.choices:
            return attribute.encode(frozenset(map(str, operand)))
        return [attribute.encode(value) for value in operand]  # type: ignore[misc]
    return attribute.encode(operand)
