"""The command line in this process."""

from tests.command_line import here

__all__ = ["here"]
