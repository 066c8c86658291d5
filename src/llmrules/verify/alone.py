"""``llmrules-check.pyz``: the checker as a command of its own, which runs with nothing installed.

``bundle`` packs this module, ``report`` and the kernel into that one file; they import the standard library alone.
"""

import argparse
import json
import sys
from pathlib import Path

from .kernel.refusal import Refusal
from .kernel.shape import LARGEST_TRACE
from .report import LEVELS, Report, check, named, printable


def main(arguments: list[str] | None = None) -> int:
    """Check one trace, print what is to be said of it, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="llmrules-check",
        description="Check a trace of llmrules without trusting the program that wrote it.",
        epilog="Exit status: 0 the level asked for is reached, 1 it is not, 2 the file is no trace, or cannot be read.",
    )
    parser.add_argument("trace", type=Path, help="the file that `llmrules decide --trace` wrote")
    parser.add_argument("--level", choices=LEVELS[:-1], default=LEVELS[-2], help="the level to reach")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    try:
        report = check(read_bytes(given.trace), given.level)
    except Refusal as refusal:
        report = Report(level=None, asked=given.level, wrong=named(refusal.wrong, {}))
    except (OSError, ValueError) as error:
        sys.stderr.write(printable(f"{given.trace}: cannot be read: {error}") + "\n")
        return Report.NO_TRACE
    text = json.dumps(report.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    lines = [text] if given.json else [printable(line) for line in str(report).splitlines()]
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    return report.status


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file. Raises OSError or ValueError where there is none, Refusal where it is too large."""
    with path.open("rb") as stream:
        if path.stat().st_size > LARGEST_TRACE or len(raw := stream.read(LARGEST_TRACE + 1)) > LARGEST_TRACE:
            raise Refusal("too-large", "", f"is larger than {LARGEST_TRACE // 2**20} MiB, more than a trace may have")
    return raw
