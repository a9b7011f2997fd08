"""What the exit codes mean, as the commands' help says it."""

EXIT_CODES = """\b
Exit codes:
  0    pass: no operation is slower or fails more often
  1    unexpected error of the tool
  2    usage, configuration or unreadable input
  3    regressed
  4    inconclusive, or a run that cannot be judged (perf.toml may map it to 0 or 3)
  130  interrupted"""

KEEPING = """\b
Exit codes:
  0    done
  1    unexpected error of the tool
  2    usage, configuration or unreadable input
  4    a run that cannot be judged: it is not kept
  130  interrupted"""
"""Of a command that keeps a run, or refuses to."""

NO_VERDICT = """\b
Exit codes:
  0    done
  1    unexpected error of the tool
  2    usage, configuration or unreadable input
  130  interrupted"""
"""Of commands that judge nothing."""
