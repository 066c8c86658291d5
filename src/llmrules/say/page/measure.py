"""How much room a text takes, and where it breaks into lines, without knowing the reader's fonts: rather too much."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MOST_LINES = 3


def wrapped(text: str, room: float, font: float, *, mono: bool) -> list[str]:
    """Break a text at spaces and hyphens into lines that fit; what is beyond the last line is left out, with a sign."""
    lines = [""] if text else []
    for part in re.findall(r"[^\s-]+-*\s*|\S+\s*", text):
        for piece in _pieces(part, room, font, mono=mono):
            if _width((lines[-1] + piece).rstrip(), font, mono=mono) > room and lines[-1]:
                lines.append("")
            lines[-1] += piece
    if len(lines) > MOST_LINES:
        last = lines[MOST_LINES - 1].rstrip()
        lines = [*lines[: MOST_LINES - 1], f"{last[:-1] if _width(last + '…', font, mono=mono) > room else last}…"]
    return [line.rstrip() for line in lines]


def _pieces(part: str, room: float, font: float, *, mono: bool) -> list[str]:
    """Cut a word that is wider than a line."""
    pieces = [""]
    for mark in part:
        if _width((pieces[-1] + mark).rstrip(), font, mono=mono) > room:
            pieces.append("")
        pieces[-1] += mark
    return pieces


def _width(text: str, font: float, *, mono: bool) -> float:
    """Return about how wide a text is, without knowing the reader's fonts: rather too much than too little."""
    return font * sum(_em(mark, mono=mono) for mark in text)


@lru_cache(maxsize=4096)
def _em(mark: str, *, mono: bool) -> float:
    """Return about how wide a character is, in widths of an M."""
    if unicodedata.east_asian_width(mark) in "WF" or (not mono and mark in "MW%@mw…"):
        return 1.0
    if mono:
        return 0.61
    if mark in "iIjlft.,:;'|!()[] ":
        return 0.41
    return 0.76 if mark.isupper() else 0.63
