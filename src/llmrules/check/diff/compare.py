"""Compares two decisions: what they were given differently, what was found differently, and what caused it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs import evolve

from llmrules.advisor import Decision
from llmrules.check.diff.attribute import MOST_REPLAYS, attribute
from llmrules.check.diff.differences import differences
from llmrules.check.diff.outcome import outcome
from llmrules.check.diff.record import FORMAT, REPLAY_FORMAT, Comparison, Replay, Side
from llmrules.check.diff.worlds import worlds_between
from llmrules.errors import Place, TraceError
from llmrules.language.vocabulary import AS_OF
from llmrules.trace.codec import plain
from llmrules.worlds.replay import replay, replay_under

if TYPE_CHECKING:
    from llmrules.advisor import Advisor
    from llmrules.check.diff.outcome import Outcome
    from llmrules.check.diff.worlds import Prepared
    from llmrules.trace.record import Trace


def compare(old: Trace, new: Trace, *, most: int = MOST_REPLAYS, names: tuple[str, str] = ("old", "new")) -> Comparison:
    """Compare two traces; both are decided again from what they were given, and must hold what follows from it.

    ``most`` bounds the replays that attribution takes; ``names`` are what messages call the traces. Raises LoadError
    or TraceError.
    """
    return compare_decisions(replayed(old, name=names[0]), replayed(new, name=names[1]), most=most)


def compare_decisions(
    old: Decision, new: Decision, *, most: int = MOST_REPLAYS, prepared: Prepared | None = None
) -> Comparison:
    """Compare two decisions. ``prepared`` is shared by cases that have the same rules and catalogues."""
    before, after = old.trace, new.trace
    worlds = worlds_between(before.given, after.given, prepared)
    outcomes = [outcome(decision, worlds.several) for decision in (old, new)]
    found = attribute(worlds, *outcomes, most=most)
    return Comparison(
        format=FORMAT,
        old=_side(before, outcomes[0]),
        new=_side(after, outcomes[1]),
        differences=tuple(
            evolve(one, effect=found.effects.get(one.id, "inert")) for one in differences(before.given, after.given)
        ),
        changes=found.changes,
        derivation=tuple(
            field.name
            for field in attrs.fields(type(before.found))
            if getattr(before.found, field.name) != getattr(after.found, field.name)
        ),
        replays=found.replays,
        open=found.open,
    )


def decide_again(trace: Trace, advisor: Advisor | None = None, *, name: str = "trace") -> tuple[Replay, Decision]:
    """Decide a trace again as of its date: from what it was given alone, or under an advisor's rules and catalogue.

    Raises LoadError or TraceError.
    """
    as_of = next((str(one.value) for one in trace.given.requirements if one.attribute == AS_OF.name), "")
    if advisor is not None:
        decision = Decision.of(replay_under(trace.given, advisor.knowledge, name=name))
        comparison = compare_decisions(replayed(trace, name=name), decision)
        return Replay(REPLAY_FORMAT, as_of, comparison.same, comparison=comparison), decision
    decision = Decision.of(replay(trace.given, name=name))
    first = _first_difference(trace, decision)
    return Replay(REPLAY_FORMAT, as_of, first is None, first), decision


def replayed(trace: Trace, *, name: str) -> Decision:
    """Decide again from what a trace was given. Raises TraceError where the trace says that something else follows."""
    decision = Decision.of(replay(trace.given, name=name))
    pointer = _first_difference(trace, decision)
    if pointer is not None:
        message = "does not follow from what the trace was given: it was changed, or another program made it"
        hint = "llmrules verify says what is wrong"
        raise TraceError(message, code="does-not-follow", place=Place(name, key=pointer), hint=hint)
    return decision


def _first_difference(trace: Trace, decision: Decision) -> str | None:
    """Return a JSON pointer to the first thing that a trace found and that does not follow, or None."""
    found, again = trace.found, decision.trace.found
    return None if found == again else _pointer(plain(found), plain(again), "/found")


def _pointer(one: Any, other: Any, path: str) -> str:  # noqa: ANN401 - plain JSON
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                return _pointer(one.get(key), other.get(key), f"{path}/{key}")
    if isinstance(one, list) and isinstance(other, list):
        for index, (left, right) in enumerate(zip(one, other, strict=False)):
            if left != right:
                return _pointer(left, right, f"{path}/{index}")
        return f"{path}/{min(len(one), len(other))}"
    return path


def _side(trace: Trace, found: Outcome) -> Side:
    best = found.get(("choice", "", ""), ())
    return Side(trace.digests.given, trace.digests.found, best if isinstance(best, tuple) else ())
