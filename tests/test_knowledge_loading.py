"""Rule files and catalogues load together: packs, disabling, overrides, overlays, in any order of rule files."""

from __future__ import annotations

import re
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest
from attrs import astuple, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrules import Advisor
from llmrules.decision.knowledge import Knowledge, load_knowledge
from llmrules.errors import LoadError
from llmrules.language.conditions import Leaf, Table, Test
from llmrules.language.operators import OPERATORS
from llmrules.language.rules.effects import Conclude
from llmrules.language.rules.rule import Rule
from llmrules.language.rules.strata import stratify
from llmrules.language.texts import Text
from llmrules.language.vocabulary import Attribute
from llmrules.reading.files import parse_toml, read_toml
from llmrules.reading.shipped import rules_folder

if TYPE_CHECKING:
    from llmrules.language.rules.ruleset import RuleSet

DATA = Path(__file__).parent / "data" / "base"
BASE, CATALOG = read_toml(DATA / "rules.toml", "base"), read_toml(DATA / "catalog.toml", "catalog")
REASON = 'because.en = "A reason."\nsource = "handbook"\n'


def load(*texts: str) -> Knowledge:
    """Load rule files on top of the base."""
    files = [
        parse_toml(f'language = 1\npack = "pack-{number}"\n{text}', f"{number}") for number, text in enumerate(texts)
    ]
    return load_knowledge([BASE, *files], [CATALOG])


def parts(ruleset: RuleSet) -> tuple[object, ...]:
    """Return all that a rule set holds."""
    return astuple(evolve(ruleset, places={}), recurse=False)


def test_a_rule_file_may_bring_all_that_its_rules_rest_on() -> None:
    """Attributes, claims, documents and rules of one file are used by another one, whichever is read first."""
    brings = '[requirement.gpu]\ntype = "flag"\n[[document]]\nid = "memo"\ntitle = "Memo"\ndate = 2026-01-01\n'
    uses = '[[rule]]\nid = "uses"\nwhen.gpu = true\nadvise = true\nbecause.en = "You said {gpu}."\nsource = "memo"\n'
    one, other = load(brings, uses).ruleset, load(uses, brings).ruleset
    assert one.rules == {**other.rules, "uses": one.rules["uses"]}
    assert one.rules["uses"].sources == ("memo",)


def test_a_document_of_a_catalogue_may_be_the_source_of_a_rule() -> None:
    """Sources are those of all loaded files."""
    catalogue = parse_toml('language = 1\n[[document]]\nid = "prices"\ntitle = "Prices"\ndate = 2026-01-01\n', "c")
    rule = parse_toml(
        'language = 1\npack = "p"\n[[rule]]\nid = "a"\nadvise = true\nbecause.en = "So."\nsource = "prices"\n', "r"
    )
    assert load_knowledge([BASE, rule], [catalogue]).ruleset.rules["a"].sources == ("prices",)


def test_a_disabled_rule_is_kept_and_does_not_fire() -> None:
    """It stays known by its id with the reason, has no stratum, and may still be named by others."""
    off = '[[disable]]\nrule = "cheap"\nreason = "We do not pay."\n'
    off += '[[rule]]\nid = "a"\nadvise = true\noverrides = "cheap"\n' + REASON
    ruleset = load(off).ruleset
    assert "cheap" in ruleset.rules
    assert ruleset.disabled["cheap"].reason.read("en") == "We do not pay."
    assert {rule.id for rule in ruleset.firing()} == {"weights", "a"}


def test_a_pack_is_disabled_whole() -> None:
    """All rules of the pack are off, classifying ones included, and none of another."""
    ruleset = load('[[disable]]\npack = "base"\nreason = "Ours."\n[[rule]]\nid = "a"\nadvise = true\n' + REASON).ruleset
    assert set(ruleset.disabled) == {"cheap", "weights", "small-is-compact"}
    assert [rule.id for rule in ruleset.firing()] == ["a"]
    assert ruleset.classifying() == ()


def test_disabling_a_rule_ends_a_cycle() -> None:
    """What is off depends on nothing."""
    cycle = '[[rule]]\nid = "a"\nunless.needs_weights = true\nconclude.needs_weights = true\n' + REASON
    with pytest.raises(LoadError):
        load(cycle)
    load(cycle, '[[disable]]\nrule = "a"\nreason = "It contradicts itself."\n')
    circle = '[[rule]]\nid = "b"\nwhere.portable = true\nconclude.portable = true\n' + REASON
    with pytest.raises(LoadError):
        load(circle)
    load(circle, '[[disable]]\nrule = "b"\nreason = "It says nothing."\n')


def test_a_cycle_is_printed_alike_however_it_is_found() -> None:
    """The cycle begins with the smallest of its steps, whatever the order of files; then each has its place."""
    rules = [
        f'[[rule]]\nid = "{one}"\nadvise = true\noverrides = "{other}"\n{REASON}' for one, other in ("ab", "bc", "ca")
    ]
    messages = set()
    for order in (rules, rules[::-1], [rules[1], rules[2], rules[0]]):
        with pytest.raises(LoadError) as raised:
            load(*order)
        told = re.search(r": (rule .*) \((a: \S+, b: \S+, c: \S+)\)$", raised.value.errors[0].message)
        assert told is not None
        messages.add(told[1])
    assert messages == {"rule a → rule b → rule c → rule a"}


def test_thousands_of_rules_that_wait_for_each_other_have_strata_at_once() -> None:
    """Of 4,000 rules, each of which fires unless one of the four before it does, each has a stratum above theirs."""
    said = [Attribute(f"a{number:05}", "requirement", "flag", Text("a flag")) for number in range(4_001)]
    tests = (Test(OPERATORS["is"], operand=True),)
    rules = [
        Rule(
            id=f"r{4_000 - number:05}",
            pack="many",
            effect=Conclude(said[number + 1], frozenset({True})),
            because=Text("A reason."),
            sources=("handbook",),
            unless=Table(leaves=tuple(Leaf(attribute, tests) for attribute in said[max(number - 3, 0) : number + 1])),
        )
        for number in range(4_000)
    ]
    before = process_time()
    assert stratify(rules) == {rule.id: 4_000 - int(rule.id[1:]) + 1 for rule in rules}
    assert process_time() - before < 2  # where all that depends is looked at anew, it is ten


SHIPPED = [read_toml(path, path.name) for path in sorted(rules_folder().glob("*.toml"))]


@settings(max_examples=6)
@given(st.permutations(range(len(SHIPPED))))
def test_the_order_of_rule_files_never_changes_the_ruleset(order: list[int]) -> None:
    """The shipped files in any order make the same rules, strata, vocabulary and sources."""
    one = load_knowledge([SHIPPED[number] for number in order], []).ruleset
    assert parts(one) == parts(load_knowledge(SHIPPED, []).ruleset)


@given(st.permutations(range(6)), st.integers(0, 6))
def test_the_order_of_rules_never_changes_the_ruleset(order: list[int], cut: int) -> None:
    """Rules in any order, in one file or in two, make the same rules with the same strata."""
    rules = [f'[[rule]]\nid = "r{n}"\nwhen.pages.at_least = {n}\nadvise = true\n{REASON}' for n in range(6)]
    one = load("".join(rules)).ruleset
    other = load("".join(rules[number] for number in order)).ruleset
    assert parts(one) == parts(other)
    split = load("".join(rules[n] for n in order[:cut]), "".join(rules[n] for n in order[cut:])).ruleset
    assert {rule: split.strata[rule] for rule in split.strata} == one.strata


def test_without_the_shipped_rules_the_vocabulary_and_claims_stay(tmp_path: Path) -> None:
    """One's own rules stand alone on the shipped attributes and sources."""
    path = tmp_path / "own.toml"
    rule = '[[rule]]\nid = "own"\nwhen.fine_tuning = true\nrequire.openness.at_least = "open-weight"\n'
    source = 'because.en = "Ours."\nsource = "framework.customization"\n'
    path.write_text(f'language = 1\npack = "own"\n{rule}{source}', encoding="utf-8")
    advisor = Advisor.load(catalog=["article"], rules=[path], shipped_rules=False, engine="plain")
    assert list(advisor.knowledge.ruleset.rules) == ["own"]
    assert "vocabulary" in advisor.knowledge.ruleset.packs
    excluded = advisor.decide({"fine_tuning": True}).excluded
    assert "claude" in [str(getattr(one, "model", one)) for one in excluded]


def test_without_the_shipped_catalogue_there_are_ones_own_models(tmp_path: Path) -> None:
    """An own catalogue alone, and one laid over the shipped one."""
    path = tmp_path / "own.toml"
    document = '[[document]]\nid = "own"\ntitle = "Own"\ndate = 2026-01-01\n'
    path.write_text(
        f'language = 1\n{document}[[model]]\nid = "claude"\nopenness = "open-source"\nsources.openness = "own"\n',
        encoding="utf-8",
    )
    alone = Advisor.load(catalog=[path], shipped_catalog=False, engine="plain").knowledge
    assert alone.models == ("claude",)
    laid = Advisor.load(catalog=["article", path], engine="plain").knowledge
    openness = laid.catalog.models["claude"].entries["openness"]
    assert (openness.value, openness.replaced[0].value) == ("open-source", "closed")
    assert len(laid.models) > 1


def test_no_model_at_all_is_no_mistake() -> None:
    """An empty catalogue loads; every case then has nothing eligible."""
    advisor = Advisor.load(shipped_catalog=False, engine="plain")
    assert advisor.decide({}).best == ()
