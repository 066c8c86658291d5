"""Findings: what is wrong or doubtful in rules and catalogues before any run, and the one table of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.errors import InputError, Place, printable, show
from llmrules.language.texts import LANGUAGES, Language, Text
from llmrules.say.messages import Messages
from llmrules.say.teller import Sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


Severity: TypeAlias = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Certainly a mistake, doubtful, good to know."""


CODES: dict[str, Severity] = {
    "condition-never-holds": "error",
    "duplicate-rule": "warning",
    "shadowed-rule": "warning",
    "contradicting-hard-rules": "error",
    "unread-attribute": "warning",
    "unused-conclusion": "warning",
    "untriggerable-rule": "warning",
    "excludes-every-model": "warning",
    "excludes-no-model": "warning",
    "excludes-together": "warning",
    "decides-no-model": "warning",
    "weightless": "warning",
    "sparse-grade": "warning",
    "override-never-matters": "warning",
    "override-chain": "warning",
    "unknown-name": "warning",
    "missing-language": "warning",
    "stale-source": "warning",
    "future-source": "warning",
    "always-in-conflict": "warning",
    "stale-rule": "warning",
    "confusable-id": "error",
    "beyond-marks": "note",
    "unused-ignore": "note",
    "negative-cycle": "error",
    "unknown-source": "error",
    "unknown-slot": "error",
}
"""The usual severity of every finding, by its code; ``say/languages`` tells what it means.

The last three stop loading; so does every other error of an input, under its own code.
"""

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
    name: str,
    place: Place,
    /,
    *rules: str,
    others: tuple[Place, ...] = (),
    severity: Severity | None = None,
    **slots: int | str,
) -> Finding:
    """Return the finding that ``say/languages`` words under a name: its code, and a kind of it behind a dot.

    Its slots are filled by ``slots``, and by the rules that it concerns: the first is the ``rule`` that it stands at,
    then come the ``other`` and the ``last``. Its severity is the usual one of its code, unless another one is given.
    """
    code = name.partition(".")[0]
    slots |= dict(zip(("rule", "other", "last"), rules, strict=False))
    hint = _worded((f"advice.{name}", f"advice.{code}"), slots)
    sentence = _worded((f"finding.{name}", f"finding.{code}"), slots)
    assert sentence is not None  # noqa: S101 - every finding has its sentence
    return Finding(code, severity or CODES[code], place, sentence, hint, rules, others, page=page_of(code))


def _worded(names: Iterable[str], slots: Mapping[str, int | str]) -> Text | None:
    """Return the first of some sentences that there is, in both languages."""
    languages = [Sentences(language) for language in LANGUAGES]
    name = next((name for name in names if name in languages[0].sentences), None)
    return None if name is None else Text(*(say(name, **slots) for say in languages))


def page_of(code: str) -> str:
    """Return the page of the docs that explains a code."""
    return f"docs/findings/{code}.md"


def from_error(error: InputError) -> Finding:
    """Return an error of loading as a finding, under its own code."""
    tell = Messages("ko")
    hint = None
    if error.nearest is not None:
        hint = _worded(("advice.unknown-name.close",), {"close": error.nearest})
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
        page=page_of(error.code) if error.code in _LOADING else error.page,
    )


def _sentence(error: InputError, tell: Callable[[str], str]) -> str:
    subject = f"{error.place.key}: " if error.place.key else ""
    shown = f" ({tell('found')}: {show(error.found)})" if error.found is not None else ""
    return f"{subject}{tell(error.message)}{shown}"
