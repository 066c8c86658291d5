"""What changed between two decisions, and what caused it: in constructed cases, in random ones, on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.commands import run
from tests.offer_worlds import catalogues, choices, overlays, requirements, sellers
from tests.offer_worlds import rules as rule_texts
from tests.worlds import DAY, VOCABULARY, RandomCase, decide, model, rule, world

from llmrules.advisor import Advisor, Decision
from llmrules.check.diff import Change, Comparison, Corpus, compare, compare_decisions
from llmrules.check.diff.outcome import outcome
from llmrules.check.diff.telling import difference_report
from llmrules.check.diff.worlds import worlds_between
from llmrules.errors import RestrictionError, TraceError
from llmrules.language.profile import Requirement
from llmrules.language.rules.rule import Disable
from llmrules.language.texts import Language, Text
from llmrules.say.report.entry import render_text
from llmrules.trace.codec import canonical, converter, plain
from llmrules.trace.record import Trace
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision as Decided


EXAMPLES = Path(__file__).parent.parent / "examples"

CLOSED = rule("no-closed", "exclude.open = 'closed'", because="Closed models are out.")
TWO = model("lark", called="Lark", open="closed", weights=False) + model(
    "wren", called="Wren", open="free", weights=True
)
LIKED = rule("like-lark", "prefer.open = 'closed'\nweight = 2", because="Larks are nice.")

POLICY = """
language = 1
pack = "policy"
[requirement.house]
type = "flag"
label = { en = "house rules", ko = "사내 규정" }
[[document]]
id = "policy"
title = "Our policy"
date = 2026-02-01
[[rule]]
id = "no-closed-models"
when.house = true
exclude.openness = "closed"
because = { en = "Our policy forbids closed models.", ko = "사내 규정은 폐쇄형 모델을 금지합니다." }
source = "policy"
[[rule]]
id = "never-fires"
when.house = false
advise = true
because = { en = "Never said.", ko = "나오지 않는 말입니다." }
source = "policy"
"""


def causes(comparison: Comparison, kind: str, subject: str = "", about: str = "") -> list[tuple[str, ...]]:
    """Return what caused one change."""
    return [cause.differences for cause in change(comparison, kind, subject, about).causes]


def change(comparison: Comparison, kind: str, subject: str = "", about: str = "") -> Change:
    """Return one change."""
    return next(one for one in comparison.changes if (one.kind, one.subject, one.about) == (kind, subject, about))


def effects(comparison: Comparison) -> dict[str, str]:
    """Return what each difference does."""
    return {one.id: one.effect for one in comparison.differences}


# Causes


def test_one_cause_alone() -> None:
    """A rule that is added causes every change alone, the choice first; no replay is needed to know it."""
    found = compare_decisions(decide(world(LIKED, TWO)), decide(world(LIKED + CLOSED, TWO)))
    assert found.changes[0].kind == "choice"
    assert (found.changes[0].before, found.changes[0].after) == (("lark",), ("wren",))
    assert {cause.differences for one in found.changes for cause in one.causes} == {("rule:no-closed",)}
    assert change(found, "verdict", "lark").needed == ("rule:no-closed",)
    assert change(found, "check", "lark", "no-closed").after == "failed"
    assert change(found, "points", "lark").after is None
    assert change(found, "firing", "no-closed").after is True
    assert [(one.id, one.verb, one.effect) for one in found.differences] == [("rule:no-closed", "added", "cause")]
    assert (found.same, found.replays, found.open) == (False, 0, 0)


def test_a_promise_that_is_broken_is_a_change_with_its_cause() -> None:
    """Both what is promised and what decides may break it; the promise has its reason, in words and as a record."""
    promised = '[[promise]]\nid = "open"\nbecause = "Open models are wanted."\nsource = "d"\nbest.open = "free"\n'
    kept = decide(world(CLOSED + promised, TWO))
    broken = world(LIKED + promised, TWO).decide({"as_of": DAY}, keep_promises=False)
    by_rule = compare_decisions(kept, broken)
    assert change(by_rule, "promise", "open").after == ("best: lark",)
    assert causes(by_rule, "promise", "open") == [("rule:no-closed",)]
    by_promise = compare_decisions(decide(world(LIKED, TWO)), broken)
    assert causes(by_promise, "promise", "open") == [("promise:open",)]
    assert [(one.kind, one.verb) for one in by_promise.differences] == [("promise", "added")]
    assert not by_promise.same
    told = render_text(difference_report(by_promise, (broken.trace.given,), "en"))
    assert "promise: not broken → broken (best: lark)" in told
    assert "Open models are wanted." in told
    korean = render_text(difference_report(by_promise, (broken.trace.given,), "ko"))
    assert "약속: 깨지지 않음 → 깨짐(best: lark)" in korean


def test_two_causes_each_alone() -> None:
    """Two rules that both exclude a model are each enough; neither is needed."""
    weights = rule("weights", "require.weights = true")
    found = compare_decisions(decide(world(LIKED, TWO)), decide(world(LIKED + CLOSED + weights, TWO)))
    assert causes(found, "verdict", "lark") == [("rule:no-closed",), ("rule:weights",)]
    assert change(found, "verdict", "lark").needed == ()
    assert causes(found, "check", "lark", "weights") == [("rule:weights",)]


def test_two_causes_jointly() -> None:
    """A rule that waits for a requirement, and the requirement, cause together what neither does alone."""
    tuned = rule("tuned", "when.tuning = true\nrequire.weights = true")
    found = compare_decisions(decide(world(LIKED, TWO)), decide(world(LIKED + tuned, TWO), tuning=True))
    assert causes(found, "choice") == [("requirement:tuning", "rule:tuned")]
    assert change(found, "choice").needed == ("requirement:tuning", "rule:tuned")
    assert effects(found) == {"requirement:tuning": "cause", "rule:tuned": "cause"}


def test_points_add_up_jointly() -> None:
    """Where two rules each add points, only both together give the new sum."""
    new = LIKED + rule("a", "prefer.weights = true\nweight = 1") + rule("b", "prefer.open = 'free'\nweight = 2")
    found = compare_decisions(decide(world(LIKED, TWO)), decide(world(new, TWO)))
    assert causes(found, "points", "wren") == [("rule:a", "rule:b")]
    assert causes(found, "choice") == [("rule:a", "rule:b")]
    assert change(found, "place", "wren").after == 1


def test_two_ways_to_be_joint() -> None:
    """Where two pairs are each enough, both are told."""
    either = rule("either", "when.any = [{ tuning = true }, { offline = true }]\nrequire.weights = true")
    found = compare_decisions(decide(world(LIKED, TWO)), decide(world(LIKED + either, TWO), tuning=True, offline=True))
    assert sorted(causes(found, "verdict", "lark")) == [
        ("requirement:offline", "rule:either"),
        ("requirement:tuning", "rule:either"),
    ]
    assert change(found, "verdict", "lark").needed == ("rule:either",)


def test_a_cause_that_only_breaks_a_tie() -> None:
    """Nothing but the tie is broken: the choice changes from two to one."""
    nudge = rule("nudge", "prefer.open = 'free'\nweight = 1")
    found = compare_decisions(decide(world("", TWO)), decide(world(nudge, TWO)))
    assert (change(found, "choice").before, change(found, "choice").after) == (("lark", "wren"), ("wren",))
    assert change(found, "place", "lark").after == 2
    assert not any(one.kind == "verdict" for one in found.changes)


def test_differences_that_change_nothing() -> None:
    """Another reason is inert; another weight of a rule that is silent has no effect; the outcome is the same."""
    silent = "when.offline = true\nprefer.weights = true\nweight = "
    old = decide(world(CLOSED + rule("silent", f"{silent}1"), TWO))
    new = decide(world(CLOSED.replace("are out", "stay out") + rule("silent", f"{silent}3"), TWO))
    found = compare_decisions(old, new)
    assert found.same
    assert effects(found) == {"rule:no-closed": "inert", "rule:silent": "none"}
    assert [(key.key, key.before, key.after) for key in found.differences[1].keys] == [("weight", 1, 3)]
    assert found.derivation == ()


def test_differences_that_undo_each_other() -> None:
    """A value and a rule that would each exclude the model, but not together, are told to be undone."""
    old = decide(world(rule("r", "require.weights = true"), model("m", weights=True)))
    new = decide(world(rule("r", "require.weights = false"), model("m", weights=False)))
    found = compare_decisions(old, new)
    assert found.same
    assert effects(found) == {"rule:r": "offset", "value:m:weights": "offset"}
    assert found.derivation == ("criteria",)


def test_a_rule_and_a_pack_that_are_switched_off() -> None:
    """A disable entry is the cause, and switching it on again is, the other way round."""
    on = decide(world(LIKED + CLOSED, TWO))
    for what, name in (("rule", "no-closed"), ("pack", "pack-1")):
        off = f'[[disable]]\n{what} = "{name}"\nreason = "Not here."'
        more = (CLOSED, off) if what == "pack" else (off,)
        rules = LIKED if what == "pack" else LIKED + CLOSED
        new = decide(world(rules, TWO, more=more))
        there, back = compare_decisions(on, new), compare_decisions(new, on)
        if what == "rule":
            assert causes(there, "choice") == [("disable:rule:no-closed",)]
            assert [(one.id, one.verb) for one in back.differences] == [("disable:rule:no-closed", "removed")]
        else:  # the rule moved to another pack as well, which matters because that pack is off
            assert causes(there, "choice") == [("disable:pack:pack-1", "rule:no-closed")]


def test_a_value_of_the_catalogue() -> None:
    """The value is the cause, with its old and new sources beside it."""
    old = decide(world(CLOSED, model("m", open="free")))
    new = decide(world(CLOSED, model("m", open="free"), overlays=(model("m", open="closed", source="d2"),)))
    found = compare_decisions(old, new)
    assert causes(found, "verdict", "m") == [("value:m:open",)]
    keys = {key.key: (key.before, key.after) for key in found.differences[0].keys}
    assert keys["value"] == ("free", "closed")
    assert keys["sources"] == (["d"], ["d2"])
    assert keys["replaced"] == (None, [{"value": "free", "sources": ["d"]}])


def test_a_value_that_is_inherited_changes_with_its_parent() -> None:
    """The parent's value alone differs; the change of the variant is attributed to it."""
    child = model("child", extends="parent")
    old = decide(world(CLOSED, model("parent", open="free") + child))
    new = decide(world(CLOSED, model("parent", open="closed") + child))
    found = compare_decisions(old, new)
    assert [one.id for one in found.differences] == ["value:parent:open"]
    assert causes(found, "verdict", "child") == [("value:parent:open",)]


def test_a_dispute_and_a_model() -> None:
    """A disputed value that a rule depends on is a caution of its own; a whole model comes and goes as one thing."""
    old = decide(world(CLOSED, model("a", open="free") + model("b")))
    new = decide(world(CLOSED, model("a", open="free", disputed={"open": "closed"}) + model("c", open="free")))
    found = compare_decisions(old, new)
    assert causes(found, "dispute", "a", "open") == [("value:a:open",)]
    assert (change(found, "verdict", "b").before, change(found, "verdict", "b").after) == ("unverified", None)
    assert causes(found, "choice") == [("model:c",)]
    assert {one.id: one.verb for one in found.differences} == {
        "model:b": "removed",
        "model:c": "added",
        "value:a:open": "edited",
    }


def test_a_requirement_and_the_policy() -> None:
    """A requirement that is edited, and the policy for checks that are unknown, are causes like any other."""
    enough = rule("enough", "require.window.at_least.requirement = 'tokens'")
    advisor = world(enough, model("m", window=100) + model("u"))
    found = compare_decisions(decide(advisor, tokens=50), decide(advisor, unknown="accept", tokens=500))
    assert causes(found, "verdict", "m") == [("requirement:tokens",)]
    assert causes(found, "check", "u", "enough") == [("policy",)]
    assert causes(found, "choice") == [("policy", "requirement:tokens")]


def test_the_vocabulary() -> None:
    """Another default, and another order of a scale, are causes; another label and a wider bound are inert."""
    asked = rule("gold", "when.tier = 'gold'\nprefer.open.toward = 'highest'\nweight = 2")
    default = VOCABULARY.replace('default = "basic"', 'default = "gold"')
    old = decide(world(asked, TWO, vocabulary=default))
    order = '{ free = "free", closed = "closed", shown = "shown" }'
    scale = default.replace('{ closed = "closed", shown = "shown", free = "free" }', order)
    assert causes(compare_decisions(old, decide(world(asked, TWO, vocabulary=scale))), "choice") == [
        ("attribute:open",)
    ]
    found = compare_decisions(decide(world(asked, TWO)), old)
    assert [one.id for one in found.differences] == ["attribute:tier"]
    assert causes(found, "choice") == [("attribute:tier",)]
    more = VOCABULARY.replace('unit = "USD"', 'unit = "USD", maximum = 9').replace('"no network"', '"offline"')
    found = compare_decisions(decide(world(asked, TWO)), decide(world(asked, TWO, vocabulary=more)))
    assert set(effects(found).values()) == {"inert"}


def test_differences_that_cannot_stand_alone() -> None:
    """An attribute of another type and the values and rules that follow it cause together what they change."""
    vocabulary = VOCABULARY.replace('licence = { type = "text" }', 'licence = { type = "flag" }')
    old = decide(world(rule("r", "require.licence = 'MIT'"), model("m", licence="MIT")))
    text = rule("r", "require.licence = true")
    new = decide(world(text, model("m", licence=False), vocabulary=vocabulary))
    assert causes(compare_decisions(old, new), "verdict", "m") == [("attribute:licence", "rule:r", "value:m:licence")]


def test_a_requirement_of_another_type_cannot_stand_alone() -> None:
    """What is stated of an attribute whose type changes comes about with the attribute alone."""
    flag = VOCABULARY.replace('region = { type = "text" }', 'region = { type = "flag" }')
    ours = rule("r", "when.region.known = true\nrequire.weights = true")
    old, new = decide(world(ours, TWO)), decide(world(ours, TWO, vocabulary=flag), region=True)
    assert causes(compare_decisions(old, new), "verdict", "lark") == [("attribute:region", "requirement:region")]
    other = compare_decisions(decide(world(ours, TWO), region="here"), new)
    assert other.same
    assert effects(other) == {"attribute:region": "open", "requirement:region": "open"}


def test_what_refers_to_what_is_not_there_yet() -> None:
    """Rules that override or exempt from others, on attributes of their own, are still replayed one by one."""
    old = decide(world(LIKED + CLOSED, TWO), tokens=1)
    own = 'requirement.vip = { type = "flag", default = true }\n'
    more = rule("vip", "when.vip = true\nexempt = ['no-closed', 'weights']\nwhere.open = 'closed'")
    more += rule("weights", "require.weights = true") + rule("over", "advise = true\noverrides = ['vip']")
    new = decide(world(LIKED + CLOSED, TWO, more=(own + more,)), tokens=1)
    found = compare_decisions(old, new)
    assert change(found, "check", "lark", "weights").causes[0].differences == ("rule:weights",)
    assert effects(found)["rule:over"] == "cause"
    assert effects(found)["attribute:vip"] in {"none", "offset"}
    assert "rule:vip" in effects(found)


def test_conflicts_and_refusals() -> None:
    """A requirement in conflict, a set that rules widen, a refusal: each with its cause."""
    new = (
        rule("own", "conclude.hosting = 'own'")
        + rule("hear", "conclude.inputs = ['audio']")
        + rule("no", "refuse = true")
    )
    stated: dict[str, Any] = {"hosting": "vendor", "inputs": ["text"]}
    found = compare_decisions(decide(world("", TWO), **stated), decide(world(new, TWO), **stated))
    assert causes(found, "refused") == [("rule:no",)]
    assert causes(found, "choice") == [("rule:no",)]
    assert change(found, "conflict", "hosting").after == ("hosting=own", "hosting=vendor")
    assert causes(found, "conflict", "inputs") == [("rule:hear",)]


# Offers


def offers(*sold: str, head: str = "") -> str:
    """Return a catalogue of one model with offers, each as ``name input_price``, and more keys of the last one."""
    texts = [
        f'[[model.offer]]\nid = "{name}"\ninput_price = {price}\nsources.input_price = "d"\n'
        for name, price in (one.split() for one in sold)
    ]
    return f'language = 1\n[[model]]\nid = "lark"\n{head}{"".join(texts)}'


CHEAP = rule("cheap", "require.input_price.at_most = 3") + rule(
    "cheaper", "prefer.input_price.toward = 'lowest'\nweight = 3"
)
CLOSED_ONES = rule("closed-ones", "exclude.open = 'closed'")
ASKED = {"as_of": "2026-03-01"}


def test_an_offer_that_is_added_shifts_no_other() -> None:
    """The new offer is the one difference, whatever its name sorts before, and all that changes is caused by it."""
    old = sellers(CHEAP, offers("b 2")).decide(ASKED)
    new = sellers(CHEAP, offers("a 1", "b 2", "c 9")).decide(ASKED)
    found = compare_decisions(old, new)
    assert {one.id: (one.kind, one.verb, one.effect) for one in found.differences} == {
        "offer:lark @ a": ("offer", "added", "cause"),
        "offer:lark @ c": ("offer", "added", "cause"),
    }
    assert [one.subject for one in found.differences] == ["lark @ a", "lark @ c"]
    assert causes(found, "points", "lark") == [("offer:lark @ a",)]
    assert causes(found, "check", "lark @ c", "cheap") == [("offer:lark @ c",)]
    assert not [one for one in found.changes if one.subject == "lark @ b"]
    assert not [one for one in found.changes if one.kind == "choice"]
    back = compare_decisions(new, old)
    assert {one.id: one.verb for one in back.differences} == {"offer:lark @ a": "removed", "offer:lark @ c": "removed"}


def test_a_value_of_one_offer_is_told_of_that_offer() -> None:
    """Its id stands in the id of the difference, and the model keeps its verdict by another offer."""
    old = sellers(CHEAP, offers("a 1", "b 2")).decide(ASKED)
    new = sellers(CHEAP, offers("a 9", "b 2")).decide(ASKED)
    found = compare_decisions(old, new)
    assert [(one.id, one.subject, one.attribute) for one in found.differences] == [
        ("value:lark @ a:input_price", "lark @ a", "input_price")
    ]
    assert change(found, "verdict", "lark @ a").after == "excluded"
    assert change(found, "points", "lark").before == "3"
    assert not [one for one in found.changes if (one.kind, one.subject) == ("verdict", "lark")]


def test_the_only_offer_may_get_another_name() -> None:
    """Where a model has one offer on both sides, its values are compared whatever it is called."""
    old = sellers(CHEAP, offers("a 1")).decide(ASKED)
    found = compare_decisions(old, sellers(CHEAP, offers("z 9")).decide(ASKED))
    assert causes(found, "verdict", "lark") == [("value:lark:input_price",)]
    assert [one.id for one in found.differences] == ["value:lark:input_price"]


def test_an_offer_without_a_name_gives_way_to_several() -> None:
    """It has a name of its own here, so that both worlds can be mixed."""
    unnamed = offers("a 2").replace('id = "a"\n', "")
    found = compare_decisions(sellers(CHEAP, unnamed).decide(ASKED), sellers(CHEAP, offers("a 1", "b 9")).decide(ASKED))
    assert sorted(one.id for one in found.differences) == [
        "offer:lark @ a",
        "offer:lark @ b",
        "offer:lark @ unnamed",
    ]
    assert causes(found, "points", "lark") == [("offer:lark @ a",)]
    assert found.open == 0
    nothing = compare_decisions(
        sellers(CHEAP, 'language = 1\n[[model]]\nid = "lark"').decide(ASKED),
        sellers(CHEAP, offers("a 1", "b 9")).decide(ASKED),
    )
    assert causes(nothing, "verdict", "lark") == [("offer:lark @ a",)]


def test_dated_values_and_hidden_models_are_differences() -> None:
    """A value that is to take force, and a model that is no candidate any more, are causes."""
    dated = '[[model.offer.dated]]\nattribute = "input_price"\nsince = 2026-02-01\nvalue = 9\nsource = "d"\n'
    plain = sellers(CHEAP, offers("a 1")).decide(ASKED)
    found = compare_decisions(plain, sellers(CHEAP, offers("a 1") + dated).decide(ASKED))
    assert causes(found, "verdict", "lark") == [("value:lark:input_price",)]
    assert [key.key for key in found.differences[0].keys] == ["dated"]
    later = compare_decisions(plain, sellers(CHEAP, offers("a 1") + dated.replace("02-01", "04-01")).decide(ASKED))
    assert effects(later) == {"value:lark:input_price": "none"}
    hidden = compare_decisions(plain, sellers(CHEAP, offers("a 1", head="listed = false\n")).decide(ASKED))
    assert causes(hidden, "choice") == [("model:lark",)]
    assert [(key.key, key.after) for key in hidden.differences[0].keys] == [("listed", False)]


def test_what_was_asked_is_a_difference() -> None:
    """What is ranked, who is asked, and the age of sources: causes like any other, but for the age."""
    advisor = sellers(CHEAP, offers("a 1", "b 2") + '[[model]]\nid = "wren"\n')
    plain = advisor.decide(ASKED)
    only = compare_decisions(plain, advisor.decide(ASKED, only={"input_price": {"above": 1.5}}, stale_after=9))
    assert {one.id: one.subject for one in only.differences} == {
        "policy:only": "only",
        "policy:stale_after": "stale_after",
    }
    assert effects(only) == {"policy:only": "cause", "policy:stale_after": "inert"}
    assert causes(only, "verdict", "lark @ a") == [("policy:only",)]
    assert change(only, "verdict", "lark @ a").after is None
    assert change(only, "verdict", "wren").after is None
    assert "left_out" in only.derivation
    among = compare_decisions(plain, advisor.decide(ASKED, among=["wren"], over="offers"))
    assert causes(among, "choice") == [("policy:among",)]
    assert [change.before for change in among.changes if change.kind == "choice"] == [("lark",)]
    over = compare_decisions(plain, advisor.decide(ASKED, over="offers"))
    assert causes(over, "choice") == [("policy:over",)]
    assert change(over, "place", "lark @ b").after == 2


def test_a_model_that_gets_several_offers_is_called_alike_on_both_sides() -> None:
    """In a ranking of offers the choice stays where the offer does, although its name would be another one."""
    old = sellers(CHEAP, offers("a 1")).decide(ASKED, over="offers")
    new = sellers(CHEAP, offers("a 1", "b 9")).decide(ASKED, over="offers")
    assert (old.best, new.best) == (("lark",), ("lark @ a",))
    found = compare_decisions(old, new)
    assert found.old.choice == found.new.choice == ("lark @ a",)
    assert {one.subject for one in found.changes} == {"lark @ b"}


def test_the_bound_is_said() -> None:
    """Where the bound on replays cuts the search, the change has no cause, and that is counted and told."""
    extra = "".join(rule(f"r{n}", f"prefer.weights = true\nweight = {n + 1}") for n in range(6))
    old, new = decide(world(LIKED, TWO)), decide(world(LIKED + extra, TWO))
    found = compare_decisions(old, new, most=3)
    assert found.replays == 3
    assert found.open == sum(not one.causes for one in found.changes) > 0
    assert "open" in effects(found).values()
    text = render_text(difference_report(found, (old.trace.given, new.trace.given)))
    assert f"the bound of 3 replays left {found.open} without a cause" in text
    assert "Cause not found" in text
    assert compare_decisions(old, new).open == 0


def test_many_differences_are_searched_by_halves() -> None:
    """Among a hundred differences the one rule and the one value that act jointly are found within the bound."""
    models = [model(f"m{n}", window=n, weights=True) for n in range(100)]
    other = [model(f"m{n}", window=n + 1, weights=n != 42) for n in range(100)]
    old = decide(world("", "".join(models)))
    new = decide(world(rule("weights", "require.weights = true"), "".join(other)))
    found = compare_decisions(old, new)
    assert causes(found, "verdict", "m42") == [("rule:weights", "value:m42:weights")]
    assert found.open == 0


def test_a_whole_catalogue_that_is_added_takes_few_replays() -> None:
    """Hundreds of models each cause what is said of them, and one world shows it of all of them."""
    many = "".join(f'[[model]]\nid = "m{n}"\n[[model.offer]]\nid = "a"\ninput_price = {n}\n'
                   'sources.input_price = "d"\n' for n in range(300))  # fmt: skip
    old, new = sellers(CHEAP, offers("a 1")).decide(ASKED), sellers(CHEAP, offers("a 1"), f"language = 1\n{many}")
    found = compare_decisions(old, new.decide(ASKED), most=40)
    assert causes(found, "check", "m299", "cheap") == [("model:m299",)]
    assert {one.kind for one in found.changes if not one.causes} <= {"place"}


# Laws


@given(st.integers(0, 2**32))
def test_nothing_differs_from_itself(seed: int) -> None:
    """A decision compared with itself has no difference and no change."""
    decision = RandomCase(seed).decide()
    if decision is not None:
        found = compare_decisions(decision, decision)
        assert (found.differences, found.changes, found.derivation, found.replays) == ((), (), (), 0)


@given(st.integers(0, 2**32), st.integers(0, 2**32))
@settings(max_examples=15)
def test_the_other_way_round_everything_swaps(one: int, other: int) -> None:
    """Old and new swapped: what was added is removed, what was before is after, and nothing else."""
    old, new = RandomCase(one).decide(), _altered(one, other)
    if old is None or new is None:
        return
    there, back = compare_decisions(old, new, most=20), compare_decisions(new, old, most=20)
    swap = {"added": "removed", "removed": "added", "edited": "edited"}
    assert [(d.id, swap[d.verb], [(k.key, k.after, k.before) for k in d.keys]) for d in there.differences] == [
        (d.id, d.verb, [(k.key, k.before, k.after) for k in d.keys]) for d in back.differences
    ]
    assert [(c.kind, c.subject, c.about, c.after, c.before) for c in there.changes] == [
        (c.kind, c.subject, c.about, c.before, c.after) for c in back.changes
    ]
    assert (there.old, there.new, there.derivation) == (back.new, back.old, back.derivation)


@given(st.integers(0, 2**32), st.integers(0, 2**32))
@settings(max_examples=15)
def test_every_cause_is_enough_and_nothing_in_it_can_be_left_out(one: int, other: int) -> None:
    """Replayed once more: with a cause alone the change comes about, with less of it it does not.

    And the two ends are right: with no difference applied the old outcome comes out, with all of them the new one.
    """
    old, new = RandomCase(one).decide(), _altered(one, other)
    if old is None or new is None:
        return
    worlds = worlds_between(old.trace.given, new.trace.given)
    ends = [worlds.decide(frozenset()), worlds.decide(frozenset(worlds.effective))]
    assert [None if end is None else outcome(end) for end in ends] == [outcome(old), outcome(new)]
    found = compare_decisions(old, new)
    assert set(worlds.effective) <= set(effects(found))
    assert found.open == 0
    for told in found.changes:
        for cause in told.causes:
            chosen = frozenset(cause.differences)
            assert _brings(worlds.decide(chosen), told)
            assert not any(len(chosen) > 1 and _brings(worlds.decide(chosen - {name}), told) for name in chosen)


@given(st.data())
@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking takes too long
def test_every_cause_among_offers_is_enough_and_nothing_in_it_can_be_left_out(data: st.DataObject) -> None:
    """With several offers, dated values, costs and restrictions, both ends are right and every cause is minimal."""
    text, models = data.draw(catalogues())
    ours = data.draw(rule_texts())
    try:
        old = sellers(ours, text).decide(data.draw(requirements()), **data.draw(choices(models)))
        new = sellers(ours + data.draw(st.sampled_from(["", CLOSED_ONES])), text, data.draw(overlays(text))).decide(
            data.draw(requirements()), **data.draw(choices(models))
        )
    except RestrictionError:
        return  # nobody is left
    worlds = worlds_between(old.trace.given, new.trace.given)
    ends = [worlds.decide(frozenset()), worlds.decide(frozenset(worlds.effective))]
    for end, decision in zip(ends, (old, new), strict=True):
        assert end is not None
        assert outcome(end, worlds.several) == outcome(decision, worlds.several)
    found = compare_decisions(old, new)
    assert set(worlds.effective) <= set(effects(found))
    for told in found.changes:
        for cause in told.causes:
            chosen = frozenset(cause.differences)
            assert _brings(worlds.decide(chosen), told, worlds.several)
            for name in chosen if len(chosen) > 1 else ():
                assert not _brings(worlds.decide(chosen - {name}), told, worlds.several)


def _brings(decision: Decided | None, told: Change, several: frozenset[str] | None = None) -> bool:
    return decision is not None and outcome(decision, several).get((told.kind, told.subject, told.about)) == told.after


def _altered(seed: int, other: int) -> Decision | None:
    """Return the decision of a random case in which a few rules, models and requirements are another case's."""
    case, more = RandomCase(seed), RandomCase(other)
    for name in [name for name in more.rules if name != "beats" and f"'{name}'" not in case.rules.get("beats", "")][:3]:
        if (other + len(name)) % 4:
            case.rules[name] = more.rules[name]
        else:
            case.rules.pop(name, None)
    case.models |= dict(list(more.models.items())[: other % 3])
    case.requirements |= dict(list(more.requirements.items())[: other % 4])
    return case.decide()


# What is printed

ENGLISH = """\
The choice changes: Lark → Wren. Because of requirement no network (not stated → yes) and rule offline (added), jointly.

What changes, and why
  Because of requirement no network (not stated → yes) and rule offline (added), jointly
    choice: Lark → Wren
    Lark: eligible (place 1, points 2) → excluded
      now: fails: Without a network, weights are needed.  [offline]
    fires: offline
  Because of rule like-lark (switched off), alone
    Wren: place 2 → 1
    no longer fires: like-lark
  Because of rule wide (edited: weight) and Wren, window (10 tokens → 20 tokens), jointly
    Wren: points 0 → -1

What was given differently
  + requirement no network (not stated → yes)
  + rule offline (added)
    Without a network, weights are needed.
  ~ rule wide (edited: weight)
    weight: 3 → 1
  + rule like-lark (switched off)
    reason: none → We like all birds.
  ~ Wren, window (10 tokens → 20 tokens)
  + document p (added); no outcome depends on it
"""

KOREAN = """\
선택이 바뀝니다: Lark → Wren. 원인: 요구사항 네트워크 없음 (명시되지 않음 → 예), 규칙 offline (추가) (함께 작용).

바뀐 내용과 원인
  원인: 요구사항 네트워크 없음 (명시되지 않음 → 예), 규칙 offline (추가) (함께 작용)
    선택: Lark → Wren
    Lark: 적격 (순위 1, 점수 2) → 제외
      새로: 탈락: Without a network, weights are needed.  [offline]
    새로 적용: offline
  원인: 규칙 like-lark (사용 중지) (단독)
    Wren: 순위 2 → 1
    더 이상 적용 안 됨: like-lark
  원인: 규칙 wide (수정: weight), Wren의 window (10 tokens → 20 tokens) (함께 작용)
    Wren: 점수 0 → -1

입력의 차이
  + 요구사항 네트워크 없음 (명시되지 않음 → 예)
  + 규칙 offline (추가)
    Without a network, weights are needed.
  ~ 규칙 wide (수정: weight)
    weight: 3 → 1
  + 규칙 like-lark (사용 중지)
    reason: 없음 → We like all birds.
  ~ Wren의 window (10 tokens → 20 tokens)
  + 문서 p (추가); 결과와 무관한 항목
"""


def test_the_text_in_both_languages() -> None:
    """One comparison in full, the choice first, then everything under what caused it."""
    wren = model("wren", called="Wren", open="free", weights=True, window=10)
    lark = model("lark", called="Lark", open="closed", weights=False)
    wide = "avoid.window.above = 10\nweight = "
    old = decide(world(LIKED + rule("wide", f"{wide}3"), lark + wren))
    needs = rule(
        "offline", "when.offline = true\nrequire.weights = true", because="Without a network, weights are needed."
    )
    off = '[[disable]]\nrule = "like-lark"\nreason = "We like all birds."\n'
    document = '[[document]]\nid = "p"\ntitle = "Policy"\ndate = 2026-01-01\n'
    rules = LIKED + rule("wide", f"{wide}1") + needs + off + document
    new = decide(world(rules, lark + wren.replace("10", "20")), offline=True)
    found = compare_decisions(old, new)
    givens = (old.trace.given, new.trace.given)
    assert render_text(difference_report(found, givens)) + "\n" == ENGLISH
    assert render_text(difference_report(found, givens, "ko")) + "\n" == KOREAN


def test_points_in_tiers_are_told_tier_by_tier() -> None:
    """Where a rule stands in a tier of its own, a change of points is that of every tier, in both languages."""
    rules = LIKED + rule("weighs", "prefer.weights = true\nweight = 1\ntier = 2")
    old, new = decide(world(rules, TWO)), decide(world(rules.replace("weight = 1", "weight = 3"), TWO))
    found, givens = compare_decisions(old, new), (old.trace.given, new.trace.given)
    assert change(found, "points", "wren").after == "0, 3"
    english, korean = (render_text(difference_report(found, givens, language)) for language in ("en", "ko"))
    assert "Wren: points 0, then 1 in the next tier → 0, then 3 in the next tier" in english
    assert "Wren: 점수 0, 다음 단계 1점 → 0, 다음 단계 3점" in korean


def test_what_is_the_same_is_said_to_be() -> None:
    """The same value of another origin, an entry that is off for another reason, and a fact that nobody reads."""
    off = '[[disable]]\nrule = "no-closed"\nreason = "'
    old = decide(world(CLOSED + f'{off}One."\n', TWO), unknown="exclude")
    new = decide(world(CLOSED + f'{off}Other."\n', TWO), tier="basic", region="here")
    found = compare_decisions(old, new)
    assert found.same
    givens = (old.trace.given, new.trace.given)
    text = render_text(difference_report(found, givens))
    assert text.splitlines()[0] == "The outcome is the same; the choice stays: Lark, Wren."
    assert "~ requirement tier (same value, other origin); changes nothing" in text
    assert "~ rule no-closed (still switched off, for another reason); no outcome depends on it" in text
    assert "~ policy for unknown checks (exclude → apart); changes nothing" in text
    assert "the derivation is not the same, in: facts, unread" in text
    assert "값은 같고 origin만 다름" in render_text(difference_report(found, givens, "ko"))


def test_hostile_names_are_made_harmless() -> None:
    """Names and texts that a terminal would obey are escaped."""
    evil = rule("evil", "exclude.open = 'closed'", because="Bad\u001b[0m\u202e\n\x07 reason.")
    old, new = decide(world("", TWO)), decide(world(evil + LIKED, TWO))
    languages: tuple[Language, ...] = ("en", "ko")
    for language in languages:
        text = render_text(difference_report(compare_decisions(old, new), (old.trace.given, new.trace.given), language))
        assert "\u001b" not in text
        assert "\u202e" not in text
        assert "Bad\\x1b[0m\\u202e \\x07 reason." in text


def test_json_comes_back() -> None:
    """What is written as JSON is canonical, and reads back as the same records."""
    old, new = decide(world(LIKED, TWO)), decide(world(LIKED + CLOSED, TWO), inputs=["text"], tokens=5)
    found = compare_decisions(old, new)
    text = canonical(plain(found))
    assert converter().structure(json.loads(text), Comparison) == found
    assert canonical(json.loads(text)) == text


# Traces, and whole corpora


def test_traces_are_compared_only_if_they_hold_what_follows() -> None:
    """A trace whose found is not what follows from its given is no ground to explain anything on."""
    trace = Trace.parse(json.loads(decide(world(CLOSED, TWO)).trace.to_json()), "t")
    assert compare(trace, trace).same
    (first, second) = trace.found.candidates
    wrong = evolve(trace, found=evolve(trace.found, candidates=(first, evolve(second, verdict="excluded"))))
    with pytest.raises(TraceError, match=r"/found/candidates/1/verdict") as caught:
        compare(trace, wrong, names=("a.json", "b.json"))
    assert "b.json" in str(caught.value)


def test_five_differences_of_the_shipped_world_take_few_replays() -> None:
    """A weight, a rule that is switched off, a value, a requirement and the policy: five causes, each found."""
    trace = Advisor.load(catalog=["article"], engine="plain").decide(EXAMPLES / "code-review.toml").trace
    given_ = trace.given
    models = {one.id: one for one in given_.catalogue}
    (offer,) = models["claude"].offers
    window = offer.entries["context_window"]
    window = evolve(window, stated=evolve(window.stated, value=1_000))
    narrow = evolve(offer, entries={**offer.entries, "context_window": window})
    models["claude"] = evolve(models["claude"], offers=(narrow,))
    rules = {one.id: one for one in given_.rules}
    rules["code-prefers-training-on-code"] = evolve(rules["code-prefers-training-on-code"], weight=1)
    stated = (*given_.requirements, Requirement("budget", "tight", "stated"))
    changed = evolve(
        given_,
        rules=tuple(rules.values()),
        disabled=(Disable(Text("Off.", "끔."), rule="a-router-may-vary"),),
        catalogue=tuple(models.values()),
        requirements=tuple(sorted(stated, key=lambda one: one.attribute)),
        unknown="accept",
    )
    other = Decision.of(replay(changed)).trace
    found = compare(trace, other)
    assert len(found.differences) == 5
    assert found.replays <= 30
    assert causes(found, "verdict", "claude") == [("value:claude:context_window",)]


def test_two_traces_on_the_command_line(tmp_path: Path) -> None:
    """Exit 0: the same outcome, 1: another one, 2: bad input."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    assert run("decide", EXAMPLES / "code-review.toml", "--trace", old).exit_code == 0
    assert run("decide", EXAMPLES / "code-review.toml", "--set", "budget=tight", "--trace", new).exit_code == 0
    same = run("diff", old, old)
    assert (same.exit_code, same.stdout) == (0, "The outcome is the same; the choice stays: Claude.\n")
    other = run("diff", old, new)
    assert other.exit_code == 1
    assert "Because of requirement budget (not stated → tight), alone" in other.stdout
    assert "요구사항 예산" in run("diff", old, new, "--lang", "ko").stdout
    assert run("diff", old, new, "--format", "markdown").stdout.startswith("**The choice stays: Claude")
    told = json.loads(run("diff", old, new, "--format", "json").stdout)
    assert told["format"] == "llmrules.diff/1"
    assert told["differences"][0]["id"] == "requirement:budget"
    assert run("diff", old).exit_code == 2
    assert run("diff", old, EXAMPLES / "code-review.toml").exit_code == 2
    assert run("diff", old, tmp_path / "none.json").exit_code == 2


def test_new_rules_over_a_folder_of_profiles(tmp_path: Path) -> None:
    """A rule author sees which decisions change and why, and what changes none; new attributes may be stated."""
    policy, cases = tmp_path / "policy.toml", tmp_path / "cases"
    policy.write_text(POLICY, encoding="utf-8")
    cases.mkdir()
    text = (EXAMPLES / "code-review.toml").read_text(encoding="utf-8")
    (cases / "plain.toml").write_text(text, encoding="utf-8")
    (cases / "strict.toml").write_text(text.replace("[requirements]", "[requirements]\nhouse = true"), encoding="utf-8")
    result = run("diff", "--rules", policy, cases)
    assert result.exit_code == 1
    assert result.stdout.startswith("1 of 2 decisions changes.\n")
    assert "requirement house rules (not stated → yes) and rule no-closed-models (added), jointly" in result.stdout
    assert "rule never-fires (added); changes nothing" in result.stdout
    assert f"{cases}/plain.toml" in result.stdout.partition("Decisions that stay as they are")[2]
    assert run("diff", "--rules", policy, cases, "--lang", "ko").stdout.startswith("결정 2개 중 1개가 바뀝니다.")
    markdown = run("diff", "--rules", policy, cases, "--format", "markdown").stdout
    assert markdown.startswith("**1 of 2 decisions changes")
    told = json.loads(run("diff", "--rules", policy, cases, "--format", "json").stdout)
    corpus = converter().structure(told, Corpus)
    assert [one.case for one in corpus.impacts] == [f"{cases}/strict.toml"]
    assert {one.id: one.effect for one in corpus.differences} == {
        "attribute:house": "inert",
        "document:policy": "inert",
        "rule:never-fires": "none",
        "rule:no-closed-models": "cause",
    }
    same = run("diff", "--old-rules", policy, "--rules", policy, cases)
    assert same.exit_code == 0
    assert same.stdout.startswith("0 of 2 decisions change.\n")


def test_a_new_catalogue_over_a_folder_of_traces(tmp_path: Path) -> None:
    """A trace is compared with itself, as of its date; profiles and traces may stand side by side."""
    traces, catalogue = tmp_path / "traces", tmp_path / "ours.toml"
    traces.mkdir()
    for name in ("code-review", "general-assistant"):
        assert run("decide", EXAMPLES / f"{name}.toml", "--trace", traces / f"{name}.json").exit_code == 0
    catalogue.write_text(
        'language = 1\n[[document]]\nid = "ours"\ntitle = "Ours"\ndate = 2026-02-01\n'
        '[[model]]\nid = "claude"\n[[model.offer]]\ncontext_window = 1000\nsources.context_window = "ours"\n',
        encoding="utf-8",
    )
    result = run("diff", "--catalog", catalogue, traces, EXAMPLES / "code-review.toml", "--format", "json")
    corpus = converter().structure(json.loads(result.stdout), Corpus)
    assert [Path(one.case).name for one in corpus.impacts] == ["code-review.json", "code-review.toml"]
    assert corpus.impacts[0].comparison.changes == corpus.impacts[1].comparison.changes
    assert causes(corpus.impacts[0].comparison, "choice") == [("value:claude:context_window",)]
    assert [Path(one).name for one in corpus.unchanged] == ["general-assistant.json"]


def test_new_rules_over_the_examples(tmp_path: Path) -> None:
    """Each of a folder of examples is decided on both sides, and every change in it has a cause."""
    policy, cases = tmp_path / "policy.toml", tmp_path / "cases"
    cases.mkdir()
    for path in sorted(EXAMPLES.glob("*.toml"))[::3]:
        shutil.copy(path, cases)
    policy.write_text(POLICY.replace("when.house = true\n", ""), encoding="utf-8")
    result = run("diff", "--rules", policy, cases, "--format", "json")
    corpus = converter().structure(json.loads(result.stdout), Corpus)
    assert len(corpus.impacts) + len(corpus.unchanged) == len([*cases.iterdir()])
    assert not any(one.comparison.open for one in corpus.impacts)


def test_what_is_no_case_is_an_error(tmp_path: Path) -> None:
    """An empty folder, a file that is no profile, rules that are wrong: exit 2, never a case left out in silence."""
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no profile and no trace" in run("diff", "--rules", policy, empty).stderr
    bad: tuple[tuple[Any, ...], ...] = ((policy, tmp_path), (policy, policy), (tmp_path / "no.toml", EXAMPLES))
    for rules, cases in bad:
        assert run("diff", "--rules", rules, cases).exit_code == 2
