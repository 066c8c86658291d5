"""What a decision rests on, in the classes of the language and of the catalogue themselves, and how it stands in JSON.

A rule, a condition and a value are read by the loader that reads those of files, so that a trace may say what a file
may say, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs
from attrs import evolve, frozen
from cattrs import BaseValidationError, Converter, override, transform_error
from cattrs.v import format_exception

from llmrules.catalog.entries import Dated, Entry, Model, Offer, Stated
from llmrules.errors import Place, TraceError
from llmrules.language.conditions import ALWAYS, MODEL_SIDE, Table, read_table
from llmrules.language.profile import Approval, Requirement
from llmrules.language.rules.effects import Conclude, Policy
from llmrules.language.rules.promises import ELIGIBLE, read_promise
from llmrules.language.rules.reading import RuleReader
from llmrules.language.rules.rule import ON_MODELS, Disable, Promise, Rule
from llmrules.language.sources import STALE_AFTER, Claim, Document, check_sources
from llmrules.language.values import day
from llmrules.language.vocabulary import Attribute, Scope, Vocabulary
from llmrules.language.vocabulary.computed import check_factors
from llmrules.trace.codec import MOST_SAID, Over, conditions, converter, exact, loaded, read_value, reader, writer
from llmrules.trace.coherence import check_coherent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from llmrules.catalog import Catalog
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.reading.cursor import Cursor

T = TypeVar("T")
Plain: TypeAlias = Any
"""Plain JSON."""

CHOICES = ("unknown", "over", "only", "among", "stale_after")
"""What is asked beside the requirements, each a policy: the fields of ``Given`` that whoever decides chooses."""


@frozen
class Given:
    """What the decision rests on; ``unknown`` is the decision's policy for checks that are unknown.

    ``over`` says what is ranked. Only the models of ``among``, where it is given, and only the candidates for which
    ``only`` is true are judged. Values whose sources are more than ``stale_after`` days old are counted. All of these
    are always written; a restriction that nobody asked for is null.
    """

    vocabulary: tuple[Attribute, ...]
    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]
    rules: tuple[Rule, ...]
    disabled: tuple[Disable, ...]
    promises: tuple[Promise, ...]
    catalogue: tuple[Model, ...]
    approvals: tuple[Approval, ...]
    requirements: tuple[Requirement, ...]
    unknown: Policy
    over: Over
    only: Table | None
    among: tuple[str, ...] | None
    stale_after: int

    @classmethod
    def of(cls, ruleset: RuleSet, catalog: Catalog) -> Given:
        """Return what stays the same from case to case; the case is left empty."""
        citable = ruleset.citable.values()
        return cls(
            vocabulary=tuple(ruleset.vocabulary),
            documents=tuple(one for one in citable if isinstance(one, Document)),
            claims=tuple(one for one in citable if isinstance(one, Claim)),
            rules=tuple(ruleset.rules.values()),
            disabled=ruleset.disables,
            promises=tuple(ruleset.promises.values()),
            catalogue=tuple(catalog),
            approvals=(),
            requirements=(),
            unknown="apart",
            over="models",
            only=None,
            among=None,
            stale_after=STALE_AFTER,
        )


STATED = ("value", "sources")
"""The keys of a value that stands beside another one."""

BESIDE = ("disputed", "replaced", "dated")
ENTRY = (*STATED, *BESIDE, "inherited_from")
"""The keys of a value of the catalogue."""

_HOLDERS: tuple[tuple[type, Scope], ...] = ((Offer, "offer"), (Model, "model"))
"""What has values of the catalogue; a model holds offers."""

FIRST: dict[str, Any] = {
    "vocabulary": tuple[Attribute, ...],
    "documents": tuple[Document, ...],
    "claims": tuple[Claim, ...],
    "disabled": tuple[Disable, ...],
    "approvals": tuple[Approval, ...],
}
"""The parts of ``given`` that need no vocabulary to be read."""


def structure(data: object, kind: type[T], name: str) -> T:
    """Return the record that plain values describe: every key known, every type exact. Raises TraceError."""
    return _strictly(_traces(), data, kind, name)


def _strictly(made: Converter, data: object, kind: type[T], name: str) -> T:
    try:
        return made.structure(data, kind)
    except BaseValidationError as error:
        message = "; ".join(transform_error(error, format_exception=_worded)[:MOST_SAID])
    except ValueError as error:
        message = str(error)
    raise TraceError(f"is not a well-formed trace: {message}", code="shape", place=Place(name))


def _worded(error: BaseException, kind: type | None) -> str:
    """Return what is wrong with a value: what the loader says of it, else what cattrs does."""
    return str(error) if type(error) is ValueError else format_exception(error, kind)


@lru_cache(maxsize=1)
def _traces() -> Converter:
    """Return the converter of whole traces, which make their own vocabulary known."""
    made = converter().copy()
    made.register_structure_hook(Given, lambda data, _: _given(data, made))
    return made


def _given(data: Plain, made: Converter) -> Given:
    """Read what a decision rests on: first the words and what may be cited, and by them all else."""
    parts: dict[str, Any] = {name: made.structure(data[name], kind) for name, kind in FIRST.items()}
    citable = {one.id for one in (*parts["documents"], *parts["claims"])}
    spelling = Spelling.of(parts["vocabulary"], citable)

    def known(name: str) -> Any:
        return override(struct_hook=lambda *_: parts[name])

    parts["catalogue"] = spelling.read_catalogue(data["catalogue"])
    given: Given = reader(Given, spelling.converter, **{name: known(name) for name in parts})(data, Given)
    check_coherent(data)
    _check_normal(data, spelling.converter.unstructure(given))
    return given


def _check_normal(data: Plain, again: Plain) -> None:
    """Refuse what is not written as a trace writes it, which a checker would refuse. Raises ValueError."""
    for part in data.keys() | again.keys():
        if data.get(part) != again.get(part):
            message = f"{part} are not written as a trace writes them"
            raise ValueError(message)


@frozen(eq=False, slots=False)
class Spelling:
    """Writes and reads what is given by one vocabulary; ``citable`` is what a rule or a value may rest on."""

    vocabulary: Vocabulary
    citable: frozenset[str]

    @classmethod
    def of(cls, vocabulary: Iterable[Attribute], citable: Iterable[str] = ()) -> Spelling:
        """Return the spelling by these attributes. Raises ValueError where two have one name."""
        attributes: dict[str, Attribute] = {}
        for one in vocabulary:
            if one.name in attributes:
                message = f"{one.name} is declared twice"
                raise ValueError(message)
            attributes[one.name] = one
        check_factors(attributes)
        return cls(Vocabulary(attributes), frozenset(citable))

    def write(self, value: object) -> Plain:
        """Return a value as plain JSON values."""
        return self.converter.unstructure(value)

    def read(self, data: Plain, kind: type[T], name: str = "given") -> T:
        """Return the value that plain JSON values describe. Raises TraceError with everything that is wrong."""
        return _strictly(self.converter, data, kind, name)

    def part(self, name: str, value: Any) -> Plain:
        """Return a part of ``given`` as plain JSON values."""
        return self._catalogue(value) if name == "catalogue" else self.write(value)

    def again(self, value: T) -> T:
        """Return a value of another vocabulary as this one reads it. Raises TraceError where it does not."""
        return self.read(self.write(value), type(value))

    @cached_property
    def converter(self) -> Converter:
        """The converter that does it."""
        made = converter().copy()
        _with_entries(made, self._entries)
        made.register_unstructure_hook(Requirement, self._write_requirement)
        made.register_structure_hook(Requirement, lambda data, _: self._requirement(data))
        made.register_structure_hook(Rule, lambda data, _: self._rule(data))
        made.register_structure_hook(Promise, lambda data, _: self._promise(data))
        made.register_structure_hook(Table, lambda data, _: self._only(data))
        made.register_unstructure_hook(Given, writer(Given, made, catalogue=override(unstruct_hook=self._catalogue)))
        return made

    def _catalogue(self, models: tuple[Model, ...]) -> Plain:
        """Return models with the places of their values, and every value by attribute, in the order of its first use.

        Each is said once, for however many models and offers it is so.
        """
        places: defaultdict[str, dict[Entry, int]] = defaultdict(dict)

        def placed(entries: Mapping[str, Entry]) -> dict[str, int]:
            return {name: places[name].setdefault(one, len(places[name])) for name, one in sorted(entries.items())}

        made = _with_entries(converter().copy(), lambda _: _attributes(unstruct_hook=placed))
        written = [made.unstructure(model) for model in models]
        values = {name: [_entry(self.vocabulary[name], one) for one in its] for name, its in sorted(places.items())}
        return {"models": written, "values": values}

    def read_catalogue(self, data: Plain) -> tuple[Model, ...]:
        """Return the models that plain values describe. Raises ValueError or an error of cattrs."""
        if not isinstance(data, dict) or data.keys() != {"models", "values"}:
            message = "catalogue: must have models and values, and nothing else"
            raise ValueError(message)
        values = loaded(self._read_values, data["values"], "values")

        def found(scope: Scope) -> Any:
            allowed = {name: values[name] for name in self.vocabulary.stated(scope) if name in values}

            def entries(places: Plain, _: object) -> dict[str, Entry]:
                return {name: _at(allowed.get(name, ()), place, name) for name, place in places.items()}

            return _attributes(struct_hook=entries)

        return _with_entries(converter().copy(), found).structure(data["models"], tuple[Model, ...])

    def _read_values(self, cursor: Cursor) -> dict[str, list[Entry | None]]:
        names = (*self.vocabulary.stated("model"), *self.vocabulary.stated("offer"))
        keys = cursor.keys(names, what="a model", code="unknown-attribute")
        return {
            name: [self._read_entry(self.vocabulary[name], one) for one in child.elements()]
            for name, child in keys.items()
        }

    def _write_requirement(self, one: Requirement) -> Plain:
        return {**attrs.asdict(one), "value": self.vocabulary[one.attribute].encode(one.value)}

    def _requirement(self, data: Plain) -> Requirement:
        one = _bare_requirement()(data, Requirement)
        if one.attribute not in self.vocabulary.names("requirement"):
            message = f"{one.attribute} is not a declared requirement"
            raise ValueError(message)
        attribute = self.vocabulary[one.attribute]
        value = loaded(lambda cursor: read_value(attribute, cursor), one.value, one.attribute)
        return evolve(one, value=value)  # type: ignore[arg-type]

    def _entries(self, scope: Scope) -> Any:
        """Return how the values of a model or an offer that stands alone are written and read."""

        def write(entries: Mapping[str, Entry]) -> Plain:
            return {name: _entry(self.vocabulary[name], entry) for name, entry in sorted(entries.items())}

        def read(data: Plain, _: object) -> dict[str, Entry]:
            return loaded(lambda cursor: self._read_entries(cursor, scope), data, "attributes")

        return _attributes(unstruct_hook=write, struct_hook=read)

    def _read_entries(self, cursor: Cursor, scope: Scope) -> dict[str, Entry]:
        keys = cursor.keys(self.vocabulary.stated(scope), what=f"a {scope}", code="unknown-attribute")
        read = {name: self._read_entry(self.vocabulary[name], child) for name, child in keys.items()}
        return {name: entry for name, entry in read.items() if entry is not None}

    def _read_entry(self, attribute: Attribute, cursor: Cursor) -> Entry | None:
        said = _table(cursor, ENTRY)
        stated = self._stated(attribute, cursor, said)
        lists = {key: cursor.child(key, said[key]).elements() for key in BESIDE if key in said}
        disputed, replaced = (
            tuple(
                found
                for one in lists.get(key, ())
                if (found := self._stated(attribute, one, _table(one, STATED))) is not None
            )
            for key in BESIDE[:2]
        )
        dated = tuple(later for one in lists.get("dated", ()) if (later := self._dated(attribute, one)) is not None)
        parent = cursor.child("inherited_from", said["inherited_from"]).text() if "inherited_from" in said else None
        return None if stated is None else Entry(stated, disputed, replaced, parent, dated)

    def _stated(self, attribute: Attribute, cursor: Cursor, said: Mapping[str, Plain]) -> Stated | None:
        value = read_value(attribute, cursor.child("value", said.get("value")), periods=True)
        sources = said.get("sources", [])
        if not isinstance(sources, list) or not self.citable.issuperset(sources):
            check_sources(cited := cursor.child("sources", sources), cited.names(), self.citable)
        return None if value is None else Stated(value, tuple(sources))

    def _dated(self, attribute: Attribute, cursor: Cursor) -> Dated | None:
        said = _table(cursor, (*STATED, "since"))
        stated, since = self._stated(attribute, cursor, said), day(said.get("since"))
        if since is None:
            cursor.child("since", said.get("since")).wrong_type("the day since which the value is in force")
        return None if stated is None or since is None else Dated(since, stated)

    def _rule(self, data: Plain) -> Rule:
        """Read a rule as a file states it: the effect by its name, the reasons by their codes."""
        types = {one.name: one.type for one in self.vocabulary}
        said = dict(data)
        pack, effect, body = said.pop("pack"), said.pop("effect"), said.pop("body")
        said["source"] = said.pop("sources")
        for key in said.keys() & {"when", "unless", "where"}:
            said[key] = conditions(said[key], types)
        if "ignore" in said:
            said["ignore"] = {one["code"]: one["reason"] for one in said["ignore"]}
        concludes = effect == Conclude.name and isinstance(body, dict)
        said[effect] = {n: exact(v, types.get(n)) for n, v in body.items()} if concludes else conditions(body, types)
        rules = RuleReader(self.vocabulary, self.citable)
        return loaded(lambda cursor: rules.rule(cursor, pack), said, "rule")  # type: ignore[return-value]

    def _promise(self, data: Plain) -> Promise:
        """Read a promise as a file states it: that somebody is eligible, and what never happens, by name."""
        types = {one.name: one.type for one in self.vocabulary}
        said = {**data, "source": data["sources"]}
        said |= {key: conditions(said[key], types) for key in said.keys() & {"when", "always", *ON_MODELS}}
        said |= {"some": {ELIGIBLE: True}} if said.get("some") == {} else {}
        said |= {"never": dict.fromkeys(said["never"], True)} if "never" in said else {}
        del said["sources"]
        return loaded(lambda cursor: read_promise(cursor, self.vocabulary, self.citable), said, "promise")  # type: ignore[return-value]

    def _only(self, data: Plain) -> Table:
        if data == {}:
            return ALWAYS
        types = {one.name: one.type for one in self.vocabulary}
        said = conditions(data, types)
        return loaded(lambda cursor: read_table(cursor, self.vocabulary, scopes=MODEL_SIDE), said, "only")


def _with_entries(made: Converter, entries: Callable[[Scope], Any]) -> Converter:
    """Teach a converter models and offers, of each scope with the values as they are written and read."""
    for kind, scope in _HOLDERS:
        its: dict[str, Any] = {"entries": entries(scope)}
        its |= {"offers": override(omit_if_default=False)} if kind is Model else {}
        made.register_unstructure_hook(kind, writer(kind, made, **its))
        made.register_structure_hook(kind, reader(kind, made, **its))
    return made


def _attributes(*, unstruct_hook: Callable[..., Any] = dict, struct_hook: Callable[..., Any] = dict) -> Any:
    return override(rename="attributes", omit_if_default=False, unstruct_hook=unstruct_hook, struct_hook=struct_hook)


def _at(values: Sequence[T | None], place: Plain, name: str) -> T:
    """Return the value at a place. Raises ValueError where there is none."""
    found = values[place] if type(place) is int and 0 <= place < len(values) else None
    if found is None:
        message = f"{name} has no value at {place!r}"
        raise ValueError(message)
    return found


def _table(cursor: Cursor, allowed: Collection[str]) -> Mapping[str, Plain]:
    """Return a table whose keys are all allowed; of any other, note what is wrong."""
    if not isinstance(cursor.value, dict) or any(key not in allowed for key in cursor.value):
        return {name: child.value for name, child in cursor.keys(allowed, what="a value").items()}
    return cursor.value


@lru_cache(maxsize=1)
def _bare_requirement() -> Callable[[Plain, Any], Requirement]:
    """Return what reads a requirement with its value as JSON has it."""
    return reader(Requirement, converter(), value=override(struct_hook=lambda value, _: value))


def _entry(attribute: Attribute, entry: Entry) -> Plain:
    """Return a value of the catalogue with all that stands beside it; what is empty is left out."""
    beside: dict[str, Plain] = {
        "disputed": [_said(attribute, one) for one in entry.disputed],
        "replaced": [_said(attribute, one) for one in entry.replaced],
        "inherited_from": entry.inherited_from,
        "dated": [{"since": str(one.since), **_said(attribute, one.stated)} for one in entry.dated],
    }
    return _said(attribute, entry.stated) | {key: value for key, value in beside.items() if value}


def _said(attribute: Attribute, stated: Stated) -> Plain:
    sources = {"sources": list(stated.sources)} if stated.sources else {}
    return {"value": attribute.encode(stated.value), **sources}
