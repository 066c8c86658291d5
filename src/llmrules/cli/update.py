"""``llmrules update``: takes the public lists anew, writes the imported catalogue anew, and says what changed.

The only command that goes to the network.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from attrs import asdict, define, evolve, field

from llmrules.check.diff import Case, read_cases
from llmrules.check.watch import parting_rules
from llmrules.cli import options
from llmrules.cli.import_ import form_of, joined, names_of
from llmrules.cli.outputs import refuse_overwriting, refuse_replacing
from llmrules.cli.progress import progress
from llmrules.cli.terminal import Status, print_json, print_lines, print_note
from llmrules.cli.watch import MOST_REASONS, reason_lines
from llmrules.errors import FileError, InputError, LoadError, noting
from llmrules.importers.boards import Measuring
from llmrules.importers.changed import Changed, changes
from llmrules.importers.fetching import Fetched, Fetching, UnreachableError, recall, remember
from llmrules.importers.kinds import Input
from llmrules.importers.packaged import packaged
from llmrules.importers.writing import catalogue_text
from llmrules.language.settings import PACKAGE, Update
from llmrules.reading.files import leads_to, read_catalog_file, read_json_data, read_text, write_whole
from llmrules.reading.syntax import json_data
from llmrules.say.teller import Line, Sentences, Teller
from llmrules.say.why import Explainer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.advisor import Advisor

FORMAT = "llmrules.update/1"
OUTPUT = "models.json"
"""The catalogue file that is written beside the settings where those name none."""

MAX_SHOWN = 12
"""Changes of one group that are told; JSON has all."""


@click.command(short_help="Bring the imported catalogue up to date.")
@click.option("-o", "--output", "target", type=options.PATH, metavar="OUT",
              help="The catalogue file to write.  [default: the project's, else models.json]")  # fmt: skip
@click.option("--packages", is_flag=True, help="Take lists out of installed packages; nothing is fetched.")
@click.option("--decisions", "cases", type=options.PROFILE, multiple=True, metavar="PATH",
              help="Profiles, traces or folders of them: which come out differently now, and why.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@options.knowledge
@options.language
@options.printed("text", "json")
@click.pass_context
def update(ctx: click.Context, /, target: Path | None, **given: Any) -> None:  # noqa: ANN401 - click passes the options
    """Fetch the public lists of models and prices, make one catalogue file of them, and say what changed.

    The settings say under [update] what is taken from where: an address, a local file, or "package" for the
    installed package that ships the list. Without settings the lists of models.dev, LiteLLM and genai-prices are
    fetched. Where there is no network, installed packages give theirs (pip install -U litellm genai-prices). If
    anything is wrong, the old file stays as it is.

    \b
      llmrules update
      llmrules update --decisions decisions/
      llmrules update --packages --dry-run

    Exit status: 0 the file is up to date, 1 it is, and a decision comes out differently, 2 something is wrong, and
    the old file stays.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    settings, say = options.project_settings(given), Sentences(given["lang"])
    target = target or settings.update.output or (settings.file or Path()).parent / OUTPUT
    form, wanted = form_of(target, None), settings.update
    local = [one.address for one in wanted.files.values() if isinstance(one.address, Path)]
    refuse_overwriting([*local, *given["cases"]], [target])
    refuse_replacing(target)
    before = read_text(target) if target.is_file() else None
    old = {} if before is None else read_catalog_file(target).data
    old_side = cache(lambda: options.load(given, lay=partial(_laid, target, None if before is None else target)))
    taking = _Taking(wanted, target.parent, {one["id"] for one in old.get("document", [])}, say)
    inputs = taking.inputs(packages=given["packages"])
    with progress("Importing") as advance:
        overlay = joined(
            inputs, lambda _, read: Measuring(names_of(old_side().knowledge.catalog, read), "", None), advance
        )[1]
        lists = [(one, wanted.files[one.kind]) for one in overlay.origins]
        origins = tuple(evolve(one, licence=known.licence, url=known.source) for one, known in lists)
        text = catalogue_text(evolve(overlay, origins=origins), form)
    with TemporaryDirectory() as folder:  # what cannot be loaded replaces nothing
        candidate = Path(folder) / target.name
        write_whole(candidate, text)
        new = read_catalog_file(candidate).data
        new_side = options.load(given, lay=partial(_laid, target, candidate))
    cases = list(read_cases(given["cases"], old_side(), new_side)) if given["cases"] else []
    changing = [case for case in cases if case.old.best != case.new.best]
    written = text != before and not given["dry_run"]
    if written:
        write_whole(target, text)
    for kind, fetched in taking.fetched.items() if not given["dry_run"] else ():
        remember(target.parent, kind, fetched)
    found = changes(old, new)
    if given["output"] == "json":
        told = {group: [asdict(one) for one in its] for group, its in found.items()}
        document = {"format": FORMAT, "file": target.as_posix(), "written": written, "changes": told,
                    "sources": [one.id for one in origins], "left_out": taking.left_out,
                    "decisions": [_plain(case, found) for case in changing]}  # fmt: skip
        print_json(json.dumps(document, ensure_ascii=False, indent=2, default=str))
    else:
        state = "update-same" if text == before else "update-written" if written else "update-new"
        counts = {"models": len(overlay.models), "offers": sum(len(model.offers) for model in overlay.models)}
        sources = ", ".join(one.id for one in origins)
        answer = say(state, file=target.as_posix(), sources=sources, **counts)
        print_lines([Line("answer", answer), *_told(found, new_side, say)])
        if cases:
            print_lines([Line("blank"), *(line for case in changing for line in _case(case, found, say))])
            print_lines([Line("answer", say("update-cases", changing=len(changing), count=len(cases)))])
        if leads_to(target) not in map(leads_to, options.files_read(given)):
            print_lines([Line("blank"), Line("line", say("update-unread", file=target.as_posix()), mark="!")])
    ctx.exit(Status.FAILED if changing else Status.FINE)


def _laid(target: Path, overlay: Path | None, catalogues: list[Path]) -> list[Path]:
    """Return the catalogues with an overlay in the place of the target, or on top; without one there is none."""
    meant = [None if leads_to(path) == leads_to(target) else path for path in catalogues]
    meant = meant if None in meant else [*meant, None]
    return [path for one in meant if (path := one or overlay) is not None]


@define
class _Taking:
    """Takes each list from where it is: what was fetched, and which lists could not be had."""

    wanted: Update
    folder: Path
    cited: set[str]
    say: Sentences
    fetched: dict[str, Fetched] = field(factory=dict)
    left_out: list[str] = field(factory=list)

    def inputs(self, *, packages: bool) -> list[Input]:
        """Return the lists. Raises LoadError with all that is wrong.

        A list that no network and no package gives is left out, and said to be, unless the old file rests on it.
        """
        found: list[Input] = []
        problems: list[InputError] = []
        missing: list[InputError] = []
        with progress("Fetching") as advance:
            for number, kind in enumerate(self.wanted.files):
                with noting(problems):
                    try:
                        found.append(self._input(kind, packages=packages))
                    except FileError as error:
                        cited = any(one.startswith(f"{kind}-") for one in self.cited)
                        lacking = isinstance(error, UnreachableError) or (packages and error.code == "no-package")
                        if cited or not lacking:
                            raise
                        missing.append(error)
                        self.left_out.append(kind)
                advance(number + 1, len(self.wanted.files))
        if problems or not found:
            raise LoadError([*problems, *missing])
        for kind in self.left_out:
            print_note(self.say("update-left-out", list=kind))
        return found

    def _input(self, kind: str, *, packages: bool) -> Input:
        address = self.wanted.files[kind].address
        if isinstance(address, Path):
            return Input(kind, address.as_posix(), partial(read_json_data, address))
        if address is None or address == PACKAGE or packages:
            return packaged(kind)
        earlier = recall(self.folder, kind, address)
        try:
            fetched = Fetching(address, self.wanted.redirects).fetch(earlier, datetime.now(UTC).date())
        except UnreachableError as unreachable:
            if earlier is not None:  # a package may be older than what was fetched
                raise
            try:
                shipped = packaged(kind)
            except FileError:
                raise unreachable from None
            print_note(self.say("update-packaged", list=kind, version=shipped.version or ""))
            return shipped
        self.fetched[kind] = fetched
        return Input(kind, address, partial(json_data, fetched.text, address), fetched.day)


def _told(found: Mapping[str, list[Changed]], advisor: Advisor, say: Sentences) -> Iterator[Line]:
    """Yield the groups of changes, each with its first ones."""
    knowledge = advisor.knowledge
    teller = Teller(say.language, knowledge.ruleset.vocabulary, knowledge.catalog.models.values())
    for group, its in found.items():
        if its:
            yield Line("blank")
            yield Line("heading", say(f"update.{group}", count=len(its)))
        if group.startswith(("new_", "gone_")) and its:
            names = [teller.name(one.model, one.offer or None) for one in its]
            yield Line("line", teller.several(names, MAX_SHOWN), 2)
        elif group != "others":
            told = sorted(its, key=lambda one: one.before is None or one.after is None)[:MAX_SHOWN]
            yield from (Line("line", _change(one, group, teller), 2) for one in told)
            if len(its) > MAX_SHOWN:
                yield Line("line", say("update-more", more=len(its) - MAX_SHOWN), 2)


def _touching(case: Case, found: Mapping[str, list[Changed]]) -> list[tuple[str, Changed]]:
    """Return what changed of the models that lose or take the first place, each with its group."""
    models = {name.partition(" @ ")[0] for name in {*case.old.best} ^ {*case.new.best}}
    return [(group, one) for group, its in found.items() for one in its if one.model in models]


def _plain(case: Case, found: Mapping[str, list[Changed]]) -> dict[str, object]:
    """Return a decision that comes out differently as plain values."""
    rules = [{"model": model, "rule": apart.rule} for model, apart in parting_rules(case.old, case.new)]
    touching = [{"group": group, **asdict(one)} for group, one in _touching(case, found)]
    sides = {"before": list(case.old.best), "after": list(case.new.best)}
    return {"case": case.name, **sides, "rules": rules, "changes": touching}


def _case(case: Case, found: Mapping[str, list[Changed]], say: Sentences) -> Iterator[Line]:
    """Yield how a decision comes out differently, what changed of its models, and which rules say otherwise."""
    why = Explainer(case.new.trace, say.language)
    before, after = (why.teller.names(side.best, MOST_REASONS) or say("watch-nobody") for side in (case.old, case.new))
    yield Line("line", say("update-case", case=case.name, before=before, after=after), mark="!")
    for group, one in _touching(case, found)[:MOST_REASONS]:
        if one.attribute:
            yield Line("line", _change(one, group, why.teller), 2)
        else:
            yield Line("line", say(f"update-of.{group}", name=why.teller.name(one.model, one.offer or None)), 2)
    yield from reason_lines(tuple(parting_rules(case.old, case.new)), why, "update-reason")


def _change(one: Changed, group: str, teller: Teller) -> str:
    """Return one changed value, or one that is disputed, in words."""
    attribute = teller.attributes[one.attribute]
    before, after = (
        teller.value(attribute, tuple(side) if isinstance(side, list) else side) for side in (one.before, one.after)
    )
    told = "update-dispute" if group == "disputes" else "update-later" if one.since else "update-change"
    name, label = teller.name(one.model, one.offer or None), teller.label(one.attribute)
    return teller.say(told, name=name, label=label, before=before, after=after, day=one.since)
