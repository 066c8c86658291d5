"""The one table of effects: what each takes, which keys go with it, and its words."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

from llmrules.language.operators import OPERATORS

Body: TypeAlias = Literal["conclusion", "predicate", "true", "rules"]
"""What stands after an effect: what is concluded, a predicate on models, ``true``, or rule ids."""


@frozen
class Effect:
    """One effect: what follows it, the keys that may and must go with it, and how it is said."""

    name: str
    body: Body
    en: str
    ko: str
    keys: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    hard: bool = False

    @property
    def touches_models(self) -> bool:
        """Whether it is applied to models, so that ``where`` may narrow it."""
        return self.body in {"predicate", "rules"}


_TABLE = (
    Effect("conclude", "conclusion", "concludes", "도출", keys=("where",)),
    Effect("require", "predicate", "requires", "필수", keys=("where", "otherwise", "unknown"), hard=True),
    Effect("exclude", "predicate", "excludes", "제외", keys=("where", "otherwise", "unknown"), hard=True),
    Effect("prefer", "predicate", "prefers", "선호", keys=("where", "weight"), needs=("weight",)),
    Effect("avoid", "predicate", "avoids", "회피", keys=("where", "weight"), needs=("weight",)),
    Effect("caution", "predicate", "cautions about", "주의", keys=("where", "level")),
    Effect("advise", "true", "advises", "조언"),
    Effect("exempt", "rules", "exempts from", "면제", keys=("where", "approver"), needs=("where",)),
    Effect("refuse", "true", "refuses", "거부"),
)

EFFECTS: dict[str, Effect] = {effect.name: effect for effect in _TABLE}

LEVELS = ("note", "warning", "approval")
"""Of a caution, from light to heavy; ``approval``: eligible, but only after someone has agreed."""

UNKNOWN_POLICIES = ("apart", "exclude", "accept")
"""What a hard rule does with a model whose check is unknown."""

COMMON_KEYS = (
    *("id", "when", "unless", "because", "source", "overrides"),
    *("owner", "review_by", "effective_from", "effective_to", "locked", "trial", "ignore"),
)

NOT_CLASSIFYING = ("when", "unless", "overrides", "effective_from", "effective_to", "trial")
"""Keys that do not go with a rule that classifies models: it knows no case and no date."""

RULE_KEYS = tuple(dict.fromkeys([*COMMON_KEYS, *EFFECTS, *(key for effect in _TABLE for key in effect.keys)]))

RESERVED = frozenset(
    {
        *RULE_KEYS,
        *OPERATORS,
        *("any", "all", "requirement", "plus", "toward", "model", "offer", "id", "name", "extends"),
        *("sources", "disputed", "pack", "language", "approval"),
    }
)
"""Names that no attribute may have: they mean something in rules, catalogues or profiles."""
