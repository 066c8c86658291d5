"""``llmrules init`` writes a project that runs as it is, and the commands heed a project's settings."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from tests.commands import run

from llmrules.cli.init import FILES, NEXT, SCHEMAS
from llmrules.errors import FileError, Place
from llmrules.reading.files import write_whole
from llmrules.trace.record import Trace

CASE = "cases/customer-letters.toml"
TOMBI = Path(sysconfig.get_path("scripts")) / "tombi"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as it is written."""
    folder = tmp_path_factory.mktemp("written")
    assert run("init", str(folder)).exit_code == 0
    return folder


@pytest.fixture
def starter(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a project that was just written."""
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_says_what_it_wrote_and_what_to_run_next(tmp_path: Path) -> None:
    """Every file is named with its purpose, then the commands; a folder that is not there is made."""
    folder = tmp_path / "new" / "project"
    result = run("init", str(folder))
    assert result.exit_code == 0
    for said in (folder.as_posix(), *FILES, *FILES.values(), *NEXT):
        assert said in result.stdout
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == {*FILES, *SCHEMAS.values()}


def test_it_runs_as_it_is(starter: Path) -> None:
    """The commands that it names run in its folder, without further options, and find nothing wrong."""
    assert starter.is_dir()
    for command in NEXT:
        result = run(*command.split()[1:])
        assert result.exit_code == 0, f"{command}\n{result.output}"
    assert "no findings" in run("lint", "--strict").stdout
    assert "Recommended: Claude" in run("decide", CASE).stdout


def test_every_line_of_the_case_matters(starter: Path) -> None:
    """The case notices when a rule of the starter is gone, and names it."""
    rules = starter / "policy" / "ours.toml"
    text = rules.read_text(encoding="utf-8")
    for name in re.findall(r'^id = "(ours/[a-z-]+)"', text, re.MULTILINE):
        off = f'\n[[disable]]\nrule = "{name}"\nreason = "To see what happens."\n'
        rules.write_text(text + off, encoding="utf-8")
        result = run("test", "cases")
        assert (result.exit_code, name in result.stdout) == (1, True)


def test_an_editor_finds_nothing_wrong(starter: Path) -> None:
    """A TOML language tool finds the schemas that the files name, and nothing to flag."""
    command = [str(TOMBI), "lint", "--offline", "--error-on-warnings", "."]
    done = subprocess.run(command, cwd=starter, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    named = [(starter / name).read_text(encoding="utf-8").splitlines()[0] for name in FILES if name != "llmrules.toml"]
    assert all(line.startswith("#:schema ") for line in named)


def test_its_schemas_know_its_own_attributes(starter: Path) -> None:
    """The schemas are those that ``llmrules schema`` prints there, attributes of the starter included."""
    for kind, name in SCHEMAS.items():
        result = run("schema", kind)
        assert (starter / name).read_text(encoding="utf-8") == result.stdout
    profile = json.loads((starter / SCHEMAS["profile"]).read_text(encoding="utf-8"))
    assert "customer_data" in profile["properties"]["requirements"]["properties"]


@pytest.mark.parametrize("name", [*FILES, *SCHEMAS.values()])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    """Where one file is there already, it stays as it is and none is written."""
    there = tmp_path / name
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_text("mine", encoding="utf-8")
    result = run("init", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{there.as_posix()}: is there already" in result.stderr
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_a_file_where_a_folder_must_be(tmp_path: Path) -> None:
    """A file that stands where a folder must is no place to write under, and nothing is written."""
    (tmp_path / "policy").write_text("mine", encoding="utf-8")
    result = run("init", str(tmp_path))
    assert result.exit_code == 2
    assert "policy: is no folder" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["policy"]


def test_what_cannot_be_finished_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a file cannot be written, those before it and their folders go again."""

    def write(path: Path, text: str) -> None:
        if path.name == "customer-letters.toml":
            raise FileError("cannot be written", code="unwritable", place=Place(path.as_posix()))
        write_whole(path, text)

    monkeypatch.setattr("llmrules.cli.init.write_whole", write)
    assert run("init", str(tmp_path / "new")).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A folder with an impossible name is an error of the input, not a traceback."""
    result = run("init", str(tmp_path / ("long" * 100)))
    assert result.exit_code == 2
    assert "cannot be made" in result.stderr


def test_a_decision_records_its_settings(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trace names the file that said what to load, seen from the working folder, but for ``--isolated``."""
    monkeypatch.chdir(starter / "cases")
    assert run("decide", "customer-letters.toml", "--trace", "one.json").exit_code == 0
    assert Trace.load("one.json").made_by.settings == "../llmrules.toml"
    assert run("decide", "--isolated", "--set", "budget=tight", "--trace", "two.json").exit_code == 0
    assert Trace.load("two.json").made_by.settings is None


def test_the_command_line_beats_the_settings(starter: Path) -> None:
    """``--lang`` and ``--unknown`` are taken from the settings unless they are given."""
    (starter / "llmrules.toml").write_text('language = "ko"\nunknown = "exclude"\n', encoding="utf-8")
    case = ("decide", "--full", "--set", "context_tokens=300_000")
    assert "입력한 요구사항" in run(*case).stdout
    assert "What you said" in run(*case, "--lang", "en").stdout
    excluded = run(*case, "--trace", "one.json", "--lang", "en")
    apart = run(*case, "--trace", "two.json", "--unknown", "apart")
    assert (excluded.exit_code, apart.exit_code) == (0, 0)
    assert [Trace.load(name).given.unknown for name in ("one.json", "two.json")] == ["exclude", "apart"]


def test_rules_that_are_given_lie_on_top_of_the_project(starter: Path) -> None:
    """``--rules`` adds a layer above the project's; a path that the project names already is loaded once."""
    (starter / "more.toml").write_text(
        'language = 1\npack = "more"\n[[disable]]\nrule = "ours/large-records-like-room"\nreason = "Not here."\n',
        encoding="utf-8",
    )
    plain = run("rules", "--rules", "policy", "--catalog", "models.toml")
    assert (plain.exit_code, plain.stdout) == (0, run("rules").stdout)
    assert "(disabled)" in run("rules", "--rules", "more.toml").stdout
    assert run("test", "cases", "--rules", "more.toml").exit_code == 1
    assert run("lint", "more.toml").exit_code == 0


def test_wrong_settings_stop_every_command_but_the_isolated(starter: Path) -> None:
    """What is wrong with the settings is reported before anything is decided."""
    (starter / "llmrules.toml").write_text('rulez = ["policy"]\n', encoding="utf-8")
    result = run("decide", "--set", "budget=tight")
    assert result.exit_code == 2
    assert "did you mean: rules" in result.stderr
    assert run("decide", "--set", "budget=tight", "--isolated").exit_code == 0


def test_old_rules_stand_in_the_place_of_the_projects_rules_alone(starter: Path) -> None:
    """Catalogue and settings are the project's on both sides, approvals the case's; a file may hold several cases."""
    settings = starter / "llmrules.toml"
    settings.write_text(f"shipped_rules = false\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    rules = starter / "policy" / "ours.toml"
    rules.write_text(f"{rules.read_text(encoding='utf-8')}{ASK_FIRST}", encoding="utf-8")
    shutil.copytree(starter / "policy", starter / "before")
    (starter / "several.toml").write_text(SEVERAL, encoding="utf-8")
    for old in (("--old-rules", "before"), ("--old-catalog", "models.toml"), ("--rules", "policy")):
        result = run("diff", *old, "cases", "several.toml")
        assert (result.exit_code, result.stdout[:27]) == (0, "0 of 3 decisions change.\n\nD"), result.output
        assert "several.toml#2" in result.stdout
    (starter / "several.toml").write_text("case = [1]\n", encoding="utf-8")
    assert "a table that states a case" in run("diff", "--rules", "policy", "several.toml").stderr


ASK_FIRST = """
[[rule]]
id = "ours/ask-first"
caution.model = "claude-opus-5-5"
level = "approval"
because = { en = "Ask first.", ko = "먼저 물어보십시오." }
source = "data-policy"
"""

SEVERAL = """
[[case]]
requirements = { as_of = 2026-03-01, customer_data = true }
approval = [{ rule = "ours/ask-first", model = "claude-opus-5-5", by = "Board", on = 2026-11-21 }]
[[case]]
requirements = { as_of = 2026-03-01 }
"""


def test_a_trace_is_matched_with_the_project(starter: Path) -> None:
    """Naming what the project names already adds nothing to what a trace is matched with."""
    assert starter.is_dir()
    assert run("decide", CASE, "--trace", "one.json").exit_code == 0
    result = run("verify", "one.json", "--rules", "policy", "--level", "matched")
    assert result.exit_code == 0, result.output


def test_findings_are_about_what_is_named(starter: Path) -> None:
    """Linting one file reads the project beneath it, and reports on that file alone."""
    rules = starter / "policy" / "ours.toml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("because.ko", "# because.ko", 1), encoding="utf-8")
    top = 'language = 1\npack = "more"\n[[disable]]\nrule = "ours/large-records-like-room"\nreason = "Not here."\n'
    (starter / "more.toml").write_text(top, encoding="utf-8")
    assert "no findings" in run("lint", "more.toml", "--strict").stdout
    assert run("lint", "--strict").exit_code == 1
