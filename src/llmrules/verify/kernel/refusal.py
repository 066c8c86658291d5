"""How the kernel refuses: at a JSON pointer, with a stable code and a sentence; and how records are compared."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

Plain: TypeAlias = Any  # plain JSON: the trace as it was parsed, with nothing made of it
Record: TypeAlias = dict[str, Any]  # one that is derived, to be compared with the one in the trace
NOTHING, UNSAID = object(), object()  # for what is not there at all, and what a sentence says well enough


class Wrong(NamedTuple):
    """What is wrong: a stable code, a JSON pointer, a sentence, what stands there and what should, who is meant."""

    code: str
    at: str
    sentence: str
    found: Plain = UNSAID
    expected: Plain = UNSAID
    names: str = ""


class Refusal(Exception):  # noqa: N818 - it is no error of ours, and never leaves the checker
    """Ends a verification at the first thing that is wrong."""

    def __init__(self, code: str, at: str, sentence: str, *, found: Plain = UNSAID, expected: Plain = UNSAID) -> None:
        """Keep what is wrong; ``at`` is a JSON pointer, and ``conformance/README.md`` lists the codes."""
        self.wrong = Wrong(code, at, sentence, found, expected)
        super().__init__(self.wrong)


def expect(right: object, code: str, at: str, sentence: str, found: Plain = UNSAID) -> None:
    """Refuse what is not right."""
    if not right:
        raise Refusal(code, at, sentence, found=found)


def sparse(**fields: Plain) -> Record:
    """Return the fields of a record that a trace writes only when there is something in them."""
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def step(at: str, key: str | int) -> str:
    """Return the pointer to a part of what a pointer names."""
    return f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"


def compare(code: str, at: str, found: Plain, expected: Plain, sentence: str) -> None:
    """Refuse at the first part that differs; ``true`` is not ``1``, and the order of keys is no difference."""
    for where, one, other in _differences(at, found, expected):
        raise Refusal(code, where, sentence, found=one, expected=other)


def _differences(at: str, found: Plain, expected: Plain) -> Iterator[tuple[str, Plain, Plain]]:
    if type(found) is not type(expected):
        yield at, found, expected
    elif isinstance(found, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            yield from _differences(step(at, key), found.get(key, NOTHING), expected.get(key, NOTHING))
    elif isinstance(found, list):
        for index in range(max(len(found), len(expected))):
            pair = (one[index] if index < len(one) else NOTHING for one in (found, expected))
            yield from _differences(step(at, index), *pair)
    elif found != expected:
        yield at, found, expected
