"""What the algebra of conditions calls impossible never happens, and what it calls implied always follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from attrs import frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.worlds import VOCABULARY, rule, world

from llmrules.check.lint.algebra import FALSE, NOT_FALSE, NOT_TRUE, TRUE, Algebra, cells, spread, witnesses
from llmrules.language.conditions import Facts, Leaf, Reference, Table
from llmrules.language.conditions import Test as OneTest
from llmrules.language.operators import OPERATORS, conjunction, disjunction, operators_for
from llmrules.language.values import Period, Value, period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.language.conditions import Operand
    from llmrules.language.operators import Truth
    from llmrules.language.vocabulary import Attribute

BOUNDED = VOCABULARY.replace(
    'spend = { type = "number", unit = "USD" }', 'spend = { type = "number", unit = "USD", minimum = 0, maximum = 10 }'
)
ATTRIBUTES = world(vocabulary=BOUNDED).knowledge.ruleset.vocabulary.attributes
REQUIREMENTS = sorted(name for name, one in ATTRIBUTES.items() if one.scope == "requirement" and name != "as_of")
MODEL_SIDE = sorted(name for name, one in ATTRIBUTES.items() if one.scope != "requirement")
REFERENCES = {"window": "tokens", "price": "spend", "released": "since", "takes": "inputs", "hosted": "hosting"}
DAYS = [date(2025, 1, 31), date(2025, 2, 1), date(2025, 2, 2), date(2025, 2, 28), date(2025, 3, 1), date(2025, 12, 31)]
NUMBERS: list[int | Decimal] = [0, 1, 2, 3, Decimal("2.5"), 10, 11]
TEXTS = ["MIT", "mit", "Apache-2.0", "GPL-3.0", "x"]
PATTERNS = ["MIT", "*", "A*", "*-?.0", "[mM]*"]

ORDER: dict[Truth, int] = {False: 0, None: 1, True: 2}


def _day(value: date) -> Period:
    return Period(value, value, value.isoformat())


def scalars(attribute: Attribute, *, periods: bool = False) -> st.SearchStrategy[Value]:
    """Return single values; of a set, one member."""
    if attribute.choices:
        return st.sampled_from(attribute.choice_ids)
    if attribute.type == "flag":
        return st.booleans()
    if attribute.type == "number":
        return st.sampled_from([one for one in NUMBERS if attribute.maximum is None or one <= attribute.maximum])
    if attribute.type == "text":
        return st.sampled_from(TEXTS)
    days = st.sampled_from(DAYS).map(_day)
    spans = st.sampled_from(["2025", "2025-01", "2025-02", "2024"]).map(lambda text: period(text) or _day(DAYS[0]))
    return days | spans if periods else days


def values(attribute: Attribute, *, periods: bool = False) -> st.SearchStrategy[Value]:
    """Return whole values."""
    if attribute.many:
        return st.frozensets(st.sampled_from(attribute.choice_ids))
    return scalars(attribute, periods=periods)


@st.composite
def one_test(draw: st.DrawFn, attribute: Attribute, name: str) -> OneTest:
    """Return a test with one operator, which may refer to a requirement where it can."""
    operator = OPERATORS[name]
    operand: Operand | Reference
    same = operator.operand == "same" or (attribute.many and operator.operand == "members")
    if attribute.name in REFERENCES and same and draw(st.integers(0, 3)) == 0:
        plus = draw(st.sampled_from([0, 1])) if attribute.type in {"number", "date"} else 0
        operand = Reference(REFERENCES[attribute.name], plus)
    elif operator.operand == "flag":
        operand = draw(st.booleans())
    elif operator.operand == "glob":
        operand = draw(st.sampled_from(PATTERNS))
    elif operator.operand == "same":
        operand = draw(values(attribute))
    elif operator.operand == "member":
        operand = draw(scalars(attribute))
    else:
        operand = tuple(sorted(draw(st.sets(scalars(attribute), min_size=1, max_size=3)), key=str))
    return OneTest(operator, operand)


@st.composite
def leaves(draw: st.DrawFn, names: tuple[str, ...]) -> Leaf:
    """Return a leaf of one or two tests; known = false stands alone."""
    attribute = ATTRIBUTES[draw(st.sampled_from(names))]
    chosen = draw(st.lists(st.sampled_from(operators_for(attribute)), min_size=1, max_size=2, unique=True))
    drawn = [draw(one_test(attribute, name)) for name in sorted(chosen, key=list(OPERATORS).index)]
    absent = [test for test in drawn if test.operator.name == "known" and test.operand is False]
    return Leaf(attribute, tuple(absent or drawn))


def tables(names: tuple[str, ...]) -> st.SearchStrategy[Table]:
    """Return tables up to three deep."""
    some = st.lists(leaves(names), min_size=1, max_size=2).map(tuple)
    flat = st.builds(Table, leaves=some)
    return st.recursive(
        flat,
        lambda inner: st.builds(
            Table,
            leaves=st.lists(leaves(names), max_size=2).map(tuple),
            every=st.lists(inner, max_size=2).map(tuple),
            either=st.lists(inner, max_size=2).map(tuple),
        ),
        max_leaves=3,
    )


@st.composite
def pairs(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[Table, Table]:
    """Return two tables, often made of each other, so that something is implied."""
    one, other = draw(tables(names)), draw(tables(names))
    related = [
        (one, other),
        (Table(every=(one, other)), one),
        (one, Table(either=(one, other))),
        (one, Table(leaves=one.leaves[:1])),
    ]
    return draw(st.sampled_from(related))


@st.composite
def facts(draw: st.DrawFn, names: Iterable[str], *, several: bool) -> Facts:
    """Return what is known of some requirements, ``several`` also in conflict. A default is always there."""
    known: dict[str, frozenset[Value]] = {}
    for name in names:
        attribute = ATTRIBUTES[name]
        if attribute.default is None and draw(st.booleans()):
            continue
        value = draw(values(attribute))
        if isinstance(value, frozenset):
            known[name] = frozenset[Value](value)
        else:
            more = draw(st.sets(scalars(attribute), max_size=2)) if several and attribute.default is None else ()
            known[name] = frozenset({value, *more})
    return known


@frozen
class Trial:
    """Two tables, what is known of the case, and a model."""

    one: Table
    other: Table
    known: Facts
    model: dict[str, Value | None]

    @property
    def waits(self) -> bool:
        """Whether a rule with these tables would wait for a requirement that they refer to."""
        return not {*self.one.references(), *self.other.references()} <= self.known.keys()


@st.composite
def trials(draw: st.DrawFn, names: list[str], *, several: bool = True) -> Trial:
    """Return tables over one or two attributes, and values for these: unknown ones, and periods for dates of models."""
    few = tuple(draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)))
    model = {name: draw(st.none() | values(ATTRIBUTES[name], periods=True)) for name in few if name in MODEL_SIDE}
    asked = [name for name in few if name in REQUIREMENTS]
    referred = [REFERENCES[name] for name in few if name in REFERENCES]
    return Trial(*draw(pairs(few)), draw(facts([*asked, *referred], several=several)), model)


def truth(table: Table, model: Mapping[str, Value | None], known: Facts) -> Truth:
    """Return the three-valued truth of a table on a model."""
    found = [leaf.truth(model[leaf.attribute.name], known) for leaf in table.leaves]
    found += [truth(inner, model, known) for inner in table.every]
    if table.either:
        found.append(disjunction([truth(inner, model, known) for inner in table.either]))
    return conjunction(found)


@given(trial=trials(REQUIREMENTS))
def test_requirements_in_conflict_never_refute_it(trial: Trial) -> None:
    """With several values at once, nothing impossible holds and everything implied does."""
    algebra = Algebra(frozenset(REQUIREMENTS))
    assert not (algebra.impossible(trial.one) and trial.one.holds(trial.known))
    if algebra.implies(trial.one, trial.other) and trial.one.holds(trial.known):
        assert trial.other.holds(trial.known)


@given(trial=trials(REQUIREMENTS, several=False))
def test_requirements_never_refute_it(trial: Trial) -> None:
    """With one value each, nothing impossible holds and everything implied does."""
    algebra = Algebra()
    assert not (algebra.impossible(trial.one) and trial.one.holds(trial.known))
    if algebra.implies(trial.one, trial.other) and trial.one.holds(trial.known):
        assert trial.other.holds(trial.known)


@settings(max_examples=40)
@given(trial=trials(MODEL_SIDE))
def test_models_never_refute_it(trial: Trial) -> None:
    """On unknown values, periods, partial sets and requirements in conflict, it is right as well."""
    if trial.waits:
        return
    algebra, one, other = Algebra(), trial.one, trial.other
    first, second = truth(one, trial.model, trial.known), truth(other, trial.model, trial.known)
    assert not (algebra.impossible(one) and first is True)
    assert not (algebra.impossible(Table(), (one, FALSE)) and first is False)
    if algebra.implies(one, other) and first is True:
        assert second is True
    if algebra.at_most(one, other):
        assert ORDER[first] <= ORDER[second]


@settings(max_examples=30)
@given(trial=trials(MODEL_SIDE), allowed=st.sampled_from([TRUE, FALSE, NOT_TRUE, NOT_FALSE]))
def test_spreading_changes_nothing(trial: Trial, allowed: frozenset[Truth]) -> None:
    """A table has one of the allowed truths exactly where one of its conjunctions holds."""
    if trial.waits:
        return
    cases = spread(trial.one, allowed)
    assert cases is not None
    found = [{leaf: leaf.truth(trial.model[leaf.attribute.name], trial.known) for leaf, _ in case} for case in cases]
    holds = any(all(known[leaf] in some for leaf, some in case) for case, known in zip(cases, found, strict=True))
    assert holds == (truth(trial.one, trial.model, trial.known) in allowed)


@given(leaf=st.sampled_from([*REQUIREMENTS, *MODEL_SIDE]).flatmap(lambda name: leaves((name,))))
@example(leaf=Leaf(ATTRIBUTES["licence"], (OneTest(OPERATORS["like"], "A*"),)))
def test_a_witness_is_one(leaf: Leaf) -> None:
    """A value that is given as an example satisfies what it is an example of."""
    name, scope = leaf.attribute.name, leaf.attribute.scope
    for value in witnesses([(leaf, TRUE)]):
        if scope == "requirement":
            held = value if isinstance(value, frozenset) else frozenset({value})
            assert leaf.holds({} if value is None else {name: held})  # type: ignore[dict-item]
        else:
            assert leaf.truth(value, {}) is True


def table(text: str, *, side: str = "when") -> Table:
    """Return the table that stands in a rule."""
    rest = "advise = true" if side == "when" else "require.weights = true"
    read = world(rule("one", f"{side}.all = [{text}]\n{rest}"), vocabulary=BOUNDED)
    rules = read.knowledge.ruleset.rules
    return rules["one"].when if side == "when" else rules["one"].where


@pytest.mark.parametrize(
    "text",
    [
        "{ tokens = { above = 5, below = 5 } }",
        "{ tokens = { at_least = 6, at_most = 5 } }",
        "{ spend.above = 10 }",
        "{ spend.below = 0 }",
        "{ budget = { above = 'ample' } }",
        "{ budget = { above = 'tight', below = 'normal' } }",
        "{ inputs = { has = 'audio', only = ['text', 'image'] } }",
        "{ inputs = { has_any = ['audio', 'image'], none_of = ['audio', 'image'] } }",
        "{ inputs.has = 'text' }, { inputs.none_of = ['text'] }",
        "{ inputs.is = ['text'] }, { inputs.has = 'image' }",
        "{ hosting.known = false }, { hosting = 'own' }",
        "{ hosting = { any_of = ['own'], none_of = ['own'] } }",
        "{ tier.known = false }",
        "{ since = { at_least = 2025-02-01, below = 2025-02-01 } }",
        "{ since = { above = 2025-02-01, below = 2025-02-02 } }",
        "{ region = { is = 'EU', like = 'US*' } }",
        "{ any = [{ offline = true, inputs.is = [] }, { tuning = true, inputs.is = [] }] }, { inputs.has = 'text' }",
    ],
)
def test_it_sees_what_is_impossible(text: str) -> None:
    """Bounds, orders, sets, days and absence each rule something out."""
    assert Algebra(frozenset(REQUIREMENTS)).impossible(table(text))


@pytest.mark.parametrize(
    "text",
    [
        "{ hosting = 'own' }, { hosting = 'vendor' }",
        "{ tokens.above = 5 }, { tokens.below = 5 }",
        "{ budget = 'tight' }, { budget.above = 'tight' }",
        "{ since = 2025-02-01 }, { since = 2025-02-02 }",
    ],
)
def test_values_in_conflict_pass_two_leaves(text: str) -> None:
    """Two leaves on one attribute may each be satisfied by another value, where a rule can add a second one."""
    assert not Algebra(frozenset(REQUIREMENTS)).impossible(table(text))
    assert Algebra().impossible(table(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{ tokens.at_least = 10 }", "{ tokens.above = 9 }"),
        ("{ tokens = 10 }", "{ tokens = { at_least = 5, at_most = 20 } }"),
        ("{ budget = 'tight' }", "{ budget.at_most = 'normal' }"),
        ("{ budget.below = 'ample' }", "{ budget = ['tight', 'normal'] }"),
        ("{ inputs.has_all = ['text', 'image'] }", "{ inputs.has_any = ['image', 'audio'] }"),
        ("{ inputs.is = ['text'] }", "{ inputs.only = ['text', 'image'] }"),
        ("{ hosting = 'own', offline = true }", "{ any = [{ hosting = 'own' }, { tuning = true }] }"),
        ("{ any = [{ hosting = 'own' }, { hosting = 'vendor' }] }", "{ hosting.known = true }"),
        ("{ region = 'EU-west' }", "{ region.like = 'EU*' }"),
        ("{ since.above = 2025-02-01 }", "{ since.at_least = 2025-02-02 }"),
    ],
)
def test_it_sees_what_is_implied(one: str, other: str) -> None:
    """A narrower condition implies a wider one, and not the other way round."""
    algebra = Algebra(frozenset(REQUIREMENTS))
    assert algebra.implies(table(one), table(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{ open = 'free' }", "{ open.at_least = 'shown' }"),
        ("{ released.at_least = 2025-06-01 }", "{ released.above = 2025-05-30 }"),
        ("{ window.at_least.requirement = 'tokens', licence = 'MIT' }", "{ window.at_least.requirement = 'tokens' }"),
        ("{ strengths.has_all = ['code', 'maths'] }", "{ strengths.has = 'code' }"),
    ],
)
def test_it_compares_truths_of_models(one: str, other: str) -> None:
    """The truth of a narrower condition is never above that of a wider one, unknown values included."""
    algebra = Algebra()
    assert algebra.at_most(table(one, side="where"), table(other, side="where"))
    assert not algebra.at_most(table(other, side="where"), table(one, side="where"))


def test_unknown_is_not_known() -> None:
    """A test that is unknown where a value is missing is not below one that is false there, though it implies it."""
    algebra = Algebra()
    holds, known = table("{ window.above = 5 }", side="where"), table("{ window.known = true }", side="where")
    assert algebra.implies(holds, known)
    assert not algebra.at_most(holds, known)


def test_what_is_too_large_is_not_judged() -> None:
    """Where there are too many cases or cells, nothing is claimed."""
    either = ", ".join(f"{{ any = [{{ tokens = {n} }}, {{ tokens = {n + 100} }}] }}" for n in range(12))
    assert spread(table(either)) is None
    assert not Algebra().impossible(table(either))
    choices = ", ".join(f'c{n} = "{n}"' for n in range(14))
    wide = BOUNDED.replace("[requirement]", f'[requirement]\nmany = {{ type = "set", choices = {{ {choices} }} }}')
    members = ", ".join(f"'c{n}'" for n in range(13))
    read = world(
        rule("one", f"when.many = {{ has_all = [{members}], only = ['c13'] }}\nadvise = true"), vocabulary=wide
    )
    when = read.knowledge.ruleset.rules["one"].when
    assert cells(when.leaves) is None
    assert not Algebra().impossible(when)
