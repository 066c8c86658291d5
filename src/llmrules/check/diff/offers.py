"""Which models and offers two sides share, and what they are called: alike on both, however many offers each has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.catalog import Model, Offer
    from llmrules.trace.given import Given

ONLY = ""
"""The key of an offer of a model that has no other on either side, whatever its id."""

NAMELESS = "unnamed"
"""The key of an offer without an id, of a model that has several on the other side."""


@frozen
class Shared:
    """The models of both sides, the offers of both (by model and key), and the models with several on one of them."""

    models: frozenset[str]
    offers: frozenset[tuple[str, str]]
    several: frozenset[str]

    def keyed(self, model: Model) -> Iterator[tuple[str, Offer]]:
        """Yield the offers of a model with their keys; one of which nothing at all is said is none."""
        for offer in model.offers:
            if model.id not in self.several:
                yield ONLY, offer
            elif offer.entries or offer.id is not None:
                yield offer.id or NAMELESS, offer


def shared(old: Given, new: Given) -> Shared:
    """Return what two sides share."""
    sides = [{model.id: model for model in given.catalogue} for given in (old, new)]
    several = frozenset(model.id for side in sides for model in side.values() if len(model.offers) > 1)
    common = frozenset(sides[0].keys() & sides[1].keys())
    sharing = Shared(common, frozenset(), several)
    keys = [{(name, key) for name in common for key, _ in sharing.keyed(side[name])} for side in sides]
    return Shared(common, frozenset(keys[0] & keys[1]), several)


def offer_name(model: str, key: str | None) -> str:
    """Return what an offer is called: as the model where it is the only one, else ``model @ offer``."""
    return f"{model} @ {key}" if key else model
