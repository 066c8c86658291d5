"""What can be stated is listed, searched and completed; what is typed is understood where nothing is lost by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.commands import run

from llmrules import Advisor

DOCS = Path(__file__).parent.parent / "docs"
RENEW = "llmrules requirements --isolated --format markdown --of {0} > docs/{0}s.md"


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    """The shipped rules and catalogue."""
    return Advisor.load(catalog=["article"], engine="plain")


def said(*arguments: str) -> str:
    """Return what a command prints that ends well."""
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def listed(*arguments: str) -> list[dict[str, Any]]:
    """Return what is listed as JSON."""
    found: list[dict[str, Any]] = json.loads(said("requirements", "--isolated", "--format", "json", *arguments))
    return found


@pytest.mark.parametrize("scope", ["requirement", "model", "offer"])
def test_the_page_is_what_the_command_prints(scope: str) -> None:
    """The pages on requirements, models and offers are made by the command, and by nobody else."""
    printed = said("requirements", "--isolated", "--format", "markdown", "--of", scope)
    assert (DOCS / f"{scope}s.md").read_text(encoding="utf-8") == printed, f"renew it with: {RENEW.format(scope)}"


def test_what_can_be_stated_is_listed_and_nothing_that_rules_conclude(advisor: Advisor) -> None:
    """Each requirement with a question is there once, with its choices and the rules that read it; no other is."""
    vocabulary = advisor.knowledge.ruleset.vocabulary
    every = {one["name"]: one for one in listed()}
    assert every.keys() >= {name for name in vocabulary.names("requirement") if vocabulary[name].ask is not None}
    unasked = {name for name in every if vocabulary[name].ask is None and vocabulary[name].default is None}
    assert unasked <= {"as_of"}
    for name, one in every.items():
        assert tuple(one["choices"]) == vocabulary[name].choice_ids
    assert "fine-tuning-needs-weights" in every["fine_tuning"]["read_by"]


def test_a_name_shows_one_and_words_search() -> None:
    """A name is shown with its choices; words are looked for in names, questions and choices, all of them."""
    assert [one["name"] for one in listed("budget")] == ["budget"]
    assert {"data_sovereignty", "tuning_data"} <= {one["name"] for one in listed("data")}
    assert listed("data", "fine") != listed("data")
    shown = said("requirements", "budget", "--isolated")
    assert "      tight: " in shown
    assert "read by: " in shown
    assert "예산" in said("requirements", "budget", "--isolated", "--lang", "ko")
    wrong = run("requirements", "budgte")
    assert (wrong.exit_code, "did you mean: budget" in wrong.stderr) == (2, True)


def test_attributes_of_models_and_offers_are_listed_likewise(advisor: Advisor) -> None:
    """With --of the catalogue's attributes stand there, every one of the scope."""
    vocabulary = advisor.knowledge.ruleset.vocabulary
    for scope in ("model", "offer"):
        assert {one["name"] for one in listed("--of", scope)} == {*vocabulary.names(scope)}
    assert [one["name"] for one in listed("--of", "offer", "input_price")] == ["input_price"]


def test_a_misspelt_command_is_met_with_the_nearest() -> None:
    """The usage error says which one may be meant; a name like none of them gets no guess."""
    done = run("deside")
    assert done.exit_code == 2
    assert "No such command 'deside'. Did you mean decide?" in done.stderr
    assert "Did you mean" not in run("xyzzy").stderr


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("context_tokens=200k", "context_tokens=200000"),
        ("context_tokens=1m", "context_tokens=1000000"),
        ("context_tokens=1.5M", "context_tokens=1500000"),
        ("context_tokens=200,000", "context_tokens=200000"),
        ("fine_tuning=yes", "fine_tuning=true"),
        ("fine_tuning=No", "fine_tuning=false"),
        ("modalities=text", 'modalities=["text"]'),
        ("modalities=text, image", 'modalities=["text", "image"]'),
    ],
)
def test_what_is_typed_is_understood(typed: str, written: str) -> None:
    """On the command line a short form decides as the full one does."""
    digests = [
        json.loads(said("decide", "--set", one, "--set", "as_of=2026-03-01", "--format", "json"))["digests"]["found"]
        for one in (typed, written)
    ]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    "typed",
    ["context_tokens=200kk", "context_tokens=many", "fine_tuning=perhaps", "modalities=smell", "context_tokens='12'"],
)
def test_what_would_have_to_be_guessed_is_refused(typed: str) -> None:
    """A form that means nothing for sure is an error, as ever."""
    assert run("decide", "--set", typed).exit_code == 2


def test_a_file_stays_strict(tmp_path: Path) -> None:
    """What may be typed may not be written: a file is read by many."""
    for line in ('context_tokens = "200k"', 'fine_tuning = "yes"', 'modalities = "text"'):
        (tmp_path / "case.toml").write_text(f"[requirements]\n{line}\n", encoding="utf-8")
        assert run("decide", tmp_path / "case.toml").exit_code == 2


def test_a_model_may_be_called_by_its_name() -> None:
    """Beside its id, the name that reports give it is understood, in capital letters or small."""
    case = ("decide", "--set", "fine_tuning=true", "--set", "as_of=2026-03-01", "--model")
    assert said(*case, "Mistral") == said(*case, "mistral")
    assert said(*case, "llama 4") == said(*case, "llama-4")


def test_a_name_that_is_none_is_met_with_what_is_meant() -> None:
    """Where the words of an unknown name are those of a question, the error says which requirement asks it."""
    done = run("decide", "--set", "servers_forbidden=true")
    assert done.exit_code == 2
    assert '" is data_sovereignty' in done.stderr
