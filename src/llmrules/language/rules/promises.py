"""Promises: what rules and catalogue together are to keep in every case, read like rules and proved by ``prove``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from llmrules.errors import RuleError
from llmrules.language.conditions import ALWAYS, MODEL_SIDE, Table, read_table
from llmrules.language.rules.reading import read_id
from llmrules.language.rules.rule import EVENTS, ON_MODELS, Event, Promise
from llmrules.language.sources import read_cited
from llmrules.language.texts import read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.language.vocabulary import Vocabulary
    from llmrules.reading.cursor import Cursor, Readers

ELIGIBLE = "eligible"
"""What ``some`` says where nothing is tested of models: that one is eligible."""

KEPT = ("always", *ON_MODELS, "never")
PROMISE_KEYS = ("id", "when", "because", "source", *KEPT)


def read_promises(tops: Iterable[Cursor], vocabulary: Vocabulary, citable: Collection[str]) -> Mapping[str, Promise]:
    """Read the promises of rule files by id; what is wrong is noted, never raised."""
    found: dict[str, Promise] = {}
    for entry in (one for top in tops for one in top.staged(RuleError).entries("promise")):
        promise = read_promise(entry, vocabulary, citable)
        if promise is None:
            continue
        known = found.setdefault(promise.id, promise)
        if known is not promise and known.place is not None:
            message, other = "is the id of two promises", known.place.child("id", promise.id).place
            entry.child("id", promise.id).problem("duplicate-id", message, found=promise.id, other=other)
    return dict(sorted(found.items()))


def read_promise(entry: Cursor, vocabulary: Vocabulary, citable: Collection[str]) -> Promise | None:
    """Read one promise; what is wrong is noted."""
    if not isinstance(entry.value, dict):
        entry.wrong_type("a table that states a promise")
        return None
    case = partial(read_table, vocabulary=vocabulary, scopes=("requirement",))
    readers: Readers = {
        "id": read_id,
        "when": case,
        "because": partial(read_text, plain=True),
        "source": partial(read_cited, known=citable),
        "always": case,
        **dict.fromkeys(ON_MODELS, partial(_models, vocabulary=vocabulary)),
        "never": _never,
    }
    found = entry.fields(readers, what="a promise", needs=("id", "because", "source"))
    if not any(key in entry.value for key in KEPT) and not entry.misspells(*KEPT):
        entry.problem("no-promise", "a promise says what is kept", allowed=KEPT)
    sources = found.pop("source", ())
    return Promise(**found, sources=sources, place=entry) if found.keys() >= {"id", "because"} else None


def _models(cursor: Cursor, vocabulary: Vocabulary) -> Table:
    """Read tests on models; ``some.eligible = true`` stands alone and tests nothing."""
    if cursor.key == "some" and isinstance(cursor.value, dict) and ELIGIBLE in cursor.value:
        keys = cursor.keys((ELIGIBLE,), what="a promise that somebody is eligible")
        if keys[ELIGIBLE].value is not True:
            keys[ELIGIBLE].wrong_type("true")
        return ALWAYS
    return read_table(cursor, vocabulary, scopes=MODEL_SIDE, references=True, peers=True)


def _never(cursor: Cursor) -> tuple[Event, ...]:
    keys = cursor.keys(EVENTS, what="what never happens")
    if isinstance(cursor.value, dict) and not cursor.value:
        cursor.problem("no-promise", "names nothing", allowed=EVENTS)
    for child in keys.values():
        if child.value is not True:
            child.wrong_type("true")
    return tuple(event for event in EVENTS if event in keys)
