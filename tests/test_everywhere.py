"""Two sides compared for every profile: alike, or regions that lie whole in what differs and cover it if complete."""

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
    """Return what came of each level: alike or not, complete, and how many cubes."""
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


def test_regions_are_exactly_where_both_sides_differ() -> None:
    """Of every combination of some requirements: one of the cubes holds it if and only if the engine differs there."""
    rules = OWN + WEIGHTS + CHEAP + WINDOW
    found = compared(rules, rules.replace('when.budget = "tight"', 'when.budget = ["tight", "normal"]'))
    before, after = found.old.advisor, found.new.advisor
    options = {
        "offline": (None, True, False),
        "budget": (None, "tight", "normal", "ample"),
        "tuning": (None, True),
        "hosting": (None, "own", "vendor"),
        "tokens": (None, 10, 1_000, 1_001, 9_000, 9_001),
    }
    levels = {one.level: one for one in found.differences}
    for values in itertools.product(*options.values()):
        stated = {name: value for name, value in zip(options, values, strict=True) if value is not None}
        old, new = (side.decide({"as_of": DAY, **stated}) for side in (before, after))
        assert covered(found, levels["firings"].level, new) == (old.fired != new.fired)
        assert covered(found, levels["first"].level, new) == (old.best != new.best)
    for one in found.differences:
        assert one.complete
        shares = [part.cube.share for part in one.parts]
        assert shares == sorted(shares, reverse=True)


def covered(found: Everywhere, level: Level, decision: Decision) -> bool:
    """Return whether a cube of a level holds a profile."""
    stated = {one.attribute: one.value for one in decision.profile.requirements}
    (difference,) = (one for one in found.differences if one.level == level)
    for part in difference.parts:
        for choice in part.cube.choices:
            value, name = stated.get(choice.asked.attribute.name), choice.asked.attribute.name
            if choice.member is not None:
                inside = (choice.member in value if isinstance(value, frozenset) else False) in choice.values
            elif choice.asked.attribute.many:
                inside = (None if name not in stated else True) in choice.values
            else:
                inside = (None if value is None else choice.asked.band(value)) in choice.values
            if not inside:
                break
        else:
            return True
    return False


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


def test_regions_are_told_in_words() -> None:
    """What requirements may be, by ranges and names, in both languages."""
    narrow = rule("narrow", "when.tokens = { at_least = 100, below = 5_000 }\nwhen.inputs.has = 'audio'\nadvise = true")
    found = compared("", narrow)
    told = "\n".join(map(str, everywhere_lines(found, "en")))
    assert "- inputs: including audio; tokens: at least 100 tokens and below 5,000 tokens" in told
    assert "→ fires: narrow" in told
    elsewhere = rule("elsewhere", "when.region.none_of = ['north']\nunless.budget = 'tight'\nadvise = true")
    regions = "\n".join(map(str, everywhere_lines(compared("", elsewhere), "en")))
    assert "- region: any other text; budget: normal or ample, or not stated" in regions
    assert "≠ 발동하는 규칙: 다음 영역에서만 다릅니다" in "\n".join(map(str, everywhere_lines(found, "ko")))


def test_the_command_compares_two_policies(tmp_path: Path) -> None:
    """As text and JSON; 1 where something differs, 2 where cases are named as well."""
    policy = tmp_path / "p.toml"
    policy.write_text('language = 1\npack = "p"\n[[disable]]\nrule = "bias-advice"\nreason = "Not here."\n')
    command = ["diff", "--everywhere", "--isolated", "--rules", str(policy), "--as-of", "2026-05-01", "--seconds", "60"]
    result = run(*command, "--format", "json")
    assert result.exit_code == 1
    levels = json.loads(result.output)["levels"]
    assert [levels[one]["alike"] for one in levels] == ["differ", "alike", "alike"]
    assert levels["firings"]["cubes"][0]["whenever"] == [{"requirement": "bias_sensitive", "among": [True]}]
    assert run(*command, "example:all").exit_code == 2
    assert run("diff", "--isolated").exit_code == 2


def test_advisors_are_not_changed() -> None:
    """Comparing decides nothing in them for good."""
    advisor: Advisor = world(OWN, MODELS)
    before = advisor.decide({"as_of": DAY}).best
    compare_everywhere(Side(advisor, DAY), Side(advisor, DAY), seconds=5, most=2)
    assert advisor.decide({"as_of": DAY}).best == before
