"""Attributes changes to differences, by deciding again with some of them applied and others left out.

The bound on replays is part of the answer: what it cut is said, never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen, mutable

from llmrules.check.diff.outcome import Aspect, Outcome, changed, outcome
from llmrules.check.diff.record import Cause, Change, ChangeKind, Effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.check.diff.worlds import Worlds
    from llmrules.trace.codec import Json

    Chosen = frozenset[str]

MOST_REPLAYS = 250
"""Worlds that one comparison decides at most."""

MOST_ONE_BY_ONE = 80
"""Up to so many differences are each replayed alone and left out; beyond, causes are searched by halves."""

MOST_SETS = 2
"""Sets of differences that are told of one change where none is enough alone; beyond, one."""

SHARE = 4
"""Beyond, the search for the cause of one change takes at most one part in so many of the replays."""

LOCAL = frozenset({"verdict", "points", "check", "caution", "dispute"})
"""What is said of a model whatever other models there are: no difference of another model has a part in it."""

LAST = frozenset({"place", "trial"})
"""What many models have a part in: it is asked last, so that it does not use up the replays of all else."""


@frozen
class Attribution:
    """The changes with their causes, what each difference does, and what it took."""

    changes: tuple[Change, ...]
    effects: dict[str, Effect]
    replays: int
    open: int


class _Cut(Exception):  # noqa: N818 - it is no error, it ends a search
    """The bound on replays is reached."""


def attribute(worlds: Worlds, old: Outcome, new: Outcome, *, most: int = MOST_REPLAYS) -> Attribution:
    """Return what changed from the old outcome to the new one, and which differences brought it about."""
    search = _Search(worlds, most, {frozenset(): old, frozenset(worlds.effective): new}, limit=most)
    search.try_one_by_one()
    aspects = changed(old, new)
    asked = sorted(aspects, key=lambda aspect: aspect[0] in LAST)
    found = {aspect: search.change(aspect, old.get(aspect), new.get(aspect)) for aspect in asked}
    changes = tuple(found[aspect] for aspect in aspects)
    return Attribution(
        changes=changes,
        effects=dict(search.effects(changes, old, new)),
        replays=search.replays,
        open=sum(not change.causes and not search.follows(change.kind) for change in changes),
    )


@mutable
class _Search:
    """All worlds that were decided so far; None: its differences cannot stand together.

    ``known`` are the causes found so far, of each model what is said of it alone.
    """

    worlds: Worlds
    most: int
    decided: dict[Chosen, Outcome | None]
    limit: int
    replays: int = 0
    alone: dict[str, Outcome | None] = field(factory=dict)
    without: dict[str, Outcome | None] = field(factory=dict)
    known: dict[str, list[Chosen]] = field(factory=dict)

    @property
    def large(self) -> bool:
        """Whether there are too many differences to try each of them."""
        return len(self.worlds.effective) > MOST_ONE_BY_ONE

    def outcome(self, chosen: Chosen) -> Outcome | None:
        """Return the outcome of a world. Raises _Cut where that would be one replay too many."""
        if chosen not in self.decided:
            if self.replays >= self.limit:
                raise _Cut
            self.replays += 1
            decision = self.worlds.decide(chosen)
            self.decided[chosen] = None if decision is None else outcome(decision, self.worlds.several)
        return self.decided[chosen]

    def try_one_by_one(self) -> None:
        """Replay each difference alone, then leave each out, where there are few enough."""
        if self.large:
            return
        everything = frozenset(self.worlds.effective)
        try:
            for name in self.worlds.effective:
                self.alone[name] = self.outcome(frozenset({name}))
            for name in self.worlds.effective:
                self.without[name] = self.outcome(everything - {name})
        except _Cut:
            pass

    def change(self, aspect: Aspect, before: Json | None, after: Json | None) -> Change:
        """Return one change with its causes."""
        self.limit = min(self.most, self.replays + self.most // SHARE) if self.large else self.most
        needed = tuple(name for name, other in self.without.items() if other is not None and other.get(aspect) != after)
        try:
            causes = tuple(Cause(tuple(sorted(chosen))) for chosen in self._causes(aspect, after))
        except _Cut:
            causes = ()
        return Change(*aspect, before, after, causes, needed)

    def _causes(self, aspect: Aspect, after: Json | None) -> list[Chosen]:
        """Return every difference that is enough alone, else one or two sets of which nothing can be left out."""
        alone = [frozenset({name}) for name in self.alone if self._enough(frozenset({name}), aspect, after)]
        if alone:
            return alone
        known = self.known.setdefault(aspect[1] if aspect[0] in LOCAL else "", [])
        found = [chosen for chosen in known if self._enough(chosen, aspect, after)]
        names = () if self.follows(aspect[0]) else self._concerned(aspect)
        if not found and names:
            found = [
                self._search(frozenset(), asked=False, among=order, aspect=aspect, after=after)
                for order in ((names,) if self.large else (names, names[::-1]))
            ]
        least = list(dict.fromkeys(self._least(chosen, aspect, after) for chosen in found))
        known += [chosen for chosen in least if chosen not in known]
        return least[:MOST_SETS]

    def follows(self, kind: ChangeKind) -> bool:
        """Whether a change is not searched, because it follows from what changed of many: a place among many models."""
        return self.large and kind == "place"

    def _concerned(self, aspect: Aspect) -> tuple[str, ...]:
        """Return the differences that can have a part in a change."""
        if aspect[0] not in LOCAL:
            return self.worlds.effective
        others = self.worlds.of_catalogue - self.worlds.of_model(aspect[1])
        return tuple(name for name in self.worlds.effective if name not in others)

    def _search(
        self, base: Chosen, *, asked: bool, among: tuple[str, ...], aspect: Aspect, after: Json | None
    ) -> Chosen:
        """Return differences among some that are enough beside ``base``, by halves (QuickXplain)."""
        if asked and self._enough(base, aspect, after):
            return frozenset()
        if len(among) == 1:
            return frozenset(among)
        first, second = among[: len(among) // 2], among[len(among) // 2 :]
        right = self._search(base.union(first), asked=True, among=second, aspect=aspect, after=after)
        left = self._search(base | right, asked=bool(right), among=first, aspect=aspect, after=after)
        return left | right

    def _least(self, chosen: Chosen, aspect: Aspect, after: Json | None) -> Chosen:
        """Leave out every difference that can be, in the order of names, until none can."""
        before: Chosen | None = None
        while before != chosen:
            before = chosen
            for name in sorted(chosen):
                if len(chosen) > 1 and self._enough(chosen - {name}, aspect, after):
                    chosen -= {name}
        return chosen

    def _enough(self, chosen: Chosen, aspect: Aspect, after: Json | None) -> bool:
        found = self.outcome(self.worlds.common(chosen, aspect[1])) if aspect[0] in LOCAL else None
        found = found or self.outcome(chosen)
        return found is not None and found.get(aspect) == after

    def effects(self, changes: Iterable[Change], old: Outcome, new: Outcome) -> Iterator[tuple[str, Effect]]:
        """Yield what each difference does to the outcome."""
        causes = {name for change in changes for cause in change.causes for name in cause.differences}
        causes |= {name for change in changes for name in change.needed}
        for name in self.worlds.effective:
            alone, without = self.alone.get(name), self.without.get(name)
            if name in causes:
                yield name, "cause"
            elif alone is None and without is None:
                yield name, "open"
            else:
                nothing = alone in (None, old) and without in (None, new)
                yield name, "none" if nothing else "offset"
