"""Which candidates a decision is about: those of a list of models, and of them those for which a condition is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.conditions import MODEL_SIDE, Table, read_table
from llmrules.cursor import Cursor
from llmrules.errors import LoadError, Place, RestrictionError
from llmrules.files import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.candidates import Candidates
    from llmrules.errors import InputError
    from llmrules.vocabulary import Vocabulary


@frozen
class Restriction:
    """A list of models, sorted, and a condition on models and offers; None is no restriction."""

    among: tuple[str, ...] | None = None
    only: Table | None = None


@frozen
class LeftOut:
    """Who is not judged, as masks of candidates; ``unmatched`` are the ids of the list that no model has."""

    among: int = 0
    only: int = 0
    undecided: int = 0
    unmatched: tuple[str, ...] = field(default=())

    @property
    def everyone(self) -> int:
        """The mask of all that are left out."""
        return self.among | self.only | self.undecided


def restriction_of(
    only: Table | Mapping[str, object] | None, among: Iterable[str] | None, vocabulary: Vocabulary
) -> Restriction:
    """Return a restriction; a condition may be written as in a rule. Raises LoadError for one that is wrong."""
    table = only if isinstance(only, Table) or only is None else _read(only, vocabulary)
    return Restriction(None if among is None else tuple(sorted(set(among))), table)


def _read(only: Mapping[str, object], vocabulary: Vocabulary) -> Table:
    problems: list[InputError] = []
    source = Source("only", "", {"only": dict(only)}, is_toml=False)
    cursor = Cursor.top(source, RestrictionError, problems).child("only", source.data["only"])
    table = read_table(cursor, vocabulary, scopes=MODEL_SIDE)
    if problems:
        raise LoadError(problems)
    return table


def leave_out(restriction: Restriction, candidates: Candidates) -> LeftOut:
    """Return who is not judged. Raises RestrictionError for a list of which the catalogue has no model at all."""
    everyone = (1 << candidates.count) - 1
    kept = everyone
    unmatched: tuple[str, ...] = ()
    if restriction.among is not None:
        masks = dict(candidates.models)
        unmatched = tuple(name for name in restriction.among if name not in masks)
        kept = sum(masks[name] for name in restriction.among if name in masks)
        if not kept:
            message = "names no model of the catalogue" if unmatched else "names no model at all"
            found = unmatched[0] if unmatched else None
            raise RestrictionError(message, code="nobody-left", place=Place("among"), found=found, allowed=masks)
    if restriction.only is None:
        return LeftOut(among=everyone & ~kept, unmatched=unmatched)
    true, false = candidates.table(restriction.only, {})
    return LeftOut(everyone & ~kept, kept & false, kept & ~(true | false), unmatched)
