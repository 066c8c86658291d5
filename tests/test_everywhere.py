"""Two sides compared for every profile: alike, or the smallest profiles that show all in which they differ."""

from __future__ import annotations

import itertools
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.commands import run
from tests.worlds import model, rule, world

from llmrules.prove.contrast import everywhere_lines
from llmrules.prove.everywhere import Everywhere, Level, Side, compare_everywhere

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.advisor import Advisor, Decision

DAY = date(2026, 5, 1)

OWN = rule("offline-own", 'when.offline = true\nconclude.hosting = "own"')
WEIGHTS = rule("own-weights", 'when.hosting = "own"\nrequire.weights = true')
WINDOW = rule("window", "require.window.at_least.requirement = 'tokens'")
CHEAP = rule("tight-cheap", 'when.budget = "tight"\nunless.tuning = true\nprefer.price.at_most = 2\nweight = 2')
MODELS = model("lark", weights=True, price=1, window=1_000) + model("wren", weights=False, price=3, window=9_000)


def compared(old: str, new: str, *, models: str = MODELS, then: date = DAY) -> Everywhere:
    """Compare two sets of rules."""
    before, after = world(old, MODELS), world(new, models)
    return compare_everywhere(Side(before, then), Side(after, DAY), seconds=30, most=50)


def answers(found: Everywhere) -> dict[Level, tuple[str, bool, int]]:
    """Return what came of each level: alike or not, complete, and how many profiles."""
    return {one.level: (one.alike, one.complete, len(one.parts)) for one in found.differences}


def test_the_same_rules_are_alike() -> None:
    """In everything, for every profile, whatever their order."""
    found = compared(OWN + WEIGHTS + CHEAP, CHEAP + WEIGHTS + OWN)
    assert found.same
    assert answers(found) == dict.fromkeys(("firings", "verdicts", "first"), ("alike", True, 0))


@pytest.mark.parametrize(
    ("new", "firings", "verdicts", "first"),
    [
        (WEIGHTS + CHEAP + WINDOW, "differ", "differ", "differ"),
        (OWN + WEIGHTS + WINDOW, "differ", "alike", "differ"),
        (OWN + WEIGHTS + WINDOW + CHEAP.replace("weight = 2", "weight = 9"), "alike", "alike", "alike"),
        (
            OWN + WEIGHTS + WINDOW + CHEAP + rule("said", "when.tuning = true\nadvise = true"),
            "differ",
            "alike",
            "alike",
        ),
    ],
)
def test_each_level_is_answered(new: str, firings: str, verdicts: str, first: str) -> None:
    """Which rules fire, which verdicts there are, and who is first: each may be alike where another is not."""
    found = compared(OWN + WEIGHTS + CHEAP + WINDOW, new)
    assert [one.alike for one in found.differences] == [firings, verdicts, first]
    assert all(one.complete for one in found.differences)


def test_what_no_profile_shows_never_differs() -> None:
    """Of every combination of some requirements: each rule and model in which the engine differs is one of those."""
    rules = OWN + WEIGHTS + CHEAP + WINDOW
    found = compared(rules, rules.replace('when.budget = "tight"', 'when.budget = ["tight", "normal"]') + SAID)
    shown = {one.level: [differing(one.level, part.old, part.new) for part in one.parts] for one in found.differences}
    assert all(one.complete for one in found.differences)
    for several in shown.values():
        assert all(its - set().union(*several[:place]) for place, its in enumerate(several))
    seen: dict[Level, set[str]] = {level: set() for level in shown}
    options = {
        "offline": (None, True, False),
        "budget": (None, "tight", "normal", "ample"),
        "tuning": (None, True),
        "hosting": (None, "own", "vendor"),
        "tokens": (None, 10, 1_000, 1_001, 9_000, 9_001),
    }
    for values in itertools.product(*options.values()):
        stated = {name: value for name, value in zip(options, values, strict=True) if value is not None}
        old, new = (side.advisor.decide({"as_of": DAY, **stated}) for side in (found.old, found.new))
        for level, names in seen.items():
            names.update(differing(level, old, new))
    assert seen == {level: set().union(*several) for level, several in shown.items()}
    assert seen["firings"] == {"tight-cheap", "said"}


SAID = rule("said", "when.tuning = true\nadvise = true")


def differing(level: Level, old: Decision, new: Decision) -> set[str]:
    """Return in which rules or models two decisions differ."""
    if level == "firings":
        return {*old.fired} ^ {*new.fired}
    if level == "first":
        return {*old.best} ^ {*new.best}
    return {name for name in old.knowledge.models if old.verdict(name) != new.verdict(name)}


def test_an_example_is_decided_by_both_sides() -> None:
    """It states little, and differs in what its level says."""
    found = compared(OWN + WEIGHTS, WEIGHTS)
    for difference in found.differences:
        for part in difference.parts:
            assert part.old.fired != part.new.fired
    (first,) = (one.parts[0] for one in found.differences if one.level == "firings")
    assert {one.attribute for one in first.new.profile.requirements if one.origin == "stated"} == {"as_of", "offline"}


def test_catalogues_and_days_are_compared_as_well() -> None:
    """A price that takes force, a model that comes: where that changes a verdict or the first place."""
    dear = MODELS.replace("window = 9000", "window = 500")
    assert answers(compared(WINDOW, WINDOW, models=dear))["verdicts"][:2] == ("differ", True)
    more = MODELS + model("owl", weights=True, price=1, window=1_000)
    assert answers(compared(WINDOW, WINDOW, models=more))["first"][0] == "differ"
    dated = rule("later", "when.tuning = true\nrequire.weights = true\neffective_from = 2026-04-01")
    found = compared(dated, dated, then=date(2026, 3, 1))
    assert answers(found)["firings"] == ("differ", True, 1)


def test_what_one_side_alone_can_be_asked_is_named() -> None:
    """It is stated in no profile."""
    ours = 'requirement.urgent = { type = "flag", label.en = "urgent" }\n' + rule(
        "u", "when.urgent = true\nadvise = true"
    )
    found = compared(OWN, ours + OWN)
    assert (found.same, found.unshared) == (True, ("urgent",))
    assert any("urgent" in str(line) for line in everywhere_lines(found, "en"))


def test_a_profile_is_told_with_what_changes() -> None:
    """As its file has it, in both languages."""
    narrow = rule("narrow", "when.tokens = { at_least = 100, below = 5_000 }\nwhen.inputs.has = 'audio'\nadvise = true")
    found = compared("", narrow)
    told = [str(line) for line in everywhere_lines(found, "en")]
    assert told[0] == "≠ which rules fire: differs as these profiles show, and in nothing else"
    assert told[1:3] == ["  - as_of = 2026-05-01", '    inputs = ["audio"]']
    assert told[3].startswith("    tokens = ")
    assert told[4] == "    → fires: narrow"
    korean = "\n".join(map(str, everywhere_lines(found, "ko")))
    assert "≠ 발동하는 규칙: 다음 프로필에서 보이는 만큼만 다릅니다" in korean


def test_the_command_compares_two_policies(tmp_path: Path) -> None:
    """As text and JSON; 1 where something differs, 2 where cases are named as well."""
    policy = tmp_path / "p.toml"
    policy.write_text('language = 1\npack = "p"\n[[disable]]\nrule = "bias-advice"\nreason = "Not here."\n')
    command = ["diff", "--everywhere", "--isolated", "--rules", str(policy), "--as-of", "2026-05-01", "--seconds", "60"]
    result = run(*command, "--format", "json")
    assert result.exit_code == 1
    levels = json.loads(result.output)["levels"]
    assert [levels[one]["alike"] for one in levels] == ["differ", "alike", "alike"]
    (profile,) = (one["profile"] for one in levels["firings"]["profiles"])
    assert profile == {"as_of": "2026-05-01", "bias_sensitive": True}
    assert run(*command, "example:all").exit_code == 2
    assert run("diff", "--isolated").exit_code == 2


def test_advisors_are_not_changed() -> None:
    """Comparing decides nothing in them for good."""
    advisor: Advisor = world(OWN, MODELS)
    before = advisor.decide({"as_of": DAY}).best
    compare_everywhere(Side(advisor, DAY), Side(advisor, DAY), seconds=5, most=2)
    assert advisor.decide({"as_of": DAY}).best == before
