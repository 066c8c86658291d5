"""``llmrules schema``: JSON Schemas, for editors and for whoever reads traces."""

from __future__ import annotations

import click

from llmrules.cli.terminal import print_json
from llmrules.trace.schema import published

KINDS = ("trace",)


@click.command(short_help="Print a JSON Schema.")
@click.argument("kind", type=click.Choice(KINDS))
def schema(kind: str) -> None:
    """Print the JSON Schema of a KIND of file: the format of traces."""
    del kind  # there is one so far
    print_json(published().rstrip())
