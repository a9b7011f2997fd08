"""``python -m analysis.compare --baseline`` judges the latest run. Code: ``mario_perf/cli/compare.py``."""

import sys

from mario_perf.cli.compare import main

if __name__ == "__main__":
    sys.exit(main())
