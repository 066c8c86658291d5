"""The schemas of files that people write: a TOML editor completes with them, flags mistakes, and never cries wolf.

A file of ``data/schema-broken`` has a comment ``#! code`` on each line where a TOML language tool must flag something;
nothing else may be flagged. The tool runs offline and knows nothing of this package but the schemas.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sysconfig
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator, FormatChecker
from tests.commands import run
from tests.import_files import DATES, FOLDER
from tests.import_files import FILES as EXTRACTS
from tests.language_server import LanguageServer
from tests.wide_worlds import VOCABULARY, WideWorld

from llmrules import Advisor
from llmrules.check.cases import read_case
from llmrules.check.schemas import asking, catalog_schema, profile_schema, rules_schema, written
from llmrules.decision.knowledge import Knowledge, load_knowledge
from llmrules.errors import LoadError
from llmrules.language.conditions import MODEL_SIDE
from llmrules.language.operators import operators_for
from llmrules.reading import shipped
from llmrules.reading.files import parse_toml, read_json, read_toml, toml_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.reading.files import Source

ROOT = Path(__file__).resolve().parent.parent
BROKEN = Path(__file__).parent / "data" / "schema-broken"
POLICY = ROOT / "examples" / "policy"
TOMBI = Path(sysconfig.get_path("scripts")) / "tombi"
KINDS = ("rules", "catalog", "profile")

RULES = [*toml_files([shipped.rules_folder()]), *toml_files([POLICY])]
PROFILES = [*toml_files([ROOT / "examples"]), *toml_files([ROOT / "tests" / "cases"])]
CATALOGUES = [shipped.catalog_path("article"), *shipped.located(shipped.catalog_names())]
CLEAN = {"rules": RULES, "catalog": CATALOGUES, "profile": PROFILES}


def schemas_of(knowledge: Knowledge) -> dict[str, dict[str, Any]]:
    """Return the schema of each kind of file."""
    return {
        "rules": rules_schema(knowledge.ruleset),
        "catalog": catalog_schema(knowledge.ruleset),
        "profile": profile_schema(knowledge.ruleset, knowledge.models),
    }


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """The shipped knowledge with a policy on top, which declares an attribute of its own."""
    return Advisor.load(catalog=["article"], rules=[POLICY], engine="plain").knowledge


@pytest.fixture(scope="module")
def schemas(knowledge: Knowledge) -> dict[str, dict[str, Any]]:
    """The schemas over that knowledge."""
    return schemas_of(knowledge)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, schemas: dict[str, dict[str, Any]]) -> Path:
    """A folder with the schemas, the broken files, and the files that are as they should be."""
    folder = tmp_path_factory.mktemp("editor")
    for kind, schema in schemas.items():
        (folder / f"{kind}.schema.json").write_text(written(schema), encoding="utf-8")
        (folder / kind).mkdir()
        for path in CLEAN[kind]:
            directed = f"#:schema ../{kind}.schema.json\n{path.read_text(encoding='utf-8')}"
            (folder / kind / path.name).write_text(directed, encoding="utf-8")
    shutil.copytree(BROKEN, folder / "broken")
    for kind in KINDS:
        shutil.copy(folder / f"{kind}.schema.json", folder / "broken")
    (folder / "tombi.toml").write_text("[schema]\ncatalog = { paths = [] }\n", encoding="utf-8")
    return folder


def flagged(folder: Path, under: str) -> dict[str, set[tuple[int, str]]]:
    """Return the lines and codes that the language tool flags, warnings included, by the name of the file."""
    report = folder / f"{under}.jsonl"
    options = ["--offline", "--diagnostics-format", "json-lines", "--diagnostics-file", str(report)]
    subprocess.run([str(TOMBI), "lint", *options, under], cwd=folder, capture_output=True, check=False, timeout=120)
    found: dict[str, set[tuple[int, str]]] = {path.name: set() for path in (folder / under).glob("*.toml")}
    for line in report.read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        found[Path(note["path"]).name].add((note["range"]["start"]["line"], note["code"]))
    return found


def plain(value: Any) -> Any:  # noqa: ANN401 - plain JSON
    """Return what TOML holds as JSON would."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def wrong(schema: dict[str, Any], data: dict[str, Any]) -> list[str]:
    """Return what a validator of JSON that knows nothing of us says."""
    validator = Draft7Validator(schema, format_checker=FormatChecker(["date"]))
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(plain(data))]


def test_each_schema_is_a_schema(schemas: dict[str, dict[str, Any]]) -> None:
    """Each is valid by the draft it names."""
    for schema in schemas.values():
        assert schema["$schema"] == Draft7Validator.META_SCHEMA["$id"]
        Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shipped_is_clean_in_an_editor(folder: Path, kind: str) -> None:
    """The language tool flags nothing in the shipped rules, catalogue and examples, not even a warning."""
    assert {name: notes for name, notes in flagged(folder, kind).items() if notes} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shipped_is_valid(schemas: dict[str, dict[str, Any]], kind: str) -> None:
    """The parsed files are valid as JSON, too."""
    for path in CLEAN[kind]:
        assert wrong(schemas[kind], read_toml(path).data) == [], path


def test_what_is_imported_is_valid(tmp_path: Path, schemas: dict[str, dict[str, Any]]) -> None:
    """An overlay that is made of public files is valid by the schema of catalogues, however it is written."""
    files = [part for kind, name in EXTRACTS.items() for part in (kind, str(FOLDER / name))]
    dates = [part for kind, on in DATES.items() for part in ("--date", f"{kind}={on}")]
    for name in ("overlay.toml", "overlay.json"):
        path = tmp_path / name
        result = run("import", *files, *dates, "-o", path)
        assert result.exit_code == 0, result.output
        data = (read_toml if path.suffix == ".toml" else read_json)(path).data
        assert len(data["model"]) > 10
        assert wrong(schemas["catalog"], data) == []


def test_each_mistake_is_flagged_at_its_line(folder: Path) -> None:
    """The language tool flags each broken file on the lines that are wrong, and on no other."""
    notes = flagged(folder, "broken")
    assert len(notes) > 20
    for path in sorted(BROKEN.glob("*.toml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        marked = {(at, code) for at, line in enumerate(lines, start=1) for code in re.findall(r"#! (\S+)", line)}
        found = notes[path.name]
        assert marked <= found, path.name
        assert {at for at, _ in found} == {at for at, _ in marked}, path.name


@pytest.fixture(scope="module")
def ours() -> tuple[list[Source], list[Source]]:
    """The shipped rules and models, parsed."""
    return [read_toml(path, layer=layer) for layer, path in enumerate(RULES)], [
        read_toml(shipped.catalog_path("article"))
    ]


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.toml")), ids=lambda path: path.stem)
def test_what_a_schema_flags_is_refused(
    knowledge: Knowledge, schemas: dict[str, dict[str, Any]], ours: tuple[list[Source], list[Source]], path: Path
) -> None:
    """Every broken file is invalid as JSON and refused by the loader, or by lint: no schema is stricter than we are."""
    source = read_toml(path)
    (kind,) = re.findall(r"^#:schema \./(\w+)\.", source.text)
    assert wrong(schemas[kind], source.data)
    if path.stem == "misspelt-finding":  # a warning of lint
        return
    rules, catalogues = ours
    with pytest.raises(LoadError) as caught:  # noqa: PT012 - whichever of the two reads it
        if kind != "profile":
            load_knowledge(rules + [source] * (kind == "rules"), catalogues + [source] * (kind == "catalog"))
        read_case(source, knowledge)
    assert {error.place.file for error in caught.value.errors} == {path.as_posix()}


def test_whatever_loads_is_valid() -> None:
    """Random files that use every type, operator, effect and key are valid by the schemas over their own vocabulary."""
    vocabulary = parse_toml(VOCABULARY, "vocabulary.toml")
    schemas = schemas_of(load_knowledge([vocabulary], []))
    assert wrong(schemas["rules"], vocabulary.data) == []
    valid = 0
    for seed in range(50):
        chance = WideWorld(seed)
        rules = parse_toml('language = 1\npack = "rules"\n' + "".join(chance.rules), "rules.toml")
        models = parse_toml("language = 1\n" + "".join(chance.models), "models.toml")
        try:
            load_knowledge([vocabulary, rules], [models])
        except LoadError:
            continue  # no strata
        profile = {"requirements": chance.requirements}
        assert wrong(schemas["rules"], rules.data) == [], seed
        assert wrong(schemas["catalog"], models.data) == [], seed
        assert wrong(schemas["profile"], profile) == [], seed
        valid += 1
    assert valid > 25


def test_an_empty_world_has_schemas() -> None:
    """Without attributes, rules and models the schemas still are schemas."""
    for schema in schemas_of(load_knowledge([], [])).values():
        Draft7Validator.check_schema(schema)


def test_what_is_asked_lacks_nothing() -> None:
    """The entries by which readers are asked are right as they stand, so that each answer is about one key."""
    assert {kind: asking.needed(kind) for kind in ("document", "claim", "approval", "rule", "model")} == {
        "document": ("id", "title", "date"),
        "claim": ("id", "says"),
        "approval": ("rule", "model", "by", "on"),
        "rule": ("id", "because", "source", "advise"),
        "model": ("id",),
    }
    fitting, needs = asking.declarable("model", "set")
    assert {"partial", "inherited", "choices"} <= {*fitting}
    assert not {"unit", "marks", "default", "ask"} & {*fitting}
    assert needs == ("type", "choices")


def test_the_command_prints_them(schemas: dict[str, dict[str, Any]]) -> None:
    """``llmrules schema KIND`` prints the schema over the files that are named."""
    for kind in KINDS:
        result = run("schema", kind, "--rules", str(POLICY))
        assert (result.exit_code, json.loads(result.stdout)) == (0, json.loads(written(schemas[kind])))


def completed(folder: Path, kind: str, text: str) -> dict[str, str]:
    """Return what the language server offers at the end of a text, each with its explanation."""
    path = folder / f"typed.{kind}.toml"
    with LanguageServer([str(TOMBI), "lsp", "--offline"], folder) as server:
        return server.complete(path, f"#:schema ./{kind}.schema.json\n{text}")


def test_an_editor_completes_keys_operators_and_choices(folder: Path, knowledge: Knowledge) -> None:
    """What is offered while typing is what may stand there: attributes, operators of their type, choices, sources."""
    vocabulary = knowledge.ruleset.vocabulary
    rule = 'language = 1\npack = "x"\n[[rule]]\n'

    def offered(text: str, kind: str = "rules") -> Iterable[str]:
        return completed(folder, kind, text)

    assert {*vocabulary.names("requirement")} <= {*offered(f"{rule}when.")}
    assert not {*vocabulary.names(*MODEL_SIDE)} & {*offered(f"{rule}when.")}
    for name in ("tasks", "budget", "context_tokens", "personal_data"):
        assert {*operators_for(vocabulary[name])} <= {*offered(f"{rule}when.{name}.")}
    assert "has" not in offered(f"{rule}when.budget.")
    choices = completed(folder, "rules", f"{rule}when.budget = ")
    assert {*vocabulary["budget"].choice_ids} <= {name.strip('"') for name in choices}
    assert vocabulary["budget"].choices[0].means.read("en") in choices[f'"{vocabulary["budget"].choice_ids[0]}"']
    sources = completed(folder, "rules", f"{rule}source = ")
    assert knowledge.ruleset.citable["purchasing-policy-7"].title in sources['"purchasing-policy-7"']  # type: ignore[union-attr]
    assert {*vocabulary.stated("model")} <= {*offered('language = 1\n[[model]]\nid = "x"\n', "catalog")}
    assert {*vocabulary.names("requirement")} == {*offered("[requirements]\n", "profile")}
