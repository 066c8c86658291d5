"""Every benchmark runs, with sizes so small that it measures nothing, and says what it says of any size."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

TINY = {
    "advice": ("--engine plain maths-tutor", r"maths-tutor +\d+ µs"),
    "catalog": ("--offers 800 --rounds 1", r"\| parsed and checked, TOML \| [\d.,]+ ms"),
    "decide": ("--rounds 1", r"decision, plain +\d+ µs"),
    "growth": ("5", r"\| a chain of rules, decided \| \d"),
    "outcomes": ("--cases 2", "2 random cases"),
    "peers": ("--cases 2 --sizes 9x6", r"\| llmrules, plain \| all, on demand \| [\d.e+]+ / [\d.e+]+ \|"),
    "prove": ("--edits 1 --seconds 1 --proofs 1", r"1 removals of a rule: [\d.]+ s"),
    "scale": ("--offers 20 --files 2 --rounds 1 --loading-rounds 1", "2 small files of rules: loaded in"),
    "verify": ("--rounds 1 --models 13", r"\| 13 models, .*\n(?:.*\n)+\| verified, re-derived \|"),
}
"""Each benchmark with its tiny sizes, and what it prints of them."""


@pytest.mark.parametrize("name", TINY)
def test_a_benchmark_runs(name: str) -> None:
    """It ends well and prints what it measured; where a contestant's package is missing, it is named and left out."""
    sizes, printed = TINY[name]
    command = [sys.executable, "-m", f"benchmarks.{name}", *sizes.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(printed, done.stdout), done.stdout
    rows = re.findall(r"^\| ([^|]+) \| (?:all|which|nothing)[^|]* \| - \|$", done.stdout, re.MULTILINE)
    left_out = re.findall(r"^(.+) is left out: (?:No module|node finds|durable-rules)", done.stdout, re.MULTILINE)
    assert rows == left_out


def test_make_bench_runs_every_benchmark_and_each_is_tried_here() -> None:
    """A module that can be run is a benchmark: none is forgotten by ``make bench`` or by this file."""
    folder = ROOT / "benchmarks"
    runnable = {
        path.parent.name if path.stem == "__main__" else path.stem
        for path in folder.rglob("*.py")
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    run = re.findall(r"-m benchmarks\.(\w+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert runnable == set(TINY) == set(run)
