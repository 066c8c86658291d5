"""What others hold on to works without the network: the hooks of pre-commit and the action of GitHub."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.commands import run
from tests.documents import ROOT

BIN = Path(sys.executable).parent
PAGE = (ROOT / "docs/checks.md").read_text(encoding="utf-8")
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}
WRONG = """
[[rule]]
id = "nonsense"
when.budgit = "tight"
advise = true
because = { en = "So.", ko = "그래서." }
source = "data-policy"
"""


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the project that `llmrules init` writes."""
    folder = tmp_path_factory.mktemp("starter")
    assert run("init", str(folder)).exit_code == 0
    return folder


@pytest.fixture
def project(starter: Path, tmp_path: Path) -> Path:
    """Copy that project, so that it can be broken."""
    return shutil.copytree(starter, tmp_path / "project")


def shell(script: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub runs a step of bash; llmrules is the one of this environment."""
    variables = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | environ
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def break_rules(project: Path) -> None:
    """Add a rule to a project that asks for what nobody declared."""
    with (project / "policy/ours.toml").open("a", encoding="utf-8") as file:
        file.write(WRONG)


def break_case(project: Path) -> None:
    """Have the case of a project expect another model."""
    case = project / "cases/customer-letters.toml"
    case.write_text(case.read_text("utf-8").replace('best = ["claude"]', 'best = ["grok"]'), encoding="utf-8")


# pre-commit


def test_precommit_takes_the_hooks() -> None:
    """pre-commit itself finds nothing wrong with them."""
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_passes_and_fails(hook: dict[str, Any], project: Path) -> None:
    """What a hook runs passes on a new project, and fails on one in which something is wrong."""
    command = shlex.join([*shlex.split(hook["entry"]), *hook.get("args", ())])
    assert not hook["pass_filenames"]
    done = shell(command, project)
    assert done.returncode == 0, done.stderr
    (break_rules if hook["id"] == "llmrules-lint" else break_case)(project)
    assert shell(command, project).returncode == 1


def test_the_hooks_run_when_a_file_of_a_project_changes(project: Path) -> None:
    """pre-commit would run both for each file that people write in a project, and for no program."""
    from identify.identify import tags_from_path

    written = [path for path in project.rglob("*") if path.is_file()]
    program = project / "a.py"
    program.write_text("", encoding="utf-8")
    for hook in HOOKS:
        assert all(tags_from_path(str(path)) & {*hook["types_or"]} for path in written)
        assert not tags_from_path(str(program)) & {*hook["types_or"]}


# GitHub


def step(name: str, project: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action with these inputs, else its own."""
    values = {key: str(value["default"]) for key, value in ACTION["inputs"].items()} | inputs
    environ = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
        for key, text in STEPS[name].get("env", {}).items()
    }
    return shell(STEPS[name]["run"], project, **environ)


def test_the_action_passes_on_a_new_project(project: Path) -> None:
    """Neither step finds anything, and nothing is annotated."""
    for name in ("Lint", "Test"):
        done = step(name, project)
        assert done.returncode == 0, done.stderr
        assert "::" not in done.stdout


def test_the_action_annotates_what_is_wrong(project: Path) -> None:
    """A finding stands at its line in the rule file, a failing case at what it expects, by paths of the project."""
    break_rules(project)
    lint = step("Lint", project)
    line = (project / "policy/ours.toml").read_text("utf-8").splitlines().index('when.budgit = "tight"') + 1
    assert lint.returncode == 1
    assert f"::error file=policy/ours.toml,line={line}," in lint.stdout
    (project / "policy/ours.toml").write_text((project / "policy/ours.toml").read_text("utf-8").removesuffix(WRONG))
    break_case(project)
    test = step("Test", project)
    assert test.returncode == 1
    assert "::error file=cases/customer-letters.toml,line=" in test.stdout


def test_the_inputs_are_arguments_and_never_program(project: Path) -> None:
    """Several words are several arguments; what a shell would run or expand stays text."""
    assert step("Lint", project, lint="--strict policy").returncode == 0
    hostile = step("Test", project, test="cases; touch $(echo made) `touch made`")
    assert hostile.returncode == 2
    assert not (project / "made").exists()
    assert all("${{" not in one["run"] for one in STEPS.values())


def test_the_action_installs_what_it_stands_beside() -> None:
    """It installs the checkout that GitHub fetched with it, on a Python that the package supports."""
    assert STEPS["Install llmrules"]["run"] == 'python -m pip install --quiet "$GITHUB_ACTION_PATH"'
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python = ACTION["inputs"]["python-version"]["default"]
    assert f"Programming Language :: Python :: {python}" in package["classifiers"]
    assert ACTION["runs"]["using"] == "composite"
    assert all(one["shell"] == "bash" for one in STEPS.values())


# The page


def test_the_page_speaks_of_what_is_there() -> None:
    """docs/checks.md names each hook and each input, its examples are read, and its version is the package's."""
    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    precommit, workflow = blocks
    (repository,) = precommit["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in HOOKS]
    used = workflow["jobs"]["llmrules"]["steps"][1]
    assert used["with"].keys() <= ACTION["inputs"].keys()
    assert all(f"| `{name}` |" in PAGE for name in ACTION["inputs"])
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert repository["rev"] == used["uses"].partition("@")[2] == f"v{version}"


def test_the_commands_of_the_page_run(project: Path) -> None:
    """Each command of the page passes in a new project."""
    shown = re.findall(r"^\$ (llmrules .*)$", PAGE, re.MULTILINE)
    assert shown
    for command in shown:
        assert shell(command, project).returncode == 0
