"""Where the first place is shared, the report says which of the six questions would tell those apart, and asks each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.worlds import decide, model, rule, world

from llmrules import Advisor
from llmrules.language.texts import LANGUAGES
from llmrules.language.vocabulary import SIX
from llmrules.say.teller import Sentences
from llmrules.worlds.advice.asking import next_questions
from llmrules.worlds.advice.parting import parting
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from llmrules.language.texts import Language

BIRDS = model("lark", open="closed", window=1_000, strengths=["code"]) + model("wren", open="free", window=9_000)
SHOWN = "require.open.at_least = 'shown'"


def parts(*rules: str, models: str = BIRDS, **stated: Any) -> dict[str, tuple[str, ...]]:  # noqa: ANN401 - any value
    """Return what would part two birds in a case."""
    return decide(world("".join(rules), models), **stated).parting


def test_a_requirement_parts_those_whom_its_rule_would_treat_differently() -> None:
    """A hard rule that one passes and the other fails does, and points that one gets; what both get does not."""
    hard = rule("shown", f"when.tuning = true\n{SHOWN}")
    soft = rule("code", "when.offline = true\nprefer.strengths.has = 'code'\nweight = 1")
    both = rule("room", "when.budget = 'tight'\nprefer.window.at_least = 10\nweight = 1")
    assert parts(hard, soft, both) == {"offline": ("code",), "tuning": ("shown",)}


def test_marks_part_whom_they_grade_differently() -> None:
    """Half a point more is another standing."""
    graded = rule("room", "when.tuning = true\nprefer.window.toward = 'highest'\nweight = 1")
    alike = BIRDS.replace("9000", "1000")
    assert parts(graded) == {"tuning": ("room",)}
    assert parts(graded, models=alike) == {}


def test_a_number_parts_those_who_differ_in_what_it_is_held_against() -> None:
    """Some answer passes one and fails the other."""
    assert parts(rule("holds", "require.window.at_least.requirement = 'tokens'")) == {"tokens": ("holds",)}


def test_what_is_only_concluded_counts_as_what_it_follows_from() -> None:
    """Nobody is asked what a rule concludes."""
    chain = rule("tuned", "when.tuning = true\nconclude.weights_wanted = true")
    hard = rule("shown", f"when.weights_wanted = true\n{SHOWN}")
    assert parts(chain, hard) == {"tuning": ("shown",)}
    assert parts(hard) == {"weights_wanted": ("shown",)}


def test_a_rule_that_can_fire_no_more_parts_nobody() -> None:
    """What was stated otherwise, or what an exception rules out, is not asked again."""
    hard = rule("shown", f"when.tuning = true\nwhen.hosting = 'own'\nunless.offline = true\n{SHOWN}")
    assert parts(hard) == {"hosting": ("shown",), "tuning": ("shown",)}
    assert parts(hard, hosting="own") == {"tuning": ("shown",)}
    assert parts(hard, hosting="vendor") == {}
    assert parts(hard, offline=True) == {}


def test_nothing_parts_one_that_is_first_alone() -> None:
    """Only a tie needs it."""
    assert parts(rule("shown", SHOWN), rule("more", f"when.tuning = true\n{SHOWN}")) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_nothing_stated_each_of_the_six_questions_is_written_out(language: Language) -> None:
    """The screen asks all six; the report asks for each requirement, and cites that the best is the best fit."""
    decision = Advisor.load(catalog=["article"], engine="plain").decide({"as_of": "2026-03-01"})
    screen, report = (" ".join(said.split()) for said in (decision.screen(language), decision.report(language)))
    for topic in SIX:
        assert Sentences(language)(f"question.{topic}") in screen
    assert "(framework.fit)" in report
    for one in decision.knowledge.ruleset.vocabulary:
        if one.ask is not None and one.name in {*parting(decision)}:
            assert f"{one.name}: {one.ask.read(language)}" in report
    exact = {one.attribute for one in next_questions(World.of(decision), most=0).questions if one.parts}
    assert exact - {*parting(decision)} <= {"tuning_data"}  # by what follows from it, which is asked itself
