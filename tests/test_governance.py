"""How policies live: layers and locks, rules in force between dates, approvals, rules on trial."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.worlds import candidate, decide, facts, fired, found_rule, model, rule, world

from llmrules import Advisor, LoadError
from llmrules.advisor import Decision
from llmrules.check.lint import lint
from llmrules.decision.decision import Caution
from llmrules.language.profile import Profile, read_profile
from llmrules.reading.files import parse_toml
from llmrules.verify import verify
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from pathlib import Path


MODELS = model("lark", weights=False, open="closed") + model("wren", weights=True, open="free") + model("vague")

HEAD = 'language = 1\npack = "{}"\n[[document]]\nid = "{}"\ntitle = "A policy"\ndate = 2026-01-01\n'


def holds(decision: Decision) -> None:
    """Insist that the checker derives the same from the trace alone, and a replay too."""
    report = verify(decision.trace)
    assert report.ok, str(report)
    assert Decision.of(replay(decision.trace.given)).trace.found == decision.trace.found


# Dates


@pytest.mark.parametrize(
    ("day", "fires"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_rule_is_in_force_from_its_first_day_to_its_last(day: date, *, fires: bool) -> None:
    """``effective_from`` and ``effective_to`` are inclusive, of any rule, and counted by ``as_of``."""
    advisor = world(rule("seasonal", "refuse = true\neffective_from = 2026-04-01\neffective_to = 2026-06-30"), MODELS)
    decision = decide(advisor, as_of=day)
    assert (decision.refused == ("seasonal",)) is fires
    when = found_rule(decision, "seasonal").when
    assert when is not None
    assert when.implied["as_of"].holds is fires
    holds(decision)


# Trials


def test_a_rule_on_trial_changes_nothing() -> None:
    """Whatever a rule on trial says, facts, verdicts, points and notes are those without it."""
    effects = {
        "shut": "exclude.open = 'closed'",
        "need": "require.weights = true",
        "like": "prefer.open.toward = 'highest'\nweight = 2",
        "warn": "caution.open = 'closed'",
        "tell": "advise = true",
        "stop": "refuse = true",
        "want": "conclude.weights_wanted = true",
        "spare": "exempt = ['base']\nwhere.open = 'closed'",
    }
    base = rule("base", "require.open.known = true") + rule("reads", "when.weights_wanted = true\nadvise = true")
    text = base + "".join(rule(name, f"trial = true\n{effect}") for name, effect in effects.items())
    with_trials, without = (decide(world(rules, MODELS)) for rules in (text, base))
    for name in ("facts", "firings", "conflicts", "criteria", "candidates", "result"):
        assert getattr(with_trials.trace.found, name) == getattr(without.trace.found, name)
    assert {name: found_rule(with_trials, name).status for name in effects} == dict.fromkeys(effects, "trial")
    holds(with_trials)


def test_what_a_rule_on_trial_would_do_is_recorded() -> None:
    """The trace says of each rule on trial whether it would fire, and what it would do to which models."""
    text = (
        rule("base", "exempt = ['need']\nwhere.open = 'closed'")
        + rule("need", "trial = true\nrequire.weights = true")
        + rule("strict", "trial = true\nunknown = 'exclude'\nrequire.weights = true")
        + rule("like", "trial = true\navoid.open = 'closed'\nweight = 2")
        + rule("warn", "trial = true\ncaution.open = 'closed'\nlevel = 'approval'")
        + rule("want", "trial = true\nconclude.inputs = ['image', 'text']")
        + rule("wait", "trial = true\nwhen.offline = true\nrefuse = true")
    )
    decision = decide(world(text, MODELS))
    found = {one.rule: one for one in decision.trace.found.trials}
    assert (found["need"].excludes, found["need"].unverifies) == ((), ("vague",))
    assert (found["strict"].excludes, found["strict"].unverifies) == (("lark", "vague"), ())
    assert [(one.model, one.points) for one in found["like"].points] == [("lark", "-2")]
    assert found["warn"].attaches == ("lark", "vague")
    assert found["want"].concludes == ("inputs=text", "inputs=image")
    assert found["wait"].fires is False
    assert "inputs" not in facts(decision)
    report = decision.report()
    assert "would leave vague unverified" in report
    assert "시험 적용" in decision.report("ko")
    holds(decision)


def test_a_rule_that_fired_can_override_one_on_trial() -> None:
    """A rule on trial that is overridden would not fire, and the trace says by what."""
    text = rule("trying", "trial = true\nrefuse = true") + rule("over", "advise = true\noverrides = ['trying']")
    decision = decide(world(text, MODELS))
    assert decision.trace.found.trials[0].fires is False
    assert found_rule(decision, "trying").defeated_by == ("over",)
    holds(decision)


# The first that applies, and exemptions by pattern


def test_of_a_list_the_first_that_fires_counts() -> None:
    """It defeats all later ones, and only where it fires; the trace, the checker and lint know it so."""
    text = (
        rule("a", "when.offline = true\nexclude.open = 'closed'")
        + rule("b", "when.tuning = true\nexclude.open = 'free'")
        + rule("c", "refuse = true")
        + "[[first_of]]\nrules = ['a', 'b', 'c']\n"
    )
    advisor = world(text, MODELS)
    cases: tuple[dict[str, object], ...] = ({}, {"tuning": True}, {"tuning": True, "offline": True})
    for case, counts in zip(cases, ("c", "b", "a"), strict=True):
        decision = advisor.decide({"as_of": "2026-03-01", **case})
        assert decision.fired == (counts,)
        defeated = {one.id: one.defeated_by for one in decision.trace.found.rules if one.status == "defeated"}
        assert set(defeated.values()) <= {(counts,)}
        holds(decision)
    assert not [one for one in lint(advisor.knowledge) if one.code.startswith("override")]


@pytest.mark.parametrize(
    ("rules", "code"),
    [("['a']", "too-few"), ("['a', 'nobody']", "unknown-rule"), ("['a', 'sort']", "cannot-override")],
)
def test_a_list_names_rules_that_can_be_defeated(rules: str, code: str) -> None:
    """Two rules or more, loaded, that know a case."""
    text = rule("a", "advise = true") + rule("sort", "where.open = 'free'\nconclude.capable = true")
    with pytest.raises(LoadError) as caught:
        world(f"{text}[[first_of]]\nrules = {rules}\n", MODELS)
    assert [one.code for one in caught.value.errors] == [code]


def test_lists_in_opposite_order_are_named_with_their_lines() -> None:
    """Two lists that name two rules in opposite order are a circle; the error names both lists, with their lines."""
    text = rule("a", "advise = true") + rule("b", "advise = true")
    lists = "[[first_of]]\nrules = ['a', 'b']\n[[first_of]]\nrules = ['b', 'a']\n"
    with pytest.raises(LoadError) as caught:
        world(text + lists, MODELS)
    (error,) = caught.value.errors
    assert error.code == "negative-cycle"
    assert re.search(r"; first_of: \S+:\d+:1, \S+:\d+:1\)$", error.message)
    assert "first_of" in (error.hint or "")


def test_an_exemption_names_rules_by_pattern() -> None:
    """All hard rules of a pack, or whose ids match; only checks that would have failed are marked."""
    hard = (
        rule("cost/a", "exclude.open = 'closed'")
        + rule("cost/b", "require.weights = false")
        + rule("c", "advise = true")
    )
    exempt = rule("lab", "exempt = ['cost/*']\nwhere.model = 'lark'\napprover = 'Kim'")
    decision = decide(world(hard + exempt, MODELS))
    rule_of = decision.knowledge.ruleset.rules["lab"]
    assert rule_of.effect.exempts == ("cost/a", "cost/b")
    assert [(one.rule, one.outcome) for one in decision.trace.checks(candidate(decision, "lark"))] == [
        ("cost/a", "exempted"),
        ("cost/b", "passed"),
    ]
    assert decision.verdict("lark") == "eligible"
    holds(decision)
    with pytest.raises(LoadError):
        world(hard + exempt.replace("cost/*", "coast/*"), MODELS)


def test_a_pattern_and_a_list_undo_no_locked_rule(tmp_path: Path) -> None:
    """What an earlier layer locks, no later one exempts from by a pattern, or puts behind another rule."""
    org = rule("acme/hard", "locked = true\nrequire.openness.known = true")
    for number, text in enumerate((
        rule("lab", "exempt = ['acme/*']\nwhere.model = 'grok'"),
        rule("over", "advise = true") + "[[first_of]]\nrules = ['over', 'acme/hard']\n",
    )):  # fmt: skip
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(LoadError) as caught:
            Advisor.load(catalog=["article"], rules=layers(folder, org=org, team=text), engine="plain")
        assert [one.code for one in caught.value.errors] == ["locked"]


# Approvals


ASKING = rule("review", "caution.open = 'closed'\nlevel = 'approval'") + rule("note", "caution.open = 'free'")


def approved(advisor: Advisor, text: str, as_of: str = "2026-03-01", stated: str = "") -> Profile:
    """Return a profile with an approval."""
    head = f"[requirements]\nas_of = {as_of}\n{stated}[[approval]]\nrule = 'review'\nmodel = 'lark'\n"
    return read_profile(parse_toml(head + text, "case.toml"), advisor.knowledge.ruleset.vocabulary)


@pytest.mark.parametrize(
    ("day", "level"),
    [
        ("2026-01-14", "approval"),
        ("2026-01-15", "approved"),
        ("2026-06-30", "approved"),
        ("2026-07-01", "approval"),
    ],
)
def test_an_approval_counts_from_its_day_until_its_last(day: str, level: str) -> None:
    """Between its days an approval makes the caution one that someone agreed to, and the trace names who."""
    advisor = world(ASKING, MODELS)
    profile = approved(advisor, "by = 'Legal'\non = 2026-01-15\nuntil = 2026-06-30", day)
    decision = advisor.decide(profile)
    assert Caution("lark", "review", level) in decision.cautions
    assert Caution("vague", "review", "approval") in decision.cautions
    note = decision.trace.notes(candidate(decision, "lark"))[0]
    assert note.approved_by == (("Legal",) if level == "approved" else ())
    assert ("Legal" in decision.report()) is (level == "approved")
    assert ("Legal" in str(decision.why("lark"))) is (level == "approved")
    holds(decision)


def test_who_needs_an_approval_is_pending() -> None:
    """Eligible, but not yet: every offer that earns the place must wait, and the answer, the ranking and why say so."""
    offers = "[[model]]\nid = 'sold'\nsource = 'd'\nopen = 'free'\n" + "".join(
        f"[[model.offer]]\nid = '{name}'\nprice = {price}\n" for name, price in (("cheap", 1), ("dear", 4))
    )
    asks = rule("dear", "where.price.known = true\ncaution.price.above = 3\nlevel = 'approval'")
    advisor = world(ASKING + asks, MODELS + offers)
    decision = decide(advisor)
    assert "lark" in decision.pending
    assert "sold" not in decision.pending
    assert "approval pending" in decision.report("en")
    named = decide(world(ASKING.replace("level = 'approval'", "level = 'approval'\napprover = 'Security'"), MODELS))
    assert "approval pending: Security" in named.report("en")
    holds(named)
    assert "승인 대기" in str(decision.why("lark", "ko"))
    by_offers = advisor.decide({"as_of": "2026-03-01"}, over="offers")
    assert ("sold @ dear" in by_offers.pending, "sold @ cheap" in by_offers.pending) == (True, False)
    given = advisor.decide(approved(advisor, "by = 'Legal'\non = 2026-01-15\nuntil = 2026-06-30"))
    assert "lark" not in given.pending
    assert "approved by Legal until 2026-06-30" in given.report("en")


def test_an_approval_may_stand_in_a_catalogue() -> None:
    """An overlay can hold approvals for every case."""
    approval = "[[approval]]\nrule = 'review'\nmodel = 'lark'\nby = 'Board'\non = 2026-01-01\n"
    decision = decide(world(ASKING, MODELS, overlays=(approval,)), as_of=date(2026, 2, 2))
    assert Caution("lark", "review", "approved") in decision.cautions
    assert [one.by for one in decision.trace.given.approvals] == ["Board"]
    holds(decision)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("by = 'x'\non = 'soon'", "wrong-type"),
        ("by = 'x'", "missing-key"),
        ("on = 2026-01-01", "missing-key"),
        ("by = 'x'\non = 2026-01-01\nwho = 'y'", "unknown-key"),
    ],
)
def test_a_broken_approval_is_an_error(text: str, code: str) -> None:
    """An approval needs rule, model, by and on, with true dates."""
    with pytest.raises(LoadError) as error:
        approved(world(ASKING, MODELS), text)
    assert [one.code for one in error.value.errors] == [code]


@pytest.mark.parametrize(
    ("approver", "role", "said"),
    [("security", "security", None), ("security", "legal", "review asks security"), (None, "legal", "no approver")],
)
def test_a_role_in_which_somebody_agrees_is_the_one_that_is_asked(
    approver: str | None, role: str, said: str | None
) -> None:
    """An approval may say in which role it is given; that has to be the approver of the rule."""
    rules = ASKING.replace("level = 'approval'", f"level = 'approval'\napprover = '{approver}'") if approver else ASKING
    advisor = world(rules, MODELS)
    profile = approved(advisor, f"by = 'Kim'\nrole = '{role}'\non = 2026-01-15")
    if said is None:
        assert "lark" not in advisor.decide(profile).pending
        return
    with pytest.raises(LoadError, match=said) as error:
        advisor.decide(profile)
    assert [(one.code, one.place.key) for one in error.value.errors] == [("wrong-approver", "approval[0].role")]


@pytest.mark.parametrize(
    ("asks", "pending", "said"),
    [
        ("sales", False, "approved by Kim"),
        ("security", True, "approval by Kim does not count: region is the same"),
        ("Kim", True, "approval by Kim does not count: region is the same"),
        ("kim", True, "approval by Kim does not count: region is the same"),
        ("SECURITY", True, "approval by Kim does not count: region is the same"),
        (None, True, "approval by Kim does not count until region is stated"),
    ],
)
def test_nobody_approves_what_they_ask_for(asks: str | None, said: str, *, pending: bool) -> None:
    """With ``not_by`` an approval counts only where it is known that another one asks; it is said why one does not."""
    keys = "level = 'approval'\napprover = 'security'\nnot_by = 'region'"
    advisor = world(ASKING.replace("level = 'approval'", keys), MODELS)
    stated = "" if asks is None else f"region = '{asks}'\n"
    profile = approved(advisor, "by = 'Kim'\non = 2026-01-15", stated=stated)
    decision = advisor.decide(profile)
    assert ("lark" in decision.pending) is pending
    assert said in decision.report("en")
    assert said in str(decision.why("lark"))
    assert (f"lark: approval pending: security; {said}" in str(decision)) is pending
    waits = [one.requirement for one in decision.trace.found.waits if "review" in one.rules]
    assert waits == ([] if asks else ["region"])
    assert "region" not in decision.trace.found.unread
    holds(decision)


@pytest.mark.parametrize(
    ("key", "code"), [("not_by = 'budget'", "unknown-attribute"), ("not_by = 'regio'", "unknown-attribute")]
)
def test_who_asks_is_a_requirement_in_words(key: str, code: str) -> None:
    """``not_by`` names a text or a choice, on a rule that asks for approval."""
    for level, codes in (("approval", [code]), ("warning", ["key-not-allowed", code])):
        with pytest.raises(LoadError) as error:
            world(ASKING.replace("level = 'approval'", f"level = '{level}'\n{key}"), MODELS)
        assert [one.code for one in error.value.errors] == codes


def test_an_approval_of_nothing_is_an_error() -> None:
    """An approval must name a loaded model, and a rule that asks for one."""
    advisor = world(ASKING, MODELS)
    text = "[requirements]\n" + "".join(
        f"[[approval]]\nrule = '{rule_id}'\nmodel = '{name}'\nby = 'x'\non = 2026-01-01\n"
        for rule_id, name in (("note", "lark"), ("nothing", "lark"), ("review", "larkk"))
    )
    profile = read_profile(parse_toml(text, "case.toml"), advisor.knowledge.ruleset.vocabulary)
    with pytest.raises(LoadError) as error:
        advisor.decide(profile)
    codes = [one.code for one in error.value.errors]
    assert codes == ["no-approval-asked", "unknown-rule", "unknown-model"]


# Layers and locks


def layers(tmp_path: Path, **files: str) -> list[Path]:
    """Write rule files, one layer each."""
    paths = []
    for name, text in files.items():
        path = tmp_path / f"{name}.toml"
        body = text.replace('source = "d"', f'source = "{name}"')
        path.write_text(HEAD.format(name, name) + body, encoding="utf-8")
        paths.append(path)
    return paths


@pytest.mark.parametrize(
    ("attempt", "line"),
    [
        ("[[disable]]\nrule = 'acme/hard'\nreason = 'I want to'", "disable[0].rule"),
        ("[[disable]]\npack = 'org'\nreason = 'I want to'", "disable[0].pack"),
        (rule("team/mine", "advise = true\noverrides = ['acme/hard']"), "rule[0].overrides[0]"),
        (rule("team/mine", "exempt = ['acme/hard']\nwhere.openness = 'closed'"), "rule[0].exempt[0]"),
    ],
)
def test_a_later_layer_cannot_undo_a_locked_rule(tmp_path: Path, attempt: str, line: str) -> None:
    """Disabling, overriding or exempting from a locked rule in a later layer is an error that names both places."""
    org = rule("acme/hard", "locked = true\nrequire.openness.known = true")
    with pytest.raises(LoadError) as error:
        Advisor.load(catalog=["article"], rules=layers(tmp_path, org=org, team=attempt), engine="plain")
    (found,) = error.value.errors
    assert (found.code, found.place.key) == ("locked", line)
    assert found.place.file.endswith("team.toml")
    assert found.other is not None
    assert found.other.file.endswith("org.toml")


TRUSTED = """
[model.trusted]
type = "flag"
[model.certified]
type = "flag"
[requirement.free_of_rules]
type = "flag"
[requirement.teams]
type = "set"
choices = { red = "red", blue = "blue" }
"""

CLASSES = rule("acme/trusted", "where.certified = true\nconclude.trusted = true")

AROUND: dict[str, tuple[str, str, str]] = {
    "a class that it requires": (
        "require.trusted = true",
        "where.openness.known = true\nconclude.trusted = true",
        "trusted",
    ),
    "a class behind that class": (
        "require.trusted = true",
        "where.openness.known = true\nconclude.certified = true",
        "certified",
    ),
    "a class that narrows it": (
        "where.trusted = false\nexclude.openness = 'closed'",
        "where.openness = 'closed'\nconclude.trusted = true",
        "trusted",
    ),
    "its exception": (
        "unless.free_of_rules = true\nrequire.openness.known = true",
        "conclude.free_of_rules = true",
        "free_of_rules",
    ),
    "what it waits not to know": (
        "when.free_of_rules.known = false\nrequire.openness.known = true",
        "conclude.free_of_rules = true",
        "free_of_rules",
    ),
    "a member that it must not find": (
        "when.teams.only = ['red']\nrequire.openness.known = true",
        "conclude.teams = ['blue']",
        "teams",
    ),
    "a limit that it excludes by": (
        "exclude.context_window.below.requirement = 'context_tokens'",
        "conclude.context_tokens = 9",
        "context_tokens",
    ),
}


@pytest.mark.parametrize("way", AROUND)
def test_a_later_layer_cannot_empty_or_silence_a_locked_rule(tmp_path: Path, way: str) -> None:
    """What would make a locked rule hold of nobody, or never fire, is an error that names both places."""
    locked, attempt, name = AROUND[way]
    org = TRUSTED + CLASSES + rule("acme/hard", f"locked = true\n{locked}")
    paths = layers(tmp_path, org=org, team=rule("team/mine", attempt))
    with pytest.raises(LoadError) as error:
        Advisor.load(catalog=["article"], rules=paths, engine="plain")
    (found,) = error.value.errors
    assert (found.code, found.place.key, found.place.entry) == ("locked", "rule[0].conclude", "team/mine")
    assert f"conclude {name}, which" in found.message
    assert found.other is not None
    assert found.other.file.endswith("org.toml")
    for allowed in (
        org.replace("locked = true\n", ""),
        org + rule("acme/mine", attempt),
    ):
        files = {"org": allowed} if "acme/mine" in allowed else {"org": allowed, "team": rule("team/mine", attempt)}
        Advisor.load(rules=layers(tmp_path, **files), engine="plain")
    trial = rule("team/mine", attempt + "\ntrial = true")
    if "where" not in attempt:
        Advisor.load(catalog=["article"], rules=layers(tmp_path, org=org, team=trial), engine="plain")


UNCOVERED: dict[str, tuple[str, str]] = {
    "a requirement that a test refers to": (
        "require.context_window.at_least.requirement = 'context_tokens'",
        "conclude.context_tokens = 5",
    ),
    "a requirement that makes it fire": (
        "when.free_of_rules = true\nrequire.openness.known = true",
        "conclude.free_of_rules = true",
    ),
    "a class that it does not read": (
        "require.openness.known = true",
        "where.openness.known = true\nconclude.trusted = true",
    ),
}


@pytest.mark.parametrize("way", UNCOVERED)
def test_what_can_only_make_a_locked_rule_stricter_is_allowed(tmp_path: Path, way: str) -> None:
    """A later layer may conclude what makes a locked rule fire more often, or harder to pass."""
    locked, attempt = UNCOVERED[way]
    org = TRUSTED + CLASSES + rule("acme/hard", f"locked = true\n{locked}")
    Advisor.load(catalog=["article"], rules=layers(tmp_path, org=org, team=rule("team/mine", attempt)), engine="plain")


def test_a_locked_rule_that_says_what_happens_to_the_unknown_is_held_to_it(tmp_path: Path) -> None:
    """The policy of a call counts for rules that say nothing of the unknown, locked or not; ``unknown`` binds it."""
    for key, status in (("", "eligible"), ('unknown = "apart"', "unverified"), ('unknown = "exclude"', "excluded")):
        body = f"locked = true\nrequire.licence.like = 'Apache*'\n{key}"
        advisor = Advisor.load(catalog=["article"], rules=layers(tmp_path, org=rule("acme/hard", body)), engine="plain")
        unknown = [
            one for one in advisor.knowledge.models if "licence" not in advisor.knowledge.catalog.models[one].entries
        ]
        assert unknown
        decision = advisor.decide({"as_of": "2026-03-01"}, unknown="accept")
        assert {decision.verdict(name) for name in unknown} == {status}


def test_facts_are_not_locked(tmp_path: Path) -> None:
    """A catalogue on top may state another value, with its source; the trace has both."""
    org = layers(tmp_path, org=rule("acme/hard", "locked = true\nrequire.openness = 'open-source'"))
    ours = tmp_path / "ours.toml"
    ours.write_text('language = 1\n[[model]]\nid = "claude"\nopenness = "open-source"\nsources.openness = "org"\n')
    decision = Advisor.load(rules=org, catalog=["article", ours], engine="plain").decide({"as_of": "2026-03-01"})
    assert decision.verdict("claude") == "eligible"
    (model,) = [one for one in decision.trace.given.catalogue if one.id == "claude"]
    assert [one.value for one in model.entries["openness"].replaced] == ["closed"]


def test_a_choice_more_is_not_locked_unless_its_attribute_is(tmp_path: Path) -> None:
    """A list of what is forbidden does not know what a later layer adds; who forbids that locks the attribute."""
    attribute = "[model.origin]\ntype = 'choice'\nchoices = {{ here = 'here', there = 'there' }}\n{}"
    more = "[model.origin]\nchoices = { nowhere = 'nowhere' }\n"
    hard = rule("acme/hard", "locked = true\nexclude.origin = 'there'")
    Advisor.load(
        catalog=["article"], rules=layers(tmp_path, org=attribute.format("") + hard, team=more), engine="plain"
    )
    with pytest.raises(LoadError, match="locked by an earlier layer"):
        Advisor.load(
            catalog=["article"],
            rules=layers(tmp_path, org=attribute.format("locked = true\n") + hard, team=more),
            engine="plain",
        )


@pytest.mark.parametrize("key", ["default = true", "type = 'text'", "partial = true", "computed = [[2]]"])
def test_nothing_else_of_an_attribute_can_be_changed_by_a_later_layer(tmp_path: Path, key: str) -> None:
    """A later layer may add choices to an attribute, and nothing else: neither a default nor another type."""
    team = f"[requirement.free_of_rules]\n{key}\n"
    with pytest.raises(LoadError):
        Advisor.load(catalog=["article"], rules=layers(tmp_path, org=TRUSTED, team=team), engine="plain")


def test_the_same_layer_may_undo_what_it_locks(tmp_path: Path) -> None:
    """A lock binds later layers alone; an unlocked rule can be switched off, and the trace says so with the reason."""
    org = rule("acme/hard", "locked = true\nrequire.openness.known = true") + rule("acme/soft", "advise = true")
    org += "[[disable]]\nrule = 'acme/hard'\nreason = 'Not before summer'\n"
    team = "[[disable]]\nrule = 'acme/soft'\nreason = 'We know'\n"
    advisor = Advisor.load(catalog=["article"], rules=layers(tmp_path, org=org, team=team), engine="plain")
    reasons = {one.rule: one.reason.en for one in advisor.decide({}).trace.given.disabled}
    assert reasons == {"acme/hard": "Not before summer", "acme/soft": "We know"}


def test_the_order_of_layers_changes_nothing_but_locks(tmp_path: Path) -> None:
    """Without locks, layers in another order give the same bytes."""
    paths = layers(tmp_path, org=rule("acme/a", "advise = true"), team=rule("team/b", "advise = true"))
    found = [
        Advisor.load(catalog=["article"], rules=order, engine="plain").decide({"as_of": date(2026, 1, 1)}).trace.found
        for order in (paths, paths[::-1])
    ]
    assert found[0] == found[1]
    assert fired(Advisor.load(catalog=["article"], rules=paths, engine="plain")) != ()


def test_a_later_layer_cannot_declare_a_locked_attribute_again(tmp_path: Path) -> None:
    """A locked attribute takes no choice from a later layer, and the error names both places."""
    org = "[requirement.acme_tier]\ntype = 'choice'\nlocked = true\nchoices = { one = 'one' }\n"
    team = "[requirement.acme_tier]\nchoices = { two = 'two' }\n"
    with pytest.raises(LoadError) as error:
        Advisor.load(catalog=["article"], rules=layers(tmp_path, org=org, team=team), engine="plain")
    (found,) = error.value.errors
    assert (found.code, found.place.key) == ("locked", "requirement.acme_tier")
    assert found.other is not None
    assert found.other.file.endswith("org.toml")


REFUSES = rule("never", "when.offline = true\nrefuse = true", because="Nobody may.")
LIFTS = rule("board", "when.tuning = true\nexempt = ['never']\napprover = 'Ethics board'\neffective_to = 2026-06-30")


@pytest.mark.parametrize(
    ("stated", "as_of", "refused"),
    [
        ({"offline": True}, "2026-03-01", ("never",)),
        ({"offline": True, "tuning": True}, "2026-03-01", ()),
        ({"offline": True, "tuning": True}, "2026-07-01", ("never",)),
    ],
)
def test_a_case_is_let_off_a_refusal(stated: dict[str, object], as_of: str, refused: tuple[str, ...]) -> None:
    """An exemption without ``where`` overrides the refusal, until it ends; the answer says who approved it."""
    for exempts in ("['never']", "['pack-0/*']", "['nev*']"):
        advisor = world(REFUSES + LIFTS.replace("['never']", exempts), MODELS)
        decision = advisor.decide({"as_of": as_of, **stated})
        assert decision.refused == refused
        holds(decision)
        said = decision.report("en"), str(decision)
        assert all(
            ("board, approved by Ethics board" in one) is ("tuning" in stated and not refused) for one in said[1:]
        )
        assert ("Set aside by board" in said[0] or "board" in said[0]) is ("tuning" in stated and not refused)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (REFUSES + LIFTS + rule("x", "where.weights = true\nexempt = ['never']"), "leave out where"),
        (
            REFUSES + rule("need", "require.weights = true") + rule("x", "exempt = ['need']"),
            "say by where which models",
        ),
        (rule("need", "require.weights = true") + rule("x", "exempt = ['n*']"), "matches no loaded refusal"),
    ],
)
def test_models_are_let_off_hard_rules_and_cases_off_refusals(rules: str, said: str) -> None:
    """With ``where`` an exemption is of models, without it of the case."""
    with pytest.raises(LoadError, match=said):
        world(rules, MODELS)


def test_a_locked_refusal_is_not_lifted_by_a_later_layer(tmp_path: Path) -> None:
    """A lock forbids to exempt from a refusal as from any other rule."""
    org = rule("acme/never", "locked = true\nwhen.offline = true\nrefuse = true")
    team = rule("team/mine", "exempt = ['acme/never']")
    with pytest.raises(LoadError, match="exempt from it"):
        Advisor.load(catalog=["article"], rules=layers(tmp_path, org=org, team=team), engine="plain")
