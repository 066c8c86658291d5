"""What a comparison says, before any format: the choice first, then each change under what caused it.

A report like that of a decision, so every format that takes the one takes the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.check.diff.changed import Changed
from llmrules.language.texts import Text
from llmrules.say.report.entry import Entry, Report, Section
from llmrules.say.words import MOST_BEST, names_words, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.check.diff.record import Cause, Change, Comparison, Corpus, Replay
    from llmrules.language.texts import Language
    from llmrules.trace.record import Given

HEADINGS: dict[str, Text] = {
    "changes": Text("What changes, and why", "바뀐 내용과 원인"),
    "differences": Text("What was given differently", "입력의 차이"),
    "cases": Text("Decisions that change", "바뀌는 결정"),
    "unchanged": Text("Decisions that stay as they are", "그대로인 결정"),
    "notes": Text("About this comparison", "이 비교에 관하여"),
}


def difference_report(
    comparison: Comparison, givens: Iterable[Given], language: Language = "en", *, title: str = ""
) -> Report:
    """Return the report of a comparison; ``givens`` are what both decisions were given, which names everything."""
    teller = _Teller(givens, language)
    named = {one.id: one for one in comparison.differences}
    teller.causing = {name: teller.short(one) for name, one in named.items()}
    sections = {
        "changes": teller.by_cause(comparison.changes),
        "differences": (teller.difference(one) for one in comparison.differences),
        "notes": teller.notes(comparison),
    }
    return Report(language, teller.answer(comparison), printable_lines(title), teller.sections(sections))


def corpus_report(corpus: Corpus, givens: Iterable[Given], language: Language = "en", *, title: str = "") -> Report:
    """Return the report of a corpus: how many decisions change, what differs, then each of them."""
    teller = _Teller(givens, language)
    changing, total = len(corpus.impacts), len(corpus.impacts) + len(corpus.unchanged)
    answer = teller.say(
        f"{changing} of {total} decision{'s' if total != 1 else ''} change{'s' if changing == 1 else ''}.",
        f"결정 {total}개 중 {changing}개가 바뀝니다.",
    )
    sections = {
        "differences": (teller.difference(one) for one in corpus.differences),
        "cases": teller.cases(corpus),
        "unchanged": (Entry(printable_lines(case)) for case in corpus.unchanged),
    }
    return Report(language, answer, printable_lines(title), teller.sections(sections))


def replay_report(replay: Replay, givens: Iterable[Given], language: Language = "en", *, title: str = "") -> Report:
    """Return the report of a replay: whether the outcome is the same, and if not, what is other."""
    teller = _Teller(givens, language)
    if replay.comparison is not None:
        report = difference_report(replay.comparison, givens, language, title=title)
        again = teller.say(f"Decided again as of {replay.as_of}. ", f"{replay.as_of} 기준으로 다시 결정했습니다. ")
        return evolve(report, answer=again + report.answer)
    if replay.same:
        answer = teller.say(
            f"The outcome is the same: it follows, as of {replay.as_of}, from what the trace was given.",
            f"결과가 같습니다. {replay.as_of} 기준으로 추적 기록의 입력에서 같은 결과가 나옵니다.",
        )
    else:
        answer = teller.say(
            f"The outcome is another one: what the trace was given does not lead to what it holds at {replay.first}.",
            f"결과가 다릅니다. 추적 기록의 입력에서는 {replay.first} 항목이 나오지 않습니다.",
        )
    return Report(language, answer, printable_lines(title), ())


class _Teller(Changed):
    """Tells changes and their causes in one language."""

    causing: dict[str, str]

    def sections(self, made: dict[str, Iterator[Entry]]) -> tuple[Section, ...]:
        told = ((key, tuple(entries)) for key, entries in made.items())
        return tuple(Section(key, HEADINGS[key].read(self.language), entries) for key, entries in told if entries)

    def cases(self, corpus: Corpus) -> Iterator[Entry]:
        """Yield each case that changes, those whose choice changes first."""
        impacts = sorted(corpus.impacts, key=lambda one: one.comparison.old.choice == one.comparison.new.choice)
        for impact in impacts:
            comparison = impact.comparison
            self.causing = {one.id: self.short(one) for one in comparison.differences}
            text = f"{printable_lines(impact.case)}: {self.answer(comparison)}"
            yield Entry(text, children=(*self.by_cause(comparison.changes), *self.notes(comparison)))

    # The answer

    def answer(self, comparison: Comparison) -> str:
        old, new = (self.models_words(side.choice) for side in (comparison.old, comparison.new))
        count = len(comparison.changes)
        if comparison.old.choice != comparison.new.choice:
            choice = next(change for change in comparison.changes if change.kind == "choice")
            return self.say(
                f"The choice changes: {old} → {new}. {self.cause(choice.causes)}.",
                f"선택이 바뀝니다: {old} → {new}. {self.cause(choice.causes)}.",
            )
        if count:
            return self.say(
                f"The choice stays: {new}. {count} other thing{'s' if count > 1 else ''} changed.",
                f"선택은 그대로입니다: {new}. 다른 {count}가지가 바뀌었습니다.",
            )
        return self.say(
            f"The outcome is the same; the choice stays: {new}.", f"결과가 같습니다. 선택은 그대로입니다: {new}."
        )

    def models_words(self, models: Iterable[str]) -> str:
        return names_words(list(map(self.model, models)), self.language, MOST_BEST) or self.say("no model", "없음")

    def cause(self, causes: tuple[Cause, ...]) -> str:
        """Return what caused a change: one difference alone, any one of several, or several jointly."""
        if not causes:
            return self.say("Cause not found", "원인을 찾지 못함")
        said = [self.joined([self.causing[name] for name in cause.differences]) for cause in causes]
        if len(said) > 1:
            each = self.say("; or ", " / ").join(said)
            return self.say(f"Because of {each}: each is enough", f"원인: {each} (각각으로 충분)")
        alone = len(causes[0].differences) == 1
        how = self.say("alone", "단독") if alone else self.say("jointly", "함께 작용")
        return self.say(f"Because of {said[0]}, {how}", f"원인: {said[0]} ({how})")

    def joined(self, names: list[str]) -> str:
        return self.say(" and ", ", ").join(names)

    def notes(self, comparison: Comparison) -> Iterator[Entry]:
        if comparison.open:
            yield Entry(
                self.say(
                    f"the bound of {comparison.replays} replays left {comparison.open} without a cause",
                    f"재결정 한도({comparison.replays}회) 때문에 원인을 찾지 못한 변화: {comparison.open}건",
                ),
                mark="!",
            )
        if not comparison.changes and comparison.derivation:
            parts = ", ".join(comparison.derivation)
            yield Entry(
                self.say(f"the derivation is not the same, in: {parts}", f"도출 과정은 다음에서 다릅니다: {parts}")
            )

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
                heading = self.say(
                    "Because of models that came or went, each alone", "원인: 추가되거나 빠진 모델 (각각 단독)"
                )
                whole = [change for one in passing for change in groups[one] if " @ " not in change.subject]
                yield Entry(heading, children=tuple(self.caused(whole)))

    def of_cause(self, causes: tuple[Cause, ...], caused: list[Change], changes: tuple[Change, ...]) -> Iterator[Entry]:
        """Yield a cause with what it changed; of places that follow from much, those that say something new."""
        if causes or any(change.kind != "place" for change in caused):
            yield Entry(self.cause(causes), children=tuple(self.caused(caused)))
            return
        judged = {change.subject for change in changes if change.kind == "verdict"}
        moved = [change for change in caused if change.subject not in judged]
        if moved:
            heading = self.say("Because of much of this together", "원인: 위의 여러 변화가 함께 작용")
            yield Entry(heading, children=tuple(self.caused(moved)))

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
            elif change.kind == "trial":
                yield Entry(self.trial(change), rule=change.subject)
            elif change.kind != "firing":
                by_model.setdefault(change.subject, []).append(change)
        yield from self.of_models(by_model)
        for fires, en, ko in ((True, "fires", "새로 적용"), (None, "no longer fires", "더 이상 적용 안 됨")):
            rules = [change.subject for change in changes if change.kind == "firing" and change.after is fires]
            if rules:
                yield Entry(f"{self.say(en, ko)}: {', '.join(rules)}")

    def case(self, change: Change) -> str:
        before, after = (value if isinstance(value, tuple) else () for value in (change.before, change.after))
        if change.kind == "choice":
            choice = self.say("choice", "선택")
            return f"{choice}: {self.models_words(before)} → {self.models_words(after)}"
        what = self.say("refused by", "거부한 규칙")
        if change.kind == "conflict":
            what = f"{self.say('conflict', '충돌')}: {self.label(change.subject)}"
        return f"{what}: {', '.join(before) or self.none} → {', '.join(after) or self.none}"

    def trial(self, change: Change) -> str:
        """Return what a rule on trial would do otherwise; it changes nothing yet."""
        before, after = (", ".join(v) if isinstance(v, tuple) else self.none for v in (change.before, change.after))
        return self.say(f"on trial, would do: {before} → {after}", f"시험 적용 시: {before} → {after}")


MOST_PASSING = 5
"""Models that came or went of which each is told for itself."""
