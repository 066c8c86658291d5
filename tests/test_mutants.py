"""Each kind of field of a trace with offers, costs and restrictions is mutated, in a small world and in a real one."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.golden_world import FOLDER, decide_again
from tests.mutants import Mutant, canonical, field_of, fields, one_in_each_field, one_of_each, survivors

from llmrules import Advisor
from llmrules.reading.files import read_toml
from llmrules.trace.schema import trace_schema
from llmrules.verify import examine
from llmrules.verify.matched import Files, read_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from llmrules.trace.record import Trace

Document = dict[str, Any]

CASE: Mapping[str, object] = {
    "as_of": date(2026, 11, 24),
    "tasks": ["coding"],
    "context_tokens": 300_000,
    "monthly_input_tokens": 400_000_000,
    "monthly_output_tokens": 30_000_000,
    "long_request_share": 0.25,
    "monthly_budget": 500,
}
AMONG = (
    *("claude-haiku-5-5", "deepseek-v4-pro", "gemini-3.5-flash-lite", "glm-5.3", "gpt-6-sol", "grok-4.3"),
    *("laguna-s-2.1", "nemotron-3-nano-4b", "phi-4-mini-instruct", "qwen3.8-max", "nobody"),
)
"""Models of November 2026 with one offer and with several, judged or not for each of the reasons that there are."""

OURS = """
language = 1
[[document]]
id = "contract"
title = "Our contract"
date = 2026-11-20
[[model]]
id = "glm-5.3"
parameters = 744
sources.parameters = "contract"
dated = [{ attribute = "parameters", since = 2027-01-01, value = 745, source = "contract" }]
[[model.offer]]
id = "zai"
input_price = 1.2
sources.input_price = "contract"
"""


@pytest.fixture(scope="module")
def golden() -> Document:
    """The decision that every format is compared on: models are ranked."""
    return _plain(decide_again().trace)


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> tuple[str | Path, ...]:
    """The models of November 2026, and values of ours that replace some."""
    ours = tmp_path_factory.mktemp("mutants") / "ours.toml"
    ours.write_text(OURS, encoding="utf-8")
    return "2026-11", ours


@pytest.fixture(scope="module")
def real(catalogues: tuple[str | Path, ...]) -> Document:
    """A decision among models of November 2026 whose cost is known: offers are ranked."""
    advisor, cheap = Advisor.load(catalog=catalogues, engine="plain"), {"monthly_cost": {"at_most": 700}}
    return _plain(advisor.decide(CASE, over="offers", among=AMONG, only=cheap, stale_after=30).trace)


def _plain(trace: Trace) -> Document:
    document: Document = json.loads(trace.to_json())
    return document


def _refused(document: Document, files: Files, tried: list[Mutant]) -> None:
    """Check that the trace is what the files say, and no mutant of it with all digests made anew."""
    assert examine(canonical(document), files).ok
    passed = [f"{mutant} ({how})" for mutant, how, _ in survivors(document, tried, files, plain=False)]
    assert not passed, passed
    assert len(tried) > 18


def test_no_mutant_of_the_golden_world_survives(golden: Document) -> None:
    """One of every third kind of field and deed is refused (all are, in a world where everything happens)."""
    files = Files(
        rules=tuple(read_toml(path, path.name) for path in sorted((FOLDER / "rules").glob("*.toml"))),
        catalogues=(read_toml(FOLDER / "catalog.toml", "catalog.toml"),),
        profile=read_toml(FOLDER / "profile.toml"),
    )
    _refused(golden, files, one_of_each(golden)[::3])


PARTS = ("given/catalogue", "found/candidates", "found/left_out", "found/unknowns", "found/resting", "found/result")


def test_no_mutant_of_a_real_catalogue_survives(real: Document, catalogues: tuple[str | Path, ...]) -> None:
    """One of every fifth kind of field is refused of what is given of the models of November 2026 and found of them."""
    files = read_files([], catalogues, CASE, unknown="apart", shipped_rules=True, shipped_catalog=True)
    (tried,) = one_in_each_field([real], seed=2)
    _refused(real, files, [one for one in tried if field_of(one.path).startswith(PARTS)][::5])


@pytest.fixture(scope="module")
def mutated(golden: Document, real: Document) -> set[str]:
    """The fields that are mutated in one of the two."""
    places = (place for document in (golden, real) for place in fields(document).items())
    return {name for name, its in places if any(value != [] for _, value in its)}


MUTATED = {
    "given": ("Given", {"approvals"}),
    "given/catalogue/models/*": ("Model", set()),
    "given/catalogue/models/*/offers/*": ("Offer", set()),
    "given/catalogue/values/*/*": ("Entry", set()),
    "given/catalogue/values/*/*/dated/*": ("Dated", set()),
    "found": ("Found", {"conflict_sets", "relaxations"}),
    "found/candidates/*": ("CandidateRecord", {"then"}),
    "found/computed/*/*": ("ComputedRecord", set()),
    "found/computed/*/*/terms/*": ("TermRecord", set()),
    "found/left_out": ("LeftOut", set()),
    "found/unknowns/*": ("Unknown", set()),
    "found/candidates/*/coming/*": ("ChangeRecord", set()),
    "found/resting/*": ("RestingRecord", set()),
    "found/result/ranking/*": ("PlaceRecord", {"then"}),
    "found/result/ranking/*/offers/*": ("OffersRecord", set()),
}
"""The records of models and offers by where they stand, each with the fields that nothing in the two worlds fills."""


@pytest.mark.parametrize("where", MUTATED)
def test_every_field_of_models_and_offers_is_mutated(where: str, mutated: set[str]) -> None:
    """So a field that is new in a record cannot stay untried."""
    kind, empty = MUTATED[where]
    parts = {key: f"{where}/{key}" for key in trace_schema()["$defs"][kind]["properties"]}
    missing = {name for name, path in parts.items() if not any(f"{field}/".startswith(f"{path}/") for field in mutated)}
    assert missing == empty
