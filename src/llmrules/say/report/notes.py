"""What a report says beside the verdicts: cautions, who was left out, what would settle most, notes, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.language.texts import Text
from llmrules.language.values import period
from llmrules.say.report.entry import Entry, Section, sources_of
from llmrules.say.report.standings import Standings
from llmrules.say.why import LEVELS, by_standing
from llmrules.say.words import condition_words, names_words, points_words, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.say.why import Node
    from llmrules.trace.record import Applied, CandidateRecord, StaleRecord, UnknownRecord

MOST_NOTED = 12
"""How many names a note gives before it says how many more there are."""

MOST_LEFT_OUT = 6
"""How many of those that were left out are named for each reason."""

MOST_DISPUTES = 12
MOST_STALE = 6
MOST_UNKNOWN = 6
"""How many disputed values, old sources and unknown attributes are told; the others are counted."""


class Notes(Standings):
    """Tells everything of one trace but the answer."""

    def cautions(self) -> Iterator[Entry]:
        """Yield what must be known of models: cautions by rule, disputed values, old sources."""
        by_rule: dict[tuple[str, str], list[tuple[CandidateRecord, Applied]]] = {}
        for candidate in self.trace.found.candidates:
            for note in candidate.notes:
                approved = note.outcome == "approved"
                level = "approved" if approved else self.rules[note.rule].level or "note"
                by_rule.setdefault((level, note.rule), []).append((candidate, note))
        for (level, rule), noted in sorted(by_rule.items(), key=lambda one: one[0]):
            alike: dict[tuple[str, str], list[CandidateRecord]] = {}
            for candidate, note in noted:
                alike.setdefault((candidate.model, self.beside(note)), []).append(candidate)
            names = [f"{one}{beside}" for (_, beside), rows in alike.items() for one in self.whose(rows)]
            said = LEVELS[level].read(self.language)
            text = f"{said} ({names_words(names, self.language, MOST_NOTED)}): {self.because(rule)}"
            yield Entry(text, mark="!", rule=rule, sources=self.rules[rule].sources)
        yield from self.changing()
        yield from self.disagreeing()
        yield from self.stale()

    def beside(self, note: Applied) -> str:
        """Return what stands beside a name that a caution is attached to: the days that it speaks of, who approved."""
        leaves = zip(self.criteria[note.rule].leaves, note.leaves, strict=True)
        days = {str(outcome.actual): None for leaf, outcome in leaves if self.attributes[leaf.attribute].type == "date"}
        return "".join((*(f": {day}" for day in days), *(f", {printable_lines(by)}" for by in note.approved_by)))

    def changing(self) -> Iterator[Entry]:
        """Yield the values that change while the model is needed, of those that are not excluded."""
        standing = (one for one in self.trace.found.candidates if one.verdict != "excluded")
        told, more = self.told_once(((one, tuple(self.changes(one))) for one in standing), MOST_NOTED)
        yield from told
        if more:
            text = f"{more:,} more values change while the model is needed"
            yield Entry(self.say(text, f"그 밖에 사용 기간 중 바뀌는 값 {more:,}건"), mark="!")

    def disagreeing(self) -> Iterator[Entry]:
        """Yield the disputed values that matter."""
        rows = self.trace.found.candidates
        told, more = self.told_once(((one, tuple(self.disputes(one))) for one in rows), MOST_DISPUTES)
        yield from told
        if more:
            text = f"sources disagree on {more:,} more values"
            yield Entry(self.say(text, f"그 밖에 값 {more:,}개의 출처가 서로 다릅니다"), mark="!")

    def told_once(self, said: Iterable[tuple[CandidateRecord, Sequence[Node]]], most: int) -> tuple[list[Entry], int]:
        """Return what is said of candidates, of the best first, and how much more there is.

        What is said of several offers of a model is told once.
        """
        alike: dict[tuple[str, str, tuple[str, ...]], list[CandidateRecord]] = {}
        for candidate, nodes in sorted((one for one in said if one[1]), key=lambda one: by_standing(one[0])):
            for node in nodes:
                alike.setdefault((candidate.model, node.text, node.sources), []).append(candidate)
        told = [
            Entry(f"{''.join(self.whose(rows))}: {text}", mark="!", sources=sources)
            for (_, text, sources), rows in list(alike.items())[:most]
        ]
        return told, len(alike) - len(told)

    def stale(self) -> Iterator[Entry]:
        """Yield the old sources that values rest on, with their age on the day of the decision."""
        found: dict[tuple[str, str], list[StaleRecord]] = {}
        for one in self.trace.found.stale:
            document = self.document(one.source)
            title = printable_lines(document.title) if document is not None else one.source
            found.setdefault((one.date, title), []).append(one)
        told = list(found.items())
        for (stated, title), its in told[:MOST_STALE]:
            since, day, values = period(stated), self.as_of, sum(one.values for one in its)
            days = (day - since.first).days if since is not None and day is not None else 0
            rest = "rests" if values == 1 else "rest"
            text = self.say(
                f"{values:,} of the values used {rest} on nothing newer than this "
                f"({stated}, {days:,} days before the decision): {title}",
                f"사용한 값 {values:,}개의 가장 최근 출처({stated}, 결정 {days:,}일 전): {title}",
            )
            yield Entry(text, mark="!", sources=tuple(one.source for one in its))
        if len(told) > MOST_STALE:
            more, values = len(told) - MOST_STALE, sum(one.values for _, its in told[MOST_STALE:] for one in its)
            text = self.say(
                f"{values:,} more values rest on {more} other old sources",
                f"그 밖에 값 {values:,}개의 출처도 오래됨: 출처 {more}개",
            )
            yield Entry(text, mark="!")

    def left_out(self) -> Iterator[Entry]:
        """Yield who was not judged and why: outside the list, where the condition is false, where it is unknown."""
        left, given = self.trace.found.left_out, self.trace.given
        if left is None:
            return
        if given.among is not None:
            count = len(given.among)
            listed = self.say(f"a list of {count:,} model{'s' if count != 1 else ''}", f"모델 {count:,}개의 목록")
            outside, nobody = self.say("not on the list", "목록에 없음"), self.say("no such model", "없는 모델")
            yield Entry(
                self.say(f"only the models of {listed} were asked", f"검토 대상: {listed}"),
                children=(*self.counted(outside, left.among), *self.counted(nobody, left.unmatched, mark="!")),
            )
        if given.only is not None:
            condition = condition_words(self.attributes, given.only, self.language)
            false, unknown = self.say("not so", "해당하지 않음"), self.say("unknown, so left out", "알 수 없어 제외")
            yield Entry(
                self.say(f"only those were asked with {condition}", f"검토 조건: {condition}"),
                children=(
                    *self.counted(false, left.only),
                    *self.counted(unknown, left.undecided),
                    *self.counted(
                        self.say("sources disagree whether it is so", "출처마다 해당 여부가 다름"),
                        left.disputed,
                        mark="!",
                    ),
                ),
            )

    def counted(self, why: str, names: Sequence[str], mark: str = "") -> Iterator[Entry]:
        """Yield how many are left out, and the first of them; nothing where nobody is."""
        if names:
            yield Entry(f"{why}: {len(names):,} ({self.names(names, MOST_LEFT_OUT)})", mark=mark)

    def settling(self) -> Iterator[Entry]:
        """Yield what is unknown where a rule asked for it, what would settle most first."""
        unknowns = self.trace.found.unknowns
        if not unknowns:
            return
        open_ones = sum(row.verdict == "unverified" for row in self.trace.found.candidates)
        settles, label = unknowns[0].settles, self.label(unknowns[0].attribute)
        if settles:
            yield Entry(
                self.say(
                    f"Knowing {label} would settle {settles:,} of {self.judged(open_ones)} that cannot be decided",
                    f"{label} 값을 확인하면 미확인 {self.judged(open_ones)} 중 {settles:,}개가 해결됩니다",
                )
            )
        for one in unknowns[:MOST_UNKNOWN]:
            yield Entry(f"{self.label(one.attribute)}: {self.left_open(one)}")
        more = unknowns[MOST_UNKNOWN:]
        if more:
            names = names_words([self.label(one.attribute) for one in more], self.language, MOST_NOTED)
            yield Entry(self.say(f"and {len(more)} more: {names}", f"그 밖에 {len(more)}개: {names}"))

    def left_open(self, one: UnknownRecord) -> str:
        """Return for how many an attribute leaves a check undecided, and points open."""
        undecided, unscored = self.judged(one.undecided), self.judged(one.unscored)
        said = [self.say(f"checks of {undecided} undecided", f"{undecided} 판단 불가")] if one.undecided else []
        said += [self.say(f"points of {unscored} open", f"{unscored} 점수 미정")] if one.unscored else []
        return ", ".join(said)

    def judged(self, count: int) -> str:
        """Return a number of candidates: models, or offers where some model has several."""
        noun = Text("offer", "오퍼") if self.rows.several else Text("model", "모델")
        return self.say(f"{count:,} {noun.en}{'' if count == 1 else 's'}", f"{noun.ko} {count:,}개")

    def trials(self) -> Iterator[Entry]:
        """Yield what each rule on trial would do."""
        for trial in self.trace.found.trials:
            would = [
                *((self.say("would conclude {}", "도출: {}"), [fact]) for fact in trial.concludes),
                (self.say("would exclude {}", "제외: {}"), [self.name(model) for model in trial.excludes]),
                (self.say("would leave {} unverified", "미확인: {}"), [self.name(model) for model in trial.unverifies]),
                (self.say("would be attached to {}", "해당: {}"), [self.name(model) for model in trial.attaches]),
                (
                    self.say("would give points to {}", "점수: {}"),
                    [f"{self.name(one.model)} ({points_words(one.points)})" for one in trial.points],
                ),
            ]
            bounded = ((words, names_words(names, self.language, MOST_NOTED)) for words, names in would if names)
            said = "; ".join(words.format(names) for words, names in bounded)
            silent = self.say("would not fire", "적용되지 않음")
            fires = said or self.say("would fire", "적용됨")
            yield self.entry_of_rule(trial.rule, f"{fires if trial.fires else silent}: {self.because(trial.rule)}")

    def notes(self) -> Iterator[Entry]:
        """Yield what is odd about the rules and the catalogue: what no rule reads, what contradicts, what is off."""
        for name in self.trace.found.unread:
            label = self.label(name)
            text = f"no rule reads what you said of {label}"
            yield Entry(self.say(text, f"어떤 규칙도 사용하지 않은 입력: {label}"))
        for one in self.trace.found.contradictions:
            label = self.attributes[one.attribute].label.read(self.language)
            text = self.say(
                f"the catalogue's {label} of {self.name(one.model)} holds against a rule",
                f"{self.name(one.model)}의 {label} 값은 규칙과 다르지만 카탈로그 값을 따릅니다",
            )
            yield Entry(text, rule=one.rule)
        for disable in self.trace.given.disabled:
            reason = printable_lines(disable.reason.read(self.language))
            name = disable.rule or disable.pack or ""
            yield Entry(self.say(f"switched off: {name}, because: {reason}", f"사용 안 함: {name}, 사유: {reason}"))

    def sources(self, sections: Iterable[Section]) -> Iterator[Entry]:
        """Yield what each source that is named says, and each document that a claim among them is from."""
        cited = {source for section in sections for entry in section.entries for source in sources_of(entry)}
        cited |= {self.claims[one].document or "" for one in cited & self.claims.keys()}
        for source in sorted(cited):
            if source in self.claims:
                claim = self.claims[source]
                says = printable_lines(claim.says.read(self.language))
                yield Entry(f"{source}: {says}{f' ({claim.document})' if claim.document is not None else ''}")
            elif source in self.documents:
                document = self.documents[source]
                yield Entry(f"{source}: {printable_lines(document.title)} ({document.date})")
