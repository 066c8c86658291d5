"""What lint finds, what it lets pass, and that what it finds is so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.offer_worlds import sellers
from tests.worlds import DAY, VOCABULARY, RandomCase, decide, model, points, rule, verdicts, world

from llmrules.advisor import Advisor
from llmrules.check.lint import Finding, gather, lint, lint_files
from llmrules.check.lint.texts import deceives
from llmrules.decision.knowledge import load_knowledge
from llmrules.language.sources import Document
from llmrules.reading.files import parse_toml

if TYPE_CHECKING:
    from llmrules.advisor import Decision

ASK = 'ask = { en = "?", ko = "?" }'
BEFORE, AFTER = VOCABULARY.split("[model]")
ASKED = BEFORE.replace(" = { type =", f" = {{ {ASK}, type =") + "[model]" + AFTER
"""The vocabulary of the tests, in which a user can state every requirement."""

MODELS = model("open", weights=True, open="free", window=4_000, price=1) + model(
    "shut", weights=False, open="closed", window=50_000, price=3
)


def asked(rules: str, models: str = MODELS, vocabulary: str = ASKED) -> Advisor:
    """Return a world in which a user can state every requirement."""
    return world(rules, models, vocabulary=vocabulary)


def findings(rules: str, code: str, models: str = MODELS, vocabulary: str = ASKED) -> list[tuple[str, ...]]:
    """Return the rules that each finding of one code concerns."""
    found = lint(asked(rules, models, vocabulary).knowledge, today=DAY)
    return [one.rules for one in found if one.code == code]


# Conditions


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("when.tokens = { at_least = 10, below = 5 }\nadvise = true", "when.tokens"),
        ("when.all = [{ tuning = true, tokens = { above = 5, at_most = 5 } }]\nadvise = true", "when.all[0].tokens"),
        ("when.any = [{ tuning = true }, { tokens = { above = 5, below = 5 } }]\nadvise = true", "when.any[1].tokens"),
        ("when.inputs.is = ['text']\nwhen.all = [{ inputs.has = 'image' }]\nadvise = true", "when"),
        ("when.tier.known = false\nadvise = true", "when.tier"),
        ("unless.tokens = { above = 5, below = 5 }\nadvise = true", "unless.tokens"),
        (
            "unless.all = [{ tokens = { above = 5, below = 5 } }, { tuning = true }]\nadvise = true",
            "unless.all[0].tokens",
        ),
        (
            "unless.any = [{ tuning = true }, { tokens = { above = 5, below = 5 } }]\nadvise = true",
            "unless.any[1].tokens",
        ),
        ("when.any = [{ tier.known = false }, { kept.known = false }]\nadvise = true", "when"),
        ("advise = true\neffective_from = 2026-05-01\neffective_to = 2026-04-01", "effective_to"),
        ("when.tokens = { above = 5, below = 5 }\nadvise = true\ntrial = true", "when.tokens"),
        ("when.tokens.above = 5\nunless.tokens.above = 4\nadvise = true", "unless"),
        ("when.tuning = true\nwhere.window = { above = 5, below = 5 }\nrequire.weights = true", "where.window"),
        ("when.tuning = true\nrequire.strengths.is = ['code']", "require.strengths"),
        ("when.tuning = true\nwhere.weights = true\nexclude.weights = false", "where"),
        ("when.tokens.known = false\nrequire.window.at_least.requirement = 'tokens'", "when"),
        ("where.window = { above = 5, below = 5 }\nconclude.capable = true", "where.window"),
    ],
)
def test_a_condition_that_never_holds(text: str, key: str) -> None:
    """What no value can satisfy is found where it stands."""
    found = lint(asked(rule("one", text)).knowledge, today=DAY)
    (only,) = [one for one in found if one.code == "condition-never-holds"]
    assert only.rule == "one"
    assert only.severity == "error"
    assert only.place.key == f"rule[0].{key}"
    assert only.place.line is not None


def test_a_condition_in_conflict_can_hold() -> None:
    """Where a rule can add a second value, two leaves may each be satisfied by another one."""
    twice = rule("one", "when.hosting = 'own'\nwhen.all = [{ hosting = 'vendor' }]\nadvise = true")
    adds = rule("adds", "when.offline = true\nconclude.hosting = 'own'")
    assert findings(twice, "condition-never-holds") == [("one",)]
    assert findings(twice + adds, "condition-never-holds") == []


def test_a_rule_that_nothing_triggers() -> None:
    """A requirement that nobody is asked for and no rule concludes leads nowhere, over any number of rules."""
    chain = rule("first", "when.weights_wanted = true\nconclude.hosting = 'own'") + rule(
        "second", "when.hosting = 'own'\nadvise = true"
    )
    assert findings(chain, "untriggerable-rule") == []
    assert findings(chain, "untriggerable-rule", vocabulary=VOCABULARY) == [("first",), ("second",)]
    led = chain + rule("lead", "when.offline = true\nconclude.weights_wanted = true")
    assert findings(led, "untriggerable-rule", vocabulary=VOCABULARY) == []
    wrong = chain + rule("lead", "when.offline = true\nconclude.weights_wanted = false")
    assert findings(wrong, "untriggerable-rule", vocabulary=VOCABULARY) == [("first",), ("second",)]


def test_a_rule_on_trial_changes_nothing_yet() -> None:
    """What a rule on trial would say neither shadows, nor leads anywhere; but what it reads is read."""
    kept = rule("a", "when = { tuning = true, offline = true }\nrequire.weights = true")
    trial = rule("b", "when.tuning = true\nrequire.weights = true\ntrial = true")
    assert findings(kept + trial, "shadowed-rule") == []
    lead = rule("c", "when.offline = true\nconclude.weights_wanted = true\ntrial = true")
    reads = rule("d", "when.weights_wanted = true\nadvise = true")
    assert findings(lead + reads, "untriggerable-rule", vocabulary=VOCABULARY) == [("d",)]
    found = lint(asked(rule("e", "when.budget = 'tight'\nadvise = true\ntrial = true")).knowledge)
    assert "no rule reads budget" not in {one.said() for one in found}


def test_what_a_rule_refers_to_must_be_within_reach() -> None:
    """A rule that waits for a requirement that never comes is found as well; a default and the date always come."""
    waits = rule("one", "require.window.at_least.requirement = 'tokens'")
    assert findings(waits, "untriggerable-rule", vocabulary=VOCABULARY) == [("one",)]
    there = rule("two", "when.tier = 'gold'\nwhen.as_of.above = 2026-01-01\nadvise = true")
    absent = rule("three", "when.hosting.known = false\nadvise = true")
    assert findings(there + absent, "untriggerable-rule", vocabulary=VOCABULARY) == []


# Rules against each other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("when.budget = 'tight'\nconclude.hosting = 'own'", "when.budget.below = 'normal'\nconclude.hosting = 'own'"),
        ("when.tuning = true\nrequire.open = 'free'", "when.tuning = true\nrequire.open.above = 'shown'"),
        (
            "when.tuning = true\nprefer.open = 'free'\nweight = 1",
            "when.tuning = true\nprefer.open = 'free'\nweight = 2",
        ),
        ("where.open = 'free'\nconclude.capable = true", "where.open.at_least = 'free'\nconclude.capable = true"),
    ],
)
def test_a_rule_that_stands_twice(one: str, other: str) -> None:
    """Two rules that fire together and say the same are found, however they put it."""
    assert findings(rule("a", one) + rule("b", other), "duplicate-rule") == [("b", "a")]
    assert findings(rule("a", one) + rule("b", other), "shadowed-rule") == []


def test_two_reasons_are_no_duplicate() -> None:
    """Two notes with the same conditions say two things; other conditions, models or policies make another rule."""
    notes = rule("a", "when.tuning = true\nadvise = true") + rule("b", "when.tuning = true\nadvise = true")
    assert findings(notes, "duplicate-rule") == []
    same = "when.tuning = true\nrequire.open = 'free'"
    for other in (
        "when.offline = true\nrequire.open = 'free'",
        "when.tuning = true\nrequire.open.at_least = 'shown'",
        f"{same}\nunknown = 'exclude'",
        f"{same}\nwhere.family = 'lark'",
        f"{same}\nunless.offline = true",
    ):
        assert findings(rule("a", same) + rule("b", other), "duplicate-rule") == []


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("when = { tuning = true, offline = true }\nconclude.tokens = 5", "when.tuning = true\nconclude.tokens = 5"),
        ("when.tuning = true\nrequire.open.at_least = 'shown'", "when.tuning = true\nrequire.open = 'free'"),
        ("when.tuning = true\nexclude.open = 'closed'", "when.tuning = true\nexclude.open.below = 'free'"),
        ("where.open = 'free'\nrequire.weights = true", "require.weights = true"),
        ("where.open = 'free'\nconclude.capable = true", "where.open.at_least = 'shown'\nconclude.capable = true"),
        ("when.tokens.above = 10\nunless.tuning = true\nconclude.inputs = ['text']",
         "when.tokens.above = 5\nunless.tuning = true\nconclude.inputs = ['text', 'image']"),
    ],
)  # fmt: skip
def test_a_rule_in_the_shadow_of_another(narrow: str, wide: str) -> None:
    """A rule that applies only where another says as much is found, and the other one is not."""
    assert findings(rule("a", narrow) + rule("b", wide), "shadowed-rule") == [("a", "b")]


def test_a_shadow_that_falls_over_a_chain() -> None:
    """What other rules conclude anyway need not be concluded again; but no rule shadows itself through others."""
    chain = rule("a", "when.tuning = true\nconclude.hosting = 'own'") + rule(
        "b", "when.hosting = 'own'\nconclude.weights_wanted = true"
    )
    again = chain + rule("c", "when.tuning = true\nconclude.weights_wanted = true")
    assert findings(again, "shadowed-rule") == [("c", "b")]
    assert findings(chain, "shadowed-rule") == []
    ring = chain + rule("d", "when.weights_wanted = true\nconclude.hosting = 'own'")
    assert findings(ring, "shadowed-rule") == []
    assert findings(rule("e", "when.hosting = 'own'\nconclude.hosting = 'own'"), "shadowed-rule") == [("e",)]


def test_what_keeps_a_rule_out_of_the_shadow() -> None:
    """An exception, an override, an exemption or another policy of the wider rule leaves the narrower one its place."""
    narrow = rule("a", "when.tuning = true\nwhen.offline = true\nrequire.weights = true")
    wide = "when.tuning = true\nrequire.weights = true"
    assert findings(narrow + rule("b", wide), "shadowed-rule") == [("a", "b")]
    assert findings(narrow + rule("b", f"{wide}\nunless.budget = 'tight'"), "shadowed-rule") == []
    assert findings(narrow + rule("b", f"{wide}\nunknown = 'accept'"), "shadowed-rule") == []
    over = rule("c", "when.budget = 'tight'\nadvise = true\noverrides = ['b']")
    assert findings(narrow + rule("b", wide) + over, "shadowed-rule") == []
    spare = rule("c", "when.budget = 'tight'\nwhere.family = 'lark'\nexempt = ['b']")
    assert findings(narrow + rule("b", wide) + spare, "shadowed-rule") == []


def test_an_exemption_in_the_shadow_of_another() -> None:
    """An exemption for fewer rules and fewer models adds nothing to a wider one."""
    rules = rule("a", "when.tuning = true\nrequire.weights = true") + rule("b", "require.open = 'free'")
    wide = rule("c", "when.offline = true\nwhere.open = 'free'\nexempt = ['a', 'b']")
    narrow = rule("d", "when.offline = true\nwhere.open = 'free'\nwhere.family = 'lark'\nexempt = ['a']")
    assert findings(rules + wide + narrow, "shadowed-rule") == [("d", "c")]


def test_an_override_in_vain() -> None:
    """An override of a rule that never fires at the same time, or that is disabled, defeats nothing."""
    over = rule("a", "when.tokens.above = 5\nadvise = true\noverrides = ['b']")
    never, sometimes = (rule("b", f"when.tokens.below = {bound}\nadvise = true") for bound in (5, 9))
    assert findings(over + never, "override-never-matters") == [("a", "b")]
    assert findings(over + sometimes, "override-never-matters") == []
    excepted = rule("b", "when.tuning = true\nunless.tokens.above = 4\nadvise = true")
    assert findings(over + excepted, "override-never-matters") == [("a", "b")]
    off = '[[disable]]\nrule = "b"\nreason = "Not here."\n'
    assert findings(over + sometimes + off, "override-never-matters") == [("a", "b")]


def test_a_chain_of_overrides() -> None:
    """Where an overridden rule overrides another one, that one comes back; unless the first overrides it as well."""
    last, middle = rule("c", "advise = true"), rule("b", "when.tuning = true\nadvise = true\noverrides = ['c']")
    first = "when.offline = true\nadvise = true\noverrides = "
    assert findings(last + middle + rule("a", f"{first}['b']"), "override-chain") == [("a", "b", "c")]
    assert findings(last + middle + rule("a", f"{first}['b', 'c']"), "override-chain") == []


# Attributes


def test_what_no_rule_reads() -> None:
    """A question that no rule heeds misleads whoever answers it; what a catalogue knows beyond the rules does not."""
    found = lint(asked(rule("one", "when.tuning = true\nrequire.weights = true")).knowledge, today=DAY)
    unread = {one.said().split()[-1]: one.severity for one in found if one.code == "unread-attribute"}
    assert unread["hosting"] == "warning"
    assert unread["licence"] == unread["provider"] == "note"
    assert not unread.keys() & {"tuning", "weights", "as_of"}


def test_a_reference_and_a_grade_read() -> None:
    """An attribute is read in a condition, on a right side and as a grade."""
    rules = rule("a", "require.window.at_least.requirement = 'tokens'") + rule(
        "b", "unless.tuning = true\nprefer.price.toward = 'lowest'\nweight = 1"
    )
    unread = {one.said().split()[-1] for one in lint(asked(rules).knowledge) if one.code == "unread-attribute"}
    assert not unread & {"window", "tokens", "price", "tuning"}


def test_a_conclusion_that_nothing_uses() -> None:
    """A conclusion that no rule reads is found, of a case as of a model."""
    one = rule("a", "when.tuning = true\nconclude.hosting = 'own'")
    assert findings(one, "unused-conclusion") == [("a",)]
    assert findings(one + rule("b", "when.hosting = 'own'\nadvise = true"), "unused-conclusion") == []
    assert findings(rule("c", "where.open = 'free'\nconclude.capable = true"), "unused-conclusion") == [("c",)]


# Hard rules


def test_hard_rules_that_contradict_each_other() -> None:
    """Two hard rules that fire together and admit no value are found, with a case in which they do."""
    one, other = "when.tuning = true\nrequire.open = 'free'", "when.offline = true\nrequire.open.below = 'free'"
    assert findings(rule("a", one) + rule("b", other), "contradicting-hard-rules") == [("b", "a")]
    excluding = rule("b", "when.offline = true\nexclude.open.at_least = 'shown'")
    assert findings(rule("a", one) + excluding, "contradicting-hard-rules") == [("b", "a")]
    found = lint(asked(rule("a", one) + rule("b", other)).knowledge, today=DAY)
    (only,) = [one for one in found if one.code == "contradicting-hard-rules"]
    assert "offline = true, tuning = true" in only.said()
    assert [place.key for place in only.others] == ["rule[0].require"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("when.tuning = true", "when.tuning = false"),
        ("when.hosting = 'own'", "when.hosting = 'vendor'"),
        ("when.tuning = true\nwhere.family = 'lark'", "when.offline = true\nwhere.family = 'wren'"),
        ("when.tuning = true\nunless.offline = true", "when.offline = true"),
    ],
)
def test_hard_rules_that_never_meet(one: str, other: str) -> None:
    """Rules that only a contradiction brings together, or that reach different models, do not contradict each other."""
    rules = rule("a", f"{one}\nrequire.open = 'free'") + rule("b", f"{other}\nrequire.open = 'closed'")
    adds = rule("adds", "when.budget = 'tight'\nconclude.hosting = 'own'")
    assert findings(rules + adds, "contradicting-hard-rules") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("require.open.at_least = 'shown'", "require.open = 'free'"),
        ("where.open = 'free'\nrequire.weights = true", "where.open.at_least = 'shown'\nrequire.weights = false"),
        ("where.open.at_least = 'shown'\nrequire.weights = false", "where.open = 'free'\nrequire.weights = true"),
        (
            "where.all = [{ open = 'free' }, { open = 'closed' }]\nrequire.weights = true",
            "where.all = [{ open = 'free' }, { open = 'closed' }]\nrequire.weights = false",
        ),
    ],
)
def test_hard_rules_that_some_model_passes_together(one: str, other: str) -> None:
    """Rules that agree, that leave out models that only the other reaches, or that reach nobody, do not contradict."""
    assert findings(rule("a", one) + rule("b", other), "contradicting-hard-rules") == []


def test_a_case_is_sought_along_chains() -> None:
    """The case in which rules meet is one that a user can state, however long the way to it is."""
    rules = (
        rule("lead", "when.offline = true\nwhen.tokens.above = 7\nconclude.hosting = 'own'")
        + rule("next", "when.hosting = 'own'\nconclude.weights_wanted = true")
        + rule("a", "when.weights_wanted = true\nrequire.open = 'free'")
        + rule("b", "when.inputs.has_all = ['text', 'audio']\nrequire.open = 'closed'")
    )
    vocabulary = ASKED.replace(f"weights_wanted = {{ {ASK},", "weights_wanted = {")
    vocabulary = vocabulary.replace(f"hosting = {{ {ASK},", "hosting = {", 1)
    found = lint(asked(rules, vocabulary=vocabulary).knowledge, today=DAY)
    (only,) = [one for one in found if one.code == "contradicting-hard-rules"]
    assert 'inputs = ["audio", "text"], offline = true, tokens = 8' in only.said()


def test_a_refused_case_contradicts_nothing() -> None:
    """Where a case is refused anyway, it does not matter that nothing would be left."""
    rules = rule("a", "when.tuning = true\nrequire.open = 'free'") + rule(
        "b", "when.offline = true\nrequire.open = 'closed'"
    )
    no = rule("no", "when.tuning = true\nwhen.offline = true\nrefuse = true")
    assert findings(rules + no, "contradicting-hard-rules") == []
    assert findings(rules + no, "excludes-together") == []


def test_a_hard_rule_against_the_catalogue() -> None:
    """A hard rule that no model passes, that all pass, or that is unknown for all, is found; no other."""
    for text, code in (
        ("require.window.above = 100_000", "excludes-every-model"),
        ("require.window.above = 100", "excludes-no-model"),
        ("require.licence = 'MIT'", "decides-no-model"),
        ("require.licence = 'MIT'\nunknown = 'exclude'", "excludes-every-model"),
    ):
        rules = rule("a", f"when.tuning = true\n{text}")
        codes = {one.code for one in lint(asked(rules).knowledge) if one.rules and one.code != "missing-language"}
        assert codes == {code}
        assert findings(rules, code, models="") == []
    vague = lint(asked(rule("a", "require.weights = true"), model("a", weights=True) + model("b")).knowledge)
    assert [one.severity for one in vague if one.code == "excludes-no-model"] == ["note"]
    assert not {one.code for one in lint(asked(rule("a", "when.tuning = true\nrequire.weights = true")).knowledge)} & {
        "excludes-every-model",
        "excludes-no-model",
        "decides-no-model",
    }


def test_two_hard_rules_against_the_catalogue() -> None:
    """Two hard rules that each leave some model, and together none, are found if they can fire together."""
    rules = rule("a", "when.tuning = true\nrequire.weights = true") + rule(
        "b", "when.offline = true\nrequire.window.above = 10_000"
    )
    assert findings(rules, "excludes-together") == [("b", "a")]
    assert findings(rules.replace("when.offline = true", "when.tuning = false"), "excludes-together") == []
    assert findings(rules, "excludes-together", models=MODELS + model("both", weights=True, window=20_000)) == []


def test_a_hard_rule_is_found_once() -> None:
    """What contradicts, or leaves nobody by itself, is not found again as leaving nobody together with another."""
    nobody, some = rule("a", "require.window.above = 100_000"), rule("b", "require.weights = true")
    assert findings(nobody + some, "excludes-every-model") == [("a",)]
    assert findings(nobody + some, "excludes-together") == []
    undecided = rule("a", "require.licence = 'MIT'\nunknown = 'exclude'")
    assert findings(undecided + some, "excludes-together") == []
    bare = MODELS + model("bare", weights=False)  # nobody passes the one rule, and only the other excludes this one
    assert findings(nobody + some, "excludes-every-model", bare) == [("a",)]
    assert findings(nobody + some, "excludes-together", bare) == []
    against = rule("a", "require.open = 'free'") + rule("b", "require.open = 'closed'")
    assert findings(against, "contradicting-hard-rules") == [("b", "a")]
    assert findings(against, "excludes-together") == []
    third = rule("c", "require.window.above = 10_000")
    assert findings(some + rule("b2", "require.open = 'free'") + third, "excludes-together") == [
        ("c", "b"),
        ("c", "b2"),
    ]
    never = rule("a", "require.all = [{ open = 'free' }, { open = 'closed' }]")
    assert findings(never, "excludes-every-model") == []
    assert findings(rule("a", "require.window.at_least.requirement = 'tokens'"), "excludes-every-model") == []


@pytest.mark.parametrize(
    "spares", [rule("b", "where.open = 'free'\nexempt = ['a']\napprover = 'me'"), "unknown = 'accept'"]
)
def test_a_hard_rule_that_spares_some_leaves_some(spares: str) -> None:
    """Where models are exempted, or pass although they are unknown, a rule that nobody passes leaves somebody."""
    models = MODELS + model("bare")
    assert findings(rule("a", "require.window.above = 100_000"), "excludes-every-model", models) == [("a",)]
    assert findings(rule("a", "require.window.above = 100_000") + spares, "excludes-every-model", models) == []


# Soft rules


def test_a_weight_that_changes_nothing() -> None:
    """Points that all models get, or none, change no place: among all models or among those that are left."""
    assert findings(rule("a", "prefer.window.above = 100\nweight = 1"), "weightless") == [("a",)]
    assert findings(rule("a", "avoid.window.below = 100\nweight = 1"), "weightless") == [("a",)]
    assert findings(rule("a", "prefer.licence = 'MIT'\nweight = 1"), "weightless") == [("a",)]
    assert findings(rule("a", "prefer.weights = true\nweight = 1"), "weightless") == []
    assert findings(rule("a", "prefer.window.toward = 'highest'\nweight = 1"), "weightless") == []
    three = MODELS + model("free", weights=True, open="free")
    soft = rule("a", "when.tuning = true\nprefer.open = 'free'\nweight = 1")
    hard = rule("b", "when.tuning = true\nrequire.weights = true")
    assert findings(soft + hard, "weightless", models=three) == [("a",)]
    assert findings(soft + hard.replace("when.tuning", "when.offline"), "weightless", models=three) == []
    refused = rule("c", "when.tuning = true\nrefuse = true")
    assert findings(soft + hard + refused, "weightless", models=three) == []


SELLERS = """
language = 1
[[model]]
id = "m"
[[model.offer]]
input_price = 1
output_price = 4
sources = { input_price = "d", output_price = "d" }
"""


def test_what_is_computed_is_known_in_a_case() -> None:
    """A rule about a cost that no catalogue states may say something in a case, and reads what the cost comes from."""
    cost = rule("a", "require.monthly_cost.at_most = 5")
    for text in (cost, rule("a", "prefer.monthly_cost.toward = 'lowest'\nweight = 1")):
        found = lint(sellers(text, SELLERS).knowledge, today=DAY)
        assert not {one.code for one in found} & {"weightless", "sparse-grade", "decides-no-model"}
        unread = {one.said().split()[-1] for one in found if one.code == "unread-attribute"}
        assert not unread & {"monthly_input_tokens", "long_request_share", "long_request_tokens", "output_price"}
    other = lint(sellers(cost.replace("monthly_cost", "retires_on").replace("5", "2026-01-01"), SELLERS).knowledge)
    assert "decides-no-model" in {one.code for one in other}
    assert "long_request_share" in {one.said().split()[-1] for one in other if one.code == "unread-attribute"}


def test_a_grade_of_what_nobody_knows() -> None:
    """A grade on an attribute that most models lack is found; only models that can still be chosen count."""
    rules = rule("a", "when.tuning = true\nprefer.price.toward = 'lowest'\nweight = 1")
    many = MODELS + "".join(model(f"m{n}", weights=False) for n in range(3))
    assert findings(rules, "sparse-grade") == []
    assert findings(rules, "sparse-grade", models=many) == [("a",)]
    hard = rule("b", "when.tuning = true\nrequire.weights = true")
    assert findings(rules + hard, "sparse-grade", models=many + model("more", weights=True, price=2)) == []


@pytest.mark.parametrize(
    ("marks", "prices", "said"),
    [
        ("[1, 2]", (0, 1, 3), ["2 values lie at or below its first mark, 1 (0 to 1): all of them tie as best"]),
        ("[1, 2]", (1, 2, 3), ["2 values lie at or above its last mark, 2 (2 to 3): all of them tie as worst"]),
        ("[1, 2]", (0, 0, 3), []),
        ("[1, 2, 3]", (1, 2, 3), []),
    ],
)
def test_values_beyond_the_marks(marks: str, prices: tuple[int, ...], said: list[str]) -> None:
    """Different values at one end of the marks or beyond it tie, and lint says which; equal ones tie anyway."""
    rules = rule("a", f"prefer.price = {{ toward = 'lowest', marks = {marks} }}\nweight = 1")
    models = "".join(model(f"m{n}", price=price) for n, price in enumerate(prices))
    found = [one for one in lint(asked(rules, models).knowledge, today=DAY) if one.code == "beyond-marks"]
    assert [one.said().split("of which ")[1] for one in found] == said
    own = rules.replace("prefer", "where.price.below = 3\nprefer")
    assert findings(own, "beyond-marks", models) == [("a",) for one in said if "best" in one]


def test_an_attribute_that_a_sentence_names_is_read() -> None:
    """What stands in otherwise alone is told to somebody; a grade counts models, however many offers one has."""
    names = rule("a", "require.weights = true").replace("because", "otherwise.en = '{family}'\nbecause", 1)
    found = lint(asked(names).knowledge, today=DAY)
    assert "no rule reads family" not in {one.said() for one in found}
    sold = "[[model]]\nid = 'sold'\n" + "".join(f"[[model.offer]]\nid = '{n}'\n" for n in range(9))
    assert findings(rule("a", "prefer.price.toward = 'lowest'\nweight = 1"), "sparse-grade", models=MODELS + sold) == []


# Texts, names, dates


@pytest.mark.parametrize(
    ("text", "close"),
    [
        ("exclude.model = 'opn'", ["open"]),
        ("exclude.model = ['open', 'shut']", []),
        ("exclude.model = ['open', 'quite-another']", [None]),
        ("where.model.like = 'op*'\nexclude.weights = true", []),
        ("where.model.like = 'opal*'\nexclude.weights = true", [None]),
        ("exclude.maker = 'acme'", ["Acme Labs"]),
        ("exclude.maker = ['Acme', 'Acme Labs']", ["Acme Labs"]),
        ("exclude.maker.none_of = ['Acme Labs', 'quite another']", []),
        ("exclude.maker = ['Acme Labs', 'Opun']", ["Opun 2"]),
        ("exclude.maker = ['Acme Labs', 'Acne Lab']", ["Acme Labs"]),
        ("require.maker = ['Acme Labs', 'Opun 3']", []),
        ("where.maker = ['Acme Labs', 'acmelbas']\nexclude.weights = true", ["Acme Labs"]),
    ],
)
def test_a_name_that_no_model_has(text: str, close: list[str | None]) -> None:
    """Every name of a model is looked up; others where one that a model has is close, whatever else is in the list."""
    maker = '[model]\nmaker = { type = "text", label = { en = "maker", ko = "제작사" } }'
    vocabulary = ASKED.replace("[model]", maker, 1)
    models = model("open", weights=True, maker="Acme Labs") + model("shut", maker="Opun 2")
    found = [
        one
        for one in lint(asked(rule("a", text), models, vocabulary).knowledge, today=DAY)
        if one.code == "unknown-name"
    ]
    assert [one.advised() for one in found] == [f"did you mean {one}?" if one else "" for one in close]


def test_a_text_in_one_language() -> None:
    """Every kind of text that lacks a language is found where it stands; a plain text stands for both."""
    extra = """
language = 1
pack = "extra"
claim = [{ id = "e", says.en = "So." }]
[requirement]
x = { type = "choice", label = { ko = "엑스" }, ask = { en = "X?", ko = "엑스?" }, choices = { a.en = "A", b = "B" } }
[[rule]]
id = "one"
when.x = "a"
require.weights = true
because = { en = "So.", ko = "그래서." }
otherwise.ko = "아니요."
source = "e"
"""
    files = [parse_toml(VOCABULARY, "v.toml"), parse_toml(extra, "e.toml")]
    found = lint(load_knowledge(files, []), files)
    keys = {(one.place.key, one.said().split()[-2]) for one in found if one.code == "missing-language"}
    assert keys == {
        ("claim[0].says", "Korean"),
        ("requirement.x.label", "English"),
        ("requirement.x.choices.a", "Korean"),
        ("rule[0].otherwise", "English"),
    }
    assert {one.rule for one in found if one.place.key == "rule[0].otherwise"} == {"one"}


@pytest.mark.parametrize(
    "name",
    [
        *("\u0421laude", "Gemm\u0430", "\uff27PT", "gpt\u20115", "GPT\u200b-5", "x\u202eabc"),
        *("\u0430\u0435", "\u03a9\u0431", "\U0001d400I"),
    ],
)
def test_a_name_that_deceives(name: str) -> None:
    """Letters of other scripts that look like ours, other dresses of a letter, and what nobody sees are found."""
    why = deceives(name)
    assert why is not None
    assert "U+" in why[1].get("called", "") or "scripts" in why[1]


@pytest.mark.parametrize(
    "name",
    ["Claude", "GPT-5", "하이퍼클로바 X", "HyperCLOVA엑스", "Модель", "café", "通义千问", "A \u2013 B", "モデルA"],
)
def test_a_name_that_does_not_deceive(name: str) -> None:
    """Names in any one script are what they look like, and those that East Asian texts mix with ours."""
    assert deceives(name) is None


def test_names_are_found_where_they_stand() -> None:
    """Models, choices, claims, documents and packs are looked at, and attributes and rules."""
    rules = """
        [requirement.x]
        type = "choice"
        choices = { "\u0430" = "a" }
        [[document]]
        id = "d\u0435"
        title = "A title"
        date = "2026"
    """
    files = [parse_toml(VOCABULARY, "v.toml"), parse_toml(f'language = 1\npack = "p\u0430ck"\n{rules}', "r.toml")]
    named = model("claude", called="Cl\u0430ude", weights=True)
    catalogue = parse_toml(f"language = 1\n{named}", "c.toml")
    found = lint(load_knowledge(files, [catalogue]), [*files, catalogue])
    places = {(one.place.file, one.place.key) for one in found if one.code == "confusable-id"}
    assert places == {
        ("r.toml", "pack"),
        ("r.toml", 'requirement.x.choices."\u0430"'),
        ("r.toml", "document[0].id"),
        ("c.toml", "model[0].name"),
    }


# What is found is so


@pytest.mark.parametrize("seed", range(90))
def test_no_finding_is_refuted(seed: int) -> None:
    """In worlds of chance, whatever is found agrees with what is decided."""
    case = RandomCase(seed)
    base = case.decide()
    if base is None:
        return
    known = base.knowledge
    stated = [case.requirements, *(RandomCase(other).requirements for other in range(1_000, 1_012))]
    decisions = [advisor_decide(base, requirements) for requirements in stated]
    for finding in lint(known, today=DAY):
        for decision in decisions:
            assert_so(finding, decision, case)


def advisor_decide(base: Decision, requirements: dict[str, Any]) -> Decision:
    """Return another case under the same rules."""
    return decide(Advisor(base.knowledge, engine="plain"), **requirements)


def without(case: RandomCase, name: str, requirements: dict[str, Any]) -> Decision:
    """Return the decision without one rule."""
    rules = {one: text for one, text in case.rules.items() if one != name}
    texts = "".join(rules.values())
    if name != "beats":
        texts = texts.replace(f"overrides = ['{name}']", "")
    models = "".join(model(one, **entry) for one, entry in case.models.items())
    return decide(world(texts, models), **requirements)


def places(decision: Decision) -> list[tuple[str, int]]:
    """Return who stands on which place, eligible and unverified apart."""
    return [(one.model, one.place) for one in (*decision.ranking, *decision.unverified)]


LEAVE_NOTHING = ("contradicting-hard-rules", "excludes-together", "excludes-every-model", "decides-no-model")


def assert_so(finding: Finding, decision: Decision, case: RandomCase) -> None:
    """Check a finding against one decision."""
    first = finding.rule
    fires = set(finding.rules) <= set(decision.fired)
    requirements = {one.attribute: one.value for one in decision.profile.requirements if one.origin == "stated"}
    requirements.pop("as_of", None)
    if finding.code == "condition-never-holds":
        key = finding.place.key
        assert not (".when" in key and ".any[" not in key and fires)
    elif finding.code == "duplicate-rule" and not decision.knowledge.ruleset.rules[first].classifies:
        assert len({name in decision.fired for name in finding.rules}) == 1
    elif finding.code == "shadowed-rule":
        other = without(case, first, requirements)
        assert (verdicts(other), points(other)) == (verdicts(decision), points(decision))
    elif finding.code in LEAVE_NOTHING and fires and not decision.refused:
        assert decision.ranking == ()
    elif finding.code == "excludes-no-model" and fires:
        assert not any(first in one.by for one in decision.excluded)
    elif finding.code == "weightless" and fires:
        assert places(without(case, first, requirements)) == places(decision)
    elif finding.code == "override-never-matters":
        assert set(finding.rules) - set(decision.fired)


def test_the_shipped_files_are_clean() -> None:
    """Our own rules and catalogue have no error and no warning on the day of their newest source."""
    documents = [
        one for one in Advisor.load(catalog=["article"]).knowledge.ruleset.citable.values() if isinstance(one, Document)
    ]
    newest = max((one.checked or one.date).last for one in documents)
    assert [one for one in lint_files(gather((), ["article"]), today=newest) if one.severity != "note"] == []
