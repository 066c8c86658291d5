"""The options that several commands share, and what they stand for."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from attrs import evolve

from llmrules.advisor import Advisor
from llmrules.cli.progress import progress
from llmrules.cli.terminal import LANGUAGE, asked_in
from llmrules.decision.judgement import OVER
from llmrules.errors import CatalogError, FileError, Place, ProfileError
from llmrules.language.conditions.written import SIZES, written_condition
from llmrules.language.rules.effects import UNKNOWN_POLICIES
from llmrules.language.settings import Settings, for_folder
from llmrules.language.texts import LANGUAGES
from llmrules.reading import shipped
from llmrules.reading.cursor import FLAG_WORDS
from llmrules.reading.files import (
    STANDARD_INPUT,
    Source,
    leads_to,
    parse_json,
    parse_toml,
    read_json,
    read_standard_input,
    read_toml,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from click.shell_completion import CompletionItem

    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Table
    from llmrules.language.vocabulary import Attribute, Vocabulary

Command = TypeVar("Command", bound="Callable[..., Any]")

PATH = click.Path(path_type=Path)


class ProfilePath(click.Path):
    """A path to a profile, or ``example:NAME``, which stands for the file of an example that comes with the package."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's
        """Return the path. Raises FileError for an example that is none, or one that lacks ``example:``."""
        name = str(value).removesuffix(".toml")
        if name in shipped.example_names() and not Path(value).exists():
            ours = f"{shipped.EXAMPLE}{name}"
            raise FileError("there is no such file", code="no-file", place=Place(str(value)), hint=f"write {ours}")
        return super().convert(shipped.named_example(value) or value if isinstance(value, str) else value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the name of an example once one is begun, else a path."""
        from click.shell_completion import CompletionItem

        names = [f"{shipped.EXAMPLE}{name}" for name in shipped.example_names()] if incomplete else []
        begun = [CompletionItem(name) for name in names if name.startswith(incomplete)]
        return begun or super().shell_complete(ctx, param, incomplete)


PROFILE = ProfilePath(path_type=Path)


SETTINGS = "llmrules.settings"
"""Under which name a command keeps the settings of the project."""


def project_settings(given: Mapping[str, Any]) -> Settings:
    """Return the settings of the project that the working folder lies in, or those of none with ``--isolated``.

    They are read once for a command.
    """
    meta = click.get_current_context().meta
    if given.get("isolated"):
        return Settings()
    if SETTINGS not in meta:
        meta[SETTINGS] = for_folder(_working_folder())
    found: Settings = meta[SETTINGS]
    return found


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:
        message, hint = "the working folder is not there any more", "go to another one, or say --isolated"
        raise FileError(message, code="no-file", place=Place("."), hint=hint) from None


def _language(ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    found: str = value or project_settings(ctx.params).language or asked_in()
    ctx.meta[LANGUAGE] = found
    return found


def _policy(ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    return value or project_settings(ctx.params).unknown or "apart"


def _complete_conditions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from llmrules.cli.completion import complete_conditions  # which imports this module

    return complete_conditions(ctx, param, incomplete)


def together(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Return what adds several options, in the order of the help."""
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


def printed(*formats: str, said: str = "What to print.") -> Callable[[Command], Command]:
    """Return what adds ``--format``, of which the first is the default."""
    return click.option("--format", "output", type=click.Choice(formats), default=formats[0], show_default=True,
                        help=said)  # fmt: skip


language = click.option("--lang", type=click.Choice(LANGUAGES), callback=_language,
                        is_eager=True,  # what is wrong with the others is said in it
                        help="Language.  [default: the project's, else that of LANG]")  # fmt: skip

policy = click.option("--unknown", type=click.Choice(UNKNOWN_POLICIES), callback=_policy,
                      help="What to do with a model whose check cannot be decided.  [default: the project's, else "
                      "apart]")  # fmt: skip

restricting = together(
    click.option("--over", type=click.Choice(OVER), default="models", show_default=True,
                 help="Rank models, each by the best of its offers, or every offer for itself."),
    click.option("--only", metavar="CONDITION", shell_complete=_complete_conditions, multiple=True,
                 help="Judge only those for which this is true: 'openness=open-source', 'context_window>=200k'."),
)  # fmt: skip
"""What is ranked, and who is judged."""

isolated = click.option("--isolated", is_flag=True, help="Ignore the settings of the project.",
                        is_eager=True)  # fmt: skip
"""It is read first, because others depend on it."""

without_ours = together(
    click.option("--no-shipped-rules", is_flag=True, help="Leave our rules out; the vocabulary and claims stay."),
    click.option("--no-shipped-catalog", is_flag=True, help="Leave our models out."),
)
"""What leaves out what is shipped; the settings of a project can say the same."""

knowledge = together(
    isolated,
    click.option("--rules", "rule_paths", type=PATH, multiple=True, help="A rule file or folder on top of ours."),
    click.option("--catalog", "catalog_paths", type=PATH, multiple=True,
                 help="A catalogue file on top of our newest, or one of ours by name: article, 2026-11."),
    without_ours,
)  # fmt: skip
"""What says which rules and catalogues are loaded."""


def condition(texts: tuple[str, ...], advisor: Advisor) -> Table | None:
    """Return the conditions of ``--only``, all of which must hold; None where there is none."""
    return written_condition(texts, advisor.knowledge.ruleset.vocabulary, option="--only") if texts else None


def load(
    given: Mapping[str, Any],
    *,
    engine: str = "plain",
    old: bool = False,
    lay: Callable[[list[Path]], list[Path]] = list,
) -> Advisor:
    """Load what the project's settings name, and on top what the knowledge options do.

    The ``old`` side is what options of that name say: rules in the place of the project's rules, and catalogues in that
    of its catalogues. ``lay`` returns the catalogues that are laid on each other instead of those.
    """
    rules, catalog = (given[f"old_{name}" if old else name] for name in ("rule_paths", "catalog_paths"))
    settings = project_settings(given)
    with progress("Reading the catalogue") as advance:
        return Advisor.load(
            rules=on_top(() if old and rules else settings.rules, rules),
            catalog=lay(on_top(() if old and catalog else settings.catalog, catalog)),
            shipped_rules=settings.shipped_rules and not given["no_shipped_rules"],
            shipped_catalog=settings.shipped_catalog and not given["no_shipped_catalog"],
            engine=cast("Any", engine),
            settings=None if settings.file is None else settings.file.as_posix(),
            progress=advance,
        )


def files_read(given: Mapping[str, Any]) -> list[Path]:
    """Return the files and folders beside ours that ``load`` reads, the settings among them."""
    settings = project_settings(given)
    named = (*on_top(settings.rules, given["rule_paths"]), *on_top(settings.catalog, given["catalog_paths"]))
    return [*filter(None, [settings.file]), *named]


def on_top(project: Iterable[Path], given: Iterable[Path]) -> list[Path]:
    """Return the project's paths and those given; one that the project names already is loaded once."""
    paths = list(project)
    known = {leads_to(path) for path in paths}
    return [*paths, *(path for path in given if leads_to(path) not in known)]


def read_profile_source(given: str | None, settings: Iterable[str], vocabulary: Vocabulary) -> Source:
    """Read a profile (a TOML or JSON file, ``-`` for JSON on standard input, or none) and apply ``--set``.

    A value of ``--set`` may be what is only typed: 200k, yes, one member for a set; a file is strict.
    """
    source = _read(given)
    changes: dict[str, object] = {}
    for setting in settings:
        name, value = _setting(setting)
        if name in changes:
            message = "sets one requirement twice"
            raise ProfileError(message, code="bad-setting", place=Place("--set"), found=setting)
        attribute = vocabulary.attributes.get(name)
        typed = setting.partition("=")[2].strip() == str(value).strip()  # what stands in quotes is as it is written
        changes[name] = meant(attribute, value) if attribute is not None and typed else value
    requirements = source.data.get("requirements", {})
    if not changes or not isinstance(requirements, dict):
        return source  # its own error is reported by the profile
    data = {**source.data, "requirements": {**requirements, **changes}}
    return evolve(source, data=data, elsewhere={("requirements", name): f"--set {name}" for name in changes})


SHORT = re.compile(r"(\d[\d_,]*(?:\.\d+)?)\s*([kKmM]?)")
"""A number as people type it: 200k, 1.5m, 200,000."""


def meant(attribute: Attribute, value: object) -> object:
    """Return the value that somebody means who typed it, where nothing is lost by that; any other as it is."""
    if attribute.many and isinstance(value, str):
        return [one.strip() for one in value.split(",") if one.strip()]
    if attribute.type == "flag" and isinstance(value, str):
        word = FLAG_WORDS.get(value.strip().casefold())
        return value if word is None else word == "true"
    if attribute.type == "number" and isinstance(value, str) and (short := SHORT.fullmatch(value.strip())):
        exact = Decimal(re.sub("[_,]", "", short[1])) * SIZES[short[2].lower()]
        return int(exact) if exact == exact.to_integral_value() else exact
    if attribute.type == "text" and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value


def judged_model(name: str, knowledge: Knowledge, day: date, option: str) -> str:
    """Return the id of the model, or ``model @ offer``, that is called so on a day. Raises CatalogError for none.

    Asked of the day of the case, so that the catalogue is arranged once.
    """
    called = [model.id for model in knowledge.catalog.listed if model.name.casefold() == name.casefold()]
    found = called[0] if name not in knowledge.models and len(called) == 1 else name
    names = knowledge.criteria_on(day).candidates.every_name()
    if found not in names:
        message = "names no model of the catalogue"
        raise CatalogError(message, code="unknown-model", place=Place(option), found=found, allowed=names)
    return found


def _read(given: str | None) -> Source:
    if given is None:
        return Source("--set", "", {"requirements": {}}, is_toml=False)
    if given == "-":
        source = parse_json(read_standard_input(), STANDARD_INPUT)
        bare = "requirements" not in source.data
        return Source(source.name, source.text, {"requirements": source.data}, is_toml=False) if bare else source
    path = Path(given)
    return read_json(path) if path.suffix == ".json" else read_toml(path)


def _setting(text: str) -> tuple[str, object]:
    """Return one ``name=value``: the value is TOML where it can be read as such, else text."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        message = "--set takes name=value"
        raise ProfileError(message, code="bad-setting", place=Place("--set"), found=text)
    try:
        data = parse_toml(f"value = {value}", "--set").data
    except FileError:
        return name.strip(), value
    return name.strip(), data["value"] if set(data) == {"value"} else value
