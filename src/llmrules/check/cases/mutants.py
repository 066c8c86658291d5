"""Mutants: every small change of a rule that a good set of cases should notice. Nothing is decided here.

A mutant flips one operator, moves one threshold by one step, leaves one member of a list, or one mark, out, drops one
condition, one exception or one override, gives a point more or less, asks for an approval or for none, or switches the
rule off. Of two changes that make the same rule only the first is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from llmrules.check.cases.edits import changes_of, leaf_text, stepped, value_text, written
from llmrules.errors import Place
from llmrules.language.rules.effects import Conclude, Exempt, Prefer, Testing
from llmrules.language.rules.rule import Rule
from llmrules.language.vocabulary import AS_OF, Vocabulary
from llmrules.reading.files import KeyPath

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.language.conditions import Leaf, Table
    from llmrules.reading.cursor import Cursor

FEWEST_MARKS = 2
"""Marks without which nothing is graded."""

Kind: TypeAlias = Literal["operator", "threshold", "member", "condition", "exception", "override", "effect"]


@frozen
class Mutant:
    """One change of one rule: what was written, and what stands there instead (None: nothing).

    ``path`` leads to it from the top of the rule; ``changed`` is the rule as it then is, None for one switched off.
    """

    rule: str
    kind: Kind
    path: KeyPath
    was: str
    now: str | None
    changed: Rule | None = field(eq=False, repr=False)
    place: Place | None = field(default=None, eq=False, repr=False)


@frozen
class _Edit:
    """One change somewhere in a rule; ``what`` is the part of the rule as it then is."""

    kind: Kind
    path: KeyPath
    was: str
    now: str | None
    what: Any


def mutants(
    rule: Rule,
    cursor: Cursor | None = None,
    vocabulary: Vocabulary | None = None,
    first_of: Mapping[tuple[str, str], Cursor] | None = None,
) -> tuple[Mutant, ...]:
    """Return every mutant of a rule, in the order in which the rule is written; switching it off comes last.

    ``cursor`` is where it stands, if that is known, and ``vocabulary`` what requirements may be swapped for;
    ``first_of`` are the lists by which it overrides others.
    """
    seen: set[Rule] = set()
    kept = []
    for side, edit in _edits(rule, vocabulary):
        changed = evolve(rule, **{side: edit.what})
        if changed not in seen:
            seen.add(changed)
            path, place = edit.path, _place(cursor, edit.path)
            if edit.kind == "override" and (listed := (first_of or {}).get((rule.id, edit.was))) is not None:
                path, place = ("first_of",), listed.element(edit.was).place
            kept.append(Mutant(rule.id, edit.kind, path, edit.was, edit.now, changed, place))
    name = rule.effect.name
    return (*kept, Mutant(rule.id, "effect", (name,), name, None, None, _place(cursor, (name,))))


def _place(cursor: Cursor | None, path: KeyPath) -> Place | None:
    return cursor.source.place((*cursor.path, *path)) if cursor is not None else None


def _edits(rule: Rule, vocabulary: Vocabulary | None) -> Iterator[tuple[str, _Edit]]:
    """Yield the name of a field of the rule, and a change of it."""
    for side in ("when", "unless", "where"):
        for edit in _table_edits(getattr(rule, side), (side,), vocabulary, unless=side == "unless"):
            yield side, edit
    for edit in _effect_edits(rule, vocabulary):
        yield "effect", edit
    for target in rule.overrides:
        rest = tuple(other for other in rule.overrides if other != target)
        yield "overrides", _Edit("override", ("overrides",), target, None, rest)
    yield from _terms(rule)
    for bound, day in (("effective_from", rule.effective_from), ("effective_to", rule.effective_to)):
        for step in (-1, 1):
            moved = None if day is None else stepped(AS_OF, day, step)
            if day is not None and moved is not None:
                yield bound, _Edit("threshold", (bound,), value_text(day), value_text(moved), moved)


def _terms(rule: Rule) -> Iterator[tuple[str, _Edit]]:
    """Yield each change of how much a rule counts, and of whose approval it accepts."""
    if rule.in_tier > 1:
        yield "tier", _Edit("threshold", ("tier",), str(rule.tier), None, None)
    for weight in () if rule.weight is None else (rule.weight - 1, rule.weight + 1):
        if weight > 0:
            yield "weight", _Edit("threshold", ("weight",), str(rule.weight), str(weight), weight)
    if rule.level is not None:
        level = "warning" if rule.level == "approval" else "approval"
        yield "level", _Edit("operator", ("level",), rule.level, level, level)
    if rule.not_by is not None:
        yield "not_by", _Edit("condition", ("not_by",), rule.not_by, None, None)


def _effect_edits(rule: Rule, vocabulary: Vocabulary | None) -> Iterator[_Edit]:
    effect, path = rule.effect, (rule.effect.name,)
    if isinstance(effect, Prefer) and effect.grade is not None:
        grade = effect.grade
        other = evolve(grade, toward="highest" if grade.toward == "lowest" else "lowest")
        was, now = (f"{one.attribute.name}.toward = {value_text(one.toward)}" for one in (grade, other))
        yield _Edit("operator", (*path, grade.attribute.name, "toward"), was, now, evolve(effect, grade=other))
        for mark in grade.marks if len(grade.marks) > FEWEST_MARKS else ():
            marks = tuple(one for one in grade.marks if one != mark)
            other = evolve(grade, attribute=evolve(grade.attribute, marks=marks), marks=marks)
            yield _Edit("member", (*path, grade.attribute.name, "marks"), value_text(mark), None, Prefer(grade=other))
    elif isinstance(effect, Testing):
        for edit in _table_edits(effect.predicate, path, vocabulary):
            yield evolve(edit, what=evolve(effect, predicate=edit.what))
    elif isinstance(effect, Conclude) and len(effect.values) > 1:
        for value in sorted(effect.values, key=str):
            rest = Conclude(effect.attribute, effect.values - {value})
            yield _Edit("member", (*path, effect.attribute.name), value_text(value), None, rest)
    elif isinstance(effect, Exempt) and len(effect.exempts) > 1:
        for target in effect.exempts:
            others = tuple(other for other in effect.exempts if other != target)
            yield _Edit("member", path, target, None, Exempt(exempts=others))


def _table_edits(
    table: Table, path: KeyPath, vocabulary: Vocabulary | None, *, unless: bool = False, top: bool = True
) -> Iterator[_Edit]:
    """Yield each change of a condition table; in ``unless`` each entry at the top is an exception of its own."""
    for index, leaf in enumerate(table.leaves):
        before, after = table.leaves[:index], table.leaves[index + 1 :]
        here = (*path, leaf.attribute.name)
        for edit in _leaf_edits(leaf, here, vocabulary, unless=unless):
            yield evolve(edit, what=evolve(table, leaves=(*before, edit.what, *after)))
        kind: Kind = "exception" if unless and top else "condition"
        yield _Edit(kind, here, leaf_text(leaf), None, evolve(table, leaves=(*before, *after)))
    for name, field_name in (("all", "every"), ("any", "either")):
        inner: tuple[Table, ...] = getattr(table, field_name)
        for index, one in enumerate(inner):
            here = (*path, name, index)
            for edit in _table_edits(one, here, vocabulary, unless=unless, top=False):
                yield evolve(edit, what=_with(table, field_name, (*inner[:index], edit.what, *inner[index + 1 :])))
            if len(inner) > 1:
                rest = _with(table, field_name, (*inner[:index], *inner[index + 1 :]))
                yield _Edit("condition", here, _table_text(one), None, rest)
        if unless and top and inner:
            text = f"{name} = [{', '.join(map(_table_text, inner))}]"
            yield _Edit("exception", (*path, name), text, None, _with(table, field_name, ()))


def _with(table: Table, field_name: str, inner: tuple[Table, ...]) -> Table:
    return evolve(table, every=inner) if field_name == "every" else evolve(table, either=inner)


def _leaf_edits(leaf: Leaf, path: KeyPath, vocabulary: Vocabulary | None, *, unless: bool) -> Iterator[_Edit]:
    """Yield each change of a leaf that may stand there: nothing negative in ``unless``, ``known = false`` alone."""
    for index, test in enumerate(leaf.tests):
        before, after = leaf.tests[:index], leaf.tests[index + 1 :]
        was = written(leaf.attribute, test)
        for kind, changed in changes_of(leaf.attribute, test, vocabulary):
            edited: Leaf = evolve(leaf, tests=(*before, changed, *after))
            forbidden = unless and edited.negative
            absent = changed.operator.name == "known" and len(edited.tests) > 1
            if not forbidden and not absent:
                yield _Edit(kind, path, was, written(leaf.attribute, changed), edited)
        if len(leaf.tests) > 1:
            yield _Edit("condition", path, was, None, evolve(leaf, tests=(*before, *after)))


def _table_text(table: Table) -> str:
    parts = [leaf_text(leaf) for leaf in table.leaves]
    for name, inner in (("all", table.every), ("any", table.either)):
        parts += [f"{name} = [{', '.join(map(_table_text, inner))}]"] if inner else []
    return f"{{ {', '.join(parts)} }}"
