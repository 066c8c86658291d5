"""Looks for a case in which given rules fire: requirements that a user can state, without contradicting themselves.

What it returns was run, so it is certain; that it returns nothing proves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from llmrules.check.lint.algebra import Conjunction, join, spread, witnesses
from llmrules.check.lint.rules import can_be_stated
from llmrules.decision.decision import Decision
from llmrules.errors import LoadError, show
from llmrules.language.profile import state
from llmrules.language.values import Period, Value
from llmrules.language.vocabulary import AS_OF
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.check.lint.survey import Survey
    from llmrules.language.conditions import Leaf
    from llmrules.language.rules.rule import Rule

Statements: TypeAlias = dict[str, Value]

MOST_TRIES = 64
"""Cases that are run for one question before it is given up."""

DEEPEST_CHAIN = 12
"""Rules over which a chain is followed back to what can be stated."""

MOST_BRANCHES = 8
"""Ways that are followed back from one conclusion."""


@frozen(eq=False)
class Case:
    """A case that was decided: what was stated, and the decision."""

    stated: Statements
    decision: Decision

    def words(self) -> str:
        """Return what was stated, as a rule file writes it."""
        said = ((name, sorted(one) if isinstance(one, frozenset) else one) for name, one in sorted(self.stated.items()))
        return ", ".join(f"{name} = {show(value)}" for name, value in said) or "nothing"


class Witnesses:
    """Finds cases for the rules of one survey."""

    def __init__(self, survey: Survey) -> None:
        """Prepare the rules once."""
        self._survey = survey
        self._world = World.under(survey.knowledge, state({}, survey.knowledge.ruleset.vocabulary))

    def cases(self, *rules: Rule) -> Iterator[Case]:
        """Yield cases without a conflict in which all of the rules fire and which are not refused."""
        survey = self._survey
        goals = spread(join(*(survey.conditions[rule.id] for rule in rules))) or ()
        wanted = {rule.id for rule in rules}
        tries = (statements for goal in goals for statements in self._statements(goal, 0))
        for statements in islice(tries, MOST_TRIES):
            case = self._run(statements)
            if case is not None and wanted.issubset(case.decision.fired):
                yield case

    def _statements(self, goal: Conjunction, depth: int) -> Iterator[Statements]:
        """Yield what one may state so that a goal holds, following conclusions back to what can be stated."""
        open_ends = [leaf for leaf, _ in goal if not leaf.asks_absence and not can_be_stated(leaf.attribute)]
        if open_ends:
            leaf = min(open_ends, key=lambda one: one.attribute.name)
            rest = frozenset(literal for literal in goal if literal[0] != leaf)
            for rule in self._concluding(leaf) if depth < DEEPEST_CHAIN else ():
                for branch in (spread(self._survey.conditions[rule.id]) or ())[:MOST_BRANCHES]:
                    yield from self._statements(rest | branch, depth + 1)
            return
        groups = defaultdict(list)
        for literal in goal:
            groups[literal[0].attribute.name].append(literal)
        stated: Statements = {}
        for name, literals in sorted(groups.items()):
            values = list(islice(witnesses(literals), 1))
            if not values:
                return
            if values[0] is not None:
                stated[name] = values[0]
        yield stated

    def _concluding(self, leaf: Leaf) -> list[Rule]:
        """Return rules whose conclusion alone satisfies a leaf."""
        concluders = self._survey.concluders.get(leaf.attribute.name, ())
        return [
            rule
            for rule in concluders
            if (one := rule.effect.conclusion) is not None and leaf.holds({leaf.attribute.name: one.values})
        ][:MOST_BRANCHES]

    def _run(self, statements: Statements) -> Case | None:
        """Run a case; None where it cannot be stated, contradicts itself or is refused."""
        today = self._survey.today.isoformat()
        stated = {name: value.text if isinstance(value, Period) else value for name, value in statements.items()}
        try:
            profile = state({AS_OF.name: today, **stated}, self._survey.knowledge.ruleset.vocabulary)
        except LoadError:
            return None
        decision = evolve(self._world, profile=profile).decide()
        return None if decision.refused or decision.conflicts else Case(statements, decision)
