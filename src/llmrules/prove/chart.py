"""The map: who is on the first place over two requirements, all others as in a profile, with exact borders.

Each band of the one with each of the other is decided; bands beside each other with the same answers are joined. No
solver is needed.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from attrs import evolve, frozen

from llmrules.errors import printable
from llmrules.prove.borders import Answer, Borders
from llmrules.prove.circuit import TRUE
from llmrules.prove.contrast import CubeTeller
from llmrules.prove.regions import Choice
from llmrules.say.columns import Column, aligned, width_of
from llmrules.say.teller import Teller
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.profile import Profile
    from llmrules.language.rules.effects import Policy
    from llmrules.language.texts import Language
    from llmrules.language.values import Value
    from llmrules.prove.circuit import Literal
    from llmrules.prove.profiles import Asked

FORMAT = "llmrules.map/1"

MOST_NAMES = 4

MIXED = "~"
"""Stands in a cell in which the first place is not known to be the same throughout."""


@frozen(eq=False)
class Axis:
    """One requirement with its ranges of bands, in order; not ``exact`` where more may turn than rules say."""

    ranges: tuple[Choice, ...]
    exact: bool

    @property
    def name(self) -> str:
        """The requirement."""
        return self.ranges[0].asked.attribute.name


@frozen(eq=False)
class Map:
    """Who is first in each range of one requirement (``across``) with each of another (``down``), row by row.

    None where that is not the same in the whole of a cell, or not known to be.
    """

    across: Axis
    down: Axis
    rows: tuple[tuple[Answer | None, ...], ...]
    when: date

    @property
    def answers(self) -> tuple[Answer | None, ...]:
        """All answers, those of the most cells first."""
        cells = [cell for row in self.rows for cell in row]
        return tuple(sorted(dict.fromkeys(cells), key=lambda answer: -cells.count(answer)))


def draw(knowledge: Knowledge, profile: Profile, across: str, down: str, *, unknown: Policy = "apart") -> Map:
    """Decide every band of two requirements, and join those that are alike."""
    world = evolve(World.under(knowledge, profile), unknown=unknown)
    *asked, rows = Borders(world, profile, across, down).found()
    lines, rows = _joined(_bands(asked[1]), rows)
    columns, turned = _joined(_bands(asked[0]), [list(column) for column in zip(*rows, strict=True)])
    cells = tuple(zip(*turned, strict=True))
    first, second = (Axis(tuple(ranges), ranges[0].asked.answers.exact) for ranges in (columns, lines))
    return Map(first, second, cells, profile.as_of.first)


def _bands(asked: Asked) -> list[Choice]:
    """Return what a requirement may be, band by band; that it is not stated comes first."""
    values: list[tuple[Value | None, Literal]] = [(value, TRUE) for value in asked.answers.values]
    absent: list[tuple[Value | None, Literal]] = [] if asked.attribute.default is not None else [(None, TRUE)]
    places = [*range(len(values), len(values) + len(absent)), *range(len(values))]
    return [Choice(asked, None, (*values, *absent), frozenset({place})) for place in places]


def _joined(bands: list[Choice], rows: list[list[Answer | None]]) -> tuple[list[Choice], list[list[Answer | None]]]:
    """Join bands beside each other whose rows are the same; what is not stated stays by itself."""
    ranges: list[Choice] = []
    kept: list[list[Answer | None]] = []
    for band, row in zip(bands, rows, strict=True):
        if kept and kept[-1] == row and None not in ranges[-1].values:
            ranges[-1] = evolve(ranges[-1], taken=ranges[-1].taken | band.taken)
        else:
            ranges.append(band)
            kept.append(row)
    return ranges, kept


class MapTeller:
    """Tells a map in one language."""

    def __init__(self, drawn: Map, knowledge: Knowledge, language: Language) -> None:
        """Take the names, and give each answer a letter."""
        self._drawn = drawn
        self._teller = Teller(language, knowledge.ruleset.vocabulary, knowledge.catalog)
        self._cubes = CubeTeller(self._teller)
        told = [answer for answer in drawn.answers if answer is not None]
        self._letters: dict[Answer | None, str] = {answer: _letter(number) for number, answer in enumerate(told)}
        if len(told) < len(drawn.answers):
            self._letters[None] = MIXED

    def table(self) -> Iterator[str]:
        """Yield the map as a table of letters, then what the columns and the letters are."""
        drawn = self._drawn
        numbers = [str(number) for number in range(1, len(drawn.across.ranges) + 1)]
        headings = [Column(self._teller.label(drawn.down.name)), *map(Column, numbers)]
        cells = [
            [self._cubes.choice(choice), *(self._letters[answer] for answer in row)]
            for choice, row in zip(drawn.down.ranges, drawn.rows, strict=True)
        ]
        yield from aligned(headings, cells)
        yield ""
        yield self._teller.label(drawn.across.name)
        yield from (
            f"  {number}: {self._cubes.choice(one)}" for number, one in zip(numbers, drawn.across.ranges, strict=True)
        )
        yield ""
        yield from (f"{letter}: {self._names(answer)}" for answer, letter in self._letters.items())
        for note in self._notes():
            yield ""
            yield note

    def _notes(self) -> Iterator[str]:
        for axis in (self._drawn.across, self._drawn.down):
            if not axis.exact:
                yield self._teller.say("map-inexact", label=self._teller.label(axis.name))

    def page(self) -> dict[str, object]:
        """Return the words of the map for the page of a decision: eight tones, of which nobody has none."""
        drawn = self._drawn
        across, down = ([self._cubes.choice(one) for one in axis.ranges] for axis in (drawn.across, drawn.down))
        labels = [self._teller.label(axis.name) for axis in (drawn.across, drawn.down)]
        shown = {answer: (letter, self._names(answer)) for answer, letter in self._letters.items()}
        return {
            "title": self._teller.say("map-title", across=labels[0], down=labels[1]),
            "across": labels[0],
            "down": labels[1],
            "columns": across,
            "rows": [(words, [shown[one] for one in row]) for words, row in zip(down, drawn.rows, strict=True)],
            "answers": [*shown.values()],
            "tones": {shown[one][0]: place % TONES + 1 if one else 0 for place, one in enumerate(shown)},
            "notes": [*self._notes()],
        }

    def svg(self) -> str:
        """Return the map as a picture: a rectangle for each cell, in the colour of its answer."""
        drawn = self._drawn
        across, down = ([self._cubes.choice(one) for one in axis.ranges] for axis in (drawn.across, drawn.down))
        left = 12 + LETTER * max(map(width_of, down))
        top = 12 + LINE + LETTER * max(map(width_of, across))
        height = top + CELL * len(down) + LINE * (len(self._letters) + 3)
        width = max(left + CELL * len(across) + 20, 640)
        labels = [self._teller.label(axis.name) for axis in (drawn.across, drawn.down)]
        root = Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "role": "img"}
        )
        SubElement(root, "title").text = printable(self._teller.say("map-title", across=labels[0], down=labels[1]))
        SubElement(root, "style").text = STYLE
        _text(root, self._teller.say("map-title", across=labels[0], down=labels[1]), 6, LINE)
        for place, words in enumerate(across):
            x = left + CELL * place + CELL // 2
            _text(root, words, x, top - 6, transform=f"rotate(-90 {x} {top - 6})")
        for place, (words, row) in enumerate(zip(down, drawn.rows, strict=True)):
            y = top + CELL * place
            _text(root, words, 6, y + CELL // 2 + 4)
            for column, answer in enumerate(row):
                x = left + CELL * column
                box = {"x": str(x), "y": str(y), "width": str(CELL), "height": str(CELL), "fill": self._colour(answer)}
                SubElement(SubElement(root, "rect", box), "title").text = printable(self._names(answer))
                _text(root, self._letters[answer], x + CELL // 2 - 4, y + CELL // 2 + 4)
        for number, (answer, letter) in enumerate(self._letters.items(), start=2):
            _text(root, f"{letter}: {self._names(answer)}", 6, top + CELL * len(down) + LINE * number)
        indent(root)
        return tostring(root, encoding="unicode") + "\n"

    def json(self) -> str:
        """Return the map as JSON."""
        drawn = self._drawn
        document = {
            "format": FORMAT,
            "as_of": drawn.when.isoformat(),
            "across": _axis(drawn.across),
            "down": _axis(drawn.down),
            "first": [[None if answer is None else list(answer) for answer in row] for row in drawn.rows],
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def _names(self, answer: Answer | None) -> str:
        if answer is None:
            return self._teller.say("map-mixed")
        return self._teller.names(answer, MOST_NAMES) or self._teller.say("map-nobody")

    def _colour(self, answer: Answer | None) -> str:
        place = list(self._letters).index(answer)
        if answer is None:
            return "none"
        return "#eeeeee" if not answer else f"hsl({place * 137 % 360} 60% {80 - 8 * (place // 9 % 3)}%)"


CELL, LINE, LETTER = 34, 18, 7
"""Pixels of a cell, of a line, and of the width of a letter."""

TONES = 8
"""Colours of the page."""

STYLE = "text { font: 12px sans-serif; fill: #222 } rect { stroke: #fff }"

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _letter(number: int) -> str:
    """Return A, B … Z, AA, AB …."""
    more, place = divmod(number, len(LETTERS))
    return (_letter(more - 1) if more else "") + LETTERS[place]


def _text(root: Element, words: str, x: int, y: int, **more: str) -> None:
    SubElement(root, "text", {"x": str(x), "y": str(y), **more}).text = printable(words)


def _axis(axis: Axis) -> dict[str, Any]:
    encode = axis.ranges[0].asked.attribute.encode
    ranges = [[None if value is None else encode(value) for value in one.values] for one in axis.ranges]
    return {"requirement": axis.name, "exact": axis.exact, "ranges": ranges}
