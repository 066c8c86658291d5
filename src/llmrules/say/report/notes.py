"""What a report says of the case, and beside the verdicts.

That is what was stated, what follows from it, what is open and under which of the six questions it is asked; cautions,
who was left out, what would settle most, notes and sources.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.language.conditions import json_table
from llmrules.language.rules.rule import by_conclusion
from llmrules.language.vocabulary import SIX
from llmrules.say.report.entry import Entry, Section, entry_of, sources_of
from llmrules.say.teller import points_words, printable_lines
from llmrules.say.why import by_standing
from llmrules.worlds.advice.parting import parting
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from llmrules.decision.decision import Decision
    from llmrules.say.why import Explainer, Node
    from llmrules.trace.found import CandidateRecord, RestingRecord
    from llmrules.trace.record import Applied


BEST_FIT = "framework.fit"
"""The claim that says why there is no strongest model."""


MOST_NOTED = 12
"""How many names a note gives, and how many changes and disputed values are told; the others are counted."""

MOST_LEFT_OUT = 6
"""How many of those that were left out are named for each reason."""

MOST_STALE = 6
MOST_UNKNOWN = 6
"""How many old sources and unknown attributes are told; the others are counted."""


class Notes:
    """Tells the case of one trace, and what stands beside the verdicts."""

    def __init__(self, why: Explainer) -> None:
        self.index, self.teller, self.say, self.why = why.index, why.teller, why.say, why

    def conflicts(self) -> Iterator[Entry]:
        """Yield the values that clash, each with the chain by which it came about."""
        for conflict in self.index.trace.found.conflicts:
            facts = (self.index.facts[fact] for fact in conflict.facts)
            children = tuple(entry_of(self.why.chain.fact(fact, frozenset())) for fact in facts)
            yield Entry(self.say(conflict.kind, label=self.teller.label(conflict.attribute)), "!", children=children)

    def stated(self) -> Iterator[Entry]:
        """Yield the requirements that were stated or assumed."""
        for requirement in self.index.trace.given.requirements:
            attribute = self.index.attributes[requirement.attribute]
            words = self.teller.value(attribute, requirement.value)
            assumed = self.say("assumed-aside") if requirement.origin == "assumed" else ""
            yield Entry(f"{self.teller.label(attribute.name)}: {words}{assumed}")

    def conclusions(self) -> Iterator[Entry]:
        """Yield what rules conclude, and the rules that were set aside."""
        for firing in self.index.trace.found.firings:
            if firing.concludes:
                used = ", ".join(map(self.fact_words, firing.uses)) or self.say("always")
                concluded = ", ".join(map(self.fact_words, firing.concludes))
                yield Entry(f"{used} → {concluded}", children=(self.reason(firing.rule),))
        for rule in (one for one in self.index.trace.found.rules if one.status == "defeated"):
            said = self.say("set-aside", by=", ".join(rule.defeated_by))
            yield Entry(said, children=(self.reason(rule.id),))

    def fact_words(self, fact: str) -> str:
        """Return a fact as its attribute and its value."""
        record = self.index.facts[fact]
        value = self.teller.fact(self.index.attributes[record.attribute], record.value)
        return f"{self.teller.label(record.attribute)}: {value}"

    def demands(self) -> Iterator[Entry]:
        """Yield the hard rules that fired."""
        fired = (criterion.rule for criterion in self.index.trace.found.criteria)
        return map(self.reason, (rule for rule in fired if self.index.rules[rule].effect.hard))

    def reason(self, rule: str, before: str = "") -> Entry:
        """Return the reason of a rule with its sources, behind what else is said of it."""
        return Entry(before + self.index.because(rule), rule=rule, sources=self.index.rules[rule].sources)

    def cautions(self) -> Iterator[Entry]:
        """Yield what must be known of models: cautions by rule, disputed values, old sources."""
        by_rule: dict[tuple[str, str], dict[tuple[str, str], list[CandidateRecord]]] = {}
        for candidate in self.index.trace.found.candidates:
            for note in self.index.trace.notes(candidate):
                alike = by_rule.setdefault((self.why.applications.level(note), note.rule), {})
                alike.setdefault((candidate.model, self.beside(note)), []).append(candidate)
        for (level, rule), alike in sorted(by_rule.items(), key=lambda one: one[0]):
            names = [f"{one}{beside}" for (_, beside), rows in alike.items() for one in self.index.whose(rows)]
            before = f"{self.say(f'level.{level}')} ({self.teller.several(names, MOST_NOTED)}): "
            yield evolve(self.reason(rule, before), mark="!")
        rows = self.index.trace.found.candidates
        changing = [row for row in rows if row.coming and row.verdict != "excluded"]
        yield from self.told_once(changing, self.why.origins.changes, "more-change")
        yield from self.told_once([row for row in rows if row.disputes], self.why.origins.disputes, "more-disputes")
        yield from self.stale()

    def beside(self, note: Applied) -> str:
        """Return what stands beside a name that a caution is attached to: the days that it speaks of, who approved."""
        leaves = zip(self.index.criteria[note.rule].leaves, note.leaves, strict=True)
        days = {
            str(outcome.actual): None
            for leaf, outcome in leaves
            if self.index.attributes[leaf.attribute].type == "date" and outcome.actual is not None
        }
        return "".join((*(f": {day}" for day in days), *(f", {printable_lines(by)}" for by in note.approved_by)))

    def told_once(
        self, rows: Iterable[CandidateRecord], said: Callable[[CandidateRecord], Iterable[Node]], more: str
    ) -> Iterator[Entry]:
        """Yield what is said of candidates, of the best first and of several offers of a model once."""
        alike: dict[tuple[str, str, tuple[str, ...]], list[CandidateRecord]] = {}
        for row in sorted(rows, key=by_standing):
            for node in said(row):
                alike.setdefault((row.model, node.text, node.sources), []).append(row)
        for (_, text, sources), its in [*alike.items()][:MOST_NOTED]:
            yield Entry(f"{''.join(self.index.whose(its))}: {text}", mark="!", sources=sources)
        if len(alike) > MOST_NOTED:
            yield Entry(self.say(more, more=len(alike) - MOST_NOTED), mark="!")

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
            said = [self.say("checks-undecided", undecided=self.judged(one.undecided))] if one.undecided else []
            said += [self.say("points-open", unscored=self.judged(one.unscored))] if one.unscored else []
            yield Entry(f"{self.teller.label(one.attribute)}: {', '.join(said)}")
        more = unknowns[MOST_UNKNOWN:]
        if more:
            names = self.teller.several([self.teller.label(one.attribute) for one in more], MOST_NOTED)
            yield Entry(self.say("and-more-named", more=len(more), names=names))

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
            yield self.reason(trial.rule, f"{fires}: ")

    def notes(self) -> Iterator[Entry]:
        """Yield what is odd about the rules and the catalogue: what no rule reads, what contradicts, what is off."""
        for name in self.index.trace.found.unread:
            yield Entry(self.say("unread", label=self.teller.label(name)))
        for one in self.index.trace.found.contradictions:
            label, model = self.teller.label(one.attribute), self.teller.name(one.model)
            yield Entry(self.say("contradiction", label=label, model=model), rule=one.rule)
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
            claim, document = self.index.claims.get(source), self.index.documents.get(source)
            if claim is not None:
                says = printable_lines(self.say.read(claim.says))
                yield Entry(f"{source}: {says}{f' ({claim.document})' if claim.document is not None else ''}")
            elif document is not None:
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

    def telling_apart(self) -> Iterator[Entry]:
        """Yield why several share the first place, and under each of the six questions what would part them."""
        tied = len(self.index.trace.found.result.best)
        if tied > 1:
            yield Entry(self.best_fit(tied), sources=(BEST_FIT,) if BEST_FIT in self.index.claims else ())
            yield from self.asked({name: len(rules) for name, rules in self.parting.items()})

    def best_fit(self, tied: int) -> str:
        """Return why several share the first place, and whether anything that can be stated would part them."""
        return self.say("best-fit" if self.parting else "best-fit-alike", count=tied)

    def open(self) -> Iterator[Entry]:
        """Yield the requirements that rules waited for and that are the user's to state, those first that most do."""
        concluded, asked = by_conclusion(self.index.trace.given.rules).keys(), self.index.attributes
        waits = {wait.requirement: len(wait.rules) for wait in self.index.trace.found.waits}
        counts = sorted(waits.items(), key=lambda one: -one[1])
        return self.asked({
            name: count for name, count in counts
            if name not in self.parting and (asked[name].ask or name not in concluded)
        })  # fmt: skip

    def asked(self, counts: Mapping[str, int]) -> Iterator[Entry]:
        """Yield requirements written out, each with its number of rules, under each of the six questions."""
        for question, names in self.by_question(counts):
            told = (f"{self.asking(name)} ({self.say('rules', count=counts[name])})" for name in names)
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
