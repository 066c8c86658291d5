"""What is open about those who are not excluded: values that nobody knows, and values whose sources are old."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from llmrules.verify.cost import ON_PRICES
from llmrules.verify.given import concluded
from llmrules.verify.truth import leaves
from llmrules.verify.values import days

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from llmrules.verify.criteria import Criterion
    from llmrules.verify.given import Given
    from llmrules.verify.report import Record
    from llmrules.verify.worlds import Known


def unknowns(records: list[Record], criteria: Mapping[str, Criterion]) -> list[Record]:
    """Count the candidates whose checks or points each attribute leaves open, and those that it alone would settle."""
    undecided: Counter[str] = Counter()
    unscored: Counter[str] = Counter()
    settles: Counter[str] = Counter()
    for one in records:
        missing = one.get("missing", ())
        undecided.update(unknown_in(one.get("checks", ()), criteria))
        unscored.update(unknown_in(one.get("scores", ()), criteria))
        settles.update(missing if len(missing) == 1 else ())
    found = [
        {"attribute": name, "undecided": undecided[name], "unscored": unscored[name], "settles": settles[name]}
        for name in {*undecided, *unscored}
    ]
    return sorted(found, key=lambda one: (-one["settles"], -one["undecided"], -one["unscored"], one["attribute"]))


def unknown_in(
    applied: Iterable[Record], criteria: Mapping[str, Criterion], outcomes: tuple[str, ...] = ("unknown", "accepted")
) -> set[str]:
    """Return the attributes that leave rules undecided, whatever is made of that."""
    return {
        leaf.name
        for one in applied
        if one["outcome"] in outcomes
        for leaf, found in zip(criteria[one["rule"]].leaves, one["leaves"], strict=True)
        if found["holds"] == "unknown"
    }


def stale(given: Given, standing: Iterable[Known], criteria: Iterable[Criterion]) -> list[Record]:
    """Count the values in use that have nothing newer to rest on than an old source.

    A value of a model counts once, however many of its offers stand; a source without a date is never old.
    """
    if given.stale_after is None:
        return []
    oldest = days(given.day)[0] - given.stale_after
    used = sorted(_used(given, {leaf.name for one in criteria for leaf in one.leaves}))
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for known in standing:
        again = known.row.model in seen
        seen.add(known.row.model)
        for name in used:
            if name in known.entries and not (again and given.attributes[name].scope == "model"):
                counts.update(_old(given, known.entries[name].get("sources", ()), oldest))
    found = [{"source": source, "date": given.dates[source], "values": count} for source, count in counts.items()]
    return sorted(found, key=lambda one: (one["date"], one["source"]))


def _used(given: Given, read: set[str]) -> set[str]:
    """Return the attributes that are read, and those from which such ones are concluded or computed."""
    rests_on = {name: set(ON_PRICES) for name, one in given.attributes.items() if one.computed}
    for name, rule in given.rules.items():
        if given.classifies(rule) and name not in given.disabled:
            rests_on.setdefault(concluded(rule), set()).update(tested for tested, _ in leaves(rule.get("where", {})))
    used, waiting = set(read), list(read)
    while waiting:
        more = rests_on.get(waiting.pop(), set()) - used
        used |= more
        waiting += more
    return used


def _old(given: Given, sources: Sequence[str], oldest: int) -> list[str]:
    """Return the newest of some sources, of equal ones the first by its id, where even that is old; else nothing."""
    if not sources or any(source not in given.dates for source in sources):
        return []
    last, source = min((-days(given.dates[source])[1], source) for source in sources)
    return [source] if -last < oldest else []
