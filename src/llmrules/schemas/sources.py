"""The schemas of what several kinds of files hold: documents, claims and approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.approvals import APPROVAL_KEYS
from llmrules.schemas.asking import needed
from llmrules.schemas.values import DAY, NAME, PERIOD, TEXT, Schema, among, either, ref, table, tables, text
from llmrules.sources import CLAIM_KEYS, DOCUMENT_KEYS, KINDS, Claim, Document
from llmrules.values import PERIODS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.rules.ruleset import RuleSet


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
    kind = {"type": "string", "enum": list(KINDS)}
    shapes = {
        "id": {**NAME, "description": "What rules and values cite it by."},
        "document": {**NAME, "description": "The id of the document that says it."},
        "section": TEXT,
        "kind": either(kind, tables(kind, minItems=1), description="What it becomes."),
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
        "on": {**DAY, "description": "The first day on which it holds."},
        "until": {**DAY, "description": "The last day on which it holds."},
    }
    entry = table({key: shapes[key] for key in APPROVAL_KEYS}, needs=needed("approval"))
    return tables(entry, description="Who agreed where a caution of level approval asks for it.")


def citable(ruleset: RuleSet) -> Mapping[str, str]:
    """Return what may be a source, with what it says or is called."""
    return {name: _said(entry) for name, entry in ruleset.citable.items()}


def _said(entry: Document | Claim) -> str:
    return entry.title if isinstance(entry, Document) else entry.says.read("en")


def cited() -> Schema:
    """Return a reference to the ids of claims and documents, one or several."""
    return ref("sources")


def known_sources(ruleset: RuleSet) -> dict[str, Schema]:
    """Return the definitions of the ids of claims and documents: those loaded complete, the file may hold more."""
    one = either(among(citable(ruleset)), NAME)
    return {"source": one, "sources": either(ref("source"), tables(ref("source"), minItems=1, uniqueItems=True))}
