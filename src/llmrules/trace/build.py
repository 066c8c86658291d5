"""Builds the trace of a decision: ``given`` once for an advisor, ``found`` from the firings and the judgement."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.catalog.restriction import Restriction
from llmrules.language.conditions import json_table
from llmrules.language.values import encode_fraction
from llmrules.trace.candidates import record_candidates, record_criteria
from llmrules.trace.case import record_case
from llmrules.trace.document import seal
from llmrules.trace.given import record_approvals, record_knowledge, record_requirements
from llmrules.trace.record import (
    FORMAT,
    Found,
    LeftOutRecord,
    MadeBy,
    OffersRecord,
    PlaceRecord,
    Result,
    RulePlace,
    StaleRecord,
    Trace,
    UnknownRecord,
)
from llmrules.trace.trials import record_trials

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.decision.ranking import Placed
    from llmrules.trace.record import Given


def build_trace(decision: Decision) -> Trace:
    """Return the complete record of a decision."""
    knowledge = decision.knowledge
    given = evolve(
        _fixed(knowledge),
        approvals=record_approvals((*knowledge.catalog.approvals, *decision.profile.approvals)),
        requirements=record_requirements(decision.profile, knowledge.ruleset.vocabulary),
        unknown=decision.policy,
        over=decision.over,
        only=None if decision.restriction.only is None else json_table(decision.restriction.only),
        among=decision.restriction.among,
        stale_after=decision.stale_after,
    )
    case = record_case(decision)
    found = Found(
        facts=case.facts,
        rules=case.rules,
        firings=case.firings,
        conflicts=case.conflicts,
        unread=case.unread,
        waits=case.waits,
        criteria=record_criteria(decision),
        contradictions=case.contradictions,
        candidates=record_candidates(decision),
        trials=record_trials(decision),
        result=Result(
            best=decision.best,
            refused=decision.refused,
            ranking=_places(decision.ranking),
            unverified=_places(decision.unverified),
            excluded=decision.standing.excluded,
            advice=decision.advice,
        ),
        left_out=_left_out(decision),
        unknowns=tuple(
            UnknownRecord(one.attribute, one.undecided, one.unscored, one.settles) for one in decision.unknowns
        ),
        stale=tuple(StaleRecord(one.source, one.date, one.values) for one in decision.stale),
    )
    made_by = _made_by(decision)
    return Trace(FORMAT, given, found, made_by, seal(given, found, made_by))


def _places(ranking: tuple[Placed, ...]) -> tuple[PlaceRecord, ...]:
    """Group a ranking by places, each with its margin to the next one."""
    places = sorted({placed.place for placed in ranking})
    points = {placed.place: placed.points for placed in ranking}
    return tuple(
        PlaceRecord(
            place=place,
            points=encode_fraction(points[place]),
            models=tuple(placed.model for placed in ranking if placed.place == place),
            margin=None if after is None else encode_fraction(points[place] - points[after]),
            offers=tuple(
                OffersRecord(placed.model, placed.offers)
                for placed in ranking
                if placed.place == place and placed.offers
            ),
        )
        for place, after in zip(places, [*places[1:], None], strict=False)
    )


def _left_out(decision: Decision) -> LeftOutRecord | None:
    """Record who was not judged; None where nothing restricts the decision."""
    if decision.restriction == Restriction():
        return None
    out = decision.left_out
    return LeftOutRecord(out.among, out.only, out.undecided, out.unmatched, out.disputed)


@lru_cache(maxsize=8)
def _fixed(knowledge: Knowledge) -> Given:
    """Return what stays the same from case to case."""
    return record_knowledge(knowledge.ruleset, knowledge.catalog)


def _made_by(decision: Decision) -> MadeBy:
    made = decision.made
    return MadeBy(
        llmrules=_version("llmrules") or "unknown",
        python=platform.python_version(),
        engine=made.engine,
        certified=made.certified,
        decided_at=made.decided_at,
        nanoseconds=made.nanoseconds,
        places=_rule_places(decision.knowledge),
        settings=made.settings,
        durable_rules=_version("durable-rules") if made.engine == "durable" else None,
    )


@lru_cache(maxsize=8)
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@lru_cache(maxsize=8)
def _rule_places(knowledge: Knowledge) -> tuple[RulePlace, ...]:
    places = [(rule.id, rule.cursor.place) for rule in knowledge.ruleset.rules.values() if rule.cursor is not None]
    return tuple(RulePlace(name, place.file, place.line or 0) for name, place in places)
