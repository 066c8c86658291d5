"""Open weights as llmfit packs them: a developer's own record says how much memory its model takes."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.commands import run

from llmrules.advisor import Advisor
from llmrules.errors import FileError
from llmrules.importers import llmfit
from llmrules.importers.boards import Measuring, Names
from llmrules.importers.kinds import read_file

if TYPE_CHECKING:
    from llmrules.importers.reading import Reading

FILE = Path(__file__).parent / "data" / "imports" / "llmfit-1.1.17-models.json"
MODELS = ("granite-4.1-8b", "phi-4", "llama-3.3-70b-instruct", "gemma-4-31b-it", "gpt-oss-120b", "deepseek-v4-pro")


def read(data: object) -> Reading:
    """Read records for some models of a catalogue."""
    names = Names.of((model, ()) for model in MODELS)
    return read_file(
        "llmfit", FILE.name, data, date=date(2026, 10, 5), today=date(2026, 11, 27), measuring=Measuring(names)
    )


def extract() -> Any:  # noqa: ANN401 - plain JSON
    """Return the records of the extract."""
    return json.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.fixture(scope="module")
def found() -> Reading:
    """The extract, read."""
    return read(extract())


def test_memory_follows_from_layers_and_heads(found: Reading) -> None:
    """A token of context takes two numbers of two bytes for each layer, head and place: 40, 8 and 128 of them."""
    granite = next(row for row in found.rows if row.id == "granite-4.1-8b")
    assert granite.model == {
        "parameters": Decimal("8.79"),
        "weights_context": 131_072,
        "context_bytes": 163_840,
    }
    assert not granite.seller


def test_windows_that_slide_and_compressed_attention_are_not_reckoned(found: Reading) -> None:
    """Layers times heads would say too much of them; only where each layer keeps all of the context it is known."""
    known = {row.id for row in found.rows if "context_bytes" in row.model}
    assert known == {"granite-4.1-8b", "phi-4"}
    lacking = {one.key: one.found for one in found.unknown if one.attribute == "context_bytes"}
    assert lacking["google/gemma-4-31B-it"] == "gemma4"
    assert lacking["openai/gpt-oss-120b"] == "gpt_oss"


def test_what_a_gated_repository_shows_is_no_context(found: Reading) -> None:
    """Llama 3.3 holds 131,072 tokens, and its gated repository shows 4,096."""
    llama = next(row for row in found.rows if row.id == "llama-3.3-70b-instruct")
    assert llama.key == "meta-llama/Llama-3.3-70B-Instruct"
    assert "weights_context" not in llama.model
    assert {one.key for one in found.unknown if one.attribute == "weights_context"} == {llama.key}


def test_the_developers_own_repository_is_the_model(found: Reading) -> None:
    """Copies, packed weights, weights before they were tuned, and models that no catalogue has are left out."""
    reasons = {one.key: one.reason for one in found.skipped}
    assert reasons["unsloth/Llama-3.3-70B-Instruct"] == llmfit.COPY
    assert reasons["google/gemma-4-31B"] == llmfit.OTHER
    assert reasons["ByteDance-Seed/Seed-OSS-36B-Instruct"] in {llmfit.UNMATCHED, llmfit.COPY}
    assert any(reason == llmfit.PACKED_COPY for reason in reasons.values())
    assert found.read == len(found.rows) + len(found.skipped) == len(extract())


def test_what_is_no_record_is_skipped_and_what_is_no_file_refused() -> None:
    """A record needs a name and a number of parameters; a file is a list of records."""
    reading = read([*extract(), {"name": "a/b"}, 3, {"name": "x", "parameters_raw": 1}])
    assert [one.reason for one in reading.skipped].count(llmfit.NO_RECORD) == 3
    with pytest.raises(FileError, match="is no file of llmfit"):
        read({"models": []})


def test_an_import_lies_on_our_catalogue(tmp_path: Path) -> None:
    """The command writes an overlay that adds values to releases and no model of its own."""
    out = tmp_path / "fit.toml"
    done = run("import", "llmfit", str(FILE), "--date", "llmfit=2026-10-05", "-o", str(out))
    assert done.exit_code == 0, done.output
    before, after = (Advisor.load(catalog=["2026-11", *more], engine="plain") for more in ((), (out,)))
    assert after.knowledge.models == before.knowledge.models
    entry = after.knowledge.catalog.models["phi-4"].entries["context_bytes"]
    assert entry.stated.value == 204_800
    assert entry.stated.sources == ("llmfit-1.1.17",)
