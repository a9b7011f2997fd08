"""``mario-perf schema``."""

from __future__ import annotations

import json

import click

from mario_perf.cli.exit_codes import COMMON_EXIT_CODES
from mario_perf.reports import json_report


@click.command(
    epilog=f"""\b
Examples:
  mario-perf schema > report.schema.json
  check-jsonschema --schemafile report.schema.json report.json

{COMMON_EXIT_CODES}"""
)
def schema() -> None:
    """Print the JSON Schema of report.json.

    format_version grows when a change could break a reader. Within a version keys are only added.
    """
    click.echo(json.dumps(json_report.schema(), indent=2))
