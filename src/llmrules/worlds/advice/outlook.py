"""What is decided where other requirements are stated, as far as advice asks. It is decided once for all that is alike.

Nothing is judged here: which rules fire, and what the case says of all that they and the costs refer to, settles what a
decision says of the models; where these are as in a world that was decided, so is the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.catalog.costs import USAGE
from llmrules.errors import RestrictionError
from llmrules.language.vocabulary import AS_OF
from llmrules.worlds.world import stating

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision
    from llmrules.language.conditions import Facts
    from llmrules.language.profile import Profile
    from llmrules.worlds.changes import Stated
    from llmrules.worlds.world import World


@frozen
class Outlook:
    """Who is first, who is eligible with how many points, and which attributes are in conflict."""

    first: tuple[str, ...] = ()
    points: Mapping[str, Fraction] = field(factory=dict)
    conflicts: tuple[str, ...] = ()

    @property
    def eligible(self) -> frozenset[str]:
        """Who is eligible; nobody is where the case is refused."""
        return frozenset(self.points)


class Outlooks:
    """The outlooks of a case as it is and with other statements, under the same rules and catalogue."""

    def __init__(self, world: World) -> None:
        """Decide nothing yet."""
        self.world = world
        self.decided = 0
        self._rules = world.knowledge.program.rules
        self._vocabulary = world.knowledge.ruleset.vocabulary
        touching = [rule for rule in world.knowledge.ruleset.firing() if rule.effect.touches_models]
        self._references = {rule.id: rule.references() for rule in touching}
        self._known: dict[object, Outlook] = {}

    def of(self, *changes: Stated) -> Outlook:
        """Return the outlook with some requirements stated otherwise: the same where the same rules say the same."""
        profile = self.world.profile
        for change in changes:
            profile = stating(profile, change, self._vocabulary)
        stated = profile.facts()
        places = self.world.engines.fire(stated).places
        facts = self._concluded(stated, places)
        names = {AS_OF.name, *USAGE}
        for place in places:
            names.update(self._references.get(self._rules[place].id, ()))
        key = (places, frozenset((name, facts[name]) for name in names if name in facts))
        if key not in self._known:
            self.decided += 1
            self._known[key] = self._decide(profile)
        found, conflicts = self._known[key], self._conflicts(stated, facts)
        return found if found.conflicts == conflicts else evolve(found, conflicts=conflicts)

    def _concluded(self, stated: Facts, places: frozenset[int]) -> Facts:
        """Return all that is known at the end: what is stated, and what the rules that fire conclude."""
        facts = dict(stated)
        for place in places:
            conclusion = self._rules[place].conclusion
            if conclusion is not None:
                name = conclusion.attribute.name
                facts[name] = facts.get(name, frozenset()) | conclusion.values
        return facts

    def _conflicts(self, stated: Facts, facts: Facts) -> tuple[str, ...]:
        """Return the attributes with two values, and the stated sets that rules widened."""
        found = []
        for name, values in facts.items():
            before = stated.get(name)
            if values is not before and (
                (before is not None and values != before) if self._vocabulary[name].many else len(values) > 1
            ):
                found.append(name)
        return tuple(sorted(found))

    def _decide(self, profile: Profile) -> Outlook:
        try:
            return outlook(evolve(self.world, profile=profile).decide())
        except RestrictionError:  # nobody is left to judge
            return Outlook()


def outlook(decision: Decision) -> Outlook:
    """Return the outlook of a decision."""
    if decision.refused:
        return Outlook(conflicts=tuple(one.attribute for one in decision.conflicts))
    return Outlook(
        first=decision.best,
        points={one.model: one.points for one in decision.ranking},
        conflicts=tuple(one.attribute for one in decision.conflicts),
    )
