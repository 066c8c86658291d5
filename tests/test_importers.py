"""Three public price files are read row by row: every trap in them, and whatever else may stand in such a file."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal, localcontext
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.import_files import FILES, TODAY, data_of, read, reading, remarks, row, skipped

from llmrules.errors import FileError
from llmrules.importers.ids import NOT_TEXT, is_id
from llmrules.importers.litellm import ALIAS
from llmrules.importers.merging import merge
from llmrules.importers.reading import Expected, Later
from llmrules.importers.report import report_data, report_text

if TYPE_CHECKING:
    from llmrules.importers.reading import Reading

KINDS = tuple(FILES)
OFFER = frozenset(
    (
        "context_window",
        "max_input_tokens",
        "max_output_tokens",
        "input_price",
        "output_price",
        "tier_above",
        "tier_input_price",
        "tier_output_price",
        "cached_input_price",
        "batch_input_price",
        "batch_output_price",
        "zones",
        "tool_calling",
        "structured_output",
        "retires_on",
        "superseded_by",
        "retirement_page",
        "moving_names",
    )
)
MODEL = frozenset(
    (
        "developer",
        "family",
        "release_date",
        "openness",
        "input_modalities",
        "knowledge_cutoff",
        "modes",
        "moving_alias",
    )
)
MODELS_DEV = "models-dev"
LITELLM = "litellm"
GENAI = "genai-prices"


def holds_together(found: Reading) -> None:
    """Assert what is true of every reading."""
    assert found.read == len(found.rows) + len(found.skipped)
    for one in found.rows:
        assert is_id(one.id)
        assert is_id(one.seller)
        assert one.name
        assert one.name.isprintable()
        assert one.provider.isprintable()
        assert one.model.keys() <= MODEL
        assert one.offer.keys() <= OFFER
        for value in (*one.model.values(), *one.offer.values(), *(later.value for later in one.later)):
            assert isinstance(value, bool | int | Decimal | str | date | tuple)
            assert not isinstance(value, int | Decimal) or value >= 0
        assert {later.attribute for later in one.later} <= one.offer.keys()
        assert all(later.since > found.origin.date for later in one.later)
    for remark in (*found.skipped, *found.unknown, *found.doubtful):
        assert remark.key.isprintable()
        assert remark.reason
    assert {remark.key for remark in (*found.unknown, *found.doubtful)} <= {one.key for one in found.rows}


def one_model(entry: object) -> Reading:
    """Read a models.dev file of one row, at OpenAI."""
    return read(MODELS_DEV, {"openai": {"name": "OpenAI", "models": {"gpt-5": entry}}})


def one_record(record: object) -> Reading:
    """Read a LiteLLM file of one record of which only some keys are given."""
    whole = {"litellm_provider": "openai", "mode": "chat"} | record if isinstance(record, dict) else record
    return read(LITELLM, {"gpt-5": whole, "other": {"litellm_provider": "openai"}})


@pytest.mark.parametrize(("kind", "rows", "left"), [(MODELS_DEV, 57, 27), (LITELLM, 42, 22), (GENAI, 26, 6)])
def test_every_row_is_kept_or_skipped(kind: str, rows: int, left: int) -> None:
    """Each row of the extracts is a row or has a reason why it is none, and values stand under declared names."""
    found = reading(kind)
    holds_together(found)
    assert (len(found.rows), len(found.skipped)) == (rows, left)


@pytest.mark.parametrize("kind", KINDS)
def test_same_data_same_reading(kind: str) -> None:
    """Reading the same data twice gives the same reading, and leaves the data as they were."""
    data = data_of(kind)
    assert read(kind, data) == read(kind, data) == reading(kind)
    assert data == data_of(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_licence(kind: str) -> None:
    """No row states a licence: none of the files does, and openness is no licence."""
    assert not any("licence" in one.model for one in reading(kind).rows)


@pytest.mark.parametrize("kind", KINDS)
def test_progress(kind: str) -> None:
    """Progress is reported in steps that never go back and end with everything done."""
    from llmrules.importers.kinds import KINDS as TABLE

    seen: list[tuple[int, int]] = []
    read = TABLE[kind].reader.read
    read(data_of(kind), reading(kind).origin, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] > 0


def test_offers_with_prices_of_their_own() -> None:
    """Perplexity's agents charge other prices for Sonar than its interface does: they are another seller."""
    keys = ("perplexity/sonar", "perplexity/perplexity/sonar")
    found = read(LITELLM, {key: {"litellm_provider": "perplexity", "mode": "chat"} for key in keys})
    assert [(one.id, one.seller) for one in found.rows] == [("sonar", "perplexity"), ("sonar", "perplexity-agent")]
    assert row(LITELLM, "perplexity/openai/gpt-5-mini").written == "openai/gpt-5-mini"


# ── What is skipped ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "key", "reason"),
    [
        (MODELS_DEV, "digitalocean/fal-ai/fast-sdxl", "does not answer in text"),
        (MODELS_DEV, "evroc/openai/whisper-large-v3", "does not read text"),
        (MODELS_DEV, "nvidia/nvidia/active-speaker-detection", "does not read text"),
        (MODELS_DEV, "openai/chatgpt-image-latest", "has a window of 0 and makes more than text"),
        (MODELS_DEV, "groq/meta-llama/llama-prompt-guard-2-22m", NOT_TEXT),
        (MODELS_DEV, "nvidia/nvidia/nv-embedcode-7b-v1", NOT_TEXT),
        (MODELS_DEV, "cloudflare-ai-gateway/workers-ai/@cf/huggingface/distilbert-sst-2-int8", NOT_TEXT),
        (MODELS_DEV, "cloudflare-ai-gateway/workers-ai/@cf/deepgram/aura-2-en", NOT_TEXT),
        (MODELS_DEV, "cloudflare-ai-gateway/workers-ai/@cf/pipecat-ai/smart-turn-v2", NOT_TEXT),
        (MODELS_DEV, "nvidia/meta/esmfold", NOT_TEXT),
        (MODELS_DEV, "nvidia/nvidia/gliner-pii", NOT_TEXT),
        (MODELS_DEV, "nvidia/nvidia/studiovoice", NOT_TEXT),
        (MODELS_DEV, "nvidia/nvidia/nemotron-3-content-safety", NOT_TEXT),
        (MODELS_DEV, "chutes/Qwen/Qwen3Guard-Gen-0.6B", NOT_TEXT),
        (MODELS_DEV, "groq/openai/gpt-oss-safeguard-20b", NOT_TEXT),
        (MODELS_DEV, "siliconflow-cn/PaddlePaddle/PaddleOCR-VL", NOT_TEXT),
        (MODELS_DEV, "openrouter/openrouter/pareto-code", "is a router, no model"),
        (MODELS_DEV, "llmgateway/custom", "is a router, no model"),
        (MODELS_DEV, "azure/text-embedding-3-large", NOT_TEXT),
        (MODELS_DEV, "openrouter/openrouter/auto", "is a router, no model"),
        (MODELS_DEV, "nano-gpt/Llama-3.3+(3.1v3.3)-70B-Hanami-x1", "has an id that a catalogue cannot hold"),
        (LITELLM, "sample_spec", "describes the file, no model"),
        (LITELLM, "fallback_generalizations", "describes the file, no model"),
        (LITELLM, "ft:gpt-4o-2024-08-06", "is the price of models that customers tuned, no model"),
        (LITELLM, "bedrock/*/1-month-commitment/cohere.command-text-v14", "is the price of reserved capacity"),
        (LITELLM, "text-embedding-3-large", "has a mode that is not text"),
        (LITELLM, "1024-x-1024/50-steps/stability.stable-diffusion-xl-v1", "has a mode that is not text"),
        (LITELLM, "gemini-2.5-pro-preview-tts", "does not answer in text"),
        (LITELLM, "deepgram/aura", "does not say what it is for"),
        (LITELLM, "groq/meta-llama/llama-prompt-guard-2-22m", NOT_TEXT),
        (LITELLM, "fireworks_ai/accounts/fireworks/models/flux-1-dev", NOT_TEXT),
        (LITELLM, "fireworks_ai/accounts/fireworks/models/flux-1-dev-controlnet-union", NOT_TEXT),
        (LITELLM, "fireworks_ai/accounts/fireworks/models/flux-1-schnell", NOT_TEXT),
        (LITELLM, "fireworks_ai/accounts/fireworks/models/llamaguard-7b", NOT_TEXT),
        (LITELLM, "watsonx/ibm/granite-guardian-3-3-8b", NOT_TEXT),
        (LITELLM, "deepinfra/allenai/olmOCR-7B-0725-FP8", NOT_TEXT),
        (LITELLM, "meta/sam-3.1", NOT_TEXT),
        (LITELLM, "scaledown/classify", "is a tool, no model"),
        (GENAI, "openrouter/switchpoint/router", "is a router, no model"),
        (GENAI, "cohere/embed-v4.0", NOT_TEXT),
        (GENAI, "openai/gpt-5.4-image-2", NOT_TEXT),
    ],
)
def test_skipped(kind: str, key: str, reason: str) -> None:
    """A row that is no model which reads and answers in text is skipped, and the reason says what it is."""
    assert skipped(kind, key) == reason


@pytest.mark.parametrize("key", ["nvidia/nvidia/usdcode", "kilo/openai/gpt-5-image", "google/gemini-2.5-pro"])
def test_what_answers_in_text_is_kept(key: str) -> None:
    """A model that writes code about scenes, or that makes pictures beside text, is one that answers in text."""
    assert row(MODELS_DEV, key).name


def test_window_of_0_is_unknown() -> None:
    """A text model whose window is stated as 0 is kept, without a window."""
    for key in ("vercel/minimax/minimax-m2.5-highspeed", "poe/cerebras/llama-3.3-70b-cs"):
        assert "context_window" not in row(MODELS_DEV, key).offer
        assert remarks(reading(MODELS_DEV).unknown, key)["context_window"] == "is 0, which stands for unknown"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (None, "is no table"),
        ([], "is no table"),
        ("gpt-5", "is no table"),
        ({}, "does not say what it reads and answers with"),
        ({"modalities": {"input": "text", "output": ["text"]}}, "does not say what it reads and answers with"),
        ({"modalities": {"input": ["text"], "output": [1]}}, "does not say what it reads and answers with"),
    ],
)
def test_rows_that_mean_nothing(entry: object, reason: str) -> None:
    """A row that does not say what kind of model it is about is skipped, not guessed."""
    found = one_model(entry)
    assert [remark.reason for remark in found.skipped] == [reason]
    assert found.read == 1


def test_bad_providers() -> None:
    """A provider without models counts as one row that is skipped; the others are read."""
    data = data_of(GENAI)
    found = read(GENAI, [None, {"id": "x"}, {"models": [{"id": "gpt-5"}]}, {"id": "openai", "models": [{}, 7]}, *data])
    assert found.read == reading(GENAI).read + 5
    assert [remark.reason for remark in found.skipped[:5]] == [
        "is a provider without a list of models",
        "is a provider without a list of models",
        "belongs to a provider without an id",
        "has no id",
        "has no id",
    ]
    models_dev = read(MODELS_DEV, data_of(MODELS_DEV) | {"none": None, "bad id!": {"models": {"gpt-5": GOOD}}})
    assert [remark.reason for remark in models_dev.skipped[-2:]] == [
        "is a provider without a table of models",
        "has a seller whose id a catalogue cannot hold",
    ]


GOOD = {"modalities": {"input": ["text"], "output": ["text"]}}

# ── Windows and limits ──────────────────────────────────────────────────────────────────────────────────────────────


def test_input_limit_is_no_window() -> None:
    """LiteLLM's input limit of GPT-5 is 272,000 of its window of 400,000, so it is an input limit and nothing else."""
    assert row(LITELLM, "gpt-5").offer["max_input_tokens"] == 272_000
    assert row(MODELS_DEV, "openai/gpt-5").offer["context_window"] == 400_000
    assert not any("context_window" in one.offer for one in reading(LITELLM).rows)


def test_windows_differ_by_seller() -> None:
    """One model has different windows at different sellers, and each row keeps its own."""
    windows = {
        one.offer["context_window"] for one in reading(MODELS_DEV).rows if one.id == "gpt-oss-120b" and not one.region
    }
    assert windows >= {128_000, 131_072}


def test_output_limit_above_the_window_is_in_doubt() -> None:
    """A limit beyond the window is kept and in doubt."""
    found = one_model(GOOD | {"limit": {"context": 32_768, "output": 64_000}})
    assert found.rows[0].offer["max_output_tokens"] == 64_000
    assert remarks(found.doubtful, "openai/gpt-5") == {"max_output_tokens": "is more than the context window"}


@pytest.mark.parametrize("limit", ["400000", True, -1, Decimal("0.5"), 2**60, [400_000], Decimal("1E+400"), {}])
def test_limits_that_are_none(limit: object) -> None:
    """A text, a fraction, a flag and a number that no reader of JSON holds are no number of tokens."""
    found = one_model(GOOD | {"limit": {"context": limit}})
    assert "context_window" not in found.rows[0].offer
    assert remarks(found.unknown, "openai/gpt-5") == {"context_window": "is no whole number of tokens"}


@pytest.mark.parametrize("value", [7, "much", [], False])
def test_tables_that_are_none(value: object) -> None:
    """What stands where a table or a flag belongs and is none leaves its values unknown; the row is kept."""
    found = one_model(GOOD | {"limit": value, "cost": value, "open_weights": 0})
    assert found.rows[0].offer == {}
    assert set(remarks(found.unknown, "openai/gpt-5")) == {"context_window", "input_price", "openness"}


def test_tiny_windows() -> None:
    """A window under 1,000 tokens is that of a classifier, in any file."""
    models_dev, litellm = one_model(GOOD | {"limit": {"context": 512}}), one_record({"max_input_tokens": 512})
    assert models_dev.skipped[0].reason == "has a window under 1,000 tokens"
    assert litellm.skipped[0].reason == "takes under 1,000 tokens of input"
    found = read(GENAI, [{"id": "openai", "models": [{"id": "gpt-5", "context_window": 512, "prices": {}}]}])
    assert [remark.reason for remark in found.skipped] == ["has a window under 1,000 tokens"]


def test_whole_number_with_a_point() -> None:
    """256000.0 tokens, as ranges of prices are written, are 256,000."""
    assert row(LITELLM, "dashscope/qwen-flash").offer["tier_above"] == 256_000


# ── Openness, modalities, flags ─────────────────────────────────────────────────────────────────────────────────────


def test_only_the_developer_says_what_is_open() -> None:
    """Sellers contradict each other about Gemma 3 27B, so their flags say nothing; Google's own row of Gemma 4 does."""
    keys = ["amazon-bedrock/google.gemma-3-27b-it", "nvidia/google/gemma-3-27b-it"]
    flags = [data_of(MODELS_DEV)[key.split("/")[0]]["models"][key.split("/", 1)[1]]["open_weights"] for key in keys]
    assert flags == [True, False]
    for key in keys:
        assert "openness" not in row(MODELS_DEV, key).model
        assert remarks(reading(MODELS_DEV).unknown, key)["openness"] == "is a reseller's flag, no evidence"
    assert row(MODELS_DEV, "google/gemma-4-31b-it").model["openness"] == "open-weight"
    assert "at least" in remarks(reading(MODELS_DEV).doubtful, "google/gemma-4-31b-it")["openness"]
    assert row(MODELS_DEV, "anthropic/claude-opus-4-7").model["openness"] == "closed"


def test_modalities_are_whole_or_unknown() -> None:
    """A complete list is taken in one order, without kinds of files; with one unknown word nothing of it is taken."""
    gemini = row(MODELS_DEV, "google/gemini-2.5-pro").model["input_modalities"]
    assert gemini == ("text", "image", "audio", "video")
    found = one_model({"modalities": {"input": ["text", "smell"], "output": ["text"]}})
    assert "input_modalities" not in found.rows[0].model
    assert remarks(found.unknown, "openai/gpt-5") == {"input_modalities": "names a modality that is not known"}


def test_a_flag_is_no_complete_list() -> None:
    """That a model sees images does not say what else it takes."""
    key = "vertex_ai/claude-sonnet-4-5@20250929"
    assert "input_modalities" not in row(LITELLM, key).model
    assert "complete list" in remarks(reading(LITELLM).unknown, key)["input_modalities"]
    assert row(LITELLM, "azure/gpt-audio").model["input_modalities"] == ("text", "audio")


def test_absent_is_not_false() -> None:
    """A flag is true, false or absent, and absent stays unknown."""
    flags = [row(LITELLM, key).offer.get("structured_output") for key in ("gpt-5", "azure_ai/gpt-5.4-pro", "o1-pro")]
    stated = data_of(LITELLM)
    assert flags == [stated[key].get("supports_response_schema") for key in ("gpt-5", "azure_ai/gpt-5.4-pro", "o1-pro")]
    assert flags[:2] == [True, False]
    silent = one_record({})
    assert silent.rows[0].offer == {}
    assert silent.unknown == ()


@pytest.mark.parametrize("value", ["true", 1, 0, [], "no"])
def test_flags_that_are_none(value: object) -> None:
    """Only true and false are flags."""
    found = one_record({"supports_function_calling": value, "supports_reasoning": value})
    assert "tool_calling" not in found.rows[0].offer
    assert "modes" not in found.rows[0].model
    assert set(remarks(found.unknown, "gpt-5")) == {"tool_calling", "modes"}


def test_not_reasoning_says_nothing() -> None:
    """The modes are never complete, so that a model does not reason leaves them unknown."""
    assert row(MODELS_DEV, "openai/gpt-5").model["modes"] == ("reasoning",)
    assert "modes" not in row(MODELS_DEV, "deepseek/deepseek-chat").model


def test_an_alias_by_name() -> None:
    """The developer's own row may call itself "(latest)"; a reseller that does moves nothing."""
    assert row(MODELS_DEV, "anthropic/claude-haiku-4-5").model["moving_alias"] is True
    assert row(MODELS_DEV, "anthropic/claude-haiku-4-5-20251001").model["moving_alias"] is False
    reseller = read(MODELS_DEV, {"kilo": {"models": {"openai/gpt-5": GOOD | {"name": "GPT-5 (latest)"}}}})
    assert "moving_alias" not in reseller.rows[0].model


# ── Dates ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_dates() -> None:
    """Months stay months, an impossible day is unknown, and a cutoff after the release is in doubt."""
    assert row(MODELS_DEV, "alibaba/qwen-mt-plus").model["release_date"] == "2025-01"
    assert row(MODELS_DEV, "openai/gpt-5").model["release_date"] == date(2025, 8, 7)
    assert remarks(reading(MODELS_DEV).unknown, "azure/claude-haiku-4-5")["knowledge_cutoff"] == "is no date"
    assert (
        remarks(reading(MODELS_DEV).doubtful, "302ai/qwen-max-latest")["knowledge_cutoff"] == "lies after the release"
    )
    assert row(MODELS_DEV, "302ai/qwen-max-latest").model["knowledge_cutoff"] == "2024-11"


@pytest.mark.parametrize(("cutoff", "doubt"), [("2025-01", False), ("2025-02", True), ("2025", False), ("2026", True)])
def test_intervals_are_compared_as_intervals(cutoff: str, doubt: bool) -> None:  # noqa: FBT001
    """A cutoff is in doubt only if all of it lies after all of the release."""
    found = one_model(GOOD | {"release_date": "2025-01", "knowledge": cutoff})
    assert bool(found.doubtful) is doubt


def test_retirement() -> None:
    """A day of retirement is taken also when it has passed; what is no day is unknown."""
    assert row(LITELLM, "azure/gpt-4-0613").offer["retires_on"] == date(2025, 6, 6)
    found = one_record({"deprecation_date": "date when the model becomes deprecated in the format YYYY-MM-DD"})
    assert remarks(found.unknown, "gpt-5") == {"retires_on": "is no date"}


def test_what_replaces_a_model_is_spelled_as_models_are() -> None:
    """The successor has the id under which rows meet; the page that announces the retirement stands beside it."""
    page = "https://learn.microsoft.com/retirements"
    record = {"litellm_provider": "azure", "mode": "chat", "deprecation_source": page}
    found = read(
        LITELLM,
        {
            "azure/eu/gpt-5": record | {"successor_model": "azure/eu/gpt-5.1"},
            "azure/gpt-6": record | {"successor_model": "azure/us/gpt-6"},
            "azure/gpt-7": record | {"successor_model": 8},
            "azure/eu/gpt-5.1": {"litellm_provider": "azure", "mode": "chat"},
        },
    )
    assert found.rows[0].offer == {"zones": ("eu",), "retirement_page": page, "superseded_by": "gpt-5.1"}
    assert remarks(found.unknown, "azure/gpt-6") == {"superseded_by": "is another name of the model itself"}
    assert remarks(found.unknown, "azure/gpt-7") == {"superseded_by": "is no id"}


def test_a_record_that_only_points_to_another_is_a_moving_name_of_that_one() -> None:
    """The record that it means keeps the name; one that means nothing is skipped and says so."""
    record = {"litellm_provider": "anthropic", "mode": "chat"}
    found = read(
        LITELLM,
        {
            "claude-opus-latest": {"alias_of": "claude-opus-5-5"},
            "claude-latest": {"alias_of": "claude-opus-5-5"},
            "claude-old": {"alias_of": "claude-1"},
            "claude-opus-5-5": record,
        },
    )
    assert [(one.id, one.offer) for one in found.rows] == [
        ("claude-opus-5-5", {"moving_names": "claude-latest, claude-opus-latest"})
    ]
    assert {one.key: (one.reason, one.found) for one in found.skipped} == {
        "claude-opus-latest": (ALIAS, '"claude-opus-5-5"'),
        "claude-latest": (ALIAS, '"claude-opus-5-5"'),
        "claude-old": ("is a moving name of a record that is not there", '"claude-1"'),
    }


# ── Prices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_prices_per_token_are_exact() -> None:
    """LiteLLM's 0.00000089 USD per token are 0.89 per million, not 0.8899999999999999."""
    assert row(LITELLM, "deepinfra/deepseek-ai/DeepSeek-V3").offer["output_price"] == Decimal("0.89")
    assert row(LITELLM, "gpt-5").offer["input_price"] == Decimal("1.25")
    assert row(LITELLM, "gpt-5").offer["output_price"] == 10
    assert isinstance(row(LITELLM, "gpt-5").offer["output_price"], int)


def test_exactness_does_not_hang_on_the_context() -> None:
    """The precision in force where the reader is called changes no price."""
    with localcontext() as context:
        context.prec = 2
        assert read(LITELLM, data_of(LITELLM)) == reading(LITELLM)


@pytest.mark.parametrize(
    ("written", "price", "noisy"),
    [
        ("0.8900000000000001", "0.89", True),
        ("0.09999999999999999", "0.1", True),
        ("2.9999999999999996", "3", True),
        ("0.08333333333333334", "0.08333333333333334", False),
        ("0.15001", "0.15001", False),
    ],
)
def test_noise_of_binary_fractions(written: str, price: str, noisy: bool) -> None:  # noqa: FBT001
    """What a program computed before it wrote the file is taken off a price; a third stays a third."""
    found = one_model(GOOD | {"cost": {"input": Decimal(written), "output": 9}})
    assert found.rows[0].offer["input_price"] == Decimal(price)
    assert bool(found.doubtful) is noisy
    assert Decimal("0.89") == row(LITELLM, "novita/deepseek/deepseek-v3/community").offer["input_price"]


def test_0_for_both_is_unknown() -> None:
    """A price of 0 for input and output is no evidence that anything is free; 0 for one side is a price."""
    key = "cortecs/gpt-oss-120b"
    assert not {"input_price", "output_price"} & row(MODELS_DEV, key).offer.keys()
    assert set(remarks(reading(MODELS_DEV).unknown, key)) >= {"input_price", "output_price"}
    found = one_model(GOOD | {"cost": {"input": 0, "output": Decimal("0.5")}})
    assert (found.rows[0].offer["input_price"], found.rows[0].offer["output_price"]) == (0, Decimal("0.5"))
    alone = one_model(GOOD | {"cost": {"input": Decimal("0.0")}})
    assert alone.rows[0].offer == {}


def test_an_empty_table_of_prices() -> None:
    """genai-prices' empty table does not say that a model is free."""
    key = "openrouter/meta-llama/llama-3.3-70b-instruct:free"
    assert row(GENAI, key).offer == {}
    assert row(GENAI, key).seller == "openrouter+free"
    assert row(GENAI, key).provider == "OpenRouter (free)"
    assert set(remarks(reading(GENAI).unknown, key)) == {"input_price", "output_price"}


def test_dear_prices_are_in_doubt() -> None:
    """More than 200 USD per million is kept, and in doubt: one is o1-pro's price, the other a mistake."""
    assert row(LITELLM, "o1-pro").offer["output_price"] == 600
    assert row(LITELLM, "azure_ai/jais-30b-chat").offer["output_price"] == 9710
    for key in ("o1-pro", "azure_ai/jais-30b-chat"):
        assert remarks(reading(LITELLM).doubtful, key)["output_price"] == "is above 200 USD per million tokens"


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("0.0000005", "is no number"),
        (True, "is no number"),
        ([1], "is no number"),
        (0.5, "is no number"),
        (-1, "is negative, a sentinel"),
        (Decimal("-0.000001"), "is negative, a sentinel"),
        (10**30, "is no number of a plausible size"),
        (Decimal("1E+999999"), "is no number of a plausible size"),
        (Decimal("1E-999999"), "is no number of a plausible size"),
        (Decimal("NaN"), "is no number of a plausible size"),
        (Decimal("Infinity"), "is no number of a plausible size"),
        (Decimal("0." + "1" * 60), "is no number of a plausible size"),
    ],
)
def test_prices_that_are_none(price: object, reason: str) -> None:
    """A text, a sentinel and a number of absurd size are no price; the price of the other side is."""
    found = one_record({"input_cost_per_token": price, "output_cost_per_token": Decimal("0.000002")})
    assert found.rows[0].offer == {"output_price": 2}
    assert remarks(found.unknown, "gpt-5") == {"input_price": reason}


def tier(kind: str, key: str) -> tuple[object, ...]:
    """Return the tier of a row: its limit and the prices of both sides."""
    return tuple(row(kind, key).offer.get(name) for name in ("tier_above", "tier_input_price", "tier_output_price"))


def test_repeated_input_and_batches_have_prices_under_every_name() -> None:
    """Each file's name for them is read, per token or per million; a price of 0 or beside no other is unknown."""
    record = {"input_cost_per_token": 2e-6, "output_cost_per_token": 8e-6, "cache_read_input_token_cost": 5e-7}
    batches = {"input_cost_per_token_batches": 1e-6, "output_cost_per_token_batches": 4e-6}
    data = json.loads(json.dumps(record | batches), parse_float=Decimal)
    assert one_record(data).rows[0].offer == {
        "input_price": 2, "output_price": 8, "cached_input_price": Decimal("0.5"),
        "batch_input_price": 1, "batch_output_price": 4,
    }  # fmt: skip
    assert row(GENAI, "openai/o3").offer["cached_input_price"] == Decimal("0.5")
    assert any("cached_input_price" in one.offer for one in reading(MODELS_DEV).rows)
    free = one_record(data | {"cache_read_input_token_cost": 0, "output_cost_per_token": None})
    assert free.rows[0].offer.keys() == {"input_price", "batch_input_price"}
    assert {one.attribute for one in free.unknown} == {"cached_input_price", "batch_output_price"}
    dear = one_record(data | {"cache_read_input_token_cost": Decimal("0.000003")})
    assert [one.attribute for one in dear.doubtful] == ["cached_input_price"]


def test_tiers_under_every_name() -> None:
    """A tier is found under each of its names, and never mixed up with the prices of batches or priority."""
    assert tier(MODELS_DEV, "azure/gpt-5.4-pro") == (272_000, 60, 270)
    assert tier(LITELLM, "us.anthropic.claude-sonnet-4-5-20250929-v1:0") == (200_000, Decimal("6.6"), Decimal("24.75"))
    assert tier(LITELLM, "dashscope/qwen-flash") == (256_000, Decimal("0.25"), 2)
    assert tier(GENAI, "anthropic/claude-sonnet-4-5") == (200_000, 6, Decimal("22.5"))
    assert "input_cost_per_token_priority" in data_of(LITELLM)["gpt-5"]
    assert tier(LITELLM, "gpt-5") == (None, None, None)
    old = one_model(GOOD | {"cost": {"input": 2, "output": 8, "context_over_200k": {"input": 4, "output": 12}}})
    assert old.rows[0].offer["tier_above"] == 200_000
    assert old.rows[0].offer["tier_input_price"] == 4


def test_ranges_state_the_base_price() -> None:
    """Where prices stand in ranges only, the one that starts at 0 is the price of short requests."""
    assert "input_cost_per_token" not in data_of(LITELLM)["dashscope/qwen-flash"]
    assert row(LITELLM, "dashscope/qwen-flash").offer["input_price"] == Decimal("0.05")


@pytest.mark.parametrize(
    ("kind", "key", "expected"),
    [
        (MODELS_DEV, "aihubmix/doubao-seed-2-0-pro", (32_000, Decimal("1.45"), Decimal("7.23"))),
        (LITELLM, "dashscope/qwen3-coder-plus", (32_000, 6, 60)),
    ],
)
def test_of_several_tiers(kind: str, key: str, expected: tuple[object, ...]) -> None:
    """Of several tiers the first limit and the dearest prices are kept, in doubt, so that no bill is a surprise."""
    assert tier(kind, key) == expected
    assert remarks(reading(kind).doubtful, key)["tier_above"].startswith("is the first of several limits")


@pytest.mark.parametrize(
    ("cost", "offer", "unknown", "doubtful"),
    [
        ({"tiers": [{"tier": {"size": 0}, "input": 4}]}, {}, {"tier_above"}, set()),
        ({"tiers": [{"tier": {"size": "big"}, "input": 4}]}, {}, {"tier_above"}, set()),
        ({"tiers": [{"tier": {"type": "hours", "size": 9}, "input": 4}]}, {}, {"tier_above"}, set()),
        ({"tiers": "none"}, {}, {"tier_above"}, set()),
        ({"context_over_200k": 4}, {}, {"tier_above"}, set()),
        (
            {"tiers": [{"tier": {"size": 9}, "input": 4}]},
            {"tier_above": 9, "tier_input_price": 4},
            {"tier_output_price"},
            set(),
        ),
        (
            {"tiers": [{"tier": {"size": 9}, "input": 1, "output": 0}]},
            {"tier_above": 9, "tier_input_price": 1},
            {"tier_output_price"},
            {"tier_input_price"},
        ),
        ({"tiers": [{"tier": {"size": 9}, "input": "x"}]}, {}, {"tier_input_price", "tier_output_price"}, set()),
    ],
)
def test_bad_tiers(cost: dict[str, object], offer: dict[str, object], unknown: set[str], doubtful: set[str]) -> None:
    """What cannot be a tier is left unknown with a reason, and the price of short requests stands."""
    found = one_model(GOOD | {"cost": {"input": 2, "output": 8} | cost})
    assert found.rows[0].offer == {"input_price": 2, "output_price": 8} | offer
    assert set(remarks(found.unknown, "openai/gpt-5")) == unknown
    assert set(remarks(found.doubtful, "openai/gpt-5")) == doubtful


def test_bad_ranges() -> None:
    """Ranges of results, as a search has them, are no tiers of tokens."""
    found = one_record({"tiered_pricing": [{"input_cost_per_query": 1, "max_results_range": [0, 25]}, 7]})
    assert remarks(found.unknown, "gpt-5") == {"tier_above": "is a range of something else than tokens"}
    assert remarks(one_record({"tiered_pricing": 7}).unknown, "gpt-5") == {"tier_above": "is no list of ranges"}


def test_hours_of_the_day() -> None:
    """A price that is lower at some hours is taken at its dearest, in doubt, in either file."""
    assert row(GENAI, "deepseek/deepseek-chat").offer["input_price"] == Decimal("0.27")
    assert row(GENAI, "deepseek/deepseek-chat").offer["output_price"] == Decimal("1.1")
    assert row(LITELLM, "deepseek-v4-flash").offer["input_price"] == Decimal("0.3")
    for kind, key in ((GENAI, "deepseek/deepseek-chat"), (LITELLM, "deepseek-v4-flash")):
        assert remarks(reading(kind).doubtful, key)["input_price"] == "is lower at some hours of the day"


# ── Prices with a day ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_price_in_the_list_may_start_next_year() -> None:
    """Gemini 3.7 Flash costs 0.75 on the day of the file and twice that from 2027 on."""
    flash = row(GENAI, "google/gemini-3.7-flash")
    assert flash.offer["input_price"] == Decimal("0.75")
    since = date(2027, 1, 1)
    then = {"cached_input_price": Decimal("0.15"), "input_price": Decimal("1.5"), "output_price": Decimal("7.5")}
    assert flash.later == tuple(Later(name, since, price) for name, price in then.items())


@pytest.mark.parametrize(("on", "price"), [(date(2026, 8, 31), 2), (date(2026, 9, 1), 3), (date(2027, 1, 1), 3)])
def test_the_day_of_the_file_decides(on: date, price: int) -> None:
    """A price is in force from its first day on."""
    (found,) = [one for one in read(GENAI, data_of(GENAI), on).rows if one.key == "anthropic/claude-sonnet-5"]
    assert found.offer["input_price"] == price
    assert [later.value for later in found.later] == ([Decimal("0.3"), 3, 15] if price == 2 else [])


def test_a_past_change() -> None:
    """o3 became cheaper in June 2025: before the day of the file, so that only the new price is left."""
    assert row(GENAI, "openai/o3").offer == {"input_price": 2, "output_price": 8, "cached_input_price": Decimal("0.5")}
    assert row(GENAI, "openai/o3").later == ()


def test_a_tier_that_comes_and_goes() -> None:
    """A value can only change where there is one: without a tier, long requests cost what all others do."""
    before = {one.key: one for one in read(GENAI, data_of(GENAI), date(2026, 3, 1)).rows}
    goes, since = before["anthropic/claude-opus-4-6"], date(2026, 3, 13)
    assert goes.offer["tier_input_price"] == 10
    assert goes.later == (Later("tier_input_price", since, 5), Later("tier_output_price", since, 25))
    comes = before["aws/openai.gpt-5.6-terra"]
    assert comes.offer["tier_above"] == 272_000
    assert comes.offer["tier_input_price"] == comes.offer["input_price"] == Decimal("2.75")
    assert Later("tier_input_price", date(2026, 7, 30), Decimal("4.4")) in comes.later
    assert "tier_above" not in {later.attribute for later in comes.later}


def priced(prices: object) -> Reading:
    """Read a genai-prices file of one model with these prices."""
    return read(GENAI, [{"id": "openai", "models": [{"id": "gpt-5", "prices": prices}]}])


@pytest.mark.parametrize(
    "prices",
    [
        None,
        "free",
        [7],
        [{"prices": 7}],
        [{"prices": {"input_mtok": 1}, "constraint": {"start_date": "2026-02-31"}}],
        [{"prices": {"input_mtok": 1}, "constraint": {"start_date": "2026"}}],
        [{"prices": {"input_mtok": 1}, "constraint": {"region": "eu"}}],
        [{"prices": {"input_mtok": 1}, "constraint": {"start_date": "2026-01-01", "end_date": "2026-02-01"}}],
        [{"prices": {"input_mtok": 1}, "constraint": 7}],
        [{"prices": {"input_mtok": 1}, "constraint": {"start_date": "2027-01-01"}}],
    ],
)
def test_conditions_that_are_not_understood(prices: object) -> None:
    """Prices under a condition that nobody here understands are unknown altogether, never taken without it."""
    found = priced(prices)
    assert found.rows[0].offer == {}
    assert set(remarks(found.unknown, "openai/gpt-5")) == {"input_price"}


def since(day: str, prices: object) -> dict[str, object]:
    """Return prices that start on a day, as genai-prices writes them."""
    return {"prices": prices, "constraint": {"start_date": day}}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_prices_in_the_list_makes_no_difference(order: tuple[int, ...]) -> None:
    """The day decides which price is in force and which follow, wherever it stands in the list."""
    prices = [
        {"prices": {"input_mtok": 1}},
        since("2025-01-01", {"input_mtok": 2}),
        since("2026-01-01", {"input_mtok": 3}),
        since("2027-01-01", {"input_mtok": 4}),
    ]
    (found,) = priced([prices[place] for place in order]).rows
    assert found.offer == {"input_price": 3}
    assert found.later == (Later("input_price", date(2027, 1, 1), 4),)


@pytest.mark.parametrize("end", [{"input_mtok": 0, "output_mtok": 0}, {}, {"input_mtok": -1, "output_mtok": "x"}])
def test_a_price_that_ends_stays_in_doubt(end: object) -> None:
    """What is no price from a day on leaves the one before in force, since a catalogue cannot say that one ends."""
    both = {"input_mtok": 1, "output_mtok": 2}
    found = priced([{"prices": both}, since("2027-01-01", end), since("2027-06-01", {"input_mtok": 3})])
    assert found.rows[0].offer == {"input_price": 1, "output_price": 2}
    assert found.rows[0].later == (Later("input_price", date(2027, 6, 1), 3),)
    reason = "is not known from a later day on, and stays in force"
    doubts = [(one.attribute, one.reason, one.found) for one in found.doubtful]
    assert doubts == [
        ("input_price", reason, '"2027-01-01"'),
        ("output_price", reason, '"2027-01-01"'),
        ("output_price", reason, '"2027-06-01"'),
    ]


def test_a_price_that_has_ended_is_unknown() -> None:
    """A price of 0 for both that has begun is in force, and tells nothing."""
    found = priced([since("2026-01-01", {"input_mtok": 0, "output_mtok": 0}), {"prices": {"input_mtok": 1}}])
    assert found.rows[0].offer == {}


def test_levels_of_one_side() -> None:
    """A side without levels costs the same in long requests; a level that starts at no number is left out."""
    found = priced(
        {"input_mtok": {"base": 1, "tiers": [{"start": 5, "price": 2}, {"start": "x"}, 7]}, "output_mtok": 3}
    )
    prices = {"input_price": 1, "output_price": 3, "tier_above": 5, "tier_input_price": 2, "tier_output_price": 3}
    assert found.rows[0].offer == prices
    assert set(remarks(found.unknown, "openai/gpt-5")) == {"tier_above"}


# ── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

WRONG: list[object] = [
    None,
    7,
    "a",
    [],
    {},
    [1],
    {"a": 1},
    {"a": []},
    [{}],
    [{"models": {}}],
    {"a": {"b": {}}},
    {"error": "no such page"},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("data", WRONG)
def test_wrong_shape(kind: str, data: object) -> None:
    """A file of another shape is one error with one sentence that names the file, before any row is read."""
    from llmrules.importers.kinds import KINDS as TABLE

    with pytest.raises(FileError, match="must be") as caught:
        TABLE[kind].reader.check(data, "prices.json")
    assert caught.value.code == "wrong-shape"
    assert str(caught.value).startswith("prices.json: is no ")
    with pytest.raises(FileError, match="must be"):
        read(kind, data)


@pytest.mark.parametrize(("kind", "other"), [(one, other) for one in KINDS for other in KINDS if one != other])
def test_a_file_of_another_kind(kind: str, other: str) -> None:
    """A file of one kind is not read as one of another."""
    with pytest.raises(FileError, match=r"wrong-shape|must be"):
        read(kind, data_of(other))


def test_unknown_keys_are_counted() -> None:
    """Keys that no attribute stands for are ignored and counted, so that a new one is seen."""
    ignored = one_model(GOOD | {"weights": 1, "cost": {"input": 1, "smoke": 2}, "limit": {"tools": 3}}).ignored
    assert ignored == {"weights": 1, "cost.smoke": 1, "limit.tools": 1}
    assert reading(LITELLM).ignored["source"] > 10
    assert reading(GENAI).ignored["match"] == len(reading(GENAI).rows)
    assert not [
        key for key in reading(LITELLM).ignored if key.endswith("k_tokens") and key.startswith(("input", "output"))
    ]


def renamed(data: Any, key: str) -> Any:  # noqa: ANN401 - plain JSON
    """Return data in which a key has another name wherever it stands."""
    if isinstance(data, list):
        return [renamed(one, key) for one in data]
    if isinstance(data, dict):
        return {f"new_{name}" if name == key else name: renamed(value, key) for name, value in data.items()}
    return data


@pytest.mark.parametrize(
    ("kind", "key", "missing"),
    [
        (MODELS_DEV, "limit", {"limit"}),
        (MODELS_DEV, "cost", {"cost"}),
        (MODELS_DEV, "input", {"modalities.input"}),
        (MODELS_DEV, "context", {"limit.context"}),
        (MODELS_DEV, "modalities", {"modalities"}),
        (LITELLM, "mode", {"mode"}),
        (LITELLM, "max_input_tokens", {"max_input_tokens"}),
        (LITELLM, "input_cost_per_token", {"input_cost_per_token"}),
        (GENAI, "id", {"id"}),
        (GENAI, "prices", {"prices"}),
        (GENAI, "input_mtok", {"prices.input_mtok"}),
        (GENAI, "context_window", {"context_window"}),
    ],
)
def test_a_key_that_is_gone_is_reported_first(kind: str, key: str, missing: set[str]) -> None:
    """A key that no row has any more stands first in the report, and a sentence of the text says it."""
    changed = read(kind, renamed(data_of(kind), key))
    gone = {name for name, count in changed.expected.items() if count.without == count.rows}
    assert gone == missing
    (file,) = report_data([changed], merge([changed]))["files"]
    assert {one["key"] for one in file["missing"][: len(missing)]} == missing
    text = report_text({"files": [file], "overlay": report_data([changed], merge([changed]))["overlay"]})
    assert all(f"  no row has `{name}`: the file's format may have changed\n" in text for name in missing)


@pytest.mark.parametrize("kind", KINDS)
def test_expected_keys_are_counted(kind: str) -> None:
    """In the extracts each expected key stands in some row, and most in some row not."""
    expected = reading(kind).expected
    assert all(count.without < count.rows for count in expected.values())
    assert any(count.without for count in expected.values())


def test_a_missing_key_is_counted_once_for_each_row() -> None:
    """A key without a value says as little as none."""
    found = one_model(GOOD | {"cost": {"input": 1}, "limit": None}).expected
    assert (found["cost"], found["cost.output"], found["limit"]) == (Expected(1, 0), Expected(1, 1), Expected(1, 1))
    assert "limit.context" not in found


# ── Whatever may stand in a file ────────────────────────────────────────────────────────────────────────────────────

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["text", "2025-02-31", "2026-01", "-1", "chat", "a/b", "~x", "\x1b[31m", "\ud800", "us."])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner))


@pytest.mark.parametrize("kind", KINDS)
@given(data=VALUES)
def test_any_json(kind: str, data: object) -> None:
    """Any JSON is read or refused with the one error."""
    try:
        holds_together(read(kind, data))
    except FileError as error:
        assert error.code == "wrong-shape"  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("kind", KINDS)
@given(case=st.data())
def test_any_change_of_a_real_file(kind: str, case: st.DataObject) -> None:
    """With any values of a real file replaced, dropped or renamed, the rows still add up and hold together."""
    data = deepcopy(data_of(kind))
    for _ in range(case.draw(st.integers(1, 6))):
        _change(data, case)
    try:
        holds_together(read(kind, data))
    except FileError as error:
        assert error.code == "wrong-shape"  # noqa: PT017 - either outcome is right


def _change(data: Any, case: st.DataObject) -> None:  # noqa: ANN401 - plain JSON
    """Walk down to some depth and change what stands there."""
    here: Any = data
    for _ in range(case.draw(st.integers(0, 7))):
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        inside = [key for key in keys if isinstance(here[key], dict | list) and here[key]]
        if not inside:
            break
        here = here[case.draw(st.sampled_from(inside))]
    keys = list(here) if isinstance(here, dict) else list(range(len(here)))
    if not keys:
        return
    key = case.draw(st.sampled_from(keys))
    how = case.draw(st.sampled_from(["replace", "drop", "rename"]))
    if how == "replace" or isinstance(here, list):
        here[key] = case.draw(VALUES)
    elif how == "drop":
        del here[key]
    else:
        here[case.draw(st.text(max_size=8))] = here.pop(key)


def test_the_extracts_are_json() -> None:
    """The extracts hold the numbers as the files write them, and each file's licence stands beside it."""
    from tests.import_files import FOLDER

    for kind, name in FILES.items():
        assert json.loads((FOLDER / name).read_text(encoding="utf-8"))
        assert "Permission is hereby granted" in (FOLDER / f"LICENSE.{kind}").read_text(encoding="utf-8")
    assert reading(GENAI).origin.date < TODAY
