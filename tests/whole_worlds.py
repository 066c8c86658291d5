"""Random worlds that use the whole language, with several cases each, and three laws that hold in all of them.

What is drawn comes from the tables that the loader reads: types of attributes, operators with their operands, effects
with their keys, scopes that a sum may be made of. A kind that is added there is drawn here, or stops the draw.
"""

from __future__ import annotations

import json
from datetime import date
from random import Random
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias

import tomli_w
from tests.worlds import priced

from llmrules import Advisor
from llmrules.decision.judgement import OVER
from llmrules.decision.knowledge import load_knowledge
from llmrules.errors import LlmrulesError
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.effects import DIRECTIONS, EFFECTS, HARD, LEVELS, UNKNOWN_POLICIES
from llmrules.language.vocabulary import TYPES
from llmrules.language.vocabulary.computed import FROM, PRICES, USAGE
from llmrules.reading.files import parse_toml
from llmrules.verify.report import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from llmrules.engine.firing import EngineName
    from llmrules.language.rules.effects import Effect
    from llmrules.language.vocabulary.attribute import Scope
    from llmrules.reading.files import Source

Toml: TypeAlias = dict[str, Any]
CHOICES = ("c0", "c1", "c2", "c3")
CHOSEN = ("choice", "scale", "set")
NUMBERS = (-10, -1, 0, 0, 1, 2, 3, 0.1, 0.5, 7.25)
DAYS = tuple(date(2026, month, day) for month, day in ((1, 1), (3, 1), (3, 2), (9, 30)))
TEXTS = ("alpha", "beta", "al*pha", "한국어")
VALUES: dict[str, tuple[Any, ...]] = {
    "flag": (True, False),
    "choice": CHOICES,
    "scale": CHOICES,
    "set": CHOICES,
    "number": NUMBERS,
    "text": TEXTS,
    "date": DAYS,
}
MOST_STATED = 5
"""Requirements that a question states beside sums: one that leaves nobody is searched long where there are many."""
DOCUMENTS = [
    {"id": "d", "title": "A list", "date": date(2026, 1, 1)},
    {"id": "old", "title": "An old list", "date": "2024"},
]
CLAIMS = [{"id": "c", "document": "old", "says": {"en": "So it was."}}, {"id": "heard", "says": {"en": "They say."}}]
SOURCES = ("d", "old", "c", "heard", ["d", "old"], ["c", "d"])


class Name(str):
    """The name of an attribute, with its type, its scope and whether it is computed."""

    __slots__ = ("computed", "scope", "type")
    type: str
    scope: str
    computed: bool


def named(text: str, type_: str, scope: str, *, computed: bool = False) -> Name:
    """Return the name of an attribute."""
    found = Name(text)
    found.type, found.scope, found.computed = type_, scope, computed
    return found


class WholeWorld:
    """Files and questions of chance, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        """Write them."""
        self.random = Random(f"whole {seed}")  # noqa: S311 - tests need no cryptography
        self.names: list[Name] = []
        self.vocabulary: dict[str, Toml] = {scope: {} for scope in FROM}
        self.feeding: set[str] = set()
        for scope in FROM:
            self._declare(scope)
        self.rules: list[Toml] = []
        self.models: list[Toml] = []
        for _ in range(self.random.randint(1, 7)):
            self._add_rule()
        for number in range(self.random.randint(1, 4)):
            self._add_model(number)
        self.promises = [self._promise(number) for number in range(self.random.choice((0, 0, 1, 2)))]
        self.asked = [self._question() for _ in range(self.random.randint(2, 4))]

    def files(self) -> tuple[list[Source], list[Source]]:
        """Return the files of rules and those of catalogues."""
        head: Toml = {"language": 1}
        cut = self.random.randint(0, len(self.rules))
        packs = [self.rules[:cut], self.rules[cut:]]
        texts = [{"pack": "words", "document": DOCUMENTS, "claim": CLAIMS, **self.vocabulary}]
        texts += [{"pack": f"pack-{number}", "rule": its} for number, its in enumerate(packs)]
        texts[-1] |= {"promise": self.promises} if self.promises else {}
        ids = [one["id"] for one in self.rules]
        if ids and self._chance(0.15):
            texts[-1]["disable"] = [{"rule": self.random.choice(ids), "reason": "Not here."}]
        if self._chance(0.15) and len(ids) > 1:
            texts[-1]["first_of"] = [{"rules": self.random.sample(ids, 2)}]
        asking = [one["id"] for one in self.rules if one.get("level") == "approval"]
        listed: Toml = {"model": self.models}
        if asking and self._chance(0.7):
            given = {"rule": self.random.choice(asking), "model": "m0", "by": "Kim", "on": self.random.choice(DAYS)}
            listed["approval"] = [given]
        rules = [parse_toml(tomli_w.dumps(head | one), f"rules-{number}.toml") for number, one in enumerate(texts)]
        return rules, [parse_toml(tomli_w.dumps(head | listed), "models.toml")]

    def _chance(self, of: float) -> bool:
        return self.random.random() < of

    def _value(self, type_: str) -> Any:  # noqa: ANN401 - as files have it
        if type_ == "set":
            return self.random.sample(CHOICES, self.random.randint(0, 3))
        return self.random.choice(VALUES[type_])

    # Vocabulary

    def _declare(self, scope: Scope) -> None:
        for type_ in TYPES:
            for number in range(self.random.choice((0, 1, 1, 2)) if type_ != "number" else 2):
                self._put(named(f"{scope[0]}_{type_}_{number}", type_, scope), self._entry(type_, scope))
        for number in range(self.random.choice((0, 1, 2, 3))):
            name = named(f"{scope[0]}_sum_{number}", "number", scope, computed=True)
            factors = [one for one in self._of(*FROM[scope]) if one.type == "number"]
            products = [self._product(factors) for _ in range(self.random.choice((1, 1, 2)))]
            self.feeding.update(factor for product in products for factor in product if isinstance(factor, str))
            marks = {"marks": [-2, 0, 3]} if scope != "requirement" else {}
            self._put(name, {"type": "number", "computed": products, **marks})
        if scope == "offer" and self._chance(0.25):
            self._cost()

    def _entry(self, type_: str, scope: Scope) -> Toml:
        """Return the declaration of an attribute; those of models and offers share choices with requirements."""
        entry: Toml = {"type": type_}
        if type_ in CHOSEN:
            shared = [one for one in self._of("requirement") if one.type == type_ and self._lists(one)]
            share = bool(shared) and (scope != "requirement" or self._chance(0.7))
            choices = {one: {"en": one} for one in CHOICES}
            entry["choices"] = str(self.random.choice(shared)) if share else choices
        if scope == "requirement" and self._chance(0.15):
            entry["default"] = self._value(type_)
        if type_ == "number" and scope != "requirement":
            entry["marks"] = [0, 1, 7]
        if type_ == "set" and scope == "model" and self._chance(0.7):
            entry["partial"] = True
        if scope == "model" and type_ != "number" and self._chance(0.2):
            entry["inherited"] = True
        return entry

    def _product(self, factors: Sequence[Name]) -> list[Any]:
        summed = [one for one in factors if one.computed]
        several = self.random.choice((0, 1, 1, 1, 2))
        some = [self.random.choice(summed if summed and self._chance(0.5) else factors) for _ in range(several)]
        return [*some, *([self.random.choice((-1, 2, 0.1))] if not some or self._chance(0.5) else [])]

    def _cost(self) -> None:
        """Declare by what is chosen how many tokens have which price, and what they cost."""
        for its in USAGE:
            unit = "tokens per month" if its.startswith("monthly") else "tokens" if its.endswith("tokens") else ""
            self._put(named(its, "number", "requirement"), {"type": "number"} | ({"unit": unit} if unit else {}))
        for its in PRICES:
            self._put(named(its, "number", "offer"), {"type": "number"})
        prices = [one for one in PRICES if one != "tier_above"]
        cost = tomli_array(priced(*self.random.sample(prices, self.random.randint(1, len(prices)))))
        entry = {"type": "number", "unit": "USD per month", "marks": [0, 1, 5], "computed": cost}
        self.feeding.update(USAGE)
        self._put(named("monthly_cost", "number", "offer", computed=True), entry)

    def _put(self, name: Name, entry: Toml) -> None:
        self.names.append(name)
        self.vocabulary[name.scope][str(name)] = entry

    def _of(self, *scopes: str) -> list[Name]:
        return [one for one in self.names if one.scope in scopes]

    def _lists(self, name: Name) -> bool:
        """Whether an attribute lists its choices, and does not share those of another."""
        return isinstance(self.vocabulary[name.scope][name]["choices"], dict)

    def _moving(self) -> set[str]:
        """Return what is computed of models from numbers of the case, which no rule that classifies may read."""
        found = {str(one) for one in self._of("requirement")}
        for name, entry in self.vocabulary["model"].items():  # each after those that it is made of
            if any(factor in found for product in entry.get("computed", ()) for factor in product):
                found.add(name)
        return found

    # Rules

    def _table(self, names: Sequence[Name], *, refers: bool = False, depth: int = 0) -> Toml:
        likely = [one for one in names if one.computed]
        some = self.random.sample(names, min(len(names), self.random.choice((1, 1, 2))))
        if likely and self._chance(0.4):
            some[0] = self.random.choice(likely)
        table: Toml = {str(one): self._leaf(one, refers=refers) for one in some}
        for group in ("all", "any"):
            if depth < 2 and self._chance(0.1):
                inner = [self._table(names, refers=refers, depth=depth + 1) for _ in range(2)]
                table[group] = inner
        return table

    def _leaf(self, name: Name, *, refers: bool) -> Toml:
        fitting = [one for one in OPERATORS.values() if name.type in one.types]
        positive = [one for one in fitting if not (one.negative_on_sets or one.name == "known")] or fitting
        operator = self.random.choice(positive if self._chance(0.6) else fitting)
        drawn: dict[str, Callable[[], Any]] = {
            "same": lambda: self._value(name.type),
            "list": lambda: [*dict.fromkeys(self.random.choices(VALUES[name.type], k=2))],
            "member": lambda: self.random.choice(CHOICES),
            "members": lambda: self.random.sample(CHOICES, 2),
            "flag": lambda: self._chance(0.6),
            "glob": lambda: self.random.choice(("al*", "*", "?eta")),
        }
        right = drawn[operator.operand]()
        if refers and operator.operand in {"same", "members"} and self._chance(0.4):
            peers = [one for one in self._of("requirement") if one != name and self._comparable(one, name)]
            if peers:
                plus = {"plus": self.random.choice((-1, 2))} if name.type in {"number", "date"} else {}
                right = {"requirement": str(self.random.choice(peers)), **(plus if self._chance(0.3) else {})}
        if refers and name.type == "number" and name.scope != "requirement" and self._chance(0.15):
            peers = [one for one in self._of("model", "offer") if self._comparable(one, name) and one != name]
            right = {"attribute": str(self.random.choice(peers))} if peers and operator.operand == "same" else right
        return {operator.name: right}

    def _comparable(self, one: Name, other: Name) -> bool:
        """Whether two attributes have the same type, and the same unit and choices."""

        def kind(name: Name) -> tuple[Any, ...]:
            entry = self.vocabulary[name.scope][name]
            choices = entry.get("choices")
            return name.type, entry.get("unit"), str(name) if isinstance(choices, dict) else choices

        return kind(one) == kind(other)

    def _add_rule(self) -> None:
        name = f"r{len(self.rules)}"
        rule: Toml = {"id": name, "source": self.random.choice(SOURCES), "because": {"en": "So."}}
        effect = EFFECTS[self.random.choice([*EFFECTS, "require", "prefer", "require"])]
        conclusion = effect.followed_by == "conclusion"
        if conclusion and self._chance(0.5):
            rule |= self._classifying(effect.name)
        elif (body := self._body(effect)) is not None:
            rule |= self._conditions()
            rule[effect.name] = body
            if not conclusion:
                self._add_keys(rule, effect.keys, effect.needs, rules=effect.followed_by == "rules")
        if effect.name in rule:
            self.rules.append(rule)

    def _classifying(self, effect: str) -> Toml:
        """Return what a rule says that classifies models; nothing where there is nothing that it may conclude."""
        partial = [one for one, its in self.vocabulary["model"].items() if its.get("partial")]
        classed = [one for one in self._of("model") if one.type == "flag" or one in partial]
        moving = self._moving()
        still = [one for one in self._of("model") if one not in moving and one not in classed]
        if not classed:
            return {}
        target = self.random.choice(classed)
        value: Any = True if target.type == "flag" else self.random.sample(CHOICES, 1)
        return {"where": self._table(still), effect: {str(target): value}}

    def _conditions(self) -> Toml:
        """Return when a rule fires, and which it overrides."""
        found: Toml = {}
        firing = [one["id"] for one in self.rules if "where" not in one or "conclude" not in one]
        if self._chance(0.6):
            found["when"] = self._table(self._of("requirement"), refers=self._chance(0.3))
        if self._chance(0.15):
            found["unless"] = self._table(self._of("requirement"))
        if firing and self._chance(0.1):
            found["overrides"] = [self.random.choice(firing)]
        for key in ("effective_from", "effective_to"):
            if self._chance(0.05):
                found[key] = self.random.choice(DAYS)
        return found | ({"trial": True} if self._chance(0.08) else {})

    def _body(self, effect: type[Effect]) -> Any:  # noqa: ANN401 - as files have it
        """Return what follows the name of an effect; None where nothing can."""
        if effect.followed_by == "conclusion":
            closed = self.feeding | {one for one, its in self.vocabulary["requirement"].items() if "default" in its}
            free = [one for one in self._of("requirement") if not one.computed and one not in closed]
            if not free:
                return None
            target = self.random.choice(free)
            return {str(target): [self.random.choice(CHOICES)] if target.type == "set" else self._value(target.type)}
        if effect.followed_by == "rules":
            hard = [one["id"] for one in self.rules if {*HARD} & one.keys()]
            return [self.random.choice(hard)] if hard else None
        if effect.followed_by == "true":
            return True
        on_models = self._of("model", "offer")
        if effect.sign > 0 and self._chance(0.4):
            graded = self.random.choice([one for one in on_models if one.type == "number" and self._marked(one)])
            return {str(graded): {"toward": self.random.choice(DIRECTIONS)}}
        return self._table(on_models, refers=True)

    def _marked(self, name: Name) -> bool:
        return "marks" in self.vocabulary[name.scope][name]

    def _add_keys(self, rule: Toml, keys: Iterable[str], needs: Iterable[str], *, rules: bool) -> None:
        """Add keys that go with an effect; of a key that is new, nothing is known here, so that it stops the draw."""
        drawn: dict[str, Callable[[], Any]] = {
            "where": lambda: self._table(self._of("model", "offer"), refers=True),
            "otherwise": lambda: {"en": "Else not."},
            "unknown": lambda: self.random.choice(UNKNOWN_POLICIES),
            "weight": lambda: self.random.randint(1, 4),
            "tier": lambda: self.random.randint(1, 3),
            "level": lambda: self.random.choice(LEVELS),
            "approver": lambda: "security",
            "not_by": lambda: None,
        }
        for key in keys:
            if key in needs or (key != "otherwise" and self._chance(0.8 if rules else 0.3)):
                value = drawn[key]()
                if value is not None:
                    rule[key] = value
        if rule.get("level") != "approval" and not rules:
            rule.pop("approver", None)
        if rules and "approver" not in rule:
            rule["approver"] = "security"

    def _promise(self, number: int) -> Toml:
        found: Toml = {"id": f"p{number}", "source": "d", "because": {"en": "So."}}
        found |= {"when": self._table(self._of("requirement"))} if self._chance(0.5) else {}
        kind = self.random.choice(("every", "best", "some"))
        return found | {kind: self._table(self._of("model", "offer"), refers=True)}

    # Catalogue

    def _add_model(self, number: int) -> None:
        model: Toml = {"id": f"m{number}", **self._entries("model")}
        if number and self._chance(0.3):
            model["extends"] = f"m{self.random.randrange(number)}"
        if number and self._chance(0.1):
            model["listed"] = False
        count = self.random.choice((0, 1, 1, 2, 3))
        model["offer"] = [{"id": f"o{place}", **self._entries("offer")} for place in range(count)]
        self.models.append(model)

    def _entries(self, scope: str) -> Toml:
        table: Toml = {"sources": {}, "disputed": [], "dated": []}
        for name in self._of(scope):
            if not self._chance(0.25 if name.computed else 0.7):
                continue
            value, other = self._value(name.type), self._value(name.type)
            table[str(name)], table["sources"][str(name)] = value, self.random.choice(SOURCES)
            if other != value and name.type != "set" and self._chance(0.25):
                table["disputed"].append({"attribute": str(name), "value": other, "source": "d"})
            if self._chance(0.15):
                since = self.random.choice(DAYS[1:])
                table["dated"].append({"attribute": str(name), "since": since, "value": other, "source": "old"})
        return table

    # Questions

    def _question(self) -> tuple[Toml, Toml]:
        names = self._of("requirement")
        some = self.random.sample(names, self.random.randint(0, min(MOST_STATED, len(names))))
        some += [one for one in names if one.computed and one not in some and self._chance(0.3)]
        case = {str(one): self._value(one.type) for one in some}
        asked: Toml = {"unknown": self.random.choice(UNKNOWN_POLICIES), "over": self.random.choice([*OVER])}
        if self._chance(0.3):
            asked["only"] = self._table(self._of("model", "offer"))
        if self._chance(0.2):
            asked["among"] = self.random.sample(["m0", "m1", "m2"], 2)
        return {"as_of": self.random.choice(DAYS), **case}, asked


def tomli_array(text: str) -> Any:  # noqa: ANN401 - as files have it
    """Return an array that is written as TOML."""
    return parse_toml(f"x = {text}", "x").data["x"]


def answer(advisor: Advisor, question: tuple[Toml, Toml]) -> bytes | str:
    """Return all that a decision was given and found, as bytes; or why there is none."""
    case, asked = question
    try:
        decision = advisor.decide(case, keep_promises=False, **asked)
    except LlmrulesError as error:
        return f"{type(error).__name__}: {error}"
    return decision.trace.to_json().encode()


def hold_laws(seed: int) -> bool:
    """Insist on three laws in one world, and return whether it is one.

    Who has answered other questions, also from several threads, answers as who is new; every trace can be derived
    again by the checker that stands alone; both engines find the same.
    """
    world = WholeWorld(seed)
    rules, models = world.files()
    try:
        knowledge = load_knowledge(rules, models)
    except LlmrulesError:
        return False
    fresh: dict[EngineName, list[bytes | str]] = {}
    for engine in ("plain", "durable"):
        fresh[engine] = [answer(Advisor(load_knowledge(rules, models), engine=engine), one) for one in world.asked]
        for trace in fresh[engine]:
            if isinstance(trace, bytes):
                report = check(trace)
                assert report.ok, f"not verified: {report}"
        used = Advisor(knowledge if engine == "plain" else load_knowledge(rules, models), engine=engine)
        places = [place for place in range(len(world.asked)) for _ in range(2)]
        for place in world.random.sample(places, len(places)):
            assert without_maker(answer(used, world.asked[place])) == without_maker(fresh[engine][place]), "used"
        if seed % 10 == 0:
            _threads(used, world.asked, fresh[engine])
    both = zip(fresh["plain"], fresh["durable"], strict=True)
    assert all(without_maker(one) == without_maker(other) for one, other in both), "the engines differ"
    return True


def without_maker(trace: bytes | str) -> Any:  # noqa: ANN401 - JSON
    """Return an answer without who made it and when."""
    if isinstance(trace, str):
        return trace
    document = json.loads(trace)
    return document["given"], document["found"]


def _threads(used: Advisor, asked: Sequence[tuple[Toml, Toml]], fresh: Sequence[bytes | str]) -> None:
    """Ask everything at once, and insist on the same answers."""
    found: dict[int, bytes | str] = {}

    def ask(place: int) -> None:
        found[place] = answer(used, asked[place % len(asked)])

    threads = [Thread(target=ask, args=(place,)) for place in range(2 * len(asked))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for place in range(2 * len(asked)):
        assert without_maker(found[place]) == without_maker(fresh[place % len(asked)]), "threads"
