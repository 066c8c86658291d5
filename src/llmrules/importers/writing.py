"""An overlay as a catalogue file: TOML for people, JSON where it is large, with the same keys.

The only module of the importers that knows tomli-w.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from llmrules.language.rules.ruleset import LANGUAGE
from llmrules.reading.syntax import toml_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.importers.merging import Model, Offer, Overlay
    from llmrules.importers.reading import Origin, Plain
    from llmrules.importers.settling import Entry, Stated

Format: TypeAlias = Literal["toml", "json"]
FORMATS: tuple[Format, ...] = ("toml", "json")

HEADER = """\
# Written by llmrules import. Every value cites the file that states it.
# To correct one, lay a catalogue file of your own on top: the next import would write this one anew.

"""

IMPORTED = "Imported from "
"""How the title of every overlay begins."""


def is_imported(text: str) -> bool:
    """Whether a text begins as every file does that importing writes."""
    begin = f'{{"language": {LANGUAGE},\n"title": "{IMPORTED}'
    return text.startswith((HEADER, begin))


def catalogue_text(overlay: Overlay, form: Format) -> str:
    """Return an overlay as the text of a catalogue file; the same overlay gives the same text."""
    data = catalogue_data(overlay)
    return HEADER + toml_text(data) if form == "toml" else _json_lines(data)


def catalogue_data(overlay: Overlay) -> dict[str, Any]:
    """Return an overlay as a catalogue file holds it."""
    return {
        "language": LANGUAGE,
        "title": IMPORTED + ", ".join(origin.id for origin in overlay.origins),
        "document": [_document(origin) for origin in overlay.origins],
        "model": [_model(model) for model in overlay.models],
    }


def _document(origin: Origin) -> dict[str, Any]:
    optional = {"url": origin.url, "licence": origin.licence}
    stated = {key: value for key, value in optional.items() if value is not None}
    return {"id": origin.id, "title": origin.title, "date": origin.date, **stated}


def _model(model: Model) -> dict[str, Any]:
    named = {} if model.name == model.id else {"name": model.name}
    offers = {"offer": [_offer(offer) for offer in model.offers]} if model.offers else {}
    return {"id": model.id, **named, **_entries(model.entries), **offers}


def _offer(offer: Offer) -> dict[str, Any]:
    return {"id": offer.id, **_entries(offer.entries)}


def _entries(entries: Mapping[str, Entry]) -> dict[str, Any]:
    """Return the values, their sources, what disputes them and what takes force later, as far as there are any."""
    disputed = [{"attribute": name, **_stated(other)} for name, entry in entries.items() for other in entry.disputed]
    dated = [
        {"attribute": name, "since": later.since, **_stated(later.stated)}
        for name, entry in entries.items()
        for later in entry.dated
    ]
    told: dict[str, Any] = {name: _plain(entry.stated.value) for name, entry in entries.items()}
    parts = {
        "sources": {name: _cited(entry.stated) for name, entry in entries.items()},
        "disputed": disputed,
        "dated": dated,
    }
    return told | {key: part for key, part in parts.items() if part}


def _stated(stated: Stated) -> dict[str, Any]:
    return {"value": _plain(stated.value), "source": _cited(stated)}


def _plain(value: Plain) -> Any:  # noqa: ANN401 - plain data
    return list(value) if isinstance(value, tuple) else value


def _cited(stated: Stated) -> str | list[str]:
    return stated.sources[0] if len(stated.sources) == 1 else list(stated.sources)


def _json_lines(data: Mapping[str, Any]) -> str:
    """Return JSON with one document or model on a line, so that versions of a large file can be compared."""
    parts = [
        f"{json.dumps(key)}: [\n{_lines(value)}\n]" if isinstance(value, list) else f"{json.dumps(key)}: {_json(value)}"
        for key, value in data.items()
    ]
    return "{" + ",\n".join(parts) + "}\n"


def _lines(elements: Iterable[Any]) -> str:
    return ",\n".join(map(_json, elements))


def _json(value: Any) -> str:  # noqa: ANN401 - plain data
    """Return compact JSON in which fractions are exact, as the standard encoder cannot write them."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    return json.dumps(value, ensure_ascii=False)
