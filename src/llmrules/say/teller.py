"""What knows sentences, names, numbers, dates, values and tests in one language; whatever tells something holds one.

The sentences that explain a rule stand in the rule; how they are joined stands with the language, a module of
``languages``. There ``{count}`` is a slot, and ``{count:model|models}`` is one of two forms, chosen by what the slot
holds: in English by number, in Korean by the final sound.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.errors import UnknownLanguageError, printable
from llmrules.language.conditions import ALWAYS, json_table
from llmrules.language.operators import OPERATORS
from llmrules.language.texts import LANGUAGES, Language, Text, fill
from llmrules.language.values import shortest
from llmrules.trace.codec import json_value
from llmrules.trace.found import TestRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from llmrules.catalog import Model
    from llmrules.decision.procedure import Breach
    from llmrules.language.rules.rule import Promise
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.trace.codec import Conditions, Json, Threshold
    from llmrules.trace.found import LeafOutcome


MOST_NAMES = 3
"""How many names a line gives before it says how many more there are."""

MOST_BEST = 12
"""How many of those that share the first place an answer names."""

_MONEY = re.compile(r"(?:USD|달러)(?:(?: per |/)(?P<per>.+))?")
"""The units of money, in English and in Korean: an amount, or one for what stands behind it."""

_PERIODS = {"day": "day", "month": "month", "year": "year", "일": "day", "월": "month", "년": "year"}

_OF_ONE = {"any_of": "is", "has_any": "has", "has_all": "has"}
"""What an operator on a list means when the list has one member."""


class Teller:
    """Says the attributes and models of one vocabulary and one catalogue, and values, in one language."""

    def __init__(self, language: Language, vocabulary: Iterable[Attribute] = (), models: Iterable[Model] = ()) -> None:
        self.language = language
        self.say = Sentences(language)
        self.attributes = {attribute.name: attribute for attribute in vocabulary}
        self.called = _telling_names(tuple(models))
        self._labels: dict[str, str] = {}
        self._choices: dict[tuple[str, str], str] = {}
        self._whole: dict[Text, str] = {}

    # Names

    def label(self, attribute: str) -> str:
        """Return the name of an attribute."""
        if attribute not in self._labels:
            self._labels[attribute] = printable_lines(self.say.read(self.attributes[attribute].label))
        return self._labels[attribute]

    def declared(self, attribute: Attribute) -> str:
        """Return the name of an attribute as its label, and behind it in parentheses where that is another one."""
        label = printable_lines(self.say.read(attribute.label))
        return label if label == attribute.name else f"{label} ({attribute.name})"

    def name(self, name: str, offer: str | None = None) -> str:
        """Return what people call a model, or a model with one of its offers; an id of no model stays as it is."""
        model, at, its = (name if offer is None else f"{name} @ {offer}").partition(" @ ")
        return printable_lines(f"{self.called.get(model, model)}{at}{its}")

    def names(self, names: Iterable[str], most: int = 12) -> str:
        """Return what people call some models and candidates, as many as there is room for."""
        return self.several([self.name(one) for one in names], most)

    def several(self, names: Sequence[str], most: int = MOST_NAMES, between: str = ", ") -> str:
        """Return the first of some names, and how many more there are: ``a, b, c and 2 more``."""
        said, more = between.join(names[:most]), len(names) - most
        return self.say("and-more", names=said, more=more) if more > 0 else said

    # Values

    def fact(self, attribute: Attribute, value: Json | None) -> str:
        """Return the value of a fact, which of a set is one member."""
        return self.value(attribute, (str(value),) if attribute.type == "set" and value != () else value)

    def value(self, attribute: Attribute, value: Value | Json | None, *, unit: bool = True, exact: bool = False) -> str:
        """Return a value in words: choices by their names, numbers with thousands separated and with their unit.

        What is computed is told to two places, unless it is to be ``exact``.
        """
        if value is None:
            return self.say("not-stated" if attribute.scope == "requirement" else "unknown")
        if isinstance(value, frozenset):
            value = json_value(attribute, value)
        if isinstance(value, tuple):
            return ", ".join(self.choice(attribute, one) for one in value) or self.say("nothing")
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if attribute.type == "number":
            amount = value if exact or attribute.computed is None else rounded(value)  # type: ignore[arg-type]
            return self._amount(attribute, amount, unit=unit)  # type: ignore[arg-type]
        if attribute.choices:
            return self.choice(attribute, str(value))
        return printable_lines(str(value))

    def choice(self, attribute: Attribute, choice: str) -> str:
        """Return the name of a choice: its words up to a colon, after which they explain."""
        key = attribute.name, choice
        if key not in self._choices:
            means = (self.say.read(one.means).split(":")[0] for one in attribute.choices if one.id == choice)
            self._choices[key] = next(map(printable_lines, means), printable(choice))
        return self._choices[key]

    def price(self, attribute: Attribute, value: Value | Json) -> str:
        """Return a value beside another one of its attribute: of money the amount alone."""
        money = attribute.unit is not None and _MONEY.fullmatch(attribute.unit.read("en"))
        amount = bool(money) and isinstance(value, int | Decimal | str)
        return f"${money_words(value)}" if amount else self.value(attribute, value)  # type: ignore[arg-type]

    def _amount(self, attribute: Attribute, value: int | Decimal | str, *, unit: bool = True) -> str:
        """Return a number of an attribute's unit: money with its sign, all else with the unit behind it."""
        measure = self.say.read(attribute.unit) if attribute.unit is not None else ""
        money = _MONEY.fullmatch(measure)
        if money is None:
            return number_words(value, printable(measure) if unit else "")
        amount, per = money_words(value), money["per"]
        if not unit:
            return amount
        if per is None or per in _PERIODS:
            return self.say(f"money-a-{_PERIODS[per]}" if per else "money", amount=amount)
        return self.say("money-per", amount=amount, unit=printable(per))

    def points(self, points: str, then: Iterable[str] = ()) -> str:
        """Return points with their noun, and those of higher tiers behind: 1 point; 2.50 points, then 3."""
        return self.tiers(points, *then, first=self.say("points", points=points_words(points)))

    def tiers(self, points: str, *then: str, first: str = "") -> str:
        """Return the points of each tier without a noun, or with those of the first tier as they are said."""
        higher = (self.say("points-then", points=points_words(one)) for one in then)
        return "".join([first or points_words(points), *higher])

    def bounds(self, low: tuple[str, bool] | None, high: tuple[str, bool] | None) -> str:
        """Return between what a value may lie, of those bounds that there are, each with whether it may be met."""
        said = [] if low is None else [self.say("bound-from" if low[1] else "bound-above", value=low[0])]
        said += [] if high is None else [self.say("bound-to" if high[1] else "bound-below", value=high[0])]
        return self.say("joined-tests").join(said)

    # Tests

    def tests(self, attribute: Attribute, tests: tuple[TestRecord, ...]) -> str:
        """Return what a leaf asks for: ``at least 60,000 tokens``."""
        said = (self._test(attribute, test, threshold) for test in tests for threshold in test.thresholds)
        return self.say("joined-tests").join(said)

    def _test(self, attribute: Attribute, test: TestRecord, threshold: Threshold | Mapping[str, Json]) -> str:
        if test.operator == "toward":
            return self.say("toward-lowest" if threshold == "lowest" else "toward-highest")
        if isinstance(threshold, Mapping):  # a condition that refers to a requirement
            plus, label = threshold.get("plus", 0), self.label(str(threshold["requirement"]))
            said = Text(OPERATORS[test.operator].en, OPERATORS[test.operator].ko)
            return self.say.read(said).format(f"{label} + {plus}" if plus else label)
        if test.operator == "known" and threshold is False:
            return self.say("not-known")
        operator = OPERATORS[test.operator]
        if isinstance(threshold, tuple) and len(threshold) == 1:
            operator = OPERATORS[_OF_ONE.get(test.operator, test.operator)]
        template = self.say.read(Text(operator.en, operator.ko))
        if isinstance(threshold, tuple):
            words = [self.fact(attribute, one) for one in threshold] or [self.say("nothing")]
            return template.format((self.say("joined-choices") if operator.operand == "list" else ", ").join(words))
        return template.format(self.value(attribute, threshold, exact=True))

    def condition(self, conditions: Conditions) -> str:
        """Return a condition table in words: ``context window: at least 200,000 tokens; openness: open-weight``."""
        said = [
            f"{self.say.read(self.attributes[name].label)}: {self.tests(self.attributes[name], tests)}"
            for name, tests in condition_tests(conditions)
        ]
        said += map(self.condition, conditions.get("all", ()))
        either = [*map(self.condition, conditions.get("any", ()))]
        if either:
            said.append(self.say("joined-any").join(f"({one})" if "; " in one else one for one in either))
        return printable_lines("; ".join(said))

    def breach(self, promise: Promise, breach: Breach, most: int = MOST_NAMES) -> str:
        """Return what of a promise is not kept."""
        if breach.kind == "refused":
            return self.say("breach.refused", names=", ".join(breach.names))
        if breach.kind == "conflict":
            return self.say("breach.conflict", names=", ".join(map(self.label, breach.names)))
        table = getattr(promise, breach.kind)
        if table == ALWAYS:
            return self.say("breach.nobody")
        names = self.names(breach.names, most)
        return self.say(f"breach.{breach.kind}", tests=self.condition(json_table(table)), names=names)

    def gap(self, attribute: Attribute, tests: tuple[TestRecord, ...], outcome: LeafOutcome) -> str:
        """Return how far off a leaf is, or nothing where it has no measure; gaps stand in the order of thresholds."""
        said = []
        asked = [test.operator for test in tests for _ in test.thresholds]
        for name, gap in zip(asked, outcome.gaps, strict=False):
            if isinstance(gap, tuple):
                if gap:
                    template = self.say.read(Text(OPERATORS[name].gap_en, OPERATORS[name].gap_ko))
                    said.append(template.format(", ".join(self.choice(attribute, one) for one in gap)))
            elif gap is not None and not isinstance(gap, bool):
                said.append(self._distance(attribute, name, gap))
        return ", ".join(filter(None, said))

    def _distance(self, attribute: Attribute, operator: str, gap: int | str) -> str:
        amount = abs(Decimal(gap))
        if amount == 0:
            return ""
        size = f"{amount:,f}"
        if attribute.type == "number":
            size = self._amount(attribute, str(amount) if attribute.computed is None else rounded(amount))
        elif attribute.type in {"date", "scale"}:
            size = self.say("days" if attribute.type == "date" else "steps", count=size)
        if attribute.type == "date":
            return self.say("later" if Decimal(gap) > 0 else "earlier", size=size)
        if Decimal(gap) > 0:
            return self.say("above", size=size)
        return self.say("left" if operator in {"at_most", "below"} else "short", size=size)

    # Sentences

    def filled(self, text: Text, values: Mapping[str, Json | None], model: str = "") -> str:
        """Return a rule's sentence with its slots filled; what is not known is said to be so."""
        if text in self._whole:
            return self._whole[text]

        def word(name: str) -> str:
            if name == "model":
                return printable(model)
            attribute = self.attributes.get(name)
            return self.value(attribute, values.get(name), unit=False) if attribute else f"{{{name}}}"

        said = self.say.settled(fill(printable_lines(self.say.read(text)), word))
        said = said if text.has(self.say.language) else f"{said} {self.say('other-language')}"
        if not text.slots():
            self._whole[text] = said
        return said


def number_words(value: int | Decimal | str, unit: str = "") -> str:
    """Return a number with its thousands separated, and its unit; in Korean a unit stands close to its number."""
    close = any("가" <= mark <= "힣" for mark in unit)
    return f"{Decimal(value):,f}{'' if close or not unit else ' '}{unit}"


def rounded(value: int | Decimal | str) -> Decimal:
    """Return a number to two places, or to its first two digits where it begins later.

    >>> print(rounded("12.3456"), rounded("0.000123456"), rounded(7))
    12.35 0.00012 7
    """
    exact = Decimal(value)
    places = max(2, 1 - exact.adjusted()) if exact else 0
    found = round(exact, places) if exact != exact.to_integral_value() else exact
    return Decimal(shortest(found))


def money_words(value: int | Decimal | str) -> str:
    """Return US dollars without their sign, with thousands separated and with cents; more digits where there are more.

    >>> print(money_words(1234), money_words("0.075"), money_words("-2.5"))
    1,234.00 0.075 -2.50
    """
    whole, _, cents = f"{Decimal(value):,f}".partition(".")
    return f"{whole}.{cents:0<2}"


def points_words(points: str) -> str:
    """Return points for people: an integer, or two decimals; the trace has them exactly."""
    if points.isdigit():
        return points
    exact = Fraction(points)
    return str(exact) if exact.denominator == 1 else f"{float(exact):.2f}"


def signed(points: str) -> str:
    """Return points that a rule gives, with their sign."""
    return f"{'' if points.startswith('-') else '+'}{points_words(points)}"


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, without its full stop."""
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0].rstrip(".")


LONGEST_SAID = 10_000
"""Characters of a text that are said; all of it stands in the trace."""


def printable_lines(text: str) -> str:
    """Return a text on one line without what a terminal would obey; of a very long one its beginning."""
    shown = printable(" ".join(text[:LONGEST_SAID].split()))
    return shown if len(text) <= LONGEST_SAID else f"{shown}…"


def condition_tests(conditions: Conditions) -> Iterator[tuple[str, tuple[TestRecord, ...]]]:
    """Yield each attribute of a condition table with its tests, those of nested tables aside."""
    for name, tests in sorted(conditions.items()):
        if name not in {"all", "any"}:
            sides = {key: tuple(side) if isinstance(side, list) else side for key, side in tests.items()}
            yield name, tuple(TestRecord(operator, (side,)) for operator, side in sides.items())


def _telling_names(models: Sequence[Model]) -> dict[str, str]:
    """Return what people call each model, by id; where several of them have one name, the id stands behind it."""
    names = {one.id: one.name for one in models}
    shared = Counter(names[one] for one in {one.id for one in models if one.listed})
    return {one: f"{name} ({one})" if shared[name] > 1 else name for one, name in names.items()}


SLOT = re.compile(r"\{([a-z]+)(?::([^{}|]*)\|([^{}|]*))?\}")


@lru_cache(maxsize=4_096)
def _parted(sentence: str) -> list[str]:
    """Return what stands before the first slot of a sentence, then of each slot its name, two forms, what follows."""
    return SLOT.split(sentence)


class Sentences:
    """Says the sentences of one language."""

    def __init__(self, language: Language) -> None:
        if language not in LANGUAGES:
            message = f"nothing is said in {language!r}; there are {' and '.join(LANGUAGES)}"
            raise UnknownLanguageError(message)
        module = import_module(f"llmrules.say.languages.{language}")
        self.language = language
        self.sentences: Mapping[str, str] = module.SENTENCES
        self.chosen: Callable[[int | str, str, str], str] = module.chosen
        self.settled: Callable[[str], str] = module.settled

    def __call__(self, name: str, /, **slots: int | str) -> str:
        """Return a sentence with its slots filled; counts have their thousands separated. Raises KeyError."""
        sentence = self.sentences[name]
        if "{" not in sentence:
            return sentence
        said, *parts = _parted(sentence)
        for slot, one, other, after in zip(*[iter(parts)] * 4, strict=True):
            value = slots[slot]
            if one is not None:
                said += self.chosen(value, one, other)
            else:
                said += f"{value:,}" if isinstance(value, int) else value
            said += after
        return said

    def family(self, name: str) -> dict[str, str]:
        """Return the sentences whose names begin with ``name.``, by what follows, their slots still open."""
        begin = f"{name}."
        return {key.removeprefix(begin): said for key, said in self.sentences.items() if key.startswith(begin)}

    def read(self, text: Text) -> str:
        """Return a text of a rule, of the vocabulary or of a catalogue in this language."""
        return text.read(self.language)


Style: TypeAlias = Literal["answer", "heading", "line", "blank"]
Tone: TypeAlias = Literal["", "good", "bad", "open"]


@frozen
class Line:
    """One line: how far it is indented, its mark, its text, where it comes from (rule and sources), and its tone."""

    style: Style
    text: str = ""
    indent: int = 0
    mark: str = ""
    origin: str = ""
    tone: Tone = ""

    def __str__(self) -> str:
        """Return the line as plain text."""
        text = f"{self.text}  {self.origin}" if self.text and self.origin else self.text or self.origin
        return f"{' ' * self.indent}{self.mark}{' ' if self.mark else ''}{text}"
