"""Much of the same costs in proportion, or meets a limit that is stated."""

from __future__ import annotations

import cProfile
import pstats
from typing import TYPE_CHECKING

import pytest
from benchmarks.growth import HEAD, KINDS, conclusions, rule, thresholds
from tests.commands import run
from tests.worlds import rule as said
from tests.worlds import world

from llmrules import Advisor
from llmrules.check.lint import gather, lint_files
from llmrules.errors import MOST_ERRORS, LoadError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", KINDS)
def test_twice_as_much_costs_twice_as_much(kind: str, tmp_path: Path) -> None:
    """The calls that are made grow with the number, not with its square; counted, so that no machine is too slow."""
    text, work = KINDS[kind]
    calls = []
    for size in (10, 40, 80, 160):  # the first time, what is shipped may be parsed, too
        path = tmp_path / f"{size}.toml"
        path.write_text(text(size), encoding="utf-8")
        profiler = cProfile.Profile()
        profiler.runcall(work, path)
        calls.append(pstats.Stats(profiler).total_calls)  # type: ignore[attr-defined]
    first, second = calls[2] - calls[1], calls[3] - calls[2]
    assert second < 2.7 * max(first, calls[1] / 8)


def broken(path: Path, text: str) -> LoadError:
    """Return what is wrong with a rule file."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LoadError) as caught:
        Advisor.load(catalog=["article"], rules=[path])
    return caught.value


def test_of_many_errors_the_first_are_worded_and_all_are_kept(tmp_path: Path) -> None:
    """A message says how many more errors there are; whoever asks the exception has them all."""
    error = broken(tmp_path / "a.toml", "".join(f"pakc{number} = 1\n" for number in range(5_000)) + HEAD)
    assert len(error.errors) == 5_000
    assert str(error).count("is not a key of a rule file") == 20
    assert str(error).endswith("\nand 4,980 more\nread: docs/rules.md#effects\n5,000 errors")
    done = run("rules", "--rules", tmp_path / "a.toml")
    assert done.exit_code == 2
    assert done.stderr.endswith("\nand 4,980 more\nread: docs/rules.md#effects\n5,000 errors\n")


def test_reading_stops_at_thousands_of_errors(tmp_path: Path) -> None:
    """Nobody reads so many, and a file that has them is another kind of file."""
    error = broken(tmp_path / "a.toml", "".join(f"pakc{number} = 1\n" for number in range(MOST_ERRORS + 5)) + HEAD)
    assert len(error.errors) == MOST_ERRORS
    assert str(error).endswith("10,000 errors; reading stopped there")
    findings = lint_files(gather([tmp_path / "a.toml"], ["article"]))
    assert len(findings) == MOST_ERRORS


def test_rules_may_conclude_many_values_but_not_without_end(tmp_path: Path) -> None:
    """A thousand different values of one requirement load, one more is an error at the rule that adds it."""
    (tmp_path / "a.toml").write_text(conclusions(1_000), encoding="utf-8")
    Advisor.load(catalog=["article"], rules=[tmp_path / "a.toml"])
    (error,) = broken(tmp_path / "b.toml", conclusions(1_000) + rule("z", "conclude.amount = 1e9")).errors
    assert (error.code, error.place.entry) == ("too-many-values", "z")
    assert "more than 1,000 different values of amount" in error.message


def test_a_long_chain_can_be_linted(tmp_path: Path) -> None:
    """However many rules lead from one to the next, lint ends, and finds what it finds in a short one."""
    text, work = KINDS["a chain of rules, linted"]
    (tmp_path / "a.toml").write_text(text(1_200), encoding="utf-8")
    work(tmp_path / "a.toml")


def test_of_too_many_rules_the_neighbours_are_compared(tmp_path: Path) -> None:
    """Of several hundred rules that test one number, two that say the same are found where their ids are close."""
    twins = [rule(name, "when.amount.at_least = 7\nrequire.context_window.at_least = 9") for name in ("r7-a", "r7-b")]
    (tmp_path / "a.toml").write_text(thresholds(400) + "".join(twins), encoding="utf-8")
    found = {
        finding.rules
        for finding in lint_files(gather([tmp_path / "a.toml"], ["article"]))
        if finding.code == "duplicate-rule"
    }
    assert found == {("r7-b", "r7-a")}


def test_the_order_of_firings_is_that_of_rounds_and_ids() -> None:
    """A rule fires in the round after what it waits for, however many wait."""
    rules = (
        said("c-first", "when.tuning = true\nconclude.offline = true")
        + said("b-second", 'when.offline = true\nconclude.region = "moon"')
        + said("a-third", 'when.region = "moon"\nadvise = true')
        + said("d-second", "when.offline = true\nadvise = true")
    )
    derivation = world(rules).decide({"tuning": True}).derivation
    steps = [(step.rule.id, step.round) for step in derivation.steps]
    assert steps == [("c-first", 0), ("b-second", 1), ("d-second", 1), ("a-third", 2)]
