"""``llmrules requirements``: what can be stated of a case, and what the catalogue says of models and offers."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click
from attrs import asdict, frozen

from llmrules.check.lint.rules import can_be_stated
from llmrules.check.lint.survey import Survey
from llmrules.cli import completion, options
from llmrules.cli.terminal import print_json, print_lines, print_plain
from llmrules.errors import Place, ProfileError
from llmrules.language.texts import Language, Text
from llmrules.language.vocabulary import SIX, Attribute, Scope
from llmrules.say.teller import Line, Sentences, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.decision.knowledge import Knowledge

TITLES: dict[str, Text] = {
    "requirement": Text("What can be stated of a case", "명시할 수 있는 요구사항"),
    "model": Text("What the catalogue says of a model", "카탈로그가 모델에 대해 말하는 것"),
    "offer": Text("What the catalogue says of an offer", "카탈로그가 제공 상품에 대해 말하는 것"),
}
READ_BY = Text("read by", "읽는 규칙")
NO_RULE = Text("no rule", "없음")
DEFAULT = Text("if nothing is stated", "명시하지 않으면")


@frozen
class Said:
    """One attribute as people are told of it, in one language."""

    name: str
    topic: str
    label: str
    question: str
    type: str
    unit: str
    choices: dict[str, str]
    default: str
    read_by: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Its type, with its unit."""
        return f"{self.type}, {self.unit}" if self.unit else self.type

    def mentions(self, word: str) -> bool:
        """Whether a word occurs in what is said of it."""
        told = (self.name, self.label, self.question, *self.choices, *self.choices.values())
        return any(word.casefold() in one.casefold() for one in told)


@click.command(short_help="List what can be stated, and which rules read it.")
@click.argument("words", nargs=-1, metavar="[NAME | WORD]...", shell_complete=completion.complete_requirements)
@click.option("--of", "scope", type=click.Choice(["requirement", "model", "offer"]), default="requirement",
              show_default=True, help="Of what: a case, a model, or an offer.")  # fmt: skip
@options.knowledge
@options.language
@options.printed("text", "json", "markdown")
def requirements(words: tuple[str, ...], scope: Scope, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """List what can be stated of a case by topic: the one with this NAME, or those that speak of every WORD.

    What rules alone conclude is left out. With --of, the attributes of models and of offers are listed, which
    conditions such as those of --only speak of.

    \b
      llmrules requirements
      llmrules requirements budget
      llmrules requirements data
      llmrules requirements --of offer price
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    language: Language = given["lang"]
    every = stateable(options.load(given).knowledge, scope, language)
    found = chosen(every, words)
    if not found:
        names = [one.name for one in every]
        message = f"is the name of nothing that can be said of {'a case' if scope == 'requirement' else f'the {scope}'}"
        raise ProfileError(
            message, code="unknown-requirement", place=Place("requirements"), found=" ".join(words), allowed=names
        )
    if given["output"] == "json":
        print_json(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    elif given["output"] == "markdown":
        print_plain("\n".join(markdown(found, scope, language)))
    else:
        print_lines(text(found, language, choices=len(found) <= MOST_IN_FULL))


MOST_IN_FULL = 3
"""How many are shown with their choices, each on a line."""


def stateable(knowledge: Knowledge, scope: Scope, language: Language) -> tuple[Said, ...]:
    """Return what can be stated, by topic in the order of the questions, then by name."""
    readers = Survey(knowledge).readers
    order = {topic: place for place, topic in enumerate(SIX)}
    said = [
        _said(attribute, tuple(sorted(readers.get(attribute.name, ()))), language)
        for attribute in knowledge.ruleset.vocabulary
        if attribute.scope == scope and (scope != "requirement" or can_be_stated(attribute))
    ]
    return tuple(sorted(said, key=lambda one: (order.get(one.topic, len(order)), one.topic, one.name)))


def _said(attribute: Attribute, readers: tuple[str, ...], language: Language) -> Said:
    asked = attribute.ask or attribute.about
    return Said(
        name=attribute.name,
        topic=attribute.topic or "",
        label=printable_lines(attribute.label.read(language)),
        question=printable_lines(asked.read(language)) if asked is not None else "",
        type=attribute.type,
        unit=printable_lines(attribute.unit.read(language)) if attribute.unit is not None else "",
        choices={one.id: printable_lines(one.means.read(language)) for one in attribute.choices},
        default="" if attribute.default is None else json.dumps(attribute.encode(attribute.default)),
        read_by=readers,
    )


def chosen(every: Sequence[Said], words: Sequence[str]) -> tuple[Said, ...]:
    """Return those that are named, else those that speak of every word."""
    named = tuple(one for one in every if one.name in words)
    if words and len(named) == len({*words}):
        return named
    return tuple(one for one in every if all(one.mentions(word) for word in words))


def _by_topic(found: Iterable[Said], language: Language) -> Iterator[tuple[str, list[Said]]]:
    say = Sentences(language)
    for topic, members in groupby(found, key=lambda one: one.topic):
        yield say(f"question.{topic or 'other'}") if topic in {*SIX, ""} else topic, list(members)


def text(found: Sequence[Said], language: Language, *, choices: bool) -> Iterator[Line]:
    """Yield the lines of a list; with ``choices`` each choice with what it means, and every rule."""
    topics = list(_by_topic(found, language))
    for number, (heading, members) in enumerate(topics):
        if number:
            yield Line("blank")
        if len(topics) > 1:
            yield Line("heading", heading)
        for one in members:
            yield Line("line", f"{one.name} ({one.kind}): {one.question or one.label}", 2)
            if one.default:
                yield Line("line", f"{DEFAULT.read(language)}: {one.default}", 6)
            if not choices:
                if one.choices:
                    yield Line("line", ", ".join(one.choices), 6)
                continue
            for name, means in one.choices.items():
                yield Line("line", f"{name}: {means}", 6)
            yield Line("line", f"{READ_BY.read(language)}: {', '.join(one.read_by) or NO_RULE.read(language)}", 6)


def markdown(found: Sequence[Said], scope: Scope, language: Language) -> Iterator[str]:
    """Yield a page: a section for each topic, where there are any, an entry for each that can be stated."""
    yield f"# {TITLES[scope].read(language)}"
    topics = list(_by_topic(found, language))
    level = "###" if len(topics) > 1 else "##"
    for heading, members in topics:
        if len(topics) > 1:
            yield from ("", f"## {heading}")
        for one in members:
            yield from ("", f"{level} `{one.name}`", "", f"*{one.kind}.* {_escaped(one.question or one.label)}")
            if one.default:
                yield from ("", f"{DEFAULT.read(language)}: `{one.default}`.")
            if one.choices:
                yield ""
            yield from (f"* `{name}`: {_escaped(means)}" for name, means in one.choices.items())
            rules = ", ".join(f"`{rule}`" for rule in one.read_by) or NO_RULE.read(language)
            yield from ("", f"{READ_BY.read(language)}: {rules}")


def _escaped(said: str) -> str:
    return "".join(f"\\{mark}" if mark in "\\`*_[]<>|#" else mark for mark in said)
