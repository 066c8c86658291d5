"""Checks of dates: sources and rules that somebody was to look at again by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.check.lint.finding import Finding, found
from llmrules.errors import Place
from llmrules.language.sources import Document
from llmrules.language.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.check.lint.survey import Survey


def _dated_ahead(survey: Survey) -> Iterator[Finding]:
    """Yield documents that are of a day to come: nobody can have read them."""
    for name, citable in survey.knowledge.ruleset.citable.items():
        if isinstance(citable, Document) and citable.date.first > survey.today:
            yield found(
                "future-source",
                _document_place(survey, name, "date"),
                Text(
                    f"{name} is dated {citable.date}, after today",
                    f"{name}의 날짜 {citable.date}은(는) 오늘 이후입니다",
                ),
                hint=Text("look at the year", "연도를 확인하세요"),
            )


def check_dates(survey: Survey) -> Iterator[Finding]:
    """Yield documents of a day to come or due and not checked since, and rules whose review is due."""
    yield from _dated_ahead(survey)
    for name, citable in survey.knowledge.ruleset.citable.items():
        if not isinstance(citable, Document) or citable.review_by is None or citable.review_by.last >= survey.today:
            continue
        due, checked = citable.review_by, citable.checked
        if checked is not None and checked.last >= due.last:
            continue
        since = f", and was last checked on {checked}" if checked is not None else ""
        since_ko = f" 마지막 확인일은 {checked}입니다." if checked is not None else ""
        yield found(
            "stale-source",
            _document_place(survey, name, "review_by"),
            Text(f"{name} was to be checked by {due}{since}", f"{name}은(는) {due}까지 확인했어야 합니다.{since_ko}"),
            hint=Text(
                "check that it still says so, then renew checked and review_by",
                "여전히 그렇게 말하는지 확인한 뒤 checked와 review_by를 갱신하세요",
            ),
        )
    for rule in survey.active:
        if rule.review_by is not None and rule.review_by.last < survey.today:
            due = rule.review_by
            yield found(
                "stale-rule",
                survey.place(rule, "review_by"),
                Text(f"{rule.id} was to be reviewed by {due}", f"{rule.id}은(는) {due}까지 검토했어야 합니다"),
                hint=Text(
                    "review it with its owner, then renew review_by",
                    "담당자와 함께 검토한 뒤 review_by를 갱신하세요",
                ),
                rules=(rule.id,),
            )


def _document_place(survey: Survey, name: str, key: str) -> Place:
    """Return where a date of a document stands, as far as its file is known."""
    for source in survey.sources:
        entries = source.data.get("document")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and entry.get("id") == name:
                return source.place(("document", index, key))
    return Place("sources", key=key, entry=name)
