"""Every text with which this package can refuse something, found in its source: constants, and templates with {}.

An f-string becomes its text with ``{}`` in the place of each value, which is how the languages' tables name it.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parent.parent / "src" / "llmrules"

POSITIONS = {"problem": (1,), "missing": (1,), "wrong_type": (0, 1), "Refusal": (2,), "expect": (3,), "compare": (4,),
             "_expect": (2,), "_Refusal": (1, 2), "_refusal": (1,), "Wrong": (2,), "_check_names": (3,),
             "UsageError": (0,), "BadParameter": (0,)}  # fmt: skip
"""Where the texts stand among the arguments of what words or raises them; of every error the first is its text."""

NAMED = {"hint", "message", "sentence", "what", "hints", "negative"}
"""The arguments that are texts by their names."""

OF_PYTHON = {"TypeError", "AttributeError", "FileNotFoundError", "KeyError", "IsADirectoryError", "OSError"}
"""Errors that only a programmer meets."""


SHORTEST = 4
"""Letters of a text that says anything by itself."""


class Module:
    """The texts of one module."""

    def __init__(self, path: Path) -> None:
        self.in_kernel = path.parent.name == "kernel"
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.assigned: dict[str, list[ast.expr]] = {}
        self.returned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    self._assign(target, node.value)
            elif isinstance(node, ast.FunctionDef):
                self.returned[node.name] = [
                    one.value for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield) and one.value
                ]

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple):
            for branch in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
                if isinstance(branch, ast.Tuple):
                    for inner, one in zip(target.elts, branch.elts, strict=False):  # behind a starred one is no text
                        self._assign(inner, one)

    def messages(self) -> Iterator[str]:
        """Yield each text, some of them twice."""
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Call):
                continue
            name = _name(node.func)
            error = name.endswith("Error") and name not in OF_PYTHON and (name != "ValueError" or self.in_kernel)
            for position in (0,) if error else POSITIONS.get(name, ()):
                if position < len(node.args):
                    yield from self.texts(node.args[position])
            for keyword in node.keywords:
                if keyword.arg in NAMED and name != "Text":
                    yield from self.texts(keyword.value)

    def texts(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> Iterator[str]:  # noqa: C901, PLR0912 - a case a kind
        """Yield what an expression may be."""
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            case ast.IfExp(body=one, orelse=other):
                yield from (*self.texts(one, seen), *self.texts(other, seen))
            case ast.BoolOp(values=parts):
                for part in parts:
                    yield from self.texts(part, seen)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                before, after = list(self.texts(left, seen)) or ["{}"], list(self.texts(right, seen)) or ["{}"]
                yield from map("".join, product(before, after))
            case ast.Name(id=name) if name not in seen:
                for value in self.assigned.get(name, ()):
                    yield from self.texts(value, seen | {name})
            case ast.Dict(values=values):
                for value in values:
                    yield from self.texts(value, seen)
            case ast.Subscript(value=table) | ast.Call(func=ast.Attribute(value=table, attr="get")):
                yield from self.texts(table, seen)
            case ast.Call(func=ast.Name(id="next"), args=[ast.GeneratorExp(elt=element), *_]):
                yield from self.texts(element, seen)
            case ast.Call(func=ast.Name(id=name)) if name not in seen:
                for value in self.returned.get(name, ()):
                    yield from self.texts(value, seen | {name})


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


@cache
def modules() -> dict[str, Module]:
    """Return every module of the source but the languages, by its path."""
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if path.parent.name != "languages"]
    return {path.relative_to(SOURCE).as_posix(): Module(path) for path in paths}


def messages() -> dict[str, str]:
    """Return every text with the module that says it."""
    return {
        text: name
        for name, module in modules().items()
        for text in module.messages()
        if len(re.sub("[^a-z]", "", text)) >= SHORTEST
    }


def pieces() -> str:
    """Return all that stands between values in any text of the source, to find what nothing says."""
    nodes = (node for module in modules().values() for node in ast.walk(module.tree))
    return "\n".join(str(node.value) for node in nodes if isinstance(node, ast.Constant))
