"""Condition tables: how they are read, what they depend on, when they hold, and their normal form."""

from llmrules.language.conditions.reading import COMPARING, DEEPEST, MODEL_SIDE, comparable, extensible, read_table
from llmrules.language.conditions.table import (
    ALWAYS,
    Facts,
    Leaf,
    Operand,
    Reference,
    Table,
    Test,
    json_operand,
    json_table,
)

__all__ = [
    "ALWAYS",
    "COMPARING",
    "DEEPEST",
    "MODEL_SIDE",
    "Facts",
    "Leaf",
    "Operand",
    "Reference",
    "Table",
    "Test",
    "comparable",
    "extensible",
    "json_operand",
    "json_table",
    "read_table",
]
