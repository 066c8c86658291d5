"""The catalogue in ``given``: models, their offers, and values that are stated, dated, disputed or inherited."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from llmrules.verify.report import Plain, Refusal, compare
from llmrules.verify.values import read_at

if TYPE_CHECKING:
    from llmrules.verify.given import Given


def check_catalogue(given: Given) -> None:
    """Refuse models that mean nothing, and values that are inherited from nobody."""
    for index, model in enumerate(given.models.values()):
        _check_model(given, model, f"/given/catalogue/{index}")
    _check_inherited(given)


def _check_model(given: Given, model: Plain, at: str) -> None:
    if not model["offers"]:
        raise Refusal(f"{at}/offers", "a model has an offer, even if nothing is known of it")
    if model.get("extends", model["id"]) not in given.models:
        raise Refusal(f"{at}/extends", "names no model that is given", found=model["extends"])
    _check_entries(given, model["attributes"], "model", f"{at}/attributes")
    before = ""
    for index, offer in enumerate(model["offers"]):
        _check_entries(given, offer["attributes"], "offer", f"{at}/offers/{index}/attributes")
        name = offer.get("id", before)
        if name <= before and ("id" in offer or len(model["offers"]) > 1):
            sentence = "is not an id of its own, by which one of several offers is known and which gives their order"
            raise Refusal(f"{at}/offers/{index}/id", sentence, found=name)
        before = name


def _check_entries(given: Given, entries: Plain, scope: str, at: str) -> None:
    """Refuse values that are none of their attribute, and disputed and dated ones that are no others."""
    for name, entry in entries.items():
        pointer = f"{at}/{name}"
        attribute = given.attribute(name, (scope,), pointer)
        disputed, dated = entry.get("disputed", ()), entry.get("dated", ())
        for stated in (entry, *disputed, *entry.get("replaced", ()), *dated):
            for read in (attribute.value, attribute.within):
                read_at(pointer, stated["value"], read)
        for index, one in enumerate(disputed):
            if one["value"] == entry["value"]:
                raise Refusal(f"{pointer}/disputed/{index}/value", "is the value in force, not another one")
        before = ""
        for index, one in enumerate(dated):
            since = f"{pointer}/dated/{index}/since"
            read_at(since, one["since"], given.attributes["as_of"].whole)
            if one["since"] <= before:
                raise Refusal(since, "stands twice or out of order", found=one["since"])
            before = one["since"]


def _check_inherited(given: Given) -> None:
    """Refuse what a model inherits unless it is all that the nearest one along ``extends`` states of it, and no less.

    Only attributes that are declared so are inherited, nothing of an offer is, and a value of its own goes before.
    """
    places = {name: index for index, name in enumerate(given.models)}
    extends = {name: {one["extends"]} if "extends" in one else set() for name, one in given.models.items()}
    try:
        order = list(TopologicalSorter(extends).static_order())
    except CycleError as error:
        first = min(error.args[1], key=lambda name: places[name])
        raise Refusal(f"/given/catalogue/{places[first]}/extends", "makes the model extend itself") from None
    lent: dict[str, dict[str, Plain]] = {}
    for name in order:
        entries = given.models[name]["attributes"]
        own = {key: one for key, one in entries.items() if "inherited_from" not in one}
        inherited = {key: one for lender in extends[name] for key, one in lent[lender].items() if key not in own}
        found = {key: one for key, one in entries.items() if key not in own}
        compare(f"/given/catalogue/{places[name]}/attributes", found, inherited, "is not what the model inherits")
        lends = {key: {**one, "inherited_from": name} for key, one in own.items() if given.attributes[key].inherited}
        lent[name] = inherited | lends
