"""What a report says, in which order, before any format: sections of entries, each naming its rule and its sources.

Every format is a function of this; it is read from a trace alone and holds no knowledge of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.say.report.entry import Entry, Report, Section
from llmrules.say.report.notes import Case, Notes
from llmrules.say.report.standings import Standings
from llmrules.say.teller import MOST_BEST, points_words, printable_lines
from llmrules.say.why import Explainer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.texts import Language
    from llmrules.trace.record import Trace

OF_MODELS = ("ranking", "unverified", "excluded")
"""The sections that tell models one after another."""


def build_report(trace: Trace, language: Language = "en") -> Report:
    """Return the report of a decision, from its trace alone."""
    return _Reporter(Explainer(trace, language)).report()


class _Reporter:
    """Puts one trace in order, in one language."""

    def __init__(self, why: Explainer) -> None:
        self.trace, self.teller, self.say, self.why = why.index.trace, why.teller, why.say, why
        self.case, self.standings = Case(why), Standings(why)
        self.notes = Notes(why, self.case)

    def report(self) -> Report:
        result = self.trace.found.result
        made = {
            "refused": self.case.effects(result.refused),
            "conflicts": self.case.conflicts(),
            "requirements": self.case.stated(),
            "conclusions": self.case.conclusions(),
            "demands": self.case.demands(),
            "ranking": self.standings.places(result.ranking),
            "unverified": self.standings.places(result.unverified),
            "excluded": self.standings.excluded(),
            "left-out": self.notes.left_out(),
            "cautions": self.notes.cautions(),
            "advice": self.case.effects(result.advice),
            "trials": self.notes.trials(),
            "settling": self.notes.settling(),
            "open": self.case.open(),
            "values": self.standings.values(),
            "notes": self.notes.notes(),
        }
        sections = [Section(key, self.heading(key), tuple(entries)) for key, entries in made.items()]
        sections = [*_said_once(sections)]
        kept = [section for section in sections if section.entries]
        cited = Section("sources", self.heading("sources"), tuple(self.notes.sources(kept)))
        title = self.trace.made_by.title
        said = printable_lines(self.say.read(title)) if title is not None else ""
        return Report(self.teller.language, Answer(self.why).text(), said, (*kept, cited))

    def heading(self, key: str) -> str:
        """Return the heading of a section; a ranking in a refused case recommends nothing."""
        refused = key == "ranking" and self.trace.found.result.refused
        return self.say(f"heading.{'refused-ranking' if refused else key}")


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


class Answer:
    """Says who is chosen, and what has to happen before it may be."""

    def __init__(self, why: Explainer) -> None:
        self.index, self.teller, self.say, self.why = why.index, why.teller, why.say, why

    def text(self) -> str:
        """Return the answer in one sentence."""
        result = self.index.trace.found.result
        if result.refused:
            return self.say("refused")
        if not result.best:
            return self.say("none-known" if result.unverified else "none-fits")
        first = result.ranking[0]
        points = self.teller.points(first.points)
        if len(result.best) > 1:
            names = self.teller.several([*map(self.name, result.best)], MOST_BEST)
            return self.say("nothing-apart" if first.points == "0" else "tied", points=points, names=names)
        name = self.why.offers.by_offers(result.best[0])
        names = self.say("once-approved", name=name) if self.pending(result.best[0]) else name
        if first.margin is None:
            return self.say("recommended", names=names, points=points)
        return self.say("recommended-ahead", names=names, points=points, margin=points_words(first.margin))

    def name(self, model: str) -> str:
        """Name one of several on the first place."""
        name = self.why.offers.by_offers(model)
        return self.say("once-approved-aside", name=name) if self.pending(model) else name

    def pending(self, model: str) -> bool:
        """Whether somebody has to approve a model, with any of the offers that earn it its place."""
        rules, rows = self.index.rules, self.index.judged.sharing(model)
        return any(
            rules[note.rule].level == "approval" and note.outcome != "approved" for row in rows for note in row.notes
        )
