"""The schema of rule files: attributes, documents, claims, rules, and what is switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.check.lint.finding import CODES
from llmrules.check.schemas.asking import concludable, declarable, needed
from llmrules.check.schemas.conditions import conditions
from llmrules.check.schemas.stated import claims, documents, known_sources
from llmrules.check.schemas.values import (
    DAY,
    FLAG,
    NAME,
    POSITIVE,
    TEXT,
    Schema,
    among,
    choices,
    described,
    either,
    known_or_new,
    never,
    one_of,
    partial,
    ref,
    scalar,
    several,
    table,
    tables,
    text,
    whole,
)
from llmrules.language.rules.effects import (
    COMMON_KEYS,
    EFFECTS,
    LEVELS,
    MOST_TIERS,
    NOT_CLASSIFYING,
    RESERVED,
    RULE_KEYS,
    UNKNOWN_POLICIES,
    Conclude,
    Prefer,
)
from llmrules.language.rules.promises import ELIGIBLE, KEPT, PROMISE_KEYS
from llmrules.language.rules.reading import DISABLE_KEYS, RULE_ID
from llmrules.language.rules.rule import EVENTS
from llmrules.language.rules.ruleset import FILE_KEYS, LANGUAGE, RuleSet
from llmrules.language.vocabulary import CHOSEN, SCOPES, TYPES, Attribute, Scope, Type, Vocabulary
from llmrules.language.vocabulary.computed import TOKENS_AT
from llmrules.language.vocabulary.reading import ATTRIBUTE_KEYS, CHOICE_KEYS
from llmrules.say.teller import Sentences

if TYPE_CHECKING:
    from llmrules.language.rules.effects import Effect


KINDS: dict[Type, str] = {
    "flag": "true or false",
    "choice": "one of some choices",
    "scale": "one of some choices that have an order, low to high",
    "set": "several of some choices",
    "number": "a number, with its unit",
    "text": "a text",
    "date": "a date",
}
"""The types, in words."""

_VALUES: dict[Type, Schema] = {
    "flag": FLAG,
    "choice": TEXT,
    "scale": TEXT,
    "set": tables(TEXT),
    "number": {"type": "number"},
    "text": TEXT,
    "date": DAY,
}
"""What a default may be, by type."""


def rules_schema(ruleset: RuleSet) -> Schema:
    """Return the schema of rule files on top of a rule set."""
    vocabulary = ruleset.vocabulary
    definitions = choices(vocabulary) | conditions(vocabulary) | known_sources(ruleset)
    rules = known_or_new({name: rule.because.read("en") for name, rule in ruleset.rules.items()})
    definitions |= {"rule": rules, "rules": several(ref("rule"))} | declaration_parts(vocabulary)
    shapes: dict[str, Schema] = {
        "language": {"const": LANGUAGE, "description": "The rule language that the file is written in."},
        "pack": {**NAME, "description": "The name of this file's rules, unique over all files."},
        "title": text(plain=True),
        "document": documents(),
        "claim": claims(),
        **{scope: declarations(vocabulary, scope) for scope in SCOPES},
        "rule": tables(_rule(vocabulary), description="Conditions, exactly one effect, a reason and a source."),
        "first_of": tables(
            table({"rules": tables(NAME, minItems=2)}, needs=["rules"]),
            description="Rules of which the first that fires counts: it defeats the later ones.",
        ),
        "promise": tables(_promise(), description="What rules and catalogue together keep in every case."),
        "disable": tables(
            _disable(ruleset), description="A rule, a promise, or all of a pack, switched off with a reason."
        ),
    }
    properties = {key: shapes[key] for key in FILE_KEYS}
    return whole("A rule file of llmrules", properties, definitions, needs=("language", "pack"))


def _rule(vocabulary: Vocabulary) -> Schema:
    shapes = _rule_keys(vocabulary) | {name: _body(effect, vocabulary) for name, effect in EFFECTS.items()}
    one_effect = [partial(needs=[name]) for name in EFFECTS]
    return table(
        {key: shapes[key] for key in RULE_KEYS},
        needs=[key for key in needed("rule") if key not in EFFECTS],
        oneOf=one_effect,
        allOf=[*map(_fitting, EFFECTS.values()), *_concluding(vocabulary)],
    )


def _rule_keys(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Return what may follow each key of a rule that is no effect."""
    said = Sentences("en")
    asking = [name for name in vocabulary.names("requirement") if vocabulary[name].type in {"text", "choice"}]
    codes = {name: {**TEXT, "description": said(f"code.{name}")} for name in CODES}
    shapes: dict[str, tuple[Schema, str]] = {
        "id": ({"type": "string", "pattern": f"^(?:{RULE_ID.pattern})$"}, "A name of its own over all files."),
        "when": (ref("when"), ""),
        "unless": (ref("unless"), ""),
        "where": (ref("where"), ""),
        "because": (text(), "The reason in words. {name} stands for what the case says of a requirement."),
        "otherwise": (text(), "What is said of a model that fails: {model}, or {name} of any attribute."),
        "source": (ref("sources"), "The claim or document that it rests on, or several."),
        "overrides": (ref("rules"), "Rules that do not count where this one fires."),
        "tier": (
            {"type": "integer", "minimum": 1, "maximum": MOST_TIERS},
            "Its points count only between models whose points of all lower tiers are equal; 1 where left out.",
        ),
        "weight": (POSITIVE, "Points: 3 or 4 for a core fit, 2 for a secondary one, 1 for a nudge."),
        "level": (one_of(LEVELS), "How heavy the caution is, from light to heavy."),
        "unknown": (one_of(UNKNOWN_POLICIES), "What becomes of a model whose check is unknown."),
        "approver": (TEXT, "Who agreed to the exemption, or has to agree or be told."),
        "not_by": (one_of(asking), "The requirement that says who asks, and so may not approve."),
        "owner": (TEXT, "Who answers for the rule."),
        "review_by": (DAY, "The day by which someone must look at it again."),
        "effective_from": (DAY, "The first day on which it is in force."),
        "effective_to": (DAY, "The last day on which it is in force."),
        "locked": (FLAG, "No later file may switch it off, override it or exempt from it."),
        "trial": (FLAG, "It is recorded what it would do, and nothing is changed."),
        "ignore": (table(codes), "Findings that are as they should be, each with the reason."),
    }
    return {key: {**shape, "description": said} if said else shape for key, (shape, said) in shapes.items()}


def _body(effect: type[Effect], vocabulary: Vocabulary) -> Schema:
    """Return what may follow an effect."""
    if effect.followed_by == "conclusion":
        return table(
            {attribute.name: side for attribute in vocabulary for side in _concluded(attribute, vocabulary)},
            minProperties=1,
            maxProperties=1,
            description="The one attribute that the rule concludes.",
        )
    about = f"The rule {effect.words.en} …"
    if effect.followed_by == "true":
        return {"const": True, "description": f"{about} what it says stands in because."}
    if effect.followed_by == "rules":
        return {**ref("rules"), "description": about}
    return {"allOf": [ref("preferred" if effect is Prefer else "where")], "description": about}


def _concluded(attribute: Attribute, vocabulary: Vocabulary) -> list[Schema]:
    """Return the schema of what a rule may conclude of an attribute, if it may."""
    if attribute.type == "flag":
        flags = [value for value in (True, False) if concludable(vocabulary, attribute, value)]
        return [{"type": "boolean", "enum": flags, "description": described(attribute)}] if flags else []
    example = _example(attribute)
    if not concludable(vocabulary, attribute, [example] if attribute.many else example):
        return []
    one = scalar(attribute)
    return [either(tables(one, minItems=1) if attribute.many else one, description=described(attribute))]


def _example(attribute: Attribute) -> object:
    """Return a value that an attribute may have."""
    if attribute.choices:
        return attribute.choices[0].id
    bounds = [bound for bound in (attribute.minimum, attribute.maximum) if bound is not None]
    return {"number": bounds[0] if bounds else 0, "date": "2026-01-01"}.get(attribute.type, attribute.name)


def _fitting(effect: type[Effect]) -> Schema:
    """Return what an effect says of the other keys: those it needs, and those that do not go with it."""
    fitting = {*COMMON_KEYS, *EFFECTS, *effect.keys}
    then = never(key for key in RULE_KEYS if key not in fitting)
    return {"if": partial(needs=[effect.name]), "then": {**then, "required": list(effect.needs)}}


def _concluding(vocabulary: Vocabulary) -> list[Schema]:
    """Return what the attribute that a rule concludes says of its other keys: whether it classifies, or not."""
    classifies = partial({**dict.fromkeys(sorted(NOT_CLASSIFYING), False), "where": ref("classified")})
    consequences: dict[Scope, Schema] = {"model": classifies, "requirement": never(["where"])}
    found = []
    for scope, then in consequences.items():
        one = [partial(needs=[name]) for name in vocabulary.names(scope)]
        found.append(
            {"if": partial({Conclude.name: partial(anyOf=one)}, needs=[Conclude.name]), "then": then} if one else {}
        )
    return found


def _promise() -> Schema:
    happens: dict[str, Schema] = {
        event: {"const": True, "description": said} for event, said in zip(EVENTS, NEVER, strict=True)
    }
    somebody = table({ELIGIBLE: {"const": True}}, needs=[ELIGIBLE])
    shapes: dict[str, Schema] = {
        "id": {"type": "string", "pattern": f"^(?:{RULE_ID.pattern})$", "description": "A name of its own."},
        "when": {**ref("when"), "description": "In which cases it is kept; in all of them without."},
        "because": {**text(plain=True), "description": "Why it is kept."},
        "source": {**ref("sources"), "description": "The claim or document that it rests on, or several."},
        "always": {**ref("when"), "description": "Holds of the case at the end."},
        "every": {**ref("where"), "description": "Every eligible model passes."},
        "best": {**ref("where"), "description": "Every model on the first place passes."},
        "some": {"anyOf": [somebody, ref("where")], "description": "Some eligible model passes."},
        "never": table(happens, minProperties=1),
    }
    kept = [partial(needs=[name]) for name in KEPT]
    return table({key: shapes[key] for key in PROMISE_KEYS}, needs=["id", "because", "source"], anyOf=kept)


NEVER = ("No such case is refused.", "No such case has a conflict.")
"""What it means that one of the events never happens."""


def _disable(ruleset: RuleSet) -> Schema:
    packs = {**NAME, "description": f"All rules and promises of a pack: {', '.join(ruleset.packs)}."}
    shapes = {
        "rule": {**ref("rule"), "description": "The rule that is switched off."},
        "pack": packs,
        "promise": {**NAME, "description": "The promise that is switched off."},
        "reason": {**text(plain=True), "description": "Why."},
    }
    named = [partial(needs=[key]) for key in DISABLE_KEYS if key != "reason"]
    return table({key: shapes[key] for key in DISABLE_KEYS}, needs=["reason"], oneOf=named)


# How attributes are declared: ``[requirement.name]``, ``[model.name]`` and ``[offer.name]``


def declarations(vocabulary: Vocabulary, scope: Scope) -> Schema:
    """Return the schema of the attributes of a scope; to those that are loaded a file may add choices alone."""
    known = {
        name: either(ref(f"declared.{scope}"), description=described(vocabulary[name]))
        for name in vocabulary.names(scope)
        if vocabulary[name].place is not None
    }
    return {
        "type": "object",
        "properties": known,
        "additionalProperties": ref(f"new.{scope}"),
        "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$", "not": {"enum": sorted(RESERVED)}},
        "description": f"Attributes of the {scope}.",
    }


def declaration_parts(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Return the definitions of a declaration of each scope, of one that is new, and of what may follow its keys."""
    found = {f"key.{key}": shape for key, shape in _shapes(vocabulary).items()}
    for scope in SCOPES:
        found[f"declared.{scope}"] = _declaration(scope, new=False)
        found[f"new.{scope}"] = _declaration(scope, new=True)
    return found


def _declaration(scope: Scope, *, new: bool) -> Schema:
    by_type = []
    for kind in TYPES:
        fitting, needs = declarable(scope, kind)
        then = never(key for key in ATTRIBUTE_KEYS if key not in fitting)
        if "default" in fitting:
            then["properties"]["default"] = _VALUES[kind]
        of_kind = partial({"type": {"const": kind}}, needs=["type"])
        by_type.append({"if": of_kind, "then": {**then, "required": list(needs) if new else []}})
    return table(
        {key: ref(f"key.{key}") for key in ATTRIBUTE_KEYS},
        needs=["type"] if new else [],
        minProperties=1,
        allOf=by_type,
    )


def _shapes(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Return what may follow each key of a declaration."""
    bound = {"type": "number"}
    lending = {attribute.name: described(attribute) for attribute in vocabulary if attribute.type in CHOSEN}
    factors = {one.name: described(one) for one in vocabulary if one.type == "number"}
    factors |= {name: f"How many tokens of the case have the price {price}." for name, price in TOKENS_AT.items()}
    lenders = [among(lending), NAME] if lending else [NAME]
    words = {"source": ref("sources")}
    choice = either(TEXT, table({key: words.get(key, TEXT) for key in CHOICE_KEYS}))
    choices = {"type": "object", "additionalProperties": choice, "minProperties": 1}
    shapes: dict[str, tuple[Schema, str]] = {
        "type": (among({kind: KINDS[kind] for kind in TYPES}), "What its values are."),
        "label": (text(), "A short noun phrase; every sentence about it uses it."),
        "about": (text(), "What it means, in a sentence or two."),
        "ask": (text(), "The question that states it."),
        "topic": (TEXT, "What the question belongs to."),
        "source": (ref("sources"), "The claim or document that it rests on."),
        "choices": (either(*lenders, choices), "The choices with their words, or the attribute that has them."),
        "partial": (FLAG, "What a catalogue does not list is unknown, not absent."),
        "inherited": (FLAG, "A variant has it from the model that it extends."),
        "unit": (text(plain=True), "What the number counts."),
        "minimum": (bound, "The least valid value."),
        "maximum": (bound, "The greatest valid value."),
        "marks": (tables(bound, minItems=2), "Ascending; they make it gradable with toward."),
        "computed": (
            tables(tables(either(known_or_new(factors), bound), minItems=1), minItems=1),
            "The products that it is the sum of where nobody states it; a constant may have a unit: '0.001 GB per MB'.",
        ),
        "locked": (FLAG, "No later file may add choices to it."),
        "default": ({}, "What holds, as assumed, when nothing is stated."),
    }
    return {key: {**shape, "description": said} for key, (shape, said) in shapes.items()}
