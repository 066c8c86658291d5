"""A trace holds everything that an auditor can ask of it, and comes back equal from its one JSON document."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import rfc8785
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds import RandomCase, candidate, decide, facts, found_rule, model, rule, world

import llmrules
from llmrules import Advisor
from llmrules.errors import FileError, TraceError
from llmrules.trace.codec import canonical, plain
from llmrules.trace.record import Trace

if TYPE_CHECKING:
    from pathlib import Path

    from llmrules.advisor import Decision

RULES = (
    rule("starts", "when.offline = true\nconclude.hosting = 'own'")
    + rule("also", "when.tuning = true\nconclude.hosting = 'own'")
    + rule("against", "when.budget.at_least = 'normal'\nconclude.hosting = 'vendor'")
    + rule("need-weights", "when.hosting = 'own'\nrequire.weights = true\notherwise.en = '{model} has no weights.'")
    + rule("need-room", "require.window.at_least.requirement = 'tokens'\notherwise.en = 'Too small.'")
    + rule("nice", "prefer.open.toward = 'highest'\nweight = 3")
    + rule("beaten", "when.offline = true\nadvise = true")
    + rule("beats", "unless.tuning = false\nadvise = true\noverrides = ['beaten']")
    + rule("not-now", "when.offline = false\nadvise = true")
    + rule("not-stated", "when.inputs.has = 'text'\nadvise = true")
    + rule("class", "where.open = 'free'\nconclude.capable = true")
    + rule("off", "advise = true")
    + '[[disable]]\nrule = "off"\nreason = "Not here."\n'
)
MODELS = (
    model("good", weights=True, window=9_000, open="free", disputed={"window": 100}, source="c")
    + model("bad", weights=False, window=10, open="closed")
    + model("vague", weights=True, open="shown")
)


@pytest.fixture(scope="module")
def decision() -> Decision:
    """One decision in which everything happens."""
    stated: dict[str, Any] = {"offline": True, "tuning": True, "budget": "ample", "tokens": 500, "spend": 3}
    return decide(world(RULES, MODELS, engine="auto"), **stated)


@pytest.fixture(scope="module")
def trace(decision: Decision) -> Trace:
    """Its trace, written and read again."""
    return Trace.parse(json.loads(decision.trace.to_json()), "trace")


# the 33 things that an auditor can ask; 30, 32 and 33 are asked of other parts


def test_01_requirements_as_stated(trace: Trace) -> None:
    """The requirements stand as they were stated."""
    given = json.loads(trace.to_json())["given"]
    stated = {one["attribute"]: one["value"] for one in given["requirements"] if one["origin"] == "stated"}
    assert stated == {
        "as_of": "2026-03-01",
        "budget": "ample",
        "offline": True,
        "spend": 3,
        "tokens": 500,
        "tuning": True,
    }


def test_02_origin_of_each_requirement(trace: Trace) -> None:
    """Each fact says whether it was stated, assumed or concluded."""
    origins = {fact.id: fact.origin for fact in trace.found.facts}
    assert origins["offline=true"] == ("stated",)
    assert origins["tier=basic"] == ("assumed",)
    assert origins["hosting=own"] == ("concluded",)


def test_03_requirements_that_no_rule_reads(trace: Trace) -> None:
    """What was stated in vain is named."""
    assert trace.found.unread == ("spend",)


def test_04_requirements_that_rules_waited_for(trace: Trace) -> None:
    """What was not stated although rules ask for it is named with those rules."""
    assert [(one.requirement, one.rules) for one in trace.found.waits] == [("inputs", ("not-stated",))]


def test_05_catalogue_digest(trace: Trace) -> None:
    """The catalogue has a digest of its own."""
    assert len(trace.digests.parts["catalogue"]) == 64


def test_06_source_and_date_of_each_value(trace: Trace) -> None:
    """Every catalogue value names a claim or document of the trace, and documents have dates."""
    documents = {one.id: one.date for one in trace.given.documents}
    claims = {one.id: one.document for one in trace.given.claims}
    for record in trace.given.catalogue:
        for entry in (*record.entries.values(), *(v for offer in record.offers for v in offer.entries.values())):
            assert entry.sources
            assert all(documents[claims.get(source) or source] for source in entry.sources)


def test_07_rule_set_digest(trace: Trace) -> None:
    """The rules have a digest of their own."""
    assert len(trace.digests.parts["rules"]) == 64
    assert trace.digests.parts["rules"] != trace.digests.parts["catalogue"]


def test_08_versions(trace: Trace) -> None:
    """The trace says which library, engine and format made it."""
    assert trace.format == "llmrules.trace/1"
    assert trace.made_by.llmrules == llmrules.__version__
    assert trace.made_by.engine in {"durable", "plain"}
    assert (trace.made_by.durable_rules is not None) == (trace.made_by.engine == "durable")


def test_09_every_rule_considered(trace: Trace) -> None:
    """Every rule stands in the trace once, fired or not."""
    names = [one.id for one in trace.found.rules]
    assert names == sorted(names) == [one.id for one in trace.given.rules]
    assert len(names) == RULES.count("[[rule]]")


def test_10_file_and_line_of_each_rule(trace: Trace) -> None:
    """Each rule has the file and line where it stood."""
    lines = ["language", "pack", *RULES.splitlines()]
    for place in trace.made_by.places:
        assert place.file == "rules-1.toml"
        assert lines[place.line - 1] == "[[rule]]"
        assert lines[place.line] == f'id = "{place.rule}"'
    assert {one.rule for one in trace.made_by.places} == {one.id for one in trace.given.rules}


def test_11_text_of_each_rule(trace: Trace) -> None:
    """Conditions, effect, reason and the rest of each rule stand in the trace."""
    record = next(one for one in trace.given.rules if one.id == "need-weights")
    written = plain(record)
    assert (written["when"], written["effect"], written["body"]) == (
        {"hosting": {"is": "own"}},
        "require",
        {"weights": {"is": True}},
    )
    assert record.because.en == "Because of need-weights."
    assert record.otherwise is not None
    assert record.otherwise.en == "{model} has no weights."


def test_12_citation_of_each_rule(trace: Trace) -> None:
    """Each rule names a source that stands in the trace."""
    known = {one.id for one in trace.given.documents} | {one.id for one in trace.given.claims}
    assert all(one.sources and set(one.sources) <= known for one in trace.given.rules)


def test_13_condition_tree_with_actual_values(decision: Decision) -> None:
    """A fired rule shows each condition, what was known and what it cites."""
    when = found_rule(decision, "need-weights").when
    assert when is not None
    leaf = when.leaves["hosting"]
    assert (when.holds, leaf.holds, leaf.actual, leaf.cites) == (True, True, ("own", "vendor"), ("hosting=own",))


def test_14_condition_tree_of_rules_that_did_not_fire(decision: Decision) -> None:
    """A silent rule shows the same tree."""
    when = found_rule(decision, "not-now").when
    assert when is not None
    assert (when.holds, when.leaves["offline"].holds, when.leaves["offline"].actual) == (False, False, (True,))


def test_15_why_a_rule_did_not_fire(decision: Decision) -> None:
    """False, not stated, defeated and disabled are told apart."""
    assert found_rule(decision, "not-now").status == "silent"
    assert found_rule(decision, "not-now").waits_for == ()
    assert found_rule(decision, "not-stated").waits_for == ("inputs",)
    assert (found_rule(decision, "beaten").status, found_rule(decision, "off").status) == ("defeated", "disabled")
    assert found_rule(decision, "class").status == "classifying"


def test_16_disabled_rules_with_reason(trace: Trace) -> None:
    """What was switched off stands there with its reason."""
    assert [(one.rule, one.reason.en) for one in trace.given.disabled] == [("off", "Not here.")]


def test_17_firings_in_order(trace: Trace) -> None:
    """Firings stand in the order of stratum, round and id."""
    firings = [(one.stratum, one.round, one.rule) for one in trace.found.firings]
    assert firings == sorted(firings)
    assert {one.rule for one in trace.found.firings} == {one.id for one in trace.found.rules if one.status == "fired"}


def test_18_facts_used(trace: Trace) -> None:
    """Each firing names the facts that it used; a reference uses the requirement that it refers to."""
    uses = {one.rule: one.uses for one in trace.found.firings}
    assert (uses["starts"], uses["need-room"], uses["nice"]) == (("offline=true",), ("tokens=500",), ())


def test_19_facts_concluded(trace: Trace) -> None:
    """Each firing names the facts that it concluded."""
    concluded = {one.rule: one.concludes for one in trace.found.firings}
    assert (concluded["starts"], concluded["nice"]) == (("hosting=own",), ())


def test_20_more_than_one_support(decision: Decision) -> None:
    """A fact names every rule that concludes it."""
    assert facts(decision)["hosting=own"].by == ("also", "starts")


def test_21_strata(decision: Decision) -> None:
    """Each rule that fires on requirements says its stratum, and that is known of silent ones, too."""
    assert found_rule(decision, "starts").stratum == 0
    assert found_rule(decision, "beats").stratum == 1
    assert found_rule(decision, "beaten").stratum == 2
    assert found_rule(decision, "class").stratum is None


def test_22_defeated_by_override(decision: Decision) -> None:
    """A defeated rule names the rule that defeats it."""
    assert found_rule(decision, "beaten").defeated_by == ("beats",)


def test_23_conflicts(trace: Trace) -> None:
    """A conflict names the attribute and both facts."""
    assert [(one.attribute, one.kind, one.facts) for one in trace.found.conflicts] == [
        ("hosting", "conflict", ("hosting=own", "hosting=vendor"))
    ]


def test_24_every_model_appears_once(trace: Trace) -> None:
    """Each model of the catalogue has one verdict and stands in one list of the result."""
    names = [one.model for one in trace.found.candidates]
    assert names == [one.id for one in trace.given.catalogue] == ["bad", "good", "vague"]
    result = trace.found.result
    listed = [name for place in (*result.ranking, *result.unverified) for name in place.models]
    assert sorted([*listed, *result.excluded]) == names


def test_25_every_check_with_its_parts(decision: Decision) -> None:
    """Each check of each model shows actual value, operator, threshold and gap, passed or failed."""
    criterion = next(one for one in decision.trace.found.criteria if one.rule == "need-room")
    (leaf,) = criterion.leaves
    assert [(test.operator, test.thresholds) for test in leaf.tests] == [("at_least", (500,))]
    for name, expected in (("bad", ("failed", 10, (-490,))), ("good", ("passed", 9_000, (8_500,)))):
        check = next(one for one in decision.trace.checks(candidate(decision, name)) if one.rule == "need-room")
        assert (check.outcome, check.leaves[0].actual, check.leaves[0].gaps) == expected


def test_26_all_reasons_not_the_first(decision: Decision) -> None:
    """Every failing check of an excluded model is there."""
    failed = [one.rule for one in decision.trace.checks(candidate(decision, "bad")) if one.outcome == "failed"]
    assert failed == ["need-room", "need-weights"]


def test_27_unknowns_kept_apart(decision: Decision) -> None:
    """An open check leaves a model unverified and names what would settle it."""
    vague = candidate(decision, "vague")
    assert (vague.verdict, vague.missing) == ("unverified", ("window",))
    assert decision.trace.found.result.unverified[0].models == ("vague",)


def test_28_every_contribution_to_the_score(decision: Decision) -> None:
    """Each soft rule says which points it gave to which model."""
    assert [(one.rule, one.points) for one in decision.trace.scores(candidate(decision, "good"))] == [("nice", "3")]
    assert [(one.rule, one.points) for one in decision.trace.scores(candidate(decision, "vague"))] == [("nice", "3/2")]


def test_29_margin_and_ties(trace: Trace) -> None:
    """Places carry their points, the models that share them, and the margin to the next."""
    (place,) = trace.found.result.ranking
    assert (place.place, place.points, place.models, place.margin) == (1, "3", ("good",), None)


def test_31_canonical_form_and_digests(decision: Decision) -> None:
    """The document is canonical JSON (RFC 8785), and every digest is SHA-256 over its part."""
    text = decision.trace.to_json()
    data = json.loads(text)
    assert rfc8785.dumps(data).decode() == text

    def digest(part: object) -> str:
        return hashlib.sha256(rfc8785.dumps(part)).hexdigest()  # type: ignore[arg-type]

    digests = data["digests"]
    assert digests["parts"] == {name: digest(part) for name, part in data["given"].items()}
    assert digests["given"] == digest(digests["parts"])
    assert (digests["found"], digests["made_by"]) == (digest(data["found"]), digest(data["made_by"]))


def test_disputed_values_that_matter_are_named(decision: Decision) -> None:
    """A disputed value under which a fired rule would say something else stands beside the model."""
    assert [(one.attribute, one.values, one.rules) for one in candidate(decision, "good").disputes] == [
        ("window", (100,), ("need-room",))
    ]


# writing and reading


def test_a_saved_trace_comes_back_equal(decision: Decision, tmp_path: Path) -> None:
    """Saved, loaded and saved again: the same values and the same bytes."""
    decision.trace.save(tmp_path / "one.json")
    loaded = Trace.load(tmp_path / "one.json")
    assert loaded == decision.trace
    loaded.save(tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_every_trace_comes_back_equal(seed: int) -> None:
    """The trace of any case survives its JSON, which is canonical."""
    decision = RandomCase(seed).decide()
    if decision is not None:
        text = decision.trace.to_json()
        again = Trace.parse(json.loads(text), "trace")
        assert again == decision.trace
        assert again.to_json() == text
        assert rfc8785.dumps(json.loads(text)).decode() == text


def test_numbers_that_json_cannot_hold_are_texts() -> None:
    """Integers within 2**53 - 1 are numbers; larger ones and fractions are texts, exact to the last digit."""
    advisor = world(rule("r", "require.window.at_least.requirement = 'tokens'"), model("m", window=2**53))
    for stated, written in ((2**53 - 1, 2**53 - 1), (2**53, "9007199254740992"), (0.1, "0.1")):
        data = json.loads(decide(advisor, tokens=stated).trace.to_json())
        assert {one["attribute"]: one["value"] for one in data["given"]["requirements"]}["tokens"] == written


def test_made_by_does_not_touch_what_was_found() -> None:
    """Another engine, clock or file changes neither ``given`` nor ``found``."""
    one, other = (decide(world(RULES, MODELS, engine=engine), offline=True).trace for engine in ("auto", "plain"))
    assert (one.given, one.found) == (other.given, other.found)
    assert (one.digests.given, one.digests.found) == (other.digests.given, other.digests.found)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "llmrules.trace/2"},
        {"extra": 1},
        {"given": {}},
        {"made_by": None},
    ],
)
def test_a_trace_of_another_shape_is_not_read(decision: Decision, tmp_path: Path, change: dict[str, object]) -> None:
    """Reading is strict: an unknown key, a missing part or another format is an error that names the file."""
    data = json.loads(decision.trace.to_json()) | change
    (tmp_path / "bad.json").write_text(json.dumps(data))
    with pytest.raises(TraceError) as caught:
        Trace.load(tmp_path / "bad.json")
    assert "bad.json" in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1, "a": 2}', '{"a": NaN}'])
def test_what_is_no_json_object_is_no_trace(tmp_path: Path, text: str) -> None:
    """A file that is no JSON object is an error."""
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises((FileError, TraceError)):
        Trace.load(tmp_path / "bad.json")


def test_saving_is_whole_or_not_at_all(decision: Decision, tmp_path: Path) -> None:
    """A trace that cannot be written leaves nothing behind, and raises."""
    with pytest.raises(FileError):
        decision.trace.save(tmp_path / "nowhere" / "trace.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError):
        decision.trace.save(tmp_path / "folder")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_a_trace_is_plain_json_for_any_reader() -> None:
    """The shipped knowledge makes a document whose parts another tool finds by name; null is an option not used."""
    text = Advisor.load(catalog=["article"]).decide({"fine_tuning": True, "as_of": "2026-03-01"}).trace.to_json()
    schema = {
        "type": "object",
        "required": ["format", "given", "found", "made_by", "digests"],
        "additionalProperties": False,
        "properties": {name: {"type": "object"} for name in ("given", "found", "made_by", "digests")}
        | {"format": {"const": "llmrules.trace/1"}},
    }
    data = json.loads(text)
    jsonschema.validate(data, schema)
    assert data["given"].pop("only") is data["given"].pop("among") is None
    assert "null" not in canonical(data)


def test_of_models_that_are_alike_each_has_its_record() -> None:
    """Copies have the same record under their names, one with a disputed value that matters has one of its own."""
    copies = model("one", weights=True, window=70) + model("two", weights=True, window=70)
    unlike = model("three", weights=True, window=70, disputed={"window": 3}, source="c")
    decided = decide(world(RULES, MODELS + copies + unlike), offline=True, tokens=50)
    found = Trace.parse(json.loads(decided.trace.to_json()), "trace").found
    assert found == decided.trace.found
    records = {one.model: one for one in found.candidates}
    assert evolve(records["two"], model="one") == records["one"]
    assert records["three"].disputes
    assert not records["one"].disputes


def test_a_copy_with_another_part_is_written_as_its_parts_say(decision: Decision) -> None:
    """What was sealed is not said of it, and all other parts are written as before, the candidates among them."""
    trace = decision.trace
    changed = evolve(trace, found=evolve(trace.found, waits=()))
    before, after = json.loads(trace.to_json()), json.loads(changed.to_json())
    assert before["found"].pop("waits")
    assert after["found"].pop("waits") == []
    assert after == before
