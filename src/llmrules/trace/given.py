"""What a decision rests on: the classes of the language and of the catalogue themselves, as they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog.entries import Model
from llmrules.language.approvals import Approval
from llmrules.language.conditions import Table
from llmrules.language.profile import Requirement
from llmrules.language.rules.effects import Policy
from llmrules.language.rules.rule import Disable, Rule
from llmrules.language.sources import STALE_AFTER, Claim, Document
from llmrules.language.vocabulary import Attribute
from llmrules.trace.plain import Over

if TYPE_CHECKING:
    from llmrules.catalog import Catalog
    from llmrules.language.rules.ruleset import RuleSet


@frozen
class Given:
    """What the decision rests on; ``unknown`` is the decision's policy for checks that are unknown.

    ``over`` says what is ranked. Only the models of ``among``, where it is given, and only the candidates for which
    ``only`` is true are judged. Values whose sources are more than ``stale_after`` days old are counted. All of these
    are always written; a restriction that nobody asked for is null.
    """

    vocabulary: tuple[Attribute, ...]
    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]
    rules: tuple[Rule, ...]
    disabled: tuple[Disable, ...]
    catalogue: tuple[Model, ...]
    approvals: tuple[Approval, ...]
    requirements: tuple[Requirement, ...]
    unknown: Policy
    over: Over
    only: Table | None
    among: tuple[str, ...] | None
    stale_after: int

    @classmethod
    def of(cls, ruleset: RuleSet, catalog: Catalog) -> Given:
        """Return what stays the same from case to case; the case is left empty."""
        citable = ruleset.citable.values()
        return cls(
            vocabulary=tuple(ruleset.vocabulary),
            documents=tuple(one for one in citable if isinstance(one, Document)),
            claims=tuple(one for one in citable if isinstance(one, Claim)),
            rules=tuple(ruleset.rules.values()),
            disabled=ruleset.disables,
            catalogue=tuple(catalog),
            approvals=(),
            requirements=(),
            unknown="apart",
            over="models",
            only=None,
            among=None,
            stale_after=STALE_AFTER,
        )
