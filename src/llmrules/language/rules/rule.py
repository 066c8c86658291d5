"""One rule as a value, with exactly one effect, a reason and its sources; and the order in which rules can be decided.

A rule's stratum is the greatest of the strata of the attributes it tests positively or refers to, of those it
tests negatively or compares with each other plus one, and of its overriders plus one; an attribute's is that of its
highest concluding rule, else 0. A cycle through a negative test makes that impossible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.language.conditions import ALWAYS, Facts, Leaf, Table, Test
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.effects import Effect, Level, Policy, is_pattern
from llmrules.language.texts import Text
from llmrules.language.values import Period
from llmrules.language.vocabulary import AS_OF, Attribute

if TYPE_CHECKING:
    from collections.abc import Iterator


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


@frozen
class Cycle:
    """A cycle through a negative dependency: rules and attributes in order, the first one again at the end."""

    steps: tuple[str, ...]

    def __str__(self) -> str:
        """Return the cycle on one line."""
        return " → ".join(self.steps)


def stratify(rules: Iterable[Rule]) -> dict[str, int] | Cycle:
    """Return each rule's stratum by id, or a cycle. Classifying rules are no part of this: they know no requirement."""
    firing = sorted((rule for rule in rules if not rule.classifies), key=lambda rule: rule.id)
    edges = _edges(firing)
    knots = _knots(edges)
    knot_of = {node: number for number, knot in enumerate(knots) for node in knot}
    level = [0] * len(knots)
    for number, knot in enumerate(knots):
        for node in sorted(knot):
            for target, weight in edges[node]:
                if knot_of[target] != number:
                    level[knot_of[target]] = max(level[knot_of[target]], level[number] + weight)
                elif weight:
                    return _cycle(node, target, edges)
    return {rule.id: level[knot_of[_rule_node(rule.id)]] for rule in firing}


def ties(rule: Rule) -> object:
    """Return all that ties a rule to others: what it tests and concludes, and which rules it overrides."""
    concluded = None if rule.effect.conclusion is None else rule.effect.conclusion.attribute.name
    of_models = {leaf.attribute.name for leaf in rule.where.all_leaves()} if rule.classifies else set()
    return rule.classifies, rule.trial, frozenset(_dependencies(rule)), of_models, rule.overrides, concluded


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
        return _from_smallest(error.args[1][::-1])


def _rule_node(name: str) -> str:
    return f"rule {name}"


def _edges(rules: list[Rule]) -> dict[str, list[tuple[str, int]]]:
    """Map each node to the nodes that depend on it, with 1 for a negative dependency."""
    edges: dict[str, list[tuple[str, int]]] = {_rule_node(rule.id): [] for rule in rules}
    for rule in rules:
        node = _rule_node(rule.id)
        for attribute, weight in _dependencies(rule):
            edges.setdefault(attribute, []).append((node, weight))
        edges[node] += [(other, 1) for other in map(_rule_node, rule.overrides) if other in edges and other != node]
        if rule.effect.conclusion is not None:
            concluded = rule.effect.conclusion.attribute.name
            edges.setdefault(concluded, [])
            edges[node].append((concluded, 0))
    return edges


def _knots(edges: Mapping[str, list[tuple[str, int]]]) -> list[list[str]]:
    """Return the nodes in groups, in each of which every node depends on every other one; what depends comes later."""
    before: dict[str, list[str]] = {node: [] for node in edges}
    for node, targets in edges.items():
        for target, _ in targets:
            before[target].append(node)
    after = {node: [target for target, _ in targets] for node, targets in edges.items()}
    seen: set[str] = set()
    left = [node for start in sorted(edges) for node in _walked(start, after, seen)]
    seen.clear()
    return [its for start in reversed(left) if (its := [*_walked(start, before, seen)])]


def _dependencies(rule: Rule) -> Iterator[tuple[str, int]]:
    for leaf in rule.when.all_leaves():
        yield leaf.attribute.name, int(leaf.negative or bool(leaf.references))
    for leaf in rule.unless.all_leaves():
        yield leaf.attribute.name, 1
    for name in (*rule.when.references(), *rule.unless.references()):
        yield name, 1  # what is compared is settled on both sides
    for name in rule.references():
        yield name, 0


def _walked(start: str, after: Mapping[str, list[str]], seen: set[str]) -> Iterator[str]:
    """Yield the nodes that are reached from one and were not seen, each after all that are reached from it."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(after[start]))]
    while path:
        node, targets = path[-1]
        target = next((one for one in targets if one not in seen), None)
        if target is None:
            path.pop()
            yield node
        else:
            seen.add(target)
            path.append((target, iter(after[target])))


def _cycle(node: str, target: str, edges: Mapping[str, list[tuple[str, int]]]) -> Cycle:
    """Return a shortest cycle through a negative dependency."""
    before = {target: node}
    queue = deque([target])
    while node not in before:
        reached = queue.popleft()
        for one, _ in edges[reached]:
            if one not in before:
                before[one] = reached
                queue.append(one)
    steps = [node]
    while len(steps) == 1 or steps[-1] != node:
        steps.append(before[steps[-1]])
    return _from_smallest(steps[::-1])


def _from_smallest(steps: list[str]) -> Cycle:
    """Turn a cycle so that it begins with the smallest of its steps, however it was found."""
    smallest = min(range(len(steps) - 1), key=lambda index: steps[index])
    return Cycle((*steps[smallest:-1], *steps[: smallest + 1]))
