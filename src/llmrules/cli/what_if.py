"""``llmrules what-if``: the same case with some requirements stated otherwise, and what that changes."""

from __future__ import annotations

from typing import Any

import click

from llmrules.check.diff import MOST_REPLAYS, compare_decisions
from llmrules.check.diff.telling import difference_report
from llmrules.cli import completion, options
from llmrules.cli.case import case_of, deciding, stating
from llmrules.cli.diff import REPORTED, REPORTS, print_comparison


@click.command(short_help="What another answer would change, and why.")
@click.argument("profile", required=True, type=options.ProfilePath())
@stating("What is stated otherwise.")
@click.option("--drop", "dropped", metavar="NAME", multiple=True,
              shell_complete=completion.complete_requirements, help="What is not stated.")  # fmt: skip
@click.option("--replays", type=click.IntRange(0), default=MOST_REPLAYS, show_default=True,
              help="How often the comparison decides again, at most, to find causes.")  # fmt: skip
@deciding(*REPORTS, said=REPORTED)
@click.pass_context
def what_if(ctx: click.Context, /, profile: str, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Decide a case as its profile says and once more with other answers, and say what changes and what causes it.

    \b
      llmrules what-if example:hospital-records --set context_tokens=500000
      llmrules what-if example:hospital-records --drop offline

    Exit status: 0, whatever changes; 2 something is wrong with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    if not given["settings"] and not given["dropped"]:
        raise click.UsageError("say what is stated otherwise with --set, or what is not stated with --drop", ctx)
    advisor = options.load(given)
    old = advisor.decide(case_of(advisor, profile, ()), unknown=given["unknown"], keep_promises=False)
    changed = case_of(advisor, profile, given["settings"])
    names = [name.partition("=")[0].strip() for name in given["settings"]]
    stated = {one.attribute: one.value for one in changed.requirements if one.attribute in names}
    new = old.what_if({**stated, **dict.fromkeys(given["dropped"])})
    found = compare_decisions(old, new, most=given["replays"])
    report = difference_report(found, (old.trace.given, new.trace.given), given["lang"])
    print_comparison(found, report, given["output"])
    new.check_promises()
