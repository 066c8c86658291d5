"""Small worlds for tests: a vocabulary, rules, models and requirements in a few lines, read as users' files are."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import tomli_w

from llmrules.advisor import Advisor
from llmrules.decision.knowledge import load_knowledge
from llmrules.errors import LoadError
from llmrules.reading.files import parse_toml

if TYPE_CHECKING:
    from llmrules.advisor import Decision
    from llmrules.trace.found import CandidateRecord, FactRecord, RuleFound

VOCABULARY = """
language = 1
pack = "vocabulary"
document = [
  { id = "d", title = "The handbook", date = 2026-01-01 },
  { id = "d2", title = "The other handbook", date = "2026-02" },
]
claim = [{ id = "c", document = "d", says = { en = "The handbook says so.", ko = "안내서에 그렇게 나옵니다." } }]

[requirement]
tuning = { type = "flag" }
weights_wanted = { type = "flag" }
hosting = { type = "choice", choices = { own = "own machines", vendor = "a vendor" } }
budget = { type = "scale", choices = { tight = "tight", normal = "normal", ample = "ample" } }
tokens = { type = "number", unit = "tokens" }
spend = { type = "number", unit = "USD" }
since = { type = "date" }
region = { type = "text" }
tier = { type = "scale", choices = { basic = "basic", gold = "gold" }, default = "basic" }
kept = { type = "set", choices = "inputs", default = ["text"] }

[requirement.offline]
type = "flag"
label = { en = "no network", ko = "네트워크 없음" }
ask = { en = "Offline?", ko = "오프라인?" }

[requirement.inputs]
type = "set"
choices = { text = "text", image = "images", audio = "audio" }
ask = { en = "Which inputs?", ko = "입력은?" }

[model]
weights = { type = "flag", label = { en = "weights", ko = "가중치" } }
open = { type = "scale", inherited = true, choices = { closed = "closed", shown = "shown", free = "free" } }
family = { type = "choice", choices = { lark = "Lark", wren = "Wren" } }
takes = { type = "set", choices = "inputs" }
window = { type = "number", unit = "tokens", marks = [1_000, 10_000, 100_000] }
released = { type = "date" }
licence = { type = "text" }
capable = { type = "flag", label = { en = "capable", ko = "유능함" } }
splendid = { type = "flag" }

[model.strengths]
type = "set"
partial = true
inherited = true
choices = { code = "code", maths = "maths", prose = "prose" }

[offer]
price = { type = "number", unit = "USD", marks = [1, 3, 4] }
provider = { type = "text" }
hosted = { type = "choice", choices = "hosting" }
"""
"""One attribute of each type and scope, and no knowledge. Its documents are ``d`` and ``d2``, its claim ``c``."""

OFFER = ("price", "provider", "hosted")


def priced(*prices: str, constant: str = "0.000001 USD per token") -> str:
    """Return how a month's cost is computed from prices: each times the tokens that have it."""
    return str([[f"tokens at {price}", price, constant] for price in prices])


def rule(name: str, text: str, *, because: str | None = None) -> str:
    """Return a rule with a reason and a source; ``text`` is its effect and its conditions."""
    return f'[[rule]]\nid = "{name}"\nsource = "d"\nbecause.en = {_toml(because or f"Because of {name}.")}\n{text}\n'


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
    head = {"id": name} | ({"name": called} if called else {}) | ({"extends": extends} if extends else {})
    lines = ["[[model]]", *(f"{key} = {_toml(value)}" for key, value in head.items())]
    for table, offered in (("model", False), ("model.offer", True)):
        here = {key: value for key, value in values.items() if (key in OFFER) == offered}
        if offered and here:
            lines.append(f"[[{table}]]")
        for key, value in here.items():
            lines += [f"{key} = {_toml(value)}", f'sources.{key} = "{source}"']
        for key, value in (disputed or {}).items():
            if key in here:
                lines += [f"[[{table}.disputed]]", f'attribute = "{key}"', f"value = {_toml(value)}", 'source = "d2"']
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()


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
    advisor: Advisor,
    *,
    unknown: Literal["apart", "exclude", "accept"] = "apart",
    **requirements: object,
) -> Decision:
    """Decide a case on a pinned day."""
    return advisor.decide({"as_of": DAY, **requirements}, unknown=unknown)


def fired(advisor: Advisor, **requirements: Any) -> tuple[str, ...]:  # noqa: ANN401 - as users state them
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
    return {one.rule: one.outcome for one in (*decision.trace.checks(found), *decision.trace.scores(found))}


def found_rule(decision: Decision, name: str) -> RuleFound:
    """Return what became of a rule."""
    return next(one for one in decision.trace.found.rules if one.id == name)


def facts(decision: Decision) -> dict[str, FactRecord]:
    """Return the facts of a decision by id."""
    return {fact.id: fact for fact in decision.trace.found.facts}


# Worlds of chance: the same for the same seed

OPERANDS = {
    "offline": (" = true", " = false", ".known = false"),
    "tuning": (" = true", ".known = true"),
    "weights_wanted": (" = true", ".known = false"),
    "hosting": (" = 'own'", " = ['own', 'vendor']", ".none_of = ['own']"),
    "budget": (".at_most = 'normal'", ".above = 'tight'"),
    "inputs": (".has = 'text'", ".has_any = ['image', 'audio']", ".only = ['text', 'image']"),
    "tokens": (".at_least = 100", ".below = 5000"),
}
PREDICATES = (
    "weights = true",
    "open.at_least = 'shown'",
    "open = 'closed'",
    "takes.has_all.requirement = 'inputs'",
    "strengths.has = 'code'",
    "strengths.has_any = ['maths', 'prose']",
    "window.at_least.requirement = 'tokens'",
    "window.above = 4000",
    "price.at_most = 2",
    "capable = true",
    "splendid = true",
    "family.none_of = ['wren']",
    "released.at_least = 2025-06-01",
    "price.known = false",
    "any = [{ weights = true }, { price.below = 1 }]",
)
CONCLUSIONS = ("hosting = 'own'", "hosting = 'vendor'", "weights_wanted = true", "inputs = ['audio']", "tokens = 4000")
CLASSIFYING = (
    "where.open.at_least = 'shown'\nconclude.capable = true",
    "where.strengths.has = 'code'\nconclude.capable = true",
    "where.capable = true\nwhere.window.at_least = 1000\nconclude.splendid = true",
    "where.family = 'lark'\nconclude.strengths = ['prose']",
)
VALUES: dict[str, tuple[Any, ...]] = {
    "weights": (True, False),
    "open": ("closed", "shown", "free"),
    "family": ("lark", "wren"),
    "takes": (["text"], ["text", "image"], []),
    "strengths": (["code"], ["maths"], []),
    "window": (10, 4000, 50_000),
    "released": (date(2025, 5, 31), "2025", "2025-07"),
    "capable": (True, False),
    "price": (0, 2, 9),
}
STATED: dict[str, tuple[Any, ...]] = {
    "offline": (True, False),
    "tuning": (True, False),
    "hosting": ("own", "vendor"),
    "budget": ("tight", "normal", "ample"),
    "inputs": (["text"], ["text", "audio"], []),
    "tokens": (50, 4000, 60_000),
}

Entries: TypeAlias = dict[str, Any]
"""The keywords of ``model``: values by attribute, and ``disputed``."""


class RandomCase:
    """Rules by id, models by id, and requirements."""

    def __init__(self, seed: int) -> None:
        """Make them."""
        random = Random(seed)  # noqa: S311 - a test, no secret
        self.rules = {f"r{n}": _random_rule(random, f"r{n}") for n in range(random.randint(1, 12))}
        beatable = sorted(name for name, text in self.rules.items() if not text.endswith(CLASSIFIED))
        if beatable and random.random() < 0.4:
            text = f"when.offline = true\nadvise = true\noverrides = ['{random.choice(beatable)}']"
            self.rules["beats"] = rule("beats", text)
        self.models = {f"m{n}": random_model(random) for n in range(random.randint(1, 6))}
        self.requirements = {name: random.choice(values) for name, values in STATED.items() if random.random() < 0.7}

    def decide(self, rules: dict[str, str] | None = None, models: dict[str, Entries] | None = None) -> Decision | None:
        """Return the decision, with other rules or models where they are given; None where there are no strata."""
        texts = "".join((self.rules if rules is None else rules).values())
        entries = "".join(model(name, **entry) for name, entry in (self.models if models is None else models).items())
        try:
            advisor = world(texts, entries)
        except LoadError as error:
            if {one.code for one in error.errors} != {"negative-cycle"}:
                raise
            return None
        return decide(advisor, **self.requirements)


CLASSIFIED = tuple(f"{text}\n" for text in CLASSIFYING)


def _random_rule(random: Random, name: str) -> str:
    if random.random() < 0.15:
        return rule(name, random.choice(CLASSIFYING))
    lines = []
    if random.random() < 0.7:
        asked = random.sample(sorted(OPERANDS), random.randint(1, 2))
        lines += [f"when.{attribute}{random.choice(OPERANDS[attribute])}" for attribute in asked]
    if random.random() < 0.15:
        lines.append(f"unless.{random.choice(('offline', 'tuning'))} = true")
    effect = random.choice(("conclude", "conclude", "require", "exclude", "prefer", "avoid", "caution"))
    if effect == "conclude":
        return rule(name, "\n".join([*lines, f"conclude.{random.choice(CONCLUSIONS)}"]))
    if random.random() < 0.3:
        lines.append(f"where.{random.choice(PREDICATES)}")
    predicate = random.choice(PREDICATES)
    if effect == "prefer" and random.random() < 0.4:
        toward = random.choice(("lowest", "highest"))
        predicate = f"{random.choice(('open', 'window', 'price'))}.toward = '{toward}'"
    lines.append(f"{effect}.{predicate}")
    if effect in {"prefer", "avoid"}:
        lines.append(f"weight = {random.randint(1, 4)}")
    elif effect == "caution":
        lines.append(f"level = '{random.choice(('note', 'approval'))}'")
    elif random.random() < 0.3:
        lines.append(f"unknown = '{random.choice(('apart', 'exclude', 'accept'))}'")
    return rule(name, "\n".join(lines))


def random_model(random: Random) -> Entries:
    """Return the values of a model, some of them disputed."""
    values = {name: random.choice(some) for name, some in VALUES.items() if random.random() < 0.7}
    others = {name: random.choice(VALUES[name]) for name in values if random.random() < 0.25}
    return {**values, "disputed": {name: other for name, other in others.items() if other != values[name]}}
