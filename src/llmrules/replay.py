"""Decides again from a trace: from what it was given alone, or under other rules and another catalogue.

What a trace was given is written back as the plain values of files and read by the real loader, with neither the rule
files nor the catalogue at hand. So a trace that lacks something, or holds what no file could say, cannot be replayed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from llmrules.advisor import Advisor
from llmrules.approvals import read_approvals
from llmrules.conditions import DEEPEST
from llmrules.cursor import Cursor
from llmrules.errors import LoadError, Place, ProfileError, TraceError
from llmrules.files import Source
from llmrules.knowledge import Knowledge, load_knowledge
from llmrules.profile import Profile, Requirement
from llmrules.rules.effects import UNKNOWN_POLICIES
from llmrules.rules.ruleset import LANGUAGE
from llmrules.trace.document import plain
from llmrules.vocabulary import AS_OF, SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.decision.decision import Decision
    from llmrules.errors import InputError
    from llmrules.trace.record import (
        ApprovalRecord,
        AttributeRecord,
        Given,
        ModelRecord,
        RequirementRecord,
        RuleRecord,
        StatedRecord,
        ValueRecord,
    )
    from llmrules.vocabulary import Vocabulary

    Types = Mapping[str, str]
    Data = dict[str, Any]

_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?", re.ASCII)


def replay(given: Given, *, name: str = "given") -> Decision:
    """Decide again from what a trace was given, and from that alone. Raises LoadError or TraceError.

    ``name`` is what messages call the trace.
    """
    knowledge = load_given(given, name=name)
    profile = read_requirements(given.requirements, knowledge.ruleset.vocabulary, name=name)
    return decide(knowledge, approved(profile, given.approvals, name), given.unknown, name=name)


def replay_under(given: Given, advisor: Advisor, *, name: str = "given") -> Decision:
    """Decide the case of a trace under other rules and another catalogue, as of the trace's date.

    What was stated, and the date even where it was assumed, are the trace's; other defaults are those of the
    advisor's vocabulary. Raises LoadError where that vocabulary does not take what was stated.
    """
    vocabulary = advisor.knowledge.ruleset.vocabulary
    profile = with_defaults(read_requirements(stated(given.requirements), vocabulary, name=name), vocabulary)
    rules, models = advisor.knowledge.ruleset.rules, advisor.knowledge.index
    known = [one for one in given.approvals if one.rule in rules and one.model in models]
    return decide(advisor.knowledge, approved(profile, known, name), given.unknown, name=name)


def decide(knowledge: Knowledge, profile: Profile, unknown: str, *, name: str = "given") -> Decision:
    """Decide with the plain evaluator, which the other engine is certified by. Raises TraceError."""
    if unknown not in UNKNOWN_POLICIES:
        message = "is no policy for checks that are unknown"
        place = Place(name, key="given.unknown")
        raise TraceError(message, code="unknown-name", place=place, found=unknown, allowed=UNKNOWN_POLICIES)
    return Advisor(knowledge, engine="plain").decide(profile, unknown=cast("Any", unknown))


def approved(profile: Profile, approvals: Iterable[ApprovalRecord], name: str) -> Profile:
    """Return a profile with the approvals that a trace records. Raises LoadError with everything that is wrong."""
    problems: list[InputError] = []
    top = Cursor.top(_source(name, {"approval": [_approval(one) for one in approvals]}), ProfileError, problems)
    read = read_approvals(top.table())
    if problems:
        raise LoadError(problems)
    return evolve(profile, approvals=read)


def _approval(approval: ApprovalRecord) -> Data:
    data: Data = plain(approval)
    return data


def stated(requirements: Iterable[RequirementRecord]) -> tuple[RequirementRecord, ...]:
    """Return what a case states, and its date."""
    return tuple(one for one in requirements if one.origin == "stated" or one.attribute == AS_OF.name)


def with_defaults(profile: Profile, vocabulary: Vocabulary) -> Profile:
    """Return a profile with what the vocabulary assumes where it states nothing."""
    found = {one.attribute: one for one in profile.requirements}
    for attribute in vocabulary:
        if attribute.default is not None and attribute.name not in found:
            found[attribute.name] = Requirement(attribute.name, attribute.default, "assumed")
    return evolve(profile, requirements=tuple(found[name] for name in sorted(found)))


def read_requirements(requirements: Iterable[RequirementRecord], vocabulary: Vocabulary, *, name: str) -> Profile:
    """Read recorded requirements strictly, exactly those. Raises LoadError with everything that is wrong."""
    problems: list[InputError] = []
    top = Cursor.top(_source(name, {}), ProfileError, problems).child("requirements", None)
    declared = vocabulary.names("requirement")
    found: dict[str, Requirement] = {}
    for one in requirements:
        cursor = top.child(one.attribute, plain(one).get("value"))
        if one.attribute not in declared:
            message = "is not a declared requirement"
            cursor.problem("unknown-requirement", message, found=one.attribute, allowed=declared)
            continue
        attribute = vocabulary[one.attribute]
        value = attribute.read(cursor.child("value", _number(cursor.value, attribute.type)))
        if value is not None:
            found[one.attribute] = Requirement(one.attribute, value, one.origin)
    if problems:
        raise LoadError(problems)
    return Profile(tuple(found[name] for name in sorted(found)))


def load_given(given: Given, *, name: str = "given") -> Knowledge:
    """Return the rules and the catalogue that a trace was given. Raises LoadError or TraceError."""
    types = {attribute.name: attribute.type for attribute in given.vocabulary}
    try:
        rules = [_source(name, data) for data in _rule_files(given, types, name)]
    except RecursionError:
        message = "holds conditions that are nested too deeply to be read"
        raise TraceError(message, code="too-deep", place=Place(name, key="given.rules")) from None
    return load_knowledge(rules, [_source(name, data) for data in _catalogue_files(given.catalogue, types)])


def _source(name: str, data: Data) -> Source:
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
            data[key] = _number(data[key], attribute.type)
    if "marks" in data:
        data["marks"] = [_number(mark, attribute.type) for mark in data["marks"]]
    if "choices" in data:
        data["choices"] = {one["id"]: {**one["means"], **_cited(one.get("sources"))} for one in data["choices"]}
    sources = data.pop("sources", None)
    return {**data, **_cited(sources)}


def _cited(sources: list[str] | None) -> Data:
    return {"source": sources} if sources else {}


def rule_data(rule: RuleRecord, types: Types) -> Data:
    """Return a rule as a rule file states it; ``types`` are those of all attributes, by name."""
    data = plain(rule)
    del data["pack"]
    effect, body = data.pop("effect"), data.pop("body")
    data["source"] = data.pop("sources")
    for key in ("when", "unless", "where"):
        if key in data:
            data[key] = _conditions(data[key], types, 0)
    if "ignore" in data:
        data["ignore"] = {one["code"]: one["reason"] for one in data["ignore"]}
    if effect == "conclude" and isinstance(body, dict):
        return {**data, effect: {name: _number(value, types.get(name)) for name, value in body.items()}}
    return {**data, effect: _conditions(body, types, 0)}


def _conditions(table: Any, types: Types, depth: int) -> Any:  # noqa: ANN401 - plain JSON
    """Return a condition table with its numbers read from their texts; the loader refuses what is nested too deep."""
    if not isinstance(table, dict) or depth > DEEPEST:
        return table
    return {
        name: [_conditions(inner, types, depth + 1) for inner in tests]
        if name in {"all", "any"} and isinstance(tests, list)
        else _tests(tests, types.get(name))
        for name, tests in table.items()
    }


def _tests(tests: Any, kind: str | None) -> Any:  # noqa: ANN401 - plain JSON
    if not isinstance(tests, dict):
        return tests
    return {
        operator: {**right, "plus": _number(right["plus"], "number")}
        if isinstance(right, dict) and "plus" in right
        else _number(right, kind)
        for operator, right in tests.items()
    }


def _number(value: Any, kind: str | None) -> Any:  # noqa: ANN401 - plain JSON
    """Return the exact number that a text of a trace stands for, where the attribute is a number."""
    if kind != "number":
        return value
    if isinstance(value, list):
        return [_number(one, kind) for one in value]
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def _catalogue_files(models: tuple[ModelRecord, ...], types: Types) -> list[Data]:
    """Return the plain values of as many files as it takes for each value to replace those before it."""
    layers = 1 + max((len(value.replaced) for model in models for _, _, value in values(model)), default=0)
    files: list[Data] = [{"language": LANGUAGE, "model": []} for _ in range(layers)]
    for model in models:
        entries: list[Data] = [{"id": model.id} for _ in range(layers)]
        entries[-1]["name"] = model.name
        if model.extends is not None:
            entries[-1]["extends"] = model.extends
        for offer, name, value in values(model):
            said: list[StatedRecord | ValueRecord] = [*value.replaced, value]
            for entry, record in zip(entries[-len(said) :], said, strict=True):
                table = entry if offer is None else _offer(entry, offer)
                table[name] = _number(plain(record)["value"], types.get(name))
                table.setdefault("sources", {})[name] = list(record.sources)
            table = entries[-1] if offer is None else _offer(entries[-1], offer)
            for dispute in value.disputed:
                other = _number(plain(dispute)["value"], types.get(name))
                disputed = {"attribute": name, "value": other, "source": list(dispute.sources)}
                table.setdefault("disputed", []).append(disputed)
        for file, entry in zip(files, entries, strict=True):
            if len(entry) > 1:
                file["model"].append(entry)
    return files


def values(model: ModelRecord) -> list[tuple[int | None, str, ValueRecord]]:
    """Return what the entry of a model itself states: the number of the offer (none: the model), attribute, value."""
    found: list[tuple[int | None, str, ValueRecord]] = []
    for offer, entries in ((None, model.attributes), *((i, one.attributes) for i, one in enumerate(model.offers))):
        found += [(offer, name, value) for name, value in entries.items() if value.inherited_from is None]
    return found


def _offer(entry: Data, number: int) -> Data:
    offers: list[Data] = entry.setdefault("offer", [])
    while len(offers) <= number:
        offers.append({})
    return offers[number]
