"""Everything that stays the same from case to case: rules, catalogue, compiled program and criteria."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.catalog import Catalog, read_catalog
from llmrules.catalog.candidates import Candidates, arrange
from llmrules.decision.basis import read_with, resting_on
from llmrules.decision.criteria import Criteria, compile_criteria
from llmrules.decision.sketch import Bearing, weighs
from llmrules.engine.program import Program, compile_program
from llmrules.engine.refiring import Reach
from llmrules.errors import InputError, LoadError
from llmrules.language.conditions import Reference
from llmrules.language.profile import check_approvals
from llmrules.language.rules.rule import Rule, by_conclusion, classification_order
from llmrules.language.rules.ruleset import LATER, RuleSet, read_ruleset
from llmrules.language.values import Period
from llmrules.language.vocabulary import AS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from llmrules.reading.files import Source

LATER_BY = {"at_most": (0,), "above": (0,), "below": (1,), "at_least": (1,)}
"""By how many days after the day of a value its tests against a day turn, as that day passes; of all others on both."""


@frozen(eq=False)
class Knowledge:
    """A checked rule set over a checked catalogue, compiled and shared by every decision.

    ``arranged`` keeps the criteria for each number of turning days that have passed. They are made when they are asked
    for first, so that knowledge which only one day is asked of arranges the catalogue once; no copy begins with any.
    """

    ruleset: RuleSet
    catalog: Catalog
    program: Program
    turning_days: tuple[date, ...]
    catalogues: tuple[str, ...]
    """The names of the files that the catalogue was read from, the first one first."""
    arranged: dict[int, Criteria] = field(factory=dict, init=False, repr=False)

    @property
    def models(self) -> tuple[str, ...]:
        """The ids of the models that can be chosen, in their order."""
        return tuple(model.id for model in self.catalog.listed)

    def day(self) -> Period:
        """Return the day on which a case is decided that states none: the catalogue's own, or today (UTC)."""
        today = datetime.now(UTC).date()
        return self.catalog.as_of or Period(today, today, today.isoformat())

    @property
    def candidates(self) -> Candidates:
        """The candidates with the values that the catalogue states, before any dated one takes their place."""
        return self.criteria.candidates

    @property
    def criteria(self) -> Criteria:
        """The criteria over these candidates."""
        return self._criteria_after(0)

    def criteria_on(self, when: date) -> Criteria:
        """Return the criteria with the values that are in force on a day."""
        return self._criteria_after(bisect_right(self.turning_days, when))

    @cached_property
    def reach(self) -> Reach:
        """What depends on what in the program."""
        return Reach(self.program)

    @cached_property
    def bearing(self) -> Bearing:
        """Which of its rules bear on who is eligible and who is first."""
        return Bearing(self.ruleset, self.reach)

    @cached_property
    def classifying(self) -> dict[str, list[Rule]]:
        """The rules that classify models, by what they conclude, each of these after those that it rests on."""
        found, order = by_conclusion(self.ruleset.classifying()), classification_order(self.ruleset.classifying())
        return {name: found[name] for name in order if name in found} if isinstance(order, list) else found

    @cached_property
    def resting(self) -> dict[str, set[str]]:
        """What each attribute that rules conclude of models, or that is computed, rests on."""
        return resting_on(self.ruleset)

    @cached_property
    def read_by(self) -> dict[str, set[str]]:
        """All that each rule reads of models, with what that rests on."""
        return {name: read_with(rule.reads(), self.resting) for name, rule in self.ruleset.rules.items()}

    @cached_property
    def referring(self) -> dict[str, list[tuple[str, Reference]]]:
        """The attributes of models that rules test against each requirement, with by how much more."""
        found: dict[str, list[tuple[str, Reference]]] = {}
        for rule in self.ruleset.firing():
            for leaf in (*rule.where.all_leaves(), *rule.effect.predicate.all_leaves()):
                for reference in (test.operand for test in leaf.tests if isinstance(test.operand, Reference)):
                    found.setdefault(reference.requirement, []).append((leaf.attribute.name, reference))
        return {name: list(dict.fromkeys(its)) for name, its in found.items()}

    @cached_property
    def timed(self) -> list[tuple[str, Reference, tuple[int, ...]]]:
        """The attributes of models that rules which weigh test against the day, and how much later a test turns."""
        found: dict[tuple[str, Reference, tuple[int, ...]], None] = {}
        for rule in filter(weighs, self.ruleset.firing()):
            for leaf in (*rule.where.all_leaves(), *rule.effect.predicate.all_leaves()):
                for test in leaf.tests:
                    if isinstance(test.operand, Reference) and test.operand.requirement == AS_OF.name:
                        found[leaf.attribute.name, test.operand, LATER_BY.get(test.operator.name, (0, 1))] = None
        return [*found]

    def _criteria_after(self, turns: int) -> Criteria:
        if turns not in self.arranged:
            catalog = self.catalog.on(self.turning_days[turns - 1]) if turns else self.catalog
            candidates = arrange(catalog, self.ruleset.vocabulary, self.ruleset.classifying())
            touching = (*self.ruleset.firing(), *self.ruleset.on_trial())
            # Of threads that come here at once, all take what one of them made.
            self.arranged.setdefault(turns, compile_criteria(candidates, touching))
        return self.arranged[turns]


FOLLOWING = frozenset(
    {"unknown-attribute", "unknown-requirement", "unknown-source", "unknown-rule", "unknown-pack", "unknown-model"}
    | {"unknown-promise", "unknown-choice", "unknown-slot", "dispute-without-value", "missing-type"}
)
"""Mistakes that may only follow from a file that could not be read; they are left out while there is one."""


def load_knowledge(
    rules: Sequence[Source],
    catalogues: Sequence[Source],
    failures: Iterable[InputError] = (),
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Knowledge:
    """Check and compile rules and catalogues. Raises LoadError with everything that is wrong in all files.

    ``failures`` are the files that could not be read at all; ``progress`` is told how many entries of how many in a
    catalogue are read.
    """
    problems: list[InputError] = []
    failed = list(failures)
    ruleset = read_ruleset(rules, catalogues, problems)
    catalog = read_catalog(catalogues, ruleset.vocabulary, ruleset.citable, problems, progress=progress)
    check_approvals(catalog.approvals, ruleset.rules, catalog.models.keys(), problems)
    if failed or any(problem.code == LATER for problem in problems):
        problems = [problem for problem in problems if problem.code not in FOLLOWING]
    if problems or failed:
        raise LoadError([*failed, *problems])
    # Ours has no layer: a user's file of the same name is told apart by its folder.
    names = tuple(f"./{one.name}" if one.layer and "/" not in one.name else one.name for one in catalogues)
    return Knowledge(ruleset, catalog, compile_program(ruleset), catalog.turning_days(), names)
