"""Checks of what stands there in vain: attributes and conclusions that no rule reads, names that no model has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from llmrules.check.lint.finding import Finding, Severity, found
from llmrules.errors import nearest
from llmrules.language.conditions import Reference
from llmrules.language.texts import Text
from llmrules.language.vocabulary import MODEL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.check.lint.survey import Survey
    from llmrules.language.conditions import Test
    from llmrules.language.rules.rule import Rule

ALIKE = 0.8
"""How alike a text and one of the catalogue are where it is taken for a misspelling."""


def check_attributes(survey: Survey) -> Iterator[Finding]:
    """Yield attributes that no rule reads, and conclusions that no rule reads."""
    for attribute in survey.knowledge.ruleset.vocabulary:
        if attribute.name in survey.readers or attribute.place is None or attribute.name in survey.concluders:
            continue
        asked = attribute.scope == "requirement"
        # What a user is asked for and nobody heeds misleads; what a catalogue knows beyond the rules does no harm.
        severity: Severity = "warning" if asked else "note"
        yield found(
            "unread-attribute",
            survey.declared(attribute),
            Text(f"no rule reads {attribute.name}", f"어떤 규칙도 {attribute.name}을(를) 읽지 않습니다"),
            hint=Text(
                "whoever states it believes that it counts: write the rule that reads it, or leave it out",
                "명시한 사람은 그것이 반영된다고 믿습니다. 읽는 규칙을 작성하거나 속성을 빼세요",
            )
            if asked
            else None,
            severity=severity,
        )
    for rule in survey.active:
        conclusion = rule.effect.conclusion
        if conclusion is not None and conclusion.attribute.name not in survey.readers:
            name = conclusion.attribute.name
            yield found(
                "unused-conclusion",
                survey.place(rule, rule.effect.name),
                Text(
                    f"{rule.id} concludes {name}, which no rule reads",
                    f"{rule.id}은(는) 어떤 규칙도 읽지 않는 {name}을(를) 도출합니다",
                ),
                hint=Text(
                    "write the rule that acts on it, or leave it out",
                    "그에 작용하는 규칙을 작성하거나 이 규칙을 빼세요",
                ),
                rules=(rule.id,),
            )


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
        yield found(
            "unknown-name",
            survey.place(rule, *at),
            Text(
                f"{rule.id}: {at[1]} is {name} of no model of this catalogue",
                f"{rule.id}: 이 카탈로그에 {at[1]}이(가) {name}인 모델이 없습니다",
            ),
            hint=None if close is None else Text(f"did you mean {close}?", f"{close}을(를) 뜻했나요?"),
            rules=(rule.id,),
        )


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
