"""The shipped cases in their groups, each with the knowledge that it is decided by.

The small cases and the examples are decided over the article's twelve models, of which nobody states whether their
names move. The cases of ``dated`` are decided over made-up models of which that is known, those of ``bounds`` over
made-up ones whose values lie at the bounds of rules, those of ``november`` over the releases of November 2026.
Those of ``house`` have rules of their own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.advisor import Advisor
from llmrules.check.cases import Case, collect
from llmrules.reading.shipped import ARTICLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmrules.advisor import Decision

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SMALL = ROOT / "tests" / "cases"
DATED = SMALL / "dated"
OFFERS = DATED / "catalog.toml"
BOUNDS = SMALL / "bounds"
AT_BOUNDS = BOUNDS / "catalog.toml"
HOUSE = SMALL / "house"
NOVEMBER = SMALL / "november"
RELEASES = ROOT / "catalogs" / "2026-11.toml"


@frozen(eq=False)
class Group:
    """Folders of cases, and the catalogues that lie on top of ours, or stand alone, where they are decided."""

    folders: tuple[Path, ...]
    catalogues: tuple[Path | str, ...] = (ARTICLE,)
    shipped: bool = True

    def advisor(self) -> Advisor:
        """Load what the cases are decided by."""
        return Advisor.load(catalog=self.catalogues, shipped_catalog=self.shipped, engine="plain")


GROUPS = (
    Group((EXAMPLES, SMALL)),
    Group((DATED,), (ARTICLE, OFFERS)),
    Group((BOUNDS,), (AT_BOUNDS,), shipped=False),
    Group((NOVEMBER,), (RELEASES,)),
)


@cache
def ours() -> Advisor:
    """Load the shipped rules and models, once for all tests that only decide by them."""
    return Advisor.load(catalog=["article"], engine="plain")


@cache
def decided(example: Path) -> Decision:
    """Decide an example by the shipped rules, once for all tests that look at it."""
    return ours().decide(example)


@cache
def shipped_cases() -> Sequence[tuple[Advisor, tuple[Case, ...]]]:
    """Return every group of cases with its advisor."""
    loaded = [(group, group.advisor()) for group in GROUPS]
    return tuple((advisor, collect(group.folders, advisor.knowledge)) for group, advisor in loaded)
