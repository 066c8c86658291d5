"""One declaration of an attribute: its keys, which of them belong to its type and scope, and its bounds.

Its choices are read apart, because other declarations may add to them.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.errors import Place, nearest
from llmrules.language.texts import Text, read_text
from llmrules.language.values import Number, number
from llmrules.language.vocabulary.attribute import CHOSEN, SIX, TYPES, Attribute, Scope
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTRIBUTE_KEYS = (
    *("type", "label", "about", "ask", "topic", "source", "choices", "partial", "inherited", "locked"),
    *("unit", "minimum", "maximum", "marks", "computed", "default"),
)


@frozen
class Draft:
    """An attribute whose choices are not yet complete."""

    attribute: Attribute
    entry: Cursor | None
    choices: list[Cursor]

    @property
    def place(self) -> Place:
        """Where the attribute is declared."""
        return self.entry.place if self.entry is not None else Place("built in", key=self.attribute.name)


def read_attribute(scope: Scope, name: str, entry: Cursor) -> Attribute | None:
    """Read all of a declaration but its choices and its default; None where its type is not known."""
    keys = entry.keys(ATTRIBUTE_KEYS, what="an attribute")
    if "type" not in keys:
        entry.missing("type", "an attribute needs type", code="missing-type", allowed=TYPES)
    kind = keys["type"].one_of(TYPES) if "type" in keys else None
    texts = {key: read_text(keys[key], plain=key == "unit") for key in ("label", "about", "ask", "unit") if key in keys}
    sources = keys["source"].names() if "source" in keys else ()
    if kind is None:
        return None
    words = name.replace("_", " ")
    draft = Attribute(
        name=name,
        scope=scope,
        type=next(known for known in TYPES if known == kind),
        label=texts.get("label") or Text(words, words),
        sources=sources,
        about=texts.get("about"),
        ask=texts.get("ask"),
        topic=_topic(keys["topic"]) if "topic" in keys else None,
        unit=texts.get("unit"),
        partial=bool(keys["partial"].flag()) if "partial" in keys else False,
        inherited=bool(keys["inherited"].flag()) if "inherited" in keys else False,
        locked=bool(keys["locked"].flag()) if "locked" in keys else False,
        place=entry,
    )
    check_keys(draft, keys)
    return _with_bounds(draft, keys)


MISSPELT = 0.75
"""How alike a topic and one of the six are where it is taken for a misspelling of that."""


def _topic(cursor: Cursor) -> str | None:
    """Return the topic: one of the six, or another that is near to none of them."""
    topic = cursor.text()
    if topic is not None and topic not in SIX and nearest(topic, SIX, MISSPELT) is not None:
        cursor.problem(
            "unknown-topic", "is near to the topic of a question, but not its name", found=topic, allowed=SIX
        )
    return topic


def check_keys(attribute: Attribute, keys: Mapping[str, Cursor]) -> None:
    """Note each key that the type or the scope does not take."""
    kind, scope = attribute.type, attribute.scope
    fits = {
        "choices": kind in CHOSEN,
        "unit": kind == "number",
        "minimum": kind == "number",
        "maximum": kind == "number",
        "marks": kind == "number" and scope != "requirement",
        "partial": kind == "set" and scope != "requirement",
        "computed": kind == "number" and "default" not in keys,
        "inherited": scope == "model",
        "default": scope == "requirement",
        "ask": scope == "requirement",
    }
    for key, fit in fits.items():
        if key in keys and not fit:
            message = f"does not belong to a {kind} of the {scope}"
            keys[key].problem("key-not-allowed", message, found=key)
    if kind in CHOSEN and "choices" not in keys and attribute.place is not None:
        attribute.place.missing("choices", f"a {kind} needs choices")


def _with_bounds(attribute: Attribute, keys: Mapping[str, Cursor]) -> Attribute:
    bounds: dict[str, Number | None] = {"minimum": None, "maximum": None}
    for key in bounds.keys() & keys.keys():
        bounds[key] = number(keys[key].value)
        if bounds[key] is None:
            keys[key].wrong_type("a finite number")
    low, high = bounds["minimum"], bounds["maximum"]
    if low is not None and high is not None and low > high:
        keys["maximum"].problem("bad-bounds", f"is less than the minimum, {low}", found=high)
        bounds = dict.fromkeys(bounds)
    marks: tuple[Number, ...] = ()
    if "marks" in keys:
        marks = read_marks(keys["marks"])
    return evolve(attribute, marks=marks, minimum=bounds["minimum"], maximum=bounds["maximum"])


def read_marks(cursor: Cursor) -> tuple[Number, ...]:
    """Return marks, or nothing after noting what is wrong with them."""
    read = [number(element.value) for element in cursor.elements()]
    marks = tuple(mark for mark in read if mark is not None)
    ascending = all(low < high for low, high in itertools.pairwise(marks))
    if None in read or len(marks) < 2 or not ascending:  # noqa: PLR2004 - two marks make an interval
        message = "must be two or more numbers, each greater than the one before"
        cursor.problem("bad-marks", message, found=cursor.value)
        return ()
    return marks
