"""Completion in the shell: names and values of the project's own vocabulary, ids of its rules and models."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.commands import run

from llmrules import Advisor

if TYPE_CHECKING:
    from pathlib import Path

OWN_RULES = """
language = 1
pack = "own"

[requirement.colour]
type = "choice"
label = { en = "the colour", ko = "색" }
choices.mauve = { en = "mauve", ko = "연보라" }
choices.teal = { en = "teal", ko = "청록" }

[[rule]]
id = "own-rule"
when.colour.is = "mauve"
require = { openness = ["closed"] }
because = { en = "So it is.", ko = "그렇습니다." }
otherwise = { en = "It is not.", ko = "아닙니다." }
source = "own"

[[document]]
id = "own"
title = "Own"
date = 2026-01-01
"""


def offered(*words: str) -> list[str]:
    """Return what a shell is offered after words."""
    env = {"_LLMRULES_COMPLETE": "zsh_complete", "COMP_WORDS": " ".join(("llmrules", *words)),
           "COMP_CWORD": str(len(words))}  # fmt: skip
    return run(env=env).stdout.splitlines()[1::3]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("decide --set budg", ["budget="]),
        ("decide --set budget=t", ["budget=tight"]),
        ("decide --set fine_tuning=", ["fine_tuning=true", "fine_tuning=false"]),
        ("decide --set openness=", []),
        ("decide --set modalities=text,im", ["modalities=text,image"]),
        ("decide --only openness=open-s", ["openness=open-source"]),
        ("decide example:hosp", ["example:hospital-records"]),
        ("what-if example:hospital-records --drop off", ["offline"]),
        ("models --where input_pr", ["input_price="]),
        ("models --catalog 2026-11 gpt-6.", ["gpt-6.1-sol"]),
        ("requirements --of offer output_p", ["output_price"]),
        ("rules offline-is", ["offline-is-own-hosting"]),
        ("why no-such.json phi", ["phi-3-mini"]),
    ],
)
def test_names_and_values_are_offered(typed: str, expected: list[str]) -> None:
    """After a sign come the values that may stand there, also after a comma."""
    assert offered(*typed.split(" ")) == expected


def test_a_project_completes_its_own_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What llmrules.toml names is offered beside ours, unless it is to be ignored."""
    (tmp_path / "own.toml").write_text(OWN_RULES, encoding="utf-8")
    (tmp_path / "llmrules.toml").write_text('rules = ["own.toml"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert offered("decide", "--set", "colour=") == ["colour=mauve", "colour=teal"]
    assert offered("rules", "own-r") == ["own-rule"]
    assert offered("rules", "--isolated", "own-r") == []


def test_a_trace_completes_the_models_that_it_judged(tmp_path: Path) -> None:
    """Those of its own catalogue, whatever is loaded here."""
    path = tmp_path / "trace.json"
    path.write_text(
        Advisor.load(catalog=["article"], engine="plain").decide({"offline": True}).trace.to_json(), encoding="utf-8"
    )
    assert "claude" in offered("why", str(path), "cla")


def test_the_package_runs_as_a_module() -> None:
    """``python -m llmrules`` is the command."""
    done = subprocess.run([sys.executable, "-m", "llmrules", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("llmrules, version")
