"""The examples: each is a case that decides as it says, told in two languages, and all models have their day."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmrules.advisor import Advisor
from llmrules.check.cases import check, read_case
from llmrules.engine import durable
from llmrules.errors import LoadError
from llmrules.language.profile import Profile
from llmrules.language.texts import LANGUAGES
from llmrules.reading.files import parse_toml, read_toml

FOLDER = Path(__file__).parent.parent / "examples"
PROFILES = sorted(FOLDER.glob("*.toml"))
PROGRAMS = sorted(FOLDER.glob("*.py"))
ENGINES = ("plain", "durable") if durable.available() else ("plain",)


@pytest.fixture(scope="module", params=ENGINES)
def advisor(request: pytest.FixtureRequest) -> Advisor:
    """The shipped knowledge with each engine that runs here."""
    return Advisor.load(catalog=["article"], engine=request.param)


@pytest.fixture(scope="module")
def plain() -> Advisor:
    """The shipped knowledge with the engine that runs everywhere."""
    return Advisor.load(catalog=["article"], engine="plain")


def cases(advisor: Advisor) -> Iterator[Profile]:
    """Read every example."""
    for path in PROFILES:
        yield read_case(read_toml(path), advisor.knowledge)


def test_there_are_enough_examples() -> None:
    """At least fourteen cases and three programs stand in the folder."""
    assert len(PROFILES) >= 14
    assert len(PROGRAMS) >= 3


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_an_example_decides_as_it_expects(path: Path, advisor: Advisor) -> None:
    """Every example names only what is loaded, and its decision is the one that it expects."""
    profile = read_case(read_toml(path), advisor.knowledge)
    assert profile.expect is not None
    assert profile.expect.best is not None
    differences = check(advisor.decide(profile), profile.expect)
    assert not differences, "\n".join(map(str, differences))


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_an_example_is_complete(path: Path, plain: Advisor) -> None:
    """Every example pins its date, has a title and a story in both languages, and states rules that stay silent."""
    profile = read_case(read_toml(path), plain.knowledge)
    dates = [one for one in profile.requirements if one.attribute == "as_of"]
    assert [one.origin for one in dates] == ["stated"]
    for text in (profile.title, profile.story):
        assert text is not None
        assert all((getattr(text, language) or "").strip() for language in LANGUAGES)
        assert text.en != text.ko
    assert profile.expect is not None
    assert profile.expect.fired
    assert profile.expect.silent


def test_every_model_is_first_somewhere(plain: Advisor) -> None:
    """Each of the twelve is first in an example; if nowhere alone, a story of a tie that it shares names it."""
    alone: set[str] = set()
    explained: defaultdict[str, list[bool]] = defaultdict(list)
    names = {model.id: model.name for model in plain.knowledge.catalog}
    for profile in cases(plain):
        best = plain.decide(profile).best
        if len(best) == 1:
            alone.update(best)
        for model in best:
            story = profile.story
            told = story is not None and all(names[model] in story.read(language) for language in LANGUAGES)
            explained[model].append(told)
    assert set(explained) == set(names)
    assert [model for model, told in explained.items() if model not in alone and not any(told)] == []


def test_examples_show_every_outcome(plain: Advisor) -> None:
    """There are a choice, a tie, an unverified model, a conflict, a refusal and a case that nothing fits."""
    decisions = [plain.decide(profile) for profile in cases(plain)]
    assert any(len(decision.best) == 1 for decision in decisions)
    assert any(len(decision.best) > 1 for decision in decisions)
    assert any(decision.unverified for decision in decisions)
    assert any(decision.conflicts for decision in decisions)
    assert any(decision.refused for decision in decisions)
    assert any(not decision.ranking and not decision.refused for decision in decisions)


def test_a_wrong_name_in_an_expectation_is_an_error(plain: Advisor) -> None:
    """An expectation that names an unknown model, rule or requirement is no case; all of them are reported."""
    text = '[requirements]\n[expect]\nbest = ["gpt-6"]\nfired = ["no-such-rule"]\nconflicts = ["hostin"]\n'
    with pytest.raises(LoadError) as raised:
        read_case(parse_toml(text, "case.toml"), plain.knowledge)
    assert [error.code for error in raised.value.errors] == ["unknown-model", "unknown-rule", "unknown-requirement"]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_runs(path: Path, tmp_path: Path) -> None:
    """Every program among the examples runs from any folder, prints something and complains about nothing."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert not done.stderr
