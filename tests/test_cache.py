"""What large catalogues were read as is remembered exactly, for exactly these files, and never in anybody's way."""

from __future__ import annotations

import gzip
import json
import os
import resource
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run

import llmrules
from llmrules import Advisor, LoadError
from llmrules.catalog import Catalog, Dated, Entry, Model, Offer, Stated, cache, read_catalog
from llmrules.catalog.cache import FOLDER, MOST_FILES, Slot, slot_for
from llmrules.catalog.packed import pack, unpack
from llmrules.language.profile import Approval
from llmrules.language.rules.ruleset import read_ruleset
from llmrules.language.values import Period, day, period
from llmrules.reading import shipped
from llmrules.reading.files import Raw, read_raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from llmrules.errors import InputError
    from llmrules.reading.files import Source

# ── Packing ───────────────────────────────────────────────────────────────────────────────────────────────────────────

DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(day)
PERIODS = DAYS | st.sampled_from(["2025", "2025-08", "0001", "9999-12"]).map(period)
VALUES = st.one_of(
    st.booleans(),
    st.text(max_size=5),
    st.integers(-(10**40), 10**40),
    st.decimals(allow_nan=False, allow_infinity=False),
    PERIODS,
    st.frozensets(st.text(max_size=3), max_size=3),
)
NAMES = st.text(min_size=1, max_size=5)
STATED = st.builds(Stated, VALUES, st.lists(NAMES, max_size=2).map(tuple))
SEVERAL = st.lists(STATED, max_size=2).map(tuple)
DATED = st.lists(st.builds(Dated, DAYS, STATED), max_size=2).map(tuple)
ENTRIES = st.dictionaries(
    NAMES, st.builds(Entry, STATED) | st.builds(Entry, STATED, SEVERAL, SEVERAL, st.none() | NAMES, DATED), max_size=3
)
OFFERS = st.lists(st.builds(Offer, ENTRIES, st.none() | NAMES), min_size=1, max_size=3).map(tuple)
MODELS = st.lists(
    st.builds(Model, NAMES, NAMES, ENTRIES, OFFERS, st.none() | NAMES, st.booleans()),
    max_size=2,
    unique_by=lambda model: model.id,
)


def exact(value: object) -> object:
    """Return a value in a form that is equal only for the same types, the same texts and the same order."""
    if isinstance(value, Period):
        return ("Period", value.first, value.last, value.text)
    if isinstance(value, dict):
        return [(key, exact(inner)) for key, inner in value.items()]
    if isinstance(value, tuple):
        return ("tuple", [exact(inner) for inner in value])
    kind = type(value)
    if attrs.has(kind):
        return (kind.__name__, [(field.name, exact(getattr(value, field.name))) for field in attrs.fields(kind)])
    return (kind.__name__, sorted(value) if isinstance(value, frozenset) else str(value))


@given(MODELS)
def test_a_packed_catalogue_comes_back_as_it_was(models: list[Model]) -> None:
    """Every value, source, dispute, replaced, inherited and dated value, every type and every order is kept."""
    catalog = Catalog({model.id: model for model in models})
    assert exact(unpack(json.loads(json.dumps(pack(catalog))))) == exact(catalog)


def test_every_part_of_a_catalogue_is_packed() -> None:
    """A part that is added to a model, an offer or an entry is lost unless it is packed, and the format grows."""
    parts = {
        kind.__name__: [field.name for field in attrs.fields(kind)] for kind in (Model, Offer, Entry, Dated, Stated)
    }
    assert (cache.FORMAT, parts) == (
        1,
        {
            "Model": ["id", "name", "entries", "offers", "extends", "listed"],
            "Offer": ["entries", "id"],
            "Entry": ["stated", "disputed", "replaced", "inherited_from", "dated"],
            "Dated": ["since", "stated"],
            "Stated": ["value", "sources"],
        },
    )


def test_what_is_stated_often_is_packed_once() -> None:
    """A hundred offers that state the same ten values are a hundred lists of numbers and ten entries."""
    entries = {f"name {number}": Entry(Stated(Decimal("0.1") * number, ("list",))) for number in range(10)}
    offers = tuple(Offer(dict(entries), f"offer-{number}") for number in range(100))
    packed = pack(Catalog({"a": Model("a", "A", offers=offers)}))
    assert (len(packed["entries"]), len(packed["sources"])) == (10, 1)
    assert exact(unpack(packed).models["a"].offers) == exact(offers)


SMALLEST = cache.SMALLEST
"""Kept before the tests lower it."""

# ── A slot ────────────────────────────────────────────────────────────────────────────────────────────────────────────

OURS = """\
language = 1
[[document]]
id = "list"
title = "A list"
date = "2026-05"
checked = 2026-08-01
[[model]]
id = "family"
name = "Family"
listed = false
developer = "Somebody"
input_modalities = ["text", "image"]
sources = { developer = "list", input_modalities = ["list", "other"] }
[[model]]
id = "small"
extends = "family"
parameters = 3.5
release_date = "2026-03"
sources = { parameters = "list", release_date = "list" }
disputed = [{ attribute = "parameters", value = 4, source = "other" }]
[[model.offer]]
id = "here"
input_price = 0.25
tool_calling = true
sources = { input_price = "list", tool_calling = "list" }
dated = [{ attribute = "input_price", since = 2026-12-01, value = 1, source = "list" }]
[[model.offer]]
id = "there"
[[document]]
id = "other"
title = "Another list"
date = "2025"
url = "https://example.org/list"
"""

THEIRS = """\
language = 1
[[document]]
id = "contract"
title = "Our contract"
date = 2026-06-01
[[model]]
id = "small"
[[model.offer]]
id = "here"
input_price = 0.2
sources = { input_price = "contract" }
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Remember even small catalogues, in a folder of the test."""
    monkeypatch.setattr(cache, "SMALLEST", 0)
    monkeypatch.setenv(FOLDER, str(tmp_path / "cache"))
    return tmp_path / "cache"


def raw(*texts: str) -> tuple[list[Raw], list[Raw]]:
    """Return the shipped rule files, and catalogues with these texts, each a layer above the one before it."""
    rules = [read_raw(path, path.name) for path in shipped.rule_files()]
    files = [Raw(f"{layer}.toml", text.encode(), is_json=False, layer=layer) for layer, text in enumerate(texts)]
    return rules, files


def parse(*texts: str) -> tuple[Catalog, list[Source]]:
    """Read catalogues with these texts."""
    rules, files = raw(*texts)
    problems: list[InputError] = []
    sources = [file.parse() for file in files]
    ruleset = read_ruleset([file.parse() for file in rules], sources, problems)
    catalog = read_catalog(sources, ruleset.vocabulary, ruleset.citable, problems)
    assert problems == []
    return catalog, sources


def slot() -> Slot:
    """Return the slot of both catalogues."""
    found = slot_for(*raw(OURS, THEIRS))
    assert found is not None
    return found


def remember() -> None:
    """Remember both catalogues."""
    slot().remember(*parse(OURS, THEIRS))


def test_what_was_read_is_recalled() -> None:
    """The catalogue is the same in every part, and the files are there with all but their models."""
    catalog, sources = parse(OURS, THEIRS)
    assert slot().recall() is None
    remember()
    known = slot().recall()
    assert known is not None
    assert exact(known.catalog) == exact(catalog)
    assert [(one.name, one.layer) for one in known.sources] == [(one.name, one.layer) for one in sources]
    assert not any("model" in one.data for one in known.sources)
    rules = [file.parse() for file in raw()[0]]
    problems: list[InputError] = []
    assert read_ruleset(rules, known.sources, problems).citable == read_ruleset(rules, sources, problems).citable
    assert problems == []


def test_a_slot_belongs_to_the_files_and_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte, a name, a layer, the order, the kind of a file, or another version: it is another slot."""
    rules, files = raw(OURS, THEIRS)
    changed: list[tuple[list[Raw], list[Raw]]] = [
        (rules, files),
        (rules[1:], files),
        (rules, files[::-1]),
        (rules, files[:1]),
        ([*rules, files[0]], files[1:]),
        ([evolve(rules[0], content=rules[0].content + b"\n"), *rules[1:]], files),
        (rules, [evolve(files[0], content=files[0].content + b"\n"), files[1]]),
        (rules, [evolve(files[0], name="other.toml"), files[1]]),
        (rules, [evolve(files[0], layer=7), files[1]]),
        (rules, [evolve(files[0], is_json=True), files[1]]),
    ]
    slots = [slot_for(*one) for one in changed]
    assert slots[0] == slot_for(*raw(OURS, THEIRS))
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0.0.0")
    slots.append(slot_for(rules, files))
    monkeypatch.setattr(cache, "FORMAT", 0)
    slots.append(slot_for(rules, files))
    monkeypatch.setattr(cache, "own_code", lambda: "edited")
    slots.append(slot_for(rules, files))
    assert len(set(slots)) == len(changed) + 3


def test_every_module_counts_as_own_code() -> None:
    """What is remembered belongs to the modules of the whole package, not to those beside the cache alone."""
    assert cache.own_code() == cache.code_in(Path(llmrules.__file__).parent)


def test_edited_code_of_the_same_version_is_other_code(tmp_path: Path) -> None:
    """A module that was written again, renamed, moved, added or removed tells two states apart; nothing else does."""
    (tmp_path / "inner").mkdir()
    first, second = tmp_path / "first.py", tmp_path / "inner" / "second.py"
    first.write_text("A = 1", encoding="utf-8")
    second.write_text("A = 1", encoding="utf-8")
    states = [cache.code_in(tmp_path)]
    (tmp_path / "notes.txt").touch()
    assert cache.code_in(tmp_path) == states[0]
    second.write_text("A = 10", encoding="utf-8")
    os.utime(second, ns=(first.stat().st_atime_ns, first.stat().st_mtime_ns))
    states.append(cache.code_in(tmp_path))
    os.utime(second, ns=(0, first.stat().st_mtime_ns + 1))
    states.append(cache.code_in(tmp_path))
    states.append(cache.code_in(second.rename(tmp_path / "inner" / "third.py").parents[1]))
    states.append(cache.code_in((tmp_path / "inner" / "third.py").rename(tmp_path / "third.py").parent))
    (tmp_path / "fourth.py").touch()
    states.append(cache.code_in(tmp_path))
    first.unlink()
    states.append(cache.code_in(tmp_path))
    assert len(set(states)) == len(states)


def test_modules_that_cannot_be_seen_are_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the package is being replaced, nothing is remembered."""

    def vanished() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(cache, "own_code", vanished)
    assert slot_for(*raw(OURS)) is None


def test_a_copy_without_a_version_remembers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package is not installed, nobody knows what another run of it read."""

    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", unknown)
    assert slot_for(*raw(OURS)) is None


def test_small_catalogues_never_touch_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no slot up to 256 kB, whatever the rules are; what counts is all catalogues together."""
    monkeypatch.setattr(cache, "SMALLEST", SMALLEST)
    rules = [Raw("rules.toml", b"#" * 1_000_000, is_json=False)]
    half = Raw("half.toml", b"#" * (128 * 1024), is_json=False)
    assert slot_for(rules, [half, half]) is None
    assert slot_for(rules, [half, half, Raw("more.toml", b"#", is_json=False)]) is not None


def test_the_folder_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The variable comes first, then the cache of the user; an empty one, or no home, means that there is none."""
    assert slot().path.parent == tmp_path / "cache"
    monkeypatch.setenv(FOLDER, "")
    assert slot_for(*raw(OURS)) is None
    monkeypatch.delenv(FOLDER)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert slot().path.parent == tmp_path / "xdg" / "llmrules"
    monkeypatch.setenv("HOME", str(tmp_path))
    for relative in ("", "xdg"):
        monkeypatch.setenv("XDG_CACHE_HOME", relative)
        assert slot().path.parent == tmp_path / ".cache" / "llmrules"
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    assert slot_for(*raw(OURS)) is None


def test_it_is_private_and_plain_json(folder: Path) -> None:
    """Nobody else can enter the folder or read the file, which holds a digest and plain JSON."""
    remember()
    (file,) = folder.iterdir()
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)
    digest, body = file.read_text(encoding="ascii").split("\n")
    assert len(digest) == 64
    assert set(json.loads(body)) == {"files", "names", "sources", "entries", "models"}


def test_a_large_catalogue_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second load takes neither the text nor the entries apart, and decides the same, byte for byte."""
    path = tmp_path / "ours.toml"
    path.write_text(OURS, encoding="utf-8")
    parsed: list[str] = []
    parse_one = Raw.parse

    def parse_noted(file: Raw) -> Source:
        parsed.append(file.name)
        return parse_one(file)

    monkeypatch.setattr(Raw, "parse", parse_noted)
    told: list[tuple[int, int]] = []
    traces = []
    for _ in range(2):
        advisor = Advisor.load(catalog=[path], engine="plain", progress=lambda *parts: told.append(parts))
        traces.append(advisor.decide({"as_of": "2026-12-24", "context_tokens": 60_000}).trace)
    assert parsed.count(path.as_posix()) == parsed.count("catalog.toml") == 1
    assert told[-1] == (2, 2)
    assert len(told) == len(advisor.knowledge.catalog.models)
    assert traces[0].digests.found == traces[1].digests.found
    assert traces[0].given == traces[1].given


def places(body: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Yield the path of every value that is no list and no table."""
    if isinstance(body, dict | list):
        for key, inner in body.items() if isinstance(body, dict) else enumerate(body):
            yield from places(inner, (*path, key))
    else:
        yield path


FORGED: tuple[Any, ...] = (
    *(None, True, -1, 0, 7, 10**30, "", "nobody", "claude", [], {}),
    *(["decimal", "x"], ["period", "never"], ["set", 1]),
)


def test_what_is_sealed_and_wrong_is_read_anew(tmp_path: Path, folder: Path) -> None:
    """Whatever stands under a right seal, loading and deciding end as without it, or with values that may be stated."""
    path = tmp_path / "ours.toml"
    path.write_text(OURS, encoding="utf-8")

    def judged() -> int:
        decision = Advisor.load(catalog=[path], engine="plain").decide({"context_tokens": 60_000})
        return len(decision.trace.found.candidates)

    judged()
    (file,) = folder.iterdir()
    body = json.loads(file.read_text(encoding="utf-8").partition("\n")[2])
    every = [
        *places(body["models"], ("models",)),
        *places(body["entries"], ("entries",)),
        *places(body["names"], ("names",)),
    ]
    for number, where in enumerate(every[:: len(every) // 12]):
        forged = json.loads(json.dumps(body))
        inside: Any = forged
        for key in where[:-1]:
            inside = inside[key]
        inside[where[-1]] = FORGED[number % len(FORGED)]
        _seal_anew(file, json.dumps(forged))
        assert judged()


@pytest.mark.parametrize(
    ("value", "attribute"),
    [("unheard-of", "openness"), (True, "context_window"), (["set", "smell"], "input_modalities"), (5, "licence")],
)
def test_a_value_that_nothing_declares_is_never_taken_from_the_cache(
    value: object, attribute: str, tmp_path: Path, folder: Path
) -> None:
    """A choice that is none, or a value of another type, is as good as nothing remembered."""
    path = tmp_path / "ours.toml"
    path.write_text(OURS, encoding="utf-8")
    true = Advisor.load(catalog=[path], engine="plain").knowledge.catalog
    (file,) = folder.iterdir()
    body = json.loads(file.read_text(encoding="utf-8").partition("\n")[2])
    for entry in body["entries"]:
        if body["names"][entry[0]] == attribute:
            entry[1] = value
    _seal_anew(file, json.dumps(body))
    assert Advisor.load(catalog=[path], engine="plain").knowledge.catalog == true


def test_without_the_cache_nothing_is_read_or_written(tmp_path: Path, folder: Path) -> None:
    """``cache=False``, and ``--no-cache``, leave the folder as it is."""
    path = tmp_path / "ours.toml"
    path.write_text(OURS, encoding="utf-8")
    Advisor.load(catalog=[path], engine="plain", cache=False)
    assert run("models", "--catalog", path, "--no-cache").exit_code == 0
    assert not folder.exists() or not [*folder.iterdir()]
    assert run("models", "--catalog", path).exit_code == 0
    assert len([*folder.iterdir()]) == 1


def test_what_is_wrong_is_never_remembered(tmp_path: Path, folder: Path) -> None:
    """A mistake in a rule file or in a catalogue is reported at every load."""
    path = tmp_path / "ours.toml"
    path.write_text(OURS.replace("parameters = 3.5", 'parameters = "3.5"'), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(LoadError) as raised:
            Advisor.load(catalog=[path])
        assert [error.code for error in raised.value.errors][:1] == ["wrong-type"]
    assert not folder.exists()


def test_files_in_one_folder_and_json_are_remembered_like_others(tmp_path: Path) -> None:
    """A packed JSON catalogue decides like the TOML file of the same values, remembered or not."""
    paths = [tmp_path / "ours.toml", tmp_path / "ours.json", tmp_path / "ours.json.gz"]
    text = json.dumps(parse(OURS)[1][0].data, default=lambda one: float(one) if isinstance(one, Decimal) else str(one))
    paths[0].write_text(OURS, encoding="utf-8")
    paths[1].write_text(text, encoding="utf-8")
    paths[2].write_bytes(gzip.compress(text.encode()))
    loaded = [Advisor.load(catalog=[path], engine="plain").knowledge.catalog for path in (*paths, *paths)]
    assert all(exact(catalog) == exact(loaded[0]) for catalog in loaded)


# ── What is no good ───────────────────────────────────────────────────────────────────────────────────────────────────


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _replace_by_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _move_another_here(path: Path) -> None:
    other = slot_for(*raw(OURS))
    assert other is not None
    other.remember(*parse(OURS))
    other.path.replace(path)


def _edit(path: Path) -> None:
    path.write_text(path.read_text(encoding="ascii").replace("0.25", "0.01"), encoding="ascii")


def _seal_anew(path: Path, body: str) -> None:
    path.write_text(f"{Slot(path)._seal(body.encode()).decode()}\n{body}", encoding="utf-8")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "torn": lambda path: os.truncate(path, path.stat().st_size - 10),
    "edited": _edit,
    "no text": lambda path: path.write_bytes(b"\xff\xfe\n\x00"),
    "another's content": _move_another_here,
    "a folder": _replace_by_folder,
    "a pipe": _replace_by_pipe,
    "writable by others": lambda path: path.chmod(0o602),
    "writable by the group": lambda path: path.chmod(0o620),
    "a link to itself": _replace_by_circle,
    "sealed, but no JSON": lambda path: _seal_anew(path, "{"),
    "sealed, but deep": lambda path: _seal_anew(path, "[" * 100_000),
    "sealed, but a list": lambda path: _seal_anew(path, "[]"),
    "sealed, but empty": lambda path: _seal_anew(path, "{}"),
    "sealed, but of other parts": lambda path: _seal_anew(
        path, '{"files": [], "names": [], "sources": [], "entries": [[0, 1, 0]], "models": []}'
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_no_good_is_as_good_as_none(name: str) -> None:
    """It is not recalled and nothing is raised; what is remembered again then takes its place, where it can."""
    remember()
    DAMAGE[name](slot().path)
    assert slot().recall() is None
    remember()
    assert (slot().recall() is not None) == (name != "a folder")


def test_no_changed_byte_goes_unnoticed() -> None:
    """Wherever a byte of the file is changed or everything after it is lost, nothing is recalled."""
    remember()
    place = slot()
    whole = place.path.read_bytes()
    for at in [*range(80), *range(80, len(whole), 7)]:
        changed = bytes([whole[at] ^ (1 + at % 255)])
        for broken in (whole[:at], whole[:at] + changed + whole[at + 1 :]):
            place.path.write_bytes(broken)
            assert place.recall() is None, at
    place.path.write_bytes(whole)
    assert place.recall() is not None


def test_a_file_of_another_user_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may write what is read here is only the one who reads it."""
    remember()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert slot().recall() is None


@pytest.mark.parametrize("place", ["/proc/none", "/dev/null", "/dev/null/none", "a file", "a file/inside"])
def test_a_folder_that_cannot_be_is_no_failure(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written, or something else stands, nothing is remembered and nothing is said."""
    (tmp_path / "a file").touch()
    monkeypatch.setenv(FOLDER, str(tmp_path / place))
    remember()
    assert slot().recall() is None
    assert [path.name for path in tmp_path.iterdir()] == ["a file"]


def test_a_full_disk_is_no_failure(folder: Path) -> None:
    """What could not be written whole is not there at all."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        remember()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(folder.iterdir()) == []


def test_catalogues_with_approvals_are_not_remembered(folder: Path) -> None:
    """An approval says where it stands in its file, which only reading the file can tell."""
    catalog, sources = parse(OURS, THEIRS)
    today = Period(date(2026, 1, 1), date(2026, 1, 1), "2026-01-01")
    slot().remember(evolve(catalog, approvals=(Approval("rule", "small", "somebody", today),)), sources)
    assert not folder.exists()


# ── Many ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_files_that_were_used_last_are_kept(folder: Path) -> None:
    """Sixteen stay, remains of killed writers among them; recalling one is using it; other files are let alone."""
    catalog, sources = parse(OURS, THEIRS)
    folder.mkdir()
    others = [folder / "notes.txt", folder / "catalogue.json", folder / f"catalogue-{'0' * 64}"]
    remains = folder / f".catalogue-{'f' * 64}.json.k3x_9a1b"
    paths = [Slot(folder / f"catalogue-{number:064x}.json") for number in range(MOST_FILES + 3)]
    for when, path in enumerate([*others, remains, *(one.path for one in paths)]):
        path.write_text("", encoding="utf-8")
        os.utime(path, (when, when))
    paths[0].remember(catalog, sources)
    kept = [paths[0], *paths[-(MOST_FILES - 1) :]]
    assert set(folder.iterdir()) == {*others, *(one.path for one in kept)}
    os.utime(paths[0].path, (0, 0))
    assert paths[0].recall() is not None
    paths[1].remember(catalog, sources)
    assert paths[0].path.exists()
    assert len(list(folder.iterdir())) == MOST_FILES + len(others)


def test_writers_and_readers_do_not_disturb_each_other() -> None:
    """Whoever reads while others write gets all of it or nothing."""
    catalog, sources = parse(OURS, THEIRS)
    place, expected = slot(), exact(catalog)

    def work(number: int) -> bool:
        if number % 2:
            place.remember(catalog, sources)
        known = place.recall()
        return known is None or exact(known.catalog) == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))
    assert len(list(place.path.parent.iterdir())) == 1
