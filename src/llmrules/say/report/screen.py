"""A decision on one screen: the answer first, what earned it, who is next, who is out, and what to ask.

Everything on it is in the report, at length; here each thing has its few lines, and none of them is wider than asked.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.language.vocabulary import SIX
from llmrules.reading import shipped
from llmrules.say.advice import Adviser, by_reason
from llmrules.say.columns import WIDTH, cut, folded, padded, width_of
from llmrules.say.report.notes import Notes, Questions
from llmrules.say.report.report import answer_of
from llmrules.say.teller import Line, Style, Tone, first_sentence, points_words, printable_lines, signed
from llmrules.say.why import Explainer
from llmrules.worlds.advice.advice import Advice
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.texts import Language
    from llmrules.trace.found import CandidateRecord
    from llmrules.trace.record import Trace

HEIGHT = 25
"""Lines that a screen has."""

MOST = {
    "conflicts": 2,
    "refused": 2,
    "why": 4,
    "next": 3,
    "firm": 1,
    "help": 3,
    "near": 2,
    "out": 3,
    "blocking": 5,
    "cautions": 3,
    "questions": 3,
}
"""How many lines each part has at most; what is left out is counted in it."""

TIED = {"why": 2, "next": 2, "out": 3, "questions": 1 + len(SIX)}
"""The same where the first place is shared and all six questions may have something to ask."""

MOST_NAMES = 6
MOST_OUT = 4
MOST_ASKED = 2
PARTING = 2
"""How many names one line gives, how many before a reason, how many of requirements, and how many reasons that part two
places."""

OLD = 90
"""Days after which prices and models have changed so much that a choice among them should be made anew."""

OWN_MACHINES = "hosting=own"
"""The fact with which nobody sells anything: what a seller charges and allows says nothing of weights run oneself."""


@frozen
class Said:
    """One thing that is said, under a label or indented; what does not fit into ``most`` lines is cut."""

    text: str
    label: str = ""
    indent: int = 0
    mark: str = ""
    style: Style = "line"
    tone: Tone = ""
    end: str = ""
    """What stands at the end even where the text is cut."""
    most: int = 2
    whole: bool = False
    """Whether it must be read to its end, so that others are cut first."""

    def __str__(self) -> str:
        """Return all of it on one line."""
        return f"{self.text}{self.end}"

    def lines(self, width: int, most: int) -> list[str]:
        """Break the text into at most so many lines; what there is no room for is cut off behind a word."""
        room = width - self.indent
        lines = folded(str(self), room)
        words = cut(self.text, 2 * room * most).split(" ")
        while len(lines) > most and len(words) > 1:
            words.pop()
            lines = folded(f"{' '.join(words).rstrip('.,;:')}…{self.end}", room)
        return lines if len(lines) <= most else [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room)]


def screen_lines(
    trace: Trace, language: Language = "en", *, width: int = WIDTH, advice: Advice | None = None
) -> Iterator[Line]:
    """Yield a decision as at most ``HEIGHT`` lines: one for each thing, and more where there is room.

    Who has the ``advice`` on it at hand gives it; else the case is decided again, from the trace.
    """
    parts = [part for part in map(list, Screen(Explainer(trace, language), advice).parts()) if part]
    labelled = 1 + max((width_of(said.label) for part in parts for said in part), default=0)
    parts = [[evolve(said, indent=said.indent if number in {0, len(parts) - 1} else labelled) for said in part]
             for number, part in enumerate(parts)]  # fmt: skip
    spare = HEIGHT - sum(map(len, parts))
    apart = {number for number in (1, len(parts) - 1) if spare >= number}
    spare -= len(apart)
    whole = {said: len(said.lines(width, HEIGHT)) - 1 for part in parts for said in part if said.whole}
    spare -= sum(whole.values())
    for number, part in enumerate(parts):
        if number in apart:
            yield Line("blank")
        for said in part:
            lines = said.lines(width, 1 + whole.get(said, min(said.most - 1, max(spare, 0))))
            spare -= 0 if said in whole else len(lines) - 1
            for place, text in enumerate(lines):
                first = not place
                if said.indent == labelled:
                    label = padded(said.label if first else "", labelled - 1)
                    yield Line(said.style, text, mark=label, tone=said.tone)
                else:
                    yield Line(said.style, text, said.indent, said.mark if first else "", tone=said.tone)


class Screen:
    """Tells the parts of a screen: each a few things, in the order of what matters."""

    def __init__(self, why: Explainer, advice: Advice | None = None) -> None:
        self.index, self.teller, self.say, self.why = why.index, why.teller, why.say, why
        self.notes, self.result = Notes(why), why.index.trace.found.result
        self.advice = advice or Advice(replay(why.index.trace.given))
        self.adviser = Adviser(self.advice.decision, self.teller.language, why)
        self.questioning = Questions(why, self.advice.decision)
        self.asks_apart = bool(self.questioning.parting)

    def parts(self) -> Iterator[Iterable[Said]]:
        """Yield the parts, the answer first."""
        yield [*self.title(), *self.conflicts(), *self.answer(), self.asked(), *self.age()]
        yield self.reasons()
        yield self.runners_up()
        yield self.firm()
        yield self.helping()
        yield self.near()
        yield self.out()
        yield self.unverified()
        yield self.cautions()
        yield self.questions()
        yield [Said(self.say("screen-more"))]

    # The head

    def title(self) -> Iterator[Said]:
        """Yield the title and the story of the case on one line."""
        made = self.index.trace.made_by
        said = [printable_lines(self.say.read(text)) for text in (made.title, made.story) if text is not None]
        if said:
            yield Said(": ".join(said), style="heading", most=1)

    def conflicts(self) -> Iterator[Said]:
        """Yield the values that clash."""
        for entry in islice(self.notes.conflicts(), MOST["conflicts"]):
            yield Said(entry.text, mark="!", tone="open", most=1)

    def answer(self) -> Iterator[Said]:
        """Yield the answer, with what is known of those that have the first place."""
        yield Said(answer_of(self.why), style="answer", most=3)
        for rule in self.result.refused[: MOST["refused"]]:
            yield Said(self.index.because(rule), indent=2)
        yield from self.known()

    def known(self) -> Iterator[Said]:
        """Yield release, seller and cost of those that have the first place, and whose approval they wait for."""
        best = self.result.best
        for name in best[:1] if len(best) > PARTING else best:
            known = ", ".join(self.known_of(name))
            whose = f"{self.teller.name(name)}: " if len(best) > 1 else ""
            if known:
                yield Said(f"{whose}{known}", indent=2)
            approval = "; ".join(self.why.approval(name)) if self.index.pending(name) else ""
            if approval:
                yield Said(f"{whose}{approval}", indent=2)

    def known_of(self, name: str) -> Iterator[str]:
        """Yield the release, the seller and the costs of a model, as far as they are known."""
        candidate = self.index.judged.standing(name)
        release, seller = (self.index.actual(one, candidate) for one in ("release", "provider"))
        if isinstance(release, str) and release not in {name, candidate.model}:
            yield self.say("release", release=printable_lines(release))
        if seller is not None and OWN_MACHINES not in self.index.facts:
            provider = self.index.attributes["provider"]
            values = {self.index.actual(provider.name, row) for row in self.index.judged.sharing(name)} - {None}
            sellers = sorted(self.teller.value(provider, one) for one in values)
            yield self.say("sold-by", names=self.teller.several(sellers))
        yield from self.why.offers.costs(name).values()

    def asked(self) -> Said:
        """Return the day, and among whom was chosen."""
        trace = self.index.trace
        catalogues, day = trace.made_by.catalogues, self.index.as_of
        models = len({row.model for row in trace.found.candidates})
        shown = [name for name in catalogues if name != shipped.ARTICLE_FILE or catalogues[-1] == name]
        names = ", ".join(map(printable_lines, shown)) or self.say("the-catalogue")
        said = self.say("asked-of", day=str(day), count=models, names=names)
        if catalogues == (shipped.ARTICLE_FILE,):
            said += self.say("newer-catalogue", name=shipped.catalog_names()[-1])
        return Said(said, indent=2)

    def age(self) -> Iterator[Said]:
        """Yield how old the newest source of what is chosen from is; beyond a season that is a warning.

        A decision on a day before that source has no age: it looks back with what was learned since.
        """
        given, day = self.index.trace.given, self.index.as_of
        cited = {source for model in given.catalogue for entry in model.all_entries() for source in entry.sources}
        dates = [one.date.last for one in given.documents if one.id in cited]
        if day is None or not dates or max(dates) > day:
            return
        days = (day - max(dates)).days
        yield Said(self.say("known-as-of", day=max(dates).isoformat(), count=days), indent=2)
        if days > OLD:
            yield Said(self.say("known-long-ago"), indent=2, mark="!", tone="open")

    # The ranking

    def reasons(self) -> Iterator[Said]:
        """Yield what earned the first place its points, the most first."""
        if not self.result.best:
            return
        candidate = self.index.judged.standing(self.result.best[0])
        scores = [one for one in self.index.trace.scores(candidate) if one.points not in {None, "0"}]
        scores.sort(key=lambda one: (-Fraction(one.points or 0), one.rule))
        sentences = (first_sentence(self.why.applications.sentence(one, candidate)) for one in scores)
        told = [f"{signed(one.points or '0')} {said}" for one, said in zip(scores, sentences, strict=True)]
        if not told:
            passed = [one for one in self.index.trace.checks(candidate) if one.outcome == "passed"]
            hard = sum(not self.why.applications.aside(one) for one in passed)
            told = [self.say("passes-all" if hard else "passes-none", count=hard)]
        yield from self.part("why", told)

    def runners_up(self) -> Iterator[Said]:
        """Yield the next places, each with what parts it from the first."""
        if not self.result.best:
            return
        first = self.index.judged.standing(self.result.best[0])
        told = []
        for place in self.result.ranking[1 : 1 + (TIED if self.asks_apart else MOST)["next"]]:
            other = self.index.judged.standing(place.models[0])
            tiers = zip((first.points or "0", *first.then), (place.points, *place.then), strict=True)
            behind = next(gap for one, its in tiers if (gap := Fraction(one) - Fraction(its)))
            names = self.models(place.models)
            if all(map(self.index.pending, place.models)):
                names = self.say("once-approved-aside", name=names)
            parting = ", ".join(self.parting(first, other)[:PARTING])
            said = self.say("behind", place=place.place, names=names, points=points_words(str(behind)))
            told.append(f"{said}: {parting}" if parting else said)
        yield from self.part("next", told)

    def parting(self, first: CandidateRecord, other: CandidateRecord) -> list[str]:
        """Return in what a candidate earns less than the first: what the rules look at, and the points."""
        theirs = {score.rule: score for score in self.index.trace.scores(other)}
        less: Counter[str] = Counter()
        unknown: set[str] = set()
        for score in self.index.trace.scores(first):
            gap = Fraction(score.points or 0) - Fraction(theirs[score.rule].points or 0)
            looks = [leaf.attribute for leaf in self.index.criteria[score.rule].leaves if leaf.side != "where"]
            name = self.teller.label(looks[0])
            less[name] += gap  # type: ignore[assignment]  # a fraction counts as well as an integer
            if theirs[score.rule].outcome == "unknown":
                unknown.add(name)
        gaps = sorted(((name, gap) for name, gap in less.items() if gap > 0), key=lambda one: (-one[1], one[0]))
        return [
            self.say("parted-unknown" if name in unknown else "parted", label=name, points=points_words(str(gap)))
            for name, gap in gaps
        ]

    def firm(self) -> Iterator[Said]:
        """Yield how long the first place stays as it is, be it shared, and with what."""
        if self.result.best:
            yield from self.part("firm", [self.adviser.firm.in_short(self.advice.stays, self.advice.until)])

    # Who is not chosen

    def helping(self) -> Iterator[Said]:
        """Yield the least changes that bring somebody back, where nobody fits."""
        if not self.result.best:
            yield from self.part("help", self.adviser.helping(self.advice.relaxations))

    def near(self) -> Iterator[Said]:
        """Yield who is nearest to fit, where nobody does."""
        if not self.result.best:
            yield from self.part("near", self.adviser.missing(self.advice.near_misses(MOST["near"])))

    def out(self) -> Iterator[Said]:
        """Yield who is out, by the reason that most of them share."""
        groups = by_reason({name: self.failing(name) for name in self.result.excluded})
        told = [f"{self.models(names, MOST_OUT)}: {first_sentence(self.index.because(rule))}" for rule, names in groups]
        most = None if self.result.best else MOST["blocking"]
        yield from self.part("out", told, most, count=len(self.result.excluded))

    def failing(self, name: str) -> list[str]:
        """Return the rules that rule a model out with every offer, else those that rule one of them out."""
        rows = self.index.judged.meant(name)
        failed = [{*self.index.trace.failed(row)} for row in rows]
        return sorted(set.intersection(*failed) or set.union(*failed))

    def unverified(self) -> Iterator[Said]:
        """Yield how many cannot be decided, and for want of what."""
        names = [name for place in self.result.unverified for name in place.models]
        missing = dict.fromkeys(one for name in names for one in self.index.judged.standing(name).missing)
        if names:
            labels = self.teller.several([self.teller.label(one) for one in missing], MOST_NAMES)
            said = self.say("wanting", names=self.models(names), labels=labels)
            yield from self.part("unverified", [said], count=len(names))

    def cautions(self) -> Iterator[Said]:
        """Yield by which exemptions the first place stands, the grave cautions on it, and how many others there are."""
        rows = [row for name in self.result.best for row in self.index.judged.sharing(name)]
        grave: dict[tuple[str, str], dict[str, None]] = {}
        exempting = {by for row in rows for check in self.index.trace.checks(row) for by in check.exempted_by}
        refusals = (one for one in self.index.trace.found.rules if self.index.rules[one.id].effect.refuses)
        exempting |= {by for one in refusals for by in one.defeated_by if self.index.rules[by].effect.lifts}
        for row in rows:
            for note in self.index.trace.notes(row):
                level = self.why.applications.level(note)
                if level in {"warning", "approval"}:
                    grave.setdefault((level, note.rule), {})[self.teller.name(row.model)] = None
        minded = [("outcome.exempted", self.why.applications.waiver(rule), rule) for rule in sorted(exempting)]
        minded += [
            (f"level.{level}", self.teller.several([*names]), rule) for (level, rule), names in sorted(grave.items())
        ]
        told = [
            f"{self.say('level-of', level=self.say(level), names=names)}: {first_sentence(self.index.because(rule))}"
            for level, names, rule in minded
        ]
        count = len(exempting) + len(list(self.notes.cautions()))
        told = told[: MOST["cautions"] - 1]
        in_full = len(told)
        if count > in_full:
            told.append(self.say("more-cautions" if told else "cautions", count=count - in_full))
        for number, said in enumerate(self.part("cautions", told, count=count)):
            yield evolve(said, whole=number < in_full)

    def questions(self) -> Iterator[Said]:
        """Yield the next questions: of a tie those that would part it, else those whose answers change the most."""
        asked = self.questioning
        if self.asks_apart:
            parted = [*asked.by_question(asked.parting)]
            told = [asked.best_fit(len(self.result.best)), *(question for question, _ in parted)]
            ends = ["", *(f" {self.teller.several(names, MOST_ASKED)}" for _, names in parted)]
            yield from self.part("questions", told, ends=ends)
        else:
            yield from self.part("questions", [*self.next_questions()][: MOST["questions"]])

    def next_questions(self) -> Iterator[str]:
        """Yield the questions that still matter, the first one first; where none does alone, which do together."""
        alone = self.advice.questions_alone.questions
        if alone:
            yield from (self.questioning.asking(one.attribute) for one in alone)
            return
        found = self.advice.next_questions
        pairs = [", ".join(map(self.teller.label, one.attributes)) for one in found.pairs]
        yield from (self.say("question-pair", labels=labels) for labels in pairs)
        if not pairs:
            yield self.say("no-question" if found.complete else "no-question-alone")

    def models(self, names: Iterable[str], most: int = MOST_NAMES) -> str:
        """Name models, each once, whatever offers of it are meant."""
        return self.teller.names(dict.fromkeys(name.partition(" @ ")[0] for name in names), most)

    def part(
        self,
        key: str,
        told: list[str],
        most: int | None = None,
        *,
        count: int | None = None,
        ends: list[str] | None = None,
    ) -> Iterator[Said]:
        """Yield what is told under the label of a part; what there is no room for is counted beside the last."""
        most = most or {**MOST, **(TIED if self.asks_apart else {})}.get(key, 1)
        label = self.say(f"screen-label.{key}")
        label = f"{label} {count:,}" if count is not None else label
        for number, text in enumerate(told[:most]):
            more = len(told) - most
            last = self.say("and-more-aside", more=more) if more > 0 and number == most - 1 else ""
            end = "" if ends is None else ends[number]
            yield Said(text, label if not number else "", end=f"{end}{last}")
