"""JSON Schemas (draft-07, which every TOML language tool reads) of the files that people write.

They are generated from the vocabulary that is loaded, attributes of one's own included, and from the tables of
operators, effects and keys; what no table says is asked of the readers. What a schema flags, loading refuses; loading
refuses more. For rule files one thing is read when the schema is made: an attribute declared since is unknown to it.
"""

from __future__ import annotations

from llmrules.check.schemas.rules import rules_schema
from llmrules.check.schemas.stated import catalog_schema, profile_schema
from llmrules.check.schemas.values import written

__all__ = ["catalog_schema", "profile_schema", "rules_schema", "written"]
