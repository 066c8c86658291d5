"""How the two sides of what was edited are said in English and Korean: values, lists, conditions, texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmrules.language.texts import Language, Text
from llmrules.say.words import condition_words, names_words, printable_lines, telling_names, value_words
from llmrules.trace.codec import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.check.diff.record import Difference, KeyChange
    from llmrules.trace.record import Given

LONGEST = 160
"""Characters of one side of an edited key that are shown; the rest is in the JSON form."""

BESIDE: dict[str, Text] = {
    "sources": Text("sources", "출처"),
    "disputed": Text("other values that sources state", "다른 출처의 값"),
    "dated": Text("values that take force later", "이후에 적용될 값"),
    "replaced": Text("replaced values", "대체된 값"),
}
"""What stands beside a value of the catalogue, by its key in a trace."""

RANKED: dict[str, Text] = {"models": Text("models", "모델"), "offers": Text("offers", "오퍼")}

DEFAULTS: dict[tuple[str, str], object] = {("model", "listed"): True}
"""What a trace leaves out, by the kind of what has it and the key."""


class Edited:
    """Knows the names of everything that both sides declare; the new side's words are preferred."""

    def __init__(self, givens: Iterable[Given], language: Language) -> None:
        self.language = language
        self.none = self.say("none", "없음")
        declared = tuple(givens)
        self.attributes = {one.name: one for given in declared for one in given.vocabulary}
        self.models = telling_names([one for given in declared for one in given.catalogue])
        self.rules = {one.id: one for given in declared for one in given.rules}

    def say(self, en: str, ko: str) -> str:
        """Return the sentence in the language."""
        return ko if self.language == "ko" else en

    def model(self, model: str) -> str:
        """Return the name of a model, or of a model with one of its offers."""
        name, at, offer = model.partition(" @ ")
        return printable_lines(f"{self.models.get(name, name)}{at}{offer}")

    def label(self, attribute: str) -> str:
        """Return the label of an attribute."""
        return printable_lines(self.attributes[attribute].label.read(self.language))

    def values(self, one: Difference) -> str:
        """Return the old and the new value; where only what stands beside it differs, what that is."""
        change = next((key for key in one.keys if key.key == "value"), None)
        if change is None:
            keys = ", ".join(BESIDE[key.key].read(self.language) if key.key in BESIDE else key.key for key in one.keys)
            return self.say(f"same value, other {keys}", f"값은 같고 {keys}만 다름")
        if isinstance(change.before, list) and isinstance(change.after, list) and one.kind == "policy":
            return self.list_changed(change.before, change.after)
        attribute = one.attribute if one.kind == "value" else one.subject if one.kind == "requirement" else None
        before, after = (self.value(attribute, side) for side in (change.before, change.after))
        return f"{before} → {after}"

    def value(self, attribute: str | None, value: Any) -> str:  # noqa: ANN401 - plain JSON
        """Return a value in words: of no attribute, what was asked beside the requirements."""
        if attribute is not None:
            declared = self.attributes[attribute]
            return value_words(declared, tuple(value) if isinstance(value, list) else value, self.language)
        if value is None:
            return self.none
        if isinstance(value, dict):
            return condition_words(self.attributes, value, self.language)
        if isinstance(value, list):
            return names_words([self.model(one) for one in value], self.language)
        return RANKED[value].read(self.language) if value in RANKED else str(value)

    def list_changed(self, before: list[str], after: list[str]) -> str:
        """Return the models that were added to a list, and those that were removed."""
        added = [self.model(one) for one in after if one not in before]
        removed = [self.model(one) for one in before if one not in after]
        said = [self.say("added: ", "추가: ") + names_words(added, self.language)] if added else []
        said += [self.say("removed: ", "삭제: ") + names_words(removed, self.language)] if removed else []
        return "; ".join(said)

    def key(self, one: Difference, change: KeyChange) -> str:
        """Return one edited key with both sides: beside a value in words, else as a file would have it."""
        if one.kind == "value" and change.key in BESIDE:
            name = BESIDE[change.key].read(self.language)
            sides = [self.beside(one.attribute or "", change.key, side) for side in (change.before, change.after)]
        else:
            name, left_out = change.key, DEFAULTS.get((one.kind, change.key))
            sides = [self.side(left_out if side is None else side) for side in (change.before, change.after)]
        return f"{name}: {' → '.join(sides)}"

    def beside(self, attribute: str, key: str, stated: list[Any] | None) -> str:
        """Return what stands beside a value: sources by their ids, other values with their sources and days."""
        if not stated:
            return self.none
        if key == "sources":
            return shortened(", ".join(map(str, stated)))
        return shortened("; ".join(self.stated(attribute, one) for one in stated))

    def stated(self, attribute: str, one: dict[str, Any]) -> str:
        """Return one other value, the day from which it holds, and its sources."""
        said = f"{self.value(attribute, one['value'])} ({', '.join(one['sources'])})"
        return self.say(f"from {one['since']} {said}", f"{one['since']}부터 {said}") if "since" in one else said

    def side(self, value: Any) -> str:  # noqa: ANN401 - plain JSON
        """Return one side of an edited key; of a text, the sentence in the language."""
        if value is None:
            return self.none
        texts = value if isinstance(value, list) else [value]
        if all(isinstance(text, dict) and text.keys() <= {"en", "ko"} for text in texts):
            return shortened(", ".join(Text(**text).read(self.language) for text in texts))
        return shortened(value if isinstance(value, str) else canonical(value))


def shortened(text: str) -> str:
    """Return a text that is safe and not too long for one line."""
    said = printable_lines(text)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
