"""``llmrules compare``: two models side by side in one case, only where they differ."""

from __future__ import annotations

from typing import Any

import click

from llmrules.cli import completion, options
from llmrules.cli.case import deciding, read_case, stating
from llmrules.cli.terminal import page_width, print_json, print_lines


@click.command(short_help="Two models side by side in a case, and what parts them.")
@click.argument("one", shell_complete=completion.complete_models)
@click.argument("other", shell_complete=completion.complete_models)
@click.argument("profile", required=False, type=options.ProfilePath())
@stating()
@deciding("text", "json")
@click.pass_context
def compare(ctx: click.Context, /, one: str, other: str, profile: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Decide a case and put two models side by side, only where they differ: verdict, points, cost, rule by rule.

    \b
      llmrules compare claude gemini example:contract-review
      llmrules compare deepseek mistral --set 'tasks=["coding"]' --format json

    Each is a model of the catalogue or one of its offers, "MODEL @ OFFER"; of a model it is the best offer that is
    compared. PROFILE and --set are those of llmrules decide. What the catalogue says of both beside the case is what
    llmrules models ONE OTHER compares.

    Exit status: 0 they were compared, 2 something is wrong with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    advisor, case = read_case(ctx, profile, given)
    names = [options.judged_model(name, advisor.knowledge, case.as_of.first, "compare") for name in (one, other)]
    decision = advisor.decide(case, unknown=given["unknown"], keep_promises=False)
    found = decision.compare(*names)
    if given["output"] == "json":
        print_json(found.to_json())
    else:
        print_lines(found.lines(given["lang"], width=page_width()))
    decision.check_promises()
