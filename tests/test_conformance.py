"""The cases that checkers are measured by: they are up to date, ours passes them, and every code has one."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests import conformance

from llmrules.say.messages import Messages
from llmrules.verify import LEVELS, kernel
from llmrules.verify.report import check

CASES: dict[str, Any] = json.loads((conformance.FOLDER / "cases.json").read_text(encoding="utf-8"))
README = (conformance.FOLDER.parent / "README.md").read_text(encoding="utf-8")
KOREAN, ko = re.compile("[가-힣]"), Messages("ko")
LIMITS = {"depth", "too-large"}
"""Codes of limits, which every checker has of its own."""


def test_the_cases_are_up_to_date(tmp_path: Path) -> None:
    """Where this fails, ``make conformance`` writes them anew."""
    conformance.write(tmp_path)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.json")}
    kept = {path.relative_to(conformance.FOLDER): path.read_bytes() for path in conformance.FOLDER.rglob("*.json")}
    assert kept == written


@pytest.mark.parametrize("case", CASES["derived"], ids=lambda case: case["file"])
def test_what_holds_is_derived_again(case: dict[str, str]) -> None:
    """Every trace that holds reaches the highest level that a trace alone can."""
    report = check((conformance.FOLDER / case["file"]).read_bytes())
    assert report.ok, report


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["file"])
def test_what_is_forged_is_refused_at_its_level_for_its_reason(case: dict[str, str]) -> None:
    """Every forged trace reaches the level below the one that must refuse it, and no more; why, in Korean as well."""
    report = check((conformance.FOLDER / case["file"]).read_bytes())
    refused_at = LEVELS[0 if report.level is None else LEVELS.index(report.level) + 1]
    assert report.wrong is not None
    assert (refused_at, report.wrong.code) == (case["level"], case["code"]), report
    korean = report.worded(ko)
    assert KOREAN.search(ko(report.wrong.sentence))
    assert all(part in korean for part in (f"[{report.wrong.code}]", report.wrong.at, report.wrong.found or ""))


def test_every_code_is_listed_and_has_a_case() -> None:
    """The codes of the kernel are those of the README, and each is the reason of a forged trace."""
    used = set()
    for path in Path(kernel.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLACES:
                code = node.args[PLACES[node.func.id]]
                used |= {code.value} if isinstance(code, ast.Constant) else set()
    listed = {line.split("`")[1] for line in README.splitlines() if line.startswith("| `")}
    assert used == listed
    assert {case["code"] for case in CASES["refused"]} == used - LIMITS


PLACES = {"Refusal": 0, "expect": 1, "compare": 0, "read_at": 0, "Wrong": 0}
"""What refuses, and which of its arguments is the code."""


def test_the_cases_are_small() -> None:
    """All of them together are less than a megabyte."""
    assert sum(path.stat().st_size for path in conformance.FOLDER.rglob("*")) < 2**20
