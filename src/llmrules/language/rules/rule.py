"""One rule as a value: conditions, exactly one effect, a reason and its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from llmrules.language.conditions import ALWAYS, Leaf, Table, Test
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.effects import Effect, Level, Policy
from llmrules.language.texts import Text
from llmrules.language.values import Period
from llmrules.language.vocabulary import AS_OF, Attribute


@frozen
class Rule:
    """One rule.

    ``locked`` forbids later layers to switch it off, override it or exempt from it; ``trial`` records what it would do
    and changes nothing; ``ignore`` maps codes of findings to the reason for keeping what they find. Where it stands
    is no part of it.
    """

    id: str
    pack: str
    effect: Effect
    because: Text
    sources: tuple[str, ...]
    when: Table = ALWAYS
    unless: Table = ALWAYS
    where: Table = ALWAYS
    otherwise: Text | None = None
    weight: int | None = None
    level: Level | None = None
    unknown: Policy | None = None
    approver: str | None = None
    overrides: tuple[str, ...] = ()
    owner: str | None = None
    review_by: Period | None = None
    effective_from: Period | None = None
    effective_to: Period | None = None
    locked: bool = False
    trial: bool = False
    ignore: Mapping[str, str] = field(factory=dict, hash=False)

    @property
    def classifies(self) -> bool:
        """Whether it concludes an attribute of the model, so that it is applied before any case."""
        conclusion = self.effect.conclusion
        return conclusion is not None and conclusion.attribute.scope == "model"

    def reads(self) -> frozenset[str]:
        """Return the attributes of models and offers that it tests or grades."""
        read = {leaf.attribute.name for leaf in (*self.where.all_leaves(), *self.effect.predicate.all_leaves())}
        return frozenset(read if self.effect.grade is None else {*read, self.effect.grade.attribute.name})

    def references(self) -> tuple[str, ...]:
        """Return the requirements that its tests on models refer to, sorted."""
        return tuple(sorted({*self.where.references(), *self.effect.predicate.references()}))

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


def by_conclusion(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return the rules that conclude each attribute, in their order; rules with another effect are left out."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.effect.conclusion is not None:
            found.setdefault(rule.effect.conclusion.attribute.name, []).append(rule)
    return found
