"""The page on traces explains every field, and its commands do what it shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.documents import ROOT, Section, commands, difference, sections

from llmrules.verify.kernel import shape

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "docs/trace.md"
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
SECTIONS = {section.title: section for section in sections(PAGE)}
SCHEMA = json.loads(Path(shape.__file__).with_name(shape.SCHEMA).read_text(encoding="utf-8"))["$defs"]
PLAIN = {"Conditions", "Tests", "Body", "Text"}
"""What the page explains in other words."""
DECIDE = "llmrules decide examples/maths-tutor.toml --trace decision.json"
SPOIL = 'sed \'s/"actual":2048/"actual":8192/\' decision.json > changed.json'
NEEDS = ("jq", "sha256sum", "ssh-keygen", "diff", "sed")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples, a trace and a changed copy of it, which stays as it is."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "examples").symlink_to(ROOT / "examples")
    for command in (DECIDE, SPOIL):
        assert shell(command, folder).returncode == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of the page as a shell does, with our own command at hand."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def shown(section: Section) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of a section, each with what it is shown to print."""
    for block in section.blocks:
        if block.language == "console":
            yield from commands(block)


def explained() -> dict[str, list[str]]:
    """Return the fields that the page explains of each record."""
    tables = re.split(r"^### .*: `(\w+)`$", TEXT.partition("\n## Every field\n")[2], flags=re.MULTILINE)
    return {
        name: re.findall(r"^\| `(\w+)` \| \S", table, re.MULTILINE)
        for name, table in zip(tables[1::2], tables[2::2], strict=True)
    }


def test_every_record_is_explained_field_by_field() -> None:
    """No field of the schema lacks its words, and no words are left of one that is gone."""
    fields = {name: sorted(one["properties"]) for name, one in SCHEMA.items() if name not in PLAIN}
    assert {name: sorted(found) for name, found in explained().items()} == fields


@pytest.mark.parametrize("title", ["first", *(title for title in SECTIONS if [*shown(SECTIONS[title])])])
def test_the_commands_print_what_the_page_shows(title: str, folder: Path) -> None:
    """Each section can be followed in a shell: look-ups, digests, verification and signatures."""
    first = Section("first", TEXT.partition("\n## ")[0] + "\n", 0)
    section = first if title == "first" else SECTIONS[title]
    used = " ".join(command for command, _ in shown(section))
    missing = [tool for tool in NEEDS if re.search(rf"\b{tool}\b", used) and shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the commands of this section need {', '.join(missing)}, which is not installed here")
    for command, lines in shown(section):
        done = shell(command, folder)
        printed = [*done.stderr.splitlines(), *done.stdout.splitlines()]
        wrong = difference(lines, printed)
        assert wrong is None, f"{PAGE}: {command}\ndoes not print: {wrong}\nbut: {printed}"


def test_the_recipe_in_python_needs_nothing_but_python(folder: Path) -> None:
    """It confirms the digest of a trace, and notices a changed one."""
    (block,) = (block for block in SECTIONS["Digests"].blocks if block.language == "python")
    (folder / "recipe.py").write_text(block.text, encoding="utf-8")
    run = [sys.executable, "-I", "recipe.py"]
    for name, same in (("decision.json", "True\n"), ("changed.json", "False\n")):
        (folder / name).replace(folder / "decision.json")
        assert subprocess.run(run, cwd=folder, capture_output=True, text=True, check=True).stdout == same


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen, with which traces are signed, is missing")
def test_a_signature_covers_every_byte(folder: Path) -> None:
    """The page's own verification fails for any changed byte, also where verify only reports what is claimed."""
    steps = [command for command, _ in shown(SECTIONS["Signing"])]
    for command in steps[:3]:
        assert shell(command, folder).returncode == 0
    assert shell(steps[3], folder).returncode == 0
    trace = folder / "decision.json"
    raw = trace.read_bytes()
    for place in (0, raw.index(b'"decided_at"') + 16, len(raw) // 2, len(raw) - 1):
        trace.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert shell(steps[3], folder).returncode != 0
    trace.write_bytes(raw)
    assert shell(steps[3], folder).returncode == 0


def test_the_links_lead_somewhere() -> None:
    """Every relative link names a file that is there."""
    links = [part.partition(")")[0] for part in TEXT.split("](")[1:]]
    assert links
    assert [link for link in links if "://" not in link and not (ROOT / "docs" / link).exists()] == []
