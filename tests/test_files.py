"""Files are read whole, strictly and with the place of every key; outputs are written whole or not at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import resource
import stat
import tracemalloc
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrules.errors import FileError
from llmrules.reading.files import (
    KeyPath,
    _decode,
    format_path,
    parse_json,
    parse_toml,
    read_catalog_file,
    read_json,
    read_json_data,
    read_standard_input,
    read_toml,
    toml_files,
    write_whole,
)
from llmrules.reading.syntax import Positions

if TYPE_CHECKING:
    from collections.abc import Iterator

# ── Where keys stand ──────────────────────────────────────────────────────────────────────────────────────────────────

VALUES = (
    *("1", "0x1F", "1_000", "+0.5", "6e3", "inf", "nan", "true", "false"),
    *("2026-03-01", "07:32:00", "2026-03-01T07:32:00Z", "''", "'#[[x]]'", '"a = \\"b\\" # no comment"', '"한국어 = 1"'),
    *('"""\nk = 1\n[[table]]\n# text"""', "'''\n  가 = 2 '' '''", '"""\\\n   folded"""', '"\\u00e9\\t"'),
)
NAMES = ("k{}", "K_{}-x", "{}", "키 {}", "k.{}", 'q"{}', "a\\{}", "é{}", "# {}", "{}=", "[k{}]")


@define
class Writer:
    """Writes a random TOML text and notes where each key stands as it writes it."""

    random: Random
    text: str = ""
    places: dict[KeyPath, tuple[int, int]] = field(factory=dict)
    count: int = 0

    def note(self, path: KeyPath) -> None:
        """Note that a key path stands here, unless it stands above already."""
        line, column = self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")
        self.places.setdefault(path, (line, column))

    def name(self) -> str:
        """Return a name that no other key has."""
        self.count += 1
        return self.random.choice(NAMES).format(self.count)

    def key(self, path: KeyPath, *, space: bool = True) -> None:
        """Write the last name of a path as a key."""
        name = str(path[-1])
        self.note(path)
        bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        basic = '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("é", "\\u00e9") + '"'
        self.text += self.random.choice([name, basic, f"'{name}'"] if bare else [basic, f"'{name}'"])
        self.text += self.random.choice(["", "", " ", "\t"]) if space else ""

    def dotted(self, path: KeyPath) -> KeyPath:
        """Write a new key under a path, with up to two dots, and return the whole path."""
        for part in range(self.random.choice([1, 1, 1, 2, 3])):
            self.text += self.random.choice([".", " . "]) if part else ""
            path = (*path, self.name())
            self.key(path)
        return path

    def value(self, path: KeyPath, depth: int = 0) -> None:
        """Write a value: plain, an array or an inline table."""
        kind = self.random.random()
        if depth > 3 or kind < 0.6:
            self.text += self.random.choice(VALUES)
        elif kind < 0.8:
            self.text += "["
            for index in range(self.random.randrange(4)):
                self.text += self.random.choice(["", " ", "\n\t", " # 가, [\n"])
                self.note((*path, index))
                self.value((*path, index), depth + 1)
                self.text += self.random.choice([",", " , ", ", # 나\n"])
            self.text += "]"
        else:
            self.text += "{"
            for index in range(self.random.randrange(4)):
                self.text += ", " if index else " "
                inner = self.dotted(path)
                self.text += "= "
                self.value(inner, depth + 1)
            self.text += "}"

    def pairs(self, path: KeyPath) -> None:
        """Write some pairs of a table."""
        for _ in range(self.random.randrange(4)):
            self.text += self.random.choice(["", "", "  ", "\t", "# 주석 = 1\n", "\n"])
            inner = self.dotted(path)
            self.text += "= "
            self.value(inner)
            self.text += self.random.choice(["\n", "  # k = 2\n", "\n\n"])

    def tables(self, path: KeyPath, depth: int = 0) -> None:
        """Write tables and arrays of tables under a path; a header names the last element of an array above it."""
        for _ in range(self.random.randrange(3)):
            name = self.name()
            many = self.random.random() < 0.5
            for index in range(self.random.randint(1, 3) if many else 1):
                self.text += self.random.choice(["", "\t"]) + ("[[" if many else "[")
                inner: KeyPath = ()
                for part in (*path, name):
                    inner = (*inner, part)
                    if isinstance(part, str):
                        self.text += "." if len(inner) > 1 else ""
                        if many and inner == (*path, name):
                            self.note((*inner, index))
                        self.key(inner)
                self.text += ("]]" if many else "]") + "\n"
                element = (*inner, index) if many else inner
                self.pairs(element)
                if depth < 2:
                    self.tables(element, depth + 1)


def paths_of(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:  # noqa: ANN401 - plain TOML
    """Yield every key path of parsed TOML."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from paths_of(inner, (*path, key))


@settings(max_examples=50)
@given(st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_every_key_stands_where_it_is_written(random: Random, bom: bool, crlf: bool) -> None:  # noqa: FBT001 - drawn
    """Each key path of a random text has its line and column, in characters, whatever stands before and between."""
    writer = Writer(random)
    writer.pairs(())
    writer.tables(())
    text = writer.text.replace("\n", "\r\n") if crlf else writer.text
    source = parse_toml(_decode(text.encode("utf-8-sig" if bom else "utf-8"), "x"), "x")
    assert set(paths_of(source.data)) == set(writer.places)
    for path, position in writer.places.items():
        place = source.place(path)
        assert (place.line, place.column) == position, format_path(path)
        assert place.key == format_path(path)


TEXT = (
    """\
# 주석
language = 1
"quoted key".'literal'.plain = { inline = [1, { deep = 2 }], other.dotted = 3 }
가격 = "x"
""".replace("가격", '"가격"')
    + """\
\ttabbed = 1   # 한국어
list = ["한국어", 'b',
    "c"]

[[model]]
id = "a"
[model.sources]
id = "x"
[[model.offer]]
price = 1
[model.offer.sources]
price = "x"
[[model.offer]]
price = 2
[[model]]
id = "b"
[[model.offer]]
[[model.offer.disputed]]
attribute = "price"
[[model.offer.disputed]]
attribute = "window"
"""
)

PLACES: dict[KeyPath, tuple[int, int]] = {
    ("language",): (2, 1),
    ("quoted key",): (3, 1),
    ("quoted key", "literal"): (3, 14),
    ("quoted key", "literal", "plain"): (3, 24),
    ("quoted key", "literal", "plain", "inline"): (3, 34),
    ("quoted key", "literal", "plain", "inline", 0): (3, 44),
    ("quoted key", "literal", "plain", "inline", 1, "deep"): (3, 49),
    ("quoted key", "literal", "plain", "other", "dotted"): (3, 68),
    ("가격",): (4, 1),
    ("tabbed",): (5, 2),
    ("list", 0): (6, 9),
    ("list", 1): (6, 16),
    ("list", 2): (7, 5),
    ("model",): (9, 3),
    ("model", 0): (9, 3),
    ("model", 0, "id"): (10, 1),
    ("model", 0, "sources"): (11, 8),
    ("model", 0, "sources", "id"): (12, 1),
    ("model", 0, "offer"): (13, 9),
    ("model", 0, "offer", 0, "price"): (14, 1),
    ("model", 0, "offer", 0, "sources", "price"): (16, 1),
    ("model", 0, "offer", 1): (17, 9),
    ("model", 0, "offer", 1, "price"): (18, 1),
    ("model", 1): (19, 3),
    ("model", 1, "id"): (20, 1),
    ("model", 1, "offer", 0, "disputed"): (22, 15),
    ("model", 1, "offer", 0, "disputed", 1): (24, 15),
    ("model", 1, "offer", 0, "disputed", 1, "attribute"): (25, 1),
}


@pytest.mark.parametrize("path", PLACES, ids=format_path)
def test_keys_of_every_kind_have_their_place(path: KeyPath) -> None:
    """Dotted, quoted and inline keys, elements of lists, and arrays of tables inside each other."""
    place = parse_toml(TEXT, "x").place(path)
    assert (place.line, place.column) == PLACES[path]


def test_what_does_not_stand_in_the_file_has_the_nearest_place_around_it() -> None:
    """A key that is missing is reported at the table that lacks it, or at the top."""
    source = parse_toml("a = 1\n[b]\nc = 2\n", "x")
    assert str(source.place(("b", "d", 0, "e"))) == "x:2:2"
    assert source.place(("b", "d", 0, "e")).key == "b.d[0].e"
    assert str(source.place(("z",))) == str(source.place(())) == "x:1:1"
    assert str(parse_json('{"a": 1}', "x").place(("a",))) == "x"


def test_a_place_names_the_entry_it_stands_in() -> None:
    """The id of the rule or model is part of the place, where the entry has one."""
    source = parse_toml("rule = [{ id = 'a', x = 1 }, { x = 1 }, 3, { id = 3, x = 1 }]\n[b]\nid = 'c'\n", "x")
    paths: list[KeyPath] = [*(("rule", index, "x") for index in range(5)), ("rule",), ("b", "id"), ()]
    assert [source.place(path).entry for path in paths] == ["a", *[""] * 7]


def test_key_paths_are_written_as_people_write_them() -> None:
    """Bare names stand bare, others in quotes, indices in brackets."""
    assert format_path(("rule", 2, "when", "gpt-4.1", "가", 'q"', "")) == 'rule[2].when."gpt-4.1"."가"."q\\"".""'


@pytest.mark.parametrize(
    "text", ["a" + ".a" * 3_000 + " = 1", "a = " + "[" * 300 + "]" * 300, "a = " + "{a=" * 200 + "1" + "}" * 200]
)
def test_a_deep_text_that_can_be_read_has_places(text: str) -> None:
    """What TOML's reader can read has places, too."""
    assert parse_toml(text, "x").place(("a",)).column == 1
    assert Positions(text).get(("a",)) == (1, 1)


# ── Reading and writing ───────────────────────────────────────────────────────────────────────────────────────────────


def test_fractions_are_decimals() -> None:
    """Neither TOML nor JSON makes a binary fraction of a decimal one."""
    for value in (parse_toml("a = 0.1", "x").data["a"], parse_json('{"a": 0.1}').data["a"]):
        assert isinstance(value, Decimal)
        assert value == Decimal("0.1")
    assert parse_toml("a = 1e99999999999999999999", "x").data["a"] == Decimal("Infinity")


def test_a_byte_order_mark_and_any_line_end_change_nothing(tmp_path: Path) -> None:
    """Files of other systems are read like our own."""
    text = 'a = "가"\nb = [1,\n2]\n'
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read_toml(path).data == parse_toml(text, "x").data
    assert str(read_toml(path, "x").place(("b", 1))) == "x:3:1"
    json_path = tmp_path / "x.json"
    json_path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(json_path).data == {"a": 1}


def test_a_folder_stands_for_its_files_in_the_order_of_names(tmp_path: Path) -> None:
    """Other files and folders inside are left alone; what is named twice is read twice."""
    for name in ("b.toml", "a.toml", "c.txt", ".toml.swp"):
        (tmp_path / name).touch()
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "d.toml").touch()
    names = [path.name for path in toml_files([tmp_path / "b.toml", tmp_path, str(tmp_path / "none.toml")])]
    assert names == ["b.toml", "a.toml", "b.toml", "none.toml"]


def test_standard_input_is_utf_8_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes through a pipe is read like a file."""
    for raw, code in ((b"\xff", "not-utf-8"), (b"12345", "too-large")):
        monkeypatch.setattr("llmrules.reading.files.LARGEST_FILE", 4)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        with pytest.raises(FileError) as raised:
            read_standard_input()
        assert (raised.value.code, raised.value.place.file) == (code, "<stdin>")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("가".encode())))
    assert read_standard_input() == "가"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """What stood there stays until the new text is complete, and nothing else is left in the folder."""
    path = tmp_path / "x.json"
    write_whole(path, "첫째\n")
    write_whole(path, "둘째\n")
    assert path.read_bytes() == "둘째\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError):
        write_whole(tmp_path / "folder", "text")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder", "x.json"]


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    """Where the disk takes only the beginning, neither the file nor what was written beside it stays."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(FileError) as raised:
            write_whole(tmp_path / "x.json", "text" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert raised.value.code == "unwritable"
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_goes_where_a_link_points(tmp_path: Path) -> None:
    """A link stays a link; one that leads to itself is said to be unwritable."""
    target, link, loop = tmp_path / "target.json", tmp_path / "link.json", tmp_path / "loop.json"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write_whole(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    loop.symlink_to(loop)
    with pytest.raises(FileError, match="cannot be written"):
        write_whole(loop, "text")


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """No file takes the place of a pipe or a device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither half a file nor the one beside it is left, and the old one stays."""
    path = tmp_path / "x.json"
    write_whole(path, "old")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")
    assert [(one.name, one.read_text(encoding="utf-8")) for one in tmp_path.iterdir()] == [("x.json", "old")]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_is_read_as_it_was_written(value: object) -> None:
    """Whatever JSON says is read back exactly."""
    assert parse_json(json.dumps({"value": value})).data == {"value": value}


# ── Files of other projects: packed, large, damaged, or something else ───────────────────────────────────────────────

ROWS = {"openai": {"models": {f"gpt-{number}": {"cost": 0.1 * number} for number in range(300)}}}
PACKED = gzip.compress(json.dumps(ROWS).encode(), mtime=0)


def test_a_packed_file_is_read_like_a_plain_one(tmp_path: Path) -> None:
    """The bytes say that a file is packed, whatever its name says; several packed parts are one text."""
    plain, packed, parts = (tmp_path / name for name in ("plain.json", "packed", "parts.json"))
    text = json.dumps(ROWS).encode()
    plain.write_bytes(text)
    packed.write_bytes(PACKED)
    parts.write_bytes(gzip.compress(text[:100]) + gzip.compress(text[100:]))
    assert read_json(packed).data == read_json(parts).data == read_json(plain).data
    assert read_json_data(packed) == read_json(plain).data


def read_bytes_as_json(folder: Path, raw: bytes) -> Any:  # noqa: ANN401 - plain JSON
    """Return what some bytes are as JSON."""
    path = folder / "rows.json.gz"
    path.write_bytes(raw)
    return read_json_data(path)


@given(st.integers(2, len(PACKED) - 1))
def test_a_packed_file_that_is_cut_off_says_so(tmp_path_factory: pytest.TempPathFactory, kept: int) -> None:
    """Wherever a download broke off, there is one sentence that names the file."""
    with pytest.raises(FileError) as raised:
        read_bytes_as_json(tmp_path_factory.mktemp("cut"), PACKED[:kept])
    assert "rows.json.gz: is cut off: its gzip data end too early [bad-gzip]\n" in str(raised.value)


@settings(max_examples=50)
@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_a_packed_file_that_was_changed_is_never_read_as_another(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: int
) -> None:
    """A changed byte is refused with one error, or it stands where nothing depends on it, such as the time."""
    damaged = PACKED[:place] + bytes([PACKED[place] ^ change]) + PACKED[place + 1 :]
    try:
        found = read_bytes_as_json(tmp_path_factory.mktemp("damaged"), damaged)
    except FileError as error:
        found = error.code
    assert found in ("bad-gzip", "not-utf-8", json.loads(json.dumps(ROWS), parse_float=Decimal))


def test_what_follows_a_packed_text_is_damage(tmp_path: Path) -> None:
    """Bytes after the end are no part of any file that someone packed."""
    with pytest.raises(FileError) as raised:
        read_bytes_as_json(tmp_path, PACKED + b"<html>")
    assert raised.value.code == "bad-gzip"


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unpacked size counts, and it is never held whole to be measured."""
    bomb = gzip.compress(b" " * 40_000_000)
    monkeypatch.setattr("llmrules.reading.files.LARGEST_FILE", 1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(FileError) as raised:
            read_bytes_as_json(tmp_path, bomb)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert (raised.value.code, str(raised.value).count("\n")) == ("too-large", 0)
    assert "when unpacked" in str(raised.value)


def test_a_very_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """Of 300 MB nothing is read; the sentence says how much may be."""
    path = tmp_path / "all.json"
    with path.open("wb") as stream:
        stream.truncate(300_000_000)
    tracemalloc.start()
    try:
        for read in (read_json, read_toml, read_json_data, read_catalog_file):
            with pytest.raises(FileError) as raised:
                read(path)
            assert str(raised.value) == f"{path.as_posix()}: is larger than 64 MiB [too-large]"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["a.json", "a.toml"])
def test_a_web_page_is_recognised(name: str, tmp_path: Path) -> None:
    """Who saved the page about a file in place of the file is told so."""
    path = tmp_path / name
    path.write_text("\n\n<!DOCTYPE html>\n<html lang=en><body>404</body></html>\n", encoding="utf-8")
    with pytest.raises(FileError) as raised:
        read_catalog_file(path, name)
    assert raised.value.code == "syntax"
    assert raised.value.hint == "this is a web page; save the raw file"
    assert "    hint: this is a web page; save the raw file" in str(raised.value).splitlines()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('["' + "x" * 3_000_000 + '"]', '["xxx'),
        ('"' + "x" * 3_000_000 + '"', '"xxx'),
        ("[" + "[[[[1]], 2]]," * 200_000 + "0]", "[[[[], 2]]"),
        ("[" + json.dumps({f"key {number}": "y" * 100 for number in range(9_000)}) + "]", "[{ key 0 = "),
        ("true", "true"),
        ("null", '"null"'),
        ("7", "7"),
    ],
)
def test_what_is_no_object_is_shown_by_its_beginning(text: str, found: str) -> None:
    """An error of a large file is a short one, to read and to hold."""
    with pytest.raises(FileError) as raised:
        parse_json(text, "rows.json")
    error = raised.value
    assert (error.code, error.message) == ("wrong-shape", "must hold a JSON object")
    assert f"\n    found: {found}" in str(error)
    assert len(str(error)) < 250
    assert len(pickle.dumps(error)) < 5_000


def test_the_top_of_a_file_of_data_may_be_anything(tmp_path: Path) -> None:
    """Lists of rows are read as they are, fractions as decimals."""
    path = tmp_path / "rows.json"
    path.write_text('[{"input_mtok": 0.3}, null]', encoding="utf-8")
    assert read_json_data(path) == [{"input_mtok": Decimal("0.3")}, None]
    path.write_text('[{"a": 1, "a": 2}]', encoding="utf-8")
    with pytest.raises(FileError) as raised:
        read_json_data(path)
    assert raised.value.code == "syntax"


def test_a_catalogue_is_toml_or_json_by_its_name(tmp_path: Path) -> None:
    """Both forms hold the same values, and each knows its layer and the name it was given."""
    texts = {
        "a.toml": b'language = 1\n[[model]]\nid = "a"\nparameters = 0.5\n',
        "a.json": b'{"language": 1, "model": [{"id": "a", "parameters": 0.5}]}',
    }
    texts["a.json.gz"] = gzip.compress(texts["a.json"])
    for name, raw in texts.items():
        (tmp_path / name).write_bytes(raw)
        source = read_catalog_file(tmp_path / name, name, layer=2)
        assert source.data == {"language": 1, "model": [{"id": "a", "parameters": Decimal("0.5")}]}
        assert (source.name, source.layer, source.is_toml) == (name, 2, name == "a.toml")
        assert source.place(("model", 0, "parameters")).entry == "a"
    with pytest.raises(FileError) as raised:
        read_toml(tmp_path / "a.json")
    assert "is not TOML" in str(raised.value)
