"""What changed between two decisions over offers, prices, days and restrictions: the right cause, told for a reader."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from tests.commands import run
from tests.offer_worlds import sellers
from tests.test_diff import causes, change, effects
from tests.worlds import rule

from llmrules import Advisor
from llmrules.advisor import Decision
from llmrules.check.diff import Comparison, compare, compare_decisions
from llmrules.check.diff.attribute import MOST_ONE_BY_ONE, MOST_REPLAYS
from llmrules.check.diff.telling import difference_report
from llmrules.say.report.entry import render_text
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.language.texts import Language

RULES = (
    rule("fits", "require.monthly_cost.at_most.requirement = 'monthly_budget'", because="It must fit {monthly_budget}.")
    + rule("lean", "prefer.monthly_cost.toward = 'lowest'\nweight = 3", because="Cheap is good.")
    + rule("retired", "exclude.retires_on.at_most.requirement = 'as_of'", because="It is gone.").replace(
        "exclude", "where.retires_on.known = true\nexclude"
    )
)
MONTH: dict[str, Any] = {
    "as_of": "2026-03-01",
    "monthly_input_tokens": 10_000_000,
    "monthly_output_tokens": 1_000_000,
    "monthly_budget": 50,
}
CATALOGUE = """
language = 1
[[model]]
id = "lark"
name = "Lark"
open = "free"
sources.open = "d"
[[model.offer]]
id = "maker"
input_price = 1
output_price = 2
sources = { input_price = "d", output_price = "d" }
[[model.offer]]
id = "cloud"
input_price = 2
output_price = 2
retires_on = 2026-06-01
sources = { input_price = "d", output_price = "d", retires_on = "d" }
[[model]]
id = "wren"
name = "Wren"
open = "closed"
sources.open = "d"
[[model.offer]]
id = "maker"
input_price = 3
output_price = 3
sources = { input_price = "d", output_price = "d" }
"""


def overlay(model: str, offer: str, **values: object) -> str:
    """Return a catalogue that states values of one offer."""
    stated = "".join(f"{name} = {value}\nsources.{name} = 'd'\n" for name, value in values.items())
    return f"language = 1\n[[model]]\nid = '{model}'\n[[model.offer]]\nid = '{offer}'\n{stated}"


def decided(*overlays: str, rules: str = RULES, case: dict[str, Any] | None = None, **asked: Any) -> Decision:  # noqa: ANN401 - as decide takes it
    """Decide the month under the catalogue with others on top."""
    return sellers(rules, CATALOGUE, *overlays).decide({**MONTH, **(case or {})}, **asked)


def told(old: Decision, new: Decision, language: Language = "en") -> str:
    """Return the report of a comparison."""
    found = compare_decisions(old, new)
    return render_text(difference_report(found, (old.trace.given, new.trace.given), language))


# ── Each kind of change ──────────────────────────────────────────────────────────────────────────────────────────────


def test_another_price_is_the_cause_of_another_cost() -> None:
    """The month costs too much at one offer; the model stays, by the other, with fewer points."""
    old, new = decided(), decided(overlay("lark", "maker", input_price=9))
    found = compare_decisions(old, new)
    price = ("value:lark @ maker:input_price",)
    assert causes(found, "check", "lark @ maker", "fits") == [price]
    assert causes(found, "verdict", "lark @ maker") == [price]
    assert causes(found, "points", "lark") == [price]
    assert not [one for one in found.changes if one.subject in {"lark @ cloud", "wren"}]
    text = told(old, new)
    assert "Lark @ maker: eligible (points 2.83) → excluded\n      now: fails: It must fit ….  [fits]" in text
    assert "Lark @ maker, input price (1 → 9)\n    replaced values: none → 1 (d)" in text


def test_an_offer_that_is_added_is_told_as_one_thing() -> None:
    """An offer that is added is told by its name, and what is better of its model is caused by it."""
    new = decided(overlay("lark", "shop", input_price="0.1", output_price="0.1"))
    found = compare_decisions(decided(), new)
    assert causes(found, "verdict", "lark @ shop") == [("offer:lark @ shop",)]
    assert causes(found, "points", "lark") == [("offer:lark @ shop",)]
    assert "Because of offer Lark @ shop (added), alone\n    Lark @ shop: not judged → eligible" in told(decided(), new)
    assert "원인: 제공 상품 Lark @ shop (추가) (단독)\n    Lark @ shop: 판정하지 않음 → 적격" in told(
        decided(), new, "ko"
    )
    assert "- offer Lark @ shop (removed)" in told(new, decided())


def test_an_offer_retires_by_the_date_alone() -> None:
    """Nothing differs but the day of the decision; the offer that retired by then is out, the other stays."""
    found = compare_decisions(decided(), decided(case={"as_of": "2026-07-01"}))
    assert effects(found) == {"requirement:as_of": "cause"}
    assert causes(found, "check", "lark @ cloud", "retired") == [("requirement:as_of",)]
    assert change(found, "verdict", "lark @ cloud").after == "excluded"
    assert not [one for one in found.changes if one.subject == "lark"]


def test_a_tier_counts_with_the_share_of_long_requests() -> None:
    """A higher price of long requests is no cause by itself: the share of long requests is stated with it.

    Its limit is no cause at all: as long as nobody states one, every long request has that price.
    """
    tier = overlay("wren", "maker", tier_above=1_000, tier_input_price=9, tier_output_price=9)
    share = {"long_request_share": 0.5}
    assert not [one for one in compare_decisions(decided(), decided(tier)).changes if one.kind == "verdict"]
    found = compare_decisions(decided(), decided(tier, case=share))
    assert causes(found, "verdict", "wren") == [
        (
            "requirement:long_request_share",
            "value:wren:tier_input_price",
            "value:wren:tier_output_price",
        )
    ]
    later = compare_decisions(decided(case=share), decided(tier, case=share))
    assert "requirement:long_request_share" not in {name for one in later.changes for name in one.needed}


def test_a_price_that_takes_force_later_is_told_in_words() -> None:
    """What is dated stands beside the value, with its day and its source, and no JSON."""
    dated = overlay("wren", "maker", input_price=3) + (
        "[[model.offer.dated]]\nattribute = 'input_price'\nsince = 2026-02-01\nvalue = 30\nsource = 'd'\n"
        "[[model.offer.disputed]]\nattribute = 'input_price'\nvalue = 4\nsource = 'old'\n"
    )
    text = told(decided(), decided(dated))
    assert "Wren, input price (same value, other values that take force later, " in text
    assert "values that take force later: none → from 2026-02-01 30 (d)" in text
    assert "other values that sources state: none → 4 (old)" in text
    assert "이후에 적용될 값: 없음 → 2026-02-01부터 30 (d)" in told(decided(), decided(dated), "ko")


def test_a_model_that_only_lends_values_is_not_judged() -> None:
    """What is edited of it is told as a file would say it, the default included."""
    text = told(decided(), decided("language = 1\n[[model]]\nid = 'wren'\nlisted = false\n"))
    assert "Wren: eligible → not judged" in text
    assert "~ model Wren (edited: listed)\n    listed: true → false" in text


def test_offers_instead_of_models() -> None:
    """Nothing but what is ranked changes: verdicts and points stay, and no model is told to be gone."""
    old, new = decided(), decided(over="offers")
    found = compare_decisions(old, new)
    assert causes(found, "choice") == [("policy:over",)]
    assert {one.kind for one in found.changes} == {"choice", "place"}
    assert {one.subject: (one.before, one.after) for one in found.changes[1:]} == {
        "lark": (1, None),
        "lark @ cloud": (None, 2),
        "lark @ maker": (None, 1),
        "wren": (2, 3),
    }
    text = told(old, new)
    assert "Because of what is ranked (models → offers), alone" in text
    assert "    Lark (maker, cloud): now ranked\n    Lark: no longer ranked\n    Wren: place 2 → 3\n" in text
    assert "순위 대상 (모델 → 제공 상품)" in told(old, new, "ko")


def test_who_is_asked() -> None:
    """Whoever is left out is told not to be judged, once, not offer by offer nor rule by rule."""
    old, new = decided(), decided(only={"open": "closed"})
    found = compare_decisions(old, new)
    assert causes(found, "verdict", "lark") == causes(found, "verdict", "lark @ cloud") == [("policy:only",)]
    text = told(old, new)
    assert "Because of who is asked: those with (none → open: closed), alone" in text
    assert [line.strip() for line in text.splitlines() if "judged" in line] == ["Lark: eligible → not judged"]
    assert "Wren: place 2 → 1" in text
    assert "검토 조건 (없음 → open: closed)" in told(old, new, "ko")


def test_a_list_tells_who_was_added_and_removed() -> None:
    """Of two lists the difference is told, not both lists; an id that no model has stays an id."""
    text = told(decided(among=["lark", "gone"]), decided(among=["lark", "wren"]))
    assert "who is asked: the models of the list (added: Wren; removed: gone)" in text
    assert "검토 대상 모델 목록 (추가: Wren; 삭제: gone)" in told(
        decided(among=["lark", "gone"]), decided(among=["lark", "wren"]), "ko"
    )
    assert "who is asked: the models of the list (none → Wren)" in told(decided(), decided(among=["wren"]))


def test_two_models_of_one_name_are_told_apart() -> None:
    """Where a name stands for two models that are judged, the id stands beside it."""
    twin = "language = 1\n[[model]]\nid = 'lark-2'\nname = 'Lark'\n"
    text = told(decided(), decided(twin))
    assert "model Lark (lark-2) (added)" in text
    assert "Lark (lark): " in told(decided(twin), decided(twin, overlay("lark", "maker", input_price=9)))


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────────────────────────


def many(count: int, **prices: object) -> str:
    """Return a catalogue of many models with one offer each."""
    return "language = 1\n" + "".join(
        overlay(f"m{n:03}", "maker", **prices).removeprefix("language = 1\n") for n in range(count)
    )


def test_a_rule_and_a_catalogue_change_together() -> None:
    """Of hundreds of models with two other prices each, the rule and one's own prices are found, in few worlds."""
    before, after = many(200, input_price=1.5, output_price=2), many(200, input_price=2, output_price=3)
    strict = RULES + rule("cap", "require.input_price.below = 2")
    old, new = decided(before), decided(before, after, rules=strict)
    found = compare_decisions(old, new, most=40)
    assert found.open == 0
    for model in ("m000", "m111", "m199"):
        price = f"value:{model}:input_price"
        assert causes(found, "check", model, "cap") == [("rule:cap", price)]
        assert causes(found, "verdict", model) == [("rule:cap", price)]


def test_points_of_many_models_have_their_own_prices_for_causes() -> None:
    """Where two prices of each model give the new points together, no model's cause names another model."""
    before, after = many(150, input_price=1.5, output_price=2), many(150, input_price=2, output_price=3)
    old, new = decided(before), decided(before, after)
    found = compare_decisions(old, new, most=30)
    assert len(found.differences) > MOST_ONE_BY_ONE
    for model in ("m000", "m149"):
        both = (f"value:{model}:input_price", f"value:{model}:output_price")
        assert causes(found, "points", model) == [both]
    assert found.open == 0


def test_models_that_came_are_told_together() -> None:
    """One line tells of all that came with the same outcome; their places follow and are not told again."""
    old, new = decided(), decided(many(100, input_price=9, output_price=9))
    text = told(old, new)
    assert "Because of models that came or went, each alone\n    m000, m001, m002, " in text
    assert "and 88 more: not judged → excluded\n      now: fails: It must fit ….  [fits]" in text
    assert text.count("not judged") == 1
    assert "원인: 추가되거나 빠진 모델 (각각 단독)" in told(old, new, "ko")
    between = told(decided(), decided(many(100, input_price=1.5, output_price=2)))
    assert "Because of much of this together\n    Wren: place 2 → 102\n" in between
    assert "bound" not in between


def test_a_choice_among_very_many_uses_up_a_part_of_the_replays_alone() -> None:
    """A hundred new models that tie cause the choice together; it stays open, what is said of each does not."""
    found = compare_decisions(decided(), decided(many(100, input_price=0.5, output_price=0.5)))
    assert [one.kind for one in found.changes if not one.causes and one.kind != "place"] == ["choice"]
    assert found.open == 1
    assert causes(found, "verdict", "m099") == [("model:m099",)]
    assert found.replays < MOST_REPLAYS // 2


# ── The catalogue of November 2026 ───────────────────────────────────────────────────────────────────────────────────

CODING: dict[str, Any] = {
    "as_of": "2026-11-26",
    "tasks": ["coding"],
    "budget": "tight",
    "monthly_input_tokens": 200_000_000,
    "monthly_output_tokens": 20_000_000,
    "monthly_budget": 500,
}
WAYS: dict[str, dict[str, Any]] = {
    "models": {},
    "offers": {"over": "offers"},
    "only": {"only": {"openness": {"at_least": "open-weight"}}},
    "only what a month costs": {"only": {"monthly_cost": {"at_most": 100}}, "over": "offers"},
    "among": {"among": ["claude-haiku-5-5", "deepseek-v4-pro", "nobody"]},
    "unknown": {"unknown": "accept", "stale_after": 30},
}


@pytest.fixture(scope="module")
def november() -> Advisor:
    """The shipped rules and the catalogue of November 2026."""
    return Advisor.load(catalog=["2026-11"], engine="plain")


@pytest.mark.parametrize("way", WAYS)
def test_a_trace_over_the_catalogue_is_decided_again(way: str, november: Advisor) -> None:
    """With neither rules nor catalogue at hand, the same follows, computed costs and all; and nothing differs."""
    trace = november.decide(CODING, **WAYS[way]).trace
    again = Decision.of(replay(trace.given)).trace
    assert (again.given, again.found) == (trace.given, trace.found)
    assert compare(trace, trace).same


def test_between_two_ways_to_ask_everything_has_a_cause(november: Advisor) -> None:
    """Whatever two of them are compared, no change is left without a cause, and a reader gets few lines."""
    decisions = [november.decide(CODING, **asked) for asked in WAYS.values()]
    for old, new in itertools.pairwise(decisions):
        found = compare_decisions(old, new)
        assert found.open == 0
        assert {one.kind for one in found.differences} == {"policy"}
        report = render_text(difference_report(found, (old.trace.given, new.trace.given)))
        assert len(report.splitlines()) < 260


def test_from_the_models_of_the_article_to_those_of_november(november: Advisor) -> None:
    """A whole catalogue that is added is attributed model by model, within the bound."""
    old, new = Advisor.load(catalog=["article"], engine="plain").decide(CODING), november.decide(CODING)
    found = compare_decisions(old, new, most=60)
    (best,) = new.best
    assert causes(found, "choice") == [(f"model:{best}",)]
    assert found.open == 0
    assert {one.kind for one in found.changes if not one.causes} == {"place"}
    assert _causes_of_verdicts(found) <= {one.id for one in found.differences if one.kind == "model"}


def _causes_of_verdicts(found: Comparison) -> set[str]:
    verdicts = [one for one in found.changes if one.kind == "verdict"]
    return {name for one in verdicts for cause in one.causes for name in cause.differences}


def test_on_the_command_line(tmp_path: Path) -> None:
    """A price that a quote replaces: ``replay`` and ``diff`` tell the same, in both languages."""
    profile, quote = tmp_path / "case.toml", tmp_path / "quote.toml"
    lines = [f"{name} = {value!r}" for name, value in CODING.items() if name != "as_of"]
    profile.write_text("\n".join(["[requirements]", "as_of = 2026-11-26", *lines]), encoding="utf-8")
    quote.write_text(
        'language = 1\n[[document]]\nid = "quote"\ntitle = "A quote"\ndate = 2026-11-25\n'
        + overlay("claude-haiku-5-5", "anthropic", input_price=4)
        .removeprefix("language = 1\n")
        .replace("'d'", "'quote'"),
        encoding="utf-8",
    )
    old, new = tmp_path / "old.json", tmp_path / "new.json"

    november = ("--catalog", "2026-11")
    assert run("decide", profile, *november, "--trace", old).exit_code == 0
    assert run("decide", profile, *november, "--catalog", quote, "--trace", new).exit_code == 0
    assert run("replay", old, *november).exit_code == 0
    replayed = run("replay", old, *november, "--catalog", quote)
    again = replayed.stdout
    told = run("diff", old, new).stdout
    assert (replayed.exit_code, again) == (1, f"Decided again as of 2026-11-26. {told}")
    assert "Claude Haiku 5.5 @ anthropic, price of input ($0.10 per million tokens → $4.00 per million tokens)" in again
    korean = run("diff", old, new, "--lang", "ko").stdout
    assert "Claude Haiku 5.5 @ anthropic의 입력 가격 (백만 토큰당 $0.10 → 백만 토큰당 $4.00) (단독)" in korean
