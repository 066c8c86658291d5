"""What new rules or a new catalogue change in a corpus of cases: profiles, traces, or both.

A profile is decided under both; a trace brings its own old decision, and is decided again as of its date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.advisor import Decision
from llmrules.check.diff.attribute import MOST_REPLAYS
from llmrules.check.diff.compare import compare_decisions, replayed
from llmrules.check.diff.differences import differences
from llmrules.check.diff.outcome import outcome
from llmrules.check.diff.record import CORPUS_FORMAT, Corpus, Difference, Impact
from llmrules.check.diff.worlds import Prepared, worlds_between
from llmrules.errors import FileError, LoadError, Place
from llmrules.language.profile import Profile, Requirement, cases_in, read_profile
from llmrules.reading.files import files_in, read_json, read_toml
from llmrules.trace.given import CHOICES
from llmrules.trace.record import Trace
from llmrules.worlds.replay import known_approvals, read_requirements, replay_under, stated, with_defaults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from llmrules.advisor import Advisor
    from llmrules.check.diff.record import Effect
    from llmrules.decision.knowledge import Knowledge
    from llmrules.errors import InputError
    from llmrules.reading.files import Source
    from llmrules.trace.given import Given

_RANK: tuple[Effect, ...] = ("inert", "none", "open", "offset", "cause")


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
            yield from (profile_case(case, old, new) for case in cases)


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


def profile_case(source: Source, old: Advisor, new: Advisor) -> Case:
    """Decide a profile under both; it is read by the new vocabulary, and what the old one cannot say is left out."""
    profile = read_profile(source, new.knowledge.ruleset.vocabulary)
    before = _under(profile, old.knowledge)
    return Case(source.called, old.decide(before, keep_promises=False), new.decide(profile, keep_promises=False))


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
