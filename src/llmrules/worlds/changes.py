"""What can be changed in a case or in what it is decided by: each kind of change a frozen value, one thing each.

Nothing is decided here, and nothing is checked: a change says what shall be, not whether it can.
"""

from __future__ import annotations

from typing import TypeAlias

from attrs import field, frozen

from llmrules.catalog import Entry, Model
from llmrules.decision import judgement
from llmrules.language.rules.effects import Policy
from llmrules.language.rules.rule import Disable, Rule
from llmrules.language.values import Value


@frozen(cache_hash=True)
class Stated:
    """A requirement with another value, or not stated (None); then what the vocabulary assumes holds."""

    attribute: str
    value: Value | None


@frozen
class Unknown:
    """What a hard rule does with a model whose check is unknown, where the rule itself says nothing."""

    policy: Policy


@frozen
class Over:
    """What is ranked."""

    over: judgement.Over


@frozen
class Among:
    """The models to choose from, or all (None)."""

    models: tuple[str, ...] | None


@frozen
class RuleAs:
    """A rule in the place of the one of its id, or beside the others."""

    rule: Rule = field(repr=lambda rule: rule.id)


@frozen
class RuleOut:
    """A rule switched off."""

    rule: str


@frozen
class Switched:
    """All that is switched off, instead of what is."""

    disables: tuple[Disable, ...]


@frozen
class ModelAs:
    """A model, as its own entries state it, in the place of the one of its id, or beside the others."""

    model: Model = field(repr=lambda model: model.id)


@frozen
class ModelOut:
    """A model that is not in the catalogue."""

    model: str


@frozen
class OfferOut:
    """An offer of a model that has several, which nobody makes."""

    model: str
    offer: str


@frozen
class ValueAs:
    """An attribute of a model (no offer), or of one of its offers, with another entry or none (None: unknown)."""

    model: str
    attribute: str
    entry: Entry | None
    offer: str | None = None


OfCase: TypeAlias = Stated | Unknown | Over | Among
OfRules: TypeAlias = RuleAs | RuleOut | Switched
OfCatalog: TypeAlias = ModelAs | ModelOut | OfferOut | ValueAs
Change: TypeAlias = OfCase | OfRules | OfCatalog
