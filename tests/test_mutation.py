"""Mutants: every small change of a rule is made, and those that no case notices are named."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.commands import run
from tests.offer_worlds import sellers
from tests.shipped_cases import HOUSE, shipped_cases
from tests.worlds import DAY, STATED, RandomCase, model, rule, world

from llmrules.advisor import Advisor
from llmrules.check.cases import Case, check, collect
from llmrules.check.cases.mutants import mutants
from llmrules.check.cases.mutate import mutate
from llmrules.check.cases.report import mutation_lines, percent
from llmrules.check.diff.outcome import outcome
from llmrules.language.profile import Expectation, ExpectedOut
from llmrules.reading.files import parse_toml
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import RuleAs, RuleOut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.advisor import Decision
    from llmrules.language.profile import Profile
    from llmrules.language.rules.rule import Rule

ROOT = Path(__file__).parent.parent
SEEDS = range(14)


def changes(text: str) -> list[tuple[str, str, str | None]]:
    """Return every mutant of a rule: its kind, what was written, what stands there instead."""
    (only,) = world(rule("r", text)).knowledge.ruleset.rules.values()
    return [(mutant.kind, mutant.was, mutant.now) for mutant in mutants(only)]


OFF = ("effect", "advise", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "when.offline = true\nadvise = true",
            [("operator", "offline = true", "offline = false"), ("condition", "offline = true", None), OFF],
        ),
        (
            "when.tokens.at_least = 100\nadvise = true",
            [
                ("operator", "tokens.at_least = 100", "tokens.above = 100"),
                ("operator", "tokens.at_least = 100", "tokens.below = 100"),
                ("threshold", "tokens.at_least = 100", "tokens.at_least = 99"),
                ("threshold", "tokens.at_least = 100", "tokens.at_least = 101"),
                ("condition", "tokens.at_least = 100", None),
                OFF,
            ],
        ),
        (
            "when.spend.at_most = 2.5\nwhen.spend.above = 0.75\nadvise = true",
            [
                ("operator", "spend.at_most = 2.5", "spend.below = 2.5"),
                ("operator", "spend.at_most = 2.5", "spend.above = 2.5"),
                ("threshold", "spend.at_most = 2.5", "spend.at_most = 2.4"),
                ("threshold", "spend.at_most = 2.5", "spend.at_most = 2.6"),
                ("condition", "spend.at_most = 2.5", None),
                ("operator", "spend.above = 0.75", "spend.at_least = 0.75"),
                ("operator", "spend.above = 0.75", "spend.at_most = 0.75"),
                ("threshold", "spend.above = 0.75", "spend.above = 0.74"),
                ("threshold", "spend.above = 0.75", "spend.above = 0.76"),
                ("condition", "spend.above = 0.75", None),
                ("condition", "spend.at_most = 2.5, spend.above = 0.75", None),
                OFF,
            ],
        ),
        (
            "when.since.below = 2026-03-01\nadvise = true",
            [
                ("operator", "since.below = 2026-03-01", "since.at_most = 2026-03-01"),
                ("operator", "since.below = 2026-03-01", "since.at_least = 2026-03-01"),
                ("threshold", "since.below = 2026-03-01", "since.below = 2026-02-28"),
                ("threshold", "since.below = 2026-03-01", "since.below = 2026-03-02"),
                ("condition", "since.below = 2026-03-01", None),
                OFF,
            ],
        ),
        (
            "when.hosting = 'own'\nunless.inputs.has_any = ['text', 'image']\nunless.tuning = true\nadvise = true",
            [
                ("operator", 'hosting = "own"', 'hosting.none_of = ["own"]'),
                ("condition", 'hosting = "own"', None),
                ("operator", 'inputs.has_any = ["image", "text"]', 'inputs.has_all = ["image", "text"]'),
                ("member", 'inputs.has_any = ["image", "text"]', 'inputs.has_any = ["text"]'),
                ("member", 'inputs.has_any = ["image", "text"]', 'inputs.has_any = ["image"]'),
                ("exception", 'inputs.has_any = ["image", "text"]', None),
                ("operator", "tuning = true", "tuning = false"),
                ("exception", "tuning = true", None),
                OFF,
            ],
        ),
        (
            "where.window.known = true\nprefer.price.toward = 'lowest'\nweight = 1",
            [
                ("operator", "window.known = true", "window.known = false"),
                ("condition", "window.known = true", None),
                ("operator", 'price.toward = "lowest"', 'price.toward = "highest"'),
                ("threshold", "1", "2"),
                ("effect", "prefer", None),
            ],
        ),
        (
            "require.window.at_least.requirement = 'tokens'",
            [
                (
                    "operator",
                    'window.at_least = { requirement = "tokens" }',
                    'window.above = { requirement = "tokens" }',
                ),
                (
                    "operator",
                    'window.at_least = { requirement = "tokens" }',
                    'window.below = { requirement = "tokens" }',
                ),
                (
                    "threshold",
                    'window.at_least = { requirement = "tokens" }',
                    'window.at_least = { requirement = "tokens", plus = -1 }',
                ),
                (
                    "threshold",
                    'window.at_least = { requirement = "tokens" }',
                    'window.at_least = { requirement = "tokens", plus = 1 }',
                ),
                ("condition", 'window.at_least = { requirement = "tokens" }', None),
                ("effect", "require", None),
            ],
        ),
        (
            "exclude.window.below = 1_000",
            [
                ("operator", "window.below = 1000", "window.at_most = 1000"),
                ("operator", "window.below = 1000", "window.at_least = 1000"),
                ("threshold", "window.below = 1000", "window.below = 10000"),
                ("condition", "window.below = 1000", None),
                ("effect", "exclude", None),
            ],
        ),
        (
            "where.capable = true\nconclude.strengths = ['code', 'maths']",
            [
                ("operator", "capable = true", "capable = false"),
                ("condition", "capable = true", None),
                ("member", '"code"', None),
                ("member", '"maths"', None),
                ("effect", "conclude", None),
            ],
        ),
        (
            "when.any = [{ offline = true }, { tuning = true }]\nadvise = true",
            [
                ("operator", "offline = true", "offline = false"),
                ("condition", "offline = true", None),
                ("condition", "{ offline = true }", None),
                ("operator", "tuning = true", "tuning = false"),
                ("condition", "tuning = true", None),
                ("condition", "{ tuning = true }", None),
                OFF,
            ],
        ),
        (
            "when.tokens.known = true\nunless.any = [{ offline = true }, { tuning = true }]\nadvise = true",
            [
                ("operator", "tokens.known = true", "tokens.known = false"),
                ("condition", "tokens.known = true", None),
                ("operator", "offline = true", "offline = false"),
                ("condition", "offline = true", None),
                ("condition", "{ offline = true }", None),
                ("operator", "tuning = true", "tuning = false"),
                ("condition", "tuning = true", None),
                ("condition", "{ tuning = true }", None),
                ("exception", "any = [{ offline = true }, { tuning = true }]", None),
                OFF,
            ],
        ),
        (
            "when.all = [{ offline = true }, { any = [{ region.like = 'eu-*' }] }]\nadvise = true",
            [
                ("operator", "offline = true", "offline = false"),
                ("condition", "offline = true", None),
                ("condition", "{ offline = true }", None),
                ("condition", 'region.like = "eu-*"', None),
                ("condition", '{ any = [{ region.like = "eu-*" }] }', None),
                OFF,
            ],
        ),
        (
            "where.released.at_least = 2026-01-01\ncaution.takes.only = ['text', 'image']",
            [
                ("operator", "released.at_least = 2026-01-01", "released.above = 2026-01-01"),
                ("operator", "released.at_least = 2026-01-01", "released.below = 2026-01-01"),
                ("threshold", "released.at_least = 2026-01-01", "released.at_least = 2025-12-31"),
                ("threshold", "released.at_least = 2026-01-01", "released.at_least = 2026-01-02"),
                ("condition", "released.at_least = 2026-01-01", None),
                ("operator", 'takes.only = ["image", "text"]', 'takes.has_any = ["image", "text"]'),
                ("operator", 'takes.only = ["image", "text"]', 'takes.has_all = ["image", "text"]'),
                ("member", 'takes.only = ["image", "text"]', 'takes.only = ["text"]'),
                ("member", 'takes.only = ["image", "text"]', 'takes.only = ["image"]'),
                ("condition", 'takes.only = ["image", "text"]', None),
                ("operator", "note", "approval"),
                ("effect", "caution", None),
            ],
        ),
        (
            "when.inputs.is = ['text']\nwhen.budget.at_least = 'ample'\nadvise = true",
            [
                ("operator", 'budget.at_least = "ample"', 'budget.above = "ample"'),
                ("operator", 'budget.at_least = "ample"', 'budget.below = "ample"'),
                ("threshold", 'budget.at_least = "ample"', 'budget.at_least = "normal"'),
                ("condition", 'budget.at_least = "ample"', None),
                ("operator", 'inputs.is = ["text"]', 'inputs.none_of = ["text"]'),
                ("condition", 'inputs.is = ["text"]', None),
                OFF,
            ],
        ),
        (
            "when.region = ['eu', 'us']\nadvise = true",
            [
                ("operator", 'region.any_of = ["eu", "us"]', 'region.none_of = ["eu", "us"]'),
                ("member", 'region.any_of = ["eu", "us"]', 'region.any_of = ["us"]'),
                ("member", 'region.any_of = ["eu", "us"]', 'region.any_of = ["eu"]'),
                ("condition", 'region.any_of = ["eu", "us"]', None),
                OFF,
            ],
        ),
        (
            "when.region.none_of = ['eu']\nwhen.inputs.none_of = ['text', 'image']\nadvise = true",
            [
                ("operator", 'inputs.none_of = ["image", "text"]', 'inputs.has_any = ["image", "text"]'),
                ("member", 'inputs.none_of = ["image", "text"]', 'inputs.none_of = ["text"]'),
                ("member", 'inputs.none_of = ["image", "text"]', 'inputs.none_of = ["image"]'),
                ("condition", 'inputs.none_of = ["image", "text"]', None),
                ("operator", 'region.none_of = ["eu"]', 'region.any_of = ["eu"]'),
                ("condition", 'region.none_of = ["eu"]', None),
                OFF,
            ],
        ),
        (
            "where.takes.has = 'text'\nrequire.takes.has_all = ['text', 'image']",
            [
                ("operator", 'takes.has = "text"', 'takes.none_of = ["text"]'),
                ("condition", 'takes.has = "text"', None),
                ("operator", 'takes.has_all = ["image", "text"]', 'takes.has_any = ["image", "text"]'),
                ("operator", 'takes.has_all = ["image", "text"]', 'takes.none_of = ["image", "text"]'),
                ("member", 'takes.has_all = ["image", "text"]', 'takes.has_all = ["text"]'),
                ("member", 'takes.has_all = ["image", "text"]', 'takes.has_all = ["image"]'),
                ("condition", 'takes.has_all = ["image", "text"]', None),
                ("effect", "require", None),
            ],
        ),
        (
            "require.takes.has_any.requirement = 'inputs'",
            [
                (
                    "operator",
                    'takes.has_any = { requirement = "inputs" }',
                    'takes.has_all = { requirement = "inputs" }',
                ),
                (
                    "operator",
                    'takes.has_any = { requirement = "inputs" }',
                    'takes.none_of = { requirement = "inputs" }',
                ),
                ("condition", 'takes.has_any = { requirement = "inputs" }', None),
                ("effect", "require", None),
            ],
        ),
    ],
)
def test_every_small_change_is_made(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    """Operators, thresholds, members, conditions, exceptions and effects; what makes the same rule comes once."""
    assert changes(text) == expected


def test_overrides_and_ends_are_changed_too() -> None:
    """A rule overrides one rule less, and an exemption begins and ends a day sooner or later."""
    advisor = world(
        rule("a", "advise = true")
        + rule("b", "when.offline = true\nadvise = true\noverrides = ['a']")
        + rule("c", "require.weights = true")
        + rule(
            "d",
            "where.open = 'free'\nexempt = ['c', 'e']\napprover = 'x'\n"
            "effective_from = 2026-01-01\neffective_to = 2026-03-01",
        )
        + rule("e", "exclude.open = 'shown'"),
    )
    rules = advisor.knowledge.ruleset.rules
    assert ("override", "a", None) in [(one.kind, one.was, one.now) for one in mutants(rules["b"])]
    ends = [(one.path[0], one.was, one.now) for one in mutants(rules["d"]) if "effective" in str(one.path)]
    assert ends == [
        ("effective_from", "2026-01-01", "2025-12-31"),
        ("effective_from", "2026-01-01", "2026-01-02"),
        ("effective_to", "2026-03-01", "2026-02-28"),
        ("effective_to", "2026-03-01", "2026-03-02"),
    ]
    assert ("member", "c", None) in [(one.kind, one.was, one.now) for one in mutants(rules["d"])]


def test_a_mutant_knows_its_place() -> None:
    """Each mutant names the file and line that it changes."""
    ruleset = world(rule("r", "when.offline = true\nwhen.tuning = true\nadvise = true")).knowledge.ruleset
    found = mutants(ruleset.rules["r"], ruleset.places["r"])
    lines = {mutant.was: mutant.place.line for mutant in found if mutant.place is not None}
    assert lines["tuning = true"] == (lines["offline = true"] or 0) + 1


# Trying them


def all_of(decision: Decision) -> Expectation:
    """Return the expectation that says everything that an expectation can say."""
    return Expectation(
        best=decision.best,
        eligible=tuple(one.model for one in decision.ranking),
        unverified=tuple(one.model for one in decision.unverified),
        conflicts=tuple(one.attribute for one in decision.conflicts),
        excluded=tuple(ExpectedOut(one.model, one.by) for one in decision.excluded),
        cautioned=tuple(
            (rule.id, tuple({one.model for one in decision.cautions if one.rule == rule.id and one.attribute is None}))
            for rule in decision.knowledge.ruleset.rules.values()
            if rule.effect.name == "caution"
        ),
        fired=decision.fired,
        silent=tuple(name for name in decision.knowledge.ruleset.strata if name not in decision.fired),
        refused=decision.refused,
    )


def profiles(advisor: Advisor, stated: dict[str, object]) -> Iterator[Profile]:
    """Yield what a random case states, without one requirement each, with others in their place, and nothing at all."""
    yield advisor.profile({"as_of": DAY})
    yield advisor.profile({"as_of": DAY, **stated})
    for name, values in STATED.items():
        for value in values:
            yield advisor.profile({"as_of": DAY, **stated, name: value})


def random_worlds() -> Iterator[tuple[Advisor, list[Case]]]:
    """Yield small worlds with cases that expect everything."""
    for seed in SEEDS:
        made = RandomCase(seed)
        decision = made.decide()
        if decision is None:
            continue
        advisor = Advisor(decision.knowledge, engine="plain")
        cases = [
            Case(parse_toml("", f"{number}.toml"), profile, all_of(advisor.decide(profile)))
            for number, profile in enumerate(profiles(advisor, made.requirements))
        ]
        yield advisor, cases


def test_shortcuts_change_no_fate() -> None:
    """In random worlds every mutant ends as when all rules are compiled and all cases decided anew.

    What is called equivalent changes nothing that a decision says; what survived is noticed nowhere and what was
    caught is noticed somewhere.
    """
    fates = dict.fromkeys(("caught", "survived", "equivalent"), 0)
    for advisor, cases in random_worlds():
        before = [outcome(advisor.decide(case.profile)) for case in cases]
        for trial in mutate((advisor, cases)).trials:
            fates[trial.fate] += 1
            changed = trial.mutant.changed
            knowledge = altered(advisor.knowledge, RuleOut(trial.mutant.rule) if changed is None else RuleAs(changed))
            assert knowledge is not None
            decisions = [Advisor(knowledge, engine="plain").decide(case.profile) for case in cases]
            noticed = [case.name for case, one in zip(cases, decisions, strict=True) if check(one, case.expect)]
            differs = [
                case.name for case, one, old in zip(cases, decisions, before, strict=True) if outcome(one) != old
            ]
            assert trial.caught_by in noticed if noticed else trial.caught_by is None
            if not noticed:
                assert trial.differs_in == tuple(differs)
            assert trial.fate != "equivalent" or not differs
    assert min(fates.values()) > 20, fates


def test_a_rule_left_out_is_a_rule_disabled() -> None:
    """What is compiled anew without a rule decides as the same files do when they switch it off."""
    for seed in SEEDS:
        made = RandomCase(seed)
        decision = made.decide()
        if decision is None:
            continue
        for name in made.rules:
            off = f"[[disable]]\nrule = '{name}'\nreason.en = 'to see'\n"
            loaded = made.decide(rules={**made.rules, "off": off})
            left = altered(decision.knowledge, RuleOut(name))
            assert loaded is not None
            assert left is not None
            again = Advisor(left, engine="plain").decide(decision.profile)
            assert outcome(again) == outcome(loaded)


def test_what_cannot_be_loaded_is_no_mutant() -> None:
    """A flip that would make a rule depend on its own absence is left out."""
    rules = rule("r", "when.inputs.has = 'text'\nconclude.inputs = ['image']")
    advisor = world(rules)
    profile = advisor.profile({"as_of": DAY, "inputs": ["text"]})
    case = Case(parse_toml("", "case.toml"), profile, all_of(advisor.decide(profile)))
    kinds = [trial.mutant.kind for trial in mutate((advisor, [case])).trials]
    assert kinds == ["condition", "effect"]


SELLERS = """
language = 1
[[model]]
id = "cheap"
[[model.offer]]
input_price = 1
output_price = 1
sources = { input_price = "d", output_price = "d" }
[[model.offer.dated]]
attribute = "output_price"
since = 2026-02-01
value = 300
source = "d"
[[model]]
id = "dear"
[[model.offer]]
input_price = 10
output_price = 10
sources = { input_price = "d", output_price = "d" }
"""


@pytest.mark.parametrize(
    ("text", "was", "now"),
    [
        ("prefer.monthly_cost.toward = 'lowest'\nweight = 1", "lowest", "highest"),
        ("where.monthly_cost.below = 50\nrequire.window.known = false", "below = 50", "at_most = 50"),
        ("exclude.output_price.at_least = 300", "at_least = 300", "above = 300"),
    ],
)
def test_what_depends_on_the_case_and_its_day_is_no_equivalent(text: str, was: str, now: str) -> None:
    """A mutant that only a cost or a value of another day shows is none that nothing could notice."""
    advisor = sellers(rule("r", text), SELLERS)
    profile = advisor.profile({"as_of": date(2026, 3, 1), "monthly_input_tokens": 1, "monthly_output_tokens": 1})
    case = Case(parse_toml("", "case.toml"), profile, all_of(advisor.decide(profile)))
    fates = [
        one.fate for one in mutate((advisor, [case])).trials if was in one.mutant.was and now in (one.mutant.now or "")
    ]
    assert fates
    assert "equivalent" not in fates


def test_a_mutant_is_decided_with_the_values_of_the_day() -> None:
    """A changed rule looks at the values that are in force on the day, and leaves nothing behind for the others."""
    advisor = sellers(rule("r", "exclude.output_price.at_least = 300"), SELLERS)
    profile = advisor.profile({"as_of": date(2026, 3, 1)})
    before = advisor.decide(profile)
    case = Case(parse_toml("", "case.toml"), profile, all_of(before))
    (trial,) = [one for one in mutate((advisor, [case])).trials if one.mutant.now == "output_price.above = 300"]
    assert trial.fate == "caught"
    assert outcome(advisor.decide(profile)) == outcome(before)


def test_survivors_say_what_might_notice_them() -> None:
    """A mutant that changes a case says which; one that changes none says so."""
    rules = rule("r", "when.tokens.at_least = 100\nprefer.open = 'free'\nweight = 1")
    advisor = world(rules, model("m", open="free") + model("n", open="closed"))
    profile = advisor.profile({"as_of": DAY, "tokens": 500})
    case = Case(parse_toml("", "case.toml"), profile, Expectation(fired=("r",)))
    mutation = mutate((advisor, [case]))
    lines = [str(line) for line in mutation_lines(mutation)]
    assert lines[:2] == ["Mutants", "  20.0% (2/10) caught by some case"]
    survivor = lines.index("  - r: when: tokens.at_least = 100 → tokens.at_least = 99  (rules-1.toml:7:6)")
    assert lines[survivor + 1] == "    no case comes out differently"
    survivor = lines.index('  - r: prefer: open = "free" → left out  (rules-1.toml:8:8)')
    assert lines[survivor + 1] == "    comes out differently without being noticed: case.toml"
    korean = [str(line) for line in mutation_lines(mutation, "ko")]
    assert "    결과가 달라지는 사례 없음" in korean


# The shipped rules


def test_the_shipped_cases_catch_nineteen_of_twenty() -> None:
    """At least 95 % of the mutants of every other shipped rule are noticed by some shipped case."""
    groups = shipped_cases()
    found = mutate(*groups, of=sorted(groups[0][0].knowledge.ruleset.rules)[::2])
    assert found.counted > 500
    share = percent(len(found.having("caught")), found.counted)
    assert share >= 95, "\n".join(map(str, mutation_lines(found)))


def test_every_shipped_rule_is_missed() -> None:
    """Switching off any shipped rule is noticed by a shipped case in which it fires, or which it classifies for."""
    groups = [
        (advisor, [(case, {*case.decide(advisor).fired}) for case in cases]) for advisor, cases in shipped_cases()
    ]

    def is_missed(one: Rule) -> bool:
        for advisor, cases in groups:
            knowledge = altered(advisor.knowledge, RuleOut(one.id))
            assert knowledge is not None
            without = Advisor(knowledge, engine="plain")
            tried = (case for case, fired in cases if one.classifies or one.id in fired)
            if any(check(case.decide(without), case.expect) for case in tried):
                return True
        return False

    rules = groups[0][0].knowledge.ruleset.rules.values()
    assert [one.id for one in rules if not is_missed(one)] == []


def test_a_house_with_tiers_lists_and_approvals() -> None:
    """Tiers, marks of a rule, lists of which the first counts, exemptions and approvals: cases notice every change."""
    advisor = Advisor.load(
        rules=[HOUSE / "policy.toml"],
        catalog=[HOUSE / "catalog.toml"],
        shipped_rules=False,
        shipped_catalog=False,
        engine="plain",
    )
    cases = collect([HOUSE / "cases.toml"], advisor.knowledge)
    assert [f"{case.name}: {one}" for case in cases for one in check(case.decide(advisor), case.expect)] == []
    found = mutate((advisor, cases))
    assert {one.mutant.path[0] for one in found.trials} >= {"tier", "prefer", "exempt", "overrides", "unless"}
    assert [str(one.mutant) for one in found.having("survived")] == []


def test_the_command_reports_mutants(tmp_path: Path) -> None:
    """--mutate prints the share that was caught, fails below --fail-under, and speaks Korean."""
    (tmp_path / "case.toml").write_text(
        "[requirements]\nas_of = 2026-03-01\ndomain = 'broad'\n[expect]\nbest = ['gpt-5']\n", encoding="utf-8"
    )
    done = run("test", tmp_path, "--mutate", "--fail-under", "90", "--lang", "ko")
    assert done.exit_code == 1
    assert "사례가 잡아낸 변이" in done.output
    assert "요구한 90%에 미치지 못함" in done.output
