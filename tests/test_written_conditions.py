"""Conditions that people type on one line mean what the same condition in a rule file means, or are refused."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.worlds import VOCABULARY

from llmrules.decision.knowledge import load_knowledge
from llmrules.errors import CatalogError
from llmrules.language.conditions import ALWAYS, MODEL_SIDE, Table, json_table, read_table
from llmrules.language.conditions.written import read_written
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import parse_toml

if TYPE_CHECKING:
    from llmrules.errors import InputError
    from llmrules.language.vocabulary import Vocabulary

MORE = """
language = 1
pack = "more"
[model]
size = { type = "number", unit = "billion parameters" }
[offer]
retires = { type = "date" }
tools = { type = "flag" }
"""


@pytest.fixture(scope="module", name="vocabulary")
def _vocabulary() -> Vocabulary:
    files = [parse_toml(text, f"{number}.toml") for number, text in enumerate((VOCABULARY, MORE))]
    return load_knowledge(files, []).ruleset.vocabulary


def read(vocabulary: Vocabulary, *texts: str) -> tuple[Table, list[InputError]]:
    """Read conditions, and what is wrong with them."""
    problems: list[InputError] = []
    return read_written(texts, vocabulary, option="--where", problems=problems), problems


def as_in_a_file(vocabulary: Vocabulary, text: str) -> Table:
    """Read a condition table as rule files hold it."""
    problems: list[InputError] = []
    table = read_table(Cursor.top(parse_toml(text, "f.toml"), CatalogError, problems), vocabulary, scopes=MODEL_SIDE)
    assert not problems, problems
    return table


SAME = [
    ("open=free", "open = 'free'"),
    (" open = free ", "open = 'free'"),
    ("open=shown,free", "open = ['shown', 'free']"),
    ("open=shown, free", "open = ['shown', 'free']"),
    ("open!=closed", "open.none_of = ['closed']"),
    ("open!=closed,shown", "open.none_of = ['closed', 'shown']"),
    ("open>=shown", "open.at_least = 'shown'"),
    ("open<free", "open.below = 'free'"),
    ("takes=image", "takes.has = 'image'"),
    ("takes=image,audio", "takes.has_any = ['image', 'audio']"),
    ("takes!=audio", "takes.none_of = ['audio']"),
    ("takes.has_all=image,audio", "takes.has_all = ['image', 'audio']"),
    ("takes.only=text", "takes.only = ['text']"),
    ("takes.is=text,image", "takes.is = ['text', 'image']"),
    ("window=200_000", "window = 200000"),
    ("window>=200k", "window.at_least = 200000"),
    ("window<=1M", "window.at_most = 1000000"),
    ("window>1.5m", "window.above = 1500000"),
    ("window<-3", "window.below = -3"),
    ("window.any_of=1k", "window.any_of = [1000]"),
    ("window=[1, 2]", "window.any_of = [1, 2]"),
    ("window.none_of=5", "window.none_of = [5]"),
    ("price<=0.25", "price.at_most = 0.25"),
    ("size>=70", "size.at_least = 70"),
    ("licence~=Apache*", "licence.like = 'Apache*'"),
    ("licence~=a,b=c", "licence.like = 'a,b=c'"),
    ("licence=a=b", "licence = 'a=b'"),
    ("licence= =b", "licence = '=b'"),
    ("licence=MIT,Apache-2.0", "licence = ['MIT', 'Apache-2.0']"),
    ('licence="MIT, with a comma"', "licence = 'MIT, with a comma'"),
    ("licence!='a, b'", "licence.none_of = ['a, b']"),
    ('licence=["a, b", "c"]', "licence = ['a, b', 'c']"),
    ("weights=true", "weights = true"),
    ("weights.known=false", "weights.known = false"),
    ("tools = false", "tools = false"),
    ("retires", "retires.known = true"),
    ("!retires", "retires.known = false"),
    ("! retires", "retires.known = false"),
    ("released>=2026-06-02", "released.at_least = 2026-06-02"),
    ("released=2026-06-02", "released = 2026-06-02"),
    ("released>=2026-06", "released.at_least = 2026-06-01"),
    ("released<2026-06", "released.below = 2026-06-01"),
    ("released<=2026-06", "released.at_most = 2026-06-30"),
    ("released>2026", "released.above = 2026-12-31"),
    ("released=2024-02", "released = { at_least = 2024-02-01, at_most = 2024-02-29 }"),
]


@pytest.mark.parametrize(("text", "written"), SAME, ids=[text for text, _ in SAME])
def test_a_text_means_what_a_file_would_say(vocabulary: Vocabulary, text: str, written: str) -> None:
    """Each sign is an operator of the rule language, chosen by the type of the attribute."""
    table, problems = read(vocabulary, text)
    assert not problems, problems
    assert table == as_in_a_file(vocabulary, written)


def test_several_conditions_must_all_hold(vocabulary: Vocabulary) -> None:
    """Conditions on one attribute are one leaf, unless an operator comes twice; the order changes nothing."""
    texts = ["window>=1k", "open=free", "takes=image", "takes=audio", "window<9k", "open = free"]
    window = "window = { at_least = 1000, below = 9000 }"
    written = f"open = 'free'\n{window}\ntakes.has = 'audio'\nall = [{{ takes.has = 'image' }}]"
    expected = as_in_a_file(vocabulary, written)
    for seed in range(5):
        random.Random(seed).shuffle(texts)  # noqa: S311 - a test, no secret
        table, problems = read(vocabulary, *texts)
        assert not problems
        assert table == expected
    assert read(vocabulary) == (ALWAYS, [])


WRONG = [
    ("", "bad-condition", "is no condition"),
    ("=free", "bad-condition", "is no condition"),
    ("open==free", "bad-condition", "hint: write ="),
    ("window=>5", "bad-condition", "hint: write >="),
    ("window><5", "bad-condition", "hint: the comparisons are = != >= <= > < ~="),
    ("window 5", "bad-condition", "has no comparison"),
    ("open=", "bad-condition", "has no value"),
    ("!open=free", "bad-condition", "hint: write open!=…, or !open alone"),
    ("takes.only>text", "bad-condition", "hint: write takes.only=…"),
    ("takes.only", "bad-condition", "hint: write takes.only=…"),
    ("weights", "bad-condition", "hint: write weights=true, or weights.known=true"),
    ("!weights", "bad-condition", "hint: write weights=false, or weights.known=false"),
    ("weights!=true", "bad-condition", "hint: write weights=false"),
    ("weights!=false", "bad-condition", "hint: write weights=true"),
    ("window!=5", "bad-condition", "hint: write window.none_of=[5], or < or >"),
    ("released!=2026-01-01", "bad-condition", "compares a date"),
    ("window>=200,000", "bad-condition", "hint: write thousands as 200_000 or 200k; one of several is"),
    ("window.any_of=1k,2k", "bad-condition", "has a comma in a number"),
    ('licence="a', "bad-condition", "not TOML"),
    ('licence="a"\nx=1', "bad-condition", "not TOML"),
    ("all=1", "bad-condition", "joins no conditions"),
    ("name~=gpt*", "bad-condition", "hint: llmrules models WORD"),
    ("id=gpt-5", "bad-condition", "tests no attribute"),
    ("opn=free", "unknown-attribute", "did you mean: open"),
    ("budget=tight", "wrong-scope", "attribute of the requirement"),
    ("open=fre", "unknown-choice", "did you mean: free"),
    ("takes=imge", "unknown-choice", "did you mean: image"),
    ("open~=f*", "operator-not-for-type", "does not go with open"),
    ("open.has=free", "operator-not-for-type", "write is"),
    ("open.hass=free", "unknown-operator", "is not an operator"),
    ("weights=yes", "wrong-type", "hint: write true"),
    ("weights>true", "operator-not-for-type", "does not go with weights"),
    ("window>=many", "wrong-type", "finite number of tokens"),
    ("window>=1e5", "wrong-type", "finite number of tokens"),
    ("size>=70b", "wrong-type", "finite number of billion parameters"),
    ("size>=70m", "wrong-type", "finite number of billion parameters"),
    ("released>=June", "wrong-type", "a date such as"),
    ("released~=2026*", "operator-not-for-type", "does not go with released"),
    ("released.at_least=2026-06", "wrong-type", "a date such as"),
    ("licence=[]", "empty-list", "matches nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "said"), WRONG, ids=[one[0] for one in WRONG])
def test_what_is_wrong_is_said_with_its_option(vocabulary: Vocabulary, text: str, code: str, said: str) -> None:
    """A mistake names the option and its text, and is worded as in a rule file; what has two meanings is refused."""
    _, problems = read(vocabulary, text)
    assert [problem.code for problem in problems] == [code]
    assert problems[0].place.file == f"--where {text}"
    assert said in str(problems[0])


def test_every_mistake_is_noted(vocabulary: Vocabulary) -> None:
    """One reading finds all mistakes; a contradiction within one attribute is one."""
    _, problems = read(vocabulary, "opn=free", "window>=x", "retires>=2026-01-01", "!retires", "takes=a", "takes=b")
    codes = ["contradiction", "unknown-attribute", "unknown-choice", "unknown-choice", "wrong-type"]
    assert sorted(problem.code for problem in problems) == codes
    places = {problem.place.file for problem in problems if problem.code == "unknown-choice"}
    assert places == {"--where takes=a", "--where takes=b"}


@given(st.lists(st.one_of(st.text(max_size=20), st.text("openwid.=!<>~,[]\"' 0126-_km\n", max_size=20)), max_size=4))
def test_any_text_is_read_or_refused(vocabulary: Vocabulary, texts: list[str]) -> None:
    """Nothing that is typed raises, and what is read has a normal form that reads back as itself."""
    table, problems = read(vocabulary, *texts)
    if not problems and texts:
        tops: list[InputError] = []
        again = json_table(table)
        source = parse_toml("", "n")
        source.data.update(again)
        assert read_table(Cursor.top(source, CatalogError, tops), vocabulary, scopes=MODEL_SIDE) == table
        assert not tops
