"""``python -m mario_perf``: the same as the console script ``mario-perf``."""

import sys

from mario_perf import interruption, standard_streams

interruption.end_at_once()  # before the rest is imported, which takes a moment

from mario_perf.cli import main as command_line  # noqa: E402


def main() -> int:
    """Run a command; returns the exit code, which no signal changes any more."""
    standard_streams.protect()
    code = command_line.main()
    interruption.ignore()
    return code


if __name__ == "__main__":
    sys.exit(main())
