"""The files that an advisor knows: shipped ones, and those of each path in its layer."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from llmrules.catalog.cache import slot_for
from llmrules.decision.knowledge import Knowledge, load_knowledge
from llmrules.errors import FileError, LoadError
from llmrules.reading import shipped
from llmrules.reading.files import read_raw, toml_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


def load(
    rules: Iterable[str | Path],
    catalog: Iterable[str | Path],
    *,
    with_rules: bool,
    with_catalog: bool,
    cache: bool,
    progress: Callable[[int, int], None] | None,
) -> Knowledge:
    """Load what is shipped, as far as it is wanted, and what is given on top of it. Raises LoadError.

    Catalogues that are remembered are not parsed again.
    """
    failures: list[FileError] = []
    rule_files = [(path, f"rules/{path.name}", 0) for path in shipped.rule_files(with_rules=with_rules)]
    rule_files += _layers(rules, failures)
    catalogues = [(shipped.catalog_file(), "catalog.toml", 0)] if with_catalog else []
    catalogues += _layers(catalog, failures, named=True)
    raw_rules = _all((partial(read_raw, path, name, layer=layer) for path, name, layer in rule_files), failures)
    raw_catalogues = _all(
        (partial(read_raw, path, name, layer=layer, may_be_json=True) for path, name, layer in catalogues), failures
    )
    slot = slot_for(raw_rules, raw_catalogues) if cache and not failures else None
    known = slot.recall() if slot is not None else None
    sources = _all((file.parse for file in raw_rules), failures)
    if known is not None:
        with suppress(LoadError):  # what was remembered is wrong, or what is wrong with the files is found again
            return load_knowledge(sources, known.sources, failures, catalog=known.catalog)
    parsed = _all((file.parse for file in raw_catalogues), failures)
    knowledge = load_knowledge(sources, parsed, failures, progress=progress)
    if slot is not None:
        slot.remember(knowledge.catalog, parsed)
    return knowledge


def _layers(
    given: Iterable[str | Path], failures: list[FileError], *, named: bool = False
) -> list[tuple[Path, str, int]]:
    """Return the files of each path with their layer; one path alone is a common slip for a list of one.

    ``named`` says that the name of a shipped catalogue may stand for its file.
    """
    paths = [given] if isinstance(given, str | Path) else list(given)
    found = []
    for layer, path in enumerate(paths, start=1):
        misnamed = shipped.misnamed_catalog(path) if named else None
        if misnamed is not None:
            failures.append(misnamed)
            continue
        ours = shipped.named_catalog(path) if named else None
        try:
            files = [(file, file.as_posix()) for file in toml_files([path])] if ours is None else [ours]
        except FileError as error:
            failures.append(error)
            continue
        found += [(file, name, layer) for file, name in files]
    return found


def _all(made: Iterable[Callable[[], T]], failures: list[FileError]) -> list[T]:
    """Return what can be made of files, and note what is wrong with the others."""
    found = []
    for make in made:
        try:
            found.append(make())
        except FileError as error:
            failures.append(error)
    return found
