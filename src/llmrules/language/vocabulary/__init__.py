"""The typed attributes that requirements, models and offers may have, and how their values are read.

Everything that depends on what an attribute is (validation, nearest names, questions, schemas, texts) reads it
from here. A vocabulary knows nothing of rules, models or decisions.
"""

from llmrules.language.vocabulary.attribute import (
    AS_OF,
    CHOSEN,
    COMPUTED,
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
from llmrules.language.vocabulary.choices import CHOICE_KEYS
from llmrules.language.vocabulary.declaration import ATTRIBUTE_KEYS, check_keys, read_marks
from llmrules.language.vocabulary.reading import read_vocabulary

__all__ = [
    "AS_OF",
    "ATTRIBUTE_KEYS",
    "CHOICE_KEYS",
    "CHOSEN",
    "COMPUTED",
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
    "check_keys",
    "read_marks",
    "read_vocabulary",
]
