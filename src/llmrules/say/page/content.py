"""All that the page shows, in its order, as values that the template only has to write down.

It is read from a trace and its report alone, and holds no markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.say.page.links import Item, Linker, cited_sources
from llmrules.say.page.models import model_rows, verdict_counts
from llmrules.say.page.ranking import FIRST_BARS, Ranking
from llmrules.say.report.report import build_report
from llmrules.say.report.screen import Screen
from llmrules.say.why import Explainer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.texts import Language
    from llmrules.say.teller import Line
    from llmrules.trace.found import CandidateRecord
    from llmrules.trace.record import Trace
    from llmrules.worlds.advice.advice import Advice


MOST_NEAR = 8
"""Models that are not eligible and told as near."""

OUTER = 2
"""How far the lines of advice are indented that stand beneath no other."""

PLAIN = frozenset({"left-out", "settling", "parting", "open", "values"})
"""The sections that name rules, if any, without saying their reasons."""


OTHERS = ("left-out", "cautions", "advice", "trials", "settling", "parting", "open", "values", "notes")
"""The sections of the report that stand on the page as they are, in their order."""


def page_content(trace: Trace, language: Language, advice: Advice | None = None) -> dict[str, object]:
    """Return what the template shows; the sources last, when all that is cited is known."""
    report = build_report(trace, language)
    linker = Linker(Explainer(trace, language), report)
    ranking = Ranking(linker)
    headings = linker.say.family("heading")
    headings.update({section.key: section.heading for section in report.sections})
    screen, story = Screen(linker.why, advice), trace.made_by.story
    content: dict[str, object] = {
        "title": report.title,
        "story": linker.say.read(story) if story is not None else "",
        "answer": report.answer,
        "known": tuple(said.text for said in screen.known()),
        "asked": screen.asked().text,
        "glance": tuple(_glance(screen)),
        "counts": verdict_counts(linker),
        "refused": linker.anchored("refused"),
        "conflicts": linker.items("conflicts"),
        "attention": tuple(_attention(linker)),
        "bars": ranking.bars(trace.found.result.ranking),
        "first_bars": FIRST_BARS,
        "unverified": ranking.bars(trace.found.result.unverified),
        "legend": tuple(ranking.legend()),
        "rows": tuple(model_rows(linker)),
        "requirements": linker.items("requirements"),
        "conclusions": linker.anchored("conclusions"),
        "demands": linker.anchored("demands"),
        "exemptions": tuple(
            linker.rule_item(rule) for rule in sorted(linker.index.firings) if linker.index.rules[rule].effect.exempts
        ),
        "others": (
            *_advised(screen),
            *(
                (key, headings[key], linker.items(key) if key in PLAIN else linker.anchored(key))
                for key in OTHERS
                if key in linker.sections
            ),
        ),
        "headings": headings,
        "made": trace.made_by,
        "digests": trace.digests,
    }
    return {**content, "sources": tuple(cited_sources(linker))}


def _glance(screen: Screen) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what the one screen says beneath its answer: a label, and what stands beside it.

    Where nobody fits, what would help and who is nearest come first. What would part a tie has a section of its own.
    """
    asked = () if screen.asks_apart else screen.questions()
    chosen = (screen.reasons(), screen.runners_up(), screen.firm(), screen.helping(), screen.near())
    for part in (*chosen, screen.out(), screen.unverified(), asked):
        told = tuple(part)
        if told:
            yield told[0].label, tuple(map(str, told))


def _advised(screen: Screen) -> Iterator[tuple[str, str, list[Item]]]:
    """Yield the advice that there is, each kind as a section: its key, its heading, and its lines."""
    adviser, found = screen.adviser, screen.advice
    sections = {
        "conflicting": () if screen.result.best else adviser.conflict_sets(found.conflict_sets),
        "helping": () if screen.result.best else adviser.relaxations(found.relaxations),
        "nearest": () if screen.result.best else adviser.near_misses(found.near_misses(MOST_NEAR)),
        "firmness": () if screen.result.refused else adviser.firmness(found.firmness),
        "asking": adviser.next_questions(found.next_questions),
        "worth": adviser.worth(found.worth_finding_out),
    }
    for key, lines in sections.items():
        told = [line for line in lines if line.style != "blank"]
        if told:
            yield key, told[0].text, _items(told[1:])


def _items(lines: Iterable[Line]) -> list[Item]:
    """Return lines as items, those that are indented further beneath the one before them."""
    items: list[Item] = []
    for line in lines:
        here = Item(" ".join(filter(None, [line.text, line.origin])), line.mark)
        if items and line.indent > OUTER:
            items[-1] = evolve(items[-1], children=(*items[-1].children, here))
        else:
            items.append(here)
    return items


def _attention(linker: Linker) -> Iterator[Item]:
    """Yield what must be known of the best before anyone relies on them; what holds of some offers alone names them."""
    said: dict[Item, list[CandidateRecord]] = {}
    for name in linker.index.trace.found.result.best:
        for candidate in linker.index.judged.sharing(name):
            for item in _of_candidate(linker, candidate):
                said.setdefault(item, []).append(candidate)
    for item, rows in said.items():
        yield evolve(item, text=f"{', '.join(linker.index.whose(rows))}: {item.text}")


def _of_candidate(linker: Linker, candidate: CandidateRecord) -> Iterator[Item]:
    applications, trace = linker.why.applications, linker.index.trace
    said = [(applications.level(note), note) for note in trace.notes(candidate)]
    said += [("accepted", check) for check in trace.checks(candidate) if check.outcome == "accepted"]
    for level, applied in said:
        if level != "note":
            text, sources = applications.sentence(applied, candidate), linker.index.rules[applied.rule].sources
            rule = linker.rule_anchor(applied.rule)
            yield Item(text, linker.say(f"level.{level}"), rule, linker.cite(sources))
    yield from map(linker.dispute, linker.why.origins.disputes(candidate))
