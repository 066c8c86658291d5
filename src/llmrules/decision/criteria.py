"""Criteria: the effects of rules on models, evaluated over all candidates at once.

What does not depend on the case is evaluated once, when the advisor is made.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.candidates import Candidates, bits
from llmrules.rules.rule import Grade, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from llmrules.candidates import Masks
    from llmrules.conditions import Facts


@frozen(eq=False)
class Outcome:
    """What one criterion says of the candidates.

    ``true`` and ``false`` are masks of the first layer: of a hard rule, who passes and who fails; of all others,
    whom it reaches. ``changes`` lists the candidates (with the layer of the value) for which a disputed value
    would say something else.
    """

    true: int
    false: int
    changes: tuple[tuple[int, int], ...]


@frozen(eq=False)
class Criterion:
    """One rule that touches models."""

    rule: Rule
    fixed: Outcome | None
    grades: tuple[int | None, ...] = ()
    signed_weight: int = 0

    def points(self, index: int) -> int:
        """Return the points of a candidate that it reaches, in the units of the criteria."""
        if isinstance(self.rule.body, Grade):
            return self.grades[index] or 0
        return self.signed_weight


@frozen(eq=False)
class Criteria:
    """All rules that touch models, by id, over one arrangement of candidates.

    Points are integers in units of ``1 / scale``, so that adding them is exact and fast.
    """

    candidates: Candidates
    by_rule: dict[str, Criterion]
    scale: int
    everyone: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Keep the mask of the first layer."""
        object.__setattr__(self, "everyone", (1 << self.candidates.count) - 1)

    def outcome(self, criterion: Criterion, facts: Facts) -> Outcome:
        """Return what a criterion says in a case."""
        return criterion.fixed or _evaluate(criterion.rule, self.candidates, criterion.grades, facts)


def compile_criteria(candidates: Candidates, rules: Iterable[Rule]) -> Criteria:
    """Evaluate what does not depend on the case of every rule that touches models."""
    touching = [rule for rule in rules if rule.effect.touches_models]
    places = {rule.id: candidates.grades(rule.body) for rule in touching if isinstance(rule.body, Grade)}
    scale = lcm(*(place.denominator for row in places.values() for place in row if place is not None))
    by_rule = {}
    for rule in touching:
        grades = tuple(_scaled(place, rule.weight or 0, scale) for place in places.get(rule.id, ()))
        fixed = None if rule.references() else _evaluate(rule, candidates, grades, {})
        sign = -1 if rule.effect.name == "avoid" else 1
        by_rule[rule.id] = Criterion(rule, fixed, grades, sign * (rule.weight or 0) * scale)
    return Criteria(candidates, by_rule, scale)


def _scaled(place: Fraction | None, weight: int, scale: int) -> int | None:
    return None if place is None else int(place * weight * scale)


def _evaluate(rule: Rule, candidates: Candidates, grades: tuple[int | None, ...], facts: Facts) -> Outcome:
    """Evaluate one rule: a hard one says *where implies predicate*, every other reaches where both are true."""
    where_true, where_false = candidates.table(rule.where, facts)
    if isinstance(rule.body, Grade):
        known = candidates.known.get(rule.body.attribute.name, 0)
        outcome = _outcome(candidates, (where_true & known, where_false))
        return evolve(outcome, changes=_with_other_grades(outcome, candidates, grades, where_true))
    true, false = candidates.table(rule.predicate, facts)
    if rule.effect.name == "exclude":
        true, false = false, true
    if rule.effect.hard:
        true, false = where_false | true, where_true & false
    else:
        true, false = where_true & true, where_false | false
    return _outcome(candidates, (true, false))


def _with_other_grades(
    outcome: Outcome, candidates: Candidates, grades: tuple[int | None, ...], reached: int
) -> tuple[tuple[int, int], ...]:
    """Return the changes of a graded preference: other points count as much as being reached or not."""
    count = candidates.count
    regraded = {
        (dispute.index, dispute.layer)
        for dispute in candidates.disputes
        if reached >> dispute.index & 1 and grades[dispute.index] != grades[dispute.layer * count + dispute.index]
    }
    return tuple(sorted(regraded.union(outcome.changes)))


def _outcome(candidates: Candidates, masks: Masks) -> Outcome:
    true, false = masks
    count = candidates.count
    first = (1 << count) - 1
    changes: list[tuple[int, int]] = []
    for layer in range(1, candidates.layers + 1):
        shift = layer * count
        changed = (((true >> shift) ^ true) | ((false >> shift) ^ false)) & candidates.present[layer]
        if changed:
            changes += [(index, layer) for index in bits(changed)]
    return Outcome(true & first, false & first, tuple(sorted(changes)))
