"""Promises: read like rules, proved for every profile, or broken by a smallest profile that the engine decided."""

from __future__ import annotations

import json
import pickle
import sys
import tomllib
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import z3
from tests.commands import run
from tests.worlds import model, rule, world

from llmrules.advisor import Advisor
from llmrules.advisor.many import Brief
from llmrules.check.lint import lint
from llmrules.decision.procedure import breaches
from llmrules.errors import LoadError, PromiseError, SolverError
from llmrules.language.rules.promises import KEPT
from llmrules.prove.promises import Proofs, prove
from llmrules.prove.prover import Prover, smallest_of
from llmrules.prove.telling import ProofTeller
from llmrules.trace.codec import plain
from llmrules.verify import verify

if TYPE_CHECKING:
    from llmrules.prove.questions import Question

DAY = date(2026, 5, 1)

RULES = "".join(
    (
        rule("offline-own", 'when.offline = true\nconclude.hosting = "own"'),
        rule("own-weights", 'when.hosting = "own"\nrequire.weights = true'),
        rule("tight-cheap", 'when.budget = "tight"\nprefer.price.at_most = 2\nweight = 2'),
        rule("gold-none", 'when.tier = "gold"\nwhen.inputs.has = "audio"\nrefuse = true'),
    )
)
MODELS = model("lark", weights=True, price=1) + model("wren", weights=False, price=3) + model("owl", price=5)


def promised(*promises: str) -> Advisor:
    """Return rules over three models, with promises."""
    texts = "".join(
        f'[[promise]]\nid = "p{number}"\nbecause.en = "So."\nsource = "d"\n{text}\n'
        for number, text in enumerate(promises)
    )
    return world(RULES + texts, MODELS)


def proved(*promises: str, seconds: float = 20) -> Proofs:
    """Prove promises over these rules."""
    advisor = promised(*promises)
    return prove(advisor, DAY, tuple(advisor.knowledge.ruleset.promises.values()), seconds=seconds)


@pytest.mark.parametrize(
    ("promise", "outcome", "stated"),
    [
        ('when.offline = true\nalways.hosting = "own"', "holds", {}),
        ("when.offline = true\nevery.weights = true", "holds", {}),
        ("every.weights = true", "broken", {}),
        ("some.eligible = true", "holds", {}),
        ("some.weights = true", "holds", {}),
        ("some.price.above = 10", "broken", {}),
        (
            'when = { hosting = "own", offline = false }\nsome.weights = false',
            "broken",
            {"hosting": "own", "offline": False},
        ),
        ('when.budget = "tight"\nbest.price.at_most = 2', "holds", {}),
        ('when.budget = "normal"\nbest.price.at_most = 2', "broken", {"budget": "normal"}),
        ("never.refused = true", "broken", {"tier": "gold", "inputs": ["audio"]}),
        ('when.tier = "basic"\nnever.refused = true', "holds", {}),
        ("never.conflict = true", "broken", {"hosting": "vendor", "offline": True}),
        ("when.tokens = { above = 3, below = 2 }\nsome.eligible = true", "empty", {}),
        ("every.window.at_least.requirement = 'tokens'", "broken", {"tokens": 0}),
    ],
)
def test_a_promise_holds_or_is_broken_by_a_smallest_profile(
    promise: str, outcome: str, stated: dict[str, object]
) -> None:
    """What is shown was decided by the engine, breaks the promise there, and states as little as possible."""
    (proof,) = proved(promise).proofs
    assert proof.outcome == outcome
    assert (proof.witness is not None) == (outcome == "broken")
    if proof.witness is not None:
        decision = proof.witness.decision
        assert breaches(proof.promise, decision) == proof.breaches != ()
        profile = {one.attribute: one.value for one in decision.profile.requirements if one.origin == "stated"}
        assert profile.keys() == {"as_of", *stated}
        for name, value in stated.items():
            expected = frozenset(value) if isinstance(value, list) else value
            assert name == "tokens" or profile[name] == expected


THREE = "when.hosting = 'own'\nwhen.offline = true\nwhen.tuning = true"


@pytest.mark.parametrize(
    ("other", "smallest"),
    [
        ("when.tokens.known = false", {}),
        ("when.weights_wanted = true", {"weights_wanted": True}),
        ("when.budget = 'tight'\nwhen.weights_wanted = true", {"budget": "tight", "weights_wanted": True}),
        ("when.inputs.has = 'image'", {"inputs": frozenset({"image"})}),
        ("when.tier = 'gold'\nwhen.weights_wanted = true", {"tier": "gold", "weights_wanted": True}),
        ("when.kept.has_any = ['image', 'audio']\nwhen.tier = 'gold'\nwhen.spend = 1\nwhen.tokens = 1", None),
    ],
)
def test_of_two_ways_to_break_a_promise_the_smaller_one_is_shown(
    other: str, smallest: dict[str, object] | None
) -> None:
    """A profile is as large as what it states, and what it has in sets; nothing is stated that is not needed."""
    rules = rule("three", f"{THREE}\nrefuse = true") + rule("other", f"{other}\nrefuse = true")
    promise = '[[promise]]\nid = "p"\nbecause.en = "So."\nsource = "d"\nnever.refused = true\n'
    advisor = world(rules + promise, MODELS)
    (proof,) = prove(advisor, DAY, (*advisor.knowledge.ruleset.promises.values(),), seconds=20).proofs
    assert proof.witness is not None
    assert proof.witness.smallest
    stated = proof.witness.decision.profile.requirements
    found = {one.attribute: one.value for one in stated if one.origin == "stated" and one.attribute != "as_of"}
    assert found == ({"hosting": "own", "offline": True, "tuning": True} if smallest is None else smallest)


def test_a_profile_is_not_called_the_smallest_where_time_was_up_before_that_was_known() -> None:
    """It is shown all the same, since the engine decided it."""
    advisor = promised()
    prover = Prover(advisor, DAY, seconds=20)
    assert smallest_of(prover.solver, prover.profiles, prover.decisions.refused)[1]
    assert not smallest_of(prover.solver, prover.profiles, prover.decisions.refused, patience=0)[1]


def test_what_is_not_decided_in_time_is_a_third_answer() -> None:
    """Neither kept nor broken."""
    (proof,) = proved("some.eligible = true", seconds=1e-9).proofs
    assert proof.outcome == "undecided"


def test_what_rests_on_what_is_left_open_is_no_matter_of_time() -> None:
    """A text that no rule names may have any form: whether one breaks the promise is left open, and it is said so."""
    matched = rule("north", 'when.region.like = "*north"\nrefuse = true')
    promise = '[[promise]]\nid = "p"\nbecause.en = "So."\nsource = "d"\nnever.refused = true\n'
    promise += 'when.region.none_of = ["*north"]\n'
    advisor = world(matched + promise, MODELS)
    (proof,) = prove(advisor, DAY, (*advisor.knowledge.ruleset.promises.values(),), seconds=20).proofs
    assert (proof.outcome, proof.rests_on_open) == ("undecided", True)
    assert "more time does not help" in ProofTeller(advisor.knowledge, "en").said(proof)
    assert "시간을 늘려도" in ProofTeller(advisor.knowledge, "ko").said(proof)


def test_why_nobody_is_eligible_is_told_of_who_came_nearest() -> None:
    """Of a promise that somebody passes, the model that the fewest rules keep out stands for the others."""
    advisor = world(
        rule("own", "when.offline = true\nrequire.weights = true")
        + rule("cheap", "when.offline = true\nrequire.price.at_most = 2")
        + rule("no", "when.offline = true\nexclude.capable.known = false")
        + '[[promise]]\nid = "p"\nbecause.en = "So."\nsource = "d"\nsome.eligible = true\n',
        MODELS,
    )
    proofs = prove(advisor, DAY, (*advisor.knowledge.ruleset.promises.values(),), seconds=20)
    told = "\n".join(map(str, ProofTeller(advisor.knowledge, "en").lines(proofs)))
    assert "no model is eligible" in told
    assert "lark" in told
    assert "wren" not in told


@pytest.mark.parametrize(
    ("promise", "code"),
    [
        ("", "no-promise"),
        ("never = {}", "no-promise"),
        ("never.refused = false", "wrong-type"),
        ("some.eligible = false", "wrong-type"),
        ("every.hosting = 'own'", "wrong-scope"),
        ("always.weights = true", "wrong-scope"),
        ("alway.hosting = 'own'", "unknown-key"),
        ("always.hosting = 'mine'", "unknown-choice"),
    ],
)
def test_a_promise_is_read_strictly(promise: str, code: str) -> None:
    """Its mistakes are those of rules, with their place."""
    with pytest.raises(LoadError) as caught:
        promised(promise)
    (problem,) = caught.value.errors
    assert (problem.code, problem.place.file) == (code, "rules-1.toml")


def test_lint_reads_promises() -> None:
    """A reason in one language only, and a name that is not what it looks like, are found as in rules."""
    named = 'every.weights = true\nbecause.en = "So."'
    advisor = world(RULES + f'[[promise]]\nid = "p"\nsource = "d"\n{named}\n', MODELS)
    found = [one for one in lint(advisor.knowledge) if one.place.key.startswith("promise")]
    assert [(one.code, one.place.key) for one in found] == [("missing-language", "promise[0].because")]


def test_a_promise_has_one_name_and_its_source() -> None:
    """A second one of the same name names the first; a source must be loaded."""
    twice = 'every.weights = true\n[[promise]]\nid = "p0"\nbecause.en = "So."\nsource = "e"\nevery.weights = true'
    with pytest.raises(LoadError) as caught:
        promised(twice)
    assert {problem.code for problem in caught.value.errors} == {"duplicate-id", "unknown-source"}


def test_without_a_solver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else of the package needs one."""
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(SolverError, match=r"llmrules\[prove\]"):
        proved("some.eligible = true")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A promise on top of ours that is broken."""
    path = tmp_path_factory.mktemp("policy") / "ours.toml"
    path.write_text(
        'language = 1\npack = "ours"\n[[document]]\nid = "ours"\ntitle = "Ours"\ndate = 2026-01-01\n'
        '[[promise]]\nid = "ours/somebody"\nsome.eligible = true\nbecause.en = "So."\nsource = "ours"\n'
    )
    return path


def test_the_promises_of_the_shipped_rules_hold(ours: Path, tmp_path: Path) -> None:
    """Each pack but that of evidence, which excludes nobody, promises what the article says; ours is broken."""
    command = ["prove", "--isolated", "--rules", str(ours), "--as-of", "2026-05-01"]
    files = ["--junit", str(tmp_path / "junit.xml"), "--profiles", str(tmp_path)]
    result = run(*command, "--format", "json", *files)
    assert result.exit_code == 1
    found = json.loads(result.output)["promises"]
    broken = [one for one in found if one["outcome"] != "holds"]
    assert [one["promise"] for one in broken] == ["ours/somebody"]
    assert len(found) > 15
    assert {tuple(one["left_open"]) for one in found} == {
        (),
        ("batch_share", "cached_input_share", "long_request_share"),
    }
    profile = tmp_path / "ours-somebody.toml"
    assert profile.read_text().startswith("[requirements]\nas_of = 2026-05-01\n")
    assert run("decide", "--isolated", str(profile)).exit_code == 3
    assert [one.get("name") for one in ET.parse(tmp_path / "junit.xml").findall(".//testcase[failure]")] == [  # noqa: S314 - our own
        "ours/somebody"
    ]


@pytest.mark.parametrize(
    ("output", "language", "said"),
    [
        ("text", "en", "ours/somebody is broken by this profile, and by none that states less"),
        ("text", "ko", "ours/somebody: 다음 프로필에서 깨지며"),
        ("sarif", "en", '"ruleId": "promise-broken"'),
        ("github", "en", "::error"),
    ],
)
def test_a_broken_promise_is_told_in_every_format(ours: Path, output: str, language: str, said: str) -> None:
    """In words with its profile and chain, and as annotations at the promise."""
    command = ["prove", "ours/somebody", "--isolated", "--rules", str(ours), "--as-of", "2026-05-01"]
    result = run(*command, "--format", output, "--lang", language)
    assert result.exit_code == 1
    assert said in result.output
    assert "[requirements]" in result.output


def test_a_decision_says_which_promises_it_falls_under() -> None:
    """And which of them it does not keep; those whose conditions it does not meet are not among them."""
    advisor = promised("every.weights = true", 'when.tier = "gold"\nsome.eligible = true', "some.eligible = true")
    kept = advisor.decide({"as_of": DAY}, keep_promises=False).promises
    assert [(one.promise.id, bool(one.breaches)) for one in kept] == [("p0", True), ("p2", False)]
    assert [str(one) for one in kept[0].breaches] == ["every: owl, wren"]


def test_whoever_decides_is_told_of_a_broken_promise() -> None:
    """From Python as an error of its own, of many cases as the result of one, which enters and leaves a process."""
    advisor = promised("some.eligible = true", "when.offline = true\nsome.price.above = 10")
    with pytest.raises(PromiseError, match=r"p1 \(some: -\)"):
        advisor.decide({"offline": True})
    found = list(advisor.decide_many([{"offline": True}, {"offline": False}]))
    assert isinstance(found[1], Brief)
    assert isinstance(found[0], PromiseError)
    assert pickle.loads(pickle.dumps(found[0])).promises == ("p1",)  # noqa: S301 - our own


@pytest.mark.parametrize("off", ['promise = "p0"', 'pack = "pack-0"'])
def test_a_promise_is_taken_back_by_its_name_or_with_its_pack(off: str) -> None:
    """It is proved and kept no longer; the trace says that it is off, and is derived again."""
    broken = '[[promise]]\nid = "p0"\nbecause.en = "So."\nsource = "d"\nevery.weights = true\n'
    advisor = world(RULES + broken + f'[[disable]]\n{off}\nreason = "We know."\n', MODELS)
    assert not advisor.knowledge.ruleset.promises
    decision = advisor.decide({"budget": "normal"})
    assert decision.promises == ()
    assert [plain(one) for one in decision.trace.given.disabled] == [
        {**tomllib.loads(off), "reason": {"en": "We know.", "ko": "We know."}}
    ]
    assert verify(decision.trace).ok
    with pytest.raises(PromiseError):
        world(RULES + broken, MODELS).decide({"budget": "normal"})


def test_a_case_fails_that_breaks_a_promise(ours: Path, tmp_path: Path) -> None:
    """Whatever it expects; nothing can be accepted of that."""
    case = tmp_path / "case.toml"
    stated = "context_tokens = 900000000\nas_of = 2026-05-01"
    case.write_text(f'title = "So"\n[requirements]\n{stated}\n[expect]\nbest = []\n')
    command = ["test", str(case), "--isolated", "--rules", str(ours)]
    for language, said in (("en", "promises not kept"), ("ko", "지키지 않은 약속")):
        result = run(*command, "--lang", language)
        assert (result.exit_code, said in result.output) == (1, True)
        assert "+ ours/somebody (some: -)" in result.output
    many = tmp_path / "cases.jsonl"
    many.write_text('{"context_tokens": 900000000, "as_of": "2026-05-01"}\n{"as_of": "2026-05-01"}\n')
    result = run("decide", "--isolated", "--rules", str(ours), "--many", str(many))
    first, second = map(json.loads, result.output.splitlines())
    assert (result.exit_code, first["broken"], "broken" in second) == (1, ["ours/somebody"], False)


def test_a_broken_promise_is_an_error_of_its_own(ours: Path) -> None:
    """The decision is told, and then what it does not keep."""
    case = ["--set", "context_tokens=900000000", "--set", "as_of=2026-05-01"]
    result = run("decide", "--isolated", "--rules", str(ours), *case)
    assert result.exit_code == 1
    assert "the decision breaks what is promised: ours/somebody (some: -)" in result.stderr
    assert "No model" in result.stdout or "Nothing" in result.stdout
    kept = run("decide", "--isolated", "--rules", str(ours), "--set", "as_of=2026-05-01")
    assert kept.exit_code == 0


def test_what_a_month_costs_is_proved_against_a_budget(tmp_path: Path) -> None:
    """For any amounts of tokens; and where it is not kept, the amounts are found that break it."""
    policy = tmp_path / "costs.toml"
    head = "language = 1\npack = 'costs'\n[[document]]\nid = 'mine'\ntitle = 'M'\ndate = 2026-01-01\n"
    used = "monthly_input_tokens.known = true, monthly_output_tokens.known = true"
    kept = {
        "within": "every.monthly_cost.at_most.requirement = 'monthly_budget'",
        "less": "every.any = [{monthly_cost.below.requirement = 'monthly_budget'}, {monthly_cost.known = false}]",
    }
    texts = (
        f"[[promise]]\nid = 'costs/{name}'\nwhen = {{ vendor_served = true, {used} }}\n{its}\n"
        "because.en = 'So.'\nsource = 'mine'\n"
        for name, its in kept.items()
    )
    policy.write_text("".join([head, *texts]))
    command = ["prove", "--isolated", "--rules", str(policy), "--as-of", "2026-05-01", "costs/within", "costs/less"]
    result = run(*command, "--profiles", tmp_path)
    assert result.exit_code == 1
    assert "costs/within holds for every profile" in result.output
    assert "costs/less is broken by this profile, and by none that states less" in result.output
    assert "expected cost of a month: below budget for a month" in result.output
    stated = tomllib.loads((tmp_path / "costs-less.toml").read_text(), parse_float=Decimal)["requirements"]
    decision = Advisor.load(catalog=["article"], engine="plain").decide(stated)
    costs = {decision.computed("monthly_cost", one.model).value for one in decision.ranking}  # type: ignore[union-attr]
    assert stated["monthly_budget"] in costs


def test_another_solver_can_be_asked(ours: Path, tmp_path: Path) -> None:
    """What is written as SMT-LIB has a solution if and only if the promise is broken; its digest stands above it."""
    names = ["ours/somebody", "sovereign-data-stay", "no-dearer-than-the-ceiling"]
    command = ["prove", "--isolated", "--rules", str(ours), "--as-of", "2026-05-01", "--format", "json", *names]
    result = run(*command, "--formulas", tmp_path / "smt")
    for one in json.loads(result.output)["promises"]:
        file = tmp_path / "smt" / f"{one['promise'].replace('/', '-')}.smt2"
        assert file.read_text().splitlines()[0].endswith(one["formula"])
        other = z3.Solver()
        other.from_file(str(file))
        assert str(other.check()) == {"holds": "unsat", "broken": "sat"}[one["outcome"]]


def test_a_promise_that_is_not_loaded_is_named_with_the_nearest() -> None:
    """As every other name is."""
    result = run("prove", "sovereign-data-stays", "--isolated")
    assert result.exit_code == 2
    assert "did you mean sovereign-data-stay?" in result.output


def test_every_word_of_a_promise_is_explained() -> None:
    """``docs/rules.md`` has each."""
    told = (Path(__file__).parents[1] / "docs/rules.md").read_text(encoding="utf-8")
    assert all(f"| `{word}` |" in told for word in KEPT)


CASES: tuple[tuple[str, Question, tuple[str, ...]], ...] = (
    ("when.offline = true\nwhen.tuning = true\nrequire.weights = true", "never-decides", ("r",)),
    ("when.tokens = { above = 3 }\nunless.tokens = { above = 2 }\nrequire.weights = true", "never-decides", ("r",)),
    ("exclude.price.above = 4", "never-eligible", ("owl",)),
    ("prefer.price.at_most = 1\nweight = 9", "never-first", ("owl", "wren")),
)


@pytest.mark.parametrize(("text", "question", "found"), CASES)
def test_what_lint_cannot_know_is_known(text: str, question: Question, found: tuple[str, ...]) -> None:
    """Which rules never decide anything, and which models are never eligible, or never first."""
    advisor = world(RULES + rule("r", text), MODELS)
    proofs = prove(advisor, DAY, (), seconds=30, lint=True)
    answers = {one.question: one for one in proofs.answers}
    assert (answers[question].names, answers[question].undecided) == (found, ())
    told = [str(line) for line in ProofTeller(advisor.knowledge, "en").lines(proofs)]
    assert all(any(f"- {name}" in line for line in told) for name in found)


def test_who_is_first_is_known_among_many_rivals() -> None:
    """The solver is told of rivals one by one, and says what it would if it knew all."""
    windows = {f"m{place}": (place, 12 - place) for place in range(12)} | {"low": (3, 1), "even": (4, 8)}
    models = "".join(model(name, window=window, price=price) for name, (window, price) in windows.items())
    wishes = "".join(
        rule(f"w{bound}", f"when.tokens.at_least = {bound}\nprefer.window.at_least = {bound}\nweight = {1 + bound % 2}")
        + rule(f"p{bound}", f"when.spend.at_least = {bound}\nprefer.price.at_most = {bound}\nweight = {1 + bound % 3}")
        for bound in range(12)
    )
    advisor = world(wishes, models)
    first = {
        name
        for tokens, users in product((None, *range(12)), repeat=2)
        for name in advisor.decide(
            {"as_of": DAY, **{key: one for key, one in (("tokens", tokens), ("spend", users)) if one is not None}}
        ).best
    }
    proofs = prove(advisor, DAY, (), seconds=30, lint=True)
    (answer,) = (one for one in proofs.answers if one.question == "never-first")
    assert answer.undecided == ()
    assert {*answer.names} == {*windows} - first


def test_what_was_not_known_in_time_is_named(ours: Path) -> None:
    """It is no finding."""
    command = ["prove", "ours/somebody", "--lint", "--isolated", "--rules", str(ours), "--as-of", "2026-05-01"]
    found = json.loads(run(*command, "--seconds", "0.1", "--format", "json").output)["lint"]
    assert found["never-first"]["found"] == []
    assert found["never-first"]["undecided"] != []
