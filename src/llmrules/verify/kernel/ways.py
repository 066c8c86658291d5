"""What stands in the way where nobody is eligible, and what would help: other cases are decided, small sets first."""

from collections.abc import Callable, Iterable
from copy import copy
from functools import cache
from itertools import combinations
from math import comb

from .candidates import eligible
from .given import Given, rows_of
from .refusal import Record, sparse

MOST_CASES, MOST_JUDGED = 100, 20_000  # that one search decides, and candidates that it judges in all of them


def derive_ways(given: Given, result: Record) -> Record:
    """Return the smallest sets of stated requirements that leave nobody, and those without which somebody is eligible.

    Of each kind they are all that are as small, unless there are too many cases to decide.
    """
    if result["ranking"] and not result["refused"]:
        return {}
    stated = sorted(one for one, its in given.requirements.items() if its["origin"] == "stated" and one != "as_of")
    most = min(MOST_CASES, MOST_JUDGED // max(1, len(rows_of(given))))

    @cache
    def left(dropped: frozenset[str]) -> list[str]:
        return eligible(_without(given, dropped))

    conflicts = _smallest(stated, most, lambda kept: not left(frozenset(stated).difference(kept)))
    relaxations = _smallest(stated, most, lambda dropped: bool(left(frozenset(dropped))))
    brings = [{"drops": list(one), "brings": left(frozenset(one))} for one in relaxations]
    return sparse(conflict_sets=[list(one) for one in conflicts], relaxations=brings)


def _smallest(names: list[str], most: int, works: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, ...]]:
    """Return all of the smallest sets that work; none where there are too many to try."""
    for size in range(len(names) + 1):
        if sum(comb(len(names), smaller) for smaller in range(size + 1)) > most:
            break
        if found := [one for one in combinations(names, size) if works(one)]:
            return found
    return []


def _without(given: Given, dropped: Iterable[str]) -> Given:
    """Return what is given with some requirements not stated, so that what the vocabulary assumes holds."""
    other, found = copy(given), dict(given.requirements)
    for name in dropped:
        default = given.attributes[name].default
        found[name] = {"attribute": name, "value": default, "origin": "assumed"}
        if default is None:
            del found[name]
    other.requirements = found
    return other
