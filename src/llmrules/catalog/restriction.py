"""Which candidates a decision is about: those of a list of models, and of them those for which a condition is true.

A list may stand in a file, such as the register of the models that a company allows: CSV or TOML.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.catalog.candidates import bits
from llmrules.errors import SHOWN, LoadError, Place, RestrictionError, nearest
from llmrules.language.conditions import MODEL_SIDE, Reference, Table, read_table
from llmrules.language.conditions.written import written_condition
from llmrules.language.vocabulary.computed import USAGE, USED
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source, read_text, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from llmrules.catalog.candidates import Candidates
    from llmrules.errors import InputError
    from llmrules.language.conditions import Leaf
    from llmrules.language.vocabulary import Attribute, Vocabulary

Only: TypeAlias = "Table | Mapping[str, object] | Iterable[str] | str"
"""A condition: a table, one written as in a rule, or as on the command line one text or several."""


COLUMNS = ("model", "id")
"""The headings under which ids stand in a CSV file; without any, they stand in the first column."""

MODELS = "models"
"""The list of ids in a TOML file."""


@frozen
class Restriction:
    """A list of models, sorted, and a condition on models and offers; None is no restriction."""

    among: tuple[str, ...] | None = None
    only: Table | None = None


@frozen
class LeftOut:
    """Who is not judged, by name: those that the list lacks, and those for which the condition is false or unknown.

    A model stands for all of its offers that are left to ask; ``unmatched`` are ids of the list that no model has.
    ``disputed`` are those that another of their disputed values would leave out, or in.
    """

    among: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()


@frozen
class Unjudged:
    """Who is not judged, as masks of candidates, and of whom that is disputed; ``unmatched`` are ids of no model."""

    among: int = 0
    only: int = 0
    undecided: int = 0
    unmatched: tuple[str, ...] = ()
    disputed: int = 0

    @property
    def everyone(self) -> int:
        """The mask of all that are left out."""
        return self.among | self.only | self.undecided

    def named(self, candidates: Candidates) -> LeftOut:
        """Return the same by name."""
        names, inside = candidates.names, candidates.everyone & ~self.among
        only, undecided, disputed = (names(mask, inside) for mask in (self.only, self.undecided, self.disputed))
        return LeftOut(names(self.among), only, undecided, self.unmatched, disputed)


def restriction_of(only: Only | None, among: Iterable[str] | None, vocabulary: Vocabulary) -> Restriction:
    """Return a restriction. Raises LoadError for a condition that is wrong, TypeError for what is no condition or list.

    A condition may be written as in a rule, or as texts such as ``context_window>=200k``, all of which must hold.
    """
    return Restriction(_listed(among), _condition(only, vocabulary))


def _listed(among: object) -> tuple[str, ...] | None:
    if among is None:
        return None
    if isinstance(among, str | bytes) or not isinstance(among, Iterable):
        message = f"among must be a list of model ids such as ['claude'], not {among!r}"
        raise TypeError(message)
    listed = tuple(among)
    for name in listed:
        if not isinstance(name, str):
            message = f"among must list model ids as texts, not {name!r}"
            raise TypeError(message)
    return tuple(sorted({*listed}))


def _condition(only: object, vocabulary: Vocabulary) -> Table | None:
    if only is None or isinstance(only, Table):
        return only
    if not isinstance(only, Mapping):
        texts = _texts(only)
        return written_condition(texts, vocabulary, option="only") if texts else None
    problems: list[InputError] = []
    source = Source("only", "", {"only": dict(only)}, is_toml=False)
    cursor = Cursor.top(source, RestrictionError, problems).child("only", source.data["only"])
    table = read_table(cursor, vocabulary, scopes=MODEL_SIDE)
    if problems:
        raise LoadError(problems)
    return table


def _texts(only: object) -> Sequence[str]:
    if isinstance(only, str):
        return (only,)
    given: tuple[object, ...] = tuple(only) if isinstance(only, Iterable) and not isinstance(only, bytes) else (only,)
    texts = tuple(text for text in given if isinstance(text, str))
    if len(texts) < len(given):
        message = f"only must be conditions such as 'openness=open-source', or a table of them, not {only!r}"
        raise TypeError(message)
    return texts


def leave_out(restriction: Restriction, candidates: Candidates) -> Unjudged:
    """Return who is not judged. Raises RestrictionError where that is everybody."""
    everyone = (1 << candidates.count) - 1
    kept = everyone
    unmatched: tuple[str, ...] = ()
    if restriction.among is not None:
        masks = dict(candidates.models)
        unmatched = tuple(name for name in restriction.among if name not in masks)
        kept = sum(masks[name] for name in restriction.among if name in masks)
        if everyone and not kept:
            raise _nobody_listed(unmatched, tuple(masks))
    if restriction.only is None:
        return Unjudged(among=everyone & ~kept, unmatched=unmatched)
    true, false = candidates.table(restriction.only, {})
    disputed = kept & _changing(true, candidates)
    found = Unjudged(everyone & ~kept, kept & false, kept & ~(true | false), unmatched, disputed)
    if kept and not kept & true:
        raise _nobody_satisfies(restriction.only, kept, found, candidates)
    return found


def _changing(true: int, candidates: Candidates) -> int:
    """Return the candidates for which something would become true, or cease to be, under a disputed value."""
    changing = 0
    for layer in range(1, candidates.layers + 1):
        changing |= ((true >> layer * candidates.count) ^ true) & candidates.present[layer]
    return changing


def _nobody_listed(unmatched: Sequence[str], models: Sequence[str]) -> RestrictionError:
    """Return the error of a list of which the catalogue has no model, with the nearest name for each that has one."""
    message = "names no model of the catalogue" if unmatched else "names no model at all"
    close = [f"{near} for {name}" for name in unmatched[:SHOWN] if (near := nearest(name, models)) is not None]
    return RestrictionError(
        message,
        code="nobody-left",
        place=Place("among"),
        found=list(unmatched) or None,
        allowed=models,
        hint=f"did you mean {', '.join(close)}" if close else None,
    )


def _nobody_satisfies(only: Table, kept: int, out: Unjudged, candidates: Candidates) -> RestrictionError:
    """Return the error of a condition that is true of nobody: of how many it is false, what would be true of some."""
    named = out.named(candidates)
    false, unknown = len(named.only), len(named.undecided)
    message = f"leaves nobody: it is not true of {false} models or offers, and unknown of {unknown}, left out, too"
    uncomputed = [leaf.attribute.name for leaf in only.all_leaves() if _is_open(leaf.attribute, candidates)]
    if uncomputed:
        vocabulary = candidates.vocabulary
        rests_on = [
            one for one in vocabulary.rests_on(uncomputed[0], "requirement") if vocabulary[one].computed is None
        ]
        needed = [name for name in rests_on if name not in USAGE or name in USED]
        hint = f"{uncomputed[0]} is computed for a case that states {', '.join(needed)}"
        return RestrictionError(message, code="nobody-left", place=Place("only"), hint=hint)
    for leaf in only.all_leaves():
        wanted = tuple(_texts_wanted(leaf))
        if wanted and not candidates.leaf(leaf, {})[0] & kept:
            name = leaf.attribute.name
            values = _stated(name, wanted[0], kept, candidates)
            hint = (
                f"llmrules models --offers --where {name} lists who states it" if values else f"no source states {name}"
            )
            return RestrictionError(
                *(message,), code="nobody-left", place=Place("only", key=f"only.{name}"), hint=hint,
                found=wanted[0] if len(wanted) == 1 else list(wanted), allowed=values,
            )  # fmt: skip
    return RestrictionError(message, code="nobody-left", place=Place("only"))


def _is_open(attribute: Attribute, candidates: Candidates) -> bool:
    """Return whether an attribute depends on the case, and is computed of nobody in this one."""
    return attribute in candidates.moving and not any(candidates.computed.get(attribute.name, ()))


def _texts_wanted(leaf: Leaf) -> Iterator[str]:
    """Yield the texts that a leaf asks a text to be."""
    for test in leaf.tests if leaf.attribute.type == "text" else ():
        if test.operator.name in {"is", "any_of"} and not isinstance(test.operand, Reference):
            yield from map(str, test.operand if isinstance(test.operand, tuple) else (test.operand,))


def _stated(name: str, wanted: str, kept: int, candidates: Candidates) -> tuple[str, ...]:
    """Return the values that candidates of a mask have of an attribute, the one nearest to what is wanted first."""
    column = candidates.columns[name]
    stated = {str(value) for index in bits(kept) if (value := column.first[index]) is not None}
    return tuple(sorted(stated, key=lambda one: (*_distance(wanted, one), one)))


def _distance(wanted: str, stated: str) -> tuple[int, float]:
    """Return how far a text is from another: first by the longest part that they share, then by all of it."""
    matcher = SequenceMatcher(None, wanted.casefold(), stated.casefold())
    return -matcher.find_longest_match().size, -matcher.ratio()


# Lists of models in files


def read_register(path: Path) -> tuple[str, ...]:
    """Return the ids that a file lists, in its order. Raises FileError, or LoadError with everything that is wrong."""
    if path.suffix == ".toml":
        return _from_toml(path)
    return from_text(read_text(path), path.as_posix())


def from_text(text: str, name: str) -> tuple[str, ...]:
    """Return the ids that a CSV text lists; ``name`` is what messages call it. Raises RestrictionError."""
    try:
        lines = list(_lines(text))
    except csv.Error as error:
        raise RestrictionError(f"is not CSV: {error}", code="syntax", place=Place(name)) from None
    found = tuple(identifier for identifier in _column(lines) if identifier)
    if not found:
        hint = f"one id a line, or a column with the heading {COLUMNS[0]}"
        raise RestrictionError("lists no model", code="empty-list", place=Place(name, 1, 1), hint=hint)
    return found


def _lines(text: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV text that say anything; commas, semicolons and tabs part them, # begins a remark."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    separator = max(",;\t", key=lines[0].count) if lines else ","
    for row in csv.reader(lines, delimiter=separator, strict=True):
        yield [cell.strip() for cell in row]


def _column(rows: list[list[str]]) -> Iterator[str]:
    """Yield the cells that hold ids: those under a heading that says so, else the first of each row."""
    heading = [cell.lower() for cell in rows[0]] if rows else []
    place = next((heading.index(name) for name in COLUMNS if name in heading), None)
    for row in rows if place is None else rows[1:]:
        yield row[place or 0] if len(row) > (place or 0) else ""


def _from_toml(path: Path) -> tuple[str, ...]:
    problems: list[InputError] = []
    top = Cursor.top(read_toml(path), RestrictionError, problems)
    found = top.fields({MODELS: Cursor.names}, what="a list of models")
    if MODELS not in top.table():
        top.missing(MODELS, "the file must list the models", hint=f'{MODELS} = ["claude-sonnet-5-5"]')
    if problems:
        raise LoadError(problems)
    return tuple(found[MODELS])
