"""``llmrules rules``: lists the rules, or shows one with its claims and where it stands."""

from __future__ import annotations

from itertools import dropwhile, groupby
from typing import TYPE_CHECKING, Any

import click

from llmrules.cli import completion, options
from llmrules.cli.terminal import print_lines, print_plain
from llmrules.errors import FileError, Place, RuleError
from llmrules.language.sources import Claim
from llmrules.reading.files import parse_toml
from llmrules.reading.syntax import toml_text
from llmrules.say.teller import Line, Sentences, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.texts import Language
    from llmrules.reading.cursor import Cursor


@click.command(short_help="List the rules, or show one.")
@click.argument("rule", required=False, metavar="[ID]", shell_complete=completion.complete_rules)
@options.knowledge
@options.language
def rules(rule: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes the options
    """List the rules, or show the one with this ID: its text, its claims, its file and line."""
    advisor = options.load(given)
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
            off = f" ({Sentences(language)('disabled')})" if rule.id in ruleset.disabled else ""
            yield Line("line", f"{rule.id}: {_does(rule, language)}{off}", 2)
            yield Line("line", printable_lines(rule.because.read(language)), 6, origin=f"({', '.join(rule.sources)})")


def _does(rule: Rule, language: Language) -> str:
    """Return the effect of a rule with what it speaks of."""
    effect = rule.effect.words.read(language)
    if rule.effect.exempts or rule.effect.lifts:
        return f"{effect} {', '.join((*rule.effect.exempts, *rule.effect.lifts))}"
    attributes = [leaf.attribute for leaf in rule.effect.predicate.all_leaves()]
    attributes += [one.attribute for one in (rule.effect.grade, rule.effect.conclusion) if one is not None]
    labels = dict.fromkeys(printable_lines(attribute.label.read(language)) for attribute in attributes)
    return f"{effect}: {', '.join(labels)}" if labels else effect


def _show(ruleset: RuleSet, rule: Rule, language: Language) -> str:
    cursor = ruleset.places[rule.id]
    lines = [f"# {cursor.place}", *_written(cursor)]
    if rule.id in ruleset.disabled:
        reason = printable_lines(ruleset.disabled[rule.id].reason.read(language))
        lines.append(f"# {Sentences(language)('disabled')}: {reason}")
    for name in rule.sources:
        cited = ruleset.citable[name]
        said = cited.says.read(language) if isinstance(cited, Claim) else f"{cited.title} ({cited.date})"
        lines.append(f"# {name}: {printable_lines(said)}")
    return "\n".join(lines)


def _written(cursor: Cursor) -> list[str]:
    """Return the lines of a rule as its file has them, or the same rule written anew where it is no table there."""
    start = (cursor.place.line or 1) - 1
    lines = cursor.source.text.splitlines()[start:]
    ends = [number for number, line in enumerate(lines) if number and line.startswith("[")]
    for end in (*ends, len(lines)):
        try:
            same = parse_toml("\n".join(lines[:end]), "").data == {"rule": [cursor.value]}
        except FileError:  # the end lies inside a text of several lines
            continue
        if same:
            kept = list(reversed(lines[:end]))
            return list(reversed(list(dropwhile(lambda line: not line.strip() or line.startswith("#"), kept))))
    return toml_text({"rule": [cursor.value]}).splitlines()
