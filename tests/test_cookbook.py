"""The cookbook works as it stands: each recipe is loaded on top of the shipped rules, linted, decided and printed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from tests.documents import Block, Section, commands, difference, run, sections

from llmrules import Advisor
from llmrules.check.cases import collect
from llmrules.check.cases import run as run_cases
from llmrules.check.lint import gather, lint_files
from llmrules.check.lint.report import as_text
from llmrules.engine import durable
from llmrules.prove.promises import prove
from llmrules.verify import verify

if TYPE_CHECKING:
    from llmrules.check.cases import Result

TODAY = date(2026, 3, 1)
RULES = ("policy", "teams")
ENGINES: tuple[Literal["plain", "durable"], ...] = ("plain", "durable") if durable.available() else ("plain",)

RECIPES = [section for section in sections("docs/cookbook.md") if section.files]
SHOWN = [(recipe, block) for recipe in RECIPES for block in recipe.blocks if block.language == "console"]

recipes = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)


@pytest.fixture
def folder(recipe: Section, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds the files of a recipe and is the working folder."""
    recipe.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def given(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the layers of rules and the catalogues of a folder, as the recipes name them."""
    rules = [Path(name) for name in RULES if (folder / name).is_dir()]
    return rules, [Path("models")] if (folder / "models").is_dir() else []


def decided(folder: Path, engine: Literal["plain", "durable"] = "plain") -> tuple[Result, ...]:
    """Decide the cases of a folder under its rules and catalogue."""
    rules, catalog = given(folder)
    advisor = Advisor.load(rules=rules, catalog=catalog, engine=engine)
    return run_cases(advisor, collect(["cases"], advisor.knowledge))


def test_there_are_sixteen_recipes() -> None:
    """Each is numbered, says its need in one sentence, shows what comes out and what to mind."""
    assert [recipe.title.split(".")[0] for recipe in RECIPES] == [str(number) for number in range(1, 17)]
    for recipe in RECIPES:
        need = recipe.text.split("\n\n")[1]
        assert need.startswith("*")
        assert need.endswith(".*")
        assert [block.language for block in recipe.blocks].count("console") == 1, recipe.title
        assert recipe.text.count("\n**Mind:** ") == 1, recipe.title


@recipes
def test_a_recipe_is_clean(recipe: Section, folder: Path) -> None:
    """Lint has nothing to say about a recipe, not even a note."""
    rules, catalog = given(folder)
    findings = lint_files(gather(rules, ["article", *catalog]), today=TODAY)
    assert not findings, f"{recipe.title}\n{as_text(findings)}"


@pytest.mark.parametrize("engine", ENGINES)
@recipes
def test_a_recipe_decides_as_it_expects(recipe: Section, folder: Path, engine: Literal["plain", "durable"]) -> None:
    """Every case of a recipe comes out as expected, with either engine, and its trace can be checked."""
    for result in decided(folder, engine):
        assert result.passed, f"{recipe.title}: {result.case.name}\n" + "\n".join(map(str, result.mismatches))
        assert engine != "plain" or verify(result.decision.trace).ok


@recipes
def test_every_rule_of_a_recipe_is_used(recipe: Section, folder: Path) -> None:
    """No recipe holds a rule that its own cases do not fire, but for one that it shows not to fire."""
    results = decided(folder)
    knowledge = results[0].decision.knowledge
    own = {name for name, rule in knowledge.ruleset.rules.items() if rule.pack in _packs(recipe)}
    named = {name for result in results for name in (*result.decision.fired, *result.case.expect.silent)}
    assert own <= named


def _packs(recipe: Section) -> set[str]:
    return {line.split('"')[1] for line in recipe.text.splitlines() if line.startswith("pack = ")}


@pytest.mark.parametrize(("recipe", "block"), SHOWN, ids=[recipe.title for recipe, _ in SHOWN])
def test_a_recipe_prints_what_it_shows(folder: Path, recipe: Section, block: Block) -> None:
    """What stands under a command is what the command prints."""
    assert folder.is_dir()
    for command, shown in commands(block):
        missing = difference(shown, run(command))
        assert missing is None, f"docs/cookbook.md, {recipe.title}: {command}\ndoes not print: {missing}"


def test_all_recipes_may_stand_in_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No recipe takes a name that another one needs, and what they promise holds in every case."""
    for recipe in RECIPES:
        recipe.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    rules, catalog = given(tmp_path)
    advisor = Advisor.load(rules=rules, catalog=catalog, engine="plain")
    assert len(collect(["cases"], advisor.knowledge)) >= len(RECIPES)
    ours = tuple(one for name, one in advisor.knowledge.ruleset.promises.items() if "/" in name)
    assert len(ours) == 7
    assert prove(advisor, TODAY, ours, seconds=60).kept
