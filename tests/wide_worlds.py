"""Random worlds that use everything: each type, operator, effect and key of the language, exact numbers, odd texts.

``worlds`` is for reading; here breadth is all. The same seed gives the same world.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.advisor import Advisor
from llmrules.decision.knowledge import load_knowledge
from llmrules.reading.files import parse_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.advisor import Decision

    Kind: TypeAlias = str | list[str] | tuple[str, ...] | set[str]
    Kinds: TypeAlias = Mapping[str, Kind]

VOCABULARY = """
language = 1
pack = "vocabulary"
document = [{ id = "d", title = "A", date = 2026-01-01 }, { id = "d2", title = "B", date = "2026-02" }]
claim = [{ id = "c", document = "d", says = { en = "So it is.", ko = "그렇습니다." } }]
[requirement]
offline = { type = "flag" }
tuning = { type = "flag" }
hosting = { type = "choice", choices = { own = "own", vendor = "vendor" } }
budget = { type = "scale", choices = { tight = "tight", normal = "normal", ample = "ample" } }
inputs = { type = "set", choices = { text = "text", image = "image", audio = "audio" } }
tokens = { type = "number", unit = "tokens" }
others = { type = "number", unit = "tokens" }
spend = { type = "number", unit = "USD" }
since = { type = "date" }
region = { type = "text" }
tier = { type = "scale", choices = { basic = "basic", gold = "gold" }, default = "basic" }
kept = { type = "set", choices = "inputs", default = ["text"] }
wanted = { type = "choice", choices = { lark = "Lark", wren = "Wren", owl = "Owl" } }
families = { type = "set", choices = "wanted" }
strong = { type = "choice", choices = "skills" }
skills = { type = "set", choices = { code = "code", maths = "maths", prose = "prose" } }
grade = { type = "scale", choices = "degree" }
[model]
weights = { type = "flag" }
family = { type = "choice", choices = "wanted" }
degree = { type = "scale", inherited = true, choices = { closed = "closed", shown = "shown", free = "free" } }
solo = { type = "scale", choices = { one = "one" } }
takes = { type = "set", choices = "inputs" }
full = { type = "set", choices = "skills" }
part = { type = "set", partial = true, inherited = true, choices = "skills" }
window = { type = "number", unit = "tokens", marks = [1, 10, 100] }
size = { type = "number", unit = "tokens", marks = [-1, 0.5, 7, 100] }
released = { type = "date" }
licence = { type = "text" }
fit = { type = "flag" }
fine = { type = "flag", inherited = true }
best = { type = "flag" }
[offer]
price = { type = "number", unit = "USD", marks = [1, 3, 4] }
provider = { type = "text" }
hosted = { type = "choice", choices = "hosting" }
"""

NUMBERS = (
    *("0", "1", "-1", "0.5", "0.00001", "7", "100", "1e3", "9007199254740993", "0.1234567890123456789"),
    *("12345678901234567890.5", "3", "10", "9"),
)
DATES = ("2026-01-01", "2026-03-01", "2025-12-31", "2026-03-02", "9999-12-30", "0001-01-02", "2024-02-29")
PERIODS = ("2025-05-31", '"2025"', '"2025-07"', '"2026-03"', "2026-03-01", '"2026"')
TEXTS = ("alpha", "Alpha", "al*pha", "한국어", "a b", "alpha-2", "[x]")
GLOBS = ("al*", "*a", "?lpha", "[aA]*", "*", "al[*]pha", "한*", "[!a]*")

SKILLS = {"code", "maths", "prose"}
REQUIREMENTS: Kinds = {
    **dict.fromkeys(("offline", "tuning"), "flag"),
    **dict.fromkeys(("tokens", "others", "spend"), "number"),
    **dict.fromkeys(("since", "as_of"), "date"),
    "region": "text",
    "hosting": ["own", "vendor"],
    "wanted": ["lark", "wren", "owl"],
    "strong": sorted(SKILLS),
    "budget": ("tight", "normal", "ample"),
    "tier": ("basic", "gold"),
    "grade": ("closed", "shown", "free"),
    "inputs": {"text", "image", "audio"},
    "kept": {"text", "image", "audio"},
    "families": {"lark", "wren", "owl"},
    "skills": SKILLS,
}
MODEL: Kinds = {
    **dict.fromkeys(("weights", "fit", "fine", "best"), "flag"),
    **dict.fromkeys(("window", "size"), "number"),
    "family": ["lark", "wren", "owl"],
    "degree": ("closed", "shown", "free"),
    "solo": ("one",),
    "takes": {"text", "image", "audio"},
    "full": SKILLS,
    "part": SKILLS,
    "released": "date",
    "licence": "text",
}
OFFER: Kinds = {"price": "number", "provider": "text", "hosted": ["own", "vendor"]}
NAMED: Kinds = {"model": ["m0", "m1", "m2"]}
CANDIDATE: Kinds = {**MODEL, **OFFER, **NAMED}

CONCLUDED = ("fit", "part", "fine", "best")
"""What rules conclude of models, each from those before it and from what only catalogues say."""

REFERENCES = {
    **dict.fromkeys(("window", "size"), ("tokens", "others")),
    **dict.fromkeys(("full", "part"), ("skills",)),
    "price": ("spend",),
    "released": ("since", "as_of"),
    "family": ("wanted",),
    "degree": ("grade",),
    "weights": ("offline", "tuning"),
    "hosted": ("hosting",),
    "takes": ("inputs", "kept"),
    "licence": ("region",),
}
COMPARED = {
    "tokens": ("others",),
    "others": ("tokens",),
    "since": ("as_of",),
    "as_of": ("since",),
    "offline": ("tuning",),
    "inputs": ("kept",),
    "kept": ("inputs",),
}
"""The requirements that are compared with each other."""
PEERS = {"window": "size", "size": "window"}
"""The numbers of a model that are."""
OF_OTHER_TYPES = (
    {("wanted", "any_of"): "families", ("skills", "has"): "strong"}
    | {("family", "any_of"): "families", ("family", "none_of"): "families"}
    | {(name, "has"): "strong" for name in ("full", "part")}
)


class WideWorld:
    """Rules, models and requirements of chance."""

    def __init__(self, seed: int) -> None:
        """Make them."""
        self.random = Random(seed)  # noqa: S311 - tests need no cryptography
        self.hard: list[str] = []
        self.refusing: list[str] = []
        self.firing: list[str] = []
        self.asking: list[str] = []
        self.rules = [self._rule(f"r{number}") for number in range(self.random.randint(1, 22))]
        if self._chance(0.3):
            off = self.random.choice((f'rule = "r{self.random.randrange(len(self.rules))}"', 'pack = "vocabulary"'))
            self.rules.append(f'[[disable]]\n{off}\nreason = "Not here."\n')
        if self._chance(0.3) and len(self.firing) > 2:
            self.rules.append(f"[[first_of]]\nrules = {json.dumps(self.random.sample(self.firing, 3))}\n")
        self.models = [self._model(number) for number in range(self.random.randint(1, 6))]
        self.models += [self._approval() for _ in range(self.random.randint(0, 3)) if self.asking]
        values = {name: self._value(kind) for name, kind in REQUIREMENTS.items() if self._chance(0.55)}
        self.requirements = parse_toml("".join(f"{name} = {text}\n" for name, text in values.items()), "case").data
        self.unknown: Any = self.random.choice(("apart", "apart", "exclude", "accept"))

    def decide(self) -> Decision:
        """Decide. Raises LoadError where the rules have no strata."""
        heads = {"rules": 'language = 1\npack = "rules"\n', "models": "language = 1\n"}
        texts = {"rules": heads["rules"] + "".join(self.rules), "models": heads["models"] + "".join(self.models)}
        files = [parse_toml(VOCABULARY, "vocabulary.toml"), parse_toml(texts["rules"], "rules.toml")]
        advisor = Advisor(load_knowledge(files, [parse_toml(texts["models"], "models.toml")]), engine="plain")
        return advisor.decide({"as_of": "2026-03-01", **self.requirements}, unknown=self.unknown)

    def _chance(self, of: float) -> bool:
        return self.random.random() < of

    def _value(self, kind: Kind, *, periods: bool = False) -> str:
        """Write a value of some kind as TOML."""
        if kind == "flag":
            return self.random.choice(("true", "false"))
        if kind == "number":
            return self.random.choice(NUMBERS)
        if kind == "date":
            return self.random.choice(PERIODS if periods else DATES)
        if kind == "text":
            return json.dumps(self.random.choice(TEXTS), ensure_ascii=False)
        if isinstance(kind, set):
            return json.dumps(self.random.sample(sorted(kind), self.random.randint(0, len(kind))))
        return json.dumps(self.random.choice(list(kind)))

    def _several(self, kind: Kind) -> str:
        if not isinstance(kind, str):
            return json.dumps(self.random.sample(sorted(kind), self.random.randint(1, len(kind))))
        return f"[{', '.join(sorted({self._value(kind) for _ in range(self.random.randint(1, 3))}))}]"

    def _table(self, kinds: Kinds, *, refers: bool = False, negative: bool = True, depth: int = 0) -> str:
        """Write a condition table, in braces."""
        names = self.random.sample(sorted(kinds), min(len(kinds), self.random.choice((1, 1, 1, 2, 3))))
        parts = {name: self._leaf(name, kinds[name], refers=refers, negative=negative) for name in names}
        for group in ("all", "any"):
            if depth < 2 and self._chance(0.2):
                count = self.random.randint(1, 3)
                inner = [self._table(kinds, refers=refers, negative=negative, depth=depth + 1) for _ in range(count)]
                parts[group] = f"[{', '.join(inner)}]"
        return f"{{ {', '.join(f'{name} = {text}' for name, text in parts.items())} }}"

    def _leaf(self, name: str, kind: Kind, *, refers: bool, negative: bool) -> str:
        if negative and self._chance(0.12):
            return "{ known = false }"
        operators = ["is"]
        if isinstance(kind, set):
            operators = ["has", "has_any", "has_all", *(("is", "none_of", "only") if negative else ())]
        elif kind != "flag":
            operators += ["any_of", "none_of", *(("like", "like") if kind == "text" else ())]
        if kind in ("number", "date") or isinstance(kind, tuple):
            operators += ["at_least", "at_most", "above", "below"] * 2
        chosen = self.random.sample(operators, min(len(operators), self.random.choice((1, 1, 1, 2))))
        tests = {operator: self._right_side(name, kind, operator, refers=refers) for operator in chosen}
        if self._chance(0.1):
            tests["known"] = "true"
        return f"{{ {', '.join(f'{operator} = {text}' for operator, text in tests.items())} }}"

    def _right_side(self, name: str, kind: Kind, operator: str, *, refers: bool) -> str:
        if operator == "like":
            return json.dumps(self.random.choice(GLOBS), ensure_ascii=False)
        if (
            refers
            and name in PEERS
            and operator in {"is", "at_least", "at_most", "above", "below"}
            and self._chance(0.3)
        ):
            return f'{{ attribute = "{PEERS[name]}"{self._plus(kind)} }}'
        if refers and self._chance(0.45):
            other = OF_OTHER_TYPES.get((name, operator))
            if other is None and operator not in {"any_of", "has"} and (operator != "none_of" or isinstance(kind, set)):
                other = self.random.choice((REFERENCES | COMPARED).get(name, (None,)))
            if other is not None:
                return f'{{ requirement = "{other}"{self._plus(kind)} }}'
        if isinstance(kind, set) and operator == "has":
            return json.dumps(self.random.choice(sorted(kind)))
        several = operator in {"any_of", "none_of", "has_any", "has_all", "only"}
        return self._several(kind) if several else self._value(kind)

    def _plus(self, kind: Kind) -> str:
        if kind not in ("number", "date") or self._chance(0.5):
            return ""
        return f", plus = {self.random.choice(NUMBERS if kind == 'number' else ('1', '-1', '30', '-400', '36500'))}"

    def _rule(self, name: str) -> str:
        if self._chance(0.2):
            return _written(name, self._classifying())
        compares = self._chance(0.3)
        when = self._table(REQUIREMENTS, refers=compares, negative=self._chance(0.5))
        lines = [f"when = {when}"] if self._chance(0.75) else []
        unless = self._table(REQUIREMENTS, refers=compares, negative=False)
        lines += [f"unless = {unless}"] if self._chance(0.2) else []
        lines += [f"overrides = ['{self.random.choice(self.firing)}']"] if self.firing and self._chance(0.15) else []
        often = {"conclude": 4, "require": 3, "exclude": 2, "prefer": 3, "avoid": 1, "caution": 2, "exempt": 1}
        often |= {"advise": 1, "refuse": 1}
        (effect,) = self.random.choices(list(often), weights=list(often.values()))
        lines += self._effect(effect)
        lines += ["trial = true"] if self._chance(0.08) else []
        lines += [f"effective_from = {self.random.choice(DATES)}"] if self._chance(0.08) else []
        lines += [f"effective_to = {self.random.choice(DATES)}"] if self._chance(0.08) else []
        self.firing.append(name)
        self.asking += [name] if "level = 'approval'" in lines else []
        self.hard += [name] if effect in {"require", "exclude"} else []
        self.refusing += [name] if effect == "refuse" else []
        return _written(name, lines)

    def _classifying(self) -> list[str]:
        concluded = self.random.choice(CONCLUDED)
        before = {
            name: kind
            for name, kind in {**MODEL, **NAMED}.items()
            if name not in CONCLUDED[CONCLUDED.index(concluded) :]
        }
        what = self._several(SKILLS) if concluded == "part" else "true"
        return [*([f"where = {self._table(before)}"] if self._chance(0.9) else []), f"conclude.{concluded} = {what}"]

    def _effect(self, effect: str) -> list[str]:
        if effect == "conclude":
            name = self.random.choice([name for name in REQUIREMENTS if name not in {"as_of", "tier", "kept"}])
            kind = REQUIREMENTS[name]
            return [f"conclude.{name} = {self._several(kind) if isinstance(kind, set) else self._value(kind)}"]
        if effect == "exempt" and self.refusing and self._chance(0.5):
            return [f"exempt = ['{self.random.choice(self.refusing)}']"]
        if effect in {"advise", "refuse"} or (effect == "exempt" and not self.hard):
            return [f"{'advise' if effect == 'exempt' else effect} = true"]
        where = [f"where = {self._table(CANDIDATE, refers=True)}"] if self._chance(0.35) or effect == "exempt" else []
        if effect == "exempt":
            return [*where, "approver = 'me'", f"exempt = {json.dumps([self.random.choice((*self.hard, 'r1*'))])}"]
        if effect == "prefer" and self._chance(0.5):
            graded = self.random.choice(("degree", "window", "price", "size", "solo"))
            lines = [*where, f"prefer.{graded}.toward = '{self.random.choice(('lowest', 'highest'))}'"]
            if CANDIDATE[graded] == "number" and self._chance(0.4):
                marks = self.random.choice(("[0, 0.5]", "[-1, 3, 1000]", "[1, 9]"))
                lines.append(f"prefer.{graded}.marks = {marks}")
        else:
            lines = [*where, f"{effect} = {self._table(CANDIDATE, refers=True)}"]
        if effect in {"prefer", "avoid"}:
            lines.append(f"weight = {self.random.randint(1, 4)}")
            lines += [f"tier = {self.random.randint(1, 3)}"] if self._chance(0.4) else []
        elif self._chance(0.5):
            caution = effect == "caution"
            allowed = ("note", "warning", "approval") if caution else ("apart", "exclude", "accept")
            lines.append(f"{'level' if caution else 'unknown'} = '{self.random.choice(allowed)}'")
            lines += ["approver = 'security'"] if caution and self._chance(0.3) else []
            lines += ["not_by = 'region'"] if "level = 'approval'" in lines and self._chance(0.4) else []
        return lines

    def _model(self, number: int) -> str:
        lines = ["[[model]]", f'id = "m{number}"']
        lines += [f'extends = "m{self.random.randrange(number)}"'] if number and self._chance(0.25) else []
        for table, kinds in (("model", MODEL), ("model.offer", OFFER)):
            lines += [f"[[{table}]]"] if table != "model" else []
            disputes = []
            for name, kind in kinds.items():
                if self._chance(0.4):
                    continue
                value, other = (self._value(kind, periods=True) for _ in range(2))
                cited = self.random.choice(("'d'", "['c', 'd2']"))
                lines += [f"{name} = {value}", f"sources.{name} = {cited}"]
                if other != value and not isinstance(kind, set) and self._chance(0.3):
                    disputes.append(f"[[{table}.disputed]]\nattribute = '{name}'\nvalue = {other}\nsource = 'd2'")
            lines += disputes
        return "\n".join(lines) + "\n"

    def _approval(self) -> str:
        until = f"until = {self.random.choice(DATES)}\n" if self._chance(0.5) else ""
        return (
            f'[[approval]]\nrule = "{self.random.choice(self.asking)}"\nmodel = "m0"\n'
            f'by = "{self.random.choice(("Kim", "Lee"))}"\non = {self.random.choice(DATES)}\n{until}'
        )


def _written(name: str, lines: list[str]) -> str:
    return "\n".join(["[[rule]]", f'id = "{name}"', "source = 'd'", "because.en = 'So.'", *lines, ""])
