"""How one difference is said in English and Korean: a requirement, a rule, a value, or whatever else was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmrules.render.report import Entry
from llmrules.texts import Language, Text, fill
from llmrules.trace.document import canonical
from llmrules.words import printable_lines, value_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.diff.record import Difference, Effect, KeyChange, Verb
    from llmrules.trace.record import Given

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
    "document": Text("document", "문서"),
    "claim": Text("claim", "주장"),
    "approval": Text("approval", "승인"),
}

LONGEST = 160
"""Characters of one side of an edited key that are shown; the rest is in the JSON form."""


class Differing:
    """Knows the names of everything that both sides declare; the new side's words are preferred."""

    def __init__(self, givens: Iterable[Given], language: Language) -> None:
        self.language = language
        self.none = self.say("none", "없음")
        declared = tuple(givens)
        self.attributes = {one.name: one for given in declared for one in given.vocabulary}
        self.models = {one.id: one.name for given in declared for one in given.catalogue}
        self.rules = {one.id: one for given in declared for one in given.rules}

    def say(self, en: str, ko: str) -> str:
        """Return the sentence in the language."""
        return ko if self.language == "ko" else en

    def model(self, model: str) -> str:
        """Return the name of a model."""
        return printable_lines(self.models.get(model, model))

    def label(self, attribute: str) -> str:
        """Return the label of an attribute."""
        return printable_lines(self.attributes[attribute].label.read(self.language))

    def because(self, rule: str) -> str:
        """Return the reason of a rule; its slots stay open, because each side may fill them differently."""
        return fill(printable_lines(self.rules[rule].because.read(self.language)), lambda _: "…")

    def difference(self, one: Difference) -> Entry:
        """Return one difference with all that was edited, and what it does if that is not a change."""
        keys = tuple(Entry(self.key(change)) for change in one.keys if _needs_a_line(one, change))
        if one.kind == "rule" and one.verb == "added":
            keys = (Entry(self.because(one.subject)),)
        effect = EFFECTS[one.effect].read(self.language)
        return Entry("; ".join(filter(None, (self.short(one), effect))), mark=MARKS[one.verb], children=keys)

    def short(self, one: Difference) -> str:
        """Return one difference in few words, as it is named where it is a cause."""
        if one.kind == "policy":
            return f"{self.say('policy for unknown checks', '미확인 조건 처리 방침')} ({self.values(one, None)})"
        if one.kind == "requirement":
            what = self.say("requirement", "요구사항")
            return f"{what} {self.label(one.subject)} ({self.values(one, one.subject)})"
        if one.kind == "value":
            model, label = self.model(one.subject), self.label(one.attribute or "")
            return f"{self.say(f'{model}, {label}', f'{model}의 {label}')} ({self.values(one, one.attribute)})"
        if one.kind == "disable":
            kind, _, name = one.subject.partition(":")
            return f"{KINDS[kind].read(self.language)} {printable_lines(name)} ({OFF[one.verb].read(self.language)})"
        names_model = one.kind in {"model", "approval"}
        name = self.model(one.subject) if names_model else printable_lines(one.subject)
        verb = ": ".join(
            (VERBS[one.verb].read(self.language), *([", ".join(k.key for k in one.keys)] if one.keys else ()))
        )
        return f"{KINDS[one.kind].read(self.language)} {name} ({verb})"

    def values(self, one: Difference, attribute: str | None) -> str:
        """Return the old and the new value; where only the origin or the sources differ, what is the same."""
        change = next((key for key in one.keys if key.key == "value"), None)
        if change is None:
            keys = ", ".join(key.key for key in one.keys)
            return self.say(f"same value, other {keys}", f"값은 같고 {keys}만 다름")
        before, after = (self.value(attribute, side) for side in (change.before, change.after))
        return f"{before} → {after}"

    def value(self, attribute: str | None, value: Any) -> str:  # noqa: ANN401 - plain JSON
        """Return a value in words."""
        if attribute is None:
            return str(value)
        declared = self.attributes[attribute]
        return value_words(declared, tuple(value) if isinstance(value, list) else value, self.language)

    def key(self, change: KeyChange) -> str:
        """Return one edited key, its text as a file would have it."""
        return f"{change.key}: {self.side(change.before)} → {self.side(change.after)}"

    def side(self, value: Any) -> str:  # noqa: ANN401 - plain JSON
        """Return one side of an edited key; of a text, the sentence in the language."""
        if value is None:
            return self.none
        texts = value if isinstance(value, list) else [value]
        if all(isinstance(text, dict) and text.keys() <= {"en", "ko"} for text in texts):
            said = ", ".join(Text(**text).read(self.language) for text in texts)
        else:
            said = value if isinstance(value, str) else canonical(value)
        said = printable_lines(said)
        return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def _needs_a_line(one: Difference, change: KeyChange) -> bool:
    """Whether a key is told apart: what ``short`` says needs no second line."""
    if one.kind in {"requirement", "value", "policy"}:
        return change.key not in {"value", "origin"}
    return True
