"""What lint cannot know: which rules never decide anything, and which models are never eligible or never first.

Each is one question about every profile. What was not answered in time is named, and is no finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.prove.circuit import FALSE, holds
from llmrules.prove.solver import Found, Never, Undecided
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import RuleOut

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from llmrules.language.rules.rule import Rule
    from llmrules.prove import circuit
    from llmrules.prove.decisions import Decisions
    from llmrules.prove.prover import Prover

Question: TypeAlias = Literal["never-decides", "never-eligible", "never-first"]


@frozen(eq=False)
class Answer:
    """What one question found: names of rules or models.

    ``undecided`` are those of which there was no time to know.
    """

    question: Question
    names: tuple[str, ...]
    undecided: tuple[str, ...]


def ask_everything(prover: Prover) -> tuple[Answer, ...]:
    """Ask every question, within the time that is left; that for which most is to be written down comes last."""
    questions = _Questions(prover)
    return (
        questions.impossible("never-decides", questions.deciding()),
        questions.impossible("never-eligible", questions.eligible()),
        questions.impossible("never-first", questions.first(), prover.decisions.leading),
    )


class _Questions:
    def __init__(self, prover: Prover) -> None:
        self._prover, self._circuit, self._decisions = prover, prover.circuit, prover.decisions
        self._knowledge = prover.decisions.knowledge

    def impossible(
        self,
        question: Question,
        asked: Iterable[tuple[str, circuit.Literal | None]],
        shown: Callable[[Found], Collection[str]] | None = None,
    ) -> Answer:
        """Return of which nothing of what is asked can be; of None there was no time to write it down.

        A profile that answers one question is asked all others, too, so that few are left to the solver; ``shown``
        says of which it is so where that is known in a simpler way.
        """
        waiting, never, undecided = dict(asked), list[str](), list[str]()
        while waiting:
            name, literal = waiting.popitem()
            try:
                found = None if literal is None else self._prover.solver.ask(literal)
            except Undecided:
                found = None
            if found is None:
                undecided.append(name)
            elif isinstance(found, Never):
                never.append(name)
            else:
                so = self._so(waiting, found) if shown is None else shown(found)
                waiting = {name: one for name, one in waiting.items() if name not in so}
        return Answer(question, tuple(sorted(never)), tuple(sorted(undecided)))

    def _so(self, asked: Mapping[str, circuit.Literal | None], found: Found) -> Collection[str]:
        written = {name: literal for name, literal in asked.items() if literal is not None}
        truth = self._circuit.evaluate(found.inputs, found.numbers, self._circuit.cone(written.values()))
        return {name for name, literal in written.items() if holds(literal, truth)}

    def deciding(self) -> Iterator[tuple[str, circuit.Literal | None]]:
        """Yield that a hard rule changes a verdict, a concluding one another firing, and that one earns points."""
        everybody = self._decisions.verdicts(self._knowledge.ruleset.firing())
        for rule in self._knowledge.ruleset.firing():
            if self._prover.solver.left <= 0:
                yield rule.id, None
            elif rule.effect.sign and rule.effect.grade is None:
                reached = zip(self._decisions.eligible, self._decisions.reached(rule), strict=True)
                given = (self._circuit.both(eligible, true) for eligible, (true, _) in reached)
                yield rule.id, self._circuit.both(self._decisions.fired[rule.id], self._circuit.either(*given))
            elif rule.effect.hard and not rule.overrides:
                others = (one for one in self._knowledge.ruleset.firing() if one is not rule)
                pairs = zip(everybody, self._decisions.verdicts(others), strict=True)
                yield rule.id, self._differ(both for one, other in pairs for both in zip(one, other, strict=True))
            elif rule.effect.conclusion is not None:
                without = self._without(rule)
                if without is not None:
                    yield rule.id, self._differ(self._concluding(rule, without))

    def _without(self, rule: Rule) -> Decisions | None:
        knowledge = altered(self._knowledge, RuleOut(rule.id))
        return None if knowledge is None else self._decisions.under(knowledge)

    def _concluding(self, rule: Rule, without: Decisions) -> Iterator[tuple[circuit.Literal, circuit.Literal]]:
        """Yield what other rules do with a rule that concludes and without it, and what is referred to then."""
        now = self._decisions
        yield from ((now.fired[name], without.fired[name]) for name in now.fired if name != rule.id)
        referred = {name for one in self._knowledge.ruleset.firing() for name in one.references()}
        for name in referred & now.known.keys() & without.known.keys():
            has = without.known[name].has
            yield from ((had, has.get(value, FALSE)) for value, had in now.known[name].has.items())

    def _differ(self, pairs: Iterable[tuple[circuit.Literal, circuit.Literal]]) -> circuit.Literal:
        return self._circuit.either(*(-self._circuit.same(one, other) for one, other in pairs))

    def eligible(self) -> Iterator[tuple[str, circuit.Literal]]:
        """Yield of each model that it is eligible."""
        names = self._decisions.names
        for model in self._knowledge.models:
            its = [one for name, one in zip(names, self._decisions.eligible, strict=True) if _of(name, model)]
            yield model, self._circuit.either(*its)

    def first(self) -> Iterator[tuple[str, circuit.Literal | None]]:
        """Yield of each model that it is on the first place."""
        if self._prover.solver.left <= 0:
            yield from ((model, None) for model in self._knowledge.models)
        else:
            yield from self._decisions.first.items()


def _of(candidate: str, model: str) -> bool:
    return candidate.partition(" @ ")[0] == model
