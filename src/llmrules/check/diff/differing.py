"""How one difference is said in English and Korean: a requirement, a rule, a value, or whatever else was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.say.report.entry import Entry
from llmrules.say.teller import printable_lines

if TYPE_CHECKING:
    from llmrules.check.diff.edited import Edited
    from llmrules.check.diff.record import Difference, KeyChange, Verb

MARKS: dict[Verb, str] = {"added": "+", "removed": "-", "edited": "~"}


class Differing:
    """Tells differences in one language."""

    def __init__(self, edited: Edited) -> None:
        self.edited, self.teller, self.say = edited, edited.teller, edited.say

    def difference(self, one: Difference) -> Entry:
        """Return one difference with all that was edited, and what it does if that is not a change."""
        keys = tuple(Entry(self.edited.key(one, change)) for change in one.keys if _needs_a_line(one, change))
        if one.kind in {"rule", "promise"} and one.verb == "added":
            keys = (Entry(self.edited.because(one.subject)),)
        effect = self.say(f"effect.{one.effect}")
        return Entry("; ".join(filter(None, (self.short(one), effect))), mark=MARKS[one.verb], children=keys)

    def short(self, one: Difference) -> str:
        """Return one difference in few words, as it is named where it is a cause."""
        if one.kind == "policy":
            return f"{self.say(f'policy.{one.subject}')} ({self.edited.values(one)})"
        if one.kind == "requirement":
            what = self.say("requirement")
            return f"{what} {self.teller.label(one.subject)} ({self.edited.values(one)})"
        if one.kind == "value":
            model, label = self.teller.name(one.subject), self.teller.label(one.attribute or "")
            return f"{self.say('value-of', model=model, label=label)} ({self.edited.values(one)})"
        if one.kind == "disable":
            kind, _, name = one.subject.partition(":")
            return f"{self.say(f'part.{kind}')} {printable_lines(name)} ({self.say(f'off.{one.verb}')})"
        names_model = one.kind in {"model", "offer", "approval"}
        name = self.teller.name(one.subject) if names_model else printable_lines(one.subject)
        verb = ": ".join((self.say(f"verb.{one.verb}"), *([", ".join(k.key for k in one.keys)] if one.keys else ())))
        return f"{self.say(f'part.{one.kind}')} {name} ({verb})"


def _needs_a_line(one: Difference, change: KeyChange) -> bool:
    """Whether a key is told apart: what ``short`` says needs no second line."""
    if one.kind in {"requirement", "value", "policy"}:
        return change.key not in {"value", "origin"}
    return True
