"""Decides again from a trace: from what it was given alone, or under other rules and another catalogue.

Neither the rule files nor the catalogue need be at hand. A trace was read as strictly as a file; what its rules and
models make together is made as any other world is, and one that cannot stand is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.catalog import Catalog
from llmrules.catalog.restriction import restriction_of
from llmrules.decision.knowledge import Knowledge
from llmrules.engine.program import Program
from llmrules.errors import LoadError, Place, ProfileError, RestrictionError, TraceError
from llmrules.language.conditions import json_table
from llmrules.language.profile import Profile, Requirement
from llmrules.language.rules.ruleset import RuleSet
from llmrules.language.values import Period, encode
from llmrules.language.vocabulary import AS_OF, Vocabulary
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source
from llmrules.trace.given import Spelling
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import ModelAs, RuleAs, Switched
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.decision.decision import Decision
    from llmrules.errors import InputError
    from llmrules.language.conditions import Table
    from llmrules.language.profile import Approval
    from llmrules.language.sources import Citable
    from llmrules.language.values import Value
    from llmrules.trace.given import Given


def replay(given: Given, *, name: str = "given") -> Decision:
    """Decide again from what a trace was given, and from that alone. Raises LoadError or TraceError.

    ``name`` is what messages call the trace.
    """
    return decide(load_given(given, name=name), profile_of(given), given, name=name)


def replay_under(given: Given, knowledge: Knowledge, *, name: str = "given") -> Decision:
    """Decide the case of a trace under other rules and another catalogue, as of the trace's date.

    What was stated, the date even where it was assumed, and who was asked are the trace's; other defaults are those of
    that vocabulary. Raises LoadError where that vocabulary does not take what was stated, TraceError where
    that catalogue has nobody who was asked.
    """
    vocabulary = knowledge.ruleset.vocabulary
    profile = with_defaults(read_requirements(stated(given.requirements), vocabulary, name=name), vocabulary)
    return decide(knowledge, evolve(profile, approvals=known_approvals(given.approvals, knowledge)), given, name=name)


def known_approvals(approvals: Iterable[Approval], knowledge: Knowledge) -> tuple[Approval, ...]:
    """Return the approvals whose rule and model are both known."""
    rules, models = knowledge.ruleset.rules, knowledge.catalog.models
    return tuple(one for one in approvals if one.rule in rules and one.model in models)


def load_given(given: Given, *, name: str = "given") -> Knowledge:
    """Return the rules and the catalogue that a trace was given. Raises TraceError where they cannot stand."""
    citable: dict[str, Citable] = {one.id: one for one in given.documents}
    citable |= {one.id: one for one in given.claims}
    packs = {rule.pack for rule in given.rules} | {one.pack for one in given.disabled if one.pack is not None}
    vocabulary = Vocabulary({one.name: one for one in given.vocabulary})
    promises = {one.id: one for one in given.promises}
    bare = RuleSet(vocabulary, dict(sorted(citable.items())), {}, tuple(sorted(packs)), (), {}, {}, promises=promises)
    nothing = Knowledge(bare, Catalog({}), Program((), 1), (), ())
    knowledge = altered(
        nothing,
        *(ModelAs(model) for model in given.catalogue),
        *(RuleAs(rule) for rule in given.rules),
        Switched(given.disabled),
    )
    if knowledge is None:
        raise TraceError(_wrong_with(given), code="cannot-stand", place=Place(name, key="given"))
    return knowledge


def _wrong_with(given: Given) -> str:
    """Return why no knowledge can be made of rules and models, each of which can be read."""
    models, rules = {one.id for one in given.catalogue}, {one.id for one in given.rules}
    extended = {one.extends for one in given.catalogue if one.extends is not None} - models
    named = {name for rule in given.rules for name in (*rule.overrides, *rule.effect.exempts)} - rules
    lost = ", ".join(sorted(extended | named))
    return f"names what it does not hold: {lost}" if lost else "holds rules or models that depend on themselves"


def profile_of(given: Given) -> Profile:
    """Return the case of a trace."""
    return Profile(given.requirements, approvals=given.approvals)


def decide(knowledge: Knowledge, profile: Profile, given: Given, *, name: str = "given") -> Decision:
    """Decide with the plain evaluator, which the other engine is certified by, as ``given`` says.

    That is its policy, what it ranks, whom it asks and what it counts as old. Raises LoadError or TraceError.
    """
    vocabulary = knowledge.ruleset.vocabulary
    only = None if given.only is None else _only(given.only, vocabulary, name)
    world = evolve(
        World.under(knowledge, profile),
        unknown=given.unknown,
        over=given.over,
        restriction=restriction_of(only, given.among, vocabulary),
        stale_after=given.stale_after,
    )
    try:
        return world.decide()
    except RestrictionError as error:
        place = Place(name, key=f"given.{error.place.file}")
        raise TraceError(
            *(error.message,), code=error.code, place=place, found=error.found, allowed=error.allowed, hint=error.hint
        ) from None


def _only(only: Table, vocabulary: Vocabulary, name: str) -> Table:
    """Return the condition on whom to ask, as a vocabulary reads it."""
    return Spelling.of(vocabulary).read(json_table(only), type(only), name)


def stated(requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """Return what a case states, and its date."""
    return tuple(one for one in requirements if one.origin == "stated" or one.attribute == AS_OF.name)


def with_defaults(profile: Profile, vocabulary: Vocabulary) -> Profile:
    """Return a profile with what the vocabulary assumes where it states nothing."""
    found = {one.attribute: one for one in profile.requirements}
    for attribute in vocabulary:
        if attribute.default is not None and attribute.name not in found:
            found[attribute.name] = Requirement(attribute.name, attribute.default, "assumed")
    return evolve(profile, requirements=tuple(found[name] for name in sorted(found)))


def read_requirements(requirements: Iterable[Requirement], vocabulary: Vocabulary, *, name: str) -> Profile:
    """Read requirements by another vocabulary, exactly those. Raises LoadError with everything that is wrong."""
    problems: list[InputError] = []
    source = Source(name, "", {}, is_toml=False)
    top = Cursor.top(source, ProfileError, problems).child("requirements", None)
    declared = vocabulary.names("requirement")
    found: dict[str, Requirement] = {}
    for one in requirements:
        cursor = top.child(one.attribute, _as_stated(one.value))
        if one.attribute not in declared:
            message = "is not a declared requirement"
            cursor.problem("unknown-requirement", message, found=one.attribute, allowed=declared)
            continue
        value = vocabulary[one.attribute].read(cursor)
        if value is not None:
            found[one.attribute] = Requirement(one.attribute, value, one.origin)
    if problems:
        raise LoadError(problems)
    return Profile(tuple(found[name] for name in sorted(found)))


def _as_stated(value: Value) -> object:
    """Return a value as a file would state it."""
    return encode(value) if isinstance(value, Period | frozenset) else value
