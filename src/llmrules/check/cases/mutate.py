"""Mutation: whether some case notices when a rule is not what it is.

Each mutant of each rule is tried on every case until one is no longer as it expects. What no case notices has
survived: either a case is missing, or an expectation says too little. A mutant is *equivalent*, and counts neither
way, where nothing could ever notice it: its meaning is the same, or it says the same of every model of the catalogue.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import field, frozen

from llmrules.advisor import Advisor
from llmrules.check.cases.check import check
from llmrules.check.cases.mutants import Mutant, mutants
from llmrules.check.cases.run import Case
from llmrules.check.diff.outcome import Outcome, outcome
from llmrules.engine.plain import PlainEngine
from llmrules.language.conditions import Facts, Reference, Table
from llmrules.worlds.altered import altered, says_else
from llmrules.worlds.changes import RuleAs, RuleOut

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from llmrules.catalog.candidates import Candidates, Masks
    from llmrules.decision.criteria import Criteria
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.rules.rule import Rule

Fate: TypeAlias = Literal["caught", "survived", "equivalent"]


@frozen
class Trial:
    """What became of one mutant: the case that caught it, or those that come out differently and do not mind."""

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
    fired: frozenset[str]
    facts: Facts
    outcome: Outcome = field(repr=False)

    def fires_alike(self, rule: Rule, mutant: Mutant, changed: Knowledge) -> bool:
        """Whether it is plain that the same rules fire: the mutant does as the rule did, and nothing rests on it."""
        if mutant.changed is None:
            return rule.id not in self.fired
        if mutant.changed.overrides != rule.overrides:
            return False
        rules = changed.program.rules
        now = next(one for one in rules if one.id == rule.id)
        fires = now.holds(self.facts) and self.fired.isdisjoint(rules[place].id for place in now.overriders)
        return fires == (rule.id in self.fired) and not (fires and now.conclusion)


def mutate(*groups: tuple[Advisor, Iterable[Case]]) -> Mutation:
    """Try every mutant of every rule in force on the cases, which must all be as they expect.

    A group is cases with what they are decided by; all have the same rules. What the cases of one group notice is tried
    on no further one. What a rule on trial would do no case expects, so it has none.
    """
    prepared = [(advisor.knowledge, [*_bases(advisor.knowledge, cases)]) for advisor, cases in groups]
    ruleset = prepared[0][0].ruleset
    rules = sorted((*ruleset.firing(), *ruleset.classifying()), key=lambda rule: rule.id)
    made = (mutant for rule in rules for mutant in mutants(rule, ruleset.places.get(rule.id)))
    return Mutation(tuple(trial for mutant in made if (trial := _trial(mutant, prepared)) is not None))


def _bases(knowledge: Knowledge, cases: Iterable[Case]) -> Iterator[_Base]:
    plain = Advisor(knowledge, engine="plain")
    for case in cases:
        decision = case.decide(plain)
        yield _Base(case, frozenset(decision.fired), decision.derivation.facts, outcome(decision))


def _trial(mutant: Mutant, groups: Iterable[tuple[Knowledge, list[_Base]]]) -> Trial | None:
    """Try a mutant on one group after the other; None where it cannot be loaded."""
    differs: list[str] = []
    survives = False
    for knowledge, bases in () if mutant.equivalent else groups:
        rule = knowledge.ruleset.rules[mutant.rule]
        changed = altered(knowledge, RuleOut(rule.id) if mutant.changed is None else RuleAs(mutant.changed))
        if changed is None:
            return None
        if _says_the_same(knowledge, changed, rule, mutant):
            continue
        survives = True
        for case, notices in _differing(rule, mutant, knowledge, changed, bases):
            if notices:
                return Trial(mutant, "caught", caught_by=case)
            differs.append(case)
    return Trial(mutant, "survived" if survives else "equivalent", differs_in=tuple(differs))


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
    if rule.effect.exempts != after.effect.exempts or rule.in_tier != after.in_tier:
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


def _differing(
    rule: Rule, mutant: Mutant, knowledge: Knowledge, changed: Knowledge, bases: Iterable[_Base]
) -> Iterator[tuple[str, bool]]:
    """Yield the cases that come out differently with a mutant, and whether they are no longer as they expect.

    The decisions that cannot differ are left out.
    """
    advisor = Advisor(changed, engine="plain")
    engine = None if changed.program is knowledge.program else PlainEngine(changed.program)
    elsewhere = mutant.changed is None or says_else(rule, mutant.changed)
    for base in bases:
        fired = base.fired
        if engine is not None and not base.fires_alike(rule, mutant, changed):
            fired = frozenset(changed.program.rules[place].id for place in engine.fire(base.case.profile.facts()))
        if fired == base.fired and not rule.classifies and not (elsewhere and rule.id in fired):
            continue
        decision = base.case.decide(advisor)
        if check(decision, base.case.expect):
            yield base.case.name, True
        elif outcome(decision) != base.outcome:
            yield base.case.name, False
