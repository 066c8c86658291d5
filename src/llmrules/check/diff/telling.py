"""What a comparison says, before any format: the choice first, then each change under what caused it.

A report like that of a decision, so every format that takes the one takes the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.check.diff.words import Changed, Edited
from llmrules.say.report.entry import Entry, Report, Section
from llmrules.say.teller import MOST_BEST, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.check.diff.record import Cause, Change, Comparison, Corpus, Replay
    from llmrules.language.texts import Language
    from llmrules.trace.given import Given


def difference_report(
    comparison: Comparison, givens: Iterable[Given], language: Language = "en", *, title: str = ""
) -> Report:
    """Return the report of a comparison; ``givens`` are what both decisions were given, which names everything."""
    telling = _Telling(givens, language)
    named = {one.id: one for one in comparison.differences}
    telling.causing = {name: telling.edited.short(one) for name, one in named.items()}
    sections = {
        "changes": telling.by_cause(comparison.changes),
        "differences": (telling.edited.difference(one) for one in comparison.differences),
        "notes": telling.notes(comparison),
    }
    return Report(language, telling.answer(comparison), printable_lines(title), telling.sections(sections))


def corpus_report(corpus: Corpus, givens: Iterable[Given], language: Language = "en", *, title: str = "") -> Report:
    """Return the report of a corpus: how many decisions change, what differs, then each of them."""
    telling = _Telling(givens, language)
    changing, total = len(corpus.impacts), len(corpus.impacts) + len(corpus.unchanged)
    answer = telling.say("decisions-change", changing=changing, total=total)
    sections = {
        "differences": (telling.edited.difference(one) for one in corpus.differences),
        "cases": telling.cases(corpus),
        "unchanged": (Entry(printable_lines(case)) for case in corpus.unchanged),
    }
    return Report(language, answer, printable_lines(title), telling.sections(sections))


def replay_report(replay: Replay, givens: Iterable[Given], language: Language = "en", *, title: str = "") -> Report:
    """Return the report of a replay: whether the outcome is the same, and if not, what is other."""
    telling = _Telling(givens, language)
    if replay.comparison is not None:
        report = difference_report(replay.comparison, givens, language, title=title)
        again = telling.say("decided-again", day=replay.as_of)
        return evolve(report, answer=again + report.answer)
    if replay.same:
        answer = telling.say("same-outcome", day=replay.as_of)
    else:
        answer = telling.say("other-outcome", first=replay.first or "")
    return Report(language, answer, printable_lines(title), ())


class _Telling:
    """Tells changes and their causes in one language."""

    causing: dict[str, str]

    def __init__(self, givens: Iterable[Given], language: Language) -> None:
        self.edited = Edited(givens, language)
        self.teller, self.say = self.edited.teller, self.edited.say
        self.changed = Changed(self.edited)

    def sections(self, made: dict[str, Iterator[Entry]]) -> tuple[Section, ...]:
        told = ((key, tuple(entries)) for key, entries in made.items())
        return tuple(Section(key, self.say(f"diff.{key}"), entries) for key, entries in told if entries)

    def cases(self, corpus: Corpus) -> Iterator[Entry]:
        """Yield each case that changes, those whose choice changes first."""
        impacts = sorted(corpus.impacts, key=lambda one: one.comparison.old.choice == one.comparison.new.choice)
        for impact in impacts:
            comparison = impact.comparison
            self.causing = {one.id: self.edited.short(one) for one in comparison.differences}
            text = f"{printable_lines(impact.case)}: {self.answer(comparison)}"
            yield Entry(text, children=(*self.by_cause(comparison.changes), *self.notes(comparison)))

    # The answer

    def answer(self, comparison: Comparison) -> str:
        old, new = (self.models_words(side.choice) for side in (comparison.old, comparison.new))
        count = len(comparison.changes)
        if comparison.old.choice != comparison.new.choice:
            choice = next(change for change in comparison.changes if change.kind == "choice")
            return self.say("choice-changes", old=old, new=new, cause=self.cause(choice.causes))
        if count:
            return self.say("choice-stays", new=new, count=count)
        return self.say("nothing-changed", new=new)

    def models_words(self, models: Iterable[str]) -> str:
        return self.teller.several(list(map(self.teller.name, models)), MOST_BEST) or self.say("no-model")

    def cause(self, causes: tuple[Cause, ...]) -> str:
        """Return what caused a change: one difference alone, any one of several, or several jointly."""
        if not causes:
            return self.say("no-cause")
        joined = self.say("joined-tests")
        said = [joined.join(self.causing[name] for name in cause.differences) for cause in causes]
        if len(said) > 1:
            return self.say("any-cause", each=self.say("or-cause").join(said))
        return self.say("cause", cause=said[0], how=self.say("alone" if len(causes[0].differences) == 1 else "jointly"))

    def notes(self, comparison: Comparison) -> Iterator[Entry]:
        if comparison.open:
            yield Entry(self.say("unexplained", bound=comparison.replays, open=comparison.open), mark="!")
        if not comparison.changes and comparison.derivation:
            yield Entry(self.say("derivation-differs", parts=", ".join(comparison.derivation)))

    # The changes

    def by_cause(self, changes: tuple[Change, ...]) -> Iterator[Entry]:
        """Yield each cause with what it changed, in the order of the first change of each.

        Of many models that came or went, each the cause of what is said of itself, all that is told is who they are.
        """
        groups: dict[tuple[Cause, ...], list[Change]] = {}
        for change in changes:
            groups.setdefault(change.causes, []).append(change)
        passing = [causes for causes, caused in groups.items() if self.passes(causes, caused)]
        passing = passing if len(passing) > MOST_PASSING else []
        for causes, caused in groups.items():
            if causes not in passing:
                yield from self.of_cause(causes, caused, changes)
            elif causes == passing[0]:
                whole = [change for one in passing for change in groups[one] if " @ " not in change.subject]
                yield Entry(self.say("models-passing"), children=tuple(self.caused(whole)))

    def of_cause(self, causes: tuple[Cause, ...], caused: list[Change], changes: tuple[Change, ...]) -> Iterator[Entry]:
        """Yield a cause with what it changed; of places that follow from much, those that say something new."""
        if causes or any(change.kind != "place" for change in caused):
            yield Entry(self.cause(causes), children=tuple(self.caused(caused)))
            return
        judged = {change.subject for change in changes if change.kind == "verdict"}
        moved = [change for change in caused if change.subject not in judged]
        if moved:
            yield Entry(self.say("much-together"), children=tuple(self.caused(moved)))

    def passes(self, causes: tuple[Cause, ...], caused: list[Change]) -> bool:
        """Whether a model that came or went is the cause, alone, of nothing but what is said of it."""
        names = [name for cause in causes for name in cause.differences]
        models = {f"model:{change.subject.partition(' @ ')[0]}" for change in caused}
        return names == [*models]

    def caused(self, changes: list[Change]) -> Iterator[Entry]:
        """Yield what one cause changed: the case first, then each model on one line, then the firings."""
        by_model: dict[str, list[Change]] = {}
        for change in changes:
            if change.kind in {"choice", "refused", "conflict"}:
                yield Entry(self.case(change))
            elif change.kind == "promise":
                reason = Entry(self.edited.because(change.subject))
                yield Entry(self.promise(change), children=(reason,), rule=change.subject)
            elif change.kind == "trial":
                yield Entry(self.trial(change), rule=change.subject)
            elif change.kind != "firing":
                by_model.setdefault(change.subject, []).append(change)
        yield from self.changed.of_models(by_model)
        for fires, name in ((True, "fires"), (None, "no-longer-fires")):
            rules = [change.subject for change in changes if change.kind == "firing" and change.after is fires]
            if rules:
                yield Entry(f"{self.say(name)}: {', '.join(rules)}")

    def case(self, change: Change) -> str:
        sides = (change.before, change.after)
        if change.kind == "choice":
            before, after = (self.models_words(value if isinstance(value, tuple) else ()) for value in sides)
            return f"{self.say('choice')}: {before} → {after}"
        what = self.say("refused-by")
        if change.kind == "conflict":
            what = f"{self.say('conflict-of')}: {self.teller.label(change.subject)}"
        return f"{what}: {' → '.join(map(self.edited.names, sides))}"

    def promise(self, change: Change) -> str:
        """Return what of a promise is no longer kept, or was not."""
        kept = self.say("promise-not-broken")
        before, after = (
            self.say("promise-broken", found="; ".join(v)) if isinstance(v, tuple) else kept
            for v in (change.before, change.after)
        )
        return f"{self.say('part.promise')}: {before} → {after}"

    def trial(self, change: Change) -> str:
        """Return what a rule on trial would do otherwise; it changes nothing yet."""
        before, after = map(self.edited.names, (change.before, change.after))
        return self.say("trial-differs", before=before, after=after)


MOST_PASSING = 5
"""Models that came or went of which each is told for itself."""
