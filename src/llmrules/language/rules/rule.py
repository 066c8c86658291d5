"""One rule as a value, with exactly one effect, a reason and its sources; what switches rules off; and one promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import field, frozen

from llmrules.language.conditions import ALWAYS, Facts, Leaf, Table, Test
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.effects import Effect, Level, Policy, is_pattern
from llmrules.language.texts import Text
from llmrules.language.values import Period
from llmrules.language.vocabulary import AS_OF, Attribute
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Iterator


Event: TypeAlias = Literal["refused", "conflict"]

Tested: TypeAlias = Literal["every", "best", "some"]

EVENTS: tuple[Event, ...] = ("refused", "conflict")
"""What may never happen: that the case is refused, that it has a conflict."""

ON_MODELS: tuple[Tested, ...] = ("every", "best", "some")
"""Of every eligible model, of every one on the first place, of at least one eligible one."""


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
    tier: int | None = None
    level: Level | None = None
    unknown: Policy | None = None
    approver: str | None = None
    not_by: str | None = None
    """The requirement that says who asks, and so may not approve."""
    overrides: tuple[str, ...] = ()
    owner: str | None = None
    review_by: Period | None = None
    effective_from: Period | None = None
    effective_to: Period | None = None
    locked: bool = False
    trial: bool = False
    ignore: Mapping[str, str] = field(factory=dict, hash=False)

    @property
    def in_tier(self) -> int:
        """The tier of the points that it gives: they count between models that have equal points of all lower ones."""
        return self.tier or 1

    @property
    def classifies(self) -> bool:
        """Whether it concludes an attribute of the model, so that it is applied before any case."""
        conclusion = self.effect.conclusion
        return conclusion is not None and conclusion.attribute.scope == "model"

    def accepts(self, by: str, facts: Facts) -> bool:
        """Whether an approval counts: whoever gave it is known to be another than who asks, where that must be.

        Names that differ in capitals alone are the same, so that none of them lets anybody through.
        """
        asking = facts.get(self.not_by, frozenset()) if self.not_by is not None else None
        same = {by.casefold(), (self.approver or "").casefold()}
        return asking is None or (bool(asking) and same.isdisjoint(str(one).casefold() for one in asking))

    def reads(self) -> frozenset[str]:
        """Return the attributes of models and offers that it tests or grades."""
        read = {leaf.attribute.name for leaf in (*self.where.all_leaves(), *self.effect.predicate.all_leaves())}
        return frozenset(read if self.effect.grade is None else {*read, self.effect.grade.attribute.name})

    def references(self) -> tuple[str, ...]:
        """Return the requirements that its tests on models refer to, sorted."""
        return self._references

    @cached_property
    def _references(self) -> tuple[str, ...]:
        return tuple(sorted({*self.where.references(), *self.effect.predicate.references()}))

    def implied(self, attributes: Mapping[str, Attribute]) -> Table:
        """Return what must hold beside ``when``: every requirement referred to is known, and the rule is in force."""
        leaves = [*known_leaves({*self.references(), *self.when.compared()}, attributes)]
        bounds = (("at_least", self.effective_from), ("at_most", self.effective_to))
        in_force = tuple(Test(OPERATORS[name], when) for name, when in bounds if when is not None)
        if in_force:
            leaves.append(Leaf(AS_OF, in_force))
        return Table(leaves=tuple(leaves))


@frozen
class Disable:
    """A rule, all rules and promises of a pack, or a promise, switched off with a reason."""

    reason: Text
    rule: str | None = None
    pack: str | None = None
    promise: str | None = None

    def covers(self, rule: Rule) -> bool:
        """Whether it switches a rule off."""
        return self.rule == rule.id or (self.pack is not None and self.pack == rule.pack)


@frozen(slots=False)
class Promise:
    """What holds in every case that meets ``when``: all that it says at once.

    ``always`` tests the requirements at the end; ``every``, ``best`` and ``some`` test models with their offers, and a
    test that is unknown is not passed. Of ``some`` the table that tests nothing asks that somebody is eligible.
    """

    id: str
    because: Text
    sources: tuple[str, ...]
    when: Table = ALWAYS
    always: Table | None = None
    every: Table | None = None
    best: Table | None = None
    some: Table | None = None
    never: tuple[Event, ...] = ()
    place: Cursor | None = field(default=None, eq=False, repr=False)

    def asked(self) -> tuple[Table, ...]:
        """Return the tables that test requirements."""
        return (self.when, *([] if self.always is None else [self.always]))

    @cached_property
    def tested(self) -> dict[Tested, Table]:
        """The tests on models, by whom they are about."""
        tables: dict[Tested, Table | None] = {"every": self.every, "best": self.best, "some": self.some}
        return {kind: table for kind, table in tables.items() if table is not None}

    @cached_property
    def references(self) -> frozenset[str]:
        """The requirements that its tests on models refer to, which are known in every case that falls under it."""
        return frozenset(name for table in self.tested.values() for name in table.references())

    @cached_property
    def settled(self) -> dict[Tested, tuple[str, ...]]:
        """By whom tests are about that come out alike in cases in which these requirements are alike."""
        return {
            kind: table.references()
            for kind, table in self.tested.items()
            if not any(one.attribute.computed for one in table.all_leaves())
        }

    @cached_property
    def needed(self) -> frozenset[str]:
        """Requirements that are known in every case that falls under it."""
        return self.references | {leaf.attribute.name for leaf in self.when.leaves if not leaf.asks_absence}


def known_leaves(names: Iterable[str], attributes: Mapping[str, Attribute]) -> Iterator[Leaf]:
    """Yield the tests that requirements are known, by name."""
    known = (Test(OPERATORS["known"], operand=True),)
    yield from (Leaf(attributes[name], known) for name in sorted(names))


def exempted(rule: Rule, target: str, rules: Iterable[Rule]) -> Iterator[str]:
    """Yield the rules that an exemption means by a target: of a pattern all whose id matches, or whose pack it is."""
    if not is_pattern(target):
        yield target
        return
    for other in rules:
        if may_exempt(rule, other) and (fnmatchcase(other.id, target) or f"{other.pack}/*" == target):
            yield other.id


def may_exempt(rule: Rule, other: Rule) -> bool:
    """Whether a rule may exempt from another: models from a hard one, the case from a refusal."""
    return other.effect.refuses if rule.effect.lifts else other.effect.hard


def by_conclusion(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return the rules that conclude each attribute, in their order; rules with another effect are left out."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.effect.conclusion is not None:
            found.setdefault(rule.effect.conclusion.attribute.name, []).append(rule)
    return found


def classification_order(rules: Iterable[Rule]) -> list[str] | Cycle:
    """Return the attributes that rules conclude of models, each after those that its rules test, or a cycle."""
    tested: dict[str, set[str]] = {}
    for rule in rules:
        if rule.classifies and rule.effect.conclusion is not None:
            names = (leaf.attribute.name for leaf in rule.where.all_leaves())
            tested.setdefault(rule.effect.conclusion.attribute.name, set()).update(names)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in sorted(tested):
        sorter.add(name, *sorted(tested[name] & tested.keys()))
    try:
        return list(sorter.static_order())
    except CycleError as error:
        return from_smallest(error.args[1][::-1])


@frozen
class Cycle:
    """A cycle: rules and attributes in order, the first one again at the end."""

    steps: tuple[str, ...]

    def __str__(self) -> str:
        """Return the cycle on one line."""
        return " → ".join(self.steps)


def from_smallest(steps: list[str]) -> Cycle:
    """Turn a cycle so that it begins with the smallest of its steps, however it was found."""
    smallest = min(range(len(steps) - 1), key=lambda index: steps[index])
    return Cycle((*steps[smallest:-1], *steps[: smallest + 1]))
