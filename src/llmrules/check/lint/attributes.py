"""Checks of what is declared and concluded in vain: attributes and conclusions that no rule reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.check.lint.finding import Finding, Severity, found
from llmrules.language.texts import Text
from llmrules.language.vocabulary import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.check.lint.survey import Survey


def check_attributes(survey: Survey) -> Iterator[Finding]:
    """Yield attributes that no rule reads, and conclusions that no rule reads."""
    for attribute in survey.knowledge.ruleset.vocabulary:
        if attribute.name in survey.readers or attribute.name == AS_OF.name or attribute.name in survey.concluders:
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
