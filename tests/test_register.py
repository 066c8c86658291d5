"""A company's list of models is read as people keep it, and the shipped catalogues are found by their names."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run

from llmrules import Advisor
from llmrules.catalog.restriction import from_text, read_register
from llmrules.errors import LlmrulesError, LoadError, RestrictionError
from llmrules.reading import shipped
from llmrules.trace.record import Trace

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file and return its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.csv", "claude\ngemini\n"),
        ("list.csv", "model,owner\nclaude,Kim\ngemini,Lee\n"),
        ("list.csv", "owner;Model\nKim;claude\nLee;gemini\n"),
        ("list.tsv", "owner\tid\nKim\tclaude\nLee\tgemini\n"),
        ("list.csv", '# approved by the board\n\n"model","why, in short"\n"claude","a, b"\n"gemini",\n'),
        ("list.csv", "\ufeffmodel\r\n claude \r\ngemini\r\n"),
        ("list.txt", "claude\n\ngemini"),
        ("list.toml", 'models = ["claude", "gemini"]\n'),
    ],
)
def test_a_list_is_read_as_people_keep_it(keep: Callable[[str, str], Path], name: str, text: str) -> None:
    """With a heading or without, with commas, semicolons or tabs, with remarks and blank lines, or as TOML."""
    assert read_register(keep(name, text)) == ("claude", "gemini")


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("list.csv", "", "empty-list"),
        ("list.csv", "model,owner\n", "empty-list"),
        ("list.csv", 'model\n"claude\n', "syntax"),
        ("list.toml", "models = []\n", "empty-list"),
        ("list.toml", 'model = ["claude"]\n', "unknown-key"),
        ("list.toml", "title = 1\n", "unknown-key"),
        ("list.toml", "", "missing-key"),
        ("list.toml", "models = 3\n", "wrong-type"),
    ],
)
def test_a_list_that_cannot_be_read_is_an_error(
    keep: Callable[[str, str], Path], name: str, text: str, code: str
) -> None:
    """What is no list, or an empty one, never restricts a decision to nobody in silence."""
    with pytest.raises(LlmrulesError) as caught:
        read_register(keep(name, text))
    error = caught.value
    assert code in (
        [one.code for one in error.errors] if isinstance(error, LoadError) else [getattr(error, "code", "")]
    )


@given(st.text())
def test_any_text_is_a_list_or_a_stated_error(text: str) -> None:
    """Whatever a file holds, its ids come back without blanks around them, or the error says what is wrong."""
    found: tuple[str, ...] = ("none",)
    with suppress(RestrictionError):
        found = from_text(text, "list.csv")
    assert found
    assert all(one and one == one.strip() for one in found)


def test_a_list_restricts_a_decision(keep: Callable[[str, str], Path]) -> None:
    """From the shell, those of the list are judged, and a name that no model has is said."""
    path = keep("ours.csv", "model\nclaude\ngone-1\n")
    decide = ("decide", "--set", "budget=tight", "--as-of", "2026-03-01", "--isolated", "--among", path)
    done = run(*decide)
    assert done.exit_code == 0
    assert done.stderr == f"{path}: no model gone-1\n"
    judged = run(*decide, "--model", "gemini")
    assert judged.exit_code == 2
    assert "was not judged" in judged.output


def test_a_name_on_the_list_that_no_model_has_is_said_with_the_nearest(
    keep: Callable[[str, str], Path], tmp_path: Path
) -> None:
    """Each is one line on standard error and stays in the trace; of very many the first are named, and counted."""
    decide = ["decide", "--set", "budget=tight", "--as-of", "2026-03-01", "--isolated"]
    decide += ["--trace", str(tmp_path / "t.json"), "--among"]
    path = keep("reg.csv", "claude\ngpt-55\ngrokk\n")
    done = run(*decide, path)
    assert done.exit_code == 0
    assert done.stderr == f"{path}: no model gpt-55; did you mean gpt-5?\n{path}: no model grokk; did you mean grok?\n"
    left = Trace.load(tmp_path / "t.json").found.left_out
    assert left is not None
    assert left.unmatched == ("gpt-55", "grokk")
    many = keep("many.csv", "claude\n" + "".join(f"house-model-{number:02}\n" for number in range(20)))
    lines = run(*decide, str(many)).stderr.splitlines()
    assert (len(lines), lines[-1]) == (13, f"{many}: and 8 more, which the trace names")


def test_a_list_of_strangers_ends_with_all_of_them(keep: Callable[[str, str], Path]) -> None:
    """Where nobody is left, the error names every id and who may be meant."""
    path = keep("reg.csv", "claud\ngrokk\n")
    done = run("decide", "--set", "budget=tight", "--isolated", "--among", path)
    assert done.exit_code == 2
    assert 'found: ["claud", "grokk"]' in done.stderr
    assert "hint: did you mean claude for claud, grok for grokk" in done.stderr


def test_the_help_says_what_a_list_is() -> None:
    """Headings, separators, remarks and the TOML form stand in the help of the command that reads the list."""
    said = " ".join(run("decide", "--help").output.split())
    assert "a CSV file of ids" in said
    assert all(f"{name}" in said for name in ("model or id", "# begins a remark", 'models = ["gpt-6-luna", ...]'))


def test_a_shipped_catalogue_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name stands for a shipped catalogue, unless a file of that name is at hand; settings may name one, too."""
    monkeypatch.chdir(tmp_path)
    assert "2026-11" in shipped.catalog_names()
    assert "gpt-6-astra" in Advisor.load(catalog=["2026-11"], engine="plain").knowledge.models
    assert shipped.named_catalog("2025-01") is None
    assert shipped.named_catalog("./2026-11") is None
    Path("llmrules.toml").write_text('catalog = ["2026-11"]\n', encoding="utf-8")
    done = run("models", "gpt-6-astra")
    assert done.exit_code == 0, done.output
    Path("2026-11").mkdir()
    assert shipped.named_catalog("2026-11") is None
