"""``llmrules verify`` and ``llmrules schema trace`` on the command line: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.commands import run
from tests.import_files import FILES, FOLDER

from llmrules import Advisor
from llmrules.trace.schema import published

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parent.parent / "examples" / "maths-tutor.toml"


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Save the trace of an example."""
    path = tmp_path / "decision.json"
    Advisor.load(catalog=["article"], engine="plain").decide(EXAMPLE).trace.save(path)
    return path


def test_a_trace_is_derived_again(trace: Path) -> None:
    """Without files the level asked for is re-derived, and the command says so and ends with 0."""
    result = run("verify", trace)
    assert result.exit_code == 0
    assert result.output.startswith("re-derived: ")


def test_a_trace_is_matched_with_what_was_decided(trace: Path) -> None:
    """With our rules, our catalogue and the profile, every part of ``given`` is compared."""
    result = run("verify", trace, "--shipped", "--catalog", "article", "--profile", EXAMPLE)
    assert result.exit_code == 0
    assert result.output.startswith("matched: ")
    assert "approvals" in result.output


@pytest.mark.parametrize(
    ("tamper", "level", "pointer"),
    [
        (lambda record: record["found"]["result"].update(best=["gpt-5"]), "shape", "/digests/found"),
        (lambda record: record["made_by"].update(engine="magic"), "shape", "/digests/made_by"),
    ],
)
def test_a_trace_that_was_touched_is_refused(
    trace: Path, tamper: Callable[[dict[str, dict[str, dict[str, object]]]], None], level: str, pointer: str
) -> None:
    """The command names the level reached and the first thing wrong, and ends with 1."""
    record = json.loads(trace.read_text(encoding="utf-8"))
    tamper(record)
    trace.write_text(json.dumps(record), encoding="utf-8")
    result = run("verify", trace, "--format", "json")
    assert result.exit_code == 1
    said = json.loads(result.output)
    assert (said["ok"], said["level"], said["wrong"]["at"]) == (False, level, pointer)


@pytest.mark.parametrize("content", [b"\x00\xff\xfe", b"[]", b"{", b'{"format": "llmrules.trace/9"}'])
def test_what_is_no_trace_ends_with_2(tmp_path: Path, content: bytes) -> None:
    """Binary junk, another JSON file and a later version give a sentence and exit status 2."""
    path = tmp_path / "junk.json"
    path.write_bytes(content)
    result = run("verify", path)
    assert result.exit_code == 2
    assert result.output.startswith("not a trace")
    assert ("version 9" in result.output) is (b"/9" in content)


def test_what_is_not_there_ends_with_2(tmp_path: Path) -> None:
    """A missing file and a folder are errors of the input."""
    assert run("verify", tmp_path / "none.json").exit_code == 2
    assert run("verify", tmp_path).exit_code == 2


def test_the_schema_of_traces_is_printed() -> None:
    """``schema trace`` prints the published schema."""
    assert json.loads(run("schema", "trace").output) == json.loads(published())


def test_a_decision_in_every_format(trace: Path) -> None:
    """A saved trace is reported in each format, with neither rules nor catalogue at hand."""
    title = "A Chinese\u2013English mathematics tutor\n"
    starts = {"text": title, "markdown": f"# {title}", "html": "<!doctype html>"}
    for name, start in starts.items():
        result = run("why", trace, "--format", name)
        assert result.exit_code == 0
        assert result.output.startswith(start), name
    assert run("why", trace, "--format", "json").output == trace.read_text(encoding="utf-8")


@pytest.mark.parametrize("over", ["models", "offers"])
def test_a_decision_among_imported_models_is_matched(over: str, tmp_path: Path) -> None:
    """Whatever public files say of models, offers and prices, the checker finds the same in it and in the catalogue."""
    catalogue, saved = tmp_path / "imported.json", tmp_path / "decision.json"
    files = [one for kind, name in FILES.items() for one in (kind, FOLDER / name)]
    assert run("import", *files, "-o", catalogue).exit_code == 0
    case = {"as_of": "2026-11-24", "monthly_input_tokens": 40_000_000, "monthly_output_tokens": 3_000_000}
    case |= {"long_request_share": 0.25, "monthly_budget": 50}
    stated = [one for name, value in case.items() for one in ("--set", f"{name}={value}")]
    restricted = ("--over", over, "--only", "input_price<5", "--stale-after", "90")
    assert run("decide", *stated, "--catalog", catalogue, *restricted, "--trace", saved).exit_code == 0
    found = json.loads(saved.read_text(encoding="utf-8"))["found"]
    assert sum("computed" in one for one in found["candidates"]) > 20
    assert found["left_out"]
    assert any("old" in one for one in found["resting"])
    result = run("verify", saved, "--shipped", "--catalog", catalogue)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("matched: ")


@pytest.fixture
def of_november(tmp_path: Path) -> Path:
    """Save the trace of a decision among the models of a named catalogue."""
    path = tmp_path / "november.json"
    Advisor.load(catalog=["2026-11"], engine="plain").decide(EXAMPLE).trace.save(path)
    return path


def test_what_was_not_handed_over_is_named(of_november: Path) -> None:
    """A trace made with a catalogue of ours that is not handed over names it; with it, the trace is matched."""
    result = run("verify", of_november, "--catalog", "article")
    assert result.exit_code == 1
    assert "made with a catalogue of ours that was not handed over: add --catalog 2026-11" in result.output
    assert run("verify", of_november, "--catalog", "2026-11", "--shipped").output.startswith("matched: ")
    assert run("verify", of_november, "--shipped", "--format", "json").stderr == ""


def test_what_is_not_loaded_is_named_when_a_trace_is_decided_again(of_november: Path) -> None:
    """Decided under our rules of today without its catalogue, a trace names that on standard error."""
    said = f"{of_november}: it was made with a catalogue of ours that was not handed over: add --catalog 2026-11\n"
    assert run("replay", of_november, "--now", "--catalog", "article").stderr == said
    for options in ((), ("--now", "--catalog", "2026-11")):
        assert run("replay", of_november, *options).stderr == ""


def test_a_file_of_yours_that_was_not_handed_over_is_named_by_its_document(tmp_path: Path) -> None:
    """Of a file that is not ours the document is named that nobody else has; other differences need no hint."""
    ours, saved = tmp_path / "ours.toml", tmp_path / "decision.json"
    document = '[[document]]\nid = "house"\ntitle = "House list"\ndate = 2026-01-01\n'
    ours.write_text(
        f'language = 1\n{document}[[model]]\nid = "ours"\nopenness = "closed"\nsources.openness = "house"\n'
    )
    Advisor.load(catalog=["article", ours], engine="plain").decide(EXAMPLE).trace.save(saved)
    assert "the one with document house: add --rules or --catalog" in run("verify", saved, "--shipped").output
    ours.write_text(ours.read_text().replace('"closed"', '"open-weight"', 1))
    changed = run("verify", saved, "--shipped", "--catalog", ours)
    assert changed.exit_code == 1
    assert "add --" not in changed.output
