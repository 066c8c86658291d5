"""A folder of traces summed up: verified or not, rules that decide or never fire, and what rests on something old."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.mutants import EXAMPLES
from tests.offer_worlds import sellers
from tests.worlds import decide, model, rule, world

from llmrules import Advisor
from llmrules.check.audit import Audit, Row, RuleCount, as_csv, as_json, audit, text_lines
from llmrules.cli.audit import audit as command
from llmrules.errors import FileError

RULES = (
    rule("needs-weights", 'when.tuning = true\nrequire.weights = true\nreview_by = 2026-02-28\n'
         'otherwise = { en = "No.", ko = "아니요." }')
    + rule("likes-windows", "when.offline = true\nprefer.window.at_least = 1000\nweight = 1")
    + rule("open-is-capable", 'where.open.is = "free"\nconclude.capable = true')
    + rule("never-in-vendor", 'when.region.is = "moon"\nadvise = true')
)  # fmt: skip

MODELS = model("lark", weights=True, open="free", window=5000) + model("wren", weights=False, source="d2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good traces, one of which is a year later."""
    where = tmp_path_factory.mktemp("traces")
    advisor = world(RULES, MODELS)
    decide(advisor, tuning=True).trace.save(where / "a.json")
    decide(advisor, tuning=True, offline=True, as_of=date(2027, 1, 1)).trace.save(where / "b.json")
    return where


@pytest.fixture
def mixed(folder: Path, tmp_path: Path) -> Path:
    """A good trace, a tampered one, and files that are none."""
    good = (folder / "a.json").read_text(encoding="utf-8")
    (tmp_path / "good.json").write_text(good, encoding="utf-8")
    document = json.loads(good)
    document["found"]["result"]["best"] = []
    (tmp_path / "tampered.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "=junk.json").write_bytes(b"\xff\x00")
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "notes.txt").write_text("no trace", encoding="utf-8")
    return tmp_path


def _said(found: Audit, language: str = "en") -> str:
    return "\n".join(str(line) for line in text_lines(found, "ko" if language == "ko" else "en"))


def test_every_file_has_a_row(mixed: Path) -> None:
    """A file that is no trace is a row with the reason, and what is not verified is not counted."""
    found = audit(mixed)
    rows = {row.file: row for row in found.rows}
    assert list(rows) == ["=junk.json", "folder.json", "good.json", "list.json", "tampered.json"]
    assert [row.ok for row in found.rows] == [False, False, True, False, False]
    assert (rows["good.json"].level, rows["good.json"].reason, rows["good.json"].best) == ("re-derived", "", ("lark",))
    assert (rows["tampered.json"].level, rows["tampered.json"].at) == ("shape", "/digests/found")
    assert rows["list.json"].level is None
    assert "UTF-8" in rows["=junk.json"].reason
    assert "folder" in rows["folder.json"].reason
    assert not found.ok
    assert {one.traces for one in found.rules} == {1}
    assert "1 of 5 traces reached re-derived" in _said(found)
    assert "5건 중 1건" in _said(found, "ko")


def test_a_lower_level_can_be_asked_for(mixed: Path) -> None:
    """At the level of shape, a tampered trace is one that reached it."""
    found = audit(mixed, level="shape", older_than=1)
    assert [row.file for row in found.rows if row.ok] == ["good.json", "tampered.json"]


def test_rules_are_counted(folder: Path) -> None:
    """A rule decides where a model fails it or gets points; one that never fired is named."""
    found = audit(folder)
    assert found.ok
    assert {one.rule: one for one in found.rules} == {
        "needs-weights": RuleCount("needs-weights", 2, 2, 2),
        "likes-windows": RuleCount("likes-windows", 2, 1, 1),
        "open-is-capable": RuleCount("open-is-capable", 2, 2, 0),
        "never-in-vendor": RuleCount("never-in-vendor", 2, 0, 0),
    }
    assert found.rules[0].rule == "needs-weights"
    assert found.never == ("never-in-vendor",)
    assert "needs-weights: decisive in 2, fired in 2 of 2" in _said(found)
    assert "Rules that never fired\n  never-in-vendor" in _said(found)


def test_a_refusal_is_decisive(tmp_path: Path) -> None:
    """A rule that refuses the case decided it, though it touches no model."""
    text = "when.tuning = true\nrefuse = true"
    decide(world(rule("no-tuning", text), MODELS), tuning=True).trace.save(tmp_path / "a.json")
    assert audit(tmp_path).rules == (RuleCount("no-tuning", 1, 1, 1),)


def test_old_values_are_those_used(folder: Path) -> None:
    """The age counts on the day of the decision, and only what a criterion reads is used."""
    assert [row.old for row in audit(folder).rows] == [(), ()]
    found = audit(folder, older_than=58)
    assert [[str(one) for one in row.old] for row in found.rows] == [
        ["lark.weights"],
        ["lark.weights", "lark.window"],  # wren is out
    ]
    assert "Values used that were older than 58 days" in _said(found)
    assert "! lark.weights: dated 2026-01-01; used in 2  (d)" in _said(found)
    assert [len(row.old) for row in audit(folder, older_than=59).rows] == [0, 2]
    assert [len(row.old) for row in audit(folder, older_than=365).rows] == [0, 0]


OFFERS = """
language = 1
[[model]]
id = "m"
[[model.offer]]
id = "a"
input_price = 2
output_price = 2
sources = { input_price = "old", output_price = "d" }
[[model.offer]]
id = "b"
input_price = 1
output_price = 2
sources = { input_price = "d", output_price = "d" }
dated = [{ attribute = "input_price", since = 2026-02-01, value = 3, source = "old" }]
"""


def test_old_values_are_those_of_the_offer_and_of_the_day(tmp_path: Path) -> None:
    """A price is that of one offer, a dated one counts from its day on, and a cost is as old as its prices."""
    advisor = sellers(rule("cheap", "require.monthly_cost.at_most = 100"), OFFERS)
    month = {"monthly_input_tokens": 1_000_000, "monthly_output_tokens": 1_000_000}
    advisor.decide({"as_of": "2026-01-31", **month}).trace.save(tmp_path / "before.json")
    advisor.decide({"as_of": "2026-02-01", **month}, over="offers").trace.save(tmp_path / "since.json")
    found = audit(tmp_path, older_than=100)
    assert found.ok
    assert {row.file: [str(value) for value in row.old] for row in found.rows} == {
        "before.json": ["m @ a.input_price"],
        "since.json": ["m @ a.input_price", "m @ b.input_price"],
    }


def test_a_value_is_as_old_as_its_newest_source(tmp_path: Path) -> None:
    """Of several sources the newest counts, a claim's document among them; of dated values, the last that has begun."""
    offer = """
language = 1
[[model]]
id = "m"
[[model.offer]]
input_price = 1
output_price = 1
sources = { input_price = ["old", "d"], output_price = ["d", "c"] }
[[model.offer.dated]]
attribute = "output_price"
since = 2026-02-01
value = 2
source = "old"
[[model.offer.dated]]
attribute = "output_price"
since = 2026-03-01
value = 3
source = ["c", "d"]
"""
    advisor = sellers(rule("cheap", "require.any = [{ input_price.below = 9 }, { output_price.below = 9 }]"), offer)
    for day in ("2026-01-31", "2026-02-28", "2026-03-01"):
        advisor.decide({"as_of": day}).trace.save(tmp_path / f"{day}.json")
    found = audit(tmp_path, older_than=100)
    old = {row.file: [(str(one), one.document, one.date) for one in row.old] for row in found.rows}
    assert old == {
        "2026-01-31.json": [],
        "2026-02-28.json": [("m.output_price", "old", "2024")],
        "2026-03-01.json": [],
    }


def test_a_catalogue_of_thousands_is_no_wall_of_text(tmp_path: Path) -> None:
    """What is printed names a dozen values of a trace and some dozens in all, and says how many there are beside."""
    models = "".join(model(f"m{number:02}", window=5000) for number in range(70))
    decide(world(RULES, models), offline=True).trace.save(tmp_path / "a.json")
    found = audit(tmp_path, older_than=0)
    assert len(found.rows[0].old) == 70
    lines = _said(found).splitlines()
    assert sum(line.lstrip().startswith("! m") for line in lines) == 60
    assert lines[-1] == "  and 10 more"
    assert next(line for line in lines if "a.json: " in line).endswith(", m11.window and 58 more")
    assert "외 58개" in _said(found, "ko")


def test_rules_past_their_review_are_named(folder: Path, tmp_path: Path) -> None:
    """A rule is overdue where it was used after its review_by."""
    found = audit(folder)
    assert [row.overdue for row in found.rows] == [("needs-weights",), ("needs-weights",)]
    assert "! a.json: needs-weights" in _said(found)
    decide(world(RULES, MODELS), tuning=True, as_of=date(2026, 2, 28)).trace.save(tmp_path / "in-time.json")
    assert audit(tmp_path).rows[0].overdue == ()


def test_json_and_csv_can_be_read(mixed: Path) -> None:
    """Both say the same of each trace; a name that a spreadsheet would compute is harmless."""
    found = audit(mixed, older_than=10)
    document = json.loads(as_json(found))
    assert (document["ok"], document["never_fired"][-1]) == (False, "never-in-vendor")
    assert document["old_values"][0] == {
        "model": "lark", "attribute": "weights", "document": "d", "date": "2026-01-01", "traces": 1,
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert [row["trace"].removeprefix("'") for row in rows] == [row["trace"] for row in document["traces"]]
    assert rows[0]["trace"] == "'=junk.json"
    assert rows[2] | {"old_values": ""} == {
        "trace": "good.json", "ok": "true", "level": "re-derived", "at": "", "reason": "", "as_of": "2026-03-01",
        "best": "lark", "fired": "2", "decisive": "1", "old_values": "", "overdue_rules": "needs-weights",
    }  # fmt: skip
    odd = Audit("shape", None, (Row("\udcff.json", ok=False),), ())
    assert json.loads(as_json(odd))["traces"][0]["trace"] == "\udcff.json"


def test_no_folder_and_no_trace_are_errors(tmp_path: Path) -> None:
    """There is nothing to sum up."""
    for path, said in ((tmp_path / "none", "no such folder"), (tmp_path, "no trace")):
        with pytest.raises(FileError, match=said) as caught:
            audit(path)
        assert caught.value.code == "no-file"


def test_the_command_prints_and_says_by_its_status(folder: Path, mixed: Path) -> None:
    """0 where every trace reached the level, 1 where one did not."""
    runner = CliRunner()
    good = runner.invoke(command, [str(folder), "--lang", "ko"])
    assert (good.exit_code, good.output.splitlines()[0]) == (0, "추적 기록 2건 중 2건이 re-derived 수준에 도달")
    bad = runner.invoke(command, [str(mixed), "--format", "csv"])
    assert (bad.exit_code, len(bad.output.splitlines())) == (1, 6)
    plain = runner.invoke(command, [str(folder), "--format", "json", "--older-than", "0"])
    assert json.loads(plain.output)["older_than"] == 0
    assert runner.invoke(command, [str(folder), "--level", "matched"]).exit_code == 2


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the resident size is read from /proc")
def test_many_traces_take_no_more_memory(tmp_path: Path) -> None:
    """What is kept of a trace is a row: the first few traces take as much memory as fifty, without a tracer."""
    advisor = Advisor.load(catalog=["article"], engine="plain")
    text = advisor.decide(next(one for one in EXAMPLES if one.stem == "hospital-records")).trace.to_json()
    few, many = tmp_path / "few", tmp_path / "many"
    for where, number in ((few, 5), (many, 50)):
        where.mkdir()
        for index in range(number):
            (where / f"{index:03}.json").write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", MEASURE, str(few), str(many)]
    rows, grown = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert int(rows) == 50
    assert int(grown) < 30 * 2**20


MEASURE = """
import sys
from pathlib import Path
from llmrules.check.audit import audit

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

few, many = map(Path, sys.argv[1:])
assert audit(few, older_than=1).ok
before = resident()
print(len(audit(many, older_than=1).rows), resident() - before)
"""
"""Prints the number of traces and by how many bytes the resident memory of a process of its own grew."""
