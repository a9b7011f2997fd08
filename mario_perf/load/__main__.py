"""``python -m mario_perf.load -f LOCUSTFILE`` is Locust, and records each run of any users.

With ``-`` alone it loads its modules, and then reads its arguments from its input, as a JSON list: meanwhile,
who starts it can start the services.

Without arguments it prints the load's options; ``locust --help`` prints Locust's own.
"""

import json
import sys
from argparse import ArgumentParser
from importlib import import_module

if len(sys.argv) > 1:
    import_module("mario_perf.load.locust_plugin")  # before all else: Locust patches the standard library
    locust = import_module("locust.main")
    if sys.argv[1:] == ["-"]:
        sys.argv[1:] = json.load(sys.stdin)
    locust.main()
else:
    parser = ArgumentParser(
        prog="locust -f loadtests/mario.py",
        description="Options of the load. Locust's own options work, too: see locust --help.",
        add_help=False,
    )
    import_module("mario_perf.load.options.arguments").add_arguments(parser)
    parser.print_help()
