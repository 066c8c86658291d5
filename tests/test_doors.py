"""The library as a library: a decision says itself, names are met with the nearest, a project is one call."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import click
import pytest
from tests.commands import run

from llmrules import Advisor, LlmrulesError, LoadError
from llmrules.errors import UnknownModelError
from llmrules.say.page import render_page

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules import Decision

CASE = {"fine_tuning": True, "modalities": ["text"], "context_tokens": 60_000, "as_of": "2026-03-01"}


@pytest.fixture(scope="module")
def decision() -> Decision:
    """A decision of the shipped rules."""
    return Advisor.load(catalog=["article"], engine="plain").decide(CASE)


def test_a_decision_in_a_console_begins_with_the_answer(decision: Decision) -> None:
    """``repr`` is one line: the answer, then what was stated."""
    assert repr(decision).startswith(f"<Decision: {decision.report().splitlines()[0]} (as_of=2026-03-01, ")
    assert "\n" not in repr(decision)


def test_every_format_is_a_method(decision: Decision) -> None:
    """A page and a report for a pull request, in both languages; the page of a notebook is in a frame."""
    assert decision.html("ko") == render_page(decision.trace, "ko")
    assert decision.markdown().startswith("**") or decision.markdown().startswith("# ")
    framed = decision._repr_html_()
    assert framed.startswith("<iframe ")
    assert framed.count('"') == 6
    assert "&lt;html" in framed


def test_a_model_that_was_not_judged_is_met_with_the_nearest(decision: Decision) -> None:
    """It is an error of this package and a KeyError, says what may be meant, and survives a pickle."""
    for ask in (
        decision.verdict,
        decision.why,
        decision.place,
        lambda name: decision.computed("monthly_cost", name),
    ):
        with pytest.raises(UnknownModelError, match="did you mean: mistral") as caught:
            ask("mistrl")
        assert isinstance(caught.value, LlmrulesError)
        assert isinstance(caught.value, KeyError)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (str(again), again.nearest) == (str(caught.value), "mistral")


def test_nothing_is_said_in_a_language_that_is_none(decision: Decision) -> None:
    """Another language is an error that names those that there are."""
    for say in (decision.screen, decision.report, decision.html, decision.markdown):
        with pytest.raises(LlmrulesError, match="nothing is said in 'fr'; there are en and ko"):
            say("fr")  # type: ignore[arg-type]
    with pytest.raises(LlmrulesError, match="nothing is said in 'fr'"):
        decision.why("mistral", "fr")  # type: ignore[arg-type]


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project as ``llmrules init`` writes it, with a policy of its own; it is the working folder."""
    assert run("init", tmp_path).exit_code == 0
    settings = tmp_path / "llmrules.toml"
    settings.write_text('rules = ["policy"]\ncatalog = ["models.toml"]\nunknown = "exclude"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_project_is_one_call(starter: Path) -> None:
    """``Advisor.project()`` decides as the command does there: rules, catalogue, policy, and settings named."""
    case = "cases/customer-letters.toml"
    printed = json.loads(run("decide", case, "--format", "json").stdout)
    for folder in (".", starter / "cases"):
        trace = Advisor.project(folder).decide(starter / case).trace
        assert trace.digests.found == printed["digests"]["found"]
        assert trace.made_by.settings == "llmrules.toml"
    assert Advisor.project().decide(starter / case, unknown="apart").policy == "apart"
    (starter / "llmrules.toml").write_text('rules = ["/etc/hostname"]\n', encoding="utf-8")
    with pytest.raises(LoadError, match="lies outside of the project"):
        Advisor.project()


def test_without_settings_a_project_is_what_is_shipped(tmp_path: Path) -> None:
    """A folder without settings loads what ``load`` does."""
    assert (
        Advisor.project(tmp_path).knowledge.ruleset.rules.keys()
        == Advisor.load(catalog=["article"]).knowledge.ruleset.rules.keys()
    )


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.txt", ""), ("a.md", "**"), ("a.html", "<!doctype html>"), ("a.json", "{")],
)
def test_a_file_is_written_in_the_format_of_its_name(
    name: str, begins: str, decision: Decision, tmp_path: Path
) -> None:
    """``-o`` writes what would be printed, in the format that the name means, and prints nothing."""
    case = ["decide", "--set", "fine_tuning=true", "--as-of", "2026-03-01"]
    done = run(*case, "-o", tmp_path / name)
    assert (done.exit_code, done.output) == (0, "")
    written = (tmp_path / name).read_text(encoding="utf-8")
    assert written.lower().startswith(begins)
    trace = tmp_path / "trace.json"
    decision.trace.save(trace)
    assert run("why", trace, "-o", tmp_path / f"why-{name}").exit_code == 0
    form = {"a.txt": "text", "a.md": "markdown", "a.html": "html", "a.json": "json"}[name]
    printed = run("why", str(trace), "--format", form).stdout
    assert (tmp_path / f"why-{name}").read_text(encoding="utf-8").strip() == printed.strip()
    assert run("why", str(trace), "-o", str(trace)).exit_code == 2


def test_the_page_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--open`` opens the page that was written, or a new one."""
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", opened.append)
    case = ["decide", "--set", "fine_tuning=true", "--open"]
    for more in ([], ["-o", str(tmp_path / "a.html")]):
        assert run(*case, *more).exit_code == 0
    assert opened[0].endswith("/decision.html")
    assert opened[1] == (tmp_path / "a.html").as_uri()


def test_a_pipeline_fails_on_what_it_names() -> None:
    """Of conflict, caution, tie and unverified those that are named end with 1, and are said; nothing else does."""
    tie = ["decide", "--set", "as_of=2026-03-01"]
    assert run(*tie).exit_code == 0
    done = run(*tie, "--fail-on", "tie,conflict")
    assert (done.exit_code, done.stderr) == (1, "--fail-on: tie\n")
    assert run(*tie, "--fail-on", "conflict").exit_code == 0
    conflict = ["decide", "--set", "hosting=api", "--set", "data_sovereignty=true", "--fail-on", "conflict"]
    assert "--fail-on: conflict" in run(*conflict).stderr
    wrong = run(*tie, "--fail-on", "tye")
    assert wrong.exit_code == 2
    assert "'tye' is not one of conflict, caution, pending, tie, unverified" in wrong.stderr
