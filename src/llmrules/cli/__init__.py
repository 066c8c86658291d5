"""The command line: the same few words as in Python. The only place that knows click and rich."""

from __future__ import annotations

import click

from llmrules.cli.decide import decide
from llmrules.cli.rules import rules
from llmrules.cli.terminal import print_error
from llmrules.cli.why import why
from llmrules.errors import EngineError, LlmrulesError

BAD_INPUT = 2
FAILED = 1


class _Commands(click.Group):
    """Words every error of this package instead of showing a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; broken input ends with 2, a failing engine with 1."""
        try:
            return super().invoke(ctx)
        except LlmrulesError as error:
            print_error(str(error))
            ctx.exit(FAILED if isinstance(error, EngineError) else BAD_INPUT)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="llmrules")
def main() -> None:
    r"""Choose a large language model by rules, and see why.

    Write down what you need in a profile, then let the rules decide:

    \b
      llmrules decide examples/hospital-records.toml
      llmrules decide --set fine_tuning=true --set 'modalities=["text"]'
      llmrules why decision.json claude

    Exit status: 0 a choice was made, 3 nothing is eligible or the case is refused, 2 something is wrong with
    the input (all of it is reported at once), 1 the engine failed.

    \b
    Completion for your shell:
      bash  eval "$(_LLMRULES_COMPLETE=bash_source llmrules)"
      zsh   eval "$(_LLMRULES_COMPLETE=zsh_source llmrules)"
      fish  _LLMRULES_COMPLETE=fish_source llmrules | source
    """


main.add_command(decide)
main.add_command(why)
main.add_command(rules)
