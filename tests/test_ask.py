"""``ask`` asks what still matters and nothing else, understands what people type, and loses no answer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest
from tests.commands import run
from tests.documents import ROOT

from llmrules import Advisor
from llmrules.cli.answers import understood
from llmrules.say.interview import Interviewer
from llmrules.worlds.advice.asking import next_questions
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from pathlib import Path

HOSPITAL = "example:hospital-records"
PROGRAM = str(shutil.which("llmrules", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])))  # noqa: PTH120 - no path is walked


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    """Our rules and models."""
    return Advisor.load(catalog=["article"], engine="plain")


def asked(output: str) -> list[str]:
    """Return the names of the questions that were asked."""
    return re.findall(r"^.+ {2}\((\w+)\)$", output, re.MULTILINE)


def test_what_is_asked_is_what_matters_next(advisor: Advisor) -> None:
    """Each question is the first of those that advice names for the case so far, and the last answer decides."""
    done = run("ask", HOSPITAL, "--lang", "en", stdin="\n1\nq\n")
    decision = advisor.decide(ROOT / "examples/hospital-records.toml")
    names = [one.attribute for one in next_questions(World.of(decision), most=0).questions]
    attribute = advisor.knowledge.ruleset.vocabulary[names[1]]
    answered = decision.what_if({names[1]: understood(attribute, "1", Interviewer(decision, "en").choices(attribute))})
    left = [one.attribute for one in next_questions(World.of(answered), most=0).questions if one.attribute != names[0]]
    assert asked(done.stdout) == [*names[:2], *left[:1]]
    assert answered.screen().splitlines()[1] in done.stdout


def test_an_answer_can_be_taken_back() -> None:
    """What ``b`` takes back was never said, and before the first question there is nothing to take back."""
    done = run("ask", HOSPITAL, "--lang", "en", stdin="b\nfine_tuning=no\nb\nq\n")
    assert done.exit_code == 0
    assert "This is the first question." in done.stderr
    assert len({*asked(done.stdout)}) < len(asked(done.stdout))
    assert "The same answers" not in done.stdout


def test_what_nobody_knows_is_not_asked_again() -> None:
    """Who knows nothing is asked everything once; what could still change the answer is named at the end."""
    done = run("ask", HOSPITAL, "--set", "deployment=on-premise", "--lang", "en", stdin="\n" * 60)
    names = asked(done.stdout)
    assert len({*names}) == len(names)
    assert f"What you left open could still change the answer: {names[0]}" in done.stderr


def test_where_nothing_matters_nothing_is_asked(tmp_path: Path) -> None:
    """A case that nobody can change any more is answered at once, and says that nothing else matters."""
    rules = tmp_path / "rules.toml"
    rules.write_text("language = 1\npack = 'none'\n", encoding="utf-8")
    done = run("ask", "--rules", str(rules), "--no-shipped-rules", "--isolated", "--lang", "en")
    assert asked(done.stdout) == []
    assert "No more questions matter" in done.stderr


def test_a_contradiction_is_told_at_once() -> None:
    """An answer against what follows from others is taken, and said to clash."""
    done = run("ask", HOSPITAL, "--lang", "en", stdin="fine_tuning=no\nq\n")
    assert "! These values clash: fine-tuning on own data" in done.stdout
    assert "--set fine_tuning=false\n" in done.stdout
    assert "--set context_tokens" not in done.stdout


def test_answers_are_saved_as_a_profile_that_decides_alike(advisor: Advisor, tmp_path: Path) -> None:
    """The saved file keeps the title, asks each question in a remark, and leads to the same decision."""
    saved = tmp_path / "saved.toml"
    done = run(
        "ask",
        HOSPITAL,
        "--save",
        str(saved),
        "--lang",
        "ko",
        stdin="deployment=1\ncontext_tokens=20k\ntasks=코드 작성과 리뷰,2\nq\n",
    )
    assert done.exit_code == 0
    assert f"llmrules decide {saved}" in done.stdout
    text = saved.read_text(encoding="utf-8")
    question = advisor.knowledge.ruleset.vocabulary["context_tokens"].ask
    assert question is not None
    assert f"# {question.ko}\ncontext_tokens = 20000\n" in text
    assert "\nas_of = 2026-03-01\n" in text
    assert "[expect]" not in text
    again = run("decide", str(saved), "--lang", "ko")
    assert again.stdout in done.stdout


def test_a_file_that_is_there_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    """Nobody answers for nothing: where the answers could not be kept, nothing is asked."""
    there = tmp_path / "there.toml"
    there.write_text("", encoding="utf-8")
    for target in (there, tmp_path / "nowhere" / "saved.toml"):
        done = run("ask", "--save", str(target), stdin="q\n")
        assert (done.exit_code, done.stdout) == (2, "")


def test_what_is_no_answer_ends_what_was_given_beforehand(tmp_path: Path) -> None:
    """The error names the file and the line, and the next name."""
    answers = tmp_path / "answers.txt"
    answers.write_text("# the case\n\ndeployment=cloud-apy\n", encoding="utf-8")
    done = run("ask", HOSPITAL, "--answers", str(answers), "--lang", "en")
    assert done.exit_code == 2
    assert f"{answers}:3: cloud-apy is no answer. Is cloud-api meant?" in done.stderr


def test_a_pipe_gets_lines_and_nothing_else() -> None:
    """Outside a terminal nothing is moved or erased, and every answer is seen."""
    done = subprocess.run(
        [PROGRAM, "ask", HOSPITAL, "--answers", "-"], input=b"1\nq\n", capture_output=True, check=False
    )
    assert done.returncode in {0, 3}
    assert b"\x1b" not in done.stdout
    assert b"\n> 1\n" in done.stdout


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("context_tokens", "200k", 200_000),
        ("context_tokens", "0", None),
        ("batch_share", "1.5", None),
        ("fine_tuning", "1", True),
        ("fine_tuning", "no", False),
        ("fine_tuning", "예", True),
        ("fine_tuning", "perhaps", None),
        ("deployment", "2", "on-premise"),
        ("deployment", "4", None),
        ("deployment", "a cloud API", "cloud-api"),
        ("deployment", "on-p", "on-premise"),
        ("deployment", "o", "on-premise"),
        ("modalities", "1 3", ["text", "audio"]),
        ("modalities", "video, 2", ["video", "image"]),
        ("modalities", "text, smell", None),
        ("ends_on", "2027-01-31", "2027-01-31"),
        ("ends_on", "soon", None),
    ],
)
def test_what_people_type_is_understood(advisor: Advisor, name: str, typed: str, meant: object) -> None:
    """Numbers and names of answers, their beginnings, sizes, and words for yes and no; all else is none."""
    decision = advisor.decide({})
    attribute = advisor.knowledge.ruleset.vocabulary[name]
    assert understood(attribute, typed, Interviewer(decision, "en").choices(attribute)) == meant


def on_terminal(*arguments: str, **more: str) -> pexpect.spawn[str]:
    """Start a command on a pseudo-terminal."""
    kept = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR", "TERM"}}
    environment = {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **more}
    return pexpect.spawn(PROGRAM, [*arguments], env=environment, dimensions=(40, 100), encoding="utf-8", timeout=30)


def test_on_a_terminal_the_ranking_stays_in_sight() -> None:
    """A case without anything offers the interview; each answer draws the ranking anew, with who moved."""
    child = on_terminal("decide", "--isolated", "--lang", "en", "--catalog", "article")
    child.expect(r"Shall I ask you what matters\? \[Y/n\]: ")
    child.sendline("")
    child.expect(r"\x1b\[2J\x1b\[H +1\.  .*Question 1; .*> ")
    child.sendline("mystery")
    child.expect("mystery is no answer.*> ")
    child.sendline("tasks=coding")
    child.expect(r"\x1b\[2J\x1b\[H1\.  DeepSeek .*Gemini .*down 1.*Question 2; .*> ")
    child.sendline("?")
    child.expect("eligible.*> ")
    child.sendeof()
    child.expect("Recommended: DeepSeek")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_a_dumb_terminal_is_never_redrawn() -> None:
    """Where a screen reader says so, the interview is lines, one under the other."""
    child = on_terminal("ask", HOSPITAL, "--lang", "ko", TERM="dumb", NO_COLOR="1")
    child.expect("> ")
    child.sendline("끝")
    assert "\x1b" not in f"{child.before}{child.read()}"
    child.close()
    assert child.exitstatus == 0
