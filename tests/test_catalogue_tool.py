"""The command that makes the next catalogue: a newer file replaces its older version, and nothing else is lost."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tools.catalogue import File, Making, chosen_offers, joined, new_models, updated

from llmrules.importers.merging import Model, Offer, merge
from llmrules.importers.reading import Origin, Reading, Row
from llmrules.importers.settling import Dated, Entry, Stated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.importers.reading import Plain

DAYS = {"old": date(2026, 10, 1), "other": date(2026, 9, 1), "new": date(2026, 12, 1)}
TODAY = date(2026, 12, 7)


def row(name: str, seller: str = "openai", *, own: bool = False, region: str | None = None, **offer: Plain) -> Row:
    """A row of LiteLLM, priced."""
    told: Mapping[str, Plain] = {"input_price": 1, "output_price": 2} | offer
    model = {"developer": "OpenAI"}
    return Row(name, name, name, name, seller, seller.title(), region, first_party=own, model=model, offer=told)


def making(*rows: Row, earlier: tuple[Row, ...] = ()) -> Making:
    """A making of a newer LiteLLM, of which there was an earlier version."""

    def file(name: str, its: tuple[Row, ...], **told: bool) -> File:
        origin = Origin(kind="litellm", id=name, title=name, date=DAYS[name], dated_by="given")
        known, before = told.get("known", False), told.get("earlier", False)
        return File(name, Reading(origin, len(its), its), None, ("old",) if name == "new" else (), known, before)

    return Making(TODAY, (file("new", rows), file("old", earlier, earlier=True)), DAYS)


def test_a_newer_version_of_a_file_replaces_what_it_speaks_of() -> None:
    """The older version's word is dropped, another file's stays beside the newer value."""
    before = Entry(Stated(2, ("old",)), (Stated(3, ("other",)),))
    found = joined("input_price", before, Entry(Stated(4, ("new",))), making(), of_model=False)
    assert (found.stated, found.disputed) == (Stated(4, ("new",)), (Stated(3, ("other",)),))
    agreeing = joined("input_price", before, Entry(Stated(3, ("new",))), making(), of_model=False)
    assert (agreeing.stated, agreeing.disputed) == (Stated(3, ("new", "other")), ())


def test_of_a_model_what_was_in_force_stays_in_force() -> None:
    """A newer file that describes offers disputes what a file on models says, and does not take its place."""
    before = Entry(Stated("2025-06", ("other",)))
    found = joined("knowledge_cutoff", before, Entry(Stated("2025-09", ("new",))), making(), of_model=True)
    assert (found.stated.value, [one.value for one in found.disputed]) == ("2025-06", ["2025-09"])


def test_what_no_newer_file_speaks_of_stays() -> None:
    """A model and an offer that are gone from the files keep their values; a price whose day has come is in force."""
    later = Dated(date(2026, 12, 1), Stated(9, ("old",)))
    offer = Offer("openai", {"input_price": Entry(Stated(2, ("old",)), dated=(later,))}, 0)
    model = Model("gpt-6", "GPT-6", {"family": Entry(Stated("gpt-6", ("other",)))}, (offer,), ())
    found = updated(model, None, making(), frozenset())
    assert found.entries == model.entries
    assert [dict(one.entries) for one in found.offers] == [{"input_price": Entry(Stated(9, ("old",)))}]


def test_which_models_come() -> None:
    """A successor of a listed one, what a moving name means, and what is new at its developer; no release of one."""
    rows = (
        row("gpt-6", own=True, superseded_by="gpt-7"),
        row("gpt-7", own=True),
        row("gpt-6-2026-10-01", own=True),
        row("gpt-6-mini", own=True, moving_names="gpt-mini-latest"),
        row("gpt-6-nano", own=True),
        row("gpt-5", "azure"),
    )
    found = new_models(making(*rows, earlier=(rows[1], rows[3])), {"gpt-6": {"developer": "OpenAI"}})
    assert found == {
        "gpt-6-mini": "the moving name gpt-mini-latest means it",
        "gpt-6-nano": "Openai sells it, and LiteLLM lists it since the catalogue before",
        "gpt-7": "Openai names it as the successor of gpt-6",
    }


def test_three_offers_and_their_regions() -> None:
    """The developer's own comes first, then the big clouds; the regions of these sellers stand beside them."""
    sellers = ["openai", "aihubmix", "azure", "openrouter"]
    rows = [row("gpt-7", seller, own=seller == "openai") for seller in sellers]
    rows += [row("gpt-7", "azure", region="eu"), row("gpt-7", "openrouter", region="eu")]
    rows += [row("gpt-7", "azure", region="us", retires_on=date(2026, 12, 1))]
    (model,) = merge([making(*rows).files[0].reading]).models
    chosen = chosen_offers(model, frozenset({"openai"}), (), TODAY)
    assert [offer.id for offer in chosen] == ["openai", "azure", "azure/eu", "aihubmix"]
    assert [offer.id for offer in chosen_offers(model, frozenset(), ["openai", "azure"], TODAY)] == ["azure/eu"]
