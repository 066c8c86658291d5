"""``llmrules ask``: an interview, which asks only what can still change the answer."""

from __future__ import annotations

import re
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click
from attrs import field, frozen

from llmrules.advisor import Decision
from llmrules.cli import options
from llmrules.cli.answers import BACK, FINISH, HELP, UNKNOWN, Answers, understood
from llmrules.cli.case import stating
from llmrules.cli.outputs import refuse_overwriting
from llmrules.cli.terminal import Status, clear, page_width, print_lines, print_note, print_plain
from llmrules.errors import FileError, LlmrulesError, Place, ProfileError, nearest
from llmrules.language.profile import Requirement, read_profile
from llmrules.language.texts import Language
from llmrules.language.values import Period, Value
from llmrules.language.vocabulary import AS_OF, Attribute
from llmrules.reading.files import Source, write_whole
from llmrules.reading.syntax import toml_text
from llmrules.say.interview import Interviewer
from llmrules.say.report.screen import screen_lines
from llmrules.say.teller import Line, printable_lines
from llmrules.worlds.advice.asking import Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal


STATING = re.compile(r"([a-z][a-z0-9_]*)\s*=(.*)")
"""An answer to another question than the one that is asked."""


@click.command(short_help="Be asked what matters, and decide.")
@click.argument("profile", required=False, type=options.ProfilePath())
@stating("What is stated from the beginning.")
@click.option("--answers", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
              help="Read the answers from this file, one a line; - is standard input.")  # fmt: skip
@click.option("--save", type=options.PATH, metavar="FILE", help="Write what was answered as a profile.")
@options.knowledge
@options.policy
@options.language
@click.pass_context
def ask(ctx: click.Context, /, profile: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Ask what can still change the answer, what matters most first, show what each answer does, and decide.

    A question is answered by the number or the name of an answer, several with commas between them, or by a value:
    200k, yes, 2026-12-31. Enter says that you do not know; b goes back, q finishes, ? tells what each answer would do,
    and budget=tight answers another question than the one that is asked.

    \b
      llmrules ask
      llmrules ask --save profile.toml
      llmrules ask example:hospital-records --lang ko
      printf '%s\\n' tasks=coding context_tokens=200k | llmrules ask --answers -

    On a terminal the ranking stays in sight; elsewhere every line is printed once, one under the other. With --answers
    a line that is no answer ends the interview, and where the lines end, it is finished.

    Exit status: 0 there is a choice, 3 nothing is eligible or the case is refused, 2 something is wrong with the input.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    answers = given["answers"]
    case_file = None if profile in (None, "-") else Path(profile)
    if profile == "-" and (answers is None or str(answers) == "-"):
        raise click.UsageError("standard input cannot be both the profile and the answers", ctx)
    refuse_overwriting([case_file, answers, *options.files_read(given)], [given["save"]])
    if given["save"] is not None:
        _refuse_losing(given["save"])
    advisor = options.load(given)
    vocabulary = advisor.knowledge.ruleset.vocabulary
    source = options.read_profile_source(profile, given["settings"], vocabulary)
    before = advisor.decide(read_profile(source, vocabulary), unknown=given["unknown"], keep_promises=False)
    decision = interviewed(before, given["lang"], answers)
    print_lines(
        [Line("blank"), *screen_lines(decision.trace, given["lang"], width=page_width(), advice=decision.counsel)]
    )
    say = Interviewer(decision, given["lang"]).say
    if given["save"] is not None:
        write_whole(given["save"], _profile(source, decision, given["lang"]))
        print_plain(f"\n{say('ask-saved', file=quote(given['save'].as_posix()))}")
    elif stated := " ".join(_options(before, decision)):
        print_plain(f"\n{say('ask-again', options=stated)}")
    decision.check_promises()
    ctx.exit(Status.FINE if decision.best else Status.NOTHING_ELIGIBLE)


def _refuse_losing(target: Path) -> None:
    """Refuse a file in which the answers cannot be kept, before anything is asked. Raises FileError."""
    place = Place(target.as_posix())
    if target.exists():
        message = "is there already: nothing was asked"
        raise FileError(message, code="exists", place=place, hint="name another file")
    if not target.absolute().parent.is_dir():
        raise FileError("lies in no folder that is there: nothing was asked", code="no-file", place=place)


def interviewed(decision: Decision, language: Language, answers: Path | None = None) -> Decision:
    """Ask what still matters, beginning with a decision, and return the one that the answers lead to.

    ``answers`` is a file of those given beforehand; else they are typed. Raises ProfileError for one of those given
    that is none.
    """
    return _Interview(decision, language, Answers.of(answers)).conduct()


@frozen
class _Step:
    """A decision on the way, the one before the last answer, and what nobody knew until then."""

    decision: Decision
    before: Decision | None = None
    open: frozenset[str] = frozenset()


@frozen
class _Asked:
    """The question that is next, with how many others matter, and whether only together with another."""

    attribute: Attribute
    question: Question | None
    left: int = 0
    beside: str | None = None


@frozen
class _Interview:
    """Asks one question after the other; each answer is a decision of its own, so that all can be taken back."""

    first: Decision
    language: Language
    answers: Answers
    steps: list[_Step] = field(factory=list)

    def conduct(self) -> Decision:
        """Ask until nothing matters any more, or nobody answers any more."""
        words = Interviewer(self.first, self.language)
        self.steps.append(_Step(self.first))
        while True:
            step = self.steps[-1]
            asked = self._next(step)
            if asked is None:
                return step.decision
            self._show(words, step, asked)
            if not self._answered(words, step, asked):
                return self.steps[-1].decision

    def _next(self, step: _Step) -> _Asked | None:
        """Return the first question that still matters, of those to which no answer is known."""
        vocabulary = step.decision.knowledge.ruleset.vocabulary
        found = step.decision.counsel.questions_alone
        questions = [one for one in found.questions if one.attribute not in step.open]
        if questions:
            first = questions[0]
            return _Asked(vocabulary[first.attribute], first, len(questions) - 1)
        together = step.decision.next_questions
        for pair in together.pairs:
            if step.open.isdisjoint(pair.attributes):
                one, other = pair.attributes
                return _Asked(vocabulary[one], None, 1, other)
        say = Interviewer(step.decision, self.language).say
        still = [one.attribute for one in found.questions]
        if still:
            print_note(say("ask-left-open", names=", ".join(still)))
        else:
            print_note(say("ask-done" if together.complete else "ask-done-alone"))
        return None

    def _show(self, words: Interviewer, step: _Step, asked: _Asked) -> None:
        """Show where the models stand, and the question."""
        if self.answers.lines is None and clear():
            print_lines(words.standing(step.decision, step.before, page_width()))
        else:
            print_lines(words.briefly(step.decision))
        question = words.question(asked.attribute, number=len(self.steps), left=asked.left, beside=asked.beside)
        print_lines([Line("blank"), *question])

    def _answered(self, words: Interviewer, step: _Step, asked: _Asked) -> bool:
        """Take answers until one leads to another step; tell whether the interview goes on."""
        while True:
            typed = self.answers.next()
            if typed is None or typed.casefold() in FINISH:
                return False
            if typed.casefold() in HELP:
                print_lines(words.answers(step.decision, asked.question))
            elif typed.casefold() in BACK:
                if len(self.steps) > 1:
                    self.steps.pop()
                    return True
                print_note(words.say("ask-nothing-back"))
            elif typed.casefold() in UNKNOWN:
                self.steps.append(_Step(step.decision, step.decision, step.open | {asked.attribute.name}))
                return True
            elif (then := self._decided(words, step, asked.attribute, typed)) is not None:
                self.steps.append(_Step(then, step.decision, step.open))
                return True

    def _decided(self, words: Interviewer, step: _Step, asked: Attribute, typed: str) -> Decision | None:
        """Return the decision after an answer, or say why it is none."""
        vocabulary = step.decision.knowledge.ruleset.vocabulary
        other = STATING.fullmatch(typed)
        if other is not None and other[1] in vocabulary.names("requirement"):
            asked, typed = vocabulary[other[1]], other[2].strip()
        value = understood(asked, typed, words.choices(asked))
        if value is None:
            names = [*asked.choice_ids, *vocabulary.names("requirement")] if other is not None else asked.choice_ids
            self._refuse(words.misunderstood(asked, typed, nearest(typed, names)), typed, asked.choice_ids)
            return None
        try:
            return step.decision.what_if({asked.name: value})
        except LlmrulesError as error:
            self._refuse(str(error), typed)
            return None

    def _refuse(self, said: str, typed: str, allowed: Sequence[str] = ()) -> None:
        """Say what is wrong with an answer. Raises ProfileError for one that was given beforehand."""
        if self.answers.lines is not None:
            raise ProfileError(said, code="no-answer", place=self.answers.place, found=typed, allowed=allowed)
        print_note(said)


# What is kept


def _profile(source: Source, decision: Decision, language: Language) -> str:
    """Return what was answered as a profile, with its questions; its file keeps all else but what it expects."""
    head = {key: value for key, value in source.data.items() if key not in {"requirements", "expect"}}
    lines = [toml_text(head, several_lines=True)] if head else []
    lines.append("[requirements]")
    vocabulary = decision.knowledge.ruleset.vocabulary
    for one in _stated(decision):
        attribute = vocabulary[one.attribute]
        if attribute.ask is not None:
            lines.append(f"# {printable_lines(attribute.ask.read(language))}")
        lines.append(toml_text({one.attribute: _written(attribute, one.value)}).rstrip())
    return "\n".join(lines) + "\n"


def _options(before: Decision, after: Decision) -> Iterator[str]:
    """Yield the options that state what was answered."""
    vocabulary = after.knowledge.ruleset.vocabulary
    for one in _stated(after):
        if one not in before.profile.requirements:
            value = _written(vocabulary[one.attribute], one.value)
            said = ",".join(value) if isinstance(value, list) else str(value)
            yield f"--set {quote(f'{one.attribute}={said.lower() if isinstance(value, bool) else said}')}"


def _stated(decision: Decision) -> Iterable[Requirement]:
    """Return what is stated, and the day: so that it can be told later whether the choice has changed."""
    return (one for one in decision.profile.requirements if one.origin == "stated" or one.attribute == AS_OF.name)


def _written(attribute: Attribute, value: Value) -> bool | str | int | Decimal | date | list[str]:
    """Return a value as TOML holds it."""
    if isinstance(value, Period):
        return value.first
    if isinstance(value, frozenset):
        return [one for one in attribute.choice_ids if one in value]
    return value
