"""The schemas of condition tables: which attributes may stand where, with which operators and which right sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.check.schemas.values import (
    FLAG,
    TEXT,
    among,
    described,
    either,
    one_of,
    partial,
    ref,
    scalar,
    table,
    tables,
    value,
)
from llmrules.language.conditions import COMPARING, MODEL_SIDE, comparable, extensible
from llmrules.language.operators import OPERATORS, Operator, operators_for
from llmrules.language.vocabulary import Attribute, Scope, Vocabulary

if TYPE_CHECKING:
    from llmrules.check.schemas.values import Schema

DIRECTIONS = {"lowest": "The lower, the better.", "highest": "The higher, the better."}


@frozen
class Position:
    """One place where condition tables stand, and what may stand in them."""

    name: str
    about: str
    scopes: tuple[Scope, ...]
    references: bool = False
    unless: bool = False
    graded: bool = False


POSITIONS = (
    Position("when", "What must hold of the case: all of it.", ("requirement",), references=True),
    Position(
        *("unless", "What must not hold of the case: each entry blocks.", ("requirement",)),
        references=True,
        unless=True,
    ),
    Position("where", "What must hold of a model or its offer: all of it.", MODEL_SIDE, references=True),
    Position("preferred", "What models are preferred for.", MODEL_SIDE, references=True, graded=True),
    Position("classified", "What must hold of a model that a rule classifies: all of it.", ("model",)),
)


def conditions(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Return the definitions of the condition tables, one for each position, and of the leaves in them."""
    found: dict[str, Schema] = {}
    for position in POSITIONS:
        nested = "where" if position.graded else position.name
        names = vocabulary.names(*position.scopes)
        if not position.graded:
            found |= {f"{nested}.{name}": _leaf(vocabulary[name], vocabulary, position) for name in names}
        leaves = {name: ref(f"{nested}.{name}") for name in names}
        more: Schema = {}
        if position.graded:
            able = [one for one in map(vocabulary.__getitem__, names) if one.gradable or one.type == "number"]
            graded = {one.name: _graded(leaves[one.name], one) for one in able}
            leaves |= graded
            ungraded = {"properties": {"toward": False}, "additionalProperties": True}
            more = {"if": {"type": "object", "additionalProperties": ungraded}, "else": partial(maxProperties=1)}
        groups = {
            "all": tables(ref(nested), minItems=1, description="Every one of these tables must hold."),
            "any": tables(ref(nested), minItems=1, description="One of these tables must hold."),
        }
        found[position.name] = table(leaves | groups, minProperties=1, description=position.about, **more)
    return found


def _graded(leaf: Schema, attribute: Attribute) -> Schema:
    about = "Graded: more points, the closer."
    marks: dict[str, Schema] = {"marks": tables({"type": "number"}, minItems=2)} if attribute.type == "number" else {}
    needs = ["toward"] if attribute.gradable else ["toward", "marks"]
    return either(leaf, table({"toward": among(DIRECTIONS), **marks}, needs=needs, description=about))


def _leaf(attribute: Attribute, vocabulary: Vocabulary, position: Position) -> Schema:
    """Return what may follow an attribute: a bare value, a bare list, or a table of operators."""
    tests = {
        name: _right_side(attribute, OPERATORS[name], vocabulary, position)
        for name in operators_for(attribute)
        if not (position.unless and attribute.many and OPERATORS[name].negative_on_sets)
    }
    operators = table(tests, minProperties=1)
    bare = () if attribute.many else tuple(name for name in ("is", "any_of") if name in tests)
    written_out = [_operand(attribute, OPERATORS[name]) for name in bare]
    return either(*written_out, operators, description=described(attribute))


def _right_side(attribute: Attribute, operator: Operator, vocabulary: Vocabulary, position: Position) -> Schema:
    words = operator.en.replace("{}", "…" if operator.en != "{}" else "exactly …")
    if operator.operand == "flag":
        return {"const": True, "description": words} if position.unless else {**FLAG, "description": words}
    sides = [_operand(attribute, operator)]
    if position.references:
        sides += _references(attribute, operator, vocabulary)
    if attribute.type == "number" and operator.name in COMPARING and "model" in position.scopes:
        sides += _peers(attribute, vocabulary, position)
    return either(*sides, description=words)


def _peers(attribute: Attribute, vocabulary: Vocabulary, position: Position) -> list[Schema]:
    """Return the schema of a comparison with another number of the same model or offer, if there is one."""
    others = (vocabulary[name] for name in vocabulary.names(*position.scopes) if name != attribute.name)
    fitting = [one.name for one in others if one.type == "number" and one.sides is None and attribute.same_kind(one)]
    keys = {"attribute": one_of(fitting), "plus": {"type": "number", "description": "What to add."}}
    said = "What the same model or offer has of this attribute; where either is unknown, so is the test."
    return [table(keys, needs=["attribute"], description=said)] if fitting else []


def _operand(attribute: Attribute, operator: Operator) -> Schema:
    """Return the schema of a right side that is written out."""
    simple = {"flag": FLAG, "glob": TEXT, "same": value(attribute), "member": scalar(attribute)}
    return simple.get(operator.operand) or tables(scalar(attribute), minItems=1)


def _references(attribute: Attribute, operator: Operator, vocabulary: Vocabulary) -> list[Schema]:
    """Return the schema of a reference to a requirement, if there is one that it can be compared with."""
    names = vocabulary.names("requirement")
    others = (name for name in names if name != attribute.name)
    fitting = [name for name in others if comparable(attribute, operator, vocabulary[name])]
    if not fitting:
        return []
    keys: dict[str, Schema] = {"requirement": one_of(fitting)}
    if extensible(attribute, operator):
        more = "Days to add." if attribute.type == "date" else "What to add."
        keys["plus"] = {"type": "integer" if attribute.type == "date" else "number", "description": more}
    said = "What the case says of this requirement; the rule waits until it is known."
    return [table(keys, needs=["requirement"], description=said)]
