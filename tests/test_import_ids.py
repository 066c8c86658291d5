"""Ids of sellers: what meets under one id, what must never meet, and what is no id of a model at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.import_files import FILES, reading

from llmrules.importers.developers import DEVELOPERS, by_prefix, named_like
from llmrules.importers.ids import Name, is_id, no_model, no_text, take_apart, zones_of
from llmrules.importers.sellers import SELLERS, seller_of
from llmrules.importers.written import calendar_day, day_in, is_dated

SAME = {
    "claude-haiku-4-5-20251001": [
        ("anthropic", "claude-haiku-4-5-20251001"),
        ("amazon-bedrock", "anthropic.claude-haiku-4-5-20251001-v1:0"),
        ("bedrock_converse", "us-gov.anthropic.claude-haiku-4-5-20251001-v1:0"),
        ("bedrock", "bedrock/us-gov-west-1/anthropic.claude-haiku-4-5-20251001-v1:0"),
        ("aws", "regional.anthropic.claude-haiku-4-5-20251001-v1:0"),
        ("google-vertex", "claude-haiku-4-5@20251001"),
        ("vertex_ai-anthropic_models", "vertex_ai/claude-haiku-4-5@20251001"),
    ],
    "claude-opus-4-5": [
        ("openrouter", "anthropic/claude-opus-4.5"),
        ("cortecs", "claude-opus4-5"),
        ("digitalocean", "anthropic-claude-opus-4.5"),
        ("databricks", "databricks/databricks-claude-opus-4-5"),
        ("aws", "global.anthropic.claude-opus-4-5-v1:0"),
    ],
    "claude-opus-4-6": [
        ("google-vertex", "claude-opus-4-6@default"),
        ("amazon-bedrock", "anthropic.claude-opus-4-6-v1"),
    ],
    "claude-3-5-sonnet-20241022": [("bedrock", "anthropic.claude-3-5-sonnet-20241022-v2:0")],
    "gpt-oss-120b": [
        ("bedrock_converse", "openai.gpt-oss-120b-1:0"),
        ("ollama-cloud", "gpt-oss:120b"),
        ("ollama", "ollama/gpt-oss:120b-cloud"),
        ("vertex_ai-openai_models", "vertex_ai/openai/gpt-oss-120b-maas"),
        ("cloudflare-ai-gateway", "workers-ai/@cf/openai/gpt-oss-120b"),
        ("fireworks_ai", "fireworks_ai/accounts/fireworks/models/gpt-oss-120b"),
        ("synthetic", "hf:openai/gpt-oss-120b"),
    ],
    "llama-3.1-8b-instruct": [
        ("meta_llama", "meta_llama/Llama-3.1-8B-Instruct"),
        ("amazon-bedrock", "meta.llama3-1-8b-instruct-v1:0"),
        ("databricks", "databricks/databricks-meta-llama-3-1-8b-instruct"),
        ("fireworks", "llama-v3p1-8b-instruct"),
        ("nebius", "nebius/meta-llama/Meta-Llama-3.1-8B-Instruct"),
    ],
    "llama-3.3-nemotron-super-49b-v1.5": [
        ("nano-gpt", "nvidia/Llama-3_3-Nemotron-Super-49B-v1_5"),
        ("openrouter", "nvidia/llama-3.3-nemotron-super-49b-v1.5"),
    ],
    "glm-5.3-flash": [("mistral", "mistral/zai-glm-5-3-flash"), ("fireworks_ai", "fireworks_ai/glm-5p3-flash")],
    "kimi-k2.6-turbo": [("firepass", "accounts/fireworks/routers/kimi-k2p6-turbo")],
    "kimi-k2.6": [("clarifai", "moonshotai/chat-completion/models/Kimi-K2_6"), ("moonshotai", "kimi-k2.6")],
    "qwen2.5-72b-instruct": [("alibaba", "qwen2-5-72b-instruct"), ("openrouter", "qwen/qwen-2.5-72b-instruct")],
    "grok-4.1-fast-reasoning": [("x-ai", "grok-4-1-fast-reasoning")],
    "grok-4.20-reasoning": [("azure", "grok-4-20-reasoning"), ("oci", "oci/xai.grok-4.20-reasoning")],
    "nova-lite": [("amazon-bedrock", "apac.amazon.nova-lite-v1:0"), ("amazon_nova", "amazon-nova/nova-lite-v1")],
    "mistral-7b-instruct-v0.2": [("bedrock", "bedrock/us-west-2/mistral.mistral-7b-instruct-v0:2")],
    "nemotron-nano-9b-v2": [("aws", "nvidia.nemotron-nano-9b-v2:0"), ("nvidia", "nvidia/nvidia-nemotron-nano-9b-v2")],
    "gpt-5-mini": [("perplexity-agent", "openai/gpt-5-mini"), ("azure", "azure/eu/gpt-5-mini")],
}
APART = {
    "deepseek/v3": ("amazon-bedrock", "deepseek.v3-v1:0"),  # it is DeepSeek V3.1 there
    "amazon-bedrock/nemotron-nano-12b-v2": ("bedrock", "nvidia.nemotron-nano-12b-v2"),  # it is the VL model there
    "openrouter/deepseek-chat": ("openrouter", "deepseek/deepseek-chat"),
    "deepseek-chat": ("deepseek", "deepseek-chat"),
    "vercel/codestral": ("vercel", "mistral/codestral"),
    "cerebras/llama-3.1-8b": ("cerebras", "llama3.1-8b"),
    "llama-3.1-8b": ("novita", "meta-llama/llama-3.1-8b"),
    "claude-v2:1": ("bedrock", "anthropic.claude-v2:1"),
    "claude-haiku-4-5": ("anthropic", "claude-haiku-4-5"),
    "llama-3.3-70b-instruct-fp8": ("nano-gpt", "llama-3.3-70b-instruct-fp8"),
    "nvidia/llama-3.3-70b-instruct-fp8": ("evroc", "nvidia/Llama-3.3-70B-Instruct-FP8"),
    "cortecs/llama-3.3-70b-instruct-fp8-dynamic": ("stackit", "cortecs/Llama-3.3-70B-Instruct-FP8-Dynamic"),
    "unsloth/gemma-3-27b-it": ("chutes", "unsloth/gemma-3-27b-it"),
    "qwen3-235b-a22b-thinking-2507": ("chutes", "Qwen/Qwen3-235B-A22B-Thinking-2507"),
    "qwen3-coder-480b-a35b-instruct-turbo": ("deepinfra", "Qwen/Qwen3-Coder-480B-A35B-Instruct-Turbo"),
    "deepseek/deepseek-v3/community": ("novita", "novita/deepseek/deepseek-v3/community"),
    "perplexity/nemotron-3.5-lightning-30b-a3b": (
        "perplexity-agent",
        "perplexity/nemotron-3.5-lightning-30b-a3b",
    ),
    "azure/jais-30b-chat": ("azure_ai", "azure_ai/jais-30b-chat"),
    "openrouter/owl-alpha": ("kilo", "openrouter/owl-alpha"),
}


def part(seller: str, written: str) -> Name:
    """Take an id apart that can be one."""
    found = take_apart(written, seller_of(seller))
    assert found is not None
    return found


@pytest.mark.parametrize(("same", "seller", "written"), [(same, *one) for same, many in SAME.items() for one in many])
def test_same_model(same: str, seller: str, written: str) -> None:
    """However sellers spell one model, their rows meet under one id."""
    assert part(seller, written).id == same


@pytest.mark.parametrize("expected", APART)
def test_different_models(expected: str) -> None:
    """What may be another model keeps what tells it apart."""
    assert part(*APART[expected]).id == expected


@pytest.mark.parametrize(
    ("seller", "written", "region", "variant"),
    [
        ("amazon-bedrock", "au.anthropic.claude-haiku-4-5-20251001-v1:0", "au", None),
        ("bedrock", "bedrock/us-gov-east-1/meta.llama3-8b-instruct-v1:0", "us-gov-east-1", None),
        ("bedrock_mantle", "bedrock_mantle/us-gov-west-1/xai.grok-4.6", "us-gov-west-1", "mantle"),
        ("bedrock", "bedrock/claude_platform/claude-opus-4-7", None, "claude-platform"),
        ("aws", "regional.anthropic.claude-opus-5", None, "regional"),
        ("azure", "azure/global-standard/gpt-4o-2024-08-06", "global", None),
        ("azure", "azure/us-gov/o3-mini", "us-gov", None),
        ("openrouter", "meta-llama/llama-3.3-70b-instruct:free", None, "free"),
        ("kilo", "x-ai/grok-code-fast-1:optimized:free", None, "optimized-free"),
        ("aihubmix", "coding-glm-5.1-free", None, "free"),
        ("nano-gpt", "TEE/gemma-3-27b-it", None, "tee"),
        ("ollama", "ollama/qwen3-coder:480b-cloud", None, "cloud"),
        ("fireworks_ai", "fireworks_ai/accounts/fireworks/routers/kimi-k3-spot", None, "spot"),
        ("kilo", "us/some-model-1", None, None),
    ],
)
def test_regions_and_variants(seller: str, written: str, region: str | None, variant: str | None) -> None:
    """A place and a variant are taken off the id and kept beside it."""
    found = part(seller, written)
    assert (found.region, found.variant) == (region, variant)


@pytest.mark.parametrize(
    ("seller", "written", "developer", "first"),
    [
        ("openai", "gpt-5", "OpenAI", True),
        ("azure", "azure/gpt-5", None, False),
        ("openrouter", "openai/gpt-5", "OpenAI", False),
        ("alibaba", "glm-5.2", None, False),
        ("alibaba", "qwen3-max", "Alibaba", True),
        ("google-vertex", "claude-haiku-4-5@20251001", None, False),
        ("google-vertex", "gemini-2.5-pro", "Google", True),
        ("nano-gpt", "Gemma-3-27B-it", None, False),
        ("evroc", "nvidia/Llama-3.3-70B-Instruct-FP8", None, False),
        ("nvidia", "nvidia/usdvalidate", "NVIDIA", True),
        ("nvidia", "google/gemma-3-27b-it", "Google", False),
        ("chutes", "NousResearch/Hermes-4-14B", "Nous Research", False),
        ("kilo", "alfredpros/codellama-7b-instruct-solidity", None, False),
    ],
)
def test_developer(seller: str, written: str, developer: str | None, first: bool) -> None:  # noqa: FBT001
    """Only a stated prefix or the developer's own interface tells who developed a model, never a name."""
    found = part(seller, written)
    assert (found.developer.name if found.developer else None, found.first_party) == (developer, first)


@pytest.mark.parametrize(
    ("seller", "written", "moving"),
    [
        ("google", "gemini-flash-latest", True),
        ("vertex_ai", "vertex_ai/codestral@latest", True),
        ("kilo", "~anthropic/claude-haiku-latest", True),
        ("deepseek", "deepseek-chat", True),
        ("openrouter", "deepseek/deepseek-chat", None),
        ("anthropic", "claude-haiku-4-5-20251001", False),
        ("openai", "gpt-4o-2024-11-20", False),
        ("mistral", "mistral-large-2512", False),
        ("openrouter", "openai/gpt-4-1106-preview", False),
        ("cohere", "command-r-08-2024", False),
        ("groq", "llama3-70b-8192", None),
        ("anthropic", "claude-opus-4-7", None),
    ],
)
def test_moving_aliases(seller: str, written: str, moving: bool | None) -> None:  # noqa: FBT001
    """An alias that moves on is marked, a date in an id says that it stays, and anything else is unknown."""
    assert part(seller, written).moving is moving


@pytest.mark.parametrize(
    "written",
    [
        "sample_spec",
        "fallback_generalizations",
        "ft:gpt-4o-2024-08-06",
        "bedrock/*/1-month-commitment/cohere.command-text-v14",
        "fireworks-ai-default",
        "together-ai-41.1b-80b",
        "openai/container",
        "openrouter/auto",
        "openrouter/free",
        "auto-model-premium",
        "kilo-auto/frontier",
        "switchpoint/router",
        "azure_ai/model_router",
        "fireworks_ai/accounts/fireworks/routers/firerouter",
        "fireworks_ai/accounts/fireworks/routers/auto-instant",
    ],
)
def test_no_model(written: str) -> None:
    """Classes of prices, tools, tuned models and routers are no models, whatever stands in the record."""
    assert no_model(written)


@pytest.mark.parametrize(
    "written",
    [
        "openai/gpt-oss-120b",
        "coding-glm-5.1-free",
        "gpt-5-chat-latest",
        "claude-opus-5",
        "nvidia/usdcode",
        "samba/samurai-7b",
        "vanguard-7b",
        "influx-8b",
        "robert-7b",
        "AgentPublic/albertlight-7b",
        "google/palm-2-codechat-bison",
        "Qwen/Qwen3.5-VL-72B",
        "mn-celeste-12b",
        "facebook/bart-large-cnn",
        "workers-ai/@cf/meta/m2m100-1.2b",
    ],
)
def test_a_model(written: str) -> None:
    """The patterns that find pseudo records leave models alone."""
    assert no_model(written) is None
    assert not no_text(written)


@pytest.mark.parametrize("written", ["Llama-3.3+(3.1v3.3)-70B-Hanami-x1", "", "   ", "모델", "a" * 300, "-x", "a\x00b"])
def test_no_id(written: str) -> None:
    """What a catalogue cannot hold as an id is not bent until it can."""
    assert take_apart(written, seller_of("nano-gpt")) is None


@given(st.text(), st.sampled_from(SELLERS))
@example("a/" * 90 + "b", SELLERS[0])
@example("us.", seller_of("aws"))
@example("@", SELLERS[0])
def test_any_text(written: str, seller: object) -> None:
    """Any text is taken apart without an error into an id that a catalogue can hold, or into none."""
    assert isinstance(seller, type(SELLERS[0]))
    found = take_apart(written, seller)
    assert found is None or is_id(found.id)


def test_rows_of_two_developers_never_meet() -> None:
    """No two real rows with one id state different developers."""
    stated: dict[str, set[object]] = defaultdict(set)
    for kind in FILES:
        for one in reading(kind).rows:
            stated[one.id].add(one.model.get("developer"))
    assert any(len(developers) == 2 for developers in stated.values())  # a stated one and an unknown one
    assert all(len(developers - {None}) <= 1 for developers in stated.values())


def test_tables_are_unambiguous() -> None:
    """A prefix means one developer, a name that a file uses one seller, and the developers of sellers exist."""
    prefixes = Counter(prefix for one in DEVELOPERS for prefix in (one.id, *one.prefixes))
    called = Counter(name for one in SELLERS for name in (one.id, *one.called))
    assert [name for name, times in (prefixes + called).items() if prefixes[name] > 1 or called[name] > 1] == []
    known = {one.id for one in DEVELOPERS}
    assert [one.id for one in SELLERS if not set(one.developers) <= known] == []
    assert all(is_id(one.id) for one in SELLERS)
    assert by_prefix()["zai-org"].name == "Z.ai"


def test_the_longer_beginning_holds() -> None:
    """A name that begins like two developers' names belongs to the one with the longer beginning."""
    like = [named_like(name) for name in ("llama-3.1-nemotron-70b-instruct", "llama-3.1-70b-instruct", "llamantino")]
    assert [one.id if one else None for one in like] == ["nvidia", "meta", None]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-21", date(2026, 5, 21)),
        ("2026-05", "2026-05"),
        ("2026", "2026"),
        ("2025-02-31", None),
        ("2025-13", None),
        ("1025-01-01", None),
        ("2025-1-5", None),
        ("\uff12\uff10\uff12\uff15", None),
        ("soon", None),
        (2026, None),
        (None, None),
    ],
)
def test_calendar(text: object, day: object) -> None:
    """A day, a month and a year are dates if the calendar has them; nothing else is."""
    assert calendar_day(text) == day


def test_dates_in_ids() -> None:
    """The newest full date of an id is found, and digits that are no date are none."""
    assert day_in("models-dev-api-2026-05-21.json") == date(2026, 5, 21)
    assert day_in("a-20240101-b-2025-02-03") == date(2025, 2, 3)
    assert day_in("x-20250231") is None
    assert day_in("123420250101") is None
    assert [is_dated(name) for name in ("a-0613", "a-2507", "a-08-2024", "a-8192", "a-32768")] == [True] * 3 + [
        False
    ] * 2


@pytest.mark.parametrize(
    ("region", "zones"),
    [
        ("eu", ("eu",)),
        ("eu-west-1", ("eu", "ie")),
        ("eu-west-2", ("uk",)),
        ("eu-central-2", ()),
        ("us-gov-west-1", ("us",)),
        ("ap-northeast-2", ("kr",)),
        ("global", ()),
        ("me-central-1", None),
    ],
)
def test_a_region_lies_in_zones(region: str, zones: tuple[str, ...] | None) -> None:
    """London and Zurich are not in the Union, a global region is in no zone, and what nobody knows is unknown."""
    assert zones_of(region) == zones
