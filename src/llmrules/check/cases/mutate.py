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
from llmrules.language.conditions import Reference, Table
from llmrules.worlds.altered import altered, says_else
from llmrules.worlds.changes import RuleAs, RuleOut

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

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
    outcome: Outcome = field(repr=False)


def mutate(advisor: Advisor, cases: Iterable[Case]) -> Mutation:
    """Try every mutant of every rule in force on the cases, which must all be as they expect.

    What a rule on trial would do no case expects, so it has none.
    """
    knowledge = advisor.knowledge
    plain = Advisor(knowledge, engine="plain")
    bases = []
    for case in cases:
        decision = case.decide(plain)
        bases.append(_Base(case, frozenset(decision.fired), outcome(decision)))
    in_force = (*knowledge.ruleset.firing(), *knowledge.ruleset.classifying())
    rules = sorted(in_force, key=lambda rule: rule.id)
    return Mutation(tuple(trial for rule in rules for trial in _trials(knowledge, rule, bases)))


def _trials(knowledge: Knowledge, rule: Rule, bases: list[_Base]) -> Iterable[Trial]:
    for mutant in mutants(rule, knowledge.ruleset.places.get(rule.id)):
        change = RuleOut(rule.id) if mutant.changed is None else RuleAs(mutant.changed)
        changed = None if mutant.equivalent else altered(knowledge, change)
        if mutant.equivalent or (changed is not None and _says_the_same(knowledge, changed, rule, mutant)):
            yield Trial(mutant, "equivalent")
        elif changed is not None:
            yield _trial(mutant, knowledge, changed, bases)


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
    if rule.effect.exempts != after.effect.exempts:
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


def _trial(mutant: Mutant, knowledge: Knowledge, changed: Knowledge, bases: list[_Base]) -> Trial:
    """Decide the cases with the mutant until one notices it; the decisions that cannot differ are left out."""
    rule = knowledge.ruleset.rules[mutant.rule]
    advisor = Advisor(changed, engine="plain")
    engine = None if changed.program is knowledge.program else PlainEngine(changed.program)
    elsewhere = mutant.changed is None or says_else(rule, mutant.changed)
    differs = []
    for base in bases:
        fired = base.fired
        if engine is not None:
            fired = frozenset(changed.program.rules[place].id for place in engine.fire(base.case.profile.facts()))
        if fired == base.fired and not rule.classifies and not (elsewhere and rule.id in fired):
            continue
        decision = base.case.decide(advisor)
        if check(decision, base.case.expect):
            return Trial(mutant, "caught", caught_by=base.case.name)
        if outcome(decision) != base.outcome:
            differs.append(base.case.name)
    return Trial(mutant, "survived", differs_in=tuple(differs))
