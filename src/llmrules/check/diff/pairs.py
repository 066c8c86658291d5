"""Two decisions laid side by side: every part that an outcome can depend on, old and new, under the id of a difference.

Texts, sources and places are left out, because no outcome depends on them. A rule that a side does not have is there
but switched off, and attributes are declared on both, so that nothing that refers to one breaks by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.check.diff.differences import approval_id, disable_id, policy_id, requirement_id
from llmrules.check.diff.models import CITED, Pair, model_pairs
from llmrules.language.conditions import Table, json_table
from llmrules.language.profile import Requirement
from llmrules.language.texts import Text
from llmrules.language.vocabulary import AS_OF, Attribute, Choice
from llmrules.trace import given
from llmrules.trace.codec import Plain, plain
from llmrules.trace.given import Spelling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.check.diff.offers import Shared
    from llmrules.language.rules.rule import Rule
    from llmrules.trace.given import Given

SAID = Text("-", "-")
"""What every text says here."""

CHOICES = tuple(choice for choice in given.CHOICES if choice != "stale_after")
"""What is asked beside the requirements, as far as an outcome can depend on it."""


def pairs_between(old: Given, new: Given, sharing: Shared) -> Iterator[tuple[str, Pair]]:
    """Yield every part of two sides; one that a side lacks is None there."""
    for choice in CHOICES:
        yield policy_id(choice), (_chosen(old, choice), _chosen(new, choice))
    yield from _requirement_pairs(old, new)
    yield from _approval_pairs(old, new)
    yield from _attribute_pairs(old, new)
    yield from _rule_pairs(old, new)
    yield from _promise_pairs(old, new)
    yield from model_pairs(old, new, sharing)


def _requirement_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    sides = [
        {
            one.attribute: Requirement(one.attribute, one.value, "stated")
            for one in given.requirements
            if one.origin == "stated" or one.attribute == AS_OF.name
        }
        for given in (old, new)
    ]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        yield requirement_id(name), (sides[0].get(name), sides[1].get(name))


def _approval_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    sides = [{approval_id(one): evolve(one, by="-") for one in given.approvals} for given in (old, new)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        yield name, (sides[0].get(name), sides[1].get(name))


def _attribute_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    """Yield each attribute twice; one that a side does not declare is there, but nothing is assumed of it."""
    sides = [{one.name: one for one in given.vocabulary} for given in (old, new)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        before, after = sides[0].get(name), sides[1].get(name)
        choices: dict[str, None] = {}
        for one in (before, after):
            choices |= dict.fromkeys(choice.id for choice in one.choices) if one is not None else {}
        shared = tuple(choices)
        known = [None if one is None else _attribute(one, shared) for one in (before, after)]
        absent = [evolve(one, default=None) for one in known if one is not None]
        yield f"attribute:{name}", (known[0] or absent[0], known[1] or absent[0])


def _attribute(one: Attribute, choices: tuple[str, ...]) -> Attribute:
    """Leave out what only reading or people need; the order of choices matters to a scale alone."""
    ids = tuple(choice.id for choice in one.choices) if one.type == "scale" or not one.choices else choices
    return Attribute(
        name=one.name,
        scope=one.scope,
        type=one.type,
        label=SAID,
        choices=tuple(Choice(choice, SAID) for choice in ids),
        unit=None if one.unit is None else Text(one.unit.read("en"), None),
        marks=one.marks,
        partial=one.partial,
        inherited=one.inherited,
        computed=one.computed,
        default=one.default,
    )


def _rule_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    """Yield each rule twice, with whether the side has it, and each entry that switches something off."""
    sides = [{rule.id: _rule(rule) for rule in given.rules} for given in (old, new)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        before, after = sides[0].get(name), sides[1].get(name)
        yield f"rule:{name}", ((before or after, before is not None), (after or before, after is not None))
    off = [{disable_id(one): evolve(one, reason=SAID) for one in given.disabled} for given in (old, new)]
    for name in sorted(off[0].keys() | off[1].keys()):
        yield name, (off[0].get(name), off[1].get(name))


def _promise_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    """Yield each promise as plain JSON, as rules are."""
    sides = []
    for side in (old, new):
        write = Spelling.of(side.vocabulary).write
        sides.append({one.id: write(evolve(one, because=SAID, sources=CITED)) for one in side.promises})
    for name in sorted(sides[0].keys() | sides[1].keys()):
        yield f"promise:{name}", (sides[0].get(name), sides[1].get(name))


def _chosen(given: Given, choice: str) -> object:
    """Return a choice; a condition as plain JSON, which the words of the attributes that it tests are no part of."""
    found = getattr(given, choice)
    return json_table(found) if isinstance(found, Table) else found


def _rule(rule: Rule) -> Plain:
    """Return a rule as plain JSON, which the words of the attributes that it tests are no part of."""
    said = evolve(
        rule,
        because=SAID,
        otherwise=None,
        sources=CITED,
        approver=None if rule.not_by is None else rule.approver,
        owner=None,
        review_by=None,
        locked=False,
        ignore={},
    )
    return plain(said)


def families_of(old: Given, new: Given) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each model with all that it inherits from on either side, and itself."""
    parents: dict[str, set[str]] = {}
    for model in (*old.catalogue, *new.catalogue):
        parents.setdefault(model.id, set()).update([model.extends] if model.extends is not None else [])
    for name in parents:
        family, waiting = {name}, [name]
        while waiting:
            more = parents.get(waiting.pop(), set()) - family
            family |= more
            waiting += more
        yield name, frozenset(family)
