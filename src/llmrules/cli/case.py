"""The options of commands that decide a case: what is stated, what it is decided by, how it is told; and that case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.cli import completion, options
from llmrules.language.profile import Profile, read_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from llmrules.advisor import Advisor
    from llmrules.cli.options import Command


def stating(said: str = "State or replace one requirement.") -> Callable[[Command], Command]:
    """Return what adds ``--set``; ``said`` is its help."""
    complete = completion.complete_settings
    return click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, shell_complete=complete, help=said)


def deciding(*formats: str, said: str = "What to print.") -> Callable[[Command], Command]:
    """Return what adds what it is decided by, the language, and ``--format``, of which the first is the default."""
    return options.together(options.knowledge, options.policy, options.language, options.printed(*formats, said=said))


def case_of(advisor: Advisor, profile: str | None, settings: Iterable[str]) -> Profile:
    """Read a profile, or none, with what ``--set`` says on top."""
    vocabulary = advisor.knowledge.ruleset.vocabulary
    return read_profile(options.read_profile_source(profile, settings, vocabulary), vocabulary)


def read_case(ctx: click.Context, profile: str | None, given: dict[str, Any]) -> tuple[Advisor, Profile]:
    """Load what the options name, and read the case. Raises UsageError where nothing is stated at all."""
    if profile is None and not given["settings"]:
        raise click.UsageError("name a profile, or state requirements with --set", ctx)
    advisor = options.load(given)
    return advisor, case_of(advisor, profile, given["settings"])
