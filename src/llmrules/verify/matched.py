"""Matching: whether ``given`` is what stands in the rule files, catalogues and profile handed over.

The only module of the checker that uses the readers of files. It compares what they read with what the trace
records, part by part; what nobody handed over is not compared, and the report says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, field, frozen

from llmrules.catalog import Catalog, read_catalog
from llmrules.errors import CatalogError, LoadError
from llmrules.language.profile import Approval, Profile, Requirement, in_order, read_profile, state
from llmrules.language.rules.ruleset import RuleSet, read_ruleset
from llmrules.language.sources import read_sources
from llmrules.language.values import period
from llmrules.language.vocabulary import AS_OF, Attribute, Vocabulary
from llmrules.reading import shipped
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import Source, read_catalog_file, read_json, read_toml, toml_files
from llmrules.trace.codec import plain
from llmrules.trace.given import CHOICES, Given, Spelling, structure
from llmrules.verify.kernel.refusal import Plain, Refusal, compare
from llmrules.verify.kernel.shape import digest
from llmrules.verify.report import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.errors import InputError

Paths: TypeAlias = "Iterable[str | Path] | str | Path"
Case: TypeAlias = "Source | Profile | Mapping[str, object] | str | Path"

BY_RULES = ("vocabulary", "rules", "disabled", "promises")
BY_EITHER = ("documents", "claims")
CHOSEN = tuple(choice for choice in CHOICES if choice != "unknown")
"""What whoever decided chose, and no file says; the policy for what is unknown goes with the profile."""

SENTENCE = "is not what the files handed over say"


@frozen(eq=False)
class Files:
    """What is handed over: None for what is not. ``unknown`` is the policy that goes with the profile.

    With ``attrs.evolve`` another profile goes with the same rules and catalogues, which are then read once.
    """

    rules: tuple[Source, ...] | None = None
    catalogues: tuple[Source, ...] | None = None
    profile: Source | Profile | Mapping[str, object] | None = None
    unknown: str = "apart"


def read_files(
    rules: Paths | None,
    catalog: Paths | None,
    profile: Case | None,
    *,
    unknown: str,
    shipped_rules: bool,
    shipped_catalog: bool,
) -> Files:
    """Read what is handed over, the shipped rules and catalogue beneath it. Raises FileError."""
    if isinstance(profile, str | Path):
        path = Path(profile)
        profile = read_json(path) if path.suffix == ".json" else read_toml(path)
    return Files(
        rules=_read(shipped.rule_files(with_rules=shipped_rules), rules, read_toml),
        catalogues=_catalogues(catalog, newest=shipped_catalog),
        profile=profile,
        unknown=unknown,
    )


def _catalogues(given: Paths | None, *, newest: bool) -> tuple[Source, ...] | None:
    """Read the catalogues that are handed over, those of ours by their names; None where none is given."""
    if given is None:
        return None
    named = [given] if isinstance(given, str | Path) else [*given]
    beneath = [path for path, _ in shipped.catalogs_beneath(named, newest=newest)]
    return _read(beneath, shipped.located(named), read_catalog_file)


def _read(ours: list[Path], given: Paths | None, read: Callable[..., Source]) -> tuple[Source, ...] | None:
    """Read our files and those on top of them, each path given a layer of its own; None where none is given."""
    if given is None:
        return None
    paths = [given] if isinstance(given, str | Path) else list(given)
    layers = [(path, layer) for layer, one in enumerate(paths, 1) for path in toml_files([one])]
    return tuple(read(path, layer=layer) for path, layer in (*((path, 0) for path in ours), *layers))


def check_matched(document: dict[str, Plain], files: Files) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Refuse the first part of ``given`` that differs; return the parts that were compared, and remarks.

    A refusal says which file was not handed over, where documents tell. Raises LoadError where the files handed over
    are wrong by themselves.
    """
    try:
        return _check_parts(document, files)
    except Refusal as refusal:
        if files.rules is None or files.catalogues is None:
            raise
        handed_over = {one["id"] for one in _said_by_rules(files.rules, files.catalogues).parts["documents"]}
        missing = not_handed_over({one["id"] for one in document["given"]["documents"]}, handed_over)
        if missing is None:
            raise
        refusal.wrong = refusal.wrong._replace(sentence=f"{refusal.wrong.sentence}; {missing}")
        raise


def not_handed_over(recorded: Collection[str], handed_over: Collection[str]) -> str | None:
    """Return what else a trace was made with, by the ids of documents; None where all that it records are there."""
    missing = {*recorded} - {*handed_over}
    if not missing:
        return None
    ours = {name: _documents(name) for name in shipped.catalog_names()}
    names = [name for name, its in ours.items() if its & missing and its <= {*recorded}]
    if names:
        options = " ".join(f"--catalog {name}" for name in names)
        return f"it was made with a catalogue of ours that was not handed over: add {options}"
    first = min(missing)
    return f"it was made with a file that was not handed over, the one with document {first}: add --rules or --catalog"


def _documents(name: str) -> set[str]:
    """Return the ids of the documents that a named catalogue of ours declares."""
    return {one["id"] for one in read_toml(shipped.catalog_path(name)).data.get("document", ())}


def _check_parts(document: dict[str, Plain], files: Files) -> tuple[tuple[str, ...], tuple[str, ...]]:
    given, remarks, matched = document["given"], [], []
    if files.rules is not None:
        said = _said_by_rules(files.rules, files.catalogues)
    else:
        said = _said_by_catalogues(files.catalogues, given)
    for part, its in said.parts.items():
        if part in BY_EITHER and (files.rules is None or files.catalogues is None):
            _check_among(f"/given/{part}", given[part], its)
            continue
        if document["digests"]["parts"][part] != said.digests[part] and part == "catalogue":
            recorded, handed_over = map(_with_values, (given[part], its))
            compare("files", "/given/catalogue/models", recorded, handed_over, SENTENCE)
        elif document["digests"]["parts"][part] != said.digests[part]:
            compare("files", f"/given/{part}", given[part], its, SENTENCE)
        matched.append(part)
    if files.profile is not None:
        profile = _profile(files, said.vocabulary)
        day = next(one for one in given["requirements"] if one["attribute"] == AS_OF.name)
        if day["origin"] == "assumed":
            profile = _on_the_day(profile, day["value"])
            remarks.append(_assumed(day["value"], document["made_by"]["decided_at"], given["requirements"].index(day)))
        requirements = Spelling.of(said.vocabulary).write(profile.requirements)
        compare("files", "/given/requirements", given["requirements"], requirements, SENTENCE)
        compare("files", "/given/unknown", given["unknown"], files.unknown, "is not the policy that was asked for")
        matched += ["requirements", "unknown"]
        if files.catalogues is not None:
            approvals = plain(in_order((*said.approvals, *profile.approvals)))
            compare("files", "/given/approvals", given["approvals"], approvals, SENTENCE)
            matched.append("approvals")
    remarks.insert(0, f"compared with files: {', '.join(matched)}")
    if rest := [part for part in given if part not in (*matched, *CHOSEN)]:
        remarks.insert(1, f"not compared, since no file for it was handed over: {', '.join(rest)}")
    chosen = [f"{name} = {shown(given[name])}" for name in CHOSEN]
    remarks.append(f"not compared: {', '.join(chosen)}, as whoever decided chose")
    return tuple(matched), tuple(remarks)


def _with_values(catalogue: Plain) -> list[Plain]:
    """Return the models of a catalogue with their values in the place of their places."""

    def own(one: Plain) -> Plain:
        return one | {"attributes": {name: catalogue["values"][name][at] for name, at in one["attributes"].items()}}

    return [own(model) | {"offers": [*map(own, model["offers"])]} for model in catalogue["models"]]


@frozen(eq=False)
class _Said:
    """What files make of ``given``: its parts with their digests, and what other files are read by."""

    vocabulary: Vocabulary
    parts: dict[str, Plain] = field(factory=dict)
    approvals: tuple[Approval, ...] = ()
    digests: dict[str, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "digests", {name: digest(part) for name, part in self.parts.items()})


@lru_cache(maxsize=4)
def _said_by_rules(rules: tuple[Source, ...], catalogues: tuple[Source, ...] | None) -> _Said:
    """Return what rule files, and catalogues if there are any, make of ``given``."""
    problems: list[InputError] = []
    ruleset = read_ruleset(rules, catalogues or (), problems)
    if catalogues is None:  # a rule may cite a document of a catalogue
        problems = [problem for problem in problems if problem.code != "unknown-source"]
        catalog = Catalog({})
    else:
        catalog = read_catalog(catalogues, ruleset.vocabulary, ruleset.citable, problems)
    if problems:
        raise LoadError(problems)
    record = Spelling.of(ruleset.vocabulary).write(Given.of(ruleset, catalog))
    parts = [*BY_RULES, *BY_EITHER, *(["catalogue"] if catalogues is not None else [])]
    return _Said(ruleset.vocabulary, {part: record[part] for part in parts}, catalog.approvals)


def _said_by_catalogues(catalogues: tuple[Source, ...] | None, given: Plain) -> _Said:
    """Return what catalogues make of ``given``, read by the vocabulary that the trace records."""
    recorded = structure(given["vocabulary"], tuple[Attribute, ...], "given")
    vocabulary = Vocabulary({one.name: one for one in recorded})
    if catalogues is None:
        return _Said(vocabulary)
    problems: list[InputError] = []
    citable = read_sources([Cursor.top(source, CatalogError, problems) for source in catalogues])
    named = {one["id"] for part in BY_EITHER for one in given[part]}
    catalog = read_catalog(catalogues, vocabulary, named | citable.keys(), problems)
    if problems:
        sentence = f"cannot read the catalogue handed over: {problems[0].message} ({problems[0].place})"
        raise Refusal("files", "/given/vocabulary", sentence)
    bare = RuleSet(vocabulary, citable, {}, (), (), {}, {})
    record = Spelling.of(vocabulary).write(Given.of(bare, catalog))
    return _Said(vocabulary, {part: record[part] for part in (*BY_EITHER, "catalogue")}, catalog.approvals)


def _check_among(at: str, found: list[Plain], expected: list[Plain]) -> None:
    """Refuse what does not stand, as it is, among more that nobody handed over."""
    places = {one["id"]: (index, one) for index, one in enumerate(found)}
    for one in expected:
        if one["id"] not in places:
            raise Refusal("files", at, f"lack {one['id']}, which the files handed over have", expected=one)
        index, its = places[one["id"]]
        compare("files", f"{at}/{index}", its, one, SENTENCE)


def _profile(files: Files, vocabulary: Vocabulary) -> Profile:
    """Read the profile by the vocabulary of the rule files, or else by the one that the trace records."""
    source = files.profile
    if isinstance(source, Profile):
        return source
    try:
        return read_profile(source, vocabulary) if isinstance(source, Source) else state(source or {}, vocabulary)
    except LoadError as error:
        if files.rules is not None:
            raise
        first = error.errors[0]
        sentence = f"cannot read the profile handed over: {first.message} ({first.place})"
        raise Refusal("files", "/given/vocabulary", sentence) from None


def _assumed(day: str, clock: str, index: int) -> str:
    """Return what is to be said of a day that no file states; refuse one on which the clock that is claimed was not."""
    try:
        off = abs((datetime.fromisoformat(clock).astimezone(UTC).date() - date.fromisoformat(day)).days)
    except (ValueError, OverflowError):
        off = None
    if off is None or off > 1:
        sentence = "was assumed to be the day of the decision, which its own clock does not say"
        raise Refusal("files", f"/given/requirements/{index}/value", sentence, found=day, expected=clock)
    return f"not compared: as_of, which was assumed to be {day}, the day of the decision"


def _on_the_day(profile: Profile, day: str) -> Profile:
    """Return the profile as of the day of the decision, where it does not say one itself."""
    when = period(day)
    return evolve(
        profile,
        requirements=tuple(
            Requirement(one.attribute, when, one.origin)
            if one.attribute == AS_OF.name and one.origin == "assumed" and when is not None
            else one
            for one in profile.requirements
        ),
    )
