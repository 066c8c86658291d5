"""Read genai-prices' ``data.json``: providers, each with its models and their dated and tiered prices.

A price with a start is in force from that day on. The one in force on the day of the file becomes the value of the
offer; those that start later are kept with their day. A price for some hours of the day cannot be told from the clock
of a decision: the dearest is kept, and in doubt.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import frozen

from llmrules.errors import FileError, Place
from llmrules.importers.draft import SMALLEST_WINDOW, Draft, Intake, keys_of
from llmrules.importers.ids import NOT_TEXT, no_model, no_text
from llmrules.importers.prices import SIDES, Tier, read_prices
from llmrules.importers.reading import Later, Origin, Reading, counted
from llmrules.importers.sellers import Seller, seller_of
from llmrules.importers.written import Amount, calendar_day, count, day_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.importers.reading import Progress

_KEYS = ("id", "name", "context_window", "prices")
_ALWAYS = ("id",)
_USUAL = tuple(key for key in _KEYS if key not in _ALWAYS)
_USUAL_PRICES = tuple(f"{side}_mtok" for side in SIDES)
_CACHED = "cache_read_mtok"
_HOURS = frozenset(("start_time", "end_time"))


@frozen
class _Dated:
    """Prices and what they hold under: the day they start, and whether only at some hours."""

    prices: dict[str, Any]
    since: date | None = None
    at_hours: bool = False


def read(providers: list[Any], origin: Origin, *, progress: Progress | None = None) -> Reading:
    """Return every model of a file as kept or skipped."""
    intake = Intake(origin)
    for place, provider in enumerate(counted(providers, progress)):
        _provider(intake, place, provider)
    return intake.reading()


def check(data: object, file: str) -> list[Any]:
    """Return the providers of a file whose whole has the right shape. Raises FileError."""
    if isinstance(data, list) and any(isinstance(one, dict) and isinstance(one.get("models"), list) for one in data):
        return data
    message = "is no data.json of genai-prices: it must be a list of providers, each with a list `models`"
    raise FileError(message, code="wrong-shape", place=Place(file), found=data)


def days(providers: list[Any]) -> Iterator[object]:
    """Yield the days in the ids of models: the file is not before the newest of them.

    Not the days on which prices start, which are announced before they come.
    """
    for provider in providers:
        models = provider.get("models") if isinstance(provider, dict) else None
        for entry in models if isinstance(models, list) else ():
            written = entry.get("id") if isinstance(entry, dict) else None
            day = day_in(written) if isinstance(written, str) else None
            if day is not None:
                yield day.isoformat()


def _provider(intake: Intake, place: int, provider: object) -> None:
    called = provider.get("id") if isinstance(provider, dict) else None
    models = provider.get("models") if isinstance(provider, dict) else None
    if not isinstance(provider, dict) or not isinstance(models, list):
        intake.skip(f"[{place}]", "is a provider without a list of models")
        return
    for number, entry in enumerate(models):
        written = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(entry, dict):
            intake.expect(entry, _ALWAYS)
        key = f"{called}/{written}" if isinstance(written, str) else f"[{place}].models[{number}]"
        if not isinstance(called, str) or not called.strip():
            intake.skip(key, "belongs to a provider without an id", called)
        elif not isinstance(written, str) or not written.strip():
            intake.skip(key, "has no id", written)
        else:
            shown = provider.get("name")
            name = shown if isinstance(shown, str) and shown.strip() and shown.isprintable() else None
            _model(intake, key, written, entry, seller_of(called, name))


def _model(intake: Intake, key: str, written: str, entry: dict[str, Any], seller: Seller) -> None:
    if no_model(written) is None and (no_text(written) or "image" in written.lower().split("-")):
        intake.skip(key, NOT_TEXT, written)
        return
    window = count(entry.get("context_window"))
    if window is not None and 0 < window < SMALLEST_WINDOW:
        intake.skip(key, f"has a window under {SMALLEST_WINDOW:,} tokens", window)
        return
    draft = Draft.begin(intake, key, written, seller)
    if draft is None:
        return
    intake.expect(entry, _USUAL)
    draft.tokens("context_window", entry.get("context_window"))
    dated = _dated(draft, entry.get("prices"))
    if dated is not None:
        _prices(draft, dated, intake.origin.date)
    draft.ignore(keys_of(entry, _KEYS))
    draft.finish(entry.get("name"))


def _dated(draft: Draft, prices: object) -> list[_Dated] | None:
    """Return the prices with what they hold under, or None where one of them cannot be understood."""
    if isinstance(prices, dict):
        for side in SIDES if not prices else ():
            draft.leave(f"{side}_price", "is not stated: the table of prices is empty")
        return [_Dated(prices)]
    if not isinstance(prices, list):
        draft.leave("input_price", "is neither a table nor a list of prices", prices)
        return None
    found = []
    for one in prices:
        inside = one.get("prices") if isinstance(one, dict) else None
        held = one.get("constraint", {}) if isinstance(one, dict) else None
        start = calendar_day(held["start_date"]) if isinstance(held, dict) and "start_date" in held else None
        hours = isinstance(held, dict) and bool(held) and held.keys() <= _HOURS
        if isinstance(inside, dict) and (held in ({}, None) or hours):
            found.append(_Dated(inside, at_hours=hours))
        elif (
            isinstance(inside, dict)
            and isinstance(held, dict)
            and set(held) == {"start_date"}
            and isinstance(start, date)
        ):
            found.append(_Dated(inside, since=start))
        else:
            draft.leave("input_price", "holds under a condition that is not understood", one)
            return None
    return found


def _prices(draft: Draft, dated: list[_Dated], day: date) -> None:
    """Put the prices that are in force on a day, and those that start later."""
    hours = [one for one in dated if one.at_hours]
    past = sorted((one for one in dated if not one.at_hours and _since(one) <= day), key=_since)
    now = _amounts(draft, past[-1].prices) if past else {}
    for one in hours:
        for attribute, amount in _amounts(draft, one.prices).items():
            now[attribute] = max(amount, now.get(attribute, amount))
    if hours and "input_price" in now:
        draft.doubt("input_price", "is lower at some hours of the day")
    changes = sorted((one for one in dated if one.since is not None and one.since > day), key=_since)
    steps = [(one.since, _amounts(draft, one.prices)) for one in changes if one.since is not None]
    if not now and steps:
        draft.leave("input_price", "starts only after the day of the file", str(steps[0][0]))
        steps = []
    _level([now, *(amounts for _, amounts in steps)])
    for attribute, amount in now.items():
        draft.put(attribute, amount)
    _later(draft, now, steps)


def _later(draft: Draft, now: dict[str, Amount], steps: list[tuple[date, dict[str, Amount]]]) -> None:
    """Note what takes force later. A catalogue cannot say that a value ends: what has no successor stays, in doubt."""
    before = now
    for since, amounts in steps:
        for attribute in (f"{side}_price" for side in SIDES):
            if attribute in now and attribute not in amounts:
                draft.doubt(attribute, "is not known from a later day on, and stays in force", str(since))
        for attribute in sorted(amounts):
            if attribute in now and amounts[attribute] != before.get(attribute):
                draft.later.append(Later(attribute, since, amounts[attribute]))
        before = before | amounts


def _since(one: _Dated) -> date:
    return one.since or date.min


def _level(steps: list[dict[str, Amount]]) -> None:
    """Write a tier everywhere once it is anywhere: where there is none, long requests cost what all others do."""
    limits = [amounts["tier_above"] for amounts in steps if "tier_above" in amounts]
    for amounts in steps if limits else ():
        if "tier_above" not in amounts:
            amounts["tier_above"] = limits[0]
            amounts |= {f"tier_{side}_price": amounts[f"{side}_price"] for side in SIDES if f"{side}_price" in amounts}


def _amounts(draft: Draft, prices: dict[str, Any]) -> dict[str, Amount]:
    """Return the prices of one table; a side may have a base and tiers of its own."""
    base: dict[str, object] = {}
    tiers: dict[object, dict[str, object]] = {}
    for side in SIDES:
        stated = prices.get(f"{side}_mtok")
        if not isinstance(stated, dict):
            base[side] = stated
            continue
        base[side] = stated.get("base")
        levels = stated.get("tiers")
        for one in levels if isinstance(levels, list) else ():
            if isinstance(one, dict) and isinstance(one.get("start"), int):
                tiers.setdefault(one["start"], {})[side] = one.get("price")
            else:
                draft.leave("tier_above", "is no whole number of tokens", one)
    flat = {side: value for side, value in base.items() if not isinstance(prices.get(f"{side}_mtok"), dict)}
    found = [Tier(limit, **(flat | sides)) for limit, sides in tiers.items()]
    draft.intake.expect(prices, _USUAL_PRICES, "prices.")
    draft.ignore(keys_of(prices, (*_USUAL_PRICES, _CACHED), "prices."))
    cached = prices.get(_CACHED)
    stated = {f"{side}_price": value for side, value in base.items()}
    stated["cached_input_price"] = cached.get("base") if isinstance(cached, dict) else cached
    return read_prices(draft, stated, found)
