"""Importing llmrules costs little: no engine, no command line, no page, no parser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import llmrules

HEAVY = ("durable", "durable_rules_engine", "click", "rich", "jinja2", "markupsafe", "tree_sitter", "tree_sitter_toml")


def loaded(program: str) -> set[str]:
    """Return the names of the modules that a program has loaded at its end."""
    code = f"{program}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return set(done.stdout.splitlines())


def test_importing_loads_nothing_heavy() -> None:
    """``import llmrules`` loads none of the libraries that only some uses need."""
    assert not loaded("import llmrules") & set(HEAVY)


def test_importing_costs_nothing() -> None:
    """``import llmrules`` loads nothing but itself, so that it costs less than attrs and cattrs do."""
    before = loaded("import importlib, typing")
    assert {name.partition(".")[0] for name in loaded("import llmrules") - before} == {"llmrules"}
    assert {name for name in loaded("import llmrules") if name.startswith("llmrules")} == {"llmrules"}


def test_names_are_there_when_they_are_used() -> None:
    """Each name that the package exports is loaded by its first use, and no other name is."""
    shown = loaded("from llmrules import *\nassert Advisor.load and Decision and LoadError and __version__")
    assert {"llmrules.advisor", "llmrules.decision.decision"} <= shown
    for name in llmrules.__all__:
        assert getattr(llmrules, name).__module__.startswith("llmrules.") if name != "__version__" else True
        assert name in dir(llmrules)
    with pytest.raises(AttributeError, match="module 'llmrules' has no attribute 'Adviser'"):
        _ = getattr(llmrules, "Adviser")  # noqa: B009 - as a misspelt name is looked up


def test_importing_does_nothing_else() -> None:
    """Importing every module but those of the command line starts no thread, writes no file and prints nothing."""
    folder = Path(llmrules.__file__).parent
    paths = [path.relative_to(folder.parent).with_suffix("") for path in sorted(folder.rglob("*.py"))]
    names = [
        ".".join(path.parts).removesuffix(".__init__") for path in paths if not {"cli", "__main__"} & {*path.parts}
    ]
    program = f"""
import sys, threading
sys.dont_write_bytecode = True
sys.addaudithook(lambda event, args: event == "open" and "w" in str(args[1]) and sys.exit(f"wrote {{args[0]}}"))
for name in {names}:
    __import__(name)
assert threading.active_count() == 1
"""
    assert not loaded(program) & {"durable", "durable_rules_engine", "click", "rich"}


LOADED = "from llmrules import Advisor\nAdvisor.load(catalog=['article'], engine='plain')"


@pytest.mark.parametrize(
    "program",
    [
        f"{LOADED}.decide({{'fine_tuning': True}}).best",
        f"{LOADED}.decide({{'fine_tuning': True}}).report('ko')",
    ],
)
def test_deciding_needs_no_terminal_and_no_page(program: str) -> None:
    """A decision and its report load neither click nor rich nor jinja2, and the plain evaluator no durable-rules."""
    assert not loaded(program) & {"durable", "durable_rules_engine", "click", "rich", "jinja2"}
