"""The settings of a project are found as those of other tools are, and read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from llmrules.errors import FileError, LoadError, SettingsError
from llmrules.language.settings import Settings, for_folder

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = """
rules = ["policy", "team/rules.toml"]
catalog = "ours.toml"
language = "ko"
languages = ["en"]
unknown = "exclude"
shipped_rules = false
shipped_catalog = false
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty project."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def write(path: Path, text: str) -> Path:
    """Write a file, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def seen(settings: Settings) -> tuple[str, list[str], list[str]]:
    """Return the paths of settings as they are seen."""
    rules, catalog = ([path.as_posix() for path in paths] for paths in (settings.rules, settings.catalog))
    return (settings.file.as_posix() if settings.file is not None else "", rules, catalog)


def test_no_settings_say_nothing(project: Path) -> None:
    """Without a file there are no settings, and that is no mistake."""
    assert for_folder(project) == Settings()


@pytest.mark.parametrize("name", ["llmrules.toml", "pyproject.toml"])
def test_both_files_say_the_same(project: Path, name: str) -> None:
    """A file of our own and a table of the shared one say the same."""
    header = "[tool.llmrules]\n" if name == "pyproject.toml" else ""
    write(project / name, header + EVERYTHING)
    settings = for_folder(project)
    assert seen(settings) == (name, ["policy", "team/rules.toml"], ["ours.toml"])
    assert (settings.language, settings.languages, settings.unknown) == ("ko", ("en",), "exclude")
    assert (settings.shipped_rules, settings.shipped_catalog) == (False, False)


def test_the_nearest_settings_count_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest folder that has settings gives them; nothing is added from those above."""
    write(project / "llmrules.toml", EVERYTHING)
    write(project / "near" / "llmrules.toml", 'rules = ["one.toml"]\n')
    (project / "near" / "deep").mkdir()
    monkeypatch.chdir(project / "near" / "deep")
    settings = for_folder(project / "near" / "deep")
    assert seen(settings) == ("../llmrules.toml", ["../one.toml"], [])
    assert (settings.language, settings.unknown) == (None, None)


def test_a_shared_file_without_our_table_is_passed_over(project: Path) -> None:
    """A ``pyproject.toml`` that says nothing of us does not end the search."""
    write(project / "llmrules.toml", 'language = "ko"\n')
    write(project / "near" / "pyproject.toml", '[tool]\nother = "text"\n')
    assert for_folder(project / "near").language == "ko"


def test_a_file_of_our_own_comes_first(project: Path) -> None:
    """Where a folder has both, our own file gives the settings."""
    write(project / "llmrules.toml", 'language = "ko"\n')
    write(project / "pyproject.toml", '[tool.llmrules]\nlanguage = "en"\nunknown = "accept"\n')
    assert (for_folder(project).language, for_folder(project).unknown) == ("ko", None)


def test_paths_are_meant_from_the_file_and_seen_from_the_working_folder(project: Path) -> None:
    """A path in a file of another folder is found from where one works; so is an absolute one."""
    far = write(project.parent / "far" / "rules.toml", "")
    write(project.parent / "far" / "llmrules.toml", f'rules = ["rules.toml", "{far}"]\n')
    settings = for_folder(project.parent / "far")
    assert seen(settings) == ("../far/llmrules.toml", ["../far/rules.toml", "../far/rules.toml"], [])
    assert all(path.is_file() for path in settings.rules)


def test_lists_may_be_empty(project: Path) -> None:
    """An empty list names nothing, which is no mistake."""
    write(project / "llmrules.toml", "rules = []\ncatalog = []\n")
    assert seen(for_folder(project)) == ("llmrules.toml", [], [])


@pytest.mark.parametrize("name", ["llmrules.toml", "pyproject.toml"])
def test_everything_wrong_is_reported_at_once(project: Path, name: str) -> None:
    """Every mistake of the settings is reported together, where it stands, with the nearest name."""
    shared = name == "pyproject.toml"
    header = "[tool.llmrules]" if shared else "# ours"
    mistakes = 'rule = ["a.toml"]\nrules = [1, "a", "a"]\ncatalog = true\nlanguage = "kr"\nunknown = "exlude"\n'
    write(project / name, f"{header}\n{mistakes}")
    with pytest.raises(LoadError) as caught:
        for_folder(project)
    found = [(error.place.line, error.code, error.nearest) for error in caught.value.errors]
    assert found == [
        (2, "unknown-key", "rules"),
        (3, "wrong-type", None),
        (3, "repeated", None),
        (4, "wrong-type", None),
        (5, "unknown-name", None),
        (6, "unknown-name", "exclude"),
    ]
    assert {type(error) for error in caught.value.errors} == {SettingsError}
    assert caught.value.errors[0].place.file == name
    assert caught.value.errors[0].place.key == ("tool.llmrules.rule" if shared else "rule")


def test_a_table_that_is_none(project: Path) -> None:
    """``tool.llmrules`` that is no table is a mistake, not the absence of settings."""
    write(project / "pyproject.toml", "[tool]\nllmrules = 1\n")
    with pytest.raises(LoadError, match="must be a table"):
        for_folder(project)


def test_a_file_that_is_no_toml(project: Path) -> None:
    """Settings that cannot be read are never taken for none."""
    write(project / "pyproject.toml", "[tool.llmrules\n")
    with pytest.raises(FileError, match="is not TOML"):
        for_folder(project)
