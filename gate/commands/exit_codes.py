"""What the exit codes mean, as every command's help says it."""

EXIT_CODES = """\b
Exit codes:
  0    pass: no operation is slower or fails more often
  1    unexpected error of the tool
  2    usage, configuration or unreadable input
  3    regressed
  4    inconclusive, or a run that cannot be judged (perf.toml may map it to 0 or 3)
  130  interrupted"""
