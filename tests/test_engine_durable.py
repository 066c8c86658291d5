"""Nothing that durable-rules gets wrong can be reached: one test for each hazard of its C module."""

from __future__ import annotations

import ast
import gc
import importlib
import json
import os
import subprocess
import sys
import threading
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from attrs import evolve
from tests.programs import load

from llmrules.engine import durable as adapter
from llmrules.engine import network
from llmrules.engine.durable import DurableEngine, available
from llmrules.engine.encoding import Condition, encode
from llmrules.engine.network import divide
from llmrules.engine.plain import PlainEngine
from llmrules.engine.program import Program, compile_program
from llmrules.errors import EngineError
from llmrules.language.values import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

    from llmrules.language.conditions import Facts
    from llmrules.language.values import Value

    Toml = dict[str, Any]

pytestmark = pytest.mark.skipif(not available(), reason="durable-rules is not installed here")

CALLED = {"create_ruleset", "delete_ruleset", "assert_fact", "start_action_for_state", "complete_and_start_action"}
CALLED |= {"delete_state"}

FLAG: Toml = {"a": {"type": "flag"}, "b": {"type": "flag"}, "c": {"type": "flag"}}
NUMBER: Toml = {"n": {"type": "number"}}
TEXT: Toml = {"t": {"type": "text"}}
MEMBERS = [f"c{number}" for number in range(80)]
SET: Toml = {"s": {"type": "set", "choices": {name: {"en": name} for name in MEMBERS}}, **FLAG}


def test_importing_llmrules_does_not_import_durable_rules() -> None:
    """The C module is imported when an engine is made, and not before."""
    code = "import sys, llmrules, llmrules.engine.durable; print([name for name in sys.modules if 'durable_' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_adapter_names_only_six_functions() -> None:
    """No other name of the C module stands in the adapter or in what it is made of, and none is looked up by text."""
    c_module = importlib.import_module("durable_rules_engine")
    for name in ("durable", "network", "encoding", "codes"):
        source = Path(str(adapter.__file__)).with_name(f"{name}.py").read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(source)))
        names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert names & set(dir(c_module)) <= CALLED | {"error"}
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        assert not used & {"getattr", "vars", "eval", "exec", "__import__"}
        imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        assert not any(name.startswith("durable.") or name == "durable" for name in imported)


def test_a_decision_calls_only_six_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called while rules are compiled and fired, and when the engine goes, is among the six."""
    calls = _watched(monkeypatch)
    program = _program(FLAG, [{"when": {"a": True}, "conclude": {"b": True}}, {"when": {"b": True}}])
    assert DurableEngine(program).fire(_facts(a=True)) == {0, 1}
    gc.collect()
    assert set(calls) == CALLED


def test_keys_and_codes_are_small_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact is five small integers: no name, text or number of a user reaches the C module, so none is misread."""
    calls = _watched(monkeypatch)
    vocabulary = {**TEXT, **NUMBER, **FLAG}
    whens = [{"t": {"like": "*"}}, {"t": "id"}, {"n": {"at_least": 10**30}}, {"a": True}, {"b": {"known": True}}]
    engine = DurableEngine(_program(vocabulary, [{"when": when} for when in whens]))
    calls.forget()
    assert len(engine.fire(_facts(t="id", n=10**30, a=True, b=False))) == 5
    asserted = [arguments[1] for name, arguments in zip(calls, calls.arguments, strict=True) if name == "assert_fact"]
    assert len(asserted) >= 5
    for fact in asserted:
        parsed = ast.literal_eval(fact)
        assert parsed.keys() in ({"sid", "id", "h", "k", "n"}, {"sid", "id", "h", "k", "p"})
        assert all(type(value) is int and 0 <= value < 1_000 for value in parsed.values())
        assert parsed["sid"] == 0
    assert [ast.literal_eval(fact)["id"] for fact in asserted] == list(range(1, len(asserted) + 1))


def test_no_condition_looks_at_another_fact() -> None:
    """A test that refers to another fact reads past its end: every test compares a field of its own with an integer."""
    whens: list[Toml] = [{"a": True, "n": {"above": 3}, "t": {"like": "x*"}}, {"n": {"none_of": [1]}}, {"b": True}]
    (one,) = divide(encode(_program({**FLAG, **NUMBER, **TEXT}, [{"when": when} for when in whens])))
    rows = json.loads(one.text)
    assert len(rows) == len(whens) + 1
    for row in rows.values():
        assert row["dist"] == 0
        for place, condition in enumerate(row["all"]):
            (tests,) = condition[f"m{place}"].values()
            compared = [next(iter(test.values())) if "$" in str(test) else test for test in tests]
            assert all(type(value) is int for test in compared for value in test.values())


@pytest.mark.parametrize("count", [255, 256, 257, 300, 1_000, 1_999])
def test_many_rules_with_the_identical_test(count: int) -> None:
    """From 256 conditions with the identical test on, the C module crashes: a key is shared by 200."""
    whens = ({"a": True, "n": {"at_least": number}} for number in range(count))
    program = _program({**FLAG, **NUMBER}, [{"when": when} for when in whens])
    _agree(program, [_facts(a=True, n=count), _facts(a=True, n=7), _facts(a=False, n=count), {}])


@pytest.mark.parametrize("count", [510, 511, 512, 600, 1_500])
def test_many_values_of_one_attribute(count: int) -> None:
    """With 512 tests under one node the C module searches for ever: a key has 400."""
    program = _program(TEXT, [{"when": {"t": f"value {number}"}} for number in range(count)])
    _agree(program, [_facts(t="value 7"), _facts(t=f"value {count - 1}"), _facts(t="another")])


@pytest.mark.parametrize("count", [510, 511, 512, 1_200])
def test_many_attributes(count: int) -> None:
    """The same node holds all attributes: they are found in two steps, so no node has 512 of them."""
    vocabulary = {f"a{number}": {"type": "flag"} for number in range(count)}
    program = _program(vocabulary, [{"when": {name: True}} for name in vocabulary])
    _agree(program, [_facts(**dict.fromkeys(list(vocabulary)[::7], True)), _facts(**dict.fromkeys(vocabulary, True))])


@pytest.mark.parametrize("count", [64, 65, 70, 200, 1_000])
def test_many_tests_of_one_fact_that_hold(count: int) -> None:
    """With more than 64 the C module reports error 303 after other rules have fired on the fact: a key has 60."""
    program = _program(NUMBER, [{"when": {"n": {"at_least": number}}} for number in range(count)])
    engine = _agree(program, [_facts(n=count), _facts(n=count // 2), _facts(n=-1)])
    assert len(engine.fire(_facts(n=count))) == count


def test_many_ranges_and_unequal_tests_of_one_fact() -> None:
    """Ranges with two ends and "none of this one" count as well."""
    whens: list[Toml] = [{"n": {"at_least": number, "at_most": 500 + number}} for number in range(100)]
    whens += [{"n": {"none_of": [number]}} for number in range(100, 200)]
    program = _program(NUMBER, [{"when": when} for when in whens])
    engine = _agree(program, [_facts(n=120), _facts(n=100), _facts(n=-5), _facts(n=550)])
    assert len(engine.fire(_facts(n=99))) == 200


@pytest.mark.parametrize("count", [4, 5, 7, 8, 16, 17, 20, 40])
def test_many_conditions_in_one_rule(count: int) -> None:
    """17 conditions compile, and fail when a fact is asserted: a row has four, the rest stands in auxiliary facts."""
    vocabulary = {f"a{number}": {"type": "flag"} for number in range(count)}
    program = _program(vocabulary, [{"when": dict.fromkeys(vocabulary, True)}])
    assert all(len(row.conditions) <= 4 for row in encode(program).rows)
    every = dict.fromkeys(vocabulary, True)
    cases: list[Facts] = [_facts(**every)]
    cases += [_facts(**{**every, name: False}) for name in vocabulary]
    engine = _agree(program, cases)
    assert engine.fire(cases[0]) == {0}


def test_a_condition_that_many_facts_meet_makes_no_cross_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each combination of facts is a firing of the C module: 80 members under four conditions would be 40 million."""
    calls = _watched(monkeypatch)
    groups = [MEMBERS[start : start + 77] for start in range(4)]
    when = {"all": [{"s": {"has_any": group}} for group in groups]}
    engine = DurableEngine(_program(SET, [{"when": when}]))
    assert engine.fire(_facts(s=frozenset(MEMBERS))) == {0}
    assert calls.count("complete_and_start_action") < 4 * 80 + 10


def test_long_texts_that_differ_at_the_end() -> None:
    """The C module compares 65,536 characters and more by their remainder: it never sees a text."""
    long = "x" * 70_000
    same = ["x" * 65_536, "y" * 65_536, "x" * 131_072]
    program = _program(TEXT, [{"when": {"t": text}} for text in (f"{long}a", f"{long}b", *same, "ab ", "ab!", "ab")])
    for text in (f"{long}a", f"{long}b", f"{long}c", long, *same, "ab ", "ab!", "ab"):
        engine = _agree(program, [_facts(t=text)])
        assert len(engine.fire(_facts(t=text))) == (text not in {long, f"{long}c"})


TEXTS = (
    '"',
    "\\",
    "\\u0041",
    "A",
    "\n",
    "line\nline",
    "nul\0",
    "nul",
    "한국어",
    "한국",
    "é",
    "é",
    "1",
    "true",
    "null",
    "{}",
)


def test_texts_that_json_escapes() -> None:
    """Quotes, backslashes, line ends, NUL and Korean are told apart; so is a half of a pair of surrogates."""
    program = _program(TEXT, [{"when": {"t": f"-{text}"}} for text in dict.fromkeys(TEXTS)])
    for text in dict.fromkeys(TEXTS):
        engine = _agree(program, [_facts(t=f"-{text}")])
        assert len(engine.fire(_facts(t=f"-{text}"))) == 1
    _agree(program, [_facts(t="\ud800"), _facts(t="-\udfff"), _facts(t="")])


def test_patterns_are_matched_on_one_value() -> None:
    """A pattern and another test of the same leaf hold for the same one of two values."""
    whens = [{"t": {"like": "a*", "none_of": ["ab"]}}, {"t": {"like": "*b"}}, {"t": {"like": "z*", "known": True}}]
    program = _program(TEXT, [{"when": when} for when in whens])
    engine = _agree(program, [{"t": frozenset(pair)} for pair in (("ab", "zz"), ("ab", "ac"), ("\ud800",), ("x\ny",))])
    assert engine.fire({"t": frozenset({"ab", "zz"})}) == {1, 2}


EXTREMES: tuple[Any, ...] = (
    2**53,
    2**53 + 1,
    2**63 - 1,
    2**63,
    2**64,
    10**22,
    10**25,
    10**30,
    10**30 + 1,
    -(2**63),
    -(2**63) - 1,
)
FRACTIONS = tuple(map(Decimal, ("0.1", "0.1000000000000000055511151231257827", "3e-06", "1.5", "-0.5", "1e-40")))


@pytest.mark.parametrize("operator", ["is", "at_least", "above", "at_most", "below"])
def test_numbers_of_any_size_and_precision(operator: str) -> None:
    """From 2^63 on the C module saturates, and 1e22 it cannot read: it sees the rank of a number, never the number."""
    values = [*EXTREMES, *FRACTIONS]
    program = _program(NUMBER, [{"when": {"n": {operator: value}}} for value in values])
    cases: list[Any] = [*values, 0, 10**39, -(10**39), Decimal("0.10"), 2**63 + 1, 10**30 - 1]
    _agree(program, [_facts(n=value) for value in cases])


def test_days_are_compared_as_days() -> None:
    """A date is coded by its rank as well."""
    days = [date(2026, 3, 1) + timedelta(number) for number in (-1, 0, 1, 365)]
    whens = [{"d": {operator: day}} for day in days for operator in ("is", "at_least", "below")]
    program = _program({"d": {"type": "date"}}, [{"when": when} for when in whens])
    near = [day + timedelta(number) for day in days for number in (-1, 0, 1)]
    _agree(program, [_facts(d=Period(day, day, day.isoformat())) for day in near])


def test_true_one_and_their_texts_are_four_values() -> None:
    """In one field `True`, `1`, "true" and "1" match each other: here each attribute has keys of its own."""
    vocabulary = {**FLAG, **NUMBER, **TEXT}
    program = _program(vocabulary, [{"when": when} for when in ({"a": True}, {"n": 1}, {"t": "1"}, {"t": "true"})])
    engine = _agree(program, [_facts(a=True), _facts(n=1), _facts(t="1"), _facts(t="true")])
    assert [engine.fire(_facts(**{name: value})) for name, value in (("a", True), ("n", 1), ("t", "1"))] == [
        {0},
        {1},
        {2},
    ]


def test_one_fact_satisfies_two_conditions() -> None:
    """By default the C module wants another fact for each condition."""
    program = _program(NUMBER, [{"when": {"all": [{"n": {"at_least": 1}}, {"n": {"at_most": 5}}, {"n": 3}]}}])
    assert _agree(program, [_facts(n=3)]).fire(_facts(n=3)) == {0}


def test_a_leaf_is_satisfied_by_one_value_and_two_leaves_by_two() -> None:
    """With two values in conflict, all tests of one leaf hold for the same one."""
    one = {"when": {"n": {"at_least": 5, "at_most": 6}}}
    two = {"when": {"all": [{"n": {"at_least": 5}}, {"n": {"at_most": 6}}]}}
    engine = _agree(_program(NUMBER, [one, two]), [{"n": frozenset({1, 9})}, {"n": frozenset({1, 5})}])
    assert engine.fire({"n": frozenset({1, 9})}) == {1}


def test_a_rule_without_conditions_and_a_program_without_rules() -> None:
    """No condition means always; no rule, or none that can fire, means nothing."""
    assert DurableEngine(_program(FLAG, [{}])).fire({}) == {0}
    assert DurableEngine(_program(FLAG, [])).fire(_facts(a=True)) == frozenset()
    never = _program(
        NUMBER, [{"when": {"n": {"above": 5, "below": 3}}}, {"when": {"any": [{"n": {"is": 1, "above": 2}}]}}]
    )
    assert _agree(never, [_facts(n=4), _facts(n=1)]).fire(_facts(n=4)) == frozenset()


def test_sets_that_are_empty_or_not_known() -> None:
    """A set that is known and empty is not the same as one of which nothing is known."""
    tests: list[Toml] = [{"known": True}, {"known": False}, {"is": []}, {"is": ["c1"]}, {"only": ["c1", "c2"]}]
    tests += [{"none_of": ["c1"]}, {"has": "c1"}, {"has_any": ["c1", "c5"]}, {"has_all": ["c1", "c2"]}]
    program = _program(SET, [{"when": {"s": test}} for test in tests])
    members: list[Iterable[str]] = [(), ("c1",), ("c1", "c2"), ("c3",), ("c5",), MEMBERS]
    cases: list[Facts] = [{}, *({"s": frozenset(some)} for some in members)]
    engine = _agree(program, cases)
    assert {program.rules[place].id for place in engine.fire({"s": frozenset()})} == {"r0", "r2", "r4", "r5"}


def test_absence_is_asked_only_when_it_is_settled() -> None:
    """What a rule of a lower stratum still concludes is not absent, by whatever chain it comes."""
    rules: list[Toml] = [
        {"when": {"a": True}, "conclude": {"b": True}},
        {"when": {"b": True}, "conclude": {"s": ["c1"]}},
        {"when": {"s": {"none_of": ["c1"]}}, "conclude": {"c": True}},
        {"when": {"a": {"known": True}}, "unless": {"c": True, "all": [{"b": True}, {"s": {"has": "c1"}}]}},
        {"when": {"c": {"known": False}}, "overrides": ["r5"]},
        {},
    ]
    program = _program(SET, rules)
    stated: list[dict[str, Value]] = [{}, {"s": frozenset()}, {"c": True}, {"b": True}]
    _agree(program, [{}, *(_facts(a=a, **more) for a in (True, False) for more in stated)])


def test_two_thousand_rules() -> None:
    """That many are fired rightly; one more is refused before anything is compiled."""
    # Of one attribute 1,000 values are concluded at most.
    numbers = [number // 2 for number in range(adapter.MOST_RULES)]
    chain: list[Toml] = [{"when": {"n": number}, "conclude": {"n": number + 1}} for number in numbers]
    program = _program(NUMBER, chain)
    engine = DurableEngine(program)
    last = adapter.MOST_RULES // 2 - 15
    assert engine.fire(_facts(n=last)) == PlainEngine(program).fire(_facts(n=last))
    assert len(engine.fire(_facts(n=last))) == 30
    more = evolve(program, rules=(*program.rules, program.rules[0]))
    with pytest.raises(EngineError, match=r"2,000 rules at most, here are 2,001"):
        DurableEngine(more)


def test_rules_that_make_too_many_rows() -> None:
    """The C module takes 4,096 rules; what would be more after splitting is refused in words."""
    apart = [{"n": number, "s": {"has_any": ["c1", "c3", "c5"]}} for number in range(1_400)]
    concluding = {"when": {"a": True}, "conclude": {"s": ["c1"]}}  # so no case alone says what is known of s
    with pytest.raises(EngineError, match=r"4,000 rows at most, these rules are 4,202"):
        DurableEngine(_program({**SET, **NUMBER}, [concluding, *({"when": when} for when in apart)]))


def test_rules_that_cannot_fire_on_what_is_stated_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many rules are networks by what they need to be stated; a case opens those alone of which it states that."""
    calls = _watched(monkeypatch)
    sorts = {f"sort{sort}": {"type": "choice", "choices": {"x": "x", "y": "y"}} for sort in range(10)}
    whens = [{f"sort{sort}": "x", "n": {"at_least": number}} for sort in range(10) for number in range(30)]
    program = _program({**sorts, **NUMBER}, [{"when": when} for when in whens])
    engine = DurableEngine(program)
    assert calls.count("create_ruleset") == 10
    calls.forget()
    assert len(engine.fire(_facts(sort1="x", sort7="x", sort8="y", n=9))) == 20
    assert calls.count("delete_state") == 2
    assert engine.fire(_facts(sort8="y", n=9)) == frozenset()
    assert calls.count("delete_state") == 2


def test_a_divided_program_fires_what_an_undivided_one_fires(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is concluded in one network is told to all that test it, in an open one as in one with no condition."""
    rules: list[Toml] = [
        {"when": {"n": 1}, "conclude": {"a": True}},
        {"when": {"n": {"above": 0}, "a": True}, "conclude": {"b": True}},
        {"when": {"t": "x", "b": True}},
        {"when": {"b": True}, "conclude": {"s": ["c1"]}},
        {"when": {"n": 1, "s": {"none_of": ["c1"]}}},
        {"when": {"t": "y", "s": {"has": "c1"}}, "overrides": ["r2"]},
    ]
    program = _program({**SET, **NUMBER, **TEXT}, rules)
    monkeypatch.setattr(network, "MOST_TOGETHER", 0)
    monkeypatch.setattr(network, "LEAST_USERS", 1)
    assert len(divide(encode(program))) == 5
    engine = _agree(program, [_facts(n=n, t=t) for n in (0, 1, 2) for t in ("x", "y", "z")])
    assert engine.fire(_facts(n=1, t="x")) == {
        rule.place for rule in program.rules if rule.id in {"r0", "r1", "r2", "r3"}
    }


def test_an_operator_that_the_encoding_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new operator is never silently taken for another."""
    for vocabulary, when in ((NUMBER, {"n": {"above": 1}}), (SET, {"s": {"has": "c1"}})):
        program = _program(vocabulary, [{"when": when}])
        (leaf,) = program.rules[0].when.leaves
        with monkeypatch.context() as patched:
            patched.setattr(type(leaf.tests[0].operator), "name", "resembles", raising=False)
            with pytest.raises(EngineError, match="resembles"):
                encode(program)


def test_a_hundred_thousand_facts_would_not_collide() -> None:
    """Ids are 1, 2, 3, …; the C module knows them by a 32-bit hash, of which no two are alike, nor like its own."""
    seen = {_fnv("sid-0")}
    for number in range(1, 100_001):
        seen.add(_fnv(str(number)))
    assert len(seen) == 100_001


def test_decisions_leave_no_memory_behind() -> None:
    """20,000 decisions on one engine add less than 20 MB."""
    program = _program(FLAG, [{"when": {"a": True}, "conclude": {"b": True}}, {"when": {"b": True}}])
    engine = DurableEngine(program)
    facts = _facts(a=True)
    for _ in range(1_000):
        engine.fire(facts)
    before = _resident()
    for _ in range(20_000):
        engine.fire(facts)
    assert _resident() - before < 20_000_000


def test_an_engine_that_goes_frees_its_rules() -> None:
    """Without delete_ruleset each compiled program would stay, 0.8 MB of it."""
    program = _program(NUMBER, [{"when": {"n": {"at_least": number}}} for number in range(40)])
    for _ in range(50):
        DurableEngine(program).fire(_facts(n=7))
    gc.collect()
    before = _resident()
    for _ in range(200):
        DurableEngine(program).fire(_facts(n=7))
    gc.collect()
    assert _resident() - before < 20_000_000


def test_threads_share_an_engine() -> None:
    """The C module is wrong when two threads use one state: one decides at a time, and each is right."""
    vocabulary = {**FLAG, **NUMBER}
    rules: list[Toml] = [{"when": {"n": {"at_least": number}}} for number in range(20)]
    program = _program(vocabulary, [*rules, {"when": {"a": True}, "conclude": {"b": True}}, {"when": {"b": True}}])
    engine, plain = DurableEngine(program), PlainEngine(program)
    wrong: list[Facts] = []

    def decide(start: int) -> None:
        for number in range(300):
            facts = _facts(n=(start + number) % 25 - 2, a=number % 2 == 0)
            if engine.fire(facts) != plain.fire(facts):
                wrong.append(facts)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=decide, args=(start,)) for start in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


class Interrupted(BaseException):
    """What a user's Ctrl-C is: no Exception."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", sorted(CALLED - {"create_ruleset", "delete_ruleset"}))
def test_the_decision_after_an_interrupted_one_is_right(
    monkeypatch: pytest.MonkeyPatch, name: str, *, after: bool
) -> None:
    """Interrupted at any call, before or after it: each state is deleted, and no started action hides the next ones."""
    calls = _watched(monkeypatch)
    monkeypatch.setattr(network, "MOST_TOGETHER", 0)
    monkeypatch.setattr(network, "LEAST_USERS", 1)
    program = _program(
        FLAG, [{"when": {"a": True}, "conclude": {"b": True}}, {"when": {"b": True}}, {"when": {"c": True}}]
    )
    engine = DurableEngine(program)
    total = _count(calls, name, partial(engine.fire, _facts(a=True)))
    for number in range(total):
        calls.interrupt(name, number, after=after)
        with pytest.raises(Interrupted):
            engine.fire(_facts(a=True, c=True))
        assert engine.fire(_facts(a=True)) == {0, 1}
        assert engine.fire(_facts(c=True)) == {2}


def test_the_first_state_is_deleted_only_after_an_action_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """delete_state frees what only a started action has set: the first state is opened to be deleted in good order."""
    calls = _watched(monkeypatch)
    DurableEngine(_program(FLAG, [{"when": {"a": True}}]))
    assert calls.completed[:4] == ["create_ruleset", "assert_fact", "start_action_for_state", "delete_state"]


def test_an_interrupt_while_cleaning_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second interrupt, while the first one's state is deleted, is made good by the next decision."""
    calls = _watched(monkeypatch)
    engine = DurableEngine(_program(FLAG, [{"when": {"a": True}}]))
    calls.interrupt("complete_and_start_action", 0, after=True)
    calls.interrupt("delete_state", 0, after=False)
    with pytest.raises(Interrupted):
        engine.fire(_facts(a=True))
    assert engine.fire({}) == frozenset()
    assert engine.fire(_facts(a=True)) == {0}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_decides_even_when_another_thread_held_the_lock() -> None:
    """A lock is copied as it stands, and its holder is not there any more: each process has its own."""
    engine = DurableEngine(_program(FLAG, [{"when": {"a": True}}]))
    lock = engine._lock()
    with lock:
        child = os.fork()
        if not child:
            right = all(engine.fire(_facts(a=value)) == ({0} if value else frozenset()) for value in (True, False) * 50)
            os._exit(0 if right else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert engine.fire(_facts(a=True)) == {0}


def test_a_call_within_a_call_of_the_same_thread_raises_and_does_not_wait() -> None:
    """As a signal handler calls it, at any call of the C module: it would wait for itself; the outer one is right."""
    engine = DurableEngine(_program(FLAG, [{"when": {"a": True}, "conclude": {"b": True}}, {"when": {"b": True}}]))
    refused: list[str] = []

    def handler(_: FrameType, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__name__", "") in CALLED:
            with pytest.raises(EngineError, match="deciding in this very thread"):
                engine.fire(_facts(a=True))
            refused.append(getattr(called, "__name__", ""))

    sys.setprofile(handler)
    try:
        found = engine.fire(_facts(a=True))
    finally:
        sys.setprofile(None)
    assert {"assert_fact", "start_action_for_state", "delete_state"} <= {*refused}
    assert found == engine.fire(_facts(a=True)) == {0, 1}


def test_a_failure_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error number of the C module becomes an EngineError that says what it means; the next decision is right."""
    calls = _watched(monkeypatch)
    program = _program(FLAG, [{"when": {"a": True}}])
    engine = DurableEngine(program)
    calls.fail("assert_fact", 1, calls.error("Could not assert fact, error code: 303"))
    with pytest.raises(EngineError, match="error 303: too many tests of one fact hold"):
        engine.fire(_facts(a=True))
    assert engine.fire(_facts(a=True)) == {0}
    calls.fail("assert_fact", 1, MemoryError())
    with pytest.raises(EngineError, match="error 101: out of memory"):
        engine.fire(_facts(a=True))
    calls.fail("create_ruleset", 0, calls.error("pyCreateRuleset Invalid argument"))
    with pytest.raises(EngineError, match="Invalid argument"):
        DurableEngine(program)
    calls.fail("create_ruleset", 0, calls.error("Could not create ruleset, error code: 999"))
    with pytest.raises(EngineError, match="error 999: unknown"):
        DurableEngine(program)
    assert engine.fire(_facts(a=True)) == {0}


def test_a_fact_that_is_not_taken_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only facts that a test accepts are asserted, each once: a code other than 0 is a failure, not an answer."""
    engine = DurableEngine(_program(FLAG, [{"when": {"a": True}}]))
    monkeypatch.setattr(engine._parts[0].network, "begin", '"h":99,"k":99,"n":1}')
    with pytest.raises(EngineError, match="no test holds"):
        engine.fire(_facts(a=True))


def test_the_begin_fact_must_fire(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentinel shows that actions start at all in the state of this decision."""
    engine = DurableEngine(_program(FLAG, [{"when": {"a": True}}]))
    monkeypatch.setattr(engine._parts[0].network, "sentinel", 7)
    with pytest.raises(EngineError, match="did not begin"):
        engine.fire(_facts(a=True))


def test_without_durable_rules_the_engine_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the C module is not there, or cannot be imported, available() is false and an engine cannot be made."""
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert not available()
    with pytest.raises(EngineError, match='engine = "plain"'):
        DurableEngine(_program(FLAG, []))


def test_facts_that_no_rule_tests_are_not_asserted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fact costs time, so only what a test accepts is told."""
    calls = _watched(monkeypatch)
    engine = DurableEngine(_program({**FLAG, **NUMBER, **TEXT}, [{"when": {"a": True, "n": 3}}]))
    calls.forget()
    engine.fire(_facts(b=True, t="x", n=4, a=False))
    assert calls.count("assert_fact") == 1
    engine.fire(_facts(b=True, t="x", n=3, a=True))
    assert calls.count("assert_fact") == 4


def test_equal_conditions_are_made_once() -> None:
    """A flat rule is one row, and what several rules ask in the same way is one auxiliary fact or one absence."""
    vocabulary = {f"a{number}": {"type": "flag"} for number in range(6)}
    flat = encode(_program(vocabulary, [{"when": {"a0": True, "a1": True, "a2": True, "a3": True}}]))
    assert len(flat.rows) == 1
    long = {"when": dict.fromkeys(vocabulary, True), "unless": {"a0": False, "a1": False}}
    twice = encode(_program(vocabulary, [long, {**long, "advise": True}]))
    once = encode(_program(vocabulary, [long]))
    assert len(twice.rows) == len(once.rows)
    assert [len(row.slots) for row in twice.rows].count(2) == 1
    assert sum(len(absences) for _, absences in twice.settled) == 1
    known = encode(_program(NUMBER, [{"when": {"all": [{"n": {"known": True}}, {"n": 3}]}}]))
    assert known.rows[0].conditions == (Condition(known.rows[0].conditions[0].slot, 0b100),)


def _program(vocabulary: Toml, rules: Iterable[Toml]) -> Program:
    """Read a program as a user's file is read; a rule without an effect advises, and ids are r0, r1, …."""
    document = {"id": "d", "title": "a document", "date": "2026"}
    written = [
        {"id": f"r{number}", "because": {"en": "so"}, "source": "d", **({} if "conclude" in rule else {"advise": True})}
        | rule
        for number, rule in enumerate(rules)
    ]
    pack = {"language": 1, "pack": "p", "document": [document], "requirement": vocabulary, "rule": written}
    return compile_program(load([tomli_w.dumps(pack)]))


def _facts(**values: Value) -> Facts:
    return {name: value if isinstance(value, frozenset) else frozenset({value}) for name, value in values.items()}


def _agree(program: Program, cases: Iterable[Facts]) -> DurableEngine:
    durable, plain = DurableEngine(program), PlainEngine(program)
    for facts in cases:
        assert durable.fire(facts) == plain.fire(facts)
    return durable


class _Watched(list[str]):
    """The C module with a list of the calls made; one of them can be made to fail."""

    def __init__(self, module: Any) -> None:  # noqa: ANN401 - the C module has no types
        super().__init__()
        self._module = module
        self.error = module.error
        self.arguments: list[tuple[Any, ...]] = []
        self.completed: list[str] = []
        self._planned: list[tuple[str, int, BaseException, bool]] = []

    def forget(self) -> None:
        self.clear()
        self.arguments.clear()
        self.completed.clear()

    def interrupt(self, name: str, number: int, *, after: bool) -> None:
        self._planned.append((name, self.count(name) + number, Interrupted(), after))

    def fail(self, name: str, number: int, error: BaseException) -> None:
        self._planned.append((name, self.count(name) + number, error, False))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self._module, name)

        def call(*arguments: Any) -> Any:  # noqa: ANN401
            planned = next((plan for plan in self._planned if plan[:2] == (name, self.count(name))), None)
            self.append(name)
            self.arguments.append(arguments)
            if planned is not None:
                self._planned.remove(planned)
                if not planned[3]:
                    raise planned[2]
            result = function(*arguments)
            self.completed.append(name)
            if planned is not None:
                raise planned[2]
            return result

        return call


def _watched(monkeypatch: pytest.MonkeyPatch) -> _Watched:
    module: Any = importlib.import_module("durable_rules_engine")
    watched = _Watched(module._module if isinstance(module, _Watched) else module)
    monkeypatch.setitem(sys.modules, "durable_rules_engine", watched)
    return watched


def _count(calls: _Watched, name: str, action: Callable[[], object]) -> int:
    before = calls.count(name)
    action()
    return calls.count(name) - before


def _resident() -> int:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("resident memory is read from /proc")
    return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _fnv(text: str) -> int:
    """Return the 32-bit hash (FNV-1a) by which the C module knows ids."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value
