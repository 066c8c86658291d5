"""``llmrules map``: who is on the first place over two requirements, all others as in a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.cli import completion, options
from llmrules.cli.case import case_of, deciding, stating
from llmrules.cli.outputs import refuse_overwriting
from llmrules.cli.terminal import print_json, print_plain
from llmrules.errors import nearest
from llmrules.language.vocabulary import AS_OF, Vocabulary
from llmrules.prove.chart import MapTeller, draw
from llmrules.reading.files import write_whole

if TYPE_CHECKING:
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.profile import Profile
    from llmrules.language.rules.effects import Policy
    from llmrules.language.texts import Language

COMPLETED = completion.complete_requirements


@click.command(short_help="Who is first over two requirements, with exact borders.")
@click.argument("across", shell_complete=COMPLETED)
@click.argument("down", shell_complete=COMPLETED)
@click.option(
    "--profile", type=options.ProfilePath(), metavar="PROFILE", help="What is stated of all other requirements."
)
@stating()
@deciding("text", "svg", "json", said="What to print: a table, a picture, or everything as JSON.")
@click.option("-o", "--output", "target", type=options.PATH, metavar="FILE", help="Write it to this file.")
def map(across: str, down: str, **given: Any) -> None:  # noqa: A001, ANN401 - the command's name, and click passes them
    """Draw who is on the first place for every value of two requirements, ACROSS and DOWN.

    All others are as in the profile, or not stated. Of numbers and dates each band that rules and models cut is decided
    once, and bands beside each other with the same answers are joined: so the borders are exact. Where something is
    computed from both, a cell says that it has not one answer.

    \b
      llmrules map budget context_tokens --set 'tasks=["coding"]'
      llmrules map budget context_tokens --profile example:hospital-records --format svg -o map.svg
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    advisor = options.load(given)
    refuse_overwriting(options.files_read(given), [given["target"]])
    profile = case_of(advisor, given["profile"], given["settings"])
    teller = drawn(advisor.knowledge, profile, (across, down), given["unknown"], given["lang"])
    told = {"text": lambda: "\n".join(teller.table()), "svg": teller.svg, "json": teller.json}[given["output"]]()
    if given["target"] is not None:
        write_whole(given["target"], told if told.endswith("\n") else f"{told}\n")
    elif given["output"] == "json":
        print_json(told)
    else:
        print_plain(told.rstrip("\n"))


def drawn(
    knowledge: Knowledge, profile: Profile, axes: tuple[str, str], unknown: Policy, language: Language
) -> MapTeller:
    """Draw a map over two requirements that are named on the command line."""
    for name in axes:
        _check(name, knowledge.ruleset.vocabulary)
    if axes[0] == axes[1]:
        raise click.BadParameter("name two requirements", param_hint="DOWN")
    return MapTeller(draw(knowledge, profile, *axes, unknown=unknown), knowledge, language)


def _check(name: str, vocabulary: Vocabulary) -> None:
    names = [one for one in vocabulary.names("requirement") if one != AS_OF.name and not vocabulary[one].many]
    if name == AS_OF.name:
        raise click.BadParameter("as_of is one day for the whole map: --set as_of=…", param_hint="ACROSS DOWN")
    if name not in names:
        close = nearest(name, [one for one in names if vocabulary[one].ask is not None]) or nearest(name, names)
        hint = f"did you mean {close}?" if close is not None else "llmrules requirements lists them"
        raise click.BadParameter(f"{name} is no requirement with one value; {hint}", param_hint="ACROSS DOWN")
