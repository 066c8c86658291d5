"""What is linted: the files that are named, laid on top of the shipped rules and catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.errors import InputError, LoadError, noting
from llmrules.reading import shipped
from llmrules.reading.files import Source, leads_to, read_catalog_file, toml_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

UNUSABLE = frozenset({"no-file", "is-folder", "unreadable"})
"""The codes of errors that say that an argument names nothing that could be linted."""

CATALOGUED = ("model", "approval")
"""The arrays of tables by which a file that names no pack is known as a catalogue."""


@frozen(eq=False)
class Given:
    """The files of one run.

    ``names`` are those on which findings are reported, by the name that messages call them.
    """

    rules: tuple[Source, ...]
    catalogues: tuple[Source, ...]
    failures: tuple[InputError, ...]
    names: frozenset[str]


def gather(
    paths: Iterable[str | Path] = (),
    catalogues: Iterable[str | Path] = (),
    *,
    project: tuple[Iterable[str | Path], Iterable[str | Path]] = ((), ()),
    shipped_rules: bool = True,
    shipped_catalog: bool = True,
) -> Given:
    """Read the shipped files and those that are named: files, or folders of ``*.toml`` files; none means the shipped.

    The rules and catalogues of a ``project`` lie beneath what is named, and stand for it where nothing is. Each path
    is a layer above those before it. Without ``shipped_rules`` only our vocabulary and claims lie beneath, without
    ``shipped_catalog`` none of our models. A file with ``[[model]]`` and no pack is a catalogue, wherever it is named.
    Raises LoadError for a path that names no file.
    """
    ours = [(path, f"rules/{path.name}") for path in shipped.rule_files(with_rules=shipped_rules)]
    named, named_by_project = [*catalogues], [*project[1]]
    our_catalogues = [*shipped.catalogs_beneath([*named, *named_by_project], newest=shipped_catalog)]
    our_catalogues += filter(None, map(shipped.named_catalog, (*named_by_project, *named)))
    every_catalogue = filter(None, map(shipped.named_catalog, shipped.catalog_names()))
    known = {leads_to(path): name for path, name in (*ours, *every_catalogue)}
    files = {name: (path, 0, False) for path, name in ours} | {name: (path, 0, True) for path, name in our_catalogues}
    names: set[str] = set()
    asked: tuple[list[str | Path], list[str | Path]] = (list(paths), _of_the_user(named))
    beneaths: tuple[list[str | Path], list[str | Path]] = (list(project[0]), _of_the_user(named_by_project))
    for beneath, given, catalogue in zip(beneaths, asked, (False, True), strict=True):
        for layer, folder in enumerate([*beneath, *given], start=1):
            for path in toml_files([folder]):
                name = known.setdefault(leads_to(path), path.as_posix())
                files.setdefault(name, (path, layer, catalogue))
                if layer > len(beneath) or not any(asked):
                    names.add(name)
    read: tuple[list[Source], list[Source]] = ([], [])
    failures: list[InputError] = []
    for name, (path, layer, catalogue) in files.items():
        with noting(failures):
            source = read_catalog_file(path, name, layer=layer)
            stated = "pack" not in source.data and any(isinstance(source.data.get(key), list) for key in CATALOGUED)
            read[catalogue or stated].append(source)
    unusable = [failure for failure in failures if failure.code in UNUSABLE]
    if unusable:
        raise LoadError(unusable)
    return Given(tuple(read[False]), tuple(read[True]), tuple(failures), frozenset(names or files))


def _of_the_user(catalogues: Iterable[str | Path]) -> list[str | Path]:
    """Return the catalogues that are no name of ours: what is found in them is reported. Raises FileError."""
    return [path for given in catalogues for path in shipped.located([given]) if shipped.named_catalog(given) is None]
