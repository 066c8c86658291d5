"""The columns of candidates say what the catalogue and the classifying rules say of each one, in every layer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.offer_worlds import DAYS, catalogues, rules, sellers
from tests.worlds import rule

from llmrules.catalog.candidates import bits
from llmrules.catalog.candidates.candidates import mask_of, spread
from llmrules.language.operators import conjunction, disjunction
from llmrules.language.rules.effects import Conclude
from llmrules.language.rules.rule import Cycle, classification_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules import Advisor
    from llmrules.catalog.candidates import Candidates
    from llmrules.language.conditions import Table
    from llmrules.language.operators import Truth
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value

CLASSES = (
    "where.open.at_least = 'shown'\nconclude.capable = true",
    "where.size.above = 5\nconclude.capable = true",
    "where.skills.has = 'maths'\nconclude.capable = true",
    "where.family = 'lark'\nconclude.skills = ['maths']",
    "where.any = [{ size.below = 10 }, { open = 'free' }]\nconclude.skills = ['code', 'maths']",
    "where.size.known = false\nconclude.skills = ['code']",
)


@st.composite
def classified_worlds(draw: st.DrawFn) -> Advisor:
    """Return models with disputed and dated values, and some rules that classify them, one on top of another."""
    chosen = [number for number in range(len(CLASSES)) if draw(st.booleans())]
    texts = "".join(rule(f"class-{number}", CLASSES[number]) for number in chosen)
    return sellers(texts, draw(catalogues())[0])


@given(classified_worlds())
def test_rules_classify_each_candidate_in_each_layer(advisor: Advisor) -> None:
    """A stated flag holds, else one true rule concludes it and all false ones deny it; true rules add members."""
    knowledge = advisor.knowledge
    rules = tuple(knowledge.ruleset.classifying())
    for day in (date.min, *knowledge.turning_days):
        candidates = knowledge.criteria_on(day).candidates
        denied = set()
        for bit, stated in stated_in_layers(candidates):
            values, against = classify(stated, rules)
            assert {name: column[bit] for name, column in candidates.columns.items()} == values
            if bit < candidates.count:
                denied |= {(candidates.rows[bit].model.id, name, by) for name, by in against}
        found = [(one.model, one.attribute, one.rule) for one in candidates.contradictions]
        assert sorted(found) == sorted(denied)


def stated_in_layers(candidates: Candidates) -> Iterator[tuple[int, dict[str, Value | None]]]:
    """Yield each candidate by its bit in each of its layers, with what the catalogue states there."""
    for index, row in enumerate(candidates.rows):
        entries = {name: row.entry(name) for name in candidates.columns}
        stated = {name: None if entry is None else entry.value for name, entry in entries.items()}
        stated["model"] = row.model.id  # it is always there, and no catalogue states it
        yield index, stated
        for dispute in candidates.disputes:
            if dispute.index == index:
                changed = {**stated, dispute.attribute: dispute.stated.value}
                yield dispute.layer * candidates.count + index, changed


def classify(
    stated: dict[str, Value | None], rules: Sequence[Rule]
) -> tuple[dict[str, Value | None], list[tuple[str, str]]]:
    """Return all values of one candidate, and each flag that is denied with the rule that concludes it."""
    values, against = dict(stated), []
    order = classification_order(rules)
    assert not isinstance(order, Cycle)
    for name in order:
        bodies = {
            one: said for one in rules if isinstance(said := one.effect, Conclude) and said.attribute.name == name
        }
        truths = [truth(one.where, values) for one in bodies]
        true = [one for one, holds in zip(bodies, truths, strict=True) if holds]
        before = stated[name]
        if any(body.attribute.many for body in bodies.values()):
            members = frozenset(str(member) for one in true for member in bodies[one].values)
            if members:
                values[name] = members | before if isinstance(before, frozenset) else members
        elif before is None:
            values[name] = disjunction(truths)
        elif before is False:
            against += [(name, one.id) for one in true]
    return values, against


def truth(table: Table, values: dict[str, Value | None]) -> Truth:
    """Return the three-valued truth of a table on the values of one candidate."""
    parts = [leaf.truth(values[leaf.attribute.name], {}) for leaf in table.leaves]
    parts += [truth(inner, values) for inner in table.every]
    parts += [disjunction([truth(inner, values) for inner in table.either])] if table.either else []
    return conjunction(parts)


@given(classified_worlds())
def test_groups_are_the_columns_by_value(advisor: Advisor) -> None:
    """Each value has the mask of all bits that have it, and what has any value is known."""
    candidates = advisor.knowledge.candidates
    for name, column in candidates.columns.items():
        by_value: dict[Value, list[int]] = {}
        for bit in range(candidates.count * (candidates.layers + 1)):
            value = column[bit]
            if value is not None:
                by_value.setdefault(value, []).append(bit)
        assert {value: bits(mask) for value, mask in candidates.groups[name].masks().items() if mask} == {
            value: tuple(its) for value, its in by_value.items()
        }
        assert candidates.known[name] == mask_of([bit for its in by_value.values() for bit in its])


@given(st.integers(0, 9), st.integers(0, 9), st.data())
def test_masks_and_bits(count: int, layers: int, data: st.DataObject) -> None:
    """A mask has its bits, and spreading it has them in every layer."""
    chosen = data.draw(st.sets(st.integers(0, count - 1))) if count else set[int]()
    assert bits(mask_of(chosen)) == tuple(sorted(chosen))
    everywhere = sorted(layer * count + bit for layer in range(layers + 1) for bit in chosen)
    assert bits(spread(mask_of(chosen), count, layers)) == tuple(everywhere)


# ── When they are arranged ────────────────────────────────────────────────────────────────────────────────────────────

DATED = """\
language = 1
[[model]]
id = "m"
open = "closed"
sources = { open = "d" }
dated = [
  { attribute = "open", since = 2026-03-01, value = "shown", source = "d" },
  { attribute = "open", since = 2026-03-02, value = "free", source = "d" },
]
"""


@pytest.mark.parametrize(("day", "turns"), [("2026-02-28", 0), ("2026-03-01", 1), ("2026-03-02", 2), ("2027-01-01", 2)])
def test_only_the_time_that_is_decided_for_is_arranged(day: str, turns: int) -> None:
    """Loading arranges nothing, a decision the values of its day, and another of the same time nothing more."""
    advisor = sellers(rule("r", "require.open = 'free'"), DATED)
    assert advisor.knowledge.models == ("m",)
    assert advisor.knowledge.arranged == {}
    first, second = (advisor.decide({"as_of": day, "offline": offline}) for offline in (True, False))
    assert [*advisor.knowledge.arranged] == [turns]
    assert first.criteria is second.criteria
    assert first.verdict("m") == ("eligible" if turns == 2 else "excluded")


@given(rules(), catalogues())
def test_threads_that_share_an_advisor_decide_as_one_alone(texts: str, catalogue: tuple[str, tuple[str, ...]]) -> None:
    """Whoever comes first arranges, whatever the others do meanwhile; all take the same arrangement."""
    shared, alone = (sellers(texts, catalogue[0]) for _ in range(2))
    cases = [{"as_of": day, "monthly_input_tokens": 1_000_000, "monthly_output_tokens": 0} for day in DAYS] * 2
    with ThreadPoolExecutor(len(cases)) as pool:
        decisions = list(pool.map(shared.decide, cases))
        criteria = list(pool.map(shared.knowledge.criteria_on, DAYS * 2))
    assert [one.trace.digests.found for one in decisions] == [alone.decide(one).trace.digests.found for one in cases]
    assert all(one is other for one, other in zip(criteria, criteria[len(DAYS) :], strict=False))
