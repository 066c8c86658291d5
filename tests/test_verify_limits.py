"""What a hostile or careless trace costs and keeps back: numbers, options, the clock, and what messages name."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run
from tests.conformance import at, small, tiers, told
from tests.mutants import canonical, mutants, mutate, one_of_each, reseal
from tests.test_verify import _everything
from tests.worlds import VOCABULARY, decide, model, rule, world

from llmrules import __version__
from llmrules.errors import LlmrulesError, LoadError, TraceError
from llmrules.trace.record import Trace
from llmrules.verify import verify
from llmrules.verify.kernel import derive
from llmrules.verify.kernel.reading import read_given
from llmrules.verify.kernel.refusal import Refusal
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.verify import Report

Document: TypeAlias = dict[str, Any]


def _sealed(document: Document) -> bytes:
    return canonical(reseal(document, {}))


def _wrong(report: Report) -> tuple[str, str, str]:
    assert report.wrong is not None, str(report)
    return report.wrong.code, report.wrong.at, report.wrong.names


# numbers


HOSTILE = {
    "4,000 digits": [f"1/{10**3_998 + 1}", f"1/{10**3_998 + 3}"],
    "200 of 100 digits": [f"1/{10**99 + 2 * number + 1}" for number in range(200)],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_points_of_many_digits_end_in_a_sentence_and_soon(name: str, tmp_path: Path) -> None:
    """Neither verify, audit nor why adds up what no decision writes; a traceback, and thirteen seconds, were before."""
    many = "".join(rule(f"p{number}", "prefer.weights = true\nweight = 1") for number in range(200))
    document = told(small(many))
    for criterion, points in zip(document["found"]["criteria"], HOSTILE[name], strict=False):
        criterion["outcomes"][0]["points"] = points
    (tmp_path / "traces").mkdir()
    path = tmp_path / "traces" / "hostile.json"
    path.write_bytes(_sealed(document))
    began = time.process_time()
    for command, what in (("verify", path), ("audit", tmp_path / "traces")):
        result = run(command, what)
        assert result.exit_code in {1, 2}, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "digits" in result.output or "must be a text that matches" in result.output
    result = run("why", path)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert time.process_time() - began < 5


def _finely(count: int) -> tuple[str, str, str]:
    """Return a vocabulary, rules and a model by which so many rules grade values of forty digits."""
    widths = [10**39 + 2 * number + 7 for number in range(count)]
    words = "".join(f'g{n} = {{ type = "number", marks = [0, {width}] }}\n' for n, width in enumerate(widths))
    document = '[[document]]\nid = "d"\ntitle = "D"\ndate = 2026-01-01\n'
    vocabulary = f'language = 1\npack = "vocabulary"\n{document}[model]\n{words}'
    rules = "".join(rule(f"r{n}", f"prefer.g{n}.toward = 'highest'\nweight = 3") for n in range(count))
    values = "".join(f"g{n} = 1\n" for n in range(count)) + "".join(f'sources.g{n} = "d"\n' for n in range(count))
    return vocabulary, rules, f'[[model]]\nid = "m"\n{values}'


def test_what_is_decided_can_be_read_and_what_cannot_be_read_is_not_decided() -> None:
    """Points of almost a thousand digits are verified; more are refused when the rules meet the values."""
    vocabulary, rules, models = _finely(24)
    report = verify(world(rules, models, vocabulary=vocabulary).decide({}).trace)
    assert report.ok, report
    vocabulary, rules, models = _finely(30)
    with pytest.raises(LoadError, match="more than 1,000") as raised:
        world(rules, models, vocabulary=vocabulary).decide({})
    assert {one.code for one in raised.value.errors} == {"too-many-digits"}


# options


def test_whatever_age_decide_takes_its_trace_says_readably(tmp_path: Path) -> None:
    """The largest number of days is written and verified; a larger one is refused before anything is written."""
    path = tmp_path / "trace.json"
    assert run("decide", "--set", "offline=true", "--stale-after", str(2**53 - 1), "--trace", path).exit_code == 0
    assert run("verify", path).exit_code == 0
    assert run("decide", "--stale-after", "9007199254740993", "--trace", tmp_path / "no.json").exit_code == 2
    assert not (tmp_path / "no.json").exists()
    with pytest.raises(ValueError, match="whole number of days"):
        world().decide({}, stale_after=2**53)


def test_a_day_that_was_assumed_is_the_day_of_the_clock() -> None:
    """A forger who moves the day decided for leaves the clock behind, which matching a profile looks at."""
    trace = decide_today()
    assert verify(trace, profile={"offline": True}).reached == "matched: profile"
    document = json.loads(trace.to_json())
    requirement = document["given"]["requirements"][0]
    assert (requirement["attribute"], requirement["origin"]) == ("as_of", "assumed")
    document["made_by"]["decided_at"] = "2026-03-01T00:00:00+00:00"
    report = verify(_sealed(document), profile={"offline": True})
    assert _wrong(report)[:2] == ("files", "/given/requirements/0/value")
    document["made_by"]["decided_at"] = "some time"
    assert not verify(_sealed(document), profile={"offline": True}).ok


def decide_today() -> Trace:
    """Return a trace whose day was assumed."""
    return world(rule("r", "require.weights = true"), model("m", weights=True)).decide({"offline": True}).trace


def test_what_was_not_compared_is_said_last() -> None:
    """In words and as JSON: what a trace alone cannot show, and what no file handed over speaks of."""
    alone = verify(decide_today())
    assert str(alone).splitlines()[-1].startswith("not compared: rule files, catalogue, profile")
    assert alone.plain()["not_compared"] == ["rule files", "catalogue", "profile"]
    partly = verify(decide_today(), profile={"offline": True})
    assert partly.plain()["level"] == "matched: profile"
    assert str(partly).startswith("matched: profile: ")
    assert str(partly).endswith("not compared: rule files, catalogue")


def test_why_derives_a_trace_again_or_says_that_it_did_not(tmp_path: Path) -> None:
    """What does not follow is named, and nobody accused where all digests fit; --fast says that it did not look."""
    document = told(small())
    (tmp_path / "right.json").write_bytes(_sealed(document))
    document["found"]["unread"], document["made_by"]["llmrules"] = ["room"], __version__
    (tmp_path / "forged.json").write_bytes(_sealed(document))
    document["made_by"]["llmrules"] = "0.0.9"
    (tmp_path / "older.json").write_bytes(_sealed(document))
    assert run("why", tmp_path / "right.json").stderr == ""
    said = run("why", tmp_path / "forged.json").stderr
    assert "does not follow from what it was given, at /found/unread" in said
    assert "though its digests fit" in said
    assert "[does-not-follow]" in said
    assert "was made by llmrules 0.0.9" in run("why", tmp_path / "older.json").stderr
    assert "[another-version]" in run("why", tmp_path / "older.json", "--lang", "ko").stderr
    assert "was not derived again" in run("why", tmp_path / "forged.json", "--fast").stderr
    assert "다시 도출하지 않았으므로" in run("why", tmp_path / "right.json", "--fast", "--lang", "ko").stderr


@pytest.mark.parametrize("named", [[], ["lark"]], ids=["all", "one"])
@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/given/rules", []),
        ("/given/catalogue", {"models": [], "values": {}}),
        ("/found/candidates/0/outcomes", []),
        ("/found/candidates/0/concluded", 9),
        ("/found/candidates/0/would_earn", ["x"]),
        ("/found/result/excluded", []),
    ],
)
def test_a_trace_that_contradicts_itself_is_a_sentence(
    pointer: str, value: object, named: list[str], tmp_path: Path
) -> None:
    """Where rules, models or parts of what was found are gone, ``why`` says so, or what the trace does not need."""
    document = told(tiers())
    at(pointer, value)(document)
    path = tmp_path / "forged.json"
    path.write_bytes(_sealed(document))
    for options in ([], ["--fast"]):
        ended = run("why", path, *named, *options)
        assert ended.exit_code in {0, 2}, ended.output
        assert isinstance(ended.exception, SystemExit | None)
    if pointer.startswith("/given"):
        assert "contradicts itself" in run("why", path, *named, "--fast").stderr
        assert "앞뒤가 맞지 않아" in run("why", path, *named, "--lang", "ko").stderr


def test_rules_that_override_each_other_without_end_are_a_limit() -> None:
    """A hostile chain or ring of thousands of overrides ends in a refusal, and does not keep an auditor waiting."""
    document = told(small())
    plain = {"pack": "p", "effect": "advise", "body": True, "because": {"en": "So."}, "sources": ["d"]}
    names = [f"z{number:04}" for number in range(4_000)]
    document["given"]["rules"] += [
        {"id": name, **plain, "overrides": [before]} for name, before in zip(names, names[-1:] + names, strict=False)
    ]
    with pytest.raises(Refusal) as refused:
        derive(read_given(document["given"]), {})
    assert (refused.value.wrong.code, refused.value.wrong.at) == ("too-large", "/given/rules")


def test_a_chain_of_conclusions_in_one_set_is_derived_round_by_round_and_soon() -> None:
    """Of 400 rules, each of which adds the member that the next one waits for, each is looked at in its turn."""
    members = ", ".join(f'm{number:03} = "{number}"' for number in range(401))
    vocabulary = VOCABULARY + f'[requirement.steps]\ntype = "set"\nchoices = {{ {members} }}\n'
    chain = "".join(
        rule(f"r{399 - number:03}", f'when.steps.has = "m{number:03}"\nconclude.steps = ["m{number + 1:03}"]')
        for number in range(400)
    )
    made = decide(world(chain, model("m"), vocabulary=vocabulary), steps=["m000"]).trace.to_json().encode()
    began = time.process_time()
    report = verify(made)
    assert report.ok, str(report)
    assert [one["round"] for one in json.loads(made)["found"]["firings"]] == [*range(400)]
    assert time.process_time() - began < 3  # where every rule is looked at in every round, it is eight


# messages


def test_a_message_names_who_is_meant() -> None:
    """Beside the pointer stand the rule, the model and the attribute that it leads to."""
    document = told(small())
    document["found"]["criteria"][3]["outcomes"][0]["leaves"][0]["holds"] = "unknown"
    assert _wrong(verify(_sealed(document)))[1:] == (
        "/found/criteria/3/outcomes/0/leaves/0/holds",
        'rule "roomy", attribute "window"',
    )
    document = told(small())
    document["given"]["catalogue"]["models"][0]["attributes"]["window"] = 9
    report = verify(_sealed(document))
    assert _wrong(report)[2] == 'model "lark"'
    assert "/given/catalogue/models/0/attributes/window (model" in str(report)


def test_a_rule_that_is_gone_is_missing() -> None:
    """The message names it, and not every rule after it."""
    document = told(small())
    gone = document["found"]["rules"].pop(1)["id"]
    report = verify(_sealed(document))
    assert report.wrong is not None
    assert report.wrong.sentence == "are not the rules, each once and in order"
    assert report.wrong.expected == f'"{gone}"'


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        (b'"place":1', b'"place":NaN', "number", "/found/candidates/0/place"),
        (b'"place":1', b'"place":1' + b"0" * 5_000, "number", "/found/candidates/0/place"),
        (b'"place":1', b'"place":1,"place":1', "duplicate-key", "/found/candidates/0"),
        (b'"value":10', b'"value":-0', "number", "/found/facts/3/value"),
    ],
)
def test_what_readers_may_disagree_about_has_its_place(old: bytes, new: bytes, code: str, at: str) -> None:
    """A number that is none, a key that stands twice, and a zero below zero are found where they stand."""
    raw = canonical(told(small()))
    assert old in raw
    found = verify(raw.replace(old, new, 1))
    assert (found.level, *_wrong(found)[:2]) == (None, code, at)


def test_what_is_claimed_is_called_so_and_cut() -> None:
    """Whatever a trace claims of its making stays on one short line."""
    document = told(small())
    document["made_by"]["engine"] = "e" * 10_000 + "\x1b[2J"
    (line,) = [line for line in str(verify(_sealed(document))).splitlines() if "engine" in line]
    assert line.startswith("claimed: made by llmrules 0, engine eee")
    assert len(line) < 200


# the program and the checker


def _decides_the_same(raw: bytes) -> bool:
    """Return whether the program, which reads the trace and decides again, writes what the trace says."""
    try:
        trace = Trace.parse(json.loads(raw), "trace")
        return Trace.sealed(trace.given, replay_found(trace), trace.made_by).digests == trace.digests
    except LlmrulesError:
        return False


def replay_found(trace: Trace) -> Any:  # noqa: ANN401 - of the record
    """Return what follows from what a trace was given."""
    from llmrules.advisor import Decision

    return Decision.of(replay(trace.given)).trace.found


def test_the_program_and_the_checker_read_the_same_of_what_is_given() -> None:
    """Of every fourth kind of change of what is given: what one of them refuses, the other does not accept."""
    document = json.loads(_everything().trace.to_json())
    tried = [one for one in one_of_each(document) if one.path[:1] == ("given",)][::4]
    assert len(tried) > 37
    differing = []
    for mutant in tried:
        undo = mutate(document, mutant)
        raw = _sealed(document)
        if verify(raw).ok is not _decides_the_same(raw):
            differing.append(f"{mutant}: {verify(raw)}")
        undo()
    assert not differing, differing


@given(data=st.data())
def test_no_change_of_what_is_given_divides_them(data: st.DataObject) -> None:
    """Nor does any other change of what is given."""
    document = told(small())
    tried = [one for one in mutants(document) if one.path[:1] == ("given",)]
    mutant = tried[data.draw(st.integers(0, len(tried) - 1))]
    mutate(document, mutant)
    raw = _sealed(document)
    assert verify(raw).ok is _decides_the_same(raw), mutant


def test_a_number_in_another_form_is_read_by_neither() -> None:
    """A price or a window that is written otherwise than a trace writes it: what verify refuses is not replayed."""
    document = json.loads(_everything().trace.to_json())
    values = document["given"]["catalogue"]["values"].values()
    number = next(entry for its in values for entry in its if type(entry["value"]) is int)
    number["value"] = str(number["value"])
    raw = _sealed(document)
    assert not verify(raw).ok
    with pytest.raises(TraceError, match="not written as a trace writes them"):
        Trace.parse(json.loads(raw), "trace")


# one reading of lists


def test_a_list_of_nothing_is_decided_without_knowing() -> None:
    """Forbidding nothing leaves nobody unverified, and wanting one of nothing is wanted by nobody."""
    rules = rule("none", "require.takes.none_of.requirement = 'inputs'") + rule(
        "any", "prefer.takes.has_any.requirement = 'inputs'\nweight = 1"
    )
    decision = decide(world(rules, model("m", weights=True)), inputs=[])
    (candidate,) = decision.trace.found.candidates
    assert (candidate.verdict, candidate.points) == ("eligible", "0")
    assert [one.outcome for one in (*decision.trace.checks(candidate), *decision.trace.scores(candidate))] == [
        "passed",
        "none",
    ]
    assert decision.trace.found.unknowns == ()
    assert verify(decision.trace).ok


@pytest.mark.parametrize("strengths", [["code"], ["code", "maths", "prose"]])
def test_a_partial_set_that_lists_every_choice_is_complete(strengths: list[str]) -> None:
    """Then it lacks what it does not list, and is nothing but what it lists."""
    whole = len(strengths) == 3
    rules = rule("only", "require.strengths.only = ['code', 'maths', 'prose']") + rule(
        "is", "require.strengths.is = ['code', 'maths', 'prose']"
    )
    decision = decide(world(rules, model("m", strengths=strengths)))
    (candidate,) = decision.trace.found.candidates
    assert {one.outcome for one in decision.trace.checks(candidate)} == {"passed" if whole else "unknown"}
    assert verify(decision.trace).ok
