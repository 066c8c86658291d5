"""Each effect of a rule, seen from outside: what it does to a case, to models, and to what is said of them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.worlds import candidate, decide, facts, fired, model, outcomes, points, rule, verdicts, world

OPEN_AND_SHUT = model("open", weights=True) + model("shut", weights=False) + model("vague")


def levels(advisor_decision: object) -> set[tuple[str, str, str]]:
    """Return model, rule and level of every caution."""
    return {(one.model, one.rule, one.level) for one in advisor_decision.cautions}  # type: ignore[attr-defined]


# conclude


def test_a_requirement_is_concluded_and_used() -> None:
    """What one rule concludes of the case is a fact for the next, with the rule that concluded it."""
    advisor = world(
        rule("first", "when.offline = true\nconclude.hosting = 'own'")
        + rule("second", "when.hosting = 'own'\nrequire.weights = true"),
        OPEN_AND_SHUT,
    )
    decision = decide(advisor, offline=True)
    assert decision.best == ("open",)
    assert facts(decision)["hosting=own"].origin == ("concluded",)
    assert facts(decision)["hosting=own"].by == ("first",)


def test_a_set_is_concluded_by_its_members() -> None:
    """Rules add members to a set; those of several rules unite."""
    advisor = world(
        rule("one", "when.offline = true\nconclude.inputs = ['text', 'image']")
        + rule("two", "when.tuning = true\nconclude.inputs = ['audio', 'text']")
        + rule("all-three", "when.inputs.has_all = ['text', 'image', 'audio']\nadvise = true"),
    )
    decision = decide(advisor, offline=True, tuning=True)
    assert decision.advice == ("all-three",)
    assert facts(decision)["inputs=text"].by == ("one", "two")
    assert fired(advisor, offline=True) == ("one",)


def test_a_flag_of_a_model_is_concluded() -> None:
    """A classifying rule makes a flag true of the models that its conditions fit, false of the others."""
    advisor = world(
        rule("free-is-capable", "where.open = 'free'\nconclude.capable = true")
        + rule("need", "when.offline = true\nrequire.capable = true"),
        model("yes", open="free") + model("no", open="closed") + model("vague"),
    )
    assert verdicts(decide(advisor, offline=True)) == {"yes": "eligible", "no": "excluded", "vague": "unverified"}


def test_members_of_a_partial_set_of_a_model_are_concluded() -> None:
    """A classifying rule adds members to a partial set; what the catalogue lists stays."""
    advisor = world(
        rule("wide-is-prose", "where.window.at_least = 1000\nconclude.strengths = ['prose']")
        + rule("both", "prefer.strengths.has_all = ['code', 'prose']\nweight = 2"),
        model("wide", window=5000, strengths=["code"]) + model("small", window=10, strengths=["code"]),
    )
    decision = decide(advisor)
    assert points(decision) == {"wide": "2", "small": "0"}
    assert decision.trace.concluded(candidate(decision, "wide"))["strengths"].value == ("code", "prose")
    assert decision.trace.concluded(candidate(decision, "wide"))["strengths"].by == ("wide-is-prose",)


# require and exclude


@pytest.mark.parametrize("effect", ["require.weights = true", "exclude.weights = false"])
def test_a_hard_rule_rules_out(effect: str) -> None:
    """Require keeps whoever passes, exclude drops whoever matches; of an unknown value neither says anything."""
    advisor = world(rule("hard", f"when.offline = true\n{effect}"), OPEN_AND_SHUT)
    assert verdicts(decide(advisor, offline=True)) == {"open": "eligible", "shut": "excluded", "vague": "unverified"}
    assert set(verdicts(decide(advisor, offline=False)).values()) == {"eligible"}


def test_every_failing_check_is_listed() -> None:
    """A model that fails three hard rules is excluded by three, not by the first."""
    advisor = world(
        rule("a", "require.weights = true")
        + rule("b", "exclude.open = 'closed'")
        + rule("c", "require.family = 'wren'"),
        model("out", weights=False, open="closed", family="lark"),
    )
    assert [(one.model, one.by) for one in decide(advisor).excluded] == [("out", ("a", "b", "c"))]


def test_false_outweighs_unknown() -> None:
    """A model that fails one check and leaves another open is excluded."""
    advisor = world(
        rule("a", "require.weights = true") + rule("b", "require.open = 'free'"), model("out", weights=False)
    )
    decision = decide(advisor)
    assert decision.verdict("out") == "excluded"
    assert outcomes(decision, "out") == {"a": "failed", "b": "unknown"}


def test_where_beside_a_hard_rule_is_an_implication() -> None:
    """``where`` narrows a hard rule: outside it a model passes, and if it is unknown, only a certain pass is one."""
    advisor = world(
        rule("larks-must-be-free", "where.family = 'lark'\nrequire.open = 'free'"),
        model("lark-free", family="lark", open="free")
        + model("lark-closed", family="lark", open="closed")
        + model("wren-closed", family="wren", open="closed")
        + model("closed", open="closed")
        + model("free", open="free")
        + model("lark", family="lark"),
    )
    assert verdicts(decide(advisor)) == {
        "lark-free": "eligible",
        "lark-closed": "excluded",
        "wren-closed": "eligible",
        "closed": "unverified",
        "free": "eligible",
        "lark": "unverified",
    }


# prefer and avoid


def test_preferences_add_and_aversions_subtract() -> None:
    """A soft rule gives its weight where it is true and nothing where it is false or unknown."""
    advisor = world(
        rule("like", "prefer.weights = true\nweight = 3") + rule("dislike", "avoid.open = 'closed'\nweight = 2"),
        model("both", weights=True, open="closed") + model("good", weights=True) + model("bad", open="closed"),
    )
    decision = decide(advisor)
    assert points(decision) == {"good": "3", "both": "1", "bad": "-2"}
    assert outcomes(decision, "bad") == {"dislike": "points", "like": "unknown"}
    assert set(verdicts(decision).values()) == {"eligible"}


@pytest.mark.parametrize("effect", ["prefer", "avoid"])
def test_where_narrows_a_soft_rule(effect: str) -> None:
    """A soft rule reaches a model only where ``where`` is true."""
    advisor = world(
        rule("soft", f"where.family = 'lark'\n{effect}.weights = true\nweight = 2"),
        model("lark", family="lark", weights=True)
        + model("wren", family="wren", weights=True)
        + model("any", weights=True),
    )
    sign = "" if effect == "prefer" else "-"
    decision = decide(advisor)
    assert points(decision) == {"lark": f"{sign}2", "wren": "0", "any": "0"}
    assert (outcomes(decision, "wren"), outcomes(decision, "any")) == ({"soft": "none"}, {"soft": "unknown"})


@pytest.mark.parametrize(("toward", "graded"), [("highest", ("0", "3/2", "3")), ("lowest", ("3", "3/2", "0"))])
def test_a_scale_is_graded_by_its_steps(toward: str, graded: tuple[str, ...]) -> None:
    """On a scale of three choices the places are 0, 1/2 and 1, times the weight."""
    advisor = world(
        rule("graded", f"prefer.open.toward = '{toward}'\nweight = 3"),
        model("closed", open="closed") + model("shown", open="shown") + model("free", open="free") + model("vague"),
    )
    expected = dict(zip(("closed", "shown", "free"), graded, strict=True))
    decision = decide(advisor)
    assert points(decision) == {**expected, "vague": "0"}
    assert outcomes(decision, "vague") == {"graded": "unknown"}


@pytest.mark.parametrize(
    ("price", "highest"),
    [("0", "0"), ("1", "0"), ("1.5", "1/4"), ("2", "1/2"), ("3", "1"), ("3.1", "11/10"), ("4", "2"), ("900", "2")],
)
def test_a_number_is_graded_between_its_marks(price: str, highest: str) -> None:
    """Between the marks 1, 3 and 4 the place is piecewise linear, outside them clamped, and always exact."""
    for toward, expected in (("highest", Fraction(highest)), ("lowest", 2 - Fraction(highest))):
        advisor = world(
            rule("graded", f"prefer.price.toward = '{toward}'\nweight = 2"),
            f'[[model]]\nid = "m"\n[[model.offer]]\nprice = {price}\nsources.price = "d"\n',
        )
        assert points(decide(advisor)) == {"m": str(expected)}


@given(st.decimals(-10, 10, places=6), st.decimals(-10, 10, places=6))
def test_grading_keeps_the_order(one: object, other: object) -> None:
    """Whoever has more gets no fewer points, where more is better."""
    entries = [
        f'[[model]]\nid = "m{n}"\n[[model.offer]]\nprice = {x}\nsources.price = "d"\n'
        for n, x in enumerate((one, other))
    ]
    decision = decide(world(rule("graded", "prefer.price.toward = 'highest'\nweight = 7"), "".join(entries)))
    got = [Fraction(points(decision)[name]) for name in ("m0", "m1")]
    assert (got[0] <= got[1]) if one <= other else (got[0] >= got[1])  # type: ignore[operator]
    assert all(0 <= value <= 7 for value in got)


def test_where_narrows_a_graded_preference() -> None:
    """A graded preference grades the models that ``where`` reaches."""
    advisor = world(
        rule("graded", "where.family = 'lark'\nprefer.open.toward = 'highest'\nweight = 4"),
        model("lark", family="lark", open="free")
        + model("wren", family="wren", open="free")
        + model("any", open="free"),
    )
    assert points(decide(advisor)) == {"lark": "4", "any": "0", "wren": "0"}


# caution


@pytest.mark.parametrize("level", ["note", "warning", "approval"])
def test_a_caution_stays_beside_an_eligible_model(level: str) -> None:
    """A caution is attached where its predicate is true, in its level; an approval also where that is unknown."""
    advisor = world(rule("careful", f"caution.weights = true\nlevel = '{level}'"), OPEN_AND_SHUT)
    decision = decide(advisor)
    reached = {"open", "vague"} if level == "approval" else {"open"}
    assert levels(decision) == {(name, "careful", level) for name in reached}
    assert set(verdicts(decision).values()) == {"eligible"}


def test_a_caution_says_note_when_it_says_nothing() -> None:
    """The level of a caution that names none is note, and ``where`` narrows it."""
    advisor = world(
        rule("careful", "where.weights = false\ncaution.open = 'closed'"), model("m", weights=False, open="closed")
    )
    assert levels(decide(advisor)) == {("m", "careful", "note")}
    advisor = world(
        rule("careful", "where.weights = true\ncaution.open = 'closed'"), model("m", weights=False, open="closed")
    )
    assert levels(decide(advisor)) == set()


def test_an_excluded_model_needs_no_caution() -> None:
    """Cautions speak of models that one may still choose."""
    advisor = world(rule("careful", "caution.weights = false") + rule("hard", "require.weights = true"), OPEN_AND_SHUT)
    assert levels(decide(advisor)) == set()


# advise and refuse


def test_advice_is_a_note_on_the_decision() -> None:
    """Advice touches no model."""
    decision = decide(world(rule("hint", "when.offline = true\nadvise = true"), OPEN_AND_SHUT), offline=True)
    assert decision.advice == ("hint",)
    assert decision.best == ("open", "shut", "vague")


def test_a_refused_case_has_no_best() -> None:
    """A refusal says why and leaves no best, while every verdict and place stands."""
    advisor = world(
        rule("never", "when.offline = true\nrefuse = true") + rule("hard", "require.weights = true"), OPEN_AND_SHUT
    )
    decision = decide(advisor, offline=True)
    assert (decision.refused, decision.best) == (("never",), ())
    assert verdicts(decision) == {"open": "eligible", "shut": "excluded", "vague": "unverified"}
    assert [placed.model for placed in decision.ranking] == ["open"]
    assert decide(advisor).refused == ()


# exempt


EXEMPT = rule("hard", "require.weights = true") + rule(
    "waiver", "exempt = ['hard']\nwhere.family = 'lark'\napprover = 'The board'\neffective_to = 2026-06-30"
)
KEPT_OUT = model("lark", family="lark", weights=False) + model("wren", family="wren", weights=False)


@pytest.mark.parametrize(
    ("day", "verdict"),
    [(date(2026, 6, 29), "eligible"), (date(2026, 6, 30), "eligible"), (date(2026, 7, 1), "excluded")],
)
def test_an_exemption_ends_with_its_last_day(day: date, verdict: str) -> None:
    """An exemption lifts a hard rule for the models it names until its last day, inclusive, by ``as_of``."""
    decision = decide(world(EXEMPT, KEPT_OUT), as_of=day)
    assert verdicts(decision) == {"lark": verdict, "wren": "excluded"}


def test_an_exempted_check_stays_in_the_trace() -> None:
    """The trace shows the check that was lifted, what it would have said, by which rule and whose leave."""
    decision = decide(world(EXEMPT, KEPT_OUT))
    check = decision.trace.checks(candidate(decision, "lark"))[0]
    assert (check.outcome, check.exempted_by, check.leaves[0].holds) == ("exempted", ("waiver",), "false")
    record = next(one for one in decision.trace.given.rules if one.id == "waiver")
    assert (record.approver, str(record.effective_to)) == ("The board", "2026-06-30")
    assert "The board" in decision.report()


def test_an_exemption_reaches_only_whom_where_surely_matches() -> None:
    """Where it is unknown whether a model is meant, the hard rule stands for it."""
    decision = decide(world(EXEMPT, model("vague", weights=False)))
    assert verdicts(decision) == {"vague": "excluded"}


def test_an_exemption_lifts_an_unknown_check_too() -> None:
    """A model that is exempt from a check is not unverified by it."""
    decision = decide(world(EXEMPT, model("lark", family="lark")))
    assert verdicts(decision) == {"lark": "eligible"}


def test_an_exemption_lifts_only_the_rules_that_it_names() -> None:
    """Another hard rule that the model fails still excludes it."""
    advisor = world(
        EXEMPT + rule("other", "require.open = 'free'"), model("lark", family="lark", weights=False, open="closed")
    )
    assert [one.by for one in decide(advisor).excluded] == [("other",)]


# unknown


@pytest.mark.parametrize(
    ("policy", "verdict"), [("apart", "unverified"), ("exclude", "excluded"), ("accept", "eligible")]
)
def test_a_decision_says_what_unknown_means(policy: str, verdict: str) -> None:
    """The policy of the decision holds for every hard rule that says nothing itself."""
    advisor = world(rule("hard", "require.weights = true"), OPEN_AND_SHUT)
    decision = decide(advisor, unknown=policy)  # type: ignore[arg-type]
    assert verdicts(decision) == {"open": "eligible", "shut": "excluded", "vague": verdict}
    assert decision.trace.given.unknown == policy


@pytest.mark.parametrize("policy", ["apart", "exclude", "accept"])
@pytest.mark.parametrize(("own", "verdict"), [("apart", "unverified"), ("exclude", "excluded"), ("accept", "eligible")])
def test_a_rule_says_what_unknown_means(policy: str, own: str, verdict: str) -> None:
    """The policy of the rule itself goes before that of the decision."""
    advisor = world(rule("hard", f"require.weights = true\nunknown = '{own}'"), OPEN_AND_SHUT)
    assert decide(advisor, unknown=policy).verdict("vague") == verdict  # type: ignore[arg-type]


def test_accepting_what_is_unknown_leaves_a_caution() -> None:
    """A model that passes although its check is unknown carries a caution that names the rule."""
    decision = decide(world(rule("hard", "require.weights = true\nunknown = 'accept'"), OPEN_AND_SHUT))
    assert levels(decision) == {("vague", "hard", "accepted")}
    assert outcomes(decision, "vague") == {"hard": "accepted"}


# otherwise


def test_otherwise_is_said_of_a_model_that_fails() -> None:
    """``otherwise`` speaks of the failing model with its values; whoever passes hears the reason."""
    text = "require.window.at_least = 1000\notherwise.en = '{model} holds {window}, of {tokens}; price {price}.'"
    advisor = world(
        rule("hard", text, because="It must hold {tokens}."),
        model("big", window=2000) + model("small", called="Small", window=12),
    )
    decision = decide(advisor, tokens=700)
    assert "Small holds 12, of 700; price unknown." in str(decision.why("small"))
    assert "It must hold 700." in str(decision.why("big"))


# overrides and disable


def test_a_rule_that_is_overridden_does_not_fire() -> None:
    """Where the overriding rule fires the other is defeated for the whole case, and the trace says by whom."""
    advisor = world(
        rule("general", "when.offline = true\nrequire.weights = true")
        + rule("special", "when.tuning = true\nadvise = true\noverrides = ['general']"),
        OPEN_AND_SHUT,
    )
    assert decide(advisor, offline=True).best == ("open",)
    decision = decide(advisor, offline=True, tuning=True)
    assert decision.best == ("open", "shut", "vague")
    record = next(one for one in decision.trace.found.rules if one.id == "general")
    assert (record.status, record.defeated_by) == ("defeated", ("special",))


def test_a_defeated_rule_defeats_nobody() -> None:
    """Of three rules in a row the last defeats the second, so the first fires."""
    advisor = world(
        rule("first", "advise = true")
        + rule("second", "advise = true\noverrides = ['first']")
        + rule("third", "when.offline = true\nadvise = true\noverrides = ['second']")
    )
    assert fired(advisor) == ("second",)
    assert fired(advisor, offline=True) == ("first", "third")


def test_what_a_defeated_rule_would_conclude_is_not_known() -> None:
    """Nothing chains from a rule that is defeated."""
    advisor = world(
        rule("general", "when.offline = true\nconclude.hosting = 'own'")
        + rule("then", "when.hosting = 'own'\nadvise = true")
        + rule("special", "when.tuning = true\nadvise = true\noverrides = ['general']")
    )
    assert fired(advisor, offline=True) == ("general", "then")
    assert fired(advisor, offline=True, tuning=True) == ("special",)


def test_a_rule_can_be_switched_off() -> None:
    """A disabled rule neither fires nor defeats, and the trace keeps it with the reason."""
    off = '[[disable]]\nrule = "hard"\nreason = "Our gateway does that."\n'
    advisor = world(
        rule("hard", "require.weights = true\noverrides = ['soft']") + rule("soft", "advise = true"),
        OPEN_AND_SHUT,
        more=(off,),
    )
    decision = decide(advisor)
    assert decision.fired == ("soft",)
    assert [(one.rule, one.reason.en) for one in decision.trace.given.disabled] == [("hard", "Our gateway does that.")]
    assert next(one.status for one in decision.trace.found.rules if one.id == "hard") == "disabled"


def test_a_pack_can_be_switched_off() -> None:
    """Disabling a pack switches off every rule of that file, those that classify models too."""
    off = '[[disable]]\npack = "pack-0"\nreason.en = "Not ours."\n'
    advisor = world(
        rule("hard", "require.weights = true") + rule("class", "where.open = 'free'\nconclude.capable = true"),
        OPEN_AND_SHUT,
        more=(off + rule("ours", "advise = true"),),
    )
    decision = decide(advisor)
    assert decision.fired == ("ours",)
    assert {one.id: one.status for one in decision.trace.found.rules} == {
        "hard": "disabled",
        "class": "disabled",
        "ours": "fired",
    }
