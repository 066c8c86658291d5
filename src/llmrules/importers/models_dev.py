"""Read models.dev's ``api.json``: providers, each with its models and what it grants and charges for them.

The flag ``open_weights`` is the word of whoever lists the model. Only the developer's own row says what the weights
are: false is closed, true is open-weight at least. A reseller's flag is no evidence and stays unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmrules.errors import FileError, Place
from llmrules.importers.draft import SMALLEST_WINDOW, Draft, Intake, keys_of, kinds
from llmrules.importers.ids import NOT_TEXT, no_text
from llmrules.importers.prices import Tier, read_prices
from llmrules.importers.reading import counted
from llmrules.importers.sellers import Seller, seller_of
from llmrules.importers.written import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.importers.reading import Origin, Progress, Reading

_KEYS = (
    "id",
    "name",
    "family",
    "release_date",
    "knowledge",
    "reasoning",
    "tool_call",
    "structured_output",
    "open_weights",
    "modalities",
    "limit",
    "cost",
)
_ALWAYS = ("modalities",)
_MODALITIES = ("input", "output")
_USUAL = tuple(key for key in _KEYS if key not in {*_ALWAYS, "id"})
_LIMITS = ("context", "input", "output")
_COSTS = ("input", "output", "cache_read", "tiers", "context_over_200k")
_USUAL_LIMITS, _USUAL_COSTS = ("context", "output"), ("input", "output")


def read(providers: dict[str, Any], origin: Origin, *, progress: Progress | None = None) -> Reading:
    """Return every row of a file as kept or skipped."""
    intake = Intake(origin)
    for called, provider in counted(providers.items(), progress):
        models = provider.get("models") if isinstance(provider, dict) else None
        if isinstance(models, dict):
            shown = provider.get("name")
            seller = seller_of(called, shown if isinstance(shown, str) and shown.strip().isprintable() else None)
            for written, entry in models.items():
                _row(intake, f"{called}/{written}", written, entry, seller)
        else:
            intake.skip(called, "is a provider without a table of models")
    return intake.reading()


def check(data: object, file: str) -> dict[str, Any]:
    """Return the providers of a file whose whole has the right shape. Raises FileError."""
    if isinstance(data, dict) and any(
        isinstance(one, dict) and isinstance(one.get("models"), dict) for one in data.values()
    ):
        return data
    message = "is no api.json of models.dev: it must be an object of providers, each with a table `models`"
    raise FileError(message, code="wrong-shape", place=Place(file), found=data)


def days(providers: dict[str, Any]) -> Iterator[object]:
    """Yield the days on which something was released or updated: the file is not before the newest of them."""
    for provider in providers.values():
        models = provider.get("models") if isinstance(provider, dict) else None
        for entry in models.values() if isinstance(models, dict) else ():
            if isinstance(entry, dict):
                yield entry.get("release_date")
                yield entry.get("last_updated")


def _row(intake: Intake, key: str, written: str, entry: object, seller: Seller) -> None:
    if not isinstance(entry, dict):
        intake.skip(key, "is no table", entry)
        return
    intake.expect(entry, _ALWAYS)
    if isinstance(entry.get("modalities"), dict):
        intake.expect(entry["modalities"], _MODALITIES, "modalities.")
    unfit = _unfit(written, entry)
    if unfit is not None:
        intake.skip(key, *unfit)
        return
    draft = Draft.begin(intake, key, written, seller)
    if draft is None:
        return
    intake.expect(entry, _USUAL)
    draft.text("family", entry.get("family"))
    draft.day("release_date", entry.get("release_date"))
    draft.day("knowledge_cutoff", entry.get("knowledge"), before=entry.get("release_date"))
    draft.reasoning(entry.get("reasoning"))
    draft.flag("tool_calling", entry.get("tool_call"))
    draft.flag("structured_output", entry.get("structured_output"))
    draft.modalities(entry["modalities"].get("input"))
    _openness(draft, entry.get("open_weights"))
    _limits(draft, entry.get("limit"))
    _cost(draft, entry.get("cost"))
    name = entry.get("name")
    if draft.name.moving is None and draft.name.first_party and isinstance(name, str) and name.endswith("(latest)"):
        draft.flag("moving_alias", value=True)  # so the developer's own row calls an alias
    draft.ignore(keys_of(entry, _KEYS))
    draft.finish(name)


def _unfit(written: str, entry: dict[str, Any]) -> tuple[str, object] | None:
    """Return why a row is no model that reads and answers in text, and what says so; the first finding counts."""
    modalities, limit = entry.get("modalities"), entry.get("limit")
    output = kinds(modalities.get("output")) if isinstance(modalities, dict) else None
    reads = kinds(modalities.get("input")) if isinstance(modalities, dict) else None
    family = entry.get("family")
    window = count(limit.get("context")) if isinstance(limit, dict) else None
    findings = (
        (output is None or reads is None, "does not say what it reads and answers with", modalities),
        ("text" not in (output or ()), "does not answer in text", sorted(output or ())),
        ("text" not in (reads or ()), "does not read text", sorted(reads or ())),
        (no_text(written), NOT_TEXT, written),
        (isinstance(family, str) and no_text(family), NOT_TEXT, family),
        (
            window == 0 and output != frozenset(("text",)),
            "has a window of 0 and makes more than text",
            sorted(output or ()),
        ),
        (0 < (window or 0) < SMALLEST_WINDOW, f"has a window under {SMALLEST_WINDOW:,} tokens", window),
    )
    return next(((reason, found) for unfit, reason, found in findings if unfit), None)


def _openness(draft: Draft, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, bool):
        draft.leave("openness", "is neither true nor false", value)
    elif not draft.name.first_party:
        draft.leave("openness", "is a reseller's flag, no evidence", value)
    elif value:
        draft.put("openness", "open-weight")
        draft.doubt("openness", "is at least open-weight: the flag tells no more", value)
    else:
        draft.put("openness", "closed")


def _limits(draft: Draft, limit: object) -> None:
    if not isinstance(limit, dict):
        if limit is not None:
            draft.leave("context_window", "is no table", limit)
        return
    draft.intake.expect(limit, _USUAL_LIMITS, "limit.")
    draft.tokens("context_window", limit.get("context"))
    draft.tokens("max_input_tokens", limit.get("input"))
    draft.tokens("max_output_tokens", limit.get("output"))
    window = count(limit.get("context"))
    for attribute in ("max_input_tokens", "max_output_tokens"):
        most = count(draft.offer.get(attribute))
        if window and most is not None and most > window:
            draft.doubt(attribute, "is more than the context window", f"{most} > {window}")
    draft.ignore(keys_of(limit, _LIMITS, "limit."))


def _cost(draft: Draft, cost: object) -> None:
    if not isinstance(cost, dict):
        if cost is not None:
            draft.leave("input_price", "is no table", cost)
        return
    draft.intake.expect(cost, _USUAL_COSTS, "cost.")
    named = {"input_price": "input", "output_price": "output", "cached_input_price": "cache_read"}
    prices = read_prices(draft, {name: cost.get(key) for name, key in named.items()}, _tiers(draft, cost))
    for attribute, value in prices.items():
        draft.put(attribute, value)
    draft.ignore(keys_of(cost, _COSTS, "cost."))


def _tiers(draft: Draft, cost: dict[str, Any]) -> list[Tier]:
    """Return the tiers; ``context_over_200k`` is an older name for one, and says less where both stand."""
    tiers, over = cost.get("tiers"), cost.get("context_over_200k")
    found = []
    if isinstance(tiers, list):
        for one in tiers:
            limit = one.get("tier") if isinstance(one, dict) else None
            if isinstance(one, dict) and isinstance(limit, dict) and limit.get("type", "context") == "context":
                found.append(Tier(limit.get("size"), one.get("input"), one.get("output")))
            else:
                draft.leave("tier_above", "is a tier of another kind than the length of a request", one)
    elif tiers is not None:
        draft.leave("tier_above", "is no list of tiers", tiers)
    if tiers is None and isinstance(over, dict):
        found.append(Tier(200_000, over.get("input"), over.get("output")))
    elif tiers is None and over is not None:
        draft.leave("tier_above", "is no table", over)
    return found
