"""Collects the cases that paths name and decides them; what comes back are values, and nothing is printed.

A case is a profile with ``[expect]``, or a table ``[[case]]`` of a file that holds several. A profile without is none:
it is passed over where it lies in a folder, but a path under which no case stands at all is an error, so that nothing
is ever tested in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from llmrules.advisor import Advisor, Decision
from llmrules.check.cases.check import Mismatch, check, check_promises, read_case
from llmrules.errors import FileError, InputError, LoadError, Place, ProfileError, nearest, noting
from llmrules.language.profile import CASES, FILE_KEYS, Expectation, Profile, cases_in
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source, read_toml, toml_files

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.texts import Language


@frozen(eq=False)
class Case:
    """One case: the file that states it, or a table ``[[case]]`` of it, its requirements, and what it expects.

    ``choices`` are what is chosen beside the requirements, as in ``Advisor.decide``.
    """

    source: Source
    profile: Profile
    expect: Expectation
    choices: Mapping[str, Any] = field(factory=dict)

    @property
    def name(self) -> str:
        """The name of its file, with its number where several stand in it."""
        return self.source.called

    def title(self, language: Language) -> str:
        """Return its title on one line; without one there is nothing to say."""
        return " ".join(self.profile.title.read(language).split()) if self.profile.title is not None else ""

    def decide(self, advisor: Advisor) -> Decision:
        """Decide it."""
        return advisor.decide(self.profile, **self.choices, keep_promises=False)


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


def collect(
    paths: Iterable[str | Path],
    knowledge: Knowledge,
    *,
    choices: Mapping[str, Any] | None = None,
    broken: list[InputError] | None = None,
) -> tuple[Case, ...]:
    """Read the cases of files and of the ``*.toml`` files of folders, each once, in the order of the paths.

    A file is a case, or holds several, each in a table ``[[case]]``. ``choices`` are what is chosen beside the
    requirements. Raises LoadError with everything that is wrong with all of them; where ``broken`` is given, that is
    noted there, and the cases that can be read are returned.
    """
    problems: list[InputError] = []
    found: dict[Path, list[Case]] = {}
    for path in paths:
        files: list[Path] = []
        with noting(problems):
            files += toml_files([path])
        for file in files:
            if file not in found:
                found[file] = list(_read(file, knowledge, problems, choices or {}))
        if not any(found[file] for file in files) and not problems:
            hint = "a case is a profile with [expect]: what its decision must be"
            place = Place(files[0].as_posix() if len(files) == 1 else str(path))
            problems.append(FileError("holds no case", code="no-case", place=place, hint=hint))
    if broken is not None:
        broken += problems
    elif problems:
        raise LoadError(problems)
    return tuple(case for cases in found.values() for case in cases)


def _read(file: Path, knowledge: Knowledge, problems: list[InputError], choices: Mapping[str, Any]) -> Iterator[Case]:
    """Yield the cases of one file, and note what is wrong with the others."""
    parts: list[Source] = []
    with noting(problems):
        parts += cases_in(read_toml(file), problems)
    for part in parts:
        if "expect" not in part.data:
            _check_keys(part, problems)
            continue
        with noting(problems):
            profile = read_case(part, knowledge)
            if profile.expect is not None:
                yield Case(part, profile, profile.expect, choices)


def _check_keys(part: Source, problems: list[InputError]) -> None:
    """Note keys that no profile has in one that expects nothing, since one of them may be a misspelt ``expect``."""
    meant = any(nearest(key, ("expect", CASES)) for key in part.data if key not in FILE_KEYS)
    if part.at or meant or "requirements" in part.data:
        Cursor.top(part, ProfileError, problems).keys(FILE_KEYS if part.at else (*FILE_KEYS, CASES), what="a profile")


def expected_catalogs(paths: Iterable[str | Path]) -> list[str]:
    """Return the shipped catalogues of which the cases of files and folders say that they expect something.

    What is wrong with the files is left to ``collect``. Raises FileError where they name several: cases are run over
    one catalogue at a time.
    """
    named: set[str] = set()
    for path in paths:
        with suppress(FileError, LoadError):
            parts = (part for file in toml_files([path]) for part in cases_in(read_toml(file), []))
            expected = (part.data.get("expect") for part in parts)
            named |= {str(one["catalog"]) for one in expected if isinstance(one, dict) and "catalog" in one}
    if len(named) > 1:
        message = f"the cases name several catalogues, {', '.join(sorted(named))}: run those of one at a time"
        raise FileError(message, code="several-catalogues", place=Place("[expect]"), hint="--catalog NAME says which")
    return sorted(named)


def run(advisor: Advisor, cases: Iterable[Case]) -> tuple[Result, ...]:
    """Decide every case."""
    return tuple(run_case(advisor, case) for case in cases)


def run_case(advisor: Advisor, case: Case) -> Result:
    """Decide one case and compare the decision with what it expects, and with what the rules promise."""
    decision = case.decide(advisor)
    return Result(case, decision, (*check(decision, case.expect), *check_promises(decision)))
