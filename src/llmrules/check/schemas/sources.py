"""The schemas of what several kinds of files hold: documents, claims and approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.check.schemas.asking import needed
from llmrules.check.schemas.values import (
    DAY,
    NAME,
    PERIOD,
    TEXT,
    Schema,
    known_or_new,
    one_of,
    ref,
    several,
    table,
    tables,
    text,
)
from llmrules.language.profile import APPROVAL_KEYS
from llmrules.language.sources import CLAIM_KEYS, DOCUMENT_KEYS, KINDS, Document
from llmrules.language.values import PERIODS

if TYPE_CHECKING:
    from llmrules.language.rules.ruleset import RuleSet


def documents() -> Schema:
    """Return the schema of ``[[document]]``."""
    shapes = {
        "id": {**NAME, "description": "What rules and values cite it by."},
        "title": {**TEXT, "description": "What it is called."},
        "date": {**PERIOD, "description": f"When it was published: {PERIODS}."},
        "url": TEXT,
        "licence": TEXT,
        "checked": {**DAY, "description": "The day on which someone last looked whether it still says so."},
        "review_by": {**DAY, "description": "The day by which someone must look again."},
    }
    entry = table({key: shapes[key] for key in DOCUMENT_KEYS}, needs=needed("document"))
    return tables(entry, description="Something dated that states what rules and values rest on.")


def claims() -> Schema:
    """Return the schema of ``[[claim]]``."""
    shapes = {
        "id": {**NAME, "description": "What rules and values cite it by."},
        "document": {**NAME, "description": "The id of the document that says it."},
        "section": TEXT,
        "kind": {**several(one_of(KINDS)), "description": "What it becomes."},
        "says": {**text(), "description": "One sentence of the document, paraphrased."},
    }
    entry = table({key: shapes[key] for key in CLAIM_KEYS}, needs=needed("claim"))
    return tables(entry, description="One sentence of a document, paraphrased.")


def approvals(rules: Schema, models: Schema) -> Schema:
    """Return the schema of ``[[approval]]``: of one of the rules, for one of the models."""
    shapes = {
        "rule": {**rules, "description": "The caution of level approval that is agreed to."},
        "model": {**models, "description": "The model that it is agreed for."},
        "by": {**TEXT, "description": "Who agreed."},
        "role": {**TEXT, "description": "As whom: the approver that the rule names."},
        "on": {**DAY, "description": "The first day on which it holds."},
        "until": {**DAY, "description": "The last day on which it holds."},
    }
    entry = table({key: shapes[key] for key in APPROVAL_KEYS}, needs=needed("approval"))
    return tables(entry, description="Who agreed where a caution of level approval asks for it.")


def known_sources(ruleset: RuleSet) -> dict[str, Schema]:
    """Return the definitions of one and of several ids of claims and documents, those loaded with what they say."""
    said = {
        name: entry.title if isinstance(entry, Document) else entry.says.read("en")
        for name, entry in ruleset.citable.items()
    }
    return {"source": known_or_new(said), "sources": several(ref("source"))}
