"""The worlds between two decisions: the old one with some of the differences applied, and what is decided there.

The old rules and catalogue are loaded once for each vocabulary; all other differences are changes of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, field, frozen

from llmrules.check.diff.differences import policy_id, shared
from llmrules.check.diff.pairs import CHOICES, CITED, SAID, Pair, families_of, models_of, owner, pairs_between
from llmrules.decision.knowledge import Knowledge
from llmrules.errors import LoadError, TraceError
from llmrules.language.conditions import Table
from llmrules.language.profile import Requirement
from llmrules.language.rules.rule import Disable, Promise, Rule
from llmrules.language.sources import STALE_AFTER, Document
from llmrules.language.values import Period
from llmrules.language.vocabulary import AS_OF, Attribute
from llmrules.trace.given import Given, Spelling
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import ModelAs, ModelOut, OfCatalog, OfRules, RuleAs, Switched
from llmrules.worlds.replay import decide, load_given, read_requirements

if TYPE_CHECKING:
    from llmrules.catalog import Model
    from llmrules.decision.decision import Decision

_DOCUMENTS = (Document("-", "-", Period(date(2000, 1, 1), date(2000, 12, 31), "2000")),)

Made = TypeVar("Made")

OF_CATALOGUE = ("model:", "offer:", "value:")
"""How the ids of differences of the catalogue begin."""

OF_CASE = ("requirement:", "approval:", "policy", "promise:")
"""How those begin that worlds with the same rules and catalogue may have."""

MOST_PREPARED = 64
"""Worlds whose rules and catalogue are kept compiled: those that differ in requirements alone share them."""


@frozen(eq=False)
class Prepared:
    """What worlds share: rules and catalogues, and rules and models in them, by their differences; None: unfit."""

    knowledge: dict[frozenset[str], Knowledge | None] = field(factory=dict)
    changes: dict[tuple[str, frozenset[str]], Any] = field(factory=dict)
    spellings: dict[frozenset[str], Spelling] = field(factory=dict)


@frozen(eq=False, slots=False)
class Worlds:
    """Everything that two decisions were given, side by side, as far as an outcome can depend on it."""

    pairs: Mapping[str, Pair]
    effective: tuple[str, ...]
    several: frozenset[str]
    families: Mapping[str, frozenset[str]] = field(factory=dict)
    prepared: Prepared = field(factory=Prepared)

    @cached_property
    def of_catalogue(self) -> frozenset[str]:
        """The differences of the catalogue."""
        return frozenset(name for name in self.effective if name.startswith(OF_CATALOGUE))

    @cached_property
    def _owned(self) -> Mapping[str, tuple[str, ...]]:
        """The differences of each model alone."""
        return _sorted_out(self.of_catalogue, lambda name: owner(self.pairs[name]))

    @cached_property
    def _kinds(self) -> Mapping[str, tuple[str, ...]]:
        """The names of all parts, of each kind."""
        return defaultdict(tuple, _sorted_out(self.pairs, lambda name: name.partition(":")[0]))

    @cached_property
    def _parts(self) -> Mapping[str, tuple[str, ...]]:
        """The names of all parts of each model."""
        names = (name for name in self.pairs if name.startswith(OF_CATALOGUE))
        return defaultdict(tuple, _sorted_out(names, lambda name: owner(self.pairs[name])))

    def _models(self, chosen: frozenset[str]) -> list[str]:
        """Return the models that some differences are of."""
        return sorted({owner(self.pairs[name]) for name in chosen})

    def of_model(self, subject: str) -> frozenset[str]:
        """Return the differences of a model, or of the model of an offer, and of those that it inherits from."""
        family = self.families.get(subject.split(" @ ", maxsplit=1)[0], frozenset())
        return frozenset().union(*(self._owned.get(model, ()) for model in family))

    @cached_property
    def _alike(self) -> Mapping[str, tuple[str, ...]]:
        """The differences of the catalogue by what they are of: an attribute, or offers, or models."""
        return _sorted_out(self.of_catalogue, _sort)

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
        case = self._case(chosen)
        when = next((one.value for one in case.requirements if one.attribute == AS_OF.name), None)
        try:
            knowledge = self._knowledge(frozenset(name for name in chosen if not name.startswith(OF_CASE)), when)
            if knowledge is None:
                return None
            knowledge = self._promising(knowledge, chosen)
            profile = read_requirements(case.requirements, knowledge.ruleset.vocabulary, name="given")
            return decide(knowledge, evolve(profile, approvals=case.approvals), case)
        except (LoadError, TraceError):
            return None

    def _promising(self, knowledge: Knowledge, chosen: frozenset[str]) -> Knowledge:
        """Return rules and catalogue with the promises of a world. Raises TraceError where it does not take one."""
        spelling = self._spelling(chosen)
        promises = [spelling.read(one, Promise) for one in self._picked(chosen, "promise")]
        ruleset = evolve(knowledge.ruleset, promises={one.id: one for one in promises})
        found = evolve(knowledge, ruleset=ruleset)
        found.arranged.update(knowledge.arranged)
        return found

    def _knowledge(self, chosen: frozenset[str], when: object) -> Knowledge | None:
        """Return the old rules and catalogue with these differences, ready for a day; None where they do not fit."""
        known = self.prepared.knowledge
        if chosen not in known:
            if len(known) >= MOST_PREPARED:
                known.pop(next(iter(known)))
            known[chosen] = self._prepare(chosen, when)
        found = known[chosen]
        if found is not None and isinstance(when, Period):
            found.criteria_on(when.first)  # so that what is made of it shares them
        return found

    def _prepare(self, chosen: frozenset[str], when: object) -> Knowledge | None:
        """Change the old rules and catalogue, the catalogue first; they are loaded once for each vocabulary."""
        words, of_catalogue = chosen.intersection(self._kinds["attribute"]), chosen & self.of_catalogue
        if chosen == words or (base := self._knowledge(words, when)) is None:
            try:
                return load_given(self.given(chosen))
            except TraceError:
                return None
        changes: list[OfRules | OfCatalog | None]
        if chosen == words | of_catalogue:
            changes = [self._model(words, chosen, model) for model in self._models(of_catalogue)]
        else:
            changed = self._knowledge(words | of_catalogue, when)
            if changed is None:
                return None
            base = changed
            names = chosen.intersection(self._kinds["rule"])
            changes = [*(self._rule(words, name) for name in sorted(names)), Switched(self._disabled(chosen))]
        fit = [one for one in changes if one is not None]
        return altered(base, *fit) if len(fit) == len(changes) else None

    def _rule(self, words: frozenset[str], name: str) -> RuleAs | None:
        """Return a rule as it is new; None where the vocabulary does not take it."""
        new = self.pairs[name][1][0]
        return self._once((name, words), lambda: RuleAs(self._spelling(words).read(new, Rule)))

    def _model(self, words: frozenset[str], chosen: frozenset[str], model: str) -> OfCatalog | None:
        """Return a model with its differences of those chosen; None where the vocabulary does not take it."""
        names, spelling = self._parts[model], self._spelling(words)

        def made() -> OfCatalog:
            there = self._catalogue(chosen, names)
            return ModelAs(spelling.again(there[0])) if there else ModelOut(model)

        return self._once((f"model:{model}", words | chosen.intersection(names)), made)

    def _once(self, key: tuple[str, frozenset[str]], make: Callable[[], Made]) -> Made | None:
        """Return what is made once for all cases; None where the vocabulary does not take it."""
        known = self.prepared.changes
        if key not in known:
            known[key] = None
            with suppress(TraceError):
                known[key] = make()
        found: Made | None = known[key]
        return found

    def given(self, chosen: frozenset[str]) -> Given:
        """Return what a decision of that world is given."""
        case, spelling = self._case(chosen), self._spelling(chosen)
        return evolve(
            case,
            rules=tuple(spelling.read(rule, Rule) for rule, _ in self._picked(chosen, "rule")),
            disabled=self._disabled(chosen),
            catalogue=tuple(map(spelling.again, self._catalogue(chosen, self.pairs))),
        )

    def _case(self, chosen: frozenset[str]) -> Given:
        """Return what a decision of that world is given beside rules and catalogue."""
        attributes: list[Attribute] = self._picked(chosen, "attribute")
        only = self._pick(chosen, policy_id("only"))
        return Given(
            vocabulary=tuple(attributes),
            documents=_DOCUMENTS,
            claims=(),
            rules=(),
            disabled=(),
            promises=(),  # no rule and no model depends on them
            catalogue=(),
            approvals=tuple(self._picked(chosen, "approval")),
            requirements=_requirements(self._picked(chosen, "requirement"), attributes),
            **{choice: self._pick(chosen, policy_id(choice)) for choice in CHOICES if choice != "only"},
            only=None if only is None else self._spelling(chosen).read(only, Table),
            stale_after=STALE_AFTER,  # no outcome depends on it
        )

    def _disabled(self, chosen: frozenset[str]) -> tuple[Disable, ...]:
        """Return what is switched off: what a side says, and the rules that it does not have."""
        absent = [rule["id"] for rule, present in self._picked(chosen, "rule") if not present]
        return (*self._picked(chosen, "disable"), *(Disable(SAID, rule=rule) for rule in absent))

    def _catalogue(self, chosen: frozenset[str], names: Iterable[str]) -> tuple[Model, ...]:
        """Return the models that some parts of the catalogue make."""
        parts: dict[str, list[Any]] = {"model": [], "offer": [], "value": []}
        for name in names:
            kind, part = name.partition(":")[0], self._pick(chosen, name)
            if kind in parts and part is not None:
                parts[kind].append(part)
        return tuple(models_of(*parts.values()))

    def _spelling(self, words: frozenset[str]) -> Spelling:
        """Return what reads rules and models by the vocabulary of a world."""
        known, key = self.prepared.spellings, words.intersection(self._kinds["attribute"])
        if key not in known:
            known[key] = Spelling.of(self._picked(words, "attribute"), CITED)
        return known[key]

    def _picked(self, chosen: frozenset[str], kind: str) -> list[Any]:
        picked = (self._pick(chosen, name) for name in self._kinds[kind])
        return [part for part in picked if part is not None]

    def _pick(self, chosen: frozenset[str], name: str) -> Any:  # noqa: ANN401 - what differs is of any kind
        return self.pairs[name][name in chosen]


def _sorted_out(names: Iterable[str], sort: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    """Return names by their sort, in the order in which they come."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        found[sort(name)].append(name)
    return {key: tuple(its) for key, its in found.items()}


def _sort(name: str) -> str:
    """Return what a difference of the catalogue is of: the attribute of a value, else a model or an offer."""
    kind, _, rest = name.partition(":")
    return rest.rpartition(":")[2] if kind == "value" else f"{kind}:"


def worlds_between(old: Given, new: Given, prepared: Prepared | None = None) -> Worlds:
    """Lay two decisions side by side. ``prepared`` is shared by cases that have the same rules and catalogues."""
    sharing = shared(old, new)
    pairs = dict(pairs_between(old, new, sharing))
    effective = tuple(name for name, (before, after) in pairs.items() if before != after)
    families = dict(families_of(old, new))
    return Worlds(pairs, effective, sharing.several, families, Prepared() if prepared is None else prepared)


def _requirements(stated: list[Requirement], attributes: list[Attribute]) -> tuple[Requirement, ...]:
    found = {one.attribute: one for one in stated}
    for attribute in attributes:
        if attribute.default is not None and attribute.name not in found:
            found[attribute.name] = Requirement(attribute.name, attribute.default, "assumed")
    return tuple(found[name] for name in sorted(found))
