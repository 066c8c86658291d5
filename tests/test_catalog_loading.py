"""A catalogue keeps every value with its sources, what it replaced, what disputes it and whom it has it from."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from llmrules.catalog import Entry, Offer, Stated, read_catalog
from llmrules.language.rules.ruleset import read_ruleset
from llmrules.language.values import period
from llmrules.reading.files import parse_toml, read_toml

if TYPE_CHECKING:
    from llmrules.catalog import Catalog
    from llmrules.errors import InputError

BASE = read_toml(Path(__file__).parent / "data" / "base" / "rules.toml", "base")


def catalog(*texts: str) -> Catalog:
    """Read catalogue files in their order."""
    problems: list[InputError] = []
    sources = [parse_toml(f"language = 1\n{text}", f"{number}") for number, text in enumerate(texts)]
    ruleset = read_ruleset([BASE], sources, problems)
    read = read_catalog(sources, ruleset.vocabulary, ruleset.citable, problems)
    assert problems == []
    return read


FAMILY = """
[[document]]
id = "page"
title = "A page"
date = "2026-02"

[[model]]
id = "family"
name = "Family"
developer = "Makers"
openness = "closed"
released = "2025-08"
strengths = ["style"]
sources = { developer = "page", openness = ["page", "handbook"], released = "page", strengths = "page" }
[[model.disputed]]
attribute = "released"
value = "2025-09"
source = "handbook"
[[model.disputed]]
attribute = "developer"
value = "Others"
source = "handbook"
[[model.offer]]
context_window = 200_000
output_price = 2.50
sources = { context_window = "page", output_price = "page" }
[[model.offer.disputed]]
attribute = "context_window"
value = 1_000_000
source = "page"
[[model.offer.disputed]]
attribute = "context_window"
value = 128_000
source = ["handbook", "page"]

[[model]]
id = "family/small@2025"
extends = "family"
parameters = 3.8
sources.parameters = "page"
"""


def test_values_stand_with_their_sources() -> None:
    """A value, its sources in their order, and what other sources say, in a fixed order."""
    model = catalog(FAMILY).models["family"]
    assert model.entries["openness"] == Entry(Stated("closed", ("page", "handbook")))
    assert model.entries["released"].value == period("2025-08")
    assert model.entries["released"].disputed == (Stated(period("2025-09"), ("handbook",)),)  # type: ignore[arg-type]
    assert model.entries["strengths"].value == {"style"}
    (offer,) = model.offers
    assert offer.entries["output_price"].value == Decimal("2.5")
    assert offer.entries["context_window"].disputed == (
        Stated(1_000_000, ("page",)),
        Stated(128_000, ("handbook", "page")),
    )


def test_a_source_stands_once_for_all_that_rests_on_it() -> None:
    """A source of a file, a model or an offer is that of each value in it that names none; the nearest one counts."""
    read = catalog(
        """
source = "handbook"
[[document]]
id = "page"
title = "A page"
date = "2026-02"
[[document]]
id = "prices"
title = "Prices"
date = "2026-02"
[[model]]
id = "plain"
developer = "Makers"
[[model]]
id = "own"
source = ["page", "handbook"]
developer = "Makers"
openness = "closed"
sources.openness = "prices"
[[model.offer]]
id = "first"
context_window = 1000
[[model.offer]]
id = "second"
source = "prices"
output_price = 2
"""
    )
    plain, own = read.models["plain"], read.models["own"]
    assert plain.entries["developer"].stated.sources == ("handbook",)
    assert {name: entry.stated.sources for name, entry in own.entries.items()} == {
        "developer": ("page", "handbook"),
        "openness": ("prices",),
    }
    assert [[entry.stated.sources for entry in offer.entries.values()] for offer in own.offers] == [
        [("page", "handbook")],
        [("prices",)],
    ]


def test_a_variant_inherits_what_is_the_same_for_the_family() -> None:
    """An inherited attribute comes with its sources and disputes, and names where it is from; nothing else comes."""
    model = catalog(FAMILY).models["family/small@2025"]
    assert set(model.entries) == {"developer", "parameters"}
    developer = model.entries["developer"]
    assert (developer.value, developer.inherited_from) == ("Makers", "family")
    assert developer.disputed == (Stated("Others", ("handbook",)),)
    assert model.entries["parameters"].inherited_from is None
    assert (model.name, model.extends, model.offers) == ("family/small@2025", "family", (Offer(),))


def test_a_variant_keeps_what_it_states_itself_and_inherits_from_the_nearest() -> None:
    """The nearest ancestor that states an attribute gives it; file order makes no difference."""
    chain = "".join(
        f'[[model]]\nid = "{name}"\n{extends}{states}'
        for name, extends, states in (
            ("c", 'extends = "b"\n', ""),
            ("b", 'extends = "a"\n', 'developer = "B"\nsources.developer = "handbook"\n'),
            ("a", "", 'developer = "A"\nsources.developer = "handbook"\n'),
            ("d", 'extends = "c"\n', 'developer = "D"\nsources.developer = "handbook"\n'),
        )
    )
    found = {
        model.id: (model.entries["developer"].value, model.entries["developer"].inherited_from)
        for model in catalog(chain)
    }
    assert found == {"a": ("A", None), "b": ("B", None), "c": ("B", "b"), "d": ("D", None)}


def test_a_later_file_replaces_values_and_keeps_what_stood_there() -> None:
    """The later value is in force; the earlier ones are kept in their order, and a dispute of a value goes with it."""
    later = """
[[model]]
id = "family"
openness = "open-weight"
sources.openness = "handbook"
[[model.offer]]
context_window = 400_000
sources.context_window = "handbook"
"""
    last = '[[model]]\nid = "family"\nname = "The family"\nopenness = "open-source"\nsources.openness = "page"\n'
    model = catalog(FAMILY, later, last).models["family"]
    assert model.name == "The family"
    openness = model.entries["openness"]
    assert openness.stated == Stated("open-source", ("page",))
    assert openness.replaced == (Stated("closed", ("page", "handbook")), Stated("open-weight", ("handbook",)))
    assert model.entries["developer"].disputed
    window = model.offers[0].entries["context_window"]
    assert (window.value, window.disputed, window.replaced) == (400_000, (), (Stated(200_000, ("page",)),))
    assert model.offers[0].entries["output_price"].value == Decimal("2.5")
    assert catalog(FAMILY, later).models["family"].name == "Family"


def test_a_later_file_may_dispute_what_an_earlier_one_states() -> None:
    """An overlay need not repeat the value that it disputes."""
    overlay = '[[model]]\nid = "family"\n[[model.disputed]]\nattribute = "openness"\n'
    overlay += 'value = "open-weight"\nsource = "handbook"\n'
    openness = catalog(FAMILY, overlay).models["family"].entries["openness"]
    assert (openness.value, openness.disputed) == ("closed", (Stated("open-weight", ("handbook",)),))


def test_what_no_entry_states_is_absent() -> None:
    """Nothing is assumed of a model; one without an offer has one of which nothing is known."""
    (model,) = catalog('[[model]]\nid = "x"\n')
    assert (model.name, model.entries, model.offers, model.extends) == ("x", {}, (Offer(),), None)


@given(st.permutations(["a", "b", "c", "d"]), st.integers(0, 4))
def test_the_order_of_models_and_files_of_different_models_changes_nothing(order: list[str], cut: int) -> None:
    """Models stand in the order of ids, however they are spread over files."""
    texts = {
        name: f'[[model]]\nid = "{name}"\ncompact = {str(name < "c").lower()}\nsources.compact = "handbook"\n'
        for name in order
    }
    read = catalog("".join(texts[name] for name in order[:cut]), "".join(texts[name] for name in order[cut:]))
    assert read == catalog("".join(texts[name] for name in sorted(order)))
    assert list(read.models) == sorted(order)
