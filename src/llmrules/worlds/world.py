"""A case with what it is decided by, and the same with something changed: the one maker of worlds.

What a change does not touch is shared. Worlds that differ in what is stated share all rules, models and criteria.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.catalog.restriction import Restriction
from llmrules.decision import judgement, procedure
from llmrules.decision.knowledge import Knowledge
from llmrules.engine.firing import Engines
from llmrules.language.profile import Profile, Requirement
from llmrules.language.rules.effects import Policy
from llmrules.language.sources import STALE_AFTER
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import Among, Over, Stated, Unknown

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision
    from llmrules.language.vocabulary import Vocabulary
    from llmrules.worlds.changes import Change


EVERYBODY = Restriction()


@frozen(eq=False)
class World:
    """A case, what is asked beside its requirements, and the rules and the catalogue that it is decided by.

    It is decided by the plain evaluator, which the other engine is certified by.
    """

    knowledge: Knowledge
    engines: Engines
    profile: Profile
    unknown: Policy = "apart"
    over: judgement.Over = "models"
    restriction: Restriction = EVERYBODY
    stale_after: int = STALE_AFTER

    @classmethod
    def under(cls, knowledge: Knowledge, profile: Profile) -> World:
        """Return the world of a case under some rules and catalogue."""
        return cls(knowledge, Engines(knowledge.program, "plain"), profile)

    @classmethod
    def of(cls, decision: Decision) -> World:
        """Return the world that a decision was made in."""
        return evolve(
            cls.under(decision.knowledge, decision.profile),
            unknown=decision.policy,
            over=decision.over,
            restriction=decision.restriction,
            stale_after=decision.stale_after,
        )

    def changed(self, *changes: Change) -> World | None:
        """Return the world with changes, one after the other; None where its rules or models could not be loaded."""
        world, of_knowledge = self, []
        for change in changes:
            if isinstance(change, Stated):
                profile = stating(world.profile, change, self.knowledge.ruleset.vocabulary)
                world = evolve(world, profile=profile)
            elif isinstance(change, Unknown):
                world = evolve(world, unknown=change.policy)
            elif isinstance(change, Over):
                world = evolve(world, over=change.over)
            elif isinstance(change, Among):
                world = evolve(world, restriction=evolve(world.restriction, among=change.models))
            else:
                of_knowledge.append(change)
        if not of_knowledge:
            return world
        self.knowledge.criteria_on(world.profile.as_of.first)  # so that both share them
        knowledge = altered(self.knowledge, *of_knowledge)
        if knowledge is None:
            return None
        same = knowledge.program is self.knowledge.program
        engines = self.engines if same else Engines(knowledge.program, "plain")
        return evolve(world, knowledge=knowledge, engines=engines)

    def decide(self) -> Decision:
        """Decide. Raises LoadError for approvals of nothing, RestrictionError where nobody is left to judge."""
        return procedure.decide(
            self.knowledge,
            self.engines,
            self.profile,
            unknown=self.unknown,
            over=self.over,
            restriction=self.restriction,
            stale_after=self.stale_after,
        )


def stating(profile: Profile, change: Stated, vocabulary: Vocabulary) -> Profile:
    """Return a profile that states another value, or that does not state it; then what is assumed holds."""
    name, value = change.attribute, change.value
    found = {one.attribute: one for one in profile.requirements if one.attribute != name}
    default = vocabulary[name].default
    if value is not None:
        found[name] = Requirement(name, value, "stated")
    elif default is not None:
        found[name] = Requirement(name, default, "assumed")
    return evolve(profile, requirements=tuple(found[one] for one in sorted(found)))
