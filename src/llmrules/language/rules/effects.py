"""Effects: what a rule does. Each is a class that holds what it needs and knows what it does to candidates.

This is the one table of their names, words and keys: loader, schemas, decision and documentation read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from attrs import field, frozen

from llmrules.language.conditions import ALWAYS, Table, json_table
from llmrules.language.operators import OPERATORS
from llmrules.language.texts import Text
from llmrules.language.values import Number, Value, encode_number
from llmrules.language.vocabulary import Attribute

if TYPE_CHECKING:
    from fractions import Fraction

Body: TypeAlias = Literal["conclusion", "predicate", "true", "rules"]
"""What follows the name of an effect: what is concluded, a predicate on models, ``true``, or rule ids."""

Direction: TypeAlias = Literal["lowest", "highest"]
Level: TypeAlias = Literal["note", "warning", "approval"]
Policy: TypeAlias = Literal["apart", "exclude", "accept"]

DIRECTIONS: tuple[Direction, ...] = ("lowest", "highest")

LEVELS: tuple[Level, ...] = ("note", "warning", "approval")
"""Of a caution, from light to heavy; ``approval``: eligible, but only after someone has agreed."""

MOST_TIERS = 9
"""The highest tier of points."""

UNKNOWN_POLICIES: tuple[Policy, ...] = ("apart", "exclude", "accept")
"""What a hard rule does with a model whose check is unknown."""

Masks: TypeAlias = tuple[int, int]
"""The candidates of which something is true, and those of which it is false."""


@frozen
class Grade:
    """What a graded preference looks at: the lowest or the highest value of one attribute is best.

    ``marks`` are those of the rule, if it has any; then the attribute has them, too.
    """

    attribute: Attribute
    toward: Direction
    marks: tuple[Number, ...] = ()

    def place(self, value: Value) -> Fraction:
        """Return a value's place from 0 (worst) to 1 (best)."""
        place = self.attribute.grade(value)
        return 1 - place if self.toward == "lowest" else place


@frozen
class Effect:
    """What every effect is: its name and words, what follows it, and the keys that may and must go with it.

    A ``hard`` one excludes the models that fail it, one of a ``sign`` gives or takes points, of a ``note`` the reason
    is what matters. ``touches_models`` says whether it is applied to models, so that ``where`` may narrow it.

    It tests ``predicate`` of models or grades them by ``grade``; ``exempts`` are the hard rules that it lets models
    off, ``lifts`` the refusals that it lets the case off, which it overrides.
    """

    name: ClassVar[str]
    words: ClassVar[Text]
    followed_by: ClassVar[Body] = "predicate"
    keys: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    hard: ClassVar[bool] = False
    wanted: ClassVar[bool] = True
    sign: ClassVar[int] = 0
    note: ClassVar[bool] = False
    cautions: ClassVar[bool] = False
    refuses: ClassVar[bool] = False
    touches_models: ClassVar[bool] = True

    predicate: Table = field(default=ALWAYS, kw_only=True)
    grade: Grade | None = field(default=None, kw_only=True)
    exempts: tuple[str, ...] = field(default=(), kw_only=True)
    lifts: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def conclusion(self) -> Conclude | None:
        """What it concludes."""
        return None

    def reached(self, where: Masks, tested: Masks) -> Masks:
        """Return whom it reaches, and whom it does not, from the truth of ``where`` and of what it tests."""
        return where[0] & tested[0], where[1] | tested[1]

    def body(self) -> Any:  # noqa: ANN401 - plain JSON
        """Return what follows its name, in normal form."""
        return True


@frozen
class Conclude(Effect):
    """States values of one attribute (several only of a set): a requirement of the case, or a class of models."""

    attribute: Attribute
    values: frozenset[Value]

    name = "conclude"
    words = Text("concludes", "도출")
    followed_by = "conclusion"
    keys = ("where",)
    touches_models = False

    @property
    def conclusion(self) -> Conclude:
        """What it concludes: itself."""
        return self

    def body(self) -> Any:  # noqa: ANN401 - plain JSON
        """Return the attribute with its value."""
        value = self.values if self.attribute.many else next(iter(self.values))
        return {self.attribute.name: self.attribute.encode(value)}  # type: ignore[arg-type]


@frozen
class Testing(Effect):
    """An effect that tests models."""

    def body(self) -> Any:  # noqa: ANN401 - plain JSON
        """Return what it tests."""
        return json_table(self.predicate)


@frozen
class Hard(Testing):
    """An effect that excludes the models that fail it."""

    keys = ("where", "otherwise", "unknown")
    hard = True

    def reached(self, where: Masks, tested: Masks) -> Masks:
        """Return who passes and who fails: where it applies, what it tests must be as it is wanted."""
        good, bad = tested if self.wanted else tested[::-1]
        return where[1] | good, where[0] & bad


@frozen
class Require(Hard):
    """A model must pass the test."""

    name = "require"
    words = Text("requires", "필수")


@frozen
class Exclude(Hard):
    """A model that passes the test is out."""

    name = "exclude"
    words = Text("excludes", "제외")
    wanted = False


@frozen
class Prefer(Testing):
    """A model that passes the test earns points; or, graded, the more points the better its value is."""

    name = "prefer"
    words = Text("prefers", "선호")
    keys = ("where", "weight", "tier")
    needs = ("weight",)
    sign = 1

    def body(self) -> Any:  # noqa: ANN401 - plain JSON
        """Return the grade, or what it tests."""
        if self.grade is None:
            return json_table(self.predicate)
        marks = {"marks": [encode_number(mark) for mark in self.grade.marks]} if self.grade.marks else {}
        return {self.grade.attribute.name: {"toward": self.grade.toward, **marks}}


@frozen
class Avoid(Testing):
    """A model that passes the test loses points."""

    name = "avoid"
    words = Text("avoids", "회피")
    keys = ("where", "weight", "tier")
    needs = ("weight",)
    sign = -1


@frozen
class Caution(Testing):
    """A note on the models that pass the test."""

    name = "caution"
    words = Text("cautions about", "주의")
    keys = ("where", "level", "approver", "not_by")
    note = True
    cautions = True


@frozen
class Advise(Effect):
    """A note on the decision."""

    name = "advise"
    words = Text("advises", "조언")
    followed_by = "true"
    note = True
    touches_models = False


def is_pattern(name: str) -> bool:
    """Whether an exemption names rules by a pattern: ``pack/*``, or ``ours/cost-*``."""
    return "*" in name


@frozen
class Exempt(Effect):
    """The models that ``where`` reaches are not held to some hard rules."""

    name = "exempt"
    words = Text("exempts from", "면제")
    followed_by = "rules"
    keys = ("where", "approver")

    def body(self) -> Any:  # noqa: ANN401 - plain JSON
        """Return the rules."""
        return list(self.exempts)


@frozen
class Lift(Effect):
    """An exemption without ``where``: the case is let off some refusals."""

    name = Exempt.name
    words = Exempt.words
    followed_by = "rules"
    touches_models = False

    def body(self) -> Any:  # noqa: ANN401 - plain JSON
        """Return the rules."""
        return list(self.lifts)


@frozen
class Refuse(Effect):
    """No model may do this."""

    name = "refuse"
    words = Text("refuses", "거부")
    followed_by = "true"
    note = True
    refuses = True
    touches_models = False


EFFECTS: dict[str, type[Effect]] = {
    effect.name: effect for effect in (Conclude, Require, Exclude, Prefer, Avoid, Caution, Advise, Exempt, Refuse)
}

HARD = tuple(name for name, effect in EFFECTS.items() if effect.hard)

COMMON_KEYS = (
    *("id", "when", "unless", "because", "source", "overrides"),
    *("owner", "review_by", "effective_from", "effective_to", "locked", "trial", "ignore"),
)

NOT_CLASSIFYING = ("when", "unless", "overrides", "effective_from", "effective_to", "trial")
"""Keys that do not go with a rule that classifies models: it knows no case and no date."""

RULE_KEYS = tuple(dict.fromkeys([*COMMON_KEYS, *EFFECTS, *(key for effect in EFFECTS.values() for key in effect.keys)]))

RESERVED = frozenset(
    {
        *(key for key in RULE_KEYS if key != "tier"),  # which people call things of their own
        *OPERATORS,
        *("any", "all", "requirement", "plus", "toward", "model", "offer", "id", "name", "extends"),
        *("sources", "disputed", "pack", "language", "approval"),
    }
)
"""Names that no attribute may have: they mean something in rules, catalogues or profiles."""
