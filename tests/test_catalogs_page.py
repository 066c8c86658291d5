"""What docs/catalogs.md shows of restricting a decision is so: its commands and its program print what stands there."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

from tests.documents import commands, difference, run, sections

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGE = {section.title: section for section in sections("docs/catalogs.md")}
RESTRICTING = PAGE["Restricting who is judged"]


def test_the_commands_print_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list and the catalogue of the page can be copied, and each command answers as shown."""
    monkeypatch.chdir(tmp_path)
    RESTRICTING.write(tmp_path)
    (listed,) = [block.text for block in RESTRICTING.blocks if block.language == "text"]
    (tmp_path / "allowed.csv").write_text(listed)
    (tmp_path / "profile.toml").write_text("[requirements]\nas_of = 2026-11-24\n")
    shown = [pair for block in RESTRICTING.blocks if block.language == "console" for pair in commands(block)]
    assert len(shown) == 4
    for command, lines in shown:
        printed = run(command)
        assert printed[0], command
        if lines:
            assert difference(lines, printed) is None, command
    assert run("llmrules decide profile.toml --catalog 2026-11 --among allowed.toml") == run(
        "llmrules decide profile.toml --catalog 2026-11 --among allowed.csv"
    )


def test_the_program_prints_what_the_page_shows() -> None:
    """Names of those left out, places and costs are those of the shipped catalogue."""
    code, output = (block.text for block in PAGE["From Python"].blocks)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/catalogs.md", "exec"), {})  # noqa: S102 - it is our own page
    assert printed.getvalue() == output
