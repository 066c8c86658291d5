"""``llmrules decide``: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.cli import options
from llmrules.cli.formats import FORMATS, print_decision
from llmrules.errors import CatalogError, Place
from llmrules.profile import read_profile
from llmrules.vocabulary import AS_OF

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision
    from llmrules.texts import Language

CHOSEN = 0
NOTHING_ELIGIBLE = 3
UNVERIFIED = 4


@click.command(short_help="Decide a case: which model, and why.")
@click.argument("profile", required=False)
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="State or replace one requirement.")
@options.knowledge
@click.option("--model", shell_complete=options.complete_models, help="Judge this one model, with the whole chain.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Decide as of this date: rules in force then count.")
@options.policy
@click.option("--engine", type=click.Choice(["auto", "durable", "plain"]), default="auto", show_default=True,
              help="What fires the rules.")  # fmt: skip
@options.language
@click.option("--format", "output", type=click.Choice(FORMATS), default="text", show_default=True,
              help="What to print: a report, a page, the derivation as a graph, or the trace as JSON.")  # fmt: skip
@click.option("--trace", "trace_file", type=options.PATH, help="Write the whole trace to this file.")
@click.pass_context
def decide(ctx: click.Context, /, profile: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Decide a case: which model, and why.

    PROFILE is a TOML file with [requirements], a .json file of the same shape, or - for JSON on standard input. It
    may be left out where --set says everything; the value of --set is TOML, else text:

    \b
      llmrules decide examples/video-archive.toml
      llmrules decide examples/video-archive.toml --set budget=tight
      llmrules decide --set data_sovereignty=true --set 'tasks=["coding"]'
      llmrules decide examples/video-archive.toml --format html > decision.html
      echo '{"fine_tuning": true}' | llmrules decide -

    Exit status: 0 there is a choice, 3 nothing is eligible or the case is refused, 2 the input is wrong. With
    --model: 0 it is eligible, 3 excluded (or the case refused), 4 unverified.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    if profile is None and not given["settings"]:
        raise click.UsageError("name a profile, or state requirements with --set", ctx)
    advisor = options.load(given, engine=given["engine"])
    as_of = given["as_of"]
    dated = [] if as_of is None else [f"{AS_OF.name}={as_of.date().isoformat()}"]
    source = options.read_profile_source(profile, [*given["settings"], *dated])
    case = read_profile(source, advisor.knowledge.ruleset.vocabulary)
    model = given["model"]
    if model is not None and model not in advisor.knowledge.index:
        raise CatalogError(
            *("names no model of the catalogue",), code="unknown-model", place=Place("--model"), found=model,
            allowed=advisor.knowledge.models,
        )  # fmt: skip
    decision = advisor.decide(case, unknown=given["unknown"])
    if given["trace_file"] is not None:
        decision.trace.save(given["trace_file"])
    language: Language = given["lang"]
    title = case.title.read(language) if case.title is not None else ""
    print_decision(decision.trace, given["output"], language, title=title, model=model)
    ctx.exit(_status(decision, model))


def _status(decision: Decision, model: str | None) -> int:
    if decision.refused:
        return NOTHING_ELIGIBLE
    if model is None:
        return CHOSEN if decision.best else NOTHING_ELIGIBLE
    return {"eligible": CHOSEN, "excluded": NOTHING_ELIGIBLE, "unverified": UNVERIFIED}[decision.verdict(model)]
