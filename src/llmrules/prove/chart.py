"""The map: who is on the first place over two requirements, all others as in a profile, with exact borders.

Each band of the one with each of the other is a case that is decided; bands beside each other with the same answers
are joined. No solver is needed.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from attrs import evolve, frozen

from llmrules.errors import printable
from llmrules.prove.circuit import Circuit
from llmrules.prove.contrast import CubeTeller
from llmrules.prove.profiles import Profiles
from llmrules.prove.regions import Choice
from llmrules.say.columns import Column, aligned, width_of
from llmrules.say.teller import Teller
from llmrules.worlds.changes import Stated
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.profile import Profile
    from llmrules.language.rules.effects import Policy
    from llmrules.language.texts import Language

FORMAT = "llmrules.map/1"

Answer = tuple[str, ...]
"""Those on the first place; nobody where nobody is eligible or the case is refused."""

MOST_NAMES = 4


@frozen(eq=False)
class Axis:
    """One requirement with its ranges of bands, in order; not ``exact`` where a cost depends on what is between."""

    ranges: tuple[Choice, ...]
    exact: bool

    @property
    def name(self) -> str:
        """The requirement."""
        return self.ranges[0].asked.attribute.name


@frozen(eq=False)
class Map:
    """Who is first in each range of one requirement (``across``) with each of another (``down``), row by row."""

    across: Axis
    down: Axis
    rows: tuple[tuple[Answer, ...], ...]
    when: date

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers, those of the most cells first."""
        cells = [cell for row in self.rows for cell in row]
        return tuple(sorted(dict.fromkeys(cells), key=lambda answer: -cells.count(answer)))


def draw(knowledge: Knowledge, profile: Profile, across: str, down: str, *, unknown: Policy = "apart") -> Map:
    """Decide every band of two requirements, and join those that are alike."""
    when = profile.as_of.first
    profiles = Profiles.of(Circuit(), [(knowledge, when)])
    world = evolve(World.under(knowledge, profile), unknown=unknown)
    columns, lines = (_bands(profiles, name) for name in (across, down))
    decided = [[_decided(world, (across, one), (down, other)) for one in columns] for other in lines]
    rows = [[decision.best for decision in line] for line in decided]
    fired = {name for line in decided for decision in line for name in decision.fired}
    lines, rows = _joined(lines, rows)
    columns, turned = _joined(columns, [list(column) for column in zip(*rows, strict=True)])
    cells = tuple(zip(*turned, strict=True))
    open_ones = _open(knowledge, fired)
    first, second = (
        Axis(tuple(ranges), profiles.asked[name].answers.exact and name not in open_ones)
        for name, ranges in ((across, columns), (down, lines))
    )
    return Map(first, second, cells, when)


def _open(knowledge: Knowledge, fired: Collection[str]) -> frozenset[str]:
    """Return the requirements that what is computed is compared with, or rests on, in rules that fired.

    No catalogue says where that cuts them.
    """
    resting = knowledge.ruleset.vocabulary.resting
    found: set[str] = set()
    for rule in (knowledge.ruleset.rules[name] for name in fired):
        if computed := rule.reads() & resting.keys():
            found.update(rule.references(), *(resting[name] for name in computed))
    return frozenset(found)


def _bands(profiles: Profiles, name: str) -> list[Choice]:
    """Return what a requirement may be, band by band; that it is not stated comes first."""
    asked = profiles.asked[name]
    values = [(value, asked.stated.known) for value in asked.answers.values]
    absent = [] if asked.attribute.default is not None else [(None, -asked.stated.known)]
    places = [*range(len(values), len(values) + len(absent)), *range(len(values))]
    return [Choice(asked, None, (*values, *absent), frozenset({place})) for place in places]


def _decided(world: World, *choices: tuple[str, Choice]) -> Decision:
    changed = world.changed(*(Stated(name, choice.values[0]) for name, choice in choices))
    assert changed is not None  # noqa: S101 - what is stated changes no rule
    return changed.decide()


def _joined(bands: list[Choice], rows: list[list[Answer]]) -> tuple[list[Choice], list[list[Answer]]]:
    """Join bands beside each other whose rows are the same; what is not stated stays by itself."""
    ranges: list[Choice] = []
    kept: list[list[Answer]] = []
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
        self._letters = {answer: _letter(number) for number, answer in enumerate(drawn.answers)}

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
            "first": [[list(answer) for answer in row] for row in drawn.rows],
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def _names(self, answer: Answer) -> str:
        return self._teller.names(answer, MOST_NAMES) or self._teller.say("map-nobody")

    def _colour(self, answer: Answer) -> str:
        place = list(self._letters).index(answer)
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
