"""Findings about rules and catalogues before any run: what is wrong, doubtful or in vain, and where it stands.

It may miss something; what it reports is so. Nothing here decides a case for anybody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.check.lint.effects import check_hard_rules, check_soft_rules
from llmrules.check.lint.finding import CODES, Finding, Severity, found, from_error
from llmrules.check.lint.given import Given, gather
from llmrules.check.lint.rules import check_conditions, check_overlap
from llmrules.check.lint.survey import Survey
from llmrules.check.lint.texts import check_texts
from llmrules.check.lint.upkeep import check_attributes, check_dates, check_names
from llmrules.decision.knowledge import Knowledge, load_knowledge
from llmrules.errors import LoadError
from llmrules.language.settings import Settings, discreet
from llmrules.language.texts import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from llmrules.reading.files import Source

__all__ = ["CODES", "Finding", "Given", "Severity", "gather", "lint", "lint_files"]

CHECKS = (
    *(check_conditions, check_overlap, check_attributes, check_hard_rules, check_soft_rules),
    *(check_texts, check_dates, check_names),
)


def lint(
    knowledge: Knowledge,
    files: Iterable[Source] = (),
    *,
    today: date | None = None,
    languages: tuple[Language, ...] = LANGUAGES,
) -> tuple[Finding, ...]:
    """Return what is wrong or doubtful in rules and catalogue, in the order of files and lines.

    ``files`` are the sources that the knowledge was read from: with them, texts and names of claims, documents and
    models are checked as well. ``today`` is the day on which dates are looked at, ``languages`` those that every text
    has to have.
    """
    survey = Survey(knowledge, tuple(files), today or datetime.now(UTC).date(), languages)
    everything = [finding for check in CHECKS for finding in check(survey)]
    return ordered([*_heeding(survey, everything)])


def lint_files(given: Given, *, today: date | None = None, settings: Settings | None = None) -> tuple[Finding, ...]:
    """Return the findings about the named files; what keeps them from loading is a finding, too.

    Of files that ``settings`` name outside of their project no more is said than that they cannot be loaded.
    """
    try:
        knowledge = load_knowledge(given.rules, given.catalogues, given.failures)
    except LoadError as error:
        told = error if settings is None else discreet(error, settings)
        return ordered(from_error(one) for one in (told.errors if isinstance(told, LoadError) else error.errors))
    languages = LANGUAGES if settings is None else settings.languages
    findings = lint(knowledge, (*given.rules, *given.catalogues), today=today, languages=languages)
    return ordered(about for finding in findings if (about := _about(finding, given.names)) is not None)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of their places, without repetitions."""
    return tuple(sorted(dict.fromkeys(findings), key=_key))


def _key(finding: Finding) -> tuple[str, int, int, str, tuple[str, ...], str]:
    place = finding.place
    return (place.file, place.line or 0, place.column or 0, finding.code, finding.rules, finding.said())


def _about(finding: Finding, names: Collection[str]) -> Finding | None:
    """Return a finding that concerns one of the files, as one that stands there; None for every other."""
    places = (finding.place, *finding.others)
    for index, place in enumerate(places):
        if place.file in names:
            rules = finding.rules
            turned = (*rules[index : index + 1], *rules[:index], *rules[index + 1 :])
            return evolve(finding, place=place, others=(*places[:index], *places[index + 1 :]), rules=turned)
    return None


def _heeding(survey: Survey, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings that no rule ignores, and what rules ignore in vain."""
    wanted = {(rule.id, code): rule for rule in survey.active for code in rule.ignore}
    used = set()
    for finding in findings:
        hits = {(rule, finding.code) for rule in finding.rules} & wanted.keys()
        used |= hits
        if not hits:
            yield finding
    for (name, code), rule in wanted.items():
        if (name, code) not in used and name in survey.knowledge.ruleset.places:
            place = survey.place(rule, "ignore", code)
            if code in CODES:
                yield found("unused-ignore.gone", place, name, code=code)
            else:
                yield found("unused-ignore.none", place, name, severity="warning", code=code)
