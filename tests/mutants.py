"""Mutants of a trace: everything in it changed, dropped, doubled or put where it was not, one thing at a time.

``python -m tests.mutants --all`` tries every mutant of every example, plain and with all digests made anew, and prints
those that the checker lets pass: with the rules, the catalogue and the profile none may, and with the trace alone none
that changes ``found``. What whoever decided chose stands in no file: there another choice with all digests made anew is
another decision, which is true where ``found`` follows from it, too. Without ``--all`` it tries one mutant of each kind
of field and deed. What the examples share, the rules and the catalogue, is changed in the first one alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, frozen

from llmrules import Advisor
from llmrules.reading.files import read_toml
from llmrules.verify import Report, examine
from llmrules.verify.matched import CHOSEN, Files, read_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Path_: TypeAlias = tuple[str | int, ...]
Placed: TypeAlias = tuple[Path_, Any]

EXAMPLES = sorted((Path(__file__).resolve().parent.parent / "examples").glob("*.toml"))


@frozen
class Mutant:
    """One change: where, what was done there, and the value that stands there instead."""

    path: Path_
    deed: str
    value: Any

    shared: str | None = None
    """The deed without the place in a list or the name of an attribute."""

    def __str__(self) -> str:
        """Return the pointer and the deed."""
        return "/" + "/".join(map(str, self.path)) + f": {self.deed}"


def mutants(document: dict[str, Any]) -> Iterator[Mutant]:
    """Yield every mutant outside ``made_by``, field by field.

    Scalars are changed, elements and keys dropped, elements doubled, and an object gets each key that others in such a
    field have.
    """
    for places in fields(document).values():
        others = _Others.among(places)
        for path, value in places:
            yield from others.mutants(path, value)


def one_of_each(document: dict[str, Any]) -> list[Mutant]:
    """Return one mutant of each kind of field and deed."""
    found: dict[tuple[str, str], list[Mutant]] = {}
    for mutant in mutants(document):
        deed = mutant.deed if mutant.shared is None else mutant.shared
        found.setdefault((field_of(mutant.path), deed), []).append(mutant)
    return [its[len(its) // 2] for its in found.values()]


def one_in_each_field(documents: Iterable[dict[str, Any]], seed: int) -> list[list[Mutant]]:
    """Return for each document its share of the mutants: of each kind of field one, in one document that has it."""
    having: dict[str, list[tuple[int, Mutant]]] = {}
    random, count = Random(seed), 0  # noqa: S311 - chooses among mutants
    for number, document in enumerate(documents):
        count = number + 1
        for name, places in fields(document).items():
            mutant = random.choice([*_Others.among(places).mutants(*random.choice(places))] or [None])
            if mutant is not None:
                having.setdefault(name, []).append((number, mutant))
    found: list[list[Mutant]] = [[] for _ in range(count)]
    for its in having.values():
        number, mutant = random.choice(its)
        found[number].append(mutant)
    return found


def fields(document: dict[str, Any]) -> dict[str, list[Placed]]:
    """Return the values outside ``made_by`` by the kind of field that they stand in, each with the path to it."""
    found: dict[str, list[Placed]] = {}
    for path, value in _walk(document, ()):
        found.setdefault(field_of(path), []).append((path, value))
    return found


@frozen
class _Others:
    """What stands in one kind of field: values, and the keys of objects with a value of each."""

    values: list[Any]
    keys: dict[str, Any]

    @classmethod
    def among(cls, places: list[Placed]) -> _Others:
        """Return what stands at some places of one kind."""
        keys: dict[str, Any] = {}
        for _, value in places:
            for key, inner in value.items() if isinstance(value, dict) else ():
                keys.setdefault(key, inner)
        return cls([value for _, value in places], keys)

    def mutants(self, path: Path_, value: Any) -> Iterator[Mutant]:  # noqa: ANN401 - plain JSON
        """Yield every mutant of a value alone."""
        if isinstance(value, list):
            for index, element in enumerate(value):
                yield Mutant(path, f"drops element {index}", [*value[:index], *value[index + 1 :]], "drops")
                yield Mutant(path, f"doubles element {index}", [*value[:index], element, *value[index:]], "doubles")
        elif isinstance(value, dict):
            yield from self._of_object(path, value)
        else:
            for deed, other in _changes(value, self.values):
                yield Mutant(path, deed, other)

    def _of_object(self, path: Path_, value: dict[str, Any]) -> Iterator[Mutant]:
        """Yield an object without each of its keys, and with each one that others have."""
        named = bool(path) and path[-1] in NAMED
        for key in value:
            rest = {name: one for name, one in value.items() if name != key}
            yield Mutant(path, f"drops {key}", rest, "drops" if named else None)
        for key in sorted(self.keys.keys() - value.keys()):
            yield Mutant(path, f"gets {key}", {**value, key: self.keys[key]}, "gets" if named else None)


def _walk(value: Any, path: Path_) -> Iterator[Placed]:  # noqa: ANN401 - plain JSON
    if path == ("made_by",):
        return
    yield path, value
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _walk(inner, (*path, key))


NAMED = frozenset(
    {"attributes", "values", "leaves", "implied", "concluded", "computed"}
    | {"when", "unless", "where", "body", "only", "all", "any", "always", "never"}
)
"""Keys under which the keys are names of attributes and operators."""

LISTED = frozenset({"concluded", "computed"})
"""Those of them that hold a list of such tables."""


def field_of(path: Path_) -> str:
    """Return the kind of field that a path leads to."""
    parts = ["*" if isinstance(part, int) else part for part in path]
    above = ["", "", *parts]
    return "/".join(
        "*" if one in NAMED or (one == "*" and two in LISTED) else part
        for part, one, two in zip(parts, above[1:], above, strict=False)
    )


def _changes(value: Any, others: list[Any]) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - plain JSON
    """Yield a change that keeps the type, one to what stands elsewhere in such a field, and one of the type alone."""
    if isinstance(value, bool):
        yield from (("turns", not value), ("becomes a number", int(value)))
    elif isinstance(value, int):
        yield from (("grows", value + 1), ("becomes a text", str(value)))
    elif isinstance(value, str):
        other = next((one for one in others if one != value and isinstance(one, str)), None)
        yield "gets longer", f"{value}x"
        if other is not None:
            yield "becomes another", other
    else:
        yield "becomes something", 0


def mutate(document: dict[str, Any], mutant: Mutant) -> Callable[[], None]:
    """Change the document in place; the function returned undoes it."""
    holder: Any = document
    for part in mutant.path[:-1]:
        holder = holder[part]
    key = mutant.path[-1] if mutant.path else None
    if key is None:
        before = dict(document)
        for name in before.keys() - mutant.value.keys():
            del document[name]
        return lambda: document.update(before)
    kept = holder[key]
    holder[key] = mutant.value

    def undo() -> None:
        holder[key] = kept

    return undo


def canonical(value: object) -> bytes:
    """Return canonical JSON, as anyone can write it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: object) -> str:
    """Return its SHA-256, as anyone can reckon it."""
    return hashlib.sha256(canonical(value)).hexdigest()


def reseal(document: dict[str, Any], parts: dict[str, str]) -> dict[str, Any]:
    """Return a trace with every digest made anew, as a forger would; ``parts`` are those that did not change."""
    given = document.get("given", {})
    made = {name: parts.get(name) or digest(part) for name, part in given.items()}
    digests = {
        "parts": made,
        "given": digest(made),
        "found": parts.get("found") or digest(document.get("found")),
        "made_by": parts.get("made_by") or digest(document.get("made_by")),
    }
    return {**document, "digests": digests}


def survivors(
    document: dict[str, Any],
    tried: list[Mutant],
    files: Files,
    *,
    plain: bool = True,
    choices: bool = False,
) -> Iterator[tuple[Mutant, str, Report]]:
    """Yield the mutants that pass although they must not, with how they were sealed, and the report.

    ``plain`` tries them as they are, too, not only with all digests made anew. With ``choices``, no other choice may
    pass either, as where every choice matters.
    """
    for mutant in tried:
        if is_another_relaxation(document, mutant):
            continue
        undo = mutate(document, mutant)
        try:
            yield from _passing(document, mutant, files, plain=plain, choices=choices)
        finally:
            undo()


def _passing(
    document: dict[str, Any], mutant: Mutant, files: Files, *, plain: bool, choices: bool
) -> Iterator[tuple[Mutant, str, Report]]:
    top = mutant.path[0] if mutant.path else None
    if plain and (report := examine(canonical(document), files)).ok:
        yield mutant, "plain", report
    if top == "digests" or mutant.deed == "drops digests" or (is_choice(mutant) and not choices):
        return
    untouched = {} if len(mutant.path) < 2 else dict(document["digests"]["parts"])
    if untouched:
        untouched |= {part: document["digests"][part] for part in ("found", "made_by")}
        untouched.pop(str(mutant.path[1] if top == "given" else top), None)
    forged = canonical(reseal(document, untouched))
    report = examine(forged, files)
    if report.ok:
        yield mutant, "digests made anew", report
    elif top == "found" and report.level == "re-derived":
        yield mutant, "digests made anew, trace alone", report


def trace_of(advisor: Advisor, example: Path) -> dict[str, Any]:
    """Return the trace of an example as plain JSON."""
    document: dict[str, Any] = json.loads(advisor.decide(example).trace.to_json())
    return document


def shipped(example: Path) -> Files:
    """Return the shipped rules, the shipped catalogue and an example, as they are handed over."""
    return evolve(_shipped(), profile=read_toml(example))


@lru_cache(maxsize=1)
def _shipped() -> Files:
    return read_files([], ["article"], None, unknown="apart", shipped_rules=True, shipped_catalog=True)


def try_example(example: Path, *, everything: bool, shared: bool) -> tuple[int, list[str]]:
    """Return how many mutants of an example were tried, and those that pass."""
    document = trace_of(Advisor.load(catalog=["article"]), example)
    tried = list(mutants(document)) if everything else one_of_each(document)
    if not shared:
        tried = [mutant for mutant in tried if not is_shared(mutant)]
    found = survivors(document, tried, shipped(example))
    return len(tried), [f"{mutant} ({how}) reaches {report.level}" for mutant, how, report in found]


def is_shared(mutant: Mutant) -> bool:
    """Return whether it changes what all examples share."""
    own = {(name,) for name in ("requirements", "approvals", "unknown", *CHOSEN)}
    return mutant.path[:1] == ("given",) and mutant.path[1:2] not in own


def is_choice(mutant: Mutant) -> bool:
    """Return whether it changes what whoever decided chose."""
    chosen = {("given", name) for name in CHOSEN}
    return mutant.path[:2] in chosen or (mutant.path == ("given",) and mutant.deed.removeprefix("drops ") in CHOSEN)


def is_another_relaxation(document: dict[str, Any], mutant: Mutant) -> bool:
    """Return whether it leaves out one that a checker tries and does not look for, or gives it another value.

    What then stands there may help as well, so that it is no lie; ``conformance`` has lies.
    """
    found = document["found"].get("relaxations", [])
    tried = [index for index, one in enumerate(found) if "states" in one or len(one["drops"]) > len(found[0]["drops"])]
    if mutant.path == ("found", "relaxations"):
        return mutant.deed in {f"drops element {index}" for index in tried}
    return mutant.path[:2] == ("found", "relaxations") and mutant.path[3:4] == ("states",) and "value" in mutant.path


def main() -> int:
    """Try mutants and print those that pass; return how the command ends."""
    parser = argparse.ArgumentParser(description="Try mutants of the traces of the examples.")
    parser.add_argument("--all", action="store_true", help="every mutant, not one of each kind of field and deed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at a time")
    parser.add_argument("examples", nargs="*", type=Path, default=EXAMPLES, help="profiles (default: every example)")
    options = parser.parse_args()
    count = passed = 0
    with ProcessPoolExecutor(options.jobs) as pool:
        tries = [
            (one, pool.submit(try_example, one, everything=options.all, shared=number == 0))
            for number, one in enumerate(options.examples)
        ]
        for example, future in tries:
            tried, found = future.result()
            count, passed = count + tried, passed + len(found)
            lines = [f"{example.name}: {tried} mutants, {len(found)} pass", *(f"    {line}" for line in found)]
            sys.stdout.write("\n".join([*lines, ""]))
            sys.stdout.flush()
    sys.stdout.write(f"{count} mutants, {passed} pass\n")
    return 1 if passed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
