"""The decision: all verdicts and the order they imply, with everything needed to explain them on demand."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.approvals import Approval
from llmrules.candidates import bits
from llmrules.decision.judgement import Judgement
from llmrules.engine.derivation import Derivation
from llmrules.knowledge import Knowledge
from llmrules.profile import Profile
from llmrules.values import Value, as_text

if TYPE_CHECKING:
    from llmrules.decision.criteria import Criterion, Outcome
    from llmrules.decision.judgement import Verdict
    from llmrules.texts import Language
    from llmrules.trace.record import Trace
    from llmrules.why import Explanation


@frozen
class Placed:
    """A model in a ranking. Equal points share a place: 1, 1, 3."""

    place: int
    model: str
    points: Fraction


@frozen
class Excluded:
    """A model that is out, with the id of every rule that excludes it."""

    model: str
    by: tuple[str, ...]


@frozen
class Conflict:
    """An attribute with two values that cannot both be meant, or a stated set that rules widened.

    ``by`` names, for each value, the rules that conclude it; none for what was stated or assumed.
    """

    attribute: str
    values: tuple[Value, ...]
    by: tuple[tuple[str, ...], ...]
    widened: bool = False


@frozen
class Caution:
    """A note on a model.

    ``level`` is note, warning, approval (someone must agree first), approved (someone has), accepted (an unknown
    check) or disputed (a value, of ``attribute``).
    """

    model: str
    rule: str
    level: str
    attribute: str | None = None


@frozen
class Made:
    """By what, when and how quickly a decision was made: claimed, never compared."""

    engine: str
    certified: bool
    decided_at: str
    nanoseconds: dict[str, int] = field(factory=dict)
    settings: str | None = None


@frozen(eq=False, slots=False)
class Decision:
    """What the rules say of a case.

    ``best`` is a tuple: the first place may be shared, and it is empty when nothing is eligible or the case is
    refused.
    """

    knowledge: Knowledge = field(repr=False)
    profile: Profile
    policy: str
    derivation: Derivation = field(repr=False)
    judgement: Judgement = field(repr=False)
    approvals: tuple[Approval, ...]
    made: Made
    ranking: tuple[Placed, ...]
    unverified: tuple[Placed, ...]

    @cached_property
    def best(self) -> tuple[str, ...]:
        """The models on the first place, unless the case is refused."""
        return () if self.refused else tuple(placed.model for placed in self.ranking if placed.place == 1)

    @cached_property
    def fired(self) -> tuple[str, ...]:
        """The ids of the rules that fired, sorted."""
        return tuple(sorted(step.rule.id for step in self.derivation.steps))

    @cached_property
    def refused(self) -> tuple[str, ...]:
        """The rules by which no model may do this; empty when the case is not refused."""
        return self._fired_with("refuse")

    @cached_property
    def advice(self) -> tuple[str, ...]:
        """The rules whose reason is a note on the whole decision."""
        return self._fired_with("advise")

    @cached_property
    def excluded(self) -> tuple[Excluded, ...]:
        """Every model that is out, with all rules that exclude it."""
        models = self.knowledge.models
        return tuple(
            Excluded(
                models[index],
                tuple(c.criterion.rule.id for c in self.judgement.checks if c.excluding >> index & 1),
            )
            for index in bits(self.judgement.excluded)
        )

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Attributes with two values, and stated sets that rules widened; on top of every report."""
        return tuple(self._conflicts())

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """Every note on a model that is not excluded, and every disputed value that a fired rule depends on."""
        models, judgement = self.knowledge.models, self.judgement
        found = []
        for note in judgement.notes:
            rule = note.criterion.rule
            for index in bits(note.attached & ~judgement.excluded):
                level = "approved" if note.approved >> index & 1 else rule.level or "note"
                found.append(Caution(models[index], rule.id, level))
        for check in judgement.checks:
            accepted = check.accepting & ~judgement.excluded
            found += [Caution(models[index], check.criterion.rule.id, "accepted") for index in bits(accepted)]
        for (index, attribute), rules in self.disputes.items():
            found += [Caution(models[index], rule, "disputed", attribute) for rule in rules]
        return tuple(sorted(found, key=lambda caution: (caution.model, caution.rule, caution.level)))

    @cached_property
    def disputes(self) -> dict[tuple[int, str], tuple[str, ...]]:
        """For each candidate and disputed attribute, the fired rules that another of its values would change."""
        judgement = self.judgement
        layers = {(d.index, d.layer): d.attribute for d in self.knowledge.candidates.disputes}
        applied: list[tuple[Criterion, Outcome]] = [
            *((check.criterion, check.outcome) for check in judgement.checks),
            *((score.criterion, score.outcome) for score in judgement.scores),
            *((note.criterion, note.outcome) for note in judgement.notes),
            *judgement.exemptions,
        ]
        found: dict[tuple[int, str], set[str]] = {}
        for criterion, outcome in applied:
            for index, layer in outcome.changes:
                found.setdefault((index, layers[index, layer]), set()).add(criterion.rule.id)
        return {key: tuple(sorted(rules)) for key, rules in sorted(found.items())}

    def verdict(self, model: str) -> Verdict:
        """Return the verdict on a model. Raises KeyError for one that is not in the catalogue."""
        return self.judgement.verdict(self.knowledge.index[model])

    @cached_property
    def trace(self) -> Trace:
        """The complete record, as values."""
        from llmrules.trace.build import build_trace

        return build_trace(self)

    def report(self, language: Language = "en") -> str:
        """Return the decision as people read it, as plain text."""
        from llmrules.render.report import build_report  # it stands to the right of the decision
        from llmrules.render.text import render_text

        title = self.profile.title.read(language) if self.profile.title is not None else ""
        return render_text(build_report(self.trace, language, title=title))

    def __str__(self) -> str:
        """Return the report in English."""
        return self.report()

    def why(self, model: str, language: Language = "en") -> Explanation:
        """Return why a model stands where it stands; ``print`` it, or walk its tree. Raises KeyError."""
        from llmrules.why import why

        return why(self.trace, model, language)

    def _fired_with(self, effect: str) -> tuple[str, ...]:
        rules = self.knowledge.ruleset.rules
        return tuple(rule for rule in self.fired if rules[rule].effect.name == effect)

    def _conflicts(self) -> list[Conflict]:
        concluded: dict[tuple[str, Value], list[str]] = {}
        for step in self.derivation.steps:
            if step.rule.conclusion is not None:
                for value in step.rule.conclusion.values:
                    concluded.setdefault((step.rule.conclusion.attribute.name, value), []).append(step.rule.id)
        stated = {requirement.attribute: requirement.value for requirement in self.profile.requirements}
        found = []
        for name, values in sorted(self.derivation.facts.items()):
            attribute = self.knowledge.ruleset.vocabulary[name]
            given = stated.get(name)
            if attribute.many:
                added = map(str, values - given) if isinstance(given, frozenset) else ()
                clashing: tuple[Value, ...] = tuple(sorted(added))
            else:
                clashing = tuple(sorted(values, key=as_text)) if len(values) > 1 else ()
            if clashing:
                by = tuple(tuple(sorted(concluded.get((name, value), ()))) for value in clashing)
                found.append(Conflict(name, clashing, by, widened=attribute.many))
        return found


def rank(knowledge: Knowledge, judgement: Judgement, mask: int) -> tuple[Placed, ...]:
    """Return the candidates of a mask by points, equal ones on one place in the order of ids."""
    ordered = sorted(bits(mask), key=lambda index: -judgement.points[index])
    placed: list[Placed] = []
    for points, group in groupby(ordered, key=lambda index: judgement.points[index]):
        place = len(placed) + 1
        exact = Fraction(points, knowledge.criteria.scale)
        placed += [Placed(place, knowledge.models[index], exact) for index in group]
    return tuple(placed)
