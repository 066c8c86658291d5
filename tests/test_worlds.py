"""A world with something changed decides as the files that say so, read anew; what did not change is shared."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import offer_worlds
from tests.worlds import DAY, STATED, VALUES, RandomCase, decide, model, random_model, rule, world

from llmrules import advisor
from llmrules.advisor import Advisor
from llmrules.check.diff.outcome import outcome
from llmrules.errors import LoadError, TraceError
from llmrules.language.rules.rule import Disable
from llmrules.language.texts import Text
from llmrules.worlds.changes import (
    Among,
    ModelAs,
    ModelOut,
    OfferOut,
    Over,
    RuleAs,
    RuleOut,
    Stated,
    Switched,
    Unknown,
    ValueAs,
)
from llmrules.worlds.replay import replay
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision

ROOT = Path(__file__).parent.parent


def told(decision: Decision | None) -> Any:  # noqa: ANN401 - whatever a decision tells
    """Return everything that is found in a decision, but why something is switched off."""
    return None if decision is None else (advisor.Decision.of(decision).trace.found, outcome(decision))


def base(made: RandomCase) -> World | None:
    """Return the world of a random case."""
    decision = made.decide()
    return None if decision is None else World.of(decision)


@given(st.integers(0, 2**32), st.integers(0, 2**32), st.data())
def test_other_rules_decide_as_when_loaded(seed: int, other: int, data: st.DataObject) -> None:
    """Rules of another random case in the place of some, and some switched off, are as the files that say so."""
    made, else_ = RandomCase(seed), RandomCase(other)
    here, there = base(made), base(else_)
    if here is None or there is None:
        return
    here.decide()
    names = sorted(made.rules.keys() & else_.rules.keys() - {"beats"})
    taken = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    off = data.draw(st.lists(st.sampled_from(sorted(made.rules)), unique=True))
    rules = {**made.rules, **{name: else_.rules[name] for name in taken}}
    rules |= {f"off-{name}": f"[[disable]]\nrule = '{name}'\nreason.en = 'x'\n" for name in off}
    try:
        loaded = made.decide(rules=rules)
    except LoadError:
        loaded = None  # "beats" overrides a rule that now classifies
    changes = [RuleAs(there.knowledge.ruleset.rules[name]) for name in taken]
    changed = here.changed(*changes, *map(RuleOut, off))
    assert told(None if changed is None else changed.decide()) == told(loaded)
    assert told(here.decide()) == told(made.decide())


@given(st.integers(0, 2**32), st.randoms(use_true_random=False), st.data())
def test_other_models_and_statements_decide_as_when_loaded(seed: int, random: Any, data: st.DataObject) -> None:  # noqa: ANN401
    """Models added, gone and with other values, under other requirements, are as the files and the case say."""
    made = RandomCase(seed)
    here = base(made)
    if here is None:
        return
    here.decide()
    models = dict(made.models)
    names = data.draw(st.lists(st.sampled_from(sorted(models)), unique=True, max_size=len(models) - 1))
    changes: list[Any] = [ModelOut(name) for name in names]
    models = {name: entry for name, entry in models.items() if name not in names}
    models["new"] = random_model(random)
    (new,) = world(models=model("new", **models["new"])).knowledge.catalog
    changes.append(ModelAs(new))
    changed = next(iter(models))
    values = {name: value for name, value in models[changed].items() if name != "disputed"}
    for name in data.draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=3)):
        value = data.draw(st.none() | st.sampled_from(VALUES[name]))
        values = {one: said for one, said in values.items() if one != name}
        values |= {} if value is None else {name: value}
        entry = None
        if value is not None:
            (read,) = world(models=model("m", **{name: value})).knowledge.catalog
            entry = read.entries.get(name) or read.offers[0].entries.get(name)
        changes.append(ValueAs(changed, name, entry))
        models[changed]["disputed"].pop(name, None)
    models[changed] = {**values, "disputed": models[changed]["disputed"]}
    for name in data.draw(st.lists(st.sampled_from(sorted(STATED)), unique=True, max_size=2)):
        value = data.draw(st.none() | st.sampled_from(STATED[name]))
        made.requirements = {one: said for one, said in made.requirements.items() if one != name}
        made.requirements |= {} if value is None else {name: value}
        changes.append(Stated(name, frozenset(value) if isinstance(value, list) else value))
    result = here.changed(*changes)
    assert result is not None
    loaded = made.decide(models=models)
    assert told(result.decide()) == told(loaded)
    assert result.profile.facts() == (loaded and loaded.profile.facts())
    assert result.knowledge.program is here.knowledge.program


@given(st.data())
def test_other_offers_and_families_decide_as_when_loaded(data: st.DataObject) -> None:
    """Values and offers gone, with what is inherited, dated and disputed, are as the files without them."""
    text, models = data.draw(offer_worlds.catalogues())
    rules, case = data.draw(offer_worlds.rules()), data.draw(offer_worlds.requirements())
    advisor, document = offer_worlds.sellers(rules, text), tomllib.loads(text)
    here = World.under(advisor.knowledge, advisor.profile(case))
    before = told(here.decide())
    changes: list[Any] = []
    for entry in document["model"]:
        places: list[tuple[str | None, dict[str, Any]]] = [(None, entry), *((one["id"], one) for one in entry["offer"])]
        for offer, table in places:
            for name in sorted(table["sources"]):
                if data.draw(st.integers(0, 3)) == 0:
                    changes.append(ValueAs(entry["id"], name, None, offer))
                    del table[name], table["sources"][name]
                    for notes in ("disputed", "dated"):
                        table[notes] = [one for one in table[notes] if one["attribute"] != name]
        if len(entry["offer"]) > 1 and data.draw(st.booleans()):
            changes.append(OfferOut(entry["id"], entry["offer"].pop()["id"]))
    if len(models) > 1 and data.draw(st.booleans()):
        changes.append(ModelOut(models[0]))
        document["model"] = document["model"][1:]
    changed = here.changed(*changes)
    try:
        loaded = offer_worlds.sellers(rules, tomli_w.dumps(document))
    except LoadError:
        assert changed is None  # somebody extends the model that is gone
        return
    assert changed is not None
    assert told(changed.decide()) == told(World.under(loaded.knowledge, here.profile).decide())
    assert changed.knowledge.turning_days == loaded.knowledge.turning_days
    assert told(here.decide()) == before


SHIPPED = Advisor.load(catalog=["article"], engine="plain")
EXAMPLE = ROOT / "examples" / "hospital-records.toml"


@given(st.sampled_from(sorted(SHIPPED.knowledge.ruleset.rules)), st.sampled_from(SHIPPED.knowledge.models))
@settings(max_examples=8)
def test_the_shipped_knowledge_changes_as_its_trace_does(name: str, gone: str) -> None:
    """A shipped rule out or with another weight, and a model out, are as a trace whose given says so, replayed."""
    decision = SHIPPED.decide(EXAMPLE)
    rule_, what = SHIPPED.knowledge.ruleset.rules[name], decision.trace.given
    here = World.of(decision)
    weighed = evolve(rule_, weight=None if rule_.weight is None else rule_.weight + 1)
    records = tuple(evolve(one, weight=weighed.weight) if one.id == name else one for one in what.rules)
    catalogue = tuple(one for one in what.catalogue if one.id != gone)
    off = (Disable(Text("x", "x"), rule=name),)
    for changes, changed in (
        ((RuleOut(name),), evolve(what, disabled=off)),
        ((RuleAs(weighed), ModelOut(gone)), evolve(what, rules=records, catalogue=catalogue)),
    ):
        other = here.changed(*changes)
        if other is None:  # another model extends the one that is gone
            with pytest.raises(TraceError, match="cannot-stand"):
                replay(changed)
        else:
            assert told(other.decide()) == told(replay(changed))


def test_what_is_asked_is_a_change_too() -> None:
    """What is unknown, what is ranked and who is asked are taken from a decision, and changed one by one."""
    advisor = offer_worlds.sellers(rule("r", "require.open = 'free'"), SELLERS)
    decision = advisor.decide({"as_of": DAY}, unknown="exclude", over="offers", among=["one", "two"])
    here = World.of(decision)
    assert told(here.decide()) == told(decision)
    assert [one.model for one in decision.ranking] == ["one @ a", "one @ b"]
    for change, ranked, apart in (
        (Unknown("apart"), ["one @ a", "one @ b"], ["two"]),
        (Over("models"), ["one"], []),
        (Among(("two",)), [], []),
    ):
        changed = here.changed(change)
        assert changed is not None
        assert changed.knowledge is here.knowledge
        decided = changed.decide()
        assert [one.model for one in decided.ranking] == ranked
        assert [one.model for one in decided.unverified] == apart


def test_rules_that_cannot_be_together_make_no_world() -> None:
    """A circle, an exemption from a soft rule, and a model that extends nobody could not be loaded."""
    here = World.of(
        decide(
            world(
                rule("hard", "require.weights = true") + rule("spares", "where.open = 'free'\nexempt = ['hard']"),
                model("m", open="free") + model("n", extends="m"),
            )
        )
    )
    soft = world(rule("hard", "prefer.weights = true\nweight = 1")).knowledge.ruleset.rules["hard"]
    turning = world(rule("hard", "when.inputs.has = 'text'\nconclude.inputs = ['image']")).knowledge.ruleset.rules
    assert here.changed(RuleAs(soft)) is None
    assert here.changed(RuleAs(evolve(soft, id="soft"))) is not None
    assert here.changed(RuleAs(evolve(turning["hard"], id="x", unless=turning["hard"].when))) is None
    assert here.changed(ModelOut("m")) is None
    assert here.changed(ModelOut("n")) is not None
    assert here.changed(Switched(())) is not None


def test_what_did_not_change_is_shared() -> None:
    """Rules keep their program and the catalogue stays laid out, whichever of them is changed."""
    decision = SHIPPED.decide(EXAMPLE)
    here = World.of(decision)
    (gone, *_) = here.knowledge.models
    without = here.changed(ModelOut(gone))
    assert without is not None
    assert without.knowledge.program is here.knowledge.program
    day = here.profile.as_of.first
    hard = next(one for one in here.knowledge.ruleset.firing() if one.effect.hard)
    changed = here.changed(RuleAs(evolve(hard, unknown="exclude")))
    assert changed is not None
    assert changed.knowledge.program is here.knowledge.program
    criteria, before = (one.knowledge.criteria_on(day) for one in (changed, here))
    assert criteria.candidates is before.candidates
    assert [name for name, one in criteria.by_rule.items() if one is not before.by_rule[name]] == [hard.id]
    off = here.changed(RuleOut(hard.id))
    assert off is not None
    assert {one.holds for one in off.knowledge.program.rules} < {one.holds for one in here.knowledge.program.rules}


SELLERS = """
language = 1
[[model]]
id = "one"
open = "free"
sources.open = "d"
offer = [{ id = "a" }, { id = "b" }]
[[model]]
id = "two"
"""
