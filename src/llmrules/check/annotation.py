"""Annotations: commands in the output of a workflow that GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from llmrules.errors import Place

Level: TypeAlias = Literal["error", "warning", "notice"]


def annotation(level: Level, place: Place, title: str, message: str) -> str:
    """Return the command that shows a message of any number of lines at a place."""
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": title}
    shown = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items() if value is not None)
    return f"::{level} {shown}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """Escape what a workflow command would end at."""
    for mark in ("%", "\r", "\n", *more):
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text
