"""Reads catalogue files strictly: every value declared, typed and sourced, every mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.catalog.entries import Catalog, Entry, Stated
from llmrules.catalog.overlay import HOW_TO_NAME, Draft, Note, check_lineage, finish, inherit, lay_over, lineage
from llmrules.errors import CatalogError
from llmrules.language.profile import Approval, read_approvals
from llmrules.language.rules.ruleset import read_header
from llmrules.language.sources import read_cited
from llmrules.language.values import Period, Value, day, read_as_of
from llmrules.language.vocabulary import Attribute, Scope, Vocabulary
from llmrules.language.vocabulary.taking import taking
from llmrules.reading.cursor import Cursor, read_fields

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from llmrules.errors import InputError
    from llmrules.reading.files import Source

    Cited: TypeAlias = tuple[str, ...] | None
    """The claims and documents that values rest on; None where none are named."""

HINTS = {
    "rule": "rules stand in a rule file (--rules)",
    "disable": "rules are switched off in a rule file (--rules)",
    "pack": "a catalogue file has no pack; rules stand in a rule file (--rules)",
    "offer": "an offer belongs to a model: write [[model.offer]]",
}
"""What to do instead with keys that people write in a catalogue file."""

FILE_KEYS = ("language", "title", "as_of", "source", "document", "claim", "model", "approval")
MODEL_KEYS = ("id", "name", "extends", "listed", "source", "sources", "disputed", "dated", "offer")
OFFER_KEYS = ("id", "source", "sources", "disputed", "dated")
_FIXED: Mapping[Scope, tuple[str, ...]] = {"model": MODEL_KEYS, "offer": OFFER_KEYS}
_HEADERS: Mapping[Scope, str] = {
    "requirement": "a profile or a rule speaks of it",
    "model": "write it under [[model]], above [[model.offer]]",
    "offer": "write it under [[model.offer]]",
}

DISPUTE_KEYS = ("attribute", "value", "source")
DATED_KEYS = ("attribute", "since", "value", "source")
NOTE_KEYS: Mapping[str, tuple[str, ...]] = {"disputed": DISPUTE_KEYS, "dated": DATED_KEYS}
"""What an entry that stands beside a value needs, by its key."""
_NOTES = {"disputed": "a disputed value", "dated": "a dated value"}

MODEL_ID = re.compile(r"[^\W_][\w.:/@+-]*")


def read_catalog(
    files: Iterable[Source],
    vocabulary: Vocabulary,
    citable: Collection[str],
    problems: list[InputError],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Catalog:
    """Read catalogue files in their order: a later file's value replaces an earlier one's. Problems are noted.

    ``progress`` is told how many entries of how many in a file are read.
    """
    reader = _Reader(vocabulary, citable)
    drafts: dict[str, Draft] = {}
    approvals: list[Approval] = []
    as_of: Period | None = None
    for source in files:
        top = Cursor.top(source, CatalogError, problems)
        keys = read_header(top, FILE_KEYS, what="a catalogue file", hints=HINTS)
        if keys is None:
            continue
        as_of = read_as_of(keys["as_of"]) if "as_of" in keys else as_of
        approvals += read_approvals(top)
        source_of_all = reader.source(keys)
        here: dict[str, Cursor] = {}
        entries = top.entries("model")
        for done, entry in enumerate(entries, start=1):
            draft = reader.model(entry, source_of_all)
            if progress is not None:
                progress(done, len(entries))
            if draft is None:
                continue
            if draft.id in here:
                other = here[draft.id].child("id", draft.id).place
                entry.child("id", draft.id).problem(
                    "duplicate-id", "is the id of two models", found=draft.id, other=other
                )
                continue
            here[draft.id] = entry
            known = drafts.get(draft.id)
            drafts[draft.id] = draft if known is None else lay_over(known, draft)
    models = {name: finish(draft) for name, draft in sorted(drafts.items())}
    inherited = {}
    for name, model in models.items():
        ancestors = lineage(model, models)
        check_lineage(model, ancestors, drafts)
        inherited[name] = inherit(model, ancestors, vocabulary)
    return Catalog(inherited, tuple(sorted(approvals, key=lambda one: one.order)), as_of)


@frozen
class _Reader:
    vocabulary: Vocabulary
    citable: Collection[str]
    _taking: Mapping[Scope, Mapping[str, Callable[[object], Value | None]]] = field(init=False)
    _known: dict[str, tuple[str, ...]] = field(factory=dict, init=False)
    """Each source that was named so far, as the values that it alone is behind all share it."""

    @_taking.default
    def _takers(self) -> Mapping[Scope, Mapping[str, Callable[[object], Value | None]]]:
        scopes: tuple[Scope, ...] = ("model", "offer")
        return {
            scope: {name: taking(self.vocabulary[name], periods=True) for name in self.vocabulary.stated(scope)}
            for scope in scopes
        }

    def source(self, keys: Mapping[str, Cursor], around: Cited = None) -> Cited:
        """Return what every value of a file, a model or an offer rests on that names no source of its own."""
        return read_cited(keys["source"], self.citable) if "source" in keys else around

    def model(self, entry: Cursor, around: Cited) -> Draft | None:
        if not isinstance(entry.value, dict):
            entry.wrong_type("a table that states a model")
            return None
        at_once = self._at_once(entry.value, "model", around)
        keys = self._keys(entry, MODEL_KEYS, "model", needs=("id",)) if at_once is None else entry.some(MODEL_KEYS)
        name = _id(keys["id"]) if "id" in keys else None
        if name is None:
            return None
        rests_on = self.source(keys, around)
        told = read_fields(keys, {"name": Cursor.name, "extends": Cursor.name, "listed": Cursor.flag})
        entries = self._entries(entry, keys, "model", rests_on) if at_once is None else at_once
        draft = Draft(name, entry, entries, self._notes(entry, "model", None), **told)
        for element in entry.entries("offer"):
            self._offer(element, draft, rests_on)
        return draft

    def _offer(self, element: Cursor, draft: Draft, around: Cited) -> None:
        entries = self._at_once(element.value, "offer", around)
        if entries is None:
            keys = self._keys(element, OFFER_KEYS, "offer")
            entries = self._entries(element, keys, "offer", self.source(keys, around))
        else:
            keys = element.some(OFFER_KEYS)
        key = _id(keys["id"]) if "id" in keys else _offer_key(entries)
        if key is None:
            return
        if key in draft.offers:
            made = "" if "id" in keys else ", which their provider and region make"
            message = f"two offers of {draft.id} have {f'the name {key}{made}' if key else 'no name to go by'}"
            other = draft.offers[key][1].place
            keys.get("id", element).problem(
                "duplicate-offer", message, found=key or None, other=other, hint=HOW_TO_NAME
            )
            return
        draft.offers[key] = (entries, element)
        draft.notes += self._notes(element, "offer", key)

    def _at_once(self, table: object, scope: Scope, around: Cited) -> dict[str, Entry] | None:
        """Return the values of a model or an offer of which each is right, or None: then they are read with care."""
        sources = table.get("sources", {}) if isinstance(table, dict) else None
        if not isinstance(table, dict) or not isinstance(sources, dict) or (scope == "model" and "id" not in table):
            return None
        rests_on = self._cited_at_once(table["source"]) if "source" in table else around
        taking, fixed = self._taking[scope], _FIXED[scope]
        entries = {}
        for name, stated in table.items():
            if name in taking:
                value, cited = taking[name](stated), self._cited_at_once(sources[name]) if name in sources else rests_on
                if value is None or cited is None:
                    return None
                entries[name] = Entry(Stated(value, cited))
            elif name not in fixed:
                return None
        return dict(sorted(entries.items())) if entries.keys() >= sources.keys() else None

    def _cited_at_once(self, stated: object) -> Cited:
        """Return the one claim or document that is named, or None."""
        if type(stated) is not str:
            return None
        if stated not in self._known and stated in self.citable:
            self._known[stated] = (stated,)
        return self._known.get(stated)

    def _keys(
        self, entry: Cursor, fixed: tuple[str, ...], scope: Scope, *, needs: tuple[str, ...] = ()
    ) -> dict[str, Cursor]:
        """Return the known keys of a model or an offer; an attribute that is declared wrongly was noted there."""
        found = {"model": "a model", "offer": "an offer"}
        hints = {
            attribute.name: f"it is an attribute of the {attribute.scope}: {_HEADERS[attribute.scope]}"
            for attribute in self.vocabulary
            if attribute.scope != scope
        }
        if isinstance(entry.value, dict):
            sound = {name: value for name, value in entry.value.items() if name not in self.vocabulary.broken}
            entry = evolve(entry, value=sound)
        names = (*fixed, *self.vocabulary.stated(scope))
        return entry.keys(names, what=found[scope], needs=needs, code="unknown-attribute", hints=hints)

    def _entries(self, entry: Cursor, keys: Mapping[str, Cursor], scope: Scope, rests_on: Cited) -> dict[str, Entry]:
        sources = keys["sources"].table() if "sources" in keys else {}
        declared = self.vocabulary.stated(scope)
        for name, cursor in sources.items():
            if name in keys or name in self.vocabulary.broken:
                continue
            if name not in declared:
                message = f"is not a declared attribute of the {scope}"
                cursor.problem("unknown-attribute", message, found=name, allowed=declared)
            elif not entry.misspells(name):
                cursor.problem("source-without-value", "is the source of a value that is not there", found=name)
        entries = {}
        for name in sorted(set(keys) & set(declared)):
            cited = read_cited(sources[name], self.citable) if name in sources else rests_on
            if cited is None and not ("sources" in keys and keys["sources"].misspells(name)):
                hint = f'sources.{name} = "id of a claim or document", or source = "…" for the whole {scope} or file'
                keys[name].problem("missing-source", "a value needs a source", hint=hint)
            value = self.vocabulary[name].read(keys[name], periods=True)
            if value is not None:
                entries[name] = Entry(Stated(value, cited or ()))
        return entries

    def _notes(self, entry: Cursor, scope: Scope, offer: str | None) -> list[Note]:
        """Read the values that dispute another or take its place on a day."""
        read = (self._note(element, key, scope, offer) for key in NOTE_KEYS for element in entry.entries(key))
        return [note for note in read if note is not None]

    def _note(self, element: Cursor, key: str, scope: Scope, offer: str | None) -> Note | None:
        needed = NOTE_KEYS[key]
        fields = element.keys(needed, what=_NOTES[key], needs=needed)
        if len(fields) < len(needed):
            return None
        name, names = fields["attribute"].value, self.vocabulary.stated(scope)
        cited = read_cited(fields["source"], self.citable)
        since = day(fields["since"].value) if "since" in fields else None
        if "since" in fields and since is None:
            fields["since"].wrong_type("a date such as 2026-12-01", hint="the first day on which the value is in force")
            return None
        if name not in names:
            message = f"is not a declared attribute of the {scope}"
            hint = _where_noted(self.vocabulary.attributes.get(str(name)), key)
            fields["attribute"].problem("unknown-attribute", message, found=name, allowed=names, hint=hint)
            return None
        value = self.vocabulary[str(name)].read(fields["value"], periods=True)
        if value is None:
            return None
        return Note(offer, str(name), Stated(value, cited), since, fields["attribute"])


def _id(cursor: Cursor) -> str | None:
    """Return the id of a model or an offer, or note one that is none."""
    name = cursor.text()
    if name is None or MODEL_ID.fullmatch(name):
        return name
    cursor.problem("bad-name", "must be letters, digits and . _ : / @ + - without spaces", found=name)
    return None


def _where_noted(attribute: Attribute | None, key: str) -> str | None:
    """Return where an attribute of the other scope is disputed or dated."""
    headers = {"model": f"[[model.{key}]]", "offer": f"[[model.offer.{key}]]"}
    if attribute is None or attribute.scope not in headers:
        return None
    return f"it is an attribute of the {attribute.scope}: write {headers[attribute.scope]}"


def _offer_key(entries: Mapping[str, Entry]) -> str:
    """Return the name that an offer's provider and region make: ``amazon-bedrock/eu``."""
    stated = [str(entries[name].value) for name in ("provider", "region") if name in entries]
    return "/".join("-".join(text.lower().split()) for text in stated)
