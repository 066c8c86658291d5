"""The words of a comparison: a difference and both sides of what was edited, and what changed of models and offers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from attrs import evolve

from llmrules.language.texts import Language, Text, fill
from llmrules.say.report.entry import Entry
from llmrules.say.teller import Teller, printable_lines
from llmrules.trace.codec import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.check.diff.record import Change, ChangeKind, Difference, KeyChange, Verb
    from llmrules.trace.given import Given


MARKS: dict[Verb, str] = {"added": "+", "removed": "-", "edited": "~"}

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

    def difference(self, one: Difference) -> Entry:
        """Return one difference with all that was edited, and what it does if that is not a change."""
        said = {"value", "origin"} if one.kind in {"requirement", "value", "policy"} else set()  # ``short`` says them
        keys = tuple(Entry(self.key(one, change)) for change in one.keys if change.key not in said)
        if one.kind in {"rule", "promise"} and one.verb == "added":
            keys = (Entry(self.because(one.subject)),)
        effect = self.say(f"effect.{one.effect}")
        return Entry("; ".join(filter(None, (self.short(one), effect))), mark=MARKS[one.verb], children=keys)

    def short(self, one: Difference) -> str:
        """Return one difference in few words, as it is named where it is a cause."""
        if one.kind == "policy":
            return f"{self.say(f'policy.{one.subject}')} ({self.values(one)})"
        if one.kind == "requirement":
            what = self.say("requirement")
            return f"{what} {self.teller.label(one.subject)} ({self.values(one)})"
        if one.kind == "value":
            model, label = self.teller.name(one.subject), self.teller.label(one.attribute or "")
            return f"{self.say('value-of', model=model, label=label)} ({self.values(one)})"
        if one.kind == "disable":
            kind, _, name = one.subject.partition(":")
            return f"{self.say(f'part.{kind}')} {printable_lines(name)} ({self.say(f'off.{one.verb}')})"
        names_model = one.kind in {"model", "offer", "approval"}
        name = self.teller.name(one.subject) if names_model else printable_lines(one.subject)
        verb = ": ".join((self.say(f"verb.{one.verb}"), *([", ".join(k.key for k in one.keys)] if one.keys else ())))
        return f"{self.say(f'part.{one.kind}')} {name} ({verb})"

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

    def names(self, found: object) -> str:
        """Return names, or sentences, with commas between them; none where there are none."""
        return ", ".join(found) if isinstance(found, tuple) and found else self.none

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


MOST_ALIKE = 12
"""Models that are named where the same is told of many; the JSON form has all of them."""

MOST_MOVED = 8
"""Models and offers that are named where nothing but their place changed: it follows from what changed of others."""

_APPLIED = frozenset({"check", "caution"})
_STANDING: tuple[ChangeKind, ...] = ("verdict", "place", "points")


class Changed:
    """Tells in one language what changed of models and offers."""

    def __init__(self, edited: Edited) -> None:
        self.edited, self.teller, self.say = edited, edited.teller, edited.say

    def of_models(self, changes: dict[str, list[Change]]) -> Iterator[Entry]:
        """Yield what changed of each model and offer; of a model that is not judged any more, nothing of its offers."""
        gone = {name for name, found in changes.items() if found[0].kind == "verdict" and found[0].after is None}
        moved: dict[str, Change] = {}
        told: dict[str, Entry] = {}
        for name, found in changes.items():
            model, _, offer = name.partition(" @ ")
            if [change.kind for change in found] == ["place"]:
                moved[name] = found[0]
            elif not (offer and model in gone):
                told[name] = self.of_model(found)
        yield from self.alike(told)
        yield from self.places(moved)

    def places(self, moved: dict[str, Change]) -> Iterator[Entry]:
        """Yield whose place alone changed, the best new ones first, and how many more there are."""
        ordered = sorted(moved, key=lambda name: _place(moved[name].after))
        told = [name for name in ordered if None in (moved[name].before, moved[name].after)]
        told += [name for name in ordered if name not in told][:MOST_MOVED]
        yield from self.alike({name: self.of_model([moved[name]]) for name in told})
        more = len(ordered) - len(told)
        if more:
            yield Entry(self.say("moved-more", more=more))

    def alike(self, told: dict[str, Entry]) -> Iterator[Entry]:
        """Yield what is told of models and offers, those of which the same is told on one line."""
        groups: dict[Entry, list[str]] = {}
        for subject, entry in told.items():
            groups.setdefault(entry, []).append(subject)
        for entry, subjects in groups.items():
            names = self.teller.several(self.offers_words(subjects), MOST_ALIKE)
            yield evolve(entry, text=": ".join(filter(None, (names, entry.text))), model=subjects[0])

    def offers_words(self, subjects: list[str]) -> list[str]:
        """Return the names of models and offers, the offers of one model together."""
        offers: dict[str, list[str]] = {}
        for subject in subjects:
            model, _, offer = subject.partition(" @ ")
            offers.setdefault(model, []).extend([offer] if offer else [])
        return [
            f"{self.teller.name(model)} ({printable_lines(', '.join(its))})"
            if len(its) > 1
            else self.teller.name(" @ ".join([model, *its]))
            for model, its in offers.items()
        ]

    def of_model(self, changes: list[Change]) -> Entry:
        """Return what changed of a model or offer, without its name; of one not judged any more no rule is told."""
        by_kind = {change.kind: change for change in changes}
        if "verdict" in by_kind and by_kind["verdict"].after is None:
            return Entry(self.standing(by_kind))
        rules = [Entry(self.applied(change), rule=change.about) for change in changes if change.kind in _APPLIED]
        rules += [Entry(self.dispute(change)) for change in changes if change.kind == "dispute"]
        return Entry(self.standing(by_kind), children=tuple(rules))

    def standing(self, changes: dict[ChangeKind, Change]) -> str:
        """Return verdict, place and points, old and new: side by side, or the one thing that changed."""
        told = [changes[kind] for kind in _STANDING if kind in changes]
        if told and told[0].kind == "verdict":
            if told[0].after is None:
                told = told[:1]
            return " → ".join(self.stands(told, new=new) for new in (False, True))
        return ", ".join(map(self.moved, told))

    def moved(self, change: Change) -> str:
        """Return another place, or other points; where models or offers are ranked instead, one has no place."""
        if change.kind == "place" and change.after is None:
            return self.say("no-longer-ranked")
        if change.kind == "place" and change.before is None:
            return self.say("now-ranked")
        return f"{self.stands([change], new=False)} → {self.plain(change, new=True)}"

    def stands(self, changes: list[Change], *, new: bool) -> str:
        """Return how a model stands on one side, as far as that changed."""
        said: dict[str, str] = {}
        for change in changes:
            value = change.after if new else change.before
            if change.kind == "verdict":
                unjudged = self.say("not-judged")
                said["verdict"] = self.say(f"verdict.{value}") if value is not None else unjudged
            elif value is not None or len(changes) == 1:
                what = self.say("a-place" if change.kind == "place" else "outcome.points")
                said[change.kind] = f"{what} {self.plain(change, new=new)}"
        verdict = said.pop("verdict", "")
        rest = ", ".join(said.values())
        return f"{verdict} ({rest})" if verdict and rest else verdict or rest

    def plain(self, change: Change, *, new: bool) -> str:
        """Return a place or points on one side."""
        value = change.after if new else change.before
        if value is None:
            return self.edited.none
        return self.teller.tiers(*str(value).split(", ")) if change.kind == "points" else str(value)

    def applied(self, change: Change) -> str:
        """Return how a rule comes out otherwise, with its reason."""
        family = "outcome" if change.kind == "check" else "level"
        sides = (change.before, change.after)
        before, after = (None if value is None else self.say(f"{family}.{value}") for value in sides)
        said = f"{before} → {after}"
        if before is None:
            said = self.say("now", after=after or "")
        elif after is None:
            said = self.say("no-longer", before=before)
        return f"{said}: {self.edited.because(change.about)}"

    def dispute(self, change: Change) -> str:
        """Return to which rules it matters that sources disagree."""
        before, after = map(self.edited.names, (change.before, change.after))
        return self.say("dispute-changed", label=self.teller.label(change.about), before=before, after=after)


def _place(place: object) -> int:
    """Return the order of a place; who has none comes last."""
    return place if isinstance(place, int) else sys.maxsize
