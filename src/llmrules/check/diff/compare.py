"""Compares two decisions: what they were given differently, what was found differently, and what caused it.

Of a corpus of cases, each is compared with itself under new rules or a new catalogue: a profile is decided under both;
a trace brings its own old decision, and is decided again as of its date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs import evolve, frozen

from llmrules.advisor import Advisor, Decision
from llmrules.check.diff.attribute import MOST_REPLAYS, attribute
from llmrules.check.diff.differences import differences
from llmrules.check.diff.outcome import Outcome, outcome
from llmrules.check.diff.record import (
    CORPUS_FORMAT,
    FORMAT,
    REPLAY_FORMAT,
    Comparison,
    Corpus,
    Difference,
    Impact,
    Replay,
    Side,
)
from llmrules.check.diff.worlds import Prepared, worlds_between
from llmrules.errors import FileError, InputError, LoadError, Place, TraceError
from llmrules.language.profile import Profile, Requirement, cases_in, read_profile
from llmrules.language.vocabulary import AS_OF
from llmrules.reading.files import files_in, read_json, read_toml
from llmrules.trace.codec import plain
from llmrules.trace.given import CHOICES, Given
from llmrules.trace.record import Trace
from llmrules.worlds.replay import known_approvals, read_requirements, replay, replay_under, stated, with_defaults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from llmrules.check.diff.record import Effect
    from llmrules.decision.knowledge import Knowledge

_RANK: tuple[Effect, ...] = ("inert", "none", "open", "offset", "cause")


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
        message = "does not follow from what the trace was given: a fault of ours, or another program made it"
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


# A corpus


@frozen(eq=False)
class Case:
    """One case, decided under the old rules and catalogue and under the new ones."""

    name: str
    old: Decision
    new: Decision


def compare_corpus(cases: Iterable[Case], *, most: int = MOST_REPLAYS) -> tuple[Corpus, tuple[Given, ...]]:
    """Compare each case with itself; the rules and catalogues that cases share are compiled once.

    Returns with it each pair of rules and catalogues, old and new, in which what it names is declared.
    """
    givens: list[Given] = []
    prepared: dict[tuple[str, ...], Prepared] = {}
    found: dict[str, Difference] = {}
    impacts: list[Impact] = []
    unchanged: list[str] = []
    for case in cases:
        pair = (*_knowledge_digests(case.old), *_knowledge_digests(case.new))
        if pair not in prepared:
            prepared[pair] = Prepared()
            givens += (case.old.trace.given, case.new.trace.given)
            _add(found, _at_rest(case.old.trace.given, case.new.trace.given))
        if outcome(case.old) == outcome(case.new):
            unchanged.append(case.name)
            continue
        comparison = compare_decisions(case.old, case.new, most=most, prepared=prepared[pair])
        _add(found, comparison.differences)
        impacts.append(Impact(case.name, comparison))
    return Corpus(CORPUS_FORMAT, tuple(found.values()), tuple(impacts), tuple(unchanged)), tuple(givens)


def _knowledge_digests(decision: Decision) -> tuple[str, ...]:
    parts = decision.trace.digests.parts
    return tuple(digest for name, digest in sorted(parts.items()) if name not in {"requirements", *CHOICES})


def _at_rest(old: Given, new: Given) -> Iterator[Difference]:
    """Yield the differences of rules and catalogues before any case has shown what they do."""
    effective = worlds_between(old, new).effective
    for one in differences(old, new):
        yield evolve(one, effect="none" if one.id in effective else "inert")


def _add(found: dict[str, Difference], more: Iterable[Difference]) -> None:
    """Keep what differs in rules and catalogues, each with the most that it does to any case."""
    for one in more:
        if one.kind not in {"requirement", "policy"}:
            known = found.setdefault(one.id, one)
            if _RANK.index(one.effect) > _RANK.index(known.effect):
                found[one.id] = evolve(known, effect=one.effect)


def read_cases(paths: Iterable[Path], old: Advisor, new: Advisor) -> Iterator[Case]:
    """Yield the cases of files and folders: profiles (TOML or JSON) and traces. Raises FileError or LoadError."""
    for path in case_files(paths):
        source = read_json(path) if path.suffix == ".json" else read_toml(path)
        name = path.as_posix()
        if str(source.data.get("format", "")).startswith("llmrules.trace"):
            trace = Trace.parse(source.data, source.name)
            yield Case(
                name, replayed(trace, name=name), Decision.of(replay_under(trace.given, new.knowledge, name=name))
            )
        else:
            problems: list[InputError] = []
            cases = cases_in(source, problems)
            if problems:
                raise LoadError(problems)
            for case in cases:  # read by the new vocabulary, and what the old one cannot say is left out
                profile = read_profile(case, new.knowledge.ruleset.vocabulary)
                before = old.decide(_under(profile, old.knowledge), keep_promises=False)
                yield Case(case.called, before, new.decide(profile, keep_promises=False))


def case_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that paths name: a folder stands for its ``*.toml`` and ``*.json`` files. Raises FileError."""
    found: list[Path] = []
    for path in paths:
        inside = files_in(path, ".toml", ".json") if path.is_dir() else [path]
        if not inside:
            message = "holds no profile and no trace"
            raise FileError(message, code="empty-folder", place=Place(path.as_posix()))
        found += inside
    return list(dict.fromkeys(found))


def _under(profile: Profile, knowledge: Knowledge) -> Profile:
    """Return what of a profile can be stated under other rules and models, as of the same date."""
    other = knowledge.ruleset.vocabulary
    said: list[Requirement] = []
    for one in stated(profile.requirements):
        try:
            said += read_requirements((one,), other, name="profile").requirements
        except LoadError:
            continue
    approvals = known_approvals(profile.approvals, knowledge)
    return with_defaults(Profile(tuple(said), profile.title, profile.story, approvals=approvals), other)
