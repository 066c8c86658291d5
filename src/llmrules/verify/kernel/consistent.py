"""Consistency: whether the parts of a trace agree: digests, references, what verdicts and points add up to, places."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, pairwise, zip_longest

from .given import HARD, SOFT, Given, Rule, name_of, rows_of
from .reading import read_given
from .refusal import NOTHING, Plain, Record, Refusal, compare, expect, sparse
from .shape import digest

MOST_UNITS = 10**1_000  # the denominator of all points together is less
VERDICTS = ("eligible", "unverified", "excluded")  # from best to worst
_points = lru_cache(4_096)(lambda text: Fraction(text) if "/" in text else int(text))  # which is added sooner


def check_consistent(document: Record) -> Given:
    """Refuse the first thing that contradicts another; return ``given`` by name."""
    parts = {name: digest(part) for name, part in document["given"].items()}
    digests = {"parts": parts, "given": digest(parts), **{one: digest(document[one]) for one in ("found", "made_by")}}
    compare("digest", "/digests", document["digests"], digests, "is not the digest of what the trace holds")
    given, found = read_given(document["given"]), document["found"]
    fired = [one["id"] for one in found["rules"] if one["status"] == "fired"]
    _check_names("/found/rules", [one["id"] for one in found["rules"]], list(given.rules), "rules")
    _check_firings(found, fired)
    _check_rows(given, found)
    _check_candidates(given, found, [name for name in fired if given.rules[name].on_models])
    outcome, places = result(given, found["candidates"], fired)
    for index, one in enumerate(found["candidates"]):
        its, place = one.get("place", NOTHING), places.get(name_of(one), NOTHING)
        compare("rank", f"/found/candidates/{index}/place", its, place, "is not the place that the points give")
    compare("rank", "/found/result", found["result"], outcome, "disagrees with verdicts and points of the candidates")
    return given


def _check_names(at: str, found: list[str], expected: list[str], what: str) -> None:
    """Refuse names that are not those that are expected, with the first that is another one."""
    for one, other in zip_longest(found, expected, fillvalue=NOTHING):
        if one != other:
            raise Refusal("names", at, f"are not the {what}, each once and in order", one, other)


def _check_firings(found: Plain, fired: list[str]) -> None:
    """Refuse firings out of order, twice, or in another stratum than their rule."""
    order = [(one["stratum"], one["round"], one["rule"]) for one in found["firings"]]
    strata = {one["id"]: one.get("stratum") for one in found["rules"]}
    _check_names("/found/firings", sorted(rule for _, _, rule in order), fired, "rules that fired")
    right = order == sorted(order) and all(stratum == strata[rule] for stratum, _, rule in order)
    expect(right, "order", "/found/firings", "are not in the order of stratum (that of the rule), round and rule")


def _check_rows(given: Given, found: Plain) -> None:
    """Refuse candidates that are not those of the catalogue, each judged or else left out, once and in order."""
    rows, out, named = rows_of(given), set[str](), defaultdict[str, set[str]](set)
    for row in rows:
        named[row.name].add(row.name)
        named[row.model].add(row.name)
    for part in ("among", "only", "undecided"):
        for index, name in enumerate(found.get("left_out", {}).get(part, ())):
            right, at = named[name] and not named[name] & out, f"/found/left_out/{part}/{index}"
            expect(right, "reference", at, "names no candidate, or one twice", name)
            out |= named[name]
    kept = [row.name for row in rows if row.name not in out]
    _check_names("/found/candidates", [name_of(one) for one in found["candidates"]], kept, "candidates not left out")


def _check_candidates(given: Given, found: Plain, touching: list[str]) -> None:
    """Refuse criteria and candidates that do not speak of the same rules, models, sums and places."""
    _check_names("/found/criteria", [one["rule"] for one in found["criteria"]], touching, "fired rules on models")
    criteria = [(given.rules[one["rule"]], one["outcomes"]) for one in found["criteria"]]
    alike: dict[tuple[int, ...], Record] = {}
    for index, one in enumerate(found["candidates"]):
        at, places = f"/found/candidates/{index}", tuple(one["outcomes"])
        if places not in alike:
            pairs = [(rule, its[place : place + 1]) for place, (rule, its) in zip(places, criteria, strict=False)]
            right = len(places) == len(criteria) and all(its for _, its in pairs)
            expect(right, "reference", f"{at}/outcomes", "names no outcome of each criterion", one["outcomes"])
            alike[places] = earned(((rule, its) for rule, (its,) in pairs), f"{at}/points")
        its = {part: one[part] for part in ("verdict", "points", "then", "would_earn") if part in one}
        compare("sum", at, its, alike[places], "disagrees with how the rules came out")


def earned(applied: Iterable[tuple[Rule, Record]], at: str) -> Record:
    """Return the verdict and points that outcomes give, each with its rule. Refuses too many digits."""
    outcomes, found = set[str](), dict[int, Fraction | int]({1: 0})
    for rule, one in applied:
        if rule.effect in HARD:
            outcomes.add(one["outcome"])
        elif rule.effect in SOFT:
            tier = rule.record.get("tier", 1)
            found[tier] = total = found.get(tier, 0) + _points(one.get("points", "0"))
            expect(total.denominator < MOST_UNITS, "number", at, "adds up to more digits than a decision may write")
    verdict = "excluded" if "failed" in outcomes else "unverified" if "unknown" in outcomes else "eligible"
    points = [str(found[tier]) for tier in sorted(found)]
    its = {"would_earn": points} if verdict == "excluded" else {"points": points[0]} | sparse(then=points[1:])
    return {"verdict": verdict, **its}


def result(given: Given, records: list[Record], fired: list[str]) -> tuple[Record, dict[str, int]]:
    """Return the outcome that candidates imply, and the places of those that earn one: of a model, its best offers."""
    contenders, places = defaultdict[str, list[Record]](list), dict[str, int]()
    for one in records:
        contenders[name_of(one) if given.over == "offers" else one["model"]].append(one)
    best = {name: min((one["verdict"] for one in its), key=VERDICTS.index) for name, its in contenders.items()}
    rankings = []
    for verdict in VERDICTS[:2]:
        ranked = {name: [one for one in contenders[name] if one["verdict"] == verdict] for name in best}
        ranked = {name: sorted(ranked[name], key=_points_of, reverse=True) for name in best if best[name] == verdict}
        rankings.append(_ranking(ranked, given.over))
        for place, its in ((one["place"], ranked[name]) for one in rankings[-1] for name in one["models"]):
            places |= {name_of(row): place for row in its if _points_of(row) == _points_of(its[0])}
    effects = {name: given.rules[name].effect for name in fired}
    refused, advice = ([name for name, its in effects.items() if its == one] for one in ("refuse", "advise"))
    return {
        "best": rankings[0][0]["models"] if rankings[0] and not refused else [],
        "refused": refused,
        **dict(zip(("ranking", "unverified"), rankings, strict=True)),
        "excluded": [name for name, its in best.items() if its == "excluded"],
        "advice": advice,
    }, places


def _ranking(ranked: dict[str, list[Record]], over: str) -> list[Record]:
    """Rank those of one verdict by their first rows: equal points are one place, shared (1, 1, 3), in their order."""
    found: list[Record] = []
    points = {name: _points_of(its[0]) for name, its in ranked.items()}
    for its, group in groupby(sorted(ranked, key=points.__getitem__, reverse=True), key=points.__getitem__):
        tied, place = list(group), found[-1]["place"] + len(found[-1]["models"]) if found else 1
        named = [(name, [row["offer"] for row in ranked[name] if "offer" in row]) for name in tied]
        offers = [{"model": name, "offers": some} for name, some in named if some and over == "models"]
        record = {"place": place, "points": str(its[0]), "models": tied}
        found.append(record | sparse(offers=offers, then=[*map(str, its[1:])]))
    for one, after in pairwise(found):
        gaps = (its - other for its, other in zip(points[one["models"][0]], points[after["models"][0]], strict=True))
        one["margin"] = str(next(gap for gap in gaps if gap))
    return found


def _points_of(record: Record) -> tuple[Fraction | int, ...]:
    """Return the points of a candidate by tier, which are compared tier by tier."""
    return tuple(map(_points, (record.get("points", "0"), *record.get("then", ()))))
