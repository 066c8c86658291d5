"""A decision fits one screen: at most 25 lines of 100 columns, whatever the case, the catalogue and the language."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.commands import run
from tests.mutants import EXAMPLES
from tests.shipped_cases import decided
from tests.worlds import decide, model, rule, world

from llmrules import Advisor
from llmrules.language.profile import read_profile
from llmrules.language.texts import LANGUAGES
from llmrules.reading.files import parse_toml
from llmrules.say.columns import width_of
from llmrules.say.report.screen import HEIGHT, Said, screen_lines

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def advisors() -> dict[str, Advisor]:
    """The families of early 2026, and what is laid on top of them."""
    return {name: Advisor.load(engine="plain", catalog=["article", name] if name else []) for name in ("", "2026-11")}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_decision_fits_one_screen(path: Path, advisors: dict[str, Advisor]) -> None:
    """Each example, among the twelve in both languages, and among the offers of November in one after the other."""
    for catalog, over in (("", "models"), ("2026-11", "offers")):
        decision = advisors[catalog].decide(path, over=over) if catalog else decided(path)  # type: ignore[arg-type]
        for language in (LANGUAGES[EXAMPLES.index(path) % 2],) if catalog else LANGUAGES:
            lines = decision.screen(language).splitlines()
            assert len(lines) <= HEIGHT, "\n".join(lines)
            assert max(map(width_of, lines)) <= 100, "\n".join(lines)
            assert sum(line != "" for line in lines) >= 5


def test_a_narrow_terminal_has_narrow_lines(advisors: dict[str, Advisor]) -> None:
    """On sixty columns nothing is wider than sixty."""
    trace = advisors[""].decide(EXAMPLES[0]).trace
    assert max(width_of(str(line)) for line in screen_lines(trace, width=60)) <= 60


def test_who_is_out_stands_under_the_reason_that_most_share(advisors: dict[str, Advisor]) -> None:
    """Each excluded model is named once, beside one reason."""
    said = " ".join(advisors[""].decide({"fine_tuning": True}).screen().split())
    assert said.count("Claude, Gemini, GPT-5, Grok") == 1
    assert "out 4" in said


def test_a_choice_that_somebody_must_approve_says_so_in_its_headline() -> None:
    """Nobody reads a recommendation without what it waits for; an approval that was given is no reservation."""
    asking = world(rule("review", "caution.open = 'closed'\nlevel = 'approval'"), model("lark", open="closed"))
    head = "[requirements]\nas_of = 2026-03-01\n"
    approval = "[[approval]]\nrule = 'review'\nmodel = 'lark'\nby = 'Legal'\non = 2026-01-15\n"
    for text, said in ((head, True), (head + approval, False)):
        profile = read_profile(parse_toml(text, "case.toml"), asking.knowledge.ruleset.vocabulary)
        assert ("once somebody approves" in asking.decide(profile).screen().splitlines()[0]) is said


def test_a_lead_by_what_is_not_known_of_the_next_says_so() -> None:
    """Who is ahead only because a value is missing elsewhere is not simply better than the next."""
    graded = rule("room", "prefer.window.toward = 'highest'\nweight = 2")
    soft = rule("open", "prefer.open = 'free'\nweight = 1")
    for other, said in (({"open": "free"}, True), ({"window": 1_000}, False), ({}, True)):
        asking = world(graded + soft, model("lark", window=100_000) + model("wren", **other))
        answer = asking.decide({}).screen().split("as of")[0]
        assert ("only by what is not known of it: window" in " ".join(answer.split())) is said


def test_quiet_prints_the_ids_of_the_first_place_alone() -> None:
    """A script reads the choice, one id a line; the exit status stays."""
    done = run("decide", str(EXAMPLES[0]), "--quiet")
    assert done.output.split() == list(Advisor.load(catalog=["article"], engine="plain").decide(EXAMPLES[0]).best)


def test_printing_a_decision_prints_the_screen(advisors: dict[str, Advisor]) -> None:
    """The report with everything stays a word away."""
    decision = advisors[""].decide(EXAMPLES[0])
    assert str(decision) == decision.screen()
    assert len(decision.report().splitlines()) > HEIGHT


def test_a_grave_caution_is_told_to_its_end(advisors: dict[str, Advisor]) -> None:
    """Whatever else is cut for it: what needs an approval, and what is warned of, is read in full."""
    decision = advisors["2026-11"].decide(next(path for path in EXAMPLES if path.stem == "captions-for-a-museum"))
    said = " ".join(decision.screen().split())
    assert "needs approval (Llama 4 Maverick 17B-128E Instruct): It is open-weight under no common" in said
    assert "or how open it is, or its licence, is not known warning (Llama 4 Maverick 17B-128E" in said


@pytest.mark.parametrize(("grave", "counted"), [(1, ""), (2, ""), (3, "1 more caution")])
def test_no_grave_caution_is_lost(grave: int, counted: str) -> None:
    """Two are told, each to its end however long it is, the last as well; a third is counted."""
    long = " ".join(["word"] * 60)
    rules = (
        rule(f"w{number}", "caution.weights = true\nlevel = 'warning'", because=f"{long} end-{number}.")
        for number in range(grave)
    )
    said = " ".join(decide(world("".join(rules), model("lark", weights=True))).screen().split())
    assert f"mind {grave} warning (lark): {long} end-0" in said
    assert [number for number in range(3) if f"warning (lark): {long} end-{number}" in said] == [*range(min(grave, 2))]
    assert ("more caution" in said, counted in said) == (counted != "", True)


def test_by_which_exemption_the_first_place_stands_is_told() -> None:
    """Who approved it and when it ends is read beside the choice, and not only in the full report."""
    policy = rule("free-only", "require.open = 'free'") + rule(
        "pilot", "exempt = ['free-only']\nwhere.open = 'closed'\napprover = 'CIO'\neffective_to = 2026-12-31"
    )
    for lark, said in (("closed", True), ("free", False)):
        screen = world(policy, model("lark", open=lark)).decide({"as_of": date(2026, 3, 1)}).screen()
        assert ("mind 1 exempted (pilot, approved by CIO, until 2026-12-31): " in " ".join(screen.split())) is said


def test_what_is_too_long_is_cut_behind_a_word_and_keeps_its_end() -> None:
    """The sign says that something is left out; what must be read stands behind it."""
    (line,) = Said("why, " * 60, end=" (and 3 more)").lines(60, 1)
    assert line.endswith("why… (and 3 more)")
    assert len(line) <= 60
    assert Said("why", end=" (and 3 more)").lines(60, 1) == ["why (and 3 more)"]


def test_no_word_is_cut(advisors: dict[str, Advisor]) -> None:
    """What stands before the sign of a cut is a word of the report, not the beginning of one."""
    decision = advisors["2026-11"].decide({"context_tokens": 200_000, "modalities": ["text", "image"]})
    words = {word.strip(".,;:()") for word in decision.report().split()}
    ends = [line.split()[-1] for line in decision.screen().splitlines() if line.endswith("…")]
    assert ends
    assert {end.rstrip("…") for end in ends} <= words


def test_only_rules_that_apply_are_counted_as_passed() -> None:
    """A hard rule whose ``where`` is false of the first place says nothing for it."""
    hard = rule("on", "require.window.at_least = 10") + rule("off", "require.window.at_least = 20\nwhere.open = 'free'")
    said = " ".join(world(hard, model("lark", window=100, open="closed")).decide({}).screen().split())
    assert "passes the 1 hard rule that applies; " in said
    none = world(rule("off", "require.window.at_least = 20\nwhere.open = 'free'"), model("lark", open="closed"))
    assert "no hard rule stands against it; no rule gives it points" in none.decide({}).screen()
    assert "0" not in none.decide({}).screen("ko").split("근거")[1].splitlines()[0]
