"""Coverage: what of the rules the cases make use of, and what they leave untried.

Of each rule: that it fires in one case and stays silent in another; that each of its conditions is true in one and
not true in another; and that it is *decisive* somewhere, so that a decision without it would say something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.advisor import Advisor
from llmrules.check.cases.edits import leaf_text
from llmrules.check.diff.outcome import Outcome, outcome
from llmrules.engine.program import full_condition
from llmrules.language.conditions import ALWAYS, Test
from llmrules.language.operators import OPERATORS
from llmrules.language.vocabulary import AS_OF
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import RuleOut

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from llmrules.check.cases.run import Case
    from llmrules.decision.decision import Decision
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet


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

    A rule that classifies fires for models: it is counted by models, not by cases. One that ``always`` fires, since it
    has no condition and nothing overrides it, need not be silent anywhere.
    """

    rule: str
    fired: int
    silent: int
    leaves: tuple[LeafCoverage, ...]
    decisive: bool
    always: bool = False

    @property
    def both_ways(self) -> bool:
        """Whether it fires in one case and stays silent in another, as far as it can."""
        return self.fired > 0 and (self.always or self.silent > 0)

    @property
    def reached(self) -> tuple[bool, ...]:
        """Everything that cases can reach of a rule, and whether they do."""
        leaves = [reached for leaf in self.leaves for reached in (leaf.true, leaf.not_true)]
        silent = () if self.always else (self.silent > 0,)
        return (self.fired > 0, *silent, *leaves, self.decisive)


@frozen
class Coverage:
    """The coverage of every rule in force, by id."""

    rules: tuple[RuleCoverage, ...] = field(repr=False)

    @property
    def figures(self) -> dict[str, tuple[int, int]]:
        """How much is covered, each of how much.

        Rules that fire in one case and stay silent in another; conditions that come out both ways; rules whose effects
        are decisive; all that cases can reach.
        """
        count, leaves = len(self.rules), [leaf for rule in self.rules for leaf in rule.leaves]
        reached = [reached for rule in self.rules for reached in rule.reached]
        return {
            "rules": (sum(rule.both_ways for rule in self.rules), count),
            "leaves": (sum(leaf.true and leaf.not_true for leaf in leaves), len(leaves)),
            "effects": (sum(rule.decisive for rule in self.rules), count),
            "all": (sum(reached), len(reached)),
        }


def cover(advisor: Advisor, cases: Iterable[Case], of: Collection[str] | None = None) -> Coverage:
    """Return what the cases make use of, of every rule or of those named."""
    plain = Advisor(advisor.knowledge, engine="plain")
    cases = tuple(cases)
    decisions = [case.decide(plain) for case in cases]
    outcomes = [outcome(decision) for decision in decisions]
    ruleset = advisor.knowledge.ruleset
    return Coverage(
        tuple(
            _cover(rule, cases, decisions, outcomes, always=_is_unconditional(rule, ruleset))
            for rule in ruleset.rules.values()
            if rule.id not in ruleset.disabled and (of is None or rule.id in of)
        )
    )


_KNOWN = (Test(OPERATORS["known"], operand=True),)


def _is_unconditional(rule: Rule, ruleset: RuleSet) -> bool:
    """Whether a rule fires in every case, so that no case could show it silent."""
    condition = full_condition(rule, ruleset.vocabulary.attributes)
    always = {AS_OF.name, *(one.name for one in ruleset.vocabulary if one.default is not None)}
    known = (leaf.tests == _KNOWN and leaf.attribute.name in always for leaf in condition.all_leaves())
    nothing = rule.unless == ALWAYS and all(known)
    overridden = any(rule.id in other.overrides for other in ruleset.firing())
    return not rule.classifies and nothing and not overridden


def _cover(
    rule: Rule, cases: Sequence[Case], decisions: Sequence[Decision], outcomes: list[Outcome], *, always: bool
) -> RuleCoverage:
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
        decisive=_is_decisive(rule, [(cases[number], decisions[number], outcomes[number]) for number in concerned]),
        always=always,
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
            true = not_true = 0
            for decision in fired:
                everyone = (1 << decision.candidates.count) - 1
                holds = decision.candidates.leaf(leaf, decision.derivation.facts)[0]
                true, not_true = true | holds & everyone, not_true | everyone & ~holds
            yield LeafCoverage(side, leaf_text(leaf), true > 0, not_true > 0)


def _is_decisive(rule: Rule, concerned: list[tuple[Case, Decision, Outcome]]) -> bool:
    """Whether one of the decisions would say something else without the rule, that it fired apart."""
    if not concerned:
        return False
    effect = rule.effect
    if effect.note and not (effect.touches_models or effect.refuses):  # what it says is all it does
        return True
    without = altered(concerned[0][1].knowledge, RuleOut(rule.id))
    if without is None:
        return False
    advisor = Advisor(without, engine="plain")
    own = ("firing", rule.id, "")
    for case, _, before in concerned:
        after = outcome(case.decide(advisor))
        if {key: value for key, value in before.items() if key != own} != after:
            return True
    return False
