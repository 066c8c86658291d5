"""The door for those who import llmrules: load knowledge once, decide many cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Literal, TypeAlias

from llmrules.catalog.cache import slot_for
from llmrules.catalog.restriction import Only, leave_out, restriction_of
from llmrules.decision.decision import Decision, Made
from llmrules.decision.judgement import judge
from llmrules.decision.knowledge import Knowledge, load_knowledge
from llmrules.decision.open_questions import STALE_AFTER
from llmrules.decision.ranking import OVER, Over, rank
from llmrules.engine.derivation import derive
from llmrules.engine.plain import PlainEngine
from llmrules.errors import CertificationError, EngineError, FileError, InputError, LoadError
from llmrules.language.approvals import Approval, check_approvals
from llmrules.language.profile import Profile, read_profile, state
from llmrules.language.rules.effects import UNKNOWN_POLICIES, Policy
from llmrules.reading import shipped
from llmrules.reading.files import Raw, Source, read_raw, read_toml, toml_files

if TYPE_CHECKING:
    from llmrules.engine.durable import DurableEngine

EngineName: TypeAlias = Literal["auto", "durable", "plain"]


class Advisor:
    """Rules and a catalogue, ready to decide. One advisor may be shared by threads."""

    def __init__(self, knowledge: Knowledge, *, engine: EngineName = "auto", settings: str | None = None) -> None:
        """Choose the engine: ``auto`` takes durable-rules where it can be imported, else the plain evaluator.

        ``settings`` names the file that said what was loaded; traces record it.
        """
        self.knowledge = knowledge
        self.settings = settings
        self._plain = PlainEngine(knowledge.program)
        self._durable = _durable_engine(knowledge, engine)

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
        """Load the shipped rules and catalogue and those given on top: files, or folders of ``*.toml`` files.

        A catalogue may also be one of ours by its name, such as ``2026-11`` (see ``shipped.catalog_names``).
        Each path is a layer above those before it: what a rule of an earlier layer locks, no later one may undo.
        ``shipped_rules=False`` keeps the shipped vocabulary and claims but none of the rules;
        ``shipped_catalog=False`` leaves the twelve models out. A catalogue may also be ``.json`` or ``.json.gz``; what
        large ones were read as is remembered on the disk. ``progress`` is told how many entries of how many in a
        catalogue are read. Raises LoadError with everything that is wrong.
        """
        failures: list[FileError] = []
        ours = shipped.rule_files(with_rules=shipped_rules)
        rule_files = [(path, f"rules/{path.name}", 0) for path in ours]
        rule_files += _layers(rules, failures)
        catalogues = [(shipped.catalog_file(), "catalog.toml", 0)] if shipped_catalog else []
        catalogues += _layers(catalog, failures, named=True)
        raw_rules = _read_all(rule_files, failures)
        raw_catalogues = _read_all(catalogues, failures, may_be_json=True)
        return cls(_know(raw_rules, raw_catalogues, failures, progress), engine=engine, settings=settings)

    @property
    def engine(self) -> str:
        """The name of the engine that fires the rules."""
        return self._plain.name if self._durable is None else self._durable.name

    def profile(self, source: Profile | Mapping[str, object] | str | Path) -> Profile:
        """Read a profile from a file or a mapping of requirements. Raises FileError, LoadError, or TypeError."""
        vocabulary = self.knowledge.ruleset.vocabulary
        if isinstance(source, Profile):
            return source
        if isinstance(source, Mapping):
            return state(source, vocabulary)
        return read_profile(read_toml(_file(source)), vocabulary)

    def decide(
        self,
        requirements: Profile | Mapping[str, object] | str | Path,
        *,
        unknown: Policy = "apart",
        over: Over = "models",
        only: Only | None = None,
        among: Iterable[str] | None = None,
        stale_after: int = STALE_AFTER,
    ) -> Decision:
        """Decide a case: requirements by name, or a profile or its file.

        ``unknown`` says what a hard rule does with a model whose check is unknown, where the rule itself says
        nothing. ``over`` says whether models are ranked, each by the best of its offers, or every offer for itself.
        ``among`` lists the ids of the models to choose from. ``only`` is a condition on them and their offers: one
        text or several as on the command line (``["openness=open-source", "context_window>=200k"]``), or a table as in
        a rule. Who is left out is neither judged nor ranked. Values whose newest source is more than ``stale_after``
        days old are counted as stale. Raises LoadError for requirements or conditions that are wrong,
        RestrictionError where nobody is left to judge, TypeError for what is no case, condition or list,
        CertificationError if the engines disagree.
        """
        _check_choice("unknown", unknown, UNKNOWN_POLICIES)
        _check_choice("over", over, OVER)
        if type(stale_after) is not int or stale_after < 1:
            message = f"stale_after must be a whole number of days from 1 on, not {stale_after!r}"
            raise ValueError(message)
        profile = self.profile(requirements)
        knowledge = self.knowledge
        restriction = restriction_of(only, among, knowledge.ruleset.vocabulary)
        clock = [perf_counter_ns()]
        facts = profile.facts()
        fired = (self._durable or self._plain).fire(facts)
        clock.append(perf_counter_ns())
        if self._durable is not None:
            self._certify(fired, self._plain.fire(facts))
        clock.append(perf_counter_ns())
        derivation = derive(knowledge.program, facts, fired)
        rules = knowledge.program.rules
        approvals = self._approvals(profile)
        criteria = knowledge.criteria_on(profile.as_of.first).on(derivation.facts)
        unjudged = leave_out(restriction, criteria.candidates)
        names, kept = sorted(rules[place].id for place in fired), criteria.everyone & ~unjudged.everyone
        approved = _approved(approvals, dict(criteria.candidates.models))
        judgement = judge(criteria, names, derivation.facts, unknown, approved, kept=kept)
        standing = rank(criteria, judgement, over)
        clock.append(perf_counter_ns())
        spans = zip(("fire", "certify", "judge"), clock, clock[1:], strict=False)
        return Decision(
            knowledge=knowledge,
            profile=profile,
            policy=unknown,
            derivation=derivation,
            criteria=criteria,
            judgement=judgement,
            standing=standing,
            approvals=approvals,
            made=Made(
                engine=self.engine,
                certified=self._durable is not None,
                decided_at=datetime.now(UTC).isoformat(timespec="seconds"),
                nanoseconds={name: end - start for name, start, end in spans},
                settings=self.settings,
            ),
            over=over,
            restriction=restriction,
            unjudged=unjudged,
            stale_after=stale_after,
        )

    def _approvals(self, profile: Profile) -> tuple[Approval, ...]:
        """Return the approvals that are in force on the day of the decision. Raises LoadError for those of nothing."""
        knowledge = self.knowledge
        if profile.approvals:
            problems: list[InputError] = []
            check_approvals(profile.approvals, knowledge.ruleset.rules, knowledge.catalog.models.keys(), problems)
            if problems:
                raise LoadError(problems)
        given = {*knowledge.catalog.approvals, *profile.approvals}
        return tuple(sorted((one for one in given if one.holds(profile.as_of)), key=lambda one: one.order))

    def _certify(self, durable: frozenset[int], plain: frozenset[int]) -> None:
        """Raise unless both engines fired the same rules."""
        if durable != plain:
            rules = self.knowledge.program.rules
            raise CertificationError(
                only_engine=(rules[place].id for place in durable - plain),
                only_plain=(rules[place].id for place in plain - durable),
            )


def _file(source: object) -> Path:
    """Return the path of a profile."""
    if isinstance(source, str | Path):
        return Path(source)
    message = f"a case is a mapping of requirements, a profile or its file, not {source!r}"
    raise TypeError(message)


def _check_choice(name: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        message = f"{name} must be one of {', '.join(allowed)}, not {value!r}"
        raise ValueError(message)


def _approved(approvals: Iterable[Approval], models: Mapping[str, int]) -> dict[str, int]:
    """Return the mask of the candidates that are approved, for each rule that asks for it."""
    masks: dict[str, int] = {}
    for approval in approvals:
        masks[approval.rule] = masks.get(approval.rule, 0) | models.get(approval.model, 0)
    return masks


def _durable_engine(knowledge: Knowledge, engine: EngineName) -> DurableEngine | None:
    if engine not in {"auto", "durable", "plain"}:
        message = f"engine must be auto, durable or plain, not {engine!r}"
        raise ValueError(message)
    if engine == "plain":
        return None
    from llmrules.engine import durable

    if not durable.available():
        if engine == "auto":
            return None
        message = 'durable-rules cannot be imported here; use engine="auto" or engine="plain"'
        raise EngineError(message)
    try:
        return durable.DurableEngine(knowledge.program)
    except EngineError:  # too many rules for it
        if engine == "auto":
            return None
        raise


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
        files = [(file, file.as_posix()) for file in toml_files([path])] if ours is None else [ours]
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
) -> Knowledge:
    """Load knowledge from the bytes of files; catalogues that are remembered are not parsed again."""
    slot = slot_for(rules, catalogues) if not failures else None
    known = slot.recall() if slot is not None else None
    sources = _parse_all(rules, failures)
    if known is not None:
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
