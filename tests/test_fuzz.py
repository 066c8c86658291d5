"""The fuzz targets: a few cases of each hold, a failure is named by its seed, and time is kept to."""

from __future__ import annotations

import pytest
from tests import fuzz


@pytest.mark.parametrize("target", sorted(fuzz.TARGETS))
def test_a_few_cases_hold(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of each target; ``make fuzz`` tries as many as one likes."""
    assert fuzz.main([target, "--count", "12", "--seed", "7"]) == 0
    assert capsys.readouterr().out.startswith(f"{target}: 12 cases from seed 7 on")


def test_a_case_that_fails_is_named_by_its_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what is printed it is tried again."""
    monkeypatch.setitem(fuzz.TARGETS, "worlds", lambda _, seed: 1 // (seed - 3) > 0)
    assert fuzz.main(["worlds", "--count", "9"]) == 1
    assert "python -m tests.fuzz worlds --count 1 --seed 3\n" in capsys.readouterr().out


def test_no_more_is_tried_when_time_is_up(capsys: pytest.CaptureFixture[str]) -> None:
    """However many were asked for."""
    assert fuzz.main(["files", "--count", "1000000", "--seconds", "0.5"]) == 0
    assert "files: 1,000,000" not in capsys.readouterr().out
