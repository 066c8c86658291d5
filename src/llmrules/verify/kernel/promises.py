"""Promises: what of those that the case falls under is not kept by its candidates and its outcome."""

from collections.abc import Iterator

from .criteria import Conditions, World
from .given import TESTED, Given, name_of
from .refusal import Plain, Record, sparse
from .truth import Facts


def promised(
    given: Given, facts: Facts, case: Record, rows: list[tuple[World, Record]], result: Record
) -> list[Record]:
    """Record the promises that the case falls under; ``rows`` are candidates with their records, places and all."""
    eligible = [(world, one) for world, one in rows if one["verdict"] == "eligible"]
    first = [(world, one) for world, one in eligible if one.get("place") == 1 and not result["refused"]]
    events = {"refused": result["refused"], "conflict": [one["attribute"] for one in case["conflicts"]]}

    def breaches(promise: Plain) -> Iterator[Record]:
        for kind in [kind for kind in TESTED if kind in promise]:
            table, reached = Conditions(kind, promise[kind], given, facts), first if kind == "best" else eligible
            failing = [name_of(one) for world, one in reached if not table.on(world)]
            if kind == "some" and len(failing) == len(eligible):
                yield {"kind": kind}
            elif kind != "some" and failing:
                yield {"kind": kind, "names": failing}
        yield from ({"kind": one, "names": events[one]} for one in promise.get("never", ()) if events[one])

    met = [(one, given.promises[one["promise"]]) for one in case.get("promises", ())]
    return [one | sparse(breaches=[*one.get("breaches", ()), *breaches(promise)]) for one, promise in met]
