"""``llmrules examples``: the cases that come with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from llmrules.cli import completion, options
from llmrules.cli.terminal import print_plain
from llmrules.language.texts import Language, Text
from llmrules.reading import shipped
from llmrules.reading.files import read_text, read_toml
from llmrules.say.teller import Sentences

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(short_help="List the examples, or show one.")
@click.argument("name", required=False, metavar="[NAME]", shell_complete=completion.complete_examples)
@options.language
def examples(name: str | None, lang: Language) -> None:
    """List the examples that come with llmrules, or print the file of the one with this NAME.

    Each is a case with its story and what must come out. Wherever a profile may be named, example:NAME names one,
    and example:all all of them where several may be.

    \b
      llmrules examples
      llmrules examples hospital-records
      llmrules decide example:hospital-records
      llmrules test example:all
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    if name is None:
        print_plain("\n".join(_list(lang)))
    else:
        print_plain(read_text(shipped.example_path(name.removeprefix(shipped.EXAMPLE))))


def _list(language: Language) -> Iterator[str]:
    names, say = shipped.example_names(), Sentences(language)
    width = max(map(len, names))
    for name in names:
        title = read_toml(shipped.example_path(name)).data["title"]
        yield f"{name:{width}}  {say.read(Text(title['en'], title['ko']))}"
    yield ""
    yield say("decide-an-example")
