"""Random decisions over models with several offers: dated and replaced values, costs, unlisted models, restrictions."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

import tomli_w
from hypothesis import strategies as st
from tests.worlds import priced, rule

from llmrules import Advisor
from llmrules.decision.knowledge import load_knowledge
from llmrules.reading.files import parse_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

Document: TypeAlias = dict[str, Any]

VOCABULARY = """
language = 1
pack = "vocabulary"
document = [
  { id = "d", title = "The price list", date = 2026-01-01 },
  { id = "old", title = "An old list", date = "2024" },
  { id = "seen", title = "An old list that was read again", date = 2024-03-05, checked = 2025-02-28 },
]
claim = [
  { id = "c", document = "old", says.en = "So it was." },
  { id = "heard", says.en = "So they say." },
]
[requirement]
offline = { type = "flag" }
monthly_input_tokens = { type = "number", unit = "tokens per month", minimum = 0 }
monthly_output_tokens = { type = "number", unit = "tokens per month", minimum = 0 }
long_request_share = { type = "number", minimum = 0, maximum = 1 }
long_request_tokens = { type = "number", unit = "tokens", minimum = 1 }
monthly_budget = { type = "number", unit = "USD per month", minimum = 0 }
ends_on = { type = "date" }
[model]
family = { type = "choice", inherited = true, choices = { lark = "Lark", wren = "Wren" } }
open = { type = "scale", inherited = true, choices = { closed = "closed", shown = "shown", free = "free" } }
size = { type = "number" }
skills = { type = "set", partial = true, inherited = true, choices = { code = "code", maths = "maths" } }
capable = { type = "flag" }
[offer]
provider = { type = "text" }
window = { type = "number", unit = "tokens", marks = [1_000, 10_000] }
input_price = { type = "number", minimum = 0, marks = [1, 10] }
output_price = { type = "number", minimum = 0 }
tier_above = { type = "number", minimum = 1 }
tier_input_price = { type = "number", minimum = 0 }
tier_output_price = { type = "number", minimum = 0 }
monthly_cost = { type = "number", unit = "USD per month", marks = [1, 100, 777], computed = COMPUTED }
retires_on = { type = "date" }
""".replace("COMPUTED", priced("input_price", "output_price", "tier_input_price", "tier_output_price"))

SOURCES = (["d"], ["old"], ["seen"], ["c"], ["heard"], ["c", "d"], ["old", "seen"], ["c", "old"], ["heard", "old"])
PRICES = st.sampled_from([0, 1, 2.5, 4, 0.075, 10, 300])
OF_MODEL: dict[str, st.SearchStrategy[Any]] = {
    "family": st.sampled_from(["lark", "wren"]),
    "open": st.sampled_from(["closed", "shown", "free"]),
    "size": st.sampled_from([1, 7, 70.5]),
    "skills": st.sampled_from([["code"], ["maths"], []]),
    "capable": st.booleans(),
}
OF_OFFER: dict[str, st.SearchStrategy[Any]] = {
    "provider": st.sampled_from(["Cloud", "Maker"]),
    "window": st.sampled_from([500, 4_000, 20_000]),
    "input_price": PRICES,
    "output_price": PRICES,
    "tier_above": st.sampled_from([1_000, 200_000]),
    "tier_input_price": PRICES,
    "tier_output_price": PRICES,
    "monthly_cost": st.sampled_from([0, 50, 123.45]),
    "retires_on": st.sampled_from([date(2026, 4, 1), "2026", "2026-03"]),
}
DAYS = (date(2025, 12, 31), date(2026, 3, 1), date(2026, 3, 2), date(2026, 12, 1))
TOKENS = st.sampled_from([0, 1, 1_000_000, 3_333_333, 20_000_000])
CASE: dict[str, st.SearchStrategy[Any]] = {
    "offline": st.booleans(),
    "monthly_input_tokens": TOKENS,
    "monthly_output_tokens": TOKENS,
    "long_request_share": st.sampled_from([0, 0.25, 1, 0.333]),
    "long_request_tokens": st.sampled_from([1_000, 150_000, 300_000]),
    "monthly_budget": st.sampled_from([0, 10, 77.5, 1_000]),
}
TESTS = (
    "monthly_cost.at_most.requirement = 'monthly_budget'",
    "monthly_cost.below = 60",
    "monthly_cost.known = false",
    "input_price.at_most = 2",
    "output_price.above = 3",
    "tier_above.known = true",
    "window.at_least = 1_000",
    "retires_on.above.requirement = 'as_of'",
    "provider = 'Cloud'",
    "open.at_least = 'shown'",
    "size.below = 10",
    "skills.has = 'code'",
    "capable = true",
    "family = ['lark']",
    "any = [{ capable = true }, { input_price.below = 1 }]",
)
GRADES = ("monthly_cost", "input_price", "window", "open")
CLASSES = (
    "where.open.at_least = 'shown'\nconclude.capable = true",
    "where.size.above = 5\nconclude.capable = true",
    "where.family = 'lark'\nconclude.skills = ['maths']",
)
CONCLUSIONS = (
    "monthly_output_tokens = 5_000_000",
    "monthly_output_tokens = 0",
    "long_request_share = 0.5",
    "long_request_tokens = 1_000",
)
ONLY: tuple[Document | None, ...] = (
    None,
    None,
    {"input_price": {"at_most": 3}},
    {"monthly_cost": {"below": 100}},
    {"capable": True},
    {"any": [{"window": {"above": 5_000}}, {"open": "free"}]},
    {"family": ["wren"], "output_price": {"known": True}},
)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Return rules of every effect on models, some on trial, some that conclude what a cost is computed from."""
    texts = [rule(f"class-{n}", text) for n, text in enumerate(CLASSES) if draw(st.booleans())]
    texts += [
        rule(f"says-{n}", f"when.offline = true\nconclude.{text}")
        for n, text in enumerate(CONCLUSIONS)
        if draw(st.integers(0, 3)) == 0
    ]
    hard: list[str] = []
    for name in (f"r{number}" for number in range(draw(st.integers(1, 6)))):
        effect = draw(
            st.sampled_from(["require", "exclude", "prefer", "avoid", "caution", *(["exempt"] if hard else [])])
        )
        lines = [f"where.{draw(st.sampled_from(TESTS))}"] if effect == "exempt" or draw(st.booleans()) else []
        lines += draw(effects(effect, hard))
        hard += [name] if effect in {"require", "exclude"} else []
        lines += ["trial = true"] if draw(st.integers(0, 4)) == 0 else []
        texts.append(rule(name, "\n".join(lines)))
    return "".join(texts)


@st.composite
def effects(draw: st.DrawFn, effect: str, hard: list[str]) -> list[str]:
    """Return an effect with its keys."""
    if effect == "exempt":
        return ["approver = 'me'", f"exempt = ['{draw(st.sampled_from(hard))}']"]
    if effect == "prefer" and draw(st.booleans()):
        toward = draw(st.sampled_from(["lowest", "highest"]))
        return [f"prefer.{draw(st.sampled_from(GRADES))}.toward = '{toward}'", "weight = 3"]
    lines = [f"{effect}.{draw(st.sampled_from(TESTS))}"]
    if effect in {"prefer", "avoid"}:
        return [*lines, f"weight = {draw(st.integers(1, 4))}"]
    if effect == "caution":
        return [*lines, f"level = '{draw(st.sampled_from(['note', 'approval']))}'"]
    policy = draw(st.none() | st.sampled_from(["apart", "exclude", "accept"]))
    return lines if policy is None else [*lines, f"unknown = '{policy}'"]


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """Return models with any number of offers, disputed and dated values, families that are not listed; and the ids."""
    models: list[Document] = []
    for number in range(draw(st.integers(1, 4))):
        model = {"id": f"m{number}", **_table(draw, OF_MODEL)}
        if number and draw(st.booleans()):
            model["extends"] = f"m{draw(st.integers(0, number - 1))}"
        if draw(st.integers(0, 4)) == 0:
            model["listed"] = False
        places = draw(st.permutations(["a", "b", "c"]))[: draw(st.integers(0, 3))]
        model["offer"] = [{"id": place, **_table(draw, OF_OFFER)} for place in places]
        models.append(model)
    return tomli_w.dumps({"language": 1, "model": models}), tuple(str(model["id"]) for model in models)


def _table(draw: st.DrawFn, kinds: dict[str, st.SearchStrategy[Any]]) -> Document:
    """Return some values with their sources, and others that dispute them or take their place."""
    often = {name: 0 if name == "monthly_cost" else 2 for name in kinds}
    values = {name: draw(kind) for name, kind in kinds.items() if draw(st.integers(0, 3)) <= often[name]}
    table: Document = {**values, "sources": {name: draw(st.sampled_from(SOURCES)) for name in values}}
    table["disputed"], table["dated"] = [], []
    for name, value in values.items():
        other, later = draw(kinds[name]), draw(kinds[name])
        if other != value and name != "skills" and draw(st.integers(0, 3)) == 0:
            table["disputed"].append({"attribute": name, "value": other, "source": "d"})
        for since in DAYS[1:]:
            if draw(st.integers(0, 6)) == 0:
                table["dated"].append({"attribute": name, "since": since, "value": later, "source": "old"})
    return table


HEAD = 'language = 1\npack = "p"\n'
"""What stands above rules in a file."""


def sellers(texts: str, *catalogues: str) -> Advisor:
    """Return an advisor over the vocabulary of prices, rules, and catalogues each above the one before."""
    files = (parse_toml(VOCABULARY, "vocabulary.toml"), parse_toml(f"{HEAD}{texts}", "rules.toml"))
    read = [parse_toml(text, f"catalogue-{n}.toml") for n, text in enumerate(catalogues)]
    return Advisor(load_knowledge(files, read), engine="plain")


@st.composite
def advisors(draw: st.DrawFn) -> tuple[Advisor, tuple[str, ...]]:
    """Return an advisor over two catalogues, one above the other, and the ids of the models."""
    text, models = draw(catalogues())
    return sellers(draw(rules()), text, draw(overlays(text))), models


@st.composite
def overlays(draw: st.DrawFn, text: str) -> str:
    """Return a catalogue that replaces some values of another, and adds some offers."""
    models = []
    for model in tomllib.loads(text)["model"]:
        names = [offer["id"] for offer in model["offer"]] + (["d"] if draw(st.booleans()) else [])
        offers = [{"id": name, **draw(_values())} for name in names if draw(st.booleans())]
        models.append({"id": model["id"], "offer": offers})
    return tomli_w.dumps({"language": 1, "model": models})


@st.composite
def _values(draw: st.DrawFn) -> dict[str, Any]:
    kinds = {name: OF_OFFER[name] for name in ("window", "input_price", "output_price") if draw(st.booleans())}
    return {"sources": dict.fromkeys(kinds, "old")} | {name: draw(kind) for name, kind in kinds.items()}


@st.composite
def choices(draw: st.DrawFn, models: Sequence[str]) -> dict[str, Any]:
    """Return what a decision is asked beside its requirements."""
    return {
        "unknown": draw(st.sampled_from(["apart", "exclude", "accept"])),
        "over": draw(st.sampled_from(["models", "offers"])),
        "only": draw(st.sampled_from(ONLY)),
        "among": draw(st.none() | st.lists(st.sampled_from([*models, "nobody"]), min_size=1)),
        "stale_after": draw(st.sampled_from([1, 365, 367, 100_000_000])),
    }


@st.composite
def requirements(draw: st.DrawFn) -> dict[str, Any]:
    """Return a case, some of the time after a dated value has taken force."""
    stated = {name: draw(kind) for name, kind in CASE.items() if draw(st.integers(0, 5))}
    return {"as_of": draw(st.sampled_from(DAYS)), **stated}
