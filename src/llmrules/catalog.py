"""The catalogue: models and their offers, each value with its sources, what it replaced and what disputes it.

Absent means unknown. Nothing here knows a rule or a requirement.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.approvals import Approval, read_approvals
from llmrules.cursor import Cursor
from llmrules.errors import CatalogError
from llmrules.rules.ruleset import read_header
from llmrules.sources import check_sources
from llmrules.values import Value
from llmrules.vocabulary import Scope, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.errors import InputError
    from llmrules.files import Source

HINTS = {
    "rule": "rules stand in a rule file (--rules)",
    "disable": "rules are switched off in a rule file (--rules)",
    "pack": "a catalogue file has no pack; rules stand in a rule file (--rules)",
    "offer": "an offer belongs to a model: write [[model.offer]]",
}
"""What to do instead with keys that people write in a catalogue file."""

FILE_KEYS = ("language", "title", "document", "claim", "model", "approval")
MODEL_KEYS = ("id", "name", "extends", "sources", "disputed", "offer")
OFFER_KEYS = ("sources", "disputed")
_HEADERS: Mapping[Scope, str] = {
    "requirement": "a profile or a rule speaks of it",
    "model": "write it under [[model]], above [[model.offer]]",
    "offer": "write it under [[model.offer]]",
}

DISPUTE_KEYS = ("attribute", "value", "source")

MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*")


@frozen
class Stated:
    """A value and the claims and documents that state it."""

    value: Value
    sources: tuple[str, ...]


@frozen
class Entry:
    """The value in force of one attribute, and all else that is known of it.

    ``disputed`` are values that other sources state; ``replaced`` those that earlier catalogue files gave;
    ``inherited_from`` is the model that a variant has it from.
    """

    stated: Stated
    disputed: tuple[Stated, ...] = ()
    replaced: tuple[Stated, ...] = ()
    inherited_from: str | None = None

    @property
    def value(self) -> Value:
        """The value in force."""
        return self.stated.value


@frozen
class Offer:
    """How one seller serves a model: its attributes by name."""

    entries: Mapping[str, Entry] = field(factory=dict)


@frozen
class Model:
    """One model: its own attributes by name, and its offers (at least one, of which all may be unknown)."""

    id: str
    name: str
    entries: Mapping[str, Entry] = field(factory=dict)
    offers: tuple[Offer, ...] = (Offer(),)
    extends: str | None = None


@frozen
class Catalog:
    """All models by id, in the order of ids."""

    models: Mapping[str, Model]
    approvals: tuple[Approval, ...] = ()

    def __iter__(self) -> Iterator[Model]:
        """Yield every model in the order of ids."""
        return iter(self.models.values())


def read_catalog(
    files: Iterable[Source], vocabulary: Vocabulary, citable: Collection[str], problems: list[InputError]
) -> Catalog:
    """Read catalogue files in their order: a later file's value replaces an earlier one's. Problems are noted."""
    reader = _Reader(vocabulary, citable)
    drafts: dict[str, _Draft] = {}
    approvals: list[Approval] = []
    for source in files:
        top = Cursor.top(source, CatalogError, problems)
        keys = read_header(top, FILE_KEYS, what="a catalogue file", hints=HINTS)
        if keys is None:
            continue
        approvals += read_approvals(keys)
        here: dict[str, Cursor] = {}
        for entry in keys["model"].elements() if "model" in keys else ():
            draft = reader.model(entry)
            if draft is None:
                continue
            if draft.model.id in here:
                other = here[draft.model.id].child("id", draft.model.id).place
                entry.child("id", draft.model.id).problem(
                    "duplicate-id", "is the id of two models", found=draft.model.id, other=other
                )
                continue
            here[draft.model.id] = entry
            known = drafts.get(draft.model.id)
            drafts[draft.model.id] = draft if known is None else _overlay(known, draft)
    for draft in drafts.values():
        _check_disputes(draft)
    models = {name: _inherit(drafts[name], drafts, vocabulary) for name in sorted(drafts)}
    return Catalog(models, tuple(sorted(approvals, key=lambda one: one.order)))


@frozen
class _Draft:
    """A model as its own entries state it, before it inherits; ``named`` says whether an entry gives its name."""

    model: Model
    cursor: Cursor
    named: bool
    disputes: tuple[tuple[Scope, str, Stated, Cursor], ...]


@frozen
class _Reader:
    vocabulary: Vocabulary
    citable: Collection[str]

    def model(self, entry: Cursor) -> _Draft | None:
        if not isinstance(entry.value, dict):
            entry.wrong_type("a table that states a model")
            return None
        keys = self._keys(entry, MODEL_KEYS, "model")
        if "id" not in keys:
            entry.missing("id", "a model needs id")
            return None
        name = keys["id"].text()
        if name is None or not MODEL_ID.fullmatch(name):
            keys["id"].problem("bad-name", "must be letters, digits and . _ : / @ + - without spaces", found=name)
            return None
        entries = self._entries(entry, keys, "model")
        offers = self._offers(keys["offer"]) if "offer" in keys else ()
        model = Model(
            id=name,
            name=(keys["name"].name() if "name" in keys else None) or name,
            entries=entries,
            offers=tuple(Offer(offered) for offered, _ in offers) or (Offer(),),
            extends=keys["extends"].name() if "extends" in keys else None,
        )
        disputes = [*self._disputes(keys, "model"), *(dispute for _, found in offers for dispute in found)]
        return _Draft(model, entry, "name" in keys, tuple(disputes))

    def _offers(self, cursor: Cursor) -> list[tuple[dict[str, Entry], list[tuple[Scope, str, Stated, Cursor]]]]:
        offers = []
        for index, element in enumerate(cursor.elements()):
            if index > 0:
                element.problem("two-offers", "a model has one offer in this version", hint="keep the one you use")
                break
            keys = self._keys(element, OFFER_KEYS, "offer")
            offers.append((self._entries(element, keys, "offer"), self._disputes(keys, "offer")))
        return offers

    def _keys(self, entry: Cursor, fixed: tuple[str, ...], scope: Scope) -> dict[str, Cursor]:
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
        names = (*fixed, *self.vocabulary.names(scope))
        return entry.keys(names, what=found[scope], code="unknown-attribute", hints=hints)

    def _entries(self, entry: Cursor, keys: Mapping[str, Cursor], scope: Scope) -> dict[str, Entry]:
        sources = keys["sources"].table() if "sources" in keys else {}
        declared = self.vocabulary.names(scope)
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
            cited = self._cited(sources[name]) if name in sources else ()
            if name not in sources and not ("sources" in keys and keys["sources"].misspells(name)):
                message = "a value needs a source"
                keys[name].problem("missing-source", message, hint=f'sources.{name} = "id of a claim or document"')
            value = self.vocabulary[name].read(keys[name], periods=True)
            if value is not None:
                entries[name] = Entry(Stated(value, cited))
        return entries

    def _cited(self, cursor: Cursor) -> tuple[str, ...]:
        names = cursor.names()
        check_sources(cursor, names, self.citable)
        return names

    def _disputes(self, keys: Mapping[str, Cursor], scope: Scope) -> list[tuple[Scope, str, Stated, Cursor]]:
        disputes = []
        for element in keys["disputed"].elements() if "disputed" in keys else ():
            fields = element.keys(DISPUTE_KEYS, what="a disputed value")
            missing = [key for key in DISPUTE_KEYS if key not in fields]
            for key in missing:
                element.missing(key, f"a disputed value needs {key}")
            if missing:
                continue
            name, names = fields["attribute"].value, self.vocabulary.names(scope)
            cited = self._cited(fields["source"])
            if name not in names:
                message = f"is not a declared attribute of the {scope}"
                fields["attribute"].problem("unknown-attribute", message, found=name, allowed=names)
                continue
            value = self.vocabulary[str(name)].read(fields["value"], periods=True)
            if value is not None:
                disputes.append((scope, str(name), Stated(value, cited), fields["attribute"]))
        return disputes


def _overlay(known: _Draft, later: _Draft) -> _Draft:
    """Lay a later file's entry over an earlier one; what it replaces is kept beside it."""
    model = evolve(
        known.model,
        name=later.model.name if later.named else known.model.name,
        entries=_replace(known.model.entries, later.model.entries),
        offers=(Offer(_replace(known.model.offers[0].entries, later.model.offers[0].entries)),),
        extends=later.model.extends or known.model.extends,
    )
    renewed = {("model", name) for name in later.model.entries}
    renewed |= {("offer", name) for name in later.model.offers[0].entries}
    kept = tuple(dispute for dispute in known.disputes if dispute[:2] not in renewed)
    return _Draft(model, later.cursor, known.named or later.named, (*kept, *later.disputes))


def _replace(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> dict[str, Entry]:
    merged = dict(old)
    for name, entry in new.items():
        before = old.get(name)
        replaced = (*before.replaced, before.stated) if before is not None else ()
        merged[name] = evolve(entry, replaced=replaced)
    return dict(sorted(merged.items()))


def _check_disputes(draft: _Draft) -> None:
    for scope, name, stated, cursor in draft.disputes:
        entries = draft.model.entries if scope == "model" else draft.model.offers[0].entries
        if name not in entries:
            message = "disputes a value that the entry does not state"
            cursor.problem("dispute-without-value", message, found=name)
        elif entries[name].value == stated.value:
            cursor.problem("no-dispute", "is the value in force, not another one", found=name)


def _inherit(draft: _Draft, drafts: Mapping[str, _Draft], vocabulary: Vocabulary) -> Model:
    """Complete a model with its disputes and with what it inherits along ``extends``."""
    model = _with_disputes(draft)
    seen = [model.id]
    current = draft
    entries = dict(model.entries)
    while current.model.extends is not None:
        parent = drafts.get(current.model.extends)
        cursor = current.cursor.child("extends", current.model.extends)
        if parent is None:
            if len(seen) == 1:
                message = "names no model of any loaded catalogue"
                cursor.problem("unknown-model", message, found=current.model.extends, allowed=sorted(drafts))
            break
        if parent.model.id in seen:
            if parent.model.id == seen[0] == min(seen):
                cursor.problem("extends-cycle", f"extends itself: {' → '.join([*seen, parent.model.id])}")
            break
        for name, entry in _with_disputes(parent).entries.items():
            if vocabulary[name].inherited and name not in entries:
                entries[name] = evolve(entry, inherited_from=parent.model.id)
        seen.append(parent.model.id)
        current = parent
    return evolve(model, entries=dict(sorted(entries.items())))


def _with_disputes(draft: _Draft) -> Model:
    def add(scope: Scope, entries: Mapping[str, Entry]) -> dict[str, Entry]:
        disputed: dict[str, list[Stated]] = {}
        for where, name, stated, _ in draft.disputes:
            if where == scope:
                disputed.setdefault(name, []).append(stated)
        return {
            name: evolve(entry, disputed=tuple(sorted(disputed.get(name, ()), key=lambda s: (str(s.value), s.sources))))
            for name, entry in entries.items()
        }

    model = draft.model
    offers = tuple(Offer(add("offer", offer.entries)) for offer in model.offers)
    return evolve(model, entries=add("model", model.entries), offers=offers)
