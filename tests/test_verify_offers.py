"""The checker where models have several offers: rows, dated values, computed costs, restrictions, what stays open."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from tests.mutants import canonical, is_choice, mutants, mutate, one_of_each, reseal, survivors
from tests.offer_worlds import HEAD, VOCABULARY, advisors, choices, requirements, sellers
from tests.wide_worlds import VOCABULARY as WIDE
from tests.wide_worlds import WideWorld
from tests.worlds import rule

from llmrules import Advisor
from llmrules.decision.knowledge import load_knowledge
from llmrules.errors import LoadError, RestrictionError
from llmrules.reading.files import parse_toml
from llmrules.verify import Report, examine, verify
from llmrules.verify.kernel.given import name_of, sums
from llmrules.verify.kernel.values import Attribute
from llmrules.verify.matched import Files

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.advisor import Decision

Document: TypeAlias = dict[str, Any]


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    """Return a decision with offers, dates, disputes, replaced values, costs and restrictions of any kind."""
    advisor, models = draw(advisors())
    try:
        return advisor.decide(draw(requirements()), **draw(choices(models)))
    except RestrictionError:
        reject()  # a list of nobody


@given(decision=decisions())
def test_the_checker_and_the_program_agree_on_offers(decision: Decision) -> None:
    """Whatever offers, dates, disputes, costs and restrictions there are, both find the same."""
    report = verify(decision.trace)
    assert report.ok, report


@given(decision=decisions(), data=st.data())
def test_no_change_of_what_is_found_survives(decision: Decision, data: st.DataObject) -> None:
    """Whatever one changes of what was found, the trace alone shows it, with all digests made anew."""
    document = json.loads(decision.trace.to_json())
    tried = [mutant for mutant in mutants(document) if mutant.path[:1] == ("found",)]
    mutant = tried[data.draw(st.integers(0, len(tried) - 1))]
    mutate(document, mutant)
    report = verify(_forged(document))
    assert report.level != "re-derived", mutant
    assert _wrong(report).startswith("/found"), report


# breadth: the whole language on models with several offers


class ManyOffers(WideWorld):
    """A wide world whose models have up to three offers each, restricted and ranked in every way."""

    def decide(self) -> Decision:
        """Decide. Raises LoadError where the rules have no strata."""
        texts = {"rules": "".join(self.rules), "models": "".join(self.models)}
        files = [parse_toml(WIDE, "vocabulary.toml"), parse_toml(f"{HEAD}{texts['rules']}", "rules.toml")]
        catalogue = parse_toml(f"language = 1\n{texts['models']}", "models.toml")
        only: tuple[Document | None, ...] = (None, {"price": {"at_most": 7}}, {"fit": True}, {"hosted": ["own"]})
        return Advisor(load_knowledge(files, [catalogue]), engine="plain").decide(
            {"as_of": "2026-03-01", **self.requirements},
            unknown=self.unknown,
            over=self.random.choice(("models", "offers")),
            only=self.random.choice(only),
        )

    def _model(self, number: int) -> str:
        head, offer = super()._model(number).split("[[model.offer]]\n")
        offers = [offer]
        for _ in range(self.random.randint(0, 2)):
            offers += [super()._model(0).split("[[model.offer]]\n")[1]]
        return head + "".join(f'[[model.offer]]\nid = "o{n}"\n{one}' for n, one in enumerate(offers))


def test_the_whole_language_holds_for_several_offers() -> None:
    """Each type, operator, effect and key finds the same in both, on models with several offers."""
    agreed = 0
    for seed in range(60):
        try:
            decision = ManyOffers(seed).decide()
        except (LoadError, RestrictionError):
            continue  # no strata, or nobody is left
        report = verify(decision.trace)
        assert report.ok, f"{seed}: {report}"
        agreed += 1
    assert agreed > 30


# by hand


RULES = (
    rule("affordable", "require.monthly_cost.at_most.requirement = 'monthly_budget'")
    + rule("cheap", "prefer.monthly_cost.toward = 'lowest'\nweight = 2")
    + rule("served", "prefer.provider.known = true\nweight = 1")
    + rule("careful", "caution.window.below = 5_000\nlevel = 'approval'")
    + rule("class", "where.family = 'lark'\nconclude.capable = true")
    + rule("spared", "where.size.above = 50\napprover = 'me'\nexempt = ['affordable']")
    + rule("tried", "exclude.output_price.above = 3\ntrial = true")
    + rule("liked", "prefer.provider = 'Cloud'\nweight = 5\ntrial = true")
    + rule("noted", "caution.provider = 'Cloud'\ntrial = true")
    + rule("graded", "prefer.monthly_cost.toward = 'lowest'\nweight = 1\ntrial = true")
)
CATALOGUE = """
language = 1
[[model]]
id = "family"
family = "lark"
listed = false
sources.family = "c"

[[model]]
id = "m1"
extends = "family"
capable = false
sources.capable = "d"
[[model.offer]]
id = "a"
provider = "Cloud"
window = 1_000
input_price = 2
output_price = 4
tier_above = 1_000
tier_input_price = 4
tier_output_price = 6
[model.offer.sources]
provider = "d"
window = "seen"
input_price = "d"
output_price = ["old", "heard"]
tier_above = "d"
tier_input_price = "d"
tier_output_price = "d"
[[model.offer.disputed]]
attribute = "output_price"
value = 400
source = "seen"
[[model.offer]]
id = "b"
provider = "Maker"
window = 1_000
input_price = 900
output_price = 900
sources = { provider = "d", window = "seen", input_price = "d", output_price = "d" }
[[model.offer.disputed]]
attribute = "input_price"
value = 901
source = "d"
[[model.offer.dated]]
attribute = "input_price"
since = 2026-02-01
value = 1
source = "seen"
[[model.offer.dated]]
attribute = "input_price"
since = 2026-03-02
value = 2
source = "d"
[[model.offer.dated]]
attribute = "output_price"
since = 2026-03-01
value = 1
source = "seen"
[[model.offer]]
id = "c"
provider = "Cloud"
window = 2_000
input_price = 90
output_price = 90
sources = { provider = "d", window = "seen", input_price = "d", output_price = "d" }
[[model.offer]]
id = "d"
window = 999
sources.window = "d"

[[model]]
id = "m2"
family = "wren"
sources.family = "seen"
[[model.offer]]
window = 9_000
input_price = 3
sources = { window = "d", input_price = "d" }

[[model]]
id = "m3"
size = 70
sources.size = "old"
[[model.offer]]
id = "x"
window = 10_000
monthly_cost = 500
sources = { window = "d", monthly_cost = "d" }
[[model.offer]]
id = "y"
provider = "Maker"
sources.provider = "d"

[[model]]
id = "m4"

[[model]]
id = "m5"
[[model.offer]]
window = 1_000
monthly_cost = 1_000
sources = { window = "d", monthly_cost = "d" }

[[approval]]
rule = "careful"
model = "m1"
by = "A. Kim"
on = 2026-01-15
"""
DAY = date(2026, 3, 1)
STATED = {
    "monthly_input_tokens": 4_000_000,
    "monthly_output_tokens": 1_000_000,
    "long_request_share": 0.25,
    "monthly_budget": 100,
}
ONLY_HERE = {"window": {"at_least": 1_000}}
AMONG = ("m1", "m2", "m3", "m5", "nobody")


def _decide(over: Literal["models", "offers"]) -> Decision:
    """Decide a case in which everything that is new with offers happens; 365 days are the fewest that count."""
    advisor = sellers(RULES, CATALOGUE)
    return advisor.decide({"as_of": DAY, **STATED}, over=over, only=ONLY_HERE, among=AMONG, stale_after=365)


def _document(over: Literal["models", "offers"] = "models") -> Document:
    document: Document = json.loads(_decide(over).trace.to_json())
    return document


def test_a_decision_over_models_is_as_reckoned_by_hand() -> None:
    """Costs, verdicts, places, names and counts are those that the rules and values make on paper."""
    found = _document()["found"]
    costs = {
        name_of(one): found["computed"][one["computed"]]["monthly_cost"]
        for one in found["candidates"]
        if "computed" in one
    }
    assert costs == {
        # three quarters of the tokens at the base prices, one quarter at those of the tier
        "m1 @ a": {
            "value": "14.5",
            "terms": [
                {"of": {"tokens at input_price": 3_000_000, "input_price": 2}, "value": "6"},
                {"of": {"tokens at output_price": 750_000, "output_price": 4}, "value": "3"},
                {"of": {"tokens at tier_input_price": 1_000_000, "tier_input_price": 4}, "value": "4"},
                {"of": {"tokens at tier_output_price": 250_000, "tier_output_price": 6}, "value": "3/2"},
            ],
        },
        # without a tier all tokens cost the same, and both prices are those since February and since today
        "m1 @ b": {
            "value": 5,
            "terms": [
                {"of": {"tokens at input_price": 4_000_000, "input_price": 1}, "value": "4"},
                {"of": {"tokens at output_price": 1_000_000, "output_price": 1}, "value": "1"},
            ],
        },
        "m1 @ c": {
            "value": 450,
            "terms": [
                {"of": {"tokens at input_price": 4_000_000, "input_price": 90}, "value": "360"},
                {"of": {"tokens at output_price": 1_000_000, "output_price": 90}, "value": "90"},
            ],
        },
    }
    verdicts = {name_of(one): (one["verdict"], one.get("place"), one.get("points")) for one in found["candidates"]}
    assert verdicts == {
        "m1 @ a": ("eligible", None, "63/22"),  # 14.5 is 13.5 of the 99 from the first of three marks to the second
        "m1 @ b": ("eligible", 1, "293/99"),  # and 5 is 4 of them; the rest is the point for the provider
        "m1 @ c": ("excluded", None, None),
        "m2": ("unverified", 1, "0"),  # nobody states its price of output
        "m3 @ x": ("eligible", 2, "277/677"),  # 500 is more than 100, but it is exempted
        "m5": ("excluded", None, None),
    }
    assert found["result"] == {
        "best": ["m1"],
        "refused": [],
        "ranking": [
            {
                "place": 1,
                "points": "293/99",
                "models": ["m1"],
                "margin": "170938/67023",
                "offers": [{"model": "m1", "offers": ["b", "a"]}],
            },
            {"place": 2, "points": "277/677", "models": ["m3"], "offers": [{"model": "m3", "offers": ["x"]}]},
        ],
        "unverified": [{"place": 1, "points": "0", "models": ["m2"]}],
        "excluded": ["m5"],
        "advice": [],
    }
    assert found["left_out"] == {
        "among": ["m4"],
        "only": ["m1 @ d"],
        "undecided": ["m3 @ y"],
        "unmatched": ["nobody"],
    }
    assert found["contradictions"] == [{"model": "m1", "attribute": "capable", "rule": "class"}]
    assert found["unknowns"] == [{"attribute": "output_price", "undecided": 1, "unscored": 1, "settles": 1}]
    old = [one for one in found["resting"] if "old" in one]
    assert [(one["source"], one["date"], sum(map(len, one["values"].values()))) for one in old] == [
        ("old", "2024", 1),  # the size of m3
        ("seen", "2025-02-28", 4),  # the windows of a and b and both prices of b
    ]
    assert verify(canonical(_document())).ok


def test_trials_name_a_model_only_where_all_its_candidates_are_meant() -> None:
    """Else they name its candidates; those who are left out count for nothing."""
    trials = {one["rule"]: one for one in _document()["found"]["trials"]}
    assert (trials["tried"]["excludes"], trials["tried"]["unverifies"]) == (["m1 @ a", "m1 @ c"], ["m2", "m3", "m5"])
    assert trials["noted"]["attaches"] == ["m1 @ a", "m1 @ c"]
    assert [one["model"] for one in trials["graded"]["points"]] == ["m1 @ a", "m1 @ b", "m1 @ c", "m3", "m5"]


def test_a_decision_over_offers_ranks_every_candidate() -> None:
    """Each offer has its own place, and no place lists offers."""
    found = _document("offers")["found"]
    ranking = [(one["place"], one["models"], "offers" in one) for one in found["result"]["ranking"]]
    assert ranking == [(1, ["m1 @ b"], False), (2, ["m1 @ a"], False), (3, ["m3 @ x"], False)]
    assert found["result"]["excluded"] == ["m1 @ c", "m5"]
    assert {name_of(one): one.get("place") for one in found["candidates"]} == {
        "m1 @ a": 2,
        "m1 @ b": 1,
        "m1 @ c": None,
        "m2": 1,
        "m3 @ x": 3,
        "m5": None,
    }


def test_a_disputed_price_is_a_disputed_cost() -> None:
    """Rules that read the cost and would say something else are named; a dated value in force has no dispute."""
    disputes = {name_of(one): one["disputes"] for one in _document()["found"]["candidates"] if "disputes" in one}
    rules = ["affordable", "cheap"]
    assert disputes == {"m1 @ a": [{"attribute": "output_price", "values": [400], "rules": rules}]}


BASE = {"input_price": 2, "output_price": 4}
TIER = {**BASE, "tier_above": 1_000, "tier_input_price": 20, "tier_output_price": 40}


@pytest.mark.parametrize(
    ("offer", "case", "cost"),
    [
        (BASE, (1_000_000, 500_000), 4),
        (BASE, (0, 0), 0),
        ({}, (0, 0), 0),
        (BASE, (1_250, 1_250), "0.0075"),
        ({"input_price": 2}, (1_000_000, 0), 2),
        ({"input_price": 2}, (1_000_000, 1), None),
        (TIER, (1_000_000, 500_000), 4),
        (TIER, (1_000_000, 500_000, "0.5"), 22),
        (TIER, (1_000_000, 500_000, 1), 40),
        (TIER, (1_000_000, 500_000, 1, 1_000), 4),
        (TIER, (1_000_000, 500_000, 1, 1_001), 40),
        ({**BASE, "tier_above": 1_000}, (1_000_000, 500_000, "0.5"), None),
        ({**BASE, "tier_input_price": 20, "tier_output_price": 40}, (1_000_000, 500_000, 1, 1), 40),
        ({**BASE, "tier_input_price": 20}, (1_000_000, 500_000, "0.5"), None),
        ({**BASE, "tier_input_price": 20}, (1_000_000, 0, "0.5"), 11),
        ({**TIER, "tier_above": "1000.5"}, (1_000_000, 500_000, "0.5", 1_000), 4),
        (BASE, (1_000_000, 500_000, "0.5"), 4),
        (TIER, (1_000_000, 500_000, "1.5"), 58),  # where no vocabulary forbids it
        (BASE, (1_000_000,), None),
        ({"input_price": "9" * 40}, (10**6, 0), "9" * 40),
        ({"input_price": "9" * 40}, (10**7, 0), None),  # a number has forty digits at most
    ],
)
def test_costs_are_exact(offer: Document, case: tuple[int | str, ...], cost: int | str | None) -> None:
    """Tokens times prices, exact; unknown where anything that is needed is."""
    prices = ("input_price", "output_price", "tier_input_price", "tier_output_price")
    products = [{"of": [f"tokens at {price}", price], "times": "0.000001"} for price in prices]
    monthly = Attribute({"name": "monthly_cost", "scope": "offer", "type": "number", "computed": products})
    names = ("monthly_input_tokens", "monthly_output_tokens", "long_request_share", "long_request_tokens")
    facts: dict[str, set[Any]] = {name: {value} for name, value in zip(names, case, strict=False)}
    found = sums([monthly], offer, facts)
    assert found.get("monthly_cost", {}).get("value") == cost
    for name in facts:
        assert not sums([monthly], offer, {**facts, name: {1, 2}})  # two values in conflict


# whatever is changed is caught


@pytest.mark.parametrize("over", ["models", "offers"])
def test_no_mutant_of_a_world_with_offers_survives(over: Literal["models", "offers"]) -> None:
    """One of each kind of change, and every fortieth, of choices, too, is refused with all digests made anew."""
    document = _document(over)
    files = Files(
        rules=(parse_toml(VOCABULARY, "vocabulary.toml"), parse_toml(f"{HEAD}{RULES}", "rules.toml")),
        catalogues=(parse_toml(CATALOGUE, "catalogue.toml"),),
        profile={"as_of": DAY, **STATED},
    )
    report = examine(canonical(document), files)
    assert (report.reached, report.ok) == ("matched", True)
    kinds = [mutant for mutant in one_of_each(document) if mutant.path[:2] not in SETTLED]
    tried = [mutant for mutant in mutants(document) if mutant.path[:2] not in SETTLED][::40]
    if over == "offers":  # the rest is the same as over models
        kinds, tried = (
            [mutant for mutant in its if mutant.path[:2] == ("found", "result") or is_choice(mutant)]
            for its in (kinds, tried)
        )
    assert len(kinds) + len(tried) > 20
    for some, plain in ((kinds[::8], True), (kinds, False), (tried, False)):
        found = survivors(document, some, files, plain=plain, choices=True)
        passed = [f"{mutant} ({how})" for mutant, how, _ in found]
        assert not passed, passed[:20]


SETTLED = {("given", part) for part in ("documents", "claims", "rules", "disabled", "requirements")}
"""What other worlds change already."""


def test_choices_are_reported_and_not_compared() -> None:
    """No file says what whoever decided chose, so the report does."""
    report = verify(canonical(_document("offers")), profile={"as_of": DAY, **STATED})
    assert report.ok
    assert 'not compared: over = "offers", only = {"window": {"at_least": 1000}}, among = ["m1", "m2"' in str(report)
    assert "stale_after = 365, as whoever decided chose" in str(report)


def test_what_was_chosen_is_always_written() -> None:
    """A trace cannot keep back what an option set, and whoever leaves out what follows from it is found out."""
    document = json.loads(sellers(RULES, CATALOGUE).decide({"as_of": DAY, **STATED}).trace.to_json())
    for name in ("unknown", "over", "only", "among", "stale_after"):
        kept = document["given"].pop(name)
        report = verify(_forged(document))
        assert (report.level, report.wrong and report.wrong.code) == (None, "schema"), name
        document["given"][name] = kept
    for name in ("unknowns", "resting"):
        kept = document["found"].pop(name)
        assert _wrong(verify(_forged(document))) == f"/found/{name}"
        document["found"][name] = kept


def _forged(document: Document) -> bytes:
    """Return a changed trace with every digest made anew."""
    return canonical(reseal(document, {}))


def _wrong(report: Report) -> str:
    """Return the pointer to the first thing wrong."""
    assert report.wrong is not None, str(report)
    assert not report.ok
    return report.wrong.at


def _offer(document: Document, model: int, offer: int) -> Document:
    found: Document = document["given"]["catalogue"]["models"][model]["offers"][offer]
    return found


def _value(document: Document, name: str, place: int) -> Document:
    found: Document = document["given"]["catalogue"]["values"][name][place]
    return found


def _declared(document: Document, name: str) -> Document:
    return next(one for one in document["given"]["vocabulary"] if one["name"] == name)


MEANINGLESS: dict[str, tuple[Callable[[Document], object], str]] = {
    "no offer": (
        lambda document: document["given"]["catalogue"]["models"][4].update(offers=[]),
        "/given/catalogue/models/4/offers",
    ),
    "two offers of one id": (
        lambda document: _offer(document, 1, 1).update(id="a"),
        "/given/catalogue/models/1/offers/1/id",
    ),
    "offers out of order": (
        lambda document: (_offer(document, 1, 0).update(id="b"), _offer(document, 1, 1).update(id="a")),
        "/given/catalogue/models/1/offers/1/id",
    ),
    "an offer without an id": (
        lambda document: _offer(document, 1, 2).pop("id"),
        "/given/catalogue/models/1/offers/2/id",
    ),
    "an empty id": (lambda document: _offer(document, 4, 0).update(id=""), "/given/catalogue/models/4/offers/0/id"),
    "a name of two candidates": (
        lambda document: document["given"]["catalogue"]["models"].insert(
            2, {"id": "m1 @ a", "name": "m", "attributes": {}, "offers": [{"attributes": {}}]}
        ),
        "/given/catalogue",
    ),
    "days out of order": (
        lambda document: _value(document, "input_price", 1)["dated"].reverse(),
        "/given/catalogue/values/input_price/1/dated/1/since",
    ),
    "a day twice": (
        lambda document: _value(document, "input_price", 1)["dated"][1].update(since="2026-02-01"),
        "/given/catalogue/values/input_price/1/dated/1/since",
    ),
    "a month for a day": (
        lambda document: _value(document, "input_price", 1)["dated"][0].update(since="2026-02"),
        "/given/catalogue/values/input_price/1/dated/0/since",
    ),
    "a dated value of another type": (
        lambda document: _value(document, "input_price", 1)["dated"][0].update(value=True),
        "/given/catalogue/values/input_price/1",
    ),
    "a dated value without its source": (
        lambda document: _value(document, "input_price", 1)["dated"][0].update(sources=["no"]),
        "/given/catalogue/values/input_price/1/dated/0/sources",
    ),
    "a price below its minimum": (
        lambda document: _value(document, "input_price", 0).update(value=-1),
        "/given/catalogue/values/input_price/0",
    ),
    "a dispute about the value itself": (
        lambda document: _value(document, "output_price", 0)["disputed"][0].update(value=4),
        "/given/catalogue/values/output_price/0/disputed/0/value",
    ),
    "a model that extends nobody": (
        lambda document: document["given"]["catalogue"]["models"][1].update(extends="nobody"),
        "/given/catalogue/models/1/extends",
    ),
    "a model that extends itself": (
        lambda document: document["given"]["catalogue"]["models"][0].update(extends="m1"),
        "/given/catalogue/models/0/extends",
    ),
    "a family that lends nothing": (
        lambda document: document["given"]["catalogue"]["models"][1].pop("extends"),
        "/given/catalogue/models/1/attributes/family",
    ),
    "another value than the family lends": (
        lambda document: _value(document, "family", 1).update(value="wren"),
        "/given/catalogue/models/1/attributes/family",
    ),
    "a value of another family": (
        lambda document: _value(document, "family", 1).update(inherited_from="m2"),
        "/given/catalogue/models/1/attributes/family",
    ),
    "a value that was not inherited": (
        lambda document: (
            document["given"]["catalogue"]["models"][1]["attributes"].pop("family"),
            document["given"]["catalogue"]["models"][2]["attributes"].update(family=1),
            document["given"]["catalogue"]["values"]["family"].pop(1),
        ),
        "/given/catalogue/models/1/attributes/family",
    ),
    "a value that nobody inherits": (
        lambda document: _value(document, "capable", 0).update(inherited_from="family"),
        "/given/catalogue/models/1/attributes/capable",
    ),
    "a maximum below the minimum": (
        lambda document: _declared(document, "input_price").update(maximum=-1),
        "/given/vocabulary/4",
    ),
    "a default of a model": (lambda document: _declared(document, "size").update(default=1), "/given/vocabulary/17"),
    "a price that is inherited": (
        lambda document: _declared(document, "input_price").update(inherited=True),
        "/given/vocabulary/4",
    ),
    "what nobody assumes": (
        lambda document: document["given"]["requirements"][2].update(origin="assumed"),
        "/given/requirements/2/value",
    ),
    "a share above its maximum": (
        lambda document: document["given"]["requirements"][1].update(value=2),
        "/given/requirements/1/value",
    ),
    "a test beyond what can be": (
        lambda document: document["given"].update(only={"input_price": {"at_least": -1}}),
        "/given/only/input_price/at_least",
    ),
    "a claim that is called after a document": (
        lambda document: document["given"]["claims"][1].update(id="old"),
        "/given/claims",
    ),
    "another way of computing": (
        lambda document: _declared(document, "monthly_cost").update(computed=[{"times": 1, "of": ["offline"]}]),
        "/given/vocabulary",
    ),
    "a text that is computed": (
        lambda document: _declared(document, "provider").update(computed=[{"times": 1, "of": ["input_price"]}]),
        "/given/vocabulary/15",
    ),
    "tokens that are a text": (
        lambda document: [
            _declared(document, "long_request_tokens").update(type="text"),
            _declared(document, "long_request_tokens").pop("minimum"),
            _declared(document, "long_request_tokens").pop("unit"),
        ],
        "/given/vocabulary",
    ),
    "only what nobody declared": (
        lambda document: document["given"].update(only={"speed": {"above": 1}}),
        "/given/only",
    ),
    "only what a requirement says": (
        lambda document: document["given"].update(only={"offline": {"is": True}}),
        "/given/only",
    ),
    "only compared with a requirement": (
        lambda document: document["given"].update(
            only={"all": [{"input_price": {"below": {"requirement": "monthly_budget"}}}]}
        ),
        "/given/only/all/0/input_price/below",
    ),
    "a list out of order": (lambda document: document["given"]["among"].reverse(), "/given/among/1"),
    "a list with a model twice": (lambda document: document["given"]["among"].insert(0, "m1"), "/given/among/1"),
    "a document without a date": (
        lambda document: document["given"]["documents"][0].update(date="soon"),
        "/given/documents/0/date",
    ),
}


@pytest.mark.parametrize("name", MEANINGLESS)
def test_what_is_given_must_mean_something(name: str) -> None:
    """What cannot stand in a catalogue, a vocabulary or a restriction is refused where it stands."""
    forge, pointer = MEANINGLESS[name]
    document = _document()
    forge(document)
    report = verify(_forged(document))
    assert (report.level, _wrong(report)) == ("shape", pointer)


INCONSISTENT: dict[str, tuple[Callable[[Document], object], str]] = {
    "a candidate is missing": (lambda found: found["candidates"].pop(1), "/found/candidates"),
    "a candidate stands twice": (
        lambda found: found["candidates"].insert(1, found["candidates"][1]),
        "/found/candidates",
    ),
    "an offer of another name": (lambda found: found["candidates"][0].update(offer="z"), "/found/candidates"),
    "the offer of a model that has one": (lambda found: found["candidates"][3].update(offer="x"), "/found/candidates"),
    "one left out and judged": (lambda found: found["left_out"]["only"].append("m2"), "/found/candidates"),
    "one left out twice": (lambda found: found["left_out"]["only"].append("m4"), "/found/left_out/only/1"),
    "nobody left out": (lambda found: found["left_out"]["among"].append("m9"), "/found/left_out/among/1"),
    "the place of another offer": (lambda found: found["candidates"][0].update(place=1), "/found/candidates/0/place"),
    "an offer without its place": (lambda found: found["candidates"][1].pop("place"), "/found/candidates/1/place"),
    "offers in another order": (
        lambda found: found["result"]["ranking"][0]["offers"][0]["offers"].reverse(),
        "/found/result/ranking/0/offers/0/offers/0",
    ),
}


@pytest.mark.parametrize("name", INCONSISTENT)
def test_candidates_and_places_must_agree(name: str) -> None:
    """Whoever changes one and not the other is found out by the names and sums alone."""
    forge, pointer = INCONSISTENT[name]
    document = _document()
    forge(document["found"])
    report = verify(_forged(document))
    assert (report.level, _wrong(report)) == ("shape", pointer)


ADDED: dict[str, tuple[Callable[[Document], object], str]] = {
    "a model is taken off the list": (
        lambda document: document["given"]["catalogue"]["models"][2].update(listed=False),
        "/found/candidates",
    ),
    "offers are ranked": (lambda document: document["given"].update(over="offers"), "/found/candidates/0/place"),
    "another price has begun": (
        lambda document: _value(document, "input_price", 0).update(
            dated=[{"since": "2026-03-01", "value": 3, "sources": ["d"]}]
        ),
        "/found/criteria/0/outcomes/0/leaves/0/actual",
    ),
    "a cost is stated": (
        lambda document: (
            _offer(document, 1, 0)["attributes"].update(monthly_cost=0),
            document["given"]["catalogue"]["values"]["monthly_cost"].insert(0, {"value": "14.5", "sources": ["d"]}),
            _offer(document, 3, 0)["attributes"].update(monthly_cost=1),
            _offer(document, 5, 0)["attributes"].update(monthly_cost=2),
        ),
        "/found/candidates/0/computed",
    ),
    "a cost is computed": (
        lambda document: document["found"]["candidates"][3].update(
            computed=document["found"]["candidates"][0]["computed"]
        ),
        "/found/candidates/3/computed",
    ),
    "another source is old": (
        lambda document: document["found"]["resting"][-1].update(old=True),
        "/found/resting/2/old",
    ),
}


@pytest.mark.parametrize("name", ADDED)
def test_what_is_added_is_noticed(name: str) -> None:
    """What a trace says more than it did is refused where it first matters, with all digests made anew."""
    forge, pointer = ADDED[name]
    document = _document()
    forge(document)
    assert _wrong(verify(_forged(document))) == pointer


def test_a_price_of_another_day_is_no_change() -> None:
    """A dated value that has ended is given and has no say; one that is to begin says what a month will cost."""
    document = _document()
    price = _value(document, "input_price", 1)
    price["dated"] = [{"since": "2025-01-01", "value": 77, "sources": ["d"]}, *price["dated"]]
    assert verify(_forged(document)).ok
    price["dated"][-1]["value"] = 88
    assert _wrong(verify(_forged(document))) == "/found/candidates/1/coming/0/computed/monthly_cost"
