"""Advice in words: what cannot be had together, what would help, what to ask and to find out, and how firm it is."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cached_property
from itertools import groupby, islice
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.language.values import encode_fraction
from llmrules.language.vocabulary import AS_OF
from llmrules.say.firmness import FirmnessTeller
from llmrules.say.teller import Line, Teller, first_sentence
from llmrules.trace.found import LeafOutcome, TestRecord
from llmrules.worlds.advice.bands import Bands
from llmrules.worlds.changes import Stated
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from llmrules.decision.decision import Decision
    from llmrules.language.texts import Language
    from llmrules.language.values import Value
    from llmrules.say.why import Explainer
    from llmrules.worlds.advice.asking import Answer, Question, Questions
    from llmrules.worlds.advice.finding_out import Worth
    from llmrules.worlds.advice.firmness import Firmness
    from llmrules.worlds.advice.relaxing import Found, Gap, NearMiss, Relaxation

MOST_LINES = 8
"""Changes, questions, pairs and values that are told of one kind; JSON has all."""

MOST_VALUES = 4
"""Answers and values that one line tells."""

MOST_GAPS = 2
"""Gaps that one line tells."""


class Adviser:
    """Tells the advice on one decision in one language."""

    def __init__(self, decision: Decision, language: Language, why: Explainer | None = None) -> None:
        """Take the names and what is stated from a decision; who explains it knows the reasons of rules."""
        knowledge = decision.knowledge
        self._teller = Teller(language, knowledge.ruleset.vocabulary, knowledge.catalog)
        self._say = self._teller.say
        self._decision, self._why = decision, why
        self.firm = FirmnessTeller(decision, self._teller)
        self._stated = {one.attribute: one.value for one in decision.profile.requirements}

    def conflict_sets(self, found: Found[tuple[str, ...]]) -> Iterator[Line]:
        """Yield which requirements cannot be had together, each with its rules, whose reasons are said once."""
        lines: list[Line] = []
        said: set[str] = set()
        for names in found.ways[:MOST_LINES]:
            stated = [f"{self._teller.label(name)}: {self._value(name, self._stated[name])}" for name in names]
            joined = self._say("joined-tests").join(stated)
            sentence = ("nobody-anyway", "conflict-alone", "conflict-set")[min(len(names), 2)]
            lines.append(self._line(sentence, labels=joined))
            for rule, models in by_reason(self._failing(names)):
                told = self._say("conflict-rule", names=self._names(models), reason=self._reason(rule, said))
                lines.append(Line("line", told, 4, origin=self._place(rule)))
        yield from self._section("advised.conflict-sets", lines, len(found.ways))

    def _failing(self, names: Collection[str]) -> dict[str, Collection[str]]:
        """Return the rules by which each model is out where nothing but some requirements is stated."""
        stated = (one.attribute for one in self._decision.profile.requirements if one.origin == "stated")
        dropped = [Stated(one, None) for one in stated if one not in names and one != AS_OF.name]
        there = World.of(self._decision).changed(*dropped)
        assert there is not None  # noqa: S101 - the rules and the catalogue are the same
        found = there.decide()
        if found.refused:
            return dict.fromkeys((model.id for model in self._decision.knowledge.catalog.listed), found.refused)
        return {one.model: one.by for one in found.excluded}

    def _reason(self, rule: str, said: set[str]) -> str:
        """Return the reason of a rule, the first time."""
        if rule in said or self._why is None:
            return self._say("as-above")
        said.add(rule)
        return first_sentence(self._why.index.because(rule))

    def _place(self, rule: str) -> str:
        """Return a rule with the file and the line where it stands."""
        places = () if self._why is None else self._why.index.trace.made_by.places
        stands = next((f", {one.file}:{one.line}" for one in places if one.rule == rule), "")
        return f"[{rule}{stands}]"

    def relaxations(self, found: Found[Relaxation]) -> Iterator[Line]:
        """Yield the least changes that bring somebody back; nothing where somebody is eligible as it is."""
        told = self.helping(found)
        lines = [Line("line", said, 2) for said in told[:MOST_LINES]]
        if lines and not found.complete:
            lines.append(self._line("search-cut", size=found.up_to))
        yield from self._section("advised.relaxations", lines, len(told))

    def helping(self, found: Found[Relaxation]) -> list[str]:
        """Return each change that brings somebody back; of those on the same that bring the same, the least."""
        return [self._say("relax-brings", changes=self._changes(one), names=self._names(one.brings))
                for one in _apart(found.ways)]  # fmt: skip

    def near_misses(self, found: Found[NearMiss]) -> Iterator[Line]:
        """Yield the models that are nearest to being eligible, with what stands in their way."""
        yield from self._section("advised.near-misses", [Line("line", one, 2) for one in self.missing(found)], 0)

    def missing(self, found: Found[NearMiss]) -> list[str]:
        """Return what stands in the way of each of some models, and by how much it falls short."""
        said = []
        for one in found.ways:
            gaps = [*filter(None, dict.fromkeys(map(self._gap, one.gaps)))]
            gap = self._say("near-gap", gaps=self._teller.several(gaps, MOST_GAPS)) if gaps else ""
            name, labels = self._teller.name(one.model), self._labels(one.requirements)
            said.append(self._say("near-miss", name=name, labels=labels, gap=gap))
        return said

    def _gap(self, gap: Gap) -> str:
        """Return by how much a model fails one test, where that has a measure."""
        attribute = self._teller.attributes[gap.attribute]
        asked = (TestRecord(gap.operator, (False,)),)
        said = self._teller.gap(attribute, asked, LeafOutcome("false", None, (gap.gap,)))
        return said and f"{self._teller.label(gap.attribute)}: {said}"

    def toward(self, model: str, found: tuple[Found[Relaxation], Found[Relaxation]]) -> Iterator[Line]:
        """Yield what it takes for a model to be eligible, and to be first; nothing of what it is already."""
        for sentence, its in zip(("advised.to-be-eligible", "advised.to-be-first"), found, strict=True):
            ways = _apart(its.ways)
            if any(not one.changes for one in its.ways):
                continue
            points = (self._teller.points(encode_fraction(one.brings[model])) for one in ways)
            told = zip(map(self._changes, ways), points, strict=True)
            lines = [self._line("toward", changes=one, points=its) for one, its in islice(told, MOST_LINES)]
            if not its.complete or not lines:
                lines.append(self._line("search-cut" if lines else "toward-nothing", size=its.up_to))
            yield from self._section(sentence, lines, len(ways), name=self._teller.name(model))

    def next_questions(self, found: Questions) -> Iterator[Line]:
        """Yield what still matters: each question with what its answers would do."""
        lines = []
        for question in found.questions[:MOST_LINES]:
            origin = self._say("question-parts") if question.parts else ""
            attribute = self._teller.attributes[question.attribute]
            asked = self._say.read(attribute.ask) if attribute.ask is not None else self._teller.label(attribute.name)
            lines.append(Line("line", asked, 2, "?", origin and f"({origin})"))
            telling = (line for answer, line in self.answers(question) if answer.changes(found.first))
            lines += islice(telling, MOST_VALUES)
        lines += [self._line("question-pair", labels=self._labels(one.attributes)) for one in found.pairs[:MOST_LINES]]
        if not lines:
            lines.append(self._line("no-question" if found.complete else "no-question-alone"))
        elif not found.complete:
            lines.append(self._line("pairs-cut"))
        yield from self._section("advised.next-questions", lines, len(found.questions))

    def answers(self, question: Question) -> Iterator[tuple[Answer, Line]]:
        """Yield what each answer would do; those that do the same are told as one."""
        attribute = self._teller.attributes[question.attribute]
        answers = [evolve(one, value=False) for one in question.answers]
        if attribute.type in {"number", "date"}:
            for does, members in groupby(range(len(answers)), key=answers.__getitem__):
                places = [*members]
                yield does, self._answer(self._between(question, places[0], places[-1]), does)
            return
        for does in dict.fromkeys(answers):
            its = [one.value for one, other in zip(question.answers, answers, strict=True) if other == does]
            values = self._teller.several([self._value(attribute.name, value) for value in its], MOST_VALUES)
            yield does, self._answer(values, does)

    def _between(self, question: Question, first: int, last: int) -> str:
        """Return the numbers or days from one of those that were tried to another one, in words.

        Of numbers, each second one stands for all between those beside it; on days the outcome turns where they do.
        """
        values = [self._value(question.attribute, one.value) for one in question.answers]
        number = self._teller.attributes[question.attribute].type == "number"
        low, high = None, None
        if first > 0:
            low = (values[first - 1], False) if number and first % 2 else (values[first], True)
        if last < len(values) - 1:
            high = (values[last + 1], False) if number and last % 2 else (values[last], True)
        if low is not None and low == high:
            return values[first]
        return self._teller.bounds(low, high) or self._say("bound-any")

    def _answer(self, values: str, answer: Answer) -> Line:
        """Return what some answers would do."""
        names = self._names(answer.first) if answer.first else self._say("question-nobody")
        said = self._say("question-answer", value=values, names=names)
        for sentence, models in (("question-gains", answer.gains), ("question-loses", answer.loses)):
            if models:
                said += self._say(sentence, names=self._names(models))
        return Line("line", said, 4)

    def worth(self, found: Worth) -> Iterator[Line]:
        """Yield what is worth finding out."""
        lines = []
        for one in found.values[:MOST_LINES]:
            alike = (value for value, first in zip(one.values, one.first, strict=True) if first == one.first[0])
            values = [self._value(one.attribute, value) for value in alike]
            if self._teller.attributes[one.attribute].type in {"number", "date"}:
                del values[1:]  # those that follow lie in the same bands
            lines.append(
                self._line(
                    "worth-member" if one.member else "worth-value",
                    label=self._teller.label(one.attribute),
                    name=self._teller.name(one.model, one.offer),
                    values=self._teller.several(values, MOST_VALUES, self._say("joined-any")),
                    first=self._names(one.first[0]) if one.first[0] else self._say("watch-nobody"),
                )
            )
        if not found.complete:
            lines.append(self._line("worth-cut"))
        yield from self._section("advised.worth", lines, len(found.values))

    def firmness(self, found: Firmness | None) -> Iterator[Line]:
        """Yield how firm the first place is; nothing where nobody has it."""
        yield from self._section("advised.firmness", [] if found is None else [*self.firm.lines(found)], 0)

    def _section(self, heading: str, lines: Sequence[Line], told: int, **slots: str) -> Iterator[Line]:
        if lines:
            yield Line("blank")
            yield Line("heading", self._say(heading, **slots))
            yield from lines
            if told > MOST_LINES:
                yield Line("line", self._say("more-advice", more=told - MOST_LINES), 2)

    def _line(self, sentence: str, **slots: int | str) -> Line:
        return Line("line", self._say(sentence, **slots), 2)

    def _changes(self, way: Relaxation) -> str:
        return self._say("joined-tests").join(map(self._change, way.changes))

    def _change(self, change: Stated) -> str:
        label = self._teller.label(change.attribute)
        if change.value is None:
            return self._say("relax-drop", label=label)
        stated = self._stated[change.attribute]
        value = self._beyond(change.attribute, stated, change.value) or self._value(change.attribute, change.value)
        return self._say("relax-change", label=label, value=value, stated=self._value(change.attribute, stated))

    def _beyond(self, attribute: str, stated: Value, value: Value) -> str:
        """Return the bound of the band that a number stands for; nothing of one at which something turns itself."""
        numbers = [one for one in (stated, value) if isinstance(one, int | Decimal)]
        cuts = self._bands.answers(self._teller.attributes[attribute]).cuts if numbers[1:] else frozenset()
        between = [one for one in cuts if isinstance(one, int | Decimal) and min(numbers) <= one <= max(numbers)]
        if not between or value in cuts:
            return ""
        above = numbers[1] > numbers[0]
        bound = self._value(attribute, max(between) if above else min(between))
        return self._teller.bounds((bound, False), None) if above else self._teller.bounds(None, (bound, False))

    @cached_property
    def _bands(self) -> Bands:
        return Bands(self._decision.knowledge, self._decision.profile.as_of.first)

    def _value(self, attribute: str, value: Value) -> str:
        return self._teller.value(self._teller.attributes[attribute], value)

    def _labels(self, names: Iterable[str]) -> str:
        return ", ".join(map(self._teller.label, names))

    def _names(self, names: Iterable[str]) -> str:
        return self._teller.names(names, MOST_VALUES)


def _apart(ways: Iterable[Relaxation]) -> list[Relaxation]:
    """Return ways that change something; of those that change the same and bring the same, one with most values."""
    found: dict[object, Relaxation] = {}
    for one in ways:
        key = (tuple(change.attribute for change in one.changes), frozenset(one.brings), one.first)
        if one.changes and (key not in found or _dropped(one) < _dropped(found[key])):
            found[key] = one
    return list(found.values())


def _dropped(way: Relaxation) -> int:
    """Return how much of a way is left open: a requirement that is not stated less than a set of nothing."""
    return sum(1 if one.value is None else 2 * (one.value == frozenset()) for one in way.changes)


def by_reason(failing: Mapping[str, Collection[str]]) -> list[tuple[str, list[str]]]:
    """Return rules with the models that they rule out: each model once, under the rule that rules out most of them."""
    left, groups = dict(failing), []
    while left:
        counts = Counter(rule for rules in left.values() for rule in rules)
        rule = min(counts, key=lambda one: (-counts[one], one))
        groups.append((rule, [name for name, rules in left.items() if rule in rules]))
        left = {name: rules for name, rules in left.items() if rule not in rules}
    return groups
