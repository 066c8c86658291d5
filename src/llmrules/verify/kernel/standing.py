"""Who stands where: the places that verdicts and points of all candidates give, of models or of offers."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

from .given import HARD, SOFT, Given, Rule, name_of
from .refusal import Record, expect, sparse

MOST_UNITS = 10**1_000  # the denominator of all points together is less
_points = lru_cache(4_096)(lambda text: Fraction(text) if "/" in text else int(text))  # which is added sooner
VERDICTS = ("eligible", "unverified", "excluded")  # from best to worst


class Contender(NamedTuple):
    """A model, or a single offer of one, with those of its candidates that have its verdict, most points first."""

    name: str
    verdict: str
    rows: list[Record]


def points_of(record: Record) -> tuple[Fraction | int, ...]:
    """Return the points of a candidate by tier, which are compared tier by tier."""
    return tuple(map(_points, (record.get("points", "0"), *record.get("then", ()))))


def sums(applied: Iterable[tuple[Rule, Record]], at: str) -> Record:
    """Return the verdict and points that outcomes give, each with its rule. Refuses too many digits."""
    outcomes, found = set[str](), dict[int, Fraction | int]({1: 0})
    for rule, one in applied:
        if rule.effect in HARD:
            outcomes.add(one["outcome"])
        elif rule.effect in SOFT:
            tier = rule.record.get("tier", 1)
            found[tier] = total = found.get(tier, 0) + (_points(one["points"]) if "points" in one else 0)
            expect(total.denominator < MOST_UNITS, "number", at, "adds up to more digits than a decision may write")
    verdict = "excluded" if "failed" in outcomes else "unverified" if "unknown" in outcomes else "eligible"
    points = [str(found[tier]) for tier in sorted(found)]
    earned = {"would_earn": points} if verdict == "excluded" else {"points": points[0]} | sparse(then=points[1:])
    return {"verdict": verdict, **earned}


def contenders(records: list[Record], over: str) -> list[Contender]:
    """Return who is ranked, in the order of candidates."""
    if over == "offers":
        return [Contender(name_of(one), one["verdict"], [one]) for one in records]
    found = []
    for model, rows in groupby(records, key=lambda one: str(one["model"])):
        its = list(rows)
        verdict = min((row["verdict"] for row in its), key=VERDICTS.index)
        alike = [row for row in its if row["verdict"] == verdict]
        found.append(Contender(model, verdict, sorted(alike, key=points_of, reverse=True)))
    return found


def result(given: Given, ranked: list[Contender], fired: Iterable[str]) -> Record:
    """Return the outcome that verdicts and points imply, and the rules that refuse or advise."""
    ranking, unverified = ([place for place, _ in _places(ranked, one, given.over)] for one in VERDICTS[:2])
    effects = {name: given.rules[name].effect for name in sorted(fired)}
    refused, advice = ([name for name, its in effects.items() if its == one] for one in ("refuse", "advise"))
    return {
        "best": ranking[0]["models"] if ranking and not refused else [],
        "refused": refused,
        "ranking": ranking,
        "unverified": unverified,
        "excluded": [one.name for one in ranked if one.verdict == "excluded"],
        "advice": advice,
    }


def carried(ranked: list[Contender], over: str) -> Iterator[tuple[Record, int]]:
    """Yield each candidate that earns a place, with the place: of several offers, those with the most points."""
    for verdict in VERDICTS[:2]:
        for place, one in ((place, one) for place, tied in _places(ranked, verdict, over) for one in tied):
            yield from ((row, place["place"]) for row in one.rows if points_of(row) == points_of(one.rows[0]))


def _places(ranked: list[Contender], verdict: str, over: str) -> list[tuple[Record, list[Contender]]]:
    """Rank those of one verdict: equal points are one place, shared (1, 1, 3), in their order."""
    ordered = sorted(
        (one for one in ranked if one.verdict == verdict), key=lambda one: points_of(one.rows[0]), reverse=True
    )
    found: list[tuple[Record, list[Contender]]] = []
    place = 1
    for points, group in groupby(ordered, key=lambda one: points_of(one.rows[0])):
        tied = list(group)
        named = [(one.name, [row["offer"] for row in one.rows if "offer" in row]) for one in tied]
        offers = [{"model": name, "offers": its} for name, its in named if its and over == "models"]
        record = {"place": place, "points": str(points[0]), "models": [one.name for one in tied]}
        found.append((record | sparse(offers=offers, then=list(map(str, points[1:]))), tied))
        place += len(tied)
    for (one, _), (after, _) in pairwise(found):
        gaps = (its - other for its, other in zip(points_of(one), points_of(after), strict=True))
        one["margin"] = str(next(gap for gap in gaps if gap))
    return found
