"""How firm the first place of a decision is: with which values of what is stated it stays, and until when.

Every end is exact over what is known: the first place is decided again beside each value at which it may turn.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import floor
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog.candidates import bits
from llmrules.language.values import Period, Value
from llmrules.language.vocabulary import AS_OF, ORDERED
from llmrules.worlds.advice.bands import order
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.changes import Stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from llmrules.decision.decision import Decision
    from llmrules.language.profile import Requirement
    from llmrules.worlds.advice.bands import Answers
    from llmrules.worlds.world import World


@frozen
class Stays:
    """The values of a stated requirement, all else alike, with which the first place stays, around the stated one.

    Of an ordered one they lie between ``low`` and ``high`` (None: without end), which belong to them or not, and
    ``others`` is empty; of any other they are ``others``. Where it is not ``exact``, further values may change it.
    """

    attribute: str
    low: Value | None = None
    high: Value | None = None
    low_included: bool = True
    high_included: bool = True
    others: tuple[Value, ...] = ()
    exact: bool = True


@frozen
class ShelfLife:
    """The first day on which the first place is another one by what is known today, and what brings it about.

    ``begin`` and ``end`` are rules that fire from then on and no longer; ``excluded`` are the rules that then exclude
    each model that was first. ``values``, by model, offer and attribute, are those of whoever is first before or from
    then on that take force on that day.
    """

    day: date
    first: tuple[str, ...]
    begin: tuple[str, ...]
    end: tuple[str, ...]
    excluded: tuple[tuple[str, tuple[str, ...]], ...]
    values: tuple[tuple[str, str | None, str], ...] = ()


@frozen
class Firmness:
    """With which values of each stated requirement the first place stays, and until which day.

    ``until`` is None where nothing that is known today changes it.
    """

    first: tuple[str, ...]
    requirements: tuple[Stays, ...]
    until: ShelfLife | None


def firmness(world: World, outlooks: Outlooks | None = None) -> Firmness | None:
    """Return how firm the first place of a case is; None where nobody is first.

    ``outlooks`` are those of the world, if there are any yet.
    """
    outlooks = outlooks or Outlooks(world)
    best = outlooks.decision.best
    if not best:
        return None
    return Firmness(tuple(best), tuple(requirements_stay(outlooks)), shelf_life(world, outlooks))


def requirements_stay(outlooks: Outlooks) -> Iterator[Stays]:
    """Yield with which values of each stated requirement the first place stays."""
    world, first = outlooks.world, outlooks.of().first
    bands = outlooks.bands()
    for one in world.profile.requirements:
        attribute = world.knowledge.ruleset.vocabulary[one.attribute]
        if one.origin != "stated" or one.attribute == AS_OF.name or attribute.many:
            continue
        answers = bands.answers(attribute)

        def stays(value: Value, name: str = one.attribute) -> bool:
            return outlooks.of(Stated(name, value)).first == first

        if attribute.type not in ORDERED:
            others = tuple(value for value in answers.values if value != one.value and stays(value))
            yield Stays(one.attribute, others=others, exact=answers.exact)
            continue
        places = {value: order(attribute, value) for value in answers.values}
        ordered, here = sorted(places, key=places.__getitem__), order(attribute, one.value)
        below = [value for value in ordered if places[value] < here][::-1]
        above = [value for value in ordered if places[value] > here]
        low, low_included = _end(one, below, stays, answers)
        high, high_included = _end(one, above, stays, answers)
        yield Stays(one.attribute, low, high, low_included, high_included, (), answers.exact)


def _end(
    stated: Requirement, beyond: Sequence[Value], stays: Callable[[Value], bool], answers: Answers
) -> tuple[Value | None, bool]:
    """Return the last value into one direction with which the first place stays, and whether it belongs to them.

    Values that are no cuts stand for all between the cuts beside them; of days and choices each is one by itself.
    Where it turns at no decimal number, the end is the integer before that, or the stated value if that is nearer.
    """
    last = safe = stated.value
    for value in beyond:
        if not stays(value):
            if isinstance(value, int | Decimal) and isinstance(last, int | Decimal):
                inside = floor(min(last, value)) in answers.turning
                return (safe, True) if inside else (value, False) if value in answers.cuts else (last, True)
            return last, True
        if value in answers.cuts:
            safe = value
        last = value
    return None, False


def shelf_life(world: World, outlooks: Outlooks | None = None) -> ShelfLife | None:
    """Return the first later day on which the first place is another one; None if there is none.

    ``outlooks`` are those of the world, if there are any yet.
    """
    outlooks = outlooks or Outlooks(world)
    decision = outlooks.decision
    for when in _days(world, outlooks):
        turned = Stated(AS_OF.name, Period(when, when, when.isoformat()))
        first = outlooks.of(turned).first
        if first != decision.best:
            return _life(when, first, outlooks, turned)
    return None


def _life(when: date, first: tuple[str, ...], outlooks: Outlooks, turned: Stated) -> ShelfLife:
    decision = outlooks.decision
    after, judgement = outlooks.judged(turned)
    if judgement is None:
        return ShelfLife(when, first, (), (), ())
    before, masks = {*decision.fired}, decision.candidates.masks
    standing = judgement.eligible | judgement.unverified
    out = [name for name in decision.best if masks[name] & judgement.excluded and not masks[name] & standing]
    by = [(one.criterion.rule.id, one.excluding) for one in judgement.checks]
    excluded = tuple((name, tuple(rule for rule, its in by if its & masks[name])) for name in out)
    values = tuple(_begun({*decision.best, *first}, decision, when))
    return ShelfLife(when, first, tuple(sorted(after - before)), tuple(sorted(before - after)), excluded, values)


def _begun(names: set[str], decision: Decision, when: date) -> Iterator[tuple[str, str | None, str]]:
    """Yield the values of some models, or of the models of offers, that take the place of others on a day."""
    rows, masks = decision.candidates.rows, decision.candidates.masks
    for name in sorted({rows[index].model.id for one in names for index in bits(masks[one])}):
        model = decision.knowledge.catalog.models[name]
        for offer, entries in ((None, model.entries), *((one.id, one.entries) for one in model.offers)):
            for attribute, entry in entries.items():
                if any(dated.since.first == when for dated in entry.dated):
                    yield name, offer, attribute


def _days(world: World, outlooks: Outlooks) -> list[date]:
    """Return the later days on which something begins or ends, by what is known today, of who may be first then."""
    knowledge, today = world.knowledge, world.profile.as_of.first
    turns = [turn for turn in knowledge.turning_days if turn > today]
    days = {*turns, *outlooks.bands(today).turning_days(outlooks.contending(AS_OF.name))}
    for when in turns:  # from then on anybody may have other values
        days |= outlooks.bands(when).turning_days()
    return sorted(day for day in days if day > today)
