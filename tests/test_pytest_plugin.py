"""``pytest --llmrules PATH`` runs the same cases, one test each."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]

PLUGIN = "llmrules.check.pytest_plugin"
INSTALLED = any(one.value == PLUGIN for one in entry_points(group="pytest11"))

GOOD = """
title.en = 'Any subject'
requirements = { as_of = 2026-03-01, domain = 'broad' }
[expect]
catalog = 'article'
best = ['gpt-5']
"""
BAD = GOOD.replace("gpt-5", "grok").replace("Any subject", "Wrong")


@pytest.fixture
def folder(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with one test and a folder of two cases and a profile that expects nothing."""
    pytester.makepyfile(test_other="def test_other(): pass")
    pytester.makefile(".toml", **{"cases/good": GOOD, "cases/bad": BAD, "cases/none": "[requirements]\n"})
    return pytester


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest in the project, with the plugin as an installation has it."""
    plugin = () if INSTALLED else ("-p", PLUGIN)
    return pytester.runpytest(*plugin, "-p", "no:cacheprovider", *arguments)


def test_nothing_happens_unasked(folder: pytest.Pytester) -> None:
    """Without the option no case is collected."""
    run(folder).assert_outcomes(passed=1)


def test_cases_are_tests(folder: pytest.Pytester) -> None:
    """Each case is one test under its title, beside what pytest collects anyway."""
    done = run(folder, "--llmrules", "cases", "-v")
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines_random(
        ["cases/good.toml::Any subject PASSED*", "cases/bad.toml::Wrong FAILED*", "test_other.py::test_other PASSED*"]
    )


def test_a_case_is_collected_once(folder: pytest.Pytester) -> None:
    """A folder that pytest walks through anyway, and a file named twice, give no second test."""
    run(folder, "--llmrules", "cases", "--llmrules", "cases/good.toml", "cases").assert_outcomes(passed=1, failed=1)


def test_a_failure_is_a_difference_with_its_chain(folder: pytest.Pytester) -> None:
    """The failure shows what was expected, what was found, and why, and no traceback."""
    done = run(folder, "--llmrules", "cases/bad.toml", "cases/bad.toml")
    done.stdout.fnmatch_lines(
        ["✗ *bad.toml: Wrong", "  best", "    + gpt-5", "    - grok", "  GPT-5: eligible, place 1 with 3.57 points"]
    )
    done.stdout.fnmatch_lines(["*any-subject-asks-for-breadth*"])
    done.stdout.no_fnmatch_line("*Traceback*")
    korean = run(folder, "--llmrules", "cases/bad.toml", "--llmrules-lang", "ko", "cases/bad.toml")
    korean.stdout.fnmatch_lines(["  - 기대, + 실제"])


def test_own_rules_and_models_count(folder: pytest.Pytester) -> None:
    """Cases are decided by the rules and the catalogue that are named."""
    policy = "language = 1\npack = 'policy'\n[[disable]]\npack = 'use-case'\nreason.en = 'ours'\n"
    folder.makefile(".toml", policy=policy, ours="language = 1\n[[model]]\nid = 'gpt-5'\n")
    done = run(folder, "--llmrules", "cases/good.toml", "--llmrules-rules", "policy.toml", "cases/good.toml")
    done.assert_outcomes(failed=1)
    catalogues = ("--llmrules-catalog", "article", "--llmrules-catalog", "ours.toml")
    done = run(folder, "--llmrules", "cases/good.toml", *catalogues, "cases/good.toml")
    done.assert_outcomes(passed=1)


def test_bad_input_ends_the_run(folder: pytest.Pytester) -> None:
    """A case that is none is a mistake in how pytest was called, told in the words of llmrules."""
    done = run(folder, "--llmrules", "cases/none.toml")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*none.toml*holds no case*"])


def test_an_error_that_is_no_failure_shows_its_traceback(folder: pytest.Pytester) -> None:
    """What breaks inside is shown as pytest shows it."""
    folder.makeconftest(
        "def pytest_collection_modifyitems(items):\n"
        "    for item in items:\n"
        "        if hasattr(item, 'advisor'):\n"
        "            item.advisor = None\n"
    )
    done = run(folder, "--llmrules", "cases/good.toml", "cases/good.toml")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*AttributeError*"])


def test_the_settings_of_the_project_are_read(pytester: pytest.Pytester) -> None:
    """After ``llmrules init``, ``pytest --llmrules`` passes, with rules and catalogue as the command has them."""
    from click.testing import CliRunner

    from llmrules.cli import main

    assert CliRunner().invoke(main, ["init", str(pytester.path)]).exit_code == 0
    run(pytester, "--llmrules").assert_outcomes(passed=1)
    (pytester.path / "llmrules.toml").write_text('rules = ["nowhere.toml"]\n', encoding="utf-8")
    broken = run(pytester, "--llmrules", "cases")
    broken.stderr.fnmatch_lines(["*nowhere.toml: there is no such file*"])
