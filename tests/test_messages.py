"""What is refused is said in Korean, too: each text of the source has its translation, with the same values in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.commands import run
from tests.messages import messages, pieces

from llmrules.check.audit import audit, text_lines
from llmrules.errors import CertificationError, LoadError, Place, ProfileError
from llmrules.say.languages.ko_errors import ERRORS
from llmrules.say.messages import SLOT, Messages

if TYPE_CHECKING:
    from pathlib import Path

OF_PYTHON = {"engine/firing.py": "engine must be", "catalog/restriction.py": "must ", "reading/shipped.py": "Install"}
"""What only a program meets that calls a function wrongly, by its module and what its text holds."""

UNSAID = {"a finite number{} with at most {} digits": {0}}
"""Values that Korean leaves out: of what, which the attribute says."""

OF_OTHERS = re.compile(
    r"(No such|Missing|Got|Option|Invalid|Path|Permission|Is a|Not a|No space|Too many) |(Expect\w+|Extra|Un\w+) "
    r"|(Cannot|Illegal) |\{\} (is|does) not "
)
JOINED = re.compile(
    r"1 error|\{\} errors|requirement or|no model .*mean|at least \{\} and|\w+ \"\{\}\"|is the name of|is not what .*; "
)
"""What is put together of several texts."""

KOREAN = re.compile("[가-힣]")
ko = Messages("ko")


def test_every_message_of_the_source_has_its_translation() -> None:
    """Nothing can be refused in English alone."""
    lacking = {
        text: module
        for text, module in messages().items()
        if text not in ERRORS and not (module in OF_PYTHON and OF_PYTHON[module] in text)
    }
    assert lacking == {}


def test_a_translation_holds_the_same_values() -> None:
    """Each value of the English text stands in the Korean one, and no other; only what is code has no Korean."""
    for english, korean in ERRORS.items():
        slots = {int(place) for place, *_ in SLOT.findall(korean)} | UNSAID.get(english, set())
        assert slots == {*range(english.count("{}"))}, english
        assert KOREAN.search(korean) or re.search(r"[=\"]|null|true", english), english


def test_nothing_is_translated_that_nobody_says() -> None:
    """Each entry is made of texts of the source, or is one of click or of the system."""
    source = pieces()
    gone = [text for text in ERRORS if not all(part in source for part in text.split("{}"))]
    assert [text for text in gone if not OF_OTHERS.match(text) and not JOINED.match(text)] == []


@pytest.mark.parametrize(
    "what",
    ["a disputed value", "a dated value", "a model", "a rule", "a claim", "an approval", "an expected exclusion"],
)
def test_what_a_table_lacks_is_said_of_each_table(what: str) -> None:
    """No other template takes the sentence that says what a table needs for its own."""
    assert ko(what) != what
    assert ko(f"{what} needs value") == f"{ko(what)}에는 value가 있어야 합니다"


def test_an_error_is_laid_out_likewise() -> None:
    """Labels, the nearest name and the allowed ones stand where they stand in English, with the same line marked."""
    place = Place("a.toml", 3, 1, key="requirements.budgt", text='budgt = "tight"')
    error = ProfileError("is not a declared requirement", code="unknown-requirement", place=place, found="budgt",
                         allowed=[f"budget{n}" for n in range(14)])  # fmt: skip
    english, korean = str(LoadError([error])).split("\n"), LoadError([error]).worded(ko).split("\n")
    assert len(english) == len(korean)
    assert english[1:3] == korean[1:3]
    assert korean[0] == "a.toml:3:1: 선언된 요구사항이 아닙니다 [unknown-requirement]"
    assert korean[3:7] == [
        "    위치: requirements.budgt",
        '    입력값: "budgt"',
        "    비슷한 이름: budget9",
        f"    사용할 수 있는 값: {', '.join(f'budget{n}' for n in range(12))} 외 2개",
    ]
    assert korean[-1] == "오류 1건"
    both = CertificationError(only_engine=["a"], only_plain=[])
    assert both.worded(ko).endswith("엔진에서만 발동한 규칙: a, 두 번째 평가기에서만 발동한 규칙: 없음")


@pytest.mark.parametrize("way", ["option", "environment", "project"])
def test_the_language_of_a_command_is_that_of_its_errors(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--lang ko``, ``LANG=ko_KR`` and the project's own language choose it, also for what is wrong with arguments."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "ko_KR.UTF-8" if way == "environment" else "C.UTF-8")
    if way == "project":
        (tmp_path / "llmrules.toml").write_text('language = "ko"\n', encoding="utf-8")
    asked = ["--lang", "ko"] if way == "option" else []
    wrong = run("decide", "--set", "budget=tigt", *asked)
    assert "budget에 선언된 선택지가 아닙니다" in wrong.stderr
    assert "비슷한 이름: tight" in wrong.stderr
    if way != "project":  # which is not read before the arguments are
        assert "없는 옵션입니다: '--fulll'. 비슷한 옵션: '--full'" in run("decide", "--fulll", *asked).stderr.replace(
            "--full?", "'--full'"
        )
    english = run("decide", "--set", "budget=tigt", "--lang", "en")
    assert "is not a declared choice of budget" in english.stderr


def test_lint_and_audit_say_them_in_korean(tmp_path: Path) -> None:
    """An error of loading is a finding in both languages, and a folder of traces says in each what is wrong."""
    rules = tmp_path / "rules.toml"
    rules.write_text('language = 1\npack = "own"\n[[rule]]\nid = "a"\nrequire.opennes = "closed"\n', encoding="utf-8")
    found = run("lint", "--isolated", str(rules), "--lang", "ko").stdout
    assert (
        "오류[unknown-attribute]: rule[0].require.opennes: 선언된 모델이나 제공 상품 속성이 아닙니다 (입력값: " in found
    )
    assert "오류[missing-reason]: rule[0]: 규칙에는 이유를 적은 because가 있어야 합니다" in found
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    lines = [str(line) for line in text_lines(audit(tmp_path), "ko")]
    assert any("broken.json: 추적 기록이 아님; 올바른 JSON이 아닙니다" in line for line in lines)
