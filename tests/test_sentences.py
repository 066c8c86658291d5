"""What is said stands once for each language, in one file: the same sentences with the same slots, all of them said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llmrules.check.lint import CODES
from llmrules.language.texts import LANGUAGES
from llmrules.say.languages import en, ko
from llmrules.say.teller import SLOT, Sentences

SOURCE = Path(en.__file__).parents[2]
ALIKE = frozenset({"count", "total", "changing", "values"})
"""Slots that one language may need for a form alone."""


def test_each_language_has_a_file_with_the_same_sentences() -> None:
    """Another language is its files more: nothing but its sentences has to be written."""
    files = {path.stem for path in Path(en.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == {  # English words errors itself
        *LANGUAGES,
        *(f"{one}_errors" for one in LANGUAGES if one != "en"),
    }
    for language in LANGUAGES:
        assert list(Sentences(language).sentences) == list(en.SENTENCES)


def test_a_sentence_has_the_same_slots_in_each_language() -> None:
    """What is told is told in every language; only a form that depends on a number may need it in one alone."""
    slots = [
        {name: {match[1] for match in SLOT.finditer(text)} - ALIKE for name, text in said.items()}
        for said in (en.SENTENCES, ko.SENTENCES)
    ]
    assert slots[0] == slots[1]


def test_every_sentence_is_said_somewhere() -> None:
    """A sentence that nothing says is taken out of every language."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (*SOURCE.rglob("*.py"), *SOURCE.rglob("*.jinja"))
        if "languages" not in path.parts
    )
    families = {*re.findall(r'["\']([a-z-]+)\.\{', code), *re.findall(r'family\("([a-z-]+)"\)', code)}
    begun = tuple(re.findall(r'["\']([a-z-]+-)\{', code))
    silent = [
        name
        for name in en.SENTENCES
        if f'"{name}"' not in code
        and f"'{name}'" not in code
        and name.partition(".")[0] not in families
        and not name.startswith(begun)
    ]
    assert silent == []


def test_every_code_of_lint_is_explained_and_no_other() -> None:
    """What lint finds is worded under the code that it has, and each code says what it means."""
    worded = {name for name in en.SENTENCES if name.startswith(("code.", "finding.", "advice."))}
    assert {name.split(".")[1] for name in worded} == CODES.keys()
    assert {name.removeprefix("code.") for name in worded if name.startswith("code.")} == CODES.keys()


def test_english_has_one_and_many() -> None:
    """One model, two models; a thousand have their comma."""
    say = Sentences("en")
    assert [say("count-models", count=count) for count in (0, 1, 2, 1234)] == [
        "0 models",
        "1 model",
        "2 models",
        "1,234 models",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("가격", "가격을"),
        ("언어", "언어를"),
        ("Claude", "Claude를"),
        ("Mistral", "Mistral을"),
        ("Qwen", "Qwen을"),
        ("Grok", "Grok을"),
        ("DeepSeek", "DeepSeek를"),
        ("GPT-5", "GPT-5를"),
        ("R1", "R1을"),
        ("GPT-5 (gpt-5-mini)", "GPT-5 (gpt-5-mini)를"),
    ],
)
def test_a_korean_particle_follows_the_final_sound(name: str, said: str) -> None:
    """을 after a consonant, 를 after a vowel, of what is spoken: digits and Latin names too, no parenthesis."""
    assert name + ko.chosen(name, "을", "를") == said


def test_the_way_by_which_something_is_done_stands_after_a_soft_consonant_too() -> None:
    """으로 after a consonant, 로 after a vowel and after ㄹ."""
    assert [ko.chosen(name, "으로", "로") for name in ("가격", "모델", "언어", "Mistral")] == ["으로", "로", "로", "로"]


def test_no_sentence_leaves_the_reader_to_choose() -> None:
    """No plural in parentheses, and no pair of particles."""
    for said in (*en.SENTENCES.values(), *ko.SENTENCES.values()):
        assert not re.search(r"\(s\)|[을은이]\([를는가]\)|\(으\)로|\(이\)", said)


def test_a_particle_that_was_left_open_is_settled() -> None:
    """A text of a rule names values, whose final sounds nobody knew when it was written."""
    said = ko.settled('small-model과(와) one-rule은(는) "cost"을(를) 재정의합니다')
    assert said == 'small-model과 one-rule은 "cost"를 재정의합니다'
