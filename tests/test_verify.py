"""The checker: what it accepts is true, and whatever is changed in a trace, it says at which place.

The mutants stand in ``tests.mutants``; ``python -m tests.mutants --all`` tries every one of every example.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.mutants import (
    EXAMPLES,
    canonical,
    digest,
    field_of,
    fields,
    mutants,
    one_in_each_field,
    one_of_each,
    reseal,
    shipped,
    survivors,
)
from tests.shipped_cases import decided, ours
from tests.wide_worlds import WideWorld
from tests.worlds import DAY, VOCABULARY, decide, model, rule, world

from llmrules import Advisor
from llmrules.errors import FileError, LoadError
from llmrules.reading.files import parse_toml
from llmrules.trace.record import Trace
from llmrules.verify import LEVELS, Report, examine, verify
from llmrules.verify.matched import Files

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.advisor import Decision

Document = dict[str, Any]

PARTS = (
    "vocabulary",
    "rules",
    "disabled",
    "promises",
    "documents",
    "claims",
    "catalogue",
    "requirements",
    "unknown",
    "approvals",
)


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    """The shipped rules and models."""
    return ours()


@pytest.fixture(scope="module")
def hospital(advisor: Advisor) -> bytes:
    """The trace of one example."""
    return advisor.decide(_example("hospital-records")).trace.to_json().encode()


def _example(name: str) -> Path:
    return next(example for example in EXAMPLES if example.stem == name)


def _forged(document: Document) -> bytes:
    """Return a changed trace with every digest made anew."""
    return canonical(reseal(document, {}))


def _wrong(report: Report) -> str:
    """Return the pointer to the first thing wrong."""
    assert report.wrong is not None, str(report)
    assert not report.ok
    return report.wrong.at


# what is true is accepted


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_every_example_follows_and_matches(example: Path) -> None:
    """The trace of each example follows from what it records, and that is what the files say."""
    trace = decided(example).trace
    report = examine(trace, shipped(example))
    assert (report.reached, report.ok, report.matched, report.not_compared) == ("matched", True, PARTS, [])


def test_the_checker_and_the_program_agree_on_the_whole_language() -> None:
    """Two programs that share nothing find the same in random worlds that use all of the language."""
    agreed = 0
    for seed in range(50):
        try:
            decision = WideWorld(seed).decide()
        except LoadError:
            continue  # no strata
        report = verify(decision.trace)
        assert report.ok, f"{seed}: {report}"
        agreed += 1
    assert agreed > 30


def test_whitespace_and_the_order_of_keys_are_no_change(hospital: bytes) -> None:
    """A trace that an editor laid out anew is the same trace."""
    document = json.loads(hospital)
    assert verify(json.dumps(document, indent=2).encode()).ok
    assert verify(json.dumps(_reversed(document), ensure_ascii=True).encode()).ok
    assert verify(b"\xef\xbb\xbf\n" + hospital + b"\r\n\t ").ok


def _reversed(value: Any) -> Any:  # noqa: ANN401 - plain JSON
    if isinstance(value, dict):
        return {key: _reversed(inner) for key, inner in reversed(value.items())}
    return [_reversed(inner) for inner in value] if isinstance(value, list) else value


def test_a_trace_is_a_file_its_bytes_or_a_value(hospital: bytes, tmp_path: Path) -> None:
    """All three are verified alike."""
    path = tmp_path / "trace.json"
    path.write_bytes(hospital)
    assert verify(path).ok
    assert verify(str(path)).ok
    assert verify(Trace.load(path)).ok


# levels


def test_a_level_is_named_only_when_it_is_known(hospital: bytes) -> None:
    """Each level can be asked for alone; none above it is named, and the highest needs files."""
    for level in LEVELS[:3]:
        report = verify(hospital, level=level)
        assert (report.level, report.asked, report.ok, report.matched) == (level, level, True, ())
    assert verify(hospital, rules=[], level="shape").level == "shape"
    with pytest.raises(ValueError, match="needs rules, a catalogue or a profile"):
        verify(hospital, level="matched")
    with pytest.raises(ValueError, match="no level"):
        verify(hospital, level="perfect")  # type: ignore[arg-type]


def test_a_level_that_is_not_reached_is_not_claimed(hospital: bytes) -> None:
    """What is wrong at a level leaves the one before it."""
    document = json.loads(hospital)
    document["found"]["result"]["best"] = []
    assert verify(canonical(document)).level == "shape"
    assert _wrong(verify(canonical(document))) == "/digests/found"
    assert verify(_forged(document)).level == "shape"
    assert _wrong(verify(_forged(document))) == "/found/result/best/0"
    document = json.loads(hospital)
    document["found"]["unread"] = ["tasks"]
    report = verify(_forged(document))
    assert (report.level, _wrong(report)) == ("consistent", "/found/unread/0")
    document = json.loads(hospital)
    document["given"]["rules"][0]["because"]["en"] += " Or so."
    report = verify(_forged(document), rules=[])
    assert (report.level, _wrong(report)) == ("re-derived", "/given/rules/0/because/en")
    assert verify(_forged(document)).ok  # the trace alone cannot tell


def test_each_file_is_optional(hospital: bytes) -> None:
    """What is handed over is compared part by part, and the report says what was not."""
    example = _example("hospital-records")
    assert verify(hospital, rules=[]).matched == ("vocabulary", "rules", "disabled", "promises")
    assert verify(hospital, catalog=["article"]).matched == ("catalogue",)
    assert verify(hospital, profile=example).matched == ("requirements", "unknown")
    both = verify(hospital, rules=[], catalog=["article"])
    assert (both.matched, both.reached) == (PARTS[:7], "matched: rule files, catalogue")
    assert "not compared, since no file for it was handed over: approvals, requirements, unknown\n" in str(both)
    assert str(both).endswith("not compared: profile")


def test_what_is_handed_over_may_be_wrong_itself(hospital: bytes, tmp_path: Path) -> None:
    """A file that cannot be read is no verdict on the trace."""
    broken = tmp_path / "broken.toml"
    broken.write_text("language = 1\npack = 'broken'\n[[rule]]\nid = 'x'\n", encoding="utf-8")
    with pytest.raises(LoadError):
        verify(hospital, rules=[broken])
    with pytest.raises(FileError):
        verify(hospital, profile=tmp_path / "none.toml")
    with pytest.raises(FileError, match="no such file"):
        verify(tmp_path / "none.json")
    with pytest.raises(FileError, match="folder"):
        verify(tmp_path)
    with pytest.raises(FileError):
        verify("nul\0.json")


def test_a_profile_need_not_say_the_date(advisor: Advisor) -> None:
    """A date that was assumed is the trace's; one that the profile states is compared."""
    stated: dict[str, object] = {"fine_tuning": True, "modalities": ["text"]}
    trace = advisor.decide(stated).trace
    report = verify(trace, rules=[], catalog=["article"], profile=stated)
    assert report.ok
    assert f"as_of, which was assumed to be {datetime.now(UTC).date().isoformat()}" in str(report)
    wrong = verify(trace, profile={**stated, "as_of": "2026-03-01"})
    assert _wrong(wrong).startswith("/given/requirements/0/")
    trace = advisor.decide({**stated, "as_of": "2026-03-01"}).trace
    assert _wrong(verify(trace, profile=stated)) == "/given/requirements/0/value"


def test_the_policy_for_unknowns_goes_with_the_profile(advisor: Advisor) -> None:
    """No file says it, so whoever verifies says it, as whoever decided did."""
    example = _example("hospital-records")
    trace = advisor.decide(example, unknown="accept").trace
    assert _wrong(verify(trace, profile=example)) == "/given/unknown"
    assert verify(trace, profile=example, unknown="accept").ok


def test_a_vocabulary_that_cannot_read_the_files_is_refused(hospital: bytes) -> None:
    """With the catalogue or the profile alone, a vocabulary without their words is what is wrong."""
    document = json.loads(hospital)
    words = [one for one in document["given"]["vocabulary"] if one["name"] != "vision_quality"]
    document["given"]["vocabulary"] = [one for one in words if one["name"] not in {"redistribution", "region"}]
    place = next(one for one in document["given"]["vocabulary"] if one["name"] == "openness")
    place["choices"][0]["id"] = "shut"
    report = verify(_forged(document), catalog=["article"])
    assert not report.ok


# whatever is changed is caught


def test_no_mutant_of_an_example_survives() -> None:
    """A change of every other kind of field that the world below has not, in an example that has it, is refused.

    All digests are made anew; what is changed in what was found is refused by the trace alone.
    """
    documents = [json.loads(decided(example).trace.to_json()) for example in EXAMPLES[::2]]
    known, count = fields(json.loads(_everything().trace.to_json())).keys(), 0
    for example, document, its in zip(EXAMPLES[::2], documents, one_in_each_field(documents, seed=9), strict=True):
        tried = [mutant for mutant in its if field_of(mutant.path) not in known][::2]
        count += len(tried)
        found = survivors(document, tried, shipped(example), plain=False) if tried else ()
        passed = [f"{mutant} ({how})" for mutant, how, _ in found]
        assert not passed, (example.stem, passed)
    assert count > 20


def test_no_mutant_of_a_world_where_everything_happens_survives() -> None:
    """One of each kind of change, and every fortieth beyond the vocabulary, is refused with all digests made anew."""
    document = json.loads(_everything().trace.to_json())
    files = Files(
        rules=(
            parse_toml(VOCABULARY, "rules-0.toml"),
            parse_toml(f'language = 1\npack = "pack-0"\n{RULES}', "rules-1"),
        ),
        catalogues=(parse_toml(f"language = 1\n{MODELS}", "catalogue"),),
        profile={"as_of": DAY, **STATED},
    )
    assert examine(canonical(document), files).level == "matched"
    tried = [mutant for mutant in mutants(document) if mutant.path[:2] != ("given", "vocabulary")][::40]
    assert len(tried) > 70
    kinds = one_of_each(document)
    for some, plain in ((kinds[::8], True), (kinds, False), (tried, False)):
        passed = [f"{mutant} ({how})" for mutant, how, _ in survivors(document, some, files, plain=plain)]
        assert not passed, passed[:20]


RULES = (
    rule("starts", "when.offline = true\nconclude.hosting = 'own'")
    + rule("against", "when.budget.at_least = 'normal'\nconclude.hosting = 'vendor'")
    + rule("widens", "conclude.inputs = ['audio']")
    + rule("need-weights", "when.hosting = 'own'\nrequire.weights = true")
    + rule("need-room", "require.window.at_least.requirement = 'tokens'")
    + rule("spared", "where.family = 'lark'\nexempt = ['need-room']\neffective_to = 2026-03-01")
    + rule("nice", "prefer.open.toward = 'highest'\nweight = 3")
    + rule("cheap", "avoid.price.above = 1\nweight = 1")
    + rule("careful", "caution.licence.like = 'x*'\nlevel = 'approval'\neffective_from = 2026-01-01")
    + rule("beaten", "when.offline = true\nadvise = true")
    + rule("beats", "unless.tuning = false\nadvise = true\noverrides = ['beaten']")
    + rule("blocked", "unless.tuning = true\nadvise = true")
    + rule("not-stated", "when = { any = [{ region = 'eu' }, { tuning = false }] }\nadvise = true")
    + rule("stop", "when.tuning = true\nrefuse = true")
    + rule("class", "where.open = 'free'\nconclude.capable = true")
    + rule("tried", "exclude.price.above = 2\ntrial = true")
    + rule("off", "advise = true")
    + '[[disable]]\nrule = "off"\nreason = "Not here."\n'
)
MODELS = (
    model("good", weights=True, window=9_000, open="free", price=0.5, disputed={"window": 100})
    + model("bad", weights=False, window=10, open="closed", family="lark", strengths=["code"])
    + model("vague", weights=True, open="shown", capable=False, price=3)
    + model("liar", weights=True, window=900, open="free", capable=False)
    + '[[approval]]\nrule = "careful"\nmodel = "good"\nby = "A. Kim"\non = 2026-01-15\n'
)
STATED: dict[str, object] = {
    "offline": True,
    "tuning": True,
    "budget": "ample",
    "tokens": 500,
    "spend": 3,
    "inputs": [],
}


def _everything() -> Decision:
    return world(RULES, MODELS).decide({"as_of": DAY, **STATED})


def test_rules_cannot_hold_each_other_up() -> None:
    """Two rules that conclude what the other one needs fire only from something stated."""
    rules = rule("a", "when.offline = true\nconclude.tuning = true") + rule(
        "b", "when.tuning = true\nconclude.offline = true"
    )
    document = json.loads(decide(world(rules, model("m")), offline=True).trace.to_json())
    requirements = document["given"]["requirements"]
    document["given"]["requirements"] = [one for one in requirements if one["attribute"] != "offline"]
    for fact in document["found"]["facts"]:
        fact["origin"] = [origin for origin in fact["origin"] if fact["id"] != "offline=true" or origin != "stated"]
    report = verify(_forged(document))
    assert (report.level, _wrong(report)) == ("consistent", "/found/facts/2/id")


def test_a_rule_that_holds_cannot_be_left_silent() -> None:
    """A forger who takes a firing and all its traces out is found out by the rule itself."""
    hard = rule("hard", "when.offline = true\nrequire.weights = true")
    document = json.loads(decide(world(hard, model("m", weights=False)), offline=True).trace.to_json())
    found = document["found"]
    found["rules"][0]["status"] = "silent"
    found["firings"], found["criteria"] = [], []
    found["candidates"] = [{"model": "m", "verdict": "eligible", "outcomes": [], "place": 1, "points": "0"}]
    place = {"models": ["m"], "place": 1, "points": "0"}
    found["result"] |= {"best": ["m"], "ranking": [place], "excluded": []}
    report = verify(_forged(document))
    assert (report.level, _wrong(report)) == ("consistent", "/found/rules/0/status")
    assert report.wrong is not None
    assert (report.wrong.found, report.wrong.expected) == ('"silent"', '"fired"')


def test_a_forger_who_decides_again_is_caught_by_the_files(tmp_path: Path) -> None:
    """A trace that follows from other rules, values or requirements than those handed over is true, and no match."""
    example, more = _example("hospital-records"), tmp_path / "more.toml"
    head = "language = 1\npack = 'more'\n"
    more.write_text(head + rule("more", "advise = true").replace('"d"', '"licensing.closed"'), encoding="utf-8")
    trace = Advisor.load(catalog=["article"], rules=[more], engine="plain").decide(example).trace
    assert verify(trace, rules=[more], catalog=["article"], profile=example).ok
    assert _wrong(verify(trace, rules=[])).startswith("/given/rules/")
    value = tmp_path / "value.toml"
    text = 'language = 1\n[[model]]\nid = "claude"\nopenness = "open-source"\nsources.openness = "licensing.closed"\n'
    value.write_text(text, encoding="utf-8")
    trace = Advisor.load(catalog=["article", value], engine="plain").decide(example).trace
    assert verify(trace, rules=[], catalog=["article", value], profile=example).ok
    assert _wrong(verify(trace, catalog=["article"])).startswith("/given/catalogue/models/0/attributes/openness/")
    other = Advisor.load(catalog=["article"], engine="plain").decide({"as_of": "2026-03-01", "fine_tuning": True}).trace
    assert _wrong(verify(other, profile=example)).startswith("/given/requirements/")


def test_what_made_the_trace_is_sealed_and_never_compared(hospital: bytes) -> None:
    """A change of it breaks its seal; with the seal made anew nobody can tell, and the report says who claims it."""
    document = json.loads(hospital)
    document["made_by"]["engine"] = "crystal ball"
    assert _wrong(verify(canonical(document))) == "/digests/made_by"
    report = verify(_forged(document), rules=[], catalog=["article"], profile=_example("hospital-records"))
    assert report.ok
    assert "claimed: made by" in str(report)
    assert "engine crystal ball" in str(report)


def test_the_report_says_where_what_and_what_instead(hospital: bytes) -> None:
    """The first thing wrong has a JSON pointer, a sentence, what was found and what was expected."""
    document = json.loads(hospital)
    index = next(n for n, one in enumerate(document["found"]["criteria"]) if one["outcomes"][0]["leaves"])
    leaf = document["found"]["criteria"][index]["outcomes"][0]["leaves"][0]
    expected, leaf["holds"] = leaf["holds"], "false" if leaf["holds"] == "true" else "true"
    report = str(verify(_forged(document)))
    assert report.splitlines()[:2] == [
        "consistent: its digests, references, sums and ranks agree with each other",
        "not re-derived:",
    ]
    assert f"at: /found/criteria/{index}/outcomes/0/leaves/0/holds" in report
    assert f'found: "{leaf["holds"]}"' in report
    assert f'expected: "{expected}"' in report
    assert "\x1b" not in str(verify(b'{"format": "\\u001b[2J"}'))


# hostile files


def _with(document: bytes, old: bytes, new: bytes) -> bytes:
    assert old in document
    return document.replace(old, new, 1)


HOSTILE = {
    "empty": (b"", "is not JSON"),
    "a list": (b"[]", "a JSON object"),
    "a text": (b'"trace"', "a JSON object"),
    "nothing": (b"null", "a JSON object"),
    "binary": (bytes(range(256)), "is not UTF-8"),
    "UTF-16": ("{}".encode("utf-16"), "is not UTF-8"),
    "an empty object": (b"{}", "is not a trace"),
    "another format": (b'{"format": "other/1"}', "is not a trace"),
    "a later version": (b'{"format": "llmrules.trace/12", "new": 1.5e3}', "of version 12"),
    "nested lists": (b"[" * 100_000, "nested"),
    "nested objects": (b'{"a":' * 100_000, "nested"),
    "closed nested lists": (b"[" * 100_000 + b"]" * 100_000, "nested"),
    "many parts": (b"[" + b"{}," * 3_000_000 + b"{}]", "more parts"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_trace_is_refused_with_a_sentence(name: str) -> None:
    """Junk of any kind is refused at the first level."""
    raw, sentence = HOSTILE[name]
    report = verify(raw)
    assert report.wrong is not None
    assert (report.level, report.ok) == (None, False)
    assert sentence in report.wrong.sentence
    assert "not a trace" in str(report)


def test_a_later_version_is_named() -> None:
    """A trace of a later version says so."""
    assert "of version 2" in str(verify(b'{"format": "llmrules.trace/2"}'))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'"place":1,', b'"place":1,"place":1,', "a key twice"),
        (b'"place":1,', b'"place":NaN,', "is an integer"),
        (b'"place":1,', b'"place":-Infinity,', "is an integer"),
        (b'"place":1,', b'"place":1e999,', "is an integer"),
        (b'"place":1,', b'"place":1.0,', "is an integer"),
        (b'"place":1,', b'"place":1' + b"0" * 400 + b",", "an integer is beyond"),
        (b'"place":1,', b'"place":' + b"9" * 100_000 + b",", "an integer is beyond"),
        (b'"place":1,', b'"place":9007199254740992,', "an integer is beyond"),
        (b'"place":1,', b'"place":"1",', "must be an integer"),
        (b'"place":1,', b'"place":true,', "must be an integer"),
        (b'"place":1,', b'"place":null,', "must be an integer"),
        (b'"place":1,', b'"place":1,"more":1,', "a key that does not belong"),
        (b'"verdict":"eligible"', b'"verdict":"\\ud800"', "must be one of"),
        (b'"model":"phi-3-mini"', b'"model":"\\udfff"', "half a character"),
        (b'"model":"phi-3-mini"', b'"model":"\xed\xa0\x80"', "is not UTF-8"),
        (b'"model":"phi-3-mini"', b'"model":"\xff"', "is not UTF-8"),
    ],
)
def test_a_hostile_change_of_a_trace_is_refused(hospital: bytes, old: bytes, new: bytes, sentence: str) -> None:
    """Whatever readers of JSON may disagree about is refused at the first level."""
    report = verify(_with(hospital, old, new))
    assert report.wrong is not None
    assert report.level is None
    assert sentence in report.wrong.sentence


def test_a_truncated_trace_is_refused(hospital: bytes) -> None:
    """A trace that was cut off anywhere is none."""
    for end in range(1, len(hospital), len(hospital) // 40):
        assert verify(hospital[:end]).level is None


def test_a_condition_nested_without_end_is_refused(hospital: bytes) -> None:
    """Where the schema allows nesting, it has its limit all the same."""
    document = json.loads(hospital)
    deep: Document = {"fine_tuning": {"is": True}}
    for _ in range(300):
        deep = {"all": [deep]}
    fired = {one["rule"] for one in document["found"]["firings"]}
    next(one for one in document["given"]["rules"] if one["id"] in fired and "when" in one)["when"] = deep
    report = verify(_forged(document))
    assert report.wrong is not None
    assert (report.level, "nested" in report.wrong.sentence) in {(None, True), ("shape", False), ("consistent", False)}


@pytest.mark.parametrize("key", ["when", "unless"])
def test_a_rule_that_classifies_models_knows_no_case(hospital: bytes, key: str) -> None:
    """A condition on requirements in such a rule is refused, since nothing would ever ask it."""
    document = json.loads(hospital)
    names = {one["name"] for one in document["given"]["vocabulary"] if one["scope"] == "model"}
    rules = document["given"]["rules"]
    index = next(n for n, one in enumerate(rules) if one["effect"] == "conclude" and names & one["body"].keys())
    rules[index][key] = {"fine_tuning": {"is": True}}
    report = verify(_forged(document))
    assert (report.level, _wrong(report)) == ("shape", f"/given/rules/{index}")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A file of 300 MB is refused by its size."""
    path = tmp_path / "huge.json"
    with path.open("wb") as stream:
        stream.truncate(300 * 1024 * 1024)
    report = verify(path)
    assert (report.level, report.ok) == (None, False)
    assert "larger than" in str(report)


def test_numbers_are_exact() -> None:
    """A gap and a graded point of numbers that no float holds are re-derived to the last digit."""
    rules = rule("r", "require.window.at_least = 0.1") + rule("p", "prefer.window.toward = 'highest'\nweight = 3")
    decision = decide(world(rules, model("m", window=1_234.000000001) + model("n", window=2**53 + 1)))
    document = json.loads(decision.trace.to_json())
    (_, hard) = document["found"]["criteria"]
    gaps = [hard["outcomes"][one["outcomes"][1]]["leaves"][0]["gaps"] for one in document["found"]["candidates"]]
    assert gaps == [["1233.900000001"], ["9007199254740992.9"]]
    assert verify(decision.trace).ok
    assert digest(document["found"]) == document["digests"]["found"]
