"""Lines of text, before they are plain for a pipe or coloured on a terminal."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

Style: TypeAlias = Literal["answer", "heading", "line", "blank"]
Tone: TypeAlias = Literal["", "good", "bad", "open"]


@frozen
class Line:
    """One line: how far it is indented, its mark, its text, where it comes from (rule and sources), and its tone."""

    style: Style
    text: str = ""
    indent: int = 0
    mark: str = ""
    origin: str = ""
    tone: Tone = ""

    def __str__(self) -> str:
        """Return the line as plain text."""
        text = f"{self.text}  {self.origin}" if self.text and self.origin else self.text or self.origin
        return f"{' ' * self.indent}{self.mark}{' ' if self.mark else ''}{text}"
