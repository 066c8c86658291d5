"""``llmrules prove``: every promise of the rules holds for every profile, or a smallest profile breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.check.lint.report import as_github, as_sarif
from llmrules.cli import options
from llmrules.cli.outputs import refuse_overwriting
from llmrules.cli.terminal import Status, print_json, print_lines, print_plain
from llmrules.errors import nearest
from llmrules.prove.promises import Proofs
from llmrules.prove.promises import prove as proved
from llmrules.prove.telling import ProofTeller, as_json, findings, junit_xml, profile_text
from llmrules.reading.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from llmrules.language.rules.rule import Promise

SECONDS = 60


@click.command(short_help="Prove the promises of the rules for every profile.")
@click.argument("names", nargs=-1, metavar="[PROMISE]...")
@options.knowledge
@options.policy
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
              help="The day that all profiles are decided on.  [default: today]")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0, min_open=True), default=SECONDS, show_default=True,
              help="How long to look, for all promises together.")  # fmt: skip
@click.option("--lint", is_flag=True, help="Say as well which rules and models no profile makes matter.")
@options.printed("text", "json", "sarif", "github", said="How to print what was proved.")
@click.option("--junit", type=options.PATH, metavar="FILE", help="Write the results to this file as JUnit XML.")
@click.option("--profiles", type=options.PATH, metavar="FOLDER",
              help="Write each profile that breaks a promise to this folder, to decide it.")  # fmt: skip
@click.option("--formulas", type=options.PATH, metavar="FOLDER",
              help="Write what has no solution if a promise holds to this folder, for other solvers.")  # fmt: skip
@options.language
@click.pass_context
def prove(ctx: click.Context, /, names: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Prove each promise of the rule files, or the named ones, for every profile that can be written.

    A promise holds for every profile, or the smallest profile that breaks it is shown, as the engine decided it, or
    it was not decided in time. What exactly is proved stands in docs/proofs.md.

    \b
      llmrules prove
      llmrules prove --rules policy/ --profiles broken/
      llmrules prove --rules policy/ --lint
      llmrules prove --rules policy/ --format sarif > promises.sarif

    It needs a solver: pip install 'llmrules[prove]'.

    Exit status: 0 all of them hold, 1 one is broken or was not decided, 2 something is wrong with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    refuse_overwriting(options.files_read(given), [given["junit"]])
    advisor = options.load(given)
    promises = _chosen(ctx, advisor.knowledge.ruleset.promises, names)
    when = advisor.knowledge.day().first if given["as_of"] is None else given["as_of"].date()
    found = proved(advisor, when, promises, unknown=given["unknown"], seconds=given["seconds"],
                   lint=given["lint"])  # fmt: skip
    if given["output"] == "json":
        print_json(as_json(found))
    elif given["output"] == "sarif":
        print_json(as_sarif(findings(advisor.knowledge, found), given["lang"]))
    elif given["output"] == "github":
        print_plain(as_github(findings(advisor.knowledge, found), given["lang"]))
    else:
        print_lines(ProofTeller(advisor.knowledge, given["lang"]).lines(found))
    if given["junit"] is not None:
        write_whole(given["junit"], junit_xml(advisor.knowledge, found, given["lang"]))
    _write(found, given["profiles"], given["formulas"])
    ctx.exit(Status.FINE if found.kept else Status.FAILED)


def _chosen(ctx: click.Context, promises: Mapping[str, Promise], names: tuple[str, ...]) -> tuple[Promise, ...]:
    for name in names:
        if name not in promises:
            close = nearest(name, promises)
            hint = f"did you mean {close}?" if close is not None else f"promises: {', '.join(promises) or 'none'}"
            raise click.BadParameter(f"{name} is no promise; {hint}", ctx, param_hint="PROMISE")
    return tuple(promise for name, promise in promises.items() if not names or name in names)


def _write(found: Proofs, profiles: Path | None, formulas: Path | None) -> None:
    """Write what breaks promises to one folder and their formulas to another, as far as these are named."""
    for folder in filter(None, (profiles, formulas)):
        folder.mkdir(parents=True, exist_ok=True)
    for proof in found.proofs:
        name = proof.promise.id.replace("/", "-")
        if profiles is not None and proof.witness is not None:
            write_whole(profiles / f"{name}.toml", profile_text(proof.witness.decision.profile))
        if formulas is not None:
            head = f"; {proof.promise.id} as of {found.when.isoformat()}: {proof.formula}"
            lines = (head, *found.circuit.smtlib(proof.roots))
            write_whole(formulas / f"{name}.smt2", "".join(f"{line}\n" for line in lines))
