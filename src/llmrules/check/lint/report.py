"""Findings as text, JSON, SARIF 2.1.0 and annotations of GitHub: functions of the same records; and their pages."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import quote

from llmrules import __version__
from llmrules.check.lint.finding import CODES, SEVERITIES, Finding, Severity
from llmrules.errors import Place, printable
from llmrules.say.teller import Sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmrules.language.texts import Language, Text

Record: TypeAlias = dict[str, Any]
Level: TypeAlias = Literal["error", "warning", "notice"]

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_GITHUB: dict[Severity, Level] = {"error": "error", "warning": "warning", "note": "notice"}


def as_text(findings: Sequence[Finding], language: Language = "en") -> str:
    """Return findings as compilers print them: place, severity, code and sentence, then what to do.

    Where several have one page of the docs, the first names it.
    """
    say = Sentences(language)
    hint, also, read = say("hint"), say("see-also"), say("read")
    lines = []
    named: set[str] = set()
    for finding in findings:
        severity = say(f"severity.{finding.severity}")
        lines.append(f"{finding.place}: {severity}[{finding.code}]: {finding.said(language)}")
        lines += finding.place.excerpt()
        if finding.advised(language):
            lines.append(f"    {hint}: {finding.advised(language)}")
        lines += [f"    {also}: {place}" for place in finding.others]
        if finding.page and finding.page not in named:
            lines.append(f"    {read}: {finding.page}")
            named.add(finding.page)
    lines.append(count(findings, language))
    return "\n".join(map(printable, lines))


def count(findings: Sequence[Finding], language: Language = "en") -> str:
    """Return how many findings there are of each severity."""
    say, counts = Sentences(language), Counter(finding.severity for finding in findings)
    said = [say(f"counted.{name}", count=counts[name]) for name in SEVERITIES if counts[name]]
    return ", ".join(said) or say("no-findings")


def as_json(findings: Sequence[Finding]) -> str:
    """Return findings as a JSON array, with sentences in both languages."""
    return json.dumps([_record(finding) for finding in findings], ensure_ascii=False, indent=2)


def _record(finding: Finding) -> Record:
    record: Record = {
        "code": finding.code,
        "severity": finding.severity,
        **_place(finding.place),
        "rules": list(finding.rules),
        "sentence": _both(finding.sentence),
    }
    if finding.hint is not None:
        record["hint"] = _both(finding.hint)
    record["others"] = [_place(place) for place in finding.others]
    if finding.page:
        record["page"] = finding.page
    return record


def _both(text: Text) -> Record:
    return {"en": text.read("en"), "ko": text.read("ko")}


def _place(place: Place) -> Record:
    return {"file": place.file, "line": place.line, "column": place.column, "key": place.key}


def as_sarif(findings: Sequence[Finding], language: Language = "en") -> str:
    """Return findings as one run in SARIF 2.1.0, for code scanning."""
    codes = sorted({*CODES, *(finding.code for finding in findings)})
    rules = [_rule(code, language) for code in codes]
    run = {
        "tool": {"driver": {"name": "llmrules", "rules": rules, "version": __version__}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code), language) for finding in findings],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(code: str, language: Language) -> Record:
    """Return a code as SARIF describes its rules; an error of loading has no more than its code."""
    record: Record = {"id": code, "defaultConfiguration": {"level": "error"}}
    if code in CODES:
        record["shortDescription"] = {"text": Sentences(language)(f"code.{code}")}
        record["help"] = {"text": page(code), "markdown": page(code)}
        record["defaultConfiguration"] = {"level": CODES[code]}
    return record


def _result(finding: Finding, index: int, language: Language) -> Record:
    advised = finding.advised(language)
    said = finding.said(language)
    record: Record = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": f"{said} ({advised})" if advised else said},
        "locations": [_location(finding.place)],
    }
    if finding.others:
        record["relatedLocations"] = [_location(place) | {"id": number} for number, place in enumerate(finding.others)]
    return record


def _location(place: Place) -> Record:
    physical: Record = {"artifactLocation": {"uri": quote(place.file)}}
    if place.line is not None:
        physical["region"] = {"startLine": place.line, "startColumn": place.column or 1}
    return {"physicalLocation": physical}


def as_github(findings: Sequence[Finding], language: Language = "en") -> str:
    """Return findings as workflow commands, which GitHub shows beside the lines of a pull request."""
    told = [(one, filter(None, (one.said(language), one.advised(language), one.page))) for one in findings]
    return "\n".join(annotation(_GITHUB[one.severity], one.place, one.code, "\n".join(parts)) for one, parts in told)


def annotation(level: Level, place: Place, title: str, message: str) -> str:
    """Return the command by which GitHub shows a message of any number of lines at a place, beside a pull request."""
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": title}
    shown = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items() if value is not None)
    return f"::{level} {shown}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """Escape what a workflow command would end at."""
    for mark in ("%", "\r", "\n", *more):
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text


def page(code: str) -> str:
    """Return the page of a finding: what to avoid, what to prefer, and why.

    Where the pages were not installed it is what the table of codes says.
    """
    package = Path(__file__).resolve().parent.parent.parent
    # An installed package brings a copy; an editable one is used where it stands, as the rules are.
    for folder in (package / "data" / "findings", package.parent.parent / "docs" / "findings"):
        path = folder / f"{code}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return f"# {code}\n\n{Sentences('en')(f'code.{code}')}\n"
