"""Everything that stays the same from case to case: rules, catalogue, compiled program and criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.approvals import check_approvals
from llmrules.candidates import Candidates, arrange
from llmrules.catalog import Catalog, read_catalog
from llmrules.decision.criteria import Criteria, compile_criteria
from llmrules.engine.program import Program, compile_program
from llmrules.errors import FileError, InputError, LoadError
from llmrules.rules.ruleset import LATER, RuleSet, read_ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llmrules.files import Source


@frozen(eq=False)
class Knowledge:
    """A checked rule set over a checked catalogue, compiled once and shared by every decision."""

    ruleset: RuleSet
    catalog: Catalog
    candidates: Candidates
    criteria: Criteria
    program: Program
    models: tuple[str, ...]
    index: dict[str, int]


FOLLOWING = frozenset(
    {"unknown-attribute", "unknown-requirement", "unknown-source", "unknown-rule", "unknown-pack", "unknown-model"}
    | {"unknown-choice", "unknown-slot", "dispute-without-value", "missing-type"}
)
"""Mistakes that may only follow from a file that could not be read; they are left out while there is one."""


def load_knowledge(
    rules: Sequence[Source], catalogues: Sequence[Source], failures: Iterable[FileError] = ()
) -> Knowledge:
    """Check and compile rules and catalogues. Raises LoadError with everything that is wrong in all files.

    ``failures`` are the files that could not be read at all.
    """
    problems: list[InputError] = []
    failed = list(failures)
    ruleset = read_ruleset(rules, catalogues, problems)
    catalog = read_catalog(catalogues, ruleset.vocabulary, ruleset.citable, problems)
    check_approvals(catalog.approvals, ruleset.rules, catalog.models.keys(), problems)
    if not problems and not failed:
        candidates = arrange(catalog, ruleset.vocabulary, ruleset.classifying())
    if failed or any(problem.code == LATER for problem in problems):
        problems = [problem for problem in problems if problem.code not in FOLLOWING]
    if problems or failed:
        raise LoadError([*failed, *problems])
    models = tuple(candidate.model.id for candidate in candidates.rows)
    return Knowledge(
        ruleset=ruleset,
        catalog=catalog,
        candidates=candidates,
        criteria=compile_criteria(candidates, (*ruleset.firing(), *ruleset.on_trial())),
        program=compile_program(ruleset),
        models=models,
        index={model: index for index, model in enumerate(models)},
    )
