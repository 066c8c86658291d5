"""The settings of a project: which rules and catalogues it lays on top of ours, its language and its policy.

They stand in ``llmrules.toml``, or under ``[tool.llmrules]`` in ``pyproject.toml``, in the working folder or the
nearest one above it that has any; those further up do not count. Nothing here reads the files that settings name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.errors import InputError, LlmrulesError, LoadError, Place, SettingsError
from llmrules.language.rules.effects import UNKNOWN_POLICIES, Policy
from llmrules.language.texts import LANGUAGES, Language
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import leads_to, read_toml
from llmrules.reading.shipped import named_catalog

if TYPE_CHECKING:
    from llmrules.reading.cursor import Readers
    from llmrules.reading.files import Source

FILE = "llmrules.toml"
SHARED_FILE = "pyproject.toml"
SHARED_TABLE = ("tool", "llmrules")
"""Where the settings stand in a file that they share with those of other tools."""


PACKAGE = "package"
"""Stands in the place of an address for the installed package that ships the list."""


@frozen
class Published:
    """A public list: the address or the local file that ``llmrules update`` takes it from, its licence, and its page.

    Values from the list are cited with the licence and the page (``source``). Without an address, a project says one.
    """

    address: str | Path | None
    licence: str | None
    source: str | None


_GITHUB = "https://raw.githubusercontent.com"
_PRICES = "model_prices_and_context_window.json"
PUBLISHED: Mapping[str, Published] = {
    "models-dev": Published("https://models.dev/api.json", "MIT", "https://models.dev/api.json"),
    "litellm": Published(
        f"{_GITHUB}/BerriAI/litellm/main/{_PRICES}", "MIT", f"https://github.com/BerriAI/litellm/blob/main/{_PRICES}"
    ),
    "genai-prices": Published(
        f"{_GITHUB}/pydantic/genai-prices/main/prices/new_data/v2/data.json",
        "MIT",
        "https://github.com/pydantic/genai-prices",
    ),
    "arena": Published(None, "CC-BY-4.0", "https://arena.ai/leaderboard"),
    "llmfit": Published(None, "MIT", None),
}
"""The public lists, by the kind of file that they are."""


@frozen
class Update:
    """What ``llmrules update`` takes, and where it puts it.

    ``output`` is the catalogue file that it writes, ``redirects`` are the hosts to which an address may lead beside its
    own, and ``files`` the lists to take: by default all that have an address.
    """

    output: Path | None = None
    redirects: tuple[str, ...] = ()
    files: Mapping[str, Published] = field(
        factory=lambda: {kind: one for kind, one in PUBLISHED.items() if one.address is not None}
    )


@frozen
class Settings:
    """What a project says, and the file that says it; without a file, nothing.

    Paths are as seen from the working folder of the process, so that the same project gives the same names.
    ``languages`` are those in which its own texts are written; ``shipped_rules`` and ``shipped_catalog`` say whether
    ours lie beneath its own.
    """

    file: Path | None = None
    rules: tuple[Path, ...] = ()
    catalog: tuple[Path, ...] = ()
    language: Language | None = None
    languages: tuple[Language, ...] = LANGUAGES
    unknown: Policy | None = None
    shipped_rules: bool = True
    shipped_catalog: bool = True
    update: Update = Update()


def for_folder(folder: Path) -> Settings:
    """Return the settings that hold in a folder. Raises FileError, or LoadError with everything that is wrong."""
    here = leads_to(folder)
    for place in (here, *here.parents):
        own, shared = place / FILE, place / SHARED_FILE
        try:
            if own.is_file():
                return read_settings(read_toml(_seen(own)), own)
            if shared.is_file() and _shared((source := read_toml(_seen(shared))).data) is not None:
                return read_settings(source, shared)
        except LlmrulesError as error:
            linked = [path for path in (own, shared) if leads_to(path).parent != place]
            raise _discreet(error, linked, "the project") from None
    return Settings()


def discreet(error: LlmrulesError, settings: Settings) -> LlmrulesError:
    """Return an error without what stands in files that settings name outside of their project.

    Who runs a command in a project of others did not choose those files, and its output may be read by many.
    """
    if settings.file is None:
        return error
    project = leads_to(settings.file.parent)
    outside = [path for path in (*settings.rules, *settings.catalog) if not leads_to(path).is_relative_to(project)]
    return _discreet(error, outside, settings.file.as_posix())


def _discreet(error: LlmrulesError, outside: list[Path], who: str) -> LlmrulesError:
    """Return an error that says of files outside no more than that, and who names them."""
    if isinstance(error, LoadError):
        return LoadError(_without_contents(one, outside, who) for one in error.errors) if outside else error
    return _without_contents(error, outside, who) if isinstance(error, InputError) else error


def _without_contents(error: InputError, outside: list[Path], who: str) -> InputError:
    file = leads_to(Path(error.place.file))
    if not any(file.is_relative_to(leads_to(path)) for path in outside):
        return error
    message = f"cannot be used; it lies outside of the project, and {who} names it"
    hint = f"to see what is wrong with it: llmrules lint --isolated {error.place.file}"
    return type(error)(message, code=error.code, place=Place(error.place.file), hint=hint)


def read_settings(source: Source, file: Path) -> Settings:
    """Read the settings of a file strictly. Raises LoadError with everything that is wrong."""
    problems: list[InputError] = []
    top = Cursor.top(source, SettingsError, problems)
    if file.name == SHARED_FILE:
        for key in SHARED_TABLE:
            top = top.table()[key]
    readers: Readers = {
        "rules": partial(_paths, folder=file.parent),
        "catalog": partial(_paths, folder=file.parent, named=True),
        "language": partial(Cursor.one_of, allowed=LANGUAGES),
        "languages": _languages,
        "unknown": partial(Cursor.one_of, allowed=UNKNOWN_POLICIES),
        "shipped_rules": Cursor.flag,
        "shipped_catalog": Cursor.flag,
        "update": partial(_update, folder=file.parent),
    }
    settings = Settings(_seen(file), **top.fields(readers, what="the settings"))
    if problems:
        raise LoadError(problems)
    return settings


def _update(cursor: Cursor, *, folder: Path) -> Update:
    """Read what is taken in where, each list with what is known of it unless the project says otherwise."""
    path = partial(_path, folder=folder)
    readers: Readers = {"output": path, "redirects": Cursor.names, "files": partial(_lists, folder=folder)}
    return Update(**cursor.fields(readers, what="the table [update]"))


def _lists(cursor: Cursor, *, folder: Path) -> dict[str, Published]:
    found: dict[str, Published] = {}
    readers: Readers = {"address": partial(_address, folder=folder), "licence": Cursor.name, "source": Cursor.name}
    for kind, table in cursor.keys(PUBLISHED, what="the table [update.files]").items():
        found[kind] = evolve(PUBLISHED[kind], **table.fields(readers, what="a public list"))
        if found[kind].address is None:
            table.missing("address", "a public list without an address of its own needs address")
    return found


def _address(cursor: Cursor, *, folder: Path) -> str | Path | None:
    """Return a web address or ``package`` as it stands, and anything else as the path of a file."""
    name = cursor.name()
    if name is None or name == PACKAGE or re.match("https?://", name):
        return name
    if "://" in name:
        cursor.problem("bad-address", "must begin with https:// or http://, or be a path", found=name)
        return None
    return _seen(folder / name)


def _path(cursor: Cursor, *, folder: Path) -> Path | None:
    name = cursor.name()
    return None if name is None else _seen(folder / name)


def _languages(cursor: Cursor) -> tuple[Language, ...]:
    """Return the languages that are named, in the order of ours."""
    found = [cursor.element(name).one_of(LANGUAGES) for name in cursor.names()]
    return tuple(one for one in LANGUAGES if one in found)


def _shared(data: object) -> object | None:
    """Return what a shared file holds at the place of our settings."""
    for key in SHARED_TABLE:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _paths(cursor: Cursor, *, folder: Path, named: bool = False) -> tuple[Path, ...]:
    """Return the paths that a setting names: relative ones are meant from the folder of its file.

    ``named`` says that the name of a shipped catalogue may stand for its file.
    """
    names = () if cursor.value == [] else cursor.names()
    ours = {name for name in names if named and named_catalog(name) and not (folder / name).exists()}
    return tuple(Path(name) if name in ours else _seen(folder / name) for name in names)


def _seen(path: Path) -> Path:
    """Return a path as seen from the working folder."""
    return Path(os.path.relpath(path))
