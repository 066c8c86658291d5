"""Both evaluators find the same firings as the naive reading of what rules mean, in whatever order it is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import fuzz_engine
from tests.naive import naive_fire, naive_strata
from tests.programs import load, random_facts, random_program, seeded
from tests.worlds import model, rule, world

from llmrules.catalog.candidates import bits
from llmrules.engine.durable import available
from llmrules.engine.firing import derive
from llmrules.engine.plain import PlainEngine
from llmrules.engine.program import compile_program
from llmrules.engine.refiring import Reach, Refiring

if TYPE_CHECKING:
    from llmrules.engine.program import Program
    from llmrules.language.conditions import Facts
    from llmrules.language.values import Value

PROGRAMS = 500
COMPARED = 150
"""Of those, the ones that are compared here; ``make fuzz`` goes on from the same seed."""
CASES = 3
ROOT = Path(__file__).resolve().parent.parent

needs_durable = pytest.mark.skipif(not available(), reason="durable-rules is not installed here")
seeds = st.integers(0, 2**32)
few = settings(max_examples=20)


@needs_durable
def test_the_engines_find_the_same_firings() -> None:
    """On 150 random programs both engines report the same rules, and these can be derived; see fuzz_engine.

    It runs as users run it, in a process of its own, which coverage does not slow down.
    """
    command = [sys.executable, "-m", "tests.fuzz_engine", "--programs", str(COMPARED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"no disagreement: {COMPARED:,} programs" in done.stdout


@needs_durable
def test_the_command_names_the_program_on_which_the_engines_disagree(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disagreement ends the comparison with exit status 1 and the seed that makes the program again."""
    assert fuzz_engine.main(["--programs", "3", "--seed", "70"]) == 0
    monkeypatch.setattr(PlainEngine, "fire", lambda _engine, _facts: frozenset())
    assert fuzz_engine.main(["--programs", "3", "--seed", "70"]) == 1
    assert "DISAGREEMENT in the program of seed 70: durable-rules fires other rules" in capsys.readouterr().out


def test_without_durable_rules_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison fails rather than pass for having compared nothing."""
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert fuzz_engine.main(["--programs", "3"]) == 1


def test_the_plain_evaluator_finds_what_the_rules_mean() -> None:
    """The naive reading, which tries every rule until nothing changes, finds the same strata and firings."""
    for number in range(PROGRAMS, PROGRAMS + 200):
        random = seeded(number)
        written = random_program(random)
        ruleset = load(written.files())
        program = compile_program(ruleset)
        assert {rule.id: rule.stratum for rule in program.rules} == naive_strata(ruleset)
        for _ in range(CASES):
            facts = random_facts(random, written.columns)
            assert _fired(program, facts) == naive_fire(ruleset, facts), f"program {number}"


def test_no_order_changes_what_is_found() -> None:
    """Rules in another order and other files, facts in another order: the same derivation to the last round."""
    for number in range(PROGRAMS + 200, PROGRAMS + 350):
        random = seeded(number)
        written = random_program(random)
        first = compile_program(load(written.files()))
        second = compile_program(load(written.shuffled(random)))
        for _ in range(CASES):
            facts = random_facts(random, written.columns)
            turned = dict(random.sample(list(facts.items()), len(facts)))
            assert _derivation(first, facts) == _derivation(second, turned), f"program {number}"


@few
@given(seeds)
def test_a_rule_that_did_not_fire_can_be_switched_off(seed: int) -> None:
    """Without the rules that did not fire, all others fire as before: a rule acts by firing alone."""
    random = seeded(seed)
    written = random_program(random)
    facts = random_facts(random, written.columns)
    program = compile_program(load(written.files()))
    fired = _fired(program, facts)
    silent = sorted({rule.id for rule in program.rules} - fired)
    some = random.sample(silent, random.randrange(len(silent) + 1))
    assert _fired(compile_program(load(written.without(some))), facts) == fired


def test_firing_what_a_difference_reaches_is_firing_all() -> None:
    """With any facts changed, the rules that are fired anew and the others are all."""
    for number in range(PROGRAMS + 350, PROGRAMS + 430):
        random = seeded(number)
        written = random_program(random)
        program, facts = compile_program(load(written.files())), random_facts(random, written.columns)
        engine = PlainEngine(program)
        refiring = Refiring(Reach(program), facts, engine.fire(facts))
        for _ in range(CASES):
            other = random_facts(random, written.columns)
            names = random.sample(sorted({*facts, *other}), min(len({*facts, *other}), random.randint(0, 4)))
            there = {name: values for name, values in facts.items() if name not in names}
            there |= {name: other[name] for name in names if name in other}
            fired = refiring.fire(there, names)
            assert {*bits(fired)} == engine.fire(there), f"program {number}"
            assert refiring.concluded(fired, there) == derive(program, there, engine.fire(there)).facts


def test_what_two_facts_conclude_alike_ends_with_both_of_them() -> None:
    """Of two facts either of which makes a third known, each may go alone and the third stays; without both it goes."""
    rules = [rule(name, f"when.{name} = true\nconclude.hosting = 'own'") for name in ("offline", "tuning")]
    rules.append(rule("on-premise", "when.hosting = 'own'\nadvise = true"))
    program = world("".join(rules), model("lark")).knowledge.program
    facts = {name: frozenset({True}) for name in ("offline", "tuning")}
    refiring = Refiring(Reach(program), facts, PlainEngine(program).fire(facts))

    def fired(**stated: frozenset[Value]) -> set[str]:
        return {program.rules[place].id for place in bits(refiring.fire(stated, ["offline", "tuning"]))}

    assert fired(offline=facts["offline"]) == {"offline", "on-premise"}
    assert fired(tuning=facts["tuning"]) == {"tuning", "on-premise"}
    assert fired() == set()


def test_rules_that_follow_from_each_other_end_with_what_they_followed_from() -> None:
    """Two rules each of which concludes what the other tests do not bear each other once nothing else bears them."""
    rules = [
        rule("first", "when.tuning = true\nconclude.offline = true"),
        rule("there", "when.offline = true\nconclude.hosting = 'own'"),
        rule("back", "when.hosting = 'own'\nconclude.offline = true"),
    ]
    program = world("".join(rules), model("lark")).knowledge.program
    facts = {"tuning": frozenset({True})}
    refiring = Refiring(Reach(program), facts, PlainEngine(program).fire(facts))
    assert refiring.fired == 0b111
    assert refiring.fire({}, ["tuning"]) == 0


@few
@given(seeds)
def test_stating_what_is_concluded_changes_nothing(seed: int) -> None:
    """Everything that the rules concluded, stated beforehand, fires the same rules."""
    random = seeded(seed)
    written = random_program(random)
    facts = random_facts(random, written.columns)
    program = compile_program(load(written.files()))
    known = derive(program, facts, PlainEngine(program).fire(facts)).facts
    assert _fired(program, known) == _fired(program, facts)


@few
@given(seeds)
def test_without_negative_tests_more_facts_fire_more_rules(seed: int) -> None:
    """Where nothing is tested negatively, stating one more requirement silences no rule."""
    random = seeded(seed)
    written = random_program(random)
    negative = {rule.id for rule in compile_program(load(written.files())).rules if rule.stratum}
    ruleset = load(written.without(negative))
    program = compile_program(ruleset)
    facts = random_facts(random, written.columns)
    more = {**random_facts(random, written.columns), **facts}
    if not any(leaf.negative for rule in program.rules for leaf in rule.when.all_leaves()):
        assert _fired(program, facts) <= _fired(program, more)


@few
@given(seeds)
def test_every_fact_is_stated_or_concluded_by_a_firing(seed: int) -> None:
    """At the end each value stands in the facts or in the conclusion of a rule that fired."""
    random = seeded(seed)
    written = random_program(random)
    facts = random_facts(random, written.columns)
    program = compile_program(load(written.files()))
    derivation = derive(program, facts, PlainEngine(program).fire(facts))
    concluded = [step.rule.conclusion for step in derivation.steps if step.rule.conclusion is not None]
    for name, values in derivation.facts.items():
        given_ = facts.get(name, frozenset())
        assert values == given_.union(*(done.values for done in concluded if done.attribute.name == name))


def _fired(program: Program, facts: Facts) -> frozenset[str]:
    return frozenset(program.rules[place].id for place in PlainEngine(program).fire(facts))


def _derivation(program: Program, facts: Facts) -> object:
    derivation = derive(program, facts, PlainEngine(program).fire(facts))
    return [(step.rule.id, step.stratum, step.round) for step in derivation.steps], dict(derivation.facts)
