"""Every dated catalogue: releases only, each value with its files, none lost from the catalogue before."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen
from tests.catalog_values import entries, number, offers, value

from llmrules import Advisor
from llmrules.catalog import Model
from llmrules.importers.kinds import KINDS
from llmrules.language.values import Period

ROOT = Path(__file__).parent.parent
PATHS = sorted((ROOT / "catalogs").glob("*.toml"))
PAGE = (ROOT / "docs" / "catalogs.md").read_text(encoding="utf-8")
BASE = tomllib.loads((ROOT / "catalog.toml").read_text(encoding="utf-8"))
ARTICLE = {model["id"] for model in BASE["model"]}
CLAIMS = {one["id"] for one in tomllib.loads((ROOT / "rules" / "sources.toml").read_text(encoding="utf-8"))["claim"]}
RATES = "rates-1.1.0"
PERMISSIVE = {"Apache-2.0", "MIT", "LicenseRef-OpenMDW-1.1"}
TIER = {"tier_above", "tier_input_price", "tier_output_price"}
FAMILIES = {"claude", "deepseek", "falcon", "gemini", "gemma", "gpt-5", "grok", "llama-4", "mistral", "phi-3-mini"}
CLOSED = {"claude", "gemini", "gpt-5", "grok"}
"""The families of which the article says that they are closed."""


@frozen(eq=False)
class Shipped:
    """A dated catalogue: its text, its tables, the day that it is of, and its listed models as they are loaded."""

    text: str = field(repr=False)
    advisor: Advisor = field(repr=False)
    models: dict[str, Model] = field(repr=False)

    @property
    def day(self) -> date:
        """The day on which it was compiled."""
        found = re.search(r"state(?:\n#)? of each on (\d{4}-\d\d-\d\d)", self.text.replace("\n# of", " of"))
        assert found is not None
        return date.fromisoformat(found[1])

    @property
    def written(self) -> list[dict[str, Any]]:
        """The listed models as they stand in the file."""
        return [model for model in tomllib.loads(self.text)["model"] if model.get("listed", True)]


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def shipped(request: pytest.FixtureRequest) -> Shipped:
    """One dated catalogue on top of the shipped rules and the article's models."""
    advisor = Advisor.load(catalog=[request.param], engine="plain")
    models = {model.id: model for model in advisor.knowledge.catalog if model.listed}
    return Shipped(request.param.read_text(encoding="utf-8"), advisor, models)


@pytest.fixture(scope="module")
def models(shipped: Shipped) -> dict[str, Model]:
    """Return the listed models by id."""
    return shipped.models


def test_the_head_counts_what_is_there(shipped: Shipped, models: dict[str, Model]) -> None:
    """At least 60 releases of at least 15 developers are listed: as many as the first line and the page say."""
    developers = {value(model, "developer") for model in models.values()}
    found = re.match(rf"# The models .* in {shipped.day:%B %Y}: (\d+) releases of (\d+) developers", shipped.text)
    assert found is not None
    assert (len(models), len(developers)) == (int(found[1]), int(found[2]))
    assert f"{found[1]} releases of {found[2]} developers" in PAGE
    assert len(models) >= 60
    assert len(developers) >= 15


def test_the_articles_twelve_lend_and_are_no_candidates(shipped: Shipped) -> None:
    """Just the models of catalog.toml are not listed, and no release takes the id of one of them."""
    assert {model.id for model in shipped.advisor.knowledge.catalog if not model.listed} == ARTICLE
    assert not ARTICLE & {model["id"] for model in shipped.written}


def test_the_sections_are_in_the_order_of_developers(shipped: Shipped, models: dict[str, Model]) -> None:
    """Whoever looks for a developer finds one section, in the order of the alphabet, with all of its models."""
    _, *pieces = re.split(r"^# ── (.+?) ─+$", shipped.text, flags=re.MULTILINE)
    sections = dict(zip(pieces[4::2], pieces[5::2], strict=True))  # after the documents and the article's entries
    assert list(sections) == sorted(sections, key=str.lower)
    for title, text in sections.items():
        ids = re.findall(r'^\[\[model\]\]\nid = "(.+)"$', text, flags=re.MULTILINE)
        assert {value(models[name], "developer") for name in ids} == {title}
    assert len(sections) == len({value(model, "developer") for model in models.values()})


def test_a_model_has_at_most_three_offers_beside_regional_ones(models: dict[str, Model]) -> None:
    """Each offer has an id and a provider, and no two are of one seller in one region."""
    for model in models.values():
        assert len([one for one in model.offers if value(one, "region") in {None, "global"}]) <= 3
        sellers = {(value(one, "provider"), value(one, "region")) for one in offers(model).values()}
        assert len(sellers) == len(offers(model))
        assert all(name and value(one, "provider") for name, one in offers(model).items())


def test_zones_follow_from_the_region(models: dict[str, Model]) -> None:
    """An offer in a region says which zones that lies in: none where it is global."""
    regional = [one for model in models.values() for one in model.offers if value(one, "region") is not None]
    assert len([one for one in regional if value(one, "region") == "eu"]) >= 12
    for one in regional:
        region = str(value(one, "region"))
        assert value(one, "zones") == (set() if region == "global" else {region})


def test_cached_and_batched_tokens_cost_less(models: dict[str, Model]) -> None:
    """A cached or batched token costs no more than any other, also after a rise, and a batch has two prices."""
    for one in (offer for model in models.values() for offer in model.offers):
        for name in ("input", "output"):
            batched, price = number(one, f"batch_{name}_price"), number(one, f"{name}_price")
            assert batched is None or batched <= (price or 0)
        cached = number(one, "cached_input_price")
        assert cached is None or cached <= (number(one, "input_price") or 0)
        assert (number(one, "batch_input_price") is None) == (number(one, "batch_output_price") is None)


def test_what_was_measured_is_what_the_importer_reads(models: dict[str, Model]) -> None:
    """Each rank has what it comes from beside it, under the board's document."""
    ranked = 0
    for model in models.values():
        found = {name for name in model.entries if name.startswith("rank_")}
        ranked += bool(found)
        for name in found:
            told = model.entries[name.replace("rank_", "measured_")]
            assert told.stated.sources == model.entries[name].stated.sources == ("arena-2026-10",)
            assert re.fullmatch(r"\d+\.\d \(\d+\.\d to \d+\.\d\), n = [\d,]+, as \S.*", str(told.value))
    assert ranked > len(models) / 2


def test_only_what_is_inherited_comes_from_the_family(models: dict[str, Model]) -> None:
    """A release keeps which family lends it a value; openness, licence, size and window are its own."""
    inherited = [(model, name, entry) for model in models.values() for name, entry in entries(model)]
    inherited = [(model, name, entry) for model, name, entry in inherited if entry.inherited_from]
    assert {entry.inherited_from for _, _, entry in inherited} == FAMILIES
    assert all(entry.inherited_from == model.extends for model, _, entry in inherited)
    assert {name for _, name, _ in inherited} == {
        *("developer", "activation", "strengths", "alignment_methods", "content_filtering", "response_style"),
        *("training_data", "training_languages", "training_modalities"),
    }
    assert {name for _, name, entry in inherited if not CLAIMS.issuperset(entry.stated.sources)} == {"developer"}


def test_a_size_that_speaks_against_the_family_is_not_overruled(models: dict[str, Model]) -> None:
    """Where total and active parameters are stated, the release says itself how it activates them."""
    for model in models.values():
        active, parameters = number(model, "active_parameters"), number(model, "parameters")
        if active is None:
            continue
        assert parameters is not None
        assert active < parameters
        assert value(model, "activation") == "moe"
        assert model.entries["activation"].inherited_from is None
    for name in ("mistral-medium-2604", "mistral-small-2603", "ministral-8b-2512", "llama-3.3-70b-instruct"):
        assert "activation" not in models[name].entries


def test_the_article_is_cited_only_for_what_it_says_of_a_whole_family(shipped: Shipped) -> None:
    """On a release's own line stand claims on every Claude, Gemini, GPT or Grok, and on the article's own releases.

    GPT-5's successors are taken to be closed as it is, and say that it is their family's word.
    """
    own = {
        ("modes", "architecture.deepseek-endpoints", "deepseek"),
        ("weights_context", "architecture.context-llama4-scout", "llama-4"),
        ("live_social_stream", "training.grok", "grok"),
        *(("openness", "licensing.closed", family) for family in CLOSED),
        ("openness_by_family", "licensing.closed", "gpt-5"),
    }
    for model in shipped.written:
        for attribute, source in model["sources"].items():
            claimed = CLAIMS & ({source} if isinstance(source, str) else {*source})
            assert {(attribute, name, model.get("extends")) for name in claimed} <= own
            if (attribute, model.get("extends")) == ("openness", "gpt-5") and claimed:
                assert model["openness_by_family"] is True


def test_a_file_fused_from_others_is_no_second_voice(models: dict[str, Model]) -> None:
    """Rates is in force only where it is the only source, and never states a price."""
    alone = 0
    for model in models.values():
        for name, entry in entries(model):
            everything = [entry.stated, *entry.disputed, *(one.stated for one in entry.dated)]
            fused = [stated for stated in everything if RATES in stated.sources]
            assert all(stated.sources == (RATES,) for stated in fused)
            assert not fused or not name.endswith("price")
            alone += entry.stated in fused
    assert alone > 0


def test_every_document_is_cited_and_declared_once(shipped: Shipped) -> None:
    """The catalogue declares only documents that catalog.toml has not, and cites each of them."""
    new = [document["id"] for document in tomllib.loads(shipped.text)["document"]]
    assert not {*new} & {document["id"] for document in BASE["document"]}
    assert all(shipped.text.count(f'"{name}"') > 1 for name in new)


def test_no_document_is_called_as_importing_would_call_it(shipped: Shipped) -> None:
    """A file that somebody imports is a document of its own: it may be of another day than the one that we read."""
    kinds = "|".join(KINDS)
    imported = re.compile(rf"(?:{kinds})-(?:\d+\.\d.*|\d{{4}}-\d\d-\d\d)")
    ids = [document["id"] for document in tomllib.loads(shipped.text)["document"]]
    assert [one for one in ids if imported.fullmatch(one)] == []


def test_prices_are_plausible(models: dict[str, Model]) -> None:
    """A price is above 0 and at most 200 USD per million tokens, output costs no less, a tier costs more."""
    for model in models.values():
        for one in offers(model).values():
            given, answered = number(one, "input_price"), number(one, "output_price")
            assert (given is None) == (answered is None)
            assert given is None or answered is None or 0 < given <= answered <= 200
            long = [number(one, name) for name in TIER]
            assert None not in long or not any(long)
            if given and answered and all(long):
                assert (number(one, "tier_input_price") or 0) > given
                assert (number(one, "tier_output_price") or 0) > answered


def test_limits_fit_into_the_window(models: dict[str, Model]) -> None:
    """Neither what input may fill, nor an answer, nor the first tier is longer than the window."""
    for model in models.values():
        for one in offers(model).values():
            window = number(one, "context_window")
            for name in ("max_input_tokens", "max_output_tokens", "tier_above"):
                assert window is None or (number(one, name) or 0) <= window


def test_dates_are_in_order(shipped: Shipped, models: dict[str, Model]) -> None:
    """A model knows nothing of the time after its release, and was out when this was compiled."""
    for model in models.values():
        released, cutoff = value(model, "release_date"), value(model, "knowledge_cutoff")
        assert released is None or (isinstance(released, Period) and released.last <= shipped.day)
        if isinstance(released, Period) and isinstance(cutoff, Period):
            assert cutoff.first <= released.last


def test_openness_follows_from_the_licence(models: dict[str, Model]) -> None:
    """A permissive licence makes a model open source, another one open-weight; only open ones have weights to load."""
    for model in models.values():
        openness, licence = value(model, "openness"), value(model, "licence")
        if licence is not None:
            assert openness == ("open-source" if licence in PERMISSIVE else "open-weight")
        if openness in {"closed", None}:
            assert not {"licence", "parameters", "weights_context"} & model.entries.keys()


# what the page says of the newest


@pytest.fixture(scope="module")
def newest() -> dict[str, Model]:
    """Return the listed models of the newest catalogue by id."""
    return {one.id: one for one in Advisor.load(catalog=[PATHS[-1]], engine="plain").knowledge.catalog if one.listed}


def listing(heading: str) -> set[str]:
    """Return the names in backticks of the first bulleted line of the page that begins with some words."""
    line = re.search(rf"^- \*\*{heading}\*\*.*?(?=^- |^$)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert line is not None
    return set(re.findall(r"`([^`]+)`", line[0]))


def test_the_page_lists_what_is_unknown(newest: dict[str, Model]) -> None:
    """Whose openness, licence, window and seller no file states stands in docs/catalogs.md."""
    models = newest
    assert listing("Openness") == {name for name, model in models.items() if "openness" not in model.entries}
    open_ones = {name for name, model in models.items() if value(model, "openness") in {"open-weight", "open-source"}}
    assert listing("Licence") == {name for name in open_ones if "licence" not in models[name].entries}
    assert listing("Seller") == {name for name, model in models.items() if not offers(model)}
    assert listing("Kinds of input") == {n for n, model in models.items() if "input_modalities" not in model.entries}


def test_the_pages_overlay_settles_what_it_speaks_of(newest: dict[str, Model], tmp_path: Path) -> None:
    """The few lines at the end of docs/catalogs.md load on top, and add to the one offer that they name."""
    ours = tmp_path / "ours.toml"
    ours.write_text(PAGE.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    after = Advisor.load(catalog=[PATHS[-1], ours], engine="plain").knowledge.catalog.models["qwen3.8-flash"]
    before = newest["qwen3.8-flash"]
    assert (value(before, "openness"), value(after, "openness")) == (None, "closed")
    assert offers(after).keys() == offers(before).keys()
    assert value(offers(after)["alibaba"], "retention_days") == 0
    assert value(offers(after)["together"], "region") is None


# what becomes of it


@pytest.mark.parametrize(("before", "after"), [*pairwise(PATHS)], ids=lambda path: path.stem)
def test_no_sourced_value_is_lost(before: Path, after: Path) -> None:
    """What a catalogue states of a model or an offer, the next one states, too, as the same value or as another."""
    old, new = ({one.id: one for one in Advisor.load(catalog=[path]).knowledge.catalog} for path in (before, after))
    for model in old.values():
        assert model.entries.keys() <= new[model.id].entries.keys()
        for name, offer in offers(model).items():
            assert offer.entries.keys() <= offers(new[model.id])[name].entries.keys()


@pytest.mark.parametrize(("before", "after"), [*pairwise(PATHS)], ids=lambda path: path.stem)
def test_what_changes_has_a_newer_source(before: Path, after: Path) -> None:
    """A value that is in force instead of another one rests on a document that the catalogue before did not know."""
    old, new = ({one.id: one for one in Advisor.load(catalog=[path]).knowledge.catalog} for path in (before, after))
    documents = [
        {one["id"] for one in tomllib.loads(path.read_text(encoding="utf-8"))["document"]} for path in (before, after)
    ]
    newer = documents[1] - documents[0]
    for model in old.values():
        tables = [(model.entries, new[model.id].entries)]
        tables += [(one.entries, offers(new[model.id])[name].entries) for name, one in offers(model).items()]
        for mine, theirs in tables:
            changed = {name for name, entry in mine.items() if entry.value != theirs[name].value}
            assert all(newer.intersection(theirs[name].sources) for name in changed), (model.id, changed)


def test_what_replaces_a_model_is_told_with_its_source() -> None:
    """The newest catalogue names successors, moving names and pages of retirement, as LiteLLM states them."""
    models = [one for one in Advisor.load(catalog=[PATHS[-1]]).knowledge.catalog if one.listed]
    sold = [one for model in models for one in model.offers]
    for name in ("superseded_by", "retirement_page", "moving_names"):
        found = [one.entries[name] for one in sold if name in one.entries]
        assert len(found) >= 10
        assert all(source.startswith("litellm-") for entry in found for source in entry.sources)


def test_a_price_rise_of_the_developer_reaches_every_older_offer() -> None:
    """Nobody sells Gemini 4 Argon for less than Google does since its rise, on the word of an older row."""
    model = Advisor.load(catalog=[PATHS[-1]]).knowledge.catalog.models["gemini-4-argon"]
    for offer in model.offers:
        assert (value(offer, "input_price"), value(offer, "output_price")) == (4, 20)
        assert {one.value for one in offer.entries["input_price"].disputed} == {2}
