"""The part of ``found`` that speaks of the case: facts, rules, firings, conflicts, what was waited for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.language.conditions import ALWAYS, Table
from llmrules.language.rules.rule import known_leaves
from llmrules.language.values import as_text
from llmrules.language.vocabulary import AS_OF
from llmrules.trace.codec import json_value
from llmrules.trace.found import (
    ConflictRecord,
    FactRecord,
    FiringRecord,
    LeafRecord,
    RuleFound,
    TableRecord,
    WaitRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.catalog.entries import Contradiction
    from llmrules.decision.decision import Decision
    from llmrules.language.conditions import Facts, Leaf
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.trace.codec import Origin, Status


MOST_KEPT = 4_096
"""Results kept for one rule set; then they are dropped, so that long use needs no more memory."""


class CaseRecorder:
    """Records what is found of cases under one rule set; most rules find the same facts in case after case."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset
        self._found: dict[object, RuleFound] = {}

    def record(self, decision: Decision) -> CaseRecord:
        """Return what is found of a case."""
        return CaseRecord(decision, self)

    def overridden(self, fired: Iterable[str]) -> Iterator[Rule]:
        """Yield the rules that others override which fired."""
        for name, others in self._overriders.items():
            if not others.isdisjoint(fired):
                yield self._ruleset.rules[name]

    @cached_property
    def _overriders(self) -> Mapping[str, frozenset[str]]:
        """The rules that others override, by id, with those."""
        found: dict[str, set[str]] = {}
        for rule in self._ruleset.firing():
            for target in rule.overrides:
                found.setdefault(target, set()).add(rule.id)
        return {target: frozenset(found[target]) for target in sorted(found)}

    @cached_property
    def _implied(self) -> Mapping[str, Table]:
        """The leaves that no table of a rule writes."""
        attributes = self._ruleset.vocabulary.attributes
        return {rule.id: rule.implied(attributes) for rule in (*self._ruleset.firing(), *self._ruleset.on_trial())}

    @cached_property
    def _tested(self) -> Mapping[str, tuple[str, ...]]:
        """The requirements that each rule tests or refers to."""
        return {
            rule.id: tuple(
                sorted(
                    {
                        *rule.references(),
                        *(name for table in (rule.when, rule.unless) for name in table.reads()),
                        *([] if rule.not_by is None else [rule.not_by]),
                        *(leaf.attribute.name for leaf in self._implied[rule.id].leaves),
                    }
                )
            )
            for rule in (*self._ruleset.firing(), *self._ruleset.on_trial())
        }

    @cached_property
    def _read(self) -> frozenset[str]:
        """The requirements that rules in force read, or what they read is computed from; the date is always of use."""
        firing, resting = self._ruleset.firing(), self._ruleset.vocabulary.resting
        read = {AS_OF.name}.union(*(self._tested[rule.id] for rule in firing), *(rule.reads() for rule in firing))
        return frozenset(read.union(*(resting[name] for name in read & resting.keys())))

    def unread(self, decision: Decision) -> tuple[str, ...]:
        """Return the requirements of a case that no rule reads."""
        stated = (one.attribute for one in decision.profile.requirements if one.origin == "stated")
        return tuple(name for name in stated if name not in self._read)

    def rule(self, rule: Rule, decision: Decision, seen: Facts | None) -> RuleFound:
        """Return what became of a rule; of one that fired by the facts that were known then."""
        if rule.id in self._ruleset.disabled:
            return RuleFound(rule.id, "disabled")
        if rule.classifies:
            return RuleFound(rule.id, "classifying")
        final = decision.derivation.facts
        facts = final if seen is None else seen
        defeated = tuple(sorted(self._overriders.get(rule.id, frozenset()).intersection(decision.fired)))
        tested = tuple((facts.get(name), final.get(name)) for name in self._tested[rule.id])
        key = (rule.id, tested, seen is not None, defeated)
        found = self._found.get(key)
        if found is None:
            found = self._evaluate(rule, facts, final, fired=seen is not None, defeated=defeated)
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            self._found[key] = found
        return found

    def _evaluate(self, rule: Rule, facts: Facts, final: Facts, *, fired: bool, defeated: tuple[str, ...]) -> RuleFound:
        attributes = self._ruleset.vocabulary.attributes
        when = _table(rule.when, facts, attributes, self._implied[rule.id])
        unless = None if rule.unless == ALWAYS else _unless(rule.unless, final, attributes)
        status: Status = "fired" if fired else "silent"
        if rule.trial:
            status = "trial"
        elif defeated and when.holds and not (unless and unless.holds):
            status = "defeated"
        waits = tuple(sorted(set(_not_stated(when)))) if status == "silent" else ()
        if status == "fired" and rule.not_by is not None and rule.not_by not in final:
            waits = (rule.not_by,)
        return RuleFound(
            id=rule.id,
            status=status,
            stratum=self._ruleset.strata.get(rule.id),
            when=when,
            unless=unless,
            waits_for=waits,
            defeated_by=defeated if status in {"defeated", "trial"} else (),
        )


class CaseRecord:
    """What is found of one case itself, each part when it is asked for."""

    def __init__(self, decision: Decision, kept: CaseRecorder) -> None:
        self._decision, self._kept = decision, kept

    @cached_property
    def facts(self) -> tuple[FactRecord, ...]:
        """The facts of the case."""
        return tuple(_facts(self._decision))

    @property
    def firings(self) -> tuple[FiringRecord, ...]:
        """The firings in their order."""
        return self._derived[0]

    @cached_property
    def _derived(self) -> tuple[tuple[FiringRecord, ...], dict[str, Facts]]:
        return _firings(self._decision)

    @cached_property
    def rules(self) -> tuple[RuleFound, ...]:
        """What became of each rule."""
        return tuple(map(self._rule, self._decision.knowledge.ruleset.rules.values()))

    @cached_property
    def defeated(self) -> tuple[RuleFound, ...]:
        """The rules that would have fired, but for others that override them."""
        found = map(self._rule, self._kept.overridden(self._decision.fired))
        return tuple(one for one in found if one.status == "defeated")

    def _rule(self, rule: Rule) -> RuleFound:
        return self._kept.rule(rule, self._decision, self._derived[1].get(rule.id))

    @property
    def conflicts(self) -> tuple[ConflictRecord, ...]:
        """The conflicts between facts."""
        return tuple(_conflict(self._decision, one.attribute, one.values) for one in self._decision.conflicts)

    @property
    def unread(self) -> tuple[str, ...]:
        """The requirements that no rule reads."""
        return self._kept.unread(self._decision)

    @property
    def waits(self) -> tuple[WaitRecord, ...]:
        """The requirements that rules waited for."""
        return _waits(self.rules)

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """The values of the catalogue that hold against what classifying rules conclude."""
        found = self._decision.candidates.contradictions
        return tuple(sorted(found, key=lambda one: (one.model, one.attribute, one.rule)))


def fact_id(attribute: Attribute, value: Value | None) -> str:
    """Return the id of a fact: ``attribute=value``; of a set, one member; nothing after = for a set known empty."""
    if value is None:
        return f"{attribute.name}="
    encoded = value if attribute.many else attribute.encode(value)
    words = str(encoded).lower() if isinstance(encoded, bool) else str(encoded)
    return f"{attribute.name}={words}"


def members_of(attribute: Attribute, values: frozenset[Value]) -> list[Value | None]:
    """Return the values of an attribute in the order of its facts: choices as declared, all else by its text."""
    if attribute.many and not values:
        return [None]
    if len(values) == 1:
        return list(values)
    order = attribute.choice_ids

    def key(value: Value) -> tuple[int, str]:
        return order.index(str(value)) if str(value) in order else 0, as_text(value)

    return [*sorted(values, key=key)]


def _facts(decision: Decision) -> Iterator[FactRecord]:
    vocabulary = decision.knowledge.ruleset.vocabulary
    given = {one.attribute: one for one in decision.profile.requirements}
    by: dict[tuple[str, Value], list[str]] = {}
    for step in decision.derivation.steps:
        if step.rule.conclusion is not None:
            for concluded in step.rule.conclusion.values:
                by.setdefault((step.rule.conclusion.attribute.name, concluded), []).append(step.rule.id)
    for name, values in sorted(decision.derivation.facts.items()):
        attribute = vocabulary[name]
        requirement = given.get(name)
        for value in members_of(attribute, values):
            origin: list[Origin] = []
            if requirement is not None and _states(requirement.value, value):
                origin.append(requirement.origin)
            origin += ["computed"] if requirement is None and attribute.computed is not None else []
            rules = sorted(by.get((name, value), ())) if value is not None else []
            origin += ["concluded"] if rules else []
            shown = () if value is None else value if attribute.many else json_value(attribute, value)
            yield FactRecord(fact_id(attribute, value), name, shown, tuple(origin), tuple(rules))  # type: ignore[arg-type]
        if attribute.many and values and requirement is not None and requirement.value == frozenset():
            yield FactRecord(fact_id(attribute, None), name, (), (requirement.origin,))


def _states(stated: Value, value: Value | None) -> bool:
    if isinstance(stated, frozenset):
        return not stated if value is None else value in stated
    return stated == value


def _firings(decision: Decision) -> tuple[tuple[FiringRecord, ...], dict[str, Facts]]:
    """Return the firings, and for each fired rule the facts that were known when its round began."""
    known = dict(decision.derivation.stated)
    attributes = decision.knowledge.ruleset.vocabulary.attributes
    records: list[FiringRecord] = []
    seen: dict[str, Facts] = {}
    steps = decision.derivation.steps
    start = 0
    while start < len(steps):
        end = start
        while (
            end < len(steps) and steps[end].stratum == steps[start].stratum and steps[end].round == steps[start].round
        ):
            end += 1
        before = dict(known)
        for step in steps[start:end]:
            seen[step.rule.id] = before
            uses = sorted(
                {
                    fact_id(leaf.attribute, value)
                    for leaf in _true_leaves(step.rule.when, before, attributes)
                    for value in leaf.cited(before)
                }
            )
            concludes: list[str] = []
            if step.rule.conclusion is not None:
                attribute, values = step.rule.conclusion.attribute, step.rule.conclusion.values
                concludes = [fact_id(attribute, value) for value in members_of(attribute, values)]
                known[attribute.name] = known.get(attribute.name, frozenset()) | values
            records.append(FiringRecord(step.rule.id, step.stratum, step.round, tuple(uses), tuple(concludes)))
        start = end
    return tuple(records), seen


def _true_leaves(table: Table, facts: Facts, attributes: Mapping[str, Attribute]) -> Iterator[Leaf]:
    """Yield the leaves that make a true table true; of ``any``, those of every true table."""
    yield from (leaf for leaf in table.leaves if leaf.holds(facts))
    yield from known_leaves(table.compared(), attributes)
    for inner in table.every:
        yield from _true_leaves(inner, facts, attributes)
    for inner in table.either:
        if inner.holds(facts):
            yield from _true_leaves(inner, facts, attributes)


def _table(
    table: Table, facts: Facts, attributes: Mapping[str, Attribute], implied: Table | None = None
) -> TableRecord:
    """Record a table; where nothing else is implied, it is that what its tests refer to is known."""
    if implied is None:
        implied = Table(tuple(known_leaves(table.compared(), attributes)))
    return TableRecord(
        holds=table.holds(facts) and implied.holds(facts),
        leaves={leaf.attribute.name: _leaf(leaf, facts) for leaf in table.leaves},
        implied={leaf.attribute.name: _leaf(leaf, facts) for leaf in implied.leaves},
        all=tuple(_table(inner, facts, attributes) for inner in table.every),
        any=tuple(_table(inner, facts, attributes) for inner in table.either),
    )


def _unless(table: Table, facts: Facts, attributes: Mapping[str, Attribute]) -> TableRecord:
    """Record an ``unless`` table: it holds, and blocks, when one of its entries does."""
    record = _table(table, facts, attributes)
    return evolve(record, holds=any(entry.holds(facts) for entry in table.exceptions()))


def _leaf(leaf: Leaf, facts: Facts) -> LeafRecord:
    attribute = leaf.attribute
    values = facts.get(attribute.name)
    holds = leaf.holds(facts)
    actual = None
    if values is not None:
        members = [value for value in members_of(attribute, values) if value is not None]
        actual = tuple(value if attribute.many else attribute.encode(value) for value in members)
    cites = tuple(fact_id(attribute, value) for value in leaf.cited(facts)) if holds else ()
    return LeafRecord(holds, actual, cites)  # type: ignore[arg-type]


def _not_stated(table: TableRecord) -> Iterator[str]:
    for name, leaf in (*table.leaves.items(), *table.implied.items()):
        if not leaf.holds and leaf.actual is None:
            yield name
    for inner in (*table.all, *table.any):
        yield from _not_stated(inner)


def _conflict(decision: Decision, name: str, values: tuple[Value, ...]) -> ConflictRecord:
    attribute = decision.knowledge.ruleset.vocabulary[name]
    kind = "widened" if attribute.many else "conflict"
    members = members_of(attribute, frozenset(values))
    return ConflictRecord(name, kind, tuple(fact_id(attribute, value) for value in members))  # type: ignore[arg-type]


def _waits(rules: Iterable[RuleFound]) -> tuple[WaitRecord, ...]:
    waiting: dict[str, list[str]] = {}
    for rule in rules:
        for name in rule.waits_for:
            waiting.setdefault(name, []).append(rule.id)
    return tuple(WaitRecord(name, tuple(found)) for name, found in sorted(waiting.items()))
