"""Coverage: what of the rules the cases make use of, and what they leave untried.

Of each rule: that it fires in one case and stays silent in another; that each of its conditions is true in one and
not true in another; and that it is *decisive* somewhere, so that a decision without it would say something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.advisor import Advisor
from llmrules.check.cases.edits import leaf_text
from llmrules.check.diff.outcome import outcome
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import RuleOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.check.cases.run import Case
    from llmrules.check.diff.outcome import Outcome
    from llmrules.decision.decision import Decision
    from llmrules.language.conditions import Leaf
    from llmrules.language.rules.rule import Rule


@frozen
class LeafCoverage:
    """One condition of a rule: whether it came out true somewhere, and somewhere not true (false or unknown)."""

    side: str
    text: str
    true: bool
    not_true: bool


@frozen
class RuleCoverage:
    """One rule: in how many cases it fires and stays silent, its conditions, and whether it is decisive in one.

    A rule that classifies fires for models: it is counted by models, not by cases.
    """

    rule: str
    fired: int
    silent: int
    leaves: tuple[LeafCoverage, ...]
    decisive: bool

    @property
    def reached(self) -> tuple[bool, ...]:
        """Everything that cases can reach of a rule, and whether they do."""
        leaves = [reached for leaf in self.leaves for reached in (leaf.true, leaf.not_true)]
        return (self.fired > 0, self.silent > 0, *leaves, self.decisive)


@frozen
class Coverage:
    """The coverage of every rule in force, by id."""

    rules: tuple[RuleCoverage, ...] = field(repr=False)

    @property
    def both_ways(self) -> int:
        """How many rules fire in one case and stay silent in another."""
        return sum(rule.fired > 0 and rule.silent > 0 for rule in self.rules)

    @property
    def decisive(self) -> int:
        """How many rules are decisive."""
        return sum(rule.decisive for rule in self.rules)

    @property
    def leaves(self) -> tuple[LeafCoverage, ...]:
        """The conditions of all rules."""
        return tuple(leaf for rule in self.rules for leaf in rule.leaves)

    @property
    def leaves_both_ways(self) -> int:
        """How many conditions come out both ways."""
        return sum(leaf.true and leaf.not_true for leaf in self.leaves)

    @property
    def reached(self) -> int:
        """How many of all things that cases can reach they do reach."""
        return sum(sum(rule.reached) for rule in self.rules)

    @property
    def reachable(self) -> int:
        """How many things cases can reach."""
        return sum(len(rule.reached) for rule in self.rules)


def cover(advisor: Advisor, cases: Iterable[Case]) -> Coverage:
    """Return what the cases make use of."""
    plain = Advisor(advisor.knowledge, engine="plain")
    decisions = [plain.decide(case.profile) for case in cases]
    outcomes = [outcome(decision) for decision in decisions]
    ruleset = advisor.knowledge.ruleset
    rules = [rule for rule in ruleset.rules.values() if rule.id not in ruleset.disabled]
    return Coverage(tuple(_cover(rule, decisions, outcomes) for rule in rules))


def _cover(rule: Rule, decisions: Sequence[Decision], outcomes: list[Outcome]) -> RuleCoverage:
    concerned = [number for number, one in enumerate(decisions) if rule.classifies or rule.id in one.fired]
    fired, silent = len(concerned), len(decisions) - len(concerned)
    if rule.classifies and decisions:
        candidates = decisions[0].candidates
        true = candidates.table(rule.where, {})[0] & (1 << candidates.count) - 1
        fired, silent = true.bit_count(), candidates.count - true.bit_count()
    return RuleCoverage(
        rule=rule.id,
        fired=fired,
        silent=silent,
        leaves=tuple(_leaves(rule, decisions)),
        decisive=_is_decisive(rule, [(decisions[number], outcomes[number]) for number in concerned]),
    )


def _leaves(rule: Rule, decisions: Sequence[Decision]) -> Iterator[LeafCoverage]:
    """Yield each condition on requirements in every case, and each on models in the cases in which the rule fired."""
    for side, table in (("when", rule.when), ("unless", rule.unless)):
        for leaf in table.all_leaves():
            held = {leaf.holds(decision.derivation.facts) for decision in decisions}
            yield LeafCoverage(side, leaf_text(leaf), True in held, False in held)
    fired = [decision for decision in decisions if rule.classifies or rule.id in decision.fired]
    for side, table in (("where", rule.where), (rule.effect.name, rule.effect.predicate)):
        for leaf in table.all_leaves():
            masks = [_true_of(leaf, decision) for decision in fired]
            yield LeafCoverage(side, leaf_text(leaf), any(true for true, _ in masks), any(rest for _, rest in masks))


def _true_of(leaf: Leaf, decision: Decision) -> tuple[int, int]:
    """Return the models for which a leaf is true, and all others."""
    candidates = decision.candidates
    everyone = (1 << candidates.count) - 1
    true = candidates.leaf(leaf, decision.derivation.facts)[0] & everyone
    return true, everyone & ~true


def _is_decisive(rule: Rule, concerned: list[tuple[Decision, Outcome]]) -> bool:
    """Whether one of the decisions would say something else without the rule, that it fired apart."""
    if not concerned:
        return False
    effect = rule.effect
    if effect.note and not (effect.touches_models or effect.refuses):  # what it says is all it does
        return True
    without = altered(concerned[0][0].knowledge, RuleOut(rule.id))
    if without is None:
        return False
    advisor = Advisor(without, engine="plain")
    own = ("firing", rule.id, "")
    for decision, before in concerned:
        after = outcome(advisor.decide(decision.profile))
        if {key: value for key, value in before.items() if key != own} != after:
            return True
    return False
