"""What was measured: a board of entries with scores and their intervals, and the one number that rules read of it.

That is the rank by interval, 1 plus the number of entries whose interval lies wholly above. It depends on the board
alone, so a catalogue with more models moves nobody, and what the scores cannot tell apart is one rank. An entry names a
release with an effort or mode; it is joined to the model of that very name or to none, and of several entries of one
release the best counts. A board knows no seller, so its rows have none.

Which model an entry means: the one that is called exactly so after a stated normal form. Small letters; dots, slashes,
spaces and underscores are dashes; the developer in front, the date of the release, and words for how weights are packed
or were tuned to answer (``-instruct``, ``-it``, ``-fp8``) are taken off. Where no model is called so, the words for an
effort or mode are taken off an entry one by one. A name without a digit is that of a family and means no release.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.importers.reading import Reading, Remark, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llmrules.importers.reading import Origin, Plain

UNMATCHED = "is the name of no model of the catalogues"
WORSE = "is another entry of a release whose best one counts"
"""Why an entry is skipped."""

TENTH = Decimal("0.1")

_SIGNS = re.compile(r"[\s._/@:]+")
_IN_FRONT = re.compile(
    r"^(?:nvidia|openai|anthropic|google|meta|mistralai|amazon|ibm|cohere|xai)-(?=[a-z]+-?\d|[a-z]+-)"
)
_PACKED = re.compile(r"-(?:instruct|it|fp8|bf16|nvfp4|\d{8}|20\d\d-\d\d-\d\d)$")
_EFFORT = re.compile(
    r"-(?:minimal|low|medium|high|xhigh|max|none|preview|search|grounding|reasoning|non-reasoning|no-thinking"
    r"|non-thinking|thinking(?:-minimal)?|(?:thinking|high)-\d+k)$"
)


@frozen
class Scored:
    """One entry: its name, its score, the ends of the interval around it, and how much it was measured with."""

    name: str
    score: Decimal
    low: Decimal
    high: Decimal
    count: int | None = None

    @property
    def told(self) -> str:
        """The score with its interval, what it rests on, and the name, for people."""
        votes = "" if self.count is None else f", n = {self.count:,}"
        interval = f"{self.low.quantize(TENTH)} to {self.high.quantize(TENTH)}"
        return f"{self.score.quantize(TENTH)} ({interval}){votes}, as {self.name}"


@frozen
class Names:
    """The models of catalogues by the normal form of what they are called."""

    models: Mapping[str, str]

    @classmethod
    def of(cls, called: Iterable[tuple[str, Iterable[str]]]) -> Names:
        """Return the names of models, each an id with all that it is called; an id goes before all other names."""
        pairs = sorted(called)
        found = {normal(model): model for model, _ in pairs}
        for model, others in pairs:
            for name in others:
                found.setdefault(normal(name), model)
        return cls({name: model for name, model in found.items() if re.search(r"\d", name)})

    def model(self, entry: str) -> str | None:
        """Return the model that an entry of a board names, if there is one."""
        name = normal(entry)
        while name not in self.models:
            shorter = normal(_EFFORT.sub("", name))
            if shorter == name:
                return None
            name = shorter
        return self.models[name]


def normal(name: str) -> str:
    """Return the normal form of a name."""
    text = _SIGNS.sub("-", name.strip().lower().replace("(", "").replace(")", ""))
    text = _IN_FRONT.sub("", text)
    while (shorter := _PACKED.sub("", text)) != text:
        text = shorter
    return text


@frozen
class Measuring:
    """What it takes to read a board beside its file: what models are called, and what scores are of and called."""

    names: Names
    board: str = ""
    title: str | None = None


@frozen
class Board:
    """What one kind of question was measured by. ``name`` ends the names of the two attributes that hold it."""

    name: str
    title: str
    entries: tuple[Scored, ...]


def ranks(board: Board) -> tuple[int, ...]:
    """Return the rank of each entry: 1 plus the number of entries whose interval lies wholly above its own."""
    lows = sorted(entry.low for entry in board.entries)
    return tuple(1 + len(lows) - bisect_right(lows, entry.high) for entry in board.entries)


def read_boards(boards: Sequence[Board], origin: Origin, names: Names, broken: Iterable[Remark] = ()) -> Reading:
    """Return each entry as a row of the model that it names, or as skipped; ``broken`` are those that are none."""
    rows: list[Row] = []
    skipped = list(broken)
    read = len(skipped)
    for board in boards:
        read += len(board.entries)
        for model, found in _by_model(board, names, skipped).items():
            (rank, best), *others = sorted(found, key=_goodness)
            rows.append(_row(board, model, rank, best))
            skipped += [Remark(_key(board, entry), WORSE) for _, entry in others]
    return Reading(origin, read, tuple(rows), tuple(skipped))


def _by_model(board: Board, names: Names, skipped: list[Remark]) -> Mapping[str, list[tuple[int, Scored]]]:
    found: dict[str, list[tuple[int, Scored]]] = defaultdict(list)
    for rank, entry in zip(ranks(board), board.entries, strict=True):
        model = names.model(entry.name)
        if model is None:
            skipped.append(Remark(_key(board, entry), UNMATCHED))
        else:
            found[model].append((rank, entry))
    return found


def _goodness(ranked: tuple[int, Scored]) -> tuple[int, Decimal, str]:
    """Order entries, the best first: by rank, then by score, then by name."""
    rank, entry = ranked
    return rank, -entry.score, entry.name


def _row(board: Board, model: str, rank: int, entry: Scored) -> Row:
    values: dict[str, Plain] = {f"rank_{board.name}": rank, f"measured_{board.name}": entry.told}
    return Row(_key(board, entry), entry.name, model, model, seller="", provider="", model=values)


def _key(board: Board, entry: Scored) -> str:
    return f"{board.title}: {entry.name}"
