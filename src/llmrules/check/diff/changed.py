"""How it is said what changed of models and offers: verdict, place, points, and which rules say something else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.say.report.entry import Entry
from llmrules.say.teller import printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.check.diff.edited import Edited
    from llmrules.check.diff.record import Change, ChangeKind

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
        before, after = (
            ", ".join(v) if isinstance(v, tuple) else self.edited.none for v in (change.before, change.after)
        )
        label = self.teller.label(change.about)
        return self.say("dispute-changed", label=label, before=before, after=after)


def _place(place: object) -> int:
    """Return the order of a place; who has none comes last."""
    return place if isinstance(place, int) else sys.maxsize
