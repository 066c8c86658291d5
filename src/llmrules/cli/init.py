"""``llmrules init``: a project to start from, with comments for whoever writes its rules."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from llmrules.advisor import Advisor
from llmrules.cli import options
from llmrules.cli.schema import schema_of
from llmrules.cli.terminal import print_plain
from llmrules.errors import FileError, LoadError, Place
from llmrules.reading.files import write_whole
from llmrules.say.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.language.texts import Language

FILES = {
    "llmrules.toml": "the settings: which rules and models are laid on top of ours",
    "policy/ours.toml": "rules of your own, and attributes of your own that they speak of",
    "models.toml": "what you know of models, and models of your own",
    "cases/customer-letters.toml": "a case, and what must come out",
}
"""What stands in the starter, and what each file is for."""

OF_THE_EDITOR = {".llmrules/": "what your editor completes and checks these files with"}

SCHEMAS = {kind: f".llmrules/{kind}.schema.json" for kind in ("rules", "catalog", "profile")}
"""Where the schemas stand that the first lines of the files name."""

NEXT = ("llmrules decide cases/customer-letters.toml", "llmrules test cases", "llmrules lint --strict")


@click.command(short_help="Write a project to start from.")
@click.argument("folder", type=options.PATH, default=Path())
@options.language
def init(folder: Path, lang: Language) -> None:
    """Write a project to start from into FOLDER, by default this one.

    It has a rule file, an attribute of its own, a catalogue of its own models, a case with what must come out, and
    the settings that find them; each says in comments what it is for, and all of it runs as it is. What your editor
    needs to complete and check the files comes with them.

    Nothing is overwritten: where one of the files is there already, none is written, and the exit status is 2.
    """
    texts = _texts()
    _refuse(folder, texts)
    _write(folder, texts)
    tell, width = Messages(lang), max(map(len, FILES))
    lines = [tell(f"Wrote into {folder.resolve().as_posix()}")]
    lines += [f"  {name:{width}}  {tell(what)}" for name, what in (FILES | OF_THE_EDITOR).items()]
    lines += ["", tell("Next, in that folder")]
    print_plain("\n".join([*lines, *(f"  {command}" for command in NEXT)]))


def _texts() -> dict[str, str]:
    """Return every file of the starter by its name; its schemas know the attributes that it declares."""
    starter = Path(__file__).parent / "starter"
    texts = {name: (starter / name).read_text(encoding="utf-8") for name in FILES}
    advisor = Advisor.load(rules=[starter / "policy"], catalog=[starter / "models.toml"], engine="plain")
    return texts | {name: schema_of(kind, advisor.knowledge) for kind, name in SCHEMAS.items()}


def _refuse(folder: Path, texts: Mapping[str, str]) -> None:
    """Raise LoadError with every file that is there already, or cannot be because a file stands where a folder must."""
    found = {
        place: FileError(message, code="exists", place=Place(place.as_posix()), hint="name another folder, or move it")
        for name in texts
        for place, message in _in_the_way(folder, name)
    }
    if found:
        raise LoadError(found.values())


def _in_the_way(folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    target = folder / name
    if os.path.lexists(target):
        yield target, "is there already: nothing was written"
    for parent in target.parents:
        if os.path.lexists(parent) and not parent.is_dir():
            yield parent, "is no folder: nothing was written"


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write every file, or take back those that were written and the folders that were made."""
    made: list[Path] = []
    try:
        for name, text in texts.items():
            target = folder / name
            for parent in reversed(target.parents):
                if not os.path.lexists(parent):
                    _make(parent)
                    made.append(parent)
            write_whole(target, text)
            made.append(target)
    except FileError:
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink()
        raise


def _make(folder: Path) -> None:
    try:
        folder.mkdir()
    except OSError as error:
        message = f"cannot be made: {error.strerror}"
        raise FileError(message, code="unwritable", place=Place(folder.as_posix())) from None
