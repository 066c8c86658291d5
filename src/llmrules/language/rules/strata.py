"""The order in which rules can be decided.

A rule's stratum is the greatest of the strata of the attributes it tests positively or refers to, of those it
tests negatively or compares with each other plus one, and of its overriders plus one; an attribute's is that of its
highest concluding rule, else 0. A cycle through a negative test makes that impossible.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from llmrules.language.rules.rule import Cycle, from_smallest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.language.rules.rule import Rule


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
    return from_smallest(steps[::-1])
