"""Who has a chance: what keeps candidates from the first place whatever is found out of one attribute of theirs.

It only says where nothing can change, so that it need not be tried; what does change is for a decision to say.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits, mask_of
from llmrules.catalog.overlay import lineage
from llmrules.decision.basis import read_with, resting_on
from llmrules.decision.sketch import weighs
from llmrules.worlds.advice.bands import leaves_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.decision.criteria import Score
    from llmrules.decision.decision import Decision


class Chances:
    """Who may come to the first place of a decision, or leave it, where values of one attribute are others.

    Who is kept out by a rule that does not read a value stays out, and no rule gives or takes more than its weight.
    Candidates of models that inherit from each other may change at once.
    """

    def __init__(self, decision: Decision) -> None:
        """Note what the rules that fired and weigh read, and all that this rests on."""
        ruleset, only = decision.knowledge.ruleset, decision.restriction.only
        rules = [ruleset.rules[name] for name in decision.fired if weighs(ruleset.rules[name])]
        asked = () if only is None else tuple(only.all_leaves())
        self.leaves = [*(leaf for rule in rules for leaf in leaves_of(rule)), *asked]
        """The tests on models that matter."""
        self._decision, self._reading = decision, defaultdict[str, set[str]](set)
        resting = resting_on(ruleset)
        for rule in rules:
            for name in read_with(rule.reads(), resting):
                self._reading[name] |= {rule.id, *rule.effect.exempts}
        self._deciding = read_with((leaf.attribute.name for leaf in asked), resting)
        self.attributes = sorted({*self._reading, *self._deciding} & ruleset.vocabulary.attributes.keys())
        """All attributes that there are and that the verdicts and points rest on: a cost may know no batch price."""
        self._all, eligible = decision.judgement.points, bits(decision.judgement.eligible)
        self._top = max((self._all[index] for index in eligible), default=None)
        self._leading = {index for index in eligible if self._all[index] == self._top}
        units = {name: its for name, its in decision.units if name in decision.best} if self._leading else {}
        led = mask_of([*(index for its in units.values() for index in bits(its))])
        self._second = max((self._all[index] for index in eligible if not led >> index & 1), default=None)
        self._tied = len(units) > 1

    def of(self, name: str) -> int:
        """Return the candidates who may be first, or no longer be, with another value of an attribute."""
        judgement, reading = self._decision.judgement, self._reading[name]
        everyone = self._decision.criteria.everyone
        possible = everyone if name in self._deciding else everyone & ~self._decision.unjudged.everyone
        may_leave = name in self._deciding
        for check in judgement.checks:
            if check.criterion.rule.id not in reading:
                possible &= ~(check.excluding | check.unverifying)
            else:
                may_leave = True
        if self._top is None:
            return possible
        scores = [score for score in judgement.scores if score.criterion.rule.id in reading]
        may_leave |= self._tied and bool(scores)
        families: defaultdict[str, list[int]] = defaultdict(list)
        for index in bits(possible):
            families[self._families[index]].append(index)
        found = (index for its in families.values() for index in self._changing(its, scores, may_leave=may_leave))
        return mask_of([*found])

    def _changing(self, family: Sequence[int], scores: Sequence[Score], *, may_leave: bool) -> Iterator[int]:
        """Yield those of a family who may come to the first place, or leave it."""
        assert self._top is not None  # noqa: S101 - as the caller saw
        least, most = self._top, self._second
        for index in family:
            down, up = self._reach(index, scores)
            if index in self._leading:
                least = min(least, down)
            else:
                most = up if most is None else max(most, up)
        for index in family:
            if index in self._leading:
                if may_leave or (most is not None and least <= most):
                    yield index
            elif (may_leave and not self._leading.isdisjoint(family)) or self._reach(index, scores)[1] >= least:
                yield index

    def _reach(self, index: int, scores: Iterable[Score]) -> tuple[int, int]:
        """Return the fewest and the most points that a candidate may have, if some rules gave it less or more."""
        down = up = self._all[index]
        for score in scores:
            given = score.points(index) if score.outcome.true >> index & 1 else 0
            weight = score.criterion.signed_weight
            down, up = down + min(0, weight) - given, up + max(0, weight) - given
        return down, up

    def most(self, model: str) -> Fraction:
        """Return the most points that a candidate of a model has, be it excluded or not."""
        its = bits(self._decision.candidates.masks.get(model, 0))
        return Fraction(max((self._all[index] for index in its), default=0), self._decision.criteria.scale)

    @cached_property
    def _families(self) -> Sequence[str]:
        """The last ancestor of the model of each candidate."""
        models = self._decision.knowledge.catalog.models
        return [(row.model, *lineage(row.model, models))[-1].id for row in self._decision.candidates.rows]
