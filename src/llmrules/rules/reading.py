"""Reads ``[[rule]]`` and ``[[disable]]`` entries strictly; everything wrong is noted, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.conditions import ALWAYS, MODEL_SIDE, Table, read_table
from llmrules.rules.effects import COMMON_KEYS, EFFECTS, LEVELS, RULE_KEYS, UNKNOWN_POLICIES, Effect
from llmrules.rules.rule import Conclusion, Disable, Grade, Rule
from llmrules.sources import check_sources
from llmrules.texts import Text, read_text
from llmrules.values import Period, Value, day
from llmrules.vocabulary import AS_OF, SCOPES, Attribute, Scope, Vocabulary

if TYPE_CHECKING:
    from llmrules.cursor import Cursor

    Keys: TypeAlias = dict[str, Cursor]

_ID = re.compile(r"[a-z0-9]+(?:[-_/][a-z0-9]+)*")

DISABLE_KEYS = ("rule", "pack", "reason")


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
        keys = entry.keys(RULE_KEYS, what="a rule")
        name = self._id(entry, keys)
        effect = self._effect(entry, keys)
        because = self._because(entry, keys)
        sources = keys["source"].names() if "source" in keys else ()
        if "source" not in keys:
            hint = "name a [[claim]] or a dated [[document]]; your own file may hold one"
            entry.problem("missing-source", "a rule needs source", hint=hint)
        else:
            check_sources(keys["source"], sources, self.citable)
        if effect is None:
            return None
        self._check_keys(effect, entry, keys)
        before = len(entry.problems)
        body = self._body(effect, keys[effect.name])
        classifies = isinstance(body, Conclusion) and body.attribute.scope == "model"
        if classifies:
            self._check_classifying(keys)
        elif isinstance(body, Conclusion) and "where" in keys:
            message = "goes with effects on models; the conditions of a requirement stand under when"
            keys["where"].problem("key-not-allowed", message, found="where")
        where = self._where(keys, classifies=classifies)
        when = read_table(keys["when"], self.vocabulary, scopes=("requirement",)) if "when" in keys else ALWAYS
        unless = ALWAYS
        if "unless" in keys:
            unless = read_table(keys["unless"], self.vocabulary, scopes=("requirement",), unless=True)
        self._check_slots(keys)
        if name is None or because is None or (len(entry.problems) > before and body is None):
            return None
        return Rule(
            id=name,
            pack=pack,
            effect=effect,
            because=because,
            sources=sources,
            body=body,
            when=when,
            unless=unless,
            where=where,
            otherwise=read_text(keys["otherwise"]) if "otherwise" in keys and effect.hard else None,
            weight=keys["weight"].positive() if "weight" in keys else None,
            level=(keys["level"].one_of(LEVELS) if "level" in keys else "note") if effect.name == "caution" else None,
            unknown=keys["unknown"].one_of(UNKNOWN_POLICIES) if "unknown" in keys else None,
            approver=keys["approver"].text() if "approver" in keys else None,
            effective_to=_date(keys["effective_to"]) if "effective_to" in keys else None,
            overrides=keys["overrides"].names() if "overrides" in keys else (),
            cursor=entry,
        )

    def _id(self, entry: Cursor, keys: Keys) -> str | None:
        if "id" not in keys:
            entry.problem("missing-key", "a rule needs id")
            return None
        name = keys["id"].text()
        if name is not None and not _ID.fullmatch(name):
            message = "must be small letters and digits joined by - (or / after a namespace)"
            keys["id"].problem("bad-name", message, found=name)
            return None
        return name

    def _effect(self, entry: Cursor, keys: Keys) -> Effect | None:
        found = [name for name in EFFECTS if name in keys]
        if not found:
            entry.problem("no-effect", "a rule needs exactly one effect", allowed=EFFECTS)
            return None
        if len(found) > 1:
            hint = "write one rule for each effect"
            entry.problem("two-effects", "a rule has exactly one effect", found=" and ".join(found), hint=hint)
        return EFFECTS[found[0]]

    def _because(self, entry: Cursor, keys: Keys) -> Text | None:
        if "because" not in keys:
            hint = "if it stands under [rule.when], move it above that line"
            entry.problem("missing-reason", "a rule needs because", hint=hint if "when" in keys else None)
            return None
        return read_text(keys["because"])

    def _check_keys(self, effect: Effect, entry: Cursor, keys: Keys) -> None:
        fitting = {*COMMON_KEYS, *EFFECTS, *effect.keys}
        for name, cursor in keys.items():
            if name not in fitting:
                takers = [other.name for other in EFFECTS.values() if name in other.keys]
                message = f"does not go with {effect.name}; it goes with {', '.join(takers)}"
                cursor.problem("key-not-allowed", message, found=name)
        for name in effect.needs:
            if name not in keys:
                entry.problem("missing-key", f"{effect.name} needs {name}")

    def _body(self, effect: Effect, cursor: Cursor) -> Conclusion | Table | Grade | tuple[str, ...] | None:
        if effect.body == "conclusion":
            return self._conclusion(cursor)
        if effect.body == "rules":
            return cursor.names() or None
        if effect.body == "true":
            if cursor.value is not True:
                cursor.wrong_type("true (what is said stands in because)")
            return None
        return self._grade(effect, cursor) or self._predicate(cursor)

    def _predicate(self, cursor: Cursor) -> Table | None:
        if not isinstance(cursor.value, dict):
            cursor.wrong_type("a table of conditions on models")
            return None
        return read_table(cursor, self.vocabulary, scopes=MODEL_SIDE, references=True)

    def _grade(self, effect: Effect, cursor: Cursor) -> Grade | None:
        """Read ``x.toward = "lowest"``; None where the predicate is an ordinary one."""
        if not isinstance(cursor.value, dict):
            return None
        graded = [
            child for child in cursor.table().values() if isinstance(child.value, dict) and "toward" in child.value
        ]
        if not graded:
            return None
        first = graded[0]
        toward = first.child("toward", first.value["toward"])  # type: ignore[index]
        if effect.name != "prefer" or len(cursor.table()) > 1 or len(first.table()) > 1:
            toward.problem("toward-alone", "stands alone, under prefer", found="toward")
        direction = toward.one_of(("lowest", "highest"))
        name = str(first.key)
        if name not in self.vocabulary or self.vocabulary[name].scope not in MODEL_SIDE:
            message = "is not a declared attribute of the model or offer"
            first.problem("unknown-attribute", message, found=name, allowed=self.vocabulary.names(*MODEL_SIDE))
            return None
        if not self.vocabulary[name].gradable:
            gradable = [attribute.name for attribute in self.vocabulary if attribute.gradable]
            message = "cannot be graded: it is neither a scale nor a number with marks"
            first.problem("not-gradable", message, found=name, allowed=gradable)
            return None
        return Grade(self.vocabulary[name], "lowest" if direction == "lowest" else "highest") if direction else None

    def _conclusion(self, cursor: Cursor) -> Conclusion | None:
        children = cursor.table()
        if isinstance(cursor.value, dict) and len(children) != 1:
            cursor.problem("one-conclusion", "concludes exactly one attribute", found=", ".join(children) or "none")
        for name, child in children.items():
            scopes: tuple[Scope, ...] = ("requirement", "model")
            if name not in self.vocabulary or self.vocabulary[name].scope not in scopes:
                message = "is not a declared attribute of the requirement or model"
                child.problem("unknown-attribute", message, found=name, allowed=self.vocabulary.names(*scopes))
                continue
            attribute = self.vocabulary[name]
            values = self._concluded(attribute, child)
            if values is not None and self._may_conclude(attribute, values, child):
                return Conclusion(attribute, values)
        return None

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
        if attribute.name == AS_OF.name or attribute.default is not None:
            why = "it is always known" if attribute.name == AS_OF.name else "it has a default"
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
        for name in ("when", "unless", "overrides"):
            if name in keys:
                message = "does not go with a rule that classifies models: it looks at the model alone"
                keys[name].problem("key-not-allowed", message, found=name)

    def _where(self, keys: Keys, *, classifies: bool) -> Table:
        if "where" not in keys:
            return ALWAYS
        scopes: tuple[Scope, ...] = ("model",) if classifies else MODEL_SIDE
        return read_table(keys["where"], self.vocabulary, scopes=scopes, references=not classifies)

    def _check_slots(self, keys: Keys) -> None:
        for key, scopes, extra in (
            ("because", ("requirement",), ()),
            ("otherwise", SCOPES, ("model",)),
        ):
            text = read_text(keys[key]) if key in keys and isinstance(keys[key].value, dict) else None
            allowed = (*extra, *self.vocabulary.names(*scopes))
            for slot in text.slots() if text else ():
                if slot not in allowed:
                    keys[key].problem(
                        "unknown-slot", f"no {{{slot}}} can be filled in here", found=slot, allowed=allowed
                    )

    def disable(self, entry: Cursor) -> tuple[Disable, Cursor] | None:
        """Read one entry that switches a rule or a pack off."""
        keys = entry.keys(DISABLE_KEYS, what="a disable entry")
        named = [key for key in ("rule", "pack") if key in keys]
        if len(named) != 1:
            entry.problem("missing-key", "a disable entry names exactly one rule or one pack", allowed=("rule", "pack"))
        if "reason" not in keys:
            entry.problem("missing-reason", "a disable entry needs reason")
        if len(named) != 1 or "reason" not in keys:
            return None
        reason, name = read_text(keys["reason"], plain=True), keys[named[0]].text()
        if reason is None or name is None:
            return None
        return Disable(reason, **{named[0]: name}), keys[named[0]]


def _date(cursor: Cursor) -> Period | None:
    when = day(cursor.value)
    if when is None:
        cursor.wrong_type("a date such as 2026-12-31")
    return when
