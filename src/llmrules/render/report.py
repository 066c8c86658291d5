"""What a report says, in which order, before any format: sections of entries, each naming its rule and its sources.

Every format is a function of this; it is read from a trace alone and holds no knowledge of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.texts import Language, Text
from llmrules.why import LEVELS, Explainer
from llmrules.words import points_words, printable_lines, value_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.trace.record import Applied, CandidateRecord, PlaceRecord, RuleFound, Trace
    from llmrules.why import Node


@frozen
class Entry:
    """One line of a report: a mark before it, the rule and the sources it rests on, and the lines beneath it."""

    text: str
    mark: str = ""
    rule: str = ""
    sources: tuple[str, ...] = ()
    children: tuple[Entry, ...] = ()
    model: str = ""


@frozen
class Section:
    """One part of a report; ``key`` names it in every language."""

    key: str
    heading: str
    entries: tuple[Entry, ...]


@frozen
class Report:
    """A decision in one language: the answer, then everything that it rests on."""

    language: Language
    answer: str
    title: str
    sections: tuple[Section, ...]


HEADINGS: dict[str, Text] = {
    "refused": Text("Refused", "거부"),
    "conflicts": Text("Conflicts", "충돌"),
    "requirements": Text("What you said", "입력한 요구사항"),
    "conclusions": Text("What follows from it", "요구사항에서 도출한 내용"),
    "demands": Text("What a model must therefore pass", "모델이 통과해야 하는 조건"),
    "ranking": Text("Ranking", "순위"),
    "refused-ranking": Text("Ranking, were the case not refused", "거부되지 않았을 경우의 순위"),
    "unverified": Text("Unverified: something must be found out first", "미확인: 먼저 확인할 것이 있는 모델"),
    "excluded": Text("Excluded", "제외된 모델"),
    "cautions": Text("Cautions", "주의"),
    "advice": Text("Advice", "조언"),
    "trials": Text("On trial: recorded, and changes nothing", "시험 적용 중: 기록만 하며 결과에는 영향 없음"),
    "open": Text("Not stated, though rules waited for it", "아직 입력하지 않았으나 규칙에 쓰이는 항목"),
    "notes": Text("About the rules and the catalogue", "규칙과 카탈로그에 관하여"),
    "sources": Text("Sources", "출처"),
}


MOST_OPEN = 6
"""How many questions are written out; the others are named."""


def build_report(trace: Trace, language: Language = "en", *, title: str = "") -> Report:
    """Return the report of a decision, from its trace alone."""
    return _Reporter(trace, language).report(title)


class _Reporter(Explainer):
    """Reads one trace in one language and puts it in order."""

    def report(self, title: str) -> Report:
        made = {
            "refused": self.effects(self.trace.found.result.refused),
            "conflicts": self.conflicts(),
            "requirements": self.stated(),
            "conclusions": self.conclusions(),
            "demands": self.demands(),
            "ranking": self.places(self.trace.found.result.ranking),
            "unverified": self.places(self.trace.found.result.unverified),
            "excluded": self.excluded(),
            "cautions": self.cautions(),
            "advice": self.effects(self.trace.found.result.advice),
            "trials": self.trials(),
            "open": self.open(),
            "notes": self.notes(),
        }
        sections = [Section(key, self.heading(key), tuple(entries)) for key, entries in made.items()]
        kept = [section for section in sections if section.entries]
        cited = Section("sources", self.heading("sources"), tuple(self.sources(kept)))
        return Report(self.language, self.answer(), printable_lines(title), (*kept, cited))

    def heading(self, key: str) -> str:
        """Return the heading of a section; a ranking in a refused case recommends nothing."""
        refused = key == "ranking" and self.trace.found.result.refused
        return HEADINGS["refused-ranking" if refused else key].read(self.language)

    # The answer

    def answer(self) -> str:
        result = self.trace.found.result
        if result.refused:
            return self.say("Refused: no model may do this.", "거부: 어떤 모델도 사용할 수 없습니다.")
        if not result.best:
            return self.nothing(len(result.unverified))
        names = ", ".join(self.name(model) for model in result.best)
        first = result.ranking[0]
        points = points_words(first.points)
        if len(result.best) > 1 and first.points == "0":
            return self.say(f"Nothing sets these apart: {names}", f"우열을 가릴 근거가 없음: {names}")
        if len(result.best) > 1:
            return self.say(f"Tied on first place with {points} points each: {names}", f"공동 1위({points}점): {names}")
        ahead, lead = "", ""
        if first.margin is not None:
            margin = points_words(first.margin)
            ahead, lead = f", {margin} ahead of the next", f", 다음 모델보다 {margin}점 높음"
        return self.say(f"Recommended: {names}, with {points} points{ahead}", f"추천: {names}({points}점{lead})")

    def nothing(self, unverified: int) -> str:
        if unverified:
            return self.say(
                "No model is known to fit; some cannot be decided until something is found out.",
                "적합하다고 확인된 모델이 없습니다. 일부 모델은 추가 확인이 필요합니다.",
            )
        return self.say("No model fits.", "적합한 모델이 없습니다.")

    # The case

    def conflicts(self) -> Iterator[Entry]:
        for conflict in self.trace.found.conflicts:
            label = self.attributes[conflict.attribute].label.read(self.language)
            text = self.say(
                f"{label} has two values that cannot both be meant; both were used",
                f"{label}의 값이 서로 충돌하여 모두 적용했습니다",
            )
            if conflict.kind == "widened":
                text = self.say(
                    f"rules added to what you said of {label}", f"입력한 {label}에 규칙이 항목을 추가했습니다"
                )
            children = tuple(_entry(self.fact(self.facts[fact], frozenset())) for fact in conflict.facts)
            yield Entry(text, mark="!", children=children)

    def stated(self) -> Iterator[Entry]:
        for requirement in self.trace.given.requirements:
            attribute = self.attributes[requirement.attribute]
            words = value_words(attribute, requirement.value, self.language)
            assumed = self.say(" (assumed)", " (가정)") if requirement.origin == "assumed" else ""
            yield Entry(f"{attribute.label.read(self.language)}: {words}{assumed}")

    def conclusions(self) -> Iterator[Entry]:
        defeated = [rule for rule in self.trace.found.rules if rule.status == "defeated"]
        for firing in self.trace.found.firings:
            if not firing.concludes:
                continue
            used = ", ".join(self.fact_words(fact) for fact in firing.uses) or self.say("always", "항상")
            concluded = ", ".join(self.fact_words(fact) for fact in firing.concludes)
            yield self.entry_of_rule(firing.rule, f"{used} → {concluded}", because=True)
        for rule in defeated:
            yield self.defeated(rule)

    def fact_words(self, fact: str) -> str:
        record = self.facts[fact]
        attribute = self.attributes[record.attribute]
        value = (str(record.value),) if attribute.type == "set" and record.value != () else record.value
        return f"{attribute.label.read(self.language)}: {value_words(attribute, value, self.language)}"

    def defeated(self, rule: RuleFound) -> Entry:
        by = ", ".join(rule.defeated_by)
        text = self.say(f"set aside by {by}", f"{by} 규칙이 우선하여 적용하지 않음")
        return self.entry_of_rule(rule.id, text, because=True)

    def demands(self) -> Iterator[Entry]:
        for criterion in self.trace.found.criteria:
            if self.rules[criterion.rule].effect in {"require", "exclude"}:
                yield self.entry_of_rule(criterion.rule, self.because(criterion.rule))

    def entry_of_rule(self, rule: str, text: str, *, because: bool = False) -> Entry:
        children = (Entry(self.because(rule), rule=rule, sources=self.rules[rule].sources),) if because else ()
        if because:
            return Entry(text, children=children)
        return Entry(text, rule=rule, sources=self.rules[rule].sources)

    # The models

    def places(self, places: tuple[PlaceRecord, ...]) -> Iterator[Entry]:
        for place in places:
            for model in place.models:
                candidate = self.candidates[model]
                points = points_words(place.points)
                text = self.say(f"{self.name(model)}, {points} points", f"{self.name(model)}, {points}점")
                if candidate.missing:
                    names = ", ".join(self.attributes[one].label.read(self.language) for one in candidate.missing)
                    text += self.say(f"; find out: {names}", f"; 확인할 항목: {names}")
                yield Entry(text, mark=f"{place.place}.", model=model, children=tuple(self.reasons(candidate)))

    def reasons(self, candidate: CandidateRecord) -> Iterator[Entry]:
        for check in candidate.checks:
            if check.outcome in {"unknown", "accepted", "exempted"}:
                yield self.applied_entry(check, candidate, mark="≈" if check.outcome == "exempted" else "?")
        for score in candidate.scores:
            if score.points is not None:
                sign = "" if score.points.startswith("-") else "+"
                yield self.applied_entry(score, candidate, mark=f"{sign}{points_words(score.points)}")
        open_scores = [score for score in candidate.scores if score.outcome == "unknown"]
        if open_scores:
            count, names = len(open_scores), ", ".join(self.unknown_labels(open_scores))
            text = self.say(
                f"no points from {count} rule{'s' if count > 1 else ''}, because this is unknown: {names}",
                f"값을 알 수 없어 규칙 {count}개에서 점수 없음: {names}",
            )
            yield Entry(text, mark="?")

    def unknown_labels(self, scores: Iterable[Applied]) -> list[str]:
        """Return the names of what is unknown of a model, each once."""
        names = {
            leaf.attribute: self.attributes[leaf.attribute].label.read(self.language)
            for score in scores
            for leaf, outcome in zip(self.criteria[score.rule].leaves, score.leaves, strict=True)
            if outcome.holds == "unknown"
        }
        return list(names.values())

    def excluded(self) -> Iterator[Entry]:
        for model in self.trace.found.result.excluded:
            candidate = self.candidates[model]
            failed = [check for check in candidate.checks if check.outcome == "failed"]
            yield Entry(
                self.name(model),
                mark="✗",
                model=model,
                children=tuple(self.applied_entry(check, candidate, mark="-", details=True) for check in failed),
            )

    def applied_entry(self, applied: Applied, candidate: CandidateRecord, *, mark: str, details: bool = False) -> Entry:
        rule = self.rules[applied.rule]
        node = self.applied(applied, candidate)
        leaves = tuple(self.leaf_entry(child) for child in node.children if child.kind in {"leaf", "group"})
        shown = leaves if details or applied.outcome in {"unknown", "accepted"} else ()
        sentence = self.sentence(rule, applied, candidate)
        if applied.outcome in {"accepted", "exempted"}:
            sentence = f"{self.outcome(applied)}: {sentence}"
        return Entry(sentence, mark, rule.id, rule.sources, shown)

    def leaf_entry(self, node: Node) -> Entry:
        """Return a value of a model; one that a single rule concludes names that rule, above what the rule looks at."""
        origin = node.children[0] if len(node.children) == 1 else None
        if origin is None or origin.kind != "classification":
            return Entry(node.text, sources=node.sources, children=tuple(map(self.leaf_entry, node.children)))
        sources = tuple(dict.fromkeys((*node.sources, *origin.sources)))
        return Entry(node.text, "", origin.id, sources, tuple(map(self.leaf_entry, origin.children)))

    # Notes

    def cautions(self) -> Iterator[Entry]:
        by_rule: dict[tuple[str, str], list[str]] = {}
        for candidate in self.trace.found.candidates:
            for note in candidate.notes:
                approved = note.outcome == "approved"
                level = "approved" if approved else self.rules[note.rule].level or "note"
                by = f", {', '.join(map(printable_lines, note.approved_by))}" if approved else ""
                by_rule.setdefault((level, note.rule), []).append(self.name(candidate.model) + by)
        for (level, rule), names in sorted(by_rule.items()):
            said = LEVELS[level].read(self.language)
            text = f"{said} ({', '.join(names)}): {self.because(rule)}"
            yield Entry(text, mark="!", rule=rule, sources=self.rules[rule].sources)
        for candidate in self.trace.found.candidates:
            for node in self.disputes(candidate):
                yield Entry(f"{self.name(candidate.model)}: {node.text}", mark="!", sources=node.sources)

    def effects(self, rules: Iterable[str]) -> Iterator[Entry]:
        for rule in rules:
            yield self.entry_of_rule(rule, self.because(rule))

    def trials(self) -> Iterator[Entry]:
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
            said = "; ".join(words.format(", ".join(names)) for words, names in would if names)
            silent = self.say("would not fire", "적용되지 않음")
            fires = said or self.say("would fire", "적용됨")
            yield self.entry_of_rule(trial.rule, f"{fires if trial.fires else silent}: {self.because(trial.rule)}")

    def open(self) -> Iterator[Entry]:
        concluded = {name for rule in self.trace.given.rules if rule.effect == "conclude" for name in rule.body}
        asked = [wait for wait in self.trace.found.waits if self.askable(wait.requirement, concluded)]
        waits = sorted(asked, key=lambda wait: -len(wait.rules))
        for wait in waits[:MOST_OPEN]:
            attribute, count = self.attributes[wait.requirement], len(wait.rules)
            rules = self.say(f"{count} rule{'s' if count > 1 else ''}", f"규칙 {count}개")
            question = f": {attribute.ask.read(self.language)}" if attribute.ask is not None else ""
            yield Entry(f"{attribute.label.read(self.language)} ({rules}){question}")
        if len(waits) > MOST_OPEN:
            more = len(waits) - MOST_OPEN
            labels = (self.attributes[wait.requirement].label for wait in waits[MOST_OPEN:])
            names = ", ".join(label.read(self.language) for label in labels)
            yield Entry(self.say(f"and {more} more: {names}", f"그 밖에 {more}개: {names}"))

    def askable(self, name: str, concluded: set[str]) -> bool:
        """Whether a requirement is the user's to state: there is a question for it, or no rule concludes it."""
        return self.attributes[name].ask is not None or name not in concluded

    def notes(self) -> Iterator[Entry]:
        for name in self.trace.found.unread:
            label = self.attributes[name].label.read(self.language)
            yield Entry(
                self.say(f"no rule reads what you said of {label}", f"{label}은(는) 어떤 규칙도 사용하지 않습니다")
            )
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
        cited = sorted({source for section in sections for entry in section.entries for source in _sources(entry)})
        claims = {claim.id: claim for claim in self.trace.given.claims}
        documents = {document.id: document for document in self.trace.given.documents}
        for source in cited:
            if source in claims:
                yield Entry(f"{source}: {printable_lines(claims[source].says.read(self.language))}")
            elif source in documents:
                document = documents[source]
                yield Entry(f"{source}: {printable_lines(document.title)} ({document.date})")


def _entry(node: Node) -> Entry:
    """Return a step of an explanation, and all beneath it, as lines of a report."""
    text = node.text.removesuffix(f" [{node.id}]")
    rule = node.id if text != node.text else ""
    return Entry(text, rule=rule, sources=node.sources, children=tuple(_entry(child) for child in node.children))


def _sources(entry: Entry) -> Iterator[str]:
    yield from entry.sources
    for child in entry.children:
        yield from _sources(child)
