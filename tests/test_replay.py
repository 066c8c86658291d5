"""A trace is decided again from what it was given alone, so nothing is missing in it; and under other rules."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run
from tests.offer_worlds import advisors, choices, requirements, sellers
from tests.shipped_cases import decided
from tests.worlds import VOCABULARY, RandomCase, decide, model, rule, world

from llmrules.advisor import Decision
from llmrules.check.diff import decide_again
from llmrules.errors import LoadError, RestrictionError, TraceError
from llmrules.language.values import Period
from llmrules.trace.record import Trace
from llmrules.worlds.replay import replay, replay_under

if TYPE_CHECKING:
    from llmrules.trace.given import Given


EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))


def written(decision: Decision) -> Trace:
    """Return the trace as somebody else reads it: from its JSON."""
    return Trace.parse(json.loads(decision.trace.to_json()), "trace")


def read(trace: Trace, **changed: Any) -> Given:  # noqa: ANN401 - plain JSON
    """Return what a trace was given with some of its parts changed in the file."""
    data = json.loads(trace.to_json())
    return Trace.parse({**data, "given": {**data["given"], **changed}}, "hostile.json").given


@pytest.mark.parametrize("path", EXAMPLES[::3], ids=lambda path: path.stem)
def test_an_example_follows_from_its_given(path: Path) -> None:
    """With neither rules nor catalogue at hand, what a trace was given leads to the same trace, byte by byte."""
    trace = written(decided(path))
    again = Decision.of(replay(trace.given)).trace
    assert again.given == trace.given
    assert again.found == trace.found
    assert again.digests.given == trace.digests.given
    assert again.digests.found == trace.digests.found


@given(st.integers(0, 2**32))
def test_whatever_is_decided_follows_from_its_given(seed: int) -> None:
    """In random worlds, with disputed values, conflicts and overrides, given alone leads to the same found."""
    decision = RandomCase(seed).decide()
    if decision is not None:
        trace = written(decision)
        again = Decision.of(replay(trace.given)).trace
        assert (again.given, again.found) == (trace.given, trace.found)


@given(st.data())
def test_offers_dates_and_restrictions_follow_from_given(data: st.DataObject) -> None:
    """With several offers, dated and replaced values, costs and a restriction, given alone leads to the same bytes."""
    advisor, models = data.draw(advisors())
    try:
        decision = advisor.decide(data.draw(requirements()), **data.draw(choices(models)))
    except RestrictionError:
        return  # nobody is left
    trace = written(decision)
    again = Decision.of(replay(trace.given)).trace
    assert (again.given, again.found) == (trace.given, trace.found)
    assert (again.digests.given, again.digests.found) == (trace.digests.given, trace.digests.found)


def test_everything_that_files_can_say_comes_back() -> None:
    """Layers of catalogues, inheritance, disputes, exact numbers, references, days, ends, disabled packs: all of it."""
    rules = (
        rule("enough", "require.window.at_least = { requirement = 'tokens', plus = 0.5 }")
        + rule("recent", "require.released.at_least = { requirement = 'since', plus = -30 }\nunknown = 'accept'")
        + rule("cheap", "when.spend.below = 0.10000000000000001\nprefer.price.toward = 'lowest'\nweight = 2")
        + rule("big", "when.tokens.any_of = [9007199254740993, 5]\ncaution.window.known = false\nlevel = 'approval'")
        + rule("alike", "where.licence.like = 'Apache-*'\nprefer.takes.has_all.requirement = 'inputs'\nweight = 1")
        + rule("let-off", "exempt = ['enough']\nwhere.family = 'lark'\napprover = 'me'\neffective_to = 2026-12-31")
        + rule("beats", "when.offline = true\nconclude.inputs = ['audio']\noverrides = ['big']")
        + rule("classes", "where.strengths.has = 'code'\nconclude.capable = true")
        + '[[disable]]\nrule = "alike"\nreason = { en = "Not here.", ko = "여기서는 아님." }\n'
    )
    empty = '[[disable]]\npack = "pack-1"\nreason = "Nothing stands in it."'
    models = model("lark", family="lark", open="free", strengths=["code"], window=10, price=Decimal("0.6")) + model(
        "lark-2", extends="lark", window=10**20, disputed={"window": 4_000}, licence="Apache-2.0"
    )
    overlays = (
        model("lark", window=20, source="d2", called="Lark"),
        model("lark", window=30, open="shown", released="2025-07") + model("wren"),
        model("lark", price=Decimal("0.7")),
    )
    advisor = world(rules, models, more=(empty,), overlays=overlays)
    stated: dict[str, Any] = {
        "tokens": 9007199254740993,
        "since": date(2025, 8, 1),
        "spend": Decimal("0.1"),
        "inputs": [],
    }
    for policy in ("apart", "exclude", "accept"):
        for more in ({}, {"offline": True}):
            trace = written(decide(advisor, unknown=policy, **stated, **more))
            again = Decision.of(replay(trace.given)).trace
            assert (again.given, again.found) == (trace.given, trace.found)


def test_a_given_that_no_file_could_say_is_refused() -> None:
    """What a hostile trace holds is read as strictly as a file: it is an error, never a decision."""
    trace = written(decide(world(rule("r", "require.weights = true"), model("m", weights=True, window=5)), tokens=5))
    deep: dict[str, Any] = {"tokens": {"is": 1}}
    for _ in range(200):
        deep = {"all": [deep]}
    given = json.loads(trace.to_json())["given"]
    (first, *attributes), (said,) = given["vocabulary"], given["rules"]
    broken: dict[str, dict[str, Any]] = {
        "scope": {"vocabulary": [{**first, "scope": "rule"}, *attributes]},
        "bounds": {"vocabulary": [{**first, "marks": [1, 2], "choices": []}, *attributes]},
        "twice": {"vocabulary": [first, *attributes, attributes[3]]},
        "policy": {"unknown": "whatever"},
        "deep": {"rules": [{**said, "when": deep}]},
        "no table": {"rules": [{**said, "when": {"tokens": {"is": "five"}}}]},
        "no effect": {"rules": [{**said, "effect": "weight"}]},
        "no target": {"rules": [{**said, "overrides": ["nobody"]}]},
        "value": {"requirements": [{"attribute": "tokens", "value": "five", "origin": "stated"}]},
        "name": {"requirements": [{"attribute": "speed", "value": 5, "origin": "stated"}]},
        "claims": {"documents": [], "claims": []},
        "over": {"over": "prices"},
        "age": {"stale_after": 0},
        "nobody": {"among": ["lark"]},
        "condition": {"only": {"window": {"at_least": "five"}}},
        "deep condition": {"only": deep},
    }
    for name, wrong in broken.items():
        with pytest.raises((LoadError, TraceError)) as caught:
            replay(read(trace, **wrong), name="hostile.json")
        assert "hostile.json" in str(caught.value), name


def test_numbers_that_are_no_numbers_stay_what_they_are() -> None:
    """A text in the place of a number is refused as such, not read as something else."""
    trace = written(decide(world(models=model("m", window=5))))
    catalogue = json.loads(trace.to_json())["given"]["catalogue"]
    for text in ("1e5", "NaN", "Infinity", "0x10", " 5", "5.", ""):
        (entry,) = catalogue["values"]["window"]
        with pytest.raises(TraceError, match="finite number"):
            read(trace, catalogue={**catalogue, "values": {"window": [{**entry, "value": text}]}})


def test_other_rules_decide_as_of_the_date_of_the_trace() -> None:
    """The date of the trace counts, even where it was assumed; other defaults are those of the new vocabulary."""
    old = world(models=model("m", weights=False))
    trace = written(old.decide({"tokens": 5}))
    january = Period(date(2025, 1, 31), date(2025, 1, 31), "2025-01-31")
    requirements = tuple(
        evolve(one, value=january) if one.attribute == "as_of" else one for one in trace.given.requirements
    )
    before = evolve(trace.given, requirements=requirements)
    text = "exempt = ['needs']\nwhere.weights = false\napprover = 'me'\neffective_to = 2025-02-01"
    new = world(
        rule("needs", "require.weights = true") + rule("until", text),
        model("m", weights=False),
        vocabulary=VOCABULARY.replace('default = "basic"', 'default = "gold"'),
    )
    decision = Decision.of(replay_under(before, new.knowledge))
    assert decision.best == ("m",)
    assert new.decide({"tokens": 5}).best == ()
    assumed = {one.attribute: one.value for one in decision.profile.requirements if one.origin == "assumed"}
    assert assumed["tier"] == "gold"
    assert str(assumed["as_of"]) == "2025-01-31"


def test_what_the_new_vocabulary_does_not_take_is_an_error() -> None:
    """A requirement that other rules do not declare is never dropped in silence."""
    trace = written(decide(world(), tokens=5))
    vocabulary = "\n".join(line for line in VOCABULARY.splitlines() if not line.startswith("tokens"))
    with pytest.raises(LoadError, match="tokens"):
        replay_under(trace.given, world(vocabulary=vocabulary).knowledge)


OFFERS = """
language = 1
[[model]]
id = "lark"
[[model.offer]]
id = "a"
input_price = 2
sources.input_price = "d"
[[model.offer]]
id = "b"
input_price = 5
sources.input_price = "d"
"""


def test_who_was_asked_is_asked_again_under_other_rules() -> None:
    """What is ranked, the condition, the list and the age of sources are the trace's; who is gone stays on the list."""
    dear = {"any": [{"input_price": {"above": 2.5}}, {"input_price": {"below": 1}}]}
    trace = written(
        sellers("", OFFERS, 'language = 1\n[[model]]\nid = "gone"').decide(
            {"as_of": "2026-03-01"}, over="offers", only=dear, among=["lark", "gone"], stale_after=50
        )
    )
    assert trace.found.result.best == ("lark @ b",)
    again = Decision.of(replay_under(trace.given, sellers("", OFFERS.replace("= 2", "= 3")).knowledge)).trace
    assert again.found.result.best == ("lark @ a", "lark @ b")
    assert again.found.left_out is not None
    assert again.found.left_out.unmatched == ("gone",)
    assert again.given.stale_after == 50
    with pytest.raises(TraceError, match="names no model of the catalogue"):
        replay_under(trace.given, sellers("", 'language = 1\n[[model]]\nid = "wren"').knowledge, name="t.json")


def test_an_offer_whose_name_no_file_could_state_comes_back() -> None:
    """What a provider and its region make is a name, whatever letters they have."""
    offer = '[[model.offer]]\nprovider = "Cloud (China)"\nsources.provider = "d"\n'
    other = offer.replace("Cloud (China)", "클라우드")
    trace = written(sellers("", f'language = 1\n[[model]]\nid = "lark"\n{offer}{other}').decide({}))
    assert [one.id for one in trace.given.catalogue[0].offers] == ["cloud-(china)", "클라우드"]
    assert Decision.of(replay(trace.given)).trace.given == trace.given


def test_an_outcome_that_does_not_follow_is_pointed_at() -> None:
    """Whoever edits what a trace found is told where it no longer follows from what it was given."""
    trace = written(decide(world(rule("r", "require.weights = true"), model("m", weights=True))))
    (candidate,) = trace.found.candidates
    for found, pointer in (
        (evolve(trace.found, candidates=(evolve(candidate, points="9"),)), "/found/candidates/0/points"),
        (evolve(trace.found, firings=()), "/found/firings/0"),
    ):
        again, decision = decide_again(evolve(trace, found=found))
        assert (again.same, again.first, again.comparison) == (False, pointer, None)
        assert decision.trace.found == trace.found


def test_the_command_says_whether_the_outcome_is_the_same(tmp_path: Path) -> None:
    """Exit 0: the same, 1: another one, 2: bad input; text in both languages, Markdown and JSON."""
    trace = decided(EXAMPLES[0]).trace
    file = tmp_path / "trace.json"
    trace.save(file)
    same = run("replay", file)
    assert (same.exit_code, same.stdout) == (
        0,
        "The outcome is the same: it follows, as of 2026-03-01, from what the trace was given.\n",
    )
    assert "결과가 같습니다." in run("replay", file, "--lang", "ko").stdout
    again = tmp_path / "again.json"
    assert run("replay", file, "--trace", again).exit_code == 0
    assert Trace.load(again).found == trace.found
    assert json.loads(run("replay", file, "--format", "json").stdout) == {
        "as_of": "2026-03-01",
        "format": "llmrules.replay/1",
        "same": True,
    }
    now = run("replay", file, "--now", "--catalog", "article")
    assert now.exit_code == 0
    assert now.stdout.startswith("Decided again as of 2026-03-01. The outcome is the same; the choice stays: ")


def test_the_command_tells_what_other_rules_change(tmp_path: Path) -> None:
    """Under other rules the answer is that of a comparison, with its causes."""
    file, policy, other = tmp_path / "trace.json", tmp_path / "policy.toml", tmp_path / "other.json"
    decision = decided(EXAMPLES[0])
    decision.trace.save(file)
    policy.write_text(
        'language = 1\npack = "policy"\n[[document]]\nid = "p"\ntitle = "Policy"\ndate = 2026-01-01\n'
        + rule("none-at-all", "refuse = true").replace('"d"', '"p"'),
        encoding="utf-8",
    )
    result = run("replay", file, "--rules", policy, "--catalog", "article", "--format", "markdown")
    assert result.exit_code == 1
    assert "Because of rule none\\-at\\-all" in result.stdout or "Because of rule none-at-all" in result.stdout
    told = json.loads(run("replay", file, "--rules", policy, "--catalog", "article", "--format", "json").stdout)
    assert told["comparison"]["changes"][0]["kind"] == "choice"

    text = decision.trace.to_json().replace('"verdict":"eligible"', '"verdict":"excluded"', 1)
    other.write_text(text, encoding="utf-8")
    wrong = run("replay", other)
    assert wrong.exit_code == 1
    assert "/found/candidates/" in wrong.stdout
    assert "입력에서는 /found/" in run("replay", other, "--lang", "ko").stdout
    refused = run("replay", other, "--now", "--catalog", "article")
    assert refused.exit_code == 2
    assert "does-not-follow" in refused.stderr
    for bad in (tmp_path, tmp_path / "none.json", policy):
        assert run("replay", bad).exit_code == 2
