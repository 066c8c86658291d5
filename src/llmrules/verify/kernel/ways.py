"""What stands in the way where nobody is eligible, and what would help: other cases are decided, small sets first."""

from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from itertools import combinations
from math import comb

from .candidates import eligible
from .given import Given, rows_of
from .refusal import Record, sparse
from .values import read_at

MOST_CASES, MOST_JUDGED = 100, 20_000  # that one search decides, and candidates that it judges in all of them


def derive_ways(given: Given, result: Record, claimed: list[Record]) -> Record:
    """Return all smallest sets that leave nobody, and that have to go, if not too many; what else helps is checked."""
    if result["ranking"] and not result["refused"]:
        return {}
    stated = sorted(one for one, its in given.requirements.items() if its["origin"] == "stated" and one != "as_of")
    most = min(MOST_CASES, MOST_JUDGED // max(1, len(rows_of(given))))

    @cache
    def left(dropped: frozenset[str]) -> list[str]:
        return eligible(_stating(given, dict.fromkeys(dropped)))

    conflicts = _smallest(stated, most, lambda kept: not left(frozenset(stated).difference(kept)))
    drops = _smallest(stated, most, lambda dropped: bool(left(frozenset(dropped))))
    found = [{"drops": list(one), "brings": left(frozenset(one))} for one in drops]
    found += _helping(given, {*stated}, found, claimed[len(drops) :], most)
    return sparse(conflict_sets=[list(one) for one in conflicts], relaxations=found)


def _helping(given: Given, stated: set[str], found: list[Record], claimed: list[Record], most: int) -> Iterator[Record]:
    """Yield what is claimed beyond what was found, with whom it brings, unless a part of it brings somebody, too."""
    seen = [dict.fromkeys(one["drops"]) for one in found]
    for one in claimed:
        restated = [(its["attribute"], its["value"]) for its in one.get("states", ())]
        changes, size = dict.fromkeys(one["drops"]) | dict(restated), len(one["drops"]) + len(restated)
        most -= 2**size
        if most < 0 or size != len(changes) or changes in seen or not stated >= changes.keys():
            continue
        for name, value in restated:
            read_at("value", "/found/relaxations", value, given.attributes[name].whole, given.attributes[name].within)
        seen.append(changes)
        parts = (dict(part) for less in range(size) for part in combinations(changes.items(), less))
        if not any(eligible(_stating(given, part)) for part in parts) and (
            brings := eligible(_stating(given, changes))
        ):
            yield one | {"brings": brings}


def _smallest(names: list[str], most: int, works: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, ...]]:
    """Return all of the smallest sets that work; none where there are too many to try."""
    for size in range(len(names) + 1):
        if sum(comb(len(names), smaller) for smaller in range(size + 1)) > most:
            break
        if found := [one for one in combinations(names, size) if works(one)]:
            return found
    return []


def _stating(given: Given, changes: Record) -> Given:
    """Return what is given with requirements stated otherwise, or not (None), so that what is assumed holds."""
    other, found = copy(given), dict(given.requirements)
    for name, value in changes.items():
        known, origin = (given.attributes[name].default, "assumed") if value is None else (value, "stated")
        found[name] = {"attribute": name, "value": known, "origin": origin}
    other.requirements = {name: one for name, one in found.items() if one["value"] is not None}
    return other
