"""What changed from one imported catalogue to the next, in groups that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import frozen

Table: TypeAlias = Mapping[str, Any]
"""What a catalogue file holds of a model or of an offer."""

BESIDE = frozenset({"id", "name", "offer", "sources", "disputed", "dated"})
"""The keys of a model or an offer that are no attribute."""


@frozen
class Changed:
    """One change: of a model, or of one of its offers; of an attribute, the value before and after where there is one.

    ``since`` is the day from which a value holds that is yet to come. Of a dispute, ``before`` is the value in force
    and ``after`` the one that disputes it.
    """

    model: str
    offer: str = ""
    attribute: str = ""
    before: Any = None
    after: Any = None
    since: str = ""


GROUPS = ("new_models", "gone_models", "new_offers", "gone_offers", "retirements", "prices", "disputes", "others")


def changes(old: Table, new: Table) -> dict[str, list[Changed]]:
    """Return what changed between two catalogue files, by group; what a model brings or takes along is told with it."""
    found: dict[str, list[Changed]] = {group: [] for group in GROUPS}
    before, after = _entries(old), _entries(new)
    for model, offer in sorted(before.keys() | after.keys()):
        was, now = before.get((model, offer)), after.get((model, offer))
        if was is None or now is None:
            if not offer or ((model, "") in before and (model, "") in after):
                verb, kind = "new" if was is None else "gone", "offers" if offer else "models"
                found[f"{verb}_{kind}"].append(Changed(model, offer))
            continue
        old_values, new_values = _values(was), _values(now)
        for attribute, since in sorted(old_values.keys() | new_values.keys()):
            one, other = (values.get((attribute, since)) for values in (old_values, new_values))
            if one != other:
                price = attribute.endswith("_price")
                group = "retirements" if attribute == "retires_on" else "prices" if price else "others"
                found[group].append(Changed(model, offer, attribute, one, other, since))
        for attribute, value in _disputes(now):
            if (attribute, value) not in _disputes(was):
                found["disputes"].append(Changed(model, offer, attribute, now.get(attribute), value))
    return found


def _entries(data: Table) -> dict[tuple[str, str], Table]:
    """Return each model, and each offer of it, by their ids; that of a model itself is empty."""
    models = data.get("model", [])
    found: dict[tuple[str, str], Table] = {(model["id"], ""): model for model in models}
    return found | {(model["id"], offer["id"]): offer for model in models for offer in model.get("offer", [])}


def _values(entry: Table) -> dict[tuple[str, str], Any]:
    """Return the values by attribute and the day from which they hold."""
    found = {(key, ""): value for key, value in entry.items() if key not in BESIDE}
    return found | {(one["attribute"], str(one["since"])): one["value"] for one in entry.get("dated", [])}


def _disputes(entry: Table) -> list[tuple[str, Any]]:
    return [(one["attribute"], one["value"]) for one in entry.get("disputed", [])]
