"""Read LiteLLM's ``model_prices_and_context_window.json``: one record for each model at one seller.

``max_input_tokens`` is how much input a seller takes, not the window: GPT-5 takes 272,000 of 400,000. A window stands
nowhere in this file, and none is made up. Prices are per token. A record with ``alias_of`` holds nothing else: it is a
moving name of the record that it points to, and is kept there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from llmrules.errors import FileError, Place
from llmrules.importers.draft import SMALLEST_WINDOW, Draft, Intake, keys_of, kinds
from llmrules.importers.ids import NOT_TEXT, no_model, no_text, take_apart
from llmrules.importers.prices import SIDES, Tier, read_prices
from llmrules.importers.reading import counted
from llmrules.importers.sellers import seller_of
from llmrules.importers.written import count, day_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.importers.reading import Origin, Progress, Reading

_TEXT_MODES = ("chat", "completion", "responses")
_KEYS = (
    "litellm_provider",
    "mode",
    "max_input_tokens",
    "max_output_tokens",
    "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost",
    "input_cost_per_token_batches",
    "output_cost_per_token_batches",
    "tiered_pricing",
    "off_peak_pricing",
    "supports_function_calling",
    "supports_response_schema",
    "supports_reasoning",
    "supports_vision",
    "supported_modalities",
    "supported_output_modalities",
    "deprecation_date",
    "deprecation_source",
    "successor_model",
)
_ALIAS = "alias_of"
ALIAS = "is a moving name of another record, which keeps it"
"""Why a record is skipped that only points to another one."""
_ALWAYS = ("litellm_provider", "mode")
_SELDOM = (
    *("tiered_pricing", "off_peak_pricing", "input_cost_per_token_batches", "output_cost_per_token_batches"),
    *("deprecation_source", "successor_model"),
)
_USUAL = tuple(key for key in _KEYS if key not in {*_ALWAYS, *_SELDOM})
_TIER = re.compile(r"(input|output)_cost_per_token_above_(\d{1,9})k_tokens")
"""Only these: the same keys with a suffix are the prices of long batches, of priority and the like."""


def read(records: dict[str, Any], origin: Origin, *, progress: Progress | None = None) -> Reading:
    """Return every record of a file as kept or skipped."""
    intake = Intake(origin)
    moving = _moving_names(records)
    for key, record in counted(records.items(), progress):
        _record(intake, key, record, records, moving)
    return intake.reading()


def check(data: object, file: str) -> dict[str, Any]:
    """Return the records of a file whose whole has the right shape. Raises FileError."""
    if isinstance(data, dict) and any(isinstance(one, dict) and "litellm_provider" in one for one in data.values()):
        return data
    message = "is no price file of LiteLLM: it must be an object of records, each with `litellm_provider`"
    raise FileError(message, code="wrong-shape", place=Place(file), found=data)


def days(records: dict[str, Any]) -> Iterator[object]:
    """Yield the days in the ids of models: the file is not before the newest of them.

    Not the days of retirement, which are announced long before they come.
    """
    for key in records:
        day = day_in(key)
        if day is not None:
            yield day.isoformat()


def _moving_names(records: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """Return the moving names of each record that some point to."""
    names: dict[str, list[str]] = {}
    for key, record in records.items():
        target = record.get(_ALIAS) if isinstance(record, dict) else None
        if isinstance(target, str) and target in records:
            names.setdefault(target, []).append(key)
    return names


def _record(
    intake: Intake, key: str, record: object, records: Mapping[str, Any], moving: Mapping[str, list[str]]
) -> None:
    if not isinstance(record, dict):
        intake.skip(key, "is no table", record)
        return
    if record.get(_ALIAS) is not None:
        target = record[_ALIAS]
        known = isinstance(target, str) and target in records
        intake.skip(key, ALIAS if known else "is a moving name of a record that is not there", target)
        return
    intake.expect(record, _ALWAYS)
    unfit = _unfit(key, record)
    if unfit is not None:
        intake.skip(key, *unfit)
        return
    called, written = record["litellm_provider"].strip(), key
    if called == "perplexity" and key.count("/") > 1:  # its agents, which have prices of their own
        called, written = "perplexity-agent", key.removeprefix("perplexity/")
    draft = Draft.begin(intake, key, written, seller_of(called))
    if draft is None:
        return
    intake.expect(record, _USUAL)
    draft.tokens("max_input_tokens", record.get("max_input_tokens"))
    draft.tokens("max_output_tokens", record.get("max_output_tokens"))
    draft.flag("tool_calling", record.get("supports_function_calling"))
    draft.flag("structured_output", record.get("supports_response_schema"))
    draft.reasoning(record.get("supports_reasoning"))
    draft.day("retires_on", record.get("deprecation_date"))
    draft.text("retirement_page", record.get("deprecation_source"))
    _successor(draft, record.get("successor_model"), records)
    if key in moving:
        draft.text("moving_names", ", ".join(sorted(moving[key])))
    _modalities(draft, record)
    _prices(draft, record)
    draft.ignore(key for key in keys_of(record, _KEYS) if not _TIER.fullmatch(key))
    draft.finish()


def _unfit(key: str, record: dict[str, Any]) -> tuple[str, object] | None:
    """Return why a record is no model that reads and answers in text, and what says so; the first finding counts."""
    mode, seller = record.get("mode"), record.get("litellm_provider")
    output, window = kinds(record.get("supported_output_modalities")), count(record.get("max_input_tokens"))
    reads = kinds(record.get("supported_modalities"))
    pseudo = no_model(key)
    findings = (
        (pseudo is not None, pseudo or "", None),
        (not isinstance(seller, str) or not seller.strip(), "names no seller", seller),
        (mode is None, "does not say what it is for", None),
        (mode not in _TEXT_MODES, "has a mode that is not text", mode),
        (output is not None and "text" not in output, "does not answer in text", sorted(output or ())),
        (reads is not None and "text" not in reads, "does not read text", sorted(reads or ())),
        (no_text(key), NOT_TEXT, key),
        (0 < (window or 0) < SMALLEST_WINDOW, f"takes under {SMALLEST_WINDOW:,} tokens of input", window),
    )
    return next(((reason, found) for unfit, reason, found in findings if unfit), None)


def _successor(draft: Draft, written: object, records: Mapping[str, Any]) -> None:
    """Take the id of the model that the seller names as the next one, spelled as the ids of models are."""
    if written is None:
        return
    if not isinstance(written, str):
        draft.leave("superseded_by", "is no id", written)
        return
    record = records.get(written)
    called = record.get("litellm_provider") if isinstance(record, dict) else None
    name = take_apart(written, seller_of(called) if isinstance(called, str) else draft.seller)
    if name is None:
        draft.leave("superseded_by", "is no id", written)
    elif name.id == draft.name.id:
        draft.leave("superseded_by", "is another name of the model itself", written)
    else:
        draft.put("superseded_by", name.id)


def _modalities(draft: Draft, record: dict[str, Any]) -> None:
    """Take the list where there is one; single flags are a part of it only."""
    if record.get("supported_modalities") is not None:
        draft.modalities(record["supported_modalities"])
    elif record.get("supports_vision") is True:
        draft.leave("input_modalities", "has a flag for images, no complete list of modalities")


def _prices(draft: Draft, record: dict[str, Any]) -> None:
    stated = {f"{side}_price": record.get(f"{side}_cost_per_token") for side in SIDES}
    stated |= {f"batch_{side}_price": record.get(f"{side}_cost_per_token_batches") for side in SIDES}
    stated["cached_input_price"] = record.get("cache_read_input_token_cost")
    base, tiers = _ranges(draft, record.get("tiered_pricing"))
    above: dict[int, dict[str, object]] = {}
    for key, value in record.items():
        if match := _TIER.fullmatch(key):
            above.setdefault(int(match[2]) * 1_000, {})[match[1]] = value
    tiers += [Tier(limit, sides.get("input"), sides.get("output")) for limit, sides in sorted(above.items())]
    for side in SIDES if base is not None else ():
        if stated[f"{side}_price"] is None:
            stated[f"{side}_price"] = getattr(base, side)
    for attribute, price in read_prices(draft, stated, tiers, per_token=True).items():
        draft.put(attribute, price)
    if record.get("off_peak_pricing") is not None and "input_price" in draft.offer:
        draft.doubt("input_price", "is lower at some hours of the day")


def _ranges(draft: Draft, ranges: object) -> tuple[Tier | None, list[Tier]]:
    """Return the price of the first range, which starts at 0, and the ranges above it.

    Ranges of something else than tokens, such as results of a search, are no tiers.
    """
    if not isinstance(ranges, list):
        if ranges is not None:
            draft.leave("tier_above", "is no list of ranges", ranges)
        return None, []
    base, tiers = None, []
    for one in ranges:
        bounds = one.get("range") if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(bounds, list) or not bounds:
            draft.leave("tier_above", "is a range of something else than tokens", one)
            continue
        tier = Tier(bounds[0], one.get("input_cost_per_token"), one.get("output_cost_per_token"))
        if count(bounds[0]) == 0:
            base = base or tier
        else:
            tiers.append(tier)
    return base, tiers
