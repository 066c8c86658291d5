"""What would tell those apart that share the first place: the requirements that rules wait for, rule by rule.

A requirement parts them where a rule that it could make fire treats them differently: it would give them other points
or another verdict. No other world is decided for this, so it costs little; what a whole answer would do is a matter of
``asking``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits
from llmrules.language.rules.rule import by_conclusion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.decision.criteria import Criterion, Outcome
    from llmrules.decision.decision import Decision
    from llmrules.language.conditions import Leaf, Table
    from llmrules.language.rules.rule import Rule


def parting(decision: Decision) -> dict[str, tuple[str, ...]]:
    """Return the requirements that would part those on the first place, each with the rules by which it would."""
    return _Tie(decision).parting() if len(decision.best) > 1 else {}


class _Tie:
    def __init__(self, decision: Decision) -> None:
        self._decision, self._ruleset = decision, decision.knowledge.ruleset
        self._facts, self._criteria = decision.derivation.facts, decision.criteria
        masks, carriers = decision.candidates.masks, decision.standing.carriers
        self._tied = [[index for index in bits(masks[name]) if index in carriers] for name in decision.best]
        self._concluding = by_conclusion(self._ruleset.rules.values())

    def parting(self) -> dict[str, tuple[str, ...]]:
        fired = {*self._decision.fired}
        settled = fired.union(*(self._ruleset.rules[name].overrides for name in fired))
        found: dict[str, list[str]] = {}
        for name, criterion in self._criteria.by_rule.items():
            rule = criterion.rule
            acts = not rule.trial and (rule.effect.hard or rule.effect.sign)
            if acts and name not in settled and self._could_fire(rule) and self._treats_differently(criterion):
                for wanted in {*self._wanted(rule)}:
                    found.setdefault(wanted, []).append(name)
        return {name: tuple(found[name]) for name in sorted(found, key=lambda one: (-len(found[one]), one))}

    def _could_fire(self, rule: Rule) -> bool:
        """Whether nothing that is known keeps a rule from firing."""
        blocked = any(table.holds(self._facts) for table in rule.unless.exceptions())
        return not blocked and self._could_hold(rule.when)

    def _could_hold(self, table: Table) -> bool:
        return (
            all(self._could(leaf) for leaf in table.leaves)
            and all(map(self._could_hold, table.every))
            and (not table.either or any(map(self._could_hold, table.either)))
        )

    def _could(self, leaf: Leaf) -> bool:
        return leaf.holds(self._facts) or not self._facts.keys() >= {leaf.attribute.name, *leaf.references}

    def _treats_differently(self, criterion: Criterion) -> bool:
        rule = criterion.rule
        if self._depends_on_answers(rule):
            return len({frozenset(self._looked_at(rule, index) for index in its) for its in self._tied}) > 1
        outcome = self._criteria.outcome(criterion, self._facts)
        return len({max(self._says(criterion, outcome, index) for index in its) for its in self._tied}) > 1

    def _depends_on_answers(self, rule: Rule) -> bool:
        """Whether what a rule says of models depends on what was not stated; some answer parts those who differ."""
        waits = any(name not in self._facts for name in rule.references())
        return waits or any(one.name in rule.reads() for one in self._decision.candidates.moving)

    def _looked_at(self, rule: Rule, index: int) -> tuple[object, ...]:
        """Return all that a rule looks at of a candidate; of what is computed for a case, that from which it is."""
        candidates = self._decision.candidates
        moving, resting = {one.name for one in candidates.moving}, candidates.vocabulary.resting
        names = rule.reads().union(*(resting[name] for name in moving & rule.reads())) & candidates.columns.keys()
        sums = {name: candidates.computed[name] for name in moving & names & candidates.computed.keys()}
        stated = {*names}.difference(name for name, its in sums.items() if its[index] is not None)
        return tuple(candidates.columns[name][index] if name in stated else None for name in sorted(names))

    def _says(self, criterion: Criterion, outcome: Outcome, index: int) -> int:
        """Return the points that a rule would give a candidate; a hard one 2 to who passes, 1 to who is undecided."""
        reached, rule = outcome.true >> index & 1, criterion.rule
        if not rule.effect.hard:
            return criterion.points(index) if reached else 0
        policy = "exclude" if outcome.false >> index & 1 else rule.unknown or self._decision.policy
        return 2 if reached else {"accept": 2, "apart": 1, "exclude": 0}[policy]

    def _wanted(self, rule: Rule, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """Yield the requirements that a rule waits for; for one that is only concluded, those of the rules that do."""
        tested = (name for leaf in rule.when.all_leaves() for name in (leaf.attribute.name, *leaf.references))
        for name in (*tested, *rule.references()):
            if name in self._facts or rule.id in seen:
                continue
            concluding = self._concluding.get(name, [])
            if self._ruleset.vocabulary[name].ask is not None or not concluding:
                yield name
                continue
            for other in filter(self._could_fire, concluding):
                yield from self._wanted(other, seen | {rule.id})
