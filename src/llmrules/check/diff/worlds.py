"""The worlds between two decisions: the old one with some of the differences applied, and what is decided there.

Texts, sources and places are left out of every world, because no outcome depends on them. A rule that a world does
not have is there but switched off, and attributes are declared in all of them, so that nothing that refers to a rule
or an attribute breaks by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, field, frozen

from llmrules.check.diff.differences import approval_id, disable_id, policy_id, requirement_id
from llmrules.check.diff.models import CITED, Pair, model_pairs, models_of, owner
from llmrules.check.diff.offers import Shared, shared
from llmrules.errors import LoadError, TraceError
from llmrules.language.texts import Text
from llmrules.language.vocabulary import AS_OF
from llmrules.trace.record import (
    AttributeRecord,
    ChoiceRecord,
    DisableRecord,
    DocumentRecord,
    Given,
    RequirementRecord,
    RuleRecord,
)
from llmrules.worlds.replay import approved, decide, load_given, read_requirements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge

    Prepared: TypeAlias = dict[frozenset[str], "Knowledge | None"]

_SAID = Text("-", "-")
_DOCUMENTS = (DocumentRecord("-", "-", "2000"),)

MOST_PREPARED = 64
"""Worlds whose rules and catalogue are kept compiled: those that differ in requirements alone share them."""


@frozen(eq=False, slots=False)
class Worlds:
    """Everything that two decisions were given, side by side, as far as an outcome can depend on it."""

    pairs: Mapping[str, Pair]
    effective: tuple[str, ...]
    several: frozenset[str]
    families: Mapping[str, frozenset[str]] = field(factory=dict)
    prepared: Prepared = field(factory=dict)

    @cached_property
    def of_catalogue(self) -> frozenset[str]:
        """The differences of the catalogue."""
        return frozenset(name for name in self.effective if name.startswith(OF_CATALOGUE))

    @cached_property
    def _owned(self) -> Mapping[str, frozenset[str]]:
        """The differences of each model alone."""
        found: dict[str, set[str]] = {}
        for name in self.of_catalogue:
            found.setdefault(owner(self.pairs[name]), set()).add(name)
        return {model: frozenset(names) for model, names in found.items()}

    def of_model(self, subject: str) -> frozenset[str]:
        """Return the differences of a model, or of the model of an offer, and of those that it inherits from."""
        family = self.families.get(subject.split(" @ ", maxsplit=1)[0], frozenset())
        return frozenset().union(*(self._owned.get(model, frozenset()) for model in family))

    @cached_property
    def _alike(self) -> Mapping[str, frozenset[str]]:
        """The differences of the catalogue by what they are of: an attribute, or offers, or models."""
        found: dict[str, set[str]] = {}
        for name in self.of_catalogue:
            found.setdefault(_sort(name), set()).add(name)
        return {sort: frozenset(names) for sort, names in found.items()}

    def common(self, chosen: frozenset[str], subject: str) -> frozenset[str]:
        """Return a world that says of a model, or of an offer, what another says of it, and that many models share.

        What is said of a model alone is the same whatever differs in others. So theirs are applied as its own are: all
        where all of its own are, none where none is, else those of the same attributes.
        """
        own, case = self.of_model(subject), chosen - self.of_catalogue
        mine = chosen & own
        if mine == own:
            return case | self.of_catalogue
        alike = frozenset().union(*(self._alike[sort] for sort in {_sort(name) for name in mine}))
        return case | (alike if alike & own == mine else mine)

    def decide(self, chosen: frozenset[str]) -> Decision | None:
        """Decide in the world where these differences are the new ones; None where they cannot stand together."""
        given = self.given(chosen)
        try:
            knowledge = self._knowledge(chosen, given)
            if knowledge is None:
                return None
            profile = read_requirements(given.requirements, knowledge.ruleset.vocabulary, name="given")
            return decide(knowledge, approved(profile, given.approvals, "given"), given)
        except (LoadError, TraceError):
            return None

    def _knowledge(self, chosen: frozenset[str], given: Given) -> Knowledge | None:
        key = frozenset(name for name in chosen if not name.startswith(("requirement:", "approval:", "policy")))
        if key not in self.prepared:
            if len(self.prepared) >= MOST_PREPARED:
                self.prepared.pop(next(iter(self.prepared)))
            try:
                self.prepared[key] = load_given(given)
            except LoadError:
                self.prepared[key] = None
        return self.prepared[key]

    def given(self, chosen: frozenset[str]) -> Given:
        """Return what a decision of that world is given."""
        picked = {name: pair[name in chosen] for name, pair in self.pairs.items()}

        def of(kind: str) -> list[Any]:
            return [part for name, part in picked.items() if part is not None and name.startswith(f"{kind}:")]

        absent = [rule.id for rule, present in of("rule") if not present]
        attributes: list[AttributeRecord] = of("attribute")
        return Given(
            vocabulary=tuple(attributes),
            documents=_DOCUMENTS,
            claims=(),
            rules=tuple(rule for rule, _ in of("rule")),
            disabled=(*of("disable"), *(DisableRecord(_SAID, rule=rule) for rule in absent)),
            catalogue=tuple(models_of(of("model"), of("offer"), of("value"))),
            approvals=tuple(of("approval")),
            requirements=_requirements(of("requirement"), attributes),
            **{choice: picked[policy_id(choice)] for choice in CHOICES},
        )


def _sort(name: str) -> str:
    """Return what a difference of the catalogue is of: the attribute of a value, else a model or an offer."""
    kind, _, rest = name.partition(":")
    return rest.rpartition(":")[2] if kind == "value" else f"{kind}:"


def worlds_between(old: Given, new: Given, prepared: Prepared | None = None) -> Worlds:
    """Lay two decisions side by side. ``prepared`` is shared by cases that have the same rules and catalogues."""
    sharing = shared(old, new)
    pairs = dict(_pairs(old, new, sharing))
    effective = tuple(name for name, (before, after) in pairs.items() if before != after)
    families = dict(_families(old, new))
    return Worlds(pairs, effective, sharing.several, families, {} if prepared is None else prepared)


def _families(old: Given, new: Given) -> Iterator[tuple[str, frozenset[str]]]:
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


OF_CATALOGUE = ("model:", "offer:", "value:")
"""How the ids of differences of the catalogue begin."""

CHOICES = ("unknown", "over", "only", "among")
"""What is asked beside the requirements, as far as an outcome can depend on it."""


def _pairs(old: Given, new: Given, sharing: Shared) -> Iterator[tuple[str, Pair]]:
    for choice in CHOICES:
        yield policy_id(choice), (getattr(old, choice), getattr(new, choice))
    yield from _requirement_pairs(old, new)
    yield from _approval_pairs(old, new)
    yield from _attribute_pairs(old, new)
    yield from _rule_pairs(old, new)
    yield from model_pairs(old, new, sharing)


def _requirement_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    sides = [
        {
            one.attribute: RequirementRecord(one.attribute, one.value, "stated")
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


def _requirements(stated: list[RequirementRecord], attributes: list[AttributeRecord]) -> tuple[RequirementRecord, ...]:
    found = {one.attribute: one for one in stated}
    for attribute in attributes:
        if attribute.default is not None and attribute.name not in found:
            found[attribute.name] = RequirementRecord(attribute.name, attribute.default, "assumed")
    return tuple(found[name] for name in sorted(found))


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


def _attribute(one: AttributeRecord, choices: tuple[str, ...]) -> AttributeRecord:
    """Leave out what only reading or people need; the order of choices matters to a scale alone."""
    ids = tuple(choice.id for choice in one.choices) if one.type == "scale" or not one.choices else choices
    return AttributeRecord(
        name=one.name,
        scope=one.scope,
        type=one.type,
        label=_SAID,
        choices=tuple(ChoiceRecord(choice, _SAID) for choice in ids),
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
    off = [
        {disable_id(one.rule, one.pack): evolve(one, reason=_SAID) for one in given.disabled} for given in (old, new)
    ]
    for name in sorted(off[0].keys() | off[1].keys()):
        yield name, (off[0].get(name), off[1].get(name))


def _rule(rule: RuleRecord) -> RuleRecord:
    return evolve(
        rule,
        because=_SAID,
        otherwise=None,
        sources=CITED,
        approver=None,
        owner=None,
        review_by=None,
        locked=False,
        ignore=(),
    )
