"""The options of commands that decide a case: what is stated, what it is decided by, how it is told; and that case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from llmrules.cli import completion, options
from llmrules.language.profile import read_profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.advisor import Advisor
    from llmrules.language.profile import Profile

Command = TypeVar("Command", bound="Callable[..., Any]")


def stating(said: str = "State or replace one requirement.") -> Callable[[Command], Command]:
    """Add ``--set``; ``said`` is its help."""
    complete = completion.complete_settings
    return click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, shell_complete=complete, help=said)


def deciding(*formats: str, said: str = "What to print.") -> Callable[[Command], Command]:
    """Add what it is decided by, the language, and ``--format``, of which the first is the default."""

    def add(command: Command) -> Command:
        printed = click.option("--format", "output", type=click.Choice(formats), default=formats[0], show_default=True,
                               help=said)  # fmt: skip
        return options.knowledge(options.policy(options.language(printed(command))))

    return add


def read_case(ctx: click.Context, profile: str | None, given: dict[str, Any]) -> tuple[Advisor, Profile]:
    """Load what the options name, and read the case. Raises UsageError where nothing is stated at all."""
    if profile is None and not given["settings"]:
        raise click.UsageError("name a profile, or state requirements with --set", ctx)
    advisor = options.load(given)
    vocabulary = advisor.knowledge.ruleset.vocabulary
    return advisor, read_profile(options.read_profile_source(profile, given["settings"], vocabulary), vocabulary)
