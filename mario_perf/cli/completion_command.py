"""``mario-perf completion``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from mario_perf.cli.exit_codes import COMMON_EXIT_CODES

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete

SHELLS = ("bash", "zsh", "fish")

VARIABLE = "_MARIO_PERF_COMPLETE"
"""Click reads it to recognise a shell's question. It derives the name from the program's."""


@click.command(
    epilog=f"""\b
Examples:
  eval "$(mario-perf completion bash)"    in ~/.bashrc
  eval "$(mario-perf completion zsh)"     in ~/.zshrc
  mario-perf completion fish > ~/.config/fish/completions/mario-perf.fish

{COMMON_EXIT_CODES}"""
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands and options in a shell."""
    click.echo(_completer(context.find_root().command, shell).source())


def _completer(command: click.Command, shell: str) -> ShellComplete:
    shell_class = get_completion_class(shell)
    assert shell_class is not None, "SHELLS names what click knows"  # noqa: S101
    return shell_class(command, {}, "mario-perf", VARIABLE)
