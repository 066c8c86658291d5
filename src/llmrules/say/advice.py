"""Advice in words: what cannot be had together, what would help, what to ask and to find out, and how firm it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.language.values import encode_fraction
from llmrules.say.teller import Line, Teller

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.decision.decision import Decision
    from llmrules.language.texts import Language
    from llmrules.language.values import Value
    from llmrules.worlds.advice.asking import Answer, Questions
    from llmrules.worlds.advice.finding_out import Worth
    from llmrules.worlds.advice.firmness import Firmness, ShelfLife, Stays, WeightStays
    from llmrules.worlds.advice.relaxing import Found, Relaxation
    from llmrules.worlds.changes import Stated

MOST_LINES = 8
"""Changes, questions, pairs and values that are told of one kind; JSON has all."""

MOST_VALUES = 4
"""Answers and values that one line tells."""


class Adviser:
    """Tells the advice on one decision in one language."""

    def __init__(self, decision: Decision, language: Language) -> None:
        """Take the names and what is stated from a decision."""
        knowledge = decision.knowledge
        self._teller = Teller(language, knowledge.ruleset.vocabulary, knowledge.catalog)
        self._say = self._teller.say
        self._stated = {one.attribute: one.value for one in decision.profile.requirements}

    def conflict_sets(self, found: Found[tuple[str, ...]]) -> Iterator[Line]:
        """Yield which requirements cannot be had together."""
        lines = [
            self._line("conflict-set", labels=self._labels(one)) if one else self._line("nobody-anyway")
            for one in found.ways[:MOST_LINES]
        ]
        yield from self._section("advised.conflict-sets", lines, len(found.ways))

    def relaxations(self, found: Found[Relaxation]) -> Iterator[Line]:
        """Yield the least changes that bring somebody back; nothing where somebody is eligible as it is."""
        ways = [one for one in found.ways if one.changes]
        lines = [self._line("relax-brings", changes=self._changes(one), names=self._names(one.brings))
                 for one in ways[:MOST_LINES]]  # fmt: skip
        if lines and not found.complete:
            lines.append(self._line("search-cut", size=found.up_to))
        yield from self._section("advised.relaxations", lines, len(ways))

    def next_questions(self, found: Questions) -> Iterator[Line]:
        """Yield what still matters: each question with what its answers would do."""
        lines = []
        for question in found.questions[:MOST_LINES]:
            origin = self._say("question-parts") if question.parts else ""
            attribute = self._teller.attributes[question.attribute]
            asked = self._say.read(attribute.ask) if attribute.ask is not None else self._teller.label(attribute.name)
            lines.append(Line("line", asked, 2, "?", origin and f"({origin})"))
            telling = [one for one in question.answers if one.changes(found.first)]
            lines += [self.answer(question.attribute, answer) for answer in telling[:MOST_VALUES]]
        lines += [self._line("question-pair", labels=self._labels(one.attributes)) for one in found.pairs[:MOST_LINES]]
        if not lines and found.complete:
            lines.append(self._line("no-question"))
        if not found.complete:
            lines.append(self._line("pairs-cut"))
        yield from self._section("advised.next-questions", lines, len(found.questions))

    def answer(self, attribute: str, answer: Answer) -> Line:
        """Return what an answer would do."""
        names = self._names(answer.first) if answer.first else self._say("question-nobody")
        said = self._say("question-answer", value=self._value(attribute, answer.value), names=names)
        for sentence, models in (("question-gains", answer.gains), ("question-loses", answer.loses)):
            if models:
                said += self._say(sentence, names=self._names(models))
        return Line("line", said, 4)

    def worth(self, found: Worth) -> Iterator[Line]:
        """Yield what is worth finding out."""
        lines = []
        for one in found.values[:MOST_LINES]:
            name = one.model if one.offer is None else f"{one.model} @ {one.offer}"
            alike = (value for value, first in zip(one.values, one.first, strict=True) if first == one.first[0])
            values = [self._value(one.attribute, value) for value in alike]
            lines.append(
                self._line(
                    "worth-member" if one.member else "worth-value",
                    label=self._teller.label(one.attribute),
                    name=self._teller.name(name),
                    values=self._teller.several(values, MOST_VALUES),
                    first=self._names(one.first[0]) if one.first[0] else self._say("question-nobody"),
                )
            )
        if not found.complete:
            lines.append(self._line("worth-cut"))
        yield from self._section("advised.worth", lines, len(found.values))

    def firmness(self, found: Firmness | None) -> Iterator[Line]:
        """Yield how firm the first place is; nothing where nobody has it."""
        if found is None:
            return
        names = self._names(found.first)
        if found.margin is None:
            lines = [self._line("firm-alone", names=names)]
        else:
            points = self._teller.points(encode_fraction(found.margin))
            lines = [self._line("firm-margin", names=names, points=points)]
        lines += [line for one in found.requirements for line in self._stays(one)]
        lines += [line for weight in found.weights for line in self._weight(weight)]
        if found.rests_on:
            lines.append(self._line("firm-rests", rules=self._teller.several(found.rests_on, MOST_LINES)))
        lines += [self._line("firm-disputed", label=self._teller.label(name), name=self._teller.name(model))
                  for model, name in found.disputed]  # fmt: skip
        lines.append(self._until(found.until))
        yield from self._section("advised.firmness", lines, len(lines))

    def _stays(self, one: Stays) -> Iterator[Line]:
        """Yield the bounds of a requirement, of those that it has."""
        label, attribute = self._teller.label(one.attribute), self._teller.attributes[one.attribute]
        bounds = []
        if one.low is not None:
            name = "bound-from" if one.low_included else "bound-above"
            bounds.append(self._say(name, value=self._value(one.attribute, one.low)))
        if one.high is not None:
            name = "bound-to" if one.high_included else "bound-below"
            bounds.append(self._say(name, value=self._value(one.attribute, one.high)))
        if bounds:
            yield self._line("firm-stays", label=label, bounds=self._say("bounds-joined").join(bounds))
        if attribute.type not in {"flag", "choice"}:
            return
        several = len(attribute.choices) or len((False, True))
        if not one.others:
            yield self._line("firm-only", label=label)
        elif len(one.others) + 1 < several:
            values = [self._value(one.attribute, value) for value in one.others]
            yield self._line("firm-others", label=label, values=self._teller.several(values, MOST_VALUES))

    def _weight(self, one: WeightStays) -> Iterator[Line]:
        if one.high is not None:
            yield self._line("firm-weight", rule=one.rule, weight=one.weight, low=one.low, high=one.high)
        elif one.low > 1:
            yield self._line("firm-weight-up", rule=one.rule, weight=one.weight, low=one.low)

    def _until(self, life: ShelfLife | None) -> Line:
        if life is None:
            return self._line("firm-lasting")
        rules = dict.fromkeys((*life.end, *life.begin, *(rule for _, its in life.excluded for rule in its)))
        origin = f"[{', '.join(rules)}]" if rules else ""
        day = life.day.isoformat()
        if not life.first:
            return Line("line", self._say("firm-until-nobody", day=day), 2, "!", origin)
        return Line("line", self._say("firm-until", day=day, names=self._names(life.first)), 2, "!", origin)

    def _section(self, heading: str, lines: Sequence[Line], told: int) -> Iterator[Line]:
        if lines:
            yield Line("blank")
            yield Line("heading", self._say(heading))
            yield from lines
            if told > MOST_LINES and heading != "advised.firmness":
                yield Line("line", self._say("more-differences", more=told - MOST_LINES), 2)

    def _line(self, sentence: str, **slots: int | str) -> Line:
        return Line("line", self._say(sentence, **slots), 2)

    def _changes(self, way: Relaxation) -> str:
        return self._say("joined-tests").join(map(self._change, way.changes))

    def _change(self, change: Stated) -> str:
        label = self._teller.label(change.attribute)
        if change.value is None:
            return self._say("relax-drop", label=label)
        value, stated = (self._value(change.attribute, one) for one in (change.value, self._stated[change.attribute]))
        return self._say("relax-change", label=label, value=value, stated=stated)

    def _value(self, attribute: str, value: Value) -> str:
        return self._teller.value(self._teller.attributes[attribute], value)

    def _labels(self, names: Iterable[str]) -> str:
        return ", ".join(map(self._teller.label, names))

    def _names(self, names: Iterable[str]) -> str:
        return self._teller.names(names, MOST_VALUES)
