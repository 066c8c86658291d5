"""Rules and a catalogue, ready to decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from llmrules.advisor.decision import Decision, Keeper
from llmrules.advisor.many import Brief, Job, each
from llmrules.catalog.restriction import Only, restriction_of
from llmrules.decision import procedure
from llmrules.decision.knowledge import Knowledge, load_knowledge
from llmrules.engine.firing import EngineName, Engines
from llmrules.errors import FileError, LlmrulesError
from llmrules.language.profile import CaseReader, Profile, read_profile
from llmrules.language.settings import discreet, for_folder
from llmrules.language.sources import STALE_AFTER
from llmrules.reading import shipped
from llmrules.reading.files import read_catalog_file, read_toml, toml_files

if TYPE_CHECKING:
    from llmrules.decision.judgement import Over
    from llmrules.language.rules.effects import Policy

T = TypeVar("T")


class Advisor:
    """Rules and a catalogue, ready to decide. One advisor may be shared by threads."""

    def __init__(
        self,
        knowledge: Knowledge,
        *,
        engine: EngineName = "auto",
        settings: str | None = None,
        unknown: Policy = "apart",
    ) -> None:
        """Choose the engine: ``auto`` takes durable-rules where it can be imported, else the plain evaluator.

        ``settings`` names the file that said what was loaded; traces record it. ``unknown`` is the policy where none
        is named.
        """
        self.knowledge = knowledge
        self.unknown = unknown
        self.settings = settings
        self._engines = Engines(knowledge.program, engine)
        self._recorder = Keeper(knowledge)
        self._cases = CaseReader(knowledge.ruleset.vocabulary)

    @classmethod
    def load(
        cls,
        *,
        rules: Iterable[str | Path] = (),
        catalog: Iterable[str | Path] = (),
        shipped_rules: bool = True,
        shipped_catalog: bool = True,
        engine: EngineName = "auto",
        settings: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Advisor:
        """Load the shipped rules and our newest catalogue, and what is given on top: files, or folders of ``*.toml``.

        A catalogue may also be one of ours by its name, ``article`` or a month such as ``2026-11`` (see
        ``shipped.catalog_names``); it takes the place of the newest one.
        Each path is a layer above those before it: what a rule of an earlier layer locks, no later one may undo.
        ``shipped_rules=False`` keeps the shipped vocabulary and claims but none of the rules;
        ``shipped_catalog=False`` leaves our models out. A catalogue may also be ``.json`` or ``.json.gz``. ``progress``
        is told how many entries of how many in a catalogue are read. Raises LoadError with everything that is wrong.
        """
        knowledge = _load(rules, catalog, with_rules=shipped_rules, with_catalog=shipped_catalog, progress=progress)
        return cls(knowledge, engine=engine, settings=settings)

    @classmethod
    def project(cls, folder: str | Path = ".", *, engine: EngineName = "auto") -> Advisor:
        """Load what the project says that a folder lies in, as the commands do: rules, catalogues, and its policy.

        Its settings stand in ``llmrules.toml`` or ``pyproject.toml``, in the folder or the nearest one above; where
        there are none, it is what ``load`` loads. Raises LoadError or FileError with everything that is wrong.
        """
        settings = for_folder(Path(folder))
        file = None if settings.file is None else settings.file.as_posix()
        try:
            loaded = cls.load(
                rules=settings.rules,
                catalog=settings.catalog,
                shipped_rules=settings.shipped_rules,
                shipped_catalog=settings.shipped_catalog,
                engine=engine,
                settings=file,
            )
        except LlmrulesError as error:
            raise discreet(error, settings) from None
        loaded.unknown = settings.unknown or "apart"
        return loaded

    def __repr__(self) -> str:
        """Return what is loaded."""
        rules, models = len(self.knowledge.ruleset.rules), len(self.knowledge.models)
        return f"<Advisor: {rules} rules, {models} models, engine {self.engine}>"

    @property
    def engine(self) -> str:
        """The name of the engine that fires the rules."""
        return self._engines.name

    def profile(self, source: Profile | Mapping[str, object] | str | Path) -> Profile:
        """Read a profile from a file or a mapping of requirements. Raises FileError, LoadError, or TypeError."""
        vocabulary = self.knowledge.ruleset.vocabulary
        if isinstance(source, Profile):
            return source
        if isinstance(source, Mapping):
            return self._cases.read(source)
        return read_profile(read_toml(_file(source)), vocabulary)

    def decide(
        self,
        requirements: Profile | Mapping[str, object] | str | Path,
        *,
        unknown: Policy | None = None,
        over: Over = "models",
        only: Only | None = None,
        among: Iterable[str] | None = None,
        stale_after: int = STALE_AFTER,
        keep_promises: bool = True,
    ) -> Decision:
        """Decide a case: requirements by name, or a profile or its file.

        ``unknown`` says what a hard rule does with a model whose check is unknown, where the rule itself says
        nothing; where it is not named it is the project's, else ``apart``. ``over`` says whether models are ranked,
        each by the best of its offers, or every offer for itself. ``among`` lists the ids of the models to choose from.
        ``only`` is a condition on them and their offers: one text or several as on the command line
        (``["openness=open-source", "context_window>=200k"]``), or a table as in a rule. Who is left out is neither
        judged nor ranked. Values whose newest source is more than ``stale_after`` days old are counted as stale.
        Raises LoadError for requirements or conditions that are wrong, RestrictionError where nobody is left to judge,
        TypeError for what is no case, condition or list, CertificationError if the engines disagree, and PromiseError
        where the decision does not keep what the rules promise; with ``keep_promises=False`` it is returned all the
        same, and its ``promises`` say so.
        """
        knowledge = self.knowledge
        decided = procedure.decide(
            knowledge,
            self._engines,
            self.profile(requirements),
            unknown=unknown or self.unknown,
            over=over,
            restriction=restriction_of(only, among, knowledge.ruleset.vocabulary),
            stale_after=stale_after,
            settings=self.settings,
        )
        decision = Decision.of(decided, self._recorder)
        if keep_promises:
            decision.check_promises()
        return decision

    def decide_many(
        self,
        cases: Iterable[object],
        *,
        summary: Callable[[Decision], Any] = Brief.of,
        workers: int = 1,
        **options: object,
    ) -> Iterator[Any]:
        """Decide many cases, and yield in their order what ``summary`` makes of each decision, or the case's error.

        It streams: cases are read as they are needed. With several ``workers`` they are decided in so many processes,
        which ``summary`` and what it returns must be able to enter and leave: a function of a module, plain values.
        ``options`` are those of ``decide``. Raises EngineError where an engine fails.
        """
        return each(Job(self.decide, summary, options), cases, workers)


def _load(
    rules: Iterable[str | Path],
    catalog: Iterable[str | Path],
    *,
    with_rules: bool,
    with_catalog: bool,
    progress: Callable[[int, int], None] | None,
) -> Knowledge:
    """Load what is shipped, as far as it is wanted, and what is given on top of it. Raises LoadError."""
    failures: list[FileError] = []
    rule_files = [(path, f"rules/{path.name}", 0) for path in shipped.rule_files(with_rules=with_rules)]
    rule_files += _layers(rules, failures)
    catalog = [catalog] if isinstance(catalog, str | Path) else [*catalog]  # one alone is a common slip
    beneath = shipped.catalogs_beneath(catalog, newest=with_catalog)
    catalogues = [(path, name, 0) for path, name in beneath] + _layers(catalog, failures, named=True)
    sources = _all((partial(read_toml, path, name, layer=layer) for path, name, layer in rule_files), failures)
    parsed = _all((partial(read_catalog_file, path, name, layer=layer) for path, name, layer in catalogues), failures)
    return load_knowledge(sources, parsed, failures, progress=progress)


def _layers(
    given: Iterable[str | Path], failures: list[FileError], *, named: bool = False
) -> list[tuple[Path, str, int]]:
    """Return the files of each path with their layer.

    ``named`` says that the name of a shipped catalogue may stand for its file.
    """
    found = []
    for layer, path in enumerate([given] if isinstance(given, str | Path) else given, start=1):
        misnamed = shipped.misnamed_catalog(path) if named else None
        if misnamed is not None:
            failures.append(misnamed)
            continue
        ours = shipped.named_catalog(path) if named else None
        try:
            files = [(file, file.as_posix()) for file in toml_files([path])] if ours is None else [ours]
        except FileError as error:
            failures.append(error)
            continue
        found += [(file, name, layer if ours is None else 0) for file, name in files]
    return found


def _all(made: Iterable[Callable[[], T]], failures: list[FileError]) -> list[T]:
    """Return what can be made of files, and note what is wrong with the others."""
    found = []
    for make in made:
        try:
            found.append(make())
        except FileError as error:
            failures.append(error)
    return found


def _file(source: object) -> Path:
    """Return the path of a profile."""
    if isinstance(source, str | Path):
        return Path(source)
    message = f"a case is a mapping of requirements, a profile or its file, not {source!r}"
    raise TypeError(message)
