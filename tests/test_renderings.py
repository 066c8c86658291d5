"""One decision through every format in both languages, and what each format promises of any decision.

The golden files are written anew by ``LLMRULES_UPDATE_GOLDEN=1 pytest tests/test_renderings.py``.
"""

from __future__ import annotations

import json
import os
import re
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from tests.golden_world import decide_again, golden_trace, titled
from tests.shipped_cases import decided
from tests.worlds import VOCABULARY, decide, model, rule, world

from llmrules.language.texts import LANGUAGES, Text
from llmrules.say.page import render_page
from llmrules.say.page.models import MOST_REASONED
from llmrules.say.report.entry import render_markdown, render_text
from llmrules.say.report.report import build_report
from llmrules.say.teller import Sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.language.texts import Language
    from llmrules.trace.record import Trace

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))
FORMATS: dict[str, Callable[[Trace, Language], str]] = {
    "txt": lambda trace, language: render_text(build_report(trace, language)) + "\n",
    "md": lambda trace, language: render_markdown(build_report(trace, language)),
    "html": lambda trace, language: without_assets(render_page(trace, language)),
}
HOSTILE = '<script>alert(1)</script> "quoted" `code` [x](javascript:alert(1)) *b* _i_ |a| {b} #quot; end\u202e-->'
ESCAPED = (
    r'\<script\>alert(1)\</script\> "quoted" \`code\` \[x\](javascript:alert(1)) \*b\* \_i\_ \|a\| {b} \#quot; end'
)
"""How its beginning is written in Markdown."""


def without_assets(page: str) -> str:
    """Take out the style and the script, which stand in files of their own, and their hashes."""
    bare = re.sub(r"(?s)<(style|script)>.*?</\1>", r"<\1></\1>", page)
    return re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-", bare)


def named(trace: Trace, name: str) -> Trace:
    """Return a trace in which every model has another name."""
    catalogue = tuple(attrs.evolve(model, name=name) for model in trace.given.catalogue)
    return attrs.evolve(trace, given=attrs.evolve(trace.given, catalogue=catalogue))


@pytest.fixture(scope="module")
def trace() -> Trace:
    """The golden decision."""
    return golden_trace()


@pytest.fixture(scope="module")
def examples() -> list[Trace]:
    """Every example of the shipped knowledge, decided."""
    return [decided(path).trace for path in EXAMPLES]


def test_the_golden_trace_is_what_its_world_decides(trace: Trace) -> None:
    """The kept decision is no relic; if this fails, `python -m tests.golden_world` keeps the new one."""
    again = decide_again().trace
    assert again.given == trace.given
    assert again.found == trace.found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORMATS)
def test_the_golden_files(trace: Trace, name: str, language: Language) -> None:
    """Each format says of the golden decision what it said when someone last read it."""
    path = GOLDEN / f"decision.{language}.{name}"
    found = FORMATS[name](trace, language)
    if os.environ.get("LLMRULES_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_every_part_of_a_report_is_golden(trace: Trace) -> None:
    """Of all parts that a report may have, the golden decision lacks only the refusal, and what would part a tie."""
    told = {section.key for section in build_report(trace).sections}
    assert told == {one for one in Sentences("en").family("heading") if not one.startswith(("refused", "parting"))}
    assert "refused" in {section.key for section in build_report(decide_again(unsupervised=True).trace).sections}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_every_example(examples: list[Trace], name: str) -> None:
    """No example makes a format fail, in the languages by turns, and each names the best models."""
    for trace, language in zip(examples, cycle(LANGUAGES), strict=False):
        names = {model.id: model.name for model in trace.given.catalogue}
        text = FORMATS[name](trace, language)
        assert all(names[best] in text for best in trace.found.result.best)


# Markdown


def test_markdown_obeys_nothing_in_a_text(trace: Trace) -> None:
    """Every sign in a name that Markdown, or HTML in it, would obey is escaped."""
    text = render_markdown(build_report(titled(named(trace, HOSTILE), Text("# <b>1. title</b>"))))
    assert text.startswith("# \\# \\<b\\>1. title\\</b\\>\n")
    assert not re.search(r"(?<!\\)[<>`]script|(?<!\\)\[x|(?<!\\)\*b|\u202e", text)
    assert "\\<script\\>alert(1)\\</script\\>" in text
    assert render_markdown(build_report(named(trace, "1. one"))).count("1\\. one") > 0


def test_markdown_obeys_nothing_in_a_slot_or_in_a_source() -> None:
    """The name that fills ``{model}`` in a rule's sentence, and the sources of a line, are escaped as all else is."""
    source = HOSTILE.partition("\u202e")[0]
    texts = (rule("hard", "require.weights = true\notherwise.en = '{model} has none.'"), model("m", weights=False))
    rules, models, vocabulary = (text.replace('"d"', json.dumps(source)) for text in (*texts, VOCABULARY))
    trace = decide(world(rules, models, vocabulary=vocabulary)).trace
    text = render_markdown(build_report(named(trace, f"1. {HOSTILE}\n# title")))
    (line,) = (line for line in text.splitlines() if " has none." in line)
    assert line == rf"  - 1\. {ESCAPED}\\u202e--\>\\n\# title has none. `hard` ({ESCAPED})"
    assert not re.search(r"(?<!\\)[<>`]script|(?<!\\)\[x|(?<!\\)\*b|(?<!\\)\|a|\u202e|^# title", text, re.MULTILINE)


# The page


def test_a_world_without_models_has_a_page() -> None:
    """It says that no model fits."""
    assert "No model fits." in render_page(decide(world()).trace)


def test_what_holds_of_the_best_model_stands_under_the_answer() -> None:
    """An approval, an accepted unknown and a disputed value of the best model come before the ranking."""
    advisor = world(
        rule("agree", "caution.open = 'shown'\nlevel = 'approval'", because="Someone must agree.")
        + rule("know", "caution.open = 'shown'", because="Good to know.")
        + rule("fits", "require.window.at_least = 10\nunknown = 'accept'", because="It must fit.")
        + rule("cheap", "prefer.price.at_most = 2\nweight = 1"),
        model("m", open="shown", price=2, disputed={"price": 3}),
    )
    page = render_page(decide(advisor).trace)
    top = page[page.index("Before you rely on it") : page.index("<nav")]
    assert "Someone must agree." in top
    assert "It must fit." in top
    assert "sources disagree on price" in top
    assert "Good to know." not in top
    assert "Before you rely on it" not in render_page(golden_trace())


def test_more_rules_than_letters_and_more_models_than_bars() -> None:
    """The 27th rule is AA, and has no letter where its segment is too narrow; bars beyond the first stand apart."""
    rules = "".join(rule(f"r{number:02}", "prefer.weights = true\nweight = 1") for number in range(50))
    models = "".join(model(f"m{number:02}", weights=True) for number in range(30))
    page = render_page(decide(world(rules, models)).trace)
    keys = re.findall(r'<span class="key t\d">(\w+)</span>', page)
    assert keys[25:28] == ["Z", "AA", "AB"]
    assert len(keys) == 50
    assert '<text class="letter"' not in page
    assert "AA: +1 point: r26" in page
    assert "<summary>The others (6)</summary>" in page


def test_a_page_of_very_many_models_stays_small() -> None:
    """Every model has its row; beyond the first of each verdict it names the command that says its reasons."""
    models = "".join(model(f"m{number:03}", weights=number % 2 == 0) for number in range(2 * MOST_REASONED + 4))
    page = render_page(decide(world(rule("hard", "require.weights = true"), models)).trace)
    assert page.count("<tbody id=") == 2 * MOST_REASONED + 4
    assert page.count('<ul class="reasons">') == 2 * MOST_REASONED
    assert re.findall('llmrules why TRACE "([^"]*)"', page) == ["m240", "m242", "m241", "m243"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http://[", "https:///x"])
def test_no_other_address_becomes_a_link(trace: Trace, address: str) -> None:
    """A document's address that is no page of the web is left out."""
    documents = tuple(attrs.evolve(document, url=address) for document in trace.given.documents)
    page = render_page(attrs.evolve(trace, given=attrs.evolve(trace.given, documents=documents)))
    assert all(href.startswith("#") for href in re.findall(r'<a[^>]* href="([^"]*)"', page))
    assert page.count(' rel="noopener noreferrer"') == 0
    assert render_page(trace).count(' rel="noopener noreferrer"') > 0
