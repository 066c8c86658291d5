"""What lint can only guess, known: which rules, models and conclusions no profile makes matter, and which do clash.

Each is one question about every profile. What was not answered in time is named, and is no finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import field, frozen

from llmrules.check.lint.survey import read_by
from llmrules.prove.circuit import FALSE, TRUE, holds
from llmrules.prove.prover import Witness
from llmrules.prove.solver import Found, Never, Undecided
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import RuleOut

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from llmrules.advisor import Decision
    from llmrules.language.rules.rule import Rule
    from llmrules.prove import circuit
    from llmrules.prove.decisions import Decisions
    from llmrules.prove.prover import Prover

Question: TypeAlias = Literal[
    "never-fires",
    "never-decides",
    "leaves-nobody",
    "says-the-same",
    "never-eligible",
    "never-first",
    "clashes",
    "refuses",
    "changes-nothing",
]


TRIED, PATIENCE = 4, 2
"""Of a long list of things one of which may be so, some that are asked by themselves first, each so many seconds."""


@frozen(eq=False)
class Answer:
    """What one question found: names of rules, models or requirements, and for some of them a profile.

    ``undecided`` are those of which there was no time to know.
    """

    question: Question
    names: tuple[str, ...]
    undecided: tuple[str, ...]
    witnesses: Mapping[str, Witness] = field(factory=dict)


def ask_everything(prover: Prover) -> tuple[Answer, ...]:
    """Ask every question, within the time that is left; that for which most is to be written down comes last."""
    questions = _Questions(prover)
    return (
        questions.impossible("never-fires", questions.firing()),
        questions.impossible("never-decides", questions.deciding()),
        questions.impossible("leaves-nobody", questions.leaving()),
        questions.impossible("says-the-same", questions.differing()),
        questions.impossible("never-eligible", questions.eligible()),
        questions.possible("clashes", questions.clashing()),
        questions.possible("refuses", questions.refusing()),
        questions.impossible("never-first", questions.first(), prover.decisions.leading),
        questions.impossible("changes-nothing", questions.mattering()),
    )


class _Questions:
    def __init__(self, prover: Prover) -> None:
        self._prover, self._circuit, self._decisions = prover, prover.circuit, prover.decisions
        self._knowledge = prover.decisions.knowledge
        self._rules = [rule for rule in self._knowledge.ruleset.firing() if self._reachable(rule)]

    def _reachable(self, rule: Rule) -> bool:
        try:
            return self._prover.can_be(self._decisions.fired[rule.id])
        except Undecided:
            return True

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

    def possible(
        self, question: Question, asked: Iterable[tuple[str, circuit.Literal, Callable[[Decision], bool]]]
    ) -> Answer:
        """Return of which something can be that is asked, with the smallest profile of it."""
        witnesses, undecided = {}, []
        for name, literal, shows in asked:
            try:
                witness = self._prover.witness(literal, shows=shows)
            except Undecided:
                undecided.append(name)
                continue
            if witness is not None:
                witnesses[name] = witness
        return Answer(question, tuple(witnesses), tuple(undecided), witnesses)

    def firing(self) -> Iterator[tuple[str, circuit.Literal]]:
        """Yield of each rule that it fires."""
        yield from sorted(self._decisions.fired.items())

    def deciding(self) -> Iterator[tuple[str, circuit.Literal | None]]:
        """Yield that a hard rule changes a verdict, a concluding one another firing, and that one earns points."""
        everybody = self._decisions.verdicts(self._knowledge.ruleset.firing())
        for rule in self._rules:
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

    def leaving(self) -> Iterator[tuple[str, circuit.Literal]]:
        """Yield that a hard rule fires and somebody is eligible."""
        somebody = self._circuit.either(*self._decisions.eligible)
        for rule in self._rules:
            if rule.effect.hard:
                yield rule.id, self._circuit.both(self._decisions.fired[rule.id], somebody)

    def differing(self) -> Iterator[tuple[str, circuit.Literal]]:
        """Yield of two rules of one effect that one fires without the other."""
        for one, other in combinations(self._rules, 2):
            if (one.effect, one.where, one.weight, one.level) == (other.effect, other.where, other.weight, other.level):
                if not one.effect.body() or (one.effect.note and not one.effect.touches_models):
                    continue  # what such a rule says stands in its reason
                fired = self._decisions.fired
                yield f"{one.id} = {other.id}", -self._circuit.same(fired[one.id], fired[other.id])

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

    def mattering(self) -> Iterator[tuple[str, circuit.Literal | None]]:
        """Yield of each requirement that another answer is seen, and of each attribute of models that a value is."""
        now, vocabulary = self._decisions, self._knowledge.ruleset.vocabulary
        classifying = {name for rule in self._knowledge.ruleset.classifying() for name in read_by(rule, vocabulary)}
        reading = {name for rule in self._knowledge.ruleset.firing() for name in rule.reads()}
        moving = {one.name for one in vocabulary.computed("requirement", "model", "offer")}
        open_ = {name for one in moving for name in vocabulary.rests_on(one)}
        for name in (*now.profiles.asked, *sorted(reading - classifying)):
            if self._prover.solver.left <= 0 or (name in open_ and vocabulary[name].scope != "requirement"):
                yield name, None
            elif vocabulary[name].scope == "requirement":
                other, possible = now.otherwise(name)
                yield name, self._one_of(possible, zip(now.seen, other.seen, strict=True))
            elif vocabulary[name].computed is None and vocabulary[name].place is not None:
                yield name, self._one_of(TRUE, zip(now.seen, now.lacking(name).seen, strict=True))

    def _one_of(
        self, possible: circuit.Literal, pairs: Iterable[tuple[circuit.Literal, circuit.Literal]]
    ) -> circuit.Literal:
        """Return that one pair differs; true where that was found of some pair by itself."""
        differing = [self._circuit.both(possible, -self._circuit.same(*pair)) for pair in dict.fromkeys(pairs)]
        differing = [one for one in differing if one != FALSE]
        for one in differing[:: max(1, len(differing) // TRIED)]:
            try:
                if isinstance(self._prover.solver.ask(one, seconds=min(PATIENCE, self._prover.solver.left)), Found):
                    return TRUE
            except Undecided:
                continue
        return self._circuit.either(*differing)

    def clashing(self) -> Iterator[tuple[str, circuit.Literal, Callable[[Decision], bool]]]:
        """Yield of each requirement that rules conclude two values of it at once."""
        concluding: dict[str, list[Rule]] = {}
        for rule in self._rules:
            if rule.effect.conclusion is not None and not rule.effect.conclusion.attribute.many:
                concluding.setdefault(rule.effect.conclusion.attribute.name, []).append(rule)
        fired = self._decisions.fired
        for name, rules in sorted(concluding.items()):
            at_once = [
                self._circuit.both(fired[one.id], fired[other.id])
                for one, other in combinations(rules, 2)
                if one.effect.conclusion != other.effect.conclusion
            ]
            if at_once:
                yield name, self._circuit.either(*at_once), _in_conflict(name)

    def refusing(self) -> Iterator[tuple[str, circuit.Literal, Callable[[Decision], bool]]]:
        """Yield of each rule that it refuses a case."""
        for rule in self._rules:
            if rule.effect.name == "refuse":
                yield rule.id, self._decisions.fired[rule.id], _fired(rule.id)


def _of(candidate: str, model: str) -> bool:
    return candidate.partition(" @ ")[0] == model


def _in_conflict(name: str) -> Callable[[Decision], bool]:
    return lambda decision: any(one.attribute == name for one in decision.conflicts)


def _fired(rule: str) -> Callable[[Decision], bool]:
    return lambda decision: rule in decision.fired
