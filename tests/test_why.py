"""Why a model stands where it stands: one tree for success and failure, in both languages, down to what was stated."""

from __future__ import annotations

import json
import pickle
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.documents import ROOT
from tests.worlds import RandomCase, candidate, decide, model, rule, world

from llmrules import Advisor
from llmrules.say.why import Node, why
from llmrules.trace.record import Trace

if TYPE_CHECKING:
    from llmrules.advisor import Decision
    from llmrules.language.texts import Language

RULES = (
    rule("starts", "when.offline = true\nconclude.hosting = 'own'", because="No network, so it runs here.")
    + rule("need-weights", "when.hosting = 'own'\nrequire.weights = true\notherwise.en = '{model} cannot be had.'")
    + rule("room", "require.window.at_least.requirement = 'tokens'")
    + rule("class", "where.open = 'free'\nconclude.capable = true")
    + rule("nice", "prefer.capable = true\nweight = 2")
    + rule("risky", "caution.family = 'lark'\nlevel = 'approval'")
)
MODELS = model("good", called="Good", weights=True, window=900, open="free", family="wren", source="c") + model(
    "bad", called="Bad", weights=False, window=500, open="closed"
)


@pytest.fixture(scope="module")
def decision() -> Decision:
    """One small decision."""
    return decide(world(RULES, MODELS), offline=True, tokens=600)


def node(explanation: Node, name: str, kind: str | None = None) -> Node:
    """Return the first node with an id."""
    return next(one for one in explanation.walk() if one.id == name and kind in {None, one.kind})


@pytest.mark.parametrize(("name", "verdict"), [("good", "eligible"), ("bad", "excluded")])
def test_the_tree_has_the_same_shape_for_success_and_failure(decision: Decision, name: str, verdict: str) -> None:
    """The root is the verdict; beneath it stands every hard rule with its test, whether it passes or fails."""
    root = decision.why(name).root
    assert (root.kind, root.id, root.outcome) == ("verdict", name, verdict)
    for hard in ("need-weights", "room"):
        applied = node(root, hard, "rule")
        assert applied.outcome == ("passed" if verdict == "eligible" else "failed")
        assert [child.kind for child in applied.children] == ["leaf", "firing"]


def test_a_leaf_says_actual_wanted_and_gap(decision: Decision) -> None:
    """Each leaf keeps its parts, in words and as a value, with the source of the catalogue value."""
    leaf = node(decision.why("bad").root, "window", "leaf")
    assert (leaf.actual, leaf.outcome, leaf.sources) == (500, "false", ("d",))
    assert "600" in leaf.wanted
    assert "100" in leaf.gap
    assert all(part in leaf.text for part in ("500 tokens", leaf.wanted, leaf.gap))
    assert node(decision.why("good").root, "window", "leaf").sources == ("c",)


def test_the_chain_leads_down_to_what_was_stated(decision: Decision) -> None:
    """Under a rule stand the facts it used, under a concluded fact the rule that concluded it, and so on down."""
    applied = node(decision.why("bad").root, "need-weights", "rule")
    kinds = [(one.kind, one.id) for one in applied.children[-1].walk()]
    assert kinds == [
        ("firing", "need-weights"),
        ("fact", "hosting=own"),
        ("firing", "starts"),
        ("fact", "offline=true"),
    ]
    assert "No network, so it runs here." in node(applied, "starts").text
    assert node(applied, "starts").sources == ("d",)


def test_a_concluded_value_leads_to_what_the_catalogue_states(decision: Decision) -> None:
    """A value that a classifying rule concludes shows that rule, and what it looked at with its source."""
    for name, has, source in (("good", "free", "c"), ("bad", "closed", "d")):
        leaf = node(decision.why(name).root if name == "good" else with_points(decision, name), "capable", "leaf")
        looked = node(leaf, "open", "value")
        assert has in looked.text
        assert looked.sources == (source,)
        assert leaf.children[0].id == "class"


def with_points(decision: Decision, name: str) -> Node:
    """Return the tree of an excluded model in the same world without hard rules, where it is judged on."""
    assert decision.verdict(name) == "excluded"
    soft = rule("class", "where.open = 'free'\nconclude.capable = true") + rule(
        "nice", "prefer.capable = true\nweight = 2"
    )
    return decide(world(soft, MODELS)).why(name).root


def test_otherwise_is_said_where_a_model_fails_and_because_where_it_passes(decision: Decision) -> None:
    """The rule's own words, filled in."""
    assert "Bad cannot be had." in str(decision.why("bad"))
    assert "Because of need-weights." in str(decision.why("good"))


def test_points_and_cautions_are_in_the_tree(decision: Decision) -> None:
    """Soft rules stand beneath the verdict with their points, cautions with their level."""
    root = decision.why("good").root
    assert "+2 points" in node(root, "nice", "rule").text
    assert [one.id for one in root.children] == ["need-weights", "room", "nice"]
    vague = decide(world(RULES, model("vague")), tokens=1).why("vague").root
    assert "needs approval" in node(vague, "risky", "rule").text


def test_nested_conditions_keep_their_shape() -> None:
    """What ``any`` asks is one group, with each of its branches."""
    text = "require.any = [{ weights = true }, { open = 'free', window.above = 5 }]"
    root = decide(world(rule("either", text), model("m", weights=False, open="free", window=9))).why("m").root
    group = node(root, "any", "group")
    assert (group.outcome, [one.kind for one in group.children]) == ("true", ["leaf", "group"])
    assert [(one.id, one.outcome) for one in group.children[1].walk()] == [
        ("all", "true"),
        ("open", "true"),
        ("window", "true"),
    ]


def test_what_excludes_is_marked_bad_where_it_is_true() -> None:
    """A true predicate under ``exclude`` is a bad sign, a true one under ``require`` a good one."""
    decision = decide(world(rule("out", "exclude.open = 'closed'"), model("m", open="closed")))
    assert node(decision.why("m").root, "open", "leaf").text.startswith("✗ ")
    decision = decide(world(rule("in", "require.open = 'closed'"), model("m", open="closed")))
    assert node(decision.why("m").root, "open", "leaf").text.startswith("✓ ")


def test_an_exemption_says_who_when_and_what_else() -> None:
    """An exempted check names the exemption, its approver and end, and what would have been said."""
    waiver = "exempt = ['hard']\nwhere.family = 'lark'\napprover = 'Ada'\neffective_to = 2026-06-30"
    advisor = world(
        rule("hard", "require.weights = true\notherwise.en = 'No weights.'") + rule("waiver", waiver),
        model("m", family="lark", weights=False),
    )
    text = node(decide(advisor).why("m").root, "hard", "rule").text
    assert all(part in text for part in ("exempted", "waiver", "Ada", "2026-06-30", "No weights."))
    late = decide(advisor, as_of=date(2026, 7, 1)).why("m").root
    assert node(late, "hard", "rule").outcome == "failed"


def test_an_exempted_check_that_would_pass_says_its_reason() -> None:
    """What would have been said of a model that passes, or of which nothing is known, is the reason of the rule."""
    waiver = rule("waiver", "exempt = ['hard', 'out']\nwhere.family = 'lark'")
    hard = rule("hard", "require.weights = true\notherwise.en = 'No weights.'")
    out = rule("out", "exclude.open = 'closed'\notherwise.en = 'It is closed.'")
    decision = decide(world(hard + out + waiver, model("m", family="lark", weights=True, open="closed")))
    root = decision.why("m").root
    assert "Because of hard." in node(root, "hard", "rule").text
    assert "It is closed." in node(root, "out", "rule").text


@pytest.mark.parametrize("condition", ["where.open = 'free'", "where.any = [{ open = 'free' }, { family = 'wren' }]"])
def test_where_it_is_unknown_whether_a_rule_applies_it_says_so(condition: str) -> None:
    """A model that is unverified because ``where`` is unknown is told apart from one of which the test is."""
    rules = rule("hard", f"{condition}\nrequire.weights = true") + rule("test", "require.window.above = 5")
    decision = decide(world(rules, model("m", weights=False)))
    said = {name: node(decision.why("m").root, name, "rule").text for name in ("hard", "test")}
    assert said["hard"].startswith("cannot be decided (it is unknown whether the rule applies): ")
    assert said["test"].startswith("cannot be decided: ")
    assert "it is unknown whether the rule applies" in decision.report("en")


def test_a_dispute_names_both_values_with_their_sources() -> None:
    """Where sources disagree and it matters, the tree says who says what and for which rule."""
    advisor = world(RULES, model("m", window=500, disputed={"window": 700}))
    dispute = next(one for one in decide(advisor, tokens=600).why("m").root.walk() if one.kind == "dispute")
    assert all(part in dispute.text for part in ("500 tokens", "700 tokens", "d2", "room"))
    assert dispute.sources == ("d",)


def test_a_rule_whose_where_is_false_of_a_model_does_not_apply() -> None:
    """It is not said to be passed: nothing was asked of the model."""
    narrow = rule("narrow", "where.price.known = true\nrequire.price.at_most = 3")
    decision = decide(world(narrow, model("a") + model("b", price=2)))
    assert "does not apply: Because of narrow." in str(decision.why("a"))
    assert "해당 없음: " in str(decision.why("a", "ko"))
    assert "passes: Because of narrow." in str(decision.why("b"))


def test_where_a_value_is_inherited_it_says_from_whom() -> None:
    """A variant's leaf names the model that it has the value from."""
    advisor = world(rule("need", "require.open = 'free'"), model("root", open="free") + model("child", extends="root"))
    leaf = node(decide(advisor).why("child").root, "open", "leaf")
    assert "root" in leaf.children[0].text


@pytest.mark.parametrize(("language", "words"), [("en", ("excluded", "stated")), ("ko", ("제외", "명시"))])
def test_it_speaks_both_languages(decision: Decision, language: Language, words: tuple[str, ...]) -> None:
    """The joining words are in the language that was asked for."""
    text = str(decision.why("bad", language))
    assert all(word in text for word in words)


def test_korean_tells_too_little_from_less() -> None:
    """What does not reach a threshold lacks something (부족); what stays under one that rules it out is less (적음)."""
    rules = rule("room", "require.window.at_least = 10") + rule("cheap", "exclude.price.at_most = 5")
    said = str(decide(world(rules, model("bad", window=7, price=3))).why("bad", "ko"))
    assert "(기준: 10 tokens 이상; 3 tokens 부족)" in said
    assert "(제외 기준: $5.00 이하; $2.00 적음)" in said


def test_it_needs_nothing_but_the_trace(decision: Decision) -> None:
    """From a trace that was written and read, the explanation is the same to the letter, in both languages."""
    trace = Trace.parse(json.loads(decision.trace.to_json()), "trace")
    for name in ("good", "bad"):
        for language in ("en", "ko"):
            assert str(why(trace, name, language)) == str(decision.why(name, language))


def test_an_example_is_explained_without_the_record_of_other_models() -> None:
    """Of each example the whole record says of the first and of the last model what is told without that of others."""
    shipped = Advisor.load(catalog=["article"], engine="plain")
    for path in sorted((ROOT / "examples").glob("*.toml")):
        decision = shipped.decide(path)
        for name in (decision.trace.found.candidates[0].model, decision.trace.found.candidates[-1].model):
            assert str(decision.why(name, "ko")) == str(why(decision.trace, name, "ko")), (path, name)


def test_an_excluded_model_says_what_it_would_have_earned() -> None:
    """The points of every rule that would give some stand under their sum, in both languages; no ranking has them."""
    rules = rule("open", "require.weights = true") + rule("wide", "prefer.window.at_least = 5\nweight = 3")
    rules += rule("old", "avoid.window.at_most = 9\nweight = 1") + rule("small", "prefer.window.below = 3\nweight = 8")
    decided = decide(world(rules, model("shut", weights=False, window=7) + model("own", weights=True, window=1)))
    (forgone,) = [one for one in decided.why("shut").root.children if one.kind == "forgone"]
    assert forgone.text == "it would have earned 2 points"
    assert {one.id: one.text.partition(":")[0] for one in forgone.children} == {"wide": "+3 points", "old": "-1 point"}
    assert "2점" in str(decided.why("shut", "ko"))
    assert decided.trace.found.candidates[1].would_earn == ("2",)
    assert not [one for one in decided.why("own").root.children if one.kind == "forgone"]
    assert decided.place("shut") is None


def test_a_model_that_is_not_there_is_a_key_error(decision: Decision) -> None:
    """There is no explanation of nothing."""
    with pytest.raises(KeyError):
        decision.why("nobody")


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from(["en", "ko"]))
def test_every_model_of_every_case_is_explained(seed: int, language: Language) -> None:
    """Every rule that was applied to a model stands in its tree, every leaf with its truth, whatever the verdict.

    The tree is the same from the whole record and from what it says of the model alone.
    """
    decision = RandomCase(seed).decide()
    if decision is None:
        return
    for name in decision.knowledge.models:
        explanation = decision.why(name, language)
        assert str(explanation) == str(why(decision.trace, name, language))
        assert explanation.root.outcome == decision.verdict(name)
        found, trace = candidate(decision, name), decision.trace
        rules = [one for one in explanation.root.children if one.kind == "rule"]
        applied = (*trace.checks(found), *trace.scores(found), *trace.notes(found))
        assert sorted(one.id for one in rules) == sorted(one.rule for one in applied)
        leaves = [leaf for one in rules for leaf in one.walk() if leaf.kind == "leaf"]
        assert len(leaves) == sum(len(one.leaves) for one in applied)
        assert all(one.outcome in {"true", "false", "unknown"} for one in leaves)
        assert str(explanation).isprintable() or "\n" in str(explanation)


def test_a_copy_of_an_explanation_is_the_same(decision: Decision) -> None:
    """A tree that is made step by step equals its copy, whether the copy was made before somebody looked or after."""
    explanation = decision.why("bad")
    copies = [pickle.loads(pickle.dumps(explanation)) for _ in range(2)]  # noqa: S301 - ours
    assert copies == [explanation, decision.why("bad")]
    assert {str(one) for one in copies} == {str(explanation)}
    assert hash(copies[0]) == hash(explanation)


def test_what_two_reasons_of_one_decision_share_is_made_once() -> None:
    """A rule that fired has one chain under all models; another decision of the advisor, and a copy, tell the same."""
    advisor = world(RULES, MODELS)
    decision = decide(advisor, offline=True, tokens=600)
    chains = [
        {one.id: one for one in decision.why(name).root.walk() if one.kind == "firing"} for name in ("good", "bad")
    ]
    shared = chains[0].keys() & chains[1].keys()
    assert shared
    assert all(chains[0][name] is chains[1][name] for name in shared)
    for other in (decide(advisor, offline=True, tokens=600), pickle.loads(pickle.dumps(decision))):  # noqa: S301 - ours
        assert str(other.why("bad", "ko")) == str(why(decision.trace, "bad", "ko"))
