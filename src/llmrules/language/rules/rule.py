"""One rule as a value: conditions, exactly one effect, a reason and its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

from llmrules.language.conditions import ALWAYS, Leaf, Table, Test
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.effects import EFFECTS, Effect
from llmrules.language.texts import Text
from llmrules.language.values import Period, Value
from llmrules.language.vocabulary import AS_OF, Attribute
from llmrules.reading.cursor import Cursor

Direction: TypeAlias = Literal["lowest", "highest"]


@frozen
class Conclusion:
    """What a rule concludes: the values of one attribute (several only for a set)."""

    attribute: Attribute
    values: frozenset[Value]


@frozen
class Grade:
    """A graded preference: towards the lowest or the highest value of one attribute."""

    attribute: Attribute
    toward: Direction


@frozen
class Rule:
    """One rule.

    ``body`` is what stands after the effect: a conclusion, a predicate on models, a grade, rule ids (exempt), or
    None (advise, refuse). ``locked`` forbids later layers to switch it off, override it or exempt from it; ``trial``
    records what it would do and changes nothing; ``ignore`` maps codes of findings to the reason for keeping what
    they find. ``cursor`` is where it stands; it is no part of what the rule says.
    """

    id: str
    pack: str
    effect: Effect
    because: Text
    sources: tuple[str, ...]
    body: Conclusion | Table | Grade | tuple[str, ...] | None
    when: Table = ALWAYS
    unless: Table = ALWAYS
    where: Table = ALWAYS
    otherwise: Text | None = None
    weight: int | None = None
    level: str | None = None
    unknown: str | None = None
    approver: str | None = None
    overrides: tuple[str, ...] = ()
    owner: str | None = None
    review_by: Period | None = None
    effective_from: Period | None = None
    effective_to: Period | None = None
    locked: bool = False
    trial: bool = False
    ignore: Mapping[str, str] = field(factory=dict, hash=False)
    cursor: Cursor | None = field(default=None, eq=False, repr=False)

    @property
    def classifies(self) -> bool:
        """Whether it concludes an attribute of the model, so that it is applied before any case."""
        return isinstance(self.body, Conclusion) and self.body.attribute.scope == "model"

    @property
    def predicate(self) -> Table:
        """What it tests of models after its effect; always true where it tests nothing."""
        return self.body if isinstance(self.body, Table) else ALWAYS

    @property
    def graded(self) -> Attribute | None:
        """The attribute that a graded preference looks at."""
        return self.body.attribute if isinstance(self.body, Grade) else None

    def reads(self) -> frozenset[str]:
        """Return the attributes of models and offers that it tests or grades."""
        tested = {leaf.attribute.name for leaf in (*self.where.all_leaves(), *self.predicate.all_leaves())}
        return frozenset(tested if self.graded is None else {*tested, self.graded.name})

    def references(self) -> tuple[str, ...]:
        """Return the requirements that its tests on models refer to, sorted."""
        return tuple(sorted({*self.where.references(), *self.predicate.references()}))

    def implied(self, attributes: Mapping[str, Attribute]) -> Table:
        """Return what must hold beside ``when``: every requirement referred to is known, and the rule is in force."""
        known = OPERATORS["known"]
        leaves = [Leaf(attributes[name], (Test(known, operand=True),)) for name in self.references()]
        bounds = (("at_least", self.effective_from), ("at_most", self.effective_to))
        in_force = tuple(Test(OPERATORS[name], when) for name, when in bounds if when is not None)
        if in_force:
            leaves.append(Leaf(AS_OF, in_force))
        return Table(leaves=tuple(leaves))


@frozen
class Disable:
    """A rule, or all rules of a pack, switched off with a reason."""

    reason: Text
    rule: str | None = None
    pack: str | None = None

    def covers(self, rule: Rule) -> bool:
        """Whether it switches a rule off."""
        return self.rule == rule.id or (self.pack is not None and self.pack == rule.pack)


HARD = tuple(name for name, effect in EFFECTS.items() if effect.hard)


def by_conclusion(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return the rules that conclude each attribute, in their order; rules with another effect are left out."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        if isinstance(rule.body, Conclusion):
            found.setdefault(rule.body.attribute.name, []).append(rule)
    return found
