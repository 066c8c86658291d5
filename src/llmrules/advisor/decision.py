"""The decision that users are handed: what was decided, with its record, its words and its advice."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from attrs import field, fields, frozen

from llmrules.decision import decision
from llmrules.decision.procedure import Promised, broken_promises, promised
from llmrules.errors import PromiseError
from llmrules.language.profile import state
from llmrules.trace.recorder import Recorder
from llmrules.worlds.advice.advice import Advice
from llmrules.worlds.advice.parting import parting
from llmrules.worlds.changes import Stated
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.texts import Language
    from llmrules.say.report.side_by_side import SideBySide
    from llmrules.say.why import Explanation, Known, Reasons
    from llmrules.trace.record import Trace
    from llmrules.worlds.advice.asking import Questions
    from llmrules.worlds.advice.finding_out import Worth
    from llmrules.worlds.advice.firmness import Firmness
    from llmrules.worlds.advice.relaxing import Found, NearMiss, Relaxation

NOTHING_ELSE: Mapping[str, object] = {}


class Keeper(Recorder):
    """Records decisions that rest on one knowledge, and keeps what is told of it in each language."""

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self._known: dict[Language, Known] = {}

    def known(self, language: Language) -> Known:
        """Return what explanations in a language share."""
        if language not in self._known:
            from llmrules.say.why import Known  # who only decides does not load what tells

            self._known[language] = Known(self.given, language)
        return self._known[language]


@frozen(eq=False, slots=False)
class Decision(decision.Decision):
    """What the rules say of a case, with its record and its words."""

    recorder: Keeper = field(repr=False, kw_only=True)

    @classmethod
    def of(cls, decided: decision.Decision, recorder: Keeper | None = None) -> Decision:
        """Return what was decided, with a recorder of its knowledge."""
        parts = {one.name: getattr(decided, one.name) for one in fields(decision.Decision)}
        return cls(**parts, recorder=recorder or Keeper(decided.knowledge))

    @cached_property
    def trace(self) -> Trace:
        """The complete record, as values."""
        if self.ranking and not self.refused:
            return self.recorder.trace(self)
        return self.recorder.trace(self, *self.counsel.recorded)

    @cached_property
    def promises(self) -> tuple[Promised, ...]:
        """The promises that it falls under, each with what of it is not kept."""
        return promised(self)

    def check_promises(self) -> None:
        """Raise PromiseError where it does not keep what the rules promise."""
        broken = broken_promises(self)
        if broken:
            message = f"the decision breaks what is promised: {', '.join(broken.values())}"
            raise PromiseError(message, tuple(broken))

    def screen(self, language: Language = "en") -> str:
        """Return the decision on one screen: the answer, what earned it, who is next, who is out, what to ask."""
        from llmrules.say.report.screen import screen_lines  # who only decides does not load what tells

        return "\n".join(map(str, screen_lines(self.trace, language, advice=self.counsel)))

    @cached_property
    def counsel(self) -> Advice:
        """All advice on it, each kind found when it is asked for."""
        return Advice(self)

    @property
    def conflict_sets(self) -> Found[tuple[str, ...]]:
        """Every smallest set of stated requirements that leaves nobody eligible by itself."""
        return self.counsel.conflict_sets

    @property
    def relaxations(self) -> Found[Relaxation]:
        """Every smallest change of what is stated with which somebody is eligible; none at all where somebody is."""
        return self.counsel.relaxations

    def near_misses(self, count: int = 3) -> Found[NearMiss]:
        """Return models that are not eligible, those in whose way the fewest requirements stand first."""
        return self.counsel.near_misses(count)

    def what_would_it_take(self, model: str) -> tuple[Found[Relaxation], Found[Relaxation]]:
        """Return the smallest changes with which a model is eligible, and with which it is first. Raises KeyError."""
        self.verdict(model)
        return self.counsel.toward(model)

    def what_if(self, requirements: Mapping[str, object] = NOTHING_ELSE, /, **more: object) -> Decision:
        """Decide again with some requirements stated otherwise, or not at all (None). Raises LoadError."""
        asked = {**requirements, **more}
        vocabulary = self.knowledge.ruleset.vocabulary
        stated = {name: value for name, value in asked.items() if value is not None}
        read = state({**stated, **dict.fromkeys(asked.keys() - vocabulary.names("requirement"), 0)}, vocabulary)
        values = {one.attribute: one.value for one in read.requirements}
        there = World.of(self).changed(*(Stated(name, values[name] if name in stated else None) for name in asked))
        assert there is not None  # noqa: S101 - the rules and the catalogue are the same
        return Decision.of(there.decide(), self.recorder)

    def compare(self, model: str, other: str) -> SideBySide:
        """Put two models, or ``model @ offer``, side by side, only where they differ. Raises UnknownModelError."""
        from llmrules.say.report.side_by_side import side_by_side  # who only decides does not load what tells

        return side_by_side(self.trace, model, other)

    @property
    def next_questions(self) -> Questions:
        """What to ask next: the requirements not stated that still matter, and by how much."""
        return self.counsel.next_questions

    @property
    def parting(self) -> dict[str, tuple[str, ...]]:
        """What would tell apart those that share the first place: requirements, with the rules by which each would."""
        return parting(self)

    @property
    def firmness(self) -> Firmness | None:
        """How firm the first place is, and until when it stays; None where nobody is first."""
        return self.counsel.firmness

    @property
    def worth_finding_out(self) -> Worth:
        """The unknown values of the catalogue that could change who is first, were they known."""
        return self.counsel.worth_finding_out

    def report(self, language: Language = "en") -> str:
        """Return the decision with all its reasons and sources, as plain text."""
        from llmrules.say.report.entry import render_text
        from llmrules.say.report.report import build_report  # who only decides does not load what tells

        return render_text(build_report(self.trace, language))

    def html(self, language: Language = "en") -> str:
        """Return the decision as one page of HTML, which needs nothing else."""
        from llmrules.say.page import render_page

        return render_page(self.trace, language, self.counsel)

    def markdown(self, language: Language = "en") -> str:
        """Return the whole report as Markdown."""
        from llmrules.say.report.entry import render_markdown
        from llmrules.say.report.report import build_report

        return render_markdown(build_report(self.trace, language))

    def __str__(self) -> str:
        """Return the decision on one screen, in English."""
        return self.screen()

    def __repr__(self) -> str:
        """Return the answer on one line, and what was asked."""
        from llmrules.say.report.report import build_report

        stated = ", ".join(f"{one.attribute}={one.value!s}" for one in self.profile.requirements)
        return f"<Decision: {build_report(self.trace).answer} ({stated})>"

    def _repr_html_(self) -> str:
        """Return the page for a notebook, in a frame of its own, so that its style touches nothing else."""
        style = "width:100%;height:40em;border:0"
        return f'<iframe style="{style}" sandbox="allow-scripts" srcdoc="{escape(self.html())}"></iframe>'

    def why(self, model: str, language: Language = "en") -> Explanation:
        """Return why a model stands where it stands; ``print`` it, or walk its tree. Raises UnknownModelError."""
        self.verdict(model)
        return self._reasons.why(model, self.recorder.known(language))

    @cached_property
    def _reasons(self) -> Reasons:
        from llmrules.say.why import Reasons  # who only decides does not load what tells

        return Reasons(self.recorder, copy(self))  # not itself: what holds each other is not freed at once
