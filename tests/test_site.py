"""The pages of docs/ are a site: it is built without a warning, and whatever it or the package links to is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from tests.documents import ROOT

from llmrules import errors
from llmrules.check.lint import CODES
from llmrules.check.lint.finding import page_of
from llmrules.errors import InputError, LoadError, Place, ProfileError, RuleError

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = [path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")]


class Links(HTMLParser):
    """What a page links to, and the anchors that others may."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag links to, and its id."""
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.targets.append(value)
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make site` does."""
    folder = tmp_path_factory.mktemp("site")
    recipe = re.search(r"^site:.*\n\t\$\(BIN\)/sphinx-build (.*) docs build/site$", _makefile(), re.MULTILINE)
    assert recipe is not None
    command = [sys.executable, "-m", "sphinx", *recipe[1].split(), "--doctree-dir", str(folder / "read")]
    done = subprocess.run(
        [*command, str(ROOT / "docs"), str(folder / "site")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "site"


def _makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_page_is_on_the_site_and_found_there(site: Path) -> None:
    """Each page of docs/, the findings' included, has a page, a place in the contents, and an entry in the search."""
    contents = {*_local(site / "index.html", site)}
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    for page in PAGES:
        html = site / page.with_suffix(".html")
        assert html.is_file()
        assert page.name == "index" or (html, "") in contents
        assert f'"{page.as_posix()}"' in index
    assert (site / "search.html").is_file()


def test_every_link_of_the_site_holds(site: Path) -> None:
    """Links between its pages lead to a file and an anchor that are there; the files of the checkout come along."""
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    broken = [
        (page.name, target.name, anchor)
        for page in pages
        for target, anchor in _local(page, site)
        if not target.is_file() or (anchor and target in pages and anchor not in pages[target].anchors)
    ]
    assert not broken
    assert list((site / "_downloads").rglob("catalog.toml"))


def _local(page: Path, site: Path) -> Iterator[tuple[Path, str]]:
    for link in Links(page.read_text(encoding="utf-8")).targets:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = page if not parts.path else Path(os.path.normpath(page.parent / unquote(parts.path)))
        assert target.is_relative_to(site), f"{page}: {link} leads out of the site"
        yield target, unquote(parts.fragment)


def test_the_site_needs_no_other(site: Path) -> None:
    """No page loads a script, a style or a font from elsewhere."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"(?:https?:)?//[^\"]*", text)


def test_an_error_names_its_page(site: Path) -> None:
    """What a stage says of the docs is a page, and an anchor on it; errors that come together name each page once."""
    stages = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, InputError)]
    pages = {stage.page for stage in stages if stage.page}
    assert len(pages) > len(stages) / 2
    pages |= {page for stage in stages for page in stage.pages.values()}
    for page in pages:
        path, _, anchor = page.removeprefix("docs/").partition("#")
        html = site / Path(path).with_suffix(".html")
        assert not anchor or anchor in Links(html.read_text(encoding="utf-8")).anchors
    wrong = [kind("is wrong", code="wrong", place=Place("a.toml", 1)) for kind in (ProfileError, RuleError)]
    assert str(wrong[0]).splitlines() == ["a.toml:1: is wrong [wrong]", "    read: docs/rules.md#cases"]
    assert str(LoadError([*wrong, wrong[0]])).splitlines() == [
        "a.toml:1: is wrong [wrong]",
        "a.toml:1: is wrong [wrong]",
        "read: docs/rules.md#cases, docs/rules.md#effects",
        "2 errors",
    ]


@pytest.mark.parametrize("code", CODES)
def test_a_finding_names_its_page(code: str) -> None:
    """Each finding has a page, and says which."""
    assert (ROOT / page_of(code)).is_file()
