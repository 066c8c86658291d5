"""The ranking as bars: what each rule gave to each model, on one scale, and the rules' letters.

Colours only help the eye: every bar says in words what it shows, and letters tell apart what shares a colour.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.say.page.links import Linker
    from llmrules.trace.found import PlaceRecord
    from llmrules.trace.record import Applied

FIRST_BARS = 24
"""More bars stand behind a disclosure."""
COLOURS = 8
SEGMENT_FOR_LETTER = 3
"""A segment of less percent has no room for its letter; the legend and the reasons still say it."""


class Ranking:
    """Draws the ranking of one trace; the rules that may give points stand in one order, those that gave some first."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        trace = self.trace = linker.index.trace
        giving = {score.rule for one in trace.found.candidates for score in trace.scores(one) if _points(score)}
        scoring = (rule for rule in linker.index.firings if linker.index.rules[rule].effect.sign)
        self.rules = sorted(scoring, key=lambda rule: (rule not in giving, rule))
        self.letters = {rule: _letter(place) for place, rule in enumerate(self.rules) if rule in giving}

    def bars(self, places: tuple[PlaceRecord, ...]) -> list[dict[str, object]]:
        """Return the bars of a ranking; all of a page have one scale."""
        given = [[*map(_points, self.trace.scores(candidate))] for candidate in self.trace.found.candidates]
        low = min((sum(one for one in its if one < 0) for its in given), default=0)
        high = max((sum(one for one in its if one > 0) for its in given), default=0)
        scale = Fraction(100) / ((high - low) or 1)
        return [self._bar(place, model, -low * scale, scale) for place in places for model in place.models]

    def _bar(self, place: PlaceRecord, model: str, zero: Fraction, scale: Fraction) -> dict[str, object]:
        """Return one bar: what counts for the model to the right of zero, what counts against it to the left.

        Each rule that gave points has its segment of it, in percent of the width.
        """
        ends = {False: zero, True: zero}
        segments, said = [], []
        scores = self.trace.scores(self.linker.index.judged.standing(model))
        for score in sorted(filter(_points, scores), key=lambda one: self.rules.index(one.rule)):
            given = _points(score)
            width, negative = abs(given) * scale, given < 0
            start = ends[negative] - width if negative else ends[negative]
            ends[negative] = start if negative else start + width
            letter, outcome = self.letters[score.rule], self.linker.why.applications.outcome(score)
            said.append(f"{outcome}: {score.rule}")
            segments.append(
                {
                    "x": _percent(start),
                    "width": _percent(width),
                    "middle": _percent(start + width / 2),
                    "letter": letter if width >= SEGMENT_FOR_LETTER else "",
                    "colour": self._colour(score.rule),
                    "negative": negative,
                    "title": f"{letter}: {said[-1]}",
                }
            )
        name, points = self.linker.model_anchor(model), self.linker.teller.tiers(place.points, *place.then)
        return {
            "place": f"{place.place}.",
            "name": name,
            "points": points,
            "cost": ", ".join(self.linker.why.offers.costs(model).values()),
            "label": f"{name.text}: {points}" + (f" ({', '.join(said)})" if said else ""),
            "zero": _percent(zero),
            "segments": segments,
        }

    def _colour(self, rule: str) -> int:
        """Return which of the colours a rule has; letters tell apart those that share one."""
        return self.rules.index(rule) % COLOURS + 1

    def legend(self) -> Iterator[dict[str, object]]:
        """Yield the rules that may give points, with their reasons; those that gave none have no letter."""
        for rule in self.rules:
            item = self.linker.rule_item(rule)
            yield {"letter": self.letters.get(rule, ""), "colour": self._colour(rule), "item": item}


def _points(score: Applied) -> Fraction:
    return Fraction(score.points or 0)


def _letter(place: int) -> str:
    """Return the letters of a place: A to Z, then AA and so on."""
    letters = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _percent(value: Fraction) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".") + "%"
