"""Results as JUnit XML, which every CI system shows: one test case for each profile, grouped by folder."""

from __future__ import annotations

from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from llmrules.check.cases.failure import failure_lines
from llmrules.errors import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmrules.check.cases.run import Result
    from llmrules.language.texts import Language


def junit_xml(results: Sequence[Result], language: Language = "en") -> str:
    """Return the results as an XML document; a case that is not as expected is a failure with its whole text."""
    root = Element("testsuites", _counts(results), name="llmrules")
    for folder, group in groupby(results, key=lambda result: str(PurePath(result.case.name).parent)):
        members = list(group)
        suite = SubElement(root, "testsuite", _counts(members), name=printable(folder))
        for result in members:
            _add(suite, result, language)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(results: Sequence[Result]) -> dict[str, str]:
    failures = sum(not result.passed for result in results)
    return {"tests": str(len(results)), "failures": str(failures), "errors": "0", "time": _seconds(*results)}


def _seconds(*results: Result) -> str:
    """Return how long the decisions took."""
    total = sum(sum(result.decision.made.nanoseconds.values()) for result in results)
    return f"{total / 1e9:.6f}"


def _add(suite: Element, result: Result, language: Language) -> None:
    path = PurePath(result.case.name)
    attributes = {"classname": printable(str(path.parent)), "name": printable(result.case.title(language) or path.stem)}
    case = SubElement(suite, "testcase", attributes, file=printable(str(path)), time=_seconds(result))
    if not result.passed:
        said = "; ".join(map(str, result.mismatches))
        failure = SubElement(case, "failure", message=printable(said), type="expectation")
        failure.text = "\n".join(printable(str(line)) for line in failure_lines(result, language))
