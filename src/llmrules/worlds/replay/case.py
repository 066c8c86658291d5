"""The case of a trace: its requirements, approvals and choices, read as strictly as a profile, and decided again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from llmrules.catalog.restriction import restriction_of
from llmrules.decision.ranking import OVER
from llmrules.decision.resting import STALE_AFTER
from llmrules.errors import LoadError, Place, ProfileError, RestrictionError, TraceError
from llmrules.language.approvals import read_approvals
from llmrules.language.conditions import ALWAYS, MODEL_SIDE, read_table
from llmrules.language.profile import Profile, Requirement
from llmrules.language.rules.effects import UNKNOWN_POLICIES
from llmrules.language.vocabulary import AS_OF
from llmrules.reading.cursor import Cursor
from llmrules.trace.codec import plain
from llmrules.worlds.replay.files import load_given, source_of
from llmrules.worlds.replay.rules import conditions_data, exact
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.errors import InputError
    from llmrules.language.conditions import Table
    from llmrules.language.rules.effects import Policy
    from llmrules.language.vocabulary import Vocabulary
    from llmrules.trace.record import ApprovalRecord, Given, RequirementRecord


def replay(given: Given, *, name: str = "given") -> Decision:
    """Decide again from what a trace was given, and from that alone. Raises LoadError or TraceError.

    ``name`` is what messages call the trace.
    """
    knowledge = load_given(given, name=name)
    profile = read_requirements(given.requirements, knowledge.ruleset.vocabulary, name=name)
    return decide(knowledge, approved(profile, given.approvals, name), given, name=name)


def replay_under(given: Given, knowledge: Knowledge, *, name: str = "given") -> Decision:
    """Decide the case of a trace under other rules and another catalogue, as of the trace's date.

    What was stated, the date even where it was assumed, and who was asked are the trace's; other defaults are those of
    that vocabulary. Raises LoadError where that vocabulary does not take what was stated, TraceError where
    that catalogue has nobody who was asked.
    """
    vocabulary = knowledge.ruleset.vocabulary
    profile = with_defaults(read_requirements(stated(given.requirements), vocabulary, name=name), vocabulary)
    rules, models = knowledge.ruleset.rules, knowledge.catalog.models
    known = [one for one in given.approvals if one.rule in rules and one.model in models]
    return decide(knowledge, approved(profile, known, name), given, name=name)


def decide(knowledge: Knowledge, profile: Profile, given: Given, *, name: str = "given") -> Decision:
    """Decide with the plain evaluator, which the other engine is certified by, as ``given`` says.

    That is its policy, what it ranks, whom it asks and what it counts as old. A trace that does not say when a source
    is old was made before anybody counted; the usual age stands in. Raises LoadError or TraceError.
    """
    for key, found, allowed in (("unknown", given.unknown, UNKNOWN_POLICIES), ("over", given.over, OVER)):
        if found not in allowed:
            message = f"is nothing that {key} may be"
            place = Place(name, key=f"given.{key}")
            raise TraceError(message, code="unknown-name", place=place, found=found, allowed=allowed)
    stale_after = STALE_AFTER if given.stale_after is None else given.stale_after
    if stale_after < 1:
        place = Place(name, key="given.stale_after")
        raise TraceError("must be a day or more", code="out-of-bounds", place=place, found=stale_after)
    only = _only(given, knowledge.ruleset.vocabulary, name)
    world = evolve(
        World.under(knowledge, profile),
        unknown=cast("Policy", given.unknown),
        over=given.over,
        restriction=restriction_of(only, given.among, knowledge.ruleset.vocabulary),
        stale_after=stale_after,
    )
    try:
        return world.decide()
    except RestrictionError as error:
        place = Place(name, key=f"given.{error.place.file}")
        raise TraceError(
            *(error.message,), code=error.code, place=place, found=error.found, allowed=error.allowed, hint=error.hint
        ) from None


def _only(given: Given, vocabulary: Vocabulary, name: str) -> Table | None:
    """Return the condition on whom to ask, as the vocabulary reads it."""
    if not given.only:
        return None if given.only is None else ALWAYS
    problems: list[InputError] = []
    types = {attribute.name: attribute.type for attribute in given.vocabulary}
    data = conditions_data(given.only, types)
    top = Cursor.top(source_of(name, {}), RestrictionError, problems).child("given", None)
    table = read_table(top.child("only", data), vocabulary, scopes=MODEL_SIDE)
    if problems:
        raise LoadError(problems)
    return table


def approved(profile: Profile, approvals: Iterable[ApprovalRecord], name: str) -> Profile:
    """Return a profile with the approvals that a trace records. Raises LoadError with everything that is wrong."""
    problems: list[InputError] = []
    top = Cursor.top(source_of(name, {"approval": [_approval(one) for one in approvals]}), ProfileError, problems)
    read = read_approvals(top.table())
    if problems:
        raise LoadError(problems)
    return evolve(profile, approvals=read)


def _approval(approval: ApprovalRecord) -> dict[str, Any]:
    data: dict[str, Any] = plain(approval)
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
    top = Cursor.top(source_of(name, {}), ProfileError, problems).child("requirements", None)
    declared = vocabulary.names("requirement")
    found: dict[str, Requirement] = {}
    for one in requirements:
        cursor = top.child(one.attribute, plain(one).get("value"))
        if one.attribute not in declared:
            message = "is not a declared requirement"
            cursor.problem("unknown-requirement", message, found=one.attribute, allowed=declared)
            continue
        attribute = vocabulary[one.attribute]
        value = attribute.read(cursor.child("value", exact(cursor.value, attribute.type)))
        if value is not None:
            found[one.attribute] = Requirement(one.attribute, value, one.origin)
    if problems:
        raise LoadError(problems)
    return Profile(tuple(found[name] for name in sorted(found)))
