"""What a decision leaves open: facts that rules lack and someone can look up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.basis import Basis
    from llmrules.decision.judgement import Judgement
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.rule import Rule


@frozen
class Unknown:
    """How often fired rules lack an attribute that someone can state, over the candidates that are not excluded.

    What is concluded or computed counts as the attributes that it rests on. ``undecided`` counts those with a hard
    check that it leaves undecided, ``unscored`` those with points that it leaves open, and ``settles`` the unverified
    ones of which nothing else is missing.
    """

    attribute: str
    undecided: int
    unscored: int
    settles: int


@frozen(eq=False)
class OpenQuestions:
    """Of each attribute that rules lack, the candidates whose checks or points it leaves open.

    ``missing`` has the unverified ones, with the checks alone for which they are.
    """

    undecided: Mapping[str, int]
    unscored: Mapping[str, int]
    missing: Mapping[str, int]

    @classmethod
    def of(cls, judgement: Judgement, basis: Basis, candidates: Candidates, facts: Facts) -> OpenQuestions:
        """Ask every check and score that is unknown on a candidate that is not excluded."""
        undecided: defaultdict[str, int] = defaultdict(int)
        unscored: defaultdict[str, int] = defaultdict(int)
        missing: defaultdict[str, int] = defaultdict(int)
        standing = judgement.eligible | judgement.unverified
        for check in judgement.checks:
            open_ones = (check.unverifying | check.accepting) & standing
            for leaf, mask in _unknown_leaves(check.criterion.rule, open_ones, candidates, facts):
                for name, its in basis.lacking(leaf, mask):
                    undecided[name] |= its
                    missing[name] |= its & check.unverifying
        for score in judgement.scores:
            for leaf, mask in _unknown_leaves(score.criterion.rule, score.unknown & standing, candidates, facts):
                for name, its in basis.lacking(leaf, mask):
                    unscored[name] |= its
        return cls(undecided, unscored, missing)

    def unknowns(self) -> tuple[Unknown, ...]:
        """Count the candidates of each attribute, what would settle most first."""
        alone = _alone(self.missing.values())
        found = [
            Unknown(
                name,
                self.undecided.get(name, 0).bit_count(),
                self.unscored.get(name, 0).bit_count(),
                (self.missing.get(name, 0) & alone).bit_count(),
            )
            for name in {*self.undecided, *self.unscored}
        ]
        return tuple(sorted(found, key=lambda one: (-one.settles, -one.undecided, -one.unscored, one.attribute)))

    def missing_of(self, index: int) -> tuple[str, ...]:
        """Return what is missing of an unverified candidate."""
        return tuple(sorted(name for name, mask in self.missing.items() if mask >> index & 1))


def _unknown_leaves(rule: Rule, mask: int, candidates: Candidates, facts: Facts) -> Iterator[tuple[str, int]]:
    """Yield each leaf's attribute with the candidates of a mask on which the leaf is unknown."""
    for leaf in (*rule.where.all_leaves(), *rule.effect.predicate.all_leaves()):
        true, false = candidates.leaf(leaf, facts)
        yield leaf.attribute.name, mask & ~(true | false)
    if rule.effect.grade is not None:
        name = rule.effect.grade.attribute.name
        yield name, mask & ~candidates.known.get(name, 0)


def _alone(masks: Iterable[int]) -> int:
    """Return the bits that are set in exactly one of the masks."""
    once = twice = 0
    for mask in masks:
        twice |= once & mask
        once |= mask
    return once & ~twice
