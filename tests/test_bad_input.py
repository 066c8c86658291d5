"""Everything wrong in all files of a load is reported together, once, where it stands, with what to write instead.

A case is a file of ``data/broken`` or a folder of several that are loaded together, one layer each. A comment on the
line of a mistake says what must be reported there: ``#! column code -> nearest name ~ words of the message``, the last
two if there are any. Nothing else may be reported.
"""

from __future__ import annotations

import ast
import json
import pickle
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import llmrules
from llmrules import Advisor
from llmrules.check.cases import read_case
from llmrules.cli import main
from llmrules.decision.knowledge import load_knowledge
from llmrules.errors import FileError, LoadError
from llmrules.language.profile import read_profile, state
from llmrules.language.rules.ruleset import LATER
from llmrules.reading.files import format_path, parse_json, parse_toml, read_json, read_toml, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.errors import InputError
    from llmrules.reading.files import Source

DATA = Path(__file__).parent / "data"
BROKEN = DATA / "broken"
CASES = sorted(
    path.relative_to(BROKEN).as_posix()
    for path in [*BROKEN.glob("*/*.toml"), *(folder for folder in BROKEN.glob("loads/*") if folder.is_dir())]
)
EXPECTED = re.compile(r"(\d+) ([a-z0-9-]+)(?: -> (\S+))?(?: ~ (.+))?")

Expected = tuple[str, int, int, str, str, str]


def files_of(case: Path) -> list[Path]:
    """Return the files of a case."""
    return sorted(case.glob("*.toml")) if case.is_dir() else [case]


def expected_of(case: Path) -> list[Expected]:
    """Return what the comments of a case say: file, line, column, code, nearest name and words of the message."""
    found = []
    for file in files_of(case):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            for comment in line.split("#! ")[1:]:
                match = EXPECTED.fullmatch(comment.strip())
                assert match is not None, f"{file}:{number}: {comment}"
                column, code, near, words = match.groups()
                found.append((file.name, number, int(column), code, near or "", words or ""))
    return sorted(found)


def errors_of(case: Path) -> tuple[InputError, ...]:
    """Load a case on top of the base and return everything that is wrong with it."""
    failures: list[FileError] = []
    kinds: dict[str, list[Source]] = {"rules": [_base("rules.toml")], "catalog": [_base("catalog.toml")], "profile": []}
    for layer, file in enumerate(files_of(case), start=1):
        try:
            kinds[_kind(file)].append(read_toml(file, file.name, layer=layer))
        except FileError as error:
            failures.append(error)
    try:
        knowledge = load_knowledge(kinds["rules"], kinds["catalog"], failures)
        for profile in kinds["profile"]:
            read_profile(profile, knowledge.ruleset.vocabulary)
    except LoadError as error:
        return error.errors
    return ()


def _kind(file: Path) -> str:
    """Return what a file is read as: its folder says so, in a folder of several its own name."""
    names = (file.parent.name, file.stem)
    return next((kind for kind in ("catalog", "profile") for name in names if name.startswith(kind)), "rules")


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_is_reported_once_where_it_stands(case: str) -> None:
    """File, line, column, code, nearest name and words are those of the comments, and there is nothing else."""
    expected, found = expected_of(BROKEN / case), errors_of(BROKEN / case)
    assert sorted(map(_parts, found)) == [parts[:5] for parts in expected]
    for *parts, words in expected:
        assert any(words in str(error) for error in found if _parts(error) == tuple(parts)), words


def _parts(error: InputError) -> tuple[str, int, int, str, str]:
    place = error.place
    return (place.file, place.line or 0, place.column or 0, error.code, error.nearest or "")


def test_the_base_is_sound() -> None:
    """What the broken inputs are read on top of has nothing wrong with it."""
    knowledge = load_knowledge([_base("rules.toml")], [_base("catalog.toml")])
    assert list(knowledge.ruleset.rules) == ["cheap", "small-is-compact", "weights"]


@pytest.mark.parametrize("case", CASES)
def test_messages_speak_to_people(case: str) -> None:
    """No message shows a value as Python writes it or a character that a terminal would obey."""
    for error in errors_of(BROKEN / case):
        assert not re.search(r"None|True|False|Decimal|datetime\.|<class|object at|\('", str(error))
        assert str(error).replace("\n", "").isprintable()


# ── Files that cannot be read ────────────────────────────────────────────────────────────────────────────────────────

Wrong = tuple[str, int | None, int | None, str]

TEXTS: dict[str, tuple[str, bytes, Wrong]] = {
    "not UTF-8": ("a.toml", b"language = 1\n# \xea\xb0\x80 \xb0\xa1\n", ("not-utf-8", 2, 5, "save the file as UTF-8")),
    "UTF-16": ("a.toml", "language = 1".encode("utf-16"), ("not-utf-8", 1, 1, "byte 0xff")),
    "deep": ("a.toml", b"a = " + b"[" * 5_000, ("too-deep", None, None, "nested too deeply")),
    "digits": ("a.toml", b"# long\na = " + b"9" * 5_000, ("syntax", 2, 5, "thousands of digits")),
    "no table": ("a.toml", b"a", ("syntax", 1, 2, "write key = value")),
    "parts": ("a.toml", b"a = [" + b"[]," * 1_000_000 + b"]", ("too-many-parts", None, None, "more than 2,000,000")),
    "json: parts": ("a.json", b'{"a": [' + b"[]," * 1_000_000 + b"0]}", ("too-many-parts", None, None, "2,000,000")),
    "json: deep": ("a.json", b'{"a":' * 50_000, ("too-deep", None, None, "nested too deeply")),
    "json: digits": ("a.json", b'{"a":\n ' + b"9" * 5_000 + b"}", ("syntax", 2, 2, "thousands of digits")),
    "json: cut off": ("a.json", b'{\n  "a": ', ("syntax", 2, 8, "is not JSON")),
    "json: single quotes": ("a.json", b"{'a': 1}", ("syntax", 1, 2, "double quotes")),
    "json: twice": ("a.json", b'{"a": {"b": 1, "b": 2}}', ("syntax", None, None, 'the key "b" stands twice')),
    "json: NaN": ("a.json", b'{"a": NaN}', ("syntax", None, None, "NaN is not a number")),
    "json: -Infinity": ("a.json", b'{"a": -Infinity}', ("syntax", None, None, "-Infinity is not a number")),
    "json: a list": ("a.json", b'[{"a": 1}]', ("wrong-shape", None, None, "must hold a JSON object")),
    "json: null": ("a.json", b"null", ("wrong-shape", None, None, "must hold a JSON object")),
    "json: empty": ("a.json", b"", ("syntax", 1, 1, "is not JSON")),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_cannot_be_read_says_where_and_why(name: str, tmp_path: Path) -> None:
    """Bytes, syntax and shape are refused with their place, where there is one."""
    file, raw, (code, line, column, words) = TEXTS[name]
    path = tmp_path / file
    path.write_bytes(raw)
    with pytest.raises(FileError) as raised:
        (read_json if path.suffix == ".json" else read_toml)(path)
    error = raised.value
    assert (error.code, error.place.file, error.place.line, error.place.column) == (code, path.as_posix(), line, column)
    assert words in str(error)


def test_what_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a file that is not there, a name that can be none, and a file that is too large."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "large.toml").write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr("llmrules.reading.files.LARGEST_FILE", 3)
    places = {"is-folder": "empty", "no-file": "a.toml", "unreadable": "a\0.toml", "too-large": "large.toml"}
    for code, name in places.items():
        with pytest.raises(FileError) as raised:
            read_toml(tmp_path / name)
        assert raised.value.code == code
    with pytest.raises(FileError) as raised:
        write_whole(tmp_path / "no" / "folder", "text")
    assert raised.value.code == "unwritable"


def test_a_folder_without_rules_is_no_rules(tmp_path: Path) -> None:
    """A policy whose folder is empty or misspelt is never left out in silence."""
    with pytest.raises(LoadError) as raised:
        Advisor.load(catalog=["article"], rules=[tmp_path, tmp_path / "misspelt"])
    assert [error.code for error in raised.value.errors] == ["is-folder", "no-file"]
    assert "no .toml file stands in it" in str(raised.value)


def test_many_files_are_reported_together_in_their_order(tmp_path: Path) -> None:
    """Of a hundred files with two mistakes each, every mistake is reported, by file and line."""
    broken = '\n\n[[rule]]\nid = "rule-{0}"\nadvise = 1\nbecause.en = "A reason."\nsource = "none-{0}"\n'
    for number in range(100):
        text = f'language = 1\npack = "pack-{number}"{broken.format(number)}'
        (tmp_path / f"{number:03}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LoadError) as raised:
        Advisor.load(catalog=["article"], rules=[tmp_path])
    found = [(Path(error.place.file).name, error.place.line, error.code) for error in raised.value.errors]
    lines = ((6, "wrong-type"), (8, "unknown-source"))
    assert found == [(f"{number:03}.toml", *line) for number in range(100) for line in lines]
    assert str(raised.value).endswith("\n200 errors")


# ── Profiles that are no TOML ─────────────────────────────────────────────────────────────────────────────────────────

REQUIREMENTS: dict[str, tuple[object, str, str]] = {
    "fine_tuning": (None, "wrong-type", "not null"),
    "offline": ("no", "wrong-type", "write false, without quotes"),
    "budget": ("\ud800", "unknown-choice", '"\\ud800"'),
    "accuracy": ("HIGH", "unknown-choice", "did you mean: high"),
    "modalities": ({"text": True}, "wrong-type", "found: { text = true }"),
    "context_tokens": (float("nan"), "wrong-type", "a finite number of tokens"),
    "pages": (10**50, "wrong-type", "at most 40 digits"),
    "region": ("Seoul\udc80", "bad-text", "half a character"),
    "launch": ("2026-02-29", "wrong-type", "a date such as 2026-03-01"),
    "as_of": (20260301, "wrong-type", "a date such as 2026-03-01"),
    "regio\ud800n": ("Seoul", "unknown-requirement", "did you mean: region"),
}


def test_requirements_of_other_programs_are_read_as_strictly() -> None:
    """A mapping that JSON or Python made is refused like a file, all of it at once, by the names of its keys."""
    vocabulary = load_knowledge([_base("rules.toml")], []).ruleset.vocabulary
    with pytest.raises(LoadError) as raised:
        state({name: value for name, (value, *_) in REQUIREMENTS.items()}, vocabulary)
    found = {error.place.key: error for error in raised.value.errors}
    assert len(found) == len(REQUIREMENTS) == len(raised.value.errors)
    for error, (_, code, words) in zip(
        (found[format_path((name,))] for name in REQUIREMENTS), REQUIREMENTS.values(), strict=True
    ):
        assert error.code == code
        assert words in str(error)
    str(raised.value).encode()


def test_a_json_profile_has_key_paths_for_places() -> None:
    """JSON has no lines here; what is wrong is found by its path."""
    vocabulary = load_knowledge([_base("rules.toml")], []).ruleset.vocabulary
    source = parse_json('{"requirements": {"budget": "tigt"}, "expect": {"excluded": [{"by": "weights"}]}}')
    with pytest.raises(LoadError) as raised:
        read_profile(source, vocabulary)
    places = [(str(error.place), error.place.key, error.code) for error in raised.value.errors]
    assert places == [
        ("<stdin>", "expect.excluded[0]", "missing-key"),
        ("<stdin>", "requirements.budget", "unknown-choice"),
    ]
    assert raised.value.errors[0].place.line is None


def test_an_expectation_names_what_is_loaded() -> None:
    """A model, rule or requirement that a test case expects and nobody knows is a mistake of the case."""
    text = """
[requirements]
[expect]
best = ["alpha", "bta"]
unverified = "alpa"
fired = ["wieghts"]
conflicts = ["budgt"]
excluded = [{ model = "beta" }, { model = "betta", by = ["weights", "cheep"] }]
"""
    knowledge = load_knowledge([_base("rules.toml")], [_base("catalog.toml")])
    with pytest.raises(LoadError) as raised:
        read_case(parse_toml(text, "case.toml"), knowledge)
    found = [(error.place.line, error.place.column, error.code, error.nearest) for error in raised.value.errors]
    assert found == [
        (4, 18, "unknown-model", "beta"),
        (5, 1, "unknown-model", "alpha"),
        (6, 10, "unknown-rule", "weights"),
        (7, 14, "unknown-requirement", "budget"),
        (8, 35, "unknown-model", "beta"),
        (8, 69, "unknown-rule", "cheap"),
    ]
    assert all(list(error.allowed) == sorted(error.allowed) for error in raised.value.errors)


# ── Every code, and every door ────────────────────────────────────────────────────────────────────────────────────────

READERS = (
    *("reading/files", "reading/syntax", "reading/cursor", "language/texts", "language/sources", "language/vocabulary"),
    *("language/conditions", "language/rules", "language/profile", "catalog/entries", "catalog/overlay"),
    *("catalog/reading", "decision/knowledge"),
)
ELSEWHERE = {"is-folder", "no-file", "unreadable", "too-large", "unwritable", "bad-text", "bad-gzip", "bad-condition"}
ELSEWHERE |= {"too-many-values", "no-approval-asked", "wrong-approver"}
ELSEWHERE |= {"wrong-unit", "bad-product", "computed-cycle", "unknown-catalogue", "several-catalogues"}
"""Codes that are exercised by the tests here and not by a case; ``bad-condition`` by ``test_written_conditions``, and
``too-many-values`` by ``test_growth``, ``no-approval-asked`` and
``wrong-approver`` by ``test_governance``, those of computed attributes by ``test_computed``, those of the
catalogues that cases name by ``test_case_runner``."""


def test_every_code_is_exercised() -> None:
    """No mistake that the readers can report is without a case."""
    package = Path(llmrules.__file__).parent
    places = {name: [*package.glob(f"{name}.py"), *package.glob(f"{name}/**/*.py")] for name in READERS}
    assert all(places.values())
    modules = [file for files in places.values() for file in files]
    reported = {code for module in modules for code in _codes(ast.parse(module.read_text(encoding="utf-8")))}
    exercised = {parts[3] for case in CASES for parts in expected_of(BROKEN / case)}
    exercised |= {wrong[0] for _, _, wrong in TEXTS.values()} | ELSEWHERE
    assert reported - exercised == set()
    assert len(CASES) + len(TEXTS) >= 90


def _codes(tree: ast.AST) -> Iterator[str]:
    """Yield every code that a module reports: a literal, the name of one, or the default of ``missing``."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        if name == "problem":
            first = call.args[0] if call.args else given[0]
            given.append(first.value.elts[0] if isinstance(first, ast.Starred) else first)  # type: ignore[attr-defined]
        for code in given:
            if isinstance(code, ast.Constant):
                yield str(code.value)
            elif isinstance(code, ast.Name) and code.id == "LATER":
                yield LATER
            else:
                assert ast.unparse(code) in {"code", "f'unknown-{what}'"}, ast.unparse(code)


@pytest.fixture
def commands() -> CliRunner:
    """Run commands as a shell does, without a shell."""
    return CliRunner()


CALLS: dict[str, tuple[list[str], str | None, str]] = {
    "rules": (["decide", "--rules", "rules/two-effects.toml", "--set", "offline=true"], None, "[two-effects]"),
    "catalogue": (["decide", "--catalog", "catalog/offers.toml", "--set", "offline=true"], None, "[duplicate-offer]"),
    "a condition": (["models", "--where", "moving_alias"], None, "[bad-condition]"),
    "a condition on who is asked": (
        ["decide", "--set", "offline=true", "--only", "context_window>=200,000"],
        None,
        "[bad-condition]",
    ),
    "profile": (["decide", "profile/values.toml"], None, "errors"),
    "no such file": (["decide", "profile/none.toml"], None, "[no-file]"),
    "a folder": (["decide", "profile"], None, "[is-folder]"),
    "standard input": (["decide", "-"], '{"offline": NaN}', "NaN is not a number"),
    "a list on standard input": (["decide", "-"], "[]", "[wrong-shape]"),
    "an unknown requirement": (["decide", "--set", "ofline=true"], None, "did you mean: offline"),
    "a setting without a value": (["decide", "--set", "offline"], None, "[bad-setting]"),
    "a setting twice": (["decide", "--set", "offline=true", "--set", "offline=false"], None, "[bad-setting]"),
    "an unknown model": (
        ["decide", "--set", "offline=true", "--catalog", "article", "--model", "claud"],
        None,
        "did you mean: claude",
    ),
    "an unknown rule": (["rules", "cheep-output"], None, "[unknown-rule]"),
    "no trace": (["why", "profile/values.toml", "claude"], None, ""),
    "a control character": (["decide", "--set", "a\x1b[31m=1"], None, "\\x1b[31m"),
}


@pytest.mark.parametrize("name", CALLS)
def test_bad_input_ends_with_2_and_no_traceback(
    name: str, commands: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line words what is wrong on standard error, decides nothing and ends with 2."""
    arguments, standard_input, words = CALLS[name]
    monkeypatch.chdir(BROKEN)
    result = commands.invoke(main, arguments, input=standard_input)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.replace("\n", "").isprintable()


def test_a_setting_is_placed_on_the_command_line(commands: CliRunner, tmp_path: Path) -> None:
    """What --set replaces is not blamed on the file."""
    profile = tmp_path / "profile.toml"
    profile.write_text("[requirements]\noffline = true\nbudget = 3\n", encoding="utf-8")
    result = commands.invoke(main, ["decide", str(profile), "--set", "offline=perhaps"])
    assert "--set offline: must be true or false" in result.stderr
    assert f"{profile.as_posix()}:3:1: must be" in result.stderr


def test_slots_execute_nothing(tmp_path: Path) -> None:
    """What is no slot stays as it is written, whatever a format language would make of it."""
    attack = "{} {{}} %s ${tasks} {tasks!r:>99} {tasks:%n} {__import__('os').system('true')} \\u0041 <b>"
    rules = tmp_path / "rules.toml"
    rules.write_text(
        f"language = 1\npack = 'attack'\n[[rule]]\nid = 'attack'\nadvise = true\n"
        f"because.en = {json.dumps(attack)}\nsource = 'framework.data'\n",
        encoding="utf-8",
    )
    advisor = Advisor.load(catalog=["article"], rules=[rules], shipped_rules=False, engine="plain")
    advice = advisor.decide({"tasks": ["coding"]}).report()
    assert attack.replace("${tasks}", "$writing and reviewing code") in advice


def test_errors_keep_their_parts_when_pickled() -> None:
    """A load error can be sent to another process."""
    for error in errors_of(BROKEN / "loads" / "several-files"):
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert str(again) == str(error)
        assert (again.place, again.nearest, again.code) == (error.place, error.nearest, error.code)


def _base(name: str) -> Source:
    return read_toml(DATA / "base" / name, f"base/{name}")
