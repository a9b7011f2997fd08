"""``python -m reports.schema`` prints the schema of report.json, as ``mario-perf schema`` does."""

import sys

from mario_perf.reports.json_report import SCHEMA

if __name__ == "__main__":
    sys.stdout.write(SCHEMA.read_text(encoding="utf-8"))
