"""What verdicts, outcomes and levels are called, and which outcomes decide most."""

from __future__ import annotations

from llmrules.language.texts import Text

OUTCOMES: dict[str, Text] = {
    "passed": Text("passes", "통과"),
    "failed": Text("fails", "탈락"),
    "unknown": Text("cannot be decided", "판단 불가"),
    "accepted": Text("cannot be decided, accepted", "판단 불가하나 수용"),
    "exempted": Text("exempted", "면제"),
    "points": Text("points", "점수"),
    "none": Text("no points", "점수 없음"),
    "attached": Text("applies", "해당"),
    "approved": Text("approved", "승인됨"),
}

ASKED: dict[str, Text] = {
    "require": Text("asked", "기준"),
    "exclude": Text("ruled out", "제외 기준"),
    "avoid": Text("avoided", "회피 기준"),
    "caution": Text("cautioned about", "주의 기준"),
}

VERDICTS: dict[str, Text] = {
    "eligible": Text("eligible", "적격"),
    "unverified": Text("unverified", "미확인"),
    "excluded": Text("excluded", "제외"),
}

LEVELS: dict[str, Text] = {
    "note": Text("note", "참고"),
    "warning": Text("warning", "경고"),
    "approval": Text("needs approval", "승인 필요"),
    "accepted": Text("not verified", "미확인 수용"),
    "approved": Text("approved", "승인됨"),
    "disputed": Text("sources disagree", "출처 불일치"),
}

DECISIVE = ("failed", "unknown", "accepted", "exempted", "points", "attached", "approved", "passed", "none")
"""The outcomes of a rule on a model, what decides its verdict first."""
