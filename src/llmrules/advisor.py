"""The door for those who import llmrules: load knowledge once, decide many cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, fields, frozen

from llmrules.catalog.cache import slot_for
from llmrules.catalog.restriction import Only, restriction_of
from llmrules.decision import decision, procedure
from llmrules.decision.knowledge import Knowledge, load_knowledge
from llmrules.decision.resting import STALE_AFTER
from llmrules.engine.engines import EngineName, Engines
from llmrules.errors import FileError, LlmrulesError, LoadError
from llmrules.language.profile import Profile, read_profile, state
from llmrules.language.settings import discreet, for_folder
from llmrules.language.stating import CaseReader
from llmrules.reading import shipped
from llmrules.reading.files import Raw, Source, read_raw, read_toml, toml_files
from llmrules.trace.recorder import Recorder
from llmrules.worlds.advice.asking import next_questions
from llmrules.worlds.advice.finding_out import worth_finding_out
from llmrules.worlds.advice.firmness import firmness
from llmrules.worlds.advice.relaxing import Relaxing
from llmrules.worlds.changes import Stated
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from llmrules.decision.ranking import Over
    from llmrules.language.rules.effects import Policy
    from llmrules.language.texts import Language
    from llmrules.say.why import Explanation
    from llmrules.trace.record import Trace
    from llmrules.worlds.advice.asking import Questions
    from llmrules.worlds.advice.finding_out import WorthKnowing
    from llmrules.worlds.advice.firmness import Firmness
    from llmrules.worlds.advice.relaxing import Found, NearMiss, Relaxation


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
        self._recorder = Recorder(knowledge)
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
        cache: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> Advisor:
        """Load the shipped rules and catalogue and those given on top: files, or folders of ``*.toml`` files.

        A catalogue may also be one of ours by its name, such as ``2026-11`` (see ``shipped.catalog_names``).
        Each path is a layer above those before it: what a rule of an earlier layer locks, no later one may undo.
        ``shipped_rules=False`` keeps the shipped vocabulary and claims but none of the rules;
        ``shipped_catalog=False`` leaves the twelve models out. A catalogue may also be ``.json`` or ``.json.gz``; what
        large ones were read as is remembered on the disk, unless ``cache=False``. ``progress`` is told how many entries
        of how many in a catalogue are read. Raises LoadError with everything that is wrong.
        """
        failures: list[FileError] = []
        ours = shipped.rule_files(with_rules=shipped_rules)
        rule_files = [(path, f"rules/{path.name}", 0) for path in ours]
        rule_files += _layers(rules, failures)
        catalogues = [(shipped.catalog_file(), "catalog.toml", 0)] if shipped_catalog else []
        catalogues += _layers(catalog, failures, named=True)
        raw_rules = _read_all(rule_files, failures)
        raw_catalogues = _read_all(catalogues, failures, may_be_json=True)
        return cls(_know(raw_rules, raw_catalogues, failures, progress, cache=cache), engine=engine, settings=settings)

    @classmethod
    def project(cls, folder: str | Path = ".", *, engine: EngineName = "auto") -> Advisor:
        """Load what the project says that a folder lies in, as the commands do: rules, catalogues, and its policy.

        Its settings stand in ``llmrules.toml`` or ``pyproject.toml``, in the folder or the nearest one above; where
        there are none, it is what ``load`` loads. Raises LoadError or FileError with everything that is wrong.
        """
        settings = for_folder(Path(folder))
        file = None if settings.file is None else settings.file.as_posix()
        try:
            loaded = cls.load(rules=settings.rules, catalog=settings.catalog, engine=engine, settings=file)
        except LlmrulesError as error:
            raise discreet(error, settings) from None
        loaded.unknown = settings.unknown or "apart"
        return loaded

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
    ) -> Decision:
        """Decide a case: requirements by name, or a profile or its file.

        ``unknown`` says what a hard rule does with a model whose check is unknown, where the rule itself says
        nothing; where it is not named it is the project's, else ``apart``. ``over`` says whether models are ranked,
        each by the best of its offers, or every offer for itself. ``among`` lists the ids of the models to choose from.
        ``only`` is a condition on them and their offers: one text or several as on the command line
        (``["openness=open-source", "context_window>=200k"]``), or a table as in a rule. Who is left out is neither
        judged nor ranked. Values whose newest source is more than ``stale_after`` days old are counted as stale.
        Raises LoadError for requirements or conditions that are wrong, RestrictionError where nobody is left to judge,
        TypeError for what is no case, condition or list, CertificationError if the engines disagree.
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
        return Decision.of(decided, self._recorder)


NOTHING_ELSE: Mapping[str, object] = {}


@frozen(eq=False, slots=False)
class Decision(decision.Decision):
    """What the rules say of a case, with its record and its words."""

    recorder: Recorder = field(repr=False, kw_only=True)

    @classmethod
    def of(cls, decided: decision.Decision, recorder: Recorder | None = None) -> Decision:
        """Return what was decided, with a recorder of its knowledge."""
        parts = {one.name: getattr(decided, one.name) for one in fields(decision.Decision)}
        return cls(**parts, recorder=recorder or Recorder(decided.knowledge))

    @cached_property
    def trace(self) -> Trace:
        """The complete record, as values."""
        return self.recorder.trace(self)

    def screen(self, language: Language = "en") -> str:
        """Return the decision on one screen: the answer, what earned it, who is next, who is out, what to ask."""
        from llmrules.say.report.screen import screen_lines  # who only decides does not load what tells

        return "\n".join(map(str, screen_lines(self.trace, language)))

    @cached_property
    def _ways(self) -> Relaxing:
        return Relaxing(World.of(self))

    @cached_property
    def conflict_sets(self) -> Found[tuple[str, ...]]:
        """Every smallest set of stated requirements that leaves nobody eligible by itself."""
        return self._ways.conflict_sets()

    @cached_property
    def relaxations(self) -> Found[Relaxation]:
        """Every smallest change of what is stated with which somebody is eligible; none at all where somebody is."""
        return self._ways.relaxations()

    def near_misses(self, count: int = 3) -> Found[NearMiss]:
        """Return models that are not eligible, those in whose way the fewest requirements stand first."""
        return self._ways.near_misses(count)

    def what_would_it_take(self, model: str) -> tuple[Found[Relaxation], Found[Relaxation]]:
        """Return the smallest changes with which a model is eligible, and with which it is first. Raises KeyError."""
        self.verdict(model)
        return self._ways.toward(model)

    def what_if(self, requirements: Mapping[str, object] = NOTHING_ELSE, /, **more: object) -> Decision:
        """Decide again with some requirements stated otherwise, or not at all (None). Raises LoadError."""
        asked = {**requirements, **more}
        vocabulary = self.knowledge.ruleset.vocabulary
        stated = {name: value for name, value in asked.items() if value is not None}
        read = state({**stated, **dict.fromkeys(asked.keys() - vocabulary.names("requirement"), 0)}, vocabulary)
        values = {one.attribute: one.value for one in read.requirements}
        there = World.of(self).changed(*(Stated(name, values[name] if name in stated else None) for name in asked))
        assert there is not None  # noqa: S101 - the rules and the catalogue are the same
        return Decision.of(there.decide(), self.recorder)

    @cached_property
    def next_questions(self) -> Questions:
        """What to ask next: the requirements not stated that still matter, and by how much."""
        return next_questions(World.of(self))

    @cached_property
    def firmness(self) -> Firmness | None:
        """How firm the first place is, and until when it stays; None where nobody is first."""
        return firmness(World.of(self))

    @cached_property
    def worth_finding_out(self) -> tuple[WorthKnowing, ...]:
        """The unknown values of the catalogue that could change who is first, were they known."""
        return worth_finding_out(World.of(self))

    def report(self, language: Language = "en") -> str:
        """Return the decision with all its reasons and sources, as plain text."""
        from llmrules.say.report.report import build_report  # who only decides does not load what tells
        from llmrules.say.report.text import render_text

        return render_text(build_report(self.trace, language))

    def html(self, language: Language = "en") -> str:
        """Return the decision as one page of HTML, which needs nothing else."""
        from llmrules.say.page import render_page

        return render_page(self.trace, language)

    def markdown(self, language: Language = "en") -> str:
        """Return the whole report as Markdown."""
        from llmrules.say.report.markdown import render_markdown
        from llmrules.say.report.report import build_report

        return render_markdown(build_report(self.trace, language))

    def mermaid(self, language: Language = "en", *, model: str | None = None) -> str:
        """Return the derivation, or what of it concerns one model, as a Mermaid flowchart. Raises UnknownModelError."""
        from llmrules.say.report.mermaid import render_mermaid

        return render_mermaid(self.trace, language, model)

    def __str__(self) -> str:
        """Return the decision on one screen, in English."""
        return self.screen()

    def __repr__(self) -> str:
        """Return the answer on one line, and what was asked."""
        from llmrules.say.report.report import build_report

        stated = ", ".join(f"{one.attribute}={one.value!s}" for one in self.profile.requirements)
        return f"<Decision: {build_report(self.trace).answer} ({stated})>"

    def _repr_html_(self) -> str:
        """Return the page for a notebook, in a frame of its own, so that its style touches nothing else."""
        style = "width:100%;height:40em;border:0"
        return f'<iframe style="{style}" sandbox="allow-scripts" srcdoc="{escape(self.html())}"></iframe>'

    def why(self, model: str, language: Language = "en") -> Explanation:
        """Return why a model stands where it stands; ``print`` it, or walk its tree. Raises UnknownModelError."""
        from llmrules.say.why import why

        return why(self.trace, model, language)


def _file(source: object) -> Path:
    """Return the path of a profile."""
    if isinstance(source, str | Path):
        return Path(source)
    message = f"a case is a mapping of requirements, a profile or its file, not {source!r}"
    raise TypeError(message)


def _layers(
    given: Iterable[str | Path], failures: list[FileError], *, named: bool = False
) -> list[tuple[Path, str, int]]:
    """Return the files of each path with their layer; one path alone is a common slip for a list of one.

    ``named`` says that the name of a shipped catalogue may stand for its file.
    """
    paths = [given] if isinstance(given, str | Path) else list(given)
    found = []
    for layer, path in enumerate(paths, start=1):
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
        found += [(file, name, layer) for file, name in files]
    return found


def _read_all(
    files: Iterable[tuple[Path, str, int]], failures: list[FileError], *, may_be_json: bool = False
) -> list[Raw]:
    read = []
    for path, name, layer in files:
        try:
            read.append(read_raw(path, name, layer=layer, may_be_json=may_be_json))
        except FileError as error:
            failures.append(error)
    return read


def _know(
    rules: Sequence[Raw],
    catalogues: Sequence[Raw],
    failures: list[FileError],
    progress: Callable[[int, int], None] | None,
    *,
    cache: bool,
) -> Knowledge:
    """Load knowledge from the bytes of files; catalogues that are remembered are not parsed again."""
    slot = slot_for(rules, catalogues) if cache and not failures else None
    known = slot.recall() if slot is not None else None
    sources = _parse_all(rules, failures)
    if known is not None:
        with suppress(LoadError):  # what was remembered is wrong, or what is wrong with the files is found again
            return load_knowledge(sources, known.sources, failures, catalog=known.catalog)
    parsed = _parse_all(catalogues, failures)
    knowledge = load_knowledge(sources, parsed, failures, progress=progress)
    if slot is not None:
        slot.remember(knowledge.catalog, parsed)
    return knowledge


def _parse_all(files: Iterable[Raw], failures: list[FileError]) -> list[Source]:
    parsed = []
    for file in files:
        try:
            parsed.append(file.parse())
        except FileError as error:
            failures.append(error)
    return parsed
