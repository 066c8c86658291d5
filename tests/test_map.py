"""The map: who is first over two requirements; every case has the answer of its cell, and the borders are exact."""

from __future__ import annotations

import itertools
import json
from datetime import date
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from click.testing import CliRunner
from tests.worlds import model, rule, world

from llmrules.cli import main
from llmrules.language.profile import state
from llmrules.prove.chart import MapTeller, draw

if TYPE_CHECKING:
    from pathlib import Path

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
    said = CliRunner().invoke(main, [*command, "--lang", "ko"])
    assert said.exit_code == 0
    assert "명시되지 않음" in said.output
    picture = tmp_path / "map.svg"
    assert CliRunner().invoke(main, [*command, "--format", "svg", "-o", str(picture)]).exit_code == 0
    cells = ET.parse(picture).findall(".//{http://www.w3.org/2000/svg}rect")  # noqa: S314 - our own
    found = json.loads(CliRunner().invoke(main, [*command, "--format", "json"]).output)
    assert len(cells) == sum(map(len, found["first"]))
    used = [f"--set=monthly_{side}_tokens=5000000" for side in ("input", "output")]
    page = tmp_path / "page.html"
    decided = ["decide", "--isolated", "--set", "as_of=2026-05-01", "--map", "budget", "context_tokens"]
    assert CliRunner().invoke(main, [*decided, "-o", str(page)]).exit_code == 0
    assert '<table class="map">' in page.read_text(encoding="utf-8")
    assert CliRunner().invoke(main, decided).exit_code == 2
    costs = ["map", "monthly_budget", "budget", "--isolated", *used]
    assert "what is computed depends on" in CliRunner().invoke(main, costs).output


def test_two_requirements_with_one_value_are_needed() -> None:
    """Sets, names that are none, and one requirement twice are refused."""
    for names in (("budget", "budget"), ("budgets", "tool_use"), ("modalities", "budget"), ("as_of", "budget")):
        assert CliRunner().invoke(main, ["map", *names, "--isolated"]).exit_code == 2
    assert "--set as_of=" in CliRunner().invoke(main, ["map", "budget", "as_of", "--isolated"]).output
