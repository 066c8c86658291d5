"""Pages of Markdown as data: their sections, the files that stand in them, and the commands that they show.

A block of TOML whose first line is a comment with a path, such as ``# policy/price.toml``, is that file. A block of
console is a command after ``$`` and what it prints; a line ``…`` stands for any lines, and one that ends with ``…`` for
the rest of that line, too.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from click.testing import CliRunner

from llmrules.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"# ([\w./-]+\.toml)\n")
_REST = "…"


@frozen
class Block:
    """One fenced block: its language, its text and the line of the page where it begins."""

    language: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The path of the file that it is, or None for a snippet."""
        match = _FILE.match(self.text) if self.language == "toml" else None
        return match[1] if match else None


@frozen
class Section:
    """One section of a page: its title and its text."""

    title: str
    text: str
    line: int

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The fenced blocks in their order."""
        return tuple(
            Block(found[1], found[2], self.line + self.text.count("\n", 0, found.start()) + 1)
            for found in _FENCE.finditer(self.text)
        )

    @property
    def files(self) -> dict[str, str]:
        """The files that stand in it, by path."""
        return {block.file: block.text for block in self.blocks if block.file is not None}

    def write(self, folder: Path) -> None:
        """Write its files."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def sections(page: str) -> tuple[Section, ...]:
    """Return the sections of a page, that is what stands under each heading of the second level."""
    text = (ROOT / page).read_text(encoding="utf-8")
    outside = _FENCE.sub(lambda found: re.sub("[^\n]", " ", found[0]), text)
    starts = [found.start() for found in re.finditer("^## ", outside, re.MULTILINE)]
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        title = text[start:end].splitlines()[0].removeprefix("## ")
        found.append(Section(title, text[start:end], text.count("\n", 0, start) + 1))
    return tuple(found)


def commands(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block and the lines that it is shown to print."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        yield command, lines


def run(command: str) -> list[str]:
    """Run a command of ours in the working folder and return the lines that it prints."""
    program, *arguments = shlex.split(command)
    assert program == "llmrules", command
    return CliRunner().invoke(main, arguments, prog_name="llmrules").output.rstrip("\n").split("\n")


def difference(shown: list[str], printed: list[str]) -> str | None:
    """Return the first shown line that was not printed where it should be, or None."""
    place, loose = 0, False
    for line in shown:
        if line.strip() == _REST:
            loose = True
            continue
        at = next((n for n in range(place, len(printed)) if _alike(line, printed[n])), None)
        if at is None or (at > place and not loose):
            return line
        place, loose = at + 1, False
    return None if loose or place == len(printed) else f"(the end, before {printed[place]!r})"


def _alike(shown: str, printed: str) -> bool:
    if shown.endswith(_REST):
        return printed.startswith(shown.removesuffix(_REST))
    return shown == printed
