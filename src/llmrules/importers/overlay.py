"""An overlay: what several public files say together of models and offers, before it is written as a catalogue file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.importers.reading import Origin
from llmrules.importers.settling import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen
class Offer:
    """How one seller serves a model in one region; ``rows`` is the number of rows that say so."""

    id: str
    entries: Mapping[str, Entry]
    rows: int


@frozen
class Model:
    """One model: its attributes, and its offers; ``documents`` are those that know its id."""

    id: str
    name: str
    entries: Mapping[str, Entry]
    offers: tuple[Offer, ...]
    documents: tuple[str, ...]


@frozen
class Lost:
    """Values that rows state but that no entry holds: why, and how many."""

    reason: str
    attribute: str
    count: int


@frozen
class Overlay:
    """The files, the newest first, the models in the order of their ids, and what no entry holds."""

    origins: tuple[Origin, ...]
    models: tuple[Model, ...]
    lost: tuple[Lost, ...] = ()

    @property
    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Every attribute with its entry, of models and of offers."""
        for model in self.models:
            yield from model.entries.items()
            for offer in model.offers:
                yield from offer.entries.items()

    @property
    def unmatched(self) -> dict[str, tuple[str, ...]]:
        """The ids that only one of several files knows, by its document."""
        if len(self.origins) == 1:
            return {}
        alone: dict[str, list[str]] = {origin.id: [] for origin in self.origins}
        for model in self.models:
            if len(model.documents) == 1:
                alone[model.documents[0]].append(model.id)
        return {document: tuple(ids) for document, ids in alone.items()}
