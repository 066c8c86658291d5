"""Say where the rules, the catalogues and the examples that come with the package are.

It only finds them; it never reads them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from llmrules.errors import FileError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable


def rules_folder() -> Path:
    """Find the folder of the shipped rule files."""
    return _data() / "rules"


VOCABULARY_FILES = ("vocabulary.toml", "sources.toml")
"""The rule files that hold no rules: attributes, claims and documents."""


def rule_files(*, with_rules: bool = True) -> list[Path]:
    """Find the shipped rule files in the order of their names; without rules, those of the vocabulary alone."""
    files = sorted(rules_folder().glob("*.toml"))
    return [path for path in files if with_rules or path.name in VOCABULARY_FILES]


ARTICLE = "article"
"""The name of the catalogue of the article's twelve families, on which every dated catalogue lies."""

ARTICLE_FILE = "catalog.toml"

CATALOGUES = "catalogs"
"""The folder of the dated catalogues that come with the package, each named by its file."""


CATALOGUE_SUFFIXES = (".toml", ".json", ".gz")


def catalog_names() -> tuple[str, ...]:
    """Return the names of the catalogues that come with the package: ``article``, then the dated ones, newest last."""
    return (ARTICLE, *sorted(path.stem for path in (_data() / CATALOGUES).glob("*.toml")))


def catalog_path(name: str) -> Path:
    """Return the file of a catalogue that comes with the package, by its name."""
    return _data() / (ARTICLE_FILE if name == ARTICLE else f"{CATALOGUES}/{name}.toml")


def named_catalog(given: str | Path) -> tuple[Path, str] | None:
    """Find a catalogue that comes with the package by its name, and what messages call it; None for no such name.

    A file or folder of that name where it is looked for comes first.
    """
    path = Path(given)
    if path.name != str(given) or path.exists() or path.name not in catalog_names():
        return None
    return catalog_path(path.name), ARTICLE_FILE if path.name == ARTICLE else f"{CATALOGUES}/{path.name}.toml"


def catalogs_beneath(given: Iterable[str | Path], *, newest: bool) -> tuple[tuple[Path, str], ...]:
    """Return the shipped catalogues that lie beneath those given, and what messages call each.

    Where one of ours is named, it is what the user chose: only what a dated one lies on comes with it. Otherwise our
    newest catalogue lies beneath, unless ``newest`` is False.
    """
    names = catalog_names()
    paths = {Path(path) if (ours := named_catalog(path)) is None else ours[0] for path in given}
    named = {name for name in names if {catalog_path(name), catalog_path(name).resolve()} & paths}
    article = (catalog_path(ARTICLE), ARTICLE_FILE)
    if named:
        return () if ARTICLE in named else (article,)
    return (article, (catalog_path(names[-1]), f"{CATALOGUES}/{names[-1]}.toml")) if newest else ()


def misnamed_catalog(given: str | Path) -> FileError | None:
    """Return the error of what can only be meant as such a name, but is none; None for all else.

    That is a word without the suffix of a catalogue file, and no such file or folder is there.
    """
    path, names = Path(given), catalog_names()
    if path.name != str(given) or path.suffix in CATALOGUE_SUFFIXES or path.name in names or path.exists():
        return None
    message = "names no catalogue of ours, and there is no such file"
    return FileError(message, code="unknown-catalogue", place=Place(path.name), found=path.name, allowed=names)


def located(paths: Iterable[str | Path]) -> list[Path]:
    """Return the paths of catalogues, those of ours that are named found. Raises FileError for a name of none."""
    paths = list(paths)
    if (error := next(filter(None, map(misnamed_catalog, paths)), None)) is not None:
        raise error
    return [Path(path) if (ours := named_catalog(path)) is None else ours[0] for path in paths]


EXAMPLE = "example:"
"""How the name of a profile that comes with the package begins, where a profile may be named."""

EVERY_EXAMPLE = "all"


def examples_folder() -> Path:
    """Find the folder of the profiles that come with the package."""
    return _data() / "examples"


def example_names() -> tuple[str, ...]:
    """Return the names of the profiles that come with the package, such as ``hospital-records``."""
    return tuple(sorted(path.stem for path in examples_folder().glob("*.toml")))


def example_path(name: str) -> Path:
    """Return the file of a profile that comes with the package. Raises FileError for a name of none."""
    names = example_names()
    if name not in names:
        place = Place(EXAMPLE.removesuffix(":"))
        raise FileError("names no example", code="unknown-example", place=place, found=name, allowed=names)
    return examples_folder() / f"{name}.toml"


def named_example(given: str) -> Path | None:
    """Find what ``example:NAME`` names, or ``example:all``, their folder; None for what does not begin like that.

    Raises FileError for a name of none.
    """
    if not given.startswith(EXAMPLE):
        return None
    name = given.removeprefix(EXAMPLE)
    return examples_folder() if name == EVERY_EXAMPLE else example_path(name)


def _data() -> Path:
    package = Path(__file__).resolve().parent.parent
    # An installed package brings a copy; an editable one is used where it stands, src/llmrules in the checkout.
    places = (package / "data", package.parent.parent)
    for place in places:
        if (place / "rules").is_dir() and (place / ARTICLE_FILE).is_file():
            return place
    looked = " nor in ".join(map(str, places))
    message = f"Install llmrules again: its rules/ and {ARTICLE_FILE} are not in {looked}."
    raise FileNotFoundError(message)
