"""The commands of ``mario-perf``, one a file."""
