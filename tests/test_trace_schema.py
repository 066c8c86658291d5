"""The published schema is generated from the records, and every trace that is written is valid by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from jsonschema import Draft202012Validator
from tests.mutants import EXAMPLES
from tests.shipped_cases import decided
from tests.wide_worlds import WideWorld
from tests.worlds import decide, model, rule, world

from llmrules.errors import LoadError
from llmrules.trace import schema
from llmrules.trace.codec import canonical
from llmrules.trace.record import Trace
from llmrules.verify import examine
from llmrules.verify.kernel import shape

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISHED = Path(shape.__file__).with_name(shape.SCHEMA)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """The published schema, for a library that knows nothing of us."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    return Draft202012Validator(published)


@pytest.fixture(scope="module")
def traces() -> dict[str, str]:
    """The trace of every third example."""
    return {example.name: decided(example).trace.to_json() for example in EXAMPLES[::3]}


def test_the_published_schema_is_the_generated_one() -> None:
    """A field is defined once, in the records; where this fails, write ``schema.published()`` to the file."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema.published()


def test_an_example_writes_a_valid_trace(validator: Draft202012Validator, traces: dict[str, str]) -> None:
    """The traces of examples are valid."""
    for name, text in traces.items():
        errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(json.loads(text))]
        assert not errors, f"{name}: {errors[:3]}"


def test_whatever_the_language_says_gives_a_valid_trace(validator: Draft202012Validator) -> None:
    """The traces of random worlds that use every type, operator, effect and key are valid."""
    valid = 0
    for seed in range(25):
        try:
            document = json.loads(WideWorld(seed).decide().trace.to_json())
        except LoadError:
            continue  # no strata
        error = next(iter(validator.iter_errors(document)), None)
        assert error is None, f"{seed}: {error.json_path}: {error.message[:200]}"
        valid += 1
    assert valid > 10


def test_the_schema_is_strict(validator: Draft202012Validator, traces: dict[str, str]) -> None:
    """A key that nobody defined, a wrong type and an unknown name are not valid, wherever they stand."""
    document = json.loads(traces[EXAMPLES[0].name])
    changes: list[tuple[tuple[str | int, ...], Any]] = [
        (("more",), 1),
        (("found", "candidates", 0, "more"), 1),
        (("found", "candidates", 0, "verdict"), "splendid"),
        (("found", "facts", 0, "id"), 1),
        (("found", "result", "best"), "claude"),
        (("given", "rules", 0, "effect"), "hope"),
        (("given", "rules", 0, "body"), None),
        (("given", "unknown"), "ignore"),
        (("digests", "found"), "0"),
        (("digests", "parts", "more"), "0" * 64),
        (("format",), "llmrules.trace/2"),
    ]
    for path, value in changes:
        changed = json.loads(json.dumps(document))
        holder = changed
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = value
        assert not validator.is_valid(changed), path
        assert examine(canonical(changed).encode(), level="shape").level is None, path


def test_the_checker_reads_the_schema_as_the_library_does(validator: Draft202012Validator) -> None:
    """The checker's own reading of the schema and that of the library agree on what is valid."""
    rules = rule("r", "when.offline = true\nrequire.window.at_least = 10") + rule(
        "p", "prefer.price.below = 1\nweight = 2"
    )
    document = json.loads(decide(world(rules, model("m", window=20, price=3)), offline=True).trace.to_json())
    del document["given"]["vocabulary"][5:]
    for holder, key in list(_places(document))[::6]:
        kept = holder[key]
        for value in (True, 3, 2**53, -1, "", "x", "a" * 64, None, [], ["x"], [1], {}, {"a": 1}):
            holder[key] = value
            level = examine(canonical(document).encode(), level="shape").level
            assert (level == "shape") == validator.is_valid(document), (key, value)
        holder[key] = kept


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - plain JSON
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def test_a_pattern_ends_where_the_text_ends(traces: dict[str, str]) -> None:
    """A line break after a digest is no part of it, although Python's ``$`` lets it pass."""
    document = json.loads(traces[EXAMPLES[0].name])
    document["digests"]["found"] += "\n"
    report = examine(canonical(document).encode())
    assert report.wrong is not None
    assert (report.level, report.wrong.at) == (None, "/digests/found")


def test_the_written_form_is_rfc_8785(traces: dict[str, str]) -> None:
    """What is written, and what the checker digests, is the canonical form as another implementation makes it."""
    for text in traces.values():
        document = json.loads(text)
        standard = rfc8785.dumps(document)
        assert text.encode() == standard
        assert shape.canonical(document).encode() == standard
        assert canonical(document).encode() == standard


def test_a_trace_of_the_twelve_models_is_small(traces: dict[str, str]) -> None:
    """It stays under 400 KB."""
    assert max(len(text.encode()) for text in traces.values()) < 400 * 1024


def test_a_list_of_numbers_comes_back() -> None:
    """A rule that asks for one of several numbers leaves a trace that can be read again."""
    decision = decide(world(rule("r", "require.window = [10, 20]"), model("m", window=20)))
    assert Trace.parse(json.loads(decision.trace.to_json()), "trace") == decision.trace


def test_the_schema_uses_no_keyword_that_the_checker_does_not_know() -> None:
    """What the checker does not know it would not check."""
    known = {"$ref", "description", "type", "const", "enum", "anyOf", "properties", "required", "additionalProperties"}
    known |= {"propertyNames", "items", "minItems", "minProperties", "maxProperties", "pattern", "minimum", "maximum"}
    pending = [*json.loads(PUBLISHED.read_text(encoding="utf-8"))["$defs"].values()]
    for one in pending:
        assert one.keys() <= known, one
        assert one.get("pattern", "^$").startswith("^"), "a pattern is of the whole text"
        assert one.get("pattern", "^$").endswith("$"), "a pattern is of the whole text"
        pending += [*one.get("properties", {}).values(), *one.get("anyOf", ())]
        pending += [one[key] for key in ("items", "additionalProperties") if one.get(key)]
    assert len(pending) > 100
