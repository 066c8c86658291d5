"""The command line inside this process, as most tests run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from llmrules.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.testing import Result


def run(*arguments: object, stdin: str | bytes | None = None, env: Mapping[str, str | None] | None = None) -> Result:
    """Run a command; an exception that the command line does not word is raised."""
    words = [str(one) for one in arguments]
    return CliRunner().invoke(main, words, input=stdin, env=env, prog_name="llmrules", catch_exceptions=False)
