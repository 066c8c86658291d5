"""What several public files say becomes one catalogue file: nothing is lost, and nothing depends on any order."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from llmrules.catalog import Catalog, read_catalog
from llmrules.errors import FileError
from llmrules.importers import settling
from llmrules.importers.merging import merge
from llmrules.importers.reading import NOT_BEFORE, Expected, Later, Origin, Reading, Remark, Row
from llmrules.importers.report import WIDTH, report_data, report_text
from llmrules.importers.settling import Dated, Entry, Stated, Voice, settle
from llmrules.importers.writing import catalogue_text
from llmrules.language.rules.ruleset import read_ruleset
from llmrules.language.values import period
from llmrules.reading import shipped
from llmrules.reading.files import parse_json, parse_toml, read_toml, toml_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from llmrules.catalog import Entry as CatalogEntry
    from llmrules.errors import InputError
    from llmrules.importers.merging import Offer, Overlay
    from llmrules.importers.reading import Plain
    from llmrules.importers.writing import Format
    from llmrules.language.vocabulary import Vocabulary

MAY, AUGUST, OCTOBER = date(2026, 5, 21), date(2026, 8, 21), date(2026, 10, 23)


@cache
def shipped_vocabulary() -> Vocabulary:
    """The shipped vocabulary."""
    problems: list[InputError] = []
    files = [read_toml(path) for path in toml_files([shipped.rules_folder()])]
    found = read_ruleset(files, [], problems).vocabulary
    assert problems == []
    return found


def origin(name: str, on: date) -> Origin:
    """A file of a kind that has its name."""
    return Origin(kind=name, id=f"{name}-{on}", title=f"{name}, {on}", date=on, dated_by="given", licence="MIT")


FILES = OLD, MIDDLE, NEW = origin("old", MAY), origin("middle", AUGUST), origin("new", OCTOBER)


def row(
    name: str = "m-1",
    seller: str = "shop",
    *,
    shown: str | None = None,
    region: str | None = None,
    own: bool = False,
    model: Mapping[str, Plain] | None = None,
    offer: Mapping[str, Plain] | None = None,
    later: tuple[Later, ...] = (),
) -> Row:
    """One row of a file."""
    return Row(
        key=f"{seller}/{name}",
        written=name,
        id=name,
        name=shown or name,
        seller=seller,
        provider=seller.title(),
        region=region,
        first_party=own,
        model=model or {},
        offer=offer or {},
        later=later,
    )


def reading(source: Origin, *rows: Row) -> Reading:
    """A file of which every row is kept."""
    return Reading(source, len(rows), rows)


def only(overlay: Overlay) -> Offer:
    """The one offer of the one model."""
    (model,) = overlay.models
    (offer,) = model.offers
    return offer


def voice(value: Plain, source: Origin = NEW, *, own: bool = False, younger: bool = False) -> Voice:
    """What a row says of a file, which may be younger than its date."""
    return Voice(value, source.id, source.date, own, open=younger)


def in_force(attribute: str, *voices: Voice) -> Plain:
    """The value in force."""
    return settle(attribute, voices).stated.value


def test_the_developers_own_row_goes_before_a_newer_file() -> None:
    """What the developer's own row says is in force, though an older file has it and a reseller is more cautious."""
    entry = settle("knowledge_cutoff", [voice("2024-06"), voice("2025-01", OLD, own=True), voice("2024-06", MIDDLE)])
    assert entry.stated == Stated("2025-01", (OLD.id,))
    assert entry.disputed == (Stated("2024-06", (NEW.id, MIDDLE.id)),)


def test_the_newest_file_goes_before_the_cautious_value() -> None:
    """Among resellers the newest file is in force, though an older one grants less."""
    assert in_force("context_window", voice(400_000, NEW), voice(128_000, OLD)) == 400_000


@pytest.mark.parametrize(
    ("attribute", "cautious", "others"),
    [
        ("context_window", 128_000, [200_000, 1_000_000]),
        ("max_output_tokens", 4_096, [8_192]),
        ("tier_above", 128_000, [200_000]),
        ("input_price", Decimal("2.5"), [2, Decimal("0.075")]),
        ("tier_output_price", 15, [Decimal("14.9")]),
        ("knowledge_cutoff", "2024-04", ["2024-05", "2025"]),
        ("retires_on", date(2026, 3, 1), [date(2026, 3, 2), "2027"]),
        ("tool_calling", False, [True]),
        ("moving_alias", True, [False]),
        ("input_modalities", ("text",), [("text", "image"), ("text", "image", "audio")]),
        ("openness", "closed", ["open-weight", "open-source"]),
    ],
)
def test_in_one_file_the_cautious_value_goes_first(attribute: str, cautious: Plain, others: list[Plain]) -> None:
    """Less room, less ability, less freedom, an earlier end, a higher price; the others dispute it, next best first."""
    for voices in ([cautious, *others], [*others, cautious]):
        entry = settle(attribute, map(voice, voices))
        assert entry.stated == Stated(cautious, (NEW.id,))
        assert [one.value for one in entry.disputed] == others


def test_of_texts_that_no_caution_orders_most_rows_decide() -> None:
    """No text is more cautious than another: the one that most rows state is in force, else the first in order."""
    assert in_force("family", voice("b"), voice("a"), voice("b")) == "b"
    assert in_force("family", voice("b"), voice("a")) == "a"


def test_equal_values_join_their_sources() -> None:
    """A number is the same however it is written; its sources stand once, the newest first."""
    voices = [voice(Decimal("2.50"), OLD), voice(Decimal("2.5"), NEW), voice(Decimal("2.500"), MIDDLE)]
    entry = settle("input_price", [*voices, voice(Decimal("2.5"), NEW)])
    assert entry == Entry(Stated(Decimal("2.5"), (NEW.id, MIDDLE.id, OLD.id)), agree=4)
    assert str(entry.stated.value) == "2.5"
    assert repr(in_force("input_price", voice(Decimal("2.00")), voice(2))) == "2"


def test_partial_sets_unite() -> None:
    """A set that is never complete has what any row states; nothing of it is disputed."""
    entry = settle("modes", [voice(("reasoning",), OLD), voice(("fast",), NEW), voice(("reasoning",), MIDDLE)])
    assert entry == Entry(Stated(("fast", "reasoning"), (NEW.id, MIDDLE.id, OLD.id)), agree=3)


@pytest.mark.parametrize("finer", ["2025-08", date(2025, 8, 7)])
def test_a_coarser_date_says_nothing_else(finer: Plain) -> None:
    """A year or month with a finer date in it disputes nothing; the finer one is in force, with its own source."""
    entry = settle("release_date", [voice(finer, OLD), voice("2025", NEW)])
    assert entry == Entry(Stated(finer, (OLD.id,)), coarser=1)


def test_the_finest_date_within_the_developers_is_in_force() -> None:
    """The developer's month decides which finer date counts, however new the file that has another one."""
    voices = [voice("2025-08", OLD, own=True), voice(date(2025, 8, 7), OLD), voice(date(2025, 9, 1), NEW)]
    entry = settle("release_date", [*voices, voice("2025", MIDDLE)])
    assert entry.stated.value == date(2025, 8, 7)
    assert entry.disputed == (Stated(date(2025, 9, 1), (NEW.id,)),)
    assert (entry.agree, entry.coarser, entry.against) == (1, 2, 1)


def test_the_table_of_the_rule_is_that_of_the_vocabulary() -> None:
    """Dates, scales and partial sets are named in the rule as the vocabulary declares them, prices by their unit."""
    offered = {attribute.name: attribute for attribute in shipped_vocabulary() if attribute.scope != "requirement"}
    assert {name for name, one in offered.items() if one.type == "date"} == settling.DATES
    assert all(offered[name].partial for name in settling.PARTIAL)
    assert {name: offered[name].choice_ids for name in settling.SCALES} == settling.SCALES
    prices = {name for name, one in offered.items() if one.unit and one.unit.en == "USD per million tokens"}
    assert prices == settling.DEARER
    assert {offered[name].type for name in settling.WARNINGS} == {"flag"}


def test_rows_of_one_id_are_one_model_and_those_of_one_seller_and_region_one_offer() -> None:
    """Sellers and regions are offers, each with its provider and region; a seller in two files is one offer."""
    overlay = merge([
        reading(OLD, row(offer={"context_window": 1_000}), row(region="eu"), row("m-2", "Other Shop")),
        reading(NEW, row(offer={"context_window": 1_000}), row(seller="store")),
    ])  # fmt: skip
    assert overlay.origins == (NEW, OLD)
    assert [(model.id, [offer.id for offer in model.offers]) for model in overlay.models] == [
        ("m-1", ["shop", "shop/eu", "store"]),
        ("m-2", ["other-shop"]),
    ]
    shop, europe, _ = overlay.models[0].offers
    assert shop.rows == 2
    assert shop.entries["context_window"] == Entry(Stated(1_000, (NEW.id, OLD.id)), agree=2)
    assert shop.entries["provider"].stated == Stated("Shop", (NEW.id, OLD.id))
    assert {name: entry.stated.value for name, entry in europe.entries.items()} == {"provider": "Shop", "region": "eu"}


def test_facts_about_a_model_are_joined_over_all_its_sellers() -> None:
    """What belongs to the model is settled once, the developer's row first; what belongs to an offer stays there."""
    overlay = merge([
        reading(NEW, row(seller="cheap", model={"openness": "closed"}, offer={"input_price": 1})),
        reading(OLD, row(seller="maker", own=True, model={"openness": "open-weight"}, offer={"input_price": 9})),
    ])  # fmt: skip
    (model,) = overlay.models
    assert model.entries["openness"].stated == Stated("open-weight", (OLD.id,))
    assert model.entries["openness"].disputed == (Stated("closed", (NEW.id,)),)
    assert [offer.entries["input_price"].disputed for offer in model.offers] == [(), ()]


def test_the_name_is_the_developers_else_the_most_frequent() -> None:
    """The developer's row names the model; without one, most rows do, and of equals the first in order."""
    rows = [row(shown="B"), row(shown="A", seller="x"), row(shown="B", seller="y"), row(shown="A", seller="z")]
    assert merge([reading(OLD, *rows)]).models[0].name == "A"
    assert merge([reading(OLD, *rows[:3])]).models[0].name == "B"
    assert merge([reading(OLD, *rows, row(shown="C", seller="maker", own=True))]).models[0].name == "C"


def test_a_price_that_a_file_announces_takes_force_on_its_day() -> None:
    """What a file says of a later day stands beside the value in force, with the file as its source."""
    later = (Later("input_price", date(2027, 1, 1), 4), Later("input_price", date(2026, 12, 1), Decimal("3.0")))
    offer = only(merge([reading(NEW, row(offer={"input_price": 2}, later=later))]))
    assert offer.entries["input_price"] == Entry(
        Stated(2, (NEW.id,)),
        dated=(Dated(date(2026, 12, 1), Stated(3, (NEW.id,))), Dated(date(2027, 1, 1), Stated(4, (NEW.id,)))),
    )


def test_a_file_that_knew_the_next_price_agrees_with_the_newer_file_that_states_it() -> None:
    """What an older file announced for a day before the newest one is its word today; what it said before is over."""
    announced = (
        Later("input_price", MAY + timedelta(days=30), 4),
        Later("input_price", OCTOBER + timedelta(days=1), 5),
    )
    old = reading(OLD, row(offer={"input_price": 2}, later=announced))
    agreeing = merge([old, reading(NEW, row(offer={"input_price": 4}))])
    entry = only(agreeing).entries["input_price"]
    assert (entry.stated, entry.disputed) == (Stated(4, (NEW.id, OLD.id)), ())
    assert [(one.since, one.stated.value) for one in entry.dated] == [(OCTOBER + timedelta(days=1), 5)]
    assert [(one.attribute, one.count) for one in agreeing.lost] == [("input_price", 1)]
    other = only(merge([old, reading(NEW, row(offer={"input_price": 3}))])).entries["input_price"]
    assert (other.stated.value, [one.value for one in other.disputed]) == (3, [4])


def test_of_two_prices_for_one_day_one_takes_force() -> None:
    """A dated value carries no disputes: the newest file's takes force, the other is counted as left out."""
    since = date(2027, 1, 1)
    files = [
        reading(source, row(offer={"input_price": 2}, later=(Later("input_price", since, price),)))
        for source, price in ((NEW, 3), (OLD, 4))
    ]
    overlay = merge(files)
    assert only(overlay).entries["input_price"].dated == (Dated(since, Stated(3, (NEW.id,))),)
    assert [(one.attribute, one.count) for one in overlay.lost] == [("input_price", 1)]


def test_a_later_price_of_which_nothing_is_known_before_is_left_out() -> None:
    """A catalogue cannot hold a value that begins where none was; the report counts it."""
    overlay = merge([reading(NEW, row(later=(Later("input_price", date(2027, 1, 1), 4),)))])
    assert "input_price" not in only(overlay).entries
    assert [(one.attribute, one.count) for one in overlay.lost] == [("input_price", 1)]


def test_the_prices_of_a_tier_belong_to_its_limit() -> None:
    """The price of another tier disputes the one in force, and is never in force beside a limit that is not its own."""
    new = {"tier_above": 200_000, "tier_input_price": 4}
    old = {"tier_above": 128_000, "tier_input_price": 5, "tier_output_price": 20}
    overlay = merge([reading(NEW, row(offer=new)), reading(OLD, row(offer=old))])
    entries = only(overlay).entries
    assert entries["tier_above"].stated.value == 200_000
    assert (entries["tier_input_price"].stated.value, entries["tier_input_price"].against) == (4, 1)
    assert "tier_output_price" not in entries
    assert [(one.attribute, one.count) for one in overlay.lost] == [("tier_output_price", 1)]


def test_an_equal_price_of_another_tier_is_no_source() -> None:
    """Who states the same price above another limit neither supports nor disputes the one in force."""
    files = [
        reading(source, row(offer={"tier_above": limit, "tier_input_price": 4}))
        for source, limit in ((NEW, 200_000), (OLD, 272_000))
    ]
    overlay = merge(files)
    assert only(overlay).entries["tier_input_price"] == Entry(Stated(4, (NEW.id,)))
    assert [(one.attribute, one.count) for one in overlay.lost] == [("tier_input_price", 1)]


def test_a_newer_flat_price_leaves_the_tier_to_the_file_that_has_one() -> None:
    """Absent is not "no tier": a newer file without one disputes nothing."""
    tier = {"tier_above": 200_000, "tier_input_price": 4, "input_price": 2}
    overlay = merge([reading(NEW, row(offer={"input_price": 2})), reading(OLD, row(offer=tier))])
    assert only(overlay).entries["tier_input_price"] == Entry(Stated(4, (OLD.id,)))


def test_a_tier_price_without_a_limit_is_left_out() -> None:
    """Nobody could say to which requests it applies."""
    overlay = merge([reading(NEW, row(offer={"tier_input_price": 4}))])
    assert "tier_input_price" not in only(overlay).entries
    assert [(one.attribute, one.count) for one in overlay.lost] == [("tier_input_price", 1)]


@pytest.mark.parametrize(
    ("voices", "unsure"),
    [
        ([voice(1, NEW), voice(2, OLD, younger=True)], True),
        ([voice(1, NEW, younger=True), voice(2, OLD, younger=True)], True),
        ([voice(1, NEW), voice(1, OLD, younger=True), voice(2, OLD, younger=True)], True),
        ([voice(1, NEW, younger=True), voice(2, OLD)], False),
        ([voice(1, NEW), voice(1, OLD, younger=True)], False),
        ([voice(1, NEW, younger=True), voice(2, NEW, younger=True)], False),
        ([voice(1, NEW, own=True), voice(2, OLD, younger=True)], False),
        ([voice(1, OLD, own=True), voice(2, NEW, younger=True)], False),
    ],
)
def test_what_a_younger_file_might_change_is_open(voices: list[Voice], *, unsure: bool) -> None:
    """The date decided, and the file of another value is only known to be not before its own."""
    assert settle("max_input_tokens", voices).open is unsure
    assert settle("max_input_tokens", voices[::-1]).open is unsure


def test_a_date_that_is_not_known_is_told_of_each_row() -> None:
    """The date of a file makes its values open, whatever kind it is of."""
    old = reading(evolve(OLD, dated_by=NOT_BEFORE), row(offer={"input_price": 2}))
    entries = only(merge([old, reading(NEW, row(offer={"input_price": 3}))])).entries
    assert [name for name, entry in entries.items() if entry.open] == ["input_price"]


def test_ids_that_one_file_alone_knows_are_unmatched() -> None:
    """They are listed by file where there are several files; one file alone has nothing to be matched with."""
    files = [reading(OLD, row("a"), row("b")), reading(NEW, row("b", "store"), row("c"), row("c", "store"))]
    assert merge(files).unmatched == {NEW.id: ("c",), OLD.id: ("a",)}
    assert merge(files[:1]).unmatched == {}


def test_two_files_that_would_be_cited_alike_are_refused() -> None:
    """Nobody could tell their values apart."""
    with pytest.raises(FileError) as caught:
        merge([reading(OLD, row()), reading(NEW, row()), reading(OLD, row("other"))])
    assert (caught.value.code, caught.value.found) == ("two-files", OLD.id)


# ── Laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def listed(source: Origin, rows: list[Row]) -> Reading:
    """A file with these rows."""
    return reading(source, *rows)


PRICES = st.one_of(st.integers(0, 40), st.decimals(0, 40, places=3))
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)
PERIODS = st.sampled_from([date(2025, 8, 7), date(2025, 8, 9), "2025-08", "2025", "2024-11", date(2024, 11, 2)])
MODELS = st.fixed_dictionaries(
    {},
    optional={
        "developer": WORDS,
        "openness": st.sampled_from(["closed", "open-weight", "open-source"]),
        "knowledge_cutoff": PERIODS,
        "input_modalities": st.sampled_from([("text",), ("text", "image"), ("image", "audio")]),
        "modes": st.sampled_from([("reasoning",), ("fast",), ("reasoning", "fast")]),
        "moving_alias": st.booleans(),
    },
)
OFFERS = st.fixed_dictionaries(
    {},
    optional={
        "context_window": st.sampled_from([1_000, 128_000]),
        "input_price": PRICES,
        "tier_above": st.sampled_from([128_000, 200_000]),
        "tier_input_price": PRICES,
        "tool_calling": st.booleans(),
        "retires_on": PERIODS,
    },
)
LATER = st.builds(
    Later,
    attribute=st.sampled_from(["input_price", "tier_input_price"]),
    since=st.sampled_from([OCTOBER - timedelta(days=1), OCTOBER + timedelta(days=9), OCTOBER + timedelta(days=99)]),
    value=PRICES,
)
ROWS = st.builds(
    row,
    name=st.sampled_from(["a", "b/c", "d@1"]),
    seller=st.sampled_from(["maker", "shop"]),
    shown=WORDS,
    region=st.sampled_from([None, "eu"]),
    own=st.booleans(),
    model=MODELS,
    offer=OFFERS,
    later=st.lists(LATER, max_size=2, unique_by=lambda one: (one.attribute, one.since)).map(tuple),
)
READINGS = st.tuples(*(st.lists(ROWS, max_size=6).map(partial(listed, file)) for file in FILES))
FORMATS = st.sampled_from(["toml", "json"])


def texts(readings: list[Reading]) -> tuple[str, str, str]:
    """Everything that an import writes."""
    overlay = merge(readings)
    report = report_data(readings, overlay)
    return catalogue_text(overlay, "toml"), catalogue_text(overlay, "json"), json.dumps(report)


@given(READINGS, st.randoms(use_true_random=False))
def test_no_order_makes_a_difference(readings: tuple[Reading, ...], random: Random) -> None:
    """Files and rows in any order give the same bytes."""
    shuffled = [evolve(one, rows=tuple(random.sample(one.rows, len(one.rows)))) for one in readings]
    random.shuffle(shuffled)
    assert texts(shuffled) == texts(list(readings))


def as_catalog(overlay: Overlay, form: Format) -> Catalog:
    """Read an overlay's text as a catalogue file."""
    text = catalogue_text(overlay, form)
    source = (parse_toml if form == "toml" else parse_json)(text, f"models.{form}")
    problems: list[InputError] = []
    found = read_catalog([source], shipped_vocabulary(), [origin.id for origin in overlay.origins], problems)
    assert problems == []
    return found


def as_value(attribute: str, value: Plain) -> object:
    """A value of an overlay as the catalogue holds it."""
    if isinstance(value, tuple):
        return frozenset(value)
    return period(value) if attribute in settling.DATES else value


def plain(attribute: str, entry: Entry) -> object:
    """An entry of an overlay, to be compared with one of the catalogue."""
    return (
        as_value(attribute, entry.stated.value),
        entry.stated.sources,
        sorted((repr(as_value(attribute, one.value)), one.sources) for one in entry.disputed),
        [(one.since, as_value(attribute, one.stated.value), one.stated.sources) for one in entry.dated],
    )


def read_back(entry: CatalogEntry) -> object:
    """The same of an entry of the catalogue."""
    return (
        entry.value,
        entry.stated.sources,
        sorted((repr(one.value), one.sources) for one in entry.disputed),
        [(one.since.first, one.stated.value, one.stated.sources) for one in entry.dated],
    )


@given(READINGS, FORMATS)
def test_what_is_written_is_read_back(readings: tuple[Reading, ...], form: Format) -> None:
    """Every value, source, dispute and day of the overlay stands in the catalogue that is read from its text."""
    overlay = merge(readings)
    catalog = as_catalog(overlay, form)
    assert [(model.id, model.name, len(model.offers)) for model in catalog] == [
        (model.id, model.name, len(model.offers)) for model in overlay.models
    ]
    for model in overlay.models:
        found = catalog.models[model.id]
        tables = {None: found.entries} | {offer.id: offer.entries for offer in found.offers}
        stated: dict[str | None, Mapping[str, Entry]] = {None: model.entries}
        stated |= {offer.id: offer.entries for offer in model.offers}
        for key, entries in stated.items():
            assert {name: read_back(entry) for name, entry in tables[key].items()} == {
                name: plain(name, entry) for name, entry in entries.items()
            }


@given(READINGS)
def test_every_value_that_a_row_states_is_counted_once(readings: tuple[Reading, ...]) -> None:
    """In force, agreeing, coarser, disputing, later or left out: together they are what the rows state."""
    data = report_data(readings, merge(readings))["overlay"]
    rows = [row for one in readings for row in one.rows]
    stated = sum(1 + bool(row.region) + len(row.model) + len(row.offer) + len(row.later) for row in rows)
    values = dict(data["values"])
    assert values.pop("stated") == stated == sum(values.values())
    assert values["in_force"] == sum(attribute["values"] for attribute in data["attributes"].values())
    assert values["left_out"] == sum(loss["count"] for loss in data["left_out"])


REMARKS = st.builds(
    Remark,
    key=st.text(max_size=90),
    reason=st.sampled_from(
        ["the output holds no text", "a price of 0 for both, which may be a free tier or a trial " * 2]
    ),
    attribute=st.sampled_from([None, "input_price"]),
    found=st.one_of(st.none(), st.text(max_size=90)),
)


@given(READINGS, st.lists(REMARKS, max_size=12), st.dictionaries(st.text(max_size=60), st.integers(1, 5000)))
def test_the_numbers_of_a_file_add_up(
    readings: tuple[Reading, ...], remarks: list[Remark], ignored: dict[str, int]
) -> None:
    """Rows read are rows kept and skipped; the reasons hold every remark with its row."""
    remarked = [
        evolve(
            one, read=one.read + len(remarks), skipped=tuple(remarks), unknown=tuple(remarks), ignored=Counter(ignored)
        )
        for one in readings
    ]
    data = report_data(remarked, merge(remarked))
    for file in data["files"]:
        assert file["rows"]["read"] == file["rows"]["kept"] + file["rows"]["skipped"]
        assert file["rows"]["skipped"] == len(remarks)
        for kind, count in (("skipped", len(remarks)), ("unknown", len(remarks)), ("doubtful", 0)):
            assert sum(reason["count"] for reason in file[kind]) == count
            assert all(len(one["rows"]) == one["count"] for one in file[kind])
        assert file["ignored"] == ignored
    assert json.loads(json.dumps(data)) == data
    lines = report_text(data).splitlines()
    assert all(len(line) <= WIDTH and line.isprintable() for line in lines)


# ── Texts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_catalogue_in_json_has_one_model_on_a_line() -> None:
    """So two versions of a large file can be compared line by line; fractions are exact, and short."""
    overlay = merge([reading(NEW, row(offer={"input_price": Decimal("0.075")}), row("m-2"))])
    lines = catalogue_text(overlay, "json").splitlines()
    assert [json.loads(line.rstrip(","))["id"] for line in lines if line.startswith('{"id"')] == [NEW.id, "m-1", "m-2"]
    assert '"input_price":0.075,' in lines[6]


def test_a_catalogue_in_toml_says_who_wrote_it() -> None:
    """Its first lines tell a reader what it is and how to correct it."""
    text = catalogue_text(merge([reading(NEW, row())]), "toml")
    assert text.startswith("# Written by llmrules import. Every value cites the file that states it.\n")


def test_the_report_reads_as_a_page() -> None:
    """Per file what became of its rows and values, then what all files make together."""
    old = evolve(
        reading(evolve(OLD, dated_by=NOT_BEFORE), row(offer={"input_price": 2, "context_window": 1_000}), row("x")),
        read=6,
        skipped=tuple(Remark(f"shop/{name}", "the output holds no text") for name in ("e", "d", "c", "b")),
        unknown=(Remark("shop/m-1", "is no day", "retires_on", "soon"),),
        ignored=Counter({f"key_{number}": 10 - number for number in range(9)} | {"tail": 1}),
        expected={
            "cost": Expected(2, 1),
            "cost.input": Expected(1, 0),
            "limit": Expected(2, 2),
            "name": Expected(2, 1),
        },
    )
    readings = [old, reading(NEW, row(offer={"input_price": 3}))]
    assert report_text(report_data(readings, merge(readings))) == PAGE


PAGE = """\
new-2026-10-23: new, 2026-10-23
  date: 2026-10-23, given
  1 rows read = 1 kept + 0 skipped

old-2026-05-21: old, 2026-05-21
  date: 2026-05-21, the newest day that the file mentions
    state it if you know it: --date old=YYYY-MM-DD
  6 rows read = 2 kept + 4 skipped
  no row has `limit`: the file's format may have changed
  Rows skipped: 4
        4  the output holds no text
           shop/b, shop/c, shop/d, …
  Values left unknown: 1
        1  retires_on is no day
           shop/m-1 (soon)
  Expected keys that rows are without: cost 1, name 1
  Keys ignored: key_0 10, key_1 9, key_2 8, key_3 7, key_4 6, key_5 5, key_6 4,
    key_7 3 and 2 more

Overlay: 2 models, 2 offers
  Values stated in the rows kept: 6
        4  in force
        1  say the same as the one in force
        1  dispute the one in force
  Values in force that others dispute
        1  of 1 input_price
  Decided by the date of a file that may be younger than that
        1  values in force that another file disputes
  Models that no other file knows
        0  new-2026-10-23
        1  old-2026-05-21"""
