"""``llmrules rules``: lists the rules, or shows one with its claims and where it stands."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click
import tomli_w

from llmrules.cli import options
from llmrules.cli.terminal import print_lines, print_plain
from llmrules.errors import Place, RuleError
from llmrules.render.text import Line
from llmrules.sources import Claim
from llmrules.trace.document import plain
from llmrules.trace.given import record_rule
from llmrules.words import printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.rules.rule import Rule
    from llmrules.rules.ruleset import RuleSet
    from llmrules.texts import Language


@click.command(short_help="List the rules, or show one.")
@click.argument("rule", required=False, metavar="[ID]", shell_complete=options.complete_rules)
@options.knowledge
@options.language
def rules(rule: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes the options
    """List the rules, or show the one with this ID: its text, its claims, its file and line."""
    advisor = options.load(
        given["rule_paths"],
        given["catalog_paths"],
        no_shipped_rules=given["no_shipped_rules"],
        no_shipped_catalog=given["no_shipped_catalog"],
        engine="plain",
    )
    ruleset = advisor.knowledge.ruleset
    if rule is None:
        print_lines(_list(ruleset, given["lang"]))
    elif rule in ruleset.rules:
        print_plain(_show(ruleset, ruleset.rules[rule], given["lang"]))
    else:
        message = "names no loaded rule"
        raise RuleError(message, code="unknown-rule", place=Place("rules"), found=rule, allowed=ruleset.rules)


def _list(ruleset: RuleSet, language: Language) -> Iterator[Line]:
    by_pack = sorted(ruleset.rules.values(), key=lambda rule: (rule.pack, rule.id))
    for pack, members in groupby(by_pack, key=lambda rule: rule.pack):
        yield Line("heading", printable_lines(pack))
        for rule in members:
            effect = rule.effect.ko if language == "ko" else rule.effect.en
            off = " (disabled)" if rule.id in ruleset.disabled else ""
            yield Line("line", f"{rule.id}: {effect}{off}", 2)
            yield Line("line", printable_lines(rule.because.read(language)), 6, origin=f"({', '.join(rule.sources)})")


def _show(ruleset: RuleSet, rule: Rule, language: Language) -> str:
    place = f"# {rule.cursor.place}" if rule.cursor is not None else ""
    lines = [place, tomli_w.dumps({"rule": [plain(record_rule(rule))]}, multiline_strings=False).rstrip()]
    if rule.id in ruleset.disabled:
        lines.append(f"# disabled: {ruleset.disabled[rule.id].reason.read(language)}")
    for name in rule.sources:
        cited = ruleset.citable[name]
        said = cited.says.read(language) if isinstance(cited, Claim) else f"{cited.title} ({cited.date})"
        lines.append(f"# {name}: {said}")
    return "\n".join(lines)
