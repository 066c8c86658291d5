"""Files are read whole, strictly and with the place of every key; outputs are written whole or not at all."""

from __future__ import annotations

import io
import json
import stat
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrules.errors import FileError
from llmrules.files import (
    KeyPath,
    _decode,
    format_path,
    parse_json,
    parse_toml,
    read_json,
    read_standard_input,
    read_toml,
    toml_files,
    write_whole,
)
from llmrules.positions import key_positions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


@settings(max_examples=150)
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
    assert key_positions(text)[("a",)] == (1, 1)


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
        monkeypatch.setattr("llmrules.files.LARGEST_FILE", 4)
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


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_is_read_as_it_was_written(value: object) -> None:
    """Whatever JSON says is read back exactly."""
    assert parse_json(json.dumps({"value": value})).data == {"value": value}
