"""Small questions of meaning, each decided once: patterns, ids, dates to come, circles, byte order marks, no case."""

from __future__ import annotations

import gzip
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run
from tests.worlds import decide, model, rule, world

from llmrules import Advisor, LoadError
from llmrules.check.lint import gather, lint_files
from llmrules.language.operators import OPERATORS
from llmrules.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
language = 1
pack = "mine"
[[document]]
id = "d"
title = "Document"
date = 2026-01-01
"""


def said(name: str, text: str) -> str:
    """Return one rule of a file."""
    return f'[[rule]]\nid = "{name}"\n{text}\nbecause.en = "So."\nbecause.ko = "그래서."\nsource = "d"\n'


def write(path: Path, text: str) -> Path:
    """Write a file."""
    path.write_text(text, encoding="utf-8")
    return path


def problem(rules: str, tmp_path: Path) -> str:
    """Return what is said of a rule file that does not load."""
    with pytest.raises(LoadError) as caught:
        Advisor.load(catalog=["article"], rules=[write(tmp_path / "rules.toml", HEAD + rules)])
    return str(caught.value)


@given(st.text("[]!a-c*?x", max_size=6))
def test_a_bracket_in_a_pattern_is_a_bracket(text: str) -> None:
    """A pattern has * and ? and nothing else: a text without them is like itself alone."""
    attribute: Any = None
    like = OPERATORS["like"].truth
    plain = text.replace("*", "").replace("?", "")
    assert like(attribute, plain, plain) is True
    assert like(attribute, plain, plain.replace("[", "")) is ("[" not in plain)
    assert like(attribute, plain, "*") is True


def test_engines_and_the_checker_agree_on_brackets(tmp_path: Path) -> None:
    """Both engines fire on a bracket as it stands, and the checker derives the same."""
    rules = rule("exact", 'when.region.like = "[eu]-*"\nadvise = true') + rule(
        "set", 'when.region.like = "[e]u-*"\nadvise = true'
    )
    decision = decide(world(rules, model("lark")), region="[eu]-west")
    assert decision.fired == ("exact",)
    decision.trace.save(tmp_path / "t.json")
    assert verify(tmp_path / "t.json").ok


@pytest.mark.parametrize("name", ["종달새-1", "Élan", "модель:7b", "名/前"])
def test_a_model_may_be_called_in_any_letters(name: str, tmp_path: Path) -> None:
    """An id has letters of any script, digits and a few signs; no space, and no sign first."""
    catalogue = write(tmp_path / "ours.toml", f'language = 1\n[[model]]\nid = "{name}"\n')
    advisor = Advisor.load(catalog=["article", catalogue], engine="plain")
    decision = advisor.decide({"budget": "tight"})
    assert decision.judged(name)
    decision.trace.save(tmp_path / "t.json")
    assert verify(tmp_path / "t.json").ok
    for wrong in (f"_{name}", f"{name} x", f"{name}!"):
        write(catalogue, f'language = 1\n[[model]]\nid = "{wrong}"\n')
        with pytest.raises(LoadError, match="must be letters, digits"):
            Advisor.load(catalog=["article", catalogue])


def codes(path: Path, today: date) -> list[tuple[str, str]]:
    """Return the findings of a rule file: code and place."""
    return [(one.code, one.place.key) for one in lint_files(gather([path], ["article"]), today=today)]


def test_a_source_of_a_day_to_come_is_found(tmp_path: Path) -> None:
    """A document dated after today is a finding at its date, until that day."""
    path = write(tmp_path / "rules.toml", HEAD + said("a", "advise = true"))
    assert ("future-source", "document[0].date") in codes(path, date(2025, 12, 31))
    assert "future-source" not in {code for code, _ in codes(path, date(2026, 1, 1))}


def test_two_rules_that_always_conclude_different_values_are_found(tmp_path: Path) -> None:
    """Without conditions both fire in every case; with one, an exception or the same value there is no such finding."""
    own, vendor = said("own", 'conclude.hosting = "own"'), said("vendor", 'conclude.hosting = "vendor-api"')
    found = Advisor.load(catalog=["article"], engine="plain").knowledge.ruleset.vocabulary["hosting"].choice_ids
    vendor = vendor.replace("vendor-api", next(one for one in found if one != "own"))
    for text, expected in (
        (own + vendor, True),
        (own + vendor.replace("conclude", "when.offline = true\nconclude"), False),
        (own + vendor.replace("conclude", "unless.offline = true\nconclude"), False),
        (own + said("again", 'conclude.hosting = "own"'), False),
    ):
        path = write(tmp_path / "rules.toml", HEAD + text)
        assert (("always-in-conflict", "rule[1].conclude") in codes(path, date(2026, 6, 1))) is expected


def test_who_writes_a_priority_or_a_negative_weight_is_told_what_to_write(tmp_path: Path) -> None:
    """There is another way for both, and the error says which."""
    assert "hint: there are no priorities: write overrides" in problem(
        said("a", "advise = true\npriority = 5"), tmp_path
    )
    text = said("a", "prefer.weights_available = true\nweight = -2")
    assert "hint: to take points away, write avoid in the place of prefer" in problem(text, tmp_path)


def test_a_circle_names_every_place(tmp_path: Path) -> None:
    """Whoever breaks a circle must see all of its rules, or of its models."""
    names = ("model.x", "model.y", "requirement.p", "requirement.q")
    flags = "".join(f"[{name}]\ntype = 'flag'\n" for name in names)
    waiting = said("one", "unless.p = true\nconclude.q = true") + said("two", "when.q = true\nconclude.p = true")
    classes = said("three", "where.x = true\nconclude.y = true") + said("four", "where.y = true\nconclude.x = true")
    text = problem(flags + waiting + classes, tmp_path)
    for name in ("one", "two", "three", "four"):
        assert f"{name}: {tmp_path}/rules.toml:" in text
    catalogue = '[[model]]\nid = "a"\nextends = "b"\n[[model]]\nid = "b"\nextends = "a"\n'
    with pytest.raises(LoadError) as caught:
        Advisor.load(catalog=["article", write(tmp_path / "ours.toml", f"language = 1\n{catalogue}")])
    assert f"(a: {tmp_path}/ours.toml:2:3, b: {tmp_path}/ours.toml:5:3)" in str(caught.value)


BOM = b"\xef\xbb\xbf"


def test_a_byte_order_mark_is_accepted_everywhere(tmp_path: Path) -> None:
    """Files that an editor began with a mark are read like others, whatever they are and wherever they come from."""
    files = {
        "rules.toml": (HEAD + said("a", "advise = true")).encode(),
        "ours.toml": b'language = 1\n[[model]]\nid = "one"\n',
        "ours.json": b'{"language": 1, "model": [{"id": "two"}]}',
        "case.toml": b'[requirements]\nbudget = "tight"\n',
        "case.json": b'{"requirements": {"budget": "tight"}}',
        "among.csv": b"id\nclaude\none\n",
        "among.toml": b'models = ["claude", "one"]\n',
        "llmrules.toml": b'language = "en"\n',
        "expect.toml": b'[requirements]\nbudget = "tight"\n[expect]\nrefused = []\n',
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(BOM + content)
    (tmp_path / "packed.json.gz").write_bytes(gzip.compress(BOM + b'{"language": 1, "model": [{"id": "three"}]}'))
    trace = tmp_path / "trace.json"
    Advisor.load(catalog=["article"], engine="plain").decide({"budget": "tight"}).trace.save(trace)
    trace.write_bytes(BOM + trace.read_bytes())
    for arguments in (
        "decide {}/case.toml --rules {}/rules.toml --catalog {}/ours.toml --catalog {}/ours.json --among {}/among.csv",
        "decide {}/case.json --catalog {}/packed.json.gz --catalog {}/ours.toml --among {}/among.toml",
        "decide -", "why {}/trace.json", "verify {}/trace.json", "replay {}/trace.json",
        "diff {}/trace.json {}/trace.json",
        "lint {}/rules.toml {}/ours.toml", "test {}/expect.toml", "audit {}/traces",
    ):  # fmt: skip
        (tmp_path / "traces").mkdir(exist_ok=True)
        (tmp_path / "traces" / "t.json").write_bytes(trace.read_bytes())
        given_input = BOM + b'{"budget": "tight"}'
        done = run(*arguments.replace("{}", str(tmp_path)).split(), stdin=given_input)
        assert done.exit_code == 0, (arguments, done.output)


def test_an_empty_case_is_an_empty_case(tmp_path: Path) -> None:
    """A profile without requirements, one with an empty table of them, and nothing at all state the same."""
    write(tmp_path / "nothing.toml", "")
    write(tmp_path / "empty.toml", "[requirements]\n")
    write(tmp_path / "story.toml", 'story = { en = "Nothing is known yet.", ko = "아직 모릅니다." }\n')
    write(tmp_path / "nothing.json", "{}")
    advisor = Advisor.load(catalog=["article"], engine="plain")
    expected = advisor.decide({}).trace.digests.found
    for name in ("nothing.toml", "empty.toml", "story.toml"):
        assert advisor.decide(tmp_path / name).trace.digests.found == expected
    for arguments, stated in ((["decide", str(tmp_path / "nothing.json")], None), (["decide", "-"], "{}")):
        done = run(*arguments, "--format", "json", stdin=stated)
        assert json.loads(done.stdout)["digests"]["found"] == expected
