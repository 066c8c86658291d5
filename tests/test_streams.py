"""Files and streams that are not as usual end in one sentence or quietly, with the usual exit statuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.commands import run

from llmrules import Advisor
from llmrules.check.audit import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
PROFILE = ROOT / "examples" / "hospital-records.toml"
COMMAND = f"'{sys.executable}' -c 'from llmrules.cli import main; main(prog_name=\"llmrules\")'"


def shell(line: str, folder: Path) -> tuple[int, str, str]:
    """Run a command of ours as a shell does; return its status and what it said on both streams."""
    done = subprocess.run(
        ["/bin/bash", "-c", line.replace("llmrules", COMMAND, 1)],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved trace."""
    path = tmp_path_factory.mktemp("traces") / "decision.json"
    Advisor.load(catalog=["article"], engine="plain").decide({"fine_tuning": True}).trace.save(path)
    return path


OUTPUTS = (
    f"decide {PROFILE}",
    f"decide {PROFILE} --format json",
    f"decide {PROFILE} --format html",
    "rules",
    "schema trace",
)


@pytest.mark.parametrize("arguments", OUTPUTS[::2])
def test_a_closed_standard_output_is_quiet(arguments: str, tmp_path: Path) -> None:
    """Who closes standard output wants the status alone, and gets it."""
    assert shell(f"llmrules {arguments} >&-", tmp_path) == (0, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [*OUTPUTS[1:4], "--help"])
def test_a_full_disk_is_one_sentence(arguments: str, tmp_path: Path) -> None:
    """What could not be written is said once, and the status is that of a file that cannot be written."""
    status, _, said = shell(f"llmrules {arguments} >/dev/full", tmp_path)
    assert status == 2
    assert said.startswith("<stdout>")
    assert "No space left on device" in said
    assert said.count("\n") == 1


def test_a_reader_that_goes_away_is_quiet(tmp_path: Path) -> None:
    """`| head` ends quietly, with the status of the decision."""
    line = f"set -o pipefail; (llmrules decide {PROFILE} --format json; echo $? >status) | head -c 1"
    assert shell(line, tmp_path)[1:] == ("{", "")
    assert (tmp_path / "status").read_text() == "0\n"


@pytest.mark.parametrize("stream", ["2>&-", "2>/dev/full"])
def test_an_error_that_nobody_can_hear_keeps_its_status(stream: str, tmp_path: Path) -> None:
    """Without standard error the status alone says what is wrong."""
    assert shell(f"llmrules decide nowhere.toml {stream}", tmp_path) == (2, "", "")
    assert shell(f"llmrules decide --no-such-option {stream}", tmp_path)[0] == 2


def test_a_closed_standard_input_is_one_sentence(tmp_path: Path) -> None:
    """A profile that cannot come is said to be missing."""
    assert shell("llmrules decide - <&-", tmp_path) == (2, "", "<stdin>: is closed [unreadable]\n")


def test_letters_that_a_stream_does_not_have_are_escaped(tmp_path: Path) -> None:
    """Where standard output is ASCII, what is not is written as its escape."""
    status, printed, _ = shell(f"export PYTHONIOENCODING=ascii; llmrules decide {PROFILE} --lang ko", tmp_path)
    assert status == 0
    assert printed.isascii()
    assert "\\uac" in printed


@pytest.mark.parametrize("arguments", [f"decide {PROFILE}", "lint", "test ."])
def test_a_working_folder_that_is_gone_is_one_sentence(arguments: str, tmp_path: Path) -> None:
    """Without a working folder nobody knows the project, and that is said."""
    status, printed, said = shell(f"mkdir gone; cd gone; rmdir ../gone; llmrules {arguments}", tmp_path)
    assert (status, printed) == (2, "")
    assert "the working folder is not there any more" in said
    assert "Traceback" not in said


def test_without_a_project_no_working_folder_is_needed(tmp_path: Path) -> None:
    """Whoever wants no settings, and names whole paths, needs no working folder."""
    line = f"mkdir gone; cd gone; rmdir ../gone; llmrules decide {PROFILE} --isolated --trace {tmp_path}/t.json"
    assert shell(line, tmp_path)[0] == 0
    assert (tmp_path / "t.json").is_file()


STRANGE = (
    "decide {}", "decide --set budget=tight --rules {}", "decide --set budget=tight --catalog {}",
    "decide --set budget=tight --among {}", "decide --set budget=tight --trace {}", "why {}", "verify {}",
    "verify {trace} --rules {}", "verify {trace} --profile {}", "audit {}", "diff {} {}", "diff {trace} {}",
    "diff --rules {} {}", "replay {}", "replay {trace} --rules {}", "replay {trace} --trace {}", "lint {}",
    "lint --catalog {}", "test {}", "test . --junit {}", "test . --rules {}", "rules --rules {}", "models --catalog {}",
    "schema rules --rules {}", "import models-dev {} -o out.json", "import models-dev {trace} -o {}", "init {}",
)  # fmt: skip


KINDS = ("a link to itself", "a folder", "a name that is too long", "a file within a file")


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [(one, kind) for place, one in enumerate(STRANGE) for kind in (*KINDS[:2], KINDS[2 + place % 2])],
)
def test_no_path_ends_a_command_in_a_traceback(
    kind: str, arguments: str, trace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a path leads to, a command ends with what is wrong and the usual status."""
    monkeypatch.chdir(tmp_path)
    name = {"a name that is too long": "x" * 5000 + ".toml", "a file within a file": f"{trace}/x.toml"}.get(
        kind, "odd.toml"
    )
    if kind == "a link to itself":
        (tmp_path / name).symlink_to(name)
    elif kind == "a folder":
        (tmp_path / name).mkdir()
    done = run(*(part.format(name, name, trace=trace) for part in arguments.split()))
    assert done.exception is None or isinstance(done.exception, SystemExit)
    fits = kind == "a folder" and arguments == "init {}"
    assert done.exit_code == (0 if fits else 2)
    assert fits or done.stderr.strip()


def pipe(path: Path) -> Path:
    """Make a pipe that nobody ever writes to."""
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("arguments", [["lint", "odd"], ["test", "odd"], ["rules", "--rules", "odd"]])
def test_a_pipe_in_a_folder_is_not_waited_for(arguments: Sequence[str], tmp_path: Path) -> None:
    """Whoever names a folder is told of a pipe in it."""
    (tmp_path / "odd").mkdir()
    pipe(tmp_path / "odd" / "rules.toml")
    status, _, said = shell(f"llmrules {' '.join(arguments)}", tmp_path)
    assert status == 2
    assert "odd/rules.toml: is no file: a pipe or a device" in said


def test_a_pipe_that_is_named_is_read(tmp_path: Path) -> None:
    """What a shell makes of <(…) is read like a file."""
    status, _, said = shell(f"llmrules decide <(cat {PROFILE})", tmp_path)
    assert (status, said) == (0, "")


def test_whatever_is_wrong_with_a_file_of_an_audit_is_its_line(
    trace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe, a folder, a link to itself, and what ends the checker leave the other traces as they are."""
    pipe(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "loop.json").symlink_to("loop.json")
    (tmp_path / "good.json").write_bytes(trace.read_bytes())
    (tmp_path / "unforeseen.json").write_bytes(trace.read_bytes())

    def examine(path: Path, *more: object) -> object:
        if path.name == "unforeseen.json":
            raise ValueError("Exceeds the limit" + "." * 5000)
        return real(path, *more)

    real = sys.modules["llmrules.check.audit"].examine
    monkeypatch.setattr("llmrules.check.audit.examine", examine)
    rows = {row.file: row for row in audit(tmp_path).rows}
    assert [name for name, row in rows.items() if row.ok] == ["good.json"]
    assert rows["pipe.json"].reason == "is no file: a pipe or a device"
    assert rows["folder.json"].reason == "is a folder, not a file"
    assert "Too many levels of symbolic links" in rows["loop.json"].reason
    assert rows["unforeseen.json"].reason.startswith("could not be examined: ValueError: Exceeds the limit...")
    assert len(rows["unforeseen.json"].reason) == 300


FIRST_LINE = "root:x:0:0:top secret\n"


def test_settings_tell_nothing_of_a_file_outside_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a project of others names elsewhere is said to lie there; not a word of it is shown."""
    (tmp_path / "passwd").write_text(FIRST_LINE)
    (tmp_path / "token.toml").write_text('[registry]\nsecret = "top secret"\n')
    project = tmp_path / "project"
    project.mkdir()
    (project / "linked.toml").symlink_to(tmp_path / "passwd")
    monkeypatch.chdir(project)
    for named in ("../passwd", "linked.toml", "../token.toml", f"{tmp_path}/passwd"):
        for key in ("rules", "catalog"):
            (project / "llmrules.toml").write_text(f'{key} = ["{named}"]\n')
            for arguments in (["rules"], ["decide", "--set", "budget=tight"], ["lint"], ["lint", "--format", "json"]):
                done = run(*arguments)
                assert done.exit_code in {1, 2}
                assert "lies outside of the project, and llmrules.toml names it" in done.output
                assert not any(word in done.output for word in ("secret", "registry", "root"))
    shown = run("lint", "--isolated", "../passwd")
    assert "top secret" in shown.output


def test_settings_that_are_a_link_out_of_the_project_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A settings file that leads elsewhere is told of like one that it names."""
    (tmp_path / "passwd").write_text(FIRST_LINE)
    project = tmp_path / "project"
    project.mkdir()
    (project / "llmrules.toml").symlink_to(tmp_path / "passwd")
    monkeypatch.chdir(project)
    done = run("rules")
    assert done.exit_code == 2
    assert "lies outside of the project" in done.stderr
    assert "secret" not in done.stderr


def test_what_is_wrong_inside_the_project_is_shown_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the project itself are worded as ever."""
    (tmp_path / "llmrules.toml").write_text('rules = ["ours.toml"]\n')
    (tmp_path / "ours.toml").write_text("language = 1\npakc = 1\n")
    monkeypatch.chdir(tmp_path)
    assert "did you mean: pack" in run("rules").stderr
