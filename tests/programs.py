"""Random programs in the rule language, and random requirements to fire them on: the same for the same seed.

A program is written as TOML and read by the real loader. Every attribute and rule has a level, and what is tested
negatively or compared always has a lower one, so that every program can be stratified.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import tomli_w
from attrs import field, frozen

from llmrules.language.rules.ruleset import read_ruleset
from llmrules.language.values import Period
from llmrules.reading.files import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.errors import InputError
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.values import Value

    Toml: TypeAlias = dict[str, Any]

TEXTS = ("alpha", "alphabet", "beta", 'quo"ted', "back\\slash", "two\nlines", "nul\0", "한국어", "a b", "*", "x" * 300)
PATTERNS = ("al*", "*a", "*[ab]*", "?", "*", "한*", "quo?ted", "*\\*")
NUMBERS = (
    -7,
    0,
    1,
    2,
    3,
    40,
    2**53,
    2**63 - 1,
    2**63,
    10**30,
    *map(Decimal, ("-0.5", "0.1", "0.10000000000000001", "2.5")),
)
DAYS = tuple(date(2026, 1, 1) + timedelta(days) for days in (-400, -1, 0, 1, 30, 31, 365))

LEVELS = (0, 0, 0, 1, 1, 2, 3)
NEST = 3
UNLESS = -2
COMPARING = 0.3
FIRST_OF = 0.3
CHOSEN = ("choice", "scale", "set")
ORDERED = ("number", "date", "scale")
REFERRING = ("require", "exclude", "caution")


@frozen
class Column:
    """One attribute of requirements: its type, its possible values and its level; -1 for one with a default."""

    name: str
    type: str
    values: tuple[Any, ...]
    level: int


@frozen
class Written:
    """A program before it is written down: the table of its vocabulary and the tables of its rules."""

    columns: tuple[Column, ...]
    vocabulary: Toml
    rules: tuple[Toml, ...] = field(repr=False)

    def files(self, parts: Iterable[Iterable[Toml]] | None = None) -> list[str]:
        """Return the TOML text of each file; ``parts`` says which rules stand in which."""
        texts = [tomli_w.dumps({"language": 1, "pack": "vocabulary", **self.vocabulary})]
        for number, rules in enumerate([self.rules] if parts is None else parts):
            texts.append(tomli_w.dumps({"language": 1, "pack": f"part-{number}", "rule": list(rules)}))
        return texts

    def shuffled(self, random: Random) -> list[str]:
        """Return the same program with its rules in another order and in other files."""
        rules = random.sample(self.rules, len(self.rules))
        cut = random.randrange(len(rules) + 1)
        return random.sample(self.files([rules[:cut], rules[cut:]]), 3)

    def without(self, ids: Iterable[str]) -> list[str]:
        """Return the same program with some rules switched off."""
        disabled = [{"rule": name, "reason": {"en": "a test"}} for name in sorted(ids)]
        return [*self.files(), tomli_w.dumps({"language": 1, "pack": "off", "disable": disabled})]


def seeded(seed: int) -> Random:
    """Return the source of everything random in one program and its cases."""
    return Random(seed)  # noqa: S311 - programs need no cryptography


def load(texts: Iterable[str]) -> RuleSet:
    """Read a program as users' files are read."""
    problems: list[InputError] = []
    ruleset = read_ruleset([parse_toml(text, f"{number}.toml") for number, text in enumerate(texts)], [], problems)
    assert not problems, "\n".join(map(str, problems))
    return ruleset


def random_program(random: Random, most_rules: int = 40) -> Written:
    """Make one program."""
    columns = tuple(_columns(random))
    # Few rules are as interesting as many, and cheaper.
    count = 1 + int(most_rules * random.random() ** 3)
    levels = [random.choice(LEVELS) for _ in range(count)]
    rules: list[Toml] = []
    for number, level in enumerate(levels):
        rules.append(_rule(random, columns, f"r{number}", level, rules))
    base = {"id": "base", "because": {"en": "so"}, "source": "d", "require": {"weights": True}}
    for number, level in enumerate(levels):
        higher = [f"r{other}" for other, its in enumerate(levels) if its > level]
        if higher and random.random() < 0.12:
            rules[number]["overrides"] = random.sample(higher, min(len(higher), random.randint(1, 2)))
    return Written(columns, _vocabulary(columns, rules) | _first_of(random, levels), (*rules, base))


def _first_of(random: Random, levels: list[int]) -> Toml:
    """Perhaps name one rule of each of some levels, of which the first that fires counts."""
    one_each = {level: f"r{random.choice([it for it, its in enumerate(levels) if its == level])}" for level in levels}
    some = sorted(random.sample(sorted(one_each), random.randint(1, len(one_each))))
    named = len(some) > 1 and random.random() < FIRST_OF
    return {"first_of": [{"rules": [one_each[level] for level in some]}]} if named else {}


def random_facts(random: Random, columns: Iterable[Column]) -> Facts:
    """State some requirements, now and then two values for one attribute, and sets that are known and empty."""
    facts: dict[str, frozenset[Value]] = {}
    known = random.choice((0.2, 0.5, 0.8))
    for column in random.sample([*columns, AS_OF], len([*columns, AS_OF])):
        if random.random() > known:
            continue
        if column.type == "set":
            facts[column.name] = frozenset(random.sample(column.values, random.randrange(len(column.values) + 1)))
        else:
            count = random.choice((1, 1, 1, 1, 2, 3))
            facts[column.name] = frozenset(_near(random, column) for _ in range(count))
    return facts


AS_OF = Column("as_of", "date", DAYS, -1)


def _near(random: Random, column: Column) -> Value:
    """Return a value as a fact has it: one that tests may name, or one beside it."""
    value = random.choice(column.values)
    if isinstance(value, date):
        day = value + timedelta(random.choice((-1, 0, 0, 1)))
        return Period(day, day, day.isoformat())
    if column.type == "number" and random.random() < 0.4:
        exact = value + random.choice((-1, 1, Decimal("0.25"), Decimal("1e-20")))
        return int(exact) if exact == int(exact) else exact
    if column.type == "text" and random.random() < 0.3:
        return str(value) + random.choice(("", "a", "\ud800", "y" * 10))
    return value  # type: ignore[no-any-return]


def _columns(random: Random) -> Iterable[Column]:
    for kind in (
        "flag",
        "flag",
        "flag",
        "choice",
        "choice",
        "scale",
        "set",
        "set",
        "set",
        "number",
        "number",
        "text",
        "date",
    ):
        if random.random() < 0.3:
            continue
        name = f"{kind}_{random.randrange(10**6)}"
        ids = tuple(f"c{number}" for number in range(random.randint(2, 6)))
        values: tuple[Any, ...] = {
            "flag": (False, True),
            "number": tuple(random.sample(NUMBERS, 5)),
            "text": tuple(random.sample(TEXTS, 5)),
            "date": DAYS,
        }.get(kind, ids)
        yield Column(name, kind, values, random.choice((-1, *LEVELS)))


def _vocabulary(columns: Iterable[Column], rules: Iterable[Toml]) -> Toml:
    """Declare the attributes; for each requirement that a rule refers to, one of the model to compare with it."""
    touched = [predicate for rule in rules for effect in REFERRING if (predicate := rule.get(effect))]
    referred = {name.removeprefix("model_") for predicate in touched for name in predicate}
    declared: Toml = {}
    for column in columns:
        entry: Toml = {"type": column.type}
        if column.type in {"choice", "scale", "set"}:
            entry["choices"] = {name: {"en": name} for name in column.values}
        if column.level < 0:
            entry["default"] = [column.values[0]] if column.type == "set" else column.values[0]
        declared[column.name] = entry
    model: Toml = {"weights": {"type": "flag"}}
    for column in columns:
        if column.name in referred:
            shared = {"choices": column.name} if column.type in {"choice", "scale", "set"} else {}
            model[f"model_{column.name}"] = {"type": column.type, **shared}
    document = {"id": "d", "title": "a document", "date": "2026"}
    return {"document": [document], "requirement": declared, "model": model}


def _rule(random: Random, columns: tuple[Column, ...], name: str, level: int, earlier: list[Toml]) -> Toml:
    rule: Toml = {"id": name, "because": {"en": "so"}, "source": "d"}
    readable = [*columns, AS_OF]
    links = [
        one for one in columns if one.level <= level and any(one.name in done.get("conclude", {}) for done in earlier)
    ]
    if links and random.random() < 0.5:
        rule["when"] = _link(random, random.choice(links), earlier)
    elif random.random() < 0.95:
        rule["when"] = _table(random, readable, level)
    below = [column for column in readable if column.level < level]
    if below and random.random() < 0.25:
        rule["unless"] = _table(random, below, UNLESS)
    concluded = [column for column in columns if column.level >= level]
    if concluded and random.random() < 0.7:
        column = random.choice(concluded)
        several = random.sample(column.values, random.randint(1, len(column.values)))
        rule["conclude"] = {column.name: several if column.type == "set" else random.choice(column.values)}
    else:
        _effect(random, rule, [column for column in columns if column.level <= level])
    return rule


def _link(random: Random, column: Column, earlier: list[Toml]) -> Toml:
    """Ask for what an earlier rule concludes, so that rules chain."""
    concluded = random.choice([rule["conclude"] for rule in earlier if column.name in rule.get("conclude", {})])
    value = concluded[column.name]
    return {column.name: {"has": random.choice(value)} if column.type == "set" else value}


def _effect(random: Random, rule: Toml, readable: list[Column]) -> None:
    """Add an effect that concludes nothing; a reference to a requirement is a test that it is known."""
    if readable and random.random() < 0.5:
        column = random.choice(readable)
        operator = {"set": "has_all", "number": "at_least", "date": "at_most"}.get(column.type, "is")
        rule[random.choice(REFERRING)] = {f"model_{column.name}": {operator: {"requirement": column.name}}}
    elif random.random() < 0.3:
        rule |= {"exempt": ["base"], "where": {"weights": True}, "effective_to": random.choice(DAYS)}
    else:
        rule[random.choice(("advise", "refuse"))] = True


def _table(random: Random, columns: list[Column], level: int, depth: int = 0) -> Toml:
    """Make a condition table; the level of ``unless`` makes it positive throughout."""
    fitting = [column for column in columns if level < 0 or column.level <= level]
    table: Toml = {}
    for column in random.sample(fitting, min(len(fitting), random.choice((1, 1, 1, 2, 2, 3, 4)))):
        table[column.name] = _leaf(random, column, negative=column.level < level)
        others = [other for other in fitting if other is not column and (level == UNLESS or other.level < level)]
        if others and (level == UNLESS or column.level < level) and random.random() < COMPARING:
            made = (_compared(random, column, other, level) for other in random.sample(others, len(others)))
            table[column.name] = next(filter(None, made), table[column.name])
    for group in ("all", "any"):
        if fitting and depth < NEST and random.random() < 0.15:
            table[group] = [_table(random, columns, level, depth + 1) for _ in range(random.randint(1, 3))]
    return table


def _compared(random: Random, column: Column, other: Column, level: int) -> Toml | None:
    """Compare two requirements, perhaps beside another test; None where they cannot be compared."""
    if column.type == "set" and other.type in {"choice", "scale"}:
        operators = ["has"]
    elif other.type == "set":
        positive = ["any_of"] if column.type != "set" else ["has_any", "has_all"]
        operators = (
            [*positive, "none_of"]
            if column.type != "set"
            else [*positive, *["none_of", "only", "is"] * (level != UNLESS)]
        )
    else:
        operators = ["at_least", "at_most", "above", "below", "is"] if column.type in ORDERED else ["is"]
    chosen = column.type in CHOSEN
    alike = other.type == column.type or (chosen and operators[0] in {"has", "any_of"})
    if not alike or other.name == column.name or (chosen and other.values != column.values):
        return None
    reference: Toml = {"requirement": other.name}
    if column.type in {"number", "date"} and random.random() < 0.5:
        reference["plus"] = random.choice((-31, -1, 1, 30) if column.type == "date" else (-1, 1, 2.5, -40))
    beside = {"none_of": [column.values[0]]} if column.type not in {"flag", "set"} and random.random() < 0.2 else {}
    return {**beside, random.choice(operators): reference}


def _leaf(random: Random, column: Column, *, negative: bool) -> object:
    """Write the tests of one attribute."""
    chance = random.random()
    if negative and chance < 0.25:
        return {"known": False}
    if chance > 0.94:
        return {"known": True}
    value = random.choice(column.values)
    several = random.sample(column.values, random.randint(1, len(column.values)))
    if column.type == "flag":
        return random.choice((value, {"is": value}))
    if column.type == "set":
        return _set_leaf(random, value, several, negative=negative)
    leaves: list[object] = [value, several, {"is": value}, {"any_of": several}, {"none_of": several}]
    if column.type == "text":
        like = {"like": random.choice(PATTERNS)}
        return random.choice((*leaves, like, {**like, "none_of": several}, {**like, "known": True}))
    if column.type in {"number", "scale", "date"}:
        order = random.sample(("at_least", "at_most", "above", "below"), random.randint(1, 2))
        tests = {operator: random.choice(column.values) for operator in order}
        leaves += [tests, tests, tests, tests, {**tests, "none_of": several}]
    return random.choice(leaves)


def _set_leaf(random: Random, value: object, several: list[Any], *, negative: bool) -> Toml:
    tests: list[Toml] = [{"has": value}, {"has_any": several}, {"has_all": several}]
    if negative:
        absent = [{"none_of": several}, {"only": several}, {"is": random.choice((several, []))}]
        tests += [*absent, *absent]
    return random.choice(tests) | random.choice([*tests, {}, {}, {}, {}, {}])
