"""Computed attributes: sums of products, exact and with their units, which both the decision and the checker reckon."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.worlds import VOCABULARY, candidate, decide, facts, fired, model, rule, verdicts, world

from llmrules.errors import LoadError
from llmrules.language.values import as_text
from llmrules.verify import verify

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from llmrules.advisor import Advisor

SIZES = """
[requirement.bits]
type = "number"
unit = "bits per parameter"
[model.parameters]
type = "number"
unit = { en = "billion parameters", ko = "억 파라미터" }
[model.overhead]
type = "number"
unit = "GB"
[model.memory]
type = "number"
unit = "GB"
marks = [1, 100]
computed = [["parameters", "bits", "0.125 GB per billion bits"], ["overhead"]]
"""
FITS = rule("fits", "require.memory.at_most = 40")


def sized(more: str = "", rules: str = FITS, *models: str) -> Advisor:
    """Return an advisor over models with parameters, and what they need."""
    return world(rules, "".join(models), vocabulary=f"{VOCABULARY}{SIZES}{more}")


def refused(declared: str) -> list[tuple[str, str | None, str | None]]:
    """Return what is wrong with a computed attribute: what is found, the nearest name and the message."""
    with pytest.raises(LoadError) as caught:
        world("", "", vocabulary=f"{VOCABULARY}{SIZES}{declared}")
    return [(one.message, one.nearest, one.hint) for one in caught.value.errors]


# Meaning


def test_a_model_is_tested_and_graded_by_what_is_computed_of_it() -> None:
    """The sum is exact; a model of which a factor is unknown is unverified, and what is missing is that factor."""
    rules = FITS + rule("small", "prefer.memory.toward = 'lowest'\nweight = 99")
    models = [model("a", parameters=70.6, overhead=0.5), model("b", parameters=7, overhead=1), model("c", overhead=1)]
    decision = decide(sized("", rules, *models), bits=4)
    assert verdicts(decision) == {"a": "eligible", "b": "eligible", "c": "unverified"}
    assert decision.computed("memory", "a").value == Fraction("35.8")  # type: ignore[union-attr]
    assert {one.model: str(one.points) for one in decision.ranking} == {"a": "321/5", "b": "191/2"}
    assert candidate(decision, "c").missing == ("parameters",)
    assert verify(decision.trace).ok
    assert verdicts(decide(sized("", FITS, *models), bits=16)) == {"a": "excluded", "b": "eligible", "c": "unverified"}


def test_what_is_stated_is_not_computed() -> None:
    """A value of the catalogue holds in the place of the sum, and the trace has no terms of it."""
    decision = decide(sized("", FITS, model("a", parameters=70, overhead=1, memory=12)), bits=16)
    assert verdicts(decision) == {"a": "eligible"}
    assert candidate(decision, "a").computed is None
    assert verify(decision.trace).ok


def test_a_factor_that_is_zero_needs_no_other() -> None:
    """A product with a zero is zero whatever its other factors are, in a case that states nothing, too."""
    decision = decide(sized("", FITS, model("a", parameters=0, overhead=5), model("b", parameters=1, overhead=5)))
    assert verdicts(decision) == {"a": "eligible", "b": "unverified"}
    assert candidate(decision, "b").missing == ("memory",)  # the case says nothing of bits
    assert verify(decision.trace).ok


def test_why_shows_the_sum_or_names_what_is_unknown() -> None:
    """Each product stands with its numbers and what they are; of an unknown sum the factor that it lacks."""
    models = [model("a", parameters=70.6, overhead=0.5), model("c", overhead=1)]
    decision = decide(sized("", FITS, *models), bits=4)
    assert "= 70.6 billion parameters (parameters) × 4 bits per parameter (bits) × 0.125 = 35.3 GB" in str(  # noqa: RUF001
        decision.why("a")
    )
    assert "+ 0.5 GB (overhead)" in str(decision.why("a"))
    assert "parameters: unknown" in str(decision.why("c"))
    assert "bits: not stated" in str(decide(sized("", FITS, *models)).why("a"))
    assert "파라미터" in str(decision.why("a", "ko"))


def test_a_disputed_factor_disputes_the_sum() -> None:
    """Where another source's number would put the sum above the limit, the decision says that it rests on it."""
    disputed = model("a", parameters=70, overhead=0, disputed={"parameters": 90})
    decision = decide(sized("", FITS, disputed), bits=4)
    assert [(one.level, one.attribute, one.rule) for one in decision.cautions] == [("disputed", "parameters", "fits")]
    assert verify(decision.trace).ok


def test_rules_that_classify_may_read_what_rests_on_no_case() -> None:
    """A class can rest on a computed number of the model alone, and on none that each case makes anew."""
    double = "[model.double]\ntype = 'number'\nunit = 'GB'\ncomputed = [[2, 'overhead']]\n"
    small = rule("small", "conclude.capable = true\nwhere.double.at_most = 4") + rule("r", "require.capable = true")
    decision = decide(sized(double, small, model("a", overhead=2), model("b", overhead=3), model("c")))
    assert verdicts(decision) == {"a": "eligible", "b": "excluded", "c": "unverified"}
    assert candidate(decision, "c").missing == ("overhead",)
    assert verify(decision.trace).ok
    with pytest.raises(LoadError, match="memory is computed for a case, and no rule that classifies models knows one"):
        sized("", rule("small", "conclude.capable = true\nwhere.memory.at_most = 4"))


# What is refused


def test_units_must_fit() -> None:
    """The error says what a product gives and what is declared; an s at the end of a word is no matter."""
    declared = "[model.wrong]\ntype = 'number'\nunit = 'GB'\ncomputed = [['parameters', 'bits'], ['overhead', 1.1]]\n"
    assert refused(declared) == [
        (
            "gives billion bit, where wrong is declared in GB",
            None,
            'a constant with its unit can make up for it: "… GB per billion per bit"',
        )
    ]
    right = "[model.speed]\ntype = 'number'\nunit = 'GB/hours'\n"
    right += "computed = [['overhead', '3600 seconds per hour', '1 per second']]\n"
    assert sized(right).knowledge.ruleset.vocabulary["speed"].computed is not None
    asked = "[model.asked]\ntype = 'number'\nunit = 'queries'\ncomputed = [['overhead', '5 queries', {}]]\n"
    assert sized(asked.format("'2 per GB'")).knowledge.ruleset.vocabulary["asked"].computed is not None
    (message, _, hint), *_ = refused(asked.format("2"))
    assert message == "gives GB query, where asked is declared in query"
    assert hint == 'a constant with its unit can make up for it: "… per GB"'


@pytest.mark.parametrize(
    ("declared", "message", "nearest"),
    [
        (
            "computed = [['overhed']]",
            "names no number of the requirement or model, of which one of the model",
            "overhead",
        ),
        ("computed = [['price']]", "price is an attribute of the offer; here stands one of the requirement or ", None),
        ("computed = [['weights']]", "names no number of the requirement or model", None),
        ("computed = [['wrong']]", "is computed from itself: wrong → wrong", None),
        ("computed = [['overhead', 0]]", "must not be 0", None),
        ("computed = [[]]", "must hold at least one factor", None),
        ("computed = []", "must hold at least one product", None),
        ("computed = ['overhead']", "must be a list of products, each a list of attributes and numbers", None),
        ("computed = [[true, 'overhead']]", "must be the name of an attribute, or a number", None),
    ],
)
def test_what_cannot_be_computed_is_refused(declared: str, message: str, nearest: str | None) -> None:
    """Each mistake has its message and the nearest name, and all of a file are told at once."""
    found = refused(
        f"[model.wrong]\ntype = 'number'\nunit = 'GB'\n{declared}\n[model.also]\ntype = 'flag'\ncomputed = [[1]]\n"
    )
    assert any(one[0].startswith(message) for one in found), found
    assert nearest in {one[1] for one in found}
    assert "does not belong to a flag of the model" in {one[0] for one in found}


# Against a naive reckoning

NAMES = ("n", "a", "b", "c")
PRODUCTS = st.lists(
    st.tuples(st.integers(-3, 3).filter(bool), st.lists(st.sampled_from([*NAMES, "x"]), max_size=3)),
    min_size=1,
    max_size=3,
)
NUMBERS = st.sampled_from([None, 0, 1, -2, 0.5, 1000.125])


@settings(max_examples=20, phases=[Phase.generate])
@given(
    first=PRODUCTS,
    second=PRODUCTS,
    drawn=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=3),
    n=NUMBERS,
)
def test_sums_are_those_of_a_naive_reckoning(
    first: Sequence[tuple[int, list[str]]],
    second: Sequence[tuple[int, list[str]]],
    drawn: Sequence[tuple[float | None, ...]],
    n: float | None,
) -> None:
    """Whatever is added and multiplied, decision, checker and the naive reckoning come to the same."""
    first = [(times, [name for name in of if name not in {"x", "c"}]) for times, of in first]
    vocabulary = VOCABULARY + "".join(
        f"[{scope}.{name}]\ntype = 'number'\n"
        for name, scope in zip(NAMES, ("requirement", "model", "model", "offer"), strict=True)
    )
    written = {"x": ("model", first), "p": ("offer", second)}
    for name, (scope, products) in written.items():
        vocabulary += f"[{scope}.{name}]\ntype = 'number'\ncomputed = {[[times, *of] for times, of in products]}\n"
    models = []
    for number, values in enumerate(drawn):
        known = {name: value for name, value in zip(NAMES[1:], values, strict=True) if value is not None}
        lines = [f"[[model]]\nid = 'm{number}'\nsource = 'd'"]
        lines += [f"{name} = {value}" for name, value in known.items() if name != "c"]
        models.append(
            "\n".join([*lines, "[[model.offer]]", *(f"c = {known['c']}" for _ in known.keys() & {"c"})]) + "\n"
        )
    rules = rule("r", "require.p.at_most = 3") + rule("s", "require.x.above = 1")
    case: dict[str, Any] = {} if n is None else {"n": n}
    decision = decide(world(rules, "".join(models), vocabulary=vocabulary), **case)
    for index, values in enumerate(drawn):
        facts: dict[str, Any] = dict(zip(NAMES, (n, *values), strict=True))
        facts["x"] = naive(first, facts)
        for name, expected in (("x", facts["x"]), ("p", naive(second, facts))):
            found = decision.candidates.columns[name].first[index]
            assert (None if found is None else as_text(found)) == (None if expected is None else as_text(expected)), (
                name
            )
    assert verify(decision.trace).ok


def naive(products: Sequence[tuple[int, Sequence[str]]], values: Mapping[str, float | None]) -> Any:  # noqa: ANN401
    """Add up products one by one."""
    total = Fraction(0)
    for times, of in products:
        numbers = [values[name] for name in of]
        if 0 in numbers:
            continue
        if None in numbers:
            return None
        amount = Fraction(times)
        for number in numbers:
            amount *= Fraction(number or 0)
        total += amount
    return Decimal(total.numerator) / total.denominator if total.denominator > 1 else int(total)


# Of the case

WORKLOAD = """
[requirement.users]
type = "number"
unit = "users"
[requirement.queries]
type = "number"
unit = "queries per user"
[requirement.extra]
type = "number"
unit = "queries"
default = 10
[requirement.load]
type = "number"
unit = "queries"
computed = [["users", "queries"], ["extra"]]
[requirement.twice]
type = "number"
unit = "queries"
computed = [["load", 2]]
[model.capacity]
type = "number"
unit = "queries"
"""
HEAVY = rule("heavy", "when.load.at_least = 1_000\nconclude.offline = true")
HEAVY += rule("slow", "when.load.known = true\nunless.twice.above = 2_020\nadvise = true")
HEAVY += rule("holds", "require.capacity.at_least.requirement = 'load'")


@pytest.mark.parametrize("engine", ["plain", "durable"])
def test_a_number_of_the_case_is_computed_before_any_rule_fires(engine: Literal["plain", "durable"]) -> None:
    """It is tested in when and unless and referred to as if it were stated; the facts say that it is computed."""
    models = "".join(f"[[model]]\nid = 'm{size}'\nsource = 'd'\ncapacity = {size}\n" for size in (1_009, 1_010))
    advisor = world(HEAVY, models, vocabulary=VOCABULARY + WORKLOAD, engine=engine)
    decision = decide(advisor, users=100, queries=10)
    assert fired(advisor, users=100, queries=10) == ("heavy", "holds", "slow")
    assert fired(advisor, users=100, queries=11) == ("heavy", "holds")
    assert fired(advisor, users=100) == ()
    assert verdicts(decision) == {"m1009": "excluded", "m1010": "eligible"}
    assert {name: facts(decision)[f"{name}={value}"].origin for name, value in (("load", 1010), ("twice", 2020))} == {
        "load": ("computed",),
        "twice": ("computed",),
    }
    assert verify(decision.trace).ok
    assert "queries per user (queries)" in str(decision.why("m1010"))
    stated = decide(advisor, users=100, queries=10, load=5)
    assert facts(stated)["load=5"].origin == ("stated",)
    assert verify(stated.trace).ok
    changed = decision.what_if(users=99)
    assert changed.best == decide(advisor, users=99, queries=10).best


def test_what_a_number_of_the_case_is_made_of_is_concluded_by_no_rule() -> None:
    """Neither it nor what it rests on is what a rule may conclude, since it is computed before any fires."""
    for name, why in (("load", "it is computed"), ("users", "load is computed from it before any rule fires")):
        with pytest.raises(LoadError, match=f"no rule may conclude {name}: {why}"):
            world(rule("r", f"when.offline = true\nconclude.{name} = 5"), "", vocabulary=VOCABULARY + WORKLOAD)


def test_advice_follows_what_is_computed_of_the_case() -> None:
    """How far a number may move is told exactly, where what is computed from it is a line over it."""
    models = "".join(f"[[model]]\nid = 'm{size}'\nsource = 'd'\ncapacity = {size}\n" for size in (1_010, 5_000))
    rules = HEAVY + rule("near", "prefer.capacity.at_most = 2_000\nweight = 1")
    decision = decide(world(rules, models, vocabulary=VOCABULARY + WORKLOAD), users=80, queries=10)
    assert decision.best == ("m1010",)
    firm = decision.firmness
    assert firm is not None
    stays = {one.attribute: (one.low, one.high, one.exact) for one in firm.requirements}
    assert stays["users"] == (None, 100, True)
    assert decision.what_if(users=100).best == ("m1010",)
    assert decision.what_if(users=101).best == ("m5000",)


LEFT = """
[requirement.volume]
type = "number"
[requirement.total]
type = "number"
computed = [[2, "volume"]]
[requirement.grand]
type = "number"
computed = [[1, "total"]]
[model.room]
type = "number"
computed = [["grand"]]
[model.left]
type = "number"
computed = [[1, "room"], [-1, "grand"]]
"""
CASES: tuple[dict[str, Any], ...] = ({"volume": 3}, {"volume": 3, "total": 1}, {"grand": 1}, {"volume": 1}, {})


@pytest.mark.parametrize("engine", ["plain", "durable"])
def test_a_stated_sum_of_one_case_is_in_no_other_one(engine: Literal["plain", "durable"]) -> None:
    """Who has decided other cases decides as one who has not, where a sum that others are made of is stated."""
    rules = rule("left", "require.left.at_least = 0")

    def new() -> Advisor:
        return world(rules, model("a", room=5), vocabulary=VOCABULARY + LEFT, engine=engine)

    fresh = {str(case): decide(new(), **case) for case in CASES}
    assert [verdicts(one)["a"] for one in fresh.values()] == ["excluded", *["eligible"] * 3, "unverified"]
    for one, other in permutations(CASES, 2):
        used = new()
        for case in (one, other):
            found = decide(used, **case)
            assert found.trace.digests.found == fresh[str(case)].trace.digests.found
            assert verify(found.trace).ok
            assert not found.trace.found.unread


def test_a_sum_of_constants_is_known_in_every_case() -> None:
    """What is computed of a model from a number of the case that is constant is computed where nothing is stated."""
    declared = '[requirement.volume]\ntype = "number"\nunit = "tokens"\ncomputed = [["0.1 tokens"]]\n'
    declared += '[model.load]\ntype = "number"\nunit = "tokens"\ncomputed = [[0.1, "volume"]]\n'
    rules = rule("light", "prefer.load.below = 1\nweight = 2")
    decision = decide(world(rules, model("a", window=1), vocabulary=VOCABULARY + declared))
    assert [one.points for one in decision.ranking] == [2]
    assert verify(decision.trace).ok


def test_a_dispute_of_a_stated_sum_is_followed_into_what_is_made_of_it() -> None:
    """Another value of a sum that the catalogue states would change what is computed from it."""
    rules = rule("left", "require.left.at_least = 0")
    declared = '[[model]]\nid = "a"\nsource = "d"\nroom = 5\n'
    declared += '[[model.disputed]]\nattribute = "room"\nvalue = 1\nsource = "d2"\n'
    decision = decide(world(rules, declared, vocabulary=VOCABULARY + LEFT), volume=1)
    assert [(one.attribute, one.rules) for one in candidate(decision, "a").disputes] == [("room", ("left",))]
    assert verify(decision.trace).ok


def test_a_disputed_factor_may_make_a_sum_known() -> None:
    """Where a number of the case is unknown, a disputed value of 0 would settle the product, and that is a dispute."""
    models = model("a", overhead=1) + '[[model.disputed]]\nattribute = "parameters"\nvalue = 0\nsource = "d2"\n'
    models = models.replace("overhead = 1", 'overhead = 1\nparameters = 7\nsources.parameters = "d"')
    decision = decide(sized("", FITS, models))
    assert [(one.attribute, one.rules) for one in candidate(decision, "a").disputes] == [("parameters", ("fits",))]
    assert verify(decision.trace).ok
