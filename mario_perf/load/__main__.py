"""``python -m mario_perf.load -f LOCUSTFILE`` is Locust, and records each run of any users.

Without arguments it prints the load's options; ``locust --help`` prints Locust's own.
"""

import sys
from argparse import ArgumentParser
from importlib import import_module

if len(sys.argv) > 1:
    import_module("mario_perf.load.locust_plugin")  # before all else: Locust patches the standard library
    import_module("locust.main").main()
else:
    parser = ArgumentParser(
        prog="locust -f loadtests/mario.py",
        description="Options of the load. Locust's own options work, too: see locust --help.",
        add_help=False,
    )
    import_module("mario_perf.load.options.arguments").add_arguments(parser)
    parser.print_help()
