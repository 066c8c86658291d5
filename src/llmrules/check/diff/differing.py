"""How one difference is said in English and Korean: a requirement, a rule, a value, or whatever else was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.check.diff.edited import Edited
from llmrules.language.texts import Text, fill
from llmrules.say.report.entry import Entry
from llmrules.say.words import printable_lines

if TYPE_CHECKING:
    from llmrules.check.diff.record import Difference, Effect, KeyChange, Verb

VERBS: dict[Verb, Text] = {
    "added": Text("added", "추가"),
    "removed": Text("removed", "삭제"),
    "edited": Text("edited", "수정"),
}

MARKS: dict[Verb, str] = {"added": "+", "removed": "-", "edited": "~"}

EFFECTS: dict[Effect, Text] = {
    "cause": Text("", ""),
    "offset": Text("undone by the other differences", "다른 차이가 상쇄함"),
    "none": Text("changes nothing", "결과에 영향 없음"),
    "inert": Text("no outcome depends on it", "결과와 무관한 항목"),
    "open": Text("effect not known", "영향을 확인하지 못함"),
}

OFF: dict[Verb, Text] = {
    "added": Text("switched off", "사용 중지"),
    "removed": Text("switched on again", "사용 재개"),
    "edited": Text("still switched off, for another reason", "계속 사용 안 함, 사유 변경"),
}

KINDS: dict[str, Text] = {
    "rule": Text("rule", "규칙"),
    "pack": Text("pack", "팩"),
    "attribute": Text("attribute", "속성"),
    "model": Text("model", "모델"),
    "offer": Text("offer", "오퍼"),
    "document": Text("document", "문서"),
    "claim": Text("claim", "주장"),
    "approval": Text("approval", "승인"),
}

POLICIES: dict[str, Text] = {
    "unknown": Text("policy for unknown checks", "미확인 조건 처리 방침"),
    "over": Text("what is ranked", "순위 대상"),
    "only": Text("who is asked: those with", "검토 조건"),
    "among": Text("who is asked: the models of the list", "검토 대상 모델 목록"),
    "stale_after": Text("days after which a source is old", "출처를 오래된 것으로 보는 기준(일)"),
}
"""How the parts of a decision are called that are neither case nor knowledge, by their names in a trace."""


class Differing(Edited):
    """Tells differences in one language."""

    def because(self, rule: str) -> str:
        """Return the reason of a rule; its slots stay open, because each side may fill them differently."""
        return fill(printable_lines(self.rules[rule].because.read(self.language)), lambda _: "…")

    def difference(self, one: Difference) -> Entry:
        """Return one difference with all that was edited, and what it does if that is not a change."""
        keys = tuple(Entry(self.key(one, change)) for change in one.keys if _needs_a_line(one, change))
        if one.kind == "rule" and one.verb == "added":
            keys = (Entry(self.because(one.subject)),)
        effect = EFFECTS[one.effect].read(self.language)
        return Entry("; ".join(filter(None, (self.short(one), effect))), mark=MARKS[one.verb], children=keys)

    def short(self, one: Difference) -> str:
        """Return one difference in few words, as it is named where it is a cause."""
        if one.kind == "policy":
            return f"{POLICIES[one.subject].read(self.language)} ({self.values(one)})"
        if one.kind == "requirement":
            what = self.say("requirement", "요구사항")
            return f"{what} {self.label(one.subject)} ({self.values(one)})"
        if one.kind == "value":
            model, label = self.model(one.subject), self.label(one.attribute or "")
            return f"{self.say(f'{model}, {label}', f'{model}의 {label}')} ({self.values(one)})"
        if one.kind == "disable":
            kind, _, name = one.subject.partition(":")
            return f"{KINDS[kind].read(self.language)} {printable_lines(name)} ({OFF[one.verb].read(self.language)})"
        names_model = one.kind in {"model", "offer", "approval"}
        name = self.model(one.subject) if names_model else printable_lines(one.subject)
        verb = ": ".join(
            (VERBS[one.verb].read(self.language), *([", ".join(k.key for k in one.keys)] if one.keys else ()))
        )
        return f"{KINDS[one.kind].read(self.language)} {name} ({verb})"


def _needs_a_line(one: Difference, change: KeyChange) -> bool:
    """Whether a key is told apart: what ``short`` says needs no second line."""
    if one.kind in {"requirement", "value", "policy"}:
        return change.key not in {"value", "origin"}
    return True
