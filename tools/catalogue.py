"""Make the next dated catalogue: what the one before states, and what newer public files say on top of it.

``python -m tools.catalogue 2026-12-07 FOLDER`` reads the files that ``tools/catalogue.toml`` names from FOLDER, lays
``tools/corrections.toml`` on them, writes ``catalogs/2026-12.toml`` and tells what came and what changed. The same
files give the same bytes. docs/catalogs.md says how rows are chosen and which value goes first.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, frozen

from llmrules.importers.announced import Reach, announced
from llmrules.importers.boards import Measuring, Names, normal
from llmrules.importers.kinds import read_file
from llmrules.importers.merging import Model, Offer, Overlay, merge
from llmrules.importers.packaged import providers_in
from llmrules.importers.reading import Reading
from llmrules.importers.sellers import seller_of
from llmrules.importers.settling import DATES, PARTIAL, Dated, Entry, Stated, contains
from llmrules.importers.writing import catalogue_data
from llmrules.reading.files import read_json_data
from llmrules.reading.syntax import toml_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.importers.reading import Plain, Row

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "catalogs"
RECIPE = ROOT / "tools" / "catalogue.toml"
CORRECTIONS = ROOT / "tools" / "corrections.toml"

BOARDS = ("arena", "llmfit")
"""The kinds of files that name models and sell none."""

MOST_OFFERS = 3
"""Offers of a model that names no region, the developer's own first."""

GLOBAL = "amazon-bedrock/global"
"""What stands for that seller where there is one: without a region, Bedrock asks for one of its own."""

CLOUDS = ("amazon-bedrock", "azure", "google-vertex")
"""The sellers that stand right behind the developer's own."""

REGIONS = ("us", "eu", "jp", "au", "in", "kr", "ca", "uk")
"""The regions of which a seller's own offer is listed where it has a price there."""

FUSED = "rates-1.1.0"
"""A file that repeats others: where one of them says the same, it is no further source."""

NAMES = frozenset({"developer", "family", "provider", "release", "region", "zones"})
"""What is the same under several names: another one disputes nothing."""

LISTS = frozenset({"input_modalities", "modes"})
"""What LiteLLM flags one by one: a shorter list denies nothing."""

PRICES = ("input_price", "output_price")

Table: TypeAlias = dict[str, Any]


@frozen
class File:
    """One public file of the recipe, as read."""

    document: str
    reading: Reading
    title: str | None
    replaces: tuple[str, ...]
    known: bool
    earlier: bool


@frozen
class Making:
    """The day of the new catalogue, the files, the day of each document, and what each newer document replaces."""

    made_on: date
    files: tuple[File, ...]
    days: Mapping[str, date]

    @property
    def newer(self) -> tuple[File, ...]:
        """The files that no catalogue has read before."""
        return tuple(file for file in self.files if not file.known and not file.earlier)

    def replaced_by(self, documents: Iterable[str]) -> frozenset[str]:
        """Return the documents of which these are newer versions."""
        spoken = set(documents)
        return frozenset(old for file in self.newer if file.document in spoken for old in file.replaces)

    def day(self, stated: Stated) -> date:
        """Return the day of a value's newest source; what the article claims goes before every file."""
        return max(self.days.get(source, date.max) for source in stated.sources)

    def newest_first(self, sources: Iterable[str]) -> tuple[str, ...]:
        """Return the sources of one value in the order in which they are cited."""
        found = set(sources)
        if len(found) > 1:
            found.discard(FUSED)
        return tuple(sorted(found, key=lambda source: (-self.days.get(source, date.max).toordinal(), source)))


# ── What is read ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_files(folder: Path, made_on: date, previous: Table) -> Making:
    """Read every file of the recipe, of which each must be there once."""
    recipe = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    called = {name: model for model, names in recipe["called"].items() for name in names}
    files = [_file(folder, one, made_on, called, None) for one in recipe["file"] if one["kind"] not in BOARDS]
    base = tomllib.loads((ROOT / "catalog.toml").read_text(encoding="utf-8"))
    documents = [*base["document"], *previous["document"]]
    days = {one["id"]: _first_day(one["date"]) for one in documents}
    days |= {file.document: file.reading.origin.date for file in files if not file.earlier}
    return Making(made_on, tuple(files), days)


def with_boards(folder: Path, making: Making, listed: Mapping[str, Table], new: Iterable[str]) -> Making:
    """Return the making with the files that measure or describe models, which are found by what models are called."""
    recipe = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    names = {name: {model.get("name", ""), model.get("release", "")} for name, model in listed.items()}
    names |= {name: {row.name for row in _rows(making.files) if row.id == name} for name in new}
    measuring = Measuring(Names.of(names.items()))
    boards = [_file(folder, one, making.made_on, {}, measuring) for one in recipe["file"] if one["kind"] in BOARDS]
    boards = [evolve(file, reading=_of_their_own(file.reading)) for file in boards]
    days = {file.document: file.reading.origin.date for file in boards}
    return evolve(making, files=(*making.files, *boards), days={**making.days, **days})


def _of_their_own(reading: Reading) -> Reading:
    """Return a reading without weights that are those of a preview, which are not the model's."""
    if reading.origin.kind != "llmfit":
        return reading
    rows = [row for row in reading.rows if normal(row.written.rpartition("/")[2]) == normal(row.id)]
    return evolve(reading, rows=tuple(rows))


def _file(folder: Path, told: Table, made_on: date, called: Mapping[str, str], measuring: Measuring | None) -> File:
    (path,) = sorted(folder.glob(f"{told['name']}*"))
    data = providers_in(path) if path.suffix == ".py" else read_json_data(path)
    reading = read_file(told["kind"], path.name, data, date=told["date"], today=made_on, measuring=measuring)
    rows = tuple(evolve(row, id=called.get(row.id, row.id)) for row in reading.rows)
    reading = evolve(reading, rows=rows, origin=evolve(reading.origin, id=told["document"]))
    replaces = tuple(told.get("replaces", ()))
    known, earlier = told.get("known", False), told.get("earlier", False)
    return File(told["document"], reading, told.get("title"), replaces, known, earlier)


def _first_day(written: object) -> date:
    return written if isinstance(written, date) else date.fromisoformat(f"{written}-01")


# ── Which models are listed ───────────────────────────────────────────────────────────────────────────────────────────


def new_models(making: Making, listed: Mapping[str, Table]) -> dict[str, str]:
    """Return the ids of the models that come, each with why, of developers that the catalogue lists.

    A model comes if the newest LiteLLM names it as the successor of a listed one, if a moving name means it there, or
    if its developer sells it there and the earlier LiteLLM has no row of it. A dated release of a listed model is none.
    """
    (newest,) = (file for file in making.newer if file.reading.origin.kind == "litellm")
    earlier = {row.id for file in making.files if file.earlier for row in file.reading.rows}
    developers = {model["developer"] for model in listed.values() if "developer" in model}
    developers |= set(_developers_of_families().values())
    developer = {row.id: row.model["developer"] for row in newest.reading.rows if "developer" in row.model}
    named: dict[str, str] = {}
    for row in newest.reading.rows:
        successor = str(row.offer.get("superseded_by", ""))
        if row.id in listed and successor in developer:
            named.setdefault(successor, f"{row.provider} names it as the successor of {row.id}")
        if "moving_names" in row.offer:
            named.setdefault(row.id, f"the moving name {str(row.offer['moving_names']).split(', ')[0]} means it")
        if row.first_party and row.id not in earlier and "input_price" in row.offer:
            named.setdefault(row.id, f"{row.provider} sells it, and LiteLLM lists it since the catalogue before")
    known = {*listed, *named}
    return {
        name: why
        for name, why in sorted(named.items())
        if name not in listed and developer.get(name) in developers and not _is_release_of(name, known)
    }


def _is_release_of(name: str, models: Iterable[str]) -> bool:
    """Whether a name is one of the models with a date or a number of a build behind it."""
    short = re.sub(r"-(?:\d{4}|\d{8}|20\d\d-\d\d-\d\d)$", "", name)
    return short != name and short in models


def chosen_offers(model: Model, own: frozenset[str], have: Iterable[str], made_on: date) -> tuple[Offer, ...]:
    """Return the offers of a model to list: those that it has, up to three, and the regional ones of their sellers."""
    have = list(have)
    sold = [
        offer for offer in model.offers if "+" not in offer.id and offer.id not in have and _is_open(offer, made_on)
    ]
    profiles = {offer.id for offer in sold if offer.id == GLOBAL}
    whole = [one for one in sold if one.id in profiles or ("/" not in one.id and f"{one.id}/global" not in profiles)]

    def order(offer: Offer) -> tuple[bool, int, int, str]:
        seller = offer.id.partition("/")[0]
        cloud = CLOUDS.index(seller) if seller in CLOUDS else len(CLOUDS)
        return seller not in own, -cloud if seller in own else cloud, -offer.rows, offer.id

    taken = [] if have else sorted(whole, key=order)[:MOST_OFFERS]
    sellers = {one.partition("/")[0] for one in (*have, *(offer.id for offer in taken))}
    regional = [offer for offer in sold if offer not in taken and _regional(offer.id, sellers)]
    return tuple(sorted((*taken, *regional), key=lambda offer: (order(offer), offer.id)))


def _regional(offer: str, sellers: Iterable[str]) -> bool:
    seller, _, region = offer.partition("/")
    return region in REGIONS and seller in sellers


def _is_open(offer: Offer, made_on: date) -> bool:
    retires = offer.entries.get("retires_on")
    ended = retires is not None and _first_day(retires.stated.value) <= made_on
    return all(price in offer.entries for price in PRICES) and not ended


# ── Which value is in force ───────────────────────────────────────────────────────────────────────────────────────────


def joined(attribute: str, before: Entry, now: Entry, making: Making, *, of_model: bool) -> Entry:
    """Return what is in force of an attribute of which the catalogue before and the newer files speak.

    Of an offer the newest file goes first; of a model, what the catalogue before holds, since the newer files describe
    offers. What an older version of a newer file said is dropped if the newer one speaks of the attribute at all.
    """
    if attribute in NAMES and now.stated.value != before.stated.value:
        return before
    before = _reached(before, making.made_on)
    spoken = [now.stated, *now.disputed, *(one.stated for one in now.dated)]
    gone = making.replaced_by(source for stated in spoken for source in stated.sources)
    kept = [rest for stated in (before.stated, *before.disputed) if (rest := _without(stated, gone)) is not None]
    first = kept[0] if kept and before.stated.value == kept[0].value else None
    fresh = first is None or (not of_model and making.day(now.stated) >= making.day(first))
    if attribute in PARTIAL and first is not None:
        members = {*first.value, *now.stated.value}  # type: ignore[misc]
        sources = making.newest_first((*first.sources, *now.stated.sources))
        return Entry(Stated(tuple(sorted(members)), sources))
    heads = [now.stated] if fresh or first is None else [first]
    everything = [*heads, *kept, now.stated, *now.disputed]
    later = now.dated or tuple(one for one in before.dated if _without(one.stated, gone) is not None)
    return evolve(_settled(attribute, everything, making), dated=later)


def _settled(attribute: str, heard: list[Stated], making: Making) -> Entry:
    """Return the first value with all of its sources, and beside it what disputes it."""
    by_value: dict[Plain, list[str]] = {}
    for stated in heard:
        by_value.setdefault(stated.value, []).extend(stated.sources)
    chosen, *others = (Stated(value, making.newest_first(sources)) for value, sources in by_value.items())
    if attribute in NAMES:
        return Entry(chosen)
    disputed = [other for other in others if not _denies_nothing(attribute, other.value, chosen.value)]
    return Entry(chosen, tuple(disputed))


def _denies_nothing(attribute: str, value: Plain, chosen: Plain) -> bool:
    if attribute in DATES:
        return contains(value, chosen)
    return attribute in LISTS and set(value) <= set(chosen)  # type: ignore[arg-type]


def _without(stated: Stated, gone: frozenset[str]) -> Stated | None:
    sources = tuple(source for source in stated.sources if source not in gone)
    return evolve(stated, sources=sources) if sources else None


def _reached(entry: Entry, day: date) -> Entry:
    """Return an entry with the last of the values in force that were still to come when it was written."""
    past = [one for one in entry.dated if one.since <= day]
    coming = tuple(one for one in entry.dated if one.since > day)
    return Entry(past[-1].stated, dated=coming) if past else entry


def with_limits(entries: Mapping[str, Entry], before: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the entries of an offer without limits that nobody set: none is longer than the window.

    An answer as long as the window is known only where no shorter one is; input as long as the window says nothing.
    What was in force before stays.
    """
    found = dict(entries)
    window = found["context_window"].stated.value if "context_window" in found else None
    if not isinstance(window, int):
        return found
    for name in ("max_input_tokens", "max_output_tokens"):
        entry = found.get(name)
        if entry is None or (name in before and before[name].stated.value == entry.stated.value):
            continue
        del found[name]
        heard = [stated for stated in (entry.stated, *entry.disputed) if isinstance(stated.value, int)]
        shorter = [stated for stated in heard if stated.value < window]  # type: ignore[operator]
        longer = [stated for stated in heard if stated.value == window and name == "max_output_tokens"]
        if kept := [*shorter, *longer]:
            found[name] = Entry(kept[0], tuple(kept[1:]))
    return found


# ── The whole ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def entries_of(table: Table, names: Iterable[str]) -> dict[str, Entry]:
    """Return what one table of a catalogue file states, with its sources, what disputes it and what comes later."""
    found = {}
    for name in names:
        if name not in table.get("sources", {}):
            continue
        disputed = [_stated(one) for one in table.get("disputed", ()) if one["attribute"] == name]
        dated = [Dated(one["since"], _stated(one)) for one in table.get("dated", ()) if one["attribute"] == name]
        stated = _stated({"value": table[name], "source": table["sources"][name]})
        found[name] = Entry(stated, tuple(disputed), tuple(dated))
    return found


def _stated(told: Table) -> Stated:
    value, source = told["value"], told["source"]
    return Stated(
        tuple(value) if isinstance(value, list) else value, (source,) if isinstance(source, str) else (*source,)
    )


def models_of(catalogue: Table) -> dict[str, Model]:
    """Return the listed models of a catalogue file as importers hold them."""
    found = {}
    for table in catalogue["model"]:
        if table.get("listed", True):
            offers = tuple(Offer(one["id"], entries_of(one, one), 0) for one in table.get("offer", ()))
            name = table.get("name", table["id"])
            found[table["id"]] = Model(table["id"], name, entries_of(table, table), offers, ())
    return found


def updated(before: Model, now: Model | None, making: Making, own: frozenset[str]) -> Model:
    """Return a model of the catalogue before with what the newer files say of it and of its offers."""
    if now is None:
        now = evolve(before, entries={}, offers=())
    sold = {offer.id: offer for offer in now.offers}
    offers = []
    for offer in before.offers:
        seller, _, region = offer.id.partition("/")
        known = sold.get("/".join(filter(None, (seller_of(seller).id, region))))
        offers.append(evolve(offer, entries=_joined(offer.entries, known.entries if known else {}, making)))
    offers += chosen_offers(now, own, [offer.id for offer in before.offers], making.made_on)
    return evolve(before, entries=_joined(before.entries, now.entries, making, of_model=True), offers=tuple(offers))


def _joined(
    before: Mapping[str, Entry], now: Mapping[str, Entry], making: Making, *, of_model: bool = False
) -> dict[str, Entry]:
    inherited = {"developer"} if of_model else set()  # a release whose developer is its family's has none of its own
    names = [*before, *(name for name in now if name not in before and name not in inherited)]
    entries = {}
    for name in names:
        if name not in before:
            entries[name] = now[name]
        elif name not in now:
            entries[name] = _reached(before[name], making.made_on)
        else:
            entries[name] = joined(name, before[name], now[name], making, of_model=of_model)
    return entries if of_model else with_limits(entries, before)


def with_reach(model: Model, own: frozenset[str], making: Making) -> Model:
    """Return a model with what its developer charges from some day on at the offers of others, too."""
    rows = ((row, file.document) for file in making.files for row in file.reading.rows if row.id == model.id)
    told = {offer.id: offer.entries for offer in model.offers}
    reach = Reach(making.days, making.made_on)
    reached = reach.offers(told, own, list(announced(rows)), model.entries.get("openness"))
    return evolve(model, offers=tuple(evolve(offer, entries=reached[offer.id]) for offer in model.offers))


def corrected(models: Mapping[str, Model], corrections: Table) -> dict[str, Model]:
    """Return the models with our own values in force."""

    def laid(entries: Mapping[str, Entry], ours: Mapping[str, Entry]) -> dict[str, Entry]:
        found = dict(entries)
        for name, entry in ours.items():
            old = found.get(name)
            heard = (old.stated, *old.disputed) if old is not None else ()
            found[name] = evolve(entry, disputed=tuple(one for one in heard if one.value != entry.stated.value))
        return found

    found = dict(models)
    for table in corrections["model"]:
        model = found[table["id"]]
        offers = {offer.id: offer for offer in model.offers}
        for one in table.get("offer", ()):
            old = offers.get(one["id"], Offer(one["id"], {}, 0))
            offers[one["id"]] = evolve(old, entries=laid(old.entries, entries_of(one, one)))
        entries = laid(model.entries, entries_of(table, table))
        if "extends" in table:
            entries.pop("developer", None)  # it is the family's
        name = table.get("name", model.name)
        found[table["id"]] = evolve(model, name=name, entries=entries, offers=tuple(offers.values()))
    return found


HEAD = """\
# The models that people choose from in {month}: {count} releases of {developers} developers, with what dated public
# files state of each on {made_on}. It is loaded on top of catalog.toml, whose documents it cites and whose families it
# extends. What no file states is absent: unknown, neither yes nor no.
#
# Written by `make catalogue DATE={made_on}` from catalogs/{previous}.toml and the files of tools/catalogue.toml, with
# tools/corrections.toml on top: correct a value there, since the next run writes this file anew. docs/catalogs.md says
# which models and offers are listed and which value is in force, catalogs/{previous}.toml how older files were read.
#
# Against {previous}: {kept} models stay and {came} come; {offers_kept} offers stay and {offers_came} come; none is
# taken out. An offer that has retired since stays, so that its retirement and its successor can be told. What comes:
{why}
"""


def text_of(models: Mapping[str, Model], previous: Table, written: str, making: Making, why: Mapping[str, str]) -> str:
    """Return the catalogue as the text of its file: documents, the article's entries, then a section a developer."""
    extends = {
        one["id"]: one["extends"] for one in (*previous["model"], *_read(CORRECTIONS)["model"]) if "extends" in one
    }
    family = _developers_of_families()
    remarks = {name: remark for remark, name in REMARK.findall(written)}
    sections: dict[str, list[str]] = {}
    for name, table in ((table["id"], table) for table in catalogue_data(Overlay((), tuple(models.values())))["model"]):
        developer = table.get("developer") or family[extends[name]]
        lent = {"extends": extends[name]} if name in extends else {}
        whole = {"id": name, **({"name": table["name"]} if "name" in table else {}), **lent, **table}
        sections.setdefault(developer, []).append(remarks.get(name, "") + _toml({"model": [whole]}))
    body = "".join(
        f"{_rule(developer)}\n{chr(10).join(sections[developer])}\n" for developer in sorted(sections, key=str.lower)
    )
    documents = [one for one in (*previous["document"], *_documents(making)) if f'"{one["id"]}"' in body]
    lending = [one for one in previous["model"] if not one.get("listed", True)]
    offers = sum(len(model.offers) for model in models.values())
    kept = sum(len(one.get("offer", ())) for one in previous["model"])
    head = HEAD.format(
        month=f"{making.made_on:%B %Y}",
        count=len(models),
        developers=len(sections),
        made_on=making.made_on,
        previous=_previous(making.made_on).stem,
        kept=len(models) - len(why),
        came=len(why),
        offers_kept=kept,
        offers_came=offers - kept,
        why="\n".join(f"#   - {name}: {reason}." for name, reason in why.items()),
    )
    return (
        f'{head}language = 1\ntitle = "Models of {making.made_on:%B %Y}"\nas_of = "today"\n\n'
        f"{_rule('Documents, beside those of catalog.toml')}\n{_tables('document', documents)}\n"
        f"{_rule(LENDING)}#\n# This catalogue is of releases. The twelve entries only lend to them what the article"
        f" says of their families.\n\n{_tables('model', lending)}\n{body}"
    ).rstrip("\n") + "\n"


LENDING = "The article's entries"
REMARK = re.compile(r'^((?:# [^─\n].*\n)+)\[\[model\]\]\nid = "(.+)"$', re.MULTILINE)
"""What people wrote above a model of the catalogue before, and its id."""


def _rule(title: str) -> str:
    return f"# ── {title} {'─' * (114 - len(title))}\n"


def _documents(making: Making) -> list[Table]:
    origins = [(file, file.reading.origin) for file in making.newer]
    return [{"id": one.id, "title": file.title or one.title, "date": one.date} for file, one in origins]


def _tables(name: str, tables: Iterable[Table]) -> str:
    return "\n".join(f"[[{name}]]\n{toml_text(table)}" for table in tables)


def _toml(data: Table) -> str:
    """Return values as TOML, a list of words on one line, and tables of tables written out."""

    def on_one_line(found: re.Match[str]) -> str:
        return "[" + ", ".join(line.strip().rstrip(",") for line in found[1].splitlines()) + "]"

    return re.sub(r'\[\n((?: +"[^"\n]*",\n)+) *\]', on_one_line, toml_text(data))


def _developers_of_families() -> dict[str, str]:
    return {one["id"]: one["developer"] for one in _read(ROOT / "catalog.toml")["model"] if "developer" in one}


def _read(path: Path) -> Table:
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def _previous(made_on: date) -> Path:
    return max(path for path in CATALOGUES.glob("*.toml") if path.stem < f"{made_on:%Y-%m}")


def make(folder: Path, made_on: date) -> tuple[str, dict[str, Model], dict[str, Model], dict[str, str], Making]:
    """Return the text of the catalogue, the models before and now, and why each new one comes."""
    path = _previous(made_on)
    written, previous = path.read_text(encoding="utf-8"), _read(path)
    making = read_files(folder, made_on, previous)
    before = models_of(previous)
    tables = {table["id"]: table for table in previous["model"] if table["id"] in before}
    why = new_models(making, tables)
    making = with_boards(folder, making, tables, why)
    own: dict[str, set[str]] = {}
    for row in _rows(making.files):
        if row.first_party:
            own.setdefault(row.id, set()).add(row.seller)
    newer = merge(_only(file, before) for file in making.newer)
    known = {model.id: model for model in newer.models}
    models = {
        name: updated(model, known.get(name), making, frozenset(own.get(name, ()))) for name, model in before.items()
    }
    every = merge(_only(file, why) for file in making.files if not file.earlier)
    released = {
        row.id: Entry(Stated(row.written.rpartition("/")[2], (file.document,)))
        for file in making.newer
        for row in file.reading.rows
        if row.first_party and row.region is None
    }
    for model in every.models:
        offers = chosen_offers(model, frozenset(own.get(model.id, ())), (), made_on)
        offers = tuple(evolve(offer, entries=with_limits(offer.entries, {})) for offer in offers)
        own_name = {"release": released[model.id]} if model.id in released else {}
        models[model.id] = evolve(model, entries=own_name | dict(model.entries), offers=offers)
    models = corrected(dict(sorted(models.items())), _read(CORRECTIONS))
    models = {name: with_reach(model, frozenset(own.get(name, ())), making) for name, model in models.items()}
    return text_of(models, previous, written, making, why), before, models, why, making


def _rows(files: Iterable[File]) -> Iterator[Row]:
    return (row for file in files for row in file.reading.rows)


def _only(file: File, ids: Iterable[str]) -> Reading:
    """Return a reading with the rows of some models alone."""
    wanted = frozenset(ids)
    return evolve(file.reading, rows=tuple(row for row in file.reading.rows if row.id in wanted))


def told(before: Mapping[str, Model], after: Mapping[str, Model], why: Mapping[str, str]) -> Iterator[str]:
    """Yield what came, what is in force otherwise, and how many values each document states."""
    yield f"{len(before)} models before, {len(after)} now; none is taken out"
    yield from (f"  + {name}: {reason}" for name, reason in why.items())
    for name, model in after.items():
        old = before.get(name)
        if old is None:
            yield f"  {name}: {', '.join(offer.id for offer in model.offers)}"
            continue
        pairs = [("", old.entries, model.entries)]
        sold = {offer.id: offer.entries for offer in old.offers}
        for offer in model.offers:
            if offer.id in sold:
                pairs.append((f" @ {offer.id}", sold[offer.id], offer.entries))
            else:
                yield f"  + {name} @ {offer.id}"
        for place, entries, others in pairs:
            for attribute in entries.keys() | others.keys():
                one, other = entries.get(attribute), others.get(attribute)
                if one is None or other is None or one.stated.value != other.stated.value:
                    shown = [entry.stated.value if entry else None for entry in (one, other)]
                    yield f"  {name}{place} {attribute}: {shown[0]} -> {shown[1]}"
    cited = Counter(
        source
        for model in after.values()
        for table in (model.entries, *(offer.entries for offer in model.offers))
        for entry in table.values()
        for source in entry.stated.sources[:1]
    )
    yield from (f"{count:6,} values by {source}" for source, count in cited.most_common())


def main(arguments: list[str]) -> None:
    """Write the catalogue of a day from the files of a folder, and tell what is new in it."""
    made_on, folder = date.fromisoformat(arguments[0]), Path(arguments[1])
    text, before, after, why, _ = make(folder, made_on)
    path = CATALOGUES / f"{made_on:%Y-%m}.toml"
    path.write_text(text, encoding="utf-8")
    print("\n".join(sorted(told(before, after, why))))


if __name__ == "__main__":
    main(sys.argv[1:])
