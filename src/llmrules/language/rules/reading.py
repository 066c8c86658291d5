"""Reads ``[[rule]]`` and ``[[disable]]`` entries strictly; everything wrong is noted, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from llmrules.language.conditions import ALWAYS, MODEL_SIDE, Table, read_table
from llmrules.language.rules.effects import (
    COMMON_KEYS,
    DIRECTIONS,
    EFFECTS,
    LEVELS,
    MOST_TIERS,
    NOT_CLASSIFYING,
    RULE_KEYS,
    UNKNOWN_POLICIES,
    Conclude,
    Effect,
    Exempt,
    Grade,
    Lift,
    Prefer,
    Testing,
)
from llmrules.language.rules.rule import Disable, Rule
from llmrules.language.sources import read_cited
from llmrules.language.texts import LANGUAGES, Text, read_text
from llmrules.language.values import Number, Value, read_day
from llmrules.language.vocabulary import AS_OF, MODEL, SCOPES, Attribute, Scope, Vocabulary
from llmrules.language.vocabulary.reading import read_marks
from llmrules.reading.cursor import Cursor, read_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.reading.cursor import Readers

    Keys: TypeAlias = dict[str, Cursor]

RULE_ID = re.compile(r"[a-z0-9]+(?:[-_/][a-z0-9]+)*")

ANY_RULE_KEY = frozenset(RULE_KEYS)

DEEPEST_HEADER = 2
"""How many tables under a table of a rule are searched for keys that slid into them."""

HINTS = {"priority": 'there are no priorities: write overrides = ["the id of the rule that this one defeats"]'}
"""What to do instead with keys that people write in a rule."""

DISABLE_KEYS = ("rule", "pack", "promise", "reason")


@frozen
class RuleReader:
    """Reads rules against the vocabulary and the claims and documents of all loaded files."""

    vocabulary: Vocabulary
    citable: Collection[str]

    def rule(self, entry: Cursor, pack: str) -> Rule | None:
        """Read one rule, or None after noting why it is none."""
        if not isinstance(entry.value, dict):
            entry.wrong_type("a table that states a rule")
            return None
        read = entry.keys(RULE_KEYS, what="a rule", needs=("id",), hints=HINTS)
        slid: set[str] = set()
        keys = {key: self._without_slid(child, slid) for key, child in read.items()}
        name = read_id(keys["id"]) if "id" in keys else None
        kind = self._kind(entry, keys, slid)
        because = self._because(entry, keys, slid)
        sources = read_cited(keys["source"], self.citable) if "source" in keys else ()
        if "source" not in keys and "source" not in slid:
            hint = "name a [[claim]] or a dated [[document]]; your own file may hold one"
            entry.missing("source", "a rule needs source", code="missing-source", hint=hint)
        if kind is None:
            return None
        self._check_keys(kind, entry, keys, slid)
        terms = read_fields(keys, _TERMS)
        terms |= {"level": terms.get("level", "note")} if "level" in kind.keys else {"level": None}
        terms |= {"not_by": self._asking(keys)} if "not_by" in keys else {}
        otherwise = terms.pop("otherwise", None)
        effect = self._effect(kind, keys[kind.name], has_where="where" in keys)
        conclusion = effect.conclusion if effect is not None else None
        classifies = conclusion is not None and conclusion.attribute.scope == "model"
        if classifies:
            self._check_classifying(keys)
        elif conclusion is not None and "where" in keys:
            message = "goes with effects on models; the conditions of a requirement stand under when"
            keys["where"].problem("key-not-allowed", message, found="where")
        where = self._where(keys, classifies=classifies)
        when, unless = (
            read_table(keys[key], self.vocabulary, scopes=("requirement",), references=True, unless=key == "unless")
            if key in keys
            else ALWAYS
            for key in ("when", "unless")
        )
        self._check_slots(keys, "because", because, self.vocabulary.names("requirement"))
        self._check_slots(keys, "otherwise", otherwise, ("model", *self.vocabulary.names(*SCOPES)))
        if name is None or because is None or effect is None:
            return None
        return Rule(
            id=name,
            pack=pack,
            effect=effect,
            because=because,
            sources=sources,
            when=when,
            unless=unless,
            where=where,
            otherwise=otherwise if kind.hard else None,
            **terms,
        )

    def _without_slid(self, cursor: Cursor, slid: set[str], depth: int = 0) -> Cursor:
        """Return a table without the keys of the rule that slid under it, which are noted: no attribute is named so."""
        if not isinstance(cursor.value, dict) or not _holds_key_of_rule(cursor.value, depth):
            return cursor
        kept = {}
        for name, child in cursor.table().items():
            if name in RULE_KEYS and name not in self.vocabulary:
                slid.add(name)
                header = ".".join(str(part) for part in cursor.path if isinstance(part, str))
                message = f"{name} belongs to the rule, but stands in the table {header}"
                hint = f"write it above the line [{header}], or write that table with dots: {cursor.key}.name = …"
                child.problem("slid-key", message, found=name, hint=hint)
            else:
                kept[name] = self._without_slid(child, slid, depth + 1).value
        return evolve(cursor, value=kept)

    def _kind(self, entry: Cursor, keys: Keys, slid: set[str]) -> type[Effect] | None:
        found = [name for name in keys if name in EFFECTS]
        if not found:
            if not slid.intersection(EFFECTS) and not entry.misspells(*EFFECTS):
                entry.problem("no-effect", "a rule needs exactly one effect", allowed=EFFECTS)
            return None
        for name in found[1:]:
            message = f"is a second effect beside {found[0]}; a rule has exactly one"
            hint = "write one rule for each effect"
            keys[name].problem("two-effects", message, found=name, other=keys[found[0]].place, hint=hint)
        return EFFECTS[found[0]]

    def _because(self, entry: Cursor, keys: Keys, slid: set[str]) -> Text | None:
        if "because" in keys:
            return read_text(keys["because"])
        if "because" not in slid:
            entry.missing("because", "a rule needs because, the reason in words", code="missing-reason")
        return None

    def _check_keys(self, effect: type[Effect], entry: Cursor, keys: Keys, slid: set[str]) -> None:
        fitting = {*COMMON_KEYS, *EFFECTS, *(key for name in keys if name in EFFECTS for key in EFFECTS[name].keys)}
        for name, cursor in keys.items():
            if name not in fitting:
                takers = [other.name for other in EFFECTS.values() if name in other.keys]
                message = f"does not go with {effect.name}; it goes with {', '.join(takers)}"
                cursor.problem("key-not-allowed", message, found=name)
        for name in effect.needs:
            if name not in keys and name not in slid:
                entry.missing(name, f"{effect.name} needs {name}")

    def _effect(self, kind: type[Effect], cursor: Cursor, *, has_where: bool) -> Effect | None:
        """Read what follows the name of an effect, or None after noting why it is nothing."""
        if kind is Conclude:
            return self._conclusion(cursor)
        if kind is Exempt:
            names = cursor.names()
            return (Exempt(exempts=names) if has_where else Lift(lifts=names)) if names else None
        if issubclass(kind, Testing):
            graded = self._graded(cursor)
            if graded:
                grade = self._grade(kind, cursor, graded[0])
                return None if grade is None else Prefer(grade=grade)
            predicate = self._predicate(cursor)
            return None if predicate is None else kind(predicate=predicate)
        if cursor.value is not True:
            cursor.wrong_type("true (what is said stands in because)")
            return None
        return kind()

    def _predicate(self, cursor: Cursor) -> Table | None:
        if not isinstance(cursor.value, dict):
            cursor.wrong_type("a table of conditions on models", hint=f"name an attribute: {cursor.key}.name = …")
            return None
        return read_table(cursor, self.vocabulary, scopes=MODEL_SIDE, references=True, peers=True)

    def _graded(self, cursor: Cursor) -> list[Cursor]:
        """Return the attributes of a predicate that say ``toward``."""
        children = cursor.table().values() if isinstance(cursor.value, dict) else ()
        return [child for child in children if isinstance(child.value, dict) and "toward" in child.value]

    def _grade(self, kind: type[Effect], cursor: Cursor, first: Cursor) -> Grade | None:
        """Read ``x.toward = "lowest"``, or None after noting what is wrong."""
        toward = first.child("toward", first.value["toward"])  # type: ignore[index]
        if kind is not Prefer or len(cursor.table()) > 1 or first.table().keys() - {"toward", "marks"}:
            hint = "write a rule of its own for it; each of the others may have one, too"
            toward.problem("toward-alone", "stands alone, under prefer", found="toward", hint=hint)
        direction = toward.one_of(DIRECTIONS)
        name = str(first.key)
        if not self._declared(first, MODEL_SIDE):
            return None
        attribute = self.vocabulary[name]
        marks: tuple[Number, ...] = ()
        if "marks" in first.table():
            attribute, marks = self._with_marks(attribute, first.table()["marks"])
            if attribute.type == "number" and not marks:
                return None
        if not attribute.gradable:
            gradable = [name for name in self.vocabulary.names(*MODEL_SIDE) if self.vocabulary[name].gradable]
            message = "cannot be graded: it is neither a scale nor a number with marks"
            first.problem("not-gradable", message, found=name, allowed=gradable)
            return None
        return Grade(attribute, direction, marks) if direction else None

    def _with_marks(self, attribute: Attribute, cursor: Cursor) -> tuple[Attribute, tuple[Number, ...]]:
        """Return an attribute with the marks of a rule in the place of its own, and these."""
        if attribute.type != "number":
            cursor.problem("key-not-allowed", "goes with numbers alone", found="marks")
            return attribute, ()
        marks = read_marks(cursor)
        return evolve(attribute, marks=marks or attribute.marks), marks

    def _conclusion(self, cursor: Cursor) -> Conclude | None:
        children = cursor.table()
        if isinstance(cursor.value, dict) and len(children) != 1:
            cursor.problem("one-conclusion", "concludes exactly one attribute", found=", ".join(children) or "none")
        for name, child in children.items():
            if not self._declared(child, ("requirement", "model")):
                continue
            attribute = self.vocabulary[name]
            values = self._concluded(attribute, child)
            if values is not None and self._may_conclude(attribute, values, child):
                return Conclude(attribute, values)
        return None

    def _declared(self, cursor: Cursor, scopes: tuple[Scope, ...]) -> bool:
        """Whether a key names an attribute of one of the scopes; note one that does not."""
        name = str(cursor.key)
        if name in self.vocabulary and self.vocabulary[name].scope in scopes:
            return True
        sides = " or ".join(scopes)
        if name in self.vocabulary:
            message = f"{name} is an attribute of the {self.vocabulary[name].scope}; here stands one of the {sides}"
            cursor.problem("wrong-scope", message, found=name)
        elif name not in self.vocabulary.broken:
            message = f"is not a declared attribute of the {sides}"
            cursor.problem("unknown-attribute", message, found=name, allowed=self.vocabulary.names(*scopes))
        return False

    def _concluded(self, attribute: Attribute, cursor: Cursor) -> frozenset[Value] | None:
        if isinstance(cursor.value, dict):
            hint = "references and operators stand in where and in effects on models"
            cursor.wrong_type("a value", hint=hint)
            return None
        value = attribute.read(cursor)
        if isinstance(value, frozenset):
            if not value and cursor.value == []:
                cursor.problem("empty-list", "must conclude at least one member")
            return value or None
        return None if value is None else frozenset({value})

    def _may_conclude(self, attribute: Attribute, values: frozenset[Value], cursor: Cursor) -> bool:
        summed = self.vocabulary.following([attribute.name])[1:]
        always = attribute.name in {AS_OF.name, MODEL.name}
        if always or attribute.default is not None or attribute.computed is not None or summed:
            why = "it has a default" if attribute.default is not None else "it is always known"
            why = f"{summed[0]} is computed from it before any rule fires" if summed else why
            why = "it is computed" if attribute.computed is not None else why
            cursor.problem(
                "conclude-not-allowed", f"no rule may conclude {attribute.name}: {why}", found=attribute.name
            )
            return False
        if attribute.scope == "model":
            fits = attribute.partial if attribute.many else attribute.type == "flag" and values == {True}
            if not fits:
                message = "of a model, a rule concludes a flag (= true) or members of a partial set"
                cursor.problem("conclude-not-allowed", message, found=attribute.name)
            return fits
        return True

    def _check_classifying(self, keys: Keys) -> None:
        for name in NOT_CLASSIFYING:
            if name in keys:
                message = "does not go with a rule that classifies models: it looks at the model alone"
                keys[name].problem("key-not-allowed", message, found=name)

    def _asking(self, keys: Keys) -> str | None:
        """Read the requirement that says who asks for a model, and so may not approve it."""
        cursor, name = keys["not_by"], keys["not_by"].name()
        names = [one for one in self.vocabulary.names("requirement") if self.vocabulary[one].type in {"text", "choice"}]
        if name is not None and name not in names and name not in self.vocabulary.broken:
            message = "is no text and no choice that a requirement says"
            declare = f'declare it: [requirement.{name}] type = "text", with label and ask'
            hint = None if name in self.vocabulary else declare
            cursor.problem("unknown-attribute", message, found=name, allowed=names, hint=hint)
        if "level" not in keys or keys["level"].value in LEVELS[:-1]:
            cursor.problem("key-not-allowed", "goes with level = approval, which asks for one", found="not_by")
        return name

    def _where(self, keys: Keys, *, classifies: bool) -> Table:
        if "where" not in keys:
            return ALWAYS
        scopes: tuple[Scope, ...] = ("model",) if classifies else MODEL_SIDE
        table = read_table(keys["where"], self.vocabulary, scopes=scopes, references=not classifies, peers=True)
        for name in sorted({leaf.attribute.name for leaf in table.all_leaves()} if classifies else ()):
            if self.vocabulary.rests_on(name, "requirement"):
                message = f"{name} is computed for a case, and no rule that classifies models knows one"
                keys["where"].problem("key-not-allowed", message, found=name)
        return table

    def _check_slots(self, keys: Keys, key: str, text: Text | None, allowed: tuple[str, ...]) -> None:
        """Note each slot that nothing fills: it would stand in the sentence with its braces."""
        for language in LANGUAGES:
            words = Text(en=getattr(text, language, None))
            if words.en is None or "{" not in words.en:
                continue
            for slot in (*words.slots(), *words.misshapen_slots()):
                if slot not in allowed and slot not in self.vocabulary.broken:
                    message = f"no {{{slot}}} can be filled in here"
                    place = keys[key].child(language, words.en)
                    place.problem("unknown-slot", message, found=slot, allowed=allowed)

    def disable(self, entry: Cursor) -> tuple[Disable, Cursor] | None:
        """Read one entry that switches a rule, a pack or a promise off."""
        keys = entry.keys(DISABLE_KEYS, what="a disable entry")
        what = DISABLE_KEYS[:-1]
        named = [key for key in what if key in keys]
        if len(named) != 1 and isinstance(entry.value, dict) and not entry.misspells(*what):
            entry.problem("missing-key", "a disable entry names exactly one rule, pack or promise", allowed=what)
        if "reason" not in keys:
            entry.missing("reason", "a disable entry needs reason", code="missing-reason")
        if len(named) != 1 or "reason" not in keys:
            return None
        reason, name = read_text(keys["reason"], plain=True), keys[named[0]].name()
        if reason is None or name is None:
            return None
        return Disable(reason, **{named[0]: name}), keys[named[0]]


def read_id(cursor: Cursor) -> str | None:
    """Read the id of a rule or a promise."""
    name = cursor.text()
    if name is None or RULE_ID.fullmatch(name):
        return name
    cursor.problem("bad-name", "must be small letters and digits joined by - (or / after a namespace)", found=name)
    return None


def _holds_key_of_rule(table: Mapping[str, object], depth: int) -> bool:
    """Whether a key of rules stands in a table, or in one not too deep below it."""
    if depth > DEEPEST_HEADER:
        return False
    return not ANY_RULE_KEY.isdisjoint(table) or any(
        isinstance(its, dict) and _holds_key_of_rule(its, depth + 1) for its in table.values()
    )


def _reasons(cursor: Cursor) -> dict[str, str]:
    """Read ``{ code = "why this is as it should be" }``."""
    read = {name: child.text() for name, child in cursor.table().items()}
    return {name: reason for name, reason in sorted(read.items()) if reason is not None}


def _tier(cursor: Cursor) -> int | None:
    """Read a tier; the first one goes without saying."""
    tier = cursor.positive()
    if tier is not None and tier > MOST_TIERS:
        cursor.problem("out-of-bounds", f"must be at most {MOST_TIERS}", found=tier)
    return None if tier == 1 else tier


_TERMS: Readers = {
    "otherwise": read_text,
    "weight": partial(Cursor.positive, negative="to take points away, write avoid in the place of prefer"),
    "tier": _tier,
    "level": partial(Cursor.one_of, allowed=LEVELS),
    "unknown": partial(Cursor.one_of, allowed=UNKNOWN_POLICIES),
    "approver": Cursor.text,
    "overrides": Cursor.names,
    "owner": Cursor.text,
    **dict.fromkeys(("review_by", "effective_from", "effective_to"), read_day),
    **dict.fromkeys(("locked", "trial"), Cursor.flag),
    "ignore": _reasons,
}
"""What a rule says beside its conditions and its effect."""
