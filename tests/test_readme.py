"""The README runs: its first program prints what the page says, and each command that it shows is one."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from llmrules.cli import COMMANDS

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_first_program_prints_what_the_page_says() -> None:
    """The code of the README is run, and its output is the block that follows it."""
    code, output = re.findall(r"```(?:python|text)\n(.*?)```", README, re.DOTALL)[:2]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - it is our own page
    assert printed.getvalue().rstrip() == output.rstrip()


def test_code_comes_first() -> None:
    """The first code stands by line 15."""
    assert README[: README.index("```")].count("\n") < 15


def test_every_command_shown_exists() -> None:
    """The console blocks show no command that is not there."""
    shown = re.findall(r"^\$ llmrules (\S+)", README, re.MULTILINE)
    assert shown
    assert set(shown) <= set(COMMANDS)
