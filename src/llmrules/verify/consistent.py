"""Consistency: whether the parts of a trace agree with each other. Digests, references, sums, ranks.

It asks nothing about rules or truth: what it finds wrong, anyone can see in the file.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from llmrules.verify.given import HARD, ON_MODELS, Given
from llmrules.verify.reading import read_given
from llmrules.verify.report import NOTHING, Plain, Refusal, compare
from llmrules.verify.rows import grouped, name_of, rows_of
from llmrules.verify.shape import digest
from llmrules.verify.standing import carried, contenders, result

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_consistent(document: dict[str, Plain]) -> Given:
    """Refuse the first thing that contradicts another; return ``given`` by name."""
    _check_digests(document)
    given = read_given(document["given"])
    found = document["found"]
    _check_case(given, found)
    _check_rows(given, found)
    _check_candidates(given, found)
    ranked = contenders(found["candidates"], given.over)
    places = {name_of(row): place for row, place in carried(ranked, given.over)}
    for index, one in enumerate(found["candidates"]):
        compare(
            f"/found/candidates/{index}/place",
            one.get("place", NOTHING),
            places.get(name_of(one), NOTHING),
            "is not the place that the points give",
        )
    refused = [name for name in _fired(found) if given.rules[name]["effect"] == "refuse"]
    advice = [name for name in _fired(found) if given.rules[name]["effect"] == "advise"]
    expected = result(ranked, given.over, refused=refused, advice=advice)
    compare("/found/result", found["result"], expected, "disagrees with the verdicts and points of the candidates")
    return given


def _check_digests(document: dict[str, Plain]) -> None:
    parts = {name: digest(part) for name, part in document["given"].items()}
    expected = {
        "parts": parts,
        "given": digest(parts),
        "found": digest(document["found"]),
        "made_by": digest(document["made_by"]),
    }
    compare("/digests", document["digests"], expected, "is not the digest of what the trace holds")


def _fired(found: Plain) -> list[str]:
    return [one["id"] for one in found["rules"] if one["status"] == "fired"]


def _check_case(given: Given, found: Plain) -> None:
    """Refuse rules, facts and firings that do not speak of each other."""
    _check_names("/found/rules", [one["id"] for one in found["rules"]], list(given.rules), "rules")
    facts: set[str] = set()
    for index, one in enumerate(found["facts"]):
        at = f"/found/facts/{index}/id"
        if one["attribute"] not in given.attributes or not one["id"].startswith(f"{one['attribute']}="):
            raise Refusal(at, "is not named after an attribute that is given", found=one["id"])
        if one["id"] in facts:
            raise Refusal(at, "stands twice", found=one["id"])
        facts.add(one["id"])
    for at, name in _cited(found):
        if name not in facts:
            raise Refusal(at, "names no fact", found=name)
    _check_firings(found)
    waits: dict[str, list[str]] = {}
    for rule in found["rules"]:
        for name in rule.get("waits_for", ()):
            waits.setdefault(name, []).append(rule["id"])
    expected = [{"requirement": name, "rules": rules} for name, rules in sorted(waits.items())]
    compare("/found/waits", found["waits"], expected, "disagrees with what the rules wait for")


def _check_firings(found: Plain) -> None:
    """Refuse firings out of order, twice, or in another stratum than their rule."""
    order = [(one["stratum"], one["round"], one["rule"]) for one in found["firings"]]
    if order != sorted(order):
        raise Refusal("/found/firings", "are not in the order of stratum, round and rule")
    _check_names("/found/firings", sorted(rule for _, _, rule in order), _fired(found), "rules that fired")
    strata = {one["id"]: one.get("stratum") for one in found["rules"]}
    for index, (stratum, _, rule) in enumerate(order):
        if stratum != strata[rule]:
            at = f"/found/firings/{index}/stratum"
            raise Refusal(at, "is not that of the rule", found=stratum, expected=strata[rule])


def _check_names(at: str, found: list[str], expected: list[str], what: str) -> None:
    if found != expected:
        twice = {name for name, count in Counter(found).items() if count > 1}
        wrong = set(found) ^ set(expected) or twice or set(found)
        raise Refusal(at, f"are not the {what}, each once and in order: see {', '.join(sorted(wrong)[:5])}")


def _cited(found: Plain) -> Iterator[tuple[str, str]]:
    """Yield every mention of a fact with its pointer."""
    pending = [(f"/found/{part}", found[part]) for part in ("firings", "conflicts", "rules")]
    while pending:
        at, value = pending.pop()
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            if key in {"uses", "concludes", "facts", "cites"} and isinstance(one, list):
                yield from ((f"{at}/{key}/{index}", name) for index, name in enumerate(one))
            elif isinstance(one, dict | list):
                pending.append((f"{at}/{key}", one))


def _check_rows(given: Given, found: Plain) -> None:
    """Refuse candidates that are not those of the catalogue, each judged or else left out, once and in order."""
    rows = rows_of(given)
    named = {row.name: [row] for row in rows} | dict(grouped(rows, rows))
    out: set[str] = set()
    for part in ("among", "only", "undecided"):
        for index, name in enumerate(found.get("left_out", {}).get(part, ())):
            its = {row.name for row in named.get(name, ())}
            if not its or its & out:
                raise Refusal(f"/found/left_out/{part}/{index}", "names no candidate, or one twice", found=name)
            out |= its
    kept = [row.name for row in rows if row.name not in out]
    _check_names("/found/candidates", [name_of(one) for one in found["candidates"]], kept, "candidates not left out")


def _check_candidates(given: Given, found: Plain) -> None:
    """Refuse criteria and candidates that do not speak of the same rules, models, sums and places."""
    touching = [name for name in _fired(found) if given.rules[name]["effect"] in ON_MODELS]
    _check_names("/found/criteria", [one["rule"] for one in found["criteria"]], touching, "fired rules on models")
    leaves = {one["rule"]: len(one["leaves"]) for one in found["criteria"]}
    hard = [name for name in touching if given.rules[name]["effect"] in HARD]
    for index, one in enumerate(found["candidates"]):
        at = f"/found/candidates/{index}"
        _check_names(f"{at}/checks", [check["rule"] for check in one.get("checks", ())], hard, "hard rules that fired")
        for part in ("checks", "scores", "notes", "exemptions"):
            for place, applied in enumerate(one.get(part, ())):
                if leaves.get(applied["rule"]) != len(applied["leaves"]):
                    raise Refusal(f"{at}/{part}/{place}", "has not the leaves of its criterion", found=applied["rule"])
        outcomes = {check["outcome"] for check in one.get("checks", ())}
        verdict = "excluded" if "failed" in outcomes else "unverified" if "unknown" in outcomes else "eligible"
        compare(f"{at}/verdict", one["verdict"], verdict, "disagrees with the checks")
        total = str(sum((Fraction(score.get("points", "0")) for score in one.get("scores", ())), Fraction()))
        if verdict == "excluded" and "points" not in one:
            continue
        if one.get("points") != total or verdict == "excluded":
            raise Refusal(f"{at}/points", "is not the sum of the scores", found=one.get("points"), expected=total)
