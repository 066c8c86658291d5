"""What a report asks: the six questions, what of each was not stated, and which would part those on the first place."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from llmrules.language.rules.rule import by_conclusion
from llmrules.language.vocabulary import SIX
from llmrules.say.report.entry import Entry
from llmrules.worlds.advice.parting import parting
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.decision.decision import Decision
    from llmrules.say.why import Explainer

BEST_FIT = "framework.fit"
"""The claim that says why there is no strongest model."""


class Questions:
    """Tells what can still be asked in the case of one trace."""

    def __init__(self, why: Explainer, decision: Decision | None = None) -> None:
        self.index, self.teller, self.say = why.index, why.teller, why.say
        self._decision = decision

    @cached_property
    def parting(self) -> dict[str, tuple[str, ...]]:
        """The requirements that would part those on the first place, each with the rules by which it would."""
        trace = self.index.trace
        return parting(self._decision or replay(trace.given)) if len(trace.found.result.best) > 1 else {}

    @cached_property
    def open_requirements(self) -> list[str]:
        """The requirements that rules waited for and that are the user's to state, in the order of asking."""
        concluded = by_conclusion(self.index.trace.given.rules).keys()
        waits = sorted(self.index.trace.found.waits, key=lambda wait: -len(wait.rules))
        asked = self.index.attributes
        return [one.requirement for one in waits if asked[one.requirement].ask or one.requirement not in concluded]

    def telling_apart(self) -> Iterator[Entry]:
        """Yield why several share the first place, and under each of the six questions what would part them."""
        tied = len(self.index.trace.found.result.best)
        if tied < 2:  # noqa: PLR2004 - one is not tied
            return
        yield Entry(self.best_fit(tied), sources=(BEST_FIT,) if BEST_FIT in self.index.claims else ())
        for question, names in self.by_question(self.parting):
            told = (f"{self.asking(name)} {self.by_rules(len(self.parting[name]))}" for name in names)
            yield Entry(question, children=tuple(map(Entry, told)))

    def best_fit(self, tied: int) -> str:
        """Return why several share the first place, and whether anything that can be stated would part them."""
        return self.say("best-fit" if self.parting else "best-fit-alike", count=tied)

    def open(self) -> Iterator[Entry]:
        """Yield the requirements that rules waited for, written out, under each of the six questions."""
        counts = {wait.requirement: len(wait.rules) for wait in self.index.trace.found.waits}
        for question, names in self.by_question(one for one in self.open_requirements if one not in self.parting):
            told = (f"{self.asking(name)} {self.by_rules(counts[name])}" for name in names)
            yield Entry(question, children=tuple(map(Entry, told)))

    def by_question(self, names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
        """Yield each of the six questions that one of some requirements answers, and these in their order."""
        order = {topic: place for place, topic in enumerate(SIX)}

        def place(name: str) -> int:
            return order.get(self.index.attributes[name].topic or "", len(SIX))

        for number, its in groupby(sorted(names, key=place), key=place):
            yield self.say(f"question.{SIX[number] if number < len(SIX) else 'other'}"), [*its]

    def asking(self, name: str) -> str:
        """Return the question for a requirement, after the name by which it is stated."""
        ask = self.index.attributes[name].ask
        return f"{name}: {self.say.read(ask) if ask is not None else self.teller.label(name)}"

    def by_rules(self, count: int) -> str:
        """Return, in brackets, by how many rules."""
        return f"({self.say('rules', count=count)})"
