"""The workload of the benchmark of peers: what is compared must be the same decision."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.peers.contestants import CONTESTANTS
from benchmarks.peers.workload import oracle, workload

EXAMPLES = Path(__file__).parent.parent / "examples"
MODULES = {"NumPy columns": "numpy", "pandas": "pandas", "zen (GoRules) and a loop": "zen", "CLIPS and a loop": "clips"}
MODULES |= {"clingo and a loop": "clingo", "llmrules, durable, certified": "durable_rules_engine"}


INSTALLED = [name for name in CONTESTANTS if name not in MODULES or importlib.util.find_spec(MODULES[name]) is not None]
"""The others come with the extra ``bench``."""


@pytest.mark.parametrize("name", INSTALLED)
def test_a_contestant_answers_as_the_oracle(name: str) -> None:
    """Whoever is installed gives the same exclusions, points and places for each case, even where no rule fires."""
    work = workload(40, 30, 25)
    decide, answer = CONTESTANTS[name][0](work)
    for case in (*work.cases, {}):
        assert answer(decide(case)) == oracle(work, case)


def test_a_workload_is_the_same_for_the_same_numbers() -> None:
    """Nothing in it is left to chance, so that figures can be compared; and some models stand in some case."""
    assert workload(40, 12, 5) == workload(40, 12, 5)
    answers = [oracle(workload(40, 60, 40), case) for case in workload(40, 60, 40).cases]
    assert any(answer.ranking and answer.excluded for answer in answers)


def test_the_example_on_dask_decides_every_case_of_every_share() -> None:
    """Each case is counted once, in however many shares, and none of them is wrong."""
    code = "import dask, on_dask as one; one.SHARE = 7; dask.config.set(scheduler='sync'); print(one.counted(20))"
    done = subprocess.run([sys.executable, "-c", code], cwd=EXAMPLES, capture_output=True, text=True, check=False)
    counts = [int(count) for count in re.findall(r": (\d+)", done.stdout)]
    assert (sum(counts), "wrong" in done.stdout) == (20, False), done.stderr
