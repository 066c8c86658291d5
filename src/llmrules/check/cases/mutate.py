"""Mutation: whether some case notices when a rule is not what it is.

Each mutant of each rule is tried on every case until one is no longer as it expects. What no case notices has
survived: either a case is missing, or an expectation says too little. A mutant is *equivalent*, and counts neither
way, where nothing could ever notice it: it says the same of every model of the catalogue.
"""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import evolve, field, frozen

from llmrules.advisor import Advisor
from llmrules.check.cases.check import check
from llmrules.check.cases.mutants import Mutant, mutants
from llmrules.check.cases.run import Case
from llmrules.check.diff.outcome import Outcome, outcome
from llmrules.decision.knowledge import Knowledge
from llmrules.engine.plain import PlainEngine
from llmrules.language.conditions import Facts, Reference, Table
from llmrules.language.rules.rule import Rule
from llmrules.worlds.altered import altered, says_else
from llmrules.worlds.changes import RuleAs, RuleOut

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator

    from llmrules.catalog.candidates import Candidates, Masks
    from llmrules.decision.criteria import Criteria
    from llmrules.decision.decision import Decision

Fate: TypeAlias = Literal["caught", "survived", "equivalent"]


@frozen
class Trial:
    """What became of one mutant: a case that caught it, or those that come out differently and do not mind."""

    mutant: Mutant
    fate: Fate
    caught_by: str | None = None
    differs_in: tuple[str, ...] = ()


@frozen
class Mutation:
    """All trials, in the order of rules."""

    trials: tuple[Trial, ...] = field(repr=False)

    def having(self, fate: Fate) -> tuple[Trial, ...]:
        """Return the trials that ended so."""
        return tuple(trial for trial in self.trials if trial.fate == fate)

    @property
    def counted(self) -> int:
        """How many mutants some case could notice."""
        return len(self.trials) - len(self.having("equivalent"))


@frozen(eq=False)
class _Base:
    """One case as the rules decide it, unchanged."""

    case: Case
    knowledge: Knowledge
    number: int
    fired: frozenset[str]
    facts: Facts
    outcome: Outcome = field(repr=False)


def mutate(*groups: tuple[Advisor, Iterable[Case]], of: Collection[str] | None = None) -> Mutation:
    """Try every mutant of every rule in force, or of those named, on the cases, which must all be as they expect.

    A group is cases with what they are decided by; all have the same rules. What one case notices is tried on no
    further one. What a rule on trial would do no case expects, so it has none.
    """
    bases = [*_bases(groups)]
    ruleset = groups[0][0].knowledge.ruleset
    rules = sorted((*ruleset.firing(), *ruleset.classifying()), key=lambda rule: rule.id)
    made = (
        mutant
        for rule in rules
        if of is None or rule.id in of
        for mutant in mutants(rule, ruleset.places.get(rule.id), ruleset.vocabulary, ruleset.first_of)
    )
    return Mutation(tuple(trial for mutant in made if (trial := _trial(mutant, bases)) is not None))


def _bases(groups: Iterable[tuple[Advisor, Iterable[Case]]]) -> Iterator[_Base]:
    numbers = count()
    for advisor, cases in groups:
        plain = Advisor(advisor.knowledge, engine="plain")
        for case in cases:
            decision = case.decide(plain)
            fired, facts = frozenset(decision.fired), decision.derivation.facts
            yield _Base(case, advisor.knowledge, next(numbers), fired, facts, outcome(decision))


def _trial(mutant: Mutant, bases: list[_Base]) -> Trial | None:
    """Try a mutant on one case after the other; None where it cannot be loaded.

    The case that notices it moves to the front, since it is likely to notice the next one, too.
    """
    differs: list[_Base] = []
    worlds: dict[Knowledge, _Mutated | None] = {}
    for base in bases:
        if base.knowledge not in worlds:
            change = RuleOut(mutant.rule) if mutant.changed is None else RuleAs(mutant.changed)
            changed = altered(base.knowledge, change)
            if changed is None:
                return None
            same = _says_the_same(base.knowledge, changed, base.knowledge.ruleset.rules[mutant.rule], mutant)
            worlds[base.knowledge] = None if same else _Mutated.of(base.knowledge, changed, mutant)
        world = worlds[base.knowledge]
        decision = None if world is None else world.decide(base)
        if decision is None:
            continue
        if check(decision, base.case.expect):
            bases.remove(base)
            bases.insert(0, base)
            return Trial(mutant, "caught", caught_by=base.case.name)
        if outcome(decision) != base.outcome:
            differs.append(base)
    names = tuple(base.case.name for base in sorted(differs, key=lambda base: base.number))
    return Trial(mutant, "survived" if any(worlds.values()) else "equivalent", differs_in=names)


@frozen(eq=False)
class _Mutated:
    """The rules with a mutant among them, over one catalogue."""

    mutant: Mutant
    rule: Rule
    changed: Knowledge
    advisor: Advisor
    engine: PlainEngine | None
    """What fires them; None where it is plain that they fire as before."""

    elsewhere: bool
    """Whether the mutant says something else of models than the rule."""

    @classmethod
    def of(cls, knowledge: Knowledge, changed: Knowledge, mutant: Mutant) -> _Mutated:
        """Return what decides with the mutant."""
        rule = knowledge.ruleset.rules[mutant.rule]
        engine = None if changed.program is knowledge.program else PlainEngine(changed.program)
        after = mutant.changed
        elsewhere = after is None or says_else(rule, after) or (rule.level, rule.not_by) != (after.level, after.not_by)
        return cls(mutant, rule, changed, Advisor(changed, engine="plain"), engine, elsewhere)

    def decide(self, base: _Base) -> Decision | None:
        """Decide a case with the mutant; None where the decision cannot differ."""
        fired = base.fired
        if self.engine is not None and not self._fires_alike(base):
            found = self.engine.fire(self.changed.ruleset.vocabulary.known(base.case.profile.facts()))
            fired = frozenset(self.changed.program.rules[place].id for place in found)
        if fired == base.fired and not self.rule.classifies and not (self.elsewhere and self.rule.id in fired):
            return None
        after, case = self.mutant.changed, base.case
        if after is not None and after.level != self.rule.level:  # nobody approves what no longer asks for it
            kept = (one for one in case.profile.approvals if one.rule != self.rule.id or after.level == "approval")
            case = evolve(case, profile=evolve(case.profile, approvals=tuple(kept)))
        return case.decide(self.advisor)

    def _fires_alike(self, base: _Base) -> bool:
        """Whether it is plain that the same rules fire: the mutant does as the rule did, and nothing rests on it."""
        if self.mutant.changed is None:
            return self.rule.id not in base.fired
        if self.mutant.changed.overrides != self.rule.overrides:
            return False
        rules = self.changed.program.rules
        now = next(one for one in rules if one.id == self.rule.id)
        fires = now.holds(base.facts) and base.fired.isdisjoint(rules[place].id for place in now.overriders)
        return fires == (self.rule.id in base.fired) and not (fires and now.conclusion)


def _says_the_same(knowledge: Knowledge, changed: Knowledge, rule: Rule, mutant: Mutant) -> bool:
    """Whether a mutant says the same of every model of the catalogue, whatever the case and its day."""
    after = mutant.changed
    days = (date.min, *knowledge.turning_days)
    if rule.classifies:
        pairs = ((knowledge.criteria_on(day).candidates, changed.criteria_on(day).candidates) for day in days)
        return all(old.columns == new.columns for old, new in pairs)
    if after is None or not says_else(rule, after) or after.references() != rule.references():
        return False
    return all(_are_alike(rule, after, knowledge.criteria_on(day), changed.criteria_on(day)) for day in days)


def _are_alike(rule: Rule, after: Rule, before: Criteria, now: Criteria) -> bool:
    """Whether two rules that refer to the same requirements say the same of every candidate."""
    terms = [(one.effect.exempts, one.in_tier, one.weight) for one in (rule, after)]
    if terms[0] != terms[1]:
        return False
    if rule.effect.touches_models and rule.effect.grade is None and rule.references():
        tables = ((rule.where, after.where), (rule.effect.predicate, after.effect.predicate))
        return all(_over(before.candidates, old) == _over(before.candidates, new) for old, new in tables)
    old, new = before.by_rule.get(rule.id), now.by_rule.get(rule.id)
    if old is None or new is None:
        return False
    parts = [(one.fixed.true, one.fixed.false, one.fixed.changes, one.grades) for one in (old, new) if one.fixed]
    return before.scale == now.scale and len(parts) == len((old, new)) and parts[0] == parts[1]


def _over(candidates: Candidates, table: Table) -> tuple[Masks, frozenset[Hashable]]:
    """Return what a table says of the candidates: masks, and as they are the tests that depend on the case."""
    true, false = candidates.everyone, 0
    rest: set[Hashable] = set()
    for leaf in table.leaves:
        if leaf.attribute.computed is not None or any(isinstance(test.operand, Reference) for test in leaf.tests):
            rest.add(leaf)
        else:
            leaf_true, leaf_false = candidates.leaf(leaf, {})
            true, false = true & leaf_true, false | leaf_false
    for inner in table.every:
        (inner_true, inner_false), open_tests = _over(candidates, inner)
        true, false, rest = true & inner_true, false | inner_false, rest | open_tests
    if table.either:
        rest.add(frozenset(_over(candidates, inner) for inner in table.either))
    return (true, false), frozenset(rest)
