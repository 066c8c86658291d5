"""How the entries of several files become one model: a later file lies over an earlier one, a variant inherits.

What is wrong with the result is noted where the entry stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from llmrules.catalog.entries import Dated, Entry, Model, Offer, Stated
from llmrules.language.values import Period
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.language.vocabulary import Vocabulary


@frozen
class Note:
    """What stands beside a value: another one that disputes it, or one that takes its place on a day."""

    offer: str | None
    attribute: str
    stated: Stated
    since: Period | None
    cursor: Cursor


@define
class Draft:
    """A model as its own entries state it, before it inherits.

    ``offers`` has the attributes of each by its key: its id, or what its provider and region make of one; an offer
    that says nothing of the kind has the empty key. ``notes`` stand at the model (no offer) or at an offer.
    """

    id: str
    cursor: Cursor
    entries: dict[str, Entry]
    notes: list[Note]
    offers: dict[str, tuple[dict[str, Entry], Cursor]] = field(factory=dict)
    name: str | None = None
    extends: str | None = None
    listed: bool | None = None


ANONYMOUS = ""
"""The key of an offer that states neither id nor provider nor region."""
HOW_TO_NAME = 'name each by its id, as in id = "amazon-bedrock", or by its provider and region'
"""How offers of one model are told apart."""


def lay_over(known: Draft, later: Draft) -> Draft:
    """Lay a later file's entry over an earlier one; what it replaces is kept beside it."""
    offers = dict(known.offers)
    notes = list(later.notes)
    renewed: set[tuple[str | None, str]] = {(None, name) for name in later.entries}
    for key, (entries, cursor) in later.offers.items():
        meant = _meant(key, known, cursor)
        before = offers.get(meant, ({}, cursor))[0]
        offers[meant] = (_replace(before, entries), cursor)
        renewed |= {(meant, name) for name in entries}
        notes = [evolve(note, offer=meant) if note.offer == key else note for note in notes]
    return Draft(
        id=known.id,
        cursor=later.cursor,
        name=later.name or known.name,
        extends=later.extends or known.extends,
        listed=known.listed if later.listed is None else later.listed,
        entries=_replace(known.entries, later.entries),
        offers=offers,
        notes=[*(note for note in known.notes if (note.offer, note.attribute) not in renewed), *notes],
    )


def _meant(key: str, known: Draft, cursor: Cursor) -> str:
    """Return the key of the offer that an entry of a later file means: without a name, the only one there is."""
    if key != ANONYMOUS or not known.offers:
        return key
    if len(known.offers) > 1:
        message = f"{known.id} has several offers: say which one is meant"
        names = sorted(known.offers)
        cursor.problem("which-offer", message, allowed=names, hint=f'id = "{names[0]}"')
    return next(iter(known.offers))


def _replace(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> dict[str, Entry]:
    merged = dict(old)
    for name, entry in new.items():
        before = old.get(name)
        replaced = (*before.replaced, before.stated) if before is not None else ()
        merged[name] = evolve(entry, replaced=replaced)
    return dict(sorted(merged.items()))


def finish(draft: Draft) -> Model:
    """Return the model with its disputed and dated values, as its own entries state it."""
    if len(draft.offers) > 1 and ANONYMOUS in draft.offers:
        message = f"has no name to go by, and {draft.id} has several offers"
        named = next(cursor for key, (_, cursor) in draft.offers.items() if key != ANONYMOUS)
        draft.offers[ANONYMOUS][1].problem("offer-without-id", message, other=named.place, hint=HOW_TO_NAME)
    notes: dict[tuple[str | None, str], list[Note]] = {}
    for note in draft.notes:
        notes.setdefault((note.offer, note.attribute), []).append(note)
    tables: dict[str | None, dict[str, Entry]] = {
        None: draft.entries,
        **{key: entries for key, (entries, _) in draft.offers.items()},
    }
    for (offer, name), its in notes.items():
        entries = tables[offer]
        if name not in entries:
            for note in its:
                _without_value(note)
            continue
        tables[offer] = {**entries, name: _with_notes(entries[name], its)}
    offers = tuple(Offer(tables[key], key or None) for key in sorted(draft.offers))
    return Model(
        id=draft.id,
        name=draft.name or draft.id,
        entries=tables[None],
        offers=offers or (Offer(),),
        extends=draft.extends,
        listed=draft.listed is not False,
    )


def _without_value(note: Note) -> None:
    """Say that a note stands beside a value that is not there."""
    name = note.attribute
    if note.since is None:
        message, hint = "disputes a value that the entry does not state", f"state {name} itself, with its source"
        note.cursor.problem("dispute-without-value", message, found=name, hint=hint)
    else:
        message = "takes the place of a value that the entry does not state"
        hint = f"state {name} itself, as it is before {note.since}, with its source"
        note.cursor.problem("dated-without-value", message, found=name, hint=hint)


def _with_notes(entry: Entry, notes: list[Note]) -> Entry:
    """Add to an entry the values that dispute it and those that take its place, each kind in its order."""
    disputed, dated = [], []
    days: dict[Period, Note] = {}
    for note in notes:
        if note.since is not None and note.since in days:
            message = f"{note.attribute} has two values from {note.since} on"
            note.cursor.problem("duplicate-date", message, other=days[note.since].cursor.place)
        elif note.since is not None:
            days[note.since] = note
            dated.append(Dated(note.since, note.stated))
        elif entry.value == note.stated.value:
            note.cursor.problem("no-dispute", "is the value in force, not another one", found=note.attribute)
        else:
            disputed.append(note.stated)
    return evolve(
        entry,
        disputed=tuple(sorted(disputed, key=lambda one: (str(one.value), one.sources))),
        dated=tuple(sorted(dated, key=lambda one: one.since.first)),
    )


def inherit(model: Model, ancestors: Iterable[Model], vocabulary: Vocabulary) -> Model:
    """Complete a model with what it inherits from its ancestors, the nearest first; nothing of an offer is."""
    entries = dict(model.entries)
    for parent in ancestors:
        for name, entry in parent.entries.items():
            if vocabulary[name].inherited and name not in entries:
                entries[name] = evolve(entry, inherited_from=parent.id)
    return evolve(model, entries=dict(sorted(entries.items())))


def lineage(model: Model, models: Mapping[str, Model]) -> tuple[Model, ...]:
    """Return the models along ``extends``, up to one that extends nothing, no known model, or one that came before."""
    found = {model.id: model}
    name = model.extends
    while name is not None and name in models and name not in found:
        found[name] = models[name]
        name = found[name].extends
    return tuple(found.values())[1:]


def check_lineage(model: Model, ancestors: tuple[Model, ...], drafts: Mapping[str, Draft]) -> None:
    """Note a model that extends what is no model, or that extends itself; of a circle, its first model alone."""
    if model.extends is None:
        return
    last = (model, *ancestors)[-1]
    cursor = drafts[last.id].cursor.child("extends", last.extends)
    if last.extends is not None and last.extends not in drafts and not ancestors:
        message = "names no model of any loaded catalogue"
        cursor.problem("unknown-model", message, found=last.extends, allowed=sorted(drafts))
    circle = [model.id, *(one.id for one in ancestors)]
    if last.extends == model.id == min(circle):
        places = ", ".join(f"{name}: {drafts[name].cursor.place}" for name in sorted(circle))
        cursor.problem("extends-cycle", f"extends itself: {' → '.join([*circle, model.id])} ({places})")
