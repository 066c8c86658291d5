"""What is loaded, as people look at it: a list, one model with all its sources, several side by side."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import pexpect
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import over_the_article

from llmrules.cli.models import models as command
from llmrules.errors import LoadError
from llmrules.say.columns import Column, aligned, wrapped
from llmrules.say.models.listing import short

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CATALOGUE = """
language = 1
[[document]]
id = "list"
title = "Price list"
date = 2026-05-01
checked = 2026-06-01
url = "https://example.org/list"
[[document]]
id = "other"
title = "Another list"
date = "2026-04"

[[model]]
id = "astra-family"
name = "Astra, all of them"
listed = false
developer = "Example Labs"
family = "Astra"
openness = "closed"
sources = { developer = "list", family = "list", openness = "list" }
[[model.disputed]]
attribute = "developer"
value = "Example Laboratories"
source = "other"

[[model]]
id = "astra-2"
name = "Astra 2"
extends = "astra-family"
openness = "closed"
sources.openness = "list"
[[model.offer]]
id = "own"
provider = "Example Labs"
context_window = 1_050_000
input_price = 2
output_price = 10
retires_on = 2027-01-01
[model.offer.sources]
provider = "list"
context_window = "list"
input_price = ["list", "other"]
output_price = "list"
retires_on = "list"
[[model.offer.disputed]]
attribute = "context_window"
value = 262_144
source = "other"
[[model.offer.dated]]
attribute = "input_price"
since = 2026-12-01
value = 4
source = "other"
[[model.offer.dated]]
attribute = "input_price"
since = 2027-03-01
value = 5
source = "list"
[[model.offer]]
provider = "Reseller"
region = "eu"
context_window = 200_000
input_price = 2.5
sources = { provider = "other", region = "other", context_window = "other", input_price = "other" }
[[model.offer]]
provider = "Third"
sources.provider = "other"

[[model]]
id = "lark"
name = "종달새"
developer = "Beispiel"
openness = "open-source"
licence = "Apache-2.0"
strengths = ["symbolic-manipulation"]
sources = { developer = "list", openness = "list", licence = "list", strengths = "list" }
[[model.offer]]
provider = "Beispiel"
context_window = 262_144
input_price = 0.1
output_price = 0.2
sources = { provider = "list", context_window = "list", input_price = "list", output_price = "list" }

[[model]]
id = "mute"
name = "Mute"
"""

RULES = """
language = 1
pack = "ours"
[[rule]]
id = "lark-is-compact"
where.licence = "Apache-2.0"
conclude.compact = true
because = { en = "It is small.", ko = "작은 모델입니다." }
source = "list"
[[rule]]
id = "lark-is-strong-at-code"
where.licence = "Apache-2.0"
conclude.strengths = ["coding"]
because = { en = "It writes code.", ko = "코드를 작성합니다." }
source = "list"
"""

OVERLAY = """
language = 1
[[model]]
id = "lark"
[[model.offer]]
input_price = 0.3
sources.input_price = "other"
"""

DAY = ("--as-of", "2026-06-01")


@pytest.fixture(scope="module", name="loaded")
def _loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The options that load this catalogue and nothing of ours but the vocabulary."""
    folder = tmp_path_factory.mktemp("models")
    for name, text in (("catalogue", CATALOGUE), ("rules", RULES), ("overlay", OVERLAY)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    options = ["--isolated", "--no-shipped-rules", "--no-shipped-catalog", "--rules", str(folder / "rules.toml")]
    return (*options, "--catalog", str(folder / "catalogue.toml"), "--catalog", str(folder / "overlay.toml"))


def run(*arguments: str) -> Result:
    """Run the command inside this process."""
    return CliRunner().invoke(command, [*arguments, *over_the_article(["models", *arguments])], catch_exceptions=False)


def said(*arguments: str) -> str:
    """Return what the command prints; it ends well."""
    result = run(*arguments)
    assert result.exit_code == 0
    assert result.stderr == ""
    return result.output


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


# The list


def test_a_list_has_a_row_for_each_model(loaded: tuple[str, ...]) -> None:
    """Models stand in the order of ids, each with the lowest values of its offers; ``+`` is more, ``?`` unknown."""
    assert said(*DAY, *loaded) == (
        "ID       NAME     DEVELOPER     OPENNESS      WINDOW   IN $/M  OUT $/M  OFFERS\n"
        "astra-2  Astra 2  Example Labs  closed       200k+ ?  2.00+ ?  10.00 ?       3\n"
        "lark     종달새   Beispiel      open source  262,144     0.30     0.20       1\n"
        "mute     Mute     ?             ?                  ?        ?        ?       1\n"
        "\n"
        "3 of 3 models\n"
    )


def test_a_list_speaks_korean(loaded: tuple[str, ...]) -> None:
    """Headings, choices and the lines below are Korean, and the columns still stand under each other."""
    printed = said(*DAY, *loaded, "--lang", "ko", "--where", "output_price<=1").splitlines()
    heads = ["ID", "이름", "개발사", "공개 수준", "윈도우", "입력 $/M", "출력 $/M", "제공 상품"]
    assert re.split(" {2,}", printed[0]) == heads
    assert printed[1].split() == ["lark", "종달새", "Beispiel", "오픈", "소스", "262,144", "0.30", "0.20", "1"]
    assert width(printed[0]) == width(printed[1])
    assert printed[3:] == [
        "모델 3개 중 1개",
        "값을 알 수 없어 판단하지 못한 후보 2개: 출력 가격 (output_price) (--unknown: 목록 표시)",
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("LARK",), ["lark"]),
        (("종달",), ["lark"]),
        (("example", "2"), ["astra-2"]),
        (("astra",), ["astra-2"]),
        (("a",), ["astra-2", "lark"]),
        (("beispiel", "apache"), None),
        (("a", "lark"), ["lark"]),
    ],
)
def test_words_search_id_name_developer_and_family(
    loaded: tuple[str, ...], words: tuple[str, ...], found: list[str] | None
) -> None:
    """All words must occur, in any of the four, small and capital letters alike; inherited values count."""
    if found is None:
        with pytest.raises(LoadError, match="occurs in no id"):
            run(*words, *DAY, *loaded)
        return
    document = json.loads(said(*words, *DAY, *loaded, "--limit", "9", "--format", "json"))
    assert [row["id"] for row in document["models"]] == found


def test_conditions_hold_for_one_offer_together(loaded: tuple[str, ...]) -> None:
    """A model is found by the offers that satisfy all conditions at once, and those are counted."""
    printed = said(*DAY, *loaded, "--where", "context_window>=200k", "--where", "input_price<=2.2")
    assert re.split(" {2,}", printed.splitlines()[1])[3:] == ["closed", "1.05m", "2.00", "10.00", "1 of 3"]
    apart = said(*DAY, *loaded, "--where", "region=eu", "--where", "input_price<=2.2", "astra-2")
    assert "0 of 3 models" in apart


def test_what_is_unknown_is_counted_apart(loaded: tuple[str, ...]) -> None:
    """Where a condition is true of no offer and unknown of one, the model is counted, or listed below."""
    asked = (*DAY, *loaded, "--where", "context_window>=300k", "--where", "tool_calling=true")
    assert said(*asked).splitlines() == [
        "0 of 3 models",
        "2 more are unknown: context window (context_window), tool calling (tool_calling) (--unknown lists them)",
    ]
    assert said(*asked, "--unknown").splitlines() == [
        "0 of 3 models",
        "2 more are unknown: context window (context_window), tool calling (tool_calling)",
        "  ? astra-2: context window (context_window), tool calling (tool_calling)",
        "  ? mute: context window (context_window), tool calling (tool_calling)",
    ]
    rows = json.loads(said(*asked, "--format", "json"))["unknown"]
    assert [(row["id"], row["matching"], row["unknown"]) for row in rows] == [
        ("astra-2", 2, ["context_window", "tool_calling"]),
        ("mute", 1, ["context_window", "tool_calling"]),
    ]


def test_offers_are_rows_of_their_own(loaded: tuple[str, ...]) -> None:
    """``--offers`` lists each offer that satisfies the conditions, by the id that decisions call it."""
    assert said("astra-2", "--offers", *DAY, *loaded) == (
        "MODEL    OFFER        REGION  OPENNESS  WINDOW  IN $/M  OUT $/M\n"
        "astra-2  own          ?       closed     1.05m    2.00    10.00\n"
        "astra-2  reseller/eu  eu      closed      200k    2.50        ?\n"
        "astra-2  third        ?       closed         ?       ?        ?\n"
        "\n"
        "offers found: 3; models loaded: 3\n"
    )
    some = said("--offers", "--unknown", "--where", "input_price>2", *DAY, *loaded).splitlines()
    assert some[1].startswith("astra-2  reseller/eu")
    assert said("lark", "--offers", *DAY, *loaded).splitlines()[1].startswith("lark   (Beispiel)  open source")
    assert some[-2:] == [
        "1 more is unknown: price of input (input_price)",
        "  ? mute: price of input (input_price)",
    ]


def test_a_limit_leaves_rows_off_and_says_so(loaded: tuple[str, ...]) -> None:
    """What is left off is counted in every format that can say it."""
    below = ["3 of 3 models", "and 2 more (--limit 3 lists all)"]
    assert said("--limit", "1", *DAY, *loaded).splitlines()[-2:] == below
    document = json.loads(said("--limit", "2", "--format", "json", *DAY, *loaded))
    assert (len(document["models"]), document["left_off"], document["loaded"]) == (2, 1, 3)


def test_json_and_csv_say_the_same(loaded: tuple[str, ...]) -> None:
    """A span of JSON is three columns of the CSV; without rows, the columns are the same."""
    document = json.loads(said(*DAY, *loaded, "--format", "json"))
    assert document["as_of"] == "2026-06-01"
    assert document["models"][0] == {
        "id": "astra-2", "name": "Astra 2", "developer": "Example Labs", "family": "Astra", "openness": "closed",
        "offers": 3, "matching": 3,
        "context_window": {"lowest": 200_000, "highest": 1_050_000, "unknown": 1},
        "input_price": {"lowest": 2, "highest": "2.5", "unknown": 1},
        "output_price": {"lowest": 10, "highest": 10, "unknown": 2},
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(said(*DAY, *loaded, "--format", "csv"))))
    assert [row["id"] for row in rows] == ["astra-2", "lark", "mute"]
    assert rows[0]["input_price_highest"] == "2.5"
    assert (rows[2]["developer"], rows[2]["context_window_unknown"]) == ("", "")
    where = ("--where", "output_price>100", "--where", "input_price>100")
    for more in ((), ("--offers",)):
        every = said(*DAY, *loaded, *more, "--format", "csv").splitlines()[0]
        assert said(*DAY, *loaded, *more, *where, "--format", "csv") == f"{every}\n"
    asked = said(*DAY, *loaded, *where, "--unknown", "--format", "csv")
    assert [row["unknown"] for row in csv.DictReader(io.StringIO(asked))] == ["input_price output_price"] * 2


def test_the_day_picks_the_dated_value(loaded: tuple[str, ...]) -> None:
    """A list has the values in force on the day, and conditions are tested on them."""
    asked = ("--offers", "--where", "input_price>=4", "--format", "json", *loaded)
    document = json.loads(said("--as-of", "2026-12-01", *asked))
    assert [(row["offer"], row["input_price"]) for row in document["offers"]] == [("own", 4)]
    assert json.loads(said(*DAY, *asked))["offers"] == []


def test_rows_fit_a_page() -> None:
    """No row of our own catalogue is wider than 100 columns, in either language, for models and for offers."""
    for more in ((), ("--offers",)):
        for language in ("en", "ko"):
            lines = said("--isolated", "--limit", "999", "--lang", language, *more).splitlines()
            assert max(map(width, lines)) <= 100


EVIL = "a\\u001b[31mred\\u0007 b\\u202eback"


def test_nothing_printed_is_obeyed_by_a_terminal(tmp_path: Path) -> None:
    """Whatever stands in values, titles and labels comes out escaped: in the list and the sheet."""
    both = f'{{ en = "{EVIL}", ko = "{EVIL}" }}'
    (tmp_path / "r.toml").write_text(
        'language = 1\npack = "evil"\n'
        f'[[document]]\nid = "e"\ntitle = "{EVIL}"\ndate = 2026-01-01\nurl = "{EVIL}"\n'
        f'[[claim]]\nid = "said"\nsays = {both}\ndocument = "e"\n'
        f'[model]\nodd = {{ type = "flag", label = {both} }}\nword = {{ type = "text", label = {both} }}\n'
        f'[[rule]]\nid = "r"\nwhere.word.known = true\nconclude.odd = true\nbecause = {both}\nsource = "said"\n'
    )
    offers = "".join(
        f'[[model.offer]]\nprovider = "{EVIL}{n}"\nregion = "{EVIL}"\nsources = {{ provider = "e", region = "e" }}\n'
        for n in range(2)
    )
    entry = f'name = "X"\nword = "{EVIL}"\nsources.word = "said"\n{offers}'
    (tmp_path / "c.toml").write_text(f'language = 1\n[[model]]\nid = "x"\n{entry}[[model]]\nid = "y"\n{entry}')
    options = ["--isolated", "--no-shipped-catalog", "--rules", str(tmp_path / "r.toml")]
    options += ["--catalog", str(tmp_path / "c.toml")]
    where = ("--where", "odd=true", "--where", "input_price>1", "--unknown")
    commands = [
        ("--offers",),
        where,
        (*where, "--offers"),
        ("x",),
        ("--offers", "--format", "csv"),
    ]
    for arguments in commands:
        for language in ("en", "ko"):
            printed = said(*arguments, "--lang", language, *options)
            assert all(line.isprintable() for line in printed.split("\n")), arguments
            assert "red" in printed or arguments == where


def test_a_spreadsheet_computes_nothing(tmp_path: Path) -> None:
    """A name that a spreadsheet would compute has an apostrophe before it, and a control character is escaped."""
    text = 'language = 1\n[[model]]\nid = "x"\nname = "=1+1"\nfamily = "a\\u001bb"\n'
    text += 'sources.family = "training.claude"\n'
    (tmp_path / "c.toml").write_text(text)
    options = ("--isolated", "--no-shipped-catalog", "--catalog", str(tmp_path / "c.toml"))
    row = next(csv.DictReader(io.StringIO(said(*options, "--format", "csv"))))
    assert (row["name"], row["family"]) == ("'=1+1", "a\\x1bb")
    assert "\x1b" not in said("x", *options)


# One model


def test_a_model_is_shown_with_everything_known(loaded: tuple[str, ...]) -> None:
    """Each value has its unit and sources; disputes, what was inherited and what changes stand beneath it."""
    printed = said("astra-2", *DAY, *loaded)
    assert printed.startswith(
        "Astra 2 (astra-2)\n"
        "\n"
        "The model\n"
        "  extends astra-family\n"
        "  developer: Example Labs  (list)\n"
        "    inherited from astra-family\n"
        "    ! disputed: another source says Example Laboratories  (other)\n"
        "  family: Astra  (list)\n"
        "    inherited from astra-family\n"
        "  openness: closed  (list)\n"
        "  ? unknown: "
    )
    assert (
        "Offer own\n"
        "  context window (context_window): 1,050,000 tokens  (list)\n"
        "    ! disputed: another source says 262,144 tokens  (other)\n"
        "  price of input (input_price): $2.00 per million tokens  (list, other)\n"
        "    from 2026-12-01: $4.00 per million tokens  (other)\n"
        "    from 2027-03-01: $5.00 per million tokens  (list)\n"
    ) in printed
    assert printed.index("Offer own") < printed.index("Offer reseller/eu") < printed.index("Offer third")
    assert printed.endswith(
        "Sources\n"
        "  list: Price list (2026-05-01, checked 2026-06-01) https://example.org/list\n"
        "  other: Another list (2026-04)\n"
    )


def test_a_dated_value_in_force_says_what_was_before(loaded: tuple[str, ...]) -> None:
    """From its day on the dated value stands first, with its own source, and the stated one beneath it."""
    assert (
        "  price of input (input_price): $4.00 per million tokens  (other)\n"
        "    until then: $2.00 per million tokens  (list, other)\n"
        "    from 2026-12-01: $4.00 per million tokens (in force on 2027-02-28)  (other)\n"
        "    from 2027-03-01: $5.00 per million tokens  (list)\n"
    ) in said("astra-2", "--as-of", "2027-02-28", *loaded)
    fact = json.loads(said("astra-2", "--as-of", "2027-03-01", "--format", "json", *loaded))["model"]["offers"][0]
    assert fact["attributes"]["input_price"] == {
        "value": 5,
        "sources": ["list"],
        "unit": "USD per million tokens",
        "stated_before": {"value": 2, "sources": ["list", "other"]},
        "dated": [
            {"since": "2026-12-01", "value": 4, "sources": ["other"]},
            {"since": "2027-03-01", "value": 5, "sources": ["list"]},
        ],
    }


def test_what_rules_conclude_names_them(loaded: tuple[str, ...]) -> None:
    """A concluded value, a member that a rule adds, and a flag of which no rule is true each name the rules."""
    printed = said("lark", *DAY, *loaded)
    assert "(compact): yes\n    It is small.  [lark-is-compact] (list)\n" in printed
    assert re.search(r"\n  strengths: .*, .*  \(list\)\n    It writes code.  \[lark-is-strong-at-code\]", printed)
    assert "    replaces $0.10 per million tokens  (list)\n" in printed
    assert "licence: Apache-2.0  (list)" in printed
    shown = json.loads(said("lark", "--format", "json", *DAY, *loaded))
    assert shown["model"]["attributes"]["compact"] == {"value": True, "by": ["lark-is-compact"]}
    assert "none of these rules holds: open-weights-can-be-downloaded" in said("claude", "--isolated", *DAY)


def test_the_catalogue_holds_against_a_rule(loaded: tuple[str, ...], tmp_path: Path) -> None:
    """Where the catalogue says no and a rule yes, the value is no and the rule is shown as overruled."""
    against = 'language = 1\n[[model]]\nid = "lark"\ncompact = false\nsources.compact = "other"\n'
    (tmp_path / "c.toml").write_text(against)
    more = ("--catalog", str(tmp_path / "c.toml"))
    assert (
        "(compact): no  (other)\n"
        "    ! a rule concludes otherwise; the catalogue holds\n"
        "      It is small.  [lark-is-compact] (list)\n"
    ) in said("lark", *DAY, *loaded, *more)
    shown = json.loads(said("lark", "--format", "json", *DAY, *loaded, *more))["model"]["attributes"]["compact"]
    assert (shown["value"], shown["against"], "by" in shown) == (False, ["lark-is-compact"], False)


def test_an_unlisted_model_is_shown_and_says_so(loaded: tuple[str, ...]) -> None:
    """What only lends values is in no list, but can be looked at by its id."""
    printed = said("astra-family", *DAY, *loaded)
    assert "  ! not listed: it is no candidate" in printed
    assert "  extended by astra-2\n" in printed
    assert "  ? nothing is known of an offer\n" in printed
    assert "astra-family" not in said(*DAY, *loaded)
    shown = json.loads(said("astra-family", "--format", "json", *DAY, *loaded))["model"]
    assert (shown["listed"], shown["extended_by"], shown["extends"]) == (False, ["astra-2"], None)


def test_a_model_is_shown_in_korean(loaded: tuple[str, ...]) -> None:
    """Every line of ours is Korean; names and titles are as they were written."""
    printed = said("astra-2", "--as-of", "2026-12-01", "--lang", "ko", *loaded)
    for line in ("모델", "  astra-family 모델을 확장함", "    astra-family에서 상속", "제공 상품 own", "출처"):
        assert f"\n{line}\n" in printed
    assert "    2026-12-01부터: 백만 토큰당 $4.00 (2026-12-01 기준 적용 중)  (other)\n" in printed
    assert "    ! 출처 불일치: 다른 출처의 값은 262,144토큰  (other)\n" in printed


def test_claims_are_cited_with_their_document() -> None:
    """A source that is a claim says its sentence and the dated document that it stands in."""
    printed = said("claude", "--isolated", *DAY)
    assert re.search(r"\n  licensing\.closed: Closed API models .*\[2026.*\(2026\)\]\n", printed)
    sources = json.loads(said("claude", "--isolated", *DAY, "--format", "json"))["sources"]
    assert set(sources["licensing.closed"]) == {"says", "document", "section"}
    assert sources["models-dev-2026-08"] == {"title": "models.dev, as SQLite, 2026-08-18 (MIT)", "date": "2026-08-18"}


# Several


def test_an_entry_that_is_not_listed_is_a_word_where_a_candidate_has_it() -> None:
    """The ids of families find their releases; only an id that no candidate mentions shows what is not listed."""
    catalogue = ("--isolated", "--catalog", "2026-11", *DAY)
    found = json.loads(said("claude", *catalogue, "--format", "json"))["models"]
    assert len(found) > 1
    assert all(one["id"].startswith("claude-") for one in found)
    both = run("claude", "gemini", *catalogue)
    assert both.stdout.startswith("0 of ")
    assert "no model has them all" in both.stderr
    assert "단어마다" in run("claude", "gemini", *catalogue, "--lang", "ko").stderr
    assert json.loads(said("claude", "--isolated", *DAY, "--format", "json"))["model"]["id"] == "claude"


def test_what_is_computed_for_a_case_is_said_to_be(loaded: tuple[str, ...]) -> None:
    """A listing has no case, so that a month costs nothing that is known; it says where to ask."""
    words = said("--where", "monthly_cost<=100", *DAY, *loaded)
    assert words.endswith("monthly_cost is computed for a case: decide one, with --only 'monthly_cost<=100'\n")
    assert "사례마다" in said("--where", "monthly_cost<=100", "--lang", "ko", *DAY, *loaded)
    assert "computed" not in said("--where", "input_price<=100", *DAY, *loaded)


# What is wrong


def test_a_name_that_nothing_has_is_an_error(loaded: tuple[str, ...]) -> None:
    """A word that occurs nowhere, or beside an id a word that is none, is reported with the nearest id."""
    for words, wrong in ((("larks",), ["larks"]), (("lark", "astra-22"), ["astra-22"]), (("lark", "astra"), ["astra"])):
        with pytest.raises(LoadError) as caught:
            run(*words, *DAY, *loaded)
        assert [(one.code, one.found, one.place.file) for one in caught.value.errors] == [
            ("unknown-model", word, "models") for word in wrong
        ]
    assert caught.value.errors[0].nearest == "astra-2"
    assert "0 of 3 models" in said("beispiel", "종달", "lark", "--where", "openness=closed", *DAY, *loaded)
    apart = run("beispiel", "mut", *DAY, *loaded)
    assert (apart.exit_code, apart.stdout) == (0, "0 of 3 models\n")
    assert "no model has them all" in apart.stderr


def test_every_wrong_condition_is_reported(loaded: tuple[str, ...]) -> None:
    """All mistakes of all conditions come at once, each with its option."""
    with pytest.raises(LoadError) as caught:
        run("--where", "opennes=closed", "--where", "openness=clsed", *DAY, *loaded)
    assert [(error.place.file, error.code) for error in caught.value.errors] == [
        ("--where opennes=closed", "unknown-attribute"),
        ("--where openness=clsed", "unknown-choice"),
    ]


def test_models_are_shown_one_at_a_time(loaded: tuple[str, ...]) -> None:
    """Two ids are no list; two models are put side by side in a case."""
    done = run("lark", "astra-2", *DAY, *loaded)
    assert done.exit_code == 2
    assert "llmrules compare puts two side by side" in " ".join(done.stderr.split())


def test_csv_goes_with_a_list(loaded: tuple[str, ...]) -> None:
    """One model, and several, are no table."""
    for words in (("lark",), ("lark", "mute")):
        result = run(*words, "--format", "csv", *DAY, *loaded)
        assert (result.exit_code, "goes with a list" in result.stderr) == (2, True)


# On a terminal


def on_terminal(*arguments: str) -> str:
    """Return what the command prints on a terminal of 70 columns, without colours."""
    start = "from llmrules.cli.models import models; models(prog_name='models')"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
    child = pexpect.spawn(
        *(sys.executable, ["-c", start, *arguments]),
        env=environment | {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "70"},
        dimensions=(50, 70), encoding="utf-8", timeout=60,
    )  # fmt: skip
    printed = str(child.read())
    child.close()
    return printed.replace("\r\n", "\n")


def test_a_terminal_is_not_flooded(tmp_path: Path) -> None:
    """On a terminal 50 rows are listed, no wider than it is; a pipe gets them all."""
    entries = "".join(
        f'[[model]]\nid = "m{n:02}"\nname = "A model with a very long name, which has to be cut"\n' for n in range(60)
    )
    (tmp_path / "c.toml").write_text(f"language = 1\n{entries}")
    options = ("--isolated", "--no-shipped-rules", "--no-shipped-catalog", "--catalog", str(tmp_path / "c.toml"))
    printed = on_terminal(*options).splitlines()
    assert printed[-2:] == ["60 of 60 models", "and 10 more (--limit 60 lists all)"]
    assert sum(line.startswith("m") for line in printed) == 50
    assert max(map(len, printed)) <= 70
    assert len(said(*options).splitlines()) == 63


# Cells


@given(st.lists(st.lists(st.text(max_size=30), min_size=3, max_size=3), min_size=1, max_size=5), st.integers(40, 120))
def test_aligned_rows_keep_to_the_width(rows: list[list[str]], limit: int) -> None:
    """However wide the letters, cells that may be cut give way, so that those that may not stand whole in the width."""
    columns = [Column("A", least=2), Column("B", right=True, least=2), Column("ID"), Column("SPARE", spare=True)]
    rows = [[*row, "s" * 50] for row in rows]
    kept = max(width(row[2]) if row[2].isprintable() else 200 for row in rows)
    lines = list(aligned(columns, rows, limit))
    assert len(lines) == len(rows) + 1
    assert all(line.isprintable() for line in lines)
    if kept + 8 <= limit or "SPARE" in lines[0]:
        assert max(map(width, lines)) <= limit


def test_a_spare_column_goes_before_others_are_cut_short() -> None:
    """A column that a table may do without is there as long as the others keep their least beside it."""
    columns = [Column("ID"), Column("NAME", least=4, spare=True), Column("BY", least=3)]
    rows = [["a-long-id", "A long name", "Somebody"]]
    assert list(aligned(columns, rows, 32))[1] == "a-long-id  A long name  Somebody"
    assert list(aligned(columns, rows, 20))[1] == "a-long-id  A l…  So…"
    assert list(aligned(columns, rows, 19)) == ["ID         BY", "a-long-id  Somebody"]
    assert list(aligned(columns, rows, 10)) == ["ID         BY", "a-long-id  So…"]


def test_the_last_column_is_cut_first_and_the_first_spare_one_left_out_first() -> None:
    """Cells give way from the right, each to its least before the next; spare columns from the left."""
    columns = [Column("A", least=2), Column("B", least=2), Column("C", least=2)]
    cells = [["aaaaaa", "bbbbbb", "cccccc"]]
    assert list(aligned(columns, cells, 20))[1] == "aaaaaa  bbbbbb  ccc…"
    assert list(aligned(columns, cells, 17))[1] == "aaaaaa  bbbb…  c…"
    assert list(aligned(columns, cells, 12))[1] == "aaa…  b…  c…"
    spare = [Column("A", spare=True), Column("B", spare=True), Column("C")]
    assert list(aligned(spare, cells, 14)) == ["B       C", "bbbbbb  cccccc"]


@given(st.lists(st.text("ab 종달새\x1b", max_size=80), min_size=2, max_size=4), st.integers(60, 120))
def test_wrapped_rows_lose_nothing(cells: list[str], limit: int) -> None:
    """A long cell goes on below: every letter is still there, and no line is wider than it may be."""
    lines = list(wrapped([cells], 20, limit))
    assert max(map(width, lines), default=0) <= limit
    for letter in "ab종달새":
        assert sum(line.count(letter) for line in lines) >= sum(cell.count(letter) for cell in cells)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"), (999, "999"), (1_000, "1k"), (200_000, "200k"), (262_144, "262,144"), (1_000_000, "1m"),
        (1_050_000, "1.05m"), (1_048_576, "1,048,576"), (10_000_000, "10m"), (1_001_000, "1001k"), ("0.5", "0.5"),
    ],
)  # fmt: skip
def test_a_short_number_is_exact(number: int | str, expected: str) -> None:
    """A window is written as it may be typed in a condition, and never rounded."""
    assert short(number) == expected
