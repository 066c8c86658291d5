"""The pages for authors say what is so: tables come from the code, and every snippet is read by the real loader."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from tests.documents import ROOT, Block, commands, difference, run, sections
from tests.tables import EXAMPLES, KEYS, MEANS, PAGE, UPDATE, VALUES, renewed

from llmrules import Advisor
from llmrules.check.cases import check, read_case
from llmrules.decision.knowledge import load_knowledge
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.effects import EFFECTS, RULE_KEYS
from llmrules.language.vocabulary import TYPES
from llmrules.reading import shipped
from llmrules.reading.files import Source, parse_toml, read_toml, toml_files

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = sections("docs/rules.md")
BLOCKS = [block for section in SECTIONS for block in section.blocks if block.language == "toml"]
PROFILES = [block for block in BLOCKS if "requirements" in tomllib.loads(block.text)]


def as_source(block: Block) -> Source:
    """Return a snippet as the whole file that it is a part of, on the lines where it stands in the page."""
    data, head = tomllib.loads(block.text), ""
    if data.keys() <= {*RULE_KEYS}:  # some lines of one rule
        head = "[[rule]]\n" + "".join(f"{key} = {value}\n" for key, value in _needed(block).items() if key not in data)
        head += "" if data.keys() & EFFECTS else "advise = true\n"
    if "language" not in data:
        pack = f'pack = "line-{block.line}"\n' if not _is_catalogue(block) else ""
        head = f"language = 1\n{pack}{head}"
    above = "\n" * max(0, block.line - head.count("\n"))
    return parse_toml(above + head + block.text, "docs/rules.md", layer=1)


def _needed(block: Block) -> dict[str, str]:
    return {
        "id": f'"line-{block.line}"',
        "source": '"it-policy"',
        "because": '{ en = "So it is.", ko = "그렇습니다." }',
    }


def _is_catalogue(block: Block) -> bool:
    return tomllib.loads(block.text).keys() <= {"model", "approval"}


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    """The shipped rules and catalogue under everything that stands in the page. A mistake in it names its line."""
    rules = [read_toml(path) for path in toml_files([shipped.rules_folder()])]
    catalogues = [read_toml(shipped.catalog_path("article"))]
    for block in BLOCKS:
        if block not in PROFILES:
            (catalogues if _is_catalogue(block) else rules).append(as_source(block))
    return Advisor(load_knowledge(rules, catalogues), engine="plain")


def test_the_tables_are_those_of_the_code() -> None:
    """Types, operators, effects, keys and findings stand in the page as the code has them."""
    text = PAGE.read_text(encoding="utf-8")
    assert renewed(text) == text, f"the tables of docs/rules.md are old; update them with: {UPDATE}"


def test_the_tables_explain_what_is_there_and_nothing_else() -> None:
    """No entry of the code lacks its words, and no words are left of an entry that is gone."""
    assert VALUES.keys() == {*TYPES}
    assert EXAMPLES.keys() == OPERATORS.keys()
    assert MEANS.keys() == EFFECTS.keys()
    assert KEYS.keys() == {*RULE_KEYS} - {*EFFECTS}


@pytest.mark.parametrize(("operator", "example"), EXAMPLES.items())
def test_an_example_of_an_operator_can_be_loaded(operator: str, example: str) -> None:
    """Every example of the table is read by the loader, and by the operator that it is an example of."""
    weight = "weight = 1\n" if example.startswith(("prefer", "avoid")) else ""
    block = Block("toml", f"{example}\n{weight}source = 'licensing.first'\n", 0)
    rules = [read_toml(path) for path in toml_files([shipped.rules_folder()])]
    knowledge = load_knowledge([*rules, as_source(block)], [read_toml(shipped.catalog_path("article"))])
    (leaf,) = knowledge.ruleset.rules["line-0"].effect.predicate.leaves
    assert [test.operator.name for test in leaf.tests] == [operator]


def test_every_snippet_is_read_by_the_loader(advisor: Advisor) -> None:
    """The page, as it stands, is one set of rules, attributes, models and approvals that loads."""
    rules = advisor.knowledge.ruleset.rules
    assert {"first/customers-see-it", "ours/lab-exemption"} <= rules.keys()
    assert "house-model" in advisor.knowledge.models
    assert [one.by for one in advisor.knowledge.catalog.approvals] == ["Head of purchasing"]


def test_every_effect_has_a_snippet(advisor: Advisor) -> None:
    """Whoever looks for an effect or a key finds it in use, in the page or in one of the tables."""
    ruleset = advisor.knowledge.ruleset
    places = {name: cursor for name, cursor in ruleset.places.items() if cursor.source.layer}
    own = [ruleset.rules[name] for name in places]
    assert {rule.effect.name for rule in own} >= EFFECTS.keys() - {"avoid"}
    used = {key for cursor in places.values() for key in cursor.table()}
    assert used >= {*RULE_KEYS} - {"avoid", "locked", "unknown"}


@pytest.mark.parametrize("block", PROFILES, ids=lambda block: f"line {block.line}")
def test_a_profile_of_the_page_decides_as_it_expects(block: Block, advisor: Advisor) -> None:
    """A case in the page holds under everything that the page says."""
    profile = read_case(parse_toml(block.text, "docs/rules.md"), advisor.knowledge)
    assert profile.expect is not None
    differences = check(advisor.decide(profile), profile.expect)
    assert not differences, "\n".join(map(str, differences))


def test_the_page_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file of the page can be copied, linted and tested as it says."""
    monkeypatch.chdir(tmp_path)
    for section in SECTIONS:
        section.write(tmp_path)
    shown = [
        pair for one in SECTIONS for block in one.blocks if block.language == "console" for pair in commands(block)
    ]
    assert shown
    for command, lines in shown:
        missing = difference(lines, run(command))
        assert missing is None, f"docs/rules.md: {command}\ndoes not print: {missing}"


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        (["a", "b", "c"], None),
        (["a", "…"], None),
        (["…", "c"], None),
        (["a", "…", "c"], None),
        (["a", "b…", "c"], None),
        (["a", "c"], "c"),
        (["b", "…"], "b"),
        (["a", "…", "a"], "a"),
        (["a", "b"], "(the end, before 'c')"),
    ],
)
def test_what_a_page_shows_is_compared_line_by_line(shown: list[str], missing: str | None) -> None:
    """Lines stand for themselves, in their order and without gaps but where the page says so."""
    assert difference(shown, ["a", "b", "c"]) == missing


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_the_links_of_a_page_lead_somewhere(page: str) -> None:
    """Every relative link names a file that is there; those of docs/ are followed on the site that is made of it."""
    path = ROOT / page
    links = [part.partition(")")[0] for part in path.read_text(encoding="utf-8").split("](")[1:]]
    assert [link for link in links if "://" not in link and not (path.parent / link.partition("#")[0]).exists()] == []
