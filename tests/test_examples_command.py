"""The examples come with the package: they are listed, shown, and named wherever a profile may be."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from typing import TYPE_CHECKING

import pytest
from tests.commands import run
from tests.documents import ROOT

from llmrules.cli import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

NAMES = sorted(path.stem for path in (ROOT / "examples").glob("*.toml"))
HELP = {command: run(command, "--help").output for command in COMMANDS}
HELP[""] = run("--help").output


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_example_is_listed_with_its_title(language: str) -> None:
    """A line is a name and the title in the language asked for; the last one says how to decide one."""
    *lines, blank, last = run("examples", "--lang", language).output.splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    for name, line in zip(NAMES, lines, strict=True):
        assert line.endswith(tomllib.loads((ROOT / f"examples/{name}.toml").read_text("utf-8"))["title"][language])
    assert not blank
    assert "llmrules decide example:" in last


@pytest.mark.parametrize("name", ["hospital-records", "example:hospital-records"])
def test_an_example_is_shown_as_it_stands(name: str) -> None:
    """Its whole file is printed, to copy and change."""
    assert run("examples", name).output == (ROOT / "examples/hospital-records.toml").read_text(encoding="utf-8")


def test_a_named_example_is_decided_as_its_file_is() -> None:
    """example:NAME stands for the file: what is given and found is the same to the byte."""
    digests = [
        {**json.loads(run("decide", profile, "--format", "json").output)["digests"], "made_by": ""}
        for profile in ("example:video-archive", str(ROOT / "examples/video-archive.toml"))
    ]
    assert digests[0] == digests[1]


def test_all_examples_are_tested_at_once() -> None:
    """example:all stands for the folder of them."""
    done = run("test", "example:all")
    assert done.exit_code == 0
    assert str(len(NAMES)) in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("decide", "example:hospital-record"),
        ("examples", "hospital-record"),
        ("test", "example:hospital-record"),
        ("diff", "--catalog", "2026-11", "example:hospital-record"),
    ],
)
def test_an_example_that_is_none_is_bad_input(arguments: tuple[str, ...]) -> None:
    """The nearest name is said, and nothing is run."""
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "did you mean: hospital-records" in done.stderr


def test_no_example_is_written_over() -> None:
    """A trace is not written onto the file that is decided, though it is named by its name alone."""
    path = ROOT / "examples/video-archive.toml"
    before = path.read_bytes()
    assert run("decide", "example:video-archive", "--trace", str(path)).exit_code == 2
    assert path.read_bytes() == before


def _shown(example: str) -> list[str]:
    """Return the lines of every help that name an example."""
    return sorted({line.strip() for text in HELP.values() for line in text.splitlines() if re.match(example, line)})


@pytest.mark.parametrize("line", _shown(r"  +llmrules .*example:"))
def test_what_a_help_shows_of_examples_runs_anywhere(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each such line works as it stands, from a folder that holds no more than the file of rules that it names."""
    monkeypatch.setenv("PATH", str(tmp_path))  # a page that is to be opened finds no browser
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/ours.toml").write_text('language = 1\npack = "ours"\n', encoding="utf-8")
    program, *arguments = shlex.split(line.partition(" > ")[0])
    assert program == "llmrules"
    assert run(*arguments).exit_code == 0


def test_no_help_needs_the_checkout() -> None:
    """No help names a file that only a clone has."""
    assert _shown(r"  +llmrules .*example:")
    assert not _shown(r".*(examples/|tests/)")
