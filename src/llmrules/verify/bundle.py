"""Packs the checker into one file that runs with nothing installed: ``python -m llmrules.verify.bundle FILE``.

The same sources make the same bytes, so that two people can compare what they built.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "llmrules_check"
NAME = "llmrules-check.pyz"
BESIDE_THE_KERNEL = ("report.py", "alone.py")
MAIN = f"import sys\n\nfrom {PACKAGE}.alone import main\n\nsys.exit(main())\n"


def write_bundle(target: Path) -> None:
    """Write the checker as one file that Python runs."""
    with target.open("wb") as stream:
        stream.write(b"#!/usr/bin/env -S python3 -I -S\n")
        with ZipFile(stream, "w", ZIP_DEFLATED) as bundle:
            for name, content in sorted(_members()):
                bundle.writestr(ZipInfo(name), content, compress_type=ZIP_DEFLATED)
    target.chmod(0o755)


def _members() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the bundle: a package of its own, whose modules know each other by relative names."""
    here = files("llmrules.verify")
    yield "__main__.py", MAIN.encode()
    yield f"{PACKAGE}/__init__.py", b'"""The checker of llmrules traces, on its own."""\n'
    for name in BESIDE_THE_KERNEL:
        yield f"{PACKAGE}/{name}", here.joinpath(name).read_bytes()
    for file in here.joinpath("kernel").iterdir():
        if file.name.endswith((".py", ".json")):
            yield f"{PACKAGE}/kernel/{file.name}", file.read_bytes()


if __name__ == "__main__":
    write_bundle(Path(sys.argv[1] if len(sys.argv) > 1 else NAME))
