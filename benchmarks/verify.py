"""What a trace costs to make and to verify, side by side in one run, at 12 models and at many.

``python -m benchmarks.verify`` prints medians and ratios. *Produced* starts with nothing cached: it decides, builds the
whole trace and writes its file. *Verified* reads that file and derives everything in it again, up to ``re-derived``.
The canonical text with its digest is compared with a plain ``json.dumps`` of the same document. All are measured in
turn, round after round, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w
from benchmarks.decide import EXAMPLES, measure

from llmrules import Advisor
from llmrules.reading.shipped import ARTICLE, catalog_path
from llmrules.trace.codec import canonical, digest
from llmrules.trace.recorder import Recorder
from llmrules.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.language.profile import Profile

LARGE = 3_000


def main() -> None:
    """Measure and print one table for each size of the catalogue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="maths-tutor", help="the example that is decided")
    parser.add_argument("--rounds", type=int, default=60, help="how often each is measured with the shipped catalogue")
    parser.add_argument("--models", type=int, default=LARGE, help="the size of the larger catalogue")
    options = parser.parse_args()
    shipped = tomllib.loads(catalog_path(ARTICLE).read_text(encoding="utf-8"))
    sizes = {len(shipped["model"]): options.rounds, options.models: max(3, options.rounds // 12)}
    print(f"{options.profile}; medians")
    for models, rounds in sizes.items():
        with tempfile.TemporaryDirectory() as folder:
            catalog = Path(folder) / "catalog.toml"
            catalog.write_text(tomli_w.dumps(enlarged(shipped, models)), encoding="utf-8")
            advisor = Advisor.load(catalog=[catalog], shipped_catalog=False)
            compare(advisor, advisor.profile(EXAMPLES / f"{options.profile}.toml"), Path(folder) / "trace.json", rounds)


def compare(advisor: Advisor, profile: Profile, path: Path, rounds: int) -> None:
    """Measure one size of the catalogue and print its rows."""
    produce(advisor, profile, path)
    plain = json.loads(path.read_bytes())
    measured: dict[str, Callable[[], object]] = {
        "produced from nothing cached": lambda: produce(advisor, profile, path),
        "produced, knowledge cached": lambda: advisor.decide(profile).trace.save(path),
        "verified, re-derived": lambda: verified(path),
        "json.dumps": lambda: json.dumps(plain),
        "canonical text": lambda: canonical(plain),
        "canonical text and digest": lambda: digest(canonical(plain)),
    }
    medians = measure(measured, rounds)
    print(f"\n| {len(advisor.knowledge.models):,} models, {path.stat().st_size / 1e6:.2f} MB | median | ratio |")
    print("|---|---|---|")
    for name, median in medians.items():
        base = "json.dumps" if "produced" not in name and "verified" not in name else "produced from nothing cached"
        print(f"| {name} | {median / 1e6:,.2f} ms | {median / medians[base]:.2f} |")


def produce(advisor: Advisor, profile: Profile, path: Path) -> None:
    """Decide and write the whole trace, with nothing kept from the trace before."""
    Recorder(advisor.knowledge).trace(advisor.decide(profile)).save(path)


def verified(path: Path) -> None:
    """Verify a trace file by itself."""
    report = verify(path)
    if not report.ok:
        sys.exit(str(report))


def enlarged(catalogue: dict[str, Any], models: int) -> dict[str, Any]:
    """Return a catalogue with as many models: those of another one, again and again under new ids."""
    originals = catalogue["model"]
    copies = [
        originals[number % len(originals)]
        if number < len(originals)
        else {**originals[number % len(originals)], "id": f"{originals[number % len(originals)]['id']}-{number}"}
        for number in range(models)
    ]
    return {**catalogue, "model": copies}


if __name__ == "__main__":
    main()
