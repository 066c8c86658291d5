"""The typed attributes that requirements, models and offers may have, and how their values are read.

Everything that depends on what an attribute is (validation, nearest names, questions, schemas, texts) reads it
from here. A vocabulary knows nothing of rules, models or decisions.
"""

from llmrules.language.vocabulary.attribute import (
    AS_OF,
    CHOSEN,
    MODEL,
    ORDERED,
    SCOPES,
    SIX,
    TYPES,
    Attribute,
    Choice,
    Scope,
    Type,
    Vocabulary,
)

__all__ = [
    "AS_OF",
    "CHOSEN",
    "MODEL",
    "ORDERED",
    "SCOPES",
    "SIX",
    "TYPES",
    "Attribute",
    "Choice",
    "Scope",
    "Type",
    "Vocabulary",
]
