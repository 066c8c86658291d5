"""The command line: the same few words as in Python. The only place that knows click and rich."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import click

from llmrules.cli.terminal import LANGUAGE, STANDARD_OUTPUT, Status, asked_in, drop, print_error
from llmrules.errors import EngineError, LlmrulesError, PromiseError, nearest, printable
from llmrules.say.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.language.texts import Language

COMMANDS = ("decide", "ask", "why", "compare", "advise", "what-if", "watch", "verify", "audit", "diff", "replay",
            "lint", "test", "prove", "rules", "requirements", "models", "import", "update", "schema", "init",
            "examples")  # fmt: skip
"""In the order of the help. Each is a function of its name in a module of its name, imported when it is called.

A name that Python keeps for itself ends in an underscore there, and a hyphen is one.
"""


class _Commands(click.Group):
    """Finds each command when it is called, and words every error of this package instead of showing a traceback."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            close = nearest(cmd_name, COMMANDS)
            if close is not None:
                message = f"No such command {cmd_name!r}. Did you mean {close}?"
                raise click.UsageError(message, ctx)
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"llmrules.cli.{name}"), name)
        return command

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run the command line. What the system refuses, and nobody foresaw, is one sentence, too."""
        try:
            return super().main(*args, **extra)
        except OSError as error:
            about = STANDARD_OUTPUT if error.filename is None else str(error.filename)
            print_error(f"{about}: {error.strerror}")
            if error.filename is None and sys.stdout is not None:  # click's own writing: a help text into a full disk
                drop(sys.stdout)
            sys.exit(Status.WRONG_INPUT)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click passes them
    ) -> click.Context:
        """Read the arguments; what is wrong with them is worded without anything that a terminal would obey."""
        language = asked_in(args)
        with _harmless(language):
            ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta[LANGUAGE] = language
        return ctx

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; broken input ends with 2, a failing engine with 1."""
        try:
            with _harmless(ctx.meta[LANGUAGE]):
                return super().invoke(ctx)
        except LlmrulesError as error:
            from llmrules.cli.options import SETTINGS
            from llmrules.language.settings import discreet

            told = discreet(error, ctx.meta[SETTINGS]) if SETTINGS in ctx.meta else error
            print_error(told.worded(Messages(ctx.meta[LANGUAGE])))
            ctx.exit(Status.FAILED if isinstance(error, EngineError | PromiseError) else Status.WRONG_INPUT)


@contextmanager
def _harmless(language: Language) -> Iterator[None]:
    """Say click's own errors in a language, and escape what a terminal would obey: they repeat the arguments."""
    try:
        yield
    except click.UsageError as error:
        said = error.format_message()
        harmless = "\n".join(printable(line.expandtabs()) for line in Messages(language)(said).split("\n"))
        if harmless == said.expandtabs():
            raise
        raise click.UsageError(harmless, error.ctx) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="llmrules")
def main() -> None:
    """Choose a large language model by rules, and see why.

    Write down what you need in a profile, then let the rules decide:

    \b
      llmrules decide example:hospital-records --trace decision.json
      llmrules decide --set fine_tuning=true --set 'modalities=["text"]'
      llmrules ask
      llmrules why decision.json claude

    Exit status: 0 a choice was made, 3 nothing is eligible or the case is refused, 2 something is wrong with
    the input (all of it is reported at once), 1 a comparison, a check
    or a case failed, or the engine did.

    \b
    Completion for your shell:
      bash  eval "$(_LLMRULES_COMPLETE=bash_source llmrules)"
      zsh   eval "$(_LLMRULES_COMPLETE=zsh_source llmrules)"
      fish  _LLMRULES_COMPLETE=fish_source llmrules | source
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
