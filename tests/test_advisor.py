"""The door for those who import llmrules."""

from __future__ import annotations

import copy
import gc
import itertools
import pickle
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import llmrules
from llmrules import Advisor, Decision, LlmrulesError, LoadError
from llmrules.advisor.many import Brief
from llmrules.engine import durable
from llmrules.engine.plain import PlainEngine
from llmrules.errors import CertificationError, EngineError, FileError
from llmrules.trace.codec import canonical, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.engine.firing import EngineName

ROOT = Path(__file__).parent.parent
HOSPITAL = ROOT / "examples" / "hospital-records.toml"
CASE = {"fine_tuning": True, "modalities": ["text"], "context_tokens": 60_000, "as_of": date(2026, 3, 1)}

needs_durable = pytest.mark.skipif(not durable.available(), reason="durable-rules is not installed here")

OWN = """
language = 1
pack = "ours"
[[document]]
id = "policy"
title = "Our policy"
date = 2026-01-01
[[rule]]
id = "no-claude-here"
exclude.developer = "Anthropic"
because.en = "We have no contract."
source = "policy"
"""
MODELS = """
language = 1
[[document]]
id = "measured"
title = "Our measurements"
date = 2026-02-01
[[model]]
id = "ours"
openness = "open-source"
sources.openness = "measured"
"""


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    """The shipped knowledge."""
    return Advisor.load(catalog=["article"])


def found(decision: Decision) -> str:
    """Return the bytes of what was found."""
    return canonical(plain(decision.trace.found))


# requirements and decisions


def test_the_package_offers_a_few_names() -> None:
    """Everything that a user needs to begin is there to import."""
    assert set(llmrules.__all__) == {"Advisor", "Decision", "LlmrulesError", "LoadError", "__version__"}
    assert all(hasattr(llmrules, name) for name in llmrules.__all__)


def test_a_decision_answers(advisor: Advisor) -> None:
    """Best, ranking, excluded, unverified, conflicts, cautions, advice and verdicts are values."""
    decision = advisor.decide(CASE)
    assert isinstance(decision, Decision)
    assert decision.best == tuple(one.model for one in decision.ranking if one.place == 1)
    assert all(isinstance(one.points, Fraction) for one in decision.ranking)
    claude = next(one for one in decision.excluded if one.model == "claude")
    assert "weights-must-be-available" in claude.by
    assert decision.verdict("claude") == "excluded"
    assert (decision.conflicts, decision.refused) == ((), ())
    assert "fine-tuning-needs-weights" in decision.fired
    assert str(decision) == decision.screen("en")
    assert decision.report("ko").startswith("공동 1위(1점)")
    with pytest.raises(KeyError):
        decision.verdict("nobody")


def test_a_case_may_be_a_mapping_a_profile_or_a_file(advisor: Advisor, tmp_path: Path) -> None:
    """All of them decide the same."""
    (tmp_path / "case.toml").write_text(
        '[requirements]\nfine_tuning = true\nmodalities = ["text"]\ncontext_tokens = 60_000\nas_of = 2026-03-01\n'
    )
    first = found(advisor.decide(CASE))
    profile = advisor.profile(tmp_path / "case.toml")
    for same in (tmp_path / "case.toml", str(tmp_path / "case.toml"), profile, {**CASE, "modalities": {"text"}}):
        assert found(advisor.decide(same)) == first
    for same in ({**CASE, "modalities": ("text",), "as_of": "2026-03-01"}, dict(reversed(CASE.items()))):
        assert found(advisor.decide(same)) == first


@pytest.mark.parametrize(
    "wrong",
    [
        {"fine_tunning": True},
        {"fine_tuning": "yes"},
        {"context_tokens": "200"},
        {"context_tokens": True},
        {"context_tokens": float("nan")},
        {"modalities": "text"},
        {"modalities": ["texts"]},
        {"openness": "closed"},
        {"as_of": "yesterday"},
        {"budget": None},
    ],
)
def test_a_wrong_requirement_raises(advisor: Advisor, wrong: dict[str, object]) -> None:
    """Nothing is coerced and nothing is decided: a wrong requirement raises, and the error names it."""
    with pytest.raises(LoadError) as caught:
        advisor.decide(wrong)
    assert next(iter(wrong)) in str(caught.value)
    assert isinstance(caught.value, LlmrulesError)


@pytest.mark.parametrize("case", [None, 3, ["fine_tuning"], b"case.toml"])
def test_what_is_no_case_is_a_type_error(advisor: Advisor, case: Any) -> None:  # noqa: ANN401
    """Whoever forgets to state a case is told what one is."""
    with pytest.raises(TypeError, match="a case is a mapping of requirements, a profile or its file, not "):
        advisor.decide(case)


def test_all_that_is_wrong_is_reported_together(advisor: Advisor) -> None:
    """Two mistakes are one error with two parts."""
    with pytest.raises(LoadError) as caught:
        advisor.decide({"fine_tunning": True, "budget": "tightt"})
    assert {error.nearest for error in caught.value.errors} == {"fine_tuning", "tight"}


def test_an_empty_case_is_a_case(advisor: Advisor) -> None:
    """Without any requirement but a day every model is eligible, and the trace lists what rules wait for."""
    decision = advisor.decide({"as_of": "2026-03-01"})
    assert decision.excluded == ()
    assert decision.trace.found.waits


@pytest.mark.parametrize("policy", ["apart", "exclude", "accept"])
def test_the_policy_on_unknown_is_the_callers(advisor: Advisor, policy: str) -> None:
    """``unknown`` is passed on and recorded; anything else is a ValueError."""
    assert advisor.decide(CASE, unknown=policy).trace.given.unknown == policy  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown must be one of"):
        advisor.decide(CASE, unknown="perhaps")  # type: ignore[arg-type]


# knowledge


def test_own_rules_and_models_stand_on_top(tmp_path: Path) -> None:
    """A file or a folder of rules, and a catalogue, add to what is shipped, with the same rights."""
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "ours.toml").write_text(OWN)
    (tmp_path / "models.toml").write_text(MODELS)
    for rules in ([tmp_path / "policy"], [tmp_path / "policy" / "ours.toml"], str(tmp_path / "policy")):
        advisor = Advisor.load(rules=rules, catalog=["article", tmp_path / "models.toml"])
        decision = advisor.decide({"weights_access": True, "as_of": "2026-03-01"})
        assert {one.model: one.by for one in decision.excluded}["claude"] == (
            "no-claude-here",
            "weights-must-be-available",
        )
        assert decision.verdict("ours") == "unverified"  # nobody says who develops it


def test_what_is_shipped_can_be_left_out(tmp_path: Path) -> None:
    """Without shipped rules the vocabulary and claims stay; without the shipped catalogue there are only own models."""
    (tmp_path / "ours.toml").write_text(OWN)
    (tmp_path / "models.toml").write_text(MODELS)
    alone = Advisor.load(catalog=["article"], rules=[tmp_path / "ours.toml"], shipped_rules=False)
    assert alone.decide({"fine_tuning": True}).fired == ("no-claude-here",)
    ours = Advisor.load(catalog=[tmp_path / "models.toml"], shipped_catalog=False)
    assert [one.model for one in ours.decide({"weights_access": True}).ranking] == ["ours"]
    assert Advisor.load(shipped_rules=False, shipped_catalog=False).decide({}).best == ()


def test_files_that_cannot_be_read_are_reported_together(tmp_path: Path) -> None:
    """Two missing files are two errors of one load."""
    with pytest.raises(LoadError) as caught:
        Advisor.load(rules=[tmp_path / "one.toml"], catalog=["article", tmp_path / "two.toml"])
    assert all(isinstance(error, FileError) for error in caught.value.errors)
    assert len(caught.value.errors) == 2


# engines


@needs_durable
def test_durable_decides_and_is_certified(advisor: Advisor) -> None:
    """Where durable-rules is there it fires, and each decision says that it was certified."""
    assert advisor.engine == "durable"
    made = advisor.decide(CASE).trace.made_by
    assert (made.engine, made.certified) == ("durable", True)
    assert made.durable_rules == "2.0.28"
    assert set(made.nanoseconds) == {"fire", "certify", "judge"}


@needs_durable
def test_both_engines_find_the_same(advisor: Advisor) -> None:
    """On every example, what is found is the same to the byte."""
    other = Advisor.load(catalog=["article"], engine="plain")
    for path in sorted((ROOT / "examples").glob("*.toml")):
        assert found(advisor.decide(path)) == found(other.decide(path))


@needs_durable
def test_a_disagreement_raises_and_never_becomes_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the evaluators differ there is no decision, but an error that names the rules."""
    advisor = Advisor.load(catalog=["article"], engine="durable")
    monkeypatch.setattr(PlainEngine, "fire", lambda _self, _facts: frozenset())
    with pytest.raises(CertificationError) as caught:
        advisor.decide(CASE)
    assert "fine-tuning-needs-weights" in caught.value.only_engine
    assert caught.value.only_plain == ()
    assert "fine-tuning-needs-weights" in str(caught.value)


def test_without_durable_rules_the_plain_evaluator_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where durable-rules cannot be imported, ``auto`` takes the plain evaluator, and the decision says so."""
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    advisor = Advisor.load(catalog=["article"])
    made = advisor.decide(CASE).trace.made_by
    assert (advisor.engine, made.engine, made.certified, made.durable_rules) == ("plain", "plain", False, None)
    with pytest.raises(EngineError, match="plain"):
        Advisor.load(catalog=["article"], engine="durable")


def _sent(one: object) -> Any:  # noqa: ANN401
    return pickle.loads(pickle.dumps(one))  # noqa: S301 - our own bytes


@pytest.mark.parametrize(("engine", "copied"), [("auto", _sent), ("plain", copy.deepcopy)])
def test_an_advisor_and_a_decision_can_be_copied(engine: EngineName, copied: Callable[[Any], Any]) -> None:
    """A copy decides and tells the same, byte by byte, with the same engine; so it can be sent to another process."""
    advisor = Advisor.load(catalog=["2026-11"], engine=engine)
    decision = advisor.decide(HOSPITAL, over="offers", only="openness=open-source")
    other, again, best = copied(advisor), copied(decision), decision.best[0]
    assert again.trace.to_json() == decision.trace.to_json()
    assert (str(again), str(again.why(best))) == (str(decision), str(decision.why(best)))
    assert other.engine == advisor.engine
    assert other.knowledge.ruleset.rules == advisor.knowledge.ruleset.rules
    decided = other.decide(HOSPITAL, over="offers", only="openness=open-source")
    assert decided.trace.digests.found == decision.trace.digests.found


@pytest.mark.parametrize("workers", [1, 2])
def test_many_cases_are_decided_in_their_order(workers: int) -> None:
    """However many processes decide, each case has its result where it stands, and a bad one stops no other."""
    advisor = Advisor.load(catalog=["article"], engine="plain")
    cases: list[Any] = [{"fine_tuning": number % 3 == 0, "as_of": "2026-03-01"} for number in range(150)]
    cases[7], cases[70] = {"no_such": 1}, 3
    found = list(advisor.decide_many(iter(cases), workers=workers, unknown="exclude"))
    assert len(found) == len(cases)
    for case, one in zip(cases, found, strict=True):
        if isinstance(case, int):
            assert isinstance(one, TypeError)
        elif "no_such" in case:
            assert isinstance(one, LoadError)
        else:
            assert one == Brief.of(advisor.decide(case, unknown="exclude"))


def test_many_cases_are_read_as_they_are_decided() -> None:
    """Cases without an end are no trouble: none is read before it is needed."""
    advisor = Advisor.load(catalog=["article"], engine="plain")
    endless = ({"context_tokens": number} for number in itertools.count())
    found = advisor.decide_many(endless, summary=lambda decision: decision.profile.requirements[-1].value)
    assert list(itertools.islice(found, 3))
    assert next(endless) == {"context_tokens": 3}
    with pytest.raises(ValueError, match="workers must be 1 or more"):
        advisor.decide_many([], workers=0)


def test_nothing_keeps_knowledge_that_nobody_uses() -> None:
    """An advisor that decided and explained is gone when nobody holds it: no cache keeps what it knew."""
    advisor = Advisor.load(shipped_catalog=False, engine="plain")
    decision = advisor.decide(CASE)
    assert decision.trace.to_json()
    assert str(decision)
    held = weakref.ref(advisor.knowledge)
    del advisor, decision
    gc.collect()
    assert held() is None


def test_an_engine_of_another_name_is_an_error() -> None:
    """Only auto, durable and plain are engines."""
    with pytest.raises(ValueError, match="engine must be"):
        Advisor.load(catalog=["article"], engine="clips")  # type: ignore[arg-type]


# long use


def cases(count: int, seed: int = 1) -> list[dict[str, object]]:
    """Return random requirements over the shipped vocabulary, so many tokens each that none is like another."""
    random = Random(seed)  # noqa: S311 - a test, no secret
    made = []
    for number in range(count):
        case: dict[str, object] = {"as_of": "2026-03-01", "context_tokens": 1_000 + number * 37}
        for name in ("fine_tuning", "data_sovereignty", "commercial_use", "redistribution", "offline"):
            if random.random() < 0.4:
                case[name] = random.random() < 0.6
        if random.random() < 0.5:
            case["budget"] = random.choice(["tight", "ample"])
        case["modalities"] = random.sample(["text", "image", "audio", "video"], random.randint(1, 3))
        made.append(case)
    return made


LONG_USE = """
import gc, os
from pathlib import Path
from llmrules import Advisor
from tests.test_advisor import cases

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

advisor = Advisor.load(catalog=["article"])
some = [advisor.profile(case) for case in cases(1_000)]
for case in some[:200]:
    advisor.decide(case).best
gc.collect()
before = resident()
for _ in range(2):
    for case in some:
        advisor.decide(case).best
gc.collect()
print(resident() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read from /proc")
def test_two_thousand_decisions_need_no_more_memory() -> None:
    """An advisor decides 2,000 cases with the engine that it has, in less than 3 MB more than it needed before."""
    command = [sys.executable, "-c", LONG_USE]  # a process of its own: nothing else takes memory there
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 3 * 1024 * 1024


def test_traces_and_explanations_need_no_more_memory(advisor: Advisor) -> None:
    """Traces that were read and dropped leave nothing behind."""
    some = cases(50)
    for case in some[:25]:
        advisor.decide(case).trace.to_json()
    gc.collect()
    before = len(gc.get_objects())
    for case in some[25:]:
        advisor.decide(case).trace.to_json()
    gc.collect()
    assert len(gc.get_objects()) - before < 20_000


def test_eight_threads_give_the_answers_of_one(advisor: Advisor) -> None:
    """Eight threads that share one advisor find, case by case, the same bytes as one thread alone."""
    some = cases(7)
    expected = [found(advisor.decide(case)) for case in some]
    shared = Advisor.load(catalog=["article"])

    def decide_all(seed: int) -> bool:
        order = Random(seed).sample(range(len(some)), len(some))  # noqa: S311 - a test, no secret
        return all(found(shared.decide(some[number])) == expected[number] for number in order)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(decide_all, range(8)))
    finally:
        sys.setswitchinterval(interval)
