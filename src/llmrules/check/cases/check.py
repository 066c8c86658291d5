"""Test cases: a profile with ``[expect]``, and every difference between a decision and what the profile expects.

It decides nothing itself: it reads a case strictly and compares a decision with what the case expects.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from llmrules.catalog.candidates import bits
from llmrules.decision.procedure import broken_promises
from llmrules.errors import InputError, LoadError, ProfileError
from llmrules.language.profile import Expectation, ExpectedOut, Profile, read_profile
from llmrules.language.values import encode_fraction
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from fractions import Fraction

    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.reading.files import Source

Key: TypeAlias = str
"""What a profile may expect, the attributes that an excluded model fails by, and the promises that no case breaks."""


@frozen
class Mismatch:
    """One way in which a decision is not as expected.

    ``expected`` and ``found`` are models (best, eligible, pending, unverified, cautioned, exempted), requirements
    (conflicts), attributes (failing), offers, points, promises that are not kept, or rules (all others), sorted; those
    of ``order`` stand in it. ``model`` is the one that was to be excluded or to have the points or offers, and
    ``verdict`` what it is instead; ``rule`` is the one that was to caution, or to be exempted from.
    """

    key: Key
    expected: tuple[str, ...]
    found: tuple[str, ...]
    model: str | None = None
    verdict: str | None = None
    rule: str | None = None

    def __str__(self) -> str:
        """Word the difference on one line."""
        expected, found = _listed(self.expected), _listed(self.found)
        if self.key == "excluded":
            if self.verdict != "excluded":
                by = f" by {expected}" if self.expected else ""
                return f"{self.model} is {self.verdict}, expected to be excluded{by}"
            return f"{self.model} is excluded by {found}, expected by {expected} as well"
        if self.key == "refused":
            wanted = f"to be refused by {expected}" if self.expected else "not to be refused"
            return f"the case is {f'refused by {found}' if self.found else 'not refused'}, expected {wanted}"
        if self.key in _WORDED:
            return _WORDED[self.key].format(self=self, expected=expected, found=found)
        subject = f"{self.key} of {self.model}" if self.model is not None else self.key
        if self.rule is not None:
            subject = f"{self.key} {'by' if self.key == 'cautioned' else 'from'} {self.rule}"
        return f"{subject} is {found}, expected {expected}"


_WORDED = {
    "fired": "did not fire, expected to: {expected}",
    "silent": "fired, expected not to: {found}",
    "promises": "the decision breaks what is promised: {found}",
    "failing": "{self.model} is excluded because of {found}, expected because of {expected} as well",
}


def read_case(source: Source, knowledge: Knowledge) -> Profile:
    """Read a profile whose expectation, if it has one, names only what is loaded. Raises LoadError."""
    profile = read_profile(source, knowledge.ruleset.vocabulary)
    if profile.expect is not None:
        _check_expectation(source, profile.expect, knowledge)
        if profile.expect.as_of is not None:
            return profile.on(profile.expect.as_of, stated=True)
    return profile


def _check_expectation(source: Source, expect: Expectation, knowledge: Knowledge) -> None:
    problems: list[InputError] = []
    keys = Cursor.top(source, ProfileError, problems).table()["expect"].table()
    rules, vocabulary = knowledge.ruleset.rules, knowledge.ruleset.vocabulary
    cautions = tuple(rule.id for rule in rules.values() if rule.effect.cautions)
    loaded: dict[str, Collection[str]] = {
        "model": {*knowledge.models, *knowledge.candidates.masks},
        "rule": tuple(rules),
        "requirement": vocabulary.names("requirement"),
        "attribute": vocabulary.names("model", "offer"),
    }
    note = partial(_check_loaded, loaded)
    for key, what in _NAMED.items():
        note(keys.get(key), getattr(expect, key) or (), what)
    for out, element in zip(expect.excluded, keys["excluded"].elements() if expect.excluded else (), strict=True):
        fields = element.table()
        note(fields["model"], (out.model,), "model")
        note(fields.get("by"), out.by, "rule")
        note(fields.get("on"), out.on, "attribute")
    for key, what in (("points", "model"), ("offers", "model"), ("exempted", "rule")):
        for name, _ in getattr(expect, key):
            note(keys[key].child(name, name), (name,), what)
    for rule, exempted in expect.exempted:
        note(keys["exempted"].table()[rule], exempted, "model")
    for rule, cautioned in expect.cautioned:
        named = keys["cautioned"].table()[rule]
        if rule not in cautions:
            known = rule in rules
            code, message = ("no-caution", "does not caution") if known else ("unknown-rule", "names no loaded rule")
            named.problem(code, message, found=rule, allowed=cautions)
        note(named, cautioned, "model")
    if problems:
        raise LoadError(problems)


def _check_loaded(
    loaded: Mapping[str, Collection[str]], cursor: Cursor | None, names: Iterable[str], what: str
) -> None:
    for name in names:
        if cursor is not None and name not in loaded[what]:
            place, message = cursor.element(name), f"names no loaded {what}"
            place.problem(f"unknown-{what}", message, found=name, allowed=sorted(loaded[what]))


_NAMED = {
    **dict.fromkeys(("best", "order", "eligible", "pending", "unverified"), "model"),
    **dict.fromkeys(("fired", "silent", "refused"), "rule"),
    "conflicts": "requirement",
}
"""What each list of names holds."""


def check(decision: Decision, expect: Expectation) -> tuple[Mismatch, ...]:
    """Return every difference; none means that the decision is as expected."""
    return (
        *_exact(decision, expect),
        *_placed(decision, expect),
        *_exclusions(decision, expect),
        *_of_rules(decision, expect),
        *_rules(decision, expect),
    )


def _exact(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    found: dict[Key, Iterable[str]] = {
        "best": decision.best,
        "eligible": [placed.model for placed in decision.ranking],
        "pending": decision.pending,
        "unverified": [placed.model for placed in decision.unverified],
        "conflicts": [conflict.attribute for conflict in decision.conflicts],
    }
    for key, names in found.items():
        expected: tuple[str, ...] | None = getattr(expect, key)
        if expected is not None and set(expected) != set(names):
            yield _mismatch(key, expected, names)


def _placed(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    """Yield an order that is not that of the places, and each model with other points, or on other offers."""
    placed = {one.model: one for one in (*decision.unverified, *decision.ranking)}
    places = {one.model: one.place for one in decision.ranking}
    ordered = [name for name in expect.order if name in places]
    if len(ordered) < len(expect.order) or any(places[a] >= places[b] for a, b in pairwise(ordered)):
        ordered.sort(key=lambda name: (places[name], name))
        yield Mismatch("order", expect.order, tuple(f"{places[name]}. {name}" for name in ordered))
    for name, points in expect.points:
        earned = (placed[name].points, *placed[name].then) if name in placed else ()
        if earned != points:
            yield Mismatch("points", (_tiers(points),), (_tiers(earned),) if earned else (), name)
    for name, offers in expect.offers:
        found = _offers(decision, name)
        if found != set(offers):
            yield _mismatch("offers", offers, found, name)


def _tiers(points: Iterable[Fraction]) -> str:
    """Return the points of each tier, as a profile has them."""
    return ", ".join(map(encode_fraction, points))


def _offers(decision: Decision, model: str) -> set[str]:
    """Return the offers by which a model earns its place."""
    its = decision.candidates.masks[model]
    return {str(decision.candidates.rows[index].offer.id) for index in bits(its) if index in decision.standing.carriers}


def _exclusions(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    excluded = {one.model: one.by for one in decision.excluded}
    for one in expect.excluded:
        if one.model not in excluded or not set(one.by) <= set(excluded[one.model]):
            yield _mismatch("excluded", one.by, excluded.get(one.model, ()), one.model, decision.verdict(one.model))
        elif one.on and not set(one.on) <= (failing := _failing(decision, one)):
            yield _mismatch("failing", one.on, failing, one.model, "excluded")


def _failing(decision: Decision, out: ExpectedOut) -> set[str]:
    """Return the attributes because of which the checks of a model fail, of the rules that are named or else of all."""
    found, candidates = set(), decision.candidates
    its = candidates.masks[out.model]
    for check in decision.judgement.checks:
        rule, excluded = check.criterion.rule, check.excluding & its
        for leaf in rule.effect.predicate.all_leaves() if excluded and (not out.by or rule.id in out.by) else ():
            good = candidates.leaf(leaf, decision.derivation.facts)[0 if rule.effect.wanted else 1]
            found |= {leaf.attribute.name} if excluded & ~good else set()
    return found


def _of_rules(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    """Yield each rule from which other models are exempted than expected, or that cautions of others.

    That a value is disputed is no caution of a rule.
    """
    exempted = {check.criterion.rule.id: check.exempted for check in decision.judgement.checks}
    for rule, models in expect.exempted:
        found = {name for name, its in decision.units if its & exempted.get(rule, 0)}
        if found != set(models):
            yield evolve(_mismatch("exempted", models, found), rule=rule)
    for rule, models in expect.cautioned:
        found = {one.model for one in decision.cautions if one.rule == rule and one.attribute is None}
        if found != set(models):
            yield evolve(_mismatch("cautioned", models, found), rule=rule)


def _rules(decision: Decision, expect: Expectation) -> Iterator[Mismatch]:
    fired = set(decision.fired)
    if missing := set(expect.fired) - fired:
        yield _mismatch("fired", missing, ())
    if loud := set(expect.silent) & fired:
        yield _mismatch("silent", (), loud)
    if expect.refused is not None:
        refused = set(decision.refused)
        if not set(expect.refused) <= refused or (refused and not expect.refused):
            yield _mismatch("refused", expect.refused, refused)


def check_promises(decision: Decision) -> tuple[Mismatch, ...]:
    """Return what is not kept of what the rules promise of every case; none may break it, whatever it expects."""
    broken = broken_promises(decision)
    return (_mismatch("promises", (), broken.values()),) if broken else ()


def _mismatch(
    key: Key, expected: Iterable[str], found: Iterable[str], model: str | None = None, verdict: str | None = None
) -> Mismatch:
    return Mismatch(key, tuple(sorted(expected)), tuple(sorted(found)), model, verdict)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
