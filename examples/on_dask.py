"""A million cases on Dask: each worker decides its share as one machine does, and only the counts travel back.

``python examples/on_dask.py 1000000`` decides as many on this machine; with a client of ``dask.distributed``, on a
cluster.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import dask.bag

from llmrules import Advisor
from llmrules.advisor.many import Brief

SHARE = 10_000
"""Cases that a worker is given at a time."""


def case(number: int) -> dict[str, object]:
    """Return one of the cases, which would be read from a file or a table."""
    return {
        "as_of": date(2026, 11, 1),
        "tasks": [("coding", "creative-writing", "mathematics")[number % 3]],
        "context_tokens": 1_000 * (1 + number % 200),
        "commercial_use": number % 2 == 0,
    }


def first_places(numbers: Iterable[int]) -> Iterator[str]:
    """Yield who is first in each case, or that it is wrong; the rules are loaded once for all of a share."""
    advisor = Advisor.load(engine="plain")
    for found in advisor.decide_many(map(case, numbers)):
        yield ", ".join(found.best) or "nobody" if isinstance(found, Brief) else "wrong"


def counted(cases: int) -> Counter[str]:
    """Return how often who is first in so many cases."""
    numbers = dask.bag.from_sequence(range(cases), partition_size=SHARE)  # type: ignore[no-untyped-call]
    return Counter(dict(numbers.map_partitions(first_places).frequencies().compute()))


if __name__ == "__main__":
    for name, count in counted(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000).most_common():
        print(f"{count:>10,}  {name}")
