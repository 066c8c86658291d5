"""``llmrules models``: what is loaded, or one model with all its sources."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from llmrules.cli import completion, options
from llmrules.cli.terminal import for_a_person, page_width, print_json, print_lines, print_note, print_plain
from llmrules.errors import CatalogError, LoadError, Place
from llmrules.language.conditions import ALWAYS
from llmrules.language.conditions.written import written_condition
from llmrules.say.models.listing import list_found, select
from llmrules.say.models.sheet import sheet_json, sheet_of, sheet_report
from llmrules.say.report.entry import text_lines
from llmrules.say.teller import Sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.knowledge import Knowledge

ON_A_TERMINAL = 50
"""How many rows a person is shown who asks for no number."""

SEARCHING = ("where", "offers", "list_unknown", "limit")
"""The options that say that words are searched for, even where one is an id."""


@click.command(short_help="List the models, or show one.")
@click.argument("words", nargs=-1, metavar="[WORD | ID]...", shell_complete=completion.complete_models)
@click.option("--where", metavar="CONDITION", multiple=True, shell_complete=completion.complete_conditions,
              help="Only where this is true of an offer; repeatable.")  # fmt: skip
@click.option("--offers", is_flag=True, help="List offers, not models.")
@click.option("--unknown", "list_unknown", is_flag=True, help="List those, too, of which a condition is unknown.")
@click.option("--limit", type=click.IntRange(1), metavar="N",
              help=f"List so many at most.  [default: {ON_A_TERMINAL} on a terminal, else all]")  # fmt: skip
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Take the values in force on this day, not today.")
@options.knowledge
@options.language
@options.printed("text", "json", "csv", said="What to print; csv goes with a list.")
@click.pass_context
def models(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401 - click passes them
    """List the models in whose id, name, developer or family every WORD occurs; without any, all.

    One ID alone shows that model: every value with its sources, what disputes it, what it replaced. With --where,
    --offers, --unknown or --limit, all of them are words; so is the id of an entry that is no candidate (listed =
    false) where candidates have that word.

    \b
      llmrules models
      llmrules models claude
      llmrules models mistral --offers
      llmrules models --where openness=open-weight,open-source --where 'context_window>=200k'

    A CONDITION is a name, a comparison and a value, and is true of one offer or not:

    \b
      developer=Google,OpenAI     one of them; of a set, it has one of them
      openness!=closed            none of them
      output_price<=5             also >= > <; thousands and millions are 200k and 1m
      licence~=Apache*            a pattern
      release_date>=2026-06       a month or a year is meant whole
      retires_on, !retires_on     it is known, it is not known
      input_modalities.has_all=text,image    any operator of the rule language, after a dot

    Several must be true of the same offer. What is unknown is counted apart. Of several offers, a list has the lowest
    value, with + where another one has more and ? where one states none. It fits 100 columns: names that do not are
    cut or left out, ids never.

    JSON of a list: as_of, loaded, models or offers, unknown, left_off. A row has id, name, developer, family,
    openness, offers, matching, context_window, input_price, output_price, each of these three {lowest, highest,
    unknown} over the offers that match; with --offers model, offer, name, developer, family, openness, provider,
    region and the three as they are. A row of unknown names in unknown what would have to be known.

    JSON of a model: as_of, model {id, name, listed, extends, extended_by, attributes, unknown, offers}, sources.
    An attribute has value, sources, unit, and what there is of dated, stated_before, disputed, replaced,
    inherited_from, by (rules that conclude it), against (that conclude another value), tried (that are all false).

    Exit status: 0 something was printed, 2 something is wrong with the input, such as a name that nothing has.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    knowledge = options.load(given).knowledge
    as_of = knowledge.day().first if given["as_of"] is None else given["as_of"].date()
    searching = any(given[name] for name in SEARCHING) or not all(_is_name(word, knowledge, as_of) for word in words)
    if searching or not words:
        _list(knowledge, words, as_of, given)
        return
    if given["output"] == "csv":
        raise click.UsageError("--format csv goes with a list", ctx)
    if len(words) > 1:
        raise click.UsageError("show one model at a time; llmrules compare puts two side by side in a case", ctx)
    _show(knowledge, words[0], as_of, given)


def _is_name(word: str, knowledge: Knowledge, as_of: date) -> bool:
    """Whether a word names an entry: one that is listed, or one that is not where no listed model mentions the word."""
    if word not in knowledge.catalog.models:
        return False
    return word in knowledge.models or not select(knowledge.criteria_on(as_of).candidates, (word,), ALWAYS).found


def _list(knowledge: Knowledge, words: Sequence[str], as_of: date, given: dict[str, Any]) -> None:
    vocabulary = knowledge.ruleset.vocabulary
    table = written_condition(given["where"], vocabulary, option="--where")
    candidates = knowledge.criteria_on(as_of).candidates
    selection = select(candidates, words, table)
    if words and not (selection.found or selection.unknown):
        _check_words(candidates, words, catalog=tuple(knowledge.catalog.models))
        if not select(candidates, words, ALWAYS).found:
            print_note(Sentences(given["lang"])("words-apart"))
    text = given["output"] == "text"
    limit = given["limit"] or (ON_A_TERMINAL if text and for_a_person(sys.stdout) else None)
    listing = list_found(selection, vocabulary, as_of, offers=given["offers"], limit=limit)
    if given["output"] == "json":
        print_json(listing.to_json())
    elif given["output"] == "csv":
        print_plain(listing.to_csv(unknown=given["list_unknown"]))
    else:
        print_lines(listing.lines(vocabulary, given["lang"], unknown=given["list_unknown"], width=page_width()))


def _check_words(candidates: Candidates, words: Sequence[str], *, catalog: Sequence[str]) -> None:
    """Raise for words that nothing has: each one, or, where another word is an id, those that were to be one."""

    def found(*some: str) -> bool:
        return bool(select(candidates, some, ALWAYS).found)

    if found(*words):
        return  # it is the condition that nothing satisfies
    wrong = [word for word in words if not found(word)]
    if not wrong and any(word in catalog for word in words):
        wrong = [word for word in words if word not in catalog]
    if wrong:
        message = "names no model of the catalogue, and occurs in no id, name, developer or family"
        if all(found(word) for word in wrong):
            message = "names no model of the catalogue"
        raise LoadError(
            CatalogError(message, code="unknown-model", place=Place("models"), found=word, allowed=catalog)
            for word in wrong
        )


def _show(knowledge: Knowledge, name: str, as_of: date, given: dict[str, Any]) -> None:
    sheet = sheet_of(knowledge, name, as_of)
    if given["output"] == "json":
        print_json(sheet_json(sheet, knowledge))
    else:
        print_lines(text_lines(sheet_report(sheet, knowledge, given["lang"])))
