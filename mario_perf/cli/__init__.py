"""The commands of ``mario-perf``, one a file, and the exit codes."""
