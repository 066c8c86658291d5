"""What every check asks of a rule set again and again: who concludes and reads what, and what fires with what."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.check.lint.algebra import Algebra, join
from llmrules.decision.knowledge import Knowledge
from llmrules.engine.program import full_condition
from llmrules.errors import Place
from llmrules.language.conditions import Leaf, Table, Test
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.rule import Rule, by_conclusion
from llmrules.language.texts import LANGUAGES, Language
from llmrules.language.vocabulary.computed import factors_of
from llmrules.reading.files import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.language.rules.effects import Conclude
    from llmrules.language.vocabulary import Attribute, Vocabulary


MOST_PAIRS = 10_000
"""Pairs of rules that one question is asked of. So up to 100 rules that test one attribute are all compared with each
other; of more, each is compared with its neighbours by id, and what lies further apart is not found."""

MOST_GAINED = 3
"""Conclusions of one attribute that are reckoned with at once, where rules that fire together conclude more."""

MOST_COMPANIONS = 64
"""Rules that are known to fire with another one, beyond which no more are looked for."""


@frozen(eq=False, slots=False)
class Survey:
    """A knowledge with the answers to what the checks ask. Rules that are disabled are no part of it.

    ``files`` are the sources as read: only they say where claims, documents and models stand. ``today`` is the day
    on which dates are looked at, ``languages`` those that every text has to have.
    """

    knowledge: Knowledge
    files: tuple[Source, ...] = ()
    today: date = field(factory=date.today)
    languages: tuple[Language, ...] = LANGUAGES

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The files as read: those given, and those that rules and attributes remember."""
        rules = self.knowledge.ruleset.places.values()
        attributes = (attribute.place for attribute in self.knowledge.ruleset.vocabulary)
        remembered = (cursor.source for cursor in (*rules, *attributes) if cursor is not None)
        return tuple({source.name: source for source in (*remembered, *self.files)}.values())

    @cached_property
    def firing(self) -> tuple[Rule, ...]:
        """The rules that fire on requirements, in the order of ids."""
        return self.knowledge.ruleset.firing()

    @cached_property
    def effective(self) -> tuple[Rule, ...]:
        """The rules that change something: those that fire and those that classify models."""
        return (*self.firing, *self.knowledge.ruleset.classifying())

    @cached_property
    def active(self) -> tuple[Rule, ...]:
        """Every rule that is not disabled, those on trial among them, in the order of ids."""
        off = self.knowledge.ruleset.disabled
        return tuple(rule for rule in self.knowledge.ruleset.rules.values() if rule.id not in off)

    @cached_property
    def conditions(self) -> Mapping[str, Table]:
        """What must hold for each rule to fire, apart from its exceptions and from being overridden."""
        attributes = self.knowledge.ruleset.vocabulary.attributes
        return {rule.id: full_condition(rule, attributes) for rule in self.active if not rule.classifies}

    @cached_property
    def overriders(self) -> Mapping[str, frozenset[str]]:
        """The rules that defeat each rule where they fire."""
        return _inverted((rule.id, rule.overrides) for rule in self.firing)

    @cached_property
    def exempters(self) -> Mapping[str, frozenset[str]]:
        """The rules that exempt models from each hard rule."""
        return _inverted((rule.id, rule.effect.exempts) for rule in self.firing)

    @cached_property
    def concluders(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that conclude each attribute."""
        return {name: tuple(rules) for name, rules in by_conclusion(self.effective).items()}

    @cached_property
    def readers(self) -> Mapping[str, frozenset[str]]:
        """The rules that read each attribute: in a condition, on a right side, as a grade, or in what they say."""
        told = ((rule.id, rule.otherwise.slots()) for rule in self.active if rule.otherwise is not None)
        return _inverted(
            (*((rule.id, read_by(rule, self.knowledge.ruleset.vocabulary)) for rule in self.active), *told)
        )

    @cached_property
    def algebra(self) -> Algebra:
        """The algebra of these rules: what rules conclude may be stated otherwise as well, and then both stand."""
        return Algebra(frozenset(self.concluders))

    @cached_property
    def _needed(self) -> Mapping[str, frozenset[str]]:
        """The attributes of which each rule must know something to fire."""
        return {
            rule.id: frozenset(leaf.attribute.name for leaf in self.conditions[rule.id].leaves) for rule in self.firing
        }

    @cached_property
    def _waiting(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules by each attribute of which they must know something; those that need none stand under no name."""
        found: defaultdict[str, list[Rule]] = defaultdict(list)
        for rule in self.firing:
            for name in self._needed[rule.id] or ("",):
                found[name].append(rule)
        return {name: tuple(rules) for name, rules in found.items()}

    def companions(self, rule: Rule, *, concluding: bool = True) -> dict[str, Rule]:
        """Return rules that are sure to fire wherever a rule fires, by id; without ``concluding``, even if it did not.

        There may be more.
        """
        holds = self.conditions[rule.id]
        if concluding and rule.effect.conclusion is not None:
            holds = join(holds, Table(leaves=(concluded(rule.effect.conclusion),)))
        known: dict[str, Rule] = {}
        alone, gains = holds, []
        names = Counter(leaf.attribute.name for leaf in holds.all_leaves())
        fresh = {*names, ""}
        while fresh and len(known) < MOST_COMPANIONS:
            waiting = {other.id: other for name in sorted(fresh) for other in near(rule, self._waiting.get(name, ()))}
            fresh = set()
            for other in waiting.values():
                if other.id in known or other.id == rule.id or not self._needed[other.id] <= names.keys():
                    continue
                if not self.must_fire(rule, other, holds):
                    continue
                known[other.id] = other
                conclusion = other.effect.conclusion
                if conclusion is None or names[conclusion.attribute.name] >= MOST_GAINED:
                    continue
                gained = concluded(conclusion)
                if not self.algebra.implies(holds, Table(leaves=(gained,))):
                    gains.append(gained)
                    holds = Table(leaves=tuple(gains), every=(alone,))
                    names[conclusion.attribute.name] += 1
                    fresh.add(conclusion.attribute.name)
        return known

    def must_fire(self, rule: Rule, other: Rule, holds: Table) -> bool:
        """Whether another rule must fire where a rule has fired and a table holds."""
        if not self.overriders.get(other.id, frozenset()) <= self.overriders.get(rule.id, frozenset()):
            return False
        if not self.algebra.implies(holds, self.conditions[other.id]):
            return False
        mine = rule.unless.exceptions()
        return all(
            any(self.algebra.implies(exception, own) for own in mine) or self.algebra.impossible(join(holds, exception))
            for exception in other.unless.exceptions()
        )

    def together(self, one: Rule, other: Rule) -> bool:
        """Whether nothing speaks against two rules firing in one case."""
        both = join(self.conditions[one.id], self.conditions[other.id])
        exceptions = (*one.unless.exceptions(), *other.unless.exceptions())
        return not self.algebra.impossible(both) and not any(self.algebra.implies(both, e) for e in exceptions)

    def place(self, rule: Rule, *path: str | int) -> Place:
        """Return where a rule, or a key of it, stands."""
        cursor = self.knowledge.ruleset.places.get(rule.id)
        return Place(rule.pack) if cursor is None else cursor.source.place((*cursor.path, *path))

    def declared(self, attribute: Attribute, *path: str | int) -> Place:
        """Return where an attribute, or a key of it, is declared."""
        cursor = attribute.place
        return Place("built in") if cursor is None else cursor.source.place((*cursor.path, *path))


def near(rule: Rule, others: Sequence[Rule]) -> Sequence[Rule]:
    """Return those of some rules, which stand in the order of ids, that a rule is compared with."""
    reach = MOST_PAIRS // max(1, len(others))
    if reach >= len(others):
        return others
    place = bisect_left(others, rule.id, key=lambda other: other.id)
    return others[max(0, place - reach // 2) : place + reach // 2 + 1]


def pairs(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Yield every two of some rules; of too many, each with those that follow it closest."""
    reach = MOST_PAIRS // max(1, len(rules)) + 1
    for index, one in enumerate(rules):
        yield from ((one, other) for other in rules[index + 1 : index + 1 + reach])


def read_by(rule: Rule, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the attributes that a rule reads, and those that a computed one is computed from, sorted."""
    tables = (rule.when, rule.unless, rule.where, rule.effect.predicate)
    read = [leaf.attribute for table in tables for leaf in table.all_leaves()]
    if rule.effect.grade is not None:
        read.append(rule.effect.grade.attribute)
    names = [*{attribute.name for attribute in read}.union(*(table.references() for table in tables))]
    names += [rule.not_by] if rule.not_by is not None and rule.not_by not in names else []
    for name in names:
        factors = factors_of(vocabulary[name]) if name in vocabulary else set()
        names += sorted(factors.difference(names))
    return tuple(sorted(names))


def concluded(conclusion: Conclude) -> Leaf:
    """Return what holds once something is concluded."""
    attribute = conclusion.attribute
    if attribute.many:
        return Leaf(attribute, (Test(OPERATORS["has_all"], tuple(sorted(map(str, conclusion.values)))),))
    return Leaf(attribute, (Test(OPERATORS["is"], next(iter(conclusion.values))),))


def _inverted(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, targets in pairs:
        for target in targets:
            found[target].add(name)
    return {target: frozenset(names) for target, names in found.items()}


def inner_tables(table: Table, path: tuple[str | int, ...]) -> Iterator[tuple[Table, tuple[str | int, ...]]]:
    """Yield each table directly inside a table, of ``all`` and of ``any``, with its key path."""
    for name, inner in (("all", table.every), ("any", table.either)):
        for index, one in enumerate(inner):
            yield one, (*path, name, index)
