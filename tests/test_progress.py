"""A bar is for a person who waits: on a terminal, after a second, and gone when the work is done."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from time import sleep
from typing import TYPE_CHECKING

import pexpect
import pytest

if TYPE_CHECKING:
    from pathlib import Path

LABEL = "Reading the catalogue"

WORK = """\
import sys
from pathlib import Path

from llmrules.cli import progress as module
from llmrules.reading.files import read_catalog_file

module.PATIENCE = float(sys.argv[2])
with module.progress("Reading the catalogue") as advance:
    advance(0, 4)
    data = read_catalog_file(Path(sys.argv[1])).data
    for done, model in enumerate(data["model"], start=1):
        advance(done, len(data["model"]))
print("models:", len(data["model"]))
"""
"""Reads a catalogue. Where its file is a pipe, it waits in the middle of the work for as long as the test wants."""

CATALOGUE = "language = 1\n" + "[[model]]\nid = 'a'\n" * 4


def environment(**more: str) -> dict[str, str]:
    """Return an environment for a terminal without anything that decides colour."""
    kept = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR", "TERM"}}
    return {**kept, "TERM": "xterm-256color", **more}


def on_terminal(path: Path, patience: float = 0, **more: str) -> pexpect.spawn[str]:
    """Start the work on a pseudo-terminal."""
    arguments = ["-c", WORK, str(path), str(patience)]
    return pexpect.spawn(
        sys.executable, arguments, env=environment(**more), dimensions=(20, 80), encoding="utf-8", timeout=60
    )


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A file that cannot be read to its end before the test has written it."""
    path = tmp_path / "catalog.toml"
    os.mkfifo(path)
    return path


def test_who_waits_is_shown_a_bar_that_is_gone_at_the_end(pipe: Path) -> None:
    """Once there is no more patience the bar stands there; at the end its line is wiped and the cursor is back."""
    child = on_terminal(pipe)
    child.expect(LABEL)
    pipe.write_text(CATALOGUE, encoding="utf-8")
    printed = child.read()
    assert printed.endswith("models: 4\r\n")
    assert "\x1b[2K" in printed[printed.rfind(LABEL) + 1 :]
    assert "\x1b[?25h" in printed
    child.close()
    assert child.exitstatus == 0


def test_a_command_shows_that_it_reads_a_large_catalogue(pipe: Path, tmp_path: Path) -> None:
    """After the first second the bar stands there; what the command prints in the end has nothing of it."""
    arguments = ["decide", "--set", "offline=true", "--isolated", "--catalog", str(pipe)]
    code = "import sys; from llmrules.cli import main; main()"
    child = pexpect.spawn(
        *(sys.executable, ["-c", code, *arguments]), env=environment(), cwd=str(tmp_path), encoding="utf-8", timeout=60
    )
    with pipe.open("w", encoding="utf-8") as stream:  # which waits until the command reads
        sleep(1.2)
        stream.write("language = 1\n[[model]]\nid = 'a'\n")
    child.expect(LABEL)
    printed = child.read()
    assert LABEL not in printed[printed.rfind("\x1b[2K") :]
    child.close()
    assert child.exitstatus == 0


def test_what_is_done_at_once_shows_nothing(tmp_path: Path) -> None:
    """Within the first second nothing at all is written, whatever is advanced."""
    path = tmp_path / "catalog.toml"
    path.write_text(CATALOGUE, encoding="utf-8")
    assert on_terminal(path, patience=60).read() == "models: 4\r\n"


def test_no_color_is_a_bar_without_colour(pipe: Path) -> None:
    """With NO_COLOR the bar moves and is wiped, but nothing is coloured or bold."""
    child = on_terminal(pipe, NO_COLOR="1")
    child.expect(LABEL)
    pipe.write_text(CATALOGUE, encoding="utf-8")
    printed = str(child.before) + child.read()
    assert not re.search(r"\x1b\[[0-9;]*m", printed)
    assert printed.endswith("models: 4\r\n")


def test_a_terminal_that_cannot_wipe_is_left_alone(pipe: Path) -> None:
    """A dumb terminal would keep every state of the bar."""
    child = on_terminal(pipe, TERM="dumb")
    pipe.write_text(CATALOGUE, encoding="utf-8")
    assert child.read() == "models: 4\r\n"


def test_a_pipe_shows_nothing(tmp_path: Path) -> None:
    """Where standard error is no terminal there is no bar, even for the most impatient."""
    path = tmp_path / "catalog.toml"
    path.write_text(CATALOGUE, encoding="utf-8")
    arguments = [sys.executable, "-c", WORK, str(path), "0"]
    done = subprocess.run(arguments, env=environment(FORCE_COLOR="1"), capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"models: 4\n", b"")


def test_output_to_a_file_stays_out_of_the_terminal(pipe: Path, tmp_path: Path) -> None:
    """What is printed while the bar stands goes where standard output goes, and nothing of the bar with it."""
    script, out = tmp_path / "work.py", tmp_path / "out.txt"
    script.write_text(WORK.replace("    for done", '    print("one line")\n    for done'), encoding="utf-8")
    command = f"exec '{sys.executable}' '{script}' '{pipe}' 0 > '{out}'"
    child = pexpect.spawn("/bin/sh", ["-c", command], env=environment(), encoding="utf-8", timeout=60)
    child.expect(LABEL)
    pipe.write_text(CATALOGUE, encoding="utf-8")
    assert "one line" not in child.read()
    assert out.read_text(encoding="utf-8") == "one line\nmodels: 4\n"


def test_a_failure_goes_through_and_takes_the_bar_with_it(pipe: Path) -> None:
    """What the work raises is what is seen, below the place where the bar was."""
    child = on_terminal(pipe)
    child.expect(LABEL)
    pipe.write_text("[[", encoding="utf-8")
    printed = child.read()
    assert "\x1b[2K" in printed[: printed.index("Traceback")]
    assert LABEL not in printed[printed.index("Traceback") :]
    assert "[syntax]" in printed
