"""``llmrules decide --many``: a case a line, a decision a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.advisor.many import Brief
from llmrules.cli.terminal import print_json
from llmrules.errors import FileError, Place, PromiseError
from llmrules.reading.files import STANDARD_INPUT, parse_json
from llmrules.trace.codec import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.advisor import Advisor

FAILED = 1
WRONG = 2

ALONE = ("settings", "model", "as_of", "target", "opened", "quiet", "full", "fail_on", "trace_file", "output")
"""The options that are of one case."""


def decide_lines(ctx: click.Context, advisor: Advisor, given: Mapping[str, Any], options: Mapping[str, Any]) -> int:
    """Decide each line of a file, print its decision as JSON, and return the exit status: whether all went well."""
    named = [one.opts[0] for one in ctx.command.params if one.name in ALONE and given[one.name]]
    if named:
        raise click.UsageError(
            f"--many decides many cases; what is said of one has no place beside it: {', '.join(named)}", ctx
        )
    status, name = 0, str(given["many"])
    try:
        stream = click.open_file(name, "rb")
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", code="unreadable", place=Place(name)) from None
    with stream as lines:
        cases = _cases(lines, STANDARD_INPUT if name == "-" else name)
        decided = advisor.decide_many(cases, workers=given["workers"], **options)
        for number, found in enumerate(decided, start=1):
            brief: dict[str, Any] = found.plain() if isinstance(found, Brief) else {"error": str(found)}
            if isinstance(found, PromiseError):
                brief["broken"], status = [*found.promises], max(status, FAILED)
            elif "error" in brief:
                status = WRONG
            print_json(canonical({"line": number, **brief}))
    return status


def _cases(lines: Iterable[bytes], name: str) -> Iterator[object]:
    """Yield the requirements of each line, as they are or as a profile has them; or the error that it is."""
    for number, line in enumerate(lines, start=1):
        place = f"{name}:{number}"
        try:
            data = parse_json(line.decode("utf-8-sig"), place).data
        except UnicodeDecodeError:
            yield FileError("is not UTF-8", code="encoding", place=Place(place))
            continue
        except FileError as error:
            yield error
            continue
        yield data["requirements"] if isinstance(data.get("requirements"), dict) else data
