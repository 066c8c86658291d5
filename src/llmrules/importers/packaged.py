"""Take public lists out of installed packages that ship them: their files are read, and nothing of them is imported."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from llmrules.errors import FileError, Place
from llmrules.importers.kinds import Input
from llmrules.reading.files import read_json_data, read_text

PACKAGES = {
    "litellm": ("litellm", "litellm/model_prices_and_context_window_backup.json"),
    "genai-prices": ("genai-prices", "genai_prices/data.py"),
}
"""The package that ships a list, and the file in it, by kind."""


def packaged(kind: str) -> Input:
    """Return a list as the installed package has it, with the package's version. Raises FileError."""
    if kind not in PACKAGES:
        message = "is shipped by no package"
        raise FileError(message, code="no-package", place=Place(kind), hint=f"packages ship {', '.join(PACKAGES)}")
    package, file = PACKAGES[kind]
    try:
        found = distribution(package)
    except PackageNotFoundError:
        message = f"is in no installed package: pip install -U {package}"
        raise FileError(message, code="no-package", place=Place(kind)) from None
    path = Path(str(found.locate_file(file)))
    read = providers_in if path.suffix == ".py" else read_json_data
    return Input(kind, path.as_posix(), partial(read, path), version=found.version)


def providers_in(path: Path) -> list[Any]:
    """Return the providers in genai-prices' module of data as its ``data.json`` has them, without running it.

    The module is one expression of constructors with named arguments. Raises FileError where it is anything else.
    """
    text = read_text(path)
    try:
        for statement in ast.parse(text).body:
            if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == "providers":
                return list(_plain(statement.value))
    except (SyntaxError, TypeError, ValueError, RecursionError):
        pass  # it is told below, like a module without providers
    message = "is no data of genai-prices as this version of llmrules knows it"
    raise FileError(message, code="wrong-shape", place=Place(path.as_posix()))


def _plain(node: ast.expr | None) -> Any:  # noqa: ANN401, PLR0911 - plain JSON, one case for each
    """Return what an expression stands for, as JSON has it."""
    match node:
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=value)]):
            return Decimal(str(value))
        case ast.Call(func=ast.Attribute(attr="date"), args=args):
            return date(*map(_plain, args)).isoformat()
        case ast.Call(func=ast.Attribute()):
            return ast.unparse(node)  # an hour, of which only that there is one matters
        case ast.Call(keywords=keywords):
            told = {str(one.arg): _plain(one.value) for one in keywords}
            return {name: value for name, value in told.items() if value is not None}
        case ast.List(elts=elements):
            return [_plain(element) for element in elements]
        case ast.Dict(keys=keys, values=values):
            return dict(zip(map(_plain, keys), map(_plain, values), strict=True))
    return ast.literal_eval(node) if node is not None else None
