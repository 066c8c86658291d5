"""The small changes of one test: its operator flipped, its threshold moved by one step, a member of its list left out.

What comes back is always a test that could be written in a rule file.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import evolve

from llmrules.errors import show
from llmrules.language.conditions import Leaf, Operand, Reference, Test, comparable
from llmrules.language.operators import OPERATORS
from llmrules.language.values import Number, Period, Value, number
from llmrules.language.vocabulary import ORDERED, Attribute, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


Change: TypeAlias = Literal["operator", "threshold", "member"]

FLIPS: Mapping[str, tuple[str, ...]] = {
    "is": ("none_of",),
    "any_of": ("none_of",),
    "none_of": ("any_of", "has_any"),
    "has": ("none_of",),
    "has_any": ("has_all", "none_of"),
    "has_all": ("has_any", "none_of"),
    "only": ("has_any", "has_all"),
    "at_least": ("above", "below"),
    "at_most": ("below", "above"),
    "above": ("at_least", "at_most"),
    "below": ("at_most", "at_least"),
    "known": ("known",),
}
"""What each operator is flipped into: its neighbour, where it has one, and its opposite."""


def changes_of(attribute: Attribute, test: Test, vocabulary: Vocabulary | None) -> Iterator[tuple[Change, Test]]:
    """Yield every small change of a test; one that refers to a requirement refers to the next that it could as well."""
    for name in FLIPS.get(test.operator.name, ()):
        flipped = _flipped(attribute, test, name)
        if flipped is not None:
            yield "operator", flipped
    for operand in _moved(attribute, test):
        yield "threshold", evolve(test, operand=operand)
    if isinstance(test.operand, tuple) and len(test.operand) > 1:
        for member in test.operand:
            yield "member", evolve(test, operand=tuple(other for other in test.operand if other != member))
    if vocabulary is not None and isinstance(test.operand, Reference):
        others = [
            name for name in vocabulary.names("requirement") if name not in {test.operand.requirement, attribute.name}
        ]
        for name in [one for one in others if comparable(attribute, test.operator, vocabulary[one])][:1]:
            yield "member", evolve(test, operand=evolve(test.operand, requirement=name))


def _flipped(attribute: Attribute, test: Test, name: str) -> Test | None:
    operator, operand = OPERATORS[name], test.operand
    if isinstance(operand, bool):  # a flag, or known
        return evolve(test, operand=not operand)
    if attribute.type not in operator.types:
        return None
    if isinstance(operand, Reference):
        lists = {"list", "members"}
        fits = operator.operand == test.operator.operand or {operator.operand, test.operator.operand} <= lists
        return Test(operator, operand) if fits else None
    if operator.operand in {"list", "members"}:
        members = tuple(sorted(map(str, operand))) if isinstance(operand, frozenset) else operand
        return Test(operator, members if isinstance(members, tuple) else (members,))
    return Test(operator, operand)


def _moved(attribute: Attribute, test: Test) -> Iterator[Operand | Reference]:
    """Yield the thresholds one step below and one step above."""
    operand = test.operand
    if attribute.type not in ORDERED or test.operator.operand != "same":
        return
    for step in (-1, 1):
        moved: Operand | Reference | None = None
        if isinstance(operand, Reference):
            plus = None if attribute.type == "scale" else number(operand.plus + step)
            moved = None if plus is None else evolve(operand, plus=plus)
        elif not isinstance(operand, tuple):
            moved = stepped(attribute, operand, step)
        if moved is not None:
            yield moved


def stepped(attribute: Attribute, value: Value, step: int) -> Value | None:
    """Return the value one step lower (-1) or higher (1): the next choice, day or mark, else one in the last place."""
    if isinstance(value, Period):
        try:
            when: date = value.first + timedelta(days=step)
        except OverflowError:
            return None
        return Period(when, when, when.isoformat())
    if attribute.type == "scale":
        place = attribute.choice_ids.index(str(value)) + step
        return attribute.choice_ids[place] if 0 <= place < len(attribute.choices) else None
    return _stepped_number(attribute, value, step) if isinstance(value, int | Decimal) else None


def _stepped_number(attribute: Attribute, value: Number, step: int) -> Number | None:
    if value in attribute.marks:
        place = attribute.marks.index(value) + step
        return attribute.marks[place] if 0 <= place < len(attribute.marks) else None
    exact = Decimal(value)
    exponent = exact.as_tuple().exponent
    moved = number(exact + step * Decimal(1).scaleb(min(int(exponent), 0)))
    low, high = attribute.minimum, attribute.maximum
    inside = moved is not None and (low is None or moved >= low) and (high is None or moved <= high)
    return moved if inside else None


def leaf_text(leaf: Leaf) -> str:
    """Return a leaf as a rule file could write it."""
    return ", ".join(written(leaf.attribute, test) for test in leaf.tests)


def written(attribute: Attribute, test: Test) -> str:
    """Return one test as a rule file could write it."""
    bare = test.operator.name == "is" and not attribute.many
    left = attribute.name if bare else f"{attribute.name}.{test.operator.name}"
    operand = test.operand
    if attribute.sides is not None:
        one, other = attribute.sides
        plus = f", plus = {operand}" if operand else ""
        return f"{one}.{test.operator.name} = {{ attribute = {show(other)}{plus} }}"
    if isinstance(operand, Reference):
        plus = f", plus = {operand.plus}" if operand.plus else ""
        return f"{left} = {{ requirement = {show(operand.requirement)}{plus} }}"
    return f"{left} = {value_text(operand)}"


def value_text(operand: Operand) -> str:
    """Return a value, or several, as TOML writes them."""
    if isinstance(operand, tuple | frozenset):
        members = operand if isinstance(operand, tuple) else sorted(operand)
        return show([str(one) if isinstance(one, Period) else one for one in members])
    return show(operand)
