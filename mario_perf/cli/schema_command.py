"""``mario-perf schema``."""

from __future__ import annotations

import json

import click

from mario_perf.capacity import ratio_file
from mario_perf.cli.exit_codes import COMMON_EXIT_CODES
from mario_perf.configuration import policy_file
from mario_perf.reports import json_report

_SCHEMAS = {
    "report": json_report.schema,
    "policy": policy_file.schema,
    "capacity-ratio": ratio_file.schema,
}


@click.command(
    epilog=f"""\b
Examples:
  mario-perf schema > report.schema.json
  check-jsonschema --schemafile report.schema.json report.json
  mario-perf schema policy > perf.schema.json    for editors
  mario-perf schema capacity-ratio    for capacity --against

{COMMON_EXIT_CODES}"""
)
@click.argument("document", type=click.Choice(list(_SCHEMAS)), default="report")
def schema(document: str) -> None:
    """Print the JSON Schema of report.json, of perf.toml (policy), or of capacity-ratio.json.

    An editor checks and completes perf.toml if its first line is "#:schema ./perf.schema.json". In a file,
    its version grows when a change could break a reader. Within a version keys are only added.
    """
    click.echo(json.dumps(_SCHEMAS[document](), indent=2))
