"""An interview in words: where the models stand after each answer, the next question, and how it may be answered."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from llmrules.language.values import encode_fraction
from llmrules.say.advice import Adviser
from llmrules.say.columns import Column, aligned
from llmrules.say.teller import Line, Teller, number_words, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules.decision.decision import Decision
    from llmrules.language.texts import Language
    from llmrules.language.vocabulary import Attribute
    from llmrules.worlds.advice.asking import Question

MOST_PLACES = 5
"""Places that are in sight while somebody answers."""

MOST_SHARING = 4
"""Models that one place names."""


class Interviewer:
    """Says all that an interview on one case says, in one language."""

    def __init__(self, decision: Decision, language: Language) -> None:
        """Take the names from a decision."""
        self._teller = Teller(language, decision.knowledge.ruleset.vocabulary, decision.knowledge.catalog)
        self._language = language
        self.say = self._teller.say

    # Where the models stand

    def standing(self, decision: Decision, before: Decision | None, width: int) -> Iterator[Line]:
        """Yield the first places, each with how it moved by the last answer."""
        earlier = {} if before is None or before.refused else {one.model: one.place for one in before.ranking}
        rows: list[list[str]] = []
        for place, its in groupby(() if decision.refused else decision.ranking, lambda one: one.place):
            if len(rows) == MOST_PLACES:
                break
            placed = tuple(its)
            names = self._teller.names([one.model for one in placed], MOST_SHARING)
            points = self._teller.tiers(*map(encode_fraction, (placed[0].points, *placed[0].then)))
            moves = {self._moved(place, earlier.get(one.model)) for one in placed} if before is not None else {""}
            rows.append([f"{place}.", names, points, moves.pop() if len(moves) == 1 else ""])
        columns = (Column("", right=True), Column("", least=12), Column("", right=True), Column(""))
        yield from (Line("line", text) for text in [*aligned(columns, rows, width)][1:])
        yield Line("line", self._counted(decision), tone="" if rows else "bad")
        yield from self._clashing(decision)

    def briefly(self, decision: Decision) -> Iterator[Line]:
        """Yield who is first on one line, for whoever has it read out."""
        said = self._counted(decision)
        if decision.best:
            first = decision.ranking[0]
            points = self._teller.points(encode_fraction(first.points), map(encode_fraction, first.then))
            names = self._teller.names(decision.best, MOST_SHARING)
            said = f"{self.say('ask-first', names=names, points=points)} {said}"
        yield Line("line", said)
        yield from self._clashing(decision)

    def _clashing(self, decision: Decision) -> Iterator[Line]:
        """Yield what was answered against what follows from other answers."""
        labels = [self._teller.label(one.attribute) for one in decision.conflicts if not one.widened]
        if labels:
            yield Line("line", self.say("ask-clash", labels=", ".join(labels)), mark="!", tone="open")

    def _counted(self, decision: Decision) -> str:
        if decision.refused:
            return self.say("refused")
        eligible, unverified, excluded = len(decision.ranking), len(decision.unverified), len(decision.excluded)
        counted = self.say("ask-counts", eligible=eligible, unverified=unverified, excluded=excluded)
        return counted if eligible else f"{self.say('none-known' if unverified else 'none-fits')} {counted}"

    def _moved(self, place: int, earlier: int | None) -> str:
        if earlier is None:
            return self.say("moved-in")
        if place == earlier:
            return ""
        return self.say("moved-up" if place < earlier else "moved-down", count=abs(place - earlier))

    # The question

    def question(self, asked: Attribute, *, number: int, left: int, beside: str | None) -> Iterator[Line]:
        """Yield a question with its answers; ``left`` more matter, and this one only together with ``beside``."""
        heading = self.say("ask-heading", number=number, left=left) if left else self.say("ask-last", number=number)
        yield Line("heading", heading)
        text = asked.ask or asked.about or asked.label
        yield Line("line", printable_lines(self.say.read(text)), origin=f"({asked.name})", tone="good")
        if beside is not None:
            yield Line("line", self.say("ask-beside", label=self._teller.label(beside)), 2)
        for place, words in enumerate(self.choices(asked), start=1):
            yield Line("line", words, 2, mark=str(place))
        how = self._how(asked)
        yield Line("line", f"{how} {self.say('ask-keys')}" if how else self.say("ask-keys"))

    def choices(self, asked: Attribute) -> Sequence[str]:
        """Return the answers that are numbered, in their order; none where a value is typed."""
        if asked.type == "flag":
            return self.say("yes"), self.say("no")
        return [printable_lines(self.say.read(one.means)) for one in asked.choices]

    def _how(self, asked: Attribute) -> str:
        """Return how a question is answered."""
        if asked.many:
            return self.say("ask-several")
        if asked.type == "number":
            unit = self.say.read(asked.unit) if asked.unit is not None else ""
            low, high = (None if one is None else (number_words(one), True) for one in (asked.minimum, asked.maximum))
            parts = [*filter(None, [unit, self._teller.bounds(low, high)])]
            return self.say("ask-number", about=f" ({': '.join(parts)})" if parts else "")
        return self.say(f"ask-{asked.type}") if asked.type in {"date", "text"} else ""

    def answers(self, decision: Decision, question: Question | None) -> Iterator[Line]:
        """Yield what each answer would do."""
        if question is None:
            yield Line("line", self.say("ask-no-answer-alone"), 2)
            return
        yield from (line for _, line in Adviser(decision, self._language).answers(question))

    def misunderstood(self, asked: Attribute, typed: str, close: str | None) -> str:
        """Return why what was typed is no answer, and what would be one."""
        said = self.say("ask-misunderstood", typed=printable_lines(typed))
        if close is not None:
            return f"{said} {self.say('ask-close', name=close)}"
        one = self.say("ask-one") if self.choices(asked) else ""
        return " ".join(filter(None, [said, one, self._how(asked)]))
