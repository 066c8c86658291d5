"""The decision: all verdicts and the order they imply, with everything needed to explain them on demand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.catalog.candidates import bits, mask_of
from llmrules.catalog.restriction import LeftOut, Restriction, Unjudged
from llmrules.decision.basis import Basis, Resting, resting
from llmrules.decision.criteria import Criteria
from llmrules.decision.judgement import Judgement, OnDemand, Over, Placed, Ranking, Standing
from llmrules.decision.knowledge import Knowledge
from llmrules.decision.outlook import OpenQuestions, Outlooks, Unknown
from llmrules.engine.firing import Derivation
from llmrules.errors import check_judged
from llmrules.language.profile import Approval, Profile
from llmrules.language.rules.effects import Advise, Policy, Refuse
from llmrules.language.sources import STALE_AFTER
from llmrules.language.values import Value, as_text, number
from llmrules.language.vocabulary.computed import Sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.criteria import Criterion, Outcome
    from llmrules.decision.judgement import Verdict
    from llmrules.language.rules.effects import Effect


@frozen
class Excluded:
    """A model that is out, with the id of every rule that excludes it or one of its offers."""

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
    """A note on a model, or on some of its offers alone.

    ``offers`` has the ids of those that it is about; it is empty where it is about all that are not excluded.
    ``level`` is note, warning, approval (someone must agree first), approved (someone has), accepted (an unknown
    check) or disputed (a value, of ``attribute``).
    """

    model: str
    rule: str
    level: str
    attribute: str | None = None
    offers: tuple[str, ...] = ()


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
    policy: Policy
    derivation: Derivation = field(repr=False)
    criteria: Criteria = field(repr=False)
    judgement: Judgement = field(repr=False)
    standing: Standing = field(repr=False)
    approvals: tuple[Approval, ...]
    made: Made
    over: Over = "models"
    restriction: Restriction = field(factory=Restriction)
    unjudged: Unjudged = field(factory=Unjudged, repr=False)
    stale_after: int = STALE_AFTER

    @property
    def candidates(self) -> Candidates:
        """The models with their offers, with the values in force on the day and what they cost in the case."""
        return self.criteria.candidates

    @cached_property
    def left_out(self) -> LeftOut:
        """Who was not judged because of ``among`` or ``only``, by name."""
        return self.unjudged.named(self.candidates)

    @property
    def ranking(self) -> Ranking:
        """The eligible models by their points."""
        return self.standing.ranking

    @property
    def unverified(self) -> Ranking:
        """The models of which a hard check is undecided, by their points."""
        return self.standing.unverified

    @cached_property
    def best(self) -> tuple[str, ...]:
        """The models on the first place, unless the case is refused."""
        return () if self.refused else self.ranking.first

    @cached_property
    def pending(self) -> tuple[str, ...]:
        """The eligible models that somebody has to approve first, with every offer that earns them their place."""
        waiting = 0
        for note in self.judgement.notes:
            waiting |= note.attached & ~note.approved if note.criterion.rule.level == "approval" else 0
        if not waiting:
            return ()
        earning = mask_of([*self.standing.ranking.carriers])
        its = {one.model: self.candidates.masks[one.model] & earning for one in self.ranking}
        return tuple(name for name, mask in its.items() if mask & ~waiting == 0)

    @property
    def fired(self) -> tuple[str, ...]:
        """The ids of the rules that fired, sorted."""
        return self.derivation.fired

    @cached_property
    def refused(self) -> tuple[str, ...]:
        """The rules by which no model may do this; empty when the case is not refused."""
        return self._fired_with(Refuse)

    @cached_property
    def advice(self) -> tuple[str, ...]:
        """The rules whose reason is a note on the whole decision."""
        return self._fired_with(Advise)

    @cached_property
    def excluded(self) -> Sequence[Excluded]:
        """Every model that is out, with all rules that exclude it."""
        return _Out(self)

    def place(self, model: str) -> Placed | None:
        """Return where a model stands among those of its verdict; None for one that is out. Raises KeyError."""
        verdict = self.verdict(model)
        if verdict == "excluded":
            return None
        return (self.ranking if verdict == "eligible" else self.unverified).of(model)

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Attributes with two values, and stated sets that rules widened; on top of every report."""
        return tuple(self._conflicts())

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """Every note on a model that is not excluded, and every disputed value that a fired rule depends on."""
        judgement, found = self.judgement, _Notes(self)
        standing = judgement.eligible | judgement.unverified
        for note in judgement.notes:
            rule = note.criterion.rule
            found.add(note.attached & ~note.approved & standing, rule.id, rule.level or "note")
            found.add(note.attached & note.approved & standing, rule.id, "approved")
        for check in judgement.checks:
            found.add(check.accepting & standing, check.criterion.rule.id, "accepted")
        for (index, attribute), rules in self.disputes.items():
            for rule_id in rules:
                found.add(1 << index, rule_id, "disputed", attribute)
        return found.sorted()

    @cached_property
    def disputes(self) -> dict[tuple[int, str], tuple[str, ...]]:
        """For each candidate and disputed attribute, the fired rules that another of its values would change."""
        if not self.candidates.layers:
            return {}
        judgement = self.judgement
        applied: list[tuple[Criterion, Outcome]] = [
            *((check.criterion, check.outcome) for check in judgement.checks),
            *((score.criterion, score.outcome) for score in judgement.scores),
            *((note.criterion, note.outcome) for note in judgement.notes),
            *judgement.exemptions,
        ]
        found: dict[tuple[int, str], set[str]] = {}
        layers = self.candidates.disputed if any(outcome.changes for _, outcome in applied) else {}
        for criterion, outcome in applied:
            for index, layer in outcome.changes:
                found.setdefault((index, layers[index, layer]), set()).add(criterion.rule.id)
        return {key: tuple(sorted(rules)) for key, rules in sorted(found.items())}

    def judged(self, model: str) -> bool:
        """Whether a model, or one ``model @ offer``, was judged: it is in the catalogue, and nothing leaves it out."""
        return bool(self.candidates.masks.get(model, 0) & ~self.unjudged.everyone)

    def verdict(self, model: str) -> Verdict:
        """Return the verdict on a model, or on one ``model @ offer``. Raises UnknownModelError for one not judged."""
        its = self.candidates.masks.get(model, 0)
        for mask, verdict in self._verdicts:
            if mask & its:
                return verdict
        check_judged(model, (name for name in self.candidates.every_name() if name != model and self.judged(name)))
        raise AssertionError(model)  # it is none of the names

    def computed(self, attribute: str, model: str) -> Sum | None:
        """Return a computed attribute of a ``model @ offer``; of a model the least one at an offer by which it stands.

        Of a model that has no place it is the least of all. None where it is not known; what the catalogue itself
        states has no terms. Raises KeyError for an attribute that is not computed, and a model that was not judged.
        """
        values, sums = self.candidates.columns[attribute].first, self.candidates.computed.get(attribute)
        if self.knowledge.ruleset.vocabulary[attribute].computed is None:
            raise KeyError(attribute)
        self.verdict(model)
        meant = bits(self.candidates.masks[model] & ~self.unjudged.everyone)
        earning = [index for index in meant if index in self.standing.carriers] or meant
        found = ((None if sums is None else sums[index]) or _stated(values[index]) for index in earning)
        return min((one for one in found if one is not None), key=lambda one: one.value, default=None)

    @property
    def _verdicts(self) -> tuple[tuple[int, Verdict], ...]:
        judgement = self.judgement
        return (
            (judgement.eligible, "eligible"),
            (judgement.unverified, "unverified"),
            (judgement.excluded, "excluded"),
        )

    @cached_property
    def unknowns(self) -> tuple[Unknown, ...]:
        """The attributes that fired rules lack and someone can state; the one that would settle most comes first."""
        return self.open_questions.unknowns()

    @cached_property
    def open_questions(self) -> OpenQuestions:
        """What leaves checks and points open, candidate by candidate."""
        facts = self.derivation.facts
        basis = Basis(self.candidates, self.knowledge.ruleset, facts)
        return OpenQuestions.of(self.judgement, basis, self.candidates, facts)

    @cached_property
    def resting(self) -> tuple[Resting, ...]:
        """What the values in use rest on, the oldest first; ``stale_after`` says what is old."""
        return resting(self)

    @cached_property
    def outlooks(self) -> Outlooks:
        """What becomes of the values of candidates while the model is needed."""
        facts, day = self.derivation.facts, self.profile.as_of.first
        return Outlooks(self.knowledge, self.candidates, facts, day)

    @property
    def units(self) -> Iterable[tuple[str, int]]:
        """What is ranked, by name, with the mask of its candidates."""
        if self.over == "models":
            return self.candidates.models
        return [(row.name, 1 << index) for index, row in enumerate(self.candidates.rows)]

    def _fired_with(self, effect: type[Effect]) -> tuple[str, ...]:
        rules = self.knowledge.ruleset.rules
        return tuple(rule for rule in self.fired if isinstance(rules[rule].effect, effect))

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


class _Out(OnDemand[Excluded]):
    """Those that are out, each with the rules that exclude it, found when it is looked at."""

    def __init__(self, decision: Decision) -> None:
        self._names, self._masks = decision.standing.excluded, decision.candidates.masks
        self._checks = [(check.criterion.rule.id, check.excluding) for check in decision.judgement.checks]

    def __len__(self) -> int:
        return len(self._names)

    def _at(self, number: int) -> Excluded:
        name = self._names[number]
        its = self._masks[name]
        return Excluded(name, tuple(rule for rule, excluding in self._checks if excluding & its))


def _stated(value: Value | None) -> Sum | None:
    exact = number(value)
    return None if exact is None else Sum(exact, ())


class _Notes:
    """Collects notes on candidates as notes on what is ranked; a note on all offers of a model names none of them."""

    def __init__(self, decision: Decision) -> None:
        judgement = decision.judgement
        self._rows = decision.candidates.rows
        self._standing = judgement.eligible | judgement.unverified
        judged = self._standing | judgement.excluded
        self._units = [(name, its & judged) for name, its in decision.units if its & judged]
        self._masks: dict[tuple[str, str, str | None], int] = {}

    def add(self, mask: int, rule: str, level: str, attribute: str | None = None) -> None:
        """Note something of the candidates of a mask."""
        key = (rule, level, attribute)
        self._masks[key] = self._masks.get(key, 0) | mask

    def sorted(self) -> tuple[Caution, ...]:
        """Return the notes by model, rule and level."""
        found = [
            Caution(name, rule, level, attribute, self._offers(mask & its, its))
            for (rule, level, attribute), mask in self._masks.items()
            for name, its in self._units
            if mask & its
        ]
        return tuple(sorted(found, key=lambda note: (note.model, note.rule, note.level, note.attribute or "")))

    def _offers(self, meant: int, its: int) -> tuple[str, ...]:
        """Return the offers that a note is about; none where it is about all, or all that are not excluded."""
        if meant in (its, its & self._standing):
            return ()
        return tuple(str(self._rows[index].offer.id) for index in bits(meant))
