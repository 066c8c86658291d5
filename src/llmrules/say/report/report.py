"""What a report says, in which order, before any format: sections of entries, each naming its rule and its sources.

Every format is a function of this; it is read from a trace alone and holds no knowledge of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.language.texts import Language, Text
from llmrules.say.report.entry import Entry, Report, Section
from llmrules.say.report.notes import Notes
from llmrules.say.words import MOST_BEST, names_words, points_phrase, points_words, printable_lines

if TYPE_CHECKING:
    from llmrules.trace.record import Trace

__all__ = ["HEADINGS", "Entry", "Report", "Section", "build_report"]

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
    "left-out": Text("Who was not asked", "검토 대상에서 뺀 후보"),
    "cautions": Text("Cautions", "주의"),
    "advice": Text("Advice", "조언"),
    "trials": Text("On trial: recorded, and changes nothing", "시험 적용 중: 기록만 하며 결과에는 영향 없음"),
    "settling": Text("What would settle most", "확인하면 가장 많이 해결되는 항목"),
    "open": Text("Not stated, though rules waited for it", "아직 입력하지 않았으나 규칙에 쓰이는 항목"),
    "values": Text("Values used", "사용한 값"),
    "notes": Text("About the rules and the catalogue", "규칙과 카탈로그에 관하여"),
    "sources": Text("Sources", "출처"),
}


def build_report(trace: Trace, language: Language = "en", *, title: str = "") -> Report:
    """Return the report of a decision, from its trace alone."""
    return _Reporter(trace, language).report(title)


class _Reporter(Notes):
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
            "left-out": self.left_out(),
            "cautions": self.cautions(),
            "advice": self.effects(self.trace.found.result.advice),
            "trials": self.trials(),
            "settling": self.settling(),
            "open": self.open(),
            "values": self.values(),
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

    def answer(self) -> str:
        result = self.trace.found.result
        if result.refused:
            return self.say("Refused: no model may do this.", "거부: 어떤 모델도 사용할 수 없습니다.")
        if not result.best:
            return self.nothing(len(result.unverified))
        names = names_words([self.by_offers(model) for model in result.best], self.language, MOST_BEST)
        first = result.ranking[0]
        points = points_phrase(first.points, self.language)
        if len(result.best) > 1 and first.points == "0":
            return self.say(f"Nothing sets these apart: {names}", f"우열을 가릴 근거가 없음: {names}")
        if len(result.best) > 1:
            return self.say(f"Tied on first place with {points} each: {names}", f"공동 1위({points}): {names}")
        ahead, lead = "", ""
        if first.margin is not None:
            margin = points_words(first.margin)
            ahead, lead = f", {margin} ahead of the next", f", 다음 모델보다 {margin}점 높음"
        return self.say(f"Recommended: {names}, with {points}{ahead}", f"추천: {names}({points}{lead})")

    def nothing(self, unverified: int) -> str:
        if unverified:
            return self.say(
                "No model is known to fit; some cannot be decided until something is found out.",
                "적합하다고 확인된 모델이 없습니다. 일부 모델은 추가 확인이 필요합니다.",
            )
        return self.say("No model fits.", "적합한 모델이 없습니다.")
