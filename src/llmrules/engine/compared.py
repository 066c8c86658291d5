"""Leaves that compare two requirements, decided by the adapter once nothing more is concluded of either.

durable-rules must never compare a fact with another one: it reads beyond its memory. So what comes out is told to it
as a fact of its own. What is equal, more and less is written down here once more, apart from the table of operators.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import frozen

from llmrules.engine.codes import KNOWN, Codes, matches, refuse
from llmrules.language.conditions import Leaf, Reference
from llmrules.language.values import EXACT, Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llmrules.engine.program import Program
    from llmrules.language.conditions import Facts, Test
    from llmrules.language.values import Number, Value


@frozen(eq=False)
class Compared:
    """The slot that is known when a leaf holds in which two requirements are compared."""

    slot: int
    leaf: Leaf
    codes: Codes

    def holds(self, facts: Facts) -> bool:
        """Say whether the leaf holds on facts: for one value, or for a set, and all that it is compared with."""
        values = facts.get(self.leaf.attribute.name)
        rights = {name: facts.get(name) for name in self.leaf.references}
        if values is None or None in rights.values():
            return False
        referring = [test for test in self.leaf.tests if isinstance(test.operand, Reference)]
        others = [test for test in self.leaf.tests if not isinstance(test.operand, Reference)]
        each: Iterable[Any] = [values] if self.leaf.attribute.many else values
        return any(
            (self.leaf.attribute.many or matches(self.codes, others, one))
            and all(self._passes(test, one, rights[test.operand.requirement] or frozenset()) for test in referring)  # type: ignore[union-attr]
            for one in each
        )

    def _passes(self, test: Test, left: Any, right: frozenset[Value]) -> bool:  # noqa: ANN401 - a value, or a set
        name = test.operator.name
        if test.operator.operand in {"list", "members"} or (name == "is" and self.leaf.attribute.many):
            its = left if isinstance(left, frozenset) else frozenset({left})
            found = {
                "any_of": not its.isdisjoint(right),
                "has_any": not its.isdisjoint(right),
                "none_of": its.isdisjoint(right),
                "has_all": its >= right,
                "only": its <= right,
                "is": its == right,
            }
            return found[name] if name in found else refuse(test)
        if name == "has":
            return bool(right <= left)
        order, plus = self.leaf.attribute.choice_ids, test.operand.plus  # type: ignore[union-attr]
        here = _place(left, order)
        return all(_compares(test, here, _place(one, order, plus)) for one in right)


def known_of(program: Program, facts: Facts, names: Iterable[str], fired: Sequence[int]) -> Facts:
    """Return what is known of some requirements where the slots of some rules say that they fired."""
    known = {name: set(facts[name]) for name in names if name in facts}
    for rule in program.rules:
        if rule.conclusion is not None and rule.conclusion.attribute.name in names and fired[rule.place] & KNOWN:
            known.setdefault(rule.conclusion.attribute.name, set()).update(rule.conclusion.values)
    return {name: frozenset(values) for name, values in known.items()}


def _compares(test: Test, here: Any, there: Any) -> bool:  # noqa: ANN401 - what orders values
    found = {
        "is": lambda: here == there,
        "at_least": lambda: here >= there,
        "at_most": lambda: here <= there,
        "above": lambda: here > there,
        "below": lambda: here < there,
    }
    return bool(found[test.operator.name]()) if test.operator.name in found else refuse(test)


def _place(value: Value, order: Sequence[str], plus: Number = 0) -> Any:  # noqa: ANN401 - what orders values
    """Return what orders a value so much later: the number of a day within the calendar, an exact number, a place."""
    if isinstance(value, Period):
        return min(max(value.first.toordinal() + int(plus), date.min.toordinal()), date.max.toordinal())
    if isinstance(value, str):
        return order.index(value) if order else value
    return value if isinstance(value, bool) else EXACT.add(Decimal(value), Decimal(plus))  # type: ignore[arg-type]
