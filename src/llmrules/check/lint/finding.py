"""Findings: what is wrong or doubtful in rules and catalogues before any run, and the one table of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import evolve, frozen

from llmrules.errors import InputError, Place, printable, show
from llmrules.language.texts import Text
from llmrules.say.languages.ko import settled
from llmrules.say.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.language.texts import Language

Severity: TypeAlias = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Certainly a mistake, doubtful, good to know."""


@frozen
class Code:
    """One kind of finding: its stable name, its usual severity and what it means."""

    name: str
    severity: Severity
    en: str
    ko: str


_TABLE = (
    Code(
        "condition-never-holds", "error", "A condition that nothing can satisfy.", "아무것도 충족할 수 없는 조건입니다."
    ),
    Code("duplicate-rule", "warning", "Two rules that always say the same.", "항상 같은 말을 하는 두 규칙입니다."),
    Code(
        *("shadowed-rule", "warning", "A rule that adds nothing, because others always say as much."),
        "다른 규칙이 이미 모두 말하므로 아무것도 더하지 않는 규칙입니다.",
    ),
    Code(
        *("contradicting-hard-rules", "error", "Two hard rules that fire together and that no model can satisfy both."),
        "함께 발동하지만 어떤 모델도 둘 다 충족할 수 없는 두 필수 규칙입니다.",
    ),
    Code("unread-attribute", "warning", "An attribute that no rule reads.", "어떤 규칙도 읽지 않는 속성입니다."),
    Code("unused-conclusion", "warning", "A conclusion that no rule reads.", "어떤 규칙도 읽지 않는 도출입니다."),
    Code(
        *("untriggerable-rule", "warning", "A rule to which no requirement that a user can state leads."),
        "사용자가 명시할 수 있는 어떤 요구사항에서도 도달할 수 없는 규칙입니다.",
    ),
    Code(
        *("excludes-every-model", "warning", "A hard rule that no model of the catalogue passes."),
        "카탈로그의 어떤 모델도 통과하지 못하는 필수 규칙입니다.",
    ),
    Code(
        *("excludes-no-model", "warning", "A hard rule that excludes no model of the catalogue."),
        "카탈로그의 어떤 모델도 제외하지 않는 필수 규칙입니다.",
    ),
    Code(
        *("excludes-together", "warning", "Two hard rules that fire together and leave no model of the catalogue."),
        "함께 발동하여 카탈로그의 모든 모델을 제외하는 두 필수 규칙입니다.",
    ),
    Code(
        *("decides-no-model", "warning", "A hard rule that is unknown for every model of the catalogue."),
        "카탈로그의 모든 모델에 대해 알 수 없는 필수 규칙입니다.",
    ),
    Code(
        *("weightless", "warning", "A soft rule whose weight changes no place in any case."),
        "어떤 경우에도 순위를 바꾸지 않는 선호 규칙입니다.",
    ),
    Code(
        *("sparse-grade", "warning", "A graded preference on an attribute that most models lack."),
        "대부분의 모델에 값이 없는 속성에 대한 등급 선호입니다.",
    ),
    Code(
        "override-never-matters",
        "warning",
        "An override that defeats nothing.",
        "아무것도 무효화하지 않는 재정의입니다.",
    ),
    Code(
        *("override-chain", "warning", "A rule that is overridden overrides another one."),
        "재정의되는 규칙이 다시 다른 규칙을 재정의합니다.",
    ),
    Code(
        *("unknown-name", "warning", "A name that no model of the catalogue has, such as one that is misspelt."),
        "카탈로그의 어떤 모델에도 없는 이름입니다. 철자가 틀렸을 수 있습니다.",
    ),
    Code("missing-language", "warning", "A text in one language only.", "한 언어로만 쓴 문구입니다."),
    Code(
        *("stale-source", "warning", "A source that was to be checked again by now."),
        "이미 다시 확인했어야 하는 출처입니다.",
    ),
    Code("future-source", "warning", "A source that is dated after today.", "날짜가 오늘 이후인 출처입니다."),
    Code(
        *("always-in-conflict", "warning", "Two rules that fire in every case and conclude different values."),
        "모든 경우에 발동하여 서로 다른 값을 도출하는 두 규칙입니다.",
    ),
    Code("stale-rule", "warning", "A rule that was to be reviewed by now.", "이미 검토했어야 하는 규칙입니다."),
    Code(
        *("confusable-id", "error", "A name with characters that look like others, or that nobody sees."),
        "다른 문자와 혼동되거나 보이지 않는 문자가 든 이름입니다.",
    ),
    Code(
        *("beyond-marks", "note", "A graded preference with values beyond its marks, where all of them tie."),
        "기준점 바깥의 값이 모두 동점이 되는 등급 선호입니다.",
    ),
    Code(
        *("unused-ignore", "note", "A finding is ignored that is not there."),
        "발견되지 않는 항목을 무시하도록 지정했습니다.",
    ),
    Code(
        *("negative-cycle", "error", "Rules that wait, through a negative test, for what they decide themselves."),
        "부정 검사를 거쳐 자기 자신의 결과를 기다리는 규칙들입니다.",
    ),
    Code("unknown-source", "error", "A source that no loaded file has.", "불러온 어떤 파일에도 없는 출처입니다."),
    Code("unknown-slot", "error", "A slot in a sentence that nothing fills.", "채울 값이 없는 문장의 자리입니다."),
)

CODES: dict[str, Code] = {code.name: code for code in _TABLE}
"""Every finding by its code. The last three stop loading; so does every other error of an input, under its own code."""

_LOADING = tuple(CODES)[-3:]


@frozen
class Finding:
    """One thing that is wrong or doubtful.

    ``rules`` are the ids of the rules that it concerns, the one it stands at first; ``others`` are further places
    that matter; ``page`` is the one of the docs that explains it.
    """

    code: str
    severity: Severity
    place: Place
    sentence: Text
    hint: Text | None = None
    rules: tuple[str, ...] = ()
    others: tuple[Place, ...] = ()
    page: str = ""

    @property
    def rule(self) -> str:
        """The id of the rule that it stands at, or nothing."""
        return self.rules[0] if self.rules else ""

    def said(self, language: Language = "en") -> str:
        """Return the sentence on one line, without what a terminal would obey."""
        return printable(self.sentence.read(language))

    def advised(self, language: Language = "en") -> str:
        """Return what to do instead, or nothing."""
        return printable(self.hint.read(language)) if self.hint is not None else ""


def found(
    code: str,
    place: Place,
    sentence: Text,
    *,
    hint: Text | None = None,
    rules: tuple[str, ...] = (),
    others: tuple[Place, ...] = (),
    severity: Severity | None = None,
) -> Finding:
    """Return a finding with the usual severity of its code, unless another one is given."""
    said = evolve(sentence, ko=settled(sentence.ko or ""))
    advised = hint if hint is None else evolve(hint, ko=settled(hint.ko or ""))
    return Finding(code, severity or CODES[code].severity, place, said, advised, rules, others, page=_page(code))


def _page(code: str) -> str:
    return f"docs/findings/{code}.md"


def from_error(error: InputError) -> Finding:
    """Return an error of loading as a finding, under its own code."""
    tell = Messages("ko")
    hint = None
    if error.nearest is not None:
        hint = Text(f"did you mean {error.nearest}?", settled(f"{error.nearest}을(를) 뜻했나요?"))
    elif error.hint is not None:
        hint = Text(error.hint, tell(error.hint))
    elif error.allowed:
        hint = Text(*(f"{say('allowed')}: {error.choices(say)}" for say in (str, tell)))
    return Finding(
        code=error.code,
        severity="error",
        place=error.place,
        sentence=Text(_sentence(error, str), _sentence(error, tell)),
        hint=hint,
        rules=(error.place.entry,) if error.place.entry and error.place.key.startswith("rule[") else (),
        others=(error.other,) if error.other is not None else (),
        page=_page(error.code) if error.code in _LOADING else error.page,
    )


def _sentence(error: InputError, tell: Callable[[str], str]) -> str:
    subject = f"{error.place.key}: " if error.place.key else ""
    shown = f" ({tell('found')}: {show(error.found)})" if error.found is not None else ""
    return f"{subject}{tell(error.message)}{shown}"
