"""Checks of what wants upkeep: what no rule reads, names that no model has, dates on which to look again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from llmrules.check.lint.finding import Finding, found
from llmrules.errors import Place, nearest
from llmrules.language.conditions import Reference, Test
from llmrules.language.sources import Document
from llmrules.language.vocabulary import MODEL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.check.lint.survey import Survey
    from llmrules.language.rules.rule import Rule

ALIKE = 0.8
"""How alike a text and one of the catalogue are where it is taken for a misspelling."""


def check_attributes(survey: Survey) -> Iterator[Finding]:
    """Yield attributes that no rule reads, and conclusions that no rule reads."""
    for attribute in survey.knowledge.ruleset.vocabulary:
        if attribute.name in survey.readers or attribute.place is None or attribute.name in survey.concluders:
            continue
        name, place = attribute.name, survey.declared(attribute)
        # What a user is asked for and nobody heeds misleads; what a catalogue knows beyond the rules does no harm.
        if attribute.scope == "requirement":
            yield found("unread-attribute.asked", place, name=name)
        else:
            yield found("unread-attribute", place, severity="note", name=name)
    for rule in survey.active:
        conclusion = rule.effect.conclusion
        if conclusion is not None and conclusion.attribute.name not in survey.readers:
            place = survey.place(rule, rule.effect.name)
            yield found("unused-conclusion", place, rule.id, name=conclusion.attribute.name)


def check_names(survey: Survey) -> Iterator[Finding]:
    """Yield the names of models that no model has, and other texts that are close to one that some model has."""
    for rule in survey.active:
        for key, table in (("where", rule.where), (rule.effect.name, rule.effect.predicate)):
            for leaf in table.all_leaves():
                if leaf.attribute.type != "text":
                    continue
                known = _known_texts(survey, leaf.attribute.name)
                for test in leaf.tests:
                    yield from _unknown(survey, rule, (key, leaf.attribute.name), test, known)


def _known_texts(survey: Survey, name: str) -> frozenset[str]:
    """Return the texts that models, or their offers, have; every model has its name, even one that is not listed."""
    if name == MODEL.name:
        return frozenset(survey.knowledge.catalog.models)
    return frozenset(map(str, survey.knowledge.candidates.groups[name].masks()))


def _unknown(survey: Survey, rule: Rule, at: tuple[str, str], test: Test, known: frozenset[str]) -> Iterator[Finding]:
    if isinstance(test.operand, Reference) or not known or test.operator.operand == "flag":
        return
    for name in map(str, test.operand if isinstance(test.operand, tuple) else (test.operand,)):
        if name in known or any(
            test.operator.operand == "glob" and test.operator.truth(MODEL, one, name) for one in known
        ):
            continue
        close = nearest(name, known) if at[1] == MODEL.name else _spelt_otherwise(name, known)
        if close is None and at[1] != MODEL.name:
            continue
        kind, meant = ("unknown-name", "") if close is None else ("unknown-name.close", close)
        yield found(kind, survey.place(rule, *at), rule.id, key=at[1], name=name, close=meant)


def _spelt_otherwise(name: str, known: Iterable[str]) -> str | None:
    """Return the text that differs in capitals and signs alone, in words at its end, or in a letter or two.

    So do Mistral and Mistral AI, Antropic and Anthropic; names with other digits, such as llama-2, are others.
    """
    words = _words(name)
    for one in sorted(known):
        its = _words(one)
        shorter = min(len(words), len(its))
        if "".join(words) == "".join(its) or (shorter and words[:shorter] == its[:shorter] and " " in (name + one)):
            return one
    return nearest(name, (one for one in known if re.sub(r"\D", "", one) == re.sub(r"\D", "", name)), ALIKE)


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", name.casefold())


def check_dates(survey: Survey) -> Iterator[Finding]:
    """Yield documents of a day to come or due and not checked since, and rules whose review is due."""
    documents = {name: one for name, one in survey.knowledge.ruleset.citable.items() if isinstance(one, Document)}
    for name, one in documents.items():
        if one.date.first > survey.today:  # nobody can have read it
            yield found("future-source", _document_place(survey, name, "date"), name=name, day=str(one.date))
    for name, one in documents.items():
        due, checked = one.review_by, one.checked
        if due is None or due.last >= survey.today or (checked is not None and checked.last >= due.last):
            continue
        kind = "stale-source" if checked is None else "stale-source.checked"
        place = _document_place(survey, name, "review_by")
        yield found(kind, place, name=name, due=str(due), checked=str(checked))
    for rule in survey.active:
        if rule.review_by is not None and rule.review_by.last < survey.today:
            yield found("stale-rule", survey.place(rule, "review_by"), rule.id, due=str(rule.review_by))


def _document_place(survey: Survey, name: str, key: str) -> Place:
    """Return where a date of a document stands, as far as its file is known."""
    for source in survey.sources:
        entries = source.data.get("document")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and entry.get("id") == name:
                return source.place(("document", index, key))
    return Place("sources", key=key, entry=name)
