"""The package works wherever and however it is installed, with its rules and its catalogue."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from tests.check_install import WAYS
from tests.documents import commands, sections

from llmrules.reading import shipped

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(sysconfig.get_path("purelib"))

PROGRAM = """
import json
import llmrules
from llmrules import Advisor
from llmrules.reading import shipped

decision = Advisor.load(catalog=shipped.catalog_names()).decide({"fine_tuning": True, "modalities": ["text"]})
print(json.dumps({
    "chosen": len(decision.best),
    "package": llmrules.__file__,
    "rules": str(shipped.rules_folder()),
    "catalog": str(shipped.catalog_path("article")),
}))
"""

PROFILE = """
[requirements]
fine_tuning = true
modalities = ["text"]
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Make an environment that holds what llmrules says it depends on, and nothing else."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    dependencies = tmp_path / "dependencies"
    dependencies.mkdir()
    for name in sorted({part for dependency in _dependencies("llmrules") for part in _parts(dependency)}):
        (dependencies / name).symlink_to(HERE / name)
    (_packages(environment) / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    return environment


def test_the_wheel_works_from_an_empty_folder(fresh: Path, tmp_path: Path) -> None:
    """The wheel, built from the sdist, brings rules, catalogue and examples; its own page has no link to a checkout."""
    built = tmp_path / "built"
    _run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(built), str(ROOT)], tmp_path)
    (wheel,) = built.glob("*.whl")
    assert len(list(built.glob("*.tar.gz"))) == 1
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        assert not re.findall(r"\]\((?!https?://|#)", archive.read(name).decode())
    _install(fresh, str(wheel))
    _works(fresh, tmp_path, package=_packages(fresh) / "llmrules", data=_packages(fresh) / "llmrules" / "data")


def test_an_editable_install_works_from_an_empty_folder(fresh: Path, tmp_path: Path) -> None:
    """`pip install -e .` uses the rules and the catalogue of the checkout, where they can be edited."""
    _install(fresh, "--editable", str(ROOT))
    _works(fresh, tmp_path, package=ROOT / "src" / "llmrules", data=ROOT)


def test_an_incomplete_installation_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the shipped files are missing, the error names the places that were looked at."""
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "lib" / "llmrules" / "reading" / "shipped.py"))
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path / "lib" / "llmrules" / "data"))):
        shipped.rules_folder()


def test_durable_rules_is_asked_for_by_one_requirement() -> None:
    """What 3.11 and 3.12 depend on, what the extra asks for elsewhere, and what `make wheels` builds are the same."""
    asked = [Requirement(line) for line in metadata("llmrules").get_all("Requires-Dist") or ()]
    markers = {str(one.marker): str(one.specifier) for one in asked if one.name == "durable-rules"}
    assert markers == {'python_version < "3.13"': "==2.0.28", 'extra == "durable"': "==2.0.28"}
    built = _run(["make", "--dry-run", "wheels", f"PYTHON={sys.executable}"], ROOT)
    assert "--wheel-dir dist 'durable-rules==2.0.28'" in built
    assert "-DPyEval_CallObject=PyObject_CallObject" in built
    major, minor = sys.version_info[:2]
    assert f"-DPy_LIMITED_API=0x{major:02x}{minor:02x}0000" in built
    assert f"--py-limited-api=cp{major}{minor}" in built


def test_the_page_names_what_the_plain_evaluator_needs() -> None:
    """docs/install.md installs all that the package depends on but durable-rules, where that is left out."""
    (section,) = (one for one in sections("docs/install.md") if one.title.startswith("The plain evaluator alone"))
    (named,) = (line for block in section.blocks for line, _ in commands(block) if line.startswith("pip install attrs"))
    needed = (Requirement(line) for line in metadata("llmrules").get_all("Requires-Dist") or ())
    asked = {one.name for one in needed if "extra" not in str(one.marker)}
    assert {*named.split()[2:]} == asked - {"durable-rules"}


def test_each_way_to_install_takes_three_lines() -> None:
    """docs/install.md has a way for each Python, with a compiler and without, and each ends with a decision."""
    ways = [one for one in sections("docs/install.md") if one.blocks]
    assert [way.title for way, one in zip(WAYS, ways, strict=True) if one.title.startswith(way.title)] == [
        way.title for way in WAYS
    ]
    for one in ways:
        lines = [line for block in one.blocks for line, _ in commands(block)]
        assert len(lines) <= 3
        assert lines[-1].startswith("llmrules decide ")


def _works(environment: Path, tmp_path: Path, *, package: Path, data: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    report = json.loads(_run([str(environment / "bin" / "python"), "-I", "-c", PROGRAM], empty))
    assert report["chosen"] > 0
    assert Path(report["package"]) == package / "__init__.py"
    assert Path(report["rules"]) == data / "rules"
    assert Path(report["catalog"]) == data / "catalog.toml"

    profile = tmp_path / "profile.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    decide = [str(environment / "bin" / "llmrules"), "decide", str(profile), "--catalog", "article"]
    assert "mistral" in _run(decide, empty).lower()
    assert "hospital-records" in _run([str(environment / "bin" / "llmrules"), "examples"], empty)
    decided = _run([str(environment / "bin" / "llmrules"), "decide", "example:hospital-records"], empty)
    assert "phi-3-mini" in decided.lower().replace(" ", "-")
    assert not list(empty.iterdir())


def _install(environment: Path, *what: str) -> None:
    """Install from files alone: the build backend is this environment's, the dependencies are there already."""
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python")]
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed"]
    _run([*pip, "install", *options, *what], environment, PYTHONPATH=str(HERE))


def _run(command: list[str], folder: Path, **environ: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}
    done = subprocess.run(
        command, cwd=folder, env=inherited | environ, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _packages(environment: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(environment)}))


def _dependencies(name: str) -> set[str]:
    """Collect the names of all that a distribution needs here, directly or not, without its extras."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for line in distribution(waiting.pop()).requires or ():
            requirement = Requirement(line)
            needed = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if needed and requirement.name not in found:
                found.add(requirement.name)
                waiting.append(requirement.name)
    return found


def _parts(name: str) -> Iterator[str]:
    """Yield the top-level files and folders of an installed distribution."""
    for file in distribution(name).files or ():
        if file.parts[0] not in {"..", "__pycache__"}:
            yield file.parts[0]
