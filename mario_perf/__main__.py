"""``python -m mario_perf``: the same as the console script ``mario-perf``."""

import sys

from mario_perf.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
