"""How a case is decided: its rules fire, what they say is applied to who is asked, and who stands is ranked.

And what was promised of every case: under which promises a decision falls, and what of them it does not keep.
"""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from time import perf_counter_ns
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from llmrules.catalog.candidates import bits, mask_of
from llmrules.catalog.restriction import Restriction, leave_out
from llmrules.decision.decision import Decision, Made
from llmrules.decision.judgement import NOBODY, OVER, Standing, judge
from llmrules.engine.firing import derive
from llmrules.errors import LoadError, show
from llmrules.language.profile import check_approvals
from llmrules.language.rules.effects import UNKNOWN_POLICIES
from llmrules.language.rules.rule import Event, Promise, Tested
from llmrules.language.sources import STALE_AFTER
from llmrules.language.values import LARGEST_INTEGER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.decision.judgement import Over
    from llmrules.decision.knowledge import Knowledge
    from llmrules.engine.firing import Engines
    from llmrules.errors import InputError
    from llmrules.language.conditions import Facts
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
    if knowledge.catalog.as_of is not None:
        profile = profile.on(knowledge.catalog.as_of)
    facts = knowledge.ruleset.vocabulary.known(profile.facts())
    fired = engines.fire(facts)
    begun = perf_counter_ns()
    derivation = derive(knowledge.program, facts, fired.places)
    approvals = _approvals(profile, knowledge, derivation.facts)
    criteria = knowledge.criteria_on(profile.as_of.first).on(derivation.facts)
    unjudged = leave_out(asked, criteria.candidates)
    kept = criteria.everyone & ~unjudged.everyone
    approved = _approved(approvals, criteria.candidates.masks) if approvals else NOBODY
    judgement = judge(criteria, derivation.fired, derivation.facts, unknown, approved, kept=kept)
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


def _approvals(profile: Profile, knowledge: Knowledge, facts: Facts) -> tuple[Approval, ...]:
    """Return the approvals that count on the day of the decision. Raises LoadError for those of nothing."""
    if profile.approvals:
        problems: list[InputError] = []
        check_approvals(profile.approvals, knowledge.ruleset.rules, knowledge.catalog.models.keys(), problems)
        if problems:
            raise LoadError(problems)
    given, rules = {*knowledge.catalog.approvals, *profile.approvals}, knowledge.ruleset.rules
    known = (one for one in given if one.rule in rules)  # a forged trace may approve what is nowhere
    its = (one for one in known if one.holds(profile.as_of) and rules[one.rule].accepts(one.by, facts))
    return tuple(sorted(its, key=lambda one: one.order))


def _approved(approvals: Iterable[Approval], models: Mapping[str, int]) -> dict[str, int]:
    """Return the mask of the candidates that are approved, for each rule that asks for it."""
    masks: dict[str, int] = {}
    for approval in approvals:
        masks[approval.rule] = masks.get(approval.rule, 0) | models.get(approval.model, 0)
    return masks


@frozen
class Breach:
    """What of a promise a decision does not keep, and of which candidates, requirements or rules."""

    kind: Tested | Event | Literal["always"]
    names: tuple[str, ...]

    def __str__(self) -> str:
        """Return both."""
        return f"{self.kind}: {', '.join(self.names) or '-'}"


@frozen
class Promised:
    """A promise that a decision falls under; ``breaches`` is empty where it is kept."""

    promise: Promise
    breaches: tuple[Breach, ...]


def promised(decision: Decision) -> tuple[Promised, ...]:
    """Return the promises that a decision falls under, by id."""
    return tuple(Promised(one, tuple(_breaches(one, decision))) for one in _met(decision))


def broken_promises(decision: Decision) -> dict[str, str]:
    """Return the promises that a decision does not keep, by id, each with what of it."""
    broken = {one.id: its for one in _met(decision) if (its := (*_breaches(one, decision),))}
    return {name: f"{name} ({'; '.join(map(str, its))})" for name, its in broken.items()}


def _met(decision: Decision) -> list[Promise]:
    """Return the promises whose conditions a decision meets, by id; of most nothing has to be looked at."""
    asked = decision.knowledge.ruleset.promises_by
    known = (asked[name] for name in ("", *decision.derivation.facts) if name in asked)
    return sorted((one for some in known for one in some if meets(one, decision)), key=attrgetter("id"))


def meets(promise: Promise, decision: Decision) -> bool:
    """Return whether a decision meets the conditions of a promise; what the promise refers to is known then."""
    facts = decision.derivation.facts
    return promise.needed <= facts.keys() and promise.when.holds(facts)


def breaches(promise: Promise, decision: Decision) -> tuple[Breach, ...]:
    """Return what of a promise a decision does not keep; nothing where it does not meet its conditions."""
    return tuple(_breaches(promise, decision)) if meets(promise, decision) else ()


def _breaches(promise: Promise, decision: Decision) -> Iterator[Breach]:
    facts, candidates = decision.derivation.facts, decision.candidates
    if promise.always is not None and not promise.always.holds(facts):
        yield Breach("always", tuple(sorted({leaf.attribute.name for leaf in promise.always.all_leaves()})))
    eligible = decision.judgement.eligible
    for kind, table in promise.tested.items():
        kept = promise.settled.get(kind)
        true, _ = candidates.table(table, facts) if kept is None else candidates.settled(table, facts, kept)
        if kind == "some":
            if not eligible & true:
                yield Breach(kind, ())
        elif failing := (eligible if kind == "every" else _first(decision)) & ~true:
            yield Breach(kind, tuple(candidates.rows[index].name for index in bits(failing)))
    if "refused" in promise.never and decision.refused:
        yield Breach("refused", decision.refused)
    if "conflict" in promise.never and decision.conflicts:
        yield Breach("conflict", tuple(one.attribute for one in decision.conflicts))


def _first(decision: Decision) -> int:
    """Return the candidates that earn the first place; none where the case is refused."""
    places = {} if decision.refused else decision.ranking.carriers
    return mask_of([index for index, place in places.items() if place == 1])
