"""Knowledge with something changed in its rules or its catalogue; what the change does not touch is shared.

Rules that are as before keep their compiled conditions and what they say of models; a catalogue that is as before
stays laid out; and rules know nothing of a catalogue, so that another one leaves all of theirs as it is.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.catalog import Offer
from llmrules.catalog.candidates import reclassify
from llmrules.catalog.overlay import inherit, lineage
from llmrules.decision.criteria import Criteria, compile_criteria
from llmrules.engine.program import compile_program
from llmrules.language.rules.rule import Cycle, Disable, Rule, by_conclusion, classification_order, may_exempt
from llmrules.language.rules.strata import stratify, ties
from llmrules.language.texts import Text
from llmrules.worlds.changes import ModelAs, ModelOut, OfferOut, RuleAs, RuleOut, Switched, ValueAs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.catalog import Entry, Model
    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.criteria import Criterion
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.vocabulary import Vocabulary
    from llmrules.worlds.changes import OfCatalog, OfRules

OFF = Text("switched off to see whether it matters", "영향을 확인하기 위해 해제")


def altered(knowledge: Knowledge, *changes: OfRules | OfCatalog) -> Knowledge | None:
    """Return the knowledge with changes, one after the other; None where such rules or models could not be loaded."""
    of_rules = [one for one in changes if isinstance(one, RuleAs | RuleOut | Switched)]
    of_catalog = [one for one in changes if not isinstance(one, RuleAs | RuleOut | Switched)]
    found: Knowledge | None = knowledge
    if of_catalog:
        found = _with_catalog(knowledge, of_catalog)
    if of_rules and found is not None:
        found = _with_rules(found, of_rules)
    return found


# Rules


def _with_rules(knowledge: Knowledge, changes: Iterable[OfRules]) -> Knowledge | None:
    before = knowledge.ruleset
    ruleset = _ruleset(before, changes)
    if ruleset is None:
        return None
    program = knowledge.program
    known = {rule.id: rule for rule in program.rules if _fires_alike(before.rules[rule.id], ruleset.rules[rule.id])}
    if known.keys() != ruleset.strata.keys() or len(known) != len(program.rules):
        program = compile_program(ruleset, known)
    shared = dict(knowledge.arranged)  # another thread may add to it
    arranged = {turns: _criteria(criteria, before, ruleset) for turns, criteria in shared.items()}
    found = evolve(knowledge, ruleset=ruleset, program=program)
    found.arranged.update(arranged)
    return found


def _ruleset(before: RuleSet, changes: Iterable[OfRules]) -> RuleSet | None:
    rules, disables = dict(before.rules), before.disables
    for change in changes:
        if isinstance(change, RuleAs):
            rules[change.rule.id] = change.rule
        elif isinstance(change, RuleOut):
            disables = (*disables, Disable(OFF, rule=change.rule))
        else:
            disables = change.disables
    if rules.keys() != before.rules.keys():
        rules = dict(sorted(rules.items()))
    off = {rule.id: one for rule in rules.values() for one in reversed(disables) if one.covers(rule)}
    found = evolve(before, rules=rules, disables=disables, disabled=off)
    if not all(_reaches(rule, rules) for rule in rules.values()):
        return None
    if _tied(found, before) == _tied(before, found):
        return found
    active = [rule for rule in rules.values() if rule.id not in off]
    strata = stratify(rule for rule in active if not rule.trial)
    if isinstance(strata, Cycle) or isinstance(classification_order(active), Cycle):
        return None
    return evolve(found, strata=strata)


def _tied(ruleset: RuleSet, other: RuleSet) -> dict[str, object]:
    """Return all that the order of rules depends on, of the rules that are not the same in another rule set."""
    return {
        name: ties(rule)
        for name, rule in ruleset.rules.items()
        if name not in ruleset.disabled and (rule is not other.rules.get(name) or name in other.disabled)
    }


def _fires_alike(before: Rule, after: Rule) -> bool:
    """Whether two rules fire in the same cases and conclude the same, as far as they themselves say."""
    if before is after:
        return True
    one, other = (
        (rule.when, rule.unless, rule.effective_from, rule.effective_to, rule.references(), rule.overrides)
        for rule in (before, after)
    )
    return one == other and before.effect.conclusion == after.effect.conclusion


def _reaches(rule: Rule, rules: Mapping[str, Rule]) -> bool:
    """Whether a rule overrides and exempts from rules alone that it can."""
    return all(
        name in rules and may_exempt(rule, rules[name]) for name in (*rule.effect.exempts, *rule.effect.lifts)
    ) and all(name in rules and name != rule.id and not rules[name].classifies for name in rule.overrides)


def _criteria(criteria: Criteria, before: RuleSet, ruleset: RuleSet) -> Criteria:
    """Return the criteria of other rules; models are classified anew where other rules classify them."""
    candidates, others = criteria.candidates, set[str]()
    were, are = by_conclusion(before.classifying()), by_conclusion(ruleset.classifying())
    changed = {name for name in were.keys() | are.keys() if were.get(name) != are.get(name)}
    if changed:
        candidates, others = reclassify(candidates, ruleset.classifying(), changed)
    return criteria_over(candidates, others, (*ruleset.firing(), *ruleset.on_trial()), criteria)


def criteria_over(candidates: Candidates, others: Collection[str], rules: Iterable[Rule], before: Criteria) -> Criteria:
    """Return the criteria of rules over candidates that differ in some attributes alone from those of before.

    Rules that read one of these, or that say something else of models, are evaluated anew.
    """
    kept: dict[str, Criterion] = {}
    anew = []
    for rule in rules:
        known = before.by_rule.get(rule.id)
        if known is None or says_else(known.rule, rule) or (others and not rule.reads().isdisjoint(others)):
            anew.append(rule)
        else:
            kept[rule.id] = known if known.rule is rule else evolve(known, rule=rule)
    fresh = compile_criteria(candidates, anew)
    scale = lcm(before.scale, fresh.scale)
    by_rule = {name: one.rescaled(scale // before.scale) for name, one in kept.items()}
    by_rule |= {name: one.rescaled(scale // fresh.scale) for name, one in fresh.by_rule.items()}
    return Criteria(candidates, by_rule, scale)


def says_else(before: Rule, after: Rule) -> bool:
    """Whether a rule says something else of models than before, wherever both fire; what is unknown apart."""
    one, other = ((rule.effect, rule.where, rule.weight, rule.tier) for rule in (before, after))
    return one != other


# The catalogue


def _with_catalog(knowledge: Knowledge, changes: Iterable[OfCatalog]) -> Knowledge | None:
    vocabulary, models = knowledge.ruleset.vocabulary, dict(knowledge.catalog.models)
    touched: dict[str, Model | None] = {}
    for change in changes:
        name = change.model.id if isinstance(change, ModelAs) else change.model
        touched.setdefault(name, models.get(name))
        model = changed_model(models.get(name), change, vocabulary)
        if model is None:
            models.pop(name, None)
        else:
            models[name] = model
    models = dict(sorted(models.items()))
    found = _inheriting(models, touched.keys(), vocabulary)
    if found is None or not all(_can_be_told_apart(model) for model in found.values()):
        return None
    catalog = evolve(knowledge.catalog, models=found)
    both = (*touched.values(), *(found.get(name) for name in touched))
    days = catalog.turning_days() if any(map(_turns, both)) else knowledge.turning_days
    return evolve(knowledge, catalog=catalog, turning_days=days)


def changed_model(model: Model | None, change: OfCatalog, vocabulary: Vocabulary) -> Model | None:
    """Return a model as a change makes it, with its own entries alone."""
    if isinstance(change, ModelAs):
        return change.model
    if model is None or isinstance(change, ModelOut):
        return None
    if isinstance(change, OfferOut):
        return evolve(
            as_stated(model), offers=tuple(one for one in model.offers if one.id != change.offer) or (Offer(),)
        )
    if vocabulary[change.attribute].scope == "model":
        return evolve(as_stated(model), entries=_entries(as_stated(model).entries, change))
    offers = (
        evolve(offer, entries=_entries(offer.entries, change)) if offer.id == change.offer else offer
        for offer in model.offers
    )
    return evolve(as_stated(model), offers=tuple(offers))


def _entries(entries: Mapping[str, Entry], change: ValueAs) -> Mapping[str, Entry]:
    found = {name: entry for name, entry in entries.items() if name != change.attribute}
    if change.entry is not None:
        found[change.attribute] = change.entry
    return dict(sorted(found.items()))


def as_stated(model: Model) -> Model:
    """Return a model as its own entries state it."""
    if model.extends is None:
        return model
    return evolve(model, entries={name: one for name, one in model.entries.items() if one.inherited_from is None})


def _inheriting(
    models: Mapping[str, Model], touched: Collection[str], vocabulary: Vocabulary
) -> dict[str, Model] | None:
    """Let the models inherit anew that are touched or extend such ones; None where one extends nothing, or itself."""
    own = {name: as_stated(model) for name, model in models.items()}
    found = dict(models)
    for name, model in own.items():
        line = (model, *lineage(model, own))
        if any(one.id in touched or one.extends in touched for one in line):
            if line[-1].extends is not None:
                return None
            found[name] = inherit(model, line[1:], vocabulary)
    return found


def _can_be_told_apart(model: Model) -> bool:
    names = [offer.id for offer in model.offers]
    return len(names) == 1 or (None not in names and len({*names}) == len(names))


def _turns(model: Model | None) -> bool:
    """Whether some value of a model takes the place of another on a day."""
    tables = () if model is None else (model.entries, *(offer.entries for offer in model.offers))
    return any(entry.dated for table in tables for entry in table.values())
