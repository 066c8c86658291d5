"""The command line inside this process, as most tests run it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from click import Context
from click.testing import CliRunner

from llmrules.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from click.testing import Result


ROOT = Path(__file__).parent.parent

NAMED = {"--catalog", "--old-catalog", "--no-shipped-catalog", "--shipped", "--help", "verify", "audit", "replay"}
"""Words that say which catalogue is meant, or that none is chosen from."""


def over_the_article(words: Sequence[str]) -> list[str]:
    """Return what makes a command choose among the article's families, which the tests know.

    That is nothing where it names a catalogue, chooses from none, or checks a file.
    """
    if not words or NAMED & {*words} or words[0] not in main.list_commands(context := Context(main)):
        return []
    command = main.get_command(context, words[0])
    assert command is not None
    taken = {option for one in command.params for option in one.opts}
    return [word for option in ("--catalog", "--old-catalog") if option in taken for word in (option, "article")]


def run(*arguments: object, stdin: str | bytes | None = None, env: Mapping[str, str | None] | None = None) -> Result:
    """Run a command; an exception that the command line does not word is raised.

    Within the checkout it chooses among the article's twelve families (``over_the_article``); elsewhere, as within a
    project of its own, it is run as it is written.
    """
    words = [str(one) for one in arguments]
    words += over_the_article(words) if Path.cwd() == ROOT else []
    return CliRunner().invoke(main, words, input=stdin, env=env, prog_name="llmrules", catch_exceptions=False)
