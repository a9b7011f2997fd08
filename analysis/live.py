"""``python -m analysis.live RUN`` follows a run. The code is ``mario_perf/measurement/live.py``."""

import sys

from mario_perf.cli.live_command import main

if __name__ == "__main__":
    sys.exit(main())
