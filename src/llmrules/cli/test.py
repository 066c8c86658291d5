"""``llmrules test``: runs cases, says what fails and why, and measures how well they guard the rules."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from llmrules.check.cases.coverage import cover
from llmrules.check.cases.failure import failure_annotations, failure_lines
from llmrules.check.cases.mutate import mutate
from llmrules.check.cases.report import coverage_lines, junit_xml, mutation_lines, percent, summary
from llmrules.check.cases.run import Result, collect, expected_catalogs, run
from llmrules.cli import options
from llmrules.cli.outputs import refuse_overwriting
from llmrules.cli.terminal import Status, print_lines, print_plain
from llmrules.errors import InputError, LoadError
from llmrules.reading.files import write_whole
from llmrules.say.teller import Line, Sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from llmrules.advisor import Advisor
    from llmrules.language.texts import Language


@click.command(short_help="Run cases: profiles with what their decisions must be.")
@click.argument("paths", nargs=-1, required=True, type=options.PROFILE, metavar="PATH...")
@options.knowledge
@click.option("--coverage", is_flag=True, help="Say what of the rules no case makes use of.")
@click.option("--mutate", is_flag=True, help="Change each rule in every small way; say which changes no case notices.")
@click.option("--all-rules", is_flag=True, help="Measure our rules too where rules of your own are loaded.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT",
              help="Fail when the coverage, or the share of mutants caught, is less.")  # fmt: skip
@click.option("--update", is_flag=True, help="Show what would be expected of the failing cases, and rewrite them so.")
@options.printed("text", "github", said="How to print the cases that fail: in full, or as annotations of GitHub.")
@click.option("--junit", type=options.PATH, metavar="FILE", help="Write the results to this file as JUnit XML.")
@options.policy
@options.restricting
@options.language
@click.pass_context
def test(ctx: click.Context, /, paths: tuple[Path, ...], **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Run cases: profiles whose [expect] says what their decisions must be, outcomes and reasons.

    PATH is such a profile, a file of several, each in a table [[case]], or a folder of them (*.toml; a profile that
    expects nothing is passed over). A case that comes out differently is shown as a difference, with the chain of every
    model and rule concerned; one that cannot be read is reported, and stops no other. Where you load rules of your own,
    --coverage and --mutate are about those.

    \b
      llmrules test example:all
      llmrules test cases --rules policy.toml --coverage --fail-under 100
      llmrules test cases --mutate
      llmrules test cases --update
      llmrules test cases --format github

    Exit status: 0 everything is as expected, 1 a case is not or a figure is below --fail-under, 2 something is wrong
    with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    for option, said in (("--fail-under", given["fail_under"] is not None), ("--all-rules", given["all_rules"])):
        if said and not (given["coverage"] or given["mutate"]):
            raise click.UsageError(f"{option} goes with --coverage or --mutate", ctx)
    refuse_overwriting([*paths, *options.files_read(given)], [given["junit"]])
    if not (given["catalog_paths"] or options.project_settings(given).catalog):
        given["catalog_paths"] = tuple(map(Path, expected_catalogs(paths)))
    advisor = options.load(given)
    language: Language = given["lang"]
    choices = {"unknown": given["unknown"], "over": given["over"], "only": options.condition(given["only"], advisor)}
    broken: list[InputError] = []
    results = run(advisor, collect(paths, advisor.knowledge, choices=choices, broken=broken))
    if not results:
        raise LoadError(broken)
    _say_failing(results, given["output"], language)
    if given["update"]:
        _rewrite([result for result in results if not result.passed], language)
        results = run(advisor, collect(paths, advisor.knowledge, choices=choices, broken=[]))
    if given["junit"] is not None:
        write_whole(given["junit"], junit_xml(results, language))
    shares = _measured(advisor, results, given, language)
    print_lines([Line("answer", summary(results, language))])
    low = _low(shares, given["fail_under"], language)
    if broken:
        raise LoadError(broken)
    ctx.exit(Status.FAILED if low or not all(result.passed for result in results) else Status.FINE)


def _say_failing(results: Iterable[Result], output: str, language: Language) -> None:
    """Print the cases that fail."""
    for result in results:
        if result.passed:
            continue
        if output == "github":
            click.echo("\n".join(failure_annotations(result, language)))
        else:
            print_lines([*failure_lines(result, language), Line("blank")])


def _measured(
    advisor: Advisor, results: Sequence[Result], given: Mapping[str, Any], language: Language
) -> list[Decimal]:
    """Print how well the cases guard the rules, as far as that is asked for, and return the shares."""
    cases, shares, ruleset = [result.case for result in results], list[Decimal](), advisor.knowledge.ruleset
    of = ruleset.rules.keys() if given["all_rules"] else ruleset.own()
    if len(of) < len(ruleset.rules) and (given["coverage"] or given["mutate"]):
        said = Sentences(language)("own-rules", count=len(of), rest=len(ruleset.rules) - len(of))
        print_lines([Line("line", said), Line("blank")])
    if given["coverage"]:
        coverage = cover(advisor, cases, of)
        shares.append(percent(*coverage.figures["all"]))
        print_lines([*coverage_lines(coverage, language), Line("blank")])
    if given["mutate"] and not all(result.passed for result in results):
        print_lines([Line("line", Sentences(language)("cases-first"), mark="!"), Line("blank")])
    elif given["mutate"]:
        mutation = mutate((advisor, cases), of=of)
        shares.append(percent(len(mutation.having("caught")), mutation.counted))
        print_lines([*mutation_lines(mutation, language), Line("blank")])
    return shares


def _low(shares: Sequence[Decimal], least: float | None, language: Language) -> bool:
    """Whether a share is less than was asked for; say so."""
    low = [share for share in shares if least is not None and share < Decimal(str(least))]
    if low:
        said = Sentences(language)("below-share", least=f"{least:g}")
        print_lines(Line("line", f"{share}%: {said}", mark="✗") for share in low)
    return bool(low)


def _rewrite(failing: Sequence[Result], language: Language) -> None:
    """Show what changes in each file, then write it."""
    from llmrules.check.cases.update import update  # tomlkit is loaded only where a file is rewritten

    for change in [update(result) for result in failing]:
        print_plain("\n".join(change.diff()))
        write_whole(Path(change.name), change.after)
        print_lines([Line("line", f"{change.name}: {Sentences(language)('rewritten')}"), Line("blank")])
