"""How the two sides of what was edited are said in English and Korean: values, lists, conditions, texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmrules.language.texts import Language, Text, fill
from llmrules.say.teller import Teller, printable_lines
from llmrules.trace.codec import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.check.diff.record import Difference, KeyChange
    from llmrules.trace.given import Given

LONGEST = 160
"""Characters of one side of an edited key that are shown; the rest is in the JSON form."""

BESIDE = frozenset({"sources", "disputed", "dated", "replaced"})
"""What stands beside a value of the catalogue, by its key in a trace."""

RANKED = frozenset({"models", "offers"})

DEFAULTS: dict[tuple[str, str], object] = {("model", "listed"): True}
"""What a trace leaves out, by the kind of what has it and the key."""


class Edited:
    """Knows the names of everything that both sides declare; the new side's words are preferred."""

    def __init__(self, givens: Iterable[Given], language: Language) -> None:
        declared = tuple(givens)
        vocabulary = [one for given in declared for one in given.vocabulary]
        self.teller = Teller(language, vocabulary, [one for given in declared for one in given.catalogue])
        self.say = self.teller.say
        self.none = self.say("none")
        self._said = {one.id: one.because for given in declared for one in given.rules}
        self._said |= {one.id: one.because for given in declared for one in given.promises}

    def because(self, name: str) -> str:
        """Return the reason of a rule or a promise; its slots stay open: each side may fill them differently."""
        return fill(printable_lines(self.say.read(self._said[name])), lambda _: "…")

    def values(self, one: Difference) -> str:
        """Return the old and the new value; where only what stands beside it differs, what that is."""
        change = next((key for key in one.keys if key.key == "value"), None)
        if change is None:
            keys = ", ".join(self.say(f"beside.{key.key}") if key.key in BESIDE else key.key for key in one.keys)
            return self.say("same-value", keys=keys)
        if isinstance(change.before, list) and isinstance(change.after, list) and one.kind == "policy":
            return self.list_changed(change.before, change.after)
        attribute = one.attribute if one.kind == "value" else one.subject if one.kind == "requirement" else None
        before, after = (self.value(attribute, side) for side in (change.before, change.after))
        return f"{before} → {after}"

    def value(self, attribute: str | None, value: Any) -> str:  # noqa: ANN401 - plain JSON
        """Return a value in words: of no attribute, what was asked beside the requirements."""
        if attribute is not None:
            declared = self.teller.attributes[attribute]
            return self.teller.value(declared, tuple(value) if isinstance(value, list) else value)
        if value is None:
            return self.none
        if isinstance(value, dict):
            return self.teller.condition(value)
        if isinstance(value, list):
            return self.teller.several([self.teller.name(one) for one in value])
        return self.say(f"ranked.{value}") if value in RANKED else str(value)

    def list_changed(self, before: list[str], after: list[str]) -> str:
        """Return the models that were added to a list, and those that were removed."""
        added = [self.teller.name(one) for one in after if one not in before]
        removed = [self.teller.name(one) for one in before if one not in after]
        said = [self.say("added-names") + self.teller.several(added)] if added else []
        said += [self.say("removed-names") + self.teller.several(removed)] if removed else []
        return "; ".join(said)

    def key(self, one: Difference, change: KeyChange) -> str:
        """Return one edited key with both sides: beside a value in words, else as a file would have it."""
        if one.kind == "value" and change.key in BESIDE:
            name = self.say(f"beside.{change.key}")
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
        return self.say("from-day-stated", day=one["since"], said=said) if "since" in one else said

    def side(self, value: Any) -> str:  # noqa: ANN401 - plain JSON
        """Return one side of an edited key; of a text, the sentence in the language."""
        if value is None:
            return self.none
        texts = value if isinstance(value, list) else [value]
        if all(isinstance(text, dict) and text.keys() <= {"en", "ko"} for text in texts):
            return shortened(", ".join(self.say.read(Text(**text)) for text in texts))
        return shortened(value if isinstance(value, str) else canonical(value))


def shortened(text: str) -> str:
    """Return a text that is safe and not too long for one line."""
    said = printable_lines(text)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
