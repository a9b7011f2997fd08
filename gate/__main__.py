"""``python -m gate``: the same as the console script ``mario-perf``."""

import sys

from gate.cli import main

if __name__ == "__main__":
    sys.exit(main())
