"""Points as lanes of one integer: the same sums as added one by one, whatever their width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llmrules.decision.criteria import flags, lanes_for, places

WIDE = [1, 200, 65_000, 2**31, 2**63, 2**64, 10**40]


@given(st.data())
def test_the_sum_of_lanes_is_the_sum_of_each(data: st.DataObject) -> None:
    """However many rules give however many points to however many candidates, no lane reaches into the next one."""
    count, greatest = data.draw(st.integers(0, 40)), data.draw(st.sampled_from(WIDE))
    rules = data.draw(st.integers(1, 5))
    each = st.lists(st.integers(0, greatest), min_size=count, max_size=count)
    rows = data.draw(st.lists(each, min_size=rules, max_size=rules))
    lanes = lanes_for(count, greatest * rules)
    total = sum(lanes.packed(row) for row in rows)
    assert [*lanes.unpacked(total)] == [sum(column) for column in zip(*rows, strict=True)]


@given(st.integers(0, 70), st.data())
def test_a_mask_is_a_lane_for_each_bit(count: int, data: st.DataObject) -> None:
    """The candidates of a mask get one point each, the others none."""
    mask = data.draw(st.integers(0, (1 << count) - 1))
    lanes = lanes_for(count, data.draw(st.sampled_from(WIDE)))
    bits = [mask >> index & 1 for index in range(count)]
    assert [*lanes.unpacked(lanes.ones(mask))] == [*flags(mask, count)] == bits
    assert places(mask, count) == [index for index, bit in enumerate(bits) if bit]
