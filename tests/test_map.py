"""The map: who is first over two requirements; every case has the answer of its cell, and the borders are exact."""

from __future__ import annotations

import itertools
import json
from datetime import date
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from tests.commands import run
from tests.worlds import VOCABULARY, model, rule, world

from llmrules.language.profile import state
from llmrules.prove.chart import MapTeller, draw

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.prove.chart import Axis

DAY = date(2026, 5, 1)

RULES = rule("window", "require.window.at_least.requirement = 'tokens'") + rule(
    "tight", 'when.budget = "tight"\nprefer.price.at_most = 1\nweight = 2'
)
MODELS = model("lark", price=1, window=1_000) + model("wren", price=3, window=9_000)


def test_every_case_has_the_answer_of_its_cell() -> None:
    """Beside and on each border, with either requirement not stated, and nobody where nobody is left."""
    advisor = world(RULES, MODELS)
    vocabulary = advisor.knowledge.ruleset.vocabulary
    drawn = draw(advisor.knowledge, state({"as_of": DAY}, vocabulary), "budget", "tokens")
    assert [len(one.ranges) for one in (drawn.across, drawn.down)] == [3, 4]
    assert drawn.across.exact
    assert drawn.down.exact
    budgets, tokens = (None, "tight", "normal", "ample"), (None, -5, 999, 1_000, 1_001, 9_000, 9_000.5, 10**9)
    for budget, count in itertools.product(budgets, tokens):
        stated = {"as_of": DAY, "budget": budget, "tokens": count}
        decision = advisor.decide({name: value for name, value in stated.items() if value is not None})
        values = {one.attribute: one.value for one in decision.profile.requirements}
        place = [
            next(
                number
                for number, one in enumerate(axis.ranges)
                if (one.asked.band(values[axis.name]) if axis.name in values else None) in one.values
            )
            for axis in (drawn.down, drawn.across)
        ]
        assert drawn.rows[place[0]][place[1]] == decision.best
    told = "\n".join(MapTeller(drawn, advisor.knowledge, "en").table())
    assert "above 1,000 tokens and at most 9,000 tokens" in told
    assert ": nobody" in told


def test_the_command_draws_a_table_and_a_picture(tmp_path: Path) -> None:
    """In both languages; a budget is cut by costs that no catalogue states, which is said."""
    command = ["map", "budget", "context_tokens", "--isolated", "--set", "as_of=2026-05-01"]
    said = run(*command, "--lang", "ko")
    assert said.exit_code == 0
    assert "명시되지 않음" in said.output
    picture = tmp_path / "map.svg"
    assert run(*command, "--format", "svg", "-o", str(picture)).exit_code == 0
    cells = ET.parse(picture).findall(".//{http://www.w3.org/2000/svg}rect")  # noqa: S314 - our own
    found = json.loads(run(*command, "--format", "json").output)
    assert len(cells) == sum(map(len, found["first"]))
    page = tmp_path / "page.html"
    decided = ["decide", "--isolated", "--set", "as_of=2026-05-01", "--map", "budget", "context_tokens"]
    assert run(*decided, "-o", str(page)).exit_code == 0
    assert '<table class="map">' in page.read_text(encoding="utf-8")
    assert run(*decided).exit_code == 2
    tokens = ["map", "monthly_input_tokens", "monthly_budget", "--isolated", "--set=monthly_output_tokens=1000000"]
    tokens += ["--set=deployment=cloud-api", '--set=tasks=["instruction-following"]', "--set=as_of=2026-03-01"]
    assert "칸 안에서" in run(*tokens, "--lang=ko").output


SUMS = """
[requirement.users]
type = "number"
[requirement.bits]
type = "number"
[requirement.room]
type = "number"
[requirement.load]
type = "number"
computed = [["bits", "users"], ["room"]]
[model.parameters]
type = "number"
[model.memory]
type = "number"
marks = [1, 30]
computed = [["parameters", "bits", 0.125], [1.1, "parameters"]]
"""


@pytest.mark.parametrize(
    "rules",
    [
        "require.memory.at_most.requirement = 'room'",
        "when.load.above = 20\nrequire.memory.below = 15",
        "when.bits.above.requirement = 'room'\nrequire.window.at_least = 5_000",
        "prefer.memory.toward = 'lowest'\nweight = 3",
    ],
)
@pytest.mark.parametrize(
    ("across", "down", "more"),
    [("room", "bits", {"users": 3}), ("bits", "users", {"room": 9}), ("room", "users", {"bits": 4})],
)
def test_no_cell_is_drawn_as_one_answer_that_has_two(rules: str, across: str, down: str, more: dict[str, Any]) -> None:
    """Whatever is computed is compared with: what is decided anywhere in a cell is what the cell says, if it says so.

    Where one requirement alone moves what is compared, every cell says so but those between two decimal numbers.
    """
    models = "".join(model(str(name), parameters=name, window=9_000 // name, price=name) for name in (3, 7, 40))
    more_rules = rule("first", rules) + rule("cheap", "prefer.price.at_most = 5\nweight = 2")
    more_rules += rule("wide", "prefer.window.at_most = 1_000\nweight = 1")
    advisor = world(more_rules, models, vocabulary=VOCABULARY + SUMS)
    vocabulary = advisor.knowledge.ruleset.vocabulary
    drawn = draw(advisor.knowledge, state({"as_of": DAY, **more}, vocabulary), across, down)
    random = Random(f"{rules} {across} {down}")  # noqa: S311 - cases for a test
    numbers = (None, 0, *(Decimal(random.randrange(-100, 6_000)) / random.choice((10, 100)) for _ in range(12)))
    for one, other in itertools.product(numbers, numbers):
        stated = {"as_of": DAY, **more, across: one, down: other}
        decision = advisor.decide({name: value for name, value in stated.items() if value is not None})
        answer = drawn.rows[_place(drawn.down, other)][_place(drawn.across, one)]
        assert answer in {None, decision.best}
        if None in {one, other}:
            assert answer is not None


def _place(axis: Axis, value: Decimal | int | None) -> int:
    (found,) = (
        number
        for number, one in enumerate(axis.ranges)
        if (None if value is None else one.asked.band(value)) in one.values
    )
    return found


def test_two_requirements_with_one_value_are_needed() -> None:
    """Sets, names that are none, and one requirement twice are refused."""
    for names in (("budget", "budget"), ("budgets", "tool_use"), ("modalities", "budget"), ("as_of", "budget")):
        assert run("map", *names, "--isolated").exit_code == 2
    assert "--set as_of=" in run("map", "budget", "as_of", "--isolated").output
