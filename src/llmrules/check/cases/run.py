"""Collects the cases that paths name and decides them; what comes back are values, and nothing is printed.

A case is a profile with ``[expect]``. A profile without is none: it is passed over where it lies in a folder, but a
path under which no case stands at all is an error, so that nothing is ever tested in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.advisor import Decision
from llmrules.check.cases.check import Mismatch, check, read_case
from llmrules.errors import FileError, InputError, LoadError, Place
from llmrules.language.profile import Expectation, Profile
from llmrules.reading.files import Source, read_toml, toml_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from llmrules.advisor import Advisor
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.texts import Language


@frozen(eq=False)
class Case:
    """One case: the file that states it, its requirements, and what it expects."""

    source: Source
    profile: Profile
    expect: Expectation

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.source.name

    def title(self, language: Language) -> str:
        """Return its title on one line; without one there is nothing to say."""
        return " ".join(self.profile.title.read(language).split()) if self.profile.title is not None else ""


@frozen(eq=False)
class Result:
    """One case as it came out: the decision, and every way in which it is not as expected."""

    case: Case
    decision: Decision = field(repr=False)
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Whether the decision is as expected."""
        return not self.mismatches


def collect(paths: Iterable[str | Path], knowledge: Knowledge) -> tuple[Case, ...]:
    """Read the cases of files and of the ``*.toml`` files of folders, each once, in the order of the paths.

    Raises LoadError with everything that is wrong with all of them.
    """
    problems: list[InputError] = []
    found: dict[Path, Case | None] = {}
    for path in paths:
        try:
            files = list(toml_files([path]))
        except FileError as error:
            problems.append(error)
            continue
        for file in files:
            if file not in found:
                found[file] = _read(file, knowledge, problems)
        if all(found[file] is None for file in files) and not problems:
            hint = "a case is a profile with [expect]: what its decision must be"
            place = Place(files[0].as_posix() if len(files) == 1 else str(path))
            problems.append(FileError("holds no case", code="no-case", place=place, hint=hint))
    if problems:
        raise LoadError(problems)
    return tuple(case for case in found.values() if case is not None)


def _read(file: Path, knowledge: Knowledge, problems: list[InputError]) -> Case | None:
    """Read one file; None for what is no case, and for what is broken after noting why."""
    try:
        source = read_toml(file)
        if "expect" not in source.data:
            return None
        profile = read_case(source, knowledge)
    except FileError as error:
        problems.append(error)
        return None
    except LoadError as error:
        problems += error.errors
        return None
    return Case(source, profile, profile.expect) if profile.expect is not None else None


def run(advisor: Advisor, cases: Iterable[Case]) -> tuple[Result, ...]:
    """Decide every case."""
    return tuple(run_case(advisor, case) for case in cases)


def run_case(advisor: Advisor, case: Case) -> Result:
    """Decide one case and compare the decision with what it expects."""
    decision = advisor.decide(case.profile)
    return Result(case, decision, check(decision, case.expect))
