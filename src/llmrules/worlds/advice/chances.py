"""Who has a chance: what keeps candidates from the first place whatever is found out of one attribute of theirs.

It only says where nothing can change, so that it need not be tried; what does change is for a decision to say.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits, mask_of
from llmrules.decision.basis import read_with, resting_on
from llmrules.decision.sketch import weighs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.decision.decision import Decision
    from llmrules.decision.judgement import Score


class Chances:
    """Who may come to the first place of a decision, or leave it, where values of one attribute are others.

    Who is kept out by a rule that does not read a value stays out, and no rule gives more than its weight.
    """

    def __init__(self, decision: Decision) -> None:
        """Note what the rules that fired and weigh read, and all that this rests on."""
        ruleset, only = decision.knowledge.ruleset, decision.restriction.only
        self.rules = [ruleset.rules[name] for name in decision.fired if weighs(ruleset.rules[name])]
        self._decision, self._reading = decision, defaultdict[str, set[str]](set)
        resting = resting_on(ruleset)
        for rule in self.rules:
            for name in read_with(rule.reads(), resting):
                self._reading[name] |= {rule.id, *rule.effect.exempts}
        asked = () if only is None else (leaf.attribute.name for leaf in only.all_leaves())
        self._deciding = read_with(asked, resting)
        self._all = decision.judgement.points
        self._top = max((self._all[index] for index in bits(decision.judgement.eligible)), default=None)
        self.attributes = sorted({*self._reading, *self._deciding})

    def of(self, name: str) -> int:
        """Return the candidates who may be first, or no longer be, with another value of an attribute."""
        judgement, reading = self._decision.judgement, self._reading[name]
        everyone = self._decision.criteria.everyone
        possible = everyone if name in self._deciding else everyone & ~self._decision.unjudged.everyone
        for check in judgement.checks:
            if check.criterion.rule.id not in reading:
                possible &= ~(check.excluding | check.unverifying)
        scores = [score for score in judgement.scores if score.criterion.rule.id in reading]
        if self._top is None:
            return possible
        return mask_of([index for index in bits(possible) if self._most(index, scores) >= self._top])

    def _most(self, index: int, scores: Iterable[Score]) -> int:
        """Return the most points that a candidate may have, if some rules gave it all that they can."""
        points = self._all[index]
        for score in scores:
            given = score.points(index) if score.outcome.true >> index & 1 else 0
            points += max(0, score.criterion.signed_weight) - given
        return points

    def most(self, model: str) -> Fraction:
        """Return the most points that a candidate of a model has, be it excluded or not."""
        its = bits(self._decision.candidates.masks[model])
        return Fraction(max(self._all[index] for index in its), self._decision.criteria.scale)
