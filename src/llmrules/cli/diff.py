"""``llmrules diff``: what changed between two traces, or under new rules, and what caused it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.check.diff import MOST_REPLAYS, Comparison, Corpus, Replay, compare, compare_corpus, read_cases
from llmrules.check.diff.telling import corpus_report, difference_report
from llmrules.cli import options
from llmrules.cli.terminal import Status, print_json, print_lines, print_plain
from llmrules.say.report.entry import Report, render_markdown, text_lines
from llmrules.trace.codec import canonical, plain
from llmrules.trace.record import Trace

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.trace.given import Given

NAMED = "name two traces; or --rules or --catalog, and the cases to decide under them"

REPORTS = ("text", "markdown", "json")
REPORTED = "What to print: a report, the same for a pull request, or everything as JSON."

SECONDS = 30
MOST_PROFILES = 5
"""Profiles that are shown of what differs in one thing: firings, verdicts, the first place."""

OLD_AND_NEW = 2
"""Traces that are compared where no rules or catalogue are named."""


@click.command(short_help="What changed between two decisions, and what caused it.")
@click.argument("paths", nargs=-1, type=options.PROFILE, metavar="OLD NEW | CASES...")
@options.knowledge
@click.option("--old-rules", "old_rule_paths", type=options.PATH, multiple=True,
              help="A rule file or folder on top of ours on the old side.")  # fmt: skip
@click.option("--old-catalog", "old_catalog_paths", type=options.PATH, multiple=True,
              help="A catalogue file on top of ours on the old side.")  # fmt: skip
@click.option("--replays", type=click.IntRange(0), default=MOST_REPLAYS, show_default=True,
              help="How often a comparison decides again, at most, to find causes.")  # fmt: skip
@click.option("--everywhere", is_flag=True,
              help="Compare two sides for every profile that can be written; needs llmrules[prove].")  # fmt: skip
@click.option("--old-as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
              help="With --everywhere, the day of the old side.  [default: that of the new side]")  # fmt: skip
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
              help="With --everywhere, the day of the new side.  [default: today]")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0, min_open=True), default=SECONDS, show_default=True,
              help="With --everywhere, how long to look.")  # fmt: skip
@options.language
@options.printed(*REPORTS, said=REPORTED)
@click.pass_context
def diff(ctx: click.Context, /, paths: tuple[Path, ...], **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Say what changed between two decisions, and which rule, value or requirement caused each change.

    OLD and NEW are traces. Each change is attributed by deciding again with some of the differences alone and
    with others left out; both traces must hold what follows from what they were given.

    With --rules or --catalog, CASES are profiles, traces, and folders of them (*.toml and *.json): each is decided
    again under the new rules and catalogue. A profile is compared with the project as it is, with what --old-rules
    names in the place of its rules, and --old-catalog in that of its catalogues; a trace is compared with itself.

    \b
      llmrules diff old.json new.json
      llmrules diff --rules policy/ example:all
      llmrules diff --old-rules main/policy --rules policy profiles/ --format markdown
      llmrules diff --everywhere --old-rules main/policy --rules policy
      llmrules diff --everywhere --old-as-of 2026-05-01 --as-of 2026-11-30

    With --everywhere there are no cases: both sides are compared for every profile that can be written. They are
    alike for every profile, in which rules fire, in every verdict, or on the first place; or the smallest profiles
    are shown in which they differ, each as both sides decided it.

    Exit status: 0 no outcome changes, 1 something changes, 2 something is wrong with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    found: Comparison | Corpus
    if given["everywhere"]:
        ctx.exit(_everywhere(ctx, paths, given))
    if not paths:
        raise click.UsageError(NAMED, ctx)
    if any(given[key] for key in ("rule_paths", "catalog_paths", "old_rule_paths", "old_catalog_paths")):
        old, new = options.load(given, old=True), options.load(given)
        found, givens = compare_corpus(read_cases(paths, old, new), most=given["replays"])
        report = corpus_report(found, givens, given["lang"])
    else:
        found, givens = _compare(ctx, paths, given["replays"])
        report = difference_report(found, givens, given["lang"])
    print_comparison(found, report, given["output"])
    ctx.exit(Status.FINE if found.same else Status.FAILED)


def _everywhere(ctx: click.Context, paths: tuple[Path, ...], given: dict[str, Any]) -> int:
    """Compare both sides for every profile, print what was found, and return the exit status."""
    from llmrules.prove.contrast import as_json, everywhere_lines  # a solver is loaded only where one is needed
    from llmrules.prove.everywhere import Side, compare_everywhere

    if paths or given["output"] == "markdown":
        raise click.UsageError("--everywhere takes no cases, and is printed as text or JSON", ctx)
    old, new = options.load(given, old=True), options.load(given)
    when = new.knowledge.day().first if given["as_of"] is None else given["as_of"].date()
    before = when if given["old_as_of"] is None else given["old_as_of"].date()
    found = compare_everywhere(Side(old, before), Side(new, when), seconds=given["seconds"], most=MOST_PROFILES)
    if given["output"] == "json":
        print_json(as_json(found))
    else:
        print_lines(everywhere_lines(found, given["lang"]))
    return Status.FINE if found.same else Status.FAILED


def _compare(ctx: click.Context, paths: tuple[Path, ...], most: int) -> tuple[Comparison, tuple[Given, ...]]:
    if len(paths) != OLD_AND_NEW:
        raise click.UsageError(NAMED, ctx)
    old, new = (Trace.load(path) for path in paths)
    return compare(old, new, most=most, names=(str(paths[0]), str(paths[1]))), (old.given, new.given)


def print_comparison(found: Comparison | Corpus | Replay, report: Report, output: str) -> None:
    """Print what a comparison found: all of it as JSON, or its report."""
    if output == "json":
        print_json(canonical(plain(found)))
    elif output == "markdown":
        print_plain(render_markdown(report))
    else:
        print_lines(text_lines(report))
