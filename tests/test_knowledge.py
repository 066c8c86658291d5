"""The shipped knowledge against the article: nothing unused, nothing without a source, nothing for a name's sake."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmrules.advisor import Advisor
from llmrules.catalog import Entry, Model
from llmrules.decision.knowledge import Knowledge, load_knowledge
from llmrules.language.conditions import Leaf
from llmrules.language.rules.effects import Conclude
from llmrules.language.rules.rule import Rule
from llmrules.language.sources import Claim, Document
from llmrules.language.texts import Text
from llmrules.reading import shipped
from llmrules.reading.files import Source, read_toml, toml_files

DATA = Path(__file__).parent / "data"
EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))
RULES = [read_toml(path, path.name) for path in toml_files([shipped.rules_folder()])]
CATALOG = read_toml(shipped.catalog_path("article"), "catalog.toml")
KNOWLEDGE = load_knowledge(RULES, [CATALOG])
RULESET = KNOWLEDGE.ruleset
VOCABULARY = RULESET.vocabulary
CLAIMS = {
    f"{section}.{name}": tuple(kinds)
    for section, claims in tomllib.loads((DATA / "claims.toml").read_text()).items()
    for name, kinds in claims.items()
}
STATED = [
    (model, claim, attribute, value)
    for model, claims in tomllib.loads((DATA / "article_values.toml").read_text()).items()
    for claim, values in claims.items()
    for attribute, value in values.items()
]

ARTICLE = "llm-selection-guide-2026"
PRACTICE = "llmrules-practice-2026-11"
"""The documents whose claims the shipped rules rest on: the article, and what the article says nothing of."""

HARD = {
    "model-takes-the-input": "data",
    "window-holds-the-context": "data",
    "weights-hold-the-context": "data",
    "no-seller-exceeds-the-weights": "data",
    "edge-needs-a-small-model": "deployment",
    "hardware-holds-the-model": "deployment",
    "memory-holds-the-weights": "deployment",
    "memory-holds-the-context-too": "deployment",
    "weights-must-be-available": "customization",
    "noncommercial-licences-are-out": "licence",
    "data-are-processed-in-the-region": "licence",
    "certified-as-needed": "licence",
    "kept-no-longer": "licence",
    "no-training-on-what-is-sent": "licence",
    "an-api-needs-a-seller": "deployment",
    "input-costs-at-most": "deployment",
    "output-costs-at-most": "deployment",
    "a-month-fits-the-budget": "deployment",
    "tools-must-be-called": "use-case",
    "structure-must-be-kept": "use-case",
    "retired-offers-are-out": "freshness",
    "not-yet-released": "freshness",
}
"""Every rule that may rule a model out. What the licence, the deployment or the data ask for is hard, that a seller
serves the model on that day for the money that is there, and what a program relies on; all else is soft."""

LEADS_TO_A_HARD_RULE = {
    "data_sovereignty": "weights-must-be-available",
    "offline": "weights-must-be-available",
    "fine_tuning": "weights-must-be-available",
    "interpretability": "weights-must-be-available",
    "redistribution": "weights-must-be-available",
}

IDENTITY = {"developer", "release", "knowledge_cutoff", "provider"}
"""What says who made or sells a model and how new it is. No rule may look at it."""


def own_entries(model: Model) -> Iterator[tuple[str, Entry]]:
    """Yield what the model's own entry states, its offers included."""
    for entries in (model.entries, *(offer.entries for offer in model.offers)):
        yield from ((name, entry) for name, entry in entries.items() if entry.inherited_from is None)


def cited_by_values() -> set[str]:
    """Return the claims and documents that catalogue values rest on."""
    entries = [entry for model in KNOWLEDGE.catalog for _, entry in own_entries(model)]
    return {source for entry in entries for stated in (entry.stated, *entry.disputed) for source in stated.sources}


def cited_by_rules() -> dict[str, set[str]]:
    """Return, for each kind of claim that a rule can turn into, what rules of that kind rest on."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for rule in RULESET.rules.values():
        kind = {"caution": "caution", "advise": "advice"}.get(rule.effect.name, "rule")
        found["classify" if rule.classifies else kind].update(rule.sources)
    return found


def cited_by_vocabulary() -> set[str]:
    """Return the claims and documents that attributes and choices rest on."""
    choices = (choice for attribute in VOCABULARY for choice in attribute.choices)
    return {source for one in (*VOCABULARY, *choices) for source in one.sources}


def claims_of(document: str) -> dict[str, Claim]:
    """Return the claims of a document."""
    claims = {name: one for name, one in RULESET.citable.items() if isinstance(one, Claim)}
    return {name: claim for name, claim in claims.items() if claim.document == document}


def leaves(rule: Rule) -> Iterator[Leaf]:
    """Yield every test of a rule, on requirements and on models."""
    for table in (rule.when, rule.unless, rule.where, rule.effect.predicate):
        yield from table.all_leaves()


# ── claims ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_claims_are_those_of_the_article() -> None:
    """The shipped claims are the article's, each with its kinds and its section, but for those of our own practice."""
    assert {name: claim.kind for name, claim in claims_of(ARTICLE).items()} == CLAIMS
    assert all(claim.section == name.split(".")[0] for name, claim in claims_of(ARTICLE).items())
    assert {one.document for one in RULESET.citable.values() if isinstance(one, Claim)} == {ARTICLE, PRACTICE}


def test_the_claims_of_our_own_practice_are_told_apart() -> None:
    """What the article says nothing of rests on claims of our own, each used as what it is, and on no value."""
    ours = claims_of(PRACTICE)
    used = {**cited_by_rules(), "vocabulary": cited_by_vocabulary()}
    for name, claim in ours.items():
        assert set(claim.kind) == {kind for kind, names in used.items() if name in names}, name
    assert not ours.keys() & cited_by_values()
    for pack in ("freshness", "evidence"):
        assert all(ours.keys() & set(rule.sources) for rule in RULESET.rules.values() if rule.pack == pack)


def test_evidence_is_a_pack_of_its_own() -> None:
    """What was measured gives points in one pack alone, which reads ranks and nothing else of a model, and weighs 2."""
    boards = {name for name in VOCABULARY.names("model") if name.startswith("rank_")}
    reading = {rule.id for rule in RULESET.rules.values() if rule.reads() & boards}
    assert reading == {rule.id for rule in RULESET.rules.values() if rule.pack == "evidence"}
    for rule in RULESET.rules.values():
        if rule.pack == "evidence":
            assert rule.weight == 2
            assert rule.effect.grade is not None
            others = [leaf for leaf in leaves(rule) if leaf.attribute.scope != "requirement"]
            assert all(leaf.asks_absence and leaf.attribute.name in boards for leaf in others)
    grades = [rule.effect.grade for rule in RULESET.rules.values() if rule.effect.grade is not None]
    assert {grade.attribute.name for grade in grades} >= boards
    assert {name.replace("rank_", "measured_") for name in boards} <= set(VOCABULARY.names("model"))


def test_a_claim_is_said_in_both_languages() -> None:
    """Each claim has its sentence in English and in Korean."""
    for claim in (one for one in RULESET.citable.values() if isinstance(one, Claim)):
        assert all(text and text.strip() for text in (claim.says.en, claim.says.ko))


@pytest.mark.parametrize("claim", sorted(CLAIMS))
def test_a_claim_is_used_as_what_it_is(claim: str) -> None:
    """Each kind of a claim has its use: a value, a rule of that kind, an attribute or a choice."""
    used = {
        **cited_by_rules(),
        "fact": cited_by_values(),
        "vocabulary": cited_by_vocabulary(),
    }
    unused = [kind for kind in CLAIMS[claim] if kind != "context" and claim not in used.get(kind, ())]
    assert not unused


def test_every_rule_and_value_rests_on_something() -> None:
    """Each rule and each value, the disputed ones too, names a claim or a document that has a date."""
    sources = {rule.id: rule.sources for rule in RULESET.rules.values()}
    for model in KNOWLEDGE.catalog:
        for name, entry in own_entries(model):
            for number, stated in enumerate((entry.stated, *entry.disputed)):
                sources[f"{model.id}.{name}.{number}"] = stated.sources
    for where, names in sources.items():
        assert names, where
        for name in names:
            cited = RULESET.citable[name]
            assert isinstance(cited, Claim) or cited.date.text, where


def test_every_document_is_used() -> None:
    """No document stands in a file for nothing."""
    documents = {name for name, one in RULESET.citable.items() if isinstance(one, Document)}
    behind_claims = {one.document for one in RULESET.citable.values() if isinstance(one, Claim)}
    assert documents == documents & (cited_by_values() | behind_claims)


# ── the twelve models ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_twelve_are_there() -> None:
    """The catalogue holds the article's models and no other."""
    assert set(KNOWLEDGE.catalog.models) == {model for model, *_ in STATED}
    assert len(KNOWLEDGE.catalog.models) == 12


@pytest.mark.parametrize(("model", "claim", "attribute", "value"), STATED)
def test_a_stated_value_is_in_force(model: str, claim: str, attribute: str, value: object) -> None:
    """What the article states is the value in force (of a set, among it), under the claim that states it."""
    entry = KNOWLEDGE.catalog.models[model].entries[attribute]
    assert claim in entry.stated.sources
    if isinstance(value, list):
        assert isinstance(entry.value, frozenset)
        assert set(value) <= entry.value
    else:
        assert entry.value == value


def test_nothing_is_put_into_the_mouth_of_the_article() -> None:
    """A value that names a claim is one that the article states; a set under claims alone has no other member."""
    told = {(model, claim, attribute) for model, claim, attribute, _ in STATED}
    members: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for model, _, attribute, value in STATED:
        members[model, attribute].update(value if isinstance(value, list) else ())
    for model_entry in KNOWLEDGE.catalog:
        for attribute, entry in own_entries(model_entry):
            claims = [source for source in entry.stated.sources if source in CLAIMS]
            for claim in claims:
                assert (model_entry.id, claim, attribute) in told
            if isinstance(entry.value, frozenset) and claims == list(entry.stated.sources):
                assert entry.value == members[model_entry.id, attribute]


# ── languages ───────────────────────────────────────────────────────────────────────────────────────────────────────


def texts() -> Iterator[tuple[str, Text]]:
    """Yield every text of the shipped rules and vocabulary, with where it stands."""
    for attribute in VOCABULARY:
        kept = (attribute.label, attribute.about, attribute.ask, attribute.unit)
        yield from ((attribute.name, text) for text in kept if text is not None)
        yield from ((f"{attribute.name}.{choice.id}", choice.means) for choice in attribute.choices)
    for rule in RULESET.rules.values():
        yield rule.id, rule.because
        if rule.otherwise is not None:
            yield f"{rule.id}.otherwise", rule.otherwise


def test_every_text_is_in_both_languages() -> None:
    """Each shipped text is there in English and in Korean, with the same slots, and is not the other one's copy."""
    for where, text in texts():
        assert text.en, where
        assert text.ko, where
        assert not re.search("[가-힣]", text.en), where
        assert re.search("[가-힣]", text.ko), where
        assert Text(en=text.en).slots() == Text(ko=text.ko).slots(), where


def test_what_a_user_may_state_has_a_question() -> None:
    """A requirement has a question, unless rules conclude it, and all have a topic and a source."""
    concluded = {one.attribute.name for rule in RULESET.rules.values() if isinstance(one := rule.effect, Conclude)}
    for name in VOCABULARY.names("requirement"):
        if name != "as_of":
            attribute = VOCABULARY[name]
            assert attribute.ask is not None or name in concluded
            assert attribute.topic in {"use-case", "data", "deployment", "customization", "ethics", "licence"}
            assert attribute.sources


def test_a_hard_rule_says_what_a_model_lacks() -> None:
    """Each hard rule has an otherwise that names the model."""
    for rule in RULESET.rules.values():
        if rule.effect.hard:
            assert rule.otherwise is not None
            assert "model" in rule.otherwise.slots()


# ── hard and soft ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_terms_and_limits_are_hard() -> None:
    """Licence, deployment, data, window, cost and retirement rule out; no strength, style or alignment does."""
    assert {rule.id: rule.pack for rule in RULESET.rules.values() if rule.effect.hard} == HARD
    looked_at = {leaf.attribute.name for name in HARD for leaf in leaves(RULESET.rules[name])}
    of_models = {name for name in looked_at if VOCABULARY[name].scope != "requirement"}
    assert of_models == {
        *("weights_available", "weights_context", "context_window", "max_input_tokens"),
        *("compact", "parameters", "input_modalities", "known_inputs", "monthly_cost", "retires_on"),
        *("running_memory", "memory_needed"),
        *("noncommercial_licence", "zones", "certifications", "retention_days", "trains_on_data", "provider"),
        *("input_price", "output_price", "tool_calling", "structured_output", "release_date", "listed_since"),
    }


@pytest.mark.parametrize(("requirement", "rule"), LEADS_TO_A_HARD_RULE.items())
def test_a_need_of_licence_or_sovereignty_is_hard(requirement: str, rule: str) -> None:
    """The need alone leads to its hard rule, and every closed model is out by it."""
    decision = Advisor(KNOWLEDGE, engine="plain").decide({requirement: True})
    out = {one.model for one in decision.excluded if rule in one.by}
    assert {"gpt-5", "claude", "gemini", "grok"} <= out


def test_weights_are_small_whole_numbers() -> None:
    """Core fit weighs 3 or 4, a secondary one 2, a nudge 1."""
    assert {rule.weight for rule in RULESET.rules.values() if rule.weight is not None} == {1, 2, 3, 4}


# ── no reward for a name ────────────────────────────────────────────────────────────────────────────────────────────


def test_no_rule_looks_at_who_made_a_model() -> None:
    """No rule tests or grades developer, release, cutoff or seller, and of the texts of a model only its licence.

    Whether there is a seller at all may be asked: that is no matter of who it is.
    """
    for rule in RULESET.rules.values():
        asked = [leaf for leaf in leaves(rule) if {test.operator.name for test in leaf.tests} != {"known"}]
        tested = {leaf.attribute.name for leaf in asked}
        tested |= {rule.effect.grade.attribute.name} if rule.effect.grade is not None else set()
        assert not tested & IDENTITY
        assert {name for name in tested if VOCABULARY[name].type == "text"} <= {"licence"}


def test_size_is_a_limit_and_never_a_merit() -> None:
    """A number of parameters is held against a ceiling or graded towards fewer; no rule asks for more of them."""
    sizes = {"parameters", "active_parameters"}
    for rule in RULESET.rules.values():
        if rule.effect.grade is not None and rule.effect.grade.attribute.name in sizes:
            assert rule.effect.grade.toward == "lowest"
        for leaf in leaves(rule):
            if leaf.attribute.name in sizes:
                assert [test.operator.name for test in leaf.tests] in (["at_most"], ["known"])


def test_who_asks_for_nothing_rewards_nobody() -> None:
    """Where nothing is stated all twelve are eligible and share the first place with no point."""
    decision = Advisor(KNOWLEDGE, engine="plain").decide({"as_of": "2026-03-01"})
    assert decision.best == tuple(sorted(KNOWLEDGE.catalog.models))
    assert {placed.points for placed in decision.ranking} == {0}
    assert not decision.cautions


def test_without_names_every_example_decides_alike() -> None:
    """A catalogue without developers, releases, cutoffs, sellers and names changes no verdict, place or point."""
    anonymous = Advisor(_anonymous(), engine="plain")
    advisor = Advisor(KNOWLEDGE, engine="plain")
    for path in EXAMPLES:
        with_names, without = advisor.decide(path), anonymous.decide(path)
        assert without.ranking == with_names.ranking
        assert without.unverified == with_names.unverified
        assert without.excluded == with_names.excluded


def _anonymous() -> Knowledge:
    def strip(entry: dict[str, object]) -> dict[str, object]:
        kept = {key: value for key, value in entry.items() if key not in {*IDENTITY, "name"}}
        for key, value in kept.items():
            if key == "sources" and isinstance(value, dict):
                kept[key] = {name: source for name, source in value.items() if name not in IDENTITY}
            elif key == "disputed" and isinstance(value, list):
                kept[key] = [one for one in value if one["attribute"] not in IDENTITY]
            elif key == "offer" and isinstance(value, list):
                kept[key] = [strip(offer) for offer in value]
        return {key: value for key, value in kept.items() if value != []}

    data = {**CATALOG.data, "model": [strip(model) for model in CATALOG.data["model"]]}
    return load_knowledge(RULES, [Source("catalog.toml", "", data)])


def test_there_are_not_too_many_rules() -> None:
    """Some 115 rules that rest on the article alone, and few beside: what a reader can still know."""
    of_the_article = [rule for rule in RULESET.rules.values() if CLAIMS.keys() >= set(rule.sources)]
    assert len(of_the_article) <= 115
    assert len(RULESET.rules) <= 160
