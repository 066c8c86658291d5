"""Which models words and conditions find: for each, the offers of which all conditions are true, or unknown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog import Model
from llmrules.catalog.candidates import Candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmrules.language.conditions import Table

SEARCHED = ("developer", "family")
"""The attributes that words are looked for in, beside the id and the name."""


@frozen
class Match:
    """A model and the candidates of it that match; ``unknown`` names what would have to be known to decide."""

    model: Model
    rows: tuple[int, ...]
    unknown: tuple[str, ...] = ()


@frozen
class Selection:
    """What was found, and apart from it the models of which nothing is true but something is unknown."""

    candidates: Candidates
    found: tuple[Match, ...]
    unknown: tuple[Match, ...]

    @property
    def asks(self) -> tuple[str, ...]:
        """Every attribute that would have to be known to decide, sorted."""
        return tuple(sorted({name for match in self.unknown for name in match.unknown}))


def select(candidates: Candidates, words: Sequence[str], table: Table) -> Selection:
    """Find the models in which every word occurs and of which an offer satisfies the whole table.

    Words are looked for in the id, the name, the developer and the family, small and capital letters alike.
    """
    first = (1 << candidates.count) - 1
    true, false = candidates.table(table, {})
    undecided = first & ~true & ~false
    leaves = {leaf.attribute.name: candidates.leaf(leaf, {}) for leaf in table.all_leaves()}
    blank = {name: first & ~leaf_true & ~leaf_false for name, (leaf_true, leaf_false) in leaves.items()}
    found, unknown = [], []
    folded = [word.casefold() for word in words]
    for _, group in groupby(range(candidates.count), key=lambda index: candidates.rows[index].model.id):
        rows = tuple(group)
        model = candidates.rows[rows[0]].model
        if not _mentions(model, folded):
            continue
        matching = tuple(row for row in rows if true >> row & 1)
        open_rows = tuple(row for row in rows if undecided >> row & 1)
        if matching:
            found.append(Match(model, matching))
        elif open_rows:
            names = (name for name, mask in blank.items() if any(mask >> row & 1 for row in open_rows))
            unknown.append(Match(model, open_rows, tuple(sorted(names))))
    return Selection(candidates, tuple(found), tuple(unknown))


def _mentions(model: Model, words: Sequence[str]) -> bool:
    if not words:
        return True
    entries = (model.entries.get(name) for name in SEARCHED)
    texts = [model.id, model.name, *(str(entry.value) for entry in entries if entry is not None)]
    searched = "\n".join(texts).casefold()
    return all(word in searched for word in words)
