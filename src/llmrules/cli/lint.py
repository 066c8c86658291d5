"""``llmrules lint``: findings about rules and catalogues before any run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from llmrules.check.lint import CODES, Finding, gather, lint_files
from llmrules.check.lint.report import as_github, as_json, as_sarif, as_text, page
from llmrules.cli import options
from llmrules.cli.terminal import Status, print_json, print_plain
from llmrules.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from llmrules.language.texts import Language

EXISTING = click.Path(exists=True, path_type=Path)


@click.command(short_help="Find what is wrong or doubtful in rules and catalogues.")
@click.argument("paths", nargs=-1, type=EXISTING)
@click.option("--catalog", "catalog_paths", type=options.PATH, multiple=True,
              help="A catalogue file on top of ours, or one of ours by name: 2026-11.")  # fmt: skip
@options.printed("text", "json", "sarif", "github", said="How to print the findings.")
@click.option("--strict", is_flag=True, help="End with 1 on warnings, too.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day on which dates are looked at."
)
@click.option("--explain", metavar="CODE", help="Say what a finding means, with an example, and do nothing else.")
@options.without_ours
@options.isolated
@options.language
@click.pass_context
def lint(ctx: click.Context, /, paths: Sequence[Path], **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Find what is wrong or doubtful in rules and catalogues, before they decide anything.

    PATHS are rule files, catalogue files, or folders of them. They are laid on top of the shipped rules and
    catalogue and of those of the project, and findings are reported for them alone; without PATHS, for the files of
    the project, or where there are none, for the shipped ones.

    \b
      llmrules lint policy/
      llmrules lint policy/ --catalog ours.toml --strict
      llmrules lint policy/ --no-shipped-rules
      llmrules lint policy/ --format sarif > findings.sarif
      llmrules lint --explain shadowed-rule

    Exit status: 0 nothing is wrong, 1 there are errors (with --strict, or warnings), 2 the arguments are unusable.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    if given["explain"] is not None:
        print_plain(_explained(given["explain"], ctx))
        return
    as_of: datetime | None = given["as_of"]
    project = options.project_settings(given)
    files = gather(
        paths,
        given["catalog_paths"],
        project=(project.rules, project.catalog),
        shipped_rules=project.shipped_rules and not given["no_shipped_rules"],
        shipped_catalog=project.shipped_catalog and not given["no_shipped_catalog"],
    )
    findings = lint_files(files, today=as_of.date() if as_of is not None else None, settings=project)
    _print(findings, given["output"], given["lang"])
    counted = {"error", "warning"} if given["strict"] else {"error"}
    ctx.exit(Status.FAILED if any(finding.severity in counted for finding in findings) else Status.FINE)


def _explained(code: str, ctx: click.Context) -> str:
    if code in CODES:
        return page(code)
    close = nearest(code, CODES)
    hint = f"did you mean {close}?" if close is not None else f"findings: {', '.join(CODES)}"
    raise click.BadParameter(f"{code} is no finding; {hint}", ctx, param_hint="--explain")


def _print(findings: tuple[Finding, ...], output: str, language: Language) -> None:
    if output == "json":
        print_json(as_json(findings))
    elif output == "sarif":
        print_json(as_sarif(findings, language))
    elif output == "github":
        if findings:
            print_plain(as_github(findings, language))
    else:
        print_plain(as_text(findings, language))
