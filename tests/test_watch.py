"""``watch`` tells whose choice a later day changes, since when and by what, and its exit status tells it, too."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.commands import run
from tests.documents import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two saved profiles: the seller of one's choice retires it, the other's choice lasts."""
    for name in ("code-review", "hospital-records"):
        shutil.copy(ROOT / f"examples/{name}.toml", tmp_path)
    (tmp_path / "rules.toml").write_text("language = 1\npack = 'none'\n", encoding="utf-8")
    return tmp_path


def test_a_choice_that_a_retirement_ends_is_told(folder: Path) -> None:
    """What changes comes first, with the day and the rule; what is no profile is passed over; it ends with 1."""
    done = run("watch", "--isolated", str(folder), "--as-of", "2026-12-15", "--lang", "en")
    assert done.exit_code == 1
    first, reason, *_, last = done.output.splitlines()
    assert first == f"! {folder}/code-review.toml: DeepSeek instead of Claude, since 2026-11-30"
    assert reason.endswith("[retired-offers-are-out]")
    assert f"{folder}/hospital-records.toml: Phi-3 Mini; nothing that is known today ends it" in done.output
    assert last == "As of 2026-12-15, 1 of 2 choices changes."
    korean = run("watch", "--isolated", str(folder), "--as-of", "2026-12-15", "--lang", "ko").output
    assert korean.startswith(f"! {folder}/code-review.toml: 2026-11-30부터 바뀌어 Claude 대신 DeepSeek")


def test_until_the_day_before_every_choice_stays(folder: Path) -> None:
    """On the last day before the change it ends with 0, and says until when the choice stays."""
    done = run("watch", "--isolated", str(folder), "--as-of", "2026-11-29", "--lang", "en")
    assert done.exit_code == 0
    assert f"{folder}/code-review.toml: Claude until 2026-11-30, then DeepSeek" in done.output
    assert run("watch", "--isolated", str(folder), "--as-of", "2026-11-30").exit_code == 1


def test_json_has_all_of_it(folder: Path) -> None:
    """Both days, both first places, the shelf life, and every rule that says something else."""
    found = json.loads(run("watch", "--isolated", str(folder), "--as-of", "2026-12-15", "--format", "json").output)
    assert (found["format"], found["as_of"], found["changing"]) == ("llmrules.watch/1", "2026-12-15", 1)
    review = found["profiles"][0]
    assert review["best"] == [["claude"], ["deepseek"]]
    assert review["as_of"] == ["2026-03-01", "2026-12-15"]
    assert review["until"]["day"] == "2026-11-30"
    assert review["reasons"] == [
        {"model": "claude", "rule": "retired-offers-are-out", "outcomes": ["passed", "failed"]}
    ]


def test_what_is_wrong_with_all_profiles_is_told_at_once(folder: Path) -> None:
    """Every broken profile is named, and a folder without any profile is an error: nothing is watched in silence."""
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text("[requirements]\nbudgett = 'tight'\n", encoding="utf-8")
    done = run("watch", "--isolated", str(folder))
    assert done.exit_code == 2
    assert "one.toml" in done.stderr
    assert "two.toml" in done.stderr
    (folder / "empty").mkdir()
    (folder / "empty" / "rules.toml").write_text("language = 1\n", encoding="utf-8")
    assert run("watch", "--isolated", str(folder / "empty")).exit_code == 2


def test_a_later_decision_that_breaks_a_promise_is_told(folder: Path, tmp_path: Path) -> None:
    """By the promise, with what of it is not kept, in words and as JSON; it ends with 1 although the choice stays."""
    promise = '[[promise]]\nid = "ours/frugal"\nwhen.as_of.at_least = 2026-06-01\nbest.openness = "closed"\n'
    rules = tmp_path / "rules.toml"
    rules.write_text(
        'language = 1\npack = "ours"\n[[document]]\nid = "o"\ntitle = "O"\ndate = 2026-01-01\n'
        f'{promise}because.en = "So."\nsource = "o"\n',
        encoding="utf-8",
    )
    hospital = ("watch", str(folder / "hospital-records.toml"), "--rules", str(rules))
    done = run(*hospital, "--isolated", "--as-of", "2026-12-15", "--lang", "en")
    assert done.exit_code == 1
    stays, breaks, _, last = done.output.splitlines()
    assert stays.endswith("Phi-3 Mini; nothing that is known today ends it")
    assert breaks.startswith("  ! that breaks a promise: on the first place, although it fails this")
    assert breaks.endswith("[ours/frugal]")
    assert last == "As of 2026-12-15, 0 of 1 choice change. 1 breaks a promise."
    assert "약속이 깨집니다: 조건" in run(*hospital, "--isolated", "--as-of", "2026-12-15", "--lang", "ko").output
    found = json.loads(run(*hospital, "--isolated", "--as-of", "2026-12-15", "--format", "json").output)
    assert found["breaking"] == 1
    (broken,) = found["profiles"][0]["broken"]["ours/frugal"]
    assert broken["kind"] == "best"
    assert broken["names"][0].startswith("phi-3-mini")
    assert run(*hospital, "--isolated", "--as-of", "2026-05-31").exit_code == 0
