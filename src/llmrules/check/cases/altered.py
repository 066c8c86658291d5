"""Knowledge with one rule changed or switched off; only what that touches is compiled anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.decision.criteria import compile_criteria
from llmrules.engine.program import compile_program
from llmrules.language.rules.rule import Disable
from llmrules.language.rules.strata import Cycle, stratify
from llmrules.language.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.decision.criteria import Criteria, Criterion
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet

OFF = Text("switched off to see whether it matters", "영향을 확인하기 위해 해제")


def altered(knowledge: Knowledge, name: str, changed: Rule | None) -> Knowledge | None:
    """Return the knowledge with a rule as changed, or without it (None); None where such rules could not be loaded."""
    before = knowledge.ruleset.rules[name]
    if before.classifies:
        ruleset = _ruleset(knowledge.ruleset, name, changed, knowledge.ruleset.strata)
        return evolve(knowledge, ruleset=ruleset, arranged={})
    rules = {rule.id: rule for rule in knowledge.ruleset.firing() if rule.id != name}
    strata = stratify([*rules.values(), *([] if changed is None else [changed])])
    if isinstance(strata, Cycle):
        return None
    ruleset = _ruleset(knowledge.ruleset, name, changed, strata)
    arranged = {turns: _criteria(criteria, before, changed) for turns, criteria in dict(knowledge.arranged).items()}
    return evolve(knowledge, ruleset=ruleset, program=compile_program(ruleset), arranged=arranged)


def _ruleset(ruleset: RuleSet, name: str, changed: Rule | None, strata: Mapping[str, int]) -> RuleSet:
    if changed is None:
        return evolve(ruleset, disabled={**ruleset.disabled, name: Disable(OFF, rule=name)}, strata=strata)
    return evolve(ruleset, rules={**ruleset.rules, name: changed}, strata=strata)


def _criteria(criteria: Criteria, before: Rule, changed: Rule | None) -> Criteria:
    """Return the criteria with that of one rule evaluated anew, where it looks at models in another way."""
    if changed is None or not looks_elsewhere(before, changed):
        return criteria
    return evolve(criteria, by_rule={**criteria.by_rule, changed.id: criterion_of(criteria, changed)})


def looks_elsewhere(before: Rule, changed: Rule) -> bool:
    """Whether a changed rule touches models and looks at them in another way than before."""
    return changed.effect.touches_models and (changed.where, changed.effect) != (before.where, before.effect)


def criterion_of(criteria: Criteria, rule: Rule) -> Criterion:
    """Compile one rule that touches models over the candidates of all criteria, in the units of points of them all.

    A rule that is graded the other way round, or reaches other models, has the same denominators as before.
    """
    alone = compile_criteria(criteria.candidates, [rule])
    criterion, units = alone.by_rule[rule.id], criteria.scale // alone.scale
    grades = tuple(None if grade is None else grade * units for grade in criterion.grades)
    return evolve(criterion, grades=grades, signed_weight=criterion.signed_weight * units)
