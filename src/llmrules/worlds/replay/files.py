"""What a trace was given, as the files that would say so, read by the real loader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from llmrules.catalog import read_catalog
from llmrules.decision.knowledge import load_knowledge
from llmrules.errors import Place, RuleError, TraceError
from llmrules.language.rules.reading import RuleReader
from llmrules.language.rules.ruleset import LANGUAGE
from llmrules.language.vocabulary import AS_OF, SCOPES
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source
from llmrules.trace.codec import plain
from llmrules.worlds.replay.models import catalogue_files
from llmrules.worlds.replay.rules import exact, rule_data

if TYPE_CHECKING:
    from llmrules.catalog import Model
    from llmrules.decision.knowledge import Knowledge
    from llmrules.errors import InputError
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.trace.record import AttributeRecord, Given, ModelRecord, RuleRecord
    from llmrules.worlds.replay.rules import Types

    Data = dict[str, Any]


def load_given(given: Given, *, name: str = "given") -> Knowledge:
    """Return the rules and the catalogue that a trace was given. Raises LoadError or TraceError."""
    types = {attribute.name: attribute.type for attribute in given.vocabulary}
    try:
        rules = [source_of(name, data) for data in _rule_files(given, types, name)]
    except RecursionError:
        message = "holds conditions that are nested too deeply to be read"
        raise TraceError(message, code="too-deep", place=Place(name, key="given.rules")) from None
    return load_knowledge(rules, [source_of(name, data) for data in catalogue_files(given.catalogue, types)])


def load_rule(record: RuleRecord, ruleset: RuleSet, types: Types) -> Rule | None:
    """Return one rule as the vocabulary of a rule set reads it, None where it does not; others are not looked at."""
    problems: list[InputError] = []
    source = source_of("given", {"rule": [rule_data(record, types)]})
    (entry,) = Cursor.top(source, RuleError, problems).table()["rule"].elements()
    rule = RuleReader(ruleset.vocabulary, ruleset.citable.keys()).rule(entry, record.pack)
    return None if problems else rule


def load_model(record: ModelRecord, ruleset: RuleSet, types: Types) -> Model | None:
    """Return one model as its own entries state it, None where the vocabulary does not take that."""
    problems: list[InputError] = []
    files = [source_of("given", data) for data in catalogue_files((evolve(record, extends=None),), types)]
    read = read_catalog(files, ruleset.vocabulary, ruleset.citable.keys(), problems).models.get(record.id)
    return None if problems or read is None else evolve(read, extends=record.extends)


def source_of(name: str, data: Data) -> Source:
    """Return plain values as a file that has been read."""
    return Source(name, "", data, is_toml=False)


def _rule_files(given: Given, types: Types, name: str) -> list[Data]:
    """Return the plain values of one file for each pack, the vocabulary and everything that is cited in the first."""
    packs: dict[str, Data] = {pack: {} for pack in sorted({one.pack for one in given.disabled if one.pack})}
    for rule in given.rules:
        packs.setdefault(rule.pack, {}).setdefault("rule", []).append(rule_data(rule, types))
    first = "given"
    while first in packs:
        first += "-"
    base: Data = {"language": LANGUAGE, "pack": first}
    base["document"] = [plain(document) for document in given.documents]
    base["claim"] = [plain(claim) for claim in given.claims]
    base["disable"] = [plain(disable) for disable in given.disabled]
    base |= _vocabulary(given.vocabulary, name)
    return [base, *({"language": LANGUAGE, "pack": pack, **data} for pack, data in packs.items())]


def _vocabulary(attributes: tuple[AttributeRecord, ...], name: str) -> Data:
    scopes: Data = {scope: {} for scope in SCOPES}
    for index, attribute in enumerate(attributes):
        place = Place(name, key=f"given.vocabulary[{index}]")
        if attribute.scope not in SCOPES:
            message = "is no scope of an attribute"
            raise TraceError(message, code="unknown-name", place=place, found=attribute.scope, allowed=SCOPES)
        choices = [choice.id for choice in attribute.choices]
        if attribute.name in scopes[attribute.scope] or len(set(choices)) < len(choices):
            raise TraceError("is declared twice", code="duplicate-id", place=place, found=attribute.name)
        if attribute.name != AS_OF.name:  # it is built in
            scopes[attribute.scope][attribute.name] = attribute_data(attribute)
    return scopes


def attribute_data(attribute: AttributeRecord) -> Data:
    """Return an attribute as a rule file declares it."""
    data = plain(attribute)
    for key in ("name", "scope"):
        del data[key]
    for key in ("minimum", "maximum", "default"):
        if key in data:
            data[key] = exact(data[key], attribute.type)
    if "marks" in data:
        data["marks"] = [exact(mark, attribute.type) for mark in data["marks"]]
    if "choices" in data:
        data["choices"] = {one["id"]: {**one["means"], **_cited(one.get("sources"))} for one in data["choices"]}
    sources = data.pop("sources", None)
    return {**data, **_cited(sources)}


def _cited(sources: list[str] | None) -> Data:
    return {"source": sources} if sources else {}
