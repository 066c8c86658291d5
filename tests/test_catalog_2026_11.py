"""The catalogue of November 2026: values that were read by hand, and decisions that an expert shares."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.catalog_values import entries, number, offers, value
from tests.shipped_cases import NOVEMBER

from llmrules import Advisor
from llmrules.language.values import Period

if TYPE_CHECKING:
    from llmrules.catalog import Model
    from llmrules.decision.decision import Decision

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


# what is in it


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
