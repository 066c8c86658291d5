"""Runs every line of docs/install.md as it is written, in a new environment of each Python that its section is about.

``make check-install`` builds the wheels first. It takes minutes and downloads what we depend on, so it is no part of
the suite.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen
from tests.documents import ROOT, commands, sections

PAGE = "docs/install.md"
NEW = ((3, 13), (3, 14), (3, 15))


@frozen
class Way:
    """A section of the page: what its title begins with, the engine that must answer, and where it is tried."""

    title: str
    engine: str
    compiler: bool
    pythons: tuple[tuple[int, int], ...]


MANY = """
from llmrules import Advisor
advisor = Advisor.load(catalog=["article"], engine="{engine}")
for number in range(1, 5001):
    advisor.decide({{"fine_tuning": True, "context_tokens": number}})
"""
"""What breaks where a wheel does not fit its Python: every decision loses references to None, until none are left."""

WAYS = (
    Way("Python 3.11 and 3.12", "durable", compiler=True, pythons=((3, 11), (3, 12))),
    Way("Python 3.13 and later", "durable", compiler=True, pythons=NEW),
    Way("Without a compiler", "durable", compiler=False, pythons=((3, 11), (3, 12), *NEW)),
    Way("The plain evaluator alone", "plain", compiler=False, pythons=((3, 11), (3, 12), *NEW)),
)


def main() -> None:
    """Try each way on each Python that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pythons", nargs="+", metavar="PYTHON")
    failed = 0
    for python in parser.parse_args().pythons:
        version = _version(python)
        for way in WAYS:
            if version in way.pythons:
                trouble = _try(way, python)
                failed += trouble is not None
                print(f"{'.'.join(map(str, version))}  {way.title}: {trouble or f'{way.engine} answered'}", flush=True)  # noqa: T201 - it is its job
    sys.exit(failed)


def _version(python: str) -> tuple[int, int]:
    said = subprocess.run(
        [python, "-c", "import sys; print(*sys.version_info[:2])"], check=True, capture_output=True, text=True
    ).stdout
    major, minor = map(int, said.split())
    return major, minor


def _try(way: Way, python: str) -> str | None:
    """Run the lines of a way; return what went wrong, or None."""
    (section,) = (one for one in sections(PAGE) if one.title.startswith(way.title))
    lines = [command for block in section.blocks for command, _ in commands(block)]
    with TemporaryDirectory() as folder:
        environment, trace = Path(folder) / "environment", Path(folder) / "trace.json"
        subprocess.run([python, "-m", "venv", environment], check=True)
        lines[-1] += f" --trace {trace}"
        lines.append(shlex.join(["python", "-I", "-c", MANY.format(engine=way.engine)]))
        done = subprocess.run(
            ["/bin/bash", "-ec", "\n".join(lines)],
            cwd=ROOT,
            env=_variables(environment, compiler=way.compiler),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"failed\n{done.stdout}{done.stderr}"
        answered = json.loads(trace.read_text(encoding="utf-8"))["made_by"]["engine"]
        return None if answered == way.engine else f"{answered} answered"


def _variables(environment: Path, *, compiler: bool) -> dict[str, str]:
    """Return what the shell sees: without a compiler, nothing but the environment is on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") and name != "CPPFLAGS"}
    binaries = str(environment / "bin")
    # Nothing that pip has built before may help: only what the page says counts.
    kept |= {"PIP_NO_CACHE_DIR": "1"}
    return kept | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}" if compiler else binaries}


if __name__ == "__main__":
    main()
