"""Asks the readers what they take, so that nothing they know is written down a second time.

Each question is an entry that is read for the sake of what is noted about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmrules.catalog import read_catalog
from llmrules.errors import InputError
from llmrules.language.profile import read_approvals
from llmrules.language.rules.reading import RuleReader
from llmrules.language.rules.ruleset import LANGUAGE
from llmrules.language.sources import read_sources
from llmrules.language.vocabulary.reading import ATTRIBUTE_KEYS, read_vocabulary
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from llmrules.language.vocabulary import Attribute, Scope, Type, Vocabulary

SOMETHING = "something"
"""The name of whatever stands in the entries that are read to ask."""


def concludable(vocabulary: Vocabulary, attribute: Attribute, value: object) -> bool:
    """Whether a rule may conclude that an attribute has a value."""
    rule = {**_ENTRIES["rule"][0], "conclude": {attribute.name: value}}
    del rule["advise"]

    def read(top: Cursor) -> None:
        RuleReader(vocabulary, (SOMETHING,)).rule(top, SOMETHING)

    return not _noted(read, rule)


def declarable(scope: Scope, kind: Type) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys that the declaration of an attribute of a type may have, and of those the ones it needs."""

    def codes(declaration: Mapping[str, object]) -> set[str]:
        file: dict[str, Any] = {scope: {SOMETHING: {"type": kind, **declaration}}}
        return {problem.code for problem in _noted(lambda top: read_vocabulary([top], ()), file)}

    fitting = tuple(key for key in ATTRIBUTE_KEYS if "key-not-allowed" not in codes({key: kind}))
    needs = tuple(key for key in fitting if "missing-key" in codes({}) and "missing-key" not in codes({key: kind}))
    return fitting, ("type", *needs)


def needed(kind: str) -> tuple[str, ...]:
    """Return the keys that an entry of a file needs: a rule, a document, a claim, an approval or a model."""
    whole, read = _ENTRIES[kind]

    def noted(entry: Mapping[str, object]) -> int:
        return len(_noted(read, {"language": LANGUAGE, kind: [entry]}))

    return tuple(key for key in whole if noted({name: whole[name] for name in whole if name != key}) > noted(whole))


def _noted(read: Callable[[Cursor], object], data: dict[str, Any]) -> list[InputError]:
    problems: list[InputError] = []
    read(Cursor.top(Source(SOMETHING, "", data, is_toml=False), InputError, problems))
    return problems


def _read_rule(top: Cursor) -> object:
    reader = RuleReader(read_vocabulary([], ()), (SOMETHING,))
    return reader.rule(top.table()["rule"].elements()[0], SOMETHING)


_ENTRIES: dict[str, tuple[dict[str, Any], Callable[[Cursor], object]]] = {
    "document": ({"id": SOMETHING, "title": SOMETHING, "date": "2026"}, lambda top: read_sources([top])),
    "claim": ({"id": SOMETHING, "says": {"en": SOMETHING}}, lambda top: read_sources([top])),
    "approval": ({"rule": SOMETHING, "model": SOMETHING, "by": SOMETHING, "on": "2026-01-01"}, read_approvals),
    "rule": ({"id": SOMETHING, "because": {"en": SOMETHING}, "source": SOMETHING, "advise": True}, _read_rule),
    "model": ({"id": SOMETHING}, lambda top: read_catalog([top.source], read_vocabulary([], ()), (), top.problems)),
}
"""Entries that lack nothing, and what reads them."""
