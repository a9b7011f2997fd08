"""Doors to the reports. The code is in ``mario_perf/reports``."""
