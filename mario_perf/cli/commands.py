"""The commands of ``mario-perf``: each is loaded when it runs, so that ``--help`` answers at once."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from mario_perf import interruption
from mario_perf.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """Where a command is, and its line in the list of commands."""

    import_path: str  # module:attribute
    summary: str


def _entry(module: str, attribute: str, summary: str) -> CommandEntry:
    return CommandEntry(f"mario_perf.cli.{module}:{attribute}", summary)


COMMANDS: Final[Mapping[str, CommandEntry]] = {
    "gate": _entry("gate_command", "gate", "Compare the working tree with the code it came from."),
    "compare": _entry("compare_command", "compare", "Judge recorded runs, against a baseline or each other."),
    "runs": _entry("runs_command", "list_runs", "List gates and load tests: outcome, worst change, commits."),
    "report": _entry("report_command", "report", "Write a run's report again, or open it."),
    "accept": _entry("accept_command", "accept", "Accept a regression for a while, in perf.toml."),
    "baseline": _entry("baseline_command", "baseline", "Store runs, to compare later runs with them."),
    "serve": _entry("serve_command", "serve", "Serve Mario's Pizzeria, the built-in service."),
    "reference": _entry("reference_command", "reference", "Serve what tells the machine from the build."),
    "calibrate": _entry("calibrate_command", "calibrate", "Learn this runner's false alarms and noise."),
    "init": _entry("init_command", "init", "Write perf.toml for a service of your own."),
    "otlp": _entry("otlp_command", "otlp", "Receive pushed metrics, and show them as a metrics page."),
    "check": _entry("check_command", "check", "Check that perf.toml fits a running service."),
    "doctor": _entry("doctor_command", "doctor", "Check that service and machine are ready for a gate."),
    "capacity": _entry("capacity_command", "capacity", "Find the highest rate at which the limits hold."),
    "trend": _entry("trend_command", "trend", "Show when operations became slower or faster for good."),
    "bisect": _entry("bisect_command", "bisect", "Find the commit that changed an operation."),
    "history": _entry("history_command", "history", "Add results to the history, check, copy or cut it."),
    "usage": _entry("usage_command", "usage", "Show which operations are used, when, and how well."),
    "schema": _entry("schema_command", "schema", "Print the JSON Schema of report.json or perf.toml."),
    "completion": _entry("completion_command", "completion", "Print a shell's completion script."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.import_path.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        interruption.unwind()  # from here on something may be started
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            raise click.UsageError(f"no command {args[0]}; nearest: {nearest(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])
