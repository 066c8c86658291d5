"""``advise``, ``what-if`` and ``decide --firmness`` tell what advice finds, in both languages and as JSON."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from tests.documents import ROOT

from llmrules import Advisor
from llmrules.cli import main
from llmrules.worlds.advice.document import plain


def run(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, arguments, prog_name="llmrules", catch_exceptions=False)


def test_what_nobody_can_have_is_told() -> None:
    """Where nothing fits: what cannot be had together, and the least that would help, the smallest change first."""
    done = run("advise", "example:nothing-fits")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[:3] == [
        "What cannot be had together",
        "  data may not leave, kinds of input: together they leave nobody",
        "  place of deployment, kinds of input: together they leave nobody",
    ]
    helps = lines.index("The least that would help")
    assert lines[helps + 1].startswith("  kinds of input not stated: ")
    assert "How firm the first place is" not in lines
    korean = run("advise", "example:nothing-fits", "--lang", "ko").output
    assert korean.startswith("함께 충족할 수 없는 요구사항\n")


def test_what_a_choice_depends_on_is_told() -> None:
    """The margin, the ends of what is stated, the rules it rests on, what still matters, and what to find out."""
    told = run("advise", "example:hospital-records").output
    for part in (": ahead by ", "\n  context needed: the first place stays at ", "\nWorth finding out\n"):
        assert part in told
    assert "\nWhat still matters, the first question first\n" in told
    decision = Advisor.load(engine="plain").decide(ROOT / "examples/hospital-records.toml")
    found = json.loads(run("advise", "example:hospital-records", "--format", "json").output)
    assert (found["format"], found["best"]) == ("llmrules.advice/1", list(decision.best))
    assert found["firmness"] == plain(decision.firmness)
    assert found["next_questions"] == plain(decision.next_questions)
    for rule in found["firmness"]["rests_on"]:
        assert rule in told


def test_a_decision_tells_its_firmness_beneath() -> None:
    """The option adds it to the screen and to nothing else."""
    screen = run("decide", "example:hospital-records").output
    firm = run("decide", "example:hospital-records", "--firmness").output
    assert firm.startswith(screen)
    assert firm.removeprefix(screen).splitlines()[1] == "How firm the first place is"
    trace = run("decide", "example:hospital-records", "--firmness", "--format", "json").output
    assert json.loads(trace)["format"] == "llmrules.trace/1"


def test_a_day_can_be_stated_otherwise() -> None:
    """Dates are answers as all others are."""
    done = run("what-if", "example:code-review", "--set", "as_of=2026-12-15")
    assert done.output.startswith("The choice changes: Claude")


def test_what_if_tells_what_changes_and_why() -> None:
    """Another answer, or none, is compared as two traces are."""
    done = run("what-if", "example:hospital-records", "--set", "context_tokens=500000")
    assert done.exit_code == 0
    assert done.output.startswith("The choice changes: ")
    assert "Because of requirement context needed" in done.output
    found = json.loads(run("what-if", "example:hospital-records", "--drop", "domain", "--format", "json").output)
    assert [one["id"] for one in found["differences"]] == ["requirement:domain"]
    same = run("what-if", "example:hospital-records", "--set", "context_tokens=30000", "--lang", "ko")
    assert same.output.startswith("결과가 같습니다")


@pytest.mark.parametrize(
    "arguments",
    [
        ("advise",),
        ("what-if", "example:hospital-records"),
        ("what-if", "example:hospital-records", "--drop", "nothing_of_the_kind"),
        ("what-if", "example:hospital-records", "--set", "context_tokens=many"),
    ],
)
def test_what_cannot_be_asked_is_bad_input(arguments: tuple[str, ...]) -> None:
    """Without a case, or without another answer, there is nothing to say."""
    assert run(*arguments).exit_code == 2
