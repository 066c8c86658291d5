"""How the kernel refuses: at a JSON pointer, with a stable code and a sentence; and how records are compared."""

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
    """Ends a verification at the first thing that is wrong; ``conformance/README.md`` lists the codes."""

    def __init__(self, code: str, at: str, sentence: str, found: Plain = UNSAID, expected: Plain = UNSAID) -> None:
        self.wrong = Wrong(code, at, sentence, found, expected)
        super().__init__(self.wrong)


def expect(right: object, code: str, at: str, sentence: str, found: Plain = UNSAID) -> None:
    """Refuse what is not right."""
    if not right:
        raise Refusal(code, at, sentence, found)


def compare(code: str, at: str, found: Plain, expected: Plain, sentence: str) -> None:
    """Refuse at the first part that differs; ``true`` is not ``1``, and the order of keys is no difference."""
    kinds = {type(found), type(expected)}
    if kinds in ({dict}, {list}):
        one, other = (its if isinstance(its, dict) else dict(enumerate(its)) for its in (found, expected))
        for key in other | one:
            compare(code, step(at, key), one.get(key, NOTHING), other.get(key, NOTHING), sentence)
    elif len(kinds) > 1 or found != expected:
        raise Refusal(code, at, sentence, found, expected)


def step(at: str, key: str | int) -> str:
    """Return the pointer to a part of what a pointer names."""
    return f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"


def sparse(**fields: Plain) -> Record:
    """Return the fields of a record that a trace writes only when there is something in them."""
    return {name: value for name, value in fields.items() if value not in (None, [], {})}
