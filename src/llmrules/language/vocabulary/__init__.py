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
from llmrules.language.vocabulary.choices import CHOICE_KEYS
from llmrules.language.vocabulary.computed import (
    LONG_SHARE,
    PRICES,
    TIER_ABOVE,
    TIER_PRICES,
    TOKENS_AT,
    UNIT_OF_TOKENS,
    USAGE,
    USED,
    Product,
    Sum,
    Term,
    added,
    check_factors,
    decimal,
    factors_of,
    known_numbers,
    lacking,
    sums,
    tokens_at,
)
from llmrules.language.vocabulary.declaration import ATTRIBUTE_KEYS, check_keys, read_marks
from llmrules.language.vocabulary.reading import read_vocabulary

__all__ = [
    "AS_OF",
    "ATTRIBUTE_KEYS",
    "CHOICE_KEYS",
    "CHOSEN",
    "LONG_SHARE",
    "MODEL",
    "ORDERED",
    "PRICES",
    "SCOPES",
    "SIX",
    "TIER_ABOVE",
    "TIER_PRICES",
    "TOKENS_AT",
    "TYPES",
    "UNIT_OF_TOKENS",
    "USAGE",
    "USED",
    "Attribute",
    "Choice",
    "Product",
    "Scope",
    "Sum",
    "Term",
    "Type",
    "Vocabulary",
    "added",
    "check_factors",
    "check_keys",
    "decimal",
    "factors_of",
    "known_numbers",
    "lacking",
    "read_marks",
    "read_vocabulary",
    "sums",
    "tokens_at",
]
