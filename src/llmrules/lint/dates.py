"""Checks of dates: sources and rules that somebody was to look at again by now."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from llmrules.errors import Place
from llmrules.lint.finding import Finding, found
from llmrules.texts import Text
from llmrules.values import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.lint.survey import Survey


def check_dates(survey: Survey) -> Iterator[Finding]:
    """Yield documents and claims that were due and not checked since, and rules whose review is due."""
    for name, citable in survey.knowledge.ruleset.citable.items():
        due, checked = last_day(citable, "review_by"), last_day(citable, "checked")
        if due is None or due >= survey.today or (checked is not None and checked >= due):
            continue
        since = f", and was last checked on {checked}" if checked is not None else ""
        since_ko = f" 마지막 확인일은 {checked}입니다." if checked is not None else ""
        yield found(
            "stale-source",
            _citable_place(survey, name),
            Text(f"{name} was to be checked by {due}{since}", f"{name}은(는) {due}까지 확인했어야 합니다.{since_ko}"),
            hint=Text(
                "check that it still says so, then renew checked and review_by",
                "여전히 그렇게 말하는지 확인한 뒤 checked와 review_by를 갱신하세요",
            ),
        )
    for rule in survey.active:
        due = last_day(rule, "review_by")
        if due is not None and due < survey.today:
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


def last_day(entry: object, key: str) -> date | None:
    """Return the last day of a date that an entry may have, or None where it has none."""
    value = getattr(entry, key, None)
    if isinstance(value, Period):
        return value.last
    return value if isinstance(value, date) else None


def _citable_place(survey: Survey, name: str) -> Place:
    """Return where a claim or document stands, as far as its file is known."""
    for source in survey.sources:
        for table in ("document", "claim"):
            entries = source.data.get(table)
            for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                if isinstance(entry, dict) and entry.get("id") == name:
                    return source.place((table, index, "review_by"))
    return Place("sources", entry=name)
