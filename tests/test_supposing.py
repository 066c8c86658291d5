"""What is supposed of one value of the catalogue is what a decision with that value says."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from tests import offer_worlds

from llmrules.catalog import Entry
from llmrules.catalog.entries import Stated
from llmrules.errors import RestrictionError
from llmrules.language.values import period
from llmrules.language.vocabulary.computed import PRICES
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.advice.places import Place, Places
from llmrules.worlds.changes import ValueAs
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from llmrules.language.values import Value


@given(st.data())
@settings(max_examples=40)
def test_who_is_first_with_another_value_is_who_a_decision_with_it_puts_first(data: st.DataObject) -> None:
    """Be it inherited, classified by or computed with; where no value is followed, none changes who is first.

    What rules conclude of a model is not followed itself.
    """
    text, names = data.draw(offer_worlds.catalogues())
    advisor = offer_worlds.sellers(data.draw(offer_worlds.rules()), text)
    try:
        decision = advisor.decide(data.draw(offer_worlds.requirements()), **data.draw(offer_worlds.choices(names)))
    except RestrictionError:
        return
    here = World.of(decision)
    supposing = Outlooks(here, decision).supposing
    places = Places(decision, supposing)
    found = places.found(supposing.attributes, lambda *_: True)
    for model in advisor.knowledge.catalog.on(decision.profile.as_of.first):
        for name in offer_worlds.OF_MODEL.keys() | offer_worlds.OF_OFFER.keys() - {"monthly_cost"}:
            value = _value(data.draw({**offer_worlds.OF_MODEL, **offer_worlds.OF_OFFER}[name]))
            for offer in (None,) if name in offer_worlds.OF_MODEL else tuple(one.id for one in model.offers):
                place = Place(model.id, offer, name)
                known = next((one.entries for one in model.offers if one.id == offer), {}).get(name)
                if known is not None and name in PRICES:
                    continue
                changed = here.changed(ValueAs(model.id, name, Entry(Stated(value)), offer))
                assert changed is not None
                first = _first(changed)
                if place not in found:
                    concluded = name in advisor.knowledge.classifying and decision.candidates.knowing(name)
                    assert concluded or first == {*decision.best}, place
                elif not decision.refused:
                    assert first == places.first(places.standing(place), supposing.at(name, value)), place


def _value(drawn: object) -> Value:
    """Return a value as catalogues hold it."""
    if isinstance(drawn, list):
        return frozenset(drawn)
    if isinstance(drawn, float):
        return Decimal(str(drawn))
    found = period(drawn)
    return drawn if found is None else found  # type: ignore[return-value]


def _first(world: World) -> set[str]:
    try:
        return {*world.decide().best}
    except RestrictionError:
        return set()
