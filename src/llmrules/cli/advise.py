"""``llmrules advise``: what to ask next, what would help, what to find out, and how firm a decision is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from llmrules.cli import completion, options
from llmrules.cli.case import deciding, read_case, stating
from llmrules.cli.terminal import print_json, print_lines
from llmrules.say.advice import Adviser
from llmrules.say.why import Explainer
from llmrules.worlds.advice.document import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.advisor import Decision
    from llmrules.language.texts import Language
    from llmrules.say.teller import Line

FORMAT = "llmrules.advice/1"


@click.command(short_help="What to ask next, what would help, and how firm the answer is.")
@click.argument("profile", required=False, type=options.ProfilePath())
@stating()
@click.option("--model", shell_complete=completion.complete_models,
              help="Say what it would take for this model to be eligible, and to be first, too.")  # fmt: skip
@deciding("text", "json", said="What to print: lines, or everything as JSON.")
@click.pass_context
def advise(ctx: click.Context, /, profile: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Say what a decision depends on: every line is found by deciding the case otherwise.

    Where nobody is eligible: which requirements cannot be had together, and the least changes that help. Then the
    questions whose answers still matter, unknown values worth finding out, and how firm the first place is: with
    which requirements and weights it stays, which rules it rests on, and until when.

    \b
      llmrules advise example:nothing-fits
      llmrules advise example:hospital-records --format json
      llmrules advise example:hospital-records --model claude

    PROFILE and --set are those of llmrules decide.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    advisor, case = read_case(ctx, profile, given)
    model = given["model"]
    if model is not None:
        model = options.judged_model(model, advisor.knowledge, case.as_of.first, "--model")
    decision = advisor.decide(case, unknown=given["unknown"], keep_promises=False)
    if given["output"] == "json":
        print_json(json.dumps(_document(decision, model), ensure_ascii=False, indent=2))
    else:
        print_lines(_lines(decision, given["lang"], model))
    decision.check_promises()


def _document(decision: Decision, model: str | None) -> dict[str, Any]:
    taking = {} if model is None else dict(zip(("eligible", "first"), decision.what_would_it_take(model), strict=True))
    return {
        "format": FORMAT,
        "best": list(decision.best),
        "conflict_sets": plain(decision.conflict_sets),
        "relaxations": plain(decision.relaxations),
        "near_misses": plain(decision.near_misses()),
        "next_questions": plain(decision.next_questions),
        "worth_finding_out": plain(decision.worth_finding_out),
        "firmness": plain(decision.firmness),
        **({} if model is None else {"what_would_it_take": {"model": model, **plain(taking)}}),
    }


def _lines(decision: Decision, language: Language, model: str | None) -> Iterator[Line]:
    """Yield all advice, without the blank line before the first of it."""
    adviser = Adviser(decision, language, Explainer(decision.trace, language))
    sections = (
        () if model is None else adviser.toward(model, decision.what_would_it_take(model)),
        adviser.conflict_sets(decision.conflict_sets),
        adviser.relaxations(decision.relaxations),
        adviser.near_misses(decision.near_misses()) if not decision.best else (),
        adviser.firmness(decision.firmness),
        adviser.next_questions(decision.next_questions),
        adviser.worth(decision.worth_finding_out),
    )
    lines = [line for section in sections for line in section]
    yield from lines[1:] if lines and lines[0].style == "blank" else lines
