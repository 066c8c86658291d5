"""The checker that stands alone: what it imports, how long it is, and that its one file says what the command says."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.commands import run
from tests.documents import ROOT
from tests.mutants import canonical, reseal

from llmrules import Advisor
from llmrules.verify import kernel
from llmrules.verify.bundle import BESIDE_THE_KERNEL, write_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

KERNEL = Path(kernel.__file__).parent
MODULES = sorted(KERNEL.glob("*.py"))
MOST_LINES, MOST_LINES_A_MODULE = 2_000, 300


def _imported(path: Path) -> Iterator[str]:
    """Yield what a module imports, wherever in it: names of modules, those of its own package with their dots."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_kernel_imports_the_standard_library_and_its_neighbours(path: Path) -> None:
    """Nothing of ours, nothing installed, and nothing above its own folder."""
    neighbours = {f".{one.stem}" for one in MODULES}
    for name in _imported(path):
        assert name in neighbours or name.partition(".")[0] in sys.stdlib_module_names, name


@pytest.mark.parametrize("name", BESIDE_THE_KERNEL)
def test_what_is_packed_beside_the_kernel_knows_nothing_else(name: str) -> None:
    """What says and prints the report imports the kernel, and the standard library."""
    for imported in _imported(KERNEL.parent / name):
        near = imported.startswith((".kernel", ".report"))
        assert near or imported.partition(".")[0] in sys.stdlib_module_names, imported


def test_the_kernel_can_be_read_in_an_afternoon() -> None:
    """It has at most 2,000 lines, no module that one scrolls through for long, and the pages say how many there are."""
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert sum(lines.values()) <= MOST_LINES, lines
    assert max(lines.values()) <= MOST_LINES_A_MODULE, lines
    packed = [*MODULES, *(KERNEL.parent / name for name in BESIDE_THE_KERNEL)]
    in_one_file = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in packed)
    house, page = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("architecture.md", "trace.md"))
    assert f"its kernel is {MOST_LINES:,} lines" in house
    assert f"one file of some {round(in_one_file, -2):,} lines" in page


def test_the_page_says_in_which_order_to_read_it() -> None:
    """Every module of the kernel is named there, once, after those that it imports."""
    text = (
        (ROOT / "docs/trace.md").read_text(encoding="utf-8").partition("\n### In which order to read the kernel\n")[2]
    )
    table = [line.split("`")[1] for line in text.partition("\n#")[0].splitlines() if line.startswith("| `")]
    assert sorted(table) == sorted(path.stem for path in MODULES)
    for place, name in enumerate(table):
        needed = {one.removeprefix(".") for one in _imported(KERNEL / f"{name}.py") if one.startswith(".")}
        assert needed <= set(table[:place]), name


# The one file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the checker in one file and three files to check."""
    folder = tmp_path_factory.mktemp("alone")
    write_bundle(folder / "llmrules-check.pyz")
    trace = Advisor.load(catalog=["article"], engine="plain").decide(ROOT / "examples/hospital-records.toml").trace
    trace.save(folder / "right.json")
    document = json.loads(trace.to_json())
    document["found"]["unread"] = ["tasks"]
    (folder / "forged.json").write_bytes(canonical(reseal(document, {})))
    (folder / "junk.json").write_bytes(b"\xff")
    return folder


def _alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the one file with nothing installed, in an empty environment."""
    command = [sys.executable, "-I", "-S", "llmrules-check.pyz", *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("name", ["right.json", "forged.json", "junk.json"])
@pytest.mark.parametrize("level", ["shape", "re-derived"])
def test_the_one_file_says_what_the_command_says(name: str, level: str, folder: Path) -> None:
    """Alone and installed, in text and as JSON, the checker prints the same and ends alike."""
    for ours, theirs in ((["--format", "text"], []), (["--format", "json"], ["--json"])):
        installed = run("verify", str(folder / name), "--level", level, *ours)
        alone = _alone(folder, name, "--level", level, *theirs)
        assert (alone.stdout, alone.returncode) == (installed.output, installed.exit_code)


def test_what_is_not_there_ends_with_2(folder: Path) -> None:
    """A file that is not there, and a folder, are a sentence on standard error."""
    for name in ("none.json", "."):
        done = _alone(folder, name)
        assert (done.returncode, done.stdout) == (2, "")
        assert "cannot be read" in done.stderr
        assert "Traceback" not in done.stderr


def test_whoever_builds_it_gets_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """The same sources make the same file."""
    write_bundle(tmp_path / "again.pyz")
    assert (tmp_path / "again.pyz").read_bytes() == (folder / "llmrules-check.pyz").read_bytes()
