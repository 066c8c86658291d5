"""All advice on one decision, each kind found when it is asked for, and kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from llmrules.worlds.advice.asking import next_questions
from llmrules.worlds.advice.finding_out import worth_finding_out
from llmrules.worlds.advice.firmness import firmness, requirements_stay, shelf_life
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.advice.relaxing import Relaxing
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision
    from llmrules.trace.found import RelaxationRecord
    from llmrules.worlds.advice.asking import Questions
    from llmrules.worlds.advice.finding_out import Worth
    from llmrules.worlds.advice.firmness import Firmness, ShelfLife, Stays
    from llmrules.worlds.advice.relaxing import Found, NearMiss, Relaxation


class Advice:
    """What other worlds say of one decision."""

    def __init__(self, decision: Decision) -> None:
        """Find nothing yet."""
        self.decision = decision

    @cached_property
    def outlooks(self) -> Outlooks:
        """The outlooks that all kinds share."""
        return Outlooks(World.of(self.decision), self.decision)

    @cached_property
    def _ways(self) -> Relaxing:
        return Relaxing(self.outlooks.world, self.outlooks)

    @cached_property
    def conflict_sets(self) -> Found[tuple[str, ...]]:
        """Every smallest set of stated requirements that leaves nobody eligible by itself."""
        return self._ways.conflict_sets()

    @cached_property
    def recorded(self) -> tuple[tuple[tuple[str, ...], ...], tuple[RelaxationRecord, ...]]:
        """What a trace records where nobody is eligible: the smallest conflict sets, and what to drop."""
        return self._ways.recorded()

    @cached_property
    def relaxations(self) -> Found[Relaxation]:
        """Every smallest change of what is stated with which somebody is eligible; none at all where somebody is."""
        return self._ways.relaxations()

    def near_misses(self, count: int) -> Found[NearMiss]:
        """Return models that are not eligible, those in whose way the fewest requirements stand first."""
        return self._ways.near_misses(count)

    def toward(self, model: str) -> tuple[Found[Relaxation], Found[Relaxation]]:
        """Return the smallest changes with which a model is eligible, and with which it is first."""
        return self._ways.toward(model)

    @cached_property
    def questions_alone(self) -> Questions:
        """The questions that matter by themselves; of pairs none is tried."""
        return next_questions(self.outlooks.world, most=0, outlooks=self.outlooks)

    @cached_property
    def next_questions(self) -> Questions:
        """What to ask next: the requirements not stated that still matter, and by how much."""
        return next_questions(self.outlooks.world, outlooks=self.outlooks)

    @cached_property
    def stays(self) -> tuple[Stays, ...]:
        """With which values of what is stated the first place stays."""
        return tuple(requirements_stay(self.outlooks))

    @cached_property
    def until(self) -> ShelfLife | None:
        """The first later day on which, by what is known, the first place is another one."""
        return shelf_life(self.outlooks.world, self.outlooks)

    @cached_property
    def firmness(self) -> Firmness | None:
        """How firm the first place is, and until when it stays; None where nobody is first."""
        return firmness(self.outlooks.world, self.outlooks)

    @cached_property
    def worth_finding_out(self) -> Worth:
        """The unknown values of the catalogue that could change who is first, were they known."""
        return worth_finding_out(self.outlooks.world, self.outlooks)
