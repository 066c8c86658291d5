"""One typed attribute: what it is, which values it has, how one is read, graded and written.

It knows nothing of the file that declares it, nor of any other attribute.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import field, frozen

from llmrules.language.texts import Text
from llmrules.language.values import MOST_DIGITS, PERIODS, Number, Period, Value, day, encode, number, period
from llmrules.language.vocabulary.computed import TOKENS_AT, Product, computed_from, sums, unit_of
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.vocabulary.computed import Facts


Scope: TypeAlias = Literal["requirement", "model", "offer"]
Type: TypeAlias = Literal["flag", "choice", "scale", "set", "number", "text", "date"]

SCOPES: tuple[Scope, ...] = ("requirement", "model", "offer")
TYPES: tuple[Type, ...] = ("flag", "choice", "scale", "set", "number", "text", "date")
CHOSEN: tuple[Type, ...] = ("choice", "scale", "set")
"""The types whose values are among declared choices."""
ORDERED: tuple[Type, ...] = ("number", "scale", "date")
"""The types whose values have an order."""
SIX = ("use-case", "data", "deployment", "customization", "ethics", "licence")
"""The topics of requirements in the order of the six questions; each has its question in every language."""


@frozen(cache_hash=True)
class Choice:
    """One allowed value of a choice, scale or set, with what it means."""

    id: str
    means: Text
    sources: tuple[str, ...] = ()

    @property
    def words(self) -> set[str]:
        """What people may call it, in small letters."""
        return {text.partition(":")[0].casefold() for text in (self.means.en, self.means.ko) if text}


BETWEEN = "__less__"
"""What stands in the name of a difference between those of its sides."""


@frozen(cache_hash=True, slots=False)
class Attribute:
    """One typed attribute of one scope.

    ``partial`` (a set of a model or offer): what is not listed is unknown, not absent. ``marks`` make a number
    gradable. ``default`` holds with origin *assumed* when nothing is stated. ``computed`` has the products that the
    number is the sum of where nobody states it.
    """

    name: str
    scope: Scope
    type: Type
    label: Text
    sources: tuple[str, ...] = ()
    about: Text | None = None
    ask: Text | None = None
    topic: str | None = None
    choices: tuple[Choice, ...] = ()
    unit: Text | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    marks: tuple[Number, ...] = ()
    partial: bool = False
    inherited: bool = False
    locked: bool = False
    computed: tuple[Product, ...] | None = None
    default: Value | None = None
    place: Cursor | None = field(default=None, eq=False, repr=False)

    @property
    def many(self) -> bool:
        """Whether the attribute has several values at once."""
        return self.type == "set"

    @cached_property
    def choice_ids(self) -> tuple[str, ...]:
        """The ids of the choices, in their order."""
        return tuple(choice.id for choice in self.choices)

    @property
    def counts_tokens(self) -> bool:
        """Whether it is computed from how many tokens have which price."""
        return any(not TOKENS_AT.keys().isdisjoint(product.of) for product in self.computed or ())

    @property
    def sides(self) -> tuple[str, str] | None:
        """The two numbers whose difference it is, where it was made to compare them."""
        left, found, right = self.name.partition(BETWEEN)
        return (left, right) if found and self.computed else None

    @property
    def gradable(self) -> bool:
        """Whether ``toward`` can grade it: a scale, or a number with marks."""
        return self.type == "scale" or bool(self.marks)

    def grade(self, value: Value) -> Fraction:
        """Return a value's place between the lowest mark (0) and the highest (1), piecewise linear and clamped."""
        if self.type == "scale":
            return Fraction(self.choice_ids.index(str(value)), max(len(self.choices) - 1, 1))
        assert isinstance(value, int | Decimal)  # noqa: S101 - gradable attributes are scales and numbers
        above = bisect_left(self.marks, value)
        if above in {0, len(self.marks)}:
            return Fraction(above > 0)
        low, high, here = (
            one if isinstance(one, int) else Fraction(one) for one in (*self.marks[above - 1 : above + 1], value)
        )
        return Fraction((above - 1) * (high - low) + here - low, (high - low) * (len(self.marks) - 1))

    def allows(self, value: object) -> bool:
        """Whether something is a value that ``read`` can return: of the type, declared, and within the bounds."""
        if self.many:
            return isinstance(value, frozenset) and value <= frozenset(self.choice_ids)
        if self.type in CHOSEN:
            return value in self.choice_ids
        if self.type == "number":
            exact = number(value)
            if exact is None or exact != value:
                return False
            low, high = self.minimum, self.maximum
            return (low is None or exact >= low) and (high is None or exact <= high)
        kinds: dict[str, type] = {"flag": bool, "date": Period}
        return isinstance(value, kinds.get(self.type, str)) and value != ""

    def read(self, cursor: Cursor, *, periods: bool = False) -> Value | None:
        """Read one whole value strictly, or note what is wrong; ``periods`` also takes months and years."""
        if self.many:
            return self._read_members(cursor)
        return self.read_scalar(cursor, periods=periods)

    def read_scalar(self, cursor: Cursor, *, periods: bool = False) -> Value | None:
        """Read one single value: of a set, one member."""
        value = cursor.value
        if self.type in CHOSEN:
            return self._read_choice(cursor)
        if self.type == "flag":
            return cursor.flag()
        if self.type == "number":
            return self._read_number(cursor)
        if self.type == "date":
            when = period(value) if periods else day(value)
            if when is None:
                cursor.wrong_type(PERIODS if periods else "a date such as 2026-03-01")
            return when
        return cursor.text()

    def _read_choice(self, cursor: Cursor) -> str | None:
        if isinstance(cursor.value, str) and cursor.value in self.choice_ids:
            return cursor.value
        if not isinstance(cursor.value, str):
            several = isinstance(cursor.value, list)
            hint = "one of them stands here, without brackets" if several else None
            cursor.wrong_type(f"one of the choices of {self.name}: {', '.join(self.choice_ids)}", hint=hint)
            return None
        said = cursor.value.strip().casefold()
        hint = next((f"write {one.id}" for one in self.choices if said in one.words), None)
        message = f"is not a declared choice of {self.name}"
        cursor.problem("unknown-choice", message, found=cursor.value, allowed=self.choice_ids, hint=hint)
        return None

    def _read_members(self, cursor: Cursor) -> frozenset[str] | None:
        if not isinstance(cursor.value, list):
            hint = "write the members in brackets" if isinstance(cursor.value, str) else None
            cursor.wrong_type(f"a list of choices of {self.name}", hint=hint)
            return None
        members = [self._read_choice(element) for element in cursor.elements()]
        return frozenset(member for member in members if member is not None)

    def _read_number(self, cursor: Cursor) -> Number | None:
        exact = number(cursor.value)
        if exact is None:
            hint = "write the number without quotes" if _is_quoted_number(cursor.value) else None
            unit = f" of {self.unit.read('en')}" if self.unit else ""
            cursor.wrong_type(f"a finite number{unit} with at most {MOST_DIGITS} digits", hint=hint)
            return None
        low, high = self.minimum, self.maximum
        if (low is not None and exact < low) or (high is not None and exact > high):
            bounds = [f"at least {low}"] if low is not None else []
            bounds += [f"at most {high}"] if high is not None else []
            cursor.problem("out-of-bounds", f"{self.name} must be {' and '.join(bounds)}", found=cursor.value)
            return None
        return exact

    def encode(self, value: Value) -> bool | str | int | list[str]:
        """Return a value as JSON holds it."""
        return encode(value, self.choice_ids) if isinstance(value, frozenset) else encode(value)

    def same_kind(self, other: Attribute) -> bool:
        """Whether values of both can be compared: the same unit and the same choices (the types are checked apart)."""
        if self.type == "number":
            return unit_of(self) == unit_of(other)
        return self.choice_ids == other.choice_ids


def _is_quoted_number(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\s*[+-]?[\d_,. ]*\d\s*", value) is not None


AS_OF = Attribute(
    name="as_of",
    scope="requirement",
    type="date",
    label=Text("date of the decision", "결정 기준일"),
    about=Text("Stated, or today (UTC).", "명시한 날짜이며, 없으면 오늘(UTC)입니다."),
)
"""Always there: stated, or today with origin *assumed*."""


MODEL = Attribute(
    name="model",
    scope="model",
    type="text",
    label=Text("model", "모델"),
    about=Text("The id of the model: no catalogue states it.", "모델의 id이며, 카탈로그에 적지 않습니다."),
)
"""Always there: by it rules speak of models by name."""


def difference(left: Attribute, right: Attribute) -> Attribute:
    """Return what one number of a model or its offer is more than another: compared with 0, it compares the two."""
    return Attribute(
        name=f"{left.name}{BETWEEN}{right.name}",
        scope="offer" if "offer" in {left.scope, right.scope} else "model",
        type="number",
        label=Text(
            en=f"{left.label.read('en')} - {right.label.read('en')}",
            ko=f"{left.label.read('ko')} - {right.label.read('ko')}",
        ),
        unit=left.unit,
        computed=(Product(1, (left.name,)), Product(-1, (right.name,))),
    )


@frozen
class Vocabulary:
    """All attributes by name, in the order of their names.

    ``broken`` are names that files declare wrongly: that is noted, so that using them is no second mistake.
    """

    attributes: Mapping[str, Attribute]
    broken: frozenset[str] = frozenset()
    _names: dict[tuple[Scope, ...], tuple[str, ...]] = field(factory=dict, init=False, eq=False, repr=False)
    """The names of each group of scopes that was asked for: every rule asks again."""
    _computed: dict[tuple[Scope, ...], tuple[Attribute, ...]] = field(factory=dict, init=False, eq=False, repr=False)
    resting: Mapping[str, frozenset[str]] = field(init=False, eq=False, repr=False)
    """What each computed attribute rests on, those in between too, in an order in which each follows those it needs."""

    @resting.default
    def _resting(self) -> Mapping[str, frozenset[str]]:
        return computed_from(self.attributes)

    def __getitem__(self, name: str) -> Attribute:
        """Return the attribute with a name."""
        return self.attributes[name]

    def __contains__(self, name: object) -> bool:
        """Whether an attribute has the name."""
        return name in self.attributes

    def __iter__(self) -> Iterator[Attribute]:
        """Yield every attribute in the order of names."""
        return iter(self.attributes.values())

    def with_differences(self, read: Iterable[Attribute]) -> Vocabulary:
        """Return the vocabulary with those attributes that were made to compare two others."""
        made = {one.name: one for one in read if one.sides is not None}
        return Vocabulary(dict(sorted({**made, **self.attributes}.items())), self.broken) if made else self

    def names(self, *scopes: Scope) -> tuple[str, ...]:
        """Return the names of the attributes of some scopes, sorted."""
        if scopes not in self._names:
            found = (name for name, attribute in self.attributes.items() if attribute.scope in scopes)
            self._names[scopes] = tuple(found)
        return self._names[scopes]

    def rests_on(self, name: str, *scopes: Scope) -> tuple[str, ...]:
        """Return what a computed attribute rests on of some scopes, sorted; nothing for one that is not computed."""
        return tuple(sorted(one for one in self.resting.get(name, ()) if self.attributes[one].scope in scopes))

    def computed(self, *scopes: Scope) -> tuple[Attribute, ...]:
        """Return the computed attributes of some scopes, each after those it is computed from."""
        if scopes not in self._computed:
            found = (self.attributes[name] for name in self.resting)
            self._computed[scopes] = tuple(one for one in found if one.scope in scopes)
        return self._computed[scopes]

    def known(self, facts: Facts) -> Facts:
        """Return what is known before any rule fires, where so much is stated or assumed: what is computed, too."""
        computed = self.computed("requirement")
        found = sums(computed, {}, facts) if computed else {}
        return {**facts, **{name: frozenset({one.value}) for name, one in found.items()}} if found else facts

    def following(self, names: Iterable[str]) -> list[str]:
        """Return requirements with those that are computed from them."""
        its, computed = {*names}, self.computed("requirement")
        return [*its, *(one.name for one in computed if not self.resting[one.name].isdisjoint(its))]

    def stated(self, scope: Scope) -> tuple[str, ...]:
        """Return the names of the attributes of a scope of which files state values, sorted."""
        return tuple(name for name in self.names(scope) if name != MODEL.name)
