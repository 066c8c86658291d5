"""What to ask next: the requirements not stated yet whose answer can still change the outcome, by how much it can.

Each answer is tried, alone; those that matter only together with another are looked for in pairs. So a requirement
that is not listed does not matter, unless more than two answers together do.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.language.values import Value
from llmrules.language.vocabulary import AS_OF, SIX
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.changes import Stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules.language.vocabulary import Attribute
    from llmrules.worlds.advice.outlook import Outlook
    from llmrules.worlds.world import World

MOST_PAIRED = 400
"""Worlds in which pairs of answers are tried, unless more are asked for."""


@frozen
class Answer:
    """One answer, who is first then, who becomes eligible and who no longer is, and what is in conflict then."""

    value: Value
    first: tuple[str, ...]
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    conflicts: tuple[str, ...]

    def changes(self, first: tuple[str, ...]) -> bool:
        """Whether it changes who is first, who is eligible, or leaves something in conflict."""
        return bool(self.gains or self.loses or self.conflicts) or self.first != first


@frozen
class Question:
    """A requirement that can still change the outcome, and what each answer would do.

    ``parts`` says that some answer leaves some of those alone that share the first place; ``changes_first``,
    ``changes_eligible`` and ``changes_conflicts`` are the shares of the answers that do. Where the question is not
    ``exact``, there may be other answers that do something else.
    """

    attribute: str
    answers: tuple[Answer, ...] = field(repr=lambda answers: f"<{len(answers)}>")
    parts: bool
    changes_first: Fraction
    changes_eligible: Fraction
    changes_conflicts: Fraction
    exact: bool


@frozen
class Pair:
    """Two requirements neither of which changes the outcome alone, with answers that do together."""

    attributes: tuple[str, str]
    values: tuple[Value, Value]
    first: tuple[str, ...]


@frozen
class Questions:
    """Who is first as it is, and all that still matters: questions, the first one first, and pairs.

    ``complete`` says that all pairs were tried; without questions and pairs nothing that anybody is asked matters any
    more.
    """

    first: tuple[str, ...]
    questions: tuple[Question, ...]
    pairs: tuple[Pair, ...]
    complete: bool


def next_questions(world: World, *, most: int = MOST_PAIRED, outlooks: Outlooks | None = None) -> Questions:
    """Return what to ask next in a case; ``most`` bounds the pairs of answers that are tried.

    ``outlooks`` are those of the world, if there are any yet.
    """
    return _Asking(world, outlooks or Outlooks(world)).questions(most)


class _Asking:
    def __init__(self, world: World, outlooks: Outlooks) -> None:
        vocabulary = world.knowledge.ruleset.vocabulary
        bands = outlooks.bands()
        self._outlooks = outlooks
        self._vocabulary = vocabulary
        self._now = self._outlooks.of()
        self._silent: set[str] = set()
        stated = {one.attribute for one in world.profile.requirements if one.origin == "stated"}
        asked = [one for one in vocabulary if _can_be_asked(one) and one.name not in stated]
        self._answers = {one.name: bands.answers(one) for one in asked}
        self._stated = {name: [Stated(name, value) for value in its.values] for name, its in self._answers.items()}

    def questions(self, most: int) -> Questions:
        """Return the questions that matter alone, and the pairs that matter only together."""
        found = [question for name in self._answers if (question := self._question(name)) is not None]
        ordered = tuple(sorted(found, key=self._order))
        alone = {question.attribute for question in found}
        rest = [name for name in self._answers if name not in alone]
        tried = 0
        pairs: list[Pair] = []
        for one, other in self._pairs(rest):
            tried += len(self._answers[one].values) * len(self._answers[other].values)
            if tried > most:
                return Questions(self._now.first, ordered, tuple(pairs), complete=False)
            pairs += self._pair(one, other)
        return Questions(self._now.first, ordered, tuple(pairs), complete=True)

    def _order(self, question: Question) -> tuple[object, ...]:
        """Return what orders questions: one that parts a tie, then roughly by how much their answers change.

        Of about equal ones the six questions give the order; in one of them what is chosen comes before a number.
        """
        attribute = self._vocabulary[question.attribute]
        topic = SIX.index(attribute.topic) if attribute.topic in SIX else len(SIX)
        shares = (question.changes_first, question.changes_eligible, question.changes_conflicts)
        ways = len({answer.first for answer in question.answers}) if attribute.choices else 0
        least = (-share for share in shares)
        return (
            not question.parts,
            -round(_effect(question, self._now.first)),
            topic,
            *least,
            -ways,
            question.attribute,
        )

    def _pairs(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Return the pairs that may matter together: those on both of which some rule depends come first.

        Of all others both must change something alone, be it nothing that anybody sees.
        """
        touched = {name: self._outlooks.touched(name) for name in names}
        joined, loud = [], []
        for one, other in combinations(sorted(names), 2):
            if touched[one] & touched[other]:
                joined.append((one, other))
            elif self._silent.isdisjoint((one, other)):
                loud.append((one, other))
        return [*joined, *loud]

    def _question(self, name: str) -> Question | None:
        answers = self._answers[name]
        seen = [self._outlooks.of(one) for one in self._stated[name]]
        if not any(map(self._matters, seen)):
            if all(one is self._now for one in seen):
                self._silent.add(name)
            return None
        now, count, found = self._now, len(seen), tuple(map(self._answer, answers.values, seen))
        return Question(
            attribute=name,
            answers=found,
            parts=any(one.first and {*one.first} < {*now.first} for one in seen),
            changes_first=Fraction(sum(one.first != now.first for one in seen), count),
            changes_eligible=Fraction(sum(bool(one.gains or one.loses) for one in found), count),
            changes_conflicts=Fraction(sum(one.conflicts != now.conflicts for one in seen), count),
            exact=answers.exact,
        )

    def _answer(self, value: Value, seen: Outlook) -> Answer:
        return Answer(value, seen.first, *self._now.differing(seen), seen.conflicts)

    def _pair(self, one: str, other: str) -> Iterator[Pair]:
        """Yield the first two answers that matter together."""
        for this, beside in self._outlooks.together(self._stated[one], self._stated[other]):
            seen = self._outlooks.of(this, beside)
            if self._matters(seen) and this.value is not None and beside.value is not None:
                yield Pair((one, other), (this.value, beside.value), seen.first)
                return

    def _matters(self, seen: Outlook) -> bool:
        now = self._now
        if seen is now:
            return False
        return seen.conflicts != now.conflicts or seen.first != now.first or any(now.differing(seen))


def _effect(question: Question, first: tuple[str, ...]) -> Fraction:
    """Return by how much the answers change who is first, of twice 1: how many do, and how far they lead apart.

    That is the chance that two answers put different ones first. An answer after which nobody fits leads nowhere: who
    asks has something to choose.
    """
    counts = Counter(answer.first for answer in question.answers if answer.first)
    if not counts:
        return Fraction(0)
    every = counts.total()
    alike = Fraction(sum(count * count for count in counts.values()), every * every)
    return Fraction(every - counts[first], len(question.answers)) + 1 - alike


def _can_be_asked(attribute: Attribute) -> bool:
    return attribute.scope == "requirement" and attribute.ask is not None and attribute.name != AS_OF.name
