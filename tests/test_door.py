"""One door for all text that leaves: whatever stands in any field, nothing that a terminal would obey reaches one."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest
import tomli_w
from tests.commands import run

from llmrules import Advisor
from llmrules.say.page import render_page
from llmrules.say.report.entry import render_markdown
from llmrules.say.report.report import build_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOSTILE = "\x1b\x07\x08\r\n\t\x0b\x7f\x9b\x85\u2028\u202e\u2066\u200b\ufeff\U000e0041[31m;ab가<`|*_\"'{}#"
"""What terminals, readers of text and formats obey: escapes, line ends, directions, invisible letters."""


DAY = "2020-01-01"


def rules(said: Callable[[], str]) -> dict[str, object]:
    """Return a rule file, every text of which is drawn."""

    def both() -> dict[str, str]:
        return {"en": said(), "ko": said()}

    def rule(name: str, **keys: object) -> dict[str, object]:
        return {"id": name, "because": both(), "source": ["claimed", "written"], "owner": said(), **keys}

    return {
        "language": 1,
        "pack": "hostile",
        "document": [
            {"id": "written", "title": said(), "date": "2020", "url": f"https://a.org/{said()}", "licence": said()}
        ],
        "claim": [{"id": "claimed", "document": "written", "says": both()}],
        "requirement": {
            "wish": {"type": "flag", "label": both(), "about": both(), "ask": both(), "topic": "data"},
            "words": {"type": "text", "label": both(), "ask": both()},
            "kind": {"type": "choice", "label": both(), "choices": {"one": both(), "two": both()}},
            "amount": {"type": "number", "label": both(), "unit": both()},
        },
        "model": {
            "wording": {"type": "text", "label": both(), "about": both()},
            "size": {"type": "number", "label": both(), "unit": both(), "marks": [1, 10]},
            "sorts": {"type": "set", "label": both(), "choices": {"red": both(), "blue": both()}, "partial": True},
        },
        "offer": {"place": {"type": "text", "label": both()}},
        "rule": [
            rule("starts", when={"wish": True}, conclude={"kind": "one"}),
            rule("hard", when={"kind": "one"}, require={"size": {"at_most": 5}},
                 otherwise={"en": said() + " {model} {wording} {size} {words} {kind}", "ko": said() + " {place}"}),
            rule("sorted", require={"sorts": {"has": "red"}}, otherwise=both()),
            rule("soft", prefer={"wording": {"known": True}}, weight=1),
            rule("graded", prefer={"size": {"toward": "lowest"}}, weight=2),
            rule("asks", caution={"place": {"known": True}}, level="approval"),
            rule("frees", exempt=["hard"], where={"place": {"known": True}}, approver=said(), effective_to=DAY),
            rule("off", when={"words": {"known": True}}, refuse=True),
            rule("says", when={"amount": {"above": 1}}, advise=True),
        ],
        "disable": [{"rule": "off", "reason": both()}],
    }  # fmt: skip


def models(said: Callable[[], str]) -> dict[str, object]:
    """Return a catalogue, every text of which is drawn."""
    return {
        "language": 1,
        "model": [
            {
                "id": name,
                "wording": said(),
                "size": size,
                "sources": {"wording": "written", "size": "claimed"},
                "disputed": [{"attribute": "wording", "value": f"{said()} else", "source": "claimed"}],
                "offer": [
                    {"id": one, "place": said(), "sources": {"place": "written"}} for one in ("here", "there")[:offers]
                ],
            }
            for name, size, offers in (("small", 1, 1), ("large", 9, 2))
        ],
        "approval": [{"rule": "asks", "model": "small", "by": said(), "on": DAY}],
    }


def profile(said: Callable[[], str]) -> dict[str, object]:
    """Return a profile, every text of which is drawn."""
    case = {"wish": True, "words": said(), "amount": 7, "kind": "two"}
    return {
        "title": {"en": said(), "ko": said()},
        "story": {"en": said(), "ko": said()},
        "requirements": case,
        "expect": {"best": ["large"], "silent": ["starts"], "cautioned": {"asks": []}},
    }


def dates(table: object) -> object:
    """Return a table as TOML has it: days without quotes where a day must stand."""
    return tomli_w.dumps(table).replace(f'"{DAY}"', DAY)  # type: ignore[arg-type]


def world(folder: Path) -> list[str]:
    """Return the options that load the rules and the models of a folder, and nothing else."""
    named = ["--rules", f"{folder}/rules.toml", "--catalog", f"{folder}/models.toml"]
    return [*named, "--no-shipped-rules", "--no-shipped-catalog"]


def commands(folder: Path) -> Iterator[list[str]]:
    """Yield every command with each of its formats and languages."""
    loaded = world(folder)
    trace, case = f"{folder}/trace.json", f"{folder}/case.toml"
    yield ["decide", case, *loaded, "--trace", trace]
    for language in ("en", "ko"):
        for form in ("text", "markdown", "html", "json"):
            yield ["decide", case, *loaded, "--format", form, "--lang", language]
            yield ["why", trace, "--format", form, "--lang", language]
        for model in ("small", "large"):
            yield ["decide", case, *loaded, "--model", model, "--lang", language]
            yield ["why", trace, model, "--lang", language]
        yield ["replay", trace, *loaded, "--lang", language]
        yield ["rules", *loaded, "--lang", language]
        yield ["models", *loaded, "--lang", language]
        yield ["models", "small", *loaded, "--lang", language]
        yield ["test", case, *loaded, "--lang", language, "--coverage"]
        yield ["audit", str(folder), "--lang", language]
    for form in ("text", "json", "sarif", "github"):
        yield ["lint", f"{folder}/rules.toml", f"{folder}/models.toml", "--format", form]
    for form in ("json", "csv"):
        yield ["models", *loaded, "--format", form]
        yield ["audit", str(folder), "--format", form]
    yield ["diff", *loaded, trace, "--format", "markdown"]
    yield ["rules", "hard", *loaded]
    yield ["verify", trace, *loaded]
    yield ["verify", trace, *loaded, "--format", "json"]
    yield ["schema", "rules", *loaded]


def harmless(text: str) -> bool:
    """Whether a terminal would obey nothing in a text but its line ends."""
    return all(line.isprintable() for line in text.replace("\t", "").split("\n"))


def test_nothing_raw_leaves_in_any_format(tmp_path: Path) -> None:
    """Every field of every file is hostile; every command, in every format, prints what no terminal obeys."""
    chance = Random(0)  # noqa: S311 - chooses letters

    def said() -> str:
        return f"x{''.join(chance.choices(HOSTILE, k=chance.randint(1, 12)))}"

    for name, table in (("rules", rules(said)), ("models", models(said)), ("case", profile(said))):
        (tmp_path / f"{name}.toml").write_text(str(dates(table)), encoding="utf-8")
    for arguments in commands(tmp_path):
        done = run(*arguments)
        assert done.exception is None or isinstance(done.exception, SystemExit), arguments
        assert done.exit_code in {0, 1, 3, 4}, (arguments, done.stderr)
        assert harmless(done.stdout), arguments
        assert harmless(done.stderr), arguments
        if "json" in arguments or arguments[0] == "schema":
            json.loads(done.stdout)
    advisor = Advisor.load(
        rules=[tmp_path / "rules.toml"], catalog=[tmp_path / "models.toml"],
        shipped_rules=False, shipped_catalog=False, engine="plain",
    )  # fmt: skip
    decision = advisor.decide(tmp_path / "case.toml")
    for language in ("en", "ko"):
        trace, said_so = decision.trace, decision.report(language)
        for text in (
            said_so,
            *(str(decision.why(model, language)) for model in ("small", "large")),
            render_markdown(build_report(trace, language)),
            render_page(trace, language),
        ):
            assert harmless(text)


@pytest.mark.parametrize(
    "arguments", [["decide", "{}"], ["why", "{}"], ["lint", "--explain", "{}"], ["{}"], ["models", "{}"]]
)
def test_what_was_typed_comes_back_harmless(arguments: list[str]) -> None:
    """Arguments are repeated in errors, never obeyed."""
    done = run(*(one.format("a\x1b[31m\u202eb") for one in arguments))
    assert done.exit_code == 2
    assert harmless(done.output)


LONG = "A reason that never ends. " * 40_000
"""A million characters."""


def test_a_reason_without_end_is_cut_where_it_is_said(tmp_path: Path) -> None:
    """Reports say the beginning of a very long text; the trace has all of it."""
    table = rules(lambda: "said")
    table["rule"][3]["because"] = {"en": LONG, "ko": LONG}  # type: ignore[index]
    for name, content in (("rules", table), ("models", models(lambda: "said")), ("case", profile(lambda: "said"))):
        (tmp_path / f"{name}.toml").write_text(str(dates(content)), encoding="utf-8")
    case = ["decide", f"{tmp_path}/case.toml", *world(tmp_path)]
    for form in ("text", "markdown", "html"):
        printed = run(*case, "--format", form).stdout
        assert len(printed) < 400_000
    trace = json.loads(run(*case, "--format", "json").stdout)
    (soft,) = [rule for rule in trace["given"]["rules"] if rule["id"] == "soft"]
    assert soft["because"]["en"] == LONG
