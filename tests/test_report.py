"""A report as people read it: everything that matters, in order, with rules and sources, and nothing unsafe in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.golden_world import titled
from tests.shipped_cases import decided
from tests.worlds import VOCABULARY, decide, model, rule, world

from llmrules.language.texts import Text
from llmrules.say.report.entry import render_text, text_lines
from llmrules.say.report.report import build_report
from llmrules.say.why import why
from llmrules.trace.record import Trace

if TYPE_CHECKING:
    from llmrules.advisor import Decision
    from llmrules.language.texts import Language
    from llmrules.say.report.entry import Entry, Report

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))

RULES = (
    rule("starts", "when.offline = true\nconclude.hosting = 'own'")
    + rule("against", "when.tuning = true\nconclude.hosting = 'vendor'")
    + rule("need-weights", "when.hosting = 'own'\nrequire.weights = true\notherwise.en = '{model} has none.'")
    + rule("room", "require.window.at_least.requirement = 'tokens'\notherwise.en = 'Too small.'")
    + rule("nice", "prefer.open.toward = 'highest'\nweight = 3")
    + rule("asks", "prefer.strengths.has = 'code'\nweight = 1")
    + rule("waits", "when.inputs.has = 'text'\nadvise = true")
    + rule("careful", "caution.open = 'shown'\nlevel = 'approval'")
    + rule("hint", "when.offline = true\nadvise = true")
    + rule("asks-whether", "when.spend.above = 3\nadvise = true")
    + rule("beaten", "when.offline = true\nconclude.weights_wanted = true")
    + rule("beats", "when.offline = true\nadvise = true\noverrides = ['beaten']")
    + rule("off", "advise = true")
    + '[[disable]]\nrule = "off"\nreason = "Not here."\n'
)
MODELS = (
    model("good", called="Good One", weights=True, window=9_000, open="shown", disputed={"window": 100})
    + model("bad", called="Bad One", weights=False, window=10, open="closed")
    + model("vague", called="Vague One", weights=True, open="shown")
)


def report(decision: Decision, language: Language = "en") -> Report:
    """Return the report of a decision."""
    return build_report(decision.trace, language)


def section(decision: Decision, key: str) -> tuple[Entry, ...]:
    """Return the entries of one section, none where it is left out."""
    return next((one.entries for one in report(decision).sections if one.key == key), ())


def words(entry: Entry) -> str:
    """Return everything that an entry says, with all beneath it."""
    own = " ".join((entry.mark, entry.text, entry.rule, *entry.sources))
    return " ".join((own, *map(words, entry.children)))


@pytest.fixture(scope="module")
def decision() -> Decision:
    """A decision in which every section has something to say."""
    return decide(world(RULES, MODELS), offline=True, tuning=True, tokens=500, region="nowhere")


def test_the_sections_stand_in_the_order_of_the_chain(decision: Decision) -> None:
    """Conflicts come on top, then what was said, what follows, what a model must pass, and the verdicts."""
    assert [one.key for one in report(decision).sections] == [
        "conflicts",
        "requirements",
        "conclusions",
        "demands",
        "ranking",
        "unverified",
        "excluded",
        "cautions",
        "advice",
        "settling",
        "open",
        "values",
        "notes",
        "sources",
    ]


def test_the_answer_names_the_recommended_model(decision: Decision) -> None:
    """The first line is the answer."""
    assert report(decision).answer == "Recommended: Good One, once somebody approves, with 1.50 points"
    assert report(decision, "ko").answer == "추천: Good One(승인 후 사용), 1.50점"


def test_a_tie_is_said_to_be_one() -> None:
    """Several models on the first place are all named."""
    models = model("a", called="A", weights=True) + model("b", called="B", weights=True)
    liked = rule("like", "prefer.weights = true\nweight = 2")
    assert report(decide(world(liked, models))).answer == "Tied on first place with 2 points each: A, B"
    assert report(decide(world("", models))).answer == "Nothing sets these apart: A, B"


@pytest.mark.parametrize(
    ("models", "expected"),
    [(model("m", weights=False), "No model fits."), (model("m"), "some cannot be decided"), ("", "No model fits.")],
)
def test_where_nothing_fits_it_says_so(models: str, expected: str) -> None:
    """No model, and no model known to fit, are told apart."""
    assert expected in report(decide(world(rule("hard", "require.weights = true"), models))).answer


def test_a_refusal_comes_first_and_recommends_nothing() -> None:
    """A refused case says why on top, and its ranking does not pretend to be an answer."""
    decision = decide(world(rule("never", "refuse = true", because="It is forbidden."), model("m")))
    assert report(decision).answer.startswith("Refused")
    assert report(decision).sections[0].key == "refused"
    assert "It is forbidden." in words(section(decision, "refused")[0])
    heading = next(one.heading for one in report(decision).sections if one.key == "ranking")
    assert heading != "Ranking"


def test_a_conflict_shows_both_derivations(decision: Decision) -> None:
    """Both values stand there with the rules that concluded them and what was stated."""
    text = words(section(decision, "conflicts")[0])
    assert all(part in text for part in ("own machines", "a vendor", "starts", "against", "no network: yes"))


def test_each_conclusion_names_its_rule_and_source(decision: Decision) -> None:
    """What follows is written as from → to, with the reason, the rule and its sources; a defeated rule says by whom."""
    text = " ".join(map(words, section(decision, "conclusions")))
    assert "no network: yes → hosting: own machines" in text
    assert "Because of starts." in text
    assert "starts d" in text
    assert "set aside by beats" in text


def test_the_excluded_show_all_reasons_with_actual_wanted_and_gap(decision: Decision) -> None:
    """Each failing check has its sentence, rule and sources, the value, what was asked and how far off it is."""
    (bad,) = section(decision, "excluded")
    assert [(one.rule, one.sources) for one in bad.children] == [("need-weights", ("d",)), ("room", ("d",))]
    text = words(bad)
    assert all(part in text for part in ("Bad One has none.", "10 tokens", "500 tokens", "490 tokens"))


def test_the_unverified_say_what_to_find_out(decision: Decision) -> None:
    """An unverified model names the attribute that is missing."""
    (vague,) = section(decision, "unverified")
    assert "window" in vague.text


def test_points_name_their_rules(decision: Decision) -> None:
    """Each point has its rule and sources, and rules that give none for want of a value name what is unknown."""
    (good,) = section(decision, "ranking")
    assert any(one.mark == "+1.50" and one.rule == "nice" for one in good.children)
    assert any("strengths" in one.text and one.mark == "?" for one in good.children)


def test_cautions_name_model_level_and_rule(decision: Decision) -> None:
    """A caution that needs approval, and a disputed value with both sources, are listed."""
    text = " ".join(map(words, section(decision, "cautions")))
    assert "needs approval" in text
    assert "Good One" in text
    assert "100 tokens (d2)" in text


def test_what_was_not_stated_is_asked(decision: Decision) -> None:
    """Questions that rules wait for are asked where the vocabulary has words for them."""
    advisor = world(rule("r", "when.offline = true\nadvise = true"))
    assert "Offline?" in words(section(decide(advisor), "open")[0])
    assert not any("Offline?" in words(one) for one in section(decision, "open"))


def test_notes_tell_what_was_said_in_vain_and_what_is_off(decision: Decision) -> None:
    """A requirement that no rule reads and a disabled rule with its reason are reported."""
    text = " ".join(map(words, section(decision, "notes")))
    assert "region" in text
    assert "off" in text
    assert "Not here." in text


def test_every_source_that_is_named_is_explained(decision: Decision) -> None:
    """The last section says what each claim and document is."""
    assert "The handbook (2026-01-01)" in words(section(decision, "sources")[0])


def test_an_accepted_unknown_is_said_to_be_one() -> None:
    """A model that passes although a check is unknown says so beside its place."""
    decision = decide(world(rule("hard", "require.weights = true\nunknown = 'accept'"), model("m")))
    (entry,) = section(decision, "ranking")
    assert "accepted" in words(entry)
    assert "weights: unknown" in words(entry)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_reads_in_both_languages(path: Path, language: Language) -> None:
    """No report has an empty line where there should be words, a slot left open or ``None``."""
    decision = decided(path)
    for line in text_lines(build_report(decision.trace, language)):
        assert "{" not in line.text
        assert line.style == "blank" or str(line).strip()
        assert "None" not in line.text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_korean_report_says_what_the_english_one_says(path: Path) -> None:
    """Both have the same sections, marks, rules and sources in the same order."""
    decision = decided(path)

    def shape(entry: Entry) -> object:
        return entry.mark, entry.rule, entry.sources, entry.model, tuple(map(shape, entry.children))

    english, korean = (
        [(one.key, [shape(entry) for entry in one.entries]) for one in report(decision, language).sections]
        for language in ("en", "ko")
    )
    assert english == korean


EVIL = "a\x1b[31mred\x07 b\u202eback\u2066c\x9b2Jd\x7fe\nf\u2028g"


def test_nothing_that_a_terminal_obeys_is_in_a_report() -> None:
    """Escapes, bells, C1 controls, bidirectional overrides and line breaks of any user text come out escaped."""
    evil = "".join(f"\\u{ord(mark):04x}" if not mark.isprintable() else mark for mark in EVIL)
    vocabulary = VOCABULARY.replace('en = "no network"', f'en = "{evil}"').replace(
        'own = "own machines"', f'own = "{evil}"'
    )
    vocabulary = vocabulary.replace('title = "The handbook"', f'title = "{evil}"').replace(
        'unit = "tokens"', f'unit = "{evil}"'
    )
    vocabulary = vocabulary.replace('en = "Offline?"', f'en = "{evil}"')
    text = f'when.offline = true\nrequire.licence.like = "{evil}*"\n'
    text += f'otherwise.en = "{evil} {{licence}} {{provider}} {{model}}"'
    advisor = world(
        rule("starts", "when.tuning = true\nconclude.hosting = 'own'", because=EVIL)
        + rule("other", "when.tuning = true\nconclude.hosting = 'vendor'")
        + rule("hard", text, because=EVIL)
        + rule("room", "require.window.at_least = 5")
        + rule("off", "advise = true")
        + f'[[disable]]\nrule = "off"\nreason = "{evil}"\n'
        + rule("hint", "when.tuning = true\nadvise = true", because=EVIL)
        + rule("careful", "caution.licence.known = true\nlevel = 'warning'", because=EVIL),
        model("m", licence=EVIL, provider=EVIL, window=1, disputed={"window": 9}),
        vocabulary=vocabulary,
    )
    for stated in ({"offline": True, "tuning": True, "region": EVIL}, {"tuning": True}):
        written = decide(advisor, **stated).trace.to_json().replace('"name":"m"', f'"name":{json.dumps(EVIL)}')
        trace = titled(Trace.parse(json.loads(written), "trace"), Text(EVIL))
        for language in ("en", "ko"):
            texts = (render_text(build_report(trace, language)), str(why(trace, "m", language)))
            for said in texts:
                assert all(line.isprintable() for line in said.split("\n"))
                assert "\\x1b" in said
