"""What a report says of the case, and beside the verdicts.

That is what was stated, what follows from it, what is open and under which of the six questions it is asked; cautions,
who was left out, what would settle most, notes and sources.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from llmrules.language.conditions import json_table
from llmrules.language.rules.rule import by_conclusion
from llmrules.language.vocabulary import SIX
from llmrules.say.report.entry import Entry, Section, entry_of, sources_of
from llmrules.say.teller import points_words, printable_lines
from llmrules.say.why import by_standing
from llmrules.worlds.advice.parting import parting
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.decision.decision import Decision
    from llmrules.say.why import Explainer, Node
    from llmrules.trace.record import Applied, CandidateRecord, RestingRecord, RuleFound, UnknownRecord


BEST_FIT = "framework.fit"
"""The claim that says why there is no strongest model."""


class Case:
    """Tells the case of one trace."""

    def __init__(self, why: Explainer) -> None:
        self.index, self.teller, self.say = why.index, why.teller, why.say
        self.why = why

    def conflicts(self) -> Iterator[Entry]:
        """Yield the values that clash, each with the chain by which it came about."""
        for conflict in self.index.trace.found.conflicts:
            name = "widened" if conflict.kind == "widened" else "conflict"
            text = self.say(name, label=self.teller.label(conflict.attribute))
            children = tuple(
                entry_of(self.why.chain.fact(self.index.case.facts[fact], frozenset())) for fact in conflict.facts
            )
            yield Entry(text, mark="!", children=children)

    def stated(self) -> Iterator[Entry]:
        """Yield the requirements that were stated or assumed."""
        for requirement in self.index.trace.given.requirements:
            attribute = self.index.attributes[requirement.attribute]
            words = self.teller.value(attribute, requirement.value)
            assumed = self.say("assumed-aside") if requirement.origin == "assumed" else ""
            yield Entry(f"{self.teller.label(attribute.name)}: {words}{assumed}")

    def conclusions(self) -> Iterator[Entry]:
        """Yield what rules conclude, and the rules that were set aside."""
        defeated = [rule for rule in self.index.trace.found.rules if rule.status == "defeated"]
        for firing in self.index.trace.found.firings:
            if not firing.concludes:
                continue
            used = ", ".join(self.fact_words(fact) for fact in firing.uses) or self.say("always")
            concluded = ", ".join(self.fact_words(fact) for fact in firing.concludes)
            yield self.entry_of_rule(firing.rule, f"{used} → {concluded}", because=True)
        for rule in defeated:
            yield self.defeated(rule)

    def fact_words(self, fact: str) -> str:
        """Return a fact as its attribute and its value."""
        record = self.index.case.facts[fact]
        value = self.teller.fact(self.index.attributes[record.attribute], record.value)
        return f"{self.teller.label(record.attribute)}: {value}"

    def defeated(self, rule: RuleFound) -> Entry:
        """Return a rule that others set aside."""
        return self.entry_of_rule(rule.id, self.say("set-aside", by=", ".join(rule.defeated_by)), because=True)

    def demands(self) -> Iterator[Entry]:
        """Yield the hard rules that fired."""
        for criterion in self.index.trace.found.criteria:
            if self.index.rules[criterion.rule].effect.hard:
                yield self.entry_of_rule(criterion.rule, self.index.because(criterion.rule))

    def entry_of_rule(self, rule: str, text: str, *, because: bool = False) -> Entry:
        """Return a line that rests on a rule; ``because`` puts the rule's reason under it."""
        if because:
            return Entry(text, children=(self.entry_of_rule(rule, self.index.because(rule)),))
        return Entry(text, rule=rule, sources=self.index.rules[rule].sources)

    def effects(self, rules: Iterable[str]) -> Iterator[Entry]:
        """Yield rules that speak of the whole decision."""
        for rule in rules:
            yield self.entry_of_rule(rule, self.index.because(rule))


MOST_NOTED = 12
"""How many names a note gives before it says how many more there are."""

MOST_LEFT_OUT = 6
"""How many of those that were left out are named for each reason."""

MOST_DISPUTES = 12
MOST_STALE = 6
MOST_UNKNOWN = 6
"""How many disputed values, old sources and unknown attributes are told; the others are counted."""


class Notes:
    """Tells what stands beside the verdicts of one trace."""

    def __init__(self, why: Explainer, case: Case) -> None:
        self.index, self.teller, self.say = why.index, why.teller, why.say
        self.why, self.case = why, case

    def cautions(self) -> Iterator[Entry]:
        """Yield what must be known of models: cautions by rule, disputed values, old sources."""
        by_rule: dict[tuple[str, str], list[tuple[CandidateRecord, Applied]]] = {}
        for candidate in self.index.trace.found.candidates:
            for note in self.index.trace.notes(candidate):
                approved = note.outcome == "approved"
                level: str = "approved" if approved else self.index.rules[note.rule].level or "note"
                by_rule.setdefault((level, note.rule), []).append((candidate, note))
        for (level, rule), noted in sorted(by_rule.items(), key=lambda one: one[0]):
            alike: dict[tuple[str, str], list[CandidateRecord]] = {}
            for candidate, note in noted:
                alike.setdefault((candidate.model, self.beside(note)), []).append(candidate)
            names = [f"{one}{beside}" for (_, beside), rows in alike.items() for one in self.index.whose(rows)]
            said = self.say(f"level.{level}")
            text = f"{said} ({self.teller.several(names, MOST_NOTED)}): {self.index.because(rule)}"
            yield Entry(text, mark="!", rule=rule, sources=self.index.rules[rule].sources)
        yield from self.changing()
        yield from self.disagreeing()
        yield from self.stale()

    def beside(self, note: Applied) -> str:
        """Return what stands beside a name that a caution is attached to: the days that it speaks of, who approved."""
        leaves = zip(self.index.criteria[note.rule].leaves, note.leaves, strict=True)
        days = {
            str(outcome.actual): None
            for leaf, outcome in leaves
            if self.index.attributes[leaf.attribute].type == "date"
        }
        return "".join((*(f": {day}" for day in days), *(f", {printable_lines(by)}" for by in note.approved_by)))

    def changing(self) -> Iterator[Entry]:
        """Yield the values that change while the model is needed, of those that are not excluded."""
        standing = (one for one in self.index.trace.found.candidates if one.verdict != "excluded")
        told, more = self.told_once(((one, tuple(self.why.changes.changes(one))) for one in standing), MOST_NOTED)
        yield from told
        if more:
            yield Entry(self.say("more-change", more=more), mark="!")

    def disagreeing(self) -> Iterator[Entry]:
        """Yield the disputed values that matter."""
        rows = self.index.trace.found.candidates
        told, more = self.told_once(((one, tuple(self.why.origins.disputes(one))) for one in rows), MOST_DISPUTES)
        yield from told
        if more:
            yield Entry(self.say("more-disputes", more=more), mark="!")

    def told_once(self, said: Iterable[tuple[CandidateRecord, Sequence[Node]]], most: int) -> tuple[list[Entry], int]:
        """Return what is said of candidates, of the best first, and how much more there is.

        What is said of several offers of a model is told once.
        """
        alike: dict[tuple[str, str, tuple[str, ...]], list[CandidateRecord]] = {}
        for candidate, nodes in sorted((one for one in said if one[1]), key=lambda one: by_standing(one[0])):
            for node in nodes:
                alike.setdefault((candidate.model, node.text, node.sources), []).append(candidate)
        told = [
            Entry(f"{''.join(self.index.whose(rows))}: {text}", mark="!", sources=sources)
            for (_, text, sources), rows in list(alike.items())[:most]
        ]
        return told, len(alike) - len(told)

    def stale(self) -> Iterator[Entry]:
        """Yield the old sources that values rest on, with their age on the day of the decision."""
        found: dict[tuple[str, int, str], list[RestingRecord]] = {}
        for one in self.index.trace.found.resting:
            if one.old:
                document = self.index.document(one.source)
                title = printable_lines(document.title) if document is not None else one.source
                found.setdefault((one.date, one.days, title), []).append(one)
        told = list(found.items())
        for (stated, days, title), its in told[:MOST_STALE]:
            text = self.say("stale", values=_count(its), stated=stated, days=days, title=title)
            yield Entry(text, mark="!", sources=tuple(one.source for one in its))
        if len(told) > MOST_STALE:
            more, values = len(told) - MOST_STALE, sum(_count(its) for _, its in told[MOST_STALE:])
            yield Entry(self.say("stale-more", values=values, more=more), mark="!")

    def left_out(self) -> Iterator[Entry]:
        """Yield who was not judged and why: outside the list, where the condition is false, where it is unknown."""
        left, given = self.index.trace.found.left_out, self.index.trace.given
        if left is None:
            return
        if given.among is not None:
            yield Entry(
                self.say("among", count=len(given.among)),
                children=(
                    *self.counted(self.say("not-on-list"), left.among),
                    *self.counted(self.say("no-such-model"), left.unmatched, mark="!"),
                ),
            )
        if given.only is not None:
            condition = self.teller.condition(json_table(given.only))
            yield Entry(
                self.say("only", condition=condition),
                children=(
                    *self.counted(self.say("not-so"), left.only),
                    *self.counted(self.say("unknown-left-out"), left.undecided),
                    *self.counted(self.say("only-disputed"), left.disputed, mark="!"),
                ),
            )

    def counted(self, why: str, names: Sequence[str], mark: str = "") -> Iterator[Entry]:
        """Yield how many are left out, and the first of them; nothing where nobody is."""
        if names:
            yield Entry(f"{why}: {len(names):,} ({self.teller.names(names, MOST_LEFT_OUT)})", mark=mark)

    def settling(self) -> Iterator[Entry]:
        """Yield what is unknown where a rule asked for it, what would settle most first."""
        unknowns = self.index.trace.found.unknowns
        if not unknowns:
            return
        open_ones = sum(row.verdict == "unverified" for row in self.index.trace.found.candidates)
        settles, label = unknowns[0].settles, self.teller.label(unknowns[0].attribute)
        if settles:
            yield Entry(self.say("settles", label=label, settles=settles, judged=self.judged(open_ones)))
        for one in unknowns[:MOST_UNKNOWN]:
            yield Entry(f"{self.teller.label(one.attribute)}: {self.left_open(one)}")
        more = unknowns[MOST_UNKNOWN:]
        if more:
            names = self.teller.several([self.teller.label(one.attribute) for one in more], MOST_NOTED)
            yield Entry(self.say("and-more-named", more=len(more), names=names))

    def left_open(self, one: UnknownRecord) -> str:
        """Return for how many an attribute leaves a check undecided, and points open."""
        undecided, unscored = self.judged(one.undecided), self.judged(one.unscored)
        said = [self.say("checks-undecided", undecided=undecided)] if one.undecided else []
        said += [self.say("points-open", unscored=unscored)] if one.unscored else []
        return ", ".join(said)

    def judged(self, count: int) -> str:
        """Return a number of candidates: models, or offers where some model has several."""
        return self.say("count-offers" if self.index.judged.several else "count-models", count=count)

    def trials(self) -> Iterator[Entry]:
        """Yield what each rule on trial would do."""
        for trial in self.index.trace.found.trials:
            would = [
                *(("conclude", [fact]) for fact in trial.concludes),
                ("exclude", [*map(self.teller.name, trial.excludes)]),
                ("leave", [*map(self.teller.name, trial.unverifies)]),
                ("attach", [*map(self.teller.name, trial.attaches)]),
                ("score", [f"{self.teller.name(one.model)} ({points_words(one.points)})" for one in trial.points]),
            ]
            bounded = ((verb, self.teller.several(names, MOST_NOTED)) for verb, names in would if names)
            said = "; ".join(self.say(f"would-{verb}", names=names) for verb, names in bounded)
            fires = (said or self.say("would-fire")) if trial.fires else self.say("would-not-fire")
            yield self.case.entry_of_rule(trial.rule, f"{fires}: {self.index.because(trial.rule)}")

    def notes(self) -> Iterator[Entry]:
        """Yield what is odd about the rules and the catalogue: what no rule reads, what contradicts, what is off."""
        for name in self.index.trace.found.unread:
            label = self.teller.label(name)
            yield Entry(self.say("unread", label=label))
        for one in self.index.trace.found.contradictions:
            label = self.teller.label(one.attribute)
            text = self.say("contradiction", label=label, model=self.teller.name(one.model))
            yield Entry(text, rule=one.rule)
        for disable in self.index.trace.given.disabled:
            reason = printable_lines(self.say.read(disable.reason))
            name = disable.rule or disable.pack or disable.promise or ""
            yield Entry(self.say("switched-off", name=name, reason=reason))
        made = self.index.trace.made_by
        yield Entry(self.say("engine-certified" if made.certified else "engine-alone", engine=made.engine))

    def sources(self, sections: Iterable[Section]) -> Iterator[Entry]:
        """Yield what each source that is named says, and each document that a claim among them is from."""
        cited = {source for section in sections for entry in section.entries for source in sources_of(entry)}
        cited |= {self.index.claims[one].document or "" for one in cited & self.index.claims.keys()}
        for source in sorted(cited):
            if source in self.index.claims:
                claim = self.index.claims[source]
                says = printable_lines(self.say.read(claim.says))
                yield Entry(f"{source}: {says}{f' ({claim.document})' if claim.document is not None else ''}")
            elif source in self.index.documents:
                document = self.index.documents[source]
                yield Entry(f"{source}: {printable_lines(document.title)} ({document.date})")


def _count(resting: Iterable[RestingRecord]) -> int:
    """Return how many values rest on some sources."""
    return sum(len(places) for one in resting for places in one.values.values())


class Questions:
    """Tells what can still be asked in the case of one trace."""

    def __init__(self, why: Explainer, decision: Decision | None = None) -> None:
        self.index, self.teller, self.say = why.index, why.teller, why.say
        self._decision = decision

    @cached_property
    def parting(self) -> dict[str, tuple[str, ...]]:
        """The requirements that would part those on the first place, each with the rules by which it would."""
        trace = self.index.trace
        return parting(self._decision or replay(trace.given)) if len(trace.found.result.best) > 1 else {}

    @cached_property
    def open_requirements(self) -> list[str]:
        """The requirements that rules waited for and that are the user's to state, in the order of asking."""
        concluded = by_conclusion(self.index.trace.given.rules).keys()
        waits = sorted(self.index.trace.found.waits, key=lambda wait: -len(wait.rules))
        asked = self.index.attributes
        return [one.requirement for one in waits if asked[one.requirement].ask or one.requirement not in concluded]

    def telling_apart(self) -> Iterator[Entry]:
        """Yield why several share the first place, and under each of the six questions what would part them."""
        tied = len(self.index.trace.found.result.best)
        if tied < 2:  # noqa: PLR2004 - one is not tied
            return
        yield Entry(self.best_fit(tied), sources=(BEST_FIT,) if BEST_FIT in self.index.claims else ())
        for question, names in self.by_question(self.parting):
            told = (f"{self.asking(name)} {self.by_rules(len(self.parting[name]))}" for name in names)
            yield Entry(question, children=tuple(map(Entry, told)))

    def best_fit(self, tied: int) -> str:
        """Return why several share the first place, and whether anything that can be stated would part them."""
        return self.say("best-fit" if self.parting else "best-fit-alike", count=tied)

    def open(self) -> Iterator[Entry]:
        """Yield the requirements that rules waited for, written out, under each of the six questions."""
        counts = {wait.requirement: len(wait.rules) for wait in self.index.trace.found.waits}
        for question, names in self.by_question(one for one in self.open_requirements if one not in self.parting):
            told = (f"{self.asking(name)} {self.by_rules(counts[name])}" for name in names)
            yield Entry(question, children=tuple(map(Entry, told)))

    def by_question(self, names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
        """Yield each of the six questions that one of some requirements answers, and these in their order."""
        order = {topic: place for place, topic in enumerate(SIX)}

        def place(name: str) -> int:
            return order.get(self.index.attributes[name].topic or "", len(SIX))

        for number, its in groupby(sorted(names, key=place), key=place):
            yield self.say(f"question.{SIX[number] if number < len(SIX) else 'other'}"), [*its]

    def asking(self, name: str) -> str:
        """Return the question for a requirement, after the name by which it is stated."""
        ask = self.index.attributes[name].ask
        return f"{name}: {self.say.read(ask) if ask is not None else self.teller.label(name)}"

    def by_rules(self, count: int) -> str:
        """Return, in brackets, by how many rules."""
        return f"({self.say('rules', count=count)})"
