"""Models and their offers as values: each attribute with its sources, what it replaced and what disputes it.

Absent means unknown. Nothing here knows a rule or a requirement, nor how a file is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.language.profile import Approval
from llmrules.language.values import Period, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date


@frozen
class Stated:
    """A value and the claims and documents that state it."""

    value: Value
    sources: tuple[str, ...] = ()


@frozen
class Dated:
    """A value that takes force on a day."""

    since: Period
    stated: Stated

    @property
    def value(self) -> Value:
        """The value that takes force."""
        return self.stated.value

    @property
    def sources(self) -> tuple[str, ...]:
        """The claims and documents that state it."""
        return self.stated.sources


@frozen
class Entry:
    """The value in force of one attribute, and all else that is known of it.

    ``disputed`` are values that other sources state; ``replaced`` those that earlier catalogue files gave;
    ``inherited_from`` is the model that a variant has it from; ``dated`` are values that take its place on a day, in
    the order of days.
    """

    stated: Stated
    disputed: tuple[Stated, ...] = ()
    replaced: tuple[Stated, ...] = ()
    inherited_from: str | None = None
    dated: tuple[Dated, ...] = ()

    @property
    def value(self) -> Value:
        """The value in force."""
        return self.stated.value

    def begun(self, when: date) -> Dated | None:
        """Return the value that has taken the place of the stated one and is in force on a day."""
        return next((one for one in reversed(self.dated) if one.since.first <= when), None)

    @property
    def sources(self) -> tuple[str, ...]:
        """The claims and documents that state it."""
        return self.stated.sources

    def on(self, when: date) -> Entry:
        """Return the entry as it is on a day: a dated value takes the place of the stated one and its disputes."""
        begun = self.begun(when)
        return self if begun is None else evolve(self, stated=begun.stated, disputed=(), dated=())


@frozen
class Offer:
    """How one seller serves a model: its attributes by name. Where a model has several offers, each has an id."""

    entries: Mapping[str, Entry] = field(factory=dict)
    id: str | None = None


@frozen
class Model:
    """One model: its own attributes by name, and its offers (at least one, of which all may be unknown).

    One that is not ``listed`` is no candidate: it only lends what is inherited to those that extend it.
    """

    id: str
    name: str
    entries: Mapping[str, Entry] = field(factory=dict)
    offers: tuple[Offer, ...] = (Offer(),)
    extends: str | None = None
    listed: bool = True

    def all_entries(self) -> Iterator[Entry]:
        """Yield the entries of the model and of each of its offers."""
        yield from self.entries.values()
        for offer in self.offers:
            yield from offer.entries.values()


@frozen(eq=False)
class Candidate:
    """One model with one of its offers."""

    model: Model
    offer: Offer

    @cached_property
    def name(self) -> str:
        """What decisions call it: the model's id, and the offer's where the model has several."""
        return self.model.id if self.offer_id is None else f"{self.model.id} @ {self.offer_id}"

    @cached_property
    def offer_id(self) -> str | None:
        """The id of the offer; None where the model has no other."""
        return self.offer.id if len(self.model.offers) > 1 else None

    def entry(self, name: str) -> Entry | None:
        """Return the entry of an attribute of the model or the offer."""
        return self.model.entries.get(name) or self.offer.entries.get(name)


@frozen
class Dispute:
    """One value that disputes the one in force, for the candidate whose bit is ``index``."""

    index: int
    layer: int
    attribute: str
    stated: Stated


@frozen
class Contradiction:
    """A value of the catalogue that stands against what a rule concludes of the model."""

    model: str
    attribute: str
    rule: str


@frozen
class Catalog:
    """All models by id, in the order of ids.

    ``as_of`` is the day on which a case is decided that states none; without one that is today.
    """

    models: Mapping[str, Model]
    approvals: tuple[Approval, ...] = ()
    as_of: Period | None = None

    def __iter__(self) -> Iterator[Model]:
        """Yield every model in the order of ids."""
        return iter(self.models.values())

    @property
    def listed(self) -> tuple[Model, ...]:
        """The models that can be chosen, in the order of ids."""
        return tuple(model for model in self if model.listed)

    def turning_days(self) -> tuple[date, ...]:
        """Return the days on which some value takes the place of another, in their order."""
        return tuple(
            sorted({one.since.first for model in self for entry in model.all_entries() for one in entry.dated})
        )

    def on(self, when: date) -> Catalog:
        """Return the catalogue with the values that are in force on a day."""

        def current(entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
            if not any(entry.dated for entry in entries.values()):
                return entries
            return {name: entry.on(when) for name, entry in entries.items()}

        def model(one: Model) -> Model:
            offers = tuple(evolve(offer, entries=current(offer.entries)) for offer in one.offers)
            return evolve(one, entries=current(one.entries), offers=offers)

        return evolve(self, models={name: model(one) for name, one in self.models.items()})
