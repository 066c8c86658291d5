"""The tables of ``docs/rules.md``, made from the code that they describe.

``python -m tests.tables`` writes them into the page. What the code cannot say, one example and one sentence for each
entry, stands here; an entry of the code without them is a KeyError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.documents import ROOT

from llmrules.check.lint import CODES
from llmrules.check.lint.finding import SEVERITIES
from llmrules.language.operators import OPERATORS, Operator
from llmrules.language.rules.effects import COMMON_KEYS, EFFECTS, LEVELS, NOT_CLASSIFYING, RESERVED, UNKNOWN_POLICIES
from llmrules.language.vocabulary import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PAGE = ROOT / "docs" / "rules.md"
UPDATE = "python -m tests.tables"

VALUES = {
    "flag": "`true` or `false`",
    "choice": 'one of its choices, such as `"own"`',
    "scale": "one of its choices, which have an order, low to high",
    "set": "some of its choices, in a list",
    "number": "a number without quotes, such as `200_000` or `0.5`",
    "text": "any text",
    "date": 'a day, `2026-03-01`; in a catalogue also `"2026-03"` or `"2026"`',
}

EXAMPLES = {
    "is": 'require.openness = "open-source"',
    "any_of": 'require.openness = ["open-weight", "open-source"]',
    "none_of": 'require.licence.none_of = ["LicenseRef-Gemma"]',
    "has": 'prefer.strengths.has = "coding"',
    "has_any": 'prefer.modes.has_any = ["fast", "reasoning"]',
    "has_all": 'require.input_modalities.has_all = ["text", "image"]',
    "only": 'exclude.input_modalities.only = ["text"]',
    "like": 'caution.licence.like = "LicenseRef-*"',
    "at_least": 'require.openness.at_least = "open-weight"',
    "at_most": "require.output_price.at_most = 5",
    "above": "require.knowledge_cutoff.above = 2024-12-31",
    "below": "avoid.context_window.below = 200_000",
    "known": "require.licence.known = true",
}

OPERANDS = {
    "same": "a value",
    "list": "a list",
    "member": "one choice",
    "members": "a list of choices",
    "flag": "`true` or `false`",
    "glob": "a pattern with `*` and `?`",
}

REFERENCES = {
    "same": "of the same type",
    "list": "a set with the same choices",
    "member": "a choice or scale with the same choices",
    "members": "a set with the same choices",
    "flag": "no",
    "glob": "no",
}

MEANS = {
    "conclude": "states a requirement of the case, or classifies models",
    "require": "a model must pass the test, else it is excluded",
    "exclude": "a model that passes the test is excluded",
    "prefer": "a model that passes the test earns `weight` points",
    "avoid": "a model that passes the test loses `weight` points",
    "caution": "a note on the models that pass the test",
    "advise": "a note on the decision",
    "exempt": "the models that `where` matches are not held to these hard rules",
    "refuse": "no model may do this: the decision is refused, and says why",
}

BODIES = {
    "conclusion": "one attribute and its value",
    "predicate": "tests on models",
    "true": "`true`",
    "rules": "a list of rule ids",
}

KEYS = {
    "id": "its name: small letters and digits joined by `-`, after a namespace and `/` if you like; **needed**",
    "when": "tests on requirements, all of which must hold; without it the rule always fires",
    "unless": "exceptions, each of which alone stops the rule",
    "because": "the reason, `because.en` and `because.ko`; **needed**",
    "source": "the claim or document it rests on, or a list of them; **needed**",
    "overrides": "rules that are defeated where this one fires",
    "owner": "who answers for it",
    "review_by": "the day by which someone should look at it again; lint reminds you",
    "effective_from": "its first day",
    "effective_to": "its last day",
    "locked": "`true`: later layers may not undo it",
    "trial": "`true`: it is recorded what it would do, and nothing changes",
    "ignore": "findings of lint to keep, each with the reason",
    "where": "narrows the models that it reaches, or says which models a class has",
    "otherwise": "said of a model that fails",
    "unknown": f"what happens where the check is unknown: {', '.join(f'`{name}`' for name in UNKNOWN_POLICIES)}",
    "weight": "points, a positive whole number",
    "tier": "1 to 9, else 1: its points count only between models whose points of all lower tiers are equal",
    "level": f"how grave it is: {', '.join(f'`{name}`' for name in LEVELS)}",
    "approver": "who agreed to the exception, or has to agree or be told",
    "not_by": "the requirement that says who asks: an approval by the same one does not count",
}


def _code(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def types() -> str:
    """Return the types with their values and the operators that each takes."""
    rows = [
        (f"`{kind}`", VALUES[kind], _code(name for name, operator in OPERATORS.items() if kind in operator.types))
        for kind in TYPES
    ]
    return _table(("type", "a value", "operators"), rows)


def operators() -> str:
    """Return the operators with what each takes, an example and the words that reports use for it."""
    rows = [
        (
            f"`{operator.name}`",
            "every type" if operator.types == TYPES else " ".join(operator.types),
            OPERANDS[operator.operand],
            REFERENCES[operator.operand],
            f"`{EXAMPLES[operator.name]}`",
            _words(operator),
        )
        for operator in OPERATORS.values()
    ]
    heads = ("operator", "on", "right side", "or a requirement?", "example", "in reports")
    return _table(heads, rows)


def _words(operator: Operator) -> str:
    return operator.en.replace("{}", "…")


def effects() -> str:
    """Return the effects with what each does, what follows it and which keys go with it."""
    rows = [
        (
            f"`{effect.name}`",
            MEANS[effect.name],
            BODIES[effect.followed_by],
            "yes" if effect.hard else "",
            " ".join(f"**`{key}`**" if key in effect.needs else f"`{key}`" for key in effect.keys),
        )
        for effect in EFFECTS.values()
    ]
    return _table(("effect", "what it does", "followed by", "hard?", "keys beside it"), rows)


def keys() -> str:
    """Return every key that a rule may have beside its effect."""
    extra = dict.fromkeys(key for effect in EFFECTS.values() for key in effect.keys)
    rows = [
        (f"`{key}`", KEYS[key], "every effect" if key in COMMON_KEYS else _takers(key))
        for key in (*COMMON_KEYS, *(key for key in extra if key not in COMMON_KEYS))
    ]
    return _table(("key", "what it says", "goes with"), rows)


def _takers(key: str) -> str:
    return _code(name for name, effect in EFFECTS.items() if key in effect.keys)


def classifying() -> str:
    """Return the keys that a classifying rule may not have."""
    return f"It takes none of {_code(NOT_CLASSIFYING)}: it knows no case and no date."


def reserved() -> str:
    """Return the names that no attribute may have."""
    return f"No attribute may be called {_code(sorted(RESERVED))}."


def findings() -> str:
    """Return the findings of lint, each with its page, by severity."""
    return "\n".join(
        f"* **{severity}**: " + ", ".join(f"[{code}](findings/{code}.md)" for code in CODES if CODES[code] == severity)
        for severity in SEVERITIES
    )


TABLES: dict[str, Callable[[], str]] = {
    table.__name__: table for table in (types, reserved, operators, effects, keys, classifying, findings)
}


def renewed(text: str) -> str:
    """Return a page with every table between its markers made anew."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}: {UPDATE} -->\n", f"<!-- /{name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        assert found, f"the page needs {begin}"
        assert closed, f"the page needs {end}"
        text = f"{before}{begin}{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
