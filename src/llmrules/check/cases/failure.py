"""What a failing case says: what was expected, what was found, and the chains of the models and rules concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.check.cases.edits import leaf_text
from llmrules.check.lint.report import annotation
from llmrules.errors import show
from llmrules.say.teller import Line, Sentences, printable_lines
from llmrules.say.why import Explainer, Explanation, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.advisor import Decision
    from llmrules.check.cases.check import Key, Mismatch
    from llmrules.check.cases.run import Result
    from llmrules.language.conditions import Leaf
    from llmrules.language.texts import Language

MODELS: tuple[Key, ...] = ("best", "order", "eligible", "pending", "unverified")

MOST_CHAINS = 4
"""How many models are explained for one case."""

TELLING = {"failed", "unknown", "accepted", "exempted", "points"}
"""The outcomes of applied rules that make a verdict or a place."""


def failure_lines(result: Result, language: Language = "en") -> Iterator[Line]:
    """Yield the lines of a case that is not as expected."""
    title = result.case.title(language)
    yield Line("heading", printable_lines(f"{result.case.name}{f': {title}' if title else ''}"), mark="✗")
    yield Line("line", Sentences(language)("expected-found"), 2)
    for mismatch in result.mismatches:
        yield from difference_lines(mismatch, language)
    yield from _chains(result, language)


def failure_annotations(result: Result, language: Language = "en") -> Iterator[str]:
    """Yield each way in which a case is not as expected as an annotation of GitHub, at what it expects."""
    title = result.case.title(language) or result.case.name
    for mismatch in result.mismatches:
        place = result.case.source.place(("expect", mismatch.key))
        lines = [str(line) for line in difference_lines(mismatch, language)]
        yield annotation("error", place, title, "\n".join([Sentences(language)("expected-found"), *lines]))


def difference_lines(mismatch: Mismatch, language: Language = "en") -> Iterator[Line]:
    """Yield one difference: names that were expected, found, or both."""
    say = Sentences(language)
    label = say(f"expect.{mismatch.key}")
    expected, found = set(mismatch.expected), set(mismatch.found)
    if mismatch.key == "silent":  # found are rules that fired although they were not to
        expected, found = found, set()
    subject = mismatch.model if mismatch.model is not None else mismatch.rule
    yield Line("line", f"{subject}: {label}" if subject is not None else label, 2)
    if mismatch.key == "order":
        yield from (Line("line", name, 4, "-") for name in mismatch.expected)
        yield from (Line("line", name, 4, "+") for name in mismatch.found)
        return
    if mismatch.verdict is not None and mismatch.verdict != "excluded":
        yield Line("line", say("verdict.excluded"), 4, "-")
        yield Line("line", say(f"verdict.{mismatch.verdict}"), 4, "+")
    exact = mismatch.key in {*MODELS, "points", "offers", "cautioned", "exempted", "conflicts", "refused", "promises"}
    if exact and not expected:
        yield Line("line", say("nothing"), 4, "-")
    for name in sorted(expected | found):
        mark = " " if name in expected and name in found else "-" if name in expected else "+"
        yield Line("line", name, 4, mark)
    if exact and not found:
        yield Line("line", say("nothing"), 4, "+")


def _chains(result: Result, language: Language) -> Iterator[Line]:
    """Yield why each model stands where it stands and why each rule fired or not, once for the whole case."""
    models: dict[str, None] = {}
    rules: dict[str, None] = {}
    facts: dict[str, None] = {}
    for mismatch in result.mismatches:
        differing = sorted({*mismatch.expected} ^ {*mismatch.found})
        if mismatch.key in MODELS:
            models |= dict.fromkeys(mismatch.expected if mismatch.key == "order" else differing)
        elif mismatch.model is not None:
            models[mismatch.model] = None
        elif mismatch.rule is not None:
            rules[mismatch.rule] = None
        elif mismatch.key == "conflicts":
            facts |= dict.fromkeys(differing)
        elif mismatch.key != "promises":
            rules |= dict.fromkeys(differing)
    yield from chain_lines(result.decision, language, models=list(models), facts=facts, rules=rules)


def chain_lines(
    decision: Decision,
    language: Language,
    *,
    models: Sequence[str] = (),
    facts: Iterable[str] = (),
    rules: Iterable[str] = (),
) -> Iterator[Line]:
    """Yield why models stand where they stand, what requirements follow from, and why rules fired or not."""
    explainer = Explainer(decision.trace, language)
    for model in models[:MOST_CHAINS]:
        root = explainer.verdict(model)
        telling = tuple(child for child in root.children if child.outcome in TELLING)
        yield from _indented(evolve(root, children=telling), language)
    for name in facts:
        known = (fact for fact in explainer.index.facts.values() if fact.attribute == name)
        for fact in known:
            yield from _indented(explainer.chain.fact(fact, frozenset()), language)
    for model in models[MOST_CHAINS:]:
        yield Line("line", explainer.verdict(model).text, 2)
    for rule in rules:
        if rule in decision.fired:
            chain = explainer.chain.firing(rule, frozenset())
            yield from _indented(evolve(chain, text=f"{rule}: {explainer.index.because(rule)}"), language)
        else:
            yield from _silent(decision, rule, explainer.say)


def _indented(node: Node, language: Language) -> Iterator[Line]:
    for line in Explanation(language, node).lines():
        yield evolve(line, style="line", indent=line.indent + 2)


def _silent(decision: Decision, name: str, say: Sentences) -> Iterator[Line]:
    """Yield what a rule tested in vain, which exception blocked it, or who overrode it."""
    ruleset, facts = decision.knowledge.ruleset, decision.derivation.facts
    rule = ruleset.rules[name]
    if name in ruleset.disabled:
        yield Line("line", f"{name}: {say('is-off')}", 2)
        return
    yield Line("line", f"{name}: {say('did-not-fire')}", 2)
    implied = rule.implied(ruleset.vocabulary.attributes)
    for leaf in (*rule.when.all_leaves(), *implied.leaves):
        if not leaf.holds(facts):
            yield Line("line", f"{leaf_text(leaf)}: {_actual(decision, leaf) or say('not-stated')}", 4, "✗")
    for table in rule.unless.exceptions():
        if table.holds(facts):
            said = "; ".join(leaf_text(leaf) for leaf in table.all_leaves() if leaf.holds(facts))
            yield Line("line", f"{say('exception-holds')}: {said}", 4, "✗")
    for other in decision.fired:
        if name in ruleset.rules[other].overrides:
            yield Line("line", f"{say('overridden', rule=other)}", 4, "✗")


def _actual(decision: Decision, leaf: Leaf) -> str:
    values = decision.derivation.facts.get(leaf.attribute.name)
    if values is None:
        return ""
    if leaf.attribute.many:
        return show(leaf.attribute.encode(frozenset(map(str, values))))
    return ", ".join(show(leaf.attribute.encode(value)) for value in sorted(values, key=str))
