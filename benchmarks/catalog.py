"""What reading a large catalogue costs, in TOML and JSON, side by side in one run.

``python -m benchmarks.catalog`` prints medians and their ratios to ``json.loads`` of the same catalogue, which makes
nothing of it but plain values. *Parsed and checked* is everything from the files to the catalogue object. All are
measured in turn, round after round, so that a machine that slows down slows all of them. The catalogue is made up;
``--catalog FILE`` measures another one.
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import tomli_w
from benchmarks.decide import measure

from llmrules.catalog import Catalog, read_catalog
from llmrules.errors import LoadError
from llmrules.language.rules.ruleset import read_ruleset
from llmrules.reading import shipped
from llmrules.reading.files import read_catalog_file, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.errors import InputError

OFFERS = 4_803
"""As many rows as one public list of models had in 2026."""

SELLERS = tuple(f"seller-{number}" for number in range(130))
DEVELOPERS = tuple(f"Developer {number}" for number in range(70))
MODALITIES = (["text"], ["text", "image"], ["text", "image", "audio"], ["text", "image", "audio", "video"])


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalog", type=Path, help="a catalogue file to measure in place of one that is made up")
    parser.add_argument("--offers", type=int, default=OFFERS, help="how many offers are made up")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured")
    options = parser.parse_args()
    data = read_catalog_file(options.catalog).data if options.catalog else made_up(options.offers)
    with tempfile.TemporaryDirectory() as folder:
        as_toml, as_json = Path(folder) / "catalog.toml", Path(folder) / "catalog.json"
        as_toml.write_text(tomli_w.dumps(data), encoding="utf-8")
        as_json.write_text(json_text(data), encoding="utf-8")
        catalog = parsed(as_json)
        gc.collect()
        gc.freeze()  # or else what was made so far is looked through again and again
        ways: dict[str, Callable[[], object]] = {
            "json.loads": lambda: json.loads(as_json.read_bytes()),
            "parsed and checked, JSON": lambda: parsed(as_json),
            "parsed and checked, TOML": lambda: parsed(as_toml),
        }
        medians = measure(ways, options.rounds)
        offers = sum(len(model.offers) for model in catalog)
        values = sum(len(model.entries) + sum(len(offer.entries) for offer in model.offers) for model in catalog)
        sizes = [path.stat().st_size / 1e6 for path in (as_json, as_toml)]
    print(f"{len(catalog.models):,} models, {offers:,} offers, {values:,} values")
    print("{:.1f} MB of JSON, {:.1f} MB of TOML".format(*sizes))
    print("\n| | median | ratio |\n|---|---|---|")
    for name, median in medians.items():
        print(f"| {name} | {median / 1e6:,.1f} ms | {median / medians['json.loads']:.2f} |")


def parsed(path: Path) -> Catalog:
    """Read a catalogue over the shipped vocabulary."""
    problems: list[InputError] = []
    sources = [read_catalog_file(path)]
    ruleset = read_ruleset([read_toml(rules) for rules in shipped.rule_files()], sources, problems)
    catalog = read_catalog(sources, ruleset.vocabulary, ruleset.citable, problems)
    if problems:
        raise LoadError(problems)
    return catalog


def json_text(data: dict[str, Any]) -> str:
    """Return a catalogue as JSON, one model on a line."""
    models = ",\n".join(json.dumps(model, ensure_ascii=False, default=_plain) for model in data["model"])
    others = json.dumps({key: value for key, value in data.items() if key != "model"}, default=_plain)
    return f'{others[:-1]}, "model": [\n{models}\n]}}\n'


def _plain(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)


def made_up(offers: int) -> dict[str, Any]:
    """Return a catalogue with as many offers, about as alike each other as those of public lists."""
    random = Random(1)
    models: list[dict[str, Any]] = []
    left = offers
    while left > 0:
        count = min(left, random.choice((1, 1, 1, 2, 2, 3, 4, 8)))
        models.append(_model(len(models), random.sample(SELLERS, count), random))
        left -= count
    document = {"id": "list-2026-05-21", "title": "a list of models", "date": date(2026, 5, 21)}
    return {"language": 1, "document": [document], "model": models}


def _model(number: int, sellers: list[str], random: Random) -> dict[str, Any]:
    released = date(2024, 1, 1) + timedelta(days=random.randrange(900))
    stated = {
        "developer": random.choice(DEVELOPERS),
        "release_date": released.isoformat(),
        "knowledge_cutoff": f"{released.year - 1}-{random.randint(1, 12):02}",
        "openness": random.choice(("closed", "open-weight", "open-source")),
        "input_modalities": random.choice(MODALITIES),
    }
    offers = [{"id": seller, **_sourced(_offer(seller, random))} for seller in sellers]
    return {"id": f"model-{number}", "name": f"Model {number}", **_sourced(stated), "offer": offers}


def _offer(seller: str, random: Random) -> dict[str, Any]:
    price = random.choice((5, 10, 15, 20, 25, 30, 55, 80, 100, 125, 200, 250, 300, 500, 1500)) * random.choice(
        (1, 2, 3)
    )
    return {
        "provider": seller.title(),
        "context_window": random.choice((8_192, 32_768, 128_000, 131_072, 200_000, 262_144, 400_000, 1_048_576)),
        "max_output_tokens": random.choice((4_096, 8_192, 16_384, 32_000, 65_536, 128_000)),
        "input_price": _dollars(price),
        "output_price": _dollars(price * random.choice((3, 4, 5, 8))),
        "tool_calling": random.random() < 0.8,
        "structured_output": random.random() < 0.5,
    }


def _dollars(cents: int) -> int | float:
    return cents // 100 if cents % 100 == 0 else cents / 100


def _sourced(stated: dict[str, Any]) -> dict[str, Any]:
    return {**stated, "sources": dict.fromkeys(stated, "list-2026-05-21")}


if __name__ == "__main__":
    main()
