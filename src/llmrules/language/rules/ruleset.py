"""A rule set: the vocabulary, claims, documents and rules of all loaded rule files, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, field, frozen

from llmrules.errors import InputError, RuleError, VocabularyError
from llmrules.language.rules.effects import HARD, RESERVED, Exempt, Lift, is_pattern
from llmrules.language.rules.locks import check_locks
from llmrules.language.rules.promises import read_promises
from llmrules.language.rules.reading import RuleReader
from llmrules.language.rules.rule import (
    Cycle,
    Disable,
    Promise,
    Rule,
    by_conclusion,
    classification_order,
    exempted,
    may_exempt,
)
from llmrules.language.rules.strata import stratify
from llmrules.language.sources import Citable, read_sources
from llmrules.language.vocabulary import AS_OF, SCOPES, Vocabulary
from llmrules.language.vocabulary.reading import read_vocabulary
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.values import Value
    from llmrules.reading.files import Source

    Keys: TypeAlias = dict[str, Cursor]

HINTS = {
    "rules": "each rule stands under [[rule]]",
    "requirements": "requirements of a case stand in a profile",
    "source": "a catalogue may say it once for all values; here each rule and each promise names its own",
}
"""What to do instead with keys that people write in a rule file."""

LANGUAGE = 1
"""The newest rule language that this version understands."""

MOST_CONCLUDED = 1_000
"""Different values that rules may conclude of one requirement: all of them may stand at once, in conflict."""

LATER = "later-language"
"""The code of a file that is read no further, so that mistakes elsewhere may only follow from its absence."""

FILE_KEYS = ("language", "pack", "title", "document", "claim", *SCOPES, "rule", "first_of", "promise", "disable")


@frozen(eq=False)
class RuleSet:
    """Rules with everything they rest on.

    ``rules`` holds every rule by id, disabled ones included; ``disabled`` says why each of those is off, and
    ``strata`` gives the stratum of every other rule that neither classifies models nor is on trial.
    """

    vocabulary: Vocabulary
    citable: Mapping[str, Citable]
    rules: Mapping[str, Rule]
    packs: tuple[str, ...]
    disables: tuple[Disable, ...]
    disabled: Mapping[str, Disable]
    strata: Mapping[str, int]
    places: Mapping[str, Cursor] = field(factory=dict)
    """Where each rule stands that was read from a file."""
    first_of: Mapping[tuple[str, str], Cursor] = field(factory=dict)
    """Each rule with every other one that it overrides because both stand in one list of which the first counts."""
    promises: Mapping[str, Promise] = field(factory=dict)
    """What rules and catalogue together are to keep in every case, by id."""

    @cached_property
    def promises_by(self) -> Mapping[str, tuple[Promise, ...]]:
        """The promises by one requirement that is known in each case that falls under them, or by nothing."""
        found: dict[str, tuple[Promise, ...]] = {}
        for promise in self.promises.values():
            name = max(promise.needed, key=lambda one: (one != AS_OF.name, one), default="")
            found[name] = (*found.get(name, ()), promise)
        return found

    def own(self) -> frozenset[str]:
        """Return the ids of the rules that lie on top of ours; where none does, of all."""
        ours = {name for name, cursor in self.places.items() if cursor.source.layer == 0}
        return frozenset(self.rules.keys() - ours or self.rules)

    def firing(self) -> tuple[Rule, ...]:
        """Return the rules that fire on requirements, in the order of ids."""
        return self._firing

    @cached_property
    def _firing(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules.values() if rule.id in self.strata)

    def on_trial(self) -> tuple[Rule, ...]:
        """Return the rules of which only what they would do is recorded, in the order of ids."""
        return tuple(rule for rule in self.rules.values() if rule.trial and rule.id not in self.disabled)

    def classifying(self) -> tuple[Rule, ...]:
        """Return the rules that classify models and are not disabled, in the order of ids."""
        return self._classifying

    @cached_property
    def _classifying(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules.values() if rule.classifies and rule.id not in self.disabled)


def read_ruleset(files: Iterable[Source], catalogues: Iterable[Source], problems: list[InputError]) -> RuleSet:
    """Read rule files; ``catalogues`` are read for their documents alone. Problems are noted, never raised."""
    tops = [Cursor.top(source, RuleError, problems) for source in files]
    packs: dict[str, Cursor] = {}
    readable = [top for top in tops if _check_header(top, packs)]
    others = [Cursor.top(source, VocabularyError, problems) for source in catalogues if not is_later(source)]
    citable = read_sources([*(top.staged(VocabularyError) for top in readable), *others])
    vocabulary = read_vocabulary(readable, citable, reserved=RESERVED)
    reader = RuleReader(vocabulary, citable.keys())
    rules: dict[str, Rule] = {}
    places: dict[str, Cursor] = {}
    disables: list[tuple[Disable, Cursor]] = []
    for top in readable:
        _read_rules(top, reader, rules, places)
        disables += filter(None, map(reader.disable, top.entries("disable")))
    ordered = dict(sorted(rules.items()))
    declared = _declared_ids(readable, "rule")
    disabled = _apply_disables(disables, ordered, packs, declared)
    for rule in ordered.values():
        _check_targets(rule, places[rule.id], ordered, declared)
    firsts = [one for top in readable for one in _read_first_of(top, ordered, declared)]
    check_locks(ordered, places, disables, firsts, disabled)
    ordered = _with_targets(ordered, [names for names, _ in firsts])
    first_of = {pair: cursor for names, cursor in firsts for pair in combinations(names, 2)}
    _check_conclusions(ordered, places)
    strata = stratify(rule for rule in ordered.values() if rule.id not in disabled and not rule.trial)
    if isinstance(strata, Cycle):
        _note_cycle(strata, places, first_of)
        strata = {}
    classified = classification_order(rule for rule in ordered.values() if rule.id not in disabled)
    if isinstance(classified, Cycle):
        _note_circle(classified, ordered, places)
    promises = read_promises(readable, vocabulary, citable.keys())
    tested = [table for rule in ordered.values() for table in (rule.where, rule.effect.predicate)]
    tested += [table for promise in promises.values() for table in promise.tested.values()]
    return RuleSet(
        vocabulary=vocabulary.with_differences(leaf.attribute for table in tested for leaf in table.all_leaves()),
        citable=citable,
        rules=ordered,
        packs=tuple(sorted(packs)),
        disables=tuple(sorted((d for d, _ in disables), key=_order)),
        disabled=disabled,
        strata=strata,
        places={name: places[name] for name in ordered},
        first_of=first_of,
        promises=_kept(promises, disables, _declared_ids(readable, "promise")),
    )


def is_later(source: Source) -> bool:
    """Whether a file says that it is written in a later language than this version reads."""
    value = source.data.get("language")
    return isinstance(value, int) and value > LANGUAGE


def read_header(top: Cursor, allowed: Iterable[str], *, what: str, hints: Mapping[str, str]) -> Keys | None:
    """Return the known keys of a file, or None for a file of a later language, which is read no further."""
    if is_later(top.source):
        value = top.table()["language"]
        message = f"is later than this version of llmrules reads ({LANGUAGE})"
        value.problem(LATER, message, found=value.value, hint="upgrade llmrules")
        return None
    keys = top.keys(allowed, what=what, hints=hints)
    language = keys.get("language")
    if language is None:
        hint = f"language = {LANGUAGE}"
        top.missing("language", "the file must say which language it is written in", hint=hint)
    elif type(language.value) is not int or language.value != LANGUAGE:
        language.problem("wrong-language", f"must be {LANGUAGE}", found=language.value)
    return keys


def _check_header(top: Cursor, packs: dict[str, Cursor]) -> bool:
    keys = read_header(top, FILE_KEYS, what="a rule file", hints=HINTS)
    if keys is None:
        return False
    if "pack" not in keys:
        top.missing("pack", "the file must name its pack", hint='pack = "name"')
        return True
    name = keys["pack"].name()
    if name is not None and name in packs:
        keys["pack"].problem("duplicate-id", "is the name of two packs", found=name, other=packs[name].place)
    elif name is not None:
        packs[name] = keys["pack"]
    return True


def _read_rules(top: Cursor, reader: RuleReader, rules: dict[str, Rule], places: dict[str, Cursor]) -> None:
    tables = top.table()
    pack = str(tables["pack"].value) if "pack" in tables else ""
    for entry in top.entries("rule"):
        rule = reader.rule(entry, pack)
        if rule is None:
            continue
        known = places.setdefault(rule.id, entry)
        if known is not entry:
            message, other = "is the id of two rules", known.child("id", rule.id).place
            entry.child("id", rule.id).problem("duplicate-id", message, found=rule.id, other=other)
            continue
        rules[rule.id] = rule


def _read_first_of(
    top: Cursor, rules: Mapping[str, Rule], declared: frozenset[str]
) -> Iterator[tuple[tuple[str, ...], Cursor]]:
    """Yield each list of rules of which the first that fires counts, and note what is wrong with it."""
    for entry in top.entries("first_of"):
        keys = entry.keys(("rules",), what="a list of which the first counts", needs=("rules",))
        if "rules" not in keys:
            continue
        names = keys["rules"].names()
        if len(names) == 1:
            keys["rules"].problem("too-few", "must name two rules or more", found=names[0])
        for name in names:
            _check_overridden(name, keys["rules"].element(name), rules, declared)
        yield names, keys["rules"]


def _with_targets(rules: Mapping[str, Rule], firsts: Iterable[tuple[str, ...]]) -> dict[str, Rule]:
    """Return the rules with all that they override, by lists of which the first counts, or exempt from."""
    found = dict(rules)
    for names in firsts:
        for place, name in enumerate(names):
            if name in found:
                overrides = dict.fromkeys(
                    (*found[name].overrides, *(one for one in names[place + 1 :] if one in found))
                )
                found[name] = evolve(found[name], overrides=tuple(overrides))
    for rule in rules.values():
        named = (*rule.effect.exempts, *rule.effect.lifts)
        its = tuple(dict.fromkeys(name for target in named for name in exempted(rule, target, rules.values())))
        if rule.effect.lifts:
            lifting = dict.fromkeys((*found[rule.id].overrides, *(name for name in its if name in rules)))
            found[rule.id] = evolve(found[rule.id], effect=Lift(lifts=its), overrides=tuple(lifting))
        elif its:
            found[rule.id] = evolve(found[rule.id], effect=Exempt(exempts=its))
    return found


def _declared_ids(tops: Iterable[Cursor], kind: str) -> frozenset[str]:
    """Return the ids of all entries of a kind, broken ones included, so that naming a broken one is no second error."""
    lists = [top.value.get(kind) for top in tops if isinstance(top.value, dict)]
    entries = [entry for entries in lists if isinstance(entries, list) for entry in entries]
    return frozenset(entry["id"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str))


def _apply_disables(
    disables: list[tuple[Disable, Cursor]],
    rules: Mapping[str, Rule],
    packs: Mapping[str, Cursor],
    declared: frozenset[str],
) -> dict[str, Disable]:
    for disable, cursor in disables:
        if disable.rule is not None and disable.rule not in declared:
            cursor.problem("unknown-rule", "names no loaded rule", found=disable.rule, allowed=rules)
        if disable.pack is not None and disable.pack not in packs:
            cursor.problem("unknown-pack", "names no loaded pack", found=disable.pack, allowed=sorted(packs))
    off: dict[str, Disable] = {}
    for rule in rules.values():
        for disable, _ in disables:
            if disable.covers(rule):
                off.setdefault(rule.id, disable)
    return off


def _order(disable: Disable) -> tuple[str, str, str, str]:
    return disable.rule or "", disable.pack or "", disable.promise or "", str(disable.reason)


def _kept(
    promises: Mapping[str, Promise], disables: list[tuple[Disable, Cursor]], declared: frozenset[str]
) -> dict[str, Promise]:
    """Return the promises that are not switched off, by name or with the pack in whose file they stand."""
    for disable, cursor in disables:
        if disable.promise is not None and disable.promise not in declared:
            cursor.problem("unknown-promise", "names no loaded promise", found=disable.promise, allowed=promises)
    off, packs = {one.promise for one, _ in disables}, [one.pack for one, _ in disables if one.pack is not None]
    return {
        name: one
        for name, one in promises.items()
        if name not in off and (one.place is None or one.place.source.data.get("pack") not in packs)
    }


def _check_targets(rule: Rule, cursor: Cursor, rules: Mapping[str, Rule], declared: frozenset[str]) -> None:
    """Note overrides and exemptions that name what they cannot reach."""
    for target in rule.overrides:
        overrides = _named(cursor, "overrides", target)
        if target == rule.id:
            overrides.problem("overrides-itself", "a rule cannot override itself", found=target)
        else:
            _check_overridden(target, overrides, rules, declared)
    for target in (*rule.effect.exempts, *rule.effect.lifts):
        _check_exempted(rule, target, _named(cursor, rule.effect.name, target), rules, declared)


def _check_overridden(name: str, cursor: Cursor, rules: Mapping[str, Rule], declared: frozenset[str]) -> None:
    if name not in declared:
        cursor.problem("unknown-rule", "names no loaded rule", found=name, allowed=rules)
    elif name in rules and rules[name].classifies:
        message = "a rule that classifies models cannot be overridden; disable it"
        cursor.problem("cannot-override", message, found=name)


def _check_exempted(
    rule: Rule, target: str, cursor: Cursor, rules: Mapping[str, Rule], declared: frozenset[str]
) -> None:
    """Note an exemption from what there is not, or what it cannot reach."""
    reached = [name for name, other in rules.items() if may_exempt(rule, other)]
    if is_pattern(target) and not any(exempted(rule, target, rules.values())):
        what = "refusal" if rule.effect.lifts else "hard rule"
        cursor.problem("unknown-rule", f"matches no loaded {what}, and is no pack", found=target, allowed=reached)
    elif not is_pattern(target) and target not in declared:
        cursor.problem("unknown-rule", "names no loaded rule", found=target, allowed=reached)
    elif target in rules and target not in reached:
        message = f"exempts with where from hard rules ({' and '.join(HARD)}), without it from refusals alone"
        other = rules[target].effect
        hint = "a refusal is said of the case: leave out where" if other.refuses else None
        hint = "say by where which models are let off" if other.hard else hint
        cursor.problem("cannot-exempt", message, found=target, allowed=reached, hint=hint)


def _check_conclusions(rules: Mapping[str, Rule], places: Mapping[str, Cursor]) -> None:
    """Note the first rule with which too many different values are concluded of one requirement."""
    for concluding in by_conclusion(rules.values()).values():
        values: set[Value] = set()
        for rule in concluding:
            conclusion = rule.effect.conclusion
            if conclusion is None or conclusion.attribute.many:
                continue
            values |= conclusion.values
            if len(values) > MOST_CONCLUDED:
                message = f"rules conclude more than {MOST_CONCLUDED:,} different values of {conclusion.attribute.name}"
                hint = "a requirement that has so many values at once decides nothing; conclude a range of them"
                places[rule.id].child("conclude", None).problem("too-many-values", message, hint=hint)
                break


def _named(cursor: Cursor, key: str, target: str) -> Cursor:
    """Return the place where a rule names another one."""
    return cursor.table()[key].element(target)


def _note_circle(cycle: Cycle, rules: Mapping[str, Rule], places: Mapping[str, Cursor]) -> None:
    concluding = by_conclusion(rules.values())
    circle = {*cycle.steps}
    members = [rule for name in concluding if name in circle for rule in concluding[name] if rule.reads() & circle]
    standing = _standing((rule.id for rule in members), places)
    message = f"rules that classify models conclude in a circle: {cycle} ({standing})"
    places[members[0].id].problem("classifying-cycle", message)


def _note_cycle(cycle: Cycle, places: Mapping[str, Cursor], first_of: Mapping[tuple[str, str], Cursor]) -> None:
    members = [step.removeprefix("rule ") for step in cycle.steps if step.startswith("rule ")]
    lists = [first_of[pair].place for pair in pairwise(members) if pair in first_of]
    standing = _standing(members, places)
    standing += f"; first_of: {', '.join(map(str, dict.fromkeys(lists)))}" if lists else ""
    places[members[0]].problem(
        "negative-cycle",
        "what a negative test asks must be decided before it is asked, but here it depends on itself: "
        f"{cycle} ({standing})",
        hint="a negative test is unless, overrides, an earlier place in first_of, known = false, "
        "is, only or none_of on a set, and one that compares two requirements",
    )


def _standing(rules: Iterable[str], places: Mapping[str, Cursor]) -> str:
    """Return where each of some rules stands."""
    return ", ".join(f"{name}: {places[name].place}" for name in sorted({*rules}))
