"""Small worlds for tests: a vocabulary, rules, models and requirements in a few lines, read as users' files are read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import tomli_w

from llmrules.advisor import Advisor
from llmrules.files import parse_toml
from llmrules.knowledge import load_knowledge

if TYPE_CHECKING:
    from llmrules.decision.decision import Decision
    from llmrules.trace.record import CandidateRecord, FactRecord, RuleFound

VOCABULARY = """
language = 1
pack = "vocabulary"
document = [
  { id = "d", title = "The handbook", date = 2026-01-01 },
  { id = "d2", title = "The other handbook", date = "2026-02" },
]
claim = [{ id = "c", document = "d", section = "intro", says = { en = "The handbook says so.", ko = "안내서에 그렇게 나옵니다." } }]

[requirement]
offline = { type = "flag", label = { en = "no network", ko = "네트워크 없음" }, ask = { en = "Offline?", ko = "오프라인?" } }
tuning = { type = "flag" }
weights_wanted = { type = "flag" }
hosting = { type = "choice", choices = { own = "own machines", vendor = "a vendor" } }
budget = { type = "scale", choices = { tight = "tight", normal = "normal", ample = "ample" } }
inputs = { type = "set", choices = { text = "text", image = "images", audio = "audio" } }
tokens = { type = "number", unit = "tokens" }
spend = { type = "number", unit = "USD" }
since = { type = "date" }
region = { type = "text" }
tier = { type = "scale", choices = { basic = "basic", gold = "gold" }, default = "basic" }
kept = { type = "set", choices = "inputs", default = ["text"] }

[model]
weights = { type = "flag", label = { en = "weights", ko = "가중치" } }
open = { type = "scale", inherited = true, choices = { closed = "closed", shown = "shown", free = "free" } }
family = { type = "choice", choices = { lark = "Lark", wren = "Wren" } }
takes = { type = "set", choices = "inputs" }
strengths = { type = "set", partial = true, inherited = true, choices = { code = "code", maths = "maths", prose = "prose" } }
window = { type = "number", unit = "tokens", marks = [1_000, 10_000, 100_000] }
released = { type = "date" }
licence = { type = "text" }
capable = { type = "flag", label = { en = "capable", ko = "유능함" } }
splendid = { type = "flag" }

[offer]
price = { type = "number", unit = "USD", marks = [1, 3, 4] }
provider = { type = "text" }
hosted = { type = "choice", choices = "hosting" }
"""
"""One attribute of each type and scope, and no knowledge. Its documents are ``d`` and ``d2``, its claim ``c``."""

OFFER = ("price", "provider", "hosted")


def rule(name: str, text: str, *, because: str | None = None) -> str:
    """Return a rule with a reason and a source; ``text`` is its effect and its conditions."""
    reason = tomli_w.dumps({"because": {"en": because or f"Because of {name}."}}).replace("[because]\nen", "because.en")
    return f'[[rule]]\nid = "{name}"\nsource = "d"\n{reason}{text}\n'


def model(
    name: str,
    *,
    called: str | None = None,
    extends: str | None = None,
    disputed: dict[str, object] | None = None,
    source: str = "d",
    **values: object,
) -> str:
    """Return a model whose values all have one source; ``disputed`` gives another value of some of them."""
    scopes: dict[str, dict[str, Any]] = {"model": {}, "offer": {}}
    for attribute, value in values.items():
        scopes["offer" if attribute in OFFER else "model"][attribute] = value
    for scope in scopes.values():
        others = {key: value for key, value in (disputed or {}).items() if key in scope}
        cited = dict.fromkeys(scope, source)
        entries = [{"attribute": key, "value": value, "source": "d2"} for key, value in others.items()]
        scope |= ({"sources": cited} if cited else {}) | ({"disputed": entries} if entries else {})
    entry = {"id": name} | ({"name": called} if called else {}) | ({"extends": extends} if extends else {})
    entry |= scopes["model"] | ({"offer": [scopes["offer"]]} if scopes["offer"] else {})
    return tomli_w.dumps({"model": [entry]})


def world(
    rules: str = "",
    models: str = "",
    *,
    more: tuple[str, ...] = (),
    overlays: tuple[str, ...] = (),
    vocabulary: str = VOCABULARY,
    engine: Literal["auto", "durable", "plain"] = "plain",
) -> Advisor:
    """Return an advisor over rules and models in TOML; ``more`` are further rule files, ``overlays`` catalogues."""
    files = [vocabulary, *(f'language = 1\npack = "pack-{n}"\n{text}' for n, text in enumerate((rules, *more)))]
    catalogues = [f"language = 1\n{text}" for text in (models, *overlays)]
    return Advisor(
        load_knowledge(
            [parse_toml(text, f"rules-{n}.toml") for n, text in enumerate(files)],
            [parse_toml(text, f"catalogue-{n}.toml") for n, text in enumerate(catalogues)],
        ),
        engine=engine,
    )


DAY = date(2026, 3, 1)
"""The day of every decision here that does not say another."""


def decide(
    advisor: Advisor, *, unknown: Literal["apart", "exclude", "accept"] = "apart", **requirements: object
) -> Decision:
    """Decide a case on a pinned day."""
    return advisor.decide({"as_of": DAY, **requirements}, unknown=unknown)


def fired(advisor: Advisor, **requirements: object) -> tuple[str, ...]:
    """Return the rules that fire on some requirements."""
    return decide(advisor, **requirements).fired


def verdicts(decision: Decision) -> dict[str, str]:
    """Return the verdict on each model."""
    return {name: decision.verdict(name) for name in decision.knowledge.models}


def points(decision: Decision) -> dict[str, str]:
    """Return the points of each model that is not excluded."""
    return {placed.model: str(placed.points) for placed in (*decision.ranking, *decision.unverified)}


def candidate(decision: Decision, name: str) -> CandidateRecord:
    """Return what the trace found of a model."""
    return next(one for one in decision.trace.found.candidates if one.model == name)


def outcomes(decision: Decision, name: str) -> dict[str, str]:
    """Return what each hard rule and each soft rule said of a model."""
    found = candidate(decision, name)
    return {applied.rule: applied.outcome for applied in (*found.checks, *found.scores)}


def found_rule(decision: Decision, name: str) -> RuleFound:
    """Return what became of a rule."""
    return next(one for one in decision.trace.found.rules if one.id == name)


def facts(decision: Decision) -> dict[str, FactRecord]:
    """Return the facts of a decision by id."""
    return {fact.id: fact for fact in decision.trace.found.facts}
