"""The door for those who import llmrules: load knowledge once, decide many cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Literal, TypeAlias

from llmrules import shipped
from llmrules.approvals import Approval, check_approvals
from llmrules.decision.decision import Decision, Made, rank
from llmrules.decision.judgement import judge
from llmrules.engine.derivation import derive
from llmrules.engine.plain import PlainEngine
from llmrules.errors import CertificationError, EngineError, FileError, InputError, LoadError
from llmrules.files import Source, read_toml, toml_files
from llmrules.knowledge import Knowledge, load_knowledge
from llmrules.profile import Profile, read_profile, state
from llmrules.rules.effects import UNKNOWN_POLICIES

if TYPE_CHECKING:
    from llmrules.engine.durable import DurableEngine

EngineName: TypeAlias = Literal["auto", "durable", "plain"]
Unknown: TypeAlias = Literal["apart", "exclude", "accept"]


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
    ) -> Advisor:
        """Load the shipped rules and catalogue and those given on top: files, or folders of ``*.toml`` files.

        Each path is a layer above those before it: what a rule of an earlier layer locks, no later one may undo.
        ``shipped_rules=False`` keeps the shipped vocabulary and claims but none of the rules;
        ``shipped_catalog=False`` leaves the twelve models out. Raises LoadError with everything that is wrong.
        """
        failures: list[FileError] = []
        ours = shipped.rule_files(with_rules=shipped_rules)
        rule_files = [(path, f"rules/{path.name}", 0) for path in ours]
        rule_files += _layers(rules)
        catalogues = [(shipped.catalog_file(), "catalog.toml", 0)] if shipped_catalog else []
        catalogues += _layers(catalog)
        read = [_read_all(files, failures) for files in (rule_files, catalogues)]
        return cls(load_knowledge(read[0], read[1], failures), engine=engine, settings=settings)

    @property
    def engine(self) -> str:
        """The name of the engine that fires the rules."""
        return self._plain.name if self._durable is None else self._durable.name

    def profile(self, source: Profile | Mapping[str, object] | str | Path) -> Profile:
        """Read a profile from a file or a mapping of requirements. Raises FileError or LoadError."""
        vocabulary = self.knowledge.ruleset.vocabulary
        if isinstance(source, Profile):
            return source
        if isinstance(source, Mapping):
            return state(source, vocabulary)
        return read_profile(read_toml(Path(source)), vocabulary)

    def decide(
        self, requirements: Profile | Mapping[str, object] | str | Path, *, unknown: Unknown = "apart"
    ) -> Decision:
        """Decide a case: requirements by name, or a profile or its file.

        ``unknown`` says what a hard rule does with a model whose check is unknown, where the rule itself says
        nothing. Raises LoadError for requirements that are wrong, CertificationError if the engines disagree.
        """
        if unknown not in UNKNOWN_POLICIES:
            message = f"unknown must be one of {', '.join(UNKNOWN_POLICIES)}, not {unknown!r}"
            raise ValueError(message)
        profile = self.profile(requirements)
        knowledge = self.knowledge
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
        judgement = judge(
            *(knowledge.criteria, sorted(rules[place].id for place in fired), derivation.facts, unknown),
            _approved(approvals, knowledge.index),
        )
        ranking = rank(knowledge, judgement, judgement.eligible)
        unverified = rank(knowledge, judgement, judgement.unverified)
        clock.append(perf_counter_ns())
        spans = zip(("fire", "certify", "judge"), clock, clock[1:], strict=False)
        return Decision(
            knowledge=knowledge,
            profile=profile,
            policy=unknown,
            derivation=derivation,
            judgement=judgement,
            approvals=approvals,
            made=Made(
                engine=self.engine,
                certified=self._durable is not None,
                decided_at=datetime.now(UTC).isoformat(timespec="seconds"),
                nanoseconds={name: end - start for name, start, end in spans},
                settings=self.settings,
            ),
            ranking=ranking,
            unverified=unverified,
        )

    def _approvals(self, profile: Profile) -> tuple[Approval, ...]:
        """Return the approvals that are in force on the day of the decision. Raises LoadError for those of nothing."""
        knowledge = self.knowledge
        if profile.approvals:
            problems: list[InputError] = []
            check_approvals(profile.approvals, knowledge.ruleset.rules, knowledge.index, problems)
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


def _approved(approvals: Iterable[Approval], index: Mapping[str, int]) -> dict[str, int]:
    """Return the mask of the models that are approved, for each rule that asks for it."""
    masks: dict[str, int] = {}
    for approval in approvals:
        bit = 1 << index[approval.model] if approval.model in index else 0
        masks[approval.rule] = masks.get(approval.rule, 0) | bit
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


def _layers(given: Iterable[str | Path]) -> list[tuple[Path, str, int]]:
    """Return the files of each path with their layer; one path alone is a common slip for a list of one."""
    paths = [given] if isinstance(given, str | Path) else list(given)
    return [(file, file.as_posix(), layer) for layer, path in enumerate(paths, start=1) for file in toml_files([path])]


def _read_all(files: Iterable[tuple[Path, str, int]], failures: list[FileError]) -> list[Source]:
    read = []
    for path, name, layer in files:
        try:
            read.append(read_toml(path, name, layer=layer))
        except FileError as error:
            failures.append(error)
    return read
