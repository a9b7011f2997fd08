"""``python -m mario_perf.load`` prints the load's options; ``locust --help`` prints Locust's own."""

from argparse import ArgumentParser

from mario_perf.load.options.arguments import add_arguments

parser = ArgumentParser(
    prog="locust -f loadtests/mario.py",
    description="Options of the load. Locust's own options work, too: see locust --help.",
    add_help=False,
)
add_arguments(parser)
parser.print_help()
