"""``llmrules import`` as people meet it: files in, a catalogue file and a report out, or one sentence and nothing."""

from __future__ import annotations

import gzip
import json
import os
import sys
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import click
import pexpect
import pytest
from click.testing import CliRunner
from hypothesis import event, given, settings
from hypothesis import strategies as st
from tests.documents import ROOT, sections
from tests.import_files import FILES as EXTRACTS
from tests.import_files import FOLDER
from tests.test_progress import environment

from llmrules import Advisor
from llmrules.catalog import read_catalog
from llmrules.cli import main
from llmrules.cli.import_ import import_
from llmrules.errors import FileError
from llmrules.importers.kinds import KINDS
from llmrules.importers.merging import merge
from llmrules.importers.reading import Origin
from llmrules.importers.report import report_data, report_text
from llmrules.importers.writing import FORMATS, catalogue_text
from llmrules.language.rules.ruleset import read_ruleset
from llmrules.reading import shipped
from llmrules.reading.files import parse_json, parse_toml, read_toml, toml_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    from llmrules.errors import InputError
    from llmrules.importers.writing import Format
    from llmrules.language.vocabulary import Vocabulary

MODELS_DEV: dict[str, Any] = {
    "openai": {
        "id": "openai",
        "name": "OpenAI",
        "models": {
            "gpt-9": {
                "id": "gpt-9",
                "name": "GPT-9",
                "open_weights": False,
                "release_date": "2026-04-01",
                "modalities": {"input": ["text", "image", "pdf"], "output": ["text"]},
                "limit": {"context": 400_000, "output": 128_000},
                "cost": {"input": 2, "output": 8},
                "tool_call": True,
            },
            "gpt-9-image": {
                "id": "gpt-9-image",
                "modalities": {"input": ["text"], "output": ["image"]},
                "limit": {"context": 0, "output": 0},
            },
        },
    },
    "shop": {
        "id": "shop",
        "name": "The Shop",
        "models": {
            "openai/gpt-9": {
                "id": "openai/gpt-9",
                "name": "GPT 9 (Shop)",
                "open_weights": False,
                "modalities": {"input": ["text"], "output": ["text"]},
                "limit": {"context": 128_000, "output": 16_000},
                "cost": {"input": 3, "output": 9},
                "surprise": 1,
            }
        },
    },
}
LITELLM: dict[str, Any] = {
    "sample_spec": {"litellm_provider": "one of the providers"},
    "gpt-9": {
        "litellm_provider": "openai",
        "mode": "chat",
        "max_input_tokens": 272_000,
        "input_cost_per_token": 0.0000015,
        "output_cost_per_token": 0.000008,
        "deprecation_date": "2027-04-01",
    },
}
DATED = ("--date", "models-dev=2026-05-21", "--date", "litellm=2026-10-23")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with both files, one of them compressed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api.json").write_text(json.dumps(MODELS_DEV))
    (tmp_path / "prices.json.gz").write_bytes(gzip.compress(json.dumps(LITELLM).encode()))
    return tmp_path


def run(*arguments: str) -> Result:
    """Run the command inside this process."""
    return CliRunner().invoke(main, ["import", *arguments])


def both(*arguments: str) -> Result:
    """Import both files."""
    return run("models-dev", "api.json", "litellm", "prices.json.gz", *DATED, *arguments)


def test_two_files_become_one_catalogue(folder: Path) -> None:
    """Rows meet by id and seller; the newest file is in force, the other one disputes, and the name is the maker's."""
    result = both("-o", "models.toml")
    assert (result.exit_code, result.stderr) == (0, "")
    data = read_toml(folder / "models.toml").data
    assert [(one["id"], one["licence"]) for one in data["document"]] == [
        ("litellm-2026-10-23", "MIT"),
        ("models-dev-2026-05-21", "MIT"),
    ]
    (model,) = data["model"]
    assert (model["id"], model["name"], model["openness"]) == ("gpt-9", "GPT-9", "closed")
    own, shop = model["offer"]
    assert (own["id"], own["retires_on"].isoformat(), own["max_input_tokens"]) == ("openai", "2027-04-01", 272_000)
    assert own["sources"]["output_price"] == ["litellm-2026-10-23", "models-dev-2026-05-21"]
    assert str(own["input_price"]) == "1.5"
    assert own["disputed"] == [{"attribute": "input_price", "value": 2, "source": "models-dev-2026-05-21"}]
    assert (shop["id"], shop["provider"], shop["context_window"]) == ("shop", "The Shop", 128_000)


@pytest.mark.parametrize("target", ["models.toml", "models.json"])
def test_the_catalogue_is_laid_on_top(folder: Path, target: str) -> None:
    """What is written loads on top of the shipped catalogue, in both formats, with every offer."""
    assert both("-o", target).exit_code == 0
    advisor = Advisor.load(catalog=["article", folder / target])
    assert [offer.id for offer in advisor.knowledge.catalog.models["gpt-9"].offers] == ["openai", "shop"]


def test_both_formats_hold_the_same(folder: Path) -> None:
    """The suffix says the format, --format says it too, and the keys are the same."""
    assert both("-o", "models.toml").exit_code == both("-o", "models.json", "--format", "json").exit_code == 0
    toml = json.loads(json.dumps(read_toml(folder / "models.toml").data, default=str))
    written = json.loads((folder / "models.json").read_text(), parse_float=str)
    assert written == toml


def test_the_order_of_the_files_makes_no_difference(folder: Path) -> None:
    """The same files give the same bytes, catalogue and report."""
    assert both("-o", "one.json", "--report", "one.report").exit_code == 0
    other = run(
        "litellm", "prices.json.gz", "models-dev", "api.json", *DATED, "-o", "two.json", "--report", "two.report"
    )
    assert other.exit_code == 0
    for suffix in ("json", "report"):
        assert (folder / f"one.{suffix}").read_bytes() == (folder / f"two.{suffix}").read_bytes()


def test_the_report_says_what_was_left_out_and_why(folder: Path) -> None:
    """On standard output in sentences, in a file as JSON; the rows add up."""
    result = both("-o", "models.toml", "--report", "report.json")
    assert "  3 rows read = 2 kept + 1 skipped\n" in result.output
    assert "        1  of 2 input_price\n" in result.output
    data = json.loads((folder / "report.json").read_text())
    files = {file["document"]: file for file in data["files"]}
    assert files["models-dev-2026-05-21"]["rows"] == {"read": 3, "kept": 2, "skipped": 1}
    assert [one["row"] for one in files["models-dev-2026-05-21"]["skipped"][0]["rows"]] == ["openai/gpt-9-image"]
    assert files["models-dev-2026-05-21"]["ignored"]["surprise"] == 1
    assert files["litellm-2026-10-23"]["rows"] == {"read": 2, "kept": 1, "skipped": 1}
    assert (data["overlay"]["models"], data["overlay"]["offers"]) == (1, 2)


def test_the_report_names_every_row(folder: Path) -> None:
    """The file holds all rows of a reason, of which the terminal shows three."""
    shop: dict[str, Any] = {f"m-{number}": {} for number in range(5)}
    (folder / "many.json").write_text(json.dumps({"shop": {"models": shop}}))
    result = run("models-dev", "many.json", "--date", "models-dev=2026-06-01", "-o", "m.toml", "--report", "r.json")
    assert "shop/m-0, shop/m-1, shop/m-2, …\n" in result.output
    (reason,) = json.loads((folder / "r.json").read_text())["files"][0]["skipped"]
    assert [one["row"] for one in reason["rows"]] == [f"shop/m-{number}" for number in range(5)]


def test_only_what_developers_sell_themselves(folder: Path) -> None:
    """--only-first-party skips resellers, says so, and the rows still add up."""
    result = both("-o", "models.toml", "--only-first-party", "--report", "report.json")
    assert result.exit_code == 0
    (model,) = read_toml(folder / "models.toml").data["model"]
    assert [offer["id"] for offer in model["offer"]] == ["openai"]
    (file,) = [one for one in json.loads((folder / "report.json").read_text())["files"] if one["rows"]["read"] == 3]
    assert file["rows"] == {"read": 3, "kept": 1, "skipped": 2}
    assert "the seller is not the developer (--only-first-party)" in result.output


def test_a_date_and_a_version_can_be_stated(folder: Path) -> None:
    """They are what the values are cited by."""
    result = run("models-dev", "api.json", "--date", "models-dev=2026-06-01", "--source-version", "models-dev=v7", "-o",
                 "models.toml")  # fmt: skip
    assert result.exit_code == 0
    (document,) = read_toml(folder / "models.toml").data["document"]
    assert (document["id"], document["date"].isoformat()) == ("models-dev-v7", "2026-06-01")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["modelsdev", "api.json", "-o", "out.toml"], "unknown-kind", "did you mean: models-dev"),
        (["models-dev", "api.json", "--date", "models-dev=soon", "-o", "out.toml"], "bad-setting", "must be a day"),
        (["models-dev", "api.json", "--date", "2026-05-21", "-o", "out.toml"], "bad-setting", "takes KIND=VALUE"),
        (["models-dev", "api.json", "--date", "litellm=2026-05-21", "-o", "out.toml"], "unknown-kind", "litellm"),
        (["models-dev", "api.json", *DATED[:2], *DATED[:2], "-o", "out.toml"], "bad-setting", "is said twice"),
        (["models-dev", "api.json", "models-dev", "prices.json.gz", *DATED[:2], "-o", "out.toml"], "bad-setting",
         "two files of one kind"),
        (["models-dev", "api.json", "models-dev", "api.json", "-o", "out.toml"], "two-files", "found: "),
        (["models-dev", "nowhere.json", "-o", "out.toml"], "no-file", "nowhere.json"),
        (["litellm", "api.json", "-o", "out.toml"], "wrong-shape", "api.json"),
        (["models-dev", "api.json", "-o", "nowhere/out.toml"], "unwritable", "nowhere/out.toml"),
        (["models-dev", "api.json", "-o", "out.toml", "--report", "nowhere/report"], "unwritable", "nowhere/report"),
        (["models-dev", "api.json", "-o", "nowhere/out.toml", "--report", "report"], "unwritable", "nowhere/out.toml"),
        (["models-dev", "api.json", "-o", "out.toml", "--report", "empty"], "unwritable", "empty: "),
        (["models-dev", "empty", "-o", "out.toml"], "is-folder", "hint: name a file in it"),
        (["models-dev", "api.json", "-o", "api.json"], "overwrites", "api.json"),
        (["models-dev", "api.json", "-o", "out.toml", "--report", "link.json"], "overwrites", "link.json"),
        (["models-dev", "api.json", "-o", "out.json", "--report", "out.json"], "overwrites", "out.json"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(folder: Path, arguments: list[str], code: str, said: str) -> None:
    """Bad input ends with 2, names what is wrong and where, and leaves everything as it was."""
    (folder / "link.json").symlink_to("api.json")
    (folder / "empty").mkdir()
    before = contents(folder)
    result = run(*arguments)
    assert result.exit_code == 2
    assert (f"[{code}]" in result.stderr, said in result.stderr) == (True, True), result.stderr
    assert contents(folder) == before


def contents(folder: Path) -> dict[str, bytes | None]:
    """What stands in a folder."""
    return {path.name: None if path.is_dir() else path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("profile.toml", '[requirements]\nbudget = "tight"\n', "a profile"),
        ("policy.toml", 'language = 1\npack = "ours"\n[[rule]]\nid = "r"\n', "a rule file"),
        ("models.toml", 'language = 1\n[[model]]\nid = "m"\n', "a catalogue that importing did not write"),
        ("t.json", '{"format": "llmrules.trace/1", "given": {}}', "a trace"),
        ("notes.json", '{"notes": 1}', "no catalogue"),
        ("broken.toml", "[[model]\n", "no catalogue"),
    ],
)
def test_only_an_imported_catalogue_is_replaced(folder: Path, name: str, text: str, kind: str) -> None:
    """What people wrote is not replaced by a catalogue; the error says what it is."""
    (folder / name).write_text(text)
    result = both("-o", name)
    assert result.exit_code == 2
    assert f"{name}: is there already, and is {kind}: nothing was written [overwrites]" in result.stderr
    assert (folder / name).read_text() == text


@pytest.mark.parametrize("form", FORMATS)
def test_an_imported_catalogue_is_replaced_by_the_next_import(folder: Path, form: Format) -> None:
    """The next version of a file replaces what importing wrote, and an empty file holds nothing to lose."""
    (folder / f"out.{form}").touch()
    assert both("-o", f"out.{form}").exit_code == 0
    first = (folder / f"out.{form}").read_bytes()
    assert run("models-dev", "api.json", "--date", "models-dev=2026-05-22", "-o", f"out.{form}").exit_code == 0
    assert (folder / f"out.{form}").read_bytes() != first


def test_a_date_that_is_only_the_newest_day_mentioned_can_be_stated(folder: Path) -> None:
    """The report says how to state the day of a file where it is not known, and only there."""
    assert (folder / "api.json").exists()
    unknown = run("models-dev", "api.json", "-o", "out.toml").output
    assert "state it if you know it: --date models-dev=YYYY-MM-DD" in unknown
    assert "state it" not in both("-o", "out.toml").output


def test_a_day_to_come_is_no_date_of_a_file(folder: Path) -> None:
    """Neither a day that is given nor one in the name of a file may lie ahead."""
    (folder / "api-2099-01-01.json").write_text(json.dumps(MODELS_DEV))
    for arguments in (["api-2099-01-01.json"], ["api.json", "--date", "models-dev=2099-01-01"]):
        result = run("models-dev", *arguments, "-o", "out.toml")
        assert result.exit_code == 2
        assert "is dated 2099-01-01, which is yet to come [future-date]" in result.stderr
        assert not (folder / "out.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["models-dev", "-o", "out.toml"], "models-dev needs a file"),
        (["models-dev", "api.json", "-o", "out"], "ends neither in .toml nor in .json"),
        (["models-dev", "api.json", "-o", "out.json", "--format", "toml"], "would be read as JSON"),
        (["models-dev", "api.json", "-o", "out", "--format", "json"], "would be read as TOML"),
        (["models-dev", "api.json"], "Missing option '-o'"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(folder: Path, arguments: list[str], said: str) -> None:
    """A catalogue that would be read as something else is not written."""
    before = sorted(folder.iterdir())
    result = run(*arguments)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert sorted(folder.iterdir()) == before


def test_another_suffix_is_toml_if_it_is_said_so(folder: Path) -> None:
    """A catalogue file without a known suffix is read as TOML, and may be written so."""
    assert both("-o", "models.catalogue", "--format", "toml").exit_code == 0
    assert read_toml(folder / "models.catalogue").data["language"] == 1


def test_import_stands_in_the_help() -> None:
    """The command is found by its name, although Python keeps that name for itself."""
    assert "  import " in CliRunner().invoke(main, ["--help"]).output
    assert "Usage: main import [OPTIONS] KIND FILE [KIND FILE]..." in run("--help").output


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.text(),
    st.sampled_from(["2025-02-31", "2025", "free", "\ud800", " ", "-1", "a b", "GPT 9", "us.", "~"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
)


@st.composite
def mutated(draw: st.DrawFn, data: dict[str, Any]) -> dict[str, Any]:
    """A file in which some values, keys and rows are others."""
    changed = deepcopy(data)
    for _ in range(draw(st.integers(1, 4))):
        table = changed
        while tables := [value for value in table.values() if isinstance(value, dict) and value]:
            if table is not changed and draw(st.booleans()):
                break
            table = draw(st.sampled_from(tables))
        key = draw(st.sampled_from(sorted(table)))
        value = table.pop(key) if draw(st.booleans()) else draw(VALUES)
        table[draw(st.text(max_size=9)) if draw(st.integers(0, 3)) == 0 else key] = value
    return changed


@settings(max_examples=50)
@given(mutated(MODELS_DEV), mutated(LITELLM), st.sampled_from(FORMATS))
def test_whatever_can_be_imported_can_be_loaded(
    models_dev: dict[str, Any], litellm: dict[str, Any], form: Format
) -> None:
    """A file of another shape is refused; what is written of any other one is a catalogue file without a mistake."""
    readings = []
    for kind, data in (("models-dev", models_dev), ("litellm", litellm)):
        origin = Origin(kind, kind, kind, date(2026, 5, 21), "given")
        try:
            reader = KINDS[kind].reader
            readings.append(reader.read(reader.check(data, kind), origin))
        except FileError as error:
            event(error.code)
            return
    overlay = merge(readings)
    source = (parse_toml if form == "toml" else parse_json)(catalogue_text(overlay, form), "models")
    source.text.encode()
    problems: list[InputError] = []
    catalog = read_catalog([source], shipped_vocabulary(), ["models-dev", "litellm"], problems)
    assert problems == []
    assert len(catalog.models) == len(overlay.models)
    report_text(report_data(readings, overlay)).encode()


@cache
def shipped_vocabulary() -> Vocabulary:
    """The shipped vocabulary."""
    return read_ruleset([read_toml(path) for path in toml_files([shipped.rules_folder()])], [], []).vocabulary


# ── The bar ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def on_terminal(folder: Path, *arguments: str) -> pexpect.spawn[str]:
    """Start the command on a pseudo-terminal."""
    code = "import sys; from llmrules.cli import main; main()"
    return pexpect.spawn(
        sys.executable,
        ["-c", code, "import", *arguments],
        env=environment(),
        cwd=str(folder),
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=60,
    )


def test_the_parts_of_the_work_make_one_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading each file and merging move the bar on, never back, and leave the last part to writing."""
    seen: list[Fraction] = []

    @contextmanager
    def recorded(label: str) -> Iterator[Callable[[int, int], None]]:
        assert label == "Importing"
        yield lambda done, total: seen.append(Fraction(done, total))

    monkeypatch.setattr("llmrules.cli.import_.progress", recorded)
    assert both("-o", str(folder / "models.toml")).exit_code == 0
    assert seen == sorted(seen)
    assert {Fraction(1, 4), Fraction(2, 4), Fraction(3, 4)} <= set(seen)
    assert seen[-1] == Fraction(3, 4)


def test_one_bar_stands_from_the_first_file_to_the_last_line_that_is_written(folder: Path) -> None:
    """It is the same for all files, stands while the catalogue is written, and is gone before the report."""
    os.mkfifo(folder / "late.json")
    os.mkfifo(folder / "out.json")
    child = on_terminal(folder, "models-dev", "api.json", "litellm", "late.json", *DATED, "-o", "out.json")
    child.expect("Importing")
    (folder / "late.json").write_text(json.dumps(LITELLM))
    child.expect("0:00:0[1-9]")
    with (folder / "out.json").open() as stream:
        written = stream.read()
    printed = child.read()
    assert len(json.loads(written)["model"]) == 1
    assert "Importing" not in printed[printed.rfind("\x1b[2K") :]
    assert "Overlay: 1 models, 2 offers" in printed[printed.rfind("\x1b[2K") :]
    child.close()
    assert child.exitstatus == 0


def test_the_bar_waits_for_what_is_written(folder: Path) -> None:
    """Where reading is quick, the bar still comes while merging and writing take their time."""
    os.mkfifo(folder / "out.json")
    child = on_terminal(folder, "models-dev", "api.json", *DATED[:2], "-o", "out.json")
    child.expect("Importing")
    assert (folder / "out.json").read_text().startswith("{")
    child.read()
    child.close()
    assert child.exitstatus == 0


# ── Real rows ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue and the report of the extracts of all three files."""
    folder = tmp_path_factory.mktemp("real")
    files = [part for kind, name in EXTRACTS.items() for part in (kind, str(FOLDER / name))]
    result = run(*files, "-o", str(folder / "models.json"), "--report", str(folder / "report.json"))
    assert result.exit_code == 0, result.stderr
    return folder


def test_real_rows_become_a_catalogue_that_loads(real: Path) -> None:
    """Extracts of the three public files meet in one catalogue, whose models can be decided on."""
    advisor = Advisor.load(catalog=[real / "models.json"], shipped_catalog=False)
    report = json.loads((real / "report.json").read_text())
    assert len(advisor.knowledge.catalog.models) == report["overlay"]["models"]
    offers = [offer for model in advisor.knowledge.catalog for offer in model.offers]
    documents = {file["document"] for file in report["files"]}
    assert documents in [set(offer.entries["provider"].stated.sources) for offer in offers]
    assert advisor.decide({"as_of": "2026-11-24"}).ranking


def test_the_rows_of_real_files_add_up(real: Path) -> None:
    """Each file's rows are kept or skipped, and each model is unmatched in at most one file."""
    report = json.loads((real / "report.json").read_text())
    for file in report["files"]:
        assert file["rows"]["read"] == file["rows"]["kept"] + file["rows"]["skipped"]
        assert file["rows"]["skipped"] == sum(reason["count"] for reason in file["skipped"])
    alone = [name for file in report["files"] for name in file["unmatched"]]
    assert 0 < len(alone) == len(set(alone)) < report["overlay"]["models"]


# ── The page ────────────────────────────────────────────────────────────────────────────────────────────────────────

PAGE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")


def test_the_page_names_every_kind_option_and_attribute(real: Path) -> None:
    """Whoever asks what an importer maps finds each kind, each option and each attribute that an import has stated."""
    report = json.loads((real / "report.json").read_text())
    options = [name for one in import_.params if isinstance(one, click.Option) for name in one.opts if name != "--help"]
    names = [*KINDS, *options, *report["overlay"]["attributes"]]
    assert [name for name in names if f"`{name}" not in PAGE] == []


def test_the_snippet_of_the_page_lies_on_top(tmp_path: Path) -> None:
    """The catalogue that the page shows corrects an offer that is imported, by its id."""
    (section,) = [one for one in sections("docs/importing.md") if one.title.startswith("On top")]
    section.write(tmp_path)
    (tmp_path / "models.toml").write_text(
        'language = 1\n[[model]]\nid = "gpt-5"\n[[model.offer]]\nid = "azure/eu"\n[[model.offer]]\nid = "openai"\n'
    )
    paths = [tmp_path / "models.toml", tmp_path / "ours.toml"]
    offers = Advisor.load(catalog=paths, shipped_catalog=False).knowledge.catalog.models["gpt-5"].offers
    assert [(offer.id, sorted(offer.entries)) for offer in offers] == [("azure/eu", ["retention_days"]), ("openai", [])]
