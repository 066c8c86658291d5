"""``advise``, ``what-if`` and ``decide --firmness`` tell what advice finds, in both languages and as JSON."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import attrs
import pytest
from tests.commands import run
from tests.documents import ROOT

from llmrules import Advisor
from llmrules.say.page import render_page
from llmrules.worlds.advice.asking import Answer, Pair, Question, Questions
from llmrules.worlds.advice.document import plain
from llmrules.worlds.advice.finding_out import Worth, WorthKnowing
from llmrules.worlds.advice.firmness import Firmness, ShelfLife, Stays
from llmrules.worlds.advice.relaxing import Found, NearMiss, Relaxation
from llmrules.worlds.changes import Stated


def test_what_nobody_can_have_is_told() -> None:
    """Where nothing fits: what cannot be had together, and the least that would help, the smallest change first."""
    done = run("advise", "example:nothing-fits")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[:2] == [
        "What cannot be had together",
        "  data may not leave: yes and kinds of input: text, audio, video: together they leave nobody",
    ]
    rules = [line for line in lines if line.endswith("]")]
    assert [line.partition(":")[0] for line in rules[2:4]] == ["    as above", "    as above"]
    assert all("[model-takes-the-input, rules/data.toml:" in line for line in rules[::2])
    assert all("[weights-must-be-available, rules/customization.toml:" in line for line in rules[1::2])
    helps = lines.index("The least that would help")
    assert lines[helps + 1].startswith("  kinds of input not stated: ")
    assert "How firm the first place is" not in lines
    korean = run("advise", "example:nothing-fits", "--lang", "ko").output
    assert korean.startswith("함께 충족할 수 없는 요구사항\n")


def test_what_a_choice_depends_on_is_told() -> None:
    """The ends of what is stated, what still matters, and what to find out."""
    told = run("advise", "example:hospital-records").output
    for part in ("\n  context needed: the first place stays at ", "\nWorth finding out\n"):
        assert part in told
    assert "\nWhat still matters, in order\n" in told
    decision = Advisor.load(catalog=["article"], engine="plain").decide(ROOT / "examples/hospital-records.toml")
    found = json.loads(run("advise", "example:hospital-records", "--format", "json").output)
    assert (found["format"], found["best"]) == ("llmrules.advice/1", list(decision.best))
    assert found["firmness"] == plain(decision.firmness)
    assert found["next_questions"] == plain(decision.next_questions)


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


def test_the_page_on_advice_names_every_field_of_its_json() -> None:
    """Each field of each record stands in the section on JSON."""
    text = (ROOT / "docs/advice.md").read_text(encoding="utf-8").partition("## As JSON")[2].partition("\n## ")[0]
    records = (Found, Relaxation, Stated, NearMiss, Questions, Question, Answer, Pair, Worth, WorthKnowing)
    for record in (*records, Firmness, Stays, ShelfLife):
        for one in attrs.fields(record):
            assert f"`{one.name}`" in text, f"{record.__name__}.{one.name}"


def test_a_model_is_told_what_it_would_take() -> None:
    """Beneath the chain: the least changes after which it is eligible, and first; nothing of what it is already."""
    told = run("decide", "example:code-review", "--model", "gemini", "--lang", "en").output
    assert "to be eligible" not in told
    heading, first, *_ = told.partition("What it would take for ")[2].splitlines()
    assert heading == "Gemini to be first"
    assert first.startswith("  context needed: ")
    best = run("decide", "example:code-review", "--model", "claude", "--lang", "en").output
    assert "What it would take" not in best
    out = run("decide", "example:hospital-records", "--model", "claude", "--lang", "ko").output
    assert "\nClaude가 적격이 되려면\n" in out


def test_a_number_that_stands_for_a_band_is_told_by_its_bound() -> None:
    """What would help is any number beyond one at which something turns, not the one that was tried."""
    said = run("advise", "example:code-review", "--model", "gemini", "--lang", "en").output
    assert "  context needed: more than 200,000 tokens instead of 120,000 tokens: " in said
    decision = Advisor.load(catalog=["article"], engine="plain").decide(ROOT / "examples/code-review.toml")
    assert decision.what_if(context_tokens=200_001).best == ("gemini",) != decision.what_if(context_tokens=200_000).best
    korean = run("advise", "example:code-review", "--model", "gemini", "--lang", "ko").output
    assert "  필요한 컨텍스트: 120,000토큰 대신 200,000토큰 초과: " in korean


def test_what_it_would_take_is_said_as_json_too() -> None:
    """Both lists of changes of the model that is asked about, by its name in the catalogue or by its id."""
    ways = json.loads(run("advise", "example:hospital-records", "--model", "Claude", "--format", "json").output)
    taken = ways["what_would_it_take"]
    decision = Advisor.load(catalog=["article"], engine="plain").decide(ROOT / "examples/hospital-records.toml")
    eligible, first = decision.what_would_it_take("claude")
    assert (taken["model"], taken["eligible"], taken["first"]) == ("claude", plain(eligible), plain(first))
    assert taken["eligible"]["ways"]
    said = run("advise", "example:hospital-records", "--model", "claude", "--lang", "ko").output
    assert said.startswith("Claude가 적격이 되려면\n")
    assert run("advise", "example:hospital-records", "--model", "claud").exit_code == 2


def test_where_nothing_fits_the_screen_begins_with_what_helps() -> None:
    """The least changes, then who is nearest with what falls short, before who is out."""
    lines = run("decide", "example:nothing-fits", "--lang", "en").output.splitlines()
    labels = [line.split()[0] for line in lines if line[:1].strip() and line[7:8].strip()]
    assert labels.index("help") < labels.index("near") < labels.index("out")
    assert "near   DeepSeek, but for kinds of input (input taken: lacks audio, video)" in lines


def test_what_the_screen_says_of_firmness_is_so() -> None:
    """Beyond the number that it names, and from the day that it names on, another is first."""
    decision = Advisor.load(catalog=["article"], engine="plain").decide(ROOT / "examples/code-review.toml")
    firm = next(line for line in decision.screen().splitlines() if line.startswith("firm"))
    said = "firm   stays first unless context needed passes 200,000 tokens; until 2026-11-30, then DeepSeek"
    assert firm == said
    assert decision.what_if(context_tokens=200_000).best == decision.best
    assert decision.what_if(context_tokens=200_001).best != decision.best
    assert decision.what_if(as_of="2026-11-29").best == decision.best
    assert decision.what_if(as_of="2026-11-30").best == ("deepseek",)


def test_what_the_screen_says_of_a_tie_is_so() -> None:
    """Within its numbers the same models share the first place, beyond they do not."""
    decision = Advisor.load(catalog=["article"], engine="plain").decide(ROOT / "examples/research-lab.toml")
    said = "the tie holds unless largest model that the hardware holds reaches 685 billion parameters or falls below 40"
    assert said in " ".join(decision.screen().split())
    for size, same in ((40, True), (39, False), (684, True), (685, False)):
        assert (decision.what_if(hardware_parameters=size).best == decision.best) == same
    assert decision.what_if(tasks=["coding"]).best == ("gemma",)
    korean = run("decide", "example:research-lab", "--lang", "ko").output
    assert "유지   다음 경우가 아니면 공동 1위 유지: " in korean


def test_answers_that_do_the_same_are_told_as_one_up_to_where_the_outcome_turns() -> None:
    """Of a number the bounds that are told are those at which the outcome turns, and lie where they are said to."""
    decision = Advisor.load(catalog=["article"], engine="plain").decide(ROOT / "examples/hospital-records.toml")
    told = run("advise", "example:hospital-records", "--lang", "en").output
    assert "    less than 13.88648 GB: nobody fits; " in told
    assert "    13.88648 GB or more and less than 15.07 GB: Phi-3 Mini; " in told
    assert "    embeddings, images, speech, video: nobody fits; " in told
    outcomes = {}
    for memory in ("13.88", "13.88648", "15.06", "15.07"):
        there = decision.what_if(hardware_memory=Decimal(memory))
        outcomes[memory] = (there.best, tuple(one.model for one in there.ranking))
    assert outcomes["13.88"] == ((), ())
    assert outcomes["13.88648"] == outcomes["15.06"] != outcomes["15.07"]


def test_the_page_has_all_advice_in_sections() -> None:
    """Where somebody is first: firmness and questions; where nobody is: what conflicts, helps and is nearest."""
    advisor = Advisor.load(catalog=["article"], engine="plain")
    for name, sections in (
        ("code-review", {"firmness", "asking", "worth"}),
        ("nothing-fits", {"conflicting", "helping", "nearest", "asking", "worth"}),
    ):
        page = advisor.decide(ROOT / f"examples/{name}.toml").html()
        found = {*re.findall(r'<section id="(\w+)"', page)}
        assert found & {"firmness", "asking", "conflicting", "helping", "nearest", "worth"} == sections


def test_a_trace_alone_has_the_same_advice() -> None:
    """The page that is made from a trace says what the page of the decision says."""
    for name in ("code-review", "nothing-fits"):
        decision = Advisor.load(catalog=["article"], engine="plain").decide(ROOT / f"examples/{name}.toml")
        assert render_page(decision.trace) == decision.html()


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
