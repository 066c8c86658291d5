"""What is decided where other requirements are stated, as far as advice asks: who is first, who is eligible.

Nothing is judged here: which rules fire, and what the case says of all that they and the costs refer to, settles what a
decision says of the models. So it is worked out once for all that is alike, and only for what a change can reach.
"""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog.candidates import bits, mask_of
from llmrules.decision.judgement import judge
from llmrules.decision.sketch import Given, Sketch, Sketching
from llmrules.engine.refiring import Refiring
from llmrules.errors import RestrictionError
from llmrules.language.values import Period
from llmrules.language.vocabulary import AS_OF
from llmrules.worlds.advice.bands import Bands
from llmrules.worlds.advice.places import Places
from llmrules.worlds.advice.supposing import Supposing

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from fractions import Fraction

    from llmrules.decision.criteria import Criteria
    from llmrules.decision.decision import Decision
    from llmrules.decision.judgement import Judgement
    from llmrules.decision.sketch import Applied
    from llmrules.language.conditions import Facts
    from llmrules.worlds.changes import Stated
    from llmrules.worlds.world import World


NOBODY = Sketch(0, Given(), ())


@frozen(eq=False, slots=False)
class Outlook:
    """Who is eligible and who is first, and which attributes are in conflict. Nobody is where a case is refused."""

    conflicts: tuple[str, ...] = ()
    _sketching: Sketching | None = None
    _sketch: Sketch = NOBODY
    refused: int = 0

    @cached_property
    def first(self) -> tuple[str, ...]:
        """Who is on the first place."""
        return () if self._sketching is None else self._sketching.first(self._sketch)

    @cached_property
    def points(self) -> Mapping[str, Fraction]:
        """Who is eligible, with how many points."""
        if self._sketching is None:
            return {}
        return {one.model: one.points for one in self._sketching.ranking(self._sketch)}

    @property
    def eligible(self) -> frozenset[str]:
        """Who is eligible."""
        return frozenset() if self._sketching is None else self._sketching.names(self._sketch)

    def differing(self, other: Outlook) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return who is eligible in another outlook and not here, and who no longer is there, each sorted."""
        if self._sketching is None or other._sketching is not self._sketching:
            return tuple(sorted(other.eligible - self.eligible)), tuple(sorted(self.eligible - other.eligible))
        return self._sketching.differing(self._sketch, other._sketch)

    @property
    def somebody(self) -> bool:
        """Whether anybody is eligible."""
        return bool(self._sketch.eligible)

    def without(self, rules: Collection[str]) -> int:
        """Return the candidates that would be eligible if some rules kept nobody out."""
        return 0 if self._sketching is None else self._sketch.without(rules, self._sketching.kept)


class Outlooks:
    """The outlooks of a case as it is and with other statements, under the same rules and catalogue.

    Each is worked out once: who asks for several kinds of advice on one case asks one of these.
    """

    def __init__(self, world: World, decision: Decision | None = None) -> None:
        """Fire the rules on the case as it is, and work out nothing more; ``decision`` is what was decided there."""
        self.world, self._decision = world, decision
        self._bands: dict[date, Bands] = {}
        knowledge = world.knowledge
        self._vocabulary, self._bearing = knowledge.ruleset.vocabulary, knowledge.bearing
        self._stated = world.profile.facts()
        self._facts = self._vocabulary.known(self._stated)
        self.firing = Refiring(knowledge.reach, self._facts, self._fired())
        only = world.restriction.only
        asked = () if only is None else (leaf.attribute.name for leaf in only.all_leaves())
        self._asked = self._bearing.case_of(asked)
        self._sketchings: dict[Criteria, Sketching | None] = {}
        self._known: dict[object, Outlook] = {}
        self._with: dict[Stated, tuple[Hashable, int]] = {}

    def _fired(self) -> Iterable[int]:
        if self._decision is None:
            return self.world.engines.fire(self._facts).places
        return self._decision.derivation.places

    @property
    def decision(self) -> Decision:
        """What is decided in the case as it is."""
        if self._decision is None:
            self._decision = self.world.decide()
        return self._decision

    @cached_property
    def supposing(self) -> Supposing:
        """What would be said of other values of the catalogue in the case as it is."""
        return Supposing(self.decision)

    @cached_property
    def places(self) -> Places:
        """The places of these values."""
        return Places(self.decision, self.supposing)

    def bands(self, when: date | None = None) -> Bands:
        """Return the bands of requirements on a day; that of the decision where none is given."""
        day = self.world.profile.as_of.first if when is None else when
        if day not in self._bands:
            stated = self._facts
            self._bands[day] = Bands(self.world.knowledge, day, stated=stated, decision=self.decision)
        return self._bands[day]

    def of(self, *changes: Stated) -> Outlook:
        """Return the outlook with some requirements stated otherwise: the same where the same rules say the same."""
        facts, names = self.facts(changes), self._vocabulary.following([one.attribute for one in changes])
        fired = self.firing.fire(facts, names)
        if not (fired ^ self.firing.fired) & self._bearing.relevant and self._said_of.isdisjoint(names):
            return self._now
        return self._seen(fired, facts)

    @cached_property
    def _now(self) -> Outlook:
        return self._seen(self.firing.fired, self._facts)

    @cached_property
    def _said_of(self) -> frozenset[str]:
        return self._referred(self.firing.fired)

    def _referred(self, fired: int) -> frozenset[str]:
        """Return the requirements that rules which fire refer to or conclude, and the day."""
        applied = self._bearing.applied(fired)
        return frozenset(
            {AS_OF.name, *applied.names, *applied.case, *self._asked, *(name for name, _ in applied.concluded)}
        )

    def together(self, one: Sequence[Stated], other: Sequence[Stated]) -> Iterator[tuple[Stated, Stated]]:
        """Yield the pairs of changes whose outlook may be another than with one of them alone; of like ones, the first.

        All changes of each side are of one requirement.
        """
        names = [one[0].attribute, other[0].attribute]
        if len(self._vocabulary.following(names)) > len(names):  # something is computed from them
            yield from product(one, other)
            return
        mattering: dict[object, tuple[bool, bool] | None] = {}
        seen = set()
        for this, beside in product(one, other):
            told = self._alone(this)[0], self._alone(beside)[0]
            if told not in mattering:
                mattering[told] = self._matters(this, beside)
            values = mattering[told]
            if values is not None:
                key = (*told, values[0] and this.value, values[1] and beside.value)
                if key not in seen:
                    seen.add(key)
                    yield this, beside

    def _alone(self, change: Stated) -> tuple[Hashable, int]:
        """Return what the tests of rules tell of a change, and what fires with it alone."""
        if change not in self._with:
            name, facts = change.attribute, self.facts((change,))
            told = self.world.knowledge.reach.told(name, facts.get(name))
            self._with[change] = told, self.firing.fire(facts, (name,))
        return self._with[change]

    def _matters(self, this: Stated, beside: Stated) -> tuple[bool, bool] | None:
        """Return of two changes whether it matters what exactly each states; None where one of them adds nothing."""
        fired = self.firing.fire(self.facts((this, beside)), (this.attribute, beside.attribute))
        referred = self._referred(fired)
        left, right = this.attribute in referred, beside.attribute in referred
        adds = (right or fired != self._alone(this)[1]) and (left or fired != self._alone(beside)[1])
        return (left, right) if adds else None

    def judged(self, change: Stated) -> tuple[frozenset[str], Judgement | None]:
        """Return which rules fire with a change, and what those say that exclude and exempt, if anybody is judged."""
        facts = self.facts((change,))
        fired = self.firing.fire(facts, self._vocabulary.following((change.attribute,)))
        known, applied = self.firing.concluded(fired, facts), self._bearing.applied(fired)
        criteria, rules = self._criteria(facts, known, applied.case | self._asked), self._bearing.rules
        sketching, every = self._sketching(criteria), frozenset([rules[place].id for place in bits(fired)])
        if sketching is None:
            return every, None
        keeping = sorted(rules[place].id for place in bits(applied.keeping.places))
        return every, judge(criteria, keeping, known, self.world.unknown, kept=sketching.kept)

    def touched(self, name: str) -> int:
        """Return all rules that matter of which a requirement says whether they fire, or what they say."""
        return self._bearing.touched((name,))

    def may_exclude(self, name: str) -> bool:
        """Whether it may depend on a requirement who is excluded or exempted, or whether the case is refused."""
        return bool(self.touched(name) & self._bearing.excluding)

    def hopeful(self, seen: Outlook, names: tuple[str, ...]) -> int:
        """Return who may be eligible where, beside what was seen, some requirements are stated otherwise.

        All other candidates are kept out by rules for which these do not matter, whatever is stated.
        """
        touched, its = self._bearing.touching(names)
        if seen.refused & ~touched:
            return 0
        everyone = (1 << self.decision.candidates.count) - 1
        if seen.refused or not self._asked.isdisjoint(names):
            return everyone
        return seen.without(its)

    def contending(self, name: str) -> int:
        """Return the candidates that are first, or may come to be where one requirement is stated otherwise.

        All others are kept out whatever is stated, or have too few points by what the rules that it matters for give,
        and so are first only where those who are now no longer stand.
        """
        supposing, everyone = self.supposing, self.hopeful(self._now, (name,))
        if not supposing.leading:
            return everyone
        fired, said = self.firing.fired, self.decision.criteria.by_rule
        scores, spread = [], 0
        for place in bits(self.touched(name) & self._bearing.giving):
            score = said[self._bearing.rules[place].id]
            if fired >> place & 1:
                scores.append(score)
            else:
                spread += abs(score.signed_weight)
        least = min(supposing.ends(scores, index)[0] for index in supposing.leading) - spread
        return mask_of([index for index in bits(everyone) if supposing.ends(scores, index)[1] >= least])

    def facts(self, changes: Sequence[Stated]) -> Facts:
        """Return what is known before any rule fires, with changes; of what is not stated what is assumed holds."""
        facts = dict(self._stated)
        for change in changes:
            name, value = change.attribute, change.value
            if value is None:
                value = self._vocabulary[name].default
            if value is None:
                facts.pop(name, None)
            else:
                facts[name] = value if isinstance(value, frozenset) else frozenset({value})
        found: Facts = self._vocabulary.known(facts)
        return found

    def _seen(self, fired: int, facts: Facts) -> Outlook:
        known = self.firing.concluded(fired, facts)
        applied = self._bearing.applied(fired)
        # Rules left an attribute with two values, or widened a set that is stated.
        conflicts = tuple(
            [
                name
                for name, many in applied.concluded
                if (known[name] != facts.get(name, known[name]) if many else len(known[name]) > 1)
            ]
        )
        criteria = self._criteria(facts, known, applied.case | self._asked)
        key = (applied, conflicts, criteria, *[known.get(name) for name in applied.names])
        seen = self._known.get(key)
        if seen is None:
            seen = self._known[key] = self._outlook(applied, criteria, known, conflicts)
        return seen

    def _criteria(self, facts: Facts, known: Facts, case: frozenset[str]) -> Criteria:
        """Return the criteria of a case; what is computed from other requirements than some is as it is."""
        (today,) = facts[AS_OF.name]
        assert isinstance(today, Period)  # noqa: S101 - as the vocabulary says
        criteria = self.world.knowledge.criteria_on(today.first)
        if not case:
            return criteria
        now, same = self.firing.concluded(self.firing.fired, self._facts), self._bearing.case - case
        its = {name: values for name, values in known.items() if name not in same}
        return criteria.on(its | {name: now[name] for name in same if name in now})

    def _outlook(self, applied: Applied, criteria: Criteria, known: Facts, conflicts: tuple[str, ...]) -> Outlook:
        if applied.refused:
            return Outlook(conflicts, refused=applied.refused)
        sketching = self._sketching(criteria)
        if sketching is None:
            return Outlook(conflicts)
        return Outlook(conflicts, sketching, sketching.of(applied.giving, applied.keeping, known))

    def _sketching(self, criteria: Criteria) -> Sketching | None:
        if criteria not in self._sketchings:
            try:
                its = Sketching(criteria, self.world.unknown, self.world.over, self.world.restriction)
            except RestrictionError:  # nobody is left to judge
                its = None
            self._sketchings[criteria] = its
        return self._sketchings[criteria]
