"""Saved profiles decided anew on a later day: whose choice changes and by what, and whose breaks a promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.advisor import Advisor, Decision
from llmrules.decision.procedure import Promised
from llmrules.errors import FileError, InputError, LoadError, Place, noting
from llmrules.language.profile import Profile, read_profile
from llmrules.language.vocabulary import AS_OF, Vocabulary
from llmrules.reading.files import read_toml, toml_files
from llmrules.say.report.side_by_side import Apart, rules_apart
from llmrules.say.why import Judged
from llmrules.worlds.advice.document import plain
from llmrules.worlds.advice.firmness import ShelfLife

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from llmrules.language.rules.effects import Policy


@frozen(eq=False)
class Watched:
    """One profile as of its own day and as of a later one.

    ``life`` is the first day after its own on which another is first, by what is known today; it lies beyond the later
    day where the choice stays. ``reasons`` are the rules that say something else of those that lose or take the first
    place. ``broken`` are the promises that the decision on the later day does not keep.
    """

    file: str
    before: Decision
    after: Decision
    life: ShelfLife | None
    reasons: tuple[tuple[str, Apart], ...]
    broken: tuple[Promised, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether another is first on the later day."""
        return self.before.best != self.after.best

    def plain(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "file": self.file,
            "changes": self.changes,
            "as_of": [str(one.profile.as_of) for one in (self.before, self.after)],
            "best": [list(one.best) for one in (self.before, self.after)],
            "until": plain(self.life),
            "broken": {one.promise.id: plain(one.breaches) for one in self.broken},
            "reasons": [
                {"model": model, "rule": apart.rule, "outcomes": [one and one.outcome for one in apart.applied]}
                for model, apart in self.reasons
            ],
        }


def watch(advisor: Advisor, paths: Iterable[Path], day: date, *, unknown: Policy) -> tuple[Watched, ...]:
    """Decide the profiles of files and folders as of their own day and as of a later one.

    Files of folders that state no requirements are passed over. Raises LoadError with everything that is wrong.
    """
    problems: list[InputError] = []
    found: dict[str, Profile] = {}
    for path in paths:
        before = len(problems)
        read = dict(_profiles(path, advisor.knowledge.ruleset.vocabulary, problems))
        if not read and len(problems) == before:
            problems.append(FileError("holds no profile", code="no-case", place=Place(path.as_posix())))
        found |= read
    if problems:
        raise LoadError(problems)
    decisions = {name: advisor.decide(one, unknown=unknown, keep_promises=False) for name, one in found.items()}
    return tuple(_watched(name, decision, day) for name, decision in decisions.items())


def _profiles(path: Path, vocabulary: Vocabulary, problems: list[InputError]) -> Iterator[tuple[str, Profile]]:
    """Yield the profiles of a file or a folder, and note what is wrong with the others."""
    with noting(problems):
        for file in toml_files([path]):
            with noting(problems):
                source = read_toml(file)
                if "requirements" in source.data:
                    yield source.name, read_profile(source, vocabulary)


def _watched(file: str, before: Decision, day: date) -> Watched:
    after = before.what_if({AS_OF.name: max(day, before.profile.as_of.first)})
    reasons = tuple(parting_rules(before, after)) if before.best != after.best else ()
    broken = tuple(one for one in after.promises if one.breaches)
    return Watched(file, before, after, before.counsel.until, reasons, broken)


def parting_rules(before: Decision, after: Decision) -> Iterator[tuple[str, Apart]]:
    """Yield the rules that say something else of whoever loses or takes the first place, by the model.

    Where one is no longer out, or is out from then on, these are the hard ones: its points are of no concern. Of one
    that a side does not have, and of a rule that the later side does not have, there is nothing to say.
    """
    then, now = Judged(before.trace), Judged(after.trace)
    known, rules = {*then.names()} & {*now.names()}, {rule.id for rule in after.trace.given.rules}
    for model in dict.fromkeys((*before.best, *after.best)):
        if model in known and (model in before.best) != (model in after.best):
            one, other = then.standing(model), now.standing(model)
            checks = (*before.trace.checks(one), *after.trace.checks(other))
            hard = {check.rule for check in checks} if one.verdict != other.verdict else None
            parting = rules_apart(before.trace.applied(one), after.trace.applied(other))
            told = rules if hard is None else rules & hard
            yield from ((model, apart) for apart in parting if apart.rule in told)
