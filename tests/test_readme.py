"""The READMEs run: the first program prints what the page says, and each command runs as written, one after another."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context
from tests.commands import run
from tests.import_files import FILES, FOLDER

from llmrules.cli import main

ROOT = Path(__file__).parent.parent
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")}
DIFFERENT = 1
"""The exit status of ``diff`` where something changes, and of ``lint`` and ``audit`` where something is wrong."""


@pytest.mark.parametrize("page", PAGES)
def test_the_first_program_prints_what_the_page_says(page: str) -> None:
    """The code of a README is run, and its output is the block that follows it: the answer on one screen."""
    code, output = re.findall(r"```(?:python|text)\n(.*?)```", PAGES[page], re.DOTALL)[:2]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, page, "exec"), {})  # noqa: S102 - it is our own page
    assert printed.getvalue().rstrip() == output.rstrip()


@pytest.mark.parametrize("page", PAGES)
def test_code_comes_first(page: str) -> None:
    """The first code stands by line 15."""
    assert PAGES[page][: PAGES[page].index("```")].count("\n") < 15


def commands(page: str) -> list[str]:
    """Return the commands that a page shows."""
    return re.findall(r"^\$ (llmrules .*)", PAGES[page], re.MULTILINE)


def test_every_command_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with a file of models.dev beside, each command of a page runs after those before it.

    The pages take turns, since both show the same commands. A shell runs what needs one.
    """
    shutil.copy(FOLDER / FILES["models-dev"], tmp_path / "api.json")
    monkeypatch.chdir(tmp_path)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    for number, pair in enumerate(zip(*map(commands, PAGES), strict=True)):
        command = pair[number % len(PAGES)]
        if " > " in command:
            subprocess.run(["/bin/sh", "-c", command], env=environment, check=True)
            continue
        done = run(*shlex.split(command, comments=True)[1:])
        assert done.exit_code in {0, DIFFERENT}, f"{command}\n{done.stderr}"
        assert done.stdout, command


def test_both_pages_show_the_same_commands() -> None:
    """The Korean page asks for Korean, where a command takes a language, and for nothing else than the English one."""
    english, korean = ([re.sub(r" --lang ko|\s+#.*", "", one) for one in commands(page)] for page in PAGES)
    assert [one.strip() for one in english] == [one.strip() for one in korean]
    for name in {one.split()[1] for one in commands("README.ko.md") if " --lang ko" in one}:
        command = main.get_command(Context(main), name)
        assert command is not None
        assert any("--lang" in option.opts for option in command.params), name
