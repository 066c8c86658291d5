"""A rule set: the vocabulary, claims, documents and rules of all loaded rule files, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.cursor import Cursor
from llmrules.errors import InputError, RuleError, VocabularyError
from llmrules.rules.effects import EFFECTS, RESERVED
from llmrules.rules.reading import RuleReader
from llmrules.rules.rule import HARD, Disable, Rule
from llmrules.rules.strata import Cycle, stratify
from llmrules.sources import Citable, check_sources, read_sources
from llmrules.vocabulary import SCOPES, Vocabulary, read_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.files import Source

LANGUAGE = 1
"""The newest rule language that this version understands."""

FILE_KEYS = ("language", "pack", "title", "document", "claim", *SCOPES, "rule", "disable")


@frozen(eq=False)
class RuleSet:
    """Rules with everything they rest on.

    ``rules`` holds every rule by id, disabled ones included; ``disabled`` says why each of those is off, and
    ``strata`` gives the stratum of every other rule that does not classify models.
    """

    vocabulary: Vocabulary
    citable: Mapping[str, Citable]
    rules: Mapping[str, Rule]
    packs: tuple[str, ...]
    disables: tuple[Disable, ...]
    disabled: Mapping[str, Disable]
    strata: Mapping[str, int]

    def firing(self) -> tuple[Rule, ...]:
        """Return the rules that fire on requirements, in the order of ids."""
        return tuple(rule for rule in self.rules.values() if rule.id in self.strata)

    def classifying(self) -> tuple[Rule, ...]:
        """Return the rules that classify models and are not disabled, in the order of ids."""
        return tuple(rule for rule in self.rules.values() if rule.classifies and rule.id not in self.disabled)


def read_ruleset(files: Iterable[Source], catalogues: Iterable[Source], problems: list[InputError]) -> RuleSet:
    """Read rule files; ``catalogues`` are read for their documents alone. Problems are noted, never raised."""
    tops = [Cursor.top(source, RuleError, problems) for source in files]
    packs: dict[str, Cursor] = {}
    readable = [top for top in tops if _check_header(top, packs)]
    others = [Cursor.top(source, VocabularyError, problems) for source in catalogues]
    citable = read_sources([*(top.staged(VocabularyError) for top in readable), *others])
    vocabulary = read_vocabulary(readable, reserved=RESERVED)
    _check_attribute_sources(vocabulary, citable)
    reader = RuleReader(vocabulary, citable.keys())
    rules: dict[str, Rule] = {}
    disables: list[tuple[Disable, Cursor]] = []
    for top in readable:
        _read_rules(top, reader, rules)
        tables = top.table()
        for entry in tables["disable"].elements() if "disable" in tables else ():
            read = reader.disable(entry)
            if read is not None:
                disables.append(read)
    ordered = dict(sorted(rules.items()))
    declared = _declared_ids(readable)
    disabled = _apply_disables(disables, ordered, packs, declared)
    for rule in ordered.values():
        _check_targets(rule, ordered, declared)
    strata = stratify(rule for rule in ordered.values() if rule.id not in disabled)
    if isinstance(strata, Cycle):
        _note_cycle(strata, ordered)
        strata = {}
    return RuleSet(
        vocabulary=vocabulary,
        citable=citable,
        rules=ordered,
        packs=tuple(sorted(packs)),
        disables=tuple(sorted((d for d, _ in disables), key=lambda d: (d.rule or "", d.pack or "", str(d.reason)))),
        disabled=disabled,
        strata=strata,
    )


def check_language(top: Cursor) -> bool:
    """Note a file whose language is missing or later than this version; such a file is read no further."""
    value = top.table().get("language")
    if value is None:
        top.problem("missing-key", "the file must say which language it is written in", hint="language = 1")
        return True
    if value.value == LANGUAGE and not isinstance(value.value, bool):
        return True
    later = isinstance(value.value, int) and value.value > LANGUAGE
    message = f"is later than this version of llmrules reads ({LANGUAGE})" if later else f"must be {LANGUAGE}"
    value.problem("language", message, found=value.value, hint="upgrade llmrules" if later else None)
    return False


def _check_header(top: Cursor, packs: dict[str, Cursor]) -> bool:
    if not check_language(top):
        return False
    keys = top.keys(FILE_KEYS, what="a rule file")
    if "pack" not in keys:
        top.problem("missing-key", "the file must name its pack", hint='pack = "name"')
        return True
    name = keys["pack"].text()
    if name is not None and name in packs:
        keys["pack"].problem("duplicate-id", "is the name of two packs", found=name, other=packs[name].place)
    elif name is not None:
        packs[name] = keys["pack"]
    return True


def _check_attribute_sources(vocabulary: Vocabulary, citable: Mapping[str, Citable]) -> None:
    for attribute in vocabulary:
        if attribute.place is None:
            continue
        check_sources(attribute.place, attribute.sources, citable)
        for choice in attribute.choices:
            check_sources(attribute.place, choice.sources, citable)


def _read_rules(top: Cursor, reader: RuleReader, rules: dict[str, Rule]) -> None:
    tables = top.table()
    pack = str(tables["pack"].value) if "pack" in tables else ""
    for entry in tables["rule"].elements() if "rule" in tables else ():
        rule = reader.rule(entry, pack)
        if rule is None:
            continue
        known = rules.get(rule.id)
        if known is not None and known.cursor is not None:
            message = "is the id of two rules"
            entry.child("id", rule.id).problem("duplicate-id", message, found=rule.id, other=known.cursor.place)
            continue
        rules[rule.id] = rule


def _declared_ids(tops: Iterable[Cursor]) -> frozenset[str]:
    """Return the ids of all rule entries, broken ones included, so that naming a broken rule is no second error."""
    lists = [top.value.get("rule") for top in tops if isinstance(top.value, dict)]
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


def _check_targets(rule: Rule, rules: Mapping[str, Rule], declared: frozenset[str]) -> None:
    """Note overrides and exemptions that name what they cannot reach."""
    cursor = rule.cursor
    if cursor is None:
        return
    overrides = cursor.child("overrides", list(rule.overrides))
    for target in rule.overrides:
        if target not in declared:
            overrides.problem("unknown-rule", "names no loaded rule", found=target, allowed=rules)
        elif target == rule.id:
            overrides.problem("overrides-itself", "a rule cannot override itself", found=target)
        elif target in rules and rules[target].classifies:
            message = "a rule that classifies models cannot be overridden; disable it"
            overrides.problem("cannot-override", message, found=target)
    exempt = EFFECTS["exempt"].name
    targets = rule.body if rule.effect.name == exempt and isinstance(rule.body, tuple) else ()
    for target in targets:
        where = cursor.child(exempt, list(targets))
        hard = [name for name, other in rules.items() if other.effect.hard]
        if target not in declared:
            where.problem("unknown-rule", "names no loaded rule", found=target, allowed=hard)
        elif target in rules and not rules[target].effect.hard:
            message = f"exempts from hard rules alone ({' and '.join(HARD)})"
            where.problem("cannot-exempt", message, found=target, allowed=hard)


def _note_cycle(cycle: Cycle, rules: Mapping[str, Rule]) -> None:
    members = [rules[step.removeprefix("rule ")] for step in cycle.steps if step.startswith("rule ")]
    cursor = members[0].cursor
    if cursor is not None:
        cursor.problem(
            "negative-cycle",
            f"what a negative test asks must be decided before it is asked, but here it depends on itself: {cycle}",
            hint="a negative test is unless, overrides, known = false, and is, only or none_of on a set",
        )
