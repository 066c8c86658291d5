"""Consistency: whether the parts of a trace agree with each other: digests, references, sums, ranks."""

from collections import Counter

from .given import Given, Rule, grouped, name_of, rows_of
from .reading import read_given
from .refusal import NOTHING, Plain, Record, compare, expect
from .shape import digest
from .standing import carried, contenders, result, sums


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
    ranked = contenders(found["candidates"], given.over)
    places = {name_of(row): place for row, place in carried(ranked, given.over)}
    for index, one in enumerate(found["candidates"]):
        its, expected = one.get("place", NOTHING), places.get(name_of(one), NOTHING)
        compare("rank", f"/found/candidates/{index}/place", its, expected, "is not the place that the points give")
    expected = result(given, ranked, fired)
    compare("rank", "/found/result", found["result"], expected, "disagrees with verdicts and points of the candidates")
    return given


def _check_firings(found: Plain, fired: list[str]) -> None:
    """Refuse firings out of order, twice, or in another stratum than their rule."""
    order = [(one["stratum"], one["round"], one["rule"]) for one in found["firings"]]
    strata = {one["id"]: one.get("stratum") for one in found["rules"]}
    _check_names("/found/firings", sorted(rule for _, _, rule in order), fired, "rules that fired")
    right = order == sorted(order) and all(stratum == strata[rule] for stratum, _, rule in order)
    expect(right, "order", "/found/firings", "are not in the order of stratum (that of the rule), round and rule")


def _check_names(at: str, found: list[str], expected: list[str], what: str) -> None:
    """Refuse names that are not those that are expected, with the first that is missing, more, or twice."""
    counts, wanted = Counter(found), set(expected)
    wrong = {
        "missing": [name for name in expected if name not in counts],
        "more": [name for name in found if name not in wanted],
        "twice": [name for name in found if counts[name] > 1],
        "out of order": [name for name, other in zip(found, expected, strict=False) if name != other],
    }
    for said, names in wrong.items():
        expect(not names, "names", at, f"are not the {what}, each once and in order: {said} {', '.join(names[:5])}")


def _check_rows(given: Given, found: Plain) -> None:
    """Refuse candidates that are not those of the catalogue, each judged or else left out, once and in order."""
    rows = rows_of(given)
    named, out = {row.name: [row] for row in rows} | dict(grouped(rows, rows)), set[str]()
    for part in ("among", "only", "undecided"):
        for index, name in enumerate(found.get("left_out", {}).get(part, ())):
            its = {row.name for row in named.get(name, ())}
            right, at = its and not its & out, f"/found/left_out/{part}/{index}"
            expect(right, "reference", at, "names no candidate, or one twice", name)
            out |= its
    kept = [row.name for row in rows if row.name not in out]
    _check_names("/found/candidates", [name_of(one) for one in found["candidates"]], kept, "candidates not left out")


def _check_candidates(given: Given, found: Plain, touching: list[str]) -> None:
    """Refuse criteria and candidates that do not speak of the same rules, models, sums and places."""
    _check_names("/found/criteria", [one["rule"] for one in found["criteria"]], touching, "fired rules on models")
    criteria = [(given.rules[one["rule"]], one["outcomes"]) for one in found["criteria"]]
    known: dict[tuple[int, ...], Record] = {}
    for index, one in enumerate(found["candidates"]):
        at, places = f"/found/candidates/{index}", one["outcomes"]
        if (key := tuple(places)) not in known:
            known[key] = _earned(criteria, places, at)
        earned = {part: one[part] for part in ("verdict", "points", "then", "would_earn") if part in one}
        compare("sum", at, earned, known[key], "disagrees with how the rules came out")


def _earned(criteria: list[tuple[Rule, list[Record]]], places: list[int], at: str) -> Record:
    """Return what a candidate earns by the places of its outcomes."""
    pairs = [(rule, its[place : place + 1]) for place, (rule, its) in zip(places, criteria, strict=False)]
    right = len(places) == len(criteria) and all(its for _, its in pairs)
    expect(right, "reference", f"{at}/outcomes", "names no outcome of each criterion", places)
    return sums(((rule, its) for rule, (its,) in pairs), f"{at}/points")
