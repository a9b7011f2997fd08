"""``python -m analysis.compare --baseline`` judges the latest run: ``mario-perf compare`` by another name."""

import sys
from collections.abc import Sequence

from mario_perf import interruption, standard_streams

if __name__ == "__main__":
    interruption.end_at_once()  # before the rest is imported, which takes a moment

from mario_perf.cli.compare_command import compare
from mario_perf.cli.main import run


def main(arguments: Sequence[str]) -> int:
    """Compare, report, and return the exit code."""
    interruption.unwind()
    return run(compare, "python -m analysis.compare", arguments)


if __name__ == "__main__":
    standard_streams.protect()
    sys.exit(main(sys.argv[1:]))
