"""The catalogue of November 2026: releases only, every value with its files, and decisions that an expert shares."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.shipped_cases import NOVEMBER

from llmrules import Advisor
from llmrules.language.values import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.catalog import Entry, Model, Offer
    from llmrules.decision.decision import Decision
    from llmrules.language.values import Value

ROOT = Path(__file__).parent.parent
PATH = ROOT / "catalogs" / "2026-11.toml"
TEXT = PATH.read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "catalogs.md").read_text(encoding="utf-8")
WRITTEN: list[dict[str, Any]] = [model for model in tomllib.loads(TEXT)["model"] if model.get("listed", True)]
BASE = tomllib.loads((ROOT / "catalog.toml").read_text(encoding="utf-8"))
ARTICLE = {model["id"] for model in BASE["model"]}
CLAIMS = {one["id"] for one in tomllib.loads((ROOT / "rules" / "sources.toml").read_text(encoding="utf-8"))["claim"]}
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
COMPILED_ON = date(2026, 11, 24)
RATES = "rates-1.1.0"
PERMISSIVE = {"Apache-2.0", "MIT", "LicenseRef-OpenMDW-1.1"}
TIER = {"tier_above", "tier_input_price", "tier_output_price"}
FAMILIES = {"claude", "deepseek", "falcon", "gemini", "gemma", "gpt-5", "grok", "llama-4", "mistral", "phi-3-mini"}


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    """The shipped rules, the article's models, and the catalogue on top."""
    return Advisor.load(catalog=[PATH], engine="plain")


@pytest.fixture(scope="module")
def models(advisor: Advisor) -> dict[str, Model]:
    """Return the listed models by id."""
    return {model.id: model for model in advisor.knowledge.catalog if model.listed}


def offers(model: Model) -> dict[str, Offer]:
    """Return the offers of a model that state something, by id."""
    return {one.id or "": one for one in model.offers if one.entries}


def entries(model: Model) -> Iterator[tuple[str, Entry]]:
    """Yield every entry of a model and of its offers."""
    yield from model.entries.items()
    for one in model.offers:
        yield from one.entries.items()


def value(of: Model | Offer, attribute: str) -> Value | None:
    """Return the value in force of an attribute, if there is one."""
    entry = of.entries.get(attribute)
    return None if entry is None else entry.value


def number(of: Model | Offer, attribute: str) -> Decimal | None:
    """Return the value in force of an attribute that is a number, if there is one."""
    found = value(of, attribute)
    assert found is None or type(found) in {int, Decimal}
    return None if found is None else Decimal(str(found))


# what is in it


def test_the_head_counts_what_is_there(models: dict[str, Model]) -> None:
    """At least 60 releases of at least 15 developers are listed: as many as the first line and the page say."""
    developers = {value(model, "developer") for model in models.values()}
    found = re.match(r"# The models .* in November 2026: (\d+) releases of (\d+) developers", TEXT)
    assert found is not None
    assert (len(models), len(developers)) == (int(found[1]), int(found[2]))
    assert f"{found[1]} releases of {found[2]} developers" in PAGE
    assert len(models) >= 60
    assert len(developers) >= 15


def test_the_articles_twelve_lend_and_are_no_candidates(advisor: Advisor) -> None:
    """Just the models of catalog.toml are not listed, and no release takes the id of one of them."""
    assert {model.id for model in advisor.knowledge.catalog if not model.listed} == ARTICLE
    assert not ARTICLE & {model["id"] for model in WRITTEN}


def test_the_sections_are_in_the_order_of_developers(models: dict[str, Model]) -> None:
    """Whoever looks for a developer finds one section, in the order of the alphabet, with all of its models."""
    _, *pieces = re.split(r"^# ── (.+?) ─+$", TEXT, flags=re.MULTILINE)
    sections = dict(zip(pieces[4::2], pieces[5::2], strict=True))  # after the documents and the article's entries
    assert list(sections) == sorted(sections, key=str.lower)
    for title, text in sections.items():
        ids = re.findall(r'^\[\[model\]\]\nid = "(.+)"$', text, flags=re.MULTILINE)
        assert {value(models[name], "developer") for name in ids} == {title}
    assert len(sections) == len({value(model, "developer") for model in models.values()})


def test_a_model_has_at_most_three_offers(models: dict[str, Model]) -> None:
    """Each offer has an id and a provider, no two are of one seller in one region, and one more is in the EU."""
    for model in models.values():
        assert len([one for one in model.offers if value(one, "region") != "eu"]) <= 3
        assert len([one for one in model.offers if value(one, "region") == "eu"]) <= 1
        sellers = {(value(one, "provider"), value(one, "region")) for one in offers(model).values()}
        assert len(sellers) == len(offers(model))
        assert all(name and value(one, "provider") for name, one in offers(model).items())


def test_zones_follow_from_the_region(models: dict[str, Model]) -> None:
    """An offer in a region says which zones that lies in: the EU, the US, or none where it is global."""
    regional = [one for model in models.values() for one in model.offers if value(one, "region") is not None]
    assert len([one for one in regional if value(one, "region") == "eu"]) == 12
    for one in regional:
        assert value(one, "zones") == {"eu": {"eu"}, "us": {"us"}, "global": set()}[str(value(one, "region"))]


def test_memory_is_reckoned_in_the_case(advisor: Advisor) -> None:
    """Parameters at the bits of the case, a tenth, and its context where layers and heads say what a token takes."""
    case = {"deployment": "on-premise", "context_tokens": 32_000, "hardware_memory": 80}
    at_four, at_eight = (advisor.decide({**case, **more}) for more in ({}, {"weight_bits": "eight"}))
    llama = "llama-3.3-70b-instruct"
    found = {
        name: [one.value for one in (there.computed(name, llama) for there in (at_four, at_eight)) if one is not None]
        for name in ("weights_memory", "running_memory", "context_memory", "memory_needed")
    }
    assert found == {
        "weights_memory": [Decimal("35.3"), Decimal("70.6")],
        "running_memory": [Decimal("38.83"), Decimal("77.66")],
        "context_memory": [Decimal("10.48576"), Decimal("10.48576")],
        "memory_needed": [Decimal("49.31576"), Decimal("88.14576")],
    }
    assert at_eight.verdict(llama) == "excluded"
    said = str(at_eight.why(llama))
    assert (
        "needs 88.15 GB: 70.6 billion parameters at 8 bits (70.6), a tenth, and 32,000 tokens of context (10.49)."
        in said
    )
    assert at_eight.computed("memory_needed", "gemma-4-31b-it") is None  # windows that slide


def test_cached_and_batched_tokens_cost_less(models: dict[str, Model]) -> None:
    """A cached or batched token costs no more than any other, and a batch has two prices."""
    for one in (offer for model in models.values() for offer in model.offers):
        for name in ("input", "output"):
            batched, price = number(one, f"batch_{name}_price"), number(one, f"{name}_price")
            assert batched is None or batched < (price or 0)
        cached = number(one, "cached_input_price")
        assert cached is None or cached <= (number(one, "input_price") or 0)
        assert (number(one, "batch_input_price") is None) == (number(one, "batch_output_price") is None)


def test_what_was_measured_is_what_the_importer_reads(models: dict[str, Model]) -> None:
    """Each rank has what it comes from beside it, under the board's document; 42 models are on a board."""
    ranked = 0
    for model in models.values():
        found = {name for name in model.entries if name.startswith("rank_")}
        ranked += bool(found)
        for name in found:
            told = model.entries[name.replace("rank_", "measured_")]
            assert told.stated.sources == model.entries[name].stated.sources == ("arena-2026-10",)
            assert re.fullmatch(r"\d+\.\d \(\d+\.\d to \d+\.\d\), n = [\d,]+, as \S.*", str(told.value))
    assert ranked == 42


# where it has it from


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


def test_the_article_is_cited_only_for_what_it_says_of_a_whole_family() -> None:
    """On a release's own line stand claims on every Claude, Gemini or Grok and on the article's own releases.

    GPT-5's successors are taken to be closed as it is, and say that it is their family's word.
    """
    cited = set()
    for model in WRITTEN:
        for attribute, source in model["sources"].items():
            names = {source} if isinstance(source, str) else set(source)
            cited |= {(attribute, name, model["id"]) for name in names & CLAIMS}
    closed = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "gemini-4-argon", "gemini-3.8-flash")
    successors = ("gpt-6-astra", "gpt-6.1-sol", "gpt-6-sol", "gpt-6-luna")
    assert cited == {
        *(("openness", "licensing.closed", name) for name in (*closed, *successors, "grok-4.7")),
        *(("openness_by_family", "licensing.closed", name) for name in successors),
        *(("live_social_stream", "training.grok", name) for name in ("grok-4.7", "grok-4.3")),
        ("modes", "architecture.deepseek-endpoints", "deepseek-v4.1-flash"),
        ("weights_context", "architecture.context-llama4-scout", "llama-4-scout-17b-16e"),
    }


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


def test_every_document_is_cited_and_declared_once() -> None:
    """The catalogue declares only documents that catalog.toml has not, and cites each of them."""
    new = [document["id"] for document in tomllib.loads(TEXT)["document"]]
    assert not {*new} & {document["id"] for document in BASE["document"]}
    assert all(TEXT.count(f'"{name}"') > 1 for name in new)


# whether it can be


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


def test_dates_are_in_order(models: dict[str, Model]) -> None:
    """A model knows nothing of the time after its release, and was out, and still sold, when this was compiled."""
    for model in models.values():
        released, cutoff = value(model, "release_date"), value(model, "knowledge_cutoff")
        assert released is None or (isinstance(released, Period) and released.last <= COMPILED_ON)
        if isinstance(released, Period) and isinstance(cutoff, Period):
            assert cutoff.first <= released.last
        for one in offers(model).values():
            retires = value(one, "retires_on")
            assert retires is None or (isinstance(retires, Period) and retires.first > COMPILED_ON)


def test_openness_follows_from_the_licence(models: dict[str, Model]) -> None:
    """A permissive licence makes a model open source, another one open-weight; only open ones have weights to load."""
    for model in models.values():
        openness, licence = value(model, "openness"), value(model, "licence")
        if licence is not None:
            assert openness == ("open-source" if licence in PERMISSIVE else "open-weight")
        if openness in {"closed", None}:
            assert not {"licence", "parameters", "weights_context"} & model.entries.keys()


# what the page says of it


def listing(heading: str) -> set[str]:
    """Return the names in backticks of the first bulleted line of the page that begins with some words."""
    line = re.search(rf"^- \*\*{heading}\*\*.*?(?=^- |^$)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert line is not None
    return set(re.findall(r"`([^`]+)`", line[0]))


def test_the_page_lists_what_is_unknown(models: dict[str, Model]) -> None:
    """Whose openness, licence, window and seller no file states stands in docs/catalogs.md."""
    assert listing("Openness") == {name for name, model in models.items() if "openness" not in model.entries}
    open_ones = {name for name, model in models.items() if value(model, "openness") in {"open-weight", "open-source"}}
    assert listing("Licence") == {name for name in open_ones if "licence" not in models[name].entries}
    assert listing("Seller") == {name for name, model in models.items() if not offers(model)}
    assert listing("Kinds of input") == {n for n, model in models.items() if "input_modalities" not in model.entries}


def test_the_pages_overlay_settles_what_it_speaks_of(models: dict[str, Model], tmp_path: Path) -> None:
    """The few lines at the end of docs/catalogs.md load on top, and add to the one offer that they name."""
    ours = tmp_path / "ours.toml"
    ours.write_text(PAGE.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    after = Advisor.load(catalog=[PATH, ours], engine="plain").knowledge.catalog.models["qwen3.8-flash"]
    before = models["qwen3.8-flash"]
    assert (value(before, "openness"), value(after, "openness")) == (None, "closed")
    assert offers(after).keys() == offers(before).keys()
    assert value(offers(after)["alibaba"], "retention_days") == 0
    assert value(offers(after)["together"], "region") is None


# what is known by hand


FACTS: dict[str, dict[str, object]] = {
    "gpt-6-astra": {
        "openness": "closed",
        "openness_by_family": True,
        "rank_web_development": 2,
        "azure/eu.input_price": 12,
        "knowledge_cutoff": "2026-04-30",
        "release_date": "2026-09-03",
        "openai.context_window": 1_050_000,
        "openai.max_input_tokens": 922_000,
        "openai.input_price": 10,
        "openai.tier_above": 272_000,
        "openai.tier_output_price": 75,
        "azure.retires_on": "2028-01-11",
        "amazon-bedrock/global.region": "global",
    },
    "claude-haiku-5-5": {
        "openness": "closed",
        "licence": None,
        "alignment_methods": {"constitutional-ai"},
        "anthropic.output_price": Decimal("0.5"),
        "anthropic.tier_above": 100_000,
        "anthropic.tier_input_price": Decimal("0.5"),
        "anthropic.structured_output": True,
        "azure.retires_on": "2027-09-29",
    },
    "gemini-4-argon": {
        "input_modalities": {"text", "image", "audio", "video"},
        "release_date": "2026-10-13",
        "google.max_output_tokens": 65_536,
        "google.input_price": 2,
        "google-vertex.output_price": 10,
    },
    "grok-4.3": {
        "openness": "closed",
        "content_filtering": "minimal",
        "xai.context_window": 1_000_000,
        "xai.max_output_tokens": 30_000,
        "xai.input_price": Decimal("1.25"),
        "google-vertex.context_window": None,
    },
    "llama-4-scout-17b-16e": {
        "licence": "LicenseRef-Llama-4-Community",
        "parameters": 109,
        "active_parameters": 17,
        "weights_context": 10_000_000,
        "meta.context_window": 128_000,
        "meta.input_price": None,
        "amazon-bedrock.context_window": 10_000_000,
        "amazon-bedrock.retires_on": "2027-03-30",
        "azure.retires_on": "2027-01-31",
    },
    "mistral-large-4": {
        "openness": None,
        "release_date": None,
        "mistral.input_price": Decimal("0.7"),
        "mistral.output_price": Decimal("2.1"),
    },
    "deepseek-v4-pro": {
        "licence": "MIT",
        "parameters": 1600,
        "active_parameters": 49,
        "moving_alias": True,
        "deepseek.input_price": Decimal("0.66"),
        "azure.input_price": Decimal("1.74"),
        "azure.retires_on": "2028-02-20",
    },
    "phi-4": {
        "openness": "open-source",
        "parameters": Decimal("14.7"),
        "azure.context_window": 16_384,
        "azure.input_price": Decimal("0.125"),
        "deepinfra.output_price": Decimal("0.14"),
    },
    "glm-5.3": {
        "openness": "open-weight",
        "licence": "LicenseRef-GLM-5.3",
        "parameters": 743,
        "zai.output_price": Decimal("4.4"),
        "amazon-bedrock/global.input_price": Decimal("1.68"),
    },
    "gpt-oss-120b": {
        "licence": "Apache-2.0",
        "active_parameters": Decimal("5.1"),
        "alignment_methods": None,
        "amazon-bedrock.output_price": Decimal("0.6"),
        "azure.retires_on": "2027-09-15",
    },
    "solar-pro4": {
        "openness": "closed",
        "developer": "Upstage",
        "knowledge_cutoff": "2026-02",
        "upstage.context_window": 524_288,
        "openrouter.input_price": Decimal("0.15"),
    },
    "gemma-4-e4b-it": {
        "openness": "open-source",
        "licence": "Apache-2.0",
        "parameters": 8,
        "weights_context": 131_072,
        "deepinfra.input_price": Decimal("0.02"),
    },
}


@pytest.mark.parametrize("name", FACTS)
def test_a_model_is_what_the_files_say(name: str, models: dict[str, Model]) -> None:
    """Some models, read by hand from the files, stand in the catalogue as they do there."""
    model = models[name]
    for place, expected in FACTS[name].items():
        seller, _, attribute = place.rpartition(".")
        found = value(offers(model)[seller] if seller else model, attribute)
        assert (found.text if isinstance(found, Period) else found) == expected, place


def test_prices_that_are_known_to_change_change(models: dict[str, Model]) -> None:
    """Two introductory prices double on their days; no other price has a day."""
    dated = {(model.id, name): entry for model in models.values() for name, entry in entries(model) if entry.dated}
    assert {name for name, _ in dated} == {"gemini-4-argon", "gemini-3.8-flash"}
    for (name, attribute), entry in dated.items():
        eve, day = {
            "gemini-4-argon": (date(2026, 11, 30), date(2026, 12, 1)),
            "gemini-3.8-flash": (date(2026, 12, 31), date(2027, 1, 1)),
        }[name]
        assert attribute in {"input_price", "output_price"}
        before, after = entry.on(eve).value, entry.on(day).value
        assert before == entry.value
        assert Decimal(str(after)) == 2 * Decimal(str(before))
    assert len(dated) == 4


DISPUTES = [
    ("mistral-large-4", "mistral.input_price", {Decimal("1.36")}),
    ("deepseek-v4-pro", "openness", {"closed"}),
    ("deepseek-v4-pro", "deepseek.output_price", {Decimal("0.87"), Decimal("3.48"), Decimal("3.96")}),
    ("gemma-4-e4b-it", "licence", {"LicenseRef-Gemma"}),
    ("gemma-4-e4b-it", "openness", {"open-weight"}),
    ("gemma-4-e4b-it", "parameters", {4}),
    ("deepseek-v4.1-flash", "parameters", {552}),
    ("nemotron-3-super-120b-a12b", "weights_context", {262_144}),
    ("phi-4", "azure.context_window", {128_000}),
    ("gpt-5.4", "openai.max_input_tokens", {1_050_000}),
]


@pytest.mark.parametrize(("name", "place", "expected"), DISPUTES, ids=[".".join(one[:2]) for one in DISPUTES])
def test_what_the_files_disagree_on_is_disputed(
    name: str, place: str, expected: set[object], models: dict[str, Model]
) -> None:
    """Every other value stands beside the one in force, once."""
    seller, _, attribute = place.rpartition(".")
    of = offers(models[name])[seller] if seller else models[name]
    disputed = [stated.value for stated in of.entries[attribute].disputed]
    assert set(disputed) == expected
    assert len(disputed) == len(expected)


# decisions over it


def test_the_page_of_real_cases_says_what_is_decided(models: dict[str, Model]) -> None:
    """docs/knowledge.md has one line for each case of November, with the models at the first place of its decision."""
    page = (ROOT / "docs" / "knowledge.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Real cases$.*?(?=^## )", page, flags=re.MULTILINE | re.DOTALL)
    found = dict(re.findall(r"^\| (.+?) \| (.+?) \| .+ \| .+ \|$", section, flags=re.MULTILINE))
    cases = [tomllib.loads(path.read_text(encoding="utf-8")) for path in NOVEMBER.glob("*.toml")]
    assert found.pop("case") == "first"
    assert len(found) == len(cases) >= 30
    for case in cases:
        best = ", ".join(models[one].name for one in case["expect"]["best"])
        assert found[case["title"]["en"]] in ({best} if best else {"refused", "nobody"})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_decided_over_it(path: Path, advisor: Advisor, models: dict[str, Model]) -> None:
    """Each release is in one place, the article's entries in none, and whoever is first is known to be eligible."""
    decision = decided(path, advisor)
    names = [one.model for one in (*decision.ranking, *decision.unverified)]
    names += [one.model for one in decision.excluded]
    assert sorted(names) == sorted(models)
    assert all(decision.verdict(name) == "eligible" for name in decision.best)


def decided(path: Path, advisor: Advisor) -> Decision:
    """Return the decision of an example on the day on which the catalogue was compiled."""
    stated = tomllib.loads(path.read_text(encoding="utf-8"))["requirements"]
    return advisor.decide({**stated, "as_of": COMPILED_ON})


FIRST: dict[str, set[object]] = {
    "code-review": {"claude"},
    "contract-review": {"claude"},
    "stories-for-teenagers": {"claude"},
    "social-monitor": {"grok"},
    "video-archive": {"gemini"},
    "maths-tutor": {"deepseek"},
    "code-base-at-home": {"deepseek"},
    "captions-for-a-museum": {"llama-4"},
    "ten-million-token-archive": {"llama-4"},
    "travel-translation": {"gpt-6"},
}


@pytest.mark.parametrize(("name", "families"), FIRST.items())
def test_the_families_that_the_article_praises_stay_first(
    name: str, families: set[object], advisor: Advisor, models: dict[str, Model]
) -> None:
    """Where an example asks for what the article says of a family, that family's releases lead."""
    decision = decided(ROOT / "examples" / f"{name}.toml", advisor)
    assert {value(models[one], "family") for one in decision.best} == families


def test_own_hardware_gets_what_it_can_run(advisor: Advisor, models: dict[str, Model]) -> None:
    """On a small device only open models of few parameters are eligible, of several developers."""
    placed = [one.model for one in decided(ROOT / "examples" / "field-device.toml", advisor).ranking]
    assert len({value(models[name], "developer") for name in placed}) > 3
    for name in placed:
        assert (number(models[name], "parameters") or 11) <= 10
        assert value(models[name], "openness") in {"open-weight", "open-source"}
