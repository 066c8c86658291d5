"""Writes the cases that any checker of traces can be measured by: ``python -m tests.conformance [FOLDER]``.

They are plain files, which name no part of this program. Those of ``derived`` are traces that hold; those of
``refused`` are forged, each in one way, with all digests made anew unless the digests are what is wrong.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen
from tests.mutants import canonical, reseal
from tests.offer_worlds import sellers
from tests.test_verify import MODELS, RULES, STATED
from tests.test_verify_offers import CATALOGUE
from tests.test_verify_offers import RULES as OFFER_RULES
from tests.test_verify_offers import STATED as OFFER_STATED
from tests.worlds import DAY, rule, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from llmrules.advisor import Decision

Document: TypeAlias = dict[str, Any]

VERSION = 1
FOLDER = Path(__file__).resolve().parent.parent / "conformance" / str(VERSION)

MADE_BY: Document = {
    "llmrules": "0",
    "python": "3",
    "engine": "none",
    "certified": False,
    "decided_at": f"{DAY}T12:00:00+00:00",
    "nanoseconds": {},
    "places": [],
}
"""What every case claims of its making, so that the same cases are the same bytes."""


@frozen
class Forgery:
    """A forged trace: the level that must refuse it, the code of the reason, and what was done to one that holds."""

    name: str
    level: str
    code: str
    says: str
    trace: bytes


def write(folder: Path) -> None:
    """Write every case, and the list of them."""
    for part in ("derived", "refused"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    derived, refused = [], []
    for name, (says, decision) in derivations().items():
        (folder / "derived" / f"{name}.json").write_bytes(canonical(told(decision)) + b"\n")
        derived.append({"file": f"derived/{name}.json", "says": says})
    for one in forgeries():
        (folder / "refused" / f"{one.name}.json").write_bytes(one.trace + b"\n")
        refused.append({"file": f"refused/{one.name}.json", "level": one.level, "code": one.code, "says": one.says})
    cases = {"version": VERSION, "format": "llmrules.trace/1", "derived": derived, "refused": refused}
    (folder / "cases.json").write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")


def told(decision: Decision) -> Document:
    """Return the trace of a decision as anyone could have made it."""
    return reseal({**json.loads(decision.trace.to_json()), "made_by": {**MADE_BY}}, {})


# What holds


SMALL = """
language = 1
pack = "vocabulary"
document = [{ id = "d", title = "The handbook", date = 2026-01-01 }]
[requirement]
offline = { type = "flag" }
room = { type = "number", unit = "tokens" }
hosting = { type = "choice", choices = { own = "own machines", vendor = "a vendor" } }
wanted = { type = "set", choices = { code = "code", maths = "maths" } }
[model]
weights = { type = "flag" }
window = { type = "number", unit = "tokens", marks = [10, 20, 40] }
skills = { type = "set", partial = true, choices = "wanted" }
capable = { type = "flag" }
[offer]
price = { type = "number", unit = "USD" }
"""
SMALL_RULES = (
    rule("class", "where.weights = true\nconclude.capable = true")
    + rule("hosts", "when.offline = true\nconclude.hosting = 'own'")
    + rule("must", "when.hosting = 'own'\nrequire.weights = true")
    + rule("roomy", "require.window.at_least.requirement = 'room'")
    + rule("liked", "prefer.window.toward = 'highest'\nweight = 3")
    + rule("skilled", "prefer.skills.has_all.requirement = 'wanted'\nweight = 2")
    + rule("noted", "caution.price.above = 1\nlevel = 'approval'")
)


def _model(name: str, text: str, sources: str) -> str:
    cited = ", ".join(f'{one} = "d"' for one in sources.split())
    return f'[[model]]\nid = "{name}"\n{text}\nsources = {{ {cited} }}\n'


SMALL_MODELS = (
    _model("lark", "weights = true\nwindow = 30\nskills = ['code', 'maths']", "weights window skills")
    + '[[model.offer]]\nprice = 2\nsources.price = "d"\n'
    + _model("wren", "weights = true\nwindow = 12\nskills = ['code']", "weights window skills")
    + _model("owl", "weights = false\nwindow = 5", "weights window")
    + '[[approval]]\nrule = "noted"\nmodel = "lark"\nby = "A. Kim"\non = 2026-01-15\n'
)
SMALL_CASE: dict[str, object] = {"as_of": DAY, "offline": True, "room": 10, "wanted": ["code"]}


def small(rules: str = SMALL_RULES, **changed: object) -> Decision:
    """Decide in the small world, or by other rules on its models."""
    models = SMALL_MODELS if "noted" in rules else SMALL_MODELS.partition("[[approval]]")[0]
    return world(rules, models, vocabulary=SMALL).decide({**SMALL_CASE, **changed}, keep_promises=False)


def promised() -> Decision:
    """Decide a case under two promises of three, of which one is not kept."""
    texts = ("every.weights = true", "some.eligible = true", "when.offline = false\nnever.refused = true")
    promises = (
        f'[[promise]]\nid = "p{number}"\nbecause.en = "So."\nsource = "d"\n{text}\n'
        for number, text in enumerate(texts)
    )
    return small(rule("liked", "prefer.window.toward = 'highest'\nweight = 3") + "".join(promises))


def nobody() -> Decision:
    """Decide a case in which two requirements leave nobody."""
    return small(SMALL_RULES + rule("shut", "when.wanted.has = 'maths'\nrequire.weights = false"), wanted=["maths"])


TIERED = (
    rule("spared", "where.window.at_most = 5\nexempt = ['must']")
    + rule("shut", "require.window.at_most = 29")
    + rule("first", "when.offline = true\nprefer.skills.has = 'code'\nweight = 1\ntier = 3")
    + rule("second", "prefer.weights = true\nweight = 4\ntier = 2")
    + rule("third", "avoid.capable = true\nweight = 1\ntier = 2")
    + "[[first_of]]\nrules = ['first', 'second', 'third']\n"
)


def tiers() -> Decision:
    """Decide where points have tiers, rules defeat others, one is exempted, and one waits for approval."""
    return small(SMALL_RULES + TIERED, room=1)


SUMMED = """
[requirement.volume]
type = "number"
computed = [[3]]
[requirement.total]
type = "number"
computed = [[2, "volume"]]
[model.need]
type = "number"
computed = [["total"]]
[model.left]
type = "number"
computed = [["room_of"], [-1, "need"]]
[model.room_of]
type = "number"
"""
SUMMING = rule("left", "require.left.at_least = 0") + rule("light", "prefer.need.below = 5\nweight = 2")
OF_SUMS = (
    _model("lark", "room_of = 7", "room_of")
    + _model("owl", "room_of = 5\nneed = 4", "room_of need")
    + '[[model.disputed]]\nattribute = "need"\nvalue = 9\nsource = "d"\n'
    + _model("wren", "", "")
)


def summed(**stated: object) -> Decision:
    """Decide where sums are made of constants and of sums, one of which is stated and disputed."""
    return world(SUMMING, OF_SUMS, vocabulary=SMALL + SUMMED).decide({"as_of": DAY, **stated})


def derivations() -> dict[str, tuple[str, Decision]]:
    """Return the decisions whose traces hold, by name, each with what it shows."""
    offers = sellers(OFFER_RULES, CATALOGUE)
    of_nothing = (
        rule("none", "require.skills.none_of.requirement = 'wanted'")
        + rule("any", "prefer.skills.has_any.requirement = 'wanted'\nweight = 1")
        + rule("all", "prefer.skills.has_all.requirement = 'wanted'\nweight = 1")
    )
    whole = (
        rule("only", "require.skills.only = ['code', 'maths']")
        + rule("not", "exclude.skills.is = ['code']")
        + rule("empty", "avoid.skills.is = []\nweight = 1")
    )
    return {
        "small": ("facts, strata, hard and soft rules, a grade, an approval", small()),
        "refused": ("a rule refuses the case", small(SMALL_RULES + rule("stop", "when.offline = true\nrefuse = true"))),
        "nobody": ("what stands in the way where nobody is eligible", nobody()),
        "promised": ("promises: one that is kept, one that is not, one of other cases", promised()),
        "tiers": ("points of two tiers, rules that defeat others, an exemption, an approval that is missing", tiers()),
        "conflict": ("two values that cannot both be meant", small(hosting="vendor")),
        "nothing-stated": (
            "what rules wait for",
            world(SMALL_RULES, SMALL_MODELS, vocabulary=SMALL).decide({"as_of": DAY}),
        ),
        "nothing-listed": ("tests against a list of nothing are decided without knowing", small(of_nothing, wanted=[])),
        "whole-sets": ("a partial set that lists every choice is complete", small(whole)),
        "sums-of-constants": (
            "sums made of constants and of sums, and a disputed sum that others are made of",
            summed(),
        ),
        "stated-sum": ("a sum of the case that is stated, which is read by what is computed from it", summed(total=1)),
        "everything": (
            "every effect, trials, disputes, exemptions",
            world(RULES, MODELS).decide({"as_of": DAY, **STATED}),
        ),
        "offers": ("offers, dates, costs, old sources", offers.decide({"as_of": DAY, **OFFER_STATED}, stale_after=365)),
        "over-offers": (
            "a ranking over offers, restricted",
            offers.decide({"as_of": DAY, **OFFER_STATED}, over="offers", only={"window": {"at_least": 1_000}}),
        ),
    }


# What is forged


def forgeries() -> Iterator[Forgery]:
    """Yield every forged trace."""
    right = told(small())
    bases = ((CHANGES, small()), (OF_WAYS, nobody()), (OF_PROMISES, promised()), (OF_TIERS, tiers()))
    for name, base in ((name, told(decision)) for changes, decision in bases for name in changes):
        level, code, says, change = {**CHANGES, **OF_WAYS, **OF_PROMISES, **OF_TIERS}[name]
        document = json.loads(canonical(base))
        change(document)
        sealed = reseal(document, {}) if code != "digest" and "digests" in document else document
        yield Forgery(name, level, code, says, canonical(sealed))
    for name, (code, says, raw) in RAW.items():
        yield Forgery(name, "shape", code, says, raw(canonical(right)))


def at(pointer: str, value: object = None, *, drop: bool = False) -> Callable[[Document], None]:
    """Return what sets or drops one thing."""

    def change(document: Any) -> None:  # noqa: ANN401 - plain JSON
        *way, last = (int(part) if part.isdigit() else part for part in pointer.split("/")[1:])
        for part in way:
            document = document[part]
        if drop:
            del document[last]
        elif isinstance(document, list) and last == len(document):
            document.append(value)
        else:
            document[last] = value

    return change


def _all(*changes: Callable[[Document], None]) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for one in changes:
            one(document)

    return change


def _of_rule(name: str, key: str, value: object = None) -> Callable[[Document], None]:
    """Return what sets something of a rule, or drops it."""

    def change(document: Document) -> None:
        its = next(one for one in document["given"]["rules"] if one["id"] == name)
        its.pop(key, None)
        its.update({} if value is None else {key: value})

    return change


def _swap(part: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        its = document["given"][part]
        its[0], its[1] = its[1], its[0]

    return change


SHAPE, CONSISTENT, DERIVED = "shape", "consistent", "re-derived"
CHANGES: dict[str, tuple[str, str, str, Callable[[Document], None]]] = {
    "later-version": (SHAPE, "format", "a version that is to come", at("/format", "llmrules.trace/2")),
    "unknown-key": (SHAPE, "schema", "a key that nobody defined", at("/found/more", 1)),
    "missing-part": (SHAPE, "schema", "a part of given is not there", at("/given/rules", drop=True)),
    "long-points": (
        SHAPE,
        "schema",
        "points with more digits than any",
        at("/found/candidates/0/points", "1/" + "9" * 1_001),
    ),
    "unsealed": (CONSISTENT, "digest", "a change without new digests", at("/found/result/best", [])),
    "of-made-by": (CONSISTENT, "digest", "who made it is sealed, too", at("/made_by/engine", "another")),
    "rules-out-of-order": (CONSISTENT, "order", "two rules in each other's place", _swap("rules")),
    "model-twice": (
        CONSISTENT,
        "order",
        "a model that stands twice",
        lambda one: one["given"]["catalogue"]["models"].insert(0, one["given"]["catalogue"]["models"][0]),
    ),
    "list-out-of-order": (
        CONSISTENT,
        "value",
        "choices of a set out of their order",
        at("/given/catalogue/values/skills/0/value", ["maths", "code"]),
    ),
    "no-such-source": (CONSISTENT, "reference", "a rule cites what is not given", _of_rule("must", "sources", ["e"])),
    "no-such-attribute": (
        CONSISTENT,
        "reference",
        "a rule tests what is not declared",
        _of_rule("must", "when", {"on": {"is": True}}),
    ),
    "no-such-model": (CONSISTENT, "reference", "an approval of nobody", at("/given/approvals/0/model", "kite")),
    "disables-nothing": (
        CONSISTENT,
        "reference",
        "what is switched off is not named",
        at("/given/disabled/0", {"reason": {"en": "So."}}),
    ),
    "no-value": (
        CONSISTENT,
        "value",
        "a value that is none of its attribute",
        at("/given/catalogue/values/window/0/value", "30"),
    ),
    "declared-wrongly": (
        CONSISTENT,
        "declaration",
        "marks that do not ascend",
        lambda one: next(its for its in one["given"]["vocabulary"] if its["name"] == "window").update(marks=[20, 10]),
    ),
    "no-choices": (
        CONSISTENT,
        "declaration",
        "a choice without choices",
        lambda one: next(its for its in one["given"]["vocabulary"] if its["name"] == "hosting").update(choices=[]),
    ),
    "no-weight": (
        CONSISTENT,
        "rule",
        "a preference without points",
        lambda one: next(its for its in one["given"]["rules"] if its["id"] == "skilled").pop("weight"),
    ),
    "empty-list": (
        CONSISTENT,
        "condition",
        "a test against nothing",
        _of_rule("must", "where", {"skills": {"none_of": []}}),
    ),
    "choice-twice": (
        CONSISTENT,
        "condition",
        "a choice that is named twice",
        _of_rule("must", "where", {"skills": {"has_any": ["code", "code"]}}),
    ),
    "wrong-operator": (
        CONSISTENT,
        "condition",
        "an operator that goes with no flag",
        _of_rule("must", "when", {"offline": {"above": True}}),
    ),
    "no-default": (CONSISTENT, "missing", "the day decided for is not there", at("/given/requirements/0", drop=True)),
    "extends-itself": (
        CONSISTENT,
        "circle",
        "a model extends itself",
        at("/given/catalogue/models/0/extends", "lark"),
    ),
    "not-inherited": (
        CONSISTENT,
        "inherited",
        "a value inherited from nobody",
        at("/given/catalogue/values/window/0/inherited_from", "owl"),
    ),
    "rule-left-out": (CONSISTENT, "names", "a rule of which nothing is found", at("/found/rules/0", drop=True)),
    "check-left-out": (
        CONSISTENT,
        "reference",
        "a rule of which a candidate does not say how it came out",
        at("/found/candidates/0/outcomes/0", drop=True),
    ),
    "no-such-outcome": (
        CONSISTENT,
        "reference",
        "a way to come out that no rule has",
        at("/found/candidates/0/outcomes/0", 9),
    ),
    "no-such-conclusion": (
        DERIVED,
        "derived",
        "a candidate of which nothing is concluded",
        at("/found/candidates/0/concluded", 9),
    ),
    "no-such-value": (
        CONSISTENT,
        "reference",
        "a value that does not stand there",
        at("/given/catalogue/models/0/attributes/window", 9),
    ),
    "value-twice": (
        CONSISTENT,
        "order",
        "a value that is said twice",
        at("/given/catalogue/values/window/2/value", 30),
    ),
    "candidate-twice": (
        CONSISTENT,
        "names",
        "a candidate that stands twice",
        lambda one: one["found"]["candidates"].append(one["found"]["candidates"][0]),
    ),
    "wrong-sum": (CONSISTENT, "sum", "points that are not the sum", at("/found/candidates/0/points", "9")),
    "wrong-verdict": (
        CONSISTENT,
        "sum",
        "a verdict that is not that of the checks",
        at("/found/candidates/1/verdict", "eligible"),
    ),
    "wrong-place": (CONSISTENT, "rank", "a place that points do not give", at("/found/candidates/0/place", 2)),
    "wrong-best": (CONSISTENT, "rank", "another model is the best", at("/found/result/best", ["wren"])),
    "no-strata": (
        DERIVED,
        "circle",
        "a rule that depends on its own absence",
        _all(_of_rule("hosts", "when", {"hosting": {"known": False}}), _of_rule("hosts", "effect", "conclude")),
    ),
    "wrong-truth": (
        DERIVED,
        "derived",
        "a leaf that holds and does not",
        at("/found/criteria/1/outcomes/0/leaves/0/holds", "unknown"),
    ),
    "wrong-gap": (DERIVED, "derived", "a gap of another size", at("/found/criteria/3/outcomes/0/leaves/0/gaps", [1])),
    "outcome-twice": (
        DERIVED,
        "derived",
        "one way to come out in the place of another",
        at("/found/candidates/0/outcomes/4", 2),
    ),
    "would-earn": (
        CONSISTENT,
        "sum",
        "more points than an excluded model would have earned",
        at("/found/candidates/1/would_earn/0", "9"),
    ),
    "silent-rule": (DERIVED, "derived", "what a rule waits for is not said", at("/found/unread", ["room"])),
    "other-value": (
        DERIVED,
        "derived",
        "a value changed after the decision",
        at("/given/catalogue/values/window/0/value", 4),
    ),
    "another-day": (
        DERIVED,
        "derived",
        "an approval that was not in force",
        at("/given/approvals/0/until", "2026-02-01"),
    ),
    "fact-from-nowhere": (
        DERIVED,
        "derived",
        "a fact that nobody concludes",
        at("/found/facts/0/origin", ["concluded"]),
    ),
}
"""Each by its name: the level that must refuse it, the code, what was done, and the change that does it."""

OF_PROMISES: dict[str, tuple[str, str, str, Callable[[Document], None]]] = {
    "promise-taken-back": (DERIVED, "derived", "a promise that was given is gone", at("/given/promises/0", drop=True)),
    "promise-left-out": (DERIVED, "derived", "a broken promise is not spoken of", at("/found/promises/0", drop=True)),
    "told-as-kept": (
        DERIVED,
        "derived",
        "a broken promise is told as kept",
        at("/found/promises/0/breaches", drop=True),
    ),
    "breach-of-less": (
        DERIVED,
        "derived",
        "a candidate that breaks a promise is not named",
        at("/found/promises/0/breaches/0/names", []),
    ),
    "promises-nothing": (CONSISTENT, "rule", "a promise of nothing", at("/given/promises/0/every", drop=True)),
    "never-twice": (
        SHAPE,
        "schema",
        "what never happens, out of its order",
        at("/given/promises/2/never", ["conflict", "refused"]),
    ),
    "promises-out-of-order": (CONSISTENT, "order", "two promises in each other's place", _swap("promises")),
    "promise-of-no-source": (
        CONSISTENT,
        "reference",
        "one cites what is not given",
        at("/given/promises/0/sources", ["e"]),
    ),
    "promise-of-nobody": (
        CONSISTENT,
        "reference",
        "a promise tests what no model has",
        at("/given/promises/0/every", {"offline": {"is": True}}),
    ),
}
"""Of the case with promises."""

OF_WAYS: dict[str, tuple[str, str, str, Callable[[Document], None]]] = {
    "conflict-with-more": (
        DERIVED,
        "derived",
        "a conflict set of which a part leaves nobody, too",
        at("/found/conflict_sets/0", ["offline", "room", "wanted"]),
    ),
    "no-conflict": (
        DERIVED,
        "derived",
        "a conflict set that leaves somebody",
        at("/found/conflict_sets/0", ["offline", "room"]),
    ),
    "conflict-left-out": (DERIVED, "derived", "nothing stands in the way", at("/found/conflict_sets", drop=True)),
    "brings-another": (
        DERIVED,
        "derived",
        "what would help brings somebody else",
        at("/found/relaxations/0/brings", ["owl"]),
    ),
    "helps-nobody": (
        DERIVED,
        "derived",
        "a requirement with another value that brings nobody",
        at("/found/relaxations/5/states/1/value", 9),
    ),
    "part-helps": (
        DERIVED,
        "derived",
        "changes of which a part is enough",
        at("/found/relaxations/3/drops", ["offline", "wanted"]),
    ),
    "helps-twice": (
        DERIVED,
        "derived",
        "the same changes twice",
        at("/found/relaxations/2/drops", ["offline", "room", "room"]),
    ),
    "helps-by-no-value": (
        DERIVED,
        "value",
        "a requirement with another value that is none",
        at("/found/relaxations/1/states/0/value", ["chess"]),
    ),
    "helps-by-what-is-not-stated": (
        DERIVED,
        "derived",
        "another day, which nobody states otherwise",
        at("/found/relaxations/1/states/0", {"attribute": "as_of", "value": "2026-03-02"}),
    ),
}
"""The same of a trace in which nobody is eligible."""

OF_TIERS: dict[str, tuple[str, str, str, Callable[[Document], None]]] = {
    "tier-moved": (CONSISTENT, "sum", "points are moved to the first tier", _of_rule("first", "tier")),
    "tier-forgotten": (
        CONSISTENT,
        "sum",
        "a candidate without its second tier",
        at("/found/candidates/1/then", drop=True),
    ),
    "tier-of-excluded": (
        CONSISTENT,
        "sum",
        "an excluded model would earn less in the second tier",
        at("/found/candidates/0/would_earn/1", "0"),
    ),
    "margin-of-another-tier": (
        CONSISTENT,
        "rank",
        "a margin of the second tier",
        at("/found/result/ranking/0/margin", "1"),
    ),
    "defeat-undone": (
        DERIVED,
        "derived",
        "a rule that is no longer defeated",
        _of_rule("first", "overrides", ["third"]),
    ),
    "defeat-hidden": (
        DERIVED,
        "derived",
        "a defeated rule is said to be silent",
        at("/found/rules/7/status", "silent"),
    ),
    "exempts-more": (
        DERIVED,
        "derived",
        "an exemption that reaches one more rule and model",
        _all(
            _of_rule("spared", "body", ["must", "shut"]),
            _of_rule("spared", "where", {"window": {"at_most": 30}}),
        ),
    ),
    "exempted-by-nobody": (
        DERIVED,
        "derived",
        "a check that is said to be exempted from",
        at(
            "/found/criteria/4/outcomes/1",
            {"outcome": "exempted", "leaves": [{"holds": "true"}], "exempted_by": ["spared"]},
        ),
    ),
    "approved-by-nobody": (
        DERIVED,
        "derived",
        "an approval that nobody gave",
        _all(
            at("/found/criteria/3/outcomes/1/outcome", "approved"),
            at("/found/criteria/3/outcomes/1/approved_by", ["A. Kim"]),
        ),
    ),
    "conclusions-exchanged": (
        DERIVED,
        "derived",
        "what is concluded of two models in each other's place",
        _all(at("/found/candidates/0/concluded", 1), at("/found/candidates/1/concluded", 0)),
    ),
    "outcomes-exchanged": (
        DERIVED,
        "derived",
        "how a rule comes out on two models in each other's place",
        _all(at("/found/candidates/0/outcomes/3", 1), at("/found/candidates/1/outcomes/3", 0)),
    ),
    "another-price": (DERIVED, "derived", "a lower price of an offer", at("/given/catalogue/values/price/0/value", 1)),
}
"""The same of a trace with points of two tiers."""

RAW: dict[str, tuple[str, str, Callable[[bytes], bytes]]] = {
    "cut": ("json", "half of a file", lambda raw: raw[: len(raw) // 2]),
    "not-utf-8": ("encoding", "a byte that is no UTF-8", lambda raw: raw.replace(b'"lark"', b'"l\xffrk"', 1)),
    "half-a-character": ("encoding", "an unpaired surrogate", lambda raw: raw.replace(b'"A. Kim"', b'"\\ud800"', 1)),
    "key-twice": (
        "duplicate-key",
        "a key that stands twice",
        lambda raw: raw.replace(b'"place":1', b'"place":1,"place":1', 1),
    ),
    "nan": ("number", "what is no number in JSON", lambda raw: raw.replace(b'"place":1', b'"place":NaN', 1)),
    "fraction": ("number", "a number that is no integer", lambda raw: raw.replace(b'"place":1', b'"place":1.0', 1)),
    "huge-integer": (
        "number",
        "an integer that readers round",
        lambda raw: raw.replace(b'"place":1', b'"place":1' + b"0" * 30, 1),
    ),
    "minus-zero": ("number", "a zero below zero", lambda raw: raw.replace(b'"value":10', b'"value":-0', 1)),
}
"""Changes of bytes: the code, what was done, and what does it."""


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
