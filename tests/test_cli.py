"""The command line as people and programs meet it: a process, its output, its exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner
from tests.commands import run

from llmrules.cli import main
from llmrules.reading.shipped import catalog_names
from llmrules.trace.record import Trace

ROOT = Path(__file__).parent.parent
HOSPITAL = str(ROOT / "examples" / "hospital-records.toml")
NOTHING_FITS = str(ROOT / "examples" / "nothing-fits.toml")
REFUSED = str(ROOT / "examples" / "live-data-offline.toml")
COMMAND = (sys.executable, "-c", "from llmrules.cli import main; main(prog_name='llmrules')")


@pytest.mark.parametrize("full", [(), ("--full",)])
def test_decide_prints_the_answer_first(full: tuple[str, ...]) -> None:
    """A profile in, the answer and its reasons out, on one screen or in full, exit status 0."""
    result = run("decide", HOSPITAL, *full)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].startswith("A hospital that keeps its data")
    assert lines[1].startswith("Recommended: Phi-3 Mini")
    assert (len(lines) > 25) is bool(full)
    assert result.stderr == ""


def test_decide_speaks_korean() -> None:
    """``--lang ko`` gives title, headings and reasons in Korean."""
    result = run("decide", HOSPITAL, "--lang", "ko", "--full")
    assert result.output.splitlines()[1].startswith("추천: Phi-3 Mini")
    headings = [line for line in result.output.splitlines() if line and not line.startswith(" ")]
    assert all(re.search("[가-힣]", heading) for heading in headings)


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "추천"),
        ({"LC_ALL": "ko", "LANG": "en_US.UTF-8"}, "추천"),
        ({"LANG": "de_DE.UTF-8"}, "Recommended"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, "Recommended"),
    ],
)
def test_the_environment_chooses_the_language(environment: dict[str, str], answer: str) -> None:
    """``LANG=ko_KR.UTF-8`` is answered in Korean; what we do not speak, in English."""
    blank = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}
    result = CliRunner(env={**blank, **environment}).invoke(main, ["decide", HOSPITAL])
    assert result.output.splitlines()[1].startswith(answer)


def test_decide_reads_json_on_standard_input() -> None:
    """``-`` reads requirements as JSON, bare or as a whole profile."""
    requirements = {"fine_tuning": True, "modalities": ["text"], "as_of": "2026-03-01", "context_tokens": 30_000}
    for stdin in (json.dumps(requirements), json.dumps({"title": {"en": "Mine"}, "requirements": requirements})):
        result = run("decide", "-", "--full", stdin=stdin)
        assert (result.exit_code, "fine-tuning on own data: yes" in result.output) == (0, True)
    assert result.output.startswith("Mine\n")


def test_decide_reads_a_json_file(tmp_path: Path) -> None:
    """A profile may be a .json file of the same shape."""
    (tmp_path / "case.json").write_text(json.dumps({"requirements": {"fine_tuning": True, "as_of": "2026-03-01"}}))
    assert run("decide", str(tmp_path / "case.json")).exit_code == 0


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("context_tokens=500_000", "context needed: 500,000 tokens"),
        ("data_sovereignty=false", "data may not leave: no"),
        ('modalities=["text", "image"]', "kinds of input: text, images"),
        ("budget=tight", "budget: tight"),
        ('budget="tight"', "budget: tight"),
        ("as_of=2026-04-02", "date of the decision: 2026-04-02"),
    ],
)
def test_set_states_or_replaces(setting: str, said: str) -> None:
    """The value of ``--set`` is TOML where it can be, else text; it replaces what the profile says."""
    result = run("decide", HOSPITAL, "--full", "--set", setting)
    assert result.exit_code in {0, 3}
    assert said in result.output


def test_set_needs_no_profile() -> None:
    """Requirements may all be given by ``--set``."""
    result = run("decide", "--full", "--set", "fine_tuning=true", "--set", "as_of=2026-03-01")
    assert result.exit_code == 0
    assert "fine-tuning on own data: yes" in result.output


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((HOSPITAL,), 0),
        ((NOTHING_FITS,), 3),
        ((REFUSED,), 3),
        ((HOSPITAL, "--model", "phi-3-mini"), 0),
        ((HOSPITAL, "--model", "claude"), 3),
        ((REFUSED, "--model", "mistral"), 3),
        ((), 2),
        (("nowhere.toml",), 2),
        ((str(ROOT),), 2),
        ((HOSPITAL, "--model", "nobody"), 2),
        ((HOSPITAL, "--set", "nothing"), 2),
        ((HOSPITAL, "--set", "buget=tight"), 2),
        ((HOSPITAL, "--set", "context_tokens='12'"), 2),
        ((HOSPITAL, "--rules", "nowhere.toml"), 2),
        ((HOSPITAL, "--trace", "nowhere/at/all.json"), 2),
        ((HOSPITAL, "--lang", "fr"), 2),
    ],
)
def test_the_exit_status_says_how_it_went(arguments: tuple[str, ...], status: int) -> None:
    """0 there is a choice, 3 none or refused, 2 bad input; nothing is decided on bad input, and nothing raises."""
    result = run("decide", *arguments)
    assert result.exit_code == status
    assert (result.stdout == "") == (status == 2)
    assert (result.stderr == "") == (status != 2)
    assert isinstance(result.exception, SystemExit | None)


def test_an_unverified_model_ends_with_4(tmp_path: Path) -> None:
    """With ``--model``, a model of which something must be found out first ends with 4."""
    (tmp_path / "rules.toml").write_text(f'language = 1\npack = "mine"\n{OWN_DOCUMENT}\n{OWN_RULE}')
    (tmp_path / "ours.toml").write_text(f"language = 1\n{OWN_DOCUMENT.replace('mine', 'ours')}\n{OWN_MODELS}")
    world = ("--rules", str(tmp_path / "rules.toml"), "--catalog", str(tmp_path / "ours.toml"))
    for name, status in (("ours-large", 0), ("ours-small", 3), ("ours-new", 4)):
        alone = ("--no-shipped-rules", "--no-shipped-catalog")
        result = run("decide", "--set", "as_of=2026-03-01", *world, *alone, "--model", name)
        assert (result.exit_code, result.stderr) == (status, "")
    assert (
        run(
            "decide", "--set", "as_of=2026-03-01", *world, *alone, "--model", "ours-new", "--unknown", "accept"
        ).exit_code
        == 0
    )
    assert run("decide", "--set", "as_of=2026-03-01", *world, *alone, "--model", "claude").exit_code == 2


OWN_DOCUMENT = '[[document]]\nid = "mine"\ntitle = "Our policy"\ndate = 2026-01-01\n'
OWN_RULE = (
    '[[rule]]\nid = "long-enough"\nrequire.context_window.at_least = 1000\n'
    'because.en = "Ours are long."\nsource = "mine"\n'
)
OWN_MODELS = """
[[model]]
id = "ours-large"
[[model.offer]]
context_window = 2000
sources.context_window = "ours"
[[model]]
id = "ours-small"
[[model.offer]]
context_window = 20
sources.context_window = "ours"
[[model]]
id = "ours-new"
"""


def test_the_trace_is_what_why_reads(tmp_path: Path) -> None:
    """``--trace`` writes the whole trace; from it alone ``why`` tells the chain of any model, as ``--model`` begins."""
    saved = tmp_path / "decision.json"
    assert run("decide", HOSPITAL, "--trace", str(saved)).exit_code == 0
    trace = Trace.load(saved)
    assert trace.found.result.best == ("phi-3-mini",)
    for name in ("phi-3-mini", "claude"):
        for language in ("en", "ko"):
            told = run("why", str(saved), name, "--lang", language)
            assert told.exit_code == 0
            assert run("decide", HOSPITAL, "--model", name, "--lang", language).output.startswith(told.output)


def test_many_cases_are_a_line_each(tmp_path: Path) -> None:
    """Each line of --many is decided, in its order; one that is wrong says why, stops no other, and the status is 2."""
    lines = [
        '{"fine_tuning": true, "as_of": "2026-03-01"}',
        '{"requirements": {"fine_tuning": false, "as_of": "2026-03-01"}, "title": "a"}',
    ]
    (tmp_path / "right.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = run("decide", "--many", str(tmp_path / "right.jsonl"), "--engine", "plain")
    assert result.exit_code == 0
    told = [json.loads(line) for line in result.output.splitlines()]
    assert [(one["line"], one["eligible"], one["excluded"]) for one in told] == [(1, 8, 4), (2, 12, 0)]
    (tmp_path / "wrong.jsonl").write_bytes("\n".join(["{", '{"nope": 1}', *lines]).encode() + b"\n\xff")
    result = run("decide", "--many", str(tmp_path / "wrong.jsonl"), "--workers", "2")
    assert result.exit_code == 2
    assert ["error" in json.loads(line) for line in result.output.splitlines()] == [True, True, False, False, True]
    for wrong in (
        ("--many", "gone.jsonl"),
        ("--many", str(tmp_path / "right.jsonl"), "--quiet"),
        (HOSPITAL, "--many", "-"),
    ):
        assert run("decide", *wrong).exit_code == 2


def test_json_prints_the_trace() -> None:
    """``--format json`` prints the trace, and the exit status is the same."""
    for profile, status in ((HOSPITAL, 0), (NOTHING_FITS, 3)):
        result = run("decide", profile, "--format", "json")
        assert result.exit_code == status
        assert Trace.parse(json.loads(result.output), "stdout").format == "llmrules.trace/1"


@pytest.mark.parametrize("arguments", [("why", "nowhere.json", "claude"), ("why", HOSPITAL, "claude")])
def test_why_needs_a_trace(arguments: tuple[str, ...]) -> None:
    """A file that is not there, or no trace, is bad input."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_why_knows_its_models(tmp_path: Path) -> None:
    """A model that the trace does not have is bad input, with the nearest name."""
    run("decide", HOSPITAL, "--trace", str(tmp_path / "t.json"))
    result = run("why", str(tmp_path / "t.json"), "claud")
    assert result.exit_code == 2
    assert "did you mean: claude" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        (("decide", "case.toml", "--trace", "case.toml"), "case.toml"),
        (("decide", "case.toml", "--trace", "link.json"), "link.json"),
        (("decide", "case.toml", "--rules", "policy", "--trace", "policy/ours.toml"), "policy/ours.toml"),
        (("decide", "case.toml", "--catalog", "models.toml", "--trace", "models.toml"), "models.toml"),
        (("decide", "case.toml", "--among", "list.csv", "--trace", "list.csv"), "list.csv"),
        (("decide", "--set", "budget=tight", "--trace", "llmrules.toml"), "llmrules.toml"),
        (("decide", "--set", "budget=tight", "--trace", "models.toml"), "models.toml"),
        (("decide", "case.toml", "--trace", str(ROOT / "catalog.toml")), str(ROOT / "catalog.toml")),
        (("replay", "t.json", "--trace", "t.json"), "t.json"),
        (("replay", "t.json", "--rules", "policy", "--trace", "policy/ours.toml"), "policy/ours.toml"),
        (("test", ".", "--junit", "case.toml"), "case.toml"),
        (("test", "case.toml", "--rules", "policy", "--junit", "policy/ours.toml"), "policy/ours.toml"),
    ],
)
def test_what_is_read_is_never_written_over(
    arguments: tuple[str, ...], target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An output that would replace a file of the same command is refused before anything happens."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "ours.toml").write_text('language = 1\npack = "ours"\n')
    (tmp_path / "models.toml").write_text('language = 1\n[[model]]\nid = "ours"\n')
    (tmp_path / "llmrules.toml").write_text('catalog = ["models.toml"]\n')
    (tmp_path / "list.csv").write_text("claude\n")
    (tmp_path / "case.toml").write_text('[requirements]\nbudget = "tight"\n')
    (tmp_path / "link.json").symlink_to("case.toml")
    assert "t.json" not in arguments or run("decide", "case.toml", "--trace", "t.json").exit_code == 0
    before = Path(target).read_bytes()
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{target}: is read, or written already: nothing was written [overwrites]" in result.stderr
    assert Path(target).read_bytes() == before


def test_a_trace_may_be_written_anew(tmp_path: Path) -> None:
    """What is not read may be replaced, as the trace of the last time."""
    saved = str(tmp_path / "t.json")
    for setting in ("budget=tight", "budget=ample"):
        assert run("decide", "--set", setting, "--trace", saved).exit_code == 0
    assert "budget: ample" in run("why", saved).output


def test_why_says_that_a_trace_was_changed(tmp_path: Path) -> None:
    """A trace that does not agree with itself is explained all the same, with one line on standard error."""
    saved = tmp_path / "t.json"
    run("decide", HOSPITAL, "--trace", str(saved))
    assert run("why", str(saved)).stderr == ""
    saved.write_text(saved.read_text(encoding="utf-8").replace('"best":["phi-3-mini"]', '"best":["claude"]'))
    for language, said in (("en", "was altered after it was made"), ("ko", "만들어진 뒤에 변경되었습니다")):
        result = run("why", str(saved), "--lang", language)
        assert (result.exit_code, result.stderr.count("\n")) == (0, 1)
        assert said in result.stderr
        assert f"llmrules verify {saved}" in result.stderr
    assert run("why", str(saved), "--format", "json").stdout == saved.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command", [("decide", HOSPITAL), ("models",), ("verify", "t.json"), ("lint",), ("replay", "t.json")]
)
def test_a_catalogue_that_is_none_of_ours_is_said_to_be_none(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word after ``--catalog`` that names nothing is told which names there are; the name of a file is not."""
    monkeypatch.chdir(tmp_path)
    run("decide", HOSPITAL, "--trace", "t.json")
    result = run(*command, "--catalog", "2026-10")
    assert result.exit_code == 2
    assert "2026-10: names no catalogue of ours, and there is no such file [unknown-catalogue]" in result.stderr
    assert f"    allowed: {', '.join(catalog_names())}\n" in result.stderr
    assert "[no-file]" in run(*command, "--catalog", "ours.toml").stderr


def test_all_files_that_are_wrong_are_named_together() -> None:
    """A name of no catalogue is one of several mistakes, not the only one that is said."""
    result = run("decide", HOSPITAL, "--catalog", "2026-10", "--rules", "none.toml", "--catalog", "2026-09")
    assert result.stderr.endswith("3 errors\n")


def test_rules_lists_every_rule() -> None:
    """``rules`` names each rule with what it does, why and by which source, in both languages."""
    english, korean = run("rules"), run("rules", "--lang", "ko")
    assert (english.exit_code, korean.exit_code) == (0, 0)
    assert "fine-tuning-needs-weights: concludes" in english.output
    assert "fine-tuning-needs-weights: 도출" in korean.output
    assert len(english.output.splitlines()) == len(korean.output.splitlines())


def test_rules_shows_one_as_it_is_written() -> None:
    """``rules ID`` prints file and line, the text of the rule, and what its sources say."""
    result = run("rules", "fine-tuning-needs-weights")
    first, *lines = result.output.splitlines()
    match = re.fullmatch(r"# rules/customization\.toml:(\d+):\d+", first)
    assert match is not None
    shipped = (ROOT / "rules" / "customization.toml").read_text().splitlines()[int(match[1]) - 1 :]
    written = [line for line in lines if not line.startswith("#")]
    assert written == shipped[: len(written)]
    assert written[0] == "[[rule]]"
    assert "# framework.customization: Fourth question" in result.output


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN_RULE}\n# The end.\n",
        f'{OWN_RULE}otherwise.en = """\n[[rule]]\n"""\n\n[[disable]]\nrule = "long-enough"\nreason = "No."\n',
        f"{OWN_RULE}[rule.when]\ncontext_tokens.above = 1.5\n",
    ],
)
def test_rules_shows_what_can_be_read_again(tmp_path: Path, text: str) -> None:
    """What is printed of a rule is that rule, whole and alone, however it is written."""
    path = tmp_path / "mine.toml"
    path.write_text(f'language = 1\npack = "mine"\n{OWN_DOCUMENT}\n{text}')
    shown = run("rules", "long-enough", "--rules", str(path), "--no-shipped-rules")
    assert shown.exit_code == 0
    rewritten = tmp_path / "again.toml"
    rewritten.write_text(f'language = 1\npack = "mine"\n{OWN_DOCUMENT}\n{shown.output}')
    again = run("rules", "long-enough", "--rules", str(rewritten), "--no-shipped-rules")
    assert again.exit_code == 0
    assert [line for line in again.output.splitlines() if not line.startswith("# ")] == [
        line for line in shown.output.splitlines() if not line.startswith("# ")
    ]


def test_rules_shows_a_rule_of_an_inline_array(tmp_path: Path) -> None:
    """A rule that no [[rule]] introduces is written anew."""
    effect = "require = { context_window = { at_least = 1.5 } }"
    entry = f'{{ id = "long-enough", {effect}, because = {{ en = "So." }}, source = "mine" }}'
    (tmp_path / "mine.toml").write_text(f'language = 1\npack = "mine"\nrule = [{entry}]\n{OWN_DOCUMENT}')
    shown = run("rules", "long-enough", "--rules", str(tmp_path / "mine.toml"), "--no-shipped-rules")
    assert shown.exit_code == 0
    (tmp_path / "mine.toml").write_text(f'language = 1\npack = "mine"\n{shown.output}\n{OWN_DOCUMENT}')
    assert run("rules", "long-enough", "--rules", str(tmp_path / "mine.toml"), "--no-shipped-rules").exit_code == 0


def test_rules_says_what_is_switched_off(tmp_path: Path) -> None:
    """A disabled rule is marked in the list, and shown with the reason."""
    off = '[[disable]]\nrule = "bias-advice"\nreason = { en = "Ours knows.", ko = "이미 압니다." }\n'
    (tmp_path / "mine.toml").write_text(f'language = 1\npack = "mine"\n{off}')
    world = ("--rules", str(tmp_path / "mine.toml"))
    assert "bias-advice: advises (disabled)" in run("rules", *world).output
    assert "bias-advice: 조언 (사용 안 함)" in run("rules", *world, "--lang", "ko").output
    assert "# disabled: Ours knows." in run("rules", "bias-advice", *world).output


def test_rules_knows_its_rules() -> None:
    """A rule that is not loaded is bad input, with the nearest name."""
    result = run("rules", "fine-tuning-need-weights")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean: fine-tuning-needs-weights" in result.stderr


@pytest.mark.parametrize("command", [(), ("decide",), ("why",), ("rules",)])
def test_help_can_be_read(command: tuple[str, ...]) -> None:
    """``--help`` has examples on lines of their own, no markup that shows, and words for each option."""
    for flag in ("--help", "-h"):
        result = run(*command, flag)
        assert result.exit_code == 0
        assert "\\b" not in result.output
        assert result.output.startswith("Usage: ")
    if command in {(), ("decide",)}:
        assert any(line.strip().startswith("llmrules decide example:") for line in result.output.splitlines())
    for option in re.findall(r"^  --\S+.*", result.output, re.MULTILINE):
        assert "  " in option.strip() or len(option) > 20


def test_the_version_is_that_of_the_package() -> None:
    """``--version`` prints it."""
    result = run("--version")
    assert result.exit_code == 0
    assert re.search(r"\d+\.\d+\.\d+", result.output)


def test_the_help_lists_every_command() -> None:
    """Each command has a line in the help of the whole."""
    assert all(f"\n  {name} " in run("--help").output for name in main.commands)


# terminals, pipes and what reaches them


def environment(**more: str) -> dict[str, str]:
    """Return an environment for a terminal of 60 columns without anything that decides colour."""
    kept = {
        key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"}
    }
    return {**kept, "TERM": "xterm-256color", **more}


def on_terminal(*arguments: str, **more: str) -> tuple[str, int]:
    """Run a command on a pseudo-terminal of 60 columns; return everything it printed and its exit status."""
    command, *first = COMMAND
    child = pexpect.spawn(
        command, [*first, *arguments], env=environment(**more), dimensions=(50, 60), encoding="utf-8", timeout=30
    )
    printed = child.read()
    child.close()
    return printed, int(child.exitstatus or 0)


def test_a_terminal_gets_colour_and_wrapped_lines() -> None:
    """On a terminal the report is coloured, and no line is wider than the window."""
    printed, status = on_terminal("decide", HOSPITAL)
    assert status == 0
    assert "\x1b[" in printed
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines())) <= 60
    assert "Recommended: Phi-3 Mini" in plain


def test_no_color_is_plain_on_a_terminal() -> None:
    """With ``NO_COLOR`` nothing is coloured or bold, neither the report nor an error."""
    for arguments in (("decide", HOSPITAL), ("decide", "nowhere.toml")):
        assert "\x1b" not in on_terminal(*arguments, NO_COLOR="1")[0]
    assert "\x1b[31m" in on_terminal("decide", "nowhere.toml")[0]


@pytest.mark.parametrize("arguments", [("decide", HOSPITAL), ("rules",)])
def test_a_pipe_is_plain(arguments: tuple[str, ...]) -> None:
    """A pipe gets no escape, and each entry on one line, so that other programs can read it."""
    done = subprocess.run([*COMMAND, *arguments], env=environment(), capture_output=True, check=False)
    assert b"\x1b" not in done.stdout
    assert done.stdout.decode().count("\n") == run(*arguments).output.count("\n")


EVIL = "a\x1b[31mred\x07 b\u202eback\u2066c\x9b2Jd\x7fe"


@pytest.fixture(scope="module")
def evil_world(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A world whose every text is hostile, as the options that load it."""
    folder = tmp_path_factory.mktemp("evil")
    evil = "".join(mark if mark.isprintable() else f"\\u{ord(mark):04x}" for mark in EVIL)
    said = f'{{ en = "{evil}", ko = "{evil}" }}'
    (folder / "rules.toml").write_text(f"""
language = 1
pack = "evil"
[[document]]
id = "e"
title = "{evil}"
date = "2026"
[requirement]
bad_flag = {{ type = "flag", label = {said} }}
bad_text = {{ type = "text", label = {said}, ask = {said} }}
bad_choice = {{ type = "choice", label = {said}, choices = {{ one = {said} }} }}
[model]
bad_licence = {{ type = "text", label = {said} }}
bad_number = {{ type = "number", label = {said}, unit = {said} }}
[offer]
bad_provider = {{ type = "text", label = {said} }}
[[rule]]
id = "starts"
when.bad_flag = true
conclude.bad_choice = "one"
because = {said}
source = "e"
[[rule]]
id = "hard"
when.bad_choice = "one"
require = {{ bad_licence = "x", bad_number.above = 5 }}
because = {said}
otherwise.en = "{evil} {{model}} {{bad_licence}} {{bad_provider}} {{bad_text}}"
source = "e"
[[rule]]
id = "soft"
prefer.bad_provider.known = true
weight = 1
because = {said}
source = "e"
[[rule]]
id = "careful"
caution.bad_provider.known = true
because = {said}
source = "e"
[[rule]]
id = "off"
when.bad_text.known = true
refuse = true
because = {said}
source = "e"
[[disable]]
rule = "off"
reason = {said}
""")
    (folder / "models.toml").write_text(f"""
language = 1
[[model]]
id = "bad"
bad_licence = "{evil}"
bad_number = 1
sources = {{ bad_licence = "e", bad_number = "e" }}
disputed = [{{ attribute = "bad_number", value = 9, source = "e" }}]
offer = [{{ bad_provider = "{evil}", sources = {{ bad_provider = "e" }} }}]
""")
    world = ("--rules", str(folder / "rules.toml"), "--catalog", str(folder / "models.toml"))
    return (*world, "--no-shipped-rules", "--no-shipped-catalog")


HARMLESS = re.compile(r"\x1b\[[0-9;]*m|\r")
"""What our own colours put on a terminal, and the line ends that a pseudo-terminal makes."""


def harmless(printed: str) -> bool:
    """Say whether a terminal would obey nothing in a text but our own colours."""
    return all(line.isprintable() for line in HARMLESS.sub("", printed).split("\n")) and "\x1b[31mred" not in printed


def test_hostile_texts_never_reach_the_terminal(evil_world: tuple[str, ...], tmp_path: Path) -> None:
    """Escapes, bells, C1 controls and bidirectional overrides in any text of a user come out escaped everywhere.

    On a terminal every other command is tried; what is printed there but for its colours is what a pipe gets.
    """
    profile = tmp_path / "case.json"
    stated = {"as_of": "2026-03-01", "bad_flag": True, "bad_text": EVIL}
    profile.write_text(json.dumps({"title": {"en": EVIL, "ko": EVIL}, "requirements": stated}))
    saved = tmp_path / "t.json"
    commands = [
        ("decide", str(profile), *evil_world, "--trace", str(saved)),
        ("decide", str(profile), *evil_world, "--lang", "ko"),
        ("decide", str(profile), *evil_world, "--format", "json"),
        ("decide", str(profile), *evil_world, "--set", f"{EVIL}=1"),
        ("decide", str(profile), *evil_world, "--model", EVIL),
        ("decide", f"{EVIL}.toml", *evil_world),
        ("why", str(saved), "bad"),
        ("why", str(saved), EVIL),
        ("rules", "hard", *evil_world),
        ("rules", EVIL, *evil_world),
        ("decide", f"--{EVIL}"),
        ("decide", "--lang", EVIL),
        (f"--{EVIL}",),
        (EVIL,),
    ]
    for number, command in enumerate(commands):
        if number % 2 == 0:
            printed, _ = on_terminal(*command)
            assert "red" in printed
            assert harmless(printed), command
        if "json" not in command:
            assert harmless(run(*command).output), command


def test_json_on_a_terminal_is_still_json(evil_world: tuple[str, ...]) -> None:
    """What is escaped on a terminal is read back as the same trace."""
    arguments = ("decide", "--set", "as_of=2026-03-01", "--set", f"bad_text={json.dumps(EVIL)}", *evil_world)
    printed, _ = on_terminal(*arguments, "--format", "json")
    shown, piped = (json.loads(text) for text in (printed, run(*arguments, "--format", "json").output))
    assert (shown["given"], shown["found"]) == (piped["given"], piped["found"])


def test_a_broken_pipe_is_quiet() -> None:
    """A reader that stops early is no error that anybody sees."""
    for arguments in (("decide", HOSPITAL), ("rules",), ("decide", HOSPITAL, "--format", "json")):
        with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.read(1)
            process.stdout.close()
            assert process.stderr.read() == b""


# completion


def completions(*words: str) -> list[str]:
    """Return what bash would offer for the last word."""
    more = {
        "_LLMRULES_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("llmrules", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(COMMAND, env=environment(**more), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("dec",), ["decide"]),
        (("decide", "--lan"), ["--lang"]),
        (("decide", "--lang", "k"), ["ko"]),
        (("decide", "--model", "mis"), ["mistral"]),
        (("why", "t.json", "phi"), ["phi-3-mini"]),
        (("rules", "fine-tuning-n"), ["fine-tuning-needs-weights"]),
        (("examples", "hospital"), ["hospital-records"]),
    ],
)
def test_the_shell_completes(words: tuple[str, ...], expected: list[str]) -> None:
    """Commands, options, their choices, and the ids of shipped models and rules."""
    assert completions(*words) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_what_the_help_says(shell: str) -> None:
    """The line of the help prints a script for that shell."""
    more = environment(_LLMRULES_COMPLETE=f"{shell}_source")
    done = subprocess.run(COMMAND, env=more, capture_output=True, text=True, check=False)
    assert f"_LLMRULES_COMPLETE={shell}_source" in run("--help").output
    assert "_LLMRULES_COMPLETE" in done.stdout


def test_what_was_meant_by_a_name_is_said() -> None:
    """A choice by its words and an example without its prefix are found."""
    for arguments, said in (
        (["decide", "--set", "languages=Korean"], "hint: write ko"),
        (["decide", "--set", "languages=한국어"], "hint: write ko"),
        (["decide", "hospital-records"], "hint: write example:hospital-records"),
    ):
        done = run(*arguments)
        assert (done.exit_code, said in done.output) == (2, True), done.output


def test_a_date_stated_twice_is_refused() -> None:
    """--as-of beside --set as_of is refused by the names of both, whichever stands first."""
    done = run("decide", "--isolated", "--set", "as_of=2026-03-01", "--as-of", "2026-03-02")
    assert done.exit_code == 2
    assert "--as-of and --set as_of=… both state the date" in " ".join(done.output.split())
