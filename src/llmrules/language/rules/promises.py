"""Promises: what rules and catalogue together are to keep in every case, read like rules and proved by ``prove``."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import field, frozen

from llmrules.errors import RuleError
from llmrules.language.conditions import ALWAYS, MODEL_SIDE, Table, read_table
from llmrules.language.rules.reading import read_id
from llmrules.language.sources import read_cited
from llmrules.language.texts import Text, read_text
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from llmrules.language.vocabulary import Vocabulary
    from llmrules.reading.cursor import Readers

Event: TypeAlias = Literal["refused", "conflict"]

Tested: TypeAlias = Literal["every", "best", "some"]

EVENTS: tuple[Event, ...] = ("refused", "conflict")
"""What may never happen: that the case is refused, that it has a conflict."""

ELIGIBLE = "eligible"
"""What ``some`` says where nothing is tested of models: that one is eligible."""

ON_MODELS: tuple[Tested, ...] = ("every", "best", "some")
"""Of every eligible model, of every one on the first place, of at least one eligible one."""

KEPT = ("always", *ON_MODELS, "never")
PROMISE_KEYS = ("id", "when", "because", "source", *KEPT)


@frozen(slots=False)
class Promise:
    """What holds in every case that meets ``when``: all that it says at once.

    ``always`` tests the requirements at the end; ``every``, ``best`` and ``some`` test models with their offers, and a
    test that is unknown is not passed. Of ``some`` the table that tests nothing asks that somebody is eligible.
    """

    id: str
    because: Text
    sources: tuple[str, ...]
    when: Table = ALWAYS
    always: Table | None = None
    every: Table | None = None
    best: Table | None = None
    some: Table | None = None
    never: tuple[Event, ...] = ()
    place: Cursor | None = field(default=None, eq=False, repr=False)

    def asked(self) -> tuple[Table, ...]:
        """Return the tables that test requirements."""
        return (self.when, *([] if self.always is None else [self.always]))

    @cached_property
    def tested(self) -> dict[Tested, Table]:
        """The tests on models, by whom they are about."""
        tables: dict[Tested, Table | None] = {"every": self.every, "best": self.best, "some": self.some}
        return {kind: table for kind, table in tables.items() if table is not None}

    @cached_property
    def references(self) -> frozenset[str]:
        """The requirements that its tests on models refer to, which are known in every case that falls under it."""
        return frozenset(name for table in self.tested.values() for name in table.references())

    @cached_property
    def settled(self) -> dict[Tested, tuple[str, ...]]:
        """By whom tests are about that come out alike in cases in which these requirements are alike."""
        return {
            kind: table.references()
            for kind, table in self.tested.items()
            if not any(one.attribute.computed for one in table.all_leaves())
        }

    @cached_property
    def needed(self) -> frozenset[str]:
        """Requirements that are known in every case that falls under it."""
        return self.references | {leaf.attribute.name for leaf in self.when.leaves if not leaf.asks_absence}


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
