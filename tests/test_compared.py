"""Two requirements compared, and two numbers of one model: by both engines, the checker, the advice and the prover."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import pytest
from tests import worlds
from tests.every_profile import compare, every_profile
from tests.worlds import candidate, decide, facts, found_rule, model, rule

from llmrules import Advisor
from llmrules.errors import LoadError
from llmrules.trace.record import Trace
from llmrules.verify import verify
from llmrules.worlds.advice.asking import next_questions
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.advisor import Decision

SOON = 'when.since.below = { requirement = "as_of", plus = 60 }\nrefuse = true\n'
VOCABULARY = worlds.VOCABULARY.replace(
    "[requirement]", '[requirement]\nothers = { type = "number", unit = "tokens", ask.en = "?" }'
)


OFFERED = VOCABULARY.replace(
    "[model]",
    """[model]
limit = { type = "number", unit = "tokens", label = { en = "limit", ko = "한도" } }
twice = { type = "number", unit = "tokens", computed = [[2, "limit"]] }
""",
)


def made(rules: str, engine: Literal["durable", "plain"] = "plain") -> Advisor:
    """Return an advisor over rules and one model."""
    return worlds.world(rules, model("lark"), vocabulary=VOCABULARY, engine=engine)


def refused(rules: str, path: Path, **stated: Any) -> bool:  # noqa: ANN401 - as users state them
    """Return whether a case is refused, which both engines find and the checker derives."""
    decision = decide(made(rules, engine="durable"), **stated)
    decision.trace.save(path / "t.json")
    assert verify(path / "t.json").ok
    return bool(decision.refused)


@pytest.mark.parametrize(("since", "holds"), [("2026-04-29", True), ("2026-04-30", False)])
def test_two_dates_are_compared_to_the_day(since: str, tmp_path: Path, *, holds: bool) -> None:
    """``plus`` adds days to what stands on the right; the firing cites both facts."""
    assert refused(rule("soon", SOON), tmp_path, since=date.fromisoformat(since)) is holds
    decision = decide(made(rule("soon", SOON)), since=date.fromisoformat(since))
    uses = {name for one in decision.trace.found.firings for name in one.uses}
    assert uses == ({f"since={since}", "as_of=2026-03-01"} if holds else set())


def test_what_is_not_stated_does_not_hold_and_is_waited_for(tmp_path: Path) -> None:
    """Without either side the rule is silent and waits for it; in ``any`` it may fire by another branch."""
    rules = rule("by-day", 'when.since.above.requirement = "as_of"\nrefuse = true')
    assert not refused(rules, tmp_path)
    two = made(
        rule("either", 'when.any = [{ tokens.above.requirement = "others" }, { offline = true }]\nadvise = true')
    )
    silent, fired = decide(two, tokens=5), decide(two, tokens=5, offline=True)
    assert found_rule(silent, "either").waits_for == ("offline", "others")
    assert fired.fired == ("either",)


def test_an_exception_with_an_unknown_side_stops_nothing(tmp_path: Path) -> None:
    """In ``unless`` as in ``when``, what is not known does not hold."""
    rules = rule("late", 'unless.since.at_most.requirement = "as_of"\nrefuse = true')
    assert refused(rules, tmp_path)
    assert not refused(rules, tmp_path, since=date(2026, 3, 1))
    assert refused(rules, tmp_path, since=date(2026, 3, 2))


def test_it_is_compared_with_all_that_is_concluded(tmp_path: Path) -> None:
    """Both sides are settled before they are compared; of two values on the right the test must hold for each."""
    rules = rule("limit", "when.offline = true\nconclude.others = 10") + rule(
        "over", 'when.tokens.above.requirement = "others"\nrefuse = true'
    )
    assert refused(rules, tmp_path, tokens=11, offline=True)
    assert not refused(rules, tmp_path, tokens=11)
    assert refused(rules, tmp_path, tokens=11, others=5)
    assert not refused(rules, tmp_path, tokens=8, others=5, offline=True)
    decision = decide(made(rules), tokens=8, others=5, offline=True)
    assert {facts(decision)[name].origin for name in ("others=5", "others=10")} == {("stated",), ("concluded",)}


def test_no_rule_concludes_what_it_compares() -> None:
    """What is compared must be settled, so a rule that rests on itself does not load; nor one that compares nothing."""
    with pytest.raises(LoadError, match="negative-cycle"):
        made(rule("round", 'when.tokens.above.requirement = "others"\nconclude.tokens = 5'))
    with pytest.raises(LoadError, match="compared-with-itself"):
        made(rule("same", 'when.tokens.above.requirement = "tokens"\nadvise = true'))
    with pytest.raises(LoadError, match="reference-of-another-type"):
        made(rule("unit", 'when.tokens.above.requirement = "spend"\nadvise = true'))


@pytest.mark.parametrize(
    ("test", "left", "right", "holds"),
    [
        ('inputs.has_all.requirement = "kept"', ["text", "image"], ["image"], True),
        ('inputs.only.requirement = "kept"', ["text", "image"], ["image"], False),
        ('inputs.is.requirement = "kept"', ["image"], ["image"], True),
        ('inputs.none_of.requirement = "kept"', ["text"], ["image"], True),
        ('inputs.has_any.requirement = "kept"', ["text"], ["image"], False),
    ],
)
def test_two_sets_are_compared(test: str, left: list[str], right: list[str], tmp_path: Path, *, holds: bool) -> None:
    """By each operator that sets take."""
    assert refused(rule("sets", f"when.{test}\nrefuse = true"), tmp_path, inputs=left, kept=right) is holds


def questions(advisor: Advisor, **stated: object) -> tuple[object, ...]:
    """Return the answers to the only question that matters."""
    (question,) = next_questions(
        World.under(advisor.knowledge, advisor.profile({"as_of": worlds.DAY, **stated}))
    ).questions
    return tuple(one.value for one in question.answers)


def test_the_bands_of_one_are_cut_by_the_other() -> None:
    """A question lists the answers on either side of what is stated of the other, so that no answer is missed."""
    advisor = made(rule("over", 'when.others.above = { requirement = "tokens", plus = 5 }\nrefuse = true'))
    assert 15 in questions(advisor, tokens=10)


@pytest.mark.parametrize(
    "stated", [{"since": date(2026, 4, 29)}, {"since": date(2026, 5, 1)}, {"tokens": 5, "others": 5}]
)
def test_the_prover_compares_as_the_engine_does(stated: dict[str, Any]) -> None:
    """Against the day it is certain; of two that are stated it is left open within one band, and named."""
    advisor = made(rule("soon", SOON) + rule("over", 'when.tokens.above.requirement = "others"\nrefuse = true'))
    every, decision = every_profile(advisor.knowledge, date(2026, 3, 1)), decide(advisor, **stated)
    compare(every, decision)
    assert every.left_open(every.fired["soon"]) == ()
    assert every.left_open(every.fired["over"]) == ("tokens",)


LIMITS = (
    model("lark", window=100, limit=100)
    + model("wren", window=100, limit=99)
    + model("owl", window=100)
    + model("jay", limit=100, window=50, disputed={"window": 200})
)


def compared(rules: str, path: Path) -> Decision:
    """Return a decision on models with a window and a limit, which the checker derives."""
    decision = decide(worlds.world(rules, LIMITS, vocabulary=OFFERED))
    decision.trace.save(path / "t.json")
    assert verify(path / "t.json").ok
    assert Trace.load(path / "t.json").to_json() == decision.trace.to_json()
    return decision


@pytest.mark.parametrize(
    ("test", "lark", "wren"),
    [
        ("limit.below.attribute = 'window'", "excluded", "eligible"),
        ("limit.is.attribute = 'window'", "eligible", "excluded"),
        ("limit.at_least = { attribute = 'window', plus = 1 }", "excluded", "excluded"),
        ("twice.at_least.attribute = 'window'", "eligible", "eligible"),
        ("window = { above.attribute = 'limit', below.attribute = 'twice', at_least = 100 }", "excluded", "eligible"),
    ],
)
def test_two_numbers_of_one_model_are_compared(test: str, lark: str, wren: str, tmp_path: Path) -> None:
    """A computed one as well, and beside other tests; where one of the two is unknown, so is the test."""
    decision = compared(rule("limit", f"require.{test}"), tmp_path)
    assert worlds.verdicts(decision) | {"jay": ""} == {"lark": lark, "wren": wren, "owl": "unverified", "jay": ""}
    assert candidate(decision, "owl").missing == ("limit",)


def test_what_is_disputed_of_one_side_is_disputed_of_the_comparison(tmp_path: Path) -> None:
    """The rule would say something else under the other value; ``why`` shows the difference with its numbers."""
    decision = compared(rule("limit", "exclude.limit.above.attribute = 'window'"), tmp_path)
    assert decision.verdict("jay") == "excluded"
    assert [(one.attribute, one.rules) for one in candidate(decision, "jay").disputes] == [("window", ("limit",))]
    assert "limit - window: 50" in str(decision.why("jay", "en"))


def test_the_screen_tells_no_difference_among_the_costs(tmp_path: Path) -> None:
    """What was made to compare two numbers of an offer is no number that the offer comes to."""
    path = tmp_path / "room.toml"
    test = 'require.max_output_tokens.at_least = { attribute = "context_window", plus = -400_000 }'
    texts = 'because.en = "B."\nbecause.ko = "B."\notherwise.en = "O."\notherwise.ko = "O."\nsource = "framework.data"'
    head = 'language = 1\npack = "x"\n[[rule]]\nid = "x/room"\nwhen.vendor_served = true\nunknown = "accept"'
    path.write_text(f"{head}\n{test}\n{texts}\n")
    decision = Advisor.load(catalog=["article"], rules=[path]).decide({"as_of": "2026-03-01", "tasks": ["coding"]})
    assert decision.computed("max_output_tokens__less__context_window", decision.best[0]) is not None
    assert "tokens" not in str(decision).split("why")[0]


def test_a_classifying_rule_compares_and_a_promise_does(tmp_path: Path) -> None:
    """Wherever models are tested."""
    rules = rule("fit", "where.limit.below.attribute = 'window'\nconclude.capable = true") + rule(
        "need", "require.capable = true"
    )
    promise = "[[promise]]\nid = 'kept'\nevery.window.above.attribute = 'limit'\nbecause.en = 'So.'\nsource = 'd'\n"
    decision = compared(rules + promise, tmp_path)
    assert worlds.verdicts(decision) == {"lark": "excluded", "wren": "eligible", "owl": "unverified", "jay": "excluded"}
    assert [one.promise.id for one in decision.promises if not one.breaches] == ["kept"]


@pytest.mark.parametrize(
    ("test", "code"),
    [
        ("limit.below.attribute = 'price'", "reference-of-another-type"),
        ("limit.below.attribute = 'limit'", "compared-with-itself"),
        ("limit.any_of.attribute = 'window'", "reference-of-another-type"),
        ("open.below.attribute = 'window'", "reference-of-another-type"),
        ("limit.below.attribute = 'tokens'", "wrong-scope"),
        ("limit.below.attribute = 'windw'", "unknown-attribute"),
        ("limit.below = { attribute = 'window', plus = 'x' }", "wrong-type"),
        ("limit.below = { attribute = 'window', more = 1 }", "unknown-key"),
    ],
)
def test_only_two_numbers_of_one_unit_compare(test: str, code: str) -> None:
    """Everything else is refused where it stands."""
    with pytest.raises(LoadError) as error:
        worlds.world(rule("limit", f"require.{test}"), LIMITS, vocabulary=OFFERED)
    assert [one.code for one in error.value.errors] == [code]
