"""What the shell is offered: names and values of the project's own vocabulary, and ids of its rules and models.

What is loaded is what the command would load: what ``llmrules.toml`` names, and the options already typed. What
cannot be read offers nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from click.shell_completion import CompletionItem

from llmrules.cli import options
from llmrules.errors import LlmrulesError
from llmrules.reading import shipped
from llmrules.say.why import Judged
from llmrules.trace.record import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click

    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.vocabulary import Scope

NOTHING_TYPED = {"isolated": False, "rule_paths": (), "catalog_paths": (), "no_shipped_rules": False,
                 "no_shipped_catalog": False}  # fmt: skip
"""What holds in a command without these options, and before one of them is typed."""


Completing: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[CompletionItem]]"


def _of_knowledge(names: Callable[[Knowledge, str], Iterable[str]]) -> Completing:
    """Return what completes one of the names that are loaded, as far as it is typed."""
    return lambda ctx, _param, incomplete: _complete(ctx, lambda knowledge: names(knowledge, incomplete), incomplete)


complete_rules = _of_knowledge(lambda knowledge, _: knowledge.ruleset.rules)
complete_models = _of_knowledge(lambda knowledge, _: knowledge.models)
complete_settings = _of_knowledge(lambda knowledge, typed: _pairs(knowledge, ("requirement",), typed))
"""Of ``name=value``: the name of a requirement, then one of its values."""

complete_conditions = _of_knowledge(lambda knowledge, typed: _pairs(knowledge, ("model", "offer"), typed))
"""Of ``name=value``: the name of an attribute of models or offers, then one of its values."""


def complete_judged(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a model, or of one with an offer, that the trace judged; without a trace, of any model."""
    try:
        names = Judged(Trace.load(Path(ctx.params["trace"]))).names()
    except (LlmrulesError, KeyError, TypeError):  # nothing is typed before it, or no trace
        return complete_models(ctx, param, incomplete)
    return _items(names, incomplete)


def complete_examples(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of an example."""
    return _items(shipped.example_names(), incomplete)


def complete_requirements(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of an attribute: of a requirement, or of what ``--of`` says."""
    scope: Scope = ctx.params.get("scope") or "requirement"
    return _complete(ctx, lambda knowledge: knowledge.ruleset.vocabulary.names(scope), incomplete)


def _pairs(knowledge: Knowledge, scopes: Iterable[Scope], incomplete: str) -> list[str]:
    """Return the names, each with its sign; or where one stands already, its values, also after a comma."""
    vocabulary = knowledge.ruleset.vocabulary
    name, equals, typed = incomplete.partition("=")
    if not equals:
        return [f"{one}=" for one in vocabulary.names(*scopes)]
    attribute = vocabulary.attributes.get(name)
    if attribute is None or attribute.scope not in scopes:
        return []
    before, comma, _ = typed.rpartition(",")
    values = ("true", "false") if attribute.type == "flag" else attribute.choice_ids
    return [f"{name}={before}{comma}{value}" for value in values if value not in before.split(",")]


def _complete(ctx: click.Context, names: Callable[[Knowledge], Iterable[str]], incomplete: str) -> list[CompletionItem]:
    typed = {name: given for name, given in ctx.params.items() if given is not None}
    try:
        with ctx.scope(cleanup=False):
            return _items(names(options.load(NOTHING_TYPED | typed).knowledge), incomplete)
    except LlmrulesError:
        return []


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
