"""How a case is decided: its rules fire, what they say is applied to who is asked, and who stands is ranked."""

from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter_ns
from typing import TYPE_CHECKING

from llmrules.catalog.restriction import Restriction, leave_out
from llmrules.decision.decision import Decision, Made
from llmrules.decision.judgement import NOBODY, OVER, Standing, judge
from llmrules.engine.firing import derive
from llmrules.errors import LoadError, show
from llmrules.language.profile import check_approvals
from llmrules.language.rules.effects import UNKNOWN_POLICIES
from llmrules.language.sources import STALE_AFTER
from llmrules.language.values import LARGEST_INTEGER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.decision.judgement import Over
    from llmrules.decision.knowledge import Knowledge
    from llmrules.engine.firing import Engines
    from llmrules.errors import InputError
    from llmrules.language.profile import Approval, Profile
    from llmrules.language.rules.effects import Policy


def decide(
    knowledge: Knowledge,
    engines: Engines,
    profile: Profile,
    *,
    unknown: Policy = "apart",
    over: Over = "models",
    restriction: Restriction | None = None,
    stale_after: int = STALE_AFTER,
    settings: str | None = None,
) -> Decision:
    """Decide a case. ``engines`` are those of the program of this knowledge; the rest is as in ``Advisor.decide``."""
    _check_choice("unknown", unknown, UNKNOWN_POLICIES)
    _check_choice("over", over, OVER)
    if type(stale_after) is not int or not 1 <= stale_after <= LARGEST_INTEGER:
        message = f"stale_after must be a whole number of days from 1 to {LARGEST_INTEGER}, not {show(stale_after)}"
        raise ValueError(message)
    asked = Restriction() if restriction is None else restriction
    facts = profile.facts()
    fired = engines.fire(facts)
    begun = perf_counter_ns()
    derivation = derive(knowledge.program, facts, fired.places)
    rules = knowledge.program.rules
    approvals = _approvals(profile, knowledge)
    criteria = knowledge.criteria_on(profile.as_of.first).on(derivation.facts)
    unjudged = leave_out(asked, criteria.candidates)
    names, kept = sorted(rules[place].id for place in fired.places), criteria.everyone & ~unjudged.everyone
    approved = _approved(approvals, criteria.candidates.masks) if approvals else NOBODY
    judgement = judge(criteria, names, derivation.facts, unknown, approved, kept=kept)
    standing = Standing(criteria, judgement, over)
    judging = perf_counter_ns() - begun
    return Decision(
        knowledge=knowledge,
        profile=profile,
        policy=unknown,
        derivation=derivation,
        criteria=criteria,
        judgement=judgement,
        standing=standing,
        approvals=approvals,
        made=Made(
            engine=engines.name,
            certified=engines.certified,
            decided_at=datetime.now(UTC).isoformat(timespec="seconds"),
            nanoseconds={"fire": fired.firing, "certify": fired.certifying, "judge": judging},
            settings=settings,
        ),
        over=over,
        restriction=asked,
        unjudged=unjudged,
        stale_after=stale_after,
    )


def _check_choice(name: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        message = f"{name} must be one of {', '.join(allowed)}, not {value!r}"
        raise ValueError(message)


def _approvals(profile: Profile, knowledge: Knowledge) -> tuple[Approval, ...]:
    """Return the approvals that are in force on the day of the decision. Raises LoadError for those of nothing."""
    if profile.approvals:
        problems: list[InputError] = []
        check_approvals(profile.approvals, knowledge.ruleset.rules, knowledge.catalog.models.keys(), problems)
        if problems:
            raise LoadError(problems)
    given = {*knowledge.catalog.approvals, *profile.approvals}
    return tuple(sorted((one for one in given if one.holds(profile.as_of)), key=lambda one: one.order))


def _approved(approvals: Iterable[Approval], models: Mapping[str, int]) -> dict[str, int]:
    """Return the mask of the candidates that are approved, for each rule that asks for it."""
    masks: dict[str, int] = {}
    for approval in approvals:
        masks[approval.rule] = masks.get(approval.rule, 0) | models.get(approval.model, 0)
    return masks
