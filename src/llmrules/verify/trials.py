"""The rules on trial, derived again: what each would do on the facts known at the end. Nothing of it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.verify.case import fact_id, in_order
from llmrules.verify.criteria import Criterion
from llmrules.verify.given import HARD, ON_MODELS, SOFT
from llmrules.verify.report import Record, sparse
from llmrules.verify.rows import grouped, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.verify.candidates import Candidate
    from llmrules.verify.given import Given
    from llmrules.verify.report import Plain
    from llmrules.verify.rows import Row
    from llmrules.verify.truth import Facts, Truth


def derive_trials(given: Given, facts: Facts, candidates: list[Candidate], rules_found: list[Record]) -> list[Record]:
    """Return what every rule on trial would do."""
    return [_trial(given, facts, candidates, one) for one in rules_found if one["status"] == "trial"]


def _trial(given: Given, facts: Facts, candidates: list[Candidate], found: Record) -> Record:
    rule = given.rules[found["id"]]
    blocked = found.get("unless", {}).get("holds") or "defeated_by" in found
    record = {"rule": rule["id"], "fires": bool(found["when"]["holds"] and not blocked)}
    if not record["fires"]:
        return record
    if rule["effect"] == "conclude":
        ((name, value),) = rule["body"].items()
        values = in_order(given.attributes[name], value if isinstance(value, list) else [value])
        return record | {"concludes": [fact_id(name, one) for one in values]}
    if rule["effect"] not in ON_MODELS:
        return record
    return record | _on_models(given, Criterion(rule, given, facts), candidates)


def _on_models(given: Given, criterion: Criterion, candidates: list[Candidate]) -> Record:
    """Return what it would do of whom: of a model, where it would do so with all its candidates."""
    rule, rows = criterion.rule, [one.known.row for one in candidates]
    truths: dict[Row, Truth] = {one.known.row: criterion.truth(one.known.world) for one in candidates}
    if rule["effect"] in HARD:
        held = {one.known.row for one in candidates if not one.exempted(rule["id"])}
        policy = rule.get("unknown", given.unknown)
        failing = (False, None) if policy == "exclude" else (False,)
        out = [row for row in rows if row in held and truths[row] in failing]
        open_ = [row for row in rows if row in held and truths[row] is None and policy == "apart"]
        return sparse(excludes=names_of(out, rows), unverifies=names_of(open_, rows))
    if rule["effect"] in SOFT:
        points = {one.known.row: str(criterion.points(one.known.world)) for one in candidates if truths[one.known.row]}
        return sparse(points=sorted(_points(points, rows), key=lambda one: one["model"]))
    attached = (True, None) if rule.get("level") == "approval" else (True,)
    return sparse(attaches=names_of([row for row in rows if truths[row] in attached], rows))


def _points(points: dict[Row, str], rows: list[Row]) -> Iterator[dict[str, Plain]]:
    """Yield the points of each model whose candidates all get the same, else of each candidate."""
    for name, its in grouped(points, rows):
        if len({points[row] for row in its}) == 1:
            yield {"model": name, "points": points[its[0]]}
        else:
            yield from ({"model": row.name, "points": points[row]} for row in its)
