"""``llmrules schema``: JSON Schemas, for editors and for whoever reads traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from llmrules.check.schemas import catalog_schema, profile_schema, rules_schema, written
from llmrules.cli import options
from llmrules.cli.terminal import print_json
from llmrules.trace.schema import published

if TYPE_CHECKING:
    from llmrules.decision.knowledge import Knowledge

KINDS = ("rules", "catalog", "profile", "trace")


@click.command(short_help="Print a JSON Schema, for editors.")
@click.argument("kind", type=click.Choice(KINDS))
@options.knowledge
def schema(kind: str, **given: Any) -> None:  # noqa: ANN401 - click passes them
    """Print the JSON Schema of a KIND of file: rule files, catalogues, profiles, or the traces that are written.

    It is made from what is loaded, attributes and choices of your own included. Any TOML editor completes and checks
    a file that names it in its first line:

    \b
      llmrules schema rules --rules policy.toml > rules.schema.json
      #:schema ./rules.schema.json

    Make it anew after you declare an attribute, a rule or a model that other files speak of.
    """  # noqa: D301 - click leaves a paragraph as it is that begins with a backspace
    if kind == "trace":
        print_json(published().rstrip())
        return
    advisor = options.load(given)
    print_json(schema_of(kind, advisor.knowledge).rstrip())


def schema_of(kind: str, knowledge: Knowledge) -> str:
    """Return the text of the schema of rule files, catalogues or profiles."""
    if kind == "profile":
        return written(profile_schema(knowledge.ruleset, knowledge.models))
    return written((rules_schema if kind == "rules" else catalog_schema)(knowledge.ruleset))
