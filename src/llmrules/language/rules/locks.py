"""Locks: what no later layer may do to a rule that an earlier one locks.

A later layer may not undo the rule, not empty it by what it concludes of models, and not silence it by what it
concludes of the case. What a lock does not cover, ``docs/rules.md`` says.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from llmrules.language.rules.rule import Disable, Rule, by_conclusion, exempted

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from llmrules.reading.cursor import Cursor

    Attempt: TypeAlias = tuple[Cursor, str]
    """Where something is attempted, and what it would do."""


def check_locks(
    rules: Mapping[str, Rule],
    places: Mapping[str, Cursor],
    disables: Iterable[tuple[Disable, Cursor]],
    firsts: Iterable[tuple[tuple[str, ...], Cursor]],
    disabled: Container[str],
) -> None:
    """Note each attempt of a later layer to undo, to empty or to silence a locked rule, with both places.

    ``firsts`` are the lists of which the first that fires counts, with where they stand.
    """
    if not any(rule.locked for rule in rules.values()):
        return
    disables = tuple(disables)
    undoing = _undoing(rules.values(), places)
    for names, cursor in firsts:
        for name in names[1:]:
            undoing[name].append((cursor.element(name), "override it"))
    concluders = by_conclusion(rule for rule in rules.values() if rule.id not in disabled and not rule.trial)
    for target in rules.values():
        if not target.locked:
            continue
        own = places[target.id]
        switching = [(cursor, "switch it off") for disable, cursor in disables if disable.covers(target)]
        locked = own.table()["locked"].place
        for cursor, what in (*switching, *undoing[target.id], *_concluding(target, concluders, places)):
            if cursor.source.layer > own.source.layer:
                message = f"is locked by an earlier layer, which no later one may undo: this would {what}"
                cursor.problem("locked", message, found=target.id, other=locked)


def _undoing(rules: Iterable[Rule], places: Mapping[str, Cursor]) -> defaultdict[str, list[Attempt]]:
    """Return what overrides and exempts from each rule."""
    found: defaultdict[str, list[Attempt]] = defaultdict(list)
    rules = tuple(rules)
    for rule in rules:
        keys = places[rule.id].table()
        for name in rule.overrides:
            found[name].append((keys["overrides"].element(name), "override it"))
        for target in (*rule.effect.exempts, *rule.effect.lifts):
            for name in exempted(rule, target, rules):
                found[name].append((keys[rule.effect.name].element(target), "exempt from it"))
    return found


def _concluding(target: Rule, concluders: Mapping[str, list[Rule]], places: Mapping[str, Cursor]) -> Iterator[Attempt]:
    """Yield where something is concluded on which it depends whom the rule reaches, who passes it, and if it fires."""
    models, case = _read_of_models(target, concluders, places), _silencing(target)
    for name in sorted(models | case):
        what = f"conclude {name}, which it reads of models" if name in models else f"conclude {name}, which can stop it"
        for rule in concluders.get(name, ()):
            yield places[rule.id].table()[rule.effect.name], what


def _read_of_models(target: Rule, concluders: Mapping[str, list[Rule]], places: Mapping[str, Cursor]) -> set[str]:
    """Return what a rule reads of models, also by way of the classes that its own layer and earlier ones declare."""
    found: set[str] = set()
    agenda = [*target.reads()]
    while agenda:
        name = agenda.pop()
        if name in found:
            continue
        found.add(name)
        for rule in concluders.get(name, ()):
            if places[rule.id].source.layer <= places[target.id].source.layer:
                agenda += rule.reads()
    return found


def _silencing(target: Rule) -> set[str]:
    """Return the requirements of which one more value can keep a rule from firing, or from reaching a model.

    Those are what its exceptions and its negative tests ask, and what it refers to: with two values in conflict a
    test must hold for both, which makes nothing but the test of ``require`` harder to pass.
    """
    exceptions = target.unless.reads().union(target.when.references())
    negative = {leaf.attribute.name for leaf in target.when.all_leaves() if leaf.negative}
    requires = target.effect.hard and target.effect.wanted
    softened = () if requires else target.effect.predicate.references()
    return {*exceptions, *negative, *target.where.references(), *softened}
