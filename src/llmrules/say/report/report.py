"""What a report says, in which order, before any format: sections of entries, each naming its rule and its sources.

Every format is a function of this; it is read from a trace alone and holds no knowledge of its own. Of models it says
how each stands, for which reasons, and on which values the best rest.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.say.report.entry import Entry, Report, Section, alike, entry_of, said_by, together
from llmrules.say.report.notes import Notes, Questions
from llmrules.say.teller import MOST_BEST, MOST_NAMES, points_words, printable_lines, signed
from llmrules.say.why import Explainer, Node, row_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.language.texts import Language
    from llmrules.trace.found import CandidateRecord, PlaceRecord
    from llmrules.trace.record import Applied, Trace


OF_MODELS = ("ranking", "unverified", "excluded")
"""The sections that tell models one after another."""


def build_report(trace: Trace, language: Language = "en") -> Report:
    """Return the report of a decision, from its trace alone."""
    why, result = Explainer(trace, language), trace.found.result
    notes, standings, questions = Notes(why), Standings(why), Questions(why)
    made = {
        "refused": map(notes.reason, result.refused),
        "conflicts": notes.conflicts(),
        "requirements": notes.stated(),
        "conclusions": notes.conclusions(),
        "demands": notes.demands(),
        "refused-ranking" if result.refused else "ranking": standings.places(result.ranking),
        "unverified": standings.places(result.unverified),
        "excluded": standings.excluded(),
        "left-out": notes.left_out(),
        "cautions": notes.cautions(),
        "advice": map(notes.reason, result.advice),
        "trials": notes.trials(),
        "settling": notes.settling(),
        "parting": questions.telling_apart(),
        "open": questions.open(),
        "values": standings.values(),
        "notes": notes.notes(),
    }
    sections = (
        Section(key.removeprefix("refused-"), why.say(f"heading.{key}"), tuple(entries))
        for key, entries in made.items()
    )
    kept = [section for section in _said_once(sections) if section.entries]
    cited = Section("sources", why.say("heading.sources"), tuple(notes.sources(kept)))
    title = trace.made_by.title
    said = printable_lines(why.say.read(title)) if title is not None else ""
    return Report(language, answer_of(why), said, (*kept, cited))


def _said_once(sections: Iterable[Section]) -> Iterator[Section]:
    """Yield the sections; of models, what a rule said before is not said again: the rule's name stays."""
    said: set[tuple[str, str]] = set()
    for section in sections:
        if section.key in OF_MODELS:
            entries = tuple(evolve(one, children=tuple(_again(one.children, said))) for one in section.entries)
            yield evolve(section, entries=entries)
        else:
            yield section


def _again(entries: Iterable[Entry], said: set[tuple[str, str]]) -> Iterator[Entry]:
    for entry in entries:
        again = bool(entry.rule) and (entry.rule, entry.text) in said
        said.add((entry.rule, entry.text))
        yield evolve(entry, text="", sources=()) if again else entry


def answer_of(why: Explainer) -> str:
    """Return in one sentence who is chosen, and what has to happen before it may be."""
    result, say = why.index.trace.found.result, why.say
    if result.refused:
        return say("refused")
    if not result.best:
        return say("none-known" if result.unverified else "none-fits")
    first = result.ranking[0]
    points = why.teller.points(first.points, first.then)
    if len(result.best) > 1:
        named = [_once_approved(why, name, "once-approved-aside") for name in result.best]
        names = why.teller.several(named, MOST_BEST)
        return say("nothing-apart" if first.points == "0" else "tied", points=points, names=names)
    names = _once_approved(why, result.best[0], "once-approved")
    if first.margin is None:
        return say("recommended", names=names, points=points)
    said = say("recommended-ahead", names=names, points=points, margin=points_words(first.margin))
    unknown = _ahead_by_unknown(why)
    return said + say("ahead-by-unknown", labels=", ".join(unknown)) if unknown else said


def _once_approved(why: Explainer, model: str, sentence: str) -> str:
    """Name a model on the first place, and that somebody has to approve it first."""
    name = why.offers.by_offers(model)
    return why.say(sentence, name=name) if why.index.pending(model) else name


def _ahead_by_unknown(why: Explainer) -> list[str]:
    """Return the values for which the next is behind only because nobody states, or measured, them of it."""
    index, result = why.index, why.index.trace.found.result
    first, margin = index.judged.standing(result.best[0]), Fraction(result.ranking[0].margin or 0)
    found: dict[str, None] = {}
    for model in result.ranking[1].models:
        theirs = {score.rule: score for score in index.trace.scores(index.judged.standing(model))}
        lacking = {
            grade.attribute.name: Fraction(score.points or 0)
            for score in index.trace.scores(first)
            if (grade := index.rules[score.rule].effect.grade) and theirs[score.rule].outcome == "unknown"
        }
        if sum(lacking.values()) >= margin:
            found |= {why.teller.label(name): None for name, points in lacking.items() if points > 0}
    return [*found]


MOST_SHOWN = 20
"""How many entries a ranking, and the list of the excluded, have with their reasons; the others are counted."""

MOST_TIED = 40
"""How many models that tie for the same reasons one entry names; the others are counted."""

MOST_OFFERS = 3
"""How many offers of one excluded model have reasons of their own told; the others are counted."""

MOST_RULES = 6
"""How many rules are named by which models that are not written out are excluded."""


class Standings:
    """Tells the models of one trace."""

    def __init__(self, why: Explainer) -> None:
        self.index, self.teller, self.say, self.why = why.index, why.teller, why.say, why

    def places(self, places: tuple[PlaceRecord, ...]) -> Iterator[Entry]:
        """Yield the models of a ranking in their order, with what earned them their points; what ties alike is one."""
        placed = [(place, name) for place in places for name in place.models]
        tied: dict[tuple[tuple[str, tuple[str, ...]], object], list[tuple[str, Entry]]] = {}
        for place, name in placed:
            entry = Entry(self.beside_points(name), f"{place.place}.", children=tuple(self.reasons(name)))
            key = (place.points, place.then), said_by(entry)
            if key not in tied and len(tied) == MOST_SHOWN:
                break
            tied.setdefault(key, []).append((name, entry))
        for (points, _), its in tied.items():
            names = self.teller.several([self.with_cost(name) for name, _ in its], MOST_TIED)
            entry = together([entry for _, entry in its])
            model = its[0][0] if len(its) == 1 else ""
            text = f"{names}, {self.teller.points(*points)}{entry.text}"
            yield evolve(entry, text=text, model=model)
        told = sum(map(len, tied.values()))
        if told < len(placed):
            yield self.more_placed(placed[told:])

    def with_cost(self, name: str) -> str:
        """Name a model with what it costs in the case, if that is known."""
        said = ", ".join(self.why.offers.costs(name).values())
        return f"{self.teller.name(name)} ({said})" if said else self.teller.name(name)

    def beside_points(self, name: str) -> str:
        """Return what stands behind the points of a name: which of its offers pass, and what to find out."""
        best = name in self.index.trace.found.result.best
        said = [self.why.offers.passing(name, alike=best)]
        missing = ", ".join(map(self.teller.label, self.index.judged.standing(name).missing))
        if missing:
            said.append(self.say("find-out", missing=missing))
        if self.index.pending(name) and not self.index.awaited(name):
            said.append(self.say("pending"))
        said += self.why.approval(name)
        return "".join(f"; {one}" for one in dict.fromkeys(said) if one)

    def more_placed(self, placed: Sequence[tuple[PlaceRecord, str]]) -> Entry:
        """Count those that are not written out, with the first place and the points that they have at most."""
        first, points = placed[0][0].place, self.teller.points(placed[0][0].points, placed[0][0].then)
        names = self.teller.names([name for _, name in placed], MOST_NAMES)
        return Entry(self.say("more-placed", count=len(placed), first=first, points=points, names=names))

    def reasons(self, name: str) -> Iterator[Entry]:
        """Yield what is special about the checks of a name, then its points by rule; of the best its other offers."""
        candidate, best = self.index.judged.standing(name), self.index.trace.found.result.best
        for check in self.index.trace.checks(candidate):
            if check.outcome in {"unknown", "accepted", "exempted"}:
                yield self.applied_entry(check, candidate, mark="≈" if check.outcome == "exempted" else "?")
        for score in self.index.trace.scores(candidate):
            if score.points is not None:
                yield self.applied_entry(score, candidate, mark=signed(score.points))
        open_scores = [score for score in self.index.trace.scores(candidate) if score.outcome == "unknown"]
        if open_scores:
            leaves = (
                pair
                for one in open_scores
                for pair in zip(self.index.criteria[one.rule].leaves, one.leaves, strict=True)
            )
            unknown = dict.fromkeys(leaf.attribute for leaf, outcome in leaves if outcome.holds == "unknown")
            names = ", ".join(map(self.teller.label, unknown))
            yield Entry(self.say("unscored", count=len(open_scores), names=names), mark="?")
        if name in best and len(best) <= MOST_NAMES:
            yield from (evolve(entry_of(node), mark="-") for node in self.why.offers.others(name, alike=False))

    def excluded(self) -> Iterator[Entry]:
        """Yield the models that are out, each with everything that it fails."""
        names = self.index.trace.found.result.excluded
        for name in names[:MOST_SHOWN]:
            yield Entry(self.teller.name(name), mark="✗", model=name, children=tuple(self.failures(name)))
        if len(names) > MOST_SHOWN:
            yield self.more_excluded(names[MOST_SHOWN:])

    def more_excluded(self, names: Sequence[str]) -> Entry:
        """Count the excluded that are not written out, by the rules that most of them fail."""
        failed: Counter[str] = Counter()
        for name in names:
            failed.update({rule for row in self.index.judged.meant(name) for rule in self.index.trace.failed(row)})
        ordered = sorted(failed.items(), key=lambda one: (-one[1], one[0]))
        children = [Entry(f"{count:,}", rule=rule) for rule, count in ordered[:MOST_RULES]]
        if len(ordered) > MOST_RULES:
            children.append(Entry(self.say("more-rules", more=len(ordered) - MOST_RULES)))
        return Entry(self.say("more-excluded", count=len(names)), mark="✗", children=tuple(children))

    def failures(self, name: str) -> Iterator[Entry]:
        """Yield why all offers of a name are out: first what every one of them fails, then what single ones do."""
        rows = self.index.judged.meant(name)
        failed = [self.index.trace.failed(row) for row in rows]
        common = [rule for rule in failed[0] if all(rule in its for its in failed)]
        for rule in common:
            told = [*alike((row, self.failure(its[rule], row)) for row, its in zip(rows, failed, strict=True))]
            if len(told) == 1:
                yield told[0][1]
            else:
                values = tuple(self.by_offer((its, self.values_alone(entry)) for its, entry in told))
                yield Entry(self.index.because(rule), "-", rule, self.index.rules[rule].sources, values)
        single = (
            (row, self.failure(check, row))
            for row, its in zip(rows, failed, strict=True)
            for rule, check in its.items()
            if rule not in common
        )
        yield from self.by_offer(alike(single))

    def failure(self, check: Applied, row: CandidateRecord) -> Entry:
        """Return a check that a candidate fails, with what it tested."""
        return self.applied_entry(check, row, mark="-", details=True)

    def values_alone(self, entry: Entry) -> Entry:
        """Return what a failed rule tested, without the rule's own sentence; several tests stay under it."""
        return evolve(entry.children[0], mark="-") if len(entry.children) == 1 else evolve(entry, rule="", sources=())

    def by_offer(self, told: Iterable[tuple[Sequence[CandidateRecord], Entry]]) -> Iterator[Entry]:
        """Yield what is said of offers, each line under the names of those of which it is said."""
        lines = list(told)
        for rows, entry in lines[:MOST_OFFERS]:
            yield evolve(entry, text=f"{self.index.offers(rows)}: {entry.text}")
        more = len({row_name(row) for rows, _ in lines[MOST_OFFERS:] for row in rows})
        if more:
            yield Entry(self.say("more-offers", more=more), mark="-")

    def applied_entry(self, applied: Applied, candidate: CandidateRecord, *, mark: str, details: bool = False) -> Entry:
        """Return a rule as it was applied to a candidate; ``details`` shows what it tested, whatever came of it."""
        rule = self.index.rules[applied.rule]
        node = self.why.applications.applied(applied, candidate)
        tested = [child for child in node.children if child.kind in {"leaf", "group"}]
        undecided = applied.outcome in {"unknown", "accepted"}
        decisive = self.decisive(tested, "?" if undecided else "✗") or tested
        shown = tuple(map(self.leaf_entry, decisive)) if details or undecided else ()
        sentence = self.why.applications.sentence(applied, candidate)
        if applied.outcome in {"accepted", "exempted"} or self.why.applications.may_not_apply(applied):
            sentence = f"{self.why.applications.outcome(applied)}: {sentence}"
        return Entry(sentence, mark, rule.id, rule.sources, shown)

    def decisive(self, tested: Iterable[Node], mark: str) -> list[Node]:
        """Return what a rule came out by: the tests with a mark, but those of whether a value is known."""
        found = []
        for node in tested:
            inner = self.decisive(node.children, mark) if node.kind == "group" else []
            if len(inner) == 1:
                found += inner
            elif inner:
                found.append(evolve(node, children=tuple(inner)))
            elif node.kind == "leaf" and node.wanted != self.say("not-known") and node.text.startswith(mark):
                found.append(node)
        return found

    def leaf_entry(self, node: Node) -> Entry:
        """Return a value of a model; one that a single rule concludes names that rule, above what the rule looks at."""
        origin = node.children[0] if len(node.children) == 1 else None
        if origin is None or origin.kind != "classification":
            return Entry(node.text, sources=node.sources, children=tuple(map(self.leaf_entry, node.children)))
        sources = tuple(dict.fromkeys((*node.sources, *origin.sources)))
        return Entry(node.text, "", origin.id, sources, tuple(map(self.leaf_entry, origin.children)))

    def values(self) -> Iterator[Entry]:
        """Yield the values on which the best rest: each with its source, and where that has it from."""
        best = self.index.trace.found.result.best
        for name in best[:MOST_NAMES]:
            candidate = self.index.judged.standing(name)
            heading = self.teller.name(row_name(candidate))
            yield Entry(heading, model=name, children=tuple(self.values_of(candidate)))
        if len(best) > MOST_NAMES:
            names = self.teller.names(best[MOST_NAMES:])
            yield Entry(self.say("not-written-out", names=names))

    def values_of(self, candidate: CandidateRecord) -> Iterator[Entry]:
        """Yield each value of a candidate that a fired rule read, by the order of the attributes' names."""
        applied = self.index.trace.applied(candidate)
        read = {leaf.attribute for rule in applied for leaf in self.index.criteria[rule].leaves}
        for name in sorted(read):
            actual = self.index.actual(name, candidate)
            if actual is not None:
                text = f"{self.teller.label(name)}: {self.teller.value(self.index.attributes[name], actual)}"
                sources, origin = self.index.value_sources(name, candidate), self.why.origins.origin(name, candidate)
                yield self.leaf_entry(Node("value", name, text, "", sources, origin))
