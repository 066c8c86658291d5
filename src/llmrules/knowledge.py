"""Everything that stays the same from case to case: rules, catalogue, compiled program and criteria."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.approvals import check_approvals
from llmrules.candidates import Candidates, arrange
from llmrules.catalog import Catalog, read_catalog
from llmrules.decision.criteria import Criteria, compile_criteria
from llmrules.engine.program import Program, compile_program
from llmrules.errors import FileError, InputError, LoadError
from llmrules.rules.ruleset import LATER, RuleSet, read_ruleset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from llmrules.files import Source
    from llmrules.rules.rule import Rule


@frozen(eq=False)
class Knowledge:
    """A checked rule set over a checked catalogue, compiled once and shared by every decision.

    ``candidates`` and ``criteria`` have the values that the catalogue states, before any dated one takes their place.
    """

    ruleset: RuleSet
    catalog: Catalog
    candidates: Candidates
    criteria: Criteria
    program: Program
    turning_days: tuple[date, ...]
    _turned: dict[int, Criteria] = field(factory=dict, repr=False)

    @property
    def models(self) -> tuple[str, ...]:
        """The ids of the models that can be chosen, in their order."""
        return tuple(model for model, _ in self.candidates.models)

    def criteria_on(self, when: date) -> Criteria:
        """Return the criteria with the values that are in force on a day; each time between two turns is kept."""
        turns = bisect_right(self.turning_days, when)
        if turns == 0:
            return self.criteria
        if turns not in self._turned:
            catalog = self.catalog.on(when)
            candidates = arrange(catalog, self.ruleset.vocabulary, self.ruleset.classifying())
            self._turned[turns] = compile_criteria(candidates, _touching(self.ruleset))
        return self._turned[turns]


FOLLOWING = frozenset(
    {"unknown-attribute", "unknown-requirement", "unknown-source", "unknown-rule", "unknown-pack", "unknown-model"}
    | {"unknown-choice", "unknown-slot", "dispute-without-value", "missing-type"}
)
"""Mistakes that may only follow from a file that could not be read; they are left out while there is one."""


def load_knowledge(
    rules: Sequence[Source],
    catalogues: Sequence[Source],
    failures: Iterable[FileError] = (),
    *,
    catalog: Catalog | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Knowledge:
    """Check and compile rules and catalogues. Raises LoadError with everything that is wrong in all files.

    ``failures`` are the files that could not be read at all. ``catalog`` is what the very same files were read as and
    found right before, where that is known; ``progress`` is told how many entries of how many in a catalogue are read.
    """
    problems: list[InputError] = []
    failed = list(failures)
    ruleset = read_ruleset(rules, catalogues, problems)
    if catalog is None:
        catalog = read_catalog(catalogues, ruleset.vocabulary, ruleset.citable, problems, progress=progress)
    check_approvals(catalog.approvals, ruleset.rules, catalog.models.keys(), problems)
    if not problems and not failed:
        candidates = arrange(catalog, ruleset.vocabulary, ruleset.classifying())
    if failed or any(problem.code == LATER for problem in problems):
        problems = [problem for problem in problems if problem.code not in FOLLOWING]
    if problems or failed:
        raise LoadError([*failed, *problems])
    return Knowledge(
        ruleset=ruleset,
        catalog=catalog,
        candidates=candidates,
        criteria=compile_criteria(candidates, _touching(ruleset)),
        program=compile_program(ruleset),
        turning_days=catalog.turning_days(),
    )


def _touching(ruleset: RuleSet) -> tuple[Rule, ...]:
    """Return the rules that may be applied to models, those on trial too."""
    return (*ruleset.firing(), *ruleset.on_trial())
