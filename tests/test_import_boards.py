"""What was measured: boards become ranks of the models that they name, and nobody else is touched."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.commands import run

from llmrules.advisor import Advisor
from llmrules.importers import arena
from llmrules.importers.boards import UNMATCHED, WORSE, Board, Measuring, Names, Scored, normal, ranks
from llmrules.importers.kinds import read_file

if TYPE_CHECKING:
    from llmrules.importers.reading import Reading

ROOT = Path(__file__).parent.parent
FILE = ROOT / "tests" / "data" / "imports" / "arena-2026-10-05.json"
PAGE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
TODAY = date(2026, 11, 27)
RELEASES = ("claude-opus-5-5", "deepseek-v4-pro", "gemini-4-argon", "qwen3.8-max", "claude-sonnet-5-5")


def names(*models: str) -> Names:
    """Return the names of models that are called by their ids alone."""
    return Names.of((model, ()) for model in models)


def board(*scored: tuple[str, int, int, int]) -> Board:
    """Return a board of entries with a score and the ends of its interval."""
    entries = (Scored(name, Decimal(score), Decimal(low), Decimal(high)) for name, score, low, high in scored)
    return Board("coding", "text/coding", tuple(entries))


def read(*models: str) -> Reading:
    """Read the extract of the boards for some models."""
    data = json.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    return read_file("arena", FILE.name, data, today=TODAY, measuring=Measuring(names(*models)))


# the rank


def test_a_rank_counts_who_is_clearly_above() -> None:
    """An interval that only touches or overlaps another is not told apart from it: both have one rank."""
    apart = board(("a", 30, 28, 32), ("b", 20, 18, 22), ("c", 10, 8, 12))
    assert ranks(apart) == (1, 2, 3)
    touching = board(("a", 30, 25, 35), ("b", 22, 19, 25), ("c", 20, 15, 24), ("d", 5, 4, 6))
    assert ranks(touching) == (1, 1, 2, 4)


def test_a_rank_depends_on_the_board_alone() -> None:
    """More models in the catalogue change no rank of the others."""
    few = {row.id: row.model for row in read(*RELEASES[:2]).rows if row.key.startswith("text/coding")}
    many = {row.id: row.model for row in read(*RELEASES).rows if row.key.startswith("text/coding")}
    assert few.items() <= many.items()
    assert few["claude-opus-5-5"]["rank_coding"] == 1


# whom an entry names


@pytest.mark.parametrize(
    ("entry", "model"),
    [
        ("claude-opus-5.5-high", "claude-opus-5-5"),
        ("claude-opus-5-5-thinking-32k", "claude-opus-5-5"),
        ("qwen3.8-max", "qwen3.8-max"),
        ("deepseek-v4-pro-high-20260813", "deepseek-v4-pro"),
        ("Gemini 4 Argon (high)", "gemini-4-argon"),
        ("nvidia-nemotron-3-super-120b-a12b", "nemotron-3-super-120b-a12b"),
        ("gemma-4-31b", "gemma-4-31b-it"),
        ("qwen3.8", None),
        ("claude-opus-5.5-mini", None),
        ("deepseek-v4", None),
        ("mistral-medium", None),
    ],
)
def test_an_entry_names_one_model_exactly_or_none(entry: str, model: str | None) -> None:
    """Signs, packing and efforts are no part of a name; what is merely alike, or a family, names nobody."""
    known = names(*RELEASES, "nemotron-3-super-120b-a12b", "gemma-4-31b-it", "mistral")
    assert known.model(entry) == model


def test_a_model_is_known_by_its_release_and_name_too() -> None:
    """What the catalogue says of an entry counts as a name; an id goes before every other one."""
    known = Names.of([("gpt-5", ("GPT-5", "gpt-5-2025-08-07")), ("mistral", ("Mistral Large 3", "mistral-large-2512"))])
    assert [known.model(entry) for entry in ("gpt-5-high", "mistral-large-3", "mistral")] == ["gpt-5", "mistral", None]
    assert normal("GPT-5 (2025-08-07)") == "gpt-5"


# the boards


def test_every_entry_is_kept_or_skipped() -> None:
    """Each entry becomes a value of its model, or is skipped with a reason; of several efforts the best is kept."""
    found = read(*RELEASES)
    assert found.read == len(found.rows) + len(found.skipped) == 157
    assert {one.reason for one in found.skipped} == {UNMATCHED, WORSE}
    (best,) = [row for row in found.rows if row.id == "claude-sonnet-5-5" and row.key.startswith("webdev")]
    assert best.written == "claude-sonnet-5.5-xhigh"
    assert best.model["measured_web_development"] == "1786.3 (1768.1 to 1804.4), n = 1,531, as claude-sonnet-5.5-xhigh"
    assert not any(row.seller or row.offer for row in found.rows)


def test_odd_entries_are_skipped() -> None:
    """What is no entry, or stands on a page that nothing stands for, is told; pages must be lists of entries."""
    pages = {
        "text/coding": [["m-1", 5, 4, 6, 9], ["m-1", 5, 6, 7, 9], ["m-1"], 7],
        "text/cooking": [["m-1", 5, 4, 6, 9]],
    }
    data = {"pages": {**pages, "text/math": "none"}}
    found = read_file("arena", "b.json", data, date=TODAY, today=TODAY, measuring=Measuring(names("m-1")))
    assert [row.key for row in found.rows] == ["text/coding: m-1"]
    assert sorted({one.reason for one in found.skipped}) == sorted({arena.NO_ENTRY, arena.OTHER_BOARD})
    assert found.read == 5


# the command


def imported(tmp_path: Path, *arguments: object) -> tuple[Advisor, str]:
    """Import into a catalogue and load it on top of the releases of November."""
    target = tmp_path / "measured.toml"
    done = run("import", *map(str, arguments), "--catalog", "2026-11", "-o", str(target))
    assert done.exit_code == 0, done.output
    return Advisor.load(catalog=["2026-11", target], engine="plain"), target.read_text(encoding="utf-8")


def test_a_board_becomes_a_catalogue_that_adds_no_model(tmp_path: Path) -> None:
    """Values join the models that the catalogues have, with attribution; no model and no offer is added."""
    advisor, text = imported(tmp_path, "arena", FILE)
    before = Advisor.load(catalog=["2026-11"], engine="plain").knowledge.catalog
    after = advisor.knowledge.catalog
    assert after.models.keys() == before.models.keys()
    assert all(len(after.models[name].offers) == len(before.models[name].offers) for name in before.models)
    assert "CC BY 4.0" in text
    assert 'licence = "CC-BY-4.0"' in text
    entry = after.models["claude-opus-5-5"].entries["rank_coding"]
    assert (entry.value, entry.stated.sources) == (1, ("arena-2026-10-05",))


def test_scores_of_your_own(tmp_path: Path) -> None:
    """A CSV file becomes ranks of one board, cited by its title and day; lines that are no score are told."""
    scored = (
        "GPT-6 Luna,71,68,74,400",
        "gpt-6-sol-high,75,72,78,400",
        "solar-pro4,60,58,62,",
        "ours,9,8,10,",
        "x,1,2,3,",
    )
    lines = "\n".join(("model,score,low,high,n", *scored))
    path = tmp_path / "korean.csv"
    path.write_text(lines, encoding="utf-8")
    ours = (path, "--board", "coding", "--title", "Our test in Korean", "--date", "scores=2026-10-01")
    advisor, text = imported(tmp_path, "scores", *ours)
    models = advisor.knowledge.catalog.models
    found = {name: models[name].entries["rank_coding"].value for name in ("gpt-6-luna", "gpt-6-sol", "solar-pro4")}
    assert found == {"gpt-6-luna": 1, "gpt-6-sol": 1, "solar-pro4": 3}
    assert models["solar-pro4"].entries["measured_coding"].value == "60.0 (58.0 to 62.0), as solar-pro4"
    assert 'title = "Our test in Korean"' in text


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("model,score,low,high\n", (), "bad-setting"),
        ("model,score,low,high\n", ("--board", "No board"), "bad-setting"),
        ("model,score\n", ("--board", "ours"), "missing-column"),
        ("model,score,low,high\na,1,0,2\n", ("--board", "ours"), "no-date"),
    ],
)
def test_scores_that_say_too_little(tmp_path: Path, text: str, options: tuple[str, ...], code: str) -> None:
    """What they measure, their columns and their day must be said."""
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    done = run("import", "scores", path, *options, "-o", tmp_path / "o.toml")
    assert done.exit_code == 2
    assert f"[{code}]" in done.output


def test_the_pages_board_of_your_own_works(tmp_path: Path) -> None:
    """The rule file and the scores that the page shows give points for Korean."""
    section = PAGE.split("## What was measured")[1].split("\n## ")[0]
    scores = section.split("```text\n")[1].split("```")[0]
    rules = section.split("```toml\n")[1].split("```")[0]
    (tmp_path / "korean.csv").write_text(scores, encoding="utf-8")
    (tmp_path / "korean.toml").write_text(rules, encoding="utf-8")
    ours = ("--board", "korean", "--title", "Our test", "--date", "scores=2026-10-01")
    done = run("import", "scores", tmp_path / "korean.csv", *ours, "-o", tmp_path / "m.toml")
    assert done.exit_code == 0, done.output
    advisor = Advisor.load(rules=[tmp_path / "korean.toml"], catalog=["2026-11", tmp_path / "m.toml"], engine="plain")
    case = {"as_of": "2026-11-24", "deployment": "cloud-api", "languages": ["ko"]}
    assert advisor.decide(case).best == ("gpt-6-sol",)
