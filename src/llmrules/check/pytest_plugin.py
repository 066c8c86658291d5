"""Runs cases under pytest: ``pytest --llmrules PATH`` collects each profile with ``[expect]`` as one test.

Every run of pytest in an environment that has llmrules loads it, so it imports nothing until it is asked to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.advisor import Advisor
    from llmrules.check.cases.run import Case, Result


class CaseFailed(Exception):  # noqa: N818 - what pytest shows is no error but a case that came out differently
    """A decision is not as its case expects."""

    def __init__(self, result: Result) -> None:
        """Keep the result, from which the failure is worded."""
        self.result = result
        super().__init__("; ".join(map(str, result.mismatches)))


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, advisor: Advisor, **parts: Any) -> None:  # noqa: ANN401 - pytest's own
        """Keep the case and what decides it."""
        super().__init__(**parts)
        self.case = case
        self.advisor = advisor

    def runtest(self) -> None:
        """Decide the case; one that is not as expected fails."""
        from llmrules.check.cases.run import run_case

        result = run_case(self.advisor, self.case)
        if not result.passed:
            raise CaseFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        """Return the difference between expected and found, with the chains of the models and rules concerned."""
        if not isinstance(excinfo.value, CaseFailed):
            return super().repr_failure(excinfo, style)
        from llmrules.check.cases.failure import failure_lines

        return "\n".join(map(str, failure_lines(excinfo.value.result, self.config.getoption("llmrules_lang"))))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the file and the name of the case."""
        return self.path, None, self.name


class CaseFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterator[CaseItem]:
        """Yield its cases."""
        advisor, cases = self.config.stash[_COLLECTED]
        for case in cases[self.path.resolve()]:
            name = case.title(self.config.getoption("llmrules_lang")) or Path(case.name).stem
            yield CaseItem.from_parent(self, name=name, case=case, advisor=advisor)


_COLLECTED: pytest.StashKey[tuple[Advisor, dict[Path, list[Case]]]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("llmrules", "cases of llmrules")
    several: dict[str, Any] = {"action": "append", "default": [], "metavar": "PATH"}
    which = "Run the cases of this file or folder as well; without PATH, those of the folder cases."
    group.addoption("--llmrules", **several, nargs="?", const="cases", help=which)
    group.addoption("--llmrules-rules", **several, help="A rule file or folder on top of the shipped ones.")
    group.addoption("--llmrules-catalog", **several, help="A catalogue file on top of the shipped one.")
    group.addoption("--llmrules-lang", choices=("en", "ko"), help="Language of what failures say.")


def pytest_configure(config: pytest.Config) -> None:
    """Read the cases that were asked for, and have their files collected."""
    paths = config.getoption("llmrules")
    if not paths:
        return
    from llmrules.advisor import Advisor
    from llmrules.check.cases.run import collect, expected_catalogs
    from llmrules.errors import LlmrulesError
    from llmrules.language.settings import Settings, discreet, for_folder

    settings = Settings()
    try:
        settings = for_folder(Path.cwd())
        catalog = [*settings.catalog, *map(Path, config.getoption("llmrules_catalog"))]
        advisor = Advisor.load(
            rules=[*settings.rules, *map(Path, config.getoption("llmrules_rules"))],
            catalog=catalog or expected_catalogs(paths),
            shipped_rules=settings.shipped_rules,
            shipped_catalog=settings.shipped_catalog,
            engine="plain",
        )
        cases = collect(paths, advisor.knowledge)
    except LlmrulesError as error:
        raise pytest.UsageError(*str(discreet(error, settings)).splitlines()) from None
    if config.option.llmrules_lang is None:
        config.option.llmrules_lang = settings.language or "en"
    files: dict[Path, list[Case]] = {}
    for case in cases:
        files.setdefault(Path(case.source.name).resolve(), []).append(case)
    config.stash[_COLLECTED] = advisor, files
    config.args += map(str, files)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """Collect a file that holds a case, and that was asked for."""
    if _COLLECTED not in parent.config.stash or file_path.resolve() not in parent.config.stash[_COLLECTED][1]:
        return None
    file: CaseFile = CaseFile.from_parent(parent, path=file_path)
    return file
