"""Three laws in random worlds that use the whole language: no question matters to another, every trace verifies."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.whole_worlds import WholeWorld, hold_laws

from llmrules.language.rules.effects import EFFECTS
from llmrules.language.vocabulary import TYPES
from llmrules.language.vocabulary.computed import FROM


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_three_laws_hold_in_every_world(seed: int) -> None:
    """Used is as fresh, every honest trace can be derived again, and the plain evaluator is as durable-rules."""
    hold_laws(seed)


def test_all_kinds_are_drawn() -> None:
    """Each type of attribute at each scope, sums of each scope, and each effect: whatever the loader knows."""
    worlds = [WholeWorld(seed) for seed in range(60)]
    names = [one for world in worlds for one in world.names]
    assert {(one.scope, one.type) for one in names} == {(scope, type_) for scope in FROM for type_ in TYPES}
    assert {one.scope for one in names if one.computed} == {*FROM}
    assert {key for world in worlds for rule in world.rules for key in rule} >= {*EFFECTS, "where", "when", "trial"}
