"""The catalogue of a trace as the files that would say so: one for each time that a value replaced another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.catalog.reading import MODEL_ID
from llmrules.language.rules.ruleset import LANGUAGE
from llmrules.trace.codec import plain
from llmrules.worlds.replay.rules import exact

if TYPE_CHECKING:
    from llmrules.trace.record import ModelRecord, OfferRecord, StatedRecord, ValueRecord
    from llmrules.worlds.replay.rules import Types

    Data: TypeAlias = dict[str, Any]


def catalogue_files(models: tuple[ModelRecord, ...], types: Types) -> list[Data]:
    """Return the plain values of as many files as it takes for each value to replace those before it."""
    layers = 1 + max((len(value.replaced) for model in models for _, _, value in values(model)), default=0)
    files: list[Data] = [{"language": LANGUAGE, "model": []} for _ in range(layers)]
    for model in models:
        for file, entry in zip(files, _entries(model, layers, types), strict=True):
            if len(entry) > 1:
                file["model"].append(entry)
    return files


def values(model: ModelRecord) -> list[tuple[int | None, str, ValueRecord]]:
    """Return what the entry of a model itself states: the number of the offer (none: the model), attribute, value."""
    found: list[tuple[int | None, str, ValueRecord]] = []
    for offer, entries in ((None, model.attributes), *((i, one.attributes) for i, one in enumerate(model.offers))):
        found += [(offer, name, value) for name, value in entries.items() if value.inherited_from is None]
    return found


def _entries(model: ModelRecord, layers: int, types: Types) -> list[Data]:
    """Return what each file says of a model, the last of them the most."""
    entries: list[Data] = [{"id": model.id} for _ in range(layers)]
    entries[-1]["name"] = model.name
    if model.extends is not None:
        entries[-1]["extends"] = model.extends
    if not model.listed:
        entries[-1]["listed"] = False
    _state(model.attributes, entries, types)
    for offer in model.offers:
        tables = [_offer(offer) for _ in range(layers)]
        _state(offer.attributes, tables, types)
        for entry, table in zip(entries, tables, strict=True):
            if "sources" in table or table is tables[-1]:
                entry.setdefault("offer", []).append(table)
    return entries


def _offer(offer: OfferRecord) -> Data:
    """Return the head of an offer; an id that no file may state is what its provider and region make."""
    return {"id": offer.id} if offer.id is not None and MODEL_ID.fullmatch(offer.id) else {}


def _state(stated: dict[str, ValueRecord], tables: list[Data], types: Types) -> None:
    """Write values into the table of each file: what was replaced into those before the last."""
    for name, value in stated.items():
        if value.inherited_from is not None:
            continue
        said: list[StatedRecord | ValueRecord] = [*value.replaced, value]
        for table, record in zip(tables[-len(said) :], said, strict=True):
            table[name] = exact(plain(record)["value"], types.get(name))
            table.setdefault("sources", {})[name] = list(record.sources)
        for one in value.disputed:
            table = {"attribute": name, "value": exact(plain(one)["value"], types.get(name))}
            tables[-1].setdefault("disputed", []).append({**table, "source": list(one.sources)})
        for dated in value.dated:
            table = {"attribute": name, "value": exact(plain(dated)["value"], types.get(name))}
            later = {**table, "since": dated.since, "source": list(dated.sources)}
            tables[-1].setdefault("dated", []).append(later)
